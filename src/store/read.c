/* read.c - opening a store: store.json, the sizes of its parts, the code dictionary.
 *
 * open -> manifest -> parts checked against the disk -> codes and their ancestors -> ready.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "store/store.h"

#define FORMAT 1

static const char *const kind_names[HU_KINDS] = {
    "drug",  "diagnosis",         "act",       "biology",    "device", "stay", "emergency",
    "visit", "long_term_illness", "pregnancy", "sick_leave", "death",  "other"};

hu_kind hu_kind_of(const char *name, size_t len) {
    for (int k = 0; k < HU_OTHER; k++)
        if (strlen(kind_names[k]) == len && !memcmp(kind_names[k], name, len)) return (hu_kind)k;
    return HU_OTHER;
}

/* --- store.json --- */

static hune_status no_field(const hune_store *s, const char *name, hune_err *err) {
    hune_fail(err, HUNE_EFORMAT, "'%s/store.json' has no usable '%s'", s->path, name);
    hune_hint(err, "the store is damaged or from another program: ingest again");
    return HUNE_EFORMAT;
}

static hune_status day_field(const hune_store *s, const json_t *root, const char *name,
                             int32_t *out, hune_err *err) {
    *out = HU_NO_DAY;
    const json_t *v = json_object_get(root, name);
    if (!v || json_is_null(v)) return HUNE_OK;
    if (!hu_parse_day(json_string_value(v), out)) return no_field(s, name, err);
    return HUNE_OK;
}

static hune_status take_parts(hune_store *s, const json_t *root, hune_err *err) {
    const json_t *parts = json_object_get(root, "parts");
    if (!json_is_array(parts)) return no_field(s, "parts", err);
    s->n_parts = (int)json_array_size(parts);
    s->parts = hu_arena_alloc(&s->arena, (size_t)s->n_parts * sizeof *s->parts);
    if (!s->parts) return hune_fail(err, HUNE_ENOMEM, "no memory for %d parts", s->n_parts);
    hu_buf sums = {0};
    hune_status status = HUNE_OK;
    for (int i = 0; !status && i < s->n_parts; i++) {
        const json_t *p = json_array_get(parts, (size_t)i);
        const char *file = json_string_value(json_object_get(p, "file"));
        const char *sum = json_string_value(json_object_get(p, "sha256"));
        if (!file) {
            status = no_field(s, "parts[].file", err);
            break;
        }
        s->parts[i] = (hu_part){hu_arena_strdup(&s->arena, file),
                                json_integer_value(json_object_get(p, "rows")),
                                json_integer_value(json_object_get(p, "person_from")),
                                json_integer_value(json_object_get(p, "person_to"))};
        hu_buf_add(&sums, sum ? sum : "");

        char path[2300];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", s->path, file);
        const int64_t bytes = json_integer_value(json_object_get(p, "bytes"));
        if (stat(path, &st)) {
            status = hune_fail(err, HUNE_EIO, "cannot open '%s': %s", path, strerror(errno));
            hune_hint(err, "the store is incomplete: ingest again");
        } else if (bytes && st.st_size != bytes) {
            status = hune_fail(err, HUNE_EFORMAT, "'%s' has %lld bytes, store.json says %lld", path,
                               (long long)st.st_size, (long long)bytes);
            hune_hint(err, "the store was cut short or changed: ingest again");
        }
    }
    s->checksum =
        hu_arena_printf(&s->arena, "%016llx",
                        (unsigned long long)hu_hash_bytes(sums.text ? sums.text : "", sums.len, 1));
    hu_buf_clear(&sums);
    return status;
}

static hune_status take_manifest(hune_store *s, const json_t *root, hune_err *err) {
    if (json_integer_value(json_object_get(root, "format")) != FORMAT) {
        hune_fail(err, HUNE_EFORMAT, "'%s/store.json' is not of format %d", s->path, FORMAT);
        hune_hint(err, "it was written by another version of hune: ingest again");
        return HUNE_EFORMAT;
    }
    if (!json_is_integer(json_object_get(root, "persons"))) return no_field(s, "persons", err);
    s->n_persons = json_integer_value(json_object_get(root, "persons"));
    s->n_events = json_integer_value(json_object_get(root, "events"));
    HUNE_TRY(day_field(s, root, "study_start", &s->study_start, err));
    HUNE_TRY(day_field(s, root, "study_end", &s->study_end, err));
    HUNE_TRY(day_field(s, root, "first_day", &s->first_day, err));
    HUNE_TRY(day_field(s, root, "last_day", &s->last_day, err));
    const char *tool = json_string_value(json_object_get(root, "tool"));
    s->tool = hu_arena_strdup(&s->arena, tool ? tool : "");
    char *steps = json_dumps(json_object_get(root, "steps"), JSON_COMPACT);
    s->steps_json = hu_arena_strdup(&s->arena, steps ? steps : "[]");
    free(steps);
    return take_parts(s, root, err);
}

static hune_status read_manifest(hune_store *s, hune_err *err) {
    char path[2300], *text;
    snprintf(path, sizeof path, "%s/store.json", s->path);
    if (!hu_is_file(path)) {
        hune_fail(err, HUNE_EIO, "'%s' is not an event store: it has no store.json", s->path);
        hune_hint(err, "make one with: hune ingest RAW -o STORE --source snds");
        return HUNE_EIO;
    }
    HUNE_TRY(hu_read_file(path, &text, NULL, err));
    json_error_t why;
    json_t *root = json_loads(text, 0, &why);
    free(text);
    if (!root) {
        hune_fail(err, HUNE_EFORMAT, "'%s' line %d: %s", path, why.line, why.text);
        hune_hint(err, "the store is damaged: ingest again");
        return HUNE_EFORMAT;
    }
    const hune_status status = take_manifest(s, root, err);
    json_decref(root);
    return status;
}

/* --- dictionaries --- */

static const char *cell(hune_store *s, const hu_rows *r, int col, int64_t row) {
    if (hu_rows_null(r, col, row)) return NULL;
    size_t n;
    const char *text = hu_rows_text(r, col, row, &n);
    char *copy = hu_arena_alloc(&s->arena, n + 1);
    if (copy) memcpy(copy, text, n);
    return copy;
}

static hune_status read_codes(hune_store *s, hu_engine *e, hu_arena *job, hune_err *err) {
    const char *file = hu_sql_text(job, hu_arena_printf(job, "%s/codes.parquet", s->path));
    const char *sql = hu_arena_printf(
        job,
        "SELECT code::INTEGER, kind::VARCHAR, vocabulary::VARCHAR, text::VARCHAR, label::VARCHAR,"
        " label_en::VARCHAR, pack_days::DOUBLE FROM read_parquet(%s) ORDER BY code",
        file);
    int64_t total, n, at = 0;
    HUNE_TRY(hu_engine_i64(e, hu_arena_printf(job, "SELECT count(*) FROM read_parquet(%s)", file),
                           &total, err));
    s->n_codes = (int32_t)total;
    s->codes = hu_arena_alloc(&s->arena, (size_t)total * sizeof *s->codes);
    if (!s->codes) return hune_fail(err, HUNE_ENOMEM, "no memory for %lld codes", (long long)total);
    hu_rows *r;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    hune_status status;
    while (!(status = hu_rows_next(r, &n, err)) && n > 0)
        for (int64_t i = 0; i < n; i++, at++) {
            if (hu_rows_i32(r, 0)[i] != at) {
                hu_rows_close(r);
                return hune_fail(err, HUNE_EFORMAT,
                                 "'%s/codes.parquet': code %d stands where %lld should", s->path,
                                 hu_rows_i32(r, 0)[i], (long long)at);
            }
            hu_code *c = &s->codes[at];
            size_t len;
            const char *kind = hu_rows_text(r, 1, i, &len);
            c->kind = hu_kind_of(kind, len);
            c->vocabulary = cell(s, r, 2, i);
            c->text = cell(s, r, 3, i);
            c->label = cell(s, r, 4, i);
            c->label_en = cell(s, r, 5, i);
            c->pack_days = hu_rows_null(r, 6, i) ? NAN : hu_rows_f64(r, 6)[i];
        }
    hu_rows_close(r);
    return status;
}

static hune_status read_ancestors(hune_store *s, hu_engine *e, hu_arena *job, hune_err *err) {
    const char *file = hu_sql_text(job, hu_arena_printf(job, "%s/code_ancestors.parquet", s->path));
    const char *sql =
        hu_arena_printf(job,
                        "SELECT code::INTEGER, ancestor::INTEGER FROM read_parquet(%s)"
                        " ORDER BY code, distance, ancestor",
                        file);
    int64_t total, n, at = 0;
    HUNE_TRY(hu_engine_i64(e, hu_arena_printf(job, "SELECT count(*) FROM read_parquet(%s)", file),
                           &total, err));
    s->ancestor_first =
        hu_arena_alloc(&s->arena, ((size_t)s->n_codes + 1) * sizeof *s->ancestor_first);
    s->ancestors = hu_arena_alloc(&s->arena, (size_t)(total + 1) * sizeof *s->ancestors);
    if (!s->ancestor_first || !s->ancestors)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %lld ancestors", (long long)total);
    hu_rows *r;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    hune_status status;
    while (!(status = hu_rows_next(r, &n, err)) && n > 0)
        for (int64_t i = 0; i < n; i++) {
            const int32_t code = hu_rows_i32(r, 0)[i], up = hu_rows_i32(r, 1)[i];
            if (code < 0 || code >= s->n_codes || up < 0 || up >= s->n_codes) {
                hu_rows_close(r);
                return hune_fail(err, HUNE_EFORMAT,
                                 "'%s/code_ancestors.parquet' names code %d of %d", s->path,
                                 code < 0 || code >= s->n_codes ? code : up, s->n_codes);
            }
            s->ancestors[at++] = up;
            s->ancestor_first[code + 1] = at;
        }
    hu_rows_close(r);
    for (int32_t c = 0; c < s->n_codes; c++) /* codes without ancestors own an empty range */
        if (s->ancestor_first[c + 1] < s->ancestor_first[c])
            s->ancestor_first[c + 1] = s->ancestor_first[c];
    return status;
}

/* --- doors --- */

hune_status hune_store_open(const char *path, hune_store **out, hune_err *err) {
    *out = NULL;
    hune_store *s = hu_calloc(1, sizeof *s);
    if (!s) return hune_fail(err, HUNE_ENOMEM, "no memory for a store");
    hu_arena job = {0};
    hu_engine *e = NULL;
    hune_status status = HUNE_OK;
    s->path = hu_arena_strdup(&s->arena, path);
    if (!s->path || strlen(path) > 2000)
        status = hune_fail(err, HUNE_EARG, "the store's path is too long: %.60s...", path);
    else if (!hu_is_dir(path))
        status = hune_fail(err, HUNE_EIO, "cannot open store '%s': no such folder", path);
    if (!status) status = read_manifest(s, err);
    if (!status) status = hu_engine_open(1, (int64_t)256 << 20, NULL, NULL, &e, err);
    if (!status) status = read_codes(s, e, &job, err);
    if (!status) status = read_ancestors(s, e, &job, err);
    hu_engine_close(e);
    hu_arena_clear(&job);
    if (status) {
        hune_store_close(s);
        return status;
    }
    *out = s;
    return HUNE_OK;
}

void hune_store_close(hune_store *s) {
    if (!s) return;
    hu_arena_clear(&s->arena);
    free(s);
}

int64_t hune_store_persons(const hune_store *s) {
    return s->n_persons;
}
int64_t hune_store_events(const hune_store *s) {
    return s->n_events;
}
