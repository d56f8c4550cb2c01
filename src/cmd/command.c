/* The front of every subcommand that is a client: from argv to a struct of options by the command's table, and the other way to
 * the text of --help. What is wrong with the command line is said here, with exit code 2. */

#include "cmd/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

enum { OPTIONS_MAX = 32, LONG_BASE = 256 };

static const struct option_spec client_specs[] = {
    {"config", 'c', OPTION_TEXT, offsetof(struct client_options, config), "FILE",
     "configuration that says where the daemon is", NULL},
    {"url", 0, OPTION_TEXT, offsetof(struct client_options, url), "URL", "address of the daemon (or CXD_URL)",
     NULL},
    {"key", 0, OPTION_TEXT, offsetof(struct client_options, key), "KEY", "API key (or CXD_KEY)", NULL},
    {"key-file", 0, OPTION_TEXT, offsetof(struct client_options, key_file), "FILE",
     "file whose first line is the API key", NULL},
};

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

int command_usage(const struct command *command, const char *format, ...) {
    va_list arguments;

    fprintf(stderr, "cxd %s: ", command->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'cxd %s --help'.\n", command->name);
    return EXIT_USAGE;
}

static void print_option(const struct option_spec *spec) {
    char left[64];

    snprintf(left, sizeof left, "%s%c%s --%s%s%s", spec->letter ? "-" : " ",
             spec->letter ? spec->letter : ' ', spec->letter ? "," : " ", spec->name,
             spec->argument ? " " : "", spec->argument ? spec->argument : "");
    printf("  %-34s  %s\n", left, spec->text);
}

static void print_help(const struct command *command) {
    const char *line = command->example;
    static const struct option_spec help = {"help", 'h', OPTION_FLAG, 0, NULL, "print this help", NULL};

    printf("usage: cxd %s [OPTION]...%s%s\n\n%s\n", command->name, *command->operands ? " " : "",
           command->operands, command->summary);
    if (command->text)
        printf("\n%s\n", command->text);
    printf("\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i]);
    for (size_t i = 0; command->is_client && i < CXD_COUNT(client_specs); i++)
        print_option(&client_specs[i]);
    print_option(&help);
    printf("\nExample:\n");
    while (line && *line) {
        size_t length = strcspn(line, "\n");

        printf("  %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void add_slots(struct parser *parser, const struct option_spec *specs, size_t count, void *base) {
    for (size_t i = 0; i < count && parser->count < OPTIONS_MAX; i++) {
        size_t at = parser->count++;
        size_t length = strlen(parser->shorts);

        parser->slots[at] = (struct slot){&specs[i], (char *)base + specs[i].offset};
        parser->longs[at] = (struct option){
            specs[i].name, specs[i].argument ? required_argument : no_argument, NULL, LONG_BASE + (int)at};
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
    for (size_t i = 0; i < parser->count; i++) {
        if (parser->slots[i].spec->letter == code)
            return &parser->slots[i];
    }
    return NULL;
}

static bool is_choice(const struct option_spec *spec, const char *value) {
    if (!spec->choices)
        return true;
    for (size_t i = 0; spec->choices[i]; i++) {
        if (strcmp(spec->choices[i], value) == 0)
            return true;
    }
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

/* getopt has stopped at an option it cannot take: ':' lacks its value, '?' is unknown, ambiguous, or takes none. */
static int complain(const struct parser *parser, int code, char **argv) {
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};

    if (strncmp(word, "--", 2) != 0 && optopt > 0 && optopt < LONG_BASE)
        word = letter;
    if (code == ':')
        return command_usage(parser->command, "the option '%s' needs a value", word);
    if (optopt >= LONG_BASE || optopt == 'h')
        return command_usage(parser->command, "the option '%s' takes no value", word);
    return command_usage(parser->command, "there is no option '%s'", word);
}

static int check_operands(const struct command *command, char **operands, int count) {
    if (count < command->operands_min)
        return command_usage(command, "an argument is missing: %s", command->operands);
    if (count > command->operands_max)
        return command_usage(command, "one argument too many: '%s'", operands[command->operands_max]);
    for (int i = 0; i < count; i++) {
        if (utf8_count(operands[i]) == SIZE_MAX)
            return command_usage(command, "argument %d is not valid UTF-8", i + 1);
    }
    return COMMAND_GO_ON;
}

int command_parse(const struct command *command, int argc, char **argv, void *options,
                  struct client_options *client, char ***ret_operands, int *ret_count) {
    struct parser parser = {.command = command, .shorts = ":h"};
    int code, result;

    add_slots(&parser, command->options, command->option_count, options);
    if (command->is_client)
        add_slots(&parser, client_specs, CXD_COUNT(client_specs), client);
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
            return complain(&parser, code, argv);
        result = store_option(&parser, slot, optarg);
        if (result != COMMAND_GO_ON)
            return result;
    }
    *ret_operands = argv + optind;
    *ret_count = argc - optind;
    return check_operands(command, *ret_operands, *ret_count);
}

static void print_group(FILE *out, const char *group, const char *summary, const struct command *commands,
                        size_t count) {
    fprintf(out, "usage: cxd %s COMMAND\n\n%s\n\nCommands:\n", group, summary);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  cxd %s%s%s\n      %s\n", commands[i].name, *commands[i].operands ? " " : "",
                commands[i].operands, commands[i].summary);
    fprintf(out, "\n'cxd %s COMMAND --help' tells the options of one.\n\nExample:\n  %s\n", group,
            commands[0].example);
}

int command_group(const char *group, const char *summary, const struct command *commands, size_t count,
                  int argc, char **argv) {
    size_t skip = strlen(group) + 1;

    for (size_t i = 0; argc > 1 && i < count; i++) {
        if (strcmp(commands[i].name + skip, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_group(stdout, group, summary, commands, count);
        return EXIT_OK;
    }
    if (argc > 1)
        fprintf(stderr, "cxd %s: there is no command '%s'\n", group, argv[1]);
    else
        fprintf(stderr, "cxd %s: a command is missing\n", group);
    fprintf(stderr, "Try 'cxd %s --help'.\n", group);
    return EXIT_USAGE;
}
