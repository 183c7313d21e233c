/* table.c - the data files of the simulator, row by row: comma, double quotes, one header line. */
#include <string.h>
#include "simulate/sim.h"

/* One line of text into cells owned by the arena; moves t->at behind it. */
static hune_status split(hu_table *t, char ***cells, int *n, hune_err *err) {
    const size_t len = strcspn(t->at, "\n");
    int most = 1;
    for (size_t i = 0; i < len; i++) most += t->at[i] == ',';
    char *copy = hu_arena_alloc(t->arena, len + 1);
    *cells = hu_arena_alloc(t->arena, (size_t)most * sizeof **cells);
    if (!copy || !*cells) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", t->name);
    const char *p = t->at, *end = t->at + len;
    if (end > p && end[-1] == '\r') end--;
    bool quoted = false;
    *n = 0;
    (*cells)[(*n)++] = copy;
    for (; p < end; p++) {
        if (*p == '"' && quoted && p + 1 < end && p[1] == '"') *copy++ = *p++;
        else if (*p == '"') quoted = !quoted;
        else if (*p == ',' && !quoted) {
            *copy++ = '\0';
            (*cells)[(*n)++] = copy;
        } else *copy++ = *p;
    }
    *copy = '\0';
    t->at += len + (t->at[len] == '\n');
    t->row++;
    if (!quoted) return HUNE_OK;
    return hune_fail(err, HUNE_EFORMAT, "quote not closed in '%s', line %d", t->name, t->row);
}

hune_status hu_table_open(hu_table *t, const char *name, const char *text, hu_arena *arena,
                          hune_err *err) {
    *t = (hu_table){.name = name, .at = text, .arena = arena};
    if (!strncmp(t->at, "\xEF\xBB\xBF", 3)) t->at += 3;
    if (!*t->at) return hune_fail(err, HUNE_EFORMAT, "'%s' is empty", name);
    return split(t, &t->head, &t->n_head, err);
}

hune_status hu_table_next(hu_table *t, bool *more, hune_err *err) {
    while (*t->at == '\n' || *t->at == '\r') t->at++, t->row += t->at[-1] == '\n';
    *more = *t->at != '\0';
    if (!*more) return HUNE_OK;
    HUNE_TRY(split(t, &t->cell, &t->n_cells, err));
    if (t->n_cells == t->n_head) return HUNE_OK;
    return hune_fail(err, HUNE_EFORMAT, "'%s', line %d: %d columns, the header has %d", t->name,
                     t->row, t->n_cells, t->n_head);
}

hune_status hu_table_text(const hu_table *t, const char *column, const char **out, hune_err *err) {
    for (int i = 0; i < t->n_head; i++)
        if (!strcmp(t->head[i], column)) {
            *out = t->cell[i];
            return HUNE_OK;
        }
    return hune_fail(err, HUNE_EFORMAT, "column '%s' not found in '%s' (first column is '%s')",
                     column, t->name, t->head[0]);
}

hune_status hu_table_f64(const hu_table *t, const char *column, double *out, hune_err *err) {
    const char *text;
    HUNE_TRY(hu_table_text(t, column, &text, err));
    if (hu_parse_f64(text, out)) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d, column '%s': '%s' is not a number", t->name,
                     t->row, column, text);
}
