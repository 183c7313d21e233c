/* adjust.c - a baseline without the drugs that were found in it.
 *
 * The baseline is estimated from cases, drugs unseen; a drug that many cases took at the same
 * calendar time (one that came to the market, or left it) then raises the baseline exactly where
 * its own effect lies, and is judged against its own shadow. So the strong pairs of the first round
 * are taken at their word: their rate ratios multiply the exposed time of the sampled cases, and
 * the baseline of those outcomes is fitted again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "screen/screen.h"

#define STRONG_Q 0.05

typedef struct stretch {
    int32_t outcome, sampled, from, to;
    double log_ratio;
} stretch;

typedef struct stretches {
    stretch *item;
    size_t n, cap;
} stretches;

typedef struct acc {
    stretches list;
    hu_firsts firsts;
    hu_eras eras;
} acc;

typedef struct pass {
    hu_screen *screen;
    int64_t *first;  /* [outcomes+1] strong pairs of an outcome */
    int64_t *strong; /* pair numbers */
    stretches total;
} pass;

static bool is_strong(const hu_estimate *e) {
    return e->q <= STRONG_Q && isfinite(e->log_irr);
}

static int64_t sampled_case(const hu_sample *s, uint64_t hash) {
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (s->item[mid].hash < hash) lo = mid + 1;
        else hi = mid;
    }
    return lo < s->n && s->item[lo].hash == hash ? (int64_t)lo : -1;
}

static hune_status note(const hu_screen *s, acc *a, int32_t outcome, int64_t sampled, int64_t pair,
                        hune_err *err) {
    const int32_t drug = s->pairs[pair].drug;
    for (int32_t k = a->eras.head[drug]; k >= 0; k = a->eras.era[k].next) {
        HUNE_TRY(hu_grow(&a->list.item, &a->list.cap, a->list.n + 1, sizeof *a->list.item, err));
        a->list.item[a->list.n++] = (stretch){outcome, (int32_t)sampled, a->eras.era[k].start,
                                              a->eras.era[k].end, s->estimates[pair].log_irr};
    }
    return HUNE_OK;
}

/* --- the fold -------------------------------------------------------------------------------- */

static void release(void *arg, void *which) {
    (void)arg;
    acc *a = which;
    if (!a) return;
    free(a->list.item);
    hu_firsts_clear(&a->firsts);
    hu_eras_clear(&a->eras);
    free(a);
}

static hune_status begin(void *arg, void **out, hune_err *err) {
    const hu_screen *s = ((const pass *)arg)->screen;
    acc *a = hu_calloc(1, sizeof *a);
    *out = a;
    if (!a) return hune_fail(err, HUNE_ENOMEM, "no memory for a pass");
    HUNE_TRY(hu_firsts_init(&a->firsts, s->outcomes.n, err));
    return hu_eras_init(&a->eras, s->drugs.n, err);
}

static hune_status person(void *arg, void *which, const hu_person *p, hune_err *err) {
    const pass *run = arg;
    const hu_screen *s = run->screen;
    acc *a = which;
    bool built = false;
    hu_firsts_find(&a->firsts, &s->outcomes, p, NULL);
    for (int32_t i = 0; i < a->firsts.n_touched; i++) {
        const int32_t o = a->firsts.touched[i];
        if (run->first[o] == run->first[o + 1]) continue;
        const int64_t sampled = sampled_case(&s->samples[o], hu_hash64((uint64_t)p->person));
        if (sampled < 0) continue;
        if (!built) HUNE_TRY(hu_eras_build(&a->eras, s->store, &s->drugs, &s->rule, p, err));
        built = true;
        for (int64_t k = run->first[o]; k < run->first[o + 1]; k++)
            HUNE_TRY(note(s, a, o, sampled, run->strong[k], err));
    }
    return HUNE_OK;
}

static hune_status merge(void *arg, void *which, hune_err *err) {
    stretches *total = &((pass *)arg)->total;
    const stretches *list = &((const acc *)which)->list;
    HUNE_TRY(hu_grow(&total->item, &total->cap, total->n + list->n, sizeof *total->item, err));
    if (list->n) memcpy(total->item + total->n, list->item, list->n * sizeof *list->item);
    total->n += list->n;
    return HUNE_OK;
}

/* --- fitting again --------------------------------------------------------------------------- */

static int by_case(const void *a, const void *b, void *arg) {
    (void)arg;
    const stretch *x = a, *y = b;
    if (x->outcome != y->outcome) return x->outcome < y->outcome ? -1 : 1;
    return x->sampled < y->sampled ? -1 : x->sampled > y->sampled;
}

static hune_status fit_again(void *arg, int64_t outcome, int worker, hune_err *err) {
    const pass *run = arg;
    hu_screen *s = run->screen;
    (void)worker;
    if (run->first[outcome] == run->first[outcome + 1]) return HUNE_OK;
    HUNE_TRY(hu_check_cancel(s->ctx, err));
    size_t lo = 0, hi;
    while (lo < run->total.n && run->total.item[lo].outcome < outcome) lo++;
    for (hi = lo; hi < run->total.n && run->total.item[hi].outcome == outcome;) hi++;

    const size_t n = hi - lo, cases = s->samples[outcome].n;
    int64_t *first = hu_calloc(cases + 1, sizeof *first);
    int32_t *days = hu_calloc(2 * n + 1, sizeof *days);
    double *log_ratio = hu_calloc(n + 1, sizeof *log_ratio);
    hune_status status = HUNE_OK;
    if (!first || !days || !log_ratio)
        status = hune_fail(err, HUNE_ENOMEM, "no memory for %zu exposures", n);
    for (size_t k = 0; !status && k < n; k++) {
        const stretch *t = &run->total.item[lo + k];
        first[t->sampled + 1]++;
        days[k] = t->from;
        days[n + k] = t->to;
        log_ratio[k] = t->log_ratio;
    }
    for (size_t i = 0; !status && i < cases; i++) first[i + 1] += first[i];
    const hu_baseline_known known = {first, days, days + n, log_ratio};
    if (!status) status = hu_screen_fit(s, (int32_t)outcome, &known, err);
    free(first);
    free(days);
    free(log_ratio);
    return status;
}

static hune_status list_strong(pass *run, bool *any, hune_err *err) {
    const hu_screen *s = run->screen;
    run->first = hu_calloc((size_t)s->outcomes.n + 1, sizeof *run->first);
    run->strong = hu_calloc((size_t)s->n_pairs + 1, sizeof *run->strong);
    if (!run->first || !run->strong)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %lld pairs", (long long)s->n_pairs);
    int64_t n = 0;
    for (int64_t i = 0; i < s->n_pairs; i++) { /* pairs are sorted by outcome */
        if (!is_strong(&s->estimates[i])) continue;
        run->strong[n++] = i;
        run->first[s->pairs[i].outcome + 1] = n;
    }
    for (int32_t o = 0; o < s->outcomes.n; o++)
        if (run->first[o + 1] < run->first[o]) run->first[o + 1] = run->first[o];
    *any = n > 0;
    return HUNE_OK;
}

/* What the next round needs to know of the others (others.c). */
static hune_status keep_strong(const pass *run, hune_err *err) {
    hu_screen *s = run->screen;
    const size_t outcomes = (size_t)s->outcomes.n + 1, n = (size_t)run->first[s->outcomes.n];
    hu_strong *t = &s->strong;
    hu_strong_clear(t);
    t->first = hu_calloc(outcomes, sizeof *t->first);
    t->drug = hu_calloc(n + 1, sizeof *t->drug);
    t->log_ratio = hu_calloc(n + 1, sizeof *t->log_ratio);
    if (!t->first || !t->drug || !t->log_ratio)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu pairs", n);
    memcpy(t->first, run->first, outcomes * sizeof *t->first);
    for (size_t k = 0; k < n; k++) {
        t->drug[k] = s->pairs[run->strong[k]].drug;
        t->log_ratio[k] = s->estimates[run->strong[k]].log_irr;
    }
    return HUNE_OK;
}

void hu_strong_clear(hu_strong *t) {
    free(t->first);
    free(t->drug);
    free(t->log_ratio);
    *t = (hu_strong){0};
}

hune_status hu_screen_adjust(hu_screen *s, bool *changed, hune_err *err) {
    pass run = {.screen = s};
    const hu_fold fold = {
        begin, person, merge, release, &run, HU_KINDS, "strong drugs of sampled cases"};
    hune_status status = list_strong(&run, changed, err);
    if (!status && *changed) {
        status = hu_store_fold(s->store, &fold, s->ctx, err);
        if (!status)
            status =
                hu_sort(run.total.item, run.total.n, sizeof *run.total.item, by_case, NULL, err);
        if (!status) status = hu_pool_run(hu_threads(s->ctx), s->outcomes.n, fit_again, &run, err);
    }
    if (!status && *changed) status = keep_strong(&run, err);
    free(run.first);
    free(run.strong);
    free(run.total.item);
    return status;
}

void hu_screen_forget_pairs(hu_screen *s) {
    free(s->pairs);
    free(s->estimates);
    free(s->ranking);
    s->pairs = NULL;
    s->estimates = NULL;
    s->ranking = NULL;
    s->n_pairs = s->n_signals = s->n_tested = 0;
}
