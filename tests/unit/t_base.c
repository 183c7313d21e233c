/* The base room: numbers, random streams, text, days, memory, sorting, threads. Files are in
 * t_file.c. */
#include "test.h"
#include <pthread.h>
#include <time.h>
#include "base/base.h"

/* --- random numbers --- */

TEST(philox_gives_the_published_vectors) { /* Random123 1.14, kat_vectors, philox4x32 10 */
    static const struct {
        uint32_t counter[4], key[2], want[4];
    } v[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        uint32_t out[4];
        hu_philox(v[i].counter, v[i].key, out);
        for (int w = 0; w < 4; w++) CHECK_INT(out[w], v[i].want[w]);
    }
}

TEST(rng_is_philox_at_draw_stream_person) {
    hu_rng r = hu_rng_at(0x1122334455667788u, 0x99aabbccddeeff00u, 7);
    const uint32_t key[2] = {0x55667788, 0x11223344};
    for (uint32_t draw = 0; draw < 3; draw++) {
        const uint32_t counter[4] = {draw, 7, 0xddeeff00, 0x99aabbcc};
        uint32_t want[4];
        hu_philox(counter, key, want);
        for (int w = 0; w < 4; w++) CHECK_INT(hu_rng_u32(&r), want[w]);
    }
}

TEST(rng_streams_persons_and_seeds_differ) {
    hu_rng r[4] = {hu_rng_at(1, 1, 1), hu_rng_at(2, 1, 1), hu_rng_at(1, 2, 1), hu_rng_at(1, 1, 2)};
    uint32_t x[4];
    for (int i = 0; i < 4; i++) x[i] = hu_rng_u32(&r[i]);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++) CHECK(x[i] != x[j]);
}

TEST(rng_copies_its_position) {
    hu_rng a = hu_rng_at(5, 6, 7);
    for (int i = 0; i < 5; i++) hu_rng_u32(&a);
    hu_rng b = a;
    for (int i = 0; i < 20; i++) CHECK_INT(hu_rng_u32(&a), hu_rng_u32(&b));
}

TEST(rng_unif_is_never_zero_or_one) {
    hu_rng r = {.block = {0, 0, 0xffffffff, 0xffffffff}};
    const double low = hu_rng_unif(&r), high = hu_rng_unif(&r);
    CHECK(low > 0 && low < 1e-15);
    CHECK(high < 1 && high > 1 - 1e-15);
}

/* Mean and variance of n draws against theory, within five standard errors of either. */
static void moments(double (*draw)(hu_rng *), double mean, double var, double fourth,
                    uint64_t seed) {
    const int n = test_sanitized ? 40000 : 400000;
    hu_rng r = hu_rng_at(seed, 0, 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        const double d = draw(&r) - mean;
        sum += d, squares += d * d;
    }
    NEAR(sum / n, 0, 5 * sqrt(var / n));
    NEAR(squares / n, var, 5 * sqrt((fourth - var * var) / n));
}
static double gamma_half(hu_rng *r) {
    return hu_rng_gamma(r, 0.5);
}
static double gamma_4(hu_rng *r) {
    return hu_rng_gamma(r, 4);
}
static double beta_2_3(hu_rng *r) {
    return hu_rng_beta(r, 2, 3);
}

TEST(rng_laws_have_their_moments) { /* central moments from the textbooks */
    moments(hu_rng_unif, 0.5, 1.0 / 12, 1.0 / 80, 1);
    moments(hu_rng_exp, 1, 1, 9, 2);
    moments(hu_rng_normal, 0, 1, 3, 3);
    moments(gamma_half, 0.5, 0.5, 3 * 0.25 + 6 * 0.5, 4); /* 3 k^2 + 6 k */
    moments(gamma_4, 4, 4, 3 * 16 + 6 * 4, 5);
    moments(beta_2_3, 0.4, 0.04, 0.04 * 0.04 * (3 - 9.0 / 14), 6); /* excess -9/14 */
}

TEST(rng_normal_has_its_tails) {
    const int n = test_sanitized ? 40000 : 400000;
    hu_rng r = hu_rng_at(11, 0, 0);
    int beyond = 0;
    for (int i = 0; i < n; i++) beyond += fabs(hu_rng_normal(&r)) > 1.959963984540054;
    NEAR(beyond / (double)n, 0.05, 5 * sqrt(0.05 * 0.95 / n));
}

TEST(rng_below_is_even) {
    const int n = 60000;
    hu_rng r = hu_rng_at(9, 9, 9);
    int seen[6] = {0};
    for (int i = 0; i < n; i++) {
        const int64_t k = hu_rng_below(&r, 6);
        REQUIRE(k >= 0 && k < 6);
        seen[k]++;
    }
    double chi2 = 0;
    for (int k = 0; k < 6; k++) chi2 += pow(seen[k] - n / 6.0, 2) / (n / 6.0);
    CHECK(chi2 < 25.7); /* 5 degrees of freedom, p = 1e-4 */
    CHECK_INT(hu_rng_below(&r, 1), 0);
}

/* --- numbers --- */

TEST(normal_law_against_published_values) {
    NEAR(hu_norm_quantile(0.975), 1.959963984540054, 1e-14); /* R 4.2 qnorm */
    NEAR(hu_norm_quantile(0.5), 0, 0);
    NEAR(hu_norm_quantile(1e-10), -6.361340902404056, 1e-13);
    NEAR(hu_norm_cdf(1), 0.8413447460685429, 1e-15);
    NEAR_REL(hu_norm_cdf(-10), 7.61985302416053e-24, 1e-12);
}

TEST(normal_quantile_undoes_the_cdf) {
    for (double z = -8; z <= 5.01; z += 0.125)
        NEAR(hu_norm_quantile(hu_norm_cdf(z)), z,
             1e-14 / exp(-z * z / 2 + (z < 0 ? z * z / 2 : 0)) + 1e-13);
    CHECK(hu_norm_quantile(0) == -INFINITY && hu_norm_quantile(1) == INFINITY);
}

TEST(hashes_give_known_values_and_spread) {
    CHECK(hu_hash64(0) == 0xe220a8397b1dcdafu); /* splitmix64, first two outputs of seed 0 */
    CHECK(hu_hash64(0x9e3779b97f4a7c15u) == 0x6e789e6aa1b965f4u);
    CHECK(hu_hash_bytes("abc", 3, 0) != hu_hash_bytes("abd", 3, 0));
    CHECK(hu_hash_bytes("abc", 3, 0) != hu_hash_bytes("abc", 3, 1));
    CHECK(hu_hash_bytes("abc", 2, 5) == hu_hash_bytes("abd", 2, 5));
    int bits = 0; /* one flipped bit flips about half: 32 +- 5 * 4 / sqrt(64) */
    for (int i = 0; i < 64; i++)
        bits += __builtin_popcountll(hu_hash64(12345) ^ hu_hash64(12345 ^ (uint64_t)1 << i));
    NEAR(bits / 64.0, 32, 2.5);
}

/* --- days --- */

TEST(days_agree_with_counting) { /* a calendar kept by hand over 800 years */
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t day = hu_day(1600, 1, 1);
    CHECK_INT(day, -135140); /* Julian day 2305448 - 2440588 */
    int weekday = 5;         /* 1600-01-01 was a Saturday */
    for (int y = 1600; y <= 2400; y++)
        for (int m = 1; m <= 12; m++) {
            const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
            for (int d = 1; d <= lengths[m - 1] + (m == 2 && leap); d++, day++) {
                int y2, m2, d2;
                hu_civil(day, &y2, &m2, &d2);
                if (hu_day(y, m, d) != day || y2 != y || m2 != m || d2 != d ||
                    hu_weekday(day) != weekday) {
                    CHECK_INT(y * 10000 + m * 100 + d, y2 * 10000 + m2 * 100 + d2);
                    CHECK_INT(hu_day(y, m, d), day);
                    REQUIRE(hu_weekday(day) == weekday);
                    return;
                }
                weekday = (weekday + 1) % 7;
            }
        }
    CHECK_INT(hu_day(1970, 1, 1), 0);
    CHECK_INT(day, hu_day(2401, 1, 1));
}

TEST(days_read_and_write_iso) {
    int32_t d;
    char text[11];
    CHECK(hu_parse_day("2012-02-29", &d));
    CHECK_INT(d, 15399);
    hu_format_day(d, text);
    CHECK_STR(text, "2012-02-29");
    hu_format_day(hu_day(1600, 1, 1), text);
    CHECK_STR(text, "1600-01-01");
    static const char *bad[] = {
        "",           "2012",        "2012-2-29",   "2013-02-29", "1900-02-29",
        "2012-13-01", "2012-00-01",  "2012-01-00",  "2012-01-32", "2012-04-31",
        "2012/01/01", "2012-01-01 ", " 2012-01-01", "20120101",   "+012-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        d = 77;
        if (hu_parse_day(bad[i], &d)) CHECK_STR(bad[i], "refused");
        CHECK_INT(d, 77);
    }
    CHECK(!hu_parse_day(NULL, &d));
}

/* --- text --- */

TEST(whole_numbers_are_read_whole) {
    int64_t v = 7;
    CHECK(hu_parse_i64("-12", &v) && v == -12);
    CHECK(hu_parse_i64("+0012", &v) && v == 12);
    CHECK(hu_parse_i64("9223372036854775807", &v) && v == INT64_MAX);
    CHECK(hu_parse_i64("-9223372036854775808", &v) && v == INT64_MIN);
    v = 7;
    static const char *bad[] = {"",  " 1", "1 ", "1.0", "1e3", "0x10", "9223372036854775808",
                                "-", "a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (hu_parse_i64(bad[i], &v)) CHECK_STR(bad[i], "refused");
    CHECK_INT(v, 7);
    CHECK(!hu_parse_i64(NULL, &v));
}

TEST(decimal_numbers_are_read_whole) {
    double v = 7;
    CHECK(hu_parse_f64("1.5", &v) && v == 1.5);
    CHECK(hu_parse_f64("-.25e1", &v) && v == -2.5);
    CHECK(hu_parse_f64("1e-300", &v) && v == 1e-300);
    CHECK(hu_parse_f64("0.1", &v) && v == 0.1);
    v = 7;
    static const char *bad[] = {"",      " 1",    "1 ", "1,5", "nan",   "inf",
                                "0x1p3", "1e999", ".",  "-",   "1.2.3", "1e"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (hu_parse_f64(bad[i], &v)) CHECK_STR(bad[i], "refused");
    CHECK(v == 7);
}

TEST(sizes_in_bytes) {
    int64_t v = 7;
    CHECK(hu_parse_bytes("2GB", &v) && v == (int64_t)2 << 30);
    CHECK(hu_parse_bytes("512MB", &v) && v == (int64_t)512 << 20);
    CHECK(hu_parse_bytes("1.5G", &v) && v == (int64_t)3 << 29);
    CHECK(hu_parse_bytes("64KiB", &v) && v == 65536);
    CHECK(hu_parse_bytes("1000000", &v) && v == 1000000);
    static const char *bad[] = {"", "GB", "2 GB", "-1GB", "2X", "2GBB", "1..5G", "99999999999T"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (hu_parse_bytes(bad[i], &v)) CHECK_STR(bad[i], "refused");
}

TEST(buffers_grow_and_quote_json) {
    hu_buf b = {0};
    for (int i = 0; i < 1000; i++) hu_buf_printf(&b, "%d,", i);
    CHECK(!b.failed && b.len == 3890 && strlen(b.text) == b.len);
    CHECK(hu_ends(b.text, "998,999,") && hu_starts(b.text, "0,1,2,"));
    hu_buf_clear(&b);
    hu_buf_clear(&b);
    hu_buf_json(&b, "a\"b\\c\n\t\x01 é");
    CHECK_STR(b.text, "\"a\\\"b\\\\c\\u000a\\u0009\\u0001 é\"");
    hu_buf_clear(&b);
    hu_buf_addn(&b, "x\0y", 3);
    CHECK(b.len == 3 && !memcmp(b.text, "x\0y", 4));
    hu_buf_clear(&b);
    CHECK(!hu_starts("ab", "abc") && !hu_ends("bc", "abc") && hu_ends("abc", "") &&
          hu_starts("", ""));
}

TEST(templates_are_filled) {
    char *out;
    hune_err err;
    const char *pairs[] = {"a", "1", "name", "{{a}}", "empty", "", NULL};
    REQUIRE(CHECK_OK(hu_fill("x {{a}}{{name}} {{empty}}y{{a}}", pairs, &out, &err), &err));
    CHECK_STR(out, "x 1{{a}} y1"); /* a value is not filled again */
    free(out);
    CHECK_FAILS(hu_fill("x {{b}}", pairs, &out, &err), HUNE_EBUG, &err,
                "template has no value for '{{b}}'");
    CHECK(out == NULL);
    CHECK_FAILS(hu_fill("x {{a", pairs, &out, &err), HUNE_EBUG, &err, NULL);
    REQUIRE(CHECK_OK(hu_fill("{ } } {a}", NULL, &out, &err), &err));
    CHECK_STR(out, "{ } } {a}");
    free(out);
}

/* --- errors --- */

TEST(errors_keep_message_and_hint) {
    hune_err err = {0};
    CHECK_INT(hune_fail(&err, HUNE_EDATA, "row %d is %s", 3, "bad"), HUNE_EDATA);
    CHECK_INT(hune_hint(&err, "mend row %d", 3), HUNE_EDATA);
    CHECK_STR(err.msg, "row 3 is bad");
    CHECK_STR(err.hint, "mend row 3");
    hune_fail(&err, HUNE_EIO, "other");
    CHECK_STR(err.hint, ""); /* the hint of another failure would mislead */
    CHECK_INT(hune_fail(NULL, HUNE_EIO, "nobody listens"), HUNE_EIO);
    CHECK_INT(hune_hint(NULL, "nobody"), HUNE_EBUG);
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = 0;
    hune_fail(&err, HUNE_EIO, "%s", big);
    CHECK_INT(strlen(err.msg), sizeof err.msg - 1);
    for (int code = 0; code >= -10; code--) CHECK(hune_status_name((hune_status)code) != NULL);
}

/* --- memory --- */

TEST(sizes_do_not_wrap) {
    size_t out;
    CHECK(hu_mul_size(3, 4, &out) && out == 12);
    CHECK(hu_mul_size(0, SIZE_MAX, &out) && out == 0);
    CHECK(!hu_mul_size(SIZE_MAX / 2, 3, &out) && out == 0);
    CHECK(hu_calloc(SIZE_MAX / 4, 8) == NULL);
    int *p = hu_calloc(10, sizeof *p);
    for (int i = 0; i < 10; i++) CHECK_INT(p[i], 0);
    free(p);
    p = NULL;
    hune_err err;
    size_t cap = 0;
    CHECK_INT(hu_grow(&p, &cap, SIZE_MAX / 2, sizeof *p, &err), HUNE_ENOMEM);
    CHECK(p == NULL && cap == 0);
    for (size_t n = 0; n < 1000; n++) {
        REQUIRE(!hu_grow(&p, &cap, n + 1, sizeof *p, &err));
        CHECK(cap > n);
        p[n] = (int)n;
    }
    for (int i = 0; i < 1000; i++) CHECK_INT(p[i], i);
    free(p);
}

TEST(arena_keeps_what_it_gave) {
    hu_arena a = {0};
    char *texts[500];
    for (int i = 0; i < 500; i++) {
        texts[i] = hu_arena_printf(&a, "text number %d", i);
        unsigned char *p = hu_arena_alloc(&a, (size_t)i * 7);
        CHECK(((uintptr_t)p & 15) == 0);
        for (int k = 0; k < i * 7; k++)
            if (p[k]) CHECK_INT(p[k], 0);
        memset(p, 0xff, (size_t)i * 7);
    }
    unsigned char *large = hu_arena_alloc(&a, 1 << 20);
    REQUIRE(large != NULL);
    CHECK(large[0] == 0 && large[(1 << 20) - 1] == 0);
    CHECK_STR(hu_arena_strdup(&a, ""), "");
    CHECK_STR(texts[0], "text number 0");
    CHECK_STR(texts[499], "text number 499");
    CHECK(hu_arena_alloc(&a, SIZE_MAX - 3) == NULL);
    hu_arena_clear(&a);
    hu_arena_clear(&a);
}

/* --- sorting --- */

typedef struct item {
    int key, position;
} item;

static int by_key(const void *a, const void *b, void *calls) {
    ++*(int *)calls;
    return ((const item *)a)->key - ((const item *)b)->key;
}

TEST(sort_is_stable_at_every_size) {
    hune_err err;
    for (int n = 0; n < 200; n++) {
        item list[200];
        int calls = 0;
        hu_rng r = hu_rng_at((uint64_t)n, 0, 0);
        for (int i = 0; i < n; i++) list[i] = (item){(int)hu_rng_below(&r, 1 + n / 3), i};
        REQUIRE(!hu_sort(list, (size_t)n, sizeof *list, by_key, &calls, &err));
        int64_t sum = 0;
        for (int i = 0; i < n; i++) {
            sum += list[i].position;
            if (i == 0) continue;
            CHECK(list[i - 1].key < list[i].key ||
                  (list[i - 1].key == list[i].key && list[i - 1].position < list[i].position));
        }
        CHECK_INT(sum, (int64_t)n * (n - 1) / 2); /* nobody lost, nobody twice */
    }
}

TEST(sort_of_many_compares_n_log_n) {
    const int n = 100000;
    item *list = hu_calloc((size_t)n, sizeof *list);
    hune_err err;
    int calls = 0;
    for (int i = 0; i < n; i++) list[i] = (item){n - i, i};
    REQUIRE(!hu_sort(list, (size_t)n, sizeof *list, by_key, &calls, &err));
    for (int i = 0; i < n; i++) CHECK(list[i].key == i + 1);
    CHECK(calls < 2400000); /* n log2 n = 1.66e6, and runs of 12 sorted backwards */
    free(list);
}

/* --- threads --- */

typedef struct work {
    double slot[300];
    int workers;
    int64_t fail_from;
    pthread_mutex_t lock;
    int64_t done;
} work;

static hune_status one_task(void *arg, int64_t task, int worker, hune_err *err) {
    work *w = arg;
    if (worker < 0 || worker >= w->workers) return hune_fail(err, HUNE_EBUG, "worker %d", worker);
    if (w->fail_from >= 0 && task >= w->fail_from) {
        if (task == w->fail_from) { /* the lowest one is the last to be known */
            const struct timespec nap = {.tv_nsec = 20000000};
            nanosleep(&nap, NULL);
        }
        return hune_fail(err, HUNE_EDATA, "task %lld", (long long)task);
    }
    hu_rng r = hu_rng_at(1, (uint64_t)task, 0);
    for (int i = 0; i < 1000; i++) w->slot[task] += hu_rng_unif(&r);
    pthread_mutex_lock(&w->lock);
    w->done++;
    pthread_mutex_unlock(&w->lock);
    return HUNE_OK;
}

TEST(pool_gives_the_same_with_any_threads) {
    double first = 0;
    for (int threads = 1; threads <= 8; threads++) {
        work w = {.workers = threads, .fail_from = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
        hune_err err = {0};
        CHECK_OK(hu_pool_run(threads, 300, one_task, &w, &err), &err);
        CHECK_INT(w.done, 300);
        double sum = 0;
        for (int i = 0; i < 300; i++) sum += w.slot[i];
        if (threads == 1) first = sum;
        CHECK(sum == first);
    }
    work none = {.workers = 4, .fail_from = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
    CHECK_INT(hu_pool_run(4, 0, one_task, &none, NULL), HUNE_OK);
    CHECK_INT(none.done, 0);
}

TEST(pool_tells_the_lowest_failure) {
    for (int threads = 1; threads <= 4; threads++)
        for (int64_t from = 0; from < 100; from += 33) {
            work w = {.workers = threads, .fail_from = from, .lock = PTHREAD_MUTEX_INITIALIZER};
            hune_err err = {0};
            char want[40];
            snprintf(want, sizeof want, "task %d", (int)from);
            CHECK_FAILS(hu_pool_run(threads, 300, one_task, &w, &err), HUNE_EDATA, &err, want);
            CHECK_INT(w.done, from); /* those before it all ran, none after it succeeded */
        }
}

/* --- context --- */

static void count_progress(void *data, const hune_progress *p) {
    *(int64_t *)data += p->done;
}

TEST(context_has_defaults_and_tells) {
    hune_context ctx;
    hune_context_init(&ctx);
    CHECK_INT(ctx.size, sizeof ctx);
    CHECK(hu_threads(&ctx) >= 1 && hu_threads(NULL) >= 1);
    CHECK_INT(hu_memory_bytes(NULL), (int64_t)2 << 30);
    ctx.threads = 3, ctx.memory_bytes = 1 << 20;
    CHECK_INT(hu_threads(&ctx), 3);
    CHECK_INT(hu_memory_bytes(&ctx), 1 << 20);
    int64_t told = 0;
    hu_tell(NULL, "x", 1, 2, "rows");
    hu_tell(&ctx, "x", 1, 2, "rows");
    ctx.progress = count_progress, ctx.progress_data = &told;
    hu_tell(&ctx, "x", 5, 0, "rows");
    CHECK_INT(told, 5);
    static volatile sig_atomic_t flag;
    hune_err err = {0};
    ctx.cancel = &flag;
    CHECK(!hu_cancelled(&ctx) && !hu_check_cancel(&ctx, &err));
    flag = 1;
    CHECK(hu_cancelled(&ctx));
    CHECK_INT(hu_check_cancel(&ctx, &err), HUNE_ECANCEL);
    CHECK(hu_starts(err.msg, "stopped"));
}
