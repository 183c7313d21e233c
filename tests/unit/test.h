/* test.h - the whole test harness: TEST(name) { CHECK(...); } and a main() that runs them in order.
 *
 * Include it in exactly one file per program, the t_*.c. See tests/README.md. A failed check prints
 * where and with which values, and the test goes on; the program ends with `N passed, N failed`.
 */
#ifndef HU_TEST_H
#define HU_TEST_H
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hune/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define test_sanitized 1
#else
#define test_sanitized 0
#endif

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

static struct {
    test_case list[512];
    int n, failures; /* failures of the running test */
    bool skipped;
    char scratch[256], path[4][2048];
    int next_path;
} test_state;

static inline void test_add(const char *name, void (*run)(void)) {
    if (test_state.n == 512) abort();
    test_state.list[test_state.n++] = (test_case){name, run};
}

#define TEST(name)                                                                                 \
    static void test_##name(void);                                                                 \
    __attribute__((constructor)) static void add_##name(void) {                                    \
        test_add(#name, test_##name);                                                              \
    }                                                                                              \
    static void test_##name(void)

static inline bool test_fail(const char *file, int line) {
    test_state.failures++;
    fprintf(stderr, "%s:%d: ", file, line);
    return false;
}

static inline bool test_check(bool good, const char *file, int line, const char *what) {
    if (!good) test_fail(file, line), fprintf(stderr, "not true: %s\n", what);
    return good;
}

static inline bool test_near(double a, double b, double tol, const char *file, int line,
                             const char *what) {
    if (fabs(a - b) <= tol || (isinf(a) && a == b)) return true;
    test_fail(file, line);
    fprintf(stderr, "%s is %.17g, wanted %.17g within %g (off by %g)\n", what, a, b, tol, a - b);
    return false;
}

static inline bool test_int(int64_t a, int64_t b, const char *file, int line, const char *what) {
    if (a == b) return true;
    test_fail(file, line);
    fprintf(stderr, "%s is %" PRId64 ", wanted %" PRId64 "\n", what, a, b);
    return false;
}

static inline bool test_str(const char *a, const char *b, const char *file, int line,
                            const char *what) {
    if (a == b || (a && b && !strcmp(a, b))) return true;
    test_fail(file, line);
    fprintf(stderr, "%s is\n    %s\nwanted\n    %s\n", what, a ? a : "(NULL)", b ? b : "(NULL)");
    return false;
}

static inline bool test_ok(hune_status got, const hune_err *err, const char *file, int line,
                           const char *what) {
    if (got == HUNE_OK) return true;
    test_fail(file, line);
    fprintf(stderr, "%s gave %d: %s\n", what, (int)got, err ? err->msg : "");
    return false;
}

static inline bool test_fails(hune_status got, hune_status code, const hune_err *err,
                              const char *message, const char *file, int line, const char *what) {
    if (!test_int((int64_t)got, (int64_t)code, file, line, what)) {
        if (got != HUNE_OK) fprintf(stderr, "    with: %s\n", err->msg);
        return false;
    }
    return !message || test_str(err->msg, message, file, line, what);
}

#define CHECK(cond) test_check(!!(cond), __FILE__, __LINE__, #cond)
#define REQUIRE(cond)                                                                              \
    do {                                                                                           \
        if (!test_check(!!(cond), __FILE__, __LINE__, #cond)) return;                              \
    } while (0)
#define NEAR(a, b, tol) test_near((double)(a), (double)(b), tol, __FILE__, __LINE__, #a)
#define NEAR_REL(a, b, tol)                                                                        \
    test_near((double)(a), (double)(b), (tol)*fabs((double)(b)), __FILE__, __LINE__, #a)
#define CHECK_INT(a, b) test_int((int64_t)(a), (int64_t)(b), __FILE__, __LINE__, #a)
#define CHECK_STR(a, b) test_str(a, b, __FILE__, __LINE__, #a)
#define CHECK_OK(call, err) test_ok(call, err, __FILE__, __LINE__, #call)
#define CHECK_FAILS(call, code, err, message)                                                      \
    test_fails(call, code, err, message, __FILE__, __LINE__, #call)
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        printf("skipped: %s\n", why);                                                              \
        test_state.skipped = true;                                                                 \
        return;                                                                                    \
    } while (0)

static inline const char *test_join(const char *dir, const char *name) {
    char *p = test_state.path[test_state.next_path++ % 4];
    snprintf(p, sizeof test_state.path[0], "%s/%s", dir, name);
    return p;
}

/* The path of a file below tests/data; good until four more were asked for. */
static inline const char *test_data(const char *name) {
    return test_join(TEST_DATA, name);
}

/* The path below the shared folder, NULL when there is no such file. */
static inline const char *test_shared(const char *name) {
    const char *dir = getenv("SHARED");
    const char *path = test_join(dir && *dir ? dir : TEST_SHARED, name);
    return access(path, R_OK) ? NULL : path;
}

/* A folder of the running test, made at the first call and removed when the test ends. */
static inline const char *test_scratch(void) {
    if (*test_state.scratch) return test_state.scratch;
    const char *tmp = getenv("TMPDIR");
    snprintf(test_state.scratch, sizeof test_state.scratch, "%s/hune-test-XXXXXX",
             tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(test_state.scratch)) abort();
    return test_state.scratch;
}

static inline void test_clean(void) {
    if (!*test_state.scratch) return;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", test_state.scratch);
    if (system(command)) fprintf(stderr, "could not remove %s\n", test_state.scratch);
    *test_state.scratch = 0;
}

int main(int argc, char **argv) {
    int passed = 0, failed = 0, skipped = 0;
    for (int i = 0; i < test_state.n; i++) {
        const test_case *t = &test_state.list[i];
        if (argc > 1 && !strstr(t->name, argv[1])) continue;
        test_state.failures = 0, test_state.skipped = false;
        t->run();
        test_clean();
        if (test_state.failures) fprintf(stderr, "FAILED %s\n", t->name);
        if (test_state.failures) failed++;
        else if (test_state.skipped) skipped++;
        else passed++;
    }
    printf("%d passed, %d failed", passed, failed);
    if (skipped) printf(", %d skipped", skipped);
    printf("\n");
    return failed > 0;
}

#endif
