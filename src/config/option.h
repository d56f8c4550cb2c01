#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/config/config.h"

/* The option table of options.def, shared by the files of this module. */

enum option_type {
    OPTION_TEXT,
    OPTION_INTEGER,
    OPTION_DURATION,     /* seconds, or with a unit */
    OPTION_MILLISECONDS, /* a duration, with ms too */
    OPTION_BYTES,        /* plain, or with K, M or G */
    OPTION_CHOICE,       /* stored as an enum: the index of the word among the choices */
    OPTION_WORD,         /* stored as the word */
    OPTION_LISTEN,
    OPTION_URL,
    OPTION_ZONE,
    OPTION_NETWORKS
};

struct option {
    const char *section;
    const char *key;
    enum option_type type;
    size_t offset; /* of the field in struct config */
    size_t size;
    const char *fallback;
    int64_t least, most;
    const char *choices; /* "a|b", or NULL */
    const char *text;
    bool is_live; /* taken over at SIGHUP */
};

enum {
#define OPTION(section, key, ...) OPTION_AT_##section##_##key,
#include "config/options.def"
#undef OPTION
    OPTION_COUNT
};

enum { OPTION_NAME_SIZE = 64, OPTION_TAKES_SIZE = 128 };

extern const struct option OPTIONS[OPTION_COUNT];

/* NULL if there is none. */
const struct option *option_find(const char *section, const char *key);
bool option_section_exists(const char *section);

/* Sets the option's field. False if the value is not valid: it is then not changed. */
CXD_NODISCARD bool option_set(const struct option *option, const char *value, struct config *config);

/* What the option takes: "a whole number from 1 to 64". */
const char *option_takes(const struct option *option, char out[OPTION_TAKES_SIZE]);

/* "CXD_SERVER_LISTEN" */
const char *option_variable(const struct option *option, char out[OPTION_NAME_SIZE]);

/* A value as messages quote it: control characters as '?', cut to a few words. */
enum { SHOWN_SIZE = 64 };
const char *option_show(const char *value, char out[SHOWN_SIZE]);
/* The same of an option's value, without its secrets. */
const char *option_show_value(const struct option *option, const char *value, char out[SHOWN_SIZE]);

#endif
