/* cxd score: GET /v1/surveys/{survey}/score, or /v1/scores without a survey, shown as a table. */

#include <stdio.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/score_view.h"
#include "cxd/cmd/cmd.h"

struct score_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *surveys, *question;
    const char *compare, *confidence, *alpha, *interval, *count, *errors;
    bool respondents;
};

static const char *const comparisons[] = {"previous", "year", "previous_whole", "none", NULL};
static const char *const counts[] = {"all", "latest", NULL}, *const errors[] = {"default", "clustered", NULL};
static const char *const intervals[] = {"default", "t", NULL};

/* The columns of who answered. */
#define CSV_PEOPLE " count answers respondents=respondents.distinct anonymous=respondents.anonymous"

#define AT(member) offsetof(struct score_options, member)

#define CSV_INVITATIONS                                                                                                \
    "invitations_made=response_rate.invitations.made invitations_opened=response_rate.invitations.opened "             \
    "invitations_answered=response_rate.invitations.answered"
#define CSV_SCORE                                                                                                      \
    "metric method direction scale.min scale.max window.from window.to " CSV_FIGURES " " CSV_RATE " " CSV_INVITATIONS  \
    " " CSV_PREVIOUS

static const struct option_spec score_specs[] = {
    OPTION_QUESTION(AT(question)),
    {"surveys", 0, OPTION_TEXT, AT(surveys), "A,B-*", "these surveys as one, by names and patterns", NULL},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"compare", 0, OPTION_TEXT, AT(compare), "previous|year|previous_whole|none",
     "what the change is against; previous_whole: all of a month or week before", comparisons},
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the p below which a change is significant; 0.05",
     ask_alphas},
    {"interval", 0, OPTION_TEXT, AT(interval), "default|t", "t: the classical interval of a mean", intervals},
    {"respondents", 0, OPTION_FLAG, AT(respondents), NULL, "says how many different respondents there were", NULL},
    {"count", 0, OPTION_TEXT, AT(count), "all|latest", "latest: only each respondent's latest answer counts", counts},
    {"errors", 0, OPTION_TEXT, AT(errors), "default|clustered", "clustered: intervals know who answers often", errors},
    OPTIONS_OUTPUT(AT(output)),
};

static int prepare(struct call *call) {
    const struct score_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    const char *compare = options->compare;

    if (call->operand && options->surveys)
        return command_usage(call->invocation->command, "a survey does not go with --surveys");
    if (options->question && !call->operand)
        return command_usage(call->invocation->command, "--question is of one survey");
    client_query_add(request, "question", options->question);
    if (options->surveys) {
        request->path = "/v1/score";
        call->member = "surveys";
        call->csv = "surveys " CSV_SCORE;
        client_query_add(request, "surveys", options->surveys);
    } else if (!call->operand) {
        request->path = "/v1/scores";
        call->pages = call->member = call->rows = "scores";
    }
    int result = ask_window(call, &options->window);
    if (result != EXIT_OK)
        return result;
    if (!compare && ask_has_previous(&options->window))
        compare = "previous";
    if (compare && strcmp(compare, "none") != 0)
        client_query_add(request, "compare", compare);
    client_query_add(request, "confidence", options->confidence);
    client_query_add(request, "alpha", options->alpha);
    client_query_add(request, "interval", options->interval);
    client_query_add(request, "respondents", options->respondents ? "true" : NULL);
    client_query_add(request, "count", options->count);
    client_query_add(request, "errors", options->errors);
    return ask_filter(call, &options->filter);
}

static bool show(struct call *call) {
    const struct json *document = call->reply.document;

    return !call->pages ? score_view_append(&call->screen, &call->out, document)
                        : score_view_append_list(&call->screen, &call->out, json_get(document, "scores"));
}

const struct command cmd_score = {
    .name = "score",
    .operands = "[SURVEY]",
    .summary = "Shows the score of a survey, of several as one, or of every survey.",
    .text = "The window is the last 30 days unless --window, or --from and --to, say another. The change is "
            "against\n"
            "the window before, unless the window is all.",
    .example =
        "cxd score checkout --window month --property plan=pro\ncxd score --window 7d\ncxd score --surveys 'shop-*'",
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
                                      .csv = "survey " CSV_SCORE CSV_PEOPLE " question",
                                      .prepare = prepare,
                                      .show = show},
};
