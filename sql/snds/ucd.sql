-- ER_UCD_F of one group -> det: one row per hospital drug with its payment line and why it is not used.
-- UCD_FRC_COE adds the fraction of a unit; 1.0000 in it means that no unit was divided.
CREATE TEMP TABLE det AS
WITH t AS (
  SELECT *, hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct, ord, rem) AS kh,
         CASE WHEN regexp_full_match(ucd, '0+') THEN NULL ELSE lpad(regexp_replace(ucd, '[.]0+$', ''), 13, '0') END AS c
  FROM {{det}})
SELECT t.kh, t.dct, t.ord, t.lin, t.bad, t.file, p.claim, p.person, p.day, p.exe, p.pre, p.pre_spe, p.exe_spe,
       'drug' AS kind, 'UCD' AS vocab, t.c AS code,
       t.dlv + CASE WHEN abs(t.frc) < 1 THEN abs(t.frc) * CASE WHEN t.dlv < 0 THEN -1 ELSE 1 END ELSE 0 END AS qty,
       t.ttf AS amt, 'pharmacy' AS exe_kind,
       CASE WHEN p.kh IS NULL THEN 'orphan' WHEN p.why IS NOT NULL THEN p.why
            WHEN t.c IS NULL THEN 'no_code' WHEN qty IS NULL THEN 'no_quantity' END AS why
FROM t
LEFT JOIN (SELECT * FROM prs WHERE why IS DISTINCT FROM 'duplicate_line') p
       ON p.kh = t.kh AND p.dct = t.dct AND p.ord = t.ord;
