/* A build tool: cxd.conf(5), from docs/cxd.conf.5.in on standard input and the table of src/config/options.def.
 *
 * In the template a section has a list with entries for the options of which there is more to say than the table does:
 * such an entry stands for the table's text. Names, order, values and defaults are always the table's, and options and
 * sections that the template leaves out are put in. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option.h"

enum { LINE_SIZE = 1024, ENTRIES_MAX = 64, PROSE_SIZE = 8192, SECTIONS_MAX = 64 };

struct entry {
    char key[64];
    char prose[PROSE_SIZE];
    bool is_used;
};

static void die(const char *what, const char *name) {
    fprintf(stderr, "manual: %s: %s\n", what, name);
    exit(1);
}

/* --- Text as mdoc: a sentence a line, nothing taken for a request --- */

static bool ends_sentence(const char *word, size_t length) {
    return word[length - 1] == '.' && word[length] == ' ' && isupper((unsigned char)word[length + 1]);
}

static void print_word(const char *word, size_t length, bool is_first) {
    if (is_first && (*word == '.' || *word == '\''))
        fputs("\\&", stdout);
    for (size_t i = 0; i < length; i++)
        if (word[i] == '\\')
            fputs("\\e", stdout);
        else
            putchar(word[i]);
}

static void print_text(const char *text) {
    size_t column = 0;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (column > 0 && column + 1 + length > 76) {
            putchar('\n');
            column = 0;
        }
        if (column > 0)
            putchar(' ');
        print_word(text, length, column == 0);
        column += length + 1;
        if (ends_sentence(text, length)) {
            putchar('\n');
            column = 0;
        }
        text += length + (text[length] == ' ');
    }
    if (column > 0)
        putchar('\n');
}

/* --- The template --- */

static void print_option(const struct option *option, struct entry *entries, size_t count) {
    const struct entry *said = NULL;
    char takes[OPTION_TAKES_SIZE], sentence[OPTION_TAKES_SIZE + 40];

    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].key, option->key) == 0) {
            entries[i].is_used = true;
            said = &entries[i];
        }
    }
    printf(".It Cm %s\n", option->key);
    if (said)
        fputs(said->prose, stdout);
    else
        print_text(option->text);
    snprintf(sentence, sizeof sentence, "Takes %s.%s", option_takes(option, takes),
             option->is_live ? " Read again on SIGHUP." : "");
    print_text(sentence);
    if (*option->fallback)
        printf("Default:\n.Li \\&%s .\n", option->fallback);
    else
        puts("Default: empty.");
}

/* Everything of a section, with the entries that its template has. */
static void print_options(const char *section, struct entry *entries, size_t count) {
    puts(".Bl -tag -width Ds");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(OPTIONS[i].section, section) == 0)
            print_option(&OPTIONS[i], entries, count);
    puts(".El");
    for (size_t i = 0; i < count; i++)
        if (!entries[i].is_used)
            die("docs/cxd.conf.5.in describes an option that is not", entries[i].key);
}

static bool read_line(char line[LINE_SIZE]) {
    return fgets(line, LINE_SIZE, stdin);
}

/* The entries of a list, up to its end. What it says of a default is the table's to say. */
static size_t read_entries(struct entry *entries) {
    char line[LINE_SIZE];
    size_t count = 0;
    bool is_default = false;
    int depth = 1;

    while (read_line(line)) {
        if (strncmp(line, ".Bl", 3) == 0)
            depth++;
        if (strncmp(line, ".El", 3) == 0 && --depth == 0)
            return count;
        if (depth == 1 && strncmp(line, ".It Cm ", 7) == 0) {
            if (count == ENTRIES_MAX)
                die("too many options in a section", line);
            memset(&entries[count], 0, sizeof entries[count]);
            snprintf(entries[count].key, sizeof entries[count].key, "%.*s", (int)strcspn(line + 7, " \n"), line + 7);
            count++;
            is_default = false;
            continue;
        }
        if (strncmp(line, "Default:", 8) == 0)
            is_default = true;
        if (count == 0 || strlen(entries[count - 1].prose) + strlen(line) >= PROSE_SIZE)
            die("a list of options does not begin with one, or one is too long", line);
        if (!is_default)
            strcat(entries[count - 1].prose, line);
    }
    die("a list does not end", "docs/cxd.conf.5.in");
    return 0;
}

struct sections {
    const char *names[SECTIONS_MAX];
    size_t count;
};

static bool add_section(struct sections *seen, const char *name) {
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->names[i], name) == 0)
            return false;
    if (seen->count == SECTIONS_MAX)
        die("too many sections", name);
    seen->names[seen->count++] = name;
    return true;
}

static void print_missing_sections(struct sections *seen) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!add_section(seen, OPTIONS[i].section))
            continue;
        printf(".Ss %s section\n", OPTIONS[i].section);
        print_options(OPTIONS[i].section, NULL, 0);
    }
}

static const char *section_named(const char *line) {
    size_t length = strcspn(line, " \n");

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(OPTIONS[i].section) == length && strncmp(OPTIONS[i].section, line, length) == 0)
            return OPTIONS[i].section;
    die("docs/cxd.conf.5.in describes a section that is not", line);
    return NULL;
}

int main(void) {
    static struct entry entries[ENTRIES_MAX];
    struct sections seen = {.count = 0};
    const char *section = NULL;
    char line[LINE_SIZE];

    while (read_line(line)) {
        if (section && strncmp(line, ".Bl -tag", 8) == 0) {
            print_options(section, entries, read_entries(entries));
            section = NULL;
            continue;
        }
        if (section && (strncmp(line, ".Ss ", 4) == 0 || strncmp(line, ".Sh ", 4) == 0)) {
            print_options(section, NULL, 0);
            section = NULL;
        }
        if (strncmp(line, ".Ss ", 4) == 0) {
            section = section_named(line + 4);
            (void)add_section(&seen, section);
        } else if (strncmp(line, ".Sh FILES", 9) == 0) {
            print_missing_sections(&seen);
        }
        fputs(line, stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
