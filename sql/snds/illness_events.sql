-- imb -> ev: long-term illnesses. Renewals and corrections add rows: episodes of one person and code
-- that overlap or touch are one. The end is the day after the last day; open episodes have none.
CREATE TEMP TABLE ev AS
WITH span AS (SELECT person, code, dtd AS a, coalesce(dtf + 1, DATE '9999-12-31')::DATE AS b FROM imb WHERE why IS NULL),
mark AS (SELECT *, max(b) OVER (PARTITION BY person, code ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
         FROM span),
island AS (SELECT *, sum(CASE WHEN before >= a THEN 0 ELSE 1 END) OVER (PARTITION BY person, code ORDER BY a, b ROWS UNBOUNDED PRECEDING) AS i
           FROM mark)
SELECT person, min(a) AS day_from, CASE WHEN max(b) < DATE '9999-12-31' THEN max(b) END AS day_to,
       'long_term_illness' AS kind, 'ICD10' AS vocab, code, NULL::DOUBLE AS qty, NULL::DOUBLE AS amt, NULL::VARCHAR AS pre,
       NULL::VARCHAR AS pre_spe, NULL::VARCHAR AS exe, NULL::VARCHAR AS exe_spe, NULL::VARCHAR AS exe_kind,
       hash('ALD', person, code, min(a)) AS claim, NULL::UTINYINT AS position, false AS net
FROM island GROUP BY person, code, i;
