-- ER_PRS_F of one group -> prs: one row per payment line, typed, with its person and why it is not
-- used (NULL = used). A pseudonym of several persons is told apart by birth rank in the general scheme
-- only: elsewhere the rank is that of the family and changes. kh is the hash of the nine key columns; joins add two of them in the clear.
CREATE TEMP TABLE prs AS
SELECT hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct, ord, rem) AS kh,
       dct::BIGINT AS dct, ord::INTEGER AS ord,
       hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct) AS claim,
       coalesce(r.person, CASE WHEN m.persons = 1 THEN m.person END) AS person,
       day, qte,
       CASE WHEN ltrim(exe, '0') <> '' THEN exe END AS exe,
       CASE WHEN ltrim(pre, '0') <> '' THEN pre END AS pre,
       spe AS pre_spe, exe_spe, flx_dis, bad, file,
       CASE WHEN dpn = 71 OR qlp = 71 THEN 'information_only'
            WHEN cpl >= 2 THEN 'supplement'
            WHEN bse = 0 THEN 'no_base_act'
            WHEN m.psa IS NULL THEN CASE WHEN psa IS NULL OR regexp_full_match(psa, 'x{17}|X{16}[DSX]|0+')
                                         THEN 'impossible_id' ELSE 'unknown_person' END
            WHEN m.persons = 0 THEN m.why
            WHEN m.persons > 1 AND r.person IS NULL THEN 'ambiguous_person'
            WHEN day IS NULL THEN 'no_care_date'
            WHEN day > flx_dis + 31 THEN 'care_after_flow' END AS why
FROM {{prs}} t
LEFT JOIN psa m USING (psa)
LEFT JOIN psa_rank r ON r.psa_rank = CASE WHEN m.persons > 1 AND coalesce(t.rgm, 1) = 1 THEN t.psa || '|' || coalesce(t.rnk::VARCHAR, '') END;
