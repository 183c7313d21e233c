/* emergency_truth.c - the expected arrivals: who was there to come, times the intensity.
 *
 *   person       spans outside hospital with the rate at C = 1        (any thread, into the block)
 *   block        spans into changes by department, age group and day  (in block order)
 *   at the end   running sums x C x share x level -> sim_truth/emergency.csv
 *
 * `expected` is the mean of the visits people make on their own, given who lived where and was
 * outside hospital. `linked` is the mean of those that come with an outcome or a death, from the
 * rates of the tables (not from each person's drugs).
 */
#include <math.h>
#include <stdlib.h>
#include "simulate/emergency.h"
#include "simulate/sheet.h"

hune_status hu_risk_new(const hu_world *w, hu_risk_sums *s, hune_err *err) {
    const size_t cells = HU_DEPARTMENTS * HU_GROUPS, days = (size_t)w->emergency->days + 1;
    s->weight = hu_calloc(cells * days, sizeof *s->weight);
    s->count = hu_calloc(2 * cells * days, sizeof *s->count);
    if (s->weight && s->count) return HUNE_OK;
    return hune_fail(err, HUNE_ENOMEM, "no memory for expected arrivals");
}

void hu_risk_clear(hu_risk_sums *s) {
    free(s->weight);
    free(s->count);
    *s = (hu_risk_sums){0};
}

static void note(const hu_world *w, const hu_life *l, int32_t from, int32_t to, hu_buf *out) {
    const hu_emergency *e = w->emergency;
    for (int g = hu_age_group(e, l->birth, from); from < to; g++) {
        const int32_t end = hu_group_start(e, l->birth, g + 1);
        const hu_at_risk r = {.from = from,
                              .to = end < to ? end : to,
                              .department = (int16_t)l->department,
                              .group = (int8_t)g,
                              .sex = (int8_t)l->sex,
                              .weight = e->group[g].rate[l->sex] * l->care_factor};
        hu_buf_addn(out, (const char *)&r, sizeof r);
        from = r.to;
    }
}

void hu_note_risk(const hu_world *w, const hu_life *l, hu_buf *at_risk) {
    int32_t from = l->entry;
    if (l->entry >= l->exit) return;
    for (size_t i = 0; i < l->n_away; i++) {
        const hu_span *a = &l->away[i];
        if (a->from > from) note(w, l, from, a->from < l->exit ? a->from : l->exit, at_risk);
        if (a->to > from) from = a->to;
    }
    if (from < l->exit) note(w, l, from, l->exit, at_risk);
}

void hu_add_risk(const hu_world *w, hu_risk_sums *s, hu_buf *at_risk) {
    const hu_emergency *e = w->emergency;
    const size_t days = (size_t)e->days + 1;
    hu_at_risk r;
    for (size_t i = 0; i + sizeof r <= at_risk->len; i += sizeof r) {
        memcpy(&r, at_risk->text + i, sizeof r);
        double *weight = s->weight + (size_t)(r.department * HU_GROUPS + r.group) * days;
        int32_t *count =
            s->count + (size_t)((r.department * 2 + r.sex) * HU_GROUPS + r.group) * days;
        weight[r.from - e->first] += r.weight;
        weight[r.to - e->first] -= r.weight;
        count[r.from - e->first]++;
        count[r.to - e->first]--;
    }
    at_risk->len = 0;
}

/* Days of each sex and group that end in a death, per day lived: the Gompertz law of person.c at
 * the middle age of the group. */
static double death_rate(int sex, int group) {
    static const double middle[HU_GROUPS] = {1, 10, 32, 55, 73, 87}, level[2] = {2.93e-5, 1.658e-5};
    return level[sex] * exp(0.095 * middle[group]) / HU_YEAR;
}

/* Arrivals a day of one person that an outcome or a death brings. */
static void linked_rates(const hu_world *w, int32_t day, double out[2][HU_GROUPS]) {
    const hu_emergency *e = w->emergency;
    for (int s = 0; s < 2; s++)
        for (int g = 0; g < HU_GROUPS; g++) out[s][g] = e->dies_there * death_rate(s, g);
    for (int i = 0; i < w->n_outcomes; i++) {
        const hu_outcome *o = &w->outcome[i];
        if (e->planned[i]) continue;
        const double season = hu_season(o->season_amp, o->season_peak, day);
        for (int s = 0; s < 2; s++)
            for (int g = 0; g < HU_GROUPS; g++)
                out[s][g] +=
                    e->through * o->scale * season * o->rate_py[s][g ? g - 1 : 0] / HU_YEAR;
    }
}

/* Share of the linked arrivals of a department: patients of a hospital with a department of its
 * own go there, the others to the first. Hospitals 0 to 3 as person.c draws them. */
static double linked_share(const hu_emergency *e, int site, int32_t day) {
    const hu_site *s = &e->site[site];
    double share = 0;
    for (int h = 0; h < 4; h++) {
        const int at = hu_site_of(e, s->department, h, day);
        if (at == site || (at < 0 && site == e->first_site[s->department]))
            share += pow((h + 1) / 4.0, 1 / 1.5) - pow(h / 4.0, 1 / 1.5);
    }
    return share;
}

/* x >= 0 with six decimals. */
static char *put_rate(char *p, double x) {
    const int64_t millionths = llround(x * 1e6);
    p = hu_put_int(p, millionths / 1000000);
    *p++ = '.';
    return hu_put_digits(p, millionths % 1000000, 6);
}

/* The day of the table of texts, turned round. */
static char *put_iso(const hu_world *w, char *p, int32_t day) {
    const char *text = w->day_text[day - w->day_first]; /* dd/MM/yyyy */
    p = hu_put(p, text + 6, 4);
    *p++ = '-';
    p = hu_put(p, text + 3, 2);
    *p++ = '-';
    return hu_put(p, text, 2);
}

typedef struct shares { /* of a facility, remembered while its department does not change */
    double own, linked;
} shares;

static void share_of(const hu_emergency *e, int site, int32_t day, shares *s) {
    s->own = hu_site_share(e, site, day) * hu_site_level(&e->site[site], day);
    s->linked = linked_share(e, site, day);
}

static bool changes(const hu_emergency *e, int dpt, int32_t day) {
    bool any = day == e->first;
    for (int i = e->first_site[dpt]; i < e->first_site[dpt + 1]; i++)
        any |= day == e->site[i].from || day == e->site[i].to || day == e->site[i].shift_from;
    return any;
}

/* One department: a row for each open facility and day. Its part of the country's expectation by
 * group goes to `all` [days][HU_GROUPS]. */
static bool department(const hu_world *w, const hu_risk_sums *s, int dpt,
                       double (*linked)[2][HU_GROUPS], double (*all)[HU_GROUPS], hu_buf *b) {
    const hu_emergency *e = w->emergency;
    const size_t days = (size_t)e->days;
    const double *factor = e->factor + (size_t)(e->zone[dpt] * HU_GROUPS) * days;
    double weight[HU_GROUPS] = {0};
    int64_t count[2][HU_GROUPS] = {{0}};
    shares share[8];
    const int first = e->first_site[dpt], n = e->first_site[dpt + 1] - first;
    for (size_t i = 0; i < days; i++) {
        const int32_t day = e->first + (int32_t)i;
        double own = 0, with = 0, level = 0;
        if (changes(e, dpt, day))
            for (int k = 0; k < n; k++) share_of(e, first + k, day, &share[k]);
        for (int k = 0; k < n; k++) level += share[k].own;
        for (int g = 0; g < HU_GROUPS; g++) {
            weight[g] += s->weight[(size_t)(dpt * HU_GROUPS + g) * (days + 1) + i];
            const double x = fmax(weight[g], 0) * factor[(size_t)g * days + i];
            own += x;
            all[i][g] += x * level;
            for (int sex = 0; sex < 2; sex++) {
                count[sex][g] +=
                    s->count[(size_t)((dpt * 2 + sex) * HU_GROUPS + g) * (days + 1) + i];
                with += (double)count[sex][g] * linked[i][sex][g];
            }
        }
        for (int k = 0; k < n; k++) {
            if (share[k].own + share[k].linked <= 0) continue;
            char *p = hu_room(b, 96);
            if (!p) return false;
            p = hu_put(p, e->site[first + k].finess, 9);
            *p++ = ',';
            p = put_iso(w, p, day);
            *p++ = ',';
            p = put_rate(p, own * share[k].own);
            *p++ = ',';
            p = put_rate(p, with * share[k].linked);
            *p++ = '\n';
            hu_used(b, p);
        }
    }
    return true;
}

static hune_status save(const char *folder, const char *name, hu_buf *b, hune_err *err) {
    char path[1200];
    snprintf(path, sizeof path, "%s/sim_truth/%s", folder, name);
    const hune_status s = b->failed ? hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", name)
                                    : hu_write_file(path, b->text, b->len, err);
    hu_buf_clear(b);
    return s;
}

/* What makes the factor C, day by day, and the country's expected own visits by age group. */
static hune_status write_days(const hu_world *w, double (*all)[HU_GROUPS], const char *folder,
                              hune_err *err) {
    const hu_emergency *e = w->emergency;
    hu_buf b = {0};
    hu_buf_add(&b, "date,weekday,holiday,holiday_alsace_moselle,school_a,school_b,school_c,flu,"
                   "gastro,bronchiolitis,heat,expected_0,expected_2,expected_18,expected_45,"
                   "expected_65,expected_80\n");
    for (int32_t i = 0; i < e->days; i++) {
        const int32_t day = e->first + i;
        char *p = hu_room(&b, 400);
        if (!p) break;
        p = put_iso(w, p, day);
        *p++ = ',';
        *p++ = (char)('1' + hu_weekday(day));
        for (int k = 0; k < 2; k++) {
            *p++ = ',';
            *p++ = hu_public_holiday(day, k) ? '1' : '0';
        }
        for (int zone = 0; zone < 3; zone++) {
            *p++ = ',';
            *p++ = hu_school_holiday(day, zone) ? '1' : '0';
        }
        for (int k = 0; k < HU_WAVES; k++) {
            *p++ = ',';
            p = put_rate(p, e->wave[k * e->days + i]);
        }
        for (int g = 0; g < HU_GROUPS; g++) {
            *p++ = ',';
            p = put_rate(p, all[i][g]);
        }
        *p++ = '\n';
        hu_used(&b, p);
    }
    return save(folder, "emergency_days.csv", &b, err);
}

static hune_status write_sites(const hu_world *w, const char *folder, hune_err *err) {
    const hu_emergency *e = w->emergency;
    hu_buf b = {0};
    hu_buf_add(&b, "facility,department,zone,alsace_moselle,hospital,share,from,to,shift_from,"
                   "level\n");
    for (int i = 0; i < e->n_sites; i++) {
        const hu_site *s = &e->site[i];
        char day[3][11] = {"", "", ""};
        if (s->from != INT32_MIN) hu_format_day(s->from, day[0]);
        if (s->to != HU_NEVER) hu_format_day(s->to, day[1]);
        if (s->shift_from != HU_NEVER) hu_format_day(s->shift_from, day[2]);
        hu_buf_printf(&b, "%s,%s,%c,%d,%d,%g,%s,%s,%s,%g\n", s->finess,
                      hu_department(s->department), 'A' + e->zone[s->department] / 2,
                      e->zone[s->department] & 1, s->hospital, s->share, day[0], day[1], day[2],
                      s->shift);
    }
    return save(folder, "emergency_sites.csv", &b, err);
}

hune_status hu_emergency_truth(const hu_world *w, const hu_risk_sums *s, const char *folder,
                               hune_err *err) {
    const int32_t days = w->emergency->days;
    double(*linked)[2][HU_GROUPS] = hu_calloc((size_t)days, sizeof *linked);
    double(*all)[HU_GROUPS] = hu_calloc((size_t)days, sizeof *all);
    hu_buf b = {0};
    bool fine = linked && all;
    for (int32_t i = 0; fine && i < days; i++) linked_rates(w, w->emergency->first + i, linked[i]);
    hu_buf_add(&b, "facility,date,expected,linked\n");
    for (int dpt = 0; fine && dpt < HU_DEPARTMENTS; dpt++)
        fine = department(w, s, dpt, linked, all, &b);
    hune_status status = fine ? save(folder, "emergency.csv", &b, err)
                              : hune_fail(err, HUNE_ENOMEM, "no memory for expected arrivals");
    if (!status) status = write_days(w, all, folder, err);
    if (!status) status = write_sites(w, folder, err);
    hu_buf_clear(&b);
    free(linked);
    free(all);
    return status;
}
