/* Lists on a terminal: cells are collected, then laid out in columns as wide as their widest cell. */

#include <stdlib.h>
#include <string.h>

#include "cmd/output.h"

enum { COLUMNS_MAX = 16, GAP = 2 };

void table_init(struct table *table, const char *const *headers, size_t columns, const char *align) {
    *table = (struct table){
        .headers = headers, .columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX, .right = align};
    buffer_init(&table->text);
}

void table_free(struct table *table) {
    buffer_free(&table->text);
    free(table->cells);
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
    length = table->text.length - offset;
    table->cells[table->count++] =
        (struct table_cell){offset, length, length ? screen_width(table->text.data + offset, length) : 0};
}

static void append_padding(struct buffer *out, size_t columns) {
    for (size_t i = 0; i < columns; i++)
        buffer_append_char(out, ' ');
}

/* No blanks at the end of a line. */
static void append_cell(const struct table *table, struct buffer *out, size_t column, const char *text,
                        size_t length, size_t width, size_t column_width) {
    bool is_last = column + 1 == table->columns;

    if (table->right[column] == 'r')
        append_padding(out, column_width - width);
    if (length > 0)
        buffer_append(out, text, length);
    if (is_last)
        buffer_append_char(out, '\n');
    else
        append_padding(out, (table->right[column] == 'r' ? 0 : column_width - width) + GAP);
}

void table_append(const struct screen *screen, struct buffer *out, const struct table *table) {
    size_t widths[COLUMNS_MAX];

    if (table->text.failed) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = strlen(table->headers[i]);
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;

        if (table->cells[i].width > widths[column])
            widths[column] = table->cells[i].width;
    }
    buffer_append_text(out, screen_paint(screen, PAINT_BOLD));
    for (size_t i = 0; i < table->columns; i++)
        append_cell(table, out, i, table->headers[i], strlen(table->headers[i]), strlen(table->headers[i]),
                    widths[i]);
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];

        append_cell(table, out, i % table->columns, table->text.data + cell->offset, cell->length,
                    cell->width, widths[i % table->columns]);
    }
}
