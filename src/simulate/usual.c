/* usual.c - the care that people get whatever drugs they take: doctors, laboratories, devices,
 * nurses, physiotherapists, acts, some stays for rehabilitation and at home.
 *
 * Every row of usual.csv is a Poisson process with a rate by age and, when it names a condition,
 * only while that condition is there. Each has its own stream, so that a row more changes no other.
 * It is made after the events of a life and its pathways, and looks at their stays only (nobody
 * sees a doctor in town while in hospital): drugs and events are what they were. After 60 % of hip
 * fractures there is a stay for rehabilitation, unless the person follows a pathway for it, which
 * then decides.
 */
#include <math.h>
#include <string.h>
#include "simulate/pathways.h"

enum { MOST = HU_TABLES_END - HU_TABLES_USUAL, MOST_CODES = 6 };
static const double rehab_share = 0.6, rehab_days = 35;

typedef struct usual_row {
    hu_item_kind kind;
    const char *code[MOST_CODES];
    int n_codes, number;
    int condition;         /* -1 = everybody */
    double rate[HU_BANDS]; /* a day */
    double days;           /* mean length of a stay */
} usual_row;

struct hu_usual {
    usual_row row[MOST];
    int n, hip;
};

/* --- usual.csv ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    hu_item_kind kind;
} kinds[] = {
    {"gp", HU_ITEM_GP},         {"specialist", HU_ITEM_SPECIALIST}, {"biology", HU_ITEM_BIOLOGY},
    {"device", HU_ITEM_DEVICE}, {"nurse", HU_ITEM_NURSE},           {"physio", HU_ITEM_PHYSIO},
    {"act", HU_ITEM_ACT},       {"rehab", HU_ITEM_REHAB},           {"home", HU_ITEM_HOME}};

static hune_status read_codes(hu_world *w, const char *text, usual_row *u, hune_err *err) {
    while (*text) {
        const size_t len = strcspn(text, " ");
        if (u->n_codes == MOST_CODES)
            return hune_fail(err, HUNE_ELIMIT, "more than %d codes in 'usual.csv'", MOST_CODES);
        u->code[u->n_codes] = hu_arena_printf(&w->arena, "%.*s", (int)len, text);
        if (!u->code[u->n_codes++]) return hune_fail(err, HUNE_ENOMEM, "no memory for a code");
        text += len + (text[len] == ' ');
    }
    return HUNE_OK;
}

static hune_status read_row(hu_world *w, const hu_table *t, usual_row *u, hune_err *err) {
    static const char *const rate[HU_BANDS] = {"rate_0_17", "rate_18_44", "rate_45_64",
                                               "rate_65_79", "rate_80"};
    const char *kind, *codes, *condition;
    double number, price;
    HUNE_TRY(hu_table_text(t, "kind", &kind, err));
    size_t k = 0;
    while (k < sizeof kinds / sizeof *kinds && strcmp(kind, kinds[k].name)) k++;
    if (k == sizeof kinds / sizeof *kinds)
        return hune_fail(err, HUNE_EDATA, "'%s', line %d: unknown kind '%s'", t->name, t->row,
                         kind);
    u->kind = kinds[k].kind;
    HUNE_TRY(hu_table_text(t, "codes", &codes, err));
    HUNE_TRY(read_codes(w, codes, u, err));
    HUNE_TRY(hu_table_f64(t, "number", &number, err));
    HUNE_TRY(hu_table_f64(t, "price_cents", &price, err));
    const bool priced =
        u->kind == HU_ITEM_BIOLOGY || u->kind == HU_ITEM_DEVICE || u->kind == HU_ITEM_ACT;
    u->number = (int)(priced ? price : number);
    HUNE_TRY(hu_table_text(t, "condition", &condition, err));
    u->condition = -1;
    for (int c = 0; *condition && c < HU_CONDITIONS; c++)
        if (!strcmp(condition, hu_condition_name(c))) u->condition = c;
    if (*condition && u->condition < 0)
        return hune_fail(err, HUNE_EDATA, "'%s', line %d: unknown condition '%s'", t->name, t->row,
                         condition);
    for (int b = 0; b < HU_BANDS; b++) {
        HUNE_TRY(hu_table_f64(t, rate[b], &u->rate[b], err));
        u->rate[b] /= HU_YEAR;
    }
    return hu_table_f64(t, "days", &u->days, err);
}

hune_status hu_usual_open(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    const char *text = hu_embed_simulate("usual.csv", NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file 'usual.csv' is not in the program");
    struct hu_usual *u = hu_arena_alloc(&w->arena, sizeof *u);
    if (!u) return hune_fail(err, HUNE_ENOMEM, "no memory for usual care");
    memset(u, 0, sizeof *u);
    w->usual = u;
    u->hip = hu_find_outcome(w, "HIP");
    HUNE_TRY(hu_table_open(&t, "usual.csv", text, &w->arena, err));
    for (;;) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return HUNE_OK;
        if (u->n == MOST)
            return hune_fail(err, HUNE_ELIMIT, "more than %d rows in 'usual.csv'", MOST);
        HUNE_TRY(read_row(w, &t, &u->row[u->n++], err));
    }
}

/* --- a life --------------------------------------------------------------------------------- */

static hune_status add(hu_life *l, const usual_row *u, int32_t day, hu_rng *r, hune_err *err) {
    hu_item item = {.day = day, .to = day, .kind = u->kind, .number = u->number, .why = "usual"};
    const bool stay = u->kind == HU_ITEM_REHAB || u->kind == HU_ITEM_HOME;
    if (stay) {
        item.to = day + 1 + (int32_t)(u->days * hu_rng_gamma(r, 2) / 2);
        if (item.to > l->exit) item.to = l->exit;
    } else if (u->kind != HU_ITEM_NURSE && hu_weekday(day) == 6) item.day = item.to = day + 1;
    if (item.day >= l->exit || hu_is_away(l, item.day)) return HUNE_OK;
    for (int k = 0; k < u->n_codes || k < 1; k++) {
        item.code = u->n_codes ? u->code[k] : NULL;
        HUNE_TRY(hu_add_item(l, &item, err));
    }
    return HUNE_OK;
}

static hune_status process(const hu_world *w, hu_life *l, int k, hune_err *err) {
    const usual_row *u = &w->usual->row[k];
    int32_t from = l->entry, to = l->exit;
    if (u->condition >= 0) {
        const hu_span s = l->state[u->condition];
        if (s.from > from) from = s.from;
        if (s.to < to) to = s.to;
    }
    if (from >= to) return HUNE_OK;
    const int first = hu_band(l->birth, from), last = hu_band(l->birth, to - 1);
    const double care = u->days > 0 ? 1 : l->care_factor;
    double most = 0;
    for (int b = first; b <= last; b++) most = fmax(most, u->rate[b]);
    if (most <= 0) return HUNE_OK;
    hu_rng r =
        hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_USUAL + (uint32_t)k);
    for (double t = from;;) {
        t += hu_rng_exp(&r) / (most * care);
        if (t >= to) return HUNE_OK;
        const int b = first == last ? first : hu_band(l->birth, (int32_t)t);
        if (u->rate[b] < most && hu_rng_unif(&r) * most >= u->rate[b]) continue;
        HUNE_TRY(add(l, u, (int32_t)t, &r, err));
    }
}

static hune_status rehabilitation(const hu_world *w, hu_life *l, hune_err *err) {
    if (w->usual->hip < 0 || l->pathway[2] >= 0) return HUNE_OK;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_REHAB);
    for (size_t i = 0; i < l->n_events; i++) {
        const hu_event *e = &l->event[i];
        if (e->outcome != w->usual->hip) continue;
        const bool goes = hu_rng_unif(&r) < rehab_share;
        const double length = rehab_days * hu_rng_gamma(&r, 3) / 3;
        if (!goes || e->died || e->out >= l->exit) continue;
        hu_item item = {.day = e->out,
                        .to = e->out + 7 + (int32_t)length,
                        .kind = HU_ITEM_REHAB,
                        .code = w->outcome[e->outcome].code[e->code],
                        .why = "usual"};
        if (item.to > l->exit) item.to = l->exit;
        HUNE_TRY(hu_add_item(l, &item, err));
    }
    return HUNE_OK;
}

hune_status hu_usual_care(const hu_world *w, hu_life *l, hune_err *err) {
    if (l->entry >= l->exit) return HUNE_OK;
    for (int k = 0; k < w->usual->n; k++) HUNE_TRY(process(w, l, k, err));
    return rehabilitation(w, l, err);
}
