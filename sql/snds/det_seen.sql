-- det -> code_seen, actor_seen: what the hashes of the detail lines in use will stand for.
INSERT INTO code_seen
SELECT ck, any_value(kind), any_value(vocab), any_value(code)
FROM (SELECT hash(kind, vocab, code) AS ck, kind, vocab, code FROM det WHERE why IS NULL) GROUP BY ck;

INSERT INTO actor_seen
SELECT hash('PFS', pre), 'prescriber', pre, max(pre_spe), count(*) FROM det WHERE why IS NULL AND pre IS NOT NULL GROUP BY pre
UNION ALL
SELECT hash('PFS', exe), any_value(exe_kind), exe, max(exe_spe), count(*)
FROM det WHERE why IS NULL AND exe IS NOT NULL GROUP BY exe;
