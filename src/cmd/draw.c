/* Bars and scales of a line each. */

#include "cmd/draw.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_LEAST = 40, COLUMNS_MOST = 120 };

size_t draw_columns(const struct screen *screen) {
    size_t columns = screen->columns < COLUMNS_LEAST ? COLUMNS_LEAST : screen->columns;

    return columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
}

static void append_times(struct buffer *out, const char *text, size_t times) {
    while (times-- > 0)
        buffer_append_text(out, text);
}

static const struct {
    const char *ascii, *unicode;
    enum paint paint;
} FILLS[DRAW_BANDS] = {{"+", "█", PAINT_GREEN}, {"=", "▒", PAINT_YELLOW}, {"-", "░", PAINT_RED}};

static void append_fill(const struct screen *screen, struct buffer *out, size_t index, size_t columns) {
    buffer_append_text(out, screen_paint(screen, FILLS[index].paint));
    append_times(out, screen->unicode ? FILLS[index].unicode : FILLS[index].ascii, columns);
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
}

void draw_append_band_mark(const struct screen *screen, struct buffer *out, size_t index) {
    if (index < DRAW_BANDS)
        append_fill(screen, out, index, 1);
}

/* By the largest remainder, after each that is there has its one. */
static void share_columns(const double *counts, size_t count, size_t columns, size_t *ret_widths) {
    double total = 0, rest[DRAW_BANDS];
    size_t given = 0;

    for (size_t i = 0; i < count; i++)
        total += counts[i] > 0 ? counts[i] : 0;
    for (size_t i = 0; i < count; i++) {
        double exact = total > 0 && counts[i] > 0 ? counts[i] / total * (double)columns : 0;

        ret_widths[i] = exact > 0 && exact < 1 ? 1 : (size_t)exact;
        rest[i] = exact - (double)ret_widths[i];
        given += ret_widths[i];
    }
    while (total > 0 && given != columns) {
        size_t at = 0;
        bool is_less = given < columns;

        for (size_t i = 1; i < count; i++)
            if (is_less ? rest[i] > rest[at] : ret_widths[i] > ret_widths[at])
                at = i;
        ret_widths[at] += is_less ? 1 : (size_t)-1;
        rest[at] -= is_less ? 1 : -1;
        given += is_less ? 1 : (size_t)-1;
    }
}

void draw_append_bands(const struct screen *screen, struct buffer *out, const double *counts, size_t count,
                       size_t columns) {
    size_t widths[DRAW_BANDS];

    if (count > DRAW_BANDS)
        count = DRAW_BANDS;
    share_columns(counts, count, columns, widths);
    for (size_t i = 0; i < count; i++)
        if (widths[i] > 0)
            append_fill(screen, out, i, widths[i]);
}

/* What a cell of a scale may be, the later over the earlier. */
enum sign { SIGN_LINE, SIGN_TICK, SIGN_BEGIN, SIGN_END, SIGN_INTERVAL, SIGN_LOW, SIGN_HIGH, SIGN_OTHER, SIGN_VALUE };

static const struct {
    const char *ascii, *unicode;
    enum paint paint;
} SIGNS[] = {
    [SIGN_LINE] = {"-", "─", PAINT_NONE},     [SIGN_TICK] = {"+", "┼", PAINT_NONE},
    [SIGN_BEGIN] = {"|", "├", PAINT_NONE},    [SIGN_END] = {"|", "┤", PAINT_NONE},
    [SIGN_INTERVAL] = {"=", "━", PAINT_CYAN}, [SIGN_LOW] = {"[", "┣", PAINT_CYAN},
    [SIGN_HIGH] = {"]", "┫", PAINT_CYAN},     [SIGN_OTHER] = {"o", "○", PAINT_YELLOW},
    [SIGN_VALUE] = {"*", "●", PAINT_BOLD},
};

static void append_sign(const struct screen *screen, struct buffer *out, enum sign sign) {
    const char *paint = SIGNS[sign].paint == PAINT_NONE ? "" : screen_paint(screen, SIGNS[sign].paint);

    buffer_append_text(out, paint);
    buffer_append_text(out, screen->unicode ? SIGNS[sign].unicode : SIGNS[sign].ascii);
    if (*paint)
        buffer_append_text(out, screen_paint(screen, PAINT_NONE));
}

static size_t place(const struct draw_scale *scale, double value, size_t columns) {
    double at = (value - scale->min) / (scale->max - scale->min) * (double)(columns - 1);

    return !(at > 0) ? 0 : at > (double)(columns - 1) ? columns - 1 : (size_t)(at + 0.5);
}

void draw_append_scale(const struct screen *screen, struct buffer *out, const struct draw_scale *scale,
                       size_t columns) {
    enum sign cells[COLUMNS_MOST] = {SIGN_LINE};

    if (columns > COLUMNS_MOST)
        columns = COLUMNS_MOST;
    if (columns < 2 || !(scale->max > scale->min))
        return;
    /* Ticks closer than that say nothing. */
    if (scale->step > 0 && (scale->max - scale->min) / scale->step < (double)columns / 3)
        for (double tick = scale->min + scale->step; tick < scale->max; tick += scale->step)
            cells[place(scale, tick, columns)] = SIGN_TICK;
    cells[0] = SIGN_BEGIN;
    cells[columns - 1] = SIGN_END;
    if (scale->has_interval) {
        size_t low = place(scale, scale->low, columns), high = place(scale, scale->high, columns);

        for (size_t i = low; i <= high; i++)
            cells[i] = i == low ? SIGN_LOW : i == high ? SIGN_HIGH : SIGN_INTERVAL;
    }
    if (scale->has_other)
        cells[place(scale, scale->other, columns)] = SIGN_OTHER;
    if (scale->has_value)
        cells[place(scale, scale->value, columns)] = SIGN_VALUE;
    for (size_t i = 0; i < columns; i++)
        append_sign(screen, out, cells[i]);
}

void draw_append_scale_key(const struct screen *screen, struct buffer *out, const struct draw_scale *scale,
                           const char *interval, const char *other) {
    if (scale->has_value) {
        append_sign(screen, out, SIGN_VALUE);
        buffer_append_text(out, " score");
    }
    if (scale->has_interval) {
        buffer_append_text(out, "   ");
        append_sign(screen, out, SIGN_LOW);
        append_sign(screen, out, SIGN_INTERVAL);
        append_sign(screen, out, SIGN_HIGH);
        buffer_append_format(out, " %s", interval);
    }
    if (scale->has_other) {
        buffer_append_text(out, "   ");
        append_sign(screen, out, SIGN_OTHER);
        buffer_append_format(out, " %s", other);
    }
}

void draw_append_column(const struct screen *screen, struct buffer *out, double fraction) {
    static const char *const unicode[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {".", ":", "-", "=", "+", "*", "#", "@"};
    int level = fraction >= 1 ? 7 : (int)(fraction * 8);

    if (!(fraction > 0))
        buffer_append_char(out, ' ');
    else
        buffer_append_text(out, screen->unicode ? unicode[level] : ascii[level]);
}

void draw_append_lean(const struct screen *screen, struct buffer *out, double fraction, int columns) {
    double size = fabs(fraction) < 1 ? fabs(fraction) : 1;
    size_t length = size > 0 ? (size_t)(size * columns + 0.5) : 0;
    bool is_left = fraction < 0;

    if (size > 0 && length == 0)
        length = 1;
    append_times(out, " ", is_left ? (size_t)columns - length : (size_t)columns);
    if (is_left)
        append_times(out, screen->unicode ? "█" : "<", length);
    buffer_append_text(out, screen->unicode ? "│" : "|");
    if (!is_left)
        append_times(out, screen->unicode ? "█" : ">", length);
    append_times(out, " ", is_left ? (size_t)columns : (size_t)columns - length);
}
