/* table.c - a small delimited file in memory: numbers, ISO dates as days, text kept where it is
 * text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/engine.h"
#include "sccs/sccs.h"

static bool is_missing(const char *s, size_t n) {
    return n == 0 || (n == 2 && !memcmp(s, "NA", 2));
}

static bool to_number(const char *s, double *out) {
    int32_t day;
    if (hu_parse_f64(s, out)) return isfinite(*out);
    if (!hu_parse_day(s, &day)) return false;
    *out = day;
    return true;
}

/* Everything of column c read so far, as text: it was numbers until now. */
static bool become_text(hu_column *c, int64_t n, size_t cap, hu_arena *a) {
    c->text = hu_arena_alloc(a, cap * sizeof *c->text);
    for (int64_t r = 0; c->text && r < n; r++)
        c->text[r] = isnan(c->num[r]) ? "NA" : hu_arena_printf(a, "%.15g", c->num[r]);
    return c->text != NULL;
}

static bool take(hu_column *c, int64_t r, size_t cap, const char *s, size_t n, hu_arena *a) {
    c->num[r] = NAN;
    if (is_missing(s, n)) {
        if (c->text) c->text[r] = "NA";
        return true;
    }
    char *copy = hu_arena_alloc(a, n + 1);
    if (!copy) return false;
    memcpy(copy, s, n);
    const bool number = to_number(copy, &c->num[r]);
    if (!number && !c->text && !become_text(c, r, cap, a)) return false;
    if (c->text) c->text[r] = copy;
    return true;
}

static hune_status read_rows(hu_rows *rows, int64_t total, hu_arena *a, hu_table *t,
                             hune_err *err) {
    t->n_columns = hu_rows_columns(rows);
    t->columns = hu_arena_alloc(a, (size_t)t->n_columns * sizeof *t->columns);
    t->line = hu_arena_alloc(a, ((size_t)total + 1) * sizeof *t->line);
    bool memory = t->columns && t->line;
    for (int c = 0; c < t->n_columns && memory; c++) {
        t->columns[c].name = hu_arena_strdup(a, hu_rows_name(rows, c));
        t->columns[c].num = hu_arena_alloc(a, ((size_t)total + 1) * sizeof(double));
        memory = t->columns[c].name && t->columns[c].num;
    }
    for (int64_t n = 1; memory && n > 0;) {
        HUNE_TRY(hu_rows_next(rows, &n, err));
        if (t->n + n > total) return hune_fail(err, HUNE_EIO, "'%s' changed while read", t->path);
        for (int64_t r = 0; r < n && memory; r++, t->n++) {
            t->line[t->n] = t->n + 2;
            for (int c = 0; c < t->n_columns && memory; c++) {
                size_t length = 0;
                const bool null = hu_rows_null(rows, c, r);
                const char *s = null ? "" : hu_rows_text(rows, c, r, &length);
                memory = take(&t->columns[c], t->n, (size_t)total + 1, s, null ? 0 : length, a);
            }
        }
    }
    return memory ? HUNE_OK : hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", t->path);
}

/* --- the file's own shape ----------------------------------------------------------------------
 */

/* Which of , ; tab | the first line has most of, outside quotes. */
static char separator(const char *s, size_t n) {
    static const char known[] = ",;\t|";
    size_t count[4] = {0}, best = 0;
    bool quoted = false;
    for (size_t k = 0; k < n && (quoted || (s[k] != '\n' && s[k] != '\r')); k++) {
        if (s[k] == '"') quoted = !quoted;
        const char *at = quoted || !s[k] ? NULL : strchr(known, s[k]);
        if (at) count[at - known]++;
    }
    for (size_t k = 1; k < 4; k++)
        if (count[k] > count[best]) best = k;
    return known[best];
}

/* The engine could not read the file: say which line has another number of fields than the header,
 * when that is it. Keeps the engine's words otherwise. */
static hune_status diagnose(const char *path, const char *s, size_t n, char sep, hune_status status,
                            hune_err *err) {
    long long line = 1, begin = 1, fields = 1, header = 0;
    bool quoted = false, blank = true;
    for (size_t k = 0; k <= n; k++) {
        const bool end = k == n || (s[k] == '\n' && !quoted);
        if (end && !blank) {
            if (!header) header = fields;
            if (fields != header || (k == n && quoted)) {
                hune_fail(err, HUNE_EFORMAT, "'%s' line %lld: %lld fields, the header has %lld%s",
                          path, begin, fields, header, quoted ? " (a quote is not closed)" : "");
                return hune_hint(err, "complete or remove the line: is the file cut short?");
            }
        }
        if (end) fields = 1, blank = true, begin = line + 1;
        else if (s[k] == '"') quoted = !quoted;
        else if (s[k] == sep && !quoted) fields++;
        if (k < n && s[k] == '\n') line++;
        else if (k < n && s[k] != '\r') blank = false;
    }
    return status;
}

static hune_status load(hu_engine *e, hu_arena *a, const hu_table *t, hune_err *err) {
    const bool packed = hu_ends(t->path, ".gz") || hu_ends(t->path, ".zst");
    char *text = NULL, delimiter[16] = "";
    size_t length = 0;
    if (!packed) {
        HUNE_TRY(hu_read_file(t->path, &text, &length, err));
        if (length == 0) {
            free(text);
            hune_fail(err, HUNE_EFORMAT, "'%s' is empty", t->path);
            return hune_hint(err, "a header and one row for each event are wanted");
        }
        snprintf(delimiter, sizeof delimiter, ", delim = '%c'", separator(text, length));
    }
    const char *file = hu_sql_text(a, t->path);
    const char *sql = hu_arena_printf(
        a,
        "CREATE TABLE d AS SELECT * FROM read_csv(%s, header = true, all_varchar = true, "
        "parallel = false, quote = '\"', escape = '\"'%s)",
        file ? file : "", delimiter);
    hune_status status = file && sql ? hu_engine_run(e, sql, err)
                                     : hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", t->path);
    if (status == HUNE_EFORMAT && text)
        status = diagnose(t->path, text, length, separator(text, length), status, err);
    free(text);
    return status;
}

static hune_status read_file(hu_engine *e, hu_arena *a, hu_table *t, hune_err *err) {
    int64_t total = 0;
    HUNE_TRY(load(e, a, t, err));
    HUNE_TRY(hu_engine_i64(e, "SELECT count(*) FROM d", &total, err));
    if (total == 0) {
        hune_fail(err, HUNE_EFORMAT, "'%s' has a header and no rows", t->path);
        return hune_hint(err, "one row for each event is wanted");
    }
    hu_rows *rows = NULL;
    HUNE_TRY(hu_rows_open(e, "SELECT * FROM d", &rows, err));
    const hune_status status = read_rows(rows, total, a, t, err);
    hu_rows_close(rows);
    return status;
}

hune_status hu_table_read(const char *path, const hune_context *ctx, hu_arena *a, hu_table *out,
                          hune_err *err) {
    *out = (hu_table){.path = hu_arena_strdup(a, path)};
    if (!out->path) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", path);
    if (!hu_is_file(path)) return hune_fail(err, HUNE_EIO, "no file '%s'", path);
    hu_engine *e = NULL;
    HUNE_TRY(hu_engine_open(1, hu_memory_bytes(ctx), NULL, ctx ? ctx->cancel : NULL, &e, err));
    const hune_status status = read_file(e, a, out, err);
    hu_engine_close(e);
    return status;
}

const hu_column *hu_table_find(const hu_table *t, const char *name) {
    for (int c = t->n_columns - 1; c >= 0; c--)
        if (!strcmp(t->columns[c].name, name)) return &t->columns[c];
    return NULL;
}

hune_status hu_table_need(const hu_table *t, const char *name, const char *role,
                          const hu_column **out, hune_err *err) {
    *out = hu_table_find(t, name);
    if (*out) return HUNE_OK;
    hu_buf have = {0};
    for (int c = 0; c < t->n_columns && have.len < 160; c++)
        hu_buf_printf(&have, "%s'%s'", c ? ", " : "", t->columns[c].name);
    hune_fail(err, HUNE_EDATA, "column '%s' (%s) not found in '%s' (have %s)", name, role, t->path,
              have.text ? have.text : "none");
    hune_hint(err, "correct the name in the specification; column names are case sensitive%s",
              t->n_columns == 1 ? "; one column only: is the separator a comma or a semicolon?"
                                : "");
    hu_buf_clear(&have);
    return HUNE_EDATA;
}

hune_status hu_table_day(const hu_table *t, const hu_column *c, int64_t row, int32_t *out,
                         bool *missing, hune_err *err) {
    const double v = c->num[row];
    const bool absent = isnan(v) && (!c->text || !strcmp(c->text[row], "NA"));
    if (missing) *missing = absent;
    if (absent && missing) return HUNE_OK;
    if (!isnan(v) && v == floor(v) && fabs(v) < 1e8) {
        *out = (int32_t)v;
        return HUNE_OK;
    }
    char shown[40];
    snprintf(shown, sizeof shown, "%.15g", v);
    hune_fail(err, HUNE_EDATA, "'%s' line %lld, column '%s': '%s' is not a whole number of days",
              t->path, (long long)t->line[row], c->name,
              absent    ? "NA"
              : c->text ? c->text[row]
                        : shown);
    return hune_hint(err, "give whole days or dates YYYY-MM-DD%s",
                     missing ? "; NA when there is none" : "; this column may not be empty");
}
