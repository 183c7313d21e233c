/* read.c - files as typed SQL, and a plain sentence when one of them cannot be read.
 *
 * A file is read once, all columns as text; only the columns of tables.c are taken and typed. Next
 * to the typed values stands `bad`: some value was not empty and could not be typed. Only when
 * a row is bad the file is read again, slowly and in order, to name the line, column and value.
 */
#include "source/snds/snds.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char days[] = "'%d/%m/%Y', '%Y-%m-%d', '%d%b%Y:%H:%M:%S', '%d%b%Y', "
                           "'%Y-%m-%d %H:%M:%S', '%d/%m/%Y %H:%M:%S'";

/* SQL that types text x: NULL when x is not of the type (a date of year 1600 is of the type).
 * Trimming looks at every character, so it is asked for only where there is a space. */
static char *typed(hu_arena *a, hu_snds_type type, const char *x) {
    switch (type) {
    case HU_TEXT:
    case HU_CHECK:
        return hu_arena_printf(
            a, "nullif(CASE WHEN contains(%s, ' ') THEN trim(%s) ELSE %s END, '')", x, x, x);
    case HU_INT:
        return hu_arena_printf(a,
                               "CASE WHEN NOT contains(%s, '.') THEN try_cast(%s AS BIGINT) WHEN "
                               "try_cast(%s AS DOUBLE) = floor(try_cast(%s AS DOUBLE)) THEN "
                               "try_cast(%s AS BIGINT) END",
                               x, x, x, x, x);
    case HU_NUM:
        return hu_arena_printf(
            a, "CASE WHEN isfinite(try_cast(%s AS DOUBLE)) THEN try_cast(%s AS DOUBLE) END", x, x);
    case HU_DAY:
        return hu_arena_printf(
            a,
            "try_strptime(CASE WHEN contains(%s, ' ') THEN trim(%s) ELSE %s END, "
            "[%s, '%%Y%%m%%d'])::DATE",
            x, x, x, days);
    case HU_DAY8:
        return hu_arena_printf(a, "try_strptime(trim(%s), ['%%d%%m%%Y', %s])::DATE", x, days);
    }
    return NULL;
}

static bool is_text(hu_snds_type type) {
    return type == HU_TEXT || type == HU_CHECK;
}

/* What stands for a column that the file lacks. */
static const char *null_of(hu_snds_type type) {
    return type == HU_TEXT    ? "NULL::VARCHAR"
           : type == HU_CHECK ? "'0'"
           : type == HU_INT   ? "NULL::BIGINT"
           : type == HU_NUM   ? "NULL::DOUBLE"
                              : "NULL::DATE";
}

/* Not empty and not of its type. Two-digit years give dates of antiquity: not of the type. */
static char *bad(hu_arena *a, hu_snds_type type, const char *x) {
    const bool day = type == HU_DAY || type == HU_DAY8;
    return hu_arena_printf(a, "CASE WHEN coalesce(%s %s, true) THEN trim(%s) <> '' END",
                           typed(a, type, x), day ? "< DATE '1000-01-01'" : "IS NULL", x);
}

static char *value(hu_arena *a, hu_snds_type type, const char *x) {
    char *v = typed(a, type, x);
    if (type != HU_DAY && type != HU_DAY8) return v;
    return hu_arena_printf(a, "CASE WHEN %s >= DATE '1700-01-01' THEN %s END", v, v);
}

static const char *column_in(const hu_snds_file *f, const hu_snds_column *c) {
    for (int a = 0; a < 4 && c->names[a]; a++)
        for (int k = 0; k < f->n_columns; k++)
            if (!strcasecmp(c->names[a], f->columns[k])) return f->columns[k];
    return NULL;
}

static char *reader(hu_snds_job *job, const hu_snds_file *f, const char *extra) {
    hu_arena *a = &job->arena;
    if (f->parquet) return hu_arena_printf(a, "read_parquet(%s)", hu_sql_text(a, f->path));
    hu_buf b = {0};
    hu_buf_printf(&b,
                  "read_csv(%s, auto_detect=false, header=true, delim='%c', quote='\"', "
                  "escape='\"'%s%s, columns={",
                  hu_sql_text(a, f->path), f->separator, f->latin1 ? ", encoding='latin-1'" : "",
                  extra);
    for (int k = 0; k < f->n_columns; k++)
        hu_buf_printf(&b, "%s%s: 'VARCHAR'", k ? ", " : "", hu_sql_text(a, f->columns[k]));
    hu_buf_add(&b, "})");
    char *out = b.failed ? NULL : hu_arena_strdup(a, b.text);
    hu_buf_clear(&b);
    return out;
}

char *hu_snds_source(hu_snds_job *job, const hu_snds_file *f) {
    return reader(job, f, "");
}

/* The column as text, whatever a Parquet file made of it. */
static char *cell(hu_snds_job *job, const hu_snds_file *f, const char *column) {
    char *name = hu_sql_name(&job->arena, column);
    return f->parquet ? hu_arena_printf(&job->arena, "CAST(%s AS VARCHAR)", name) : name;
}

static void select_file(hu_snds_job *job, const hu_snds_file *f, hu_buf *b) {
    const hu_snds_table *t = hu_snds_table_of(f->table);
    hu_arena *a = &job->arena;
    hu_buf wrong = {0};
    hu_buf_add(b, "SELECT ");
    for (int c = 0; c < t->n_columns; c++) {
        const hu_snds_column *col = &t->columns[c];
        const char *name = column_in(f, col);
        if (!name) {
            hu_buf_printf(b, "%s AS %s, ", null_of(col->type), col->alias);
            continue;
        }
        const char *x = cell(job, f, name);
        hu_buf_printf(b, "%s AS %s, ", value(a, col->type, x), col->alias);
        if (!is_text(col->type))
            hu_buf_printf(&wrong, "%s%s", wrong.len ? " OR " : "", bad(a, col->type, x));
    }
    hu_buf_printf(b, "coalesce(%s, false) AS bad, %d::INTEGER AS file FROM %s",
                  wrong.len ? wrong.text : "false", (int)(f - job->files), reader(job, f, ""));
    if (wrong.failed) b->failed = true;
    hu_buf_clear(&wrong);
}

static bool in_group(const hu_snds_file *f, hu_snds_id table, const char *group) {
    return f->table == table && (!group || !strcmp(f->group, group));
}

hune_status hu_snds_select(hu_snds_job *job, hu_snds_id table, const char *group, char **sql,
                           hune_err *err) {
    const hu_snds_table *t = hu_snds_table_of(table);
    hu_buf b = {0};
    hu_buf_add(&b, "(");
    int n = 0;
    for (size_t i = 0; i < job->n_files; i++) {
        if (!in_group(&job->files[i], table, group)) continue;
        if (n++) hu_buf_add(&b, " UNION ALL ");
        select_file(job, &job->files[i], &b);
    }
    if (!n) {
        hu_buf_add(&b, "SELECT ");
        for (int c = 0; c < t->n_columns; c++)
            hu_buf_printf(&b, "%s AS %s, ", null_of(t->columns[c].type), t->columns[c].alias);
        hu_buf_add(&b, "false AS bad, 0::INTEGER AS file WHERE false");
    }
    hu_buf_add(&b, ")");
    *sql = b.failed ? NULL : hu_arena_strdup(&job->arena, b.text);
    hu_buf_clear(&b);
    return *sql ? HUNE_OK : hune_fail(err, HUNE_ENOMEM, "no memory for a reading plan");
}

/* --- what went wrong, in words --- */

static const char *want(hu_snds_type type) {
    return type == HU_INT    ? "a whole number"
           : type == HU_NUM  ? "a number with a decimal point"
           : type == HU_DAY8 ? "a date as ddMMyyyy, dd/MM/yyyy or yyyy-MM-dd"
                             : "a date as dd/MM/yyyy, yyyy-MM-dd or ddMMMyyyy";
}

/* First line of f whose column c cannot be typed; *found when there is one. */
static hune_status find_bad(hu_snds_job *job, const hu_snds_file *f, const hu_snds_column *c,
                            bool *found, hune_err *err) {
    hu_arena *a = &job->arena;
    const char *name = column_in(f, c);
    *found = false;
    if (!name || is_text(c->type)) return HUNE_OK;
    char *sql = hu_arena_printf(
        a,
        "SELECT n::BIGINT::VARCHAR || chr(9) || left(x, 60) FROM (SELECT row_number() OVER () + 1 "
        "AS n, %s AS x FROM %s) WHERE %s ORDER BY n LIMIT 1",
        cell(job, f, name), reader(job, f, ""), bad(a, c->type, "x"));
    char *text = NULL;
    HUNE_TRY(hu_engine_text(job->engine, sql, a, &text, err));
    if (!text) return HUNE_OK;
    *found = true;
    const size_t digits = strcspn(text, "\t");
    hune_fail(err, HUNE_EDATA, "'%s' %s %.*s, column '%s': value '%s' is not %s", f->rel,
              f->parquet ? "row" : "line", (int)digits, text, name, text + digits + 1,
              want(c->type));
    return hune_hint(err, "mend the value or empty it, and run again");
}

static hune_status name_bad(hu_snds_job *job, hu_snds_id table, const char *group, hune_err *err) {
    const hu_snds_table *t = hu_snds_table_of(table);
    HUNE_TRY(
        hu_engine_run(job->engine, "SET preserve_insertion_order = true; SET threads = 1", err));
    for (size_t i = 0; i < job->n_files; i++)
        for (int c = 0; in_group(&job->files[i], table, group) && c < t->n_columns; c++) {
            bool found;
            const hune_status s = find_bad(job, &job->files[i], &t->columns[c], &found, err);
            if (found || s) return s;
        }
    return hune_fail(err, HUNE_EBUG, "a value of %s was marked unreadable and not found again",
                     t->name);
}

static hune_status check_file(hu_snds_job *job, hu_snds_file *f, int64_t rows, hune_err *err) {
    f->rows = rows;
    job->done += f->bytes;
    if (f->lines < 0 || f->quotes || rows == f->lines - 1) return HUNE_OK;
    return hune_fail(err, HUNE_EBUG,
                     "read %lld rows of '%s', which has %lld lines after its header",
                     (long long)rows, f->rel, (long long)(f->lines - 1));
}

hune_status hu_snds_verify(hu_snds_job *job, hu_snds_id table, const char *group,
                           const char *relation, hune_err *err) {
    hu_arena *a = &job->arena;
    int64_t wrong;
    HUNE_TRY(hu_engine_i64(job->engine,
                           hu_arena_printf(a, "SELECT count(*) FROM %s WHERE bad", relation),
                           &wrong, err));
    if (wrong) return name_bad(job, table, group, err);
    for (size_t i = 0; i < job->n_files; i++) {
        if (!in_group(&job->files[i], table, group)) continue;
        int64_t rows;
        HUNE_TRY(hu_engine_i64(
            job->engine,
            hu_arena_printf(a, "SELECT count(*) FROM %s WHERE file = %d", relation, (int)i), &rows,
            err));
        HUNE_TRY(check_file(job, &job->files[i], rows, err));
    }
    return HUNE_OK;
}

/* Does the reader refuse a line of f? Then say which. */
static hune_status name_line(hu_snds_job *job, const hu_snds_file *f, bool *found, hune_err *err) {
    hu_arena *a = &job->arena;
    hune_err quiet = {0};
    char *text = NULL;
    *found = false;
    char *sql =
        hu_arena_printf(a, "CREATE OR REPLACE TEMP TABLE refused AS SELECT count(*) FROM %s",
                        reader(job, f, ", store_rejects=true, rejects_limit=1"));
    hu_engine_run(job->engine,
                  "DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS "
                  "reject_scans",
                  &quiet);
    const hune_status s = hu_engine_run(job->engine, sql, &quiet);
    if (s == HUNE_ECANCEL) {
        *found = true;
        return hune_fail(err, s, "%s", quiet.msg);
    }
    hu_engine_text(job->engine,
                   "SELECT line::BIGINT::VARCHAR || chr(9) || replace(error_message::VARCHAR, "
                   "chr(10), ' ') FROM reject_errors ORDER BY line LIMIT 1",
                   a, &text, &quiet);
    if (!text) return HUNE_OK;
    *found = true;
    const size_t digits = strcspn(text, "\t");
    hune_fail(err, HUNE_EFORMAT, "'%s' line %.*s cannot be read: %.160s", f->rel, (int)digits, text,
              text + digits + 1);
    if (strstr(text, "Found:"))
        return hune_hint(err,
                         "the header has %d columns; is the file cut short, or a value with "
                         "'%c' not quoted?",
                         f->n_columns, f->separator);
    return hune_hint(err, "mend the line, or extract the file again");
}

hune_status hu_snds_explain(hu_snds_job *job, const hu_snds_id *tables, int n, const char *group,
                            hune_err *err) {
    const hune_err first = err ? *err : (hune_err){.code = HUNE_EFORMAT};
    if (first.code != HUNE_EFORMAT && first.code != HUNE_EIO) return first.code;
    if (strstr(first.msg, "space left")) return first.code;
    for (int k = 0; k < n; k++)
        for (size_t i = 0; i < job->n_files; i++) {
            const hu_snds_file *f = &job->files[i];
            bool found;
            if (!in_group(f, tables[k], group) || f->parquet) continue;
            const hune_status s = name_line(job, f, &found, err);
            if (found) return s;
        }
    if (err) *err = first;
    return first.code;
}
