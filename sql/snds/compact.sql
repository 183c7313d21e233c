-- What a job gathers, each value once again: run every few groups, so that it grows with persons and
-- codes and not with the number of groups.
CREATE OR REPLACE TABLE last_care AS SELECT person, max(day) AS day FROM last_care GROUP BY person;
CREATE OR REPLACE TABLE code_seen AS SELECT DISTINCT * FROM code_seen;
CREATE OR REPLACE TABLE actor_seen AS
SELECT ak, kind, text, max(specialty) AS specialty, sum(rows)::BIGINT AS rows FROM actor_seen GROUP BY ak, kind, text;
CREATE OR REPLACE TABLE load AS SELECT block, sum(n)::BIGINT AS n FROM load GROUP BY block;
