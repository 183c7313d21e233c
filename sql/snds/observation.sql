-- One span per person: from the study's start or the birth to the first of death (that day included),
-- loss (a fixed time after the last claim of any kind) and the study's end. The rule looks at
-- claims only, never at what they are for.
CREATE TABLE observation AS
WITH t AS (
  SELECT p.person, greatest(DATE {{from}}, p.birth) AS a, (d.day + 1)::DATE AS dead,
         (greatest(coalesce(l.day, DATE {{from}}), DATE {{from}}, p.birth) + {{loss}})::DATE AS lost, DATE {{to}} AS stop
  FROM person p LEFT JOIN death d USING (person)
  LEFT JOIN (SELECT person, max(day) AS day FROM last_care GROUP BY person) l USING (person))
SELECT person, a AS "start", least(stop, lost, coalesce(dead, stop)) AS "end",
       CASE WHEN dead <= least(stop, lost) THEN 'death' WHEN lost < stop THEN 'loss' ELSE 'study_end' END AS reason
FROM t WHERE least(stop, lost, coalesce(dead, stop)) > a;
