#ifndef CXD_CMD_OUTPUT_H
#define CXD_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"

/* Text on its way to a person: what a terminal can show, and what must not reach one. */

struct screen {
    bool colour;     /* a terminal that is not "dumb", and NO_COLOR is unset */
    bool unicode;    /* the locale's codeset is UTF-8 */
    bool ascii_only; /* a terminal that is not UTF-8: a continuation byte may be a control character there */
    bool fits;       /* lines end at `columns`: a terminal's, or those of COLUMNS; a file has none */
    size_t columns;  /* COLUMNS, else the terminal's, else 80 */
};

void screen_init(struct screen *screen, FILE *stream);

/* Appends text from outside on one line: control characters, line breaks and marks that change the direction of writing
 * become visible escapes ("\x1b", "\u202e"), as do bytes that are not UTF-8. What goes on beyond SCREEN_TEXT_MAX bytes
 * is cut. NULL gives "-". */
enum { SCREEN_TEXT_MAX = 16384 };
void screen_append(const struct screen *screen, struct buffer *out, const char *text);
/* The columns that screen_append's output takes on a terminal. */
size_t screen_width(const char *text, size_t length);

/* A bar of `fraction` (0–1; more is 1) of `columns`, without padding; anything above 0 shows. */
void screen_append_bar(const struct screen *screen, struct buffer *out, double fraction, int columns);

/* A number from outside, which may be anything: in plain digits where it is no larger than counts are, "?" where it is
 * none. */
enum { NUMBER_SIZE = 48 };
const char *number_format(char out[NUMBER_SIZE], double value, int decimals, bool is_signed);
void number_append(struct buffer *out, double value, int decimals);
/* The nearest that can be computed with. */
int64_t number_whole(double value);

/* ANSI attributes; "" where there is no colour. */
enum paint { PAINT_NONE, PAINT_BOLD, PAINT_GREEN, PAINT_YELLOW, PAINT_RED, PAINT_CYAN };
const char *screen_paint(const struct screen *screen, enum paint paint);

/* Appends a well-formed JSON text with its characters that a terminal would obey as \u escapes; `indent` lays it out
 * over lines. */
void json_append_safe(struct buffer *out, const char *bytes, size_t length, bool indent);

/* Writes the buffer to stdout, and here too nothing reaches a terminal that it would obey, but line breaks, tabs and
 * our own attributes; an exit code, EXIT_REFUSED if it has failed or cannot be written. */
CXD_NODISCARD int output_write(const struct buffer *out);
/* The same to stderr, as well as it goes. */
void output_explain(const struct buffer *out);

/* Prints one line, cleaned as by screen_append: line breaks too, so the format has none, nor one at its end. */
void output_line(FILE *stream, const char *format, ...) CXD_PRINTF(2, 3);
/* The same on stderr, behind "cxd: ". */
void complain(const char *format, ...) CXD_PRINTF(1, 2);

/* A table with a header line. Cells come in order of rows, are cleaned as by screen_append, and cut at the columns of
 * theirs. What is too large to be laid out has its cells one behind the other. Where the screen has an end, columns
 * that may be are cut, the last one wraps, and what is too wide for all of that is shown one cell a line. */
enum { CELL_COLUMNS_MAX = 512 };

struct json;

struct table_column {
    const char *header;
    bool is_right;                                            /* set flush right */
    size_t columns_max;                                       /* 0: CELL_COLUMNS_MAX */
    size_t columns_min;                                       /* it may be cut to so many; 0: it may not */
    bool wraps;                                               /* the last one: a text that goes on below */
    const char *text;                                         /* of a cell, by view.h; NULL: */
    void (*cell)(struct buffer *out, const struct json *row); /* appends the cell */
};

struct table {
    const struct table_column *column;
    size_t columns;
    struct buffer text;
    struct laid_cell {
        size_t offset, length, width;
        enum paint paint;
    } * cells;
    size_t count, capacity;
};

void table_init(struct table *table, const struct table_column *columns, size_t count);
void table_free(struct table *table);
void table_cell(const struct screen *screen, struct table *table, const char *text);
/* The whole of it has the paint. */
void table_cell_painted(const struct screen *screen, struct table *table, const char *text, enum paint paint);
void table_append(const struct screen *screen, struct buffer *out, const struct table *table);

#endif
