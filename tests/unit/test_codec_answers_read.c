/* Answers as a client sends them: what is read of any JSON, and that none of it costs the score. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/response.h"

enum { DEPTH = 16 };

static struct error err;

/* As answers_encode has it, with ODD for what no question takes. */
static void write_answers(struct buffer *out, const struct response *response) {
    for (size_t i = 0; i < response->answer_count; i++) {
        buffer_append_text(out, i > 0 ? " " : "");
        buffer_append_text(out, response->answers[i].key);
        buffer_append_char(out, ':');
        if (response->answers[i].form == ANSWER_ODD)
            buffer_append_text(out, "ODD");
        else
            answer_encode(out, &response->answers[i]);
    }
    buffer_append_char(out, ';');
    for (const struct answer_refusal *one = response->sent.left_out; one; one = one->next) {
        buffer_append_char(out, ' ');
        buffer_append_text(out, one->key);
    }
}

static void check_read(const char *answers, const char *expected) {
    char text[1024];
    struct arena arena;
    struct buffer out;
    struct response response;
    arena_init(&arena);
    buffer_init(&out);
    snprintf(text, sizeof text, "{\"score\":9,\"answers\":%s}", answers);
    if (response_decode(text, strlen(text), DEPTH, &arena, &response, &err) != CXD_OK)
        fail_msg("%s is refused: %s %s", text, err.detail, err.members[0].detail);
    write_answers(&out, &response);
    const char *found = buffer_terminate(&out);
    assert_non_null(found);
    if (strcmp(found, expected) != 0)
        fail_msg("%s\nis read as %s\nnot        %s", text, found, expected);
    assert_true(response.has_score && response.score == 9);
    buffer_free(&out);
    arena_free(&arena);
}

static void test_reads(void **state) {
    check_read("{}", ";");
    check_read("null", ";");
    check_read("\"\"", ";");
    check_read("{\"why\":\"text\",\"ease\":6,\"reason\":\"price\",\"features\":[\"b\",\"a\"]}",
               "ease:6 features:[\"a\",\"b\"] reason:\"price\" why:\"text\";");
    check_read("{\"ease\":6.0,\"e\":60e-1}", "e:6 ease:6;");
    check_read("{\"ease\":99999999999,\"e\":-1e30}", "e:-2147483648 ease:2147483647;");
    check_read("{\"ease\":\"6\"}", "ease:\"6\";"); /* a text, whatever it is to the question */
    check_read("{\"r\":{\"other\":\"words\"}}", "r:{\"other\":\"words\"};");
    check_read("{\"r\":{\"other\":\"\"},\"s\":{\"other\":null},\"t\":\"other\"}",
               "r:{\"other\":\"\"} s:{\"other\":\"\"} t:\"other\";");
    check_read("{\"f\":[\"b\",{\"other\":\"words\"},\"a\",\"b\"]}", "f:[\"a\",\"b\",{\"other\":\"words\"}];");
    check_read("{\"f\":[\"other\",{\"other\":\"words\"},{\"other\":\"words\"}]}", "f:[{\"other\":\"words\"}];");
    check_read("{\"f\":[{\"other\":null},\"other\"]}", "f:[{\"other\":\"\"}];");
    check_read("{\"f\":[{\"other\":null},{\"other\":\"x\"},{\"other\":\" \"}]}", "f:[{\"other\":\"x\"}];");
    check_read("{\"why\":\"<b> \\\" \\u00e9\"}", "why:\"\\u003cb\\u003e \\\" é\";");
}

/* What says nothing is no answer. */
static void test_passes_over(void **state) {
    check_read("{\"a\":null,\"b\":\"\",\"c\":\"  \\n\",\"d\":[],\"e\":[\"\",null,\" \"],\"f\":[\"\",\"x\"]}",
               "f:[\"x\"];");
}

static void test_reads_what_no_question_takes(void **state) {
    check_read(
        "{\"a\":true,\"b\":6.5,\"c\":{},\"d\":{\"x\":1},\"e\":{\"other\":1},\"f\":[1],\"g\":[[]],\"h\":[{},\"\",2],"
        "\"i\":[true],\"j\":{\"other\":\"x\",\"b\":\"y\"}}",
        "a:ODD b:ODD c:ODD d:ODD e:ODD f:ODD g:ODD h:ODD i:ODD j:ODD;");
    check_read("{\"\":1,\"a/b\":2}", ":1 a/b:2;");
}

/* Of several the others are read. */
static void test_leaves_out_of_a_list(void **state) {
    check_read("{\"a\":[1,\"a\"],\"b\":[\"b\",{},\"a\",[\"c\"],true]}", "a:[\"a\"] b:[\"a\",\"b\"]; b a");
    check_read("{\"k\":[{\"other\":\"x\"},\"b\",{\"other\":\"y\"}]}", "k:[\"b\",{\"other\":\"x\"}]; k");
    check_read("{\"k\":[{\"other\":1},{\"other\":\"x\"}]}", "k:[{\"other\":\"x\"}]; k");
}

/* What is no object is a member of a wrong type, as any. */
static void test_refuses_what_is_no_object(void **state) {
    static const char *const CASES[] = {"[]", "6", "\"x\"", "true", "[{\"a\":1}]"};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char text[64];
        struct arena arena;
        struct response response;
        arena_init(&arena);
        snprintf(text, sizeof text, "{\"score\":9,\"answers\":%s}", CASES[i]);
        assert_int_equal(response_decode(text, strlen(text), DEPTH, &arena, &response, &err), ERR_INVALID);
        assert_int_equal(err.member_count, 1);
        assert_string_equal(err.members[0].pointer, "/answers");
        assert_int_equal(response.answer_count, 0);
        arena_free(&arena);
    }
}

/* More than any survey asks for would cost the writer what it judges. */
static void test_bounds(void **state) {
    struct arena arena;
    struct buffer many;
    struct response response;
    arena_init(&arena);
    buffer_init(&many);
    buffer_append_text(&many, "{\"answers\":{\"list\":[\"v\"");
    for (int i = 0; i < 65; i++)
        buffer_append_format(&many, ",\"v%d\"", i);
    buffer_append_text(&many, "]");
    for (int i = 0; i < 100; i++)
        buffer_append_format(&many, ",\"k%d\":1", i);
    buffer_append_text(&many, "}}");
    assert_false(many.failed);
    assert_int_equal(response_decode(many.data, many.length, DEPTH, &arena, &response, &err), CXD_OK);
    assert_int_equal(response.answer_count, 64);
    size_t count = 0;
    const struct answer_refusal *last = NULL;
    for (const struct answer_refusal *one = response.sent.left_out; one; one = one->next) {
        last = one;
        count++;
    }
    assert_int_equal(count, ANSWERS_REFUSED_MAX);
    assert_string_equal(last->key, "list");
    buffer_free(&many);
    arena_free(&arena);
}

static void test_mends_texts(void **state) {
    static const char text[] = "{\"answers\":{\"why\":\"a\\u0000b\",\"r\":{\"other\":\"\\ud800\"}}}";
    struct arena arena;
    struct response response;
    arena_init(&arena);
    assert_int_equal(response_decode(text, strlen(text), DEPTH, &arena, &response, &err), CXD_OK);
    assert_string_equal(response.answers[0].other, "\xEF\xBF\xBD");
    assert_string_equal(response.answers[1].text, "a\xEF\xBF\xBD"
                                                  "b");
    assert_string_equal(response.sent.adjusted->pointer, "/answers/why");
    assert_string_equal(response.sent.adjusted->next->pointer, "/answers/r");
    arena_free(&arena);
}

/* The one of its form; how it is told where there is none such is not the reader's. */
static void test_revision(void **state) {
    static const struct {
        const char *text;
        enum cxd_err code;
        int64_t revision;
    } CASES[] = {{"3", CXD_OK, 3},          {"3.0", CXD_OK, 3},      {"0", CXD_OK, -1},
                 {"-7", CXD_OK, -1},        {"null", CXD_OK, 0},     {"\"\"", CXD_OK, 0},
                 {"\"3\"", ERR_INVALID, 0}, {"3.5", ERR_INVALID, 0}, {"1e30", CXD_OK, INT64_MAX}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char text[64];
        struct arena arena;
        struct response response;
        arena_init(&arena);
        snprintf(text, sizeof text, "{\"score\":9,\"revision\":%s}", CASES[i].text);
        assert_int_equal(response_decode(text, strlen(text), DEPTH, &arena, &response, &err), CASES[i].code);
        assert_int_equal(response.sent.revision, CASES[i].revision);
        assert_int_equal(response.revision, 0);
        arena_free(&arena);
    }
}

/* Of an archive null is a text that was erased; of any other rows it says nothing, as everywhere. */
static void test_imports_what_was_erased(void **state) {
    static const char rows[] = "{\"score\":9,\"answers\":{\"why\":null,\"ease\":6},\"revision\":2}\n"
                               "{\"score\":9,\"answers\":{\"why\":null,\"ease\":6}}\n";
    static const char *const EXPECTED[] = {"ease:6 why:null;", "ease:6;"};
    struct arena arena;
    struct batch batch;
    struct batch_size size;
    struct response response;
    size_t line;
    const char *slug;
    arena_init(&arena);
    batch_measure(rows, strlen(rows), &size);
    assert_int_equal(batch_open(&batch, rows, strlen(rows), DEPTH, 65536, &size, &err), CXD_OK);
    batch.is_import = true;
    for (size_t i = 0; i < 2; i++) {
        struct buffer out;
        buffer_init(&out);
        assert_true(batch_next(&batch, &arena, &line, &slug, &response, &err));
        assert_int_equal(err.code, CXD_OK);
        assert_int_equal(response.revision, i == 0 ? 2 : 0);
        assert_int_equal(response.sent.revision, 0);
        write_answers(&out, &response);
        assert_string_equal(buffer_terminate(&out), EXPECTED[i]);
        buffer_free(&out);
    }
    batch_close(&batch);
    arena_free(&arena);
}

/* What a reply says of what was just sent. */
static void test_tells_what_is_left_out(void **state) {
    struct arena arena;
    struct buffer out;
    struct response response = {.has_score = true, .score = 9};
    arena_init(&arena);
    buffer_init(&out);
    assert_true(response_leave_out(&response, &arena, "a\"", "is one"));
    assert_true(response_leave_out(&response, &arena, "b", "is two"));
    response_encode_refused(&out, &response);
    assert_string_equal(buffer_terminate(&out), "\"answers_refused\":[{\"key\":\"a\\\"\",\"detail\":\"is one\"},"
                                                "{\"key\":\"b\",\"detail\":\"is two\"}]");
    out.length = 0;
    response.sent.left_out = NULL;
    response_encode_refused(&out, &response);
    assert_int_equal(out.length, 0);
    buffer_free(&out);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_passes_over),
        cmocka_unit_test(test_reads_what_no_question_takes),
        cmocka_unit_test(test_leaves_out_of_a_list),
        cmocka_unit_test(test_refuses_what_is_no_object),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_mends_texts),
        cmocka_unit_test(test_revision),
        cmocka_unit_test(test_imports_what_was_erased),
        cmocka_unit_test(test_tells_what_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
