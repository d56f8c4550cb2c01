/* cxd score: GET /v1/surveys/{survey}/score, or /v1/scores without a survey, shown as a table. */

#include <stdio.h>
#include <string.h>

#include "cmd/call.h"
#include "cmd/score_view.h"
#include "cxd/cmd/cmd.h"

struct score_options {
    bool json;
    const char *window, *from, *to;
    const char *touchpoint, *channel, *locale;
    struct text_list properties;
    const char *compare, *confidence, *alpha, *interval;
};

static const char *const comparisons[] = {"previous", "year", "previous_whole", "none", NULL};
static const char *const confidences[] = {"0.8", "0.80", "0.9", "0.90", "0.95", "0.99", NULL};
static const char *const alphas[] = {"0.01", "0.05", "0.1", "0.10", NULL};
static const char *const intervals[] = {"default", "t", NULL};

#define AT(member) offsetof(struct score_options, member)

static const struct option_spec score_specs[] = {
    {"window", 'w', OPTION_TEXT, AT(window), "W", "today, 7d, 30d, 90d, any Nd, week, month, quarter, year or all",
     NULL},
    {"from", 0, OPTION_TEXT, AT(from), "T", "start of the window: 2026-10-24 or 2026-10-24T12:00:00Z", NULL},
    {"to", 0, OPTION_TEXT, AT(to), "T", "end of the window, not in it", NULL},
    {"touchpoint", 0, OPTION_TEXT, AT(touchpoint), "X", "responses of this touchpoint only", NULL},
    {"channel", 0, OPTION_TEXT, AT(channel), "X", "responses of this channel only", NULL},
    {"locale", 0, OPTION_TEXT, AT(locale), "X", "responses in this locale only", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "responses with this property only; may be repeated", NULL},
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole|none",
     "what the change is against; previous_whole: all of a month or week before", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the p below which a change is significant; 0.05", alphas},
    {"interval", 0, OPTION_TEXT, AT(interval), "default|t", "t: the classical interval of a mean", intervals},
    OPTION_JSON(AT(json)),
};

/* A window without a start or an end has none before it. */
static bool has_previous(const struct score_options *options) {
    if (options->from || options->to)
        return options->from && options->to;
    return !options->window || strcmp(options->window, "all") != 0;
}

static int add_properties(struct call *call, const struct text_list *list) {
    struct buffer *names = &call->names;
    size_t at = 0;

    for (size_t i = 0; i < list->count; i++) {
        const char *equals = strchr(list->items[i], '=');

        if (!equals || equals == list->items[i])
            return command_usage(call->invocation->command, "--property takes KEY=VALUE, not '%s'", list->items[i]);
        buffer_append_text(names, "property.");
        buffer_append(names, list->items[i], (size_t)(equals - list->items[i]));
        buffer_append_char(names, '\0');
    }
    for (size_t i = 0; i < list->count && !names->failed; i++) {
        client_query_add(&call->request, names->data + at, strchr(list->items[i], '=') + 1);
        at += strlen(names->data + at) + 1;
    }
    return EXIT_OK;
}

static int prepare(struct call *call) {
    const struct score_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    const char *compare = options->compare;

    if (!call->operand) {
        request->path = "/v1/scores";
        call->pages = call->member = "scores";
    }
    if (options->window && (options->from || options->to))
        return command_usage(call->invocation->command, "--window does not go with --from and --to");
    if (!compare && has_previous(options))
        compare = "previous";
    client_query_add(request, "window", options->window);
    client_query_add(request, "from", options->from);
    client_query_add(request, "to", options->to);
    client_query_add(request, "touchpoint", options->touchpoint);
    client_query_add(request, "channel", options->channel);
    client_query_add(request, "locale", options->locale);
    if (compare && strcmp(compare, "none") != 0)
        client_query_add(request, "compare", compare);
    client_query_add(request, "confidence", options->confidence);
    client_query_add(request, "alpha", options->alpha);
    client_query_add(request, "interval", options->interval);
    return add_properties(call, &options->properties);
}

static bool show(struct call *call) {
    const struct json *document = call->reply.document;

    return call->operand ? score_view_append(&call->screen, &call->out, document)
                         : score_view_append_list(&call->screen, &call->out, json_get(document, "scores"));
}

const struct command cmd_score = {
    .name = "score",
    .operands = "[SURVEY]",
    .summary = "Shows the score of a survey, or of every survey.",
    .text = "The window is the last 30 days unless --window, or --from and --to, say another. The change is "
            "against\n"
            "the window before, unless the window is all.",
    .example = "cxd score checkout --window month --property plan=pro\ncxd score --window 7d",
    .options = score_specs,
    .option_count = CXD_COUNT(score_specs),
    .operands_min = 0,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/score",
                                      .member = "survey",
                                      .what = "a score",
                                      .prepare = prepare,
                                      .show = show},
};
