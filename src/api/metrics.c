/* The metrics: their table, and the listener of their own that hands them out. It has no keys, so that a scraper needs
 * none, and its own threads, so that nothing it does holds up those who serve: what they count is read without a lock.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/metrics.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"

enum { SCRAPE_THREADS = 1, SCRAPE_CONNECTIONS = 16, SCRAPE_BODY_BYTES = 1024, COUNT_AGAIN_MS = 60 * 1000 };

/* docs/cxd.8 lists them all; tests/http/metrics.test.mjs compares. */
static const struct {
    const char *name, *type, *help;
    metric_collect *collect;
    size_t at; /* what it collects: of struct scrape, or of what the collector goes through */
} METRICS[] = {
    {"cxd_http_requests_total", "counter",
     "Requests answered on the listeners of the API, by method, pattern of the route (none: there is no such "
     "path) and status.",
     metric_requests, 0},
    {"cxd_http_request_duration_seconds", "histogram",
     "Seconds from when a request's first bytes were found to when its reply was handed over.", metric_durations, 0},
    {"cxd_http_requests_in_flight", "gauge", "Requests that have begun and are not answered yet.", metric_counted,
     offsetof(struct scrape, in_flight)},
    {"cxd_http_requests_unanswered_total", "counter",
     "Requests that ended without a reply: the client left or was too slow.", metric_counted,
     offsetof(struct scrape, unanswered)},
    {"cxd_requests_limited_total", "counter", "Requests refused with 429, by limit.", metric_limited, 0},
    {"cxd_http_connections", "gauge", "Open connections, by listener.", metric_doors, offsetof(struct http_door, open)},
    {"cxd_http_connections_accepted_total", "counter", "Connections accepted, by listener.", metric_doors,
     offsetof(struct http_door, accepted)},
    {"cxd_http_connections_limit", "gauge", "Connections that may be open at once, by listener.", metric_doors,
     offsetof(struct http_door, limit)},
    {"cxd_http_connections_refused_total", "counter",
     "Connections closed at once because their address had as many as it may, by listener.", metric_doors,
     offsetof(struct http_door, refused)},
    {"cxd_workers", "gauge", "Threads for what may block, by pool.", metric_pools,
     offsetof(struct http_pool_state, threads)},
    {"cxd_workers_busy", "gauge", "Those of them that run a request, by pool.", metric_pools,
     offsetof(struct http_pool_state, busy)},
    {"cxd_workers_waiting_requests", "gauge", "Requests that wait for such a thread, by pool.", metric_pools,
     offsetof(struct http_pool_state, waiting)},
    {"cxd_batch_memory_bytes", "gauge", "Memory that batches in flight hold.", metric_counted,
     offsetof(struct scrape, batch_memory.held)},
    {"cxd_batch_memory_limit_bytes", "gauge", "What they may hold together: [limits] batch_memory.", metric_counted,
     offsetof(struct scrape, batch_memory.limit)},
    {"cxd_batch_memory_refused_total", "counter",
     "Batches refused with 503 because others held the memory that all may have.", metric_counted,
     offsetof(struct scrape, batch_memory.refused)},
    {"cxd_question_memory_bytes", "gauge", "Memory that questions hold to tell respondents apart, or for terms.",
     metric_counted, offsetof(struct scrape, questions.held)},
    {"cxd_question_memory_limit_bytes", "gauge", "What they may hold together: [limits] question_memory.",
     metric_counted, offsetof(struct scrape, question_memory)},
    {"cxd_question_memory_refused_total", "counter",
     "Claims of questions refused with 503 because others held the memory that all may have.", metric_counted,
     offsetof(struct scrape, questions.refused)},
    {"cxd_streams_total", "counter",
     "Replies that were streamed, as exports are, by result: whole, left (the client left or took nothing for too "
     "long) or "
     "failed.",
     metric_streams, 0},
    {"cxd_streams_open", "gauge", "Replies that are being streamed.", metric_counted,
     offsetof(struct scrape, streams.open)},
    {"cxd_stream_memory_bytes", "gauge", "Memory that streamed replies hold for their clients.", metric_counted,
     offsetof(struct scrape, streams.memory_bytes)},
    {"cxd_stream_sent_bytes_total", "counter", "Bytes of bodies that were streamed, as they were sent.", metric_counted,
     offsetof(struct scrape, streams.sent_bytes)},
    {"cxd_live_clients", "gauge", "Live streams that are open.", metric_counted, offsetof(struct scrape, live.open)},
    {"cxd_live_clients_limit", "gauge", "How many may be: [limits] live_clients.", metric_counted,
     offsetof(struct scrape, live.limit)},
    {"cxd_live_responses_total", "counter", "Responses that were told to live streams, once for each.", metric_counted,
     offsetof(struct scrape, live.responses)},
    {"cxd_live_skipped_total", "counter", "Responses that live streams were told the number of, as there were many.",
     metric_counted, offsetof(struct scrape, live.skipped)},
    {"cxd_live_changes_total", "counter",
     "Amended, excluded, restored and erased responses that live streams were told of, once for each.", metric_counted,
     offsetof(struct scrape, live.changes)},
    {"cxd_live_refused_total", "counter", "Live streams refused with 503 because as many as may were open.",
     metric_counted, offsetof(struct scrape, live.refused)},
    {"cxd_live_dropped_total", "counter", "Live streams that were cut since their client took nothing.", metric_counted,
     offsetof(struct scrape, live.dropped)},
    {"cxd_sessions", "gauge", "Browsers that are signed in.", metric_sessions, 0},
    {"cxd_sign_ins_total", "counter",
     "Attempts to sign in, by result: key, link (by which it was done), or the code of the error.", metric_sign_ins, 0},
    {"cxd_responses_exported_total", "counter", "Responses that were written to exports.", metric_counted,
     offsetof(struct scrape, exported)},
    {"cxd_responses_total", "counter",
     "Responses that came to their survey, single and in batches, by result: created, replayed, amended, or "
     "the code of the error "
     "that they were refused with.",
     metric_responses, 0},
    {"cxd_responses_flagged_total", "counter",
     "Stored responses that were suspected to be a machine's, by reason; one may have several.", metric_flagged, 0},
    {"cxd_events_total", "counter",
     "Events of surveys that were shown, by result: created, replayed (known of the visit and day), suspected "
     "(a machine's, and not counted) or refused.",
     metric_events, 0},
    {"cxd_commit_duration_seconds", "histogram",
     "Seconds of a transaction that was committed, with its flush to the disk.", metric_commit_seconds, 0},
    {"cxd_commit_changes", "histogram", "Changes of a transaction that was committed: the size of the batch.",
     metric_commit_changes, 0},
    {"cxd_commit_failures_total", "counter", "Transactions that the storage refused, by the code of the error.",
     metric_commit_failures, 0},
    {"cxd_commit_running_seconds", "gauge",
     "For how long the transaction that is under way, or what is put off until after it, has been; 0 between two.",
     metric_seconds, offsetof(struct scrape, ingest.commit_running_ns)},
    {"cxd_queue_changes", "gauge", "Changes that wait for the writer; of a batch until it takes turns with others.",
     metric_counted, offsetof(struct scrape, ingest.queue_waiting)},
    {"cxd_queue_capacity_changes", "gauge", "Changes that may wait: [storage] queue_length.", metric_counted,
     offsetof(struct scrape, ingest.queue_capacity)},
    {"cxd_queue_full_total", "counter", "Requests refused with 503 because the queue was full.", metric_counted,
     offsetof(struct scrape, ingest.queue_refusals)},
    {"cxd_responses_stored", "gauge",
     "Responses that are stored and count; excluded ones do not, nor those without a score.", metric_known,
     offsetof(struct scrape, figures.responses)},
    {"cxd_rollup_rows", "gauge", "Rows of the rollups that scores are read from; counted again once a minute at most.",
     metric_known, offsetof(struct scrape, sums.rows)},
    {"cxd_packs_due", "gauge",
     "Days of surveys, and runs of eight, that are over and wait to be packed: who splits a window reads their rows "
     "until then.",
     metric_known, offsetof(struct scrape, figures.unpacked)},
    {"cxd_packs", "gauge", "Those that are packed, once for each dimension; counted as cxd_rollup_rows is.",
     metric_known, offsetof(struct scrape, sums.packs)},
    {"cxd_pack_bytes", "gauge", "Bytes of these packs.", metric_known, offsetof(struct scrape, sums.pack_bytes)},
    {"cxd_dimensions_overflowing", "gauge",
     "Touchpoints, channels, locales and declared properties of surveys with more values than [limits] "
     "dimension_values.",
     metric_known, offsetof(struct scrape, figures.overflows)},
    {"cxd_responses_beyond", "gauge",
     "Responses that count and have one of the values beyond it, each once for every such value.", metric_known,
     offsetof(struct scrape, figures.beyond)},
    {"cxd_dimensions_unrolled", "gauge",
     "Properties of surveys, declared late or dropped, whose rollups are being filled in or cleared away.",
     metric_known, offsetof(struct scrape, figures.unrolled)},
    {"cxd_import_rows_total", "counter",
     "Rows of imports: created, known (there before), or refused; not those that could not be stored.", metric_rows, 0},
    {"cxd_imports", "gauge", "Imports by their state: open, done, undoing and undone.", metric_imports, 0},
    {"cxd_comments_unindexed", "gauge",
     "Responses whose comments, if they have any, every search reads, since the index has not got so far.",
     metric_known, offsetof(struct scrape, figures.unindexed)},
    {"cxd_comments_purging", "gauge", "Whether words of comments that were erased are still to leave the index.",
     metric_purging, 0},
    {"cxd_database_bytes", "gauge", "Size of the database's file.", metric_known,
     offsetof(struct scrape, disk.database_bytes)},
    {"cxd_wal_bytes", "gauge", "Size of the database's write-ahead log.", metric_known,
     offsetof(struct scrape, disk.log_bytes)},
    {"cxd_database_in_place", "gauge",
     "Whether the database's files are those that were opened, in their places, and nobody else's writing is "
     "in them: 1 or 0.",
     metric_in_place, 0},
    {"cxd_disk_free_bytes", "gauge", "What cxd may still use of the disk that the database lies on.", metric_known,
     offsetof(struct scrape, disk.free_bytes)},
    {"cxd_backup_interval_seconds", "gauge", "[backup] every; 0: the daemon makes no backups.", metric_backup_every, 0},
    {"cxd_backup_last_success_timestamp_seconds", "gauge",
     "When the newest backup of the daemon's own was begun, seconds since 1970; 0: there is none. Only with "
     "[backup] every.",
     metric_backup_last, 0},
    {"cxd_backup_failures_total", "counter", "Backups of the daemon's own that failed.", metric_known,
     offsetof(struct scrape, backups.failures)},
    {"cxd_backup_bytes", "gauge", "Size of the newest of them.", metric_known,
     offsetof(struct scrape, backups.size_bytes)},
    {"cxd_retention_held", "gauge",
     "1 while the clock is too far ahead to delete by it, which the status of the daemon explains; else 0.",
     metric_retention_held, 0},
    {"cxd_alerts", "gauge", "Alerts, by their state: no_data, ok, firing or acknowledged.", metric_alerts, 0},
    {"cxd_alert_evaluations_total", "counter",
     "Evaluations of alerts, by kind: of a rule for a day, or of a response that a rule tells of.",
     metric_alerts_by_kind, offsetof(struct scrape, alerts.evaluations)},
    {"cxd_alerts_fired_total", "counter", "Those that fired, by kind.", metric_alerts_by_kind,
     offsetof(struct scrape, alerts.fired)},
    {"cxd_alert_failures_total", "counter", "Evaluations that failed, and are tried again.", metric_counted,
     offsetof(struct scrape, alerts.failures)},
    {"cxd_score", "gauge", "Score of the last 30 days, as the API answers it; with [metrics] scores = yes.",
     metric_score, 0},
    {"cxd_score_responses", "gauge", "Responses behind cxd_score.", metric_score_responses, 0},
    {"cxd_ready", "gauge", "1 while responses can be taken, else 0; as /readyz.", metric_ready, 0},
    {"cxd_config_reloads_total", "counter", "Reloads of the configuration by SIGHUP, by result.", metric_reloads, 0},
    {"cxd_tls_certificate_expiry_timestamp_seconds", "gauge", "When the TLS certificate ends; only with TLS.",
     metric_certificate, 0},
    {"cxd_build_info", "gauge", "1, with the versions of cxd and of the libraries that it runs with.", metric_build, 0},
    {"process_cpu_seconds_total", "counter", "Seconds of processor time, in user and system mode.", metric_seconds,
     offsetof(struct scrape, process.cpu_ns)},
    {"process_start_time_seconds", "gauge", "When the process began, seconds since 1970.", metric_started, 0},
    {"process_resident_memory_bytes", "gauge", "Resident memory.", metric_known,
     offsetof(struct scrape, process.resident_bytes)},
    {"process_open_fds", "gauge", "Open file descriptors.", metric_known, offsetof(struct scrape, process.open_files)},
    {"process_max_fds", "gauge", "The limit on open file descriptors.", metric_known,
     offsetof(struct scrape, process.files_max)},
    {"process_threads", "gauge", "Threads of the process.", metric_known, offsetof(struct scrape, process.threads)},
};

/* Counting goes through all rows, so it is done seldom: a minute after the last time, or so that it takes a hundredth
 * of a worker's time. */
static struct store_sums count_rollups(struct scraper *scraper) {
    struct error err;
    int64_t begun_ms = clock_monotonic_ms();
    if (begun_ms < scraper->count_again_at_ms)
        return scraper->sums;
    if (store_count_rollups(scraper->reader, &scraper->sums, &err) != CXD_OK)
        scraper->sums = (struct store_sums){-1, -1, -1};
    int64_t took_ms = clock_monotonic_ms() - begun_ms;
    scraper->count_again_at_ms = begun_ms + (took_ms * 100 > COUNT_AGAIN_MS ? took_ms * 100 : COUNT_AGAIN_MS);
    return scraper->sums;
}

static void read_store(struct scrape *scrape) {
    struct store_figures figures;
    struct error err;
    bool is_read = store_read_figures(scrape->scraper->reader, &figures, &err) == CXD_OK;
    scrape->sums = count_rollups(scrape->scraper);
    scrape->figures = is_read ? figures : (struct store_figures){-1, -1, -1, -1, -1, -1, -1, -1, {-1, -1, -1, -1}};
    if (!store_read_disk(scrape->app->store, &scrape->disk))
        scrape->disk = (struct store_disk){-1, -1, -1};
}

/* A scrape of this machine. */
static bool refuse_host(struct http_request *request) {
    const struct app *app = http_app(request);
    if (!app->metrics_is_local || http_is_for_this_machine(request, NULL))
        return false;
    http_problem_code(request, ERR_HOST,
                      "Metrics on a loopback address are for requests to localhost or to that address");
    return true;
}

static void get_metrics(struct http_request *request) {
    if (refuse_host(request))
        return;
    struct app *app = http_app(request);
    struct scrape scrape = {.request = request, .scraper = http_worker(request), .app = app, .out = http_out(request)};
    ingest_read_figures(scrape.app->ingest, &scrape.ingest);
    process_measure(&scrape.process);
    scrape.has_backups = scrape.app->backups;
    scrape.backups = (struct backups_status){.failures = -1, .size_bytes = -1};
    if (scrape.has_backups)
        backups_status(scrape.app->backups, &scrape.backups);
    trust_read(&app->trust, &scrape.reckoned);
    alerts_read_figures(app->alerts, &scrape.alerts);
    http_read_requests(scrape.app->http, &scrape.unanswered, &scrape.in_flight);
    http_read_batch_memory(scrape.app->http, &scrape.batch_memory);
    scrape.questions = budget_read(&app->questions);
    http_read_streams(app->http, &scrape.streams);
    live_read_figures(app->live, &scrape.live);
    scrape.exported = api_exported(app);
    scrape.question_memory = atomic_load(&app->question_memory);
    read_store(&scrape);
    scrape.snapshot = catalog_acquire(scrape.app->catalog);
    scrape_read_scores(&scrape);
    for (size_t i = 0; i < CXD_COUNT(METRICS); i++) {
        scrape.name = METRICS[i].name;
        scrape.at = METRICS[i].at;
        exposition_family(scrape.out, METRICS[i].name, METRICS[i].type, METRICS[i].help);
        METRICS[i].collect(&scrape);
    }
    catalog_release(scrape.snapshot);
    http_reply(request, 200, EXPOSITION_TYPE);
}

static const struct http_route ROUTES[] = {{HTTP_GET, "/metrics", get_metrics, 0, HTTP_POOLED}};

static enum cxd_err open_worker(void *context, void **ret_worker, struct error *err) {
    const struct app *app = context;
    struct scraper *scraper = calloc(1, sizeof *scraper);
    if (!scraper)
        return error_set(err, ERR_NO_MEMORY, "no memory for the metrics");
    enum cxd_err result = store_reader_open(app->store, &scraper->reader, err);
    if (result == CXD_OK)
        *ret_worker = scraper;
    else
        free(scraper);
    return result;
}

static void close_worker(void *context, void *worker) {
    struct scraper *scraper = worker;
    (void)context;
    store_reader_close(scraper->reader);
    free(scraper);
}

enum cxd_err api_metrics_start(struct app *app, struct error *err) {
    const struct config *config = &app->config;
    char host[CONFIG_TEXT_SIZE], line[128];
    struct http_options options = {
        .host = host,
        .http_threads = SCRAPE_THREADS,
        .pool_threads = {[HTTP_POOL_READ] = SCRAPE_THREADS},
        .request_timeout_ms = config->request_timeout_s * 1000,
        .max_connections = SCRAPE_CONNECTIONS,
        .header_bytes = (size_t)config->header_bytes,
        .body_bytes = SCRAPE_BODY_BYTES,
        .batch_bytes = SCRAPE_BODY_BYTES,
        .routes = ROUTES,
        .route_count = CXD_COUNT(ROUTES),
        .app = app,
        .worker_open = open_worker,
        .worker_close = close_worker,
    };
    if (app->metrics_fd >= 0) {
        options.sockets[options.socket_count++] = app->metrics_fd;
        app->metrics_fd = -1;
    } else if (config->metrics_listen[0] == '\0') {
        return CXD_OK;
    } else if (!config_split_listen(config->metrics_listen, host, sizeof host, &options.port, NULL)) {
        return error_set(err, ERR_CONFIG, "[metrics] listen: \"%s\" is not ADDRESS:PORT", config->metrics_listen);
    }
    enum cxd_err result = http_server_open(&options, &app->metrics, err);
    if (result == CXD_OK && !config_split_listen(http_server_address(app->metrics), host, sizeof host, &options.port,
                                                 &app->metrics_is_local))
        app->metrics_is_local = true; /* a Unix socket that was handed down */
    if (result == CXD_OK)
        result = http_server_run(app->metrics, err);
    if (result != CXD_OK)
        return result;
    snprintf(line, sizeof line, "http://%s/metrics", http_server_address(app->metrics));
    struct error why;
    if (api_write_state_file(app->state_directory, "metrics", line, &why) != CXD_OK)
        log_record(LOG_LEVEL_WARNING, "metrics_not_written", "detail=%s", why.detail);
    return CXD_OK;
}
