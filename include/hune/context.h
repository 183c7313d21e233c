/* context.h - what a long call may use and whom it tells how far it is.
 *
 * The library never prints and installs no signal handler: a caller that wants progress gives a
 * function, a caller that wants to stop sets the flag it lent.
 */
#ifndef HUNE_CONTEXT_H
#define HUNE_CONTEXT_H
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include "hune/err.h"

typedef struct hune_progress {
    const char *step; /* what is being done, e.g. "reading ER_PRS_F_2010_03.csv" */
    int64_t done;     /* units finished in this step */
    int64_t total;    /* units of this step; 0 when unknown */
    const char *unit; /* "persons", "rows", "files" */
} hune_progress;

typedef struct hune_context {
    size_t size;                         /* sizeof this struct; hune_context_init fills it */
    int threads;                         /* worker threads; 0 = one per core */
    int64_t memory_bytes;                /* ceiling for the engine's memory; 0 = 2 GB */
    const volatile sig_atomic_t *cancel; /* the caller's flag, NULL = never; non-zero = stop */
    void (*progress)(void *data, const hune_progress *p); /* NULL = quiet; may come from any
                                                              thread, never two at a time */
    void *progress_data;
    const char *command_line; /* written into manifests; NULL = "" */
} hune_context;

/* Fill with the defaults: every core, 2 GB, quiet, never cancelled. */
HUNE_API void hune_context_init(hune_context *ctx);

/* "0.1.0" */
HUNE_API const char *hune_version(void);

#endif
