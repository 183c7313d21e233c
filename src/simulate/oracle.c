/* oracle.c - what somebody who knew everything would estimate: sim_truth/oracle.csv.
 *
 * For a step of a planted profile (true windows, true exposure) the maximum-likelihood rate ratio
 * with everything else known is
 *
 *     events in the step / sum over days at risk in it of h(t) without this effect,
 *
 * with the standard error 1 / sqrt(events) of its log. It is the ceiling of any analysis. Nulls and
 * traps are asked in the same way, over exposed days.
 *
 * The sum over days is estimated from a few random days, one in each piece of an exposure: its
 * error is small beside that of the events, because days are looked at hundreds of times as often
 * as events happen. The draws have a stream of their own, so that sums do not depend on threads.
 *
 * With --mode cases all events of the chosen outcomes are seen, and a sample of the lives is asked:
 * each with a chance in proportion to the events that its age, sex and frailty let expect, and it
 * then stands for 1 / chance of them. With four lives for each such event this adds some
 * hundredths to the standard errors, which tell it (Horvitz and Thompson 1952, Poisson sampling).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

enum { PIECE_DAYS = 365, JOINT_PIECE_DAYS = 30 };
static const double lives_an_event = 4; /* in the sample of --mode cases */

/* --- questions ------------------------------------------------------------------------------- */

static bool has_after(const hu_effect *e) {
    return e->after_value > 0;
}

static bool outlasts(const hu_effect *e) {
    return e->axis == HU_DISP_DAY || e->axis == HU_DOSE_DAY || e->axis == HU_STOP_DAY;
}

static bool planted(const hu_world *w, const char *id) {
    for (int e = 0; e < w->n_effects; e++)
        if (!strcmp(w->effect[e].id, id)) return true;
    return false;
}

static void ask(hu_world *w, const char *id, const char *kind, int drug, int outcome, int effect,
                int joint) {
    hu_question *q = &w->question[w->n_questions++];
    *q = (hu_question){id, kind, drug, outcome, effect, joint, w->n_asked, 1};
    if (effect >= 0) q->n_steps = w->effect[effect].n_steps + has_after(&w->effect[effect]);
    if (joint >= 0) q->n_steps = w->joint[joint].n_steps;
    w->n_asked += q->n_steps;
}

hune_status hu_ask(hu_world *w, hune_err *err) {
    const size_t most = (size_t)(w->n_effects + w->n_named + w->n_joints + 1);
    w->question = hu_arena_alloc(&w->arena, most * sizeof *w->question);
    w->of_drug = hu_arena_alloc(&w->arena, ((size_t)w->n_drugs + 2) * sizeof *w->of_drug);
    if (!w->question || !w->of_drug) return hune_fail(err, HUNE_ENOMEM, "no memory for an oracle");
    for (int d = 0; d < w->n_drugs; d++) {
        w->of_drug[d] = w->n_questions;
        for (int e = 0; e < w->n_effects; e++)
            if (w->effect[e].drug == d)
                ask(w, w->effect[e].id, "single", d, w->effect[e].outcome, e, -1);
        for (int i = 0; i < w->n_named; i++) {
            const hu_named *n = &w->named[i];
            if (n->drug != d || planted(w, n->id)) continue;
            /* a single that this world leaves out is a null */
            ask(w, n->id, !strcmp(n->kind, "single") ? "null" : n->kind, d, n->outcome, -1, -1);
        }
    }
    w->of_drug[w->n_drugs] = w->n_questions;
    for (int j = 0; j < w->n_joints; j++)
        ask(w, w->joint[j].id, w->joint[j].kind, -1, w->joint[j].outcome, -1, j);
    return HUNE_OK;
}

/* A last step of factor 1 that goes on after the exposure asks nothing. */
static bool nothing_left(const hu_effect *e, int k) {
    return k >= 0 && k < e->n_steps && e->value[k] == 1 && isinf(e->to[k]) && outlasts(e);
}

/* The step of a question on a day, and the factor that this effect alone has then. */
static int step_on(const hu_world *w, const hu_life *l, const hu_question *q, int32_t day,
                   double *own) {
    *own = 1;
    if (q->joint >= 0) {
        const int k = hu_joint_step(w, l, &w->joint[q->joint], day);
        if (k >= 0) *own = w->joint[q->joint].value[k];
        return k;
    }
    if (q->effect >= 0) {
        const hu_effect *e = &w->effect[q->effect];
        const int k = hu_effect_step(l, e, day);
        if (nothing_left(e, k)) return -1;
        if (k >= 0) *own = k < e->n_steps ? e->value[k] : e->after_value;
        return k;
    }
    for (int i = l->first_era[q->drug]; i < l->first_era[q->drug + 1]; i++)
        if (day >= l->era[i].start && day < l->era[i].end) return 0;
    return -1;
}

/* --- at risk ---------------------------------------------------------------------------------- */

enum { REFRACTORY_DAYS = 30 };

static bool at_risk(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    if (day < l->entry || day >= l->exit) return false;
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *v = &l->event[i];
        if (v->outcome != outcome || v->day >= day) continue;
        if (!w->outcome[outcome].recurrent || day < v->day + REFRACTORY_DAYS) return false;
    }
    return true;
}

static double hazard(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const hu_outcome *o = &w->outcome[outcome];
    return o->hazard[l->sex][hu_band(l->birth, day)] * l->frailty_power[outcome] *
           hu_season(o->season_amp, o->season_peak, day) * hu_multiplier_at(w, l, outcome, day) *
           hu_trap_at(w, l, outcome, day);
}

static void look(const hu_world *w, const hu_life *l, const hu_question *q, int32_t day,
                 double weight, hu_tally *t) {
    double own;
    const int k = step_on(w, l, q, day, &own);
    if (k < 0 || !at_risk(w, l, q->outcome, day)) return;
    t->oracle_life[q->first + k] += weight * hazard(w, l, q->outcome, day) / own;
}

/* Of cases only those of the chosen outcomes are all seen. */
static bool asked(const hu_world *w, const hu_question *q) {
    return w->o.mode == HUNE_MODE_FULL || w->outcome[q->outcome].chosen;
}

/* --- expected events ---------------------------------------------------------------------------
 */

/* Days that a question goes on after an era: until the next one at most. */
static int32_t tail(const hu_world *w, const hu_question *q) {
    if (q->effect < 0) return 0;
    const hu_effect *e = &w->effect[q->effect];
    if (has_after(e)) return 100000;
    if (!outlasts(e)) return 0;
    double most = 0;
    for (int k = 0; k < e->n_steps; k++) /* a last step of factor 1 asks nothing */
        if (e->value[k] != 1) most = fmax(most, e->to[k]);
    return most > 100000 ? 100000 : (int32_t)most;
}

/* One random day in each piece of [from, to). */
static void pieces(const hu_world *w, const hu_life *l, const hu_question *q, int32_t from,
                   int32_t to, int piece, hu_rng *r, hu_tally *t) {
    if (from < l->entry) from = l->entry;
    if (to > l->exit) to = l->exit;
    if (from >= to) return;
    const int n = 1 + (to - from - 1) / piece;
    const double length = (to - from) / (double)n;
    for (int i = 0; i < n; i++) {
        const double x = from + (i + hu_rng_unif(r)) * length;
        const int32_t day = (int32_t)x < to ? (int32_t)x : to - 1;
        look(w, l, q, day, length, t);
    }
}

static void by_drug(const hu_world *w, const hu_life *l, int drug, hu_rng *r, hu_tally *t) {
    const int last = l->first_era[drug + 1];
    for (int q = w->of_drug[drug]; q < w->of_drug[drug + 1]; q++) {
        const hu_question *x = &w->question[q];
        if (!asked(w, x)) continue;
        const int32_t more = tail(w, x);
        for (int i = l->first_era[drug]; i < last; i++) {
            if (l->era[i].end <= l->era[i].start) continue;
            int next = i + 1;
            while (next < last && l->era[next].end <= l->era[next].start) next++;
            int32_t end = l->era[i].end + more;
            if (next < last && end > l->era[next].start) end = l->era[next].start;
            /* the first days of an era are where most profiles change: a piece of their own */
            const int32_t middle = l->era[i].start + 28 < end ? l->era[i].start + 28 : end;
            pieces(w, l, x, l->era[i].start, middle, JOINT_PIECE_DAYS, r, t);
            pieces(w, l, x, middle, end, PIECE_DAYS, r, t);
        }
    }
}

static bool any_use(const hu_life *l, const hu_set *s) {
    for (int k = 0; k < s->n; k++)
        if (l->first_era[s->drug[k]] < l->first_era[s->drug[k] + 1]) return true;
    return false;
}

static int64_t days_of(const hu_life *l, const hu_set *s) {
    int64_t days = 0;
    for (int k = 0; k < s->n; k++)
        for (int i = l->first_era[s->drug[k]]; i < l->first_era[s->drug[k] + 1]; i++)
            days += l->era[i].end - l->era[i].start;
    return days;
}

/* Random days in the exposures to the set that is taken least. Where two of its members are taken
 * at once, a day could be met twice: only the first of them counts. */
static void by_joint(const hu_world *w, const hu_life *l, const hu_question *q, hu_rng *r,
                     hu_tally *t) {
    const hu_joint *j = &w->joint[q->joint];
    int least = 0;
    for (int k = 0; k < j->n_sets; k++) {
        if (!any_use(l, &j->set[k])) return;
        if (days_of(l, &j->set[k]) < days_of(l, &j->set[least])) least = k;
    }
    const hu_set *s = &j->set[least];
    for (int k = 0; k < s->n; k++)
        for (int i = l->first_era[s->drug[k]]; i < l->first_era[s->drug[k] + 1]; i++) {
            const int32_t from = l->era[i].start > l->entry ? l->era[i].start : l->entry,
                          to = l->era[i].end < l->exit ? l->era[i].end : l->exit;
            if (from >= to) continue;
            const int n = 1 + (to - from - 1) / JOINT_PIECE_DAYS;
            const double length = (to - from) / (double)n;
            for (int p = 0; p < n; p++) {
                const double x = from + (p + hu_rng_unif(r)) * length;
                const int32_t day = (int32_t)x < to ? (int32_t)x : to - 1;
                const hu_set before = {.drug = s->drug, .n = k};
                int32_t since;
                if (!hu_present(l, &before, day, &since)) look(w, l, q, day, length, t);
            }
        }
}

/* Events of an outcome in this life by its baseline and frailty alone. */
static double by_baseline(const hu_world *w, const hu_life *l, int outcome) {
    const hu_outcome *o = &w->outcome[outcome];
    double sum = 0;
    for (int32_t day = l->entry; day < l->exit;) {
        const int band = hu_band(l->birth, day);
        int32_t end = hu_band_start(l->birth, band + 1);
        if (end > l->exit) end = l->exit;
        sum += o->hazard[l->sex][band] * (end - day);
        day = end;
    }
    return o->frailty > 0 ? sum * pow(l->frailty, o->frailty) : sum;
}

bool hu_oracle_samples(const hu_world *w, hu_life *l, double *share) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_ORACLE + 1);
    double events = 0;
    for (int o = 0; o < w->n_outcomes; o++)
        if (w->outcome[o].chosen) events += by_baseline(w, l, o);
    *share = fmin(1, lives_an_event * events);
    return hu_rng_unif(&r) < *share;
}

void hu_oracle_expect(const hu_world *w, hu_life *l, double share, hu_tally *t) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_ORACLE);
    if (l->entry >= l->exit) return;
    for (int o = 0; o < w->n_outcomes; o++)
        l->frailty_power[o] =
            w->outcome[o].frailty > 0 ? pow(l->frailty, w->outcome[o].frailty) : 1;
    for (int d = 0; d < w->n_drugs; d++)
        if (l->first_era[d] < l->first_era[d + 1]) by_drug(w, l, d, &r, t);
    for (int q = w->of_drug[w->n_drugs]; q < w->n_questions; q++)
        if (asked(w, &w->question[q])) by_joint(w, l, &w->question[q], &r, t);
    for (int q = 0; q < w->n_questions; q++) {
        const hu_question *x = &w->question[q];
        double all = 0;
        for (int k = x->first; k < x->first + x->n_steps; k++) {
            const double one = t->oracle_life[k] / share;
            t->oracle_life[k] = 0;
            t->oracle_expected[k] += one;
            t->oracle_spread[k] += (1 - share) * one * one;
            all += one;
        }
        t->oracle_spread[w->n_asked + q] += (1 - share) * all * all;
    }
}

void hu_oracle_count(const hu_world *w, const hu_life *l, hu_tally *t) {
    for (size_t i = 0; i < l->n_events; i++)
        for (int q = 0; q < w->n_questions; q++) {
            double own;
            if (w->question[q].outcome != l->event[i].outcome) continue;
            const int k = step_on(w, l, &w->question[q], l->event[i].day, &own);
            if (k >= 0) t->oracle_events[w->question[q].first + k]++;
        }
}

void hu_oracle_life(const hu_world *w, hu_life *l, hu_tally *t) {
    hu_oracle_expect(w, l, 1, t);
    hu_oracle_count(w, l, t);
}

/* --- the table -------------------------------------------------------------------------------- */

/* Exact limits of a Poisson mean by its gamma quantiles, in the approximation of Wilson and
 * Hilferty (1931, doi:10.1073/pnas.17.12.684). */
static double poisson_limit(int64_t n, bool upper) {
    const double k = upper ? (double)n + 1 : (double)n, z = upper ? 1.959964 : -1.959964;
    if (k == 0) return 0;
    const double c = 1 - 1 / (9 * k) + z / (3 * sqrt(k));
    return k * c * c * c;
}

static void put_members(const hu_world *w, const hu_question *q, hu_buf *b) {
    if (q->joint < 0) {
        hu_buf_printf(b, "%s,,", w->drug[q->drug].atc);
        return;
    }
    const hu_joint *j = &w->joint[q->joint];
    hu_buf_printf(b, "%s,%s,%s", j->set[0].code, j->set[1].code,
                  j->n_sets > 2 ? j->set[2].code : "");
}

/* A limit of events / expected: the distances of both errors on the log scale, as if at right
 * angles. Without an error of expected it is the exact one. */
static double limit(int64_t events, double expected, double spread, bool upper) {
    const double exact = poisson_limit(events, upper) / expected, n = (double)events;
    if (!events || spread <= 0) return exact;
    const double poisson = log(exact * expected / n), sample = 1.959964 * sqrt(spread) / expected;
    const double far = sqrt(poisson * poisson + sample * sample);
    return n / expected * exp(upper ? far : -far);
}

static void put_estimate(hu_buf *b, double planted, int64_t events, double expected,
                         double spread) {
    const double n = (double)events;
    hu_buf_printf(b, "%.6g,%lld,%.6g,", planted, (long long)events, expected);
    if (expected <= 0) {
        hu_buf_add(b, ",,,\n");
        return;
    }
    hu_buf_printf(b, "%.6g,%.6g,%.6g,", n / expected, limit(events, expected, spread, false),
                  limit(events, expected, spread, true));
    if (events) hu_buf_printf(b, "%.6g", sqrt(1 / n + spread / (expected * expected)));
    hu_buf_add(b, "\n");
}

static void put_step(const hu_world *w, const hu_question *q, int k, hu_buf *b) {
    const hu_effect *e = q->effect >= 0 ? &w->effect[q->effect] : NULL;
    const hu_joint *j = q->joint >= 0 ? &w->joint[q->joint] : NULL;
    double from = 0, to = INFINITY;
    if (e && k == e->n_steps) from = e->after_from;
    else if (e) from = e->from[k], to = e->to[k];
    else if (j) from = j->from[k], to = j->to[k];
    hu_buf_printf(b, "%d,%s%.6g,", k + 1, e && k == e->n_steps ? "stop+" : "", from);
    if (isfinite(to)) hu_buf_printf(b, "%.6g", to);
    hu_buf_add(b, ",");
}

static double planted_in(const hu_world *w, const hu_question *q, int k) {
    if (q->effect >= 0) {
        const hu_effect *e = &w->effect[q->effect];
        return k < e->n_steps ? e->value[k] : e->after_value;
    }
    return q->joint >= 0 ? w->joint[q->joint].value[k] : 1;
}

void hu_put_oracle(const hu_world *w, const hu_tally *t, hu_buf *b) {
    hu_buf_add(b,
               "id,kind,drug,drug_b,drug_c,outcome,step,from,to,planted,events,expected,estimate,"
               "low,high,log_se\n");
    for (int i = 0; i < w->n_questions; i++) {
        const hu_question *q = &w->question[i];
        int64_t events = 0;
        double expected = 0, weighted = 0;
        if (!asked(w, q)) continue;
        for (int k = 0; k < q->n_steps; k++) {
            const int64_t n = t->oracle_events[q->first + k];
            const double x = t->oracle_expected[q->first + k];
            events += n;
            expected += x;
            weighted += x * planted_in(w, q, k);
            hu_buf_printf(b, "%s,%s,", q->id, q->kind);
            put_members(w, q, b);
            hu_buf_printf(b, ",%s,", w->outcome[q->outcome].id);
            put_step(w, q, k, b);
            put_estimate(b, planted_in(w, q, k), n, x, t->oracle_spread[q->first + k]);
        }
        hu_buf_printf(b, "%s,%s,", q->id, q->kind);
        put_members(w, q, b);
        hu_buf_printf(b, ",%s,all,,,", w->outcome[q->outcome].id);
        put_estimate(b, expected > 0 ? weighted / expected : 1, events, expected,
                     t->oracle_spread[w->n_asked + i]);
    }
}
