/* report.h - results of a screen as one HTML page that opens from disk, without a network.
 *
 * The page shows what the results folder holds (docs/formats.md) and computes nothing anew; see
 * docs/report.md for what stands where and why.
 */
#ifndef HUNE_REPORT_H
#define HUNE_REPORT_H
#include <stddef.h>
#include "hune/context.h"
#include "hune/err.h"

typedef struct hune_report_options {
    size_t size;      /* sizeof this struct; hune_report_options_init fills it */
    const char *lang; /* of the words, not of the labels: "en" (also NULL) or "fr" */
} hune_report_options;

HUNE_API void hune_report_options_init(hune_report_options *options);

/* Write the page of a results folder. The same results give the same bytes.
 *
 * results  folder that hune_screen wrote, format 1
 * out      path of the page; NULL means report.html inside results. Written beside it as
 *          .NAME.part and renamed, so an older page stays whole until the new one is
 * options  NULL means all defaults
 * ctx      threads, memory and cancel are used; NULL means all defaults
 * Fails    HUNE_EARG     lang is not a known one, or a path is too long
 *          HUNE_EIO      a file or folder is missing, or cannot be read or written
 *          HUNE_EFORMAT  the manifest or a table is not what docs/formats.md says
 *          HUNE_ENOMEM, HUNE_ECANCEL
 * Cost     one pass over pairs; at most 12,000 pairs and 2 MB of page, whatever the results
 */
HUNE_API hune_status hune_report_write(const char *results, const char *out,
                                       const hune_report_options *options, const hune_context *ctx,
                                       hune_err *err);
#endif
