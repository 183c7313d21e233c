/* parts.h - the two halves of a page: what the results say (tables.c), and the page around it
 * (report.c). */
#ifndef HU_REPORT_PARTS_H
#define HU_REPORT_PARTS_H
#include <jansson.h>
#include "engine/engine.h"

enum {
    HU_REPORT_MARKS = 2000,    /* points of the volcano plot: more is a blot, not a picture */
    HU_REPORT_STRONG = 1000,   /* of them the strongest, before the rest is thinned */
    HU_REPORT_PAIRS = 10000,   /* rows of the signal table; the rest stays in pairs.parquet */
    HU_REPORT_CURVES = 300,    /* outcomes whose baseline is drawn */
    HU_REPORT_WINDOWED = 60,   /* pairs whose time course is drawn */
    HU_REPORT_OUTCOMES = 5000, /* rows of the outcome table */
};

/* A false discovery rate to draw lights by when the manifest gives none. */
#define HU_REPORT_FDR 0.10

/* The manifest of a results folder, checked to be one of format 1 and of a screen. The caller
 * decrefs *out. Fails HUNE_EIO, HUNE_EFORMAT. */
hune_status hu_report_manifest(const char *results, json_t **out, hune_err *err);

/* Append what the page draws, as one JSON object (still without the care that HTML wants).
 * Fails HUNE_EIO when a table is missing, HUNE_EFORMAT when one is not as documented. */
hune_status hu_report_data(hu_engine *e, const char *results, const json_t *manifest, hu_buf *out,
                           hune_err *err);

/* Append one result as JSON rows, [[...],...]. types has a letter per column, as the SQL casts
 * them: t VARCHAR, i BIGINT, f DOUBLE (five digits; what is not finite becomes null), b BOOLEAN. */
hune_status hu_report_rows(hu_engine *e, const char *sql, const char *types, hu_buf *out,
                           hune_err *err);

/* Append a number as JSON, in every locale. */
void hu_report_number(hu_buf *out, double v);

#endif
