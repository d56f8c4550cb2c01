/* The bottom of codec/: a text becomes a document of JSON values here, and the usual kinds of members are
 * read. The JSON library does not survive every refused allocation (its lexer then reads past its token),
 * so while it parses, memory comes from the document, and a refusal leaves the parser by longjmp: it holds
 * nothing but that memory. What it refuses for its characters or its numbers is mended (mend.h) and read again; nearly
 * every text is read once. */
#include "codec/read.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/mend.h"
#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/base/nearest.h"
#include "cxd/base/number.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/respondent.h"

enum { BLOCK_SMALLEST = 16 * 1024, BLOCK_LARGEST = 1024 * 1024 };

struct document_block {
    struct document_block *older;
    _Alignas(max_align_t) char bytes[];
};

static _Thread_local struct document *loading; /* what this thread is parsing */

static void *hook_malloc(size_t size) {
    struct document *doc = loading;
    if (!doc)
        return malloc(size);
    if (size > SIZE_MAX / 2)
        longjmp(doc->refused, 1);
    size_t step = (size + (_Alignof(max_align_t) - 1)) & ~(_Alignof(max_align_t) - 1);
    if (step > doc->left) {
        size_t room = step > doc->block_size ? step : doc->block_size;
        struct document_block *block = malloc(sizeof *block + room);
        if (!block)
            longjmp(doc->refused, 1);
        block->older = doc->blocks;
        doc->blocks = block;
        doc->next = block->bytes;
        doc->left = room;
        if (doc->block_size < BLOCK_LARGEST)
            doc->block_size *= 2;
    }
    void *result = doc->next;
    doc->next += step;
    doc->left -= step;
    return result;
}

static void hook_free(void *memory) {
    if (!loading)
        free(memory);
}

static void set_hooks(void) {
    json_set_alloc_funcs(hook_malloc, hook_free);
}

static void drop(struct document *doc) {
    while (doc->blocks) {
        struct document_block *older = doc->blocks->older;
        free(doc->blocks);
        doc->blocks = older;
    }
    doc->root = NULL;
    doc->next = doc->first;
    doc->left = sizeof doc->first;
    doc->block_size = BLOCK_SMALLEST;
}

void document_init(struct document *doc) {
    doc->blocks = NULL;
    doc->lines_before = 0;
    drop(doc);
}

void document_close(struct document *doc) {
    if (doc)
        drop(doc);
}

/* Counts from 1; a column is a character. */
static void locate(const char *bytes, size_t position, size_t *ret_line, size_t *ret_column) {
    size_t line = 1;
    size_t column = 0;
    for (size_t i = 0; i < position; i++) {
        if (bytes[i] == '\n') {
            line++;
            column = 0;
        } else if (((unsigned char)bytes[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

enum cxd_err document_refuse_text(const json_error_t *error, const char *bytes, size_t start, size_t end,
                                  size_t lines_before, struct error *err) {
    if (json_error_code(error) == json_error_out_of_memory || error->text[0] == '\0')
        return error_set(err, ERR_NO_MEMORY, "no memory to read the JSON text");
    size_t line;
    size_t column;
    size_t position = start + (error->position > 0 ? (size_t)error->position : 0);
    locate(bytes, position < end ? position : end, &line, &column);
    const char *text = utf8_count(error->text) == SIZE_MAX     ? "not JSON"
                       : strstr(error->text, "JSON_ALLOW_NUL") ? "\\u0000, a NUL, is not allowed"
                                                               : error->text;
    return error_set(err, ERR_MALFORMED_JSON, "line %zu, column %zu: %s", lines_before + line, column, text);
}

enum cxd_err document_check_nul(const char *bytes, size_t length, struct error *err) {
    const char *nul = length > 0 ? memchr(bytes, '\0', length) : NULL;
    json_error_t error = {.position = nul ? (int)(nul - bytes) : 0, .text = "a NUL byte"};
    return nul ? document_refuse_text(&error, bytes, 0, length, 0, err) : CXD_OK;
}

static enum cxd_err load(struct document *doc, const char *bytes, size_t length, json_error_t *ret_error) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_hooks);
    drop(doc);
    *ret_error = (json_error_t){.position = 0};
    loading = doc;
    if (setjmp(doc->refused) != 0) {
        loading = NULL;
        return ERR_NO_MEMORY;
    }
    doc->root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, ret_error);
    loading = NULL;
    return doc->root ? CXD_OK : ERR_MALFORMED_JSON;
}

/* As load, but for a NUL, which the library passes over where it looks one character ahead (behind a number). */
static enum cxd_err load_without_nul(struct document *doc, const char *bytes, size_t length, json_error_t *ret_error) {
    const char *nul = length > 0 ? memchr(bytes, '\0', length) : NULL;
    if (!nul)
        return load(doc, bytes, length, ret_error);
    *ret_error = (json_error_t){.position = (int)(nul - bytes), .text = "a NUL byte"};
    return ERR_MALFORMED_JSON;
}

/* Numbers whose text may say what the library's double does not. Nested no deeper than was allowed. */
static bool holds_real(const json_t *value) {
    const char *name;
    json_t *member;
    size_t index;
    if (json_is_object(value))
        json_object_foreach((json_t *)value, name, member) if (holds_real(member)) return true;
    if (json_is_array(value))
        json_array_foreach(value, index, member) if (holds_real(member)) return true;
    return json_is_real(value);
}

/* The second try, of a text that was refused or has real numbers. */
static enum cxd_err load_mended(struct document *doc, const char *text, size_t length, enum cxd_err code,
                                json_error_t *error) {
    struct buffer mended;
    buffer_init(&mended);
    mend_text(text, length, &mended);
    if (mended.failed)
        code = ERR_NO_MEMORY;
    else if (mended.length > 0) {
        code = load_without_nul(doc, mended.data, mended.length, error);
        if (code == ERR_MALFORMED_JSON)
            error->position = (int)mend_origin(text, length, error->position > 0 ? (size_t)error->position : 0);
    }
    buffer_free(&mended);
    return code;
}

enum cxd_err document_read(struct document *doc, const char *bytes, size_t start, size_t end, size_t depth,
                           struct error *err) {
    json_error_t error;
    start += utf8_mark_length(bytes + start, end - start);
    if (json_too_deep(bytes + start, end - start, depth))
        return error_set(err, ERR_MALFORMED_JSON, "nested deeper than %zu levels", depth);
    enum cxd_err code = load_without_nul(doc, bytes + start, end - start, &error);
    if (code == ERR_MALFORMED_JSON || (code == CXD_OK && holds_real(doc->root)))
        code = load_mended(doc, bytes + start, end - start, code, &error);
    if (code == ERR_NO_MEMORY)
        return error_set(err, code, "no memory to read the JSON text");
    return code == CXD_OK ? code : document_refuse_text(&error, bytes, start, end, doc->lines_before, err);
}

enum cxd_err document_read_as_is(struct document *doc, const char *bytes, size_t length, struct error *err) {
    json_error_t error;
    enum cxd_err code = load_without_nul(doc, bytes, length, &error);
    if (code == ERR_NO_MEMORY)
        return error_set(err, code, "no memory to read the JSON text");
    return code == CXD_OK ? code : document_refuse_text(&error, bytes, 0, length, doc->lines_before, err);
}

enum cxd_err reading_end(struct reading *reading) {
    if (reading->refused)
        return error_set(reading->err, ERR_NO_MEMORY, "no memory to keep the body");
    return reading->err->code;
}

const json_t *read_member(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_null(value) ? NULL : value;
}

bool read_says_nothing(const json_t *value) {
    if (!json_is_string(value))
        return !value || json_is_null(value);
    size_t length = json_string_length(value);
    return strspn(json_string_value(value), " \t\r\n") == length;
}

const json_t *read_optional(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return read_says_nothing(value) ? NULL : value;
}

void read_unknown(struct error *err, const char *pointer, const char *name, const struct words *names,
                  const char *detail) {
    const char *meant = nearest_word(name, names->list, (size_t)names->count);
    if (meant)
        error_add_member(err, pointer, "%.*s; did you mean \"%s\"?", (int)strcspn(detail, ";"), detail, meant);
    else
        error_add_member(err, pointer, "%s", detail);
}

void read_refuse_unknown(struct reading *reading, const json_t *object, const char *pointer, const struct words *names,
                         const char *detail) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        char at[sizeof reading->err->members[0].pointer];
        if (words_find(names, name) >= 0)
            continue;
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, name);
        read_unknown(reading->err, at, name, names, detail);
    }
}

bool read_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text) {
    if (!json_is_string(value)) {
        error_add_member(reading->err, pointer, "must be a string");
        return false;
    }
    const char *text = arena_strndup(reading->arena, json_string_value(value), json_string_length(value));
    if (!text) {
        reading->refused = true;
        return false;
    }
    *ret_text = text;
    return true;
}

bool read_form(struct reading *reading, const char **respondent) {
    const char *form = *respondent ? respondent_form(*respondent, reading->arena) : NULL;
    if (*respondent && !form)
        reading->refused = true;
    *respondent = form;
    return form;
}

static bool mend_free_text(struct reading *reading, const char *text, size_t length, const char *pointer,
                           const char **ret_text) {
    char *mended = arena_alloc(reading->arena, 3 * length + 1);
    if (!mended || !response_adjust(reading->adjusted, reading->arena, pointer,
                                    "held what is no character of a text, which became U+FFFD")) {
        reading->refused = true;
        return false;
    }
    (void)utf8_mend(mended, text, length, &length);
    *ret_text = mended;
    return true;
}

bool read_free_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text) {
    const char *text = json_string_value(value);
    if (!reading->adjusted || !text || !utf8_has_control(text, true))
        return read_text(reading, value, pointer, ret_text);
    return mend_free_text(reading, text, json_string_length(value), pointer, ret_text);
}

const char *read_quoted_number(const json_t *value) {
    enum { LONGEST = 20 };
    struct number number;
    const char *text = json_string_value(value);
    bool is_number = text && json_string_length(value) <= LONGEST && number_parse(text, strlen(text), &number) &&
                     number_is_whole(&number);
    return is_number ? text : NULL;
}

bool read_whole(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_number) {
    static const double BEYOND = 9223372036854775808.0;
    double real = json_real_value(value); /* of one that is whole, mend.h has left only these */
    const char *quoted = read_quoted_number(value);
    if (json_is_integer(value))
        *ret_number = json_integer_value(value);
    else if (real >= BEYOND || real <= -BEYOND)
        *ret_number = real > 0 ? INT64_MAX : INT64_MIN;
    else if (quoted)
        error_add_member(reading->err, pointer, "must be a whole number: send %s, without quotes", quoted);
    else
        error_add_member(reading->err, pointer, "must be a whole number");
    return json_is_integer(value) || fabs(real) >= BEYOND;
}

bool read_time(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_ms) {
    if (json_is_string(value) && time_parse(json_string_value(value), json_string_length(value), ret_ms))
        return true;
    error_add_member(reading->err, pointer, "must be an RFC 3339 time such as \"2026-10-24T09:30:00Z\"");
    return false;
}

bool read_duration(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_seconds) {
    static const int64_t LONGEST_S = INT64_C(100) * 366 * 86400;
    if (json_is_string(value) && duration_parse(json_string_value(value), ret_seconds))
        return true;
    if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= LONGEST_S) {
        *ret_seconds = json_integer_value(value);
        return true;
    }
    error_add_member(reading->err, pointer,
                     "must be a duration up to 100 years: whole seconds, or a string such as \"30m\"");
    return false;
}

bool read_word(struct reading *reading, const json_t *value, const char *pointer, const struct words *words,
               int *ret_index) {
    char list[128];
    int index = json_is_string(value) ? words_find(words, json_string_value(value)) : -1;
    if (index >= 0)
        *ret_index = index;
    else
        error_add_member(reading->err, pointer, "must be %s", words_quote(words, list, sizeof list));
    return index >= 0;
}

bool read_bool(struct reading *reading, const json_t *value, const char *pointer, bool *ret) {
    if (json_is_boolean(value))
        *ret = json_is_true(value);
    else
        error_add_member(reading->err, pointer, "must be true or false");
    return json_is_boolean(value);
}

bool read_is_object(struct reading *reading, const json_t *value, const char *pointer) {
    if (json_is_object(value))
        return true;
    error_add_member(reading->err, pointer, "must be an object");
    return false;
}

bool read_is_array(struct reading *reading, const json_t *value, const char *pointer) {
    if (json_is_array(value))
        return true;
    error_add_member(reading->err, pointer, "must be an array");
    return false;
}
