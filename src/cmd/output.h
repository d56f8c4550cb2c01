#ifndef CXD_CMD_OUTPUT_H
#define CXD_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"

/* Text on its way to a person: what a terminal can show, and what must not reach one. */

struct screen {
    bool colour;     /* a terminal, and NO_COLOR is unset */
    bool unicode;    /* the locale's codeset is UTF-8 */
    bool ascii_only; /* a terminal that is not UTF-8: a continuation byte may be a control character there */
};

void screen_init(struct screen *screen, FILE *stream);

/* Appends text from outside on one line: control characters, line breaks and marks that change the direction of writing become
 * visible escapes ("\x1b", "\u202e"). NULL gives "-". */
void screen_append(const struct screen *screen, struct buffer *out, const char *text);
/* The columns that screen_append's output takes on a terminal. */
size_t screen_width(const char *text, size_t length);

/* A bar of `fraction` (0–1) of `columns`, without padding; anything above 0 shows. */
void screen_append_bar(const struct screen *screen, struct buffer *out, double fraction, int columns);

/* ANSI attributes; "" where there is no colour. */
enum paint { PAINT_NONE, PAINT_BOLD, PAINT_GREEN, PAINT_YELLOW, PAINT_RED };
const char *screen_paint(const struct screen *screen, enum paint paint);

/* Appends a well-formed JSON text with its characters that a terminal would obey as \u escapes; `indent` lays it out over lines. */
void json_append_safe(struct buffer *out, const char *bytes, size_t length, bool indent);

/* Writes the buffer to stdout; an exit code, EXIT_REFUSED if it has failed or cannot be written. */
CXD_NODISCARD int output_write(const struct buffer *out);

/* A table with a header line. Cells come in order of rows, and are cleaned as by screen_append. */
struct table {
    const char *const *headers;
    size_t columns;
    const char *right; /* a column of 'r' is set flush right: "lrr" */
    struct buffer text;
    struct table_cell {
        size_t offset, length, width;
    } * cells;
    size_t count, capacity;
};

void table_init(struct table *table, const char *const *headers, size_t columns, const char *align);
void table_free(struct table *table);
void table_cell(const struct screen *screen, struct table *table, const char *text);
void table_append(const struct screen *screen, struct buffer *out, const struct table *table);

#endif
