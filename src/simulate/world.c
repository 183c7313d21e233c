/* world.c - options and data files into the world: what holds for every person.
 *
 * Drugs and outcomes that are not asked for are left out, but keep their row number of the table:
 * the row names the random stream, so leaving one out changes no byte of another.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/fraud.h"
#include "simulate/sheet.h"

/* Days of history before the window: treatments under way and cumulative use need a past. */
enum { HISTORY_MONTHS = 24, LATE_MONTHS = 28 };

static const char *const bands[2][HU_BANDS] = {
    {"men_0_17", "men_18_44", "men_45_64", "men_65_79", "men_80"},
    {"women_0_17", "women_18_44", "women_45_64", "women_65_79", "women_80"}};

static hune_status embedded(hu_world *w, const char *name, hu_table *t, hune_err *err) {
    const char *text = hu_embed_simulate(name, NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file '%s' is not in the program", name);
    return hu_table_open(t, name, text, &w->arena, err);
}

static hune_status read_bands(const hu_table *t, double unit, double out[2][HU_BANDS],
                              hune_err *err) {
    for (int s = 0; s < 2; s++)
        for (int b = 0; b < HU_BANDS; b++) {
            HUNE_TRY(hu_table_f64(t, bands[s][b], &out[s][b], err));
            out[s][b] *= unit;
        }
    return HUNE_OK;
}

static hune_status read_int(const hu_table *t, const char *column, int *out, hune_err *err) {
    double x;
    HUNE_TRY(hu_table_f64(t, column, &x, err));
    *out = (int)lround(x);
    return HUNE_OK;
}

/* "2010-11" is its first day; "" is `none`. */
static hune_status read_month(const hu_table *t, const char *column, int32_t none, int32_t *out,
                              hune_err *err) {
    const char *text;
    char day[16];
    HUNE_TRY(hu_table_text(t, column, &text, err));
    *out = none;
    if (!*text) return HUNE_OK;
    snprintf(day, sizeof day, "%.8s-01", text);
    if (hu_parse_day(day, out)) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d, column '%s': '%s' is not a month", t->name,
                     t->row, column, text);
}

/* How long a treatment lasts: a mixture of two exponentials, 60 % short and 40 % long, with the
 * mean of the table. Its coefficient of variation (1.5) is that of a Weibull of shape 0.7. */
static void mixture(hu_drug *d) {
    const double short_share = 0.6, short_mean = 0.35;
    d->era_weight[0] = short_share;
    d->era_weight[1] = 1 - short_share;
    d->era_mean[0] = short_mean * d->era_days;
    d->era_mean[1] = (1 - short_share * short_mean) / (1 - short_share) * d->era_days;
}

hune_status hu_read_drug(const hu_table *t, hu_drug *d, hune_err *err) {
    static const char *const uses[] = {"chronic", "episodic", "acute", "point"};
    const char *use, *indication;
    HUNE_TRY(hu_table_text(t, "atc", &d->atc, err));
    HUNE_TRY(hu_table_text(t, "inn", &d->inn, err));
    HUNE_TRY(hu_table_text(t, "use", &use, err));
    int u = 0;
    while (u < 4 && strcmp(use, uses[u])) u++;
    if (u == 4)
        return hune_fail(err, HUNE_EDATA, "'%s', line %d: unknown use '%s'", t->name, t->row, use);
    d->use = (hu_use)u;
    HUNE_TRY(read_bands(t, 0.01, d->share, err));
    HUNE_TRY(hu_table_f64(t, "box_days", &d->box_days, err));
    HUNE_TRY(hu_table_f64(t, "era_days", &d->era_days, err));
    HUNE_TRY(hu_table_f64(t, "season_amp", &d->season_amp, err));
    HUNE_TRY(read_int(t, "season_peak", &d->season_peak, err));
    HUNE_TRY(read_month(t, "market_from", INT32_MIN, &d->market_from, err));
    HUNE_TRY(read_month(t, "market_to", HU_NEVER, &d->market_to, err));
    HUNE_TRY(hu_table_text(t, "indication", &indication, err));
    d->condition = hu_condition_of(indication, d->use);
    if (!strcmp(d->atc, "N02BE01")) d->condition = -1; /* paracetamol: for anything */
    mixture(d);
    return HUNE_OK;
}

static hune_status read_drugs(hu_world *w, hune_err *err) {
    enum { MOST = 512 };
    hu_table t;
    bool more;
    int n = 0;
    w->drug = hu_arena_alloc(&w->arena, MOST * sizeof *w->drug);
    const char **names = hu_arena_alloc(&w->arena, MOST * sizeof *names);
    if (!w->drug || !names) return hune_fail(err, HUNE_ENOMEM, "no memory for drugs");
    HUNE_TRY(embedded(w, "sim_drugs.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        hu_drug *d = &w->drug[w->n_drugs];
        if (n == MOST) return hune_fail(err, HUNE_ELIMIT, "more than %d drugs", MOST);
        HUNE_TRY(hu_read_drug(&t, d, err));
        d->row = n;
        names[n++] = d->atc;
        if (hu_listed(w->o.drugs, d->atc, true)) w->n_drugs++;
        else memset(d, 0, sizeof *d);
    }
    w->known_drug = names;
    w->n_known_drugs = n;
    return hu_check_list(w->o.drugs, "drugs", true, names, n, err);
}

/* first_starts.csv: first dispensings by 100,000 person-years without one, made by tools/refit.c.
 */
static hune_status read_first_starts(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    HUNE_TRY(embedded(w, "first_starts.csv", &t, err));
    for (;;) {
        const char *atc;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_text(&t, "atc", &atc, err));
        const int d = hu_find_drug(w, atc);
        if (d >= 0) HUNE_TRY(read_bands(&t, 1e-5 / HU_YEAR, w->drug[d].first_starts, err));
    }
}

/* refit.csv: made by tools/refit.c. A drug without a row keeps 1. */
static hune_status read_refit(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    for (int d = 0; d < w->n_drugs; d++)
        for (int c = 0; c < 2 * HU_BANDS; c++) w->drug[d].refit[c / HU_BANDS][c % HU_BANDS] = 1;
    HUNE_TRY(embedded(w, "refit.csv", &t, err));
    for (;;) {
        const char *atc;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_text(&t, "atc", &atc, err));
        const int d = hu_find_drug(w, atc);
        if (d >= 0) HUNE_TRY(read_bands(&t, 1, w->drug[d].refit, err));
    }
}

/* Drugs of one class (the first four characters) follow each other in the table. */
static void classes(hu_world *w) {
    for (int d = 0; d < w->n_drugs; d++) {
        int from = d, to = d + 1;
        while (from > 0 && !strncmp(w->drug[from - 1].atc, w->drug[d].atc, 4)) from--;
        while (to < w->n_drugs && !strncmp(w->drug[to].atc, w->drug[d].atc, 4)) to++;
        w->drug[d].class_from = from;
        w->drug[d].class_to = to;
    }
}

static hune_status read_pack(hu_world *w, const hu_table *t, hune_err *err) {
    const char *atc, *size;
    double price, rate, units;
    HUNE_TRY(hu_table_text(t, "atc", &atc, err));
    const int i = hu_find_drug(w, atc);
    if (i < 0) return HUNE_OK;
    hu_drug *d = &w->drug[i];
    if (d->n_standard + d->n_large == HU_MAX_PACKS)
        return hune_fail(err, HUNE_ELIMIT, "'%s', line %d: more than %d packs of '%s'", t->name,
                         t->row, HU_MAX_PACKS, atc);
    hu_pack *p = &d->pack[d->n_standard + d->n_large];
    HUNE_TRY(hu_table_text(t, "pack", &size, err));
    HUNE_TRY(hu_table_text(t, "cip13", &p->cip13, err));
    HUNE_TRY(hu_table_text(t, "cip7", &p->cip7, err));
    HUNE_TRY(hu_table_text(t, "ucd7", &p->ucd7, err));
    HUNE_TRY(hu_table_text(t, "name", &p->name, err));
    HUNE_TRY(hu_table_text(t, "substances", &p->substances, err));
    HUNE_TRY(hu_table_text(t, "pack_class", &p->pack_class, err));
    HUNE_TRY(hu_table_text(t, "units", &p->units, err));
    HUNE_TRY(hu_table_text(t, "origin", &p->origin, err));
    HUNE_TRY(hu_table_f64(t, "price_cents", &price, err));
    HUNE_TRY(hu_table_f64(t, "rate", &rate, err));
    snprintf(p->codes, sizeof p->codes, "%.13s;%.7s;", p->cip13, p->cip7);
    p->price_cents = (int)price;
    p->rate = (int)rate;
    p->large = !strcmp(size, "large");
    if (!hu_parse_f64(p->units, &units) || units <= 0) units = d->box_days;
    /* Units are taken one a day: as many boxes as it takes to cover the days of the table. */
    const double boxes = d->use == HU_CHRONIC || d->use == HU_EPISODIC ? d->box_days / units : 1;
    p->boxes = p->large || boxes < 1.5 ? 1 : boxes < 2.5 ? 2 : 3;
    p->supply = (int)lround(p->large ? units : d->box_days);
    *(p->large ? &d->n_large : &d->n_standard) += 1;
    return HUNE_OK;
}

static hune_status read_packs(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    HUNE_TRY(embedded(w, "packs.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(read_pack(w, &t, err));
    }
    for (int i = 0; i < w->n_drugs; i++)
        if (!w->drug[i].n_standard)
            return hune_fail(err, HUNE_EBUG, "no pack of '%s' in packs.csv", w->drug[i].atc);
    return HUNE_OK;
}

static hune_status read_outcome(const hu_table *t, hu_outcome *o, hune_err *err) {
    double recurrent, in_stay, in_year;
    HUNE_TRY(hu_table_text(t, "id", &o->id, err));
    HUNE_TRY(hu_table_text(t, "label_en", &o->label, err));
    HUNE_TRY(read_bands(t, 1e-5, o->rate_py, err));
    HUNE_TRY(hu_table_f64(t, "stay_days", &o->stay_days, err));
    HUNE_TRY(hu_table_f64(t, "death_in_stay_pct", &in_stay, err));
    HUNE_TRY(hu_table_f64(t, "death_1y_pct", &in_year, err));
    HUNE_TRY(hu_table_f64(t, "season_amp", &o->season_amp, err));
    HUNE_TRY(read_int(t, "season_peak", &o->season_peak, err));
    HUNE_TRY(hu_table_f64(t, "recurrent", &recurrent, err));
    o->recurrent = recurrent > 0;
    o->death_stay = in_stay / 100;
    /* of those who left the hospital alive */
    o->death_year = fmax(0, (in_year - in_stay) / (100 - in_stay));
    return HUNE_OK;
}

static hune_status read_outcomes(hu_world *w, hune_err *err) {
    enum { MOST = 256 };
    hu_table t;
    bool more;
    int n = 0;
    w->outcome = hu_arena_alloc(&w->arena, MOST * sizeof *w->outcome);
    const char **names = hu_arena_alloc(&w->arena, MOST * sizeof *names);
    if (!w->outcome || !names) return hune_fail(err, HUNE_ENOMEM, "no memory for outcomes");
    HUNE_TRY(embedded(w, "sim_outcomes.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        hu_outcome *o = &w->outcome[w->n_outcomes];
        if (n == MOST) return hune_fail(err, HUNE_ELIMIT, "more than %d outcomes", MOST);
        HUNE_TRY(read_outcome(&t, o, err));
        o->row = n;
        names[n++] = o->id;
        const bool listed = hu_listed(w->o.outcomes, o->id, false);
        o->chosen = listed && w->o.mode == HUNE_MODE_CASES;
        if (listed || w->o.mode == HUNE_MODE_CASES) w->n_outcomes++;
        else memset(o, 0, sizeof *o);
    }
    w->known_outcome = names;
    w->n_known_outcomes = n;
    return hu_check_list(w->o.outcomes, "outcomes", false, names, n, err);
}

/* "A B C" into words owned by the arena. */
static hune_status words(hu_world *w, const char *text, const char **out, int most, int *n,
                         hune_err *err) {
    *n = 0;
    while (*text) {
        const size_t len = strcspn(text, " ");
        if (*n == most)
            return hune_fail(err, HUNE_ELIMIT, "more than %d words in '%s'", most, text);
        if (!(out[(*n)++] = hu_arena_printf(&w->arena, "%.*s", (int)len, text)))
            return hune_fail(err, HUNE_ENOMEM, "no memory for a list");
        text += len + (text[len] == ' ');
    }
    return HUNE_OK;
}

static hune_status read_other_stay(hu_world *w, const hu_table *t, const char *code,
                                   const char *ghm, int ghs, const char *acts, hune_err *err) {
    static const char *const rate[HU_BANDS] = {"rate_0_17", "rate_18_44", "rate_45_64",
                                               "rate_65_79", "rate_80"};
    hu_other_stay *s = &w->other[w->n_other++];
    *s = (hu_other_stay){.code = code, .ghm = ghm, .act = acts, .ghs = ghs};
    for (int b = 0; b < HU_BANDS; b++) {
        HUNE_TRY(hu_table_f64(t, rate[b], &s->rate[b], err));
        s->rate[b] *= 1e-5 / HU_YEAR;
    }
    return hu_table_f64(t, "stay_days", &s->stay_days, err);
}

static hune_status read_stays(hu_world *w, hune_err *err) {
    enum { MOST = 64 };
    hu_table t;
    bool more;
    HUNE_TRY(embedded(w, "stays.csv", &t, err));
    w->other = hu_arena_alloc(&w->arena, MOST * sizeof *w->other);
    if (!w->other) return hune_fail(err, HUNE_ENOMEM, "no memory for stays");
    for (;;) {
        const char *id, *codes, *ghm, *acts;
        int ghs;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_text(&t, "outcome", &id, err));
        HUNE_TRY(hu_table_text(&t, "icd10", &codes, err));
        HUNE_TRY(hu_table_text(&t, "ghm", &ghm, err));
        HUNE_TRY(read_int(&t, "ghs", &ghs, err));
        HUNE_TRY(hu_table_text(&t, "acts", &acts, err));
        if (!*id) {
            if (w->n_other == MOST) return hune_fail(err, HUNE_ELIMIT, "too many other stays");
            HUNE_TRY(read_other_stay(w, &t, codes, ghm, ghs, acts, err));
            continue;
        }
        const int i = hu_find_outcome(w, id);
        if (i < 0) continue;
        hu_outcome *o = &w->outcome[i];
        o->ghm = ghm;
        o->ghs = ghs;
        HUNE_TRY(hu_table_f64(&t, "frailty", &o->frailty, err));
        HUNE_TRY(words(w, codes, o->code, HU_MAX_CODES, &o->n_codes, err));
        HUNE_TRY(words(w, acts, o->act, 4, &o->n_acts, err));
    }
}

static hune_status read_small(hu_world *w, hune_err *err) {
    enum { MOST = 64 };
    hu_table t;
    bool more;
    double x;
    w->act = hu_arena_alloc(&w->arena, MOST * sizeof *w->act);
    w->ucd = hu_arena_alloc(&w->arena, MOST * sizeof *w->ucd);
    if (!w->act || !w->ucd) return hune_fail(err, HUNE_ENOMEM, "no memory for acts");
    HUNE_TRY(embedded(w, "acts.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more || w->n_acts == MOST) break;
        hu_act *a = &w->act[w->n_acts++];
        HUNE_TRY(hu_table_text(&t, "ccam", &a->ccam, err));
        HUNE_TRY(read_int(&t, "prs_nat", &a->nature, err));
        HUNE_TRY(hu_table_f64(&t, "price", &x, err));
        a->price_cents = (int)lround(100 * x);
    }
    HUNE_TRY(embedded(w, "hospital_drugs.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more || w->n_ucd == MOST) return HUNE_OK;
        hu_ucd *u = &w->ucd[w->n_ucd++];
        HUNE_TRY(hu_table_text(&t, "ucd", &u->code, err));
        HUNE_TRY(hu_table_f64(&t, "price", &x, err));
        u->price_cents = (int)lround(100 * x);
    }
}

/* The site numbers under which three groups of hospitals send their stays a second time. */
static hune_status read_sites(hu_world *w, hune_err *err) {
    static const char *const groups[3] = {"AP-HP", "HCL", "AP-HM"};
    enum { MOST = 128 };
    hu_table t;
    bool more;
    for (int g = 0; g < 3; g++)
        if (!(w->site[g] = hu_arena_alloc(&w->arena, MOST * sizeof *w->site[g])))
            return hune_fail(err, HUNE_ENOMEM, "no memory for sites");
    HUNE_TRY(embedded(w, "finess_duplicates.csv", &t, err));
    for (;;) {
        const char *number, *group;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        HUNE_TRY(hu_table_text(&t, "eta_num", &number, err));
        HUNE_TRY(hu_table_text(&t, "group", &group, err));
        for (int g = 0; g < 3; g++)
            if (!strcmp(group, groups[g]) && w->n_sites[g] < MOST && strlen(number) == 9)
                w->site[g][w->n_sites[g]++] = number;
    }
}

int hu_find_drug(const hu_world *w, const char *atc) {
    for (int i = 0; i < w->n_drugs; i++)
        if (!strcmp(w->drug[i].atc, atc)) return i;
    return -1;
}

int hu_find_outcome(const hu_world *w, const char *id) {
    for (int i = 0; i < w->n_outcomes; i++)
        if (!strcmp(w->outcome[i].id, id)) return i;
    return -1;
}

static hune_status window(hu_world *w, hune_err *err) {
    int32_t to;
    int y, m, d;
    if (!hu_parse_day(w->o.from, &w->from))
        return hune_fail(err, HUNE_EARG, "'%s' is not a day (want YYYY-MM-DD)", w->o.from);
    if (!hu_parse_day(w->o.to, &to))
        return hune_fail(err, HUNE_EARG, "'%s' is not a day (want YYYY-MM-DD)", w->o.to);
    w->end = to + 1;
    if (w->from > to) {
        hune_fail(err, HUNE_EARG, "the window ends (%s) before it begins (%s)", w->o.to, w->o.from);
        return hune_hint(err, "give --from the earlier day");
    }
    hu_civil(w->from, &y, &m, &d);
    if (y < 1990 || w->end > hu_day(2040, 1, 1))
        return hune_fail(err, HUNE_EARG, "the window must lie between 1990 and 2039");
    w->first_year = y;
    w->first_month = y * 12 + m - 1;
    const int back = w->first_month - HISTORY_MONTHS;
    w->history = hu_day(back / 12, back % 12 + 1, d < 28 ? d : 28);
    hu_civil(to, &y, &m, &d);
    w->n_years = y - w->first_year + 2; /* a stay may end in the year after */
    w->n_months = y * 12 + m - 1 - w->first_month + 1 + LATE_MONTHS;
    return HUNE_OK;
}

/* "dd/MM/yyyy" of every day that a row may name, so that formatting a date is a copy. */
static hune_status day_texts(hu_world *w, hune_err *err) {
    w->day_first = w->history - 40 * 366;
    w->day_last = w->end + (LATE_MONTHS + 8) * 31;
    const size_t n = (size_t)(w->day_last - w->day_first);
    if (!(w->day_text = hu_calloc(n, sizeof *w->day_text)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for dates");
    for (size_t i = 0; i < n; i++) {
        int y, m, d;
        hu_civil(w->day_first + (int32_t)i, &y, &m, &d);
        char *p = hu_put_digits(w->day_text[i], d, 2);
        *p++ = '/';
        p = hu_put_digits(p, m, 2);
        *p++ = '/';
        hu_put_digits(p, y, 4);
    }
    return HUNE_OK;
}

static hune_status defaults(hu_world *w, const hune_simulate_options *o, hune_err *err) {
    hune_simulate_options_init(&w->o);
    if (o) w->o = *o;
    if (!w->o.persons) w->o.persons = 10000;
    if (!w->o.from) w->o.from = "2009-01-01";
    if (!w->o.to) w->o.to = "2014-12-31";
    if (!w->o.truth) w->o.truth = "all";
    if (w->o.rate_scale == 0) w->o.rate_scale = 1;
    if (w->o.persons < 1 || w->o.persons > 67000000)
        return hune_fail(err, HUNE_EARG, "persons is %lld (want 1 to 67000000)",
                         (long long)w->o.persons);
    if (w->o.one_person && (w->o.person < 0 || w->o.person >= w->o.persons)) {
        hune_fail(err, HUNE_EARG, "person is %lld (want 0 to %lld)", (long long)w->o.person,
                  (long long)w->o.persons - 1);
        return hune_hint(err, "persons are numbered from 0; --persons says how many there are");
    }
    if (!(w->o.rate_scale >= 1 && w->o.rate_scale <= 1e6))
        return hune_fail(err, HUNE_EARG, "rate-scale is %g (want 1 to 1000000)", w->o.rate_scale);
    if (w->o.mode == HUNE_MODE_CASES && !w->o.outcomes) {
        hune_fail(err, HUNE_EARG, "mode cases needs a list of outcomes");
        return hune_hint(err, "give --outcomes, e.g. --outcomes HIP");
    }
    HUNE_TRY(hu_read_bias(w->o.bias, &w->bias, err));
    return hu_read_dirt(w->o.dirt, w->dirt, err);
}

hune_status hu_world_open(hu_world *w, const hune_simulate_options *o, hune_err *err) {
    *w = (hu_world){0};
    HUNE_TRY(defaults(w, o, err));
    HUNE_TRY(window(w, err));
    HUNE_TRY(read_drugs(w, err));
    classes(w);
    HUNE_TRY(read_refit(w, err));
    HUNE_TRY(read_first_starts(w, err));
    HUNE_TRY(read_packs(w, err));
    HUNE_TRY(read_outcomes(w, err));
    HUNE_TRY(read_stays(w, err));
    HUNE_TRY(read_small(w, err));
    HUNE_TRY(read_sites(w, err));
    HUNE_TRY(hu_tables_open(w, err));
    HUNE_TRY(hu_usual_open(w, err));
    HUNE_TRY(hu_read_truth(w, err));
    HUNE_TRY(hu_read_fraud(w, err));
    HUNE_TRY(hu_paths_open(w, err));
    HUNE_TRY(hu_emergency_open(w, err));
    return day_texts(w, err);
}

void hu_world_close(hu_world *w) {
    if (!w) return;
    for (int i = 0; i < w->n_drugs; i++) free(w->drug[i].on);
    free(w->day_text);
    hu_arena_clear(&w->arena);
    *w = (hu_world){0};
}
