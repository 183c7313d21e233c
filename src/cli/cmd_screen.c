/* cmd_screen.c - hune screen */
#include <stdio.h>
#include <string.h>
#include "hune/screen.h"
#include "opts.h"

static const hu_opt options[] = {
    {"output", 'o', "RESULTS", NULL, "folder to write the results to"},
    {"drugs", 0, "ATC4|ATC5|FILE", "ATC5",
     "classes (5 characters), substances (7), or a CSV with a column atc"},
    {"outcomes", 0, "FILE", NULL,
     "a CSV with columns id, icd10, label_en (default: every ICD-10 category)"},
    {"grace", 0, "DAYS", "30", "a gap in supply up to this long does not end an exposure"},
    {"pre", 0, "DAYS", "30", "length of the pre-exposure window"},
    {"min-cases", 0, "N", "11", "no estimate below this many exposed cases"},
    {"min-cell", 0, "N", "11", "counts from 1 to N-1 are masked; 0 turns masking off"},
    {"fdr", 0, "Q", "0.10", "false discovery rate of a signal (Benjamini-Hochberg)"},
    {"windows", 0, "N", "30", "strongest signals that get a profile by time since start"},
    {"rounds", 0, "1|2", "2", "2: fit baselines again without the effects of the strong pairs"},
    {"top", 0, "N", "10", "signals to print"},
    {"csv", 0, NULL, NULL, "write the tables as CSV too"},
    {"json", 0, NULL, NULL, "print the summary as JSON"},
    {"no-stamp", 0, NULL, NULL, "no times in the manifest: same input, same bytes"},
    {NULL, 0, NULL, NULL, NULL},
};

static void print_text(const hune_screen_summary *s) {
    printf("%lld drugs x %lld outcomes: %lld pairs with an exposed case, %lld tested, %lld signals "
           "at a false"
           " discovery rate of %g %%\n",
           (long long)s->drugs, (long long)s->outcomes, (long long)s->pairs, (long long)s->tested,
           (long long)s->signals, 100 * s->fdr);
    if (s->n_top == 0) return;
    printf("\n%4s  %-9s %-22s %-30s %6s  %-16s %9s %9s  %s\n", "rank", "drug", "", "outcome", "IRR",
           "95 % interval", "exposed", "q", "flag");
    for (int i = 0; i < s->n_top; i++) {
        const hune_screen_signal *t = &s->top[i];
        char interval[40], cases[24];
        snprintf(interval, sizeof interval, "%.2f to %.2f", t->lower, t->upper);
        if (t->exposed_cases < 0) snprintf(cases, sizeof cases, "masked");
        else snprintf(cases, sizeof cases, "%lld", (long long)t->exposed_cases);
        printf("%4d  %-9.9s %-22.22s %-30.30s %6.2f  %-16s %9s %9.2g  %s\n", i + 1, t->drug,
               t->drug_label, t->outcome_label, t->irr, interval, cases, t->q, t->flag);
    }
}

static void json_text(const char *s) {
    putchar('"');
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < 0x20) printf("\\u%04x", c);
        else putchar(c);
    }
    putchar('"');
}

static void print_json(const hune_screen_summary *s) {
    printf("{\"drugs\": %lld, \"outcomes\": %lld, \"persons\": %lld, \"cases\": %lld, \"pairs\": "
           "%lld, \"tested\": %lld,"
           " \"signals\": %lld, \"fdr\": %g,\n \"seconds\": {\"baselines\": %.3f, \"pairs\": %.3f, "
           "\"windows\": %.3f},\n"
           " \"top\": [",
           (long long)s->drugs, (long long)s->outcomes, (long long)s->persons, (long long)s->cases,
           (long long)s->pairs, (long long)s->tested, (long long)s->signals, s->fdr,
           s->seconds_baseline, s->seconds_pairs, s->seconds_windows);
    for (int i = 0; i < s->n_top; i++) {
        const hune_screen_signal *t = &s->top[i];
        printf("%s\n  {\"drug\": ", i ? "," : "");
        json_text(t->drug);
        printf(", \"drug_label\": ");
        json_text(t->drug_label);
        printf(", \"outcome\": ");
        json_text(t->outcome);
        printf(", \"outcome_label\": ");
        json_text(t->outcome_label);
        printf(", \"irr\": %.6g, \"lower\": %.6g, \"upper\": %.6g, \"p\": %.6g, \"q\": %.6g, "
               "\"flag\": ",
               t->irr, t->lower, t->upper, t->p, t->q);
        json_text(t->flag);
        putchar('}');
    }
    printf("]}\n");
}

static int run(const hu_args *a, hune_context *ctx) {
    hune_screen_options o;
    const char *results;
    int64_t grace, pre, windows, top, rounds;
    hune_screen_options_init(&o);
    if (!hu_arg_required(a, "output", &results) || !hu_arg_i64(a, "grace", 1, 3650, &grace) ||
        !hu_arg_i64(a, "pre", 1, 365, &pre) ||
        !hu_arg_i64(a, "min-cases", 1, 1000000, &o.min_cases) ||
        !hu_arg_i64(a, "min-cell", 0, 1000000, &o.min_cell) ||
        !hu_arg_f64(a, "fdr", 1e-9, 1, &o.fdr) || !hu_arg_i64(a, "windows", 0, 1000, &windows) ||
        !hu_arg_i64(a, "top", 0, 10000, &top) || !hu_arg_i64(a, "rounds", 1, 5, &rounds))
        return 2;
    o.drugs = hu_arg(a, "drugs");
    o.outcomes = hu_arg(a, "outcomes");
    o.grace_days = (int)grace;
    o.pre_days = (int)pre;
    o.rounds = (int)rounds;
    o.windows = windows ? (int)windows : -1;
    o.csv = hu_arg_on(a, "csv");
    o.no_stamp = hu_arg_on(a, "no-stamp");

    hune_err err = {0};
    hune_store *store = NULL;
    hune_screen_summary sum = {0};
    hune_status status = hune_store_open(a->positional[0], &store, &err);
    if (!status) status = hune_screen_run(store, &o, (int)top, results, ctx, &sum, &err);
    int code = 0;
    if (status) code = hu_report_failure(a, &err);
    else if (hu_arg_on(a, "json")) print_json(&sum);
    else print_text(&sum);
    hune_screen_summary_clear(&sum);
    hune_store_close(store);
    return code;
}

const hu_command hu_cmd_screen = {
    .name = "screen",
    .summary = "all drugs against all outcomes by self-controlled case series",
    .usage = "STORE -o RESULTS [options]",
    .description = "Estimates the incidence rate ratio of every drug-outcome pair within the cases "
                   "themselves: exposed\n"
                   "against unexposed time, with a baseline of age and calendar time shared by all "
                   "drugs, first outcomes\n"
                   "only, a pre-exposure window kept apart, observation ended by death or loss. "
                   "Exposure is days' supply\n"
                   "plus grace. Prints the strongest signals; writes tables and a manifest that "
                   "hune report reads.",
    .example = "hune screen store -o results --drugs ATC5 --outcomes outcomes.csv --csv",
    .min_positional = 1,
    .max_positional = 1,
    .opts = options,
    .run = run,
};
