-- T_MCOaaA, D and UM of one year, each row with its stay and why it is not used. Codes without dot,
-- and without the dagger or asterisk that some hospitals leave at their end.
CREATE TEMP TABLE act AS
SELECT a.eta, a.rsa, upper(a.ccam) AS code, coalesce(a.del, 0) AS del, coalesce(a.nbr, 1) AS nbr, a.bad, a.file,
       s.person, s.day_in, s.claim,
       CASE WHEN s.eta IS NULL THEN 'orphan' WHEN s.why IS NOT NULL THEN s.why
            WHEN a.ccam IS NULL THEN 'no_code'
            WHEN ltrim(a.act, '0') <> '1' THEN 'other_activity'
            WHEN ltrim(a.phase, '0') NOT IN ('', '1') THEN 'other_phase'
            WHEN a.del < 0 OR a.del > 3660 THEN 'impossible_delay' END AS why
FROM {{a}} a LEFT JOIN (SELECT * FROM stay WHERE nth = 1) s ON s.eta = a.eta AND s.rsa = a.rsa;

CREATE TEMP TABLE das AS
SELECT d.eta, d.rsa, rtrim(replace(upper(d.das), '.', ''), '+* ') AS code, d.bad, d.file, s.person, s.day_in, s.day_out, s.claim,
       CASE WHEN s.eta IS NULL THEN 'orphan' WHEN s.why IS NOT NULL THEN s.why
            WHEN d.das IS NULL THEN 'no_code' END AS why
FROM {{d}} d LEFT JOIN (SELECT * FROM stay WHERE nth = 1) s ON s.eta = d.eta AND s.rsa = d.rsa;

CREATE TEMP TABLE unit AS
SELECT u.eta, u.rsa, rtrim(replace(upper(u.dp), '.', ''), '+* ') AS dp, rtrim(replace(upper(u.dr), '.', ''), '+* ') AS dr,
       u.bad, u.file, s.person, s.day_in, s.day_out, s.claim,
       CASE WHEN s.eta IS NULL THEN 'orphan' WHEN s.why IS NOT NULL THEN s.why
            WHEN u.dp IS NULL AND u.dr IS NULL THEN 'no_code' END AS why
FROM {{um}} u LEFT JOIN (SELECT * FROM stay WHERE nth = 1) s ON s.eta = u.eta AND s.rsa = u.rsa;

CREATE TEMP TABLE chain_why AS
SELECT c.eta, c.rsa, c.bad, c.file,
       CASE WHEN c.nth > 1 THEN 'duplicate_line' WHEN s.eta IS NULL THEN 'orphan' ELSE s.why END AS why
FROM chain c LEFT JOIN (SELECT * FROM stay WHERE nth = 1) s ON s.eta = c.eta AND s.rsa = c.rsa;
