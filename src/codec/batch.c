/* A batch of responses on its way from api/ to domain/: lines, or the elements of an array, taken one at a
 * time, so that a batch costs the memory of its largest line whatever its length. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/lex.h"
#include "codec/read.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/response.h"

static size_t skip_blanks(const struct batch *batch, size_t position) {
    while (position < batch->length && lex_is_blank(batch->bytes[position]))
        position++;
    return position;
}

static enum cxd_err refuse_array(const struct batch *batch, size_t position, const char *what, struct error *err) {
    json_error_t error = {.position = (int)(position - batch->position)};
    strncpy(error.text, what, sizeof error.text - 2);
    return document_refuse_text(&error, batch->bytes, batch->position, batch->length, 0, err);
}

/* Moves to the value that follows, and reads it into the batch's document: *ret_there is false at the
 * array's end. Begins at the '[' or after a value, which batch->line = 0 tells apart. */
static enum cxd_err next_element(struct batch *batch, bool *ret_there, struct error *err) {
    size_t position = skip_blanks(batch, batch->position);
    bool first = batch->line == 0;
    char c = position < batch->length ? batch->bytes[position] : '\0';
    if (first && c == '[') {
        position = skip_blanks(batch, position + 1);
        c = position < batch->length ? batch->bytes[position] : '\0';
    } else if (!first && c == ',') {
        position = skip_blanks(batch, position + 1);
        c = ' ';
    }
    if (c == ']') {
        batch->position = position + 1;
        *ret_there = false;
        return CXD_OK;
    }
    if (!first && c != ' ')
        return refuse_array(batch, position, "',' or ']' expected", err);
    *ret_there = true;
    batch->line++;
    struct lexer lexer;
    lex_begin(&lexer, batch->bytes + position, batch->length - position);
    lex_skip_value(&lexer);
    batch->position = (size_t)(lexer.at - batch->bytes);
    return document_read(batch->document, batch->bytes, position, batch->position, batch->depth, err);
}

/* Reads the array once to its end: a batch that is not well-formed as a whole must not be applied in part. */
static enum cxd_err check_array(struct batch *batch, struct error *err) {
    bool there = true;
    enum cxd_err code = CXD_OK;
    size_t start = batch->position;
    while (code == CXD_OK && there)
        code = next_element(batch, &there, err);
    if (code == CXD_OK && skip_blanks(batch, batch->position) < batch->length)
        code = refuse_array(batch, skip_blanks(batch, batch->position), "end of file expected", err);
    batch->position = start;
    batch->line = 0;
    return code;
}

/* Where a '[' makes an array of the text, or SIZE_MAX. NULs in front of it make it a bad one. */
static size_t array_begin(const char *bytes, size_t length) {
    size_t first = utf8_mark_length(bytes, length);
    while (first < length && (lex_is_blank(bytes[first]) || bytes[first] == '\0'))
        first++;
    return first < length && bytes[first] == '[' ? first : SIZE_MAX;
}

bool batch_is_array(const char *bytes, size_t length) {
    return array_begin(bytes, length) != SIZE_MAX;
}

/* Blanks around it do not count, nor is it one of nothing else. */
static void measure_item(struct batch_size *size, const char *from, const char *to) {
    while (from < to && lex_is_blank(*from))
        from++;
    while (from < to && lex_is_blank(to[-1]))
        to--;
    if (from == to)
        return;
    size->lines++;
    if ((size_t)(to - from) > size->longest)
        size->longest = (size_t)(to - from);
}

static void measure_array(const char *bytes, size_t begin, size_t length, struct batch_size *size) {
    const char *from = bytes + begin + 1, *end = bytes + length;
    struct lexer lexer;
    struct lex_token token;
    size_t depth = 0;
    lex_begin(&lexer, from, (size_t)(end - from));
    while (lex_next(&lexer, &token)) {
        bool ends = depth == 0 && token.kind == LEX_MARK && (*token.start == ',' || *token.start == ']');
        depth = lexer.depth;
        if (!ends)
            continue;
        measure_item(size, from, token.start);
        from = token.end;
    }
    measure_item(size, from, end); /* what stands behind the end, or has none: it is read too */
}

static void measure_lines(const char *bytes, size_t length, struct batch_size *size) {
    const char *end = bytes + length;
    for (const char *at = bytes + utf8_mark_length(bytes, length); at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline : end;
        measure_item(size, at, next);
        at = next + 1;
    }
}

void batch_measure(const char *bytes, size_t length, struct batch_size *ret_size) {
    size_t begin = array_begin(bytes, length);
    *ret_size = (struct batch_size){0};
    if (begin != SIZE_MAX)
        measure_array(bytes, begin, length, ret_size);
    else
        measure_lines(bytes, length, ret_size);
}

static enum cxd_err check_item(const struct batch *batch, size_t length, struct error *err) {
    if (length <= batch->item_bytes)
        return CXD_OK;
    return error_set(err, ERR_TOO_LARGE, "one of a batch may have %zu bytes", batch->item_bytes);
}

enum cxd_err batch_open(struct batch *batch, const char *bytes, size_t length, size_t depth, size_t item_bytes,
                        const struct batch_size *size, struct error *err) {
    *batch = (struct batch){.bytes = bytes,
                            .length = length,
                            .position = utf8_mark_length(bytes, length),
                            .depth = depth,
                            .item_bytes = item_bytes};
    batch->document = malloc(sizeof *batch->document);
    if (!batch->document)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the batch");
    document_init(batch->document);
    batch->is_array = batch_is_array(bytes, length);
    if (!batch->is_array)
        return CXD_OK;
    /* Before it is parsed: what is parsed takes many times its bytes. */
    enum cxd_err code = check_item(batch, size->longest, err);
    return code == CXD_OK ? check_array(batch, err) : code;
}

/* Moves past the next line that is not blank; false at the end. */
static bool next_line(struct batch *batch, size_t *ret_start, size_t *ret_end) {
    while (batch->position < batch->length) {
        size_t start = batch->position;
        const char *newline = memchr(batch->bytes + start, '\n', batch->length - start);
        size_t end = newline ? (size_t)(newline - batch->bytes) : batch->length;
        batch->position = newline ? end + 1 : end;
        batch->line++;
        while (start < end && lex_is_blank(batch->bytes[start]))
            start++;
        while (end > start && lex_is_blank(batch->bytes[end - 1]))
            end--;
        if (start < end) {
            *ret_start = start;
            *ret_end = end;
            return true;
        }
    }
    return false;
}

static enum cxd_err load_line(struct batch *batch, size_t start, size_t end, struct error *err) {
    /* The line by itself: to count lines from the batch's begin for every bad one would be quadratic. */
    batch->document->lines_before = batch->line - 1;
    enum cxd_err code = check_item(batch, end - start, err);
    return code != CXD_OK ? code
                          : document_read(batch->document, batch->bytes + start, 0, end - start, batch->depth, err);
}

bool batch_load(struct batch *batch, size_t *ret_line, struct error *err) {
    enum cxd_err code;
    size_t start;
    size_t end;
    bool there = true;
    if (batch->is_array) {
        code = next_element(batch, &there, err);
        /* The array is well-formed, so only memory can have failed; where the element ends is not known,
         * and the batch ends with it. */
        if (code != CXD_OK) {
            batch->is_array = false;
            batch->position = batch->length;
        }
    } else {
        there = next_line(batch, &start, &end);
        code = there ? load_line(batch, start, end, err) : CXD_OK;
    }
    *ret_line = batch->line;
    if (there && code == CXD_OK)
        error_clear(err);
    return there;
}

/* A line that needs no document. Where there is none, or it is another one, the batch is where it was. */
static bool next_flat(struct batch *batch, struct arena *arena, const char **ret_slug, struct response *ret_response) {
    size_t start, end;
    struct batch ahead = *batch;
    if (batch->is_array || !next_line(&ahead, &start, &end) || end - start > batch->item_bytes)
        return false;
    const char *line = batch->bytes + start;
    bool is_flat = batch->is_import
                       ? response_read_flat_imported(line, end - start, batch->depth, arena, ret_response)
                       : response_read_flat(line, end - start, batch->depth, arena, ret_slug, ret_response);
    if (is_flat)
        *batch = ahead;
    return is_flat;
}

bool batch_next(struct batch *batch, struct arena *arena, size_t *ret_line, const char **ret_slug,
                struct response *ret_response, struct error *err) {
    *ret_slug = NULL;
    if (next_flat(batch, arena, ret_slug, ret_response)) {
        *ret_line = batch->line;
        error_clear(err);
        return true;
    }
    if (!batch_load(batch, ret_line, err))
        return false;
    memset(ret_response, 0, sizeof *ret_response);
    if (err->code == CXD_OK && batch->is_import)
        (void)response_read_imported(batch->document->root, arena, ret_response, err);
    else if (err->code == CXD_OK)
        (void)response_read(batch->document->root, arena, ret_slug, ret_response, err);
    return true;
}

void batch_close(struct batch *batch) {
    document_close(batch->document);
    free(batch->document);
    batch->document = NULL;
}
