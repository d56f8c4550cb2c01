/* Batches: lines and elements, their numbers, their surveys and their errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/response.h"

enum { DEPTH = 4 };

static struct error err;

/* What a batch gives, as text: "LINE SLUG SCORE; " for a good line, "LINE SLUG slug-of-error /pointer …; "
 * for a bad one. */
static void describe(struct batch *batch, struct buffer *out) {
    struct arena arena;
    size_t line;
    const char *slug;
    struct response response;
    arena_init(&arena);
    while (batch_next(batch, &arena, &line, &slug, &response, &err)) {
        buffer_append_format(out, "%zu %s ", line, slug != NULL ? slug : "-");
        if (err.code == CXD_OK)
            buffer_append_int(out, response.score);
        else
            buffer_append_text(out, error_slug(err.code));
        for (size_t i = 0; err.code != CXD_OK && i < err.member_count && i < ERROR_MEMBERS_MAX; i++)
            buffer_append_format(out, " %s", err.members[i].pointer[0] ? err.members[i].pointer : "(body)");
        buffer_append_text(out, "; ");
    }
    arena_free(&arena);
}

static void must_give(const char *text, const char *expected) {
    struct batch batch;
    struct buffer out;
    buffer_init(&out);
    if (batch_open(&batch, text, strlen(text), DEPTH, &err) != CXD_OK)
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
    if (batch_open(&batch, text, strlen(text), DEPTH, &err) != ERR_MALFORMED_JSON)
        fail_msg("%s\nis taken", text);
    assert_true(err.detail[0] != '\0');
    batch_close(&batch);
}

#define A "{\"survey\":\"a\",\"score\":1}"
#define B "{\"score\":2,\"survey\":\"b\"}"

static void test_lines(void **state) {
    (void)state;
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
    (void)state;
    must_give(A "\nnot json\n" B, "1 a 1; 2 - malformed_json; 3 b 2; ");
    must_give(A " " B "\n" B, "1 - malformed_json; 2 b 2; ");
    must_give(A "," B, "1 - malformed_json; ");
    must_give("{\"survey\":\"a\",\n\"score\":1}", "1 - malformed_json; 2 - malformed_json; ");
    must_give("7\n" A, "1 - invalid (body); 2 a 1; ");
    must_give("{}\n" A, "1 - invalid /score /survey; 2 a 1; ");
    must_give("{\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":null,\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":7,\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":\"Not A Slug\",\"score\":1}", "1 - invalid /survey; ");
    must_give("{\"survey\":\"a\",\"score\":1.5,\"x\":1}", "1 a invalid /score /x; ");
    must_give("{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[[1]]]}}\n" B,
              "1 - malformed_json; 2 b 2; ");
    must_give("{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[1]]}}\n" B,
              "1 a invalid /properties/k; 2 b 2; ");
}

static void test_line_of_malformed_is_of_the_body(void **state) {
    (void)state;
    struct batch batch;
    struct arena arena;
    size_t line;
    const char *slug;
    struct response response;
    const char *text = A "\n\n{oops}\n";
    arena_init(&arena);
    assert_int_equal(batch_open(&batch, text, strlen(text), DEPTH, &err), CXD_OK);
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
    (void)state;
    must_give("[]", "");
    must_give(" \n[ ]\n ", "");
    must_give("[" A "]", "1 a 1; ");
    must_give("[" A "," B "]", "1 a 1; 2 b 2; ");
    must_give("\xEF\xBB\xBF\n[\n" A "\n,\n" B "\n]\n", "1 a 1; 2 b 2; ");
    must_give(
        "[1,2.5,\"x\",null,[],{}," A "]",
        "1 - invalid (body); 2 - invalid (body); 3 - invalid (body); 4 - invalid (body); 5 - invalid (body); "
        "6 - invalid /score /survey; 7 a 1; ");
    must_give("[{\"survey\":\"a\",\"score\":1,\"properties\":{\"k\":[[1]]}}," B "]",
              "1 a invalid /properties/k; 2 b 2; ");
}

static void test_arrays_that_are_refused_whole(void **state) {
    (void)state;
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
    (void)state;
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
        buffer_append_format(&text, "%s{\"survey\":\"s%d\",\"score\":%d,\"comment\":\"%*d\"}",
                             i == 0 ? "[" : ",", i, i % 11, i % 97 * 100 + 1, i);
    buffer_append_char(&text, ']');
    assert_false(text.failed);
    arena_init(&arena);
    assert_int_equal(batch_open(&batch, text.data, text.length, DEPTH, &err), CXD_OK);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bad_lines_do_not_sink_the_others),
        cmocka_unit_test(test_line_of_malformed_is_of_the_body),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_arrays_that_are_refused_whole),
        cmocka_unit_test(test_many_lines_with_one_arena_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
