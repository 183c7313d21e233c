-- T_MCOaaB and T_MCOaaC of one year -> chain (one row per row of C), stay (one row per row of B with
-- person, dates and why it is not used). First reason wins. The year is part of the stay's name.
CREATE TEMP TABLE chain AS
SELECT *, row_number() OVER (PARTITION BY eta, rsa ORDER BY psa, ent, sor, dtd, dtf, file) AS nth,
       concat(coalesce(r_nir, '-'), coalesce(r_nai, '-'), coalesce(r_sex, '-'), coalesce(r_sej, '-'), coalesce(r_fho, '-'),
              coalesce(r_pms, '-'), coalesce(r_dat, '-'), coalesce(r_cna, '-'), coalesce(r_csx, '-')) AS codes
FROM {{c}};

CREATE TEMP TABLE stay AS
WITH b AS (SELECT *, row_number() OVER (PARTITION BY eta, rsa ORDER BY dp, dr, ghm, ghs, nbj, typ, mod, ann, moi, file) AS nth
           FROM {{b}}),
t AS (
  SELECT b.eta, b.rsa, b.dp, b.dr, b.ghm, b.ghs, b.typ, b.mod, b.nth, b.bad, b.file, c.psa, c.codes,
         coalesce(c.ann, b.ann) AS ann, c.eta IS NULL AS unchained,
         CASE WHEN coalesce(c.ann, b.ann) > 1700 AND coalesce(c.moi, b.moi) BETWEEN 1 AND 12
              THEN make_date(coalesce(c.ann, b.ann), coalesce(c.moi, b.moi), 1) END AS month,
         coalesce(c.sor, c.dtf, month) AS day_out,
         coalesce(c.ent, c.dtd, coalesce(c.sor, c.dtf, month) - coalesce(b.nbj, 0)::INTEGER)::DATE AS day_in,
         c.ent IS NULL AND c.dtd IS NULL AS estimated
  FROM b LEFT JOIN chain c ON c.eta = b.eta AND c.rsa = b.rsa AND c.nth = 1)
SELECT t.*, CASE WHEN m.persons = 1 THEN m.person END AS person, hash({{group}}, t.eta, t.rsa) AS claim,
       CASE WHEN t.nth > 1 THEN 'duplicate_line'
            WHEN f.eta IS NOT NULL AND coalesce(t.ann, 0) <= 2017 THEN 'duplicate_hospital'
            WHEN ghm LIKE '90%' THEN 'grouping_error'
            WHEN ghm = '14Z08Z' THEN 'termination_masked'
            WHEN ghs = '9999' THEN 'ghs_9999'
            WHEN typ = 'B' AND NOT coalesce(ghm LIKE '28%' AND ghm NOT IN ('28Z14Z', '28Z15Z', '28Z16Z'), false)
                 THEN 'other_hospital_bills'
            WHEN unchained OR t.psa IS NULL THEN 'no_chaining'
            WHEN regexp_full_match(t.psa, 'x{17}|X{16}[DSX]|0+') THEN 'impossible_id'
            WHEN NOT regexp_full_match(codes, '0+') THEN 'return_code'
            WHEN m.psa IS NULL THEN 'unknown_person'
            WHEN m.persons = 0 THEN m.why
            WHEN m.persons > 1 THEN 'ambiguous_person'
            WHEN day_in IS NULL OR day_out IS NULL THEN 'no_stay_date'
            WHEN day_out < day_in THEN 'exit_before_entry' END AS why
FROM t
LEFT JOIN psa m USING (psa)
LEFT JOIN finess_duplicate f ON f.eta = ltrim(t.eta, '0');
