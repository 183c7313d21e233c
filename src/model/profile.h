/* profile.h - the likelihood of one rate ratio, kept as numbers that add up over cases.
 *
 * A case whose person spends the part `share` of its (baseline-weighted) time in the window adds
 *
 *   exposed * b - log(1 - share + share exp(b))
 *
 * to the conditional log-likelihood of b = log rate ratio. Kept at 17 values of b together with its
 * first two derivatives, that sum is all a screen needs: profiles of parts of the population are
 * added, and estimate, interval and test are read off at the end.
 *
 *   hu_profile p = {0};
 *   for each case: hu_profile_add(&p, share, exposed);
 *   hu_profile_solve(&p, exposed_events, informative_cases, 0.95, &fit);
 *
 * Invariant: an all-zero struct is the empty profile; add and merge commute up to rounding.
 */
#ifndef HU_MODEL_PROFILE_H
#define HU_MODEL_PROFILE_H
#include <stdint.h>

#define HU_PROFILE_POINTS 17 /* log rate ratios -4, -3.5, ..., 4 */
#define HU_PROFILE_FIRST (-4.0)
#define HU_PROFILE_STEP 0.5

typedef struct hu_profile {
    double ll[HU_PROFILE_POINTS], d1[HU_PROFILE_POINTS], d2[HU_PROFILE_POINTS];
} hu_profile;

typedef enum hu_profile_end {
    HU_PROFILE_OK = 0,   /* estimate, se and both bounds exist */
    HU_PROFILE_NOEVENTS, /* no informative case: nothing exists, every number is NAN */
    HU_PROFILE_LOW,      /* no event in the window: the estimate runs to 0, `upper` exists */
    HU_PROFILE_HIGH,     /* every event in the window: it runs to infinity, `lower` exists */
    HU_PROFILE_OUTSIDE,  /* |estimate| > 4: beyond the grid. Bounds inside the grid are given, ones
                            beyond it are NAN; so are estimate and se */
    HU_PROFILE_BAD       /* counts and profile contradict each other: every number is NAN */
} hu_profile_end;

typedef struct hu_profile_fit {
    int end;                          /* hu_profile_end */
    double log_irr, se, lower, upper; /* log scale; NAN where it does not exist */
    double ll_max, ll_null;           /* at the estimate (or its limit) and at b = 0 */
    double p;                         /* likelihood-ratio test of b = 0, chi-square 1 */
} hu_profile_fit;

/* Add one case. share: part of the person's weighted time that lies in the window, in (0,1); other
 * values (NAN too) carry no information and add nothing. exposed: its event fell in the window. */
void hu_profile_add(hu_profile *p, double share, int exposed);

/* Add the cases of another profile. */
void hu_profile_merge(hu_profile *into, const hu_profile *from);

/* Read the fit off. exposed_events and informative_cases count the cases that added something
 * (share in (0,1)). level: of the profile-likelihood interval, e.g. 0.95. Accuracy: 1e-8 of the
 * exact fit on the cases for shares up to 0.9; cost about 2 microseconds. Safe from any thread. */
void hu_profile_solve(const hu_profile *p, int64_t exposed_events, int64_t informative_cases,
                      double level, hu_profile_fit *out);

#endif
