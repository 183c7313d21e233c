/* claims.c - a life's care outside the hospital as rows of DCIR.
 *
 * Dispensings of one day are one visit to the pharmacy: one statement (DCT_ORD_NUM), a payment line
 * (ER_PRS_F) and a drug line (ER_PHA_F) for each. The nine keys of a line are unique: the statement
 * number counts within the person, whose number is in it. What makes the tables dirty is drawn
 * from its own stream: switching dirt on or off changes no life.
 */
#include <math.h>
#include "simulate/fraud.h"
#include "simulate/sheet.h"

static const double cancel_share = 0.006, replaced = 0.5, later_flow = 0.5;
static const double consult_share = 0.15, specialist_share = 0.15;
static const double acts_py = 0.25, hospital_drugs_py = 0.012, information_py = 0.3;
static const double paper_share = 0.15, tail_share = 0.015; /* of paper */
enum { LATEST_MONTHS = 28 }; /* after care; world.c keeps as many flows */
static const double after_death_share = 0.02, fictive_share = 0.002;

typedef struct claims {
    const hu_world *w;
    const hu_life *l;
    const hu_names *names;
    hu_sheets *s;
    hu_rng rng;
    int statements;
    int32_t last_flow;
} claims;

typedef struct statement {
    char key[96], who[176]; /* the columns that all its lines share */
    size_t key_len, who_len;
    int month; /* of the flow, from the first of the window */
    int lines;
    int32_t day;
} statement;

typedef struct payer { /* who did it and who prescribed */
    char executant[9], prescriber[9];
    int executant_specialty, executant_trade, prescriber_specialty;
} payer;

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
static int32_t treated_on(claims *c, int32_t day) {
    const hu_world *w = c->w;
    if (!w->dirt[HU_DIRT_LATE]) {
        const int32_t last = first_of_month(w, month_of(w, day) + 1) - 1;
        return day + 6 < last ? day + 6 : last;
    }
    hu_rng *r = &c->s->dirt;
    double delay = 1 + 5 * hu_rng_exp(r);
    if (hu_rng_unif(r) < paper_share) {
        delay = 5 + 40 * hu_rng_exp(r);
        if (hu_rng_unif(r) < tail_share) delay = 180 + 630 * hu_rng_unif(r);
    }
    return day + (int32_t)fmin(delay, 27 * 30.4);
}

static void begin(claims *c, statement *st, int32_t day, const payer *by, int later_months) {
    const hu_world *w = c->w;
    const hu_life *l = c->l;
    int32_t treated = treated_on(c, day);
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
    p = hu_put(p, dpt, 2);
    *p++ = 'C';
    p = hu_put(p, dpt, 2);
    p = hu_put(p, "1001;", 5);
    p = hu_put_int(p, number);
    *p++ = ';';
    st->key_len = (size_t)(p - st->key);

    int y, m, d;
    hu_civil(l->birth, &y, &m, &d);
    p = hu_put(st->who, hu_psa_on(c->names, day), 17);
    p = hu_put(p, ";1;00;", 6);
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    p = hu_put_digits(p, y, 4);
    p = hu_put(p, ";0", 2);
    p = hu_put(p, dpt, 2);
    *p++ = ';';
    p = hu_put_digits(p, l->commune, 3);
    p = hu_put(p, ";1;", 3);
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
}

static char *put_key(char *p, const statement *st) {
    p = hu_put(p, st->key, st->key_len);
    p = hu_put_int(p, st->lines);
    return hu_put(p, ";0;", 3);
}

/* One payment line; rate in percent of the tariff. */
static void payment(claims *c, statement *st, int nature, int quantity, int64_t cents, int rate,
                    int qualifier) {
    hu_buf *b = &c->s->file[hu_flow_file(c->w, HU_PRS, st->month)];
    char *p = hu_room(b, 512);
    st->lines++;
    if (!p) return;
    p = put_key(p, st);
    p = hu_put(p, st->who, st->who_len);
    p = hu_put_int(p, nature);
    *p++ = ';';
    p = hu_put_int(p, nature);
    p = hu_put(p, ";0;", 3);
    p = hu_put_int(p, quantity);
    *p++ = ';';
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_cents(p, cents * rate / 100);
    *p++ = ';';
    p = hu_put_int(p, rate);
    *p++ = ';';
    p = hu_put_int(p, qualifier);
    *p++ = ';';
    p = hu_put_int(p, qualifier);
    *p++ = '\n';
    hu_used(b, p);
    c->s->tally.rows++;
}

/* Begin a detail row of the statement's last payment line in `table`. */
static char *detail(claims *c, const statement *st, int table, hu_buf **b) {
    *b = &c->s->file[hu_flow_file(c->w, table, st->month)];
    char *p = hu_room(*b, 256);
    c->s->tally.rows++;
    return p ? put_key(p, st) : NULL;
}

static void drug_line(claims *c, statement *st, const hu_box *f, int sign) {
    const hu_pack *k = &c->w->drug[f->drug].pack[f->pack];
    const int boxes = sign * k->boxes * (f->again % HU_RENEWAL);
    payment(c, st, k->rate >= 100 ? 3311 : 3313, boxes, (int64_t)boxes * k->price_cents, k->rate,
            0);
    hu_buf *b;
    char *p = detail(c, st, HU_PHA, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, k->codes);
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
    hu_rng *r = &c->s->dirt;
    if (hu_rng_unif(r) >= cancel_share) return;
    const int later = hu_rng_unif(r) < later_flow ? 0 : 1 + (int)hu_rng_below(r, 3);
    const bool again = hu_rng_unif(r) < replaced;
    statement st;
    begin(c, &st, first->day, by, later);
    drug_line(c, &st, f, -1);
    if (again) drug_line(c, &st, f, 1);
}

static void number8(char out[9], const char *dpt, char kind, int n) {
    char *p = hu_put(out, dpt, 2);
    *p++ = kind;
    *hu_put_digits(p, n, 5) = '\0';
}

static payer pharmacy(claims *c) {
    static const int specialties[] = {3, 33, 7, 42, 14, 13, 32, 5};
    const char *dpt = hu_department(c->l->department);
    payer by = {.executant_trade = 50, .prescriber_specialty = 1};
    number8(by.executant, dpt, '2', c->l->pharmacy);
    if (hu_rng_unif(&c->rng) < specialist_share) {
        const int k = (int)hu_rng_below(&c->rng, 8);
        by.prescriber_specialty = specialties[k];
        number8(by.prescriber, dpt, '3', k * 100 + c->l->doctor % 40);
    } else number8(by.prescriber, dpt, '1', c->l->doctor);
    return by;
}

static payer doctor(const claims *c, int specialty, int number) {
    payer by = {.executant_specialty = specialty, .prescriber_specialty = specialty};
    number8(by.executant, hu_department(c->l->department), specialty == 1 ? '1' : '3', number);
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

static void visit(claims *c, const hu_box *const *fills, int n) {
    const payer by = pharmacy(c);
    statement st;
    begin(c, &st, fills[0]->day, &by, 0);
    for (int i = 0; i < n; i++) drug_line(c, &st, fills[i], 1);
    seen(c, &st, &by, fills, n);
    if (c->w->dirt[HU_DIRT_CANCEL])
        for (int i = 0; i < n; i++) cancel(c, &st, &by, fills[i]);
    if (hu_rng_unif(&c->rng) < consult_share) {
        const payer gp = doctor(c, 1, c->l->doctor);
        begin(c, &st, fills[0]->day, &gp, 0);
        payment(c, &st, 1111, 1, 2300, 70, 0);
        seen(c, &st, &gp, fills, 0);
    }
}

static void facility(claims *c, const statement *st, bool public_one) {
    hu_buf *b;
    char *p = detail(c, st, HU_ETE, &b);
    if (!p) return;
    p = hu_put(p, hu_department(c->l->department), 2);
    p = hu_put_text(p, public_one ? "007801" : "007802");
    p = hu_put_text(p, public_one ? ";1;2;101;0;1;7;0\n" : ";0;2;365;0;2;7;0\n");
    hu_used(b, p);
}

static void imaging(claims *c, int32_t day) {
    const hu_act *a = &c->w->act[hu_rng_below(&c->rng, c->w->n_acts)];
    const payer by = doctor(c, 6, 700 + c->l->doctor % 30);
    statement st;
    begin(c, &st, day, &by, 0);
    payment(c, &st, a->nature, 1, a->price_cents, 70, 0);
    hu_buf *b;
    char *p = detail(c, &st, HU_CAM, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, a->ccam);
    p = hu_put(p, ";1;0;;", 6);
    p = hu_put_cents(p, a->price_cents);
    *p++ = ';';
    p = hu_put_cents(p, a->price_cents);
    *p++ = '\n';
    hu_used(b, p);
    if (hu_rng_unif(&c->rng) < 0.4) facility(c, &st, false);
}

static void hospital_drug(claims *c, int32_t day) {
    const hu_ucd *u = &c->w->ucd[hu_rng_below(&c->rng, c->w->n_ucd)];
    const payer by = doctor(c, 1, c->l->doctor);
    statement st;
    begin(c, &st, day, &by, 0);
    payment(c, &st, 3320, 1, u->price_cents, 100, 0);
    hu_buf *b;
    char *p = detail(c, &st, HU_UCD, &b);
    if (!p) return;
    p = hu_put(p, "1;", 2);
    p = hu_put_text(p, u->code);
    p = hu_put(p, ";1;0;", 5);
    p = hu_put_cents(p, u->price_cents);
    p = hu_put(p, ";0\n", 3);
    hu_used(b, p);
    facility(c, &st, false);
}

/* Sent for information only: duplicates of visits to a public hospital. */
static void information(claims *c, int32_t day) {
    const payer by = doctor(c, 4, 900);
    statement st;
    begin(c, &st, day, &by, 0);
    payment(c, &st, 1112, 1, 2800, 70, 71);
    facility(c, &st, true);
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

static void drug_visits(claims *c, hu_life *l, hune_err *err) {
    enum { MOST = 128 };
    const hu_box *same[MOST];
    size_t n = 0;
    if (hu_grow(&l->order, &l->cap_order, l->n_fills + 1, sizeof *l->order, err) ||
        hu_grow(&l->scratch, &l->cap_scratch, l->n_fills + 1, sizeof *l->scratch, err)) {
        c->s->file[0].failed = true;
        return;
    }
    for (size_t i = 0; i < l->n_fills; i++) {
        const hu_box *f = &l->fill[i];
        if (f->drug < 0 || f->day < l->entry || f->day >= l->exit) continue;
        l->order[n++] = (uint64_t)f->day << 40 | (uint64_t)f->drug << 24 | i;
    }
    sort_u64(l->order, l->scratch, n);
    for (size_t i = 0; i < n;) {
        const int32_t day = (int32_t)(l->order[i] >> 40);
        int k = 0;
        for (; i < n && (int32_t)(l->order[i] >> 40) == day && k < MOST; i++)
            same[k++] = &l->fill[l->order[i] & 0xFFFFFF];
        visit(c, same, k);
    }
    /* a box fetched by the family */
    if (n && c->w->dirt[HU_DIRT_DEATH] && l->death < c->w->end &&
        hu_rng_unif(&c->s->dirt) < after_death_share) {
        hu_box late = l->fill[l->order[n - 1] & 0xFFFFFF];
        const hu_box *one = &late;
        late.day = l->death + 5 + (int32_t)hu_rng_below(&c->s->dirt, 30);
        if (hu_weekday(late.day) == 6) late.day++; /* closed on Sundays */
        if (late.day < c->w->end) visit(c, &one, 1);
    }
}

/* A flat payment under a number that is no person's. */
static void fictive_claim(claims *c) {
    hu_names nobody = *c->names;
    nobody.psa[0][0] = nobody.psa[1][0] = 'F';
    const hu_names *own = c->names;
    const payer by = doctor(c, 1, c->l->doctor);
    statement st;
    c->names = &nobody;
    begin(c, &st, c->l->entry, &by, 0);
    payment(c, &st, 1111, 1, 2300, 70, 0);
    c->names = own;
}

/* --- planted bills (fraud.h): the pen of the honest ones ---------------------------------------
 */

void hu_claim_provider(char out[9], const hu_life *l, char kind, int number) {
    number8(out, hu_department(l->department), kind, number);
}

void hu_claim_bill(claims *c, const hu_bill *b) {
    payer by = {.executant_specialty = b->executant_specialty,
                .executant_trade = b->executant_trade,
                .prescriber_specialty = b->prescriber_specialty};
    char key[128];
    statement st;
    memcpy(by.executant, b->executant, sizeof by.executant);
    memcpy(by.prescriber, b->prescriber, sizeof by.prescriber);
    begin(c, &st, b->day, &by, b->later);
    for (int i = 0; i < b->n_boxes || (!b->n_boxes && i < 1); i++) {
        int64_t cents = b->sign * b->price_cents;
        if (b->n_boxes) {
            const hu_box *f = &b->box[i];
            const hu_pack *k = &c->w->drug[f->drug].pack[f->pack];
            drug_line(c, &st, f, b->sign);
            cents = (int64_t)b->sign * k->boxes * (f->again % HU_RENEWAL) * k->price_cents;
        } else payment(c, &st, b->nature, b->sign, cents, 70, 0);
        /* without its last semicolon */
        hu_fraud_line(c->w, c->s, b, key, (size_t)(put_key(key, &st) - key) - 1, cents);
    }
}

void hu_write_claims(const hu_world *w, hu_life *l, const hu_names *n, hu_sheets *s,
                     hune_err *err) {
    claims c = {.w = w,
                .l = l,
                .names = n,
                .s = s,
                .rng = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_CLAIMS)};
    hu_fraud_begin(w, l, n, s);
    if (l->entry < l->exit) {
        drug_visits(&c, l, err);
        hu_rng acts = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_ACTS);
        visits_at(&c, acts_py * l->care_factor, &acts, imaging);
        visits_at(&c, hospital_drugs_py, &acts, hospital_drug);
        if (w->dirt[HU_DIRT_INFO]) visits_at(&c, information_py, &s->dirt, information);
    }
    const bool fictive = w->dirt[HU_DIRT_IDENTITY] && hu_rng_unif(&s->dirt) < fictive_share;
    if (fictive && l->entry < l->exit) fictive_claim(&c);
    hu_fraud_claims(&c, w, l, s);
    hu_write_person(w, l, n, c.last_flow, s);
    if (!fictive) return;
    hu_names nobody = *n;
    nobody.psa[0][0] = 'F';
    hu_write_fictive(w, l, &nobody, s);
}
