/* claims.h - the pen of claims.c and items.c: statements, their payment lines and details. */
#ifndef HU_CLAIMS_H
#define HU_CLAIMS_H
#include "simulate/sheet.h"

typedef struct claims {
    const hu_world *w;
    const hu_life *l;
    const hu_names *names;
    hu_sheets *s;
    hu_rng rng;
    int statements;
    int32_t last_flow;
    enum { DRAW, POSSIBLE, IMPOSSIBLE } number; /* is the person's number one that cannot be? */
} claims;

typedef struct statement {
    char key[96], who[176]; /* the columns that all its lines share */
    size_t key_len, who_len;
    int month; /* of the flow, from the first of the window */
    int lines;
    int32_t day;
    bool drugs;      /* of a pharmacy: more of them come very late */
    bool impossible; /* number of the person */
} statement;

typedef struct payer { /* who did it and who prescribed */
    char executant[9], prescriber[9];
    int executant_specialty, executant_trade, prescriber_specialty;
} payer;

enum {
    HU_TRADE_NURSE = 24,
    HU_TRADE_PHYSIO = 26,
    HU_TRADE_LAB = 30,
    HU_TRADE_PHARMACY = 50,
    HU_TRADE_SUPPLIER = 60
};

/* A new statement of a day of care, which comes so many months later than it would. */
void hu_claim_begin(claims *c, statement *st, int32_t day, const payer *by, int later_months);
/* One payment line; rate in percent of the tariff. */
void hu_claim_payment(claims *c, statement *st, int nature, int quantity, int64_t cents, int rate,
                      int qualifier);
/* Dirt: lines about an act of that nature that are none, at the end of a statement. */
void hu_claim_supplements(claims *c, statement *st, int nature);
/* Begin a detail row of the statement's last payment line in `table`. */
char *hu_claim_detail(claims *c, const statement *st, int table, hu_buf **b);
void hu_claim_facility(claims *c, const statement *st, bool public_one);
void hu_claim_number(char out[9], const char *dpt, char kind, int n);
payer hu_claim_doctor(const claims *c, int specialty, int number);

/* items.c */
void hu_claim_items(claims *c);

#endif
