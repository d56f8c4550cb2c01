/* The free data of a response or an invitation: an object of JSON becomes a sorted list of texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/read.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

/* The shortest decimal text that reads back as the same number. */
static const char *real_text(char out[static 32], double number) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, number);
        if (strtod(out, NULL) == number)
            break;
    }
    return out;
}

/* The value of a property as text; NULL and an error where it is of a type that has none. */
static const char *property_text(struct reading *reading, const char *parent, const char *key,
                                 const json_t *value) {
    char number[32];
    const char *text = NULL;
    size_t length;
    switch (json_typeof(value)) {
    case JSON_STRING:
        text = json_string_value(value);
        length = json_string_length(value);
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        text = number;
        length = strlen(text);
        break;
    case JSON_REAL:
        text = real_text(number, json_real_value(value));
        length = strlen(text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        text = json_is_true(value) ? "true" : "false";
        length = strlen(text);
        break;
    default: {
        char pointer[POINTER_SIZE];
        snprintf(pointer, sizeof(pointer), "%s", parent);
        error_pointer_append(pointer, sizeof(pointer), key);
        error_add_member(reading->err, pointer, "must be a string, a number or a boolean");
        return NULL;
    }
    }
    char *copy = arena_strndup(reading->arena, text, length);
    if (copy == NULL)
        reading->refused = true;
    return copy;
}

void read_property_list(struct reading *reading, const json_t *value, const char *pointer,
                        const struct property **ret_properties, size_t *ret_count) {
    if (!read_is_object(reading, value, pointer) || json_object_size(value) == 0)
        return;
    struct property *properties = arena_alloc(reading->arena, json_object_size(value) * sizeof(*properties));
    if (properties == NULL) {
        reading->refused = true;
        return;
    }
    size_t count = 0;
    const char *key;
    size_t key_length;
    json_t *member;
    json_object_keylen_foreach((json_t *)value, key, key_length, member) {
        properties[count].value = property_text(reading, pointer, key, member);
        if (properties[count].value == NULL)
            continue;
        properties[count].key = arena_strndup(reading->arena, key, key_length);
        if (properties[count].key == NULL) {
            reading->refused = true;
            return;
        }
        count++;
    }
    const char *twice;
    if (!response_sort_properties(properties, count, &twice)) {
        error_add_member(reading->err, pointer, "has a member twice");
        return;
    }
    *ret_properties = count > 0 ? properties : NULL;
    *ret_count = count;
}
