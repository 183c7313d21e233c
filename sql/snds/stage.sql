-- ev (one row per staged event) -> one run sorted by person, and what its hashes stand for.
-- ev: person, day_from, day_to, kind, vocab, code, qty, amt, pre, exe, exe_kind, claim, position, net
-- The order inside a person is left open: the store's writer sorts on every column.
INSERT INTO code_seen
SELECT DISTINCT hash(kind, vocab, code), kind, vocab, code FROM ev;

INSERT INTO actor_seen
SELECT hash('PFS', pre), 'prescriber', pre, max(pre_spe), count(*) FROM ev WHERE pre IS NOT NULL GROUP BY pre
UNION ALL
SELECT hash(CASE WHEN exe_kind = 'hospital' THEN 'FINESS' ELSE 'PFS' END, exe), exe_kind, exe, max(exe_spe), count(*)
FROM ev WHERE exe IS NOT NULL GROUP BY exe_kind, exe;

INSERT INTO load SELECT person // 64, count(*) FROM ev GROUP BY 1;

COPY (
  SELECT person, day_from, day_to, hash(kind, vocab, code) AS ck,
         round(qty * 10000)::BIGINT AS qty, round(amt * 100000)::BIGINT AS amt,
         CASE WHEN pre IS NOT NULL THEN hash('PFS', pre) END AS pre,
         CASE WHEN exe IS NOT NULL
              THEN hash(CASE WHEN exe_kind = 'hospital' THEN 'FINESS' ELSE 'PFS' END, exe) END AS exe,
         claim, position, net
  FROM ev ORDER BY person
) TO {{run}} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 20480);

DROP TABLE ev;
