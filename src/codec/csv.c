/* CSV, for lists of people that come out of a spreadsheet and go back into one, and for exports. One pass over the
 * bytes, no state but the position. */
#include "cxd/codec/csv.h"

#include <string.h>

#include "cxd/base/formula.h"
#include "cxd/base/utf8.h"

void csv_open(struct csv *csv, const char *bytes, size_t length) {
    *csv = (struct csv){.bytes = bytes, .length = length, .position = utf8_mark_length(bytes, length), .line = 1};
}

static bool at_line_end(const struct csv *csv) {
    if (csv->position == csv->length || csv->bytes[csv->position] == '\n')
        return true;
    return csv->bytes[csv->position] == '\r' && csv->position + 1 < csv->length &&
           csv->bytes[csv->position + 1] == '\n';
}

/* Moves behind the end of the line that the position is on. */
static void end_line(struct csv *csv) {
    const char *newline =
        csv->position < csv->length ? memchr(csv->bytes + csv->position, '\n', csv->length - csv->position) : NULL;
    csv->position = newline ? (size_t)(newline - csv->bytes) + 1 : csv->length;
    csv->line++;
}

/* The field behind an opening quote, without its quotes and the doubling. `out` has room for all that is left. */
static enum cxd_err read_quoted(struct csv *csv, char *out, size_t *ret_length, struct error *err) {
    size_t length = 0, begin = csv->line;
    for (csv->position++; csv->position < csv->length; csv->position++) {
        char c = csv->bytes[csv->position];
        if (c == '"') {
            csv->position++;
            if (csv->position == csv->length || csv->bytes[csv->position] != '"') {
                *ret_length = length;
                return CXD_OK;
            }
        }
        csv->line += c == '\n';
        out[length++] = c;
    }
    return error_set(err, ERR_MALFORMED_CSV, "the quote of line %zu does not end", begin);
}

static enum cxd_err read_bare(struct csv *csv, char *out, size_t *ret_length, struct error *err) {
    size_t length = 0;
    while (!at_line_end(csv) && csv->bytes[csv->position] != ',') {
        char c = csv->bytes[csv->position];
        if (c == '"' || c == '\r')
            return error_set(err, ERR_MALFORMED_CSV,
                             c == '"' ? "line %zu: a quote inside of a field that does not begin with one"
                                      : "line %zu: a carriage return without a line feed",
                             csv->line);
        out[length++] = c;
        csv->position++;
    }
    *ret_length = length;
    return CXD_OK;
}

/* The bytes that one field takes at most: up to its closing quote, or to a comma or line end. */
static size_t field_bound(const struct csv *csv) {
    size_t at = csv->position;
    if (at < csv->length && csv->bytes[at] == '"') {
        for (at++; at < csv->length; at++) {
            if (csv->bytes[at] != '"')
                continue;
            if (at + 1 == csv->length || csv->bytes[at + 1] != '"')
                break;
            at++;
        }
    } else {
        while (at < csv->length && csv->bytes[at] != ',' && csv->bytes[at] != '\n')
            at++;
    }
    return at - csv->position;
}

static enum cxd_err read_field(struct csv *csv, struct arena *arena, const char **ret_field, struct error *err) {
    size_t length = 0;
    char *out = arena_alloc(arena, field_bound(csv) + 1);
    if (!out)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the CSV");
    bool quoted = csv->position < csv->length && csv->bytes[csv->position] == '"';
    enum cxd_err code = quoted ? read_quoted(csv, out, &length, err) : read_bare(csv, out, &length, err);
    if (code != CXD_OK)
        return code;
    out[length] = '\0';
    if (memchr(out, '\0', length) || utf8_count(out) == SIZE_MAX)
        return error_set(err, ERR_MALFORMED_CSV, "line %zu: not UTF-8, or a NUL", csv->line);
    if (!at_line_end(csv) && csv->bytes[csv->position] != ',')
        return error_set(err, ERR_MALFORMED_CSV, "line %zu: text behind the closing quote", csv->line);
    *ret_field = out;
    return CXD_OK;
}

bool csv_next(struct csv *csv, struct arena *arena, size_t *ret_line, const char ***ret_fields, size_t *ret_count,
              struct error *err) {
    while (csv->position < csv->length && at_line_end(csv))
        end_line(csv);
    if (csv->position == csv->length)
        return false;
    const char *fields[CSV_FIELDS_MAX];
    size_t count = 0;
    bool more = true;
    *ret_line = csv->line;
    error_clear(err);
    while (more && err->code == CXD_OK) {
        if (count == CSV_FIELDS_MAX)
            error_set(err, ERR_MALFORMED_CSV, "line %zu: more than %d fields", csv->line, CSV_FIELDS_MAX);
        else if (read_field(csv, arena, &fields[count], err) == CXD_OK)
            count++;
        more = err->code == CXD_OK && !at_line_end(csv);
        csv->position += more; /* the comma */
    }
    end_line(csv);
    const char **copy = arena_alloc(arena, (count > 0 ? count : 1) * sizeof *copy);
    if (!copy) {
        error_set(err, ERR_NO_MEMORY, "no memory to read the CSV");
        return true;
    }
    if (count > 0)
        memcpy(copy, fields, count * sizeof *copy);
    *ret_fields = copy;
    *ret_count = count;
    return true;
}

/* What a field is quoted for. */
static const bool QUOTED[256] = {['"'] = true, [','] = true, ['\r'] = true, ['\n'] = true};

static void double_quotes(struct buffer *out, const char *text, size_t length) {
    const char *end = text + length, *quote;
    for (; (quote = memchr(text, '"', (size_t)(end - text))); text = quote + 1) {
        buffer_append(out, text, (size_t)(quote + 1 - text));
        buffer_append_char(out, '"');
    }
    buffer_append(out, text, (size_t)(end - text));
}

void csv_append(struct buffer *out, const char *text) {
    size_t length = 0;
    bool quoted = false;
    for (; text[length] != '\0'; length++)
        quoted |= QUOTED[(unsigned char)text[length]];
    if (quoted)
        buffer_append_char(out, '"');
    if (formula_needs_guard(text, length))
        buffer_append_char(out, '\'');
    if (!quoted) {
        buffer_append(out, text, length);
        return;
    }
    double_quotes(out, text, length);
    buffer_append_char(out, '"');
}

void csv_quote(struct buffer *out, size_t begin) {
    size_t more = 2;
    if (out->failed)
        return;
    for (size_t i = begin; i < out->length; i++)
        more += out->data[i] == '"';
    if (!buffer_reserve(out, more))
        return;
    char *from = out->data + out->length, *to = from + more;
    out->length += more;
    *--to = '"';
    while (from > out->data + begin) {
        *--to = *--from;
        if (*from == '"')
            *--to = '"';
    }
    *--to = '"';
}
