/* cxd key create, list and revoke: API keys, by /v1/keys. A new key stands alone on standard output, for scripts. Who
 * has lost the admin key makes one without the daemon. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/api/api.h"
#include "cxd/base/actor.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/key.h"
#include "cxd/codec/write.h"
#include "cxd/config/config.h"
#include "cxd/store/url.h"

struct create_options {
    struct output_options output;
    bool offline;
    struct text_list scopes;
    const char *expires;
};

#define AT(member) offsetof(struct create_options, member)

static const char *const scope_names[] = {"read", "write", "export", "erase", "admin", NULL};

static const struct option_spec create_specs[] = {
    OPTION_JSON(AT(output.json)),
    {"scope", 's', OPTION_LIST, AT(scopes), "read|write|export|erase|admin", "what it may do; may be repeated",
     scope_names},
    {"expires", 0, OPTION_TEXT, AT(expires), "D", "life of the key, as 12h or 90d; default: no end", NULL},
    {"offline", 0, OPTION_FLAG, AT(offline), NULL, "without the daemon, which is stopped; default: --scope admin",
     NULL},
};

/* What the daemon is sent, and what is judged by the same rules where there is none. */
static int append_wish(const struct command *command, const struct create_options *options, const char *name,
                       struct buffer *body) {
    int64_t seconds;

    if (options->expires && (!duration_parse(options->expires, &seconds) || seconds == 0))
        return command_usage(command, "--expires takes a duration such as 90d, not '%s'", options->expires);
    write_open(body, NULL, '{');
    write_text(body, "name", name);
    write_open(body, "scopes", '[');
    for (size_t i = 0; i < options->scopes.count; i++)
        write_text(body, NULL, options->scopes.items[i]);
    if (options->scopes.count == 0)
        write_text(body, NULL, "admin");
    buffer_append_char(body, ']');
    write_given(body, "expires_in", options->expires);
    buffer_append_char(body, '}');
    return EXIT_OK;
}

static int prepare_create(struct call *call) {
    const struct command *command = call->invocation->command;
    const struct create_options *options = call->invocation->options;

    if (!call->operand)
        return command_usage(command, "an argument is missing: NAME");
    if (options->scopes.count == 0)
        return command_usage(command, "at least one --scope is needed");
    return append_wish(command, options, call->operand, &call->body);
}

/* Whoever may write there could change anything; the key is for who owns it. */
static enum cxd_err expect_owner(const char *path, struct error *err) {
    struct stat found;

    if (stat(path, &found) != 0)
        return errno == ENOENT ? CXD_OK : error_set(err, ERR_SYSTEM, "cannot look at %s: %s", path, strerror(errno));
    if (found.st_uid == geteuid())
        return CXD_OK;
    return error_set(err, ERR_SYSTEM, "%s belongs to uid %lu: run this as that user, or as root", path,
                     (unsigned long)found.st_uid);
}

/* As the owner, in whose hands the directory is. */
static enum cxd_err make_offline(const struct config *config, struct app_made_key *made, struct error *err) {
    const char *file = store_url_file(config->storage_url);
    char directory[CONFIG_TEXT_SIZE];
    struct actor owner;
    enum cxd_err code;

    if (!place_state_directory(config, directory, sizeof directory))
        return error_set(err, ERR_CONFIG,
                         "the store of [storage] url is in no file of this machine, and [server] state_directory, "
                         "where its keys would be, is not set");
    code = place_owner(config, &owner, err);
    if (code == CXD_OK)
        code = actor_enter(&owner, err);
    if (code != CXD_OK)
        return code;
    code = expect_owner(directory, err);
    if (code == CXD_OK && file)
        code = expect_owner(file, err);
    if (code == CXD_OK)
        code = app_make_key(config, directory, made, err);
    if (code == ERR_LOCKED) {
        struct error reason = *err;
        error_set(err, code, "%s: stop the daemon first, or make the key by it, without --offline", reason.detail);
    }
    if (code == CXD_OK && made->is_kept)
        complain("%s/admin.key holds the new key", directory);
    actor_leave(&owner);
    return code;
}

static int show_offline(const struct create_options *options, const struct app_made_key *made) {
    struct buffer out;
    int result;

    buffer_init(&out);
    if (options->output.json)
        key_encode(&out, &made->key, made->secret);
    else
        buffer_append_text(&out, made->secret);
    buffer_append_char(&out, '\n');
    result = output_write(&out);
    buffer_free(&out);
    if (result != EXIT_OK && !made->is_kept)
        complain("the key %s was made and is lost, since it could not be shown: revoke it ('cxd key list' has its id)",
                 made->key.prefix);
    else if (*made->why_not)
        complain("warning: %s: keep the key that is printed, it is shown this once", made->why_not);
    else if (!made->is_kept)
        complain("the key %s is shown this once", made->key.prefix);
    return result;
}

/* The members are those of the body that a daemon would have had. */
static void complain_of_key(const struct command *command, const struct error *err) {
    char text[sizeof err->members[0].pointer + sizeof err->members[0].detail + 8];
    const struct error_member *member = &err->members[0];

    if (err->member_count == 0) {
        command_complain(command, err->detail);
        return;
    }
    snprintf(text, sizeof text, "%s %s", strcmp(member->pointer, "/name") == 0 ? "NAME" : member->pointer,
             member->detail);
    command_complain(command, text);
}

static int run_offline(const struct invocation *invocation) {
    enum { DEPTH = 4 };
    const struct create_options *options = invocation->options;
    const struct client_options *client = &invocation->client;
    struct app_made_key made = {.is_kept = false};
    struct config config;
    struct buffer wish;
    struct error err;
    enum cxd_err code;
    int result;

    if (client->url || client->key || client->key_file)
        return command_usage(invocation->command, "--offline asks no daemon: it takes no --url, --key or --key-file");
    buffer_init(&wish);
    result = append_wish(invocation->command, options, invocation->count > 0 ? invocation->operands[0] : "made offline",
                         &wish);
    if (result == EXIT_OK) {
        code = wish.failed ? error_set(&err, ERR_NO_MEMORY, "out of memory")
                           : key_decode(wish.data, wish.length, DEPTH, clock_now_ms(), &made.key, &err);
        if (code == CXD_OK)
            code = place_load(client->config, true, &config, &err);
        if (code == CXD_OK)
            code = make_offline(&config, &made, &err);
        if (code == CXD_OK)
            result = show_offline(options, &made);
        else {
            complain_of_key(invocation->command, &err);
            result = EXIT_REFUSED;
        }
    }
    buffer_free(&wish);
    return result;
}

static int run_create(const struct invocation *invocation) {
    const struct create_options *options = invocation->options;

    return options->offline ? run_offline(invocation) : call_run(invocation);
}

/* The secret on stdout; what it is, on stderr. */
static bool show_created(struct call *call) {
    const struct json *key = call->reply.document;
    struct buffer note;
    bool good = view_append(&call->screen, &call->out, key, "{key}\n");

    if (!good)
        return false;
    buffer_init(&note);
    (void)view_append(&call->screen, &note, key,
                      json_get(key, "expires_at")
                          ? "cxd: key {name}, id {id}, scopes {scopes}, expires {expires_at}; it is shown this once\n"
                          : "cxd: key {name}, id {id}, scopes {scopes}, expires never; it is shown this once\n");
    output_explain(&note);
    buffer_free(&note);
    return true;
}

static void append_state(struct buffer *out, const struct json *key) {
    buffer_append_text(out, json_get(key, "revoked_at")       ? "revoked"
                            : view_is_past(key, "expires_at") ? "expired"
                                                              : "valid");
}

static bool show_list(struct call *call) {
    static const struct table_column columns[] = {
        {.header = "ID", .text = "{id}"},
        {.header = "PREFIX", .text = "{prefix}"},
        {.header = "SCOPES", .text = "{scopes}"},
        {.header = "CREATED", .text = "{^created_at}"},
        {.header = "EXPIRES", .text = "{^expires_at}"},
        {.header = "LAST USED", .text = "{last_used}"},
        {.header = "STATE", .cell = append_state},
        {.header = "NAME", .text = "{name}", .wraps = true},
    };

    view_append_table(&call->screen, &call->out, json_get(call->reply.document, "keys"), columns, CXD_COUNT(columns));
    return true;
}

static int prepare_revoke(struct call *call) {
    struct id id;

    if (id_parse(call->operand, strlen(call->operand), &id))
        return EXIT_OK;
    return command_usage(call->invocation->command, "a key's ID is a UUID ('cxd key list' shows it), not '%s'",
                         call->operand);
}

static const struct command create = {
    .name = "key create",
    .operands = "[NAME]",
    .summary = "Makes an API key and prints it, this once.",
    .text = "Only the key itself goes to standard output. A name and at least one --scope are needed.\n"
            "With --offline the key is made in the database of a daemon that is stopped, by who owns it or root: for\n"
            "when the admin key was lost. Where admin.key is missing, or opens nothing, it then holds the new key.",
    .example = "cxd key create dashboard --scope read --expires 90d",
    .options = create_specs,
    .option_count = CXD_COUNT(create_specs),
    .operands_max = 1,
    .is_client = true,
    .run = run_create,
    .call = &(const struct call_spec){.method = "POST",
                                      .path = "/v1/keys",
                                      .member = "key",
                                      .what = "a key",
                                      .prepare = prepare_create,
                                      .show = show_created},
};

static const struct command list = {
    .name = "key list",
    .operands = "",
    .summary = "Lists the API keys, without their secrets.",
    .example = "cxd key list",
    .options = command_output_options,
    .option_count = CXD_COUNT(command_output_options),
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "GET",
                                      .path = "/v1/keys",
                                      .pages = "keys",
                                      .member = "keys",
                                      .what = "a list of keys",
                                      .rows = "keys",
                                      .csv = "id prefix scopes created_at expires_at last_used revoked_at name",
                                      .show = show_list},
};

static const struct command revoke_key = {
    .name = "key revoke",
    .operands = "ID",
    .summary = "Revokes an API key at once.",
    .example = "cxd key revoke 0193a5c2-7b1e-7d10-8a44-2f6f0c9b1e55",
    .options = command_json_option,
    .option_count = 1,
    .operands_min = 1,
    .operands_max = 1,
    .is_client = true,
    .run = call_run,
    .call = &(const struct call_spec){.method = "DELETE",
                                      .path = "/v1/keys/%s",
                                      .member = "id",
                                      .what = "a key",
                                      .line = "revoked {id}  {name}\n",
                                      .prepare = prepare_revoke},
};

const struct command cmd_key = {
    .name = "key",
    .operands = "",
    .summary = "Makes, lists and revokes API keys.",
    .example = "cxd key create dashboard --scope read --expires 90d",
    .commands = (const struct command *const[]){&create, &list, &revoke_key, NULL},
};
