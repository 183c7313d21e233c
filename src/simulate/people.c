/* people.c - the tables about persons: IR_BEN_R, IR_IMB_R, and the drug table IR_PHA_R.
 *
 * Pseudonyms are made up: a letter, a 64-bit mix of the person's number that no two persons share,
 * written in 32 letters and digits, and three more characters. Nothing in them looks like a
 * national number.
 */
#include <math.h>
#include "simulate/sheet.h"

static const double change_py = 0.015, death_missing_share = 0.03;
static const uint64_t salt_psa = 0x5eed51u, salt_person = 0xa11ce5u;

static void pseudonym(char out[18], char letter, uint64_t seed, int64_t person, uint64_t salt) {
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32, none ambiguous */
    /* hu_hash64 maps 64 bits one to one, so different persons cannot meet */
    uint64_t x = hu_hash64(hu_hash64(seed ^ salt) ^ (uint64_t)person);
    uint64_t tail = hu_hash64(x ^ salt);
    out[0] = letter;
    for (int i = 1; i <= 13; i++, x >>= 5) out[i] = letters[x & 31];
    for (int i = 14; i < 17; i++, tail >>= 5) out[i] = letters[tail & 31];
    out[17] = '\0';
}

void hu_names_of(const hu_world *w, const hu_life *l, hu_names *n) {
    pseudonym(n->psa[0], 'Q', w->o.seed, l->person, salt_psa);
    pseudonym(n->psa[1], 'R', w->o.seed, l->person, salt_psa);
    pseudonym(n->idt, 'A', w->o.seed, l->person, salt_person);
    n->psa_from = HU_NEVER;
    if (!w->dirt[HU_DIRT_IDENTITY]) return;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_DIRT + 1);
    const double day = l->entry + hu_rng_exp(&r) / change_py * HU_YEAR;
    if (day < l->exit) n->psa_from = (int32_t)day;
}

const char *hu_psa_on(const hu_names *n, int32_t day) {
    return n->psa[day >= n->psa_from];
}

/* --- IR_BEN_R ------------------------------------------------------------------------------- */

typedef struct row {
    const char *psa, *certified;
    bool nameless;         /* no lasting identifier */
    int32_t death;         /* HU_NEVER = 01/01/1600 */
    int32_t last, changed; /* last flow, last change of the row */
} row;

static void put_row(const hu_world *w, const hu_life *l, const hu_names *n, const row *r,
                    hu_sheets *s) {
    hu_buf *b = &s->file[hu_single_file(w, HU_BEN)];
    char *p = hu_room(b, 320);
    int y, m, d;
    if (!p) return;
    hu_civil(l->birth, &y, &m, &d);
    const char *dpt = hu_department(l->department);
    p = hu_put_text(p, r->psa);
    p = hu_put(p, ";1;", 3);
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
    p = hu_put_text(p, "01C");
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
    p = hu_put(p, ";1;", 3);
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
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_CLAIMS + 1);
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
    row r = {.psa = n->psa[0],
             .certified = "00",
             .last = last_flow,
             .death = l->death < w->end ? l->death : HU_NEVER,
             .changed = w->end};
    if (w->dirt[HU_DIRT_DEATH] && hu_rng_unif(&s->dirt) < death_missing_share) r.death = HU_NEVER;
    put_row(w, l, n, &r, s);
    if (n->psa_from != HU_NEVER) {
        r.psa = n->psa[1];
        r.changed = w->end + 1;
        put_row(w, l, n, &r, s);
    }
    illnesses(w, l, n, s);
}

void hu_write_fictive(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    const row r = {.psa = n->psa[0],
                   .certified = "08",
                   .nameless = true,
                   .death = HU_NEVER,
                   .last = l->entry + 6,
                   .changed = w->end};
    put_row(w, l, n, &r, s);
}

/* --- IR_PHA_R ------------------------------------------------------------------------------- */

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
    }
    snprintf(path, sizeof path, "%s/IR_PHA_R.csv", folder);
    *bytes = (int64_t)b.len;
    const hune_status s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for IR_PHA_R")
                                   : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return s;
}
