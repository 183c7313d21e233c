/* traps.c - the sixteen biases (simulator.md, section 6): states that raise both a drug's start and
 * an outcome's hazard, fixed differences between persons, and what events do to later treatment.
 * No trap looks at an event that is still to come.
 *
 *   before treatments   hu_latent_states: episodes -> windows of hazard, starts to be added
 *   in treatments       factors on start rates and on the length of eras, an early stop
 *   in events           hu_trap_at: factor on a hazard
 *   after an event      hu_aftermath: drugs stopped, avoided, replaced, added
 *
 * T16 (age) needs nothing: metformin and bladder cancer both rise with age in the tables.
 */
#include <math.h>
#include <string.h>
#include "simulate/sim.h"

static const double smoking_on_infarction = 2, smoking_on_tiotropium = 6;
static const double smoking_on_airways = 2.5; /* part of the six: smokers have the disease */
static const double conscious_falls = 0.7;    /* T10, for a standard deviation of H */
static const double persistence = 0.8,
                    more_often = 0.5; /* log length and log rate of statins per H */
static const double table_amoxicillin = 0.35, table_iron = 0.5; /* starts left to the table */
static const double most_terminal = 6, dropped_a_month = 0.3;
static const int terminal_days = 180;
static const double coding_change = 1.12;
static const double infection_factor = 8, infections_answered = 0.12;
static const double dementia_on_psychosis = 2;

/* --- latent states --------------------------------------------------------------------------- */

typedef struct latent {
    uint32_t bit;
    int number;
    const char *outcome[2];
    double rate_py;         /* episodes a person-year */
    int condition, min_age; /* of those who have it (-1 = anybody), from this age on */
    int32_t step;           /* days of each factor on the hazard, from the day `delay` on */
    int32_t delay;
    double factor[3]; /* 0 = no further step */
    const char *drug[4];
    double share;               /* of the episodes in which one of the drugs is started */
    int32_t drug_from, drug_to; /* when, in days after the start */
} latent;

/* T01: a state of falling often; the antidepressant is started in its middle, so that half of the
 *      excess of fractures lies before the start.
 * T02, T03: a silent bleed makes the doctor start a stomach drug or iron before it is coded.
 * T05: heart failure gets worse over a month, and furosemide is begun.
 * T06: breathlessness is taken for asthma before it is seen to be heart failure.
 * T08: a fall is followed by paracetamol, and within ten days often by the fracture. */
static const latent states[] = {
    {HU_T01,
     1,
     {"HIP", "FRAC"},
     0.08,
     -1,
     60,
     23,
     0,
     {6, 6, 0},
     {"N06AB10", "N06AB05", "N06AB04", "N06AB06"},
     0.30,
     16,
     31},
    {HU_T02,
     2,
     {"UGIB", NULL},
     0.05,
     -1,
     0,
     25,
     5,
     {100, 0, 0},
     {"A02BC01", "A02BC02"},
     0.35,
     0,
     25},
    {HU_T03, 3, {"UGIB", NULL}, 0.05, -1, 40, 25, 5, {100, 0, 0}, {"B03AA07"}, 0.35, 0, 25},
    {HU_T05,
     5,
     {"HF", NULL},
     0.80,
     HU_C_HEART_FAILURE,
     0,
     10,
     0,
     {5.0 / 3, 7.0 / 3, 3},
     {"C03CA01"},
     0.9,
     0,
     10},
    {HU_T06, 6, {"HF", NULL}, 0.10, -1, 50, 30, 10, {20, 0, 0}, {"R03AC02"}, 0.15, 0, 10},
    {HU_T08, 8, {"HIP", "FRAC"}, 0.30, -1, 0, 10, 0, {25, 0, 0}, {"N02BE01"}, 0.5, 0, 3},
};
enum { STATES = sizeof states / sizeof *states };
_Static_assert((int)STATES <= (int)HU_LATENT, "the world has room for every latent state");

static hune_status add_window(hu_life *l, int trap, int outcome, int32_t from, int32_t to,
                              double value, hune_err *err) {
    if (outcome < 0) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->window, &l->cap_windows, l->n_windows + 1, sizeof *l->window, err));
    l->window[l->n_windows++] = (hu_window){from, to, outcome, value, trap};
    return HUNE_OK;
}

static hune_status add_push(hu_life *l, int trap, int drug, int32_t day, hune_err *err) {
    if (drug < 0) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->push, &l->cap_pushes, l->n_pushes + 1, sizeof *l->push, err));
    l->push[l->n_pushes++] = (hu_push){day, (int16_t)drug, (int16_t)trap};
    return HUNE_OK;
}

static hu_rng trap_stream(const hu_world *w, const hu_life *l, int trap) {
    return hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TRAP + (uint32_t)trap);
}

static hune_status live_latent(const hu_world *w, hu_life *l, const latent *s, hune_err *err) {
    hu_rng r = trap_stream(w, l, s->number);
    int steps = 0, drugs = 0;
    while (steps < 3 && s->factor[steps] > 0) steps++;
    while (drugs < 4 && s->drug[drugs]) drugs++;
    const int32_t length = s->delay + steps * s->step;
    double t = l->start;
    const int32_t old_enough = l->birth + (int32_t)(s->min_age * HU_YEAR);
    if (old_enough > t) t = old_enough;
    if (s->condition >= 0 && l->state[s->condition].from > t) t = l->state[s->condition].from;
    for (;;) {
        t += hu_rng_exp(&r) / s->rate_py * HU_YEAR + length; /* episodes do not overlap */
        if (t >= l->exit) return HUNE_OK;
        const int32_t day = (int32_t)t;
        for (int o = 0; o < 2 && s->outcome[o]; o++) {
            const int outcome = w->latent_outcome[s - states][o];
            for (int k = 0; k < steps; k++) {
                const int32_t from = day + s->delay + k * s->step;
                HUNE_TRY(
                    add_window(l, s->number, outcome, from, from + s->step, s->factor[k], err));
            }
        }
        const double start = hu_rng_unif(&r), which = hu_rng_unif(&r), when = hu_rng_unif(&r);
        if (start >= s->share) continue;
        HUNE_TRY(add_push(l, s->number, w->latent_drug[s - states][(int)(which * drugs)],
                          day + s->drug_from + (int32_t)(when * (s->drug_to - s->drug_from)), err));
    }
}

/* T04: infections by a Poisson process with a winter peak multiply the hazard of pneumonia by 8 for
 * 14 days, and are answered by amoxicillin within 3 days in one of eight. T11: the same illnesses,
 * for which nobody is vaccinated within 14 days. Both on: one process for both. */
static hune_status infections(const hu_world *w, hu_life *l, hune_err *err) {
    static const double rate_py[HU_BANDS] = {1.3, 0.6, 0.6, 0.9, 1.2}, winter = 0.4;
    hu_rng r = trap_stream(w, l, 4);
    const int pneumonia = hu_find_outcome(w, "PNEU"), drug = hu_find_drug(w, "J01CA04");
    for (double t = l->start;;) {
        const double top = 1.3 * (1 + winter);
        t += hu_rng_exp(&r) / top * HU_YEAR;
        if (t >= l->exit) return HUNE_OK;
        const int32_t day = (int32_t)t;
        const double rate = rate_py[hu_band(l->birth, day)] * hu_season(winter, 1, day);
        if (hu_rng_unif(&r) * top >= rate) continue;
        const double start = hu_rng_unif(&r), when = hu_rng_unif(&r);
        HUNE_TRY(add_window(l, w->bias & HU_T04 ? 4 : 11, pneumonia, day, day + 14,
                            infection_factor, err));
        if (w->bias & HU_T04 && start < infections_answered)
            HUNE_TRY(add_push(l, 4, drug, day + (int32_t)(4 * when), err));
        if (!(w->bias & HU_T11)) continue;
        HUNE_TRY(
            hu_grow(&l->illness, &l->cap_illnesses, l->n_illnesses + 1, sizeof *l->illness, err));
        l->illness[l->n_illnesses++] = day;
    }
}

/* T07: gout is treated by allopurinol and colchicine, begun within 60 days in any order. */
static hune_status gout(const hu_world *w, hu_life *l, hune_err *err) {
    static const char *const drug[2] = {"M04AA01", "M04AC01"};
    const int32_t onset = l->state[HU_C_GOUT].from;
    hu_rng r = trap_stream(w, l, 7);
    for (int k = 0; k < 2; k++) {
        const double start = hu_rng_unif(&r), when = hu_rng_unif(&r);
        if (onset < l->start || onset >= l->exit || start >= 0.7) continue;
        HUNE_TRY(add_push(l, 7, hu_find_drug(w, drug[k]), onset + (int32_t)(60 * when), err));
    }
    return HUNE_OK;
}

/* T13: in the last four months of life morphine and hypnotics are begun. */
static hune_status end_of_life(const hu_world *w, hu_life *l, hune_err *err) {
    static const char *const drug[2] = {"N02AA01", "N05CF02"};
    hu_rng r = trap_stream(w, l, 13);
    for (int k = 0; k < 2; k++) {
        const double start = hu_rng_unif(&r), when = hu_rng_unif(&r);
        if (l->terminal >= l->exit || start >= 0.7) continue;
        const int32_t day = l->terminal + (int32_t)(terminal_days * (1 + 2 * when) / 3);
        if (day >= l->start) HUNE_TRY(add_push(l, 13, hu_find_drug(w, drug[k]), day, err));
    }
    return HUNE_OK;
}

static int by_drug_and_day(const void *x, const void *y, void *arg) {
    const hu_push *a = x, *b = y;
    (void)arg;
    return a->drug != b->drug ? a->drug - b->drug : a->day < b->day ? -1 : a->day > b->day;
}

hune_status hu_latent_states(const hu_world *w, hu_life *l, hune_err *err) {
    if (!(w->bias & ~(uint32_t)HU_BY_CONDITION)) return HUNE_OK;
    for (int k = 0; k < STATES; k++)
        if (w->bias & states[k].bit) HUNE_TRY(live_latent(w, l, &states[k], err));
    if (w->bias & (HU_T04 | HU_T11)) HUNE_TRY(infections(w, l, err));
    if (w->bias & HU_T07) HUNE_TRY(gout(w, l, err));
    if (w->bias & HU_T13 && l->terminal != HU_NEVER) HUNE_TRY(end_of_life(w, l, err));
    if (l->n_pushes < 2) return HUNE_OK;
    return hu_sort(l->push, l->n_pushes, sizeof *l->push, by_drug_and_day, NULL, err);
}

/* --- treatments ------------------------------------------------------------------------------ */

double hu_trap_start_factor(const hu_world *w, const hu_life *l, int drug) {
    const hu_drug *d = &w->drug[drug];
    double f = 1;
    if (w->bias & HU_T09 && !strcmp(d->atc, "R03BB04")) {
        const double s = w->smokers[l->sex][l->entry - l->birth >= 65 * HU_YEAR];
        const double start = smoking_on_tiotropium / smoking_on_airways;
        f *= (l->smoker ? start : 1) / (1 + s * (start - 1));
    }
    /* what traps start is part of the table's users, where it is many */
    if (w->bias & HU_T04 && !strcmp(d->atc, "J01CA04")) f *= table_amoxicillin;
    if (w->bias & HU_T03 && !strcmp(d->atc, "B03AA07")) f *= table_iron;
    if (w->bias & HU_T10 && hu_starts(d->atc, "C10AA"))
        f *= exp(more_often * l->health - more_often * more_often / 2);
    if (w->bias & HU_BY_CONDITION && d->condition == HU_C_PSYCHOSIS) {
        const int32_t day = l->entry;
        const double ill = w->share[HU_C_DEMENTIA][l->sex][hu_band(l->birth, day)];
        f *= (l->state[HU_C_DEMENTIA].from <= day ? dementia_on_psychosis : 1) /
             (1 + ill * (dementia_on_psychosis - 1));
    }
    return f;
}

/* T09: smokers have airway disease more often, others less, so that its share stays. */
double hu_trap_liability(const hu_world *w, const hu_life *l, int condition, double u) {
    if (!(w->bias & HU_T09) || condition != HU_C_AIRWAY) return u;
    const double s = w->smokers[l->sex][l->entry - l->birth >= 65 * HU_YEAR];
    if (l->smoker) return u / smoking_on_airways;
    return fmin(u * (1 - s) / (1 - s * smoking_on_airways), 1 - 1e-12);
}

/* T10: the health-conscious stay longer on statins (and begin them more often). */
double hu_trap_era_factor(const hu_world *w, const hu_life *l, int drug) {
    if (!(w->bias & HU_T10) || !hu_starts(w->drug[drug].atc, "C10AA")) return 1;
    return exp(persistence * l->health - persistence * persistence / 2);
}

/* T12: preventive drugs are dropped at the end of life. The last day of use, or HU_NEVER. */
int32_t hu_trap_stop(const hu_world *w, const hu_life *l, int drug) {
    const hu_drug *d = &w->drug[drug];
    if (!(w->bias & HU_T12) || l->terminal == HU_NEVER || d->use != HU_CHRONIC) return HU_NEVER;
    if (hu_starts(d->atc, "N05") || hu_starts(d->atc, "N02")) return HU_NEVER;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person,
                         HU_STREAM_TRAP + 512 + (uint32_t)d->row); /* one stream a drug */
    const double wait = hu_rng_exp(&r) / dropped_a_month * 30.4;
    return wait < terminal_days ? l->terminal + (int32_t)wait : HU_NEVER;
}

/* --- hazards --------------------------------------------------------------------------------- */

/* What a condition does to an outcome; chosen for the simulator. */
static const struct {
    hu_condition condition;
    const char *outcome;
    double factor;
} by_condition[] = {
    {HU_C_DIABETES, "AMI", 1.6},      {HU_C_DIABETES, "ISTR", 1.5},
    {HU_C_CORONARY, "AMI", 3},        {HU_C_CORONARY, "HF", 2},
    {HU_C_HEART_FAILURE, "HF", 6},    {HU_C_HEART_FAILURE, "AKI", 2},
    {HU_C_THROMBOSIS, "ISTR", 2.5},   {HU_C_THROMBOSIS, "PE", 2},
    {HU_C_KIDNEY, "AKI", 4},          {HU_C_KIDNEY, "HYPERK", 3},
    {HU_C_KIDNEY, "HF", 1.5},         {HU_C_AIRWAY, "PNEU", 2.5},
    {HU_C_PSYCHOSIS, "HIP", 1.5},     {HU_C_DEMENTIA, "HIP", 2},
    {HU_C_DEMENTIA, "PNEU", 2},       {HU_C_OSTEOPOROSIS, "HIP", 1.8},
    {HU_C_OSTEOPOROSIS, "FRAC", 1.6}, {HU_C_EPILEPSY, "SEIZ", 10},
    {HU_C_CANCER, "PE", 3},           {HU_C_CANCER, "SEPS", 2},
};

void hu_world_traps(hu_world *w) {
    for (int o = 0; o < w->n_outcomes; o++) {
        for (int c = 0; c < HU_CONDITIONS; c++) w->outcome[o].condition[c] = 1;
        if (!(w->bias & HU_BY_CONDITION)) continue;
        for (size_t k = 0; k < sizeof by_condition / sizeof *by_condition; k++)
            if (!strcmp(by_condition[k].outcome, w->outcome[o].id))
                w->outcome[o].condition[by_condition[k].condition] = by_condition[k].factor;
    }
    for (int k = 0; k < STATES; k++) {
        for (int o = 0; o < 2; o++)
            w->latent_outcome[k][o] =
                states[k].outcome[o] ? hu_find_outcome(w, states[k].outcome[o]) : -1;
        for (int d = 0; d < 4; d++)
            w->latent_drug[k][d] = states[k].drug[d] ? hu_find_drug(w, states[k].drug[d]) : -1;
    }
    w->change_of_coding = hu_day(2011, 3, 1);
    w->fracture = hu_find_outcome(w, "FRAC");
    w->hip = hu_find_outcome(w, "HIP");
    w->infarction = hu_find_outcome(w, "AMI");
}

static double of_conditions(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const hu_outcome *o = &w->outcome[outcome];
    double m = 1;
    for (int c = 0; c < HU_CONDITIONS; c++)
        if (o->condition[c] != 1 && day >= l->state[c].from && day < l->state[c].to)
            m *= o->condition[c];
    return m;
}

/* T12, T13: frailty is multiplied by 1 to 6 on the way to a death that is not sudden. */
static double of_dying(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    const double g = w->outcome[outcome].frailty;
    if (l->terminal == HU_NEVER || day < l->terminal || g == 0) return 1;
    const double x = fmin((day - l->terminal) / (double)terminal_days, 1);
    return pow(1 + (most_terminal - 1) * x, g);
}

static double of_windows(const hu_life *l, int outcome, int32_t day, int trap) {
    double m = 1;
    for (size_t i = 0; i < l->n_windows; i++) {
        const hu_window *v = &l->window[i];
        if (v->outcome == outcome && day >= v->from && day < v->to && (!trap || v->trap == trap))
            m *= v->value;
    }
    return m;
}

/* T09 smoking and infarction, T10 the health-conscious fall less. */
static double of_person(const hu_world *w, const hu_life *l, int outcome, int trap) {
    if (trap == 9 && w->bias & HU_T09 && outcome == w->infarction && l->smoker)
        return smoking_on_infarction;
    if (trap == 10 && w->bias & HU_T10 && (outcome == w->hip || outcome == w->fracture))
        return pow(conscious_falls, l->health);
    return 1;
}

static double of_coding(const hu_world *w, int outcome, int32_t day) {
    return w->bias & HU_T14 && outcome == w->fracture && day >= w->change_of_coding ? coding_change
                                                                                    : 1;
}

double hu_trap_at(const hu_world *w, const hu_life *l, int outcome, int32_t day) {
    if (!w->bias) return 1;
    double m = of_windows(l, outcome, day, 0) * of_person(w, l, outcome, 9) *
               of_person(w, l, outcome, 10) * of_coding(w, outcome, day);
    if (w->bias & HU_BY_CONDITION) m *= of_conditions(w, l, outcome, day);
    if (w->bias & (HU_T12 | HU_T13)) m *= of_dying(w, l, outcome, day);
    return m;
}

void hu_trap_parts(const hu_world *w, const hu_life *l, int outcome, int32_t day,
                   double which[HU_TRAPS + 1]) {
    which[0] = w->bias & HU_BY_CONDITION ? of_conditions(w, l, outcome, day) : 1;
    for (int t = 1; t <= HU_TRAPS; t++) which[t] = of_windows(l, outcome, day, t);
    which[9] *= of_person(w, l, outcome, 9);
    which[10] *= of_person(w, l, outcome, 10);
    if (w->bias & (HU_T12 | HU_T13))
        which[w->bias & HU_T12 ? 12 : 13] *= of_dying(w, l, outcome, day);
    which[14] *= of_coding(w, outcome, day);
}

/* The largest value of hu_trap_at in [from, to), or somewhat more. */
double hu_trap_top(const hu_world *w, const hu_life *l, int outcome, int32_t from, int32_t to) {
    if (!w->bias) return 1;
    double top = of_windows(l, outcome, from, 0), fixed = 1;
    for (size_t i = 0; i < l->n_windows; i++) /* windows are constant between their starts */
        if (l->window[i].outcome == outcome && l->window[i].from >= from && l->window[i].from < to)
            top = fmax(top, of_windows(l, outcome, l->window[i].from, 0));
    for (int c = 0; c < HU_CONDITIONS; c++)
        if (w->outcome[outcome].condition[c] > 1 && l->state[c].from < to && l->state[c].to > from)
            fixed *= w->outcome[outcome].condition[c];
    if (w->bias & (HU_T12 | HU_T13)) fixed *= of_dying(w, l, outcome, to);
    if (w->bias & HU_T14 && outcome == w->fracture) fixed *= coding_change;
    return fmax(top, 1) * fixed * of_person(w, l, outcome, 9) *
           fmax(of_person(w, l, outcome, 10), 1);
}

/* --- after an event -------------------------------------------------------------------------- */

/* Exposed days before each era of a drug, after one was cut or put in. */
static void recount(hu_life *l, int drug) {
    int32_t days = 0;
    for (int i = l->first_era[drug]; i < l->first_era[drug + 1]; i++) {
        l->era[i].cum_before = days;
        days += l->era[i].end - l->era[i].start;
    }
}

static void cut_era(hu_life *l, hu_era *e, int32_t end) {
    for (int k = e->fill_from; k < e->fill_to; k++)
        if (l->fill[k].day >= end) l->fill[k].drug = -1;
    e->end = end;
}

/* One box of a drug on a day, in an era of its own unless one is under way; `boxes` refills. */
static hune_status one_more_era(const hu_world *w, hu_life *l, int d, int32_t day, int boxes,
                                hu_why why, int detail, hune_err *err) {
    const hu_drug *drug = &w->drug[d];
    if (hu_weekday(day) == 6) day++;
    if (day < drug->market_from || day >= drug->market_to || day >= l->exit) return HUNE_OK;
    int at = l->first_era[d];
    const int last = l->first_era[d + 1], supply = drug->pack[0].supply;
    while (at < last && l->era[at].start <= day) at++;
    const bool under_way = at > l->first_era[d] && l->era[at - 1].end > day;
    const int32_t next = at < last ? l->era[at].start : HU_NEVER;
    const int32_t from = (int32_t)l->n_fills;
    int32_t end = day;
    for (int k = 0; k < (under_way ? 1 : boxes) && end < next && end < l->exit; k++) {
        HUNE_TRY(hu_grow(&l->fill, &l->cap_fills, l->n_fills + 1, sizeof *l->fill, err));
        const int32_t box = hu_weekday(end) == 6 ? end + 1 : end;
        l->fill[l->n_fills++] = (hu_box){.day = box, .drug = (int16_t)d, .again = 1};
        end = box + supply;
    }
    if (under_way) return HUNE_OK;
    HUNE_TRY(hu_grow(&l->era, &l->cap_eras, l->n_eras + 1, sizeof *l->era, err));
    memmove(&l->era[at + 1], &l->era[at], (l->n_eras - (size_t)at) * sizeof *l->era);
    l->n_eras++;
    for (int k = d + 1; k <= w->n_drugs; k++) l->first_era[k]++;
    if (end > next) end = next;
    if (end > l->exit) end = l->exit;
    l->era[at] = (hu_era){.start = day,
                          .end = end,
                          .drug = d,
                          .fill_from = from,
                          .fill_to = (int32_t)l->n_fills,
                          .why = (int16_t)why,
                          .detail = (int16_t)detail};
    recount(l, d);
    return HUNE_OK;
}

/* Another drug of the same chemical class that does not do it, or that the doctor hopes does not.
 */
static int alternative(const hu_world *w, int drug, hu_rng *r) {
    int found[32], n = 0;
    const size_t same = hu_starts(w->drug[drug].atc, "M01A") ? 4 : 5;
    for (int d = 0; d < w->n_drugs && n < 32; d++)
        if (d != drug && !strncmp(w->drug[d].atc, w->drug[drug].atc, same)) found[n++] = d;
    const double x = hu_rng_unif(r);
    return n ? found[(int)(x * n)] : -1;
}

/* T15: after an event that a drug can cause, the drug is stopped in six of ten (four of ten of
 * these go on with another one of its class) and, for a year, started one time in five. */
static hune_status learn(const hu_world *w, hu_life *l, int drug, int32_t day, hu_rng *r,
                         hune_err *err) {
    bool stopped = false;
    for (int i = l->first_era[drug]; i < l->first_era[drug + 1]; i++) {
        hu_era *e = &l->era[i];
        if (e->end <= day || e->start > day + 365) continue;
        const double x = hu_rng_unif(r);
        if (e->start <= day && x < 0.6) {
            cut_era(l, e, day + 1);
            stopped = true;
        }
        if (e->start > day && x < 0.8) cut_era(l, e, e->start); /* never started */
    }
    recount(l, drug);
    if (!stopped || hu_rng_unif(r) >= 0.4) return HUNE_OK;
    const int other = alternative(w, drug, r);
    return other < 0 ? HUNE_OK : one_more_era(w, l, other, day + 10, 6, HU_WHY_SWITCH, drug, err);
}

static hune_status learn_all(const hu_world *w, hu_life *l, int outcome, int32_t day,
                             hune_err *err) {
    const hu_outcome *o = &w->outcome[outcome];
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person,
                         HU_STREAM_AFTER + 15 + 64 * (uint32_t)l->n_events);
    if (o->effect_from == o->effect_to && !strcmp(o->id, "UGIB")) { /* a world without truth */
        for (int d = 0; d < w->n_drugs; d++)
            if (hu_starts(w->drug[d].atc, "M01A")) HUNE_TRY(learn(w, l, d, day, &r, err));
        return HUNE_OK;
    }
    for (int e = o->effect_from; e < o->effect_to; e++)
        if (w->effect[e].max > 1) HUNE_TRY(learn(w, l, w->effect[e].drug, day, &r, err));
    return HUNE_OK;
}

/* T08: paracetamol within 20 days after a fracture, eight times in ten. */
static hune_status pain_relief(const hu_world *w, hu_life *l, int32_t day, hune_err *err) {
    hu_rng r =
        hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_AFTER + 8 + 64 * (uint32_t)l->n_events);
    const int d = hu_find_drug(w, "N02BE01");
    if (d < 0 || hu_rng_unif(&r) >= 0.8) return HUNE_OK;
    return one_more_era(w, l, d, day + 1 + (int32_t)hu_rng_below(&r, 20), 1, HU_WHY_TRAP, 8, err);
}

hune_status hu_aftermath(const hu_world *w, hu_life *l, int outcome, int32_t day, hune_err *err) {
    if (w->bias & HU_T15) HUNE_TRY(learn_all(w, l, outcome, day, err));
    if (w->bias & HU_T08 && (outcome == w->hip || outcome == w->fracture))
        return pain_relief(w, l, day, err);
    return HUNE_OK;
}

/* --- what was planted --------------------------------------------------------------------------
 */

static void json_state(const latent *s, hu_buf *b) {
    hu_buf_printf(b, "{\"trap\": \"T%02d\", \"outcomes\": [", s->number);
    for (int o = 0; o < 2 && s->outcome[o]; o++)
        hu_buf_printf(b, "%s\"%s\"", o ? ", " : "", s->outcome[o]);
    hu_buf_printf(b, "], \"episodes_py\": %.4g, \"min_age\": %d, \"condition\": ", s->rate_py,
                  s->min_age);
    if (s->condition < 0) hu_buf_add(b, "null");
    else hu_buf_printf(b, "\"%s\"", hu_condition_name(s->condition));
    hu_buf_printf(b, ", \"hazard_from_day\": %d, \"days_a_step\": %d, \"factors\": [", s->delay,
                  s->step);
    for (int k = 0; k < 3 && s->factor[k] > 0; k++)
        hu_buf_printf(b, "%s%.6g", k ? ", " : "", s->factor[k]);
    hu_buf_add(b, "], \"drugs\": [");
    for (int k = 0; k < 4 && s->drug[k]; k++)
        hu_buf_printf(b, "%s\"%s\"", k ? ", " : "", s->drug[k]);
    hu_buf_printf(b, "], \"share_started\": %.4g, \"started_on_day\": [%d, %d]}", s->share,
                  s->drug_from, s->drug_to);
}

void hu_traps_json(const hu_world *w, hu_buf *b) {
    const struct {
        uint32_t bits;
        const char *name;
        double value;
    } numbers[] = {
        {HU_T04 | HU_T11, "infections_on_pneumonia", infection_factor},
        {HU_T04, "infections_answered", infections_answered},
        {HU_T04, "amoxicillin_left_to_the_table", table_amoxicillin},
        {HU_T03, "iron_left_to_the_table", table_iron},
        {HU_T09, "smoking_on_infarction", smoking_on_infarction},
        {HU_T09, "smoking_on_tiotropium", smoking_on_tiotropium},
        {HU_T09, "smoking_on_airway_disease", smoking_on_airways},
        {HU_T10, "consciousness_on_falls", conscious_falls},
        {HU_T10, "consciousness_on_log_persistence", persistence},
        {HU_T10, "consciousness_on_log_starts", more_often},
        {HU_T12 | HU_T13, "terminal_frailty", most_terminal},
        {HU_T12 | HU_T13, "terminal_days", terminal_days},
        {HU_T12, "dropped_a_month", dropped_a_month},
        {HU_T14, "coding_of_fractures", coding_change},
        {HU_BY_CONDITION, "dementia_on_antipsychotics", dementia_on_psychosis},
    };
    bool any = false;
    hu_buf_add(b, "  \"hidden_states\": [");
    for (int k = 0; k < STATES; k++) {
        if (!(w->bias & states[k].bit)) continue;
        hu_buf_add(b, any ? ",\n    " : "\n    ");
        json_state(&states[k], b);
        any = true;
    }
    hu_buf_add(b, any ? "\n  ],\n  \"traps\": {" : "],\n  \"traps\": {");
    any = false;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        if (!(w->bias & numbers[k].bits)) continue;
        hu_buf_printf(b, "%s\"%s\": %.6g", any ? ", " : "", numbers[k].name, numbers[k].value);
        any = true;
    }
    hu_buf_add(b, "},\n");
}
