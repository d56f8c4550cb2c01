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
    const char *comment, *respondent, *touchpoint, *channel, *locale, *answered_at, *sequence, *revision, *id;
    struct text_list properties, answers;
};

#define AT(member) offsetof(struct post_options, member)

static const struct option_spec post_specs[] = {
    {"comment", 'm', OPTION_TEXT, AT(comment), "T", "what the respondent says", NULL},
    {"respondent", 0, OPTION_TEXT, AT(respondent), "T", "who answers, by your own name for them", NULL},
    {"touchpoint", 0, OPTION_TEXT, AT(touchpoint), "T", "where in the journey", NULL},
    {"channel", 0, OPTION_TEXT, AT(channel), "T", "web, email, kiosk, ...", NULL},
    {"locale", 0, OPTION_TEXT, AT(locale), "T", "language of the survey, as de or pt-BR", NULL},
    {"property", 'p', OPTION_LIST, AT(properties), "K=V", "free data; may be repeated", NULL},
    {"answer", 0, OPTION_LIST, AT(answers), "K=V",
     "the answer to a further question; repeated for each option that is ticked", NULL},
    {"revision", 0, OPTION_TEXT, AT(revision), "N", "of the survey whose questions are answered; default: the current",
     NULL},
    {"answered-at", 0, OPTION_TEXT, AT(answered_at), "T", "RFC 3339 time of the answer; default: now", NULL},
    {"sequence", 0, OPTION_TEXT, AT(sequence), "N", "the order of what is sent under an id", NULL},
    {"id", 0, OPTION_TEXT, AT(id), "UUID", "the response's id; the same again amends it", NULL},
    {"json", 'j', OPTION_FLAG, AT(output.json), NULL, "print the stored response as JSON", NULL},
};

/* The response is written as JSON; or as a form, whose answers the daemon reads as its questions have them: a number is
 * one on a scale, and a text elsewhere. */
struct writing {
    struct buffer *body;
    bool is_form;
};

static void append_escaped(struct buffer *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_plain)
            buffer_append_char(out, (char)c);
        else
            buffer_append_format(out, "%%%02X", c);
    }
}

static void append_field(struct buffer *out, const char *name, size_t length, const char *value) {
    if (out->length > 0)
        buffer_append_char(out, '&');
    append_escaped(out, name, length);
    buffer_append_char(out, '=');
    append_escaped(out, value, strlen(value));
}

static void add(const struct writing *writing, const char *name, const char *value) {
    if (value && writing->is_form)
        append_field(writing->body, name, strlen(name), value);
    else
        write_given(writing->body, name, value);
}

/* Of a text that is a number by the grammar of JSON. */
static void add_number(const struct writing *writing, const char *name, const char *value) {
    if (value && !writing->is_form) {
        write_name(writing->body, name);
        buffer_append_text(writing->body, value);
    } else {
        add(writing, name, value);
    }
}

static void add_id(const struct writing *writing, const char *given) {
    struct id_source source;
    struct id id;
    char text[ID_TEXT_SIZE];

    if (given) {
        add(writing, "id", given);
        return;
    }
    id_source_init(&source);
    id_make(&source, clock_now_ms(), &id);
    add(writing, "id", id_format(text, &id));
}

/* Items KEY=VALUE as fields prefix.KEY. */
static int add_keyed(const struct command *command, const struct writing *writing, const struct text_list *list,
                     const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        const char *item = list->items[i], *equals = strchr(item, '=');
        struct buffer key;

        if (!equals || equals == item)
            return command_usage(command, "--%s takes KEY=VALUE, not '%s'", name, item);
        buffer_init(&key);
        buffer_append_format(&key, "%s.%.*s", name, (int)(equals - item), item);
        if (key.failed)
            writing->body->failed = true;
        else
            append_field(writing->body, key.data, key.length, equals + 1);
        buffer_free(&key);
    }
    return EXIT_OK;
}

static int add_lists(const struct command *command, const struct writing *writing, const struct post_options *options) {
    if (!writing->is_form)
        return command_append_properties(command, &options->properties, writing->body);
    struct buffer checked; /* of properties, which no one is given twice */
    buffer_init(&checked);
    int result = command_append_properties(command, &options->properties, &checked);
    buffer_free(&checked);
    if (result == EXIT_OK)
        result = add_keyed(command, writing, &options->properties, "property");
    return result == EXIT_OK ? add_keyed(command, writing, &options->answers, "answer") : result;
}

static int prepare(struct call *call) {
    const struct command *command = call->invocation->command;
    const struct post_options *options = call->invocation->options;
    const char *score = call->invocation->operands[1];
    const struct writing writing = {.body = &call->body, .is_form = options->answers.count > 0};
    bool has_score = strcmp(score, "-") != 0;
    struct id id;

    /* What they are worth is for the daemon to judge. */
    if (has_score && !json_is_number_text(score))
        return command_usage(command, "SCORE must be a number, or - for none, not '%s'", score);
    if (options->sequence && !json_is_number_text(options->sequence))
        return command_usage(command, "--sequence must be a whole number, not '%s'", options->sequence);
    if (options->revision && !json_is_number_text(options->revision))
        return command_usage(command, "--revision must be a whole number, not '%s'", options->revision);
    if (options->id && !id_parse(options->id, strlen(options->id), &id))
        return command_usage(command, "--id takes a UUID, not '%s'", options->id);
    if (writing.is_form)
        call->request.type = "application/x-www-form-urlencoded";
    else
        buffer_append_char(writing.body, '{');
    add_number(&writing, "score", has_score ? score : NULL);
    add_id(&writing, options->id);
    add(&writing, "comment", options->comment);
    add(&writing, "respondent", options->respondent);
    add(&writing, "touchpoint", options->touchpoint);
    add(&writing, "channel", options->channel);
    add(&writing, "locale", options->locale);
    add(&writing, "answered_at", options->answered_at);
    add_number(&writing, "sequence", options->sequence);
    add_number(&writing, "revision", options->revision);
    int result = add_lists(command, &writing, options);
    if (!writing.is_form)
        buffer_append_char(writing.body, '}');
    return result;
}

static bool show(struct call *call) {
    const struct json *reply = call->reply.document, *refused = json_get(reply, "answers_refused");
    double score;
    bool has_score = json_number(reply, "score", &score);
    bool is_whole = view_append(&call->screen, &call->out, reply,
                                has_score ? "stored {id}  survey {survey}, revision {revision}, score {score}\n"
                                          : "stored {id}  survey {survey}, revision {revision}, no score\n");

    for (size_t i = 0; i < json_count(refused); i++)
        is_whole =
            view_append(&call->screen, &call->out, json_at(refused, i), "left out {key}: {detail}\n") && is_whole;
    return is_whole;
}

const struct command cmd_post = {
    .name = "post",
    .operands = "SURVEY SCORE",
    .summary = "Posts one response to a survey.",
    .text = "When the daemon cannot be reached, or is busy, the same response is tried again up to three "
            "times; it is\n"
            "counted once. SCORE may be - where the survey's score is optional: the comment is stored alone.\n"
            "An --answer that its question does not take is left out, and said. What \"other\" is, in words, is\n"
            "--answer KEY.other=WORDS.",
    .example = "cxd post checkout 9 --comment \"Quick and clear\" --property plan=pro\n"
               "cxd post checkout 3 --answer reason=price --answer features=search --answer features=chat",
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
