/* names.c - how a person is called in the tables, and who insures him: dirt of identity.
 *
 * A pseudonym (BEN_NIR_PSA) is built on the insured person, so it changes through life:
 *
 *   parent A ------------------> own -------> spouse's ----> own (January 2016: everybody's)
 *   parent B (some children) --> |first job   |marriage, some
 *
 * Same-sex twins have the same parents, birth and sex, and so the same childhood pseudonyms; the
 * rank BEN_RNG_GEM tells them apart in the general scheme only. Without this dirt a person has one
 * pseudonym for life, of his own; with twins alone, twins share it.
 *
 * Pseudonyms are made up: a letter, a 64-bit mix of the number that no two persons share, written
 * in 32 letters and digits, and three more characters. Nothing in them looks like a national
 * number.
 */
#include <math.h>
#include "simulate/sheet.h"

static const uint64_t salt_psa = 0x5eed51u, salt_person = 0xa11ce5u, salt_twins = 0x2b1275u;
static const double twin_share = 0.0035;
static const double two_parents = 0.1, second_parent_days = 0.3;
static const double first_job_from = 17.5, first_job_years = 8;
static const double spouse_share[2] = {0.04, 0.14}, marriage_from = 22, marriage_years = 23;
static const double scheme_change_py = 0.02, gap_days = 90, first_gap_days = 20;
static const double unsteady_share = 0.3;

static void pseudonym(char out[18], char letter, uint64_t seed, int64_t person, uint64_t salt) {
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32, none ambiguous */
    /* hu_hash64 maps 64 bits one to one, so different persons cannot meet */
    uint64_t x = hu_hash64(hu_hash64(seed ^ salt) ^ (uint64_t)person);
    uint64_t tail = hu_hash64(x ^ salt);
    out[0] = letter;
    for (int i = 1; i <= 13; i++, x >>= 5) out[i] = letters[x & 31];
    for (int i = 14; i < 17; i++, tail >>= 5) out[i] = letters[tail & 31];
    out[17] = '\0';
}

static double uniform_of(uint64_t x) {
    return (double)(hu_hash64(x) >> 11) * 0x1p-53;
}

/* Diabetics are drawn until one fits, so their neighbours cannot be born on one day. */
int hu_twin(const hu_world *w, int64_t person) {
    if (w->o.population == HUNE_POPULATION_DIABETES) return 0;
    const uint64_t pair = (uint64_t)person / 2;
    if (uniform_of(hu_hash64(w->o.seed ^ salt_twins) ^ pair) >= twin_share) return 0;
    return 1 + (int)(person % 2);
}

static void add(const hu_world *w, hu_names *n, char letter, int64_t person, int32_t from,
                int32_t to) {
    if (from >= to || n->n == HU_PSEUDONYMS) return;
    hu_pseudonym *p = &n->psa[n->n++];
    pseudonym(p->text, letter, w->o.seed, person, salt_psa);
    p->from = from;
    p->to = to;
}

static int32_t age(const hu_life *l, double years) {
    return l->birth + (int32_t)(years * HU_YEAR);
}

/* The spouse's number comes before one's own in the list: where spans meet, the first counts. */
static void through_life(const hu_world *w, const hu_life *l, hu_names *n, int64_t parents) {
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_NAMES);
    const int32_t job = age(l, first_job_from + first_job_years * hu_rng_unif(&r));
    const bool both = hu_rng_unif(&r) < two_parents;
    const bool through_spouse = hu_rng_unif(&r) < spouse_share[l->sex];
    const int32_t marriage = age(l, marriage_from + marriage_years * hu_rng_unif(&r));
    add(w, n, 'P', parents, INT32_MIN, job);
    if (both) add(w, n, 'R', parents, INT32_MIN, job);
    if (through_spouse)
        add(w, n, 'S', l->person, marriage > job ? marriage : job, hu_day(2016, 1, 1));
    add(w, n, 'Q', l->person, job, HU_NEVER);
}

void hu_names_of(const hu_world *w, const hu_life *l, hu_names *n) {
    const int twin = w->dirt[HU_DIRT_TWINS] ? hu_twin(w, l->person) : 0;
    const int64_t parents = twin == 2 ? l->person - 1 : l->person;
    n->n = 0;
    n->person = l->person;
    n->rank = twin == 2 ? 2 : 1;
    pseudonym(n->idt, 'A', w->o.seed, l->person, salt_person);
    if (w->dirt[HU_DIRT_IDENTITY]) through_life(w, l, n, parents);
    else add(w, n, 'Q', parents, INT32_MIN, HU_NEVER);
    hu_schemes_of(w, l, n);
}

const char *hu_psa_on(const hu_names *n, int32_t day) {
    int at = -1;
    for (int i = 0; i < n->n && at < 0; i++)
        if (day >= n->psa[i].from && day < n->psa[i].to) at = i;
    if (at < 0) at = n->n - 1;
    const bool second = at + 1 < n->n && n->psa[at].text[0] == 'P' && n->psa[at + 1].text[0] == 'R';
    if (second && uniform_of((uint64_t)n->person * 100003u + (uint64_t)day) < second_parent_days)
        at++;
    return n->psa[at].text;
}

int hu_rank_on(const hu_names *n, int32_t day) {
    if (!n->unsteady) return n->rank;
    int y, m, d;
    hu_civil(day, &y, &m, &d);
    return 1 + (int)(hu_hash64((uint64_t)n->person * 4099u + (uint64_t)y) % 5);
}

/* --- schemes -------------------------------------------------------------------------------- */

static int draw_scheme(const hu_world *w, double x) {
    int k = 0;
    while (k < w->tables->n_schemes - 1 && (x -= w->tables->scheme[k].share) >= 0) k++;
    return k;
}

/* Most stay with one scheme. A change goes with months in which nobody pays: rows vanish, and the
 * life does not. */
void hu_schemes_of(const hu_world *w, const hu_life *l, hu_names *n) {
    n->n_schemes = 1;
    n->scheme[0] = 0;
    n->gap[0] = (hu_span){INT32_MIN, INT32_MIN};
    n->unsteady = false;
    if (!w->dirt[HU_DIRT_REGIME]) return;
    hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_TABLES + HU_TABLES_SCHEME);
    n->scheme[0] = draw_scheme(w, hu_rng_unif(&r));
    const bool unsteady = hu_rng_unif(&r) < unsteady_share;
    n->unsteady = w->dirt[HU_DIRT_TWINS] && unsteady && w->tables->scheme[n->scheme[0]].large != 1;
    double t = l->entry;
    while (n->n_schemes < HU_INSURERS) {
        t += hu_rng_exp(&r) / scheme_change_py * HU_YEAR;
        const double gap = first_gap_days + gap_days * hu_rng_exp(&r);
        const int next = draw_scheme(w, hu_rng_unif(&r));
        if (t >= l->exit) return;
        if (next == n->scheme[n->n_schemes - 1]) continue;
        n->scheme[n->n_schemes] = next;
        n->gap[n->n_schemes++] = (hu_span){(int32_t)t, (int32_t)(t + gap)};
        t += gap;
    }
}

const hu_scheme_row *hu_scheme_on(const hu_world *w, const hu_names *n, int32_t day) {
    int k = n->n_schemes - 1;
    while (k && day < n->gap[k].from) k--;
    return &w->tables->scheme[n->scheme[k]];
}

bool hu_unseen(const hu_world *w, const hu_names *n, int32_t day) {
    if (!w->dirt[HU_DIRT_REGIME]) return false;
    for (int k = 1; k < n->n_schemes; k++)
        if (day >= n->gap[k].from && day < n->gap[k].to) return true;
    return day < hu_scheme_on(w, n, day)->since;
}
