/* The oracle of the simulator: against a sum day by day, and of cases against that of everybody. */
#include "test.h"
#include "../accept.h"

static hune_simulate_options options(void) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.seed = 31;
    o.rate_scale = 20;
    o.population = HUNE_POPULATION_ELDERLY;
    return o;
}

/* --- the slow twin ---------------------------------------------------------------------------- */

/* Step of a question on a day and its own factor, from the profile. */
static int step_on(const hu_world *w, const hu_life *l, const hu_question *q, int32_t day,
                   double *own) {
    *own = 1;
    if (q->joint >= 0) {
        const int k = hu_joint_step(w, l, &w->joint[q->joint], day);
        if (k >= 0) *own = w->joint[q->joint].value[k];
        return k;
    }
    if (q->effect < 0) {
        for (int i = l->first_era[q->drug]; i < l->first_era[q->drug + 1]; i++)
            if (day >= l->era[i].start && day < l->era[i].end) return 0;
        return -1;
    }
    const hu_effect *e = &w->effect[q->effect];
    const int k = hu_effect_step(l, e, day);
    /* a last step of 1 that outlasts the exposure asks nothing */
    if (k >= 0 && k < e->n_steps && e->value[k] == 1 && isinf(e->to[k]) &&
        (e->axis == HU_DISP_DAY || e->axis == HU_DOSE_DAY || e->axis == HU_STOP_DAY))
        return -1;
    *own = hu_effect_at(w, l, e, day);
    return k;
}

static void by_days(const hu_world *w, hu_life *l, double *sum) {
    for (int i = 0; i < w->n_questions; i++) {
        const hu_question *q = &w->question[i];
        const hu_outcome *o = &w->outcome[q->outcome];
        int32_t free_from = l->entry; /* of the event before */
        size_t v = 0;
        for (int32_t day = l->entry; day < l->exit; day++) {
            for (; v < l->n_events && l->event[v].day < day; v++)
                if (l->event[v].outcome == q->outcome)
                    free_from = o->recurrent ? l->event[v].day + 30 : HU_NEVER;
            double own;
            if (day < free_from) continue;
            const int k = step_on(w, l, q, day, &own);
            if (k < 0) continue;
            sum[q->first + k] +=
                accept_hazard(w, l, q->outcome, day) * hu_trap_at(w, l, q->outcome, day) / own;
        }
    }
}

/* What looking at some days only adds to the variance of the events, on average over the steps of
 * all questions with an expected event or more: nothing worth telling; a few hundredths where
 * hidden states of some weeks multiply hazards by up to 100. */
static void days_tell(const char *bias, double most) {
    hune_simulate_options o = options();
    hune_err err;
    accept_run r = {.lives = test_sanitized ? 20 : 600, .see = by_days, .n_sums = 2000};
    o.bias = bias;
    CHECK_OK(accept_live(&r, &o, 2, &err), &err);
    REQUIRE(r.w.n_asked <= r.n_sums);
    int n = 0;
    double added = 0, off = 0, all = 0;
    for (int k = 0; k < r.w.n_asked; k++) {
        const double exact = r.sum[k], one = r.total.oracle_expected[k] - exact;
        CHECK(exact > 0 || r.total.oracle_expected[k] == 0);
        off += one;
        all += exact;
        if (exact < 1) continue;
        n++;
        added += one * one / exact;
    }
    CHECK(test_sanitized || n > 50);
    CHECK(added < most * fmax(n, 1));
    CHECK(fabs(off) < 0.03 * fmax(all, 10));
    accept_clear(&r);
}

TEST(some_days_tell_what_all_days_would) {
    days_tell("none", 0.01);
}

TEST(some_days_tell_what_all_days_would_under_every_trap) {
    days_tell("all", 0.1);
}

/* --- cases -------------------------------------------------------------------------------------
 */

static hune_status cases_block(const hu_world *w, hu_life *l, int64_t persons, hu_tally *t,
                               int64_t *cases, hune_err *err) {
    for (int64_t i = 0; i < persons; i++) {
        bool is;
        double share;
        HUNE_TRY(hu_case(w, i, l, t, &is, &share, err));
        *cases += is;
    }
    return HUNE_OK;
}

/* All events of the chosen outcomes, and expected ones within the error that is told. */
TEST(of_cases_it_finds_what_it_finds_of_everybody) {
    const int64_t persons = test_sanitized ? 300 : 20000;
    hune_simulate_options o = options();
    hune_err err;
    accept_run r = {.lives = persons};
    hu_world w;
    hu_life l;
    hu_tally t;
    int64_t cases = 0;
    CHECK_OK(accept_live(&r, &o, 2, &err), &err);
    o.mode = HUNE_MODE_CASES;
    o.outcomes = "UGIB,HIP";
    o.persons = persons;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_OK(hu_start_rates(&w, 2, &err), &err);
    CHECK_OK(hu_baseline_rates(&w, 2, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    CHECK_OK(hu_tally_new(&w, &t, &err), &err);
    CHECK_OK(cases_block(&w, &l, persons, &t, &cases, &err), &err);
    REQUIRE(w.n_asked == r.w.n_asked);
    CHECK(cases > 0 && cases < persons / 2);
    int n = 0, wide = 0;
    double z2 = 0;
    for (int i = 0; i < w.n_questions; i++) {
        const hu_question *q = &w.question[i];
        if (!w.outcome[q->outcome].chosen) continue;
        for (int k = q->first; k < q->first + q->n_steps; k++) {
            const double x = r.total.oracle_expected[k], spread = t.oracle_spread[k];
            CHECK_INT(t.oracle_events[k], r.total.oracle_events[k]);
            if (x < 5 || spread <= 0) continue;
            n++;
            z2 += pow(t.oracle_expected[k] - x, 2) / spread;
            wide += spread > x; /* more than the events themselves vary */
        }
    }
    if (!test_sanitized) CHECK(n > 30);
    /* questions of one outcome share lives, so this mean of squares varies more than n would say */
    if (n > 30) CHECK(z2 / n < 2.5 && z2 / n > 0.2);
    CHECK(wide <= n / 20);
    hu_tally_clear(&t);
    hu_life_clear(&l);
    hu_world_close(&w);
    accept_clear(&r);
}
