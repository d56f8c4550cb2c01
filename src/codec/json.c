/* A read-only view of JSON for those who see no JSON library: the command line, reading the daemon's
 * replies. Also the scan for nesting that every parser of codec/ makes first. */
#include "cxd/codec/json.h"

#include <string.h>

#include "codec/read.h"

#undef json_is_true /* the library's; the view has a function of that name */

/* `struct json` is never defined: a pointer to one is the library's value. */

static const json_t *value_of(const struct json *value) {
    return (const json_t *)value;
}

/* Opening brackets, in strings too. The two differ in one bit. */
static size_t count_openings(const char *bytes, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (bytes[i] | 0x20) == '{';
    return count;
}

bool json_too_deep(const char *bytes, size_t length, size_t depth) {
    if (count_openings(bytes, length) <= depth)
        return false; /* nearly every body ends here */
    size_t open = 0;
    const char *end = bytes + length;
    for (const char *at = bytes; at < end; at++) {
        switch (*at) {
        case '"':
            for (at++; at < end && *at != '"'; at++)
                if (*at == '\\')
                    at++;
            break;
        case '[':
        case '{':
            if (++open > depth)
                return true;
            break;
        case ']':
        case '}':
            if (open > 0)
                open--;
            break;
        default:
            break;
        }
    }
    return false;
}

enum cxd_err json_open(const char *bytes, size_t length, struct json **ret_document, struct error *err) {
    json_error_t error = {.position = 0};
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        return document_refuse_text(&error, bytes, 0, length, 0, err);
    *ret_document = (struct json *)root;
    return CXD_OK;
}

void json_free(struct json *document) {
    json_decref((json_t *)document);
}

/* The value at the path, null too; NULL if it is not there. */
static const json_t *look_up(const struct json *value, const char *path) {
    const json_t *at = value_of(value);
    while (at != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        at = json_object_getn(at, path, length);
        path += length;
        if (*path == '.')
            path++;
    }
    return at;
}

const struct json *json_get(const struct json *value, const char *path) {
    const json_t *found = look_up(value, path);
    return json_is_null(found) ? NULL : (const struct json *)found;
}

const char *json_text(const struct json *value, const char *path) {
    return json_string_value(look_up(value, path));
}

bool json_number(const struct json *value, const char *path, double *ret_number) {
    const json_t *found = look_up(value, path);
    if (!json_is_number(found))
        return false;
    *ret_number = json_number_value(found);
    return true;
}

bool json_is_true(const struct json *value, const char *path) {
    const json_t *found = look_up(value, path);
    return found != NULL && json_typeof(found) == JSON_TRUE;
}

size_t json_count(const struct json *value) {
    const json_t *counted = value_of(value);
    return json_is_array(counted) ? json_array_size(counted) : json_object_size(counted);
}

const struct json *json_at(const struct json *array, size_t index) {
    const json_t *found = json_array_get(value_of(array), index);
    return json_is_null(found) ? NULL : (const struct json *)found;
}

const char *json_name_at(const struct json *object, size_t index) {
    json_t *named = (json_t *)object;
    void *iter = json_object_iter(named);
    while (iter != NULL && index > 0) {
        iter = json_object_iter_next(named, iter);
        index--;
    }
    return json_object_iter_key(iter);
}

const char *json_library_version(void) {
    return jansson_version_str();
}
