/* Batches: lines and elements, their numbers, their surveys and their errors. */
#include "../support/unit.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/response.h"

enum { DEPTH = 4, ITEM_BYTES = 65536 };

static enum cxd_err open_batch(struct batch *batch, const char *bytes, size_t length, struct error *err) {
    struct batch_size size;
    batch_measure(bytes, length, &size);
    return batch_open(batch, bytes, length, DEPTH, ITEM_BYTES, &size, err);
}

static struct error err;

/* What a batch gives, as text: "LINE SLUG SCORE; " for a good line, "LINE SLUG slug-of-error /pointer …; "
 * for a bad one. */
static void describe(struct batch *batch, struct buffer *out) {
    struct arena arena;
    size_t line;
    const char *slug;
    struct response response;
    arena_init(&arena);
    size_t count = 0;
    while (batch_next(batch, &arena, &line, &slug, &response, &err)) {
        count++;
        buffer_append_format(out, "%zu %s ", line, slug ? slug : "-");
        if (err.code == CXD_OK)
            buffer_append_int(out, response.score);
        else
            buffer_append_text(out, error_slug(err.code));
        for (size_t i = 0; err.code != CXD_OK && i < err.member_count && i < ERROR_MEMBERS_MAX; i++)
            buffer_append_format(out, " %s", err.members[i].pointer[0] ? err.members[i].pointer : "(body)");
        buffer_append_text(out, "; ");
    }
    struct batch_size size;
    batch_measure(batch->bytes, batch->length, &size);
    assert_int_equal(size.lines, count);
    arena_free(&arena);
}

static void must_give(const char *text, const char *expected) {
    struct batch batch;
    struct buffer out;
    buffer_init(&out);
    if (open_batch(&batch, text, strlen(text), &err) != CXD_OK)
        fail_msg("%s\nis refused: %s", text, err.detail);
    describe(&batch, &out);
    const char *got = buffer_terminate(&out);
    assert_non_null(got);
    if (strcmp(got, expected) != 0)
        fail_msg("%s\ngives %s\nnot   %s", text, got, expected);
    batch_close(&batch);
    buffer_free(&out);
}

static void must_refuse(const char *text) {
    struct batch batch;
    if (open_batch(&batch, text, strlen(text), &err) != ERR_MALFORMED_JSON)
        fail_msg("%s\nis taken", text);
    assert_true(err.detail[0] != '\0');
    batch_close(&batch);
}

#define A "{\"survey\":\"a\",\"score\":1}"
#define B "{\"score\":2,\"survey\":\"b\"}"

static void test_lines(void **state) {
    must_give("", "");
    must_give("\n\r\n \t\n", "");
    must_give(A, "1 a 1; ");
    must_give(A "\n", "1 a 1; ");
    must_give(A "\n" B, "1 a 1; 2 b 2; ");
    must_give(A "\r\n" B "\r\n", "1 a 1; 2 b 2; ");
    must_give("\n\n" A "\n\n\n" B "\n\n", "3 a 1; 6 b 2; ");
    must_give("\xEF\xBB\xBF" A "\n" B, "1 a 1; 2 b 2; ");
    must_give("  " A "  \n\t" B, "1 a 1; 2 b 2; ");
}

static void test_bad_lines_do_not_sink_the_others(void **state) {
    must_give(A "\nnot json\n" B, "1 a 1; 2 - malformed_json; 3 b 2; ");
    must_give(A " " B "\n" B, "1 - malformed_json; 2 b 2; ");
    must_give(A "," B, "1 - malformed_json; ");
    must_give("{\"survey\":\"a\",\n\"score\":1}", "1 - malformed_json; 2 - malformed_json; ");
    must_give("7\n" A, "1 - invalid (body); 2 a 1; ");
    must_give("{}\n" A, "1 - invalid /survey; 2 a 1; ");
    must_give("{\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":null,\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":7,\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":\"Not A Slug\",\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":\"a\",\"score\":1.5,\"x\":1}", "1 a invalid /score /x; ");
    must_give("{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[[1]]]}}\n" B, "1 - malformed_json; 2 b 2; ");
    must_give("{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[1]]}}\n" B, "1 a invalid /properties/k; 2 b 2; ");
}

/* A NUL at any place of a text. Between its values the array is none, and of lines the one that holds it; in a string
 * it is the member's. */
static void test_nul_bytes(void **state) {
    static const char array[] = " [" A ", " B "] ", lines[] = A "\n" B "\n";
    char text[sizeof array + sizeof lines];
    bool is_inside = false;
    for (size_t at = 0; at < sizeof array; at++) {
        struct batch batch;
        size_t length = sizeof array; /* with one more byte */
        memcpy(text, array, at);
        text[at] = '\0';
        memcpy(text + at + 1, array + at, sizeof array - 1 - at);
        enum cxd_err code = open_batch(&batch, text, length, &err);
        if (code != (is_inside ? CXD_OK : ERR_MALFORMED_JSON))
            fail_msg("a NUL at %zu gives %d", at, (int)code);
        batch_close(&batch);
        is_inside ^= array[at] == '"';
    }
    for (size_t at = 0; at < sizeof lines; at++) {
        struct batch batch;
        struct arena arena;
        struct response response;
        const char *slug;
        size_t line, bad = 0;
        memcpy(text, lines, at);
        text[at] = '\0';
        memcpy(text + at + 1, lines + at, sizeof lines - 1 - at);
        arena_init(&arena);
        assert_int_equal(open_batch(&batch, text, sizeof lines, &err), CXD_OK);
        while (batch_next(&batch, &arena, &line, &slug, &response, &err)) {
            bool has_it = line == (at < sizeof A ? 1U : at < sizeof A + sizeof B ? 2U : 3U);
            if (err.code != (has_it ? is_inside ? ERR_INVALID : ERR_MALFORMED_JSON : CXD_OK))
                fail_msg("a NUL at %zu: line %zu", at, line);
            bad += has_it;
        }
        assert_int_equal(bad, 1);
        arena_free(&arena);
        batch_close(&batch);
        is_inside ^= lines[at] == '"';
    }
}

/* Of a comment it is mended, alone and in any form of batch; where elements end is known all the same. */
static void test_bad_characters(void **state) {
#define BAD "{\"survey\":\"a\",\"comment\":\"\\u0000 \xFF \\ud83d \v ]} \\\" ,\",\"score\":1.0}"
    must_give(BAD "\n" B "\n" BAD, "1 a 1; 2 b 2; 3 a 1; ");
    must_give("[" BAD "," B "," BAD "]", "1 a 1; 2 b 2; 3 a 1; ");
    must_give("\xEF\xBB\xBF[" BAD ",{\"survey\":\"\xFF\",\"score\":1e400},7.5]",
              "1 a 1; 2 - invalid /survey; 3 - invalid (body); ");
    must_give(BAD "\n{\"survey\":\"a\",\"score\":1,\"respondent\":7,\"comment\":\"\\x\"}\n" B,
              "1 a 1; 2 - malformed_json; 3 b 2; ");
    must_refuse("[" BAD ",{\"comment\":\"\\x\"}]");
    must_refuse("[" BAD "\xFF]");
}

static void test_line_of_malformed_is_of_the_body(void **state) {
    struct batch batch;
    struct arena arena;
    size_t line;
    const char *slug;
    struct response response;
    const char *text = A "\n\n{oops}\n";
    arena_init(&arena);
    assert_int_equal(open_batch(&batch, text, strlen(text), &err), CXD_OK);
    assert_true(batch_next(&batch, &arena, &line, &slug, &response, &err));
    assert_int_equal(err.code, CXD_OK);
    assert_true(batch_next(&batch, &arena, &line, &slug, &response, &err));
    assert_int_equal(line, 3);
    assert_int_equal(err.code, ERR_MALFORMED_JSON);
    assert_non_null(strstr(err.detail, "line 3, column "));
    assert_false(batch_next(&batch, &arena, &line, &slug, &response, &err));
    assert_false(batch_next(&batch, &arena, &line, &slug, &response, &err));
    batch_close(&batch);
    arena_free(&arena);
}

static void test_arrays(void **state) {
    must_give("[]", "");
    must_give(" \n[ ]\n ", "");
    must_give("[" A "]", "1 a 1; ");
    must_give("[" A "," B "]", "1 a 1; 2 b 2; ");
    must_give("\xEF\xBB\xBF\n[\n" A "\n,\n" B "\n]\n", "1 a 1; 2 b 2; ");
    must_give("[1,2.5,\"x\",null,[],{}," A "]",
              "1 - invalid (body); 2 - invalid (body); 3 - invalid (body); 4 - invalid (body); 5 - invalid (body); "
              "6 - invalid /survey; 7 a 1; ");
    must_give("[{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[1]]}}," B "]",
              "1 a invalid /properties/k; 2 b 2; ");
}

static void test_arrays_that_are_refused_whole(void **state) {
    static const char *const TEXTS[] = {
        "[",
        "[" A,
        "[" A ",]",
        "[," A "]",
        "[" A ","
        "," B "]",
        "[" A " " B "]",
        "[" A "] x",
        "[" A "]]",
        "[" A "][]",
        "[" A "}",
        "[1 2]",
        "[1,",
        "[" A ",x]",
        "[\"" A "\"]",
        "[{\"survey\":\"a\",\"survey\":\"b\"}]",
        "[[[[[[1]]]]]]",
        "[" A "]\n" B,
        "[" A "\x01]",
        "[" A ",\xff]",
    };
    for (size_t i = 0; i < CXD_COUNT(TEXTS); i++)
        must_refuse(TEXTS[i]);
    must_refuse("[\n" A ",\n  {oops}]");
    assert_non_null(strstr(err.detail, "line 3, column "));
}

static void test_many_lines_with_one_arena_each(void **state) {
    enum { LINES = 3000 };
    struct buffer text;
    struct batch batch;
    struct arena arena;
    size_t line;
    const char *slug;
    struct response response;
    int64_t sum = 0;
    size_t count = 0;
    buffer_init(&text);
    for (int i = 0; i < LINES; i++)
        buffer_append_format(&text, "%s{\"survey\":\"s%d\",\"score\":%d,\"comment\":\"%*d\"}", i == 0 ? "[" : ",", i,
                             i % 11, i % 97 * 100 + 1, i);
    buffer_append_char(&text, ']');
    assert_false(text.failed);
    arena_init(&arena);
    assert_int_equal(open_batch(&batch, text.data, text.length, &err), CXD_OK);
    while (batch_next(&batch, &arena, &line, &slug, &response, &err)) {
        assert_int_equal(err.code, CXD_OK);
        assert_int_equal(line, ++count);
        assert_int_equal(strtol(slug + 1, NULL, 10), count - 1);
        assert_int_equal(strtol(response.comment, NULL, 10), count - 1);
        sum += response.score;
        arena_reset(&arena);
    }
    assert_int_equal(count, LINES);
    assert_int_equal(sum, 272 * 55 + 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7); /* 3000 = 272·11 + 8 */
    batch_close(&batch);
    arena_free(&arena);
    buffer_free(&text);
}

/* What is parsed takes many times its bytes: an item that is too large is not. */
static void test_items_are_bounded(void **state) {
    enum { LARGE = ITEM_BYTES + 1 };
    static const char GOOD[] = "{\"survey\":\"a\",\"score\":9}";
    static const char *const FORMS[] = {"%s\n%s\n%s", "[%s,%s,%s]"};
    char *large = malloc(LARGE + 1), *text = malloc(2 * LARGE);
    assert_true(large && text);
    memset(large, ' ', LARGE);
    memcpy(large, "{\"survey\":\"a\",\"score\":8", 23);
    large[LARGE - 1] = '}';
    large[LARGE] = '\0';
    for (size_t i = 0; i < 2; i++) {
        struct batch batch;
        struct buffer out;
        buffer_init(&out);
        snprintf(text, 2 * LARGE, FORMS[i], GOOD, large, GOOD);
        enum cxd_err code = open_batch(&batch, text, strlen(text), &err);
        assert_int_equal(code, i == 0 ? CXD_OK : ERR_TOO_LARGE);
        if (code == CXD_OK) {
            describe(&batch, &out);
            assert_string_equal(buffer_terminate(&out), "1 a 9; 2 - too_large; 3 a 9; ");
        }
        batch_close(&batch);
        /* One byte less is taken. */
        buffer_reset(&out);
        large[LARGE - 2] = '}';
        large[LARGE - 1] = '\0';
        snprintf(text, 2 * LARGE, FORMS[i], GOOD, large, GOOD);
        large[LARGE - 2] = ' ';
        large[LARGE - 1] = '}';
        assert_int_equal(open_batch(&batch, text, strlen(text), &err), CXD_OK);
        batch_close(&batch);
        buffer_free(&out);
    }
    free(large);
    free(text);
}

/* A line that is found out late to be one for the other way is held once all the same. */
static void test_what_is_left_to_the_other_way_is_held_once(void **state) {
    enum { LINES = 100, WORDS = 2000 };
    static const char *const PROPERTIES[] = {"\"a\"", "1.5"};
    size_t held[CXD_COUNT(PROPERTIES)] = {0};
    (void)state;
    for (size_t i = 0; i < CXD_COUNT(PROPERTIES); i++) {
        struct buffer text;
        struct batch batch;
        struct arena arena;
        size_t line, count = 0;
        const char *slug;
        struct response response;
        buffer_init(&text);
        arena_init(&arena);
        for (int at = 0; at < LINES; at++)
            buffer_append_format(&text,
                                 "{\"survey\":\"s\",\"score\":1,\"comment\":\"%0*d\",\"properties\":{\"v\":%s}}\n",
                                 WORDS, at, PROPERTIES[i]);
        assert_int_equal(open_batch(&batch, text.data, text.length, &err), CXD_OK);
        while (batch_next(&batch, &arena, &line, &slug, &response, &err)) {
            assert_int_equal(err.code, CXD_OK);
            count++;
        }
        assert_int_equal(count, LINES);
        held[i] = arena_bytes(&arena);
        batch_close(&batch);
        arena_free(&arena);
        buffer_free(&text);
    }
    assert_in_range(held[1], 1, held[0] + held[0] / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bad_lines_do_not_sink_the_others),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_bad_characters),
        cmocka_unit_test(test_line_of_malformed_is_of_the_body),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_arrays_that_are_refused_whole),
        cmocka_unit_test(test_many_lines_with_one_arena_each),
        cmocka_unit_test(test_items_are_bounded),
        cmocka_unit_test(test_what_is_left_to_the_other_way_is_held_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
