/* screen.h - the steps of a screen, in the order they run:
 *
 *   sets (cohort) -> baselines -> pairs -> solve -> adjust -> pairs -> solve -> windows -> write
 */
#ifndef HU_SCREEN_H
#define HU_SCREEN_H
#include "cohort/cohort.h"
#include "hune/screen.h"
#include "model/baseline.h"
#include "model/profile.h"

typedef struct hu_outcome_count {
    int64_t events;             /* matching diagnoses */
    int64_t persons;            /* with at least one */
    int64_t cases;              /* whose first event lies in observed time */
    int64_t before_observation; /* first event outside observed time */
} hu_outcome_count;

/* A case kept to fit the baseline of its outcome, and the sample they make: after the first pass
 * sorted by hash, which is unique to a person. */
typedef struct hu_kept {
    uint64_t hash; /* hu_hash64 of the person number */
    int32_t birth, start, end, event;
} hu_kept;

typedef struct hu_sample {
    hu_kept *item;
    size_t n, cap;
} hu_sample;

/* One drug x outcome pair: what the pass over the store adds up. */
typedef struct hu_pair {
    int32_t drug, outcome;
    int64_t exposed_cases;  /* cases with any exposed observed time */
    int64_t informative;    /* of them, with unexposed time as well */
    int64_t events_exposed; /* first events inside exposure */
    int64_t main_events;    /* of them, in informative cases: what the profile `main` holds */
    int64_t pre_informative, pre_events; /* the same two for the pre-exposure window */
    hu_profile main, pre;
} hu_pair;

/* What a pair comes to. NaN = does not exist. */
typedef struct hu_estimate {
    double irr, lower, upper, log_irr, se, p, q;
    double pre_irr, pre_lower, pre_upper;
    bool is_signal;
    char flag[80];
} hu_estimate;

#define HU_WINDOWS 7
extern const int32_t
    hu_window_edges[HU_WINDOWS + 1]; /* days since start; [0] is replaced by -pre_days */

typedef struct hu_window {
    int64_t events;
    double irr, lower, upper;
} hu_window;

/* Drugs found strong for each outcome in the round before, and their size; all NULL in the first.
 */
typedef struct hu_strong {
    int64_t *first; /* [outcomes+1] */
    int32_t *drug;
    double *log_ratio;
} hu_strong;

typedef struct hu_screen {
    const hune_store *store;
    const hune_screen_options *o;
    const hune_context *ctx;
    hu_set drugs, outcomes;
    hu_era_rule rule;
    int64_t persons_observed;
    double person_years;
    hu_outcome_count *counts; /* [outcomes] */
    hu_sample *samples;       /* [outcomes] */
    hu_baseline *baselines;   /* [outcomes] */
    hu_pair *pairs;           /* [n_pairs] sorted by (outcome, drug) */
    int64_t n_pairs;
    hu_estimate *estimates; /* [n_pairs] */
    hu_strong strong;
    int64_t *ranking; /* [n_signals] pair indices, strongest first */
    int64_t n_signals, n_tested;
    int64_t n_profiled; /* the first n_profiled signals of the ranking have windows */
    hu_window (*windows)[HU_WINDOWS];
} hu_screen;

hune_status hu_screen_baselines(hu_screen *s, hune_err *err);
/* Fit the baseline of one outcome again, with what is known of its cases (NULL = nothing). */
hune_status hu_screen_fit(hu_screen *s, int32_t outcome, const hu_baseline_known *known,
                          hune_err *err);
/* Take the effects found so far out of the baselines; *changed = at least one was fitted again. */
hune_status hu_screen_adjust(hu_screen *s, bool *changed, hune_err *err);
void hu_screen_forget_pairs(hu_screen *s);
void hu_strong_clear(hu_strong *t);
hune_status hu_screen_pairs(hu_screen *s, hune_err *err);
hune_status hu_screen_solve(hu_screen *s, hune_err *err);
hune_status hu_screen_windows(hu_screen *s, hune_err *err);
hune_status hu_screen_write(const hu_screen *s, const char *results, const hune_screen_summary *sum,
                            hune_err *err);

/* --- a case of one outcome, as weights of its baseline -------------------------------------------
 */

/* Integral of the baseline over the observed part of [from, to). */
double hu_case_weight(const hu_baseline *b, const hu_person *p, int32_t from, int32_t to);

/* --- the same with the other strong drugs as an offset (others.c) --------------------------------
 */

typedef struct hu_edge {
    int32_t day;
    double log_ratio; /* of all strong drugs together, from this day on */
} hu_edge;
typedef struct hu_others { /* scratch of one thread, for the case given last */
    hu_edge *edge;
    size_t n, cap;
} hu_others;
void hu_others_clear(hu_others *x);
hune_status hu_others_build(hu_others *x, const hu_screen *s, int32_t outcome, const hu_eras *eras,
                            hune_err *err);
/* The drug's own ratio is in the weight of its exposed days: divide them by hu_others_own. */
double hu_others_weight(const hu_others *x, const hu_baseline *b, const hu_person *p, int32_t from,
                        int32_t to);
double hu_others_own(const hu_screen *s, int32_t outcome, int32_t drug);

#endif
