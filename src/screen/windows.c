/* windows.c - third pass, for the strongest signals only: the rate ratio by time since the start.
 *
 * Each window is held against the case's unexposed time in the same way as the pair as a whole:
 * given that the event lies in the window or in the reference, all other time is conditioned away.
 * So the windows add up over cases too and need no joint fit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "screen/screen.h"

const int32_t hu_window_edges[HU_WINDOWS + 1] = {-30, 0, 30, 90, 180, 365, 730, INT32_MAX};

/* An era that begins this soon after observation does may have begun before it: its days since the
 * start are unknown, so that it is left out here. */
#define LEAD_DAYS 120

typedef struct cell {
    hu_profile profile;
    int64_t events, informative;
} cell;

typedef struct acc {
    cell *cells; /* [signals * HU_WINDOWS] */
    hu_others others;
    hu_firsts firsts;
    hu_eras eras;
} acc;

typedef struct pass {
    hu_screen *screen;
    int64_t *of_outcome; /* [outcomes+1] first signal of each outcome in `order` */
    int64_t *order;      /* [n_profiled] signals by outcome */
    cell *total;
} pass;

typedef struct shares {
    double weight[HU_WINDOWS],
        taken; /* taken: all exposed and pre-exposure time, for the reference */
    int where; /* window of the event, -1 = reference, -2 = neither */
} shares;

static void add_stretch(const hu_others *others, const hu_baseline *b, const hu_person *p,
                        int32_t from, int32_t to, int32_t event, int window, shares *s) {
    if (from >= to) return;
    const double w = hu_others_weight(others, b, p, from, to);
    s->taken += w;
    if (window >= 0) s->weight[window] += w;
    if (event >= from && event < to) s->where = window >= 0 ? window : -2;
}

static shares share_out(const hu_screen *s, const hu_baseline *b, const hu_person *p,
                        const hu_eras *eras, const hu_others *others, int32_t drug, int32_t event) {
    shares out = {.where = -1};
    int32_t previous_end = INT32_MIN;
    for (int32_t k = eras->head[drug]; k >= 0; k = eras->era[k].next) {
        const hu_era *e = &eras->era[k];
        const bool known = e->start >= p->spans[0].start + LEAD_DAYS;
        int32_t from = e->start - s->o->pre_days;
        if (from < previous_end) from = previous_end;
        add_stretch(others, b, p, from, e->start, event, known ? 0 : -1, &out);
        if (!known) add_stretch(others, b, p, e->start, e->end, event, -1, &out);
        for (int w = 1; known && w < HU_WINDOWS; w++) {
            const int32_t lo = e->start + hu_window_edges[w];
            const int32_t hi = w == HU_WINDOWS - 1 ? e->end : e->start + hu_window_edges[w + 1];
            add_stretch(others, b, p, lo, hi < e->end ? hi : e->end, event, w, &out);
        }
        previous_end = e->end;
    }
    return out;
}

static void add_case(const hu_screen *s, acc *a, const hu_person *p, int64_t signal, double total) {
    const hu_pair *pair = &s->pairs[s->ranking[signal]];
    const hu_baseline *b = &s->baselines[pair->outcome];
    if (a->eras.head[pair->drug] < 0) return;
    shares sh = share_out(s, b, p, &a->eras, &a->others, pair->drug, a->firsts.day[pair->outcome]);
    double rest = total - sh.taken;
    if (rest < 1e-9 * total) return;
    const double own = hu_others_own(s, pair->outcome, pair->drug);
    for (int w = 1; w < HU_WINDOWS; w++) sh.weight[w] /= own; /* [0] is before the exposure */
    for (int w = 0; w < HU_WINDOWS; w++) {
        cell *c = &a->cells[signal * HU_WINDOWS + w];
        if (sh.weight[w] <= 0 || (sh.where != w && sh.where != -1)) continue;
        c->events += sh.where == w;
        c->informative++;
        hu_profile_add(&c->profile, sh.weight[w] / (rest + sh.weight[w]), sh.where == w);
    }
}

/* --- the fold
 * -------------------------------------------------------------------------------------- */

static void release(void *arg, void *which) {
    (void)arg;
    acc *a = which;
    if (!a) return;
    free(a->cells);
    hu_others_clear(&a->others);
    hu_firsts_clear(&a->firsts);
    hu_eras_clear(&a->eras);
    free(a);
}

static size_t n_cells(const hu_screen *s) {
    return (size_t)s->n_profiled * HU_WINDOWS + 1;
}

static hune_status begin(void *arg, void **out, hune_err *err) {
    const hu_screen *s = ((const pass *)arg)->screen;
    acc *a = hu_calloc(1, sizeof *a);
    *out = a;
    if (a) a->cells = hu_calloc(n_cells(s), sizeof *a->cells);
    if (!a || !a->cells) return hune_fail(err, HUNE_ENOMEM, "no memory for a pass");
    HUNE_TRY(hu_firsts_init(&a->firsts, s->outcomes.n, err));
    return hu_eras_init(&a->eras, s->drugs.n, err);
}

static hune_status person(void *arg, void *which, const hu_person *p, hune_err *err) {
    const pass *run = arg;
    const hu_screen *s = run->screen;
    acc *a = which;
    if (p->birth == HU_NO_DAY || p->n_spans == 0) return HUNE_OK;
    hu_firsts_find(&a->firsts, &s->outcomes, p, NULL);
    bool built = false;
    for (int32_t i = 0; i < a->firsts.n_touched; i++) {
        const int32_t o = a->firsts.touched[i];
        if (run->of_outcome[o] == run->of_outcome[o + 1] || hu_span_of(p, a->firsts.day[o]) < 0)
            continue;
        if (!built) HUNE_TRY(hu_eras_build(&a->eras, s->store, &s->drugs, &s->rule, p, err));
        built = true;
        HUNE_TRY(hu_others_build(&a->others, s, o, &a->eras, err));
        const double total = hu_others_weight(&a->others, &s->baselines[o], p, p->spans[0].start,
                                              p->spans[p->n_spans - 1].end);
        for (int64_t k = run->of_outcome[o]; k < run->of_outcome[o + 1]; k++)
            add_case(s, a, p, run->order[k], total);
    }
    return HUNE_OK;
}

static hune_status merge(void *arg, void *which, hune_err *err) {
    pass *run = arg;
    const acc *a = which;
    (void)err;
    for (size_t i = 0; i + 1 < n_cells(run->screen); i++) {
        run->total[i].events += a->cells[i].events;
        run->total[i].informative += a->cells[i].informative;
        hu_profile_merge(&run->total[i].profile, &a->cells[i].profile);
    }
    return HUNE_OK;
}

static void solve(hu_screen *s, const cell *total) {
    for (int64_t i = 0; i < s->n_profiled * HU_WINDOWS; i++) {
        hu_window *w = &s->windows[i / HU_WINDOWS][i % HU_WINDOWS];
        const cell *c = &total[i];
        *w = (hu_window){c->events, NAN, NAN, NAN};
        if (c->informative < s->o->min_cases) continue;
        hu_profile_fit f;
        hu_profile_solve(&c->profile, c->events, c->informative, s->o->level, &f);
        if (isfinite(f.log_irr)) w->irr = exp(f.log_irr);
        w->lower = exp(f.lower);
        w->upper = exp(f.upper);
    }
}

/* Signals by outcome, so that a person's cases find theirs at once. */
static void order_signals(pass *run) {
    const hu_screen *s = run->screen;
    int64_t at = 0;
    for (int32_t o = 0; o < s->outcomes.n; o++) {
        run->of_outcome[o] = at;
        for (int64_t k = 0; k < s->n_profiled; k++)
            if (s->pairs[s->ranking[k]].outcome == o) run->order[at++] = k;
    }
    run->of_outcome[s->outcomes.n] = at;
}

hune_status hu_screen_windows(hu_screen *s, hune_err *err) {
    s->n_profiled = s->n_signals < s->o->windows ? s->n_signals : s->o->windows;
    pass run = {.screen = s};
    run.of_outcome = hu_calloc((size_t)s->outcomes.n + 2, sizeof *run.of_outcome);
    run.order = hu_calloc((size_t)s->n_profiled + 1, sizeof *run.order);
    run.total = hu_calloc(n_cells(s), sizeof *run.total);
    s->windows = hu_calloc((size_t)s->n_profiled + 1, sizeof *s->windows);
    hune_status status = HUNE_OK;
    if (!run.of_outcome || !run.order || !run.total || !s->windows)
        status =
            hune_fail(err, HUNE_ENOMEM, "no memory for %lld signals", (long long)s->n_profiled);
    const hu_fold fold = {begin, person, merge, release, &run, HU_KINDS, "time since start"};
    if (!status) order_signals(&run);
    if (!status && s->n_profiled > 0) status = hu_store_fold(s->store, &fold, s->ctx, err);
    if (!status) solve(s, run.total);
    free(run.of_outcome);
    free(run.order);
    free(run.total);
    return status;
}
