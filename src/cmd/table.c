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
static void cut_cell(const struct screen *screen, struct buffer *text, size_t offset) {
    const char *mark = screen->unicode ? "…" : "...";
    size_t width = 0, step;

    if (text->length - offset <= CELL_COLUMNS_MAX / 2) /* no character is wider than two columns */
        return;
    for (size_t at = offset; at < text->length; at += step) {
        (void)utf8_decode(text->data + at, text->length - at, &step);
        width += screen_width(text->data + at, step);
        if (width > CELL_COLUMNS_MAX - 3) {
            if (screen_width(text->data + at, text->length - at) <= 3)
                return;
            text->length = at;
            buffer_append_text(text, mark);
            return;
        }
    }
}

void table_cell(const struct screen *screen, struct table *table, const char *text) {
    size_t offset = table->text.length, length;

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
    cut_cell(screen, &table->text, offset);
    length = table->text.length - offset;
    table->cells[table->count++] =
        (struct table_cell){offset, length, length ? screen_width(table->text.data + offset, length) : 0};
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
static void append_cell(const struct table *table, struct buffer *out, size_t column, const char *text, size_t length,
                        size_t width, size_t column_width) {
    bool is_last = column + 1 == table->columns;

    if (table->column[column].is_right)
        append_padding(out, column_width, width);
    if (length > 0)
        buffer_append(out, text, length);
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
    for (size_t i = 0; i < table->columns; i++)
        append_cell(table, out, i, table->column[i].header, strlen(table->column[i].header),
                    strlen(table->column[i].header), widths[i]);
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];

        append_cell(table, out, i % table->columns, table->text.data + cell->offset, cell->length, cell->width,
                    widths[i % table->columns]);
    }
}
