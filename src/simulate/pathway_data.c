/* pathway_data.c - pathway_types.csv, pathways.csv and pathway_drugs.csv into the world.
 *
 * Types stand in the order of care, best first: a person's health-consciousness is correlated with
 * the place in it, and the shares stay those of the table. Drug factors are divided by their mean
 * over types, so that the number of users stays the drug table's.
 */
#include <math.h>
#include <string.h>
#include "simulate/pathways.h"

static const char *const diseases[HU_DISEASES] = {"DM", "HF", "HIP"};

const char *hu_disease_name(int disease) {
    return diseases[disease];
}

static hune_status table(hu_world *w, const char *name, hu_table *t, hune_err *err) {
    const char *text = hu_embed_simulate(name, NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file '%s' is not in the program", name);
    return hu_table_open(t, name, text, &w->arena, err);
}

/* Place of the column's word in a list. */
static hune_status word(const hu_table *t, const char *column, const char *const *list, int n,
                        int *out, hune_err *err) {
    const char *text;
    HUNE_TRY(hu_table_text(t, column, &text, err));
    for (*out = 0; *out < n; ++*out)
        if (!strcmp(list[*out], text)) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d, column '%s': unknown word '%s'", t->name,
                     t->row, column, text);
}

static hune_status read_types(hu_world *w, hu_paths *p, hune_err *err) {
    hu_table t;
    bool more;
    int d;
    HUNE_TRY(table(w, "pathway_types.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(word(&t, "disease", diseases, HU_DISEASES, &d, err));
        if (p->n_types[d] == HU_MAX_TYPES)
            return hune_fail(err, HUNE_ELIMIT, "more than %d types of '%s'", HU_MAX_TYPES,
                             diseases[d]);
        hu_type *k = &p->type[d][p->n_types[d]++];
        HUNE_TRY(hu_table_text(&t, "type", &k->id, err));
        HUNE_TRY(hu_table_text(&t, "description", &k->description, err));
        HUNE_TRY(hu_table_f64(&t, "share", &k->share, err));
        k->why = hu_arena_printf(&w->arena, "pathway %s %s", diseases[d], k->id);
        if (!k->why) return hune_fail(err, HUNE_ENOMEM, "no memory for pathways");
    }
    for (d = 0; d < HU_DISEASES; d++) {
        double sum = 0;
        for (int k = 0; k < p->n_types[d]; k++) {
            sum += p->type[d][k].share;
            p->type[d][k].upto = k < p->n_types[d] - 1 ? hu_norm_quantile(sum) : INFINITY;
        }
        if (fabs(sum - 1) > 1e-9)
            return hune_fail(err, HUNE_EDATA, "shares of the types of '%s' add up to %g, not 1",
                             diseases[d], sum);
    }
    return HUNE_OK;
}

static hune_status find_type(const hu_paths *p, const hu_table *t, int *d, int *k, hune_err *err) {
    const char *names[HU_MAX_TYPES];
    HUNE_TRY(word(t, "disease", diseases, HU_DISEASES, d, err));
    for (int i = 0; i < p->n_types[*d]; i++) names[i] = p->type[*d][i].id;
    return word(t, "type", names, p->n_types[*d], k, err);
}

/* Day of a stage; empty = it never ends. */
static hune_status read_day(const hu_table *t, const char *column, int32_t *out, hune_err *err) {
    const char *text;
    double x;
    HUNE_TRY(hu_table_text(t, column, &text, err));
    *out = HU_NEVER;
    if (!*text) return HUNE_OK;
    HUNE_TRY(hu_table_f64(t, column, &x, err));
    *out = (int32_t)x;
    return HUNE_OK;
}

static hune_status read_step(const hu_table *t, hu_step *s, hune_err *err) {
    static const char *const kinds[] = {"gp",         "specialist", "biology", "device",
                                        "nurse",      "physio",     "act",     "outpatient",
                                        "(emergency", "stay",       "rehab",   "home"};
    static const char *const patterns[] = {"regular", "poisson", "once"};
    int kind, pattern;
    double number;
    HUNE_TRY(word(t, "kind", kinds, 12, &kind, err));
    HUNE_TRY(word(t, "pattern", patterns, 3, &pattern, err));
    HUNE_TRY(hu_table_text(t, "code", &s->code, err));
    HUNE_TRY(hu_table_f64(t, "number", &number, err));
    HUNE_TRY(hu_table_f64(t, "rate", &s->rate, err));
    HUNE_TRY(hu_table_f64(t, "days", &s->days, err));
    HUNE_TRY(read_day(t, "from_day", &s->from, err));
    HUNE_TRY(read_day(t, "to_day", &s->to, err));
    s->kind = (hu_item_kind)kind;
    s->pattern = (hu_pattern)pattern;
    s->number = (int)number;
    if (s->pattern != HU_ONCE) s->rate /= HU_YEAR;
    return HUNE_OK;
}

static hune_status read_steps(hu_world *w, hu_paths *p, hune_err *err) {
    enum { MOST = 256 };
    hu_table t;
    bool more;
    if (!(p->step = hu_arena_alloc(&w->arena, MOST * sizeof *p->step)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for pathways");
    HUNE_TRY(table(w, "pathways.csv", &t, err));
    for (;;) {
        int d, k;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        if (p->n_steps == MOST)
            return hune_fail(err, HUNE_ELIMIT, "'pathways.csv' has more than %d rows", MOST);
        HUNE_TRY(find_type(p, &t, &d, &k, err));
        HUNE_TRY(read_step(&t, &p->step[p->n_steps], err));
        hu_type *type = &p->type[d][k];
        if (!type->last) type->first = type->last = p->n_steps;
        if (type->last != p->n_steps)
            return hune_fail(err, HUNE_EDATA, "'pathways.csv', line %d: rows of '%s' are apart",
                             t.row, type->id);
        type->last = ++p->n_steps;
    }
}

/* Of the prefixes that fit a drug, the longest holds. */
static hune_status read_factors(hu_world *w, hu_paths *p, hune_err *err) {
    const int cells = HU_DISEASES * HU_MAX_TYPES, n = w->n_drugs * cells;
    hu_table t;
    bool more;
    p->rate = hu_arena_alloc(&w->arena, (size_t)(n + 1) * sizeof *p->rate);
    p->weighs = hu_arena_alloc(&w->arena, (size_t)w->n_drugs + 1);
    int *matched = hu_arena_alloc(&w->arena, (size_t)(n + 1) * sizeof *matched);
    if (!p->rate || !p->weighs || !matched)
        return hune_fail(err, HUNE_ENOMEM, "no memory for pathways");
    for (int i = 0; i < n; i++) p->rate[i] = 1;
    HUNE_TRY(table(w, "pathway_drugs.csv", &t, err));
    for (;;) {
        int d, k;
        const char *atc;
        double factor;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(find_type(p, &t, &d, &k, err));
        HUNE_TRY(hu_table_text(&t, "atc", &atc, err));
        HUNE_TRY(hu_table_f64(&t, "factor", &factor, err));
        const int len = (int)strlen(atc);
        for (int i = 0; i < w->n_drugs; i++) {
            const int at = i * cells + d * HU_MAX_TYPES + k;
            if (!hu_starts(w->drug[i].atc, atc) || len < matched[at]) continue;
            matched[at] = len;
            p->rate[at] = factor;
            p->weighs[i] = true;
        }
    }
    for (int i = 0; i < w->n_drugs * HU_DISEASES; i++) {
        double mean = 0;
        for (int k = 0; k < p->n_types[i % HU_DISEASES]; k++)
            mean += p->type[i % HU_DISEASES][k].share * p->rate[i * HU_MAX_TYPES + k];
        for (int k = 0; k < HU_MAX_TYPES; k++) p->rate[i * HU_MAX_TYPES + k] /= mean;
    }
    return HUNE_OK;
}

hune_status hu_paths_open(hu_world *w, hune_err *err) {
    hu_paths *p = w->paths = hu_arena_alloc(&w->arena, sizeof *p);
    if (!p) return hune_fail(err, HUNE_ENOMEM, "no memory for pathways");
    HUNE_TRY(read_types(w, p, err));
    HUNE_TRY(read_steps(w, p, err));
    HUNE_TRY(read_factors(w, p, err));
    p->failure = hu_find_outcome(w, "HF");
    p->fracture = hu_find_outcome(w, "HIP");
    return HUNE_OK;
}

/* sim_truth/pathway_types.csv: type and description. */
hune_status hu_pathway_tables(const hu_world *w, const char *folder, hune_err *err) {
    hu_buf b = {0};
    char path[1200];
    hu_buf_add(&b, "disease,type,share,description\n");
    for (int d = 0; d < HU_DISEASES; d++)
        for (int k = 0; k < w->paths->n_types[d]; k++) {
            const hu_type *t = &w->paths->type[d][k];
            hu_buf_printf(&b, "%s,%s,%.4g,\"%s\"\n", diseases[d], t->id, t->share, t->description);
        }
    snprintf(path, sizeof path, "%s/sim_truth/pathway_types.csv", folder);
    const hune_status s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", path)
                                   : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return s;
}
