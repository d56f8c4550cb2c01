/* Links come from mails, receipts and codes, and have whatever trackers put behind them: what a page does not know it
 * passes over. */
#include "web/fields.h"

#include <string.h>

#include "cxd/base/utf8.h"

struct form fields_read(struct http_request *request) {
    struct form form;
    struct error err;
    size_t length;
    const char *text = http_query_text(request);
    if (http_request_method(request) == HTTP_POST)
        text = http_body(request, &length);
    else
        length = text ? strlen(text) : 0;
    if (form_read_link(text ? text : "", length, http_arena(request), &form, &err) != CXD_OK)
        form = (struct form){.count = 0};
    return form;
}

const char *field_value(struct http_request *request, const struct form_field *field) {
    size_t length = strnlen(field->value, field->value_length);
    char *value = arena_alloc(http_arena(request), length + 1);
    if (!value)
        return NULL;
    memcpy(value, field->value, length);
    value[length] = '\0';
    return utf8_all_blank(value) ? NULL : value;
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
