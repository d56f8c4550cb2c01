/* Which encoding a file is in, and from each to UTF-8. Pure functions over pieces of it. */
#include "import/encoding.h"

#include <string.h>

#include "cxd/base/utf8.h"

static const struct {
    const char *bytes;
    size_t length;
    enum table_encoding encoding;
} MARKS[] = {
    {"\xEF\xBB\xBF", 3, TABLE_UTF8},
    {"\xFF\xFE", 2, TABLE_UTF16LE},
    {"\xFE\xFF", 2, TABLE_UTF16BE},
};

/* Of a text in UTF-16 at least line ends, parting characters and digits have a zero for their high byte. Zeros for low
 * bytes are rarer: U+0100, U+4E00. Where the other units are mostly two letters of ASCII each, it is ASCII with stray
 * zeros. */
enum { ZEROS_SAMPLE = 64 * 1024, ZEROS_OF = 20, ZEROS_TIMES = 4 };

static bool is_of_ascii_text(char c) {
    return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
}

static enum table_encoding sniff_zeros(const char *bytes, size_t units) {
    size_t zeros[2] = {0, 0}, letters = 0;
    for (size_t i = 0; i < units; i++) {
        char first = bytes[2 * i], second = bytes[2 * i + 1];
        zeros[0] += first == '\0';
        zeros[1] += second == '\0';
        letters += is_of_ascii_text(first) && is_of_ascii_text(second);
    }
    bool is_big = zeros[0] > zeros[1];
    size_t high = zeros[is_big ? 0 : 1], low = zeros[is_big ? 1 : 0];
    if (high * ZEROS_OF <= units || high <= low * ZEROS_TIMES || letters * 2 > units - high)
        return TABLE_ENCODING_GUESS;
    return is_big ? TABLE_UTF16BE : TABLE_UTF16LE;
}

enum table_encoding encoding_sniff(const char *bytes, size_t length, size_t *ret_mark) {
    *ret_mark = 0;
    for (size_t i = 0; i < CXD_COUNT(MARKS); i++)
        if (length >= MARKS[i].length && memcmp(bytes, MARKS[i].bytes, MARKS[i].length) == 0) {
            *ret_mark = MARKS[i].length;
            return MARKS[i].encoding;
        }
    return sniff_zeros(bytes, (length < ZEROS_SAMPLE ? length : ZEROS_SAMPLE) / 2);
}

size_t encoding_ascii_length(const char *bytes, size_t length) {
    size_t at = 0;
    for (uint64_t word; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (at < length && (signed char)bytes[at] >= 0)
        at++;
    return at;
}

bool encoding_is_part(const char *bytes, size_t length) {
    size_t taken;
    return length > 0 && length < 4 && !utf8_take(bytes, length, &taken) && taken == length &&
           (unsigned char)bytes[0] >= 0xC2 && (unsigned char)bytes[0] <= 0xF4;
}

size_t encoding_utf8_length(const char *bytes, size_t length) {
    size_t at = 0, taken;
    for (;;) {
        at += encoding_ascii_length(bytes + at, length - at);
        while (at < length && (signed char)bytes[at] < 0) {
            if (!utf8_take(bytes + at, length - at, &taken))
                return at;
            at += taken;
        }
        if (at == length)
            return at;
    }
}

/* By chance a text of Windows-1252 has a pair that is UTF-8 as well ("CAFÉ»"), and a text of UTF-8 has a byte too
 * few. */
enum { BAD_FOR_EACH_GOOD = 4 };

enum table_encoding encoding_choose(const char *bytes, size_t length, bool is_all) {
    size_t good = 0, bad = 0, taken;
    for (size_t at = 0; at < length; at += taken) {
        taken = encoding_ascii_length(bytes + at, length - at);
        if (taken > 0)
            continue;
        if (utf8_take(bytes + at, length - at, &taken))
            good++;
        else if (is_all || !encoding_is_part(bytes + at, length - at))
            bad++;
    }
    return bad > good * BAD_FOR_EACH_GOOD ? TABLE_WINDOWS_1252 : TABLE_UTF8;
}

static size_t encode(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static uint32_t unit_at(const char *bytes, bool is_big) {
    unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
    return is_big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

struct encoding_made encoding_from_utf16(char *out, const char *bytes, size_t length, bool is_big) {
    struct encoding_made made = {0};
    while (length - made.taken >= 2) {
        uint32_t code = unit_at(bytes + made.taken, is_big);
        size_t taken = 2;
        if (code >= 0xD800 && code < 0xE000) {
            made.bad = code;
            made.is_bad = code >= 0xDC00;
            if (made.is_bad || length - made.taken < 4)
                return made;
            uint32_t low = unit_at(bytes + made.taken + 2, is_big);
            made.is_bad = low < 0xDC00 || low > 0xDFFF;
            if (made.is_bad)
                return made;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            taken = 4;
        }
        made.made += encode(out + made.made, code);
        made.taken += taken;
    }
    return made;
}

/* 0x80 to 0x9F; the rest is as in Latin-1. 0: no character. */
static const uint16_t CHARACTERS_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

struct encoding_made encoding_from_1252(char *out, const char *bytes, size_t length, bool is_lax) {
    struct encoding_made made = {0};
    while (made.taken < length) {
        size_t ascii = encoding_ascii_length(bytes + made.taken, length - made.taken);
        memcpy(out + made.made, bytes + made.taken, ascii);
        made.taken += ascii;
        made.made += ascii;
        if (made.taken == length)
            break;
        unsigned char byte = (unsigned char)bytes[made.taken];
        uint32_t code = byte < 0xA0 ? CHARACTERS_1252[byte - 0x80] : byte;
        if (code == 0 && !is_lax) {
            made.is_bad = true;
            made.bad = byte;
            break;
        }
        made.made += encode(out + made.made, code ? code : byte);
        made.taken++;
    }
    return made;
}
