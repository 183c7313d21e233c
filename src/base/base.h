/* base.h - the small things every room uses: memory, text, days, files, threads, random numbers.
 * Nothing here knows of health, of SQL or of statistics. */
#ifndef HU_BASE_H
#define HU_BASE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "hune/context.h"
#include "hune/err.h"

/* --- memory (mem.c) ------------------------------------------------------------------------ */

/* n * each, or 0 and false when it would wrap. */
bool hu_mul_size(size_t n, size_t each, size_t *out);

/* Zeroed array of n items; NULL when n * each wraps or memory ran out. Freed with free(). */
void *hu_calloc(size_t n, size_t each);

/* Grow *items (each bytes a piece) so that index need-1 is valid; cap is updated. Keeps contents,
 * zeroes nothing. Fails HUNE_ENOMEM. */
hune_status hu_grow(void *items, size_t *cap, size_t need, size_t each, hune_err *err);

/* Everything of one job: allocated one by one, released at once. */
typedef struct hu_arena {
    struct hu_arena_block *head;
} hu_arena;
void *hu_arena_alloc(hu_arena *a, size_t bytes); /* zeroed, 16-byte aligned; NULL = no memory */
char *hu_arena_strdup(hu_arena *a, const char *s);
char *hu_arena_printf(hu_arena *a, const char *fmt, ...) HUNE_PRINTF(2, 3);
void hu_arena_clear(hu_arena *a); /* accepts an empty arena, may be called twice */

/* --- text (text.c) ------------------------------------------------------------------------- */

/* A growing byte buffer. A failed append sets `failed` and later appends do nothing, so a writer
 * checks once at the end. text is always NUL-terminated (or NULL while empty). */
typedef struct hu_buf {
    char *text;
    size_t len, cap;
    bool failed;
} hu_buf;
void hu_buf_add(hu_buf *b, const char *s);
void hu_buf_addn(hu_buf *b, const char *s, size_t n);
void hu_buf_printf(hu_buf *b, const char *fmt, ...) HUNE_PRINTF(2, 3);
void hu_buf_json(hu_buf *b, const char *s); /* quoted and escaped JSON string */
void hu_buf_clear(hu_buf *b);
bool hu_starts(const char *s, const char *prefix);
bool hu_ends(const char *s, const char *suffix);

/* Replace each {{key}} of text by its value; pairs = {"key", "value", ..., NULL}. Every key in
 * the text must be given. The caller frees *out. Fails HUNE_EBUG on an unknown key. */
hune_status hu_fill(const char *text, const char *const *pairs, char **out, hune_err *err);

/* Decimal text to number with nothing left over; independent of the locale. */
bool hu_parse_i64(const char *s, int64_t *out);
bool hu_parse_f64(const char *s, double *out);
/* "2GB", "512MB", "1.5G", "1000000" to bytes. */
bool hu_parse_bytes(const char *s, int64_t *out);

/* --- days (day.c): int32 days since 1970-01-01, proleptic Gregorian ------------------------- */

int32_t hu_day(int year, int month, int day);
void hu_civil(int32_t day, int *year, int *month, int *dayofmonth);
bool hu_parse_day(const char *iso, int32_t *out); /* YYYY-MM-DD, checked */
void hu_format_day(int32_t day, char out[11]);    /* YYYY-MM-DD */
int hu_weekday(int32_t day);                      /* 0 Monday ... 6 Sunday */

/* --- files (file.c) ------------------------------------------------------------------------ */

bool hu_is_dir(const char *path);
bool hu_is_file(const char *path);
hune_status hu_make_dirs(const char *path, hune_err *err);
hune_status hu_remove_tree(const char *path, hune_err *err); /* absent is fine */
hune_status hu_read_file(const char *path, char **text, size_t *len, hune_err *err);
hune_status hu_write_file(const char *path, const char *text, size_t len, hune_err *err);
/* All regular files below dir, relative paths, sorted bytewise, owned by the arena. */
hune_status hu_list_files(const char *dir, hu_arena *a, char ***paths, size_t *n, hune_err *err);

/* An output folder that appears under its name only when it is whole. begin makes a sibling
 * ".NAME.part" (a stale one is removed); commit renames it to its name (replacing an older
 * hune output, refusing to replace anything else); abort removes it. abort after commit is fine.
 * marker is the file that tells a hune folder of this kind ("store.json", "manifest.json"...). */
typedef struct hu_output {
    char final_path[1024], part_path[1040];
    const char *marker;
    bool open;
} hu_output;
hune_status hu_output_begin(hu_output *o, const char *path, const char *marker, hune_err *err);
hune_status hu_output_commit(hu_output *o, hune_err *err);
void hu_output_abort(hu_output *o);

/* --- sorting (sort.c): stable merge sort; cmp as qsort with a context ------------------------- */
hune_status hu_sort(void *items, size_t n, size_t each,
                    int (*cmp)(const void *, const void *, void *), void *arg, hune_err *err);

/* --- context, progress, cancel (context.c) --------------------------------------------------- */

int hu_threads(const hune_context *ctx); /* resolved: never 0 */
int64_t hu_memory_bytes(const hune_context *ctx);
bool hu_cancelled(const hune_context *ctx);
hune_status hu_check_cancel(const hune_context *ctx, hune_err *err); /* HUNE_ECANCEL "stopped" */
void hu_tell(const hune_context *ctx, const char *step, int64_t done, int64_t total,
             const char *unit); /* call from one thread at a time */

/* --- threads (pool.c) ------------------------------------------------------------------------ */

/* Run work(arg, task, worker, err) for task = 0..n_tasks-1 on `threads` workers (worker in
 * [0, threads)); tasks are handed out in order. The first failure (lowest task) wins and no new
 * task starts after it. Results must go into per-task slots: that is what makes them independent
 * of the number of threads. */
hune_status hu_pool_run(int threads, int64_t n_tasks,
                        hune_status (*work)(void *arg, int64_t task, int worker, hune_err *err),
                        void *arg, hune_err *err);

/* --- random numbers (rng.c): Philox 4x32-10, Salmon et al. 2011, doi:10.1145/2063384.2063405 ---
 */

/* One block: four 32-bit words from a 64-bit key and a 128-bit counter. */
void hu_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A stream of draws: key = seed, counter = (draw, stream, person low, person high). Two streams
 * never share a draw; a stream is a value, so copying it copies its position. */
typedef struct hu_rng {
    uint32_t key[2], counter[4], block[4];
    int used; /* words of block already given */
} hu_rng;
hu_rng hu_rng_at(uint64_t seed, uint64_t person, uint32_t stream);
uint32_t hu_rng_u32(hu_rng *r);
double hu_rng_unif(hu_rng *r);                /* in (0, 1), 53 bits, never 0 or 1 */
double hu_rng_exp(hu_rng *r);                 /* mean 1 */
double hu_rng_normal(hu_rng *r);              /* inverse normal, Wichura 1988 AS 241 */
double hu_rng_gamma(hu_rng *r, double shape); /* scale 1; Marsaglia & Tsang 2000 */
double hu_rng_beta(hu_rng *r, double a, double b);
int64_t hu_rng_below(hu_rng *r, int64_t n); /* uniform on 0..n-1 */

/* --- numbers (number.c) ---------------------------------------------------------------------- */
double hu_norm_cdf(double z);
double hu_norm_quantile(double p);                                 /* AS 241; p in (0,1) */
uint64_t hu_hash64(uint64_t x);                                    /* splitmix64 finaliser */
uint64_t hu_hash_bytes(const void *data, size_t n, uint64_t seed); /* FNV-1a folded, then mixed */

#endif
