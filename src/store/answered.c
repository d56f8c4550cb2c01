/* The rule of what answers to further questions count in; shared by every engine. */

#include "store/answered.h"

#include <stdio.h>
#include <string.h>

#include "cxd/domain/histogram.h"
#include "cxd/domain/judge.h"

enum {
    NUMBER_BITS = 32, /* of a survey; above are the slots of questions */
    /* Of one answer: what was ticked, something else, and that there is one. More is never stored. */
    VALUES_MAX = QUESTION_OPTIONS_MAX + 2
};

int64_t answered_number(int64_t survey, int slot) {
    return survey + ((int64_t)slot << NUMBER_BITS);
}

int64_t answered_survey(int64_t number) {
    return number > 0 ? number & ((INT64_C(1) << NUMBER_BITS) - 1) : number;
}

static bool begins_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

bool answered_is_coarse(int64_t number, const char *dimension) {
    return number >> NUMBER_BITS > 0 ||
           (dimension[0] == 'a' &&
            (begins_with(dimension, DIMENSION_ANSWER) || begins_with(dimension, DIMENSION_ASKED))) ||
           strcmp(dimension, DIMENSION_REVISION) == 0;
}

bool answered_is_listed(int64_t number, const char *dimension) {
    return answered_survey(number) == number && answered_is_coarse(number, dimension);
}

/* The walk. */
struct walking {
    const struct response *response;
    const struct declared *declared;
    answered_visit *visit;
    void *context;
};

static bool show(const struct walking *walking, int64_t number, struct dimension *dimensions, size_t count, int score) {
    const struct answered answered = {number, dimensions, count, score};
    return count == 0 || walking->visit(walking->context, &answered);
}

static bool is_on_scale(const struct answer *answer, const struct declared_question *question) {
    return question && question->type == QUESTION_SCALE && answer->form == ANSWER_NUMBER && answer->number >= 0 &&
           answer->number < HISTOGRAM_SIZE;
}

bool answered_on_scale(const struct answer *answer, const struct declared *declared, int64_t survey,
                       struct answered *answered) {
    const struct declared_question *question = declared_question(declared, answer->key);
    if (!is_on_scale(answer, question))
        return false;
    answered->number = answered_number(survey, question->slot);
    answered->score = answer->number;
    return true;
}

/* In the values of the scale, and in all dimensions of the response under its own number. */
static bool walk_number(const struct walking *walking, const struct declared_question *question, int number) {
    static const char *const NUMBERS[HISTOGRAM_SIZE] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
    const struct response *response = walking->response;
    struct dimension dimensions[DIMENSIONS_MAX];
    dimensions[0] = (struct dimension){question->dimension, NUMBERS[number]};
    return show(walking, response->survey, dimensions, 1, response->score) &&
           show(walking, answered_number(response->survey, question->slot), dimensions,
                dimensions_of(response, walking->declared, dimensions), number);
}

static bool walk_answer(const struct walking *walking, const struct declared_question *question,
                        const struct answer *answer) {
    struct dimension dimensions[VALUES_MAX];
    size_t count = 0;
    if (question->type == QUESTION_SCALE)
        return !is_on_scale(answer, question) || walk_number(walking, question, answer->number);
    if (question->type == QUESTION_CHOICES || question->type == QUESTION_TEXT)
        dimensions[count++] = (struct dimension){question->dimension, ""};
    if (question->type == QUESTION_CHOICE && answer->form == ANSWER_TEXT && answer->text)
        dimensions[count++] = (struct dimension){question->dimension, answer->text};
    for (size_t i = 0; question->type == QUESTION_CHOICES && i < answer->value_count && count < VALUES_MAX; i++)
        dimensions[count++] = (struct dimension){question->dimension, answer->values[i]};
    return show(walking, walking->response->survey, dimensions, count, walking->response->score);
}

static bool walk_asked(const struct walking *walking, const struct survey *asked) {
    struct dimension dimensions[1 + QUESTIONS_MAX];
    char revision[24];
    size_t count = 0;
    snprintf(revision, sizeof revision, "%lld", (long long)walking->response->revision);
    dimensions[count++] = (struct dimension){DIMENSION_REVISION, revision};
    for (size_t i = 0; i < asked->question_count && i < QUESTIONS_MAX; i++) {
        const struct question *question = &asked->questions[i];
        const struct declared_question *declared =
            question->show.key ? declared_question(walking->declared, question->key) : NULL;
        if (declared && question_is_shown(asked, question, walking->response))
            dimensions[count++] = (struct dimension){declared->asked, ""};
    }
    return show(walking, walking->response->survey, dimensions, count, walking->response->score);
}

bool answered_walk(const struct response *response, const struct declared *declared, const struct survey *asked,
                   answered_visit *visit, void *context) {
    const struct walking walking = {response, declared, visit, context};
    bool goes_on = true;
    if (asked && asked->question_count > 0)
        goes_on = walk_asked(&walking, asked);
    for (size_t i = 0; goes_on && i < response->answer_count; i++) {
        const struct declared_question *question = declared_question(declared, response->answers[i].key);
        if (question)
            goes_on = walk_answer(&walking, question, &response->answers[i]);
    }
    return goes_on;
}
