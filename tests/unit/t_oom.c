/* Every door is refused its 1st, 2nd, 3rd... allocation in turn: it must say HUNE_ENOMEM with a
 * message, leak nothing (the sanitized run sees that), and succeed once it is refused nothing more.
 *
 * The linker sends malloc, calloc and realloc of hune's objects here (--wrap, see
 * tests/meson.build). What the C library, jansson and the engine's own C++ allocate for themselves
 * is not refused. */
#include "test.h"
#include "base/base.h"
#include "hune/sccs.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t each);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t each);
void *__wrap_realloc(void *p, size_t n);

static _Thread_local int
    countdown; /* 0 = refuse nothing; else the countdown-th request from now is refused */
static _Thread_local bool refused;

static bool refuse(void) {
    if (countdown == 0 || --countdown > 0) return false;
    refused = true;
    return true;
}
void *__wrap_malloc(size_t n) {
    return refuse() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t each) {
    return refuse() ? NULL : __real_calloc(n, each);
}
void *__wrap_realloc(void *p, size_t n) {
    return refuse() ? NULL : __real_realloc(p, n);
}

/* Call the door with its k-th allocation refused, for every k until it needs no k-th. */
static int refuse_each(hune_status (*door)(hune_err *), const char *name) {
    for (int k = 1; k < 10000; k++) {
        hune_err err = {0};
        countdown = k, refused = false;
        const hune_status status = door(&err);
        countdown = 0;
        if (!refused) {
            if (status) fprintf(stderr, "%s, nothing refused: %s\n", name, err.msg);
            CHECK_INT(status, HUNE_OK);
            return k - 1;
        }
        if (status != HUNE_ENOMEM || !*err.msg)
            fprintf(stderr, "%s, allocation %d refused: '%s'\n", name, k, err.msg);
        CHECK_INT(status, HUNE_ENOMEM);
        CHECK(*err.msg);
    }
    CHECK(!"ends");
    return 0;
}

static hune_status door_fill(hune_err *err) {
    char *out, big[300];
    memset(big, 'x', sizeof big - 1), big[sizeof big - 1] = 0;
    const char *pairs[] = {"a", big, NULL};
    const hune_status status = hu_fill("{{a}}{{a}}{{a}} and {{a}}{{a}}", pairs, &out, err);
    if (status) CHECK(out == NULL);
    free(out);
    return status;
}
static hune_status door_read(hune_err *err) {
    char *text;
    const hune_status status = hu_read_file(test_data("../unit/t_base.c"), &text, NULL, err);
    if (status) CHECK(text == NULL);
    free(text);
    return status;
}
static hune_status door_list(hune_err *err) {
    hu_arena a = {0};
    char **paths;
    size_t n;
    const hune_status status = hu_list_files(test_data("../unit"), &a, &paths, &n, err);
    CHECK(status ? n == 0 && !paths : n > 3);
    hu_arena_clear(&a);
    return status;
}
static int upwards(const void *a, const void *b, void *arg) {
    (void)arg;
    return *(const int *)a - *(const int *)b;
}
static hune_status door_sort(hune_err *err) {
    int list[100];
    for (int i = 0; i < 100; i++) list[i] = 100 - i;
    return hu_sort(list, 100, sizeof *list, upwards, NULL, err);
}
static hune_status no_work(void *arg, int64_t task, int worker, hune_err *err) {
    (void)arg, (void)task, (void)worker, (void)err;
    return HUNE_OK;
}
static hune_status door_pool(hune_err *err) {
    return hu_pool_run(3, 10, no_work, NULL, err);
}
static hune_status door_grow(hune_err *err) {
    int *list = NULL;
    size_t cap = 0;
    hune_status status = HUNE_OK;
    for (size_t n = 1; !status && n < 100; n++) {
        status = hu_grow(&list, &cap, n, sizeof *list, err);
        if (!status) list[n - 1] = (int)n;
    }
    free(list);
    return status;
}

/* Two persons, one dense column and one factor; the second fit finds its factor separated. */
static hune_status fit_twins(const int32_t *events, hune_err *err) {
    const hune_sccs d = {.n = 2,
                         .p = 2,
                         .dense = 1,
                         .factors = 1,
                         .first = (const int64_t[]){0, 3, 6},
                         .offset = (const double[]){4.6, 3.9, 3, 4.6, 3.9, 2},
                         .events = events,
                         .x = (const double[]){0, 1, 2, 1, 0, 1},
                         .code = (const int32_t[]){-1, 1, 1, -1, -1, 1}};
    double b[2], se[2], cov[4];
    int flag[2];
    hune_sccs_fit fit;
    return hune_sccs_maximize(&d, NULL, b, se, cov, flag, &fit, err);
}
static hune_status door_sccs(hune_err *err) {
    return fit_twins((const int32_t[]){1, 1, 0, 1, 1, 1}, err);
}
static hune_status door_sccs_separated(hune_err *err) {
    return fit_twins((const int32_t[]){0, 1, 1, 0, 0, 2}, err);
}

TEST(oom_in_sccs) {
    CHECK(refuse_each(door_sccs, "hune_sccs_maximize") >= 1);
    CHECK(refuse_each(door_sccs_separated, "hune_sccs_maximize, separated") >= 1);
}

TEST(oom_in_base) {
    CHECK(refuse_each(door_fill, "hu_fill") > 1);
    CHECK(refuse_each(door_read, "hu_read_file") > 1);
    CHECK(refuse_each(door_list, "hu_list_files") > 2);
    CHECK(refuse_each(door_sort, "hu_sort") == 1);
    CHECK(refuse_each(door_pool, "hu_pool_run") == 1);
    CHECK(refuse_each(door_grow, "hu_grow") > 1);
}

TEST(oom_leaves_a_buffer_readable) {
    hu_buf b = {0};
    hu_buf_add(&b, "kept");
    char big[1000];
    memset(big, 'x', sizeof big - 1), big[sizeof big - 1] = 0;
    countdown = 1;
    hu_buf_add(&b, big);
    countdown = 0;
    CHECK(b.failed);
    CHECK_STR(b.text, "kept");
    hu_buf_printf(&b, "%s", big); /* later appends do nothing */
    hu_buf_json(&b, "x");
    CHECK_STR(b.text, "kept");
    hu_buf_clear(&b);

    hu_arena a = {0};
    countdown = 1;
    CHECK(hu_arena_alloc(&a, 10) == NULL);
    countdown = 1;
    CHECK(hu_arena_strdup(&a, "x") == NULL);
    countdown = 1;
    CHECK(hu_arena_printf(&a, "%d", 1) == NULL);
    countdown = 0;
    CHECK_STR(hu_arena_strdup(&a, "x"), "x");
    hu_arena_clear(&a);
}
