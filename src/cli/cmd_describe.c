/* cmd_describe.c - hune describe */
#include <stdio.h>
#include "hune/store.h"
#include "opts.h"

static const hu_opt options[] = {
    {"json", 0, NULL, NULL, "print one JSON object"},
    {"top", 0, "N", "10", "codes to list of each kind"},
    {"min-cell", 0, "N", "11", "counts from 1 to N-1 are masked; 0 turns masking off"},
    {NULL, 0, NULL, NULL, NULL},
};

static int run(const hu_args *a, hune_context *ctx) {
    hune_describe_options o;
    int64_t top;
    hune_describe_options_init(&o);
    if (!hu_arg_i64(a, "top", 1, 1000, &top) || !hu_arg_i64(a, "min-cell", 0, 1000000, &o.min_cell))
        return 2;
    o.json = hu_arg_on(a, "json");
    o.top_codes = (int)top;

    hune_err err = {0};
    hune_store *store = NULL;
    int failed = 0;
    hune_status status = hune_store_open(a->positional[0], &store, &err);
    if (!status) status = hune_store_describe(store, &o, ctx, stdout, &failed, &err);
    hune_store_close(store);
    if (status) return hu_report_failure(a, &err);
    if (failed) fprintf(stderr, "hune describe: %d store checks failed: ingest again\n", failed);
    return failed ? 1 : 0;
}

const hu_command hu_cmd_describe = {
    .name = "describe",
    .summary = "what an event store holds, and whether it is sound",
    .usage = "STORE [--json] [options]",
    .description = "Counts events by kind and year and persons by sex and age band, lists the most "
                   "frequent codes, and\n"
                   "checks the store. Exits 1 when a check fails.",
    .example = "hune describe store",
    .min_positional = 1,
    .max_positional = 1,
    .opts = options,
    .run = run,
};
