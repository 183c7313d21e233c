/* boxes.c - which of the dispensings of a life show in the tables, and on which day.
 *
 * Clean tables show all on their own days. Dirt: treatments bought over the counter are in no
 * table; in a stay the hospital gives the drugs, and after it a box is fetched at once.
 */
#include "simulate/sheet.h"

static const double discharge_share = 0.55, otc_share = 0.35;
enum { DISCHARGE_DAYS = 3, BROUGHT_FORWARD_DAYS = 28 };

/* Over the counter: whole treatments that no table knows, told in sim_truth/otc.csv. */
static void over_the_counter(const hu_world *w, const hu_life *l, hu_sheets *s) {
    static const char *const sold[] = {"M01AE01", "N02BE01"};
    hu_buf *b = &s->file[hu_single_file(w, HU_TRUTH_OTC)];
    for (int k = 0; k < 2; k++) {
        const int drug = hu_find_drug(w, sold[k]);
        if (drug < 0) continue;
        for (int i = l->first_era[drug]; i < l->first_era[drug + 1]; i++) {
            const hu_era *e = &l->era[i];
            if (hu_rng_unif(&s->of[HU_DIRT_OTC]) >= otc_share) continue;
            for (int32_t f = e->fill_from; f < e->fill_to; f++) s->when[f] = HU_NEVER;
            const int32_t end = e->end < l->exit ? e->end : l->exit;
            if (end <= e->start || end <= l->entry) continue;
            int y[2], m[2], d[2];
            hu_civil(e->start, &y[0], &m[0], &d[0]);
            hu_civil(end, &y[1], &m[1], &d[1]);
            hu_buf_printf(b, "%lld,%s,%04d-%02d-%02d,%04d-%02d-%02d\n", (long long)l->person,
                          sold[k], y[0], m[0], d[0], y[1], m[1], d[1]);
        }
    }
}

/* Stays of the night or longer, and the day of the box after: HU_NEVER = none. */
static size_t discharges(const hu_life *l, hu_sheets *s) {
    hu_rng *r = &s->of[HU_DIRT_INSTAY];
    size_t n = 0;
    for (size_t i = 0; i < s->n_stays; i++) {
        const hu_stay *v = &s->stay[i];
        if (v->out <= v->in) continue;
        int32_t day = v->out + (int32_t)hu_rng_below(r, DISCHARGE_DAYS + 1);
        if (hu_weekday(day) == 6) day = day == v->out ? day + 1 : day - 1;
        const bool box = hu_rng_unif(r) < discharge_share && !v->died && day < l->exit;
        s->discharge[n++] = (hu_span){(int32_t)i, box ? day : HU_NEVER};
    }
    return n;
}

/* In a stay the hospital gives the drugs, and no box appears. After it the drugs in use are fetched
 * on the day of discharge or soon after, those that would have been in the stay and the next ones.
 */
static void around_stays(const hu_life *l, hu_sheets *s) {
    int32_t *when = s->when;
    const size_t n = discharges(l, s);
    for (size_t k = 0; k < n; k++) {
        const hu_stay *v = &s->stay[s->discharge[k].from];
        const int32_t box = s->discharge[k].to;
        for (size_t i = 0; i < l->n_eras; i++) {
            const hu_era *e = &l->era[i];
            if (e->end <= v->in || e->start > v->out + BROUGHT_FORWARD_DAYS) continue;
            bool fetched = box == HU_NEVER || e->start > v->out;
            for (int32_t f = e->fill_from; f < e->fill_to; f++) {
                const int32_t day = when[f];
                if (day == HU_NEVER || day < v->in) continue;
                const bool inside = day < v->out;
                if (!fetched && day < v->out + BROUGHT_FORWARD_DAYS) {
                    when[f] = box;
                    fetched = true;
                } else if (inside) when[f] = HU_NEVER;
                else break;
            }
        }
    }
    /* a box moved behind one stay may have come to lie in another */
    for (size_t k = 0; k < n; k++) {
        const hu_stay *v = &s->stay[s->discharge[k].from];
        for (size_t f = 0; f < l->n_fills; f++)
            if (when[f] >= v->in && when[f] < v->out) when[f] = HU_NEVER;
    }
}

hune_status hu_boxes_appear(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err) {
    HUNE_TRY(hu_grow(&s->when, &s->cap_when, l->n_fills + 1, sizeof *s->when, err));
    HUNE_TRY(hu_grow(&s->discharge, &s->cap_discharge, s->n_stays + 1, sizeof *s->discharge, err));
    for (size_t i = 0; i < l->n_fills; i++) s->when[i] = l->fill[i].day;
    if (w->dirt[HU_DIRT_OTC]) over_the_counter(w, l, s);
    if (w->dirt[HU_DIRT_INSTAY]) around_stays(l, s);
    return HUNE_OK;
}
