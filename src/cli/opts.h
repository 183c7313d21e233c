/* opts.h - one table per command describes its options; the parser, --help and the usage errors
 * all come from it. */
#ifndef HU_OPTS_H
#define HU_OPTS_H
#include <stdbool.h>
#include <stdint.h>
#include "hune/context.h"

typedef struct hu_opt {
    const char *name;  /* long name without dashes; "output" also answers to -o by `letter` */
    char letter;       /* 0 = none */
    const char *value; /* NULL = a switch; else what its value is called in help, e.g. "N" */
    const char *def;   /* default as text, shown in help; NULL = none */
    const char *help;  /* one line */
} hu_opt;

typedef struct hu_args {
    const struct hu_command *command;
    const char *const *positional;
    int n_positional;
    const char **values; /* one per option of the table; NULL = not given */
} hu_args;

typedef struct hu_command {
    const char *name;
    const char *summary;     /* half a line for `hune --help` */
    const char *usage;       /* e.g. "RAW -o STORE --source snds [options]" */
    const char *description; /* a paragraph for --help */
    const char *example;     /* one line a user can paste */
    int min_positional, max_positional;
    const hu_opt *opts; /* ends with a NULL name; --threads, --memory, --quiet, --help are added */
    int (*run)(const hu_args *a, hune_context *ctx); /* exit status 0, 1 or 2 */
} hu_command;

/* The value given, else the default, else NULL. A switch gives "1" or NULL. */
const char *hu_arg(const hu_args *a, const char *name);
bool hu_arg_on(const hu_args *a, const char *name);
/* Typed access: false after printing a usage error (the command then returns 2). */
bool hu_arg_i64(const hu_args *a, const char *name, int64_t min, int64_t max, int64_t *out);
bool hu_arg_f64(const hu_args *a, const char *name, double min, double max, double *out);
bool hu_arg_day(const hu_args *a, const char *name, int32_t *out);
/* Is one of the words of choices ("csv|parquet")? */
bool hu_arg_choice(const hu_args *a, const char *name, const char *choices, const char **out);
/* The option must be given. */
bool hu_arg_required(const hu_args *a, const char *name, const char **out);

/* Print err to stderr as "hune COMMAND: message" and a hint line; returns 1. */
int hu_report_failure(const hu_args *a, const hune_err *err);
/* Usage error on stderr, returns 2. */
int hu_usage_error(const hu_args *a, const char *fmt, ...) HUNE_PRINTF(2, 3);

extern const hu_command hu_cmd_simulate, hu_cmd_ingest, hu_cmd_describe, hu_cmd_screen,
    hu_cmd_report, hu_cmd_sccs, hu_cmd_score;

#endif
