-- Stays in use -> ev. A stay is [entry, exit); one that begins and ends on a day lasts that day. The
-- diagnoses of a stay have its dates; position 1 main, 2 related, 3 associated, 4 main or related of
-- a unit where it is none of these. Repeats are left to the writer, which counts them.
CREATE TEMP TABLE used AS
SELECT *, greatest(day_out, day_in + 1)::DATE AS day_end,
       rtrim(replace(upper(dp), '.', ''), '+* ') AS c_dp, rtrim(replace(upper(dr), '.', ''), '+* ') AS c_dr
FROM stay WHERE why IS NULL;

CREATE TEMP TABLE ev AS
WITH own AS (
  SELECT person, day_in, day_end, claim, eta, rsa, c_dp AS code, 1 AS position FROM used WHERE c_dp <> ''
  UNION ALL SELECT person, day_in, day_end, claim, eta, rsa, c_dr, 2 FROM used WHERE c_dr <> ''
  UNION ALL SELECT person, day_in, greatest(day_out, day_in + 1)::DATE, claim, eta, rsa, code, 3 FROM das
            WHERE why IS NULL AND code <> ''),
units AS (
  SELECT person, day_in, greatest(day_out, day_in + 1)::DATE AS day_end, claim, eta, rsa, unnest([dp, dr]) AS code, 4 AS position
  FROM unit WHERE why IS NULL),
diagnosis AS (
  SELECT * FROM own
  UNION ALL
  SELECT * FROM units u WHERE code <> '' AND NOT EXISTS (SELECT 1 FROM own o WHERE o.claim = u.claim AND o.code = u.code))
SELECT person, day_in AS day_from, day_end AS day_to, 'diagnosis' AS kind, 'ICD10' AS vocab, code,
       NULL::DOUBLE AS qty, NULL::DOUBLE AS amt, NULL::VARCHAR AS pre, NULL::VARCHAR AS pre_spe, eta AS exe,
       NULL::VARCHAR AS exe_spe, 'hospital' AS exe_kind, claim, position::UTINYINT AS position, false AS net
FROM diagnosis
UNION ALL
SELECT person, day_in, day_end, 'stay', 'GHM', coalesce(upper(ghm), 'UNKNOWN'), NULL, NULL, NULL, NULL, eta, NULL, 'hospital', claim,
       NULL, false
FROM used
UNION ALL
SELECT person, (day_in + del::INTEGER)::DATE, NULL, 'act', 'CCAM', code, nbr, NULL, NULL, NULL, eta, NULL, 'hospital', claim,
       NULL, true
FROM act WHERE why IS NULL;

INSERT INTO hospital_death SELECT person, day_out FROM used WHERE mod = '9';
INSERT INTO last_care SELECT person, max(day_out) FROM used GROUP BY person;
INSERT INTO month_care SELECT date_trunc('month', day_in)::DATE, count(*) FROM used GROUP BY 1;
