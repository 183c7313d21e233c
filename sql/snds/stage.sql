-- ev (one row per event of stays or illnesses) -> run and what its hashes stand for.
-- ev: person, day_from, day_to, kind, vocab, code, qty, amt, pre, exe, exe_kind, claim, position, net
INSERT INTO code_seen
SELECT ck, any_value(kind), any_value(vocab), any_value(code)
FROM (SELECT hash(kind, vocab, code) AS ck, kind, vocab, code FROM ev) GROUP BY ck;

INSERT INTO actor_seen
SELECT hash('PFS', pre), 'prescriber', pre, max(pre_spe), count(*) FROM ev WHERE pre IS NOT NULL GROUP BY pre
UNION ALL
SELECT hash(CASE WHEN exe_kind = 'hospital' THEN 'FINESS' ELSE 'PFS' END, exe), exe_kind, exe, max(exe_spe), count(*)
FROM ev WHERE exe IS NOT NULL GROUP BY exe_kind, exe;

INSERT INTO run
SELECT person, day_from, day_to, hash(kind, vocab, code), round(qty * 10000)::BIGINT, round(amt * 100000)::BIGINT,
       CASE WHEN pre IS NOT NULL THEN hash('PFS', pre) END,
       CASE WHEN exe IS NOT NULL THEN hash(CASE WHEN exe_kind = 'hospital' THEN 'FINESS' ELSE 'PFS' END, exe) END,
       claim, position, net
FROM ev;

DROP TABLE ev;
