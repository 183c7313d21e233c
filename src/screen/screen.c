/* screen.c - the door: options, the three passes, the results folder. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "screen/screen.h"

#define DEFAULT_PACK_DAYS 30

void hune_screen_options_init(hune_screen_options *o) {
    memset(o, 0, sizeof *o);
    o->size = sizeof *o;
    o->min_cell = 11;
}

static hune_screen_options resolved(const hune_screen_options *given) {
    hune_screen_options o = *given;
    if (!o.drugs) o.drugs = "ATC5";
    if (!o.grace_days) o.grace_days = 30;
    if (!o.pre_days) o.pre_days = 30;
    if (!o.carry_days) o.carry_days = 90;
    if (!o.min_cases) o.min_cases = 11;
    if (!(o.level > 0)) o.level = 0.95;
    if (!(o.fdr > 0)) o.fdr = 0.10;
    if (!o.rounds) o.rounds = 2;
    if (!o.windows) o.windows = 30;
    if (o.windows < 0) o.windows = 0;
    return o;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void clear(hu_screen *s) {
    for (int32_t k = 0; s->baselines && k < s->outcomes.n; k++) hu_baseline_clear(&s->baselines[k]);
    for (int32_t k = 0; s->samples && k < s->outcomes.n; k++) free(s->samples[k].item);
    free(s->samples);
    free(s->baselines);
    free(s->counts);
    hu_screen_forget_pairs(s);
    hu_strong_clear(&s->strong);
    free(s->windows);
    hu_set_clear(&s->drugs);
    hu_set_clear(&s->outcomes);
}

/* --- summary: copies, so that it outlives the screen
 * ------------------------------------------------- */

static int64_t masked(const hu_screen *s, int64_t n) {
    return n > 0 && n < s->o->min_cell ? -1 : n;
}

static hune_status summarise(const hu_screen *s, int n_top, hune_screen_summary *out,
                             hune_err *err) {
    hu_arena *a = hu_calloc(1, sizeof *a);
    if (!a) return hune_fail(err, HUNE_ENOMEM, "no memory for a summary");
    out->owner = a;
    out->persons = s->persons_observed;
    out->drugs = s->drugs.n;
    out->outcomes = s->outcomes.n;
    out->pairs = s->n_pairs;
    out->tested = s->n_tested;
    out->signals = s->n_signals;
    out->fdr = s->o->fdr;
    for (int32_t k = 0; k < s->outcomes.n; k++) out->cases += s->counts[k].cases;
    out->n_top = s->n_signals < n_top ? (int)s->n_signals : n_top;
    out->top = hu_arena_alloc(a, ((size_t)out->n_top + 1) * sizeof *out->top);
    if (!out->top) return hune_fail(err, HUNE_ENOMEM, "no memory for a summary");
    for (int i = 0; i < out->n_top; i++) {
        const hu_pair *p = &s->pairs[s->ranking[i]];
        const hu_estimate *e = &s->estimates[s->ranking[i]];
        out->top[i] = (hune_screen_signal){hu_arena_strdup(a, s->drugs.id[p->drug]),
                                           hu_arena_strdup(a, s->drugs.label[p->drug]),
                                           hu_arena_strdup(a, s->outcomes.id[p->outcome]),
                                           hu_arena_strdup(a, s->outcomes.label[p->outcome]),
                                           hu_arena_strdup(a, e->flag),
                                           e->irr,
                                           e->lower,
                                           e->upper,
                                           e->p,
                                           e->q,
                                           masked(s, p->exposed_cases),
                                           masked(s, p->events_exposed)};
    }
    return HUNE_OK;
}

void hune_screen_summary_clear(hune_screen_summary *s) {
    if (!s) return;
    if (s->owner) {
        hu_arena_clear(s->owner);
        free(s->owner);
    }
    memset(s, 0, sizeof *s);
}

hune_status hune_screen_run(const hune_store *store, const hune_screen_options *given, int n_top,
                            const char *results, const hune_context *ctx, hune_screen_summary *out,
                            hune_err *err) {
    const hune_screen_options o = resolved(given);
    hune_screen_summary sum = {0};
    hu_screen s = {.store = store,
                   .o = &o,
                   .ctx = ctx,
                   .rule = {o.grace_days, o.carry_days, DEFAULT_PACK_DAYS}};
    hune_status status = hu_drugs_make(store, o.drugs, &s.drugs, err);
    if (!status) status = hu_outcomes_make(store, o.outcomes, &s.outcomes, err);
    if (!status && (s.drugs.n == 0 || s.outcomes.n == 0)) {
        status = hune_fail(err, HUNE_EDATA, "the store holds none of the %s asked for",
                           s.drugs.n == 0 ? "drugs" : "outcomes");
        hune_hint(err, "hune describe STORE shows which codes it holds");
    }
    double t[4] = {now(), 0, 0, 0};
    if (!status) status = hu_screen_baselines(&s, err);
    t[1] = now();
    if (!status) status = hu_screen_pairs(&s, err);
    if (!status) status = hu_screen_solve(&s, err);
    for (int round = 1; !status && round < o.rounds; round++) {
        bool changed;
        status = hu_screen_adjust(&s, &changed, err);
        if (status || !changed) break;
        hu_screen_forget_pairs(&s);
        status = hu_screen_pairs(&s, err);
        if (!status) status = hu_screen_solve(&s, err);
    }
    t[2] = now();
    if (!status) status = hu_screen_windows(&s, err);
    t[3] = now();
    sum.seconds_baseline = t[1] - t[0];
    sum.seconds_pairs = t[2] - t[1];
    sum.seconds_windows = t[3] - t[2];
    if (!status) status = hu_screen_write(&s, results, &sum, err);
    if (!status) status = summarise(&s, n_top, &sum, err);
    clear(&s);
    if (!status && out) *out = sum;
    else hune_screen_summary_clear(&sum);
    return status;
}
