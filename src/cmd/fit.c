/* Lines that end where the terminal does: texts and cells that are too long go on below, beginning where they began. */

#include "cmd/fit.h"

#include <string.h>

#include "cxd/base/utf8.h"

/* Our own attributes take no columns; what others wrote has no escape by now. */
static size_t attribute_length(const char *text, size_t length) {
    size_t at = 1;

    if (length < 3 || text[0] != '\x1b' || text[1] != '[')
        return 0;
    while (at < length && text[at] != 'm')
        at++;
    return at < length ? at + 1 : 0;
}

static size_t step_of(const char *text, size_t length, size_t *ret_width) {
    size_t step = attribute_length(text, length);

    *ret_width = 0;
    if (step > 0)
        return step;
    (void)utf8_decode(text, length, &step);
    *ret_width = screen_width(text, step);
    return step;
}

size_t fit_width(const char *text, size_t length) {
    size_t width = 0, step, columns;

    for (size_t at = 0; at < length; at += step) {
        step = step_of(text + at, length - at, &columns);
        width += columns;
    }
    return width;
}

size_t fit_length(const char *text, size_t length, size_t columns) {
    size_t at = 0, width = 0, step, more;

    for (; at < length; at += step) {
        step = step_of(text + at, length - at, &more);
        if (width + more > columns)
            break;
        width += more;
    }
    return at;
}

size_t fit_break(const char *text, size_t length, size_t columns, bool splits, size_t *ret_next) {
    size_t end = fit_length(text, length, columns);
    size_t at = end;

    while (at > 0 && at < length && text[at] != ' ')
        at--;
    if (at == 0 && !splits) { /* the word goes on to its end */
        at = end;
        while (at < length && text[at] != ' ')
            at++;
    } else if (at == 0) {
        at = end > 0 ? end : length;
    }
    end = at;
    while (end < length && text[end] == ' ')
        end++;
    *ret_next = end;
    return at;
}

/* What stands before the text of a line, blanks or "  label      ", in bytes; and in columns where the rest goes on:
 * below the value, else two further in. */
static size_t lead_of(const char *line, size_t length, size_t columns, size_t *ret_indent) {
    size_t lead = strspn(line, " "), at = lead;

    while (at < length && !(line[at] == ' ' && at + 1 < length && line[at + 1] == ' '))
        at++;
    while (at < length && line[at] == ' ')
        at++;
    if (at < length && fit_width(line, at) <= columns / 2) {
        *ret_indent = fit_width(line, at);
        return at;
    }
    *ret_indent = lead < columns / 2 ? lead + 2 : 2;
    return lead;
}

static void append_line(struct buffer *out, const char *line, size_t length, size_t columns) {
    size_t indent, lead = lead_of(line, length, columns, &indent), begin = fit_width(line, lead);

    buffer_append(out, line, lead);
    for (line += lead, length -= lead; length > 0;) {
        size_t next, part = fit_break(line, length, columns > begin ? columns - begin : 1, false, &next);

        buffer_append(out, line, part);
        buffer_append_char(out, '\n');
        line += next;
        length -= next;
        begin = indent;
        buffer_append_format(out, "%*s", length > 0 ? (int)indent : 0, "");
    }
}

void fit_lines(const struct screen *screen, struct buffer *text) {
    struct buffer out;

    if (!screen->fits || !buffer_terminate(text) || screen->columns < FIT_COLUMNS_LEAST)
        return;
    buffer_init(&out);
    for (const char *line = text->data, *end = line + text->length; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline ? newline : end) - line);

        if (newline && fit_width(line, length) > screen->columns)
            append_line(&out, line, length, screen->columns);
        else
            buffer_append(&out, line, length + (newline != NULL));
        line += length + (newline != NULL);
    }
    if (out.failed) {
        buffer_free(&out);
        return;
    }
    buffer_free(text);
    *text = out;
}
