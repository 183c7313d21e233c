/* screen.h - all drugs against all outcomes by self-controlled case series, in one pass over the
 * store.
 *
 * Each case is compared with itself: the time it was exposed to the drug with the rest of its
 * observed time, weighted by a baseline of age and calendar time that is estimated once per outcome
 * and shared. For one pair the conditional log-likelihood is a sum over cases, so its values and
 * slopes on a fixed grid of log rate ratios add up: one pass yields the whole profile of every
 * pair. Ref: Farrington 1995, doi:10.2307/2533328; Whitaker et al. 2006, doi:10.1002/sim.2302.
 */
#ifndef HUNE_SCREEN_H
#define HUNE_SCREEN_H
#include <stdio.h>
#include "hune/store.h"

typedef struct hune_screen_options {
    size_t size;
    const char *drugs; /* "ATC5" (NULL), "ATC4" or a CSV file with a column atc */
    const char
        *outcomes;  /* a CSV file like sim_outcomes.csv; NULL = ICD-10 three-character categories */
    int grace_days; /* a gap in supply up to this long does not end an exposure; 0 = 30 */
    int pre_days;   /* length of the pre-exposure window; 0 = 30 */
    int carry_days; /* stock carried over at most when refilled early; 0 = 90 */
    int64_t min_cases; /* no estimate below this many exposed cases; 0 = 11 */
    int64_t min_cell;  /* counts from 1 to min_cell - 1 are masked; 0 = masking off */
    double level;      /* of the intervals; 0 = 0.95 */
    double fdr;        /* Benjamini-Hochberg level of a signal; 0 = 0.10 */
    int windows;  /* how many of the strongest signals get a profile by time since start; 0 = 30,
                     negative = none */
    int rounds;   /* 1 = baselines as fitted without drugs; 2 (0) = fitted again with the strong
                     pairs of the first round taken out */
    int csv;      /* 1 = tables as CSV beside the Parquet files */
    int no_stamp; /* 1 = no creation time and timings in the manifest (same bytes every time) */
} hune_screen_options;

/* Fills the defaults; min_cell becomes 11. */
HUNE_API void hune_screen_options_init(hune_screen_options *o);

typedef struct hune_screen_signal { /* one line of the summary; texts live as long as the summary */
    const char *drug, *drug_label, *outcome, *outcome_label, *flag;
    double irr, lower, upper, p, q;
    int64_t exposed_cases, events_exposed; /* -1 = masked */
} hune_screen_signal;

typedef struct hune_screen_summary {
    int64_t persons, drugs, outcomes, cases, pairs, tested, signals;
    double fdr, seconds_baseline, seconds_pairs, seconds_windows;
    int n_top;
    hune_screen_signal *top; /* strongest first: by p, among irr > 1 and q <= fdr */
    void *owner;
} hune_screen_summary;
HUNE_API void hune_screen_summary_clear(hune_screen_summary *s);

/* Screen the store and write the results folder (docs/formats.md), whole or not at all.
 *
 * results folder to make; an earlier results folder of that name is replaced
 * n_top   how many signals the summary holds
 * out     the caller clears it; NULL = not wanted
 * Fails   HUNE_EIO, HUNE_EFORMAT, HUNE_EDATA (lists), HUNE_ELIMIT (more pairs than memory_bytes
 * holds), HUNE_ECANCEL Threads results are the same bytes for any ctx->threads */
HUNE_API hune_status hune_screen_run(const hune_store *s, const hune_screen_options *o, int n_top,
                                     const char *results, const hune_context *ctx,
                                     hune_screen_summary *out, hune_err *err);

typedef struct hune_score_options {
    size_t size;
    int json;
    double fdr;       /* a pair is flagged at q <= fdr; 0 = 0.10 */
    const char *show; /* "A10BG03:BLADCA,..." pairs to list with their planted size; NULL = none */
} hune_score_options;
HUNE_API void hune_score_options_init(hune_score_options *o);

/* Hold a results folder against the planted truth of the simulator (sim_truth/pairs.csv) and write
 * the score: flagged nulls of how many, type-1 error, coverage, the pairs asked for.
 *
 * Fails   HUNE_EIO, HUNE_EFORMAT */
HUNE_API hune_status hune_score_run(const char *results, const char *truth,
                                    const hune_score_options *o, FILE *to, hune_err *err);

#endif
