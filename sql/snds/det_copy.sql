-- det -> one file sorted by person, at once: the drug lines of a flow are the bulk of everything. Cancellations are
-- netted by the writer, since they may come in a later flow.
INSERT INTO load SELECT person // 64, count(*) FROM det WHERE why IS NULL GROUP BY 1;

COPY (
SELECT person, day AS day_from, NULL::DATE AS day_to, hash(kind, vocab, code) AS ck, round(qty * 10000)::BIGINT AS qty,
       round(amt * 100000)::BIGINT AS amt, CASE WHEN pre IS NOT NULL THEN hash('PFS', pre) END AS pre,
       CASE WHEN exe IS NOT NULL THEN hash('PFS', exe) END AS exe, claim, NULL::UTINYINT AS position, true AS net
FROM det WHERE why IS NULL
ORDER BY person
) TO {{run}} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 20480);
