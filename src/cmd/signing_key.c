/* cxd signing-key list and rotate: the keys that sign invitations, by /v1/signing-keys. What they are never leaves the daemon. */

#include <stdio.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/cmd/cmd.h"

struct signing_options {
    bool json;
};

static int run_list(int argc, char **argv);
static int run_rotate(int argc, char **argv);

static const struct option_spec signing_specs[] = {
    {"json", 'j', OPTION_FLAG, offsetof(struct signing_options, json), NULL, "print the daemon's reply",
     NULL},
};

enum signing_verb { SIGNING_LIST, SIGNING_ROTATE };

static const struct command signing_commands[] = {
    [SIGNING_LIST] =
        {
            .name = "signing-key list",
            .operands = "",
            .summary = "Lists the keys that sign invitations, by number and age.",
            .example = "cxd signing-key list",
            .options = signing_specs,
            .option_count = CXD_COUNT(signing_specs),
            .is_client = true,
            .run = run_list,
        },
    [SIGNING_ROTATE] =
        {
            .name = "signing-key rotate",
            .operands = "",
            .summary = "Makes a new key that signs invitations from now on.",
            .text = "Invitations of the key before stay good until the next rotation; older ones are\n"
                    "refused from now on.",
            .example = "cxd signing-key rotate",
            .options = signing_specs,
            .option_count = CXD_COUNT(signing_specs),
            .is_client = true,
            .run = run_rotate,
        },
};

static const struct command *const signing_group[] = {&signing_commands[SIGNING_LIST],
                                                      &signing_commands[SIGNING_ROTATE], NULL};

const struct command cmd_signing_key = {
    .name = "signing-key",
    .operands = "",
    .summary = "Lists and rotates the keys that sign invitations.",
    .example = "cxd signing-key list",
    .commands = signing_group,
};

static void append_cells(const struct screen *screen, struct table *table, const struct json *key) {
    double number = 0;
    char text[32] = "-";

    if (json_number(key, "number", &number))
        snprintf(text, sizeof text, "%.0f", number);
    table_cell(screen, table, text);
    table_cell(screen, table, json_text(key, "created_at"));
    table_cell(screen, table, json_is_true(key, "signs") ? "signs" : "believed");
}

static int show(enum signing_verb verb, const struct client *client, const struct client_reply *reply,
                bool is_json) {
    static const char *const headers[] = {"NUMBER", "CREATED", "STATE"};
    const struct json *keys = json_get(reply->document, "signing_keys");
    struct screen screen;
    struct buffer out;
    struct table table;
    double number = 0;
    int result;

    if (verb == SIGNING_LIST ? !keys : !json_number(reply->document, "number", &number))
        return client_unexpected(client, "a signing key");
    screen_init(&screen, stdout);
    buffer_init(&out);
    if (is_json) {
        json_append_safe(&out, reply->body.data, reply->body.length, false);
    } else if (verb == SIGNING_LIST) {
        table_init(&table, headers, CXD_COUNT(headers), "rll");
        for (size_t i = 0; i < json_count(keys); i++)
            append_cells(&screen, &table, json_at(keys, i));
        table_append(&screen, &out, &table);
        table_free(&table);
    } else {
        buffer_append_format(&out, "key %.0f signs invitations from now on\n", number);
    }
    result = output_write(&out);
    buffer_free(&out);
    return result;
}

static int run(enum signing_verb verb, const char *method, int argc, char **argv) {
    struct signing_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = method, .path = "/v1/signing-keys"};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    char **operands;
    int count,
        result = command_parse(&signing_commands[verb], argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (verb == SIGNING_ROTATE)
        request.body = "";
    result = client_open(&where, &client);
    if (result == EXIT_OK)
        result = client_call(client, &request, &reply);
    if (result == EXIT_OK)
        result = show(verb, client, &reply, options.json);
    client_reply_free(&reply);
    client_close(client);
    return result;
}

static int run_list(int argc, char **argv) {
    return run(SIGNING_LIST, "GET", argc, argv);
}

static int run_rotate(int argc, char **argv) {
    return run(SIGNING_ROTATE, "POST", argc, argv);
}
