/* events.c - hazards and what comes of them.
 *
 *   h(t) = base(o, age, sex) x frailty^g x season(t) x product of drug effects(t) x traps(t)
 *
 * Exact thinning in two dimensions. Points of a Poisson process in (time, height) are drawn under
 * the baseline at its seasonal top; a point is an event when its height lies under
 * season(t) / top x effects(t) x traps(t). Heights are cut into strips [0,1], [1,2], [2,4], ...
 * each with its own stream, and only the strips under the largest product that this life can meet
 * are drawn: the accepted points do not depend on how high that bound is. Strips above 8 are cut by
 * year as well, because a high product rarely lasts. A product above its bound is an error.
 *
 * The points of all outcomes are taken in order of time, so what an event changes (death, a
 * stopped drug) acts on everything later and on nothing earlier.
 */
#include <math.h>
#include <string.h>
#include "simulate/sim.h"

static const double low_strips = 8; /* heights up to here are drawn for the whole life */
static const int32_t refractory_days = 30;
static const double grams_per_day = 0.05; /* cyproterone, 50 mg a day */

/* --- effects ------------------------------------------------------------------------------- */

static double step_value(const hu_effect *e, double x) {
    for (int k = 0; k < e->n_steps; k++)
        if (x >= e->from[k] && x < e->to[k]) return e->value[k];
    return 1;
}

/* The latest dispensing of an era on or before the day. */
static int32_t latest_fill(const hu_life *l, const hu_era *e, int32_t day) {
    int32_t latest = e->start;
    for (int k = e->fill_from; k < e->fill_to && l->fill[k].day <= day; k++)
        if (l->fill[k].drug >= 0) latest = l->fill[k].day;
    return latest;
}

/* Traps can empty an era: it then counts for nothing. */
static bool empty(const hu_era *e) {
    return e->end <= e->start;
}

double hu_effect_at(const hu_world *w, const hu_life *l, const hu_effect *e, int32_t day) {
    (void)w;
    int first = l->first_era[e->drug], i = l->first_era[e->drug + 1] - 1;
    while (i >= first && (l->era[i].start > day || empty(&l->era[i]))) i--;
    if (i < first) return 1;
    while (empty(&l->era[first])) first++;
    const hu_era *era = &l->era[i];
    const bool exposed = day < era->end;
    double x;
    switch (e->axis) {
    case HU_DISP_DAY: return step_value(e, day - latest_fill(l, era, day));
    case HU_DOSE_DAY: return i == first ? 1 : step_value(e, day - l->era[first + 1].start);
    case HU_STOP_DAY: return exposed ? 1 : step_value(e, day - era->end);
    case HU_FIRST_EVER_DAY: x = day - l->era[first].start; break;
    case HU_CUM_DAYS: x = era->cum_before + day - era->start; break;
    case HU_CUM_G: x = grams_per_day * (era->cum_before + day - era->start); break;
    default: x = day - era->start; break;
    }
    if (exposed) return step_value(e, x);
    return e->after_value > 0 && day - era->end >= e->after_from ? e->after_value : 1;
}

double hu_multiplier_at(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const hu_outcome *o = &w->outcome[outcome];
    double m = 1;
    for (int e = o->effect_from; e < o->effect_to; e++) m *= hu_effect_at(w, l, &w->effect[e], day);
    /* pairs and triples multiply here, on the days when all their members are present */
    return m;
}

double hu_trap_at(const hu_life *l, int outcome, int32_t day) {
    double m = 1;
    for (size_t i = 0; i < l->n_windows; i++)
        if (l->window[i].outcome == outcome && day >= l->window[i].from && day < l->window[i].to)
            m *= l->window[i].value;
    return m;
}

/* --- bounds -------------------------------------------------------------------------------- */

/* Days that an effect can go on after the end of an era. */
static double tail(const hu_effect *e) {
    double t = 0;
    if (e->axis == HU_DISP_DAY || e->axis == HU_DOSE_DAY || e->axis == HU_STOP_DAY)
        for (int k = 0; k < e->n_steps; k++)
            if (e->value[k] > 1) t = fmax(t, e->to[k]);
    return e->after_value > 1 ? INFINITY : t;
}

static bool reaches(const hu_world *w, const hu_life *l, const hu_effect *e, int32_t from,
                    int32_t to) {
    /* boxes that follow a fracture are not there yet */
    if (w->bias & HU_T08 && !strcmp(w->drug[e->drug].atc, "N02BE01")) return true;
    const double after = tail(e);
    for (int i = l->first_era[e->drug]; i < l->first_era[e->drug + 1]; i++)
        if (l->era[i].start < to && l->era[i].end + after >= from) return true;
    return false;
}

/* The largest product of effects and traps in [from, to). */
static double bound(const hu_world *w, const hu_life *l, int outcome, int32_t from, int32_t to) {
    const hu_outcome *o = &w->outcome[outcome];
    double m = 1;
    for (int e = o->effect_from; e < o->effect_to; e++)
        if (w->effect[e].max > 1 && reaches(w, l, &w->effect[e], from, to)) m *= w->effect[e].max;
    /* traps are constant between their starts */
    double top = hu_trap_at(l, outcome, from);
    for (size_t i = 0; i < l->n_windows; i++)
        if (l->window[i].outcome == outcome && l->window[i].from >= from && l->window[i].from < to)
            top = fmax(top, hu_trap_at(l, outcome, l->window[i].from));
    return m * fmax(top, 1);
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

static hu_rng strip_stream(const hu_world *w, const hu_life *l, int outcome, int number, int year) {
    const uint32_t row = (uint32_t)w->outcome[outcome].row;
    const uint32_t stream =
        number == 0 ? HU_STREAM_OUTCOME + row
                    : HU_STREAM_STRIP + (row * 64 + (uint32_t)number) * 64 + (uint32_t)year;
    return hu_rng_at(w->o.seed, (uint64_t)l->person, stream);
}

static hune_status candidates(const hu_world *w, hu_life *l, int outcome, hune_err *err) {
    const hu_outcome *o = &w->outcome[outcome];
    const double frailty = o->frailty > 0 ? pow(l->frailty, o->frailty) : 1;
    const pieces p = baseline(w, l, outcome, frailty);
    const double most = bound(w, l, outcome, l->entry, l->exit);
    int number = 0;
    double low = 0, high = 1;
    for (; low < fmin(most, low_strips); number++, low = high, high *= 2)
        HUNE_TRY(strip(l, &p, outcome, low, high, l->entry, l->exit,
                       strip_stream(w, l, outcome, number, 63), err));
    if (most <= low_strips) return HUNE_OK;
    int32_t from = w->from;
    for (int year = 0; from < l->exit; year++) {
        const int32_t to = w->from + (int32_t)((year + 1) * HU_YEAR);
        if (to > l->entry) {
            const double here = bound(w, l, outcome, from, to);
            int k = number;
            for (double a = low; a < here; a *= 2, k++)
                HUNE_TRY(strip(l, &p, outcome, a, 2 * a, from, to,
                               strip_stream(w, l, outcome, k, year % 63), err));
        }
        from = to;
    }
    return HUNE_OK;
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
}

/* T15: after a bleed, anti-inflammatory drugs are stopped (six in ten) and, for a year, started
 * one time in five. */
static void avoid_nsaids(const hu_world *w, hu_life *l, int32_t day) {
    hu_rng r =
        hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TRAP + 15 + 64 * (uint32_t)l->n_events);
    for (int d = 0; d < w->n_drugs; d++) {
        if (!hu_starts(w->drug[d].atc, "M01A")) continue;
        for (int i = l->first_era[d]; i < l->first_era[d + 1]; i++) {
            hu_era *e = &l->era[i];
            if (e->end <= day || e->start > day + 365) continue;
            const double x = hu_rng_unif(&r);
            int32_t end = e->end;
            if (e->start <= day && x < 0.6) end = day + 1;
            if (e->start > day && x < 0.8) end = e->start; /* never started */
            for (int k = e->fill_from; k < e->fill_to; k++)
                if (l->fill[k].day >= end) l->fill[k].drug = -1;
            e->end = end;
        }
    }
}

/* T08: paracetamol within 20 days after a fracture, eight times in ten. An era of its own unless
 * one is under way. */
static hune_status pain_relief(const hu_world *w, hu_life *l, int32_t day, hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person,
                         HU_STREAM_TRAP + 8 + 64 * (uint32_t)(l->n_events + 1));
    const int d = hu_find_drug(w, "N02BE01");
    if (d < 0 || hu_rng_unif(&r) >= 0.8) return HUNE_OK;
    int32_t box = day + 1 + (int32_t)hu_rng_below(&r, 20);
    if (hu_weekday(box) == 6) box++;
    HUNE_TRY(hu_grow(&l->fill, &l->cap_fills, l->n_fills + 1, sizeof *l->fill, err));
    l->fill[l->n_fills++] = (hu_box){.day = box, .drug = (int16_t)d, .again = 1};
    int at = l->first_era[d];
    const int last = l->first_era[d + 1];
    while (at < last && l->era[at].start <= box) at++;
    const int32_t end = box + w->drug[d].pack[0].supply;
    if (at > l->first_era[d] && l->era[at - 1].end > box) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->era, &l->cap_eras, l->n_eras + 1, sizeof *l->era, err));
    memmove(&l->era[at + 1], &l->era[at], (l->n_eras - (size_t)at) * sizeof *l->era);
    l->n_eras++;
    for (int k = d + 1; k <= w->n_drugs; k++) l->first_era[k]++;
    l->era[at] = (hu_era){.start = box,
                          .end = end,
                          .drug = d,
                          .fill_from = (int32_t)l->n_fills - 1,
                          .fill_to = (int32_t)l->n_fills};
    if (at + 1 < last + 1 && l->era[at + 1].start < end) l->era[at].end = l->era[at + 1].start;
    return HUNE_OK;
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

static hune_status after(const hu_world *w, hu_life *l, int outcome, int32_t day, hune_err *err) {
    const char *id = w->outcome[outcome].id;
    if (w->bias & HU_T15 && !strcmp(id, "UGIB")) avoid_nsaids(w, l, day);
    if (w->bias & HU_T08 && (!strcmp(id, "HIP") || !strcmp(id, "FRAC")))
        return pain_relief(w, l, day, err);
    return HUNE_OK;
}

hune_status hu_events(const hu_world *w, hu_life *l, hune_err *err) {
    enum { MOST = 256 };
    int32_t last[MOST];
    hu_rng stream[MOST];
    for (int o = 0; o < w->n_outcomes; o++) {
        last[o] = INT32_MIN;
        HUNE_TRY(candidates(w, l, o, err));
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
        const double season = hu_season(o->season_amp, o->season_peak, day) / (1 + o->season_amp);
        if (c->height > season * m * hu_trap_at(l, c->outcome, day)) continue;
        if (!again)
            stream[c->outcome] =
                hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_EVENT + (uint32_t)o->row);
        last[c->outcome] = day;
        HUNE_TRY(happen(w, l, c->outcome, day, m, again, &stream[c->outcome], err));
        HUNE_TRY(after(w, l, c->outcome, day, err));
    }
    return HUNE_OK;
}

hune_status hu_live(const hu_world *w, int64_t person, hu_life *l, hune_err *err) {
    hu_person(w, person, l);
    if (l->entry >= l->exit) {
        for (int i = 0; i <= w->n_drugs; i++) l->first_era[i] = 0;
        return HUNE_OK;
    }
    HUNE_TRY(hu_treatments(w, l, err));
    return hu_events(w, l, err);
}
