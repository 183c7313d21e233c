/* sim.h - inside the simulator: the world (what holds for everybody) and a life (one person).
 *
 *   table.c    CSV text of the data files        person.c   birth, sex, traits, death, departure
 *   world.c    options and data -> world         drugs.c    eras of use and dispensings
 *   truth.c    planted effects                   events.c   hazards, outcomes, traps
 *   rates.c    start rates, baseline rates       claims.c   DCIR rows      stays.c  PMSI rows
 *   conditions.c  lasting states      traps.c    biases      cases.c   --mode cases
 *   lists.c    names in --drugs, --dirt ...      people.c   IR_ rows       report.c sim_truth/
 *   sheet.h    bytes of a row                    simulate.c batches of persons -> files
 *   fraud.h    planted frauds and look-alikes
 *   pathways.c care by type of patient           emergency.c  visits    outpatient.c  their rows
 *   usual.c    usual care: items                 items.c    their rows in DCIR
 *   names.c    pseudonyms, insurance, twins      practitioners.c  DA_PRA_R
 *   aftercare.c  SSR and HAD rows                causes.c   KI_ rows
 *
 * Days are int32 since 1970-01-01, spans half-open. Rates are per day unless a name says _py.
 */
#ifndef HU_SIM_H
#define HU_SIM_H
#include "base/base.h"
#include "hune/simulate.h"

enum { HU_NODES = 11 }; /* where curves over age bend */
enum { HU_BANDS = 5, HU_CARE = 5, HU_MAX_STEPS = 8, HU_MAX_CODES = 20, HU_MAX_PACKS = 6 };
enum { HU_BLOCK = 128 }; /* persons per task: fixed, so that sums do not depend on threads */
enum { HU_TRAPS = 16, HU_MOST_HABITS = 128, HU_LATENT = 8 };
#define HU_NEVER INT32_MAX
#define HU_YEAR 365.25

/* Random streams of a person (simulator.md, section 2; strips and codes of outcomes above). */
enum {
    HU_STREAM_DEMOGRAPHY = 0,
    HU_STREAM_TRAITS = 1,
    HU_STREAM_BEHAVIOUR = 2,
    HU_STREAM_DRUG = 3,       /* + row of sim_drugs.csv */
    HU_STREAM_OUTCOME = 1000, /* + row of sim_outcomes.csv: candidate events of the lowest strip */
    HU_STREAM_DIRT = 2000,
    HU_STREAM_OTHER_STAYS = 3000,
    HU_STREAM_ACTS = 3001,
    HU_STREAM_CLAIMS = 3002,
    HU_STREAM_CONSULT = 3003,
    HU_STREAM_CONDITION = 3100, /* + condition */
    HU_STREAM_TRAP = 4000,      /* + number of the trap */
    HU_STREAM_FRAUD = 6000,   /* + scheme: actors; + 50: their choices; + 100: persons (fraud.h) */
    HU_STREAM_PATHWAY = 7000, /* types; + 1 + disease: its items */
    HU_STREAM_EMERGENCY = 7040, /* visits; + 1: on the way to stays; + 2: dirt */
    HU_STREAM_WAVES = 7050,     /* "person" is a year: + wave; a facility: + 16: its dirt */
    HU_STREAM_TABLES = 5000,    /* + what the next list says */
    HU_STREAM_ORACLE = 8000,    /* days on which the oracle looks */
    HU_STREAM_STRIP = 0x100000, /* + (64 x outcome + strip) x 512 + spell of 40 days */
    HU_STREAM_AFTER = 0x40000,  /* + 64 x number of the event + trap: what follows it */
    HU_STREAM_EVENT = 0x20000,  /* + outcome: stay, codes, death */
};

/* What HU_STREAM_TABLES is added to. Dirt number d draws from HU_STREAM_DIRT + d. */
enum {
    HU_TABLES_CAUSE,  /* cause of a death */
    HU_TABLES_NAMES,  /* pseudonyms through life */
    HU_TABLES_SCHEME, /* schemes and gaps between them */
    HU_TABLES_BILLED, /* hospital visits that are billed directly */
    HU_TABLES_ITEM,   /* who does what the items say */
    HU_TABLES_DRUGS,  /* hospital drugs on the list of expensive ones */
    HU_TABLES_REHAB,
    HU_TABLES_ILLNESS,    /* long-term illnesses of IR_IMB_R */
    HU_TABLES_USUAL = 20, /* + row of usual.csv */
    HU_TABLES_END = 100
};

typedef enum hu_use { HU_CHRONIC, HU_EPISODIC, HU_ACUTE, HU_POINT } hu_use;

/* Lasting states of a person (simulator.md, section 3), drawn once, each in one span. */
typedef enum hu_condition {
    HU_C_DIABETES,
    HU_C_HYPERTENSION,
    HU_C_LIPID,
    HU_C_CORONARY,
    HU_C_HEART_FAILURE,
    HU_C_THROMBOSIS, /* atrial fibrillation or venous thrombosis */
    HU_C_KIDNEY,
    HU_C_AIRWAY,
    HU_C_DEPRESSION,
    HU_C_ANXIETY,
    HU_C_INSOMNIA,
    HU_C_PAIN,
    HU_C_GOUT,
    HU_C_OSTEOPOROSIS,
    HU_C_EPILEPSY,
    HU_C_PSYCHOSIS,
    HU_C_DEMENTIA,
    HU_C_CANCER,
    HU_C_HYPOTHYROIDISM,
    HU_C_REFLUX,
    HU_C_GLAUCOMA,
    HU_C_MIGRAINE,
    HU_C_ALLERGY,
    HU_C_HIRSUTISM,
    HU_C_CONTRACEPTION,
    HU_C_MENOPAUSE,
    HU_CONDITIONS
} hu_condition;

typedef struct hu_pack {
    char codes[24]; /* "CIP13;CIP7;" as a row has it */
    const char *cip13, *cip7, *ucd7, *name, *substances, *pack_class, *units, *origin;
    int boxes;  /* boxes in one dispensing */
    int supply; /* days that one dispensing covers */
    int price_cents, rate;
    bool large;
} hu_pack;

typedef struct hu_drug {
    const char *atc, *inn;
    int row; /* of sim_drugs.csv: its stream, whatever else is simulated */
    hu_use use;
    double share[2][HU_BANDS]; /* yearly users among persons of the sex and band, 0..1 */
    double refit[2][HU_BANDS]; /* on the share: what lives add to the solved start rates */
    double box_days, era_days;
    double season_amp;
    int season_peak; /* month 1..12 */
    int32_t market_from, market_to;
    int condition;                     /* it is taken for, -1 = whoever */
    bool of_cases;                     /* --mode cases: it acts on a chosen outcome */
    int class_from, class_to;          /* drugs of its class: [from, to) of the table */
    int raise_from, raise_to;          /* what changes its start rate: [from, to) of world.raise */
    double era_mean[2], era_weight[2]; /* mixture of exponentials, days */
    double rate[2][HU_BANDS];          /* starts a day at care multiplier 1 */
    double first_starts[2][HU_BANDS];  /* a day, among persons who never took it (refit) */
    float *on;                         /* [2][HU_AGES][HU_CARE][2] share under treatment by age */
    hu_pack pack[HU_MAX_PACKS];
    int n_standard, n_large; /* standard packs first */
} hu_drug;
enum { HU_AGE_STEPS = 2, HU_AGES = 106 * HU_AGE_STEPS }; /* half-years */

typedef struct hu_outcome {
    const char *id, *label;
    int row;
    double rate_py[2][HU_BANDS]; /* first events a person-year, from the table */
    double hazard[2][HU_BANDS];  /* a day, at frailty 1, season 1, no drug: scaled, re-centred */
    double scale;                /* of --rate-scale that this outcome takes */
    double recentre;             /* mean multiplier taken out of the baseline */
    double frailty;              /* exponent g */
    double season_amp;
    int season_peak;
    double stay_days, death_stay, death_year;
    bool recurrent;
    double bound; /* largest product of all multipliers that anybody can meet */
    const char *code[HU_MAX_CODES], *act[4];
    int n_codes, n_acts;
    const char *ghm;
    int ghs;
    int effect_from, effect_to; /* its effects: [from, to) of world.effect */
    int joint_from, joint_to;
    double condition[HU_CONDITIONS]; /* factor while a condition is there, with HU_BY_CONDITION */
    double cases_bound;              /* of drug effects, for --mode cases */
    bool chosen;                     /* by --mode cases */
} hu_outcome;

typedef struct hu_other_stay { /* stays that are no outcome */
    const char *code, *ghm, *act;
    int ghs;
    double rate[HU_BANDS], stay_days;
} hu_other_stay;

typedef enum hu_axis {
    HU_ERA_DAY,
    HU_FIRST_EVER_DAY,
    HU_DISP_DAY,
    HU_DOSE_DAY,
    HU_CUM_DAYS,
    HU_CUM_G,
    HU_STOP_DAY
} hu_axis;

typedef struct hu_effect { /* one planted single effect */
    const char *id, *profile;
    int drug, outcome;
    hu_axis axis;
    int n_steps;
    double from[HU_MAX_STEPS], to[HU_MAX_STEPS], value[HU_MAX_STEPS]; /* [from, to) */
    double after_from, after_value; /* days after the stop and multiplier from then; 0 = none */
    double max;                     /* largest multiplier, at least 1 */
} hu_effect;

/* Drugs that count as one: a drug, or the members of a class. Owned by the world. */
typedef struct hu_set {
    const int16_t *drug;
    int n;
    char code[24]; /* as truth.csv names it */
} hu_set;

/* A pair or triple: an extra factor while all its sets are present. Null pairs have factor 1. */
typedef struct hu_joint {
    const char *id, *kind, *profile;
    hu_set set[3];
    int n_sets, outcome;
    int n_steps;
    double from[HU_MAX_STEPS], to[HU_MAX_STEPS], value[HU_MAX_STEPS]; /* of the overlap's day */
    double max;
} hu_joint;

/* What changes the start rate of `drug` while a set is present: a cascade, by the days since the
 * set's first dispensing ever, brings (value - 1) times as many first dispensings as there are
 * among others; a habit of prescribers multiplies the person's own start rate. */
typedef struct hu_raise {
    const char *id, *profile;
    bool cascade;
    hu_set by;
    int drug;
    int n_steps;
    double from[HU_MAX_STEPS], to[HU_MAX_STEPS], value[HU_MAX_STEPS];
    double max;
} hu_raise;

typedef struct hu_named { /* what truth.csv says of a pair, planted or not */
    const char *id, *kind, *profile;
    int drug, outcome;
    int trap; /* number of a trap row, else 0 */
} hu_named;

/* What the oracle is asked: one row of the truth, and its steps. Singles, nulls and traps come by
 * drug, then pairs and triples. */
typedef struct hu_question {
    const char *id, *kind;
    int drug, outcome;  /* drug -1: a joint */
    int effect, joint;  /* what it plants, -1 = nothing */
    int first, n_steps; /* places of its steps in the sums; an after-effect is the last */
} hu_question;

typedef struct hu_act {
    const char *ccam;
    int nature;
    int price_cents;
} hu_act;
typedef struct hu_ucd {
    const char *code;
    int price_cents;
} hu_ucd;

typedef enum hu_dirt {
    HU_DIRT_CANCEL,
    HU_DIRT_LATE,
    HU_DIRT_INFO,
    HU_DIRT_DUPLICATES,
    HU_DIRT_RETURNS,
    HU_DIRT_GROUPER,
    HU_DIRT_IDENTITY,
    HU_DIRT_DEATH,
    HU_DIRT_EMERGENCY,
    HU_DIRT_SUPPLEMENTS,
    HU_DIRT_TWINS,
    HU_DIRT_REGIME,
    HU_DIRT_CODES,
    HU_DIRT_INSTAY,
    HU_DIRT_OTC,
    HU_DIRTS
} hu_dirt;

enum { /* bits of world.bias */
       HU_BY_CONDITION =
           1 << 0, /* conditions raise hazards: not a trap of the table, but of life */
       HU_T01 = 1 << 1,
       HU_T02 = 1 << 2,
       HU_T03 = 1 << 3,
       HU_T04 = 1 << 4,
       HU_T05 = 1 << 5,
       HU_T06 = 1 << 6,
       HU_T07 = 1 << 7,
       HU_T08 = 1 << 8,
       HU_T09 = 1 << 9,
       HU_T10 = 1 << 10,
       HU_T11 = 1 << 11,
       HU_T12 = 1 << 12,
       HU_T13 = 1 << 13,
       HU_T14 = 1 << 14,
       HU_T15 = 1 << 15,
       HU_T16 = 1 << 16
};

typedef struct hu_world {
    hune_simulate_options o;
    int32_t history, from, end; /* lives start, care is written from, observation ends before */
    hu_arena arena;
    hu_drug *drug;
    int n_drugs;
    hu_outcome *outcome;
    int n_outcomes;
    hu_effect *effect; /* sorted by outcome, then by drug */
    int n_effects;
    hu_joint *joint; /* sorted by outcome */
    int n_joints;
    hu_raise *raise; /* sorted by drug */
    int n_raises;
    hu_question *question;    /* of the oracle */
    int n_questions, n_asked; /* n_asked: steps of all questions */
    int *of_drug;             /* [n_drugs + 1] questions by drug: [of_drug[d], of_drug[d + 1]) */
    hu_named *named;
    int n_named;
    const char **known_drug; /* every ATC code of the table, chosen or not */
    int n_known_drugs;
    const char **known_outcome;
    int n_known_outcomes;
    int *order; /* [n_drugs] drugs whose starts depend on others come after them */
    hu_other_stay *other;
    int n_other;
    hu_act *act;
    int n_acts;
    hu_ucd *ucd;
    int n_ucd;
    struct hu_paths *paths;         /* of pathways.h */
    struct hu_emergency *emergency; /* of emergency.h */
    const char **site[3];           /* duplicate FINESS numbers: AP-HP, HCL, AP-HM */
    int n_sites[3];
    uint32_t bias;            /* HU_Txx */
    int32_t change_of_coding; /* T14 */
    int latent_outcome[HU_LATENT][2], latent_drug[HU_LATENT][4];
    int hip, fracture, infarction; /* outcomes that traps know, -1 = left out */
    bool dirt[HU_DIRTS];
    struct hu_frauds *fraud;        /* what is planted; NULL = nothing (fraud.h) */
    int32_t both_codes, new_codes;  /* dirt of codes: CIP7 alone before, CIP13 alone from */
    struct hu_usual *usual;         /* of usual.c */
    struct hu_tables_data *tables;  /* of tables.c: schemes, causes of death, direct billing */
    double prevalence[2][HU_BANDS]; /* of treated diabetes */
    double share[HU_CONDITIONS][2][HU_BANDS]; /* of persons with a condition */
    double curve[HU_CONDITIONS][2][HU_NODES]; /* over age: share, or cumulative hazard */
    double smokers[2][2];                     /* share by sex, under 65 and from 65 on */
    double *age_cdf;                          /* [2 * HU_BANDS] share of persons up to this cell */
    double frailty_mean[8];
    char truth_name[256];
    uint64_t truth_hash;
    /* names of things by month and day, made once */
    char (*day_text)[12]; /* "dd/MM/yyyy" of day_first + i */
    int32_t day_first, day_last;
    int first_month, n_months; /* flow months: year * 12 + month - 1 */
    int first_year, n_years;
} hu_world;

typedef struct hu_span {
    int32_t from, to; /* [from, to); from = HU_NEVER: never */
} hu_span;

/* Care that is neither a dispensing nor the stay of an outcome. Made by usual.c, pathways.c and
 * emergency.c after the events of a life; written by claims.c, stays.c and outpatient.c. */
typedef enum hu_item_kind {
    HU_ITEM_GP,
    HU_ITEM_SPECIALIST, /* number: specialty (PSE_SPE_COD) */
    HU_ITEM_BIOLOGY,    /* code: NABM; number: price in cents, 0 = some price */
    HU_ITEM_DEVICE,     /* code: LPP; number: price */
    HU_ITEM_NURSE,
    HU_ITEM_PHYSIO,
    HU_ITEM_ACT,        /* code: CCAM; number: price */
    HU_ITEM_OUTPATIENT, /* hospital consultation; number: specialty */
    HU_ITEM_EMERGENCY,  /* minute of the day, code: reason (ICD-10), number: facility */
    HU_ITEM_STAY,       /* MCO stay [day, to], code: principal diagnosis (readmission) */
    HU_ITEM_REHAB,      /* SSR stay [day, to], code: morbid reason */
    HU_ITEM_HOME        /* HAD stay [day, to], code: principal mode of care */
} hu_item_kind;

typedef struct hu_item {
    int32_t day, to;
    hu_item_kind kind;
    int32_t number, minute;
    const char *code; /* owned by the world, or a literal */
    const char *why;  /* "usual", "pathway DM2"...: for the trace */
    struct {          /* of HU_ITEM_EMERGENCY; `to` is the day of leaving */
        const char *diagnosis, *act;
        int32_t minutes; /* from arrival to leaving */
        int32_t event;   /* the event whose stay it leads to, or -1 */
        char severity;   /* CCMU: 1 to 5, P, D */
        char exit;       /* 6 admitted here, 7 transferred, 8 home, 9 died */
    } visit;
} hu_item;

enum { HU_DISEASES = 3 }; /* with a care pathway: diabetes, heart failure, hip fracture */

/* Why an era began, for the trace and the truth. */
typedef enum hu_why {
    HU_WHY_TABLE,   /* the start rate of the table */
    HU_WHY_HISTORY, /* under way when the history begins */
    HU_WHY_ILLNESS, /* its condition began */
    HU_WHY_TRAP,    /* a trap started it: detail = number of the trap */
    HU_WHY_CASCADE, /* another drug raised its rate: detail = row of the effect */
    HU_WHY_SWITCH,  /* replaces a drug of its class after an adverse event */
    HU_WHY_CAMPAIGN /* vaccines */
} hu_why;

typedef struct hu_era {
    int32_t start, end; /* truly exposed */
    int32_t drug;
    int32_t cum_before; /* exposed days of this drug before this era */
    int32_t fill_from, fill_to;
    int16_t why, detail; /* hu_why */
} hu_era;

typedef struct hu_box {
    int32_t day;
    int16_t drug;
    uint8_t pack;  /* of the drug's packs */
    uint8_t again; /* renewal number (0 to 5) x 16 + times: how often the pack's boxes */
} hu_box;

enum { HU_RENEWAL = 16 };

typedef struct hu_candidate {
    double time, height;
    int outcome;
} hu_candidate;

typedef struct hu_event {
    int32_t day, out; /* stay: admission, discharge */
    int32_t outcome;  /* -1 = another stay */
    int32_t other;
    int code, act;
    bool died, coded_before;
    double multiplier; /* product of all drug factors that day */
} hu_event;

typedef struct hu_window {
    int32_t from, to;
    int outcome;
    double value;
    int trap;
} hu_window; /* of a trap */

typedef struct hu_push {
    int32_t day;
    int16_t drug, trap;
} hu_push;

typedef struct hu_life {
    int64_t person;
    int sex;                           /* 0 men, 1 women */
    int32_t birth, start, entry, exit; /* life begins (history or birth), observed [entry, exit) */
    int32_t death;                     /* HU_NEVER when alive at the end */
    int32_t natural_death, departure;
    double frailty, frailty_z, adherence; /* z: its normal score */
    int care;                             /* class of contact with care, 0..HU_CARE-1 */
    double care_factor, care_root;
    double health;
    bool large_packs, diabetic;
    int32_t diabetes_onset;
    int department, commune, doctor, pharmacy, hospital;
    hu_span state[HU_CONDITIONS];
    bool smoker;
    int killer;                      /* event that ended this life, -1 = none */
    int8_t pathway[HU_DISEASES];     /* type of care; -1 = none */
    int8_t deviates_to[HU_DISEASES]; /* another type from `deviates` on; -1 = stays */
    int32_t pathway_from[HU_DISEASES], deviates[HU_DISEASES]; /* HU_NEVER: not begun */
    hu_span *away; /* in hospital, as far as known: sorted, disjoint */
    size_t n_away, cap_away;
    hu_item *item;
    size_t n_items, cap_items;
    hu_era *era;
    size_t n_eras, cap_eras;
    hu_box *fill;
    size_t n_fills, cap_fills;
    int *first_era; /* [n_drugs + 1] */
    int *last_era;  /* [n_drugs + 1], while eras are being made in another order */
    bool making;
    int32_t round; /* day of the four weeks on which renewals are fetched */
    hu_candidate *candidate;
    size_t n_candidates, cap_candidates;
    hu_event *event;
    size_t n_events, cap_events;
    hu_window *window;
    size_t n_windows, cap_windows;
    hu_push *push; /* starts that traps add, sorted by drug and day */
    size_t n_pushes, cap_pushes;
    int32_t *illness; /* first days of illnesses (T11) */
    size_t n_illnesses, cap_illnesses;
    int32_t *consult; /* days at the doctor's, where treatments start together */
    size_t n_consults, cap_consults;
    hu_era *spare; /* eras in the order in which they are made */
    size_t cap_spare;
    int32_t terminal;          /* first day of the terminal phase, HU_NEVER = none */
    uint64_t *order, *scratch; /* fills by day */
    double *frailty_power;     /* [n_outcomes] frailty to the exponent of each (oracle.c) */
    size_t cap_order, cap_scratch;
    hune_err *err;
} hu_life;

/* Sums over persons, one per block, added in block order. */
typedef struct hu_tally {
    int64_t *exposed_days, *users;  /* [n_drugs] inside the window */
    double *weight, *weighted;      /* [n_effects] baseline-weighted exposed days, times factor */
    int64_t *exposed_events;        /* [n_effects] events with a factor other than 1 */
    double *attributable;           /* [n_effects] sum of 1 - 1/factor */
    int64_t *events, *first_events; /* [n_outcomes] */
    int64_t *oracle_events;         /* [n_asked] by question and step (oracle.c) */
    double *oracle_expected;
    double *oracle_spread; /* [n_asked + n_questions] its variance, and that of all steps of a
                              question: --mode cases asks a sample of the lives */
    double *oracle_life;   /* of the life at hand, zero between lives */
    int64_t *joint_events; /* [n_joints] events with a factor other than 1 */
    double *joint_attributable;
    int64_t drug_lines, rows, persons, person_days;
    uint64_t *practitioners; /* set of those who appear (practitioners.c) */
} hu_tally;

/* table.c: walk CSV text row by row. */
typedef struct hu_table {
    const char *name, *at;
    int row;
    char **head, **cell; /* of the current row */
    int n_head, n_cells;
    hu_arena *arena;
} hu_table;
hune_status hu_table_open(hu_table *t, const char *name, const char *text, hu_arena *arena,
                          hune_err *err);
hune_status hu_table_next(hu_table *t, bool *more, hune_err *err);
hune_status hu_table_text(const hu_table *t, const char *column, const char **out, hune_err *err);
hune_status hu_table_f64(const hu_table *t, const char *column, double *out, hune_err *err);

const char *hu_embed_simulate(const char *name, size_t *len);
const char *hu_embed_simulate_name(size_t i); /* of data file i, NULL after the last */

/* lists.c */
hune_status hu_read_bias(const char *list, uint32_t *bias, hune_err *err);
hune_status hu_read_dirt(const char *list, bool dirt[HU_DIRTS], hune_err *err);
hune_status hu_read_fraud_list(const char *list, uint32_t *kinds, hune_err *err);
const char *hu_dirt_name(hu_dirt d);
void hu_bias_text(uint32_t bias, char *out, size_t n);
/* Is name (or a prefix of it, when prefix) in the comma list? NULL list = yes. */
bool hu_listed(const char *list, const char *name, bool prefix);
hune_status hu_check_list(const char *list, const char *option, bool prefix,
                          const char *const *names, int n, hune_err *err);

/* world.c, truth.c, rates.c */
hune_status hu_world_open(hu_world *w, const hune_simulate_options *o, hune_err *err);
void hu_world_close(hu_world *w);
hune_status hu_read_truth(hu_world *w, hune_err *err);
/* The drugs of this run that an ATC code or class of truth.csv stands for. */
hune_status hu_class(hu_world *w, const char *code, hu_set *set, hune_err *err);
int hu_find_drug(const hu_world *w, const char *atc);
int hu_find_outcome(const hu_world *w, const char *id);
hune_status hu_start_rates(hu_world *w, int threads, hune_err *err);
hune_status hu_baseline_rates(hu_world *w, int threads, hune_err *err);
hune_status hu_candidates(const hu_world *w, hu_life *l, int outcome, bool anybody, hune_err *err);
double hu_season(double amp, int peak, int32_t day);
int hu_band(int32_t birth, int32_t day);
int32_t hu_band_start(int32_t birth, int band); /* day when the person enters the band */
double hu_care_factor(int care);

/* conditions.c */
hune_status hu_condition_curves(hu_world *w, hune_err *err);
int hu_condition_of(const char *indication, hu_use use);
int32_t hu_diabetes_onset(const hu_world *w, const hu_life *l, hu_rng *r); /* HU_NEVER = never */
void hu_conditions(const hu_world *w, hu_life *l);
hune_status hu_read_drug(const hu_table *t, hu_drug *d, hune_err *err);

/* traps.c */
hune_status hu_latent_states(const hu_world *w, hu_life *l, hune_err *err);
void hu_world_traps(hu_world *w);
void hu_traps_json(const hu_world *w, hu_buf *b); /* of those in force */
double hu_trap_start_factor(const hu_world *w, const hu_life *l, int drug);
double hu_trap_liability(const hu_world *w, const hu_life *l, int condition, double u);
double hu_trap_era_factor(const hu_world *w, const hu_life *l, int drug);
int32_t hu_trap_stop(const hu_world *w, const hu_life *l, int drug);
double hu_trap_top(const hu_world *w, const hu_life *l, int outcome, int32_t from, int32_t to);
hune_status hu_aftermath(const hu_world *w, hu_life *l, int outcome, int32_t day, hune_err *err);

/* cases.c: can this person have an outcome of the list at all? */
hune_status hu_may_be_case(const hu_world *w, hu_life *l, bool *may, hune_err *err);
void hu_mark_drugs_of_cases(hu_world *w);
/* --mode cases: person and outcomes of one, as far as it takes to know whether it is a case
 * (hu_live_care is left to the caller), and what the oracle has to see of
 * it. *share: the chance with which such a life is asked, 0 = it was not. */
hune_status hu_case(const hu_world *w, int64_t person, hu_life *l, hu_tally *t, bool *is,
                    double *share, hune_err *err);
hune_status hu_treatments_for_cases(const hu_world *w, hu_life *l, hune_err *err);
bool hu_may_happen(const hu_world *w, const hu_life *l, const hu_candidate *c);

/* person.c, drugs.c, events.c: one life */
void hu_person(const hu_world *w, int64_t person, hu_life *l);
hune_status hu_treatments(const hu_world *w, hu_life *l, hune_err *err);
hune_status hu_events(const hu_world *w, hu_life *l, hune_err *err);
void hu_life_clear(hu_life *l);
hune_status hu_add_item(hu_life *l, const hu_item *item, hune_err *err);
const char *hu_condition_name(int condition);
hune_status hu_life_new(const hu_world *w, hu_life *l, hune_err *err);
/* person, treatments, events: everything but rows. */
hune_status hu_live(const hu_world *w, int64_t person, hu_life *l, hune_err *err);
/* The same for somebody whom hu_person has made already. */
hune_status hu_live_on(const hu_world *w, hu_life *l, hune_err *err);
/* Its two halves: conditions, treatments, outcomes; then care that changes none of them. */
hune_status hu_live_outcomes(const hu_world *w, hu_life *l, hune_err *err);
hune_status hu_live_care(const hu_world *w, hu_life *l, hune_err *err);
/* Multiplier of one effect on a day, and of all effects of an outcome. */
double hu_effect_at(const hu_world *w, const hu_life *l, const hu_effect *e, int32_t day);
/* Step of its profile in which a day lies; n_steps = after-effect, -1 = none. */
int hu_effect_step(const hu_life *l, const hu_effect *e, int32_t day);
int hu_joint_step(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day);
double hu_multiplier_at(const hu_world *w, const hu_life *l, int outcome, int32_t day);
/* Traps, conditions and the terminal phase: everything on the hazard that is no drug and no season.
 * which: NULL, or out: the factor of each (0 conditions, 1..16 traps). */
double hu_trap_at(const hu_world *w, const hu_life *l, int outcome, int32_t day);
void hu_trap_parts(const hu_world *w, const hu_life *l, int outcome, int32_t day,
                   double which[HU_TRAPS + 1]);
/* Factor of one pair or triple; since when all its sets have been present (HU_NEVER: not now). */
double hu_joint_at(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day);
int32_t hu_overlap_since(const hu_world *w, const hu_life *l, const hu_joint *j, int32_t day);
/* Is a member of the set taken on the day; *since: begin of the era that began first. */
bool hu_present(const hu_life *l, const hu_set *set, int32_t day, int32_t *since);
void hu_tally_life(const hu_world *w, const hu_life *l, hu_tally *t);
hune_status hu_tally_new(const hu_world *w, hu_tally *t, hune_err *err);
void hu_tally_clear(hu_tally *t);
void hu_tally_add(const hu_world *w, hu_tally *to, hu_tally *from); /* empties `from` */

/* Files: raw tables by flow month or year, then single ones. */
enum { HU_PRS, HU_PHA, HU_CAM, HU_UCD, HU_ETE, HU_BIO, HU_TIP, HU_FLOWS };
enum {
    HU_MCO_A,
    HU_MCO_B,
    HU_MCO_C,
    HU_MCO_D,
    HU_MCO_UM,
    HU_SSR_B,
    HU_SSR_C,
    HU_SSR_D,
    HU_SSR_GME,
    HU_SSR_CCAM,
    HU_SSR_CSARR,
    HU_HAD_B,
    HU_HAD_C,
    HU_HAD_D,
    HU_HAD_A,
    HU_HAD_GRP,
    HU_MCOS /* tables by year of discharge */
};
enum {
    HU_BEN,
    HU_BEN_ARC,
    HU_IMB,
    HU_DEATH,
    HU_DEATH_CAUSES,
    HU_TRUTH_PERSON,
    HU_TRUTH_EVENT,
    HU_TRUTH_EXPOSURE,
    HU_TRUTH_OTC,
    HU_TRUTH_FRAUD,
    HU_SINGLES
};
int hu_file_count(const hu_world *w);
int hu_flow_file(const hu_world *w, int table, int month);
int hu_stay_file(const hu_world *w, int table, int year);
int hu_single_file(const hu_world *w, int which);
/* "DCIR/ER_PRS_F_201002.csv", and its header line. */
void hu_file_name(const hu_world *w, int file, char *out, size_t n);
const char *hu_file_header(const hu_world *w, int file);
/* Of a table by year of discharge; NULL when the table does not exist in that year. */
const char *hu_stay_header(int table, int year);

typedef struct hu_stay { /* in an MCO hospital */
    const char *dp, *ghm, *act;
    int ghs;
    int32_t in, out;
    bool died, emergency; /* came through the emergency department */
} hu_stay;

typedef struct hu_sheets { /* the rows of one block, a buffer per file */
    hu_buf *file;
    hu_tally tally;
    hu_rng dirt;         /* delays of flows */
    hu_rng of[HU_DIRTS]; /* every dirt its own */
    hu_stay *stay;       /* of the person at hand, all that will be written */
    size_t n_stays, cap_stays;
    int32_t *when; /* [n_fills] day on which a box appears, HU_NEVER = it does not */
    size_t cap_when;
    hu_span *discharge; /* [n_stays] the stay and the day of the box after it, HU_NEVER = none */
    size_t cap_discharge;
    int32_t known_death;          /* as IR_BEN_R has it, HU_NEVER = none */
    bool certified;               /* the death certificate was joined to the person */
    struct hu_fraud_sheet *fraud; /* NULL unless frauds are planted */
    hu_buf at_risk; /* hu_at_risk records: who could have come to an emergency department */
} hu_sheets;
void hu_sheets_clear(hu_sheets *s); /* all but files and sums */

/* How one person is called in the tables, and who insures him. */
enum { HU_PSEUDONYMS = 4, HU_INSURERS = 3 };
typedef struct hu_pseudonym {
    char text[18];
    int32_t from, to; /* in use */
} hu_pseudonym;
typedef struct hu_names {
    hu_pseudonym psa[HU_PSEUDONYMS]; /* at least one */
    int n;
    char idt[18];
    int rank;                 /* 2 = second of twins, else 1 */
    bool unsteady;            /* the rank in claims is of the family, and changes */
    int scheme[HU_INSURERS];  /* rows of schemes.csv */
    hu_span gap[HU_INSURERS]; /* before the scheme: nothing is known; the first has none */
    int n_schemes;
    int64_t person;
} hu_names;
void hu_names_of(const hu_world *w, const hu_life *l, hu_names *n);
const char *hu_psa_on(const hu_names *n, int32_t day);
int hu_rank_on(const hu_names *n, int32_t day);
/* 1 and 2: this person is the first or second of twins of one sex; 0: neither. Twins are
 * neighbours: persons 2k and 2k + 1. */
int hu_twin(const hu_world *w, int64_t person);

/* oracle.c */
hune_status hu_ask(hu_world *w, hune_err *err);
void hu_oracle_life(const hu_world *w, hu_life *l, hu_tally *t);
/* Its two halves: expected events of a life that stands for 1 / share lives, and events. */
void hu_oracle_expect(const hu_world *w, hu_life *l, double share, hu_tally *t);
void hu_oracle_count(const hu_world *w, const hu_life *l, hu_tally *t);
/* --mode cases: is this person, of whom hu_person is known, one of those who tell what was to be
 * expected of everybody? Its chance goes into *share. */
bool hu_oracle_samples(const hu_world *w, hu_life *l, double *share);
void hu_put_oracle(const hu_world *w, const hu_tally *t, hu_buf *b);

/* parameters.c */
void hu_put_parameters(const hu_world *w, const hu_tally *t, hu_buf *b);

/* schemes.c: health insurance schemes. */
typedef struct hu_scheme_row {
    const char *prefix; /* of ORG_CLE_NUM: "01C" */
    int large;          /* RGM_GRG_COD */
    double share;
    int32_t since; /* its claims are in the database from this day on */
} hu_scheme_row;
typedef struct hu_tables_data {
    hu_scheme_row scheme[16];
    int n_schemes;
    struct {
        const char *code;
        double weight[2][HU_BANDS];
    } cause[64];
    int n_causes;
    double direct[64]; /* share of hospital visits billed directly, by year from 2000 on */
    int n_visits;
} hu_tables_data;
hune_status hu_tables_open(hu_world *w, hune_err *err);
void hu_schemes_of(const hu_world *w, const hu_life *l, hu_names *n);
const hu_scheme_row *hu_scheme_on(const hu_world *w, const hu_names *n, int32_t day);
/* Are claims of this day in the database at all? */
bool hu_unseen(const hu_world *w, const hu_names *n, int32_t day);
double hu_direct_billing(const hu_world *w, int year);

/* usual.c: usual care. */
hune_status hu_usual_open(hu_world *w, hune_err *err);
hune_status hu_usual_care(const hu_world *w, hu_life *l, hune_err *err);

/* practitioners.c */
hune_status hu_practitioners_new(hu_tally *t, hune_err *err);
void hu_practitioner(hu_tally *t, const char number[9]);
void hu_practitioners_add(hu_tally *to, hu_tally *from);
hune_status hu_write_practitioners(const hu_world *w, const hu_tally *t, const char *folder,
                                   int64_t *rows, int64_t *bytes, hune_err *err);
int hu_specialist_number(const hu_life *l, int specialty);

/* Before the rows of a person: streams, stays, what is known of the death. */
hune_status hu_begin_rows(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err);
hune_status hu_collect_stays(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err);
/* boxes.c: fills sheets.when. */
hune_status hu_boxes_appear(const hu_world *w, const hu_life *l, hu_sheets *s, hune_err *err);
void hu_write_claims(const hu_world *w, hu_life *l, const hu_names *n, hu_sheets *s, hune_err *err);
const char *hu_legal_number(int group); /* of a group of hospitals that sends stays twice */
void hu_hospital(char out[10], const hu_life *l); /* ETA_NUM where this person goes */
void hu_write_stays(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);
/* pathways.c, pathway_data.c: types of care, the items they bring, their weight on drug starts. */
hune_status hu_paths_open(hu_world *w, hune_err *err);
void hu_pathway_types(const hu_world *w, hu_life *l); /* after hu_conditions */
double hu_pathway_rate(const hu_world *w, const hu_life *l, int drug);
hune_status hu_pathways(const hu_world *w, hu_life *l, hune_err *err);
hune_status hu_pathway_tables(const hu_world *w, const char *folder, hune_err *err);

/* emergency.c (the rest is in emergency.h): visits of a life whose events are known. */
hune_status hu_emergency_open(hu_world *w, hune_err *err);
hune_status hu_emergency_visits(const hu_world *w, hu_life *l, hune_err *err);
/* Does this event's stay come through the emergency department (ENT_PRV 5)? */
bool hu_through_emergency(const hu_life *l, int event);

/* outpatient.c: its files come after all others; rows of emergency visits, hospital consultations,
 * pathways of the truth. */
int hu_outpatient_files(const hu_world *w);
int hu_outpatient_file(const hu_world *w, int k); /* in files.c: its place among all files */
void hu_outpatient_name(const hu_world *w, int k, char *out, size_t n);
const char *hu_outpatient_header(const hu_world *w, int k);
void hu_write_outpatient(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);

void hu_write_aftercare(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);
void hu_write_death(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);
/* A made-up pack of the drug: 0 its ATC is not known, 1 gone from the drug table. */
void hu_odd_pack(const hu_drug *d, int which, char cip13[14], char cip7[8]);
void hu_write_person(const hu_world *w, const hu_life *l, const hu_names *n, int32_t last_flow,
                     hu_sheets *s);
void hu_write_fictive(const hu_world *w, const hu_life *l, const hu_names *n, hu_sheets *s);
void hu_write_truth(const hu_world *w, const hu_life *l, hu_sheets *s);
hune_status hu_write_drugs(const hu_world *w, const char *folder, int64_t *rows, int64_t *bytes,
                           hune_err *err);
hune_status hu_write_world(const hu_world *w, const hu_tally *t, const char *folder, hune_err *err);
hune_status hu_to_parquet(const char *folder, const hune_context *ctx, hune_err *err);
enum { HU_DEPARTMENTS = 96 };
const char *hu_department(int i);

#endif
