/* report.c - the page around the data: template, style, words, charts and code become one file.
 *
 *   hune_report_write: manifest -> data as JSON (tables.c) -> template filled -> written beside,
 *   renamed
 *
 * page/template.html has a {{hole}} for every word of words.LANG.json and for the five blocks
 * below. Words are ours and may hold markup; what comes from data travels only inside the JSON
 * block, where '<' is written \u003c, so that no label can end the block, and reaches the screen
 * only as text (page/table.js, page/plots.js).
 */
#include "hune/report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "report/parts.h"

/* Made at build time from page/ and third_party/charts (tools/embed.py). */
const char *hu_embed_report(const char *name, size_t *len);

void hune_report_options_init(hune_report_options *options) {
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

/* Inside <script type="application/json"> only '<' can do harm: "</script" and "<!--". */
static char *html_safe(const hu_buf *json) {
    hu_buf safe = {0};
    for (const char *s = json->text; *s;) {
        const size_t n = strcspn(s, "<");
        hu_buf_addn(&safe, s, n);
        if (s[n]) hu_buf_add(&safe, "\\u003c");
        s += n + (s[n] != '\0');
    }
    if (!safe.text) hu_buf_add(&safe, "");
    if (safe.failed) hu_buf_clear(&safe);
    return safe.text;
}

/* --- filling the template ------------------------------------------------------------------------
 */

static hune_status fill(const char *words_text, const char *lang, const char *data, char **page,
                        hune_err *err) {
    json_t *words = json_loads(words_text, 0, NULL);
    if (!words) return hune_fail(err, HUNE_EBUG, "the words of language '%s' are broken", lang);
    const char *const blocks[] = {"lang",   lang,
                                  "style",  hu_embed_report("style.css", NULL),
                                  "data",   data,
                                  "words",  words_text,
                                  "charts", hu_embed_report("charts.js", NULL),
                                  "table",  hu_embed_report("table.js", NULL),
                                  "plots",  hu_embed_report("plots.js", NULL),
                                  "app",    hu_embed_report("app.js", NULL)};
    const size_t n_blocks = sizeof blocks / sizeof *blocks;
    const char **pairs = hu_calloc(2 * json_object_size(words) + n_blocks + 1, sizeof *pairs);
    hune_status status = HUNE_OK;
    if (!pairs) status = hune_fail(err, HUNE_ENOMEM, "no memory for a page");
    else {
        memcpy(pairs, blocks, sizeof blocks);
        size_t n = n_blocks;
        const char *key;
        json_t *word;
        json_object_foreach(words, key, word) if (json_is_string(word)) {
            pairs[n++] = key;
            pairs[n++] = json_string_value(word);
        }
        status = hu_fill(hu_embed_report("template.html", NULL), pairs, page, err);
    }
    free(pairs);
    json_decref(words);
    return status;
}

/* --- writing -------------------------------------------------------------------------------------
 */

/* dir/NAME -> dir/.NAME.part */
static char *beside(hu_arena *a, const char *path) {
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash - path) + 1 : 0;
    return hu_arena_printf(a, "%.*s.%s.part", dir, path, path + dir);
}

static hune_status put(const char *path, const char *page, hune_err *err) {
    hu_arena a = {0};
    char *part = beside(&a, path);
    hune_status status;
    if (!part) status = hune_fail(err, HUNE_ENOMEM, "no memory for a path");
    else if (hu_is_dir(path)) {
        hune_fail(err, HUNE_EIO, "'%s' is a folder, a page cannot take its place", path);
        status = hune_hint(err, "give a file, e.g. -o %.180s/report.html", path);
    } else status = hu_write_file(part, page, strlen(page), err);
    if (!status && rename(part, path)) {
        status =
            hune_fail(err, HUNE_EIO, "cannot rename '%s' to '%s': %s", part, path, strerror(errno));
        unlink(part);
    }
    hu_arena_clear(&a);
    return status;
}

static hune_status make(const char *results, const json_t *manifest, const char *lang,
                        const hune_context *ctx, char **page, hune_err *err) {
    char name[32];
    snprintf(name, sizeof name, "words.%.8s.json", lang);
    const char *words = hu_embed_report(name, NULL);
    if (!words) {
        hune_fail(err, HUNE_EARG, "no words for language '%.20s'", lang);
        return hune_hint(err, "languages: en, fr");
    }
    hu_engine *e = NULL;
    hu_buf data = {0};
    char *safe = NULL;
    hune_status status = hu_engine_open(hu_threads(ctx), hu_memory_bytes(ctx), NULL,
                                        ctx ? ctx->cancel : NULL, &e, err);
    if (!status) status = hu_report_data(e, results, manifest, &data, err);
    hu_engine_close(e);
    if (!status && (data.failed || !(safe = html_safe(&data))))
        status = hune_fail(err, HUNE_ENOMEM, "no memory for a page");
    hu_buf_clear(&data);
    if (!status) status = fill(words, lang, safe, page, err);
    free(safe);
    return status;
}

hune_status hune_report_write(const char *results, const char *out,
                              const hune_report_options *options, const hune_context *ctx,
                              hune_err *err) {
    const char *lang = options && options->lang ? options->lang : "en";
    hu_arena a = {0};
    json_t *manifest = NULL;
    char *page = NULL;
    hune_status status = hu_report_manifest(results, &manifest, err);
    if (!status && !out && !(out = hu_arena_printf(&a, "%s/report.html", results)))
        status = hune_fail(err, HUNE_ENOMEM, "no memory for a path");
    if (!status) status = make(results, manifest, lang, ctx, &page, err);
    if (!status) status = hu_check_cancel(ctx, err);
    if (!status) status = put(out, page, err);
    free(page);
    json_decref(manifest);
    hu_arena_clear(&a);
    return status;
}
