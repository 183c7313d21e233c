-- Grain: see each table. {{events}}, {{persons}}, {{observation}}, {{codes}} are quoted file names (globs).
CREATE VIEW ev AS SELECT * FROM read_parquet({{events}}, filename = true, file_row_number = true);
CREATE VIEW pe AS SELECT * FROM read_parquet({{persons}});
CREATE VIEW ob AS SELECT * FROM read_parquet({{observation}});
CREATE VIEW co AS SELECT * FROM read_parquet({{codes}});

-- kind x year
CREATE TABLE kinds AS
SELECT kind, year(start)::BIGINT AS year, count(*) AS events, count(DISTINCT person) AS persons
FROM ev GROUP BY ALL ORDER BY ALL;

-- sex x age band at the middle of the observed time
CREATE TABLE bands AS
WITH middle AS (
    SELECT person, min(start) + ((max("end") - min(start)) // 2)::INTEGER AS day FROM ob GROUP BY person),
aged AS (
    SELECT coalesce(sex, 0)::INTEGER AS sex, floor(date_diff('day', birth, day) / 365.25) AS age
    FROM pe LEFT JOIN middle USING (person))
SELECT sex, CASE WHEN age IS NULL THEN 'unknown' WHEN age < 18 THEN '00-17' WHEN age < 45 THEN '18-44'
                 WHEN age < 65 THEN '45-64' WHEN age < 80 THEN '65-79' ELSE '80+' END AS band,
       count(*) AS persons
FROM aged GROUP BY ALL ORDER BY ALL;

-- the {{top}} most frequent codes of each kind
CREATE TABLE top AS
SELECT c.kind, c.vocabulary, c.text, coalesce(c.label_en, c.label, '') AS label, n AS events, persons
FROM (SELECT code, count(*) AS n, count(DISTINCT person) AS persons FROM ev GROUP BY code) e
JOIN co c USING (code)
QUALIFY row_number() OVER (PARTITION BY c.kind ORDER BY n DESC, c.text) <= {{top}}
ORDER BY c.kind, n DESC, c.text;

-- what must be true of every store: name, how many rows break it
CREATE TABLE checks AS
SELECT 'persons are numbered 0, 1, 2, ... without gaps' AS name,
       (SELECT count(*) FROM (SELECT person, row_number() OVER (ORDER BY person) - 1 AS want FROM pe) WHERE person <> want) AS broken
UNION ALL SELECT 'parts are sorted by person and start',
       (SELECT count(*) FROM (SELECT person < lag(person) OVER w
                                  OR (person = lag(person) OVER w AND start < lag(start) OVER w) AS bad
                              FROM ev WINDOW w AS (PARTITION BY filename ORDER BY file_row_number)) WHERE bad)
UNION ALL SELECT 'every event belongs to a person of the store',
       (SELECT count(*) FROM ev WHERE person NOT BETWEEN 0 AND (SELECT count(*) - 1 FROM pe))
UNION ALL SELECT 'a person is in one part only',
       (SELECT count(*) FROM (SELECT person FROM ev GROUP BY person HAVING count(DISTINCT filename) > 1))
UNION ALL SELECT 'every code is in the dictionary',
       (SELECT count(*) FROM ev ANTI JOIN co USING (code))
UNION ALL SELECT 'the kind of an event is the kind of its code',
       (SELECT count(*) FROM ev JOIN co USING (code) WHERE ev.kind <> co.kind)
UNION ALL SELECT 'no event ends before it starts', (SELECT count(*) FROM ev WHERE "end" < start)
UNION ALL SELECT 'observed spans are not empty and do not overlap',
       (SELECT count(*) FROM (SELECT start >= "end" OR start < lag("end") OVER (PARTITION BY person ORDER BY start) AS bad
                              FROM ob) WHERE bad)
UNION ALL SELECT 'observation ends with death at the latest',
       (SELECT count(*) FROM ob JOIN pe USING (person) WHERE "end" > death + 1);
