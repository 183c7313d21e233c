/* effects.c - the factor of planted effects on a hazard on a day, from true exposure. */
#include "simulate/sim.h"

static const double grams_per_day = 0.05; /* cyproterone, 50 mg a day */

static int step_of(const hu_effect *e, double x) {
    for (int k = 0; k < e->n_steps; k++)
        if (x >= e->from[k] && x < e->to[k]) return k;
    return -1;
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

int hu_effect_step(const hu_life *l, const hu_effect *e, int32_t day) {
    int first = l->first_era[e->drug], i = l->first_era[e->drug + 1] - 1;
    while (i >= first && (l->era[i].start > day || empty(&l->era[i]))) i--;
    if (i < first) return -1;
    while (empty(&l->era[first])) first++;
    const hu_era *era = &l->era[i];
    const bool exposed = day < era->end;
    double x;
    switch (e->axis) {
    case HU_DISP_DAY: return step_of(e, day - latest_fill(l, era, day));
    case HU_DOSE_DAY: return i == first ? -1 : step_of(e, day - l->era[first + 1].start);
    case HU_STOP_DAY: return exposed ? -1 : step_of(e, day - era->end);
    case HU_FIRST_EVER_DAY: x = day - l->era[first].start; break;
    case HU_CUM_DAYS: x = era->cum_before + day - era->start; break;
    case HU_CUM_G: x = grams_per_day * (era->cum_before + day - era->start); break;
    default: x = day - era->start; break;
    }
    if (exposed) return step_of(e, x);
    return e->after_value > 0 && day - era->end >= e->after_from ? e->n_steps : -1;
}

double hu_effect_at(const hu_world *w, const hu_life *l, const hu_effect *e, int32_t day) {
    const int k = hu_effect_step(l, e, day);
    (void)w;
    return k < 0 ? 1 : k < e->n_steps ? e->value[k] : e->after_value;
}

/* --- pairs and triples ----------------------------------------------------------------------- */

bool hu_present(const hu_life *l, const hu_set *set, int32_t day, int32_t *since) {
    bool present = false;
    *since = HU_NEVER;
    for (int k = 0; k < set->n; k++) {
        const int d = set->drug[k], first = l->first_era[d];
        int i = (l->making ? l->last_era[d] : l->first_era[d + 1]) - 1;
        while (i >= first && l->era[i].start > day) i--;
        if (i < first || day >= l->era[i].end) continue;
        present = true;
        if (l->era[i].start < *since) *since = l->era[i].start;
    }
    return present;
}

int32_t hu_overlap_since(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day) {
    int32_t since = INT32_MIN;
    (void)w;
    for (int k = 0; k < j->n_sets; k++) {
        int32_t begin;
        if (!hu_present(l, &j->set[k], day, &begin)) return HU_NEVER;
        if (begin > since) since = begin;
    }
    return since;
}

int hu_joint_step(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day) {
    const int32_t since = hu_overlap_since(w, l, j, day);
    if (since == HU_NEVER) return -1;
    for (int k = 0; k < j->n_steps; k++)
        if (day - since >= j->from[k] && day - since < j->to[k]) return k;
    return -1;
}

double hu_joint_at(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day) {
    const int k = hu_joint_step(w, l, j, day);
    return k < 0 ? 1 : j->value[k];
}

/* --- all of them ----------------------------------------------------------------------------- */

double hu_multiplier_at(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const hu_outcome *o = &w->outcome[outcome];
    double m = 1;
    for (int e = o->effect_from; e < o->effect_to; e++) m *= hu_effect_at(w, l, &w->effect[e], day);
    for (int j = o->joint_from; j < o->joint_to; j++) m *= hu_joint_at(w, l, &w->joint[j], day);
    return m;
}
