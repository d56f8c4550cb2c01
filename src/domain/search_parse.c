/* What is asked for in words, as a tree. Nothing of it is ever read by an engine's own parser but in quotes. */

#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/domain/search.h"
#include "domain/characters.h"

enum token_kind { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_AND, TOKEN_OR, TOKEN_NOT, TOKEN_TEXT };

struct token {
    enum token_kind kind;
    size_t at; /* characters before it */
    const char *text;
    size_t length;
    bool is_prefix;
};

struct parser {
    const char *next;
    size_t at; /* characters before `next` */
    struct arena *arena;
    struct search_query *query;
    struct token token;
    int depth;
};

static enum cxd_err refuse(size_t at, const char *what, struct error *err) {
    return error_set(err, ERR_BAD_PARAMETER, "q: %s (character %zu)", what, at + 1);
}

static void advance(struct parser *parser) {
    parser->next += utf8_length(parser->next);
    parser->at++;
}

static bool is_blank_at(const char *text) {
    size_t length;
    uint32_t code = utf8_decode(text, strlen(text), &length);
    return (unsigned char)*text < 0x20 || utf8_is_blank(code);
}

/* “ ” „ as keyboards write them, and the plain one. */
static bool is_quote_at(const char *text) {
    return *text == '"' || strncmp(text, "\u201c", 3) == 0 || strncmp(text, "\u201d", 3) == 0 ||
           strncmp(text, "\u201e", 3) == 0;
}

/* Other letters than ASCII's may be a word by themselves. */
static bool is_bare_letter(const char *text, size_t length) {
    return length == 1 && (unsigned char)*text < 0x80;
}

static void end_text(struct parser *parser, const char *begin) {
    struct token *token = &parser->token;
    token->kind = TOKEN_TEXT;
    token->text = begin;
    token->length = (size_t)(parser->next - begin);
}

static enum cxd_err take_star(struct parser *parser, struct error *err) {
    struct token *token = &parser->token;
    if (*parser->next != '*')
        return CXD_OK;
    if (token->length == 0 || is_bare_letter(token->text, token->length))
        return refuse(token->at, "in front of * there are at least two letters", err);
    token->is_prefix = true;
    advance(parser);
    char next = *parser->next;
    bool ends = next == '\0' || next == '(' || next == ')' || is_blank_at(parser->next);
    return ends ? CXD_OK : refuse(parser->at - 1, "* stands at the end of a word", err);
}

static enum cxd_err read_phrase(struct parser *parser, struct error *err) {
    size_t opened = parser->at;
    advance(parser);
    const char *begin = parser->next;
    while (*parser->next != '\0' && !is_quote_at(parser->next))
        advance(parser);
    if (*parser->next == '\0')
        return refuse(opened, "a quote is opened and not closed", err);
    end_text(parser, begin);
    advance(parser);
    return take_star(parser, err);
}

static enum cxd_err read_word(struct parser *parser, struct error *err) {
    static const struct {
        const char *word;
        enum token_kind kind;
    } OPERATORS[] = {{"AND", TOKEN_AND}, {"OR", TOKEN_OR}, {"NOT", TOKEN_NOT}};
    const char *begin = parser->next;
    while (*parser->next != '\0' && !strchr("()*", *parser->next) && !is_quote_at(parser->next) &&
           !is_blank_at(parser->next))
        advance(parser);
    end_text(parser, begin);
    for (size_t i = 0; i < CXD_COUNT(OPERATORS); i++)
        if (strlen(OPERATORS[i].word) == parser->token.length && *parser->next != '*' &&
            strncmp(OPERATORS[i].word, begin, parser->token.length) == 0)
            parser->token.kind = OPERATORS[i].kind;
    return take_star(parser, err);
}

/* The next token, into parser->token. */
static enum cxd_err step(struct parser *parser, struct error *err) {
    while (*parser->next != '\0' && is_blank_at(parser->next))
        advance(parser);
    const char *next = parser->next;
    parser->token = (struct token){.kind = TOKEN_END, .at = parser->at};
    if (*next == '\0')
        return CXD_OK;
    if (is_quote_at(next))
        return read_phrase(parser, err);
    bool is_minus = *next == '-' && next[1] != '\0' && next[1] != '-' && !is_blank_at(next + 1);
    if (*next != '(' && *next != ')' && !is_minus)
        return read_word(parser, err);
    parser->token.kind = *next == '(' ? TOKEN_OPEN : *next == ')' ? TOKEN_CLOSE : TOKEN_NOT;
    advance(parser);
    return CXD_OK;
}

/* What is left out leaves the other. */
static enum cxd_err join(struct parser *parser, enum search_kind kind, int left, int right, int *ret_node,
                         struct error *err) {
    struct search_query *query = parser->query;
    bool is_whole =
        kind == SEARCH_PHRASE || (left != SEARCH_NOTHING && (kind == SEARCH_NOT || right != SEARCH_NOTHING));
    if (!is_whole) {
        *ret_node = kind == SEARCH_NOT ? SEARCH_NOTHING : left != SEARCH_NOTHING ? left : right;
        return CXD_OK;
    }
    if (query->node_count == SEARCH_NODES_MAX)
        return refuse(parser->token.at, "there is too much in it", err);
    query->nodes[query->node_count] = (struct search_node){kind, left, right};
    *ret_node = (int)query->node_count++;
    return CXD_OK;
}

/* Signs of ASCII ask for nothing, and are left out. Not so an emoji: who asks for it means it. Whether another sign is
 * a word (½ is one) the engine says. */
static bool has_word(const char *text, size_t length, bool *ret_has_emoji) {
    *ret_has_emoji = false;
    for (size_t at = 0, used; at < length; at += used) {
        uint32_t code = utf8_decode(text + at, length - at, &used);
        enum character_class class = character_class(code);
        if (class == CHARACTER_LETTER || class == CHARACTER_DIGIT || class == CHARACTER_UNSPACED ||
            (class == CHARACTER_OTHER && code >= 0x80))
            return true;
        *ret_has_emoji = *ret_has_emoji || class == CHARACTER_EMOJI;
    }
    return false;
}

static enum cxd_err read_text(struct parser *parser, int *ret_node, struct error *err) {
    struct search_query *query = parser->query;
    struct token token = parser->token;
    bool has_emoji;
    *ret_node = SEARCH_NOTHING;
    if (has_word(token.text, token.length, &has_emoji)) {
        if (query->phrase_count == SEARCH_PHRASES_MAX)
            return refuse(token.at, "there are more than 16 words and phrases", err);
        struct search_phrase *phrase = &query->phrases[query->phrase_count];
        *phrase = (struct search_phrase){.is_prefix = token.is_prefix};
        phrase->text = arena_strndup(parser->arena, token.text, token.length);
        if (!phrase->text)
            return error_set(err, ERR_NO_MEMORY, "no memory for the query");
        enum cxd_err result = join(parser, SEARCH_PHRASE, (int)query->phrase_count++, SEARCH_NOTHING, ret_node, err);
        if (result != CXD_OK)
            return result;
    } else if (has_emoji) {
        return refuse(token.at, "words are searched, and no emoji", err);
    }
    return step(parser, err);
}

static enum cxd_err read_any(struct parser *parser, int *ret_node, struct error *err);

static enum cxd_err read_group(struct parser *parser, int *ret_node, struct error *err) {
    size_t opened = parser->token.at;
    enum cxd_err result = step(parser, err);
    if (result == CXD_OK && parser->token.kind == TOKEN_CLOSE)
        return refuse(opened, "there is nothing between ( and )", err);
    if (result == CXD_OK)
        result = read_any(parser, ret_node, err);
    if (result == CXD_OK && parser->token.kind != TOKEN_CLOSE)
        return refuse(opened, "a ( is opened and not closed", err);
    return result == CXD_OK ? step(parser, err) : result;
}

static enum cxd_err read_one(struct parser *parser, int *ret_node, struct error *err) {
    struct token token = parser->token;
    enum cxd_err result;
    if (token.kind == TOKEN_TEXT)
        return read_text(parser, ret_node, err);
    if (token.kind == TOKEN_END)
        return refuse(token.at, "something is missing at the end", err);
    if (token.kind == TOKEN_CLOSE)
        return refuse(token.at, "something is missing in front of )", err);
    if (token.kind != TOKEN_OPEN && token.kind != TOKEN_NOT)
        return refuse(token.at, "AND and OR stand between two words; in quotes they are words", err);
    if (++parser->depth > SEARCH_DEPTH_MAX)
        return refuse(token.at, "it is nested too deep", err);
    if (token.kind == TOKEN_OPEN) {
        result = read_group(parser, ret_node, err);
    } else {
        int node;
        result = step(parser, err);
        if (result == CXD_OK)
            result = read_one(parser, &node, err);
        if (result == CXD_OK)
            result = join(parser, SEARCH_NOT, node, SEARCH_NOTHING, ret_node, err);
    }
    parser->depth--;
    return result;
}

static bool begins_one(enum token_kind kind) {
    return kind == TOKEN_TEXT || kind == TOKEN_OPEN || kind == TOKEN_NOT;
}

static enum cxd_err read_all(struct parser *parser, int *ret_node, struct error *err) {
    enum cxd_err result = read_one(parser, ret_node, err);
    while (result == CXD_OK && (parser->token.kind == TOKEN_AND || begins_one(parser->token.kind))) {
        int right;
        if (parser->token.kind == TOKEN_AND)
            result = step(parser, err);
        if (result == CXD_OK)
            result = read_one(parser, &right, err);
        if (result == CXD_OK)
            result = join(parser, SEARCH_AND, *ret_node, right, ret_node, err);
    }
    return result;
}

static enum cxd_err read_any(struct parser *parser, int *ret_node, struct error *err) {
    enum cxd_err result = read_all(parser, ret_node, err);
    while (result == CXD_OK && parser->token.kind == TOKEN_OR) {
        int right;
        result = step(parser, err);
        if (result == CXD_OK)
            result = read_all(parser, &right, err);
        if (result == CXD_OK)
            result = join(parser, SEARCH_OR, *ret_node, right, ret_node, err);
    }
    return result;
}

static void tell_wanted(struct search_query *query, int at, bool is_wanted) {
    const struct search_node *node = &query->nodes[at];
    if (node->kind == SEARCH_PHRASE) {
        query->phrases[node->left].is_wanted = is_wanted;
        return;
    }
    tell_wanted(query, node->left, is_wanted != (node->kind == SEARCH_NOT));
    if (node->kind != SEARCH_NOT)
        tell_wanted(query, node->right, is_wanted);
}

enum cxd_err search_parse(const char *text, struct arena *arena, struct search_query *ret_query, struct error *err) {
    struct parser parser = {.next = text, .arena = arena, .query = ret_query};
    *ret_query = (struct search_query){.root = SEARCH_NOTHING};
    size_t characters = utf8_count(text);
    if (characters == SIZE_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "q: is not UTF-8");
    if (characters > SEARCH_CHARACTERS_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "q: is longer than %d characters", SEARCH_CHARACTERS_MAX);
    enum cxd_err result = step(&parser, err);
    if (result == CXD_OK && parser.token.kind == TOKEN_END)
        return error_set(err, ERR_BAD_PARAMETER, "q: there is no word in it");
    if (result == CXD_OK)
        result = read_any(&parser, &ret_query->root, err);
    if (result == CXD_OK && parser.token.kind == TOKEN_CLOSE)
        return refuse(parser.token.at, "a ) has no (", err);
    if (result == CXD_OK && ret_query->root == SEARCH_NOTHING)
        return error_set(err, ERR_BAD_PARAMETER, "q: there is no word in it");
    if (result == CXD_OK)
        tell_wanted(ret_query, ret_query->root, true);
    return result;
}
