/* multiplicity.c - many tests at once: Benjamini-Hochberg. */
#include <math.h>
#include <stdlib.h>
#include "base/base.h"
#include "hune/model.h"

typedef struct ranked {
    double p;
    int64_t at;
} ranked;

static int by_p(const void *a, const void *b, void *arg) {
    (void)arg;
    const double x = ((const ranked *)a)->p, y = ((const ranked *)b)->p;
    return (x > y) - (x < y);
}

hune_status hune_model_bh(const double *p, int64_t n, double *q, hune_err *err) {
    ranked *r = hu_calloc((size_t)n + 1, sizeof *r);
    if (!r) return hune_fail(err, HUNE_ENOMEM, "no memory for %lld tests", (long long)n);
    int64_t m = 0;
    hune_status status = HUNE_OK;
    for (int64_t i = 0; i < n && !status; i++) {
        q[i] = NAN;
        if (isnan(p[i])) continue;
        if (!(p[i] >= 0 && p[i] <= 1))
            status = hune_fail(err, HUNE_EDATA, "p-value %lld is %g", (long long)i, p[i]);
        r[m++] = (ranked){p[i], i};
    }
    if (!status) status = hu_sort(r, (size_t)m, sizeof *r, by_p, NULL, err);
    double least = 1;
    for (int64_t k = m - 1; k >= 0 && !status; k--) {
        least = fmin(least, r[k].p * (double)m / (double)(k + 1));
        q[r[k].at] = least;
    }
    free(r);
    return status;
}
