/* What joins drugs, conditions and outcomes in a life: conditions, cascades, pairs, traps, cases.
 */
#include "test.h"
#include "simulate/sim.h"

static hune_status open_world(hu_world *w, const hune_simulate_options *o, hune_err *err) {
    HUNE_TRY(hu_world_open(w, o, err));
    HUNE_TRY(hu_start_rates(w, 1, err));
    return hu_baseline_rates(w, 1, err);
}

static hune_simulate_options options(void) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.seed = 7;
    return o;
}

typedef void (*look)(const hu_world *w, const hu_life *l, double sum[8]);

/* Lives n persons and lets `see` add up. */
static void live(const hune_simulate_options *o, int64_t n, look see, double sum[8]) {
    hu_world w;
    hu_life l;
    hune_err err;
    memset(sum, 0, 8 * sizeof *sum);
    CHECK_OK(open_world(&w, o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < n; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        if (l.entry < l.exit) see(&w, &l, sum);
    }
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* --- conditions ------------------------------------------------------------------------------ */

TEST(conditions_have_the_shares_of_their_drugs) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    static double have[HU_CONDITIONS][2][HU_BANDS], persons[2][HU_BANDS];
    int cells = 0;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_OK(hu_condition_curves(&w, &err), &err);
    memcpy(w.smokers, (double[2][2]){{0.3, 0.15}, {0.24, 0.08}}, sizeof w.smokers);
    o.population = HUNE_POPULATION_ALL;
    CHECK_OK(hu_start_rates(&w, 1, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < (test_sanitized ? 4000 : 40000); i++) {
        hu_person(&w, i, &l);
        hu_conditions(&w, &l);
        if (l.entry > w.from || l.exit <= w.from) continue;
        const int b = hu_band(l.birth, w.from);
        persons[l.sex][b]++;
        for (int c = 0; c < HU_CONDITIONS; c++)
            have[c][l.sex][b] += l.state[c].from <= w.from && l.state[c].to > w.from;
    }
    for (int c = 0; c < HU_CONDITIONS; c++)
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) {
                const double want = w.share[c][s][b], n = persons[s][b];
                if (n * want < 30) continue;
                /* what is sped up by another condition is right to a tenth only */
                NEAR(have[c][s][b] / n, want, fmax(0.1 * want, 4 * sqrt(want * (1 - want) / n)));
                cells++;
            }
    CHECK(cells > (test_sanitized ? 30 : 80));
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* Coronary disease begins 1.6 times as often once there is diabetes. */
static void onsets(const hu_world *w, const hu_life *l, double sum[8]) {
    const int32_t d = l->state[HU_C_DIABETES].from, c = l->state[HU_C_CORONARY].from;
    const int32_t from = l->birth + (int32_t)(55 * HU_YEAR), to = from + (int32_t)(10 * HU_YEAR);
    (void)w;
    if (c < from || d > to) { /* free of it at 55; diabetics by then, and the others */
        if (c < from) return;
        sum[0] += c < to;
        sum[1] += ((c < to ? c : to) - from) / HU_YEAR;
    } else if (d < from) {
        sum[2] += c < to;
        sum[3] += ((c < to ? c : to) - from) / HU_YEAR;
    }
}

TEST(diabetes_speeds_up_coronary_disease) {
    if (test_sanitized) SKIP("needs many lives");
    hune_simulate_options o = options();
    double x[8];
    o.drugs = "M05";
    o.outcomes = "APPEND";
    live(&o, 200000, onsets, x);
    CHECK(x[2] > 200);
    /* both are correlated with frailty, so that the ratio is above the planted one */
    const double ratio = x[2] / x[3] / (x[0] / x[1]);
    CHECK(ratio > 1.5 && ratio < 2.3);
}

/* --- cascades: starts of thyroid hormone while on amiodarone ------------------------------------
 */

/* First dispensings ever, over the person-days before them, with and without amiodarone. */
static void cascade(const hu_world *w, const hu_life *l, double sum[8]) {
    const int a = hu_find_drug(w, "C01BD01"), b = hu_find_drug(w, "H03AA01");
    const hu_era *first = l->first_era[b] < l->first_era[b + 1] ? &l->era[l->first_era[b]] : NULL;
    const int32_t end = first ? first->start : l->exit;
    for (int e = l->first_era[b]; e < l->first_era[b + 1]; e++)
        sum[4] += l->era[e].why == HU_WHY_CASCADE;
    for (int e = l->first_era[a]; e < l->first_era[a + 1]; e++)
        sum[5] += l->era[e].end - l->era[e].start;
    if (end < l->entry) return;
    double days = 0, starts = 0;
    for (int e = l->first_era[a]; e < l->first_era[a + 1]; e++) {
        const int32_t from = l->era[e].start > l->entry ? l->era[e].start : l->entry;
        int32_t to = l->era[e].end < l->exit ? l->era[e].end : l->exit;
        if (first && to > end) {
            starts += end >= from && end < to;
            to = end;
        }
        if (to > from) days += to - from;
    }
    sum[0] += starts;
    sum[1] += days;
    sum[2] += first && end < l->exit && starts == 0;
    sum[3] += end - l->entry - days;
}

TEST(a_cascade_starts_the_second_drug) {
    if (test_sanitized) SKIP("needs many lives");
    static const char text[] = "id,kind,drug_a,drug_b,drug_c,outcome,axis,profile\n"
                               "C1,cascade,C01BD01,,,RX:H03AA01,first_ever_day,0+:6\n";
    hune_simulate_options o = options();
    double with[8], without[8];
    char path[400];
    hune_err err;
    snprintf(path, sizeof path, "%s/cascade.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    o.population = HUNE_POPULATION_ELDERLY;
    o.drugs = "C01BD01,H03AA01";
    o.outcomes = "APPEND";
    o.truth = "none";
    const int64_t n = 60000;
    live(&o, n, cascade, without);
    o.truth = path;
    live(&o, n, cascade, with);
    CHECK(without[4] == 0 && with[4] > 5);
    NEAR_REL(with[5], without[5], 1e-12); /* the first drug does not notice */
    CHECK(with[0] > 40);
    const double ratio = with[0] / with[1] / (with[2] / with[3]);
    const double null = without[0] / without[1] / (without[2] / without[3]);
    /* who takes amiodarone sees doctors more often: that remains without the cascade */
    NEAR(ratio / null, 6, 3 * 6 * sqrt(1 / with[0] + 1 / without[0]));
}

/* --- pairs and triples ------------------------------------------------------------------------ */

TEST(a_pair_acts_while_both_are_present) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    o.drugs = "A10BB01,J01EE01";
    o.outcomes = "HYPOG";
    CHECK_OK(open_world(&w, &o, &err), &err);
    REQUIRE(w.n_joints == 1);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    hu_era era[2] = {{.start = 100, .end = 200, .drug = 0}, {.start = 150, .end = 170, .drug = 1}};
    l.era = era;
    l.n_eras = 2;
    l.first_era[0] = 0, l.first_era[1] = 1, l.first_era[2] = 2;
    const hu_joint *j = &w.joint[0];
    NEAR(hu_joint_at(&w, &l, j, 149), 1, 0);
    NEAR(hu_joint_at(&w, &l, j, 150), 6.6, 0);
    NEAR(hu_joint_at(&w, &l, j, 156), 6.6, 0);
    NEAR(hu_joint_at(&w, &l, j, 157), 3, 0);
    NEAR(hu_joint_at(&w, &l, j, 163), 3, 0);
    NEAR(hu_joint_at(&w, &l, j, 164), 1, 0);
    NEAR(hu_joint_at(&w, &l, j, 170), 1, 0);
    CHECK_INT(hu_overlap_since(&w, &l, j, 160), 150);
    NEAR(hu_multiplier_at(&w, &l, 0, 155), 4.0 * 6.6, 1e-12); /* single times pair */
    l.era = NULL;
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(classes_stand_for_their_members) {
    hune_simulate_options o = options();
    hu_world w;
    hune_err err;
    hu_set s;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_OK(hu_class(&w, "M01A", &s, &err), &err);
    CHECK_INT(s.n, 5); /* without the coxib */
    CHECK_OK(hu_class(&w, "B01AA", &s, &err), &err);
    CHECK_INT(s.n, 4); /* both kinds of oral anticoagulants */
    CHECK_OK(hu_class(&w, "C09", &s, &err), &err);
    CHECK_INT(s.n, 5);
    CHECK_INT(w.n_joints, 18 + 1 + 8);
    int triples = 0;
    for (int k = 0; k < w.n_joints; k++) triples += w.joint[k].n_sets == 3;
    CHECK_INT(triples, 1);
    hu_world_close(&w);
}

/* Events of a pair against the baseline summed day by day, in lives that take both drugs often. */
static void joint_days(const hu_world *w, const hu_life *l, double sum[8]) {
    const hu_outcome *o = &w->outcome[0];
    const double f = pow(l->frailty, o->frailty);
    int32_t last = l->n_events ? l->event[0].day : l->exit;
    for (int32_t t = l->entry; t < l->exit && t <= last; t++) {
        if (hu_overlap_since(w, l, &w->joint[0], t) == HU_NEVER) continue;
        sum[1] += o->hazard[l->sex][hu_band(l->birth, t)] * f *
                  hu_season(o->season_amp, o->season_peak, t);
        sum[0] += t == last && l->n_events;
    }
}

TEST(events_under_two_drugs_are_as_planted) {
    if (test_sanitized) SKIP("needs many lives");
    static const char text[] = "id,kind,drug_a,drug_b,drug_c,outcome,axis,profile\n"
                               "S1,single,C09AA05,,,HYPERK,era_day,0+:2\n"
                               "S2,single,C03DA01,,,HYPERK,era_day,0+:3\n"
                               "P1,pair,C09AA05,C03DA01,,HYPERK,overlap_day,0+:2.5\n";
    hune_simulate_options o = options();
    double x[8];
    char path[400];
    hune_err err;
    snprintf(path, sizeof path, "%s/pair.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    o.truth = path;
    o.population = HUNE_POPULATION_ELDERLY;
    o.drugs = "C09AA05,C03DA01";
    o.outcomes = "HYPERK";
    o.rate_scale = 20;
    live(&o, 120000, joint_days, x);
    CHECK(x[0] > 40);
    NEAR(x[0] / x[1], 15, 3 * 15 / sqrt(x[0]));
}

/* --- cases ------------------------------------------------------------------------------------ */

static hune_status run(const char *name, const hune_simulate_options *o, char path[1000],
                       hune_simulate_summary *s, hune_err *err) {
    snprintf(path, 1000, "%s/%s", test_scratch(), name);
    return hune_simulate(path, o, NULL, s, err);
}

/* Does every line of the file `part` stand in the file `whole`, in its order? */
static int lines_missing(const char *part, const char *whole, int *lines) {
    char *a, *b;
    size_t n, m;
    int missing = 0;
    if (hu_read_file(part, &a, &n, NULL)) return 0; /* no row of it */
    if (hu_read_file(whole, &b, &m, NULL)) return 1;
    const char *at = b;
    for (char *line = a, *end; (end = strchr(line, '\n')); line = end + 1, ++*lines) {
        const size_t len = (size_t)(end - line) + 1;
        while (*at && strncmp(at, line, len)) {
            const char *next = strchr(at, '\n');
            at = next ? next + 1 : at + strlen(at);
        }
        missing += !*at;
        if (!*at) break;
    }
    free(a);
    free(b);
    return missing;
}

static void cases_are_rows_of_everybody(const char *bias) {
    hune_simulate_options o = options();
    hune_simulate_summary all = {0}, some = {0};
    char full[1000], cases[1000], x[1400], y[1400], **names;
    hune_err err;
    hu_arena arena = {0};
    size_t n;
    int missing = 0, lines = 0;
    o.persons = test_sanitized ? 400 : 3000;
    o.population = HUNE_POPULATION_ELDERLY;
    o.dirt = "all";
    o.bias = bias;
    CHECK_OK(run("full", &o, full, &all, &err), &err);
    o.mode = HUNE_MODE_CASES;
    o.outcomes = "HIP,UGIB";
    CHECK_OK(run("cases", &o, cases, &some, &err), &err);
    CHECK(some.persons > 5 && some.persons < all.persons / 4);
    CHECK_OK(hu_list_files(cases, &arena, &names, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        if (strstr(names[i], "sim_truth") && !strstr(names[i], "person.csv") &&
            !strstr(names[i], "event_cause.csv"))
            continue;
        snprintf(x, sizeof x, "%s/%s", cases, names[i]);
        snprintf(y, sizeof y, "%s/%s", full, names[i]);
        missing += lines_missing(x, y, &lines);
    }
    CHECK_INT(missing, 0);
    CHECK(lines > 20 * some.persons);
    hu_arena_clear(&arena);
    /* and nobody is missing: as many persons with these outcomes in both */
    char *text;
    size_t len;
    int64_t persons = 0, last = -1;
    snprintf(x, sizeof x, "%s/sim_truth/event_cause.csv", full);
    CHECK_OK(hu_read_file(x, &text, &len, &err), &err);
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        const int64_t person = atoll(line);
        const char *outcome = strchr(line, ',') + 1;
        if (strncmp(outcome, "HIP,", 4) && strncmp(outcome, "UGIB,", 5)) continue;
        persons += person != last;
        last = person;
    }
    free(text);
    CHECK_INT(persons, some.persons);
}

TEST(cases_are_the_same_persons_without_traps) {
    cases_are_rows_of_everybody("none");
}

TEST(cases_are_the_same_persons_with_all_traps) {
    cases_are_rows_of_everybody("all");
}
