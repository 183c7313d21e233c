/* baseline.c - age and calendar curves of one outcome: groups, pieces, penalised Newton, weights.
 *
 *   check -> axes (age groups, calendar cells and their parameters) -> pieces of every case
 *         -> Newton on the penalised likelihood -> curves in a fixed normal form -> sums for
 * weights
 *
 * Parameters b = age groups (A of them), then calendar periods, then twelve months if asked for.
 * The likelihood says nothing about the level of a curve nor about a trend shared out between the
 * two curves, and little where cases are few. What decides there is the penalty, read as a prior:
 *
 *   age     steps between neighbouring groups are N(drift, 0.2^2 a year), the drift N(0, 0.3^2 a
 *           year): a random walk around a free straight line. A jump (a screening age) is followed
 *           as soon as a few dozen cases say so; where nothing is known the curve goes straight.
 *   period  N(0, 0.5^2), and its straight line is held at zero (TREND): age has it.
 *   month   N(0, 0.5^2).
 *   level   N(0, 100^2) for each age group, only to make the matrix definite.
 *
 * The penalised likelihood is strictly concave, so Newton with halving ends at the one maximum.
 */
#include "model/baseline.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "model/linear.h"

#define YEAR 365.25
#define OLDEST 120 /* years: older ages share the last group */
#define STEP_SD 0.2
#define DRIFT_SD 0.3
#define EFFECT_SD 0.5
#define LEVEL_SD 100.0
/* Curvature that holds the calendar's straight line (a vector of norm 1 over the periods) at zero,
 * per event. An event contributes at most 1/4 of the squared spread of that vector, which is below
 * 4: so the line left is below 1e-4 of what the data would give. */
#define TREND 1e4
#define MOST_STEPS 60

void hu_baseline_options_init(hu_baseline_options *o) {
    *o = (hu_baseline_options){.size = sizeof *o};
}

typedef struct piece {
    int16_t age, cell;
    double days; /* times the known ratios */
} piece;

typedef struct design {
    int n_age, n_cell, n_period, n_month; /* parameters: n_age + n_period + n_month */
    int p;
    int first_year, step_years, cell_months;
    int32_t *age_cut, *cell_cut; /* [n_age+1], [n_cell+1] */
    int *period, *month; /* [n_cell] parameter of a cell; month -1 when there is no season */
    int64_t n;
    int64_t *first;       /* [n+1] pieces of a case */
    int64_t *event_piece; /* [n] */
    piece *pieces;
    double *penalty; /* [p*p] */
    int64_t *age_events;
} design;

static void release(design *d) {
    free(d->age_cut), free(d->cell_cut), free(d->period), free(d->month), free(d->first);
    free(d->event_piece), free(d->pieces), free(d->penalty), free(d->age_events);
}

typedef struct cases {
    const int32_t *birth, *start, *end, *event;
    int64_t n;
    const hu_baseline_known *known;
} cases;

static hune_status check(const cases *c, hune_err *err) {
    for (int64_t i = 0; i < c->n; i++)
        if (!(c->start[i] <= c->event[i] && c->event[i] < c->end[i] && c->birth[i] <= c->start[i]))
            return hune_fail(err, HUNE_EDATA,
                             "case %lld: born on day %d, observed [%d, %d), event on day %d",
                             (long long)i, c->birth[i], c->start[i], c->end[i], c->event[i]);
    return HUNE_OK;
}

/* --- axes --- */

static int32_t birthday(int year) {
    return (int32_t)floor(YEAR * year);
}

static hune_status age_axis(design *d, const cases *c, hune_err *err) {
    int32_t youngest = INT32_MAX, oldest = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->start[i] - c->birth[i] < youngest) youngest = c->start[i] - c->birth[i];
        if (c->end[i] - 1 - c->birth[i] > oldest) oldest = c->end[i] - 1 - c->birth[i];
    }
    const int step = d->step_years;
    if (youngest >= birthday(OLDEST)) youngest = birthday(OLDEST) - 1;
    d->first_year = (int)(youngest / YEAR) / step * step;
    d->n_age = 1;
    while (birthday(d->first_year + d->n_age * step) <= oldest &&
           d->first_year + d->n_age * step < OLDEST)
        d->n_age++;
    d->age_cut = hu_calloc((size_t)d->n_age + 1, sizeof *d->age_cut);
    d->age_events = hu_calloc((size_t)d->n_age, sizeof *d->age_events);
    if (!d->age_cut || !d->age_events) return hune_fail(err, HUNE_ENOMEM, "no memory for ages");
    for (int g = 0; g <= d->n_age; g++) d->age_cut[g] = birthday(d->first_year + g * step);
    return HUNE_OK;
}

static int cell_of(const design *d, int32_t day) {
    int lo = 0, hi = d->n_cell - 1;
    while (lo < hi) {
        const int mid = (lo + hi + 1) / 2;
        if (d->cell_cut[mid] <= day) lo = mid;
        else hi = mid - 1;
    }
    return lo;
}

/* Neighbouring periods are joined, in order, until each has min_cases events; what is left at the
 * end joins the last. */
static void merge_periods(design *d, const int64_t *events, int n, int min_cases, int *merged) {
    int64_t have = 0;
    int at = 0;
    for (int k = 0; k < n; k++) {
        if (have >= min_cases) at++, have = 0;
        merged[k] = at;
        have += events[k];
    }
    if (have < min_cases && at > 0) {
        for (int k = 0; k < n; k++)
            if (merged[k] == at) merged[k] = at - 1;
        at--;
    }
    d->n_period = n > 0 ? at + 1 : 0;
}

/* Cells start on the first of a month; period = quarter (or year, with a season), merged. */
static hune_status calendar_axis(design *d, const cases *c, const hu_baseline_options *o,
                                 hune_err *err) {
    int32_t from = INT32_MAX, to = INT32_MIN;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->start[i] < from) from = c->start[i];
        if (c->end[i] > to) to = c->end[i];
    }
    int year, month, day, last_year, last_month;
    hu_civil(from, &year, &month, &day);
    hu_civil(to - 1, &last_year, &last_month, &day);
    const int width = d->cell_months, lead = (month - 1) / width;
    d->n_cell = (last_year - year) * (12 / width) + (last_month - 1) / width - lead + 1;
    if (d->n_cell > INT16_MAX)
        return hune_fail(err, HUNE_EDATA, "cases are observed over %d years: is a date wrong?",
                         last_year - year);
    const size_t cells = (size_t)d->n_cell;
    d->cell_cut = hu_calloc(cells + 1, sizeof *d->cell_cut);
    d->period = hu_calloc(cells, sizeof *d->period);
    d->month = hu_calloc(cells, sizeof *d->month);
    int64_t *events = hu_calloc(cells, sizeof *events);
    int *merged = hu_calloc(cells, sizeof *merged);
    if (!d->cell_cut || !d->period || !d->month || !events || !merged) {
        free(events), free(merged);
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu calendar cells", cells);
    }
    for (int k = 0; k <= d->n_cell; k++) {
        const int m = (lead + k) * width;
        d->cell_cut[k] = hu_day(year + m / 12, m % 12 + 1, 1);
    }
    const int per_period = o->season ? 12 : 1;
    const int n_raw = (lead * o->season + d->n_cell - 1) / per_period + 1;
    for (int k = 0; k < d->n_cell; k++) {
        d->period[k] = (lead * o->season + k) / per_period;
        d->month[k] = o->season ? (lead + k) % 12 : -1;
    }
    for (int64_t i = 0; i < c->n; i++) events[d->period[cell_of(d, c->event[i])]]++;
    merge_periods(d, events, n_raw, o->min_cases > 0 ? o->min_cases : 50, merged);
    d->n_month = o->season ? 12 : 0;
    for (int k = 0; k < d->n_cell; k++) {
        d->period[k] = d->n_age + merged[d->period[k]];
        if (d->month[k] >= 0) d->month[k] += d->n_age + d->n_period;
    }
    free(events), free(merged);
    return HUNE_OK;
}

static int age_group(const int32_t *cut, int n_age, int first_year, int step_years, int32_t age) {
    int g = (int)((age / YEAR - first_year) / step_years);
    if (g < 0) g = 0;
    if (g > n_age - 1) g = n_age - 1;
    while (g > 0 && age < cut[g]) g--;
    while (g < n_age - 1 && age >= cut[g + 1]) g++;
    return g;
}

/* Days of [day, until), each times the ratios known to hold on it. */
static double known_days(const cases *c, int64_t i, int32_t day, int32_t until) {
    if (!c->known) return until - day;
    double sum = 0;
    while (day < until) {
        int32_t next = until;
        double log_ratio = 0;
        for (int64_t k = c->known->first[i]; k < c->known->first[i + 1]; k++) {
            const int32_t from = c->known->from[k], to = c->known->to[k];
            if (from <= day && day < to) log_ratio += c->known->log_ratio[k];
            if (from > day && from < next) next = from;
            if (to > day && to < next) next = to;
        }
        sum += (next - day) * exp(log_ratio);
        day = next;
    }
    return sum;
}

/* Cut case i where its age group or its cell changes. pieces NULL = only count. */
static int64_t cut_case(design *d, const cases *c, int64_t i, piece *pieces) {
    int64_t n = 0;
    int32_t day = c->start[i];
    int g = age_group(d->age_cut, d->n_age, d->first_year, d->step_years, day - c->birth[i]);
    int k = cell_of(d, day);
    while (day < c->end[i]) {
        int32_t until = c->end[i];
        if (g < d->n_age - 1 && c->birth[i] + d->age_cut[g + 1] < until)
            until = c->birth[i] + d->age_cut[g + 1];
        if (k < d->n_cell - 1 && d->cell_cut[k + 1] < until) until = d->cell_cut[k + 1];
        if (pieces) {
            pieces[n] = (piece){(int16_t)g, (int16_t)k, known_days(c, i, day, until)};
            if (c->event[i] >= day && c->event[i] < until) {
                d->event_piece[i] = d->first[i] + n;
                d->age_events[g]++;
            }
        }
        n++;
        day = until;
        if (g < d->n_age - 1 && day >= c->birth[i] + d->age_cut[g + 1]) g++;
        if (k < d->n_cell - 1 && day >= d->cell_cut[k + 1]) k++;
    }
    return n;
}

static hune_status cut_all(design *d, const cases *c, hune_err *err) {
    d->n = c->n;
    d->first = hu_calloc((size_t)c->n + 1, sizeof *d->first);
    d->event_piece = hu_calloc((size_t)c->n, sizeof *d->event_piece);
    if (!d->first || !d->event_piece) return hune_fail(err, HUNE_ENOMEM, "no memory for pieces");
    for (int64_t i = 0; i < c->n; i++) d->first[i + 1] = d->first[i] + cut_case(d, c, i, NULL);
    d->pieces = hu_calloc((size_t)d->first[c->n], sizeof *d->pieces);
    if (!d->pieces) return hune_fail(err, HUNE_ENOMEM, "no memory for pieces");
    for (int64_t i = 0; i < c->n; i++) cut_case(d, c, i, d->pieces + d->first[i]);
    return HUNE_OK;
}

/* --- penalty --- */

/* Penalty on age: sum (step - drift)^2 / 2 STEP^2 + drift^2 / 2 DRIFT^2 with drift = (last - first)
 * / steps; the sum is sum step^2 - steps * drift^2. Variances of a walk grow with the years of a
 * step.
 */
static void age_penalty(design *d) {
    const size_t p = (size_t)d->p;
    const double years = d->step_years, steps = d->n_age - 1;
    const double walk = 1 / (STEP_SD * STEP_SD * years);
    for (size_t g = 0; g < (size_t)d->n_age; g++) {
        d->penalty[g * p + g] += 1 / (LEVEL_SD * LEVEL_SD);
        if (g == 0) continue;
        d->penalty[g * p + g] += walk;
        d->penalty[(g - 1) * p + g - 1] += walk;
        d->penalty[g * p + g - 1] -= walk;
        d->penalty[(g - 1) * p + g] -= walk;
    }
    if (steps < 1) return;
    const double drift = 1 / (steps * steps * DRIFT_SD * DRIFT_SD * years * years) - walk / steps;
    const size_t last = (size_t)d->n_age - 1;
    d->penalty[0] += drift;
    d->penalty[last * p + last] += drift;
    d->penalty[last * p] -= drift;
    d->penalty[last] -= drift;
}

static hune_status build_penalty(design *d, hune_err *err) {
    const size_t p = (size_t)d->p, a = (size_t)d->n_age, periods = (size_t)d->n_period;
    d->penalty = hu_calloc(p * p, sizeof *d->penalty);
    double *line = hu_calloc(2 * periods + 1, sizeof *line), *days = line ? line + periods : NULL;
    if (!d->penalty || !line) {
        free(line);
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu parameters", p);
    }
    age_penalty(d);
    for (size_t j = a; j < p; j++) d->penalty[j * p + j] += 1 / (EFFECT_SD * EFFECT_SD);
    const double origin = 0.5 * (d->cell_cut[0] + d->cell_cut[d->n_cell]);
    double norm = 0;
    for (int k = 0; k < d->n_cell; k++) {
        const double length = d->cell_cut[k + 1] - d->cell_cut[k];
        const double middle = 0.5 * (d->cell_cut[k + 1] + d->cell_cut[k]) - origin;
        line[(size_t)d->period[k] - a] += length * middle;
        days[(size_t)d->period[k] - a] += length;
    }
    for (size_t j = 0; j < periods; j++) norm += line[j] * line[j];
    if (periods > 1 && norm > 0)
        for (size_t j = 0; j < periods; j++)
            for (size_t k = 0; k < periods; k++)
                d->penalty[(a + j) * p + a + k] += TREND * (double)d->n * line[j] * line[k] / norm;
    free(line);
    return HUNE_OK;
}

/* --- likelihood --- */

typedef struct work {
    double *b, *trial, *score, *info, *step; /* [p], [p], [p], [p*p], [p] */
    double *mean;                            /* [p] of one case */
    int *touched;                            /* [p] its columns */
    double *age_rate, *cell_rate;            /* [n_age], [n_cell] exp of effects */
    double *share;                           /* [longest case] */
} work;

static void touch(work *w, int *n, int j, double v) {
    if (v == 0) return; /* an underflow; 0 marks columns not touched */
    if (w->mean[j] == 0) w->touched[(*n)++] = j;
    w->mean[j] += v;
}

/* Add n_i = 1 case's score and information; shares of its pieces are in w->share. */
static void add_slopes(const design *d, work *w, int64_t i) {
    const size_t p = (size_t)d->p;
    int n = 0;
    for (int64_t r = d->first[i]; r < d->first[i + 1]; r++) {
        const piece *q = &d->pieces[r];
        const double s = w->share[r - d->first[i]];
        const int columns[3] = {q->age, d->period[q->cell], d->month[q->cell]};
        for (int x = 0; x < 3 && columns[x] >= 0; x++) {
            touch(w, &n, columns[x], s);
            w->score[columns[x]] += (double)(r == d->event_piece[i]) - s;
            for (int y = 0; y <= x; y++) { /* lower triangle: month > period > age */
                w->info[(size_t)columns[x] * p + (size_t)columns[y]] += s;
            }
        }
    }
    for (int x = 0; x < n; x++) {
        const double m = w->mean[w->touched[x]];
        double *row = w->info + (size_t)w->touched[x] * p;
        for (int y = 0; y < n; y++) row[w->touched[y]] -= m * w->mean[w->touched[y]];
    }
    for (int x = 0; x < n; x++) w->mean[w->touched[x]] = 0;
}

static double likelihood(const design *d, work *w, const double *b, bool slopes) {
    for (int g = 0; g < d->n_age; g++) w->age_rate[g] = exp(b[g]);
    for (int k = 0; k < d->n_cell; k++)
        w->cell_rate[k] = exp(b[d->period[k]] + (d->month[k] >= 0 ? b[d->month[k]] : 0));
    double ll = 0;
    if (slopes) {
        memset(w->score, 0, (size_t)d->p * sizeof *w->score);
        memset(w->info, 0, (size_t)d->p * (size_t)d->p * sizeof *w->info);
    }
    for (int64_t i = 0; i < d->n; i++) {
        double total = 0;
        const int64_t lo = d->first[i], hi = d->first[i + 1];
        for (int64_t r = lo; r < hi; r++) {
            const piece *q = &d->pieces[r];
            w->share[r - lo] = q->days * w->age_rate[q->age] * w->cell_rate[q->cell];
            total += w->share[r - lo];
        }
        const piece *e = &d->pieces[d->event_piece[i]];
        ll += log(w->age_rate[e->age] * w->cell_rate[e->cell] / total);
        if (!slopes) continue;
        for (int64_t r = lo; r < hi; r++) w->share[r - lo] /= total;
        add_slopes(d, w, i);
    }
    return ll;
}

/* b' penalty b / 2, and its slope (penalty b) into slope unless NULL. */
static double penalise(const design *d, const double *b, double *slope) {
    double sum = 0;
    for (int j = 0; j < d->p; j++) {
        double s = 0;
        for (int k = 0; k < d->p; k++) s += d->penalty[(size_t)j * (size_t)d->p + (size_t)k] * b[k];
        if (slope) slope[j] = s;
        sum += b[j] * s;
    }
    return sum / 2;
}

static hune_fit_end newton(const design *d, work *w, double *ll, double *ll_null) {
    const int p = d->p;
    double value = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
        *ll = likelihood(d, w, w->b, true);
        if (step == 0) *ll_null = *ll;
        value = *ll - penalise(d, w->b, w->step);
        for (int j = 0; j < p; j++) w->score[j] -= w->step[j], w->step[j] = w->score[j];
        for (size_t j = 0; j < (size_t)p * (size_t)p; j++) w->info[j] += d->penalty[j];
        int bad;
        if (!hu_cholesky(w->info, p, 0, &bad)) return HUNE_FIT_SINGULAR;
        hu_cholesky_solve(w->info, p, w->step);
        double gain = 0;
        for (int j = 0; j < p; j++) gain += w->step[j] * w->score[j];
        if (gain < 1e-9) return HUNE_FIT_OK;
        double scale = 1, next = -INFINITY;
        for (int halving = 0; halving < 40; halving++, scale /= 2) {
            for (int j = 0; j < p; j++) w->trial[j] = w->b[j] + scale * w->step[j];
            next = likelihood(d, w, w->trial, false) - penalise(d, w->trial, NULL);
            if (next >= value - 1e-12 * fabs(value)) break;
        }
        if (!(next >= value - 1e-12 * fabs(value))) return HUNE_FIT_MAXITER;
        memcpy(w->b, w->trial, (size_t)p * sizeof *w->b);
    }
    return HUNE_FIT_MAXITER;
}

/* --- results --- */

/* Level of age: 0 where most events are; of the calendar: mean 0 over days. */
static void normal_form(const design *d, const double *b, hu_baseline *out) {
    int top = 0;
    for (int g = 1; g < d->n_age; g++)
        if (d->age_events[g] > d->age_events[top]) top = g;
    for (int g = 0; g < d->n_age; g++) out->log_age[g] = b[g] - b[top];
    double sum = 0;
    for (int k = 0; k < d->n_cell; k++) {
        out->log_cal[k] = b[d->period[k]] + (d->month[k] >= 0 ? b[d->month[k]] : 0);
        sum += out->log_cal[k] * (d->cell_cut[k + 1] - d->cell_cut[k]);
    }
    for (int k = 0; k < d->n_cell; k++)
        out->log_cal[k] -= sum / (d->cell_cut[d->n_cell] - d->cell_cut[0]);
}

/* What hu_baseline_weight looks up. */
static hune_status precompute(hu_baseline *out, hune_err *err) {
    const size_t days = (size_t)(out->cal_cut_day[out->n_cal] - out->cal_cut_day[0]);
    out->rate_age = hu_calloc((size_t)out->n_age, sizeof *out->rate_age);
    out->cal_sum = hu_calloc(days + 1, sizeof *out->cal_sum);
    if (!out->rate_age || !out->cal_sum)
        return hune_fail(err, HUNE_ENOMEM, "no memory for a baseline of %zu days", days);
    for (int g = 0; g < out->n_age; g++) out->rate_age[g] = exp(out->log_age[g]);
    size_t t = 0;
    for (int k = 0; k < out->n_cal; k++) {
        const double before = out->cal_sum[t], rate = exp(out->log_cal[k]);
        const size_t from = t, n = (size_t)(out->cal_cut_day[k + 1] - out->cal_cut_day[k]);
        for (; t < from + n; t++) out->cal_sum[t + 1] = before + rate * (double)(t + 1 - from);
    }
    return HUNE_OK;
}

static hune_status deliver(design *d, const double *b, hu_baseline *out, hune_err *err) {
    out->n_age = d->n_age;
    out->n_cal = d->n_cell;
    out->age_step_years = d->step_years;
    out->log_age = hu_calloc((size_t)d->n_age, sizeof *out->log_age);
    out->log_cal = hu_calloc((size_t)d->n_cell, sizeof *out->log_cal);
    if (!out->log_age || !out->log_cal) return hune_fail(err, HUNE_ENOMEM, "no memory for curves");
    normal_form(d, b, out);
    out->age_cut_days = d->age_cut, out->cal_cut_day = d->cell_cut;
    d->age_cut = d->cell_cut = NULL;
    return precompute(out, err);
}

static hune_status fit(design *d, hu_baseline *out, hune_err *err) {
    int64_t longest = 0;
    for (int64_t i = 0; i < d->n; i++)
        if (d->first[i + 1] - d->first[i] > longest) longest = d->first[i + 1] - d->first[i];
    const size_t p = (size_t)d->p;
    work w = {0};
    double *all =
        hu_calloc(5 * p + p * p + (size_t)(d->n_age + d->n_cell) + (size_t)longest, sizeof *all);
    w.touched = hu_calloc(p, sizeof *w.touched);
    hune_status status = HUNE_OK;
    if (!all || !w.touched) {
        status = hune_fail(err, HUNE_ENOMEM, "no memory for %zu parameters", p);
    } else {
        w.b = all, w.trial = all + p, w.score = all + 2 * p, w.step = all + 3 * p;
        w.mean = all + 4 * p, w.info = all + 5 * p, w.age_rate = w.info + p * p;
        w.cell_rate = w.age_rate + d->n_age, w.share = w.cell_rate + d->n_cell;
        out->end = newton(d, &w, &out->ll, &out->ll_null);
        status = deliver(d, w.b, out, err);
    }
    free(all);
    free(w.touched);
    return status;
}

/* Without cases: one group, one period, rate 1. */
static hune_status flat(hu_baseline *out, hune_err *err) {
    *out =
        (hu_baseline){.n_age = 1, .n_cal = 1, .age_step_years = OLDEST, .end = HUNE_FIT_NOEVENTS};
    out->age_cut_days = hu_calloc(2, sizeof *out->age_cut_days);
    out->cal_cut_day = hu_calloc(2, sizeof *out->cal_cut_day);
    out->log_age = hu_calloc(1, sizeof *out->log_age);
    out->log_cal = hu_calloc(1, sizeof *out->log_cal);
    if (!out->age_cut_days || !out->cal_cut_day || !out->log_age || !out->log_cal)
        return hune_fail(err, HUNE_ENOMEM, "no memory for a baseline");
    out->age_cut_days[1] = birthday(OLDEST);
    out->cal_cut_day[1] = 1;
    return precompute(out, err);
}

hune_status hu_baseline_fit(const int32_t *birth, const int32_t *start, const int32_t *end,
                            const int32_t *event, int64_t n, const hu_baseline_options *opt,
                            hu_baseline *out, hune_err *err) {
    memset(out, 0, sizeof *out);
    hu_baseline_options o;
    hu_baseline_options_init(&o);
    if (opt) o = *opt;
    const int months = o.season ? 1 : o.cal_months ? o.cal_months : 3;
    if (months < 1 || 12 % months || o.age_years < 0 || o.age_years > 60 || o.min_cases < 0)
        return hune_fail(err, HUNE_EARG, "a baseline of %d months, %d years of age, %d cases",
                         months, o.age_years, o.min_cases);
    o.season = o.season != 0;
    const cases c = {birth, start, end, event, n, o.known};
    HUNE_TRY(check(&c, err));
    hune_status status;
    if (n == 0) {
        status = flat(out, err);
    } else {
        design d = {.step_years = o.age_years ? o.age_years : 1, .cell_months = months};
        status = age_axis(&d, &c, err);
        if (!status) status = calendar_axis(&d, &c, &o, err);
        d.p = d.n_age + d.n_period + d.n_month;
        if (!status) status = cut_all(&d, &c, err);
        if (!status) status = build_penalty(&d, err);
        if (!status) status = fit(&d, out, err);
        release(&d);
    }
    if (status) hu_baseline_clear(out);
    return status;
}

/* Integral of the calendar rate from its first day to `day`; straight beyond the ends. */
static inline double calendar_to(const hu_baseline *b, int32_t day) {
    const int32_t at = day - b->cal_cut_day[0], n = b->cal_cut_day[b->n_cal] - b->cal_cut_day[0];
    if (at <= 0) return b->cal_sum[1] * at;
    if (at >= n) return b->cal_sum[n] + (b->cal_sum[n] - b->cal_sum[n - 1]) * (at - n);
    return b->cal_sum[at];
}

double hu_baseline_weight(const hu_baseline *b, int32_t birth, int32_t from, int32_t to) {
    if (from >= to) return 0;
    const int first_year = (int)(b->age_cut_days[0] / YEAR + 0.5);
    int g = age_group(b->age_cut_days, b->n_age, first_year, b->age_step_years, from - birth);
    double sum = 0, before = calendar_to(b, from);
    for (;; g++) {
        const int32_t until = g < b->n_age - 1 && birth + b->age_cut_days[g + 1] < to
                                  ? birth + b->age_cut_days[g + 1]
                                  : to;
        const double after = calendar_to(b, until);
        sum += b->rate_age[g] * (after - before);
        if (until == to) return sum;
        before = after;
    }
}

void hu_baseline_clear(hu_baseline *b) {
    if (!b) return;
    free(b->age_cut_days), free(b->cal_cut_day), free(b->log_age), free(b->log_cal);
    free(b->rate_age), free(b->cal_sum);
    memset(b, 0, sizeof *b);
}
