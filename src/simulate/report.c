/* report.c - what was planted, as files: sim_truth/ of the output.
 *
 * person.csv and event_cause.csv are written with the rows of their person; truth, pairs,
 * attributable and parameters come at the end, from sums over blocks added in block order.
 */
#include <math.h>
#include "simulate/fraud.h"
#include "simulate/sheet.h"

/* --- sums ---------------------------------------------------------------------------------- */

hune_status hu_tally_new(const hu_world *w, hu_tally *t, hune_err *err) {
    *t = (hu_tally){0};
    const size_t d = (size_t)w->n_drugs, e = (size_t)w->n_effects, o = (size_t)w->n_outcomes;
    t->exposed_days = hu_calloc(d + 1, sizeof *t->exposed_days);
    t->users = hu_calloc(d + 1, sizeof *t->users);
    t->weight = hu_calloc(e + 1, sizeof *t->weight);
    t->weighted = hu_calloc(e + 1, sizeof *t->weighted);
    t->exposed_events = hu_calloc(e + 1, sizeof *t->exposed_events);
    t->attributable = hu_calloc(e + 1, sizeof *t->attributable);
    t->events = hu_calloc(o + 1, sizeof *t->events);
    t->oracle_events = hu_calloc((size_t)w->n_asked + 1, sizeof *t->oracle_events);
    t->oracle_expected = hu_calloc((size_t)w->n_asked + 1, sizeof *t->oracle_expected);
    t->oracle_spread =
        hu_calloc((size_t)(w->n_asked + w->n_questions) + 1, sizeof *t->oracle_spread);
    t->oracle_life = hu_calloc((size_t)w->n_asked + 1, sizeof *t->oracle_life);
    t->joint_events = hu_calloc((size_t)w->n_joints + 1, sizeof *t->joint_events);
    t->joint_attributable = hu_calloc((size_t)w->n_joints + 1, sizeof *t->joint_attributable);
    t->first_events = hu_calloc(o + 1, sizeof *t->first_events);
    HUNE_TRY(hu_practitioners_new(t, err));
    if (t->exposed_days && t->users && t->weight && t->weighted && t->exposed_events &&
        t->attributable && t->events && t->first_events && t->oracle_events && t->oracle_expected &&
        t->oracle_spread && t->oracle_life && t->joint_events && t->joint_attributable)
        return HUNE_OK;
    return hune_fail(err, HUNE_ENOMEM, "no memory for sums");
}

void hu_tally_clear(hu_tally *t) {
    free(t->exposed_days);
    free(t->users);
    free(t->weight);
    free(t->weighted);
    free(t->exposed_events);
    free(t->attributable);
    free(t->events);
    free(t->first_events);
    free(t->oracle_events);
    free(t->oracle_expected);
    free(t->oracle_spread);
    free(t->oracle_life);
    free(t->joint_events);
    free(t->joint_attributable);
    free(t->practitioners);
    *t = (hu_tally){0};
}

/* Adds one to the other and empties it. */
void hu_tally_add(const hu_world *w, hu_tally *to, hu_tally *from) {
    for (int i = 0; i < w->n_drugs; i++) {
        to->exposed_days[i] += from->exposed_days[i], from->exposed_days[i] = 0;
        to->users[i] += from->users[i], from->users[i] = 0;
    }
    for (int i = 0; i < w->n_effects; i++) {
        to->weight[i] += from->weight[i], from->weight[i] = 0;
        to->weighted[i] += from->weighted[i], from->weighted[i] = 0;
        to->exposed_events[i] += from->exposed_events[i], from->exposed_events[i] = 0;
        to->attributable[i] += from->attributable[i], from->attributable[i] = 0;
    }
    for (int i = 0; i < w->n_asked; i++) {
        to->oracle_events[i] += from->oracle_events[i], from->oracle_events[i] = 0;
        to->oracle_expected[i] += from->oracle_expected[i], from->oracle_expected[i] = 0;
    }
    for (int i = 0; i < w->n_asked + w->n_questions; i++)
        to->oracle_spread[i] += from->oracle_spread[i], from->oracle_spread[i] = 0;
    for (int i = 0; i < w->n_joints; i++) {
        to->joint_events[i] += from->joint_events[i], from->joint_events[i] = 0;
        to->joint_attributable[i] += from->joint_attributable[i], from->joint_attributable[i] = 0;
    }
    for (int i = 0; i < w->n_outcomes; i++) {
        to->events[i] += from->events[i], from->events[i] = 0;
        to->first_events[i] += from->first_events[i], from->first_events[i] = 0;
    }
    hu_practitioners_add(to, from);
    to->drug_lines += from->drug_lines, from->drug_lines = 0;
    to->rows += from->rows, from->rows = 0;
    to->persons += from->persons, from->persons = 0;
    to->person_days += from->person_days, from->person_days = 0;
}

/* Exposed days of [from, to) on which x = day - origin (times `unit`) lies in each step: their
 * baseline hazard goes into weight, times the step's value into weighted. */
static void weigh(const hu_life *l, const hu_outcome *o, const hu_effect *e, double origin,
                  double unit, int32_t from, int32_t to, double *weight, double *weighted) {
    const double frailty = o->frailty > 0 ? pow(l->frailty, o->frailty) : 1;
    while (from < to) { /* by age band: the baseline is constant in it */
        const int band = hu_band(l->birth, from);
        int32_t end = hu_band_start(l->birth, band + 1);
        if (end > to) end = to;
        const double h = o->hazard[l->sex][band] * frailty;
        *weight += h * (end - from);
        *weighted += h * (end - from);
        for (int k = 0; k < e->n_steps; k++) {
            /* whole days with from_k <= (day - origin) unit < to_k */
            const double a = fmax(from, ceil(origin + e->from[k] / unit)),
                         b = fmin(end, ceil(origin + e->to[k] / unit));
            if (b > a) *weighted += h * (b - a) * (e->value[k] - 1);
        }
        from = end;
    }
}

static void weigh_effect(const hu_world *w, const hu_life *l, int index, hu_tally *t) {
    const hu_effect *e = &w->effect[index];
    const hu_outcome *o = &w->outcome[e->outcome];
    const int first = l->first_era[e->drug];
    double *weight = &t->weight[index], *weighted = &t->weighted[index];
    for (int i = first; i < l->first_era[e->drug + 1]; i++) {
        const hu_era *era = &l->era[i];
        const int32_t from = era->start > l->entry ? era->start : l->entry,
                      to = era->end < l->exit ? era->end : l->exit;
        if (from >= to) continue;
        const double cum = era->start - era->cum_before;
        switch (e->axis) {
        case HU_FIRST_EVER_DAY:
            weigh(l, o, e, l->era[first].start, 1, from, to, weight, weighted);
            break;
        case HU_CUM_DAYS: weigh(l, o, e, cum, 1, from, to, weight, weighted); break;
        case HU_CUM_G: weigh(l, o, e, cum, 0.05, from, to, weight, weighted); break;
        case HU_DOSE_DAY:
            weigh(l, o, e, i > first ? l->era[first + 1].start : 1e9, 1, from, to, weight,
                  weighted);
            break;
        case HU_STOP_DAY: weigh(l, o, e, 1e9, 1, from, to, weight, weighted); break;
        case HU_DISP_DAY: /* from box to box */
            for (int k = era->fill_from; k <= era->fill_to; k++) {
                const int32_t a = k == era->fill_from ? era->start : l->fill[k - 1].day,
                              b = k == era->fill_to ? era->end : l->fill[k].day;
                weigh(l, o, e, a, 1, a > from ? a : from, b < to ? b : to, weight, weighted);
            }
            break;
        default: weigh(l, o, e, era->start, 1, from, to, weight, weighted); break;
        }
    }
}

void hu_tally_life(const hu_world *w, const hu_life *l, hu_tally *t) {
    t->persons++;
    if (l->entry >= l->exit) return;
    t->person_days += l->exit - l->entry;
    for (int d = 0; d < w->n_drugs; d++) {
        int64_t days = 0;
        for (int i = l->first_era[d]; i < l->first_era[d + 1]; i++) {
            const int32_t from = l->era[i].start > l->entry ? l->era[i].start : l->entry,
                          to = l->era[i].end < l->exit ? l->era[i].end : l->exit;
            if (from < to) days += to - from;
        }
        t->exposed_days[d] += days;
        t->users[d] += days > 0;
    }
    for (int e = 0; e < w->n_effects; e++) weigh_effect(w, l, e, t);
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_outcome *o = &w->outcome[l->event[i].outcome];
        t->events[l->event[i].outcome]++;
        t->first_events[l->event[i].outcome] += !l->event[i].coded_before;
        for (int e = o->effect_from; e < o->effect_to; e++) {
            const double f = hu_effect_at(w, l, &w->effect[e], l->event[i].day);
            if (f == 1) continue;
            t->exposed_events[e]++;
            t->attributable[e] += 1 - 1 / f;
        }
        for (int j = o->joint_from; j < o->joint_to; j++) {
            const double f = hu_joint_at(w, l, &w->joint[j], l->event[i].day);
            if (f == 1) continue;
            t->joint_events[j]++;
            t->joint_attributable[j] += 1 - 1 / f;
        }
    }
}

/* --- rows of one life ------------------------------------------------------------------------ */

static const char *iso(int32_t day, char text[11]) {
    if (day == HU_NEVER) return "";
    hu_format_day(day, text);
    return text;
}

static void put_events(const hu_world *w, const hu_life *l, hu_sheets *s) {
    hu_buf *b = &s->file[hu_single_file(w, HU_TRUTH_EVENT)];
    char day[11];
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *v = &l->event[i];
        const hu_outcome *o = &w->outcome[v->outcome];
        hu_buf_printf(b, "%lld,%s,%s,%d,%.6g,%.6g,", (long long)l->person, o->id, iso(v->day, day),
                      !v->coded_before, v->multiplier, hu_trap_at(w, l, v->outcome, v->day));
        bool any = false;
        for (int e = o->effect_from; e < o->effect_to; e++) {
            const double f = hu_effect_at(w, l, &w->effect[e], v->day);
            if (f == 1) continue;
            hu_buf_printf(b, "%s%s:%.4f", any ? ";" : "", w->effect[e].id, 1 - 1 / f);
            any = true;
        }
        for (int j = o->joint_from; j < o->joint_to; j++) {
            const double f = hu_joint_at(w, l, &w->joint[j], v->day);
            if (f == 1) continue;
            hu_buf_printf(b, "%s%s:%.4f", any ? ";" : "", w->joint[j].id, 1 - 1 / f);
            any = true;
        }
        if (w->bias) {
            double part[HU_TRAPS + 1];
            hu_trap_parts(w, l, v->outcome, v->day, part);
            for (int t = 0; t <= HU_TRAPS; t++) {
                if (part[t] == 1) continue;
                if (t) hu_buf_printf(b, "%sT%03d:%.4f", any ? ";" : "", t, 1 - 1 / part[t]);
                else hu_buf_printf(b, "%sconditions:%.4f", any ? ";" : "", 1 - 1 / part[t]);
                any = true;
            }
        }
        hu_buf_addn(b, "\n", 1);
    }
}

static void put_exposure(const hu_world *w, const hu_life *l, hu_sheets *s) {
    hu_buf *b = &s->file[hu_single_file(w, HU_TRUTH_EXPOSURE)];
    char from[11], to[11];
    for (size_t i = 0; i < l->n_eras; i++) {
        const hu_era *e = &l->era[i];
        const int32_t end = e->end < l->exit ? e->end : l->exit;
        if (end <= e->start || end <= l->entry) continue;
        hu_buf_printf(b, "%lld,%s,%s,%s,%d,%d\n", (long long)l->person, w->drug[e->drug].atc,
                      iso(e->start, from), iso(end, to), e->fill_to - e->fill_from, e->cum_before);
    }
}

void hu_write_truth(const hu_world *w, const hu_life *l, hu_sheets *s) {
    hu_buf *b = &s->file[hu_single_file(w, HU_TRUTH_PERSON)];
    hu_names n;
    char text[5][11];
    hu_names_of(w, l, &n);
    const char *reason = l->entry >= l->exit       ? "none"
                         : l->death == l->exit     ? "death"
                         : l->departure == l->exit ? "loss"
                                                   : "study_end";
    hu_buf_printf(b, "%lld,%s,%d,%s,%s,%s,%s,%s,%.6g,%d,%.6g,%d,%s\n", (long long)l->person, n.idt,
                  1 + l->sex, iso(l->birth, text[0]), iso(l->entry, text[1]), iso(l->exit, text[2]),
                  reason, iso(l->death < w->end ? l->death : HU_NEVER, text[3]), l->frailty,
                  l->care + 1, l->adherence, l->large_packs, iso(l->diabetes_onset, text[4]));
    put_events(w, l, s);
    if (w->o.write_exposure) put_exposure(w, l, s);
}

/* --- tables of the whole ------------------------------------------------------------------------
 */

static hune_status save(const char *folder, const char *name, hu_buf *b, hune_err *err) {
    char path[1200];
    snprintf(path, sizeof path, "%s/sim_truth/%s", folder, name);
    const hune_status s = b->failed ? hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", name)
                                    : hu_write_file(path, b->text, b->len, err);
    hu_buf_clear(b);
    return s;
}

/* M01A+H02AB06 */
static void put_sets(const hu_joint *j, hu_buf *b) {
    for (int k = 0; k < j->n_sets; k++) hu_buf_printf(b, "%s%s", k ? "+" : "", j->set[k].code);
}

static hune_status write_effects(const hu_world *w, const hu_tally *t, const char *folder,
                                 hune_err *err) {
    static const char *const axes[] = {"era_day",  "first_ever_day", "disp_day", "dose_day",
                                       "cum_days", "cum_g",          "stop_day"};
    hu_buf b = {0};
    hu_buf_add(&b, "id,kind,drug,outcome,axis,profile\n");
    for (int e = 0; e < w->n_effects; e++) {
        const hu_effect *x = &w->effect[e];
        hu_buf_printf(&b, "%s,single,%s,%s,%s,%s\n", x->id, w->drug[x->drug].atc,
                      w->outcome[x->outcome].id, axes[x->axis], x->profile);
    }
    for (int j = 0; j < w->n_joints; j++) {
        const hu_joint *x = &w->joint[j];
        hu_buf_printf(&b, "%s,%s,", x->id, x->kind);
        put_sets(x, &b);
        hu_buf_printf(&b, ",%s,overlap_day,%s\n", w->outcome[x->outcome].id, x->profile);
    }
    for (int r = 0; r < w->n_raises; r++) {
        const hu_raise *x = &w->raise[r];
        if (!x->cascade) continue;
        hu_buf_printf(&b, "%s,cascade,%s,RX:%s,first_ever_day,%s\n", x->id, x->by.code,
                      w->drug[x->drug].atc, x->profile);
    }
    HUNE_TRY(save(folder, "truth.csv", &b, err));
    hu_buf_add(&b, "id,drug,outcome,exposed_events,attributable_events\n");
    for (int e = 0; e < w->n_effects; e++) {
        const hu_effect *x = &w->effect[e];
        hu_buf_printf(&b, "%s,%s,%s,%lld,%.3f\n", x->id, w->drug[x->drug].atc,
                      w->outcome[x->outcome].id, (long long)t->exposed_events[e],
                      t->attributable[e]);
    }
    for (int j = 0; j < w->n_joints; j++) {
        hu_buf_printf(&b, "%s,", w->joint[j].id);
        put_sets(&w->joint[j], &b);
        hu_buf_printf(&b, ",%s,%lld,%.3f\n", w->outcome[w->joint[j].outcome].id,
                      (long long)t->joint_events[j], t->joint_attributable[j]);
    }
    return save(folder, "attributable.csv", &b, err);
}

static hune_status write_oracle(const hu_world *w, const hu_tally *t, const char *folder,
                                hune_err *err) {
    hu_buf b = {0};
    hu_put_oracle(w, t, &b);
    return save(folder, "oracle.csv", &b, err);
}

/* What truth.csv calls a pair: a planted effect first, then a trap in force, then a null. */
static const hu_named *name_of(const hu_world *w, int drug, int outcome, const char **kind) {
    const hu_named *best = NULL;
    const bool planted = strcmp(w->o.truth, "none") != 0;
    int rank = 0;
    *kind = "other";
    for (int i = 0; i < w->n_named; i++) {
        const hu_named *n = &w->named[i];
        if (n->drug != drug || n->outcome != outcome) continue;
        const bool single = !strcmp(n->kind, "single") && planted;
        const bool trap = n->trap && w->bias & 1u << n->trap;
        const bool null = !strcmp(n->kind, "null") || n->trap;
        const int r = single ? 4 : trap ? 3 : null ? 2 : 1;
        if (r <= rank) continue;
        rank = r;
        best = n;
        *kind = single ? "single" : trap ? "trap" : null ? "null" : "other";
    }
    return best;
}

static hune_status write_pairs(const hu_world *w, const hu_tally *t, const char *folder,
                               hune_err *err) {
    hu_buf b = {0};
    hu_buf_add(&b, "id,kind,drug,outcome,planted_irr,exposed_days,profile\n");
    for (int d = 0; d < w->n_drugs; d++)
        for (int o = 0; o < w->n_outcomes; o++) {
            const char *kind;
            const hu_named *n = name_of(w, d, o, &kind);
            double irr = 1;
            for (int e = w->outcome[o].effect_from; e < w->outcome[o].effect_to; e++)
                if (w->effect[e].drug == d && t->weight[e] > 0)
                    irr *= t->weighted[e] / t->weight[e];
            if (n) hu_buf_add(&b, n->id);
            else hu_buf_printf(&b, "U%d", w->drug[d].row * 1000 + w->outcome[o].row);
            hu_buf_printf(&b, ",%s,%s,%s,%.6g,%lld,%s\n", kind, w->drug[d].atc, w->outcome[o].id,
                          irr, (long long)t->exposed_days[d], n ? n->profile : "");
        }
    return save(folder, "pairs.csv", &b, err);
}

static hune_status write_parameters(const hu_world *w, const hu_tally *t, const char *folder,
                                    hune_err *err) {
    hu_buf b = {0};
    hu_put_parameters(w, t, &b);
    return save(folder, "parameters.json", &b, err);
}

hune_status hu_write_world(const hu_world *w, const hu_tally *t, const char *folder,
                           hune_err *err) {
    HUNE_TRY(write_effects(w, t, folder, err));
    HUNE_TRY(write_pairs(w, t, folder, err));
    HUNE_TRY(write_oracle(w, t, folder, err));
    return write_parameters(w, t, folder, err);
}
