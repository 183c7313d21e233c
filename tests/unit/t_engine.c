/* The engine room: statements, columns as arrays, appended rows, what it does with errors and a
 * wish to stop. */
#include "test.h"
#include <pthread.h>
#include <time.h>
#include "engine/engine.h"

static hu_engine *fresh(void) {
    hu_engine *e = NULL;
    hune_err err = {0};
    CHECK_OK(hu_engine_open(2, (int64_t)256 << 20, NULL, NULL, &e, &err), &err);
    return e;
}

static int64_t number(hu_engine *e, const char *sql) {
    int64_t v = -999;
    hune_err err = {0};
    CHECK_OK(hu_engine_i64(e, sql, &v, &err), &err);
    return v;
}

TEST(engine_runs_several_statements) {
    hu_engine *e = fresh();
    hune_err err = {0};
    CHECK_OK(
        hu_engine_run(e, "CREATE TABLE t(a INT); INSERT INTO t VALUES (1), (2); -- done\n", &err),
        &err);
    CHECK_INT(number(e, "SELECT sum(a) FROM t"), 3);
    CHECK_OK(hu_engine_run(e, "", &err), &err);
    CHECK_OK(hu_engine_run(e, "  -- only words\n", &err), &err);
    hu_engine_close(e);
    hu_engine_close(NULL);
}

TEST(engine_fills_plans_and_quotes) {
    hu_engine *e = fresh();
    hu_arena a = {0};
    hune_err err = {0};
    const char *pairs[] = {"table", hu_sql_name(&a, "odd \"name\""), "text",
                           hu_sql_text(&a, "it's -- '"), NULL};
    CHECK_STR(pairs[1], "\"odd \"\"name\"\"\"");
    CHECK_OK(hu_engine_plan(e, "CREATE TABLE {{table}} AS SELECT {{text}} AS x", pairs, &err),
             &err);
    char *text = NULL;
    CHECK_OK(hu_engine_text(e, "SELECT x FROM \"odd \"\"name\"\"\"", &a, &text, &err), &err);
    CHECK_STR(text, "it's -- '");
    CHECK_FAILS(hu_engine_plan(e, "SELECT {{other}}", pairs, &err), HUNE_EBUG, &err,
                "template has no value for '{{other}}'");
    hu_arena_clear(&a);
    hu_engine_close(e);
}

TEST(engine_reads_single_values) {
    hu_engine *e = fresh();
    hu_arena a = {0};
    hune_err err = {0};
    CHECK_INT(number(e, "SELECT 9223372036854775807"), INT64_MAX);
    CHECK_INT(number(e, "SELECT NULL"), 0);
    CHECK_INT(number(e, "SELECT 1 WHERE false"), 0);
    CHECK_INT(number(e, "SELECT 5, 6"), 5);
    double v = -1;
    CHECK_OK(hu_engine_f64(e, "SELECT 0.1::DOUBLE", &v, &err), &err);
    CHECK(v == 0.1);
    char *text = (char *)"unset";
    CHECK_OK(hu_engine_text(e, "SELECT NULL::VARCHAR", &a, &text, &err), &err);
    CHECK(text == NULL);
    CHECK_OK(hu_engine_text(e, "SELECT ''", &a, &text, &err), &err);
    CHECK_STR(text, "");
    hu_arena_clear(&a);
    hu_engine_close(e);
}

TEST(engine_streams_columns) {
    hu_engine *e = fresh();
    hune_err err = {0};
    hu_rows *r = NULL;
    REQUIRE(CHECK_OK(
        hu_rows_open(
            e,
            "SELECT i::BIGINT AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE i::INTEGER END AS m, "
            "i / 4.0::DOUBLE AS f, (i % 200)::UTINYINT AS u, DATE '1970-01-01' + i::INTEGER AS d, "
            "repeat('é', (i % 20)::INTEGER) AS s FROM range(10000) t(i) ORDER BY i",
            &r, &err),
        &err));
    CHECK_INT(hu_rows_columns(r), 6);
    CHECK_STR(hu_rows_name(r, 0), "n");
    CHECK_STR(hu_rows_name(r, 5), "s");
    int64_t n, seen = 0, chunks = 0;
    while (!hu_rows_next(r, &n, &err) && n) {
        chunks++;
        for (int64_t k = 0; k < n; k++, seen++) {
            size_t len;
            const char *s = hu_rows_text(r, 5, k, &len);
            const bool good =
                hu_rows_i64(r, 0)[k] == seen && hu_rows_null(r, 1, k) == (seen % 3 == 0) &&
                (seen % 3 == 0 || hu_rows_i32(r, 1)[k] == seen) && !hu_rows_null(r, 0, k) &&
                hu_rows_f64(r, 2)[k] == (double)seen / 4 && hu_rows_u8(r, 3)[k] == seen % 200 &&
                hu_rows_i32(r, 4)[k] == seen && len == 2 * (size_t)(seen % 20);
            REQUIRE(good);
            for (size_t c = 0; c < len; c += 2)
                REQUIRE(!memcmp(s + c, "é", 2)); /* inside 12 bytes and beyond */
        }
    }
    CHECK_OK(hu_rows_next(r, &n, &err), &err); /* after the end: the end again */
    CHECK_INT(n, 0);
    CHECK_INT(seen, 10000);
    CHECK(chunks > 1);
    hu_rows_close(r);
    hu_rows_close(NULL);
    hu_engine_close(e);
}

TEST(engine_appends_rows) {
    hu_engine *e = fresh();
    hune_err err = {0};
    hu_append *a = NULL;
    REQUIRE(CHECK_OK(
        hu_engine_run(e, "CREATE TABLE t(n BIGINT, f DOUBLE, s VARCHAR, d DATE)", &err), &err));
    REQUIRE(CHECK_OK(hu_append_open(e, "t", &a, &err), &err));
    for (int64_t i = 0; i < 5000; i++) {
        hu_append_i64(a, i);
        hu_append_f64(a, i % 2 ? (double)i : NAN);
        hu_append_text(a, i % 5 ? "longer than twelve bytes" : NULL);
        hu_append_null(a);
        REQUIRE(!hu_append_end(a, &err));
    }
    CHECK_OK(hu_append_close(a, &err), &err);
    CHECK_INT(number(e, "SELECT count(*) FROM t"), 5000);
    CHECK_INT(number(e, "SELECT sum(n) FROM t"), 12497500);
    CHECK_INT(number(e, "SELECT count(f) FROM t"), 2500);
    CHECK_INT(number(e, "SELECT count(*) FROM t WHERE s = 'longer than twelve bytes'"), 4000);
    CHECK_INT(number(e, "SELECT count(d) FROM t"), 0);
    hu_engine_close(e);
}

TEST(engine_append_tells_a_bad_row) {
    hu_engine *e = fresh();
    hune_err err = {0};
    hu_append *a = NULL;
    CHECK_INT(hu_append_open(e, "nowhere", &a, &err), HUNE_EBUG);
    CHECK(a == NULL && strstr(err.msg, "nowhere"));
    REQUIRE(CHECK_OK(hu_engine_run(e, "CREATE TABLE t(n INTEGER, m INTEGER)", &err), &err));
    REQUIRE(CHECK_OK(hu_append_open(e, "t", &a, &err), &err));
    hu_append_i64(a, 1);
    CHECK_INT(hu_append_end(a, &err), HUNE_EBUG); /* one value of two */
    CHECK(*err.msg);
    CHECK(hu_append_close(a, &err) != HUNE_OK);
    REQUIRE(CHECK_OK(hu_append_open(e, "t", &a, &err), &err));
    hu_append_i64(a, INT64_MAX); /* does not fit an INTEGER */
    hu_append_i64(a, 1);
    const hune_status row = hu_append_end(a, &err);
    CHECK((hu_append_close(a, &err) != HUNE_OK) || row != HUNE_OK);
    CHECK_INT(hu_append_close(NULL, &err), HUNE_OK);
    hu_engine_close(e);
}

TEST(engine_errors_are_one_line_with_their_kind) {
    hu_engine *e = fresh();
    hune_err err = {0};
    char sql[600];
    CHECK(hu_engine_run(e, "SELEC 1", &err) != HUNE_OK);
    CHECK(strstr(err.msg, "SELEC") && !strchr(err.msg, '\n'));
    CHECK(hu_engine_run(e, "SELECT\n\n  nocolumn", &err) != HUNE_OK);
    CHECK(strstr(err.msg, "nocolumn") && !strchr(err.msg, '\n'));
    /* The statement after a bad one is not run. */
    CHECK(hu_engine_run(e, "CREATE TABLE a(x INT); SELECT nope; CREATE TABLE b(x INT)", &err) !=
          HUNE_OK);
    CHECK_INT(number(e, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'a'"), 1);
    CHECK_INT(number(e, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'b'"), 0);
    CHECK_INT(hu_engine_run(e, "SELECT CAST('x' AS INTEGER)", &err), HUNE_EFORMAT);
    CHECK_INT(hu_engine_run(e, "SELECT * FROM read_csv('/nowhere/at/all.csv')", &err), HUNE_EIO);
    CHECK(strstr(err.msg, "/nowhere/at/all.csv") != NULL);
    snprintf(sql, sizeof sql, "COPY (SELECT 1) TO '%s/no/such/folder.parquet'", test_scratch());
    CHECK_INT(hu_engine_run(e, sql, &err), HUNE_EIO);
    hu_rows *r = NULL;
    CHECK(hu_rows_open(e, "SELECT nocolumn", &r, &err) != HUNE_OK);
    CHECK(r == NULL);
    int64_t v = 5;
    CHECK(hu_engine_i64(e, "SELECT nocolumn", &v, &err) != HUNE_OK);
    CHECK_INT(v, 0);
    hu_engine_close(e);
}

TEST(engine_error_in_a_late_chunk_is_told) {
    hu_engine *e = fresh();
    hune_err err = {0};
    hu_rows *r = NULL;
    hune_status status = hu_rows_open(
        e,
        "SELECT CAST(CASE WHEN i = 49999 THEN 'x' ELSE '1' END AS INTEGER) FROM range(50000) t(i)",
        &r, &err);
    int64_t n = 1, rows = 0;
    while (!status && n) status = hu_rows_next(r, &n, &err), rows += n;
    CHECK(status != HUNE_OK);
    CHECK(rows < 50000 && *err.msg);
    hu_rows_close(r);
    hu_engine_close(e);
}

TEST(engine_says_when_memory_ran_out) {
    hu_engine *e = NULL;
    hune_err err = {0};
    REQUIRE(CHECK_OK(hu_engine_open(1, (int64_t)20 << 20, NULL, NULL, &e, &err), &err));
    CHECK_INT(
        hu_engine_run(
            e, "CREATE TABLE t AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range(20000000) t(i)",
            &err),
        HUNE_ENOMEM);
    CHECK(strstr(err.hint, "--memory") != NULL);
    CHECK_INT(number(e, "SELECT 1"), 1); /* and can go on */
    hu_engine_close(e);
}

TEST(engine_spills_when_it_may) {
    hu_engine *e = NULL;
    hune_err err = {0};
    REQUIRE(CHECK_OK(hu_engine_open(2, (int64_t)64 << 20, test_scratch(), NULL, &e, &err), &err));
    const char *sql = test_sanitized ? "CREATE TABLE t AS SELECT i AS a, hash(i) AS b, hash(i + 1) "
                                       "AS c FROM range(3000000) t(i)"
                                     : "CREATE TABLE t AS SELECT i AS a, hash(i) AS b, hash(i + 1) "
                                       "AS c FROM range(6000000) t(i)";
    CHECK_OK(hu_engine_run(e, sql, &err), &err);
    CHECK(number(e, "SELECT count(*) FROM (SELECT a FROM t ORDER BY b, c)") >= 3000000);
    hu_engine_close(e);
}

static void *stop_soon(void *flag) {
    const struct timespec nap = {.tv_nsec = 100000000};
    nanosleep(&nap, NULL);
    *(volatile sig_atomic_t *)flag = 1;
    return NULL;
}

TEST(engine_stops_when_asked) {
    static volatile sig_atomic_t flag;
    hu_engine *e = NULL;
    hune_err err = {0};
    flag = 0;
    REQUIRE(CHECK_OK(hu_engine_open(2, (int64_t)256 << 20, NULL, &flag, &e, &err), &err));
    pthread_t thread;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    REQUIRE(!pthread_create(&thread, NULL, stop_soon, (void *)&flag));
    /* Hours, if nobody stopped it. */
    CHECK_INT(
        hu_engine_run(
            e, "SELECT sum(sin(a.i * b.i)) FROM range(10000000) a(i), range(1000000) b(i)", &err),
        HUNE_ECANCEL);
    pthread_join(thread, NULL);
    clock_gettime(CLOCK_MONOTONIC, &to);
    CHECK(to.tv_sec - from.tv_sec < 20);
    CHECK(hu_starts(err.msg, "stopped"));
    flag = 0;
    CHECK_INT(number(e, "SELECT 7"), 7); /* the engine lives */
    hu_rows *r = NULL;
    REQUIRE(CHECK_OK(hu_rows_open(e, "SELECT i FROM range(100000) t(i)", &r, &err), &err));
    int64_t n;
    CHECK_OK(hu_rows_next(r, &n, &err), &err);
    flag = 1;
    CHECK_INT(hu_rows_next(r, &n, &err), HUNE_ECANCEL);
    CHECK_INT(n, 0);
    hu_rows_close(r);
    hu_engine_close(e);
}

TEST(engine_never_goes_to_the_network) {
    hu_engine *e = fresh();
    hu_arena a = {0};
    hune_err err = {0};
    char *text;
    CHECK_OK(hu_engine_text(e, "SELECT current_setting('autoinstall_known_extensions')", &a, &text,
                            &err),
             &err);
    CHECK_STR(text, "false");
    CHECK_OK(
        hu_engine_text(e, "SELECT current_setting('autoload_known_extensions')", &a, &text, &err),
        &err);
    CHECK_STR(text, "false");
    CHECK(hu_engine_run(e, "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')", &err) != HUNE_OK);
    hu_arena_clear(&a);
    hu_engine_close(e);
}

TEST(engines_do_not_share) {
    hu_engine *a = fresh(), *b = fresh();
    hune_err err = {0};
    CHECK_OK(hu_engine_run(a, "CREATE TABLE only_here(x INT)", &err), &err);
    CHECK(hu_engine_run(b, "SELECT * FROM only_here", &err) != HUNE_OK);
    hu_engine_close(a);
    hu_engine_close(b);
}
