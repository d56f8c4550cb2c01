/* cxd segments: GET /v1/surveys/{survey}/segments, a row a segment, the most harmful first. */

#include <stdio.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct segments_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *by, *limit, *compare, *confidence, *alpha;
};

#define AT(member) offsetof(struct segments_options, member)

static const char *const comparisons[] = {"previous", "year", "previous_whole", "none", NULL};

static const struct option_spec segments_specs[] = {
    {"by", 'b', OPTION_TEXT, AT(by), "D[,D]",
     "touchpoint, channel, locale or property.KEY, or two of them; touchpoint unless given", NULL},
    {"limit", 0, OPTION_TEXT, AT(limit), "N", "so many rows, and one for all others; 20 unless given", NULL},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole|none",
     "what the change of each is against; none unless given", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the adjusted p below which a segment is significant; 0.05",
     ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

#define CSV_SEGMENT                                                                                                    \
    " remainder value_count " CSV_FIGURES " share impact test p_value p_adjusted significant " CSV_PREVIOUS

static int prepare(struct call *call) {
    const struct segments_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    const char *by = options->by ? options->by : "touchpoint";
    int result = ask_window(call, &options->window);
    if (result != EXIT_OK)
        return result;
    client_query_add(request, "by", by);
    client_query_add(request, "limit", options->limit ? options->limit : "20");
    if (options->compare && strcmp(options->compare, "none") != 0)
        client_query_add(request, "compare", options->compare);
    client_query_add(request, "confidence", options->confidence);
    client_query_add(request, "alpha", options->alpha);
    call->csv = strchr(by, ',') ? "value_1=values.#0 value_2=values.#1" CSV_SEGMENT : "value" CSV_SEGMENT;
    return ask_filter(call, &options->filter);
}

/* A figure in the score's unit, with the decimals that the daemon has for the method; "-" for null. */
static const char *figure(char out[NUMBER_SIZE], const struct json *row, const char *path, bool is_mean,
                          bool is_signed) {
    double value;

    return json_number(row, path, &value) ? number_format(out, value, is_mean ? 2 : 1, is_signed) : "-";
}

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

/* Never shown as 0. */
static void append_p(struct buffer *out, const struct json *row, const char *path, const char *significant) {
    double p;

    if (!json_number(row, path, &p))
        buffer_append_char(out, '-');
    else if (p < 0.001)
        buffer_append_text(out, "< 0.001");
    else
        number_append(out, p, p < 0.1 ? 3 : 2);
    buffer_append_text(out, json_is_true(row, significant) ? " *" : "");
}

static void add_row(const struct screen *screen, struct table *table, const struct json *row, bool is_mean,
                    bool has_change) {
    char text[NUMBER_SIZE], low[NUMBER_SIZE], high[NUMBER_SIZE], pair[2 * NUMBER_SIZE + 8] = "-";
    struct buffer cell;
    double number;

    buffer_init(&cell);
    append_value(&cell, row);
    table_cell(screen, table, buffer_terminate(&cell));
    table_cell(screen, table, json_number(row, "n", &number) ? number_format(text, number, 0, false) : "withheld");
    if (json_number(row, "share", &number))
        snprintf(pair, sizeof pair, "%s%%", number_format(text, number, 1, false));
    table_cell(screen, table, pair);
    table_cell(screen, table, figure(text, row, "score", is_mean, false));
    strcpy(pair, "-");
    if (json_get(row, "interval.low"))
        snprintf(pair, sizeof pair, "%s to %s", figure(low, row, "interval.low", is_mean, false),
                 figure(high, row, "interval.high", is_mean, false));
    table_cell(screen, table, pair);
    table_cell(screen, table, figure(text, row, "impact", is_mean, true));
    buffer_reset(&cell);
    append_p(&cell, row, "p_adjusted", "significant");
    table_cell(screen, table, buffer_terminate(&cell));
    if (has_change) {
        table_cell(screen, table, figure(text, row, "previous.delta", is_mean, true));
        buffer_reset(&cell);
        append_p(&cell, row, "previous.p_value", "previous.significant");
        table_cell(screen, table, buffer_terminate(&cell));
    }
    buffer_free(&cell);
}

static bool show(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "SEGMENT"},
        {.header = "N", .is_right = true},
        {.header = "SHARE", .is_right = true},
        {.header = "SCORE", .is_right = true},
        {.header = "INTERVAL", .is_right = true},
        {.header = "IMPACT", .is_right = true},
        {.header = "P (ADJUSTED)"},
        {.header = "CHANGE", .is_right = true},
        {.header = "P"},
    };
    const struct json *document = call->reply.document, *rows = json_get(document, "segments");
    const char *method = json_text(document, "method");
    bool has_change = json_get(document, "previous"), is_mean = method && strcmp(method, "mean") == 0;
    struct table table;

    if (!rows || !method)
        return false;
    table_init(&table, columns, CXD_COUNT(columns) - (has_change ? 0 : 2));
    for (size_t i = 0; i < json_count(rows); i++)
        add_row(&call->screen, &table, json_at(rows, i), is_mean, has_change);
    table_append(&call->screen, &call->out, &table);
    table_free(&table);
    return true;
}

const struct command cmd_segments = {
    .name = "segments",
    .operands = "SURVEY",
    .summary = "Shows which segments of a survey move its score, the most harmful first.",
    .text = "The impact is how many points of the score a segment is responsible for. A star is beside what differs\n"
            "from all others by more than chance; p is adjusted, since a table is many tests.",
    .example = "cxd segments checkout --by touchpoint --window 90d\ncxd segments checkout --by property.plan,channel",
    .options = segments_specs,
    .option_count = CXD_COUNT(segments_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/segments",
                                      .member = "segments",
                                      .rows = "segments",
                                      .csv = "value" CSV_SEGMENT,
                                      .what = "a table of segments",
                                      .prepare = prepare,
                                      .show = show},
};
