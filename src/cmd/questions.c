/* cxd questions: GET /v1/surveys/{survey}/questions, what was answered to the questions behind a score; with a key, to
 * one of them. */

#include <stdio.h>
#include <string.h>

#include "cmd/ask.h"
#include "cmd/questions_view.h"
#include "cxd/cmd/cmd.h"
#include "cxd/domain/question.h"
#include "cxd/domain/response.h"

struct questions_options {
    struct output_options output;
    struct window_options window;
    struct filter_options filter;
    const char *confidence, *alpha;
};

#define AT(member) offsetof(struct questions_options, member)

static const struct option_spec questions_specs[] = {
    OPTIONS_WINDOW(AT(window)),
    OPTIONS_FILTER(AT(filter)),
    {"confidence", 0, OPTION_TEXT, AT(confidence), "0.8|0.9|0.95|0.99", "of the intervals", ask_confidences},
    {"alpha", 0, OPTION_TEXT, AT(alpha), "0.01|0.05|0.1", "the adjusted p below which an option is significant; 0.05",
     ask_alphas},
    OPTIONS_OUTPUT(AT(output)),
};

#define CSV_DOCUMENT "survey=/survey window_from=/window.from window_to=/window.to "
#define CSV_LIST                                                                                                       \
    CSV_DOCUMENT "key type removed asked answered metric=answers.metric method=answers.method score=answers.score "    \
                 "interval_low=answers.interval.low interval_high=answers.interval.high"
#define CSV_ONE "question=/question type=/type asked=/asked answered=/answered "
#define CSV_OPTIONS                                                                                                    \
    CSV_DOCUMENT CSV_ONE "value retired share share_low=share_interval.low share_high=share_interval.high "            \
                         "impact test p_value p_adjusted significant " CSV_FIGURES

static const char *key_of(const struct call *call) {
    return call->invocation->count > 1 ? call->invocation->operands[1] : NULL;
}

static int prepare(struct call *call) {
    const struct questions_options *options = call->invocation->options;
    const char *key = key_of(call);
    size_t length = strlen(call->path);
    int result = ask_window(call, &options->window);
    if (result != EXIT_OK)
        return result;
    if (key && !property_key_valid(key, QUESTION_KEY_CHARACTERS_MAX))
        return command_usage(call->invocation->command,
                             "'%s' cannot be the key of a question: that has 1 to %d letters, digits, '_', '.' and '-'",
                             key, QUESTION_KEY_CHARACTERS_MAX);
    if (key) {
        snprintf(call->path + length, sizeof call->path - length, "/%s", key);
        call->member = "question";
        call->rows = "options";
        call->csv = CSV_OPTIONS;
    }
    client_query_add(&call->request, "confidence", options->confidence);
    client_query_add(&call->request, "alpha", options->alpha);
    return ask_filter(call, &options->filter);
}

static bool show(struct call *call) {
    return key_of(call) ? question_view_append(&call->screen, &call->out, call->reply.document)
                        : questions_view_append(&call->screen, &call->out, call->reply.document);
}

/* Of what has no options, the reply is the one row. */
static int run(const struct invocation *invocation) {
    struct call call;
    int result = call_prepare(&call, invocation);

    if (result == EXIT_OK)
        result = call_ask(&call);
    if (result == EXIT_OK && key_of(&call) && !json_get(call.reply.document, "options")) {
        call.rows = NULL;
        call.csv = CSV_DOCUMENT CSV_ONE
            "metric=answers.metric method=answers.method score=answers.score interval_low=answers.interval.low "
            "interval_high=answers.interval.high";
    }
    if (result == EXIT_OK)
        result = call_show(&call);
    call_end(&call);
    return result;
}

const struct command cmd_questions = {
    .name = "questions",
    .operands = "SURVEY [KEY]",
    .summary = "Shows what was answered to the questions behind a score, or to one of them.",
    .text = "Of the last 30 days, unless --window, or --from and --to, say another. Of one question with options, the\n"
            "score is the survey's among those who chose each, and the impact by how many points these move it.",
    .example = "cxd questions checkout --window 90d\ncxd questions checkout reason\n"
               "cxd score checkout --question ease",
    .options = questions_specs,
    .option_count = CXD_COUNT(questions_specs),
    .operands_min = 1,
    .operands_max = 2,
    .is_client = true,
    .run = run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s/questions",
                                      .member = "questions",
                                      .rows = "questions",
                                      .csv = CSV_LIST,
                                      .what = "a list of questions",
                                      .prepare = prepare,
                                      .show = show},
};
