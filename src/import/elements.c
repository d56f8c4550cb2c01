/* Where each text of JSON begins and ends, without reading it as JSON: an array of any length is never held as one. */
#include "import/elements.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum cxd_err elements_init(struct elements *elements, struct source *source, bool is_array,
                           enum table_encoding encoding, struct error *err) {
    *elements = (struct elements){.is_array = is_array, .line = 1, .at = "", .end = ""};
    elements->end = elements->at;
    elements->bytes = malloc(TABLE_ROW_MAX);
    enum cxd_err code = text_init(&elements->text, source, encoding, err);
    if (code == CXD_OK && !elements->bytes)
        code = error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    return code;
}

void elements_free(struct elements *elements) {
    text_free(&elements->text);
    free(elements->bytes);
}

void elements_rewind(struct elements *elements) {
    text_rewind(&elements->text);
    elements->at = elements->end;
    elements->line = 1;
    elements->is_inside = elements->is_over = false;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* *ret_there: there are characters; else the text has come to its end. */
static enum cxd_err fill(struct elements *elements, bool *ret_there, struct error *err) {
    size_t length = (size_t)(elements->end - elements->at);
    if (length == 0) {
        enum cxd_err code = text_next(&elements->text, &elements->at, &length, err);
        elements->end = elements->at + length;
        if (code != CXD_OK)
            return code;
        if (length == 0 && elements->text.fault[0] != '\0')
            return error_set(err, ERR_TABLE, "line %" PRIu64 ": %s", elements->line, elements->text.fault);
    }
    *ret_there = length > 0;
    return CXD_OK;
}

static enum cxd_err skip_blanks(struct elements *elements, bool *ret_there, struct error *err) {
    for (;;) {
        enum cxd_err code = fill(elements, ret_there, err);
        if (code != CXD_OK || !*ret_there || !is_blank(*elements->at))
            return code;
        elements->line += *elements->at++ == '\n';
    }
}

static void keep(struct elements *elements, const char *from) {
    size_t length = (size_t)(elements->at - from);
    elements->is_too_long |= length > TABLE_ROW_MAX - elements->length;
    if (elements->is_too_long)
        return;
    memcpy(elements->bytes + elements->length, from, length);
    elements->length += length;
}

static enum cxd_err take_line(struct elements *elements, struct error *err) {
    bool there;
    for (;;) {
        enum cxd_err code = fill(elements, &there, err);
        if (code != CXD_OK || !there)
            return code;
        const char *from = elements->at, *found = memchr(from, '\n', (size_t)(elements->end - from));
        elements->at = found ? found : elements->end;
        keep(elements, from);
        if (found)
            return CXD_OK; /* the line's end is skipped as a blank */
    }
}

/* Within an element. */
struct scan {
    size_t depth;
    bool in_string, is_escaped;
};

/* Whether the character ends the element, and is none of it. */
static bool scan_char(struct scan *scan, char c) {
    if (scan->is_escaped) {
        scan->is_escaped = false;
        return false;
    }
    switch (c) {
    case '"':
        scan->in_string = !scan->in_string;
        return false;
    case '\\':
        scan->is_escaped = scan->in_string;
        return false;
    case '{':
    case '[':
        scan->depth += !scan->in_string;
        return false;
    case '}':
    case ']':
        if (scan->in_string)
            return false;
        if (scan->depth == 0)
            return true;
        scan->depth--;
        return false;
    default:
        return c == ',' && !scan->in_string && scan->depth == 0;
    }
}

static enum cxd_err refuse(const struct elements *elements, const char *what, struct error *err) {
    return error_set(err, ERR_TABLE, "line %" PRIu64 ": %s", elements->line, what);
}

#define CUT "the file ends within the array: a part of it is missing"

static enum cxd_err take_element(struct elements *elements, struct error *err) {
    struct scan scan = {0};
    bool there;
    for (;;) {
        enum cxd_err code = fill(elements, &there, err);
        if (code != CXD_OK || !there)
            return code != CXD_OK ? code : refuse(elements, CUT, err);
        const char *from = elements->at;
        bool is_end = false;
        for (; elements->at < elements->end; elements->at++) {
            is_end = scan_char(&scan, *elements->at);
            if (is_end)
                break;
            elements->line += *elements->at == '\n';
        }
        keep(elements, from);
        if (is_end)
            return CXD_OK;
    }
}

/* At the bracket of the array, or at what stands behind an element. */
static enum cxd_err enter_array(struct elements *elements, bool *ret_there, struct error *err) {
    enum cxd_err code = skip_blanks(elements, ret_there, err);
    if (code != CXD_OK || elements->is_over)
        return code == CXD_OK && *ret_there ? refuse(elements, "text behind the end of the array", err) : code;
    if (!*ret_there)
        return refuse(elements, CUT, err);
    char c = *elements->at;
    if (!elements->is_inside && c != '[')
        return refuse(elements, "an array of JSON begins with '['", err);
    bool is_first = !elements->is_inside;
    elements->is_inside = true;
    if (is_first || c == ',') {
        elements->at++;
        code = skip_blanks(elements, ret_there, err);
        if (code != CXD_OK || !*ret_there)
            return code != CXD_OK ? code : refuse(elements, CUT, err);
        if (*elements->at != ']' || !is_first)
            return CXD_OK;
    } else if (c == '}') {
        return refuse(elements, "'}' without '{'", err);
    }
    elements->at++; /* the last bracket */
    elements->is_over = true;
    code = skip_blanks(elements, ret_there, err);
    return code == CXD_OK && *ret_there ? refuse(elements, "text behind the end of the array", err) : code;
}

enum cxd_err elements_next(struct elements *elements, bool *ret_there, struct error *err) {
    enum cxd_err code =
        elements->is_array ? enter_array(elements, ret_there, err) : skip_blanks(elements, ret_there, err);
    if (code != CXD_OK || !*ret_there)
        return code;
    elements->length = 0;
    elements->is_too_long = false;
    elements->element_line = elements->line;
    code = elements->is_array ? take_element(elements, err) : take_line(elements, err);
    while (elements->length > 0 && is_blank(elements->bytes[elements->length - 1]))
        elements->length--;
    return code;
}
