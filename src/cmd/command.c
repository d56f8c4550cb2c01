/* The front of every subcommand: from argv to a struct of options by the command's table, and the other way to
 * the text of --help. What is wrong with the command line is said here, with exit code 2. */

#include "cmd/command.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/output.h"
#include "cxd/base/nearest.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

/* COMMAND_GO_ON is no exit code: the command line was read. */
enum { OPTIONS_MAX = 32, LONG_BASE = 256, COMMAND_GO_ON = -1 };

static const struct option_spec client_specs[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct client_options, config), "FILE",
     "configuration that says where the daemon is", NULL},
    {"url", 0, OPTION_TEXT, offsetof(struct client_options, url), "URL", "address of the daemon (or CXD_URL)", NULL},
    {"key", 0, OPTION_TEXT, offsetof(struct client_options, key), "KEY", "API key (or CXD_KEY)", NULL},
    {"key-file", 0, OPTION_TEXT, offsetof(struct client_options, key_file), "FILE",
     "file whose first line is the API key", NULL},
};

const struct option_spec command_json_option[1] = {OPTION_JSON(offsetof(struct output_options, json))};
const struct option_spec command_output_options[2] = {OPTIONS_OUTPUT(0)};

const struct option_spec command_help_option = {"help", 'h', OPTION_FLAG, 0, NULL, "print this help", NULL};

const struct option_spec *command_client_options(size_t *ret_count) {
    *ret_count = CXD_COUNT(client_specs);
    return client_specs;
}

const char *command_word(const struct command *command) {
    const char *blank = strrchr(command->name, ' ');

    return blank ? blank + 1 : command->name;
}

/* One option of the line as it is parsed: the command's own first, then the client's, then --help. */
struct slot {
    const struct option_spec *spec;
    void *target;
};

struct parser {
    const struct command *command;
    struct slot slots[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 2];
    char shorts[3 + 2 * OPTIONS_MAX + 1];
    size_t count;
};

void command_complain(const struct command *command, const char *text) {
    output_line(stderr, "cxd %s: %s", command->name, text);
}

int command_usage(const struct command *command, const char *format, ...) {
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    command_complain(command, text ? text : "out of memory");
    output_line(stderr, "Try 'cxd %s --help'.", command->name);
    free(text);
    return EXIT_USAGE;
}

static void print_option(const struct option_spec *spec) {
    char left[64];

    snprintf(left, sizeof left, "%s%c%s --%s%s%s", spec->letter ? "-" : " ", spec->letter ? spec->letter : ' ',
             spec->letter ? "," : " ", spec->name, spec->argument ? " " : "", spec->argument ? spec->argument : "");
    if (strlen(left) > 34)
        printf("  %s\n%38s%s\n", left, "", spec->text);
    else
        printf("  %-34s  %s\n", left, spec->text);
}

static void print_commands(FILE *out, const struct command *group) {
    fprintf(out, "\nCommands:\n");
    for (const struct command *const *at = group->commands; *at; at++)
        fprintf(out, "  cxd %s%s%s\n      %s\n", (*at)->name, *(*at)->operands ? " " : "", (*at)->operands,
                (*at)->summary);
}

static void print_examples(FILE *out, const struct command *command) {
    const char *line = command->example;

    fprintf(out, "\nExample:\n");
    while (line && *line) {
        size_t length = strcspn(line, "\n");

        fprintf(out, "  %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void print_help(const struct command *command) {
    printf("usage: cxd %s [OPTION]...%s%s\n\n%s\n", command->name, *command->operands ? " " : "", command->operands,
           command->summary);
    if (command->text)
        printf("\n%s\n", command->text);
    if (command->commands)
        print_commands(stdout, command);
    printf("\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i]);
    for (size_t i = 0; command->is_client && i < CXD_COUNT(client_specs); i++)
        print_option(&client_specs[i]);
    print_option(&command_help_option);
    print_examples(stdout, command);
}

/* The options of a struct of `room` bytes at `base`. A table that reaches beyond it is a mistake in the program. */
static void add_slots(struct parser *parser, const struct option_spec *specs, size_t count, void *base, size_t room) {
    static const size_t sizes[] = {
        [OPTION_FLAG] = sizeof(bool), [OPTION_TEXT] = sizeof(const char *), [OPTION_LIST] = sizeof(struct text_list)};

    for (size_t i = 0; i < count; i++) {
        size_t at = parser->count++;
        size_t length = strlen(parser->shorts);

        assert(at < OPTIONS_MAX && specs[i].offset + sizes[specs[i].kind] <= room);
        parser->slots[at] = (struct slot){&specs[i], (char *)base + specs[i].offset};
        parser->longs[at] = (struct option){specs[i].name, specs[i].argument ? required_argument : no_argument, NULL,
                                            LONG_BASE + (int)at};
        if (specs[i].letter) {
            parser->shorts[length++] = specs[i].letter;
            if (specs[i].argument)
                parser->shorts[length++] = ':';
            parser->shorts[length] = '\0';
        }
    }
}

static struct slot *find_slot(struct parser *parser, int code) {
    if (code >= LONG_BASE)
        return &parser->slots[code - LONG_BASE];
    for (size_t i = 0; i < parser->count; i++)
        if (parser->slots[i].spec->letter == code)
            return &parser->slots[i];
    return NULL;
}

static bool is_choice(const struct option_spec *spec, const char *value) {
    if (!spec->choices)
        return true;
    for (size_t i = 0; spec->choices[i]; i++)
        if (strcmp(spec->choices[i], value) == 0)
            return true;
    return false;
}

static int store_option(struct parser *parser, const struct slot *slot, const char *value) {
    const struct option_spec *spec = slot->spec;
    struct text_list *list = slot->target;

    if (spec->kind == OPTION_FLAG) {
        *(bool *)slot->target = true;
        return COMMAND_GO_ON;
    }
    if (utf8_count(value) == SIZE_MAX)
        return command_usage(parser->command, "the value of --%s is not valid UTF-8", spec->name);
    if (!is_choice(spec, value))
        return command_usage(parser->command, "--%s does not take '%s': it takes %s", spec->name, value,
                             spec->argument);
    if (spec->kind == OPTION_TEXT) {
        *(const char **)slot->target = value;
        return COMMAND_GO_ON;
    }
    if (list->count == TEXT_LIST_MAX)
        return command_usage(parser->command, "--%s is given more than %d times", spec->name, TEXT_LIST_MAX);
    list->items[list->count++] = value;
    return COMMAND_GO_ON;
}

/* Of a word as it was given, perhaps with =VALUE behind it. */
static const char *nearest_option(const struct parser *parser, const char *word) {
    const char *names[OPTIONS_MAX + 1];
    size_t count = 0;
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    for (const struct option *at = parser->longs; at->name; at++)
        names[count++] = at->name;
    return nearest_word(name, names, count);
}

/* getopt has stopped at an option it cannot take: ':' lacks its value, '?' is unknown, ambiguous, or takes none. */
static int refuse_option(const struct parser *parser, int code, char **argv) {
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};

    if (strncmp(word, "--", 2) != 0 && optopt > 0 && optopt < LONG_BASE)
        word = letter;
    if (code == ':')
        return command_usage(parser->command, "the option '%s' needs a value", word);
    if (optopt >= LONG_BASE || optopt == 'h')
        return command_usage(parser->command, "the option '%s' takes no value", word);
    const char *meant = strncmp(word, "--", 2) == 0 ? nearest_option(parser, word + 2) : NULL;
    if (meant)
        return command_usage(parser->command, "there is no option '%s'; did you mean '--%s'?", word, meant);
    return command_usage(parser->command, "there is no option '%s'", word);
}

static int check_operands(const struct command *command, char **operands, int count) {
    if (count < command->operands_min)
        return command_usage(command, "an argument is missing: %s", command->operands);
    if (count > command->operands_max)
        return command_usage(command, "one argument too many: '%s'", operands[command->operands_max]);
    for (int i = 0; i < count; i++)
        if (utf8_count(operands[i]) == SIZE_MAX)
            return command_usage(command, "argument %d is not valid UTF-8", i + 1);
    return COMMAND_GO_ON;
}

static bool is_given(const struct parser *parser, const char *flag) {
    for (size_t i = 0; i < parser->count; i++)
        if (parser->slots[i].spec->kind == OPTION_FLAG && strcmp(parser->slots[i].spec->name, flag) == 0)
            return *(const bool *)parser->slots[i].target;
    return false;
}

/* Fills the invocation and gives COMMAND_GO_ON; or an exit code, after the help or a complaint was printed. */
static int parse(struct invocation *invocation, void *options, int argc, char **argv) {
    const struct command *command = invocation->command;
    struct parser parser = {.command = command, .shorts = ":h"};
    int code, result;

    add_slots(&parser, command->options, command->option_count, options, COMMAND_OPTIONS_SIZE);
    if (command->is_client)
        add_slots(&parser, client_specs, CXD_COUNT(client_specs), &invocation->client, sizeof invocation->client);
    parser.longs[parser.count] = (struct option){"help", no_argument, NULL, 'h'};

    optind = 0; /* glibc: start afresh */
    opterr = 0;
    while ((code = getopt_long(argc, argv, parser.shorts, parser.longs, NULL)) != -1) {
        const struct slot *slot = code == '?' || code == ':' ? NULL : find_slot(&parser, code);

        if (code == 'h') {
            print_help(command);
            return EXIT_OK;
        }
        if (!slot)
            return refuse_option(&parser, code, argv);
        result = store_option(&parser, slot, optarg);
        if (result != COMMAND_GO_ON)
            return result;
    }
    if (is_given(&parser, "json") && is_given(&parser, "csv"))
        return command_usage(command, "--json does not go with --csv");
    invocation->operands = argv + optind;
    invocation->count = argc - optind;
    return check_operands(command, invocation->operands, invocation->count);
}

static void print_group(FILE *out, const struct command *group) {
    if (*group->name) {
        fprintf(out, "usage: cxd %s COMMAND\n\n%s\n", group->name, group->summary);
        print_commands(out, group);
        fprintf(out, "\n'cxd %s COMMAND --help' tells the options of one.\n", group->name);
    } else {
        fprintf(out, "usage: cxd COMMAND [OPTION]... [ARGUMENT]...\n\n%s\n\nCommands:\n", group->summary);
        for (const struct command *const *at = group->commands; *at; at++)
            fprintf(out, "  %-11s  %s\n", (*at)->name, (*at)->summary);
        fprintf(out, "\n'cxd COMMAND --help' or 'cxd help COMMAND' tells more; 'cxd --version' the version.\n");
    }
    print_examples(out, group);
}

static const struct command *find_nested(const struct command *group, const char *word) {
    for (const struct command *const *at = group->commands; at && *at; at++)
        if (strcmp(command_word(*at), word) == 0)
            return *at;
    return NULL;
}

static const char *nearest_nested(const struct command *group, const char *word) {
    const char *found = NULL;
    struct nearest nearest;

    nearest_begin(&nearest, word);
    for (const struct command *const *at = group->commands; at && *at; at++)
        if (nearest_try(&nearest, command_word(*at)))
            found = command_word(*at);
    return found;
}

/* Where a command should stand. */
static void refuse_word(const struct command *group, const char *word) {
    static const char *const options[] = {"--help", "--version"}; /* the latter of cxd itself */
    const char *space = *group->name ? " " : "";
    bool is_option = *word == '-';
    const char *meant = is_option ? nearest_word(word, options, *group->name ? 1 : 2) : nearest_nested(group, word);

    if (meant)
        output_line(stderr, "cxd%s%s: there is no %s '%s'; did you mean '%s'?", space, group->name,
                    is_option ? "option" : "command", word, meant);
    else if (is_option)
        output_line(stderr, "cxd%s%s: a command is missing before '%s': options stand behind it", space, group->name,
                    word);
    else
        output_line(stderr, "cxd%s%s: there is no command '%s'", space, group->name, word);
}

static int run(const struct command *root, const struct command *command, int argc, char **argv) {
    _Alignas(max_align_t) char options[COMMAND_OPTIONS_SIZE] = {0};
    struct invocation invocation = {.command = command, .root = root, .options = options};
    int result = parse(&invocation, options, argc, argv);

    return result == COMMAND_GO_ON ? command->run(&invocation) : result;
}

int command_run(const struct command *root, const struct command *command, int argc, char **argv) {
    const struct command *nested = argc > 1 ? find_nested(command, argv[1]) : NULL;
    const char *space = *command->name ? " " : "";

    if (nested)
        return command_run(root, nested, argc - 1, argv + 1);
    if (command->run)
        return run(root, command, argc, argv);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_group(stdout, command);
        return EXIT_OK;
    }
    if (argc < 2 && !*command->name) {
        print_group(stderr, command);
        return EXIT_USAGE;
    }
    if (argc > 1)
        refuse_word(command, argv[1]);
    else
        output_line(stderr, "cxd%s%s: a command is missing", space, command->name);
    output_line(stderr, "Try 'cxd%s%s --help'.", space, command->name);
    return EXIT_USAGE;
}
