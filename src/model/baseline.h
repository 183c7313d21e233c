/* baseline.h - how the rate of one outcome changes with age and calendar time, estimated once per
 * outcome and then shared by every drug.
 *
 * Conditional Poisson on cases without exposures:
 *
 *   log rate of case i on day t = phi_i + age[group of t - birth_i] + cal[period of t] (+ season)
 *
 * phi_i is conditioned away. Age and calendar time advance together within a person, so a linear
 * trend of one is the same as a linear trend of the other: the trend is given to age by decree and
 * the calendar effects have none. Neither the fitted rates nor the weights depend on that choice;
 * only the two curves, read one by one, do. Age groups are narrow (1 year) and smoothed, rather
 * than wide and free: a trend inside a wide group could not be seen by either curve.
 *
 * Ref Farrington 1995 (doi:10.2307/2533328) for the likelihood; Holford 1983
 * (doi:10.2307/2531004) for the trend that age and period cannot both have.
 */
#ifndef HU_MODEL_BASELINE_H
#define HU_MODEL_BASELINE_H
#include <stdint.h>
#include "hune/err.h"
#include "hune/sccs.h"

/* What is already known to multiply the rate of a case at some times (the effect of a drug, say),
 * so that the curves need not account for it. Stretches of a case may overlap: ratios multiply. */
typedef struct hu_baseline_known {
    const int64_t *first;     /* [n+1] stretches of case i are first[i] .. first[i+1] */
    const int32_t *from, *to; /* [stretches] days, half-open */
    const double *log_ratio;  /* [stretches] */
} hu_baseline_known;

typedef struct hu_baseline_options {
    size_t size;
    int age_years;  /* width of an age group; 0 = 1 */
    int cal_months; /* width of a calendar period, a divisor of 12; 0 = 3 */
    int season;     /* 1: twelve monthly effects repeated every year, and periods of a year */
    int min_cases;  /* neighbouring calendar periods are merged up to that many events; 0 = 50 */
    const hu_baseline_known *known; /* NULL = nothing is known */
} hu_baseline_options;

void hu_baseline_options_init(hu_baseline_options *o);

typedef struct hu_baseline {
    int n_age, n_cal;
    int32_t *age_cut_days; /* [n_age+1] group g is [cut[g], cut[g+1]) days of age; groups at the
                              ends also serve younger and older ages */
    int32_t *cal_cut_day;  /* [n_cal+1] period k is [cut[k], cut[k+1]); the ends likewise */
    double *log_age;       /* [n_age] 0 in the group with most events */
    double *log_cal;       /* [n_cal] mean 0 over days */
    int end;               /* hune_fit_end */
    double ll, ll_null;    /* log-likelihood of the event days, fitted and flat */
    /* precomputed for hu_baseline_weight */
    double *rate_age; /* [n_age] exp(log_age) */
    double *cal_sum; /* [cal_cut_day[n_cal] - cal_cut_day[0] + 1] sum of exp(log_cal) up to a day */
    int age_step_years;
} hu_baseline;

/* birth, start, end, event [n] days since 1970-01-01; observed on [start, end), event within; case
 * order does not matter. out is filled even when the fit did not converge (end says so); without
 * cases the baseline is flat and end is HUNE_FIT_NOEVENTS.
 * Fails HUNE_EARG (options), HUNE_EDATA (a case that is not start <= event < end or birth after
 * start), HUNE_ENOMEM; out is empty then. Cost O(cases * pieces), a piece being a stretch without
 * change of group; about 0.2 s for 20,000 cases of six years. */
hune_status hu_baseline_fit(const int32_t *birth, const int32_t *start, const int32_t *end,
                            const int32_t *event, int64_t n, const hu_baseline_options *opt,
                            hu_baseline *out, hune_err *err);

/* Integral of the rate over [from, to) for somebody born on `birth`, in days of the reference age
 * group at the mean calendar effect; 0 when from >= to. Days outside the fitted range have the rate
 * of the nearest group. Additive: weight(a,c) = weight(a,b) + weight(b,c) up to rounding. */
double hu_baseline_weight(const hu_baseline *b, int32_t birth, int32_t from, int32_t to);

/* Frees the arrays; accepts an empty one, may be called twice. */
void hu_baseline_clear(hu_baseline *b);

#endif
