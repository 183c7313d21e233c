#include "test.h"
#include "cohort/cohort.h"

/* Two products of the same substance (30-day and 90-day packs), one of another, two diagnoses. */
static hu_code codes[] = {{HU_DRUG, "CIP13", "3400930000001", "A 30", NULL, 30},
                          {HU_DRUG, "CIP13", "3400930000002", "A 90", NULL, 90},
                          {HU_DRUG, "CIP13", "3400930000003", "B", NULL, NAN},
                          {HU_DIAGNOSIS, "ICD10", "C679", "bladder", NULL, NAN},
                          {HU_DIAGNOSIS, "ICD10", "S720", "hip", NULL, NAN},
                          {HU_DRUG, "ATC", "A10BG03", "pioglitazone", NULL, NAN},
                          {HU_DRUG, "ATC", "N05CF02", "zolpidem", NULL, NAN},
                          {HU_DIAGNOSIS, "ICD10", "C67", "bladder", NULL, NAN},
                          {HU_DRUG, "ATC", "A10BG", "glitazones", NULL, NAN}};
static int64_t ancestor_first[] = {0, 2, 4, 5, 6, 6, 6, 6, 6, 6};
static int32_t ancestors[] = {5, 8, 5, 8, 6, 7};
static hune_store store = {
    .n_codes = 9, .codes = codes, .ancestor_first = ancestor_first, .ancestors = ancestors};
static const hu_era_rule rule = {30, 90, 28};

static hu_person history(int64_t n, const int32_t *start, const int32_t *code,
                         const double *quantity) {
    static const uint8_t positions[] = {1, 1, 3, 2, 1, 1, 1, 1};
    static const hu_span span = {0, 5000};
    return (hu_person){.birth = -20000,
                       .death = HU_NO_DAY,
                       .n_spans = 1,
                       .spans = &span,
                       .n = n,
                       .start = start,
                       .end = start,
                       .code = code,
                       .quantity = quantity,
                       .position = positions};
}

TEST(substances_are_found_through_ancestors) {
    hu_set d;
    hune_err err;
    CHECK_OK(hu_drugs_make(&store, "ATC5", &d, &err), &err);
    CHECK_INT(d.n, 2);
    CHECK_STR(d.id[0], "A10BG03");
    CHECK_STR(d.label[1], "zolpidem");
    CHECK_INT(d.member[d.first[0]], 0);
    CHECK_INT(d.member[d.first[1]], 0);
    CHECK_INT(d.member[d.first[2]], 1);
    CHECK_INT(d.first[4] - d.first[3], 0); /* a diagnosis is no drug */
    hu_set_clear(&d);
    CHECK_OK(hu_drugs_make(&store, "ATC4", &d, &err), &err);
    CHECK_INT(d.n, 1);
    CHECK_STR(d.id[0], "A10BG");
    hu_set_clear(&d);
}

TEST(a_list_may_name_a_class_and_its_member) {
    char path[400];
    hu_set d;
    hune_err err;
    const char *text = "atc,inn\nA10,antidiabetics\nA10BG03,pioglitazone\nM01A,nsaid\n";
    snprintf(path, sizeof path, "%s/drugs.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    CHECK_OK(hu_drugs_make(&store, path, &d, &err), &err);
    CHECK_INT(d.n, 2); /* nobody took M01A here */
    CHECK_INT(d.n_absent, 1);
    CHECK_INT(d.first[1] - d.first[0], 2); /* product 0 is in both */
    CHECK_STR(d.label[0], "antidiabetics");
    hu_set_clear(&d);
}

TEST(a_list_with_a_wrong_code_names_line_and_column) {
    char path[400], want[800];
    hu_set d;
    hune_err err;
    const char *text = "id,icd10,label_en\nHIP,S72.0 S72.1,Hip fracture\nBAD,67C,Bladder\n";
    snprintf(path, sizeof path, "%s/outcomes.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    snprintf(want, sizeof want, "'%s' line 3, column 'icd10': '67C' is not an ICD-10 code", path);
    CHECK_FAILS(hu_outcomes_make(&store, path, &d, &err), HUNE_EDATA, &err, want);
}

TEST(outcomes_match_by_prefix_without_the_dot) {
    char path[400];
    hu_set o;
    hune_err err;
    const char *text =
        "id,icd10,label_en\nHIP,S72.0 S72.1,Hip fracture\nBLADCA,C67 D09.0,Bladder cancer\n";
    snprintf(path, sizeof path, "%s/outcomes.csv", test_scratch());
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
    CHECK_OK(hu_outcomes_make(&store, path, &o, &err), &err);
    CHECK_INT(o.n, 2);
    CHECK_INT(o.member[o.first[3]], 1);
    CHECK_INT(o.member[o.first[4]], 0);
    hu_set_clear(&o);
    CHECK_OK(hu_outcomes_make(&store, NULL, &o, &err), &err);
    CHECK_INT(o.n, 1); /* C67 is the only category in the dictionary */
    CHECK_INT(o.member[o.first[3]], 0);
    hu_set_clear(&o);
}

TEST(eras_bridge_gaps_up_to_the_grace_and_no_longer) {
    const int32_t start[] = {100, 160, 221, 400}, code[] = {0, 0, 0, 0};
    const double q[] = {1, 1, 1, NAN}; /* a missing quantity is one pack */
    hu_set d;
    hu_eras e;
    hune_err err;
    CHECK_OK(hu_drugs_make(&store, "ATC5", &d, &err), &err);
    CHECK_OK(hu_eras_init(&e, d.n, &err), &err);
    const hu_person p = history(4, start, code, q);
    CHECK_OK(hu_eras_build(&e, &store, &d, &rule, &p, &err), &err);
    CHECK_INT(e.n_touched, 1);
    CHECK_INT(e.n, 3);
    /* 100-130, gap of exactly 30 is bridged: 100-190; 221 is 31 days on: a new era; 400 another */
    CHECK_INT(e.era[0].start, 100);
    CHECK_INT(e.era[0].end, 190);
    CHECK_INT(e.era[1].start, 221);
    CHECK_INT(e.era[1].end, 251);
    CHECK_INT(e.era[2].end, 430);
    CHECK_INT(e.era[0].next, 1);
    CHECK_INT(e.era[2].next, -1);
    hu_eras_clear(&e);
    hu_set_clear(&d);
}

TEST(stock_is_carried_over_up_to_the_limit) {
    const int32_t start[] = {100, 110, 120}, code[] = {1, 1, 2};
    const double q[] = {1, 2, 1};
    hu_set d;
    hu_eras e;
    hune_err err;
    CHECK_OK(hu_drugs_make(&store, "ATC5", &d, &err), &err);
    CHECK_OK(hu_eras_init(&e, d.n, &err), &err);
    const hu_person p = history(3, start, code, q);
    CHECK_OK(hu_eras_build(&e, &store, &d, &rule, &p, &err), &err);
    CHECK_INT(e.era[e.head[0]].end, 110 + 80 + 180); /* 80 days left on day 110 */
    CHECK_INT(e.era[e.head[1]].end, 120 + 28);       /* unknown pack length */
    const hu_era_rule tight = {30, 7, 28};
    CHECK_OK(hu_eras_build(&e, &store, &d, &tight, &p, &err),
             &err); /* a second person: nothing is left of the first */
    CHECK_INT(e.n_touched, 2);
    CHECK_INT(e.era[e.head[0]].end, 110 + 7 + 180);
    hu_eras_clear(&e);
    hu_set_clear(&d);
}

TEST(first_outcomes_want_a_main_or_related_diagnosis) {
    const int32_t start[] = {50, 60, 70, 80}, code[] = {0, 4, 3, 3};
    const double q[] = {1, NAN, NAN, NAN};
    hu_set o;
    hu_firsts f;
    hune_err err;
    int64_t events[1] = {0};
    CHECK_OK(hu_outcomes_make(&store, NULL, &o, &err), &err);
    CHECK_OK(hu_firsts_init(&f, o.n, &err), &err);
    const hu_person p = history(4, start, code, q);
    hu_firsts_find(&f, &o, &p, events);
    CHECK_INT(f.n_touched, 1);
    CHECK_INT(f.day[0], 80); /* the one on day 70 was an associated diagnosis */
    CHECK_INT(events[0], 1);
    CHECK_INT(hu_span_of(&p, 4999), 0);
    CHECK_INT(hu_span_of(&p, 5000), -1); /* half-open */
    hu_firsts_clear(&f);
    hu_set_clear(&o);
}
