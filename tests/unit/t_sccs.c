/* The case-series likelihood and its fit, and the way from a table to them. */
#include "base/base.h"
#include "hune/sccs.h"
#include "hune/sccs_table.h"
#include "sccs/sccs.h"
#include "test.h"

/* Twins, each with 100 days off the drug, 50 on it, one event in either stretch. */
#define LOG100 4.605170185988092
#define LOG50 3.912023005428146
static const hune_sccs twins = {2,
                                1,
                                1,
                                0,
                                (const int64_t[]){0, 2, 4},
                                (const double[]){LOG100, LOG50, LOG100, LOG50},
                                (const int32_t[]){1, 1, 1, 1},
                                (const double[]){0, 1, 0, 1},
                                NULL};

static double loglik(const hune_sccs *d, const double *b, double *score, double *info) {
    double *scratch = calloc(hune_sccs_scratch_len(d), sizeof *scratch);
    const double ll = hune_sccs_loglik(d, b, score, info, scratch);
    free(scratch);
    return ll;
}

TEST(sccs_equals_hand_algebra) {
    const double betas[] = {-30, -1, 0, 0.7, 30};
    for (int k = 0; k < 5; k++) {
        double u, i, r = exp(betas[k]), s = 100 + 50 * r, p = 50 * r / s;
        NEAR(loglik(&twins, &betas[k], &u, &i), 2 * log(100 / s * p), 1e-12);
        NEAR(u, 2 - 4 * p, 1e-12);
        NEAR(i, 4 * p * (100 / s), 1e-12);
    }
}

TEST(sccs_survives_a_wild_step) { /* exp(1e4) has no double */
    double u, b = 1e4;
    NEAR(loglik(&twins, &b, &u, NULL), 2 * (log(2) - b), 1e-9);
    NEAR(u, -2, 1e-12);
    b = INFINITY;
    CHECK(isnan(loglik(&twins, &b, NULL, NULL)));
}

TEST(sccs_end_of_follow_up_leaves_the_denominator) { /* [SCCS-1] */
    double u = 9, b = 0.7;
    hune_sccs d = twins;
    d.n = 1;
    d.first = (const int64_t[]){0, 1};
    CHECK(loglik(&d, &b, &u, NULL) == 0 && u == 0);
}

TEST(sccs_names_what_is_wrong) {
    hune_err e;
    hune_sccs d = twins;
    d.events = (const int32_t[]){1, 1, 1, -1};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "row 3 has -1 events");
    d = twins;
    d.offset = (const double[]){0, -INFINITY, 0, 0};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "row 1 has offset -inf");
    d = twins;
    d.x = (const double[]){0, 1, NAN, 1};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "row 2 has nan in column 0");
    d = twins;
    d.first = (const int64_t[]){0, 2, 1};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "person 1 owns rows 2 to 1");
    d = twins;
    d.factors = 1, d.code = (const int32_t[]){-1, 0, -1, -1};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "row 1 is coded column 0 of 1");
    d.p = 2, d.factors = 2, d.code = (const int32_t[]){-1, 1, 1, 1, -1, -1, -1, -1};
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e, "row 1 is coded column 1 twice");
    d.p = -1;
    CHECK_FAILS(hune_sccs_check(&d, &e), HUNE_EDATA, &e,
                "2 persons, -1 columns of which 1 dense, 2 factors");
}

/* --- random data: `dense` numbers and two factors of 3 levels (2 columns) each --- */

#define PERSONS 150
#define MOST_ROWS (PERSONS * 8)

typedef struct sample {
    hune_sccs d;
    int64_t first[PERSONS + 1];
    double offset[MOST_ROWS], x[MOST_ROWS * 2], full[MOST_ROWS * 6];
    int32_t events[MOST_ROWS], code[MOST_ROWS * 2];
} sample;

static void draw(sample *s, uint64_t seed) {
    hu_rng r = hu_rng_at(seed, 1, 1);
    int64_t at = 0;
    for (int i = 0; i < PERSONS; i++) {
        const int64_t rows = 1 + hu_rng_below(&r, 8);
        for (int64_t k = 0; k < rows; k++, at++) {
            s->offset[at] = log(1 + (double)hu_rng_below(&r, 100));
            s->events[at] = hu_rng_unif(&r) < 0.3 ? 1 + (int)hu_rng_below(&r, 2) : 0;
            for (int j = 0; j < 2; j++) {
                s->x[at * 2 + j] = hu_rng_unif(&r) < 0.3 ? 0 : hu_rng_normal(&r);
                s->full[at * 6 + j] = s->x[at * 2 + j];
                const int32_t level = (int32_t)hu_rng_below(&r, 3);
                s->code[at * 2 + j] = level ? 1 + 2 * j + level : -1;
                for (int l = 1; l <= 2; l++) s->full[at * 6 + 1 + 2 * j + l] = level == l;
            }
        }
        s->first[i + 1] = at;
    }
    s->d = (hune_sccs){PERSONS, 6, 2, 2, s->first, s->offset, s->events, s->x, s->code};
}

static sample one, two;

TEST(sccs_score_and_information_are_the_slopes) {
    draw(&one, 31);
    double b[] = {0.3, -0.8, 0.5, -0.2, 1.1, 0.1}, u[6], up[6], down[6], info[36], none[36];
    const double h = 1e-5;
    loglik(&one.d, b, u, info);
    for (int j = 0; j < 6; j++) {
        b[j] += h;
        const double above = loglik(&one.d, b, up, none);
        b[j] -= 2 * h;
        const double below = loglik(&one.d, b, down, none);
        b[j] += h;
        NEAR(u[j], (above - below) / (2 * h), 1e-6);
        for (int k = 0; k < 6; k++) {
            NEAR(info[j * 6 + k], -(up[k] - down[k]) / (2 * h), 1e-5);
            NEAR(info[j * 6 + k], info[k * 6 + j], 1e-9);
        }
    }
}

TEST(sccs_codes_equal_dense_columns) {
    draw(&one, 32);
    hune_sccs dense = one.d;
    dense.dense = 6, dense.factors = 0, dense.x = one.full, dense.code = NULL;
    const double b[] = {0.3, -0.8, 0.5, -0.2, 1.1, 0.1};
    double u[6], v[6], info[36], other[36];
    NEAR(loglik(&one.d, b, u, info), loglik(&dense, b, v, other), 1e-9);
    for (int j = 0; j < 6; j++) NEAR(u[j], v[j], 1e-9);
    for (int j = 0; j < 36; j++) NEAR(info[j], other[j], 1e-9);
}

typedef struct fitted {
    double b[6], se[6], cov[36];
    int flag[6];
    hune_sccs_fit fit;
} fitted;

static fitted maximize(const hune_sccs *d) {
    fitted f;
    hune_err e;
    CHECK_OK(hune_sccs_maximize(d, NULL, f.b, f.se, f.cov, f.flag, &f.fit, &e), &e);
    return f;
}

TEST(sccs_maximum_has_no_slope) {
    draw(&one, 33);
    const fitted f = maximize(&one.d);
    double u[6], info[36];
    CHECK_INT(f.fit.end, HUNE_FIT_OK);
    NEAR(loglik(&one.d, f.b, u, info), f.fit.ll, 1e-9);
    for (int j = 0; j < 6; j++) {
        NEAR(u[j], 0, 1e-7);
        NEAR(f.se[j] * f.se[j], f.cov[j * 7], 1e-12);
        for (int k = 0; k < 6; k++) { /* information times covariance is the identity */
            double s = 0;
            for (int l = 0; l < 6; l++) s += info[j * 6 + l] * f.cov[l * 6 + k];
            NEAR(s, j == k, 1e-6);
        }
    }
    CHECK(f.fit.ll > f.fit.ll_null);
}

/* What must not change: order of persons, days or weeks, a row cut in two, persons without events.
 */
TEST(sccs_invariances) {
    draw(&one, 34);
    const fitted f = maximize(&one.d);
    two = one;
    int64_t at = 0;
    for (int i = 0; i < PERSONS; i++) { /* persons backwards, every row in two halves, in weeks */
        const int from = PERSONS - 1 - i;
        int64_t begin = at;
        for (int64_t r = one.first[from]; r < one.first[from + 1] && at + 2 < MOST_ROWS; r++) {
            const int halves = r % 7 == 0 && one.first[PERSONS] < MOST_ROWS - 200 ? 2 : 1;
            for (int h = 0; h < halves; h++, at++) {
                two.offset[at] = one.offset[r] - log(7) - log(halves);
                two.events[at] = h == 0 ? one.events[r] : 0;
                memcpy(two.x + at * 2, one.x + r * 2, 2 * sizeof *two.x);
                memcpy(two.code + at * 2, one.code + r * 2, 2 * sizeof *two.code);
            }
        }
        two.first[i] = begin, two.first[i + 1] = at;
    }
    two.d = (hune_sccs){PERSONS, 6, 2, 2, two.first, two.offset, two.events, two.x, two.code};
    const fitted g = maximize(&two.d);
    for (int j = 0; j < 6; j++) {
        NEAR(g.b[j], f.b[j], 1e-9);
        NEAR(g.se[j], f.se[j], 1e-9);
    }
    NEAR(g.fit.ll - g.fit.ll_null, f.fit.ll - f.fit.ll_null, 1e-8);
}

TEST(sccs_level_without_events_is_separated) {
    draw(&one, 35);
    for (int64_t r = 0; r < one.first[PERSONS]; r++)
        if (one.code[r * 2] == 3) one.events[r] = 0;
    const fitted f = maximize(&one.d);
    CHECK_INT(f.fit.end, HUNE_FIT_SEPARATED);
    CHECK_INT(f.fit.blame, 3);
    CHECK_INT(f.flag[3], HUNE_COEF_SEPARATED);
    CHECK(isnan(f.b[3]) && isnan(f.se[3]));
    /* The finite part is the limit: the same fit with the coefficient far out. */
    double b[6], u[6];
    memcpy(b, f.b, sizeof b);
    b[3] = -40;
    NEAR(loglik(&one.d, b, u, NULL), f.fit.ll, 1e-9);
    for (int j = 0; j < 6; j++) NEAR(u[j], 0, 1e-7);
}

TEST(sccs_reference_without_events_is_separated) {
    /* Both levels of the first factor run to infinity together: no single column shows it. */
    draw(&one, 36);
    for (int64_t r = 0; r < one.first[PERSONS]; r++)
        if (one.code[r * 2] == -1) one.events[r] = 0;
    const fitted f = maximize(&one.d);
    CHECK_INT(f.fit.end, HUNE_FIT_SEPARATED);
    CHECK_INT(f.flag[2], HUNE_COEF_SEPARATED);
    CHECK_INT(f.flag[3], HUNE_COEF_SEPARATED);
    for (int j = 0; j < 6; j++)
        if (j != 2 && j != 3) CHECK(f.flag[j] == 0 && isfinite(f.b[j]) && f.se[j] > 0);
    /* Against the model with the other level as reference, rows of the empty level taken out. */
    two = one;
    int64_t at = 0;
    for (int i = 0; i < PERSONS; i++) {
        for (int64_t r = one.first[i]; r < one.first[i + 1]; r++) {
            bool others = false;
            for (int64_t q = one.first[i]; q < one.first[i + 1]; q++)
                others = others || one.code[q * 2] != -1;
            if (one.code[r * 2] == -1 && others) continue;
            two.offset[at] = one.offset[r], two.events[at] = one.events[r];
            memcpy(two.x + at * 2, one.x + r * 2, 2 * sizeof *two.x);
            two.code[at * 2] = one.code[r * 2] == 3 ? 3 : -1;
            two.code[at * 2 + 1] = one.code[r * 2 + 1];
            at++;
        }
        two.first[i + 1] = at;
    }
    two.d = (hune_sccs){PERSONS, 6, 2, 2, two.first, two.offset, two.events, two.x, two.code};
    const fitted g = maximize(&two.d);
    CHECK_INT(g.flag[2], HUNE_COEF_SINGULAR);
    for (int j = 0; j < 6; j++)
        if (j != 2 && j != 3) NEAR(f.b[j], g.b[j], 1e-6);
    NEAR(f.fit.ll, g.fit.ll, 1e-6);
}

TEST(sccs_what_is_not_identified_is_named) {
    draw(&one, 37);
    for (int64_t r = 0; r < one.first[PERSONS]; r++) one.x[r * 2 + 1] = 3 * one.x[r * 2];
    fitted f = maximize(&one.d);
    CHECK_INT(f.fit.end, HUNE_FIT_SINGULAR);
    CHECK_INT(f.fit.blame, 1);
    CHECK(isnan(f.b[1]) && isfinite(f.b[0]));
    for (int i = 0; i < PERSONS; i++) /* constant within a person */
        for (int64_t r = one.first[i]; r < one.first[i + 1]; r++) one.x[r * 2 + 1] = i * 0.1;
    f = maximize(&one.d);
    CHECK_INT(f.fit.blame, 1);
    for (int64_t r = 0; r < one.first[PERSONS]; r++) one.events[r] = 0;
    f = maximize(&one.d);
    CHECK_INT(f.fit.end, HUNE_FIT_NOEVENTS);
    for (int j = 0; j < 6; j++) CHECK(isnan(f.b[j]));
}

TEST(sccs_simulated_truth_is_covered) {
    /* 400 data sets, a risk window of 20 % of a year, rate ratio 2: the interval holds log 2 in 95
     * % of them (binomial sd 1.1 %), and the mean is log 2 within 4 standard errors. */
    hu_rng r = hu_rng_at(38, 1, 1);
    int held = 0;
    const int sets = test_sanitized ? 100 : 400;
    double mean = 0;
    for (int k = 0; k < sets; k++) {
        sample *s = &one;
        for (int i = 0; i < PERSONS; i++) {
            s->first[i + 1] = 2 * (i + 1);
            const double share = 0.1 + 0.2 * hu_rng_unif(&r), w = 2 * share / (1 + share);
            const int in = hu_rng_unif(&r) < w;
            s->offset[2 * i] = log(1 - share), s->offset[2 * i + 1] = log(share);
            s->events[2 * i] = !in, s->events[2 * i + 1] = in;
            s->x[2 * i] = 0, s->x[2 * i + 1] = 1;
        }
        s->d = (hune_sccs){PERSONS, 1, 1, 0, s->first, s->offset, s->events, s->x, NULL};
        const fitted f = maximize(&s->d);
        held += fabs(f.b[0] - log(2)) < 1.96 * f.se[0];
        mean += f.b[0] / sets;
    }
    NEAR((double)held / sets, 0.95, test_sanitized ? 0.08 : 0.04);
    NEAR(mean, log(2), 4 * 0.19 / sqrt(sets));
}

TEST(sccs_options_are_obeyed) {
    draw(&one, 39);
    double b[6], se[6];
    int flag[6];
    hune_sccs_fit fit;
    hune_err e;
    hune_sccs_options o;
    hune_sccs_options_init(&o);
    o.max_iter = 1;
    CHECK_OK(hune_sccs_maximize(&one.d, &o, b, se, NULL, flag, &fit, &e), &e);
    CHECK_INT(fit.end, HUNE_FIT_MAXITER);
    CHECK_INT(fit.iterations, 1);
    hune_sccs_options_init(&o);
    o.tol = 0.5;
    CHECK_OK(hune_sccs_maximize(&one.d, &o, b, se, NULL, flag, &fit, &e), &e);
    const int rough = fit.iterations;
    CHECK_OK(hune_sccs_maximize(&one.d, NULL, b, se, NULL, flag, &fit, &e), &e);
    CHECK(rough < fit.iterations);
}

/* --- from a table --- */

static const char *put(const char *name, const char *content) {
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", test_scratch(), name);
    FILE *f = fopen(path, "w");
    if (!f) abort();
    fputs(content, f);
    fclose(f);
    return path;
}

static hune_status evaluate(const char *expression, hu_arena *a, hu_table *t, hune_err *err) {
    const char *path = put("t.csv", "case,rec,sex,start\n1,1,M,10\n2,2,F,NA\n3,1,F,30\n4,3,M,40\n");
    hune_context ctx;
    hune_context_init(&ctx);
    const hune_status status = hu_table_read(path, &ctx, a, t, err);
    return status ? status : hu_table_eval(expression, a, t, err);
}

/* "case case ..." of the rows left. */
static const char *rows_after(const char *expression) {
    static char text[500];
    hu_arena a = {0};
    hu_table t;
    hune_err e;
    const hune_status status = evaluate(expression, &a, &t, &e);
    size_t n = 0;
    text[0] = 0;
    if (status) snprintf(text, sizeof text, "%s", e.msg);
    for (int64_t r = 0; !status && r < t.n; r++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%g@%lld", r ? " " : "",
                              hu_table_find(&t, "case")->num[r], (long long)t.line[r]);
    hu_arena_clear(&a);
    return text;
}

TEST(data_expressions_choose_rows) {
    CHECK_STR(rows_after("d"), "1@2 2@3 3@4 4@5");
    CHECK_STR(rows_after("d[d$rec == 1, ]"), "1@2 3@4");
    CHECK_STR(rows_after("d[d$rec != 1 & d$sex == \"F\", ]"), "2@3");
    CHECK_STR(rows_after("d[d$rec >= 2 | d$start < 20,]"), "1@2 2@3 4@5");
    CHECK_STR(rows_after("d[!is.na(d$start) & !(d$rec == 3), ]"), "1@2 3@4");
    CHECK_STR(rows_after("d[d$start > 0, ]"), "1@2 3@4 4@5"); /* missing: not chosen */
    CHECK_STR(rows_after("d[d$rec %in% c(2, 3), ]"), "2@3 4@5");
    CHECK_STR(rows_after("d[!duplicated(d$rec), ]"), "1@2 2@3 4@5");
    CHECK_STR(rows_after("d[duplicated(d$sex), ]"), "3@4 4@5");
    CHECK_STR(rows_after("subset(d, sex == 'M' & rec + 1 <= 2)"), "1@2");
    CHECK_STR(rows_after("d[d$rec == 1, ][d$case > 1, ]"), "3@4");
    CHECK_STR(rows_after("transform(d[d$case > 1, ], case = seq_along(case))"), "1@3 2@4 3@5");
    CHECK_STR(rows_after("transform(d, case = start + 2 * case - -1, x = case)"),
              "13@2 nan@3 37@4 49@5");
    CHECK_STR(rows_after("transform(d, case = ifelse(is.na(start), pmin(case, 1), pmax(case, 3)))"),
              "3@2 1@3 3@4 4@5");
}

TEST(data_expressions_name_what_is_wrong) {
    CHECK(strstr(rows_after("d[d$age == 1, ]"), "column 'age' (data expression) not found in"));
    CHECK(strstr(rows_after("d[d$age == 1, ]"), "(have 'case', 'rec', 'sex', 'start')"));
    CHECK_STR(rows_after("d[d$rec == 1]"),
              "data expression 'd[d$rec == 1]': ',' expected at character 13");
    CHECK_STR(rows_after("d[d$rec == , ]"),
              "data expression 'd[d$rec == , ]': a value expected at character 12");
    CHECK_STR(rows_after("merge(d, e)"),
              "data expression 'merge(d, e)': transform or subset expected at character 7");
    CHECK_STR(rows_after("d[sqrt(d$rec) == 1, ]"),
              "data expression 'd[sqrt(d$rec) == 1, ]': an unknown function at character 8");
    CHECK_STR(rows_after("d d"), "data expression 'd d': something left over at character 3");
    CHECK(strstr(rows_after("d[d$rec > 9, ]"), "has no row left after 'd[d$rec > 9, ]'"));
    char deep[400] = "d[";
    memset(deep + 2, '(', 300);
    CHECK(strstr(rows_after(deep), "too deeply nested"));
}

/* Terms as R would print them, variables by label. */
static const char *terms_of(const char *formula) {
    static char text[600];
    hu_arena a = {0};
    hu_formula f;
    hune_err e;
    text[0] = 0;
    if (hu_formula_read(formula, &a, &f, &e)) snprintf(text, sizeof text, "%s", e.msg);
    else
        for (int k = 0; k < f.n_terms; k++) {
            bool first = true;
            for (int v = 0; v < f.n_variables; v++)
                if (f.terms[k] >> v & 1) {
                    strncat(text, !first ? ":" : k ? " " : "", 2);
                    strncat(text, f.variables[v].label, 100);
                    first = false;
                }
        }
    hu_arena_clear(&a);
    return text;
}

TEST(formulas_become_terms) {
    CHECK_STR(terms_of("event ~ mmr"), "mmr");
    CHECK_STR(terms_of("event~factor(sex)*mmr+age"), "factor(sex) mmr age factor(sex):mmr");
    CHECK_STR(terms_of("event ~ a:b + b"), "b a:b");
    CHECK_STR(terms_of("event ~ b + a:b"), "b b:a");
    CHECK_STR(terms_of("event ~ a*b*c"), "a b c a:b a:c b:c a:b:c");
    CHECK_STR(terms_of("event ~ (a + b):c + a"), "a a:c b:c");
    CHECK_STR(terms_of("event ~ x + relevel(age,21)"), "x relevel(age, ref = 21)");
    CHECK_STR(terms_of("event ~ relevel(factor(sex), ref = \"F\") + a + a"),
              "relevel(factor(sex), ref = F) a");
    CHECK_STR(terms_of("event ~ "), "formula 'event ~ ': a variable expected at character 9");
    CHECK_STR(terms_of("event mmr"), "formula 'event mmr': '~' expected at character 7");
    CHECK_STR(terms_of("event ~ a + poly(b)"),
              "formula 'event ~ a + poly(b)': an unknown function before this at character 18");
    CHECK_STR(terms_of("event ~ a) + b"),
              "formula 'event ~ a) + b': something left over at character 10");
}

/* Intervals of one invented child, worked out by hand: observed from day 10 to 50, doses on days 20
 * and 27, windows of days 0-4 and 5-14 after each, age groups from day 30. */
TEST(intervals_by_hand) {
    const char *path =
        put("hand.csv", "case,sta,end,ev,v,v2\n7,10,50,29,20,27\n8,10,12,40,NA,NA\n");
    const char *text =
        "{\"id\":\"hand\",\"formula\":\"event ~ v + age\",\"indiv\":\"case\","
        "\"astart\":\"sta\",\"aend\":\"end\",\"aevent\":\"ev\",\"dataformat\":\"multi\","
        "\"adrug\":[[{\"col\":\"v\"},{\"col\":\"v2\"}]],"
        "\"aedrug\":[[{\"col\":\"v\",\"offset\":14},{\"col\":\"v2\",\"offset\":14}]],"
        "\"expogrp\":[0,5],\"agegrp\":30,\"sameexpopar\":%s}";
    static const int32_t upper[] = {19, 24, 26, 29, 31, 41, 50};
    static const int32_t same[] = {0, 1, 2, 1, 1, 2, 0}, own[] = {0, 1, 2, 3, 3, 4, 0};
    for (int pass = 0; pass < 2; pass++) {
        char spec[1000];
        snprintf(spec, sizeof spec, text, pass ? "false" : "true");
        hu_arena a = {0};
        hu_spec s;
        hu_table t;
        hu_intervals iv;
        hune_err e;
        hune_context ctx;
        hune_context_init(&ctx);
        REQUIRE(CHECK_OK(hu_spec_read(spec, "hand", NULL, &a, &s, &e), &e));
        REQUIRE(CHECK_OK(hu_table_read(path, &ctx, &a, &t, &e), &e));
        REQUIRE(CHECK_OK(hu_cut(&s, &t, &a, &iv, &e), &e));
        CHECK_INT(iv.n, 2);
        CHECK_INT(iv.rows, 8);
        CHECK_INT(iv.events_outside, 1);
        for (int r = 0; r < 7; r++) {
            CHECK_INT(iv.upper[r], upper[r]);
            CHECK_INT(iv.lower[r], r ? upper[r - 1] : 9);
            CHECK_INT(iv.level[r * 3], pass ? own[r] : same[r]);
            CHECK_INT(iv.level[r * 3 + 1], upper[r] > 29 ? 2 : 1);
            CHECK_INT(iv.events[r], upper[r] == 29);
        }
        hu_arena_clear(&a);
    }
}

TEST(a_table_is_fitted) {
    /* Two windows of 10 of 100 days, 6 of 10 events in them: rate ratio (6/10)/(4/90) = 13.5. */
    char csv[1000] = "id;from;to;ev;drug\n";
    for (int i = 0; i < 10; i++) {
        char line[80];
        snprintf(line, sizeof line, "p%d;2010-01-01;2010-04-10;2010-%s;2010-02-01\n", i,
                 i < 6 ? "02-05" : "03-20");
        strcat(csv, line);
    }
    const char *path = put("fit.csv", csv);
    const char *spec =
        "[{\"id\":\"m\",\"formula\":\"event ~ drug\",\"indiv\":\"id\",\"astart\":\"from\","
        "\"aend\":\"to\",\"aevent\":\"ev\",\"adrug\":[[{\"col\":\"drug\",\"offset\":0}]],"
        "\"aedrug\":[[{\"col\":\"drug\",\"offset\":9}]]}]";
    hune_sccs_result *r = NULL;
    hune_err e;
    REQUIRE(CHECK_OK(hune_sccs_table_run(path, spec, "spec", "m", NULL, &r, &e), &e));
    CHECK_INT(r->n, 1);
    CHECK_STR(r->coefficients[0].term, "drug1");
    NEAR(r->coefficients[0].estimate, log(13.5), 1e-9);
    NEAR(r->coefficients[0].std_error, sqrt(1.0 / 6 + 1.0 / 4), 1e-9);
    NEAR(r->loglik_null, 6 * log(0.1) + 4 * log(59.0 / 100), 1e-9);
    char *json = NULL;
    REQUIRE(CHECK_OK(hune_sccs_result_json(r, &json, &e), &e));
    CHECK(strstr(json, "\"model_id\":\"m\"") && strstr(json, "\"flag\":null"));
    free(json);
    hune_sccs_result_free(r);
    hune_sccs_result_free(NULL);
    CHECK_FAILS(hune_sccs_table_run(path, spec, "spec", "x", NULL, &r, &e), HUNE_EARG, &e,
                "'spec' holds no model 'x'");
    CHECK(!r);
}
