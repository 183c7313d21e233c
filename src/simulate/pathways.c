/* pathways.c - care by type of patient: what diabetes, heart failure and a hip fracture bring.
 *
 *   before the drugs   hu_pathway_types   which type, from traits alone
 *   at a drug start    hu_pathway_rate    factor of the type, mean 1
 *   after the events   hu_pathways        items of care
 *
 * A pathway begins at the onset of treated diabetes; at the state or the first stay of heart
 * failure, whichever is earlier; at the first hip fracture. Its steps are rows of pathways.csv:
 * stages in days since then (for a fracture since discharge) with regular or Poisson items. Types
 * overlap: everybody has an intensity of his own (Gamma(8), mean 1), one regular item in twelve is
 * missed, and one person in ten follows another type from some day of the first two years on.
 * Nothing falls before the beginning, into a stay, or outside observation.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/pathways.h"

static const double health_correlation = 0.3, intensity_shape = 8, interval_shape = 16,
                    kept_share = 0.92, deviating = 0.1, deviating_within = 730;

void hu_pathway_types(const hu_world *w, hu_life *l) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_PATHWAY);
    const double own = sqrt(1 - health_correlation * health_correlation);
    for (int d = 0; d < HU_DISEASES; d++) {
        const hu_type *type = w->paths->type[d];
        /* health-conscious: low, well followed */
        const double z = -health_correlation * l->health - own * hu_rng_normal(&r);
        int k = 0;
        while (k < w->paths->n_types[d] - 1 && z >= type[k].upto) k++;
        l->pathway[d] = (int8_t)k;
        l->pathway_from[d] = HU_NEVER;
    }
    l->n_away = 0;
    if (l->state[HU_C_DIABETES].from == HU_NEVER) l->pathway[HU_DM] = -1;
}

double hu_pathway_rate(const hu_world *w, const hu_life *l, int drug) {
    const hu_paths *p = w->paths;
    if (!p->weighs[drug]) return 1;
    const double *rate = p->rate + drug * HU_DISEASES * HU_MAX_TYPES;
    double x = 1;
    if (l->pathway[HU_DM] >= 0) x *= rate[HU_DM * HU_MAX_TYPES + l->pathway[HU_DM]];
    if (l->state[HU_C_HEART_FAILURE].from != HU_NEVER)
        x *= rate[HU_HF * HU_MAX_TYPES + l->pathway[HU_HF]];
    return x;
}

/* --- days in hospital ------------------------------------------------------------------------ */

bool hu_is_away(const hu_life *l, int32_t day) {
    for (size_t i = 0; i < l->n_away && l->away[i].from <= day; i++)
        if (day < l->away[i].to) return true;
    return false;
}

/* Keeps the spans sorted and apart. */
static hune_status go_away(hu_life *l, int32_t from, int32_t to, hune_err *err) {
    size_t at = 0, end;
    if (to <= from) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->away, &l->cap_away, l->n_away + 1, sizeof *l->away, err));
    while (at < l->n_away && l->away[at].to < from) at++;
    for (end = at; end < l->n_away && l->away[end].from <= to; end++) {
        if (l->away[end].from < from) from = l->away[end].from;
        if (l->away[end].to > to) to = l->away[end].to;
    }
    memmove(&l->away[at + 1], &l->away[end], (l->n_away - end) * sizeof *l->away);
    l->n_away += 1 + at - end;
    l->away[at] = (hu_span){from, to};
    return HUNE_OK;
}

/* The first day on or after which a stay that begins today must have ended. */
static int32_t next_away(const hu_life *l, int32_t day) {
    for (size_t i = 0; i < l->n_away; i++)
        if (l->away[i].from > day) return l->away[i].from;
    return l->exit;
}

/* --- items ------------------------------------------------------------------------------------ */

typedef struct walk { /* one type's steps over a span */
    const hu_world *w;
    hu_life *l;
    hu_rng rng;
    const hu_type *type;
    int32_t origin, from, to;
    double intensity;
} walk;

static bool is_stay(hu_item_kind k) {
    return k == HU_ITEM_STAY || k == HU_ITEM_REHAB;
}

static hune_status add(walk *k, const hu_step *s, int32_t day, hune_err *err) {
    hu_life *l = k->l;
    const bool lasts = is_stay(s->kind) || s->kind == HU_ITEM_HOME;
    const double length = lasts ? s->days * hu_rng_gamma(&k->rng, 2) / 2 : 0;
    if (!lasts && s->kind != HU_ITEM_NURSE) {
        const int weekday = hu_weekday(day);
        day += weekday == 6 ? 1 : weekday == 5 && s->kind == HU_ITEM_OUTPATIENT ? 2 : 0;
    }
    if (day >= k->to || hu_is_away(l, day)) return HUNE_OK;
    hu_item item = {.day = day,
                    .to = day,
                    .kind = s->kind,
                    .number = s->kind == HU_ITEM_STAY ? l->hospital : s->number,
                    .code = *s->code ? s->code : NULL,
                    .why = k->type->why};
    if (lasts) {
        const int32_t next = next_away(l, day);
        item.to = day + 1 + (int32_t)length;
        if (item.to > next) item.to = next;
        if (is_stay(s->kind)) HUNE_TRY(go_away(l, day, item.to, err));
    }
    return hu_add_item(l, &item, err);
}

static hune_status step(walk *k, const hu_step *s, hune_err *err) {
    const double lo = fmax(k->from, (double)k->origin + s->from),
                 hi = fmin(k->to, s->to == HU_NEVER ? k->to : (double)k->origin + s->to);
    hu_rng *r = &k->rng;
    if (s->pattern == HU_ONCE) {
        const double u = hu_rng_unif(r),
                     at = k->origin + s->from + hu_rng_unif(r) * (s->to - s->from);
        return u < s->rate && at >= lo && at < hi ? add(k, s, (int32_t)floor(at), err) : HUNE_OK;
    }
    if (lo >= hi) return HUNE_OK;
    const bool regular = s->pattern == HU_REGULAR;
    const double mean = (regular ? kept_share : 1) / (s->rate * k->intensity);
    for (double t = lo + (regular ? hu_rng_unif(r) * mean : mean * hu_rng_exp(r)); t < hi;) {
        if (!regular || hu_rng_unif(r) < kept_share) HUNE_TRY(add(k, s, (int32_t)floor(t), err));
        t += mean * (regular ? hu_rng_gamma(r, interval_shape) / interval_shape : hu_rng_exp(r));
    }
    return HUNE_OK;
}

/* Stays first: nothing else happens on their days. */
static hune_status steps(walk *k, hune_err *err) {
    if (k->from >= k->to) return HUNE_OK;
    for (int pass = 0; pass < 2; pass++)
        for (int i = k->type->first; i < k->type->last; i++) {
            const hu_step *s = &k->w->paths->step[i];
            if (is_stay(s->kind) == (pass == 0)) HUNE_TRY(step(k, s, err));
        }
    return HUNE_OK;
}

/* When the pathway begins, and the day its steps count from. */
static int32_t beginning(const hu_world *w, const hu_life *l, int disease, int32_t *origin) {
    const int outcome = disease == HU_HIP  ? w->paths->fracture
                        : disease == HU_HF ? w->paths->failure
                                           : -1;
    int32_t from = HU_NEVER;
    if (disease == HU_DM) from = l->state[HU_C_DIABETES].from;
    if (disease == HU_HF) from = l->state[HU_C_HEART_FAILURE].from;
    *origin = from;
    for (size_t i = 0; outcome >= 0 && i < l->n_events; i++)
        if (l->event[i].outcome == outcome) {
            if (l->event[i].day >= from) break;
            *origin = l->event[i].out;
            return l->event[i].day;
        }
    return from;
}

static hune_status follow(const hu_world *w, hu_life *l, int disease, hune_err *err) {
    int32_t origin;
    const int32_t from = beginning(w, l, disease, &origin);
    const int n = w->paths->n_types[disease], type = l->pathway[disease];
    l->deviates_to[disease] = -1;
    l->deviates[disease] = HU_NEVER;
    if (from >= l->exit || type < 0) return HUNE_OK;
    l->pathway_from[disease] = from;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_PATHWAY + 1 + (uint32_t)disease);
    walk k = {.w = w,
              .l = l,
              .type = &w->paths->type[disease][type],
              .origin = origin,
              .from = origin > l->entry ? origin : l->entry,
              .to = l->exit};
    k.intensity = hu_rng_gamma(&r, intensity_shape) / intensity_shape;
    const double u = hu_rng_unif(&r), when = hu_rng_unif(&r);
    const int other = (type + 1 + (int)hu_rng_below(&r, n - 1)) % n;
    k.rng = r;
    if (u < deviating && k.from + deviating_within * when < l->exit) {
        l->deviates_to[disease] = (int8_t)other;
        l->deviates[disease] = k.to = k.from + (int32_t)(deviating_within * when);
    }
    HUNE_TRY(steps(&k, err));
    if (l->deviates[disease] == HU_NEVER) return HUNE_OK;
    k.type = &w->paths->type[disease][other];
    k.from = l->deviates[disease];
    k.to = l->exit;
    return steps(&k, err);
}

hune_status hu_pathways(const hu_world *w, hu_life *l, hune_err *err) {
    l->n_away = 0;
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *e = &l->event[i];
        HUNE_TRY(go_away(l, e->day, e->out < l->exit ? e->out : l->exit, err));
    }
    for (int d = 0; d < HU_DISEASES; d++) HUNE_TRY(follow(w, l, d, err));
    return HUNE_OK;
}
