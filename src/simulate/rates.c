/* rates.c - from the tables' shares and rates to the rates that lives are drawn with.
 *
 * Start rates. Drugs of a lasting condition are for those who have it: the shares are then those
 * among them, at balance. In a stationary world a person of age a starts a drug at rate r(a) x
 * care, an era lasts one of two exponentials, and the share under treatment follows on_k' =
 * weight_k r care (1 - on) - on_k / mean_k . r is constant within an age band and is found band
 * after band, from birth on, so that the share of persons with any use in a year is the table's
 * share, averaged over the ages of the band and the five classes of care. The shares on_k(age) also
 * say who is under treatment when life in the simulator begins.
 *
 * Baselines. Each outcome takes as much of --rate-scale as keeps it at or below 1 % a year in the
 * chosen population; then the mean multiplier of drugs and traps, measured on lives that are
 * thrown away, is divided out, so that rates of the population stay the table's. A second look, at
 * lives with their events and deaths, takes account of the frail being the first to go.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

static const double band_share[2][HU_BANDS] = {{10.8, 16.0, 12.9, 7.4, 1.5},
                                               {10.3, 16.4, 13.4, 8.5, 2.8}};
static const double band_from[HU_BANDS + 1] = {0, 18, 45, 65, 80, 106};
static const double old_mean_years = 5.5; /* as in person.c */
static const double most_py = 0.01;       /* rare-outcome assumption of the design */
static const double smokers[2][2] = {{0.30, 0.22}, {0.24, 0.14}}; /* sex; under 65, older */
enum {
    PILOT = 8192,
    SECOND_PILOT = 24576, /* of whom all the old are lived, */
    ONE_YOUNG_IN = 4,     /* and one in four of the others */
    PILOT_DAYS = 8,
    PILOT_SEED = 20121
};                                     /* one world's rates, whatever the seed */
#define PILOT_FIRST (INT64_C(1) << 40) /* persons that no run writes */

/* --- shares -------------------------------------------------------------------------------- */

/* Cumulative share of the population's persons by sex and band, as person.c draws them. */
static hune_status age_shares(hu_world *w, hune_err *err) {
    const double years = (w->end - w->from) / HU_YEAR;
    double sum = 0;
    if (!(w->age_cdf = hu_arena_alloc(&w->arena, 2 * HU_BANDS * sizeof *w->age_cdf)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for ages");
    for (int s = 0; s < 2; s++)
        for (int b = 0; b < HU_BANDS; b++) {
            double share = band_share[s][b];
            if (w->o.population != HUNE_POPULATION_ELDERLY && b == 0) share *= (18 + years) / 18;
            if (w->o.population == HUNE_POPULATION_ELDERLY)
                share *= b < 2 ? 0 : b == 2 ? fmin(years, 20) / 20 : 1;
            w->age_cdf[s * HU_BANDS + b] = sum += share;
        }
    for (int c = 0; c < 2 * HU_BANDS; c++) w->age_cdf[c] /= sum;
    return HUNE_OK;
}

/* --- start rates --------------------------------------------------------------------------- */

typedef struct state {
    double on[HU_CARE][2];
} state;

/* One half-year on: implicit, so that short eras are at their balance. */
static void advance(const hu_drug *d, double rate, const double care[HU_CARE], state *s) {
    const double h = HU_YEAR / HU_AGE_STEPS;
    for (int c = 0; c < HU_CARE; c++) {
        double kept = 0, started = 0, a[2], b[2];
        for (int k = 0; k < 2; k++) {
            a[k] = s->on[c][k] / (1 + h / d->era_mean[k]);
            b[k] = h * d->era_weight[k] * rate * care[c] / (1 + h / d->era_mean[k]);
            kept += a[k];
            started += b[k];
        }
        const double off = (1 - kept) / (1 + started);
        for (int k = 0; k < 2; k++) s->on[c][k] = a[k] + b[k] * off;
    }
}

/* The balance at a constant rate: for illness that is not a matter of age. */
static void balance(const hu_drug *d, double rate, const double care[HU_CARE], state *s) {
    for (int c = 0; c < HU_CARE; c++) {
        double x[2], sum = 0;
        for (int k = 0; k < 2; k++)
            sum += x[k] = d->era_weight[k] * rate * care[c] * d->era_mean[k];
        for (int k = 0; k < 2; k++) s->on[c][k] = x[k] / (1 + sum);
    }
}

/* Share with any use in the year from here on. */
static double year_share(double rate, const double care[HU_CARE], const state *s) {
    double sum = 0;
    for (int c = 0; c < HU_CARE; c++)
        sum += 1 - (1 - s->on[c][0] - s->on[c][1]) * exp(-rate * care[c] * HU_YEAR);
    return sum / HU_CARE;
}

/* Walk one band at a rate; returns its mean yearly share and leaves the state of its end. */
static double walk(const hu_drug *d, int band, double rate, const double care[HU_CARE], state *s,
                   float *on) {
    const int from = (int)(band_from[band] * HU_AGE_STEPS),
              to = (int)(band_from[band + 1] * HU_AGE_STEPS);
    double sum = 0, weights = 0;
    for (int step = from; step < to; step++) {
        const double weight =
            band < HU_BANDS - 1 ? 1 : exp(-(step - from) / (old_mean_years * HU_AGE_STEPS));
        if (d->condition >= 0) balance(d, rate, care, s);
        sum += weight * year_share(rate, care, s);
        weights += weight;
        for (int c = 0; on && c < HU_CARE; c++)
            for (int k = 0; k < 2; k++) on[(step * HU_CARE + c) * 2 + k] = (float)s->on[c][k];
        if (d->condition < 0) advance(d, rate, care, s);
    }
    return sum / weights;
}

static double find_rate(const hu_drug *d, int band, double share, const double care[HU_CARE],
                        const state *s) {
    enum { HALVINGS = 44 };
    if (share <= 0) return 0;
    double low = 1e-12, high = 0.2; /* starts a day */
    for (int i = 0; i < HALVINGS; i++) {
        state copy = *s;
        const double rate = sqrt(low * high);
        if (walk(d, band, rate, care, &copy, NULL) < share) low = rate;
        else high = rate;
    }
    return low;
}

/* Mean factor on the start rate of what raises it, so that the table's users stay. */
static double mean_raise(const hu_world *w, const hu_drug *d, int sex, int band) {
    double mean = 1;
    for (int i = d->raise_from; i < d->raise_to; i++) {
        const hu_raise *r = &w->raise[i];
        if (r->cascade) continue; /* small beside the share of the table */
        double none = 1;          /* share without the set, at a moment: less than in a year */
        for (int k = 0; k < r->by.n; k++) {
            const hu_drug *by = &w->drug[r->by.drug[k]];
            none *= 1 - by->share[sex][band] * (by->use == HU_CHRONIC ? 0.85 : 0.3);
        }
        mean *= 1 + (1 - none) * (r->value[r->n_steps - 1] - 1);
    }
    return mean;
}

static hune_status calibrate(void *arg, int64_t task, int worker, hune_err *err) {
    hu_world *w = arg;
    hu_drug *d = &w->drug[task];
    (void)worker;
    double care[HU_CARE];
    free(d->on);
    d->on = NULL;
    if (d->use == HU_POINT) return HUNE_OK;
    const bool by_care = d->use == HU_ACUTE || d->use == HU_EPISODIC;
    for (int c = 0; c < HU_CARE; c++)
        care[c] = by_care ? hu_care_factor(c) : sqrt(hu_care_factor(c));
    const size_t n = (size_t)2 * HU_AGES * HU_CARE * 2;
    float *on = NULL;
    if (d->use != HU_ACUTE && !(d->on = on = hu_calloc(n, sizeof *on)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for start rates");
    for (int s = 0; s < 2; s++) {
        state now = {0};
        for (int b = 0; b < HU_BANDS; b++) {
            double share = d->share[s][b] * d->refit[s][b];
            if (d->condition >= 0) {
                const double ill = w->share[d->condition][s][b];
                share = ill > 0 ? fmin(share / ill, 0.95) : 0;
            }
            d->rate[s][b] = find_rate(d, b, share, care, &now);
            walk(d, b, d->rate[s][b], care, &now,
                 on ? on + (size_t)s * HU_AGES * HU_CARE * 2 : NULL);
            d->rate[s][b] /= mean_raise(w, d, s, b);
        }
    }
    return HUNE_OK;
}

hune_status hu_start_rates(hu_world *w, int threads, hune_err *err) {
    memcpy(w->smokers, smokers, sizeof smokers);
    HUNE_TRY(hu_condition_curves(w, err));
    hu_world_traps(w);
    hu_mark_drugs_of_cases(w);
    HUNE_TRY(age_shares(w, err));
    return hu_pool_run(threads, w->n_drugs, calibrate, w, err);
}

/* --- baselines ----------------------------------------------------------------------------- */

typedef struct pilot { /* sums over lives that are thrown away, one slot per block */
    const hu_world *w;
    bool second;        /* with events, by the baselines of the first */
    double *base, *all; /* [blocks][n_outcomes] baseline, and times multipliers */
    double *days;       /* [blocks][2][HU_BANDS] observed */
} pilot;

/* weight: days for which this one stands. Lives that end early are the frail ones; without it they
 * would count as much as the long ones.
 * The second time: hazards of those at risk, against the table's rates of the same. */
static void look_again(const hu_world *w, const hu_life *l, int32_t day, double *base, double *all,
                       double weight) {
    const int band = hu_band(l->birth, day);
    for (int o = 0; o < w->n_outcomes; o++) {
        const hu_outcome *x = &w->outcome[o];
        bool over = false;
        for (size_t i = 0; i < l->n_events && !x->recurrent; i++)
            over |= l->event[i].outcome == o && l->event[i].day < day;
        if (over) continue;
        base[o] += weight * x->rate_py[l->sex][band] * x->scale / HU_YEAR;
        all[o] += weight * x->hazard[l->sex][band] *
                  (x->frailty > 0 ? pow(l->frailty, x->frailty) : 1) *
                  hu_multiplier_at(w, l, o, day) * hu_trap_at(w, l, o, day);
    }
}

static void look_at(const hu_world *w, const hu_life *l, int32_t day, double *base, double *all,
                    double weight) {
    const int band = hu_band(l->birth, day);
    for (int o = 0; o < w->n_outcomes; o++) {
        const hu_outcome *x = &w->outcome[o];
        const double b =
            weight * x->rate_py[l->sex][band] * (x->frailty > 0 ? pow(l->frailty, x->frailty) : 1);
        base[o] += b;
        all[o] += b * hu_multiplier_at(w, l, o, day) * hu_trap_at(w, l, o, day);
    }
}

static hune_status pilot_block(void *arg, int64_t task, int worker, hune_err *err) {
    const pilot *p = arg;
    const hu_world *w = p->w;
    hu_life l;
    (void)worker;
    hune_status s = hu_life_new(w, &l, err);
    double *base = p->base + task * w->n_outcomes, *all = p->all + task * w->n_outcomes;
    for (int i = 0; i < HU_BLOCK && !s; i++) {
        hu_person(w, PILOT_FIRST + task * HU_BLOCK + i, &l);
        if (l.entry >= l.exit) continue;
        const bool young = p->second && l.entry - l.birth < 65 * HU_YEAR;
        if (young && l.person % ONE_YOUNG_IN) continue;
        hu_conditions(w, &l);
        s = hu_latent_states(w, &l, err);
        if (!s) s = hu_treatments(w, &l, err);
        if (!s && p->second) s = hu_events(w, &l, err);
        hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l.person, HU_STREAM_EVENT - 1);
        const double step = (l.exit - l.entry) / (double)PILOT_DAYS;
        for (int k = 0; k < PILOT_DAYS && !s; k++) {
            const int32_t day = l.entry + (int32_t)(step * (k + hu_rng_unif(&r)));
            const int cell = l.sex * HU_BANDS + hu_band(l.birth, day);
            p->days[task * 2 * HU_BANDS + cell] += step;
            if (p->second) look_again(w, &l, day, base, all, young ? ONE_YOUNG_IN * step : step);
            else look_at(w, &l, day, base, all, step);
        }
    }
    hu_life_clear(&l);
    return s;
}

/* How much of K each outcome takes. Refuses a K that none takes in full. */
static hune_status scale(hu_world *w, const double days[2 * HU_BANDS], hune_err *err) {
    double total = 0, largest = 0;
    for (int c = 0; c < 2 * HU_BANDS; c++) total += days[c];
    for (int i = 0; i < w->n_outcomes; i++) {
        hu_outcome *o = &w->outcome[i];
        double rate = 0;
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++)
                rate += o->rate_py[s][b] * days[s * HU_BANDS + b] / total;
        const double most = rate > 0 ? fmax(1, most_py / rate) : 1;
        largest = fmax(largest, most);
        o->scale = fmin(w->o.rate_scale, most);
    }
    if (w->o.rate_scale <= largest) return HUNE_OK;
    hune_fail(err, HUNE_ELIMIT,
              "rate-scale %g puts every outcome of this population above 1 %% a year",
              w->o.rate_scale);
    return hune_hint(err, "the largest that works is %.10g: outcomes must stay rare",
                     floor(largest * 10) / 10);
}

static void set_hazards(hu_world *w, const double *base, const double *all) {
    for (int i = 0; i < w->n_outcomes; i++) {
        hu_outcome *o = &w->outcome[i];
        o->recentre = base[i] > 0 ? all[i] / base[i] : 1;
        /* E F^g for F ~ Gamma(2) / 2 */
        const double mean = tgamma(2 + o->frailty) / pow(2, o->frailty);
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++)
                o->hazard[s][b] = o->rate_py[s][b] * o->scale / (o->recentre * mean * HU_YEAR);
    }
}

/* Sums over the lives of one pilot; the caller frees base, all and days. */
static hune_status fly(const hu_world *w, int threads, int64_t lives, bool second, pilot *p,
                       hune_err *err) {
    const size_t n = (size_t)w->n_outcomes, blocks = (size_t)lives / HU_BLOCK;
    *p = (pilot){.w = w,
                 .second = second,
                 .base = hu_calloc(blocks * n, sizeof(double)),
                 .all = hu_calloc(blocks * n, sizeof(double)),
                 .days = hu_calloc(blocks * 2 * HU_BANDS, sizeof(double))};
    if (!p->base || !p->all || !p->days)
        return hune_fail(err, HUNE_ENOMEM, "no memory for the pilot");
    HUNE_TRY(hu_pool_run(threads, (int64_t)blocks, pilot_block, p, err));
    for (size_t k = 1; k < blocks; k++) {
        for (size_t i = 0; i < n; i++)
            p->base[i] += p->base[k * n + i], p->all[i] += p->all[k * n + i];
        for (size_t c = 0; c < 2 * HU_BANDS; c++) p->days[c] += p->days[k * 2 * HU_BANDS + c];
    }
    return HUNE_OK;
}

static void land(pilot *p) {
    free(p->base);
    free(p->all);
    free(p->days);
}

static void correct_hazards(hu_world *w, const double *base, const double *all) {
    for (int i = 0; i < w->n_outcomes; i++) {
        hu_outcome *o = &w->outcome[i];
        if (!(all[i] > 0)) continue;
        o->recentre *= all[i] / base[i];
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) o->hazard[s][b] *= base[i] / all[i];
    }
}

hune_status hu_baseline_rates(hu_world *w, int threads, hune_err *err) {
    hu_world same = *w; /* its pointers are shared, only the seed differs */
    same.o.seed = PILOT_SEED;
    pilot p;
    hune_status s = fly(&same, threads, PILOT, false, &p, err);
    if (!s) s = scale(w, p.days, err);
    if (!s) set_hazards(w, p.base, p.all);
    land(&p);
    if (s) return s;
    s = fly(&same, threads, SECOND_PILOT, true, &p, err);
    if (!s) correct_hazards(w, p.base, p.all);
    land(&p);
    return s;
}
