/* groups.c - group by group: stays of a year, claims of a flow; then the long-term illnesses.
 *
 * A group is read into temporary tables, every row gets its person and the reason why it is not
 * used, reasons are counted and written aside, and what is left leaves as one sorted run. Nothing
 * of a group stays but dictionaries and sums, so memory follows the largest group (and the engine
 * moves what is too large to disk).
 */
#include "source/snds/snds.h"
#include <string.h>

/* Rows that make it worth writing a file of staged events. */
#define ENOUGH_ROWS 100000

/* "ER_PRS_F" and "2010/_201003" -> "ER_PRS_F-2010-_201003"; and "_201003" -> "ER_PRS_F_201003" */
static char *reject_name(hu_snds_job *job, const char *table, const char *group) {
    return hu_arena_printf(&job->arena, *group == '_' || !*group ? "%s%s" : "%s-%s", table, group);
}

/* Columns that a reject file may show: no identifier of a person or a professional. */
static const char *shown(hu_snds_job *job, const char *relation, const char *columns) {
    return hu_arena_printf(&job->arena, "(SELECT %s, why FROM %s)", columns, relation);
}

static hune_status count_and_reject(hu_snds_job *job, hu_snds_id id, const char *group,
                                    const char *relation, const char *columns, hune_err *err) {
    const char *table = hu_snds_table_of(id)->name;
    if (!hu_snds_has(job, id)) return HUNE_OK;
    HUNE_TRY(hu_snds_verify(job, id, group, relation, err));
    HUNE_TRY(hu_snds_tally(job, "read", table, relation, err));
    return hu_snds_reject(job, reject_name(job, table, group), shown(job, relation, columns), err);
}

/* --- stays --- */

static hune_status drop_stays(hu_snds_job *job, hune_err *err) {
    return hu_engine_run(job->engine,
                         "DROP TABLE chain; DROP TABLE stay; DROP TABLE act; DROP TABLE das; DROP "
                         "TABLE unit; DROP TABLE used; DROP TABLE chain_why",
                         err);
}

static hune_status stay_group(hu_snds_job *job, const char *group, hune_err *err) {
    static const hu_snds_id ids[] = {HU_MCO_B, HU_MCO_C, HU_MCO_A, HU_MCO_D, HU_MCO_UM};
    char *sql[5];
    for (int k = 0; k < 5; k++) HUNE_TRY(hu_snds_select(job, ids[k], group, &sql[k], err));
    const char *const pairs[] = {"b",  sql[0], "c",     sql[1],
                                 "a",  sql[2], "d",     sql[3],
                                 "um", sql[4], "group", hu_sql_text(&job->arena, group),
                                 NULL};
    hune_status s = hu_snds_run(job, "stays.sql", pairs, err);
    if (!s) s = hu_snds_run(job, "stay_details.sql", pairs, err);
    if (s) return hu_snds_explain(job, ids, 5, group, err);

    static const char stay_columns[] =
        "person, day_in AS day, ghm, ghs, typ AS sej_typ, mod AS sor_mod";
    HUNE_TRY(count_and_reject(job, HU_MCO_B, group, "stay", stay_columns, err));
    HUNE_TRY(count_and_reject(job, HU_MCO_C, group, "chain_why", "eta AS eta_num", err));
    HUNE_TRY(
        count_and_reject(job, HU_MCO_A, group, "act", "person, day_in AS day, code, nbr", err));
    HUNE_TRY(count_and_reject(job, HU_MCO_D, group, "das", "person, day_in AS day, code", err));
    HUNE_TRY(count_and_reject(job, HU_MCO_UM, group, "unit", "person, day_in AS day, dp, dr", err));
    int64_t estimated;
    HUNE_TRY(hu_engine_i64(job->engine, "SELECT count(*) FROM stay WHERE why IS NULL AND estimated",
                           &estimated, err));
    if (estimated) hu_snds_line(job, "note", "stays_dated_by_month")->in += estimated;
    HUNE_TRY(hu_snds_run(job, "stay_events.sql", NULL, err));
    HUNE_TRY(drop_stays(job, err));
    HUNE_TRY(hu_snds_run(job, "stage.sql", NULL, err));
    return hu_snds_stage(job, ENOUGH_ROWS, err);
}

hune_status hu_snds_stays(hu_snds_job *job, hune_err *err) {
    for (size_t g = 0; g < job->n_groups[1]; g++) {
        hu_tell(job->ctx, "reading stays", (int64_t)g, (int64_t)job->n_groups[1], "years");
        HUNE_TRY(stay_group(job, job->groups[1][g], err));
    }
    return HUNE_OK;
}

/* --- claims --- */

/* Did an extraction bring the same line twice? Counted on hashes first, which is cheap. */
static hune_status mark_twice(hu_snds_job *job, const char *count, const char *plan,
                              hune_err *err) {
    int64_t n;
    HUNE_TRY(hu_engine_i64(job->engine, count, &n, err));
    return n ? hu_snds_run(job, plan, NULL, err) : HUNE_OK;
}

static hune_status payment_lines(hu_snds_job *job, const char *group, hune_err *err) {
    static const hu_snds_id ids[] = {HU_PRS};
    char *sql;
    HUNE_TRY(hu_snds_select(job, HU_PRS, group, &sql, err));
    const char *const pairs[] = {"prs", sql, NULL};
    if (hu_snds_run(job, "claims.sql", pairs, err)) return hu_snds_explain(job, ids, 1, group, err);
    HUNE_TRY(
        mark_twice(job, "SELECT count(*) - count(DISTINCT kh) FROM prs", "claims_twice.sql", err));
    HUNE_TRY(
        count_and_reject(job, HU_PRS, group, "prs",
                         "person, day, flx_dis AS flow, dct AS dct_ord_num, ord AS prs_ord_num, "
                         "qte AS quantity",
                         err));
    return hu_snds_run(job, "claims_seen.sql", NULL, err);
}

static hune_status public_lines(hu_snds_job *job, const char *group, hune_err *err) {
    static const hu_snds_id ids[] = {HU_ETE};
    char *sql;
    HUNE_TRY(hu_snds_select(job, HU_ETE, group, &sql, err));
    const char *const pairs[] = {"det", sql, NULL};
    if (hu_snds_run(job, "ete.sql", pairs, err)) return hu_snds_explain(job, ids, 1, group, err);
    return count_and_reject(job, HU_ETE, group, "pub", "dct AS dct_ord_num", err);
}

static hune_status details(hu_snds_job *job, hu_snds_id id, const char *plan, const char *group,
                           hune_err *err) {
    bool there = false;
    for (size_t i = 0; i < job->n_files; i++)
        there |= job->files[i].table == id && !strcmp(job->files[i].group, group);
    if (!there) return HUNE_OK;
    char *sql;
    HUNE_TRY(hu_snds_select(job, id, group, &sql, err));
    const char *const pairs[] = {"det", sql, NULL};
    if (hu_snds_run(job, plan, pairs, err)) return hu_snds_explain(job, &id, 1, group, err);
    HUNE_TRY(mark_twice(job,
                        "SELECT count(*) - count(DISTINCT hash(kh, lin, code, qty, amt)) FROM det",
                        "det_twice.sql", err));
    HUNE_TRY(count_and_reject(job, id, group, "det",
                              "person, day, vocab AS vocabulary, code, qty AS quantity, amt AS "
                              "amount, dct AS dct_ord_num, ord AS prs_ord_num",
                              err));
    HUNE_TRY(hu_snds_run(job, "det_seen.sql", NULL, err));
    HUNE_TRY(id == HU_PHA ? hu_snds_copy(job, "det_copy.sql", err)
                          : hu_snds_run(job, "det_keep.sql", NULL, err));
    return hu_engine_run(job->engine, "DROP TABLE det", err);
}

static hune_status claim_group(hu_snds_job *job, const char *group, hune_err *err) {
    HUNE_TRY(payment_lines(job, group, err));
    HUNE_TRY(public_lines(job, group, err));
    HUNE_TRY(details(job, HU_PHA, "pha.sql", group, err));
    HUNE_TRY(details(job, HU_UCD, "ucd.sql", group, err));
    HUNE_TRY(details(job, HU_CAM, "cam.sql", group, err));
    HUNE_TRY(hu_engine_run(job->engine, "DROP TABLE prs; DROP TABLE pub", err));
    return hu_snds_stage(job, ENOUGH_ROWS, err);
}

hune_status hu_snds_claims(hu_snds_job *job, hune_err *err) {
    for (size_t g = 0; g < job->n_groups[0]; g++) {
        hu_tell(job->ctx, "reading claims", (int64_t)g, (int64_t)job->n_groups[0], "flows");
        HUNE_TRY(claim_group(job, job->groups[0][g], err));
    }
    return HUNE_OK;
}

/* --- long-term illnesses --- */

hune_status hu_snds_illnesses(hu_snds_job *job, hune_err *err) {
    static const hu_snds_id ids[] = {HU_IMB};
    char *sql;
    if (!hu_snds_has(job, HU_IMB)) return HUNE_OK;
    hu_tell(job->ctx, "reading long-term illnesses", 0, 0, "rows");
    HUNE_TRY(hu_snds_select(job, HU_IMB, NULL, &sql, err));
    const char *const pairs[] = {"imb", sql, NULL};
    if (hu_snds_run(job, "illnesses.sql", pairs, err))
        return hu_snds_explain(job, ids, 1, NULL, err);
    HUNE_TRY(hu_snds_verify(job, HU_IMB, NULL, "imb", err));
    HUNE_TRY(hu_snds_tally(job, "read", "IR_IMB_R", "imb", err));
    HUNE_TRY(hu_snds_reject(job, "IR_IMB_R", shown(job, "imb", "person, dtd AS day, code"), err));
    HUNE_TRY(hu_snds_run(job, "illness_events.sql", NULL, err));
    int64_t kept, events;
    HUNE_TRY(hu_engine_i64(job->engine, "SELECT count(*) FROM imb WHERE why IS NULL", &kept, err));
    HUNE_TRY(hu_engine_i64(job->engine, "SELECT count(*) FROM ev", &events, err));
    hu_snds_count *line = hu_snds_line(job, "merge", "IR_IMB_R");
    line->in += kept;
    line->kept += events;
    hu_snds_reason_add(line, "same_episode", kept - events);
    HUNE_TRY(hu_engine_run(job->engine, "DROP TABLE imb", err));
    HUNE_TRY(hu_snds_run(job, "stage.sql", NULL, err));
    return hu_snds_stage(job, ENOUGH_ROWS, err);
}
