/* Forms as they are posted by default: names and values with escapes, and ampersands between. */
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/codec/form.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

enum cxd_err form_add(struct form *form, struct arena *arena, const char *name, size_t name_length,
                      const struct form_field *field, struct error *err) {
    if (form->count == FORM_FIELDS_MAX)
        return error_set(err, ERR_MALFORMED_FORM, "a form may have %d fields", FORM_FIELDS_MAX);
    if (form->count == form->capacity) {
        enum { FIRST = 16 };
        size_t capacity = form->capacity == 0 ? FIRST : 2 * form->capacity;
        struct form_field *grown = arena_alloc(arena, capacity * sizeof *grown);
        if (!grown)
            return error_set(err, ERR_NO_MEMORY, "no memory for the form");
        if (form->count > 0)
            memcpy(grown, form->fields, form->count * sizeof *grown);
        form->fields = grown;
        form->capacity = capacity;
    }
    char *copy = arena_strndup(arena, name, name_length);
    if (!copy)
        return error_set(err, ERR_NO_MEMORY, "no memory for the form");
    if (memchr(name, '\0', name_length) || utf8_count(copy) == SIZE_MAX)
        return error_set(err, ERR_MALFORMED_FORM, "the name of field %zu is not UTF-8, or has a NUL", form->count + 1);
    form->fields[form->count] = *field;
    form->fields[form->count++].name = copy;
    return CXD_OK;
}

/* Decodes to `out`, which has room for it and may be where it begins. Returns the length. */
static size_t decode(const char *text, size_t length, char *out) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && length - i > 2) {
            int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                i += 2;
            }
        }
        out[count++] = c;
    }
    return count;
}

static enum cxd_err read_field(char *text, size_t length, struct arena *arena, struct form *form, struct error *err) {
    char *equals = memchr(text, '=', length);
    size_t name_length = equals ? (size_t)(equals - text) : length;
    char *value = equals ? equals + 1 : text + length;
    struct form_field field = {.value = value};
    field.value_length = decode(value, (size_t)(text + length - value), value);
    name_length = decode(text, name_length, text);
    if (name_length == 0 && field.value_length == 0)
        return CXD_OK;
    return form_add(form, arena, text, name_length, &field, err);
}

/* With `is_lenient` a field that cannot be one is passed over. */
static enum cxd_err read_fields(const char *bytes, size_t length, bool is_lenient, struct arena *arena,
                                struct form *ret_form, struct error *err) {
    struct form form = {0};
    if (length == 0) { /* bytes may be NULL */
        *ret_form = form;
        return CXD_OK;
    }
    size_t mark = utf8_mark_length(bytes, length);
    bytes += mark;
    length -= mark;
    char *text = arena_alloc(arena, length);
    if (!text)
        return error_set(err, ERR_NO_MEMORY, "no memory for the form");
    if (length > 0)
        memcpy(text, bytes, length);
    enum cxd_err code = CXD_OK;
    for (char *at = text, *end = text + length; at < end && code == CXD_OK;) {
        char *ampersand = memchr(at, '&', (size_t)(end - at));
        char *stop = ampersand ? ampersand : end;
        code = read_field(at, (size_t)(stop - at), arena, &form, err);
        if (code == ERR_MALFORMED_FORM && is_lenient)
            code = CXD_OK;
        at = stop + 1;
    }
    if (code == CXD_OK)
        *ret_form = form;
    return code;
}

enum cxd_err form_read_fields(const char *bytes, size_t length, struct arena *arena, struct form *ret_form,
                              struct error *err) {
    return read_fields(bytes, length, false, arena, ret_form, err);
}

enum cxd_err form_read_link(const char *query, size_t length, struct arena *arena, struct form *ret_form,
                            struct error *err) {
    return read_fields(query, length, true, arena, ret_form, err);
}
