/* A store made by chance with a known truth: drug A triples the rate of the outcome while taken,
 * forty other drugs do nothing. */
#include "test.h"
#include "hune/screen.h"
#include "hune/store.h"
#include "engine/engine.h"
#include "mini_store.h"
#include "store/store.h"

#define DAYS 2191
#define DRUGS 41
#define PERSONS (test_sanitized ? 1500 : 6000)
#define TRUE_IRR 3.0

typedef struct life {
    int from[DRUGS], to[DRUGS]; /* exposure, from < 0 = never */
    int event;
} life;

static int left_market = 1700; /* nobody starts drug A from this day on */
static bool begun_together;    /* drug B is begun with drug A, by most who take both */

static life draw(uint64_t person) {
    life l;
    hu_rng r = hu_rng_at(7, person, 1);
    for (int d = 0; d < DRUGS; d++) {
        l.from[d] = l.to[d] = -1;
        if (hu_rng_unif(&r) > 0.5) continue;
        l.from[d] = (int)hu_rng_below(&r, d == 0 ? left_market : 1700);
        l.to[d] = l.from[d] + 30 * (1 + (int)hu_rng_below(&r, 12));
    }
    if (begun_together && l.from[0] >= 0 && l.from[1] >= 0 && hu_rng_unif(&r) < 0.8) {
        l.to[1] += l.from[0] - l.from[1];
        l.from[1] = l.from[0];
    }
    for (;;) { /* rejection: exposed days count three times */
        l.event = (int)hu_rng_below(&r, DAYS);
        const bool exposed = l.event >= l.from[0] && l.event < l.to[0] && l.from[0] >= 0;
        if (exposed || hu_rng_unif(&r) < 1 / TRUE_IRR) return l;
    }
}

static const char *write_store(int parts) {
    static char dir[512];
    char path[600], sql[1000];
    hu_buf b = {0};
    hune_err err;
    snprintf(dir, sizeof dir, "%s/store%d", test_scratch(), parts);
    snprintf(path, sizeof path, "%s/events%d.csv", test_scratch(), parts);
    hu_buf_add(&b, "person,day,kind,code,quantity,position\n");
    for (int i = 0; i < PERSONS; i++) {
        const life l = draw((uint64_t)i);
        for (int d = 0; d < DRUGS; d++)
            if (l.from[d] >= 0)
                hu_buf_printf(&b, "%d,%d,drug,%d,%d,\n", i, l.from[d], d,
                              (l.to[d] - l.from[d]) / 30);
        hu_buf_printf(&b, "%d,%d,diagnosis,%d,,1\n", i, l.event, 2 * DRUGS);
    }
    CHECK_OK(hu_write_file(path, b.text, b.len, &err), &err);
    hu_buf_clear(&b);
    snprintf(sql, sizeof sql,
             "SELECT person, DATE '2009-01-01' + day::INTEGER, NULL, kind, code, quantity, "
             "position FROM read_csv('%s', all_varchar = false)",
             path);
    char people[200], spans[200], codes[600], up[200];
    snprintf(people, sizeof people,
             "SELECT i, 1 + i %% 2, DATE '1940-01-01' + (i * 3 %% 9000)::INTEGER, NULL FROM "
             "range(%d) t(i)",
             PERSONS);
    snprintf(spans, sizeof spans,
             "SELECT i, DATE '2009-01-01', DATE '2015-01-01' FROM range(%d) t(i)", PERSONS);
    snprintf(
        codes, sizeof codes,
        "SELECT i, 'drug', 'CIP13', 'P' || i, 'product ' || i, 30 FROM range(%d) t(i) UNION ALL "
        "SELECT %d + i, 'drug', 'ATC', printf('A10BA%%02d', i), 'drug ' || i, NULL FROM range(%d) "
        "t(i) UNION ALL "
        "SELECT %d, 'diagnosis', 'ICD10', 'C67', 'outcome', NULL",
        DRUGS, DRUGS, DRUGS, 2 * DRUGS);
    snprintf(up, sizeof up, "SELECT i, %d + i, 1 FROM range(%d) t(i)", DRUGS, DRUGS);
    const mini_store m = {people, spans, sql, codes, up, parts};
    CHECK_OK(mini_write(&m, dir, &err), &err);
    return dir;
}

static int rounds = 2;

static hune_screen_summary screen(const char *dir, const char *results, int threads,
                                  int64_t min_cell) {
    hune_screen_summary sum = {0};
    hune_store *s = NULL;
    hune_err err;
    hune_context ctx;
    hune_context_init(&ctx);
    ctx.threads = threads;
    hune_screen_options o;
    hune_screen_options_init(&o);
    o.min_cell = min_cell;
    o.no_stamp = 1;
    o.csv = 1;
    o.rounds = rounds;
    CHECK_OK(hune_store_open(dir, &s, &err), &err);
    if (s) CHECK_OK(hune_screen_run(s, &o, 100, results, &ctx, &sum, &err), &err);
    hune_store_close(s);
    return sum;
}

static double value(const char *results, const char *sql_tail) {
    hu_engine *e;
    hune_err err;
    double v = NAN;
    char sql[900];
    CHECK_OK(hu_engine_open(1, (int64_t)256 << 20, NULL, NULL, &e, &err), &err);
    snprintf(sql, sizeof sql, "SELECT %s", sql_tail);
    char *at = strstr(sql, "@"); /* @ = the results folder */
    char full[1400];
    snprintf(full, sizeof full, "%.*s%s%s", at ? (int)(at - sql) : (int)strlen(sql), sql,
             at ? results : "", at ? at + 1 : "");
    CHECK_OK(hu_engine_f64(e, full, &v, &err), &err);
    hu_engine_close(e);
    return v;
}

/* The same likelihood by another road: flat baseline, days counted one by one, bisection on the
 * score. */
static double by_hand(void) {
    double lo = -3, hi = 3;
    for (int step = 0; step < 60; step++) {
        const double b = (lo + hi) / 2;
        double score = 0;
        for (int i = 0; i < PERSONS; i++) {
            const life l = draw((uint64_t)i);
            if (l.from[0] < 0) continue;
            const int pre = l.from[0] < 30 ? l.from[0] : 30;
            if (l.event >= l.from[0] - pre && l.event < l.from[0]) continue;
            const double e = (l.to[0] < DAYS ? l.to[0] : DAYS) - l.from[0], rest = DAYS - pre - e;
            score += (l.event >= l.from[0] && l.event < l.to[0]) - e * exp(b) / (rest + e * exp(b));
        }
        if (score > 0) lo = b;
        else hi = b;
    }
    return lo;
}

TEST(the_planted_effect_comes_back_and_the_others_do_not) {
    char results[600];
    const char *dir = write_store(3);
    snprintf(results, sizeof results, "%s/results", test_scratch());
    hune_screen_summary sum = screen(dir, results, 2, 0);
    CHECK_INT(sum.pairs, DRUGS);
    CHECK_INT(sum.cases, PERSONS);
    REQUIRE(sum.n_top >= 1);
    CHECK_STR(sum.top[0].drug, "A10BA00");
    CHECK(sum.top[0].lower < TRUE_IRR && TRUE_IRR < sum.top[0].upper);
    const double log_irr =
        value(results, "log_irr FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA00'");
    const double se =
        value(results, "se FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA00'");
    NEAR(log_irr, log(TRUE_IRR), 3 * se);
    NEAR(log_irr, by_hand(), 0.5 * se); /* the fitted baseline is nearly, not exactly, flat */
    /* forty nulls: the share below 5 % is binomial, the median ratio is near one */
    const double share =
        value(results,
              "avg((p < 0.05)::INT) FROM read_parquet('@/pairs.parquet') WHERE drug <> 'A10BA00'");
    CHECK(share <= 0.05 + 3 * sqrt(0.05 * 0.95 / 40));
    NEAR(value(results,
               "median(log_irr / se) FROM read_parquet('@/pairs.parquet') WHERE drug <> 'A10BA00'"),
         0, 0.6);
    NEAR(value(results, "median(ln(pre_exposure_irr)) FROM read_parquet('@/pairs.parquet')"), 0,
         0.12);
    /* the effect is there in each window of use and not before */
    NEAR(value(results, "ln(irr) FROM read_parquet('@/windows.parquet') WHERE drug = 'A10BA00' AND "
                        "from_day = 90"),
         log(TRUE_IRR), 0.4);
    NEAR(value(results, "ln(irr) FROM read_parquet('@/windows.parquet') WHERE drug = 'A10BA00' AND "
                        "from_day = -30"),
         0, 0.7);
    hune_screen_summary_clear(&sum);
}

/* Everybody takes drug A in the first years only: its effect hides in the calendar until it is
 * taken out. */
TEST(a_drug_that_left_the_market_is_not_judged_against_its_own_shadow) {
    char results[600];
    double log_irr[3];
    left_market = 500;
    const char *dir = write_store(3);
    for (rounds = 1; rounds <= 2; rounds++) {
        snprintf(results, sizeof results, "%s/round%d", test_scratch(), rounds);
        hune_screen_summary sum = screen(dir, results, 2, 0);
        hune_screen_summary_clear(&sum);
        log_irr[rounds] =
            value(results, "log_irr FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA00'");
    }
    const double se =
        value(results, "se FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA00'");
    CHECK(log_irr[1] < log_irr[2]);
    NEAR(log_irr[2], by_hand(),
         0.75 * se); /* what the sample itself says, by a road without a baseline */
    CHECK(log_irr[1] <
          by_hand() - (test_sanitized ? 0.5 : 2) * se); /* the shadow is there in the first round */
    rounds = 2;
    left_market = 1700;
}

/* Drug B does nothing, but is taken when drug A is: it carries A's effect until A is known. */
TEST(a_drug_does_not_carry_the_effect_of_another) {
    if (test_sanitized) SKIP("needs all the persons of the plain build");
    char results[600];
    double log_irr[3], se = NAN;
    begun_together = true;
    const char *dir = write_store(3);
    for (rounds = 1; rounds <= 2; rounds++) {
        snprintf(results, sizeof results, "%s/together%d", test_scratch(), rounds);
        hune_screen_summary sum = screen(dir, results, 2, 0);
        hune_screen_summary_clear(&sum);
        log_irr[rounds] =
            value(results, "log_irr FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA01'");
        se = value(results, "se FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA01'");
    }
    CHECK(log_irr[1] > 3 * se);
    NEAR(log_irr[2], 0, 2.5 * se);
    const double a =
        value(results, "log_irr FROM read_parquet('@/pairs.parquet') WHERE drug = 'A10BA00'");
    NEAR(a, log(TRUE_IRR), 3 * se);
    rounds = 2;
    begun_together = false;
}

static bool same_file(const char *a, const char *b, const char *name) {
    char path[700], *x = NULL, *y = NULL;
    size_t n = 0, m = 0;
    hune_err err;
    snprintf(path, sizeof path, "%s/%s", a, name);
    CHECK_OK(hu_read_file(path, &x, &n, &err), &err);
    snprintf(path, sizeof path, "%s/%s", b, name);
    CHECK_OK(hu_read_file(path, &y, &m, &err), &err);
    const bool same = x && y && n == m && !memcmp(x, y, n);
    free(x);
    free(y);
    return same;
}

TEST(results_are_the_same_bytes_for_any_number_of_threads) {
    static const char *const names[] = {"pairs.parquet",    "pairs.csv",    "windows.csv",
                                        "baseline.parquet", "outcomes.csv", "attrition.csv",
                                        "manifest.json"};
    char one[600], four[600];
    const char *dir = write_store(5);
    snprintf(one, sizeof one, "%s/one", test_scratch());
    snprintf(four, sizeof four, "%s/four", test_scratch());
    hune_screen_summary a = screen(dir, one, 1, 11), b = screen(dir, four, 4, 11);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!same_file(one, four, names[i])) CHECK_STR(names[i], "the same");
    hune_screen_summary_clear(&a);
    hune_screen_summary_clear(&b);
}

TEST(small_counts_never_leave) {
    char results[600];
    const char *dir = write_store(2);
    snprintf(results, sizeof results, "%s/masked", test_scratch());
    hune_screen_summary sum = screen(dir, results, 2, 100000);
    CHECK_INT((int64_t)value(results, "count(*) FROM read_parquet('@/pairs.parquet') WHERE "
                                      "exposed_cases IS NOT NULL OR (events_exposed > 0)"),
              0);
    if (sum.n_top) CHECK_INT(sum.top[0].exposed_cases, -1);
    hune_screen_summary_clear(&sum);
}

TEST(a_store_cut_short_is_refused_with_its_part) {
    char path[700], *text, want[1000];
    size_t n;
    hune_err err;
    hune_store *s;
    const char *dir = write_store(2);
    snprintf(path, sizeof path, "%s/events/part-0001.parquet", dir);
    CHECK_OK(hu_read_file(path, &text, &n, &err), &err);
    CHECK_OK(hu_write_file(path, text, n / 2, &err), &err);
    free(text);
    hune_screen_options o;
    hune_screen_options_init(&o);
    CHECK_OK(hune_store_open(dir, &s, &err),
             &err); /* this store.json tells no sizes, so it is seen on reading */
    snprintf(want, sizeof want, "%s/out", test_scratch());
    CHECK(hune_screen_run(s, &o, 1, want, NULL, NULL, &err) != HUNE_OK);
    CHECK(strstr(err.msg, "part-0001.parquet") != NULL);
    CHECK(!hu_is_dir(want));
    hune_store_close(s);
    CHECK(unlink(path) == 0);
    snprintf(want, sizeof want, "cannot open '%s': No such file or directory", path);
    CHECK_FAILS(hune_store_open(dir, &s, &err), HUNE_EIO, &err, want);
}
