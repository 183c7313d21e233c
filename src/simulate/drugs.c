/* drugs.c - a life's treatments: eras of use and the dispensings in them.
 *
 *   start rate by sex, age band and contact with care (rates.c), season, August, market dates
 *     -> start -> length from the mixture -> dispensings every supply / adherence -> end of the
 *   supply of the last box -> next start ...
 *
 * An era is the time truly exposed: first dispensing to the end of the last box. Each drug has its
 * own stream, so leaving one out changes nothing in the others.
 */
#include <math.h>
#include <string.h>
#include "simulate/sim.h"

/* A box lasts longer than it should by 1 / (0.5 + 0.5 adherence): 0.875 on average. */
static const double adherence_floor = 0.5;
static const double jitter = 0.2, gap_share = 0.02, gap_mean_days = 20;
/* Starts are fewer in August and more in the other months, so that a year keeps its number. */
static const double august = 0.8, other_months = 1 + 0.2 * 31 / (365.25 - 31);
static const double first_delay_days = 90;
static const int device_days = 366; /* longer than that: an implant, worn until it is taken out */
static const double vaccine_habit = 0.8; /* share of campaigns decided by habit */

typedef struct use { /* one drug in one life */
    const hu_world *w;
    hu_life *l;
    const hu_drug *d;
    int drug;
    hu_rng rng;
    const hu_pack *pack;
    int pack_index;
    int32_t limit, cum;
    double care;
    const int32_t *extra; /* starts that traps add, sorted */
    int n_extra;
} use;

static bool in_august(int32_t day) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    return m == 8;
}

/* The next start after day t, by thinning; NEVER when none comes before the limit. */
static double next_start(use *u, double t) {
    const hu_drug *d = u->d;
    const double top = (1 + d->season_amp) * other_months;
    if (t < d->market_from) t = d->market_from;
    while (t < u->limit) {
        const int band = hu_band(u->l->birth, (int32_t)t);
        const double rate = d->rate[u->l->sex][band] * u->care * top;
        const int32_t next_band = hu_band_start(u->l->birth, band + 1);
        const double gap = rate > 0 ? hu_rng_exp(&u->rng) / rate : INFINITY;
        if (t + gap >= next_band) {
            t = next_band;
            continue;
        }
        t += gap;
        if (t >= u->limit) break;
        const int32_t day = (int32_t)t;
        const double f = hu_season(d->season_amp, d->season_peak, day) *
                         (in_august(day) ? august : other_months);
        if (hu_rng_unif(&u->rng) * top <= f) return t;
    }
    return HU_NEVER;
}

static hune_status add_fill(use *u, int32_t day, int renewal, int times, hune_err *err) {
    hu_life *l = u->l;
    HUNE_TRY(hu_grow(&l->fill, &l->cap_fills, l->n_fills + 1, sizeof *l->fill, err));
    l->fill[l->n_fills++] = (hu_box){.day = day,
                                     .drug = (int16_t)u->drug,
                                     .pack = (uint8_t)u->pack_index,
                                     .again = (uint8_t)(renewal % 6 * HU_RENEWAL + times)};
    return HUNE_OK;
}

/* Pharmacies are closed on Sundays. */
static int32_t open_day(int32_t day) {
    return hu_weekday(day) == 6 ? day + 1 : day;
}

static double refill_gap(use *u) {
    const double kept = adherence_floor + (1 - adherence_floor) * u->l->adherence;
    double gap = u->pack->supply / kept * (1 + jitter * (hu_rng_unif(&u->rng) - 0.5));
    if (hu_rng_unif(&u->rng) < gap_share) gap += hu_rng_exp(&u->rng) * gap_mean_days;
    return gap;
}

/* One era that begins at `start`, whose first dispensing to be written is at `fill` and whose last
 * is before `stop`. Leaves its end in *end. */
static hune_status add_era(use *u, int32_t start, double fill, double stop, int32_t *end,
                           hune_err *err) {
    hu_life *l = u->l;
    HUNE_TRY(hu_grow(&l->era, &l->cap_eras, l->n_eras + 1, sizeof *l->era, err));
    hu_era *e = &l->era[l->n_eras];
    *e = (hu_era){.start = start, .drug = u->drug, .cum_before = u->cum};
    e->fill_from = (int32_t)l->n_fills;
    int renewal = start < (int32_t)fill;
    e->end = (int32_t)fmin(stop, u->d->market_to); /* without a box in sight */
    const double last_start = fmin(fmin(stop, u->limit), u->d->market_to);
    while (fill < last_start) {
        const int32_t day = open_day((int32_t)fill);
        if (day >= u->limit || day >= u->d->market_to) break;
        HUNE_TRY(add_fill(u, day, renewal++, 1, err));
        e->end = day + u->pack->supply;
        fill = day + refill_gap(u);
    }
    if (u->pack->supply > device_days) e->end = (int32_t)stop; /* taken out */
    e->fill_to = (int32_t)l->n_fills;
    if (e->fill_to > e->fill_from && start == (int32_t)l->fill[e->fill_from].day - 1)
        e->start = l->fill[e->fill_from].day; /* a start on a Sunday moved to the Monday */
    if (e->end > u->limit) e->end = u->limit;
    *end = e->end;
    if (e->end <= e->start) return HUNE_OK; /* nothing was taken */
    u->cum += e->end - e->start;
    l->n_eras++;
    return HUNE_OK;
}

static double era_length(use *u) {
    const bool long_one = hu_rng_unif(&u->rng) > u->d->era_weight[0];
    return hu_rng_exp(&u->rng) * u->d->era_mean[long_one];
}

/* Under treatment already when life in the simulator begins? 0 no, 1 short, 2 long era. */
static int under_treatment(use *u, int32_t day) {
    const hu_life *l = u->l;
    const hu_drug *d = u->d;
    if (!d->on || day < d->market_from || day >= d->market_to) return 0;
    int step = (int)((day - l->birth) * HU_AGE_STEPS / HU_YEAR);
    if (step < 0) step = 0;
    if (step >= HU_AGES) step = HU_AGES - 1;
    const float *on =
        d->on + (((size_t)l->sex * HU_AGES + (size_t)step) * HU_CARE + (size_t)l->care) * 2;
    const double x = hu_rng_unif(&u->rng);
    return x < (double)on[0] ? 1 : x < (double)on[0] + (double)on[1] ? 2 : 0;
}

/* The era that is under way on the first day: an exponential past and an exponential future, or,
 * when the illness itself begins that day, a first dispensing some weeks later. */
static hune_status first_era(use *u, int32_t day, int kind, bool new_illness, double *t,
                             hune_err *err) {
    const double mean = u->d->era_mean[kind - 1];
    int32_t end, start = day;
    double fill, stop;
    if (new_illness) {
        fill = day + hu_rng_exp(&u->rng) * first_delay_days;
        if (fill >= u->limit || fill >= u->d->market_to) {
            *t = HU_NEVER;
            return HUNE_OK;
        }
        start = (int32_t)fill;
        stop = fill + hu_rng_exp(&u->rng) * mean;
    } else {
        const double past = hu_rng_exp(&u->rng) * mean;
        int32_t earliest = u->l->birth;
        if (u->d->market_from > earliest) earliest = u->d->market_from;
        if (u->d->antidiabetic && u->l->diabetes_onset > earliest) earliest = u->l->diabetes_onset;
        start = day - past < earliest ? earliest : (int32_t)(day - past);
        stop = day + 1 + hu_rng_exp(&u->rng) * mean;
        fill = day + hu_rng_unif(&u->rng) * refill_gap(u);
    }
    HUNE_TRY(add_era(u, start, fill, stop, &end, err));
    *t = end;
    return HUNE_OK;
}

/* Chronic and episodic use: eras by the mixture. Traps may add starts of their own. */
static hune_status long_use(use *u, int32_t begin, bool new_illness, hune_err *err) {
    double t = begin;
    int32_t end;
    const int kind = under_treatment(u, begin);
    if (kind) HUNE_TRY(first_era(u, begin, kind, new_illness, &t, err));
    while (t < u->limit) {
        double s = next_start(u, t);
        while (u->n_extra && *u->extra < t) u->extra++, u->n_extra--;
        if (u->n_extra && *u->extra < s) s = *u->extra;
        if (s >= u->limit || s >= u->d->market_to) break; /* nobody starts what is not sold */
        HUNE_TRY(add_era(u, (int32_t)s, (int32_t)s, s + era_length(u), &end, err));
        t = fmax(end, s + 1);
    }
    return HUNE_OK;
}

/* Acute use: one box or two, so that the mean is the table's. */
static hune_status acute_use(use *u, int32_t begin, hune_err *err) {
    const double two = fmin(fmax(u->d->era_days / u->d->box_days - 1, 0), 1);
    double t = begin;
    hu_life *l = u->l;
    while (t < u->limit) {
        const double s = next_start(u, t);
        if (s >= u->limit) break;
        const int32_t day = open_day((int32_t)s);
        if (day >= u->limit || day >= u->d->market_to) break;
        const int boxes = hu_rng_unif(&u->rng) < two ? 2 : 1;
        HUNE_TRY(hu_grow(&l->era, &l->cap_eras, l->n_eras + 1, sizeof *l->era, err));
        hu_era *e = &l->era[l->n_eras++];
        *e = (hu_era){.start = day,
                      .end = day + boxes * u->pack->supply,
                      .drug = u->drug,
                      .cum_before = u->cum,
                      .fill_from = (int32_t)l->n_fills};
        HUNE_TRY(add_fill(u, day, 0, boxes, err));
        e->fill_to = (int32_t)l->n_fills;
        if (e->end > u->limit) e->end = u->limit;
        u->cum += e->end - e->start;
        t = e->end;
    }
    return HUNE_OK;
}

static hune_status one_dose(use *u, int32_t day, hune_err *err) {
    hu_life *l = u->l;
    day = open_day(day);
    if (day < l->start || day >= u->limit || day < u->d->market_from || day >= u->d->market_to)
        return HUNE_OK;
    HUNE_TRY(hu_grow(&l->era, &l->cap_eras, l->n_eras + 1, sizeof *l->era, err));
    l->era[l->n_eras++] = (hu_era){.start = day,
                                   .end = day + 1,
                                   .drug = u->drug,
                                   .cum_before = u->cum++,
                                   .fill_from = (int32_t)l->n_fills,
                                   .fill_to = (int32_t)l->n_fills + 1};
    return add_fill(u, day, 0, 1, err);
}

/* Vaccines: a campaign from October to January each year (season amplitude 1), or one scheme of
 * two doses 28 days apart in the months of the table. */
static hune_status point_use(use *u, hune_err *err) {
    const hu_drug *d = u->d;
    const double habit = hu_rng_unif(&u->rng);
    int y, m, dd;
    if (d->season_amp < 1) {
        if (d->market_from <= u->w->history) return HUNE_OK;
        const int32_t span = 240;
        const int32_t day = d->market_from + (int32_t)hu_rng_below(&u->rng, span);
        if (habit >= d->share[u->l->sex][hu_band(u->l->birth, day)]) return HUNE_OK;
        HUNE_TRY(one_dose(u, day, err));
        return one_dose(u, day + 28, err);
    }
    hu_civil(u->l->start, &y, &m, &dd);
    for (y--; hu_day(y, 10, 1) < u->limit; y++) {
        const double fresh = hu_rng_unif(&u->rng), mix = hu_rng_unif(&u->rng);
        /* most in the first weeks, few in January */
        const int32_t day = hu_day(y, 10, 1) + (int32_t)(100 * pow(hu_rng_unif(&u->rng), 2.5));
        const double x = mix < vaccine_habit ? habit : fresh;
        if (x < d->share[u->l->sex][hu_band(u->l->birth, day)]) HUNE_TRY(one_dose(u, day, err));
    }
    return HUNE_OK;
}

static hune_status one_drug(use *u, hune_err *err) {
    const hu_drug *d = u->d;
    hu_life *l = u->l;
    int32_t begin = l->start;
    if (d->antidiabetic) {
        if (!l->diabetic) return HUNE_OK;
        if (l->diabetes_onset > begin) begin = l->diabetes_onset;
    }
    const bool large = d->n_large && l->large_packs;
    u->pack_index = (int)hu_rng_below(&u->rng, large ? d->n_large : d->n_standard);
    if (large) u->pack_index += d->n_standard;
    u->pack = &d->pack[u->pack_index];
    u->care = d->use == HU_ACUTE || d->use == HU_EPISODIC ? l->care_factor : l->care_root;
    if (d->use == HU_POINT) return point_use(u, err);
    if (d->use == HU_ACUTE) return acute_use(u, begin, err);
    return long_use(u, begin, d->antidiabetic && begin > l->start, err);
}

/* --- traps that act through a latent state raising both the drug and the outcome --- */

typedef struct latent {
    uint32_t bit;
    int number;
    const char *outcome[2];
    double rate_py;        /* episodes a person-year */
    int32_t delay, length; /* the outcome's window: [start + delay, start + length) */
    double factor;         /* on its hazard in the window */
    const char *drug[2];
    double share;               /* of the episodes in which the drug is started */
    int32_t drug_from, drug_to; /* when, in days after the start */
} latent;

/* T02, T03: a silent bleed makes the doctor start a stomach drug or iron 5 to 30 days before it is
 * coded. T08: a fall is followed by paracetamol, and within 10 days often by the fracture. */
static const latent states[] = {
    {HU_T02, 2, {"UGIB", NULL}, 0.05, 5, 30, 100, {"A02BC01", "A02BC02"}, 0.35, 0, 25},
    {HU_T03, 3, {"UGIB", NULL}, 0.05, 5, 30, 100, {"B03AA07", NULL}, 0.35, 0, 25},
    {HU_T08, 8, {"HIP", "FRAC"}, 0.30, 0, 10, 25, {"N02BE01", NULL}, 0.5, 0, 3},
};
enum { STATES = sizeof states / sizeof *states, MOST_EXTRA = 64 };

typedef struct extras {
    int drug;
    int32_t day[MOST_EXTRA];
    int n;
} extras;

static hune_status add_window(hu_life *l, int outcome, int32_t from, int32_t to, double value,
                              hune_err *err) {
    if (outcome < 0) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->window, &l->cap_windows, l->n_windows + 1, sizeof *l->window, err));
    l->window[l->n_windows++] = (hu_window){from, to, outcome, value};
    return HUNE_OK;
}

static hune_status live_latent(const hu_world *w, hu_life *l, const latent *s, extras *x,
                               hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TRAP + (uint32_t)s->number);
    for (double t = l->start;;) {
        t += hu_rng_exp(&r) / s->rate_py * HU_YEAR + s->length; /* episodes do not overlap */
        if (t >= l->exit) return HUNE_OK;
        const int32_t day = (int32_t)t;
        for (int k = 0; k < 2 && s->outcome[k]; k++)
            HUNE_TRY(add_window(l, hu_find_outcome(w, s->outcome[k]), day + s->delay,
                                day + s->length, s->factor, err));
        const double start = hu_rng_unif(&r), which = hu_rng_unif(&r), when = hu_rng_unif(&r);
        if (start >= s->share || x->n == MOST_EXTRA) continue;
        const char *drug = s->drug[s->drug[1] && which < 0.5];
        if (hu_find_drug(w, drug) != x->drug) continue;
        x->day[x->n++] = day + s->drug_from + (int32_t)(when * (s->drug_to - s->drug_from));
    }
}

/* Windows of every latent state in force, once; and the starts it adds to drug `drug`. */
static hune_status latent_states(const hu_world *w, hu_life *l, extras *x, hune_err *err) {
    const size_t before = l->n_windows;
    x->n = 0;
    for (int k = 0; k < STATES; k++) {
        if (!(w->bias & states[k].bit)) continue;
        HUNE_TRY(live_latent(w, l, &states[k], x, err));
    }
    if (x->drug >= 0) l->n_windows = before; /* they are known already */
    for (int i = 1; i < x->n; i++)
        for (int k = i; k > 0 && x->day[k] < x->day[k - 1]; k--) {
            const int32_t d = x->day[k];
            x->day[k] = x->day[k - 1];
            x->day[k - 1] = d;
        }
    return HUNE_OK;
}

/* T04: six starts of amoxicillin in ten answer an infection of 0 to 3 days, which multiplies the
 * hazard of pneumonia by 8 for 14 days from its own start. */
static hune_status infections(const hu_world *w, hu_life *l, int drug, size_t first,
                              hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TRAP + 4);
    const int pneumonia = hu_find_outcome(w, "PNEU");
    if (strcmp(w->drug[drug].atc, "J01CA04")) return HUNE_OK;
    for (size_t e = first; e < l->n_eras; e++) {
        const double x = hu_rng_unif(&r);
        const int32_t from = l->era[e].start - (int32_t)hu_rng_below(&r, 4);
        if (x < 0.6) HUNE_TRY(add_window(l, pneumonia, from, from + 14, 8, err));
    }
    return HUNE_OK;
}

hune_status hu_treatments(const hu_world *w, hu_life *l, hune_err *err) {
    extras x = {.drug = -1};
    const uint32_t latent_bits = HU_T02 | HU_T03 | HU_T08;
    if (w->bias & latent_bits) HUNE_TRY(latent_states(w, l, &x, err));
    for (int i = 0; i < w->n_drugs; i++) {
        const size_t first = l->n_eras;
        l->first_era[i] = (int)first;
        x = (extras){.drug = i};
        if (w->bias & latent_bits) HUNE_TRY(latent_states(w, l, &x, err));
        use u = {.w = w,
                 .l = l,
                 .d = &w->drug[i],
                 .drug = i,
                 .limit = l->exit,
                 .extra = x.day,
                 .n_extra = x.n};
        u.rng =
            hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_DRUG + (uint32_t)w->drug[i].row);
        HUNE_TRY(one_drug(&u, err));
        if (w->bias & HU_T04) HUNE_TRY(infections(w, l, i, first, err));
    }
    l->first_era[w->n_drugs] = (int)l->n_eras;
    return HUNE_OK;
}
