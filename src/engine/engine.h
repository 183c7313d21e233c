/* engine.h - DuckDB behind a small door: run statements, stream columns, append rows.
 *
 * Only this room includes duckdb.h. What the SQL means is none of its business. One hu_engine is
 * one in-memory database; it is used by one thread at a time (open one per worker instead of
 * sharing).
 */
#ifndef HU_ENGINE_H
#define HU_ENGINE_H
#include "base/base.h"

typedef struct hu_engine hu_engine;

/* threads and memory_bytes are DuckDB's; temp_dir takes spilled data (NULL = no spilling).
 * Nothing is ever installed or loaded from the network. cancel may be NULL.
 * Fails HUNE_EIO, HUNE_ENOMEM. */
hune_status hu_engine_open(int threads, int64_t memory_bytes, const char *temp_dir,
                           const volatile sig_atomic_t *cancel, hu_engine **out, hune_err *err);
void hu_engine_close(hu_engine *e);

/* Run one or several statements, results thrown away. Stops with HUNE_ECANCEL when the flag is
 * set. Engine errors come back as HUNE_EFORMAT (bad input files), HUNE_EIO (disk), HUNE_ENOMEM. */
hune_status hu_engine_run(hu_engine *e, const char *sql, hune_err *err);

/* As hu_engine_run, after {{key}} substitution (see hu_fill). Values are put in as they are:
 * quote them with hu_sql_text / hu_sql_name. */
hune_status hu_engine_plan(hu_engine *e, const char *sql, const char *const *pairs, hune_err *err);

/* 'it''s' and "na""me", owned by the arena; NULL = no memory. */
char *hu_sql_text(hu_arena *a, const char *s);
char *hu_sql_name(hu_arena *a, const char *s);

/* First column of the first row as a number; 0 when there is no row or it is NULL. */
hune_status hu_engine_i64(hu_engine *e, const char *sql, int64_t *out, hune_err *err);
hune_status hu_engine_f64(hu_engine *e, const char *sql, double *out, hune_err *err);
/* First column of the first row as text (copied into the arena; NULL when no row or NULL). */
hune_status hu_engine_text(hu_engine *e, const char *sql, hu_arena *a, char **out, hune_err *err);

/* --- streaming a result, chunk by chunk ------------------------------------------------------- */

typedef struct hu_rows hu_rows;

hune_status hu_rows_open(hu_engine *e, const char *sql, hu_rows **out, hune_err *err);
void hu_rows_close(hu_rows *r);
/* Fetch the next chunk; *n = its rows, 0 at the end. Pointers of the previous chunk die. */
hune_status hu_rows_next(hu_rows *r, int64_t *n, hune_err *err);
int hu_rows_columns(const hu_rows *r);
const char *hu_rows_name(const hu_rows *r, int col);
/* Column data of the current chunk, by its SQL type: cast in the SQL to what you read. */
const int64_t *hu_rows_i64(const hu_rows *r, int col); /* BIGINT, TIMESTAMP (micros) */
const int32_t *hu_rows_i32(const hu_rows *r, int col); /* INTEGER, DATE (days) */
const uint8_t *hu_rows_u8(const hu_rows *r, int col);  /* UTINYINT, TINYINT, BOOLEAN */
const double *hu_rows_f64(const hu_rows *r, int col);  /* DOUBLE */
bool hu_rows_null(const hu_rows *r, int col, int64_t row);
/* Text of one cell of a VARCHAR column, not NUL-terminated, valid until the next chunk. */
const char *hu_rows_text(const hu_rows *r, int col, int64_t row, size_t *len);

/* --- appending small and medium tables ---------------------------------------------------------
 */

typedef struct hu_append hu_append;

hune_status hu_append_open(hu_engine *e, const char *table, hu_append **out, hune_err *err);
/* Values in column order, then hu_append_end. Errors are kept and told by end and close. */
void hu_append_i64(hu_append *a, int64_t v);
void hu_append_f64(hu_append *a, double v);       /* NaN is written as NULL */
void hu_append_text(hu_append *a, const char *s); /* NULL is written as NULL */
void hu_append_null(hu_append *a);
hune_status hu_append_end(hu_append *a, hune_err *err);   /* ends the row */
hune_status hu_append_close(hu_append *a, hune_err *err); /* flushes; frees even on failure */

#endif
