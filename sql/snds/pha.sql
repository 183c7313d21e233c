-- ER_PHA_F of one group -> det: one row per drug line with its payment line and why it is not used.
-- A line sold by the unit (PHA_DEC_TOP = D) counts as the share of a pack. CIP7 stands in for a
-- missing CIP13.
CREATE TEMP TABLE det AS
WITH t AS (
  SELECT *, hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct, ord, rem) AS kh,
         CASE WHEN ltrim(c13, '0') = '' THEN NULL WHEN contains(c13, '.') THEN regexp_replace(c13, '[.]0+$', '') ELSE c13 END AS cip13,
         CASE WHEN ltrim(c07, '0') = '' THEN NULL WHEN contains(c07, '.') OR length(c07) <> 7
              THEN lpad(regexp_replace(c07, '[.]0+$', ''), 7, '0') ELSE c07 END AS cip7
  FROM {{det}})
SELECT t.kh, t.dct, t.ord, t.lin, t.bad, t.file, p.claim, p.person, p.day, p.exe, p.pre, p.pre_spe, p.exe_spe,
       'drug' AS kind,
       CASE WHEN t.cip13 IS NOT NULL OR d7.c13 IS NOT NULL THEN 'CIP13' ELSE 'CIP7' END AS vocab,
       coalesce(t.cip13, d7.c13, t.cip7) AS code,
       CASE WHEN t.dtop = 'D' AND t.dqsu IS NOT NULL THEN t.dqsu / coalesce(d.units, 1) ELSE t.qsn END AS qty,
       CASE WHEN t.dtop = 'D' AND t.dqsu IS NOT NULL THEN t.dqsu * t.dpru ELSE t.qsn * t.pru END AS amt,
       'pharmacy' AS exe_kind,
       CASE WHEN p.kh IS NULL THEN 'orphan' WHEN p.why IS NOT NULL THEN p.why
            WHEN coalesce(t.cip13, t.cip7) IS NULL THEN 'no_code'
            WHEN qty IS NULL THEN 'no_quantity' END AS why
FROM t
LEFT JOIN (SELECT * FROM prs WHERE why IS DISTINCT FROM 'duplicate_line') p
       ON p.kh = t.kh AND p.dct = t.dct AND p.ord = t.ord
LEFT JOIN drug7 d7 ON d7.c07 = CASE WHEN t.cip13 IS NULL THEN t.cip7 END
LEFT JOIN drug d ON d.c13 = CASE WHEN t.dtop = 'D' THEN t.cip13 END;
