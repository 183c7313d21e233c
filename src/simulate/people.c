/* people.c - the tables about persons: IR_BEN_R and its archive, IR_IMB_R, and the drug table
 * IR_PHA_R. A row of IR_BEN_R is a pseudonym; those no longer in use when the claims begin are in
 * the archive. */
#include <math.h>
#include "simulate/sheet.h"

/* --- IR_BEN_R ------------------------------------------------------------------------------- */

typedef struct row {
    const char *psa, *certified, *scheme;
    int table, rank;
    bool nameless;         /* no lasting identifier */
    int32_t death;         /* HU_NEVER = 01/01/1600 */
    int32_t last, changed; /* last flow, last change of the row */
} row;

static void put_row(const hu_world *w, const hu_life *l, const hu_names *n, const row *r,
                    hu_sheets *s) {
    hu_buf *b = &s->file[hu_single_file(w, r->table)];
    char *p = hu_room(b, 320);
    int y, m, d;
    if (!p) return;
    hu_civil(l->birth, &y, &m, &d);
    const char *dpt = hu_department(l->department);
    p = hu_put_text(p, r->psa);
    *p++ = ';';
    p = hu_put_int(p, r->rank);
    *p++ = ';';
    if (!r->nameless) p = hu_put_text(p, n->idt);
    *p++ = ';';
    p = hu_put_text(p, r->nameless ? r->psa : n->idt);
    p = hu_put_text(p, r->nameless ? "1;0;" : ";1;"); /* without a name: pseudonym and rank */
    p = hu_put_text(p, r->certified);
    *p++ = ';';
    p = hu_put_digits(p, r->nameless ? 1955 : y, 4);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    *p++ = ';';
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    if (r->death == HU_NEVER) p = hu_put_text(p, "01/01/1600;160001;");
    else {
        p = hu_put_day(w, p, r->death);
        *p++ = ';';
        hu_civil(r->death, &y, &m, &d);
        p = hu_put_digits(p, y, 4);
        p = hu_put_digits(p, m, 2);
        *p++ = ';';
    }
    p = hu_put_text(p, r->scheme);
    p = hu_put(p, dpt, 2);
    p = hu_put_text(p, "1001;0");
    p = hu_put(p, dpt, 2);
    *p++ = ';';
    p = hu_put_digits(p, l->commune, 3);
    p = hu_put_text(p, r->last ? ";1;" : ";0;");
    p = r->last ? hu_put_day(w, p, r->last) : hu_put_text(p, "01/01/1600");
    *p++ = ';';
    p = hu_put_day(w, p, w->from > l->birth ? w->from : l->birth);
    *p++ = ';';
    p = hu_put_day(w, p, r->changed);
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

/* --- IR_IMB_R ------------------------------------------------------------------------------- */

static void illness(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                    const char *code, int number, int32_t from) {
    hu_buf *b = &s->file[hu_single_file(w, HU_IMB)];
    char *p = hu_room(b, 160);
    if (!p || from >= l->exit) return;
    if (from < l->birth) from = l->birth;
    p = hu_put_text(p, hu_psa_on(n, from));
    *p++ = ';';
    p = hu_put_int(p, hu_rank_on(n, from));
    *p++ = ';';
    p = hu_put_day(w, p, from);
    p = hu_put_text(p, ";01/01/1600;");
    p = hu_put_int(p, number);
    p = hu_put(p, ";41;", 4);
    p = hu_put_text(p, code);
    p = hu_put_text(p, ";CIM10;");
    p = hu_put_day(w, p, from + 15);
    *p++ = ';';
    p = hu_put_day(w, p, from + 15);
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

/* Long-term illness after a first event of these outcomes, or with these treatments. */
static const struct {
    const char *outcome, *atc, *code;
    int number;
    double share;
} listed[] = {{"HF", NULL, "I50", 5, 0.8},      {"AMI", NULL, "I21", 13, 0.9},
              {"ISTR", NULL, "I63", 1, 0.8},    {"BLADCA", NULL, "C67", 30, 0.95},
              {"VALV", NULL, "I35", 5, 0.4},    {NULL, "L02BG04", "C50", 30, 0.95},
              {NULL, "N05AH02", "F20", 23, 1},  {NULL, "N06DA02", "G30", 15, 0.8},
              {NULL, "R03BB04", "J44", 14, 0.3}};

static void illnesses(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_ILLNESS);
    if (l->entry >= l->exit) return;
    if (l->diabetic && hu_rng_unif(&r) < 0.8)
        illness(w, l, n, s, "E11", 8, l->diabetes_onset + (int32_t)(120 * hu_rng_exp(&r)));
    for (size_t k = 0; k < sizeof listed / sizeof *listed; k++) {
        const double x = hu_rng_unif(&r);
        if (x >= listed[k].share) continue;
        if (listed[k].atc) {
            const int d = hu_find_drug(w, listed[k].atc);
            if (d >= 0 && l->first_era[d] < l->first_era[d + 1])
                illness(w, l, n, s, listed[k].code, listed[k].number,
                        l->era[l->first_era[d]].start - 30);
            continue;
        }
        const int o = hu_find_outcome(w, listed[k].outcome);
        for (size_t i = 0; o >= 0 && i < l->n_events; i++)
            if (l->event[i].outcome == o) {
                illness(w, l, n, s, listed[k].code, listed[k].number, l->event[i].out + 20);
                break;
            }
    }
}

void hu_write_person(const hu_world *w, const hu_life *l, const hu_names *n, int32_t last_flow,
                     hu_sheets *s) {
    row r = {.certified = "00",
             .rank = n->rank,
             .last = last_flow,
             .death = s->known_death,
             .scheme = hu_scheme_on(w, n, l->exit)->prefix};
    for (int i = 0; i < n->n; i++) {
        const hu_pseudonym *p = &n->psa[i];
        if (p->from >= w->end || (i && p->from >= l->exit)) continue;
        r.psa = p->text;
        r.table = p->to <= w->from ? HU_BEN_ARC : HU_BEN;
        r.last = r.table == HU_BEN_ARC ? p->to : last_flow;
        r.changed = w->end + i; /* the latest is one's own, the last of the list */
        put_row(w, l, n, &r, s);
    }
    illnesses(w, l, n, s);
}

void hu_write_fictive(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    const row r = {.psa = hu_psa_on(n, l->entry),
                   .certified = "08",
                   .table = HU_BEN,
                   .rank = 1,
                   .scheme = "01C",
                   .nameless = true,
                   .death = HU_NEVER,
                   .last = l->entry + 6,
                   .changed = w->end};
    put_row(w, l, n, &r, s);
}

/* --- IR_PHA_R ------------------------------------------------------------------------------- */

/* CIP13: 34009, the seven digits of CIP7, and a check digit as on every barcode. No real code of
 * seven digits begins with 9997 or 9998 here. */
void hu_odd_pack(const hu_drug *d, int which, char cip13[14], char cip7[8]) {
    int sum = 0;
    hu_put_digits(hu_put(cip7, which ? "9997" : "9998", 4), d->row % 1000, 3);
    cip7[7] = '\0';
    hu_put(hu_put(cip13, "34009", 5), cip7, 7);
    for (int i = 0; i < 12; i++) sum += (cip13[i] - '0') * (i % 2 ? 3 : 1);
    cip13[12] = (char)('0' + (10 - sum % 10) % 10);
    cip13[13] = '\0';
}

/* With the dirt of codes every drug has one more pack, whose ATC code is missing. */
static void odd_row(hu_buf *b, const hu_drug *d) {
    const hu_pack *p = &d->pack[0];
    char cip13[14], cip7[8];
    hu_odd_pack(d, 0, cip13, cip7);
    hu_buf_printf(b, "%s;%s;;%s;%s;%s;%s;;;;%d\n", cip13, cip7, p->name, p->substances, p->units,
                  p->pack_class, p->price_cents);
}

hune_status hu_write_drugs(const hu_world *w, const char *folder, int64_t *rows, int64_t *bytes,
                           hune_err *err) {
    char path[1200];
    hu_buf b = {0};
    *rows = 0;
    hu_buf_add(&b, "PHA_CIP_C13;PHA_PRS_IDE;PHA_CIP_UCD;PHA_NOM_COURT;PHA_NOM_PA;PHA_UNT_NBR_DSES;"
                   "PHA_CND_TOP;PHA_ATC_C07;PHA_ATC_L07;PHA_ATC_C03;PHA_PRI_UNI\n");
    for (int i = 0; i < w->n_drugs; i++) {
        const hu_drug *d = &w->drug[i];
        for (int k = 0; k < d->n_standard + d->n_large; k++, (*rows)++) {
            const hu_pack *p = &d->pack[k];
            hu_buf_printf(&b, "%s;%s;%s;%s;%s;%s;%s;%s;%s;%.3s;%d\n", p->cip13, p->cip7, p->ucd7,
                          p->name, p->substances, p->units, p->pack_class, d->atc, d->inn, d->atc,
                          p->price_cents);
        }
        if (w->dirt[HU_DIRT_CODES]) odd_row(&b, d), ++*rows;
    }
    snprintf(path, sizeof path, "%s/IR_PHA_R.csv", folder);
    *bytes = (int64_t)b.len;
    const hune_status s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for IR_PHA_R")
                                   : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return s;
}
