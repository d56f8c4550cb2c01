/* What an engine hands out of its own memory is copied into that of who asks. */

#include "store/copy.h"

bool copy_text(struct arena *arena, const char **text) {
    const char *copy = arena_strdup(arena, *text);
    bool copied = copy || !*text;
    *text = copy;
    return copied;
}

bool copy_response(struct arena *arena, struct response *response) {
    struct property *properties = arena_alloc(arena, (response->property_count + 1) * sizeof *properties);
    if (!properties || !copy_text(arena, &response->comment) || !copy_text(arena, &response->respondent) ||
        !copy_text(arena, &response->touchpoint) || !copy_text(arena, &response->channel) ||
        !copy_text(arena, &response->locale) || !copy_text(arena, &response->visit) ||
        !copy_text(arena, &response->excluded_reason)) {
        return false;
    }
    for (size_t i = 0; i < response->property_count; i++) {
        properties[i] = response->properties[i];
        if (!copy_text(arena, &properties[i].key) || !copy_text(arena, &properties[i].value)) {
            return false;
        }
    }
    response->properties = response->property_count > 0 ? properties : NULL;
    return true;
}
