/* store.h - the event store: one nation's care, sorted by person.
 *
 * A store is a folder of Parquet files (docs/formats.md). Opening it reads the dictionaries and
 * checks that every part is there with the size that store.json says; no event is read.
 */
#ifndef HUNE_STORE_H
#define HUNE_STORE_H
#include <stdio.h>
#include "hune/context.h"

typedef struct hune_store hune_store;

/* Open the store in folder `path`.
 *
 * out     the caller closes it with hune_store_close
 * Fails   HUNE_EIO (no such folder, a file missing or cut short), HUNE_EFORMAT (store.json
 * unreadable or of another format) Threads an open store is read-only: any number of threads may
 * use it */
HUNE_API hune_status hune_store_open(const char *path, hune_store **out, hune_err *err);
HUNE_API void hune_store_close(hune_store *s);

/* How many persons the store holds, with or without events. */
HUNE_API int64_t hune_store_persons(const hune_store *s);

/* How many events it holds, all kinds. */
HUNE_API int64_t hune_store_events(const hune_store *s);

typedef struct hune_describe_options {
    size_t size;
    int json;         /* 1 = one JSON object, else a readable page */
    int64_t min_cell; /* counts from 1 to min_cell - 1 are masked; 0 = no masking */
    int top_codes;    /* how many codes of each kind; 0 = 10 */
} hune_describe_options;
HUNE_API void hune_describe_options_init(hune_describe_options *o);

/* Count events by kind and year, persons by sex and age band, list the top codes, check the store,
 * and write it all to `to`.
 *
 * checks_failed  out, how many of the store checks failed (they are named in the text)
 * Fails   HUNE_EIO, HUNE_EFORMAT, HUNE_ECANCEL */
HUNE_API hune_status hune_store_describe(const hune_store *s, const hune_describe_options *o,
                                         const hune_context *ctx, FILE *to, int *checks_failed,
                                         hune_err *err);

#endif
