/* spec.c - the JSON of an analysis, checked key by key; docs/sccs.md describes it.
 *
 * {"id", "method": "standardsccs", "formula", "indiv", "astart", "aend", "aevent",
 *  "adrug": [[{"col", "offset"}...doses]...exposures], "aedrug": the same shape,
 *  "expogrp", "washout", "sameexpopar", "agegrp", "seasongrp", "dob", "dataformat", "data"}
 */
#include <jansson.h>
#include <string.h>
#include "sccs/sccs.h"

#define MOST_NUMBERS 1000 /* cut points of one axis: more is a mistake */

typedef struct reader {
    const char *name, *id;
    hu_arena *arena;
    hune_err *err;
} reader;

static const char *kind_of(const json_t *v) {
    static const char *const names[] = {"an object", "a list", "text",  "a number",
                                        "a number",  "true",   "false", "null"};
    return v ? names[json_typeof(v)] : "nothing";
}

static hune_status wrong(const reader *r, const char *key, const json_t *v, const char *wanted) {
    hune_fail(r->err, HUNE_EFORMAT, "'%s', model '%s': \"%s\" is %s, %s wanted", r->name, r->id,
              key, kind_of(v), wanted);
    return hune_hint(r->err, "docs/sccs.md describes the specification");
}

static hune_status text(const reader *r, const json_t *o, const char *key, const char *def,
                        const char **out) {
    const json_t *v = json_object_get(o, key);
    if (!v && def) {
        *out = def;
        return HUNE_OK;
    }
    if (!json_is_string(v) || !*json_string_value(v)) return wrong(r, key, v, "text");
    *out = hu_arena_strdup(r->arena, json_string_value(v));
    return *out ? HUNE_OK : hune_fail(r->err, HUNE_ENOMEM, "no memory for '%s'", r->name);
}

static hune_status day(const reader *r, const json_t *v, const char *key, int32_t *out) {
    const double x = json_is_number(v) ? json_number_value(v) : 1e99;
    if (!(x > -1e8 && x < 1e8) || x != (double)(int32_t)x)
        return wrong(r, key, v, "a whole number of days");
    *out = (int32_t)x;
    return HUNE_OK;
}

/* A number or a list of rising numbers; nothing gives none. */
static hune_status days(const reader *r, const json_t *v, const char *key, int32_t **out, int *n,
                        hune_err *err) {
    *n = 0;
    if (!v || json_is_null(v)) return HUNE_OK;
    const size_t length = json_is_array(v) ? json_array_size(v) : 1;
    if (length > MOST_NUMBERS)
        return hune_fail(err, HUNE_ELIMIT, "'%s', model '%s': \"%s\" has %zu numbers, at most %d",
                         r->name, r->id, key, length, MOST_NUMBERS);
    *out = hu_arena_alloc(r->arena, (length + 1) * sizeof **out);
    if (!*out) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", r->name);
    for (size_t i = 0; i < length; i++) {
        HUNE_TRY(day(r, json_is_array(v) ? json_array_get(v, i) : v, key, &(*out)[i]));
        if (i && (*out)[i] <= (*out)[i - 1] && strcmp(key, "seasongrp")) {
            hune_fail(err, HUNE_EFORMAT, "'%s', model '%s': \"%s\" has %d after %d", r->name, r->id,
                      key, (*out)[i], (*out)[i - 1]);
            return hune_hint(err, "list the cut points in rising order, each once");
        }
    }
    *n = (int)length;
    return HUNE_OK;
}

/* What exposure k gets of a value that is for all, or a list with one for each. */
static const json_t *share(const json_t *v, int k, bool listed) {
    if (!listed) return v;
    const size_t n = json_array_size(v);
    return json_array_get(v, n == 1 ? 0 : (size_t)k);
}

/* Is v a list of lists (or of booleans), one for each exposure? Fails when the count is wrong. */
static hune_status per_exposure(const reader *r, const json_t *v, const char *key, int exposures,
                                bool listed) {
    if (!listed || json_array_size(v) == 1 || json_array_size(v) == (size_t)exposures)
        return HUNE_OK;
    return hune_fail(r->err, HUNE_EFORMAT, "'%s', model '%s': \"%s\" has %zu entries, %d exposures",
                     r->name, r->id, key, json_array_size(v), exposures);
}

/* [[0, 8], 0]: one entry for each exposure, be it a list or a number. */
static bool has_lists(const json_t *v) {
    size_t k;
    json_t *one;
    json_array_foreach(v, k, one) if (json_is_array(one)) return true;
    return false;
}

static hune_status windows(const reader *r, const json_t *o, hu_spec *s) {
    const json_t *groups = json_object_get(o, "expogrp"), *wash = json_object_get(o, "washout");
    const json_t *same = json_object_get(o, "sameexpopar");
    const bool many_groups = has_lists(groups), many_wash = has_lists(wash);
    HUNE_TRY(per_exposure(r, groups, "expogrp", s->n_exposures, many_groups));
    HUNE_TRY(per_exposure(r, wash, "washout", s->n_exposures, many_wash));
    HUNE_TRY(per_exposure(r, same, "sameexpopar", s->n_exposures, json_is_array(same)));
    for (int k = 0; k < s->n_exposures; k++) {
        hu_exposure *x = &s->exposures[k];
        HUNE_TRY(
            days(r, share(groups, k, many_groups), "expogrp", &x->groups, &x->n_groups, r->err));
        HUNE_TRY(days(r, share(wash, k, many_wash), "washout", &x->washout, &x->n_washout, r->err));
        if (x->n_groups == 0) {
            x->groups = hu_arena_alloc(r->arena, sizeof *x->groups); /* one window from day 0 */
            if (!x->groups) return hune_fail(r->err, HUNE_ENOMEM, "no memory for '%s'", r->name);
            x->n_groups = 1;
        }
        const json_t *b = share(same, k, json_is_array(same));
        if (b && !json_is_boolean(b)) return wrong(r, "sameexpopar", b, "true or false");
        x->same = !b || json_is_true(b);
    }
    return HUNE_OK;
}

static hune_status one_end(const reader *r, const json_t *v, const char *key, const char **column,
                           int32_t *add) {
    if (!json_is_object(v)) return wrong(r, key, v, "{\"col\", \"offset\"}");
    HUNE_TRY(text(r, v, "col", NULL, column));
    *add = 0;
    const json_t *offset = json_object_get(v, "offset");
    return offset ? day(r, offset, "offset", add) : HUNE_OK;
}

static hune_status exposures(const reader *r, const json_t *o, hu_spec *s) {
    const json_t *from = json_object_get(o, "adrug"), *to = json_object_get(o, "aedrug");
    if (!json_is_array(from)) return wrong(r, "adrug", from, "a list of exposures");
    if (!json_is_array(to) || json_array_size(to) != json_array_size(from))
        return wrong(r, "aedrug", to, "a list of the same shape as \"adrug\"");
    s->n_exposures = (int)json_array_size(from);
    if (s->n_exposures > HU_MOST_VARIABLES)
        return wrong(r, "adrug", from, "a list of at most 30 exposures");
    s->exposures = hu_arena_alloc(r->arena, (size_t)s->n_exposures * sizeof *s->exposures + 1);
    if (!s->exposures) return hune_fail(r->err, HUNE_ENOMEM, "no memory for '%s'", r->name);
    for (int k = 0; k < s->n_exposures; k++) {
        const json_t *a = json_array_get(from, (size_t)k), *b = json_array_get(to, (size_t)k);
        hu_exposure *x = &s->exposures[k];
        if (!json_is_array(a) || !json_array_size(a))
            return wrong(r, "adrug", a, "a list of doses");
        if (!json_is_array(b) || json_array_size(b) != json_array_size(a))
            return wrong(r, "aedrug", b, "as many doses as in \"adrug\"");
        x->n_doses = (int)json_array_size(a);
        x->doses = hu_arena_alloc(r->arena, json_array_size(a) * sizeof *x->doses);
        if (!x->doses) return hune_fail(r->err, HUNE_ENOMEM, "no memory for '%s'", r->name);
        for (int d = 0; d < x->n_doses; d++) {
            HUNE_TRY(one_end(r, json_array_get(a, (size_t)d), "adrug", &x->doses[d].from,
                             &x->doses[d].from_add));
            HUNE_TRY(one_end(r, json_array_get(b, (size_t)d), "aedrug", &x->doses[d].to,
                             &x->doses[d].to_add));
        }
        x->name = x->doses[0].from;
        for (int l = 0; l < k; l++)
            if (!strcmp(s->exposures[l].name, x->name))
                return hune_fail(r->err, HUNE_EFORMAT, "'%s', model '%s': two exposures '%s'",
                                 r->name, r->id, x->name);
    }
    return windows(r, o, s);
}

static hune_status seasons(const reader *r, const json_t *o, hu_spec *s) {
    HUNE_TRY(
        days(r, json_object_get(o, "seasongrp"), "seasongrp", &s->season, &s->n_season, r->err));
    if (s->n_season) HUNE_TRY(text(r, o, "dob", NULL, &s->dob));
    for (int k = 0; k < s->n_season; k++) {
        const int d = s->season[k] / 100, m = s->season[k] % 100;
        const int before = k ? s->season[k - 1] % 100 * 100 + s->season[k - 1] / 100 : 0;
        if (d < 1 || d > 31 || m < 1 || m > 12 || m * 100 + d <= before)
            return hune_fail(r->err, HUNE_EFORMAT,
                             "'%s', model '%s': \"seasongrp\" has %04d, days ddmm in the order of "
                             "the year wanted",
                             r->name, r->id, s->season[k]);
    }
    return HUNE_OK;
}

static hune_status known_keys(const reader *r, json_t *o) {
    static const char *const known[] = {
        "id",      "method", "origin",      "call",       "note",  "formula", "indiv",
        "astart",  "aend",   "aevent",      "dataformat", "adrug", "aedrug",  "expogrp",
        "washout", "agegrp", "sameexpopar", "seasongrp",  "dob",   "data"};
    const char *key;
    json_t *value;
    json_object_foreach(o, key, value) {
        bool good = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            good = good || !strcmp(known[k], key);
        if (good) continue;
        hune_fail(r->err, HUNE_EFORMAT,
                  "'%s', model '%s': \"%.60s\" is not a key of a standard model", r->name, r->id,
                  key);
        return hune_hint(r->err, "remove it or correct it; docs/sccs.md lists the keys");
    }
    return HUNE_OK;
}

static hune_status read_one(reader *r, json_t *o, hu_spec *s) {
    *s = (hu_spec){0};
    HUNE_TRY(text(r, o, "id", "model", &s->id));
    r->id = s->id;
    const char *method, *format;
    HUNE_TRY(text(r, o, "method", "standardsccs", &method));
    if (strcmp(method, "standardsccs")) {
        hune_fail(r->err, HUNE_EFORMAT, "'%s', model '%s': method '%.60s' is not available",
                  r->name, r->id, method);
        return hune_hint(r->err, "this version fits \"standardsccs\"");
    }
    HUNE_TRY(known_keys(r, o));
    HUNE_TRY(text(r, o, "formula", NULL, &s->formula));
    HUNE_TRY(text(r, o, "indiv", NULL, &s->indiv));
    HUNE_TRY(text(r, o, "astart", NULL, &s->start));
    HUNE_TRY(text(r, o, "aend", NULL, &s->end));
    HUNE_TRY(text(r, o, "aevent", NULL, &s->event));
    HUNE_TRY(text(r, o, "data", "", &s->data));
    HUNE_TRY(text(r, o, "dataformat", "stack", &format));
    s->multi = !strcmp(format, "multi");
    if (!s->multi && strcmp(format, "stack"))
        return hune_fail(r->err, HUNE_EFORMAT,
                         "'%s', model '%s': \"dataformat\" is '%.60s', 'stack' or 'multi' wanted",
                         r->name, r->id, format);
    HUNE_TRY(exposures(r, o, s));
    HUNE_TRY(days(r, json_object_get(o, "agegrp"), "agegrp", &s->age, &s->n_age, r->err));
    return seasons(r, o, s);
}

/* The model called id among a list; the only one when id is NULL. */
static hune_status choose(const reader *r, json_t *root, const char *id, json_t **out) {
    *out = root;
    if (json_is_object(root)) {
        const char *own = json_string_value(json_object_get(root, "id"));
        if (!id || (own && !strcmp(own, id))) return HUNE_OK;
        return hune_fail(r->err, HUNE_EARG, "'%s' holds model '%s', not '%s'", r->name,
                         own ? own : "", id);
    }
    if (!json_is_array(root) || !json_array_size(root))
        return hune_fail(r->err, HUNE_EFORMAT, "'%s' is %s, a model or a list of models wanted",
                         r->name, kind_of(root));
    if (!id && json_array_size(root) > 1) {
        hune_fail(r->err, HUNE_EARG, "'%s' holds %zu models", r->name, json_array_size(root));
        return hune_hint(r->err, "say which with --id");
    }
    size_t k;
    json_t *o;
    json_array_foreach(root, k, o) {
        const char *own = json_string_value(json_object_get(o, "id"));
        *out = o;
        if (!json_is_object(o))
            return hune_fail(r->err, HUNE_EFORMAT, "'%s': entry %zu is %s, a model wanted", r->name,
                             k + 1, kind_of(o));
        if (!id || (own && !strcmp(own, id))) return HUNE_OK;
    }
    hune_fail(r->err, HUNE_EARG, "'%s' holds no model '%s'", r->name, id);
    return hune_hint(r->err, "--id is one of the \"id\" of the list");
}

hune_status hu_spec_read(const char *text_, const char *name, const char *id, hu_arena *a,
                         hu_spec *out, hune_err *err) {
    json_error_t e;
    json_t *root = json_loads(text_, JSON_REJECT_DUPLICATES, &e), *o = NULL;
    if (!root) {
        hune_fail(err, HUNE_EFORMAT, "'%s' line %d, column %d: %s", name, e.line, e.column, e.text);
        return hune_hint(err, "a specification is JSON; docs/sccs.md has an example");
    }
    reader r = {name, id ? id : "model", a, err};
    hune_status status = choose(&r, root, id, &o);
    if (!status) status = read_one(&r, o, out);
    json_decref(root);
    return status;
}
