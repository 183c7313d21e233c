-- The same detail line extracted twice (same payment line, number, code, quantity and amount).
CREATE TEMP TABLE det_once AS
SELECT * REPLACE (CASE WHEN row_number() OVER (PARTITION BY kh, dct, ord, lin, code, qty, amt
                       ORDER BY why NULLS FIRST, file) > 1
                  THEN 'duplicate_line' ELSE why END AS why)
FROM det;
DROP TABLE det;
ALTER TABLE det_once RENAME TO det;
