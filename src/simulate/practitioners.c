/* practitioners.c - who prescribes and who carries out: the set of those who appear in the claims,
 * and their referential DA_PRA_R.
 *
 * A practitioner is eight characters: department (2), kind (1), number (5). Kinds: 1 general
 * practitioner, 2 pharmacy, 3 other doctor (40 numbers a specialty), 4 laboratory, 5 nurse,
 * 6 physiotherapist, 7 supplier of devices. Within a department low numbers have the large panels
 * (a power of a uniform), whoever the patient. The set is a bit each, so that blocks of persons can
 * be merged in any order.
 */
#include <math.h>
#include <string.h>
#include "simulate/sheet.h"

enum { AREAS = 102, KINDS = 8, NUMBERS = 2048, BITS = AREAS * KINDS * NUMBERS };
enum { SPECIALTIES = 24, PANEL = 40 };

static const int specialties[SPECIALTIES] = {3, 33, 7,  42, 14, 13, 32, 5,  15, 11, 12, 8,
                                             6, 4,  16, 35, 31, 34, 41, 71, 73, 9,  2,  48};

hune_status hu_practitioners_new(hu_tally *t, hune_err *err) {
    t->practitioners = hu_calloc(BITS / 64, sizeof *t->practitioners);
    return t->practitioners ? HUNE_OK : hune_fail(err, HUNE_ENOMEM, "no memory for practitioners");
}

/* "01".."95" are 1..95, "2A" and "2B" 100 and 101. */
static int area_of(const char *text) {
    if (text[1] >= 'A') return text[1] == 'A' ? 100 : 101;
    return (text[0] - '0') * 10 + text[1] - '0';
}

void hu_practitioner(hu_tally *t, const char number[9]) {
    const int area = area_of(number), kind = number[2] - '0';
    int n = 0;
    for (int i = 3; i < 8; i++) n = 10 * n + number[i] - '0';
    if (area < 0 || area >= AREAS || kind < 0 || kind >= KINDS || n >= NUMBERS) return;
    const unsigned bit = (unsigned)((area * KINDS + kind) * NUMBERS + n);
    t->practitioners[bit / 64] |= (uint64_t)1 << bit % 64;
}

void hu_practitioners_add(hu_tally *to, hu_tally *from) {
    for (int i = 0; i < BITS / 64; i++) to->practitioners[i] |= from->practitioners[i];
    memset(from->practitioners, 0, BITS / 8);
}

/* The same doctor of a specialty for a person's whole life. */
int hu_specialist_number(const hu_life *l, int specialty) {
    int slot = 0;
    while (slot < SPECIALTIES - 1 && specialties[slot] != specialty) slot++;
    const uint64_t x = hu_hash64((uint64_t)l->person * 131u + (uint64_t)slot);
    return slot * PANEL + (int)(PANEL * pow((double)(x >> 11) * 0x1p-53, 1.8));
}

static int specialty_of(int kind, int number) {
    static const int others[KINDS] = {0, 1, 50, 0, 38, 24, 26, 60};
    if (kind != 3) return others[kind];
    return number < SPECIALTIES * PANEL ? specialties[number / PANEL]
                                        : 4; /* surgeons at hospital */
}

static void row(hu_buf *b, int bit, int year, int month) {
    const int area = bit / (KINDS * NUMBERS), kind = bit / NUMBERS % KINDS, number = bit % NUMBERS;
    const uint64_t x = hu_hash64((uint64_t)bit);
    char dpt[4];
    if (area >= 100) snprintf(dpt, sizeof dpt, "2%c", area == 100 ? 'A' : 'B');
    else snprintf(dpt, sizeof dpt, "%02d", area);
    hu_buf_printf(b, "%s%d%05d;%s%d%05d;%d;%02d;%d;%d;%d;%s1;%s%03d\n", dpt, kind, number, dpt,
                  kind, number, year, month, specialty_of(kind, number), 1 + (int)(x % 2),
                  1945 + (int)((x >> 8) % 40), dpt, area >= 100 ? "20" : dpt,
                  (int)((x >> 20) % 1000));
}

hune_status hu_write_practitioners(const hu_world *w, const hu_tally *t, const char *folder,
                                   int64_t *rows, int64_t *bytes, hune_err *err) {
    char path[1200];
    hu_buf b = {0};
    int y, m, d;
    hu_civil(w->end - 1, &y, &m, &d);
    *rows = 0;
    hu_buf_add(&b, "PFS_PFS_NUM;STA_PFS_NUM;DTE_ANN_TRT;DTE_MOI_FIN;PFS_PRA_SPE;IPP_SEX_COD;"
                   "IPP_ANN_NAI;CAI_NUM;PFS_COD_POS\n");
    for (int i = 0; i < BITS / 64; i++)
        for (int k = 0; t->practitioners[i] && k < 64; k++)
            if (t->practitioners[i] >> k & 1) row(&b, i * 64 + k, y, m), ++*rows;
    snprintf(path, sizeof path, "%s/DA_PRA_R.csv", folder);
    *bytes = (int64_t)b.len;
    const hune_status s = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for DA_PRA_R")
                                   : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return s;
}
