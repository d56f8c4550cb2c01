/* cxd survey list, show, put and archive: the definitions, by /v1/surveys. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"

enum { DEFINITION_BYTES_MAX = 8 << 20 };

struct survey_options {
    bool json;
};

static int run_list(int argc, char **argv);
static int run_show(int argc, char **argv);
static int run_put(int argc, char **argv);
static int run_archive(int argc, char **argv);

static const struct option_spec survey_specs[] = {
    {"json", 'j', OPTION_FLAG, offsetof(struct survey_options, json), NULL, "print the daemon's reply", NULL},
};

enum survey_verb { SURVEY_LIST, SURVEY_SHOW, SURVEY_PUT, SURVEY_ARCHIVE };

static const struct command survey_commands[] = {
    [SURVEY_LIST] =
        {
            .name = "survey list",
            .operands = "",
            .summary = "Lists the surveys.",
            .example = "cxd survey list",
            .options = survey_specs,
            .option_count = CXD_COUNT(survey_specs),
            .is_client = true,
            .run = run_list,
        },
    [SURVEY_SHOW] =
        {
            .name = "survey show",
            .operands = "SLUG",
            .summary = "Prints a survey's definition, to read or to edit and put back.",
            .example = "cxd survey show checkout > checkout.json",
            .options = survey_specs,
            .option_count = CXD_COUNT(survey_specs),
            .operands_min = 1,
            .operands_max = 1,
            .is_client = true,
            .run = run_show,
        },
    [SURVEY_PUT] =
        {
            .name = "survey put",
            .operands = "SLUG FILE",
            .summary =
                "Creates a survey, or replaces its definition, from a JSON file ('-': standard input).",
            .text = "Metric and scale are fixed once there are responses.",
            .example = "echo '{\"metric\": \"nps\"}' | cxd survey put checkout -",
            .options = survey_specs,
            .option_count = CXD_COUNT(survey_specs),
            .operands_min = 2,
            .operands_max = 2,
            .is_client = true,
            .run = run_put,
        },
    [SURVEY_ARCHIVE] =
        {
            .name = "survey archive",
            .operands = "SLUG",
            .summary = "Closes a survey for good; its scores stay readable.",
            .example = "cxd survey archive checkout",
            .options = survey_specs,
            .option_count = CXD_COUNT(survey_specs),
            .operands_min = 1,
            .operands_max = 1,
            .is_client = true,
            .run = run_archive,
        },
};

static const struct command *const survey_group[] = {
    &survey_commands[SURVEY_LIST], &survey_commands[SURVEY_SHOW], &survey_commands[SURVEY_PUT],
    &survey_commands[SURVEY_ARCHIVE], NULL};

const struct command cmd_survey = {
    .name = "survey",
    .operands = "",
    .summary = "Shows and changes survey definitions.",
    .example = "cxd survey list",
    .commands = survey_group,
};

static bool is_time_past(const struct json *survey, const char *member, int64_t now_ms) {
    const char *text = json_text(survey, member);
    int64_t time_ms;

    return text && time_parse(text, strlen(text), &time_ms) && time_ms <= now_ms;
}

static const char *state_of(const struct json *survey) {
    int64_t now_ms = clock_now_ms();

    if (json_get(survey, "archived_at"))
        return "archived";
    if (is_time_past(survey, "closes_at", now_ms))
        return "closed";
    if (json_get(survey, "opens_at") && !is_time_past(survey, "opens_at", now_ms))
        return "not open yet";
    return "open";
}

static void list_row(const struct screen *screen, struct table *table, const struct json *survey) {
    char text[64] = "-";
    double low, high;

    table_cell(screen, table, json_text(survey, "slug"));
    table_cell(screen, table, json_text(survey, "metric"));
    if (json_number(survey, "scale.min", &low) && json_number(survey, "scale.max", &high))
        snprintf(text, sizeof text, "%.0f to %.0f", low, high);
    table_cell(screen, table, text);
    table_cell(screen, table, json_text(survey, "method"));
    if (json_number(survey, "revision", &low))
        snprintf(text, sizeof text, "%.0f", low);
    table_cell(screen, table, text);
    table_cell(screen, table, state_of(survey));
    table_cell(screen, table, json_text(survey, "name"));
}

static int show_list(const struct client *client, const struct client_reply *reply) {
    static const char *const headers[] = {"SURVEY", "METRIC", "SCALE", "METHOD", "REVISION", "STATE", "NAME"};
    const struct json *surveys = json_get(reply->document, "surveys");
    struct screen screen;
    struct table table;
    struct buffer out;
    int result;

    if (!surveys)
        return client_unexpected(client, "a list of surveys");
    screen_init(&screen, stdout);
    buffer_init(&out);
    table_init(&table, headers, CXD_COUNT(headers), "llllrll");
    for (size_t i = 0; i < json_count(surveys); i++)
        list_row(&screen, &table, json_at(surveys, i));
    table_append(&screen, &out, &table);
    result = output_write(&out);
    table_free(&table);
    buffer_free(&out);
    return result;
}

static int show_json(const struct client_reply *reply, bool indent) {
    struct buffer out;
    int result;

    buffer_init(&out);
    json_append_safe(&out, reply->body.data, reply->body.length, indent);
    result = output_write(&out);
    buffer_free(&out);
    return result;
}

static int show_done(enum survey_verb verb, const struct client_reply *reply) {
    double revision = 0;
    struct screen screen;
    struct buffer out;
    int result;

    screen_init(&screen, stdout);
    buffer_init(&out);
    buffer_append_text(&out, verb == SURVEY_ARCHIVE ? "archived "
                             : reply->status == 201 ? "created "
                                                    : "replaced ");
    screen_append(&screen, &out, json_text(reply->document, "slug"));
    if (json_number(reply->document, "revision", &revision))
        buffer_append_format(&out, ", revision %.0f", revision);
    buffer_append_char(&out, '\n');
    result = output_write(&out);
    buffer_free(&out);
    return result;
}

static int show(enum survey_verb verb, const struct client *client, const struct client_reply *reply,
                bool is_json) {
    if (verb == SURVEY_LIST && !is_json)
        return show_list(client, reply);
    if (verb != SURVEY_LIST && !json_text(reply->document, "slug"))
        return client_unexpected(client, "a survey");
    if (is_json || verb == SURVEY_SHOW)
        return show_json(reply, !is_json);
    return show_done(verb, reply);
}

static int read_definition(const char *path, struct buffer *ret_body) {
    bool is_standard = strcmp(path, "-") == 0;
    FILE *file = is_standard ? stdin : fopen(path, "re");
    const char *name = is_standard ? "standard input" : path;
    char chunk[8192];
    size_t got;
    int result = EXIT_OK;

    if (!file) {
        fprintf(stderr, "cxd: cannot read %s: %s\n", name, strerror(errno));
        return EXIT_REFUSED;
    }
    while (ret_body->length <= DEFINITION_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_append(ret_body, chunk, got);
    if (ferror(file)) {
        fprintf(stderr, "cxd: cannot read %s: %s\n", name, strerror(errno));
        result = EXIT_REFUSED;
    } else if (ret_body->failed || ret_body->length > DEFINITION_BYTES_MAX || ret_body->length == 0) {
        fprintf(stderr, "cxd: %s is %s\n", name, ret_body->length == 0 ? "empty" : "too large");
        result = EXIT_REFUSED;
    }
    if (!is_standard)
        fclose(file);
    return result;
}

static int run(enum survey_verb verb, const char *method, int argc, char **argv) {
    const struct command *command = &survey_commands[verb];
    struct survey_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = method, .path = "/v1/surveys"};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    struct buffer body;
    char path[128];
    char **operands;
    int count, result = command_parse(command, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (count > 0 && !slug_valid(operands[0]))
        return command_usage(command, "'%s' cannot be the name of a survey", operands[0]);
    if (count > 0) {
        snprintf(path, sizeof path, "/v1/surveys/%s", operands[0]);
        request.path = path;
    }
    buffer_init(&body);
    result = verb == SURVEY_PUT ? read_definition(operands[1], &body) : EXIT_OK;
    request.body = body.data;
    request.body_length = body.length;
    if (result == EXIT_OK)
        result = client_open(&where, &client);
    if (result == EXIT_OK)
        result = client_call(client, &request, &reply);
    if (result == EXIT_OK)
        result = show(verb, client, &reply, options.json);
    client_reply_free(&reply);
    client_close(client);
    buffer_free(&body);
    return result;
}

static int run_list(int argc, char **argv) {
    return run(SURVEY_LIST, "GET", argc, argv);
}

static int run_show(int argc, char **argv) {
    return run(SURVEY_SHOW, "GET", argc, argv);
}

static int run_put(int argc, char **argv) {
    return run(SURVEY_PUT, "PUT", argc, argv);
}

static int run_archive(int argc, char **argv) {
    return run(SURVEY_ARCHIVE, "DELETE", argc, argv);
}
