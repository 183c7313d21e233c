-- ben (one row per row of IR_BEN_R and its archive, or per pseudonym of the claims when there is
-- none) -> person (one row per person, numbered by the keyed hash of the identifier), psa (one row
-- per pseudonym: its only person, or why it has none) and psa_rank (pseudonyms shared by several
-- persons, by birth rank).
CREATE TABLE ben_why AS
SELECT *,
       coalesce(idt, ano, psa || coalesce(rnk::VARCHAR, '')) AS id,
       CASE WHEN nai > 1700 AND nai < 2200
            THEN make_date(nai, CASE WHEN moi BETWEEN 1 AND 12 THEN moi ELSE 1 END, 1) END AS birth,
       CASE WHEN psa IS NULL OR regexp_full_match(psa, 'x{17}|X{16}[DSX]|0+') THEN 'impossible_id'
            WHEN lpad(cdi, 2, '0') IN ('03', '04') THEN 'provisional_person'
            WHEN lpad(cdi, 2, '0') <> '00' THEN 'fictive_person'
            WHEN birth IS NULL THEN 'no_birth_date' END AS why
FROM ben;

CREATE TABLE person AS
WITH one AS (
  SELECT id,
         first(CASE WHEN sex IN (1, 2) THEN sex END ORDER BY upd DESC NULLS LAST, psa, rnk) AS sex,
         first(birth ORDER BY upd DESC NULLS LAST, psa, rnk) AS birth,
         min(dcd) AS dcd,
         first(dpt ORDER BY upd DESC NULLS LAST, psa, rnk) AS dpt,
         first(aff ORDER BY upd DESC NULLS LAST, psa, rnk) AS aff
  FROM ben_why WHERE why IS NULL GROUP BY id),
hashed AS (SELECT *, sha256({{key}} || sha256({{key}} || id)) AS source_id FROM one)
SELECT (row_number() OVER (ORDER BY source_id) - 1)::INTEGER AS person, source_id, id,
       sex::TINYINT AS sex, birth, CASE WHEN dcd >= birth THEN dcd END AS dcd,
       CASE WHEN length(dpt) = 3 AND dpt[1] = '0' THEN dpt[2:3] ELSE dpt END AS region,
       CASE WHEN regexp_full_match(aff, '[0-9]{2}.*') THEN aff[1:2] END AS scheme
FROM hashed;

CREATE TABLE ben_person AS
SELECT b.psa, b.rnk, b.why, p.person FROM ben_why b LEFT JOIN person p ON p.id = CASE WHEN b.why IS NULL THEN b.id END;

CREATE TABLE psa AS
SELECT psa, count(DISTINCT person) AS persons, min(person) AS person, min(why) AS why
FROM ben_person WHERE psa IS NOT NULL GROUP BY psa;

CREATE TABLE psa_rank AS
SELECT psa || '|' || coalesce(rnk::VARCHAR, '') AS psa_rank, min(person) AS person
FROM ben_person JOIN (SELECT psa FROM psa WHERE persons > 1) USING (psa)
WHERE person IS NOT NULL GROUP BY 1 HAVING count(DISTINCT person) = 1;

CREATE TABLE ben_rejects AS
SELECT 'IR_BEN_R' AS "table", NULL::INTEGER AS person, nai AS birth_year, cdi AS certified, why FROM ben_why;

DROP TABLE ben;
DROP TABLE ben_why;
DROP TABLE ben_person;
