/* Finding stored things: responses by a hash of their id, the few surveys and keys by walking. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "memory.h"

/* Ids are the clients' to choose. */
static size_t hash_id(const struct memory_store *store, const struct id *id) {
    return (size_t)hash_keyed(&store->deltas.key, id->bytes, sizeof id->bytes);
}

size_t memory_find_response(const struct memory_store *store, int64_t survey, const struct id *id) {
    if (!store->index)
        return SIZE_MAX;
    size_t mask = store->index_capacity - 1;
    for (size_t slot = hash_id(store, id) & mask; store->index[slot]; slot = (slot + 1) & mask) {
        size_t at = store->index[slot] - 1;
        const struct response *response = at < store->responses.count ? store->responses.blocks[at] : NULL;
        if (response && response->survey == survey && id_compare(&response->id, id) == 0)
            return at;
    }
    return SIZE_MAX;
}

static void put(const struct memory_store *store, uint32_t *index, size_t capacity, const struct id *id, size_t at) {
    size_t slot = hash_id(store, id) & (capacity - 1);
    while (index[slot])
        slot = (slot + 1) & (capacity - 1);
    index[slot] = (uint32_t)at + 1;
}

/* Entries are never taken out; a rebuilt index holds only what is there. */
static bool rebuild(struct memory_store *store) {
    size_t capacity = 1024;
    while (capacity < 4 * (store->responses.count + 1))
        capacity *= 2;
    uint32_t *index = calloc(capacity, sizeof *index);
    if (!index)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response) {
            put(store, index, capacity, &response->id, i);
            used++;
        }
    }
    free(store->index);
    store->index = index;
    store->index_capacity = capacity;
    store->index_used = used;
    return true;
}

bool memory_index_response(struct memory_store *store, const struct id *id, size_t at) {
    if (2 * (store->index_used + 1) > store->index_capacity && !rebuild(store))
        return false;
    put(store, store->index, store->index_capacity, id, at);
    store->index_used++;
    return true;
}

bool memory_is_gone(const struct memory_store *store, int64_t survey, const struct id *id) {
    for (size_t i = 0; i < store->gone.count; i++) {
        const struct memory_mark *mark = store->gone.blocks[i];
        if (mark && mark->survey == survey && id_compare(&mark->id, id) == 0)
            return true;
    }
    return false;
}

size_t memory_find_invitation(const struct memory_store *store, int64_t survey, const struct id *response) {
    for (size_t i = 0; i < store->invitations.count; i++) {
        const struct invitation_record *record = store->invitations.blocks[i];
        if (record && record->survey == survey && id_compare(&record->response, response) == 0)
            return i;
    }
    return SIZE_MAX;
}

size_t memory_find_survey(const struct memory_store *store, const char *slug) {
    for (size_t i = 0; i < store->surveys.count; i++)
        if (strcmp(((const struct survey_record *)store->surveys.blocks[i])->slug, slug) == 0)
            return i;
    return SIZE_MAX;
}

size_t memory_find_key(const struct memory_store *store, const struct id *id) {
    for (size_t i = 0; i < store->keys.count; i++) {
        const struct api_key *key = store->keys.blocks[i];
        if (key && id_compare(&key->id, id) == 0)
            return i;
    }
    return SIZE_MAX;
}

static bool declare_questions(const struct memory_store *store, int64_t survey, struct arena *arena,
                              struct declared *declared) {
    declared->questions = arena_alloc(arena, (store->questions.count + 1) * sizeof *declared->questions);
    bool done = declared->questions;
    for (size_t i = 0; done && i < store->questions.count; i++) {
        const struct memory_question *question = store->questions.blocks[i];
        if (!question || question->survey != survey)
            continue;
        struct declared_question *made = &declared->questions[declared->question_count++];
        done = declared_question_make(arena, question->key, question->slot, question->type, made);
        made->scale = question->scale;
        made->is_answered = question->is_answered;
    }
    return done;
}

bool memory_declared(const struct memory_store *store, int64_t survey, struct arena *arena,
                     struct declared *ret_declared) {
    *ret_declared = (struct declared){.survey = survey, .reported_after = memory_shown_from(store, survey, "")};
    const struct survey_record *record = store->surveys.blocks[survey - 1];
    for (size_t i = 0; i < record->property_count; i++) {
        size_t size = strlen(DIMENSION_PROPERTY) + strlen(record->property_keys[i]) + 1;
        char *dimension = arena_alloc(arena, size);
        if (!dimension)
            return false;
        strcpy(stpcpy(dimension, DIMENSION_PROPERTY), record->property_keys[i]);
        ret_declared->properties[i] =
            (struct declared_property){.dimension = dimension,
                                       .rolled = record->property_rolled[i],
                                       .shown_from = memory_shown_from(store, survey, record->property_keys[i])};
        ret_declared->count++;
    }
    return declare_questions(store, survey, arena, ret_declared);
}

int64_t memory_last_answer(const struct memory_store *store, const char *respondent, int64_t survey, int64_t from,
                           int64_t to, int64_t except) {
    int64_t last = TIME_MIN;
    for (size_t i = 0; i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response && !response->excluded && (survey == 0 || response->survey == survey) &&
            response->answered_at >= from && response->answered_at < to && response->answered_at > last &&
            response->respondent && strcmp(response->respondent, respondent) == 0 && response->number != except)
            last = response->answered_at;
    }
    return last;
}
