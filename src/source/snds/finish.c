/* finish.c - from runs to the files of the store: deaths, dictionaries, observation, parts. */
#include "source/snds/snds.h"
#include "store/write.h"
#include <stdlib.h>
#include <string.h>

/* --- lists that are inside the program --- */

hune_status hu_snds_list(hu_snds_job *job, const char *name, const char *create, hune_err *err) {
    size_t len;
    const char *text = hu_embed_snds(name, &len);
    char path[1200];
    if (!text) return hune_fail(err, HUNE_EBUG, "list '%s' is not in the program", name);
    snprintf(path, sizeof path, "%s/tmp/%s", job->out.part_path, name);
    HUNE_TRY(hu_write_file(path, text, len, err));
    char *file = hu_arena_printf(&job->arena,
                                 "read_csv(%s, auto_detect=false, header=true, delim=',', "
                                 "quote='\"', escape='\"', columns={'code': 'VARCHAR', 'label': "
                                 "'VARCHAR'})",
                                 hu_sql_text(&job->arena, path));
    const char *const pairs[] = {"file", file, NULL};
    return hu_engine_plan(job->engine, create, pairs, err);
}

static hune_status labels(hu_snds_job *job, hune_err *err) {
    HUNE_TRY(hu_snds_list(job, "atc_labels.csv",
                          "CREATE TABLE label_atc AS SELECT code, min(label) AS "
                          "label FROM {{file}} GROUP BY code",
                          err));
    HUNE_TRY(hu_snds_list(job, "inn_en.csv",
                          "CREATE TABLE label_inn AS SELECT code, min(label) AS "
                          "label FROM {{file}} GROUP BY code",
                          err));
    HUNE_TRY(
        hu_snds_list(job, "icd10_labels.csv.gz",
                     "CREATE TABLE label AS SELECT 'ICD10' AS vocab, code, min(label) AS label "
                     "FROM {{file}} GROUP BY code",
                     err));
    return hu_snds_list(job, "ccam_labels.csv.gz",
                        "INSERT INTO label SELECT 'CCAM', code, min(label) FROM {{file}} GROUP BY "
                        "code",
                        err);
}

/* --- study window --- */

/* First and last month that hold at least a twentieth of the median month's claims: a few wrong
 * dates at either end do not stretch the study. */
static hune_status window(hu_snds_job *job, hune_err *err) {
    static const char from[] =
        "WITH m AS (SELECT month, sum(n) AS n FROM month_care GROUP BY month) SELECT "
        "coalesce(min(month), DATE '1970-01-01') FROM m WHERE n >= 0.05 * (SELECT median(n) FROM "
        "m)";
    static const char to[] =
        "WITH m AS (SELECT month, sum(n) AS n FROM month_care GROUP BY month) SELECT "
        "(coalesce(max(month), DATE '1970-01-01') + INTERVAL 1 MONTH)::DATE FROM m WHERE n >= 0.05 "
        "* (SELECT median(n) FROM m)";
    char *text;
    HUNE_TRY(hu_engine_text(job->engine, from, &job->arena, &text, err));
    snprintf(job->study_start, sizeof job->study_start, "%s",
             job->options->from ? job->options->from : text);
    HUNE_TRY(hu_engine_text(job->engine, to, &job->arena, &text, err));
    snprintf(job->study_end, sizeof job->study_end, "%s",
             job->options->to ? job->options->to : text);
    if (strcmp(job->study_start, job->study_end) < 0) return HUNE_OK;
    hune_fail(err, HUNE_EARG, "the study would run from %s to %s", job->study_start,
              job->study_end);
    return hune_hint(err, "give --from and --to so that care lies between them");
}

/* --- tables of the store --- */

static const struct {
    const char *name, *select;
} tables[] = {
    {"persons.parquet", "SELECT p.person::BIGINT AS person, source_id, sex, birth, d.day AS death, "
                        "region, scheme FROM person p LEFT JOIN death d USING (person) ORDER BY 1"},
    {"observation.parquet", "SELECT person::BIGINT AS person, \"start\", \"end\", reason FROM "
                            "observation ORDER BY 1"},
    {"codes.parquet",
     "SELECT code, kind, vocab AS vocabulary, text, label, label_en, pack_days FROM "
     "code ORDER BY code"},
    {"code_ancestors.parquet",
     "SELECT code, ancestor, distance FROM ancestor ORDER BY code, distance"},
    {"actors.parquet",
     "SELECT actor, source_id, kind, specialty, region FROM actor ORDER BY actor"},
};
enum { N_TABLES = sizeof tables / sizeof *tables };

static hune_status write_tables(hu_snds_job *job, hu_file_facts *facts, hune_err *err) {
    hu_arena *a = &job->arena;
    for (int k = 0; k < N_TABLES; k++) {
        const char *path = hu_arena_printf(a, "%s/%s", job->out.part_path, tables[k].name);
        HUNE_TRY(hu_engine_run(job->engine,
                               hu_arena_printf(a,
                                               "COPY (%s) TO %s (FORMAT parquet, COMPRESSION "
                                               "zstd, ROW_GROUP_SIZE 122880)",
                                               tables[k].select, hu_sql_text(a, path)),
                               err));
        facts[k].name = tables[k].name;
        HUNE_TRY(hu_engine_i64(
            job->engine,
            hu_arena_printf(a, "SELECT count(*) FROM read_parquet(%s)", hu_sql_text(a, path)),
            &facts[k].rows, err));
        HUNE_TRY(hu_store_sha256(job->engine, path, facts[k].sha256, err));
    }
    return HUNE_OK;
}

static hune_status write_maps(hu_snds_job *job, hune_err *err) {
    static const char *const maps[][2] = {
        {"codes", "SELECT ck, code, kind FROM code WHERE ck IS NOT NULL"},
        {"actors", "SELECT ak, actor FROM actor"},
        {"deaths", "SELECT person, day FROM death ORDER BY person"}};
    for (int k = 0; k < 3; k++) {
        const char *path =
            hu_arena_printf(&job->arena, "%s/tmp/%s.parquet", job->out.part_path, maps[k][0]);
        HUNE_TRY(hu_engine_run(job->engine,
                               hu_arena_printf(&job->arena, "COPY (%s) TO %s (FORMAT parquet)",
                                               maps[k][1], hu_sql_text(&job->arena, path)),
                               err));
    }
    return HUNE_OK;
}

/* --- parts --- */

/* Cut the persons, in blocks of 64, where the rows of a part would pass the aim. */
static hune_status cut(hu_snds_job *job, hu_part_facts **parts, int64_t *n_parts, hune_err *err) {
    const int64_t aim = job->options->part_rows > 0 ? job->options->part_rows : 750000;
    size_t cap = 0;
    int64_t n = 1, rows_here = 0, got = 1;
    hu_rows *rows = NULL;
    *parts = NULL;
    HUNE_TRY(hu_grow(parts, &cap, 1, sizeof **parts, err));
    memset(*parts, 0, sizeof **parts);
    hune_status status = hu_rows_open(
        job->engine, "SELECT block::BIGINT, sum(n)::BIGINT FROM load GROUP BY block ORDER BY block",
        &rows, err);
    while (!status && got && !(status = hu_rows_next(rows, &got, err)))
        for (int64_t r = 0; r < got && !status; r++) {
            const int64_t block = hu_rows_i64(rows, 0)[r], load = hu_rows_i64(rows, 1)[r];
            if (rows_here && rows_here + load > aim) {
                if ((status = hu_grow(parts, &cap, (size_t)n + 1, sizeof **parts, err))) break;
                memset(&(*parts)[n], 0, sizeof **parts);
                (*parts)[n - 1].person_to = (*parts)[n].person_from = block * 64;
                n++;
                rows_here = 0;
            }
            rows_here += load;
        }
    hu_rows_close(rows);
    (*parts)[n - 1].person_to = job->sum.persons;
    *n_parts = n;
    return status;
}

static hune_status write_parts(hu_snds_job *job, hu_part_facts *parts, int64_t n, hune_err *err) {
    hu_arena *a = &job->arena;
    const char *part = job->out.part_path;
    hu_part_plan plan = {.folder = part,
                         .runs =
                             job->n_runs ? hu_arena_printf(a, "%s/tmp/run-*.parquet", part) : NULL,
                         .codes = hu_arena_printf(a, "%s/tmp/codes.parquet", part),
                         .actors = hu_arena_printf(a, "%s/tmp/actors.parquet", part),
                         .deaths = hu_arena_printf(a, "%s/tmp/deaths.parquet", part),
                         .parts = parts,
                         .n_parts = n};
    hu_tell(job->ctx, "writing the parts of the store", 0, n, "parts");
    HUNE_TRY(hu_store_write_parts(&plan, job->ctx, err));
    hu_snds_count *line = hu_snds_line(job, "events", "events");
    for (int64_t k = 0; k < n; k++) {
        line->in += parts[k].rows_in;
        line->kept += parts[k].rows;
        job->sum.after_death += parts[k].after_death;
        job->sum.cancelled += parts[k].cancelled;
        job->sum.merged += parts[k].merged;
    }
    hu_snds_reason_add(line, "after_death", job->sum.after_death);
    hu_snds_reason_add(line, "cancelled", job->sum.cancelled);
    hu_snds_reason_add(line, "merged", job->sum.merged);
    job->sum.events = line->kept;
    job->sum.parts = n;
    return HUNE_OK;
}

static hune_status dictionaries(hu_snds_job *job, hune_err *err) {
    hu_arena *a = &job->arena;
    int64_t clash;
    hu_tell(job->ctx, "making the dictionaries", 0, 0, "codes");
    HUNE_TRY(labels(job, err));
    const char *const key[] = {"key", hu_sql_text(a, job->key), NULL};
    HUNE_TRY(hu_snds_run(job, "dictionaries.sql", key, err));
    HUNE_TRY(hu_engine_i64(job->engine,
                           "SELECT (SELECT count(*) - count(DISTINCT ck) FROM seen) + (SELECT "
                           "count(*) - count(DISTINCT ak) FROM (SELECT DISTINCT ak, text FROM "
                           "actor_seen))",
                           &clash, err));
    if (clash) return hune_fail(err, HUNE_EBUG, "two codes or professionals share a hash");
    char loss[32];
    snprintf(loss, sizeof loss, "%d", job->options->loss_days > 0 ? job->options->loss_days : 365);
    const char *const span[] = {"from", hu_sql_text(a, job->study_start),
                                "to",   hu_sql_text(a, job->study_end),
                                "loss", loss,
                                NULL};
    HUNE_TRY(hu_snds_run(job, "observation.sql", span, err));
    HUNE_TRY(hu_engine_i64(job->engine, "SELECT count(*) FROM code", &job->sum.codes, err));
    return hu_engine_i64(job->engine, "SELECT count(*) FROM code WHERE unknown AND ck IS NOT NULL",
                         &job->sum.codes_unknown, err);
}

/* --- store.json --- */

static void add_steps(const hu_snds_job *job, hu_buf *b) {
    bool first = true;
    hu_buf_add(b, "[");
    for (int k = 0; k < job->n_counts; k++) {
        const hu_snds_count *c = &job->counts[k];
        if (!strcmp(c->step, "note")) continue;
        hu_buf_printf(b,
                      "%s\n    {\"step\": \"%s\", \"table\": \"%s\", \"rows_in\": %lld, "
                      "\"rows_out\": %lld, \"rejected\": {",
                      first ? "" : ",", c->step, c->table, (long long)c->in, (long long)c->kept);
        for (int r = 0; r < c->n_reasons; r++)
            hu_buf_printf(b, "%s\"%s\": %lld", r ? ", " : "", c->reason[r].name,
                          (long long)c->reason[r].rows);
        hu_buf_add(b, "}}");
        first = false;
    }
    hu_buf_add(b, "\n  ]");
}

static void add_sources(const hu_snds_job *job, hu_buf *b) {
    bool first = true;
    hu_buf_add(b, "[");
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (f->table == HU_TABLES) continue;
        hu_buf_add(b, first ? "\n    {\"file\": " : ",\n    {\"file\": ");
        hu_buf_json(b, f->rel);
        hu_buf_printf(b, ", \"bytes\": %lld}", (long long)f->bytes);
        first = false;
    }
    hu_buf_add(b, "\n  ]");
}

static hune_status store_json(hu_snds_job *job, const hu_part_facts *parts, int64_t n_parts,
                              const hu_file_facts *files, hune_err *err) {
    hu_buf steps = {0}, sources = {0};
    add_steps(job, &steps);
    add_sources(job, &sources);
    const hu_store_facts facts = {.persons = job->sum.persons,
                                  .codes = job->sum.codes,
                                  .study_start = job->study_start,
                                  .study_end = job->study_end,
                                  .parts = parts,
                                  .n_parts = n_parts,
                                  .files = files,
                                  .n_files = N_TABLES,
                                  .sources_json = sources.text,
                                  .steps_json = steps.text,
                                  .no_stamp = job->options->no_stamp};
    const hune_status s = steps.failed || sources.failed
                              ? hune_fail(err, HUNE_ENOMEM, "no memory for store.json")
                              : hu_store_write_json(job->out.part_path, &facts, err);
    hu_buf_clear(&steps);
    hu_buf_clear(&sources);
    return s;
}

hune_status hu_snds_finish(hu_snds_job *job, hune_err *err) {
    hu_file_facts files[N_TABLES] = {0};
    hu_part_facts *parts = NULL;
    int64_t n = 0;
    HUNE_TRY(hu_snds_run(job, "deaths.sql", NULL, err));
    HUNE_TRY(hu_snds_run(job, "stage.sql", NULL, err));
    HUNE_TRY(hu_snds_stage(job, 0, err));
    HUNE_TRY(window(job, err));
    HUNE_TRY(dictionaries(job, err));
    HUNE_TRY(
        hu_engine_run(job->engine, "SET preserve_insertion_order = true; SET threads = 1", err));
    HUNE_TRY(write_tables(job, files, err));
    HUNE_TRY(write_maps(job, err));
    hune_status s = cut(job, &parts, &n, err);
    if (!s) s = write_parts(job, parts, n, err);
    if (!s) s = store_json(job, parts, n, files, err);
    free(parts);
    return s;
}
