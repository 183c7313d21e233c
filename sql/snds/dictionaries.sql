-- code_seen, actor_seen -> code, ancestor, actor. Numbers follow (kind, vocabulary, text), so that the
-- order of codes is the order of kinds. A drug's ancestors are its ATC levels, a diagnosis' the shorter
-- codes down to the category of three characters.
CREATE TABLE seen AS SELECT DISTINCT ck, kind, vocab, text FROM code_seen;

CREATE TABLE drug_atc AS
SELECT s.kind, s.vocab, s.text, atc
FROM seen s JOIN drug d ON s.vocab = 'CIP13' AND d.c13 = s.text WHERE atc IS NOT NULL
UNION ALL
SELECT s.kind, s.vocab, s.text, atc
FROM seen s JOIN drug_ucd d ON s.vocab = 'UCD' AND d.ucd = right(s.text, 7) WHERE atc IS NOT NULL;

CREATE TABLE atc_level AS
SELECT DISTINCT kind, atc[1:n] AS text FROM (SELECT DISTINCT kind, atc FROM drug_atc), (SELECT unnest([1, 3, 4, 5, 7]) AS n)
WHERE n <= length(atc)
UNION
SELECT DISTINCT kind, atc FROM drug_atc;

CREATE TABLE icd_level AS
SELECT DISTINCT kind, text[1:n] AS text FROM seen, (SELECT unnest([3, 4, 5]) AS n)
WHERE vocab = 'ICD10' AND n < length(text) AND text[n] NOT IN ('+', '-');

CREATE TABLE code AS
WITH every AS (
  SELECT kind, vocab, text FROM seen
  UNION SELECT kind, 'ATC', text FROM atc_level
  UNION SELECT kind, 'ICD10', text FROM icd_level)
SELECT (row_number() OVER (ORDER BY e.kind, e.vocab, e.text) - 1)::INTEGER AS code, e.kind, e.vocab, e.text,
       CASE e.vocab WHEN 'CIP13' THEN d.label WHEN 'UCD' THEN u.label
                    WHEN 'ATC' THEN coalesce(a.label, al.label) WHEN 'HUNE' THEN 'Décès' ELSE l.label END AS label,
       CASE e.vocab WHEN 'ATC' THEN i.label WHEN 'HUNE' THEN 'Death' END AS label_en,
       CASE WHEN e.vocab = 'CIP13' THEN CASE WHEN d.units IS NOT NULL THEN d.units WHEN d.pack = 'GC' THEN 90 ELSE 30 END END::DOUBLE
         AS pack_days,
       CASE e.vocab WHEN 'CIP13' THEN d.c13 IS NULL WHEN 'UCD' THEN u.ucd IS NULL WHEN 'CIP7' THEN true
                    WHEN 'ICD10' THEN l.label IS NULL AND length(e.text) > 0 WHEN 'CCAM' THEN l.label IS NULL ELSE false END
         AS unknown,
       s.ck
FROM every e
LEFT JOIN seen s ON s.kind = e.kind AND s.vocab = e.vocab AND s.text = e.text
LEFT JOIN drug d ON d.c13 = CASE WHEN e.vocab = 'CIP13' THEN e.text END
LEFT JOIN drug_ucd u ON u.ucd = CASE WHEN e.vocab = 'UCD' THEN right(e.text, 7) END
LEFT JOIN label_atc a ON a.code = CASE WHEN e.vocab = 'ATC' THEN e.text END
LEFT JOIN (SELECT atc, min(atc_label) AS label FROM drug GROUP BY atc) al ON al.atc = CASE WHEN e.vocab = 'ATC' THEN e.text END
LEFT JOIN label_inn i ON i.code = CASE WHEN e.vocab = 'ATC' THEN e.text END
LEFT JOIN label l ON l.vocab = e.vocab AND l.code = e.text;

CREATE TABLE ancestor AS
WITH drug_up AS (
  SELECT x.kind, x.vocab, x.text, y.text AS up FROM drug_atc x JOIN atc_level y ON y.kind = x.kind AND starts_with(x.atc, y.text)),
atc_up AS (
  SELECT x.kind, 'ATC' AS vocab, x.text, y.text AS up FROM atc_level x JOIN atc_level y
  ON y.kind = x.kind AND y.text[1] = x.text[1] AND starts_with(x.text, y.text) AND length(y.text) < length(x.text)),
icd_up AS (
  SELECT kind, 'ICD10' AS vocab, text, text[1:n] AS up FROM (SELECT kind, text FROM code WHERE vocab = 'ICD10'), (SELECT unnest([3, 4, 5]) AS n)
  WHERE n < length(text) AND text[n] NOT IN ('+', '-')),
up AS (
  SELECT kind, vocab, text, 'ATC' AS up_vocab, up FROM drug_up UNION SELECT kind, vocab, text, 'ATC', up FROM atc_up
  UNION SELECT kind, vocab, text, 'ICD10', up FROM icd_up)
SELECT c.code, p.code AS ancestor,
       (row_number() OVER (PARTITION BY c.code ORDER BY length(u.up) DESC))::INTEGER AS distance
FROM up u
JOIN code c ON c.kind = u.kind AND c.vocab = u.vocab AND c.text = u.text
JOIN code p ON p.kind = u.kind AND p.vocab = u.up_vocab AND p.text = u.up;

CREATE TABLE actor AS
WITH a AS (
  SELECT ak, min(text) AS text, bool_or(kind = 'hospital') AS hospital,
         CASE WHEN bool_or(kind = 'hospital') THEN 'hospital' WHEN bool_or(kind = 'pharmacy') THEN 'pharmacy'
              WHEN bool_or(kind = 'practitioner') THEN 'practitioner' ELSE 'prescriber' END AS kind,
         max(CASE WHEN NOT regexp_full_match(specialty, '0*') THEN specialty END) AS specialty
  FROM actor_seen GROUP BY ak),
h AS (SELECT *, sha256({{key}} || sha256({{key}} || CASE WHEN hospital THEN 'FINESS' ELSE 'PFS' END || text)) AS source_id FROM a)
SELECT (row_number() OVER (ORDER BY source_id) - 1)::INTEGER AS actor, source_id, kind,
       CASE WHEN kind <> 'pharmacy' THEN lpad(specialty, 2, '0') END AS specialty,
       CASE WHEN hospital THEN text[1:2] END AS region, ak
FROM h;
