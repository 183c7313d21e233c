/* cut.c - the stretches of every event's observation between which nothing changes.
 *
 * Example: observed from day 454 to 730, vaccine on day 670, windows expogrp = 0, 15, 29 until day
 * 712, age groups from 488, 549, 610, 671. Cuts of the exposure: 669 -> level 1, 684 -> 2, 698 ->
 * 3, 712
 * -> 0; of age: 487, 548, 609, 670. Intervals: (453, 487] (487, 548] ... (609, 669] (669, 670] ...
 *
 * Rules (those of the R package SCCS 1.7, in our words):
 * - a level begins the day after its cut; an interval that ends on day u has the level of the LAST
 * cut c, in the order of the list, with c < u;
 * - an exposure's cuts are s-1+expogrp..., the end r, then r+washout-1... and r+last washout;
 * - episodes in order of start; one pass forward: a cut below its predecessor pulls that one down,
 * so that a later episode takes what is left of an earlier one; missing dates and everything later
 *   than the end of observation are that end;
 * - an event is one stratum. In "stack" data the episodes of a person are put together and each
 * kept once; in "multi" data a row is an event with its own doses.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "sccs/sccs.h"

typedef struct episode {
    int32_t from, to;
    int dose;
} episode;

typedef struct cut {
    int32_t at;
    int32_t level;
} cut;

/* Growing lists of one stratum, used again for the next. */
typedef struct bench {
    episode *episodes;
    size_t n_episodes, room_episodes;
    cut *cuts; /* of all exposures, one after the other */
    size_t n_cuts, room_cuts;
    size_t *from;    /* [axes + 1] where an axis begins in cuts */
    int32_t *points; /* where something changes */
    size_t n_points, room_points;
} bench;

typedef struct columns {
    const hu_column *indiv, *start, *end, *event, *dob;
    const hu_column **from, **to; /* doses of all exposures */
} columns;

/* --- columns --- */

static hune_status find_columns(const hu_spec *s, const hu_table *t, hu_arena *a, columns *c,
                                hune_err *err) {
    size_t doses = 0, at = 0;
    for (int k = 0; k < s->n_exposures; k++) doses += (size_t)s->exposures[k].n_doses;
    c->from = hu_arena_alloc(a, (doses + 1) * sizeof *c->from);
    c->to = hu_arena_alloc(a, (doses + 1) * sizeof *c->to);
    if (!c->from || !c->to) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu doses", doses);
    HUNE_TRY(hu_table_need(t, s->indiv, "person, indiv", &c->indiv, err));
    HUNE_TRY(hu_table_need(t, s->start, "start of observation, astart", &c->start, err));
    HUNE_TRY(hu_table_need(t, s->end, "end of observation, aend", &c->end, err));
    HUNE_TRY(hu_table_need(t, s->event, "event, aevent", &c->event, err));
    if (s->dob) HUNE_TRY(hu_table_need(t, s->dob, "date of birth, dob", &c->dob, err));
    for (int k = 0; k < s->n_exposures; k++)
        for (int d = 0; d < s->exposures[k].n_doses; d++, at++) {
            HUNE_TRY(hu_table_need(t, s->exposures[k].doses[d].from, "start of exposure, adrug",
                                   &c->from[at], err));
            HUNE_TRY(hu_table_need(t, s->exposures[k].doses[d].to, "end of risk, aedrug",
                                   &c->to[at], err));
        }
    return HUNE_OK;
}

/* --- strata --- */

typedef struct order {
    const hu_column *indiv, *event;
} order;

static int compare_cell(const hu_column *c, int64_t x, int64_t y) {
    if (c->text) return strcmp(c->text[x], c->text[y]);
    return (c->num[x] > c->num[y]) - (c->num[x] < c->num[y]);
}

static int by_person(const void *x, const void *y, void *arg) {
    const order *o = arg;
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    const int first = compare_cell(o->indiv, a, b);
    return first ? first : compare_cell(o->event, a, b);
}

/* --- one stratum --- */

static hune_status add_episodes(const hu_spec *s, const hu_table *t, const columns *c, int exposure,
                                size_t column, int64_t row, int32_t last, bench *w, hune_err *err) {
    const hu_exposure *x = &s->exposures[exposure];
    for (int d = 0; d < x->n_doses; d++) {
        bool no_start, no_end;
        int32_t from = 0, to = 0;
        HUNE_TRY(hu_table_day(t, c->from[column + (size_t)d], row, &from, &no_start, err));
        HUNE_TRY(hu_table_day(t, c->to[column + (size_t)d], row, &to, &no_end, err));
        if (no_start) continue; /* all its cuts would be the end of observation */
        from += x->doses[d].from_add;
        to = no_end ? last : to + x->doses[d].to_add;
        bool known = false;
        for (size_t e = 0; e < w->n_episodes && !s->multi; e++)
            known = known || (w->episodes[e].from == from && w->episodes[e].to == to &&
                              w->episodes[e].dose == d);
        if (known) continue;
        HUNE_TRY(
            hu_grow(&w->episodes, &w->room_episodes, w->n_episodes + 1, sizeof *w->episodes, err));
        /* Kept in order of start; equal starts stay as they came. */
        size_t at = w->n_episodes++;
        for (; at > 0 && w->episodes[at - 1].from > from; at--)
            w->episodes[at] = w->episodes[at - 1];
        w->episodes[at] = (episode){from, to, d};
    }
    return HUNE_OK;
}

static hune_status add_cut(bench *w, int64_t at, int level, int32_t last, hune_err *err) {
    HUNE_TRY(hu_grow(&w->cuts, &w->room_cuts, w->n_cuts + 1, sizeof *w->cuts, err));
    w->cuts[w->n_cuts++] = (cut){at > last ? last : (int32_t)at, level};
    return HUNE_OK;
}

/* The cuts of one exposure's episodes, then the pass in which later ones take precedence. */
static hune_status exposure_cuts(const hu_spec *s, int exposure, int32_t last, bench *w,
                                 int64_t *reversed, hune_err *err) {
    const hu_exposure *x = &s->exposures[exposure];
    const int wash = x->n_washout > 1 ? x->n_washout : 0;
    const int levels = x->n_groups + (wash ? wash - 1 : 0);
    const size_t begin = w->n_cuts;
    for (size_t e = 0; e < w->n_episodes; e++) {
        const episode *p = &w->episodes[e];
        const int dose = s->multi || x->n_doses > 1 ? p->dose : (int)e;
        const int base = x->same ? 0 : dose * levels;
        if (p->to < p->from - 1 && p->from <= last) ++*reversed;
        for (int g = 0; g < x->n_groups; g++)
            HUNE_TRY(add_cut(w, (int64_t)p->from - 1 + x->groups[g], base + g + 1, last, err));
        HUNE_TRY(add_cut(w, p->to, 0, last, err));
        for (int g = 0; g < wash - 1; g++)
            HUNE_TRY(add_cut(w, (int64_t)p->to + x->washout[g] - 1, base + x->n_groups + g + 1,
                             last, err));
        if (wash) HUNE_TRY(add_cut(w, (int64_t)p->to + x->washout[wash - 1], 0, last, err));
    }
    for (size_t q = begin + 1; q < w->n_cuts; q++)
        if (w->cuts[q].at < w->cuts[q - 1].at) w->cuts[q - 1].at = w->cuts[q].at;
    return HUNE_OK;
}

static hune_status season_cuts(const hu_spec *s, const hu_table *t, const columns *c, int64_t row,
                               int32_t first, int32_t last, bench *w, hune_err *err) {
    const double v = c->dob->num[row]; /* ddmmyyyy */
    const int64_t digits = isnan(v) || v < 0 || v > 1e9 ? 0 : (int64_t)v;
    const int d = (int)(digits / 1000000), m = (int)(digits / 10000 % 100);
    const int y = (int)(digits % 10000);
    char iso[40];
    int32_t dob;
    snprintf(iso, sizeof iso, "%04d-%02d-%02d", y, m, d);
    if (!hu_parse_day(iso, &dob)) {
        hune_fail(err, HUNE_EDATA, "'%s' line %lld, column '%s': '%s' is not a date", t->path,
                  (long long)t->line[row], c->dob->name, c->dob->text ? c->dob->text[row] : iso);
        return hune_hint(err, "give the date of birth as ddmmyyyy");
    }
    int year, end_year, skip;
    hu_civil(dob + first, &year, &skip, &skip);
    hu_civil(dob + last, &end_year, &skip, &skip);
    HUNE_TRY(add_cut(w, INT32_MIN, s->n_season, last, err)); /* before all */
    for (year--; year <= end_year; year++)
        for (int k = 0; k < s->n_season; k++)
            HUNE_TRY(
                add_cut(w, (int64_t)hu_day(year, s->season[k] % 100, s->season[k] / 100) - dob - 1,
                        k + 1, last, err));
    return HUNE_OK;
}

static int by_value(const void *x, const void *y, void *arg) {
    (void)arg;
    const int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
    return (a > b) - (a < b);
}

/* Cuts inside (first - 1, last), and last itself: sorted, each once. */
static hune_status merge_points(bench *w, int32_t first, int32_t last, hune_err *err) {
    w->n_points = 0;
    HUNE_TRY(hu_grow(&w->points, &w->room_points, w->n_cuts + 1, sizeof *w->points, err));
    for (size_t q = 0; q < w->n_cuts; q++)
        if (w->cuts[q].at >= first && w->cuts[q].at < last)
            w->points[w->n_points++] = w->cuts[q].at;
    w->points[w->n_points++] = last;
    HUNE_TRY(hu_sort(w->points, w->n_points, sizeof *w->points, by_value, NULL, err));
    size_t n = 0;
    for (size_t q = 0; q < w->n_points; q++)
        if (n == 0 || w->points[q] != w->points[n - 1]) w->points[n++] = w->points[q];
    w->n_points = n;
    return HUNE_OK;
}

/* All rows' episodes -> cuts of every axis -> points. rows: of the table, all of one person. */
static hune_status cut_stratum(const hu_spec *s, const hu_table *t, const columns *c,
                               const int64_t *rows, int64_t n_rows, int64_t own, int32_t first,
                               int32_t last, bench *w, int64_t *reversed, hune_err *err) {
    size_t column = 0;
    w->n_cuts = 0;
    int axis = 0;
    for (int k = 0; k < s->n_exposures; k++, axis++) {
        w->from[axis] = w->n_cuts;
        w->n_episodes = 0;
        for (int64_t r = 0; r < n_rows; r++)
            HUNE_TRY(add_episodes(s, t, c, k, column, rows[r], last, w, err));
        HUNE_TRY(exposure_cuts(s, k, last, w, reversed, err));
        column += (size_t)s->exposures[k].n_doses;
    }
    w->from[axis++] = w->n_cuts;
    HUNE_TRY(add_cut(w, INT32_MIN, 1, last, err));
    for (int k = 0; k < s->n_age; k++) HUNE_TRY(add_cut(w, s->age[k] - 1, k + 2, last, err));
    w->from[axis++] = w->n_cuts;
    if (s->n_season) HUNE_TRY(season_cuts(s, t, c, own, first, last, w, err));
    w->from[axis] = w->n_cuts;
    return merge_points(w, first, last, err);
}

/* --- all --- */

typedef struct growing {
    int64_t *first, *source;
    int32_t *lower, *upper, *events, *level;
    size_t room[6];
} growing;

static hune_status emit(hu_intervals *iv, growing *g, const bench *w, int32_t first, int32_t event,
                        int64_t source, hune_err *err) {
    const size_t n = (size_t)iv->n, rows = (size_t)iv->rows, width = (size_t)iv->n_levels;
    const size_t more = w->n_points;
    HUNE_TRY(hu_grow(&g->first, &g->room[0], n + 2, sizeof *g->first, err));
    HUNE_TRY(hu_grow(&g->source, &g->room[1], n + 1, sizeof *g->source, err));
    HUNE_TRY(hu_grow(&g->lower, &g->room[2], rows + more, sizeof *g->lower, err));
    HUNE_TRY(hu_grow(&g->upper, &g->room[3], rows + more, sizeof *g->upper, err));
    HUNE_TRY(hu_grow(&g->events, &g->room[4], rows + more, sizeof *g->events, err));
    HUNE_TRY(hu_grow(&g->level, &g->room[5], (rows + more) * width, sizeof *g->level, err));
    int32_t lower = first - 1;
    for (size_t q = 0; q < more; q++) {
        const size_t r = rows + q;
        g->lower[r] = lower, g->upper[r] = lower = w->points[q];
        g->events[r] = g->lower[r] < event && event <= g->upper[r];
        for (size_t axis = 0; axis < width; axis++) {
            int32_t level = 0;
            for (size_t k = w->from[axis]; k < w->from[axis + 1]; k++)
                if (w->cuts[k].at < g->upper[r]) level = w->cuts[k].level;
            g->level[r * width + axis] = level;
        }
    }
    g->source[n] = source;
    g->first[n] = iv->rows;
    iv->n++;
    iv->rows += (int64_t)more;
    g->first[n + 1] = iv->rows;
    return HUNE_OK;
}

/* Strata of the rows [lo, hi) of one person. */
static hune_status cut_person(const hu_spec *s, const hu_table *t, const columns *c,
                              const int64_t *rows, int64_t lo, int64_t hi, bench *w,
                              hu_intervals *iv, growing *g, hune_err *err) {
    for (int64_t r = lo; r < hi; r++) {
        if (!s->multi && r > lo && compare_cell(c->event, rows[r], rows[r - 1]) == 0) continue;
        int32_t first, last, event;
        HUNE_TRY(hu_table_day(t, c->start, rows[r], &first, NULL, err));
        HUNE_TRY(hu_table_day(t, c->end, rows[r], &last, NULL, err));
        HUNE_TRY(hu_table_day(t, c->event, rows[r], &event, NULL, err));
        if (first > last) {
            hune_fail(err, HUNE_EDATA,
                      "'%s' line %lld: observed from day %d ('%s') until day %d ('%s')", t->path,
                      (long long)t->line[rows[r]], first, c->start->name, last, c->end->name);
            return hune_hint(err, "correct or remove the row");
        }
        const int64_t *pooled = s->multi ? &rows[r] : &rows[lo];
        HUNE_TRY(cut_stratum(s, t, c, pooled, s->multi ? 1 : hi - lo, rows[r], first, last, w,
                             &iv->episodes_reversed, err));
        iv->events_outside += event < first || event > last;
        HUNE_TRY(emit(iv, g, w, first, event, rows[r], err));
    }
    return HUNE_OK;
}

static hune_status cut_all(const hu_spec *s, const hu_table *t, const columns *c, hu_arena *a,
                           bench *w, hu_intervals *iv, growing *g, hune_err *err) {
    int64_t *rows = hu_arena_alloc(a, ((size_t)t->n + 1) * sizeof *rows);
    if (!rows) return hune_fail(err, HUNE_ENOMEM, "no memory for %lld rows", (long long)t->n);
    for (int64_t r = 0; r < t->n; r++) {
        rows[r] = r;
        if (isnan(c->indiv->num[r]) && !c->indiv->text) {
            hune_fail(err, HUNE_EDATA, "'%s' line %lld, column '%s': no person", t->path,
                      (long long)t->line[r], c->indiv->name);
            return hune_hint(err, "every row wants the number or name of its person");
        }
    }
    order o = {c->indiv, c->event};
    HUNE_TRY(hu_sort(rows, (size_t)t->n, sizeof *rows, by_person, &o, err));
    for (int64_t lo = 0, hi; lo < t->n; lo = hi) {
        for (hi = lo + 1; hi < t->n && compare_cell(c->indiv, rows[lo], rows[hi]) == 0;) hi++;
        HUNE_TRY(cut_person(s, t, c, rows, lo, hi, w, iv, g, err));
    }
    return HUNE_OK;
}

/* Into the arena, so that there is one owner. */
static void *keep(hu_arena *a, const void *from, size_t bytes) {
    void *to = hu_arena_alloc(a, bytes + 1);
    if (to && bytes) memcpy(to, from, bytes);
    return to;
}

hune_status hu_cut(const hu_spec *s, const hu_table *t, hu_arena *a, hu_intervals *out,
                   hune_err *err) {
    *out = (hu_intervals){.n_levels = s->n_exposures + 2};
    columns c = {0};
    HUNE_TRY(find_columns(s, t, a, &c, err));
    bench w = {.from = hu_arena_alloc(a, ((size_t)out->n_levels + 1) * sizeof *w.from)};
    if (!w.from) return hune_fail(err, HUNE_ENOMEM, "no memory for intervals");
    growing g = {0};
    hune_status status = cut_all(s, t, &c, a, &w, out, &g, err);
    if (!status) {
        const size_t n = (size_t)out->n, rows = (size_t)out->rows, width = (size_t)out->n_levels;
        out->first = keep(a, g.first, (n + 1) * sizeof *g.first);
        out->source = keep(a, g.source, n * sizeof *g.source);
        out->lower = keep(a, g.lower, rows * sizeof *g.lower);
        out->upper = keep(a, g.upper, rows * sizeof *g.upper);
        out->events = keep(a, g.events, rows * sizeof *g.events);
        out->level = keep(a, g.level, rows * width * sizeof *g.level);
        if (!out->first || !out->source || !out->lower || !out->upper || !out->events ||
            !out->level)
            status = hune_fail(err, HUNE_ENOMEM, "no memory for %zu intervals", rows);
    }
    free(w.episodes), free(w.cuts), free(w.points);
    free(g.first), free(g.source), free(g.lower), free(g.upper), free(g.events), free(g.level);
    return status;
}
