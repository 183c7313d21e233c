/* trace.c - one life with its reasons, for people (text) or machines (JSON).
 *
 * What is told is what the run lives: the same streams, the same world. Reasons of a start are kept
 * with the era; the hazard of an event is taken apart on its day, from the true exposure as it was.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

typedef struct trace {
    const hu_world *w;
    const hu_life *l;
    hu_buf *b;
    bool json, any; /* any: the list that is being written has an entry already */
} trace;

static const char *day_text(int32_t day, char text[11]) {
    if (day == HU_NEVER) return "never";
    hu_format_day(day, text);
    return text;
}

static void open_list(trace *t, const char *name, const char *title) {
    t->any = false;
    if (t->json) hu_buf_printf(t->b, ",\n \"%s\": [", name);
    else hu_buf_printf(t->b, "\n%s\n", title);
}

static void close_list(trace *t) {
    if (t->json) hu_buf_add(t->b, t->any ? "\n ]" : "]");
    else if (!t->any) hu_buf_add(t->b, "  none\n");
}

static void entry(trace *t) {
    if (t->json) hu_buf_add(t->b, t->any ? ",\n  " : "\n  ");
    t->any = true;
}

/* --- who ---------------------------------------------------------------------------------------
 */

static void put_person(trace *t) {
    const hu_life *l = t->l;
    char birth[11], entry_day[11], exit_day[11], death[11];
    hu_names n;
    hu_names_of(t->w, l, &n);
    day_text(l->birth, birth);
    day_text(l->entry, entry_day);
    day_text(l->exit, exit_day);
    const char *reason = l->entry >= l->exit       ? "never observed"
                         : l->death == l->exit     ? "death"
                         : l->departure == l->exit ? "departure"
                                                   : "end of the window";
    if (t->json)
        hu_buf_printf(
            t->b,
            "{\"person\": %lld, \"ben_idt_ano\": \"%s\", \"sex\": %d, \"birth\": \"%s\", "
            "\"entry\": "
            "\"%s\", \"exit\": \"%s\", \"reason\": \"%s\", \"frailty\": %.6g, \"care_factor\": "
            "%.6g, \"adherence\": %.6g, \"health\": %.6g, \"smoker\": %s, \"large_packs\": %s",
            (long long)l->person, n.idt, 1 + l->sex, birth, entry_day, exit_day, reason, l->frailty,
            l->care_factor, l->adherence, l->health, l->smoker ? "true" : "false",
            l->large_packs ? "true" : "false");
    else
        hu_buf_printf(
            t->b,
            "person %lld of seed %llu, %s in the tables\n"
            "%s, born %s, observed %s to %s (%s)%s%s\n"
            "frailty %.3f (mean 1), contact with care x%.2f, adherence %.2f, health-consciousness "
            "%+.2f, %ssmoker, %s packs\n",
            (long long)l->person, (unsigned long long)t->w->o.seed, n.idt, l->sex ? "woman" : "man",
            birth, entry_day, exit_day, reason, l->death == HU_NEVER ? "" : ", died ",
            l->death == HU_NEVER ? "" : day_text(l->death, death), l->frailty, l->care_factor,
            l->adherence, l->health, l->smoker ? "" : "no ", l->large_packs ? "large" : "standard");
}

static void put_conditions(trace *t) {
    char from[11], to[11];
    open_list(t, "conditions", "conditions");
    for (int c = 0; c < HU_CONDITIONS; c++) {
        const hu_span *s = &t->l->state[c];
        if (s->from >= t->l->exit || s->to <= t->l->start) continue;
        entry(t);
        hu_buf_printf(t->b,
                      t->json ? "{\"condition\": \"%s\", \"from\": \"%s\", \"to\": \"%s\"}"
                              : "  %-14s from %s to %s\n",
                      hu_condition_name(c), day_text(s->from, from), day_text(s->to, to));
    }
    close_list(t);
}

/* --- treatments ----------------------------------------------------------------------------------
 */

static void why(const trace *t, const hu_era *e, char *out, size_t n) {
    switch (e->why) {
    case HU_WHY_HISTORY: snprintf(out, n, "under way when the history begins"); break;
    case HU_WHY_ILLNESS:
        snprintf(out, n, "%s began", e->detail >= 0 ? hu_condition_name(e->detail) : "illness");
        break;
    case HU_WHY_TRAP: snprintf(out, n, "trap T%02d", e->detail); break;
    case HU_WHY_CASCADE:
        snprintf(out, n, "cascade %s, after %s", t->w->raise[e->detail].id,
                 t->w->raise[e->detail].by.code);
        break;
    case HU_WHY_SWITCH:
        snprintf(out, n, "instead of %s after an event", t->w->drug[e->detail].inn);
        break;
    case HU_WHY_CAMPAIGN: snprintf(out, n, "campaign"); break;
    default: snprintf(out, n, "start rate of the table");
    }
}

static int era_by_start(const void *x, const void *y, void *arg) {
    const hu_era *a = &((const hu_era *)arg)[*(const int *)x],
                 *b = &((const hu_era *)arg)[*(const int *)y];
    return a->start != b->start ? (a->start < b->start ? -1 : 1) : a->drug - b->drug;
}

static hune_status put_eras(trace *t, hune_err *err) {
    const hu_life *l = t->l;
    int *order = hu_calloc(l->n_eras + 1, sizeof *order);
    if (!order) return hune_fail(err, HUNE_ENOMEM, "no memory for a trace");
    for (size_t i = 0; i < l->n_eras; i++) order[i] = (int)i;
    hune_status s = hu_sort(order, l->n_eras, sizeof *order, era_by_start, l->era, err);
    open_list(t, "exposures", "truly exposed");
    for (size_t i = 0; !s && i < l->n_eras; i++) {
        const hu_era *e = &l->era[order[i]];
        const hu_drug *d = &t->w->drug[e->drug];
        char from[11], to[11], reason[96];
        int boxes = 0;
        if (e->end <= e->start) continue; /* a trap took it away */
        for (int k = e->fill_from; k < e->fill_to; k++) boxes += l->fill[k].drug >= 0;
        why(t, e, reason, sizeof reason);
        entry(t);
        hu_buf_printf(t->b,
                      t->json ? "{\"drug\": \"%s\", \"inn\": \"%s\", \"from\": \"%s\", \"to\": "
                                "\"%s\", \"dispensings\": %d, \"why\": \"%s\"}"
                              : "  %s %-18s %s to %s, %3d dispensings: %s\n",
                      d->atc, d->inn, day_text(e->start, from), day_text(e->end, to), boxes,
                      reason);
    }
    close_list(t);
    free(order);
    return s;
}

static void put_windows(trace *t) {
    char from[11], to[11];
    open_list(t, "hidden_states", "hidden states (traps)");
    for (size_t i = 0; i < t->l->n_windows; i++) {
        const hu_window *v = &t->l->window[i];
        entry(t);
        hu_buf_printf(t->b,
                      t->json ? "{\"trap\": \"T%02d\", \"outcome\": \"%s\", \"from\": \"%s\", "
                                "\"to\": \"%s\", \"factor\": %.6g}"
                              : "  T%02d  %-6s %s to %s, hazard x%.3g\n",
                      v->trap, t->w->outcome[v->outcome].id, day_text(v->from, from),
                      day_text(v->to, to), v->value);
    }
    if (t->l->terminal != HU_NEVER && t->l->terminal < t->l->exit &&
        t->w->bias & (HU_T12 | HU_T13)) {
        entry(t);
        hu_buf_printf(t->b,
                      t->json ? "{\"trap\": \"T12\", \"from\": \"%s\", \"terminal\": true}"
                              : "  the way to death begins on %s\n",
                      day_text(t->l->terminal, from));
    }
    close_list(t);
}

/* --- events --------------------------------------------------------------------------------------
 */

static void put_factor(trace *t, bool *more, const char *name, double factor) {
    if (factor == 1) return;
    if (t->json) hu_buf_printf(t->b, "%s\"%s\": %.6g", *more ? ", " : "", name, factor);
    else hu_buf_printf(t->b, " x %s %.3g", name, factor);
    *more = true;
}

/* The hazard of a day, taken apart. */
static void put_hazard(trace *t, int outcome, int32_t day) {
    const hu_world *w = t->w;
    const hu_life *l = t->l;
    const hu_outcome *o = &w->outcome[outcome];
    double part[HU_TRAPS + 1];
    bool more = false;
    const double base = o->hazard[l->sex][hu_band(l->birth, day)] * HU_YEAR;
    if (t->json) hu_buf_printf(t->b, "\"baseline_py\": %.6g, \"factors\": {", base);
    else hu_buf_printf(t->b, "      %.3g a year", base);
    put_factor(t, &more, "frailty", o->frailty > 0 ? pow(l->frailty, o->frailty) : 1);
    put_factor(t, &more, "season", hu_season(o->season_amp, o->season_peak, day));
    for (int e = o->effect_from; e < o->effect_to; e++)
        put_factor(t, &more, w->effect[e].id, hu_effect_at(w, l, &w->effect[e], day));
    for (int j = o->joint_from; j < o->joint_to; j++)
        put_factor(t, &more, w->joint[j].id, hu_joint_at(w, l, &w->joint[j], day));
    hu_trap_parts(w, l, outcome, day, part);
    for (int k = 0; w->bias && k <= HU_TRAPS; k++) {
        char name[16];
        snprintf(name, sizeof name, k ? "T%02d" : "conditions", k);
        put_factor(t, &more, name, part[k]);
    }
    hu_buf_add(t->b, t->json ? "}" : "\n");
}

static void put_events(trace *t) {
    const hu_life *l = t->l;
    open_list(t, "events", "outcomes");
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *v = &l->event[i];
        const hu_outcome *o = &t->w->outcome[v->outcome];
        char day[11], out[11];
        day_text(v->day, day);
        day_text(v->out, out);
        entry(t);
        if (t->json)
            hu_buf_printf(t->b,
                          "{\"outcome\": \"%s\", \"day\": \"%s\", \"out\": \"%s\", \"code\": "
                          "\"%s\", \"died\": %s, \"first\": %s, ",
                          o->id, day, out, o->code[v->code], v->died ? "true" : "false",
                          v->coded_before ? "false" : "true");
        else
            hu_buf_printf(t->b, "  %s  %s %s (%s), in hospital until %s%s\n", day, o->id, o->label,
                          o->code[v->code], out, v->died ? ", where the person died" : "");
        put_hazard(t, v->outcome, v->day);
        if (t->json) hu_buf_add(t->b, "}");
    }
    close_list(t);
}

/* Points that came close to the hazard and were no event: why not more happened. */
static void put_near(trace *t) {
    enum { MOST = 5 };
    const hu_life *l = t->l;
    const hu_world *w = t->w;
    int shown = 0;
    open_list(t, "near_misses", "points that stayed above the hazard (the first five)");
    for (size_t i = 0; i < l->n_candidates && shown < MOST; i++) {
        const hu_candidate *c = &l->candidate[i];
        const hu_outcome *o = &w->outcome[c->outcome];
        const int32_t day = (int32_t)floor(c->time);
        char text[11];
        if (day >= l->exit) break;
        const double under = hu_season(o->season_amp, o->season_peak, day) / (1 + o->season_amp) *
                             hu_multiplier_at(w, l, c->outcome, day) *
                             hu_trap_at(w, l, c->outcome, day);
        if (c->height <= under || c->height > 3 * under) continue;
        entry(t);
        shown++;
        hu_buf_printf(t->b,
                      t->json ? "{\"outcome\": \"%s\", \"day\": \"%s\", \"height\": %.6g, "
                                "\"needed\": %.6g}"
                              : "  %-6s %s: at height %.2f; an event needed %.2f or less\n",
                      o->id, day_text(day, text), c->height, under);
    }
    close_list(t);
}

static void put_items(trace *t) {
    static const char *const names[] = {
        "gp",  "specialist", "biology",   "device", "nurse",          "physio",
        "act", "outpatient", "emergency", "stay",   "rehabilitation", "home"};
    open_list(t, "care", "other care");
    for (size_t i = 0; i < t->l->n_items; i++) {
        const hu_item *x = &t->l->item[i];
        char from[11], to[11];
        entry(t);
        hu_buf_printf(t->b,
                      t->json ? "{\"kind\": \"%s\", \"day\": \"%s\", \"to\": \"%s\", \"code\": "
                                "\"%s\", \"why\": \"%s\"}"
                              : "  %-14s %s to %s %s: %s\n",
                      names[x->kind], day_text(x->day, from), day_text(x->to, to),
                      x->code ? x->code : "", x->why ? x->why : "");
    }
    close_list(t);
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static hune_status tell(hu_world *w, int64_t person, bool json, hu_buf *b, hune_err *err) {
    hu_life l;
    hune_status s = hu_life_new(w, &l, err);
    trace t = {.w = w, .l = &l, .b = b, .json = json};
    if (!s) s = hu_live(w, person, &l, err);
    if (!s) {
        put_person(&t);
        put_conditions(&t);
        s = put_eras(&t, err);
        put_windows(&t);
        put_events(&t);
        put_near(&t);
        put_items(&t);
        if (json) hu_buf_add(b, "}\n");
    }
    hu_life_clear(&l);
    return s;
}

hune_status hune_simulate_trace(const hune_simulate_options *o, int64_t person, bool json,
                                const hune_context *ctx, char **text, hune_err *err) {
    hu_world w;
    hu_buf b = {0};
    *text = NULL;
    hune_simulate_options one = *o;
    one.one_person = true;
    one.person = person;
    hune_status s = hu_world_open(&w, &one, err);
    if (!s) s = hu_start_rates(&w, hu_threads(ctx), err);
    if (!s) s = hu_baseline_rates(&w, hu_threads(ctx), err);
    if (!s) s = tell(&w, person, json, &b, err);
    if (!s && b.failed) s = hune_fail(err, HUNE_ENOMEM, "no memory for a trace");
    hu_world_close(&w);
    if (s) hu_buf_clear(&b);
    else *text = b.text;
    return s;
}
