/* What is asked behind the score, and what is answered to it. */

#include "cxd/domain/question.h"

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
