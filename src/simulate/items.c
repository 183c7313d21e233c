/* items.c - care outside the hospital that is no dispensing, as rows of DCIR: the items of a life
 * (doctors, laboratories, devices, nurses, physiotherapists, acts), imaging, hospital drugs, and
 * the lines that public hospitals send for information.
 *
 * Items of one day and kind that follow each other are one statement. A laboratory bills one
 * payment line for all its tests, each of which is a row of ER_BIO_F.
 */
#include <math.h>
#include "simulate/claims.h"

static const double acts_py = 0.25, hospital_drugs_py = 0.012, hospital_visits_py = 0.8;
static const double own_doctor = 0.9, private_imaging = 0.4, in_stay_drug_share = 0.03;
static const int panel_nurse = 300, panel_physio = 250, panel_lab = 60, panel_supplier = 80,
                 panel_doctor = 600;
static const int default_test_cents = 800, default_device_cents = 2500, default_act_cents = 4000;

enum {
    GP_VISIT = 1111,
    HOME_VISIT = 1211,
    SPECIALIST_VISIT = 1112,
    PSYCHIATRIST_VISIT = 1113,
    BIOLOGY = 3211,
    NURSE = 3111,
    PHYSIO = 3122,
    DEVICE = 3514,
    ACT = 1352,
    HOSPITAL_DRUG = 3317,
    PSYCHIATRY = 33
};

/* --- who ------------------------------------------------------------------------------------ */

/* A person's usual nurse, laboratory...: low numbers have many patients. */
static int usual_of(const hu_life *l, int salt, int panel) {
    const uint64_t x = hu_hash64((uint64_t)l->person * 257u + (uint64_t)salt);
    return (int)(panel * pow((double)(x >> 11) * 0x1p-53, 1.8));
}

static payer prescribed_by_gp(const claims *c, char kind, int trade, int panel) {
    const char *dpt = hu_department(c->l->department);
    payer by = {.executant_trade = trade, .prescriber_specialty = 1};
    hu_claim_number(by.executant, dpt, kind, usual_of(c->l, kind, panel));
    hu_claim_number(by.prescriber, dpt, '1', c->l->doctor);
    return by;
}

static payer any_gp(claims *c) {
    const double x = hu_rng_unif(&c->rng), y = hu_rng_unif(&c->rng);
    return hu_claim_doctor(c, 1, x < own_doctor ? c->l->doctor : (int)(panel_doctor * pow(y, 1.8)));
}

static payer payer_of(claims *c, const hu_item *it) {
    switch (it->kind) {
    case HU_ITEM_SPECIALIST:
        return hu_claim_doctor(c, it->number, hu_specialist_number(c->l, it->number));
    case HU_ITEM_BIOLOGY: return prescribed_by_gp(c, '4', HU_TRADE_LAB, panel_lab);
    case HU_ITEM_DEVICE: return prescribed_by_gp(c, '7', HU_TRADE_SUPPLIER, panel_supplier);
    case HU_ITEM_NURSE: return prescribed_by_gp(c, '5', HU_TRADE_NURSE, panel_nurse);
    case HU_ITEM_PHYSIO: return prescribed_by_gp(c, '6', HU_TRADE_PHYSIO, panel_physio);
    case HU_ITEM_ACT: return hu_claim_doctor(c, 3, hu_specialist_number(c->l, 3));
    default: return any_gp(c);
    }
}

/* --- details -------------------------------------------------------------------------------- */

void hu_claim_facility(claims *c, const statement *st, bool public_one) {
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_ETE, &b);
    if (!p) return;
    p = hu_put(p, hu_department(c->l->department), 2);
    p = hu_put_text(p, public_one ? "007801" : "007802");
    p = hu_put_text(p, public_one ? ";1;2;101;0;1;7;0\n" : ";0;2;365;0;2;7;0\n");
    hu_used(b, p);
}

static void put_act(claims *c, const statement *st, const char *ccam, int cents) {
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_CAM, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, ccam);
    p = hu_put(p, ";1;0;;", 6);
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_cents(p, cents);
    *p++ = '\n';
    hu_used(b, p);
}

static void put_test(claims *c, const statement *st, int nth, const char *nabm) {
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_BIO, &b);
    if (!p) return;
    p = hu_put_int(p, nth);
    *p++ = ';';
    p = hu_put_text(p, nabm ? nabm : "1104");
    p = hu_put(p, ";1\n", 3);
    hu_used(b, p);
}

static void put_device(claims *c, const statement *st, const char *lpp, int cents) {
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_TIP, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, lpp ? lpp : "1270463");
    p = hu_put(p, ";A;1;", 5);
    for (int k = 0; k < 2; k++) {
        p = hu_put_cents(p, cents);
        *p++ = ';';
    }
    p = hu_put_day(c->w, p, st->day); /* bought, not hired: one day */
    *p++ = ';';
    p = hu_put_day(c->w, p, st->day);
    *p++ = '\n';
    hu_used(b, p);
}

/* ER_UCD_F exists since the flows of 2007. */
static int32_t hospital_drugs_from(void) {
    return hu_day(2007, 1, 1);
}

static void put_hospital_drug(claims *c, statement *st, const hu_ucd *u, bool on_list) {
    hu_claim_payment(c, st, HOSPITAL_DRUG, 1, u->price_cents, 100, 0);
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_UCD, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, u->code);
    p = hu_put(p, ";1;0;", 5);
    p = hu_put_cents(p, u->price_cents);
    p = hu_put_text(p, on_list ? ";1\n" : ";0\n");
    hu_used(b, p);
    hu_claim_facility(c, st, false);
}

/* --- items ---------------------------------------------------------------------------------- */

/* The tests of one visit to the laboratory: how many items of this day and kind follow. */
static size_t tests(const hu_life *l, size_t i) {
    size_t n = 1;
    while (i + n < l->n_items && l->item[i + n].kind == HU_ITEM_BIOLOGY &&
           l->item[i + n].day == l->item[i].day && l->item[i + n].why == l->item[i].why)
        n++;
    return n;
}

static int price(const hu_item *it, int otherwise) {
    return it->number > 0 ? it->number : otherwise;
}

static void put_item(claims *c, const hu_item *it, size_t n) {
    const payer by = payer_of(c, it);
    statement st;
    if (hu_unseen(c->w, c->names, it->day)) return;
    hu_claim_begin(c, &st, it->day, &by, 0);
    int nature = GP_VISIT, cents = 2300, rate = 70;
    switch (it->kind) {
    case HU_ITEM_SPECIALIST:
        nature = it->number == PSYCHIATRY ? PSYCHIATRIST_VISIT : SPECIALIST_VISIT;
        cents = it->number == PSYCHIATRY ? 4370 : 2800;
        break;
    case HU_ITEM_BIOLOGY:
        nature = BIOLOGY;
        cents = price(it, default_test_cents * (int)n);
        rate = 60;
        break;
    case HU_ITEM_DEVICE:
        nature = DEVICE;
        cents = price(it, default_device_cents);
        rate = 65;
        break;
    case HU_ITEM_NURSE: nature = NURSE, cents = 650, rate = 60; break;
    case HU_ITEM_PHYSIO: nature = PHYSIO, cents = 1632, rate = 60; break;
    case HU_ITEM_ACT: nature = ACT, cents = price(it, default_act_cents); break;
    default:
        if (it->number == 1) nature = HOME_VISIT, cents = 3300;
    }
    hu_claim_payment(c, &st, nature, 1, cents, rate, 0);
    if (it->kind == HU_ITEM_BIOLOGY)
        for (size_t k = 0; k < n; k++) put_test(c, &st, (int)k + 1, it[k].code);
    if (it->kind == HU_ITEM_DEVICE) put_device(c, &st, it->code, cents);
    if (it->kind == HU_ITEM_ACT) put_act(c, &st, it->code ? it->code : "DEQP003", cents);
    hu_claim_supplements(c, &st, nature);
}

static void items(claims *c) {
    const hu_life *l = c->l;
    for (size_t i = 0, n; i < l->n_items; i += n) {
        const hu_item *it = &l->item[i];
        n = it->kind == HU_ITEM_BIOLOGY ? tests(l, i) : 1;
        if (it->kind <= HU_ITEM_ACT && it->day >= l->entry && it->day < l->exit) put_item(c, it, n);
    }
}

/* --- other visits --------------------------------------------------------------------------- */

static void imaging(claims *c, int32_t day) {
    const hu_act *a = &c->w->act[hu_rng_below(&c->rng, c->w->n_acts)];
    const bool in_clinic = hu_rng_unif(&c->rng) < private_imaging;
    const payer by = hu_claim_doctor(c, 6, hu_specialist_number(c->l, 6));
    statement st;
    if (hu_unseen(c->w, c->names, day)) return;
    hu_claim_begin(c, &st, day, &by, 0);
    hu_claim_payment(c, &st, a->nature, 1, a->price_cents, 70, 0);
    put_act(c, &st, a->ccam, a->price_cents);
    if (in_clinic) hu_claim_facility(c, &st, false);
    hu_claim_supplements(c, &st, a->nature);
}

static void hospital_drug(claims *c, int32_t day) {
    const hu_ucd *u = &c->w->ucd[hu_rng_below(&c->rng, c->w->n_ucd)];
    const payer by = hu_claim_doctor(c, 1, c->l->doctor);
    statement st;
    if (day < hospital_drugs_from() || hu_unseen(c->w, c->names, day)) return;
    hu_claim_begin(c, &st, day, &by, 0);
    put_hospital_drug(c, &st, u, false);
}

/* Poisson visits at a rate over the days observed. */
static void visits_at(claims *c, double rate_py, hu_rng *r, void (*one)(claims *, int32_t)) {
    if (rate_py <= 0) return;
    double t = c->l->entry;
    for (;;) {
        t += hu_rng_exp(r) / rate_py * HU_YEAR;
        const int32_t day = hu_weekday((int32_t)t) == 6 ? (int32_t)t + 1 : (int32_t)t;
        if (day >= c->l->exit) return;
        one(c, day);
    }
}

/* --- dirt ----------------------------------------------------------------------------------- */

/* A visit to a public hospital, which the PMSI has too: sent for information only. Their number
 * follows the share of hospitals that bill directly in that year. */
static void information(claims *c, int32_t day, hu_rng *r) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    const bool direct = hu_rng_unif(r) < hu_direct_billing(c->w, y);
    if (!direct || hu_weekday(day) == 6 || hu_unseen(c->w, c->names, day)) return;
    const payer by = hu_claim_doctor(c, 4, hu_specialist_number(c->l, 4));
    statement st;
    hu_claim_begin(c, &st, day, &by, 0);
    hu_claim_payment(c, &st, SPECIALIST_VISIT, 1, 2800, 70, 71);
    hu_claim_facility(c, &st, true);
}

static void all_information(claims *c) {
    hu_rng r = hu_rng_at(c->w->o.seed, (uint64_t)c->l->person, HU_STREAM_TABLES + HU_TABLES_BILLED);
    for (size_t i = 0; i < c->l->n_items; i++)
        if (c->l->item[i].kind == HU_ITEM_OUTPATIENT) information(c, c->l->item[i].day, &r);
    for (double t = c->l->entry;;) {
        t += hu_rng_exp(&r) / hospital_visits_py * HU_YEAR;
        if (t >= c->l->exit) return;
        information(c, (int32_t)t, &r);
    }
}

/* Expensive drugs of a stay in a private hospital are the only ones that show. */
static void drugs_of_stays(claims *c) {
    hu_rng r = hu_rng_at(c->w->o.seed, (uint64_t)c->l->person, HU_STREAM_TABLES + HU_TABLES_DRUGS);
    for (size_t i = 0; i < c->s->n_stays; i++) {
        const hu_stay *v = &c->s->stay[i];
        const bool given = hu_rng_unif(&r) < in_stay_drug_share;
        const hu_ucd *u = &c->w->ucd[hu_rng_below(&r, c->w->n_ucd)];
        if (!given || v->out <= v->in || v->in < c->l->entry || v->in < hospital_drugs_from() ||
            hu_unseen(c->w, c->names, v->in))
            continue;
        const payer by = hu_claim_doctor(c, 4, hu_specialist_number(c->l, 4));
        const int32_t day = hu_weekday(v->in) == 6 ? v->in + 1 : v->in;
        statement st;
        if (day >= c->l->exit) continue;
        hu_claim_begin(c, &st, day, &by, 0);
        put_hospital_drug(c, &st, u, true);
    }
}

void hu_claim_items(claims *c) {
    const hu_world *w = c->w;
    const uint64_t person = (uint64_t)c->l->person;
    c->rng = hu_rng_at(w->o.seed, person, HU_STREAM_TABLES + HU_TABLES_ITEM);
    items(c);
    hu_rng acts = hu_rng_at(w->o.seed, person, HU_STREAM_ACTS);
    visits_at(c, acts_py * c->l->care_factor, &acts, imaging);
    visits_at(c, hospital_drugs_py, &acts, hospital_drug);
    if (w->dirt[HU_DIRT_INFO]) all_information(c);
    if (w->dirt[HU_DIRT_INSTAY]) drugs_of_stays(c);
}
