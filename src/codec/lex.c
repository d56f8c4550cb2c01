/* The tokens of a text of JSON: below mend.c and batch.c, which look at texts before the library reads them. */
#include "codec/lex.h"

#include <string.h>

bool lex_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_mark(char c) {
    return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

static bool is_of_number(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

void lex_begin(struct lexer *lexer, const char *bytes, size_t length) {
    *lexer = (struct lexer){.at = bytes, .end = bytes + length};
}

static bool is_object(const struct lexer *lexer, size_t depth) {
    return depth >= 1 && depth <= LEX_DEPTH_MAX && (lexer->objects[(depth - 1) / 64] >> (depth - 1) % 64 & 1) != 0;
}

static void open_bracket(struct lexer *lexer, bool is_object) {
    size_t level = lexer->depth++;
    if (level >= LEX_DEPTH_MAX)
        return;
    uint64_t bit = UINT64_C(1) << level % 64;
    lexer->objects[level / 64] = is_object ? lexer->objects[level / 64] | bit : lexer->objects[level / 64] & ~bit;
}

static void take_mark(struct lexer *lexer) {
    char c = *lexer->at++;
    if (c == '{' || c == '[')
        open_bracket(lexer, c == '{');
    else if ((c == '}' || c == ']') && lexer->depth > 0)
        lexer->depth--;
    lexer->at_key = c == '{' || (c == ',' && is_object(lexer, lexer->depth));
}

/* Bytes that a string may not simply go on with. */
static const bool ENDS_RUN[256] = {['"'] = true, ['\\'] = true};

static void take_string(struct lexer *lexer, struct lex_token *token) {
    const char *at = lexer->at + 1, *end = lexer->end;
    token->is_plain = true;
    while (at < end && *at != '"') {
        unsigned char c = (unsigned char)*at;
        token->is_plain &= c >= 0x20 && c < 0x7F && c != '\\';
        at += c == '\\' && end - at > 1 ? 2 : 1;
        while (at < end && (signed char)*at >= 0x20 && *at != 0x7F && !ENDS_RUN[(unsigned char)*at])
            at++;
    }
    token->is_whole = at < end;
    lexer->at = at < end ? at + 1 : end;
    token->is_key = lexer->at_key;
    lexer->at_key = false;
}

bool lex_next(struct lexer *lexer, struct lex_token *ret_token) {
    while (lexer->at < lexer->end && lex_is_blank(*lexer->at))
        lexer->at++;
    if (lexer->at == lexer->end)
        return false;
    struct lex_token token = {.kind = LEX_OTHER, .start = lexer->at};
    char c = *lexer->at;
    if (is_mark(c)) {
        token.kind = LEX_MARK;
        take_mark(lexer);
    } else if (c == '"') {
        token.kind = LEX_STRING;
        take_string(lexer, &token);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        token.kind = LEX_NUMBER;
        while (lexer->at < lexer->end && is_of_number(*lexer->at))
            lexer->at++;
    } else {
        while (lexer->at < lexer->end && !lex_is_blank(*lexer->at) && !is_mark(*lexer->at) && *lexer->at != '"')
            lexer->at++;
    }
    token.end = lexer->at;
    if (token.is_key && lexer->depth <= LEX_NAMES)
        lexer->names[lexer->depth - 1] = token;
    *ret_token = token;
    return true;
}

void lex_skip_value(struct lexer *lexer) {
    struct lex_token token;
    size_t depth = lexer->depth;
    while (lex_next(lexer, &token) && lexer->depth > depth)
        continue;
}

bool lex_unit(const char *text, const char *end, uint32_t *ret_unit) {
    uint32_t unit = 0;
    if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
        return false;
    for (int i = 2; i < 6; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *ret_unit = unit;
    return true;
}

bool lex_says(const struct lex_token *string, const char *text) {
    if (string->kind != LEX_STRING || !string->is_whole)
        return false;
    const char *at = string->start + 1, *end = string->end - 1;
    for (; *text && at < end; text++) {
        uint32_t unit = (unsigned char)*at;
        size_t length = 1;
        if (*at == '\\') { /* of a name of letters no other escape can be a part */
            length = 6;
            if (!lex_unit(at, end, &unit))
                return false;
        }
        if (unit != (unsigned char)*text)
            return false;
        at += length;
    }
    return !*text && at == end;
}

bool lex_in_member(const struct lexer *lexer, const char *name) {
    if (lexer->depth == 0)
        return false;
    for (size_t depth = 1; depth <= lexer->depth; depth++)
        if (!is_object(lexer, depth))
            return false;
    return lex_says(&lexer->names[0], name);
}
