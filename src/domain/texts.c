/* What a response says in free words. */

#include "cxd/domain/texts.h"

#include <string.h>

bool texts_asked(const void *context, const char *key) {
    const struct question *question = survey_question(context, key);
    return question && question->type == QUESTION_TEXT;
}

/* NULL: what was answered is of a closed list, or erased. */
static const char *words_of(const struct answer *answer, texts_is_text *is_text, const void *context) {
    if (answer->other)
        return answer->other;
    return answer->form == ANSWER_TEXT && answer->text && is_text(context, answer->key) ? answer->text : NULL;
}

size_t texts_of(const struct response *response, texts_is_text *is_text, const void *context, const char *only,
                struct said_text ret_texts[TEXTS_MAX]) {
    size_t count = 0;
    if (response->comment && !only)
        ret_texts[count++] = (struct said_text){NULL, response->comment};
    for (size_t i = 0; i < response->answer_count && count < TEXTS_MAX; i++) {
        const struct answer *answer = &response->answers[i];
        const char *words = only && strcmp(only, answer->key) != 0 ? NULL : words_of(answer, is_text, context);
        if (words)
            ret_texts[count++] = (struct said_text){answer->key, words};
    }
    return count;
}
