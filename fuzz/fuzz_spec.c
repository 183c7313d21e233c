/* Specifications of a case-series analysis: the JSON, its data expression, its formula, and what is
 * cut and coded after them, on a small table of three children. Whatever the text says, it ends in
 * a result or in a message. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "sccs/sccs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 4, COLUMNS = 9 };
static const char *const names[COLUMNS] = {"case", "sta", "end", "ev",  "mmr",
                                           "mmr2", "sex", "dob", "type"};
static const double values[COLUMNS][ROWS] = {
    {1, 1, 2, 3},         {366, 366, 366, 400},
    {730, 730, 730, 700}, {398, 413, 450, 690},
    {458, 458, 470, NAN}, {500, NAN, 520, 600},
    {1, 1, 2, 2},         {3022004, 3022004, 15061999, 31122003},
    {NAN, NAN, NAN, NAN}};
static const char *types[ROWS] = {"a", "b", "a", "NA"};

static bool make_table(hu_arena *a, hu_table *t) {
    *t = (hu_table){.path = "table.csv", .n = ROWS, .n_columns = COLUMNS};
    t->columns = hu_arena_alloc(a, COLUMNS * sizeof *t->columns);
    t->line = hu_arena_alloc(a, ROWS * sizeof *t->line);
    if (!t->columns || !t->line) return false;
    for (int c = 0; c < COLUMNS; c++) {
        t->columns[c] = (hu_column){names[c], hu_arena_alloc(a, sizeof values[c]), NULL};
        if (!t->columns[c].num) return false;
        memcpy(t->columns[c].num, values[c], sizeof values[c]);
    }
    t->columns[COLUMNS - 1].text = hu_arena_alloc(a, sizeof types);
    if (!t->columns[COLUMNS - 1].text) return false;
    memcpy(t->columns[COLUMNS - 1].text, types, sizeof types);
    for (int r = 0; r < ROWS; r++) t->line[r] = r + 2;
    return true;
}

static hune_status fit(const hune_sccs *d, hu_arena *a, hune_err *err) {
    const size_t p = (size_t)d->p;
    double *b = hu_arena_alloc(a, (p + 1) * sizeof *b),
           *se = hu_arena_alloc(a, (p + 1) * sizeof *se);
    int *flag = hu_arena_alloc(a, (p + 1) * sizeof *flag);
    hune_sccs_fit end;
    if (!b || !se || !flag) return hune_fail(err, HUNE_ENOMEM, "no memory");
    return hune_sccs_maximize(d, NULL, b, se, NULL, flag, &end, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hu_arena a = {0};
    hune_err err = {.code = HUNE_OK};
    hu_table t;
    hu_spec spec;
    hu_intervals cut;
    hu_formula formula;
    hu_design design;
    char *text = hu_arena_alloc(&a, size + 1);
    if (!text || !make_table(&a, &t)) abort();
    memcpy(text, data, size);
    hune_status s = hu_spec_read(text, "spec.json", NULL, &a, &spec, &err);
    if (!s) s = hu_formula_read(spec.formula, &a, &formula, &err);
    if (!s && spec.data) s = hu_table_eval(spec.data, &a, &t, &err);
    if (!s) s = hu_cut(&spec, &t, &a, &cut, &err);
    if (!s) s = hu_design_make(&spec, &t, &cut, &formula, &a, &design, &err);
    if (!s && design.sccs.p < 60) s = fit(&design.sccs, &a, &err);
    if (s && (!*err.msg || err.code != s)) abort();
    hu_arena_clear(&a);
    return 0;
}
