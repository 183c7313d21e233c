/* emergency.c - the emergency visits of one life, once its events are known.
 *
 *   own visits     Poisson at the rate of emergency.h, by inversion of its sum over days; a visit
 *                  that falls into a stay did not happen
 *   stays          60 % of the unplanned ones begin in the emergency department that day
 *   deaths         12 % of those outside a stay come the evening before and end there
 *
 * Each visit takes the same number of draws whatever happens to it. Nothing here changes a life:
 * its days, drugs and outcomes are done.
 */
#include <math.h>
#include "simulate/emergency.h"

int32_t hu_group_start(const hu_emergency *e, int32_t birth, int group) {
    return group >= HU_GROUPS ? HU_NEVER : birth + (int32_t)(e->group[group].age_from * HU_YEAR);
}

int hu_age_group(const hu_emergency *e, int32_t birth, int32_t day) {
    int g = 0;
    while (g < HU_GROUPS - 1 && day >= hu_group_start(e, birth, g + 1)) g++;
    return g;
}

static bool is_open(const hu_site *s, int32_t day) {
    return day >= s->from && day < s->to;
}

double hu_site_share(const hu_emergency *e, int site, int32_t day) {
    const int dpt = e->site[site].department;
    double all = 0;
    for (int i = e->first_site[dpt]; i < e->first_site[dpt + 1]; i++)
        if (is_open(&e->site[i], day)) all += e->site[i].share;
    return is_open(&e->site[site], day) ? e->site[site].share / all : 0;
}

double hu_site_level(const hu_site *s, int32_t day) {
    return day >= s->shift_from ? s->shift : 1;
}

int hu_site_of(const hu_emergency *e, int department, int hospital, int32_t day) {
    for (int i = e->first_site[department]; i < e->first_site[department + 1]; i++)
        if (e->site[i].hospital == hospital && is_open(&e->site[i], day)) return i;
    return -1;
}

/* The first whose cumulated share passes u. */
static int pick(const double *upto, int n, double u) {
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (u < upto[mid]) hi = mid;
        else lo = mid + 1;
    }
    return lo;
}

/* The department's facility that u in [0, 1) names among shares times levels, each over `most`;
 * -1 is a candidate that nobody registers. */
static int pick_site(const hu_emergency *e, int dpt, int32_t day, double u) {
    u *= e->most[dpt];
    for (int i = e->first_site[dpt]; i < e->first_site[dpt + 1]; i++) {
        u -= hu_site_share(e, i, day) * hu_site_level(&e->site[i], day);
        if (u < 0) return i;
    }
    return -1;
}

static int arrival_minute(const hu_emergency *e, const hu_life *l, int group, int32_t day, double u,
                          double v) {
    const bool free = hu_free_day(day, e->zone[l->department] & 1);
    int hour = pick(e->hour[e->group[group].profile][free], 24, u);
    if (hour == 2 && hu_weekday(day) == 6) { /* an hour that spring leaves out */
        int y, m, d;
        hu_civil(day, &y, &m, &d);
        if (m == 3 && day == hu_last_sunday(y, 3)) hour = 3;
    }
    return hour * 60 + (int)(60 * v);
}

static void leave(hu_item *item, double minutes) {
    const double most = 2 * 1440;
    item->visit.minutes = (int32_t)fmin(fmax(minutes, 10), most);
    item->to = item->day + (item->minute + item->visit.minutes) / 1440;
}

typedef struct draws { /* of one visit, drawn before anything is decided */
    double site, hour, minute, cause, reason, severity, exit, transfer, nights, length;
} draws;

static draws draw(hu_rng *r) {
    draws d = {.site = hu_rng_unif(r), .hour = hu_rng_unif(r)};
    d.minute = hu_rng_unif(r);
    d.cause = hu_rng_unif(r);
    d.reason = hu_rng_unif(r);
    d.severity = hu_rng_unif(r);
    d.exit = hu_rng_unif(r);
    d.transfer = hu_rng_unif(r);
    d.nights = hu_rng_exp(r);
    d.length = (hu_rng_exp(r) + hu_rng_exp(r)) / 2;
    return d;
}

/* Ordinary, or of the wave that its share of the day's visits names. */
static const hu_reason *reason_of(const hu_emergency *e, int group, int32_t day, const draws *d) {
    const size_t at = (size_t)(day - e->first), days = (size_t)e->days;
    double all = 1;
    int which = -1, y, m, dom;
    for (int k = 0; k < HU_WAVES; k++)
        all += e->group[group].wave[k] * e->wave[(size_t)k * days + at];
    double u = d->cause * all - 1;
    for (int k = 0; k < HU_WAVES && u >= 0; k++) {
        u -= e->group[group].wave[k] * e->wave[(size_t)k * days + at];
        if (u < 0) which = 12 + k;
    }
    if (which < 0) hu_civil(day, &y, &m, &dom), which = m - 1;
    return &e->reason[pick(hu_reasons_of(e, group, which), e->n_reasons, d->reason)];
}

/* A stay that the visit leads to ends before the next time in hospital. */
static hune_status admit(hu_life *l, const hu_item *visit, const hu_site *s, double nights,
                         hune_err *err) {
    hu_item stay = {.day = visit->day,
                    .to = visit->day + (int32_t)(0.5 + nights),
                    .kind = HU_ITEM_STAY,
                    .number = s->hospital,
                    .code = visit->visit.diagnosis,
                    .why = "emergency"};
    int32_t end = l->exit;
    for (size_t i = l->n_away; i-- > 0 && l->away[i].from > stay.day;) end = l->away[i].from;
    if (stay.to > end) stay.to = end;
    if (visit->to > stay.to) stay.to = visit->to < end ? visit->to : end;
    return hu_add_item(l, &stay, err);
}

static hune_status own_visit(const hu_world *w, hu_life *l, int group, int32_t day, const draws *d,
                             size_t *last_stay, hune_err *err) {
    const hu_emergency *e = w->emergency;
    const int site = pick_site(e, l->department, day, d->site);
    if (site < 0 || hu_is_away(l, day)) return HUNE_OK;
    if (*last_stay && l->item[*last_stay - 1].to > day) l->item[*last_stay - 1].to = day;
    const hu_reason *why = reason_of(e, group, day, d);
    const int severity = pick(why->severity, 5, d->severity);
    const double to_bed =
        fmin(why->admit * e->group[group].admit * (severity > 1 ? 1.6 : 0.9), 0.97);
    const bool admitted = d->exit < to_bed;
    hu_item v = {.day = day,
                 .kind = HU_ITEM_EMERGENCY,
                 .number = site,
                 .minute = arrival_minute(e, l, group, day, d->hour, d->minute),
                 .code = why->reason,
                 .why = "emergency"};
    v.visit.diagnosis = why->diagnosis;
    v.visit.act = *why->act ? why->act : NULL;
    v.visit.event = -1;
    v.visit.severity = (char)(why->diagnosis[0] == 'F' && severity < 2 ? 'P' : '1' + severity);
    v.visit.exit = !admitted ? '8' : d->transfer < e->transfer ? '7' : '6';
    leave(&v, why->minutes * d->length * (admitted ? 1.4 : 1));
    HUNE_TRY(hu_add_item(l, &v, err));
    if (!admitted) return HUNE_OK;
    HUNE_TRY(admit(l, &v, &e->site[site], why->nights * d->nights, err));
    *last_stay = l->n_items;
    return HUNE_OK;
}

static hune_status own_visits(const hu_world *w, hu_life *l, hune_err *err) {
    const hu_emergency *e = w->emergency;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_EMERGENCY);
    double need = hu_rng_exp(&r);
    size_t last_stay = 0; /* index + 1 of the stay after the latest admission */
    int32_t from = l->entry;
    for (int g = hu_age_group(e, l->birth, l->entry); from < l->exit; g++) {
        int32_t to = hu_group_start(e, l->birth, g + 1);
        if (to > l->exit) to = l->exit;
        /* cum[i] is the sum of C before day from + i */
        const double *cum =
            e->cum + (size_t)(e->zone[l->department] * HU_GROUPS + g) * ((size_t)e->days + 1) +
            (from - e->first);
        const double scale = e->group[g].rate[l->sex] * l->care_factor * e->most[l->department];
        double at = cum[0];
        while (at + need / scale < cum[to - from]) {
            at += need / scale;
            const int32_t day = from + pick(cum + 1, to - from, at);
            const draws d = draw(&r);
            HUNE_TRY(own_visit(w, l, g, day, &d, &last_stay, err));
            need = hu_rng_exp(&r);
        }
        need -= (cum[to - from] - at) * scale;
        from = to;
    }
    return HUNE_OK;
}

/* What somebody says who is found to have this. */
static const char *complaint(const char *code) {
    switch (code[0]) {
    case 'I': return "R074";
    case 'J': return "R060";
    case 'K': return "R104";
    case 'S': return "T149";
    case 'G': return "R410";
    default: return "R53";
    }
}

/* In the patient's hospital, or in the department's first one and then transferred. */
static void place(const hu_world *w, const hu_life *l, hu_item *v) {
    v->number = hu_site_of(w->emergency, l->department, l->hospital, v->day);
    v->visit.exit = v->number < 0 ? '7' : '6';
    if (v->number < 0) v->number = w->emergency->first_site[l->department];
}

static hune_status on_the_way(const hu_world *w, hu_life *l, hune_err *err) {
    static const double severity[] = {0, 0.25, 0.70, 0.92, 1};
    const hu_emergency *e = w->emergency;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_EMERGENCY + 1);
    int32_t until = INT32_MIN;
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *x = &l->event[i];
        const hu_outcome *o = &w->outcome[x->outcome];
        const double through = hu_rng_unif(&r);
        const draws d = draw(&r);
        const bool inside = x->day < until; /* already in hospital */
        if (x->out > until) until = x->out;
        if (inside || through >= e->through || e->planned[x->outcome]) continue;
        const int group = hu_age_group(e, l->birth, x->day);
        hu_item v = {.day = x->day,
                     .kind = HU_ITEM_EMERGENCY,
                     .minute = arrival_minute(e, l, group, x->day, d.hour, d.minute),
                     .code = complaint(o->code[x->code]),
                     .why = "outcome"};
        v.visit.diagnosis = o->code[x->code];
        v.visit.event = (int32_t)i;
        v.visit.severity = (char)('1' + pick(severity, 5, d.severity));
        place(w, l, &v);
        leave(&v, 300 * d.length);
        if (v.to >= l->exit) v.to = v.day, v.visit.minutes = (1439 - v.minute) / 2;
        HUNE_TRY(hu_add_item(l, &v, err));
    }
    const draws d = draw(&r);
    const int32_t day = l->exit - 1;
    if (l->death != l->exit || l->death >= w->end || day < l->entry || hu_is_away(l, day) ||
        d.cause >= e->dies_there)
        return HUNE_OK;
    /* comes in the evening, dies in the night */
    hu_item v = {.day = day,
                 .kind = HU_ITEM_EMERGENCY,
                 .minute = 18 * 60 + (int)(360 * d.minute),
                 .code = "R53",
                 .why = "death"};
    v.visit.diagnosis = "R99";
    v.visit.event = -1;
    v.visit.severity = d.severity < 0.3 ? 'D' : '5';
    place(w, l, &v);
    v.visit.exit = '9';
    leave(&v, 1440 - v.minute + 20 + 300 * d.hour);
    return hu_add_item(l, &v, err);
}

hune_status hu_emergency_visits(const hu_world *w, hu_life *l, hune_err *err) {
    HUNE_TRY(own_visits(w, l, err));
    return on_the_way(w, l, err);
}

bool hu_through_emergency(const hu_life *l, int event) {
    for (size_t i = 0; i < l->n_items; i++)
        if (l->item[i].kind == HU_ITEM_EMERGENCY && l->item[i].visit.event == event) return true;
    return false;
}
