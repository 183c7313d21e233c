/* write.h - making a store: parts from sorted runs, and store.json. What the rows mean is the
 * business of the source; what an event store looks like is ours.
 *
 * A run is a Parquet file of staged rows, sorted by person (not further):
 *   person INTEGER, day_from DATE, day_to DATE (null = instant), ck UBIGINT (key of the code),
 *   qty BIGINT (1/10,000), amt BIGINT (1/100,000 euro), pre UBIGINT, exe UBIGINT (keys of actors),
 *   claim UBIGINT (statement or stay), position UTINYINT, net BOOLEAN
 * Whole numbers, so that sums do not depend on the order of rows. Rows with net = true are added up
 * over (person, days, code, actors) and stay when the quantity is above zero: that is how a claim
 * and its cancellation, which may sit in different runs, vanish together. Other rows stay as they
 * are, exact repeats once.
 */
#ifndef HU_STORE_WRITE_H
#define HU_STORE_WRITE_H
#include "base/base.h"
#include "engine/engine.h"

typedef struct hu_part_facts {
    char file[32], sha256[65];
    int64_t person_from, person_to; /* [from, to) */
    int64_t rows, bytes;
    int64_t rows_in, cancelled, merged, after_death; /* staged rows = the other three and events */
    int32_t first_day, last_day; /* of events; first > last when there is none */
} hu_part_facts;

typedef struct hu_part_plan {
    const char *folder; /* of the store being written; has events/ and rejects/ */
    const char *runs;   /* glob of the runs, NULL = there is none */
    const char *codes;  /* Parquet: ck UBIGINT, code INTEGER, kind VARCHAR */
    const char *actors; /* Parquet: ak UBIGINT, actor INTEGER */
    const char *deaths; /* Parquet: person INTEGER, day DATE; rows that start later are rejected */
    hu_part_facts *parts; /* [n_parts]; in: person_from, person_to; out: the rest */
    int64_t n_parts;
} hu_part_plan;

/* Write events/part-NNNN.parquet for every part, several at a time. The bytes do not depend on the
 * number of threads: each part is made by one thread in one order. */
hune_status hu_store_write_parts(const hu_part_plan *plan, const hune_context *ctx, hune_err *err);

/* sha256 of a file as 64 hex digits. */
hune_status hu_store_sha256(hu_engine *e, const char *path, char out[65], hune_err *err);

typedef struct hu_file_facts {
    const char *name;
    int64_t rows;
    char sha256[65];
} hu_file_facts;

typedef struct hu_store_facts {
    int64_t persons, codes;
    const char *study_start, *study_end; /* ISO */
    const hu_part_facts *parts;
    int64_t n_parts;
    const hu_file_facts *files;
    int n_files;
    const char *sources_json, *steps_json; /* arrays, as docs/formats.md says */
    bool no_stamp;
} hu_store_facts;

/* Write FOLDER/store.json. */
hune_status hu_store_write_json(const char *folder, const hu_store_facts *facts, hune_err *err);

/* YYYY-MM-DDThh:mm:ssZ, now. */
void hu_store_now(char out[21]);

#endif
