/* lists.c - the names a user may put in --bias, --dirt, --drugs and --outcomes. */
#include <string.h>
#include "simulate/fraud.h"

static const char *const dirt_names[HU_DIRTS] = {
    "cancel",    "late",        "info",  "duplicates", "returns", "grouper", "identity", "death",
    "emergency", "supplements", "twins", "regime",     "codes",   "instay",  "otc"};
static const char conditions_word[] = "conditions";
static const char *const fraud_names[HU_FRAUDS] = {"phantom_dispensing",
                                                   "outlier_prescriber",
                                                   "doctor_shopping",
                                                   "duplicate_billing",
                                                   "impossible_billing",
                                                   "upcoded_stays",
                                                   "ring",
                                                   "innocent"};

const char *hu_dirt_name(hu_dirt d) {
    return dirt_names[d];
}

/* Next name of a comma list into word; false at its end. Blanks around a name do not count. */
static bool next_name(const char **list, char *word, size_t n) {
    while (**list == ' ' || **list == ',') (*list)++;
    if (!**list) return false;
    const size_t len = strcspn(*list, ", ");
    snprintf(word, n, "%.*s", (int)len, *list);
    *list += len;
    return true;
}

void hu_bias_text(uint32_t bias, char *out, size_t n) {
    size_t len = 0;
    *out = '\0';
    for (int t = 1; t <= HU_TRAPS && len < n; t++)
        if (bias & 1u << t)
            len += (size_t)snprintf(out + len, n - len, "%sT%02d", len ? " " : "", t);
    if (bias & HU_BY_CONDITION && len < n)
        snprintf(out + len, n - len, "%s%s", len ? " " : "", conditions_word);
    if (!bias) snprintf(out, n, "none");
}

hune_status hu_read_bias(const char *list, uint32_t *bias, hune_err *err) {
    char word[32];
    *bias = 0;
    if (!list || !strcmp(list, "none")) return HUNE_OK;
    if (!strcmp(list, "all")) {
        *bias = (2u << HU_TRAPS) - 1;
        return HUNE_OK;
    }
    while (next_name(&list, word, sizeof word)) {
        int64_t t = 0;
        if (!strcmp(word, conditions_word)) {
            *bias |= HU_BY_CONDITION;
            continue;
        }
        if (word[0] != 'T' || strlen(word) != 3 || !hu_parse_i64(word + 1 + (word[1] == '0'), &t) ||
            t < 1 || t > HU_TRAPS) {
            hune_fail(err, HUNE_EARG, "unknown trap '%s'", word);
            return hune_hint(err, "traps are T01 to T16, and conditions");
        }
        *bias |= 1u << t;
    }
    return HUNE_OK;
}

hune_status hu_read_dirt(const char *list, bool dirt[HU_DIRTS], hune_err *err) {
    char word[32];
    const bool all = list && !strcmp(list, "all");
    for (int d = 0; d < HU_DIRTS; d++) dirt[d] = all;
    if (all || !list || !strcmp(list, "none")) return HUNE_OK;
    while (next_name(&list, word, sizeof word)) {
        int d = 0;
        while (d < HU_DIRTS && strcmp(word, dirt_names[d])) d++;
        if (d == HU_DIRTS) {
            char known[200];
            size_t n = 0;
            for (int k = 0; k < HU_DIRTS && n < sizeof known; k++)
                n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", k ? ", " : "",
                                      dirt_names[k]);
            hune_fail(err, HUNE_EARG, "unknown dirt '%s'", word);
            return hune_hint(err, "dirt is none, all or some of %s", known);
        }
        dirt[d] = true;
    }
    return HUNE_OK;
}

const char *hu_fraud_name(hu_fraud_kind k) {
    return fraud_names[k];
}

hune_status hu_read_fraud_list(const char *list, uint32_t *kinds, hune_err *err) {
    char word[32];
    const bool all = list && !strcmp(list, "all");
    *kinds = all ? (1u << HU_FRAUDS) - 1 : 0;
    if (all || !list || !strcmp(list, "none")) return HUNE_OK;
    while (next_name(&list, word, sizeof word)) {
        int k = 0;
        while (k < HU_FRAUDS && strcmp(word, fraud_names[k])) k++;
        if (k == HU_FRAUDS) {
            hune_fail(err, HUNE_EARG, "unknown fraud '%s'", word);
            return hune_hint(err, "fraud is none, all or some of phantom_dispensing, "
                                  "outlier_prescriber, doctor_shopping, duplicate_billing, "
                                  "impossible_billing, upcoded_stays, ring, innocent");
        }
        *kinds |= 1u << k;
    }
    return *kinds ? HUNE_OK : hune_fail(err, HUNE_EARG, "the list of frauds is empty");
}

bool hu_listed(const char *list, const char *name, bool prefix) {
    char word[32];
    if (!list) return true;
    while (next_name(&list, word, sizeof word))
        if (prefix ? hu_starts(name, word) : !strcmp(name, word)) return true;
    return false;
}

hune_status hu_check_list(const char *list, const char *option, bool prefix,
                          const char *const *names, int n, hune_err *err) {
    char word[32];
    int found = 0;
    const char *rest = list;
    if (!list) return HUNE_OK;
    while (next_name(&rest, word, sizeof word)) {
        int i = 0;
        while (i < n && !(prefix ? hu_starts(names[i], word) : !strcmp(names[i], word))) i++;
        if (i == n) {
            hune_fail(err, HUNE_EARG, "nothing in the table of %s matches '%s'", option, word);
            return hune_hint(err, "see %s in codes/simulate",
                             prefix ? "sim_drugs.csv" : "sim_outcomes.csv");
        }
        found++;
    }
    return found ? HUNE_OK : hune_fail(err, HUNE_EARG, "the list of %s is empty", option);
}
