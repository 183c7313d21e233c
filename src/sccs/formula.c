/* formula.c - "event ~ factor(sex) * mmr + age" to sets of variables.
 *
 *   formula = NAME "~" sum end            sum   = cross { "+" cross }
 *   cross   = dots { "*" dots }           dots  = part { ":" part }
 *   part    = "(" sum ")" | variable
 *   variable = NAME | "factor" "(" NAME ")" | "relevel" "(" variable "," [ "ref" "=" ] level ")"
 *
 * A sum is a list of sets; a:b joins every set of a with every set of b; a*b = a + b + a:b. Terms
 * come by number of variables, then as written: R's order. A set is written with its variables in
 * the order in which the formula names them first.
 */
#include <ctype.h>
#include <string.h>
#include "sccs/sccs.h"

#define MOST_TERMS 200
#define DEEPEST 30

typedef struct sets {
    int n;
    uint32_t at[MOST_TERMS];
} sets;

typedef struct reader {
    const char *all, *at;
    hu_arena *arena;
    hu_formula *f;
    hune_err *err;
    hune_status status;
    int depth;
} reader;

static void fail(reader *r, const char *what) {
    if (r->status) return;
    r->status = hune_fail(r->err, HUNE_EFORMAT, "formula '%.200s': %s at character %zu", r->all,
                          what, (size_t)(r->at - r->all) + 1);
    hune_hint(r->err, "known are + : * ( ) factor(x) relevel(x, ref = level), as in "
                      "event ~ factor(sex) * mmr + age");
}

static bool eat(reader *r, char c) {
    while (isspace((unsigned char)*r->at)) r->at++;
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static void want(reader *r, char c) {
    const char what[] = {'\'', c, '\'', ' ', 'e', 'x', 'p', 'e', 'c', 't', 'e', 'd', 0};
    if (!r->status && !eat(r, c)) fail(r, what);
}

static bool word_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static const char *word(reader *r, bool level) {
    while (isspace((unsigned char)*r->at)) r->at++;
    if (level && (*r->at == '"' || *r->at == '\'')) {
        const char quote = *r->at++, *from = r->at;
        while (*r->at && *r->at != quote) r->at++;
        const char *copy = hu_arena_printf(r->arena, "%.*s", (int)(r->at - from), from);
        if (!eat(r, quote)) fail(r, "a text without end");
        return copy;
    }
    const char *from = r->at;
    if (!level && !isalpha((unsigned char)*from) && *from != '.') {
        fail(r, "a variable expected");
        return NULL;
    }
    while (word_char(*r->at)) r->at++;
    if (r->at == from) fail(r, "a level expected");
    return hu_arena_printf(r->arena, "%.*s", (int)(r->at - from), from);
}

static hu_variable variable(reader *r) {
    hu_variable v = {NULL, NULL, false, NULL};
    if (++r->depth > DEEPEST) fail(r, "too deeply nested");
    const char *name = r->status ? NULL : word(r, false);
    if (name && !strcmp(name, "factor") && eat(r, '(')) {
        v = variable(r);
        v.factor = true;
        if (!r->status) v.label = hu_arena_printf(r->arena, "factor(%s)", v.label);
        want(r, ')');
    } else if (name && !strcmp(name, "relevel") && eat(r, '(')) {
        v = variable(r);
        want(r, ',');
        const char *ref = r->status ? NULL : word(r, true);
        if (ref && !strcmp(ref, "ref") && eat(r, '=')) ref = word(r, true);
        if (!r->status) v.label = hu_arena_printf(r->arena, "relevel(%s, ref = %s)", v.label, ref);
        v.ref = ref;
        want(r, ')');
    } else if (name && eat(r, '(')) {
        fail(r, "an unknown function before this");
    } else {
        v.label = v.column = name;
    }
    if (!r->status && (!v.label || !v.column))
        r->status = hune_fail(r->err, HUNE_ENOMEM, "no memory for a formula");
    r->depth--;
    return v;
}

static uint32_t number_of(reader *r, const hu_variable *v) {
    hu_formula *f = r->f;
    for (int k = 0; k < f->n_variables; k++)
        if (!strcmp(f->variables[k].label, v->label)) return 1u << k;
    if (f->n_variables == HU_MOST_VARIABLES) {
        fail(r, "more than 30 variables");
        return 0;
    }
    f->variables[f->n_variables] = *v;
    return 1u << f->n_variables++;
}

static void add(reader *r, sets *s, uint32_t set) {
    for (int k = 0; k < s->n; k++)
        if (s->at[k] == set) return;
    if (s->n == MOST_TERMS) fail(r, "too many terms");
    else s->at[s->n++] = set;
}

static void sum(reader *r, sets *out);

static void part(reader *r, sets *out) {
    out->n = 0;
    if (++r->depth > DEEPEST) fail(r, "too deeply nested");
    if (!r->status && eat(r, '(')) {
        sum(r, out);
        want(r, ')');
    } else if (!r->status) {
        const hu_variable v = variable(r);
        if (!r->status) add(r, out, number_of(r, &v));
    }
    r->depth--;
}

/* Every set of a with every set of b, added to out. */
static void join(reader *r, const sets *a, const sets *b, sets *out) {
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n && !r->status; j++) add(r, out, a->at[i] | b->at[j]);
}

static void dots(reader *r, sets *out) {
    part(r, out);
    while (!r->status && eat(r, ':')) {
        sets right, both = {0};
        part(r, &right);
        join(r, out, &right, &both);
        *out = both;
    }
}

static void cross(reader *r, sets *out) {
    dots(r, out);
    while (!r->status && eat(r, '*')) {
        sets right, both = *out;
        dots(r, &right);
        for (int k = 0; k < right.n; k++) add(r, &both, right.at[k]);
        join(r, out, &right, &both);
        *out = both;
    }
}

static void sum(reader *r, sets *out) {
    cross(r, out);
    while (!r->status && eat(r, '+')) {
        sets right;
        cross(r, &right);
        for (int k = 0; k < right.n && !r->status; k++) add(r, out, right.at[k]);
    }
}

hune_status hu_formula_read(const char *text, hu_arena *a, hu_formula *out, hune_err *err) {
    *out = (hu_formula){0};
    reader r = {text, text, a, out, err, HUNE_OK, 0};
    word(&r, false); /* the left side names what is counted; its column is aevent's */
    want(&r, '~');
    sets s = {0};
    sum(&r, &s);
    eat(&r, ' ');
    if (!r.status && *r.at) fail(&r, "something left over");
    if (r.status) return r.status;
    out->terms = hu_arena_alloc(a, (size_t)s.n * sizeof *out->terms);
    if (!out->terms) return hune_fail(err, HUNE_ENOMEM, "no memory for a formula");
    for (int size = 1; size <= HU_MOST_VARIABLES; size++)
        for (int k = 0; k < s.n; k++)
            if (__builtin_popcount(s.at[k]) == size) out->terms[out->n_terms++] = s.at[k];
    return HUNE_OK;
}
