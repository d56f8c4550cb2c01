/* What `cxd segments` shows. The daemon's figures and its order; a bar is as long as the impact against the largest. */

#include "cmd/segments_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/draw.h"
#include "cmd/score_view.h"

enum { BAR_COLUMNS = 6, WITH_INTERVAL = 100, WITH_BAR = 78, PAIR_SIZE = 2 * FIGURE_SIZE + 8 };

/* What the rows have in common. */
struct view {
    const struct screen *screen;
    const struct json *document;
    double largest;       /* of the impacts, without their signs */
    bool is_lower_better; /* of a mean: what raises it does harm */
    bool has_interval, has_bar, has_rate, has_change;
};

static const char *figure(const struct view *view, char out[FIGURE_SIZE], const struct json *row, const char *path,
                          bool is_signed) {
    double value;

    if (!json_number(row, path, &value))
        return strcpy(out, "-");
    return number_format(out, value, score_view_range(view->document).is_mean ? 2 : 1, is_signed);
}

/* "checkout", "checkout / web", "(unset)", "(12 others)" */
static void append_value(struct buffer *out, const struct json *row) {
    const struct json *values = json_get(row, "values");
    const char *value = json_text(row, "value");
    char text[NUMBER_SIZE];
    double count = 0;

    if (json_is_true(row, "remainder")) {
        (void)json_number(row, "value_count", &count);
        buffer_append_format(out, "(%s%s others)", number_format(text, count, 0, false),
                             json_is_true(row, "at_least") ? " or more" : "");
        return;
    }
    for (size_t i = 0; i < json_count(values); i++) {
        const char *part = json_text(json_at(values, i), "");

        buffer_append_text(out, i > 0 ? " / " : "");
        buffer_append_text(out, part ? part : "(unset)");
    }
    if (!values)
        buffer_append_text(out, value ? value : "(unset)");
}

/* "< 0.001 *": never 0, and a star for what is significant. */
static const char *chance(char out[PAIR_SIZE], const struct json *row, const char *path, const char *significant) {
    char text[NUMBER_SIZE];
    double p;

    if (!json_number(row, path, &p))
        return strcpy(out, "-");
    snprintf(out, PAIR_SIZE, "%s%s", p < 0.001 ? "< 0.001" : number_format(text, p, p < 0.1 ? 3 : 2, false),
             json_is_true(row, significant) ? " *" : "");
    return out;
}

static void add_bar(const struct view *view, struct table *table, const struct json *row) {
    double impact = 0;
    struct buffer bar;

    (void)json_number(row, "impact", &impact);
    buffer_init(&bar);
    if (json_get(row, "impact"))
        draw_append_lean(view->screen, &bar, view->largest > 0 ? impact / view->largest : 0, BAR_COLUMNS);
    table_cell_painted(view->screen, table, buffer_terminate(&bar),
                       impact == 0                             ? PAINT_NONE
                       : (impact > 0) != view->is_lower_better ? PAINT_GREEN
                                                               : PAINT_RED);
    buffer_free(&bar);
}

/* The others of several choices may have ticked the same: nobody knows how many they are. */
static const char *why_no_n(const struct json *row) {
    const char *reason = json_text(row, "reason");
    return reason && strcmp(reason, "overlap") == 0 ? "overlap" : "withheld";
}

static void add_row(const struct view *view, struct table *table, const struct json *row) {
    char text[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE], pair[PAIR_SIZE] = "-";
    const struct screen *screen = view->screen;
    bool is_significant = json_is_true(row, "significant");
    struct buffer value;
    double number;

    buffer_init(&value);
    append_value(&value, row);
    table_cell_painted(screen, table, buffer_terminate(&value), is_significant ? PAINT_BOLD : PAINT_NONE);
    buffer_free(&value);
    table_cell(screen, table, json_number(row, "n", &number) ? number_format(text, number, 0, false) : why_no_n(row));
    if (json_number(row, "share", &number))
        snprintf(pair, sizeof pair, "%s%%", number_format(text, number, 1, false));
    table_cell(screen, table, pair);
    table_cell(screen, table, figure(view, text, row, "score", false));
    if (view->has_interval) {
        snprintf(pair, sizeof pair, "%s to %s", figure(view, low, row, "interval.low", false),
                 figure(view, high, row, "interval.high", false));
        table_cell(screen, table, json_get(row, "interval") ? pair : NULL);
    }
    table_cell(screen, table, figure(view, text, row, "impact", true));
    if (view->has_bar)
        add_bar(view, table, row);
    table_cell(screen, table, chance(pair, row, "p_adjusted", "significant"));
    if (view->has_rate) {
        table_cell(screen, table,
                   json_number(row, "response_rate.shown", &number) ? number_format(text, number, 0, false) : "-");
        snprintf(pair, sizeof pair, "-");
        if (json_number(row, "response_rate.rate", &number))
            snprintf(pair, sizeof pair, "%s%%", number_format(text, number, 1, false));
        table_cell(screen, table, pair);
    }
    if (view->has_change) {
        table_cell(screen, table, figure(view, text, row, "previous.delta", true));
        table_cell(screen, table, chance(pair, row, "previous.p_value", "previous.significant"));
    }
}

static size_t choose_columns(const struct view *view, struct table_column *ret_columns) {
    const struct {
        struct table_column column;
        bool is_there;
    } all[] = {
        {{.header = "SEGMENT",
          .columns_max = view->screen->columns < 60 ? 16 : view->screen->columns / 4,
          .columns_min = 8},
         true},
        {{.header = "N", .is_right = true}, true},
        {{.header = "SHARE", .is_right = true}, true},
        {{.header = "SCORE", .is_right = true}, true},
        {{.header = "INTERVAL", .is_right = true}, view->has_interval},
        {{.header = "IMPACT", .is_right = true}, true},
        {{.header = ""}, view->has_bar},
        {{.header = "P"}, true},
        {{.header = "SHOWN", .is_right = true}, view->has_rate},
        {{.header = "RATE", .is_right = true}, view->has_rate},
        {{.header = "CHANGE", .is_right = true}, view->has_change},
        {{.header = "P"}, view->has_change},
    };
    size_t count = 0;

    for (size_t i = 0; i < CXD_COUNT(all); i++)
        if (all[i].is_there)
            ret_columns[count++] = all[i].column;
    return count;
}

static struct view make_view(const struct screen *screen, const struct json *document) {
    const struct json *rows = json_get(document, "segments");
    const char *direction = json_text(document, "direction");
    struct view view = {.screen = screen, .document = document, .has_change = json_get(document, "previous")};
    size_t room = screen->columns, taken = view.has_change ? 20 : 0;
    double impact;

    for (size_t i = 0; i < json_count(rows); i++)
        if (json_number(json_at(rows, i), "impact", &impact))
            view.largest = fmax(view.largest, fabs(impact));
    for (size_t i = 0; i < json_count(rows); i++)
        view.has_rate = view.has_rate || json_get(json_at(rows, i), "response_rate");
    taken += view.has_rate ? 16 : 0;
    room -= room > taken ? taken : 0;
    view.is_lower_better = direction && strcmp(direction, "lower_is_better") == 0 && score_view_range(document).is_mean;
    view.has_interval = room >= WITH_INTERVAL;
    view.has_bar = room >= WITH_BAR;
    return view;
}

bool segments_view_append(const struct screen *screen, struct buffer *out, const struct json *document) {
    const struct json *rows = json_get(document, "segments"), *by = json_get(document, "by");
    struct view view = make_view(screen, document);
    struct table_column columns[12];
    struct table table;

    if (!rows || !json_text(document, "method"))
        return false;
    score_view_append_title(screen, out, document);
    score_view_append_window(screen, out, json_get(document, "window"));
    buffer_append_text(out, "  by          ");
    for (size_t i = 0; i < json_count(by); i++) {
        buffer_append_text(out, i > 0 ? ", " : "");
        screen_append(screen, out, json_text(json_at(by, i), ""));
    }
    buffer_append_char(out, '\n');
    score_view_append_figures(screen, out, document);
    buffer_append_char(out, '\n');
    table_init(&table, columns, choose_columns(&view, columns));
    for (size_t i = 0; i < json_count(rows); i++)
        add_row(&view, &table, json_at(rows, i));
    table_append(screen, out, &table);
    table_free(&table);
    return true;
}
