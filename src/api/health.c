/* Whether the process lives, whether it takes requests, and how it is: for probes, and for `cxd status`. */
#include <string.h>

#include "api/app.h"
#include "api/vitals.h"
#include "cxd/base/clock.h"
#include "cxd/ingest/backups.h"

void api_healthz_get(struct http_request *request) {
    buffer_append_text(http_out(request), "{\"status\":\"ok\"}");
    http_reply(request, 200, "application/json");
}

/* A problem with every reason; its detail is theirs. */
static void refuse(struct http_request *request, const struct vitals_report *report) {
    struct error err;
    struct buffer members;
    size_t length = 0;
    bool is_draining = strcmp(report->reasons[0]->reason, "draining") == 0;
    error_set(&err, is_draining ? ERR_DRAINING : ERR_NOT_READY, "%s", "");
    for (size_t i = 0; i < report->reason_count && length < sizeof(err.detail); i++)
        length += (size_t)snprintf(err.detail + length, sizeof(err.detail) - length, "%s%s",
                                   i > 0 ? ". " : "", report->reasons[i]->detail);
    buffer_init(&members);
    buffer_append_text(&members, "\"reasons\":");
    vitals_append_reasons(&members, report);
    const char *text = buffer_terminate(&members);
    http_problem_more(request, &err, text);
    buffer_free(&members);
}

static void finish_readyz(struct http_request *request) {
    const struct app *app = http_app(request);
    struct buffer *out = http_out(request);
    struct vitals_report report;
    vitals_read(app->vitals, &report);
    if (report.reason_count > 0) {
        refuse(request, &report);
        return;
    }
    buffer_append_text(out, "{\"status\":\"ready\",\"checks\":{");
    for (size_t i = 0; vitals_check(i) != NULL; i++) {
        buffer_append_text(out, i > 0 ? "," : "");
        buffer_append_json(out, vitals_check(i));
        buffer_append_text(out, ":\"ok\"");
    }
    buffer_append_text(out, "}}");
    http_reply(request, 200, "application/json");
}

void api_readyz_get(struct http_request *request) {
    const struct app *app = http_app(request);
    vitals_ask(app->vitals, request, finish_readyz);
}

static void append_number(struct buffer *out, const char *name, int64_t number, bool is_known) {
    buffer_append_format(out, "\"%s\":", name);
    if (is_known)
        buffer_append_int(out, number);
    else
        buffer_append_text(out, "null");
}

static void append_listeners(struct buffer *out, const struct app *app) {
    char address[sizeof(app->config.listen) + 16];
    snprintf(address, sizeof(address), "%s://%s", app_scheme(app), app_address(app));
    buffer_append_text(out, ",\"listen\":[{\"url\":");
    buffer_append_json(out, address);
    if (app->config.unix_socket[0] != '\0') {
        snprintf(address, sizeof(address), "unix:%s", app->config.unix_socket);
        buffer_append_text(out, "},{\"url\":");
        buffer_append_json(out, address);
    }
    buffer_append_text(out, "}]");
}

static void append_life(struct buffer *out, const struct app *app, int64_t now_ms) {
    buffer_append_text(out, ",\"version\":");
    buffer_append_json(out, CXD_VERSION);
    buffer_append_text(out, ",\"started_at\":");
    buffer_append_time(out, app->started_at_ms);
    buffer_append_char(out, ',');
    append_number(out, "uptime_seconds", (clock_monotonic_ms() - app->started_monotonic_ms) / 1000, true);
    append_listeners(out, app);
    buffer_append_char(out, ',');
    int64_t reloaded_at_ms = atomic_load(&app->reloads.at_ms);
    buffer_append_text(out, "\"reloads\":{");
    append_number(out, "done", atomic_load(&app->reloads.done), true);
    buffer_append_char(out, ',');
    append_number(out, "refused", atomic_load(&app->reloads.refused), true);
    buffer_append_text(out, ",\"last_at\":");
    buffer_append_time(out, reloaded_at_ms == 0 ? TIME_MIN : reloaded_at_ms);
    buffer_append_text(out, "},\"now\":");
    buffer_append_time(out, now_ms);
}

static void append_writer(struct buffer *out, const struct ingest_pace *pace) {
    buffer_append_text(out, ",\"queue\":{");
    append_number(out, "waiting", (int64_t)pace->queue_waiting, true);
    buffer_append_char(out, ',');
    append_number(out, "capacity", (int64_t)pace->queue_capacity, true);
    buffer_append_text(out, "},\"last_commit\":");
    if (pace->commit_at_ms == 0) {
        buffer_append_text(out, "null");
        return;
    }
    buffer_append_text(out, "{\"at\":");
    buffer_append_time(out, pace->commit_at_ms);
    buffer_append_text(out, ",\"seconds\":");
    buffer_append_fixed(out, (double)pace->commit_took_ms / 1000, 3);
    buffer_append_char(out, ',');
    append_number(out, "changes", pace->commit_changes, true);
    buffer_append_char(out, '}');
}

static void append_stored(struct buffer *out, struct app *app, const struct vitals_report *report,
                          const struct ingest_pace *pace) {
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    int64_t live = 0;
    for (size_t i = 0; i < snapshot->survey_count; i++)
        live += snapshot->surveys[i].archived_at == 0;
    catalog_release(snapshot);
    buffer_append_char(out, ',');
    append_number(out, "surveys", live, true);
    buffer_append_text(out, ",\"responses\":{");
    append_number(out, "counted", report->figures.responses, report->has_figures);
    buffer_append_char(out, ',');
    append_number(out, "last_minute", pace->last_minute, true);
    buffer_append_char(out, ',');
    append_number(out, "last_hour", pace->last_hour, true);
    buffer_append_text(out, "},");
    append_number(out, "schema", report->figures.schema, report->has_figures && report->figures.schema > 0);
    buffer_append_text(out, ",\"storage\":{");
    append_number(out, "database_bytes", report->disk.database_bytes, report->has_disk);
    buffer_append_char(out, ',');
    append_number(out, "log_bytes", report->disk.log_bytes, report->has_disk);
    buffer_append_char(out, ',');
    append_number(out, "free_bytes", report->disk.free_bytes, report->has_disk);
    buffer_append_char(out, ',');
    append_number(out, "min_free_bytes", app->config.min_free, true);
    buffer_append_char(out, '}');
}

static void append_strangers(struct buffer *out, const struct app *app) {
    struct http_door doors[HTTP_DOORS_MAX];
    size_t count = http_read_doors(app->http, doors);
    uint64_t open = 0, limit = 0;
    for (size_t i = 0; i < count; i++) {
        open += doors[i].open;
        limit += doors[i].limit;
    }
    buffer_append_text(out, ",\"connections\":{");
    append_number(out, "open", (int64_t)open, true);
    buffer_append_char(out, ',');
    append_number(out, "limit", (int64_t)limit, true);
    buffer_append_text(out, "},\"rate_limited\":{");
    for (int i = 0; i < HTTP_RATE_COUNT; i++) {
        buffer_append_text(out, i > 0 ? "," : "");
        append_number(out, http_rate_name((enum http_rate)i),
                      (int64_t)http_rate_refused(app->http, (enum http_rate)i), true);
    }
    buffer_append_text(out, "},\"flagged\":{");
    for (int i = 0; i < FLAG_COUNT; i++) {
        buffer_append_text(out, i > 0 ? "," : "");
        append_number(out, flag_name(i), (int64_t)api_flagged(app, i), true);
    }
    buffer_append_char(out, '}');
}

/* Those that the daemon makes by itself. */
static void append_backups(struct buffer *out, const struct app *app) {
    struct backups_status status;
    if (app->backups == NULL) {
        buffer_append_text(out, ",\"backups\":null");
        return;
    }
    backups_status(app->backups, &status);
    bool has_any = status.last_success_ms != TIME_MIN;
    buffer_append_text(out, ",\"backups\":{\"last_at\":");
    buffer_append_time(out, status.last_success_ms);
    buffer_append_char(out, ',');
    append_number(out, "bytes", status.size_bytes, has_any);
    buffer_append_char(out, ',');
    append_number(out, "failures", status.failures, true);
    buffer_append_text(out, status.is_failing ? ",\"failing\":true" : ",\"failing\":false");
    buffer_append_text(out, status.is_running ? ",\"running\":true}" : ",\"running\":false}");
}

static void finish_status(struct http_request *request) {
    struct app *app = http_app(request);
    struct buffer *out = http_out(request);
    struct vitals_report report;
    struct ingest_pace pace;
    vitals_read(app->vitals, &report);
    ingest_read_pace(app->ingest, clock_monotonic_ms(), &pace);
    buffer_append_text(out, report.reason_count == 0 ? "{\"ready\":true,\"reasons\":"
                                                     : "{\"ready\":false,\"reasons\":");
    vitals_append_reasons(out, &report);
    append_life(out, app, http_now_ms(request));
    append_stored(out, app, &report, &pace);
    append_writer(out, &pace);
    append_strangers(out, app);
    append_backups(out, app);
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}

void api_status_get(struct http_request *request) {
    const struct app *app = http_app(request);
    vitals_ask(app->vitals, request, finish_status);
}
