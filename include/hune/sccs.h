/* sccs.h - self-controlled case series: the conditional Poisson likelihood and its maximum. */
/* room: model
 *
 * A row is a stretch of days when a person is observed and no covariate changes. Days that nobody
 * observed have no row; they are never padded. [SCCS-1] Rows of a person lie together.
 *
 *   ll(b) = sum_i sum_t events_it log( w_it / sum_s w_is ),   w_it = exp(offset_it + x_it . b)
 *
 * with offset = log(length in days), or the log of any other weight of the row. The reference value
 * that R prints leaves log(length) of the event's row in: so does this one.
 *
 * Ref Farrington 1995, Biometrics 51:228-235, doi:10.2307/2533328; Whitaker, Farrington, Spiessens,
 * Musonda 2006, Statistics in Medicine 25:1768-1797, doi:10.1002/sim.2302.
 */
#ifndef HUNE_SCCS_H
#define HUNE_SCCS_H
#include <stddef.h>
#include <stdint.h>
#include "hune/err.h"

/* Rows are given covariates in one of two ways, which may be mixed: dense columns, and factors
 * coded as the number of the column that is 1 (or -1 for none). Column numbers run over all p. */
typedef struct hune_sccs {
    int64_t n;             /* persons (strata) */
    int32_t p;             /* coefficients: columns 0..p-1 */
    int32_t dense;         /* the first `dense` of them are columns of x */
    int32_t factors;       /* coded columns in code */
    const int64_t *first;  /* [n+1] never falls; person i owns rows [first[i], first[i+1]) */
    const double *offset;  /* [rows] log weight, finite */
    const int32_t *events; /* [rows] count, >= 0 */
    const double *x;       /* [rows*dense] row by row; NULL when dense is 0 */
    const int32_t *code;   /* [rows*factors] each -1 or in [dense, p), no column twice in a row;
                              NULL when factors is 0 */
} hune_sccs;

/* How a fit ended. */
typedef enum hune_fit_end {
    HUNE_FIT_OK = 0,        /* at the maximum */
    HUNE_FIT_MAXITER = 1,   /* stopped before the gradient was small */
    HUNE_FIT_SEPARATED = 2, /* some coefficients have no finite maximum; the others are at theirs */
    HUNE_FIT_SINGULAR = 3,  /* some coefficients are not identified (and are NAN) */
    HUNE_FIT_NOEVENTS = 4   /* no event, or nothing to compare it with */
} hune_fit_end;

/* What is known of one coefficient. */
typedef enum hune_coef_flag {
    HUNE_COEF_OK = 0,
    HUNE_COEF_SEPARATED = 1, /* no finite maximum, alone or together with others: NAN */
    HUNE_COEF_SINGULAR = 2   /* a combination of columns before it within every person: NAN */
} hune_coef_flag;

typedef struct hune_sccs_options {
    size_t size;  /* sizeof this struct; hune_sccs_options_init fills it */
    int max_iter; /* Newton steps; 0 = 50 */
    double tol; /* end when the Newton decrement (squared length of the step in standard errors) is
                   below; 0 = 1e-16 */
} hune_sccs_options;

typedef struct hune_sccs_fit {
    hune_fit_end end;
    int blame; /* first column that is not HUNE_COEF_OK, or -1 */
    int iterations;
    double ll, ll_null; /* at b (the limit, when separated) and at b = 0 */
    double gradient;    /* largest |score| over the finite coefficients */
    double decrement;   /* score' information^-1 score at the end */
} hune_sccs_fit;

/* Fill with defaults. */
HUNE_API void hune_sccs_options_init(hune_sccs_options *o);

/* Does d keep the ranges above? Ask once; the kernel below then trusts it.
 *
 * Fails HUNE_EDATA, and the message names the first bad row. Cost O(rows * (dense + factors)). */
HUNE_API hune_status hune_sccs_check(const hune_sccs *d, hune_err *err);

/* Doubles of scratch that hune_sccs_loglik wants: one number per row of the longest person and one
 * per column. */
HUNE_API size_t hune_sccs_scratch_len(const hune_sccs *d);

/* Log-likelihood at b, its slope and its curvature:
 *
 *   score = sum_i sum_t (events_it - n_i p_it) x_it,                 p_it = w_it / sum_s w_is
 *   info  = sum_i n_i [ sum_t p_it x_it x_it' - (sum_t p_it x_it)(sum_t p_it x_it)' ]
 *
 * b       [p] log rate ratios
 * score   [p] out; NULL to skip
 * info    [p*p] out, row by row, both triangles; NULL to skip
 * scratch [hune_sccs_scratch_len(d)]
 * Returns ll without the multinomial constant and with the offset of the events' rows; NAN when b
 * is not finite. Cost    O(rows (dense + factors)), and for info O(persons * touched columns^2); no
 * allocation, no shared state: safe from any thread. */
HUNE_API double hune_sccs_loglik(const hune_sccs *d, const double *b, double *score, double *info,
                                 double *scratch);

/* Maximise: Newton from 0 with step halving. Columns that never vary within a person with events
 * are flagged singular and left out, columns that run to infinity are found, put at their limit and
 * the others fitted there.
 *
 * opt       NULL = defaults
 * b         [p] out, log rate ratios (see hune_coef_flag for what is not finite)
 * se        [p] out, standard errors; NAN where there is none
 * cov       [p*p] out, covariance, NAN where there is none; NULL to skip
 * flag      [p] out, hune_coef_flag
 * fit       out, how it ended: look before reading b
 * Fails HUNE_EDATA (as hune_sccs_check), HUNE_ENOMEM. A fit that does not converge is not a
 * failure. Threads   safe, one call per thread */
HUNE_API hune_status hune_sccs_maximize(const hune_sccs *d, const hune_sccs_options *opt, double *b,
                                        double *se, double *cov, int *flag, hune_sccs_fit *fit,
                                        hune_err *err);

#endif
