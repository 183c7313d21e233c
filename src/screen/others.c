/* others.c - the other drugs of a case, taken at the size found for them in the round before.
 *
 * A pair is judged while its person takes other drugs as well; where their exposure overlaps in
 * time (hypnotics and anxiolytics begun on one day), one would carry the effect of the other. So in
 * the second round the baseline of a case is multiplied, on the days of each strong drug of the
 * outcome, by the rate ratio found for it: an offset, and one step of the joint fit of all strong
 * drugs.
 */
#include <math.h>
#include <stdlib.h>
#include "screen/screen.h"

void hu_others_clear(hu_others *x) {
    free(x->edge);
    *x = (hu_others){0};
}

static hune_status add_edge(hu_others *x, int32_t day, double log_ratio, hune_err *err) {
    HUNE_TRY(hu_grow(&x->edge, &x->cap, x->n + 1, sizeof *x->edge, err));
    x->edge[x->n++] = (hu_edge){day, log_ratio};
    return HUNE_OK;
}

static int by_day(const void *a, const void *b, void *arg) {
    const hu_edge *x = a, *y = b;
    (void)arg;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    return x->log_ratio < y->log_ratio ? -1 : x->log_ratio > y->log_ratio;
}

hune_status hu_others_build(hu_others *x, const hu_screen *s, int32_t outcome, const hu_eras *eras,
                            hune_err *err) {
    x->n = 0;
    if (!s->strong.first) return HUNE_OK;
    for (int64_t k = s->strong.first[outcome]; k < s->strong.first[outcome + 1]; k++)
        for (int32_t e = eras->head[s->strong.drug[k]]; e >= 0; e = eras->era[e].next) {
            HUNE_TRY(add_edge(x, eras->era[e].start, s->strong.log_ratio[k], err));
            HUNE_TRY(add_edge(x, eras->era[e].end, -s->strong.log_ratio[k], err));
        }
    if (x->n) HUNE_TRY(hu_sort(x->edge, x->n, sizeof *x->edge, by_day, NULL, err));
    double sum = 0; /* from steps to levels */
    for (size_t i = 0; i < x->n; i++) {
        sum += x->edge[i].log_ratio;
        x->edge[i].log_ratio = sum;
    }
    return HUNE_OK;
}

double hu_others_weight(const hu_others *x, const hu_baseline *b, const hu_person *p, int32_t from,
                        int32_t to) {
    if (x->n == 0) return hu_case_weight(b, p, from, to);
    double sum = 0, level = 0;
    size_t i = 0;
    for (; i < x->n && x->edge[i].day <= from; i++) level = x->edge[i].log_ratio;
    while (from < to) {
        const int32_t end = i < x->n && x->edge[i].day < to ? x->edge[i].day : to;
        if (end > from) sum += exp(level) * hu_case_weight(b, p, from, end);
        from = end;
        for (; i < x->n && x->edge[i].day <= from; i++) level = x->edge[i].log_ratio;
    }
    return sum;
}

double hu_others_own(const hu_screen *s, int32_t outcome, int32_t drug) {
    if (!s->strong.first) return 1;
    for (int64_t k = s->strong.first[outcome]; k < s->strong.first[outcome + 1]; k++)
        if (s->strong.drug[k] == drug) return exp(s->strong.log_ratio[k]);
    return 1;
}
