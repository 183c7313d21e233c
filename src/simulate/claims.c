/* claims.c - a life's dispensings as rows of DCIR; the rest of care is in items.c.
 *
 * Dispensings of one day are one visit to the pharmacy: one statement (DCT_ORD_NUM), a payment line
 * (ER_PRS_F) and a drug line (ER_PHA_F) for each. The nine keys of a line are unique: the statement
 * number counts within the person, whose number is in it. What makes the tables dirty is drawn
 * from streams of its own, one a dirt: switching dirt on or off changes no life, and no other dirt.
 */
#include <math.h>
#include "simulate/claims.h"
#include "simulate/fraud.h"

static const double cancel_share = 0.006, replaced = 0.5, later_flow = 0.5;
static const double consult_share = 0.15, specialist_share = 0.15;

/* Delays: 85 % electronic, mean 6 days; 15 % paper, mean 45 days. A part of paper comes very late,
 * more of it from pharmacies: that makes 2 % of a year's dispensings that are not there after 18
 * months of flows, and 1 % of all care after six. */
static const double paper_share = 0.15;
static const double tail_share[2] = {0.015, 0.125}; /* of paper: others, pharmacies */
static const double tail_from[2] = {180, 18.2 * 30.4}, tail_to = 27 * 30.4;
enum { LATEST_MONTHS = 28 }; /* after care; world.c keeps as many flows */

static const double after_death_share = 0.0128; /* of boxes of the dead: 0.05 % of lines */
static const double fictive_share = 0.002, impossible_share = 0.0003;
static const double supplement_share = 0.02, no_object_share = 0.01;
static const double unknown_atc_share = 0.001, retired_share = 0.002;
static const char impossible_psa[] = "xxxxxxxxxxxxxxxxx";

static int month_of(const hu_world *w, int32_t day) {
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    return y * 12 + m - 1 - w->first_month;
}

static int32_t first_of_month(const hu_world *w, int month) {
    const int k = w->first_month + month;
    return hu_day(k / 12, k % 12 + 1, 1);
}

/* Days from care to the information system. Clean tables: six, within the month of care. */
static int32_t treated_on(claims *c, int32_t day, bool drugs) {
    const hu_world *w = c->w;
    if (!w->dirt[HU_DIRT_LATE]) {
        const int32_t last = first_of_month(w, month_of(w, day) + 1) - 1;
        return day + 6 < last ? day + 6 : last;
    }
    hu_rng *r = &c->s->dirt;
    double delay = 1 + 5 * hu_rng_exp(r);
    if (hu_rng_unif(r) < paper_share) {
        delay = 5 + 20 * (hu_rng_exp(r) + hu_rng_exp(r));
        if (hu_rng_unif(r) < tail_share[drugs])
            delay = tail_from[drugs] + (tail_to - tail_from[drugs]) * hu_rng_unif(r);
    }
    return day + (int32_t)fmin(delay, tail_to);
}

static bool happens(const claims *c, hu_dirt d, double share) {
    return c->w->dirt[d] && hu_rng_unif(&c->s->of[d]) < share;
}

void hu_claim_begin(claims *c, statement *st, int32_t day, const payer *by, int later_months) {
    const hu_world *w = c->w;
    const hu_life *l = c->l;
    const hu_scheme_row *scheme = hu_scheme_on(w, c->names, day);
    st->drugs = by->executant_trade == HU_TRADE_PHARMACY;
    int32_t treated = treated_on(c, day, st->drugs);
    int month = month_of(w, treated) + 1 + later_months;
    const int last = month_of(w, day) + LATEST_MONTHS;
    if (month > last) month = last;
    if (later_months) treated = first_of_month(w, month) - 10;
    if (treated > c->last_flow) c->last_flow = treated;
    const int64_t number = l->person % 500000 * 2000 + c->statements % 2000;
    const char *dpt = hu_department(l->department);
    char *p = hu_put_day(w, st->key, first_of_month(w, month));
    *p++ = ';';
    p = hu_put_day(w, p, treated);
    p = hu_put(p, ";1;", 3);
    p = hu_put_int(p, 1 + l->person / 500000);
    *p++ = ';';
    p = hu_put_int(p, c->statements++ / 2000);
    *p++ = ';';
    p = hu_put(p, scheme->prefix, 3);
    p = hu_put(p, dpt, 2);
    p = hu_put(p, "1001;", 5);
    p = hu_put_int(p, number);
    *p++ = ';';
    st->key_len = (size_t)(p - st->key);

    int y, m, d;
    hu_civil(l->birth, &y, &m, &d);
    st->impossible = c->number == DRAW ? happens(c, HU_DIRT_IDENTITY, impossible_share)
                                       : c->number == IMPOSSIBLE;
    p = hu_put(st->who, st->impossible ? impossible_psa : hu_psa_on(c->names, day), 17);
    *p++ = ';';
    *p++ = (char)('0' + hu_rank_on(c->names, day));
    p = hu_put(p, ";00;", 4);
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    p = hu_put_digits(p, y, 4);
    p = hu_put(p, ";0", 2);
    p = hu_put(p, dpt, 2);
    *p++ = ';';
    p = hu_put_digits(p, l->commune, 3);
    *p++ = ';';
    p = hu_put_int(p, scheme->large);
    *p++ = ';';
    p = hu_put_day(w, p, day);
    *p++ = ';';
    p = hu_put_day(w, p, day);
    *p++ = ';';
    p = hu_put_day(w, p,
                   day - (int32_t)((l->person + day) % 4)); /* prescribed up to 3 days before */
    *p++ = ';';
    p = hu_put(p, by->executant, 8);
    *p++ = ';';
    p = hu_put_int(p, by->executant_specialty);
    *p++ = ';';
    p = hu_put_int(p, by->executant_trade);
    *p++ = ';';
    p = hu_put(p, by->prescriber, 8);
    *p++ = ';';
    p = hu_put_int(p, by->prescriber_specialty);
    *p++ = ';';
    st->who_len = (size_t)(p - st->who);
    st->month = month;
    st->lines = 0;
    st->day = day;
    hu_practitioner(&c->s->tally, by->executant);
    hu_practitioner(&c->s->tally, by->prescriber);
}

static char *put_key(char *p, const statement *st) {
    p = hu_put(p, st->key, st->key_len);
    p = hu_put_int(p, st->lines);
    return hu_put(p, ";0;", 3);
}

typedef struct line { /* of ER_PRS_F */
    int nature, base, supplement, quantity, rate, qualifier;
    int64_t cents;
} line;

static void put_line(claims *c, statement *st, const line *x) {
    hu_buf *b = &c->s->file[hu_flow_file(c->w, HU_PRS, st->month)];
    char *p = hu_room(b, 512);
    st->lines++;
    if (!p) return;
    p = put_key(p, st);
    p = hu_put(p, st->who, st->who_len);
    p = hu_put_int(p, x->nature);
    *p++ = ';';
    p = hu_put_int(p, x->base);
    *p++ = ';';
    p = hu_put_int(p, x->supplement);
    *p++ = ';';
    p = hu_put_int(p, x->quantity);
    *p++ = ';';
    p = hu_put_cents(p, x->cents);
    *p++ = ';';
    p = hu_put_cents(p, x->cents);
    *p++ = ';';
    p = hu_put_cents(p, x->cents * x->rate / 100);
    *p++ = ';';
    p = hu_put_int(p, x->rate);
    *p++ = ';';
    p = hu_put_int(p, x->qualifier);
    *p++ = ';';
    p = hu_put_int(p, x->qualifier);
    *p++ = '\n';
    hu_used(b, p);
    c->s->tally.rows++;
}

void hu_claim_payment(claims *c, statement *st, int nature, int quantity, int64_t cents, int rate,
                      int qualifier) {
    const line x = {.nature = nature,
                    .base = nature,
                    .quantity = quantity,
                    .cents = cents,
                    .rate = rate,
                    .qualifier = qualifier};
    put_line(c, st, &x);
}

/* Lines that say nothing of care: a surcharge on an act (CPL_MAJ_TOP 2) and an act without object
 * (BSE_PRS_NAT 0). They come last in a statement, so that details find their own line. */
void hu_claim_supplements(claims *c, statement *st, int nature) {
    if (!c->w->dirt[HU_DIRT_SUPPLEMENTS]) return;
    if (happens(c, HU_DIRT_SUPPLEMENTS, supplement_share))
        put_line(c, st,
                 &(line){.nature = nature,
                         .base = nature,
                         .supplement = 2,
                         .quantity = 1,
                         .cents = 50,
                         .rate = 100});
    if (happens(c, HU_DIRT_SUPPLEMENTS, no_object_share))
        put_line(c, st, &(line){.nature = nature, .quantity = 1, .cents = 100, .rate = 70});
}

char *hu_claim_detail(claims *c, const statement *st, int table, hu_buf **b) {
    *b = &c->s->file[hu_flow_file(c->w, table, st->month)];
    char *p = hu_room(*b, 256);
    c->s->tally.rows++;
    return p ? put_key(p, st) : NULL;
}

/* "CIP13;CIP7;" of a box. With the dirt of codes: CIP7 alone before 2012, both until 2014, then
 * CIP13 alone; a few packs have no ATC code or are gone from the drug table. A line and what takes
 * it back have the same code, so it hangs on the box and not on a stream. */
static char *put_codes(const claims *c, char *p, const hu_box *f, int32_t day) {
    const hu_drug *d = &c->w->drug[f->drug];
    const hu_pack *k = &d->pack[f->pack];
    if (!c->w->dirt[HU_DIRT_CODES]) return hu_put_text(p, k->codes);
    char odd13[14], odd7[8];
    const char *cip13 = k->cip13, *cip7 = k->cip7;
    const uint64_t x = hu_hash64(c->w->o.seed ^ (uint64_t)c->l->person << 20) ^
                       (uint64_t)f->day << 10 ^ (uint64_t)f->drug;
    const double u = (double)(hu_hash64(x) >> 11) * 0x1p-53;
    if (u < unknown_atc_share + retired_share) {
        hu_odd_pack(d, u >= unknown_atc_share, odd13, odd7);
        cip13 = odd13;
        cip7 = odd7;
    }
    if (day < c->w->both_codes) p = hu_put(p, "0", 1);
    else p = hu_put(p, cip13, 13);
    *p++ = ';';
    if (day < c->w->new_codes) p = hu_put(p, cip7, 7);
    *p++ = ';';
    return p;
}

static void drug_line(claims *c, statement *st, const hu_box *f, int sign) {
    const hu_pack *k = &c->w->drug[f->drug].pack[f->pack];
    const int boxes = sign * k->boxes * (f->again % HU_RENEWAL);
    hu_claim_payment(c, st, k->rate >= 100 ? 3311 : 3313, boxes, (int64_t)boxes * k->price_cents,
                     k->rate, 0);
    hu_buf *b;
    char *p = hu_claim_detail(c, st, HU_PHA, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = put_codes(c, p, f, st->day);
    p = hu_put_int(p, boxes);
    *p++ = ';';
    p = hu_put_cents(p, k->price_cents);
    p = hu_put(p, ";;", 2);
    p = hu_put_int(p, f->again / HU_RENEWAL);
    *p++ = '\n';
    hu_used(b, p);
    c->s->tally.drug_lines++;
}

/* A line of the visit is taken back, and half the time sold again. */
static void cancel(claims *c, const statement *first, const payer *by, const hu_box *f) {
    hu_rng *r = &c->s->of[HU_DIRT_CANCEL];
    if (hu_rng_unif(r) >= cancel_share) return;
    const int later = hu_rng_unif(r) < later_flow ? 0 : 1 + (int)hu_rng_below(r, 3);
    const bool again = hu_rng_unif(r) < replaced;
    statement st;
    c->number = first->impossible ? IMPOSSIBLE : POSSIBLE; /* as in the line taken back */
    hu_claim_begin(c, &st, first->day, by, later);
    c->number = DRAW;
    drug_line(c, &st, f, -1);
    if (again) drug_line(c, &st, f, 1);
}

void hu_claim_number(char out[9], const char *dpt, char kind, int n) {
    char *p = hu_put(out, dpt, 2);
    *p++ = kind;
    *hu_put_digits(p, n, 5) = '\0';
}

static payer pharmacy(claims *c) {
    static const int specialties[] = {3, 33, 7, 42, 14, 13, 32, 5};
    const char *dpt = hu_department(c->l->department);
    payer by = {.executant_trade = HU_TRADE_PHARMACY, .prescriber_specialty = 1};
    hu_claim_number(by.executant, dpt, '2', c->l->pharmacy);
    if (hu_rng_unif(&c->rng) < specialist_share) {
        by.prescriber_specialty = specialties[hu_rng_below(&c->rng, 8)];
        hu_claim_number(by.prescriber, dpt, '3',
                        hu_specialist_number(c->l, by.prescriber_specialty));
    } else hu_claim_number(by.prescriber, dpt, '1', c->l->doctor);
    return by;
}

payer hu_claim_doctor(const claims *c, int specialty, int number) {
    payer by = {.executant_specialty = specialty, .prescriber_specialty = specialty};
    hu_claim_number(by.executant, hu_department(c->l->department), specialty == 1 ? '1' : '3',
                    number);
    memcpy(by.prescriber, by.executant, sizeof by.prescriber);
    return by;
}

/* Tell fraud.c of a visit: n boxes, or an act without any. */
static void seen(claims *c, const statement *st, const payer *by, const hu_box *const *fills,
                 int n) {
    if (!c->w->fraud || (!c->s->fraud->twice && !c->s->fraud->again)) return;
    hu_bill b = {.day = st->day,
                 .executant_specialty = by->executant_specialty,
                 .executant_trade = by->executant_trade,
                 .prescriber_specialty = by->prescriber_specialty,
                 .n_boxes = n < HU_BILL_BOXES ? n : HU_BILL_BOXES,
                 .nature = n ? 0 : 1111,
                 .price_cents = n ? 0 : 2300};
    memcpy(b.executant, by->executant, sizeof b.executant);
    memcpy(b.prescriber, by->prescriber, sizeof b.prescriber);
    for (int i = 0; i < b.n_boxes; i++) b.box[i] = *fills[i];
    hu_fraud_seen(c->w, c->l, c->s, &b);
}

/* Draws of a visit hang on its day, so that a visit more or less changes no other. */
static void visit(claims *c, const hu_box *const *fills, int n, int32_t day) {
    c->rng = hu_rng_at(c->w->o.seed, (uint64_t)c->l->person, HU_STREAM_CLAIMS);
    c->rng.counter[0] = (uint32_t)day * 4;
    const payer by = pharmacy(c);
    const bool consults = hu_rng_unif(&c->rng) < consult_share;
    statement st;
    if (hu_unseen(c->w, c->names, day)) return;
    hu_claim_begin(c, &st, day, &by, 0);
    for (int i = 0; i < n; i++) drug_line(c, &st, fills[i], 1);
    seen(c, &st, &by, fills, n);
    hu_claim_supplements(c, &st, 3313);
    if (c->w->dirt[HU_DIRT_CANCEL])
        for (int i = 0; i < n; i++) cancel(c, &st, &by, fills[i]);
    if (!consults) return;
    const payer gp = hu_claim_doctor(c, 1, c->l->doctor);
    hu_claim_begin(c, &st, day, &gp, 0);
    hu_claim_payment(c, &st, 1111, 1, 2300, 70, 0);
    seen(c, &st, &gp, fills, 0);
    hu_claim_supplements(c, &st, 1111);
}

/* Merge sort of n numbers; scratch as long. */
static void sort_u64(uint64_t *x, uint64_t *scratch, size_t n) {
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            const size_t mid = at + width < n ? at + width : n,
                         end = at + 2 * width < n ? at + 2 * width : n;
            size_t i = at, k = mid;
            for (size_t o = at; o < end; o++)
                scratch[o] = k >= end || (i < mid && x[i] <= x[k]) ? x[i++] : x[k++];
        }
        memcpy(x, scratch, n * sizeof *x);
    }
}

/* Boxes that somebody fetches for one who is dead, or that are dated wrongly. */
static void after_death(claims *c, size_t n) {
    const hu_life *l = c->l;
    if (!c->w->dirt[HU_DIRT_DEATH] || l->death >= c->w->end) return;
    for (size_t i = 0; i < n; i++) {
        if (!happens(c, HU_DIRT_DEATH, after_death_share)) continue;
        const hu_box *one = &l->fill[l->order[i] & 0xFFFFFF];
        int32_t day = l->death + 2 + (int32_t)hu_rng_below(&c->s->of[HU_DIRT_DEATH], 30);
        day += hu_weekday(day) == 6;
        if (day < c->w->end) visit(c, &one, 1, day);
    }
}

static void drug_visits(claims *c, hu_life *l, hune_err *err) {
    enum { MOST = 128 };
    const hu_box *same[MOST];
    size_t n = 0;
    if (hu_grow(&l->order, &l->cap_order, l->n_fills + 1, sizeof *l->order, err) ||
        hu_grow(&l->scratch, &l->cap_scratch, l->n_fills + 1, sizeof *l->scratch, err) ||
        hu_boxes_appear(c->w, l, c->s, err)) {
        c->s->file[0].failed = true;
        return;
    }
    const int32_t *when = c->s->when;
    for (size_t i = 0; i < l->n_fills; i++) {
        const hu_box *f = &l->fill[i];
        if (f->drug < 0 || when[i] < l->entry || when[i] >= l->exit) continue;
        l->order[n++] = (uint64_t)when[i] << 40 | (uint64_t)f->drug << 24 | i;
    }
    sort_u64(l->order, l->scratch, n);
    for (size_t i = 0; i < n;) {
        const int32_t day = (int32_t)(l->order[i] >> 40);
        int k = 0;
        for (; i < n && (int32_t)(l->order[i] >> 40) == day && k < MOST; i++)
            same[k++] = &l->fill[l->order[i] & 0xFFFFFF];
        visit(c, same, k, day);
    }
    after_death(c, n);
}

/* A flat payment under a number that is no person's. */
static void fictive_claim(claims *c, const hu_names *nobody) {
    const hu_names *own = c->names;
    const payer by = hu_claim_doctor(c, 1, c->l->doctor);
    statement st;
    c->names = nobody;
    hu_claim_begin(c, &st, c->l->entry, &by, 0);
    hu_claim_payment(c, &st, 1111, 1, 2300, 70, 0);
    c->names = own;
}

/* --- planted bills (fraud.h): the pen of the honest ones ------------------------------------ */

void hu_claim_provider(char out[9], const hu_life *l, char kind, int number) {
    hu_claim_number(out, hu_department(l->department), kind, number);
}

void hu_claim_bill(claims *c, const hu_bill *b) {
    payer by = {.executant_specialty = b->executant_specialty,
                .executant_trade = b->executant_trade,
                .prescriber_specialty = b->prescriber_specialty};
    char key[128];
    statement st;
    memcpy(by.executant, b->executant, sizeof by.executant);
    memcpy(by.prescriber, b->prescriber, sizeof by.prescriber);
    c->number = POSSIBLE; /* the dirt of honest rows must not move */
    hu_claim_begin(c, &st, b->day, &by, b->later);
    for (int i = 0; i < b->n_boxes || (!b->n_boxes && i < 1); i++) {
        int64_t cents = b->sign * b->price_cents;
        if (b->n_boxes) {
            const hu_box *f = &b->box[i];
            const hu_pack *k = &c->w->drug[f->drug].pack[f->pack];
            drug_line(c, &st, f, b->sign);
            cents = (int64_t)b->sign * k->boxes * (f->again % HU_RENEWAL) * k->price_cents;
        } else hu_claim_payment(c, &st, b->nature, b->sign, cents, 70, 0);
        /* without its last semicolon */
        hu_fraud_line(c->w, c->s, b, key, (size_t)(put_key(key, &st) - key) - 1, cents);
    }
    c->number = DRAW;
}

void hu_write_claims(const hu_world *w, hu_life *l, const hu_names *n, hu_sheets *s,
                     hune_err *err) {
    claims c = {.w = w, .l = l, .names = n, .s = s};
    hu_fraud_begin(w, l, n, s);
    if (l->entry < l->exit) {
        drug_visits(&c, l, err);
        hu_claim_items(&c);
    }
    hu_names nobody = *n;
    for (int i = 0; i < nobody.n; i++) nobody.psa[i].text[0] = 'F';
    const bool fictive = happens(&c, HU_DIRT_IDENTITY, fictive_share);
    if (fictive && l->entry < l->exit) fictive_claim(&c, &nobody);
    hu_fraud_claims(&c, w, l, s);
    hu_write_person(w, l, n, c.last_flow, s);
    if (fictive) hu_write_fictive(w, l, &nobody, s);
}
