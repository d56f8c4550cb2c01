/* cxd comments: GET /v1/surveys/{survey}/comments, what people wrote, as a list to read. */

#include <stdlib.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/call.h"
#include "cmd/said.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

struct comments_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *score, *band, *order, *limit, *question;
    bool flagged;
};

static const char *const orders[] = {"newest", "oldest", "best", "lowest", "highest", NULL};

#define AT(member) offsetof(struct comments_options, member)

static const struct option_spec comments_specs[] = {
    OPTION_VALUE("score", 's', AT(score), "N", "of this score, or of a range: 0..6, 9.."),
    OPTION_VALUE("band", 'b', AT(band), "B", "of this band of the survey's: detractors, satisfied, …"),
    {"order", 0, OPTION_TEXT, AT(order), "newest|oldest|best|lowest|highest",
     "best: those first that fit QUERY best; lowest, highest: by score", orders},
    OPTION_VALUE("limit", 'n', AT(limit), "N", "so many at most, up to 500; 20"),
    OPTION_VALUE("question", 0, AT(question), "KEY", "only what was answered in words to this further question"),
    {"flagged", 0, OPTION_FLAG, AT(flagged), NULL, "only those suspected to be a machine's", NULL},
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    OPTIONS_OUTPUT(AT(output)),
};

static bool read_limit(const char *text, size_t *ret_limit) {
    char *end;
    *ret_limit = text ? strtoul(text, &end, 10) : 20;
    return !text || (*text >= '0' && *text <= '9' && *end == '\0' && *ret_limit >= 1 && *ret_limit <= 500);
}

static int prepare(struct call *call) {
    const struct comments_options *options = call->invocation->options;
    struct client_request *request = &call->request;
    int code = ask_window(call, &options->window);
    if (code != EXIT_OK)
        return code;
    if (call->invocation->count > 1)
        client_query_add(request, "q", call->invocation->operands[1]);
    client_query_add(request, "score", options->score);
    client_query_add(request, "band", options->band);
    client_query_add(request, "order", options->order);
    client_query_add(request, "question", options->question);
    if (!read_limit(options->limit, &call->want))
        return command_usage(call->invocation->command, "--limit is a number from 1 to 500");
    if (options->flagged)
        client_query_add(request, "flagged", "true");
    return ask_filter(call, &options->filter);
}

static bool show(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "ANSWERED", .text = "{^answered_at}"},
        {.header = "SCORE", .text = "{score}", .is_right = true},
        {.header = "TOUCHPOINT", .text = "{touchpoint}", .columns_min = 10},
        {.header = "COMMENT", .cell = said_append, .wraps = true},
    };
    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "responses"), columns,
                      CXD_COUNT(columns));
    return true;
}

const struct command cmd_comments = {
    .name = "comments",
    .operands = "SURVEY [QUERY]",
    .summary = "Lists what people wrote, newest first, or searches it.",
    .text = "QUERY: words (all of them), \"a phrase\", word*, OR, NOT or -word, parentheses. Letters are compared\n"
            "without their case, and Latin letters without their accents. What was answered in words to further\n"
            "questions is said too, and stands behind its question's key. The window is all unless another is given.",
    .example = "cxd comments checkout --band detractors --window 30d\ncxd comments checkout 'deliver* -\"next day\"'",
    .options = comments_specs,
    .option_count = CXD_COUNT(comments_specs),
    .operands_min = 1,
    .operands_max = 2,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/comments",
                                      .pages = "responses",
                                      .member = "responses",
                                      .what = "a list of responses",
                                      .rows = "responses",
                                      .csv = "survey id answered_at received_at score comment respondent touchpoint "
                                             "channel locale properties visit flags excluded answers",
                                      .prepare = prepare,
                                      .show = show},
};
