/* cxd import --list and --undo: what was imported, and what takes it back. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/call.h"
#include "cmd/import.h"
#include "cmd/meter.h"
#include "cmd/view.h"
#include "cxd/cmd/cmd.h"

enum { POLL_MS = 200 };

static const struct table_column columns[] = {
    {.header = "ID", .text = "{id}"},
    {.header = "SURVEY", .text = "{survey}"},
    {.header = "STATE", .text = "{state}"},
    {.header = "CREATED", .is_right = true, .text = "{#created}"},
    {.header = "KNOWN", .is_right = true, .text = "{#known}"},
    {.header = "REFUSED", .is_right = true, .text = "{#refused}"},
    {.header = "BEGUN", .text = "{^created_at}"},
    {.header = "SOURCE", .columns_max = 60, .columns_min = 10, .text = "{source}"},
};

static bool show(struct call *call) {
    const struct json *imports = json_get(call->reply.document, "imports");

    view_append_table(&call->screen, &call->out, imports, columns, CXD_COUNT(columns));
    return true;
}

const struct call_spec import_list_call = {.method = "GET",
                                           .path = "/v1/imports",
                                           .pages = "imports",
                                           .member = "imports",
                                           .rows = "imports",
                                           .what = "a list of imports",
                                           .is_repeatable = true,
                                           .show = show};

static bool is_id(const char *id) {
    size_t length = strspn(id, "0123456789abcdefABCDEF-");

    return length > 0 && length <= 36 && id[length] == '\0';
}

static int ask_state(struct client *client, const char *method, const char *id, struct client_reply *ret_reply) {
    char path[64];
    struct client_request request = {.method = method, .path = path, .is_repeatable = true};

    snprintf(path, sizeof path, "/v1/imports/%s", id);
    return client_call(client, &request, ret_reply);
}

static double number_of(const struct json *document, const char *path) {
    double number = 0;

    return json_number(document, path, &number) ? number : 0;
}

/* Where it was ended before that, the daemon goes on by itself. */
static int say_undone(const char *id, const struct client_reply *reply, const struct import_options *options) {
    const char *state = json_text(reply->document, "state");
    char count[COUNT_TEXT_SIZE];
    struct buffer out;
    int result = EXIT_OK;

    if (options->output.json) {
        buffer_init(&out);
        json_append_safe(&out, reply->body.data, reply->body.length, false);
        result = output_write(&out);
        buffer_free(&out);
    } else if (!state || strcmp(state, "undone") != 0) {
        output_line(stderr, "The daemon goes on taking back import %s by itself; --list shows how far it is.", id);
    } else if (!options->quiet) {
        output_line(stdout, "Taken back: %s response%s of import %s.",
                    count_format(count, (int64_t)number_of(reply->document, "removed")),
                    number_of(reply->document, "removed") == 1 ? "" : "s", id);
    }
    return result;
}

int import_undo(const struct invocation *invocation, const char *id, const struct import_options *options) {
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    struct client *client = NULL;
    struct client_reply reply = {.status = 0};
    struct meter meter;
    const char *state = NULL;
    int result;

    if (!is_id(id))
        return command_usage(invocation->command, "'%s' is no import's id: --list shows them", id);
    result = client_open(&invocation->client, &client);
    if (result != EXIT_OK)
        return result;
    result = ask_state(client, "DELETE", id, &reply);
    meter_begin(&meter, "Taking back", "responses", options->quiet);
    while (result == EXIT_OK) {
        state = json_text(reply.document, "state");
        if (!state || strcmp(state, "undoing") != 0 || meter_is_cancelled(&meter))
            break;
        meter.total = (int64_t)number_of(reply.document, "created");
        meter_show(&meter, (int64_t)number_of(reply.document, "removed"));
        nanosleep(&pause, NULL);
        client_reply_free(&reply);
        result = ask_state(client, "GET", id, &reply);
    }
    meter_clear(&meter);
    if (result == EXIT_OK)
        result = say_undone(id, &reply, options);
    meter_end(&meter);
    client_reply_free(&reply);
    client_close(client);
    return result;
}
