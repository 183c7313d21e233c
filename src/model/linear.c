/* linear.c - Cholesky by rows: inner products along rows of L, which lie together in memory. */
#include "model/linear.h"
#include <math.h>
#include <stddef.h>

static double dot(const double *a, const double *b, int n) {
    double s = 0;
    for (int i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

bool hu_cholesky(double *a, int p, double tol, int *bad) {
    const size_t width = (size_t)p;
    for (int i = 0; i < p; i++) {
        double *row = a + (size_t)i * width;
        const double diagonal = row[i];
        for (int j = 0; j < i; j++) {
            const double *other = a + (size_t)j * width;
            row[j] = (row[j] - dot(row, other, j)) / other[j];
        }
        const double pivot = diagonal - dot(row, row, i);
        if (!(pivot > tol * diagonal)) {
            *bad = i;
            return false;
        }
        row[i] = sqrt(pivot);
    }
    return true;
}

void hu_cholesky_solve(const double *l, int p, double *b) {
    const size_t width = (size_t)p;
    for (int i = 0; i < p; i++) {
        const double *row = l + (size_t)i * width;
        b[i] = (b[i] - dot(row, b, i)) / row[i];
    }
    for (int i = p - 1; i >= 0; i--) {
        const double *row = l + (size_t)i * width;
        b[i] /= row[i];
        for (int j = 0; j < i; j++) b[j] -= row[j] * b[i];
    }
}

void hu_cholesky_inverse(const double *l, int p, double *inverse) {
    const size_t width = (size_t)p;
    for (int j = 0; j < p; j++) { /* symmetric: column j is row j */
        double *row = inverse + (size_t)j * width;
        for (int i = 0; i < p; i++) row[i] = i == j;
        hu_cholesky_solve(l, p, row);
    }
}
