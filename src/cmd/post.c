/* cxd post: one response, by POST /v1/surveys/{survey}/responses. The response is named here, so that a try whose reply
 * was lost can be repeated without counting it twice. */

#include <string.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/json.h"
#include "cxd/codec/write.h"

struct post_options {
    struct output_options output;
    const char *comment, *respondent, *touchpoint, *channel, *locale, *answered_at, *sequence, *id;
    struct text_list properties;
};

#define AT(member) offsetof(struct post_options, member)

static const struct option_spec post_specs[] = {
    {"comment", 'm', OPTION_TEXT, AT(comment), "T", "what the respondent says", NULL},
    {"respondent", 0, OPTION_TEXT, AT(respondent), "T", "who answers, by your own name for them", NULL},
    {"touchpoint", 0, OPTION_TEXT, AT(touchpoint), "T", "where in the journey", NULL},
    {"channel", 0, OPTION_TEXT, AT(channel), "T", "web, email, kiosk, ...", NULL},
    {"locale", 0, OPTION_TEXT, AT(locale), "T", "language of the survey, as de or pt-BR", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "free data; may be repeated", NULL},
    {"answered-at", 0, OPTION_TEXT, AT(answered_at), "T", "RFC 3339 time of the answer; default: now", NULL},
    {"sequence", 0, OPTION_TEXT, AT(sequence), "N", "the order of what is sent under an id", NULL},
    {"id", 0, OPTION_TEXT, AT(id), "UUID", "the response's id; the same again amends it", NULL},
    {"json", 'j', OPTION_FLAG, AT(output.json), NULL, "print the stored response as JSON", NULL},
};

static void append_id(struct buffer *body, const char *given) {
    struct id_source source;
    struct id id;

    if (given) {
        write_text(body, "id", given);
        return;
    }
    id_source_init(&source);
    id_make(&source, clock_now_ms(), &id);
    write_id(body, "id", &id);
}

static int prepare(struct call *call) {
    const struct command *command = call->invocation->command;
    const struct post_options *options = call->invocation->options;
    const char *score = call->invocation->operands[1];
    struct buffer *body = &call->body;
    struct id id;
    bool has_score = strcmp(score, "-") != 0;
    int result;

    /* What they are worth is for the daemon to judge. */
    if (has_score && !json_is_number_text(score))
        return command_usage(command, "SCORE must be a number, or - for none, not '%s'", score);
    if (options->sequence && !json_is_number_text(options->sequence))
        return command_usage(command, "--sequence must be a whole number, not '%s'", options->sequence);
    if (options->id && !id_parse(options->id, strlen(options->id), &id))
        return command_usage(command, "--id takes a UUID, not '%s'", options->id);
    buffer_append_char(body, '{');
    if (has_score)
        buffer_append_format(body, "\"score\":%s", score);
    append_id(body, options->id);
    write_given(body, "comment", options->comment);
    write_given(body, "respondent", options->respondent);
    write_given(body, "touchpoint", options->touchpoint);
    write_given(body, "channel", options->channel);
    write_given(body, "locale", options->locale);
    write_given(body, "answered_at", options->answered_at);
    if (options->sequence)
        buffer_append_format(body, ",\"sequence\":%s", options->sequence);
    result = command_append_properties(command, &options->properties, body);
    buffer_append_char(body, '}');
    return result;
}

static bool show(struct call *call) {
    double score;
    bool has_score = json_number(call->reply.document, "score", &score);

    return view_append(&call->screen, &call->out, call->reply.document,
                       has_score ? "stored {id}  survey {survey}, revision {revision}, score {score}\n"
                                 : "stored {id}  survey {survey}, revision {revision}, no score\n");
}

const struct command cmd_post = {
    .name = "post",
    .operands = "SURVEY SCORE",
    .summary = "Posts one response to a survey.",
    .text = "When the daemon cannot be reached, or is busy, the same response is tried again up to three "
            "times; it is\n"
            "counted once. SCORE may be - where the survey's score is optional: the comment is stored alone.",
    .example = "cxd post checkout 9 --comment \"Quick and clear\" --property plan=pro",
    .options = post_specs,
    .option_count = CXD_COUNT(post_specs),
    .operands_min = 2,
    .operands_max = 2,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/surveys/%s/responses",
                                      .member = "id",
                                      .what = "a response",
                                      .is_repeatable = true,
                                      .prepare = prepare,
                                      .show = show},
};
