/* manifest.c - store.json, the last file of a store and the sign that it is whole. */
#include "store/write.h"
#include <string.h>
#include <time.h>

void hu_store_now(char out[21]) {
    struct tm tm;
    const time_t t = time(NULL);
    gmtime_r(&t, &tm);
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void add_day(hu_buf *b, const char *name, int32_t day, bool there) {
    char text[11];
    hu_format_day(day, text);
    hu_buf_printf(b, there ? "  \"%s\": \"%s\",\n" : "  \"%s\": null,\n", name, text);
}

static void add_parts(hu_buf *b, const hu_store_facts *f) {
    hu_buf_add(b, "  \"parts\": [\n");
    for (int64_t k = 0; k < f->n_parts; k++) {
        const hu_part_facts *p = &f->parts[k];
        hu_buf_printf(b,
                      "    {\"file\": \"%s\", \"rows\": %lld, \"person_from\": %lld, "
                      "\"person_to\": %lld, \"bytes\": %lld, \"sha256\": \"%s\"}%s\n",
                      p->file, (long long)p->rows, (long long)p->person_from,
                      (long long)p->person_to, (long long)p->bytes, p->sha256,
                      k + 1 < f->n_parts ? "," : "");
    }
    hu_buf_add(b, "  ],\n  \"files\": {\n");
    for (int k = 0; k < f->n_files; k++)
        hu_buf_printf(b, "    \"%s\": {\"rows\": %lld, \"sha256\": \"%s\"}%s\n", f->files[k].name,
                      (long long)f->files[k].rows, f->files[k].sha256,
                      k + 1 < f->n_files ? "," : "");
    hu_buf_add(b, "  },\n");
}

hune_status hu_store_write_json(const char *folder, const hu_store_facts *f, hune_err *err) {
    hu_buf b = {0};
    int64_t events = 0;
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (int64_t k = 0; k < f->n_parts; k++) {
        const hu_part_facts *p = &f->parts[k];
        events += p->rows;
        if (p->rows && p->first_day < first) first = p->first_day;
        if (p->rows && p->last_day > last) last = p->last_day;
    }
    hu_buf_printf(&b, "{\n  \"format\": 1,\n  \"tool\": \"hune %s\",\n", hune_version());
    if (!f->no_stamp) {
        char now[21];
        hu_store_now(now);
        hu_buf_printf(&b, "  \"created\": \"%s\",\n", now);
    }
    hu_buf_printf(&b, "  \"persons\": %lld,\n  \"events\": %lld,\n  \"codes\": %lld,\n",
                  (long long)f->persons, (long long)events, (long long)f->codes);
    add_day(&b, "first_day", first, events > 0);
    add_day(&b, "last_day", last, events > 0);
    hu_buf_printf(&b, "  \"study_start\": \"%s\",\n  \"study_end\": \"%s\",\n", f->study_start,
                  f->study_end);
    add_parts(&b, f);
    hu_buf_printf(&b, "  \"sources\": %s,\n  \"steps\": %s\n}\n", f->sources_json, f->steps_json);
    char path[1200];
    snprintf(path, sizeof path, "%s/store.json", folder);
    const hune_status status = b.failed ? hune_fail(err, HUNE_ENOMEM, "no memory for store.json")
                                        : hu_write_file(path, b.text, b.len, err);
    hu_buf_clear(&b);
    return status;
}
