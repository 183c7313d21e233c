/* sccs.c - the conditional Poisson log-likelihood of a case series, its slope and its curvature.
 *
 * One pass over persons. Within a person three short loops over its rows, which stay in cache:
 * log weights and their top; their sum; shares, score and curvature. Curvature is built from what
 * is not zero: a row touches its few columns, a person the few columns of its rows, so that a
 * factor of a hundred levels costs no more than one of two.
 */
#include <math.h>
#include <string.h>
#include "hune/sccs.h"

/* A weight so small beside its person's largest that the sum cannot feel it. */
#define LOG_NOTHING (-745.0)

static hune_status check_row(const hune_sccs *d, int64_t r, hune_err *err) {
    if (d->events[r] < 0)
        return hune_fail(err, HUNE_EDATA, "row %lld has %d events", (long long)r, d->events[r]);
    if (!isfinite(d->offset[r]))
        return hune_fail(err, HUNE_EDATA, "row %lld has offset %g", (long long)r, d->offset[r]);
    for (int32_t j = 0; j < d->dense; j++)
        if (!isfinite(d->x[r * d->dense + j]))
            return hune_fail(err, HUNE_EDATA, "row %lld has %g in column %d", (long long)r,
                             d->x[r * d->dense + j], j);
    for (int32_t k = 0; k < d->factors; k++) {
        const int32_t c = d->code[r * d->factors + k];
        if (c != -1 && (c < d->dense || c >= d->p))
            return hune_fail(err, HUNE_EDATA, "row %lld is coded column %d of %d", (long long)r, c,
                             d->p);
        for (int32_t l = 0; l < k && c != -1; l++)
            if (d->code[r * d->factors + l] == c)
                return hune_fail(err, HUNE_EDATA, "row %lld is coded column %d twice", (long long)r,
                                 c);
    }
    return HUNE_OK;
}

hune_status hune_sccs_check(const hune_sccs *d, hune_err *err) {
    if (d->n < 0 || d->p < 0 || d->dense < 0 || d->dense > d->p || d->factors < 0)
        return hune_fail(err, HUNE_EDATA, "%lld persons, %d columns of which %d dense, %d factors",
                         (long long)d->n, d->p, d->dense, d->factors);
    for (int64_t i = 0; i < d->n; i++)
        if (d->first[i] < 0 || d->first[i] > d->first[i + 1])
            return hune_fail(err, HUNE_EDATA, "person %lld owns rows %lld to %lld", (long long)i,
                             (long long)d->first[i], (long long)d->first[i + 1]);
    for (int64_t r = d->n ? d->first[0] : 0; d->n && r < d->first[d->n]; r++)
        HUNE_TRY(check_row(d, r, err));
    return HUNE_OK;
}

size_t hune_sccs_scratch_len(const hune_sccs *d) {
    int64_t longest = 0;
    for (int64_t i = 0; i < d->n; i++)
        if (d->first[i + 1] - d->first[i] > longest) longest = d->first[i + 1] - d->first[i];
    return (size_t)longest + 2 * (size_t)d->p + 1;
}

/* offset + x.b */
static double log_weight(const hune_sccs *d, int64_t r, const double *b) {
    double s = d->offset[r];
    for (int32_t j = 0; j < d->dense; j++) s += d->x[r * d->dense + j] * b[j];
    for (int32_t k = 0; k < d->factors; k++) {
        const int32_t c = d->code[r * d->factors + k];
        if (c >= 0) s += b[c];
    }
    return s;
}

/* A person's weighted mean of x, and which columns it has touched. */
typedef struct mean {
    double *at;       /* [p], 0 where not touched */
    int32_t *touched; /* [p] */
    int32_t n;
} mean;

static void add_mean(mean *m, int32_t j, double v) {
    if (v == 0) return;
    if (m->at[j] == 0) m->touched[m->n++] = j;
    m->at[j] += v;
    if (m->at[j] == 0) m->at[j] = 1e-300; /* cancelled: still touched, still nothing */
}

/* info += weight x x' for one row. */
static void add_square(const hune_sccs *d, int64_t r, double weight, double *info) {
    const size_t p = (size_t)d->p;
    const double *x = d->x ? d->x + r * d->dense : NULL;
    const int32_t *code = d->code ? d->code + r * d->factors : NULL;
    for (int32_t j = 0; j < d->dense; j++) {
        if (x[j] == 0) continue;
        double *row = info + (size_t)j * p;
        for (int32_t k = 0; k < d->dense; k++) row[k] += weight * x[j] * x[k];
        for (int32_t k = 0; k < d->factors; k++) {
            if (code[k] < 0) continue;
            row[code[k]] += weight * x[j];
            info[(size_t)code[k] * p + (size_t)j] += weight * x[j];
        }
    }
    for (int32_t k = 0; k < d->factors; k++)
        for (int32_t l = 0; l < d->factors && code[k] >= 0; l++)
            if (code[l] >= 0) info[(size_t)code[k] * p + (size_t)code[l]] += weight;
}

/* score += excess x and mean += share x for one row. */
static void add_row(const hune_sccs *d, int64_t r, double excess, double share, double *score,
                    mean *m) {
    for (int32_t j = 0; j < d->dense; j++) {
        const double x = d->x[r * d->dense + j];
        if (score) score[j] += excess * x;
        if (m) add_mean(m, j, share * x);
    }
    for (int32_t k = 0; k < d->factors; k++) {
        const int32_t c = d->code[r * d->factors + k];
        if (c < 0) continue;
        if (score) score[c] += excess;
        if (m) add_mean(m, c, share);
    }
}

/* info -= events mean mean', and the mean is emptied. */
static void subtract_mean(mean *m, double events, double *info, size_t p) {
    for (int32_t a = 0; a < m->n; a++) {
        double *row = info + (size_t)m->touched[a] * p;
        const double v = events * m->at[m->touched[a]];
        for (int32_t b = 0; b < m->n; b++) row[m->touched[b]] -= v * m->at[m->touched[b]];
    }
    for (int32_t a = 0; a < m->n; a++) m->at[m->touched[a]] = 0;
    m->n = 0;
}

double hune_sccs_loglik(const hune_sccs *d, const double *b, double *score, double *info,
                        double *scratch) {
    const size_t p = (size_t)d->p;
    mean m = {scratch, (int32_t *)(void *)(scratch + p), 0};
    double *log_w = scratch + 2 * p, ll = 0;
    for (size_t j = 0; j < p; j++)
        if (!isfinite(b[j])) return NAN;
    if (score) memset(score, 0, p * sizeof *score);
    if (info) memset(info, 0, p * p * sizeof *info);
    memset(scratch, 0, p * sizeof *scratch);

    for (int64_t i = 0; i < d->n; i++) {
        const int64_t lo = d->first[i], hi = d->first[i + 1];
        double top = -INFINITY, total = 0, events = 0;
        for (int64_t r = lo; r < hi; r++) {
            log_w[r - lo] = log_weight(d, r, b);
            top = fmax(top, log_w[r - lo]);
            events += d->events[r];
        }
        if (events == 0) continue; /* adds 0 below; skipping is speed only */
        for (int64_t r = lo; r < hi; r++)
            if (log_w[r - lo] - top > LOG_NOTHING) total += exp(log_w[r - lo] - top);
        const double log_total = top + log(total);
        for (int64_t r = lo; r < hi; r++) {
            const double lp = log_w[r - lo] - log_total, share = exp(lp);
            if (d->events[r]) ll += d->events[r] * lp;
            if (!score && !info) continue;
            add_row(d, r, d->events[r] - events * share, share, score, info ? &m : NULL);
            if (info) add_square(d, r, events * share, info);
        }
        if (info) subtract_mean(&m, events, info, p);
    }
    return ll;
}
