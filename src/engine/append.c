/* append.c - rows into a table of the engine. The first error is kept and told when the row or the
 * table ends, so that writing a row reads like a row. */
#include "engine/internal.h"
#include <math.h>
#include <stdlib.h>

struct hu_append {
    duckdb_appender appender;
    bool failed;
};

hune_status hu_append_open(hu_engine *e, const char *table, hu_append **out, hune_err *err) {
    hu_append *a = hu_calloc(1, sizeof *a);
    *out = NULL;
    if (!a) return hune_fail(err, HUNE_ENOMEM, "no memory to append to '%s'", table);
    if (duckdb_appender_create(e->con, NULL, table, &a->appender) != DuckDBSuccess) {
        hune_fail(err, HUNE_EBUG, "cannot append to '%s': %s", table,
                  duckdb_appender_error(a->appender));
        duckdb_appender_destroy(&a->appender);
        free(a);
        return HUNE_EBUG;
    }
    *out = a;
    return HUNE_OK;
}

static void note(hu_append *a, duckdb_state state) {
    a->failed |= state != DuckDBSuccess;
}

void hu_append_i64(hu_append *a, int64_t v) {
    note(a, duckdb_append_int64(a->appender, v));
}

void hu_append_f64(hu_append *a, double v) {
    note(a, isnan(v) ? duckdb_append_null(a->appender) : duckdb_append_double(a->appender, v));
}

void hu_append_text(hu_append *a, const char *s) {
    note(a, s ? duckdb_append_varchar(a->appender, s) : duckdb_append_null(a->appender));
}

void hu_append_null(hu_append *a) {
    note(a, duckdb_append_null(a->appender));
}

static hune_status told(const hu_append *a, hune_err *err) {
    if (!a->failed) return HUNE_OK;
    const char *why = duckdb_appender_error(a->appender);
    return hune_fail(err, HUNE_EBUG, "cannot append a row: %s", why ? why : "no reason given");
}

hune_status hu_append_end(hu_append *a, hune_err *err) {
    note(a, duckdb_appender_end_row(a->appender));
    return told(a, err);
}

hune_status hu_append_close(hu_append *a, hune_err *err) {
    if (!a) return HUNE_OK;
    note(a, duckdb_appender_close(a->appender));
    const hune_status status = told(a, err);
    duckdb_appender_destroy(&a->appender);
    free(a);
    return status;
}
