/* truth.c - truth.csv (or the user's file of the same shape) into planted effects.
 *
 * A profile is steps `a-b:v` or `a+:v`, separated by `;`; v multiplies the hazard while the axis
 * lies in the step, days inclusive (cum_g: [a, b) in grams), and 1 holds everywhere else.
 *
 *   single             a factor on the hazard of an outcome            -> hu_effect
 *   pair, triple       an extra factor while all members are present   -> hu_joint
 *   null_pair          the same with factor 1: named, so that it is scored
 *   cascade            a factor on the start rate of another drug      -> hu_raise
 *   null, trap         only name their pair
 *
 * A class code stands for its members: M01A without coxibs, B01AA for oral anticoagulants of both
 * kinds (B01AA and B01AF), any other one for the drugs whose ATC code begins with it. A row of a
 * drug or outcome that this run leaves out is left out; one that nobody knows is an error.
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

/* A profile into steps; days are inclusive, grams are not. */
typedef struct steps {
    int n;
    double from[HU_MAX_STEPS], to[HU_MAX_STEPS], value[HU_MAX_STEPS], max;
} steps;

static hune_status read_profile(const hu_table *t, const char *profile, bool days, steps *s,
                                hune_err *err) {
    const char *p = profile;
    *s = (steps){.max = 1};
    while (*p) {
        const int k = s->n;
        if (k == HU_MAX_STEPS) return bad_profile(t, profile, err);
        const size_t head = strcspn(p, "-+:");
        char value[32];
        if (p[head] == '+') {
            if (!number_before(&p, '+', &s->from[k])) return bad_profile(t, profile, err);
            if (*p++ != ':') return bad_profile(t, profile, err);
            s->to[k] = INFINITY;
        } else {
            if (!number_before(&p, '-', &s->from[k]) || !number_before(&p, ':', &s->to[k]))
                return bad_profile(t, profile, err);
            s->to[k] += days;
        }
        const size_t len = strcspn(p, ";");
        if (len >= sizeof value) return bad_profile(t, profile, err);
        snprintf(value, sizeof value, "%.*s", (int)len, p);
        if (!hu_parse_f64(value, &s->value[k]) || !(s->value[k] > 0) || s->value[k] > 1e4 ||
            !(s->to[k] > s->from[k]) || s->from[k] < 0 || (k && s->from[k] < s->to[k - 1]))
            return bad_profile(t, profile, err);
        p += len + (p[len] == ';');
        s->max = fmax(s->max, s->value[k]);
        s->n++;
    }
    return s->n ? HUNE_OK : bad_profile(t, profile, err);
}

#define TAKE_STEPS(x, s)                                                                           \
    do {                                                                                           \
        (x)->n_steps = (s)->n;                                                                     \
        (x)->max = (s)->max;                                                                       \
        memcpy((x)->from, (s)->from, sizeof(s)->from);                                             \
        memcpy((x)->to, (s)->to, sizeof(s)->to);                                                   \
        memcpy((x)->value, (s)->value, sizeof(s)->value);                                          \
    } while (0)

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

/* --- drugs and outcomes by name ------------------------------------------------------------- */

static hune_status unknown(const hu_table *t, const char *column, const char *what,
                           const char *name, hune_err *err) {
    hune_fail(err, HUNE_EDATA, "'%s', line %d, column '%s': unknown %s '%s'", t->name, t->row,
              column, what, name);
    return hune_hint(err, "see codes/simulate/sim_%ss.csv", what);
}

static bool in_class(const char *atc, const char *code) {
    if (!strcmp(code, "M01A")) return hu_starts(atc, "M01A") && !hu_starts(atc, "M01AH");
    if (!strcmp(code, "B01AA")) return hu_starts(atc, "B01AA") || hu_starts(atc, "B01AF");
    return hu_starts(atc, code);
}

hune_status hu_class(hu_world *w, const char *code, hu_set *set, hune_err *err) {
    int16_t *drug = hu_arena_alloc(&w->arena, (size_t)(w->n_drugs + 1) * sizeof *drug);
    if (!drug) return hune_fail(err, HUNE_ENOMEM, "no memory for the truth");
    *set = (hu_set){.drug = drug};
    snprintf(set->code, sizeof set->code, "%s", code);
    for (int i = 0; i < w->n_drugs; i++)
        if (in_class(w->drug[i].atc, code)) drug[set->n++] = (int16_t)i;
    return HUNE_OK;
}

/* The drugs of this run that a code stands for; none is fine, unknown to the table is not. */
static hune_status read_set(hu_world *w, const hu_table *t, const char *column, const char *code,
                            hu_set *set, hune_err *err) {
    bool known = false;
    for (int i = 0; i < w->n_known_drugs; i++) known |= *code && in_class(w->known_drug[i], code);
    if (!known || strlen(code) >= sizeof set->code) return unknown(t, column, "drug", code, err);
    return hu_class(w, code, set, err);
}

static hune_status read_outcome_name(const hu_world *w, const hu_table *t, const char *name,
                                     int *outcome, hune_err *err) {
    *outcome = hu_find_outcome(w, name);
    for (int i = 0; i < w->n_known_outcomes; i++)
        if (!strcmp(w->known_outcome[i], name)) return HUNE_OK;
    if (hu_starts(name, "RX:"))
        return HUNE_OK; /* a first dispensing: not an outcome of the table */
    return unknown(t, "outcome", "outcome", name, err);
}

/* --- rows ------------------------------------------------------------------------------------ */

static hune_status read_joint(hu_world *w, const hu_table *t, const hu_named *n, hune_err *err) {
    static const char *const columns[3] = {"drug_a", "drug_b", "drug_c"};
    hu_joint *j = &w->joint[w->n_joints];
    const char *code, *outcome;
    steps s;
    bool all = true;
    *j = (hu_joint){.id = n->id, .kind = n->kind, .profile = n->profile};
    const int members = !strcmp(n->kind, "triple") ? 3 : 2;
    for (; j->n_sets < members; j->n_sets++) {
        HUNE_TRY(hu_table_text(t, columns[j->n_sets], &code, err));
        HUNE_TRY(read_set(w, t, columns[j->n_sets], code, &j->set[j->n_sets], err));
        all &= j->set[j->n_sets].n > 0;
    }
    HUNE_TRY(hu_table_text(t, "outcome", &outcome, err));
    HUNE_TRY(read_outcome_name(w, t, outcome, &j->outcome, err));
    HUNE_TRY(read_profile(t, n->profile, true, &s, err));
    TAKE_STEPS(j, &s);
    w->n_joints += all && j->outcome >= 0;
    return HUNE_OK;
}

static hune_status read_cascade(hu_world *w, const hu_table *t, const hu_named *n, hune_err *err) {
    hu_raise *r = &w->raise[w->n_raises];
    const char *code, *outcome;
    hu_set started;
    steps s;
    *r = (hu_raise){.id = n->id, .profile = n->profile, .cascade = true};
    HUNE_TRY(hu_table_text(t, "drug_a", &code, err));
    HUNE_TRY(read_set(w, t, "drug_a", code, &r->by, err));
    HUNE_TRY(hu_table_text(t, "outcome", &outcome, err));
    if (!hu_starts(outcome, "RX:")) {
        hune_fail(err, HUNE_EDATA, "'%s', line %d, column 'outcome': '%s' is no first dispensing",
                  t->name, t->row, outcome);
        return hune_hint(err, "a cascade ends in RX: and an ATC code, e.g. RX:H03AA01");
    }
    HUNE_TRY(read_set(w, t, "outcome", outcome + 3, &started, err));
    HUNE_TRY(read_profile(t, n->profile, true, &s, err));
    TAKE_STEPS(r, &s);
    r->drug = started.n ? started.drug[0] : -1;
    w->n_raises += r->by.n > 0 && r->drug >= 0;
    return HUNE_OK;
}

static hune_status read_single(hu_world *w, const hu_table *t, const hu_named *n, hune_err *err) {
    const char *axis, *note = "", *drug = w->drug[n->drug].atc;
    hu_effect *e = &w->effect[w->n_effects++];
    steps s;
    *e = (hu_effect){.id = n->id, .profile = n->profile, .drug = n->drug, .outcome = n->outcome};
    HUNE_TRY(hu_table_text(t, "axis", &axis, err));
    HUNE_TRY(read_axis(t, axis, &e->axis, err));
    HUNE_TRY(read_profile(t, e->profile, e->axis != HU_CUM_G, &s, err));
    TAKE_STEPS(e, &s);
    if (hu_table_text(t, "note", &note, NULL) == HUNE_OK) read_after(e, note);
    if (e->axis != HU_CUM_G || !strcmp(drug, "G03HA01")) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d: no grams a day are known for '%s'", t->name,
                     t->row, drug);
}

static hune_status read_row(hu_world *w, const hu_table *t, hune_err *err) {
    const char *kind, *drug, *outcome;
    const bool planted = strcmp(w->o.truth, "none") != 0;
    hu_named *n = &w->named[w->n_named];
    hu_set set;
    HUNE_TRY(hu_table_text(t, "kind", &kind, err));
    HUNE_TRY(hu_table_text(t, "id", &n->id, err));
    HUNE_TRY(hu_table_text(t, "drug_a", &drug, err));
    HUNE_TRY(hu_table_text(t, "outcome", &outcome, err));
    HUNE_TRY(hu_table_text(t, "profile", &n->profile, err));
    n->kind = kind;
    if (!strcmp(kind, "cascade")) return planted ? read_cascade(w, t, n, err) : HUNE_OK;
    if (!strcmp(kind, "pair") || !strcmp(kind, "triple") || !strcmp(kind, "null_pair"))
        return planted ? read_joint(w, t, n, err) : HUNE_OK;
    const bool single = !strcmp(kind, "single");
    if (!single && strcmp(kind, "null") && strcmp(kind, "trap"))
        return hune_fail(err, HUNE_EDATA, "'%s', line %d, column 'kind': unknown kind '%s'",
                         t->name, t->row, kind);
    HUNE_TRY(read_set(w, t, "drug_a", drug, &set, err));
    HUNE_TRY(read_outcome_name(w, t, outcome, &n->outcome, err));
    n->drug = hu_find_drug(w, drug);
    if (n->drug < 0 || n->outcome < 0) return HUNE_OK; /* left out of this run */
    int64_t trap = 0;
    if (!strcmp(kind, "trap")) hu_parse_i64(n->id + strspn(n->id, "T0"), &trap);
    n->trap = (int)trap;
    w->n_named++;
    return single && planted ? read_single(w, t, n, err) : HUNE_OK;
}

/* --- habits of prescribers ------------------------------------------------------------------- */

/* Drugs that are started more or less often together than chance has it, so that the yearly share
 * of persons with both is the design's (section 4); only in worlds with a truth, because a drug
 * would otherwise change another's dispensings. */
static hune_status read_habits(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    HUNE_TRY(
        hu_table_open(&t, "habits.csv", hu_embed_simulate("habits.csv", NULL), &w->arena, err));
    for (;;) {
        const char *by, *started;
        double factor;
        hu_set drugs;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_text(&t, "while", &by, err));
        HUNE_TRY(hu_table_text(&t, "started", &started, err));
        HUNE_TRY(hu_table_f64(&t, "factor", &factor, err));
        HUNE_TRY(read_set(w, &t, "started", started, &drugs, err));
        for (int k = 0; k < drugs.n; k++) {
            hu_raise *r = &w->raise[w->n_raises];
            *r = (hu_raise){.drug = drugs.drug[k], .n_steps = 1, .max = fmax(factor, 1)};
            HUNE_TRY(hu_table_text(&t, "id", &r->id, err));
            HUNE_TRY(read_set(w, &t, "while", by, &r->by, err));
            r->to[0] = INFINITY;
            r->value[0] = factor;
            w->n_raises += r->by.n > 0;
        }
    }
}

/* --- order ------------------------------------------------------------------------------------ */

static int by_outcome(const void *x, const void *y, void *arg) {
    const hu_effect *a = x, *b = y;
    (void)arg;
    return a->outcome != b->outcome ? a->outcome - b->outcome : a->drug - b->drug;
}

static int joint_by_outcome(const void *x, const void *y, void *arg) {
    const hu_joint *a = x, *b = y;
    (void)arg;
    return a->outcome != b->outcome ? a->outcome - b->outcome : strcmp(a->id, b->id);
}

static int raise_by_drug(const void *x, const void *y, void *arg) {
    const hu_raise *a = x, *b = y;
    (void)arg;
    return a->drug != b->drug ? a->drug - b->drug : strcmp(a->id, b->id);
}

/* The largest product of drug effects that a person can be expected to meet: the six largest
 * singles at once, and the largest pair. Mode cases relies on it and stops when it is passed. */
static double cases_bound(const hu_world *w, const hu_outcome *o) {
    enum { AT_ONCE = 6 };
    double top[AT_ONCE] = {1, 1, 1, 1, 1, 1}, joint = 1, bound = 1;
    for (int e = o->effect_from; e < o->effect_to; e++) {
        double x = w->effect[e].max;
        for (int k = 0; k < AT_ONCE; k++)
            if (x > top[k]) {
                const double down = top[k];
                top[k] = x;
                x = down;
            }
    }
    for (int k = 0; k < AT_ONCE; k++) bound *= top[k];
    for (int j = o->joint_from; j < o->joint_to; j++) joint = fmax(joint, w->joint[j].max);
    return bound * joint;
}

/* Each outcome its slice of the effects and joints, and the largest product that anybody can meet.
 */
static hune_status arrange(hu_world *w, hune_err *err) {
    HUNE_TRY(hu_sort(w->effect, (size_t)w->n_effects, sizeof *w->effect, by_outcome, NULL, err));
    HUNE_TRY(hu_sort(w->joint, (size_t)w->n_joints, sizeof *w->joint, joint_by_outcome, NULL, err));
    HUNE_TRY(hu_sort(w->raise, (size_t)w->n_raises, sizeof *w->raise, raise_by_drug, NULL, err));
    int e = 0, j = 0, r = 0;
    for (int i = 0; i < w->n_outcomes; i++) {
        hu_outcome *o = &w->outcome[i];
        o->effect_from = e;
        o->joint_from = j;
        o->bound = 1;
        for (; e < w->n_effects && w->effect[e].outcome == i; e++) o->bound *= w->effect[e].max;
        for (; j < w->n_joints && w->joint[j].outcome == i; j++) o->bound *= w->joint[j].max;
        o->effect_to = e;
        o->joint_to = j;
        o->cases_bound = fmin(cases_bound(w, o), o->bound);
    }
    for (int d = 0; d < w->n_drugs; d++) {
        w->drug[d].raise_from = r;
        while (r < w->n_raises && w->raise[r].drug == d) r++;
        w->drug[d].raise_to = r;
    }
    return HUNE_OK;
}

/* Drugs in an order in which whatever raises a start comes first; a circle is an error. */
static hune_status order_drugs(hu_world *w, hune_err *err) {
    const size_t n = (size_t)w->n_drugs;
    bool *done = hu_arena_alloc(&w->arena, n + 1);
    w->order = hu_arena_alloc(&w->arena, (n + 1) * sizeof *w->order);
    if (!done || !w->order) return hune_fail(err, HUNE_ENOMEM, "no memory for an order of drugs");
    for (int placed = 0; placed < w->n_drugs;) {
        const int before = placed;
        for (int d = 0; d < w->n_drugs; d++) {
            bool ready = !done[d];
            for (int r = w->drug[d].raise_from; ready && r < w->drug[d].raise_to; r++)
                for (int k = 0; k < w->raise[r].by.n; k++)
                    ready &= done[w->raise[r].by.drug[k]] || w->raise[r].by.drug[k] == d;
            if (!ready) continue;
            done[d] = true;
            w->order[placed++] = d;
        }
        if (placed == before)
            return hune_fail(err, HUNE_EDATA, "'%s': drugs raise each other's starts in a circle",
                             w->truth_name);
    }
    return HUNE_OK;
}

static hune_status room_for_truth(hu_world *w, const char *text, hune_err *err) {
    size_t rows = 2;
    for (const char *p = text; *p; p++) rows += *p == '\n';
    w->effect = hu_arena_alloc(&w->arena, rows * sizeof *w->effect);
    w->joint = hu_arena_alloc(&w->arena, rows * sizeof *w->joint);
    w->raise = hu_arena_alloc(&w->arena, (rows + HU_MOST_HABITS) * sizeof *w->raise);
    w->named = hu_arena_alloc(&w->arena, rows * sizeof *w->named);
    return w->effect && w->named && w->joint && w->raise
               ? HUNE_OK
               : hune_fail(err, HUNE_ENOMEM, "no memory for the truth");
}

hune_status hu_read_truth(hu_world *w, hune_err *err) {
    const bool file = strcmp(w->o.truth, "all") && strcmp(w->o.truth, "none");
    const char *text = hu_embed_simulate("truth.csv", NULL);
    char *own = NULL;
    snprintf(w->truth_name, sizeof w->truth_name, "%s", file ? w->o.truth : "truth.csv");
    if (file) {
        size_t len;
        HUNE_TRY(hu_read_file(w->o.truth, &own, &len, err));
        text = hu_arena_strdup(&w->arena, own);
        free(own);
        if (!text) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", w->o.truth);
    }
    w->truth_hash = hu_hash_bytes(text, strlen(text), 0);
    HUNE_TRY(room_for_truth(w, text, err));
    hu_table t;
    bool more;
    HUNE_TRY(hu_table_open(&t, w->truth_name, text, &w->arena, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(read_row(w, &t, err));
    }
    if (strcmp(w->o.truth, "none")) HUNE_TRY(read_habits(w, err));
    HUNE_TRY(arrange(w, err));
    HUNE_TRY(hu_ask(w, err));
    return order_drugs(w, err);
}
