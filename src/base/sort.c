/* sort.c - stable merge sort: equal items keep their order, so results never depend on the C
 * library. */
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

#define RUN 12 /* insertion sort below this */

typedef int compare(const void *, const void *, void *);

static void insertion(char *a, size_t n, size_t each, compare *cmp, void *arg, char *tmp) {
    for (size_t i = 1; i < n; i++) {
        size_t j = i;
        memcpy(tmp, a + i * each, each);
        for (; j > 0 && cmp(a + (j - 1) * each, tmp, arg) > 0; j--)
            memcpy(a + j * each, a + (j - 1) * each, each);
        memcpy(a + j * each, tmp, each);
    }
}

static void merge(const char *from, char *to, size_t lo, size_t mid, size_t hi, size_t each,
                  compare *cmp, void *arg) {
    for (size_t i = lo, j = mid, k = lo; k < hi; k++) {
        const bool left = j >= hi || (i < mid && cmp(from + i * each, from + j * each, arg) <= 0);
        memcpy(to + k * each, from + (left ? i++ : j++) * each, each);
    }
}

hune_status hu_sort(void *items, size_t n, size_t each, compare *cmp, void *arg, hune_err *err) {
    size_t bytes;
    if (n < 2) return HUNE_OK;
    char *a = items, *b = hu_mul_size(n, each, &bytes) ? malloc(bytes) : NULL;
    if (!b) return hune_fail(err, HUNE_ENOMEM, "no memory to sort %zu items", n);
    for (size_t lo = 0; lo < n; lo += RUN)
        insertion(a + lo * each, n - lo < RUN ? n - lo : RUN, each, cmp, arg, b);
    char *from = a, *to = b;
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            const size_t mid = lo + width < n ? lo + width : n;
            const size_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            merge(from, to, lo, mid, hi, each, cmp, arg);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != a) memcpy(a, from, bytes);
    free(b);
    return HUNE_OK;
}
