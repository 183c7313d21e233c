/* conditions.c - who has which lasting condition, and when it begins.
 *
 * The share of persons with a condition follows from the drug table: somewhat more than the persons
 * who use any of its drugs (treated diabetes: 1.25 times the users of metformin), by sex and age
 * band, made into a curve over age whose mean over each band is that share. A person has one
 * liability for each condition, uniform over persons and correlated with frailty:
 *
 *   lasting   begins when the cumulative hazard -log(1 - curve(age)) reaches -log(1 - liability);
 * an older condition may speed it up (diabetes x1.6 on coronary and kidney disease, coronary
 *             disease x4 on heart failure), the curve being lowered so that the shares stay
 *   passing   is there while curve(age) is above the liability (contraception, allergy...)
 *
 * The shares are those of the whole drug table, whatever --drugs leaves out.
 */
#include <math.h>
#include <string.h>
#include "simulate/sim.h"

static const double above_users = 1.1, diabetes_per_metformin = 1.25, most_share = 0.95;
static const double with_frailty = 0.3; /* correlation of the liabilities of illnesses */
/* Where curves bend: edges and middles of the age bands. */
static const double node_age[HU_NODES] = {0, 9, 18, 31.5, 45, 55, 65, 72.5, 80, 86, 110};

typedef struct kind {
    const char *name;
    bool passing, of_health; /* of_health: correlated with frailty */
    int sped_by;             /* condition, or -1 */
    double factor;
} kind;

static const kind kinds[HU_CONDITIONS] = {
    [HU_C_DIABETES] = {"diabetes", false, true, -1, 1},
    [HU_C_HYPERTENSION] = {"hypertension", false, true, -1, 1},
    [HU_C_LIPID] = {"lipid", false, true, -1, 1},
    [HU_C_CORONARY] = {"coronary", false, true, HU_C_DIABETES, 1.6},
    [HU_C_HEART_FAILURE] = {"heart_failure", false, true, HU_C_CORONARY, 4},
    [HU_C_THROMBOSIS] = {"thrombosis", false, true, -1, 1},
    [HU_C_KIDNEY] = {"kidney", false, true, HU_C_DIABETES, 1.6},
    [HU_C_AIRWAY] = {"airway", true, true, -1, 1},
    [HU_C_DEPRESSION] = {"depression", true, true, -1, 1},
    [HU_C_ANXIETY] = {"anxiety", true, true, -1, 1},
    [HU_C_INSOMNIA] = {"insomnia", true, true, -1, 1},
    [HU_C_PAIN] = {"pain", true, true, -1, 1},
    [HU_C_GOUT] = {"gout", false, true, -1, 1},
    [HU_C_OSTEOPOROSIS] = {"osteoporosis", false, true, -1, 1},
    [HU_C_EPILEPSY] = {"epilepsy", true, true, -1, 1},
    [HU_C_PSYCHOSIS] = {"psychosis", true, true, -1, 1},
    [HU_C_DEMENTIA] = {"dementia", false, true, -1, 1},
    [HU_C_CANCER] = {"cancer", false, true, -1, 1},
    [HU_C_HYPOTHYROIDISM] = {"hypothyroidism", false, false, -1, 1},
    [HU_C_REFLUX] = {"reflux", true, true, -1, 1},
    [HU_C_GLAUCOMA] = {"glaucoma", false, false, -1, 1},
    [HU_C_MIGRAINE] = {"migraine", true, false, -1, 1},
    [HU_C_ALLERGY] = {"allergy", true, false, -1, 1},
    [HU_C_HIRSUTISM] = {"hirsutism", true, false, -1, 1},
    [HU_C_CONTRACEPTION] = {"contraception", true, false, -1, 1},
    [HU_C_MENOPAUSE] = {"menopause", true, false, -1, 1},
};

/* Words of the column `indication` that are not the name of their condition. */
static const struct {
    const char *indication;
    hu_condition condition;
} other_words[] = {{"diabetes_weight", HU_C_DIABETES},
                   {"cad", HU_C_CORONARY},
                   {"af_vte", HU_C_THROMBOSIS},
                   {"cancer_pain", HU_C_CANCER},
                   {"gyn", HU_C_MENOPAUSE}};

/* No drug of the table is for kidney disease alone: shares chosen for the simulator. */
static const double kidney_share[HU_BANDS] = {0.001, 0.005, 0.03, 0.10, 0.25};

const char *hu_condition_name(int condition) {
    return kinds[condition].name;
}

int hu_condition_of(const char *indication, hu_use use) {
    if (use == HU_ACUTE && strcmp(indication, "gout")) return -1; /* whoever is ill for days */
    for (size_t k = 0; k < sizeof other_words / sizeof *other_words; k++)
        if (!strcmp(indication, other_words[k].indication)) return other_words[k].condition;
    for (int c = 0; c < HU_CONDITIONS; c++)
        if (!strcmp(indication, kinds[c].name)) return c;
    return -1;
}

/* --- curves -------------------------------------------------------------------------------- */

/* A curve whose mean over each band is the band's share: straight lines between the edges
 * (geometric means of neighbours) and a middle that makes the mean right. In the last band ages
 * are exponential beyond 80, with mean 5.5 years. */
static void curve(const double share[HU_BANDS], double node[HU_NODES]) {
    const double within_6 = 1 - (1 - exp(-6 / 5.5)) * 5.5 / 6;
    node[0] = share[0] / 2;
    for (int b = 1; b < HU_BANDS; b++) node[2 * b] = sqrt(share[b - 1] * share[b]);
    for (int b = 0; b < HU_BANDS - 1; b++)
        node[2 * b + 1] = (4 * share[b] - node[2 * b] - node[2 * b + 2]) / 2;
    node[9] = (share[4] - within_6 * node[8]) / (1 - within_6);
    for (int k = 0; k < HU_NODES - 1; k++) node[k] = fmin(fmax(node[k], 0), 0.97);
    node[10] = node[9];
}

static double at_age(const double node[HU_NODES], double age) {
    int k = 0;
    if (age <= 0) return node[0];
    while (k < HU_NODES - 2 && age >= node_age[k + 1]) k++;
    const double x = (age - node_age[k]) / (node_age[k + 1] - node_age[k]);
    return node[k] + fmin(x, 1) * (node[k + 1] - node[k]);
}

/* Cumulative hazard of a lasting condition by node, without what speeds it up. */
static void cumulate(hu_world *w, int c, int sex) {
    double *p = w->curve[c][sex];
    double before = 0, sum = 0;
    for (int k = 0; k < HU_NODES; k++) {
        const double now = fmax(-log(1 - p[k]), before);
        double part = now - before;
        if (kinds[c].sped_by >= 0 && k > 0) {
            const double *other = w->curve[kinds[c].sped_by][sex]; /* a cumulative hazard already */
            const double ill = 1 - exp(-0.5 * (other[k - 1] + other[k]));
            part /= 1 + ill * (kinds[c].factor - 1);
        }
        before = now;
        sum += part;
        p[k] = sum;
    }
}

static hune_status read_shares(hu_world *w, hune_err *err) {
    double none[HU_CONDITIONS][2][HU_BANDS];
    hu_table t;
    bool more;
    for (int c = 0; c < HU_CONDITIONS; c++)
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) none[c][s][b] = 1;
    HUNE_TRY(hu_table_open(&t, "sim_drugs.csv", hu_embed_simulate("sim_drugs.csv", NULL), &w->arena,
                           err));
    for (;;) {
        hu_drug d = {0};
        HUNE_TRY(hu_table_next(&t, &more, err));
        if (!more) break;
        HUNE_TRY(hu_read_drug(&t, &d, err));
        if (d.condition < 0) continue;
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++) {
                none[d.condition][s][b] *= 1 - d.share[s][b];
                if (!strcmp(d.atc, "A10BA02"))
                    w->prevalence[s][b] = diabetes_per_metformin * d.share[s][b];
            }
    }
    for (int c = 0; c < HU_CONDITIONS; c++)
        for (int s = 0; s < 2; s++)
            for (int b = 0; b < HU_BANDS; b++)
                w->share[c][s][b] = c == HU_C_DIABETES ? w->prevalence[s][b]
                                    : c == HU_C_KIDNEY
                                        ? kidney_share[b]
                                        : fmin(above_users * (1 - none[c][s][b]), most_share);
    return HUNE_OK;
}

/* Mean over each band of what the curve gives: a lasting condition does not become rarer with age,
 * even where its drugs do, and then fewer of those who have it are treated. */
static void band_means(hu_world *w, int c, int sex) {
    enum { PIECES = 200 };
    static const double edge[HU_BANDS] = {0, 18, 45, 65, 80};
    for (int b = 0; b < HU_BANDS; b++) {
        double sum = 0, weights = 0;
        for (int k = 0; k < PIECES; k++) {
            const double x = (k + 0.5) / PIECES;
            const bool old = b == HU_BANDS - 1;
            const double age = edge[b] + x * (old ? 30 : edge[b + 1] - edge[b]);
            const double weight = old ? exp(-30 * x / 5.5) : 1, y = at_age(w->curve[c][sex], age);
            sum += weight * (kinds[c].passing ? y : 1 - exp(-y));
            weights += weight;
        }
        if (kinds[c].sped_by < 0) w->share[c][sex][b] = sum / weights;
    }
}

hune_status hu_condition_curves(hu_world *w, hune_err *err) {
    HUNE_TRY(read_shares(w, err));
    for (int c = 0; c < HU_CONDITIONS; c++) /* a condition comes after what speeds it up */
        for (int s = 0; s < 2; s++) {
            curve(w->share[c][s], w->curve[c][s]);
            if (!kinds[c].passing) cumulate(w, c, s);
            band_means(w, c, s);
        }
    return HUNE_OK;
}

/* --- a person's states ---------------------------------------------------------------------- */

/* Age at which a rising curve reaches y; INFINITY when it never does. */
static double reaches(const double node[HU_NODES], double y) {
    if (y <= node[0]) return 0;
    for (int k = 1; k < HU_NODES; k++)
        if (y <= node[k])
            return node_age[k - 1] +
                   (node_age[k] - node_age[k - 1]) * (y - node[k - 1]) / (node[k] - node[k - 1]);
    return INFINITY;
}

static int32_t day_of(const hu_life *l, double age) {
    return age > 150 ? HU_NEVER : l->birth + (int32_t)(age * HU_YEAR);
}

static hu_span lasting(const hu_world *w, const hu_life *l, int c, double liability) {
    const double *node = w->curve[c][l->sex], need = -log1p(-fmin(liability, 1 - 1e-12));
    double age = reaches(node, need);
    const int by = kinds[c].sped_by;
    if (by >= 0 && l->state[by].from != HU_NEVER) {
        const double since = (l->state[by].from - l->birth) / HU_YEAR;
        const double until = at_age(node, since);
        if (need > until) age = reaches(node, until + (need - until) / kinds[c].factor);
    }
    return (hu_span){day_of(l, age), HU_NEVER};
}

/* The first spell that has not ended when this life begins. */
static hu_span passing(const hu_world *w, const hu_life *l, int c, double liability) {
    const double *node = w->curve[c][l->sex];
    const double now = (l->start - l->birth) / HU_YEAR;
    hu_span s = {HU_NEVER, HU_NEVER};
    bool in = false;
    if (node[0] > liability) in = true, s.from = l->birth;
    for (int k = 1; k < HU_NODES; k++) {
        const bool next = node[k] > liability;
        if (next == in) continue;
        const double x = (liability - node[k - 1]) / (node[k] - node[k - 1]);
        const double age = node_age[k - 1] + x * (node_age[k] - node_age[k - 1]);
        in = next;
        if (in) s.from = day_of(l, age), s.to = HU_NEVER;
        else {
            s.to = day_of(l, age);
            if (age > now) return s;
            s = (hu_span){HU_NEVER, HU_NEVER};
        }
    }
    return s;
}

static double liability(double z, bool of_health, hu_rng *r) {
    const double rho = of_health ? with_frailty : 0;
    /* frail persons have low liabilities, which are reached first */
    return hu_norm_cdf(-rho * z + sqrt(1 - rho * rho) * hu_rng_normal(r));
}

int32_t hu_diabetes_onset(const hu_world *w, const hu_life *l, hu_rng *r) {
    return lasting(w, l, HU_C_DIABETES, liability(l->frailty_z, true, r)).from;
}

void hu_conditions(const hu_world *w, hu_life *l) {
    const double z = l->frailty_z;
    for (int c = 0; c < HU_CONDITIONS; c++) {
        if (c == HU_C_DIABETES) { /* known since the person is */
            if (!l->diabetic) l->state[c] = (hu_span){HU_NEVER, HU_NEVER};
            else l->state[c] = (hu_span){l->diabetes_onset, HU_NEVER};
            continue;
        }
        hu_rng r = hu_rng_at(w->o.seed, (uint64_t)l->person, HU_STREAM_CONDITION + (uint32_t)c);
        const double u = hu_trap_liability(w, l, c, liability(z, kinds[c].of_health, &r));
        l->state[c] = kinds[c].passing ? passing(w, l, c, u) : lasting(w, l, c, u);
    }
    hu_pathway_types(w, l);
}
