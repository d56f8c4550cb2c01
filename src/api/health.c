/* Whether the process lives, whether it takes requests, and how it is: for probes, and for `cxd status`. */
#include <stdio.h>
#include <string.h>

#include "api/app.h"
#include "api/vitals.h"
#include "cxd/base/clock.h"
#include "cxd/chores/alerts.h"
#include "cxd/chores/backups.h"
#include "cxd/codec/write.h"

void api_healthz_get(struct http_request *request) {
    struct buffer *out = http_out(request);
    write_open(out, NULL, '{');
    write_text(out, "status", "ok");
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}

/* A problem with every reason; its detail is theirs. */
static void refuse(struct http_request *request, const struct vitals_report *report) {
    struct error err;
    struct buffer members;
    size_t length = 0;
    bool is_draining = strcmp(report->reasons[0]->reason, "draining") == 0;
    error_set(&err, is_draining ? ERR_DRAINING : ERR_NOT_READY, "%s", "");
    for (size_t i = 0; i < report->reason_count && length < sizeof err.detail; i++)
        length += (size_t)snprintf(err.detail + length, sizeof err.detail - length, "%s%s", i > 0 ? ". " : "",
                                   report->reasons[i]->detail);
    buffer_init(&members);
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
    write_open(out, NULL, '{');
    write_text(out, "status", "ready");
    write_open(out, "checks", '{');
    for (size_t i = 0; vitals_check(i); i++)
        write_text(out, vitals_check(i), "ok");
    buffer_append_text(out, "}}");
    http_reply(request, 200, "application/json");
}

void api_readyz_get(struct http_request *request) {
    const struct app *app = http_app(request);
    vitals_ask(app->vitals, request, finish_readyz);
}

static void append_listener(struct buffer *out, const char *scheme, const char *address) {
    char url[CONFIG_TEXT_SIZE + 16];
    snprintf(url, sizeof url, "%s%s", scheme, address);
    write_open(out, NULL, '{');
    write_text(out, "url", url);
    buffer_append_char(out, '}');
}

static void append_life(struct buffer *out, const struct app *app, int64_t now_ms) {
    write_text(out, "version", CXD_VERSION);
    write_text(out, "timezone", app->config.timezone);
    write_time(out, "started_at", app->started_at_ms);
    write_int(out, "uptime_seconds", (clock_monotonic_ms() - app->started_monotonic_ms) / 1000);
    write_open(out, "listen", '[');
    append_listener(out, http_server_is_tls(app->http) ? "https://" : "http://", http_server_address(app->http));
    if (app->config.unix_socket[0] != '\0')
        append_listener(out, "unix:", app->config.unix_socket);
    buffer_append_char(out, ']');
    write_open(out, "reloads", '{');
    write_int(out, "done", atomic_load(&app->reloads.done));
    write_int(out, "refused", atomic_load(&app->reloads.refused));
    write_time_or_null(out, "last_at", atomic_load(&app->reloads.at_ms));
    buffer_append_char(out, '}');
    write_time(out, "now", now_ms);
}

static void append_writer(struct buffer *out, const struct ingest_pace *pace) {
    write_open(out, "queue", '{');
    write_int(out, "waiting", (int64_t)pace->queue_waiting);
    write_int(out, "capacity", (int64_t)pace->queue_capacity);
    buffer_append_char(out, '}');
    if (pace->commit_at_ms == 0) {
        write_null(out, "last_commit");
        return;
    }
    write_open(out, "last_commit", '{');
    write_time(out, "at", pace->commit_at_ms);
    write_fixed(out, "seconds", (double)pace->commit_took_ms / 1000, 3, true);
    write_int(out, "changes", pace->commit_changes);
    buffer_append_char(out, '}');
}

static void append_stored(struct buffer *out, const struct app *app, const struct snapshot *snapshot,
                          const struct vitals_report *report, const struct ingest_pace *pace) {
    const struct store_figures *figures = &report->figures;
    write_int(out, "surveys", (int64_t)snapshot->live_count);
    write_open(out, "responses", '{');
    write_known(out, "counted", figures->responses, report->has_figures);
    write_int(out, "last_minute", pace->last_minute);
    write_int(out, "last_hour", pace->last_hour);
    buffer_append_char(out, '}');
    write_known(out, "schema", figures->schema, report->has_figures && figures->schema > 0);
    write_open(out, "storage", '{');
    write_known(out, "database_bytes", report->disk.database_bytes, report->has_disk);
    write_known(out, "log_bytes", report->disk.log_bytes, report->has_disk);
    write_known(out, "free_bytes", report->disk.free_bytes, report->has_disk);
    write_int(out, "min_free_bytes", app->config.min_free);
    write_text(out, "directory", report->has_disk ? store_directory(app->store) : NULL);
    buffer_append_char(out, '}');
}

static void append_imports(struct buffer *out, const struct vitals_report *report) {
    write_open(out, "imports", '{');
    write_known(out, "open", report->figures.imports[IMPORT_OPEN], report->has_figures);
    write_known(out, "undoing", report->figures.imports[IMPORT_UNDOING], report->has_figures);
    buffer_append_char(out, '}');
}

/* Which surveys have more values than [limits] dimension_values. */
static void append_dimensions(struct buffer *out, const struct snapshot *snapshot, const struct vitals_report *report) {
    write_open(out, "dimensions", '{');
    write_known(out, "overflowing", report->figures.overflows, report->has_figures);
    write_known(out, "beyond", report->figures.beyond, report->has_figures);
    write_known(out, "unrolled", report->figures.unrolled, report->has_figures);
    write_open(out, "overflows", '[');
    for (size_t i = 0; i < report->overflow_count; i++) {
        const struct vitals_overflow *overflow = &report->overflows[i];
        const struct survey *survey = snapshot_survey_number(snapshot, overflow->survey);
        write_open(out, NULL, '{');
        write_text(out, "survey", survey ? survey->slug : "");
        write_text(out, "dimension", overflow->dimension);
        write_int(out, "values", overflow->values);
        write_int(out, "beyond", overflow->beyond);
        buffer_append_char(out, '}');
    }
    buffer_append_text(out, "]}");
}

static void append_reasons(struct buffer *out, const struct store_suspects *suspects) {
    write_int(out, "last_day", suspects->recent);
    write_open(out, "reasons", '{');
    for (int i = 0; i < FLAG_COUNT; i++)
        write_int(out, flag_name(i), suspects->reasons[i]);
    buffer_append_char(out, '}');
}

/* What is stored and does not count, because it looks like a machine's. */
static void append_suspects(struct buffer *out, const struct snapshot *snapshot,
                            const struct vitals_suspects *suspects) {
    if (!suspects->is_known) {
        write_null(out, "suspects");
        return;
    }
    write_open(out, "suspects", '{');
    write_int(out, "responses", suspects->all.responses);
    write_bool(out, "complete", !suspects->is_least);
    append_reasons(out, &suspects->all);
    write_int(out, "surveys_with_some", suspects->surveys);
    write_open(out, "surveys", '[');
    for (size_t i = 0; i < suspects->count; i++) {
        const struct survey *survey = snapshot_survey_number(snapshot, suspects->first[i].survey);
        write_open(out, NULL, '{');
        write_text(out, "survey", survey ? survey->slug : "");
        write_int(out, "responses", suspects->first[i].responses);
        append_reasons(out, &suspects->first[i]);
        buffer_append_char(out, '}');
    }
    buffer_append_text(out, "]}");
}

static void append_workers(struct buffer *out, struct app *app) {
    struct http_pool_state pools[HTTP_POOL_COUNT];
    struct http_batch_memory memory;
    http_read_pools(app->http, pools);
    http_read_batch_memory(app->http, &memory);
    write_open(out, "workers", '{');
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++) {
        write_open(out, pools[i].name, '{');
        write_int(out, "threads", pools[i].threads);
        write_int(out, "busy", pools[i].busy);
        write_int(out, "waiting", pools[i].waiting);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, '}');
    write_open(out, "batch_memory", '{');
    write_int(out, "held_bytes", (int64_t)memory.held);
    write_int(out, "limit_bytes", (int64_t)memory.limit);
    write_int(out, "refused", (int64_t)memory.refused);
    buffer_append_char(out, '}');
    struct budget_state questions = budget_read(&app->questions);
    write_open(out, "question_memory", '{');
    write_int(out, "held_bytes", (int64_t)questions.held);
    write_int(out, "limit_bytes", (int64_t)atomic_load(&app->question_memory));
    write_int(out, "refused", (int64_t)questions.refused);
    buffer_append_char(out, '}');
}

static void append_strangers(struct buffer *out, const struct app *app) {
    struct http_door doors[HTTP_DOORS_MAX];
    size_t count = http_read_doors(app->http, doors);
    uint64_t open = 0, limit = 0, refused = 0;
    for (size_t i = 0; i < count; i++) {
        open += doors[i].open;
        limit += doors[i].limit;
        refused += doors[i].refused;
    }
    write_open(out, "connections", '{');
    write_int(out, "open", (int64_t)open);
    write_int(out, "limit", (int64_t)limit);
    write_int(out, "per_address", http_connections_per_address(app->http));
    write_int(out, "refused", (int64_t)refused);
    buffer_append_char(out, '}');
    write_open(out, "events", '{');
    for (enum event_result i = EVENT_CREATED; i < EVENT_RESULT_COUNT; i++)
        write_int(out, api_event_result_name(i), (int64_t)api_events(app, i));
    buffer_append_char(out, '}');
    write_open(out, "rate_limited", '{');
    for (int i = 0; i < HTTP_RATE_COUNT; i++)
        write_int(out, http_rate_name((enum http_rate)i), (int64_t)http_rate_refused(app->http, (enum http_rate)i));
    buffer_append_char(out, '}');
    write_open(out, "flagged", '{');
    for (int i = 0; i < FLAG_COUNT; i++)
        write_int(out, flag_name(i), (int64_t)api_flagged(app, i));
    buffer_append_char(out, '}');
}

/* Those that the daemon makes by itself. */
static void append_backups(struct buffer *out, const struct app *app) {
    struct backups_status status;
    if (!app->backups) {
        write_null(out, "backups");
        return;
    }
    backups_status(app->backups, &status);
    write_open(out, "backups", '{');
    write_time(out, "last_at", status.last_success_ms);
    write_known(out, "bytes", status.size_bytes, status.last_success_ms != TIME_MIN);
    write_int(out, "failures", status.failures);
    write_bool(out, "failing", status.is_failing);
    write_bool(out, "running", status.is_running);
    buffer_append_char(out, '}');
}

/* Where there is a detractor rule a stranger could read from them that there was one. */
static void append_alerts(struct http_request *request, struct buffer *out, const struct app *app) {
    struct alerts_figures figures;
    alerts_read_figures(app->alerts, &figures);
    write_open(out, "alerts", '{');
    for (int i = 0; i < ALERT_STATUS_COUNT; i++)
        write_known(out, ALERT_STATUSES.list[i], figures.states[i], figures.is_known && !api_is_stranger(request));
    write_int(out, "failures", (int64_t)figures.failures);
    buffer_append_char(out, '}');
}

static void finish_status(struct http_request *request) {
    struct app *app = http_app(request);
    struct buffer *out = http_out(request);
    struct vitals_report report;
    struct ingest_pace pace;
    vitals_read(app->vitals, &report);
    ingest_read_pace(app->ingest, clock_monotonic_ms(), &pace);
    const struct snapshot *snapshot = catalog_acquire(app->catalog);
    write_open(out, NULL, '{');
    write_bool(out, "ready", report.reason_count == 0);
    vitals_append_reasons(out, &report);
    append_life(out, app, http_now_ms(request));
    append_stored(out, app, snapshot, &report, &pace);
    append_suspects(out, snapshot, &report.suspects);
    append_dimensions(out, snapshot, &report);
    append_imports(out, &report);
    append_alerts(request, out, app);
    append_writer(out, &pace);
    append_workers(out, app);
    append_strangers(out, app);
    append_backups(out, app);
    api_append_retention(out, app);
    buffer_append_char(out, '}');
    catalog_release(snapshot);
    http_reply(request, 200, "application/json");
}

void api_status_get(struct http_request *request) {
    const struct app *app = http_app(request);
    vitals_ask(app->vitals, request, finish_status);
}
