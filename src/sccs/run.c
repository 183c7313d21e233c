/* run.c - the door: file and specification in, coefficients out. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include "hune/sccs_table.h"
#include "sccs/sccs.h"

#define Z95 1.959963984540054

typedef struct memory {
    hu_arena arena;
    hune_sccs_result result;
} memory;

/* Is every row of column c zero? Then it is a combination of levels that nobody has. */
static bool is_empty(const hune_sccs *d, int c) {
    const int64_t rows = d->n ? d->first[d->n] : 0;
    for (int64_t r = 0; r < rows; r++) {
        if (c < d->dense && d->x[r * d->dense + c] != 0) return false;
        for (int k = 0; k < d->factors && c >= d->dense; k++)
            if (d->code[r * d->factors + k] == c) return false;
    }
    return true;
}

static hune_status deliver(const hu_design *design, const double *b, const double *se,
                           const int *flag, hu_arena *a, hune_sccs_result *out, hune_err *err) {
    const size_t p = (size_t)design->sccs.p;
    hune_sccs_coefficient *c = hu_arena_alloc(a, (p + 1) * sizeof *c);
    const char **dropped = hu_arena_alloc(a, (p + 1) * sizeof *dropped);
    if (!c || !dropped) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu coefficients", p);
    bool separated = false, singular = false;
    for (size_t k = 0; k < p; k++) {
        const int j = design->order[k];
        if (flag[j] == HUNE_COEF_SINGULAR && (design->fixed[j] || is_empty(&design->sccs, j))) {
            dropped[out->n_dropped++] = design->names[j];
            continue;
        }
        separated = separated || flag[j] == HUNE_COEF_SEPARATED;
        singular = singular || flag[j] == HUNE_COEF_SINGULAR;
        c[out->n++] = (hune_sccs_coefficient){
            design->names[j],       b[j], se[j], b[j] - Z95 * se[j], b[j] + Z95 * se[j],
            (hune_coef_flag)flag[j]};
    }
    if (out->end == HUNE_FIT_SINGULAR && !singular) out->end = HUNE_FIT_OK;
    if (out->end == HUNE_FIT_OK && separated) out->end = HUNE_FIT_SEPARATED;
    out->coefficients = c;
    out->dropped = dropped;
    return HUNE_OK;
}

static hune_status fit(const hu_design *design, hu_arena *a, hune_sccs_result *out, hune_err *err) {
    const size_t p = (size_t)design->sccs.p;
    double *b = hu_arena_alloc(a, (2 * p + 1) * sizeof *b);
    int *flag = hu_arena_alloc(a, (p + 1) * sizeof *flag);
    if (!b || !flag) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu coefficients", p);
    hune_sccs_fit end;
    HUNE_TRY(hune_sccs_maximize(&design->sccs, NULL, b, b + p, NULL, flag, &end, err));
    out->loglik = end.ll;
    out->loglik_null = end.ll_null;
    out->end = end.end;
    return deliver(design, b, b + p, flag, a, out, err);
}

static hune_status run(const char *data_path, const char *spec_text, const char *spec_name,
                       const char *id, const hune_context *ctx, hu_arena *a, hune_sccs_result *out,
                       hune_err *err) {
    hu_spec spec;
    hu_formula formula;
    hu_table table;
    hu_intervals intervals;
    hu_design design;
    HUNE_TRY(hu_spec_read(spec_text, spec_name, id, a, &spec, err));
    HUNE_TRY(hu_formula_read(spec.formula, a, &formula, err));
    HUNE_TRY(hu_table_read(data_path, ctx, a, &table, err));
    if (*spec.data) HUNE_TRY(hu_table_eval(spec.data, a, &table, err));
    HUNE_TRY(hu_cut(&spec, &table, a, &intervals, err));
    HUNE_TRY(hu_design_make(&spec, &table, &intervals, &formula, a, &design, err));
    if (ctx) HUNE_TRY(hu_check_cancel(ctx, err));
    out->model_id = spec.id;
    out->rows = table.n;
    out->strata = intervals.n;
    out->intervals = intervals.rows;
    out->events_outside = intervals.events_outside;
    out->episodes_reversed = intervals.episodes_reversed;
    return fit(&design, a, out, err);
}

hune_status hune_sccs_table_run(const char *data_path, const char *spec_text, const char *spec_name,
                                const char *id, const hune_context *ctx, hune_sccs_result **out,
                                hune_err *err) {
    *out = NULL;
    hune_context defaults;
    hune_context_init(&defaults);
    memory *m = hu_calloc(1, sizeof *m);
    if (!m) return hune_fail(err, HUNE_ENOMEM, "no memory for a model");
    m->result.memory = m;
    const hune_status status =
        run(data_path, spec_text, spec_name, id, ctx ? ctx : &defaults, &m->arena, &m->result, err);
    if (status) hune_sccs_result_free(&m->result);
    else *out = &m->result;
    return status;
}

void hune_sccs_result_free(hune_sccs_result *r) {
    if (!r) return;
    memory *m = r->memory;
    hu_arena_clear(&m->arena);
    free(m);
}

/* --- JSON --- */

/* JSON knows no NaN: what does not exist is null. */
static json_t *number(double x) {
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *coefficient(const hune_sccs_coefficient *c) {
    const char *flag = c->flag == HUNE_COEF_SEPARATED  ? "separated"
                       : c->flag == HUNE_COEF_SINGULAR ? "singular"
                                                       : NULL;
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:s?}", "term", c->term, "estimate",
                     number(c->estimate), "std_error", number(c->std_error), "lo95",
                     number(c->lo95), "hi95", number(c->hi95), "flag", flag);
}

hune_status hune_sccs_result_json(const hune_sccs_result *r, char **text, hune_err *err) {
    static const char *const ends[] = {"ok", "maxiter", "separated", "singular", "noevents"};
    json_t *list = json_array(), *dropped = json_array();
    for (int k = 0; k < r->n; k++) json_array_append_new(list, coefficient(&r->coefficients[k]));
    for (int k = 0; k < r->n_dropped; k++)
        json_array_append_new(dropped, json_string(r->dropped[k]));
    json_t *o = json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:I, s:I}", "model_id",
                          r->model_id, "loglik", number(r->loglik), "loglik_null",
                          number(r->loglik_null), "end", ends[r->end], "coefficients", list,
                          "dropped", dropped, "events", (json_int_t)r->strata, "intervals",
                          (json_int_t)r->intervals, "events_outside", (json_int_t)r->events_outside,
                          "episodes_reversed", (json_int_t)r->episodes_reversed);
    *text = o ? json_dumps(o, JSON_REAL_PRECISION(15) | JSON_COMPACT) : NULL;
    json_decref(o);
    return *text ? HUNE_OK : hune_fail(err, HUNE_ENOMEM, "no memory for the result");
}
