/* solve.c - from added-up profiles to estimates, false discovery rates, flags and the ranking. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "hune/model.h"
#include "screen/screen.h"

/* The interval of the pre-exposure ratio must meet this range (Schuemie et al. 2022 use the same).
 */
#define PRE_LOW 0.8
#define PRE_HIGH 1.25

static void add_flag(hu_estimate *e, const char *flag) {
    const size_t n = strlen(e->flag);
    snprintf(e->flag + n, sizeof e->flag - n, "%s%s", n ? "+" : "", flag);
}

static void solve_pre(const hu_screen *s, const hu_pair *p, hu_estimate *e) {
    hu_profile_fit f;
    e->pre_irr = e->pre_lower = e->pre_upper = NAN;
    if (p->pre_informative < s->o->min_cases) return;
    hu_profile_solve(&p->pre, p->pre_events, p->pre_informative, s->o->level, &f);
    e->pre_irr = exp(f.log_irr);
    e->pre_lower = exp(f.lower);
    e->pre_upper = exp(f.upper);
    if (e->pre_lower > PRE_HIGH || e->pre_upper < PRE_LOW) add_flag(e, "pre_exposure");
}

static void solve_main(const hu_screen *s, const hu_pair *p, hu_estimate *e) {
    hu_profile_fit f;
    e->irr = e->lower = e->upper = e->log_irr = e->se = e->p = e->q = NAN;
    if (p->exposed_cases < s->o->min_cases || p->informative < s->o->min_cases) {
        add_flag(e, p->exposed_cases < s->o->min_cases ? "few_cases" : "no_contrast");
        return;
    }
    hu_profile_solve(&p->main, p->main_events, p->informative, s->o->level, &f);
    e->lower = exp(f.lower); /* NaN where a bound does not exist */
    e->upper = exp(f.upper);
    e->p = f.p;
    switch (f.end) {
    case HU_PROFILE_OK:
        e->log_irr = f.log_irr;
        e->irr = exp(f.log_irr);
        e->se = f.se;
        break;
    case HU_PROFILE_LOW: add_flag(e, "no_exposed_events"); break;
    case HU_PROFILE_HIGH: add_flag(e, "no_reference_events"); break;
    case HU_PROFILE_OUTSIDE: add_flag(e, "beyond_grid"); break;
    default: add_flag(e, "no_estimate");
    }
}

static int by_strength(const void *a, const void *b, void *arg) {
    const hu_screen *s = arg;
    const hu_estimate *x = &s->estimates[*(const int64_t *)a],
                      *y = &s->estimates[*(const int64_t *)b];
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return x->lower > y->lower ? -1 : x->lower < y->lower;
}

static hune_status rank(hu_screen *s, hune_err *err) {
    s->ranking = hu_calloc((size_t)s->n_pairs + 1, sizeof *s->ranking);
    if (!s->ranking)
        return hune_fail(err, HUNE_ENOMEM, "no memory to rank %lld pairs", (long long)s->n_pairs);
    for (int64_t i = 0; i < s->n_pairs; i++) {
        hu_estimate *e = &s->estimates[i];
        e->is_signal = e->q <= s->o->fdr && e->irr > 1;
        if (e->is_signal) s->ranking[s->n_signals++] = i;
    }
    return hu_sort(s->ranking, (size_t)s->n_signals, sizeof *s->ranking, by_strength, s, err);
}

hune_status hu_screen_solve(hu_screen *s, hune_err *err) {
    const size_t n = (size_t)s->n_pairs;
    s->estimates = hu_calloc(n + 1, sizeof *s->estimates);
    double *p = hu_calloc(2 * n + 2, sizeof *p), *q = p ? p + n + 1 : NULL;
    if (!s->estimates || !p) {
        free(p);
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu estimates", n);
    }
    for (size_t i = 0; i < n; i++) {
        solve_main(s, &s->pairs[i], &s->estimates[i]);
        solve_pre(s, &s->pairs[i], &s->estimates[i]);
        if (s->baselines[s->pairs[i].outcome].end != HUNE_FIT_OK)
            add_flag(&s->estimates[i], "flat_baseline");
        p[i] = s->estimates[i].p;
        s->n_tested += !isnan(p[i]);
    }
    hune_status status = hune_model_bh(p, (int64_t)n, q, err);
    for (size_t i = 0; !status && i < n; i++) {
        s->estimates[i].q = q[i];
        if (!s->estimates[i].flag[0]) add_flag(&s->estimates[i], "ok");
    }
    free(p);
    return status ? status : rank(s, err);
}
