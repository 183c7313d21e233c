/* write.c - the results folder: tables through the engine, the manifest as JSON.
 *
 * Masking happens here, on the way out, so that no front end can forget it: a count from 1 to
 * min_cell - 1 becomes null.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "screen/screen.h"

const char *hu_embed_screen(const char *name, size_t *len);

typedef struct out {
    const hu_screen *s;
    const char *folder;
    hu_engine *e;
    hu_arena *job;
} out;

static void count(hu_append *a, const hu_screen *s, int64_t n) {
    if (n > 0 && n < s->o->min_cell) hu_append_null(a);
    else hu_append_i64(a, n);
}

/* Parquet, and CSV beside it when asked. Row order is the table's. */
static hune_status save(const out *o, const char *table, hune_err *err) {
    const char *file =
        hu_sql_text(o->job, hu_arena_printf(o->job, "%s/%s.parquet", o->folder, table));
    HUNE_TRY(hu_engine_run(
        o->e,
        hu_arena_printf(o->job, "COPY %s TO %s (FORMAT parquet, COMPRESSION zstd)", table, file),
        err));
    if (!o->s->o->csv) return HUNE_OK;
    file = hu_sql_text(o->job, hu_arena_printf(o->job, "%s/%s.csv", o->folder, table));
    return hu_engine_run(
        o->e, hu_arena_printf(o->job, "COPY %s TO %s (FORMAT csv, HEADER)", table, file), err);
}

/* --- tables
 * ---------------------------------------------------------------------------------------- */

static int by_p(const void *a, const void *b, void *arg) {
    const hu_screen *s = arg;
    const int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    const double x = s->estimates[i].p, y = s->estimates[j].p;
    if (isnan(x) != isnan(y)) return isnan(x) ? 1 : -1;
    if (!isnan(x) && x != y) return x < y ? -1 : 1;
    return i < j ? -1 : i > j;
}

static hune_status pair_row(const out *o, hu_append *a, int64_t i, hune_err *err) {
    const hu_screen *s = o->s;
    const hu_pair *p = &s->pairs[i];
    const hu_estimate *e = &s->estimates[i];
    hu_append_text(a, s->drugs.id[p->drug]);
    hu_append_text(a, s->drugs.label[p->drug]);
    hu_append_text(a, s->outcomes.id[p->outcome]);
    hu_append_text(a, s->outcomes.label[p->outcome]);
    count(a, s, s->counts[p->outcome].cases);
    count(a, s, p->exposed_cases);
    count(a, s, p->events_exposed);
    hu_append_f64(a, e->irr);
    hu_append_f64(a, e->lower);
    hu_append_f64(a, e->upper);
    hu_append_f64(a, e->log_irr);
    hu_append_f64(a, e->se);
    hu_append_f64(a, e->p);
    hu_append_f64(a, e->q);
    hu_append_f64(a, isfinite(e->pre_irr) ? e->pre_irr : NAN);
    hu_append_text(a, e->flag);
    return hu_append_end(a, err);
}

static hune_status write_pairs(const out *o, hune_err *err) {
    const hu_screen *s = o->s;
    int64_t *order = hu_calloc((size_t)s->n_pairs + 1, sizeof *order);
    if (!order)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %lld pairs", (long long)s->n_pairs);
    for (int64_t i = 0; i < s->n_pairs; i++) order[i] = i;
    hu_append *a = NULL;
    hune_status status = hu_sort(order, (size_t)s->n_pairs, sizeof *order, by_p, (void *)s, err);
    if (!status) status = hu_append_open(o->e, "pairs", &a, err);
    for (int64_t i = 0; !status && i < s->n_pairs; i++) status = pair_row(o, a, order[i], err);
    const hune_status closed = hu_append_close(a, status ? NULL : err);
    free(order);
    if (status || closed) return status ? status : closed;
    return save(o, "pairs", err);
}

static hune_status write_windows(const out *o, hune_err *err) {
    const hu_screen *s = o->s;
    hu_append *a;
    HUNE_TRY(hu_append_open(o->e, "windows", &a, err));
    hune_status status = HUNE_OK;
    for (int64_t k = 0; !status && k < s->n_profiled * HU_WINDOWS; k++) {
        const hu_pair *p = &s->pairs[s->ranking[k / HU_WINDOWS]];
        const int i = (int)(k % HU_WINDOWS);
        const hu_window *w = &s->windows[k / HU_WINDOWS][i];
        hu_append_text(a, s->drugs.id[p->drug]);
        hu_append_text(a, s->outcomes.id[p->outcome]);
        hu_append_i64(a, i == 0 ? -s->o->pre_days : hu_window_edges[i]);
        if (i == HU_WINDOWS - 1) hu_append_null(a);
        else hu_append_i64(a, hu_window_edges[i + 1]);
        count(a, s, w->events);
        hu_append_f64(a, w->irr);
        hu_append_f64(a, w->lower);
        hu_append_f64(a, w->upper);
        status = hu_append_end(a, err);
    }
    const hune_status closed = hu_append_close(a, status ? NULL : err);
    if (status || closed) return status ? status : closed;
    return save(o, "windows", err);
}

static hune_status write_outcomes(const out *o, hune_err *err) {
    const hu_screen *s = o->s;
    hu_append *a;
    HUNE_TRY(hu_append_open(o->e, "outcomes", &a, err));
    hune_status status = HUNE_OK;
    for (int32_t k = 0; !status && k < s->outcomes.n; k++) {
        const hu_outcome_count *c = &s->counts[k];
        hu_append_text(a, s->outcomes.id[k]);
        hu_append_text(a, s->outcomes.label[k]);
        count(a, s, c->events);
        count(a, s, c->persons);
        count(a, s, c->cases);
        if (c->before_observation == 0) hu_append_text(a, "");
        else if (c->before_observation < s->o->min_cell)
            hu_append_text(a, hu_arena_printf(o->job,
                                              "first event outside observed time: fewer than %lld",
                                              (long long)s->o->min_cell));
        else
            hu_append_text(a, hu_arena_printf(o->job, "first event outside observed time: %lld",
                                              (long long)c->before_observation));
        hu_append_i64(a, s->baselines[k].end == HUNE_FIT_OK);
        status = hu_append_end(a, err);
    }
    const hune_status closed = hu_append_close(a, status ? NULL : err);
    if (status || closed) return status ? status : closed;
    return save(o, "outcomes", err);
}

static hune_status baseline_rows(hu_append *a, const char *outcome, const char *axis,
                                 const int32_t *cut, const double *log_rate, int n, double offset,
                                 hune_err *err) {
    for (int i = 0; i < n; i++) {
        hu_append_text(a, outcome);
        hu_append_text(a, axis);
        hu_append_f64(a, offset + cut[i] / 365.25);
        hu_append_f64(a, offset + cut[i + 1] / 365.25);
        hu_append_f64(a, exp(log_rate[i]));
        HUNE_TRY(hu_append_end(a, err));
    }
    return HUNE_OK;
}

static hune_status write_baselines(const out *o, hune_err *err) {
    const hu_screen *s = o->s;
    hu_append *a;
    HUNE_TRY(hu_append_open(o->e, "baseline", &a, err));
    hune_status status = HUNE_OK;
    for (int32_t k = 0; !status && k < s->outcomes.n; k++) {
        const hu_baseline *b = &s->baselines[k];
        if (s->counts[k].cases < s->o->min_cases) continue;
        status = baseline_rows(a, s->outcomes.id[k], "age", b->age_cut_days, b->log_age, b->n_age,
                               0, err);
        if (!status)
            status = baseline_rows(a, s->outcomes.id[k], "calendar", b->cal_cut_day, b->log_cal,
                                   b->n_cal, 1970, err);
    }
    const hune_status closed = hu_append_close(a, status ? NULL : err);
    if (status || closed) return status ? status : closed;
    return save(o, "baseline", err);
}

/* --- attrition: what was read, what was kept
 * ---------------------------------------------------------- */

typedef struct steps {
    hu_append *a;
    int64_t n;
} steps;

static hune_status step(steps *t, const char *what, int64_t persons, int64_t events,
                        hune_err *err) {
    hu_append_i64(t->a, ++t->n);
    hu_append_text(t->a, what);
    if (persons < 0) hu_append_null(t->a);
    else hu_append_i64(t->a, persons);
    if (events < 0) hu_append_null(t->a);
    else hu_append_i64(t->a, events);
    return hu_append_end(t->a, err);
}

static hune_status ingest_steps(const out *o, steps *t, hune_err *err) {
    json_t *all = json_loads(o->s->store->steps_json, 0, NULL);
    hune_status status = HUNE_OK;
    for (size_t i = 0; !status && i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        const char *table = json_string_value(json_object_get(one, "table"));
        const char *name = json_string_value(json_object_get(one, "step"));
        const int64_t in = json_integer_value(json_object_get(one, "rows_in"));
        const int64_t kept = json_integer_value(json_object_get(one, "rows_out"));
        const char *label = table && *table ? table : name ? name : "step";
        status = step(t, hu_arena_printf(o->job, "%s: rows read", label), -1, in, err);
        if (!status && kept != in)
            status = step(t, hu_arena_printf(o->job, "%s: rows kept", label), -1, kept, err);
    }
    json_decref(all);
    return status;
}

static hune_status write_attrition(const out *o, hune_err *err) {
    const hu_screen *s = o->s;
    steps t = {0};
    int64_t cases = 0, events = 0;
    for (int32_t k = 0; k < s->outcomes.n; k++)
        cases += s->counts[k].cases, events += s->counts[k].events;
    HUNE_TRY(hu_append_open(o->e, "attrition", &t.a, err));
    hune_status status = ingest_steps(o, &t, err);
    if (!status) status = step(&t, "event store", s->store->n_persons, s->store->n_events, err);
    if (!status) status = step(&t, "persons with observed time", s->persons_observed, -1, err);
    if (!status)
        status = step(&t, "person-years observed", -1, (int64_t)llround(s->person_years), err);
    if (!status) status = step(&t, "diagnoses that match an outcome", -1, events, err);
    if (!status)
        status = step(&t, "cases: first events in observed time, all outcomes", -1, cases, err);
    if (!status) status = step(&t, "drug-outcome pairs with an exposed case", -1, s->n_pairs, err);
    if (!status) status = step(&t, "pairs tested", -1, s->n_tested, err);
    if (!status) status = step(&t, "signals", -1, s->n_signals, err);
    const hune_status closed = hu_append_close(t.a, status ? NULL : err);
    if (status || closed) return status ? status : closed;
    return save(o, "attrition", err);
}

/* --- manifest
 * ----------------------------------------------------------------------------------------- */

static hune_status write_manifest(const out *o, const hune_screen_summary *sum, hune_err *err) {
    const hu_screen *s = o->s;
    const hune_screen_options *p = s->o;
    json_t *options = json_pack(
        "{ss? ss? si si si sI sI sf sf si si}", "drugs", p->drugs, "outcomes", p->outcomes,
        "grace_days", p->grace_days, "pre_days", p->pre_days, "carry_days", p->carry_days,
        "min_cases", (json_int_t)p->min_cases, "min_cell", (json_int_t)p->min_cell, "level",
        p->level, "fdr", p->fdr, "windows", p->windows, "rounds", p->rounds);
    char from[11] = "", to[11] = "";
    if (s->store->study_start != HU_NO_DAY) hu_format_day(s->store->study_start, from);
    if (s->store->study_end != HU_NO_DAY) hu_format_day(s->store->study_end, to);
    json_t *store =
        json_pack("{ss ss ss sI sI ss ss}", "path", s->store->path, "checksum", s->store->checksum,
                  "tool", s->store->tool, "persons", (json_int_t)s->store->n_persons, "events",
                  (json_int_t)s->store->n_events, "study_start", from, "study_end", to);
    json_t *counts =
        json_pack("{sI sI sI sI sI sI sf}", "drugs", (json_int_t)s->drugs.n, "drugs_absent",
                  (json_int_t)s->drugs.n_absent, "outcomes", (json_int_t)s->outcomes.n, "pairs",
                  (json_int_t)s->n_pairs, "tested", (json_int_t)s->n_tested, "signals",
                  (json_int_t)s->n_signals, "person_years", s->person_years);
    char tool[32];
    snprintf(tool, sizeof tool, "hune %s", hune_version());
    json_t *root = json_pack("{si ss ss ss so so so}", "format", 1, "kind", "screen", "tool", tool,
                             "command", s->ctx && s->ctx->command_line ? s->ctx->command_line : "",
                             "options", options, "store", store, "counts", counts);
    if (root && !p->no_stamp) {
        char created[32];
        const time_t now = time(NULL);
        struct tm parts;
        strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
        json_object_set_new(root, "created", json_string(created));
        json_object_set_new(root, "timings",
                            json_pack("{sf sf sf}", "baselines_s", sum->seconds_baseline, "pairs_s",
                                      sum->seconds_pairs, "windows_s", sum->seconds_windows));
    }
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    json_decref(root);
    if (!text) return hune_fail(err, HUNE_ENOMEM, "no memory for the manifest");
    const char *path = hu_arena_printf(o->job, "%s/manifest.json", o->folder);
    const hune_status status = hu_write_file(path, text, strlen(text), err);
    free(text);
    return status;
}

/* --- door
 * --------------------------------------------------------------------------------------------- */

hune_status hu_screen_write(const hu_screen *s, const char *results, const hune_screen_summary *sum,
                            hune_err *err) {
    hu_output folder;
    hu_arena job = {0};
    HUNE_TRY(hu_output_begin(&folder, results, "manifest.json", err));
    out o = {s, folder.part_path, NULL, &job};
    hune_status status =
        hu_engine_open(1, (int64_t)512 << 20, NULL, s->ctx ? s->ctx->cancel : NULL, &o.e, err);
    if (!status) status = hu_engine_run(o.e, hu_embed_screen("tables.sql", NULL), err);
    if (!status) status = write_pairs(&o, err);
    if (!status) status = write_windows(&o, err);
    if (!status) status = write_outcomes(&o, err);
    if (!status) status = write_baselines(&o, err);
    if (!status) status = write_attrition(&o, err);
    if (!status) status = write_manifest(&o, sum, err);
    hu_engine_close(o.e);
    hu_arena_clear(&job);
    if (!status) status = hu_output_commit(&folder, err);
    hu_output_abort(&folder);
    return status;
}
