/* The commented sample that `cxd serve --print-config` prints: the option table, read aloud. */

#include <stdio.h>
#include <string.h>

#include "config/option.h"

enum { WIDTH = 100 };

static const char HEAD[] =
    "# cxd.conf: configuration of cxd, the daemon that collects and scores survey responses.\n"
    "#\n"
    "# Every option is shown with its default. An option may be given once in a file; an unknown section or\n"
    "# key is an error. A value ends with its line, or at a blank followed by a semicolon ( ; the rest is a\n"
    "# comment). Lines that begin with # or ; are comments. Other lines have at most 199 bytes.\n"
    "#\n"
    "# Files named *.conf in the directory conf.d beside this file are read after it, in the order of their\n"
    "# names, and then the environment: CXD_SERVER_LISTEN sets [server] listen, and so on for every "
    "option.\n"
    "#\n"
    "# On SIGHUP cxd reads all of it again and takes over what is marked so below; the rest waits for a\n"
    "# restart. If anything in it is not valid, nothing changes.\n";

/* Prints words as comment lines of at most WIDTH columns. */
static void print_wrapped(FILE *out, const char *text) {
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column == 0 || column + 1 + word > WIDTH) {
            fputs(column ? "\n#" : "#", out);
            column = 1;
        }
        fprintf(out, " %.*s", (int)word, text);
        column += 1 + word;
        text += word;
        text += *text == ' ';
    }
    fputc('\n', out);
}

void config_print_sample(FILE *out) {
    const char *section = "";
    char takes[OPTION_TAKES_SIZE];
    fputs(HEAD, out);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &OPTIONS[i];
        if (strcmp(section, option->section) != 0) {
            section = option->section;
            fprintf(out, "\n[%s]\n", section);
        }
        fputc('\n', out);
        print_wrapped(out, option->text);
        fprintf(out, "# Takes %s.%s\n", option_takes(option, takes), option->is_live ? " Read again on SIGHUP." : "");
        fprintf(out, "#%s =%s%s\n", option->key, *option->fallback ? " " : "", option->fallback);
    }
}
