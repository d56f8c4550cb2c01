/* cxd score: GET /v1/surveys/{survey}/score, or /v1/scores without a survey, shown as a table. */

#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/score_view.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

struct score_options {
    const char *window, *from, *to;
    const char *touchpoint, *channel, *locale;
    struct text_list properties;
    const char *compare, *confidence;
    bool json;
};

static const char *const comparisons[] = {"previous", "year", "none", NULL};
static const char *const confidences[] = {"0.8", "0.80", "0.9", "0.90", "0.95", "0.99", NULL};

#define AT(member) offsetof(struct score_options, member)

static const struct option_spec score_specs[] = {
    {"window", 'w', OPTION_TEXT, AT(window), "W",
     "today, 7d, 30d, 90d, any Nd, week, month, quarter, year or all", NULL},
    {"from", 0, OPTION_TEXT, AT(from), "T", "start of the window: 2026-10-24 or 2026-10-24T12:00:00Z", NULL},
    {"to", 0, OPTION_TEXT, AT(to), "T", "end of the window, not in it", NULL},
    {"touchpoint", 0, OPTION_TEXT, AT(touchpoint), "X", "responses of this touchpoint only", NULL},
    {"channel", 0, OPTION_TEXT, AT(channel), "X", "responses of this channel only", NULL},
    {"locale", 0, OPTION_TEXT, AT(locale), "X", "responses in this locale only", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V",
     "responses with this property only; may be repeated", NULL},
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|none", "what the change is against", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the interval and the test",
     confidences},
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print the daemon's reply", NULL},
};

static int run(int argc, char **argv);

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
    .run = run,
};

/* A window without a start or an end has none before it. */
static bool has_previous(const struct score_options *options) {
    if (options->from || options->to)
        return options->from && options->to;
    return !options->window || strcmp(options->window, "all") != 0;
}

static int add_properties(struct client_request *request, const struct text_list *list,
                          struct buffer *names) {
    size_t at = 0;

    for (size_t i = 0; i < list->count; i++) {
        const char *equals = strchr(list->items[i], '=');

        if (!equals || equals == list->items[i])
            return command_usage(&cmd_score, "--property takes KEY=VALUE, not '%s'", list->items[i]);
        buffer_append_text(names, "property.");
        buffer_append(names, list->items[i], (size_t)(equals - list->items[i]));
        buffer_append_char(names, '\0');
    }
    for (size_t i = 0; i < list->count && !names->failed; i++) {
        client_query_add(request, names->data + at, strchr(list->items[i], '=') + 1);
        at += strlen(names->data + at) + 1;
    }
    if (names->failed) {
        fprintf(stderr, "cxd: out of memory\n");
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

static int build_request(const struct score_options *options, struct client_request *request,
                         struct buffer *names) {
    const char *compare = options->compare;

    if (options->window && (options->from || options->to))
        return command_usage(&cmd_score, "--window does not go with --from and --to");
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
    return add_properties(request, &options->properties, names);
}

static int show(const struct client *client, const struct client_reply *reply, bool is_one, bool is_json) {
    struct screen screen;
    struct buffer out;
    bool good = true;
    int result;

    screen_init(&screen, stdout);
    buffer_init(&out);
    if (is_json)
        json_append_safe(&out, reply->body.data, reply->body.length, false);
    else if (is_one)
        good = score_view_append(&screen, &out, reply->document);
    else
        good = score_view_append_list(&screen, &out, json_get(reply->document, "scores"));
    result = good ? output_write(&out) : client_unexpected(client, "a score");
    buffer_free(&out);
    return result;
}

static int run(int argc, char **argv) {
    struct score_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = "GET", .path = "/v1/scores"};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    struct buffer names;
    char path[128];
    char **operands;
    int count, result = command_parse(&cmd_score, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (count == 1 && !slug_valid(operands[0]))
        return command_usage(&cmd_score, "'%s' cannot be the name of a survey", operands[0]);
    if (count == 1) {
        snprintf(path, sizeof path, "/v1/surveys/%s/score", operands[0]);
        request.path = path;
    }
    buffer_init(&names);
    result = build_request(&options, &request, &names);
    if (result == EXIT_OK)
        result = client_open(&where, &client);
    if (result == EXIT_OK)
        result = client_call(client, &request, &reply);
    if (result == EXIT_OK)
        result = show(client, &reply, count == 1, options.json);
    client_reply_free(&reply);
    client_close(client);
    buffer_free(&names);
    return result;
}
