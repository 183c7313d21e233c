/* case.c - observed time of a person as baseline weight. */
#include "screen/screen.h"

double hu_case_weight(const hu_baseline *b, const hu_person *p, int32_t from, int32_t to) {
    double sum = 0;
    for (int i = 0; i < p->n_spans; i++) {
        const int32_t lo = from > p->spans[i].start ? from : p->spans[i].start;
        const int32_t hi = to < p->spans[i].end ? to : p->spans[i].end;
        if (lo < hi) sum += hu_baseline_weight(b, p->birth, lo, hi);
    }
    return sum;
}
