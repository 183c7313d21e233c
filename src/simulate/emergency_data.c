/* emergency_data.c - emergency_*.csv into the world, waves by seed, the calendar factor by day.
 *
 * A wave is drawn for its year from (seed, year) alone: the same whatever the window.
 */
#include <math.h>
#include <string.h>
#include "simulate/emergency.h"
#include "simulate/sheet.h"

static const char *const wave_names[HU_WAVES] = {"flu", "gastro", "bronchiolitis", "heat"};

typedef struct setting { /* a row of emergency.csv */
    const char *name, *text;
    double value;
} setting;
enum { MOST_SETTINGS = 64 };

static hune_status table(hu_world *w, const char *name, hu_table *t, hune_err *err) {
    const char *text = hu_embed_simulate(name, NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file '%s' is not in the program", name);
    return hu_table_open(t, name, text, &w->arena, err);
}

static hune_status read_settings(hu_world *w, setting *s, int *n, hune_err *err) {
    hu_table t;
    bool more;
    *n = 0;
    HUNE_TRY(table(w, "emergency.csv", &t, err));
    for (;; ++*n) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        if (*n == MOST_SETTINGS) return hune_fail(err, HUNE_ELIMIT, "'emergency.csv' is too long");
        HUNE_TRY(hu_table_text(&t, "name", &s[*n].name, err));
        HUNE_TRY(hu_table_text(&t, "value", &s[*n].text, err));
        if (!hu_parse_f64(s[*n].text, &s[*n].value)) s[*n].value = NAN;
    }
}

static const setting *find(const setting *s, int n, const char *name) {
    for (int i = 0; i < n; i++)
        if (!strcmp(s[i].name, name)) return &s[i];
    return NULL;
}

static hune_status take(const setting *s, int n, const char *name, double *out, hune_err *err) {
    const setting *found = find(s, n, name);
    if (!found || isnan(found->value))
        return hune_fail(err, HUNE_EDATA, "'emergency.csv' has no number '%s'", name);
    *out = found->value;
    return HUNE_OK;
}

static hune_status read_groups(hu_world *w, hu_emergency *e, hune_err *err) {
    static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const sexes[] = {"men_py", "women_py"};
    static const char *const profiles[HU_PROFILES] = {"child", "adult", "elderly"};
    hu_table t;
    bool more;
    HUNE_TRY(table(w, "emergency_groups.csv", &t, err));
    for (int i = 0; i < HU_GROUPS; i++) {
        hu_group *g = &e->group[i];
        const char *profile;
        double peak, mean = 0;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return hune_fail(err, HUNE_EDATA, "'emergency_groups.csv' is too short");
        for (int s = 0; s < 2; s++) {
            HUNE_TRY(hu_table_f64(&t, sexes[s], &g->rate[s], err));
            g->rate[s] /= HU_YEAR;
        }
        for (int d = 0; d < 7; d++) {
            HUNE_TRY(hu_table_f64(&t, weekdays[d], &g->weekday[d], err));
            mean += g->weekday[d] / 7;
        }
        for (int d = 0; d < 7; d++) g->weekday[d] /= mean;
        for (int k = 0; k < HU_WAVES; k++)
            HUNE_TRY(hu_table_f64(&t, wave_names[k], &g->wave[k], err));
        HUNE_TRY(hu_table_f64(&t, "age_from", &g->age_from, err));
        HUNE_TRY(hu_table_f64(&t, "season_amp", &g->season_amp, err));
        HUNE_TRY(hu_table_f64(&t, "season_peak", &peak, err));
        HUNE_TRY(hu_table_f64(&t, "holiday", &g->holiday, err));
        HUNE_TRY(hu_table_f64(&t, "day_after", &g->day_after, err));
        HUNE_TRY(hu_table_f64(&t, "school", &g->school, err));
        HUNE_TRY(hu_table_f64(&t, "trend", &g->trend, err));
        HUNE_TRY(hu_table_f64(&t, "admit", &g->admit, err));
        HUNE_TRY(hu_table_text(&t, "hours", &profile, err));
        g->season_peak = (int)peak;
        while (g->profile < HU_PROFILES - 1 && strcmp(profiles[g->profile], profile)) g->profile++;
    }
    HUNE_TRY(table(w, "emergency_hours.csv", &t, err));
    for (int i = 0; i < HU_PROFILES * 2; i++) { /* child, adult, elderly; week, free */
        double *hour = e->hour[i / 2][i % 2], sum = 0;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return hune_fail(err, HUNE_EDATA, "'emergency_hours.csv' is too short");
        for (int h = 0; h < 24; h++) {
            char name[8];
            double x;
            snprintf(name, sizeof name, "h%d", h);
            HUNE_TRY(hu_table_f64(&t, name, &x, err));
            hour[h] = sum += x;
        }
        for (int h = 0; h < 24; h++) hour[h] /= sum;
    }
    return HUNE_OK;
}

static hune_status read_reason(const hu_table *t, hu_reason *r, hune_err *err) {
    static const char *const weights[HU_GROUPS] = {"g0", "g2", "g18", "g45", "g65", "g80"};
    static const char *const severities[] = {"s1", "s2", "s3", "s4", "s5"};
    const char *wave, *season;
    double sum = 0;
    HUNE_TRY(hu_table_text(t, "reason", &r->reason, err));
    HUNE_TRY(hu_table_text(t, "diagnosis", &r->diagnosis, err));
    HUNE_TRY(hu_table_text(t, "act", &r->act, err));
    HUNE_TRY(hu_table_text(t, "wave", &wave, err));
    HUNE_TRY(hu_table_text(t, "season", &season, err));
    HUNE_TRY(hu_table_f64(t, "admit", &r->admit, err));
    HUNE_TRY(hu_table_f64(t, "minutes", &r->minutes, err));
    HUNE_TRY(hu_table_f64(t, "nights", &r->nights, err));
    for (int g = 0; g < HU_GROUPS; g++) HUNE_TRY(hu_table_f64(t, weights[g], &r->weight[g], err));
    for (int k = 0; k < 5; k++) {
        HUNE_TRY(hu_table_f64(t, severities[k], &r->severity[k], err));
        r->severity[k] = sum += r->severity[k];
    }
    for (int k = 0; k < 5; k++) r->severity[k] /= sum;
    r->season = !strcmp(season, "winter") ? -1 : !strcmp(season, "summer") ? 1 : 0;
    for (r->wave = HU_WAVES - 1; r->wave >= 0 && strcmp(wave_names[r->wave], wave);) r->wave--;
    return HUNE_OK;
}

static hune_status read_reasons(hu_world *w, hu_emergency *e, hune_err *err) {
    const double season_amp = 0.4;
    hu_table t;
    bool more;
    HUNE_TRY(table(w, "emergency_reasons.csv", &t, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        if (e->n_reasons == HU_REASONS)
            return hune_fail(err, HUNE_ELIMIT, "more than %d reasons", HU_REASONS);
        HUNE_TRY(read_reason(&t, &e->reason[e->n_reasons++], err));
    }
    const size_t n = (size_t)e->n_reasons;
    e->reason_upto = hu_arena_alloc(&w->arena, HU_GROUPS * (12 + HU_WAVES) * n * sizeof(double));
    if (!e->reason_upto) return hune_fail(err, HUNE_ENOMEM, "no memory for reasons");
    for (int g = 0; g < HU_GROUPS; g++)
        for (int k = 0; k < 12 + HU_WAVES; k++) {
            double *upto = (double *)(uintptr_t)hu_reasons_of(e, g, k), sum = 0;
            for (size_t i = 0; i < n; i++) {
                const hu_reason *r = &e->reason[i];
                const int month = r->season > 0 ? 7 : 1; /* of the peak */
                const double season =
                    r->season ? 1 + season_amp * cos(6.283185307179586 * (k + 1 - month) / 12) : 1;
                if (k < 12 && r->wave < 0) sum += r->weight[g] * season;
                if (k >= 12 && r->wave == k - 12) sum += r->weight[g];
                upto[i] = sum;
            }
            for (size_t i = 0; i < n; i++) upto[i] = sum > 0 ? upto[i] / sum : 1;
        }
    return HUNE_OK;
}

static hune_status read_date(const hu_table *t, const char *column, int32_t none, int32_t *out,
                             hune_err *err) {
    const char *text;
    HUNE_TRY(hu_table_text(t, column, &text, err));
    *out = none;
    if (!*text || hu_parse_day(text, out)) return HUNE_OK;
    return hune_fail(err, HUNE_EDATA, "'%s', line %d, column '%s': '%s' is not a day", t->name,
                     t->row, column, text);
}

/* Rows stand in the order of departments. The FINESS is that of the hospital in stays.c. */
static hune_status read_sites(hu_world *w, hu_emergency *e, hune_err *err) {
    hu_table t;
    bool more;
    int dpt = -1;
    HUNE_TRY(table(w, "emergency_sites.csv", &t, err));
    for (;;) {
        const char *department, *zone, *alsace;
        double hospital;
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        if (e->n_sites == HU_SITES) return hune_fail(err, HUNE_ELIMIT, "too many facilities");
        hu_site *s = &e->site[e->n_sites];
        HUNE_TRY(hu_table_text(&t, "department", &department, err));
        HUNE_TRY(hu_table_text(&t, "zone", &zone, err));
        HUNE_TRY(hu_table_text(&t, "alsace_moselle", &alsace, err));
        HUNE_TRY(hu_table_f64(&t, "hospital", &hospital, err));
        HUNE_TRY(hu_table_f64(&t, "share", &s->share, err));
        HUNE_TRY(hu_table_f64(&t, "shift", &s->shift, err));
        HUNE_TRY(read_date(&t, "from", INT32_MIN, &s->from, err));
        HUNE_TRY(read_date(&t, "to", HU_NEVER, &s->to, err));
        HUNE_TRY(read_date(&t, "shift_from", HU_NEVER, &s->shift_from, err));
        if (dpt < 0 || strcmp(department, hu_department(dpt))) {
            if (++dpt == HU_DEPARTMENTS || strcmp(department, hu_department(dpt)))
                return hune_fail(err, HUNE_EDATA, "'%s', line %d: department '%s' out of order",
                                 t.name, t.row, department);
            e->first_site[dpt] = e->n_sites;
        }
        e->zone[dpt] = (int8_t)(2 * ((zone[0] - 'A') % 3) + (alsace[0] == '1'));
        e->most[dpt] = fmax(fmax(e->most[dpt], 1), s->shift);
        s->department = dpt;
        s->hospital = (int)hospital;
        char *p = hu_put(s->finess, hu_department(dpt), 2);
        p = hu_put(p, "0780", 4);
        *hu_put_digits(p, 12 + 31 * s->hospital, 3) = '\0';
        e->n_sites++;
    }
    for (dpt++; dpt <= HU_DEPARTMENTS; dpt++) e->first_site[dpt] = e->n_sites;
    return HUNE_OK;
}

/* --- waves and calendar ------------------------------------------------------------------------
 */

/* Heights of one year's waves are added to the days they reach. */
static hune_status draw_wave(hu_world *w, hu_emergency *e, int k, int year, const setting *s, int n,
                             hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)year, HU_STREAM_WAVES + (uint32_t)k);
    double x[5];
    static const char *const what[] = {"day", "day_sd", "height_sd", "width"}, *const hot[] = {
                                                                                   "first", "last",
                                                                                   "height_sd",
                                                                                   "days",
                                                                                   "days_more"};
    for (int i = 0; i < (k == 3 ? 5 : 4); i++) {
        char name[40];
        snprintf(name, sizeof name, "%s_%s", wave_names[k], k == 3 ? hot[i] : what[i]);
        HUNE_TRY(take(s, n, name, &x[i], err));
    }
    const int32_t january = hu_day(year, 1, 1);
    const double z = hu_rng_normal(&r), height = exp(x[2] * hu_rng_normal(&r)), u = hu_rng_unif(&r);
    double *wave = e->wave + (size_t)k * (size_t)e->days;
    if (k == 3) { /* heat: a block of days */
        const int32_t from = january + (int32_t)(x[0] + u * (x[1] - x[0])),
                      to = from + (int32_t)(x[3] + x[4] * hu_rng_unif(&r) + 0.5);
        for (int32_t d = from; d < to; d++)
            if (d >= e->first && d < e->first + e->days) wave[d - e->first] += height;
        return HUNE_OK;
    }
    const double peak = january + x[0] + x[1] * z;
    for (int32_t d = (int32_t)(peak - 5 * x[3]); d < peak + 5 * x[3]; d++) {
        const double far = (d - peak) / x[3];
        if (d >= e->first && d < e->first + e->days)
            wave[d - e->first] += height * exp(-0.5 * far * far);
    }
    return HUNE_OK;
}

static double day_factor(const hu_emergency *e, const hu_group *g, int32_t day, const bool free[2],
                         bool school) {
    const int weekday = free[1] ? 6 : hu_weekday(day); /* a holiday is like a Sunday */
    const double since = (day - 14245) / HU_YEAR;      /* 2009-01-01 */
    double c = g->weekday[weekday] * hu_season(g->season_amp, g->season_peak, day) *
               exp(g->trend * since) *
               (free[1]   ? g->holiday
                : free[0] ? g->day_after
                          : 1) *
               (school ? g->school : 1);
    double waves = 1;
    for (int k = 0; k < HU_WAVES; k++)
        waves += g->wave[k] * e->wave[(size_t)k * (size_t)e->days + (size_t)(day - e->first)];
    return c * waves;
}

static hune_status calendar(hu_world *w, hu_emergency *e, const setting *s, int n, hune_err *err) {
    int from, to, m, d;
    e->first = w->from;
    e->days = w->end - w->from;
    const size_t days = (size_t)e->days;
    e->wave = hu_arena_alloc(&w->arena, HU_WAVES * days * sizeof(double));
    e->factor = hu_arena_alloc(&w->arena, HU_ZONES * HU_GROUPS * days * sizeof(double));
    e->cum = hu_arena_alloc(&w->arena, HU_ZONES * HU_GROUPS * (days + 1) * sizeof(double));
    if (!e->wave || !e->factor || !e->cum)
        return hune_fail(err, HUNE_ENOMEM, "no memory for the calendar");
    hu_civil(w->from, &from, &m, &d);
    hu_civil(w->end, &to, &m, &d);
    for (int k = 0; k < HU_WAVES; k++)
        for (int year = from; year <= to + 1; year++) HUNE_TRY(draw_wave(w, e, k, year, s, n, err));
    for (int zone = 0; zone < HU_ZONES; zone++)
        for (size_t i = 0; i < days; i++) {
            const int32_t day = e->first + (int32_t)i;
            const bool free[2] = {hu_public_holiday(day - 1, zone & 1),
                                  hu_public_holiday(day, zone & 1)};
            const bool school = hu_school_holiday(day, zone / 2);
            for (int g = 0; g < HU_GROUPS; g++) {
                const size_t at = (size_t)(zone * HU_GROUPS + g);
                const double c = day_factor(e, &e->group[g], day, free, school);
                e->factor[at * days + i] = c;
                e->cum[at * (days + 1) + i + 1] = e->cum[at * (days + 1) + i] + c;
            }
        }
    return HUNE_OK;
}

hune_status hu_emergency_open(hu_world *w, hune_err *err) {
    setting s[MOST_SETTINGS];
    int n;
    hu_emergency *e = w->emergency = hu_arena_alloc(&w->arena, sizeof *e);
    if (!e || !(e->planned = hu_arena_alloc(&w->arena, (size_t)w->n_outcomes + 1)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for emergencies");
    HUNE_TRY(read_settings(w, s, &n, err));
    const struct {
        const char *name;
        double *to;
    } wanted[] = {{"through_emergency", &e->through},
                  {"dies_there", &e->dies_there},
                  {"transfer", &e->transfer},
                  {"duplicates", &e->duplicates},
                  {"missing_diagnosis", &e->missing_diagnosis},
                  {"missing_stretches", &e->missing_stretches},
                  {"missing_days", &e->missing_days},
                  {"slow_clocks", &e->slow_clocks}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        HUNE_TRY(take(s, n, wanted[i].name, wanted[i].to, err));
    const setting *planned = find(s, n, "planned");
    for (int i = 0; planned && i < w->n_outcomes; i++) {
        const char *at = planned->text, *id = w->outcome[i].id;
        const size_t len = strlen(id);
        while (*at && !(!strncmp(at, id, len) && (at[len] == ' ' || !at[len]))) {
            at += strcspn(at, " ");
            at += *at == ' ';
        }
        e->planned[i] = *at != '\0';
    }
    HUNE_TRY(read_groups(w, e, err));
    HUNE_TRY(read_reasons(w, e, err));
    HUNE_TRY(read_sites(w, e, err));
    return calendar(w, e, s, n, err);
}
