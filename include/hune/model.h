/* model.h - statistics on plain arrays that need no data layout: many tests at once, and estimates
 * measured against negative controls.
 *
 * NAN in an array of results means "does not exist": such entries are left out of every count and
 * come back as NAN.
 */
#ifndef HUNE_MODEL_H
#define HUNE_MODEL_H
#include <stddef.h>
#include <stdint.h>
#include "hune/err.h"

/* Benjamini-Hochberg: the false discovery rate at which each test would be called.
 *
 *   q_(i) = min over k >= i of p_(k) m / k, at most 1;  m = number of p that are not NAN
 *
 * p       [n] in [0,1] or NAN
 * q       [n] out; may not overlap p
 * Fails   HUNE_EDATA (a p outside [0,1]), HUNE_ENOMEM
 * Cost    O(n log n)
 * Ref     Benjamini, Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; equals R's
 *         p.adjust(p, "BH"). */
HUNE_API hune_status hune_model_bh(const double *p, int64_t n, double *q, hune_err *err);

/* What systematic error a design has, learnt from controls without effect. */
typedef struct hune_model_null {
    double mean, sd;  /* of the systematic error, log scale */
    double loglik;    /* of the controls at the maximum, full normal densities */
    double ease;      /* expected absolute systematic error, E|N(mean, sd^2)| */
    int64_t controls; /* used: finite log_rr and se > 0 */
} hune_model_null;

/* Fit the empirical null by maximum likelihood:  log_rr_j ~ N(mean, sd^2 + se_j^2).
 *
 * log_rr  [n] estimates for negative controls, NAN where there is none
 * se      [n] standard errors, > 0 or NAN
 * Fails   HUNE_EARG when fewer than two controls are usable
 * Ref     Schuemie et al. 2014, doi:10.1002/sim.5925; EmpiricalCalibration 3.1.4 finds the same to
 * 1e-4, its optimum to 1e-8 (tests/unit/t_model.c). */
HUNE_API hune_status hune_model_fit_null(const double *log_rr, const double *se, int64_t n,
                                         hune_model_null *out, hune_err *err);

/* Two-sided p of an estimate when its systematic error is drawn from the null:
 *   z = (log_rr - mean) / sqrt(sd^2 + se^2),  p = 2 min(Phi(z), 1 - Phi(z));  NAN unless
 * se > 0. */
HUNE_API double hune_model_calibrated_p(const hune_model_null *null, double log_rr, double se);

#endif
