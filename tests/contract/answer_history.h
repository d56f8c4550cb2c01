#ifndef CXD_TESTS_CONTRACT_ANSWER_HISTORY_H
#define CXD_TESTS_CONTRACT_ANSWER_HISTORY_H

/* Answers to further questions in random histories: what surveys ask, what is answered, right and wrong, and what is
 * told apart by it. */

#include "cxd/domain/question.h"
#include "fixture.h"

static const struct question_option ANSWER_REASONS[] = {{.value = "price"}, {.value = "speed"}},
                                    ANSWER_LATER[] = {{.value = "speed"}, {.value = "6"}},
                                    ANSWER_FEATURES[] = {{.value = "a"}, {.value = "b"}, {.value = "c"}};
static const char *const ANSWER_IN[] = {"price", "other"}, *const ANSWER_HIGH[] = {"4", "5"};

#define ANSWER_SCALE(KEY, MIN, MAX)                                                                                    \
    {                                                                                                                  \
        .key = (KEY), .type = QUESTION_SCALE, .scale = {.metric = METRIC_CSAT, .min = (MIN), .max = (MAX) }            \
    }

static const struct question ANSWER_FIRST[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = ANSWER_REASONS, .option_count = 2, .other = true},
    {.key = "features", .type = QUESTION_CHOICES, .options = ANSWER_FEATURES, .option_count = 3, .other = true},
    ANSWER_SCALE("ease", 1, 5),
    {.key = "why", .type = QUESTION_TEXT},
    {.key = "cost", .type = QUESTION_TEXT, .show = {.key = "reason", .in = ANSWER_IN, .in_count = 2}},
};
static const struct question ANSWER_SECOND[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = ANSWER_LATER, .option_count = 2},
    ANSWER_SCALE("ease", 1, 5),
    ANSWER_SCALE("again", 0, 10),
    {.key = "features",
     .type = QUESTION_CHOICES,
     .options = ANSWER_FEATURES,
     .option_count = 2,
     .show = {.bands = 1U << 2, .key = "ease", .in = ANSWER_HIGH, .in_count = 2}},
};
static const struct question ANSWER_THIRD[] = {
    {.key = "why", .type = QUESTION_TEXT, .show = {.bands = 1U << 0}},
    ANSWER_SCALE("again", 0, 10),
};

enum { ANSWER_DEFINITIONS = 4 };

/* What the definition of this number (0: nothing) asks. */
static inline void answer_define(unsigned number, struct survey *survey) {
    static const struct question *const QUESTIONS[] = {NULL, ANSWER_FIRST, ANSWER_SECOND, ANSWER_THIRD};
    static const size_t COUNTS[] = {0, CXD_COUNT(ANSWER_FIRST), CXD_COUNT(ANSWER_SECOND), CXD_COUNT(ANSWER_THIRD)};
    survey->metric = METRIC_NPS;
    survey->scale_max = 10;
    survey->favourable = 9;
    survey->unfavourable = 6;
    survey->questions = QUESTIONS[number];
    survey->question_count = COUNTS[number];
}

static const char *const ANSWER_KEYS[] = {"again", "cost", "ease", "features", "nobody", "reason", "why"};
static const char *const ANSWER_VALUES[] = {"price", "speed", "6", "other", "a", "b", "c", "4", "10", "so", ""};

static inline void answer_random(struct arena *arena, unsigned (*roll)(unsigned), struct response *response) {
    static const char *const TEXTS[] = {"price", "speed", "other", "6", "so", "a"};
    static const char *const LISTS[][3] = {{"a", "b", "c"}, {"b", "other", "z"}, {"c", NULL, NULL}};
    struct answer *answers = arena_alloc_zero(arena, CXD_COUNT(ANSWER_KEYS), sizeof *answers);
    assert_non_null(answers);
    for (size_t i = 0; i < CXD_COUNT(ANSWER_KEYS); i++) {
        struct answer *answer = &answers[response->answer_count];
        const char *const *list = LISTS[roll(3)];
        unsigned form = roll(8);
        if (form < 2)
            continue;
        answer->key = ANSWER_KEYS[i];
        bool is_number = i == 0 || i == 2, is_list = i == 3;
        if (form == 2) {
            answer->form = ANSWER_ODD;
        } else if (is_number) {
            answer->form = ANSWER_NUMBER;
            answer->number = (int)roll(i == 0 ? 12 : 7);
        } else if (is_list) {
            answer->form = ANSWER_LIST;
            answer->values = list;
            answer->value_count = list[1] ? 1 + roll(3) : 1;
        } else {
            answer->form = ANSWER_TEXT;
            answer->text = TEXTS[roll(CXD_COUNT(TEXTS))];
        }
        if (answer->form == ANSWER_TEXT && strcmp(answer->text, "other") == 0 && roll(2))
            answer->other = "some words";
        response->answer_count++;
    }
    response->answers = answers;
    response->sent.revision = roll(3) == 0 ? (int64_t)roll(7) : 0;
}

/* Conditions, at most two, and perhaps what is counted. */
static inline void answer_filter(unsigned (*roll)(unsigned), struct property answers[2], struct filter *filter) {
    static const char *const QUESTIONS[] = {"ease", "again", "reason", "nobody"};
    filter->answers = answers;
    filter->answer_count = roll(3) ? roll(2) : 2;
    for (size_t i = 0; i < filter->answer_count; i++)
        answers[i] =
            (struct property){ANSWER_KEYS[roll(CXD_COUNT(ANSWER_KEYS))], ANSWER_VALUES[roll(CXD_COUNT(ANSWER_VALUES))]};
    filter->question = roll(3) == 0 ? QUESTIONS[roll(4)] : NULL;
}

static inline void answer_print(struct buffer *text, const struct response *response) {
    buffer_append_format(text, "of %lld ", (long long)response->revision);
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        buffer_append_format(text, "%s %d %d", answer->key, (int)answer->form, answer->number);
        buffer_append_json(text, answer->text);
        buffer_append_json(text, answer->other);
        for (size_t k = 0; k < answer->value_count; k++)
            buffer_append_json(text, answer->values[k]);
    }
}

#endif
