/* Stored things as one heap block each: the struct, then its strings. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Where the next string of a block goes. */
struct packer {
    char *next;
};

static size_t size_of(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

static const char *pack(struct packer *packer, const char *text) {
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = memcpy(packer->next, text, size);
    packer->next += size;
    return copy;
}

static size_t size_of_answers(const struct response *response) {
    size_t size = 0;
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        size += size_of(answer->key) + size_of(answer->text) + size_of(answer->other);
        for (size_t k = 0; k < answer->value_count; k++)
            size += size_of(answer->values[k]);
    }
    return size;
}

static size_t count_values(const struct response *response) {
    size_t count = 0;
    for (size_t i = 0; i < response->answer_count; i++)
        count += response->answers[i].value_count;
    return count;
}

static void pack_answers(struct packer *packer, const struct response *response, struct answer *answers,
                         const char **values) {
    for (size_t i = 0; i < response->answer_count; i++) {
        answers[i] = response->answers[i];
        answers[i].key = pack(packer, answers[i].key);
        answers[i].text = pack(packer, answers[i].text);
        answers[i].other = pack(packer, answers[i].other);
        answers[i].values = values;
        for (size_t k = 0; k < answers[i].value_count; k++)
            *values++ = pack(packer, response->answers[i].values[k]);
    }
}

struct response *block_response(const struct response *response) {
    size_t value_count = count_values(response);
    size_t lists_size = response->property_count * sizeof(struct property) +
                        response->answer_count * sizeof(struct answer) + value_count * sizeof(const char *);
    size_t size = sizeof *response + lists_size + size_of_answers(response) + size_of(response->comment) +
                  size_of(response->respondent) + size_of(response->touchpoint) + size_of(response->channel) +
                  size_of(response->locale) + size_of(response->visit) + size_of(response->excluded_reason);
    for (size_t i = 0; i < response->property_count; i++)
        size += size_of(response->properties[i].key) + size_of(response->properties[i].value);
    struct response *block = malloc(size);
    if (!block)
        return NULL;
    struct property *properties = (struct property *)(block + 1);
    struct answer *answers = (struct answer *)(properties + response->property_count);
    const char **values = (const char **)(answers + response->answer_count);
    struct packer packer = {(char *)(values + value_count)};
    *block = *response;
    block->has_id = true;
    block->comment = pack(&packer, response->comment);
    block->respondent = pack(&packer, response->respondent);
    block->touchpoint = pack(&packer, response->touchpoint);
    block->channel = pack(&packer, response->channel);
    block->locale = pack(&packer, response->locale);
    block->visit = pack(&packer, response->visit);
    memset(&block->sent, 0, sizeof block->sent);
    block->excluded_reason = pack(&packer, response->excluded_reason);
    for (size_t i = 0; i < response->property_count; i++) {
        properties[i].key = pack(&packer, response->properties[i].key);
        properties[i].value = pack(&packer, response->properties[i].value);
    }
    block->properties = response->property_count > 0 ? properties : NULL;
    pack_answers(&packer, response, answers, values);
    block->answers = response->answer_count > 0 ? answers : NULL;
    return block;
}

struct invitation_record *block_invitation(const struct invitation_record *record) {
    size_t size = sizeof *record + record->property_count * sizeof(struct property) + size_of(record->respondent);
    for (size_t i = 0; i < record->property_count; i++)
        size += size_of(record->properties[i].key) + size_of(record->properties[i].value);
    struct invitation_record *block = malloc(size);
    if (!block)
        return NULL;
    struct property *properties = (struct property *)(block + 1);
    struct packer packer = {(char *)(properties + record->property_count)};
    *block = *record;
    block->respondent = pack(&packer, record->respondent);
    for (size_t i = 0; i < record->property_count; i++) {
        properties[i].key = pack(&packer, record->properties[i].key);
        properties[i].value = pack(&packer, record->properties[i].value);
    }
    block->properties = properties;
    return block;
}

struct survey_record *block_survey(const struct survey_record *survey) {
    size_t size = sizeof *survey + size_of(survey->definition);
    for (size_t i = 0; i < survey->property_count; i++)
        size += size_of(survey->property_keys[i]);
    struct survey_record *block = malloc(size);
    if (!block)
        return NULL;
    struct packer packer = {(char *)(block + 1)};
    *block = *survey;
    block->definition = pack(&packer, survey->definition);
    for (size_t i = 0; i < survey->property_count; i++)
        block->property_keys[i] = pack(&packer, survey->property_keys[i]);
    return block;
}

struct api_key *block_key(const struct api_key *key) {
    struct api_key *block = malloc(sizeof *block);
    if (block)
        *block = *key;
    return block;
}
