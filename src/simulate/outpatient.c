/* outpatient.c - emergency visits and hospital consultations as rows, and the truth of pathways.
 *
 *   RPU/RPU_YYYYMM.csv   every emergency visit, with hours (résumé de passage aux urgences)
 *   T_MCOaaCSTC          whose external visit and when    FASTC  header of its bill
 *   T_MCOaaFBSTC         ATU of a visit that does not end in a stay here
 *   T_MCOaaFCSTC         consultations                    FMSTC  CCAM acts
 *
 * PMSI tables are by year of leaving and exist from 2008 on. The dirt of RPU rows has its own
 * stream: a passage sent twice, no diagnosis, clocks changed at noon instead of in the night, and
 * one facility that sends nothing for some days. None of it touches the PMSI.
 */
#include <math.h>
#include "simulate/emergency.h"
#include "simulate/sheet.h"

enum { CSTC, FASTC, FBSTC, FCSTC, FMSTC, TABLES };
enum { PATHWAY_FILE = 0, FIRST_TABLE = 1 };
static const int first_pmsi_year = 2008;
static const int atu_cents = 2532, consultation_cents = 2300, specialist_cents = 2500,
                 act_cents = 1995, refund_percent = 80;

static const char *const table_names[TABLES] = {"CSTC", "FASTC", "FBSTC", "FCSTC", "FMSTC"};

/* Months whose visits are written: the window and the day after its end. */
static int months(const hu_world *w) {
    int y, m, d;
    hu_civil(w->end, &y, &m, &d);
    return y * 12 + m - w->first_month;
}

static int table_file(const hu_world *w, int table, int year) {
    return hu_outpatient_file(w, FIRST_TABLE + table * w->n_years + year);
}

int hu_outpatient_files(const hu_world *w) {
    return FIRST_TABLE + TABLES * w->n_years + months(w);
}

void hu_outpatient_name(const hu_world *w, int k, char *out, size_t n) {
    const int table = (k - FIRST_TABLE) / w->n_years;
    if (k == PATHWAY_FILE) snprintf(out, n, "sim_truth/pathway.csv");
    else if (table < TABLES)
        snprintf(out, n, "PMSI/T_MCO%02d%s.csv",
                 (w->first_year + (k - FIRST_TABLE) % w->n_years) % 100, table_names[table]);
    else {
        const int month = w->first_month + k - FIRST_TABLE - TABLES * w->n_years;
        snprintf(out, n, "RPU/RPU_%04d%02d.csv", month / 12, month % 12 + 1);
    }
}

#define BILL "ETA_NUM;SEQ_NUM;NUM_FAC;SOR_ANN;SOR_MOI;"
#define LINE "ACT_COD;ACT_COE;ACT_NBR;PRI_UNI;REM_BAS;REM_TAU;AMO_MNR;HON_MNT;EXE_SPE"

/* Columns came in 2009 (dates, residence), 2013 (delay) and 2014 (age). */
const char *hu_outpatient_header(const hu_world *w, int k) {
    static const char *const heads[TABLES][4] = {
        {"ETA_NUM;SEQ_NUM;NIR_ANO_17;NIR_RET;NAI_RET;SEX_RET;IAS_RET\n",
         "ETA_NUM;SEQ_NUM;NIR_ANO_17;NIR_RET;NAI_RET;SEX_RET;IAS_RET;ENT_DAT_RET;ENT_DAT;SOR_DAT;"
         "EXE_SOI_DTD;EXE_SOI_DTF\n"},
        {BILL "COD_SEX;NOE_RGM;NAT_ASS;HON_MNT;HON_AM_MNR;PH_MNT;PH_AMO_MNR\n",
         BILL "COD_SEX;NOE_RGM;NAT_ASS;HON_MNT;HON_AM_MNR;PH_MNT;PH_AMO_MNR;BDI_DEP;BDI_COD\n",
         NULL,
         BILL "COD_SEX;NOE_RGM;NAT_ASS;HON_MNT;HON_AM_MNR;PH_MNT;PH_AMO_MNR;BDI_DEP;BDI_COD;"
              "AGE_ANN\n"},
        {BILL LINE "\n", NULL, BILL LINE ";DEL_DAT_ENT\n"},
        {BILL LINE "\n", NULL, BILL LINE ";DEL_DAT_ENT\n"},
        {BILL "CCAM_COD;ACV_ACT;PHA_ACT\n", NULL, BILL "CCAM_COD;ACV_ACT;PHA_ACT;DEL_DAT_ENT\n"}};
    const int table = (k - FIRST_TABLE) / w->n_years;
    if (k == PATHWAY_FILE) return "person,disease,type,from,deviates_to,deviates_from\n";
    if (table >= TABLES)
        return "FINESS;NUM;NIR_ANO_17;SEXE;AGE;ENTREE;MODE_ENTREE;PROVENANCE;TRANSPORT;MOTIF;"
               "GRAVITE;DP;SORTIE;MODE_SORTIE;DESTINATION\n";
    const int year = w->first_year + (k - FIRST_TABLE) % w->n_years;
    int at = year >= 2014 ? 3 : year >= 2013 ? 2 : year >= 2009 ? 1 : 0;
    while (at && !heads[table][at]) at--;
    return heads[table][at];
}

/* --- PMSI --------------------------------------------------------------------------------------
 */

typedef struct bill {
    const hu_world *w;
    const hu_life *l;
    const hu_names *names;
    hu_sheets *s;
    const hu_item *item;
    char id[24];   /* ETA_NUM;SEQ_NUM */
    char head[48]; /* with invoice, year and month */
    int32_t in, out;
    int year; /* of leaving, from the first */
    int calendar_year;
} bill;

/* Eight letters and digits for a visit of a person, whatever the number of persons. */
static char *put_number(char *p, const hu_life *l, int nth) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int64_t x = l->person * 1024 + nth % 1024;
    for (int i = 7; i >= 0; i--, x /= 36) p[i] = digits[x % 36];
    return p + 8;
}

static char *begin(const bill *k, int table, const char *head, hu_buf **b) {
    *b = &k->s->file[table_file(k->w, table, k->year)];
    char *p = hu_room(*b, 256);
    if (!p) return NULL;
    k->s->tally.rows++;
    return hu_put_text(p, head);
}

static void put_person(const bill *k) {
    hu_buf *b;
    char *p = begin(k, CSTC, k->id, &b);
    if (!p) return;
    *p++ = ';';
    p = hu_put(p, hu_psa_on(k->names, k->in), 17);
    p = hu_put_text(p, ";0;0;0;0");
    if (k->calendar_year >= 2009) {
        p = hu_put_text(p, ";0;");
        p = hu_put_day8(p, k->in);
        *p++ = ';';
        p = hu_put_day8(p, k->out);
        *p++ = ';';
        p = hu_put_day(k->w, p, k->in);
        *p++ = ';';
        p = hu_put_day(k->w, p, k->out);
    }
    *p++ = '\n';
    hu_used(b, p);
}

static void put_header(const bill *k, int fees, int flat) {
    hu_buf *b;
    char *p = begin(k, FASTC, k->head, &b);
    if (!p) return;
    *p++ = (char)('1' + k->l->sex);
    p = hu_put_text(p, ";01;10;");
    p = hu_put_cents(p, fees);
    *p++ = ';';
    p = hu_put_cents(p, fees * refund_percent / 100);
    *p++ = ';';
    p = hu_put_cents(p, flat);
    *p++ = ';';
    p = hu_put_cents(p, flat * refund_percent / 100);
    if (k->calendar_year >= 2009) {
        const char *dpt = hu_department(k->l->department);
        *p++ = ';';
        p = hu_put(p, dpt, 2);
        *p++ = ';';
        p = hu_put(p, dpt, 2);
        p = hu_put_digits(p, k->l->commune, 3);
    }
    if (k->calendar_year >= 2014) {
        *p++ = ';';
        p = hu_put_int(p, (int)((k->in - k->l->birth) / HU_YEAR));
    }
    *p++ = '\n';
    hu_used(b, p);
}

static void put_line(const bill *k, int table, const char *act, int cents, int specialty) {
    hu_buf *b;
    char *p = begin(k, table, k->head, &b);
    if (!p) return;
    p = hu_put_text(p, act);
    p = hu_put_text(p, ";1;1;");
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_int(p, refund_percent);
    *p++ = ';';
    p = hu_put_cents(p, cents * refund_percent / 100);
    *p++ = ';';
    p = hu_put_cents(p, cents);
    *p++ = ';';
    p = hu_put_digits(p, specialty, 2);
    p = hu_put_text(p, k->calendar_year >= 2013 ? ";0\n" : "\n");
    hu_used(b, p);
}

static void put_act(const bill *k, const char *ccam) {
    hu_buf *b;
    char *p = begin(k, FMSTC, k->head, &b);
    if (!p) return;
    p = hu_put_text(p, ccam);
    p = hu_put_text(p, k->calendar_year >= 2013 ? ";1;0;0\n" : ";1;0\n");
    hu_used(b, p);
}

static bool open_bill(bill *k, const char *finess, int nth) {
    int m, d;
    hu_civil(k->out, &k->calendar_year, &m, &d);
    k->year = k->calendar_year - k->w->first_year;
    if (k->calendar_year < first_pmsi_year || k->year >= k->w->n_years) return false;
    char *p = hu_put(k->id, finess, 9);
    *p++ = ';';
    p = put_number(p, k->l, nth);
    *p = '\0';
    p = hu_put_text(k->head, k->id);
    p = hu_put_text(p, ";001;");
    p = hu_put_digits(p, k->calendar_year, 4);
    *p++ = ';';
    p = hu_put_digits(p, m, 2);
    *p++ = ';';
    *p = '\0';
    put_person(k);
    return true;
}

static void bill_emergency(bill *k, int nth) {
    const hu_item *v = k->item;
    if (!open_bill(k, k->w->emergency->site[v->number].finess, nth)) return;
    const int act = v->visit.act ? act_cents : 0;
    put_header(k, consultation_cents + act, atu_cents);
    put_line(k, FBSTC, "ATU", atu_cents, 1);
    put_line(k, FCSTC, "C", consultation_cents, 1);
    if (act) put_act(k, v->visit.act);
}

static void bill_consultation(bill *k, int nth) {
    char finess[10];
    char *p = hu_put(finess, hu_department(k->l->department), 2);
    p = hu_put(p, "0780", 4);
    *hu_put_digits(p, 12 + 31 * k->l->hospital, 3) = '\0';
    if (!open_bill(k, finess, nth)) return;
    put_header(k, specialist_cents, 0);
    put_line(k, FCSTC, "CS", specialist_cents, k->item->number);
}

/* --- RPU ---------------------------------------------------------------------------------------
 */

/* dd/MM/yyyy HH:mm */
static char *put_time(const hu_world *w, char *p, int32_t day, int minute) {
    day += (int32_t)floor(minute / 1440.0);
    minute = (minute % 1440 + 1440) % 1440;
    p = hu_put_day(w, p, day);
    *p++ = ' ';
    p = hu_put_digits(p, minute / 60, 2);
    *p++ = ':';
    return hu_put_digits(p, minute % 60, 2);
}

/* The facility that sends nothing for some days, and whether this is one of them. */
bool hu_rpu_not_sent(const hu_world *w, int site, int32_t day) {
    const hu_emergency *e = w->emergency;
    hu_rng r = hu_rng_at(w->o.seed, 0, HU_STREAM_WAVES + 16);
    if ((int)hu_rng_below(&r, e->n_sites) != site) return false;
    for (int i = 0; i < (int)e->missing_stretches; i++) {
        const int32_t from = e->first + (int32_t)hu_rng_below(&r, e->days);
        const int32_t len = 1 + (int32_t)(e->missing_days * hu_rng_exp(&r));
        if (day >= from && day < from + len) return true;
    }
    return false;
}

/* Minutes by which the facility's clock is wrong: it is changed at noon of the day. */
int hu_rpu_clock_error(const hu_world *w, int site, int32_t day, int minute) {
    int y, m, d;
    if (hu_weekday(day) != 6 || minute < 180 || minute >= 720) return 0;
    hu_civil(day, &y, &m, &d);
    if (d < 25 || (m != 3 && m != 10) || day != hu_last_sunday(y, m)) return 0;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)site, HU_STREAM_WAVES + 17);
    if (hu_rng_unif(&r) >= w->emergency->slow_clocks) return 0;
    return m == 3 ? -60 : 60;
}

/* Part of the facilities code badly: from a third of the mean to more than twice. */
static bool no_diagnosis(const hu_world *w, int site, hu_rng *dirt) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)site, HU_STREAM_WAVES + 18);
    return hu_rng_unif(dirt) < w->emergency->missing_diagnosis * (0.3 + 1.4 * hu_rng_unif(&r));
}

static void put_visit(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s,
                      const hu_item *v, int nth, hu_rng *dirt) {
    const hu_emergency *e = w->emergency;
    const bool dirty = w->dirt[HU_DIRT_EMERGENCY];
    bool coded = true, twice = false;
    int wrong = 0, y, m, d;
    if (dirty) {
        if (hu_rpu_not_sent(w, v->number, v->day)) return;
        coded = !no_diagnosis(w, v->number, dirt);
        twice = hu_rng_unif(dirt) < e->duplicates;
        wrong = hu_rpu_clock_error(w, v->number, v->day, v->minute);
    }
    hu_civil(v->day, &y, &m, &d);
    const int month = y * 12 + m - 1 - w->first_month;
    hu_buf *b = &s->file[hu_outpatient_file(w, FIRST_TABLE + TABLES * w->n_years + month)];
    char *const start = hu_room(b, 400), *p = start;
    if (!p) return;
    const char exit = v->visit.exit, severity = v->visit.severity;
    const bool brought = severity >= '3' && severity <= '5';
    p = hu_put(p, e->site[v->number].finess, 9);
    *p++ = ';';
    p = put_number(p, l, nth);
    *p++ = ';';
    p = hu_put(p, hu_psa_on(n, v->day), 17);
    *p++ = ';';
    *p++ = (char)('1' + l->sex);
    *p++ = ';';
    p = hu_put_int(p, (int)((v->day - l->birth) / HU_YEAR));
    *p++ = ';';
    p = put_time(w, p, v->day, v->minute + wrong);
    p = hu_put_text(p, ";8;5;");
    p = hu_put_text(p, severity >= '4' && severity <= '5' ? "SMUR;" : brought ? "AMBU;" : "PERSO;");
    p = hu_put_text(p, v->code);
    *p++ = ';';
    *p++ = severity;
    *p++ = ';';
    if (coded) p = hu_put_text(p, v->visit.diagnosis);
    *p++ = ';';
    p = put_time(w, p, v->day, v->minute + v->visit.minutes + wrong);
    *p++ = ';';
    *p++ = exit;
    p = hu_put_text(p, exit == '6' || exit == '7' ? ";1\n" : ";\n");
    hu_used(b, p);
    s->tally.rows++;
    if (!twice) return;
    const size_t len = (size_t)(p - start);
    char *again = hu_room(b, len);
    if (!again) return;
    memcpy(again, again - len, len);
    hu_used(b, again + len);
    s->tally.rows++;
}

/* --- one life ----------------------------------------------------------------------------------
 */

static void put_pathways(const hu_world *w, const hu_life *l, hu_sheets *s) {
    hu_buf *b = &s->file[hu_outpatient_file(w, PATHWAY_FILE)];
    for (int d = 0; d < HU_DISEASES; d++) {
        if (l->pathway_from[d] == HU_NEVER) continue;
        const hu_type *types = w->paths->type[d];
        const bool other = l->deviates_to[d] >= 0;
        char from[11], since[11] = "";
        hu_format_day(l->pathway_from[d], from);
        if (other) hu_format_day(l->deviates[d], since);
        hu_buf_printf(b, "%lld,%s,%s,%s,%s,%s\n", (long long)l->person, hu_disease_name(d),
                      types[l->pathway[d]].id, from, other ? types[l->deviates_to[d]].id : "",
                      since);
    }
}

void hu_write_outpatient(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s) {
    hu_rng dirt = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_EMERGENCY + 2);
    int nth = 0;
    for (size_t i = 0; i < l->n_items; i++) {
        const hu_item *v = &l->item[i];
        bill k = {.w = w, .l = l, .names = n, .s = s, .item = v, .in = v->day, .out = v->to};
        if (v->kind == HU_ITEM_EMERGENCY) {
            put_visit(w, l, n, s, v, nth, &dirt);
            if (v->visit.exit == '8') bill_emergency(&k, nth);
        } else if (v->kind == HU_ITEM_OUTPATIENT) {
            bill_consultation(&k, nth);
        } else continue;
        nth++;
    }
    put_pathways(w, l, s);
}
