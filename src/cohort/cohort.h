/* cohort.h - from a person's events to what a model needs: drugs as exposure eras, outcomes as
 * first events. */
#ifndef HU_COHORT_H
#define HU_COHORT_H
#include "store/store.h"

/* --- what is screened ----------------------------------------------------------------------------
 */

/* A list of things with names, and which codes of the store belong to each. A code may belong to
 * several (a class and its member). */
typedef struct hu_set {
    hu_arena arena;
    int32_t n;
    const char **id, **label; /* [n] */
    int64_t *first;           /* [n_codes+1] */
    int32_t *member;          /* things of code c: member[first[c] .. first[c+1]) */
    int32_t n_absent; /* things of the list that no code of the store belongs to (not in n) */
} hu_set;

/* spec: "ATC5" (substances, 7 characters), "ATC4" (classes, 5 characters), or a CSV file with a
 * column `atc` (prefixes) and, if there, `id` and `inn` or `label`. Fails HUNE_EIO, HUNE_EFORMAT
 * (no column), HUNE_EDATA (a value that is no ATC code). */
hune_status hu_drugs_make(const hune_store *s, const char *spec, hu_set *out, hune_err *err);

/* file: a CSV like sim_outcomes.csv: `id`, `icd10` (codes separated by blanks, dots allowed,
 * prefixes), `label_en` or `label_fr` or `label`. NULL = every ICD-10 three-character category of
 * the store. */
hune_status hu_outcomes_make(const hune_store *s, const char *file, hu_set *out, hune_err *err);
void hu_set_clear(hu_set *set);

/* --- exposure eras -------------------------------------------------------------------------------
 */

typedef struct hu_era_rule {
    int32_t grace_days;       /* a gap up to this long does not end an era */
    int32_t carry_max_days;   /* stock carried over at most, when refilled early */
    double default_pack_days; /* for packs whose length is unknown */
} hu_era_rule;

typedef struct hu_era {
    int32_t drug, start, end; /* [start, end): first dispensing to end of the last supply */
    int32_t next;             /* next era of the same drug, -1 = last */
} hu_era;

/* Scratch of one thread; eras of the person given last. */
typedef struct hu_eras {
    hu_era *era;
    size_t n, cap;
    int32_t *touched; /* drugs of this person in order of first dispensing */
    int32_t n_touched;
    int32_t *head, *tail; /* [n drugs] first and last era, -1 = none */
    int32_t n_drugs;
} hu_eras;
hune_status hu_eras_init(hu_eras *e, int32_t n_drugs, hune_err *err);
void hu_eras_clear(hu_eras *e);

/* Days' supply: each dispensing covers packs x pack_days; an era goes on while the next dispensing
 * comes within grace_days of the end of supply; stock left at a refill is carried over. */
hune_status hu_eras_build(hu_eras *e, const hune_store *s, const hu_set *drugs,
                          const hu_era_rule *rule, const hu_person *p, hune_err *err);

/* --- first outcomes
 * ------------------------------------------------------------------------------- */

typedef struct hu_firsts {
    int32_t *day;     /* [n outcomes] day of the first event, HU_NO_DAY = none */
    int32_t *touched; /* outcomes of this person */
    int32_t n_touched, n_outcomes;
} hu_firsts;
hune_status hu_firsts_init(hu_firsts *f, int32_t n_outcomes, hune_err *err);
void hu_firsts_clear(hu_firsts *f);

/* First day with a matching main or related diagnosis of a stay; adds the number of matching events
 * to events[outcome] when it is not NULL. */
void hu_firsts_find(hu_firsts *f, const hu_set *outcomes, const hu_person *p, int64_t *events);

/* Index of the observed span that holds the day, -1 = none. */
int hu_span_of(const hu_person *p, int32_t day);

#endif
