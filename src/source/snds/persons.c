/* persons.c - who is who: IR_BEN_R (or the claims when it is missing), and the list of drugs. */
#include "source/snds/snds.h"
#include <string.h>

/* ben from IR_BEN_R and its archive. */
static hune_status ben_from_tables(hu_snds_job *job, hune_err *err) {
    static const hu_snds_id ids[] = {HU_BEN, HU_BEN_ARC};
    char *one, *two;
    HUNE_TRY(hu_snds_select(job, HU_BEN, NULL, &one, err));
    HUNE_TRY(hu_snds_select(job, HU_BEN_ARC, NULL, &two, err));
    hune_status s = hu_engine_run(
        job->engine,
        hu_arena_printf(&job->arena,
                        "CREATE TABLE ben AS SELECT * FROM %s UNION ALL SELECT * FROM %s", one,
                        two),
        err);
    if (s) return hu_snds_explain(job, ids, 2, NULL, err);
    HUNE_TRY(hu_snds_verify(job, HU_BEN, NULL, "ben", err));
    return hu_snds_has(job, HU_BEN_ARC) ? hu_snds_verify(job, HU_BEN_ARC, NULL, "ben", err) : s;
}

/* Without IR_BEN_R a person is a pseudonym and rank of the claims; sex and year of birth are the
 * most frequent ones, the smaller of equals. Stays add pseudonyms that nobody knows the birth of.
 */
static hune_status ben_from_claims(hu_snds_job *job, hune_err *err) {
    static const hu_snds_id ids[] = {HU_PRS};
    char *prs;
    HUNE_TRY(hu_snds_select(job, HU_PRS, NULL, &prs, err));
    hune_status s = hu_engine_run(
        job->engine,
        hu_arena_printf(
            &job->arena,
            "CREATE TABLE ben AS WITH c AS (SELECT psa, rnk, sex, nai, dcd FROM %s), "
            "n AS (SELECT psa, rnk, nai, count(*) AS n FROM c WHERE nai > 1700 GROUP BY psa, rnk, "
            "nai), y AS (SELECT psa, rnk, first(nai ORDER BY n DESC, nai) AS nai FROM n GROUP BY "
            "psa, rnk), x AS (SELECT psa, rnk, round(avg(CASE WHEN sex IN (1, 2) THEN sex "
            "END))::BIGINT AS sex, min(dcd) AS dcd FROM c GROUP BY psa, rnk) "
            "SELECT x.psa, x.rnk, NULL::VARCHAR AS idt, NULL::VARCHAR AS ano, NULL::VARCHAR AS "
            "cdi, "
            "x.sex, y.nai, NULL::BIGINT AS moi, x.dcd, NULL::VARCHAR AS dpt, NULL::VARCHAR AS aff, "
            "NULL::DATE AS upd FROM x LEFT JOIN y ON y.psa = x.psa AND y.rnk IS NOT DISTINCT FROM "
            "x.rnk",
            prs),
        err);
    return s ? hu_snds_explain(job, ids, 1, NULL, err) : s;
}

hune_status hu_snds_persons(hu_snds_job *job, hune_err *err) {
    const bool known = hu_snds_has(job, HU_BEN) || hu_snds_has(job, HU_BEN_ARC);
    hu_tell(job->ctx, "reading the persons", 0, 0, "rows");
    HUNE_TRY(known ? ben_from_tables(job, err) : ben_from_claims(job, err));
    const char *const pairs[] = {"key", hu_sql_text(&job->arena, job->key), NULL};
    HUNE_TRY(hu_snds_run(job, "persons.sql", pairs, err));
    if (known) {
        HUNE_TRY(hu_snds_tally(job, "read", "IR_BEN_R", "ben_rejects", err));
        HUNE_TRY(hu_snds_reject(job, "IR_BEN_R", "ben_rejects", err));
    }
    HUNE_TRY(hu_engine_run(job->engine, "DROP TABLE ben_rejects", err));
    return hu_engine_i64(job->engine, "SELECT count(*) FROM person", &job->sum.persons, err);
}

hune_status hu_snds_drugs(hu_snds_job *job, hune_err *err) {
    static const hu_snds_id ids[] = {HU_DRUGS};
    char *drugs;
    HUNE_TRY(hu_snds_select(job, HU_DRUGS, NULL, &drugs, err));
    const hune_status s = hu_engine_run(
        job->engine,
        hu_arena_printf(&job->arena,
                        "CREATE TABLE drug_rows AS SELECT * REPLACE (regexp_replace(c13, '[.]0+$', "
                        "'') AS c13, regexp_replace(c07, '[.]0+$', '') AS c07, regexp_replace(ucd, "
                        "'[.]0+$', '') AS ucd), CASE WHEN c13 IS NULL THEN 'no_code' END AS why "
                        "FROM %s",
                        drugs),
        err);
    if (s) return hu_snds_explain(job, ids, 1, NULL, err);
    if (hu_snds_has(job, HU_DRUGS)) {
        HUNE_TRY(hu_snds_verify(job, HU_DRUGS, NULL, "drug_rows", err));
        HUNE_TRY(hu_snds_tally(job, "read", "IR_PHA_R", "drug_rows", err));
        HUNE_TRY(hu_snds_reject(job, "IR_PHA_R", "drug_rows", err));
    }
    return hu_snds_run(job, "drugs.sql", NULL, err);
}
