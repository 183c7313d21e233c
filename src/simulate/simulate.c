/* simulate.c - blocks of persons into rows, rows into files.
 *
 *   block of 128 persons -> its own buffer for every file (any thread)
 *   a batch of blocks    -> buffers appended to the files in block order -> next batch
 *
 * So the bytes do not depend on the number of threads, and memory holds one batch. Everything goes
 * into a folder beside the final one, which takes its name when the last file is there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulate/fraud.h"
#include "simulate/emergency.h"

enum { BLOCKS_PER_THREAD = 6, MOST_BLOCKS = 64 };
enum { CASES_BLOCK = 128 * HU_BLOCK }; /* few of its persons are written */

typedef struct job {
    hu_world w;
    const hune_context *ctx;
    int threads, n_files;
    hu_life *life;                     /* [threads] */
    hu_sheets *sheet;                  /* [blocks] of the batch */
    int n_blocks;                      /* in a batch, at most */
    int64_t first_block, n_now, block; /* persons a block */
    int64_t *bytes;                    /* [n_files] written so far */
    char folder[1040];
    hu_tally sum;
    hu_sheets frauds; /* the sums of them alone */
    hu_risk_sums risk;
} job;

void hune_simulate_options_init(hune_simulate_options *o) {
    *o = (hune_simulate_options){.size = sizeof *o};
}

static hune_status one_person(job *j, int64_t person, hu_life *l, hu_sheets *s, hune_err *err) {
    const hu_world *w = &j->w;
    const bool cases = w->o.mode == HUNE_MODE_CASES;
    hu_names names;
    if (cases) {
        bool is;
        double share;
        HUNE_TRY(hu_case(w, person, l, &s->tally, &is, &share, err));
        if (!is) return HUNE_OK;
        HUNE_TRY(hu_live_care(w, l, err));
    } else HUNE_TRY(hu_live(w, person, l, err));
    HUNE_TRY(hu_begin_rows(w, l, s, err));
    hu_names_of(w, l, &names);
    hu_write_claims(w, l, &names, s, err);
    hu_write_stays(w, l, &names, s);
    hu_write_outpatient(w, l, &names, s);
    hu_note_risk(w, l, &s->at_risk);
    hu_write_aftercare(w, l, &names, s);
    hu_write_death(w, l, &names, s);
    hu_write_truth(w, l, s);
    hu_tally_life(w, l, &s->tally);
    if (!cases) hu_oracle_life(w, l, &s->tally);
    return HUNE_OK;
}

static hune_status block(void *arg, int64_t task, int worker, hune_err *err) {
    job *j = arg;
    hu_sheets *s = &j->sheet[task];
    const int64_t first = (j->first_block + task) * j->block;
    int64_t last = first + j->block;
    if (last > j->w.o.persons) last = j->w.o.persons;
    if (j->w.o.one_person && (j->w.o.person < first || j->w.o.person >= last)) return HUNE_OK;
    HUNE_TRY(hu_check_cancel(j->ctx, err));
    for (int64_t i = first; i < last; i++)
        if (!j->w.o.one_person || i == j->w.o.person)
            HUNE_TRY(one_person(j, i, &j->life[worker], s, err));
    bool failed = s->at_risk.failed;
    for (int f = 0; f < j->n_files; f++) failed |= s->file[f].failed;
    return failed ? hune_fail(err, HUNE_ENOMEM, "no memory for the rows of a block") : HUNE_OK;
}

static hune_status cannot_write(const char *path, hune_err *err) {
    const int why = errno;
    hune_fail(err, HUNE_EIO, "cannot write '%s': %s", path, strerror(why));
    return why == ENOSPC || why == EDQUOT
               ? hune_hint(err, "free some space, or simulate fewer persons or drugs")
               : hune_hint(err, "check that the folder can be written");
}

/* Append what the blocks of the batch have for one file. */
static hune_status append(void *arg, int64_t task, int worker, hune_err *err) {
    job *j = arg;
    char name[64], path[1200];
    size_t total = 0;
    (void)worker;
    for (int64_t k = 0; k < j->n_now; k++) total += j->sheet[k].file[task].len;
    if (!total) return HUNE_OK;
    hu_file_name(&j->w, (int)task, name, sizeof name);
    snprintf(path, sizeof path, "%s/%s", j->folder, name);
    FILE *f = fopen(path, "ab");
    if (!f) return cannot_write(path, err);
    setvbuf(f, NULL, _IONBF, 0); /* the pieces are large */
    const char *head = hu_file_header(&j->w, (int)task);
    bool fine = true;
    if (!j->bytes[task]) {
        fine = fwrite(head, 1, strlen(head), f) == strlen(head);
        j->bytes[task] += (int64_t)strlen(head);
    }
    for (int64_t k = 0; fine && k < j->n_now; k++) {
        hu_buf *b = &j->sheet[k].file[task];
        fine = !b->len || fwrite(b->text, 1, b->len, f) == b->len;
        j->bytes[task] += (int64_t)b->len;
        b->len = 0;
    }
    if (!fine) {
        const hune_status s = cannot_write(path, err);
        fclose(f);
        return s;
    }
    return fclose(f) ? cannot_write(path, err) : HUNE_OK;
}

static hune_status start_one(job *j, int file, hune_err *err) {
    char name[64], path[1200];
    hu_file_name(&j->w, file, name, sizeof name);
    snprintf(path, sizeof path, "%s/%s", j->folder, name);
    const char *head = hu_file_header(&j->w, file);
    j->bytes[file] = (int64_t)strlen(head);
    return hu_write_file(path, head, strlen(head), err);
}

/* The single tables exist even when nobody has a row in them. */
static hune_status start_singles(job *j, hune_err *err) {
    for (int k = 0; k < HU_SINGLES; k++) {
        if (k == HU_TRUTH_EXPOSURE && !j->w.o.write_exposure) continue;
        if (k == HU_TRUTH_FRAUD && !j->w.fraud) continue;
        if (k == HU_TRUTH_OTC && !j->w.dirt[HU_DIRT_OTC]) continue;
        HUNE_TRY(start_one(j, hu_single_file(&j->w, k), err));
    }
    return start_one(j, hu_outpatient_file(&j->w, 0), err); /* pathways of the truth */
}

static hune_status folders(job *j, hune_err *err) {
    static const char *const names[] = {"DCIR", "PMSI", "RPU", "sim_truth"};
    char path[1200];
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", j->folder, names[i]);
        HUNE_TRY(hu_make_dirs(path, err));
    }
    return start_singles(j, err);
}

static hune_status all_persons(job *j, hune_err *err) {
    const int64_t persons = j->w.o.persons, blocks = (persons + j->block - 1) / j->block;
    for (int64_t b = 0; b < blocks; b += j->n_now) {
        hu_tell(j->ctx, "simulating", b * j->block, persons, "persons");
        j->first_block = b;
        j->n_now = blocks - b < j->n_blocks ? blocks - b : j->n_blocks;
        HUNE_TRY(hu_pool_run(j->threads, j->n_now, block, j, err));
        HUNE_TRY(hu_pool_run(j->threads, j->n_files, append, j, err));
        for (int64_t k = 0; k < j->n_now; k++) {
            hu_tally_add(&j->w, &j->sum, &j->sheet[k].tally);
            HUNE_TRY(hu_fraud_merge(j->frauds.fraud, j->sheet[k].fraud, err));
            hu_add_risk(&j->w, &j->risk, &j->sheet[k].at_risk);
        }
    }
    hu_tell(j->ctx, "simulating", persons, persons, "persons");
    return HUNE_OK;
}

static hune_status prepare(job *j, hune_err *err) {
    j->block = j->w.o.mode == HUNE_MODE_CASES ? CASES_BLOCK : HU_BLOCK;
    const int64_t blocks = (j->w.o.persons + j->block - 1) / j->block;
    j->n_files = hu_file_count(&j->w);
    j->n_blocks = BLOCKS_PER_THREAD * j->threads;
    if (j->n_blocks > MOST_BLOCKS)
        j->n_blocks = MOST_BLOCKS > j->threads ? MOST_BLOCKS : j->threads;
    if (j->n_blocks > blocks) j->n_blocks = (int)blocks;
    j->life = hu_calloc((size_t)j->threads, sizeof *j->life);
    j->sheet = hu_calloc((size_t)j->n_blocks, sizeof *j->sheet);
    j->bytes = hu_calloc((size_t)j->n_files, sizeof *j->bytes);
    if (!j->life || !j->sheet || !j->bytes)
        return hune_fail(err, HUNE_ENOMEM, "no memory for a batch");
    for (int i = 0; i < j->threads; i++) HUNE_TRY(hu_life_new(&j->w, &j->life[i], err));
    for (int i = 0; i < j->n_blocks; i++) {
        j->sheet[i].file = hu_calloc((size_t)j->n_files, sizeof *j->sheet[i].file);
        if (!j->sheet[i].file) return hune_fail(err, HUNE_ENOMEM, "no memory for a batch");
        HUNE_TRY(hu_tally_new(&j->w, &j->sheet[i].tally, err));
        HUNE_TRY(hu_fraud_sheet_new(&j->w, &j->sheet[i], err));
    }
    HUNE_TRY(hu_fraud_sheet_new(&j->w, &j->frauds, err));
    HUNE_TRY(hu_risk_new(&j->w, &j->risk, err));
    return hu_tally_new(&j->w, &j->sum, err);
}

static void clear(job *j) {
    for (int i = 0; j->life && i < j->threads; i++) hu_life_clear(&j->life[i]);
    for (int i = 0; j->sheet && i < j->n_blocks; i++) {
        for (int f = 0; j->sheet[i].file && f < j->n_files; f++) hu_buf_clear(&j->sheet[i].file[f]);
        free(j->sheet[i].file);
        hu_tally_clear(&j->sheet[i].tally);
        hu_fraud_sheet_clear(&j->sheet[i]);
        hu_buf_clear(&j->sheet[i].at_risk);
        hu_sheets_clear(&j->sheet[i]);
    }
    hu_risk_clear(&j->risk);
    hu_tally_clear(&j->sum);
    hu_fraud_sheet_clear(&j->frauds);
    free(j->life);
    free(j->sheet);
    free(j->bytes);
    hu_world_close(&j->w);
}

/* "BLADCA 15.6, HIP 4.2": outcomes that take another scale than asked are told one by one. */
static void tell_scales(const hu_world *w, char *out, size_t n) {
    size_t len = 0;
    int full = 0;
    *out = '\0';
    for (int i = 0; i < w->n_outcomes; i++) {
        const hu_outcome *o = &w->outcome[i];
        if (o->scale >= w->o.rate_scale) full++;
        else if (len < n) len += (size_t)snprintf(out + len, n - len, "%s %.3g, ", o->id, o->scale);
    }
    if (len < n)
        snprintf(out + len, n - len, "%s%d of %d outcomes %.6g", len ? "the other " : "", full,
                 w->n_outcomes, w->o.rate_scale);
}

static void summarise(const job *j, hune_simulate_summary *s) {
    if (!s) return;
    *s = (hune_simulate_summary){.size = sizeof *s,
                                 .persons = j->sum.persons,
                                 .drug_lines = j->sum.drug_lines,
                                 .rows = j->sum.rows};
    for (int i = 0; i < j->w.n_outcomes; i++) s->events += j->sum.events[i];
    for (int f = 0; f < j->n_files; f++) {
        char name[64];
        hu_file_name(&j->w, f, name, sizeof name);
        if (!hu_starts(name, "sim_truth/") && j->bytes[f]) s->files++, s->bytes += j->bytes[f];
    }
    tell_scales(&j->w, s->scales, sizeof s->scales);
    hu_bias_text(j->w.bias, s->bias, sizeof s->bias);
}

static hune_status work(job *j, const hune_simulate_options *o, hune_simulate_summary *summary,
                        hune_err *err) {
    int64_t rows, bytes, rows2, bytes2;
    HUNE_TRY(hu_world_open(&j->w, o, err));
    HUNE_TRY(hu_start_rates(&j->w, j->threads, err));
    HUNE_TRY(hu_baseline_rates(&j->w, j->threads, err));
    HUNE_TRY(prepare(j, err));
    HUNE_TRY(folders(j, err));
    HUNE_TRY(all_persons(j, err));
    HUNE_TRY(hu_write_drugs(&j->w, j->folder, &rows, &bytes, err));
    HUNE_TRY(hu_write_practitioners(&j->w, &j->sum, j->folder, &rows2, &bytes2, err));
    j->sum.rows += rows + rows2;
    HUNE_TRY(hu_write_world(&j->w, &j->sum, j->folder, err));
    HUNE_TRY(hu_write_fraud(&j->w, j->frauds.fraud, j->folder, err));
    HUNE_TRY(hu_pathway_tables(&j->w, j->folder, err));
    HUNE_TRY(hu_emergency_truth(&j->w, &j->risk, j->folder, err));
    summarise(j, summary);
    if (summary) summary->files += 2, summary->bytes += bytes + bytes2;
    return j->w.o.format == HUNE_RAW_PARQUET ? hu_to_parquet(j->folder, j->ctx, err) : HUNE_OK;
}

hune_status hune_simulate(const char *out, const hune_simulate_options *o, const hune_context *ctx,
                          hune_simulate_summary *summary, hune_err *err) {
    hu_output folder;
    job *j = hu_calloc(1, sizeof *j);
    if (!j) return hune_fail(err, HUNE_ENOMEM, "no memory to simulate");
    j->ctx = ctx;
    j->threads = hu_threads(ctx);
    hune_status s = hu_output_begin(&folder, out, "sim_truth/parameters.json", err);
    if (!s) {
        snprintf(j->folder, sizeof j->folder, "%s", folder.part_path);
        s = work(j, o, summary, err);
        if (!s) s = hu_output_commit(&folder, err);
        hu_output_abort(&folder);
    }
    clear(j);
    free(j);
    return s;
}
