/* Cells as texts: what is around them, what says nothing, and what makes two names the same. */

#include "cxd/import/text_cell.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/compiler.h"
#include "cxd/base/formula.h"
#include "cxd/base/utf8.h"

void text_cell_trim(const char **text, size_t *length) {
    size_t step;

    while (*length > 0 && utf8_is_blank(utf8_decode(*text, *length, &step))) {
        *text += step;
        *length -= step;
    }
    while (*length > 0) {
        size_t at = *length - 1;

        while (at > 0 && *length - at < 4 && ((unsigned char)(*text)[at] & 0xC0) == 0x80)
            at--;
        if (!utf8_is_blank(utf8_decode(*text + at, *length - at, &step)) || at + step != *length)
            return;
        *length = at;
    }
}

bool text_cell_is_nothing(const char *text, size_t length) {
    static const char *const WORDS[] = {"n/a", "na", "#n/a", "null",         "none",        "nil",
                                        "nan", "-",  "--",   "\xE2\x80\x93", "\xE2\x80\x94"};

    text_cell_trim(&text, &length);
    if (length == 0)
        return true;
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++)
        if (strlen(WORDS[i]) == length && strncasecmp(WORDS[i], text, length) == 0)
            return true;
    return false;
}

const char *text_cell_take(const char *text, size_t length, bool has_guards, bool keeps_words, struct buffer *room) {
    bool is_guarded = has_guards && formula_has_guard(text, length);

    text += is_guarded;
    length -= is_guarded;
    if (keeps_words ? utf8_all_blank(text) : text_cell_is_nothing(text, length))
        return NULL;
    text_cell_trim(&text, &length);
    if (text[length] == '\0')
        return text;
    buffer_reset(room);
    buffer_append(room, text, length);
    return buffer_terminate(room);
}

size_t text_cell_key(char *out, size_t size, const char *text, size_t length) {
    size_t at = 0;

    for (size_t i = 0; i < length && at + 1 < size; i++) {
        unsigned char byte = (unsigned char)text[i], before = i > 0 ? (unsigned char)text[i - 1] : 0;

        if (before == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97)
            out[at++] = (char)(byte + 0x20);
        else if (byte >= 0x80 || isalnum(byte))
            out[at++] = (char)(byte < 0x80 ? tolower(byte) : byte);
    }
    out[at] = '\0';
    return at;
}

int text_cell_cut(const char *text, size_t length, size_t most) {
    size_t at = length < most ? length : most;

    while (at > 0 && at < length && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return (int)at;
}
