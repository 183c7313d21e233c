/* fraud.c - which schemes are planted, and who takes part in them.
 *
 * codes/simulate/frauds.csv has a row per scheme: the share of actors in it and the bounds of
 * their strength, which means something else in each scheme (docs/simulator.md). Whether an actor
 * takes part is the first draw of a stream that its own number opens, so nobody has to keep a list
 * of actors, and a run over any persons meets the same culprits.
 */
#include <math.h>
#include <string.h>
#include "simulate/fraud.h"

static const double from_start_share = 0.35; /* at it before the window begins */
static const double latest_start = 0.6;      /* of the window */
static const double caught_share = 0.2;      /* stop before the window ends */
static const double caught_days = 700;       /* mean time until then, after the least */
enum { LEAST_DAYS = 180 };

static const char *const scheme_ids[HU_SCHEMES] = {"phantom_dispensing",
                                                   "outlier_prescriber",
                                                   "doctor_shopping",
                                                   "duplicate_billing",
                                                   "impossible_billing",
                                                   "upcoded_stays",
                                                   "ring",
                                                   "new_practice",
                                                   "near_hospital",
                                                   "addiction_care",
                                                   "diabetology",
                                                   "epidemic",
                                                   "sent_again",
                                                   "referral_hospital"};

void hu_fraud_text(const hu_world *w, char *out, size_t n) {
    size_t len = 0;
    *out = '\0';
    for (int k = 0; w->fraud && k < HU_FRAUDS && len < n; k++)
        if (w->fraud->kinds & 1u << k)
            len += (size_t)snprintf(out + len, n - len, "%s%s", len ? " " : "",
                                    hu_fraud_name((hu_fraud_kind)k));
}

void hu_fraud_json(const hu_world *w, hu_buf *b) {
    char text[200];
    size_t len;
    const char *data = hu_embed_simulate("frauds.csv", &len);
    hu_fraud_text(w, text, sizeof text);
    hu_buf_printf(b, "  \"fraud\": \"%s\",\n  \"frauds.csv\": \"%016llx\",\n", text,
                  (unsigned long long)hu_hash_bytes(data, len, 0));
}

static hune_status split_codes(hu_world *w, const char *text, hu_scheme_data *s, hune_err *err) {
    const int most = (int)(sizeof s->code / sizeof *s->code);
    while (*text) {
        const size_t len = strcspn(text, " ");
        if (s->n_codes == most)
            return hune_fail(err, HUNE_ELIMIT, "'frauds.csv': more than %d codes of '%s'", most,
                             s->kind);
        if (!(s->code[s->n_codes++] = hu_arena_printf(&w->arena, "%.*s", (int)len, text)))
            return hune_fail(err, HUNE_ENOMEM, "no memory for frauds");
        text += len + (text[len] == ' ');
    }
    return HUNE_OK;
}

/* The drugs that the prefixes name; when --drugs left none of them, whatever is not a vaccine. */
static hune_status find_drugs(hu_world *w, hu_scheme_data *s, hune_err *err) {
    s->drug = hu_arena_alloc(&w->arena, ((size_t)w->n_drugs + 1) * sizeof *s->drug);
    if (!s->drug) return hune_fail(err, HUNE_ENOMEM, "no memory for frauds");
    for (int pass = 0; pass < 2 && !s->n_drugs; pass++)
        for (int d = 0; d < w->n_drugs; d++) {
            bool named = pass == 1;
            for (int k = 0; k < s->n_codes; k++) named |= hu_starts(w->drug[d].atc, s->code[k]);
            if (named && w->drug[d].use != HU_POINT) s->drug[s->n_drugs++] = d;
        }
    return HUNE_OK;
}

static hune_status read_scheme(hu_world *w, const hu_table *t, hu_scheme_data *s, int i,
                               hune_err *err) {
    const char *codes;
    HUNE_TRY(hu_table_text(t, "kind", &s->kind, err));
    HUNE_TRY(hu_table_text(t, "why", &s->why, err));
    HUNE_TRY(hu_table_f64(t, "share", &s->share, err));
    HUNE_TRY(hu_table_f64(t, "weak", &s->weak, err));
    HUNE_TRY(hu_table_f64(t, "strong", &s->strong, err));
    HUNE_TRY(hu_table_text(t, "codes", &codes, err));
    if (strcmp(*s->why ? s->why : s->kind, scheme_ids[i]))
        return hune_fail(err, HUNE_EBUG, "'frauds.csv', line %d: '%s' where '%s' belongs", t->row,
                         *s->why ? s->why : s->kind, scheme_ids[i]);
    HUNE_TRY(split_codes(w, codes, s, err));
    HUNE_TRY(find_drugs(w, s, err));
    const int kind = i < HU_FRAUD_INNOCENT ? i : HU_FRAUD_INNOCENT;
    s->on = w->fraud->kinds & 1u << kind;
    return HUNE_OK;
}

hune_status hu_read_fraud(hu_world *w, hune_err *err) {
    hu_table t;
    bool more;
    uint32_t kinds;
    HUNE_TRY(hu_read_fraud_list(w->o.fraud, &kinds, err));
    if (!kinds) return HUNE_OK;
    const char *text = hu_embed_simulate("frauds.csv", NULL);
    if (!text) return hune_fail(err, HUNE_EBUG, "data file 'frauds.csv' is not in the program");
    if (!(w->fraud = hu_arena_alloc(&w->arena, sizeof *w->fraud)))
        return hune_fail(err, HUNE_ENOMEM, "no memory for frauds");
    w->fraud->kinds = kinds;
    HUNE_TRY(hu_table_open(&t, "frauds.csv", text, &w->arena, err));
    for (int i = 0; i < HU_SCHEMES; i++) {
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) return hune_fail(err, HUNE_EBUG, "'frauds.csv' lacks '%s'", scheme_ids[i]);
        HUNE_TRY(read_scheme(w, &t, &w->fraud->scheme[i], i, err));
    }
    return HUNE_OK;
}

bool hu_rogue_of(const hu_world *w, hu_scheme s, const char *id, hu_rogue *out) {
    const hu_scheme_data *d = &w->fraud->scheme[s];
    if (!d->on) return false;
    out->hash = hu_hash_bytes(id, strlen(id), 0);
    hu_rng r = hu_rng_at(w->o.seed, out->hash, HU_STREAM_FRAUD + (uint32_t)s);
    if (hu_rng_unif(&r) >= d->share) return false;
    const double span = w->end - w->from, start = hu_rng_unif(&r), at = hu_rng_unif(&r);
    out->from = start < from_start_share ? w->from : w->from + (int32_t)(at * latest_start * span);
    out->to = w->end;
    const double stops = hu_rng_unif(&r), after = LEAST_DAYS + caught_days * hu_rng_exp(&r);
    if (stops < caught_share && after < out->to - out->from) out->to = out->from + (int32_t)after;
    out->strength = d->weak * exp(hu_rng_unif(&r) * log(d->strong / d->weak));
    return true;
}

hu_rng hu_rogue_rng(const hu_world *w, hu_scheme s, const hu_rogue *r) {
    return hu_rng_at(w->o.seed, r->hash, HU_STREAM_FRAUD + 50 + (uint32_t)s);
}

/* --- stays that are coded heavier than they were ------------------------------------------------
 */

enum { LONG_STAY = 5, CENTS_A_LEVEL = 100000 };

/* An upcoding hospital adds a level and a diagnosis or two to any stay of a night or more; a
 * referral hospital, which does get the heavy patients, only to long ones. */
hu_upcode hu_fraud_stay(const hu_world *w, const hu_life *l, hu_sheets *s, const char *hospital,
                        const char *id, int nth, int32_t in, int32_t out) {
    static const hu_scheme schemes[2] = {HU_S_UPCODED, HU_S_REFERRAL};
    hu_upcode up = {0};
    hu_rogue r;
    if (!w->fraud) return up;
    for (int k = 0; k < 2 && !up.levels; k++) {
        const hu_scheme scheme = schemes[k];
        const hu_scheme_data *d = &w->fraud->scheme[scheme];
        if (!hu_rogue_of(w, scheme, hospital, &r)) continue;
        hu_rng rng = hu_rng_at(w->o.seed, hu_hash64((uint64_t)l->person) + (uint64_t)nth,
                               HU_STREAM_FRAUD + 100 + (uint32_t)scheme);
        if (in < r.from || in >= r.to || out - in < (k ? LONG_STAY : 1)) continue;
        if (hu_rng_unif(&rng) >= r.strength) continue;
        up.levels = 1 + (hu_rng_unif(&rng) < 0.3);
        up.n_codes = up.levels;
        const int first = (int)hu_rng_below(&rng, d->n_codes);
        for (int i = 0; i < up.n_codes; i++) up.code[i] = d->code[(first + i) % d->n_codes];
        int y, m, day;
        hu_civil(out, &y, &m, &day);
        const int64_t cents = (int64_t)up.levels * CENTS_A_LEVEL;
        hu_fraud_count(s->fraud, scheme, HU_ACTOR_HOSPITAL, hospital, &r, cents);
        hu_buf_printf(&s->file[hu_single_file(w, HU_TRUTH_FRAUD)],
                      "%s,%s,hospital,%s,,%s,T_MCO%02dB,%lld.00,,,,,,,,,,%.9s,%s\n", d->kind,
                      d->why, hospital, s->fraud->idt, y % 100, (long long)cents / 100, id,
                      id + 10);
    }
    return up;
}
