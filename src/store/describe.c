/* describe.c - what is in a store, and whether it keeps its promises. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "store/store.h"

const char *hu_embed_store(const char *name, size_t *len);

void hune_describe_options_init(hune_describe_options *o) {
    memset(o, 0, sizeof *o);
    o->size = sizeof *o;
    o->min_cell = 11;
}

typedef struct page {
    const hune_store *s;
    const hune_describe_options *o;
    hu_engine *e;
    json_t *root; /* everything is gathered here; the readable page is printed from it */
} page;

static json_t *counted(const page *p, int64_t n) {
    return n > 0 && n < p->o->min_cell ? json_null() : json_integer(n);
}

/* Rows of a query as an array of objects; columns whose name is `events` or `persons` are masked.
 */
static hune_status gather(page *p, const char *name, const char *sql, hune_err *err) {
    hu_rows *r;
    int64_t n;
    json_t *list = json_array();
    HUNE_TRY(hu_rows_open(p->e, sql, &r, err));
    hune_status status;
    while (!(status = hu_rows_next(r, &n, err)) && n > 0)
        for (int64_t i = 0; i < n; i++) {
            json_t *row = json_object();
            for (int j = 0; j < hu_rows_columns(r); j++) {
                const char *column = hu_rows_name(r, j);
                const bool text = !strcmp(column, "kind") || !strcmp(column, "band") ||
                                  !strcmp(column, "label") || !strcmp(column, "vocabulary") ||
                                  !strcmp(column, "text") || !strcmp(column, "name");
                size_t len;
                if (hu_rows_null(r, j, i)) json_object_set_new(row, column, json_null());
                else if (text) {
                    const char *cell = hu_rows_text(r, j, i, &len);
                    json_object_set_new(row, column, json_stringn(cell, len));
                } else if (!strcmp(column, "events") || !strcmp(column, "persons"))
                    json_object_set_new(row, column, counted(p, hu_rows_i64(r, j)[i]));
                else json_object_set_new(row, column, json_integer(hu_rows_i64(r, j)[i]));
            }
            json_array_append_new(list, row);
        }
    hu_rows_close(r);
    json_object_set_new(p->root, name, list);
    return status;
}

/* The rows of each part against store.json; the sizes were checked when the store was opened. */
static hune_status check_rows(page *p, hu_arena *job, int *failed, hune_err *err) {
    int64_t broken = 0;
    for (int i = 0; i < p->s->n_parts; i++) {
        int64_t rows;
        const char *file =
            hu_sql_text(job, hu_arena_printf(job, "%s/%s", p->s->path, p->s->parts[i].file));
        HUNE_TRY(hu_engine_i64(
            p->e, hu_arena_printf(job, "SELECT count(*) FROM read_parquet(%s)", file), &rows, err));
        broken += rows != p->s->parts[i].rows;
    }
    json_t *checks = json_object_get(p->root, "checks");
    json_array_insert_new(checks, 0,
                          json_pack("{ss sI}", "name", "parts hold the rows that store.json says",
                                    "broken", (json_int_t)broken));
    size_t k;
    json_t *c;
    json_array_foreach(checks, k, c) *failed +=
        json_integer_value(json_object_get(c, "broken")) != 0;
    return HUNE_OK;
}

static hune_status collect(page *p, const hune_context *ctx, int *failed, hune_err *err) {
    hu_arena job = {0};
    const char *path = p->s->path;
    const int top = p->o->top_codes > 0 ? p->o->top_codes : 10;
    const char *const pairs[] = {
        "events",      hu_sql_text(&job, hu_arena_printf(&job, "%s/events/*.parquet", path)),
        "persons",     hu_sql_text(&job, hu_arena_printf(&job, "%s/persons.parquet", path)),
        "observation", hu_sql_text(&job, hu_arena_printf(&job, "%s/observation.parquet", path)),
        "codes",       hu_sql_text(&job, hu_arena_printf(&job, "%s/codes.parquet", path)),
        "top",         hu_arena_printf(&job, "%d", top),
        NULL};
    char from[11] = "", to[11] = "";
    if (p->s->study_start != HU_NO_DAY) hu_format_day(p->s->study_start, from);
    if (p->s->study_end != HU_NO_DAY) hu_format_day(p->s->study_end, to);
    json_object_set_new(p->root, "store", json_string(path));
    json_object_set_new(p->root, "persons", json_integer(p->s->n_persons));
    json_object_set_new(p->root, "events", json_integer(p->s->n_events));
    json_object_set_new(p->root, "parts", json_integer(p->s->n_parts));
    json_object_set_new(p->root, "codes", json_integer(p->s->n_codes));
    json_object_set_new(p->root, "study_start", json_string(from));
    json_object_set_new(p->root, "study_end", json_string(to));
    if (p->s->first_day != HU_NO_DAY) {
        hu_format_day(p->s->first_day, from);
        hu_format_day(p->s->last_day, to);
        json_object_set_new(p->root, "first_event", json_string(from));
        json_object_set_new(p->root, "last_event", json_string(to));
    }
    hu_tell(ctx, "counting events", 0, 0, NULL);
    hune_status status = hu_engine_plan(p->e, hu_embed_store("describe.sql", NULL), pairs, err);
    if (!status) status = gather(p, "kinds", "SELECT * FROM kinds", err);
    if (!status)
        status = gather(p, "bands", "SELECT sex::BIGINT AS sex, band, persons FROM bands", err);
    if (!status) status = gather(p, "top", "SELECT * FROM top", err);
    if (!status) status = gather(p, "checks", "SELECT * FROM checks", err);
    if (!status) status = check_rows(p, &job, failed, err);
    hu_arena_clear(&job);
    return status;
}

/* --- the readable page
 * ------------------------------------------------------------------------------ */

static const char *number(const json_t *row, const char *name, char out[32]) {
    const json_t *v = json_object_get(row, name);
    if (json_is_null(v)) snprintf(out, 32, "<min");
    else snprintf(out, 32, "%lld", (long long)json_integer_value(v));
    return out;
}

static const char *word(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static void print_page(const page *p, FILE *to) {
    char a[32], b[32];
    size_t k;
    json_t *row;
    fprintf(to,
            "store    %s\npersons  %s\nevents   %s in %lld parts\nstudy    %s to %s (end "
            "excluded)\nevents from %s to %s\n",
            word(p->root, "store"), number(p->root, "persons", a), number(p->root, "events", b),
            (long long)p->s->n_parts, word(p->root, "study_start"), word(p->root, "study_end"),
            word(p->root, "first_event"), word(p->root, "last_event"));
    fprintf(to, "\n%-20s %6s %12s %12s\n", "kind", "year", "events", "persons");
    json_array_foreach(json_object_get(p->root, "kinds"), k, row)
        fprintf(to, "%-20s %6lld %12s %12s\n", word(row, "kind"),
                (long long)json_integer_value(json_object_get(row, "year")),
                number(row, "events", a), number(row, "persons", b));
    fprintf(to, "\n%-20s %6s %12s\n", "sex", "age", "persons");
    json_array_foreach(json_object_get(p->root, "bands"), k, row) {
        const json_int_t sex = json_integer_value(json_object_get(row, "sex"));
        fprintf(to, "%-20s %6s %12s\n",
                sex == 1   ? "male"
                : sex == 2 ? "female"
                           : "unknown",
                word(row, "band"), number(row, "persons", a));
    }
    fprintf(to, "\n%-20s %-9s %-14s %12s %12s  label\n", "kind", "list", "code", "events",
            "persons");
    json_array_foreach(json_object_get(p->root, "top"), k, row) fprintf(
        to, "%-20s %-9s %-14s %12s %12s  %s\n", word(row, "kind"), word(row, "vocabulary"),
        word(row, "text"), number(row, "events", a), number(row, "persons", b), word(row, "label"));
    fprintf(to, "\nchecks\n");
    json_array_foreach(json_object_get(p->root, "checks"), k, row) {
        const json_int_t broken = json_integer_value(json_object_get(row, "broken"));
        fprintf(to, "  %s  %s", broken ? "FAILED" : "ok    ", word(row, "name"));
        if (broken) fprintf(to, " (%lld rows)", (long long)broken);
        fputc('\n', to);
    }
}

hune_status hune_store_describe(const hune_store *s, const hune_describe_options *o,
                                const hune_context *ctx, FILE *to, int *checks_failed,
                                hune_err *err) {
    page p = {.s = s, .o = o, .root = json_object()};
    int failed = 0;
    hune_status status = hu_engine_open(hu_threads(ctx), hu_memory_bytes(ctx), NULL,
                                        ctx ? ctx->cancel : NULL, &p.e, err);
    if (!status) status = collect(&p, ctx, &failed, err);
    hu_engine_close(p.e);
    if (!status && o->json) {
        char *text = json_dumps(p.root, JSON_INDENT(2));
        if (text) fprintf(to, "%s\n", text);
        else status = hune_fail(err, HUNE_ENOMEM, "no memory for the description");
        free(text);
    } else if (!status) {
        print_page(&p, to);
    }
    json_decref(p.root);
    if (checks_failed) *checks_failed = failed;
    return status;
}
