/* pairs.c - second pass: every pair's likelihood profile, by addition.
 *
 * For a case of outcome o that took drug d, observed time falls into three classes: exposed, the
 * days just before an exposure (their rate shows whether the disease leads to the drug), and the
 * rest. With baseline weights E, B and R of the three, the event is in "exposed" rather than in
 * "rest" with probability
 *
 *     E exp(b) / (R + E exp(b)),   given that it is not in the days before,
 *
 * which conditions the pre-exposure window away instead of estimating it: one parameter, and the
 * sum over cases is the profile. From the second round on, the weights carry the other strong drugs
 * of the outcome (others.c). The window's own ratio is had in the same way, exposed time
 * conditioned away.
 */
#include <stdlib.h>
#include <string.h>
#include "screen/screen.h"

/* Pairs seen so far, found by open addressing; memory grows with pairs that occur, not with drugs x
 * outcomes. */
typedef struct table {
    hu_pair *pair;
    size_t n, cap;
    int64_t *slot; /* [n_slots] pair number + 1, 0 = empty */
    size_t n_slots;
} table;

typedef struct acc {
    table t;
    hu_others others;
    hu_firsts firsts;
    hu_eras eras;
} acc;

typedef struct pass {
    hu_screen *screen;
    table total;
    int64_t pair_limit;
} pass;

/* --- the table
 * ------------------------------------------------------------------------------------ */

static size_t place(const table *t, int32_t outcome, int32_t drug) {
    const uint64_t key = ((uint64_t)(uint32_t)outcome << 32) | (uint32_t)drug;
    size_t i = (size_t)hu_hash64(key) & (t->n_slots - 1);
    while (t->slot[i]) {
        const hu_pair *p = &t->pair[t->slot[i] - 1];
        if (p->outcome == outcome && p->drug == drug) break;
        i = (i + 1) & (t->n_slots - 1);
    }
    return i;
}

static hune_status widen(table *t, hune_err *err) {
    const size_t wanted = t->n_slots ? t->n_slots * 2 : 1024;
    int64_t *slot = hu_calloc(wanted, sizeof *slot);
    if (!slot) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu pairs", t->n);
    free(t->slot);
    t->slot = slot;
    t->n_slots = wanted;
    for (size_t k = 0; k < t->n; k++)
        t->slot[place(t, t->pair[k].outcome, t->pair[k].drug)] = (int64_t)k + 1;
    return HUNE_OK;
}

static hune_status find(table *t, int32_t outcome, int32_t drug, hu_pair **out, hune_err *err) {
    if ((t->n + 1) * 2 > t->n_slots) HUNE_TRY(widen(t, err));
    const size_t i = place(t, outcome, drug);
    if (!t->slot[i]) {
        HUNE_TRY(hu_grow(&t->pair, &t->cap, t->n + 1, sizeof *t->pair, err));
        memset(&t->pair[t->n], 0, sizeof *t->pair);
        t->pair[t->n].outcome = outcome;
        t->pair[t->n].drug = drug;
        t->slot[i] = (int64_t)++t->n;
    }
    *out = &t->pair[t->slot[i] - 1];
    return HUNE_OK;
}

static void free_table(table *t) {
    free(t->pair);
    free(t->slot);
    memset(t, 0, sizeof *t);
}

/* --- one case
 * ------------------------------------------------------------------------------------- */

static bool inside(int32_t day, int32_t from, int32_t to) {
    return day >= from && day < to;
}

typedef struct split { /* baseline weights of a case, and where its event is */
    double exposed, before;
    bool event_exposed, event_before;
} split;

static split split_time(const hu_screen *s, const hu_baseline *b, const hu_person *p,
                        const hu_eras *eras, const hu_others *others, int32_t drug, int32_t event) {
    split w = {0};
    int32_t previous_end = INT32_MIN;
    for (int32_t k = eras->head[drug]; k >= 0; k = eras->era[k].next) {
        const hu_era *e = &eras->era[k];
        int32_t from =
            e->start - s->o->pre_days; /* an era that still runs hides part of the window */
        if (from < previous_end) from = previous_end;
        w.exposed += hu_others_weight(others, b, p, e->start, e->end);
        w.before += hu_others_weight(others, b, p, from, e->start);
        w.event_exposed |= inside(event, e->start, e->end);
        w.event_before |= inside(event, from, e->start);
        previous_end = e->end;
    }
    return w;
}

static hune_status add_pair(const hu_screen *s, acc *a, const hu_person *p, int32_t outcome,
                            int32_t drug, double total, hune_err *err) {
    const hu_baseline *b = &s->baselines[outcome];
    split w = split_time(s, b, p, &a->eras, &a->others, drug, a->firsts.day[outcome]);
    if (w.exposed <= 0) return HUNE_OK;
    hu_pair *pair;
    HUNE_TRY(find(&a->t, outcome, drug, &pair, err));
    double rest = total - w.exposed - w.before;
    if (rest < 1e-9 * total) rest = 0; /* exposed all the time, up to rounding of sums */
    w.exposed /= hu_others_own(s, outcome, drug);
    pair->exposed_cases++;
    pair->events_exposed += w.event_exposed;
    if (!w.event_before && rest > 0) {
        pair->informative++;
        pair->main_events += w.event_exposed;
        hu_profile_add(&pair->main, w.exposed / (rest + w.exposed), w.event_exposed);
    }
    if (!w.event_exposed && rest > 0 && w.before > 0) {
        pair->pre_informative++;
        pair->pre_events += w.event_before;
        hu_profile_add(&pair->pre, w.before / (rest + w.before), w.event_before);
    }
    return HUNE_OK;
}

/* --- the fold
 * -------------------------------------------------------------------------------------- */

static void release(void *arg, void *which) {
    (void)arg;
    acc *a = which;
    if (!a) return;
    free_table(&a->t);
    hu_others_clear(&a->others);
    hu_firsts_clear(&a->firsts);
    hu_eras_clear(&a->eras);
    free(a);
}

static hune_status begin(void *arg, void **out, hune_err *err) {
    const pass *p = arg;
    acc *a = hu_calloc(1, sizeof *a);
    *out = a;
    if (!a) return hune_fail(err, HUNE_ENOMEM, "no memory for a pass");
    HUNE_TRY(hu_firsts_init(&a->firsts, p->screen->outcomes.n, err));
    return hu_eras_init(&a->eras, p->screen->drugs.n, err);
}

static hune_status person(void *arg, void *which, const hu_person *p, hune_err *err) {
    const hu_screen *s = ((const pass *)arg)->screen;
    acc *a = which;
    if (p->birth == HU_NO_DAY || p->n_spans == 0) return HUNE_OK;
    hu_firsts_find(&a->firsts, &s->outcomes, p, NULL);
    if (a->firsts.n_touched == 0) return HUNE_OK; /* no case of anything: tells nothing */
    HUNE_TRY(hu_eras_build(&a->eras, s->store, &s->drugs, &s->rule, p, err));
    for (int32_t i = 0; i < a->firsts.n_touched; i++) {
        const int32_t o = a->firsts.touched[i];
        if (hu_span_of(p, a->firsts.day[o]) < 0) continue;
        HUNE_TRY(hu_others_build(&a->others, s, o, &a->eras, err));
        const double total = hu_others_weight(&a->others, &s->baselines[o], p, p->spans[0].start,
                                              p->spans[p->n_spans - 1].end);
        for (int32_t d = 0; d < a->eras.n_touched; d++)
            HUNE_TRY(add_pair(s, a, p, o, a->eras.touched[d], total, err));
    }
    return HUNE_OK;
}

static hune_status merge(void *arg, void *which, hune_err *err) {
    pass *p = arg;
    const acc *a = which;
    for (size_t k = 0; k < a->t.n; k++) {
        const hu_pair *from = &a->t.pair[k];
        hu_pair *to;
        HUNE_TRY(find(&p->total, from->outcome, from->drug, &to, err));
        to->exposed_cases += from->exposed_cases;
        to->informative += from->informative;
        to->events_exposed += from->events_exposed;
        to->main_events += from->main_events;
        to->pre_informative += from->pre_informative;
        to->pre_events += from->pre_events;
        hu_profile_merge(&to->main, &from->main);
        hu_profile_merge(&to->pre, &from->pre);
    }
    if ((int64_t)p->total.n > p->pair_limit) {
        hune_fail(err, HUNE_ELIMIT,
                  "more than %lld drug-outcome pairs: their profiles would pass the memory given",
                  (long long)p->pair_limit);
        hune_hint(err, "give more with --memory, screen --drugs ATC4, or list fewer --outcomes");
        return HUNE_ELIMIT;
    }
    return HUNE_OK;
}

static int by_place(const void *a, const void *b, void *arg) {
    (void)arg;
    const hu_pair *x = a, *y = b;
    if (x->outcome != y->outcome) return x->outcome < y->outcome ? -1 : 1;
    return x->drug < y->drug ? -1 : x->drug > y->drug;
}

hune_status hu_screen_pairs(hu_screen *s, hune_err *err) {
    pass p = {.screen = s};
    p.pair_limit =
        hu_memory_bytes(s->ctx) / (int64_t)(3 * sizeof(hu_pair)); /* total, parts, growth */
    const hu_fold fold = {begin, person, merge, release, &p, HU_KINDS, "adding up profiles"};
    hune_status status = hu_store_fold(s->store, &fold, s->ctx, err);
    if (!status)
        status = hu_sort(p.total.pair, p.total.n, sizeof *p.total.pair, by_place, NULL, err);
    if (status) {
        free_table(&p.total);
        return status;
    }
    s->pairs = p.total.pair;
    s->n_pairs = (int64_t)p.total.n;
    free(p.total.slot);
    return HUNE_OK;
}
