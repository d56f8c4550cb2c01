/* A batch of responses on its way from api/ to domain/: lines, or the elements of an array, taken one at a
 * time, so that a batch costs the memory of its largest line whatever its length. */
#include <stdlib.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/codec/response.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(const struct batch *batch, size_t position) {
    while (position < batch->length && is_blank(batch->bytes[position]))
        position++;
    return position;
}

static enum cxd_err refuse_array(const struct batch *batch, size_t position, const char *what,
                                 struct error *err) {
    json_error_t error = {.position = (int)(position - batch->position)};
    strncpy(error.text, what, sizeof(error.text) - 2);
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
    return document_load(batch->document, batch->bytes, position, batch->length, &batch->position, err);
}

/* Reads the array once to its end: a batch that is not well-formed as a whole must not be applied in part. */
static enum cxd_err check_array(struct batch *batch, struct error *err) {
    bool there = true;
    enum cxd_err code = CXD_OK;
    size_t start = batch->position;
    if (json_too_deep(batch->bytes, batch->length, batch->depth + 1))
        return document_refuse_depth(batch->depth + 1, err);
    while (code == CXD_OK && there)
        code = next_element(batch, &there, err);
    if (code == CXD_OK && skip_blanks(batch, batch->position) < batch->length)
        code = refuse_array(batch, skip_blanks(batch, batch->position), "end of file expected", err);
    batch->position = start;
    batch->line = 0;
    return code;
}

enum cxd_err batch_open(struct batch *batch, const char *bytes, size_t length, size_t depth,
                        struct error *err) {
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    *batch = (struct batch){.bytes = bytes, .length = length, .depth = depth};
    if (length >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0)
        batch->position = 3;
    batch->document = malloc(sizeof(*batch->document));
    if (batch->document == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the batch");
    document_init(batch->document);
    size_t first = skip_blanks(batch, batch->position);
    if (first == length || bytes[first] != '[')
        return CXD_OK;
    batch->is_array = true;
    return check_array(batch, err);
}

/* Moves past the next line that is not blank; false at the end. */
static bool next_line(struct batch *batch, size_t *ret_start, size_t *ret_end) {
    while (batch->position < batch->length) {
        size_t start = batch->position;
        const char *newline = memchr(batch->bytes + start, '\n', batch->length - start);
        size_t end = newline != NULL ? (size_t)(newline - batch->bytes) : batch->length;
        batch->position = newline != NULL ? end + 1 : end;
        batch->line++;
        while (start < end && is_blank(batch->bytes[start]))
            start++;
        if (start < end) {
            *ret_start = start;
            *ret_end = end;
            return true;
        }
    }
    return false;
}

static enum cxd_err load_line(struct batch *batch, size_t start, size_t end, struct error *err) {
    if (json_too_deep(batch->bytes + start, end - start, batch->depth))
        return document_refuse_depth(batch->depth, err);
    /* The line by itself: to count lines from the batch's begin for every bad one would be quadratic. */
    batch->document->lines_before = batch->line - 1;
    return document_load(batch->document, batch->bytes + start, 0, end - start, NULL, err);
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

bool batch_next(struct batch *batch, struct arena *arena, size_t *ret_line, const char **ret_slug,
                struct response *ret_response, struct error *err) {
    if (!batch_load(batch, ret_line, err))
        return false;
    *ret_slug = NULL;
    memset(ret_response, 0, sizeof(*ret_response));
    if (err->code == CXD_OK)
        (void)response_read(batch->document->root, arena, ret_slug, ret_response, err);
    return true;
}

void batch_close(struct batch *batch) {
    document_close(batch->document);
    free(batch->document);
    batch->document = NULL;
}
