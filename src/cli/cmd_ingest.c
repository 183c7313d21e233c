/* cmd_ingest.c - hune ingest: a folder of raw tables into an event store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "hune/snds.h"
#include "opts.h"

/* ingest.json of the store just written, as it is. */
static int print_json(const hu_args *a, const char *store) {
    char path[4096], block[8192];
    snprintf(path, sizeof path, "%s/ingest.json", store);
    FILE *f = fopen(path, "rb");
    if (!f) {
        hune_err err = {0};
        hune_fail(&err, HUNE_EIO, "cannot read '%s': %s", path, strerror(errno));
        return hu_report_failure(a, &err);
    }
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0) fwrite(block, 1, n, stdout);
    fclose(f);
    return 0;
}

static void print_summary(const char *store, const hune_snds_summary *s) {
    printf("store           %s\n", store);
    printf("files read      %lld (%lld left aside)\n", (long long)s->files,
           (long long)s->files_ignored);
    printf("raw rows        %lld\n", (long long)s->rows_in);
    printf("  kept          %lld\n", (long long)s->rows_kept);
    printf("  rejected      %lld\n", (long long)s->rows_rejected);
    printf("persons         %lld\n", (long long)s->persons);
    printf("events          %lld in %lld parts\n", (long long)s->events, (long long)s->parts);
    printf("  cancelled     %lld rows\n", (long long)s->cancelled);
    printf("  merged        %lld rows\n", (long long)s->merged);
    printf("  after death   %lld rows\n", (long long)s->after_death);
    printf("codes           %lld (%lld in events that no list knows)\n", (long long)s->codes,
           (long long)s->codes_unknown);
}

static int run(const hu_args *a, hune_context *ctx) {
    hune_snds_options o;
    hune_snds_options_init(&o);
    const char *store, *source;
    int64_t loss;
    int32_t day;
    if (!hu_arg_required(a, "output", &store)) return 2;
    if (!hu_arg_required(a, "source", &source)) return 2;
    if (!hu_arg_choice(a, "source", "snds", &source)) return 2;
    if (!hu_arg_i64(a, "loss-days", 1, 36500, &loss)) return 2;
    if (hu_arg(a, "from") && !hu_arg_day(a, "from", &day)) return 2;
    if (hu_arg(a, "to") && !hu_arg_day(a, "to", &day)) return 2;
    o.loss_days = (int32_t)loss;
    o.from = hu_arg(a, "from");
    o.to = hu_arg(a, "to");
    o.key_file = hu_arg(a, "key");
    if (!o.key_file) o.key = getenv("HUNE_KEY");
    o.no_stamp = hu_arg_on(a, "no-stamp");

    hune_snds_summary summary = {0};
    hune_err err = {0};
    if (hune_snds_ingest(a->positional[0], store, &o, ctx, &summary, &err))
        return hu_report_failure(a, &err);
    if (hu_arg_on(a, "json")) return print_json(a, store);
    print_summary(store, &summary);
    return 0;
}

static const hu_opt opts[] = {
    {"output", 'o', "STORE", NULL, "folder of the store to write"},
    {"source", 0, "snds", NULL, "what the raw tables are"},
    {"from", 0, "DAY", NULL, "start of the study (default: first month with care)"},
    {"to", 0, "DAY", NULL, "end of the study, not included (default: after the last such month)"},
    {"loss-days", 0, "N", "365", "observation ends this long after the last claim of any kind"},
    {"key", 0, "FILE", NULL, "key of the hash of identifiers (default: $HUNE_KEY, else STORE.key)"},
    {"no-stamp", 0, NULL, NULL, "leave times out, so that two runs give the same bytes"},
    {"json", 0, NULL, NULL, "print ingest.json instead of the summary"},
    {NULL, 0, NULL, NULL, NULL}};

const hu_command hu_cmd_ingest = {
    .name = "ingest",
    .summary = "raw SNDS tables into an event store",
    .usage = "RAW -o STORE --source snds [--memory 2GB] [--threads T]",
    .description = "Reads every table of DCIR and PMSI MCO below the folder RAW (CSV, plain or "
                   "gzip or zstd, or\n"
                   "Parquet; recognised by file name), joins, nets cancellations, resolves persons "
                   "and writes a\n"
                   "patient-sorted event store. Rows that a rule leaves out are counted in "
                   "STORE/ingest.json and\n"
                   "written to STORE/rejects with their reason. The rules are in docs/snds.md.",
    .example = "hune ingest raw -o store --source snds",
    .min_positional = 1,
    .max_positional = 1,
    .opts = opts,
    .run = run};
