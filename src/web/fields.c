/* Links come from mails, receipts and codes, and have whatever trackers put behind them: what a page does not know it
 * passes over. What was posted is read as the API reads it, so that whatever it takes can be shown again. */
#include "web/fields.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/codec/json.h"
#include "cxd/codec/mime.h"

enum { JSON_DEPTH_MAX = 16, NAME_SIZE = 512, NUMBER_SIZE = 32 };

/* --- Links ----------------------------------------------------------------------------------------------------------
 */

/* Mailers that escape a link which is escaped already make "&amp;i=" of "&i=". */
static void mend_names(struct form *form) {
    static const char ESCAPED[] = "amp;";
    for (size_t i = 0; i < form->count; i++)
        while (strncmp(form->fields[i].name, ESCAPED, sizeof ESCAPED - 1) == 0)
            form->fields[i].name += sizeof ESCAPED - 1;
}

struct form fields_of_link(struct http_request *request) {
    const char *query = http_query_text(request);
    struct form form;
    struct error err;
    if (!query || form_read_link(query, strlen(query), http_arena(request), &form, &err) != CXD_OK)
        return (struct form){.count = 0};
    mend_names(&form);
    return form;
}

/* --- What is posted -------------------------------------------------------------------------------------------------
 */

/* A JSON object on its way to fields; `before` stands in front of its members' names, "" for the whole. */
struct object {
    struct form *form;
    struct arena *arena;
    const char *before;
};

static void add_field(const struct object *object, const char *name, const char *value) {
    const char *copy = arena_strdup(object->arena, value);
    struct form_field field = {.value = copy};
    struct error err;
    if (!copy)
        return;
    field.value_length = strlen(copy);
    if (form_add(object->form, object->arena, name, strlen(name), &field, &err) != CXD_OK)
        return; /* then it is not shown again */
}

/* {"properties": {"plan": "pro"}} says what the field property.plan does. */
static const char *name_of(const struct object *object, const char *name) {
    if (object->before[0] != '\0')
        return name;
    return strcmp(name, "properties") == 0 ? "property" : strcmp(name, "answers") == 0 ? "answer" : NULL;
}

static void add_member(void *context, const char *name, const struct json *value) {
    const struct object *object = context;
    const char *of_form = name_of(object, name);
    char path[NAME_SIZE], digits[NUMBER_SIZE];
    struct object within = {object->form, object->arena, path};
    double number = 0;
    int length = snprintf(path, sizeof path, "%s%s", object->before, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return;
    if (json_kind_of(value) == JSON_KIND_TEXT) {
        add_field(object, path, json_text(value, ""));
    } else if (json_number(value, "", &number)) {
        snprintf(digits, sizeof digits, "%.15g", number);
        add_field(object, path, digits);
    } else if (json_kind_of(value) == JSON_KIND_ARRAY) {
        for (size_t i = 0; i < json_count(value); i++) /* one field, as often as something is ticked */
            if (json_kind_of(json_at(value, i)) == JSON_KIND_TEXT)
                add_field(object, path, json_text(json_at(value, i), ""));
    } else if (of_form && json_kind_of(value) == JSON_KIND_OBJECT) {
        length = snprintf(path, sizeof path, "%s%s.", object->before, of_form);
        if (length > 0 && (size_t)length < sizeof path)
            json_each(value, add_member, &within);
    }
}

static enum cxd_err read_json(const char *bytes, size_t length, struct arena *arena, struct form *ret_form,
                              struct error *err) {
    struct json *document = NULL;
    *ret_form = (struct form){.count = 0};
    if (json_too_deep(bytes, length, JSON_DEPTH_MAX))
        return error_set(err, ERR_MALFORMED_JSON, "it is nested too deep");
    enum cxd_err result = json_open(bytes, length, &document, err);
    if (result == CXD_OK && json_kind_of(document) == JSON_KIND_OBJECT)
        json_each(document, add_member, &(struct object){ret_form, arena, ""});
    json_free(document);
    return result;
}

struct form fields_of_post(struct http_request *request) {
    const char *header = http_header(request, "Content-Type");
    struct arena *arena = http_arena(request);
    struct mime_text type, name, value, boundary = {.length = 0};
    struct form form;
    struct error err;
    size_t length;
    const char *bytes = http_body(request, &length);
    struct mime mime = mime_open(header ? header : "", header ? strlen(header) : 0, &type);
    while (mime_next(&mime, &name, &value))
        if (mime_is(&name, "boundary"))
            boundary = value;
    enum cxd_err result = mime_is(&type, "multipart/form-data")
                              ? form_read_parts(bytes, length, &boundary, arena, &form, &err)
                          : mime_is(&type, "application/x-www-form-urlencoded")
                              ? form_read_link(bytes ? bytes : "", length, arena, &form, &err)
                              : read_json(bytes ? bytes : "", length, arena, &form, &err);
    return result == CXD_OK ? form : (struct form){.count = 0};
}

/* --- Values ---------------------------------------------------------------------------------------------------------
 */

/* A NUL would end it: what a page has for it is what it has for any control. */
const char *field_value(struct http_request *request, const struct form_field *field) {
    char *value = field->fault ? NULL : arena_alloc(http_arena(request), field->value_length + 1);
    if (!value)
        return NULL;
    for (size_t i = 0; i < field->value_length; i++)
        value[i] = field->value[i] == '\0' ? '\x01' : field->value[i];
    value[field->value_length] = '\0';
    return utf8_all_blank(value) ? NULL : value;
}

bool fields_given(const struct form *form, const char *name) {
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return true;
    return false;
}

const char *fields_value(struct http_request *request, const struct form *form, const char *name) {
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return field_value(request, &form->fields[i]);
    return NULL;
}

const char *fields_value_or(struct http_request *request, const struct form *form, const char *name, const char *none) {
    const char *value = fields_value(request, form, name);
    return value ? value : none;
}

bool fields_has(const struct form *form, const char *name, const char *value) {
    size_t length = strlen(value);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (strcmp(field->name, name) == 0 && field->value_length == length && memcmp(field->value, value, length) == 0)
            return true;
    }
    return false;
}
