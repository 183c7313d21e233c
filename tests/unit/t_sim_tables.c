/* t_sim_tables.c - usual care, pseudonyms, twins, insurance, what is known of deaths, layouts. The
 * rows themselves are read by tests/cli/tables.sh. */
#include "test.h"
#include <string.h>
#include "engine/engine.h"
#include "hune/snds.h"
#include "simulate/pathways.h"

static hune_simulate_options options(const char *dirt) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.persons = 100000;
    o.seed = 12;
    o.dirt = dirt;
    return o;
}

static hune_status open_world(hu_world *w, const char *dirt, hune_err *err) {
    const hune_simulate_options o = options(dirt);
    HUNE_TRY(hu_world_open(w, &o, err));
    HUNE_TRY(hu_start_rates(w, 1, err));
    return hu_baseline_rates(w, 1, err);
}

static uint64_t life_hash(const hu_life *l) {
    uint64_t h = hu_hash_bytes(l->event, l->n_events * sizeof *l->event, 1);
    h = hu_hash_bytes(l->era, l->n_eras * sizeof *l->era, h);
    h = hu_hash_bytes(l->fill, l->n_fills * sizeof *l->fill, h);
    return h ^ hu_hash64((uint64_t)l->exit << 32 ^ (uint64_t)(uint32_t)l->death);
}

TEST(usual_care_touches_no_event_and_no_drug) {
    hu_world w;
    hu_life l;
    hune_err err;
    int changed = 0, outside = 0, doubled = 0, sundays = 0;
    const int n = test_sanitized ? 100 : 1500;
    CHECK_OK(open_world(&w, "none", &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < n; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        const uint64_t before = life_hash(&l);
        size_t items = 0; /* of usual care, the last to be added */
        while (items < l.n_items && !strcmp(l.item[l.n_items - items - 1].why, "usual")) items++;
        const size_t first = l.n_items - items;
        for (size_t k = first; k < l.n_items; k++) {
            const hu_item *it = &l.item[k];
            outside += it->day < l.entry || it->day >= l.exit || it->to < it->day ||
                       it->to > l.exit || hu_is_away(&l, it->day);
            sundays += hu_weekday(it->day) == 6 && it->kind != HU_ITEM_NURSE &&
                       it->kind != HU_ITEM_REHAB && it->kind != HU_ITEM_HOME;
        }
        CHECK_OK(hu_usual_care(&w, &l, &err), &err);
        changed += life_hash(&l) != before;
        doubled +=
            l.n_items == first + 2 * items &&
            (!items || !memcmp(l.item + first, l.item + first + items, items * sizeof *l.item));
    }
    CHECK_INT(changed, 0);
    CHECK_INT(outside, 0);
    CHECK_INT(sundays, 0);
    CHECK_INT(doubled, n); /* its draws hang on nothing but the person */
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* HbA1c: 2.8 a year of a treated diabetic aged 18 to 79, times contact with care. */
TEST(usual_care_follows_its_rates) {
    hu_world w;
    hu_life l;
    hune_err err;
    double expected = 0;
    int seen = 0, others = 0;
    const int n = test_sanitized ? 200 : 6000;
    CHECK_OK(open_world(&w, "none", &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < n; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        const hu_span s = l.state[HU_C_DIABETES];
        const int32_t from = s.from > l.entry ? s.from : l.entry,
                      to = s.to < l.exit ? s.to : l.exit;
        for (int32_t day = from; day < to; day++) {
            const int band = hu_band(l.birth, day);
            if (hu_is_away(&l, day)) continue;
            expected += (band == 0 ? 3 : band == 4 ? 2.4 : 2.8) * l.care_factor / HU_YEAR;
        }
        for (size_t k = 0; k < l.n_items; k++) {
            if (strcmp(l.item[k].why, "usual") || !l.item[k].code || strcmp(l.item[k].code, "1577"))
                continue;
            if (l.item[k].day >= from && l.item[k].day <= to) seen++;
            else others++;
        }
    }
    CHECK_INT(others, 0);
    CHECK(expected > (test_sanitized ? 10 : 1000));
    NEAR(seen, expected, 4 * sqrt(expected) + 0.005 * expected);
    hu_life_clear(&l);
    hu_world_close(&w);
}

static int rehab_after_hip(const hu_life *l) {
    int n = 0;
    for (size_t k = 0; k < l->n_items; k++)
        n += l->item[k].kind == HU_ITEM_REHAB && !strncmp(l->item[k].code, "S72", 3);
    return n;
}

TEST(a_pathway_decides_of_rehabilitation) {
    hune_simulate_options o = options("none");
    hu_world w;
    hu_life l;
    hune_err err;
    int fractures = 0, with = 0, without = 0;
    o.population = HUNE_POPULATION_ELDERLY;
    o.outcomes = "HIP";
    o.rate_scale = 1;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_OK(hu_start_rates(&w, 1, &err), &err);
    CHECK_OK(hu_baseline_rates(&w, 1, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < (test_sanitized ? 200 : 15000); i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        for (size_t k = 0; k < l.n_events; k++)
            fractures += !l.event[k].died && l.event[k].out < l.exit;
        l.n_items = 0;
        l.pathway[2] = -1;
        CHECK_OK(hu_usual_care(&w, &l, &err), &err);
        without += rehab_after_hip(&l);
        l.n_items = 0;
        l.pathway[2] = 0;
        CHECK_OK(hu_usual_care(&w, &l, &err), &err);
        with += rehab_after_hip(&l);
    }
    CHECK_INT(with, 0);
    CHECK(test_sanitized || fractures > 200);
    NEAR(without, 0.6 * fractures, 4 * sqrt(0.24 * fractures) + 1);
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(twins_are_neighbours_born_on_one_day) {
    hune_simulate_options o = options("twins");
    hu_world w, plain;
    hu_life a, b;
    hu_names x, y;
    hune_err err;
    int pairs = 0, differ = 0, shared = 0;
    const int64_t n = 60000;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_OK(hu_start_rates(&w, 1, &err), &err);
    o.dirt = "none";
    CHECK_OK(hu_world_open(&plain, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &a, &err), &err);
    CHECK_OK(hu_life_new(&w, &b, &err), &err);
    for (int64_t k = 0; k < n; k += 2) {
        if (!hu_twin(&w, k)) continue;
        pairs++;
        CHECK_INT(hu_twin(&w, k), 1);
        CHECK_INT(hu_twin(&w, k + 1), 2);
        CHECK_INT(hu_twin(&plain, k + 1), 2); /* of life, not of dirt */
        hu_person(&w, k, &a);
        hu_person(&w, k + 1, &b);
        differ += a.sex != b.sex || a.birth != b.birth;
        hu_names_of(&w, &a, &x);
        hu_names_of(&w, &b, &y);
        shared += !strcmp(x.psa[0].text, y.psa[0].text) && x.rank == 1 && y.rank == 2;
        CHECK(strcmp(x.idt, y.idt) != 0);
        hu_names_of(&plain, &b, &y);
        CHECK(strcmp(x.psa[0].text, y.psa[0].text) != 0 && y.rank == 1);
    }
    CHECK_INT(differ, 0);
    CHECK_INT(shared, pairs);
    NEAR(pairs, 0.0035 * (double)n / 2, 4 * sqrt(0.0035 * (double)n / 2));
    hu_life_clear(&a);
    hu_life_clear(&b);
    hu_world_close(&w);
    hu_world_close(&plain);
}

TEST(a_pseudonym_for_every_day) {
    hu_world w;
    hu_life l;
    hu_names n;
    hune_err err;
    int bare = 0, children = 0, both = 0, at_work = 0, after_2016 = 0, ranks = 0;
    double gaps = 0, years = 0, unseen = 0, general = 0;
    CHECK_OK(open_world(&w, "all", &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < 20000; i++) {
        hu_person(&w, i, &l);
        hu_names_of(&w, &l, &n);
        const int32_t child = l.birth + 3000, adult = l.birth + 40 * 365;
        bool has_both = false;
        for (int32_t day = child; day < child + 60; day++) has_both |= hu_psa_on(&n, day)[0] == 'R';
        children++;
        both += has_both;
        bare += strchr("PR", hu_psa_on(&n, child)[0]) == NULL;
        at_work += hu_psa_on(&n, adult)[0] == 'Q';
        after_2016 += hu_day(2016, 1, 1) > adult && hu_psa_on(&n, hu_day(2016, 1, 1))[0] != 'Q';
        general += n.scheme[0] == 0;
        for (int k = 1; k < n.n_schemes; k++) {
            CHECK(n.scheme[k] != n.scheme[k - 1] && n.gap[k].from < n.gap[k].to);
            CHECK(hu_unseen(&w, &n, n.gap[k].from) && hu_unseen(&w, &n, n.gap[k].to - 1));
            gaps += n.gap[k].to - n.gap[k].from;
            unseen++;
        }
        if (l.exit > l.entry) years += (l.exit - l.entry) / HU_YEAR;
        CHECK(!n.unsteady || hu_scheme_on(&w, &n, l.birth)->large != 1 || n.n_schemes > 1);
        if (n.unsteady && hu_rank_on(&n, hu_day(2010, 5, 5)) != hu_rank_on(&n, hu_day(2012, 5, 5)))
            ranks++;
    }
    CHECK_INT(bare, 0);
    CHECK_INT(after_2016, 0);
    NEAR((double)both / children, 0.1, 0.01);
    NEAR((double)at_work / children, 0.94, 0.02);
    NEAR(general / children, 0.77, 0.012);
    NEAR(gaps / unseen, 110, 12);            /* months */
    NEAR(unseen / years, 0.02 * 0.4, 0.002); /* of those drawn, to another scheme than one's own */
    CHECK(ranks > 100);
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(deaths_are_missing_as_often_as_said) {
    hu_world w;
    hu_life l;
    hu_sheets s = {0};
    hune_err err;
    double dead = 0, missing = 0, hospital = 0;
    const int n = test_sanitized ? 300 : 25000;
    CHECK_OK(open_world(&w, "death", &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < n; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        CHECK_OK(hu_begin_rows(&w, &l, &s, &err), &err);
        CHECK(l.death >= w.end ? s.known_death == HU_NEVER && !s.certified
                               : s.known_death == HU_NEVER || s.known_death == l.death);
        CHECK(l.killer < 0 || (l.killer < (int)l.n_events && l.death < HU_NEVER));
        if (l.death >= w.end) continue;
        dead++;
        missing += s.known_death == HU_NEVER;
        hospital += !s.certified;
    }
    NEAR(missing / dead, 0.04, 4 * sqrt(0.04 / dead));
    NEAR(hospital / dead, 0.01, 4 * sqrt(0.01 / dead) + 0.002);
    hu_sheets_clear(&s);
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(layouts_follow_the_year) {
    CHECK(hu_stay_header(HU_MCO_UM, 2005) == NULL);
    CHECK(!strncmp(hu_stay_header(HU_MCO_UM, 2008), "ETA_NUM;RSA_NUM;PAR_NBR_SEJ", 27));
    CHECK(!strncmp(hu_stay_header(HU_MCO_UM, 2010), "ETA_NUM;RSA_NUM;PAR_DUR_SEJ", 27));
    CHECK(strstr(hu_stay_header(HU_MCO_C, 2008), "ENT_DAT") == NULL);
    CHECK(strstr(hu_stay_header(HU_MCO_C, 2009), "ENT_DAT") != NULL);
    CHECK(strstr(hu_stay_header(HU_HAD_B, 2011), "DGN_PAL") != NULL);
    CHECK(strstr(hu_stay_header(HU_HAD_B, 2013), "DGN_PAL") == NULL);
    CHECK(hu_stay_header(HU_HAD_C, 2006) == NULL);
    CHECK(hu_stay_header(HU_SSR_CSARR, 2013) == NULL);
    CHECK(strstr(hu_stay_header(HU_SSR_B, 2012), "GRG_GHJ") != NULL);
    CHECK(strstr(hu_stay_header(HU_SSR_B, 2013), "GRG_GME") != NULL);
}

TEST(direct_billing_grows) {
    hu_world w;
    hune_err err;
    const hune_simulate_options o = options("none");
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK(hu_direct_billing(&w, 2012) < 0.01);
    NEAR(hu_direct_billing(&w, 2013), 0.03, 1e-12);
    NEAR(hu_direct_billing(&w, 2016), 0.24, 1e-12);
    NEAR(hu_direct_billing(&w, 2019), 0.35, 1e-12);
    NEAR(hu_direct_billing(&w, 2030), 0.35, 1e-12);
    NEAR(hu_direct_billing(&w, 1995), 0, 1e-12);
    hu_world_close(&w);
}

TEST(packs_that_are_odd_have_valid_barcodes) {
    hu_drug d = {.row = 57};
    char cip13[14], cip7[8];
    hu_odd_pack(&d, 0, cip13, cip7);
    CHECK(!strcmp(cip7, "9998057") && !strncmp(cip13, "340099998057", 12));
    hu_odd_pack(&d, 1, cip13, cip7);
    CHECK(!strcmp(cip7, "9997057"));
    int sum = 0;
    for (int i = 0; i < 13; i++) sum += (cip13[i] - '0') * (i % 2 ? 3 : 1);
    CHECK_INT(sum % 10, 0);
}

TEST(an_unknown_dirt_gets_the_list) {
    bool dirt[HU_DIRTS];
    hune_err err;
    CHECK(hu_read_dirt("late,mud", dirt, &err) == HUNE_EARG);
    CHECK(!strcmp(err.msg, "unknown dirt 'mud'"));
    CHECK(!strncmp(err.hint, "dirt is none, all or some of cancel, late, ", 43));
    for (int d = 0; d < HU_DIRTS; d++) CHECK(strstr(err.hint, hu_dirt_name((hu_dirt)d)) != NULL);
    CHECK_OK(hu_read_dirt("otc, codes", dirt, &err), &err);
    for (int d = 0; d < HU_DIRTS; d++) CHECK(dirt[d] == (d == HU_DIRT_OTC || d == HU_DIRT_CODES));
}

static char *drugs_of(const char *store, const char *what, hu_arena *a) {
    char sql[700], *text = NULL;
    hu_engine *e = NULL;
    hune_err err = {0};
    snprintf(
        sql, sizeof sql,
        "SELECT %s FROM (SELECT c.vocabulary, c.text, e.quantity, a.text AS atc FROM "
        "'%s/events/*.parquet' e JOIN '%s/codes.parquet' c USING (code) LEFT JOIN "
        "'%s/code_ancestors.parquet' u ON u.code = c.code AND u.distance = 1 LEFT JOIN "
        "'%s/codes.parquet' a ON a.code = u.ancestor WHERE e.kind = 'drug' AND c.vocabulary <> "
        "'UCD')",
        what, store, store, store, store);
    if (!hu_engine_open(1, 256 << 20, NULL, NULL, &e, &err)) hu_engine_text(e, sql, a, &text, &err);
    if (err.code) fprintf(stderr, "%s\n", err.msg);
    hu_engine_close(e);
    return text ? text : (char *)"(nothing)";
}

/* Before CIP13 were transmitted a line has CIP7 alone: ingestion must find the same packs, but for
 * those that are gone from IR_PHA_R, and all but those without an ATC code must have theirs. */
TEST(ingestion_reads_years_of_cip7) {
    static const char *const dirt[2] = {"none", "codes"};
    char raw[2][1000], store[2][1000];
    hu_arena a = {0};
    hune_err err;
    for (int k = 0; k < 2; k++) {
        hune_simulate_options o = options(dirt[k]);
        hune_snds_options in;
        hune_context ctx;
        o.persons = test_sanitized ? 60 : 400;
        o.from = "2010-01-01";
        o.to = "2012-12-31";
        hune_context_init(&ctx);
        hune_snds_options_init(&in);
        ctx.threads = 1;
        in.key = "a key for tests only";
        in.no_stamp = true;
        snprintf(raw[k], sizeof raw[k], "%s/cip-%s", test_scratch(), dirt[k]);
        snprintf(store[k], sizeof store[k], "%s/cip-store-%s", test_scratch(), dirt[k]);
        CHECK_OK(hune_simulate(raw[k], &o, &ctx, NULL, &err), &err);
        CHECK_OK(hune_snds_ingest(raw[k], store[k], &in, &ctx, NULL, &err), &err);
    }
    CHECK_STR(drugs_of(store[0], "count(*) FILTER (vocabulary <> 'CIP13' OR atc IS NULL)", &a),
              "0");
    CHECK_STR(drugs_of(store[1],
                       "count(*) FILTER ((vocabulary = 'CIP7') <> (vocabulary = 'CIP7' AND text "
                       "LIKE '9997%')) || ' ' || count(*) FILTER (atc IS NULL AND text NOT LIKE "
                       "'9997%' AND text NOT LIKE '340099997%' AND text NOT LIKE '340099998%')",
                       &a),
              "0 0");
    /* as many packs, and of those with an ATC code all but 0.3 % */
    CHECK_STR(drugs_of(store[0], "sum(quantity)", &a), drugs_of(store[1], "sum(quantity)", &a));
    const double all = strtod(drugs_of(store[0], "count(atc)", &a), NULL),
                 known = strtod(drugs_of(store[1], "count(atc)", &a), NULL);
    CHECK(all > (test_sanitized ? 300 : 4000));
    NEAR(1 - known / all, 0.003, 0.003 + 2 / all);
    hu_arena_clear(&a);
}
