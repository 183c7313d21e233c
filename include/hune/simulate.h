/* simulate.h - synthetic raw SNDS tables in which every drug effect is known.
 *
 * One call lives the lives of n persons forward in time and writes what the national base would
 * hold of them: raw DCIR and PMSI MCO tables with their real names, plus a folder sim_truth/ with
 * what was planted. docs/simulator.md has the model; docs/formats.md the truth files.
 */
#ifndef HUNE_SIMULATE_H
#define HUNE_SIMULATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hune/context.h"
#include "hune/err.h"

typedef enum hune_population {
    HUNE_POPULATION_ALL = 0,  /* France by age and sex */
    HUNE_POPULATION_DIABETES, /* persons treated for diabetes before the end of the window */
    HUNE_POPULATION_ELDERLY   /* 65 and over at some time in the window */
} hune_population;

typedef enum hune_raw_format { HUNE_RAW_CSV = 0, HUNE_RAW_PARQUET } hune_raw_format;

typedef enum hune_simulate_mode {
    HUNE_MODE_FULL = 0, /* every person */
    HUNE_MODE_CASES     /* only persons with one of the outcomes of the list */
} hune_simulate_mode;

typedef struct hune_simulate_options {
    size_t size;     /* sizeof this struct; hune_simulate_options_init fills it */
    int64_t persons; /* 1 to 67,000,000; 0 = 10,000 */
    uint64_t seed;
    hune_population population;
    const char *from, *to; /* YYYY-MM-DD, both included; NULL = 2009-01-01, 2014-12-31 */
    double rate_scale;     /* multiplies baseline rates, each up to 1 % a year; 0 = 1 */
    const char *truth;     /* "none", "all" or a CSV file like truth.csv; NULL = all */
    const char *bias;      /* "none", "all" or a list "T02,T08"; NULL = none */
    const char *dirt;      /* "none", "all" or a list "cancel,late"; NULL = none */
    const char *fraud;     /* "none", "all" or some of phantom_dispensing, outlier_prescriber,
                              doctor_shopping, duplicate_billing, impossible_billing,
                              upcoded_stays, ring, innocent; NULL = none */
    hune_simulate_mode mode;
    const char *drugs;    /* list of ATC prefixes; NULL = the whole table */
    const char *outcomes; /* list of outcome ids; NULL = the whole table */
    hune_raw_format format;
    bool no_care;    /* only drugs, outcomes and other stays, without usual care and pathways */
    bool one_person; /* write only this one: the same rows as in a run of all */
    int64_t person;
    bool write_exposure; /* also sim_truth/exposure_true.csv, one row per true exposure */
} hune_simulate_options;

HUNE_API void hune_simulate_options_init(hune_simulate_options *o);

typedef struct hune_simulate_summary {
    size_t size;
    int64_t persons, events;         /* lives written, coded outcomes */
    int64_t drug_lines, rows, bytes; /* rows of ER_PHA_F; rows of all raw tables; bytes of CSV */
    int64_t files;                   /* raw files */
    char scales[1200];               /* "BLADCA 15.6, HIP 4.2...": the rate scale per outcome */
    char bias[128];                  /* the traps in force, e.g. "T02 T03", or "none" */
} hune_simulate_summary;

/* Write the folder `out` (raw tables and sim_truth/) of a synthetic population.
 *
 * out      folder to make; an older simulation of that name is replaced when the new one is whole
 * o        options; NULL = all defaults
 * ctx      threads, cancel flag, progress; NULL = defaults. Threads never change a byte.
 * summary  out, may be NULL
 * Fails    HUNE_EARG    a name in a list is unknown or not in this version, a value out of range
 *          HUNE_ELIMIT  rate_scale larger than any outcome can take
 *          HUNE_EFORMAT, HUNE_EDATA  a truth file that cannot be read, naming row and column
 *          HUNE_EIO     a folder or file cannot be written; HUNE_ENOMEM, HUNE_ECANCEL
 *          HUNE_EBUG    a hazard passed its bound
 *          After a failure nothing stands under the name `out`.
 * Cost     linear in persons; memory is a few hundred persons per thread.
 * Ref      Salmon et al. 2011, doi:10.1145/2063384.2063405 (Philox); Lewis & Shedler 1979,
 *          doi:10.1002/nav.3800260304 (thinning). */
HUNE_API hune_status hune_simulate(const char *out, const hune_simulate_options *o,
                                   const hune_context *ctx, hune_simulate_summary *summary,
                                   hune_err *err);

/* One life with its reasons: who, conditions, exposures and why they began, hidden states, outcomes
 * with their hazard taken apart, care.
 *
 * o       the world, as for hune_simulate; person: 0 to o->persons - 1
 * json    a JSON object, or text for people
 * text    out, freed by the caller with free(); NULL after a failure
 * Fails   like hune_simulate; HUNE_EARG for a person that the world does not have */
HUNE_API hune_status hune_simulate_trace(const hune_simulate_options *o, int64_t person, bool json,
                                         const hune_context *ctx, char **text, hune_err *err);

#endif
