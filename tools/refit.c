/* refit.c - fit the simulator to its tables: codes/simulate/refit.csv and the factors of
 * habits.csv.
 *
 * Start rates are solved for each drug alone (src/simulate/rates.c). What lives add to that (eras
 * that outlast an age band, frail persons who have the condition and see doctors more often, drugs
 * started together) moves the share of users by some per cent. This program lives N lives, compares
 * users by sex and age band with the table, and writes the factor on each share that brings them
 * together; likewise the factor on starts that brings the yearly share of persons with both drugs
 * of a habit to its target. Run by `make refit` after a change of the tables or of the model; its
 * output is data that is looked at before it is committed.
 *
 * Usage: refit LIVES ROUNDS FOLDER     (FOLDER = codes/simulate)
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

enum { MOST = 128, YEARS = 4, FIRST_YEAR = 2008, HABITS = 16, LEAST_USERS = 60 };

typedef struct sums {
    int64_t persons[YEARS][2][HU_BANDS], users[MOST][2][HU_BANDS];
    int64_t seen, both[HABITS];
    double firsts[MOST][2][HU_BANDS], without[MOST][2][HU_BANDS]; /* first starts, person-days */
} sums;

typedef struct habit {
    char id[8], by[16], started[16], note[80];
    double factor, most, target; /* most: beyond it the drug tables themselves would not hold */
} habit;

/* The last whole year up to 2011 in which the drug is sold, -1 = none: it then keeps factor 1. */
static int year_of(const hu_drug *d) {
    for (int y = YEARS - 1; y >= 0; y--)
        if (d->market_from <= hu_day(FIRST_YEAR + y - 1, 1, 1) &&
            d->market_to >= hu_day(FIRST_YEAR + y + 1, 1, 1))
            return y;
    return -1;
}

static bool used(const hu_life *l, int drug, int32_t from, int32_t to) {
    for (int e = l->first_era[drug]; e < l->first_era[drug + 1]; e++)
        if (l->era[e].start < to && l->era[e].end > from) return true;
    return false;
}

static bool both(const hu_life *l, const hu_set *a, const hu_set *b, int32_t from, int32_t to) {
    for (int i = 0; i < a->n; i++)
        for (int e = l->first_era[a->drug[i]]; e < l->first_era[a->drug[i] + 1]; e++) {
            const int32_t s = l->era[e].start > from ? l->era[e].start : from,
                          t = l->era[e].end < to ? l->era[e].end : to;
            for (int k = 0; s < t && k < b->n; k++)
                if (used(l, b->drug[k], s, t)) return true;
        }
    return false;
}

static void look(const hu_world *w, const hu_life *l, const hu_set sets[HABITS][2], int habits,
                 sums *x) {
    for (int y = 0; y < YEARS; y++) {
        const int32_t from = hu_day(FIRST_YEAR + y, 1, 1), to = hu_day(FIRST_YEAR + y + 1, 1, 1);
        if (l->start > from || l->entry > (from > w->from ? from : w->from) || l->exit < to)
            continue;
        const int band = hu_band(l->birth, from);
        x->persons[y][l->sex][band]++;
        for (int d = 0; d < w->n_drugs; d++)
            if (year_of(&w->drug[d]) == y) x->users[d][l->sex][band] += used(l, d, from, to);
        if (y < YEARS - 1) continue;
        x->seen++;
        for (int h = 0; h < habits; h++) x->both[h] += both(l, &sets[h][0], &sets[h][1], from, to);
    }
}

/* First dispensings of the last two years (four of history without one come before), and the days
 * of those who have had none. What cascades add is not counted: they are given in these units. */
static void look_at_firsts(const hu_world *w, const hu_life *l, sums *x) {
    const int32_t begin = hu_day(FIRST_YEAR + 2, 1, 1);
    for (int d = 0; d < w->n_drugs; d++) {
        const hu_era *first =
            l->first_era[d] < l->first_era[d + 1] ? &l->era[l->first_era[d]] : NULL;
        int32_t from = l->entry > begin ? l->entry : begin;
        const int32_t to = first && first->start < l->exit ? first->start : l->exit;
        if (to < from) continue;
        if (first && to == first->start && first->why != HU_WHY_CASCADE &&
            first->why != HU_WHY_HISTORY)
            x->firsts[d][l->sex][hu_band(l->birth, to)]++;
        while (from < to) {
            const int band = hu_band(l->birth, from);
            int32_t end = hu_band_start(l->birth, band + 1);
            if (end > to) end = to;
            x->without[d][l->sex][band] += end - from;
            from = end;
        }
    }
}

static void write_firsts(const char *path, const hu_world *w, const sums *x) {
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    fprintf(f, "atc,men_0_17,men_18_44,men_45_64,men_65_79,men_80,women_0_17,women_18_44,"
               "women_45_64,women_65_79,women_80\n");
    for (int d = 0; d < w->n_drugs; d++) {
        fprintf(f, "%s", w->drug[d].atc);
        for (int c = 0; c < 2 * HU_BANDS; c++)
            fprintf(f, ",%.4g",
                    1e5 * HU_YEAR * x->firsts[d][c / HU_BANDS][c % HU_BANDS] /
                        fmax(x->without[d][c / HU_BANDS][c % HU_BANDS], 1));
        fprintf(f, "\n");
    }
    fclose(f);
}

static int read_habits(const char *path, habit h[HABITS]) {
    char line[256];
    int n = 0;
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f)) exit(1);
    while (n < HABITS && fgets(line, sizeof line, f))
        n += sscanf(line, "%7[^,],%15[^,],%15[^,],%lf,%lf,%lf,%79[^\n]", h[n].id, h[n].by,
                    h[n].started, &h[n].factor, &h[n].most, &h[n].target, h[n].note) == 7;
    fclose(f);
    return n;
}

static void write_habits(const char *path, const habit *h, int n) {
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    fprintf(f, "id,while,started,factor,most,target_pct,note\n");
    for (int i = 0; i < n; i++)
        fprintf(f, "%s,%s,%s,%.4g,%.4g,%.4g,%s\n", h[i].id, h[i].by, h[i].started, h[i].factor,
                h[i].most, h[i].target, h[i].note);
    fclose(f);
}

static void write_refit(const char *path, const hu_world *w) {
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    fprintf(f, "atc,men_0_17,men_18_44,men_45_64,men_65_79,men_80,women_0_17,women_18_44,"
               "women_45_64,women_65_79,women_80\n");
    for (int d = 0; d < w->n_drugs; d++) {
        fprintf(f, "%s", w->drug[d].atc);
        for (int c = 0; c < 2 * HU_BANDS; c++)
            fprintf(f, ",%.3f", w->drug[d].refit[c / HU_BANDS][c % HU_BANDS]);
        fprintf(f, "\n");
    }
    fclose(f);
}

static void adjust(hu_world *w, const sums *x, habit *h, int habits) {
    double worst = 0;
    for (int d = 0; d < w->n_drugs; d++) {
        const int y = year_of(&w->drug[d]);
        double want_all = 0, got_all = 0;
        for (int c = 0; y >= 0 && c < 2 * HU_BANDS; c++) {
            const int s = c / HU_BANDS, b = c % HU_BANDS;
            want_all += w->drug[d].share[s][b] * (double)x->persons[y][s][b];
            got_all += (double)x->users[d][s][b];
        }
        for (int c = 0; y >= 0 && got_all > 0 && c < 2 * HU_BANDS; c++) {
            const int s = c / HU_BANDS, b = c % HU_BANDS;
            const double want = w->drug[d].share[s][b] * (double)x->persons[y][s][b],
                         got = (double)x->users[d][s][b], k = LEAST_USERS;
            /* small cells lean on the drug's own ratio */
            const double ratio = (want + k * want_all / got_all) / (got + k);
            w->drug[d].refit[s][b] = fmin(fmax(w->drug[d].refit[s][b] * ratio, 0.3), 3);
            if (want > 400 && w->drug[d].use != HU_POINT) worst = fmax(worst, fabs(got / want - 1));
        }
    }
    fprintf(stderr, "largest deviation where 400 users are expected: %.1f %%\n", 100 * worst);
    for (int i = 0; i < habits; i++) {
        const double got = 100.0 * (double)x->both[i] / (double)x->seen;
        fprintf(stderr, "%s %s with %s: %.3f %% of %.3f %%\n", h[i].id, h[i].by, h[i].started, got,
                h[i].target);
        if (got > 0) h[i].factor = fmin(fmax(h[i].factor * h[i].target / got, 0.05), h[i].most);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: refit LIVES ROUNDS FOLDER\n");
        return 2;
    }
    const int64_t lives = atoll(argv[1]);
    char habits_path[600], refit_path[600], firsts_path[600];
    snprintf(habits_path, sizeof habits_path, "%s/habits.csv", argv[3]);
    snprintf(refit_path, sizeof refit_path, "%s/refit.csv", argv[3]);
    snprintf(firsts_path, sizeof firsts_path, "%s/first_starts.csv", argv[3]);
    static habit h[HABITS];
    const int habits = read_habits(habits_path, h);
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.seed = 20111;
    o.from = "2009-01-01";
    o.to = "2011-12-31";
    static hu_world w;
    hu_life l;
    hune_err err = {0};
    hune_status s = hu_world_open(&w, &o, &err);
    if (!s) s = hu_life_new(&w, &l, &err);
    static sums x;
    for (int round = 0; !s && round < atoi(argv[2]); round++) {
        hu_set sets[HABITS][2] = {0};
        memset(&x, 0, sizeof x);
        for (int i = 0; i < habits; i++)
            for (int r = 0; r < w.n_raises; r++)
                if (!strcmp(w.raise[r].id, h[i].id))
                    w.raise[r].value[0] = h[i].factor, w.raise[r].max = fmax(h[i].factor, 1);
        s = hu_start_rates(&w, 2, &err);
        for (int i = 0; !s && i < habits; i++) {
            s = hu_class(&w, h[i].by, &sets[i][0], &err);
            if (!s) s = hu_class(&w, h[i].started, &sets[i][1], &err);
        }
        for (int64_t i = 0; !s && i < lives; i++) {
            hu_person(&w, i, &l);
            if (l.entry >= l.exit) continue;
            hu_conditions(&w, &l);
            s = hu_treatments(&w, &l, &err);
            if (!s) look(&w, &l, (const hu_set(*)[2])sets, habits, &x);
            if (!s) look_at_firsts(&w, &l, &x);
        }
        if (!s) adjust(&w, &x, h, habits);
    }
    if (s) {
        fprintf(stderr, "refit: %s\n", err.msg);
        return 1;
    }
    write_habits(habits_path, h, habits);
    write_refit(refit_path, &w);
    write_firsts(firsts_path, &w, &x);
    return 0;
}
