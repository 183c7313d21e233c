/* parquet.c - --format parquet: every raw CSV file into a Parquet file of the same name, all
 * columns as the text that they are. Files are small and many: each worker converts its own. */
#include <stdio.h>
#include <string.h>
#include "engine/engine.h"
#include "simulate/sim.h"

/* Reading and writing one file needs little; more would only be kept. */
#define MOST_MEMORY ((int64_t)512 << 20)

typedef struct job {
    const char *folder;
    char **names;
    size_t n;
    const hune_context *ctx;
    int workers;
} job;

/* The columns are those of the header line, so that the reader need not guess. */
static hune_status columns(const char *csv, hu_buf *b, hune_err *err) {
    char line[4096];
    FILE *f = fopen(csv, "r");
    const bool read = f && fgets(line, sizeof line, f);
    if (f) fclose(f);
    if (!read) return hune_fail(err, HUNE_EIO, "cannot read '%s' back", csv);
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line, *next; at; at = next) {
        next = strchr(at, ';');
        if (next) *next++ = '\0';
        hu_buf_printf(b, "%s'%s': 'VARCHAR'", b->len ? ", " : "", at);
    }
    return b->failed ? hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", csv) : HUNE_OK;
}

static hune_status convert(hu_engine *e, const job *j, const char *name, hune_err *err) {
    hu_arena a = {0};
    hu_buf names = {0}, sql = {0};
    char csv[1200], parquet[1200];
    snprintf(csv, sizeof csv, "%s/%s", j->folder, name);
    snprintf(parquet, sizeof parquet, "%s/%.*s.parquet", j->folder, (int)strlen(name) - 4, name);
    const char *from = hu_sql_text(&a, csv), *to = hu_sql_text(&a, parquet);
    hune_status s = columns(csv, &names, err);
    if (!s && from && to)
        hu_buf_printf(&sql,
                      "COPY (SELECT * FROM read_csv(%s, delim = ';', header = true, quote = '', "
                      "escape = '', auto_detect = false, columns = {%s})) TO %s (FORMAT parquet)",
                      from, names.text, to);
    if (!s && (!from || !to || sql.failed))
        s = hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", name);
    if (!s) s = hu_engine_run(e, sql.text, err);
    if (!s && remove(csv)) s = hune_fail(err, HUNE_EIO, "cannot remove '%s'", csv);
    hu_buf_clear(&names);
    hu_buf_clear(&sql);
    hu_arena_clear(&a);
    return s;
}

/* Every workers-th file, with an engine of one thread. */
static hune_status some(void *arg, int64_t first, int worker, hune_err *err) {
    const job *j = arg;
    hu_engine *e = NULL;
    (void)worker;
    int64_t memory = hu_memory_bytes(j->ctx);
    if (memory > MOST_MEMORY) memory = MOST_MEMORY;
    hune_status s =
        hu_engine_open(1, memory / j->workers, j->folder, j->ctx ? j->ctx->cancel : NULL, &e, err);
    for (size_t i = (size_t)first; !s && i < j->n; i += (size_t)j->workers) {
        if (!hu_ends(j->names[i], ".csv") || hu_starts(j->names[i], "sim_truth/")) continue;
        if (first == 0) hu_tell(j->ctx, "writing Parquet", (int64_t)i, (int64_t)j->n, "files");
        s = convert(e, j, j->names[i], err);
    }
    hu_engine_close(e);
    return s;
}

hune_status hu_to_parquet(const char *folder, const hune_context *ctx, hune_err *err) {
    hu_arena a = {0};
    job j = {.folder = folder, .ctx = ctx, .workers = hu_threads(ctx)};
    hune_status s = hu_list_files(folder, &a, &j.names, &j.n, err);
    if (!s) s = hu_pool_run(j.workers, j.workers, some, &j, err);
    hu_arena_clear(&a);
    return s;
}
