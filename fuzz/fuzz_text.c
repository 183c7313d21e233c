/* The readers of the base room: numbers, sizes, days, templates, JSON text. What one writes,
 * another must read back. */
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    int64_t i;
    double f;
    int32_t day;
    char iso[11];
    (void)hu_parse_bytes(text, &i);
    if (hu_parse_i64(text, &i)) {
        char again[32];
        int64_t j;
        snprintf(again, sizeof again, "%lld", (long long)i);
        if (!hu_parse_i64(again, &j) || j != i) abort();
    }
    if (hu_parse_f64(text, &f)) {
        char again[64];
        double g;
        snprintf(again, sizeof again, "%.17g", f);
        if (!hu_parse_f64(again, &g) || memcmp(&g, &f, sizeof f)) abort();
    }
    if (hu_parse_day(text, &day)) {
        hu_format_day(day, iso);
        if (strcmp(iso, text)) abort();
    }
    static const char *const pairs[] = {"a", "1", "b", "{{a}}", NULL};
    char *out;
    if (!hu_fill(text, pairs, &out, NULL)) free(out);
    hu_buf b = {0};
    hu_buf_json(&b, text);
    hu_buf_clear(&b);
    free(text);
    return 0;
}
