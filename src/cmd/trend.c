/* cxd trend: GET /v1/surveys/{survey}/trend, shown as a chart. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/chart.h"
#include "cmd/score_view.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"

struct trend_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *interval, *rolling, *question, *confidence;
    bool rate;
};

static const char *const intervals[] = {"hour", "day", "week", "month", "quarter", NULL};

#define AT(member) offsetof(struct trend_options, member)

static const struct option_spec trend_specs[] = {
    {"interval", 'i', OPTION_TEXT, AT(interval), "hour|day|week|month|quarter", "a figure for each; day", intervals},
    OPTION_VALUE("rolling", 'r', AT(rolling), "DAYS", "each figure over so many days that end with it, as 30d"),
    OPTION_QUESTION(AT(question)),
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"rate", 0, OPTION_FLAG, AT(rate), NULL, "draws the response rate, and not the score", NULL},
    OPTIONS_OUTPUT(AT(output)),
};

static int prepare(struct call *call) {
    const struct trend_options *options = call->invocation->options;
    int result = ask_window(call, &options->window);

    client_query_add(&call->request, "question", options->question);
    client_query_add(&call->request, "interval", options->interval);
    client_query_add(&call->request, "rolling", options->rolling);
    client_query_add(&call->request, "confidence", options->confidence);
    return result == EXIT_OK ? ask_filter(call, &options->filter) : result;
}

/* Which part of a bucket's local time is its label, short and with the year, and at every how many buckets there may be
 * one. */
static const struct unit {
    const char *name;
    struct part {
        size_t from, length;
    } part, long_part;
    int strides[10];
} UNITS[] = {
    {"hour", {5, 11}, {5, 11}, {1, 3, 6, 12, 24, 48, 168, 0}},
    {"day", {5, 5}, {0, 10}, {1, 2, 7, 14, 28, 56, 91, 182, 364, 0}},
    {"week", {5, 5}, {0, 10}, {1, 2, 4, 8, 13, 26, 52, 0}},
    {"month", {0, 7}, {0, 7}, {1, 2, 3, 6, 12, 24, 60, 0}},
    {"quarter", {0, 7}, {0, 7}, {1, 2, 4, 8, 20, 0}},
};

static const struct unit *find_unit(const struct json *trend) {
    const char *name = json_text(trend, "bucket");

    for (size_t i = 0; name && i < CXD_COUNT(UNITS); i++)
        if (strcmp(UNITS[i].name, name) == 0)
            return &UNITS[i];
    return &UNITS[1];
}

/* The time at which a bucket begins where the daemon reports, "2026-03-29T00:00:00+01:00". */
static void write_label(char out[CHART_LABEL_SIZE], const struct unit *unit, bool is_long, const struct json *bucket) {
    const struct part *part = is_long ? &unit->long_part : &unit->part;
    const char *local = json_text(bucket, "local_from");
    int64_t at_ms;

    if (!local || !time_parse(local, strlen(local), &at_ms)) {
        snprintf(out, CHART_LABEL_SIZE, "?");
        return;
    }
    snprintf(out, CHART_LABEL_SIZE, "%.*s", (int)part->length, local + part->from);
    for (char *c = out; *c; c++)
        if (*c == 'T')
            *c = ' ';
}

/* Over a year, or by the month, dates need their year. */
static bool is_long(const struct json *trend) {
    const char *from = json_text(trend, "window.from"), *to = json_text(trend, "window.to");
    const struct json *buckets = json_get(trend, "buckets");
    size_t count = json_count(buckets);

    if (!from)
        from = json_text(json_at(buckets, 0), "from");
    if (!to)
        to = json_text(json_at(buckets, count > 0 ? count - 1 : 0), "to");
    int64_t begin_ms, end_ms;
    return from && to && time_parse(from, strlen(from), &begin_ms) && time_parse(to, strlen(to), &end_ms) &&
           (end_ms - begin_ms) / 86400000 > 300;
}

/* Below it stand the visits that the survey was shown in. */
static void read_rate(const struct json *bucket, struct chart_point *point) {
    point->is_known = json_number(bucket, "response_rate.rate", &point->value);
    point->has_interval = json_number(bucket, "response_rate.interval.low", &point->low) &&
                          json_number(bucket, "response_rate.interval.high", &point->high);
    (void)json_number(bucket, "response_rate.shown", &point->n);
}

static void read_point(const struct json *bucket, struct chart_point *point) {
    point->is_known = json_number(bucket, "score", &point->value);
    point->has_interval =
        json_number(bucket, "interval.low", &point->low) && json_number(bucket, "interval.high", &point->high);
    (void)json_number(bucket, "n", &point->n);
}

/* A part of a calendar period at the begin or the end is a bucket as the others. */
static bool append_chart(const struct screen *screen, struct buffer *out, const struct json *trend, bool of_rate) {
    const struct json *buckets = json_get(trend, "buckets");
    const struct unit *unit = find_unit(trend);
    struct score_range range = of_rate ? (struct score_range){.max = 100} : score_view_range(trend);
    struct chart chart = {.count = json_count(buckets),
                          .min = range.min,
                          .max = range.max,
                          .step_most = range.is_mean ? 1 : 0,
                          .has_zero = range.is_net,
                          .strides = unit->strides};
    struct chart_point *points = calloc(chart.count + 1, sizeof *points);
    bool with_year = is_long(trend);

    chart.points = points;
    for (size_t i = 0; points && i < chart.count; i++) {
        const struct json *bucket = json_at(buckets, i);

        (of_rate ? read_rate : read_point)(bucket, &points[i]);
        write_label(points[i].label, unit, with_year, bucket);
    }
    if (points)
        chart_append(screen, out, &chart);
    free(points);
    return points;
}

static void append_key(const struct screen *screen, struct buffer *out, const struct json *trend, bool of_rate) {
    char text[NUMBER_SIZE], label[FIGURE_SIZE];
    double confidence;

    if (!json_number(trend, of_rate ? "response_rate.interval.confidence" : "interval.confidence", &confidence))
        return;
    snprintf(label, sizeof label, "%s%% interval", number_format(text, 100 * confidence, 0, false));
    chart_append_key(screen, out, of_rate ? "response rate, %" : "score", label);
}

static bool show(struct call *call) {
    const struct trend_options *options = call->invocation->options;
    const struct json *trend = call->reply.document;
    const struct screen *screen = &call->screen;
    struct buffer *out = &call->out;
    const char *bucket = json_text(trend, "bucket"), *rolling = json_text(trend, "rolling");
    double n;

    if (!bucket || !json_number(trend, "n", &n))
        return false;
    score_view_append_title(screen, out, trend);
    score_view_append_window(screen, out, json_get(trend, "window"));
    buffer_append_text(out, "  by          ");
    screen_append(screen, out, bucket);
    if (rolling) {
        buffer_append_text(out, ", each over the ");
        screen_append(screen, out, rolling);
        buffer_append_text(out, " that end with it");
    }
    buffer_append_char(out, '\n');
    score_view_append_figures(screen, out, trend);
    buffer_append_char(out, '\n');
    size_t before = out->length;
    if (!append_chart(screen, out, trend, options->rate))
        out->failed = true;
    if (out->length == before)
        buffer_append_text(out, "  no figures to draw\n");
    else
        append_key(screen, out, trend, options->rate);
    return true;
}

const struct command cmd_trend = {
    .name = "trend",
    .operands = "SURVEY",
    .summary = "Shows the score of a survey over time, as a chart with the interval as a band.",
    .text = "The window is the last 30 days unless --window, or --from and --to, say another. Below the chart is\n"
            "how many responses each figure has (with --rate, in how many visits the survey was shown). Where figures "
            "are more than columns, each column shows the whole\n"
            "range of its own.",
    .example = "cxd trend checkout --interval week --window year\ncxd trend checkout --rolling 30d --window 90d\n"
               "cxd trend checkout --rate --interval week --window 90d",
    .options = trend_specs,
    .option_count = CXD_COUNT(trend_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call =
        &(const struct call_spec){
            .method = "GET",
            .path = "/v1/surveys/%s/trend",
            .member = "buckets",
            .what = "a trend",
            .rows = "buckets",
            .csv = "survey=/survey bucket=/bucket from to local_from figure_from figure_to " CSV_FIGURES " " CSV_RATE
                   " question=/question",
            .prepare = prepare,
            .show = show},
};
