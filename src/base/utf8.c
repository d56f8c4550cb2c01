/* What text may look like, for every parser: codec/ and api/ ask here before a string goes any further. */

#include "cxd/base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Unicode 15, table 3-7. A NUL is never a continuation byte, so no read goes past the end. */
static size_t sequence_length(const unsigned char *text) {
    unsigned char lead = text[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

size_t utf8_length(const char *text) {
    return sequence_length((const unsigned char *)text);
}

size_t utf8_count(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    size_t count = 0;
    while (*at) {
        size_t length = sequence_length(at);
        if (length == 0)
            return SIZE_MAX;
        at += length;
        count++;
    }
    return count;
}

bool utf8_has_control(const char *text, bool allow_newlines) {
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == 0x7F || (*at == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F))
            return true;
        if (*at < 0x20 && !(allow_newlines && (*at == '\t' || *at == '\n' || *at == '\r')))
            return true;
    }
    return false;
}

bool slug_valid(const char *text) {
    static const char CHARACTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strspn(text, CHARACTERS);
    return length >= 1 && length <= 64 && text[length] == '\0' && text[0] != '-' && text[0] != '_';
}
