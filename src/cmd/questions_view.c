/* What `cxd questions` shows: the daemon's figures, and its order. */

#include "cmd/questions_view.h"

#include <stdio.h>
#include <string.h>

#include "cmd/score_view.h"
#include "cmd/view.h"
#include "cxd/domain/locale.h"

enum { TOP_OPTIONS = 3, PAIR_SIZE = 2 * FIGURE_SIZE + 8, WITH_INTERVALS = 90 };

/* The text that a form has where no locale is asked for; NULL: there is none. */
static const char *text_of(const struct json *row) {
    const struct json *text = json_get(row, "text");
    struct locale_choice choice;
    locale_begin(&choice, NULL);
    for (size_t i = 0; i < json_count(text); i++)
        (void)locale_try(&choice, json_name_at(text, i));
    return choice.best ? json_text(text, choice.best) : NULL;
}

static void append_percent(struct buffer *out, double share) {
    char text[NUMBER_SIZE];
    buffer_append_format(out, "%s%%", number_format(text, share, 1, false));
}

/* --- All of a survey ---------------------------------------------------------------------------------------------- */

static void append_key(struct buffer *out, const struct json *row) {
    const char *key = json_text(row, "key");
    buffer_append_text(out, key ? key : "-");
    if (json_is_true(row, "removed"))
        buffer_append_text(out, " (removed)");
}

static void append_count(struct buffer *out, const struct json *row, const char *name) {
    char text[NUMBER_SIZE];
    double number;
    buffer_append_text(out, json_number(row, name, &number) ? number_format(text, number, 0, false) : "withheld");
}

static void append_asked(struct buffer *out, const struct json *row) {
    append_count(out, row, "asked");
}

static void append_answered(struct buffer *out, const struct json *row) {
    append_count(out, row, "answered");
}

/* "price 60.0%, speed 40.0%, 3 more" */
static void append_top(struct buffer *out, const struct json *options) {
    size_t shown = 0;
    double share;
    while (shown < TOP_OPTIONS && json_number(json_at(options, shown), "share", &share)) {
        const struct json *option = json_at(options, shown);
        const char *value = json_text(option, "value");
        buffer_append_format(out, "%s%s ", shown > 0 ? ", " : "", value ? value : "-");
        append_percent(out, share);
        shown++;
    }
    if (json_count(options) > shown && shown > 0)
        buffer_append_format(out, ", %zu more", json_count(options) - shown);
    if (shown == 0)
        buffer_append_char(out, '-');
}

static void append_said(struct buffer *out, const struct json *row) {
    const struct json *answers = json_get(row, "answers"), *options = json_get(row, "options");
    char value[FIGURE_SIZE], low[FIGURE_SIZE], high[FIGURE_SIZE];
    if (options) {
        append_top(out, options);
        return;
    }
    buffer_append_text(out, answers ? score_view_figure(value, answers, "score", false) : "-");
    if (json_get(answers, "interval.low"))
        buffer_append_format(out, " (%s to %s)", score_view_figure(low, answers, "interval.low", false),
                             score_view_figure(high, answers, "interval.high", false));
}

bool questions_view_append(const struct screen *screen, struct buffer *out, const struct json *document) {
    static const struct table_column columns[] = {
        {.header = "QUESTION", .cell = append_key, .columns_min = 12},
        {.header = "TYPE", .text = "{type}"},
        {.header = "ASKED", .is_right = true, .cell = append_asked},
        {.header = "ANSWERED", .is_right = true, .cell = append_answered},
        {.header = "ANSWERS", .cell = append_said, .wraps = true},
    };
    const struct json *questions = json_get(document, "questions");
    bool is_whole = view_append(screen, out, document, "{survey}: {n} answers\n");

    score_view_append_window(screen, out, json_get(document, "window"));
    buffer_append_char(out, '\n');
    if (json_count(questions) == 0)
        buffer_append_text(out, "no further questions\n");
    else
        view_append_table(screen, out, questions, columns, CXD_COUNT(columns));
    return is_whole && questions;
}

/* --- One ---------------------------------------------------------------------------------------------------------- */

/* What the rows have in common. */
struct view {
    const struct screen *screen;
    const struct json *document;
    bool has_intervals;
};

static const char *figure(const struct view *view, char out[FIGURE_SIZE], const struct json *row, const char *path,
                          bool is_signed) {
    double value;
    if (!json_number(row, path, &value))
        return strcpy(out, "-");
    return number_format(out, value, score_view_range(view->document).is_mean ? 2 : 1, is_signed);
}

static void add_interval(const struct view *view, struct table *table, const struct json *row, const char *name) {
    char path[32], low[FIGURE_SIZE], high[FIGURE_SIZE], pair[PAIR_SIZE];
    double number;
    snprintf(path, sizeof path, "%s.low", name);
    bool is_share = strncmp(name, "share", strlen("share")) == 0;
    if (!view->has_intervals)
        return;
    if (!json_number(row, path, &number)) {
        table_cell(view->screen, table, "-");
        return;
    }
    if (is_share)
        number_format(low, number, 1, false);
    else
        figure(view, low, row, path, false);
    snprintf(path, sizeof path, "%s.high", name);
    if (is_share && json_number(row, path, &number))
        number_format(high, number, 1, false);
    else
        figure(view, high, row, path, false);
    snprintf(pair, sizeof pair, "%s to %s", low, high);
    table_cell(view->screen, table, pair);
}

/* "< 0.001 *": never 0, and a star for what is significant. */
static const char *chance(char out[PAIR_SIZE], const struct json *row) {
    char text[NUMBER_SIZE];
    double p;
    if (!json_number(row, "p_adjusted", &p))
        return strcpy(out, "-");
    snprintf(out, PAIR_SIZE, "%s%s", p < 0.001 ? "< 0.001" : number_format(text, p, p < 0.1 ? 3 : 2, false),
             json_is_true(row, "significant") ? " *" : "");
    return out;
}

static void add_row(const struct view *view, struct table *table, const struct json *row) {
    char text[FIGURE_SIZE], pair[PAIR_SIZE] = "-";
    const char *value = json_text(row, "value"), *said = text_of(row);
    struct buffer option;
    double number;

    buffer_init(&option);
    buffer_append_text(&option, value ? value : "-");
    if (json_is_true(row, "retired"))
        buffer_append_text(&option, " (retired)");
    table_cell(view->screen, table, buffer_terminate(&option));
    buffer_free(&option);
    table_cell(view->screen, table,
               json_number(row, "n", &number) ? number_format(text, number, 0, false) : "withheld");
    if (json_number(row, "share", &number))
        snprintf(pair, sizeof pair, "%s%%", number_format(text, number, 1, false));
    table_cell(view->screen, table, pair);
    add_interval(view, table, row, "share_interval");
    table_cell(view->screen, table, figure(view, text, row, "score", false));
    add_interval(view, table, row, "interval");
    table_cell(view->screen, table, figure(view, text, row, "impact", true));
    table_cell(view->screen, table, chance(pair, row));
    table_cell(view->screen, table, said ? said : "");
}

static void append_options(const struct view *view, struct buffer *out, const struct json *options) {
    static const struct {
        struct table_column column;
        bool is_interval;
    } ALL[] = {
        {{.header = "OPTION", .columns_min = 8}, false}, {{.header = "N", .is_right = true}, false},
        {{.header = "SHARE", .is_right = true}, false},  {{.header = "INTERVAL", .is_right = true}, true},
        {{.header = "SCORE", .is_right = true}, false},  {{.header = "INTERVAL", .is_right = true}, true},
        {{.header = "IMPACT", .is_right = true}, false}, {{.header = "P"}, false},
        {{.header = "", .wraps = true}, false},
    };
    struct table_column columns[CXD_COUNT(ALL)];
    struct table table;
    size_t count = 0;

    for (size_t i = 0; i < CXD_COUNT(ALL); i++)
        if (!ALL[i].is_interval || view->has_intervals)
            columns[count++] = ALL[i].column;
    table_init(&table, columns, count);
    for (size_t i = 0; i < json_count(options); i++)
        add_row(view, &table, json_at(options, i));
    table_append(view->screen, out, &table);
    table_free(&table);
}

bool question_view_append(const struct screen *screen, struct buffer *out, const struct json *document) {
    const struct json *options = json_get(document, "options"), *answers = json_get(document, "answers");
    const struct view view = {
        .screen = screen, .document = document, .has_intervals = screen->columns >= WITH_INTERVALS};
    const char *text = text_of(document);

    if (!json_text(document, "type") || !json_text(document, "method"))
        return false;
    score_view_append_heading(screen, out, document, options ? document : answers);
    score_view_append_window(screen, out, json_get(document, "window"));
    buffer_append_text(out, "  question    ");
    screen_append(screen, out, text ? text : json_text(document, "question"));
    (void)view_append(screen, out, document, " ({type})");
    buffer_append_text(out, json_is_true(document, "removed") ? ", removed\n" : "\n");
    buffer_append_text(out, "  asked       ");
    append_asked(out, document);
    buffer_append_text(out, "\n  answered    ");
    append_answered(out, document);
    buffer_append_char(out, '\n');
    if (options) {
        score_view_append_figures(screen, out, document);
        buffer_append_char(out, '\n');
        append_options(&view, out, options);
    } else if (answers) {
        score_view_append_figures(screen, out, answers);
    }
    return true;
}
