-- IR_PHA_R -> drug (one row per CIP13), drug7 (one row per CIP7) and drug_ucd (one row per UCD).
-- The table may hold a history: the first row in text order stands for a code.
CREATE TABLE drug AS
SELECT c13, min(c07) AS c07, min(lpad(ltrim(ucd, '0'), 7, '0')) AS ucd, min(upper(atc)) AS atc, min(atc_label) AS atc_label,
       min(label) AS label,
       min(CASE WHEN try_cast(units AS DOUBLE) BETWEEN 1 AND 366 THEN try_cast(units AS DOUBLE) END) AS units,
       max(pack) AS pack
FROM drug_rows WHERE why IS NULL GROUP BY c13;

CREATE TABLE drug7 AS
SELECT lpad(c07, 7, '0') AS c07, min(c13) AS c13 FROM drug WHERE c07 IS NOT NULL GROUP BY 1;

CREATE TABLE drug_ucd AS
SELECT ucd, min(atc) AS atc, min(label) AS label FROM drug WHERE ucd IS NOT NULL GROUP BY ucd;

DROP TABLE drug_rows;
