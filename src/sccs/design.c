/* design.c - from intervals and terms to the columns of a model, named as R names them.
 *
 * A factor of k levels gets k-1 columns (all but its reference), or k when the model lacks the term
 * that remains without it: `mmr + mmr:factor(sex)` has no factor(sex) term, so mmr is written out
 * in full inside the interaction. Within a term the first variable's levels run fastest. Terms of
 * factors become codes (the number of the one column that is 1), terms with a number dense columns.
 */
#include <math.h>
#include <string.h>
#include "sccs/sccs.h"

#define MOST_COLUMNS 2000 /* information of 2000 columns: 32 MB and a second */

typedef struct axis {
    const char *label;
    bool factor, fixed; /* fixed: one value for a whole stratum */
    int n_levels;
    const char **levels; /* [n_levels] the reference first */
    int32_t *at;         /* [rows] index of the level */
    double *value;       /* [rows] when it is a number */
} axis;

typedef struct builder {
    const hu_spec *s;
    const hu_table *t;
    const hu_intervals *iv;
    const hu_formula *f;
    hu_arena *arena;
    axis axes[HU_MOST_VARIABLES];
    hune_err *err;
} builder;

static hune_status no_memory(const builder *b) {
    return hune_fail(b->err, HUNE_ENOMEM, "no memory for a design of %lld rows",
                     (long long)b->iv->rows);
}

/* Which column of iv->level a name is; -1 = none. */
static int level_axis(const hu_spec *s, const char *name) {
    for (int k = 0; k < s->n_exposures; k++)
        if (!strcmp(s->exposures[k].name, name)) return k;
    if (s->n_age && !strcmp(name, "age")) return s->n_exposures;
    if (s->n_season && !strcmp(name, "season")) return s->n_exposures + 1;
    return -1;
}

/* Levels 0..n-1 that occur in rows get their places; from a column of iv->level. */
static hune_status varying(builder *b, axis *x, int column) {
    const hu_intervals *iv = b->iv;
    int32_t most = 0;
    for (int64_t r = 0; r < iv->rows; r++)
        if (iv->level[r * iv->n_levels + column] > most)
            most = iv->level[r * iv->n_levels + column];
    int32_t *place = hu_arena_alloc(b->arena, ((size_t)most + 1) * sizeof *place);
    x->levels = hu_arena_alloc(b->arena, ((size_t)most + 1) * sizeof *x->levels);
    x->at = hu_arena_alloc(b->arena, ((size_t)iv->rows + 1) * sizeof *x->at);
    if (!place || !x->levels || !x->at) return no_memory(b);
    for (int64_t r = 0; r < iv->rows; r++) place[iv->level[r * iv->n_levels + column]] = 1;
    for (int32_t l = 0; l <= most; l++) {
        if (!place[l]) continue;
        x->levels[x->n_levels] = hu_arena_printf(b->arena, "%d", l);
        if (!x->levels[x->n_levels]) return no_memory(b);
        place[l] = x->n_levels++;
    }
    for (int64_t r = 0; r < iv->rows; r++) x->at[r] = place[iv->level[r * iv->n_levels + column]];
    x->factor = true;
    return HUNE_OK;
}

static int compare_value(const void *p, const void *q, void *arg) {
    const hu_column *c = arg;
    const int64_t a = *(const int64_t *)p, b = *(const int64_t *)q;
    if (c->text) return strcmp(c->text[a], c->text[b]);
    return (c->num[a] > c->num[b]) - (c->num[a] < c->num[b]);
}

static hune_status missing_value(const builder *b, const hu_column *c, int64_t row) {
    hune_fail(b->err, HUNE_EDATA, "'%s' line %lld, column '%s': no value, and the formula uses it",
              b->t->path, (long long)b->t->line[row], c->name);
    return hune_hint(b->err, "give a value or leave the row out: \"data\": \"t[!is.na(t$%s), ]\"",
                     c->name);
}

/* Levels of a column of the table: its values, sorted. */
static hune_status fixed_factor(builder *b, axis *x, const hu_column *c) {
    const hu_intervals *iv = b->iv;
    const size_t n = (size_t)iv->n;
    int64_t *rows = hu_arena_alloc(b->arena, (n + 1) * sizeof *rows);
    int32_t *place = hu_arena_alloc(b->arena, ((size_t)b->t->n + 1) * sizeof *place);
    x->levels = hu_arena_alloc(b->arena, (n + 1) * sizeof *x->levels);
    x->at = hu_arena_alloc(b->arena, ((size_t)iv->rows + 1) * sizeof *x->at);
    if (!rows || !place || !x->levels || !x->at) return no_memory(b);
    for (size_t i = 0; i < n; i++) rows[i] = iv->source[i];
    HUNE_TRY(hu_sort(rows, n, sizeof *rows, compare_value, (void *)(uintptr_t)c, b->err));
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || compare_value(&rows[i - 1], &rows[i], (void *)(uintptr_t)c)) {
            x->levels[x->n_levels] =
                c->text ? c->text[rows[i]] : hu_arena_printf(b->arena, "%.15g", c->num[rows[i]]);
            if (!x->levels[x->n_levels++]) return no_memory(b);
        }
        place[rows[i]] = x->n_levels - 1;
    }
    for (int64_t i = 0; i < iv->n; i++)
        for (int64_t r = iv->first[i]; r < iv->first[i + 1]; r++) x->at[r] = place[iv->source[i]];
    x->factor = true;
    return HUNE_OK;
}

static hune_status fixed(builder *b, axis *x, const hu_variable *v) {
    const hu_intervals *iv = b->iv;
    const hu_column *c = NULL;
    HUNE_TRY(hu_table_need(b->t, v->column, "formula", &c, b->err));
    for (int64_t i = 0; i < iv->n; i++)
        if (c->text ? !strcmp(c->text[iv->source[i]], "NA") : isnan(c->num[iv->source[i]]))
            return missing_value(b, c, iv->source[i]);
    x->fixed = true;
    if (v->factor || c->text) return fixed_factor(b, x, c);
    x->value = hu_arena_alloc(b->arena, ((size_t)iv->rows + 1) * sizeof *x->value);
    if (!x->value) return no_memory(b);
    for (int64_t i = 0; i < iv->n; i++)
        for (int64_t r = iv->first[i]; r < iv->first[i + 1]; r++)
            x->value[r] = c->num[iv->source[i]];
    return HUNE_OK;
}

/* Move the level called ref to the front; the others keep their order. */
static hune_status relevel(builder *b, axis *x, const hu_variable *v) {
    int at = -1;
    for (int l = 0; l < x->n_levels; l++)
        if (!strcmp(x->levels[l], v->ref)) at = l;
    if (!x->factor || at < 0) {
        hune_fail(b->err, HUNE_EDATA, "%s: '%s' is not one of its %d levels (%s%s%s)", v->label,
                  v->ref, x->n_levels, x->n_levels ? x->levels[0] : "no factor",
                  x->n_levels > 1 ? " ... " : "",
                  x->n_levels > 1 ? x->levels[x->n_levels - 1] : "");
        return hune_hint(b->err, "choose a level that occurs in the data");
    }
    const char *name = x->levels[at];
    memmove(x->levels + 1, x->levels, (size_t)at * sizeof *x->levels);
    x->levels[0] = name;
    for (int64_t r = 0; r < b->iv->rows; r++)
        x->at[r] = x->at[r] == at ? 0 : x->at[r] < at ? x->at[r] + 1 : x->at[r];
    return HUNE_OK;
}

static hune_status read_axis(builder *b, int k) {
    const hu_variable *v = &b->f->variables[k];
    axis *x = &b->axes[k];
    x->label = v->label;
    const int column = level_axis(b->s, v->column);
    if (column < 0 && !hu_table_find(b->t, v->column)) {
        hune_fail(b->err, HUNE_EDATA,
                  "formula '%s': '%s' is neither an exposure, nor %s, nor a "
                  "column of '%s'",
                  b->s->formula, v->column,
                  b->s->n_age ? "age" : "age (without \"agegrp\" there is none)", b->t->path);
        return hune_hint(b->err, "an exposure is called after the first column of its \"adrug\"");
    }
    HUNE_TRY(column >= 0 ? varying(b, x, column) : fixed(b, x, v));
    return v->ref ? relevel(b, x, v) : HUNE_OK;
}

/* --- terms --- */

typedef struct term {
    int n, variables[HU_MOST_VARIABLES];
    int skip[HU_MOST_VARIABLES]; /* 1: without the reference level */
    int columns;                 /* how many, all variables crossed */
    bool dense;                  /* has a number in it */
    bool fixed;
    int first; /* its columns are first .. first + columns - 1 */
} term;

static bool has_term(const hu_formula *f, uint32_t set) {
    if (set == 0) return true; /* the intercept, conditioned away */
    for (int k = 0; k < f->n_terms; k++)
        if (f->terms[k] == set) return true;
    return false;
}

static hune_status shape(builder *b, uint32_t set, term *out) {
    *out = (term){.columns = 1, .fixed = true};
    for (int k = 0; k < b->f->n_variables; k++) {
        if (!(set >> k & 1)) continue;
        const axis *x = &b->axes[k];
        out->variables[out->n] = k;
        out->fixed = out->fixed && x->fixed;
        if (x->factor) {
            out->skip[out->n] = has_term(b->f, set & ~(1u << k));
            out->columns *= x->n_levels - out->skip[out->n];
        } else {
            out->dense = true;
        }
        out->n++;
        if (out->columns > MOST_COLUMNS)
            return hune_fail(b->err, HUNE_ELIMIT, "formula '%s' has more than %d columns",
                             b->s->formula, MOST_COLUMNS);
    }
    return HUNE_OK;
}

static const char *column_name(builder *b, const term *t, int column) {
    hu_buf name = {0};
    for (int k = 0; k < t->n; k++) {
        const axis *x = &b->axes[t->variables[k]];
        hu_buf_add(&name, k ? ":" : "");
        hu_buf_add(&name, x->label);
        if (!x->factor) continue;
        const int width = x->n_levels - t->skip[k];
        hu_buf_add(&name, x->levels[column % width + t->skip[k]]);
        column /= width;
    }
    const char *kept = name.failed || !name.text ? NULL : hu_arena_strdup(b->arena, name.text);
    hu_buf_clear(&name);
    return kept;
}

/* The column of a term that row r has 1 (or its number) in, from 0; -1 = none. */
static int column_of(const builder *b, const term *t, int64_t r, double *value) {
    int column = 0, stride = 1;
    *value = 1;
    for (int k = 0; k < t->n; k++) {
        const axis *x = &b->axes[t->variables[k]];
        if (!x->factor) {
            *value *= x->value[r];
            continue;
        }
        const int level = x->at[r] - t->skip[k];
        if (level < 0) return -1;
        column += level * stride;
        stride *= x->n_levels - t->skip[k];
    }
    return column;
}

static hune_status number_columns(builder *b, term *terms, hu_design *out) {
    hune_sccs *d = &out->sccs;
    int64_t p = 0;
    for (int k = 0; k < b->f->n_terms; k++) {
        HUNE_TRY(shape(b, b->f->terms[k], &terms[k]));
        p += terms[k].columns;
    }
    if (p > MOST_COLUMNS)
        return hune_fail(b->err, HUNE_ELIMIT, "formula '%s' has %lld columns, at most %d",
                         b->s->formula, (long long)p, MOST_COLUMNS);
    for (int dense = 1; dense >= 0; dense--)
        for (int k = 0; k < b->f->n_terms; k++) {
            if (terms[k].dense != dense) continue;
            terms[k].first = d->p;
            d->p += terms[k].columns;
            if (dense) d->dense += terms[k].columns;
            else d->factors++;
        }
    out->names = hu_arena_alloc(b->arena, ((size_t)p + 1) * sizeof *out->names);
    out->order = hu_arena_alloc(b->arena, ((size_t)p + 1) * sizeof *out->order);
    out->fixed = hu_arena_alloc(b->arena, ((size_t)p + 1) * sizeof *out->fixed);
    if (!out->names || !out->order || !out->fixed) return no_memory(b);
    int at = 0;
    for (int k = 0; k < b->f->n_terms; k++)
        for (int c = 0; c < terms[k].columns; c++) {
            const int column = terms[k].first + c;
            out->order[at++] = column;
            out->fixed[column] = terms[k].fixed;
            out->names[column] = column_name(b, &terms[k], c);
            if (!out->names[column]) return no_memory(b);
        }
    return HUNE_OK;
}

static hune_status fill(builder *b, const term *terms, hu_design *out) {
    hune_sccs *d = &out->sccs;
    const size_t rows = (size_t)b->iv->rows, width = (size_t)d->factors, dense = (size_t)d->dense;
    double *offset = hu_arena_alloc(b->arena, (rows + 1) * sizeof *offset);
    double *x = hu_arena_alloc(b->arena, (rows * dense + 1) * sizeof *x);
    int32_t *code = hu_arena_alloc(b->arena, (rows * width + 1) * sizeof *code);
    if (!offset || !x || !code) return no_memory(b);
    for (size_t r = 0; r < rows; r++) {
        offset[r] = log(b->iv->upper[r] - b->iv->lower[r]);
        size_t slot = 0;
        for (int k = 0; k < b->f->n_terms; k++) {
            double value;
            const int c = column_of(b, &terms[k], (int64_t)r, &value);
            if (!terms[k].dense) code[r * width + slot++] = c < 0 ? -1 : terms[k].first + c;
            else if (c >= 0) x[r * dense + (size_t)(terms[k].first + c)] = value;
        }
    }
    d->n = b->iv->n, d->first = b->iv->first, d->events = b->iv->events;
    d->offset = offset, d->x = x, d->code = code;
    return HUNE_OK;
}

hune_status hu_design_make(const hu_spec *s, const hu_table *t, const hu_intervals *iv,
                           const hu_formula *f, hu_arena *a, hu_design *out, hune_err *err) {
    *out = (hu_design){0};
    builder b = {.s = s, .t = t, .iv = iv, .f = f, .arena = a, .err = err};
    term *terms = hu_arena_alloc(a, ((size_t)f->n_terms + 1) * sizeof *terms);
    if (!terms) return no_memory(&b);
    for (int k = 0; k < f->n_variables; k++) HUNE_TRY(read_axis(&b, k));
    HUNE_TRY(number_columns(&b, terms, out));
    return fill(&b, terms, out);
}
