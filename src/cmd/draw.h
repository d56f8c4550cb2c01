#ifndef CXD_CMD_DRAW_H
#define CXD_CMD_DRAW_H

#include "cmd/output.h"

/* Figures as pictures on a terminal: figures in, lines out. Signs say what colours say. */

/* The columns that pictures take of the screen's. */
size_t draw_columns(const struct screen *screen);

/* A line of shares, side by side, each by its own fill: those of best, middle and worst. All that is above 0 shows. */
enum { DRAW_BANDS = 3 };
void draw_append_bands(const struct screen *screen, struct buffer *out, const double *counts, size_t count,
                       size_t columns);
/* The fill of the one at `index`, as a key to them. */
void draw_append_band_mark(const struct screen *screen, struct buffer *out, size_t index);

/* A scale as a line, with what is known on it. */
struct draw_scale {
    double min, max, step; /* a tick every `step` */
    bool has_value, has_interval, has_other;
    double value, low, high;
    double other; /* what it is held against */
};
void draw_append_scale(const struct screen *screen, struct buffer *out, const struct draw_scale *scale, size_t columns);
/* What its signs mean, those that are there: "● score  ┣━┫ 95% interval  ○ before". */
void draw_append_scale_key(const struct screen *screen, struct buffer *out, const struct draw_scale *scale,
                           const char *interval, const char *other);

/* One column, as high as the fraction (0-1) of a line; above 0 it shows. */
void draw_append_column(const struct screen *screen, struct buffer *out, double fraction);

/* A bar from a middle to the left (below 0) or right, `fraction` (-1 to 1) of `columns` on either side; both are
 * padded. */
void draw_append_lean(const struct screen *screen, struct buffer *out, double fraction, int columns);

#endif
