/* opts.c - the option tables at work: parsing, --help, usage errors with the nearest name. */
#include "opts.h"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

/* Every command has these. */
static const hu_opt common[] = {
    {"threads", 0, "T", NULL, "worker threads (default: one per core)"},
    {"memory", 0, "SIZE", "2GB", "ceiling for the engine's memory, e.g. 512MB"},
    {"quiet", 'q', NULL, NULL, "no progress"},
    {"help", 'h', NULL, NULL, "show this help"},
    {NULL, 0, NULL, NULL, NULL},
};

static int n_opts(const hu_opt *o) {
    int n = 0;
    while (o[n].name) n++;
    return n;
}

static const hu_opt *opt_at(const hu_command *c, int i) {
    const int own = n_opts(c->opts);
    return i < own ? &c->opts[i] : &common[i - own];
}

static int total_opts(const hu_command *c) {
    return n_opts(c->opts) + n_opts(common);
}

static int find(const hu_command *c, const char *name, size_t len, char letter) {
    for (int i = 0; i < total_opts(c); i++) {
        const hu_opt *o = opt_at(c, i);
        if (letter ? o->letter == letter : strlen(o->name) == len && !strncmp(o->name, name, len))
            return i;
    }
    return -1;
}

/* Levenshtein distance, short words only. */
static int distance(const char *a, const char *b) {
    int row[64];
    const int n = (int)strlen(b);
    if (n > 62) return 99;
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            const int keep = row[j];
            int best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
            diagonal = keep;
        }
    }
    return row[n];
}

static const char *nearest(const hu_command *c, const char *name) {
    const char *best = NULL;
    int least = 4;
    for (int i = 0; i < total_opts(c); i++) {
        const int d = distance(name, opt_at(c, i)->name);
        if (d < least) least = d, best = opt_at(c, i)->name;
    }
    return best;
}

/* --- help --- */

static void print_opt(const hu_opt *o) {
    char left[80];
    const int n = snprintf(left, sizeof left, "  %c%c%s--%s%s%s", o->letter ? '-' : ' ',
                           o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
                           o->value ? " " : "", o->value ? o->value : "");
    printf("%-34s%s%s", left, n > 33 ? "\n                                  " : "", o->help);
    if (o->def) printf(" [%s]", o->def);
    putchar('\n');
}

static void print_help(const hu_command *c) {
    printf("usage: hune %s %s\n\n%s\n\noptions:\n", c->name, c->usage, c->description);
    for (int i = 0; i < total_opts(c); i++) print_opt(opt_at(c, i));
    printf("\nexample:\n  %s\n\nexit status: 0 done, 1 failed (the reason is on standard error), 2 "
           "usage\n",
           c->example);
}

/* --- errors --- */

int hu_usage_error(const hu_args *a, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "hune %s: ", a->command->name);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\nusage: hune %s %s\n(hune %s --help tells more)\n", a->command->name,
            a->command->usage, a->command->name);
    va_end(args);
    return 2;
}

int hu_report_failure(const hu_args *a, const hune_err *err) {
    hu_terminal_clear();
    fprintf(stderr, "hune %s: %s\n", a->command->name, err->msg[0] ? err->msg : "failed");
    if (err->hint[0]) fprintf(stderr, "hint: %s\n", err->hint);
    return 1;
}

/* --- values --- */

const char *hu_arg(const hu_args *a, const char *name) {
    const int i = find(a->command, name, strlen(name), 0);
    if (i < 0) return NULL;
    return a->values[i] ? a->values[i] : opt_at(a->command, i)->def;
}

bool hu_arg_on(const hu_args *a, const char *name) {
    return hu_arg(a, name) != NULL;
}

bool hu_arg_i64(const hu_args *a, const char *name, int64_t min, int64_t max, int64_t *out) {
    const char *text = hu_arg(a, name);
    char *end = NULL;
    errno = 0;
    const long long v = text ? strtoll(text, &end, 10) : 0;
    if (!text || errno || end == text || *end || v < min || v > max) {
        hu_usage_error(a, "--%s wants a whole number from %lld to %lld, not '%s'", name,
                       (long long)min, (long long)max, text ? text : "");
        return false;
    }
    *out = v;
    return true;
}

bool hu_arg_f64(const hu_args *a, const char *name, double min, double max, double *out) {
    const char *text = hu_arg(a, name);
    int used = 0;
    double v = 0;
    if (!text || sscanf(text, "%lf%n", &v, &used) != 1 || text[used] || !(v >= min && v <= max)) {
        hu_usage_error(a, "--%s wants a number from %g to %g, not '%s'", name, min, max,
                       text ? text : "");
        return false;
    }
    *out = v;
    return true;
}

/* Days since 1970-01-01 (Gregorian); the front end has its own because it sees public headers only.
 */
bool hu_arg_day(const hu_args *a, const char *name, int32_t *out) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *text = hu_arg(a, name);
    int y, m, d, used = 0;
    bool good = text && strlen(text) == 10 &&
                sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 && used == 10 && y >= 1600 &&
                m >= 1 && m <= 12 && d >= 1;
    if (good) {
        const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        good = d <= lengths[m - 1] + (m == 2 && leap);
    }
    if (!good) {
        hu_usage_error(a, "--%s wants a date YYYY-MM-DD, not '%s'", name, text ? text : "");
        return false;
    }
    int64_t days = 0;
    const int64_t before = y - 1;
    days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
    for (int i = 0; i < m - 1; i++) days += lengths[i];
    if (m > 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0)) days++;
    *out = (int32_t)(days + d - 1);
    return true;
}

bool hu_arg_choice(const hu_args *a, const char *name, const char *choices, const char **out) {
    const char *text = hu_arg(a, name);
    const size_t n = text ? strlen(text) : 0;
    for (const char *c = choices; n && c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
        if (!strncmp(c, text, n) && (c[n] == '|' || c[n] == '\0')) {
            *out = text;
            return true;
        }
    hu_usage_error(a, "--%s is one of %s, not '%s'", name, choices, text ? text : "");
    return false;
}

bool hu_arg_required(const hu_args *a, const char *name, const char **out) {
    *out = hu_arg(a, name);
    if (*out && **out) return true;
    const int i = find(a->command, name, strlen(name), 0);
    const hu_opt *o = opt_at(a->command, i);
    if (o->letter) hu_usage_error(a, "-%c %s is missing", o->letter, o->value ? o->value : "");
    else hu_usage_error(a, "--%s %s is missing", name, o->value ? o->value : "");
    return false;
}

/* --- parsing --- */

/* Returns the index of the option that argv[*k] names and moves *k over its value; -1 = usage
 * error. */
static int take_option(hu_args *a, char **argv, int argc, int *k) {
    const char *word = argv[*k], *value = NULL;
    char name[64] = "";
    int i;
    if (word[1] == '-') {
        const char *eq = strchr(word, '=');
        const size_t n = eq ? (size_t)(eq - word - 2) : strlen(word + 2);
        snprintf(name, sizeof name, "%.*s", (int)(n < 60 ? n : 60), word + 2);
        i = find(a->command, name, strlen(name), 0);
        value = eq ? eq + 1 : NULL;
    } else {
        snprintf(name, sizeof name, "%c", word[1]);
        i = find(a->command, NULL, 0, word[1]);
        value = word[1] && word[2] ? word + 2 : NULL;
    }
    if (i < 0) {
        const char *like = word[1] == '-' ? nearest(a->command, name) : NULL;
        hu_usage_error(a, "no option '%s'%s%s%s", word, like ? "; did you mean --" : "",
                       like ? like : "", like ? "?" : "");
        return -1;
    }
    const hu_opt *o = opt_at(a->command, i);
    if (!o->value && value) {
        hu_usage_error(a, "--%s takes no value", o->name);
        return -1;
    }
    if (o->value && !value) {
        if (*k + 1 >= argc) {
            hu_usage_error(a, "--%s wants a value: %s", o->name, o->value);
            return -1;
        }
        value = argv[++*k];
    }
    a->values[i] = o->value ? value : "1";
    return i;
}

/* 0 = go on; else the exit status + 1. */
static int parse(hu_args *a, const char **positional, char **argv, int argc) {
    bool only_positional = false;
    for (int k = 0; k < argc; k++) {
        if (only_positional || argv[k][0] != '-' || argv[k][1] == '\0') {
            positional[a->n_positional++] = argv[k];
        } else if (!strcmp(argv[k], "--")) {
            only_positional = true;
        } else {
            if (take_option(a, argv, argc, &k) < 0) return 3;
            if (hu_arg_on(a, "help")) {
                print_help(a->command);
                return 1;
            }
        }
    }
    if (a->n_positional < a->command->min_positional)
        return hu_usage_error(a, "an argument is missing") + 1;
    if (a->n_positional > a->command->max_positional)
        return hu_usage_error(a, "one argument too many: '%s'",
                              positional[a->command->max_positional]) +
               1;
    return 0;
}

/* "2GB", "512MB", "1.5G" */
static bool bytes_of(const char *text, int64_t *out) {
    double v;
    int used = 0;
    if (sscanf(text, "%lf%n", &v, &used) != 1 || !(v > 0)) return false;
    const char *u = text + used;
    static const char units[] = "KMGT";
    const char *at = *u ? strchr(units, toupper((unsigned char)*u)) : NULL;
    double unit = 1;
    if (at && *at) {
        for (const char *c = units; c <= at; c++) unit *= 1024;
        u++;
    }
    if (*u == 'i') u++;
    if (*u == 'B' || *u == 'b') u++;
    if (*u || v * unit > 9e18) return false;
    *out = (int64_t)(v * unit);
    return true;
}

static bool common_options(const hu_args *a, hune_context *ctx) {
    int64_t v;
    if (hu_arg(a, "threads")) {
        if (!hu_arg_i64(a, "threads", 1, 1024, &v)) return false;
        ctx->threads = (int)v;
    }
    if (!bytes_of(hu_arg(a, "memory"), &v) || v < (int64_t)64 << 20) {
        hu_usage_error(a, "--memory wants a size of at least 64MB, such as 2GB, not '%s'",
                       hu_arg(a, "memory"));
        return false;
    }
    ctx->memory_bytes = v;
    if (hu_arg_on(a, "quiet")) ctx->progress = NULL;
    return true;
}

int hu_run_command(const hu_command *c, int argc, char **argv, hune_context *ctx) {
    hu_args a = {.command = c};
    a.values = calloc((size_t)total_opts(c) + 1, sizeof *a.values);
    const char **positional = calloc((size_t)argc + 1, sizeof *positional);
    int status = 1;
    if (a.values && positional) {
        a.positional = positional;
        const int parsed = parse(&a, positional, argv, argc);
        if (parsed) status = parsed - 1;
        else status = common_options(&a, ctx) ? c->run(&a, ctx) : 2;
    } else {
        fprintf(stderr, "hune: no memory\n");
    }
    free(a.values);
    free(positional);
    hu_terminal_clear();
    return status;
}
