/* fraud_innocent.c - those who look like culprits and are none: kind `innocent` of the truth, with
 * the reason beside. Each resembles one of the frauds on the figures that a screen would take, and
 * differs from it in what somebody would find who reads the lines:
 *
 *   new_practice       grows from nothing within a year, like an outlier in volume, with the usual
 * mix near_hospital      a pharmacy whose customers saw another doctor and take dear drugs: they
 * come from the hospital on the day they leave it addiction_care     opioids and hypnotics week
 * after week, from one doctor and one pharmacy diabetology        a mix of drugs far from the
 * peers, for persons who are diabetic epidemic           a month of many visits, at every doctor of
 * the department sent_again         a file sent twice and taken back (fraud_rows.c, bill_twice)
 *   referral_hospital  heavy stays, which are long ones too (fraud.c, hu_fraud_stay)
 */
#include <math.h>
#include <string.h>
#include "simulate/fraud.h"

enum { C = 1111, C_CENTS = 2300, SURGEON = 4 };
static const double adult = 18;

static hu_rng rng_of(const hu_plot *p, hu_scheme s) {
    return hu_rng_at(p->w->o.seed, (uint64_t)p->l->person, HU_STREAM_FRAUD + 100 + (uint32_t)s);
}

static hu_bill bill_of(hu_scheme s, hu_actor_kind kind, const char *actor, const hu_rogue *r) {
    hu_bill b = {.scheme = s, .actor_kind = kind, .rogue = *r, .sign = 1};
    snprintf(b.actor, sizeof b.actor, "%s", actor);
    return b;
}

/* A GP of the scheme whom this person knows: the own one, or one met by chance. The bill names
 * that doctor and the own pharmacy. */
static bool known_gp(const hu_plot *p, hu_scheme s, hu_rng *r, hu_bill *b, int32_t *from,
                     int32_t *to) {
    const int number[2] = {p->l->doctor, hu_any_gp(r)};
    for (int i = 0; i < 2; i++) {
        char id[9];
        hu_rogue rogue;
        hu_provider(id, p->l, '1', number[i]);
        if (!hu_rogue_of(p->w, s, id, &rogue) || !hu_plot_span(p, &rogue, from, to)) continue;
        *b = bill_of(s, HU_ACTOR_PRESCRIBER, id, &rogue);
        hu_gp(b, p->l, number[i]);
        hu_pharmacist(b, p->l, p->l->pharmacy);
        return true;
    }
    return false;
}

static void new_practice(const hu_plot *p) {
    hu_rng r = rng_of(p, HU_S_NEW_PRACTICE);
    hu_bill like;
    int32_t from, to;
    if (!known_gp(p, HU_S_NEW_PRACTICE, &r, &like, &from, &to)) return;
    double t = from;
    while (hu_next(&t, like.rogue.strength * p->f->lines_py / 2, to, &r)) {
        hu_bill b = like;
        b.day = hu_working_day((int32_t)t);
        const bool kept = hu_rng_unif(&r) < fmin(1, (t - like.rogue.from) / HU_YEAR);
        if (!kept || b.day >= to) continue;
        /* what the person takes anyhow, or what anybody may need */
        const hu_box *own =
            p->l->n_fills ? &p->l->fill[hu_rng_below(&r, (int64_t)p->l->n_fills)] : NULL;
        const bool usual = own && own->drug >= 0 && p->w->drug[own->drug].use != HU_POINT;
        hu_add_box(p, &b, usual ? own->drug : hu_any_drug(p, HU_S_NEW_PRACTICE, &r), &r);
        if (hu_rng_unif(&r) < 0.5) hu_add_box(p, &b, hu_any_drug(p, HU_S_NEW_PRACTICE, &r), &r);
        hu_add_act(p, &b, C, C_CENTS);
        if (b.n_boxes) hu_add_bill(p, &b);
    }
}

static void near_hospital(const hu_plot *p) {
    char place[9], id[9];
    hu_rogue rogue;
    int32_t from, to;
    hu_provider(place, p->l, 'h', p->l->hospital);
    if (!hu_rogue_of(p->w, HU_S_NEAR_HOSPITAL, place, &rogue) ||
        !hu_plot_span(p, &rogue, &from, &to))
        return;
    hu_rng own = hu_rogue_rng(p->w, HU_S_NEAR_HOSPITAL, &rogue), r = rng_of(p, HU_S_NEAR_HOSPITAL);
    const int number = hu_any_pharmacy(&own);
    hu_provider(id, p->l, '2', number);
    for (size_t i = 0; i < p->l->n_events; i++) {
        const hu_event *e = &p->l->event[i];
        hu_bill b = bill_of(HU_S_NEAR_HOSPITAL, HU_ACTOR_PHARMACY, id, &rogue);
        const bool comes = hu_rng_unif(&r) < rogue.strength && !e->died;
        b.day = hu_working_day(e->out);
        hu_pharmacist(&b, p->l, number);
        hu_provider(b.prescriber, p->l, '3', 950 + (int)hu_rng_below(&r, 12));
        b.prescriber_specialty = SURGEON;
        for (int k = 0; k < 3; k++) hu_add_box(p, &b, hu_any_drug(p, HU_S_NEAR_HOSPITAL, &r), &r);
        if (comes && b.day >= from && b.day < to) hu_add_bill(p, &b);
    }
}

static void addiction_care(const hu_plot *p) {
    static const double oldest = 70;
    hu_rng r = rng_of(p, HU_S_ADDICTION);
    hu_bill like;
    int32_t from, to;
    const double age = hu_age_at(p->l, p->from);
    if (age < adult || age > oldest || !known_gp(p, HU_S_ADDICTION, &r, &like, &from, &to)) return;
    if (hu_rng_unif(&r) >= like.rogue.strength) return; /* the share of the panel in care */
    const int drug = hu_any_drug(p, HU_S_ADDICTION, &r);
    double t = from + hu_rng_unif(&r) * (to - from) / 2;
    const double until = fmin(to, t + 180 + 540 * hu_rng_unif(&r));
    for (int week = 0; t < until; week++, t += 6 + 2 * hu_rng_unif(&r)) {
        hu_bill b = like;
        b.day = hu_working_day((int32_t)t);
        if (b.day >= to) break;
        if (week % 4 == 0) hu_add_act(p, &b, C, C_CENTS);
        if (hu_add_box(p, &b, drug, &r)) hu_add_bill(p, &b);
    }
}

static void diabetology(const hu_plot *p) {
    hu_rng r = rng_of(p, HU_S_DIABETOLOGY);
    hu_bill like;
    int32_t from, to;
    if (!p->l->diabetic || !known_gp(p, HU_S_DIABETOLOGY, &r, &like, &from, &to)) return;
    if (from < p->l->diabetes_onset) from = p->l->diabetes_onset;
    double t = from;
    while (hu_next(&t, like.rogue.strength, to, &r)) { /* visits a year */
        hu_bill b = like;
        b.day = hu_working_day((int32_t)t);
        if (b.day >= to) break;
        hu_add_act(p, &b, C, C_CENTS);
        if (hu_add_box(p, &b, hu_any_drug(p, HU_S_DIABETOLOGY, &r), &r)) hu_add_bill(p, &b);
    }
}

/* Strength = share of the inhabitants who see their doctor once more in the month. */
static void epidemic(const hu_plot *p) {
    char place[9], id[9];
    hu_rogue rogue;
    int32_t from, to;
    int y, m, d;
    hu_provider(place, p->l, 'd', 0);
    if (!hu_rogue_of(p->w, HU_S_EPIDEMIC, place, &rogue)) return;
    hu_civil(rogue.from, &y, &m, &d);
    rogue.from = hu_day(y + (m > 2), 2, 1); /* the February that follows */
    rogue.to = hu_day(y + (m > 2), 3, 1);
    hu_rng r = rng_of(p, HU_S_EPIDEMIC);
    if (hu_rng_unif(&r) >= rogue.strength || !hu_plot_span(p, &rogue, &from, &to)) return;
    hu_provider(id, p->l, '1', p->l->doctor);
    hu_bill b = bill_of(HU_S_EPIDEMIC, HU_ACTOR_PRESCRIBER, id, &rogue);
    b.day = hu_working_day(from + (int32_t)hu_rng_below(&r, to - from));
    if (b.day >= to) return;
    hu_gp(&b, p->l, p->l->doctor);
    hu_pharmacist(&b, p->l, p->l->pharmacy);
    for (int i = 0; i < 2; i++) hu_add_box(p, &b, hu_any_drug(p, HU_S_EPIDEMIC, &r), &r);
    hu_add_act(p, &b, C, C_CENTS);
    if (b.n_boxes) hu_add_bill(p, &b);
}

void hu_plant_innocents(const hu_plot *p) {
    if (!(p->w->fraud->kinds & 1u << HU_FRAUD_INNOCENT)) return;
    new_practice(p);
    near_hospital(p);
    addiction_care(p);
    diabetology(p);
    epidemic(p);
}
