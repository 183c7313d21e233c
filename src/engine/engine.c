/* engine.c - opening the embedded database and running statements.
 *
 * open -> run / plan / i64 / f64 / text -> close. A statement is executed task by task, so that a
 * wish to stop is heard within milliseconds whatever the statement does.
 */
#include "engine/internal.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* DuckDB writes one-line and many-line messages; ours are one line. */
static void one_line(char *text) {
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t') *c = ' ';
}

/* A pending result loses the class of its error but keeps it as the first words of the text. */
static duckdb_error_type class_of(duckdb_error_type type, const char *text) {
    static const struct {
        const char *words;
        duckdb_error_type type;
    } known[] = {{"Out of Memory Error", DUCKDB_ERROR_OUT_OF_MEMORY},
                 {"IO Error", DUCKDB_ERROR_IO},
                 {"Permission Error", DUCKDB_ERROR_PERMISSION},
                 {"INTERRUPT", DUCKDB_ERROR_INTERRUPT}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (hu_starts(text, known[i].words)) return known[i].type;
    return type;
}

hune_status hu_engine_error(duckdb_error_type type, const char *text, hune_err *err) {
    char line[440];
    snprintf(line, sizeof line, "%s", text ? text : "the engine gave no reason");
    one_line(line);
    switch (class_of(type, line)) {
    case DUCKDB_ERROR_INTERRUPT:
        return hune_fail(err, HUNE_ECANCEL,
                         "stopped on request; nothing was left under the output's name");
    case DUCKDB_ERROR_OUT_OF_MEMORY:
        hune_fail(err, HUNE_ENOMEM, "engine: %s", line);
        hune_hint(err, "give more with --memory, or free space where temporary files go");
        return HUNE_ENOMEM;
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_PERMISSION:
        hune_fail(err, HUNE_EIO, "engine: %s", line);
        if (strstr(line, "o space left"))
            hune_hint(err, "the disk is full: make room and run again");
        return HUNE_EIO;
    default: return hune_fail(err, HUNE_EFORMAT, "engine: %s", line);
    }
}

static hune_status set(duckdb_config config, const char *name, const char *value, hune_err *err) {
    if (duckdb_set_config(config, name, value) == DuckDBSuccess) return HUNE_OK;
    return hune_fail(err, HUNE_EBUG, "engine does not take setting %s = %s", name, value);
}

static hune_status settings(duckdb_config config, int threads, int64_t memory_bytes,
                            const char *temp_dir, hune_err *err) {
    char text[64];
    snprintf(text, sizeof text, "%d", threads > 0 ? threads : 1);
    HUNE_TRY(set(config, "threads", text, err));
    snprintf(text, sizeof text, "%lldKiB", (long long)(memory_bytes / 1024));
    HUNE_TRY(set(config, "memory_limit", text, err));
    HUNE_TRY(set(config, "temp_directory", temp_dir ? temp_dir : "", err));
    /* A secure server has no internet, and a tool for health data must not look for one. */
    HUNE_TRY(set(config, "autoinstall_known_extensions", "false", err));
    return set(config, "autoload_known_extensions", "false", err);
}

hune_status hu_engine_open(int threads, int64_t memory_bytes, const char *temp_dir,
                           const volatile sig_atomic_t *cancel, hu_engine **out, hune_err *err) {
    *out = NULL;
    duckdb_config config = NULL;
    hu_engine *e = hu_calloc(1, sizeof *e);
    if (!e || duckdb_create_config(&config) != DuckDBSuccess) {
        free(e);
        return hune_fail(err, HUNE_ENOMEM, "no memory for the engine");
    }
    e->cancel = cancel;
    char *why = NULL;
    hune_status status = settings(config, threads, memory_bytes, temp_dir, err);
    if (!status && duckdb_open_ext(":memory:", &e->db, config, &why) != DuckDBSuccess)
        status =
            hune_fail(err, HUNE_EIO, "cannot open the engine: %s", why ? why : "no reason given");
    if (!status && duckdb_connect(e->db, &e->con) != DuckDBSuccess)
        status = hune_fail(err, HUNE_EIO, "cannot connect to the engine");
    if (why) duckdb_free(why);
    duckdb_destroy_config(&config);
    if (!status)
        status = hu_engine_run(e, "SET TimeZone = 'UTC'; SET enable_progress_bar = false", err);
    if (status) {
        hu_engine_close(e);
        return status;
    }
    *out = e;
    return HUNE_OK;
}

void hu_engine_close(hu_engine *e) {
    if (!e) return;
    if (e->con) duckdb_disconnect(&e->con);
    if (e->db) duckdb_close(&e->db);
    free(e);
}

/* --- running --- */

static hune_status drive(hu_engine *e, duckdb_pending_result pending, duckdb_result *out,
                         hune_err *err) {
    for (;;) {
        if (e->cancel && *e->cancel) {
            duckdb_interrupt(e->con);
            return hu_engine_error(DUCKDB_ERROR_INTERRUPT, NULL, err);
        }
        const duckdb_pending_state state = duckdb_pending_execute_task(pending);
        if (state == DUCKDB_PENDING_ERROR)
            return hu_engine_error(DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), err);
        if (duckdb_pending_execution_is_finished(state)) break;
        if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) { /* the other threads have them all */
            const struct timespec nap = {.tv_nsec = 200000};
            nanosleep(&nap, NULL);
        }
    }
    if (duckdb_execute_pending(pending, out) == DuckDBSuccess) return HUNE_OK;
    const hune_status status =
        hu_engine_error(duckdb_result_error_type(out), duckdb_result_error(out), err);
    duckdb_destroy_result(out);
    return status;
}

hune_status hu_engine_execute(hu_engine *e, duckdb_prepared_statement st, bool streaming,
                              duckdb_result *out, hune_err *err) {
    duckdb_pending_result pending = NULL;
    const duckdb_state made = streaming ? duckdb_pending_prepared_streaming(st, &pending)
                                        : duckdb_pending_prepared(st, &pending);
    hune_status status;
    if (made == DuckDBSuccess) status = drive(e, pending, out, err);
    else
        status = hu_engine_error(DUCKDB_ERROR_BINDER,
                                 pending ? duckdb_pending_error(pending) : NULL, err);
    duckdb_destroy_pending(&pending);
    return status;
}

hune_status hu_engine_run(hu_engine *e, const char *sql, hune_err *err) {
    duckdb_extracted_statements all = NULL;
    const idx_t n = duckdb_extract_statements(e->con, sql, &all);
    hune_status status = HUNE_OK;
    if (n == 0) {
        const char *why = duckdb_extract_statements_error(all);
        if (why) status = hu_engine_error(DUCKDB_ERROR_PARSER, why, err);
    }
    for (idx_t i = 0; !status && i < n; i++) {
        duckdb_prepared_statement st = NULL;
        duckdb_result result;
        if (duckdb_prepare_extracted_statement(e->con, all, i, &st) != DuckDBSuccess)
            status = hu_engine_error(DUCKDB_ERROR_BINDER, duckdb_prepare_error(st), err);
        else if (!(status = hu_engine_execute(e, st, false, &result, err)))
            duckdb_destroy_result(&result);
        duckdb_destroy_prepare(&st);
    }
    duckdb_destroy_extracted(&all);
    return status;
}

hune_status hu_engine_plan(hu_engine *e, const char *sql, const char *const *pairs, hune_err *err) {
    char *filled;
    HUNE_TRY(hu_fill(sql, pairs, &filled, err));
    const hune_status status = hu_engine_run(e, filled, err);
    free(filled);
    return status;
}

/* --- quoting --- */

static char *quote(hu_arena *a, const char *s, char mark) {
    size_t n = 3;
    for (const char *c = s; *c; c++) n += *c == mark ? 2 : 1;
    char *out = hu_arena_alloc(a, n), *o = out;
    if (!out) return NULL;
    *o++ = mark;
    for (const char *c = s; *c; c++) {
        if (*c == mark) *o++ = mark;
        *o++ = *c;
    }
    *o++ = mark;
    *o = '\0';
    return out;
}

char *hu_sql_text(hu_arena *a, const char *s) {
    return quote(a, s, '\'');
}
char *hu_sql_name(hu_arena *a, const char *s) {
    return quote(a, s, '"');
}

/* --- single values --- */

static hune_status first_cell(hu_engine *e, const char *sql, const char *cast, hu_rows **rows,
                              bool *there, hune_err *err) {
    hu_buf b = {0};
    *there = false;
    hu_buf_printf(&b, "SELECT CAST(v AS %s) FROM (%s) t(v) LIMIT 1", cast, sql);
    if (b.failed) return hune_fail(err, HUNE_ENOMEM, "no memory for a query");
    int64_t n = 0;
    hune_status status = hu_rows_open(e, b.text, rows, err);
    hu_buf_clear(&b);
    if (!status) status = hu_rows_next(*rows, &n, err);
    *there = !status && n > 0 && !hu_rows_null(*rows, 0, 0);
    return status;
}

hune_status hu_engine_i64(hu_engine *e, const char *sql, int64_t *out, hune_err *err) {
    hu_rows *rows = NULL;
    bool there;
    const hune_status status = first_cell(e, sql, "BIGINT", &rows, &there, err);
    *out = there ? hu_rows_i64(rows, 0)[0] : 0;
    hu_rows_close(rows);
    return status;
}

hune_status hu_engine_f64(hu_engine *e, const char *sql, double *out, hune_err *err) {
    hu_rows *rows = NULL;
    bool there;
    const hune_status status = first_cell(e, sql, "DOUBLE", &rows, &there, err);
    *out = there ? hu_rows_f64(rows, 0)[0] : 0;
    hu_rows_close(rows);
    return status;
}

hune_status hu_engine_text(hu_engine *e, const char *sql, hu_arena *a, char **out, hune_err *err) {
    hu_rows *rows = NULL;
    bool there;
    *out = NULL;
    hune_status status = first_cell(e, sql, "VARCHAR", &rows, &there, err);
    if (there) {
        size_t n;
        const char *text = hu_rows_text(rows, 0, 0, &n);
        *out = hu_arena_alloc(a, n + 1);
        if (*out) memcpy(*out, text, n);
        else status = hune_fail(err, HUNE_ENOMEM, "no memory for a text value");
    }
    hu_rows_close(rows);
    return status;
}
