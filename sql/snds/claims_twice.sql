-- The same payment line extracted twice (same nine columns): the first one stays. Ties are broken on
-- every column, so that the same file gives the same choice.
CREATE TEMP TABLE prs_once AS
SELECT * REPLACE (CASE WHEN row_number() OVER (PARTITION BY kh, dct, ord
                       ORDER BY why NULLS FIRST, person, day, qte, exe, pre, pre_spe, exe_spe, file) > 1
                  THEN 'duplicate_line' ELSE why END AS why)
FROM prs;
DROP TABLE prs;
ALTER TABLE prs_once RENAME TO prs;
