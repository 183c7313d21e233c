/* emergency.h - how many come to the emergency departments, when and why.
 *
 * A person of group g (age) and sex s who is not in hospital comes on day t at the daily rate
 *
 *   rate[g][s] x contact with care x C(g, zone, t)
 *   C = weekday x season x trend x holiday x school x (1 + sum over waves of a[g][k] height[k](t))
 *
 * on its own, and to facility f of the department with probability share(f, t); a facility whose
 * coding level changes registers `level` times as many. Waves: influenza, gastroenteritis,
 * bronchiolitis, heat. The hour follows the age and whether the day is free. All of it is written
 * to sim_truth/, so a forecast can be scored against the intensity instead of what happened.
 */
#ifndef HU_EMERGENCY_H
#define HU_EMERGENCY_H
#include "simulate/pathways.h"

enum {
    HU_GROUPS = 6,
    HU_ZONES = 6,
    HU_WAVES = 4,
    HU_SITES = 256,
    HU_REASONS = 96,
    HU_PROFILES = 3
};

typedef struct hu_group { /* a row of emergency_groups.csv */
    double age_from, rate[2], weekday[7], season_amp, holiday, day_after, school, trend,
        wave[HU_WAVES], admit;
    int season_peak, profile;
} hu_group;

typedef struct hu_reason {
    const char *reason, *diagnosis, *act;
    int wave, season; /* -1 none; -1 winter, 1 summer */
    double weight[HU_GROUPS], severity[5], admit, minutes, nights;
} hu_reason;

typedef struct hu_site {
    char finess[10];
    int department, hospital;
    double share, shift;
    int32_t from, to, shift_from;
} hu_site;

typedef struct hu_emergency {
    hu_group group[HU_GROUPS];
    hu_reason reason[HU_REASONS];
    int n_reasons;
    hu_site site[HU_SITES];
    int n_sites, first_site[HU_DEPARTMENTS + 1];
    int8_t zone[HU_DEPARTMENTS];     /* 2 x school zone + Alsace-Moselle */
    double most[HU_DEPARTMENTS];     /* largest level that the department ever has */
    double hour[HU_PROFILES][2][24]; /* cumulated share; [1] on free days */
    double *reason_upto;             /* [HU_GROUPS][12 months + HU_WAVES][n_reasons], cumulated */
    int32_t first, days;             /* of the tables below: the window */
    double *wave;                    /* [HU_WAVES][days] height */
    double *factor;                  /* [HU_ZONES][HU_GROUPS][days] C */
    double *cum;                     /* [HU_ZONES][HU_GROUPS][days + 1] sum of C */
    bool *planned;                   /* [n_outcomes] */
    double through, dies_there, transfer;
    double duplicates, missing_diagnosis, missing_stretches, missing_days, slow_clocks;
} hu_emergency;

/* calendar.c: France. zone 0 A, 1 B, 2 C (school holidays until 2015; rules, not decrees). */
bool hu_public_holiday(int32_t day, bool alsace_moselle);
bool hu_school_holiday(int32_t day, int zone);
/* Saturday, Sunday or a public holiday. */
bool hu_free_day(int32_t day, bool alsace_moselle);
/* Of a month of 31 days: the clocks change in March and October. */
int32_t hu_last_sunday(int year, int month);

int hu_age_group(const hu_emergency *e, int32_t birth, int32_t day);
int32_t hu_group_start(const hu_emergency *e, int32_t birth, int group);
/* Share of the department's visits that a facility gets; 0 when it is closed. */
double hu_site_share(const hu_emergency *e, int site, int32_t day);
double hu_site_level(const hu_site *s, int32_t day);
/* The facility of a hospital of the department, or -1. */
int hu_site_of(const hu_emergency *e, int department, int hospital, int32_t day);
/* Place in reason_upto. */
static inline const double *hu_reasons_of(const hu_emergency *e, int group, int which) {
    return e->reason_upto + (size_t)(group * (12 + HU_WAVES) + which) * (size_t)e->n_reasons;
}

/* Who could have come: a span of days of one person outside hospital. */
typedef struct hu_at_risk {
    int32_t from, to;
    int16_t department;
    int8_t group, sex;
    double weight; /* visits a day at C = 1 and level 1 */
} hu_at_risk;

/* outpatient.c: dirt of the passages. Did the facility send nothing that day; by how many minutes
 * was its clock wrong? */
bool hu_rpu_not_sent(const hu_world *w, int site, int32_t day);
int hu_rpu_clock_error(const hu_world *w, int site, int32_t day, int minute);

/* emergency_truth.c */
typedef struct hu_risk_sums {
    double *weight; /* [HU_DEPARTMENTS][HU_GROUPS][days + 1] changes of the sum of weights */
    int32_t *count; /* [HU_DEPARTMENTS][2][HU_GROUPS][days + 1] changes of the number of persons */
} hu_risk_sums;
hune_status hu_risk_new(const hu_world *w, hu_risk_sums *s, hune_err *err);
void hu_risk_clear(hu_risk_sums *s);
void hu_note_risk(const hu_world *w, const hu_life *l, hu_buf *at_risk);
void hu_add_risk(const hu_world *w, hu_risk_sums *s, hu_buf *at_risk); /* empties it */
hune_status hu_emergency_truth(const hu_world *w, const hu_risk_sums *s, const char *folder,
                               hune_err *err);
#endif
