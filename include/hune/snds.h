/* snds.h - raw SNDS tables (DCIR and PMSI MCO) into an event store.
 *
 * One call reads a folder of raw extracts, applies the rules of docs/snds.md and writes a store as
 * docs/formats.md describes it: patient-sorted, with counts of every row that was left out.
 */
#ifndef HUNE_SNDS_H
#define HUNE_SNDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hune/context.h"
#include "hune/err.h"

typedef struct hune_snds_options {
    size_t size;           /* sizeof this struct; hune_snds_options_init fills it */
    const char *key;       /* text that keys the hash of identifiers; NULL = from key_file */
    const char *key_file;  /* NULL = STORE.key; made with random bytes and mode 0600 when absent */
    const char *from, *to; /* YYYY-MM-DD, study window [from, to); NULL = from the data */
    int32_t loss_days;     /* observation ends this long after the last claim; 0 = 365 */
    int64_t part_rows;     /* rows aimed at in one part of the store; 0 = 750,000 */
    bool no_stamp;         /* leave times out of the files, so that two runs give the same bytes */
} hune_snds_options;

HUNE_API void hune_snds_options_init(hune_snds_options *o);

/* What was done, in numbers; ingest.json in the store has the rest. */
typedef struct hune_snds_summary {
    size_t size;
    int64_t files, files_ignored;              /* raw files read and left aside */
    int64_t rows_in, rows_kept, rows_rejected; /* raw rows: rows_in = kept + rejected */
    int64_t persons, events, parts, codes;     /* in the store */
    int64_t cancelled, merged, after_death;    /* kept rows that did not become an event */
    int64_t codes_unknown;                     /* codes in events that no nomenclature knows */
} hune_snds_summary;

/* Read every SNDS table below the folder `raw` and write the store `store`.
 *
 * raw      folder, searched recursively; tables are recognised by file name
 * store    folder to write; an older store of that name is replaced when the new one is whole
 * o        options, NULL = all defaults
 * ctx      threads, memory, cancel flag, progress; NULL = defaults
 * summary  out, may be NULL
 * Fails    HUNE_EARG    nothing to read in `raw`, an option out of range
 *          HUNE_EIO     a file or folder cannot be read or written
 *          HUNE_EFORMAT a file is empty, cut short, or lacks a column
 *          HUNE_EDATA   a value in a column that is used cannot be read
 *          HUNE_ENOMEM, HUNE_ECANCEL; HUNE_EBUG when rows in, kept and rejected do not add up
 *          After a failure nothing stands under the name `store`.
 * Cost     linear in rows; memory is ctx->memory_bytes whatever the input.
 * Ref      Documentation-SNDS of the Health Data Hub; rules and sources in docs/snds.md. */
HUNE_API hune_status hune_snds_ingest(const char *raw, const char *store,
                                      const hune_snds_options *o, const hune_context *ctx,
                                      hune_snds_summary *summary, hune_err *err);

#endif
