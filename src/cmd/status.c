/* cxd status: what an operator looks at first, by GET /v1/status. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"

struct status_options {
    bool json;
    const char *wait;
};

static int run_status(int argc, char **argv);

static const struct option_spec status_specs[] = {
    {"json", 'j', OPTION_FLAG, offsetof(struct status_options, json), NULL, "print the daemon's reply", NULL},
    {"wait", 'w', OPTION_TEXT, offsetof(struct status_options, wait), "DURATION",
     "wait until it is ready, as long as 30s at most", NULL},
};

const struct command cmd_status = {
    .name = "status",
    .operands = "",
    .summary = "Shows whether the daemon is ready, or why not, and the figures to look at first.",
    .text = "Exits 0 if it is ready, and 1 if it is not or gives no answer.",
    .example = "cxd status\ncxd status --wait 30s && echo ready",
    .options = status_specs,
    .option_count = CXD_COUNT(status_specs),
    .is_client = true,
    .run = run_status,
};

/* --- Rows ------------------------------------------------------------------------------------------------------------ */

struct view {
    struct screen screen;
    struct buffer out;
    const struct json *status;
    int64_t now_ms;
};

static void open_row(struct view *view, const char *label) {
    buffer_append_format(&view->out, "  %-12s  ", label);
}

static void close_row(struct view *view) {
    buffer_append_char(&view->out, '\n');
}

static double number_of(const struct view *view, const char *path) {
    double number = 0;

    return json_number(view->status, path, &number) ? number : -1;
}

/* A number of the document; "?" where the daemon does not know it. */
static void append_number(struct view *view, const char *path) {
    double number = number_of(view, path);

    if (number < 0)
        buffer_append_char(&view->out, '?');
    else
        buffer_append_format(&view->out, "%.0f", number);
}

static void append_bytes(struct view *view, const char *path) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number = number_of(view, path);
    size_t unit = 0;

    if (number < 0) {
        buffer_append_char(&view->out, '?');
        return;
    }
    for (; number >= 1024 && unit + 1 < CXD_COUNT(units); unit++)
        number /= 1024;
    buffer_append_format(&view->out, unit > 0 && number < 100 ? "%.1f %s" : "%.0f %s", number, units[unit]);
}

/* "3 d 4 h": the two largest units. */
static void append_span(struct view *view, int64_t seconds) {
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t at = 0;

    if (seconds < 0)
        seconds = 0;
    while (at + 1 < CXD_COUNT(units) && seconds < units[at].seconds)
        at++;
    buffer_append_format(&view->out, "%" PRId64 " %s", seconds / units[at].seconds, units[at].name);
    seconds %= units[at].seconds;
    if (at + 1 < CXD_COUNT(units) && seconds / units[at + 1].seconds > 0)
        buffer_append_format(&view->out, " %" PRId64 " %s", seconds / units[at + 1].seconds,
                             units[at + 1].name);
}

/* A time, and how long before the daemon's now it was. False where there is none. */
static bool append_ago(struct view *view, const char *path) {
    const char *text = json_text(view->status, path);
    int64_t at_ms;

    if (!text || !time_parse(text, strlen(text), &at_ms))
        return false;
    append_span(view, (view->now_ms - at_ms) / 1000);
    buffer_append_text(&view->out, " ago");
    return true;
}

/* The sum of an object's members, and then each that is not zero. */
static void append_counts(struct view *view, const char *label, const char *path) {
    const struct json *counts = json_get(view->status, path);
    double total = 0, number;
    bool is_first = true;

    open_row(view, label);
    for (size_t i = 0; i < json_count(counts); i++)
        total += json_number(counts, json_name_at(counts, i), &number) ? number : 0;
    buffer_append_format(&view->out, "%.0f", total);
    for (size_t i = 0; i < json_count(counts); i++) {
        const char *name = json_name_at(counts, i);

        if (!json_number(counts, name, &number) || number == 0)
            continue;
        buffer_append_text(&view->out, is_first ? " (" : ", ");
        screen_append(&view->screen, &view->out, name);
        buffer_append_format(&view->out, " %.0f", number);
        is_first = false;
    }
    buffer_append_text(&view->out, is_first ? "" : ")");
    close_row(view);
}

static void append_verdict(struct view *view) {
    const struct json *reasons = json_get(view->status, "reasons");
    bool is_ready = json_is_true(view->status, "ready");

    buffer_append_text(&view->out, "cxd ");
    screen_append(&view->screen, &view->out, json_text(view->status, "version"));
    buffer_append_text(&view->out, " is ");
    buffer_append_text(&view->out, screen_paint(&view->screen, is_ready ? PAINT_GREEN : PAINT_RED));
    buffer_append_text(&view->out, is_ready ? "ready" : "not ready");
    buffer_append_text(&view->out, screen_paint(&view->screen, PAINT_NONE));
    buffer_append_char(&view->out, '\n');
    for (size_t i = 0; i < json_count(reasons); i++) {
        const struct json *reason = json_at(reasons, i);

        buffer_append_text(&view->out, "  ");
        screen_append(&view->screen, &view->out, json_text(reason, "reason"));
        buffer_append_text(&view->out, ": ");
        screen_append(&view->screen, &view->out, json_text(reason, "detail"));
        buffer_append_char(&view->out, '\n');
    }
}

static void append_place(struct view *view) {
    const struct json *listen = json_get(view->status, "listen");

    open_row(view, "listening");
    for (size_t i = 0; i < json_count(listen); i++) {
        buffer_append_text(&view->out, i > 0 ? ", " : "");
        screen_append(&view->screen, &view->out, json_text(json_at(listen, i), "url"));
    }
    close_row(view);
    open_row(view, "up");
    append_span(view, (int64_t)number_of(view, "uptime_seconds"));
    buffer_append_text(&view->out, ", since ");
    screen_append(&view->screen, &view->out, json_text(view->status, "started_at"));
    close_row(view);
}

static void append_work(struct view *view) {
    open_row(view, "responses");
    append_number(view, "responses.counted");
    buffer_append_text(&view->out, "; ");
    append_number(view, "responses.last_minute");
    buffer_append_text(&view->out, " in the last minute, ");
    append_number(view, "responses.last_hour");
    buffer_append_text(&view->out, " in the last hour");
    close_row(view);
    open_row(view, "surveys");
    append_number(view, "surveys");
    close_row(view);
    open_row(view, "queue");
    append_number(view, "queue.waiting");
    buffer_append_text(&view->out, " of ");
    append_number(view, "queue.capacity");
    close_row(view);
    open_row(view, "last commit");
    if (append_ago(view, "last_commit.at")) {
        buffer_append_format(&view->out, ", %.0f %s in %.3f s", number_of(view, "last_commit.changes"),
                             number_of(view, "last_commit.changes") == 1 ? "change" : "changes",
                             number_of(view, "last_commit.seconds"));
    } else {
        buffer_append_text(&view->out, "none yet");
    }
    close_row(view);
}

static void append_storage(struct view *view) {
    open_row(view, "database");
    if (number_of(view, "storage.database_bytes") < 0) {
        buffer_append_text(&view->out, "?");
    } else {
        append_bytes(view, "storage.database_bytes");
        buffer_append_text(&view->out, ", log ");
        append_bytes(view, "storage.log_bytes");
        buffer_append_text(&view->out, ", schema ");
        append_number(view, "schema");
    }
    close_row(view);
    open_row(view, "disk");
    append_bytes(view, "storage.free_bytes");
    buffer_append_text(&view->out, " free");
    close_row(view);
}

static void append_reloads(struct view *view) {
    open_row(view, "reloads");
    append_number(view, "reloads.done");
    if (number_of(view, "reloads.refused") > 0) {
        buffer_append_text(&view->out, ", refused ");
        append_number(view, "reloads.refused");
    }
    if (json_text(view->status, "reloads.last_at")) {
        buffer_append_text(&view->out, ", the last ");
        (void)append_ago(view, "reloads.last_at");
    }
    close_row(view);
}

static void append_backups(struct view *view) {
    open_row(view, "last backup");
    if (!json_get(view->status, "backups"))
        buffer_append_text(&view->out, "the daemon makes none ([backup] every)");
    else if (append_ago(view, "backups.last_at")) {
        buffer_append_text(&view->out, ", ");
        append_bytes(view, "backups.bytes");
    } else
        buffer_append_text(&view->out, "none yet");
    if (json_is_true(view->status, "backups.running"))
        buffer_append_text(&view->out, "; one is being made");
    if (json_is_true(view->status, "backups.failing")) {
        buffer_append_text(&view->out, "; ");
        buffer_append_text(&view->out, screen_paint(&view->screen, PAINT_RED));
        buffer_append_text(&view->out, "the last try failed");
        buffer_append_text(&view->out, screen_paint(&view->screen, PAINT_NONE));
    }
    close_row(view);
}

static void append_all(struct view *view) {
    const char *now = json_text(view->status, "now");

    if (!now || !time_parse(now, strlen(now), &view->now_ms))
        view->now_ms = clock_now_ms();
    append_verdict(view);
    append_place(view);
    append_work(view);
    append_storage(view);
    open_row(view, "connections");
    append_number(view, "connections.open");
    buffer_append_text(&view->out, " of ");
    append_number(view, "connections.limit");
    close_row(view);
    append_counts(view, "rate-limited", "rate_limited");
    append_counts(view, "flagged", "flagged");
    append_backups(view);
    append_reloads(view);
}

/* --- The command ----------------------------------------------------------------------------------------------------- */

static int show(const struct client_reply *reply, bool is_json) {
    struct view view = {.status = reply->document};
    int result;

    screen_init(&view.screen, stdout);
    buffer_init(&view.out);
    if (is_json)
        json_append_safe(&view.out, reply->body.data, reply->body.length, false);
    else
        append_all(&view);
    result = output_write(&view.out);
    buffer_free(&view.out);
    return result;
}

/* Asks once. A client of its own each time: with the daemon's start its address and key may come to be. */
static int ask(const struct client_options *where, bool is_quiet, bool is_json, bool *ret_is_ready) {
    struct client_request request = {.method = "GET", .path = "/v1/status", .is_quiet = is_quiet};
    struct client_reply reply = {.status = 0};
    struct client *client = NULL;
    int result = client_open(where, &client);

    *ret_is_ready = false;
    if (result != EXIT_OK)
        return result;
    result = client_call(client, &request, &reply);
    if (result == EXIT_OK && !json_get(reply.document, "ready"))
        result = is_quiet ? EXIT_REFUSED : client_unexpected(client, "a status");
    if (result == EXIT_OK)
        *ret_is_ready = json_is_true(reply.document, "ready");
    if (result == EXIT_OK && (*ret_is_ready || !is_quiet))
        result = show(&reply, is_json);
    client_reply_free(&reply);
    client_close(client);
    return result;
}

static int run_status(int argc, char **argv) {
    enum { POLL_MS = 200 };
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    struct status_options options = {.json = false};
    struct client_options where = {.url = NULL};
    int64_t wait_s = 0;
    bool is_ready = false;
    char **operands;
    int count, result = command_parse(&cmd_status, argc, argv, &options, &where, &operands, &count);

    if (result != COMMAND_GO_ON)
        return result;
    if (options.wait && !duration_parse(options.wait, &wait_s))
        return command_usage(&cmd_status, "--wait takes a duration, such as 30s, not '%s'", options.wait);
    int64_t end_ms = clock_monotonic_ms() + wait_s * 1000;
    while (clock_monotonic_ms() < end_ms) {
        result = ask(&where, true, options.json, &is_ready);
        if (is_ready)
            return result;
        nanosleep(&pause, NULL);
    }
    result = ask(&where, false, options.json, &is_ready);
    return result == EXIT_OK && !is_ready ? EXIT_REFUSED : result;
}
