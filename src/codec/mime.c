/* Header values with parameters: the Content-Type of a body, and those of the parts within a body. */
#include "cxd/codec/mime.h"

#include <string.h>
#include <strings.h>

#include "cxd/base/compiler.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct mime *mime) {
    while (mime->at < mime->end && is_blank(*mime->at))
        mime->at++;
}

/* Up to one of the one or two `stops`, without the blanks in front of it. */
static struct mime_text take_bare(struct mime *mime, const char *stops) {
    struct mime_text text = {.start = mime->at};
    while (mime->at < mime->end && *mime->at != stops[0] && (stops[1] == '\0' || *mime->at != stops[1]))
        mime->at++;
    text.length = (size_t)(mime->at - text.start);
    while (text.length > 0 && is_blank(text.start[text.length - 1]))
        text.length--;
    return text;
}

static struct mime_text take_quoted(struct mime *mime) {
    struct mime_text text = {.start = ++mime->at, .is_quoted = true};
    while (mime->at < mime->end && *mime->at != '"')
        mime->at += *mime->at == '\\' && mime->end - mime->at > 1 ? 2 : 1;
    text.length = (size_t)(mime->at - text.start);
    (void)take_bare(mime, ";");
    return text;
}

struct mime mime_open(const char *value, size_t length, struct mime_text *ret_word) {
    struct mime mime = {value, value + length};
    skip_blanks(&mime);
    *ret_word = take_bare(&mime, ";");
    return mime;
}

bool mime_next(struct mime *mime, struct mime_text *ret_name, struct mime_text *ret_value) {
    while (mime->at < mime->end) {
        mime->at++; /* the semicolon */
        skip_blanks(mime);
        *ret_name = take_bare(mime, "=;");
        if (mime->at == mime->end || *mime->at == ';')
            continue;
        mime->at++;
        skip_blanks(mime);
        *ret_value = mime->at < mime->end && *mime->at == '"' ? take_quoted(mime) : take_bare(mime, ";");
        return true;
    }
    return false;
}

bool mime_is(const struct mime_text *text, const char *word) {
    return text->length == strlen(word) && strncasecmp(text->start, word, text->length) == 0;
}

bool mime_is_utf8(const struct mime_text *charset) {
    static const char *const NAMES[] = {"utf-8", "utf8", "us-ascii", "ascii", ""};
    struct mime_text name = *charset;
    if (name.length > 1 && name.start[0] == '\'' && name.start[name.length - 1] == '\'') {
        name.start++; /* no quotes to HTTP, but meant as such */
        name.length -= 2;
    }
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++)
        if (mime_is(&name, NAMES[i]))
            return true;
    return false;
}
