/* err.c - statuses and the messages that go with them. */
#include "hune/err.h"
#include <stdarg.h>
#include <stdio.h>

hune_status hune_fail(hune_err *err, hune_status code, const char *fmt, ...) {
    if (!err) return code;
    va_list args;
    va_start(args, fmt);
    err->code = code;
    err->hint[0] = '\0';
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    return code;
}

hune_status hune_hint(hune_err *err, const char *fmt, ...) {
    if (!err) return HUNE_EBUG;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, args);
    va_end(args);
    return err->code;
}

const char *hune_status_name(hune_status code) {
    switch (code) {
    case HUNE_OK: return "ok";
    case HUNE_EARG: return "argument";
    case HUNE_ENOMEM: return "memory";
    case HUNE_EIO: return "input/output";
    case HUNE_EFORMAT: return "format";
    case HUNE_EDATA: return "data";
    case HUNE_EMATH: return "mathematics";
    case HUNE_ELIMIT: return "limit";
    case HUNE_ECANCEL: return "stopped";
    case HUNE_EBUG: return "internal error";
    }
    return "unknown status";
}
