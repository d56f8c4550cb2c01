/* Charts are drawn on a grid of cells. A line has eight dots a cell, the pattern of a Braille character; where there is
 * no UTF-8, a cell is all or nothing. */

#include "cmd/chart.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/draw.h"
#include "cxd/base/axis.h"

enum { ROWS_MAX = 24, ROWS = 13, TICKS = 5, PLOT_MAX = 240, MARGIN = 2, LABEL = 7, DOTS_ACROSS = 2, DOTS_DOWN = 4 };

struct grid {
    int rows, rows_per_tick;
    size_t columns;
    double top, bottom, step;
    uint8_t dots[ROWS_MAX][PLOT_MAX];
    bool is_band[ROWS_MAX][PLOT_MAX], is_point[ROWS_MAX][PLOT_MAX];
};

static bool find_range(const struct chart *chart, double *ret_low, double *ret_high) {
    bool is_any = false;

    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_point *point = &chart->points[i];
        double low = point->has_interval ? fmin(point->low, point->value) : point->value;
        double high = point->has_interval ? fmax(point->high, point->value) : point->value;

        if (!point->is_known)
            continue;
        *ret_low = is_any ? fmin(*ret_low, low) : low;
        *ret_high = is_any ? fmax(*ret_high, high) : high;
        is_any = true;
    }
    return is_any;
}

/* The axis has its labels on whole rows. False where there is nothing to draw. */
static bool set_axis(const struct chart *chart, struct grid *grid) {
    double low = 0, high = 0, least = (chart->max - chart->min) / 20;

    if (!find_range(chart, &low, &high))
        return false;
    low = fmax(low, chart->min);
    high = fmin(high, chart->max);
    if (!(high - low >= least)) {
        low = fmax(chart->min, (low + high - least) / 2);
        high = fmin(chart->max, low + least);
        low = fmin(low, high - least);
    }
    grid->step = axis_step(high - low, TICKS);
    if (chart->step_most > 0 && grid->step > chart->step_most)
        grid->step = chart->step_most;
    grid->bottom = floor(low / grid->step + 1e-9) * grid->step;
    grid->top = ceil(high / grid->step - 1e-9) * grid->step;
    int ticks = (int)((grid->top - grid->bottom) / grid->step + 0.5);
    if (ticks < 1 || 2 * ticks >= ROWS_MAX)
        return false;
    grid->rows_per_tick = ROWS / ticks < 2 ? 2 : ROWS / ticks;
    grid->rows = ticks * grid->rows_per_tick + 1;
    return true;
}

/* In dots; a label's value is in the middle of its row. */
static double dot_of(const struct grid *grid, double value) {
    double at = (grid->top - value) / (grid->top - grid->bottom) * (double)(DOTS_DOWN * (grid->rows - 1)) + 1.5;
    double most = (double)(DOTS_DOWN * grid->rows - 1);

    return at < 0 ? 0 : at > most ? most : at;
}

static int row_of(const struct grid *grid, double value) {
    return (int)dot_of(grid, value) / DOTS_DOWN;
}

/* In dots too: the middle of the point's own columns. */
static double across_of(const struct grid *grid, const struct chart *chart, size_t index) {
    return ((double)index + 0.5) / (double)chart->count * (double)(DOTS_ACROSS * grid->columns) - 0.5;
}

static void set_dot(struct grid *grid, double across, double down) {
    static const uint8_t bits[DOTS_DOWN][DOTS_ACROSS] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int x = (int)(across + 0.5), y = (int)(down + 0.5);

    if (x >= 0 && y >= 0 && (size_t)x < DOTS_ACROSS * grid->columns && y < DOTS_DOWN * grid->rows)
        grid->dots[y / DOTS_DOWN][x / DOTS_ACROSS] |= bits[y % DOTS_DOWN][x % DOTS_ACROSS];
}

static void fill_band(struct grid *grid, size_t column, double low, double high) {
    for (int row = row_of(grid, high); column < grid->columns && row <= row_of(grid, low); row++)
        grid->is_band[row][column] = true;
}

static void draw_point(struct grid *grid, const struct chart *chart, size_t index) {
    const struct chart_point *point = &chart->points[index];
    double across = across_of(grid, chart, index);
    size_t column = across > 0 ? (size_t)(across + 0.5) / DOTS_ACROSS : 0;

    set_dot(grid, across, dot_of(grid, point->value));
    if (point->has_interval)
        fill_band(grid, column, point->low, point->high);
    if (grid->columns / chart->count >= 3 && column < grid->columns)
        grid->is_point[row_of(grid, point->value)][column] = true;
}

/* From a point to the next. */
static void draw_line(struct grid *grid, const struct chart *chart, size_t index) {
    const struct chart_point *from = &chart->points[index], *to = from + 1;
    double x = across_of(grid, chart, index), across = across_of(grid, chart, index + 1) - x;
    double y = dot_of(grid, from->value), down = dot_of(grid, to->value) - y;
    int steps = (int)fmax(fmax(fabs(across), fabs(down)) * 2, 1);

    for (int i = 0; i <= steps; i++) {
        double part = (double)i / steps;
        double column = floor((x + part * across + 0.5) / DOTS_ACROSS);

        set_dot(grid, x + part * across, y + part * down);
        if (from->has_interval && to->has_interval && column >= 0)
            fill_band(grid, (size_t)column, from->low + part * (to->low - from->low),
                      from->high + part * (to->high - from->high));
    }
}

/* A character of the Braille patterns. */
static void append_dots(struct buffer *out, uint8_t dots) {
    const char text[3] = {(char)0xe2, (char)(0xa0 | dots >> 6), (char)(0x80 | (dots & 0x3f))};

    buffer_append(out, text, sizeof text);
}

struct cell {
    enum paint paint;
    const char *text; /* NULL: the dots */
};

static struct cell cell_at(const struct screen *screen, const struct grid *grid, int row, size_t column, bool is_zero) {
    bool is_unicode = screen->unicode;

    if (grid->is_point[row][column])
        return (struct cell){PAINT_BOLD, is_unicode ? "●" : "*"};
    if (grid->dots[row][column])
        return (struct cell){PAINT_BOLD, is_unicode ? NULL : "*"};
    if (grid->is_band[row][column])
        return (struct cell){PAINT_CYAN, is_unicode ? "░" : ":"};
    if (is_zero)
        return (struct cell){PAINT_NONE, is_unicode ? "┈" : "-"};
    return (struct cell){PAINT_NONE, " "};
}

static void append_row(const struct screen *screen, struct buffer *out, const struct grid *grid, int row,
                       bool is_zero) {
    enum paint paint = PAINT_NONE;
    size_t end = grid->columns;

    for (; end > 0; end--) {
        const char *text = cell_at(screen, grid, row, end - 1, is_zero).text;

        if (!text || *text != ' ')
            break;
    }
    for (size_t i = 0; i < end; i++) {
        struct cell cell = cell_at(screen, grid, row, i, is_zero);

        if (cell.paint != paint) {
            if (paint != PAINT_NONE)
                buffer_append_text(out, screen_paint(screen, PAINT_NONE));
            if (cell.paint != PAINT_NONE)
                buffer_append_text(out, screen_paint(screen, cell.paint));
            paint = cell.paint;
        }
        if (cell.text)
            buffer_append_text(out, cell.text);
        else
            append_dots(out, grid->dots[row][i]);
    }
    if (paint != PAINT_NONE)
        buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    buffer_append_char(out, '\n');
}

static void append_rows(const struct screen *screen, struct buffer *out, const struct chart *chart,
                        const struct grid *grid) {
    char number[NUMBER_SIZE];
    int decimals = grid->step >= 1 ? 0 : grid->step >= 0.1 ? 1 : 2;

    for (int row = 0; row < grid->rows; row++) {
        bool is_tick = row % grid->rows_per_tick == 0;
        double value = grid->top - grid->step * (row / grid->rows_per_tick);
        bool is_zero = chart->has_zero && is_tick && fabs(value) < grid->step / 2;

        number_format(number, fabs(value) < grid->step / 2 ? 0 : value, decimals, false);
        buffer_append_format(out, "%*s%*s ", MARGIN, "", LABEL, is_tick ? number : "");
        buffer_append_text(out, screen->unicode ? (is_tick ? "┤" : "│") : (is_tick ? "+" : "|"));
        append_row(screen, out, grid, row, is_zero);
    }
}

/* The stride of the labels: each has room, and two blanks. */
static size_t stride_of(const struct chart *chart, const struct grid *grid) {
    double width = (double)grid->columns / (double)chart->count;
    size_t length = strlen(chart->points[0].label) + 2, stride = 1;

    for (const int *at = chart->strides; *at; at++) {
        stride = (size_t)*at;
        if ((double)stride * width >= (double)length)
            return stride;
    }
    while ((double)stride * width < (double)length)
        stride *= 2;
    return stride;
}

/* The axis of the times: a tick where the columns of a point begin, and its label below it. */
static void append_times(const struct screen *screen, struct buffer *out, const struct chart *chart,
                         const struct grid *grid) {
    char labels[PLOT_MAX + CHART_LABEL_SIZE] = "";
    bool is_tick[PLOT_MAX] = {false};
    size_t stride = stride_of(chart, grid), end = 0;

    memset(labels, ' ', sizeof labels);
    for (size_t i = 0; i < chart->count; i += stride) {
        const char *label = chart->points[i].label;
        size_t at = i * grid->columns / chart->count, length = strlen(label);

        is_tick[at] = true;
        if (at + length > grid->columns)
            break;
        memcpy(labels + at, label, length);
        end = at + length;
    }
    buffer_append_format(out, "%*s%s", MARGIN + LABEL + 1, "", screen->unicode ? "└" : "+");
    for (size_t i = 0; i < grid->columns; i++)
        buffer_append_text(out, screen->unicode ? (is_tick[i] ? "┬" : "─") : (is_tick[i] ? "+" : "-"));
    buffer_append_format(out, "\n%*s%.*s\n", MARGIN + LABEL + 2, "", (int)end, labels);
}

static void append_counts(const struct screen *screen, struct buffer *out, const struct chart *chart,
                          const struct grid *grid) {
    double most = 0, counts[PLOT_MAX] = {0};
    char number[NUMBER_SIZE];
    size_t end = 0;

    for (size_t i = 0; i < chart->count; i++) {
        size_t from = i * grid->columns / chart->count, to = (i + 1) * grid->columns / chart->count;

        for (size_t at = from; at < grid->columns && (at < to || at == from); at++)
            counts[at] = fmax(counts[at], chart->points[i].n);
        most = fmax(most, chart->points[i].n);
    }
    for (size_t i = 0; i < grid->columns; i++)
        end = counts[i] > 0 ? i + 1 : end;
    number_format(number, most < 1e4 ? most : most / 1000, 0, false);
    buffer_append_format(out, "%*s%s", MARGIN, "", screen->unicode ? "n ≤" : "n<=");
    buffer_append_format(out, "%*s%s  ", LABEL - 3 - (most >= 1e4), number, most >= 1e4 ? "k" : "");
    for (size_t i = 0; i < end; i++)
        draw_append_column(screen, out, most > 0 ? counts[i] / most : 0);
    buffer_append_char(out, '\n');
}

void chart_append(const struct screen *screen, struct buffer *out, const struct chart *chart) {
    size_t columns = screen->columns < 40 ? 40 : screen->columns;
    struct grid grid = {.columns = columns - (MARGIN + LABEL + 3)};

    if (grid.columns > PLOT_MAX)
        grid.columns = PLOT_MAX;
    if (chart->count == 0 || !set_axis(chart, &grid))
        return;
    for (size_t i = 0; i < chart->count; i++) {
        if (!chart->points[i].is_known)
            continue;
        draw_point(&grid, chart, i);
        if (i + 1 < chart->count && chart->points[i + 1].is_known)
            draw_line(&grid, chart, i);
    }
    append_rows(screen, out, chart, &grid);
    append_times(screen, out, chart, &grid);
    append_counts(screen, out, chart, &grid);
}

void chart_append_key(const struct screen *screen, struct buffer *out, const char *line, const char *interval) {
    const char *none = screen_paint(screen, PAINT_NONE);

    buffer_append_format(out, "%*s%s%s%s %s   %s%s%s %s\n", MARGIN + LABEL + 2, "", screen_paint(screen, PAINT_BOLD),
                         screen->unicode ? "⠤⠤" : "**", none, line, screen_paint(screen, PAINT_CYAN),
                         screen->unicode ? "░░" : "::", none, interval);
}
