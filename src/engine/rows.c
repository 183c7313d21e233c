/* rows.c - a result read chunk by chunk, columns as arrays. */
#include "engine/internal.h"
#include <stdlib.h>

#define MAX_COLUMNS 256

struct hu_rows {
    hu_engine *engine;
    duckdb_prepared_statement st;
    duckdb_result result;
    bool have_result, ended;
    duckdb_data_chunk chunk;
    int n_columns;
    void *data[MAX_COLUMNS];
    uint64_t *valid[MAX_COLUMNS]; /* NULL = nothing missing */
};

hune_status hu_rows_open(hu_engine *e, const char *sql, hu_rows **out, hune_err *err) {
    *out = NULL;
    hu_rows *r = hu_calloc(1, sizeof *r);
    if (!r) return hune_fail(err, HUNE_ENOMEM, "no memory for a result");
    r->engine = e;
    hune_status status = HUNE_OK;
    if (duckdb_prepare(e->con, sql, &r->st) != DuckDBSuccess)
        status = hu_engine_error(DUCKDB_ERROR_BINDER, duckdb_prepare_error(r->st), err);
    else if (!(status = hu_engine_execute(e, r->st, true, &r->result, err))) {
        r->have_result = true;
        r->n_columns = (int)duckdb_column_count(&r->result);
        if (r->n_columns > MAX_COLUMNS)
            status = hune_fail(err, HUNE_ELIMIT, "a query has %d columns, %d can be read",
                               r->n_columns, MAX_COLUMNS);
    }
    if (status) {
        hu_rows_close(r);
        return status;
    }
    *out = r;
    return HUNE_OK;
}

void hu_rows_close(hu_rows *r) {
    if (!r) return;
    if (r->chunk) duckdb_destroy_data_chunk(&r->chunk);
    if (r->have_result) duckdb_destroy_result(&r->result);
    if (r->st) duckdb_destroy_prepare(&r->st);
    free(r);
}

hune_status hu_rows_next(hu_rows *r, int64_t *n, hune_err *err) {
    *n = 0;
    if (r->chunk) duckdb_destroy_data_chunk(&r->chunk);
    if (r->engine->cancel && *r->engine->cancel)
        return hu_engine_error(DUCKDB_ERROR_INTERRUPT, NULL, err);
    if (r->ended) return HUNE_OK; /* asking a finished stream again is an error of the engine */
    r->chunk = duckdb_fetch_chunk(r->result);
    if (!r->chunk) {
        r->ended = true;
        const char *why = duckdb_result_error(&r->result);
        if (why && *why) return hu_engine_error(duckdb_result_error_type(&r->result), why, err);
        return HUNE_OK;
    }
    for (int j = 0; j < r->n_columns; j++) {
        duckdb_vector v = duckdb_data_chunk_get_vector(r->chunk, (idx_t)j);
        r->data[j] = duckdb_vector_get_data(v);
        r->valid[j] = duckdb_vector_get_validity(v);
    }
    *n = (int64_t)duckdb_data_chunk_get_size(r->chunk);
    return HUNE_OK;
}

int hu_rows_columns(const hu_rows *r) {
    return r->n_columns;
}

const char *hu_rows_name(const hu_rows *r, int col) {
    duckdb_result result = r->result; /* a handle; the call wants it writable and changes nothing */
    return duckdb_column_name(&result, (idx_t)col);
}

const int64_t *hu_rows_i64(const hu_rows *r, int col) {
    return r->data[col];
}
const int32_t *hu_rows_i32(const hu_rows *r, int col) {
    return r->data[col];
}
const uint8_t *hu_rows_u8(const hu_rows *r, int col) {
    return r->data[col];
}
const double *hu_rows_f64(const hu_rows *r, int col) {
    return r->data[col];
}

bool hu_rows_null(const hu_rows *r, int col, int64_t row) {
    const uint64_t *valid = r->valid[col];
    return valid && !(valid[row >> 6] >> (row & 63) & 1);
}

const char *hu_rows_text(const hu_rows *r, int col, int64_t row, size_t *len) {
    const duckdb_string_t *s = (const duckdb_string_t *)r->data[col] + row;
    const bool inside = s->value.inlined.length <= 12; /* short text lives in the cell itself */
    *len = s->value.inlined.length;
    return inside ? s->value.inlined.inlined : s->value.pointer.ptr;
}
