/* cli.h - what the front end's own files share. */
#ifndef HU_CLI_H
#define HU_CLI_H
#include "opts.h"

/* Parse, check the common options, run. Returns the exit status. */
int hu_run_command(const hu_command *c, int argc, char **argv, hune_context *ctx);

/* Progress on a terminal's standard error; NULL when it is not a terminal. */
typedef struct hu_terminal {
    double started, step_started, last;
    int64_t shown_done;
    char step[200];
} hu_terminal;
bool hu_terminal_is_live(void);
void hu_terminal_progress(void *data, const hune_progress *p);
/* Wipe the progress line, so that what follows starts on a clean one. Quiet in a pipe. */
void hu_terminal_clear(void);

#endif
