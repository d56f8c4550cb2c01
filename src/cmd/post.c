/* cxd post: one response, by POST /v1/surveys/{survey}/responses. The response is named here, so that a try whose reply was lost can be
 * repeated without counting it twice. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

struct post_options {
    const char *comment, *respondent, *touchpoint, *channel, *locale, *answered_at, *id;
    struct text_list properties;
    bool json;
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
    {"id", 0, OPTION_TEXT, AT(id), "UUID", "the response's id; the same again amends it", NULL},
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print the stored response as JSON", NULL},
};

static int run(int argc, char **argv);

const struct command cmd_post = {
    .name = "post",
    .operands = "SURVEY SCORE",
    .summary = "Posts one response to a survey.",
    .text = "When the daemon cannot be reached, or is busy, the same response is tried again up to three "
            "times; it is\n"
            "counted once.",
    .example = "cxd post checkout 9 --comment \"Quick and clear\" --property plan=pro",
    .options = post_specs,
    .option_count = CXD_COUNT(post_specs),
    .operands_min = 2,
    .operands_max = 2,
    .is_client = true,
    .run = run,
};

static const char *skip_digits(const char *text) {
    while (isdigit((unsigned char)*text))
        text++;
    return text;
}

/* A JSON number: what it is worth is for the daemon to judge. */
static bool is_number(const char *text) {
    const char *start = *text == '-' ? text + 1 : text;
    const char *end = skip_digits(start);

    if (end == start || (*start == '0' && end - start > 1))
        return false;
    if (*end == '.') {
        start = end + 1;
        end = skip_digits(start);
        if (end == start)
            return false;
    }
    return *end == '\0' && strlen(text) <= 32;
}

static void append_id(struct buffer *body, const char *given) {
    char text[ID_TEXT_SIZE];
    struct id_source source;
    struct id id;

    if (!given) {
        id_source_init(&source);
        id_make(&source, clock_now_ms(), &id);
        given = id_format(text, &id);
    }
    buffer_append_text(body, ",\"id\":");
    buffer_append_json(body, given);
}

static int build_body(const struct post_options *options, const char *score, struct buffer *body) {
    const struct {
        const char *name, *value;
    } members[] = {{"comment", options->comment},       {"respondent", options->respondent},
                   {"touchpoint", options->touchpoint}, {"channel", options->channel},
                   {"locale", options->locale},         {"answered_at", options->answered_at}};
    int result;

    buffer_append_format(body, "{\"score\":%s", score);
    append_id(body, options->id);
    for (size_t i = 0; i < CXD_COUNT(members); i++) {
        if (!members[i].value)
            continue;
        buffer_append_format(body, ",\"%s\":", members[i].name);
        buffer_append_json(body, members[i].value);
    }
    result = command_append_properties(&cmd_post, &options->properties, body);
    buffer_append_char(body, '}');
    if (result == EXIT_OK && body->failed) {
        fprintf(stderr, "cxd: out of memory\n");
        return EXIT_REFUSED;
    }
    return result;
}

static int show(const struct client *client, const struct client_reply *reply, bool is_json) {
    const char *id = json_text(reply->document, "id");
    double score = 0, revision = 0;
    struct screen screen;
    struct buffer out;
    int result;

    if (!id || !json_number(reply->document, "score", &score) ||
        !json_number(reply->document, "revision", &revision))
        return client_unexpected(client, "a response");
    screen_init(&screen, stdout);
    buffer_init(&out);
    if (is_json) {
        json_append_safe(&out, reply->body.data, reply->body.length, false);
    } else {
        buffer_append_text(&out, "stored ");
        screen_append(&screen, &out, id);
        buffer_append_text(&out, "  survey ");
        screen_append(&screen, &out, json_text(reply->document, "survey"));
        buffer_append_format(&out, ", revision %.0f, score %.0f\n", revision, score);
    }
    result = output_write(&out);
    buffer_free(&out);
    return result;
}

static int check(const struct post_options *options, const char *survey, const char *score) {
    struct id id;

    if (!slug_valid(survey))
        return command_usage(&cmd_post, "'%s' cannot be the name of a survey", survey);
    if (!is_number(score))
        return command_usage(&cmd_post, "SCORE must be a number, not '%s'", score);
    if (options->id && !id_parse(options->id, strlen(options->id), &id))
        return command_usage(&cmd_post, "--id takes a UUID, not '%s'", options->id);
    return EXIT_OK;
}

static int run(int argc, char **argv) {
    struct post_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = "POST", .is_repeatable = true};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    struct buffer body;
    char path[128];
    char **operands;
    int count, result = command_parse(&cmd_post, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    result = check(&options, operands[0], operands[1]);
    if (result != EXIT_OK)
        return result;
    snprintf(path, sizeof path, "/v1/surveys/%s/responses", operands[0]);
    buffer_init(&body);
    result = build_body(&options, operands[1], &body);
    request.path = path;
    request.body = body.data;
    request.body_length = body.length;
    if (result == EXIT_OK)
        result = client_open(&where, &client);
    if (result == EXIT_OK)
        result = client_call(client, &request, &reply);
    if (result == EXIT_OK)
        result = show(client, &reply, options.json);
    client_reply_free(&reply);
    client_close(client);
    buffer_free(&body);
    return result;
}
