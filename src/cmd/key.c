/* cxd key create, list and revoke: API keys, by /v1/keys. A new key stands alone on standard output, for scripts. */

#include <stdio.h>
#include <string.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/cmd/cmd.h"
#include "cxd/domain/key.h"

struct key_options {
    struct text_list scopes;
    const char *expires;
    bool json;
};

static int run_create(int argc, char **argv);
static int run_list(int argc, char **argv);
static int run_revoke(int argc, char **argv);

#define AT(member) offsetof(struct key_options, member)

static const char *const scope_names[] = {"read", "write", "export", "erase", "admin", NULL};

static const struct option_spec key_specs[] = {
    {"json", 'j', OPTION_FLAG, AT(json), NULL, "print the daemon's reply", NULL},
    {"scope", 's', OPTION_LIST, AT(scopes), "read|write|export|erase|admin",
     "what it may do; may be repeated", scope_names},
    {"expires", 0, OPTION_TEXT, AT(expires), "D", "life of the key, as 12h or 90d; default: no end", NULL},
};

enum key_verb { KEY_CREATE, KEY_LIST, KEY_REVOKE };

/* --json is everyone's and stands first in the table; the rest is create's. */
static const struct command key_commands[] = {
    [KEY_CREATE] =
        {
            .name = "key create",
            .operands = "NAME",
            .summary = "Makes an API key and prints it, this once.",
            .text = "Only the key itself goes to standard output. At least one --scope is needed.",
            .example = "cxd key create dashboard --scope read --expires 90d",
            .options = key_specs,
            .option_count = CXD_COUNT(key_specs),
            .operands_min = 1,
            .operands_max = 1,
            .is_client = true,
            .run = run_create,
        },
    [KEY_LIST] =
        {
            .name = "key list",
            .operands = "",
            .summary = "Lists the API keys, without their secrets.",
            .example = "cxd key list",
            .options = key_specs,
            .option_count = 1,
            .is_client = true,
            .run = run_list,
        },
    [KEY_REVOKE] =
        {
            .name = "key revoke",
            .operands = "ID",
            .summary = "Revokes an API key at once.",
            .example = "cxd key revoke 0193a5c2-7b1e-7d10-8a44-2f6f0c9b1e55",
            .options = key_specs,
            .option_count = 1,
            .operands_min = 1,
            .operands_max = 1,
            .is_client = true,
            .run = run_revoke,
        },
};

static const struct command *const key_group[] = {&key_commands[KEY_CREATE], &key_commands[KEY_LIST],
                                                  &key_commands[KEY_REVOKE], NULL};

const struct command cmd_key = {
    .name = "key",
    .operands = "",
    .summary = "Makes, lists and revokes API keys.",
    .example = "cxd key create dashboard --scope read --expires 90d",
    .commands = key_group,
};

static void append_scopes(const struct screen *screen, struct buffer *out, const struct json *scopes) {
    for (size_t i = 0; i < json_count(scopes); i++) {
        if (i > 0)
            buffer_append_text(out, ", ");
        screen_append(screen, out, json_text(json_at(scopes, i), ""));
    }
}

static const char *state_of(const struct json *key) {
    const char *expires = json_text(key, "expires_at");
    int64_t expires_ms;

    if (json_get(key, "revoked_at"))
        return "revoked";
    if (expires && time_parse(expires, strlen(expires), &expires_ms) && expires_ms <= clock_now_ms())
        return "expired";
    return "valid";
}

static void list_row(const struct screen *screen, struct table *table, const struct json *key) {
    static const struct screen plain = {.unicode = true};
    struct buffer scopes;

    buffer_init(&scopes);
    append_scopes(&plain, &scopes, json_get(key, "scopes"));
    table_cell(screen, table, json_text(key, "id"));
    table_cell(screen, table, json_text(key, "prefix"));
    table_cell(screen, table, buffer_terminate(&scopes));
    table_cell(screen, table, json_text(key, "created_at"));
    table_cell(screen, table, json_text(key, "expires_at"));
    table_cell(screen, table, json_text(key, "last_used"));
    table_cell(screen, table, state_of(key));
    table_cell(screen, table, json_text(key, "name"));
    buffer_free(&scopes);
}

static bool append_list(const struct screen *screen, struct buffer *out, const struct json *document) {
    static const char *const headers[] = {"ID",      "PREFIX",    "SCOPES", "CREATED",
                                          "EXPIRES", "LAST USED", "STATE",  "NAME"};
    const struct json *keys = json_get(document, "keys");
    struct table table;

    if (!keys)
        return false;
    table_init(&table, headers, CXD_COUNT(headers), "llllllll");
    for (size_t i = 0; i < json_count(keys); i++)
        list_row(screen, &table, json_at(keys, i));
    table_append(screen, out, &table);
    table_free(&table);
    return true;
}

static bool append_revoked(const struct screen *screen, struct buffer *out, const struct json *document) {
    if (!json_text(document, "id"))
        return false;
    buffer_append_text(out, "revoked ");
    screen_append(screen, out, json_text(document, "id"));
    buffer_append_text(out, "  ");
    screen_append(screen, out, json_text(document, "name"));
    buffer_append_char(out, '\n');
    return true;
}

/* The secret on stdout; what it is, on stderr. */
static bool append_created(const struct screen *screen, struct buffer *out, const struct json *document) {
    const char *secret = json_text(document, "key"), *expires = json_text(document, "expires_at");
    struct buffer note;

    if (!secret)
        return false;
    screen_append(screen, out, secret);
    buffer_append_char(out, '\n');
    buffer_init(&note);
    buffer_append_text(&note, "cxd: key ");
    screen_append(screen, &note, json_text(document, "name"));
    buffer_append_text(&note, ", id ");
    screen_append(screen, &note, json_text(document, "id"));
    buffer_append_text(&note, ", scopes ");
    append_scopes(screen, &note, json_get(document, "scopes"));
    buffer_append_text(&note, ", expires ");
    screen_append(screen, &note, expires ? expires : "never");
    buffer_append_text(&note, "; it is shown this once\n");
    if (!note.failed)
        fwrite(note.data, 1, note.length, stderr);
    buffer_free(&note);
    return true;
}

static bool (*const appenders[])(const struct screen *, struct buffer *, const struct json *) = {
    [KEY_CREATE] = append_created,
    [KEY_LIST] = append_list,
    [KEY_REVOKE] = append_revoked,
};

static int show(enum key_verb verb, const struct client *client, const struct client_reply *reply,
                bool is_json) {
    struct screen screen;
    struct buffer out;
    bool good = true;
    int result;

    screen_init(&screen, stdout);
    buffer_init(&out);
    if (is_json)
        json_append_safe(&out, reply->body.data, reply->body.length, false);
    else
        good = appenders[verb](&screen, &out, reply->document);
    result =
        good ? output_write(&out) : client_unexpected(client, verb == KEY_LIST ? "a list of keys" : "a key");
    buffer_free(&out);
    return result;
}

static int build_key(const struct key_options *options, const char *name, struct buffer *body) {
    const struct command *command = &key_commands[KEY_CREATE];
    int64_t seconds;

    if (options->scopes.count == 0)
        return command_usage(command, "at least one --scope is needed");
    if (options->expires && (!duration_parse(options->expires, &seconds) || seconds == 0))
        return command_usage(command, "--expires takes a duration such as 90d, not '%s'", options->expires);
    buffer_append_text(body, "{\"name\":");
    buffer_append_json(body, name);
    buffer_append_text(body, ",\"scopes\":[");
    for (size_t i = 0; i < options->scopes.count; i++) {
        buffer_append_text(body, i ? "," : "");
        buffer_append_json(body, options->scopes.items[i]);
    }
    buffer_append_char(body, ']');
    if (options->expires) {
        buffer_append_text(body, ",\"expires_in\":");
        buffer_append_json(body, options->expires);
    }
    buffer_append_char(body, '}');
    if (body->failed) {
        fprintf(stderr, "cxd: out of memory\n");
        return EXIT_REFUSED;
    }
    return EXIT_OK;
}

static int run(enum key_verb verb, const char *method, int argc, char **argv) {
    const struct command *command = &key_commands[verb];
    struct key_options options = {.json = false};
    struct client_options where = {.url = NULL};
    struct client_request request = {.method = method, .path = "/v1/keys"};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    struct buffer body;
    struct id id;
    char path[128];
    char **operands;
    int count, result = command_parse(command, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (verb == KEY_REVOKE) {
        if (!id_parse(operands[0], strlen(operands[0]), &id))
            return command_usage(command, "a key's ID is a UUID ('cxd key list' shows it), not '%s'",
                                 operands[0]);
        snprintf(path, sizeof path, "/v1/keys/%s", operands[0]);
        request.path = path;
    }
    buffer_init(&body);
    result = verb == KEY_CREATE ? build_key(&options, operands[0], &body) : EXIT_OK;
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

static int run_create(int argc, char **argv) {
    return run(KEY_CREATE, "POST", argc, argv);
}

static int run_list(int argc, char **argv) {
    return run(KEY_LIST, "GET", argc, argv);
}

static int run_revoke(int argc, char **argv) {
    return run(KEY_REVOKE, "DELETE", argc, argv);
}
