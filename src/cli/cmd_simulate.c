/* cmd_simulate.c - hune simulate: raw SNDS tables of people who never lived. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "hune/simulate.h"
#include "opts.h"

static int population(const hu_args *a, hune_population *out) {
    const char *word;
    if (!hu_arg_choice(a, "population", "all|diabetes|elderly", &word)) return 2;
    *out = *word == 'd'   ? HUNE_POPULATION_DIABETES
           : *word == 'e' ? HUNE_POPULATION_ELDERLY
                          : HUNE_POPULATION_ALL;
    return 0;
}

static int read_options(const hu_args *a, hune_simulate_options *o, const char **out) {
    int64_t seed;
    int32_t day;
    const char *format, *mode, *care;
    o->one_person = hu_arg(a, "person") != NULL;
    if (o->one_person && !hu_arg_i64(a, "person", 0, 66999999, &o->person)) return 2;
    if (hu_arg_on(a, "trace")) {
        if (!o->one_person) return hu_usage_error(a, "--trace tells one life: give --person N");
    } else if (!hu_arg_required(a, "output", out)) return 2;
    if (!hu_arg_i64(a, "persons", 1, 67000000, &o->persons)) return 2;
    if (!hu_arg_i64(a, "seed", 0, INT64_MAX, &seed)) return 2;
    if (!hu_arg_f64(a, "rate-scale", 1, 1e6, &o->rate_scale)) return 2;
    if (!hu_arg_day(a, "from", &day) || !hu_arg_day(a, "to", &day)) return 2;
    if (!hu_arg_choice(a, "format", "csv|parquet", &format)) return 2;
    if (!hu_arg_choice(a, "mode", "full|cases", &mode)) return 2;
    if (!hu_arg_choice(a, "care", "all|none", &care)) return 2;
    o->no_care = *care == 'n';
    o->mode = *mode == 'c' ? HUNE_MODE_CASES : HUNE_MODE_FULL;
    if (population(a, &o->population)) return 2;
    o->seed = (uint64_t)seed;
    o->from = hu_arg(a, "from");
    o->to = hu_arg(a, "to");
    o->truth = hu_arg(a, "truth");
    o->bias = hu_arg(a, "bias");
    o->dirt = hu_arg(a, "dirt");
    o->fraud = hu_arg(a, "fraud");
    o->drugs = hu_arg(a, "drugs");
    o->outcomes = hu_arg(a, "outcomes");
    o->format = *format == 'p' ? HUNE_RAW_PARQUET : HUNE_RAW_CSV;
    o->write_exposure = hu_arg_on(a, "write-exposure");
    return 0;
}

static void print_summary(const char *out, const hune_simulate_options *o,
                          const hune_simulate_summary *s) {
    if (o->rate_scale > 1) fprintf(stderr, "rate scale: %s\n", s->scales);
    if (strcmp(s->bias, "none")) fprintf(stderr, "traps in force: %s\n", s->bias);
    printf("raw tables      %s\n", out);
    printf("persons         %lld\n", (long long)s->persons);
    printf("drug lines      %lld\n", (long long)s->drug_lines);
    printf("raw rows        %lld in %lld files\n", (long long)s->rows, (long long)s->files);
    printf("CSV bytes       %lld\n", (long long)s->bytes);
    printf("coded outcomes  %lld\n", (long long)s->events);
}

static int fail(const hu_args *a, hune_status s, const hune_err *err) {
    if (s != HUNE_EARG) return hu_report_failure(a, err);
    return *err->hint ? hu_usage_error(a, "%s; %s", err->msg, err->hint)
                      : hu_usage_error(a, "%s", err->msg);
}

static int trace(const hu_args *a, const hune_simulate_options *o, const hune_context *ctx) {
    hune_err err = {0};
    char *text;
    const hune_status s = hune_simulate_trace(o, o->person, hu_arg_on(a, "json"), ctx, &text, &err);
    if (s) return fail(a, s, &err);
    fputs(text, stdout);
    free(text);
    return 0;
}

static int run(const hu_args *a, hune_context *ctx) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    const char *out;
    if (read_options(a, &o, &out)) return 2;
    if (hu_arg_on(a, "trace")) return trace(a, &o, ctx);
    hune_simulate_summary summary = {0};
    hune_err err = {0};
    const hune_status s = hune_simulate(out, &o, ctx, &summary, &err);
    if (s) return fail(a, s, &err);
    print_summary(out, &o, &summary);
    return 0;
}

static const hu_opt opts[] = {
    {"output", 'o', "RAW", NULL, "folder of raw tables to write"},
    {"persons", 0, "N", "10000", "how many persons; person i is the same whatever N"},
    {"seed", 0, "S", "1", "same seed, same bytes"},
    {"person", 0, "N", NULL, "only this person: the same rows as in a run of all"},
    {"trace", 0, NULL, NULL, "print the life of --person with its reasons, write nothing"},
    {"json", 0, NULL, NULL, "the trace for machines"},
    {"mode", 0, "full|cases", "full", "everybody, or only persons with an outcome of --outcomes"},
    {"population", 0, "all|diabetes|elderly", "all", "everybody, treated diabetics, 65 and over"},
    {"from", 0, "DAY", "2009-01-01", "first day of care that is written"},
    {"to", 0, "DAY", "2014-12-31", "last day of care that is written"},
    {"rate-scale", 0, "K", "1",
     "multiply outcome rates by K, each up to 1 % a year; never effects"},
    {"truth", 0, "none|all|FILE", "all",
     "planted drug effects: a file like codes/simulate/truth.csv"},
    {"care", 0, "all|none", "all", "doctors, laboratory, pathways, emergency visits: most rows"},
    {"bias", 0, "none|all|LIST", "none",
     "traps T01 to T16, and `conditions`: illnesses that raise hazards"},
    {"dirt", 0, "none|all|LIST", "none",
     "what makes raw tables dirty, e.g. cancel,late,death (named above)"},
    {"fraud", 0, "none|all|LIST", "none", "planted frauds, of the kinds named above"},
    {"drugs", 0, "LIST", NULL, "ATC prefixes, comma between (default: all 104 drugs)"},
    {"outcomes", 0, "LIST", NULL, "outcome ids, comma between (default: all 42)"},
    {"format", 0, "csv|parquet", "csv", "of the raw tables"},
    {"write-exposure", 0, NULL, NULL, "also sim_truth/exposure_true.csv (large)"},
    {NULL, 0, NULL, NULL, NULL}};

const hu_command hu_cmd_simulate = {
    .name = "simulate",
    .summary = "raw SNDS tables of a synthetic population, every effect known",
    .usage = "-o RAW [options] | --person N --trace",
    .description =
        "Lives N lives forward in time and writes what the national claims base would hold of\n"
        "them: DCIR by flow month, PMSI MCO by year, the tables of persons and drugs, and\n"
        "sim_truth/ with what was planted. Threads never change a byte.\n"
        "Dirt: cancel, late, info, duplicates, returns, grouper, identity, death, supplements,\n"
        "twins, regime, codes, instay, otc, emergency.\n"
        "Frauds: phantom_dispensing, outlier_prescriber, doctor_shopping, duplicate_billing,\n"
        "impossible_billing, upcoded_stays, ring; innocent is those who only look like it.",
    .example = "hune simulate -o raw --persons 20000 --seed 1 --population diabetes",
    .min_positional = 0,
    .max_positional = 0,
    .opts = opts,
    .run = run};
