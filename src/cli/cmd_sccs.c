/* cmd_sccs.c - hune sccs: one case-series model on a plain table, from a specification or from
 * flags. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "hune/sccs_table.h"
#include "opts.h"

/* A growing text; the front end sees public headers only, so it has its own. */
typedef struct text {
    char *s;
    size_t n, cap;
} text;

static bool add(text *t, const char *s, size_t n) {
    if (t->n + n + 1 > t->cap) {
        const size_t cap = 2 * (t->n + n) + 256;
        char *more = realloc(t->s, cap);
        if (!more) return false;
        t->s = more, t->cap = cap;
    }
    memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = '\0';
    return true;
}

static bool adds(text *t, const char *s) {
    return add(t, s, strlen(s));
}

static hune_status read_file(const char *path, text *out, hune_err *err) {
    FILE *f = fopen(path, "rb");
    if (!f) return hune_fail(err, HUNE_EIO, "no file '%s'", path);
    char part[4096];
    size_t n;
    bool memory = adds(out, "");
    while (memory && (n = fread(part, 1, sizeof part, f)) > 0) memory = add(out, part, n);
    const bool broken = ferror(f);
    fclose(f);
    if (!memory) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", path);
    if (broken) return hune_fail(err, HUNE_EIO, "'%s' could not be read", path);
    return HUNE_OK;
}

/* --- flags to a specification ------------------------------------------------------------------
 */

static void quoted(text *t, const char *s, size_t n) {
    adds(t, "\"");
    for (size_t k = 0; k < n; k++) {
        char code[8];
        if (s[k] == '"' || s[k] == '\\' || (unsigned char)s[k] < ' ') {
            snprintf(code, sizeof code, "\\u%04x", (unsigned)(unsigned char)s[k]);
            adds(t, code);
        } else {
            add(t, s + k, 1);
        }
    }
    adds(t, "\"");
}

/* "0-14,15-28,-30--1": windows of days since exposure that follow each other; starts[] and the last
 * day. -1 = not such a list, else how many. */
static int windows(const char *s, long *starts, int most, long *last) {
    int n = 0;
    while (*s) {
        char *end;
        const long from = strtol(s, &end, 10);
        if (end == s || *end != '-' || n == most) return -1;
        s = end + 1;
        const long to = strtol(s, &end, 10);
        if (end == s || to < from || labs(from) > 100000 || labs(to) > 100000) return -1;
        if (n && from != *last + 1) return -1;
        starts[n++] = from;
        *last = to;
        s = end;
        if (*s == ',') s++;
        else if (*s) return -1;
    }
    return n ? n : -1;
}

static void dose_list(text *t, const char *names, long offset) {
    adds(t, "[[");
    for (const char *s = names; *s;) {
        const size_t n = strcspn(s, ",");
        char tail[64];
        adds(t, s == names ? "{\"col\":" : ",{\"col\":");
        quoted(t, s, n);
        snprintf(tail, sizeof tail, ",\"offset\":%ld}", offset);
        adds(t, tail);
        s += n;
        if (*s) s++;
    }
    adds(t, "]]");
}

static bool only_days(const char *s) {
    return *s && strspn(s, "0123456789,") == strlen(s) && !strstr(s, ",,") && *s != ',' &&
           s[strlen(s) - 1] != ',';
}

/* 0 = t holds the specification; 2 = usage. */
static int from_flags(const hu_args *a, text *t) {
    const char *person, *start, *end, *event, *exposure, *risk, *age = hu_arg(a, "age");
    if (!hu_arg_required(a, "person", &person) || !hu_arg_required(a, "start", &start) ||
        !hu_arg_required(a, "end", &end) || !hu_arg_required(a, "event", &event) ||
        !hu_arg_required(a, "exposure", &exposure) || !hu_arg_required(a, "risk", &risk))
        return 2;
    long starts[100], last = 0;
    const int n = windows(risk, starts, 100, &last);
    if (n < 0)
        return hu_usage_error(a,
                              "--risk wants windows of days that follow each other, such as "
                              "0-14,15-28, not '%s'",
                              risk);
    if (age && !only_days(age))
        return hu_usage_error(a, "--age wants first days of age groups, such as 427,488, not '%s'",
                              age);
    const char *const columns[][2] = {
        {"\"indiv\":", person}, {"\"astart\":", start}, {"\"aend\":", end}, {"\"aevent\":", event}};
    adds(t, "{");
    for (int k = 0; k < 4; k++) {
        adds(t, columns[k][0]);
        quoted(t, columns[k][1], strlen(columns[k][1]));
        adds(t, ",");
    }
    adds(t, "\"formula\":");
    text formula = {0};
    adds(&formula, "event ~ ");
    add(&formula, exposure, strcspn(exposure, ","));
    adds(&formula, age ? " + age" : "");
    quoted(t, formula.s, formula.n);
    free(formula.s);
    adds(t, strchr(exposure, ',') ? ",\"dataformat\":\"multi\"" : ",\"dataformat\":\"stack\"");
    adds(t, ",\"adrug\":");
    dose_list(t, exposure, 0);
    adds(t, ",\"aedrug\":");
    dose_list(t, exposure, last);
    adds(t, ",\"expogrp\":[");
    for (int k = 0; k < n; k++) {
        char one[32];
        snprintf(one, sizeof one, "%s%ld", k ? "," : "", starts[k]);
        adds(t, one);
    }
    adds(t, "]");
    if (age) adds(t, ",\"agegrp\":["), adds(t, age), adds(t, "]");
    return adds(t, "}") ? 0 : 1;
}

/* --- output ------------------------------------------------------------------------------------
 */

static const char *flag_word(hune_coef_flag f) {
    return f == HUNE_COEF_SEPARATED ? "separated" : f == HUNE_COEF_SINGULAR ? "singular" : "";
}

static void print_table(const hune_sccs_result *r) {
    static const char *const ends[] = {
        "converged", "NOT CONVERGED: do not use", "converged; some terms have no finite estimate",
        "converged; some terms are not identified", "no event to compare with anything"};
    int width = 4;
    for (int k = 0; k < r->n; k++)
        if ((int)strlen(r->coefficients[k].term) > width)
            width = (int)strlen(r->coefficients[k].term);
    printf("%-*s  %9s  %19s  %9s  %9s  %8s\n", width, "term", "ratio", "95 % interval", "log ratio",
           "std error", "p");
    for (int k = 0; k < r->n; k++) {
        const hune_sccs_coefficient *c = &r->coefficients[k];
        if (c->flag != HUNE_COEF_OK) {
            printf("%-*s  %9s\n", width, c->term, flag_word(c->flag));
            continue;
        }
        char interval[40];
        snprintf(interval, sizeof interval, "%.3g to %.3g", exp(c->lo95), exp(c->hi95));
        printf("%-*s  %9.3f  %19s  %9.4f  %9.4f  %8.2g\n", width, c->term, exp(c->estimate),
               interval, c->estimate, c->std_error,
               erfc(fabs(c->estimate / c->std_error) / sqrt(2)));
    }
    for (int k = 0; k < r->n_dropped; k++)
        printf("%-*s  not identified, left out\n", width, r->dropped[k]);
    printf("\n%lld events, %lld intervals; log-likelihood %.4f (%.4f without effects); %s\n",
           (long long)r->strata, (long long)r->intervals, r->loglik, r->loglik_null, ends[r->end]);
    if (r->events_outside)
        printf("%lld events lie outside their observation and take no part\n",
               (long long)r->events_outside);
    if (r->episodes_reversed)
        printf("%lld episodes end before they start and count as no exposure\n",
               (long long)r->episodes_reversed);
}

static int print_result(const hu_args *a, const hune_sccs_result *r) {
    if (!hu_arg_on(a, "json")) {
        print_table(r);
        return 0;
    }
    hune_err err = {0};
    char *json = NULL;
    if (hune_sccs_result_json(r, &json, &err)) return hu_report_failure(a, &err);
    puts(json);
    free(json);
    return 0;
}

static int run(const hu_args *a, hune_context *ctx) {
    hune_err err = {0};
    text spec = {0};
    const char *path = hu_arg(a, "spec");
    int status = 0;
    if (path) status = read_file(path, &spec, &err) ? hu_report_failure(a, &err) : 0;
    else status = from_flags(a, &spec);
    hune_sccs_result *r = NULL;
    if (!status && hune_sccs_table_run(a->positional[0], spec.s, path ? path : "the flags",
                                       hu_arg(a, "id"), ctx, &r, &err))
        status = hu_report_failure(a, &err);
    if (!status) status = print_result(a, r);
    hune_sccs_result_free(r);
    free(spec.s);
    return status;
}

static const hu_opt opts[] = {
    {"spec", 0, "FILE", NULL, "the model as JSON (docs/sccs.md), instead of the flags below"},
    {"id", 0, "MODEL", NULL, "which model, when FILE is a list of models"},
    {"json", 0, NULL, NULL, "print the result as JSON"},
    {"person", 0, "COLUMN", NULL, "who: number or name of the person"},
    {"start", 0, "COLUMN", NULL, "first day of observation"},
    {"end", 0, "COLUMN", NULL, "last day of observation, observed too"},
    {"event", 0, "COLUMN", NULL, "day of the event"},
    {"exposure", 0, "COLUMNS", NULL, "day of exposure; with commas: doses, one column each"},
    {"risk", 0, "WINDOWS", NULL, "days since exposure at risk, e.g. 0-14,15-28; -14--1 is before"},
    {"age", 0, "DAYS", NULL, "first days of age groups, e.g. 427,488,549"},
    {NULL, 0, NULL, NULL, NULL}};

const hu_command hu_cmd_sccs = {
    .name = "sccs",
    .summary = "one self-controlled case series on a plain table",
    .usage = "DATA.csv (--spec SPEC.json [--id MODEL] | --person ... --risk ...) [--json]",
    .description =
        "Fits the standard self-controlled case series (conditional Poisson) to a table with one\n"
        "row per event, or per event and exposure. Ages are whole days, or all columns are dates\n"
        "YYYY-MM-DD; missing is NA or empty. Prints log relative incidences with standard errors\n"
        "and 95 % intervals; a term without a finite or identified estimate says so instead.",
    .example =
        "hune sccs data.csv --person case --start sta --end end --event itp --exposure mmr \\\n"
        "      --risk 0-14,15-28,29-42 --age 427,488,549,610,671",
    .min_positional = 1,
    .max_positional = 1,
    .opts = opts,
    .run = run};
