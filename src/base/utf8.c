/* What text may look like, for every parser: codec/ and api/ ask here before a string goes any further. */

#include "cxd/base/utf8.h"

#include <stdint.h>
#include <string.h>

bool utf8_same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Unicode 15, table 3-7: what may follow a lead byte as the second one, and how long the whole is. 0: it leads none. */
static size_t judge_lead(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high) {
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    *ret_low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *ret_high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* A NUL is never a continuation byte, so no read goes past the end. */
static size_t sequence_length(const unsigned char *text) {
    unsigned char low, high;
    if (text[0] < 0x80)
        return 1;
    size_t length = judge_lead(text[0], &low, &high);
    if (length == 0 || text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

bool utf8_take(const char *text, size_t left, size_t *ret_length) {
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char low, high;
    size_t taken = 1, length = bytes[0] < 0x80 ? 1 : judge_lead(bytes[0], &low, &high);
    for (; taken < length && taken < left; taken++, low = 0x80, high = 0xBF)
        if (bytes[taken] < low || bytes[taken] > high)
            break;
    *ret_length = taken;
    return taken == length;
}

size_t utf8_length(const char *text) {
    return sequence_length((const unsigned char *)text);
}

size_t utf8_count(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    size_t count = 0;
    while (*at) {
        size_t length = *at < 0x80 ? 1 : sequence_length(at);
        if (length == 0)
            return SIZE_MAX;
        at += length;
        count++;
    }
    return count;
}

bool utf8_has_control(const char *text, bool allow_newlines) {
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at >= 0x20 && *at < 0x7F)
            continue;
        if (*at == 0x7F || (*at == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F))
            return true;
        if (*at < 0x20 && !(allow_newlines && (*at == '\t' || *at == '\n' || *at == '\r')))
            return true;
    }
    return false;
}

bool utf8_is_obeyed(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200E && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool utf8_is_blank(uint32_t code) {
    return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200B) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x3000 || code == 0xFEFF;
}

bool utf8_all_blank(const char *text) {
    size_t length;
    for (; *text != '\0'; text += length)
        if (!utf8_is_blank(utf8_decode(text, strnlen(text, 4), &length)))
            return false;
    return true;
}

uint32_t utf8_decode(const char *text, size_t left, size_t *ret_length) {
    unsigned char bytes[5] = {0};
    memcpy(bytes, text, left < 4 ? left : 4);
    size_t length = sequence_length(bytes);
    *ret_length = length > 0 ? length : 1;
    if (length < 2)
        return length == 1 ? bytes[0] : UTF8_BAD;
    uint32_t code = bytes[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (bytes[i] & 0x3Fu);
    return code;
}

size_t utf8_mend(char *out, const char *text, size_t length, size_t *ret_length) {
    size_t count = 0;
    char *at = out;
    for (size_t left = length, taken; left > 0; text += taken, left -= taken) {
        char piece[5] = "";
        bool is_good = utf8_take(text, left, &taken) && *text != '\0';
        if (is_good)
            memcpy(piece, text, taken);
        if (!is_good || utf8_has_control(piece, true)) {
            count++;
            at = stpcpy(at, "\xEF\xBF\xBD");
        } else {
            at = stpcpy(at, piece);
        }
    }
    *at = '\0';
    *ret_length = (size_t)(at - out);
    return count;
}

size_t utf8_mark_length(const char *bytes, size_t length) {
    static const char MARK[] = "\xEF\xBB\xBF";
    enum { MARK_LENGTH = sizeof MARK - 1 };
    return length >= MARK_LENGTH && memcmp(bytes, MARK, MARK_LENGTH) == 0 ? MARK_LENGTH : 0;
}

void utf8_make_plain(char *text) {
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        uint32_t code = utf8_decode(text, left, &length);
        if (code == UTF8_BAD || utf8_is_obeyed(code))
            memset(text, '?', length);
    }
}

bool slug_valid(const char *text) {
    static const bool IS_OF_SLUG[256] = {['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true, ['_'] = true};
    size_t length = 0;
    while (IS_OF_SLUG[(unsigned char)text[length]])
        length++;
    return length >= 1 && length <= 64 && text[length] == '\0' && text[0] != '-' && text[0] != '_';
}
