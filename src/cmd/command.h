#ifndef CXD_CMD_COMMAND_H
#define CXD_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"

/* What a subcommand takes, as a table: from it come the parsing (getopt_long), the checks, the text of --help, the
 * completions of shells (completion.c) and the synopsis of cxd(8). A new subcommand is a file with its struct command,
 * and a line in commands.c. */

enum option_kind {
    OPTION_FLAG, /* bool */
    OPTION_TEXT, /* const char * */
    OPTION_LIST  /* struct text_list */
};

enum { TEXT_LIST_MAX = 64 };

struct text_list {
    const char *items[TEXT_LIST_MAX];
    size_t count;
};

struct option_spec {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    enum option_kind kind;
    size_t offset;              /* of the member in the command's options struct */
    const char *argument;       /* how --help calls the value, FILE and DIR being paths; NULL for a flag */
    const char *text;           /* of --help, one line */
    const char *const *choices; /* the values that are taken, NULL at the end; NULL: any */
};

/* Where the daemon is and who asks: options of every command that speaks to it. */
struct client_options {
    const char *config;
    const char *url;
    const char *key;
    const char *key_file;
    bool is_quiet; /* the daemon may not be there yet: it will be asked again */
    bool is_told;  /* what is wrong in the configuration was said before */
};

struct command;
struct call_spec;

/* A command as it was called. */
struct invocation {
    const struct command *command;
    const struct command *root; /* the group of all commands */
    const void *options;        /* the command's own struct */
    struct client_options client;
    char **operands;
    int count;
};

enum { COMMAND_OPTIONS_SIZE = 2048 }; /* of the largest such struct */

struct command {
    const char *name;     /* with those of the groups that it is in: "survey put" */
    const char *operands; /* "SLUG FILE", "[SURVEY]", "bash|zsh|fish", or "" */
    const char *summary;  /* a line */
    const char *text;     /* paragraphs of --help; NULL: the summary is all */
    const char *example;  /* lines of --help, without indent */
    const struct option_spec *options;
    size_t option_count;
    int operands_min, operands_max;
    bool is_client;                                  /* takes the options of client_options too */
    const struct call_spec *call;                    /* of call.h, for call_run */
    int (*run)(const struct invocation *invocation); /* an exit code; NULL: a group that is nothing by itself */
    const struct command *const *commands;           /* of a group, NULL at the end; NULL: no group */
};

/* commands.c: what `cxd` itself is, the group of all commands. */
extern const struct command cmd_cxd;

extern const struct command cmd_serve, cmd_status, cmd_score, cmd_trend, cmd_segments, cmd_questions, cmd_terms,
    cmd_movement, cmd_plan, cmd_journey, cmd_post, cmd_survey, cmd_comments, cmd_live, cmd_export, cmd_import,
    cmd_suspects, cmd_alerts, cmd_invite, cmd_login, cmd_key, cmd_signing_key, cmd_retention, cmd_audit, cmd_backup,
    cmd_check, cmd_rebuild, cmd_schema, cmd_completion;
/* alerts.c */
extern const struct command cmd_alert;
/* backup.c */
extern const struct command cmd_restore;
/* schema.c */
extern const struct command cmd_migrate;
/* command.c */

/* Prints "cxd NAME: …" and the hint to --help on stderr; EXIT_USAGE. */
int command_usage(const struct command *command, const char *format, ...) CXD_PRINTF(2, 3);

/* Prints "cxd NAME: TEXT" on stderr, where TEXT may hold what a terminal would obey. */
void command_complain(const struct command *command, const char *text);

/* Runs the command, or the one of its group that argv[1] names: reads argv (argv[0] is the command) by its table,
 * prints the help or says what is wrong with the line, else calls `run`. Every text is checked to be UTF-8. An exit
 * code. */
int command_run(const struct command *root, const struct command *command, int argc, char **argv);

/* The command's name without those of its groups. */
const char *command_word(const struct command *command);

/* The options that every client takes, of struct client_options; then --help, which every command takes. */
const struct option_spec *command_client_options(size_t *ret_count);
extern const struct option_spec command_help_option;

/* The form of the output. The struct of options of a command that has a choice begins with it. */
struct output_options {
    bool json, csv; /* never both */
};

/* Options that several commands have. What only reads has both forms of output, OPTIONS_OUTPUT. */
#define OPTION_VALUE(name, letter, offset, argument, text)                                                             \
    { (name), (letter), OPTION_TEXT, (offset), (argument), (text), NULL }
#define OPTION_VALUES(name, letter, offset, argument, text)                                                            \
    { (name), (letter), OPTION_LIST, (offset), (argument), (text), NULL }
#define OPTION_JSON(offset)                                                                                            \
    { "json", 'j', OPTION_FLAG, (offset), NULL, "print the daemon's reply", NULL }
#define OPTION_CSV(offset)                                                                                             \
    { "csv", 0, OPTION_FLAG, (offset), NULL, "print CSV with a header, for a spreadsheet", NULL }
#define OPTIONS_OUTPUT(offset)                                                                                         \
    OPTION_JSON((offset) + offsetof(struct output_options, json)),                                                     \
        OPTION_CSV((offset) + offsetof(struct output_options, csv))
#define OPTION_CONFIG(offset)                                                                                          \
    { "config", 'c', OPTION_TEXT, (offset), "FILE", "configuration of the daemon (see cxd.conf(5))", NULL }
#define OPTION_QUIET(offset)                                                                                           \
    { "quiet", 'q', OPTION_FLAG, (offset), NULL, "show no progress, and print nothing where all is well", NULL }

/* Of struct output_options, where there are no others. */
extern const struct option_spec command_json_option[1], command_output_options[2];

struct buffer;

/* body.c: appends the member "properties" of a list of KEY=VALUE, or nothing for an empty one. EXIT_OK, or EXIT_USAGE
 * after a complaint. */
int command_append_properties(const struct command *command, const struct text_list *list, struct buffer *body);

/* body.c: appends a file, '-' being standard input. EXIT_OK, or EXIT_REFUSED after a complaint. */
CXD_NODISCARD int command_read_file(const char *path, size_t bytes_max, struct buffer *body);
/* The same into an empty body, of a file that says something. */
CXD_NODISCARD int command_read_definition(const char *path, size_t bytes_max, struct buffer *body);

#endif
