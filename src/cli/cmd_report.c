/* cmd_report.c - hune report: the results of a screen as one HTML page. */
#include <stdio.h>
#include "cli.h"
#include "hune/report.h"
#include "opts.h"

static int run(const hu_args *a, hune_context *ctx) {
    hune_report_options options;
    hune_report_options_init(&options);
    if (!hu_arg_choice(a, "lang", "en|fr", &options.lang)) return 2;
    const char *results = a->positional[0], *out = hu_arg(a, "output");
    hune_err err = {0};
    if (hune_report_write(results, out, &options, ctx, &err)) return hu_report_failure(a, &err);
    if (out) printf("%s\n", out);
    else printf("%s/report.html\n", results);
    return 0;
}

static const hu_opt opts[] = {
    {"output", 'o', "FILE", NULL, "the page to write (default: RESULTS/report.html)"},
    {"lang", 0, "en|fr", "en", "language of the page's words; labels stay as they are"},
    {NULL, 0, NULL, NULL, NULL}};

const hu_command hu_cmd_report = {
    .name = "report",
    .summary = "results of a screen as one HTML page",
    .usage = "RESULTS [-o report.html]",
    .description =
        "Writes one self-contained page: what was counted, ranked signals, volcano and forest\n"
        "plots, the rate ratio by time since start, method and limits in words. It opens from\n"
        "disk, asks no network, and prints. The path of the page goes to standard output.",
    .example = "hune report results -o report.html",
    .min_positional = 1,
    .max_positional = 1,
    .opts = opts,
    .run = run};
