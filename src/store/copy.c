/* What an engine hands out of its own memory is copied into that of who asks. */

#include "store/copy.h"

bool copy_text(struct arena *arena, const char **text) {
    const char *copy = arena_strdup(arena, *text);
    bool copied = copy || !*text;
    *text = copy;
    return copied;
}

static bool copy_properties(struct arena *arena, const struct property **list, size_t count) {
    struct property *properties = arena_alloc(arena, (count + 1) * sizeof *properties);
    if (!properties)
        return false;
    for (size_t i = 0; i < count; i++) {
        properties[i] = (*list)[i];
        if (!copy_text(arena, &properties[i].key) || !copy_text(arena, &properties[i].value))
            return false;
    }
    *list = count > 0 ? properties : NULL;
    return true;
}

static bool copy_values(struct arena *arena, struct answer *answer) {
    const char **values = arena_alloc(arena, (answer->value_count + 1) * sizeof *values);
    for (size_t i = 0; values && i < answer->value_count; i++) {
        values[i] = answer->values[i];
        if (!copy_text(arena, &values[i]))
            return false;
    }
    answer->values = values;
    return values;
}

static bool copy_answers(struct arena *arena, const struct answer **list, size_t count) {
    struct answer *answers = arena_alloc(arena, (count + 1) * sizeof *answers);
    if (!answers)
        return false;
    for (size_t i = 0; i < count; i++) {
        answers[i] = (*list)[i];
        if (!copy_text(arena, &answers[i].key) || !copy_text(arena, &answers[i].text) ||
            !copy_text(arena, &answers[i].other) || !copy_values(arena, &answers[i]))
            return false;
    }
    *list = count > 0 ? answers : NULL;
    return true;
}

bool copy_invitation(struct arena *arena, struct invitation_record *record) {
    return copy_text(arena, &record->respondent) && copy_properties(arena, &record->properties, record->property_count);
}

bool copy_response(struct arena *arena, struct response *response) {
    return copy_text(arena, &response->comment) && copy_text(arena, &response->respondent) &&
           copy_text(arena, &response->touchpoint) && copy_text(arena, &response->channel) &&
           copy_text(arena, &response->locale) && copy_text(arena, &response->visit) &&
           copy_text(arena, &response->excluded_reason) &&
           copy_properties(arena, &response->properties, response->property_count) &&
           copy_answers(arena, &response->answers, response->answer_count);
}
