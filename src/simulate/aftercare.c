/* aftercare.c - stays for rehabilitation (SSR) and hospital care at home (HAD) as rows.
 *
 *   SSR   B one row a week (from Monday), C whose it is, D diagnoses of the first week, GME the
 *         group (2012 on), CCAM and CSARR acts (2009 and 2014 on; older catalogues are left out)
 *   HAD   B one row for the only sub-sequence, C, D and A (2010 on), GRP; from 2007 on
 *
 * As everywhere in the PMSI a stay is in the tables of the year in which it ends, its number is
 * unique in that year, and dates exist since 2009. Return codes, hospitals that send twice and
 * groups that failed are as in MCO.
 */
#include <math.h>
#include "simulate/sheet.h"

static const double twin_share = 0.08, return_share = 0.007, grouper_share = 0.003;
enum { WEEK = 7 };

typedef struct care {
    const hu_world *w;
    const hu_life *l;
    const hu_names *names;
    hu_sheets *s;
    const hu_item *item;
    int32_t in, out;
    int year, slot; /* of the end: the calendar's, and from the first */
    char id[32];
    bool died, failed; /* grouping failed */
    int bad_return;
} care;

static char *begin(const care *c, int table, hu_buf **b) {
    if (!hu_stay_header(table, c->year)) return NULL;
    *b = &c->s->file[hu_stay_file(c->w, table, c->slot)];
    char *p = hu_room(*b, 256);
    if (!p) return NULL;
    c->s->tally.rows++;
    return hu_put_text(p, c->id);
}

static char *put_who(const care *c, char *p) {
    const int age = (int)((c->in - c->l->birth) / HU_YEAR);
    const char *dpt = hu_department(c->l->department);
    *p++ = ';';
    p = hu_put_int(p, age > 0 ? age : 0);
    *p++ = ';';
    *p++ = (char)('1' + c->l->sex);
    *p++ = ';';
    p = hu_put(p, dpt, 2);
    *p++ = ';';
    p = hu_put(p, dpt, 2);
    return hu_put_digits(p, c->l->commune, 3);
}

static void month_of(int32_t day, int *y, int *m) {
    int d;
    hu_civil(day, y, m, &d);
}

/* NIR_ANO_17;SEJ_NUM;...;return codes: what C has in both fields. */
static void put_c(const care *c, int table) {
    hu_buf *b;
    int y, m;
    char *p = begin(c, table, &b);
    if (!p) return;
    *p++ = ';';
    p = hu_put(p, hu_psa_on(c->names, c->in), 17);
    *p++ = ';';
    p = hu_put_int(p, c->in - c->l->birth + 10000);
    month_of(c->year < 2009 ? c->out : c->in - hu_weekday(c->in), &y, &m);
    if (table == HU_SSR_C) { /* of the end before 2009, of the first Monday after */
        *p++ = ';';
        p = hu_put_int(p, y);
        *p++ = ';';
        p = hu_put_digits(p, m, 2);
    }
    if (c->year >= 2009) {
        *p++ = ';';
        p = hu_put_day8(p, c->in);
        *p++ = ';';
        p = hu_put_day8(p, c->out);
        *p++ = ';';
        p = hu_put_day(c->w, p, c->in);
        *p++ = ';';
        p = hu_put_day(c->w, p, c->out);
    }
    const int n_codes = c->year < 2006 ? 6 : c->year < 2013 ? 7 : 9;
    for (int k = 0; k < n_codes; k++) p = hu_put_text(p, k == c->bad_return ? ";1" : ";0");
    *p++ = '\n';
    hu_used(b, p);
}

/* --- SSR ------------------------------------------------------------------------------------ */

static void put_week(const care *c, int week, int32_t monday) {
    const int32_t first = monday > c->in ? monday : c->in;
    const int32_t last = monday + WEEK < c->out ? monday + WEEK : c->out; /* half-open */
    const bool leaves = c->out <= monday + WEEK;
    hu_buf *b;
    int y, m, work = 0, rest = 0;
    char *p = begin(c, HU_SSR_B, &b);
    if (!p) return;
    for (int32_t d = first; d < last || d == first; d++) *(hu_weekday(d) < 5 ? &work : &rest) += 1;
    month_of(first, &y, &m);
    *p++ = ';';
    p = hu_put_int(p, week);
    p = put_who(c, p);
    p = hu_put_text(p, week == 1 ? ";8;1;" : ";;;");
    p = hu_put_text(p, !leaves ? ";;" : c->died ? "9;;" : "8;;");
    p = hu_put_digits(p, m, 2);
    p = hu_put_digits(p, y, 4);
    *p++ = ';';
    p = hu_put_int(p, work);
    *p++ = ';';
    p = hu_put_int(p, rest);
    p = hu_put_text(p, ";Z501;");
    p = hu_put_text(p, c->item->code ? c->item->code : "Z501");
    p = hu_put_text(p, ";;2;2;1;1;1;1;"); /* cause, six degrees of dependency */
    p = hu_put_text(p, c->failed ? "90" : "00");
    if (c->year < 2013) p = hu_put_text(p, c->failed ? ";90;9001Z0" : ";08;0841Z0");
    else p = hu_put_text(p, c->failed ? ";9001Z0;1" : ";0841A1;0");
    if (c->year >= 2009) p = hu_put_text(p, week == 1 ? ";1;1" : ";1;0");
    *p++ = '\n';
    hu_used(b, p);
}

static void put_text(const care *c, int table, const char *text) {
    hu_buf *b;
    char *p = begin(c, table, &b);
    if (!p) return;
    *p++ = ';';
    p = hu_put_text(p, text);
    *p++ = '\n';
    hu_used(b, p);
}

static void put_ssr(const care *c) {
    int week = 1;
    char line[64];
    for (int32_t monday = c->in - hu_weekday(c->in); monday < c->out || week == 1; monday += WEEK) {
        put_week(c, week, monday);
        snprintf(line, sizeof line, "%d;NKQ+021;26;1;1", week); /* walking, a physiotherapist */
        put_text(c, HU_SSR_CSARR, line);
        week++;
    }
    put_c(c, HU_SSR_C);
    put_text(c, HU_SSR_D, c->l->frailty > 1 ? "1;R296" : "1;I10");
    put_text(c, HU_SSR_CCAM, "1;ZBQK002;0;1;1");
    if (c->year < 2013) put_text(c, HU_SSR_GME, c->failed ? "1;9001Z0;90" : "1;0841A1;00");
    else {
        snprintf(line, sizeof line, "%s;%d", c->failed ? "9001Z0" : "0841A1", c->out - c->in + 1);
        put_text(c, HU_SSR_GME, line);
    }
}

/* --- HAD ------------------------------------------------------------------------------------ */

static void put_home(const care *c) {
    const char *mode = c->item->code ? c->item->code : "08";
    const int days = c->out - c->in + 1;
    hu_buf *b;
    int y, m;
    char *p = begin(c, HU_HAD_B, &b);
    if (!p) return;
    month_of(c->out, &y, &m);
    p = hu_put_text(p, ";1;1");
    p = put_who(c, p);
    p = hu_put_text(p, c->died ? ";8;5;9;;" : ";8;5;8;;");
    p = hu_put_text(p, mode);
    p = hu_put_text(p, ";00;40"); /* no other mode; 40 of 100 on Karnofsky's scale */
    for (int k = 0; k < 3; k++) {
        *p++ = ';';
        p = hu_put_int(p, days);
    }
    *p++ = ';';
    p = hu_put_int(p, y);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    if (y < 2012 || y > 2013) p = hu_put_text(p, strcmp(mode, "04") ? ";Z480" : ";C80");
    *p++ = '\n';
    hu_used(b, p);
}

static void put_had(const care *c) {
    put_home(c);
    put_c(c, HU_HAD_C);
    put_text(c, HU_HAD_D, c->l->frailty > 1 ? "1;1;R64" : "1;1;I10");
    put_text(c, HU_HAD_A, "1;1;QZJA009;1;0;0;1");
    put_text(c, HU_HAD_GRP, c->failed ? "1;1;9901;99;9999;0;0" : "1;1;0401;00;1;1;1");
}

/* --- both ----------------------------------------------------------------------------------- */

static void write_one(care *c, int nth) {
    const bool *dirt = c->w->dirt;
    hu_rng *r = c->s->of;
    char hospital[10];
    const bool home = c->item->kind == HU_ITEM_HOME;
    c->bad_return = -1;
    c->failed = dirt[HU_DIRT_GROUPER] && hu_rng_unif(&r[HU_DIRT_GROUPER]) < grouper_share;
    if (dirt[HU_DIRT_RETURNS] && hu_rng_unif(&r[HU_DIRT_RETURNS]) < return_share)
        c->bad_return = (int)hu_rng_below(&r[HU_DIRT_RETURNS], 6);
    r = &r[HU_DIRT_DUPLICATES];
    const int group =
        dirt[HU_DIRT_DUPLICATES] && hu_rng_unif(r) < twin_share ? (int)hu_rng_below(r, 3) : -1;
    hu_hospital(hospital, c->l);
    for (int twice = 0; twice < 1 + (group >= 0 && c->w->n_sites[group]); twice++) {
        const char *name = group < 0 ? hospital
                           : twice   ? c->w->site[group][c->l->person % c->w->n_sites[group]]
                                     : hu_legal_number(group);
        snprintf(c->id, sizeof c->id, "%s;%010lld", name,
                 (long long)(c->l->person * 128 + (nth % 64) * 2 + twice));
        if (home) put_had(c);
        else put_ssr(c);
    }
}

void hu_write_aftercare(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    int nth = 0;
    for (size_t i = 0; i < l->n_items; i++) {
        const hu_item *it = &l->item[i];
        if (it->kind != HU_ITEM_REHAB && it->kind != HU_ITEM_HOME) continue;
        care c = {.w = w, .l = l, .names = n, .s = s, .item = it, .in = it->day, .out = it->to};
        if (l->death <= c.out) c.out = l->death, c.died = true;
        if (c.out < c.in) continue; /* died before */
        int m;
        month_of(c.out, &c.year, &m);
        c.slot = c.year - w->first_year;
        if (c.slot >= 0 && c.slot < w->n_years) write_one(&c, nth++);
    }
}
