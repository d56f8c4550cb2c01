/* A trend as a picture: a line through the figures, their intervals as a band behind it, gaps where there is none. */
#include <math.h>
#include <stdio.h>

#include "codec/picture.h"
#include "cxd/base/axis.h"

enum { LABELS_DOWN = 5, DOTS_MAX = 60 };

/* How a size is laid out: margins around the plot; a small one has neither words nor axes. */
struct layout {
    double width, height, left, right, top, bottom, letter;
    int labels; /* below */
};
static const struct layout LAYOUTS[PICTURE_SIZE_COUNT] = {
    [PICTURE_SMALL] = {160, 32, 4, 4, 4, 4, 0, 0},
    [PICTURE_MEDIUM] = {640, 340, 52, 20, 72, 60, 12, 6},
    [PICTURE_LARGE] = {1200, 600, 72, 28, 100, 92, 18, 8},
};

struct plot {
    struct picture picture;
    const struct layout *layout;
    const struct survey *survey;
    const struct picture_trend *trend;
    double bottom, top, step; /* the values at the ends of the axis, and between its labels */
};

static double x_of(const struct plot *plot, size_t i) {
    const struct layout *layout = plot->layout;
    double width = layout->width - layout->left - layout->right;
    return layout->left + width * ((double)i + 0.5) / (double)plot->trend->count;
}

static double y_of(const struct plot *plot, double value) {
    const struct layout *layout = plot->layout;
    double height = layout->height - layout->top - layout->bottom;
    return layout->top + height * (plot->top - value) / (plot->top - plot->bottom);
}

static double low_of(const struct score *score) {
    return score->interval.known ? score->interval.low : score->value;
}

static double high_of(const struct score *score) {
    return score->interval.known ? score->interval.high : score->value;
}

/* From the least to the most of all that is drawn, on whole labels, and never so close that noise looks like a fall. */
static void set_axis(struct plot *plot) {
    double least, most, low = INFINITY, high = -INFINITY;
    score_range(plot->survey, &least, &most);
    for (size_t i = 0; i < plot->trend->count; i++) {
        const struct score *score = plot->trend->points[i].score;
        if (!score->known)
            continue;
        low = fmin(low, low_of(score));
        high = fmax(high, high_of(score));
    }
    if (low > high) {
        low = least;
        high = most;
    }
    double room = (most - least) / 10;
    if (high - low < room) {
        low = fmax(least, (low + high - room) / 2);
        high = low + room;
    }
    plot->step = axis_step(high - low, LABELS_DOWN);
    plot->bottom = fmax(least, floor(low / plot->step + 1e-9) * plot->step);
    plot->top = fmin(most, ceil(high / plot->step - 1e-9) * plot->step);
    if (!(plot->top > plot->bottom))
        plot->top = plot->bottom + plot->step;
}

/* The end of the run of buckets with a figure that begins at `i`. */
static size_t run_end(const struct picture_trend *trend, size_t i) {
    while (i < trend->count && trend->points[i].score->known)
        i++;
    return i;
}

static void append_point(struct buffer *out, char command, double x, double y) {
    buffer_append_char(out, command);
    picture_coordinate(out, x);
    buffer_append_char(out, ' ');
    picture_coordinate(out, y);
}

/* A bucket by itself would have a band without a width: it gets that of a bucket, at most of a dot. */
static void draw_band(struct plot *plot, size_t from, size_t to) {
    const struct picture_point *points = plot->trend->points;
    struct buffer *out = plot->picture.out;
    double half = to - from == 1 ? 3 : 0;
    buffer_append_text(out, "<path d=\"");
    for (size_t i = from; i < to; i++)
        append_point(out, i == from ? 'M' : 'L', x_of(plot, i) - half, y_of(plot, high_of(points[i].score)));
    if (half > 0)
        append_point(out, 'L', x_of(plot, from) + half, y_of(plot, high_of(points[from].score)));
    for (size_t i = to; i > from; i--)
        append_point(out, 'L', x_of(plot, i - 1) + half, y_of(plot, low_of(points[i - 1].score)));
    if (half > 0)
        append_point(out, 'L', x_of(plot, from) - half, y_of(plot, low_of(points[from].score)));
    buffer_append_text(out, "Z\" fill-opacity=\".2\"");
    picture_ink(&plot->picture, "fill", INK_ACCENT);
    buffer_append_text(out, "/>");
}

static void draw_run(struct plot *plot, size_t from, size_t to) {
    const struct picture_point *points = plot->trend->points;
    struct buffer *out = plot->picture.out;
    if (to - from == 1)
        return;
    buffer_append_text(out, "<path d=\"");
    for (size_t i = from; i < to; i++)
        append_point(out, i == from ? 'M' : 'L', x_of(plot, i), y_of(plot, points[i].score->value));
    buffer_append_format(out, "\" fill=\"none\" stroke-width=\"%s\" stroke-linejoin=\"round\" stroke-linecap=\"round\"",
                         plot->layout->letter > 0 ? "2" : "1.5");
    picture_ink(&plot->picture, "stroke", INK_ACCENT);
    buffer_append_text(out, "/>");
}

/* A small sample is hollow. Of many buckets only those that no line goes through have a dot. */
static void draw_dot(struct plot *plot, size_t i) {
    const struct score *score = plot->trend->points[i].score;
    struct buffer *out = plot->picture.out;
    buffer_append_text(out, "<circle cx=\"");
    picture_coordinate(out, x_of(plot, i));
    buffer_append_text(out, "\" cy=\"");
    picture_coordinate(out, y_of(plot, score->value));
    buffer_append_format(out, "\" r=\"%s\"", plot->layout->letter > 0 ? "3" : "1.5");
    picture_ink(&plot->picture, "fill", score->small_sample && plot->layout->letter > 0 ? INK_PAPER : INK_ACCENT);
    picture_ink(&plot->picture, "stroke", INK_ACCENT);
    buffer_append_text(out, " stroke-width=\"1.5\"/>");
}

static void draw_figures(struct plot *plot) {
    const struct picture_trend *trend = plot->trend;
    for (size_t i = 0, end; i < trend->count; i = end + 1)
        if ((end = run_end(trend, i)) > i)
            draw_band(plot, i, end);
    for (size_t i = 0, end; i < trend->count; i = end + 1)
        if ((end = run_end(trend, i)) > i)
            draw_run(plot, i, end);
    bool has_dots = plot->layout->letter > 0 && trend->count <= DOTS_MAX;
    for (size_t i = 0; i < trend->count; i++) {
        bool is_alone = (i == 0 || !trend->points[i - 1].score->known) &&
                        (i + 1 == trend->count || !trend->points[i + 1].score->known);
        if (trend->points[i].score->known && (has_dots || is_alone))
            draw_dot(plot, i);
    }
    if (plot->layout->letter == 0 && !trend->total->known)
        picture_line(&plot->picture, plot->layout->left, plot->layout->height / 2,
                     plot->layout->width - plot->layout->right, plot->layout->height / 2, INK_NEUTRAL);
}

static void draw_axes(struct plot *plot) {
    const struct layout *layout = plot->layout;
    const struct picture_trend *trend = plot->trend;
    const struct lettering beside = {.size = layout->letter, .ink = INK_MUTED, .anchor = ANCHOR_END};
    const struct lettering below = {.size = layout->letter, .ink = INK_MUTED, .anchor = ANCHOR_MIDDLE};
    struct buffer label;
    buffer_init(&label);
    int decimals = plot->step < 0.1 ? 2 : plot->step < 1 ? 1 : 0;
    double first = ceil(plot->bottom / plot->step - 1e-9) * plot->step;
    for (int i = 0; first + i * plot->step <= plot->top + plot->step / 1000; i++) {
        double value = first + i * plot->step, y = y_of(plot, value);
        buffer_reset(&label);
        buffer_append_fixed(&label, value, decimals);
        const char *text = buffer_terminate(&label);
        picture_line(&plot->picture, layout->left, y, layout->width - layout->right, y,
                     fabs(value) < plot->step / 2 ? INK_NEUTRAL : INK_LINE);
        picture_text(&plot->picture, layout->left - 8, y + layout->letter / 3, &beside, text ? text : "");
        label.failed = label.failed || !text;
    }
    size_t every = trend->count / (size_t)layout->labels + (trend->count % (size_t)layout->labels > 0);
    for (size_t i = every / 2; i<trend->count; i += every> 0 ? every : 1) {
        buffer_reset(&label);
        picture_say_bucket(&label, trend->unit, trend->points[i].from);
        const char *text = buffer_terminate(&label);
        picture_text(&plot->picture, x_of(plot, i), layout->height - layout->bottom + layout->letter * 1.8, &below,
                     text ? text : "");
        label.failed = label.failed || !text;
    }
    plot->picture.out->failed = plot->picture.out->failed || label.failed;
    buffer_free(&label);
}

/* --- Words ----------------------------------------------------------------------------------------------------------
 */

static void say_heading(struct buffer *out, const struct plot *plot) {
    picture_say_subject(out, plot->survey, plot->trend->question);
    buffer_append_format(out, " by %s", calendar_unit_name(plot->trend->unit));
    if (plot->trend->rolling_days > 0)
        buffer_append_format(out, ", rolling %lld days", (long long)plot->trend->rolling_days);
}

static void say_whole(struct buffer *out, const struct plot *plot) {
    const struct picture_trend *trend = plot->trend;
    picture_say_window(out, trend->window);
    buffer_append_text(out, ": ");
    picture_say_figure(out, plot->survey, trend->total);
    if (trend->total->known && trend->total->interval.known) {
        buffer_append_text(out, ", ");
        picture_say_interval(out, plot->survey, trend->total);
    }
    if (trend->total->n == 0)
        return;
    buffer_append_text(out, ", ");
    picture_say_answers(out, trend->total->n);
}

/* What somebody who does not see it would ask: where it begins and ends, and how far it goes. */
static void say_course(struct buffer *out, const struct plot *plot) {
    const struct picture_point *first = NULL, *last = NULL, *least = NULL, *most = NULL;
    for (size_t i = 0; i < plot->trend->count; i++) {
        const struct picture_point *point = &plot->trend->points[i];
        if (!point->score->known)
            continue;
        first = first ? first : point;
        last = point;
        least = least && least->score->value <= point->score->value ? least : point;
        most = most && most->score->value >= point->score->value ? most : point;
    }
    if (!first)
        return;
    const struct {
        const char *what;
        const struct picture_point *point;
    } points[] = {{" First ", first}, {" Last ", last}, {" Lowest ", least}, {" Highest ", most}};
    const size_t count = first == last ? 1 : CXD_COUNT(points);
    for (size_t i = 0; i < count; i++) {
        buffer_append_text(out, count == 1 ? " One point: " : points[i].what);
        picture_say_value(out, plot->survey, points[i].point->score->value);
        buffer_append_text(out, " (");
        picture_say_bucket(out, plot->trend->unit, points[i].point->from);
        buffer_append_text(out, i + 1 < count ? ");" : ").");
    }
}

static void draw_words(struct plot *plot, struct buffer *heading, struct buffer *whole) {
    const struct layout *layout = plot->layout;
    double width = layout->width - 2 * layout->right, letter = layout->letter;
    const char *first = buffer_terminate(heading), *second = buffer_terminate(whole);
    plot->picture.out->failed = plot->picture.out->failed || !first || !second;
    picture_text(&plot->picture, layout->right, 2 * letter + 4,
                 &(struct lettering){.size = letter * 1.3, .ink = INK_TEXT, .is_bold = true, .width = width},
                 first ? first : "");
    picture_text(&plot->picture, layout->right, 3.7 * letter + 4,
                 &(struct lettering){.size = letter, .ink = INK_MUTED, .width = width}, second ? second : "");
}

/* What band and dots mean, below the axis. */
static void draw_key(struct plot *plot) {
    const struct layout *layout = plot->layout;
    const struct score *total = plot->trend->total;
    char key[96];
    if (!total->known)
        return;
    snprintf(key, sizeof key, "Band: %g %% interval. %s", total->confidence * 100,
             plot->trend->count <= DOTS_MAX ? "Hollow: fewer than 30 answers." : "");
    picture_text(&plot->picture, layout->right, layout->height - layout->letter,
                 &(struct lettering){.size = layout->letter * 0.9, .ink = INK_MUTED}, key);
}

void picture_trend(struct buffer *out, const struct picture_look *look, const struct survey *survey,
                   const struct picture_trend *trend) {
    const struct layout *layout = &LAYOUTS[look->size];
    struct plot plot = {
        .picture = {.out = out, .theme = look->theme, .width = layout->width, .height = layout->height},
        .layout = layout,
        .survey = survey,
        .trend = trend,
    };
    struct buffer heading, whole, description;
    buffer_init(&heading);
    buffer_init(&whole);
    buffer_init(&description);
    say_heading(&heading, &plot);
    say_whole(&whole, &plot);
    say_whole(&description, &plot);
    buffer_append_char(&description, '.');
    say_course(&description, &plot);
    set_axis(&plot);
    picture_open(&plot.picture, &heading, &description);
    if (look->size != PICTURE_SMALL) {
        picture_rect(&plot.picture, 0, 0, layout->width, layout->height, 10, INK_LINE);
        picture_rect(&plot.picture, 1, 1, layout->width - 2, layout->height - 2, 9, INK_PAPER);
        draw_words(&plot, &heading, &whole);
        draw_axes(&plot);
        draw_key(&plot);
    }
    draw_figures(&plot);
    picture_close(&plot.picture);
    buffer_free(&heading);
    buffer_free(&whole);
    buffer_free(&description);
}
