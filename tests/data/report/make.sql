-- Results of an imaginary screen, 40 pairs, for tests/cli/report.sh. Every number is invented; labels try to break a page.
--   cd tests/data/report && duckdb -c ".read make.sql"      (any DuckDB; manifest.json is written by hand)
CREATE TABLE grid AS SELECT d, o, hash(d * 100 + o) % 1000 / 1000.0 AS u FROM range(8) t(d), range(5) s(o);
CREATE TABLE pairs AS
SELECT printf('X%02dAA%02d', d, d) AS drug,
       CASE d WHEN 3 THEN '</script><b>bold & "quoted"' ELSE 'drug ' || chr(97 + d::INT) END AS drug_label,
       'OUT' || o AS outcome, CASE o WHEN 2 THEN '<img src=x onerror=alert(1)>' ELSE 'Outcome ' || o END AS outcome_label,
       400 + 100 * o AS cases, 60 + 5 * d AS exposed_cases, CASE WHEN d % 3 = 1 THEN NULL ELSE 20 + d END AS events_exposed,
       exp(b) AS irr, exp(b - 0.4) AS lower, exp(b + 0.4) AS upper, b AS log_irr, 0.4 / 1.959964 AS se,
       CASE WHEN k <= 3 THEN 1e-8 * k WHEN b IS NULL THEN NULL ELSE 0.05 + 0.9 * u END AS p,
       CASE WHEN k <= 3 THEN 1e-6 * k WHEN b IS NULL THEN NULL ELSE 0.5 + 0.4 * u END AS q,
       CASE WHEN b IS NULL THEN NULL WHEN k = 2 THEN 2.5 ELSE 0.8 + 0.4 * u END AS pre_exposure_irr,
       CASE WHEN b IS NULL THEN 'few_cases' WHEN k = 2 THEN 'pre_exposure' ELSE 'ok' END AS flag
FROM (SELECT *, d * 5 + o + 1 AS k, CASE WHEN d = 7 THEN NULL WHEN d = 0 AND o < 2 THEN ln(2.4) WHEN d = 0 AND o = 2 THEN ln(0.4)
        ELSE (u - 0.5) * 0.6 END AS b FROM grid)
ORDER BY p NULLS LAST, drug, outcome;
COPY pairs TO 'results/pairs.parquet' (FORMAT parquet);
COPY (SELECT 'X00AA00' AS drug, 'OUT0' AS outcome, f AS from_day, CASE WHEN f < 90 THEN f + 30 + 30 * (f = 30)::INT END AS to_day,
        CASE WHEN f = 0 THEN NULL ELSE 15 END AS events, 1.5 + f / 100.0::DOUBLE AS irr, (1.0 + f / 100.0)::DOUBLE AS lower, (3.0 + f / 100.0)::DOUBLE AS upper
      FROM (VALUES (-30), (0), (30), (90)) t(f)) TO 'results/windows.parquet' (FORMAT parquet);
COPY (SELECT 'OUT' || o AS outcome, CASE o WHEN 2 THEN '<img src=x onerror=alert(1)>' ELSE 'Outcome ' || o END AS outcome_label,
        900 + o AS events, 500 + 110 * o AS persons, 400 + 100 * o AS cases, '' AS excluded, o <> 4 AS baseline_ok
      FROM range(5) t(o)) TO 'results/outcomes.parquet' (FORMAT parquet);
COPY (FROM (VALUES (1, 'event store', 10000, 250000), (2, 'persons with observed time', 9900, NULL), (3, 'cases', NULL, 3000))
        t(step, what, persons, events)) TO 'results/attrition.parquet' (FORMAT parquet);
COPY (SELECT 'OUT' || o AS outcome, axis, CASE axis WHEN 'age' THEN 20.0 * k ELSE 2009.0 + k END::DOUBLE AS from_value,
        CASE axis WHEN 'age' THEN 20.0 * (k + 1) ELSE 2010.0 + k END::DOUBLE AS to_value, exp((k - 2) * 0.3)::DOUBLE AS rate_ratio
      FROM range(4) t(o), (VALUES ('age'), ('calendar')) a(axis), range(5) s(k)) TO 'results/baseline.parquet' (FORMAT parquet);
