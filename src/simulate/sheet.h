/* sheet.h - the bytes of a row: fields are put one after the other into a buffer that is known to
 * be large enough, because a printf for each of thirty columns would cost more than the life. */
#ifndef HU_SHEET_H
#define HU_SHEET_H
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

/* Where the next n bytes of b go; NULL when there is no memory (b->failed then says so). */
static inline char *hu_room(hu_buf *b, size_t n) {
    if (b->cap - b->len > n) return b->text + b->len;
    if (b->failed) return NULL;
    const size_t cap = b->cap + b->cap / 2 + n + 4096;
    char *text = realloc(b->text, cap);
    if (!text) {
        b->failed = true;
        return NULL;
    }
    b->text = text;
    b->cap = cap;
    return text + b->len;
}

static inline void hu_used(hu_buf *b, const char *end) {
    b->len = (size_t)(end - b->text);
}

static inline char *hu_put(char *p, const char *s, size_t n) {
    memcpy(p, s, n);
    return p + n;
}

static inline char *hu_put_text(char *p, const char *s) {
    return hu_put(p, s, strlen(s));
}

static inline char *hu_put_int(char *p, int64_t x) {
    char digits[20];
    int n = 0;
    if (x < 0) *p++ = '-';
    uint64_t u = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    do digits[n++] = (char)('0' + u % 10);
    while (u /= 10);
    while (n) *p++ = digits[--n];
    return p;
}

/* Exactly n digits, zeros in front. */
static inline char *hu_put_digits(char *p, int64_t x, int n) {
    for (int i = n - 1; i >= 0; i--, x /= 10) p[i] = (char)('0' + x % 10);
    return p + n;
}

/* Cents as euros: 1234 is 12.34. */
static inline char *hu_put_cents(char *p, int64_t cents) {
    if (cents < 0) {
        *p++ = '-';
        cents = -cents;
    }
    p = hu_put_int(p, cents / 100);
    *p++ = '.';
    return hu_put_digits(p, cents % 100, 2);
}

/* dd/MM/yyyy */
static inline char *hu_put_day(const hu_world *w, char *p, int32_t day) {
    if (day >= w->day_first && day < w->day_last)
        return hu_put(p, w->day_text[day - w->day_first], 10);
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    p = hu_put_digits(p, d, 2);
    *p++ = '/';
    p = hu_put_digits(p, m, 2);
    *p++ = '/';
    return hu_put_digits(p, y, 4);
}

/* ddMMyyyy */
static inline char *hu_put_day8(char *p, int32_t day) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    p = hu_put_digits(p, d, 2);
    p = hu_put_digits(p, m, 2);
    return hu_put_digits(p, y, 4);
}

#endif
