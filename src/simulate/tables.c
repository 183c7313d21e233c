/* tables.c - data of the tables that are not about drugs: schemes.csv (health insurance),
 * causes.csv (of death by age), direct_billing.csv (hospital visits that DCIR gets for
 * information). */
#include <string.h>
#include "simulate/sim.h"

enum { FIRST_YEAR = 2000 };

static hune_status open(hu_world *w, const char *name, hu_table *t, hune_err *err) {
    const char *text = hu_embed_simulate(name, NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file '%s' is not in the program", name);
    return hu_table_open(t, name, text, &w->arena, err);
}

static hune_status too_many(const hu_table *t, hune_err *err) {
    return hune_fail(err, HUNE_ELIMIT, "'%s', line %d: too many rows", t->name, t->row);
}

static hune_status read_schemes(hu_world *w, hu_tables_data *d, hune_err *err) {
    hu_table t;
    bool more;
    HUNE_TRY(open(w, "schemes.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        if (d->n_schemes == (int)(sizeof d->scheme / sizeof *d->scheme)) return too_many(&t, err);
        hu_scheme_row *s = &d->scheme[d->n_schemes++];
        const char *since;
        double x;
        HUNE_TRY(hu_table_text(&t, "prefix", &s->prefix, err));
        HUNE_TRY(hu_table_f64(&t, "rgm_grg_cod", &x, err));
        s->large = (int)x;
        HUNE_TRY(hu_table_f64(&t, "share", &s->share, err));
        HUNE_TRY(hu_table_text(&t, "since", &since, err));
        s->since = INT32_MIN;
        if (!*since) continue;
        HUNE_TRY(hu_table_f64(&t, "since", &x, err));
        s->since = hu_day((int)x, 1, 1);
    }
}

static hune_status read_causes(hu_world *w, hu_tables_data *d, hune_err *err) {
    static const char *const bands[2][HU_BANDS] = {
        {"men_0_17", "men_18_44", "men_45_64", "men_65_79", "men_80"},
        {"women_0_17", "women_18_44", "women_45_64", "women_65_79", "women_80"}};
    hu_table t;
    bool more;
    HUNE_TRY(open(w, "causes.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        if (d->n_causes == (int)(sizeof d->cause / sizeof *d->cause)) return too_many(&t, err);
        HUNE_TRY(hu_table_text(&t, "icd10", &d->cause[d->n_causes].code, err));
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++)
                HUNE_TRY(hu_table_f64(&t, bands[s][b], &d->cause[d->n_causes].weight[s][b], err));
        d->n_causes++;
    }
}

static hune_status read_billing(hu_world *w, hu_tables_data *d, hune_err *err) {
    hu_table t;
    bool more;
    HUNE_TRY(open(w, "direct_billing.csv", &t, err));
    for (;;) {
        double year, share;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_f64(&t, "year", &year, err));
        HUNE_TRY(hu_table_f64(&t, "share", &share, err));
        for (int y = (int)year - FIRST_YEAR; y >= 0 && y < 64; y++) d->direct[y] = share;
    }
}

double hu_direct_billing(const hu_world *w, int year) {
    const int y = year - FIRST_YEAR;
    return y < 0 || y >= 64 ? 0 : w->tables->direct[y]; /* the last year's share goes on */
}

hune_status hu_tables_open(hu_world *w, hune_err *err) {
    hu_tables_data *d = hu_arena_alloc(&w->arena, sizeof *d);
    if (!d) return hune_fail(err, HUNE_ENOMEM, "no memory for tables");
    memset(d, 0, sizeof *d);
    w->tables = d;
    w->both_codes = hu_day(2012, 1, 1);
    w->new_codes = hu_day(2015, 1, 1);
    HUNE_TRY(read_schemes(w, d, err));
    HUNE_TRY(read_causes(w, d, err));
    return read_billing(w, d, err);
}
