/* tables.c - a results folder read into the JSON that the page draws.
 *
 *   manifest -> check every table's columns -> rank the pairs once -> cut each table to what a page
 *   can carry -> rows as JSON
 *
 * Nothing is estimated here. Pairs are sorted into the lights of the page by comparing q with the
 * false discovery rate of the manifest, and that is all the judgement there is:
 *
 *   0 signal   rate raised, q within the rate, no flag
 *   1 check    a signal too, but flagged: look before you believe
 *   2 lower    rate lowered, q within the rate
 *   3 none     estimated, not told apart from chance
 *   4 no estimate
 */
#include "report/parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    const char *name;
    const char *columns[16][2]; /* name, SQL type it must cast to */
} table;

static const table tables[] = {
    {"pairs",
     {{"drug", "VARCHAR"},
      {"drug_label", "VARCHAR"},
      {"outcome", "VARCHAR"},
      {"outcome_label", "VARCHAR"},
      {"cases", "BIGINT"},
      {"exposed_cases", "BIGINT"},
      {"events_exposed", "BIGINT"},
      {"irr", "DOUBLE"},
      {"lower", "DOUBLE"},
      {"upper", "DOUBLE"},
      {"log_irr", "DOUBLE"},
      {"se", "DOUBLE"},
      {"p", "DOUBLE"},
      {"q", "DOUBLE"},
      {"pre_exposure_irr", "DOUBLE"},
      {"flag", "VARCHAR"}}},
    {"windows",
     {{"drug", "VARCHAR"},
      {"outcome", "VARCHAR"},
      {"from_day", "BIGINT"},
      {"to_day", "BIGINT"},
      {"events", "BIGINT"},
      {"irr", "DOUBLE"},
      {"lower", "DOUBLE"},
      {"upper", "DOUBLE"}}},
    {"outcomes",
     {{"outcome", "VARCHAR"},
      {"outcome_label", "VARCHAR"},
      {"events", "BIGINT"},
      {"persons", "BIGINT"},
      {"cases", "BIGINT"},
      {"excluded", "VARCHAR"},
      {"baseline_ok", "BOOLEAN"}}},
    {"attrition",
     {{"step", "BIGINT"}, {"what", "VARCHAR"}, {"persons", "BIGINT"}, {"events", "BIGINT"}}},
    {"baseline",
     {{"outcome", "VARCHAR"},
      {"axis", "VARCHAR"},
      {"from_value", "DOUBLE"},
      {"to_value", "DOUBLE"},
      {"rate_ratio", "DOUBLE"}}},
};

/* --- JSON ------------------------------------------------------------------------------------ */

void hu_report_number(hu_buf *out, double v) {
    char text[40];
    if (!isfinite(v)) {
        hu_buf_add(out, "null");
        return;
    }
    snprintf(text, sizeof text, "%.5g", v == 0 ? 0.0 : v); /* no minus zero */
    for (char *c = text; *c; c++)
        if (*c == ',') *c = '.'; /* the decimal comma of a caller's locale */
    hu_buf_add(out, text);
}

static void cell(const hu_rows *r, char type, int col, int64_t row, hu_arena *scratch,
                 hu_buf *out) {
    size_t len;
    if (hu_rows_null(r, col, row)) {
        hu_buf_add(out, "null");
        return;
    }
    switch (type) {
    case 'i': hu_buf_printf(out, "%lld", (long long)hu_rows_i64(r, col)[row]); break;
    case 'f': hu_report_number(out, hu_rows_f64(r, col)[row]); break;
    case 'b': hu_buf_add(out, hu_rows_u8(r, col)[row] ? "1" : "0"); break;
    default: {
        const char *text = hu_rows_text(r, col, row, &len);
        char *copy = hu_arena_printf(scratch, "%.*s", (int)len, text);
        if (copy) hu_buf_json(out, copy);
        else out->failed = true;
    }
    }
}

hune_status hu_report_rows(hu_engine *e, const char *sql, const char *types, hu_buf *out,
                           hune_err *err) {
    hu_rows *r;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    hune_status status = HUNE_OK;
    bool first = true;
    hu_buf_add(out, "[");
    for (int64_t n = 1; !status && n > 0;) {
        hu_arena scratch = {0};
        status = hu_rows_next(r, &n, err);
        for (int64_t row = 0; !status && row < n; row++, first = false) {
            for (int col = 0; types[col]; col++) {
                hu_buf_add(out, col ? "," : first ? "\n[" : ",\n[");
                cell(r, types[col], col, row, &scratch, out);
            }
            hu_buf_add(out, "]");
        }
        hu_arena_clear(&scratch);
    }
    hu_buf_add(out, "]");
    hu_rows_close(r);
    return status;
}

/* --- the manifest ---------------------------------------------------------------------------- */

hune_status hu_report_manifest(const char *results, json_t **out, hune_err *err) {
    *out = NULL;
    if (!hu_is_dir(results)) {
        hune_fail(err, HUNE_EIO, "'%s' is not a folder", results);
        return hune_hint(err, "give the folder that hune screen wrote (its -o)");
    }
    hu_arena a = {0};
    hune_status status = HUNE_OK;
    json_error_t where;
    const char *path = hu_arena_printf(&a, "%s/manifest.json", results);
    char *text = NULL;
    size_t len = 0;
    if (!path) status = hune_fail(err, HUNE_ENOMEM, "no memory for a path");
    else if (!hu_is_file(path)) {
        hune_fail(err, HUNE_EIO, "no 'manifest.json' in '%s'", results);
        status = hune_hint(err, "give the folder that hune screen wrote (its -o)");
    } else status = hu_read_file(path, &text, &len, err);

    json_t *m = status ? NULL : json_loadb(text, len, 0, &where);
    if (!status && !m) {
        hune_fail(err, HUNE_EFORMAT, "'%s' line %d column %d: %s", path, where.line, where.column,
                  where.text);
        status = hune_hint(err, "the file was changed or cut short; run hune screen again");
    }
    const json_int_t format = json_integer_value(json_object_get(m, "format"));
    const char *kind = json_string_value(json_object_get(m, "kind"));
    if (!status && (!kind || strcmp(kind, "screen"))) {
        hune_fail(err, HUNE_EFORMAT, "'%s' is of kind '%.40s', a report wants 'screen'", path,
                  kind ? kind : "");
        status = hune_hint(err, "give the folder that hune screen wrote (its -o)");
    }
    if (!status && format != 1) {
        hune_fail(err, HUNE_EFORMAT, "'%s' has format %lld, this hune reads 1", path,
                  (long long)format);
        status = hune_hint(err, "use the hune that wrote the results, or run the screen again");
    }
    free(text);
    hu_arena_clear(&a);
    if (status) json_decref(m);
    else *out = m;
    return status;
}

static double option(const json_t *manifest, const char *name, double otherwise) {
    const json_t *v = json_object_get(json_object_get(manifest, "options"), name);
    return json_is_number(v) ? json_number_value(v) : otherwise;
}

/* --- checked views of the tables ---------------------------------------------------------------
 */

/* Is the column there? Else say which are. */
static hune_status has_column(hu_engine *e, const char *path, const char *sql_path,
                              const char *column, hu_arena *a, hune_err *err) {
    const char *sql = hu_arena_printf(
        a, "SELECT count(*) FROM (DESCRIBE SELECT * FROM read_parquet(%s)) WHERE column_name = %s",
        sql_path, hu_sql_text(a, column));
    if (!sql) return hune_fail(err, HUNE_ENOMEM, "no memory for a query");
    int64_t n = 0;
    HUNE_TRY(hu_engine_i64(e, sql, &n, err));
    if (n > 0) return HUNE_OK;
    char *have = NULL;
    sql = hu_arena_printf(a,
                          "SELECT string_agg(column_name, ', ')"
                          " FROM (DESCRIBE SELECT * FROM read_parquet(%s))",
                          sql_path);
    if (!sql) return hune_fail(err, HUNE_ENOMEM, "no memory for a query");
    HUNE_TRY(hu_engine_text(e, sql, a, &have, err));
    hune_fail(err, HUNE_EFORMAT, "column '%s' not found in '%s' (have %.200s)", column, path,
              have ? have : "none");
    return hune_hint(err, "the results are of another version; run hune screen again");
}

/* The table as a temporary table of the documented columns and types. Copying it is what finds a
 * file that was cut short or holds text for numbers, before a byte of the page is made. */
static hune_status load(hu_engine *e, const char *results, const table *t, hu_arena *a,
                        hune_err *err) {
    const char *path = hu_arena_printf(a, "%s/%s.parquet", results, t->name);
    const char *sql_path = path ? hu_sql_text(a, path) : NULL;
    if (!sql_path) return hune_fail(err, HUNE_ENOMEM, "no memory for a path");
    if (!hu_is_file(path)) {
        hune_fail(err, HUNE_EIO, "no '%s.parquet' in '%s'", t->name, results);
        return hune_hint(err, "the results are incomplete; run hune screen again");
    }
    hu_buf sql = {0};
    hune_status status = HUNE_OK;
    hu_buf_printf(&sql, "CREATE TEMP TABLE %s AS SELECT ", t->name);
    for (int i = 0; !status && i < 16 && t->columns[i][0]; i++) {
        hune_err why = {0};
        status = has_column(e, path, sql_path, t->columns[i][0], a, &why);
        if (status == HUNE_EFORMAT && !hu_starts(why.msg, "column")) {
            hune_fail(err, status, "'%s' cannot be read as Parquet: %.300s", path, why.msg);
            hune_hint(err, "the file was changed or cut short; run hune screen again");
        } else if (status && err) *err = why;
        hu_buf_printf(&sql, "%s\"%s\"::%s AS \"%s\"", i ? ", " : "", t->columns[i][0],
                      t->columns[i][1], t->columns[i][0]);
    }
    hu_buf_printf(&sql, " FROM read_parquet(%s)", sql_path);
    if (!status && sql.failed) status = hune_fail(err, HUNE_ENOMEM, "no memory for a query");
    if (!status) {
        hune_err why = {0};
        status = hu_engine_run(e, sql.text, &why);
        if (status == HUNE_EFORMAT || status == HUNE_EIO) {
            hune_fail(err, status, "'%s' cannot be read: %.300s", path, why.msg);
            hune_hint(err, "the file was changed or cut short; run hune screen again");
        } else if (status && err) *err = why;
    }
    hu_buf_clear(&sql);
    return status;
}

/* --- the pairs, ranked and thinned ---------------------------------------------------------------
 *
 * place: 1 is first in the table. By light (signals with and without flags together), then p, then
 * distance from 1 in standard errors (which tells p-values of 0 apart), then codes, so that no two
 * pairs share a place.
 *
 * mark: drawn in the volcano plot. Every pair when all fit; else the strongest, and of the rest, in
 * the order of places, an even sample that fills the plot: it keeps the shape of the cloud.
 */
static const char rank_sql[] =
    "CREATE TEMP TABLE lit AS SELECT *,"
    "  isfinite(coalesce(log_irr, 'nan'::DOUBLE)) AND isfinite(coalesce(irr, 'nan'::DOUBLE))"
    "    AS estimated,"
    "  coalesce(q <= {{fdr}}, false) AS within,"
    "  CASE WHEN NOT estimated THEN 4 WHEN NOT within THEN 3 WHEN log_irr < 0 THEN 2"
    "    WHEN coalesce(flag, 'ok') <> 'ok' THEN 1 ELSE 0 END::BIGINT AS light FROM pairs;"
    "CREATE TEMP TABLE placed AS SELECT *, row_number() OVER (ORDER BY greatest(light, 1),"
    "  p NULLS LAST, abs(log_irr) / nullif(se, 0) DESC NULLS LAST, drug, outcome) AS place"
    "  FROM lit;"
    "CREATE TEMP TABLE thin AS SELECT *, total - strong AS weak, {{marks}} - strong AS room FROM"
    "  (SELECT total, CASE WHEN total <= {{marks}} THEN total"
    "    ELSE least(greatest(told, {{strong}}), ({{marks}} * 3) // 4) END AS strong"
    "  FROM (SELECT count(*) FILTER (light < 4) AS total, count(*) FILTER (light < 3) AS told"
    "    FROM placed));"
    "CREATE TEMP TABLE drawn AS SELECT p.*, light < 4 AND (place <= strong OR"
    "  (place - strong) * room // weak > (place - strong - 1) * room // weak) AS mark"
    "  FROM placed p, thin";

static hune_status rank(hu_engine *e, double fdr, hune_err *err) {
    char fdr_text[40], marks[16], strong[16];
    hu_buf number = {0};
    hu_report_number(&number, fdr);
    snprintf(fdr_text, sizeof fdr_text, "%s", number.text ? number.text : "0.1");
    hu_buf_clear(&number);
    snprintf(marks, sizeof marks, "%d", HU_REPORT_MARKS);
    snprintf(strong, sizeof strong, "%d", HU_REPORT_STRONG);
    const char *const pairs[] = {"fdr", fdr_text, "marks", marks, "strong", strong, NULL};
    return hu_engine_plan(e, rank_sql, pairs, err);
}

/* --- sections of the page's data
 * ------------------------------------------------------------------ */

typedef struct section {
    const char *name, *types, *sql;
    int limit; /* put into the %d of the SQL; 0 = none there */
} section;

static const section sections[] = {
    /* pairs by light, pairs in all, pairs with an estimate, largest p within the rate */
    {"totals", "iiiiiiif",
     "SELECT count(*) FILTER (light = 0), count(*) FILTER (light = 1),"
     " count(*) FILTER (light = 2), count(*) FILTER (light = 3), count(*) FILTER (light = 4),"
     " count(*), count(*) FILTER (light < 4), max(p) FILTER (within) FROM drawn",
     0},
    {"drugs", "tt",
     "SELECT drug, coalesce(min(drug_label), drug) FROM drawn GROUP BY drug ORDER BY drug", 0},
    {"pairs", "ttiiiffffffftib",
     "SELECT drug, outcome, cases, exposed_cases, events_exposed, irr, lower, upper, log_irr, p, q,"
     " pre_exposure_irr, coalesce(flag, ''), light, mark"
     " FROM drawn WHERE place <= %d OR mark ORDER BY place",
     HU_REPORT_PAIRS},
    {"windows", "ttiiifff",
     "SELECT w.drug, w.outcome, from_day, to_day, events, w.irr, w.lower, w.upper FROM windows w"
     " JOIN (SELECT drug, outcome, place FROM placed WHERE (drug, outcome) IN"
     " (SELECT (drug, outcome) FROM windows) ORDER BY place LIMIT %d) b"
     " ON w.drug = b.drug AND w.outcome = b.outcome ORDER BY place, from_day",
     HU_REPORT_WINDOWED},
    {"outcomes", "ttiiitb",
     "SELECT outcome, coalesce(outcome_label, outcome), events, persons, cases,"
     " coalesce(excluded, ''), baseline_ok FROM outcomes"
     " ORDER BY cases DESC NULLS LAST, outcome LIMIT %d",
     HU_REPORT_OUTCOMES},
    {"attrition", "itii", "SELECT step, what, persons, events FROM attrition ORDER BY step, what",
     0},
    {"baseline", "ttfff",
     "SELECT b.outcome, axis, from_value, to_value, rate_ratio FROM baseline b JOIN"
     " (SELECT outcome, row_number() OVER (ORDER BY cases DESC NULLS LAST, outcome) AS place"
     " FROM outcomes) o ON b.outcome = o.outcome WHERE place <= %d"
     " ORDER BY place, axis, from_value, to_value",
     HU_REPORT_CURVES},
};

static hune_status add_section(hu_engine *e, const section *s, hu_buf *out, hune_err *err) {
    char limit[16];
    snprintf(limit, sizeof limit, "%d", s->limit);
    const char *hole = s->limit ? strstr(s->sql, "%d") : NULL;
    hu_buf sql = {0};
    if (hole) {
        hu_buf_addn(&sql, s->sql, (size_t)(hole - s->sql));
        hu_buf_add(&sql, limit);
        hu_buf_add(&sql, hole + 2);
    } else hu_buf_add(&sql, s->sql);
    hu_buf_printf(out, ",\n\"%s\":", s->name);
    const hune_status status = sql.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for a query")
                                          : hu_report_rows(e, sql.text, s->types, out, err);
    hu_buf_clear(&sql);
    return status;
}

hune_status hu_report_data(hu_engine *e, const char *results, const json_t *manifest, hu_buf *out,
                           hune_err *err) {
    hu_arena a = {0};
    hune_status status = HUNE_OK;
    const double fdr = option(manifest, "fdr", HU_REPORT_FDR);
    for (size_t i = 0; !status && i < sizeof tables / sizeof *tables; i++)
        status = load(e, results, &tables[i], &a, err);
    hu_arena_clear(&a);
    if (!status) status = rank(e, fdr, err);

    char *text = json_dumps(manifest, JSON_COMPACT);
    if (!status && !text) status = hune_fail(err, HUNE_ENOMEM, "no memory for the manifest");
    if (!status) {
        hu_buf_printf(out, "{\"manifest\":%s,\n\"fdr\":", text);
        hu_report_number(out, fdr);
        hu_buf_add(out, ",\"min_cell\":");
        hu_report_number(out, option(manifest, "min_cell", 11));
        hu_buf_printf(out, ",\"marks\":%d", HU_REPORT_MARKS);
    }
    free(text);
    for (size_t i = 0; !status && i < sizeof sections / sizeof *sections; i++)
        status = add_section(e, &sections[i], out, err);
    hu_buf_add(out, "}");
    return status;
}
