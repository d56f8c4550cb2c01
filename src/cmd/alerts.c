/* cxd alerts, and cxd alert show, put, delete, acknowledge and history: rules that watch the surveys, by /v1/alerts. */

#include <stdio.h>
#include <string.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/write.h"

enum { RULE_BYTES_MAX = 1 << 20 };

#define CSV_ALERT                                                                                                      \
    "name survey kind state since value n threshold p_value expected reason day_end evaluated_at acknowledged.at "     \
    "acknowledged.by acknowledged.note revision"
#define CSV_EVENT "number event at day_end value n p_value response acknowledged.by acknowledged.note"

struct acknowledge_options {
    struct output_options output;
    const char *note;
};

struct history_options {
    struct output_options output;
    const char *limit;
};

/* Of a rule, or of an event; the score of a single answer is a whole number. */
static void append_value(struct buffer *out, const struct json *alert) {
    double value;
    bool is_silence = json_number(alert, "expected", &value), is_answer = json_text(alert, "response");
    if (is_silence || !json_number(alert, "value", &value))
        buffer_append_char(out, '-');
    else
        number_append(out, value, is_answer ? 0 : 2);
}

/* As it was given: alpha of a silence is a thousandth. */
static void append_threshold(struct buffer *out, const struct json *alert) {
    double threshold;
    if (json_number(alert, "threshold", &threshold))
        buffer_append_format(out, "%g", threshold);
    else
        buffer_append_char(out, '-');
}

/* How long the state is that, in the largest unit. */
static void append_age(struct buffer *out, const struct json *alert) {
    const char *since = json_text(alert, "since");
    int64_t since_ms, seconds;

    if (!since || !time_parse(since, strlen(since), &since_ms)) {
        buffer_append_char(out, '-');
        return;
    }
    seconds = (clock_now_ms() - since_ms) / 1000;
    view_append_span(out, seconds - seconds % (seconds >= 86400 ? 86400 : seconds >= 3600 ? 3600 : 60));
}

/* Who has seen it, and what they said of it. */
static void append_acknowledged(struct buffer *out, const struct json *event) {
    const char *by = json_text(event, "acknowledged.by"), *note = json_text(event, "acknowledged.note");

    buffer_append_format(out, "%s%s%s", by ? by : "-", note ? ": " : "", note ? note : "");
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "ALERT", .text = "{name}", .columns_min = 8},
        {.header = "SURVEY", .text = "{survey}", .columns_min = 8},
        {.header = "KIND", .text = "{kind}"},
        {.header = "STATE", .text = "{state}"},
        {.header = "FOR", .cell = append_age, .is_right = true},
        {.header = "VALUE", .cell = append_value, .is_right = true},
        {.header = "N", .text = "{n}", .is_right = true},
        {.header = "LINE", .cell = append_threshold, .is_right = true},
        {.header = "WHY", .text = "{reason}"},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "alerts"), columns, CXD_COUNT(columns));
    return true;
}

static int prepare_put(struct call *call) {
    return command_read_definition(call->invocation->operands[1], RULE_BYTES_MAX, &call->body);
}

static bool show_put(struct call *call) {
    return view_append(&call->screen, &call->out, call->reply.document,
                       call->reply.status == 201 ? "created {name}, revision {revision}\n"
                                                 : "replaced {name}, revision {revision}\n");
}

static int prepare_acknowledge(struct call *call) {
    const struct acknowledge_options *options = call->invocation->options;

    if (!options->note)
        return EXIT_OK;
    write_open(&call->body, NULL, '{');
    write_text(&call->body, "note", options->note);
    buffer_append_char(&call->body, '}');
    return EXIT_OK;
}

static int prepare_history(struct call *call) {
    const struct history_options *options = call->invocation->options;

    client_query_add(&call->request, "limit", options->limit ? options->limit : "500");
    if (options->limit)
        call->pages = NULL;
    return EXIT_OK;
}

static bool show_history(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "AT", .text = "{^at}"},
        {.header = "EVENT", .text = "{event}"},
        {.header = "VALUE", .cell = append_value, .is_right = true},
        {.header = "N", .text = "{n}", .is_right = true},
        {.header = "RESPONSE", .text = "{response}"},
        {.header = "BY", .cell = append_acknowledged, .wraps = true},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "events"), columns, CXD_COUNT(columns));
    return true;
}

static const struct option_spec acknowledge_specs[] = {
    OPTION_VALUE("note", 'n', offsetof(struct acknowledge_options, note), "TEXT", "what is to be kept with it"),
    OPTION_JSON(offsetof(struct acknowledge_options, output.json)),
};

static const struct option_spec history_specs[] = {
    OPTION_VALUE("limit", 0, offsetof(struct history_options, limit), "N", "only the newest, 1 to 500"),
    OPTIONS_OUTPUT(offsetof(struct history_options, output)),
};

const struct command cmd_alerts = {
    .name = "alerts",
    .operands = "",
    .summary = "Lists the alerts: what they watch, and whether they fire.",
    .example = "cxd alerts",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/alerts",
                                      .member = "alerts",
                                      .what = "a list of alerts",
                                      .rows = "alerts",
                                      .csv = CSV_ALERT,
                                      .show = show_list},
};

static const struct command show = {
    .name = "alert show",
    .operands = "NAME",
    .summary = "Prints an alert's rule and state, to read or to edit and put back.",
    .example = "cxd alert show low-nps > low-nps.json",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/alerts/%s",
                                      .member = "name",
                                      .what = "an alert",
                                      .csv = CSV_ALERT,
                                      .show = call_show_body},
};

static const struct command put = {
    .name = "alert put",
    .operands = "NAME FILE",
    .summary = "Creates an alert, or replaces its rule, from a JSON file ('-': standard input).",
    .text = "A rule of the kind score, drop, rate or silence is evaluated at the end of every day, one of the kind\n"
            "detractor with every answer. The state of a rule that is another one begins anew.",
    .example = "echo '{\"survey\": \"shop\", \"kind\": \"score\", \"below\": 30}' | cxd alert put low-nps -",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 2,
    .operands_max = 2,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "PUT",
                                      .path = "/v1/alerts/%s",
                                      .member = "name",
                                      .what = "an alert",
                                      .prepare = prepare_put,
                                      .show = show_put},
};

static const struct command delete_alert = {
    .name = "alert delete",
    .operands = "NAME",
    .summary = "Removes an alert, with its state and history.",
    .example = "cxd alert delete low-nps",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "DELETE",
                                      .path = "/v1/alerts/%s",
                                      .member = "name",
                                      .what = "an alert",
                                      .line = "deleted {name}\n"},
};

static const struct command acknowledge = {
    .name = "alert acknowledge",
    .operands = "NAME",
    .summary = "Says that somebody has seen that an alert fires.",
    .text = "It stays acknowledged until it resolves, or, of the kind detractor, until there is another one.",
    .example = "cxd alert acknowledge low-nps --note \"the new checkout; looking into it\"",
    .options = acknowledge_specs,
    .option_count = CXD_COUNT(acknowledge_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/alerts/%s/acknowledge",
                                      .member = "name",
                                      .what = "an alert",
                                      .is_repeatable = true,
                                      .line = "{name} is acknowledged by {acknowledged.by}, {acknowledged.at}\n",
                                      .prepare = prepare_acknowledge},
};

static const struct command history = {
    .name = "alert history",
    .operands = "NAME",
    .summary = "Lists when an alert fired, resolved and was acknowledged, newest first.",
    .example = "cxd alert history low-nps --limit 10",
    .options = history_specs,
    .option_count = CXD_COUNT(history_specs),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/alerts/%s/history",
                                      .pages = "events",
                                      .member = "events",
                                      .what = "the history of an alert",
                                      .rows = "events",
                                      .csv = CSV_EVENT,
                                      .prepare = prepare_history,
                                      .show = show_history},
};

const struct command cmd_alert = {
    .name = "alert",
    .operands = "",
    .summary = "Shows and changes alerts, and says that one was seen.",
    .example = "cxd alert history low-nps",
    .commands = (const struct command *const[]){&show, &put, &delete_alert, &acknowledge, &history, NULL},
};
