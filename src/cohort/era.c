/* era.c - dispensings to exposure eras.
 *
 *   box 1    box 2         box 3                 box 4
 *   |=====30=|==30===|  gap |===30====|    gap > grace  |====30===|
 *   [------------- era 1 -------------)                 [- era 2 -)
 *
 * Stock left when the next box is bought is carried over (up to a limit); a gap of at most
 * grace_days is treated as continued use; the era ends when the last supply ends, not grace_days
 * later, because nothing shows that anything was taken then.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cohort/cohort.h"

hune_status hu_eras_init(hu_eras *e, int32_t n_drugs, hune_err *err) {
    memset(e, 0, sizeof *e);
    const size_t n = (size_t)(n_drugs > 0 ? n_drugs : 1);
    e->touched = hu_calloc(n, sizeof *e->touched);
    e->head = hu_calloc(n, sizeof *e->head);
    e->tail = hu_calloc(n, sizeof *e->tail);
    if (!e->touched || !e->head || !e->tail) {
        hu_eras_clear(e);
        return hune_fail(err, HUNE_ENOMEM, "no memory for %d drugs", n_drugs);
    }
    e->n_drugs = n_drugs;
    for (size_t i = 0; i < n; i++) e->head[i] = e->tail[i] = -1;
    return HUNE_OK;
}

void hu_eras_clear(hu_eras *e) {
    if (!e) return;
    free(e->era);
    free(e->touched);
    free(e->head);
    free(e->tail);
    memset(e, 0, sizeof *e);
}

static hune_status dispense(hu_eras *e, const hu_era_rule *rule, int32_t drug, int32_t day,
                            int32_t supply, hune_err *err) {
    const int32_t last = e->tail[drug];
    if (last >= 0 && day <= e->era[last].end + rule->grace_days) {
        hu_era *era = &e->era[last];
        int32_t left = era->end - day; /* stock still there */
        if (left < 0) left = 0;
        if (left > rule->carry_max_days) left = rule->carry_max_days;
        const int32_t end = day + left + supply;
        if (end > era->end) era->end = end;
        return HUNE_OK;
    }
    HUNE_TRY(hu_grow(&e->era, &e->cap, e->n + 1, sizeof *e->era, err));
    const int32_t made = (int32_t)e->n++;
    e->era[made] = (hu_era){drug, day, day + supply, -1};
    if (last < 0) {
        e->head[drug] = made;
        e->touched[e->n_touched++] = drug;
    } else {
        e->era[last].next = made;
    }
    e->tail[drug] = made;
    return HUNE_OK;
}

hune_status hu_eras_build(hu_eras *e, const hune_store *s, const hu_set *drugs,
                          const hu_era_rule *rule, const hu_person *p, hune_err *err) {
    for (int32_t i = 0; i < e->n_touched; i++) e->head[e->touched[i]] = e->tail[e->touched[i]] = -1;
    e->n_touched = 0;
    e->n = 0;
    for (int64_t r = 0; r < p->n; r++) {
        const int32_t code = p->code[r];
        if (drugs->first[code] == drugs->first[code + 1]) continue;
        const double packs = isnan(p->quantity[r]) ? 1 : p->quantity[r];
        const double each =
            isnan(s->codes[code].pack_days) ? rule->default_pack_days : s->codes[code].pack_days;
        const double days = ceil(packs * each);
        if (!(days >= 1)) continue;
        const int32_t supply =
            days > 3660 ? 3660 : (int32_t)days; /* ten years: longer is a data error */
        for (int64_t m = drugs->first[code]; m < drugs->first[code + 1]; m++)
            HUNE_TRY(dispense(e, rule, drugs->member[m], p->start[r], supply, err));
    }
    return HUNE_OK;
}
