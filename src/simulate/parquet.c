/* parquet.c - --format parquet: every raw CSV file into a Parquet file of the same name, all
 * columns as the text that they are. */
#include <stdio.h>
#include <string.h>
#include "engine/engine.h"
#include "simulate/sim.h"

static hune_status convert(hu_engine *e, hu_arena *a, const char *folder, const char *name,
                           hune_err *err) {
    char csv[1200], parquet[1200], sql[5000];
    snprintf(csv, sizeof csv, "%s/%s", folder, name);
    snprintf(parquet, sizeof parquet, "%s/%.*s.parquet", folder, (int)strlen(name) - 4, name);
    const char *from = hu_sql_text(a, csv), *to = hu_sql_text(a, parquet);
    if (!from || !to) return hune_fail(err, HUNE_ENOMEM, "no memory for '%s'", name);
    snprintf(sql, sizeof sql,
             "COPY (SELECT * FROM read_csv(%s, delim = ';', header = true, all_varchar = true)) TO "
             "%s (FORMAT parquet)",
             from, to);
    HUNE_TRY(hu_engine_run(e, sql, err));
    if (!remove(csv)) return HUNE_OK;
    return hune_fail(err, HUNE_EIO, "cannot remove '%s'", csv);
}

hune_status hu_to_parquet(const char *folder, const hune_context *ctx, hune_err *err) {
    hu_engine *e = NULL;
    hu_arena a = {0};
    char **names;
    size_t n;
    hune_status s = hu_list_files(folder, &a, &names, &n, err);
    if (!s)
        s = hu_engine_open(hu_threads(ctx), hu_memory_bytes(ctx), folder, ctx ? ctx->cancel : NULL,
                           &e, err);
    for (size_t i = 0; !s && i < n; i++) {
        if (!hu_ends(names[i], ".csv") || hu_starts(names[i], "sim_truth/")) continue;
        hu_tell(ctx, "writing Parquet", (int64_t)i, (int64_t)n, "files");
        s = convert(e, &a, folder, names[i], err);
    }
    hu_engine_close(e);
    hu_arena_clear(&a);
    return s;
}
