/* files.c - what lies in the raw folder: which table a file is, its columns, its form.
 *
 *   names    ER_PRS_F_2010_03.csv.gz -> table ER_PRS_F, group "_2010_03"
 *            T_MCO08UM.csv           -> table T_MCOaaUM, group "08"
 *   groups   the detail lines of one flow lie beside their payment lines, and the number of a stay
 *            is unique within its year only: joins never leave a group. When the files of a table
 *            are cut otherwise than ER_PRS_F, all claims become one group.
 *   form     separator and columns from the header; encoding, lines and quotes from a pass over the
 *            bytes (which also brings the file into the cache for the reader). Every column that is
 *            needed is looked for before the first row is read.
 */
#include "source/snds/snds.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- names --- */

static const char *base_of(const char *rel) {
    const char *slash = strrchr(rel, '/');
    return slash ? slash + 1 : rel;
}

/* Length of the name without ".csv", ".csv.gz", ".csv.zst" or ".parquet"; 0 = another kind. */
static size_t stem_len(const char *base, hu_snds_file *f) {
    static const char *const ends[] = {".csv", ".csv.gz", ".csv.zst", ".parquet"};
    const size_t n = strlen(base);
    for (int i = 0; i < 4; i++) {
        const size_t m = strlen(ends[i]);
        if (n <= m || strcasecmp(base + n - m, ends[i])) continue;
        f->packed = i == 1 || i == 2;
        f->parquet = i == 3;
        return n - m;
    }
    return 0;
}

static bool named_by(const char *stem, size_t n, const char *name) {
    const size_t m = strlen(name);
    return n >= m && !strncasecmp(stem, name, m) && (n == m || stem[m] == '_' || stem[m] == '.');
}

/* T_MCO + year of two characters + perhaps _mm + B, C, A, D or UM + end or _ */
static bool named_mco(hu_snds_job *job, const char *stem, size_t n, hu_snds_file *f) {
    static const struct {
        const char *letters;
        hu_snds_id id;
    } kinds[] = {
        {"UM", HU_MCO_UM}, {"A", HU_MCO_A}, {"B", HU_MCO_B}, {"C", HU_MCO_C}, {"D", HU_MCO_D}};
    if (n < 8 || strncasecmp(stem, "T_MCO", 5)) return false;
    size_t at = 7;
    if (at + 3 <= n && stem[at] == '_' && isdigit((unsigned char)stem[at + 1]) &&
        isdigit((unsigned char)stem[at + 2]))
        at += 3;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const size_t m = strlen(kinds[k].letters);
        if (n < at + m || strncasecmp(stem + at, kinds[k].letters, m)) continue;
        if (n > at + m && stem[at + m] != '_') continue;
        f->table = kinds[k].id;
        f->group = hu_arena_printf(&job->arena, "MCO%.*s", (int)(at - 5), stem + 5);
        return true;
    }
    return false;
}

static bool is_claim(hu_snds_id id) {
    return id <= HU_ETE;
}
static bool is_stay(hu_snds_id id) {
    return id >= HU_MCO_B && id <= HU_MCO_UM;
}

static void classify(hu_snds_job *job, hu_snds_file *f) {
    static const hu_snds_id plain[] = {HU_PRS,     HU_PHA, HU_CAM, HU_UCD,  HU_ETE,
                                       HU_BEN_ARC, HU_BEN, HU_IMB, HU_DRUGS};
    static const char *const families[] = {"ER_", "IR_", "T_", "KI_", "DA_", "BE_", "NS_"};
    const char *stem = base_of(f->rel);
    const size_t n = stem_len(stem, f);
    f->table = HU_TABLES;
    f->rows = f->lines = -1;
    if (!n || strstr(f->rel, "sim_truth/")) return;
    if (named_mco(job, stem, n, f)) return;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        const char *name = hu_snds_table_of(plain[i])->name;
        if (!named_by(stem, n, name)) continue;
        const size_t m = strlen(name);
        f->table = plain[i];
        f->group = hu_arena_printf(&job->arena, "%.*s%.*s", (int)(base_of(f->rel) - f->rel), f->rel,
                                   (int)(n - m), stem + m);
        return;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (!strncasecmp(stem, families[i], strlen(families[i])))
            f->looks_like = hu_arena_printf(&job->arena, "%.*s", (int)n, stem);
}

/* --- groups --- */

#define BUNDLE_BYTES ((int64_t)300 << 20) /* of text: about a million payment lines */

/* Does every file of claims have payment lines in its group? */
static bool groups_hold(const hu_snds_job *job) {
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (!is_claim(f->table) || f->table == HU_PRS) continue;
        bool found = false;
        for (size_t k = 0; k < job->n_files && !found; k++)
            found = job->files[k].table == HU_PRS && !strcmp(job->files[k].group, f->group);
        if (!found) return false;
    }
    return true;
}

/* First folder and suffix; else suffix alone (a folder per table); else one group for all. */
static void regroup(hu_snds_job *job) {
    if (groups_hold(job)) return;
    for (size_t i = 0; i < job->n_files; i++)
        if (is_claim(job->files[i].table)) job->files[i].group = base_of(job->files[i].group);
    if (groups_hold(job)) return;
    for (size_t i = 0; i < job->n_files; i++)
        if (is_claim(job->files[i].table)) job->files[i].group = "";
}

/* Small flows are read together, neighbour by neighbour: what a group costs besides its rows is
 * then paid once for several. All nine key columns are compared, so lines of different flows never
 * meet. */
static void bundle_small_flows(hu_snds_job *job) {
    int64_t bytes = 0;
    const char *first = NULL;
    for (size_t g = 0; g < job->n_groups[0]; g++) {
        const char *own = job->groups[0][g];
        int64_t size = 0;
        for (size_t i = 0; i < job->n_files; i++)
            if (is_claim(job->files[i].table) && !strcmp(job->files[i].group, own))
                size += job->files[i].bytes;
        if (!first || bytes + size > BUNDLE_BYTES) {
            first = own;
            bytes = 0;
        }
        bytes += size;
        for (size_t i = 0; i < job->n_files; i++)
            if (is_claim(job->files[i].table) && job->files[i].group != first &&
                !strcmp(job->files[i].group, own))
                job->files[i].group = first;
    }
}

static int by_text(const void *a, const void *b, void *arg) {
    (void)arg;
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static hune_status list_groups(hu_snds_job *job, int kind, hune_err *err) {
    const char **names = hu_arena_alloc(&job->arena, (job->n_files + 1) * sizeof *names);
    if (!names) return hune_fail(err, HUNE_ENOMEM, "no memory for the list of files");
    size_t n = 0;
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (!(kind ? is_stay(f->table) : is_claim(f->table))) continue;
        size_t k = 0;
        while (k < n && strcmp(names[k], f->group)) k++;
        if (k == n) names[n++] = f->group;
    }
    job->groups[kind] = names;
    job->n_groups[kind] = n;
    return hu_sort(names, n, sizeof *names, by_text, NULL, err);
}

/* --- bytes --- */

typedef struct pass {
    int64_t lines;
    bool quotes, high, utf8, line_open;
    int follow; /* bytes of a UTF-8 character still to come */
} pass;

static void utf8_step(pass *p, const unsigned char *b, size_t n) {
    for (size_t i = 0; i < n && p->utf8; i++) {
        if (p->follow) {
            p->utf8 = (b[i] & 0xC0) == 0x80;
            p->follow--;
        } else if (b[i] >= 0x80) {
            p->follow = b[i] >= 0xF0 ? 3 : b[i] >= 0xE0 ? 2 : 1;
            p->utf8 = b[i] >= 0xC2 && b[i] <= 0xF4;
        }
    }
}

static void pass_block(pass *p, const unsigned char *b, size_t n) {
    unsigned high = 0, quotes = 0;
    for (size_t i = 0; i < n; i++) {
        high |= b[i];
        quotes |= b[i] == '"';
    }
    if (quotes) p->quotes = true;
    if (p->follow || (high & 0x80)) {
        p->high = true;
        utf8_step(p, b, n);
    }
    for (size_t at = 0; at < n;) {
        const unsigned char *end = memchr(b + at, '\n', n - at);
        const size_t stop = end ? (size_t)(end - b) : n;
        if (stop > at && !(stop == at + 1 && b[at] == '\r')) p->line_open = true;
        if (end && p->line_open) {
            p->lines++;
            p->line_open = false;
        }
        at = stop + 1;
    }
}

static hune_status pass_file(hu_snds_job *job, hu_snds_file *f, hune_err *err) {
    enum { BLOCK = 1 << 18 };
    const int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    unsigned char *b = fd < 0 ? NULL : malloc(BLOCK);
    if (!b) {
        if (fd >= 0) close(fd);
        return hune_fail(err, HUNE_EIO, "cannot read '%s': %s", f->rel, strerror(errno));
    }
    pass p = {.utf8 = true};
    ssize_t n;
    hune_status status = HUNE_OK;
    while (!status && (n = read(fd, b, BLOCK)) > 0) {
        pass_block(&p, b, (size_t)n);
        status = hu_check_cancel(job->ctx, err);
    }
    if (!status && n < 0)
        status = hune_fail(err, HUNE_EIO, "cannot read '%s': %s", f->rel, strerror(errno));
    close(fd);
    free(b);
    f->lines = p.lines + (p.line_open ? 1 : 0);
    f->quotes = p.quotes;
    f->latin1 = p.high && (!p.utf8 || p.follow);
    return status;
}

typedef struct pass_list {
    hu_snds_job *job;
    size_t *at;
} pass_list;

static hune_status pass_task(void *arg, int64_t task, int worker, hune_err *err) {
    (void)worker;
    const pass_list *l = arg;
    return pass_file(l->job, &l->job->files[l->at[task]], err);
}

/* --- headers --- */

/* First line of a plain file; a header longer than this is none. */
static hune_status first_plain_line(hu_snds_job *job, hu_snds_file *f, char **line, hune_err *err) {
    enum { LONGEST = 1 << 17 };
    FILE *in = fopen(f->path, "rb");
    char *text = in ? hu_arena_alloc(&job->arena, LONGEST) : NULL;
    *line = text;
    if (!in) return hune_fail(err, HUNE_EIO, "cannot read '%s': %s", f->rel, strerror(errno));
    if (text && !fgets(text, LONGEST, in)) text[0] = '\0';
    const bool broken = ferror(in);
    fclose(in);
    if (!text) return hune_fail(err, HUNE_ENOMEM, "no memory for the header of '%s'", f->rel);
    if (broken) return hune_fail(err, HUNE_EIO, "cannot read '%s'", f->rel);
    text[strcspn(text, "\r\n")] = '\0';
    return HUNE_OK;
}

static hune_status first_line(hu_snds_job *job, hu_snds_file *f, char **line, hune_err *err) {
    char *sql = hu_arena_printf(
        &job->arena,
        "SELECT l FROM read_csv(%s, auto_detect=false, header=false, delim='\x01', quote='', "
        "escape='', encoding='latin-1', columns={'l': 'VARCHAR'}) LIMIT 1",
        hu_sql_text(&job->arena, f->path));
    *line = NULL;
    if (!f->packed) return first_plain_line(job, f, line, err);
    const hune_status status = hu_engine_text(job->engine, sql, &job->arena, line, err);
    if (status == HUNE_EFORMAT || status == HUNE_EIO) {
        hune_err why = err ? *err : (hune_err){0};
        hune_fail(err, status, "cannot read '%s': %.200s", f->rel, why.msg);
        hune_hint(err, "is the file whole? extract or decompress it again");
    }
    return status;
}

/* Last four bytes of a gzip file: the length of what it holds, modulo 2^32. */
static int64_t gzip_says(const char *path) {
    unsigned char b[4];
    FILE *in = fopen(path, "rb");
    if (!in) return -1;
    const bool good = !fseek(in, -4, SEEK_END) && fread(b, 1, 4, in) == 4;
    fclose(in);
    return good ? (int64_t)b[0] | (int64_t)b[1] << 8 | (int64_t)b[2] << 16 | (int64_t)b[3] << 24
                : -1;
}

/* Length that the header of a zstd file states (RFC 8878, 3.1.1.1); -1 when it does not. */
static int64_t zstd_says(const char *path) {
    unsigned char b[18] = {0};
    FILE *in = fopen(path, "rb");
    if (!in) return -1;
    const size_t got = fread(b, 1, sizeof b, in);
    fclose(in);
    if (got < 8 || b[0] != 0x28 || b[1] != 0xB5 || b[2] != 0x2F || b[3] != 0xFD) return -1;
    const bool single = b[4] & 0x20;
    const int flag = b[4] >> 6, bytes = flag ? 1 << flag : single;
    static const int dictionary[4] = {0, 1, 2, 4};
    const int at = 5 + !single + dictionary[b[4] & 3];
    uint64_t says = flag == 1 ? 256 : 0;
    for (int k = 0; k < bytes; k++) says += (uint64_t)b[at + k] << (8 * k);
    return bytes ? (int64_t)says : -1;
}

/* The reader takes the end of a packed file that was cut for the end of its data, so the lines are
 * counted and their bytes compared with the length that gzip files end with and most zstd files
 * begin with. One or two
 * bytes end a line; blank lines are not seen, hence the room above. */
static hune_status check_packed(hu_snds_job *job, hu_snds_file *f, hune_err *err) {
    hu_arena *a = &job->arena;
    char *from = hu_arena_printf(
        a,
        "FROM read_csv(%s, auto_detect=false, header=false, delim='\x01', quote='', escape='', "
        "encoding='latin-1', columns={'l': 'VARCHAR'}) WHERE l <> ''",
        hu_sql_text(a, f->path));
    int64_t bytes;
    HUNE_TRY(
        hu_engine_i64(job->engine, hu_arena_printf(a, "SELECT count(*) %s", from), &f->lines, err));
    HUNE_TRY(hu_engine_i64(job->engine, hu_arena_printf(a, "SELECT sum(length(l)) %s", from),
                           &bytes, err));
    int64_t quoted;
    HUNE_TRY(hu_engine_i64(job->engine,
                           hu_arena_printf(a, "SELECT count(*) %s AND contains(l, '\"')", from),
                           &quoted, err));
    f->quotes = quoted > 0;
    const bool gzip = !strcasecmp(f->path + strlen(f->path) - 3, ".gz");
    const int64_t says = gzip ? gzip_says(f->path) : zstd_says(f->path);
    const int64_t room = gzip ? (says - bytes) & 0xFFFFFFFF : says - bytes;
    if (says < 0 || (room >= 0 && room <= 3 * f->lines + 64)) return HUNE_OK;
    hune_fail(err, HUNE_EFORMAT,
              "'%s' is cut short or damaged: %lld bytes of text in it, where it says %lld", f->rel,
              (long long)bytes, (long long)says);
    return hune_hint(err, "extract it again; gzip files joined into one must be unpacked first");
}

static char pick_separator(const char *line) {
    int semicolons = 0, commas = 0;
    for (const char *c = line; *c; c++) {
        semicolons += *c == ';';
        commas += *c == ',';
    }
    return commas > semicolons ? ',' : ';';
}

static hune_status split_header(hu_snds_job *job, hu_snds_file *f, char *line, hune_err *err) {
    /* A byte-order mark, as it is, or turned from Latin-1 by the reader of packed files. */
    if (!strncmp(line, "\xEF\xBB\xBF", 3)) line += 3;
    if (!strncmp(line, "\xC3\xAF\xC2\xBB\xC2\xBF", 6)) line += 6;
    f->separator = pick_separator(line);
    int n = 1;
    for (const char *c = line; *c; c++) n += *c == f->separator;
    f->columns = hu_arena_alloc(&job->arena, (size_t)n * sizeof *f->columns);
    if (!f->columns) return hune_fail(err, HUNE_ENOMEM, "no memory for the header of '%s'", f->rel);
    char *field = line;
    for (int k = 0; k < n; k++) {
        char *end = strchr(field, f->separator);
        if (end) *end = '\0';
        while (*field == ' ' || *field == '"') field++;
        size_t m = strlen(field);
        while (m && strchr(" \"\r", field[m - 1])) field[--m] = '\0';
        for (char *c = field; *c; c++) *c = (char)toupper((unsigned char)*c);
        bool again = m == 0;
        for (int j = 0; j < k && !again; j++) again = !strcmp(f->columns[j], field);
        f->columns[k] = again ? hu_arena_printf(&job->arena, "%s#%d", field, k + 1) : field;
        f->n_columns++;
        field = end ? end + 1 : field + m;
    }
    return HUNE_OK;
}

static hune_status parquet_header(hu_snds_job *job, hu_snds_file *f, hune_err *err) {
    const char *path = hu_sql_text(&job->arena, f->path);
    hu_rows *rows = NULL;
    hune_status status =
        hu_rows_open(job->engine,
                     hu_arena_printf(&job->arena,
                                     "SELECT column_name::VARCHAR FROM (DESCRIBE SELECT * FROM "
                                     "read_parquet(%s))",
                                     path),
                     &rows, err);
    f->columns = hu_arena_alloc(&job->arena, 4096 * sizeof *f->columns);
    for (int64_t n = 1; !status && n;) {
        status = hu_rows_next(rows, &n, err);
        for (int64_t r = 0; !status && r < n && f->n_columns < 4096; r++) {
            size_t len;
            const char *text = hu_rows_text(rows, 0, r, &len);
            f->columns[f->n_columns++] = hu_arena_printf(&job->arena, "%.*s", (int)len, text);
        }
    }
    hu_rows_close(rows);
    if (!status) {
        status = hu_engine_i64(
            job->engine,
            hu_arena_printf(&job->arena, "SELECT count(*) FROM read_parquet(%s)", path), &f->lines,
            err);
        f->lines++;
    }
    if (status == HUNE_EFORMAT || status == HUNE_EIO) {
        hune_err why = err ? *err : (hune_err){0};
        hune_fail(err, status, "cannot read '%s' as Parquet: %.200s", f->rel, why.msg);
        hune_hint(err, "is the file whole? extract it again");
    }
    return status;
}

/* "have 'A', 'B', ... (23)" of a header, short enough for a message */
static void have_columns(const hu_snds_file *f, char *text, size_t cap) {
    size_t at = 0;
    text[0] = '\0';
    for (int k = 0; k < f->n_columns; k++) {
        if (at > cap - 80 || k == 8) {
            snprintf(text + at, cap - at, ", ... %d in all", f->n_columns);
            return;
        }
        at += (size_t)snprintf(text + at, cap - at, "%s'%.40s'", k ? ", " : "", f->columns[k]);
    }
}

static hune_status check_columns(const hu_snds_file *f, hune_err *err) {
    const hu_snds_table *t = hu_snds_table_of(f->table);
    for (int c = 0; c < t->n_columns; c++) {
        bool found = !t->columns[c].required;
        for (int a = 0; a < 4 && t->columns[c].names[a] && !found; a++)
            for (int k = 0; k < f->n_columns && !found; k++)
                found = !strcasecmp(t->columns[c].names[a], f->columns[k]);
        if (found) continue;
        char have[280];
        have_columns(f, have, sizeof have);
        hune_fail(err, HUNE_EFORMAT, "column '%s' not found in '%s' (have %s)",
                  t->columns[c].names[0], f->rel, have);
        if (f->n_columns == 1)
            return hune_hint(err,
                             "the header has a single column: the separator must be ';' or ','");
        return hune_hint(err, "table %s needs this column: extract it again with it", t->name);
    }
    return HUNE_OK;
}

static hune_status look_at(hu_snds_job *job, hu_snds_file *f, hune_err *err) {
    if (f->parquet) HUNE_TRY(parquet_header(job, f, err));
    else {
        char *line;
        HUNE_TRY(first_line(job, f, &line, err));
        if (!line || !*line) {
            hune_fail(err, HUNE_EFORMAT, "'%s' is empty: not even a header line", f->rel);
            return hune_hint(err, "extract it again, or take the file out of the folder");
        }
        HUNE_TRY(split_header(job, f, line, err));
        if (f->packed) HUNE_TRY(check_packed(job, f, err));
    }
    return check_columns(f, err);
}

/* --- the door of this file --- */

static hune_status list(hu_snds_job *job, hune_err *err) {
    char **rel;
    if (!hu_is_dir(job->raw)) {
        hune_fail(err, HUNE_EIO, "'%s' is not a folder that can be read", job->raw);
        return hune_hint(err, "give the folder that holds the raw tables");
    }
    HUNE_TRY(hu_list_files(job->raw, &job->arena, &rel, &job->n_files, err));
    job->files = hu_arena_alloc(&job->arena, (job->n_files + 1) * sizeof *job->files);
    if (!job->files) return hune_fail(err, HUNE_ENOMEM, "no memory for the list of files");
    for (size_t i = 0; i < job->n_files; i++) {
        hu_snds_file *f = &job->files[i];
        struct stat st;
        f->rel = rel[i];
        f->path = hu_arena_printf(&job->arena, "%s/%s", job->raw, rel[i]);
        if (!f->path) return hune_fail(err, HUNE_ENOMEM, "no memory for the list of files");
        if (!stat(f->path, &st)) f->bytes = st.st_size;
        classify(job, f);
        if (f->table == HU_TABLES) job->sum.files_ignored++;
        else {
            job->sum.files++;
            job->total += f->bytes;
        }
    }
    return HUNE_OK;
}

bool hu_snds_has(const hu_snds_job *job, hu_snds_id table) {
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].table == table) return true;
    return false;
}

static hune_status check_set(const hu_snds_job *job, hune_err *err) {
    if (!hu_snds_has(job, HU_PRS) && !hu_snds_has(job, HU_MCO_B)) {
        for (int id = 0; id < HU_TABLES; id++)
            if (is_claim((hu_snds_id)id) && hu_snds_has(job, (hu_snds_id)id)) {
                hune_fail(err, HUNE_EARG, "'%s' has %s but no ER_PRS_F file", job->raw,
                          hu_snds_table_of((hu_snds_id)id)->name);
                return hune_hint(err, "detail lines get person and date from ER_PRS_F: add it");
            }
        hune_fail(err, HUNE_EARG, "no SNDS table found in '%s' (%zu files looked at)", job->raw,
                  job->n_files);
        return hune_hint(err, "files are recognised by name: ER_PRS_F*.csv, T_MCO10B.csv, "
                              "IR_BEN_R.csv ... (.gz, .zst, .parquet)");
    }
    if (hu_snds_has(job, HU_MCO_B) && !hu_snds_has(job, HU_MCO_C)) {
        hune_fail(err, HUNE_EARG, "'%s' has T_MCOaaB but no T_MCOaaC file", job->raw);
        return hune_hint(err, "T_MCOaaC says who the patient is: add it");
    }
    if (hu_snds_has(job, HU_PHA) && !hu_snds_has(job, HU_PRS)) {
        hune_fail(err, HUNE_EARG, "'%s' has ER_PHA_F but no ER_PRS_F file", job->raw);
        return hune_hint(err, "drug lines get person and date from ER_PRS_F: add it");
    }
    return HUNE_OK;
}

static hune_status pass_all(hu_snds_job *job, hune_err *err) {
    pass_list l = {job, hu_arena_alloc(&job->arena, (job->n_files + 1) * sizeof(size_t))};
    if (!l.at) return hune_fail(err, HUNE_ENOMEM, "no memory for the list of files");
    int64_t n = 0;
    for (size_t i = 0; i < job->n_files; i++) {
        const hu_snds_file *f = &job->files[i];
        if (f->table != HU_TABLES && !f->parquet && !f->packed) l.at[n++] = i;
    }
    hu_tell(job->ctx, "checking the bytes of the files", 0, n, "files");
    return hu_pool_run(hu_threads(job->ctx), n, pass_task, &l, err);
}

hune_status hu_snds_find(hu_snds_job *job, hune_err *err) {
    HUNE_TRY(list(job, err));
    HUNE_TRY(check_set(job, err));
    for (size_t i = 0; i < job->n_files; i++)
        if (job->files[i].table != HU_TABLES) HUNE_TRY(look_at(job, &job->files[i], err));
    HUNE_TRY(pass_all(job, err));
    regroup(job);
    HUNE_TRY(list_groups(job, 0, err));
    bundle_small_flows(job);
    HUNE_TRY(list_groups(job, 0, err));
    return list_groups(job, 1, err);
}
