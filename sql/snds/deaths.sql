-- The death of a person: IR_BEN_R, else the first stay that ended in death. Then one event each.
CREATE TABLE death AS
SELECT p.person, coalesce(p.dcd, h.day) AS day
FROM person p LEFT JOIN (SELECT person, min(day) AS day FROM hospital_death GROUP BY person) h USING (person)
WHERE coalesce(p.dcd, h.day) IS NOT NULL;

CREATE TEMP TABLE ev AS
SELECT person, day AS day_from, NULL::DATE AS day_to, 'death' AS kind, 'HUNE' AS vocab, 'DEATH' AS code,
       NULL::DOUBLE AS qty, NULL::DOUBLE AS amt, NULL::VARCHAR AS pre, NULL::VARCHAR AS pre_spe, NULL::VARCHAR AS exe,
       NULL::VARCHAR AS exe_spe, NULL::VARCHAR AS exe_kind, hash('DEATH', person) AS claim, NULL::UTINYINT AS position, false AS net
FROM death;
