/* Lists on a terminal: cells are collected, then laid out in columns as wide as their widest cell. */

#include <stdlib.h>
#include <string.h>

#include "cmd/fit.h"
#include "cmd/output.h"
#include "cxd/base/utf8.h"

enum { COLUMNS_MAX = 16, GAP = 2, WRAPPED_LEAST = 20, LAID_OUT_MAX = 64 << 20 };

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
        struct laid_cell *cells = realloc(table->cells, capacity * sizeof *cells);

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
        (struct laid_cell){offset, length, length ? screen_width(table->text.data + offset, length) : 0, paint};
}

/* None where the text is wider than its column. */
static void append_padding(struct buffer *out, size_t column, size_t text) {
    static const char blanks[] = "                                                                ";

    for (size_t step; text < column; text += step) {
        step = column - text < sizeof blanks - 1 ? column - text : sizeof blanks - 1;
        buffer_append(out, blanks, step);
    }
}

static const char *text_of(const struct table *table, const struct laid_cell *cell) {
    return cell->length > 0 ? table->text.data + cell->offset : "";
}

/* So much of the text as the column has room for. */
static void append_cut(const struct screen *screen, struct buffer *out, const char *text, size_t length,
                       size_t columns) {
    const char *mark = screen->unicode ? "…" : "...";
    size_t room = screen->unicode ? 1 : 3;

    buffer_append(out, text, fit_length(text, length, columns > room ? columns - room : 0));
    buffer_append_text(out, mark);
}

/* No blanks at the end of a line. */
static void append_cell(const struct screen *screen, const struct table *table, struct buffer *out, size_t column,
                        const struct laid_cell *cell, const char *text, size_t column_width) {
    bool is_last = column + 1 == table->columns, is_painted = cell->paint != PAINT_NONE;
    bool is_cut = cell->width > column_width && table->column[column].columns_min > 0 && column_width > 0;
    size_t width = is_cut ? column_width : cell->width;

    if (table->column[column].is_right)
        append_padding(out, column_width, width);
    buffer_append_text(out, is_painted ? screen_paint(screen, cell->paint) : "");
    if (is_cut)
        append_cut(screen, out, text, cell->length, column_width);
    else
        buffer_append(out, text, cell->length);
    buffer_append_text(out, is_painted ? screen_paint(screen, PAINT_NONE) : "");
    if (is_last)
        buffer_append_char(out, '\n');
    else
        append_padding(out, table->column[column].is_right ? GAP : column_width + GAP,
                       table->column[column].is_right || width > column_width ? 0 : width);
}

/* A text that begins at a column, and goes on below. */
static void append_wrapped(const struct screen *screen, struct buffer *out, const char *text, size_t length,
                           enum paint paint, size_t begin, size_t columns) {
    const char *start = paint == PAINT_NONE ? "" : screen_paint(screen, paint);

    do {
        size_t next, part = fit_break(text, length, columns, true, &next);

        buffer_append_text(out, start);
        buffer_append(out, text, part);
        buffer_append_text(out, *start ? screen_paint(screen, PAINT_NONE) : "");
        buffer_append_char(out, '\n');
        text += next;
        length -= next;
        append_padding(out, length > 0 ? begin : 0, 0);
    } while (length > 0);
}

/* Makes the table as wide as the screen. False: there is no way. */
static bool fit_widths(const struct screen *screen, const struct table *table, size_t *widths) {
    size_t last = table->columns - 1, total = GAP * last;

    for (size_t i = 0; i < table->columns; i++)
        total += widths[i];
    if (total > screen->columns && table->column[last].wraps && widths[last] > WRAPPED_LEAST) {
        size_t more = total - screen->columns, most = widths[last] - WRAPPED_LEAST;

        widths[last] -= more < most ? more : most;
        total -= more < most ? more : most;
    }
    while (total > screen->columns) {
        size_t widest = table->columns;

        for (size_t i = 0; i < table->columns; i++)
            if (table->column[i].columns_min > 0 && widths[i] > table->column[i].columns_min &&
                widths[i] > strlen(table->column[i].header) && (widest == table->columns || widths[i] > widths[widest]))
                widest = i;
        if (widest == table->columns)
            return false;
        widths[widest]--;
        total--;
    }
    return true;
}

/* A cell a line, behind its header; rows are apart. */
static void append_records(const struct screen *screen, struct buffer *out, const struct table *table) {
    size_t label = 0;

    for (size_t i = 0; i < table->columns; i++)
        label = strlen(table->column[i].header) > label ? strlen(table->column[i].header) : label;
    for (size_t i = 0; i < table->count; i++) {
        const struct laid_cell *cell = &table->cells[i];
        const char *header = table->column[i % table->columns].header;

        if (i > 0 && i % table->columns == 0)
            buffer_append_char(out, '\n');
        if (!*header)
            continue;
        buffer_append_format(out, "%s%s%s%*s", screen_paint(screen, PAINT_BOLD), header,
                             screen_paint(screen, PAINT_NONE), (int)(label + GAP - strlen(header)), "");
        append_wrapped(screen, out, text_of(table, cell), cell->length, cell->paint, label + GAP,
                       screen->columns > label + GAP + WRAPPED_LEAST ? screen->columns - label - GAP : WRAPPED_LEAST);
    }
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
    if (screen->fits && screen->columns >= FIT_COLUMNS_LEAST && !fit_widths(screen, table, widths)) {
        append_records(screen, out, table);
        return;
    }
    buffer_append_text(out, screen_paint(screen, PAINT_BOLD));
    for (size_t i = 0; i < table->columns; i++) {
        const char *header = table->column[i].header;

        append_cell(screen, table, out, i, &(struct laid_cell){.length = strlen(header), .width = strlen(header)},
                    header, widths[i]);
    }
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    size_t last = table->columns - 1, begin = 0;
    for (size_t i = 0; i < last; i++)
        begin += widths[i] + GAP;
    for (size_t i = 0; i < table->count; i++) {
        const struct laid_cell *cell = &table->cells[i];
        size_t column = i % table->columns;

        if (column == last && table->column[last].wraps && widths[last] > 0 && cell->width > widths[last])
            append_wrapped(screen, out, text_of(table, cell), cell->length, cell->paint, begin, widths[last]);
        else
            append_cell(screen, table, out, column, cell, text_of(table, cell), widths[column]);
    }
}
