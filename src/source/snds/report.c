/* report.c - that rows in, kept and rejected add up, and ingest.json. */
#include "source/snds/snds.h"
#include "store/write.h"
#include <string.h>

/* Every row that was read is either kept or has one reason. */
static hune_status check_sums(hu_snds_job *job, hune_err *err) {
    for (int k = 0; k < job->n_counts; k++) {
        const hu_snds_count *c = &job->counts[k];
        if (!strcmp(c->step, "note")) continue;
        int64_t rejected = 0, read = 0;
        for (int r = 0; r < c->n_reasons; r++) rejected += c->reason[r].rows;
        if (c->in != c->kept + rejected)
            return hune_fail(err, HUNE_EBUG, "%s: %lld rows in, but %lld kept and %lld rejected",
                             c->table, (long long)c->in, (long long)c->kept, (long long)rejected);
        if (strcmp(c->step, "read")) continue;
        for (size_t i = 0; i < job->n_files; i++) {
            const hu_snds_file *f = &job->files[i];
            const bool ben = f->table == HU_BEN_ARC && !strcmp(c->table, "IR_BEN_R");
            if (f->table < HU_TABLES &&
                (ben || !strcmp(hu_snds_table_of(f->table)->name, c->table)))
                read += f->rows;
        }
        if (read != c->in)
            return hune_fail(err, HUNE_EBUG, "%s: %lld rows in the files, but %lld accounted for",
                             c->table, (long long)read, (long long)c->in);
        job->sum.rows_in += c->in;
        job->sum.rows_kept += c->kept;
        job->sum.rows_rejected += rejected;
    }
    return HUNE_OK;
}

static void add_counts(const hu_snds_job *job, const char *step, hu_buf *b) {
    bool first = true;
    hu_buf_printf(b, "  \"%s\": [", !strcmp(step, "read") ? "tables" : "events");
    for (int k = 0; k < job->n_counts; k++) {
        const hu_snds_count *c = &job->counts[k];
        if (!strcmp(c->step, "note") || !strcmp(c->step, "read") != !strcmp(step, "read")) continue;
        hu_buf_printf(b,
                      "%s\n    {\"table\": \"%s\", \"rows_in\": %lld, \"rows_kept\": %lld, "
                      "\"rejected\": {",
                      first ? "" : ",", c->table, (long long)c->in, (long long)c->kept);
        for (int r = 0; r < c->n_reasons; r++)
            hu_buf_printf(b, "%s\"%s\": %lld", r ? ", " : "", c->reason[r].name,
                          (long long)c->reason[r].rows);
        hu_buf_add(b, "}}");
        first = false;
    }
    hu_buf_add(b, "\n  ],\n");
}

/* Rows of a file that is an SNDS table by name but not one we read. */
static int64_t rows_of(hu_snds_job *job, const hu_snds_file *f) {
    hu_arena *a = &job->arena;
    int64_t n = -1;
    hune_err quiet;
    const char *path = hu_sql_text(a, f->path);
    const char *sql =
        f->parquet ? hu_arena_printf(a, "SELECT count(*) FROM read_parquet(%s)", path)
                   : hu_arena_printf(
                         a,
                         "SELECT count(*) FROM read_csv(%s, auto_detect=false, header=true, "
                         "delim='\x01', quote='', escape='', encoding='latin-1', columns={'l': "
                         "'VARCHAR'}) WHERE l IS NOT NULL AND l <> ''",
                         path);
    return hu_engine_i64(job->engine, sql, &n, &quiet) ? -1 : n;
}

static void add_files(hu_snds_job *job, hu_buf *b) {
    const char *gap = "";
    hu_buf_add(b, "  \"files\": [");
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (f->table == HU_TABLES) continue;
        hu_buf_printf(b, "%s\n    {\"file\": ", gap);
        hu_buf_json(b, f->rel);
        hu_buf_printf(b,
                      ", \"table\": \"%s\", \"bytes\": %lld, \"rows\": %lld, \"columns\": %d, "
                      "\"encoding\": \"%s\"}",
                      hu_snds_table_of(f->table)->name, (long long)f->bytes, (long long)f->rows,
                      f->n_columns, f->latin1 ? "latin-1" : "utf-8");
        gap = ",";
    }
    hu_buf_add(b, "\n  ],\n  \"ignored\": [");
    gap = "";
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (f->table != HU_TABLES || strstr(f->rel, "sim_truth/")) continue;
        hu_buf_printf(b, "%s\n    {\"file\": ", gap);
        hu_buf_json(b, f->rel);
        hu_buf_printf(b, ", \"bytes\": %lld", (long long)f->bytes);
        const int64_t n = f->looks_like ? rows_of(job, f) : -1;
        if (f->looks_like) hu_buf_printf(b, ", \"table\": \"%s\"", f->looks_like);
        if (n >= 0) hu_buf_printf(b, ", \"rows\": %lld", (long long)n);
        hu_buf_add(b, "}");
        gap = ",";
    }
    hu_buf_add(b, "\n  ]");
}

static void add_notes(const hu_snds_job *job, hu_buf *b) {
    const hune_snds_summary *s = &job->sum;
    hu_buf_printf(b,
                  "  \"rows_in\": %lld,\n  \"rows_kept\": %lld,\n  \"rows_rejected\": %lld,\n"
                  "  \"persons\": %lld,\n  \"events_written\": %lld,\n  \"codes\": %lld,\n"
                  "  \"codes_unknown\": %lld,\n  \"study_start\": \"%s\",\n  \"study_end\": "
                  "\"%s\",\n  \"loss_days\": %d,\n",
                  (long long)s->rows_in, (long long)s->rows_kept, (long long)s->rows_rejected,
                  (long long)s->persons, (long long)s->events, (long long)s->codes,
                  (long long)s->codes_unknown, job->study_start, job->study_end,
                  job->options->loss_days > 0 ? job->options->loss_days : 365);
    for (int k = 0; k < job->n_counts; k++)
        if (!strcmp(job->counts[k].step, "note"))
            hu_buf_printf(b, "  \"%s\": %lld,\n", job->counts[k].table,
                          (long long)job->counts[k].in);
}

hune_status hu_snds_report(hu_snds_job *job, hune_err *err) {
    HUNE_TRY(check_sums(job, err));
    hu_buf b = {0};
    hu_buf_printf(&b, "{\n  \"format\": 1,\n  \"tool\": \"hune %s\",\n", hune_version());
    if (!job->options->no_stamp) {
        char now[21];
        hu_store_now(now);
        hu_buf_printf(&b, "  \"created\": \"%s\",\n  \"command\": ", now);
        hu_buf_json(&b, job->ctx && job->ctx->command_line ? job->ctx->command_line : "");
        hu_buf_printf(&b, ",\n  \"seconds\": {\"read\": %.2f, \"write\": %.2f},\n",
                      job->seconds_read, job->seconds_write);
    }
    add_notes(job, &b);
    add_counts(job, "read", &b);
    add_counts(job, "events", &b);
    add_files(job, &b);
    hu_buf_add(&b, "\n}\n");
    char path[1200];
    snprintf(path, sizeof path, "%s/ingest.json", job->out.part_path);
    const hune_status s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for ingest.json")
                                   : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return s;
}
