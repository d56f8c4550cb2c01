/* The rule of which dimensions there are; shared by every engine. */

#include "store/dimensions.h"

#include <string.h>

const struct response_place RESPONSE_PLACE_END = {.answered_at = INT64_MAX};

int response_standing(const struct response *response) {
    return (response->excluded ? STANDING_EXCLUDED : 0) | (response->has_score ? 0 : STANDING_SCORELESS);
}

int response_place_compare(const struct response *response, const struct response_place *place) {
    const int64_t a[] = {response->answered_at, response->score, response_standing(response), response->number},
                  b[] = {place->answered_at, place->score, place->standing, place->number};
    for (size_t i = 0; i < CXD_COUNT(a); i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static bool counts_in(const struct declared_property *property, const struct response *response) {
    return property->rolled || (property->filling && response_place_compare(response, &property->from) >= 0);
}

const char *declared_key(const struct declared_property *property) {
    return property->dimension + strlen(DIMENSION_PROPERTY);
}

bool declared_has(const struct declared *declared, const char *key) {
    for (size_t i = 0; i < declared->count; i++)
        if (strcmp(declared_key(&declared->properties[i]), key) == 0)
            return true;
    return false;
}

static const char *join(struct arena *arena, const char *start, const char *end) {
    char *text = arena_alloc(arena, strlen(start) + strlen(end) + 1);
    if (text)
        strcpy(stpcpy(text, start), end);
    return text;
}

bool declared_question_make(struct arena *arena, const char *key, int slot, enum question_type type,
                            struct declared_question *ret_question) {
    const struct declared_question question = {.key = join(arena, "", key),
                                               .dimension = join(arena, DIMENSION_ANSWER, key),
                                               .asked = join(arena, DIMENSION_ASKED, key),
                                               .slot = slot,
                                               .type = type};
    *ret_question = question;
    return question.key && question.dimension && question.asked;
}

const struct declared_question *declared_question(const struct declared *declared, const char *key) {
    for (size_t i = 0; i < declared->question_count; i++)
        if (strcmp(declared->questions[i].key, key) == 0)
            return &declared->questions[i];
    return NULL;
}

bool declared_is_same(const struct declared_question *declared, const struct question *question) {
    const struct question_scale *then = &declared->scale, *scale = &question->scale;
    return question->type == declared->type &&
           (question->type != QUESTION_SCALE ||
            (scale->metric == then->metric && scale->min == then->min && scale->max == then->max));
}

size_t dimensions_of(const struct response *response, const struct declared *declared,
                     struct dimension ret_dimensions[DIMENSIONS_MAX]) {
    const struct dimension fixed[] = {
        {"", ""},
        {"touchpoint", response->touchpoint},
        {"channel", response->channel},
        {"locale", response->locale},
    };
    size_t count = 0;
    for (size_t i = 0; i < CXD_COUNT(fixed); i++)
        if (fixed[i].value)
            ret_dimensions[count++] = fixed[i];
    for (size_t i = 0; response->property_count > 0 && i < declared->count; i++) {
        const struct declared_property *property = &declared->properties[i];
        const char *value = counts_in(property, response) ? response_property(response, declared_key(property)) : NULL;
        if (value)
            ret_dimensions[count++] = (struct dimension){property->dimension, value};
    }
    return count;
}
