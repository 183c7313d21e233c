/* Multiplicity and calibration: by hand, and against the published calibration sets. */
#include "base/base.h"
#include "hune/model.h"
#include "test.h"

TEST(bh_by_hand) {
    /* Sorted p: .01 .02 .03 .5, times 4/k: .04 .04 .04 .5. */
    const double p[] = {0.5, 0.03, 0.01, 0.02};
    double q[4];
    hune_err e;
    REQUIRE(CHECK_OK(hune_model_bh(p, 4, q, &e), &e));
    NEAR(q[0], 0.5, 1e-15);
    NEAR(q[1], 0.04, 1e-15);
    NEAR(q[2], 0.04, 1e-15);
    NEAR(q[3], 0.04, 1e-15);
}

TEST(bh_leaves_out_what_does_not_exist) {
    const double p[] = {NAN, 0.04, NAN, 0.01, 0.9, 0.9};
    double q[6];
    hune_err e;
    REQUIRE(CHECK_OK(hune_model_bh(p, 6, q, &e), &e));
    CHECK(isnan(q[0]) && isnan(q[2]));
    NEAR(q[1], 0.08, 1e-15);
    NEAR(q[3], 0.04, 1e-15);
    NEAR(q[4], 0.9, 1e-15);
    NEAR(q[5], 0.9, 1e-15);
    REQUIRE(CHECK_OK(hune_model_bh(p, 0, q, &e), &e));
    const double bad[] = {0.1, 1.5};
    CHECK_FAILS(hune_model_bh(bad, 2, q, &e), HUNE_EDATA, &e, "p-value 1 is 1.5");
}

TEST(null_of_equal_precision_is_mean_and_spread) {
    /* Equal se: mean is the average, sd^2 = variance (by n) - se^2. */
    const double b[] = {0.1, 0.5, 0.9, -0.3}, s[] = {0.1, 0.1, 0.1, 0.1};
    hune_model_null n;
    hune_err e;
    REQUIRE(CHECK_OK(hune_model_fit_null(b, s, 4, &n, &e), &e));
    NEAR(n.mean, 0.3, 1e-9);
    NEAR(n.sd, sqrt(0.2 - 0.01), 1e-7);
    CHECK_INT(n.controls, 4);
    /* One standard deviation of both errors together: p = 2 (1 - Phi(1)). */
    NEAR(hune_model_calibrated_p(&n, n.mean + sqrt(n.sd * n.sd + 0.04), 0.2), 0.31731050786291,
         1e-9);
    CHECK(isnan(hune_model_calibrated_p(&n, NAN, 0.2)));
    CHECK(isnan(hune_model_calibrated_p(&n, 0.1, 0)));
}

TEST(null_without_spread_is_at_the_edge) {
    const double b[] = {0.3, 0.3, 0.31, NAN}, s[] = {0.2, 0.4, 0.2, 0.1};
    hune_model_null n;
    hune_err e;
    REQUIRE(CHECK_OK(hune_model_fit_null(b, s, 4, &n, &e), &e));
    NEAR(n.sd, 0, 1e-6);
    NEAR(n.ease, fabs(n.mean), 1e-9);
    CHECK_INT(n.controls, 3);
    CHECK_FAILS(hune_model_fit_null(b, s, 1, &n, &e), HUNE_EARG, &e,
                "an empirical null wants at least 2 controls, not 1");
}

#define MOST 400

typedef struct set {
    int64_t n, controls;
    double b[MOST], s[MOST], p[MOST], cal[MOST], bh[MOST], bh_cal[MOST];
    double control_b[MOST], control_s[MOST];
} set;

static double number(const char *field) {
    double v;
    char text[64];
    size_t n = 0;
    for (; *field && n < 63; field++)
        if (*field != '"') text[n++] = *field;
    text[n] = 0;
    return hu_parse_f64(text, &v) ? v : NAN;
}

/* name,negative_control,log_rr,se,p_traditional,p_calibrated,...,bh (12),...,bh_calibrated (16) */
static bool read_set(const char *path, set *d) {
    FILE *f = fopen(path, "r");
    char line[2048];
    if (!f || !fgets(line, sizeof line, f)) return false;
    *d = (set){0};
    while (fgets(line, sizeof line, f) && d->n < MOST) {
        char *field[20] = {0}, *at = line;
        int k = 0;
        bool quoted = false;
        field[k++] = at;
        line[strcspn(line, "\r\n")] = 0;
        for (; *at; at++) {
            if (*at == '"') quoted = !quoted;
            if (*at == ',' && !quoted && k < 20) *at = 0, field[k++] = at + 1;
        }
        if (k < 17) break;
        const int64_t i = d->n++;
        d->b[i] = number(field[2]), d->s[i] = number(field[3]), d->p[i] = number(field[4]);
        d->cal[i] = number(field[5]), d->bh[i] = number(field[12]);
        d->bh_cal[i] = number(field[16]);
        if (number(field[1]) == 1)
            d->control_b[d->controls] = d->b[i], d->control_s[d->controls++] = d->s[i];
    }
    fclose(f);
    return true;
}

TEST(null_of_the_published_set) {
    const char *path = test_shared("reference/sccs/calibration/sccs_calibrated.csv");
    if (!path) SKIP("no shared reference");
    static set d;
    REQUIRE(CHECK(read_set(path, &d)));
    CHECK_INT(d.n, 46);
    hune_model_null n;
    hune_err e;
    REQUIRE(CHECK_OK(hune_model_fit_null(d.control_b, d.control_s, d.controls, &n, &e), &e));
    CHECK_INT(n.controls, 45);
    NEAR(n.mean, 0.79211650057, 1e-8);
    NEAR(n.sd, 0.283422877342, 1e-7);
    NEAR(n.loglik, -24.9298169165, 1e-9);
    NEAR(n.ease, 0.792555479345, 1e-8);
    double q[MOST], cal[MOST];
    for (int64_t i = 0; i < d.n; i++) cal[i] = hune_model_calibrated_p(&n, d.b[i], d.s[i]);
    for (int64_t i = 0; i < d.n; i++) NEAR(cal[i], d.cal[i], 1e-7);
    REQUIRE(CHECK_OK(hune_model_bh(d.p, d.n, q, &e), &e));
    for (int64_t i = 0; i < d.n; i++) NEAR(q[i], d.bh[i], 1e-10);
    REQUIRE(CHECK_OK(hune_model_bh(cal, d.n, q, &e), &e));
    for (int64_t i = 0; i < d.n; i++) NEAR(q[i], d.bh_cal[i], 1e-6);
}
