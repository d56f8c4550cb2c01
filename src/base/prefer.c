/* What a client would like, if it is all the same to the server: lists of NAME=VALUE; PARAMETERS. */
#include "cxd/base/prefer.h"

#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *at) {
    return at + strspn(at, " \t");
}

/* A token, or a text in quotes, which may hold what divides a list. */
static const char *skip_word(const char *at) {
    if (*at != '"')
        return at + strcspn(at, " \t=;,\"");
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

/* To where the next of the list begins, or its end. */
static const char *skip_one(const char *at) {
    while (*at && *at != ',') {
        const char *behind = skip_word(at);
        at = behind > at ? behind : at + 1;
    }
    return *at ? at + 1 : at;
}

/* A value without what needs an escape: the others are none that we know. */
static bool is_word(const char *word, const char *behind, const char *expected) {
    if (*word == '"' && behind - word >= 2 && behind[-1] == '"') {
        word++;
        behind--;
    }
    size_t length = strlen(expected);
    return (size_t)(behind - word) == length && strncasecmp(word, expected, length) == 0;
}

bool prefer_asks(const char *list, const char *name, const char *value) {
    for (const char *at = list; at && *at; at = skip_one(at)) {
        at = skip_blanks(at);
        const char *behind = skip_word(at);
        const char *equals = skip_blanks(behind);
        if (*at == '"' || !is_word(at, behind, name))
            continue;
        if (*equals != '=')
            return false;
        const char *word = skip_blanks(equals + 1);
        return is_word(word, skip_word(word), value);
    }
    return false;
}
