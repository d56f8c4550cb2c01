/* cxd completion: what a shell needs to complete command lines of cxd, printed from the table of commands. Each shell's
 * script begins with what is the same for every table (in completion_text.c) and ends with the table. */

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/completion.h"
#include "cxd/cmd/cmd.h"

/* What a line is about when a word is completed: a command, or one whose help is asked for ("help survey"). */
struct place {
    const struct command *root; /* the group of all commands */
    const struct command *command;
    bool is_topic;
};

typedef void show_place(const struct place *place);

static bool is_help(const struct place *place) {
    return strncmp(place->command->operands, "[COMMAND]", 9) == 0 && !place->is_topic;
}

static const struct command *const *nested_of(const struct place *place) {
    return is_help(place) ? place->root->commands : place->command->commands;
}

static void visit(const struct place *place, show_place *show) {
    show(place);
    for (const struct command *const *at = nested_of(place); at && *at; at++)
        visit(&(struct place){place->root, *at, place->is_topic || is_help(place)}, show);
}

static void visit_all(const struct command *root, show_place *show) {
    visit(&(struct place){root, root, false}, show);
}

/* "survey put", "help survey put"; with '_' for what cannot stand in the name of a function if `is_name`. */
static void print_path(const struct place *place, bool is_name) {
    char blank = is_name ? '_' : ' ';

    if (place->is_topic)
        printf("help%c", blank);
    for (const char *at = place->command->name; *at; at++)
        putchar(is_name && (*at == ' ' || *at == '-') ? '_' : *at);
}

static const struct option_spec version_option = {"version", 0, OPTION_FLAG, 0, NULL, "print the version", NULL};

/* The nth option that a place takes, or NULL. */
static const struct option_spec *option_at(const struct place *place, size_t number) {
    size_t own = place->command->option_count, clients;
    const struct option_spec *client = command_client_options(&clients);

    if (place->is_topic)
        return NULL;
    if (!place->command->is_client)
        clients = 0;
    if (number < own)
        return &place->command->options[number];
    if (number < own + clients)
        return &client[number - own];
    if (number == own + clients)
        return &command_help_option;
    return number == own + clients + 1 && place->command == place->root ? &version_option : NULL;
}

/* What is typed for "FILE", "[SURVEY]", "bash|zsh|fish", by the name that the help gives it. */
enum value_kind { VALUE_ANY, VALUE_FILE, VALUE_DIRECTORY, VALUE_CHOICE };

static enum value_kind kind_of(const char *name, size_t length) {
    if (length == 4 && strncmp(name, "FILE", 4) == 0)
        return VALUE_FILE;
    if (length == 3 && strncmp(name, "DIR", 3) == 0)
        return VALUE_DIRECTORY;
    return memchr(name, '|', length) ? VALUE_CHOICE : VALUE_ANY;
}

/* The next operand of "SLUG [FILE]...", without brackets and dots: moves *at on, and returns its beginning, or NULL
 * after the last. None where commands are asked for. */
static const char *next_operand(const struct place *place, const char **at, size_t *ret_length) {
    const char *begin = *at + strspn(*at, " [");
    size_t length = strcspn(begin, " ].");

    if (length == 0 || place->is_topic || is_help(place))
        return NULL;
    *at = begin + strcspn(begin, " ");
    *ret_length = length;
    return begin;
}

/* Within single quotes; `escape` is what a quote becomes. In the set `special` each gets a backslash before. */
static void print_quoted(const char *text, size_t length, const char *escape, const char *special) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'') {
            fputs(escape, stdout);
            continue;
        }
        if (strchr(special, text[i]))
            putchar('\\');
        putchar(text[i]);
    }
}

static void print_choices(const char *name, size_t length) {
    for (size_t i = 0; i < length; i++)
        putchar(name[i] == '|' ? ' ' : name[i]);
}

/* A value or an operand, by what a shell is told of each kind; of a choice, what stands before it and behind. */
struct value_texts {
    const char *any, *file, *directory, *choice, *choice_end;
};

static void print_value(const struct value_texts *texts, const char *name, size_t length) {
    enum value_kind kind = kind_of(name, length);

    fputs(kind == VALUE_FILE        ? texts->file
          : kind == VALUE_DIRECTORY ? texts->directory
          : kind == VALUE_CHOICE    ? texts->choice
                                    : texts->any,
          stdout);
    if (kind == VALUE_CHOICE) {
        print_choices(name, length);
        fputs(texts->choice_end, stdout);
    }
}

/* --- bash --- */

static const struct value_texts BASH_VALUES = {"", "@file", "@directory", "", ""};

static void bash_place(const struct place *place) {
    const struct option_spec *spec;
    const char *at = place->command->operands, *operand;
    size_t length;

    fputs("    '", stdout);
    print_path(place, false);
    fputs("')\n        commands='", stdout);
    for (const struct command *const *nested = nested_of(place); nested && *nested; nested++)
        printf("%s ", command_word(*nested));
    fputs("'\n        options='", stdout);
    for (size_t i = 0; (spec = option_at(place, i)); i++) {
        printf("--%s ", spec->name);
        if (spec->letter)
            printf("-%c ", spec->letter);
    }
    fputs("'\n        operands=(", stdout);
    while ((operand = next_operand(place, &at, &length))) {
        fputs("'", stdout);
        print_value(&BASH_VALUES, operand, length);
        fputs("' ", stdout);
    }
    fputs(")\n        ;;\n", stdout);
}

static void bash_place_values(const struct place *place) {
    const struct option_spec *spec;

    for (size_t i = 0; (spec = option_at(place, i)); i++) {
        if (!spec->argument)
            continue;
        printf("    '%s --%s'", place->command->name, spec->name);
        if (spec->letter)
            printf(" | '%s -%c'", place->command->name, spec->letter);
        fputs(") values='", stdout);
        print_value(&BASH_VALUES, spec->argument, strlen(spec->argument));
        fputs("' ;;\n", stdout);
    }
}

static void print_bash(const struct command *root) {
    fputs(completion_bash, stdout);
    fputs("\n# The words that may follow a command.\n_cxd_place() {\n    case $1 in\n", stdout);
    visit_all(root, bash_place);
    fputs("    esac\n}\n\n# \"COMMAND OPTION\": what its value is; 1 if it takes none.\n_cxd_value() {\n    "
          "case $1 in\n",
          stdout);
    visit_all(root, bash_place_values);
    fputs("    *) return 1 ;;\n    esac\n}\n\ncomplete -F _cxd cxd\n", stdout);
}

/* --- zsh --- */

static void zsh_value(const char *name, size_t length) {
    static const struct value_texts texts = {": ", ":_files", ":_files -/", ":(", ")"};

    fputs(":", stdout);
    print_quoted(name, length, "'\\''", ":[]\\");
    print_value(&texts, name, length);
}

static void zsh_option(const struct option_spec *spec) {
    const char *mark = spec->argument ? "=" : "";

    fputs("        ", stdout);
    if (spec == &command_help_option || spec == &version_option)
        fputs("'(- : *)'", stdout);
    else if (spec->kind == OPTION_LIST)
        fputs("'*'", stdout);
    else if (spec->letter)
        printf("'(-%c --%s)'", spec->letter, spec->name);
    if (spec->letter)
        printf("{-%c%s,--%s%s}'[", spec->letter, spec->argument ? "+" : "", spec->name, mark);
    else
        printf("'--%s%s[", spec->name, mark);
    print_quoted(spec->text, strlen(spec->text), "'\\''", ":[]\\");
    fputs("]", stdout);
    if (spec->argument)
        zsh_value(spec->argument, strlen(spec->argument));
    fputs("' \\\n", stdout);
}

/* The commands of a place, with what they do; and a function that passes the line on to them. */
static void zsh_nested(const struct place *place) {
    printf("_cxd_commands_");
    print_path(place, true);
    fputs("() {\n    local -a commands=(\n", stdout);
    for (const struct command *const *at = nested_of(place); *at; at++) {
        printf("        '%s:", command_word(*at));
        print_quoted((*at)->summary, strlen((*at)->summary), "'\\''", "\\");
        fputs("'\n", stdout);
    }
    fputs("    )\n    _describe -t commands command commands\n}\n\n", stdout);
}

static void zsh_place(const struct place *place) {
    const struct option_spec *spec;
    const char *at = place->command->operands, *operand;
    size_t length;
    bool has_nested = nested_of(place);

    if (has_nested)
        zsh_nested(place);
    printf("_cxd_at_");
    print_path(place, true);
    printf("() {\n    local curcontext=\"$curcontext\" state line\n    typeset -A opt_args\n"
           "    _arguments -C -s %s \\\n",
           has_nested ? "-A '-*'" : "-S");
    for (size_t i = 0; (spec = option_at(place, i)); i++)
        zsh_option(spec);
    for (int number = 1; !has_nested && (operand = next_operand(place, &at, &length)); number++) {
        printf("        '%d", number);
        zsh_value(operand, length);
        fputs("' \\\n", stdout);
    }
    if (has_nested) {
        fputs("        '1:command:_cxd_commands_", stdout);
        print_path(place, true);
        fputs("' \\\n        '*::argument:->rest' \\\n", stdout);
    }
    fputs("        && return 0\n", stdout);
    if (has_nested) {
        fputs("    [[ $state == rest ]] || return 1\n    case $words[1] in\n", stdout);
        for (const struct command *const *nested = nested_of(place); *nested; nested++) {
            printf("    %s) _cxd_at_", command_word(*nested));
            print_path(&(struct place){place->root, *nested, place->is_topic || is_help(place)}, true);
            fputs(" ;;\n", stdout);
        }
        fputs("    *) return 1 ;;\n    esac\n", stdout);
    } else {
        fputs("    return 1\n", stdout);
    }
    fputs("}\n\n", stdout);
}

static void print_zsh(const struct command *root) {
    fputs(completion_zsh, stdout);
    visit_all(root, zsh_place);
    fputs("if [[ $funcstack[1] == _cxd ]]; then\n    _cxd_at_ \"$@\"\nelse\n    compdef _cxd_at_ cxd\nfi\n", stdout);
}

/* --- fish --- */

static void fish_text(const char *text) {
    fputs(" -d '", stdout);
    print_quoted(text, strlen(text), "\\'", "\\");
    fputs("'", stdout);
}

static void fish_condition(const struct place *place, int operands) {
    fputs("complete -c cxd -n '__cxd_at \"", stdout);
    print_path(place, false);
    fputs("\"", stdout);
    if (operands >= 0)
        printf(" %d", operands);
    fputs("'", stdout);
}

/* `any` is for a value that only a person knows. */
static void fish_value(const char *name, size_t length, const char *any) {
    const struct value_texts texts = {any, " -r -F", " -x -a '(__fish_complete_directories)'", " -x -a '", "'"};

    print_value(&texts, name, length);
}

static void fish_place(const struct place *place) {
    const struct option_spec *spec;
    const char *at = place->command->operands, *operand;
    size_t length;

    for (const struct command *const *nested = nested_of(place); nested && *nested; nested++) {
        fish_condition(place, 0);
        printf(" -a %s", command_word(*nested));
        fish_text((*nested)->summary);
        putchar('\n');
    }
    for (size_t i = 0; (spec = option_at(place, i)); i++) {
        fish_condition(place, -1);
        if (spec->letter)
            printf(" -s %c", spec->letter);
        printf(" -l %s", spec->name);
        if (spec->argument)
            fish_value(spec->argument, strlen(spec->argument), " -x");
        fish_text(spec->text);
        putchar('\n');
    }
    for (int number = 0; (operand = next_operand(place, &at, &length)); number++) {
        if (kind_of(operand, length) == VALUE_ANY)
            continue;
        fish_condition(place, number);
        fish_value(operand, length, "");
        putchar('\n');
    }
}

static void fish_path(const struct place *place) {
    fputs(" '", stdout);
    print_path(place, false);
    fputs("'", stdout);
}

static void fish_takers(const struct place *place) {
    const struct option_spec *spec;

    for (size_t i = 0; (spec = option_at(place, i)); i++) {
        if (spec->argument)
            printf(" '%s --%s'", place->command->name, spec->name);
        if (spec->argument && spec->letter)
            printf(" '%s -%c'", place->command->name, spec->letter);
    }
}

static void print_fish(const struct command *root) {
    fputs(completion_fish, stdout);
    fputs("\nfunction __cxd_is_command\n    contains -- $argv[1]", stdout);
    visit_all(root, fish_path);
    fputs("\nend\n\nfunction __cxd_takes_value\n    contains -- $argv[1]", stdout);
    visit_all(root, fish_takers);
    fputs("\nend\n\ncomplete -c cxd -f\n", stdout);
    visit_all(root, fish_place);
}

static const struct {
    const char *shell;
    void (*print)(const struct command *root);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

static int run(const struct invocation *invocation) {
    const char *shell = invocation->operands[0];

    for (size_t i = 0; i < CXD_COUNT(shells); i++) {
        if (strcmp(shells[i].shell, shell) == 0) {
            shells[i].print(invocation->root);
            return EXIT_OK;
        }
    }
    return command_usage(invocation->command, "there are no completions for '%s': it takes %s", shell,
                         invocation->command->operands);
}

const struct command cmd_completion = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "Prints the completions for a shell.",
    .text = "A package and 'make install' put them where the shells look. By hand: 'source <(cxd completion "
            "bash)' in\n"
            "~/.bashrc; the output of zsh as _cxd in a directory of $fpath; that of fish as\n"
            "~/.config/fish/completions/cxd.fish.",
    .example = "cxd completion bash",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
