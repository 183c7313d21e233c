#include "test.h"
#include "simulate/sim.h"

/* A world and what is made in it. open_world leaves start rates and hazards ready. */
static hune_status open_world(hu_world *w, const hune_simulate_options *o, hune_err *err) {
    HUNE_TRY(hu_world_open(w, o, err));
    HUNE_TRY(hu_start_rates(w, 1, err));
    return hu_baseline_rates(w, 1, err);
}

static hune_simulate_options options(void) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.persons = 1000;
    o.seed = 7;
    return o;
}

static hune_status run(const char *name, const hune_simulate_options *o, int threads,
                       char path[1000], hune_simulate_summary *s, hune_err *err) {
    hune_context ctx;
    hune_context_init(&ctx);
    ctx.threads = threads;
    snprintf(path, 1000, "%s/%s", test_scratch(), name);
    return hune_simulate(path, o, &ctx, s, err);
}

/* --- the same answer twice ----------------------------------------------------------------- */

/* Every file of one folder starts like (or equals) its twin in the other. */
static int files_differ(const char *a, const char *b, bool prefix) {
    hu_arena arena = {0};
    char **names, path[1400], *x, *y;
    size_t n, m, k;
    int differ = 0;
    if (hu_list_files(a, &arena, &names, &n, NULL)) return -1;
    for (size_t i = 0; i < n; i++) {
        if (prefix && (strstr(names[i], "pairs") || strstr(names[i], "attributable") ||
                       strstr(names[i], "parameters") || strstr(names[i], "/emergency") ||
                       strstr(names[i], "oracle") || strstr(names[i], "DA_PRA_R")))
            continue;
        x = y = NULL;
        m = k = 0;
        snprintf(path, sizeof path, "%s/%s", a, names[i]);
        bool missing = hu_read_file(path, &x, &m, NULL) != HUNE_OK;
        snprintf(path, sizeof path, "%s/%s", b, names[i]);
        missing |= hu_read_file(path, &y, &k, NULL) != HUNE_OK;
        differ += missing || (prefix ? k < m || memcmp(x, y, m) : k != m || memcmp(x, y, m));
        free(x);
        free(y);
    }
    hu_arena_clear(&arena);
    return n > 20 ? differ : -1;
}

TEST(threads_and_number_of_persons_change_nothing) {
    hune_simulate_options o = options();
    char one[1000], two[1000], seven[1000], more[1000], other[1000];
    hune_err err;
    o.persons = test_sanitized ? 200 : 500;
    o.dirt = "all";
    o.bias = "all";
    o.rate_scale = 20;
    o.population = HUNE_POPULATION_DIABETES;
    CHECK_OK(run("one", &o, 1, one, NULL, &err), &err);
    CHECK_OK(run("two", &o, 2, two, NULL, &err), &err);
    CHECK_OK(run("seven", &o, 7, seven, NULL, &err), &err);
    CHECK_INT(files_differ(one, two, false), 0);
    CHECK_INT(files_differ(one, seven, false), 0);
    o.persons += 200;
    CHECK_OK(run("more", &o, 2, more, NULL, &err), &err);
    CHECK_INT(files_differ(one, more, true), 0); /* the first are the same persons */
    CHECK(files_differ(one, more, false) > 0);
    o.seed = 8;
    CHECK_OK(run("other", &o, 2, other, NULL, &err), &err);
    CHECK(files_differ(one, other, true) != 0);
}

static bool same_drug(const hu_world *v, const hu_life *a, int i, const hu_world *w,
                      const hu_life *b, int k) {
    const int n = a->first_era[i + 1] - a->first_era[i];
    if (strcmp(v->drug[i].atc, w->drug[k].atc) || n != b->first_era[k + 1] - b->first_era[k])
        return false;
    for (int e = 0; e < n; e++) {
        const hu_era *x = &a->era[a->first_era[i] + e], *y = &b->era[b->first_era[k] + e];
        if (x->start != y->start || x->end != y->end ||
            x->fill_to - x->fill_from != y->fill_to - y->fill_from)
            return false;
        for (int f = 0; f < x->fill_to - x->fill_from; f++)
            if (a->fill[x->fill_from + f].day != b->fill[y->fill_from + f].day) return false;
    }
    return true;
}

TEST(a_drug_left_out_changes_no_other) {
    hune_simulate_options o = options();
    hu_world all, some;
    hu_life a, b;
    hune_err err;
    int differ = 0, compared = 0;
    o.truth = "none";
    CHECK_OK(open_world(&all, &o, &err), &err);
    o.drugs = "C,N05";
    CHECK_OK(open_world(&some, &o, &err), &err);
    CHECK_OK(hu_life_new(&all, &a, &err), &err);
    CHECK_OK(hu_life_new(&some, &b, &err), &err);
    CHECK(some.n_drugs > 20 && some.n_drugs < all.n_drugs);
    for (int64_t i = 0; i < 300; i++) {
        CHECK_OK(hu_live(&all, i, &a, &err), &err);
        CHECK_OK(hu_live(&some, i, &b, &err), &err);
        differ += a.n_events != b.n_events || a.exit != b.exit;
        for (int d = 0; d < some.n_drugs; d++, compared++)
            differ += !same_drug(&all, &a, hu_find_drug(&all, some.drug[d].atc), &some, &b, d);
    }
    CHECK_INT(differ, 0);
    CHECK(compared > 5000);
    hu_life_clear(&a);
    hu_life_clear(&b);
    hu_world_close(&all);
    hu_world_close(&some);
}

/* A planted factor of 60 that never comes into force raises every bound, so that more candidates
 * are drawn, and must change no event. */
TEST(events_do_not_depend_on_the_bound) {
    static const char *const text[2] = {"id,kind,drug_a,outcome,axis,profile\n"
                                        "S1,single,A10BA02,HF,era_day,0-99:3;100+:1.5\n",
                                        "id,kind,drug_a,outcome,axis,profile\n"
                                        "S1,single,A10BA02,HF,era_day,0-99:3;100+:1.5\n"
                                        "S2,single,A10BA02,HF,era_day,90000-90001:60\n"};
    hune_simulate_options o = options();
    hu_world w[2];
    hu_life l[2];
    hune_err err;
    char path[2][400];
    int64_t events = 0, differ = 0, candidates[2] = {0};
    o.population = HUNE_POPULATION_DIABETES;
    o.drugs = "A10";
    o.outcomes = "HF";
    o.rate_scale = 1.5;
    for (int k = 0; k < 2; k++) {
        snprintf(path[k], sizeof path[k], "%s/t%d.csv", test_scratch(), k);
        CHECK_OK(hu_write_file(path[k], text[k], strlen(text[k]), &err), &err);
        o.truth = path[k];
        CHECK_OK(open_world(&w[k], &o, &err), &err);
        CHECK_OK(hu_life_new(&w[k], &l[k], &err), &err);
    }
    NEAR(w[0].outcome[0].bound, 3, 1e-12);
    NEAR(w[1].outcome[0].bound, 180, 1e-12);
    for (int64_t i = 0; i < 3000; i++) {
        for (int k = 0; k < 2; k++) {
            CHECK_OK(hu_live(&w[k], i, &l[k], &err), &err);
            candidates[k] += (int64_t)l[k].n_candidates;
        }
        events += (int64_t)l[0].n_events;
        differ += l[0].n_events != l[1].n_events;
        for (size_t e = 0; e < l[0].n_events && e < l[1].n_events; e++)
            differ += l[0].event[e].day != l[1].event[e].day;
    }
    CHECK(events > 100);
    CHECK_INT(differ, 0);
    CHECK(candidates[1] > 5 * candidates[0]);
    for (int k = 0; k < 2; k++) hu_life_clear(&l[k]), hu_world_close(&w[k]);
}

/* --- marginals ------------------------------------------------------------------------------ */

/* Users in 2011 among persons observed the whole year, by sex and band, against the table. */
TEST(users_by_sex_and_age_are_the_tables) {
    static const char *const drugs[] = {"C09AA05", "N05CF02", "J01CA04", "N02BE01",
                                        "J07BB02", "H03AA01", "N06AB10", "C10AA05"};
    enum { DRUGS = sizeof drugs / sizeof *drugs };
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    const int64_t persons = test_sanitized ? 1500 : 12000;
    const int32_t from = hu_day(2011, 1, 1), to = hu_day(2012, 1, 1);
    int64_t users[DRUGS][2][HU_BANDS] = {0}, total[2][HU_BANDS] = {0};
    int cells = 0;
    o.drugs = "C,N,J,H";
    o.outcomes = "APPEND";
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < persons; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        if (l.entry > from || l.exit < to) continue;
        const int band = hu_band(l.birth, from);
        total[l.sex][band]++;
        for (int k = 0; k < DRUGS; k++) {
            const int d = hu_find_drug(&w, drugs[k]);
            bool used = false;
            for (int e = l.first_era[d]; e < l.first_era[d + 1]; e++)
                used |= l.era[e].start < to && l.era[e].end > from;
            users[k][l.sex][band] += used;
        }
    }
    for (int k = 0; k < DRUGS; k++)
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) {
                const double share = w.drug[hu_find_drug(&w, drugs[k])].share[s][b],
                             n = (double)total[s][b], got = (double)users[k][s][b];
                if (n * share < 20) continue;
                /* 5 % of the share, or four standard errors */
                NEAR(got / n, share, fmax(0.05 * share, 4 * sqrt(share * (1 - share) / n)));
                cells++;
            }
    CHECK(cells > (test_sanitized ? 15 : 45));
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* First events against rate x scale of the table, over the person-time at risk by sex and band. */
TEST(outcome_rates_are_the_tables_times_the_scale) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    enum { OUTCOMES = 42 };
    const int64_t persons = test_sanitized ? 800 : 8000;
    double expected[OUTCOMES] = {0}, seen[OUTCOMES] = {0};
    o.population = HUNE_POPULATION_ELDERLY;
    o.rate_scale = 20;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    REQUIRE(w.n_outcomes == OUTCOMES);
    for (int64_t i = 0; i < persons; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        for (int k = 0; k < OUTCOMES; k++) {
            int32_t end = l.exit;
            for (size_t e = 0; e < l.n_events && !w.outcome[k].recurrent; e++)
                if (l.event[e].outcome == k) end = l.event[e].day; /* no longer at risk */
            for (int32_t t = l.entry; t < end;) {
                const int band = hu_band(l.birth, t);
                int32_t next = hu_band_start(l.birth, band + 1);
                if (next > end) next = end;
                expected[k] +=
                    (next - t) / HU_YEAR * w.outcome[k].rate_py[l.sex][band] * w.outcome[k].scale;
                t = next;
            }
        }
        for (size_t e = 0; e < l.n_events; e++) seen[l.event[e].outcome]++;
    }
    for (int k = 0; k < OUTCOMES; k++) {
        if (expected[k] < 25) continue;
        /* 5 % or 3.5 standard errors, plus what frailty makes events of one person cluster */
        const double tol = fmax(0.05 * expected[k], 3.5 * sqrt(1.3 * expected[k]));
        NEAR(seen[k], expected[k], tol);
    }
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* --- the oracle: events against the sum of the baseline, day by day --------------------------- */

typedef struct oracle {
    double events, expected;
} oracle;

/* One outcome, one drug: every truly exposed day with x in [low, high) of its axis adds its
 * baseline hazard. Slow and obvious, and shares nothing with the thinning. */
static oracle ask(const char *drug, const char *outcome, hune_population population,
                  int64_t persons, double low, double high, bool first_ever, double scale) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    oracle sum = {0, 0};
    o.drugs = drug;
    o.outcomes = outcome;
    o.population = population;
    o.rate_scale = scale;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    const hu_outcome *x = &w.outcome[0];
    for (int64_t i = 0; i < persons; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        const double f = pow(l.frailty, x->frailty);
        int32_t last = l.n_events ? l.event[0].day : l.exit;
        for (size_t e = 0; e < l.n_eras; e++)
            for (int32_t t = l.era[e].start; t < l.era[e].end; t++) {
                if (t < l.entry || t >= l.exit || t > last) continue;
                const double day = t - (first_ever ? l.era[0].start : l.era[e].start);
                if (day < low || day >= high) continue;
                sum.expected += x->hazard[l.sex][hu_band(l.birth, t)] * f *
                                hu_season(x->season_amp, x->season_peak, t);
                sum.events += t == last && l.n_events;
            }
    }
    hu_life_clear(&l);
    hu_world_close(&w);
    return sum;
}

static void recovers(oracle x, double planted) {
    CHECK(x.events > 20);
    NEAR(x.events / x.expected, planted, 3 * planted / sqrt(x.events));
}

TEST(the_oracle_finds_what_was_planted) {
    if (test_sanitized) SKIP("slow under the sanitizers; the same code runs in the plain build");
    recovers(ask("A10BG02", "HF", HUNE_POPULATION_DIABETES, 400000, 0, 1e9, false, 1.5), 1.76);
    recovers(ask("N05CF02", "HIP", HUNE_POPULATION_ELDERLY, 400000, 0, 14, false, 2), 2.39);
    recovers(ask("N05CF02", "HIP", HUNE_POPULATION_ELDERLY, 100000, 14, 1e9, false, 2), 1.80);
    recovers(ask("B01AC06", "UGIB", HUNE_POPULATION_ELDERLY, 100000, 0, 1e9, false, 2), 3.1);
    recovers(ask("C03DA01", "HYPERK", HUNE_POPULATION_ELDERLY, 100000, 0, 1e9, false, 20), 5.0);
    recovers(ask("C03BA11", "HYPONA", HUNE_POPULATION_ELDERLY, 100000, 91, 1e9, true, 8), 2.9);
    recovers(ask("C03BA11", "HYPONA", HUNE_POPULATION_ELDERLY, 400000, 0, 7, true, 8), 48);
}

TEST(a_null_pair_has_ratio_one) {
    const oracle x = ask("C10AA05", "CARPAL", HUNE_POPULATION_ELDERLY, 100000, 0, 1e9, false, 3);
    recovers(x, 1);
}

/* The mean factor of pairs.csv, found by steps, against the same sum made day by day. */
TEST(planted_irr_is_the_mean_over_exposed_days) {
    static const char *const drugs[] = {"A10BG03", "H02AB06", "C03BA11", "G03HA01", "C09CA08"};
    static const char *const outcomes[] = {"BLADCA", "SEPS", "HYPONA", "MENING", "MALABS"};
    for (int k = 0; k < 5; k++) {
        hune_simulate_options o = options();
        hu_world w;
        hu_life l;
        hu_tally t;
        hune_err err;
        double weight = 0, weighted = 0;
        o.drugs = drugs[k];
        o.outcomes = outcomes[k];
        o.population = k == 0 ? HUNE_POPULATION_DIABETES : HUNE_POPULATION_ALL;
        CHECK_OK(open_world(&w, &o, &err), &err);
        CHECK_OK(hu_life_new(&w, &l, &err), &err);
        CHECK_OK(hu_tally_new(&w, &t, &err), &err);
        for (int64_t i = 0; i < 1500; i++) {
            CHECK_OK(hu_live(&w, i, &l, &err), &err);
            hu_tally_life(&w, &l, &t);
            for (size_t e = 0; e < l.n_eras; e++)
                for (int32_t d = l.era[e].start; d < l.era[e].end; d++) {
                    if (d < l.entry || d >= l.exit) continue;
                    const double h = w.outcome[0].hazard[l.sex][hu_band(l.birth, d)] *
                                     pow(l.frailty, w.outcome[0].frailty);
                    weight += h;
                    weighted += h * hu_multiplier_at(&w, &l, 0, d);
                }
        }
        CHECK(weight > 0);
        NEAR_REL(t.weight[0], weight, 1e-9);
        NEAR_REL(t.weighted[0], weighted, 1e-9);
        hu_tally_clear(&t);
        hu_life_clear(&l);
        hu_world_close(&w);
    }
}

/* --- traps ---------------------------------------------------------------------------------- */

/* Share of fractures with a paracetamol start in the 20 days after. */
static double boxes_after_fracture(const char *bias) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    double n = 0, with = 0;
    o.bias = bias;
    o.population = HUNE_POPULATION_ELDERLY;
    o.drugs = "N02BE01";
    o.outcomes = "HIP,FRAC";
    o.rate_scale = 2;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < 3000; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        for (size_t e = 0; e < l.n_events; e++) {
            if (l.exit < l.event[e].day + 30) continue;
            bool found = false;
            for (size_t f = 0; f < l.n_fills; f++)
                found |= l.fill[f].day > l.event[e].day && l.fill[f].day <= l.event[e].day + 21;
            n++;
            with += found;
        }
    }
    hu_life_clear(&l);
    hu_world_close(&w);
    CHECK(n > 100);
    return with / n;
}

TEST(trap_t08_brings_paracetamol_after_fractures) {
    CHECK(boxes_after_fracture("none") < 0.35);
    CHECK(boxes_after_fracture("T08") > 0.75);
}

/* Eras of the drugs that begin in [a0, a1) days after an event of the outcome, per era that begins
 * in [b0, b1): one when drug and outcome know nothing of each other. */
static double starts_around(const char *bias, const char *drugs, const char *outcome,
                            const int32_t a[2], const int32_t b[2], double *se) {
    hune_simulate_options o = options();
    hu_world w;
    hu_life l;
    hune_err err;
    double in_a = 0, in_b = 0;
    o.bias = bias;
    o.truth = "none";
    o.population = HUNE_POPULATION_ELDERLY;
    o.drugs = drugs;
    o.outcomes = outcome;
    o.rate_scale = !strcmp(outcome, "UGIB") ? 4 : 1;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < 300000; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        for (size_t v = 0; v < l.n_events; v++) {
            const int32_t day = l.event[v].day;
            if (l.entry > day - 420 || l.exit < day + 365) continue; /* seen all around */
            for (size_t e = 0; e < l.n_eras; e++) {
                const int32_t t = l.era[e].start - day;
                if (l.era[e].end <= l.era[e].start) continue; /* a trap took it away */
                in_a += t >= a[0] && t < a[1];
                in_b += t >= b[0] && t < b[1];
            }
        }
    }
    hu_life_clear(&l);
    hu_world_close(&w);
    CHECK(in_b > 20);
    *se = sqrt(1 / fmax(in_a, 1) + 1 / in_b); /* of the log, Poisson */
    return in_a / (a[1] - a[0]) / (in_b / (b[1] - b[0]));
}

/* Each trap is seen where it acts, and nothing is seen there without it. */
TEST(traps_show_where_they_act_and_nowhere_else) {
    if (test_sanitized) SKIP("slow under the sanitizers; the same code runs in the plain build");
    const int32_t before[2] = {-30, 0}, long_before[2] = {-330, -60}, after[2] = {1, 365};
    const int32_t year_before[2] = {-365, 0}, fortnight[2] = {-14, 1};
    const int32_t same_season[2] = {-410, -320}; /* both have a winter */
    const char *const nsaids = "M01AB,M01AC,M01AE";
    double se;
#define NOTHING(drug, outcome, x, y)                                                               \
    do {                                                                                           \
        const double r_ = starts_around("none", drug, outcome, x, y, &se);                         \
        NEAR(log(r_), 0, 3 * se);                                                                  \
        CHECK(se < 0.5);                                                                           \
    } while (0)
    NOTHING("A02BC", "UGIB", before, long_before);
    CHECK(starts_around("T02", "A02BC", "UGIB", before, long_before, &se) > 1.5);
    NOTHING("B03AA07", "UGIB", before, long_before);
    CHECK(starts_around("T03", "B03AA07", "UGIB", before, long_before, &se) > 3);
    NOTHING("J01CA04", "PNEU", fortnight, same_season);
    CHECK(starts_around("T04", "J01CA04", "PNEU", fortnight, same_season, &se) > 2.5);
    NOTHING(nsaids, "UGIB", after, year_before);
    NEAR(starts_around("T15", nsaids, "UGIB", after, year_before, &se), 0.2, 0.08);
#undef NOTHING
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Net quantity by person, day and pack is never negative, and is what clean tables hold. */
TEST(refunds_net_to_zero) {
    hune_simulate_options o = options();
    hune_simulate_summary clean = {0}, dirty = {0};
    char path[1000];
    hune_err err;
    o.persons = 400;
    o.drugs = "C,A";
    CHECK_OK(run("clean", &o, 2, path, &clean, &err), &err);
    o.dirt = "cancel";
    CHECK_OK(run("dirty", &o, 2, path, &dirty, &err), &err);
    hu_arena arena = {0};
    char **names, file[1400], *text;
    size_t n, len;
    int64_t plus = 0, minus = 0, boxes = 0;
    CHECK_OK(hu_list_files(path, &arena, &names, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        if (!strstr(names[i], "ER_PHA_F")) continue;
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        CHECK_OK(hu_read_file(file, &text, &len, &err), &err);
        for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
            int column = 0;
            const char *p = line;
            for (; column < 12; p++) column += *p == ';';
            *(*p == '-' ? &minus : &plus) += 1;
            boxes += *p == '-' ? -(p[1] - '0') : *p - '0';
        }
        free(text);
    }
    hu_arena_clear(&arena);
    CHECK_INT(plus + minus, dirty.drug_lines);
    NEAR((double)minus / (double)clean.drug_lines, 0.006, 0.0015);
    /* half of the cancelled lines are sold again */
    NEAR((double)(plus - clean.drug_lines) / (double)minus, 0.5, 0.12);
    CHECK(boxes > 0 && boxes < 2 * clean.drug_lines);
}

/* Rosiglitazone left in November 2010: nobody is exposed for longer than the last box lasts. */
TEST(nobody_takes_what_is_no_longer_sold) {
    hune_simulate_options o = options();
    char path[1000], file[1100], *text;
    hune_err err;
    size_t len;
    int eras = 0, late = 0;
    o.persons = 3000;
    o.population = HUNE_POPULATION_DIABETES;
    o.drugs = "A10BG02";
    o.write_exposure = true;
    CHECK_OK(run("market", &o, 2, path, NULL, &err), &err);
    snprintf(file, sizeof file, "%s/sim_truth/exposure_true.csv", path);
    CHECK_OK(hu_read_file(file, &text, &len, &err), &err);
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        char start[11] = "", end[11] = "";
        const char *p = strchr(strchr(line, ',') + 1, ',') + 1;
        memcpy(start, p, 10);
        memcpy(end, p + 11, 10);
        eras++;
        late += strcmp(start, "2010-12-01") >= 0 || strcmp(end, "2011-03-15") > 0;
    }
    free(text);
    CHECK(eras > 100);
    CHECK_INT(late, 0);
}

/* --- what bad input gets --------------------------------------------------------------------- */

static void refuses(const hune_simulate_options *o, hune_status code, const char *message) {
    char path[1000];
    hune_err err = {0};
    CHECK_FAILS(run("bad", o, 1, path, NULL, &err), code, &err, message);
    CHECK(!hu_is_dir(path));
}

TEST(names_that_nobody_knows_are_refused) {
    hune_simulate_options o = options();
    o.bias = "T02,T99";
    refuses(&o, HUNE_EARG, "unknown trap 'T99'");
    o.bias = "T02,T17";
    refuses(&o, HUNE_EARG, "unknown trap 'T17'");
    o = options();
    o.mode = HUNE_MODE_CASES;
    refuses(&o, HUNE_EARG, "mode cases needs a list of outcomes");
    o = options();
    o.dirt = "mud";
    refuses(&o, HUNE_EARG, "unknown dirt 'mud'");
    o = options();
    o.drugs = "A10,X99";
    refuses(&o, HUNE_EARG, "nothing in the table of drugs matches 'X99'");
    o = options();
    o.outcomes = "HIP,HOP";
    refuses(&o, HUNE_EARG, "nothing in the table of outcomes matches 'HOP'");
    o = options();
    o.from = "2012-01-01";
    o.to = "2011-01-01";
    refuses(&o, HUNE_EARG, "the window ends (2011-01-01) before it begins (2012-01-01)");
    o = options();
    o.from = "2012-13-01";
    refuses(&o, HUNE_EARG, "'2012-13-01' is not a day (want YYYY-MM-DD)");
    o = options();
    o.persons = -3;
    refuses(&o, HUNE_EARG, "persons is -3 (want 1 to 67000000)");
}

TEST(a_scale_that_no_outcome_takes_is_refused) {
    hune_simulate_options o = options();
    o.rate_scale = 50;
    o.outcomes = "HIP,FRAC";
    o.population = HUNE_POPULATION_ELDERLY;
    refuses(&o, HUNE_ELIMIT,
            "rate-scale 50 puts every outcome of this population above 1 % a year");
}

static void refuses_truth(const char *text, hune_status code, const char *message) {
    hune_simulate_options o = options();
    char path[1000], out[1000], wanted[1400];
    hune_err err = {0};
    snprintf(path, sizeof path, "%s/truth.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    o.truth = path;
    snprintf(wanted, sizeof wanted, message, path);
    CHECK_FAILS(run("bad", &o, 1, out, NULL, &err), code, &err, wanted);
    CHECK(!hu_is_dir(out));
}

TEST(a_truth_file_is_read_with_care) {
#define HEAD "id,kind,drug_a,outcome,axis,profile\n"
    refuses_truth("", HUNE_EFORMAT, "'%s' is empty");
    refuses_truth("id,kind\nS1,single\n", HUNE_EFORMAT,
                  "column 'drug_a' not found in '%s' (first column is 'id')");
    refuses_truth(HEAD "S1,single,A10BA02,HF,era_day\n", HUNE_EFORMAT,
                  "'%s', line 2: 5 columns, the header has 6");
    refuses_truth(HEAD "S1,solo,A10BA02,HF,era_day,0+:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'kind': unknown kind 'solo'");
    refuses_truth(HEAD "S1,single,A10BA02,HF,moon_day,0+:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'axis': unknown axis 'moon_day'");
    refuses_truth(HEAD "\nS1,single,A10BA02,HF,era_day,0-30\n", HUNE_EDATA,
                  "'%s', line 3, column 'profile': '0-30' is not a profile");
    refuses_truth(HEAD "S1,single,A10BA02,HF,era_day,30-0:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'profile': '30-0:2' is not a profile");
    refuses_truth(HEAD "S1,single,A10BA02,HF,cum_g,0-3:2\n", HUNE_EDATA,
                  "'%s', line 2: no grams a day are known for 'A10BA02'");
    refuses_truth(HEAD "S1,single,A10BA99,HF,era_day,0+:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'drug_a': unknown drug 'A10BA99'");
    refuses_truth(HEAD "S1,single,A10BA02,HOP,era_day,0+:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'outcome': unknown outcome 'HOP'");
    refuses_truth(HEAD "C1,cascade,A10BA02,HF,first_ever_day,0+:2\n", HUNE_EDATA,
                  "'%s', line 2, column 'outcome': 'HF' is no first dispensing");
    refuses_truth(HEAD "\"S1,single\n", HUNE_EFORMAT, "quote not closed in '%s', line 2");
#undef HEAD
}

TEST(profiles_are_what_they_say) {
    hune_simulate_options o = options();
    hu_world w;
    hune_err err;
    o.drugs = "G03HA01,N05BA12,C03BA11";
    o.outcomes = "MENING,SEIZ,HYPONA";
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    REQUIRE(w.n_effects == 3);
    for (int e = 0; e < w.n_effects; e++) {
        const hu_effect *x = &w.effect[e];
        if (!strcmp(x->id, "S007")) { /* grams, and an effect long after the stop */
            CHECK_INT(x->n_steps, 5);
            NEAR(x->max, 21.7, 1e-12);
            NEAR(x->after_from, 365, 1e-12);
            NEAR(x->after_value, 1.8, 1e-12);
            NEAR(x->to[0], 3, 1e-12);
        } else if (!strcmp(x->id, "S061")) {
            NEAR(x->from[1], 7, 1e-12);
            NEAR(x->to[1], 14, 1e-12); /* days are inclusive */
            NEAR(x->value[4], 2.9, 1e-12);
            CHECK(isinf(x->to[4]));
        } else CHECK(x->axis == HU_STOP_DAY);
    }
    hu_world_close(&w);
}
