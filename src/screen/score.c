/* score.c - results against the truth that the simulator planted: one join, then counting. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "screen/screen.h"

const char *hu_embed_screen(const char *name, size_t *len);

void hune_score_options_init(hune_score_options *o) {
    memset(o, 0, sizeof *o);
    o->size = sizeof *o;
}

typedef struct totals {
    int64_t pairs, tested, flagged, planted_nulls, planted_nulls_flagged, nulls, nulls_flagged,
        effects, effects_found;
    double type1, null_coverage, effect_coverage, median_log_error;
} totals;

static hune_status read_totals(hu_engine *e, totals *t, hune_err *err) {
    hu_rows *r;
    int64_t n;
    HUNE_TRY(hu_rows_open(
        e,
        "SELECT pairs, tested, flagged, planted_nulls, planted_nulls_flagged, nulls, "
        "nulls_flagged, effects,"
        " effects_found, type1, null_coverage, effect_coverage, median_log_error FROM score",
        &r, err));
    const hune_status status = hu_rows_next(r, &n, err);
    if (!status && n == 1) {
        int64_t *const counts[] = {
            &t->pairs, &t->tested,        &t->flagged, &t->planted_nulls, &t->planted_nulls_flagged,
            &t->nulls, &t->nulls_flagged, &t->effects, &t->effects_found};
        double *const rates[] = {&t->type1, &t->null_coverage, &t->effect_coverage,
                                 &t->median_log_error};
        for (int j = 0; j < 9; j++) *counts[j] = hu_rows_i64(r, j)[0];
        for (int j = 0; j < 4; j++)
            *rates[j] = hu_rows_null(r, 9 + j, 0) ? NAN : hu_rows_f64(r, 9 + j)[0];
    }
    hu_rows_close(r);
    return status;
}

typedef struct shown {
    double planted, irr, lower, upper, q;
    char label[120], flag[80];
    bool found, flagged, holds;
} shown;

static double number(const hu_rows *r, int col) {
    return hu_rows_null(r, col, 0) ? NAN : hu_rows_f64(r, col)[0];
}

static hune_status look_up(hu_engine *e, hu_arena *job, const char *drug, const char *outcome,
                           shown *out, hune_err *err) {
    memset(out, 0, sizeof *out);
    const char *sql = hu_arena_printf(job,
                                      "SELECT planted::DOUBLE, irr, lower, upper, q, drug_label, "
                                      "flag, flagged::INTEGER, holds::INTEGER"
                                      " FROM scored WHERE drug = %s AND outcome = %s",
                                      hu_sql_text(job, drug), hu_sql_text(job, outcome));
    hu_rows *r;
    int64_t n;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    const hune_status status = hu_rows_next(r, &n, err);
    if (!status && n > 0) {
        size_t len;
        const char *text = hu_rows_text(r, 5, 0, &len);
        snprintf(out->label, sizeof out->label, "%.*s", (int)len, text);
        text = hu_rows_text(r, 6, 0, &len);
        snprintf(out->flag, sizeof out->flag, "%.*s", (int)len, text);
        out->found = true;
        out->planted = number(r, 0);
        out->irr = number(r, 1);
        out->lower = number(r, 2);
        out->upper = number(r, 3);
        out->q = number(r, 4);
        out->flagged = hu_rows_i32(r, 7)[0] != 0;
        out->holds = hu_rows_i32(r, 8)[0] != 0;
    }
    hu_rows_close(r);
    return status;
}

/* --- printing
 * -------------------------------------------------------------------------------------- */

static json_t *real(double v) {
    return isfinite(v) ? json_real(v) : json_null();
}

static void print_text(FILE *to, const totals *t, double fdr) {
    fprintf(to, "pairs with a known truth   %lld, tested %lld, flagged at q <= %g: %lld\n",
            (long long)t->pairs, (long long)t->tested, fdr, (long long)t->flagged);
    fprintf(to, "planted effects            %lld tested, %lld flagged in the right direction\n",
            (long long)t->effects, (long long)t->effects_found);
    fprintf(to, "planted nulls              %lld tested, %lld flagged\n",
            (long long)t->planted_nulls, (long long)t->planted_nulls_flagged);
    fprintf(to, "all pairs without effect   %lld tested, %lld flagged; p < 0.05 in %.1f %%\n",
            (long long)t->nulls, (long long)t->nulls_flagged, 100 * t->type1);
    fprintf(to,
            "95 %% intervals that hold   the planted size %.1f %%, one where nothing was planted "
            "%.1f %%\n",
            100 * t->effect_coverage, 100 * t->null_coverage);
    fprintf(to, "median error of log ratio  %.3f over planted effects\n", t->median_log_error);
}

static hune_status show(hu_engine *e, hu_arena *job, const char *list, json_t *into, FILE *to,
                        hune_err *err) {
    char *all = hu_arena_strdup(job, list);
    for (char *at = all, *next; at && *at; at = next) {
        next = strchr(at, ',');
        if (next) *next++ = '\0';
        char *colon = strchr(at, ':');
        if (!colon) return hune_fail(err, HUNE_EARG, "'%s' is not DRUG:OUTCOME", at);
        *colon = '\0';
        shown s;
        HUNE_TRY(look_up(e, job, at, colon + 1, &s, err));
        if (into) {
            json_array_append_new(
                into, json_pack("{ss ss sb so so so so so sb sb ss}", "drug", at, "outcome",
                                colon + 1, "screened", s.found, "planted", real(s.planted), "irr",
                                real(s.irr), "lower", real(s.lower), "upper", real(s.upper), "q",
                                real(s.q), "flagged", s.flagged, "holds", s.holds, "flag", s.flag));
        } else if (!s.found) {
            fprintf(to, "%s -> %s: not among the screened pairs\n", at, colon + 1);
        } else {
            fprintf(
                to, "%-16s -> %-8s planted %5.2f  found %5.2f (%.2f to %.2f)  q %-8.2g %s, %s\n",
                s.label, colon + 1, s.planted, s.irr, s.lower, s.upper, s.q,
                s.flagged ? "flagged" : "not flagged",
                s.holds ? "interval holds the planted size" : "interval misses the planted size");
        }
    }
    return HUNE_OK;
}

static hune_status print_json(hu_engine *e, hu_arena *job, const totals *t,
                              const hune_score_options *o, double fdr, FILE *to, hune_err *err) {
    json_t *root = json_pack(
        "{sf sI sI sI s{sI sI so so} s{sI sI} s{sI sI so so}}", "fdr", fdr, "pairs",
        (json_int_t)t->pairs, "tested", (json_int_t)t->tested, "flagged", (json_int_t)t->flagged,
        "effects", "tested", (json_int_t)t->effects, "found", (json_int_t)t->effects_found,
        "coverage", real(t->effect_coverage), "median_log_error", real(t->median_log_error),
        "planted_nulls", "tested", (json_int_t)t->planted_nulls, "flagged",
        (json_int_t)t->planted_nulls_flagged, "nulls", "tested", (json_int_t)t->nulls, "flagged",
        (json_int_t)t->nulls_flagged, "type1", real(t->type1), "coverage", real(t->null_coverage));
    json_t *list = json_array();
    hune_status status = o->show ? show(e, job, o->show, list, to, err) : HUNE_OK;
    json_object_set_new(root, "shown", list);
    char *text = status ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    if (text) fprintf(to, "%s\n", text);
    free(text);
    json_decref(root);
    return status;
}

static hune_status need_file(const char *path, const char *hint, hune_err *err) {
    if (hu_is_file(path)) return HUNE_OK;
    hune_fail(err, HUNE_EIO, "cannot open '%s': no such file", path);
    hune_hint(err, "%s", hint);
    return HUNE_EIO;
}

hune_status hune_score_run(const char *results, const char *truth, const hune_score_options *o,
                           FILE *to, hune_err *err) {
    hu_arena job = {0};
    hu_engine *e = NULL;
    totals t = {0};
    const double fdr = o->fdr > 0 ? o->fdr : 0.10;
    const char *pairs = hu_arena_printf(&job, "%s/pairs.parquet", results);
    const char *known = hu_arena_printf(&job, "%s/pairs.csv", truth);
    const char *fill[] = {"pairs", hu_sql_text(&job, pairs),
                          "truth", hu_sql_text(&job, known),
                          "fdr",   hu_arena_printf(&job, "%.17g", fdr),
                          NULL};
    hune_status status = need_file(pairs, "give the folder that hune screen wrote", err);
    if (!status)
        status = need_file(known, "give the folder sim_truth that hune simulate wrote", err);
    if (!status) status = hu_engine_open(1, (int64_t)512 << 20, NULL, NULL, &e, err);
    if (!status) status = hu_engine_plan(e, hu_embed_screen("score.sql", NULL), fill, err);
    if (!status) status = read_totals(e, &t, err);
    if (!status && o->json) status = print_json(e, &job, &t, o, fdr, to, err);
    else if (!status) {
        if (o->show) status = show(e, &job, o->show, NULL, to, err);
        if (!status) print_text(to, &t, fdr);
    }
    hu_engine_close(e);
    hu_arena_clear(&job);
    return status;
}
