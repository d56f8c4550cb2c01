/* cxd survey list, show, put, archive and reopen: the definitions, by /v1/surveys. */

#include <string.h>

#include "cmd/call.h"
#include "cmd/survey_mail.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

enum { DEFINITION_BYTES_MAX = 8 << 20 };

#define CSV_SURVEY                                                                                                     \
    "slug name metric scale.min scale.max method direction revision archived created_at updated_at archived_at "       \
    "opens_at closes_at min_n"

static void append_state(struct buffer *out, const struct json *survey) {
    buffer_append_text(out, json_get(survey, "archived_at")                                     ? "archived"
                            : view_is_past(survey, "closes_at")                                 ? "closed"
                            : json_get(survey, "opens_at") && !view_is_past(survey, "opens_at") ? "not open yet"
                                                                                                : "open");
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "SURVEY", .text = "{slug}", .columns_min = 8},
        {.header = "METRIC", .text = "{metric}"},
        {.header = "SCALE", .text = "{scale.min} to {scale.max}"},
        {.header = "METHOD", .text = "{method}"},
        {.header = "REVISION", .text = "{revision}", .is_right = true},
        {.header = "STATE", .cell = append_state},
        {.header = "NAME", .text = "{name}", .wraps = true},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "surveys"), columns,
                      CXD_COUNT(columns));
    return true;
}

static int prepare_put(struct call *call) {
    return command_read_definition(call->invocation->operands[1], DEFINITION_BYTES_MAX, &call->body);
}

static bool show_put(struct call *call) {
    const struct json *survey = call->reply.document;
    return view_append(&call->screen, &call->out, survey,
                       call->reply.status == 201 ? "created {slug}, revision {revision}"
                                                 : "replaced {slug}, revision {revision}") &&
           view_append(&call->screen, &call->out, survey, json_is_true(survey, "archived") ? ", archived\n" : "\n");
}

/* The definition as it is, put again as one that is not archived; unless somebody has put another since. */
static int put_open(struct call *call) {
    char tag[CLIENT_TAG_SIZE];

    if (!json_set_bool(call->reply.document, "archived", false))
        return client_unexpected(call->client, call->invocation->command->call->what);
    json_write(&call->body, call->reply.document);
    memcpy(tag, call->reply.tag, sizeof tag);
    client_reply_free(&call->reply);
    call->reply = (struct client_reply){0};
    if (call->body.failed) {
        complain("out of memory");
        return EXIT_REFUSED;
    }
    call->request.method = "PUT";
    call->request.body = call->body.data;
    call->request.body_length = call->body.length;
    call->request.if_match = *tag ? tag : NULL;
    int result = call_ask(call);
    call->request.if_match = NULL;
    return result;
}

static int run_reopen(const struct invocation *invocation) {
    struct call call;
    int result = call_prepare(&call, invocation);

    if (result == EXIT_OK)
        result = call_ask(&call);
    if (result == EXIT_OK)
        result = put_open(&call);
    if (result == EXIT_OK)
        result = call_show(&call);
    call_end(&call);
    return result;
}

static const struct command list = {
    .name = "survey list",
    .operands = "",
    .summary = "Lists the surveys.",
    .example = "cxd survey list",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys",
                                      .pages = "surveys",
                                      .member = "surveys",
                                      .what = "a list of surveys",
                                      .rows = "surveys",
                                      .csv = CSV_SURVEY,
                                      .show = show_list},
};

static const struct command show = {
    .name = "survey show",
    .operands = "SLUG",
    .summary = "Prints a survey's definition, to read or to edit and put back.",
    .example = "cxd survey show checkout > checkout.json",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s",
                                      .member = "slug",
                                      .what = "a survey",
                                      .csv = CSV_SURVEY,
                                      .show = call_show_body},
};

static const struct command put = {
    .name = "survey put",
    .operands = "SLUG FILE",
    .summary = "Creates a survey, or replaces its definition, from a JSON file ('-': standard input).",
    .text =
        "Metric and scale are fixed once there are responses, and so are those of a further question, and its type, "
        "once it is answered. An archived survey stays archived, unless the file has '\"archived\": false'.",
    .example = "echo '{\"metric\": \"nps\"}' | cxd survey put checkout -",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 2,
    .operands_max = 2,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "PUT",
                                      .path = "/v1/surveys/%s",
                                      .member = "slug",
                                      .what = "a survey",
                                      .prepare = prepare_put,
                                      .show = show_put},
};

static const struct command archive = {
    .name = "survey archive",
    .operands = "SLUG",
    .summary = "Closes a survey until it is reopened; its scores stay readable.",
    .example = "cxd survey archive checkout",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "DELETE",
                                      .path = "/v1/surveys/%s",
                                      .member = "slug",
                                      .what = "a survey",
                                      .line = "archived {slug}, revision {revision}\n"},
};

static const struct command reopen = {
    .name = "survey reopen",
    .operands = "SLUG",
    .summary = "Takes an archived survey up again.",
    .text = "opens_at and closes_at hold as before.",
    .example = "cxd survey reopen checkout",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = run_reopen,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/surveys/%s",
                                      .member = "slug",
                                      .what = "a survey",
                                      .line = "reopened {slug}, revision {revision}\n"},
};

const struct command cmd_survey = {
    .name = "survey",
    .operands = "",
    .summary = "Shows and changes survey definitions.",
    .example = "cxd survey list",
    .commands = (const struct command *const[]){&list, &show, &put, &archive, &reopen, &survey_mail, NULL},
};
