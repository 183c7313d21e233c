/* The self-controlled case series on numbers nobody would choose: a shape and rows made from bytes.
 * Data that the check accepts are fitted, and what the fit promises must hold: a coefficient
 * is finite exactly when its flag says so, and the log-likelihood is not below the one at zero. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "hune/sccs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_ROWS = 24, MAX_COLS = 5, MAX_PERSONS = 8 };

static const uint8_t *bytes;
static size_t left;

static int next(void) {
    if (left == 0) return 0;
    left--;
    return *bytes++;
}

/* Mostly small numbers, sometimes absurd ones. */
static double number(void) {
    static const double wild[] = {1e300, -1e300, 1e-300, 0, -0.0, 1e9, -1e9, 700};
    const int b = next();
    if (b < 200) return (b - 100) / 16.0;
    if (b < 248) return b == 247 ? (double)NAN : b == 246 ? (double)INFINITY : b - 224;
    return wild[b - 248];
}

static void promise(const hune_sccs *d, const hune_sccs_fit *fit, const double *b, const double *se,
                    const int *flag) {
    for (int32_t j = 0; j < d->p; j++) {
        if (flag[j] == HUNE_COEF_OK && !(isfinite(b[j]) && !isinf(se[j])) &&
            fit->end == HUNE_FIT_OK)
            abort();
        if (flag[j] != HUNE_COEF_OK && !isnan(b[j])) abort();
    }
    if (fit->end == HUNE_FIT_OK && !(fit->ll >= fit->ll_null - 1e-6 * (1 + fabs(fit->ll_null))))
        abort();
    if (fit->end == HUNE_FIT_OK && !(fit->decrement <= 1e-9 * (1 + fabs(fit->ll)))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bytes = data, left = size;
    int64_t first[MAX_PERSONS + 1] = {0};
    double offset[MAX_ROWS], x[MAX_ROWS * MAX_COLS];
    int32_t events[MAX_ROWS], code[MAX_ROWS * 2];
    hune_sccs d = {.n = next() % (MAX_PERSONS + 1), .p = next() % (MAX_COLS + 1)};
    d.dense = next() % (d.p + 1);
    d.factors = d.dense < d.p ? next() % 3 : 0;
    for (int64_t i = 0; i < d.n; i++) {
        first[i + 1] = first[i] + next() % 4;
        if (first[i + 1] > MAX_ROWS) first[i + 1] = MAX_ROWS;
    }
    const int64_t rows = first[d.n];
    for (int64_t r = 0; r < rows; r++) {
        offset[r] = number();
        events[r] = next() % 8 == 7 ? -1 + next() : next() % 3;
        for (int32_t j = 0; j < d.dense; j++) x[r * d.dense + j] = number();
        for (int32_t j = 0; j < d.factors; j++)
            code[r * d.factors + j] = next() % (MAX_COLS + 2) - 1;
    }
    d.first = first, d.offset = offset, d.events = events, d.x = x, d.code = code;
    hune_err err = {.code = HUNE_OK};
    if (hune_sccs_check(&d, &err)) {
        if (!*err.msg) abort();
        return 0;
    }
    double b[MAX_COLS], se[MAX_COLS], cov[MAX_COLS * MAX_COLS];
    int flag[MAX_COLS];
    hune_sccs_fit fit;
    const hune_status status = hune_sccs_maximize(&d, NULL, b, se, cov, flag, &fit, &err);
    if (status && !*err.msg) abort();
    if (!status) promise(&d, &fit, b, se, flag);
    return 0;
}
