/* write.c - parts of the store from sorted runs, one part per task, one engine per worker.
 *
 *   runs (sorted by person) -> rows of the part's persons (row groups of other persons are skipped)
 *   -> after a death? rejected -> cancelled lines netted, repeats merged -> claims numbered
 *   -> sorted on every column -> one Parquet file
 *
 * The number of an episode is person * 2^20 + the rank of the claim in the person's history: known
 * without looking at anybody else, so parts can be written in any order.
 */
#include "store/write.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char load_sql[] = "CREATE TABLE codes AS SELECT * FROM read_parquet({{codes}});"
                               "CREATE TABLE actors AS SELECT * FROM read_parquet({{actors}});";

static const char part_sql[] =
    "CREATE OR REPLACE TEMP TABLE s AS SELECT s.*, coalesce(s.day_from > d.day, false) AS dead "
    "FROM (SELECT * FROM {{runs}} WHERE person >= {{from}} AND person < {{to}}) s "
    "LEFT JOIN (SELECT * FROM read_parquet({{deaths}}) WHERE person >= {{from}} AND person < "
    "{{to}}) "
    "d USING (person);"

    "CREATE OR REPLACE TEMP TABLE g AS "
    "SELECT person, day_from, day_to, ck, sum(qty) AS qty, sum(amt) AS amt, pre, exe, "
    "coalesce(min(claim) FILTER (qty > 0), min(claim)) AS claim, position, count(*) AS n "
    "FROM s WHERE net AND NOT dead GROUP BY person, day_from, day_to, ck, pre, exe, position "
    "UNION ALL "
    "SELECT person, day_from, day_to, ck, qty, amt, pre, exe, claim, position, count(*) "
    "FROM s WHERE NOT net AND NOT dead "
    "GROUP BY person, day_from, day_to, ck, qty, amt, pre, exe, claim, position;"

    "COPY ("
    "WITH kept AS (SELECT * FROM g WHERE qty > 0 OR qty IS NULL), "
    "ranked AS (SELECT person, claim, row_number() OVER (PARTITION BY person ORDER BY "
    "min(day_from), "
    "claim) AS k FROM kept GROUP BY person, claim) "
    "SELECT g.person::BIGINT AS person, g.day_from::TIMESTAMP AS start, g.day_to::TIMESTAMP AS "
    "\"end\", c.kind, c.code, g.qty::DOUBLE / 10000 AS quantity, g.amt::DOUBLE / 100000 AS amount, "
    "p.actor AS prescriber, x.actor AS provider, g.person::BIGINT * 1048576 + r.k AS episode, "
    "g.position::UTINYINT AS position "
    "FROM kept g JOIN codes c ON c.ck = g.ck JOIN ranked r ON r.person = g.person AND r.claim = "
    "g.claim LEFT JOIN actors p ON p.ak = g.pre LEFT JOIN actors x ON x.ak = g.exe "
    "ORDER BY 1, 2, 5, 3 NULLS FIRST, 11, 6, 7, 8, 9, 10"
    ") TO {{out}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880);";

static const char dead_sql[] =
    "COPY (SELECT 'after_death' AS reason, person, day_from AS day, kind, code, qty::DOUBLE / "
    "10000 "
    "AS quantity FROM s JOIN codes USING (ck) WHERE dead ORDER BY ALL) TO {{out}} (FORMAT parquet, "
    "COMPRESSION zstd)";

static const char empty_sql[] =
    "(SELECT NULL::INTEGER AS person, NULL::DATE AS day_from, NULL::DATE AS day_to, NULL::UBIGINT "
    "AS "
    "ck, NULL::BIGINT AS qty, NULL::BIGINT AS amt, NULL::UBIGINT AS pre, NULL::UBIGINT AS exe, "
    "NULL::UBIGINT AS claim, NULL::UTINYINT AS position, NULL::BOOLEAN AS net WHERE false)";

typedef struct work {
    const hu_part_plan *plan;
    const hune_context *ctx;
    hu_engine **engines; /* [threads], opened when first needed */
    int threads;
} work;

hune_status hu_store_sha256(hu_engine *e, const char *path, char out[65], hune_err *err) {
    hu_arena a = {0};
    char *text = NULL;
    char *sql =
        hu_arena_printf(&a, "SELECT sha256(content) FROM read_blob(%s)", hu_sql_text(&a, path));
    hune_status status = sql ? hu_engine_text(e, sql, &a, &text, err)
                             : hune_fail(err, HUNE_ENOMEM, "no memory for a checksum");
    if (!status && (!text || strlen(text) != 64))
        status = hune_fail(err, HUNE_EIO, "cannot read '%s' back to sum it up", path);
    snprintf(out, 65, "%s", text ? text : "");
    hu_arena_clear(&a);
    return status;
}

static hune_status engine_of(work *w, int worker, hu_engine **e, hune_err *err) {
    *e = w->engines[worker];
    if (*e) return HUNE_OK;
    hu_arena a = {0};
    const int64_t memory = hu_memory_bytes(w->ctx) / 10 * 7 / w->threads;
    const char *temp = hu_arena_printf(&a, "%s/tmp/spill-%d", w->plan->folder, worker);
    hune_status status = hu_engine_open(1, memory, temp, w->ctx ? w->ctx->cancel : NULL, e, err);
    if (!status) {
        w->engines[worker] = *e;
        const char *const pairs[] = {"codes", hu_sql_text(&a, w->plan->codes), "actors",
                                     hu_sql_text(&a, w->plan->actors), NULL};
        status = hu_engine_plan(*e, load_sql, pairs, err);
    }
    hu_arena_clear(&a);
    return status;
}

static hune_status number(hu_engine *e, const char *sql, int64_t *out, hune_err *err) {
    return hu_engine_i64(e, sql, out, err);
}

/* The counts of a part, and that they add up. */
static hune_status count_part(hu_engine *e, hu_part_facts *p, const char *path, hu_arena *a,
                              hune_err *err) {
    int64_t day;
    const char *file = hu_sql_text(a, path);
    HUNE_TRY(number(e, "SELECT count(*) FROM s", &p->rows_in, err));
    HUNE_TRY(number(e, "SELECT count(*) FROM s WHERE dead", &p->after_death, err));
    HUNE_TRY(number(e, "SELECT sum(n) FROM g WHERE qty <= 0", &p->cancelled, err));
    HUNE_TRY(number(e, "SELECT sum(n - 1) FROM g WHERE qty > 0 OR qty IS NULL", &p->merged, err));
    HUNE_TRY(number(e, hu_arena_printf(a, "SELECT count(*) FROM read_parquet(%s)", file), &p->rows,
                    err));
    HUNE_TRY(number(e,
                    hu_arena_printf(a,
                                    "SELECT min(start)::DATE - DATE '1970-01-01' FROM "
                                    "read_parquet(%s)",
                                    file),
                    &day, err));
    p->first_day = (int32_t)day;
    HUNE_TRY(number(e,
                    hu_arena_printf(a,
                                    "SELECT max(start)::DATE - DATE '1970-01-01' FROM "
                                    "read_parquet(%s)",
                                    file),
                    &day, err));
    p->last_day = p->rows ? (int32_t)day : p->first_day - 1;
    if (p->rows_in == p->rows + p->after_death + p->cancelled + p->merged) return HUNE_OK;
    return hune_fail(
        err, HUNE_EBUG,
        "'%s': %lld staged rows, but %lld events, %lld after death, %lld cancelled and "
        "%lld merged",
        p->file, (long long)p->rows_in, (long long)p->rows, (long long)p->after_death,
        (long long)p->cancelled, (long long)p->merged);
}

static hune_status make_part(work *w, hu_engine *e, int64_t task, hu_arena *a, hune_err *err) {
    const hu_part_plan *plan = w->plan;
    hu_part_facts *p = &plan->parts[task];
    snprintf(p->file, sizeof p->file, "events/part-%04lld.parquet", (long long)task);
    const char *path = hu_arena_printf(a, "%s/%s", plan->folder, p->file);
    const char *dead =
        hu_arena_printf(a, "%s/rejects/events-%04lld.parquet", plan->folder, (long long)task);
    const char *runs =
        plan->runs ? hu_arena_printf(a, "read_parquet(%s)", hu_sql_text(a, plan->runs)) : empty_sql;
    const char *const pairs[] = {"runs",   runs,
                                 "from",   hu_arena_printf(a, "%lld", (long long)p->person_from),
                                 "to",     hu_arena_printf(a, "%lld", (long long)p->person_to),
                                 "deaths", hu_sql_text(a, plan->deaths),
                                 "out",    hu_sql_text(a, path),
                                 NULL};
    HUNE_TRY(hu_engine_plan(e, part_sql, pairs, err));
    HUNE_TRY(count_part(e, p, path, a, err));
    if (p->after_death) {
        const char *const out[] = {"out", hu_sql_text(a, dead), NULL};
        HUNE_TRY(hu_engine_plan(e, dead_sql, out, err));
    }
    struct stat st;
    if (!stat(path, &st)) p->bytes = st.st_size;
    HUNE_TRY(hu_store_sha256(e, path, p->sha256, err));
    return hu_engine_run(e, "DROP TABLE s; DROP TABLE g", err);
}

static hune_status part_task(void *arg, int64_t task, int worker, hune_err *err) {
    work *w = arg;
    hu_engine *e;
    hu_arena a = {0};
    hune_status status = hu_check_cancel(w->ctx, err);
    if (!status) status = engine_of(w, worker, &e, err);
    if (!status) status = make_part(w, e, task, &a, err);
    hu_arena_clear(&a);
    return status;
}

hune_status hu_store_write_parts(const hu_part_plan *plan, const hune_context *ctx, hune_err *err) {
    work w = {.plan = plan, .ctx = ctx, .threads = hu_threads(ctx)};
    if (w.threads > plan->n_parts) w.threads = plan->n_parts > 0 ? (int)plan->n_parts : 1;
    w.engines = hu_calloc((size_t)w.threads, sizeof *w.engines);
    if (!w.engines) return hune_fail(err, HUNE_ENOMEM, "no memory for the writers");
    const hune_status status = hu_pool_run(w.threads, plan->n_parts, part_task, &w, err);
    for (int k = 0; k < w.threads; k++) hu_engine_close(w.engines[k]);
    free(w.engines);
    return status;
}
