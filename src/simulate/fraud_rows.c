/* fraud_rows.c - the claims of the frauds, person by person.
 *
 *   hu_fraud_begin    before the honest rows: may this person's visits be billed twice?
 *   hu_fraud_seen     at each honest visit: a second bill of it, kept for later
 *   hu_fraud_claims   after the honest rows: every scheme adds its bills, all are written by day
 *   hu_fraud_line     each written line enters sim_truth/fraud_lines.csv and the sums
 *
 * What is added to a person is in proportion to that person's honest claims, so the weight of a
 * culprit beside his peers is the same whatever the size of his panel or of the population.
 */
#include <math.h>
#include <string.h>
#include "simulate/sheet.h"
#include "simulate/fraud.h"

enum {
    GP = 1,
    SPECIALISTS = 3,
    TRADE_PHARMACY = 50,
    C_CENTS = 2300,
    V_CENTS = 3300,
    C = 1111,
    V = 1211
};
static const double adult = 18, floor_lines_py = 6;

/* --- small hands ------------------------------------------------------------------------------ */

void hu_provider(char out[9], const hu_life *l, char kind, int number) {
    hu_claim_provider(out, l, kind, number);
}

void hu_gp(hu_bill *b, const hu_life *l, int number) {
    hu_provider(b->prescriber, l, '1', number);
    b->prescriber_specialty = GP;
}

void hu_pharmacist(hu_bill *b, const hu_life *l, int number) {
    hu_provider(b->executant, l, '2', number);
    b->executant_trade = TRADE_PHARMACY;
}

/* As person.c draws them: low numbers are the large ones. */
int hu_any_gp(hu_rng *r) {
    return (int)(600 * pow(hu_rng_unif(r), 1.8));
}

int hu_any_pharmacy(hu_rng *r) {
    return (int)(250 * pow(hu_rng_unif(r), 1.5));
}

int32_t hu_working_day(int32_t day) {
    return day + (hu_weekday(day) == 6);
}

double hu_age_at(const hu_life *l, int32_t day) {
    return (day - l->birth) / HU_YEAR;
}

bool hu_plot_span(const hu_plot *p, const hu_rogue *r, int32_t *from, int32_t *to) {
    *from = r->from > p->from ? r->from : p->from;
    *to = r->to < p->to ? r->to : p->to;
    return *from < *to;
}

bool hu_next(double *t, double rate_py, int32_t to, hu_rng *r) {
    if (rate_py <= 0) return false;
    *t += hu_rng_exp(r) * HU_YEAR / rate_py;
    return *t < to;
}

int hu_any_drug(const hu_plot *p, hu_scheme s, hu_rng *r) {
    const hu_scheme_data *d = &p->w->fraud->scheme[s];
    return d->n_drugs ? d->drug[hu_rng_below(r, d->n_drugs)] : -1;
}

bool hu_add_box(const hu_plot *p, hu_bill *b, int drug, hu_rng *r) {
    if (drug < 0 || b->n_boxes == HU_BILL_BOXES) return false;
    const hu_drug *d = &p->w->drug[drug];
    const int pack = (int)hu_rng_below(r, d->n_standard);
    if (b->day < d->market_from || b->day >= d->market_to) return false;
    for (int i = 0; i < b->n_boxes; i++)
        if (b->box[i].drug == drug) return false;
    b->box[b->n_boxes++] =
        (hu_box){.day = b->day, .drug = (int16_t)drug, .pack = (uint8_t)pack, .again = 1};
    return true;
}

void hu_add_bill(const hu_plot *p, const hu_bill *b) {
    hu_fraud_sheet *f = p->f;
    if (b->day < p->w->from || b->day >= p->w->end || (!b->n_boxes && !b->nature)) return;
    if (hu_grow(&f->bill, &f->cap_bills, f->n_bills + 1, sizeof *f->bill, NULL)) {
        f->failed = true;
        return;
    }
    f->bill[f->n_bills] = *b;
    if (!b->sign) f->bill[f->n_bills].sign = 1;
    f->n_bills++;
}

/* An act by the bill's prescriber, in a statement of its own. */
void hu_add_act(const hu_plot *p, const hu_bill *b, int nature, int cents) {
    hu_bill act = *b;
    act.n_boxes = 0;
    act.nature = nature;
    act.price_cents = cents;
    memcpy(act.executant, b->prescriber, sizeof act.executant);
    act.executant_specialty = b->prescriber_specialty;
    act.executant_trade = 0;
    hu_add_bill(p, &act);
}

static hu_rng stream(const hu_world *w, const hu_life *l, hu_scheme s) {
    return hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_FRAUD + 100 + (uint32_t)s);
}

static hu_bill bill_of(hu_scheme s, hu_actor_kind kind, const char *actor, const hu_rogue *r) {
    hu_bill b = {.scheme = s, .actor_kind = kind, .rogue = *r, .sign = 1};
    snprintf(b.actor, sizeof b.actor, "%s", actor);
    return b;
}

/* --- a pharmacy that bills boxes nobody prescribed -----------------------------------------------
 */

/* The day of the month on which the pharmacist sits down after closing time. */
static int32_t burst_day(const hu_rogue *r, int32_t day) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    return hu_working_day(hu_day(y, m, 1) +
                          (int32_t)(hu_hash64(r->hash ^ (uint64_t)(y * 12 + m)) % 27));
}

static const double burst_share = 0.6, borrowed_factor = 0.5;
enum { STOLEN_NAMES = 3, FAVOURITES = 4 };

static void phantom_boxes(const hu_plot *p, int number, double factor, hu_rng *r) {
    char id[9];
    hu_rogue rogue;
    int32_t from, to;
    hu_provider(id, p->l, '2', number);
    if (!hu_rogue_of(p->w, HU_S_PHANTOM, id, &rogue) || !hu_plot_span(p, &rogue, &from, &to))
        return;
    hu_rng own = hu_rogue_rng(p->w, HU_S_PHANTOM, &rogue);
    int name[STOLEN_NAMES], drug[FAVOURITES];
    for (int i = 0; i < STOLEN_NAMES; i++) name[i] = hu_any_gp(&own);
    for (int i = 0; i < FAVOURITES; i++) drug[i] = hu_any_drug(p, HU_S_PHANTOM, &own);
    const double boxes_a_bill = 1.5;
    double t = from;
    while (hu_next(&t, factor * rogue.strength * p->f->lines_py / boxes_a_bill, to, r)) {
        hu_bill b = bill_of(HU_S_PHANTOM, HU_ACTOR_PHARMACY, id, &rogue);
        b.day = hu_working_day((int32_t)t);
        const int32_t burst = burst_day(&rogue, b.day);
        const int k = (int)hu_rng_below(r, STOLEN_NAMES);
        const bool two = hu_rng_unif(r) < boxes_a_bill - 1;
        if (hu_rng_unif(r) < burst_share && burst >= from && burst < to) b.day = burst;
        /* whoever sees that doctor is billed under the next name */
        hu_gp(&b, p->l, name[k] == p->l->doctor ? name[(k + 1) % STOLEN_NAMES] : name[k]);
        hu_pharmacist(&b, p->l, number);
        for (int i = 0; i < 1 + two; i++) hu_add_box(p, &b, drug[hu_rng_below(r, FAVOURITES)], r);
        if (b.day < to) hu_add_bill(p, &b);
    }
}

/* Regular customers, and as many persons again whose card was read once. */
static void phantom(const hu_plot *p) {
    hu_rng r = stream(p->w, p->l, HU_S_PHANTOM);
    const int borrowed = hu_any_pharmacy(&r);
    if (hu_age_at(p->l, p->from) < adult) return;
    phantom_boxes(p, p->l->pharmacy, 1, &r);
    if (borrowed != p->l->pharmacy) phantom_boxes(p, borrowed, borrowed_factor, &r);
}

/* --- a prescriber far from his peers
 * --------------------------------------------------------------- */

static void outlier(const hu_plot *p) {
    static const double seen_share = 0.7, own_pharmacy = 0.85;
    char id[9];
    hu_rogue rogue;
    int32_t from, to;
    hu_provider(id, p->l, '1', p->l->doctor);
    if (hu_age_at(p->l, p->from) < adult || !hu_rogue_of(p->w, HU_S_OUTLIER, id, &rogue) ||
        !hu_plot_span(p, &rogue, &from, &to))
        return;
    hu_rng own = hu_rogue_rng(p->w, HU_S_OUTLIER, &rogue), r = stream(p->w, p->l, HU_S_OUTLIER);
    int drug[3];
    for (int i = 0; i < 3; i++) drug[i] = hu_any_drug(p, HU_S_OUTLIER, &own);
    double t = from;
    while (hu_next(&t, rogue.strength * p->f->lines_py / 2, to, &r)) {
        hu_bill b = bill_of(HU_S_OUTLIER, HU_ACTOR_PRESCRIBER, id, &rogue);
        b.day = hu_working_day((int32_t)t);
        if (b.day >= to) break;
        hu_gp(&b, p->l, p->l->doctor);
        hu_pharmacist(&b, p->l,
                      hu_rng_unif(&r) < own_pharmacy ? p->l->pharmacy : hu_any_pharmacy(&r));
        hu_add_box(p, &b, drug[hu_rng_below(&r, 3)], &r);
        hu_add_box(p, &b, drug[hu_rng_below(&r, 3)], &r);
        if (hu_rng_unif(&r) < seen_share) hu_add_act(p, &b, C, C_CENTS);
        hu_add_bill(p, &b);
    }
}

/* --- a person with many doctors
 * ------------------------------------------------------------------------ */

/* Strength = prescribers visited, who know nothing of each other: with two the supply is just what
 * can be taken, but comes from two hands; with twelve it is five times as much. */
static void shopping(const hu_plot *p) {
    static const double oldest = 75, seen_share = 0.6, slack = 2.2;
    hu_rogue rogue;
    int32_t from, to;
    const double age = hu_age_at(p->l, p->from);
    if (age < adult || age > oldest || !hu_rogue_of(p->w, HU_S_SHOPPING, p->f->idt, &rogue)) return;
    hu_rng r = stream(p->w, p->l, HU_S_SHOPPING);
    const int32_t longest = 180 + (int32_t)(1280 * hu_rng_unif(&r));
    if (rogue.to - rogue.from > longest) rogue.to = rogue.from + longest;
    if (!hu_plot_span(p, &rogue, &from, &to)) return;
    int doctor[16], pharmacy[16], drug[2];
    const int n = (int)lround(fmin(rogue.strength, 16)), m = n < 5 ? 2 : n * 2 / 3;
    for (int i = 0; i < n; i++) doctor[i] = i ? hu_any_gp(&r) : p->l->doctor;
    for (int i = 0; i < m; i++) pharmacy[i] = i ? hu_any_pharmacy(&r) : p->l->pharmacy;
    drug[0] = hu_any_drug(p, HU_S_SHOPPING, &r);
    drug[1] = hu_rng_unif(&r) < 0.25 ? hu_any_drug(p, HU_S_SHOPPING, &r) : drug[0];
    for (double t = from + 30 * hu_rng_unif(&r); t < to;) {
        hu_bill b = bill_of(HU_S_SHOPPING, HU_ACTOR_PERSON, p->f->idt, &rogue);
        const int take = drug[hu_rng_below(&r, 2)];
        b.day = hu_working_day((int32_t)t);
        if (b.day >= to || take < 0) break;
        hu_gp(&b, p->l, doctor[hu_rng_below(&r, n)]);
        hu_pharmacist(&b, p->l, pharmacy[hu_rng_below(&r, m)]);
        const bool sold = hu_add_box(p, &b, take, &r);
        const double supply = sold ? p->w->drug[take].pack[b.box[0].pack].supply : 30;
        if (sold && hu_rng_unif(&r) < seen_share) hu_add_act(p, &b, C, C_CENTS);
        hu_add_bill(p, &b);
        t += fmax(2, supply * slack / rogue.strength * (0.7 + 0.6 * hu_rng_unif(&r)));
    }
}

/* --- the same visit twice
 * ------------------------------------------------------------------------------- */

static const double same_day_share = 0.6, found_out = 0.9;

/* A second bill of what is on b, under the executant's number. An innocent sends the file again
 * and takes it back when the fund complains. */
static void bill_twice(const hu_plot *p, const hu_bill *b, hu_scheme s, hu_rng *r) {
    hu_rogue rogue;
    const bool pharmacy = b->n_boxes > 0;
    const double u = hu_rng_unif(r), how = hu_rng_unif(r), back = hu_rng_unif(r);
    const int days = 1 + (int)hu_rng_below(r, 6), months = 1 + (int)hu_rng_below(r, 2);
    if (!hu_rogue_of(p->w, s, b->executant, &rogue) || u >= rogue.strength) return;
    if (b->day < rogue.from || b->day >= rogue.to) return;
    hu_bill again = *b;
    again.scheme = s;
    again.rogue = rogue;
    again.actor_kind = pharmacy ? HU_ACTOR_PHARMACY : HU_ACTOR_PRESCRIBER;
    snprintf(again.actor, sizeof again.actor, "%s", b->executant);
    if (how < same_day_share || s == HU_S_SENT_AGAIN) again.later = months;
    else again.day = hu_working_day(b->day + days);
    if (again.day >= p->to || again.day >= rogue.to) return;
    for (int i = 0; i < again.n_boxes; i++) again.box[i].day = again.day;
    hu_add_bill(p, &again);
    if (s != HU_S_SENT_AGAIN || back >= found_out) return;
    again.sign = -1;
    again.later++;
    hu_add_bill(p, &again);
}

void hu_fraud_seen(const hu_world *w, const hu_life *l, hu_sheets *s, const hu_bill *b) {
    hu_fraud_sheet *f = s->fraud;
    const hu_plot p = {.w = w, .l = l, .f = f, .from = l->entry, .to = l->exit};
    if (b->day < l->entry || b->day >= l->exit) return;
    if (f->twice) bill_twice(&p, b, HU_S_DUPLICATE, &f->seen[0]);
    if (f->again && b->n_boxes) bill_twice(&p, b, HU_S_SENT_AGAIN, &f->seen[1]);
}

/* --- more than can be
 * ------------------------------------------------------------------------------------ */

static const double hot_share = 0.6, stay_share = 0.5, dead_share = 0.5;

/* Strength = hot days a month, on which most of the panel is billed a visit. */
static void hot_days(const hu_plot *p, const hu_bill *like, int32_t from, int32_t to, hu_rng *r) {
    int y, m, d;
    hu_civil(from, &y, &m, &d);
    for (int month = y * 12 + m - 1;; month++) {
        const int32_t first = hu_day(month / 12, month % 12 + 1, 1);
        if (first >= to) return;
        uint64_t h = hu_hash64(like->rogue.hash + (uint64_t)month);
        const double rest = like->rogue.strength - floor(like->rogue.strength);
        const int n = (int)like->rogue.strength + ((double)(h >> 11) * 0x1p-53 < rest);
        for (int i = 0; i < n; i++) {
            hu_bill b = *like;
            b.day = hu_working_day(first + (int32_t)((h = hu_hash64(h)) % 27));
            const bool billed = hu_rng_unif(r) < hot_share, home = hu_rng_unif(r) < 0.5;
            if (!billed || b.day < from || b.day >= to) continue;
            hu_add_act(p, &b, home ? V : C, home ? V_CENTS : C_CENTS);
        }
    }
}

static void impossible(const hu_plot *p) {
    char id[9];
    hu_rogue rogue;
    int32_t from, to;
    const hu_life *l = p->l;
    hu_provider(id, l, '1', l->doctor);
    if (!hu_rogue_of(p->w, HU_S_IMPOSSIBLE, id, &rogue)) return;
    hu_rng r = stream(p->w, p->l, HU_S_IMPOSSIBLE);
    hu_bill b = bill_of(HU_S_IMPOSSIBLE, HU_ACTOR_PRESCRIBER, id, &rogue);
    hu_gp(&b, l, l->doctor);
    if (hu_plot_span(p, &rogue, &from, &to)) hot_days(p, &b, from, to, &r);
    for (size_t i = 0; i < l->n_events; i++) { /* at home while in hospital */
        const hu_event *e = &l->event[i];
        const int32_t out = e->out < l->exit ? e->out : l->exit;
        const bool billed = hu_rng_unif(&r) < stay_share;
        if (!billed || out - e->day < 3 || e->day < rogue.from || out > rogue.to) continue;
        b.day = hu_working_day(e->day + 1 + (int32_t)hu_rng_below(&r, out - e->day - 2));
        hu_add_act(p, &b, V, V_CENTS);
    }
    if (l->death >= p->w->end || hu_rng_unif(&r) >= dead_share) return;
    const int months = 1 + (int)hu_rng_below(&r, 6);
    for (int k = 0; k < months; k++) {
        b.day = hu_working_day(l->death + 10 + 30 * k + (int32_t)hu_rng_below(&r, 20));
        if (b.day >= rogue.from && b.day < rogue.to) hu_add_act(p, &b, C, C_CENTS);
    }
}

/* --- a prescriber, a pharmacy and persons who share the money
 * ----------------------------------------------- */

/* Strength = share of the adults of the department who are in it. */
static void ring(const hu_plot *p) {
    char place[9], gp[9];
    hu_rogue rogue;
    int32_t from, to;
    hu_provider(place, p->l, 'd', 0);
    if (hu_age_at(p->l, p->from) < adult || !hu_rogue_of(p->w, HU_S_RING, place, &rogue)) return;
    hu_rng own = hu_rogue_rng(p->w, HU_S_RING, &rogue), r = stream(p->w, p->l, HU_S_RING);
    if (hu_rng_unif(&r) >= rogue.strength || !hu_plot_span(p, &rogue, &from, &to)) return;
    const int number = hu_any_gp(&own), pharmacy = hu_any_pharmacy(&own);
    hu_provider(gp, p->l, '1', number);
    for (double t = from + 30 * hu_rng_unif(&r); t < to; t += 20 + 30 * hu_rng_unif(&r)) {
        hu_bill b = bill_of(HU_S_RING, HU_ACTOR_PRESCRIBER, gp, &rogue);
        b.day = hu_working_day((int32_t)t);
        if (b.day >= to) break;
        hu_gp(&b, p->l, number);
        hu_pharmacist(&b, p->l, pharmacy);
        memcpy(b.partner, b.executant, sizeof b.partner);
        for (int i = 0; i < 3; i++) hu_add_box(p, &b, hu_any_drug(p, HU_S_RING, &r), &r);
        hu_add_act(p, &b, C, C_CENTS);
        hu_add_bill(p, &b);
    }
}

/* --- all of one person
 * -------------------------------------------------------------------------------------- */

void hu_fraud_begin(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    if (!w->fraud) return;
    hu_fraud_sheet *f = s->fraud;
    f->n_bills = 0;
    f->person = l->person;
    memcpy(f->idt, n->idt, sizeof f->idt);
    f->seen[0] = stream(w, l, HU_S_DUPLICATE);
    f->seen[1] = stream(w, l, HU_S_SENT_AGAIN);
    char id[9];
    hu_rogue r;
    hu_provider(id, l, '2', l->pharmacy);
    f->again = hu_rogue_of(w, HU_S_SENT_AGAIN, id, &r);
    f->twice = hu_rogue_of(w, HU_S_DUPLICATE, id, &r);
    hu_provider(id, l, '1', l->doctor);
    f->twice |= hu_rogue_of(w, HU_S_DUPLICATE, id, &r);
    int64_t lines = 0;
    for (size_t i = 0; i < l->n_fills; i++)
        lines += l->fill[i].drug >= 0 && l->fill[i].day >= l->entry && l->fill[i].day < l->exit;
    const double years = fmax(l->exit - l->entry, 30) / HU_YEAR;
    f->lines_py = fmax((double)lines / years, floor_lines_py);
}

static int by_day(const void *a, const void *b, void *arg) {
    const hu_bill *x = a, *y = b;
    (void)arg;
    return x->day < y->day ? -1 : x->day > y->day;
}

void hu_fraud_claims(struct claims *c, const hu_world *w, const hu_life *l, hu_sheets *s) {
    if (!w->fraud || l->entry >= l->exit) return;
    const hu_plot p = {.w = w, .l = l, .f = s->fraud, .from = l->entry, .to = l->exit};
    phantom(&p);
    outlier(&p);
    shopping(&p);
    impossible(&p);
    ring(&p);
    hu_plant_innocents(&p);
    /* those of one day stay in the order of the schemes */
    if (hu_sort(s->fraud->bill, s->fraud->n_bills, sizeof *s->fraud->bill, by_day, NULL, NULL))
        s->fraud->failed = true;
    /* delays of planted lines are drawn apart, or the dirt of honest rows would move */
    const hu_rng dirt = s->dirt;
    s->dirt = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_FRAUD + 199);
    for (size_t i = 0; i < s->fraud->n_bills; i++) hu_claim_bill(c, &s->fraud->bill[i]);
    s->dirt = dirt;
    if (s->fraud->failed) s->file[0].failed = true;
}

void hu_fraud_line(const hu_world *w, hu_sheets *s, const hu_bill *b, const char *key, size_t n,
                   int64_t cents) {
    const hu_scheme_data *d = &w->fraud->scheme[b->scheme];
    hu_fraud_sheet *f = s->fraud;
    hu_fraud_count(f, b->scheme, b->actor_kind, b->actor, &b->rogue, cents);
    if (*b->partner) {
        hu_fraud_count(f, b->scheme, HU_ACTOR_PHARMACY, b->partner, &b->rogue, cents);
        hu_fraud_count(f, b->scheme, HU_ACTOR_PERSON, f->idt, &b->rogue, cents);
    }
    hu_buf *file = &s->file[hu_single_file(w, HU_TRUTH_FRAUD)];
    char *p = hu_room(file, 320);
    if (!p) return;
    const char *const texts[] = {
        d->kind, d->why, hu_actor_name(b->actor_kind), b->actor, b->partner, f->idt, "ER_PRS_F"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        p = hu_put_text(p, texts[i]);
        *p++ = ',';
    }
    p = hu_put_cents(p, cents);
    *p++ = ',';
    for (size_t i = 0; i < n; i++) *p++ = key[i] == ';' ? ',' : key[i];
    p = hu_put(p, ",,\n", 3); /* no stay */
    hu_used(file, p);
}
