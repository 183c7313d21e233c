/* mini_store.h - small event stores made by a test: rows as SQL VALUES or a query, the rest by
 * rule. */
#ifndef HU_MINI_STORE_H
#define HU_MINI_STORE_H
#include "base/base.h"
#include "engine/engine.h"

/* persons_sql: person, sex, birth, death; spans_sql: person, start, end; events_sql: person, start
 * (date), end (date), kind, code, quantity, position, sorted as a store is; codes_sql: code, kind,
 * vocabulary, text, label, pack_days; ancestors_sql: code, ancestor, distance. parts: persons are
 * cut into that many equal ranges. */
typedef struct mini_store {
    const char *persons_sql, *spans_sql, *events_sql, *codes_sql, *ancestors_sql;
    int parts;
} mini_store;

static inline hune_status mini_copy(hu_engine *e, hu_arena *a, const char *dir, const char *name,
                                    const char *sql, hune_err *err) {
    return hu_engine_run(
        e, hu_arena_printf(a, "COPY (%s) TO '%s/%s' (FORMAT parquet)", sql, dir, name), err);
}

static inline hune_status mini_write(const mini_store *m, const char *dir, hune_err *err) {
    hu_engine *e = NULL;
    hu_arena a = {0};
    hu_buf json = {0};
    int64_t persons = 0, events = 0;
    HUNE_TRY(hu_make_dirs(hu_arena_printf(&a, "%s/events", dir), err));
    hune_status s = hu_engine_open(1, (int64_t)512 << 20, NULL, NULL, &e, err);
    if (!s)
        s = hu_engine_run(
            e,
            hu_arena_printf(&a,
                            "CREATE TABLE p AS SELECT * FROM (%s) t(person, sex, birth, death);"
                            "CREATE TABLE ev AS SELECT * FROM (%s) t(person, start, \"end\", kind, "
                            "code, quantity, position)",
                            m->persons_sql, m->events_sql),
            err);
    if (!s)
        s = mini_copy(
            e, &a, dir, "persons.parquet",
            "SELECT person::BIGINT AS person, '' AS source_id, sex::TINYINT AS sex, birth::DATE AS "
            "birth, death::DATE AS death, '075' AS region, '1' AS scheme FROM p ORDER BY person",
            err);
    if (!s)
        s = mini_copy(
            e, &a, dir, "observation.parquet",
            hu_arena_printf(
                &a,
                "SELECT person::BIGINT AS person, start::DATE AS start, \"end\"::DATE AS \"end\", "
                "'study_end' AS reason FROM (%s) t(person, start, \"end\") ORDER BY 1, 2",
                m->spans_sql),
            err);
    if (!s)
        s = mini_copy(
            e, &a, dir, "codes.parquet",
            hu_arena_printf(&a,
                            "SELECT code::INTEGER AS code, kind, vocabulary, text, label, "
                            "NULL::VARCHAR AS label_en, pack_days::DOUBLE AS pack_days FROM (%s) "
                            "t(code, kind, vocabulary, text, label, pack_days) ORDER BY 1",
                            m->codes_sql),
            err);
    if (!s)
        s = mini_copy(
            e, &a, dir, "code_ancestors.parquet",
            hu_arena_printf(
                &a,
                "SELECT code::INTEGER AS code, ancestor::INTEGER AS ancestor, distance::INTEGER AS "
                "distance FROM (%s) t(code, ancestor, distance) ORDER BY 1, 3",
                m->ancestors_sql),
            err);
    if (!s) s = hu_engine_i64(e, "SELECT count(*) FROM p", &persons, err);
    if (!s) s = hu_engine_i64(e, "SELECT count(*) FROM ev", &events, err);
    hu_buf_printf(
        &json,
        "{\"format\": 1, \"tool\": \"test\", \"persons\": %lld, \"events\": %lld, \"study_start\": "
        "\"2009-01-01\", \"study_end\": \"2015-01-01\", \"steps\": [], \"parts\": [",
        (long long)persons, (long long)events);
    for (int i = 0; !s && i < m->parts; i++) {
        const long long lo = (long long)(persons * i / m->parts),
                        hi = (long long)(persons * (i + 1) / m->parts);
        int64_t rows = 0;
        s = hu_engine_i64(
            e,
            hu_arena_printf(&a, "SELECT count(*) FROM ev WHERE person >= %lld AND person < %lld",
                            lo, hi),
            &rows, err);
        if (!s)
            s = mini_copy(e, &a, dir, hu_arena_printf(&a, "events/part-%04d.parquet", i),
                          hu_arena_printf(
                              &a,
                              "SELECT person::BIGINT AS person, start::TIMESTAMP AS start, "
                              "\"end\"::TIMESTAMP AS \"end\", kind, code::INTEGER AS code, "
                              "quantity::DOUBLE AS quantity, NULL::DOUBLE AS amount, NULL::INTEGER "
                              "AS prescriber, NULL::INTEGER AS provider, NULL::BIGINT AS episode, "
                              "position::UTINYINT AS position FROM ev WHERE person >= %lld AND "
                              "person < %lld ORDER BY person, start, kind, code",
                              lo, hi),
                          err);
        hu_buf_printf(&json,
                      "%s{\"file\": \"events/part-%04d.parquet\", \"rows\": %lld, \"person_from\": "
                      "%lld, \"person_to\": %lld, \"bytes\": 0, \"sha256\": \"%d\"}",
                      i ? ", " : "", i, (long long)rows, lo, hi, i);
    }
    hu_buf_add(&json, "]}");
    if (!s) s = hu_write_file(hu_arena_printf(&a, "%s/store.json", dir), json.text, json.len, err);
    hu_engine_close(e);
    hu_buf_clear(&json);
    hu_arena_clear(&a);
    return s;
}

#endif
