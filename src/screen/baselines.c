/* baselines.c - first pass: who is a case, and how the rate of each outcome moves with age and
 * season of the calendar when nobody looks at drugs.
 *
 * Only diagnoses are read. Each outcome keeps the cases with the smallest hash of the person number
 * (a bottom-k sample): such samples merge exactly, so the same cases are kept for any number of
 * threads. The sample is large enough for a baseline (its rate ratios have standard errors of a few
 * per cent); all cases take part in the pairs.
 */
#include <stdlib.h>
#include <string.h>
#include "screen/screen.h"

#define SAMPLE_TOTAL 4000000 /* hu_kept cases over all outcomes: 100 MB at most */
#define SAMPLE_MOST 40000
#define SAMPLE_LEAST 1000

typedef struct acc {
    hu_outcome_count *counts;
    hu_sample *samples;
    hu_firsts firsts;
    int64_t *events; /* [outcomes] */
    int64_t observed;
    double days;
} acc;

typedef struct pass {
    hu_screen *screen;
    size_t most; /* cases kept per outcome */
    hu_sample *samples;
} pass;

/* --- the sample --------------------------------------------------------------------------------
 */

static void sift_down(hu_kept *h, size_t n, size_t i) {
    for (;;) {
        size_t big = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
            if (h[child].hash > h[big].hash) big = child;
        if (big == i) return;
        const hu_kept swap = h[i];
        h[i] = h[big];
        h[big] = swap;
        i = big;
    }
}

static void sift_up(hu_kept *h, size_t i) {
    while (i > 0 && h[(i - 1) / 2].hash < h[i].hash) {
        const hu_kept swap = h[i];
        h[i] = h[(i - 1) / 2];
        h[(i - 1) / 2] = swap;
        i = (i - 1) / 2;
    }
}

static hune_status keep(hu_sample *s, size_t most, hu_kept c, hune_err *err) {
    if (s->n < most) {
        HUNE_TRY(hu_grow(&s->item, &s->cap, s->n + 1, sizeof *s->item, err));
        s->item[s->n] = c;
        sift_up(s->item, s->n++);
    } else if (c.hash < s->item[0].hash) {
        s->item[0] = c;
        sift_down(s->item, s->n, 0);
    }
    return HUNE_OK;
}

static void free_samples(hu_sample *s, int32_t n) {
    for (int32_t o = 0; s && o < n; o++) free(s[o].item);
    free(s);
}

/* --- the fold ------------------------------------------------------------------------------------
 */

static void release(void *arg, void *which) {
    const pass *p = arg;
    acc *a = which;
    if (!a) return;
    free_samples(a->samples, p->screen->outcomes.n);
    free(a->counts);
    free(a->events);
    hu_firsts_clear(&a->firsts);
    free(a);
}

static hune_status begin(void *arg, void **out, hune_err *err) {
    pass *p = arg;
    const size_t n = (size_t)p->screen->outcomes.n + 1;
    acc *a = hu_calloc(1, sizeof *a);
    *out = a;
    if (a) {
        a->counts = hu_calloc(n, sizeof *a->counts);
        a->samples = hu_calloc(n, sizeof *a->samples);
        a->events = hu_calloc(n, sizeof *a->events);
    }
    if (!a || !a->counts || !a->samples || !a->events)
        return hune_fail(err, HUNE_ENOMEM, "no memory for a pass");
    return hu_firsts_init(&a->firsts, p->screen->outcomes.n, err);
}

static hune_status person(void *arg, void *which, const hu_person *p, hune_err *err) {
    const pass *run = arg;
    acc *a = which;
    a->observed += p->n_spans > 0;
    for (int i = 0; i < p->n_spans; i++) a->days += p->spans[i].end - p->spans[i].start;
    hu_firsts_find(&a->firsts, &run->screen->outcomes, p, a->events);
    for (int32_t i = 0; i < a->firsts.n_touched; i++) {
        const int32_t o = a->firsts.touched[i], day = a->firsts.day[o];
        const int span = hu_span_of(p, day);
        a->counts[o].persons++;
        if (span < 0 || p->birth == HU_NO_DAY) {
            a->counts[o].before_observation++;
            continue;
        }
        a->counts[o].cases++;
        const hu_kept c = {hu_hash64((uint64_t)p->person), p->birth, p->spans[span].start,
                           p->spans[span].end, day};
        HUNE_TRY(keep(&a->samples[o], run->most, c, err));
    }
    return HUNE_OK;
}

static hune_status merge(void *arg, void *which, hune_err *err) {
    pass *p = arg;
    const acc *a = which;
    hu_screen *s = p->screen;
    s->persons_observed += a->observed;
    s->person_years += a->days / 365.25;
    for (int32_t o = 0; o < s->outcomes.n; o++) {
        s->counts[o].events += a->events[o];
        s->counts[o].persons += a->counts[o].persons;
        s->counts[o].cases += a->counts[o].cases;
        s->counts[o].before_observation += a->counts[o].before_observation;
        for (size_t i = 0; i < a->samples[o].n; i++)
            HUNE_TRY(keep(&p->samples[o], p->most, a->samples[o].item[i], err));
    }
    return HUNE_OK;
}

/* --- fitting -------------------------------------------------------------------------------------
 */

static int by_hash(const void *a, const void *b, void *arg) {
    (void)arg;
    const uint64_t x = ((const hu_kept *)a)->hash, y = ((const hu_kept *)b)->hash;
    return x < y ? -1 : x > y;
}

static hune_status fit_one(void *arg, int64_t outcome, int worker, hune_err *err) {
    hu_screen *s = arg;
    hu_sample *sample = &s->samples[outcome];
    (void)worker;
    HUNE_TRY(hu_check_cancel(s->ctx, err));
    HUNE_TRY(hu_sort(sample->item, sample->n, sizeof *sample->item, by_hash, NULL, err));
    return hu_screen_fit(s, (int32_t)outcome, NULL, err);
}

hune_status hu_screen_fit(hu_screen *s, int32_t outcome, const hu_baseline_known *known,
                          hune_err *err) {
    const hu_sample *sample = &s->samples[outcome];
    int32_t *column = hu_calloc(4 * sample->n + 4, sizeof *column);
    if (!column) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu cases", sample->n);
    int32_t *birth = column, *start = column + sample->n, *end = start + sample->n,
            *event = end + sample->n;
    for (size_t i = 0; i < sample->n; i++) {
        birth[i] = sample->item[i].birth;
        start[i] = sample->item[i].start;
        end[i] = sample->item[i].end;
        event[i] = sample->item[i].event;
    }
    hu_baseline_options options;
    hu_baseline_options_init(&options);
    options.known = known;
    hu_baseline_clear(&s->baselines[outcome]);
    const hune_status status = hu_baseline_fit(birth, start, end, event, (int64_t)sample->n,
                                               &options, &s->baselines[outcome], err);
    free(column);
    return status;
}

hune_status hu_screen_baselines(hu_screen *s, hune_err *err) {
    const size_t n = (size_t)s->outcomes.n;
    size_t most = n ? SAMPLE_TOTAL / n : 1;
    if (most > SAMPLE_MOST) most = SAMPLE_MOST;
    if (most < SAMPLE_LEAST) most = SAMPLE_LEAST;
    s->samples = hu_calloc(n + 1, sizeof *s->samples);
    s->counts = hu_calloc(n + 1, sizeof *s->counts);
    s->baselines = hu_calloc(n + 1, sizeof *s->baselines);
    pass p = {.screen = s, .most = most, .samples = s->samples};
    const hu_fold fold = {begin, person, merge, release, &p, HU_DIAGNOSIS, "reading diagnoses"};
    if (!s->samples || !s->counts || !s->baselines)
        return hune_fail(err, HUNE_ENOMEM, "no memory for %zu outcomes", n);
    HUNE_TRY(hu_store_fold(s->store, &fold, s->ctx, err));
    hu_tell(s->ctx, "fitting baselines", 0, (int64_t)n, "outcomes");
    return hu_pool_run(hu_threads(s->ctx), (int64_t)n, fit_one, s, err);
}
