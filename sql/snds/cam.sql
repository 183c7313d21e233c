-- ER_CAM_F of one group -> det: one row per technical act with its payment line and why it is not used.
-- One operation shows once per activity and phase: activity 1 in phase 0 or 1 stands for it. The
-- quantity is that of the payment line.
CREATE TEMP TABLE det AS
WITH t AS (
  SELECT *, hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct, ord, rem) AS kh, upper(ccam) AS c
  FROM {{det}})
SELECT t.kh, t.dct, t.ord, t.lin, t.bad, t.file, p.claim, p.person, p.day, p.exe, p.pre, p.pre_spe, p.exe_spe,
       'act' AS kind, 'CCAM' AS vocab, t.c AS code, coalesce(p.qte, 1) AS qty, coalesce(p.qte, 1) * t.pru AS amt,
       'practitioner' AS exe_kind,
       CASE WHEN p.kh IS NULL THEN 'orphan' WHEN p.why IS NOT NULL THEN p.why
            WHEN t.c IS NULL THEN 'no_code'
            WHEN e.kh IS NOT NULL THEN 'public_hospital'
            WHEN ltrim(t.act, '0') <> '1' THEN 'other_activity'
            WHEN ltrim(t.phase, '0') NOT IN ('', '1') THEN 'other_phase' END AS why
FROM t
LEFT JOIN (SELECT * FROM prs WHERE why IS DISTINCT FROM 'duplicate_line') p
       ON p.kh = t.kh AND p.dct = t.dct AND p.ord = t.ord
LEFT JOIN (SELECT DISTINCT kh, dct, ord FROM pub WHERE taa = 1) e
       ON e.kh = t.kh AND e.dct = t.dct AND e.ord = t.ord;
