/* expr.c - the small language that says which rows and columns of a table are analysed:
 *
 *   table  = base { "[" or "," "]" }
 *   base   = NAME | "transform" "(" table { "," NAME "=" or } ")" | "subset" "(" table "," or ")"
 *            | "(" table ")"
 *   or     = and { ("|" or "||") and }          and  = not { ("&" or "&&") not }
 *   not    = "!" not | cmp                       cmp  = sum [ ("==" ... ">=" or "%in%") sum ]
 *   sum    = product { ("+" or "-") product }    product = unary { ("*" or "/") unary }
 *   unary  = "-" unary | atom
 *   atom   = number | "text" | TRUE | FALSE | NA | NAME [ "$" NAME ] | "(" or ")"
 *            | seq_along(x) | is.na(x) | duplicated(x) | abs(x) | pmin(x, y) | pmax(x, y) |
 * ifelse(c, x, y) | c(x, ...) on the right of %in%
 *
 * Values are columns as long as the table; a missing value makes what uses it missing, a condition
 * that is missing does not choose its row. A comparison with text compares what is written.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include "sccs/sccs.h"

#define DEEPEST 50 /* nesting: far beyond any use, far below the stack */

typedef struct value {
    double *num;       /* [n] */
    const char **text; /* [n] or NULL */
} value;

typedef struct reader {
    const char *all, *at;
    hu_arena *arena;
    hu_table *table;
    hune_err *err;
    hune_status status;
    int depth;
} reader;

static void fail(reader *r, const char *what) {
    if (r->status) return;
    const size_t before = (size_t)(r->at - r->all);
    r->status = hune_fail(r->err, HUNE_EFORMAT, "data expression '%.200s': %s at character %zu",
                          r->all, what, before + 1);
    hune_hint(r->err, "e.g. t[t$rec == 1 & t$sex == 2, ] or transform(t, end = start + 365)");
}

static void space(reader *r) {
    while (isspace((unsigned char)*r->at)) r->at++;
}

static bool eat(reader *r, const char *token) {
    space(r);
    const size_t n = strlen(token);
    if (strncmp(r->at, token, n)) return false;
    r->at += n;
    return true;
}

static void want(reader *r, const char *token) {
    if (r->status || eat(r, token)) return;
    char what[40];
    snprintf(what, sizeof what, "'%s' expected", token);
    fail(r, what);
}

static bool name_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static const char *name(reader *r) {
    space(r);
    const char *from = r->at;
    if (!isalpha((unsigned char)*from) && *from != '.') return NULL;
    while (name_char(*r->at)) r->at++;
    return hu_arena_printf(r->arena, "%.*s", (int)(r->at - from), from);
}

static value blank(reader *r) {
    value v = {hu_arena_alloc(r->arena, ((size_t)r->table->n + 1) * sizeof(double)), NULL};
    if (!v.num && !r->status)
        r->status = hune_fail(r->err, HUNE_ENOMEM, "no memory for the data expression");
    return v;
}

static value constant(reader *r, double x) {
    value v = blank(r);
    for (int64_t i = 0; v.num && i < r->table->n; i++) v.num[i] = x;
    return v;
}

static value either(reader *r);

static value text_literal(reader *r) {
    const char quote = *r->at++, *from = r->at;
    while (*r->at && *r->at != quote) r->at++;
    const char *copy = hu_arena_printf(r->arena, "%.*s", (int)(r->at - from), from);
    if (*r->at) r->at++;
    else fail(r, "a text without end");
    value v = constant(r, NAN);
    v.text = hu_arena_alloc(r->arena, ((size_t)r->table->n + 1) * sizeof *v.text);
    double x = NAN;
    const bool number = copy && hu_parse_f64(copy, &x);
    for (int64_t i = 0; v.text && v.num && i < r->table->n; i++) {
        v.text[i] = copy;
        if (number) v.num[i] = x;
    }
    return v;
}

static value column(reader *r, const char *which) {
    const hu_column *c = NULL;
    value v = {NULL, NULL};
    if (!r->status) r->status = hu_table_need(r->table, which, "data expression", &c, r->err);
    if (c) v = (value){c->num, c->text};
    return v;
}

static int by_cell(const void *p, const void *q, void *arg) {
    const value *x = arg;
    const int64_t a = *(const int64_t *)p, b = *(const int64_t *)q;
    if (x->text) return strcmp(x->text[a], x->text[b]);
    if (isnan(x->num[a]) || isnan(x->num[b])) return !isnan(x->num[b]) - !isnan(x->num[a]);
    return (x->num[a] > x->num[b]) - (x->num[a] < x->num[b]);
}

/* 1 where the same value stands further up. */
static value duplicated(reader *r, value x) {
    value v = blank(r);
    int64_t *rows = hu_arena_alloc(r->arena, ((size_t)r->table->n + 1) * sizeof *rows);
    if (!rows && !r->status) r->status = hune_fail(r->err, HUNE_ENOMEM, "no memory for a sort");
    if (r->status) return v;
    for (int64_t i = 0; i < r->table->n; i++) rows[i] = i;
    r->status = hu_sort(rows, (size_t)r->table->n, sizeof *rows, by_cell, &x, r->err);
    for (int64_t i = 1; !r->status && i < r->table->n; i++)
        v.num[rows[i]] = by_cell(&rows[i - 1], &rows[i], &x) == 0;
    return v;
}

/* f(x), f(x, y) or f(x, y, z) */
static value call(reader *r, const char *f) {
    static const struct {
        const char *name;
        int arguments;
    } known[] = {{"seq_along", 1}, {"is.na", 1},  {"abs", 1},       {"pmin", 2},
                 {"pmax", 2},      {"ifelse", 3}, {"duplicated", 1}};
    int which = -1;
    for (int k = 0; k < 7; k++)
        if (!strcmp(known[k].name, f)) which = k;
    if (which < 0) fail(r, "an unknown function");
    value x[3] = {{NULL, NULL}, {NULL, NULL}, {NULL, NULL}};
    for (int k = 0; !r->status && k < known[which].arguments; k++) {
        if (k) want(r, ",");
        x[k] = either(r);
    }
    want(r, ")");
    if (!r->status && which == 6) return duplicated(r, x[0]);
    value v = blank(r);
    for (int64_t i = 0; !r->status && i < r->table->n; i++) {
        const double a = x[0].num[i], b = x[1].num ? x[1].num[i] : 0;
        const bool missing = isnan(a) && (!x[0].text || !strcmp(x[0].text[i], "NA"));
        if (which == 0) v.num[i] = (double)(i + 1);
        if (which == 1) v.num[i] = missing;
        if (which == 2) v.num[i] = fabs(a);
        if (which == 3) v.num[i] = isnan(a) || isnan(b) ? NAN : fmin(a, b);
        if (which == 4) v.num[i] = isnan(a) || isnan(b) ? NAN : fmax(a, b);
        if (which == 5) v.num[i] = isnan(a) ? NAN : a != 0 ? b : x[2].num[i];
    }
    return v;
}

static value atom(reader *r) {
    space(r);
    if (r->status) return (value){NULL, NULL};
    if (*r->at == '"' || *r->at == '\'') return text_literal(r);
    if (isdigit((unsigned char)*r->at) || (*r->at == '.' && isdigit((unsigned char)r->at[1]))) {
        const char *from = r->at;
        while (isalnum((unsigned char)*r->at) || *r->at == '.' ||
               ((*r->at == '-' || *r->at == '+') && (r->at[-1] == 'e' || r->at[-1] == 'E')))
            r->at++;
        const int length = (int)(r->at - from) - (r->at[-1] == 'L'); /* 1L is R's integer */
        const char *copy = hu_arena_printf(r->arena, "%.*s", length, from);
        double x = 0;
        if (!copy || !hu_parse_f64(copy, &x)) fail(r, "a malformed number");
        return constant(r, x);
    }
    if (eat(r, "(")) {
        const value v = either(r);
        want(r, ")");
        return v;
    }
    const char *word = name(r);
    if (!word) {
        fail(r, "a value expected");
        return (value){NULL, NULL};
    }
    if (eat(r, "(")) return call(r, word);
    if (eat(r, "$")) {
        const char *of = name(r);
        if (!of) fail(r, "a column name expected");
        return of ? column(r, of) : (value){NULL, NULL};
    }
    if (!strcmp(word, "TRUE")) return constant(r, 1);
    if (!strcmp(word, "FALSE")) return constant(r, 0);
    if (!strcmp(word, "NA")) return constant(r, NAN);
    return column(r, word);
}

static value unary(reader *r) {
    if (r->depth > DEEPEST) fail(r, "too deeply nested");
    r->depth++;
    value v;
    if (!r->status && eat(r, "-")) {
        const value x = unary(r);
        v = blank(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++) v.num[i] = -x.num[i];
    } else {
        v = atom(r);
    }
    r->depth--;
    return v;
}

static double calculate(char op, double a, double b) {
    return op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : a / b;
}

static value chain(reader *r, const char *ops, value (*next)(reader *)) {
    value v = next(r);
    for (space(r); !r->status && *r->at && strchr(ops, *r->at); space(r)) {
        const char op = *r->at++;
        const value x = next(r);
        value y = blank(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++)
            y.num[i] = calculate(op, v.num[i], x.num[i]);
        v = y;
    }
    return v;
}

static value product(reader *r) {
    return chain(r, "*/", unary);
}

static value sum(reader *r) {
    return chain(r, "+-", product);
}

/* a op b where op is 0 ==, 1 !=, 2 <=, 3 >=, 4 <, 5 >; NAN when either is missing. */
static double compare(int op, const value *a, const value *b, int64_t i) {
    double order;
    const bool words = (a->text && isnan(a->num[i])) || (b->text && isnan(b->num[i]));
    if (words && a->text && b->text) {
        if (!strcmp(a->text[i], "NA") || !strcmp(b->text[i], "NA")) return NAN;
        order = strcmp(a->text[i], b->text[i]);
    } else if (isnan(a->num[i]) || isnan(b->num[i])) {
        return NAN;
    } else {
        order = a->num[i] - b->num[i];
    }
    switch (op) {
    case 0: return order == 0;
    case 1: return order != 0;
    case 2: return order <= 0;
    case 3: return order >= 0;
    case 4: return order < 0;
    default: return order > 0;
    }
}

static value member(reader *r, const value *x) {
    value y = blank(r);
    const bool list = eat(r, "c(") || eat(r, "c (");
    do {
        const value one = sum(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++)
            if (compare(0, x, &one, i) == 1) y.num[i] = 1;
    } while (!r->status && list && eat(r, ","));
    if (list) want(r, ")");
    return y;
}

static value comparison(reader *r) {
    static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
    const value x = sum(r);
    if (r->status) return x;
    if (eat(r, "%in%")) return member(r, &x);
    for (int op = 0; op < 6; op++) {
        if (!eat(r, ops[op])) continue;
        const value y = sum(r);
        value z = blank(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++) z.num[i] = compare(op, &x, &y, i);
        return z;
    }
    return x;
}

static value negation(reader *r) {
    space(r);
    if (*r->at != '!' || r->at[1] == '=') return comparison(r);
    r->at++;
    if (++r->depth > DEEPEST) fail(r, "too deeply nested");
    const value x = negation(r);
    r->depth--;
    value y = blank(r);
    for (int64_t i = 0; !r->status && i < r->table->n; i++)
        y.num[i] = isnan(x.num[i]) ? NAN : x.num[i] == 0;
    return y;
}

/* Three-valued logic: FALSE & NA is FALSE, TRUE | NA is TRUE. */
static value both(reader *r) {
    value v = negation(r);
    while (!r->status && eat(r, "&")) {
        eat(r, "&");
        const value x = negation(r);
        value y = blank(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++) {
            const double a = v.num[i], b = x.num[i];
            y.num[i] = a == 0 || b == 0 ? 0 : isnan(a) || isnan(b) ? NAN : 1;
        }
        v = y;
    }
    return v;
}

static value either(reader *r) {
    if (++r->depth > DEEPEST) fail(r, "too deeply nested");
    value v = both(r);
    while (!r->status && eat(r, "|")) {
        eat(r, "|");
        const value x = both(r);
        value y = blank(r);
        for (int64_t i = 0; !r->status && i < r->table->n; i++) {
            const double a = v.num[i], b = x.num[i];
            const bool yes = (a != 0 && !isnan(a)) || (b != 0 && !isnan(b));
            y.num[i] = yes ? 1 : isnan(a) || isnan(b) ? NAN : 0;
        }
        v = y;
    }
    r->depth--;
    return v;
}

/* Keep the rows where the condition holds; columns shared with older tables are not written to. */
static void choose(reader *r, const value *condition) {
    hu_table *t = r->table;
    int64_t kept = 0;
    for (int64_t i = 0; i < t->n; i++) kept += condition->num[i] != 0 && !isnan(condition->num[i]);
    const size_t room = (size_t)kept + 1;
    hu_table u = *t;
    u.columns = hu_arena_alloc(r->arena, (size_t)t->n_columns * sizeof *u.columns);
    u.line = hu_arena_alloc(r->arena, room * sizeof *u.line);
    bool memory = u.columns && u.line;
    for (int c = 0; memory && c < t->n_columns; c++) {
        hu_column *to = &u.columns[c], from = t->columns[c];
        to->name = from.name;
        to->num = hu_arena_alloc(r->arena, room * sizeof *to->num);
        to->text = from.text ? hu_arena_alloc(r->arena, room * sizeof *to->text) : NULL;
        memory = to->num && (to->text || !from.text);
        int64_t at = 0;
        for (int64_t i = 0; memory && i < t->n; i++) {
            if (!(condition->num[i] != 0) || isnan(condition->num[i])) continue;
            to->num[at] = from.num[i];
            if (to->text) to->text[at] = from.text[i];
            u.line[at++] = t->line[i];
        }
    }
    if (!memory) {
        r->status = hune_fail(r->err, HUNE_ENOMEM, "no memory for the data expression");
        return;
    }
    u.n = kept;
    *t = u;
}

/* New columns see the old ones only, as in R: they join the table together. */
static void transform(reader *r) {
    hu_table *t = r->table, u = *t;
    while (!r->status && eat(r, ",")) {
        const char *label = name(r);
        if (!label) fail(r, "a column name expected");
        want(r, "=");
        const value v = either(r);
        hu_column *more = hu_arena_alloc(r->arena, ((size_t)u.n_columns + 1) * sizeof *more);
        if (r->status) return;
        if (!more) {
            r->status = hune_fail(r->err, HUNE_ENOMEM, "no memory for the data expression");
            return;
        }
        memcpy(more, u.columns, (size_t)u.n_columns * sizeof *more);
        more[u.n_columns++] = (hu_column){label, v.num, v.text}; /* the last of a name counts */
        u.columns = more;
    }
    if (!r->status) *t = u;
}

static void table(reader *r) {
    if (++r->depth > DEEPEST) fail(r, "too deeply nested");
    if (!r->status && eat(r, "(")) {
        table(r);
        want(r, ")");
    } else if (!r->status) {
        const char *word = name(r);
        if (!word) fail(r, "a table expected");
        else if (eat(r, "(")) {
            const bool chosen = !strcmp(word, "subset");
            if (!chosen && strcmp(word, "transform")) fail(r, "transform or subset expected");
            if (!r->status) table(r);
            if (!r->status && chosen) {
                want(r, ",");
                const value v = either(r);
                if (!r->status) choose(r, &v);
            } else if (!r->status) {
                transform(r);
            }
            want(r, ")");
        }
    }
    while (!r->status && eat(r, "[")) {
        const value v = either(r);
        want(r, ",");
        want(r, "]");
        if (!r->status) choose(r, &v);
    }
    r->depth--;
}

hune_status hu_table_eval(const char *text, hu_arena *a, hu_table *t, hune_err *err) {
    reader r = {text, text, a, t, err, HUNE_OK, 0};
    table(&r);
    space(&r);
    if (!r.status && *r.at) fail(&r, "something left over");
    if (!r.status && t->n == 0) {
        hune_fail(err, HUNE_EDATA, "'%s' has no row left after '%.200s'", t->path, text);
        return hune_hint(err, "check the condition");
    }
    return r.status;
}
