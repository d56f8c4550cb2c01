/* What `cxd score` shows: the daemon's figures laid out for a person. Nothing is computed here but the shares of the
 * bands; figures have the decimals that the daemon rounded to. */

#include "cmd/score_view.h"
#include "cmd/view.h"

#include <stdio.h>
#include <string.h>

#include "cmd/draw.h"

enum { BAR_COLUMNS = 32, LABEL_COLUMNS = 12, COUNTS_SHOWN = 32, MARGIN = 2 };

struct score_range score_view_range(const struct json *score) {
    const char *method = json_text(score, "method");
    struct score_range range = {.min = 0, .max = 100, .step = 25};

    range.is_mean = method && strcmp(method, "mean") == 0;
    range.is_net = method && strncmp(method, "net_", strlen("net_")) == 0;
    if (range.is_net) {
        range.min = -100;
        range.step = 50;
    }
    if (range.is_mean) {
        (void)json_number(score, "scale.min", &range.min);
        (void)json_number(score, "scale.max", &range.max);
        range.step = 1;
    }
    return range;
}

const char *score_view_figure(char out[FIGURE_SIZE], const struct json *score, const char *path, bool is_signed) {
    double value;

    if (!json_number(score, path, &value))
        return strcpy(out, "-");
    return number_format(out, value, score_view_range(score).is_mean ? 2 : 1, is_signed);
}

const char *score_view_probability(char out[FIGURE_SIZE], double p) {
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

static void append_window(const struct screen *screen, struct buffer *out, const char *label,
                          const struct json *window) {
    const char *from = json_text(window, "from"), *to = json_text(window, "to");

    append_label(out, label);
    if (!from && !to) {
        buffer_append_text(out, "all time\n");
        return;
    }
    screen_append(screen, out, from ? from : "the first response");
    buffer_append_text(out, " to ");
    screen_append(screen, out, to ? to : "the last response");
    buffer_append_char(out, '\n');
}

void score_view_append_window(const struct screen *screen, struct buffer *out, const struct json *window) {
    append_window(screen, out, "window", window);
}

void score_view_append_before(const struct screen *screen, struct buffer *out, const struct json *window) {
    append_window(screen, out, "before", window);
}

static void append_how(const struct screen *screen, struct buffer *out, const struct json *score) {
    double low = 0, high = 0;
    const char *direction = json_text(score, "direction");

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
}

void score_view_append_heading(const struct screen *screen, struct buffer *out, const struct json *document,
                               const struct json *score) {
    buffer_append_text(out, screen_paint(screen, PAINT_BOLD));
    if (json_get(document, "surveys"))
        (void)view_append(screen, out, document, "{surveys}");
    else
        screen_append(screen, out, json_text(document, "survey"));
    if (json_text(document, "question"))
        (void)view_append(screen, out, document, " / {question}");
    buffer_append_text(out, screen_paint(screen, PAINT_NONE));
    if (score)
        append_how(screen, out, score);
    buffer_append_text(out, "\n\n");
}

void score_view_append_title(const struct screen *screen, struct buffer *out, const struct json *score) {
    score_view_append_heading(screen, out, score, score);
}

/* Where it was asked who answered. */
static void append_people(struct buffer *out, const struct json *score) {
    char text[NUMBER_SIZE];
    double number;

    if (json_number(score, "answers", &number)) {
        append_label(out, "counted");
        buffer_append_format(out, "each respondent's latest of %s answers\n", number_format(text, number, 0, false));
    }
    if (!json_number(score, "respondents.distinct", &number))
        return;
    append_label(out, "people");
    buffer_append_format(out, "%s respondents", number_format(text, number, 0, false));
    if (json_number(score, "respondents.anonymous", &number))
        buffer_append_format(out, ", and %s answers of nobody known", number_format(text, number, 0, false));
    buffer_append_char(out, '\n');
}

static void append_shown(struct buffer *out, const struct json *rate) {
    static const char *const COUNTS[] = {"answered", "started", "dismissed"};
    char text[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE];
    double value, from, to;

    if (!json_number(rate, "rate", &value))
        return;
    buffer_append_format(out, "%s%%", number_format(text, value, 1, false));
    if (json_number(rate, "shown", &value))
        buffer_append_format(out, " of %s shown", number_format(text, value, 0, false));
    if (json_number(rate, "interval.low", &from) && json_number(rate, "interval.high", &to) &&
        json_number(rate, "interval.confidence", &value))
        buffer_append_format(out, "   %s%% interval %s to %s", number_format(text, 100 * value, 0, false),
                             number_format(low, from, 1, false), number_format(high, to, 1, false));
    buffer_append_char(out, '\n');
    append_label(out, "");
    for (size_t i = 0; i < CXD_COUNT(COUNTS); i++)
        if (json_number(rate, COUNTS[i], &value))
            buffer_append_format(out, "%s%s %s", i > 0 ? ", " : "", number_format(text, value, 0, false), COUNTS[i]);
    buffer_append_char(out, '\n');
}

/* Nothing where nothing was reported. */
static void append_rate(struct buffer *out, const struct json *score) {
    const struct json *rate = json_get(score, "response_rate");
    const char *reason = json_text(rate, "reason");
    char made[NUMBER_SIZE], opened[NUMBER_SIZE], answered[NUMBER_SIZE];
    double number, of_opened = 0, of_answered = 0;

    if (json_number(rate, "rate", &number) || json_is_true(rate, "suppressed") || reason)
        append_label(out, "rate");
    append_shown(out, rate);
    if (json_is_true(rate, "suppressed"))
        buffer_append_text(out, "withheld: fewer were shown, or answered, than the survey's min_n\n");
    else if (reason)
        buffer_append_text(out, strcmp(reason, "expired") == 0
                                    ? "not known: events of that time are not kept any more\n"
                                    : "not known: a property was not declared yet\n");
    if (!json_number(rate, "invitations.made", &number))
        return;
    (void)json_number(rate, "invitations.opened", &of_opened);
    (void)json_number(rate, "invitations.answered", &of_answered);
    append_label(out, "invitations");
    buffer_append_format(out, "%s made, %s opened, %s answered\n", number_format(made, number, 0, false),
                         number_format(opened, of_opened, 0, false), number_format(answered, of_answered, 0, false));
}

void score_view_append_figures(const struct screen *screen, struct buffer *out, const struct json *score) {
    char value[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE], share[NUMBER_SIZE];
    double confidence, n = 0;

    (void)json_number(score, "n", &n);
    append_label(out, "score");
    buffer_append_format(out, "%s%s%s", screen_paint(screen, PAINT_BOLD),
                         score_view_figure(value, score, "score", false), screen_paint(screen, PAINT_NONE));
    if (json_number(score, "interval.confidence", &confidence))
        buffer_append_format(out, "   %s%% interval %s to %s", number_format(share, 100 * confidence, 0, false),
                             score_view_figure(low, score, "interval.low", false),
                             score_view_figure(high, score, "interval.high", false));
    if (json_is_true(score, "suppressed"))
        buffer_append_text(out, "   withheld: fewer responses than the survey's min_n");
    buffer_append_char(out, '\n');
    append_label(out, "n");
    buffer_append_format(out, "%s%s\n", number_format(share, n, 0, false),
                         n > 0 && json_is_true(score, "small_sample") ? "   a small sample" : "");
    append_people(out, score);
    if (!score_view_range(score).is_mean) {
        if (json_number(score, "mean", &confidence)) {
            append_label(out, "mean");
            number_append(out, confidence, 2);
            buffer_append_char(out, '\n');
        }
    }
    append_rate(out, score);
}

/* Why there is no test, in words. */
static const char *untested(const struct json *previous) {
    static const struct {
        const char *reason, *words;
    } REASONS[] = {
        {"constant", "not tested: all answers count the same"},
        {"overlap", "not tested: the two windows share answers"},
        {"suppressed", "withheld: fewer responses than the survey's min_n"},
        {"few_respondents", "not tested: one of the windows has fewer than 20 respondents"},
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
        buffer_append_format(out, "%s, %s%ssignificant%s\n", score_view_probability(text, p), significant ? "" : "not ",
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
    buffer_append_format(out, "%s from %s (n %s%s)", score_view_figure(delta, score, "previous.delta", true),
                         score_view_figure(other, score, "previous.score", false), number_format(count, n, 0, false),
                         part && strcmp(part, "same") == 0 ? " in the same part" : "");
    if (json_get(score, "previous.delta_interval.low"))
        buffer_append_format(out, ", %s to %s", score_view_figure(low, score, "previous.delta_interval.low", true),
                             score_view_figure(high, score, "previous.delta_interval.high", true));
    buffer_append_char(out, '\n');
    append_test(screen, out, previous);
}

/* Where the score is on its scale, and the one before. */
static void append_scale(const struct screen *screen, struct buffer *out, const struct json *score) {
    struct score_range range = score_view_range(score);
    struct draw_scale scale = {.min = range.min, .max = range.max, .step = range.step};
    char low[NUMBER_SIZE], high[NUMBER_SIZE], label[FIGURE_SIZE], text[NUMBER_SIZE];
    double confidence = 0;

    scale.has_value = json_number(score, "score", &scale.value);
    scale.has_interval = json_number(score, "interval.low", &scale.low) &&
                         json_number(score, "interval.high", &scale.high) &&
                         json_number(score, "interval.confidence", &confidence);
    scale.has_other = json_number(score, "previous.score", &scale.other);
    if (!scale.has_value)
        return;
    number_format(low, range.min, 0, false);
    number_format(high, range.max, 0, false);
    buffer_append_format(out, "\n%*s%s ", MARGIN, "", low);
    draw_append_scale(screen, out, &scale, draw_columns(screen) - 2 * MARGIN - strlen(low) - strlen(high) - 2);
    buffer_append_format(out, " %s\n%*s", high, (int)(MARGIN + strlen(low) + 1), "");
    snprintf(label, sizeof label, "%s%% interval", number_format(text, 100 * confidence, 0, false));
    draw_append_scale_key(screen, out, &scale, label, "the window before");
    buffer_append_char(out, '\n');
}

/* "  promoters          70   70.0%", the name cleaned. */
static void append_count(const struct screen *screen, struct buffer *out, const char *name, double count, double n) {
    char number[NUMBER_SIZE], share[NUMBER_SIZE];
    size_t start = out->length, width;

    screen_append(screen, out, name);
    if (out->failed)
        return;
    for (width = screen_width(out->data + start, out->length - start); width < LABEL_COLUMNS; width++)
        buffer_append_char(out, ' ');
    buffer_append_format(out, "%10s  %5s%%", number_format(number, count, 0, false),
                         number_format(share, n > 0 ? 100 * count / n : 0.0, 1, false));
}

/* Best first: all of them in a bar, then each with its fill. */
static void append_bands(const struct screen *screen, struct buffer *out, const struct json *bands, double n) {
    double counts[DRAW_BANDS] = {0};
    size_t count = json_count(bands) < DRAW_BANDS ? json_count(bands) : DRAW_BANDS;

    for (size_t i = 0; i < count; i++)
        (void)json_number(bands, json_name_at(bands, i), &counts[i]);
    buffer_append_format(out, "\n%*s", MARGIN, "");
    draw_append_bands(screen, out, counts, count, draw_columns(screen) - 2 * MARGIN);
    buffer_append_char(out, '\n');
    for (size_t i = 0; i < count; i++) {
        buffer_append_format(out, "%*s", MARGIN, "");
        draw_append_band_mark(screen, out, i);
        buffer_append_char(out, ' ');
        append_count(screen, out, json_name_at(bands, i), counts[i], n);
        buffer_append_char(out, '\n');
    }
}

static double largest_member(const struct json *counts) {
    double largest = 0, count;

    for (size_t i = 0; i < json_count(counts) && i < COUNTS_SHOWN; i++)
        if (json_number(counts, json_name_at(counts, i), &count) && count > largest)
            largest = count;
    return largest;
}

/* A bar for each answer, against the most frequent. */
static void append_distribution(const struct screen *screen, struct buffer *out, const struct json *counts, double n) {
    enum { BEFORE = 38 };
    size_t room = screen->columns > BEFORE ? screen->columns - BEFORE : 0;
    int columns = room < BAR_COLUMNS ? (int)room : BAR_COLUMNS;
    double largest = largest_member(counts), count;

    buffer_append_char(out, '\n');
    for (size_t i = 0; i < json_count(counts) && i < COUNTS_SHOWN; i++) {
        const char *name = json_name_at(counts, i);

        if (!json_number(counts, name, &count))
            continue;
        buffer_append_format(out, "%*s", MARGIN + 2, "");
        append_count(screen, out, name, count, n);
        buffer_append_text(out, count > 0 && columns > 0 ? "  " : "");
        screen_append_bar(screen, out, columns > 0 ? count / largest : 0, columns);
        buffer_append_char(out, '\n');
    }
}

bool score_view_append(const struct screen *screen, struct buffer *out, const struct json *score) {
    const struct json *bands = json_get(score, "bands"), *distribution = json_get(score, "distribution");
    double n;

    if ((!json_text(score, "survey") && !json_get(score, "surveys")) || !json_number(score, "n", &n) ||
        !json_get(score, "window"))
        return false;
    score_view_append_title(screen, out, score);
    score_view_append_window(screen, out, json_get(score, "window"));
    score_view_append_figures(screen, out, score);
    append_change(screen, out, score);
    append_scale(screen, out, score);
    if (n > 0 && bands)
        append_bands(screen, out, bands, n);
    if (n > 0 && distribution)
        append_distribution(screen, out, distribution, n);
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
    table_cell(screen, table, score_view_figure(text, score, "score", false));
    if (json_get(score, "interval"))
        snprintf(pair, sizeof pair, "%s to %s", score_view_figure(low, score, "interval.low", false),
                 score_view_figure(high, score, "interval.high", false));
    else
        strcpy(pair, "-");
    table_cell(screen, table, pair);
    table_cell(screen, table, score_view_figure(text, score, "previous.delta", true));
    if (json_number(score, "previous.p_value", &p))
        snprintf(pair, sizeof pair, "%s%s", score_view_probability(text, p),
                 json_is_true(score, "previous.significant") ? " *" : "");
    else
        strcpy(pair, "-");
    table_cell(screen, table, pair);
}

bool score_view_append_list(const struct screen *screen, struct buffer *out, const struct json *scores) {
    static const struct table_column columns[] = {
        {.header = "SURVEY", .columns_min = 8},
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
