/* stage.c - counting rows, putting rejects aside, and writing the rows of a group as a sorted run.
 *
 * A run is what the store's writer takes (store/write.h): rows of one group sorted by person, with
 * codes and professionals as 64-bit hashes. What a hash stands for is kept in code_seen and
 * actor_seen; finish.c makes the dictionaries from them.
 */
#include "source/snds/snds.h"
#include <stdlib.h>
#include <string.h>

hune_status hu_snds_run(hu_snds_job *job, const char *plan, const char *const *pairs,
                        hune_err *err) {
    static const char *const none[] = {NULL};
    const char *sql = hu_embed_snds(plan, NULL);
    if (!sql) return hune_fail(err, HUNE_EBUG, "plan '%s' is not in the program", plan);
    HUNE_TRY(hu_check_cancel(job->ctx, err));
    return hu_engine_plan(job->engine, sql, pairs ? pairs : none, err);
}

hu_snds_count *hu_snds_line(hu_snds_job *job, const char *step, const char *table) {
    for (int k = 0; k < job->n_counts; k++)
        if (!strcmp(job->counts[k].step, step) && !strcmp(job->counts[k].table, table))
            return &job->counts[k];
    const int last = (int)(sizeof job->counts / sizeof *job->counts) - 1;
    hu_snds_count *c = &job->counts[job->n_counts < last ? job->n_counts++ : last];
    snprintf(c->step, sizeof c->step, "%s", step);
    snprintf(c->table, sizeof c->table, "%s", table);
    return c;
}

void hu_snds_reason_add(hu_snds_count *c, const char *reason, int64_t rows) {
    int k = 0;
    const int last = (int)(sizeof c->reason / sizeof *c->reason) - 1;
    while (k < c->n_reasons && strcmp(c->reason[k].name, reason)) k++;
    if (k > last) k = last;
    if (k == c->n_reasons) {
        snprintf(c->reason[k].name, sizeof c->reason[k].name, "%s", reason);
        c->n_reasons++;
    }
    c->reason[k].rows += rows;
}

hune_status hu_snds_tally(hu_snds_job *job, const char *step, const char *table,
                          const char *relation, hune_err *err) {
    hu_snds_count *line = hu_snds_line(job, step, table);
    hu_rows *rows = NULL;
    int64_t n = 1;
    hune_status status = hu_rows_open(
        job->engine,
        hu_arena_printf(&job->arena,
                        "SELECT why::VARCHAR, count(*)::BIGINT FROM %s GROUP BY why ORDER BY why",
                        relation),
        &rows, err);
    while (!status && n && !(status = hu_rows_next(rows, &n, err)))
        for (int64_t r = 0; r < n; r++) {
            const int64_t count = hu_rows_i64(rows, 1)[r];
            line->in += count;
            if (hu_rows_null(rows, 0, r)) {
                line->kept += count;
                continue;
            }
            size_t len;
            const char *text = hu_rows_text(rows, 0, r, &len);
            char reason[40];
            snprintf(reason, sizeof reason, "%.*s", (int)len, text);
            hu_snds_reason_add(line, reason, count);
        }
    hu_rows_close(rows);
    return status;
}

hune_status hu_snds_reject(hu_snds_job *job, const char *name, const char *relation,
                           hune_err *err) {
    hu_arena *a = &job->arena;
    int64_t n;
    HUNE_TRY(hu_engine_i64(
        job->engine, hu_arena_printf(a, "SELECT count(*) FROM %s WHERE why IS NOT NULL", relation),
        &n, err));
    if (!n) return HUNE_OK;
    char *file = hu_arena_strdup(a, name);
    if (!file) return hune_fail(err, HUNE_ENOMEM, "no memory for a file name");
    for (char *c = file; *c; c++)
        if (*c == '/' || *c == ' ') *c = '-';
    for (size_t m = strlen(file); m && strchr("-_", file[m - 1]);) file[--m] = '\0';
    job->n_rejects += n;
    const char *path = hu_arena_printf(a, "%s/rejects/%s.parquet", job->out.part_path, file);
    return hu_engine_run(
        job->engine,
        hu_arena_printf(a,
                        "COPY (SELECT why AS reason, * EXCLUDE (why) FROM %s WHERE why IS NOT NULL "
                        "ORDER BY ALL) TO %s (FORMAT parquet, COMPRESSION zstd)",
                        relation, hu_sql_text(a, path)),
        err);
}

hune_status hu_snds_copy(hu_snds_job *job, const char *plan, hune_err *err) {
    char path[1200];
    snprintf(path, sizeof path, "%s/tmp/run-%05d.parquet", job->out.part_path, job->n_runs);
    const char *const pairs[] = {"run", hu_sql_text(&job->arena, path), NULL};
    HUNE_TRY(hu_snds_run(job, plan, pairs, err));
    return ++job->n_runs % 12 ? HUNE_OK : hu_snds_run(job, "compact.sql", NULL, err);
}

hune_status hu_snds_stage(hu_snds_job *job, int64_t least, hune_err *err) {
    int64_t rows;
    HUNE_TRY(hu_engine_i64(job->engine, "SELECT count(*) FROM run", &rows, err));
    return rows >= least && rows > 0 ? hu_snds_copy(job, "run.sql", err) : HUNE_OK;
}
