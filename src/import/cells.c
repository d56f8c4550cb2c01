/* The row that every reader fills: one piece of memory as large as a row may be, of which the system gives what is
 * touched. */
#include "import/cells.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/utf8.h"

enum cxd_err cells_init(struct cells *cells, struct error *err) {
    *cells = (struct cells){0};
    cells->bytes = malloc(TABLE_ROW_MAX + TABLE_COLUMNS_MAX); /* each has a NUL behind it */
    cells->cells = malloc(TABLE_COLUMNS_MAX * sizeof *cells->cells);
    return cells->bytes && cells->cells ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read a table");
}

void cells_free(struct cells *cells) {
    free(cells->bytes);
    free(cells->cells);
    *cells = (struct cells){0};
}

void cells_begin(struct cells *cells) {
    cells->length = cells->count = cells->open = 0;
    cells->fault[0] = '\0';
}

bool cells_are_bad(const struct cells *cells) {
    return cells->fault[0] != '\0';
}

void cells_set_fault(struct cells *cells, uint64_t line, const char *format, ...) {
    va_list args;
    if (cells_are_bad(cells))
        return;
    int length = snprintf(cells->fault, sizeof cells->fault, "line %" PRIu64 ", column %zu: ", line, cells->count + 1);
    va_start(args, format);
    vsnprintf(cells->fault + length, sizeof cells->fault - (size_t)length, format, args);
    va_end(args);
}

void cells_set_fault_as_is(struct cells *cells, const char *text) {
    if (cells_are_bad(cells))
        return;
    snprintf(cells->fault, sizeof cells->fault, "%s", text);
    utf8_make_plain(cells->fault); /* it quotes the file */
}

void cells_append(struct cells *cells, const char *bytes, size_t length, uint64_t line) {
    if (cells_are_bad(cells))
        return;
    if (cells->open + length > TABLE_CELL_MAX) {
        cells_set_fault(cells, line, "a cell of more than %d KiB", TABLE_CELL_MAX / 1024);
        return;
    }
    if (cells->length + cells->open + length - cells->count > TABLE_ROW_MAX) {
        cells_set_fault(cells, line, "a row of more than %d KiB", TABLE_ROW_MAX / 1024);
        return;
    }
    memcpy(cells->bytes + cells->length + cells->open, bytes, length);
    cells->open += length;
}

void cells_end(struct cells *cells, uint64_t line) {
    if (cells->count == TABLE_COLUMNS_MAX)
        cells_set_fault(cells, line, "more than %d columns", TABLE_COLUMNS_MAX);
    if (cells_are_bad(cells))
        return;
    char *text = cells->bytes + cells->length;
    text[cells->open] = '\0';
    cells->cells[cells->count++] = (struct table_cell){.text = text, .length = cells->open};
    cells->length += cells->open + 1;
    cells->open = 0;
}

static bool is_blank(const struct table_cell *cell) {
    return strspn(cell->text, " \t") == cell->length;
}

bool cells_are_blank(const struct cells *cells) {
    for (size_t i = 0; i < cells->count; i++)
        if (!is_blank(&cells->cells[i]))
            return false;
    return true;
}

static void fit(struct cells *cells, uint64_t line) {
    size_t count = cells->count;
    while (count > cells->width && is_blank(&cells->cells[count - 1]))
        count--;
    if (count > cells->width) {
        cells->count = cells->width;
        cells_set_fault(cells, line, "%zu cells, where the first row has %zu", count, cells->width);
    }
    cells->count = count;
}

void cells_give(struct cells *cells, uint64_t line, struct table_row *ret) {
    if (!cells_are_bad(cells) && cells->width == 0)
        cells->width = cells->count;
    else if (!cells_are_bad(cells) && cells->count > cells->width)
        fit(cells, line);
    bool is_bad = cells_are_bad(cells);
    *ret = (struct table_row){
        .cells = cells->cells, .count = is_bad ? 0 : cells->count, .line = line, .fault = is_bad ? cells->fault : NULL};
}
