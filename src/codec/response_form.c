/* A response that comes as a form: it is written as the JSON that would have said the same, and read as that. So there
 * is one reader, and the same answer is the same content whichever way it comes. */
#include <stdlib.h>
#include <string.h>

#include "codec/lex.h"
#include "cxd/base/buffer.h"
#include "cxd/base/number.h"
#include "cxd/base/words.h"
#include "cxd/codec/form.h"
#include "cxd/codec/response.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer), DEPTH = 4 };

static const char ANSWERS[] = "answers", PROPERTIES[] = "properties";
static const char PROPERTY[] = "property.", WORDS_OF_OTHER[] = "." OPTION_OTHER;

static const char *behind(const char *name, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(name, prefix, length) == 0 ? name + length : NULL;
}

/* The key of a property; NULL: the field is none. */
static const char *property_key(const struct form_field *field) {
    return behind(field->name, PROPERTY);
}

/* The key of a question, which ends where `.other` begins; NULL: the field is no answer. */
static const char *answer_key(const struct form_field *field, size_t *ret_length, bool *ret_is_words) {
    const char *key = behind(field->name, FORM_ANSWER);
    size_t suffix = sizeof WORDS_OF_OTHER - 1;
    if (!key)
        return NULL;
    *ret_length = strlen(key);
    *ret_is_words = *ret_length > suffix && strcmp(key + *ret_length - suffix, WORDS_OF_OTHER) == 0;
    *ret_length -= *ret_is_words ? suffix : 0;
    return key;
}

static bool is_answer(const struct form_field *field) {
    return behind(field->name, FORM_ANSWER) != NULL;
}

static bool is_charset(const struct form_field *field) {
    return strcmp(field->name, FORM_CHARSET) == 0;
}

/* Writes the value as JSON has numbers; false: it is none. */
static bool write_number(struct buffer *out, const struct form_field *field) {
    const char *text = field->value;
    size_t length = field->value_length;
    bool is_negative;
    if (!number_trim(&text, &length, &is_negative))
        return false;
    buffer_append_text(out, is_negative ? "-" : "");
    buffer_append(out, text, length);
    return true;
}

/* Members that are numbers. */
static bool is_number(const char *name) {
    static const char *const NAMES[] = {"score", "sequence", "revision"};
    static const struct words names = WORDS(NAMES);
    return words_find(&names, name) >= 0;
}

/* Bytes that are not UTF-8 stay as they are: the reader of JSON knows where they are forgiven. Browsers send a new line
 * of a value as CR LF, whatever is in the page. */
static void write_bytes(struct buffer *out, const char *bytes, size_t length, bool is_value) {
    buffer_append_char(out, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (is_value && c == '\r' && i + 1 < length && bytes[i + 1] == '\n')
            continue;
        if (c < 0x20)
            buffer_append_format(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            buffer_append(out, (const char[]){'\\', (char)c}, 2);
        else
            buffer_append_char(out, (char)c);
    }
    buffer_append_char(out, '"');
}

static void write_comma(struct buffer *out) {
    if (!out->failed && out->data[out->length - 1] != '{' && out->data[out->length - 1] != '[')
        buffer_append_char(out, ',');
}

static void write_key_of(struct buffer *out, const char *name, size_t length) {
    write_comma(out);
    write_bytes(out, name, length, false);
    buffer_append_char(out, ':');
}

static void write_key(struct buffer *out, const char *name) {
    write_key_of(out, name, strlen(name));
}

static void write_field(struct buffer *out, const char *name, const struct form_field *field) {
    write_key(out, name);
    if (!is_number(field->name) || !write_number(out, field))
        write_bytes(out, field->value, field->value_length, true);
}

static int compare_fields(const void *left, const void *right) {
    const struct form_field *a = *(struct form_field *const *)left, *b = *(struct form_field *const *)right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : a < b ? -1 : a > b;
}

/* What is given twice counts where it stands first, and is a fault where it stands again: but for what is ticked. */
static bool find_doubles(struct form *form, struct arena *arena) {
    struct form_field **sorted = arena_alloc(arena, form->count * sizeof *sorted);
    if (!sorted)
        return false;
    for (size_t i = 0; i < form->count; i++)
        sorted[i] = &form->fields[i];
    qsort(sorted, form->count, sizeof *sorted, compare_fields);
    for (size_t i = 1; i < form->count; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0 && !sorted[i]->fault && !is_answer(sorted[i]))
            sorted[i]->fault = "is given twice";
    return true;
}

/* A browser sends what was left empty too. */
static bool is_said(const struct form_field *field) {
    size_t at = 0;
    while (at < field->value_length && lex_is_blank(field->value[at]))
        at++;
    return !field->fault && at < field->value_length;
}

/* Why a field is not taken, as far as it is a form's matter; NULL: it is. */
static const char *find_fault(const struct form_field *field) {
    const struct mime_text charset = {field->value, field->value_length, false};
    if (!is_said(field))
        return NULL;
    if (is_charset(field))
        return mime_is_utf8(&charset) ? NULL : "must be UTF-8: no other charset is read";
    if (strcmp(field->name, PROPERTIES) == 0)
        return "is no field of a form: each property is one, by the name property.KEY";
    if (strcmp(field->name, ANSWERS) == 0)
        return "is no field of a form: each answer is one, by the name answer.KEY";
    return NULL;
}

/* What a form says to one question. */
struct said {
    const char *key;
    size_t length, count; /* of the key; of the fields that say something */
};

static bool is_of(const struct form_field *field, const struct said *said, bool *ret_is_words) {
    size_t length;
    const char *key = answer_key(field, &length, ret_is_words);
    return key && length == said->length && memcmp(key, said->key, length) == 0 && is_said(field);
}

/* False where the field is no answer, or an earlier one is of the same question. */
static bool gather(const struct form *form, size_t at, struct said *ret_said) {
    bool is_words;
    struct said said = {.count = 1};
    said.key = answer_key(&form->fields[at], &said.length, &is_words);
    if (!said.key || !is_said(&form->fields[at]))
        return false;
    for (size_t i = 0; i < at; i++)
        if (is_of(&form->fields[i], &said, &is_words))
            return false;
    for (size_t i = at + 1; i < form->count; i++)
        said.count += is_of(&form->fields[i], &said, &is_words);
    *ret_said = said;
    return true;
}

static void write_said(struct buffer *out, const struct form *form, const struct said *said) {
    bool is_words;
    write_key_of(out, said->key, said->length);
    buffer_append_text(out, said->count > 1 ? "[" : "");
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (!is_of(field, said, &is_words))
            continue;
        if (said->count > 1)
            write_comma(out);
        buffer_append_text(out, is_words ? "{\"" OPTION_OTHER "\":" : "");
        write_bytes(out, field->value, field->value_length, true);
        buffer_append_text(out, is_words ? "}" : "");
    }
    buffer_append_text(out, said->count > 1 ? "]" : "");
}

static void write_answers(struct buffer *out, const struct form *form) {
    struct said said;
    bool is_first = true;
    for (size_t i = 0; i < form->count; i++) {
        if (!gather(form, i, &said))
            continue;
        if (is_first) {
            write_key(out, ANSWERS);
            buffer_append_char(out, '{');
        }
        is_first = false;
        write_said(out, form, &said);
    }
    buffer_append_text(out, is_first ? "" : "}");
}

/* What is made of several fields has their names: one of its own name is empty, or has a fault. */
static bool is_member(const struct form_field *field) {
    return !field->fault && !property_key(field) && !is_answer(field) && !is_charset(field) &&
           strcmp(field->name, ANSWERS) != 0 && strcmp(field->name, PROPERTIES) != 0;
}

static void write_members(struct buffer *out, const struct form *form) {
    buffer_append_char(out, '{');
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (is_member(field))
            write_field(out, field->name, field);
    }
    write_answers(out, form);
    write_key(out, PROPERTIES);
    buffer_append_char(out, '{');
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (!field->fault && property_key(field) && field->value_length > 0)
            write_field(out, property_key(field), field);
    }
    buffer_append_text(out, "}}");
}

static void add_faults(const struct form *form, struct error *err) {
    for (size_t i = 0; i < form->count; i++) {
        const char *fault = form->fields[i].fault, *key = property_key(&form->fields[i]);
        char pointer[POINTER_SIZE] = "";
        if (!fault)
            continue;
        if (is_answer(&form->fields[i]))
            key = behind(form->fields[i].name, FORM_ANSWER);
        if (key)
            error_pointer_append(pointer, sizeof pointer, is_answer(&form->fields[i]) ? "answers" : "properties");
        error_pointer_append(pointer, sizeof pointer, key ? key : form->fields[i].name);
        error_add_member(err, pointer, "%s", fault);
    }
}

enum cxd_err form_decode_as_json(struct form *form, struct arena *arena, form_decode *decode, void *context,
                                 struct error *err) {
    struct buffer json;
    for (size_t i = 0; i < form->count; i++)
        if (!form->fields[i].fault)
            form->fields[i].fault = find_fault(&form->fields[i]);
    if (!find_doubles(form, arena))
        return error_set(err, ERR_NO_MEMORY, "no memory to read the form");
    buffer_init(&json);
    write_members(&json, form);
    enum cxd_err code = json.failed ? error_set(err, ERR_NO_MEMORY, "no memory to read the form")
                                    : decode(&json, DEPTH, arena, context, err);
    buffer_free(&json);
    if (code != CXD_OK && code != ERR_INVALID)
        return code;
    add_faults(form, err);
    return err->code;
}

static enum cxd_err decode_json(const struct buffer *json, size_t depth, struct arena *arena, void *context,
                                struct error *err) {
    struct response *response = context;
    enum cxd_err code = response_decode(json->data, json->length, depth, arena, response, err);
    if (code == CXD_OK || code == ERR_INVALID)
        response->sent.is_form = true;
    return code;
}

enum cxd_err response_decode_form(struct form *form, struct arena *arena, struct response *ret_response,
                                  struct error *err) {
    return form_decode_as_json(form, arena, decode_json, ret_response, err);
}
