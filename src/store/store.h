/* store.h - reading a store from inside the library: dictionaries and the person cursor. */
#ifndef HU_STORE_H
#define HU_STORE_H
#include "base/base.h"
#include "engine/engine.h"
#include "hune/store.h"

typedef enum hu_kind {
    HU_DRUG,
    HU_DIAGNOSIS,
    HU_ACT,
    HU_BIOLOGY,
    HU_DEVICE,
    HU_STAY,
    HU_EMERGENCY,
    HU_VISIT,
    HU_LONG_TERM_ILLNESS,
    HU_PREGNANCY,
    HU_SICK_LEAVE,
    HU_DEATH,
    HU_OTHER,
    HU_KINDS
} hu_kind;
hu_kind hu_kind_of(const char *name, size_t len); /* HU_OTHER for kinds of other domains */

typedef struct hu_code {
    hu_kind kind;
    const char *vocabulary, *text, *label, *label_en; /* label may be NULL */
    double pack_days;                                 /* NaN = none */
} hu_code;

typedef struct hu_part {
    const char *file; /* below the store */
    int64_t rows, person_from, person_to;
} hu_part;

struct hune_store {
    hu_arena arena;
    const char *path, *tool, *checksum; /* checksum: of all the parts' checksums */
    int64_t n_persons, n_events;
    int32_t study_start, study_end, first_day, last_day;
    int n_parts;
    hu_part *parts;
    int32_t n_codes;
    hu_code *codes;
    int64_t *ancestor_first; /* [n_codes+1] */
    int32_t *ancestors;      /* nearest first */
    const char *steps_json;  /* "steps" of store.json as JSON text, for attrition tables */
};

/* --- one person's whole history ----------------------------------------------------------------
 */

typedef struct hu_span {
    int32_t start, end; /* days, half-open */
} hu_span;

typedef struct hu_person {
    int64_t person;
    int sex;              /* 1, 2, 0 = unknown */
    int32_t birth, death; /* HU_NO_DAY = unknown or alive */
    int n_spans;
    const hu_span *spans;       /* observed time, rising */
    int64_t n;                  /* events, sorted by start */
    const int32_t *start, *end; /* days; end HU_NO_DAY = an instant */
    const int32_t *code;
    const double *quantity;  /* NaN = missing */
    const uint8_t *position; /* 0 = none */
} hu_person;
#define HU_NO_DAY INT32_MIN

typedef struct hu_cursor hu_cursor;

/* Walk the persons of part `part` in order, persons without events included.
 * only_kind  HU_KINDS = every event, else events of that kind only (faster)
 * The engine must not be used for anything else until the cursor is closed. */
hune_status hu_cursor_open(const hune_store *s, int part, hu_kind only_kind, hu_engine *e,
                           hu_cursor **out, hune_err *err);
/* The next person, or *more = false at the end. The person's arrays live until the next call. */
hune_status hu_cursor_next(hu_cursor *c, hu_person *p, bool *more, hune_err *err);
void hu_cursor_close(hu_cursor *c);

/* --- a fold over all persons ---------------------------------------------------------------------
 */

/* One accumulator per part, filled by one thread, merged in part order: the same bytes for any
 * number of threads. At most threads + a few accumulators exist at a time. */
typedef struct hu_fold {
    hune_status (*begin)(void *arg, void **acc, hune_err *err);
    hune_status (*person)(void *arg, void *acc, const hu_person *p, hune_err *err);
    hune_status (*merge)(void *arg, void *acc, hune_err *err); /* into the caller's total */
    void (*release)(void *arg, void *acc);
    void *arg;
    hu_kind only_kind;
    const char *step; /* for progress */
} hu_fold;
hune_status hu_store_fold(const hune_store *s, const hu_fold *f, const hune_context *ctx,
                          hune_err *err);

#endif
