/* Forms in parts, each with a header block of its own. A delimiter has a CR at its begin alone, so what looks like one
 * and is none is never looked at twice: all is found in one pass. */
#include <string.h>
#include <strings.h>

#include "cxd/codec/form.h"

enum { BOUNDARY_MAX = 70, PART_HEADERS_MAX = 16, PART_HEADER_BYTES_MAX = 8192 };

struct parts {
    const char *at, *end;
    const struct mime_text *boundary;
    struct arena *arena;
    struct error *err;
};

/* What a part's headers say. */
struct part {
    const char *name; /* NULL: it has none */
    size_t name_length;
    const char *fault;
};

static enum cxd_err refuse(struct parts *parts, const char *what) {
    return error_set(parts->err, ERR_MALFORMED_FORM, "%s", what);
}

static bool is_boundary(const struct mime_text *text) {
    if (text->length == 0 || text->length > BOUNDARY_MAX || text->start[text->length - 1] == ' ')
        return false;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->start[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_plain && (c == '\0' || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return true;
}

/* Whether "--boundary" stands here, and the rest of the line is a delimiter's: then moves behind it. */
static bool take_delimiter(struct parts *parts, const char *at, bool *ret_is_last) {
    size_t length = parts->boundary->length;
    if ((size_t)(parts->end - at) < 2 + length || memcmp(at, "--", 2) != 0 ||
        memcmp(at + 2, parts->boundary->start, length) != 0)
        return false;
    at += 2 + length;
    *ret_is_last = parts->end - at >= 2 && memcmp(at, "--", 2) == 0;
    if (*ret_is_last) {
        parts->at = parts->end; /* what follows it says nothing */
        return true;
    }
    while (at < parts->end && (*at == ' ' || *at == '\t'))
        at++;
    if (parts->end - at < 2 || memcmp(at, "\r\n", 2) != 0)
        return false;
    parts->at = at + 2;
    return true;
}

/* Moves behind the next delimiter that begins a line; false if there is none. *ret_stop: where its CR LF is. */
static bool find_delimiter(struct parts *parts, const char **ret_stop, bool *ret_is_last) {
    for (const char *at = parts->at; at < parts->end; at++) {
        at = memchr(at, '\r', (size_t)(parts->end - at));
        if (!at)
            return false;
        *ret_stop = at;
        if (parts->end - at >= 2 && at[1] == '\n' && take_delimiter(parts, at + 2, ret_is_last))
            return true;
    }
    return false;
}

/* The next line of the headers, without its end; false if it has none, or the headers are too long. */
static bool next_line(struct parts *parts, const char *begin, const char **ret_line, size_t *ret_length) {
    size_t left = PART_HEADER_BYTES_MAX - (size_t)(parts->at - begin);
    if (left > (size_t)(parts->end - parts->at))
        left = (size_t)(parts->end - parts->at);
    const char *newline = left > 0 ? memchr(parts->at, '\n', left) : NULL;
    if (!newline || newline == parts->at || newline[-1] != '\r')
        return false;
    *ret_line = parts->at;
    *ret_length = (size_t)(newline - 1 - parts->at);
    parts->at = newline + 1;
    return true;
}

/* Browsers write what they cannot say in a name as %22, %0D and %0A, and leave every other '%' as it is; older programs
 * put a backslash before quotes. */
static size_t unescape(const struct mime_text *text, char *out) {
    static const struct {
        char escape[3];
        char meant;
    } ESCAPES[] = {{"22", '"'}, {"0D", '\r'}, {"0A", '\n'}};
    size_t count = 0;
    for (size_t i = 0; i < text->length; i++) {
        const char *at = text->start + i;
        size_t left = text->length - i;
        char c = *at;
        if (c == '\\' && text->is_quoted && left > 1 && (at[1] == '"' || at[1] == '\\'))
            c = text->start[++i];
        for (size_t j = 0; c == '%' && left > 2 && j < CXD_COUNT(ESCAPES); j++) {
            if (strncasecmp(at + 1, ESCAPES[j].escape, 2) == 0) {
                c = ESCAPES[j].meant;
                i += 2;
                break;
            }
        }
        out[count++] = c;
    }
    return count;
}

static enum cxd_err take_disposition(struct parts *parts, struct part *part, const char *text, size_t length) {
    struct mime_text word, name, value;
    struct mime mime = mime_open(text, length, &word);
    if (!mime_is(&word, "form-data"))
        return refuse(parts, "a part's Content-Disposition is not form-data");
    if (part->name)
        return refuse(parts, "a part has a name twice");
    while (mime_next(&mime, &name, &value)) {
        if (mime_is(&name, "filename") || mime_is(&name, "filename*"))
            part->fault = "is a file; files are not taken";
        if (!mime_is(&name, "name"))
            continue;
        char *copy = arena_alloc(parts->arena, value.length);
        if (part->name)
            return refuse(parts, "a part has a name twice");
        if (!copy)
            return error_set(parts->err, ERR_NO_MEMORY, "no memory for the form");
        part->name_length = unescape(&value, copy);
        part->name = copy;
    }
    return CXD_OK;
}

static void take_type(struct part *part, const char *text, size_t length) {
    static const char FAULT[] = "must be text/plain in UTF-8";
    struct mime_text type, name, value;
    struct mime mime = mime_open(text, length, &type);
    bool is_text = type.length == 0 || mime_is(&type, "text/plain");
    while (mime_next(&mime, &name, &value))
        is_text = is_text && (!mime_is(&name, "charset") || mime_is_utf8(&value));
    if (!is_text && !part->fault)
        part->fault = FAULT;
}

static void take_encoding(struct part *part, const char *text, size_t length) {
    struct mime_text word;
    (void)mime_open(text, length, &word);
    if (!mime_is(&word, "7bit") && !mime_is(&word, "8bit") && !mime_is(&word, "binary") && !part->fault)
        part->fault = "must have no Content-Transfer-Encoding but 7bit, 8bit or binary";
}

static enum cxd_err take_header(struct parts *parts, struct part *part, const char *line, size_t length) {
    const char *colon = memchr(line, ':', length);
    if (!colon || colon == line || *line == ' ' || *line == '\t')
        return refuse(parts, "a part's headers are not well-formed");
    const struct mime_text name = {line, (size_t)(colon - line), false};
    size_t left = length - name.length - 1;
    if (mime_is(&name, "Content-Disposition"))
        return take_disposition(parts, part, colon + 1, left);
    if (mime_is(&name, "Content-Type"))
        take_type(part, colon + 1, left);
    else if (mime_is(&name, "Content-Transfer-Encoding"))
        take_encoding(part, colon + 1, left);
    return CXD_OK;
}

static enum cxd_err read_headers(struct parts *parts, struct part *ret_part) {
    const char *begin = parts->at, *line;
    struct part part = {0};
    size_t length;
    for (unsigned count = 0;; count++) {
        if (count > PART_HEADERS_MAX || !next_line(parts, begin, &line, &length))
            return refuse(parts, "a part's headers have no end, or are too long or too many");
        if (length == 0)
            break;
        enum cxd_err code = take_header(parts, &part, line, length);
        if (code != CXD_OK)
            return code;
    }
    *ret_part = part;
    return part.name ? CXD_OK : refuse(parts, "a part has no Content-Disposition with a name");
}

/* From behind one delimiter to behind the next. */
static enum cxd_err read_part(struct parts *parts, struct form *form, bool *ret_is_last) {
    struct part part = {0};
    const char *stop;
    enum cxd_err code = read_headers(parts, &part);
    if (code != CXD_OK)
        return code;
    const char *content = parts->at;
    parts->at -= 2; /* the empty line's end may be the delimiter's */
    if (!find_delimiter(parts, &stop, ret_is_last))
        return refuse(parts, "the last boundary is missing: the form was cut short, or the boundary is another");
    const struct form_field field = {
        .value = content, .value_length = stop > content ? (size_t)(stop - content) : 0, .fault = part.fault};
    return form_add(form, parts->arena, part.name, part.name_length, &field, parts->err);
}

enum cxd_err form_read_parts(const char *bytes, size_t length, const struct mime_text *boundary, struct arena *arena,
                             struct form *ret_form, struct error *err) {
    struct parts parts = {.at = bytes, .end = bytes + length, .boundary = boundary, .arena = arena, .err = err};
    struct form form = {0};
    const char *stop;
    bool is_last;
    if (!is_boundary(boundary))
        return refuse(&parts, "the Content-Type needs a boundary of 1 to 70 of the characters that RFC 2046 allows");
    if (!take_delimiter(&parts, bytes, &is_last) && !find_delimiter(&parts, &stop, &is_last))
        return refuse(&parts, "the boundary of the Content-Type is not in the body");
    enum cxd_err code = CXD_OK;
    while (code == CXD_OK && !is_last)
        code = read_part(&parts, &form, &is_last);
    if (code == CXD_OK)
        *ret_form = form;
    return code;
}
