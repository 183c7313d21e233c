/* fraud.h - planted frauds, misuse and their innocent look-alikes.
 *
 *   fraud.c           which schemes are on, which actors take part in them, from when, how much
 *   fraud_sums.c      what each actor was given, summed over blocks; sim_truth/fraud.csv
 *   fraud_rows.c      the claims of the frauds, added to those of a person
 *   fraud_innocent.c  the claims of those who only look like it
 *   claims.c          writes a bill (hu_claim_bill), as it writes an honest one
 *
 * An actor (a pharmacy, a prescriber, a hospital, a person, a department) is in a scheme or not by
 * a hash of its number as the raw tables have it and of the seed. So everybody's rows agree on who
 * is in it whatever persons are simulated, in any order. A person whose actors are in a scheme
 * draws what is added to his claims from streams that serve nothing else.
 *
 * Honest rows are never touched (but for the severity of stays): planted statements are numbered
 * after the last honest one of their person.
 */
#ifndef HU_FRAUD_H
#define HU_FRAUD_H
#include "simulate/sim.h"

typedef enum hu_fraud_kind { /* names in --fraud */
                             HU_FRAUD_PHANTOM,
                             HU_FRAUD_OUTLIER,
                             HU_FRAUD_SHOPPING,
                             HU_FRAUD_DUPLICATE,
                             HU_FRAUD_IMPOSSIBLE,
                             HU_FRAUD_UPCODED,
                             HU_FRAUD_RING,
                             HU_FRAUD_INNOCENT,
                             HU_FRAUDS
} hu_fraud_kind;

/* Rows of codes/simulate/frauds.csv, in order; the last kind has several. */
typedef enum hu_scheme {
    HU_S_PHANTOM,
    HU_S_OUTLIER,
    HU_S_SHOPPING,
    HU_S_DUPLICATE,
    HU_S_IMPOSSIBLE,
    HU_S_UPCODED,
    HU_S_RING,
    HU_S_NEW_PRACTICE,
    HU_S_NEAR_HOSPITAL,
    HU_S_ADDICTION,
    HU_S_DIABETOLOGY,
    HU_S_EPIDEMIC,
    HU_S_SENT_AGAIN,
    HU_S_REFERRAL,
    HU_SCHEMES
} hu_scheme;

typedef struct hu_scheme_data {
    const char *kind, *why;
    double share;        /* of its actors */
    double weak, strong; /* the strength of an actor lies between, log-uniform */
    bool on;
    const char *code[12]; /* ATC prefixes or diagnoses */
    int n_codes;
    int *drug; /* of the world, in order of the prefixes */
    int n_drugs;
} hu_scheme_data;

typedef struct hu_frauds {
    uint32_t kinds;
    hu_scheme_data scheme[HU_SCHEMES];
} hu_frauds;

typedef struct hu_rogue { /* an actor's part in a scheme */
    uint64_t hash;
    int32_t from, to; /* [from, to) inside the window */
    double strength;
} hu_rogue;

/* Is this actor in the scheme (and the scheme on)? id is its number in the raw tables. */
bool hu_rogue_of(const hu_world *w, hu_scheme s, const char *id, hu_rogue *out);
/* What an actor chooses once for all: his favourites, his partners. */
hu_rng hu_rogue_rng(const hu_world *w, hu_scheme s, const hu_rogue *r);

typedef enum hu_actor_kind {
    HU_ACTOR_PHARMACY,
    HU_ACTOR_PRESCRIBER,
    HU_ACTOR_HOSPITAL,
    HU_ACTOR_PERSON
} hu_actor_kind;

enum { HU_BILL_BOXES = 12 };
typedef struct hu_bill { /* one statement: boxes, or one act when there are none */
    hu_scheme scheme;
    hu_actor_kind actor_kind;
    char actor[18], partner[9]; /* partner: the pharmacy of a ring */
    hu_rogue rogue;
    int32_t day;
    int later; /* flow months later than it should */
    char executant[9], prescriber[9];
    int executant_specialty, executant_trade, prescriber_specialty;
    int n_boxes, sign;
    hu_box box[HU_BILL_BOXES];
    int nature, price_cents;
} hu_bill;

typedef struct hu_fraud_sum {
    hu_scheme scheme;
    hu_actor_kind actor_kind;
    char actor[18];
    bool used;
    int32_t from, to;
    double strength;
    int64_t lines, cents, persons, last_person;
} hu_fraud_sum;

typedef struct hu_fraud_sheet { /* of one block */
    hu_bill *bill;              /* of the current person, written after the honest rows */
    size_t n_bills, cap_bills;
    int64_t person;
    char idt[18];
    double lines_py;    /* drug lines a year of the current person */
    bool twice, again;  /* may a visit be billed twice, or sent again? */
    hu_rng seen[2];     /* draws of either */
    hu_fraud_sum *slot; /* open addressing, cap a power of two */
    size_t cap, used;
    bool failed;
} hu_fraud_sheet;

/* The scene of one person: who plants in whose claims. */
typedef struct hu_plot {
    const hu_world *w;
    const hu_life *l;
    hu_fraud_sheet *f;
    int32_t from, to; /* observed */
} hu_plot;

/* Small hands of fraud_rows.c that the look-alikes use too. */
void hu_provider(char out[9], const hu_life *l, char kind, int number);
void hu_gp(hu_bill *b, const hu_life *l, int number);         /* prescriber */
void hu_pharmacist(hu_bill *b, const hu_life *l, int number); /* executant */
bool hu_plot_span(const hu_plot *p, const hu_rogue *r, int32_t *from, int32_t *to);
int hu_any_gp(hu_rng *r);
int hu_any_pharmacy(hu_rng *r);
int32_t hu_working_day(int32_t day);
/* The next of a Poisson sequence; false when it lies beyond `to`. */
bool hu_next(double *t, double rate_py, int32_t to, hu_rng *r);
/* One box of a drug of the scheme that is on the market; false when there is none. */
bool hu_add_box(const hu_plot *p, hu_bill *b, int drug, hu_rng *r);
int hu_any_drug(const hu_plot *p, hu_scheme s, hu_rng *r);
void hu_add_bill(const hu_plot *p, const hu_bill *b);
void hu_add_act(const hu_plot *p, const hu_bill *b, int nature, int cents);
double hu_age_at(const hu_life *l, int32_t day);

void hu_plant_innocents(const hu_plot *p);

/* claims.c: write a bill; each of its lines comes back through hu_fraud_line. */
struct claims;
void hu_claim_provider(char out[9], const hu_life *l, char kind, int number);
void hu_claim_bill(struct claims *c, const hu_bill *b);

/* Hooks. All are nothing when w->fraud is NULL. */
hune_status hu_read_fraud(hu_world *w, hune_err *err);
void hu_fraud_begin(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);
void hu_fraud_seen(const hu_world *w, const hu_life *l, hu_sheets *s, const hu_bill *b);
void hu_fraud_claims(struct claims *c, const hu_world *w, const hu_life *l, hu_sheets *s);
void hu_fraud_line(const hu_world *w, hu_sheets *s, const hu_bill *b, const char *key, size_t n,
                   int64_t cents);

typedef struct hu_upcode { /* what a stay gets: severity levels and diagnoses more */
    int levels, n_codes;
    const char *code[3];
} hu_upcode;
/* hospital is ETA_NUM, id the stay's "ETA_NUM;RSA_NUM"; nights its length. */
hu_upcode hu_fraud_stay(const hu_world *w, const hu_life *l, hu_sheets *s, const char *hospital,
                        const char *id, int nth, int32_t in, int32_t out);

/* fraud_sums.c */
hune_status hu_fraud_sheet_new(const hu_world *w, hu_sheets *s, hune_err *err);
void hu_fraud_sheet_clear(hu_sheets *s);
void hu_fraud_count(hu_fraud_sheet *f, hu_scheme s, hu_actor_kind kind, const char *actor,
                    const hu_rogue *r, int64_t cents);
hune_status hu_fraud_merge(hu_fraud_sheet *to, hu_fraud_sheet *from, hune_err *err);
hune_status hu_write_fraud(const hu_world *w, const hu_fraud_sheet *f, const char *folder,
                           hune_err *err);
void hu_fraud_text(const hu_world *w, char *out, size_t n); /* the kinds in force */
void hu_fraud_json(const hu_world *w, hu_buf *b);           /* for parameters.json */
const char *hu_fraud_name(hu_fraud_kind k);
const char *hu_actor_name(hu_actor_kind k);

#endif
