/* Answers to further questions in the memory engine: what a revision asks, and what a filter by answers finds. */

#include <string.h>

#include "cxd/domain/judge.h"
#include "memory.h"

bool memory_asked(const struct memory_store *store, int64_t survey, int64_t revision, struct arena *arena,
                  const struct survey **ret_asked) {
    *ret_asked = NULL;
    for (size_t i = 0; store->base.read_definition && i < store->revisions.count; i++) {
        const struct survey_record *put = store->revisions.blocks[i];
        struct survey *asked;
        struct error err;
        if (!put || put->number != survey || put->revision != revision)
            continue;
        struct survey_record record = {.definition = put->definition};
        strcpy(record.slug, put->slug);
        asked = arena_alloc_zero(arena, 1, sizeof *asked);
        enum cxd_err code = asked ? store->base.read_definition(&record, arena, asked, &err) : ERR_NO_MEMORY;
        if (code == CXD_OK && asked->question_count > 0)
            *ret_asked = asked;
        return code != ERR_NO_MEMORY;
    }
    return true;
}

bool memory_answers_match(const struct filter *filter, const struct response *response) {
    for (size_t i = 0; i < filter->answer_count; i++) {
        const struct answer *answer = response_answer(response, filter->answers[i].key);
        if (!answer || !answer_is(answer, filter->answers[i].value))
            return false;
    }
    return true;
}

bool memory_counted(const char *question, const struct response *response, int *ret_score) {
    const struct answer *answer = question ? response_answer(response, question) : NULL;
    bool is_number = answer && answer->form == ANSWER_NUMBER;
    *ret_score = question && is_number ? answer->number : response->score;
    return response_counts(response) && (!question || is_number);
}

bool memory_find_question(const struct memory_store *store, int64_t survey, const char *key, int64_t *ret_number) {
    for (size_t i = 0; i < store->questions.count; i++) {
        const struct memory_question *question = store->questions.blocks[i];
        if (question && question->survey == survey && strcmp(question->key, key) == 0) {
            *ret_number = answered_number(survey, question->slot);
            return question->type == QUESTION_SCALE;
        }
    }
    return false;
}
