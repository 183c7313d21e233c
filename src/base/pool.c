/* pool.c - the only place that makes threads. Tasks are numbered and handed out in order; what a
 * task writes goes into its own slot, so the caller can add slots up in order whatever thread
 * filled them. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

typedef struct job {
    pthread_mutex_t lock;
    int64_t next, n_tasks, failed_task;
    hune_status status;
    hune_err first;
    hune_status (*work)(void *, int64_t, int, hune_err *);
    void *arg;
} job;

typedef struct worker {
    job *job;
    int number;
    pthread_t thread;
} worker;

static void *run_worker(void *arg) {
    const worker *w = arg;
    job *j = w->job;
    for (;;) {
        pthread_mutex_lock(&j->lock);
        const int64_t task = j->status ? j->n_tasks : j->next++;
        pthread_mutex_unlock(&j->lock);
        if (task >= j->n_tasks) return NULL;

        hune_err err = {.code = HUNE_OK};
        const hune_status status = j->work(j->arg, task, w->number, &err);
        if (!status) continue;
        pthread_mutex_lock(&j->lock);
        if (!j->status || task < j->failed_task) {
            j->status = status;
            j->failed_task = task;
            j->first = err;
        }
        pthread_mutex_unlock(&j->lock);
    }
}

hune_status hu_pool_run(int threads, int64_t n_tasks,
                        hune_status (*work)(void *, int64_t, int, hune_err *), void *arg,
                        hune_err *err) {
    if (threads > n_tasks) threads = (int)n_tasks;
    if (threads < 1) threads = 1;
    job j = {.lock = PTHREAD_MUTEX_INITIALIZER, .n_tasks = n_tasks, .work = work, .arg = arg};
    worker *w = hu_calloc((size_t)threads, sizeof *w);
    if (!w) return hune_fail(err, HUNE_ENOMEM, "no memory for %d workers", threads);

    /* Worker 0 is the calling thread; a thread that cannot be made only costs speed. */
    int made = 1;
    for (int i = 0; i < threads; i++) w[i] = (worker){.job = &j, .number = i};
    while (made < threads && !pthread_create(&w[made].thread, NULL, run_worker, &w[made])) made++;
    run_worker(&w[0]);
    for (int i = 1; i < made; i++) pthread_join(w[i].thread, NULL);

    free(w);
    pthread_mutex_destroy(&j.lock);
    if (j.status && err) *err = j.first;
    return j.status;
}
