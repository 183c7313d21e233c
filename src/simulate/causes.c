/* causes.c - deaths in the tables: what is known of them, and their causes (KI_CCI_R, KI_ECD_R).
 *
 * Who died of an event has its diagnosis as the underlying cause; others one that is plausible at
 * their age (causes.csv). With the dirt of deaths the day is missing in IR_BEN_R for 3 %, and 1 %
 * are known from the hospital alone: no day, and a certificate that nobody could join to the
 * person.
 */
#include <string.h>
#include "simulate/sheet.h"

static const double missing_share = 0.03, hospital_only_share = 0.01;
static const double certificate_with_chain = 0.6;

/* Of deaths, how many happen in a stay: measured on all lives, to make 1 % of all from these. */
static const double die_in_stay = 0.1;

static bool dies_in_stay(const hu_sheets *s) {
    for (size_t i = 0; i < s->n_stays; i++)
        if (s->stay[i].died) return true;
    return false;
}

static void known_death(const hu_world *w, const hu_life *l, hu_sheets *s) {
    s->known_death = l->death < w->end ? l->death : HU_NEVER;
    s->certified = s->known_death != HU_NEVER;
    if (!w->dirt[HU_DIRT_DEATH] || !s->certified) return;
    const double x = hu_rng_unif(&s->of[HU_DIRT_DEATH]);
    const bool only = dies_in_stay(s) && x < hospital_only_share / die_in_stay;
    if (only) s->certified = false;
    if (only || x > 1 - missing_share) s->known_death = HU_NEVER;
}

hune_status hu_begin_rows(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err) {
    const uint64_t person = (uint64_t)l->person;
    for (int d = 0; d < HU_DIRTS; d++)
        s->of[d] = hu_rng_at(w->o.seed, person, HU_STREAM_DIRT + (uint32_t)d);
    s->dirt = s->of[HU_DIRT_LATE];
    HUNE_TRY(hu_collect_stays(w, l, s, err));
    known_death(w, l, s);
    return HUNE_OK;
}

/* --- causes --------------------------------------------------------------------------------- */

static const char *usual_cause(const hu_world *w, const hu_life *l, hu_rng *r) {
    const hu_tables_data *d = w->tables;
    const int sex = l->sex, band = hu_band(l->birth, l->death);
    double sum = 0;
    for (int i = 0; i < d->n_causes; i++) sum += d->cause[i].weight[sex][band];
    double x = hu_rng_unif(r) * sum;
    for (int i = 0; i < d->n_causes; i++)
        if ((x -= d->cause[i].weight[sex][band]) < 0) return d->cause[i].code;
    return "R99";
}

/* Identifier of the death; the person; the year. */
static char *put_head(const hu_life *l, const hu_names *n, const hu_sheets *s, char *p) {
    int y, m, d;
    hu_civil(l->death, &y, &m, &d);
    *p++ = 'D';
    p = hu_put(p, n->idt + 1, 16);
    p = hu_put_text(p, s->certified ? ";1;" : ";0;");
    if (s->certified) p = hu_put_text(p, n->idt);
    p = hu_put_text(p, s->certified ? ";1;" : ";;");
    p = hu_put_digits(p, y, 4);
    *p++ = ';';
    return p;
}

static char *put_when(const hu_world *w, const hu_life *l, char *p) {
    int y, m, d;
    hu_civil(l->death, &y, &m, &d);
    p = hu_put_day(w, p, l->death);
    *p++ = ';';
    p = hu_put_digits(p, y, 4);
    return hu_put_digits(p, m, 2);
}

static void put_cause(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                      int line, const char *code) {
    hu_buf *b = &s->file[hu_single_file(w, HU_DEATH_CAUSES)];
    char *p = hu_room(b, 160);
    if (!p) return;
    p = put_head(l, n, s, p);
    p = hu_put_int(p, line);
    p = hu_put(p, ";1;", 3);
    p = hu_put_text(p, code);
    *p++ = ';';
    p = put_when(w, l, p);
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

static void put_death(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                      const char *code) {
    hu_buf *b = &s->file[hu_single_file(w, HU_DEATH)];
    char *p = hu_room(b, 200);
    int y, m, d;
    if (!p) return;
    const char *dpt = hu_department(l->department);
    p = put_head(l, n, s, p);
    for (int k = 0; k < 2; k++) {
        *p++ = '0';
        p = hu_put(p, dpt, 2);
        *p++ = ';';
    }
    p = hu_put_digits(p, l->commune, 3);
    *p++ = ';';
    p = put_when(w, l, p);
    p = hu_put_text(p, dies_in_stay(s) ? ";2;" : ";1;"); /* in hospital, at home */
    hu_civil(l->birth, &y, &m, &d);
    p = hu_put_digits(p, y, 4);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    *p++ = ';';
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    p = hu_put_text(p, code);
    *p++ = '\n';
    hu_used(b, p);
    s->tally.rows++;
}

/* The last lines of a certificate hold the underlying cause, the first what came of it. */
void hu_write_death(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    static const char *const ends[] = {"R092", "J960", "I469", "R570", "A419", "N179"};
    if (l->death >= w->end || l->death < w->from) return;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_CAUSE);
    const char *code = usual_cause(w, l, &r);
    char four[5];
    if (l->killer >= 0) {
        const hu_event *e = &l->event[l->killer];
        code = w->outcome[e->outcome].code[e->code];
    }
    snprintf(four, sizeof four, "%.4s", code); /* without the extensions of hospitals */
    put_death(w, l, n, s, four);
    int line = 1;
    if (hu_rng_unif(&r) < certificate_with_chain)
        put_cause(w, l, n, s, line++, ends[hu_rng_below(&r, 6)]);
    put_cause(w, l, n, s, line, four);
}
