/* internal.h - what the three files of this room share. */
#ifndef HU_ENGINE_INTERNAL_H
#define HU_ENGINE_INTERNAL_H
#include <duckdb.h>
#include "engine/engine.h"

struct hu_engine {
    duckdb_database db;
    duckdb_connection con;
    const volatile sig_atomic_t *cancel;
};

/* Turn the engine's error text and class into ours. */
hune_status hu_engine_error(duckdb_error_type type, const char *text, hune_err *err);

/* Prepare and execute one statement, watching the cancel flag between its tasks. streaming = hand
 * rows out as they are made. The caller destroys *out on HUNE_OK. */
hune_status hu_engine_execute(hu_engine *e, duckdb_prepared_statement st, bool streaming,
                              duckdb_result *out, hune_err *err);

#endif
