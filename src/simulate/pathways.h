/* pathways.h - what is known of care pathways: types, their steps, their weight on drug starts. */
#ifndef HU_PATHWAYS_H
#define HU_PATHWAYS_H
#include "simulate/sim.h"

enum { HU_MAX_TYPES = 8 };
typedef enum hu_disease { HU_DM, HU_HF, HU_HIP } hu_disease;
typedef enum hu_pattern { HU_REGULAR, HU_POISSON, HU_ONCE } hu_pattern;

typedef struct hu_step { /* one row of pathways.csv */
    int32_t from, to;    /* days since the pathway began; HU_NEVER = no end */
    hu_item_kind kind;
    hu_pattern pattern;
    int number;
    const char *code;
    double rate; /* a day; of HU_ONCE the chance */
    double days; /* mean length of a stay */
} hu_step;

typedef struct hu_type {
    const char *id, *description, *why;
    double share, upto; /* normal quantile of the sum of the shares up to this type */
    int first, last;    /* its steps */
} hu_type;

typedef struct hu_paths {
    hu_type type[HU_DISEASES][HU_MAX_TYPES];
    int n_types[HU_DISEASES];
    hu_step *step;
    int n_steps;
    double *rate;          /* [n_drugs][HU_DISEASES][HU_MAX_TYPES], mean over types 1 */
    bool *weighs;          /* [n_drugs] has a factor other than 1 */
    int failure, fracture; /* outcomes that begin a pathway, or -1 */
} hu_paths;

const char *hu_disease_name(int disease);

/* In hospital on this day, as far as events and pathways tell? */
bool hu_is_away(const hu_life *l, int32_t day);

#endif
