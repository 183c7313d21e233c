/* cursor.c - persons one after the other, each with the whole of its history as plain arrays.
 *
 * The persons and observed spans of a part are few and are read first; events are streamed chunk by
 * chunk and gathered until the person changes. Nothing but one chunk and one person is ever in
 * memory.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "store/store.h"

#define MICROS_PER_DAY INT64_C(86400000000)

typedef struct head { /* one person of the part */
    int sex;
    int32_t birth, death;
    int64_t first_span;
} head;

struct hu_cursor {
    const hune_store *store;
    int part;
    int64_t n_heads, at; /* persons of the part, and the next one to give */
    head *heads;
    hu_span *spans;
    hu_rows *rows;
    int64_t chunk, row; /* rows of the chunk and the next one to take */
    int64_t n;          /* events gathered */
    size_t cap;
    int32_t *start, *end, *code;
    double *quantity;
    uint8_t *position;
};

static int32_t day_of(int64_t micros) {
    const int64_t d = micros / MICROS_PER_DAY;
    return (int32_t)(d - (micros % MICROS_PER_DAY < 0));
}

static hune_status out_of_order(const hu_cursor *c, int64_t person, hune_err *err) {
    hune_fail(err, HUNE_EFORMAT, "'%s/%s': person %lld is out of order or not in persons.parquet",
              c->store->path, c->store->parts[c->part].file, (long long)person);
    hune_hint(err, "the store is damaged: ingest again");
    return HUNE_EFORMAT;
}

/* --- heads and spans --- */

static hune_status read_heads(hu_cursor *c, hu_engine *e, hu_arena *job, hune_err *err) {
    const hu_part *part = &c->store->parts[c->part];
    const char *sql = hu_arena_printf(
        job,
        "SELECT person::BIGINT, coalesce(sex, 0)::INTEGER, birth::DATE, death::DATE"
        " FROM read_parquet(%s) WHERE person >= %lld AND person < %lld ORDER BY person",
        hu_sql_text(job, hu_arena_printf(job, "%s/persons.parquet", c->store->path)),
        (long long)part->person_from, (long long)part->person_to);
    hu_rows *r;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    hune_status status;
    int64_t n, at = 0;
    while (!(status = hu_rows_next(r, &n, err)) && n > 0)
        for (int64_t i = 0; i < n; i++, at++) {
            const int64_t person = hu_rows_i64(r, 0)[i];
            if (at >= c->n_heads || person != part->person_from + at) {
                hu_rows_close(r);
                return out_of_order(c, person, err);
            }
            c->heads[at] = (head){hu_rows_i32(r, 1)[i],
                                  hu_rows_null(r, 2, i) ? HU_NO_DAY : hu_rows_i32(r, 2)[i],
                                  hu_rows_null(r, 3, i) ? HU_NO_DAY : hu_rows_i32(r, 3)[i], 0};
        }
    hu_rows_close(r);
    if (!status && at != c->n_heads) return out_of_order(c, part->person_from + at, err);
    return status;
}

static hune_status read_spans(hu_cursor *c, hu_engine *e, hu_arena *job, hune_err *err) {
    const hu_part *part = &c->store->parts[c->part];
    const char *sql = hu_arena_printf(
        job,
        "SELECT person::BIGINT, start::DATE, \"end\"::DATE FROM read_parquet(%s)"
        " WHERE person >= %lld AND person < %lld ORDER BY person, start",
        hu_sql_text(job, hu_arena_printf(job, "%s/observation.parquet", c->store->path)),
        (long long)part->person_from, (long long)part->person_to);
    hu_rows *r;
    HUNE_TRY(hu_rows_open(e, sql, &r, err));
    hune_status status = HUNE_OK;
    int64_t n, at = 0, person = 0;
    size_t cap = 0;
    while (!status && !(status = hu_rows_next(r, &n, err)) && n > 0)
        for (int64_t i = 0; !status && i < n; i++) {
            const int64_t who = hu_rows_i64(r, 0)[i] - part->person_from;
            if (who < 0 || who >= c->n_heads) {
                status = out_of_order(c, hu_rows_i64(r, 0)[i], err);
                break;
            }
            while (person < who) c->heads[++person].first_span = at;
            const hu_span span = {hu_rows_i32(r, 1)[i], hu_rows_i32(r, 2)[i]};
            if (span.start >= span.end) continue;
            if (!(status = hu_grow(&c->spans, &cap, (size_t)at + 1, sizeof *c->spans, err)))
                c->spans[at++] = span;
        }
    hu_rows_close(r);
    while (person < c->n_heads) c->heads[++person].first_span = at;
    return status;
}

/* --- doors --- */

static const char *kind_text(hu_kind k) {
    return k == HU_DIAGNOSIS ? "diagnosis" : k == HU_DRUG ? "drug" : k == HU_STAY ? "stay" : NULL;
}

hune_status hu_cursor_open(const hune_store *s, int part, hu_kind only_kind, hu_engine *e,
                           hu_cursor **out, hune_err *err) {
    *out = NULL;
    hu_cursor *c = hu_calloc(1, sizeof *c);
    if (!c) return hune_fail(err, HUNE_ENOMEM, "no memory for a cursor");
    c->store = s;
    c->part = part;
    c->n_heads = s->parts[part].person_to - s->parts[part].person_from;
    c->heads = hu_calloc((size_t)c->n_heads + 1, sizeof *c->heads);
    hu_arena job = {0};
    hune_status status =
        c->heads ? HUNE_OK
                 : hune_fail(err, HUNE_ENOMEM, "no memory for %lld persons", (long long)c->n_heads);
    if (!status) status = read_heads(c, e, &job, err);
    if (!status) status = read_spans(c, e, &job, err);
    if (!status) {
        const char *kind = kind_text(only_kind);
        const char *sql = hu_arena_printf(
            &job,
            "SELECT person::BIGINT, start::TIMESTAMP, \"end\"::TIMESTAMP, code::INTEGER, "
            "quantity::DOUBLE,"
            " coalesce(position, 0)::UTINYINT FROM read_parquet(%s)%s%s%s",
            hu_sql_text(&job, hu_arena_printf(&job, "%s/%s", s->path, s->parts[part].file)),
            kind ? " WHERE kind = '" : "", kind ? kind : "", kind ? "'" : "");
        status = hu_rows_open(e, sql, &c->rows, err);
    }
    hu_arena_clear(&job);
    if (status) {
        hu_cursor_close(c);
        return status;
    }
    *out = c;
    return HUNE_OK;
}

/* All five arrays have room for `need` events; they grow together. */
static hune_status reserve(hu_cursor *c, size_t need, hune_err *err) {
    const struct {
        void *slot;
        size_t each;
    } arrays[] = {{&c->start, sizeof *c->start},
                  {&c->end, sizeof *c->end},
                  {&c->code, sizeof *c->code},
                  {&c->quantity, sizeof *c->quantity},
                  {&c->position, sizeof *c->position}};
    if (need <= c->cap) return HUNE_OK;
    size_t cap = c->cap;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        cap = c->cap;
        HUNE_TRY(hu_grow(arrays[i].slot, &cap, need, arrays[i].each, err));
    }
    c->cap = cap;
    return HUNE_OK;
}

/* Take the rows of `person` off the current chunk. */
static hune_status take_rows(hu_cursor *c, int64_t person, hune_err *err) {
    const int64_t *who = hu_rows_i64(c->rows, 0), *start = hu_rows_i64(c->rows, 1);
    const int64_t *end = hu_rows_i64(c->rows, 2);
    int64_t stop = c->row;
    while (stop < c->chunk && who[stop] == person) stop++;
    HUNE_TRY(reserve(c, (size_t)(c->n + stop - c->row), err));
    for (int64_t i = c->row; i < stop; i++, c->n++) {
        const int32_t code = hu_rows_i32(c->rows, 3)[i];
        if (code < 0 || code >= c->store->n_codes) {
            hune_fail(err, HUNE_EFORMAT, "'%s/%s': code %d is not in codes.parquet", c->store->path,
                      c->store->parts[c->part].file, code);
            return hune_hint(err, "the store is damaged: ingest again");
        }
        c->start[c->n] = day_of(start[i]);
        c->end[c->n] = hu_rows_null(c->rows, 2, i) ? HU_NO_DAY : day_of(end[i]);
        c->code[c->n] = code;
        c->quantity[c->n] = hu_rows_null(c->rows, 4, i) ? NAN : hu_rows_f64(c->rows, 4)[i];
        c->position[c->n] = hu_rows_u8(c->rows, 5)[i];
    }
    c->row = stop;
    return HUNE_OK;
}

hune_status hu_cursor_next(hu_cursor *c, hu_person *p, bool *more, hune_err *err) {
    const int64_t from = c->store->parts[c->part].person_from;
    *more = c->at < c->n_heads;
    if (!*more && c->row < c->chunk) return out_of_order(c, hu_rows_i64(c->rows, 0)[c->row], err);
    if (!*more) return HUNE_OK;
    const int64_t person = from + c->at;
    c->n = 0;
    for (;;) {
        if (c->row == c->chunk) {
            c->row = 0;
            HUNE_TRY(hu_rows_next(c->rows, &c->chunk, err));
            if (c->chunk == 0) break;
        }
        const int64_t who = hu_rows_i64(c->rows, 0)[c->row];
        if (who < person) return out_of_order(c, who, err);
        if (who > person) break;
        HUNE_TRY(take_rows(c, person, err));
    }
    const head *h = &c->heads[c->at];
    *p = (hu_person){.person = person,
                     .sex = h->sex,
                     .birth = h->birth,
                     .death = h->death,
                     .n_spans = (int)(h[1].first_span - h->first_span),
                     .spans = c->spans + h->first_span,
                     .n = c->n,
                     .start = c->start,
                     .end = c->end,
                     .code = c->code,
                     .quantity = c->quantity,
                     .position = c->position};
    c->at++;
    return HUNE_OK;
}

void hu_cursor_close(hu_cursor *c) {
    if (!c) return;
    hu_rows_close(c->rows);
    free(c->heads);
    free(c->spans);
    free(c->start);
    free(c->end);
    free(c->code);
    free(c->quantity);
    free(c->position);
    free(c);
}
