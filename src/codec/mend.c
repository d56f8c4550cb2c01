/* On the way into codec/ for texts that the library refuses as a whole, or reads with less than they say: one bad
 * character in a comment must not lose a score. It changes characters and numbers and no structure, so what a text says
 * is still the library's to read, and what a member may hold each member's own rule. */
#include "codec/mend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/lex.h"
#include "cxd/base/number.h"
#include "cxd/base/utf8.h"

struct mending {
    const char *from;   /* what follows here has not been written yet */
    struct buffer *out; /* NULL: only `origin` is looked for */
    size_t made, wanted;
    const char *origin; /* of what is at `wanted` */
    bool is_changed;
};

static void write_piece(struct mending *mending, const char *piece, size_t length, const char *source, bool is_copy) {
    if (mending->out)
        buffer_append(mending->out, piece, length);
    else if (!mending->origin && length > mending->wanted - mending->made)
        mending->origin = is_copy ? source + (mending->wanted - mending->made) : source;
    mending->made += length;
}

/* Writes what comes before `start` as it is, and `piece` in place of what follows up to `end`. */
static void replace(struct mending *mending, const char *start, const char *end, const char *piece, size_t length) {
    write_piece(mending, mending->from, (size_t)(start - mending->from), mending->from, true);
    write_piece(mending, piece, length, start, false);
    mending->from = end;
    mending->is_changed = true;
}

static const char *replace_none(struct mending *mending, const char *start, const char *end) {
    static const char NONE = MEND_NONE;
    replace(mending, start, end, &NONE, 1);
    return end;
}

static bool is_cut_unit(const char *at, const char *end) {
    if (end - at >= 6 || end - at < 2 || at[1] != 'u')
        return false;
    for (at += 2; at < end; at++)
        if (!strchr("0123456789abcdefABCDEF", *at))
            return false;
    return true;
}

/* Moves behind the escape at `at`. One that JSON does not have stays, for the library to refuse. */
static const char *mend_escape(struct mending *mending, const char *at, const char *end) {
    uint32_t unit, low;
    if (is_cut_unit(at, end))
        return replace_none(mending, at, end);
    if (!lex_unit(at, end, &unit))
        return at + 2;
    if (unit >= 0xD800 && unit < 0xDC00 && lex_unit(at + 6, end, &low) && low >= 0xDC00 && low < 0xE000)
        return at + 12;
    bool is_none = unit == 0 || (unit >= 0xD800 && unit < 0xE000);
    return is_none ? replace_none(mending, at, at + 6) : at + 6;
}

static const char *mend_byte(struct mending *mending, const char *at, const char *end) {
    size_t length;
    char escape[2] = {'\\', *at == '\n' ? 'n' : *at == '\r' ? 'r' : 't'};
    if (*at == '\n' || *at == '\r' || *at == '\t') {
        replace(mending, at, at + 1, escape, sizeof escape);
        return at + 1;
    }
    bool is_character = utf8_take(at, (size_t)(end - at), &length);
    bool is_control = (unsigned char)*at < 0x20;
    return is_character && !is_control ? at + length : replace_none(mending, at, at + length);
}

static void mend_string(struct mending *mending, const struct lex_token *token) {
    const char *at = token->start + 1, *end = token->end - 1;
    while (at < end)
        at = *at == '\\' ? mend_escape(mending, at, end) : mend_byte(mending, at, end);
}

static void mend_property(struct mending *mending, const struct lex_token *token, const struct number *number) {
    char shortest[NUMBER_TEXT_SIZE];
    int64_t value;
    if (number->is_integer && number_value(number, &value))
        return;
    bool is_short = !number->is_integer && number_shortest(number, shortest);
    const char *text = is_short ? shortest : token->start;
    size_t length = is_short ? strlen(shortest) : (size_t)(token->end - token->start);
    replace(mending, token->start, token->start, "\"", 1);
    replace(mending, token->start, token->end, text, length);
    replace(mending, token->end, token->end, "\"", 1);
}

static void mend_whole(struct mending *mending, const struct lex_token *token, const struct number *number) {
    enum { LARGEST_DIGITS = 300 }; /* the library refuses what a double cannot hold */
    char text[32];
    int64_t value;
    bool is_small = number_is_whole(number) && number_value(number, &value);
    bool is_unread = number->is_integer ? !is_small : number->exponent + (int64_t)number->count > LARGEST_DIGITS;
    if (is_small && !number->is_integer)
        replace(mending, token->start, token->end, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
    else if (is_unread)
        replace(mending, token->start, token->end, number->is_negative ? "-1e19" : "1e19", number->is_negative ? 5 : 4);
}

static void mend_number(struct mending *mending, const struct lexer *lexer, const struct lex_token *token) {
    struct number number;
    if (!number_parse(token->start, (size_t)(token->end - token->start), &number))
        return;
    if (lexer->depth == 2 && lex_in_member(lexer, "properties"))
        mend_property(mending, token, &number);
    else
        mend_whole(mending, token, &number);
}

static void mend(struct mending *mending, const char *bytes, size_t length) {
    struct lexer lexer;
    struct lex_token token;
    mending->from = bytes;
    lex_begin(&lexer, bytes, length);
    while (lex_next(&lexer, &token))
        if (token.kind == LEX_NUMBER)
            mend_number(mending, &lexer, &token);
        else if (token.kind == LEX_STRING && token.is_whole && !token.is_plain)
            mend_string(mending, &token);
    if (mending->is_changed)
        write_piece(mending, mending->from, (size_t)(bytes + length - mending->from), mending->from, true);
}

void mend_text(const char *bytes, size_t length, struct buffer *out) {
    struct mending mending = {.out = out};
    mend(&mending, bytes, length);
}

size_t mend_origin(const char *bytes, size_t length, size_t position) {
    struct mending mending = {.wanted = position};
    mend(&mending, bytes, length);
    if (!mending.is_changed)
        return position < length ? position : length;
    return mending.origin ? (size_t)(mending.origin - bytes) : length;
}
