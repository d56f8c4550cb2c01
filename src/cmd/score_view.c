/* What `cxd score` shows: the daemon's figures laid out for a person. Nothing is computed here but the shares of the
 * bands; figures have the decimals that the daemon rounded to. */

#include "cmd/score_view.h"

#include <math.h>
#include <string.h>

enum { BAR_COLUMNS = 32, LABEL_COLUMNS = 12, FIGURE_SIZE = 64, COUNTS_SHOWN = 32 };

static bool is_mean(const struct json *score) {
    const char *method = json_text(score, "method");

    return method && strcmp(method, "mean") == 0;
}

/* A figure in the score's unit; "-" for null. `is_signed` shows a plus. */
static const char *figure(char out[FIGURE_SIZE], const struct json *score, const char *path, bool is_signed) {
    double value;

    if (!json_number(score, path, &value))
        return strcpy(out, "-");
    return number_format(out, value, is_mean(score) ? 2 : 1, is_signed);
}

/* A probability, never shown as 0. */
static const char *probability(char out[FIGURE_SIZE], double p) {
    if (p < 0.001)
        return strcpy(out, "p < 0.001");
    char text[NUMBER_SIZE];
    snprintf(out, FIGURE_SIZE, "p %s", number_format(text, p, p < 0.1 ? 3 : 2, false));
    return out;
}

static void append_label(struct buffer *out, const char *label) {
    buffer_append_format(out, "  %-*s", LABEL_COLUMNS, label);
}

static const char *const dashes[2] = {"-", "–"};

static void append_window(const struct screen *screen, struct buffer *out, const struct json *window) {
    const char *from = json_text(window, "from"), *to = json_text(window, "to");

    if (!from && !to) {
        buffer_append_text(out, "all time");
        return;
    }
    screen_append(screen, out, from ? from : "the first response");
    buffer_append_text(out, " to ");
    screen_append(screen, out, to ? to : "the last response");
}

static void append_title(const struct screen *screen, struct buffer *out, const struct json *score) {
    double low = 0, high = 0;
    const char *direction = json_text(score, "direction");

    buffer_append_text(out, screen_paint(screen, PAINT_BOLD));
    screen_append(screen, out, json_text(score, "survey"));
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    buffer_append_text(out, "  ");
    screen_append(screen, out, json_text(score, "metric"));
    buffer_append_text(out, ", ");
    screen_append(screen, out, json_text(score, "method"));
    if (json_number(score, "scale.min", &low) && json_number(score, "scale.max", &high)) {
        buffer_append_text(out, ", scale ");
        number_append(out, low, 0);
        buffer_append_text(out, dashes[screen->unicode]);
        number_append(out, high, 0);
    }
    if (direction && strcmp(direction, "lower_is_better") == 0)
        buffer_append_text(out, ", lower is better");
    buffer_append_text(out, "\n\n");
}

static void append_figures(const struct screen *screen, struct buffer *out, const struct json *score, double n) {
    char value[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE], share[NUMBER_SIZE];
    double confidence;

    append_label(out, "score");
    buffer_append_format(out, "%s%s%s", screen_paint(screen, PAINT_BOLD), figure(value, score, "score", false),
                         screen_paint(screen, PAINT_NONE));
    if (json_number(score, "interval.confidence", &confidence))
        buffer_append_format(out, "   %s%% interval %s to %s", number_format(share, 100 * confidence, 0, false),
                             figure(low, score, "interval.low", false), figure(high, score, "interval.high", false));
    if (json_is_true(score, "suppressed"))
        buffer_append_text(out, "   withheld: fewer responses than the survey's min_n");
    buffer_append_char(out, '\n');
    append_label(out, "n");
    buffer_append_format(out, "%s%s\n", number_format(share, n, 0, false),
                         n > 0 && json_is_true(score, "small_sample") ? "   a small sample" : "");
    if (!is_mean(score)) {
        if (json_number(score, "mean", &confidence)) {
            append_label(out, "mean");
            number_append(out, confidence, 2);
            buffer_append_char(out, '\n');
        }
    }
}

/* Why there is no test, in words. */
static const char *untested(const struct json *previous) {
    static const struct {
        const char *reason, *words;
    } REASONS[] = {
        {"constant", "not tested: all answers count the same"},
        {"overlap", "not tested: the two windows share answers"},
        {"suppressed", "withheld: fewer responses than the survey's min_n"},
        {"empty", "not tested: one of the windows is empty"},
    };
    const char *reason = json_text(previous, "reason");

    for (size_t i = 0; reason && i < CXD_COUNT(REASONS); i++)
        if (strcmp(reason, REASONS[i].reason) == 0)
            return REASONS[i].words;
    return "not tested";
}

static void append_test(const struct screen *screen, struct buffer *out, const struct json *previous) {
    bool significant = json_is_true(previous, "significant");
    char text[FIGURE_SIZE];
    double p;

    append_label(out, "");
    if (json_number(previous, "p_value", &p))
        buffer_append_format(out, "%s, %s%ssignificant%s\n", probability(text, p), significant ? "" : "not ",
                             screen_paint(screen, significant ? PAINT_BOLD : PAINT_NONE),
                             screen_paint(screen, PAINT_NONE));
    else
        buffer_append_format(out, "%s\n", untested(previous));
}

/* A window that has only begun is held against nothing: its part ends where it starts. */
static bool has_begun(const struct json *previous) {
    const char *from = json_text(previous, "window.from"), *to = json_text(previous, "window.to");

    return !from || !to || strcmp(from, to) != 0;
}

static void append_change(const struct screen *screen, struct buffer *out, const struct json *score) {
    const struct json *previous = json_get(score, "previous");
    const char *part = json_text(score, "previous.part");
    char delta[FIGURE_SIZE], other[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE], count[NUMBER_SIZE];
    double n = 0;

    if (!previous)
        return;
    append_label(out, "change");
    if (!json_number(previous, "n", &n) || n <= 0) {
        buffer_append_format(out, "nothing to compare with: %s\n",
                             has_begun(previous) ? "no responses in the window before" : "the window has only begun");
        return;
    }
    buffer_append_format(out, "%s from %s (n %s%s)", figure(delta, score, "previous.delta", true),
                         figure(other, score, "previous.score", false), number_format(count, n, 0, false),
                         part && strcmp(part, "same") == 0 ? " in the same part" : "");
    if (json_get(score, "previous.delta_interval.low"))
        buffer_append_format(out, ", %s to %s", figure(low, score, "previous.delta_interval.low", true),
                             figure(high, score, "previous.delta_interval.high", true));
    buffer_append_char(out, '\n');
    append_test(screen, out, previous);
}

static void append_bar_line(const struct screen *screen, struct buffer *out, double count, double n, double largest,
                            enum paint paint) {
    char number[NUMBER_SIZE], share[NUMBER_SIZE];

    buffer_append_format(out, "%10s  %5s%%", number_format(number, count, 0, false),
                         number_format(share, n > 0 ? 100 * count / n : 0.0, 1, false));
    if (count > 0) {
        buffer_append_format(out, "  %s", screen_paint(screen, paint));
        screen_append_bar(screen, out, count / largest, BAR_COLUMNS);
        buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    }
    buffer_append_char(out, '\n');
}

static double largest_member(const struct json *counts) {
    double largest = 0, count;

    for (size_t i = 0; i < json_count(counts) && i < COUNTS_SHOWN; i++)
        if (json_number(counts, json_name_at(counts, i), &count) && count > largest)
            largest = count;
    return largest;
}

/* Counts by name: bands (best first, each with its colour, shares of n) or the distribution (bars against the largest).
 */
static void append_counts(const struct screen *screen, struct buffer *out, const struct json *counts, double n,
                          bool is_bands) {
    static const enum paint paints[] = {PAINT_GREEN, PAINT_YELLOW, PAINT_RED};
    double largest = is_bands ? n : largest_member(counts), count;

    buffer_append_char(out, '\n');
    for (size_t i = 0; i < json_count(counts) && i < COUNTS_SHOWN; i++) {
        const char *name = json_name_at(counts, i);
        size_t start = out->length, width;

        if (!json_number(counts, name, &count))
            continue;
        buffer_append_text(out, "  ");
        screen_append(screen, out, name);
        if (out->failed)
            return;
        width = screen_width(out->data + start, out->length - start);
        for (; width < LABEL_COLUMNS + 2; width++)
            buffer_append_char(out, ' ');
        append_bar_line(screen, out, count, n, largest, is_bands && i < 3 ? paints[i] : PAINT_NONE);
    }
}

bool score_view_append(const struct screen *screen, struct buffer *out, const struct json *score) {
    const struct json *bands = json_get(score, "bands"), *distribution = json_get(score, "distribution");
    double n;

    if (!json_text(score, "survey") || !json_number(score, "n", &n) || !json_get(score, "window"))
        return false;
    append_title(screen, out, score);
    append_label(out, "window");
    append_window(screen, out, json_get(score, "window"));
    buffer_append_char(out, '\n');
    append_figures(screen, out, score, n);
    append_change(screen, out, score);
    if (n > 0 && bands)
        append_counts(screen, out, bands, n, true);
    if (n > 0 && distribution)
        append_counts(screen, out, distribution, n, false);
    return true;
}

static void list_row(const struct screen *screen, struct table *table, const struct json *score) {
    char text[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE], pair[2 * FIGURE_SIZE + 8];
    double n = 0, p;

    table_cell(screen, table, json_text(score, "survey"));
    table_cell(screen, table, json_text(score, "metric"));
    table_cell(screen, table, json_text(score, "method"));
    (void)json_number(score, "n", &n);
    table_cell(screen, table, number_format(text, n, 0, false));
    table_cell(screen, table, figure(text, score, "score", false));
    if (json_get(score, "interval"))
        snprintf(pair, sizeof pair, "%s to %s", figure(low, score, "interval.low", false),
                 figure(high, score, "interval.high", false));
    else
        strcpy(pair, "-");
    table_cell(screen, table, pair);
    table_cell(screen, table, figure(text, score, "previous.delta", true));
    if (json_number(score, "previous.p_value", &p))
        snprintf(pair, sizeof pair, "%s%s", probability(text, p),
                 json_is_true(score, "previous.significant") ? " *" : "");
    else
        strcpy(pair, "-");
    table_cell(screen, table, pair);
}

bool score_view_append_list(const struct screen *screen, struct buffer *out, const struct json *scores) {
    static const struct table_column columns[] = {
        {.header = "SURVEY"},
        {.header = "METRIC"},
        {.header = "METHOD"},
        {.header = "N", .is_right = true},
        {.header = "SCORE", .is_right = true},
        {.header = "INTERVAL", .is_right = true},
        {.header = "CHANGE", .is_right = true},
        {.header = "TEST"},
    };
    struct table table;
    bool result = true;

    if (!scores)
        return false;
    table_init(&table, columns, CXD_COUNT(columns));
    for (size_t i = 0; result && i < json_count(scores); i++) {
        result = json_text(json_at(scores, i), "survey");
        list_row(screen, &table, json_at(scores, i));
    }
    table_append(screen, out, &table);
    table_free(&table);
    return result;
}
