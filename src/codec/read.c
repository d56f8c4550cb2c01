/* The bottom of codec/: a text becomes a document of JSON values here, and the usual kinds of members are
 * read. The JSON library does not survive every refused allocation (its lexer then reads past its token),
 * so while it parses, memory comes from the document, and a refusal leaves the parser by longjmp: it holds
 * nothing but that memory. */
#include "codec/read.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"

enum { BLOCK_SMALLEST = 16 * 1024, BLOCK_LARGEST = 1024 * 1024 };

struct document_block {
    struct document_block *older;
    _Alignas(max_align_t) char bytes[];
};

static _Thread_local struct document *loading; /* what this thread is parsing */

static void *hook_malloc(size_t size) {
    struct document *doc = loading;
    if (doc == NULL)
        return malloc(size);
    if (size > SIZE_MAX / 2)
        longjmp(doc->refused, 1);
    size_t step = (size + (_Alignof(max_align_t) - 1)) & ~(_Alignof(max_align_t) - 1);
    if (step > doc->left) {
        size_t room = step > doc->block_size ? step : doc->block_size;
        struct document_block *block = malloc(sizeof(*block) + room);
        if (block == NULL)
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
    if (loading == NULL)
        free(memory);
}

static void set_hooks(void) {
    json_set_alloc_funcs(hook_malloc, hook_free);
}

static void drop(struct document *doc) {
    while (doc->blocks != NULL) {
        struct document_block *older = doc->blocks->older;
        free(doc->blocks);
        doc->blocks = older;
    }
    doc->root = NULL;
    doc->next = doc->first;
    doc->left = sizeof(doc->first);
    doc->block_size = BLOCK_SMALLEST;
}

void document_init(struct document *doc) {
    doc->blocks = NULL;
    doc->lines_before = 0;
    drop(doc);
}

void document_close(struct document *doc) {
    if (doc != NULL)
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
    const char *text = utf8_count(error->text) != SIZE_MAX ? error->text : "not JSON";
    return error_set(err, ERR_MALFORMED_JSON, "line %zu, column %zu: %s", lines_before + line, column, text);
}

enum cxd_err document_load(struct document *doc, const char *bytes, size_t start, size_t end,
                           size_t *ret_stop, struct error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_hooks);
    drop(doc);
    loading = doc;
    if (setjmp(doc->refused) != 0) {
        loading = NULL;
        return error_set(err, ERR_NO_MEMORY, "no memory to read the JSON text");
    }
    json_error_t error = {.position = 0};
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | (ret_stop != NULL ? JSON_DISABLE_EOF_CHECK : 0);
    doc->root = json_loadb(bytes + start, end - start, flags, &error);
    loading = NULL;
    if (doc->root == NULL)
        return document_refuse_text(&error, bytes, start, end, doc->lines_before, err);
    if (ret_stop != NULL)
        *ret_stop = start + (size_t)error.position;
    return CXD_OK;
}

enum cxd_err document_refuse_depth(size_t depth, struct error *err) {
    return error_set(err, ERR_MALFORMED_JSON, "nested deeper than %zu levels", depth);
}

enum cxd_err document_read(struct document *doc, const char *bytes, size_t length, size_t depth,
                           struct error *err) {
    if (json_too_deep(bytes, length, depth))
        return document_refuse_depth(depth, err);
    return document_load(doc, bytes, 0, length, NULL, err);
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

bool read_text(struct reading *reading, const json_t *value, const char *pointer, const char **ret_text) {
    if (!json_is_string(value)) {
        error_add_member(reading->err, pointer, "must be a string");
        return false;
    }
    const char *text = arena_strndup(reading->arena, json_string_value(value), json_string_length(value));
    if (text == NULL) {
        reading->refused = true;
        return false;
    }
    *ret_text = text;
    return true;
}

bool read_whole(struct reading *reading, const json_t *value, const char *pointer, int64_t *ret_number) {
    if (!json_is_integer(value)) {
        error_add_member(reading->err, pointer, "must be a whole number");
        return false;
    }
    *ret_number = json_integer_value(value);
    return true;
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
