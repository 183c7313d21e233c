/* mem.c - sizes that cannot wrap, growing arrays, and the arena of a job. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

bool hu_mul_size(size_t n, size_t each, size_t *out) {
    if (!__builtin_mul_overflow(n, each, out)) return true;
    *out = 0; /* the builtin leaves the wrapped product */
    return false;
}

void *hu_calloc(size_t n, size_t each) {
    size_t bytes;
    if (!hu_mul_size(n, each, &bytes)) return NULL;
    return calloc(1, bytes ? bytes : 1);
}

hune_status hu_grow(void *items, size_t *cap, size_t need, size_t each, hune_err *err) {
    if (need <= *cap) return HUNE_OK;
    size_t want = *cap ? *cap + *cap / 2 : 16, bytes;
    if (want < need) want = need;
    void **slot = items;
    void *grown = hu_mul_size(want, each, &bytes) ? realloc(*slot, bytes) : NULL;
    if (!grown)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu items of %zu bytes", want, each);
    *slot = grown;
    *cap = want;
    return HUNE_OK;
}

/* --- arena: blocks of at least 64 kB, newest first; a large request gets a block of its own --- */

#define BLOCK_BYTES ((size_t)64 << 10)
#define ALIGN ((size_t)16)

struct hu_arena_block {
    struct hu_arena_block *next;
    size_t used, size;
    _Alignas(16) unsigned char data[];
};

void *hu_arena_alloc(hu_arena *a, size_t bytes) {
    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    struct hu_arena_block *b = a->head;
    if (!b || b->size - b->used < bytes) {
        const size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        b = calloc(1, sizeof *b + size);
        if (!b) return NULL;
        b->size = size;
        b->next = a->head;
        a->head = b;
    }
    void *p = b->data + b->used;
    b->used += bytes;
    return p;
}

char *hu_arena_strdup(hu_arena *a, const char *s) {
    const size_t n = strlen(s) + 1;
    char *copy = hu_arena_alloc(a, n);
    if (copy) memcpy(copy, s, n);
    return copy;
}

char *hu_arena_printf(hu_arena *a, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : hu_arena_alloc(a, (size_t)n + 1);
    if (text) vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

void hu_arena_clear(hu_arena *a) {
    while (a && a->head) {
        struct hu_arena_block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
}
