/* fold.c - one accumulator per part, merged in part order.
 *
 * Parts are handed to the workers in order; a finished accumulator waits until all earlier parts
 * are merged. Which thread did what therefore never shows in a result.
 */
#include <pthread.h>
#include <stdlib.h>
#include "store/store.h"

typedef struct run {
    const hune_store *store;
    const hu_fold *fold;
    const hune_context *ctx;
    hu_engine **engines; /* one per worker, made when first needed */
    int threads;
    pthread_mutex_t lock;
    void **done;   /* [parts] accumulators that wait for their turn */
    bool *is_done; /* [parts] */
    int merged;    /* parts merged so far */
    int64_t persons;
} run;

static hune_status engine_of(run *r, int worker, hu_engine **e, hune_err *err) {
    if (!r->engines[worker])
        HUNE_TRY(hu_engine_open(1, hu_memory_bytes(r->ctx) / r->threads, NULL,
                                r->ctx ? r->ctx->cancel : NULL, &r->engines[worker], err));
    *e = r->engines[worker];
    return HUNE_OK;
}

static hune_status walk_part(run *r, int part, hu_engine *e, void *acc, hune_err *err) {
    hu_cursor *c;
    hu_person p;
    bool more;
    HUNE_TRY(hu_cursor_open(r->store, part, r->fold->only_kind, e, &c, err));
    hune_status status;
    while (!(status = hu_cursor_next(c, &p, &more, err)) && more)
        if ((status = r->fold->person(r->fold->arg, acc, &p, err))) break;
    hu_cursor_close(c);
    return status;
}

/* Merge what can be merged: called with the lock held. */
static hune_status merge_ready(run *r, hune_err *err) {
    while (r->merged < r->store->n_parts && r->is_done[r->merged]) {
        void *acc = r->done[r->merged];
        r->done[r->merged] = NULL;
        const hu_part *part = &r->store->parts[r->merged++];
        r->persons += part->person_to - part->person_from;
        const hune_status status = r->fold->merge(r->fold->arg, acc, err);
        r->fold->release(r->fold->arg, acc);
        if (status) return status;
        hu_tell(r->ctx, r->fold->step, r->persons, r->store->n_persons, "persons");
    }
    return HUNE_OK;
}

static hune_status work(void *arg, int64_t part, int worker, hune_err *err) {
    run *r = arg;
    hu_engine *e;
    void *acc = NULL;
    HUNE_TRY(hu_check_cancel(r->ctx, err));
    HUNE_TRY(engine_of(r, worker, &e, err));
    HUNE_TRY(r->fold->begin(r->fold->arg, &acc, err));
    hune_status status = walk_part(r, (int)part, e, acc, err);
    pthread_mutex_lock(&r->lock);
    if (status) {
        r->fold->release(r->fold->arg, acc);
    } else {
        r->done[part] = acc;
        r->is_done[part] = true;
        status = merge_ready(r, err);
    }
    pthread_mutex_unlock(&r->lock);
    return status;
}

hune_status hu_store_fold(const hune_store *s, const hu_fold *f, const hune_context *ctx,
                          hune_err *err) {
    run r = {.store = s,
             .fold = f,
             .ctx = ctx,
             .threads = hu_threads(ctx),
             .lock = PTHREAD_MUTEX_INITIALIZER};
    r.engines = hu_calloc((size_t)r.threads, sizeof *r.engines);
    r.done = hu_calloc((size_t)s->n_parts, sizeof *r.done);
    r.is_done = hu_calloc((size_t)s->n_parts, sizeof *r.is_done);
    hune_status status = r.engines && r.done && r.is_done
                             ? hu_pool_run(r.threads, s->n_parts, work, &r, err)
                             : hune_fail(err, HUNE_ENOMEM, "no memory for %d parts", s->n_parts);
    for (int i = 0; r.done && i < s->n_parts; i++)
        if (r.done[i]) f->release(f->arg, r.done[i]);
    for (int i = 0; r.engines && i < r.threads; i++) hu_engine_close(r.engines[i]);
    free(r.engines);
    free(r.done);
    free(r.is_done);
    pthread_mutex_destroy(&r.lock);
    return status;
}
