/* first.c - the first event of each outcome in a person's history. */
#include <stdlib.h>
#include <string.h>
#include "cohort/cohort.h"

hune_status hu_firsts_init(hu_firsts *f, int32_t n_outcomes, hune_err *err) {
    memset(f, 0, sizeof *f);
    const size_t n = (size_t)(n_outcomes > 0 ? n_outcomes : 1);
    f->day = hu_calloc(n, sizeof *f->day);
    f->touched = hu_calloc(n, sizeof *f->touched);
    if (!f->day || !f->touched) {
        hu_firsts_clear(f);
        return hune_fail(err, HUNE_ENOMEM, "no memory for %d outcomes", n_outcomes);
    }
    f->n_outcomes = n_outcomes;
    for (size_t i = 0; i < n; i++) f->day[i] = HU_NO_DAY;
    return HUNE_OK;
}

void hu_firsts_clear(hu_firsts *f) {
    if (!f) return;
    free(f->day);
    free(f->touched);
    memset(f, 0, sizeof *f);
}

/* Main (1) and related (2) diagnoses say why the stay took place; associated ones (3) may be old.
 */
static bool counts(uint8_t position) {
    return position == 1 || position == 2;
}

void hu_firsts_find(hu_firsts *f, const hu_set *outcomes, const hu_person *p, int64_t *events) {
    for (int32_t i = 0; i < f->n_touched; i++) f->day[f->touched[i]] = HU_NO_DAY;
    f->n_touched = 0;
    for (int64_t r = 0; r < p->n; r++) {
        const int32_t code = p->code[r];
        if (outcomes->first[code] == outcomes->first[code + 1] || !counts(p->position[r])) continue;
        for (int64_t m = outcomes->first[code]; m < outcomes->first[code + 1]; m++) {
            const int32_t o = outcomes->member[m];
            if (events) events[o]++;
            if (f->day[o] != HU_NO_DAY) continue; /* events come in order of start */
            f->day[o] = p->start[r];
            f->touched[f->n_touched++] = o;
        }
    }
}

int hu_span_of(const hu_person *p, int32_t day) {
    for (int i = 0; i < p->n_spans; i++)
        if (day >= p->spans[i].start && day < p->spans[i].end) return i;
    return -1;
}
