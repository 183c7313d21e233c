/* Additive likelihood profiles, against exact fits on the same cases. */
#include "model/profile.h"
#include "base/base.h"
#include "test.h"

#define MOST 4000

typedef struct raw {
    int64_t n, exposed;
    double share[MOST];
    int seen[MOST];
} raw;

static raw cases; /* one test at a time */

static double raw_ll(double b, double *d1, double *d2) {
    double ll = 0, s1 = 0, s2 = 0;
    for (int64_t i = 0; i < cases.n; i++) {
        const double s = cases.share[i], total = 1 - s + s * exp(b), in = s * exp(b) / total;
        ll += cases.seen[i] * b - log(total);
        s1 += cases.seen[i] - in;
        s2 -= in * (1 - in);
    }
    if (d1) *d1 = s1;
    if (d2) *d2 = s2;
    return ll;
}

/* Slow and sure: bisection only, no interpolation. */
static double raw_max(void) {
    double lo = -40, hi = 40, d1;
    for (int i = 0; i < 200; i++) {
        const double mid = 0.5 * (lo + hi);
        raw_ll(mid, &d1, NULL);
        if (d1 > 0) lo = mid;
        else hi = mid;
    }
    return lo;
}

static double raw_bound(double from, double to, double target) {
    for (int i = 0; i < 200; i++) {
        const double mid = 0.5 * (from + to);
        if (raw_ll(mid, NULL, NULL) > target) from = mid;
        else to = mid;
    }
    return from;
}

static void add_raw(double share, int seen) {
    cases.share[cases.n] = share;
    cases.seen[cases.n++] = seen;
    cases.exposed += seen;
}

static void draw(hu_rng *r, int64_t n, double a, double b, double log_irr) {
    cases.n = cases.exposed = 0;
    for (int64_t i = 0; i < n; i++) {
        const double s = hu_rng_beta(r, a, b), w = s * exp(log_irr);
        if (!(s > 0 && s < 1)) continue;
        add_raw(s, hu_rng_unif(r) < w / (1 - s + w));
    }
}

static hu_profile fold(int64_t from, int64_t to) {
    hu_profile p = {0};
    for (int64_t i = from; i < to; i++) hu_profile_add(&p, cases.share[i], cases.seen[i]);
    return p;
}

static hu_profile_fit solve(double level) {
    const hu_profile p = fold(0, cases.n);
    hu_profile_fit f;
    hu_profile_solve(&p, cases.exposed, cases.n, level, &f);
    return f;
}

TEST(profile_equals_hand_algebra) {
    /* Shares of one half, k of n events in the window: estimate log(k/(n-k)), information
     * n q (1-q), ll = k log(2q) + (n-k) log(2(1-q)) above b = 0, at q = k/n. */
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 10; i++) add_raw(0.5, i < 7);
    const hu_profile_fit f = solve(0.95);
    CHECK_INT(f.end, HU_PROFILE_OK);
    NEAR(f.log_irr, log(7.0 / 3), 1e-9);
    NEAR(f.se, 1 / sqrt(10 * 0.7 * 0.3), 1e-9);
    NEAR(f.ll_max - f.ll_null, 7 * log(1.4) + 3 * log(0.6), 1e-10);
    NEAR(f.ll_null, 0, 1e-12);
}

TEST(profile_equals_exact_fits) {
    hu_rng r = hu_rng_at(11, 0, 1);
    static const double shapes[][2] = {{2, 5}, {0.5, 40}, {1, 1}, {5, 2}, {30, 30}, {0.3, 0.6}};
    double worst = 0;
    int fitted = 0;
    for (int round = 0; round < 120; round++) {
        const double *s = shapes[round % 6], level = round % 2 ? 0.95 : 0.9;
        draw(&r, 20 + hu_rng_below(&r, 1500), s[0], s[1], -2 + 4 * hu_rng_unif(&r));
        const hu_profile_fit f = solve(level);
        if (f.end != HU_PROFILE_OK) continue;
        fitted++;
        double d1, d2;
        const double b = raw_max(), top = raw_ll(b, &d1, &d2);
        const double z = hu_norm_quantile(0.5 + level / 2), target = top - z * z / 2;
        const double lower = raw_bound(b, -30, target), upper = raw_bound(b, 30, target);
        const double p = erfc(sqrt(fmax(0, top - raw_ll(0, NULL, NULL))));
        worst = fmax(worst, fabs(f.log_irr - b) / fmax(1, fabs(b)));
        worst = fmax(worst, fabs(f.se * sqrt(-d2) - 1));
        if (!isnan(f.lower)) worst = fmax(worst, fabs(f.lower - lower) / fmax(1, fabs(lower)));
        if (!isnan(f.upper)) worst = fmax(worst, fabs(f.upper - upper) / fmax(1, fabs(upper)));
        CHECK(!isnan(f.lower) && !isnan(f.upper));
        NEAR(f.p, p, 1e-8 + 1e-6 * p);
        NEAR(f.ll_null, raw_ll(0, NULL, NULL), 1e-9);
        NEAR(f.ll_max, top, 1e-8);
    }
    CHECK(fitted > 90);
    NEAR(worst, 0, 1e-7);
}

TEST(profile_of_rare_exposure) {
    hu_rng r = hu_rng_at(12, 0, 1);
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 3000; i++) add_raw(1e-4 * (0.1 + hu_rng_unif(&r)), i < 3);
    const hu_profile_fit f = solve(0.95);
    double d2;
    const double b = raw_max(), top = raw_ll(b, NULL, &d2);
    CHECK_INT(f.end, HU_PROFILE_OK);
    NEAR_REL(f.log_irr, b, 1e-7);
    NEAR_REL(f.se, 1 / sqrt(-d2), 1e-7);
    NEAR_REL(f.lower, raw_bound(b, -30, top - 1.920729410347), 1e-7);
    NEAR_REL(f.upper, raw_bound(b, 30, top - 1.920729410347), 1e-7);
}

TEST(profile_no_event_exposed_has_an_upper_bound) {
    hu_rng r = hu_rng_at(13, 0, 1);
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 200; i++) add_raw(0.01 + 0.2 * hu_rng_unif(&r), 0);
    const hu_profile_fit f = solve(0.95);
    CHECK_INT(f.end, HU_PROFILE_LOW);
    CHECK(isnan(f.log_irr) && isnan(f.se) && isnan(f.lower));
    NEAR(f.ll_max, raw_ll(-40, NULL, NULL), 1e-9);
    NEAR(f.upper, raw_bound(-40, 30, raw_ll(-40, NULL, NULL) - 1.920729410347), 1e-8);
    CHECK(f.p > 0 && f.p < 0.01);
}

TEST(profile_every_event_exposed_has_a_lower_bound) {
    hu_rng r = hu_rng_at(14, 0, 1);
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 60; i++) add_raw(0.4 + 0.5 * hu_rng_unif(&r), 1);
    const hu_profile_fit f = solve(0.95);
    CHECK_INT(f.end, HU_PROFILE_HIGH);
    CHECK(isnan(f.log_irr) && isnan(f.se) && isnan(f.upper));
    NEAR(f.ll_max, raw_ll(60, NULL, NULL), 1e-9);
    NEAR(f.lower, raw_bound(60, -30, f.ll_max - 1.920729410347), 1e-8);
}

TEST(profile_beyond_the_grid_says_so) {
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 100; i++) add_raw(0.01, i < 60); /* log(60 * 99 / 40) = 5.0 */
    hu_profile_fit f = solve(0.95);
    CHECK_INT(f.end, HU_PROFILE_OUTSIDE);
    CHECK(isnan(f.log_irr) && isnan(f.se));
    cases.n = cases.exposed = 0;
    for (int i = 0; i < 100; i++) add_raw(0.4, i < 1); /* log(1/99 * 1.5) = -4.19 */
    f = solve(0.95);
    CHECK_INT(f.end, HU_PROFILE_OUTSIDE);
    CHECK(isnan(f.lower));
    const double top = raw_ll(raw_max(), NULL, NULL);
    NEAR(f.upper, raw_bound(raw_max(), 30, top - 1.920729410347), 1e-8);
    NEAR(f.ll_max, top, 1e-9);
}

TEST(profile_adds_up_in_any_order) {
    hu_rng r = hu_rng_at(15, 0, 1);
    draw(&r, 3000, 0.8, 4, 0.7);
    hu_profile whole = fold(0, cases.n), a = fold(0, 1000), b = fold(1000, 2500),
               c = fold(2500, cases.n), other = c;
    hu_profile_merge(&a, &b);
    hu_profile_merge(&a, &c);
    hu_profile_merge(&other, &b);
    const hu_profile first = fold(0, 1000);
    hu_profile_merge(&other, &first);
    for (int k = 0; k < HU_PROFILE_POINTS; k++) {
        NEAR_REL(a.ll[k], whole.ll[k], 1e-12);
        NEAR_REL(other.ll[k], whole.ll[k], 1e-12);
        NEAR(other.d1[k], whole.d1[k], 1e-10);
        NEAR_REL(other.d2[k], whole.d2[k], 1e-12);
        double d1, d2;
        const double b0 = HU_PROFILE_FIRST + HU_PROFILE_STEP * k;
        NEAR_REL(whole.ll[k], raw_ll(b0, &d1, &d2), 1e-12);
        NEAR(whole.d1[k], d1, 1e-9);
        NEAR_REL(whole.d2[k], d2, 1e-11);
    }
}

TEST(profile_shares_without_information_add_nothing) {
    hu_profile p = {0};
    hu_profile_add(&p, 0, 0);
    hu_profile_add(&p, 1, 1);
    hu_profile_add(&p, NAN, 1);
    hu_profile_add(&p, -0.1, 1);
    hu_profile_add(&p, 1.1, 1);
    for (int k = 0; k < HU_PROFILE_POINTS; k++) CHECK(p.ll[k] == 0 && p.d1[k] == 0 && p.d2[k] == 0);
    hu_profile_fit f;
    hu_profile_solve(&p, 0, 0, 0.95, &f);
    CHECK_INT(f.end, HU_PROFILE_NOEVENTS);
    CHECK(isnan(f.p) && isnan(f.lower) && isnan(f.upper));
    hu_profile_add(&p, 0.5, 1);
    hu_profile_solve(&p, 2, 1, 0.95, &f);
    CHECK_INT(f.end, HU_PROFILE_BAD);
    p.ll[3] = NAN;
    hu_profile_solve(&p, 1, 1, 0.95, &f);
    CHECK_INT(f.end, HU_PROFILE_BAD);
}
