-- run -> one file sorted by person. The order inside a person is left open: the store's writer sorts on every column.
INSERT INTO load SELECT person // 64, count(*) FROM run GROUP BY 1;

COPY (FROM run ORDER BY person) TO {{run}} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 20480);

CREATE OR REPLACE TEMP TABLE run AS FROM run LIMIT 0;
