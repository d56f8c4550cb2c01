/* A view of JSON for those who see no JSON library: the command line, reading the daemon's replies. */
#include "cxd/codec/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/number.h"

#undef json_is_true /* the library's; the view has a function of that name */

/* `struct json` is never defined: a pointer to one is the library's value. */

static const json_t *value_of(const struct json *value) {
    return (const json_t *)value;
}

enum cxd_err json_open(const char *bytes, size_t length, struct json **ret_document, struct error *err) {
    json_error_t error = {.position = 0};
    enum cxd_err code = document_check_nul(bytes, length, err);
    if (code != CXD_OK)
        return code;
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root)
        return document_refuse_text(&error, bytes, 0, length, 0, err);
    *ret_document = (struct json *)root;
    return CXD_OK;
}

void json_free(struct json *document) {
    json_decref((json_t *)document);
}

struct json_scratch {
    struct document document;
};

struct json_scratch *json_scratch_new(void) {
    struct json_scratch *scratch = malloc(sizeof *scratch);
    if (scratch)
        document_init(&scratch->document);
    return scratch;
}

void json_scratch_free(struct json_scratch *scratch) {
    if (scratch)
        document_close(&scratch->document);
    free(scratch);
}

enum cxd_err json_scratch_read(struct json_scratch *scratch, const char *bytes, size_t length, size_t lines_before,
                               const struct json **ret_document, struct error *err) {
    scratch->document.lines_before = lines_before;
    enum cxd_err code = document_read_as_is(&scratch->document, bytes, length, err);
    if (code == CXD_OK)
        *ret_document = (const struct json *)scratch->document.root;
    return code;
}

/* The value at the path, null too; NULL if it is not there. */
static const json_t *look_up(const struct json *value, const char *path) {
    const json_t *at = value_of(value);
    while (at && *path != '\0') {
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
    return found && json_typeof(found) == JSON_TRUE;
}

bool json_is_number_text(const char *text) {
    struct number number;
    return number_parse(text, strlen(text), &number);
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
    while (iter && index > 0) {
        iter = json_object_iter_next(named, iter);
        index--;
    }
    return json_object_iter_key(iter);
}

enum json_kind json_kind_of(const struct json *value) {
    static const enum json_kind KINDS[] = {
        [JSON_OBJECT] = JSON_KIND_OBJECT,  [JSON_ARRAY] = JSON_KIND_ARRAY, [JSON_STRING] = JSON_KIND_TEXT,
        [JSON_INTEGER] = JSON_KIND_NUMBER, [JSON_REAL] = JSON_KIND_NUMBER, [JSON_TRUE] = JSON_KIND_BOOL,
        [JSON_FALSE] = JSON_KIND_BOOL,     [JSON_NULL] = JSON_KIND_NULL,
    };
    return value ? KINDS[json_typeof(value_of(value))] : JSON_KIND_NULL;
}

void json_each(const struct json *object, void (*take)(void *context, const char *name, const struct json *value),
               void *context) {
    json_t *members = (json_t *)object;
    for (void *at = json_object_iter(members); at; at = json_object_iter_next(members, at))
        take(context, json_object_iter_key(at), (const struct json *)json_object_iter_value(at));
}

bool json_join(struct json *document, const struct json *page, const char *member) {
    json_t *next = json_object_get(value_of(page), "next");
    json_t *all = json_object_get(value_of(document), member), *more = json_object_get(value_of(page), member);
    return json_is_array(all) && json_is_array(more) && json_array_extend(all, more) == 0 &&
           json_object_set((json_t *)document, "next", next ? next : json_null()) == 0;
}

bool json_set_bool(struct json *document, const char *member, bool value) {
    return json_object_set_new((json_t *)document, member, json_boolean(value)) == 0;
}

static int append_chunk(const char *bytes, size_t size, void *context) {
    buffer_append(context, bytes, size);
    return 0;
}

void json_write(struct buffer *out, const struct json *document) {
    if (json_dump_callback(value_of(document), append_chunk, out,
                           JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY) != 0)
        out->failed = true;
}

const char *json_library_version(void) {
    return jansson_version_str();
}
