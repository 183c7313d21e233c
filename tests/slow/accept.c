/* accept.c - acceptance tests 2, 3, 4 and 6 of the simulator (simulator.md, section 9), minutes.
 * The others: 1 and 8 in same.sh, 5 and 9 in tests/cli/tables.sh, 7 in interactions.c.
 * One "ok" or "FAILED" line with its figures each; ends with "N passed, N failed".
 *
 * Usage: accept [LIVES [THREADS]]     (200,000 lives a world, as many threads as the machine has)
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "../accept.h"

static int passed, failed, threads;

static void verdict(bool fine, const char *format, ...) {
    va_list a;
    va_start(a, format);
    printf(fine ? "ok      " : "FAILED  ");
    vprintf(format, a);
    printf("\n");
    fflush(stdout);
    va_end(a);
    fine ? passed++ : failed++;
}

static bool live(accept_run *r, const hune_simulate_options *o) {
    hune_err err = {0};
    if (!accept_live(r, o, threads, &err)) return true;
    verdict(false, "cannot live: %s", err.msg);
    return false;
}

static hune_simulate_options options(uint64_t seed) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.seed = seed;
    o.rate_scale = 20;
    return o;
}

/* 2 and 3: p-values of the null world are uniform, intervals of the clean one cover. */
static void uniform(const char *truth, int64_t lives, const char *what) {
    enum { MOST = 20000, WANTED = 2000 };
    static double p[MOST];
    int n = 0, seeds = 0, under = 0;
    while (n < WANTED && seeds < 40) {
        hune_simulate_options o = options(100 + (uint64_t)seeds);
        accept_run r = {.lives = lives};
        o.truth = truth;
        if (!live(&r, &o)) return;
        n += accept_p_values(&r, 3, 77 + (uint64_t)seeds++, p + n, MOST - n);
        accept_clear(&r);
    }
    for (int i = 0; i < n; i++) under += accept_two_sided(p[i]) < 0.05;
    const double share = (double)under / n, ks = accept_ks(p, n);
    verdict(ks > 0.01 && share > 0.04 && share < 0.06,
            "%s: %d questions of %d seeds, Kolmogorov-Smirnov p %.3f, %.2f %% below 0.05 (4 to 6)",
            what, n, seeds, ks, 100 * share);
}

/* 4: users and outcome rates. */
typedef struct cells {
    double persons[2][HU_BANDS], users[128][2][HU_BANDS];
} cells;
static void see_users(const hu_world *w, hu_life *l, double *sum) {
    cells *c = (cells *)(void *)sum;
    const int32_t from = hu_day(2011, 1, 1), to = hu_day(2012, 1, 1);
    if (l->entry > from || l->exit < to) return;
    const int b = hu_band(l->birth, from);
    c->persons[l->sex][b]++;
    for (int d = 0; d < w->n_drugs; d++)
        for (int e = l->first_era[d]; e < l->first_era[d + 1]; e++)
            if (l->era[e].start < to && l->era[e].end > from) {
                c->users[d][l->sex][b]++;
                break;
            }
}

static void marginals(int64_t lives) {
    hune_simulate_options o = options(9);
    accept_run r = {
        .lives = lives, .see = see_users, .n_sums = (int)(sizeof(cells) / sizeof(double))};
    int n = 0, off = 0;
    char worst[400] = "";
    o.rate_scale = 1;
    if (!live(&r, &o)) return;
    const cells *c = (const cells *)(const void *)r.sum;
    for (int d = 0; d < r.w.n_drugs; d++) {
        const hu_drug *x = &r.w.drug[d];
        if (x->market_from > hu_day(2009, 1, 1) || x->market_to < hu_day(2012, 1, 1)) continue;
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) {
                const double m = c->persons[s][b], share = x->share[s][b],
                             got = c->users[d][s][b] / m;
                if (m * share < 20) continue;
                n++;
                if (fabs(got - share) <= fmax(0.05 * share, 3 * sqrt(share * (1 - share) / m)))
                    continue;
                off++;
                const size_t len = strlen(worst);
                snprintf(worst + len, sizeof worst - len, " %s/%d/%d %.2f", x->inn, s, b,
                         got / share);
            }
    }
    /* 0.27 % of the cells lie beyond three standard errors by chance */
    verdict(off <= n * 0.0027 + 3 * sqrt(n * 0.0027),
            "users by sex and band: %d of %d cells off by more than 5 %% and 3 standard errors:%s",
            off, n, worst);
    accept_clear(&r);
}

typedef struct rates {
    double expected[64], seen[64];
} rates;
static void see_rates(const hu_world *w, hu_life *l, double *sum) {
    rates *x = (rates *)(void *)sum;
    for (int k = 0; k < w->n_outcomes; k++) {
        int32_t end = l->exit;
        for (size_t e = 0; e < l->n_events && !w->outcome[k].recurrent; e++)
            if (l->event[e].outcome == k) end = l->event[e].day;
        for (int32_t t = l->entry; t < end;) {
            const int band = hu_band(l->birth, t);
            int32_t next = hu_band_start(l->birth, band + 1);
            if (next > end) next = end;
            x->expected[k] +=
                (next - t) / HU_YEAR * w->outcome[k].rate_py[l->sex][band] * w->outcome[k].scale;
            t = next;
        }
    }
    for (size_t e = 0; e < l->n_events; e++) x->seen[l->event[e].outcome]++;
}

static void outcome_rates(int64_t lives, const char *bias) {
    hune_simulate_options o = options(10);
    o.rate_scale = 1; /* the table is of rare outcomes: at 1 % a year the frail are soon used up */
    accept_run r = {
        .lives = lives, .see = see_rates, .n_sums = (int)(sizeof(rates) / sizeof(double))};
    int off = 0, n = 0;
    char worst[300] = "";
    o.bias = bias;
    if (!live(&r, &o)) return;
    const rates *x = (const rates *)(const void *)r.sum;
    for (int k = 0; k < r.w.n_outcomes; k++) {
        const double ratio = x->seen[k] / x->expected[k];
        if (x->expected[k] < 100) continue;
        n++;
        if (fabs(ratio - 1) <= fmax(0.05, 3 / sqrt(x->expected[k]))) continue;
        off++;
        const size_t len = strlen(worst);
        snprintf(worst + len, sizeof worst - len, " %s %.3f", r.w.outcome[k].id, ratio);
    }
    verdict(off == 0, "outcome rates with bias %s: %d of %d off by more than 5 %%:%s", bias, off, n,
            worst);
    accept_clear(&r);
}

/* 6: each trap alone. */
static const accept_design *design;
static void see_naive(const hu_world *w, hu_life *l, double *sum) {
    accept_naive(w, l, design, sum);
}

static void traps(int64_t lives) {
    for (int k = 0; k < ACCEPT_DESIGNS; k++) {
        design = &accept_designs[k];
        hune_simulate_options o = options(11);
        char bias[8];
        double p, worst = 1;
        snprintf(bias, sizeof bias, "T%02d", design->trap);
        o.truth = "none";
        o.bias = bias;
        o.population = design->trap == 16 ? HUNE_POPULATION_ALL : HUNE_POPULATION_ELDERLY;
        o.drugs = design->drug;
        o.outcomes = design->outcome;
        o.rate_scale = design->trap == 16 ? 20 : 1;
        accept_run r = {.lives = 10 * lives, .see = see_naive, .n_sums = ACCEPT_DESIGN_SUMS};
        if (!live(&r, &o)) return;
        const double ratio = accept_ratio(design, r.sum, &p);
        for (int i = 0; i < r.w.n_questions; i++) {
            const hu_question *q = &r.w.question[i];
            worst = fmin(worst,
                         accept_two_sided(accept_poisson(r.total.oracle_events[q->first],
                                                         r.total.oracle_expected[q->first], 0.5)));
        }
        const hu_question *q = &r.w.question[0];
        /* 12 % more coding cannot show as more than 1 / 1.12 */
        const bool shown = design->trap == 14 ? ratio < 0.95 : ratio > 1.3 || ratio < 0.8;
        verdict(shown && p < 0.001 && worst > 0.001,
                "T%02d %s and %s, %s: naive %.2f (p %.1g), oracle %.3f (p %.3f)", design->trap,
                design->drug, design->outcome, design->what, ratio, p,
                (double)r.total.oracle_events[q->first] / r.total.oracle_expected[q->first], worst);
        accept_clear(&r);
    }
}

/* T07: the order of the two gout drugs; T15: starts in the year after against the year before. */
static void see_gout(const hu_world *w, hu_life *l, double *sum) {
    const int a = hu_find_drug(w, "M04AA01"), c = hu_find_drug(w, "M04AC01");
    for (int i = l->first_era[a]; i < l->first_era[a + 1]; i++)
        for (int k = l->first_era[c]; k < l->first_era[c + 1]; k++) {
            const int32_t d = l->era[k].start - l->era[i].start;
            sum[0] += d > 0 && d <= 60;
            sum[1] += d < 0 && d >= -60;
            sum[2] += (d > 120 && d <= 180) || (d < -120 && d >= -180);
        }
}
static void see_after(const hu_world *w, hu_life *l, double *sum) {
    for (size_t v = 0; v < l->n_events; v++) {
        const int32_t day = l->event[v].day;
        if (l->entry > day - 365 || l->exit < day + 365) continue;
        for (int e = l->first_era[0]; e < l->first_era[w->n_drugs]; e++) {
            const int32_t t = l->era[e].start - day;
            if (l->era[e].end <= l->era[e].start) continue;
            sum[0] += t > 0 && t <= 365;
            sum[1] += t < 0 && t >= -365;
        }
    }
}

static void orders(int64_t lives) {
    hune_simulate_options o = options(12);
    o.truth = "none";
    o.bias = "T07";
    o.drugs = "M04A";
    o.outcomes = "APPEND";
    o.rate_scale = 1;
    accept_run r = {.lives = 10 * lives, .see = see_gout, .n_sums = 3};
    if (!live(&r, &o)) return;
    const double both = (r.sum[0] + r.sum[1]) / 2, far = r.sum[2] / 2;
    verdict(both / far > 1.3 && r.sum[0] / r.sum[1] > 0.8 && r.sum[0] / r.sum[1] < 1.25,
            "T07 allopurinol and colchicine within 60 days: %.1f times as often as at 120 to 180, "
            "order ratio %.2f",
            both / far, r.sum[0] / r.sum[1]);
    accept_clear(&r);
    o.bias = "T15";
    o.drugs = "M01AB05";
    o.outcomes = "UGIB";
    o.population = HUNE_POPULATION_ELDERLY;
    o.rate_scale = 1;
    r = (accept_run){.lives = 10 * lives, .see = see_after, .n_sums = 2};
    if (!live(&r, &o)) return;
    verdict(r.sum[0] / r.sum[1] < 0.3, "T15 diclofenac starts after a bleed: %.2f of those before",
            r.sum[0] / r.sum[1]);
    accept_clear(&r);
}

int main(int argc, char **argv) {
    const int64_t lives = argc > 1 ? atoll(argv[1]) : 200000;
    threads = argc > 2 ? atoi(argv[2]) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    const char *only = argc > 3 ? argv[3] : "uniform marginals rates traps";
    if (strstr(only, "uniform")) uniform("none", lives, "null world");
    if (strstr(only, "uniform")) uniform("all", lives, "clean world");
    if (strstr(only, "marginals")) marginals(2 * lives);
    if (strstr(only, "rates")) outcome_rates(4 * lives, "none");
    if (strstr(only, "rates")) outcome_rates(4 * lives, "all");
    if (strstr(only, "traps")) traps(lives);
    if (strstr(only, "traps")) orders(lives);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
