/* What a text may not say in a document, said otherwise: pages and pictures write every text by this. */
#include "cxd/base/markup.h"

#include <string.h>

#include "cxd/base/utf8.h"

static const char REPLACEMENT[] = "\xef\xbf\xbd";

static const char *escape_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool is_control(const char *character, size_t length) {
    unsigned char c = (unsigned char)character[0];
    bool is_c1 = length == 2 && c == 0xc2 && (unsigned char)character[1] < 0xa0;
    return is_c1 || c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

/* U+FFFE and U+FFFF, which are in no XML. */
static bool is_noncharacter(const char *character, size_t length) {
    return length == 3 && memcmp(character, "\xef\xbf", 2) == 0 && (unsigned char)character[2] >= 0xbe;
}

void markup_append(struct buffer *out, const char *text, size_t length) {
    for (size_t at = 0, taken; at < length; at += taken) {
        bool is_character = utf8_take(text + at, length - at, &taken);
        const char *escape = escape_of(text[at]);
        if (!is_character || is_control(text + at, taken) || is_noncharacter(text + at, taken))
            buffer_append_text(out, REPLACEMENT);
        else if (escape)
            buffer_append_text(out, escape);
        else
            buffer_append(out, text + at, taken);
    }
}

void markup_append_text(struct buffer *out, const char *text) {
    markup_append(out, text, strlen(text));
}
