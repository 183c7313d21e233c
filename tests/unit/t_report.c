/* t_report.c - a results folder made here with known rows; the page must hold them, and nothing
 * that a label says may become markup. */
#include "test.h"
#include "hune/report.h"
#include "report/parts.h"

static const char manifest[] =
    "{\"format\":1,\"kind\":\"screen\",\"tool\":\"hune test\",\"command\":\"hune screen "
    "</script><i>\",\"options\":{\"fdr\":0.1,\"min_cell\":11},\"store\":{\"persons\":1000,"
    "\"events\":5000}}";

/* n pairs: the first a signal, the second flagged, the third lowered, the fourth without estimate,
 * the rest noise of falling strength. Labels try to break out. */
static const char pairs_sql[] =
    "CREATE TABLE pairs AS SELECT 'D' || lpad(i::VARCHAR, 5, '0') AS drug,"
    " '</script><b>drug ' || i AS drug_label, 'OUT' AS outcome, '<img src=x>' AS outcome_label,"
    " 100 AS cases, CASE WHEN i % 2 = 0 THEN 50 END AS exposed_cases, NULL::BIGINT AS "
    "events_exposed,"
    " CASE WHEN i <> 3 THEN exp(b) END AS irr, CASE WHEN i <> 3 THEN exp(b - 0.5) END AS lower,"
    " CASE WHEN i <> 3 THEN exp(b + 0.5) END AS upper, CASE WHEN i <> 3 THEN b END AS log_irr,"
    " 0.25 AS se, CASE WHEN i <> 3 THEN p END AS p, CASE WHEN i <> 3 THEN q END AS q,"
    " NULL::DOUBLE AS pre_exposure_irr,"
    " CASE i WHEN 1 THEN 'pre_exposure' WHEN 3 THEN 'few_cases' ELSE 'ok' END AS flag"
    " FROM (SELECT i, CASE i WHEN 0 THEN 1.0 WHEN 1 THEN 0.9 WHEN 2 THEN -0.8"
    "   ELSE 0.1 * (i % 2) - 0.05 END AS b,"
    "   CASE WHEN i < 3 THEN 1e-6 * (i + 1) ELSE 0.1 + 0.9 * i / {{n}} END AS p,"
    "   CASE WHEN i < 3 THEN 0.01 ELSE 0.99 END AS q FROM range({{n}}) t(i));"
    "COPY pairs TO '{{dir}}/pairs.parquet' (FORMAT parquet)";

static const char others_sql[] =
    "COPY (SELECT 'D00000' AS drug, 'OUT' AS outcome, d AS from_day, nullif(d + 30, 60) AS to_day,"
    " NULL::BIGINT AS events, 1.5 AS irr, 1.1 AS lower, 2.0 AS upper"
    " FROM (VALUES (-30), (0), (30)) t(d)) TO '{{dir}}/windows.parquet' (FORMAT parquet);"
    "COPY (SELECT 'OUT' AS outcome, '<img src=x>' AS outcome_label, 120 AS events, 110 AS persons,"
    " 100 AS cases, '' AS excluded, true AS baseline_ok)"
    " TO '{{dir}}/outcomes.parquet' (FORMAT parquet);"
    "COPY (SELECT 1::INTEGER AS step, 'event store' AS what, 1000 AS persons, 5000 AS events)"
    " TO '{{dir}}/attrition.parquet' (FORMAT parquet);"
    "COPY (SELECT 'OUT' AS outcome, 'age' AS axis, 0.0::DOUBLE AS from_value, 50.0::DOUBLE AS"
    " to_value, 1.0::DOUBLE AS rate_ratio) TO '{{dir}}/baseline.parquet' (FORMAT parquet)";

static const char *make_results(int n) {
    static char dir[600];
    char number[16], path[700];
    snprintf(dir, sizeof dir, "%s/results", test_scratch());
    snprintf(number, sizeof number, "%d", n);
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    const char *const holes[] = {"dir", dir, "n", number, NULL};
    hune_err err = {0};
    hu_engine *e = NULL;
    CHECK_OK(hu_make_dirs(dir, &err), &err);
    CHECK_OK(hu_engine_open(1, (int64_t)256 << 20, NULL, NULL, &e, &err), &err);
    CHECK_OK(hu_engine_plan(e, pairs_sql, holes, &err), &err);
    CHECK_OK(hu_engine_plan(e, others_sql, holes, &err), &err);
    CHECK_OK(hu_write_file(path, manifest, sizeof manifest - 1, &err), &err);
    hu_engine_close(e);
    return dir;
}

/* The page's data block, parsed; the caller decrefs. */
static json_t *data_of(const char *page) {
    const char *open = strstr(page, "id=\"data\">");
    const char *close = open ? strstr(open, "</script>") : NULL;
    if (!close) return NULL;
    open += strlen("id=\"data\">");
    return json_loadb(open, (size_t)(close - open), 0, NULL);
}

static char *page_of(const char *results, const hune_report_options *options) {
    char path[700], *page = NULL;
    size_t len;
    hune_err err = {0};
    snprintf(path, sizeof path, "%s/report.html", results);
    CHECK_OK(hune_report_write(results, NULL, options, NULL, &err), &err);
    CHECK_OK(hu_read_file(path, &page, &len, &err), &err);
    return page;
}

static int64_t total(const json_t *data, size_t i) {
    return json_integer_value(
        json_array_get(json_array_get(json_object_get(data, "totals"), 0), i));
}

TEST(report_sorts_pairs_into_lights) {
    char *page = page_of(make_results(100), NULL);
    json_t *data = page ? data_of(page) : NULL;
    REQUIRE(data);
    const int64_t wanted[] = {1, 1, 1, 96, 1, 100, 99};
    for (size_t i = 0; i < 7; i++) CHECK_INT(total(data, i), wanted[i]);
    const json_t *rows = json_object_get(data, "pairs");
    CHECK_INT((int64_t)json_array_size(rows), 100);
    const char *const first[] = {"D00000", "D00001", "D00002"};
    for (size_t i = 0; i < 3; i++) {
        const json_t *row = json_array_get(rows, i);
        CHECK_STR(json_string_value(json_array_get(row, 0)), first[i]);
        CHECK_INT(json_integer_value(json_array_get(row, 13)), (int64_t)i);
    }
    const json_t *top = json_array_get(rows, 0), *last = json_array_get(rows, 99);
    NEAR(json_number_value(json_array_get(top, 5)), exp(1), 1e-4); /* five digits */
    CHECK_INT(json_integer_value(json_array_get(top, 3)), 50);
    CHECK(json_is_null(json_array_get(top, 4)));                     /* masked stays masked */
    CHECK_STR(json_string_value(json_array_get(last, 0)), "D00003"); /* no estimate: last */
    CHECK(json_is_null(json_array_get(last, 5)));
    json_decref(data);
    free(page);
}

TEST(report_thins_the_volcano_to_its_limit) {
    char *page = page_of(make_results(15000), NULL);
    json_t *data = page ? data_of(page) : NULL;
    REQUIRE(data);
    const json_t *rows = json_object_get(data, "pairs"), *row;
    int64_t marks = 0, early = 0;
    size_t i;
    json_array_foreach(rows, i, row) {
        const bool mark = json_integer_value(json_array_get(row, 14)) == 1;
        marks += mark;
        early += mark && i < HU_REPORT_STRONG;
    }
    CHECK_INT(marks, HU_REPORT_MARKS);
    CHECK_INT(early, HU_REPORT_STRONG); /* the strongest are all drawn */
    CHECK_INT(total(data, 5), 15000);
    CHECK((int64_t)json_array_size(rows) >= HU_REPORT_PAIRS);
    CHECK((int64_t)json_array_size(rows) < HU_REPORT_PAIRS + HU_REPORT_MARKS);
    json_decref(data);
    free(page);
}

TEST(report_lets_no_label_become_markup) {
    char *page = page_of(make_results(10), NULL);
    REQUIRE(page);
    CHECK(!strstr(page, "</script><b>") && !strstr(page, "</script><i>"));
    CHECK(!strstr(page, "<img src=x>"));
    CHECK(strstr(page, "\\u003c/script>\\u003c") || strstr(page, "\\u003c/script"));
    json_t *data = data_of(page);
    REQUIRE(data); /* the block ends where it should, and the label is what it was */
    const json_t *drug = json_array_get(json_object_get(data, "drugs"), 0);
    CHECK_STR(json_string_value(json_array_get(drug, 1)), "</script><b>drug 0");
    json_decref(data);
    free(page);
}

TEST(report_loads_nothing_from_outside) {
    char *page = page_of(make_results(10), NULL);
    REQUIRE(page);
    CHECK(strstr(page, "default-src 'none'") != NULL);
    const char *const loaders[] = {"<link",        "<iframe",        " src=\"http",
                                   " href=\"http", "@import",        "url(http",
                                   "fetch(",       "XMLHttpRequest", "sendBeacon"};
    for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++) {
        CHECK(!strstr(page, loaders[i]));
        if (strstr(page, loaders[i])) fprintf(stderr, "found %s\n", loaders[i]);
    }
    CHECK(!strstr(page, "{{")); /* no hole of the template is left */
    free(page);
}

TEST(report_is_the_same_bytes_twice) {
    const char *results = make_results(3000);
    char *once = page_of(results, NULL), *twice = page_of(results, NULL);
    CHECK(once && twice && !strcmp(once, twice));
    hune_context ctx;
    hune_context_init(&ctx);
    ctx.threads = 4;
    char path[700], *four = NULL;
    size_t len;
    hune_err err = {0};
    snprintf(path, sizeof path, "%s/four.html", results);
    CHECK_OK(hune_report_write(results, path, NULL, &ctx, &err), &err);
    CHECK_OK(hu_read_file(path, &four, &len, &err), &err);
    CHECK(once && four && !strcmp(once, four));
    free(once), free(twice), free(four);
}

/* Every word that one language has, the other has too, or the page would show a key. */
TEST(report_speaks_french) {
    const char *results = make_results(10);
    hune_report_options options;
    hune_report_options_init(&options);
    options.lang = "fr";
    char *fr = page_of(results, &options);
    options.lang = "en";
    char *en = page_of(results, &options);
    REQUIRE(fr && en);
    CHECK(strstr(fr, "<html lang=\"fr\">") && strstr(en, "<html lang=\"en\">"));
    json_t *words[2];
    char *pages[] = {en, fr};
    for (int i = 0; i < 2; i++) {
        const char *open = strstr(pages[i], "id=\"words\">");
        REQUIRE(open);
        open += strlen("id=\"words\">");
        const char *close = strstr(open, "</script>");
        words[i] = json_loadb(open, (size_t)(close - open), JSON_REJECT_DUPLICATES, NULL);
        REQUIRE(words[i]);
    }
    const char *key;
    json_t *word;
    json_object_foreach(words[0], key, word) CHECK(json_object_get(words[1], key) != NULL);
    CHECK_INT((int64_t)json_object_size(words[0]), (int64_t)json_object_size(words[1]));
    CHECK(strcmp(json_string_value(json_object_get(words[0], "method")),
                 json_string_value(json_object_get(words[1], "method"))));
    json_decref(words[0]), json_decref(words[1]);
    free(fr), free(en);
}

TEST(report_names_what_is_missing) {
    const char *results = make_results(10);
    char path[700], wanted[1500];
    hune_err err = {0};
    CHECK_FAILS(hune_report_write("/nowhere", NULL, NULL, NULL, &err), HUNE_EIO, &err,
                "'/nowhere' is not a folder");
    hune_report_options options;
    hune_report_options_init(&options);
    options.lang = "xx";
    CHECK_FAILS(hune_report_write(results, NULL, &options, NULL, &err), HUNE_EARG, &err,
                "no words for language 'xx'");
    snprintf(path, sizeof path, "%s/windows.parquet", results);
    unlink(path);
    snprintf(wanted, sizeof wanted, "no 'windows.parquet' in '%s'", results);
    CHECK_FAILS(hune_report_write(results, NULL, NULL, NULL, &err), HUNE_EIO, &err, wanted);
    snprintf(path, sizeof path, "%s/report.html", results);
    CHECK(!hu_is_file(path));
}

TEST(report_refuses_a_broken_table) {
    const char *results = make_results(10);
    char path[700], sql[1500], wanted[1500];
    hune_err err = {0};
    hu_engine *e = NULL;
    CHECK_OK(hu_engine_open(1, (int64_t)256 << 20, NULL, NULL, &e, &err), &err);
    snprintf(sql, sizeof sql, "COPY (SELECT 1 AS step, 'x' AS what) TO '%s/attrition.parquet'",
             results);
    CHECK_OK(hu_engine_run(e, sql, &err), &err);
    hu_engine_close(e);
    snprintf(wanted, sizeof wanted,
             "column 'persons' not found in '%s/attrition.parquet' (have step, what)", results);
    CHECK_FAILS(hune_report_write(results, NULL, NULL, NULL, &err), HUNE_EFORMAT, &err, wanted);

    snprintf(path, sizeof path, "%s/pairs.parquet", results);
    CHECK_OK(hu_write_file(path, "PAR1 cut short", 14, &err), &err);
    CHECK(hune_report_write(results, NULL, NULL, NULL, &err) != HUNE_OK);
    CHECK(strstr(err.msg, "pairs.parquet") != NULL);
    snprintf(path, sizeof path, "%s/report.html", results);
    CHECK(!hu_is_file(path));
}

TEST(report_refuses_a_broken_manifest) {
    const char *results = make_results(10);
    char path[700], wanted[1500];
    hune_err err = {0};
    snprintf(path, sizeof path, "%s/manifest.json", results);
    static const struct {
        const char *text, *says;
    } bad[] = {{"{\"format\":2,\"kind\":\"screen\"}", "'%s' has format 2, this hune reads 1"},
               {"{\"format\":1,\"kind\":\"pathway\"}",
                "'%s' is of kind 'pathway', a report wants 'screen'"}};
    for (int i = 0; i < 2; i++) {
        CHECK_OK(hu_write_file(path, bad[i].text, strlen(bad[i].text), &err), &err);
        const char *hole = strstr(bad[i].says, "%s");
        snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)(hole - bad[i].says), bad[i].says, path,
                 hole + 2);
        CHECK_FAILS(hune_report_write(results, NULL, NULL, NULL, &err), HUNE_EFORMAT, &err, wanted);
    }
    CHECK_OK(hu_write_file(path, "{\"format\":", 10, &err), &err);
    CHECK(hune_report_write(results, NULL, NULL, NULL, &err) == HUNE_EFORMAT);
    CHECK(strstr(err.msg, "manifest.json' line 1") != NULL);
}

TEST(report_numbers_as_json) {
    hu_buf b = {0};
    const double values[] = {0.0, -0.0, 1234567, 1e-300, NAN, INFINITY, 0.1};
    for (int i = 0; i < 7; i++) hu_report_number(&b, values[i]), hu_buf_add(&b, " ");
    CHECK_STR(b.text, "0 0 1.2346e+06 1e-300 null null 0.1 ");
    hu_buf_clear(&b);
}
