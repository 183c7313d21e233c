/* The shared baseline: planted curves come back, weights integrate, errors are named. */
#include "model/baseline.h"
#include "base/base.h"
#include "test.h"

#define SPAN 2191 /* six years: 2009-01-01 .. 2014-12-31 */

typedef struct sample {
    int64_t n;
    int32_t *birth, *start, *end, *event;
} sample;

typedef double (*curve)(double);

static double no_effect(double x) {
    (void)x;
    return 0;
}

static double rising(double age) { /* 8 % a year, and a jump at 65 */
    return 0.08 * (age - 60) + (age >= 65 ? 0.7 : 0);
}

static double winter(double year) {
    return 0.4 * cos(2 * M_PI * year);
}

static void drop(sample *s) {
    free(s->birth);
    *s = (sample){0};
}

static void room_for(sample *s, int64_t n) {
    s->n = n;
    s->birth = calloc((size_t)(4 * n), sizeof *s->birth);
    s->start = s->birth + n, s->end = s->start + n, s->event = s->end + n;
}

/* Persons aged 40 to 80 at the start; half of them leave early. The event day is drawn from the
 * exact daily rates, so that nothing here shares code with what is tested. */
static sample plant(uint64_t seed, int64_t n, curve age, curve calendar) {
    sample s;
    room_for(&s, n);
    double *sum = calloc(SPAN + 1, sizeof *sum);
    const int32_t first = hu_day(2009, 1, 1);
    for (int64_t i = 0; i < n; i++) {
        hu_rng r = hu_rng_at(seed, (uint64_t)i, 7);
        s.birth[i] = first - (int32_t)(365.25 * (40 + 40 * hu_rng_unif(&r)));
        s.start[i] = first + (int32_t)hu_rng_below(&r, 300);
        s.end[i] = hu_rng_unif(&r) < 0.5 ? first + SPAN
                                         : s.start[i] + 400 + (int32_t)hu_rng_below(&r, 1400);
        if (s.end[i] > first + SPAN) s.end[i] = first + SPAN;
        const int32_t days = s.end[i] - s.start[i];
        for (int32_t t = 0; t < days; t++) {
            const double a = (s.start[i] + t - s.birth[i]) / 365.25;
            const double c = (s.start[i] + t - first) / 365.25;
            sum[t + 1] = sum[t] + exp(age(a) + calendar(c));
        }
        const double u = hu_rng_unif(&r) * sum[days];
        int32_t t = 0;
        while (sum[t + 1] <= u) t++;
        s.event[i] = s.start[i] + t;
    }
    free(sum);
    return s;
}

static hune_status fit(const sample *s, const hu_baseline_options *o, hu_baseline *b,
                       hune_err *err) {
    return hu_baseline_fit(s->birth, s->start, s->end, s->event, s->n, o, b, err);
}

static double age_at(const hu_baseline *b, double years) {
    int g = 0;
    while (g < b->n_age - 1 && b->age_cut_days[g + 1] <= years * 365.25) g++;
    return b->log_age[g];
}

static double cal_at(const hu_baseline *b, int32_t day) {
    int k = 0;
    while (k < b->n_cal - 1 && b->cal_cut_day[k + 1] <= day) k++;
    return b->log_cal[k];
}

/* The integral day by day. */
static double slow_weight(const hu_baseline *b, int32_t birth, int32_t from, int32_t to) {
    double sum = 0;
    for (int32_t t = from; t < to; t++) {
        int g = 0;
        while (g < b->n_age - 1 && b->age_cut_days[g + 1] <= t - birth) g++;
        sum += exp(b->log_age[g] + cal_at(b, t));
    }
    return sum;
}

TEST(baseline_brings_planted_curves_back) {
    sample s = plant(21, test_sanitized ? 4000 : 20000, rising, winter);
    /* About three standard errors of a slope over 10 to 15 years of age. */
    const double tol = test_sanitized ? 0.9 : 0.4;
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &b, &e), &e));
    CHECK_INT(b.end, HUNE_FIT_OK);
    NEAR(age_at(&b, 60.5) - age_at(&b, 45.5), rising(60.5) - rising(45.5), tol);
    NEAR(age_at(&b, 78.5) - age_at(&b, 68.5), rising(78.5) - rising(68.5), tol);
    NEAR(age_at(&b, 67.5) - age_at(&b, 62.5), rising(67.5) - rising(62.5), tol); /* the jump */
    for (int year = 2010; year < 2014; year++)
        NEAR(cal_at(&b, hu_day(year, 2, 1)) - cal_at(&b, hu_day(year, 5, 1)), 0.4 * 2 * 2 / M_PI,
             tol); /* means over quarters: 0.4 * +-2/pi */
    hu_baseline_clear(&b);
    hu_baseline_clear(&b);
    drop(&s);
}

TEST(baseline_likelihood_is_that_of_the_days) {
    sample s = plant(22, 800, rising, winter);
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &b, &e), &e));
    double ll = 0, null = 0;
    for (int64_t i = 0; i < s.n; i++) {
        ll += log(slow_weight(&b, s.birth[i], s.event[i], s.event[i] + 1) /
                  slow_weight(&b, s.birth[i], s.start[i], s.end[i]));
        null -= log(s.end[i] - s.start[i]);
    }
    NEAR(b.ll, ll, 1e-7);
    NEAR(b.ll_null, null, 1e-7);
    CHECK(b.ll > b.ll_null + 10);
    hu_baseline_clear(&b);
    drop(&s);
}

TEST(baseline_weights_integrate) {
    sample s = plant(23, 1500, rising, winter);
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &b, &e), &e));
    hu_rng r = hu_rng_at(1, 1, 1);
    for (int i = 0; i < 300; i++) {
        const int32_t birth = hu_day(1915, 1, 1) + (int32_t)hu_rng_below(&r, 365 * 80);
        const int32_t from = hu_day(2007, 6, 1) + (int32_t)hu_rng_below(&r, 3000);
        const int32_t mid = from + (int32_t)hu_rng_below(&r, 500), to = mid + 700;
        const double w = hu_baseline_weight(&b, birth, from, to);
        NEAR_REL(w, slow_weight(&b, birth, from, to), 1e-11);
        NEAR_REL(hu_baseline_weight(&b, birth, from, mid) + hu_baseline_weight(&b, birth, mid, to),
                 w, 1e-11);
    }
    CHECK(hu_baseline_weight(&b, 0, 100, 100) == 0);
    CHECK(hu_baseline_weight(&b, 0, 100, 50) == 0);
    hu_baseline_clear(&b);
    drop(&s);
}

TEST(baseline_without_effects_is_flat) {
    sample s = plant(24, test_sanitized ? 3000 : 10000, no_effect, no_effect);
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &b, &e), &e));
    NEAR(age_at(&b, 75.5) - age_at(&b, 45.5), 0, test_sanitized ? 1.2 : 0.6);
    for (int k = 0; k < b.n_cal; k++) NEAR(b.log_cal[k], 0, test_sanitized ? 0.3 : 0.15);
    CHECK(b.ll - b.ll_null < 60); /* at most half the 69 parameters, expected, sd 6 */
    hu_baseline_clear(&b);
    drop(&s);
}

TEST(baseline_has_no_calendar_trend) {
    sample s = plant(25, 5000, rising, winter);
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &b, &e), &e));
    double xy = 0, xx = 0, middle = 0.5 * (b.cal_cut_day[0] + b.cal_cut_day[b.n_cal]);
    for (int k = 0; k < b.n_cal; k++) {
        const double days = b.cal_cut_day[k + 1] - b.cal_cut_day[k];
        const double x = 0.5 * (b.cal_cut_day[k + 1] + b.cal_cut_day[k]) - middle;
        xy += days * x * b.log_cal[k], xx += days * x * x;
    }
    NEAR(xy / xx * 365.25, 0, 1e-4);
    hu_baseline_clear(&b);
    drop(&s);
}

TEST(baseline_options_change_the_axes) {
    sample s = plant(26, test_sanitized ? 3000 : 8000, rising, winter);
    hu_baseline b;
    hune_err e;
    hu_baseline_options o;
    hu_baseline_options_init(&o);
    o.season = 1, o.age_years = 5;
    REQUIRE(CHECK_OK(fit(&s, &o, &b, &e), &e));
    CHECK_INT(b.n_cal, 72);
    CHECK_INT(b.age_cut_days[1] - b.age_cut_days[0], 1826);
    NEAR(cal_at(&b, hu_day(2011, 1, 15)) - cal_at(&b, hu_day(2011, 7, 15)), 0.8, 0.3);
    const double jan = cal_at(&b, hu_day(2011, 1, 15)) - cal_at(&b, hu_day(2011, 7, 15));
    NEAR(cal_at(&b, hu_day(2013, 1, 15)) - cal_at(&b, hu_day(2013, 7, 15)), jan, 1e-12);
    hu_baseline_clear(&b);
    hu_baseline_options_init(&o);
    o.cal_months = 12, o.min_cases = 1000000;
    REQUIRE(CHECK_OK(fit(&s, &o, &b, &e), &e));
    CHECK_INT(b.n_cal, 6);
    for (int k = 0; k < 6; k++) NEAR(b.log_cal[k], 0, 1e-12); /* merged into one */
    hu_baseline_clear(&b);
    o.cal_months = 5;
    CHECK_FAILS(fit(&s, &o, &b, &e), HUNE_EARG, &e,
                "a baseline of 5 months, 0 years of age, 1000000 cases");
    drop(&s);
}

TEST(baseline_does_not_depend_on_the_order_of_cases) {
    sample s = plant(27, 600, rising, winter), t;
    room_for(&t, s.n);
    for (int64_t i = 0; i < s.n; i++) {
        t.birth[i] = s.birth[s.n - 1 - i], t.start[i] = s.start[s.n - 1 - i];
        t.end[i] = s.end[s.n - 1 - i], t.event[i] = s.event[s.n - 1 - i];
    }
    hu_baseline a, b;
    hune_err e;
    REQUIRE(CHECK_OK(fit(&s, NULL, &a, &e), &e));
    REQUIRE(CHECK_OK(fit(&t, NULL, &b, &e), &e));
    REQUIRE(a.n_age == b.n_age && a.n_cal == b.n_cal);
    for (int g = 0; g < a.n_age; g++) NEAR(a.log_age[g], b.log_age[g], 1e-6);
    hu_baseline_clear(&a);
    hu_baseline_clear(&b);
    drop(&s);
    drop(&t);
}

TEST(baseline_of_no_and_of_one_case) {
    hu_baseline b;
    hune_err e;
    REQUIRE(CHECK_OK(hu_baseline_fit(NULL, NULL, NULL, NULL, 0, NULL, &b, &e), &e));
    CHECK_INT(b.end, HUNE_FIT_NOEVENTS);
    NEAR(hu_baseline_weight(&b, -20000, 15000, 15100), 100, 1e-9);
    hu_baseline_clear(&b);
    const int32_t birth = -10000, start = 15000, end = 16000, event = 15999;
    REQUIRE(CHECK_OK(hu_baseline_fit(&birth, &start, &end, &event, 1, NULL, &b, &e), &e));
    CHECK_INT(b.end, HUNE_FIT_OK);
    CHECK(isfinite(hu_baseline_weight(&b, birth, start, end)));
    hu_baseline_clear(&b);
    CHECK_FAILS(hu_baseline_fit(&birth, &start, &end, &end, 1, NULL, &b, &e), HUNE_EDATA, &e,
                "case 0: born on day -10000, observed [15000, 16000), event on day 16000");
    CHECK(b.n_age == 0 && !b.log_age);
}
