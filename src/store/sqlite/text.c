/* Strings of stored JSON, read by hand and in place: where many rows are read. */

#include "store/sqlite/text.h"

#include <stddef.h>
#include <string.h>

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of \uXXXX: writes the character, of which UTF-8 is shorter, and returns the end of it; NULL where it is half of a
 * pair, or none. */
static char *write_code(char *out, const char *digits) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(digits[i]);
        if (digit < 0)
            return NULL;
        code = code << 4 | (unsigned)digit;
    }
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
        return NULL;
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

const char *sqlite_text_take(char **at) {
    static const char LETTERS[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    char *from = *at, *text = from + 1, *out = text;
    if (*from++ != '"')
        return NULL;
    while (*from != '"') {
        if (*from == '\0')
            return NULL;
        if (*from != '\\') {
            *out++ = *from++;
            continue;
        }
        const char *letter = from[1] ? strchr(LETTERS, from[1]) : NULL;
        if (letter) {
            *out++ = MEANT[letter - LETTERS];
            from += 2;
            continue;
        }
        out = from[1] == 'u' ? write_code(out, from + 2) : NULL;
        if (!out)
            return NULL;
        from += 6;
    }
    *out = '\0';
    *at = from + 1;
    return text;
}
