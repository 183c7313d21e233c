/* terminal.c - one line of progress that rewrites itself: step, done of total, rate, time left. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cli.h"

#define REDRAW_SECONDS 0.2

bool hu_terminal_is_live(void) {
    return isatty(STDERR_FILENO) != 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* 12345678 as 12.3M: four characters say enough while it runs. */
static const char *brief(double v, char out[16]) {
    if (v >= 1e9) snprintf(out, 16, "%.1fG", v / 1e9);
    else if (v >= 1e6) snprintf(out, 16, "%.1fM", v / 1e6);
    else if (v >= 1e4) snprintf(out, 16, "%.0fk", v / 1e3);
    else snprintf(out, 16, "%.0f", v);
    return out;
}

void hu_terminal_progress(void *data, const hune_progress *p) {
    hu_terminal *t = data;
    const double at = now();
    if (strncmp(t->step, p->step, sizeof t->step - 1) != 0) {
        snprintf(t->step, sizeof t->step, "%s", p->step);
        t->step_started = at;
        t->last = 0;
    }
    const bool finished = p->total > 0 && p->done >= p->total;
    if (at - t->last < REDRAW_SECONDS && !finished) return;
    t->last = at;

    char line[320], a[16], b[16], c[16];
    const double seconds = at - t->step_started, rate = seconds > 0 ? (double)p->done / seconds : 0;
    int n = snprintf(line, sizeof line, "%s", p->step);
    if (p->total > 0 || p->done > 0)
        n += snprintf(line + n, sizeof line - (size_t)n, "  %s", brief((double)p->done, a));
    if (p->total > 0)
        n += snprintf(line + n, sizeof line - (size_t)n, " of %s", brief((double)p->total, b));
    if (p->done > 0 && p->unit)
        n += snprintf(line + n, sizeof line - (size_t)n, " %s  %s/s", p->unit, brief(rate, c));
    if (p->total > p->done && rate > 0)
        n += snprintf(line + n, sizeof line - (size_t)n, "  %.0f s left",
                      (double)(p->total - p->done) / rate);
    fprintf(stderr, "\r\033[K%.110s", line);
    fflush(stderr);
}

void hu_terminal_clear(void) {
    if (!hu_terminal_is_live()) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
