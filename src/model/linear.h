/* linear.h - small dense symmetric systems, for information matrices of up to a few hundred
 * columns.
 *
 * Written out instead of called from a library: the result must not depend on how many threads a
 * BLAS takes, and a column that cannot be identified must be named.
 */
#ifndef HU_MODEL_LINEAR_H
#define HU_MODEL_LINEAR_H
#include <stdbool.h>

/* a [p*p] row by row, symmetric (its lower triangle is read) becomes L with L L' = a in the lower
 * triangle. A pivot below tol times its diagonal ends it: false, and *bad is that column, which is
 * a combination of the columns before it. */
bool hu_cholesky(double *a, int p, double tol, int *bad);

/* b [p] becomes the solution of L L' x = b. */
void hu_cholesky_solve(const double *l, int p, double *b);

/* inverse [p*p] of L L', symmetric, whole. */
void hu_cholesky_inverse(const double *l, int p, double *inverse);

#endif
