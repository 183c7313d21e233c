/* accept.h - what the acceptance tests of the simulator share (simulator.md, section 9): lives of a
 * world added up by many threads, exact tests, and the naive designs that traps deceive. Used by
 * the small version in tests/unit/t_sim_accept.c and the whole in tests/slow/accept.c. */
#ifndef HU_ACCEPT_H
#define HU_ACCEPT_H
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

/* --- many lives of one world -------------------------------------------------------------------
 */

typedef void (*accept_see)(const hu_world *w, hu_life *l, double *sum);
/* --mode cases: share is the chance with which the oracle asks such a life, 0 when it asks not. */
typedef void (*accept_see_case)(const hu_world *w, hu_life *l, double share, bool is, double *sum);

typedef struct accept_run {
    hu_world w;
    int64_t lives;
    accept_see see; /* may be NULL: then only the oracle's sums are made */
    accept_see_case see_case;
    void (*opened)(const hu_world *w); /* may be NULL */
    int n_sums;
    hu_tally total;
    double *sum; /* [n_sums] */
    int64_t cases;
    /* inside */
    int64_t first, blocks;
    hu_tally *tally;
    double *part;
    int64_t *is; /* cases in each block */
} accept_run;

enum { ACCEPT_BLOCK = 512, ACCEPT_BATCH = 64 };

static inline hune_status accept_case(accept_run *r, int64_t person, hu_life *l, int64_t task,
                                      hune_err *err) {
    bool is;
    double share;
    HUNE_TRY(hu_case(&r->w, person, l, &r->tally[task], &is, &share, err));
    r->is[task] += is;
    if ((is || share > 0) && r->see_case)
        r->see_case(&r->w, l, share, is, r->part + task * r->n_sums);
    return HUNE_OK;
}

static inline hune_status accept_block(void *arg, int64_t task, int worker, hune_err *err) {
    accept_run *r = arg;
    hu_life l;
    (void)worker;
    hune_status s = hu_life_new(&r->w, &l, err);
    const int64_t first = (r->first + task) * ACCEPT_BLOCK;
    for (int64_t i = first; !s && i < first + ACCEPT_BLOCK && i < r->lives; i++) {
        if (r->w.o.mode == HUNE_MODE_CASES) {
            s = accept_case(r, i, &l, task, err);
            continue;
        }
        s = hu_live(&r->w, i, &l, err);
        if (s || l.entry >= l.exit) continue;
        hu_tally_life(&r->w, &l, &r->tally[task]);
        hu_oracle_life(&r->w, &l, &r->tally[task]);
        if (r->see) r->see(&r->w, &l, r->part + task * r->n_sums);
    }
    hu_life_clear(&l);
    return s;
}

/* Lives `lives` persons; sums are added in the order of persons. The caller clears with
 * accept_clear. */
static inline hune_status accept_live(accept_run *r, const hune_simulate_options *o, int threads,
                                      hune_err *err) {
    HUNE_TRY(hu_world_open(&r->w, o, err));
    HUNE_TRY(hu_start_rates(&r->w, threads, err));
    HUNE_TRY(hu_baseline_rates(&r->w, threads, err));
    if (r->opened) r->opened(&r->w);
    r->tally = hu_calloc(ACCEPT_BATCH, sizeof *r->tally);
    r->part = hu_calloc((size_t)ACCEPT_BATCH * (size_t)(r->n_sums + 1), sizeof *r->part);
    r->sum = hu_calloc((size_t)r->n_sums + 1, sizeof *r->sum);
    r->is = hu_calloc(ACCEPT_BATCH, sizeof *r->is);
    if (!r->tally || !r->part || !r->sum || !r->is)
        return hune_fail(err, HUNE_ENOMEM, "no memory for sums");
    HUNE_TRY(hu_tally_new(&r->w, &r->total, err));
    for (int k = 0; k < ACCEPT_BATCH; k++) HUNE_TRY(hu_tally_new(&r->w, &r->tally[k], err));
    const int64_t blocks = (r->lives + ACCEPT_BLOCK - 1) / ACCEPT_BLOCK;
    for (r->first = 0; r->first < blocks; r->first += ACCEPT_BATCH) {
        const int64_t n = blocks - r->first < ACCEPT_BATCH ? blocks - r->first : ACCEPT_BATCH;
        HUNE_TRY(hu_pool_run(threads, n, accept_block, r, err));
        for (int64_t k = 0; k < n; k++) {
            hu_tally_add(&r->w, &r->total, &r->tally[k]);
            r->cases += r->is[k], r->is[k] = 0;
            for (int i = 0; i < r->n_sums; i++) {
                r->sum[i] += r->part[k * r->n_sums + i];
                r->part[k * r->n_sums + i] = 0;
            }
        }
    }
    return HUNE_OK;
}

static inline void accept_clear(accept_run *r) {
    for (int k = 0; r->tally && k < ACCEPT_BATCH; k++) hu_tally_clear(&r->tally[k]);
    hu_tally_clear(&r->total);
    free(r->tally);
    free(r->part);
    free(r->sum);
    free(r->is);
    hu_world_close(&r->w);
    *r = (accept_run){0};
}

/* --- exact tests --------------------------------------------------------------------------------
 */

/* P(X < n) + u P(X = n) for X ~ Poisson(mean): exactly uniform when the mean is right, u being
 * uniform. Counts are discrete; without u no test of uniformity could hold. */
static inline double accept_poisson(int64_t n, double mean, double u) {
    if (mean <= 0) return u;
    const double log_mean = log(mean);
    double below = 0;
    int64_t from = (int64_t)(mean - 12 * sqrt(mean) - 20);
    for (int64_t k = from > 0 ? from : 0; k < n; k++)
        below += exp((double)k * log_mean - mean - lgamma((double)k + 1));
    return below + u * exp((double)n * log_mean - mean - lgamma((double)n + 1));
}

static inline double accept_two_sided(double p) {
    return p < 0.5 ? 2 * p : 2 * (1 - p);
}

static inline int accept_ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Kolmogorov-Smirnov p-value of uniformity (Stephens 1970); sorts p. */
static inline double accept_ks(double *p, int n) {
    double d = 0, sum = 0;
    qsort(p, (size_t)n, sizeof *p, accept_ascending);
    for (int i = 0; i < n; i++) {
        d = fmax(d, (i + 1.0) / n - p[i]);
        d = fmax(d, p[i] - (double)i / n);
    }
    const double x = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * d;
    for (int k = 1; k < 101; k++) sum += 2 * (k % 2 ? 1 : -1) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(sum, 0), 1);
}

static inline double accept_planted(const hu_world *w, const hu_question *q, int k) {
    if (q->effect >= 0) {
        const hu_effect *e = &w->effect[q->effect];
        return k < e->n_steps ? e->value[k] : e->after_value;
    }
    return q->joint >= 0 ? w->joint[q->joint].value[k] : 1;
}

/* Randomised p-values of all questions and steps with `least` expected events; returns how many. */
static inline int accept_p_values(const accept_run *r, double least, uint64_t seed, double *p,
                                  int most) {
    int n = 0;
    for (int i = 0; i < r->w.n_questions; i++)
        for (int k = 0; k < r->w.question[i].n_steps && n < most; k++) {
            const hu_question *q = &r->w.question[i];
            const double x = r->total.oracle_expected[q->first + k] * accept_planted(&r->w, q, k);
            hu_rng u = hu_rng_at(seed, (uint64_t)(q->first + k), 9000);
            if (x < least) continue;
            p[n++] = accept_poisson(r->total.oracle_events[q->first + k], x, hu_rng_unif(&u));
        }
    return n;
}

/* --- naive designs
 * -------------------------------------------------------------------------------- */

typedef struct accept_design {
    int trap;
    const char *drug, *outcome;
    int32_t from, to;            /* days since the start of an exposure, or since its end */
    bool after_end, of_the_dead; /* of_the_dead: only persons who die in the window */
    enum { AGAINST_ALL, AGAINST_OWN_TIME, BY_CRUDE_RATE } against;
    const char *what;
} accept_design;

/* sum: 0 events in the window, 1 expected without the trap, 2 and 3 the same outside (of those who
 * ever take the drug), 4 and 5 hazard with and without the trap on random days of anybody,
 * 6 events and 7 person-years of all, 8 person-years in the window. */
enum { ACCEPT_DESIGN_SUMS = 9 };

static inline double accept_hazard(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const hu_outcome *o = &w->outcome[outcome];
    return o->hazard[l->sex][hu_band(l->birth, day)] *
           (o->frailty > 0 ? pow(l->frailty, o->frailty) : 1) *
           hu_season(o->season_amp, o->season_peak, day) * hu_multiplier_at(w, l, outcome, day);
}

/* Inside observation; before the first event, or a month after each where they come again. */
static inline bool accept_at_risk(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    enum { REFRACTORY = 30 };
    if (day < l->entry || day >= l->exit) return false;
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *v = &l->event[i];
        if (v->outcome != outcome || v->day >= day) continue;
        if (!w->outcome[outcome].recurrent || day < v->day + REFRACTORY) return false;
    }
    return true;
}

static inline bool accept_in_window(const hu_life *l, int drug, const accept_design *d,
                                    int32_t day) {
    for (int e = l->first_era[drug]; e < l->first_era[drug + 1]; e++) {
        const hu_era *x = &l->era[e];
        const int32_t zero = d->after_end ? x->end : x->start;
        if (x->end > x->start && day >= zero + d->from && day < zero + d->to &&
            (d->to < 1000 || day < x->end))
            return true;
    }
    return false;
}

static inline void accept_naive(const hu_world *w, const hu_life *l, const accept_design *d,
                                double *sum) {
    enum { EVERY = 5 };
    const int drug = hu_find_drug(w, d->drug), outcome = hu_find_outcome(w, d->outcome);
    const bool ever = l->first_era[drug] < l->first_era[drug + 1];
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, 9001);
    int32_t first = HU_NEVER;
    if (d->of_the_dead && l->death == HU_NEVER) return;
    for (size_t i = 0; i < l->n_events; i++) {
        if (l->event[i].outcome != outcome) continue;
        sum[6]++;
        if (ever) sum[accept_in_window(l, drug, d, l->event[i].day) ? 0 : 2]++;
        if (!w->outcome[outcome].recurrent && first == HU_NEVER) first = l->event[i].day;
    }
    const int32_t end = first < l->exit ? first : l->exit;
    sum[7] += (end - l->entry) / HU_YEAR;
    for (int k = 0; k < 4; k++) {
        const int32_t day = l->entry + (int32_t)hu_rng_below(&r, l->exit - l->entry);
        const double h = accept_hazard(w, l, outcome, day);
        sum[4] += h * hu_trap_at(w, l, outcome, day);
        sum[5] += h;
    }
    if (!ever) return;
    for (int32_t day = l->entry + (int32_t)hu_rng_below(&r, EVERY); day < end; day += EVERY) {
        const bool in = accept_in_window(l, drug, d, day);
        if (!in && d->against != AGAINST_OWN_TIME) continue;
        sum[in ? 1 : 3] += EVERY * accept_hazard(w, l, outcome, day);
        if (in) sum[8] += EVERY / HU_YEAR;
    }
}

/* The ratio that the design finds and its p-value (normal, of the log). */
static inline double accept_ratio(const accept_design *d, const double *s, double *p) {
    double ratio = s[0] / (s[1] * s[4] / s[5]), se = sqrt(1 / fmax(s[0], 1));
    if (d->against == AGAINST_OWN_TIME) {
        ratio = s[0] / s[1] / (s[2] / s[3]);
        se = sqrt(1 / fmax(s[0], 1) + 1 / fmax(s[2], 1));
    }
    if (d->against == BY_CRUDE_RATE) {
        ratio = s[0] / s[8] / ((s[6] - s[0]) / (s[7] - s[8]));
        se = sqrt(1 / fmax(s[0], 1) + 1 / fmax(s[6] - s[0], 1));
    }
    *p = erfc(fabs(log(ratio)) / se / sqrt(2));
    return ratio;
}

static const accept_design accept_designs[] = {
    {1, "N06AB10", "HIP", 0, 30, false, false, AGAINST_ALL, "new users, first month"},
    {2, "A02BC01", "UGIB", 0, 30, false, false, AGAINST_ALL, "new users, first month"},
    {3, "B03AA07", "UGIB", 0, 30, false, false, AGAINST_ALL, "new users, first month"},
    {4, "J01CA04", "PNEU", 0, 14, false, false, AGAINST_ALL, "first fortnight"},
    {5, "C03CA01", "HF", 0, 30, false, false, AGAINST_ALL, "new users, first month"},
    {6, "R03AC02", "HF", 0, 30, false, false, AGAINST_ALL, "new users, first month"},
    {8, "N02BE01", "HIP", 0, 10, false, false, AGAINST_ALL, "first ten days"},
    {9, "R03BB04", "AMI", 0, 100000, false, false, AGAINST_ALL,
     "users against everybody, smoking unknown"},
    {10, "C10AA07", "HIP", 0, 100000, false, false, AGAINST_ALL, "users against everybody"},
    {11, "J07BB02", "PNEU", 0, 14, false, false, AGAINST_ALL, "the fortnight after vaccination"},
    {12, "N06DA02", "HIP", 0, 60, true, true, AGAINST_ALL, "two months after stopping, who died"},
    {13, "N02AA01", "PNEU", 0, 100000, false, false, AGAINST_ALL, "users against everybody"},
    {14, "N02AC04", "FRAC", 0, 100000, false, false, AGAINST_OWN_TIME,
     "users' time on against time off"},
    {16, "A10BA02", "BLADCA", 0, 100000, false, false, BY_CRUDE_RATE, "crude rates, age unknown"},
};
enum { ACCEPT_DESIGNS = sizeof accept_designs / sizeof *accept_designs };

#endif
