/* truth.c - truth.csv (or the user's file of the same shape) into planted effects.
 *
 * A profile is steps `a-b:v` or `a+:v`, separated by `;`; v multiplies the hazard while the axis
 * lies in the step, days inclusive (cum_g: [a, b) in grams), and 1 holds everywhere else. Rows of
 * kind single are planted; null and trap rows only name their pair; pairs, triples and cascades
 * wait for a later version and are counted.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

static hune_status bad_profile(const hu_table *t, const char *profile, hune_err *err) {
    hune_fail(err, HUNE_EDATA, "'%s', line %d, column 'profile': '%s' is not a profile", t->name,
              t->row, profile);
    return hune_hint(err, "steps are a-b:v or a+:v joined by ';', e.g. 0-29:2.5;30+:1.2");
}

/* The number before the character `stop`; moves *p behind it. */
static bool number_before(const char **p, char stop, double *out) {
    char text[32];
    const char *end = strchr(*p, stop);
    if (!end || end == *p || (size_t)(end - *p) >= sizeof text) return false;
    snprintf(text, sizeof text, "%.*s", (int)(end - *p), *p);
    *p = end + 1;
    return hu_parse_f64(text, out);
}

static hune_status read_profile(const hu_table *t, hu_effect *e, hune_err *err) {
    const char *p = e->profile;
    e->max = 1;
    while (*p) {
        const int k = e->n_steps;
        if (k == HU_MAX_STEPS) return bad_profile(t, e->profile, err);
        const size_t head = strcspn(p, "-+:");
        char value[32];
        if (p[head] == '+') {
            if (!number_before(&p, '+', &e->from[k])) return bad_profile(t, e->profile, err);
            if (*p++ != ':') return bad_profile(t, e->profile, err);
            e->to[k] = INFINITY;
        } else {
            if (!number_before(&p, '-', &e->from[k]) || !number_before(&p, ':', &e->to[k]))
                return bad_profile(t, e->profile, err);
            e->to[k] += e->axis != HU_CUM_G; /* days are inclusive */
        }
        const size_t len = strcspn(p, ";");
        if (len >= sizeof value) return bad_profile(t, e->profile, err);
        snprintf(value, sizeof value, "%.*s", (int)len, p);
        if (!hu_parse_f64(value, &e->value[k]) || !(e->value[k] > 0) || e->value[k] > 1e4 ||
            !(e->to[k] > e->from[k]) || e->from[k] < 0)
            return bad_profile(t, e->profile, err);
        p += len + (p[len] == ';');
        e->max = fmax(e->max, e->value[k]);
        e->n_steps++;
    }
    return e->n_steps ? HUNE_OK : bad_profile(t, e->profile, err);
}

/* "plant after-effect: 1.8 from day 365 after stop" in the note. */
static void read_after(hu_effect *e, const char *note) {
    static const char head[] = "after-effect: ", middle[] = "from day ";
    const char *p = strstr(note, head);
    double value, day;
    if (!p) return;
    p += sizeof head - 1;
    if (!number_before(&p, ' ', &value) || !hu_starts(p, middle)) return;
    p += sizeof middle - 1;
    if (!number_before(&p, ' ', &day)) return;
    e->after_value = value;
    e->after_from = day;
    e->max = fmax(e->max, value);
}

static hune_status read_axis(const hu_table *t, const char *text, hu_axis *axis, hune_err *err) {
    static const char *const names[] = {"era_day",  "first_ever_day", "disp_day", "dose_day",
                                        "cum_days", "cum_g",          "stop_day"};
    for (int i = 0; i < 7; i++)
        if (!strcmp(text, names[i])) {
            *axis = (hu_axis)i;
            return HUNE_OK;
        }
    return hune_fail(err, HUNE_EDATA, "'%s', line %d, column 'axis': unknown axis '%s'", t->name,
                     t->row, text);
}

static hune_status read_row(hu_world *w, const hu_table *t, int ignored[4], hune_err *err) {
    static const char *const later[4] = {"cascade", "pair", "triple", "null_pair"};
    const char *kind, *drug, *outcome, *axis, *note = "";
    hu_named *n = &w->named[w->n_named];
    HUNE_TRY(hu_table_text(t, "kind", &kind, err));
    HUNE_TRY(hu_table_text(t, "id", &n->id, err));
    HUNE_TRY(hu_table_text(t, "drug_a", &drug, err));
    HUNE_TRY(hu_table_text(t, "outcome", &outcome, err));
    HUNE_TRY(hu_table_text(t, "profile", &n->profile, err));
    for (int k = 0; k < 4; k++)
        if (!strcmp(kind, later[k])) {
            ignored[k]++;
            return HUNE_OK;
        }
    const bool single = !strcmp(kind, "single");
    if (!single && strcmp(kind, "null") && strcmp(kind, "trap"))
        return hune_fail(err, HUNE_EDATA, "'%s', line %d, column 'kind': unknown kind '%s'",
                         t->name, t->row, kind);
    n->kind = kind;
    n->drug = hu_find_drug(w, drug);
    n->outcome = hu_find_outcome(w, outcome);
    if (n->drug < 0 || n->outcome < 0) return HUNE_OK; /* of a drug or outcome left out */
    int64_t trap = 0;
    if (!strcmp(kind, "trap")) hu_parse_i64(n->id + strspn(n->id, "T0"), &trap);
    n->trap = (int)trap;
    w->n_named++;
    if (!single || !strcmp(w->o.truth, "none")) return HUNE_OK;

    hu_effect *e = &w->effect[w->n_effects++];
    *e = (hu_effect){.id = n->id, .profile = n->profile, .drug = n->drug, .outcome = n->outcome};
    HUNE_TRY(hu_table_text(t, "axis", &axis, err));
    HUNE_TRY(read_axis(t, axis, &e->axis, err));
    HUNE_TRY(read_profile(t, e, err));
    if (hu_table_text(t, "note", &note, NULL) == HUNE_OK) read_after(e, note);
    if (e->axis != HU_CUM_G || !strcmp(drug, "G03HA01")) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d: no grams a day are known for '%s'", t->name,
                     t->row, drug);
}

static int by_outcome(const void *x, const void *y, void *arg) {
    const hu_effect *a = x, *b = y;
    (void)arg;
    return a->outcome != b->outcome ? a->outcome - b->outcome : a->drug - b->drug;
}

/* Each outcome its slice of the effects, and the largest product that anybody can meet. */
static hune_status arrange(hu_world *w, hune_err *err) {
    HUNE_TRY(hu_sort(w->effect, (size_t)w->n_effects, sizeof *w->effect, by_outcome, NULL, err));
    int e = 0;
    for (int o = 0; o < w->n_outcomes; o++) {
        w->outcome[o].effect_from = e;
        w->outcome[o].bound = 1;
        for (; e < w->n_effects && w->effect[e].outcome == o; e++)
            w->outcome[o].bound *= w->effect[e].max;
        w->outcome[o].effect_to = e;
    }
    return HUNE_OK;
}

hune_status hu_read_truth(hu_world *w, hune_err *err) {
    static const char *const later[4] = {"cascades", "pairs", "triples", "null pairs"};
    const bool file = strcmp(w->o.truth, "all") && strcmp(w->o.truth, "none");
    const char *text = hu_embed_simulate("truth.csv", NULL);
    char *own = NULL;
    int ignored[4] = {0};
    snprintf(w->truth_name, sizeof w->truth_name, "%s", file ? w->o.truth : "truth.csv");
    if (file) {
        size_t len;
        HUNE_TRY(hu_read_file(w->o.truth, &own, &len, err));
        text = hu_arena_strdup(&w->arena, own);
        free(own);
        if (!text) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", w->o.truth);
    }
    size_t rows = 1;
    for (const char *p = text; *p; p++) rows += *p == '\n';
    w->effect = hu_arena_alloc(&w->arena, rows * sizeof *w->effect);
    w->named = hu_arena_alloc(&w->arena, rows * sizeof *w->named);
    if (!w->effect || !w->named) return hune_fail(err, HUNE_ENOMEM, "no memory for the truth");
    hu_table t;
    bool more;
    HUNE_TRY(hu_table_open(&t, w->truth_name, text, &w->arena, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(read_row(w, &t, ignored, err));
    }
    size_t len = 0;
    for (int k = 0; k < 4; k++)
        if (ignored[k])
            len += (size_t)snprintf(w->ignored + len, sizeof w->ignored - len, "%s%d %s",
                                    len ? ", " : "", ignored[k], later[k]);
    return arrange(w, err);
}
