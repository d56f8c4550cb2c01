/* One configuration file, through libinih. Its handler is not told the line (that is an option of its build), and it
 * is lenient where cxd is strict; both are settled by handing it the file line by line: the reader counts, checks what
 * libinih would pass over, and refuses what it would cut. */

#include "config/loading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "cxd/base/nearest.h"
#include "cxd/base/utf8.h"

enum { FILE_NAME_SIZE = 120 };

struct ini {
    FILE *file;
    char name[FILE_NAME_SIZE]; /* as messages show it */
    int line;                  /* the one being read; the first is 1 */
    int failed_line;           /* that ended the reading; 0: none so far */
    int set_on[OPTION_COUNT];  /* the line on which the file has set each option */
    bool is_faulty;            /* something was said */
    bool is_astray;            /* below a section that is none: its keys are passed over with it */
    enum cxd_err failure;
    struct loading *loading;
};

static void note_fault(struct ini *ini) {
    ini->is_faulty = true;
    ini->failure = loading_fault(ini->loading);
    if (ini->failure != CXD_OK)
        ini->failed_line = ini->line;
}

#define FAIL(ini, ...)                                                                                                 \
    do {                                                                                                               \
        error_set((ini)->loading->err, ERR_CONFIG, __VA_ARGS__);                                                       \
        note_fault(ini);                                                                                               \
    } while (0)

/* A line that was passed over may have been meant to say what this option is. */
static void doubt(struct ini *ini, const char *section, const char *key) {
    const struct option *option = option_find(section, key);
    if (option)
        loading_doubt(ini->loading, option);
}

/* The same of options of any section, by the text's first word: of "url sqlite:x" only the '=' is missing. */
static void doubt_all(struct ini *ini, const char *text) {
    size_t length = strcspn(text, " \t");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(OPTIONS[i].key) == length && strncmp(OPTIONS[i].key, text, length) == 0)
            loading_doubt(ini->loading, &OPTIONS[i]);
}

static void fail_section(struct ini *ini, const char *section) {
    const char *names[OPTION_COUNT];
    char shown[SHOWN_SIZE];
    for (size_t i = 0; i < OPTION_COUNT; i++)
        names[i] = OPTIONS[i].section;
    const char *nearest = nearest_word(section, names, OPTION_COUNT);
    option_show(section, shown);
    if (nearest)
        FAIL(ini, "%s:%d: [%s]: unknown section (did you mean [%s]?)", ini->name, ini->line, shown, nearest);
    else
        FAIL(ini, "%s:%d: [%s]: unknown section", ini->name, ini->line, shown);
}

static void fail_key(struct ini *ini, const char *section, const char *key) {
    const char *names[OPTION_COUNT];
    size_t count = 0;
    char shown[SHOWN_SIZE], shown_section[SHOWN_SIZE];
    option_show(key, shown);
    option_show(section, shown_section);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(OPTIONS[i].section, section) == 0)
            names[count++] = OPTIONS[i].key;
        else if (strcmp(OPTIONS[i].key, key) == 0) {
            FAIL(ini, "%s:%d: [%s] %s: unknown key (did you mean [%s] %s?)", ini->name, ini->line, shown_section, shown,
                 OPTIONS[i].section, key);
            return;
        }
    }
    const char *nearest = nearest_word(key, names, count);
    if (nearest) {
        doubt(ini, section, nearest);
        FAIL(ini, "%s:%d: [%s] %s: unknown key (did you mean \"%s\"?)", ini->name, ini->line, shown_section, shown,
             nearest);
    } else
        FAIL(ini, "%s:%d: [%s] %s: unknown key", ini->name, ini->line, shown_section, shown);
}

/* libinih's callback for a key; 0 makes it note the line as bad. */
static int take_key(void *user, const char *section, const char *key, const char *value) {
    struct ini *ini = user;
    char shown[SHOWN_SIZE];
    char takes[OPTION_TAKES_SIZE];
    if (ini->failed_line)
        return 0;
    if (ini->is_astray) {
        doubt_all(ini, key);
        return 0;
    }
    if (!*section) {
        doubt_all(ini, key);
        FAIL(ini, "%s:%d: %s: this key stands before the first [section]", ini->name, ini->line,
             option_show(key, shown));
        return 0;
    }
    const struct option *option = option_find(section, key);
    if (!option) {
        doubt_all(ini, key);
        fail_key(ini, section, key);
        return 0;
    }
    int *set_on = &ini->set_on[option - OPTIONS];
    if (*set_on) {
        FAIL(ini, "%s:%d: [%s] %s: given twice (first on line %d)", ini->name, ini->line, section, key, *set_on);
        return 0;
    }
    *set_on = ini->line;
    if (!option_set(option, value, ini->loading->config)) {
        loading_doubt(ini->loading, option);
        FAIL(ini, "%s:%d: [%s] %s: \"%s\" is not %s", ini->name, ini->line, section, key,
             option_show_value(option, value, shown), option_takes(option, takes));
        return 0;
    }
    loading_say(ini->loading, option);
    return 1;
}

/* A section by name: libinih neither says that one begins nor looks at what follows its bracket. */
static bool check_section(struct ini *ini, char *line) {
    char *end = strchr(line, ']');
    if (!end) {
        FAIL(ini, "%s:%d: this line is neither [section] nor key = value", ini->name, ini->line);
        return false;
    }
    const char *rest = end + 1 + strspn(end + 1, " \t");
    if (*rest && *rest != ';' && *rest != '#') {
        FAIL(ini, "%s:%d: nothing may follow the ] of a section", ini->name, ini->line);
        return false;
    }
    *end = '\0';
    bool exists = option_section_exists(line + 1);
    if (!exists)
        fail_section(ini, line + 1);
    *end = ']';
    return exists;
}

/* The next line without its end, cut at `size`; *ret_length is its full length. False at the end of the file. */
static bool read_bytes(FILE *file, char *out, size_t size, size_t *ret_length, bool *ret_control) {
    size_t length = 0;
    bool control = false;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (length == 0 && (c == ' ' || c == '\t'))
            continue; /* else libinih takes an indented line for more of the value above */
        control = control || (c < 0x20 && c != '\t' && c != '\r');
        if (length + 1 < size)
            out[length] = (char)c;
        length++;
    }
    if (c == EOF && length == 0)
        return false;
    if (length > 0 && length < size && out[length - 1] == '\r')
        length--;
    out[length + 1 < size ? length : size - 1] = '\0';
    *ret_length = length;
    *ret_control = control;
    return true;
}

/* As libinih looks for it: not in a comment behind a blank. */
static bool has_separator(const char *line) {
    for (const char *at = line; *at && !(*at == ';' && at > line && (at[-1] == ' ' || at[-1] == '\t')); at++)
        if (*at == '=' || *at == ':')
            return true;
    return false;
}

/* What is no key and no section, or cannot be either: false after it was said. */
static bool check_line(struct ini *ini, char *line, size_t length, int size, bool control) {
    static const char mark[] = "\xEF\xBB\xBF"; /* libinih passes over it */
    char *start = ini->line == 1 && strncmp(line, mark, strlen(mark)) == 0 ? line + strlen(mark) : line;
    if (control)
        FAIL(ini, "%s:%d: this line holds a control character", ini->name, ini->line);
    else if (length + 1 > (size_t)size)
        FAIL(ini, "%s:%d: this line has more than %d bytes", ini->name, ini->line, size - 1);
    else if (*start == '[') {
        ini->is_astray = !check_section(ini, start);
        return !ini->is_astray;
    } else if (*start == '\0' || *start == '#' || *start == ';' || has_separator(start))
        return true;
    else
        FAIL(ini, "%s:%d: this line is neither [section] nor key = value", ini->name, ini->line);
    doubt_all(ini, start);
    return false;
}

/* libinih's reader: a line into `out` as fgets would, or NULL to end. */
static char *read_line(char *out, int size, void *stream) {
    struct ini *ini = stream;
    size_t length;
    bool control;
    if (ini->failed_line || !read_bytes(ini->file, out, (size_t)size, &length, &control))
        return NULL;
    ini->line++;
    if (*out == '#' || *out == ';')
        *out = '\0'; /* a comment may be of any length */
    else if (!check_line(ini, out, length, size, control))
        *out = '\0';
    return ini->failed_line ? NULL : out;
}

/* A long path would leave no room for the message: its end says enough. */
static void show_path(const char *path, char out[FILE_NAME_SIZE]) {
    size_t length = strlen(path);
    size_t room = FILE_NAME_SIZE - 4;
    if (length < FILE_NAME_SIZE)
        memcpy(out, path, length + 1);
    else
        snprintf(out, FILE_NAME_SIZE, "...%s", path + length - room);
}

/* A file that is not for the caller to read is a fault like others; one that is not there, or is none, is an error. */
static enum cxd_err refuse_file(struct ini *ini, int failure) {
    struct loading *loading = ini->loading;
    enum cxd_err code = error_set(loading->err, ERR_CONFIG, "%s: cannot be opened: %s", ini->name, strerror(failure));
    if (!loading->faults || (failure != EACCES && failure != EPERM))
        return code;
    loading->faults->is_unread = true;
    return loading_fault(loading);
}

enum cxd_err ini_load(const char *path, struct loading *loading) {
    struct ini ini = {.loading = loading};
    show_path(path, ini.name);
    ini.file = fopen(path, "re");
    if (!ini.file)
        return refuse_file(&ini, errno);
    int bad_line = ini_parse_stream(read_line, &ini, take_key, &ini);
    bool unreadable = ferror(ini.file) != 0;
    int read_errno = errno;
    fclose(ini.file);
    if (unreadable)
        return error_set(loading->err, ERR_CONFIG, "%s: cannot be read: %s", ini.name, strerror(read_errno));
    if (bad_line < 0)
        return error_set(loading->err, ERR_NO_MEMORY, "%s: out of memory", ini.name);
    if (bad_line > 0 && !ini.is_faulty) { /* libinih's alone to say */
        ini.line = bad_line;
        FAIL(&ini, "%s:%d: this line is neither [section] nor key = value", ini.name, ini.line);
    }
    return ini.failed_line ? ini.failure : CXD_OK;
}
