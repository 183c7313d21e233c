/* interactions.c - acceptance test 7 of the simulator (simulator.md, section 9): in cases of ten
 * million persons the extra factor of each planted pair, its joint ratio and its RERI are what was
 * planted, within two standard errors.
 *
 * A joint ratio is events on days on which both sides are truly taken / events to be expected on
 * these days without the two drugs and their extra factor; likewise with one side only. Expected
 * events come from the sample of lives that the oracle of --mode cases asks. What was planted is
 * the same with the factors left in, because most profiles change with time:
 *
 *     joint = E(with) / E(without) on days of both        RERI = joint - only A - only B + 1
 *
 * Usage: interactions [PERSONS [THREADS [OUTCOME]]]     (10,000,000; as many threads as there are)
 */
#include <stdio.h>
#include <unistd.h>
#include "../accept.h"

enum { ONLY_A, ONLY_B, BOTH, CELLS, MOST_PAIRS = 16, PIECE = 30 };

typedef struct cells { /* of one pair; all doubles, added up by accept_live */
    double events[CELLS], without[CELLS], with[CELLS], spread[CELLS];
} cells;

typedef struct pair {
    int joint;
    hu_set a, b;
    int16_t one[2]; /* room for sets of one drug */
    char name[40];
} pair;

/* One run an outcome. The rare ones are scaled, or ten million persons had a handful of cases; the
 * drugs are those that the pairs need. */
static const struct group {
    const char *outcome, *drugs;
    double scale;
} groups[] = {
    {"UGIB", "M01A,H02AB06,C03DA01,N06AB,B01A,J02AC01,J01EE01,C10AA03", 2},
    {"AKI", "C09,C03,M01A,J01FA09,C10AA05", 2},
    {"HYPERK", "J01EE01,C09,C03DA01,C07AB07,J01CA04", 10},
    {"RHAB", "J01FA,C10AA", 20},
    {"HYPOG", "A10BB01,J01EE01", 20},
    {"DIGTOX", "C01AA05,J01FA09", 100},
    {"AGRAN", "M04AC01,J01FA09", 100},
    {"HIP", "N05CF02,N05BA12", 1},
};
enum { GROUPS = sizeof groups / sizeof *groups };

/* Two drugs of the classes of a pair, whose joint ratio is computed from theirs. */
static const struct members {
    const char *joint, *a, *b;
} members[] = {
    {"P001", "M01AE01", "H02AB06"}, {"P003", "M01AE01", "N06AB10"}, {"P004", "M01AB05", "B01AA12"},
    {"P005", "B01AC06", "B01AA12"}, {"P006", "B01AC06", "N06AB05"}, {"P013", "C09AA05", "C03DA01"},
};

static pair pairs[MOST_PAIRS];
static int n_pairs;

static void add_pair(const hu_world *w, int joint, const char *a, const char *b) {
    const hu_joint *j = &w->joint[joint];
    if (n_pairs == MOST_PAIRS) abort();
    pair *p = &pairs[n_pairs];
    *p = (pair){.joint = joint, .a = j->set[0], .b = j->set[1]};
    if (a) {
        const int one[2] = {hu_find_drug(w, a), hu_find_drug(w, b)};
        if (one[0] < 0 || one[1] < 0) abort(); /* not in the list of the group */
        for (int k = 0; k < 2; k++) p->one[k] = (int16_t)one[k];
        p->a = (hu_set){.drug = &p->one[0], .n = 1};
        p->b = (hu_set){.drug = &p->one[1], .n = 1};
    }
    snprintf(p->name, sizeof p->name, "%s %s+%s", j->id, a ? a : j->set[0].code,
             a ? b : j->set[1].code);
    n_pairs++;
}

static void choose_pairs(const hu_world *w) {
    n_pairs = 0;
    for (int j = 0; j < w->n_joints; j++) {
        if (w->joint[j].n_sets != 2 || !w->joint[j].set[0].n || !w->joint[j].set[1].n) continue;
        add_pair(w, j, NULL, NULL);
        for (size_t k = 0; k < sizeof members / sizeof *members; k++)
            if (!strcmp(members[k].joint, w->joint[j].id))
                add_pair(w, j, members[k].a, members[k].b);
    }
}

/* --- one life ----------------------------------------------------------------------------------
 */

static int cell_on(const hu_life *l, const pair *p, int32_t day) {
    int32_t since;
    const bool a = hu_present(l, &p->a, day, &since), b = hu_present(l, &p->b, day, &since);
    return a && b ? BOTH : a ? ONLY_A : b ? ONLY_B : -1;
}

static bool member(const hu_set *s, int drug) {
    for (int k = 0; k < s->n; k++)
        if (s->drug[k] == drug) return true;
    return false;
}

/* What the two sides alone and together do to the hazard that day. */
static double own_factor(const hu_world *w, const hu_life *l, const pair *p, int32_t day) {
    const hu_joint *j = &w->joint[p->joint];
    const hu_outcome *o = &w->outcome[j->outcome];
    double f = hu_joint_at(w, l, j, day);
    for (int e = o->effect_from; e < o->effect_to; e++)
        if (member(&p->a, w->effect[e].drug) || member(&p->b, w->effect[e].drug))
            f *= hu_effect_at(w, l, &w->effect[e], day);
    return f;
}

/* A random day in each 30 days of the exposures to one side; a day is looked at from its first
 * drug, and a day of both from side A. */
static void look(const hu_world *w, const hu_life *l, const pair *p, int side, hu_rng *r,
                 double without[CELLS], double with[CELLS]) {
    const hu_set *s = side ? &p->b : &p->a;
    const int outcome = w->joint[p->joint].outcome;
    for (int k = 0; k < s->n; k++)
        for (int i = l->first_era[s->drug[k]]; i < l->first_era[s->drug[k] + 1]; i++) {
            const int32_t from = l->era[i].start > l->entry ? l->era[i].start : l->entry,
                          to = l->era[i].end < l->exit ? l->era[i].end : l->exit;
            if (from >= to) continue;
            const int n = 1 + (to - from - 1) / PIECE;
            const double length = (to - from) / (double)n;
            for (int x = 0; x < n; x++) {
                const int32_t day = from + (int32_t)((x + hu_rng_unif(r)) * length);
                const hu_set before = {.drug = s->drug, .n = k};
                int32_t since;
                if (hu_present(l, &before, day, &since) || !accept_at_risk(w, l, outcome, day))
                    continue;
                const int cell = cell_on(l, p, day);
                if (cell < 0 || (side && cell == BOTH)) continue;
                const double h =
                    accept_hazard(w, l, outcome, day) * hu_trap_at(w, l, outcome, day) * length;
                with[cell] += h;
                without[cell] += h / own_factor(w, l, p, day);
            }
        }
}

static void see(const hu_world *w, hu_life *l, double share, bool is, double *sum) {
    cells *all = (cells *)(void *)sum;
    for (int k = 0; k < n_pairs; k++) {
        const pair *p = &pairs[k];
        for (size_t v = 0; is && v < l->n_events; v++) {
            if (l->event[v].outcome != w->joint[p->joint].outcome) continue;
            const int cell = cell_on(l, p, l->event[v].day);
            if (cell >= 0) all[k].events[cell]++;
        }
        if (share <= 0) continue;
        hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, 9010 + (uint32_t)k);
        double without[CELLS] = {0}, with[CELLS] = {0};
        for (int side = 0; side < 2; side++) look(w, l, p, side, &r, without, with);
        for (int c = 0; c < CELLS; c++) {
            all[k].without[c] += without[c] / share;
            all[k].with[c] += with[c] / share;
            all[k].spread[c] += (1 - share) * pow(without[c] / share, 2);
        }
    }
}

/* --- figures -----------------------------------------------------------------------------------
 */

static int figures, off;

static void figure(const char *name, const char *what, double got, double planted, double se) {
    const bool fine = fabs(got - planted) <= 2 * se;
    figures++;
    off += !fine;
    printf("        %-24s %-6s %8.3f  planted %8.3f  standard error %.3f%s\n", name, what, got,
           planted, se, fine ? "" : "  <-");
}

/* Variance of events / expected about what was planted: of the events, and of the sample. */
static double variance(const cells *c, int cell) {
    const double e = c->without[cell], ratio = c->with[cell] / e;
    return ratio / e + ratio * ratio * c->spread[cell] / (e * e);
}

static void judge(const accept_run *r, const pair *p, const cells *c) {
    double ratio[CELLS], planted[CELLS], v[CELLS];
    if (c->with[BOTH] < 10) { /* by what was planted, not by what came */
        printf("        %-24s %.1f events to be expected on days of both: too few\n", p->name,
               c->with[BOTH]);
        return;
    }
    for (int k = 0; k < CELLS; k++) {
        ratio[k] = c->events[k] / c->without[k];
        planted[k] = c->with[k] / c->without[k];
        v[k] = variance(c, k);
    }
    figure(p->name, "joint", ratio[BOTH], planted[BOTH], sqrt(v[BOTH]));
    figure(p->name, "RERI", ratio[BOTH] - ratio[ONLY_A] - ratio[ONLY_B] + 1,
           planted[BOTH] - planted[ONLY_A] - planted[ONLY_B] + 1,
           sqrt(v[BOTH] + v[ONLY_A] + v[ONLY_B]));
    (void)r;
}

static void factors(const accept_run *r) {
    for (int i = 0; i < r->w.n_questions; i++) {
        const hu_question *q = &r->w.question[i];
        double n = 0, x = 0, w = 0;
        if (q->joint < 0) continue;
        for (int k = q->first; k < q->first + q->n_steps; k++) {
            n += (double)r->total.oracle_events[k];
            x += r->total.oracle_expected[k];
            w += r->total.oracle_expected[k] * accept_planted(&r->w, q, k - q->first);
        }
        if (w < 10) continue;
        const double spread = r->total.oracle_spread[r->w.n_asked + i];
        figure(q->id, "factor", n / x, w / x, sqrt(w / (x * x) + w * w * spread / (x * x * x * x)));
    }
}

static bool run(const struct group *g, int64_t persons, int threads) {
    hune_simulate_options o;
    hune_err err = {0};
    hune_simulate_options_init(&o);
    o.seed = 17;
    o.persons = persons;
    o.mode = HUNE_MODE_CASES;
    o.outcomes = g->outcome;
    o.drugs = g->drugs;
    o.rate_scale = g->scale;
    accept_run r = {.lives = persons,
                    .see_case = see,
                    .opened = choose_pairs,
                    .n_sums = MOST_PAIRS * (int)(sizeof(cells) / sizeof(double))};
    if (accept_live(&r, &o, threads, &err)) {
        printf("FAILED  %s: %s\n", g->outcome, err.msg);
        accept_clear(&r);
        return false;
    }
    const int outcome = hu_find_outcome(&r.w, g->outcome);
    printf("        %s: %lld persons, rate scale %g, %lld cases\n", g->outcome, (long long)persons,
           r.w.outcome[outcome].scale, (long long)r.cases);
    factors(&r);
    for (int k = 0; k < n_pairs; k++) judge(&r, &pairs[k], &((const cells *)(void *)r.sum)[k]);
    fflush(stdout);
    accept_clear(&r);
    return true;
}

int main(int argc, char **argv) {
    const int64_t persons = argc > 1 ? atoll(argv[1]) : 10000000;
    const int threads = argc > 2 ? atoi(argv[2]) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int broken = 0;
    for (int g = 0; g < GROUPS; g++)
        if (argc < 4 || !strcmp(argv[3], groups[g].outcome))
            broken += !run(&groups[g], persons, threads);
    /* one in 22 lies beyond two standard errors by chance; the figures of a pair are not strangers
     * to each other, so their number varies more than that of independent ones */
    const double chance = 0.0455 * figures;
    const bool fine = !broken && figures > 0 && off <= chance + 2.5 * sqrt(chance);
    printf("%s interactions: %d of %d figures beyond two standard errors (%.1f by chance)\n",
           fine ? "ok     " : "FAILED ", off, figures, chance);
    printf("%d passed, %d failed\n", fine, !fine);
    return !fine;
}
