/* events.c - hazards and what comes of them.
 *
 *   h(t) = base(o, age, sex) x frailty^g x season(t) x product of drug effects(t) x traps(t)
 *
 * Exact thinning in two dimensions. Points of a Poisson process in (time, height) are drawn under
 * the baseline at its seasonal top; a point is an event when its height lies under
 * season(t) / top x effects(t) x traps(t). Heights are cut into strips [0,1], [1,2], [2,4], ...
 * each with its own stream, and only the strips under the largest product that this life can meet
 * are drawn: the accepted points do not depend on how high that bound is. Strips above 512 are cut
 * by spells of 40 days as well, because a high product rarely lasts. A product above its bound is
 * an error.
 *
 * The points of all outcomes are taken in order of time, so what an event changes (death, a
 * stopped drug) acts on everything later and on nothing earlier.
 */
#include <math.h>
#include <string.h>
#include "simulate/sim.h"

static const double low_strips = 512; /* heights up to here are drawn for the whole life */
static const int32_t refractory_days = 30;
enum { PART_DAYS = 40, HU_PARTS = 512 }; /* 40 days x 511: the longest window has 50 years */
/* --- bounds -------------------------------------------------------------------------------- */

/* Days that an effect can go on after the end of an era. */
static double tail(const hu_effect *e) {
    double t = 0;
    if (e->axis == HU_DISP_DAY || e->axis == HU_DOSE_DAY || e->axis == HU_STOP_DAY)
        for (int k = 0; k < e->n_steps; k++)
            if (e->value[k] > 1) t = fmax(t, e->to[k]);
    return e->after_value > 1 ? INFINITY : t;
}

static bool used(const hu_world *w, const hu_life *l, int drug, double after, int32_t from,
                 int32_t to) {
    /* what a fracture will add is not there yet */
    if (w->bias & HU_T08 && !strcmp(w->drug[drug].atc, "N02BE01")) return true;
    for (int i = l->first_era[drug]; i < l->first_era[drug + 1]; i++)
        if (l->era[i].start < to && l->era[i].end + after >= from) return true;
    return false;
}

/* The same for a class, one of whose drugs may replace another after an event (T15). */
static bool class_used(const hu_world *w, const hu_life *l, int drug, int32_t to) {
    const int first = l->first_era[w->drug[drug].class_from],
              last = l->first_era[w->drug[drug].class_to];
    for (int i = first; i < last; i++)
        if (l->era[i].start < to) return true;
    return false;
}

static bool together(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t from,
                     int32_t to) {
    for (int k = 0; k < j->n_sets; k++) {
        bool any = false;
        for (int i = 0; i < j->set[k].n && !any; i++) {
            const int d = j->set[k].drug[i];
            any = used(w, l, d, 0, from, to) || (w->bias & HU_T15 && class_used(w, l, d, to));
        }
        if (!any) return false;
    }
    return true;
}

/* The largest product of drug effects in [from, to). Of the drugs of a class that are not taken,
 * one may come instead of another (T15), or two over the years: the two largest count. */
static double effects_top(const hu_world *w, const hu_life *l, const hu_outcome *o, int32_t from,
                          int32_t to) {
    double m = 1, spare[2] = {1, 1};
    for (int e = o->effect_from; e < o->effect_to; e++) {
        const hu_effect *x = &w->effect[e];
        const hu_drug *d = &w->drug[x->drug];
        if (x->max > 1) {
            if (used(w, l, x->drug, tail(x), from, to)) m *= x->max;
            else if (w->bias & HU_T15 && class_used(w, l, x->drug, to)) {
                if (x->max > spare[0]) spare[1] = spare[0], spare[0] = x->max;
                else if (x->max > spare[1]) spare[1] = x->max;
            }
        }
        if (e + 1 < o->effect_to && w->effect[e + 1].drug < d->class_to) continue;
        m *= spare[0] * spare[1]; /* the class is over */
        spare[0] = spare[1] = 1;
    }
    return m;
}

/* The largest product of effects and traps in [from, to). anybody: whatever drugs are taken. */
static double bound(const hu_world *w, const hu_life *l, int outcome, int32_t from, int32_t to,
                    bool anybody) {
    const hu_outcome *o = &w->outcome[outcome];
    double m = anybody ? o->cases_bound : effects_top(w, l, o, from, to);
    for (int j = o->joint_from; !anybody && j < o->joint_to; j++)
        if (w->joint[j].max > 1 && together(w, l, &w->joint[j], from, to)) m *= w->joint[j].max;
    return m * hu_trap_top(w, l, outcome, from, to);
}

/* --- candidates ---------------------------------------------------------------------------- */

typedef struct pieces { /* the baseline at its seasonal top, constant by age band */
    int32_t from[HU_BANDS + 1];
    double rate[HU_BANDS];
    int n;
} pieces;

static pieces baseline(const hu_world *w, const hu_life *l, int outcome, double frailty) {
    const hu_outcome *o = &w->outcome[outcome];
    pieces p = {.n = 0};
    int band = hu_band(l->birth, l->entry);
    for (int32_t t = l->entry; t < l->exit; band++) {
        p.from[p.n] = t;
        p.rate[p.n++] = o->hazard[l->sex][band] * frailty * (1 + o->season_amp);
        t = hu_band_start(l->birth, band + 1);
    }
    p.from[p.n] = l->exit;
    return p;
}

static hune_status add_candidate(hu_life *l, double time, double height, int outcome,
                                 hune_err *err) {
    HUNE_TRY(
        hu_grow(&l->candidate, &l->cap_candidates, l->n_candidates + 1, sizeof *l->candidate, err));
    l->candidate[l->n_candidates++] = (hu_candidate){time, height, outcome};
    return HUNE_OK;
}

/* Points of the strip of heights [low, high] over [from, to). */
static hune_status strip(hu_life *l, const pieces *p, int outcome, double low, double high,
                         int32_t from, int32_t to, hu_rng r, hune_err *err) {
    double need = hu_rng_exp(&r) / (high - low);
    for (int k = 0; k < p->n; k++) {
        double t = p->from[k] > from ? p->from[k] : from;
        const double end = p->from[k + 1] < to ? p->from[k + 1] : to;
        if (t >= end || p->rate[k] <= 0) continue;
        while (need < (end - t) * p->rate[k]) {
            t += need / p->rate[k];
            HUNE_TRY(add_candidate(l, t, low + (high - low) * hu_rng_unif(&r), outcome, err));
            need = hu_rng_exp(&r) / (high - low);
        }
        need -= (end - t) * p->rate[k];
    }
    return HUNE_OK;
}

static hu_rng strip_stream(const hu_world *w, const hu_life *l, int outcome, int number, int part) {
    const uint32_t row = (uint32_t)w->outcome[outcome].row;
    const uint32_t stream =
        number == 0 ? HU_STREAM_OUTCOME + row
                    : HU_STREAM_STRIP + (row * 64 + (uint32_t)number) * HU_PARTS + (uint32_t)part;
    return hu_rng_at(w->o.seed, (uint64_t)l->person, stream);
}

hune_status hu_candidates(const hu_world *w, hu_life *l, int outcome, bool anybody, hune_err *err) {
    const hu_outcome *o = &w->outcome[outcome];
    const double frailty = o->frailty > 0 ? pow(l->frailty, o->frailty) : 1;
    const pieces p = baseline(w, l, outcome, frailty);
    const double most = bound(w, l, outcome, l->entry, l->exit, anybody);
    int number = 0;
    double low = 0, high = 1;
    for (; low < fmin(most, low_strips); number++, low = high, high *= 2)
        HUNE_TRY(strip(l, &p, outcome, low, high, l->entry, l->exit,
                       strip_stream(w, l, outcome, number, HU_PARTS - 1), err));
    if (most <= low_strips) return HUNE_OK;
    for (int part = 0; w->from + part * PART_DAYS < l->exit; part++) {
        const int32_t from = w->from + part * PART_DAYS, to = from + PART_DAYS;
        if (to <= l->entry) continue;
        const double here = bound(w, l, outcome, from, to, anybody);
        int k = number;
        for (double a = low; a < here; a *= 2, k++)
            HUNE_TRY(strip(l, &p, outcome, a, 2 * a, from, to,
                           strip_stream(w, l, outcome, k, part % (HU_PARTS - 1)), err));
    }
    return HUNE_OK;
}

/* Can this point be an event, by the drugs and traps known before any event? Events take drugs away
 * or bring others only with T08 and T15: then the spell's bound decides. */
bool hu_may_happen(const hu_world *w, const hu_life *l, const hu_candidate *c) {
    const hu_outcome *o = &w->outcome[c->outcome];
    const int32_t day = (int32_t)floor(c->time);
    if (day >= l->exit) return false;
    const double season = hu_season(o->season_amp, o->season_peak, day) / (1 + o->season_amp);
    if (w->bias & (HU_T08 | HU_T15))
        return c->height <= season * bound(w, l, c->outcome, day, day + 1, false);
    return c->height <=
           season * hu_multiplier_at(w, l, c->outcome, day) * hu_trap_at(w, l, c->outcome, day);
}

static int by_time(const void *x, const void *y, void *arg) {
    const hu_candidate *a = x, *b = y;
    (void)arg;
    return a->time < b->time ? -1 : a->time > b->time;
}

/* --- what an event does -------------------------------------------------------------------- */

static void end_life(hu_life *l, int32_t day) {
    if (day >= l->exit) return;
    l->exit = l->death = day;
    l->killer = (int)l->n_events - 1;
}

static hune_status happen(const hu_world *w, hu_life *l, int outcome, int32_t day,
                          double multiplier, bool again, hu_rng *r, hune_err *err) {
    const hu_outcome *o = &w->outcome[outcome];
    HUNE_TRY(hu_grow(&l->event, &l->cap_events, l->n_events + 1, sizeof *l->event, err));
    hu_event *v = &l->event[l->n_events++];
    *v =
        (hu_event){.day = day, .outcome = outcome, .multiplier = multiplier, .coded_before = again};
    v->out = day + (int32_t)lround(o->stay_days * hu_rng_gamma(r, 2) / 2);
    v->code = (int)hu_rng_below(r, o->n_codes);
    v->act = o->n_acts ? (int)hu_rng_below(r, o->n_acts) : -1;
    const double in_stay = hu_rng_unif(r), in_year = hu_rng_unif(r), when = hu_rng_unif(r);
    if (v->out >= l->exit) { /* the stay outlasts the observation, or the life */
        if (l->death != HU_NEVER) v->out = l->death, v->died = true;
        return HUNE_OK;
    }
    if (in_stay < o->death_stay) {
        v->died = true;
        end_life(l, v->out > day ? v->out : day + 1);
        v->out = l->exit;
    } else if (in_year < o->death_year) {
        end_life(l, v->out + 1 + (int32_t)(365 * when * when)); /* more in the first months */
    }
    return HUNE_OK;
}

hune_status hu_events(const hu_world *w, hu_life *l, hune_err *err) {
    enum { MOST = 256 };
    int32_t last[MOST];
    hu_rng stream[MOST];
    for (int o = 0; o < w->n_outcomes; o++) {
        last[o] = INT32_MIN;
        HUNE_TRY(hu_candidates(w, l, o, false, err));
    }
    if (!l->n_candidates) return HUNE_OK;
    HUNE_TRY(hu_sort(l->candidate, l->n_candidates, sizeof *l->candidate, by_time, NULL, err));
    for (size_t i = 0; i < l->n_candidates; i++) {
        const hu_candidate *c = &l->candidate[i];
        const hu_outcome *o = &w->outcome[c->outcome];
        const int32_t day = (int32_t)floor(c->time);
        if (day >= l->exit) break;
        const bool again = last[c->outcome] != INT32_MIN;
        if (again && (!o->recurrent || day < last[c->outcome] + refractory_days)) continue;
        const double m = hu_multiplier_at(w, l, c->outcome, day);
        if (m > o->bound * (1 + 1e-9))
            return hune_fail(err, HUNE_EBUG,
                             "hazard of '%s' is %g times its baseline, above its bound %g", o->id,
                             m, o->bound);
        if (o->chosen && m > o->cases_bound * (1 + 1e-9))
            return hune_fail(err, HUNE_EBUG,
                             "hazard of '%s' is %g times its baseline, above the bound %g with "
                             "which cases are looked for: some would be missed",
                             o->id, m, o->cases_bound);
        const double season = hu_season(o->season_amp, o->season_peak, day) / (1 + o->season_amp);
        if (c->height > season * m * hu_trap_at(w, l, c->outcome, day)) continue;
        if (!again)
            stream[c->outcome] =
                hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_EVENT + (uint32_t)o->row);
        last[c->outcome] = day;
        HUNE_TRY(happen(w, l, c->outcome, day, m, again, &stream[c->outcome], err));
        HUNE_TRY(hu_aftermath(w, l, c->outcome, day, err));
    }
    return HUNE_OK;
}

hune_status hu_live(const hu_world *w, int64_t person, hu_life *l, hune_err *err) {
    hu_person(w, person, l);
    return hu_live_on(w, l, err);
}

hune_status hu_live_on(const hu_world *w, hu_life *l, hune_err *err) {
    HUNE_TRY(hu_live_outcomes(w, l, err));
    return hu_live_care(w, l, err);
}

hune_status hu_live_outcomes(const hu_world *w, hu_life *l, hune_err *err) {
    l->n_candidates = l->n_windows = l->n_pushes = l->n_illnesses = 0;
    hu_conditions(w, l);
    if (l->entry >= l->exit) {
        for (int i = 0; i <= w->n_drugs; i++) l->first_era[i] = 0;
        return HUNE_OK;
    }
    HUNE_TRY(hu_latent_states(w, l, err));
    HUNE_TRY(hu_treatments(w, l, err));
    return hu_events(w, l, err);
}

hune_status hu_live_care(const hu_world *w, hu_life *l, hune_err *err) {
    if (l->entry >= l->exit || w->o.no_care) return HUNE_OK;
    HUNE_TRY(hu_pathways(w, l, err));
    HUNE_TRY(hu_emergency_visits(w, l, err));
    return hu_usual_care(w, l, err);
}
