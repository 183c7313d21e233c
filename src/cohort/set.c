/* set.c - which codes of the store belong to which drug or outcome.
 *
 * A list of rules (index, vocabulary, prefix) is matched once against the code dictionary; the
 * kernels then only follow numbers. Drug rules are matched against the ATC ancestors of each
 * product, outcome rules against the diagnosis itself.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "cohort/cohort.h"

typedef struct rule {
    int32_t thing;
    const char *prefix;
} rule;

typedef struct rules {
    rule *item;
    size_t n, cap;
} rules;

static hune_status add_rule(rules *r, int32_t thing, const char *prefix, hune_err *err) {
    HUNE_TRY(hu_grow(&r->item, &r->cap, r->n + 1, sizeof *r->item, err));
    r->item[r->n++] = (rule){thing, prefix};
    return HUNE_OK;
}

static bool is_vocabulary(const hu_code *c, const char *name) {
    return c->vocabulary && !strcmp(c->vocabulary, name);
}

/* --- membership ----------------------------------------------------------------------------------
 */

/* A list of every category against every code would be quadratic: rules are sorted, and each prefix
 * of a code's text is found by binary search. */
static int by_prefix(const void *a, const void *b, void *arg) {
    (void)arg;
    return strcmp(((const rule *)a)->prefix, ((const rule *)b)->prefix);
}

static size_t lower_bound(const rules *r, const char *prefix) {
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (strcmp(r->item[mid].prefix, prefix) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

typedef struct members {
    int32_t *item;
    size_t n, cap;
} members;

static hune_status add_member(members *m, size_t from, int32_t thing, hune_err *err) {
    for (size_t i = from; i < m->n; i++)
        if (m->item[i] == thing) return HUNE_OK;
    HUNE_TRY(hu_grow(&m->item, &m->cap, m->n + 1, sizeof *m->item, err));
    m->item[m->n++] = thing;
    return HUNE_OK;
}

/* All rules whose prefix starts `text`. */
static hune_status match_text(const rules *r, const char *text, members *m, size_t from,
                              hune_err *err) {
    char key[24];
    const size_t len = strlen(text);
    for (size_t n = 1; n <= len && n < sizeof key; n++) {
        memcpy(key, text, n);
        key[n] = '\0';
        for (size_t i = lower_bound(r, key); i < r->n && !strcmp(r->item[i].prefix, key); i++)
            HUNE_TRY(add_member(m, from, r->item[i].thing, err));
    }
    return HUNE_OK;
}

static hune_status match_code(const hune_store *s, const rules *r, bool drugs, int32_t code,
                              members *m, hune_err *err) {
    const hu_code *c = &s->codes[code];
    const size_t from = m->n;
    if (!drugs) {
        if (c->kind == HU_DIAGNOSIS && is_vocabulary(c, "ICD10"))
            return match_text(r, c->text, m, from, err);
        return HUNE_OK;
    }
    if (c->kind != HU_DRUG) return HUNE_OK;
    if (is_vocabulary(c, "ATC")) HUNE_TRY(match_text(r, c->text, m, from, err));
    for (int64_t a = s->ancestor_first[code]; a < s->ancestor_first[code + 1]; a++) {
        const hu_code *up = &s->codes[s->ancestors[a]];
        if (is_vocabulary(up, "ATC")) HUNE_TRY(match_text(r, up->text, m, from, err));
    }
    return HUNE_OK;
}

/* Drop the things that no code belongs to, so that the kernels' arrays hold only what can occur. */
static hune_status drop_absent(hu_set *set, members *m, hune_err *err) {
    int32_t *renumber = hu_calloc((size_t)set->n, sizeof *renumber);
    if (!renumber && set->n) return hune_fail(err, HUNE_ENOMEM, "no memory for %d names", set->n);
    for (size_t i = 0; i < m->n; i++) renumber[m->item[i]] = 1;
    int32_t n = 0;
    for (int32_t k = 0; k < set->n; k++) {
        if (!renumber[k]) {
            set->n_absent++;
            continue;
        }
        set->id[n] = set->id[k];
        set->label[n] = set->label[k];
        renumber[k] = n++;
    }
    set->n = n;
    for (size_t i = 0; i < m->n; i++) m->item[i] = renumber[m->item[i]];
    free(renumber);
    return HUNE_OK;
}

static hune_status match_all(const hune_store *s, rules *r, bool drugs, hu_set *set,
                             hune_err *err) {
    members m = {0};
    set->first = hu_arena_alloc(&set->arena, ((size_t)s->n_codes + 1) * sizeof *set->first);
    if (!set->first) return hune_fail(err, HUNE_ENOMEM, "no memory for %d codes", s->n_codes);
    hune_status status = hu_sort(r->item, r->n, sizeof *r->item, by_prefix, NULL, err);
    for (int32_t c = 0; !status && c < s->n_codes; c++) {
        status = match_code(s, r, drugs, c, &m, err);
        set->first[c + 1] = (int64_t)m.n;
    }
    if (!status) status = drop_absent(set, &m, err);
    if (!status) {
        set->member = hu_arena_alloc(&set->arena, (m.n + 1) * sizeof *set->member);
        if (!set->member) status = hune_fail(err, HUNE_ENOMEM, "no memory for %zu codes", m.n);
        else if (m.n) memcpy(set->member, m.item, m.n * sizeof *m.item);
    }
    free(m.item);
    return status;
}

/* --- lists ---------------------------------------------------------------------------------------
 */

static hune_status room(hu_set *set, size_t n, hune_err *err) {
    set->id = hu_arena_alloc(&set->arena, (n + 1) * sizeof *set->id);
    set->label = hu_arena_alloc(&set->arena, (n + 1) * sizeof *set->label);
    if (!set->id || !set->label) return hune_fail(err, HUNE_ENOMEM, "no memory for %zu names", n);
    return HUNE_OK;
}

/* Every code of the vocabulary with texts of that length is a thing. */
static hune_status every(const hune_store *s, hu_kind kind, const char *vocabulary, size_t len,
                         hu_set *set, rules *r, hune_err *err) {
    HUNE_TRY(room(set, (size_t)s->n_codes, err));
    for (int32_t c = 0; c < s->n_codes; c++) {
        const hu_code *code = &s->codes[c];
        if (code->kind != kind || !is_vocabulary(code, vocabulary) || strlen(code->text) != len)
            continue;
        const char *label = code->label_en ? code->label_en
                            : code->label  ? code->label
                                           : code->text;
        set->id[set->n] = code->text;
        set->label[set->n] = label;
        HUNE_TRY(add_rule(r, set->n++, code->text, err));
    }
    return HUNE_OK;
}

static bool is_atc(const char *s) {
    static const char *const shape = "A00AA00"; /* A = letter, 0 = digit */
    const size_t n = strlen(s);
    if (n == 0 || n > 7 || n == 2 || n == 6) return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == 'A' ? !isupper((unsigned char)s[i]) : !isdigit((unsigned char)s[i]))
            return false;
    return true;
}

static bool is_icd10(const char *s) {
    if (!isupper((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) ||
        !isdigit((unsigned char)s[2]))
        return false;
    if (strlen(s) > 8) return false;
    for (const char *c = s + 3; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '+') return false;
    return true;
}

/* One row of the file: split the codes at blanks, take dots out, check, make rules. */
static hune_status take_codes(hu_set *set, rules *r, bool drugs, const char *file, int64_t line,
                              char *codes, hune_err *err) {
    char *at = codes;
    int found = 0;
    while (*at) {
        while (*at == ' ') at++;
        if (!*at) break;
        char *end = at, *clean = at, *to = at;
        while (*end && *end != ' ') end++;
        const bool last = *end == '\0';
        for (char *c = at; c < end; c++)
            if (*c != '.') *to++ = *c;
        *to = '\0';
        if (drugs ? !is_atc(clean) : !is_icd10(clean)) {
            hune_fail(err, HUNE_EDATA, "'%s' line %lld, column '%s': '%s' is not %s", file,
                      (long long)line, drugs ? "atc" : "icd10", clean,
                      drugs ? "an ATC code" : "an ICD-10 code");
            hune_hint(err, drugs ? "use codes such as A, A10, A10BG, A10BG03"
                                 : "use codes such as C67 or S72.0, separated by blanks");
            return HUNE_EDATA;
        }
        HUNE_TRY(add_rule(r, set->n, clean, err));
        found++;
        at = last ? end : end + 1;
    }
    if (!found)
        return hune_fail(err, HUNE_EDATA, "'%s' line %lld, column '%s' is empty", file,
                         (long long)line, drugs ? "atc" : "icd10");
    return HUNE_OK;
}

static const char *pick_column(hu_arena *job, const char *const *have, const char *a, const char *b,
                               const char *c) {
    const char *wanted[] = {a, b, c};
    hu_buf sql = {0};
    for (int i = 0; i < 3; i++)
        for (int j = 0; wanted[i] && have[j]; j++)
            if (!strcmp(have[j], wanted[i]))
                hu_buf_printf(&sql, "%snullif(trim(%s), '')", sql.len ? ", " : "",
                              hu_sql_name(job, have[j]));
    const char *out = sql.len ? hu_arena_printf(job, "coalesce(%s, NULL)", sql.text) : "NULL";
    hu_buf_clear(&sql);
    return out;
}

static char *copy_cell(hu_set *set, const hu_rows *rows, int col, int64_t i) {
    if (hu_rows_null(rows, col, i)) return NULL;
    size_t n;
    const char *text = hu_rows_text(rows, col, i, &n);
    char *copy = hu_arena_alloc(&set->arena, n + 1);
    if (copy) memcpy(copy, text, n);
    return copy;
}

static hune_status columns_of(hu_engine *e, hu_arena *job, const char *source, const char **have,
                              int room_for, hune_err *err) {
    hu_rows *rows;
    HUNE_TRY(hu_rows_open(e, hu_arena_printf(job, "SELECT * FROM %s LIMIT 0", source), &rows, err));
    int n = hu_rows_columns(rows);
    if (n > room_for) n = room_for;
    for (int j = 0; j < n; j++) have[j] = hu_arena_strdup(job, hu_rows_name(rows, j));
    have[n] = NULL;
    hu_rows_close(rows);
    return HUNE_OK;
}

static hune_status read_list(hu_engine *e, hu_arena *job, const char *file, bool drugs, hu_set *set,
                             rules *r, hune_err *err) {
    const char *have[65], *code = drugs ? "atc" : "icd10";
    const char *source = hu_arena_printf(
        job, "read_csv(%s, header = true, all_varchar = true, delim = ',', quote = '\"')",
        hu_sql_text(job, file));
    HUNE_TRY(columns_of(e, job, source, have, 64, err));
    bool there = false;
    for (int j = 0; have[j]; j++) there |= !strcmp(have[j], code);
    if (!there) {
        hune_fail(err, HUNE_EFORMAT, "column '%s' not found in '%s' (have %s%s%s%s)", code, file,
                  have[0] ? have[0] : "none", have[0] && have[1] ? ", " : "",
                  have[0] && have[1] ? have[1] : "", have[0] && have[1] && have[2] ? ", ..." : "");
        hune_hint(err, "the file wants a header line and commas between columns");
        return HUNE_EFORMAT;
    }
    const char *sql =
        hu_arena_printf(job, "SELECT coalesce(%s, %s), %s, coalesce(%s, '') FROM %s",
                        pick_column(job, have, "id", NULL, NULL), hu_sql_name(job, code),
                        drugs ? pick_column(job, have, "inn", "label_en", "label")
                              : pick_column(job, have, "label_en", "label_fr", "label"),
                        hu_sql_name(job, code), source);
    int64_t total, n, line = 1;
    HUNE_TRY(
        hu_engine_i64(e, hu_arena_printf(job, "SELECT count(*) FROM %s", source), &total, err));
    HUNE_TRY(room(set, (size_t)total, err));
    hu_rows *rows;
    HUNE_TRY(hu_rows_open(e, sql, &rows, err));
    hune_status status = HUNE_OK;
    while (!status && !(status = hu_rows_next(rows, &n, err)) && n > 0)
        for (int64_t i = 0; !status && i < n; i++) {
            line++;
            const char *id = copy_cell(set, rows, 0, i), *label = copy_cell(set, rows, 1, i);
            char *codes = copy_cell(set, rows, 2, i);
            if (!codes) {
                status = hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", file);
                break;
            }
            status = take_codes(set, r, drugs, file, line, codes, err);
            set->id[set->n] = id ? id : codes;
            set->label[set->n] = label ? label : set->id[set->n];
            set->n++;
        }
    hu_rows_close(rows);
    if (!status && set->n == 0) status = hune_fail(err, HUNE_EDATA, "'%s' lists nothing", file);
    return status;
}

static hune_status make(const hune_store *s, const char *file, const char *vocabulary, size_t len,
                        bool drugs, hu_set *out, hune_err *err) {
    memset(out, 0, sizeof *out);
    rules r = {0};
    hu_arena job = {0};
    hu_engine *e = NULL;
    hune_status status;
    if (!file) status = every(s, drugs ? HU_DRUG : HU_DIAGNOSIS, vocabulary, len, out, &r, err);
    else if (!hu_is_file(file))
        status = hune_fail(err, HUNE_EIO, "cannot open '%s': no such file", file);
    else if (!(status = hu_engine_open(1, (int64_t)256 << 20, NULL, NULL, &e, err)))
        status = read_list(e, &job, file, drugs, out, &r, err);
    hu_engine_close(e);
    if (!status) status = match_all(s, &r, drugs, out, err);
    free(r.item);
    hu_arena_clear(&job);
    if (status) hu_set_clear(out);
    return status;
}

hune_status hu_drugs_make(const hune_store *s, const char *spec, hu_set *out, hune_err *err) {
    const bool atc5 = !strcmp(spec, "ATC5"), atc4 = !strcmp(spec, "ATC4");
    return make(s, atc5 || atc4 ? NULL : spec, "ATC", atc5 ? 7 : 5, true, out, err);
}

hune_status hu_outcomes_make(const hune_store *s, const char *file, hu_set *out, hune_err *err) {
    return make(s, file, "ICD10", 3, false, out, err);
}

void hu_set_clear(hu_set *set) {
    if (!set) return;
    hu_arena_clear(&set->arena);
    memset(set, 0, sizeof *set);
}
