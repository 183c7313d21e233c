/* ingest.c - the door of this room: one call from a folder of raw tables to a store.
 *
 * Everything is written below ".STORE.part" and renamed at the end; on any failure, and on the
 * caller's wish to stop, that folder goes away. Temporary files lie in its tmp/.
 */
#include "source/snds/snds.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void hune_snds_options_init(hune_snds_options *o) {
    *o = (hune_snds_options){.size = sizeof *o};
}

/* --- the key of the hash --- */

static hune_status make_key(const char *path, hune_err *err) {
    unsigned char bytes[32];
    char text[66];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return hune_fail(err, HUNE_EIO, "no random bytes for a key: %s", strerror(errno));
    for (int k = 0; k < 32; k++) snprintf(text + 2 * k, 3, "%02x", bytes[k]);
    text[64] = '\n';
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text, 65) == 65;
    const int why = errno;
    if (fd >= 0) good = !close(fd) && good;
    if (good) return HUNE_OK;
    if (fd >= 0) unlink(path);
    hune_fail(err, HUNE_EIO, "cannot write the key '%s': %s", path, strerror(why));
    return hune_hint(err, "give --key FILE, or the key itself in the environment as HUNE_KEY");
}

static hune_status take_key(hu_snds_job *job, const char *store, hune_err *err) {
    const hune_snds_options *o = job->options;
    char path[1200];
    char *text = NULL;
    size_t len = 0;
    if (o->key) {
        len = strlen(o->key);
        text = strdup(o->key);
        if (!text) return hune_fail(err, HUNE_ENOMEM, "no memory for the key");
        snprintf(path, sizeof path, "HUNE_KEY");
    } else {
        size_t n = strlen(store);
        while (n > 1 && store[n - 1] == '/') n--;
        if (o->key_file) snprintf(path, sizeof path, "%s", o->key_file);
        else snprintf(path, sizeof path, "%.*s.key", (int)n, store);
        if (access(path, F_OK)) HUNE_TRY(make_key(path, err));
        HUNE_TRY(hu_read_file(path, &text, &len, err));
    }
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r' || text[len - 1] == ' ')) len--;
    hune_status s = HUNE_OK;
    if (len < 16 || len > 128) {
        s = hune_fail(err, HUNE_EARG, "the key of '%s' has %zu characters, 16 to 128 wanted", path,
                      len);
        hune_hint(err, "make one with: head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n'");
    } else snprintf(job->key, sizeof job->key, "%.*s", (int)len, text);
    free(text);
    return s;
}

/* --- the job --- */

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static hune_status folders(hu_snds_job *job, hune_err *err) {
    static const char *const names[] = {"events", "rejects", "tmp"};
    char path[1200];
    for (int k = 0; k < 3; k++) {
        snprintf(path, sizeof path, "%s/%s", job->out.part_path, names[k]);
        HUNE_TRY(hu_make_dirs(path, err));
    }
    return HUNE_OK;
}

static hune_status open_engine(hu_snds_job *job, hune_err *err) {
    const char *temp = hu_arena_printf(&job->arena, "%s/tmp/spill", job->out.part_path);
    return hu_engine_open(hu_threads(job->ctx), hu_memory_bytes(job->ctx) / 10 * 7, temp,
                          job->ctx ? job->ctx->cancel : NULL, &job->engine, err);
}

static hune_status read_all(hu_snds_job *job, hune_err *err) {
    HUNE_TRY(hu_snds_find(job, err));
    /* Headers are first lines, so they were read in order; from here on every row finds its place
     * by sorting. */
    HUNE_TRY(hu_engine_run(job->engine, "SET preserve_insertion_order = false", err));
    HUNE_TRY(hu_snds_run(job, "begin.sql", NULL, err));
    HUNE_TRY(
        hu_snds_list(job, "finess_duplicates.csv",
                     "CREATE TABLE finess_duplicate AS SELECT DISTINCT ltrim(code, '0') AS eta "
                     "FROM {{file}}",
                     err));
    HUNE_TRY(hu_snds_persons(job, err));
    HUNE_TRY(hu_snds_drugs(job, err));
    HUNE_TRY(hu_snds_stays(job, err));
    HUNE_TRY(hu_snds_claims(job, err));
    return hu_snds_illnesses(job, err);
}

static hune_status work(hu_snds_job *job, const char *store, hune_err *err) {
    HUNE_TRY(hu_output_begin(&job->out, store, "store.json", err));
    HUNE_TRY(folders(job, err));
    HUNE_TRY(open_engine(job, err));
    const double t0 = now_s();
    HUNE_TRY(read_all(job, err));
    const double t1 = now_s();
    HUNE_TRY(hu_snds_finish(job, err));
    job->seconds_read = t1 - t0;
    job->seconds_write = now_s() - t1;
    HUNE_TRY(hu_snds_report(job, err));
    hu_engine_close(job->engine);
    job->engine = NULL;
    char tmp[1200];
    snprintf(tmp, sizeof tmp, "%s/tmp", job->out.part_path);
    HUNE_TRY(hu_remove_tree(tmp, err));
    HUNE_TRY(hu_check_cancel(job->ctx, err));
    return hu_output_commit(&job->out, err);
}

static hune_status check_options(const hune_snds_options *o, hune_err *err) {
    int32_t day;
    const char *const days[] = {o->from, o->to};
    for (int k = 0; k < 2; k++)
        if (days[k] && !hu_parse_day(days[k], &day))
            return hune_fail(err, HUNE_EARG, "'%.40s' is not a day as YYYY-MM-DD", days[k]);
    if (o->loss_days < 0 || o->loss_days > 36500 || o->part_rows < 0)
        return hune_fail(err, HUNE_EARG, "loss_days %d or part_rows %lld out of range",
                         o->loss_days, (long long)o->part_rows);
    return HUNE_OK;
}

hune_status hune_snds_ingest(const char *raw, const char *store, const hune_snds_options *o,
                             const hune_context *ctx, hune_snds_summary *summary, hune_err *err) {
    hune_snds_options defaults;
    hune_snds_options_init(&defaults);
    hu_snds_job *job = hu_calloc(1, sizeof *job);
    if (!job) return hune_fail(err, HUNE_ENOMEM, "no memory to ingest");
    job->ctx = ctx;
    job->options = o ? o : &defaults;
    job->raw = raw;
    job->sum.size = sizeof job->sum;
    hune_status s = check_options(job->options, err);
    if (!s && !hu_is_dir(raw)) {
        s = hune_fail(err, HUNE_EIO, "'%s' is not a folder that can be read", raw);
        hune_hint(err, "give the folder that holds the raw tables");
    }
    if (!s) s = take_key(job, store, err);
    if (!s) s = work(job, store, err);
    hu_engine_close(job->engine);
    if (job->out.open) hu_output_abort(&job->out);
    if (!s && summary) *summary = job->sum;
    hu_arena_clear(&job->arena);
    free(job);
    return s;
}
