/* null.c - the empirical null: how far estimates lie from the truth when the truth is "no effect".
 *
 * With v = sd^2 the log-likelihood is  l(mean, v) = -1/2 sum [log(2 pi (v + s_j^2)) + (b_j -
 * mean)^2 / (v + s_j^2)]. For a given v the best mean is the weighted average; what is left is a
 * function of v alone, which may have several maxima: it is scanned on a grid of sd and the best
 * stretch is narrowed by golden section on sd. sd = 0 is allowed and compared.
 */
#include <math.h>
#include "base/base.h"
#include "hune/model.h"

static bool usable(double b, double s) {
    return isfinite(b) && isfinite(s) && s > 0;
}

/* Profile log-likelihood at sd; the best mean through *mean. */
static double profile(const double *b, const double *s, int64_t n, double sd, double *mean) {
    double weights = 0, sum = 0, ll = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!usable(b[i], s[i])) continue;
        const double w = 1 / (sd * sd + s[i] * s[i]);
        weights += w, sum += w * b[i];
    }
    *mean = sum / weights;
    for (int64_t i = 0; i < n; i++) {
        if (!usable(b[i], s[i])) continue;
        const double v = sd * sd + s[i] * s[i];
        ll -= 0.5 * (log(2 * M_PI * v) + (b[i] - *mean) * (b[i] - *mean) / v);
    }
    return ll;
}

static double golden(const double *b, const double *s, int64_t n, double lo, double hi) {
    const double g = 0.6180339887498949;
    double mean, x = hi - g * (hi - lo), y = lo + g * (hi - lo);
    double fx = profile(b, s, n, x, &mean), fy = profile(b, s, n, y, &mean);
    for (int i = 0; i < 100; i++) {
        if (fx > fy) {
            hi = y, y = x, fy = fx;
            x = hi - g * (hi - lo), fx = profile(b, s, n, x, &mean);
        } else {
            lo = x, x = y, fx = fy;
            y = lo + g * (hi - lo), fy = profile(b, s, n, y, &mean);
        }
    }
    return 0.5 * (lo + hi);
}

hune_status hune_model_fit_null(const double *log_rr, const double *se, int64_t n,
                                hune_model_null *out, hune_err *err) {
    *out = (hune_model_null){NAN, NAN, NAN, NAN, 0};
    double least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        if (!usable(log_rr[i], se[i])) continue;
        out->controls++;
        least = fmin(least, log_rr[i]), most = fmax(most, log_rr[i]);
    }
    if (out->controls < 2)
        return hune_fail(err, HUNE_EARG, "an empirical null wants at least 2 controls, not %lld",
                         (long long)out->controls);
    /* The sd is at most the range of the estimates. */
    const int points = 200;
    const double width = (most - least) / points;
    double mean, best = profile(log_rr, se, n, 0, &mean), sd = 0;
    for (int k = 1; k <= points; k++) {
        const double ll = profile(log_rr, se, n, k * width, &mean);
        if (ll > best) best = ll, sd = k * width;
    }
    const double narrow = golden(log_rr, se, n, fmax(0, sd - width), sd + width);
    if (profile(log_rr, se, n, narrow, &mean) > best) sd = narrow;
    out->loglik = profile(log_rr, se, n, sd, &out->mean);
    out->sd = sd;
    out->ease = sd > 0 ? sd * sqrt(2 / M_PI) * exp(-out->mean * out->mean / (2 * sd * sd)) +
                             out->mean * (1 - 2 * hu_norm_cdf(-out->mean / sd))
                       : fabs(out->mean);
    return HUNE_OK;
}

double hune_model_calibrated_p(const hune_model_null *null, double log_rr, double se) {
    if (!usable(log_rr, se)) return NAN;
    return erfc(fabs(log_rr - null->mean) / sqrt(2 * (null->sd * null->sd + se * se)));
}
