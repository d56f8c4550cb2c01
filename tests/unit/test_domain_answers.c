/* Answers of a response: when two say the same, what their digests are, and what is left out of them. */
#include "../support/unit.h"
#include "cxd/base/secret.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/response.h"

static const char *const AB[] = {"a", "b"}, *const AC[] = {"a", "c"}, *const AB_OTHER[] = {"a", "b", "other"};

/* Each says something else. */
static const struct answer ANSWERS[] = {
    {.key = "k", .form = ANSWER_NUMBER, .number = 6},
    {.key = "k", .form = ANSWER_NUMBER, .number = -6},
    {.key = "k", .form = ANSWER_TEXT, .text = "6"},
    {.key = "k", .form = ANSWER_TEXT, .text = "a"},
    {.key = "k", .form = ANSWER_TEXT, .text = ""},
    {.key = "k", .form = ANSWER_TEXT, .text = NULL},
    {.key = "k", .form = ANSWER_TEXT, .text = "erased"},
    {.key = "k", .form = ANSWER_TEXT, .text = "other"},
    {.key = "k", .form = ANSWER_TEXT, .text = "other", .other = "x"},
    {.key = "k", .form = ANSWER_TEXT, .text = "other", .other = "y"},
    {.key = "k", .form = ANSWER_LIST, .values = AB, .value_count = 1},
    {.key = "k", .form = ANSWER_LIST, .values = AB, .value_count = 2},
    {.key = "k", .form = ANSWER_LIST, .values = AC, .value_count = 2},
    {.key = "k", .form = ANSWER_LIST, .values = AB_OTHER, .value_count = 3},
    {.key = "k", .form = ANSWER_LIST, .values = AB_OTHER, .value_count = 3, .other = "x"},
    {.key = "k", .form = ANSWER_ODD},
    {.key = "number", .form = ANSWER_NUMBER, .number = 6},
};

static struct response with(const struct answer *answers, size_t count) {
    return (struct response){.has_score = true, .score = 9, .answers = answers, .answer_count = count};
}

static bool same_digest(const struct response *a, const struct response *b) {
    uint8_t digests[2][RESPONSE_DIGEST_SIZE];
    response_digest(a, "salt", 4, true, digests[0]);
    response_digest(b, "salt", 4, true, digests[1]);
    return memcmp(digests[0], digests[1], RESPONSE_DIGEST_SIZE) == 0;
}

static void test_what_says_the_same(void **state) {
    struct response none = with(NULL, 0);
    for (size_t i = 0; i < CXD_COUNT(ANSWERS); i++) {
        struct response one = with(&ANSWERS[i], 1), two = with(&ANSWERS[i], 2);
        assert_false(response_same_payload(&one, &none) || response_same_payload(&none, &one));
        assert_false(same_digest(&one, &none));
        if (i + 1 < CXD_COUNT(ANSWERS))
            assert_false(response_same_payload(&one, &two) || same_digest(&one, &two));
        for (size_t j = 0; j < CXD_COUNT(ANSWERS); j++) {
            struct answer copy = ANSWERS[j];
            struct response other = with(&copy, 1);
            assert_int_equal(response_same_payload(&one, &other), i == j);
            assert_int_equal(same_digest(&one, &other), i == j);
        }
    }
}

/* What is stored, and ids, are made of digests: those of responses without answers are as they were before there were
 * any, and those with them stay. */
static void test_digests_are_fixed(void **state) {
    static const struct answer all[] = {
        {.key = "ease", .form = ANSWER_NUMBER, .number = 6},
        {.key = "features", .form = ANSWER_LIST, .values = AB_OTHER, .value_count = 3, .other = "words"},
        {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
        {.key = "why", .form = ANSWER_TEXT, .text = NULL},
    };
    static const struct {
        size_t count;
        const char *digest;
    } CASES[] = {{0, "5ed1e3fb212fd57b9f6e6b30b9c4824d"}, {CXD_COUNT(all), "d07ed0b9bb8fe78d07f88becc047729d"}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct response response = with(all, CASES[i].count);
        uint8_t digest[RESPONSE_DIGEST_SIZE];
        char text[2 * RESPONSE_DIGEST_SIZE + 1];
        response.comment = "good";
        response_digest(&response, "salt", 4, true, digest);
        hex_write(digest, sizeof digest, text);
        assert_string_equal(text, CASES[i].digest);
    }
}

static void test_sort(void **state) {
    struct answer answers[] = {{.key = "b"}, {.key = "c"}, {.key = "a"}};
    const char *values[] = {"b", "a", "b", "a", "c"};
    assert_true(response_sort_answers(answers, 3));
    assert_string_equal(answers[0].key, "a");
    assert_string_equal(answers[2].key, "c");
    answers[2].key = "b";
    assert_false(response_sort_answers(answers, 3));
    assert_true(response_sort_answers(NULL, 0));
    assert_int_equal(answer_sort_values(values, 5), 3);
    assert_string_equal(values[0], "a");
    assert_string_equal(values[2], "c");
    assert_int_equal(answer_sort_values(NULL, 0), 0);
}

static size_t count_left_out(const struct response *response) {
    size_t count = 0;
    for (const struct answer_refusal *one = response->sent.left_out; one; one = one->next)
        count++;
    return count;
}

/* A copy keeps what it had, whatever is left out of the other. */
static void test_leaves_out(void **state) {
    struct arena arena;
    struct response response = {0}, copy;
    char key[400];
    arena_init(&arena);
    assert_true(response_leave_out(&response, &arena, "first", "is odd"));
    copy = response;
    assert_true(response_leave_out(&response, &arena, "first", "is odd too"));
    assert_int_equal(count_left_out(&response), 1);
    assert_string_equal(response.sent.left_out->detail, "is odd");
    for (int i = 0; i < 2 * ANSWERS_REFUSED_MAX; i++) {
        snprintf(key, sizeof key, "key%d", i);
        assert_true(response_leave_out(&response, &arena, key, "is odd too"));
    }
    assert_int_equal(count_left_out(&response), ANSWERS_REFUSED_MAX);
    assert_int_equal(count_left_out(&copy), 1);
    assert_string_equal(copy.sent.left_out->key, "first");
    copy.sent.left_out = NULL;
    for (size_t i = 0; i < sizeof key - 1; i++)
        key[i] = "\xC3\xA9"[i % 2];
    key[sizeof key - 1] = '\0';
    assert_true(response_leave_out(&copy, &arena, key, "is long"));
    assert_int_equal(utf8_count(copy.sent.left_out->key), 32); /* of two bytes each */
    arena_free(&arena);
}

static void test_bounds(void **state) {
    static const struct response_limits LIMITS = {.comment_characters = 3};
    const struct answer answers[] = {
        {.key = "a", .form = ANSWER_TEXT, .text = "\xC3\xA9\xC3\xA9\xC3\xA9"},
        {.key = "b", .form = ANSWER_TEXT, .text = "four"},
        {.key = "c", .form = ANSWER_NUMBER, .number = 12345},
        {.key = "d", .form = ANSWER_TEXT, .text = "other", .other = "four"}, /* what `other` is said with is no text */
        {.key = "e", .form = ANSWER_LIST, .values = AB_OTHER, .value_count = 3, .other = "four"},
        {.key = "f", .form = ANSWER_LIST, .values = AB_OTHER, .value_count = 3, .other = "it"},
        {.key = "g", .form = ANSWER_TEXT, .text = NULL},
        {.key = "h", .form = ANSWER_ODD},
        {.key = "i", .form = ANSWER_LIST, .values = &AB_OTHER[2], .value_count = 1, .other = "four"},
    };
    struct arena arena;
    struct response response = with(answers, CXD_COUNT(answers)), before = response;
    char kept[32] = "", left[32] = "";
    arena_init(&arena);
    assert_true(response_bound_answers(&response, &LIMITS, &arena));
    for (size_t i = 0; i < response.answer_count; i++)
        strcat(kept, response.answers[i].key);
    for (const struct answer_refusal *one = response.sent.left_out; one; one = one->next) {
        strcat(left, one->key);
        assert_string_equal(one->detail, "must have at most 3 characters");
    }
    assert_string_equal(kept, "acefgh");
    assert_string_equal(left, "iedb");
    assert_int_equal(response.answers[2].value_count, 2); /* of several the others are kept */
    assert_string_equal(response.answers[2].values[1], "b");
    assert_null(response.answers[2].other);
    assert_true(before.answers == answers && before.answer_count == CXD_COUNT(answers));
    assert_true(response_bound_answers(&response, &LIMITS, &arena)); /* nothing is left to leave out */
    assert_int_equal(response.answer_count, 6);
    arena_free(&arena);
}

/* All that a form sends is text. */
static void test_settles_a_form(void **state) {
    static const struct question QUESTIONS[] = {{.key = "ease", .type = QUESTION_SCALE},
                                                {.key = "why", .type = QUESTION_TEXT}};
    const struct survey survey = {.questions = QUESTIONS, .question_count = CXD_COUNT(QUESTIONS)};
    static const struct {
        const char *text;
        bool is_number;
        int number;
    } CASES[] = {{"6", true, 6},    {" 10 ", true, 10}, {"-3", true, -3},          {"007", true, 7}, {"6.5", false, 0},
                 {"six", false, 0}, {"", false, 0},     {"99999999999", false, 0}, {"6x", false, 0}, {NULL, false, 0}};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const struct answer answers[] = {{.key = "ease", .form = ANSWER_TEXT, .text = CASES[i].text},
                                         {.key = "none", .form = ANSWER_TEXT, .text = CASES[i].text},
                                         {.key = "why", .form = ANSWER_TEXT, .text = CASES[i].text}};
        struct response response = with(answers, CXD_COUNT(answers));
        assert_true(response_settle_answers(&response, &survey, &arena));
        assert_true(response.answers == answers); /* as JSON has them: a text is none */
        response.sent.is_form = true;
        assert_true(response_settle_answers(&response, &survey, &arena));
        assert_int_equal(response.answers[0].form, CASES[i].is_number ? ANSWER_NUMBER : ANSWER_TEXT);
        if (CASES[i].is_number)
            assert_int_equal(response.answers[0].number, CASES[i].number);
        assert_int_equal(response.answers[1].form, ANSWER_TEXT);
        assert_int_equal(response.answers[2].form, ANSWER_TEXT);
    }
    arena_free(&arena);
}

/* What a guessed id is answered with says nothing that was not sent with it. */
static void test_withhold(void **state) {
    const struct id named = {{[6] = 0x50}};
    for (size_t i = 0; i < CXD_COUNT(ANSWERS); i++) {
        struct response sent = with(&ANSWERS[i], 1), stored = with(&ANSWERS[0], 1), shown = stored;
        shown.id = named;
        assert_int_equal(response_withhold(&shown, &sent), i != 0);
        assert_int_equal(shown.answer_count, i == 0);
        shown = stored;
        shown.id.bytes[6] = 0x40; /* random */
        assert_false(response_withhold(&shown, &sent));
        assert_int_equal(shown.answer_count, 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_says_the_same),
        cmocka_unit_test(test_digests_are_fixed),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_leaves_out),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_settles_a_form),
        cmocka_unit_test(test_withhold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
