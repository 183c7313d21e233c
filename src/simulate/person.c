/* person.c - who somebody is: age and sex, traits, the day they die or leave, where they live.
 *
 * Everything is drawn from streams of (seed, person) alone, so a person is the same whatever the
 * number of persons, threads, drugs or outcomes of a run.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/sim.h"

/* Ages where a band begins, in years; the last band has no end. */
static const double band_age[HU_BANDS + 1] = {0, 18, 45, 65, 80, 200};

/* Gompertz: hazard a exp(b age) a year. With mode M the life expectancy is near M - 0.577 / b:
 * 79 years for men, 85 for women. */
static const double gompertz_slope = 0.095;
static const double gompertz_level[2] = {2.93e-5, 1.658e-5};

/* Mean of Gamma(3) / 3 within each fifth of it: contact with care. */
static const double care_factors[HU_CARE] = {0.3506, 0.6376, 0.8937, 1.2135, 1.9046};

static const double departure_py = 0.003, arrival_py = 0.004;
static const double old_mean_years = 5.5, oldest = 105;
static const double sudden_death = 0.3;
static const int terminal_days = 180;
static const double large_pack_share = 0.4;

double hu_care_factor(int care) {
    return care_factors[care];
}

int hu_band(int32_t birth, int32_t day) {
    int b = 0;
    while (b < HU_BANDS - 1 && day >= hu_band_start(birth, b + 1)) b++;
    return b;
}

int32_t hu_band_start(int32_t birth, int band) {
    return band >= HU_BANDS ? HU_NEVER : birth + (int32_t)(band_age[band] * HU_YEAR);
}

double hu_season(double amp, int peak, int32_t day) {
    static const double two_pi = 6.283185307179586;
    if (amp == 0) return 1;
    /* the middle of the month of the peak, years of 365.25 days from 2000 on */
    const double at = (day - 10957 - (peak - 1) * (HU_YEAR / 12) - 15) / HU_YEAR;
    return 1 + amp * cos(two_pi * at);
}

/* Departments: 01 to 95 without 20, 2A and 2B. */
const char *hu_department(int i) {
    static const char text[HU_DEPARTMENTS][3] = {
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14",
        "15", "16", "17", "18", "19", "2A", "2B", "21", "22", "23", "24", "25", "26", "27",
        "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38", "39", "40", "41",
        "42", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52", "53", "54", "55",
        "56", "57", "58", "59", "60", "61", "62", "63", "64", "65", "66", "67", "68", "69",
        "70", "71", "72", "73", "74", "75", "76", "77", "78", "79", "80", "81", "82", "83",
        "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94", "95"};
    return text[i];
}

/* Age in years on the first day of the window, given the cell of sex and band. Children not yet
 * born at the start have negative ages. */
static double draw_age(const hu_world *w, int band, hu_rng *r) {
    const double years = (w->end - w->from) / HU_YEAR, u = hu_rng_unif(r);
    double low = band_age[band], high = band_age[band + 1];
    if (w->o.population != HUNE_POPULATION_ELDERLY && band == 0) low = -years;
    if (w->o.population == HUNE_POPULATION_ELDERLY && band == 2) low = fmax(low, 65 - years);
    if (band < HU_BANDS - 1) return low + u * (high - low);
    const double age = low - old_mean_years * log(u);
    return age < oldest ? age : low + u * (oldest - low);
}

static void draw_life_span(const hu_world *w, hu_life *l, hu_rng *r) {
    /* the second of twins is born as the first was */
    hu_rng first = hu_rng_at(w->o.seed, (uint64_t)l->person - 1, HU_STREAM_DEMOGRAPHY);
    hu_rng *born = hu_twin(w, l->person) == 2 ? &first : r;
    double x = hu_rng_unif(born);
    int cell = 0;
    while (cell < 2 * HU_BANDS - 1 && x > w->age_cdf[cell]) cell++;
    l->sex = cell / HU_BANDS;
    const double age = draw_age(w, cell % HU_BANDS, born);
    l->birth = w->from - (int32_t)floor(age * HU_YEAR);

    /* alive at the start of the window, or born in it */
    const double b = gompertz_slope, from = fmax(age, 0);
    x = exp(b * from) - b / gompertz_level[l->sex] * log(hu_rng_unif(r));
    l->natural_death = l->birth + (int32_t)fmin(log(x) / b * HU_YEAR, 150 * HU_YEAR);
    if (l->natural_death <= w->from) l->natural_death = w->from + 1;

    l->start = l->birth > w->history ? l->birth : w->history;
    l->entry = l->birth > w->from ? l->birth : w->from;
    const double arrival = hu_rng_exp(r) / arrival_py * HU_YEAR;
    const double share = hu_rng_unif(r);
    if (arrival < w->end - w->from && w->o.population != HUNE_POPULATION_ELDERLY &&
        l->birth < w->from)
        l->entry = w->from + (int32_t)(share * arrival);
    const double departure = l->entry + 1 + hu_rng_exp(r) / departure_py * HU_YEAR;
    l->departure = departure < w->end ? (int32_t)departure : HU_NEVER;
    l->exit = w->end;
    if (l->natural_death < l->exit) l->exit = l->natural_death;
    if (l->departure < l->exit) l->exit = l->departure;
    if (l->entry > l->exit) l->entry = l->exit;
    l->death = l->natural_death <= l->exit ? l->natural_death : HU_NEVER;
}

/* Frailty is Gamma(2) with mean 1. Contact with care and health-consciousness share its normal
 * score (correlations 0.4 and -0.3): a Gaussian copula. */
static void draw_traits(const hu_world *w, hu_life *l, hu_rng *rng, hu_rng *diabetes) {
    hu_rng r = *rng;
    l->frailty = hu_rng_gamma(&r, 2) / 2;
    const double cdf = 1 - (1 + 2 * l->frailty) * exp(-2 * l->frailty);
    const double z = hu_norm_quantile(fmin(fmax(cdf, 1e-12), 1 - 1e-12));
    const double care = hu_norm_cdf(0.4 * z + sqrt(1 - 0.16) * hu_rng_normal(&r));
    l->care = care >= 1 ? HU_CARE - 1 : (int)(care * HU_CARE);
    l->care_factor = care_factors[l->care];
    l->care_root = sqrt(l->care_factor);
    l->health = -0.3 * z + sqrt(1 - 0.09) * hu_rng_normal(&r);
    l->frailty_z = z;
    const bool old = l->entry - l->birth >= 65 * HU_YEAR;
    l->smoker = hu_rng_unif(&r) < w->smokers[l->sex][old];
    const bool sudden = hu_rng_unif(&r) < sudden_death;
    l->terminal = sudden ? HU_NEVER : l->natural_death - terminal_days;
    l->diabetes_onset = hu_diabetes_onset(w, l, diabetes);
    l->diabetic = l->diabetes_onset < w->end;
    if (!l->diabetic) l->diabetes_onset = HU_NEVER;
    *rng = r;
}

static void draw_behaviour(const hu_world *w, hu_life *l) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_BEHAVIOUR);
    l->adherence = hu_rng_beta(&r, 6, 2);
    l->large_packs = hu_rng_unif(&r) < large_pack_share;
    l->department = (int)hu_rng_below(&r, HU_DEPARTMENTS);
    l->commune = 1 + (int)hu_rng_below(&r, 300);
    /* Panels have a heavy tail: low numbers are the large ones. */
    l->doctor = (int)(600 * pow(hu_rng_unif(&r), 1.8));
    l->pharmacy = (int)(250 * pow(hu_rng_unif(&r), 1.5));
    l->hospital = (int)(4 * pow(hu_rng_unif(&r), 1.5));
}

/* Diabetics are persons of the whole population who have it before the window ends, and live into
 * it: others are drawn again. */
static bool wanted(const hu_world *w, const hu_life *l) {
    return w->o.population != HUNE_POPULATION_DIABETES ||
           (l->diabetic && l->entry < l->exit && l->diabetes_onset < l->exit);
}

void hu_person(const hu_world *w, int64_t person, hu_life *l) {
    hu_rng life = hu_rng_at(w->o.seed, (uint64_t)person, HU_STREAM_DEMOGRAPHY);
    hu_rng traits = hu_rng_at(w->o.seed, (uint64_t)person, HU_STREAM_TRAITS);
    l->person = person;
    l->n_eras = l->n_fills = l->n_candidates = l->n_events = l->n_windows = l->n_items = 0;
    l->n_pushes = l->n_illnesses = l->n_consults = 0;
    l->killer = -1;
    memset(l->pathway, -1, sizeof l->pathway);
    hu_rng diabetes = hu_rng_at(w->o.seed, (uint64_t)person, HU_STREAM_CONDITION + HU_C_DIABETES);
    do {
        draw_life_span(w, l, &life);
        draw_traits(w, l, &traits, &diabetes);
    } while (!wanted(w, l));
    draw_behaviour(w, l);
}

hune_status hu_life_new(const hu_world *w, hu_life *l, hune_err *err) {
    *l = (hu_life){0};
    l->first_era = hu_calloc((size_t)w->n_drugs + 1, sizeof *l->first_era);
    l->last_era = hu_calloc((size_t)w->n_drugs + 1, sizeof *l->last_era);
    l->frailty_power = hu_calloc((size_t)w->n_outcomes + 1, sizeof *l->frailty_power);
    return l->first_era && l->last_era && l->frailty_power
               ? HUNE_OK
               : hune_fail(err, HUNE_ENOMEM, "no memory for a life");
}

void hu_life_clear(hu_life *l) {
    free(l->era);
    free(l->fill);
    free(l->first_era);
    free(l->last_era);
    free(l->frailty_power);
    free(l->candidate);
    free(l->event);
    free(l->window);
    free(l->item);
    free(l->away);
    free(l->push);
    free(l->illness);
    free(l->consult);
    free(l->spare);
    free(l->order);
    free(l->scratch);
    *l = (hu_life){0};
}

hune_status hu_add_item(hu_life *l, const hu_item *item, hune_err *err) {
    HUNE_TRY(hu_grow(&l->item, &l->cap_items, l->n_items + 1, sizeof *l->item, err));
    l->item[l->n_items++] = *item;
    return HUNE_OK;
}
