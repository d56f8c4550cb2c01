/* Every subcommand, in the order of the help. The command line of the binary begins here. */

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cxd/cmd/cmd.h"

/* cxd help, cxd help score, cxd help survey put. */
static int run_help(const struct invocation *invocation) {
    char itself[] = "cxd", option[] = "--help";
    char *words[5] = {itself};

    for (int i = 0; i < invocation->count; i++)
        words[i + 1] = invocation->operands[i];
    words[invocation->count + 1] = option;
    return command_run(invocation->root, invocation->root, invocation->count + 2, words);
}

static const struct command cmd_help = {
    .name = "help",
    .operands = "[COMMAND]...",
    .summary = "Prints the help of a command, or of all.",
    .example = "cxd help survey put",
    .operands_max = 2,
    .run = run_help,
};

static const struct command *const commands[] = {
    &cmd_serve,    &cmd_status,      &cmd_score,     &cmd_trend,      &cmd_segments, &cmd_questions, &cmd_terms,
    &cmd_movement, &cmd_journey,     &cmd_plan,      &cmd_post,       &cmd_survey,   &cmd_comments,  &cmd_live,
    &cmd_export,   &cmd_import,      &cmd_suspects,  &cmd_alerts,     &cmd_alert,    &cmd_invite,    &cmd_login,
    &cmd_key,      &cmd_signing_key, &cmd_retention, &cmd_audit,      &cmd_backup,   &cmd_restore,   &cmd_check,
    &cmd_rebuild,  &cmd_schema,      &cmd_migrate,   &cmd_completion, &cmd_help,     NULL,
};

const struct command cmd_cxd = {
    .name = "",
    .operands = "",
    .summary = "Collects survey responses (NPS, CSAT, CES) over HTTP and answers with exact scores.",
    .example = "cxd post nps 9 --comment \"Quick and clear\"\ncxd score nps",
    .commands = commands,
};

int cmd_main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("cxd %s\n", CXD_VERSION);
        return EXIT_OK;
    }
    return command_run(&cmd_cxd, &cmd_cxd, argc, argv);
}
