/* snds.h - what the files of this room share: the tables we read, the files found, the job.
 *
 * Order of a job (ingest.c): find files -> persons -> drug list -> stays -> claims -> long-term
 * illnesses -> deaths -> dictionaries -> parts -> manifests. Stays come before claims because a
 * death in hospital is only known from them.
 */
#ifndef HU_SNDS_H
#define HU_SNDS_H
#include "base/base.h"
#include "engine/engine.h"
#include "hune/snds.h"

/* --- tables.c: which columns of which table are used, and how they are read ------------------- */

typedef enum hu_snds_type {
    HU_TEXT,  /* trimmed; empty = null */
    HU_CHECK, /* text; a column that the file lacks counts as '0' (return codes) */
    HU_INT,   /* integer, "12.0" allowed */
    HU_NUM,   /* decimal point */
    HU_DAY,   /* the date forms of the SNDS; before 1700 = missing */
    HU_DAY8   /* the same, and ddMMyyyy in digits alone (dates of the PMSI) */
} hu_snds_type;

typedef struct hu_snds_column {
    const char *alias; /* its name in our SQL */
    hu_snds_type type;
    bool required;
    const char *names[4]; /* names in files, the first found wins */
} hu_snds_column;

typedef enum hu_snds_id {
    HU_PRS,
    HU_PHA,
    HU_CAM,
    HU_UCD,
    HU_ETE,
    HU_BEN,
    HU_BEN_ARC,
    HU_IMB,
    HU_DRUGS,
    HU_MCO_B,
    HU_MCO_C,
    HU_MCO_A,
    HU_MCO_D,
    HU_MCO_UM,
    HU_TABLES
} hu_snds_id;

typedef struct hu_snds_table {
    const char *name; /* "ER_PRS_F"; "T_MCOaaB" */
    const hu_snds_column *columns;
    int n_columns;
} hu_snds_table;

const hu_snds_table *hu_snds_table_of(hu_snds_id id);

/* --- files.c: what lies in the folder ----------------------------------------------------------
 */

typedef struct hu_snds_file {
    const char *path, *rel; /* full and below the raw folder */
    hu_snds_id table;       /* HU_TABLES = not read */
    const char *looks_like; /* table name of a file that is not read, or NULL */
    const char *group;      /* files of one group are joined with each other */
    const char **columns;   /* header */
    int n_columns;
    char separator;
    bool parquet, packed, latin1, quotes;
    int64_t bytes, lines; /* non-empty lines with the header; -1 = not counted */
    int64_t rows;         /* read; -1 = not read */
} hu_snds_file;

/* --- the job ------------------------------------------------------------------------------------
 */

typedef struct hu_snds_reason {
    char name[40];
    int64_t rows;
} hu_snds_reason;

/* One line of the flow chart: a table (or a step on events) with rows in, kept and why not. */
typedef struct hu_snds_count {
    char step[16], table[24];
    int64_t in, kept;
    hu_snds_reason reason[24];
    int n_reasons;
} hu_snds_count;

typedef struct hu_snds_job {
    const hune_context *ctx;
    const hune_snds_options *options;
    const char *raw;
    hu_output out;
    hu_arena arena;
    hu_engine *engine;
    hu_snds_file *files;
    size_t n_files;
    const char **groups[2]; /* names: [0] of DCIR, [1] of MCO */
    size_t n_groups[2];
    hu_snds_count counts[32];
    int n_counts;
    char key[132]; /* hex digits or the caller's text, made safe for SQL */
    int n_runs;    /* sorted files of staged rows */
    int64_t n_rejects;
    char study_start[11], study_end[11];
    int64_t done, total; /* bytes, for progress */
    hune_snds_summary sum;
    double seconds_read, seconds_write;
} hu_snds_job;

hune_status hu_snds_find(hu_snds_job *job, hune_err *err);
bool hu_snds_has(const hu_snds_job *job, hu_snds_id table);

/* --- read.c: files as typed SQL ------------------------------------------------------------------
 */

/* "(SELECT ... UNION ALL ...)" over the files of a table in a group (group NULL = all files); a
 * table without a file gives no rows. Columns: the aliases, `bad` (a value could not be read),
 * `file` (number). Owned by the arena. */
hune_status hu_snds_select(hu_snds_job *job, hu_snds_id table, const char *group, char **sql,
                           hune_err *err);
/* "read_csv(...)" or "read_parquet(...)" of one file, all columns text. */
char *hu_snds_source(hu_snds_job *job, const hu_snds_file *f);
/* Count rows by file in the relation (it must have `bad` and `file`), compare with the lines of
 * the files, and fail with file, row, column and value when one is bad. */
hune_status hu_snds_verify(hu_snds_job *job, hu_snds_id table, const char *group,
                           const char *relation, hune_err *err);
/* A reading step failed with a message of the engine: find the file and the line, say it better.
 * Keeps cancel, memory and disk messages. */
hune_status hu_snds_explain(hu_snds_job *job, const hu_snds_id *tables, int n, const char *group,
                            hune_err *err);

/* --- stage.c: rows leave the SQL of a group as sorted runs
 * ---------------------------------------- */

hune_status hu_snds_run(hu_snds_job *job, const char *plan, const char *const *pairs,
                        hune_err *err);
/* Rows of `relation` by its column why (null = kept) are added to the line of this table. */
hune_status hu_snds_tally(hu_snds_job *job, const char *step, const char *table,
                          const char *relation, hune_err *err);
/* Rows with a reason go to rejects/NAME.parquet; select gives the columns. */
hune_status hu_snds_reject(hu_snds_job *job, const char *name, const char *relation, hune_err *err);
/* Run a plan that copies staged events to {{run}}, the next file of them. */
hune_status hu_snds_copy(hu_snds_job *job, const char *plan, hune_err *err);
/* The rows gathered in table run -> one sorted file, if there are at least that many. */
hune_status hu_snds_stage(hu_snds_job *job, int64_t least, hune_err *err);
hu_snds_count *hu_snds_line(hu_snds_job *job, const char *step, const char *table);
void hu_snds_reason_add(hu_snds_count *c, const char *reason, int64_t rows);

/* --- the steps
 * ------------------------------------------------------------------------------------- */
hune_status hu_snds_persons(hu_snds_job *job, hune_err *err);   /* persons.c */
hune_status hu_snds_drugs(hu_snds_job *job, hune_err *err);     /* persons.c */
hune_status hu_snds_stays(hu_snds_job *job, hune_err *err);     /* groups.c */
hune_status hu_snds_claims(hu_snds_job *job, hune_err *err);    /* groups.c */
hune_status hu_snds_illnesses(hu_snds_job *job, hune_err *err); /* groups.c */
/* Run `create`, in which {{file}} stands for an embedded list with columns code and label. */
hune_status hu_snds_list(hu_snds_job *job, const char *name, const char *create, hune_err *err);
hune_status hu_snds_finish(hu_snds_job *job, hune_err *err); /* finish.c */
hune_status hu_snds_report(hu_snds_job *job, hune_err *err); /* report.c */

const char *hu_embed_snds(const char *name, size_t *len);

#endif
