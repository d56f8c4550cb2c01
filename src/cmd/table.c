/* Lists on a terminal: cells are collected, then laid out in columns as wide as their widest cell. */

#include <stdlib.h>
#include <string.h>

#include "cmd/output.h"
#include "cxd/base/utf8.h"

enum { COLUMNS_MAX = 16, GAP = 2, LAID_OUT_MAX = 64 << 20 };

void table_init(struct table *table, const struct table_column *columns, size_t count) {
    *table = (struct table){.column = columns, .columns = count < COLUMNS_MAX ? count : COLUMNS_MAX};
    buffer_init(&table->text);
}

void table_free(struct table *table) {
    buffer_free(&table->text);
    free(table->cells);
}

/* No column is as wide as one cell can be long. Cut where the columns are full, as screen_width counts them. */
static void cut_cell(const struct screen *screen, struct buffer *text, size_t offset, size_t columns) {
    const char *mark = screen->unicode ? "…" : "...";
    size_t room = screen->unicode ? 1 : 3, width = 0, step;

    if (text->length - offset <= columns / 2 || /* no character is wider than two columns */
        screen_width(text->data + offset, text->length - offset) <= columns)
        return;
    for (size_t at = offset; at < text->length; at += step) {
        (void)utf8_decode(text->data + at, text->length - at, &step);
        width += screen_width(text->data + at, step);
        if (width + room > columns) {
            text->length = at;
            buffer_append_text(text, mark);
            return;
        }
    }
}

void table_cell(const struct screen *screen, struct table *table, const char *text) {
    table_cell_painted(screen, table, text, PAINT_NONE);
}

void table_cell_painted(const struct screen *screen, struct table *table, const char *text, enum paint paint) {
    size_t offset = table->text.length, length, columns = table->column[table->count % table->columns].columns_max;

    if (table->count == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : 64;
        struct table_cell *cells = realloc(table->cells, capacity * sizeof *cells);

        if (!cells) {
            table->text.failed = true;
            return;
        }
        table->cells = cells;
        table->capacity = capacity;
    }
    screen_append(screen, &table->text, text);
    if (table->text.failed)
        return;
    cut_cell(screen, &table->text, offset, columns > 0 ? columns : CELL_COLUMNS_MAX);
    length = table->text.length - offset;
    table->cells[table->count++] =
        (struct table_cell){offset, length, length ? screen_width(table->text.data + offset, length) : 0, paint};
}

/* None where the text is wider than its column. */
static void append_padding(struct buffer *out, size_t column, size_t text) {
    static const char blanks[] = "                                                                ";

    for (size_t step; text < column; text += step) {
        step = column - text < sizeof blanks - 1 ? column - text : sizeof blanks - 1;
        buffer_append(out, blanks, step);
    }
}

/* No blanks at the end of a line. */
static void append_cell(const struct screen *screen, const struct table *table, struct buffer *out, size_t column,
                        const struct table_cell *cell, const char *text, size_t column_width) {
    bool is_last = column + 1 == table->columns, is_painted = cell->paint != PAINT_NONE;
    size_t width = cell->width;

    if (table->column[column].is_right)
        append_padding(out, column_width, width);
    buffer_append_text(out, is_painted ? screen_paint(screen, cell->paint) : "");
    if (cell->length > 0)
        buffer_append(out, text, cell->length);
    buffer_append_text(out, is_painted ? screen_paint(screen, PAINT_NONE) : "");
    if (is_last)
        buffer_append_char(out, '\n');
    else
        append_padding(out, table->column[column].is_right ? GAP : column_width + GAP,
                       table->column[column].is_right || width > column_width ? 0 : width);
}

static void limit_widths(const struct table *table, size_t *widths) {
    size_t line = 0;

    for (size_t i = 0; i < table->columns; i++)
        line += widths[i] + GAP;
    if (table->count / table->columns < LAID_OUT_MAX / line)
        return;
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = 0;
}

void table_append(const struct screen *screen, struct buffer *out, const struct table *table) {
    size_t widths[COLUMNS_MAX];

    if (table->text.failed) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = strlen(table->column[i].header);
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;

        if (table->cells[i].width > widths[column])
            widths[column] = table->cells[i].width;
    }
    limit_widths(table, widths);
    buffer_append_text(out, screen_paint(screen, PAINT_BOLD));
    for (size_t i = 0; i < table->columns; i++) {
        const char *header = table->column[i].header;

        append_cell(screen, table, out, i, &(struct table_cell){.length = strlen(header), .width = strlen(header)},
                    header, widths[i]);
    }
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];

        append_cell(screen, table, out, i % table->columns, cell, table->text.data + cell->offset,
                    widths[i % table->columns]);
    }
}
