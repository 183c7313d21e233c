/* drugs.c - a life's treatments: eras of use and the dispensings in them.
 *
 *   start rate by sex, age band and contact with care (rates.c), condition, other drugs, season,
 *   August, market dates
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
static const double at_a_visit = 0.5, visits_py = 5;
static const double on_the_round = 0.6; /* refills that are fetched with the others of the month */
enum { ROUND_DAYS = 28, ROUND_REACH = 4 };
static const double stocked = 0.3; /* refills of early January that are fetched before new year */
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
    int32_t ill_from, ill_to; /* the table's starts are for those who have the condition */
    double care;
    const hu_push *push; /* starts that traps add, by day */
    size_t n_pushes;
    double start_factor, era_factor, on_factor; /* of traps, and of the type of care */
    double most_habits, most_cascades;          /* the largest that drugs of this life can do */
    int why, detail;                            /* of the era to come */
    size_t first_era;                           /* of this drug, if it has one */
} use;

static bool in_august(int32_t day) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    return m == 8;
}

static double cascade_value(const hu_life *l, const hu_raise *r, int32_t day) {
    int32_t first = day; /* of the first dispensing ever */
    for (int k = 0; k < r->by.n; k++) {
        const int d = r->by.drug[k];
        if (l->first_era[d] < l->last_era[d] && l->era[l->first_era[d]].start < first)
            first = l->era[l->first_era[d]].start;
    }
    for (int k = 0; k < r->n_steps; k++)
        if (day - first >= r->from[k] && day - first < r->to[k]) return r->value[k];
    return 1;
}

/* What the drugs taken on a day do to the starts of this one: *habits multiplies them, and
 * *cascades, in units of first dispensings among others, adds to them. */
static void raised(const use *u, int32_t day, double *habits, double *cascades, int *by) {
    *habits = 1;
    *cascades = 0;
    *by = -1;
    for (int i = u->d->raise_from; i < u->d->raise_to; i++) {
        const hu_raise *r = &u->w->raise[i];
        int32_t since;
        if (!hu_present(u->l, &r->by, day, &since)) continue;
        if (!r->cascade) *habits *= r->value[0];
        else {
            *cascades += fmax(cascade_value(u->l, r, day) - 1, 0);
            *by = i;
        }
    }
}

/* The next start after day t, by thinning; NEVER when none comes before the limit. */
static double next_start(use *u, double t) {
    const hu_drug *d = u->d;
    const bool raises = d->raise_from < d->raise_to;
    u->why = HU_WHY_TABLE;
    u->detail = 0;
    if (t < d->market_from) t = d->market_from;
    if (t < u->ill_from && u->most_cascades == 0) t = u->ill_from;
    while (t < u->limit) {
        const bool ill = t >= u->ill_from && t < u->ill_to;
        const int band = hu_band(u->l->birth, (int32_t)t);
        const double own = ill ? d->rate[u->l->sex][band] * u->care * u->start_factor : 0,
                     other = u->l->n_eras == u->first_era ? d->first_starts[u->l->sex][band] : 0;
        const double top =
            own * (1 + d->season_amp) * other_months * u->most_habits + other * u->most_cascades;
        double next = hu_band_start(u->l->birth, band + 1);
        if (t < u->ill_from) next = fmin(next, u->ill_from);
        else if (ill) next = fmin(next, u->ill_to);
        else if (u->most_cascades == 0) break;
        const double gap = top > 0 ? hu_rng_exp(&u->rng) / top : INFINITY;
        if (t + gap >= next) {
            t = next;
            continue;
        }
        t += gap;
        if (t >= u->limit) break;
        const int32_t day = (int32_t)t;
        const double f = hu_season(d->season_amp, d->season_peak, day) *
                         (in_august(day) ? august : other_months);
        double habits = 1, cascades = 0;
        int by = -1;
        if (raises) raised(u, day, &habits, &cascades, &by);
        const double x = hu_rng_unif(&u->rng) * top - own * f * habits;
        if (x > other * cascades) continue;
        if (x > 0) u->why = HU_WHY_CASCADE, u->detail = by;
        return t;
    }
    return HU_NEVER;
}

/* The same, or the start that a trap adds before it. */
static double coming_start(use *u, double t) {
    const double s = next_start(u, t);
    while (u->n_pushes && u->push->day < t) u->push++, u->n_pushes--;
    if (!u->n_pushes || u->push->day >= s) return s;
    u->why = HU_WHY_TRAP;
    u->detail = u->push->trap;
    return u->push->day;
}

/* Treatments are begun at the doctor's: half of the starts wait for the next visit, when it is
 * within a month, so that several begin on one day. Those of traps have their own day. */
static double at_the_doctors(use *u, double s) {
    const hu_life *l = u->l;
    if (hu_rng_unif(&u->rng) >= at_a_visit || u->why == HU_WHY_TRAP) return s;
    size_t low = 0, high = l->n_consults;
    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (l->consult[mid] < s) low = mid + 1;
        else high = mid;
    }
    return low < l->n_consults && l->consult[low] - s < 30 ? l->consult[low] : s;
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

/* Renewals are fetched together: every four weeks a person goes to the pharmacy anyway. Some fetch
 * in December what January needs. */
static int32_t refill_day(use *u, double fill) {
    int32_t day = (int32_t)fill;
    const double together = hu_rng_unif(&u->rng), early = hu_rng_unif(&u->rng);
    const int32_t off = (int32_t)((day + u->l->round) % ROUND_DAYS);
    if (u->pack->supply >= 20 && together < on_the_round) {
        if (off <= ROUND_REACH) day -= off;
        else if (ROUND_DAYS - off <= ROUND_REACH) day += ROUND_DAYS - off;
    }
    if (early < stocked) {
        int y, m, d;
        hu_civil(day, &y, &m, &d);
        if (m == 1 && d <= 10) day -= d + (int32_t)(early / stocked * 10);
    }
    return open_day(day);
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
    *e = (hu_era){.start = start,
                  .drug = u->drug,
                  .cum_before = u->cum,
                  .why = (int16_t)u->why,
                  .detail = (int16_t)u->detail};
    e->fill_from = (int32_t)l->n_fills;
    int renewal = start < (int32_t)fill;
    int32_t earliest = start;
    e->end = (int32_t)fmin(stop, u->d->market_to); /* without a box in sight */
    const double last_start = fmin(fmin(stop, u->limit), u->d->market_to);
    while (fill < last_start) {
        int32_t day = renewal ? refill_day(u, fill) : open_day((int32_t)fill);
        if (day < earliest) day = open_day(earliest);
        if (day >= u->limit || day >= u->d->market_to) break;
        HUNE_TRY(add_fill(u, day, renewal++, 1, err));
        e->end = day + u->pack->supply;
        earliest = day + 1;
        fill = fmax(fill, day) + refill_gap(u);
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
    return hu_rng_exp(&u->rng) * u->d->era_mean[long_one] * u->era_factor;
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
    double is_short = (double)on[0], is_long = (double)on[1];
    const double factor = u->on_factor; /* of traps, on the odds of being on it */
    if (factor != 1) {
        const double all = 1 + (is_short + is_long) * (factor - 1);
        is_short *= factor / all;
        is_long *= factor / all;
    }
    return x < is_short ? 1 : x < is_short + is_long ? 2 : 0;
}

/* The era that is under way on the first day: an exponential past and an exponential future, or,
 * when the illness itself begins that day, a first dispensing some weeks later. */
static hune_status first_era(use *u, int32_t day, int kind, bool new_illness, double *t,
                             hune_err *err) {
    const double mean = u->d->era_mean[kind - 1];
    int32_t end, start = day;
    double fill, stop;
    u->why = new_illness ? HU_WHY_ILLNESS : HU_WHY_HISTORY;
    u->detail = u->d->condition;
    if (new_illness) {
        fill = day + hu_rng_exp(&u->rng) * first_delay_days;
        fill = at_the_doctors(u, fill);
        if (fill >= u->limit || fill >= u->d->market_to) {
            *t = HU_NEVER;
            return HUNE_OK;
        }
        start = (int32_t)fill;
        stop = fmin(fill + hu_rng_exp(&u->rng) * mean, u->ill_to);
    } else {
        const double past = hu_rng_exp(&u->rng) * mean;
        int32_t earliest = u->l->birth;
        if (u->d->market_from > earliest) earliest = u->d->market_from;
        if (u->d->condition >= 0 && u->l->state[u->d->condition].from > earliest)
            earliest = u->l->state[u->d->condition].from;
        start = day - past < earliest ? earliest : (int32_t)(day - past);
        stop = fmin(day + 1 + hu_rng_exp(&u->rng) * mean, u->ill_to);
        fill = day + hu_rng_unif(&u->rng) * refill_gap(u);
    }
    HUNE_TRY(add_era(u, start, fill, stop, &end, err));
    *t = end;
    return HUNE_OK;
}

/* Chronic and episodic use: eras by the mixture. Traps may add starts of their own. */
static hune_status long_use(use *u, hune_err *err) {
    const bool new_illness = u->ill_from > u->l->start;
    double t = u->l->start;
    int32_t end;
    if (u->ill_from < u->limit && u->ill_to > u->ill_from) {
        const int kind = under_treatment(u, u->ill_from);
        if (kind) HUNE_TRY(first_era(u, u->ill_from, kind, new_illness, &t, err));
    }
    while (t < u->limit) {
        double s = coming_start(u, t);
        if (s < u->limit) s = at_the_doctors(u, s);
        if (s >= u->limit || s >= u->d->market_to) break; /* nobody starts what is not sold */
        double stop = s + era_length(u);
        if (u->why == HU_WHY_TABLE) stop = fmin(stop, u->ill_to);
        HUNE_TRY(add_era(u, (int32_t)s, (int32_t)s, stop, &end, err));
        t = fmax(end, s + 1);
    }
    return HUNE_OK;
}

/* Acute use: one box or two, so that the mean is the table's. */
static hune_status acute_use(use *u, hune_err *err) {
    const double two = fmin(fmax(u->d->era_days / u->d->box_days - 1, 0), 1);
    hu_life *l = u->l;
    double t = l->start;
    while (t < u->limit) {
        const double s = coming_start(u, t);
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
                      .fill_from = (int32_t)l->n_fills,
                      .why = (int16_t)u->why,
                      .detail = (int16_t)u->detail};
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
                                   .fill_to = (int32_t)l->n_fills + 1,
                                   .why = HU_WHY_CAMPAIGN};
    return add_fill(u, day, 0, 1, err);
}

/* T11: nobody is vaccinated within 14 days of an illness; they come later. */
static int32_t when_well(const hu_life *l, int32_t day) {
    for (size_t i = 0; i < l->n_illnesses; i++)
        if (day > l->illness[i] - 14 && day < l->illness[i] + 14) day = l->illness[i] + 14;
    return day;
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
        if (x < d->share[u->l->sex][hu_band(u->l->birth, day)])
            HUNE_TRY(one_dose(u, when_well(u->l, day), err));
    }
    return HUNE_OK;
}

static hune_status one_drug(use *u, hune_err *err) {
    const hu_drug *d = u->d;
    hu_life *l = u->l;
    u->ill_from = l->start;
    u->ill_to = HU_NEVER;
    if (d->condition >= 0) {
        const hu_span *ill = &l->state[d->condition];
        u->ill_from = ill->from > l->start ? ill->from : l->start;
        u->ill_to = ill->to;
        if ((u->ill_from >= u->limit || u->ill_to <= l->start) && !u->n_pushes &&
            u->most_cascades == 0)
            return HUNE_OK;
    }
    const bool large = d->n_large && l->large_packs;
    u->pack_index = (int)hu_rng_below(&u->rng, large ? d->n_large : d->n_standard);
    if (large) u->pack_index += d->n_standard;
    u->pack = &d->pack[u->pack_index];
    u->care = d->use == HU_ACUTE || d->use == HU_EPISODIC ? l->care_factor : l->care_root;
    if (d->use == HU_POINT) return point_use(u, err);
    return d->use == HU_ACUTE ? acute_use(u, err) : long_use(u, err);
}

/* --- all drugs ------------------------------------------------------------------------------- */

static hune_status visits(const hu_world *w, hu_life *l, hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_CONSULT);
    l->n_consults = 0;
    l->round = (int32_t)hu_rng_below(&r, ROUND_DAYS);
    const double mean = HU_YEAR / (visits_py * l->care_factor);
    for (double t = l->start + mean * hu_rng_exp(&r); t < l->exit; t += mean * hu_rng_exp(&r)) {
        HUNE_TRY(
            hu_grow(&l->consult, &l->cap_consults, l->n_consults + 1, sizeof *l->consult, err));
        l->consult[l->n_consults++] = open_day((int32_t)t);
    }
    return HUNE_OK;
}

static void pushes_of(const hu_life *l, int drug, use *u) {
    size_t i = 0;
    while (i < l->n_pushes && l->push[i].drug < drug) i++;
    u->push = l->push + i;
    while (i < l->n_pushes && l->push[i].drug == drug) i++;
    u->n_pushes = (size_t)(l->push + i - u->push);
}

static void most_raised(const hu_world *w, const hu_life *l, const hu_drug *d, use *u) {
    for (int i = d->raise_from; i < d->raise_to; i++) {
        const hu_raise *r = &w->raise[i];
        bool any = false;
        for (int k = 0; k < r->by.n && !any; k++)
            any = l->first_era[r->by.drug[k]] < l->last_era[r->by.drug[k]];
        if (!any) continue;
        if (r->cascade) u->most_cascades += r->max - 1;
        else u->most_habits *= r->max;
    }
}

/* Eras were made in world.order: put them in the order of the table. */
static hune_status in_table_order(const hu_world *w, hu_life *l, hune_err *err) {
    HUNE_TRY(hu_grow(&l->spare, &l->cap_spare, l->n_eras + 1, sizeof *l->spare, err));
    size_t n = 0;
    for (int d = 0; d < w->n_drugs; d++) {
        const size_t eras = (size_t)(l->last_era[d] - l->first_era[d]);
        if (eras) memcpy(l->spare + n, l->era + l->first_era[d], eras * sizeof *l->spare);
        l->first_era[d] = (int)n;
        n += eras;
    }
    l->first_era[w->n_drugs] = (int)n;
    hu_era *era = l->era;
    const size_t cap = l->cap_eras;
    l->era = l->spare, l->cap_eras = l->cap_spare;
    l->spare = era, l->cap_spare = cap;
    return HUNE_OK;
}

static hune_status treatments(const hu_world *w, hu_life *l, bool some, hune_err *err) {
    l->n_eras = l->n_fills = 0;
    l->making = true;
    HUNE_TRY(visits(w, l, err));
    for (int i = 0; i < w->n_drugs; i++) l->first_era[i] = l->last_era[i] = 0;
    for (int k = 0; k < w->n_drugs; k++) {
        const int i = w->order[k];
        const hu_drug *d = &w->drug[i];
        if (some && !d->of_cases) continue;
        const int32_t stop = hu_trap_stop(w, l, i);
        const double start = hu_trap_start_factor(w, l, i), era = hu_trap_era_factor(w, l, i);
        use u = {.w = w,
                 .l = l,
                 .d = d,
                 .drug = i,
                 .limit = stop < l->exit ? stop : l->exit,
                 .start_factor = start * hu_pathway_rate(w, l, i),
                 .era_factor = era,
                 .on_factor = start * era,
                 .most_habits = 1};
        most_raised(w, l, d, &u);
        u.rng = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_DRUG + (uint32_t)d->row);
        if (l->n_pushes) pushes_of(l, i, &u);
        l->first_era[i] = (int)l->n_eras;
        u.first_era = l->n_eras;
        HUNE_TRY(one_drug(&u, err));
        l->last_era[i] = (int)l->n_eras;
    }
    l->making = false;
    return in_table_order(w, l, err);
}

hune_status hu_treatments(const hu_world *w, hu_life *l, hune_err *err) {
    return treatments(w, l, false, err);
}

hune_status hu_treatments_for_cases(const hu_world *w, hu_life *l, hune_err *err) {
    return treatments(w, l, true, err);
}
