/* What is asked behind the score: what each question takes, and how a scale is scored. question_validate.c holds the
 * rules of a definition, answers.c judges what is answered. */
#include "cxd/domain/question.h"

#include <stdio.h>
#include <string.h>

static const char *const TYPES[QUESTION_TYPE_COUNT] = {
    [QUESTION_CHOICE] = "choice",
    [QUESTION_CHOICES] = "choices",
    [QUESTION_SCALE] = "scale",
    [QUESTION_TEXT] = "text",
};
const struct words QUESTION_TYPES = WORDS(TYPES);

const struct question *survey_question(const struct survey *survey, const char *key) {
    for (size_t i = 0; i < survey->question_count; i++)
        if (strcmp(survey->questions[i].key, key) == 0)
            return &survey->questions[i];
    return NULL;
}

bool question_is_closed(const struct question *question) {
    return question->type == QUESTION_CHOICE || question->type == QUESTION_CHOICES;
}

const struct answer *answers_find(const struct answer *answers, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(answers[i].key, key) == 0)
            return &answers[i];
    return NULL;
}

bool question_has_option(const struct question *question, const char *value) {
    for (size_t i = 0; i < question->option_count; i++)
        if (strcmp(question->options[i].value, value) == 0)
            return true;
    return question->other && strcmp(value, OPTION_OTHER) == 0;
}

bool question_has_value(const struct question *question, const char *value) {
    if (question->type == QUESTION_TEXT)
        return false;
    if (question->type != QUESTION_SCALE)
        return question_has_option(question, value);
    for (int number = question->scale.min; number <= question->scale.max; number++) {
        char text[16];
        snprintf(text, sizeof text, "%d", number);
        if (strcmp(text, value) == 0)
            return true;
    }
    return false;
}

struct survey question_scoring(const struct survey *survey, const struct question *question) {
    struct survey scored = *survey;
    scored.metric = question->scale.metric;
    scored.method = question->scale.method;
    scored.direction = question->scale.direction;
    scored.scale_min = question->scale.min;
    scored.scale_max = question->scale.max;
    scored.favourable = question->scale.favourable;
    scored.unfavourable = question->scale.unfavourable;
    return scored;
}
