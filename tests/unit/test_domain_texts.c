/* What a response says in free words: which answers are, and which are of a list. */
#include "../support/unit.h"
#include "cxd/domain/texts.h"

static const struct question ASKED[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .other = true},
    {.key = "parts", .type = QUESTION_CHOICES, .other = true},
    {.key = "why", .type = QUESTION_TEXT},
    {.key = "ease", .type = QUESTION_SCALE},
};
static const struct survey SURVEY = {.questions = ASKED, .question_count = 4};

static void assert_texts(const struct response *response, const char *only, const char *expected) {
    struct said_text texts[TEXTS_MAX];
    char line[256] = "";
    size_t count = texts_of(response, texts_asked, &SURVEY, only, texts);
    for (size_t i = 0; i < count; i++) {
        strcat(line, texts[i].key ? texts[i].key : "-");
        strcat(line, ":");
        strcat(line, texts[i].text);
        strcat(line, ";");
    }
    assert_string_equal(line, expected);
}

static void test_texts(void **state) {
    static const char *const parts[] = {"a", "other"};
    const struct answer answers[] = {
        {.key = "ease", .form = ANSWER_NUMBER, .number = 3},
        {.key = "gone", .form = ANSWER_TEXT, .text = "unknown"},
        {.key = "parts", .form = ANSWER_LIST, .values = parts, .value_count = 2, .other = "c"},
        {.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = "words"},
        {.key = "why", .form = ANSWER_TEXT, .text = "text"},
    };
    const struct answer bare[] = {
        {.key = "parts", .form = ANSWER_LIST, .values = parts, .value_count = 2},
        {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
        {.key = "why", .form = ANSWER_TEXT}, /* erased */
    };
    struct response response = {.comment = "said", .answers = answers, .answer_count = 5};
    assert_texts(&response, NULL, "-:said;parts:c;reason:words;why:text;");
    assert_texts(&response, "why", "why:text;");
    assert_texts(&response, "parts", "parts:c;");
    assert_texts(&response, "ease", "");
    assert_texts(&response, "comment", "");
    response = (struct response){.answers = bare, .answer_count = 3};
    assert_texts(&response, NULL, "");
    response = (struct response){.comment = "said"};
    assert_texts(&response, NULL, "-:said;");
    assert_texts(&response, "why", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
