// Not Go code: the ordinary way to fetch one pinned, checksummed build of DuckDB (see go.sum).
module hune/third_party/duckdb

go 1.19

require github.com/duckdb/duckdb-go-bindings/lib/linux-amd64 v0.10506.0
