/* The free data of a response or an invitation: an object of JSON becomes a sorted list of texts. */
#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/utf8.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

static const char *pointer_to(char at[static POINTER_SIZE], const char *parent, const char *key) {
    snprintf(at, POINTER_SIZE, "%s", parent);
    error_pointer_append(at, POINTER_SIZE, key);
    return at;
}

const char *read_free_member(struct reading *reading, const char *parent, const char *key, const json_t *value) {
    char at[POINTER_SIZE];
    const char *text = NULL;
    if (utf8_has_control(json_string_value(value), true)) /* only then the pointer is worth its making */
        (void)read_free_text(reading, value, pointer_to(at, parent, key), &text);
    else
        (void)read_text(reading, value, parent, &text);
    return text;
}

/* The value of a property as text; NULL and an error where it is of a type that has none. Of numbers only integers are
 * left: mend.h has made texts of the others. */
static const char *property_text(struct reading *reading, const char *parent, const char *key, const json_t *value) {
    char number[32], at[POINTER_SIZE];
    const char *text;
    switch (json_typeof(value)) {
    case JSON_STRING:
        return read_free_member(reading, parent, key, value);
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        text = json_is_true(value) ? "true" : "false";
        break;
    default:
        error_add_member(reading->err, pointer_to(at, parent, key), "must be a string, a number or a boolean");
        return NULL;
    }
    char *copy = arena_strdup(reading->arena, text);
    if (!copy)
        reading->refused = true;
    return copy;
}

void read_property_list(struct reading *reading, const json_t *value, const char *pointer,
                        const struct property **ret_properties, size_t *ret_count) {
    if (!read_is_object(reading, value, pointer) || json_object_size(value) == 0)
        return;
    struct property *properties = arena_alloc(reading->arena, json_object_size(value) * sizeof *properties);
    if (!properties) {
        reading->refused = true;
        return;
    }
    size_t count = 0;
    const char *key;
    size_t key_length;
    json_t *member;
    json_object_keylen_foreach((json_t *)value, key, key_length, member) {
        if (read_says_nothing(member))
            continue;
        properties[count].value = property_text(reading, pointer, key, member);
        if (!properties[count].value)
            continue;
        properties[count].key = arena_strndup(reading->arena, key, key_length);
        if (!properties[count].key) {
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
