/* sccs.h - one case-series analysis of a plain table, step by step.
 *
 *   hu_spec_read      JSON -> spec          what the analysis is
 *   hu_table_read     CSV -> table          numbers, dates as days, text where it is text
 *   hu_table_eval     "x[x$rec == 1, ]"     rows chosen, columns added
 *   hu_cut            table -> intervals    the stretches of each event's observation
 *   hu_formula_read   "event ~ a * b"       terms
 *   hu_design         intervals x terms     columns for hune_sccs_maximize, with R's names
 *
 * Everything is owned by one arena. Ages and dates are whole days; `start` and `end` of the table
 * are both observed, intervals here are (lower, upper], as in the R package whose rules these are.
 */
#ifndef HU_SCCS_SCCS_H
#define HU_SCCS_SCCS_H
#include "base/base.h"
#include "hune/context.h"
#include "hune/sccs.h"

/* --- table (table.c) --- */

typedef struct hu_column {
    const char *name;
    double *num;       /* [n] NAN = missing or not a number */
    const char **text; /* [n] NULL when every value is a number; else each value as written */
} hu_column;

typedef struct hu_table {
    const char *path;
    int64_t n;
    int n_columns;
    hu_column *columns;
    int64_t *line; /* [n] line of the file, the header being line 1 */
} hu_table;

hune_status hu_table_read(const char *path, const hune_context *ctx, hu_arena *a, hu_table *out,
                          hune_err *err);
const hu_column *hu_table_find(const hu_table *t, const char *name);
/* As find; fails HUNE_EDATA naming the columns there are. `role`: what it is wanted for. */
hune_status hu_table_need(const hu_table *t, const char *name, const char *role,
                          const hu_column **out, hune_err *err);
/* A whole number of days; missing only when `missing` is given (then *missing says so). */
hune_status hu_table_day(const hu_table *t, const hu_column *c, int64_t row, int32_t *out,
                         bool *missing, hune_err *err);

/* --- data expression (expr.c) --- */

/* NAME, t[condition, ], subset(t, condition), transform(t, name = value, ...), nested at will. */
hune_status hu_table_eval(const char *text, hu_arena *a, hu_table *t, hune_err *err);

/* --- spec (spec.c) --- */

typedef struct hu_dose {
    const char *from, *to; /* columns */
    int32_t from_add, to_add;
} hu_dose;

typedef struct hu_exposure {
    const char *name;
    int n_doses, n_groups, n_washout;
    hu_dose *doses;
    int32_t *groups, *washout;
    bool same; /* all doses share their coefficients */
} hu_exposure;

typedef struct hu_spec {
    const char *id, *formula, *data, *indiv, *start, *end, *event, *dob;
    bool multi; /* one row per event and a column per dose; else one row per episode */
    int n_exposures, n_age, n_season;
    hu_exposure *exposures;
    int32_t *age, *season; /* first days of groups; ddmm */
} hu_spec;

/* `name` is used in messages. id: NULL unless the text holds several. */
hune_status hu_spec_read(const char *text, const char *name, const char *id, hu_arena *a,
                         hu_spec *out, hune_err *err);

/* --- intervals (cut.c) --- */

typedef struct hu_intervals {
    int64_t n, rows; /* strata (one event each), intervals */
    int64_t *first;  /* [n+1] */
    int64_t *source; /* [n] row of the table a stratum's fixed covariates come from */
    int32_t *lower, *upper, *events;
    int n_levels;   /* exposures, then age, then season */
    int32_t *level; /* [rows * n_levels] */
    int64_t events_outside, episodes_reversed;
} hu_intervals;

hune_status hu_cut(const hu_spec *s, const hu_table *t, hu_arena *a, hu_intervals *out,
                   hune_err *err);

/* --- formula (formula.c) --- */

#define HU_MOST_VARIABLES 30

typedef struct hu_variable {
    const char *label, *column; /* "relevel(age, ref = 21)", "age" */
    bool factor;                /* written inside factor() */
    const char *ref;            /* of relevel, or NULL */
} hu_variable;

typedef struct hu_formula {
    int n_variables, n_terms;
    hu_variable variables[HU_MOST_VARIABLES];
    uint32_t *terms; /* [n_terms] sets of variables, by size, then as written */
} hu_formula;

hune_status hu_formula_read(const char *text, hu_arena *a, hu_formula *out, hune_err *err);

/* --- design (design.c) --- */

typedef struct hu_design {
    hune_sccs sccs;
    const char **names; /* [p] */
    int *order;         /* [p] columns in R's order */
    bool *fixed;        /* [p] cannot vary within a person, whatever the data */
} hu_design;

hune_status hu_design_make(const hu_spec *s, const hu_table *t, const hu_intervals *iv,
                           const hu_formula *f, hu_arena *a, hu_design *out, hune_err *err);

#endif
