-- IR_IMB_R -> imb: one row per row, with its person and why it is not used.
CREATE TEMP TABLE imb AS
SELECT coalesce(r.person, CASE WHEN m.persons = 1 THEN m.person END) AS person, t.dtd, t.dtf,
       rtrim(replace(upper(t.mtf), '.', ''), '+* ') AS code, t.bad, t.file,
       CASE WHEN t.psa IS NULL OR regexp_full_match(t.psa, 'x{17}|X{16}[DSX]|0+') THEN 'impossible_id'
            WHEN m.psa IS NULL THEN 'unknown_person'
            WHEN m.persons = 0 THEN m.why
            WHEN m.persons > 1 AND r.person IS NULL THEN 'ambiguous_person'
            WHEN t.dtd IS NULL THEN 'no_start_date'
            WHEN t.mtf IS NULL THEN 'no_code'
            WHEN coalesce(upper(t.ncl), 'CIM10') <> 'CIM10' THEN 'not_icd10'
            WHEN t.dtf < t.dtd THEN 'end_before_start' END AS why
FROM {{imb}} t
LEFT JOIN psa m USING (psa)
LEFT JOIN psa_rank r ON r.psa_rank = CASE WHEN m.persons > 1 THEN t.psa || '|' || coalesce(t.rnk::VARCHAR, '') END;
