/* text.c - growing text, templates, and numbers that read the same in every locale. */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

void hu_buf_addn(hu_buf *b, const char *s, size_t n) {
    if (b->failed) return;
    if (hu_grow(&b->text, &b->cap, b->len + n + 1, 1, NULL)) {
        b->failed = true;
        return;
    }
    memcpy(b->text + b->len, s, n);
    b->len += n;
    b->text[b->len] = '\0';
}

void hu_buf_add(hu_buf *b, const char *s) {
    hu_buf_addn(b, s, strlen(s));
}

void hu_buf_printf(hu_buf *b, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || b->failed || hu_grow(&b->text, &b->cap, b->len + (size_t)n + 1, 1, NULL))
        b->failed = true;
    else {
        vsnprintf(b->text + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void hu_buf_json(hu_buf *b, const char *s) {
    hu_buf_addn(b, "\"", 1);
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') hu_buf_printf(b, "\\%c", c);
        else if (c < 0x20) hu_buf_printf(b, "\\u%04x", c);
        else hu_buf_addn(b, s, 1);
    }
    hu_buf_addn(b, "\"", 1);
}

void hu_buf_clear(hu_buf *b) {
    if (!b) return;
    free(b->text);
    memset(b, 0, sizeof *b);
}

bool hu_starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool hu_ends(const char *s, const char *suffix) {
    const size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

static const char *value_of(const char *const *pairs, const char *key, size_t n) {
    for (size_t i = 0; pairs && pairs[i]; i += 2)
        if (strlen(pairs[i]) == n && memcmp(pairs[i], key, n) == 0) return pairs[i + 1];
    return NULL;
}

hune_status hu_fill(const char *text, const char *const *pairs, char **out, hune_err *err) {
    hu_buf b = {0};
    *out = NULL;
    for (const char *open; (open = strstr(text, "{{"));) {
        const char *close = strstr(open, "}}");
        const char *value = close ? value_of(pairs, open + 2, (size_t)(close - open - 2)) : NULL;
        if (!value) {
            hu_buf_clear(&b);
            return hune_fail(err, HUNE_EBUG, "template has no value for '%.40s'", open);
        }
        hu_buf_addn(&b, text, (size_t)(open - text));
        hu_buf_add(&b, value);
        text = close + 2;
    }
    hu_buf_add(&b, text);
    if (b.failed) {
        hu_buf_clear(&b);
        return hune_fail(err, HUNE_ENOMEM, "no memory for a filled template");
    }
    *out = b.text;
    return HUNE_OK;
}

bool hu_parse_i64(const char *s, int64_t *out) {
    if (!s || !(isdigit((unsigned char)*s) || *s == '-' || *s == '+')) return false;
    char *end;
    errno = 0;
    const long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end) return false;
    *out = v;
    return true;
}

/* strtod follows the locale of the program; a number in a file does not. */
bool hu_parse_f64(const char *s, double *out) {
    if (!s || !(isdigit((unsigned char)*s) || *s == '-' || *s == '+' || *s == '.')) return false;
    for (const char *c = s; *c; c++)
        if (!strchr("0123456789.+-eE", *c)) return false; /* no hex, no inf, no nan */
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!plain) return false;
    char *end;
    errno = 0;
    const double v = strtod_l(s, &end, plain);
    freelocale(plain);
    if (end == s || *end || !isfinite(v)) return false;
    *out = v;
    return true;
}

bool hu_parse_bytes(const char *s, int64_t *out) {
    char digits[32];
    size_t n = s ? strspn(s, "0123456789.") : 0;
    if (n == 0 || n >= sizeof digits) return false;
    memcpy(digits, s, n);
    digits[n] = '\0';
    double v, unit = 1;
    if (!hu_parse_f64(digits, &v)) return false;
    const char *u = s + n;
    if (*u && *u != 'B' && *u != 'b') {
        const char *units = "KMGT", *at = strchr(units, toupper((unsigned char)*u));
        if (!at) return false;
        unit = exp2(10.0 * (double)(at - units + 1));
        u++;
    }
    if (*u == 'i') u++;
    if (*u == 'B' || *u == 'b') u++;
    if (*u || v * unit > 9e18) return false;
    *out = (int64_t)(v * unit);
    return true;
}
