/* main.c - the command `hune`: picks a command, hears Ctrl-C, shows progress. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"

static const hu_command *const commands[] = {
    &hu_cmd_simulate, &hu_cmd_ingest, &hu_cmd_describe, &hu_cmd_screen,
    &hu_cmd_report,   &hu_cmd_score,  &hu_cmd_sccs,     NULL};

/* A signal handler can reach nothing else. First Ctrl-C: stop and tidy up; second: leave at once.
 */
static volatile sig_atomic_t stop_wanted;

static void on_signal(int number) {
    (void)number;
    if (stop_wanted) _exit(1);
    stop_wanted = 1;
}

static int help(FILE *to) {
    fprintf(to,
            "hune %s: a lookout over health-insurance claims\n\nusage: hune COMMAND [options]\n\n",
            hune_version());
    for (int i = 0; commands[i]; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nhune COMMAND --help tells more. hune --version prints the version.\n\n"
          "example:\n  hune simulate -o raw --persons 20000 --seed 1\n"
          "  hune ingest raw -o store --source snds\n"
          "  hune screen store -o results && hune report results\n",
          to);
    return to == stdout ? 0 : 2;
}

/* What the user typed, for manifests: "hune screen store -o results". */
static char *command_line(int argc, char **argv) {
    size_t n = 8;
    for (int i = 1; i < argc; i++) n += strlen(argv[i]) + 1;
    char *line = malloc(n), *at = line;
    if (!line) return NULL;
    at = stpcpy(at, "hune");
    for (int i = 1; i < argc; i++) {
        *at++ = ' ';
        at = stpcpy(at, argv[i]);
    }
    return line;
}

static int flushed(int status) {
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "hune: cannot write to standard output\n");
        return 1;
    }
    return status;
}

int main(int argc, char **argv) {
    if (argc < 2) return help(stderr);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return flushed(help(stdout));
    if (!strcmp(argv[1], "--version")) {
        printf("hune %s\n", hune_version());
        return flushed(0);
    }
    const hu_command *chosen = NULL;
    for (int i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, argv[1])) chosen = commands[i];
    if (!chosen) {
        fprintf(stderr, "hune: no command '%s'\n", argv[1]);
        return help(stderr);
    }

    const struct sigaction act = {.sa_handler = on_signal};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error to tell, not a silent death */

    hu_terminal terminal = {0};
    char *line = command_line(argc, argv);
    hune_context ctx;
    hune_context_init(&ctx);
    ctx.cancel = &stop_wanted;
    ctx.command_line = line;
    if (hu_terminal_is_live()) {
        ctx.progress = hu_terminal_progress;
        ctx.progress_data = &terminal;
    }
    const int status = hu_run_command(chosen, argc - 2, argv + 2, &ctx);
    free(line);
    return flushed(status);
}
