/* A build tool: cxd(8), from docs/cxd.8.in on standard input, whose line @synopsis@ becomes a form for each command of
 * the table of src/cmd/commands.c. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"

enum { LINE_SIZE = 1024 };

/* "SLUG", "[SURVEY]", "[COMMAND]...", "bash|zsh|fish" */
static void print_operand(const char *word, size_t length) {
    bool is_optional = *word == '[';
    const char *name = word + is_optional;
    size_t name_length = strcspn(name, "] ");

    if (name_length > length)
        name_length = length;
    if (memchr(word, '|', length)) {
        fputs(".Cm", stdout);
        for (size_t i = 0; i < length; i++)
            printf(word[i] == '|' ? " | " : i == 0 ? " %c" : "%c", word[i]);
        putchar('\n');
        return;
    }
    fputs(is_optional ? ".Op Ar " : ".Ar ", stdout);
    for (size_t i = 0; i < name_length; i++)
        putchar(tolower((unsigned char)name[i]));
    puts(word[length - 1] == '.' ? " ..." : "");
}

static void print_form(const struct command *command) {
    if (command->run) {
        printf(".Nm\n.Cm %s\n.Op Ar option ...\n", command->name);
        for (const char *word = command->operands; *word; word += strspn(word, " ")) {
            size_t length = strcspn(word, " ");
            print_operand(word, length);
            word += length;
        }
    }
    for (const struct command *const *at = command->commands; at && *at; at++)
        print_form(*at);
}

int main(void) {
    char line[LINE_SIZE];

    while (fgets(line, sizeof line, stdin))
        if (strcmp(line, "@synopsis@\n") == 0)
            print_form(&cmd_cxd);
        else
            fputs(line, stdout);
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
