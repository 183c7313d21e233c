/* profile.c - likelihood profiles that add up, and the fit read off one.
 *
 * Between grid points the log-likelihood is interpolated by the polynomial of degree 11 that has
 * its value and two derivatives at the four nearest points (confluent divided differences). Its
 * error is
 *
 *   f^(12) / 12! * prod (b - b_k)^3  <  90 / 4.8e8 * (0.25 * 0.25 * 0.75 * 0.75)^3  =  8e-12
 *
 * per case, 12 derivatives of log(1 + e^x) being below 90. (Degree 5 on two points would leave 2e-6
 * in the estimate, too much for a screen that is compared with exact fits.)
 *
 * Beyond the grid the smooth part is a function of w = exp(b) (or of exp(-b) on the other side)
 * that is analytic at w = 0:  ll = n1 b + g(w),  g(w) = - sum log(1 - share + share w). The
 * polynomial of degree 8 through the three outermost points extends it to w = 0, which gives the
 * limit of the likelihood when no event (or every event) is exposed, and with it the one-sided
 * bound.
 */
#include "model/profile.h"
#include <math.h>
#include "base/base.h"

#define MOST_TERMS 12
#define FAR 30.0 /* exp(-30) of the time: no bound beyond is worth a number */

/* exp(grid): exp(-4), exp(-3.5), ..., exp(4). */
static const double grid_exp[HU_PROFILE_POINTS] = {
    0.018315638888734179, 0.030197383422318501, 0.049787068367863944,
    0.082084998623898800, 0.13533528323661270,  0.22313016014842982,
    0.36787944117144233,  0.60653065971263342,  1.0,
    1.6487212707001282,   2.7182818284590451,   4.4816890703380645,
    7.3890560989306504,   12.182493960703473,   20.085536923187668,
    33.115451958692312,   54.598150033144236};

void hu_profile_add(hu_profile *p, double share, int exposed) {
    if (!(share > 0 && share < 1)) return;
    const double seen = exposed ? 1 : 0;
    for (int k = 0; k < HU_PROFILE_POINTS; k++) {
        const double total = (1 - share) + share * grid_exp[k];
        const double in = share * grid_exp[k] / total; /* chance that the event is exposed */
        p->ll[k] += seen * (HU_PROFILE_FIRST + HU_PROFILE_STEP * k) - log(total);
        p->d1[k] += seen - in;
        p->d2[k] -= in * ((1 - share) / total);
    }
}

void hu_profile_merge(hu_profile *into, const hu_profile *from) {
    for (int k = 0; k < HU_PROFILE_POINTS; k++) {
        into->ll[k] += from->ll[k];
        into->d1[k] += from->d1[k];
        into->d2[k] += from->d2[k];
    }
}

/* --- Hermite interpolation ------------------------------------------------------------------- */

/* Newton's form c0 + (x-z0)(c1 + (x-z1)(c2 + ...)), every node three times. */
typedef struct newton_form {
    int terms;
    double z[MOST_TERMS], c[MOST_TERMS];
} newton_form;

/* From value, slope and second derivative at nodes x[points]. */
static void interpolate(newton_form *q, int points, const double *x, const double *f,
                        const double *f1, const double *f2) {
    q->terms = 3 * points;
    for (int i = 0; i < q->terms; i++) q->z[i] = x[i / 3], q->c[i] = f[i / 3];
    for (int order = 1; order < q->terms; order++)
        for (int i = q->terms - 1; i >= order; i--) {
            const int node = i / 3, first = (i - order) / 3;
            if (node != first) q->c[i] = (q->c[i] - q->c[i - 1]) / (q->z[i] - q->z[i - order]);
            else q->c[i] = order == 1 ? f1[node] : f2[node] / 2;
        }
}

typedef struct jet {
    double f, f1, f2;
} jet;

static jet evaluate(const newton_form *q, double x) {
    jet j = {q->c[q->terms - 1], 0, 0};
    for (int i = q->terms - 2; i >= 0; i--) {
        const double h = x - q->z[i];
        j.f2 = j.f2 * h + 2 * j.f1;
        j.f1 = j.f1 * h + j.f;
        j.f = j.f * h + q->c[i];
    }
    return j;
}

/* --- the profile as a function of any b ------------------------------------------------------- */

/* Polynomials are built when first asked for: a solve visits two or three of the stretches. */
typedef struct curve {
    const hu_profile *p;
    double n1, n0; /* exposed and unexposed events */
    newton_form inside[HU_PROFILE_POINTS - 1], tail[2];
    bool have[HU_PROFILE_POINTS - 1], have_tail[2];
} curve;

static const newton_form *stretch(curve *c, int k) {
    if (!c->have[k]) {
        int from = k - 1;
        if (from < 0) from = 0;
        if (from > HU_PROFILE_POINTS - 4) from = HU_PROFILE_POINTS - 4;
        double x[4];
        for (int i = 0; i < 4; i++) x[i] = HU_PROFILE_FIRST + HU_PROFILE_STEP * (from + i);
        interpolate(&c->inside[k], 4, x, c->p->ll + from, c->p->d1 + from, c->p->d2 + from);
        c->have[k] = true;
    }
    return &c->inside[k];
}

/* g(w) of the heading; side 0: w = exp(b) and ll = n1 b + g; side 1: w = exp(-b) and ll = -n0 b +
 * g. With u = log w the chain rule gives g' = g_u / w and g'' = (g_uu - g_u) / w^2. */
static const newton_form *tail(curve *c, int side) {
    if (!c->have_tail[side]) {
        double x[3], f[3], f1[3], f2[3];
        for (int i = 0; i < 3; i++) {
            const int k = side ? HU_PROFILE_POINTS - 1 - i : i;
            const double b = HU_PROFILE_FIRST + HU_PROFILE_STEP * k, w = grid_exp[i];
            const double slope = side ? -c->p->d1[k] - c->n0 : c->p->d1[k] - c->n1;
            x[i] = w;
            f[i] = side ? c->p->ll[k] + c->n0 * b : c->p->ll[k] - c->n1 * b;
            f1[i] = slope / w;
            f2[i] = (c->p->d2[k] - slope) / (w * w);
        }
        interpolate(&c->tail[side], 3, x, f, f1, f2);
        c->have_tail[side] = true;
    }
    return &c->tail[side];
}

static jet curve_at(curve *c, double b) {
    const double last = HU_PROFILE_FIRST + HU_PROFILE_STEP * (HU_PROFILE_POINTS - 1);
    if (b < HU_PROFILE_FIRST || b > last) {
        const int side = b > 0;
        const double w = exp(-fabs(b)), events = side ? c->n0 : c->n1;
        const jet g = evaluate(tail(c, side), w);
        const double slope = events + g.f1 * w; /* with respect to log w */
        return (jet){g.f - events * fabs(b), side ? -slope : slope, g.f2 * w * w + g.f1 * w};
    }
    int k = (int)((b - HU_PROFILE_FIRST) / HU_PROFILE_STEP);
    if (k > HU_PROFILE_POINTS - 2) k = HU_PROFILE_POINTS - 2;
    return evaluate(stretch(c, k), b);
}

/* The b in [lo, hi] where `value` (slope, or ll - target) crosses zero, its signs at the ends being
 * known to differ: Newton, kept inside a shrinking bracket. want_max: the slope's zero, else ll's.
 */
static double crossing(curve *c, double lo, double hi, bool want_max, double target) {
    const bool rising = want_max ? false : curve_at(c, hi).f > curve_at(c, lo).f;
    double b = 0.5 * (lo + hi);
    for (int step = 0; step < 200; step++) {
        const jet j = curve_at(c, b);
        const double value = want_max ? j.f1 : j.f - target, slope = want_max ? j.f2 : j.f1;
        if (value == 0) return b;
        if ((value > 0) == rising) hi = b;
        else lo = b;
        double next = b - value / slope;
        if (!(next > lo && next < hi)) next = 0.5 * (lo + hi);
        if (fabs(next - b) < 1e-13 * (1 + fabs(b)) || hi - lo < 1e-14) return next;
        b = next;
    }
    return b;
}

/* Where ll has fallen `drop` below its maximum, outwards from `from` (the estimate, or the far end
 * of the side to which it runs); NAN when that is beyond FAR. */
static double bound(curve *c, double from, double to, double target) {
    if (curve_at(c, to).f > target) return NAN;
    return crossing(c, fmin(from, to), fmax(from, to), false, target);
}

/* sup ll when it lies at b -> -inf (side 0) or +inf (side 1). Running uphill it is never below the
 * last grid point: a clamp for shares next to 1, where the tail polynomial is poor. */
static double limit(curve *c, int side) {
    const double edge = c->p->ll[side ? HU_PROFILE_POINTS - 1 : 0];
    return fmax(edge, evaluate(tail(c, side), 0).f);
}

static bool consistent(const hu_profile *p, int64_t exposed, int64_t cases, double level) {
    bool finite = level > 0 && level < 1 && exposed >= 0 && exposed <= cases;
    for (int k = 0; k < HU_PROFILE_POINTS; k++)
        finite = finite && isfinite(p->ll[k]) && isfinite(p->d1[k]) && p->d2[k] < 0;
    return finite;
}

static double lr_p(double ll_max, double ll_null) {
    return erfc(sqrt(fmax(0, ll_max - ll_null)));
}

/* The fit of a profile whose estimate is at infinity: the bound on the other side, and the test. */
static void solve_limit(curve *c, int side, double half_quantile, hu_profile_fit *out) {
    out->end = side ? HU_PROFILE_HIGH : HU_PROFILE_LOW;
    out->ll_max = limit(c, side);
    const double far = side ? FAR : -FAR;
    double *at = side ? &out->lower : &out->upper;
    *at = bound(c, far, -far, out->ll_max - half_quantile);
    out->p = lr_p(out->ll_max, out->ll_null);
}

void hu_profile_solve(const hu_profile *p, int64_t exposed_events, int64_t informative_cases,
                      double level, hu_profile_fit *out) {
    *out = (hu_profile_fit){HU_PROFILE_NOEVENTS, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (informative_cases == 0) return;
    out->end = HU_PROFILE_BAD;
    if (!consistent(p, exposed_events, informative_cases, level)) return;

    curve c = {
        .p = p, .n1 = (double)exposed_events, .n0 = (double)(informative_cases - exposed_events)};
    const int null_point = HU_PROFILE_POINTS / 2, last = HU_PROFILE_POINTS - 1;
    const double z = hu_norm_quantile(0.5 + level / 2), half_quantile = z * z / 2;
    out->ll_null = p->ll[null_point];
    if (c.n1 == 0 || c.n0 == 0) {
        solve_limit(&c, c.n0 == 0, half_quantile, out);
        return;
    }
    const bool outside = p->d1[0] < 0 || p->d1[last] > 0;
    int k = 0;
    while (!outside && k < last - 1 && p->d1[k + 1] > 0) k++;
    const double left = HU_PROFILE_FIRST + HU_PROFILE_STEP * k;
    const double b = !outside       ? crossing(&c, left, left + HU_PROFILE_STEP, true, 0)
                     : p->d1[0] < 0 ? crossing(&c, -FAR, HU_PROFILE_FIRST, true, 0)
                                    : crossing(&c, -HU_PROFILE_FIRST, FAR, true, 0);
    const jet top = curve_at(&c, b);
    out->end = outside ? HU_PROFILE_OUTSIDE : HU_PROFILE_OK;
    out->ll_max = top.f;
    out->p = lr_p(top.f, out->ll_null);
    out->lower = bound(&c, b, -FAR, top.f - half_quantile);
    out->upper = bound(&c, b, FAR, top.f - half_quantile);
    if (outside) {
        if (fabs(out->lower) > -HU_PROFILE_FIRST) out->lower = NAN;
        if (fabs(out->upper) > -HU_PROFILE_FIRST) out->upper = NAN;
        return;
    }
    out->log_irr = b;
    out->se = 1 / sqrt(-top.f2);
}
