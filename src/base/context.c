/* context.c - threads, memory, progress and the wish to stop. */
#include <string.h>
#include <unistd.h>
#include "base/base.h"

#define DEFAULT_MEMORY ((int64_t)2 << 30)

const char *hune_version(void) {
    return HUNE_VERSION;
}

void hune_context_init(hune_context *ctx) {
    memset(ctx, 0, sizeof *ctx);
    ctx->size = sizeof *ctx;
}

int hu_threads(const hune_context *ctx) {
    if (ctx && ctx->threads > 0) return ctx->threads;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (int)cores : 1;
}

int64_t hu_memory_bytes(const hune_context *ctx) {
    return ctx && ctx->memory_bytes > 0 ? ctx->memory_bytes : DEFAULT_MEMORY;
}

bool hu_cancelled(const hune_context *ctx) {
    return ctx && ctx->cancel && *ctx->cancel;
}

hune_status hu_check_cancel(const hune_context *ctx, hune_err *err) {
    if (!hu_cancelled(ctx)) return HUNE_OK;
    return hune_fail(err, HUNE_ECANCEL,
                     "stopped on request; nothing was left under the output's name");
}

void hu_tell(const hune_context *ctx, const char *step, int64_t done, int64_t total,
             const char *unit) {
    if (!ctx || !ctx->progress) return;
    const hune_progress p = {step, done, total, unit};
    ctx->progress(ctx->progress_data, &p);
}
