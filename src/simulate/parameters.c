/* parameters.c - sim_truth/parameters.json: what this world was made of. Options; hashes of the
 * truth and of every data file of the program; rates as they were solved; conditions, habits and
 * traps in force. Constants of the sources go with the version of the tool. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "simulate/fraud.h"

static void json_text(hu_buf *b, const char *key, const char *value) {
    hu_buf_printf(b, "  \"%s\": ", key);
    hu_buf_json(b, value);
    hu_buf_add(b, ",\n");
}

static void json_bands(hu_buf *b, const char *key, const double x[2][HU_BANDS], double unit) {
    hu_buf_printf(b, ", \"%s\": [", key);
    for (int s = 0; s < 2; s++)
        for (int k = 0; k < HU_BANDS; k++)
            hu_buf_printf(b, "%s%.8g", s + k ? ", " : "", x[s][k] * unit);
    hu_buf_add(b, "]");
}

static void json_options(const hu_world *w, hu_buf *b) {
    static const char *const populations[] = {"all", "diabetes", "elderly"};
    char text[256];
    json_text(b, "tool", hune_version());
    hu_buf_printf(b, "  \"persons\": %lld,\n  \"seed\": %llu,\n  \"rate_scale\": %.10g,\n",
                  (long long)w->o.persons, (unsigned long long)w->o.seed, w->o.rate_scale);
    if (w->o.one_person) hu_buf_printf(b, "  \"person\": %lld,\n", (long long)w->o.person);
    json_text(b, "mode", w->o.mode == HUNE_MODE_CASES ? "cases" : "full");
    json_text(b, "population", populations[w->o.population]);
    json_text(b, "from", w->o.from);
    json_text(b, "to", w->o.to);
    json_text(b, "truth", w->o.truth);
    hu_buf_printf(b, "  \"truth_hash\": \"%016llx\",\n", (unsigned long long)w->truth_hash);
    hu_bias_text(w->bias, text, sizeof text);
    json_text(b, "bias", text);
    size_t len = 0;
    *text = '\0';
    for (int d = 0; d < HU_DIRTS; d++)
        if (w->dirt[d])
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " " : "",
                                    hu_dirt_name((hu_dirt)d));
    json_text(b, "dirt", len ? text : "none");
    if (w->fraud) hu_fraud_json(w, b);
    json_text(b, "drugs_option", w->o.drugs ? w->o.drugs : "");
    json_text(b, "outcomes_option", w->o.outcomes ? w->o.outcomes : "");
}

static void json_data(hu_buf *b) {
    hu_buf_add(b, "  \"data\": {");
    for (size_t i = 0; hu_embed_simulate_name(i); i++) {
        size_t len;
        const char *text = hu_embed_simulate(hu_embed_simulate_name(i), &len);
        hu_buf_printf(b, "%s\n    \"%s\": \"%016llx\"", i ? "," : "", hu_embed_simulate_name(i),
                      (unsigned long long)hu_hash_bytes(text, len, 0));
    }
    hu_buf_add(b, "\n  },\n");
}

static void json_conditions(const hu_world *w, hu_buf *b) {
    hu_buf_printf(b, "  \"smokers\": [%.4g, %.4g, %.4g, %.4g],\n  \"conditions\": [",
                  w->smokers[0][0], w->smokers[0][1], w->smokers[1][0], w->smokers[1][1]);
    for (int c = 0; c < HU_CONDITIONS; c++) {
        hu_buf_printf(b, "%s\n    {\"name\": \"%s\"", c ? "," : "", hu_condition_name(c));
        json_bands(b, "share", w->share[c], 1);
        hu_buf_add(b, "}");
    }
    hu_buf_add(b, "\n  ],\n");
}

static void json_steps(hu_buf *b, int n, const double *from, const double *to,
                       const double *value) {
    hu_buf_add(b, "\"steps\": [");
    for (int k = 0; k < n; k++) {
        hu_buf_printf(b, "%s[%.6g, ", k ? ", " : "", from[k]);
        if (isfinite(to[k])) hu_buf_printf(b, "%.6g, ", to[k]);
        else hu_buf_add(b, "null, ");
        hu_buf_printf(b, "%.8g]", value[k]);
    }
    hu_buf_add(b, "]");
}

/* What changes start rates: cascades of the truth, and habits that make pairs as frequent as they
 * should be. */
static void json_raises(const hu_world *w, hu_buf *b) {
    hu_buf_add(b, "  \"starts_while_another_is_taken\": [");
    for (int i = 0; i < w->n_raises; i++) {
        const hu_raise *r = &w->raise[i];
        hu_buf_printf(b, "%s\n    {\"id\": \"%s\", \"kind\": \"%s\", \"by\": \"%s\", \"drug\": ",
                      i ? "," : "", r->id, r->cascade ? "cascade" : "habit", r->by.code);
        hu_buf_printf(b, "\"%s\", ", w->drug[r->drug].atc);
        json_steps(b, r->n_steps, r->from, r->to, r->value);
        hu_buf_add(b, "}");
    }
    hu_buf_add(b, "\n  ],\n");
}

static void json_outcome(const hu_world *w, const hu_outcome *o, int64_t events, int64_t firsts,
                         hu_buf *b) {
    bool any = false;
    hu_buf_printf(
        b,
        "{\"id\": \"%s\", \"scale\": %.10g, \"mean_multiplier\": %.8g, \"frailty_exponent\": %.3g, "
        "\"bound\": %.6g, \"events\": %lld, \"first_events\": %lld, \"recurrent\": %s, "
        "\"season\": [%.4g, %d], \"stay_days\": %.4g, \"death\": [%.6g, %.6g]",
        o->id, o->scale, o->recentre, o->frailty, o->bound, (long long)events, (long long)firsts,
        o->recurrent ? "true" : "false", o->season_amp, o->season_peak, o->stay_days, o->death_stay,
        o->death_year);
    json_bands(b, "rate_py", o->rate_py, 1);
    json_bands(b, "baseline_py", o->hazard, HU_YEAR);
    hu_buf_add(b, ", \"by_condition\": {");
    for (int c = 0; w->bias & HU_BY_CONDITION && c < HU_CONDITIONS; c++) {
        if (o->condition[c] == 1) continue;
        hu_buf_printf(b, "%s\"%s\": %.4g", any ? ", " : "", hu_condition_name(c), o->condition[c]);
        any = true;
    }
    hu_buf_add(b, "}}");
}

static void json_drug(const hu_drug *d, int64_t days, int64_t users, hu_buf *b) {
    static const char *const uses[] = {"chronic", "episodic", "acute", "point"};
    hu_buf_printf(b,
                  "{\"atc\": \"%s\", \"inn\": \"%s\", \"exposed_days\": %lld, \"users\": %lld, "
                  "\"use\": \"%s\", \"era_means\": [%.6g, %.6g], \"era_weights\": [%.4g, %.4g], "
                  "\"season\": [%.4g, %d], \"condition\": ",
                  d->atc, d->inn, (long long)days, (long long)users, uses[d->use], d->era_mean[0],
                  d->era_mean[1], d->era_weight[0], d->era_weight[1], d->season_amp,
                  d->season_peak);
    if (d->condition < 0) hu_buf_add(b, "null");
    else hu_buf_printf(b, "\"%s\"", hu_condition_name(d->condition));
    json_bands(b, "share", d->share, 1);
    json_bands(b, "refit", d->refit, 1);
    json_bands(b, "starts_py", d->rate, HU_YEAR);
    hu_buf_add(b, "}");
}

void hu_put_parameters(const hu_world *w, const hu_tally *t, hu_buf *b) {
    hu_buf_add(b, "{\n");
    json_options(w, b);
    json_data(b);
    hu_buf_printf(b,
                  "  \"written\": {\"persons\": %lld, \"person_days\": %lld, \"drug_lines\": %lld, "
                  "\"rows\": %lld},\n",
                  (long long)t->persons, (long long)t->person_days, (long long)t->drug_lines,
                  (long long)t->rows);
    hu_buf_add(
        b, "  \"bands\": [\"men 0-17\", \"men 18-44\", \"men 45-64\", \"men 65-79\", \"men 80+\", "
           "\"women 0-17\", \"women 18-44\", \"women 45-64\", \"women 65-79\", \"women 80+\"],\n");
    hu_buf_add(b, "  \"treated_diabetes\": {\"population_option\": ");
    hu_buf_printf(b, "%d", (int)w->o.population);
    json_bands(b, "share_at_start", w->prevalence, 1);
    hu_buf_add(b, "},\n");
    json_conditions(w, b);
    json_raises(w, b);
    hu_traps_json(w, b);
    hu_buf_add(b, "  \"outcomes\": [");
    for (int i = 0; i < w->n_outcomes; i++) {
        hu_buf_add(b, i ? ",\n    " : "\n    ");
        json_outcome(w, &w->outcome[i], t->events[i], t->first_events[i], b);
    }
    hu_buf_add(b, "\n  ],\n  \"drugs\": [");
    for (int i = 0; i < w->n_drugs; i++) {
        hu_buf_add(b, i ? ",\n    " : "\n    ");
        json_drug(&w->drug[i], t->exposed_days[i], t->users[i], b);
    }
    hu_buf_add(b, "\n  ]\n}\n");
}
