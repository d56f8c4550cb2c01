/* Any bytes as a text of JSON that is mended, as the inside of a comment and of a channel, and as a number. What is
 * mended stays so; what was good is not touched; a bad character in a comment costs that character alone. */
#include "fuzz.h"

#include "codec/lex.h"
#include "codec/mend.h"
#include "cxd/base/buffer.h"
#include "cxd/base/number.h"
#include "cxd/codec/json.h"
#include "cxd/codec/response.h"

enum { DEPTH = 16, GROWS = 6 };

static struct error err;

/* Tokens lie one behind the other, with blanks between them, and end with the text. */
static void check_tokens(const char *bytes, size_t size) {
    struct lexer lexer;
    struct lex_token token;
    const char *behind = bytes;
    lex_begin(&lexer, bytes, size);
    while (lex_next(&lexer, &token)) {
        CHECK(token.start >= behind && token.end > token.start && token.end <= bytes + size && token.end == lexer.at);
        for (; behind < token.start; behind++)
            CHECK(strchr(" \t\r\n", *behind) && *behind);
        CHECK(!token.is_plain || token.kind == LEX_STRING);
        CHECK(!token.is_key || lexer.depth > 0);
        behind = token.end;
    }
}

static void check_text(const char *bytes, size_t size) {
    struct buffer once, twice;
    struct json *document;
    buffer_init(&once);
    buffer_init(&twice);
    mend_text(bytes, size, &once);
    CHECK(!once.failed && once.length <= GROWS * size);
    bool is_json = json_open(bytes, size, &document, &err) == CXD_OK;
    if (is_json)
        json_free(document);
    if (once.length > 0) {
        mend_text(once.data, once.length, &twice);
        CHECK(!twice.failed && twice.length == 0);
        size_t last = 0;
        for (size_t at = 0; at <= once.length; at += 1 + once.length / 16) {
            size_t origin = mend_origin(bytes, size, at);
            CHECK(origin >= last && origin <= size);
            last = origin;
        }
    }
    if (is_json && once.length > 0) { /* of what is JSON only numbers are written in another way */
        CHECK(json_open(once.data, once.length, &document, &err) == CXD_OK);
        json_free(document);
    }
    buffer_free(&once);
    buffer_free(&twice);
}

/* What an escape begins or a quote ends is looked at above. */
static size_t without_marks(const char *bytes, size_t size, char *out) {
    size_t length = 0;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != '"' && bytes[i] != '\\')
            out[length++] = bytes[i];
    return length;
}

static void check_member(const char *name, const char *inside, size_t length, bool is_free) {
    struct buffer text;
    struct arena arena;
    struct response response = {.score = -1};
    char *expected = malloc(3 * length + 1);
    size_t expected_length;
    CHECK(expected);
    buffer_init(&text);
    arena_init(&arena);
    buffer_append_format(&text, "{\"touchpoint\":\"shop\",\"%s\":\"", name);
    buffer_append(&text, inside, length);
    buffer_append_text(&text, "\",\"score\":7}");
    enum cxd_err code = response_decode(text.data, text.length, DEPTH, &arena, &response, &err);
    size_t bad = utf8_mend(expected, inside, length, &expected_length);
    const char *got = is_free ? response.comment : response.channel;
    CHECK(code == CXD_OK && response.score == 7 && strcmp(response.touchpoint, "shop") == 0);
    CHECK(utf8_count(expected) != SIZE_MAX && !utf8_has_control(expected, true));
    CHECK(!got || utf8_count(got) != SIZE_MAX);
    if (strspn(expected, " \t\r\n") == expected_length)
        CHECK(!got);
    else if (is_free)
        CHECK(strcmp(got, expected) == 0 && !response.sent.adjusted == (bad == 0));
    else if (bad > 0)
        CHECK(utf8_has_control(got, true)); /* which its rule refuses */
    else
        CHECK(strcmp(got, expected) == 0);
    CHECK(is_free || !response.sent.adjusted);
    buffer_free(&text);
    arena_free(&arena);
    free(expected);
}

static void check_number(const char *bytes, size_t size) {
    struct number number;
    char shortest[NUMBER_TEXT_SIZE];
    int64_t value;
    struct json *document;
    bool is_number = number_parse(bytes, size, &number);
    bool is_json = json_open(bytes, size, &document, &err) == CXD_OK;
    double read = 0;
    if (is_json && json_number(document, "", &read) && is_number && number_is_whole(&number) &&
        number_value(&number, &value))
        CHECK((double)value == read);
    if (is_json)
        json_free(document);
    if (is_number && number_shortest(&number, shortest) && is_json)
        CHECK(strtod(shortest, NULL) == read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = malloc(size), *inside = malloc(size);
    CHECK((bytes && inside) || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    check_tokens(bytes, size);
    if (!json_too_deep(bytes, size, DEPTH))
        check_text(bytes, size);
    check_number(bytes, size);
    size_t length = without_marks(bytes, size, inside);
    if (!json_too_deep(inside, length, 0)) /* brackets are not what this is about */
        for (int i = 0; i < 2; i++)
            check_member(i == 0 ? "comment" : "channel", inside, length, i == 0);
    free(bytes);
    free(inside);
    return 0;
}
