-- det -> run: the detail lines in use of a small table, until there are enough for a file.
INSERT INTO run
SELECT person, day AS day_from, NULL::DATE AS day_to, hash(kind, vocab, code) AS ck, round(qty * 10000)::BIGINT AS qty,
       round(amt * 100000)::BIGINT AS amt, CASE WHEN pre IS NOT NULL THEN hash('PFS', pre) END AS pre,
       CASE WHEN exe IS NOT NULL THEN hash('PFS', exe) END AS exe, claim, NULL::UTINYINT AS position, true AS net
FROM det WHERE why IS NULL;
