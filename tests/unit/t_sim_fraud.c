/* Planted frauds: who takes part, what is summed, what a name may be. The rows themselves are read
 * by an independent reader in tests/cli/fraud.sh. */
#include "test.h"
#include "simulate/fraud.h"

static hune_status open_world(hu_world *w, const char *fraud, hune_err *err) {
    hune_simulate_options o;
    hune_simulate_options_init(&o);
    o.persons = 100;
    o.seed = 5;
    o.fraud = fraud;
    return hu_world_open(w, &o, err);
}

static int members(const hu_world *w, hu_scheme s, int n) {
    int in = 0;
    for (int i = 0; i < n; i++) {
        char id[12];
        hu_rogue r;
        snprintf(id, sizeof id, "%02d1%05d", i / 1000 + 1, i % 1000);
        if (!hu_rogue_of(w, s, id, &r)) continue;
        in++;
        CHECK(r.from >= w->from && r.from < r.to && r.to <= w->end);
        CHECK(r.strength >= w->fraud->scheme[s].weak - 1e-12);
        CHECK(r.strength <= w->fraud->scheme[s].strong + 1e-12);
    }
    return in;
}

TEST(actors_take_part_by_their_share) {
    hu_world w, other;
    hune_err err;
    hu_rogue r, again;
    enum { N = 90000 };
    CHECK_OK(open_world(&w, "all", &err), &err);
    for (int s = 0; s < HU_SCHEMES; s++) {
        const double share = w.fraud->scheme[s].share;
        /* four standard errors of a binomial */
        NEAR(members(&w, (hu_scheme)s, N), N * share, 4 * sqrt(N * share * (1 - share)));
    }
    CHECK_OK(open_world(&other, "all", &err), &err);
    other.o.seed = 6;
    int both = 0, either = 0;
    for (int i = 0; i < N; i++) {
        char id[12];
        snprintf(id, sizeof id, "%02d2%05d", i / 1000 + 1, i % 1000);
        const bool a = hu_rogue_of(&w, HU_S_PHANTOM, id, &r),
                   b = hu_rogue_of(&other, HU_S_PHANTOM, id, &again);
        both += a && b;
        either += a || b;
        if (a) CHECK(hu_rogue_of(&w, HU_S_PHANTOM, id, &again) && again.from == r.from);
    }
    CHECK(either > 1000 && both < 40); /* another seed, other culprits */
    hu_world_close(&w);
    hu_world_close(&other);
}

TEST(a_kind_that_is_off_has_no_members) {
    hu_world w;
    hune_err err;
    CHECK_OK(open_world(&w, "ring, doctor_shopping", &err), &err);
    CHECK(members(&w, HU_S_RING, 2000) > 0);
    CHECK(members(&w, HU_S_SHOPPING, 5000) > 0);
    CHECK_INT(members(&w, HU_S_PHANTOM, 5000), 0);
    CHECK_INT(members(&w, HU_S_SENT_AGAIN, 5000), 0);
    char text[200];
    hu_fraud_text(&w, text, sizeof text);
    CHECK_STR(text, "doctor_shopping ring");
    hu_world_close(&w);
    CHECK_OK(open_world(&w, NULL, &err), &err);
    CHECK(!w.fraud);
    hu_world_close(&w);
    CHECK_OK(open_world(&w, "none", &err), &err);
    CHECK(!w.fraud);
    hu_world_close(&w);
    CHECK_FAILS(open_world(&w, "ring,thefts", &err), HUNE_EARG, &err, "unknown fraud 'thefts'");
    CHECK(strstr(err.hint, "phantom_dispensing") && strstr(err.hint, "innocent"));
    hu_world_close(&w);
    CHECK_FAILS(open_world(&w, " ,", &err), HUNE_EARG, &err, "the list of frauds is empty");
    hu_world_close(&w);
}

/* A diagnosis added to a stay must never be an outcome: it would plant events that no truth has. */
TEST(added_diagnoses_are_no_outcomes) {
    hu_world w;
    hune_err err;
    int codes = 0;
    CHECK_OK(open_world(&w, "all", &err), &err);
    for (int k = 0; k < 2; k++) {
        const hu_scheme_data *d = &w.fraud->scheme[k ? HU_S_REFERRAL : HU_S_UPCODED];
        for (int i = 0; i < d->n_codes; i++, codes++)
            for (int o = 0; o < w.n_outcomes; o++)
                for (int c = 0; c < w.outcome[o].n_codes; c++)
                    CHECK(strncmp(d->code[i], w.outcome[o].code[c], 3));
    }
    CHECK(codes >= 10);
    hu_world_close(&w);
}

TEST(schemes_find_their_drugs) {
    hune_simulate_options o;
    hu_world w;
    hune_err err;
    CHECK_OK(open_world(&w, "all", &err), &err);
    for (int s = 0; s < HU_SCHEMES; s++)
        for (int i = 0; i < w.fraud->scheme[s].n_drugs; i++)
            CHECK(w.drug[w.fraud->scheme[s].drug[i]].use != HU_POINT);
    const hu_scheme_data *d = &w.fraud->scheme[HU_S_DIABETOLOGY];
    CHECK(d->n_drugs > 5);
    for (int i = 0; i < d->n_drugs; i++) CHECK(hu_starts(w.drug[d->drug[i]].atc, "A10"));
    hu_world_close(&w);
    hune_simulate_options_init(&o);
    o.fraud = "all";
    o.drugs = "C03"; /* none of the scheme's: any other will do */
    CHECK_OK(hu_world_open(&w, &o, &err), &err);
    CHECK_INT(w.fraud->scheme[HU_S_DIABETOLOGY].n_drugs, w.n_drugs);
    hu_world_close(&w);
}

static const hu_fraud_sum *find(const hu_fraud_sheet *f, const char *actor) {
    for (size_t i = 0; i < f->cap; i++)
        if (f->slot[i].used && !strcmp(f->slot[i].actor, actor)) return &f->slot[i];
    return NULL;
}

TEST(sums_of_blocks_add_up) {
    hu_world w;
    hune_err err;
    hu_sheets block[2] = {0}, total = {0};
    const hu_rogue r = {.from = 10, .to = 20, .strength = 0.5};
    CHECK_OK(open_world(&w, "all", &err), &err);
    for (int k = 0; k < 2; k++) CHECK_OK(hu_fraud_sheet_new(&w, &block[k], &err), &err);
    CHECK_OK(hu_fraud_sheet_new(&w, &total, &err), &err);
    for (int i = 0; i < 3000; i++) { /* 300 actors, 5 persons a block, two lines each */
        hu_fraud_sheet *f = block[i >= 1500].fraud;
        char actor[12];
        f->person = i / 300;
        snprintf(actor, sizeof actor, "A%d", i % 300);
        hu_fraud_count(f, HU_S_RING, HU_ACTOR_PERSON, actor, &r, 7);
        hu_fraud_count(f, HU_S_RING, HU_ACTOR_PERSON, actor, &r, -2);
    }
    for (int k = 0; k < 2; k++) CHECK_OK(hu_fraud_merge(total.fraud, block[k].fraud, &err), &err);
    CHECK_INT((int)total.fraud->used, 300);
    for (int i = 0; i < 300; i++) {
        char actor[12];
        snprintf(actor, sizeof actor, "A%d", i);
        const hu_fraud_sum *x = find(total.fraud, actor);
        CHECK(x && x->lines == 20 && x->cents == 50 && x->persons == 10 && x->from == 10);
    }
    /* a block is empty after it was added */
    CHECK_OK(hu_fraud_merge(total.fraud, block[0].fraud, &err), &err);
    CHECK_INT((int)find(total.fraud, "A7")->lines, 20);
    /* one number in two schemes or two roles is two actors */
    block[0].fraud->person = 1;
    hu_fraud_count(block[0].fraud, HU_S_RING, HU_ACTOR_PHARMACY, "A7", &r, 1);
    hu_fraud_count(block[0].fraud, HU_S_PHANTOM, HU_ACTOR_PHARMACY, "A7", &r, 1);
    CHECK_OK(hu_fraud_merge(total.fraud, block[0].fraud, &err), &err);
    CHECK_INT((int)total.fraud->used, 302);
    for (int k = 0; k < 2; k++) hu_fraud_sheet_clear(&block[k]);
    hu_fraud_sheet_clear(&total);
    hu_fraud_sheet_clear(&total);
    hu_world_close(&w);
}

/* Upcoding takes any stay of a night or more, a referral hospital only long ones. */
TEST(heavier_stays) {
    hu_world w;
    hune_err err;
    hu_life l = {.person = 3};
    hu_sheets s = {0};
    int count[2][3] = {{0}};
    CHECK_OK(open_world(&w, "all", &err), &err);
    CHECK_OK(hu_fraud_sheet_new(&w, &s, &err), &err);
    s.file = hu_calloc((size_t)hu_file_count(&w), sizeof *s.file);
    REQUIRE(s.file);
    for (int h = 0; h < 999; h++) {
        char hospital[12], id[32];
        hu_rogue r;
        snprintf(hospital, sizeof hospital, "750780%03d", h);
        snprintf(id, sizeof id, "%s;0000000001", hospital);
        const bool cheats = hu_rogue_of(&w, HU_S_UPCODED, hospital, &r),
                   refers = hu_rogue_of(&w, HU_S_REFERRAL, hospital, &r);
        for (int k = 0; k < 60; k++) {
            static const int nights[3] = {0, 2, 8};
            const int32_t in = w.end - 40;
            const hu_upcode up = hu_fraud_stay(&w, &l, &s, hospital, id, k, in, in + nights[k % 3]);
            CHECK(up.levels == up.n_codes && up.levels <= 2);
            if (!cheats && !refers) CHECK_INT(up.levels, 0);
            else if (cheats != refers) count[refers][k % 3] += up.levels > 0;
            /* not before its first day, nor from its last on */
            if (cheats == refers) continue;
            hu_rogue_of(&w, refers ? HU_S_REFERRAL : HU_S_UPCODED, hospital, &r);
            CHECK_INT(hu_fraud_stay(&w, &l, &s, hospital, id, k, r.from - 1, r.from + 8).levels, 0);
            CHECK_INT(hu_fraud_stay(&w, &l, &s, hospital, id, k, r.to, r.to + 8).levels, 0);
        }
    }
    CHECK(count[0][0] == 0 && count[1][0] == 0);
    CHECK(count[0][1] > 0 && count[0][2] > 0);
    CHECK(count[1][1] == 0 && count[1][2] > 0);
    for (int f = 0; f < hu_file_count(&w); f++) hu_buf_clear(&s.file[f]);
    free(s.file);
    hu_fraud_sheet_clear(&s);
    hu_world_close(&w);
}
