/* The binary's front: a table of subcommands. What a subcommand does is in src/cmd/, one file each. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/cmd/cmd.h"

struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct subcommand subcommands[] = {
    {"serve", cmd_serve, "run the daemon"},
    {"score", cmd_score, "show the score of a survey, or of every survey"},
    {"post", cmd_post, "post one response"},
    {"survey", cmd_survey, "list, show, put and archive surveys"},
    {"invite", cmd_invite, "make signed links, for one answer each"},
    {"key", cmd_key, "create, list and revoke API keys"},
    {"signing-key", cmd_signing_key, "list and rotate the keys that sign invitations"},
    {"audit", cmd_audit, "list what admins did, and verify that the log is whole"},
    {"rebuild", cmd_rebuild, "recount the rollups of a stopped daemon's database"},
};

static void print_usage(FILE *out) {
    fprintf(
        out,
        "usage: cxd COMMAND [OPTION]... [ARGUMENT]...\n\n"
        "Collects survey responses (NPS, CSAT, CES) over HTTP and answers with exact scores.\n\nCommands:\n");
    for (size_t i = 0; i < CXD_COUNT(subcommands); i++)
        fprintf(out, "  %-11s  %s\n", subcommands[i].name, subcommands[i].summary);
    fprintf(out, "\n'cxd COMMAND --help' or 'cxd help COMMAND' tells more; 'cxd --version' the version.\n\n"
                 "Example:\n  cxd post nps 9 --comment \"Quick and clear\"\n  cxd score nps\n");
}

static int run_subcommand(int argc, char **argv) {
    for (size_t i = 0; i < CXD_COUNT(subcommands); i++) {
        if (strcmp(subcommands[i].name, argv[0]) == 0)
            return subcommands[i].run(argc, argv);
    }
    fprintf(stderr, "cxd: there is no command '%s'\nTry 'cxd --help'.\n", argv[0]);
    return EXIT_USAGE;
}

/* cxd help, cxd help score, cxd help survey put. */
static int run_help(int argc, char **argv) {
    char option[] = "--help";
    char *words[4] = {NULL};

    if (argc > 3) {
        fprintf(stderr, "cxd help: one argument too many: '%s'\nTry 'cxd --help'.\n", argv[3]);
        return EXIT_USAGE;
    }
    if (argc == 1) {
        print_usage(stdout);
        return EXIT_OK;
    }
    for (int i = 1; i < argc; i++)
        words[i - 1] = argv[i];
    words[argc - 1] = option;
    return run_subcommand(argc, words);
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("cxd %s\n", CXD_VERSION);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "help") == 0)
        return run_help(argc - 1, argv + 1);
    return run_subcommand(argc - 1, argv + 1);
}

int main(int argc, char **argv) {
    int result;

    setlocale(LC_CTYPE, ""); /* what a terminal can show; numbers stay as in C */
    result = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (result == EXIT_OK)
            fprintf(stderr, "cxd: cannot write the output: %s\n", strerror(errno));
        return result == EXIT_OK ? EXIT_REFUSED : result;
    }
    return result;
}
