/* fraud_sums.c - what was planted, actor by actor: a hash table per block, added to the one of the
 * run in block order, written as sim_truth/fraud.csv. Its size goes with the actors, not with the
 * lines. Sums of whole numbers, sorted at the end: the order of adding leaves no trace.
 */
#include <stdlib.h>
#include <string.h>
#include "simulate/fraud.h"

static const char *const actor_names[] = {"pharmacy", "prescriber", "hospital", "person"};

const char *hu_actor_name(hu_actor_kind k) {
    return actor_names[k];
}

hune_status hu_fraud_sheet_new(const hu_world *w, hu_sheets *s, hune_err *err) {
    s->fraud = NULL;
    if (!w->fraud) return HUNE_OK;
    s->fraud = hu_calloc(1, sizeof *s->fraud);
    return s->fraud ? HUNE_OK : hune_fail(err, HUNE_ENOMEM, "no memory for frauds");
}

void hu_fraud_sheet_clear(hu_sheets *s) {
    if (!s->fraud) return;
    free(s->fraud->bill);
    free(s->fraud->slot);
    free(s->fraud);
    s->fraud = NULL;
}

static size_t place(const hu_fraud_sum *slot, size_t cap, hu_scheme s, hu_actor_kind kind,
                    const char *actor) {
    const uint64_t seed = (uint64_t)s * 8 + (uint64_t)kind;
    size_t i = (size_t)hu_hash_bytes(actor, strlen(actor), seed) & (cap - 1);
    while (slot[i].used &&
           (slot[i].scheme != s || slot[i].actor_kind != kind || strcmp(slot[i].actor, actor)))
        i = (i + 1) & (cap - 1);
    return i;
}

static bool grow(hu_fraud_sheet *f) {
    const size_t cap = f->cap ? 2 * f->cap : 64;
    hu_fraud_sum *slot = hu_calloc(cap, sizeof *slot);
    if (!slot) return false;
    for (size_t i = 0; i < f->cap; i++) {
        const hu_fraud_sum *x = &f->slot[i];
        if (x->used) slot[place(slot, cap, x->scheme, x->actor_kind, x->actor)] = *x;
    }
    free(f->slot);
    f->slot = slot;
    f->cap = cap;
    return true;
}

/* The sum of an actor, made when it is the first time; NULL when there is no memory. */
static hu_fraud_sum *sum_of(hu_fraud_sheet *f, hu_scheme s, hu_actor_kind kind, const char *actor) {
    if (2 * f->used >= f->cap && !grow(f)) {
        f->failed = true;
        return NULL;
    }
    hu_fraud_sum *x = &f->slot[place(f->slot, f->cap, s, kind, actor)];
    if (x->used) return x;
    f->used++;
    *x = (hu_fraud_sum){.scheme = s, .actor_kind = kind, .used = true, .last_person = -1};
    snprintf(x->actor, sizeof x->actor, "%s", actor);
    return x;
}

void hu_fraud_count(hu_fraud_sheet *f, hu_scheme s, hu_actor_kind kind, const char *actor,
                    const hu_rogue *r, int64_t cents) {
    hu_fraud_sum *x = sum_of(f, s, kind, actor);
    if (!x) return;
    x->from = r->from;
    x->to = r->to;
    x->strength = r->strength;
    x->lines++;
    x->cents += cents;
    x->persons += x->last_person != f->person;
    x->last_person = f->person;
}

/* Adds one to the other and empties it. No person is in two blocks. */
hune_status hu_fraud_merge(hu_fraud_sheet *to, hu_fraud_sheet *from, hune_err *err) {
    if (!from) return HUNE_OK;
    for (size_t i = 0; i < from->cap; i++) {
        const hu_fraud_sum *x = &from->slot[i];
        if (!x->used) continue;
        hu_fraud_sum *y = sum_of(to, x->scheme, x->actor_kind, x->actor);
        if (!y) break;
        y->from = x->from;
        y->to = x->to;
        y->strength = x->strength;
        y->lines += x->lines;
        y->cents += x->cents;
        y->persons += x->persons;
    }
    const bool failed = to->failed || from->failed;
    if (from->cap) memset(from->slot, 0, from->cap * sizeof *from->slot);
    from->used = 0;
    return failed ? hune_fail(err, HUNE_ENOMEM, "no memory for the sums of frauds") : HUNE_OK;
}

static int by_name(const void *a, const void *b, void *arg) {
    const hu_fraud_sum *x = a, *y = b;
    (void)arg;
    if (x->scheme != y->scheme) return x->scheme < y->scheme ? -1 : 1;
    if (x->actor_kind != y->actor_kind) return x->actor_kind < y->actor_kind ? -1 : 1;
    return strcmp(x->actor, y->actor);
}

static void put_sum(const hu_world *w, const hu_fraud_sum *x, hu_buf *b) {
    const hu_scheme_data *d = &w->fraud->scheme[x->scheme];
    char from[11], to[11];
    hu_format_day(x->from, from);
    hu_format_day(x->to, to);
    hu_buf_printf(b, "%s,%s,%s,%s,%s,%lld,%s%lld.%02lld,%lld,%.4g,%s\n", d->kind,
                  hu_actor_name(x->actor_kind), x->actor, from, to, (long long)x->lines,
                  x->cents < 0 ? "-" : "", llabs((long long)x->cents) / 100,
                  llabs((long long)x->cents) % 100, (long long)x->persons, x->strength, d->why);
}

hune_status hu_write_fraud(const hu_world *w, const hu_fraud_sheet *f, const char *folder,
                           hune_err *err) {
    char path[1200];
    hu_buf b = {0};
    size_t n = 0;
    if (!w->fraud) return HUNE_OK;
    hu_fraud_sum *all = hu_calloc(f->used + 1, sizeof *all);
    if (!all) return hune_fail(err, HUNE_ENOMEM, "no memory for 'fraud.csv'");
    for (size_t i = 0; i < f->cap; i++)
        if (f->slot[i].used) all[n++] = f->slot[i];
    hune_status s = hu_sort(all, n, sizeof *all, by_name, NULL, err);
    hu_buf_add(&b, "kind,actor_kind,actor,from,to,extra_lines,extra_amount,persons,strength,why\n");
    for (size_t i = 0; !s && i < n; i++) put_sum(w, &all[i], &b);
    snprintf(path, sizeof path, "%s/sim_truth/fraud.csv", folder);
    if (!s)
        s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for 'fraud.csv'")
                     : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    free(all);
    return s;
}
