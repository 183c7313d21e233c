/* cases.c - --mode cases: who can have one of the chosen outcomes?
 *
 * The candidate points of an outcome (events.c) depend on the person alone, not on how high they
 * are drawn. So they are drawn up to a bound that no life passes, before anything else is known of
 * the person; without a point nothing can happen, and the person is passed over. Then the drugs
 * that act on these outcomes are lived, each by its own stream and so the same as later; when no
 * point lies under the hazard that they make, the person is passed over too. Otherwise the whole
 * life is lived, and written when an outcome of the list came true: the same life, the same rows as
 * in a run of everybody. A life that passes the bound is an error, because others like it would
 * have been missed.
 *
 * Cases alone do not tell how many were to be expected. So some lives are lived in any case and
 * shown to the oracle (oracle.c); they are written only when they are cases, like the others.
 */
#include "simulate/sim.h"

hune_status hu_may_be_case(const hu_world *w, hu_life *l, bool *may, hune_err *err) {
    *may = false;
    if (l->entry >= l->exit) return HUNE_OK;
    l->n_candidates = l->n_windows = l->n_pushes = l->n_illnesses = 0;
    if (w->bias) { /* traps are known before drugs are, and their windows are part of the bound */
        hu_conditions(w, l);
        HUNE_TRY(hu_latent_states(w, l, err));
    }
    for (int o = 0; o < w->n_outcomes; o++)
        if (w->outcome[o].chosen) HUNE_TRY(hu_candidates(w, l, o, true, err));
    if (!l->n_candidates) return HUNE_OK;
    if (!w->bias) {
        hu_conditions(w, l);
        HUNE_TRY(hu_latent_states(w, l, err));
    }
    HUNE_TRY(hu_treatments_for_cases(w, l, err));
    for (size_t i = 0; i < l->n_candidates && !*may; i++)
        *may = hu_may_happen(w, l, &l->candidate[i]);
    return HUNE_OK;
}

/* The drugs that act on a chosen outcome, and those on which their starts depend. */
void hu_mark_drugs_of_cases(hu_world *w) {
    for (int o = 0; o < w->n_outcomes; o++) {
        const hu_outcome *x = &w->outcome[o];
        if (!x->chosen) continue;
        for (int e = x->effect_from; e < x->effect_to; e++)
            w->drug[w->effect[e].drug].of_cases = true;
        for (int j = x->joint_from; j < x->joint_to; j++)
            for (int k = 0; k < w->joint[j].n_sets; k++)
                for (int i = 0; i < w->joint[j].set[k].n; i++)
                    w->drug[w->joint[j].set[k].drug[i]].of_cases = true;
    }
    for (int k = w->n_drugs - 1; k >= 0; k--) { /* what raises comes before what is raised */
        const hu_drug *d = &w->drug[w->order[k]];
        for (int r = d->raise_from; d->of_cases && r < d->raise_to; r++)
            for (int i = 0; i < w->raise[r].by.n; i++)
                w->drug[w->raise[r].by.drug[i]].of_cases = true;
    }
    for (int d = 0; d < w->n_drugs; d++) /* a drug may be replaced by one of its class (T15) */
        for (int k = w->drug[d].class_from; k < w->drug[d].class_to; k++)
            if (w->bias & HU_T15 && w->drug[k].of_cases) w->drug[d].of_cases = true;
}

static bool is_case(const hu_world *w, const hu_life *l) {
    for (size_t i = 0; i < l->n_events; i++)
        if (w->outcome[l->event[i].outcome].chosen) return true;
    return false;
}

hune_status hu_case(const hu_world *w, int64_t person, hu_life *l, hu_tally *t, bool *is,
                    double *share, hune_err *err) {
    bool may = true;
    *is = false;
    hu_person(w, person, l);
    const bool sampled = hu_oracle_samples(w, l, share);
    if (!sampled) *share = 0;
    if (!sampled) HUNE_TRY(hu_may_be_case(w, l, &may, err));
    if (!may) return HUNE_OK;
    HUNE_TRY(hu_live_outcomes(w, l, err));
    if (sampled) hu_oracle_expect(w, l, *share, t);
    *is = is_case(w, l);
    if (*is) hu_oracle_count(w, l, t);
    return HUNE_OK;
}
