/* t_snds.c - raw SNDS tables to events. What must come out was written down by hand from the raw
 * files and the rules of docs/snds.md, person by person. */
#include "test.h"
#include "base/base.h"
#include "engine/engine.h"
#include "hune/snds.h"

static hune_status ingest(const char *raw, const char *store, int threads, int64_t part_rows,
                          hune_snds_summary *sum, hune_err *err) {
    hune_snds_options o;
    hune_context ctx;
    hune_snds_options_init(&o);
    hune_context_init(&ctx);
    ctx.threads = threads;
    ctx.memory_bytes = 512 << 20;
    o.key = "a key for tests only";
    o.no_stamp = true;
    o.part_rows = part_rows;
    return hune_snds_ingest(raw, store, &o, &ctx, sum, err);
}

/* One text per query: its rows joined by newlines. */
static char *ask(const char *store, const char *sql, hu_arena *a) {
    hu_engine *e = NULL;
    hune_err err = {0};
    char *text = NULL;
    const char *const pairs[] = {"s", store, NULL};
    char *filled = NULL;
    if (!hu_fill(sql, pairs, &filled, &err) && !hu_engine_open(1, 256 << 20, NULL, NULL, &e, &err))
        hu_engine_text(e, filled, a, &text, &err);
    if (err.code) fprintf(stderr, "%s\n", err.msg);
    free(filled);
    hu_engine_close(e);
    return text ? text : (char *)"(nothing)";
}

/* Events as lines: year of birth, start, end, kind, vocabulary, code, quantity, amount, position.
 */
static const char lines_sql[] =
    "SELECT string_agg(x, chr(10) ORDER BY x) FROM (SELECT year(p.birth) || ' ' || start::DATE || "
    "' "
    "' || coalesce(e.\"end\"::DATE::VARCHAR, '-') || ' ' || e.kind || ' ' || vocabulary || ' ' || "
    "text || ' ' || coalesce(quantity::VARCHAR, '-') || ' ' || coalesce(round(amount, 4)::VARCHAR, "
    "'-') || ' ' || coalesce(position::VARCHAR, '-') AS x FROM '{{s}}/events/*.parquet' e JOIN "
    "'{{s}}/codes.parquet' c USING (code) JOIN '{{s}}/persons.parquet' p USING (person) WHERE "
    "c.kind "
    "= e.kind)";

/* A 1950, B (two pseudonyms) 1960, twins 1970 and 1971 on one pseudonym, G 1940 died 2010-01-25. */
static const char small_events[] =
    "1940 2010-01-25 - death HUNE DEATH - - -\n"
    /* two ALD rows that overlap are one; the open one stands alone */
    "1950 2008-01-01 2012-01-02 long_term_illness ICD10 E11 - - -\n"
    /* 10 January: 2 packs, -2 packs in the next flow: nothing. 11: twice one pack. 12: 1 - 1 + 3 */
    "1950 2010-01-11 - drug CIP13 3400935418487 2.0 21.0 -\n"
    "1950 2010-01-12 - drug CIP13 3400935418487 3.0 31.5 -\n"
    /* extracted twice: once. CIP7. Unknown code. 15 of 30 tablets at 0.40 */
    "1950 2010-01-20 - drug CIP13 3400935418487 1.0 10.5 -\n"
    "1950 2010-01-21 - drug CIP13 3400935563538 1.0 10.5 -\n"
    "1950 2010-01-22 - drug CIP13 3400999999999 1.0 10.5 -\n"
    "1950 2010-01-23 - drug CIP13 3400935418487 0.5 6.0 -\n"
    /* second flow: other separator, columns in reverse, code as 3400935563538.0 */
    "1950 2010-02-01 - drug CIP13 3400935563538 1.0 10.5 -\n"
    "1950 2010-02-02 - act CCAM NEQK010 2.0 40.0 -\n"
    /* 3 whole units and a half; 1.0000 is no fraction */
    "1950 2010-02-03 - drug UCD 0000009238329 3.5 70.0 -\n"
    "1950 2010-02-04 - drug UCD 0000009238329 2.0 40.0 -\n"
    /* stay 1, with the unit's diagnosis that the stay does not have; stay 5 of one day */
    "1950 2010-03-01 2010-03-05 diagnosis ICD10 E119 - - 3\n"
    "1950 2010-03-01 2010-03-05 diagnosis ICD10 I10 - - 4\n"
    "1950 2010-03-01 2010-03-05 diagnosis ICD10 S720 - - 1\n"
    "1950 2010-03-01 2010-03-05 diagnosis ICD10 W190 - - 3\n"
    "1950 2010-03-01 2010-03-05 diagnosis ICD10 Z501 - - 2\n"
    "1950 2010-03-01 2010-03-05 stay GHM 08M141 - - -\n"
    "1950 2010-03-02 - act CCAM NBCA010 1.0 - -\n"
    "1950 2010-03-10 2010-03-11 diagnosis ICD10 S720 - - 1\n"
    "1950 2010-03-10 2010-03-11 stay GHM 28Z04Z - - -\n"
    "1950 2013-01-01 - long_term_illness ICD10 E11 - - -\n"
    /* one person under two pseudonyms; entry = exit - 2 nights; death in hospital */
    "1960 2010-01-14 - drug CIP13 3400935418487 1.0 10.5 -\n"
    "1960 2010-01-15 - drug CIP13 3400935418487 1.0 10.5 -\n"
    "1960 2010-03-07 2010-03-09 diagnosis ICD10 I500 - - 1\n"
    "1960 2010-03-07 2010-03-09 stay GHM 08M141 - - -\n"
    "1960 2010-03-09 - death HUNE DEATH - - -\n"
    "1970 2010-01-14 - drug CIP13 3400935418487 1.0 10.5 -\n"
    "1971 2010-01-14 - drug CIP13 3400935418487 1.0 10.5 -";

TEST(every_rule_of_the_small_folder) {
    hune_err err = {0};
    hune_snds_summary sum = {0};
    char store[400];
    hu_arena a = {0};
    snprintf(store, sizeof store, "%s/store", test_scratch());
    CHECK_OK(ingest(test_data("snds/small"), store, 2, 0, &sum, &err), &err);
    CHECK_STR(ask(store, lines_sql, &a), small_events);
    CHECK_INT(sum.files, 15);
    CHECK_INT(sum.files_ignored, 1);
    CHECK_INT(sum.persons, 5);
    CHECK_INT(sum.rows_in, 120);
    CHECK_INT(sum.rows_in, sum.rows_kept + sum.rows_rejected);
    CHECK_INT(sum.events, 29);
    CHECK_INT(sum.cancelled, 2);   /* the purchase of 10 January and its cancellation */
    CHECK_INT(sum.merged, 4);      /* 11 January, two of 12 January, W190 listed twice */
    CHECK_INT(sum.after_death, 1); /* G on the 26th */
    CHECK_INT(sum.codes_unknown, 1);
    hu_arena_clear(&a);
}

/* Rows in the rejects, by file and reason, against a list counted by hand in the raw files. */
TEST(rejects_are_beside_with_their_reason) {
    hune_err err = {0};
    hu_arena a = {0};
    char store[400];
    snprintf(store, sizeof store, "%s/store", test_scratch());
    CHECK_OK(ingest(test_data("snds/small"), store, 1, 0, NULL, &err), &err);
    static const char sql[] =
        "SELECT string_agg(x, ' ' ORDER BY x) FROM (SELECT reason || ':' || count(*) AS x FROM "
        "read_parquet('{{s}}/rejects/ER_PHA_F*.parquet') GROUP BY reason)";
    CHECK_STR(ask(store, sql, &a),
              "ambiguous_person:1 care_after_flow:1 duplicate_line:1 fictive_person:1 "
              "impossible_id:1 information_only:2 no_base_act:1 no_care_date:2 no_quantity:1 "
              "orphan:1 supplement:1 unknown_person:1");
    static const char stays[] =
        "SELECT string_agg(x, ' ' ORDER BY x) FROM (SELECT reason || ':' || count(*) AS x FROM "
        "read_parquet('{{s}}/rejects/T_MCOaaB*.parquet') GROUP BY reason)";
    CHECK_STR(ask(store, stays, &a),
              "ambiguous_person:1 duplicate_hospital:1 ghs_9999:1 grouping_error:1 impossible_id:1 "
              "no_chaining:1 other_hospital_bills:1 return_code:2");
    static const char dead[] =
        "SELECT reason || ' ' || day || ' ' || code FROM "
        "(SELECT reason, day, text AS code FROM "
        "'{{s}}/rejects/events-0000.parquet' JOIN '{{s}}/codes.parquet' USING "
        "(code))";
    CHECK_STR(ask(store, dead, &a), "after_death 2010-01-26 3400935418487");
    hu_arena_clear(&a);
}

TEST(dictionaries_and_persons) {
    hune_err err = {0};
    hu_arena a = {0};
    char store[400];
    snprintf(store, sizeof store, "%s/store", test_scratch());
    CHECK_OK(ingest(test_data("snds/small"), store, 1, 0, NULL, &err), &err);
    CHECK_STR(ask(store,
                  "SELECT string_agg(distance || ' ' || p.text, ', ' ORDER BY distance) FROM "
                  "'{{s}}/code_ancestors.parquet' a JOIN '{{s}}/codes.parquet' c USING (code) JOIN "
                  "'{{s}}/codes.parquet' p ON p.code = a.ancestor WHERE c.text = '3400935418487'",
                  &a),
              "1 A10BB09, 2 A10BB, 3 A10B, 4 A10, 5 A");
    CHECK_STR(ask(store,
                  "SELECT string_agg(c.kind || ' ' || p.text, ', ' ORDER BY c.kind) FROM "
                  "'{{s}}/code_ancestors.parquet' a JOIN '{{s}}/codes.parquet' c USING (code) JOIN "
                  "'{{s}}/codes.parquet' p ON p.code = a.ancestor WHERE c.text = 'S720'",
                  &a),
              "diagnosis S72");
    /* 30 tablets; no number of tablets and a large pack; not in the list */
    CHECK_STR(
        ask(store,
            "SELECT string_agg(text || '=' || coalesce(pack_days, -1), ' ' ORDER BY text) FROM "
            "'{{s}}/codes.parquet' WHERE vocabulary = 'CIP13'",
            &a),
        "3400935418487=30.0 3400935563538=90.0 3400999999999=30.0");
    CHECK_STR(
        ask(store, "SELECT label FROM '{{s}}/codes.parquet' WHERE text = '3400935563538'", &a),
        "PIOGLITAZONE \xC3\x80 30MG"); /* Latin-1 in the file */
    CHECK_STR(
        ask(store,
            "SELECT string_agg(year(birth) || ' ' || coalesce(sex, 0) || ' ' || "
            "coalesce(death::VARCHAR, '-') || ' ' || coalesce(region, '-') || ' ' || "
            "coalesce(scheme, '-'), ', ' ORDER BY birth) FROM '{{s}}/persons.parquet'",
            &a),
        "1940 1 2010-01-25 59 -, 1950 1 - 75 01, 1960 2 2010-03-09 2A 02, 1970 2 - 971 -, 1971 "
        "2 - 971 -");
    CHECK_STR(ask(store,
                  "SELECT string_agg(year(birth) || ' ' || o.start || ' ' || o.\"end\" || ' ' || "
                  "reason, ', ' ORDER BY birth) FROM '{{s}}/observation.parquet' o JOIN "
                  "'{{s}}/persons.parquet' USING (person)",
                  &a),
              "1940 2010-01-01 2010-01-26 death, 1950 2010-01-01 2010-04-01 study_end, 1960 "
              "2010-01-01 2010-03-10 death, 1970 2010-01-01 2010-04-01 study_end, 1971 2010-01-01 "
              "2010-04-01 study_end");
    /* a keyed hash: nothing of the raw identifiers is left anywhere in the store's tables */
    CHECK_STR(ask(store,
                  "SELECT count(*)::VARCHAR || ' ' || min(length(source_id)) FROM "
                  "'{{s}}/persons.parquet' WHERE source_id NOT LIKE '%id%'",
                  &a),
              "5 64");
    hu_arena_clear(&a);
}

/* store.json lists the sha256 of every part and table: equal files mean equal stores. */
/* One pseudonym, two persons: the rank tells them apart in the general scheme, and nowhere else. */
TEST(ranks_count_in_the_general_scheme_only) {
    static const char ben[] =
        "BEN_NIR_PSA;BEN_RNG_GEM;BEN_IDT_ANO;BEN_CDI_NIR;BEN_SEX_COD;BEN_NAI_ANN\n"
        "TTTTTTTTTTTTTTTTT;1;IDTA;00;1;1980\n"
        "TTTTTTTTTTTTTTTTT;2;IDTB;00;1;1980\n";
    static const char head[] =
        "FLX_DIS_DTD;FLX_TRT_DTD;FLX_EMT_TYP;FLX_EMT_NUM;FLX_EMT_ORD;ORG_CLE_NUM;DCT_ORD_NUM;"
        "PRS_ORD_NUM;REM_TYP_AFF;BEN_NIR_PSA;BEN_RNG_GEM;RGM_GRG_COD;EXE_SOI_DTD;PRS_ACT_QTE\n";
    static const char line[] =
        "01/02/2010;05/02/2010;1;1;0;01C011001;%d;1;0;TTTTTTTTTTTTTTTTT;%d;%d;10/01/2010;1\n";
    char raw[1000], store[1000], path[1100], text[2000];
    hu_arena a = {0};
    hune_snds_summary sum = {.size = sizeof sum};
    hune_err err;
    snprintf(raw, sizeof raw, "%s/ranks-raw", test_scratch());
    snprintf(store, sizeof store, "%s/ranks-store", test_scratch());
    CHECK_OK(hu_make_dirs(raw, &err), &err);
    snprintf(path, sizeof path, "%s/IR_BEN_R.csv", raw);
    CHECK_OK(hu_write_file(path, ben, strlen(ben), &err), &err);
    size_t n = (size_t)snprintf(text, sizeof text, "%s", head);
    n += (size_t)snprintf(text + n, sizeof text - n, line, 1, 1, 1);
    n += (size_t)snprintf(text + n, sizeof text - n, line, 2, 2, 1);
    n += (size_t)snprintf(text + n, sizeof text - n, line, 3, 2, 2);
    n += (size_t)snprintf(text + n, sizeof text - n, line, 4, 1, 3);
    snprintf(path, sizeof path, "%s/ER_PRS_F_201002.csv", raw);
    CHECK_OK(hu_write_file(path, text, n, &err), &err);
    CHECK_OK(ingest(raw, store, 1, 0, &sum, &err), &err);
    CHECK_STR(ask(store,
                  "SELECT string_agg(reason || ' ' || dct_ord_num, ' ' ORDER BY dct_ord_num) FROM "
                  "'{{s}}/rejects/ER_PRS_F*.parquet'",
                  &a),
              "ambiguous_person 3 ambiguous_person 4");
    hu_arena_clear(&a);
}

TEST(same_bytes_for_any_threads) {
    hune_err err = {0};
    char one[400], two[400], path[500];
    char *a = NULL, *b = NULL;
    size_t na, nb;
    snprintf(one, sizeof one, "%s/one", test_scratch());
    snprintf(two, sizeof two, "%s/two", test_scratch());
    CHECK_OK(ingest(test_data("snds/small"), one, 1, 4, NULL, &err), &err);
    CHECK_OK(ingest(test_data("snds/small"), two, 3, 4, NULL, &err), &err);
    snprintf(path, sizeof path, "%s/store.json", one);
    CHECK_OK(hu_read_file(path, &a, &na, &err), &err);
    snprintf(path, sizeof path, "%s/store.json", two);
    CHECK_OK(hu_read_file(path, &b, &nb, &err), &err);
    CHECK(a && b && na == nb && !memcmp(a, b, na));
    free(a);
    free(b);
}

/* Copy the small folder, each file through `how`, to other names and places. */
static const char *const small_files[] = {
    "ER_PRS_F_201002", "ER_PRS_F_201003", "ER_PHA_F_201002", "ER_PHA_F_201003", "ER_CAM_F_201003",
    "ER_ETE_F_201003", "ER_UCD_F_201003", "IR_BEN_R",        "IR_IMB_R",        "IR_PHA_R",
    "T_MCO10A",        "T_MCO10B",        "T_MCO10C",        "T_MCO10D",        "T_MCO10UM"};
enum { N_SMALL = sizeof small_files / sizeof *small_files };

TEST(parquet_files_give_the_same_events) {
    hune_err err = {0};
    hu_arena a = {0};
    hu_engine *e = NULL;
    char raw[300], store[300];
    snprintf(raw, sizeof raw, "%s/raw", test_scratch());
    snprintf(store, sizeof store, "%s/store", test_scratch());
    CHECK_OK(hu_make_dirs(raw, &err), &err);
    CHECK_OK(hu_engine_open(1, 256 << 20, NULL, NULL, &e, &err), &err);
    for (int k = 0; k < N_SMALL; k++) {
        const char *f = small_files[k];
        const bool comma = !strcmp(f, "ER_PRS_F_201003"), latin = !strcmp(f, "IR_PHA_R");
        /* The nine keys as dates and numbers, as a typed extract has them. */
        const char *types =
            f[0] == 'E' ? "FLX_DIS_DTD::DATE AS FLX_DIS_DTD, DCT_ORD_NUM::DOUBLE AS DCT_ORD_NUM"
                        : NULL;
        CHECK_OK(
            hu_engine_run(e,
                          hu_arena_printf(&a,
                                          "SET GLOBAL TimeZone = 'UTC'; COPY (SELECT %s%s%s FROM "
                                          "(SELECT * %s FROM read_csv('%s/%s.csv', all_varchar = "
                                          "true, header = true, delim = '%s'%s))) TO "
                                          "'%s/%s.parquet'",
                                          types ? "* REPLACE (" : "*", types ? types : "",
                                          types ? ")" : "",
                                          types ? "REPLACE (strptime(FLX_DIS_DTD, "
                                                  "'%d/%m/%Y')::VARCHAR AS FLX_DIS_DTD)"
                                                : "",
                                          test_data("snds/small"), f, comma ? "," : ";",
                                          latin ? ", encoding = 'latin-1'" : "", raw, f),
                          &err),
            &err);
    }
    hu_engine_close(e);
    CHECK_OK(ingest(raw, store, 2, 0, NULL, &err), &err);
    CHECK_STR(ask(store, lines_sql, &a), small_events);
    hu_arena_clear(&a);
}

/* A folder per table, and one year's claims in one file: groups are found by suffix, or given up.
 */
TEST(other_layouts_of_the_folder) {
    hune_err err = {0};
    hu_arena a = {0};
    for (int layout = 0; layout < 2; layout++) {
        char raw[300], store[300];
        snprintf(raw, sizeof raw, "%s/raw%d", test_scratch(), layout);
        snprintf(store, sizeof store, "%s/store%d", test_scratch(), layout);
        for (int k = 0; k < N_SMALL; k++) {
            const char *f = small_files[k];
            char *text = NULL, folder[400], to[500], from[2300];
            size_t n;
            snprintf(folder, sizeof folder, "%s/%.8s", raw, f);
            if (layout == 1) snprintf(folder, sizeof folder, "%s/2010", raw);
            snprintf(from, sizeof from, "%s/%s.csv", test_data("snds/small"), f);
            /* layout 1: ER_PHA_F by another cut of the year than ER_PRS_F */
            const bool cut = layout == 1 && hu_starts(f, "ER_PHA_F");
            snprintf(to, sizeof to, "%s/%s%s.csv", folder, f, cut ? "_bis" : "");
            CHECK_OK(hu_make_dirs(folder, &err), &err);
            CHECK_OK(hu_read_file(from, &text, &n, &err), &err);
            CHECK_OK(hu_write_file(to, text, n, &err), &err);
            free(text);
        }
        CHECK_OK(ingest(raw, store, 2, 0, NULL, &err), &err);
        CHECK_STR(ask(store, lines_sql, &a), small_events);
    }
    hu_arena_clear(&a);
}

/* data/scalpel/raw, derived by hand: of six payment lines one has no date, one is a supplement,
 * three are for information; stays of 2006 and 2007 start at the first of the exit's month less the
 * nights; those of 2008 come after the death of January 2008. */
static const char scalpel_events[] =
    "1959 2005-12-24 2006-01-01 diagnosis ICD10 C669 - - 3\n"
    "1959 2005-12-24 2006-01-01 diagnosis ICD10 C671 - - 1\n"
    "1959 2005-12-24 2006-01-01 diagnosis ICD10 E08 - - 2\n"
    "1959 2005-12-24 2006-01-01 stay GHM 13J60M - - -\n"
    "1959 2005-12-26 - act CCAM BBBB123 1.0 - -\n"
    "1959 2005-12-29 2006-01-01 diagnosis ICD10 C670 - - 1\n"
    "1959 2005-12-29 2006-01-01 stay GHM 12H50L - - -\n"
    "1959 2005-12-31 - act CCAM AAAA123 1.0 - -\n"
    "1959 2006-01-25 2011-01-25 long_term_illness ICD10 E11 - - -\n"
    "1959 2006-03-13 2016-03-14 long_term_illness ICD10 C67 - - -\n"
    "1959 2007-01-29 2007-02-01 diagnosis ICD10 C665 - - 3\n"
    "1959 2007-01-29 2007-02-01 diagnosis ICD10 C670 - - 1\n"
    "1959 2007-01-29 2007-02-01 diagnosis ICD10 C671 - - 1\n"
    "1959 2007-01-29 2007-02-01 diagnosis ICD10 E05 - - 2\n"
    "1959 2007-01-29 2007-02-01 stay GHM 12H50L - - -\n"
    "1959 2007-01-29 2007-02-01 stay GHM 13J60M - - -\n"
    "1959 2007-01-31 - act CCAM AAAA123 1.0 - -\n"
    "1959 2007-01-31 - act CCAM BBBB123 1.0 - -\n"
    "1959 2008-01-25 - death HUNE DEATH - - -\n"
    "1975 2006-01-15 - drug CIP13 3400935418487 2.0 110.4 -\n"
    "1975 2006-01-15 - drug UCD 0000009348420 20.0 1786.0 -";

TEST(scalpel_files_as_they_are) {
    const char *raw = test_shared("data/scalpel/raw");
    if (!raw) SKIP("the shared folder is not there");
    hune_err err = {0};
    hune_snds_summary sum = {0};
    hu_arena a = {0};
    char store[400];
    snprintf(store, sizeof store, "%s/store", test_scratch());
    CHECK_OK(ingest(raw, store, 2, 0, &sum, &err), &err);
    CHECK_STR(ask(store, lines_sql, &a), scalpel_events);
    CHECK_INT(sum.files, 21);
    CHECK_INT(sum.files_ignored, 10);
    CHECK_INT(sum.after_death, 8); /* 2 stays, 2 main, 1 related, 1 associated diagnosis, 2 acts */
    hu_arena_clear(&a);
}
