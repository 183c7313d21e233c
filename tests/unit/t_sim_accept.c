/* The acceptance tests of the simulator, small (tests/slow/accept.c has the whole). */
#include "test.h"
#include "../accept.h"

static hune_simulate_options options(void) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.seed = 21;
    o.rate_scale = 20;
    return o;
}

static double uniform(const char *truth, int64_t lives, int *n, double *under) {
    enum { MOST = 4000 };
    static double p[MOST];
    hune_simulate_options o = options();
    hune_err err;
    accept_run r = {.lives = lives};
    o.truth = truth;
    CHECK_OK(accept_live(&r, &o, 2, &err), &err);
    *n = accept_p_values(&r, 0.5, 5, p, MOST);
    *under = 0;
    for (int i = 0; i < *n; i++) *under += accept_two_sided(p[i]) < 0.05;
    *under /= *n;
    accept_clear(&r);
    return accept_ks(p, *n);
}

TEST(in_a_null_world_the_oracle_finds_nothing) {
    int n;
    double under;
    const double ks = uniform("none", test_sanitized ? 1500 : 30000, &n, &under);
    CHECK(n > (test_sanitized ? 30 : 200));
    CHECK(ks > 0.001);
    CHECK(under < 0.05 + 3.5 * sqrt(0.05 * 0.95 / n));
}

TEST(in_a_clean_world_the_oracle_finds_what_was_planted) {
    int n;
    double under;
    const double ks = uniform("all", test_sanitized ? 1500 : 30000, &n, &under);
    CHECK(n > (test_sanitized ? 30 : 250));
    CHECK(ks > 0.001);
    CHECK(under < 0.05 + 3.5 * sqrt(0.05 * 0.95 / n));
}

/* An oracle that is told the wrong hazard would see it: here an effect that it does not know. */
TEST(the_oracle_would_see_a_wrong_hazard) {
    if (test_sanitized) SKIP("needs many lives");
    hune_simulate_options o = options();
    hune_err err;
    accept_run r = {.lives = 30000};
    double worst = 1;
    o.population = HUNE_POPULATION_ELDERLY;
    CHECK_OK(accept_live(&r, &o, 2, &err), &err);
    for (int i = 0; i < r.w.n_questions; i++) {
        const hu_question *q = &r.w.question[i];
        if (strcmp(q->id, "S044")) continue; /* aspirin and bleeding, 3.1 */
        const double p =
            accept_poisson(r.total.oracle_events[q->first], r.total.oracle_expected[q->first], 0.5);
        worst = accept_two_sided(p);
    }
    CHECK(worst < 1e-6);
    accept_clear(&r);
}

static const accept_design *design;
static void see(const hu_world *w, hu_life *l, double *sum) {
    accept_naive(w, l, design, sum);
}

/* Two traps, alone and absent; the oracle stays at one. */
TEST(naive_designs_fall_into_traps_and_the_oracle_does_not) {
    if (test_sanitized) SKIP("needs many lives");
    static const int chosen[] = {1, 3}; /* T02 and T04 of the list */
    for (int c = 0; c < 2; c++)
        for (int on = 0; on < 2; on++) {
            hune_simulate_options o = options();
            hune_err err;
            char trap[8];
            double p;
            design = &accept_designs[chosen[c]];
            snprintf(trap, sizeof trap, "T%02d", design->trap);
            o.truth = "none";
            o.bias = on ? trap : "none";
            o.population = HUNE_POPULATION_ELDERLY;
            o.drugs = design->drug;
            o.outcomes = design->outcome;
            o.rate_scale = 1;
            accept_run r = {.lives = 200000, .see = see, .n_sums = ACCEPT_DESIGN_SUMS};
            CHECK_OK(accept_live(&r, &o, 2, &err), &err);
            const double ratio = accept_ratio(design, r.sum, &p);
            if (on) CHECK(ratio > 1.3 && p < 0.001);
            else CHECK(p > 0.001);
            for (int i = 0; i < r.w.n_questions; i++) {
                const hu_question *q = &r.w.question[i];
                const double x = r.total.oracle_expected[q->first];
                CHECK(accept_two_sided(accept_poisson(r.total.oracle_events[q->first], x, 0.5)) >
                      0.001);
            }
            accept_clear(&r);
        }
}
