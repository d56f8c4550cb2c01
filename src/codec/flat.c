/* The bottom of the way that nearly every response takes: it looks at each byte once, and allocates nothing but what it
 * hands on. Small enough to be held against the grammar by eye. */
#include "codec/flat.h"

#include <string.h>

#include "codec/lex.h"
#include "cxd/base/utf8.h"

enum { DIGITS_MAX = 18 }; /* what fits into 64 bits whatever they are */

/* What a string may have as it is: printable ASCII. */
static const bool PLAIN[256] = {[0x20 ... 0x21] = true, [0x23 ... 0x5B] = true, [0x5D ... 0x7E] = true};

/* By the letter behind the backslash. */
static const char ESCAPED[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};

static bool fail(struct flat *flat) {
    flat->failed = true;
    return false;
}

/* The character behind blanks; a NUL, which begins nothing, at the end. */
static char look(struct flat *flat) {
    while (flat->at < flat->end && lex_is_blank(*flat->at))
        flat->at++;
    return flat->at < flat->end ? *flat->at : '\0';
}

/* "\uXXXX" of a character that has two or three bytes, and is neither half a pair nor a control. */
static bool is_spelled(const char *at, const char *end, uint32_t *ret_unit) {
    return lex_unit(at, end, ret_unit) && *ret_unit >= 0xA0 && (*ret_unit < 0xD800 || *ret_unit > 0xDFFF);
}

static size_t spelled_length(uint32_t unit) {
    return unit < 0x800 ? 2 : 3;
}

/* The length of a character that is neither plain nor the string's end, and by how much it shrinks when it is copied.
 * 0: it is not taken. */
static size_t odd_length(const char *at, const char *end, size_t *ret_shrinks) {
    unsigned char c = (unsigned char)*at;
    uint32_t unit;
    size_t length;
    *ret_shrinks = 1;
    if (c == '\\' && end - at > 1 && ESCAPED[(unsigned char)at[1]])
        return 2;
    if (c == '\\' && is_spelled(at, end, &unit)) {
        *ret_shrinks = 6 - spelled_length(unit);
        return 6;
    }
    *ret_shrinks = 0;
    bool is_character = c >= 0x80 && utf8_take(at, (size_t)(end - at), &length);
    return is_character && !(c == 0xC2 && (unsigned char)at[1] < 0xA0) ? length : 0;
}

static bool take_text(struct flat *flat, struct flat_value *ret_value) {
    const char *at = flat->at + 1, *end = flat->end;
    size_t shrinks, shrunk = 0;
    ret_value->kind = FLAT_TEXT;
    ret_value->start = at;
    for (;;) {
        while (at < end && PLAIN[(unsigned char)*at])
            at++;
        if (at == end || *at == '"')
            break;
        size_t length = odd_length(at, end, &shrinks);
        if (length == 0)
            return fail(flat);
        shrunk += shrinks;
        at += length;
    }
    if (at == end)
        return fail(flat);
    ret_value->length = (size_t)(at - ret_value->start);
    ret_value->shrinks = shrunk;
    flat->at = at + 1;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* By the grammar; −0 has no other text that says the same. Behind it stands what goes on with the number, or is for who
 * looks next. */
static bool take_whole(struct flat *flat, struct flat_value *ret_value) {
    const char *start = flat->at, *at = start;
    bool is_negative = *at == '-';
    at += is_negative;
    const char *digits = at;
    int64_t whole = 0;
    while (at < flat->end && is_digit(*at) && at - digits < DIGITS_MAX)
        whole = whole * 10 + (*at++ - '0');
    bool goes_on = at < flat->end && (is_digit(*at) || *at == '.' || *at == 'e' || *at == 'E');
    if (at == digits || goes_on || (*digits == '0' && (at - digits > 1 || is_negative)))
        return fail(flat);
    *ret_value = (struct flat_value){FLAT_WHOLE, start, (size_t)(at - start), 0, is_negative ? -whole : whole};
    flat->at = at;
    return true;
}

static bool take_word(struct flat *flat, struct flat_value *ret_value) {
    static const struct {
        const char *text;
        size_t length;
        enum flat_kind kind;
    } WORDS[] = {{"null", 4, FLAT_NULL}, {"true", 4, FLAT_TRUE}, {"false", 5, FLAT_FALSE}};
    size_t left = (size_t)(flat->end - flat->at);
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++) {
        if (left < WORDS[i].length || memcmp(flat->at, WORDS[i].text, WORDS[i].length) != 0)
            continue;
        ret_value->kind = WORDS[i].kind;
        flat->at += WORDS[i].length;
        return true;
    }
    return fail(flat);
}

static bool take_value(struct flat *flat, struct flat_value *ret_value) {
    char c = look(flat);
    if (c == '"')
        return take_text(flat, ret_value);
    if (c == '-' || is_digit(c))
        return take_whole(flat, ret_value);
    if (c != '{' && c != '[')
        return take_word(flat, ret_value);
    ret_value->kind = c == '{' ? FLAT_OBJECT : FLAT_LIST;
    flat->begins = true;
    flat->at++;
    return true;
}

/* Whether another item or member follows, where a bracket would be the end. */
static bool goes_on(struct flat *flat, char bracket) {
    bool begins = flat->begins;
    char c = look(flat);
    flat->begins = false;
    if (flat->failed)
        return false;
    if (c == bracket) {
        flat->at++;
        return false;
    }
    if (!begins && c != ',')
        return fail(flat);
    flat->at += !begins;
    return true;
}

void flat_open(struct flat *flat, const char *bytes, size_t length) {
    *flat = (struct flat){.at = bytes, .end = bytes + length, .begins = true};
    flat->failed = look(flat) != '{';
    flat->at += !flat->failed;
}

bool flat_member(struct flat *flat, struct flat_value *ret_name, struct flat_value *ret_value) {
    if (!goes_on(flat, '}'))
        return false;
    if (look(flat) != '"' || !take_text(flat, ret_name) || ret_name->shrinks > 0 || look(flat) != ':')
        return fail(flat);
    flat->at++;
    return take_value(flat, ret_value);
}

bool flat_item(struct flat *flat, struct flat_value *ret_value) {
    return goes_on(flat, ']') && take_value(flat, ret_value);
}

bool flat_close(struct flat *flat) {
    return !flat->failed && look(flat) == '\0' && flat->at == flat->end;
}

bool flat_says_nothing(const struct flat_value *value) {
    if (value->kind != FLAT_TEXT)
        return value->kind == FLAT_NULL;
    const char *at = value->start, *end = at + value->length;
    while (at < end && (*at == ' ' || (*at == '\\' && lex_is_blank(ESCAPED[(unsigned char)at[1]]))))
        at += *at == ' ' ? 1 : 2;
    return at == end;
}

/* Copies what stands behind a backslash; returns where it ends. */
static const char *copy_escape(const char *at, char **to) {
    uint32_t unit;
    if (!is_spelled(at, at + 6, &unit)) {
        *(*to)++ = ESCAPED[(unsigned char)at[1]];
        return at + 2;
    }
    size_t length = spelled_length(unit);
    unsigned char *out = (unsigned char *)*to;
    if (length == 2) {
        out[0] = (unsigned char)(0xC0U | unit >> 6);
    } else {
        out[0] = (unsigned char)(0xE0U | unit >> 12);
        out[1] = (unsigned char)(0x80U | (unit >> 6 & 0x3FU));
    }
    out[length - 1] = (unsigned char)(0x80U | (unit & 0x3FU));
    *to += length;
    return at + 6;
}

char *flat_text(const struct flat_value *value, struct arena *arena) {
    if (value->kind != FLAT_TEXT)
        return NULL;
    const char *at = value->start, *end = at + value->length;
    size_t length = value->length - value->shrinks;
    if (value->shrinks == 0)
        return arena_strndup(arena, at, length);
    char *text = arena_alloc(arena, length + 1), *to = text;
    while (text && at < end)
        if (*at == '\\')
            at = copy_escape(at, &to);
        else
            *to++ = *at++;
    if (text)
        *to = '\0';
    return text;
}
