/* stays.c - a life's hospital stays as rows of the MCO tables: B the stay, C whose it is, UM its
 * one unit, D associated diagnoses, A acts. Diagnoses that go with a stay are never outcomes.
 *
 * All stays of a person are collected before the first row is written, because claims must know
 * them too: events, stays for what is no outcome, readmissions among the items. */
#include <math.h>
#include "simulate/fraud.h"
#include "simulate/sheet.h"

static const double twin_share = 0.08, return_share = 0.007, grouper_share = 0.003,
                    other_bills_share = 0.01, ghs_9999_share = 0.004;

/* Legal numbers of the three groups whose sites send their stays again. */
static const char *const legal[3] = {"750712184", "690781810", "130786049"};

/* Diagnoses with a plus sign (extensions of the hospitals' list) among the associated ones. */
static const double plus_share = 0.02, impossible_share = 0.001;
static const char *const plus_codes[] = {"Z991+1", "R53+0",  "F03+0",  "K861+8",
                                         "J961+0", "Z992+1", "G838+8", "D126+8"};

typedef struct codes { /* how the row deviates */
    const char *ghm_error, *plus;
    bool other_bills, ghs_9999, impossible;
    int bad_return; /* which return code, -1 none */
    hu_upcode up;
} codes;

static void put_a(const hu_world *w, hu_sheets *s, int year, const char *id, const hu_stay *v) {
    hu_buf *b = &s->file[hu_stay_file(w, HU_MCO_A, year)];
    const bool surgery = v->ghm[2] == 'C';
    for (int k = 0; v->act && *v->act && k < 1 + surgery; k++) {
        char *p = hu_room(b, 128);
        if (!p) return;
        p = hu_put_text(p, id);
        *p++ = ';';
        p = hu_put_text(p, v->act);
        p = hu_put_text(p, k ? ";4;0;" : ";1;0;");
        p = hu_put_text(p, v->out > v->in && surgery ? "1;1\n" : "0;1\n");
        hu_used(b, p);
        s->tally.rows++;
    }
}

static void put_b(const hu_world *w, const hu_life *l, hu_sheets *s, int year, const char *id,
                  const hu_stay *v, const codes *c, int associated) {
    hu_buf *b = &s->file[hu_stay_file(w, HU_MCO_B, year)];
    char *p = hu_room(b, 256);
    int y, m, d;
    if (!p) return;
    hu_civil(v->out, &y, &m, &d);
    const int age = (int)((v->in - l->birth) / HU_YEAR);
    const int nights = v->out - v->in;
    p = hu_put_text(p, id);
    *p++ = ';';
    if (c->ghm_error) p = hu_put_text(p, c->ghm_error);
    else {
        p = hu_put(p, v->ghm, 5);
        const int level = (age > 70) + (nights > 12) + (nights > 25) + c->up.levels;
        *p++ = nights == 0 ? 'T' : (char)('1' + (level < 3 ? level : 3));
    }
    p = hu_put_text(p, c->ghm_error ? ";80;" : ";00;");
    p = c->ghs_9999 ? hu_put(p, "9999", 4) : hu_put_int(p, v->ghs);
    *p++ = ';';
    p = hu_put_int(p, nights);
    p = hu_put_text(p, c->other_bills ? ";B;0;1;" : v->emergency ? ";;8;5;" : ";;8;;");
    p = hu_put_text(p, v->died ? "9;;" : c->other_bills ? "0;1;" : "8;;");
    p = hu_put_int(p, y);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    *p++ = ';';
    p = hu_put_int(p, age > 0 ? age : 0);
    *p++ = ';';
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    p = hu_put(p, hu_department(l->department), 2);
    *p++ = ';';
    p = hu_put(p, hu_department(l->department), 2);
    p = hu_put_digits(p, l->commune, 3);
    *p++ = ';';
    p = hu_put_text(p, v->dp);
    p = hu_put(p, ";;1;", 4);
    p = hu_put_int(p, associated);
    *p++ = ';';
    p = hu_put_int(p, v->act && *v->act ? 1 + (v->ghm[2] == 'C') : 0);
    p = hu_put(p, ";0\n", 3);
    hu_used(b, p);
    s->tally.rows++;
}

static void put_c(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s, int year,
                  const char *id, const hu_stay *v, const codes *c) {
    hu_buf *b = &s->file[hu_stay_file(w, HU_MCO_C, year)];
    char *p = hu_room(b, 256);
    int y, m, d;
    if (!p) return;
    hu_civil(v->out, &y, &m, &d);
    p = hu_put_text(p, id);
    *p++ = ';';
    p = hu_put(p, c->impossible ? "xxxxxxxxxxxxxxxxx" : hu_psa_on(n, v->in), 17);
    *p++ = ';';
    p = hu_put_int(p, v->in - l->birth + 10000); /* days since a day of one's own */
    *p++ = ';';
    if (y >= 2009) { /* before, a stay has the month of its discharge only */
        p = hu_put_day8(p, v->in);
        *p++ = ';';
        p = hu_put_day8(p, v->out);
        *p++ = ';';
        p = hu_put_day(w, p, v->in);
        *p++ = ';';
        p = hu_put_day(w, p, v->out);
        *p++ = ';';
    }
    p = hu_put_int(p, y);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    const int n_codes = y < 2006 ? 6 : y < 2013 ? 7 : 9;
    for (int k = 0; k < n_codes; k++) p = hu_put_text(p, k == c->bad_return ? ";1" : ";0");
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

/* The table exists since 2006, with diagnoses since 2008. */
static void put_um(const hu_world *w, hu_sheets *s, int year, const char *id, const hu_stay *v) {
    hu_buf *b = &s->file[hu_stay_file(w, HU_MCO_UM, year)];
    const int y = w->first_year + year;
    if (y < 2006) return;
    char *p = hu_room(b, 128);
    if (!p) return;
    p = hu_put_text(p, id);
    *p++ = ';';
    p = hu_put_int(p, v->out - v->in);
    if (y >= 2008) {
        *p++ = ';';
        p = hu_put_text(p, v->dp);
        *p++ = ';';
    }
    if (y >= 2010) p = hu_put(p, ";1;", 3);
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

static int associated(const hu_life *l, const hu_stay *v, const codes *c, const char *out[8]) {
    int n = 0;
    const double age = (v->in - l->birth) / HU_YEAR;
    if (l->diabetic && v->in >= l->diabetes_onset) out[n++] = "E119";
    if (age > 50 && l->frailty > 0.8) out[n++] = "I10";
    if (age > 60 && l->health < -0.5) out[n++] = "Z720";
    for (int i = 0; i < c->up.n_codes; i++) out[n++] = c->up.code[i];
    if (c->plus) out[n++] = c->plus;
    return n;
}

static void put_d(const hu_world *w, hu_sheets *s, int year, const char *id,
                  const char *const *code, int n) {
    hu_buf *b = &s->file[hu_stay_file(w, HU_MCO_D, year)];
    for (int i = 0; i < n; i++) {
        char *p = hu_room(b, 64);
        if (!p) return;
        p = hu_put_text(p, id);
        *p++ = ';';
        p = hu_put_text(p, code[i]);
        *p++ = '\n';
        hu_used(b, p);
        s->tally.rows++;
    }
}

/* ETA_NUM;RSA_NUM: unique within a year, whatever the number of persons. */
static void name_stay(char id[32], const char *hospital, const hu_life *l, int nth, bool twin) {
    snprintf(id, 32, "%s;%010lld", hospital, (long long)(l->person * 128 + (nth % 64) * 2 + twin));
}

static void put_all(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                    const hu_stay *v, const codes *c, const char *id) {
    const char *das[8];
    int y, m, d;
    hu_civil(v->out, &y, &m, &d);
    const int year = y - w->first_year;
    if (year < 0 || year >= w->n_years) return; /* discharged after the last year delivered */
    const int n_das = associated(l, v, c, das);
    put_b(w, l, s, year, id, v, c, n_das);
    put_c(w, l, n, s, year, id, v, c);
    put_um(w, s, year, id, v);
    put_d(w, s, year, id, das, n_das);
    put_a(w, s, year, id, v);
}

static void write_stay(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                       const hu_stay *v, int nth) {
    codes c = {.bad_return = -1};
    char id[32], hospital[10];
    const bool *dirt = w->dirt;
    hu_rng *r = s->of;
    if (dirt[HU_DIRT_RETURNS] && hu_rng_unif(&r[HU_DIRT_RETURNS]) < return_share)
        c.bad_return = (int)hu_rng_below(&r[HU_DIRT_RETURNS], 7);
    if (dirt[HU_DIRT_GROUPER]) {
        const double x = hu_rng_unif(&r[HU_DIRT_GROUPER]);
        if (x < grouper_share) c.ghm_error = "90Z00Z";
        else if (x < grouper_share + other_bills_share) c.other_bills = true;
        else if (x < grouper_share + other_bills_share + ghs_9999_share) c.ghs_9999 = true;
    }
    if (dirt[HU_DIRT_CODES] && hu_rng_unif(&r[HU_DIRT_CODES]) < plus_share)
        c.plus = plus_codes[hu_rng_below(&r[HU_DIRT_CODES], 8)];
    if (dirt[HU_DIRT_IDENTITY] && hu_rng_unif(&r[HU_DIRT_IDENTITY]) < impossible_share) {
        c.impossible = true;
        c.bad_return = 0; /* NIR_RET: the hospital sent a number that cannot be */
    }
    hu_hospital(hospital, l);
    r = &s->of[HU_DIRT_DUPLICATES];
    const int group =
        !dirt[HU_DIRT_DUPLICATES] || hu_rng_unif(r) >= twin_share ? -1 : (int)hu_rng_below(r, 3);
    name_stay(id, group < 0 ? hospital : legal[group], l, nth, false);
    if (group < 0 && !c.ghm_error) c.up = hu_fraud_stay(w, l, s, hospital, id, nth, v->in, v->out);
    put_all(w, l, n, s, v, &c, id);
    if (group < 0 || !w->n_sites[group]) return;
    name_stay(id, w->site[group][l->person % w->n_sites[group]], l, nth, true);
    put_all(w, l, n, s, v, &c, id);
}

const char *hu_legal_number(int group) {
    return legal[group];
}

void hu_hospital(char out[10], const hu_life *l) {
    char *p = hu_put(out, hu_department(l->department), 2);
    p = hu_put(p, "0780", 4);
    *hu_put_digits(p, 12 + 31 * l->hospital, 3) = '\0';
}

/* --- which stays there are ------------------------------------------------------------------ */

static hune_status add(const hu_world *w, const hu_life *l, hu_sheets *s, hu_stay v,
                       hune_err *err) {
    if (v.out > l->exit && l->exit < w->end && l->death == HU_NEVER) v.out = l->exit;
    if (l->death <= v.out) v.out = l->death, v.died = true;
    HUNE_TRY(hu_grow(&s->stay, &s->cap_stays, s->n_stays + 1, sizeof *s->stay, err));
    s->stay[s->n_stays++] = v;
    return HUNE_OK;
}

/* Stays for what is no outcome: their own stream, after the events. */
static hune_status add_others(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_OTHER_STAYS);
    double most = 0;
    for (int b = 0; b < HU_BANDS; b++) {
        double sum = 0;
        for (int i = 0; i < w->n_other; i++) sum += w->other[i].rate[b];
        most = fmax(most, sum);
    }
    for (double t = l->entry;;) {
        t += hu_rng_exp(&r) / most;
        if (t >= l->exit) return HUNE_OK;
        const int band = hu_band(l->birth, (int32_t)t);
        double x = hu_rng_unif(&r) * most;
        const double length = hu_rng_gamma(&r, 2) / 2;
        int i = 0;
        while (i < w->n_other && (x -= w->other[i].rate[band]) >= 0) i++;
        if (i == w->n_other) continue;
        const hu_other_stay *o = &w->other[i];
        hu_stay v = {.dp = o->code, .ghm = o->ghm, .act = o->act, .ghs = o->ghs, .in = (int32_t)t};
        v.out = v.in + (int32_t)lround(o->stay_days * length);
        HUNE_TRY(add(w, l, s, v, err));
    }
}

/* The group of the first outcome or other stay that has this diagnosis, else a medical one. */
static hu_stay readmission(const hu_world *w, const hu_item *it) {
    hu_stay v = {.dp = it->code ? it->code : "Z098",
                 .ghm = "23M20",
                 .ghs = 7991,
                 .in = it->day,
                 .out = it->to};
    for (int i = 0; i < w->n_other; i++)
        if (!strcmp(w->other[i].code, v.dp)) v.ghm = w->other[i].ghm, v.ghs = w->other[i].ghs;
    for (int o = 0; o < w->n_outcomes; o++)
        for (int k = 0; k < w->outcome[o].n_codes; k++)
            if (!strcmp(w->outcome[o].code[k], v.dp))
                v.ghm = w->outcome[o].ghm, v.ghs = w->outcome[o].ghs;
    return v;
}

hune_status hu_collect_stays(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err) {
    s->n_stays = 0;
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *e = &l->event[i];
        const hu_outcome *o = &w->outcome[e->outcome];
        const hu_stay v = {.dp = o->code[e->code],
                           .ghm = o->ghm,
                           .ghs = o->ghs,
                           .act = e->act >= 0 ? o->act[e->act] : NULL,
                           .in = e->day,
                           .out = e->out,
                           .died = e->died,
                           .emergency = hu_through_emergency(l, (int)i)};
        HUNE_TRY(add(w, l, s, v, err));
    }
    if (l->entry < l->exit) HUNE_TRY(add_others(w, l, s, err));
    for (size_t i = 0; i < l->n_items; i++)
        if (l->item[i].kind == HU_ITEM_STAY)
            HUNE_TRY(add(w, l, s, readmission(w, &l->item[i]), err));
    return HUNE_OK;
}

void hu_write_stays(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    for (size_t i = 0; i < s->n_stays; i++) write_stay(w, l, n, s, &s->stay[i], (int)i);
}

void hu_sheets_clear(hu_sheets *s) {
    free(s->stay);
    free(s->when);
    free(s->discharge);
    s->stay = NULL;
    s->when = NULL;
    s->discharge = NULL;
}
