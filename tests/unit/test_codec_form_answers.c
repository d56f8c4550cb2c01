/* Answers in the fields of a form: the same as in JSON, once the questions are known. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/answers.h"
#include "cxd/codec/form.h"
#include "cxd/codec/response.h"

static const struct question QUESTIONS[] = {{.key = "ease", .type = QUESTION_SCALE},
                                            {.key = "f", .type = QUESTION_CHOICES},
                                            {.key = "r", .type = QUESTION_CHOICE},
                                            {.key = "why", .type = QUESTION_TEXT}};
static const struct survey SURVEY = {.questions = QUESTIONS, .question_count = CXD_COUNT(QUESTIONS)};

static struct error err;

static enum cxd_err read_fields(const char *fields, struct arena *arena, struct response *ret_response) {
    struct form form;
    assert_int_equal(form_read_fields(fields, strlen(fields), arena, &form, &err), CXD_OK);
    return response_decode_form(&form, arena, ret_response, &err);
}

static void check_read(const char *fields, const char *expected) {
    struct arena arena;
    struct response response;
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out);
    if (read_fields(fields, &arena, &response) != CXD_OK)
        fail_msg("%s is refused: %s %s", fields, err.members[0].pointer, err.members[0].detail);
    assert_true(response_settle_answers(&response, &SURVEY, &arena));
    buffer_append_char(&out, '{');
    answers_encode(&out, response.answers, response.answer_count);
    const char *found = buffer_terminate(&out);
    assert_non_null(found);
    if (strcmp(found + 1, expected) != 0)
        fail_msg("%s\nis read as %s\nnot        %s", fields, found + 1, expected);
    buffer_free(&out);
    arena_free(&arena);
}

static void test_reads(void **state) {
    check_read("score=9", "");
    check_read("score=9&answer.why=&answer.f=&answer.f.other=+&answer.r=", "");
    check_read("answer.why=a+b%0D%0Ac&answer.ease=+07&answer.r=price&answer.f=a",
               "\"answers\":{\"ease\":7,\"f\":\"a\",\"r\":\"price\",\"why\":\"a b\\nc\"}");
    check_read("answer.ease=4.0", "\"answers\":{\"ease\":4}");
    check_read("answer.ease=-40e-1", "\"answers\":{\"ease\":-4}");
    check_read("answer.ease=+0.4e1+&answer.why=4.0", "\"answers\":{\"ease\":4,\"why\":\"4.0\"}");
    check_read("answer.ease=4.0000000000000000001", "\"answers\":{\"ease\":\"4.0000000000000000001\"}");
    check_read("answer.ease=99999999999999999999", "\"answers\":{\"ease\":\"99999999999999999999\"}");
    check_read("answer.ease=0x4", "\"answers\":{\"ease\":\"0x4\"}");
    check_read("answers=&score=9&properties=+&_charset_=", "");
    check_read("properties=&answers=+&answer.why=x&property.a=b", "\"answers\":{\"why\":\"x\"}");
    check_read("answer.f=b&answer.why=x&answer.f=a&answer.f=b", "\"answers\":{\"f\":[\"a\",\"b\"],\"why\":\"x\"}");
    check_read("answer.why=7&answer.r=7&answer.no=7", "\"answers\":{\"no\":\"7\",\"r\":\"7\",\"why\":\"7\"}");
    check_read("answer.=x", "\"answers\":{\"\":\"x\"}");
    check_read("answer..other=x", "\"answers\":{\".other\":\"x\"}");
}

/* A page has a field for what other is, which is sent also where it was left empty, or is not meant any more. */
static void test_other(void **state) {
    check_read("answer.r=other&answer.r.other=late", "\"answers\":{\"r\":{\"other\":\"late\"}}");
    check_read("answer.r=other&answer.r.other=", "\"answers\":{\"r\":\"other\"}");
    check_read("answer.r=&answer.r.other=late", "\"answers\":{\"r\":{\"other\":\"late\"}}");
    check_read("answer.r.other=late&answer.r=price", "\"answers\":{\"r\":\"price\"}");
    check_read("answer.r.other=late&answer.r=zone", "\"answers\":{\"r\":\"zone\"}");
    check_read("answer.f=b&answer.f=other&answer.f.other=late", "\"answers\":{\"f\":[\"b\",{\"other\":\"late\"}]}");
    check_read("answer.f=b&answer.f.other=late", "\"answers\":{\"f\":[\"b\",{\"other\":\"late\"}]}");
    check_read("answer.f=other&answer.f.other=late", "\"answers\":{\"f\":[{\"other\":\"late\"}]}");
    check_read("answer.f=b&answer.f.other=++", "\"answers\":{\"f\":\"b\"}");
}

static void test_faults(void **state) {
    struct arena arena;
    struct response response;
    arena_init(&arena);
    assert_int_equal(read_fields("score=9&answers=x&score=8&answer.r=a", &arena, &response), ERR_INVALID);
    assert_int_equal(err.member_count, 2);
    assert_string_equal(err.members[0].pointer, "/answers");
    assert_string_equal(err.members[1].pointer, "/score");
    assert_int_equal(response.answer_count, 1);
    assert_int_equal(read_fields("score=9&revision=03", &arena, &response), CXD_OK);
    assert_int_equal(response.sent.revision, 3);
    assert_int_equal(read_fields("score=9&revision=x", &arena, &response), ERR_INVALID);
    assert_string_equal(err.members[0].pointer, "/revision");
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reads), cmocka_unit_test(test_other),
                                       cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
