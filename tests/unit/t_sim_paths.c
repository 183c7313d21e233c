/* Care pathways and emergency visits of the simulator: what the tables promise is what happens. */
#include <math.h>
#include "test.h"
#include "simulate/emergency.h"

static hune_simulate_options options(int64_t persons) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.persons = persons;
    o.seed = 11;
    return o;
}

static hune_status open_world(hu_world *w, const hune_simulate_options *o, hune_err *err) {
    HUNE_TRY(hu_world_open(w, o, err));
    HUNE_TRY(hu_start_rates(w, 2, err));
    return hu_baseline_rates(w, 2, err);
}

/* A count against its Poisson mean, in standard errors. */
static double errors_off(double seen, double expected) {
    return (seen - expected) / sqrt(fmax(expected, 1));
}

/* --- calendar ----------------------------------------------------------------------------------
 */

TEST(public_holidays_are_those_of_france) {
    static const int days[][3] = {{2009, 4, 13}, {2010, 5, 13}, {2011, 6, 13}, {2012, 5, 28},
                                  {2013, 4, 1},  {2014, 5, 29}, {2008, 3, 24}, {2010, 7, 14}};
    for (int i = 0; i < 8; i++)
        CHECK(hu_public_holiday(hu_day(days[i][0], days[i][1], days[i][2]), false));
    CHECK(!hu_public_holiday(hu_day(2012, 4, 6), false)); /* Good Friday */
    CHECK(hu_public_holiday(hu_day(2012, 4, 6), true));
    CHECK(!hu_public_holiday(hu_day(2012, 12, 26), false));
    CHECK(hu_public_holiday(hu_day(2012, 12, 26), true));
    int n = 0;
    for (int32_t d = hu_day(2010, 1, 1); d < hu_day(2011, 1, 1); d++)
        n += hu_public_holiday(d, false);
    CHECK_INT(n, 11);
    CHECK(hu_free_day(hu_day(2010, 7, 14), false) && !hu_free_day(hu_day(2010, 7, 15), false));
}

TEST(school_holidays_take_zones_in_turn) {
    for (int zone = 0; zone < 3; zone++) {
        int n = 0;
        for (int32_t d = hu_day(2010, 1, 1); d < hu_day(2011, 1, 1); d++)
            n += hu_school_holiday(d, zone);
        CHECK(n > 105 && n < 130);
        CHECK(hu_school_holiday(hu_day(2010, 7, 20), zone));
        CHECK(hu_school_holiday(hu_day(2010, 12, 28), zone));
        CHECK(hu_school_holiday(hu_day(2011, 1, 1), zone));
        CHECK(!hu_school_holiday(hu_day(2010, 9, 15), zone));
    }
    int apart = 0;
    for (int32_t d = hu_day(2010, 2, 1); d < hu_day(2010, 5, 1); d++)
        apart += hu_school_holiday(d, 0) != hu_school_holiday(d, 1);
    CHECK(apart > 10);
}

/* --- the intensity -----------------------------------------------------------------------------
 */

/* day_factor said again, from the table's own columns. */
static double factor_again(const hu_emergency *e, int zone, int g, int32_t day) {
    const hu_group *x = &e->group[g];
    const bool alsace = zone % 2;
    const double two_pi = 6.283185307179586, year = 365.25;
    double c = x->weekday[hu_public_holiday(day, alsace) ? 6 : hu_weekday(day)];
    if (hu_public_holiday(day, alsace)) c *= x->holiday;
    else if (hu_public_holiday(day - 1, alsace)) c *= x->day_after;
    if (hu_school_holiday(day, zone / 2)) c *= x->school;
    c *= 1 +
         x->season_amp * cos(two_pi * (day - 10957 - (x->season_peak - 1) * year / 12 - 15) / year);
    c *= exp(x->trend * (day - hu_day(2009, 1, 1)) / year);
    double waves = 1;
    for (int k = 0; k < HU_WAVES; k++) waves += x->wave[k] * e->wave[k * e->days + day - e->first];
    return c * waves;
}

TEST(the_factor_is_its_formula) {
    const hune_simulate_options o = options(100);
    hu_world w;
    hune_err err;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    const hu_emergency *e = w.emergency;
    for (int zone = 0; zone < HU_ZONES; zone++)
        for (int g = 0; g < HU_GROUPS; g++)
            for (int32_t i = 0; i < e->days; i += 7 + zone)
                NEAR_REL(e->factor[(zone * HU_GROUPS + g) * e->days + i],
                         factor_again(e, zone, g, e->first + i), 1e-12);
    /* every winter has its influenza, every summer its heat, and they differ */
    double top[6] = {0}, heat[6] = {0};
    for (int32_t i = 0; i < e->days; i++) {
        int y, m, d;
        hu_civil(e->first + i, &y, &m, &d);
        top[y - 2009] = fmax(top[y - 2009], e->wave[i]);
        const double h = e->wave[3 * e->days + i];
        CHECK(h == 0 || (m >= 6 && m <= 9));
        heat[y - 2009] += h > 0;
    }
    for (int y = 0; y < 6; y++) {
        CHECK(top[y] > 0.2 && top[y] < 6);
        CHECK(heat[y] >= 4 && heat[y] <= 12);
    }
    CHECK(fabs(top[0] - top[1]) > 1e-3);
    hu_world_close(&w);
}

typedef struct seen { /* own visits of a population, and who was there */
    hu_world w;
    hu_risk_sums risk;
    double *visits; /* [n_sites][days] */
    double group[HU_GROUPS], hour[HU_PROFILES][2][24], wave[HU_WAVES];
    int64_t linked, deaths;
    int64_t unplanned, planned, planned_linked, outside, backwards, wrong_place;
} seen;

static void one_item(seen *s, const hu_life *l, const hu_item *v) {
    const hu_emergency *e = s->w.emergency;
    if (v->day < l->entry || v->day >= l->exit || v->to > l->exit) s->outside++;
    if (v->to < v->day) s->backwards++;
    if (v->kind != HU_ITEM_EMERGENCY) return;
    if (e->site[v->number].department != l->department) s->wrong_place++;
    if (!strcmp(v->why, "death")) {
        s->deaths++;
        CHECK(v->visit.exit == '9' && v->to == l->death);
        return;
    }
    if (v->visit.event >= 0) {
        const hu_event *x = &l->event[v->visit.event];
        s->linked++;
        s->planned_linked += e->planned[x->outcome];
        CHECK_INT(v->day, x->day);
        for (int i = 0; i < v->visit.event; i++) s->outside += l->event[i].out > x->day;
        CHECK(hu_through_emergency(l, v->visit.event));
        if ((v->visit.exit == '6') != (e->site[v->number].hospital == l->hospital))
            s->wrong_place++;
        return;
    }
    if (hu_is_away(l, v->day)) s->outside++;
    const int g = hu_age_group(e, l->birth, v->day);
    s->visits[v->number * e->days + v->day - e->first]++;
    s->group[g]++;
    s->hour[e->group[g].profile][hu_free_day(v->day, e->zone[l->department] & 1)][v->minute / 60]++;
    for (int i = 0; i < e->n_reasons; i++)
        if (e->reason[i].diagnosis == v->visit.diagnosis && e->reason[i].wave >= 0)
            s->wave[e->reason[i].wave]++;
}

static bool look(seen *s, const hune_simulate_options *o) {
    hune_err err;
    hu_life l;
    hu_buf risk = {0};
    memset(s, 0, sizeof *s);
    CHECK_OK(open_world(&s->w, o, &err), &err);
    CHECK_OK(hu_life_new(&s->w, &l, &err), &err);
    CHECK_OK(hu_risk_new(&s->w, &s->risk, &err), &err);
    s->visits =
        hu_calloc((size_t)(s->w.emergency->n_sites * s->w.emergency->days), sizeof *s->visits);
    if (!s->visits) return false;
    for (int64_t i = 0; i < o->persons; i++) {
        CHECK_OK(hu_live(&s->w, i, &l, &err), &err);
        for (size_t k = 0; k < l.n_items; k++) one_item(s, &l, &l.item[k]);
        int32_t until = INT32_MIN;
        for (size_t k = 0; k < l.n_events; k++) {
            const hu_event *x = &l.event[k];
            const bool planned = s->w.emergency->planned[x->outcome];
            s->planned += planned;
            s->unplanned += !planned && x->day >= until;
            if (x->out > until) until = x->out;
        }
        hu_note_risk(&s->w, &l, &risk);
        hu_add_risk(&s->w, &s->risk, &risk);
    }
    hu_buf_clear(&risk);
    hu_life_clear(&l);
    return true;
}

static void forget(seen *s) {
    free(s->visits);
    hu_risk_clear(&s->risk);
    hu_world_close(&s->w);
}

/* By hand: under the sanitizers strchr looks at all the rest of the text. */
static char *after_line(char *line) {
    while (*line && *line != '\n') line++;
    return line + (*line == '\n');
}

/* expected[site][day] as written to emergency.csv. */
static double *written(const seen *s, double *linked) {
    const hu_emergency *e = s->w.emergency;
    char path[1100], *text = NULL;
    hune_err err;
    size_t len;
    double *out = hu_calloc((size_t)(e->n_sites * e->days), sizeof *out);
    snprintf(path, sizeof path, "%s/sim_truth", test_scratch());
    CHECK_OK(hu_make_dirs(path, &err), &err);
    CHECK_OK(hu_emergency_truth(&s->w, &s->risk, test_scratch(), &err), &err);
    snprintf(path, sizeof path, "%s/sim_truth/emergency.csv", test_scratch());
    CHECK_OK(hu_read_file(path, &text, &len, &err), &err);
    CHECK(text && hu_starts(text, "facility,date,expected,linked\n"));
    *linked = 0;
    for (char *line = after_line(text), *end; *line; line = end) {
        end = after_line(line);
        int site = 0;
        int32_t day = 0;
        char date[11];
        double own, with;
        memcpy(date, line + 10, 10);
        date[10] = '\0';
        CHECK(hu_parse_day(date, &day));
        char rest[64];
        const size_t len_rest = (size_t)(end - 1 - (line + 21));
        memcpy(rest, line + 21, len_rest);
        rest[len_rest] = '\0';
        char *comma = strchr(rest, ',');
        *comma = '\0';
        CHECK(hu_parse_f64(rest, &own) && hu_parse_f64(comma + 1, &with));
        while (site < e->n_sites && memcmp(e->site[site].finess, line, 9)) site++;
        if (site < e->n_sites) out[site * e->days + day - e->first] = own;
        *linked += with;
    }
    free(text);
    return out;
}

typedef struct sums {
    double seen, expected;
} sums;

static void put_in(sums *x, double count, double expected) {
    x->seen += count;
    x->expected += expected;
}

static int out_of(const sums *x, int n, double limit) {
    int bad = 0;
    for (int i = 0; i < n; i++)
        if (fabs(errors_off(x[i].seen, x[i].expected)) > limit) {
            printf("cell %d: %g seen, %g expected\n", i, x[i].seen, x[i].expected);
            bad++;
        }
    return bad;
}

/* Facilities of the table that open, close or change their level. */
static void special_sites(const seen *s, const double *expected) {
    const hu_emergency *e = s->w.emergency;
    int opened = 0, closed = 0, shifted = 0;
    for (int i = 0; i < e->n_sites; i++) {
        const hu_site *x = &e->site[i];
        sums side[2] = {{0}};
        const int32_t at = x->shift_from != HU_NEVER ? x->shift_from
                           : x->from != INT32_MIN    ? x->from
                                                     : x->to;
        if (at == HU_NEVER) continue;
        for (int32_t d = 0; d < e->days; d++)
            put_in(&side[e->first + d >= at], s->visits[i * e->days + d],
                   expected[i * e->days + d]);
        CHECK_INT(out_of(side, 2, 4.5), 0);
        if (x->shift_from != HU_NEVER) {
            const double before = side[0].expected / (at - e->first),
                         after = side[1].expected / (e->first + e->days - at);
            CHECK(x->shift > 1 ? after > 1.2 * before : after < 0.9 * before);
            shifted++;
        } else if (x->from != INT32_MIN) CHECK(side[0].seen == 0 && side[1].seen > 0), opened++;
        else CHECK(side[1].seen == 0 && side[0].seen > 0), closed++;
    }
    CHECK(opened == 1 && closed == 1 && shifted == 2);
}

TEST(visits_follow_the_written_intensity) {
    const hune_simulate_options o = options(test_sanitized ? 1500 : 30000);
    seen s;
    double linked;
    REQUIRE(look(&s, &o));
    const hu_emergency *e = s.w.emergency;
    double *expected = written(&s, &linked);
    sums weekday[7] = {{0}}, month[12] = {{0}}, year[6] = {{0}}, kind[4] = {{0}}, all = {0};
    for (int i = 0; i < e->n_sites; i++)
        for (int32_t d = 0; d < e->days; d++) {
            const double v = s.visits[i * e->days + d], x = expected[i * e->days + d];
            const int32_t day = e->first + d;
            const int zone = e->zone[e->site[i].department];
            int y, m, dom;
            hu_civil(day, &y, &m, &dom);
            put_in(&weekday[hu_weekday(day)], v, x);
            put_in(&month[m - 1], v, x);
            put_in(&year[y - 2009], v, x);
            put_in(&kind[2 * hu_public_holiday(day, zone & 1) + hu_school_holiday(day, zone / 2)],
                   v, x);
            put_in(&all, v, x);
        }
    CHECK(all.expected > 0.25 * (double)o.persons * 6 &&
          all.expected < 0.40 * (double)o.persons * 6);
    CHECK_INT(out_of(weekday, 7, 4), 0);
    CHECK_INT(out_of(month, 12, 4), 0);
    CHECK_INT(out_of(year, 6, 4), 0);
    CHECK_INT(out_of(kind, 4, 4), 0);
    CHECK_INT(out_of(&all, 1, 4), 0);
    CHECK(weekday[0].expected > 1.05 * weekday[6].expected);
    CHECK_INT(s.outside, 0);
    CHECK_INT(s.backwards, 0);
    CHECK_INT(s.wrong_place, 0);
    CHECK_INT(s.planned_linked, 0);
    if (!test_sanitized) {
        special_sites(&s, expected);
        CHECK(s.planned > 1000);
        NEAR((double)s.linked / (double)s.unplanned, 0.6, 4 * sqrt(0.24 / (double)s.unplanned));
        /* from the rates of the tables, so near and not exact */
        NEAR_REL(linked, (double)(s.linked + s.deaths), 0.08);
    }
    /* hours: shares of the profile, on free days and others */
    for (int p = 0; p < HU_PROFILES; p++)
        for (int free = 0; free < 2; free++) {
            sums cell[24] = {{0}};
            double n = 0;
            for (int h = 0; h < 24; h++) n += s.hour[p][free][h];
            for (int h = 0; h < 24; h++) {
                const double *upto = e->hour[p][free];
                put_in(&cell[h], s.hour[p][free][h], n * (upto[h] - (h ? upto[h - 1] : 0)));
            }
            CHECK_INT(out_of(cell, 24, 4.5), 0);
            const double *hour = s.hour[p][free];
            if (p == 0 && !free && !test_sanitized)
                CHECK(hour[18] > 2 * hour[9]); /* children after school */
            if (p == 2 && !test_sanitized)
                CHECK(hour[11] > 1.5 * hour[18]); /* the old before noon */
        }
    /* part of the visits that a wave brings */
    CHECK(s.wave[0] > 0 && s.wave[1] > 0 && s.wave[2] > 0);
    free(expected);
    forget(&s);
}

TEST(nothing_in_the_emergency_is_an_outcome) {
    const hune_simulate_options o = options(100);
    hu_world w;
    hune_err err;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    const hu_emergency *e = w.emergency;
    const hu_paths *p = w.paths;
    CHECK(e->n_reasons > 30 && p->n_steps > 60);
    for (int i = 0; i < w.n_outcomes; i++)
        for (int c = 0; c < w.outcome[i].n_codes; c++) {
            const char *code = w.outcome[i].code[c];
            for (int k = 0; k < e->n_reasons; k++)
                CHECK(!hu_starts(e->reason[k].diagnosis, code) &&
                      !hu_starts(e->reason[k].reason, code));
            for (int k = 0; k < p->n_steps; k++)
                CHECK(p->step[k].kind != HU_ITEM_STAY || !hu_starts(p->step[k].code, code));
        }
    hu_world_close(&w);
}

/* --- types -------------------------------------------------------------------------------------
 */

TEST(types_have_the_shares_of_the_table) {
    const hune_simulate_options o = options(100);
    const int n = test_sanitized ? 3000 : 30000;
    int count[HU_DISEASES][HU_MAX_TYPES] = {{0}}, of[HU_DISEASES] = {0}, misplaced = 0;
    double health[HU_DISEASES][HU_MAX_TYPES] = {{0}};
    hu_world w;
    hu_life l;
    hune_err err;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < n; i++) {
        hu_person(&w, i, &l);
        hu_conditions(&w, &l);
        misplaced += (l.pathway[HU_DM] >= 0) != l.diabetic;
        for (int d = 0; d < HU_DISEASES; d++) {
            if (l.pathway[d] < 0) continue;
            of[d]++;
            count[d][l.pathway[d]]++;
            health[d][l.pathway[d]] += l.health;
        }
    }
    CHECK_INT(misplaced, 0);
    for (int d = 0; d < HU_DISEASES; d++) {
        const int types = w.paths->n_types[d];
        CHECK(types == 5 && of[d] > 100);
        for (int k = 0; k < types; k++) {
            const double share = w.paths->type[d][k].share;
            NEAR((double)count[d][k] / of[d], share, 4 * sqrt(share * (1 - share) / of[d]));
        }
        if (of[d] == n) /* the best followed are more health-conscious */
            CHECK(health[d][0] / count[d][0] > health[d][types - 1] / count[d][types - 1] + 0.3);
    }
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(types_weigh_on_drug_starts_with_mean_one) {
    const hune_simulate_options o = options(100);
    hu_world w;
    hu_life l;
    hune_err err;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    hu_person(&w, 1, &l);
    hu_conditions(&w, &l);
    int moved = 0;
    for (int d = 0; d < w.n_drugs; d++) {
        double mean = 0, largest = 0;
        l.pathway[HU_DM] = -1;
        l.state[HU_C_HEART_FAILURE] = (hu_span){HU_NEVER, HU_NEVER};
        NEAR(hu_pathway_rate(&w, &l, d), 1, 0);
        for (int k = 0; k < w.paths->n_types[HU_DM]; k++) {
            l.pathway[HU_DM] = (int8_t)k;
            const double rate = hu_pathway_rate(&w, &l, d);
            mean += rate * w.paths->type[HU_DM][k].share;
            largest = fmax(largest, rate);
        }
        NEAR(mean, 1, 1e-12);
        moved += largest > 1;
        l.pathway[HU_DM] = -1;
        l.state[HU_C_HEART_FAILURE] = (hu_span){0, HU_NEVER};
        mean = 0;
        for (int k = 0; k < w.paths->n_types[HU_HF]; k++) {
            l.pathway[HU_HF] = (int8_t)k;
            mean += hu_pathway_rate(&w, &l, d) * w.paths->type[HU_HF][k].share;
        }
        NEAR(mean, 1, 1e-12);
    }
    CHECK(moved > 5 && moved < w.n_drugs / 2);
    /* rapid intensification is the type that brings the second drug */
    const int gliclazide = hu_find_drug(&w, "A10BB09");
    l.state[HU_C_HEART_FAILURE] = (hu_span){HU_NEVER, HU_NEVER};
    l.pathway[HU_DM] = 1;
    CHECK(hu_pathway_rate(&w, &l, gliclazide) > 1.5);
    hu_life_clear(&l);
    hu_world_close(&w);
}

/* Days of [from, to) outside hospital. */
static double free_days(const hu_life *l, int32_t from, int32_t to) {
    double n = to > from ? to - from : 0;
    for (size_t i = 0; i < l->n_away; i++) {
        const int32_t a = l->away[i].from > from ? l->away[i].from : from,
                      b = l->away[i].to < to ? l->away[i].to : to;
        if (b > a) n -= b - a;
    }
    return n;
}

/* Items of steps against their rates, over persons who do not deviate. Once-only steps count by
 * the persons who were there for the whole of their stage. */
static void rates_of_steps(const hune_simulate_options *o) {
    hu_world w;
    hu_life l;
    hune_err err;
    enum { MOST = 256 };
    sums cell[MOST] = {{0}};
    double squares[MOST] = {0};
    int64_t started = 0, deviating = 0, early = 0, inside = 0;
    CHECK_OK(open_world(&w, o, &err), &err);
    CHECK_OK(hu_life_new(&w, &l, &err), &err);
    for (int64_t i = 0; i < o->persons; i++) {
        CHECK_OK(hu_live(&w, i, &l, &err), &err);
        for (int d = 0; d < HU_DISEASES; d++) {
            if (l.pathway_from[d] == HU_NEVER) continue;
            started++;
            deviating += l.deviates_to[d] >= 0;
            int32_t origin = l.pathway_from[d];
            for (size_t k = 0; k < l.n_events; k++)
                if (l.event[k].day == origin &&
                    l.event[k].outcome == (d == HU_HF ? w.paths->failure : w.paths->fracture))
                    origin = l.event[k].out;
            const hu_type *type = &w.paths->type[d][l.pathway[d]];
            for (size_t k = 0; k < l.n_items; k++)
                early += l.item[k].why == type->why && l.item[k].day < l.pathway_from[d];
            for (size_t k = 0; k < l.n_items; k++)
                for (size_t q = 0; q < l.n_events && l.item[k].why == type->why; q++)
                    inside += l.item[k].day >= l.event[q].day && l.item[k].day < l.event[q].out;
            if (l.deviates_to[d] >= 0) continue;
            for (int k = type->first; k < type->last; k++) {
                const hu_step *x = &w.paths->step[k];
                const int32_t a = origin + x->from;
                int32_t b = x->to == HU_NEVER ? l.exit : origin + x->to;
                double mean = x->rate;
                if (x->pattern == HU_ONCE) {
                    if (a < l.entry || b > l.exit || free_days(&l, a, b + 2) < b + 2 - a) continue;
                } else {
                    if (b > l.exit) b = l.exit;
                    mean *= free_days(&l, a > l.entry ? a : l.entry, b);
                    squares[k] += mean * mean;
                }
                put_in(&cell[k], 0, mean);
                for (size_t q = 0; q < l.n_items; q++) {
                    const hu_item *v = &l.item[q];
                    const bool same = v->why == type->why && v->kind == x->kind &&
                                      (v->kind == HU_ITEM_STAY || v->number == x->number) &&
                                      !strcmp(v->code ? v->code : "", x->code);
                    cell[k].seen += same && v->day >= a && v->day < b;
                }
            }
        }
    }
    CHECK_INT(early, 0);
    CHECK_INT(inside, 0);
    NEAR((double)deviating / (double)started, 0.095, 0.02 + 3 * sqrt(0.1 / (double)started));
    int compared = 0;
    for (int k = 0; k < w.paths->n_steps; k++) {
        const hu_step *x = &w.paths->step[k];
        /* a rehabilitation that begins takes the days that its own expectation needs */
        if (cell[k].expected < 60 || (x->kind == HU_ITEM_REHAB && x->pattern == HU_ONCE)) continue;
        compared++;
        /* Poisson, and persons whose intensity has variance 1/8 */
        const double variance = cell[k].expected + squares[k] / 8;
        NEAR_REL(cell[k].seen, cell[k].expected, 0.03 + 4 * sqrt(variance) / cell[k].expected);
    }
    CHECK(compared > (test_sanitized ? 3 : 25));
    hu_life_clear(&l);
    hu_world_close(&w);
}

TEST(diabetes_pathways_bring_what_the_table_says) {
    hune_simulate_options o = options(test_sanitized ? 150 : 5000);
    o.population = HUNE_POPULATION_DIABETES;
    rates_of_steps(&o);
}

TEST(heart_and_hip_pathways_bring_what_the_table_says) {
    hune_simulate_options o = options(test_sanitized ? 400 : 15000);
    o.population = HUNE_POPULATION_ELDERLY;
    o.truth = "none";
    o.outcomes = "HF,HIP";
    rates_of_steps(&o);
}

/* --- what must not change ----------------------------------------------------------------------
 */

TEST(drugs_and_events_are_the_same_without) {
    const hune_simulate_options o = options(test_sanitized ? 100 : 1000);
    hu_world w;
    hu_life with, without;
    hune_err err;
    int differ = 0, items = 0;
    CHECK_OK(open_world(&w, &o, &err), &err);
    CHECK_OK(hu_life_new(&w, &with, &err), &err);
    CHECK_OK(hu_life_new(&w, &without, &err), &err);
    for (int64_t i = 0; i < o.persons; i++) {
        CHECK_OK(hu_live(&w, i, &with, &err), &err);
        hu_person(&w, i, &without);
        without.n_candidates = without.n_windows = without.n_pushes = without.n_illnesses = 0;
        hu_conditions(&w, &without);
        if (without.entry >= without.exit) continue;
        CHECK_OK(hu_latent_states(&w, &without, &err), &err);
        CHECK_OK(hu_treatments(&w, &without, &err), &err);
        CHECK_OK(hu_events(&w, &without, &err), &err);
        items += with.n_items > 0;
        if (with.n_events != without.n_events || with.n_fills != without.n_fills ||
            with.n_eras != without.n_eras || with.exit != without.exit) {
            differ++;
            continue;
        }
        for (size_t k = 0; k < with.n_events; k++)
            differ += with.event[k].day != without.event[k].day ||
                      with.event[k].outcome != without.event[k].outcome ||
                      with.event[k].out != without.event[k].out;
        for (size_t k = 0; k < with.n_fills; k++)
            differ += with.fill[k].day != without.fill[k].day ||
                      with.fill[k].drug != without.fill[k].drug;
    }
    CHECK_INT(differ, 0);
    CHECK(items > o.persons / 2);
    hu_life_clear(&with);
    hu_life_clear(&without);
    hu_world_close(&w);
}

static char *read_all(const char *folder, const char *name, size_t *len) {
    char path[4000], *text = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return hu_read_file(path, &text, len, NULL) ? NULL : text;
}

static int files_that_differ(const char *a, const char *b, const char *prefix, int *compared) {
    hu_arena arena = {0};
    char **names;
    size_t n;
    int differ = 0;
    if (hu_list_files(a, &arena, &names, &n, NULL)) return -1;
    for (size_t i = 0; i < n; i++) {
        size_t m = 0, k = 0;
        if (!hu_starts(names[i], prefix) || strstr(names[i], "parameters")) continue;
        char *x = read_all(a, names[i], &m), *y = read_all(b, names[i], &k);
        differ += !x || !y || m != k || memcmp(x, y, m);
        ++*compared;
        free(x);
        free(y);
    }
    hu_arena_clear(&arena);
    return differ;
}

TEST(dirt_is_in_the_rpu_alone_and_threads_change_nothing) {
    static const char *const names[] = {"clean", "dirty", "again"};
    char path[3][1000];
    hune_err err;
    int compared = 0;
    for (int k = 0; k < 3; k++) {
        hune_simulate_options o = options(test_sanitized ? 200 : 3000);
        hune_context ctx;
        hune_context_init(&ctx);
        ctx.threads = k == 2 ? 7 : 1;
        o.dirt = k ? "emergency" : "none";
        snprintf(path[k], sizeof path[k], "%s/%s", test_scratch(), names[k]);
        CHECK_OK(hune_simulate(path[k], &o, &ctx, NULL, &err), &err);
    }
    CHECK_INT(files_that_differ(path[1], path[2], "", &compared), 0);
    CHECK(compared > 300);
    CHECK_INT(files_that_differ(path[0], path[1], "sim_truth/", &compared), 0);
    CHECK_INT(files_that_differ(path[0], path[1], "PMSI/", &compared), 0);
    CHECK_INT(files_that_differ(path[0], path[1], "DCIR/", &compared), 0);
    CHECK(files_that_differ(path[0], path[1], "RPU/", &compared) > 40);
    /* twice, without diagnosis, not at all */
    int64_t rows[2] = {0}, bare[2] = {0}, twice[2] = {0};
    for (int k = 0; k < 2; k++)
        for (int month = 0; month < 72; month++) {
            char name[64], before[200] = "";
            size_t len;
            snprintf(name, sizeof name, "RPU/RPU_%04d%02d.csv", 2009 + month / 12, month % 12 + 1);
            char *text = read_all(path[k], name, &len);
            if (!text) continue;
            for (char *line = after_line(text); *line;) {
                char *end = after_line(line) - 1;
                *end = '\0';
                rows[k]++;
                twice[k] += !strcmp(line, before);
                snprintf(before, sizeof before, "%s", line);
                char *c = line; /* the twelfth column */
                for (int i = 0; i < 11; i++) c = strchr(c, ';') + 1;
                bare[k] += *c == ';';
                line = end + 1;
            }
            free(text);
        }
    CHECK(twice[0] == 0 && bare[0] == 0);
    CHECK(rows[0] > 0 && rows[1] != rows[0]);
    if (!test_sanitized) {
        NEAR((double)twice[1] / (double)rows[1], 0.01, 0.006);
        NEAR((double)bare[1] / (double)rows[1], 0.12, 0.03);
    }
}

TEST(one_facility_is_silent_and_slow_clocks_err_on_two_sundays) {
    const hune_simulate_options o = options(100);
    hu_world w;
    hune_err err;
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    const hu_emergency *e = w.emergency;
    int silent = 0, slow = 0;
    for (int i = 0; i < e->n_sites; i++) {
        int days = 0;
        for (int32_t d = e->first; d < e->first + e->days; d++) days += hu_rpu_not_sent(&w, i, d);
        silent += days > 0;
        CHECK(days < 250);
        const int32_t march = hu_day(2010, 3, 28), october = hu_day(2010, 10, 31);
        const int spring = hu_rpu_clock_error(&w, i, march, 200),
                  autumn = hu_rpu_clock_error(&w, i, october, 200);
        CHECK(spring == 0 || spring == -60); /* 3:20 is written 2:20, which was no time */
        CHECK_INT(autumn, -spring);
        slow += spring != 0;
        CHECK_INT(hu_rpu_clock_error(&w, i, march, 720), 0);
        CHECK_INT(hu_rpu_clock_error(&w, i, march, 100), 0);
        CHECK_INT(hu_rpu_clock_error(&w, i, march - 7, 200), 0);
        CHECK_INT(hu_rpu_clock_error(&w, i, march + 1, 200), 0);
    }
    CHECK_INT(silent, 1);
    CHECK(slow > 20 && slow < 65);
    hu_world_close(&w);
}
