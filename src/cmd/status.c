/* cxd status: what an operator looks at first, by GET /v1/status. */

#include <time.h>

#include "cmd/call.h"
#include "cmd/view.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"

struct status_options {
    struct output_options output;
    const char *wait;
};

static const struct option_spec status_specs[] = {
    OPTIONS_OUTPUT(offsetof(struct status_options, output)),
    {"wait", 'w', OPTION_TEXT, offsetof(struct status_options, wait), "DURATION",
     "wait until it is ready, as long as 30s at most", NULL},
};

/* The figures; what is a list is in --json. */
#define CSV                                                                                                            \
    "version ready now started_at uptime_seconds responses=responses.counted responses.last_minute "                   \
    "responses.last_hour surveys queue.waiting queue.capacity last_commit.at last_commit.seconds last_commit.changes " \
    "suspects=suspects.responses alerts.firing alerts.acknowledged schema storage.database_bytes "                     \
    "storage.log_bytes storage.free_bytes storage.min_free_bytes connections.open connections.limit "                  \
    "connections.refused "                                                                                             \
    "batch_memory.held_bytes batch_memory.limit_bytes question_memory.held_bytes question_memory.limit_bytes "         \
    "backups.last_at backups.failing reloads.done reloads.refused "                                                    \
    "reason=reasons.#0.reason"

enum { ITEMS_SHOWN = 64 }; /* of a list that the daemon sends; its own are shorter */

/* The lines of a status, one after the other; `status` is what the texts of view.h are about. */
struct view {
    const struct screen *screen;
    struct buffer *out;
    const struct json *status;
};

static void append(struct view *view, const char *text) {
    (void)view_append(view->screen, view->out, view->status, text);
}

static void row(struct view *view, const char *label, const char *text) {
    buffer_append_format(view->out, "  %-12s  ", label);
    append(view, text);
}

static double number_of(const struct view *view, const char *path) {
    double number = 0;

    return json_number(view->status, path, &number) ? number : -1;
}

/* Each of a list, with `first` and then `other`. */
static void append_each(struct view *view, const char *path, const char *first, const char *other) {
    const struct json *list = json_get(view->status, path);

    for (size_t i = 0; i < json_count(list) && i < ITEMS_SHOWN; i++)
        (void)view_append(view->screen, view->out, json_at(list, i), i == 0 ? first : other);
}

/* Each member of an object that is not zero, in brackets; nothing where all are. */
static void append_members(struct view *view, const struct json *counts) {
    bool is_first = true;

    for (size_t i = 0; i < json_count(counts) && i < ITEMS_SHOWN; i++) {
        const char *name = json_name_at(counts, i);
        double number;

        if (!json_number(counts, name, &number) || number == 0)
            continue;
        buffer_append_text(view->out, is_first ? " (" : ", ");
        screen_append(view->screen, view->out, name);
        buffer_append_char(view->out, ' ');
        number_append(view->out, number, 0);
        is_first = false;
    }
    buffer_append_text(view->out, is_first ? "" : ")");
}

/* The sum of an object's members, and then each. */
static void append_counts(struct view *view, const char *label, const char *path) {
    const struct json *counts = json_get(view->status, path);
    double total = 0, number;

    row(view, label, "");
    for (size_t i = 0; i < json_count(counts) && i < ITEMS_SHOWN; i++)
        total += json_number(counts, json_name_at(counts, i), &number) ? number : 0;
    number_append(view->out, total, 0);
    append_members(view, counts);
    append(view, "\n");
}

static void append_painted(struct view *view, enum paint paint, const char *text) {
    buffer_append_format(view->out, "%s%s%s", screen_paint(view->screen, paint), text,
                         screen_paint(view->screen, PAINT_NONE));
}

static void append_verdict(struct view *view) {
    bool is_ready = json_is_true(view->status, "ready");

    append(view, "cxd {version} is ");
    append_painted(view, is_ready ? PAINT_GREEN : PAINT_RED, is_ready ? "ready" : "not ready");
    append(view, "\n");
    append_each(view, "reasons", "  {reason}: {detail}\n", "  {reason}: {detail}\n");
    if (json_text(view->status, "retention.reason"))
        append(view, "  {retention.reason}: {retention.detail}\n");
}

static void append_place(struct view *view) {
    row(view, "listening", "");
    append_each(view, "listen", "{url}", ", {url}");
    append(view, "\n");
    row(view, "up", "");
    view_append_span(view->out, number_whole(number_of(view, "uptime_seconds")));
    append(view, ", since {started_at}\n");
}

static void append_work(struct view *view) {
    row(view, "responses",
        "{#responses.counted}; {#responses.last_minute} in the last minute, {#responses.last_hour} in the last "
        "hour\n");
    row(view, "surveys", "{#surveys}\n");
    row(view, "queue", "{#queue.waiting} of {#queue.capacity}\n");
    if (!json_text(view->status, "last_commit.at")) {
        row(view, "last commit", "none yet\n");
        return;
    }
    row(view, "last commit",
        number_of(view, "last_commit.changes") == 1 ? "{@last_commit.at}, {#last_commit.changes} change in "
                                                    : "{@last_commit.at}, {#last_commit.changes} changes in ");
    number_append(view->out, number_of(view, "last_commit.seconds"), 3);
    append(view, " s\n");
}

/* People among them were answered as everyone, and would never learn that they do not count. */
static void append_suspects(struct view *view) {
    const struct json *surveys = json_get(view->status, "suspects.surveys");
    size_t listed = json_count(surveys) < ITEMS_SHOWN ? json_count(surveys) : ITEMS_SHOWN;
    double count = number_of(view, "suspects.responses"), all = number_of(view, "suspects.surveys_with_some");

    row(view, "suspects", count == 0 ? "none\n" : count < 0 ? "?\n" : "");
    if (count <= 0)
        return;
    append(view, json_is_true(view->status, "suspects.complete") ? "" : "at least ");
    append(view, count == 1 ? "1 answer is suspected and does not count"
                            : "{#suspects.responses} answers are suspected and do not count");
    append_members(view, json_get(view->status, "suspects.reasons"));
    append(view, "; {#suspects.last_day} of the last day\n");
    for (size_t i = 0; i < listed; i++) {
        (void)view_append(view->screen, view->out, json_at(surveys, i), "  {survey}: {#responses}");
        append_members(view, json_get(json_at(surveys, i), "reasons"));
        (void)view_append(view->screen, view->out, json_at(surveys, i), "; see cxd suspects list {survey}\n");
    }
    if (all > (double)listed) {
        append(view, "  and of ");
        number_append(view->out, all - (double)listed, 0);
        append(view, " more surveys\n");
    }
}

/* Nothing where there are none. */
static void append_alerts(struct view *view) {
    double firing = number_of(view, "alerts.firing"), seen = number_of(view, "alerts.acknowledged");
    double all = firing + seen + number_of(view, "alerts.ok") + number_of(view, "alerts.no_data");

    if (firing < 0 || all <= 0)
        return;
    row(view, "alerts", "");
    append(view, "{#alerts.firing} ");
    append_painted(view, firing > 0 ? PAINT_RED : PAINT_NONE, "firing");
    append(view, ", {#alerts.acknowledged} acknowledged, {#alerts.no_data} without data, {#alerts.ok} ok");
    append(view, firing > 0 ? "; see cxd alerts\n" : "\n");
}

/* Since the start. Nothing where there were none. */
static void append_events(struct view *view) {
    if (number_of(view, "events.created") + number_of(view, "events.replayed") + number_of(view, "events.suspected") +
            number_of(view, "events.refused") <=
        0)
        return;
    row(view, "events", "{#events.created} counted, {#events.replayed} known already");
    if (number_of(view, "events.suspected") > 0)
        append(view, ", {#events.suspected} of machines");
    if (number_of(view, "events.refused") > 0)
        append(view, ", {#events.refused} refused");
    append(view, "\n");
}

static void append_storage(struct view *view) {
    double free_bytes = number_of(view, "storage.free_bytes");

    row(view, "database",
        number_of(view, "storage.database_bytes") < 0
            ? "?\n"
            : "{~storage.database_bytes}, log {~storage.log_bytes}, schema {#schema}\n");
    row(view, "disk", "{~storage.free_bytes} free");
    if (json_text(view->status, "storage.directory"))
        append(view, " in {storage.directory}");
    if (free_bytes >= 0 && free_bytes < number_of(view, "storage.min_free_bytes")) {
        append(view, "; ");
        append_painted(view, PAINT_RED, "[storage] min_free asks for ");
        append(view, "{~storage.min_free_bytes}");
    }
    append(view, "\n");
}

/* Values that strangers or integrations made up, most likely; and work that goes on by itself. */
static void append_dimensions(struct view *view) {
    static const char overflow[] = "  {survey} {dimension}: {#values} values kept, {#beyond} responses beyond\n";
    size_t count = json_count(json_get(view->status, "dimensions.overflows"));
    size_t listed = count < ITEMS_SHOWN ? count : ITEMS_SHOWN;
    double all = number_of(view, "dimensions.overflowing");

    if (all > 0)
        row(view, "values", "{#dimensions.beyond} responses beyond [limits] dimension_values\n");
    append_each(view, "dimensions.overflows", overflow, overflow);
    if (all > (double)listed) {
        append(view, "  and ");
        number_append(view->out, all - (double)listed, 0);
        append(view, " more\n");
    }
    if (number_of(view, "dimensions.unrolled") > 0)
        row(view, "properties", "{#dimensions.unrolled} being filled in or cleared away\n");
    if (number_of(view, "imports.undoing") > 0)
        row(view, "imports", "{#imports.undoing} being undone\n");
}

/* "0 of 2 read, 0 of 1 public; 3 requests wait": of each pool, how many work. */
static void append_workers(struct view *view) {
    const struct json *pools = json_get(view->status, "workers");
    double waiting = 0;

    row(view, "workers", "");
    for (size_t i = 0; i < json_count(pools) && i < ITEMS_SHOWN; i++) {
        const char *name = json_name_at(pools, i);
        double number;

        (void)view_append(view->screen, view->out, json_get(pools, name),
                          i > 0 ? ", {#busy} of {#threads} " : "{#busy} of {#threads} ");
        screen_append(view->screen, view->out, name);
        waiting += json_number(json_get(pools, name), "waiting", &number) ? number : 0;
    }
    if (waiting > 0) {
        append(view, "; ");
        number_append(view->out, waiting, 0);
        append(view, " requests wait");
    }
    append(view, "\n");
}

static void append_backups(struct view *view) {
    bool makes_any = json_get(view->status, "backups");

    row(view, "last backup",
        !makes_any                                   ? ""
        : json_text(view->status, "backups.last_at") ? "{@backups.last_at}, {~backups.bytes}"
                                                     : "none yet");
    if (!makes_any) {
        append_painted(view, PAINT_RED, "none are configured");
        append(view, ": set [backup] every, or see to copies yourself");
    }
    if (json_is_true(view->status, "backups.running"))
        append(view, "; one is being made");
    if (json_is_true(view->status, "backups.failing")) {
        append(view, "; ");
        append_painted(view, PAINT_RED, "the last try failed");
    }
    append(view, "\n");
}

static void append_reloads(struct view *view) {
    row(view, "reloads",
        number_of(view, "reloads.refused") > 0 ? "{#reloads.done}, refused {#reloads.refused}" : "{#reloads.done}");
    if (json_text(view->status, "reloads.last_at"))
        append(view, ", the last {@reloads.last_at}");
    append(view, "\n");
}

static bool show(struct call *call) {
    struct view view = {.screen = &call->screen, .out = &call->out, .status = call->reply.document};

    append_verdict(&view);
    append_place(&view);
    append_work(&view);
    append_events(&view);
    append_suspects(&view);
    append_alerts(&view);
    append_storage(&view);
    row(&view, "connections", "{#connections.open} of {#connections.limit}");
    if (number_of(&view, "connections.refused") > 0)
        append(&view, "; refused {#connections.refused} of addresses that had {#connections.per_address}");
    append(&view, "\n");
    append_workers(&view);
    row(&view, "batch memory", "{~batch_memory.held_bytes} of {~batch_memory.limit_bytes}");
    if (number_of(&view, "batch_memory.refused") > 0)
        append(&view, "; refused {#batch_memory.refused}");
    append(&view, "\n");
    row(&view, "question memory", "{~question_memory.held_bytes} of {~question_memory.limit_bytes}");
    if (number_of(&view, "question_memory.refused") > 0)
        append(&view, "; refused {#question_memory.refused}");
    append(&view, "\n");
    append_counts(&view, "rate-limited", "rate_limited");
    append_counts(&view, "flagged", "flagged");
    append_dimensions(&view);
    append_backups(&view);
    append_reloads(&view);
    return true;
}

/* Asks once. A client of its own each time: with the daemon's start its address and key may come to be. */
static int ask(const struct invocation *invocation, bool is_quiet, bool is_first, bool *ret_is_ready) {
    struct invocation own = *invocation;
    struct call call;
    int result;

    own.client.is_quiet = is_quiet;
    own.client.is_told = !is_first;
    result = call_prepare(&call, &own);
    call.request.is_quiet = is_quiet;
    if (result == EXIT_OK)
        result = call_ask(&call);
    *ret_is_ready = result == EXIT_OK && json_is_true(call.reply.document, "ready");
    if (result == EXIT_OK && (*ret_is_ready || !is_quiet))
        result = call_show(&call);
    call_end(&call);
    return result;
}

static int run(const struct invocation *invocation) {
    enum { POLL_MS = 200 };
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    const struct status_options *options = invocation->options;
    int64_t wait_s = 0;
    bool is_ready = false, is_first = true;
    int result;

    if (options->wait && !duration_parse(options->wait, &wait_s))
        return command_usage(invocation->command, "--wait takes a duration, such as 30s, not '%s'", options->wait);
    int64_t end_ms = clock_monotonic_ms() + wait_s * 1000;
    while (clock_monotonic_ms() < end_ms) {
        result = ask(invocation, true, is_first, &is_ready);
        is_first = false;
        if (is_ready)
            return result;
        nanosleep(&pause, NULL);
    }
    result = ask(invocation, false, is_first, &is_ready);
    return result == EXIT_OK && !is_ready ? EXIT_REFUSED : result;
}

const struct command cmd_status = {
    .name = "status",
    .operands = "",
    .summary = "Shows whether the daemon is ready, or why not, and the figures to look at first.",
    .text = "Exits 0 if it is ready, and 1 if it is not or gives no answer.",
    .example = "cxd status\ncxd status --wait 30s && echo ready",
    .options = status_specs,
    .option_count = CXD_COUNT(status_specs),
    .is_client = true,
    .run = run,
    .call =
        &(const struct call_spec){
            .method = "GET", .path = "/v1/status", .member = "ready", .what = "a status", .csv = CSV, .show = show},
};
