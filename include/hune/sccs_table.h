/* sccs_table.h - the self-controlled case series method on a plain table of a file. */
/* room: sccs
 *
 *   hune_sccs_result *r = NULL;
 *   hune_err err;
 *   if (!hune_sccs_table_run("oxford.csv", spec_text, "spec.json", NULL, &ctx, &r, &err)) {
 *       for (int k = 0; k < r->n; k++) use(r->coefficients[k]);
 *       hune_sccs_result_free(r);
 *   }
 */
#ifndef HUNE_SCCS_TABLE_H
#define HUNE_SCCS_TABLE_H
#include <stdint.h>
#include "hune/context.h"
#include "hune/err.h"
#include "hune/sccs.h"

typedef struct hune_sccs_coefficient {
    const char *term; /* as R names it: "mmr1", "age2", "factor(sex)2:mmr1" */
    double estimate;  /* log relative incidence; NAN where flag says so */
    double std_error, lo95, hi95;
    hune_coef_flag flag;
} hune_sccs_coefficient;

typedef struct hune_sccs_result {
    const char *model_id;
    double loglik, loglik_null; /* log(length) of the event's interval included */
    hune_fit_end end;
    int n;
    const hune_sccs_coefficient *coefficients; /* [n] */
    int n_dropped;
    const char *const *dropped; /* [n_dropped] terms that no data could identify (constant within a
                                   person, or a level that does not occur) */
    int64_t rows;               /* rows of the table after the data expression */
    int64_t strata;             /* events, each with its observation */
    int64_t intervals;
    int64_t events_outside;    /* strata whose event is not within their observation: no part */
    int64_t episodes_reversed; /* episodes that end before they start: not exposed */
    void *memory;              /* private */
} hune_sccs_result;

/* Read the table, cut it as the specification says, fit.
 *
 * data_path  CSV (comma or semicolon, header; NA or empty = missing; gzip by its name); whole
 * numbers of days or dates YYYY-MM-DD spec_text  JSON, one model or a list of models: docs/sccs.md
 * spec_name  what messages call it, e.g. its path
 * id         which model of a list; NULL when there is one
 * ctx        NULL = defaults
 * out        the caller frees it with hune_sccs_result_free; NULL after a failure
 * Fails      HUNE_EIO, HUNE_EFORMAT (file or specification), HUNE_EDATA (a value: line and column
 * are named), HUNE_EARG (id), HUNE_ELIMIT (more than 2000 coefficients), HUNE_ENOMEM, HUNE_ECANCEL.
 * No convergence, separation and the like are results, see `end`, `flag`. */
HUNE_API hune_status hune_sccs_table_run(const char *data_path, const char *spec_text,
                                         const char *spec_name, const char *id,
                                         const hune_context *ctx, hune_sccs_result **out,
                                         hune_err *err);

/* The result as one line of JSON; the caller frees *text. Fails HUNE_ENOMEM. */
HUNE_API hune_status hune_sccs_result_json(const hune_sccs_result *r, char **text, hune_err *err);

/* Accepts NULL. */
HUNE_API void hune_sccs_result_free(hune_sccs_result *r);

#endif
