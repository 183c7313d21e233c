/* cmd_score.c - hune score */
#include <stdio.h>
#include "hune/screen.h"
#include "opts.h"

static const hu_opt options[] = {
    {"truth", 0, "DIR", NULL, "the sim_truth folder of the simulated raw data"},
    {"fdr", 0, "Q", "0.10", "a pair is flagged when its q is at most this"},
    {"show", 0, "LIST", NULL,
     "pairs to list with their planted size, e.g. A10BG03:BLADCA,N05CF02:HIP"},
    {"json", 0, NULL, NULL, "print JSON"},
    {NULL, 0, NULL, NULL, NULL},
};

static int run(const hu_args *a, hune_context *ctx) {
    const char *truth;
    hune_score_options o;
    hune_err err = {0};
    (void)ctx;
    hune_score_options_init(&o);
    if (!hu_arg_required(a, "truth", &truth) || !hu_arg_f64(a, "fdr", 1e-9, 1, &o.fdr)) return 2;
    o.json = hu_arg_on(a, "json");
    o.show = hu_arg(a, "show");
    return hune_score_run(a->positional[0], truth, &o, stdout, &err) ? hu_report_failure(a, &err)
                                                                     : 0;
}

const hu_command hu_cmd_score = {
    .name = "score",
    .summary = "hold results against the truth that the simulator planted",
    .usage = "RESULTS --truth RAW/sim_truth [options]",
    .description = "Says how many planted effects the screen found, how many pairs without effect "
                   "it flagged,\n"
                   "how often its 95 % intervals hold the planted size, and the type-1 error.",
    .example = "hune score results --truth raw/sim_truth --show A10BG03:BLADCA",
    .min_positional = 1,
    .max_positional = 1,
    .opts = options,
    .run = run,
};
