/* sccs_fit.c - the maximum of the case-series likelihood, and honesty about where there is none.
 *
 *   keep persons with events -> leave out columns that are not identified -> Newton with halving
 *        ^                                                                        |
 *        +---- drop the rows whose weight runs to 0 <---- a direction without end -+
 *
 * Not identified: constant within every person (exact), or a combination of earlier columns within
 * every person (a pivot of the information at 0 that vanishes). Neither depends on b.
 *
 * Separation: the likelihood rises for ever along a direction v exactly when every event's row is
 * among the rows of its person with the largest x.v. Single columns are tried before anything else
 * (a level without events). Joint directions show in Newton's steps: along them the information
 * decays as exp(-t), the steps stay near 1 while the gain vanishes; such a step is taken as v and
 * checked against every row. In the limit the rows that are not largest have weight 0: they are
 * dropped, v is then no longer identified, and the rest is fitted as usual. That is the finite
 * part.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "hune/sccs.h"
#include "model/linear.h"

#define PIVOT_REL                                                                                  \
    1e-9 /* information left of a column after the earlier ones: below = a combination */
#define LONG_STEP 0.3 /* a Newton step this long with LITTLE_GAIN left points to infinity */
#define LITTLE_GAIN 1e-3
#define FAR_OUT 5.0 /* and only when some coefficient has already come this far */
#define SAME 0.05   /* components of v and of x.v that count as 0, relative to the largest */

void hune_sccs_options_init(hune_sccs_options *o) {
    *o = (hune_sccs_options){.size = sizeof *o};
}

/* A copy of the data that rows can be dropped from. */
typedef struct part {
    hune_sccs d;
    int64_t *first;
    double *offset, *x;
    int32_t *events, *code;
} part;

static void part_clear(part *p) {
    free(p->first), free(p->offset), free(p->x), free(p->events), free(p->code);
}

static hune_status part_copy(const hune_sccs *d, part *p, hune_err *err) {
    const size_t rows = d->n ? (size_t)(d->first[d->n] - d->first[0]) : 0;
    p->first = hu_calloc((size_t)d->n + 1, sizeof *p->first);
    p->offset = hu_calloc(rows + 1, sizeof *p->offset);
    p->events = hu_calloc(rows + 1, sizeof *p->events);
    p->x = hu_calloc(rows * (size_t)d->dense + 1, sizeof *p->x);
    p->code = hu_calloc(rows * (size_t)d->factors + 1, sizeof *p->code);
    if (!p->first || !p->offset || !p->events || !p->x || !p->code)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu rows", rows);
    p->d = *d;
    p->d.first = p->first, p->d.offset = p->offset, p->d.events = p->events;
    p->d.x = p->x, p->d.code = p->code;
    return HUNE_OK;
}

static void copy_row(const hune_sccs *from, int64_t r, part *p, int64_t to) {
    p->offset[to] = from->offset[r];
    p->events[to] = from->events[r];
    for (int32_t j = 0; j < from->dense; j++)
        p->x[to * from->dense + j] = from->x[r * from->dense + j];
    for (int32_t k = 0; k < from->factors; k++)
        p->code[to * from->factors + k] = from->code[r * from->factors + k];
}

/* Persons with events, and at least two rows; nobody else says anything about b. */
static hune_status informative(const hune_sccs *d, part *p, hune_err *err) {
    HUNE_TRY(part_copy(d, p, err));
    int64_t n = 0, at = 0;
    for (int64_t i = 0; i < d->n; i++) {
        int64_t events = 0;
        for (int64_t r = d->first[i]; r < d->first[i + 1]; r++) events += d->events[r];
        if (events == 0 || d->first[i + 1] - d->first[i] < 2) continue;
        for (int64_t r = d->first[i]; r < d->first[i + 1]; r++) copy_row(d, r, p, at++);
        p->first[++n] = at;
    }
    p->d.n = n;
    return HUNE_OK;
}

static double along(const hune_sccs *d, int64_t r, const double *v) {
    double s = 0;
    for (int32_t j = 0; j < d->dense; j++) s += d->x[r * d->dense + j] * v[j];
    for (int32_t k = 0; k < d->factors; k++)
        if (d->code[r * d->factors + k] >= 0) s += v[d->code[r * d->factors + k]];
    return s;
}

/* Does the likelihood rise for ever along v? */
static bool is_separating(const hune_sccs *d, const double *v, double same) {
    bool moves = false;
    for (int64_t i = 0; i < d->n; i++) {
        double top = -INFINITY, bottom = INFINITY;
        for (int64_t r = d->first[i]; r < d->first[i + 1]; r++) {
            const double s = along(d, r, v);
            top = fmax(top, s), bottom = fmin(bottom, s);
        }
        if (top - bottom <= same) continue;
        for (int64_t r = d->first[i]; r < d->first[i + 1]; r++)
            if (d->events[r] && along(d, r, v) < top - same) return false;
        moves = true;
    }
    return moves;
}

/* Rows that are not largest along v go. Works in place: rows only move down. */
static void drop_rows(part *p, const double *v, double same) {
    int64_t at = 0, lo = 0;
    for (int64_t i = 0; i < p->d.n; i++) {
        const int64_t hi = p->first[i + 1];
        double top = -INFINITY;
        for (int64_t r = lo; r < hi; r++) top = fmax(top, along(&p->d, r, v));
        for (int64_t r = lo; r < hi; r++)
            if (along(&p->d, r, v) >= top - same) copy_row(&p->d, r, p, at++);
        p->first[i + 1] = at;
        lo = hi;
    }
}

typedef struct job {
    part part;
    int p, n_active;
    int *active; /* [p] columns being fitted */
    int *flag;   /* the caller's */
    double *b, *trial, *score, *step, *v, *info, *small, *scratch;
} job;

static void job_clear(job *j) {
    part_clear(&j->part);
    free(j->active), free(j->b), free(j->scratch);
}

static hune_status job_init(job *j, const hune_sccs *d, hune_err *err) {
    HUNE_TRY(informative(d, &j->part, err));
    const size_t p = (size_t)d->p;
    j->p = d->p;
    j->active = hu_calloc(p + 1, sizeof *j->active);
    j->b = hu_calloc(5 * p + 2 * p * p + 1, sizeof *j->b);
    j->scratch = hu_calloc(hune_sccs_scratch_len(d), sizeof *j->scratch);
    if (!j->active || !j->b || !j->scratch)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %d coefficients", d->p);
    j->trial = j->b + p, j->score = j->b + 2 * p, j->step = j->b + 3 * p, j->v = j->b + 4 * p;
    j->info = j->b + 5 * p, j->small = j->info + p * p;
    return HUNE_OK;
}

/* Information of the active columns, packed into j->small. */
static void pack(job *j) {
    const size_t p = (size_t)j->p, n = (size_t)j->n_active;
    for (size_t a = 0; a < n; a++)
        for (size_t c = 0; c < n; c++)
            j->small[a * n + c] = j->info[(size_t)j->active[a] * p + (size_t)j->active[c]];
}

/* Is column c the same in all rows of each person? */
static bool is_constant(const hune_sccs *d, int32_t c, double *v) {
    v[c] = 1;
    bool constant = true;
    for (int64_t i = 0; i < d->n && constant; i++)
        for (int64_t r = d->first[i] + 1; r < d->first[i + 1] && constant; r++)
            constant = along(d, r, v) == along(d, d->first[i], v);
    v[c] = 0;
    return constant;
}

/* Choose the columns that can be fitted; the others get `mark` unless they have a flag. */
static void identify(job *j, int mark) {
    memset(j->v, 0, (size_t)j->p * sizeof *j->v);
    j->n_active = 0;
    for (int c = 0; c < j->p; c++) {
        if (j->flag[c] == HUNE_COEF_SINGULAR) continue;
        if (is_constant(&j->part.d, c, j->v)) {
            if (!j->flag[c]) j->flag[c] = mark;
        } else {
            j->active[j->n_active++] = c;
        }
    }
    memset(j->trial, 0, (size_t)j->p * sizeof *j->trial);
    hune_sccs_loglik(&j->part.d, j->trial, NULL, j->info, j->scratch);
    int bad = -1;
    for (pack(j); j->n_active && !hu_cholesky(j->small, j->n_active, PIVOT_REL, &bad); pack(j)) {
        const int c = j->active[bad];
        if (!j->flag[c]) j->flag[c] = mark;
        memmove(j->active + bad, j->active + bad + 1,
                (size_t)(j->n_active - bad - 1) * sizeof *j->active);
        j->n_active--;
    }
    for (int c = 0; c < j->p; c++) {
        bool kept = false;
        for (int a = 0; a < j->n_active; a++) kept = kept || j->active[a] == c;
        if (!kept) j->b[c] = 0;
    }
}

static void mark_direction(job *j, const double *v) {
    for (int c = 0; c < j->p; c++)
        if (v[c] != 0) j->flag[c] = HUNE_COEF_SEPARATED;
    for (int c = 0; c < j->p; c++)
        if (v[c] != 0) j->b[c] = 0;
}

/* Levels without an event, and columns that are always largest (or smallest) where events are. */
static bool single_columns(job *j) {
    bool found = false;
    memset(j->v, 0, (size_t)j->p * sizeof *j->v);
    for (int a = 0; a < j->n_active; a++) {
        const int c = j->active[a];
        for (int sign = -1; sign <= 1; sign += 2) {
            j->v[c] = sign;
            if (is_separating(&j->part.d, j->v, 0)) {
                mark_direction(j, j->v);
                drop_rows(&j->part, j->v, 0);
                found = true;
            }
        }
        j->v[c] = 0;
    }
    return found;
}

/* Is the last step a direction without end? Then cut the data down to the limit. */
static bool joint_direction(job *j) {
    double longest = 0;
    for (int c = 0; c < j->p; c++) longest = fmax(longest, fabs(j->step[c]));
    memset(j->v, 0, (size_t)j->p * sizeof *j->v);
    for (int c = 0; c < j->p; c++)
        if (fabs(j->step[c]) > SAME * longest) j->v[c] = j->step[c] / longest;
    if (!is_separating(&j->part.d, j->v, SAME)) return false;
    mark_direction(j, j->v);
    drop_rows(&j->part, j->v, SAME);
    return true;
}

typedef enum walk_end { WALK_DONE, WALK_STUCK, WALK_CUT } walk_end;

/* One Newton walk on the active columns. */
static walk_end walk(job *j, const hune_sccs_options *o, hune_sccs_fit *fit) {
    const int limit = o->max_iter > 0 ? o->max_iter : 50;
    const double tol = o->tol > 0 ? o->tol : 1e-16;
    const size_t n = (size_t)j->n_active;
    for (int k = 0; k < limit; k++) {
        fit->iterations++;
        fit->ll = hune_sccs_loglik(&j->part.d, j->b, j->score, j->info, j->scratch);
        pack(j);
        int bad;
        if (!hu_cholesky(j->small, j->n_active, 1e-15, &bad)) return WALK_STUCK;
        for (size_t a = 0; a < n; a++) j->trial[a] = j->score[j->active[a]];
        hu_cholesky_solve(j->small, j->n_active, j->trial);
        memset(j->step, 0, (size_t)j->p * sizeof *j->step);
        double longest = 0, farthest = 0;
        fit->decrement = fit->gradient = 0;
        for (size_t a = 0; a < n; a++) {
            const int c = j->active[a];
            j->step[c] = j->trial[a];
            fit->decrement += j->trial[a] * j->score[c];
            fit->gradient = fmax(fit->gradient, fabs(j->score[c]));
            longest = fmax(longest, fabs(j->step[c]));
            farthest = fmax(farthest, fabs(j->b[c]));
        }
        if (longest > LONG_STEP && farthest > FAR_OUT && fit->decrement < LITTLE_GAIN &&
            joint_direction(j))
            return WALK_CUT;
        if (fit->decrement < tol) return WALK_DONE;
        double scale = 1, next = NAN;
        for (int halving = 0; halving < 50; halving++, scale /= 2) {
            for (int c = 0; c < j->p; c++) j->trial[c] = j->b[c] + scale * j->step[c];
            next = hune_sccs_loglik(&j->part.d, j->trial, NULL, NULL, j->scratch);
            if (next >= fit->ll - 1e-13 * fabs(fit->ll)) break;
        }
        if (!(next >= fit->ll - 1e-13 * fabs(fit->ll))) return WALK_STUCK;
        memcpy(j->b, j->trial, (size_t)j->p * sizeof *j->b);
    }
    return WALK_STUCK;
}

/* Estimates, errors and covariance of the finite part; NAN elsewhere. The last walk's Cholesky
 * factor is in j->small, at the point it ended. */
static void deliver(job *j, double *b, double *se, double *cov) {
    const size_t p = (size_t)j->p, n = (size_t)j->n_active;
    for (size_t c = 0; c < p; c++) b[c] = se[c] = NAN;
    for (size_t c = 0; cov && c < p * p; c++) cov[c] = NAN;
    hu_cholesky_inverse(j->small, j->n_active, j->info);
    for (size_t a = 0; a < n; a++) {
        const size_t c = (size_t)j->active[a];
        if (j->flag[c]) continue;
        b[c] = j->b[c];
        se[c] = sqrt(j->info[a * n + a]);
        for (size_t e = 0; cov && e < n; e++)
            if (!j->flag[j->active[e]]) cov[c * p + (size_t)j->active[e]] = j->info[a * n + e];
    }
}

static void maximize(job *j, const hune_sccs_options *o, hune_sccs_fit *fit) {
    identify(j, HUNE_COEF_SINGULAR);
    if (single_columns(j)) identify(j, HUNE_COEF_SEPARATED);
    walk_end end = walk(j, o, fit);
    for (int cuts = 0; end == WALK_CUT && cuts < j->p; cuts++) {
        identify(j, HUNE_COEF_SEPARATED);
        if (single_columns(j)) identify(j, HUNE_COEF_SEPARATED);
        end = walk(j, o, fit);
    }
    fit->end = end == WALK_DONE ? HUNE_FIT_OK : HUNE_FIT_MAXITER;
}

hune_status hune_sccs_maximize(const hune_sccs *d, const hune_sccs_options *opt, double *b,
                               double *se, double *cov, int *flag, hune_sccs_fit *fit,
                               hune_err *err) {
    hune_sccs_options o;
    hune_sccs_options_init(&o);
    if (opt) o = *opt;
    *fit = (hune_sccs_fit){.end = HUNE_FIT_NOEVENTS, .blame = -1};
    HUNE_TRY(hune_sccs_check(d, err));
    job j = {.flag = flag};
    hune_status status = job_init(&j, d, err);
    if (!status) {
        for (int c = 0; c < d->p; c++) b[c] = se[c] = NAN, flag[c] = HUNE_COEF_SINGULAR;
        for (size_t c = 0; cov && c < (size_t)d->p * (size_t)d->p; c++) cov[c] = NAN;
        fit->ll_null = hune_sccs_loglik(&j.part.d, j.b, NULL, NULL, j.scratch);
        fit->ll = fit->ll_null;
        if (j.part.d.n > 0) {
            for (int c = 0; c < d->p; c++) flag[c] = HUNE_COEF_OK;
            maximize(&j, &o, fit);
            deliver(&j, b, se, cov);
        }
    }
    for (int c = d->p - 1; c >= 0 && !status; c--)
        if (flag[c]) fit->blame = c;
    bool singular = false, separated = false;
    for (int c = 0; c < d->p && !status; c++) {
        singular = singular || flag[c] == HUNE_COEF_SINGULAR;
        separated = separated || flag[c] == HUNE_COEF_SEPARATED;
    }
    if (!status && fit->end == HUNE_FIT_OK)
        fit->end = separated ? HUNE_FIT_SEPARATED : singular ? HUNE_FIT_SINGULAR : HUNE_FIT_OK;
    job_clear(&j);
    return status;
}
