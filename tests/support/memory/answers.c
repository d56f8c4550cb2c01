/* Answers to further questions in the memory engine: what a revision asks, what a survey has ever asked, and what a
 * filter by answers finds. */

#include <stdlib.h>
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

static size_t find_question(const struct memory_store *store, int64_t survey, const char *key) {
    for (size_t i = 0; i < store->questions.count; i++) {
        const struct memory_question *question = store->questions.blocks[i];
        if (question && question->survey == survey && strcmp(question->key, key) == 0)
            return i;
    }
    return SIZE_MAX;
}

bool memory_find_question(const struct memory_store *store, int64_t survey, const char *key, int64_t *ret_number) {
    size_t at = find_question(store, survey, key);
    if (at == SIZE_MAX)
        return false;
    const struct memory_question *question = store->questions.blocks[at];
    *ret_number = answered_number(survey, question->slot);
    return question->type == QUESTION_SCALE;
}

/* A block of its own, with its key behind it. */
static struct memory_question *block_question(const struct memory_question *question) {
    size_t size = strlen(question->key) + 1;
    struct memory_question *block = malloc(sizeof *block + size);
    if (block) {
        *block = *question;
        block->key = memcpy(block + 1, question->key, size);
    }
    return block;
}

static bool put_question(struct memory_store *store, size_t at, const struct memory_question *question) {
    struct memory_question *block = block_question(question);
    return block && memory_swap(store, &store->questions, at, block);
}

static int last_slot(const struct memory_store *store, int64_t survey) {
    int last = 0;
    for (size_t i = 0; i < store->questions.count; i++) {
        const struct memory_question *question = store->questions.blocks[i];
        if (question && question->survey == survey && question->slot > last)
            last = question->slot;
    }
    return last;
}

bool memory_put_questions(struct memory_store *store, int64_t survey, const struct survey *asks) {
    bool done = true;
    for (size_t i = 0; done && asks && i < asks->question_count; i++) {
        const struct question *question = &asks->questions[i];
        size_t at = find_question(store, survey, question->key);
        struct memory_question put = {.survey = survey, .slot = last_slot(store, survey) + 1};
        if (at != SIZE_MAX)
            put = *(const struct memory_question *)store->questions.blocks[at];
        put.key = question->key;
        put.type = question->type;
        if (question->type == QUESTION_SCALE)
            put.scale = question->scale;
        done = put_question(store, at == SIZE_MAX ? store->questions.count : at, &put);
    }
    return done;
}

bool memory_fix_questions(struct memory_store *store, const struct response *response) {
    bool done = true;
    for (size_t i = 0; done && i < response->answer_count; i++) {
        size_t at = find_question(store, response->survey, response->answers[i].key);
        if (at == SIZE_MAX)
            continue;
        struct memory_question fixed = *(const struct memory_question *)store->questions.blocks[at];
        fixed.is_answered = true;
        done = put_question(store, at, &fixed);
    }
    return done;
}
