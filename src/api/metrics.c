/* The metrics: their table, and the listener of their own that hands them out. It has no keys, so that a scraper needs none, and
 * its own threads, so that nothing it does holds up those who serve: what they count is read without a lock. */
#include <stdio.h>
#include <stdlib.h>

#include "api/metrics.h"
#include "cxd/base/clock.h"

enum { SCRAPE_THREADS = 1, SCRAPE_CONNECTIONS = 16, SCRAPE_BODY_BYTES = 1024, COUNT_AGAIN_MS = 60 * 1000 };

/* docs/cxd.8 lists them all; tests/http/metrics.test.mjs compares. */
static const struct {
    const char *name, *type, *help;
    metric_collect *collect;
} METRICS[] = {
    {"cxd_http_requests_total", "counter",
     "Requests answered on the listeners of the API, by method, pattern of the route (none: there is no such "
     "path) and status.",
     metric_requests},
    {"cxd_http_request_duration_seconds", "histogram",
     "Seconds from when a request's first bytes were found to when its reply was handed over.",
     metric_durations},
    {"cxd_http_requests_in_flight", "gauge", "Requests that have begun and are not answered yet.",
     metric_in_flight},
    {"cxd_http_requests_unanswered_total", "counter",
     "Requests that ended without a reply of cxd's: the client left, was too slow, or sent no HTTP.",
     metric_unanswered},
    {"cxd_requests_limited_total", "counter", "Requests refused with 429, by limit.", metric_limited},
    {"cxd_http_connections", "gauge", "Open connections, by listener.", metric_connections},
    {"cxd_http_connections_accepted_total", "counter", "Connections accepted, by listener.", metric_accepted},
    {"cxd_http_connections_limit", "gauge", "Connections that may be open at once, by listener.",
     metric_connection_limits},
    {"cxd_responses_total", "counter",
     "Responses that came to their survey, single and in batches, by result: created, replayed, amended, or "
     "the code of the error "
     "that they were refused with.",
     metric_responses},
    {"cxd_responses_flagged_total", "counter",
     "Stored responses that were suspected to be a machine's, by reason; one may have several.",
     metric_flagged},
    {"cxd_commit_duration_seconds", "histogram",
     "Seconds of a transaction that was committed, with its flush to the disk.", metric_commit_seconds},
    {"cxd_commit_changes", "histogram", "Changes of a transaction that was committed: the size of the batch.",
     metric_commit_changes},
    {"cxd_commit_failures_total", "counter",
     "Transactions that the storage refused, by the code of the error.", metric_commit_failures},
    {"cxd_commit_running_seconds", "gauge",
     "For how long the transaction that is under way has been; 0 between two.", metric_commit_running},
    {"cxd_queue_changes", "gauge", "Changes that wait for the writer.", metric_queue},
    {"cxd_queue_capacity_changes", "gauge", "Changes that may wait: [storage] queue_length.",
     metric_queue_capacity},
    {"cxd_queue_full_total", "counter", "Requests refused with 503 because the queue was full.",
     metric_queue_full},
    {"cxd_responses_stored", "gauge", "Responses that are stored and count; excluded ones do not.",
     metric_stored},
    {"cxd_rollup_rows", "gauge",
     "Rows of the rollups that scores are read from; counted again once a minute at most.", metric_rollups},
    {"cxd_database_bytes", "gauge", "Size of the database's file.", metric_database},
    {"cxd_wal_bytes", "gauge", "Size of the database's write-ahead log.", metric_wal},
    {"cxd_disk_free_bytes", "gauge", "What cxd may still use of the disk that the database lies on.",
     metric_disk_free},
    {"cxd_backup_last_success_timestamp_seconds", "gauge",
     "When the newest backup of the daemon's own was begun, seconds since 1970; 0: there is none. Only with "
     "[backup] every.",
     metric_backup_last},
    {"cxd_backup_failures_total", "counter", "Backups of the daemon's own that failed.",
     metric_backup_failures},
    {"cxd_backup_bytes", "gauge", "Size of the newest of them.", metric_backup_bytes},
    {"cxd_score", "gauge", "Score of the last 30 days, as the API answers it; with [metrics] scores = yes.",
     metric_score},
    {"cxd_score_responses", "gauge", "Responses behind cxd_score.", metric_score_responses},
    {"cxd_ready", "gauge", "1 while responses can be taken, else 0; as /readyz.", metric_ready},
    {"cxd_config_reloads_total", "counter", "Reloads of the configuration by SIGHUP, by result.",
     metric_reloads},
    {"cxd_tls_certificate_expiry_timestamp_seconds", "gauge", "When the TLS certificate ends; only with TLS.",
     metric_certificate},
    {"cxd_build_info", "gauge", "1, with the versions of cxd and of the libraries that it runs with.",
     metric_build},
    {"process_cpu_seconds_total", "counter", "Seconds of processor time, in user and system mode.",
     metric_cpu},
    {"process_start_time_seconds", "gauge", "When the process began, seconds since 1970.", metric_started},
    {"process_resident_memory_bytes", "gauge", "Resident memory.", metric_resident},
    {"process_open_fds", "gauge", "Open file descriptors.", metric_open_files},
    {"process_max_fds", "gauge", "The limit on open file descriptors.", metric_max_files},
    {"process_threads", "gauge", "Threads of the process.", metric_threads},
};

void metric_count(const struct scrape *scrape, const char *label, const char *value, uint64_t count) {
    const struct exposition_label labels[] = {{label, value}, {NULL, NULL}};
    exposition_count(scrape->out, scrape->name, labels, count);
}

/* Counting goes through all rows, so it is done seldom: a minute after the last time, or so that it takes a hundredth of a worker's
 * time. */
static int64_t count_rollups(struct scraper *scraper) {
    struct error err;
    int64_t begun_ms = clock_monotonic_ms();
    if (begun_ms < scraper->count_again_at_ms)
        return scraper->rollup_rows;
    if (store_count_rollups(scraper->reader, &scraper->rollup_rows, &err) != CXD_OK)
        scraper->rollup_rows = -1;
    int64_t took_ms = clock_monotonic_ms() - begun_ms;
    scraper->count_again_at_ms = begun_ms + (took_ms * 100 > COUNT_AGAIN_MS ? took_ms * 100 : COUNT_AGAIN_MS);
    return scraper->rollup_rows;
}

static void read_store(struct scrape *scrape) {
    struct store_figures figures;
    struct error err;
    bool is_read = store_read_figures(scrape->scraper->reader, &figures, &err) == CXD_OK;
    scrape->rollup_rows = count_rollups(scrape->scraper);
    scrape->stored = is_read ? figures.responses : -1;
    if (!store_read_disk(scrape->app->store, &scrape->disk))
        scrape->disk = (struct store_disk){-1, -1, -1};
}

static void get_metrics(struct http_request *request) {
    struct scrape scrape = {.request = request,
                            .scraper = http_worker(request),
                            .app = http_app(request),
                            .out = http_out(request)};
    ingest_read_figures(scrape.app->ingest, &scrape.ingest);
    process_measure(&scrape.process);
    scrape.has_backups = scrape.app->backups != NULL;
    if (scrape.has_backups)
        backups_status(scrape.app->backups, &scrape.backups);
    read_store(&scrape);
    scrape.snapshot = catalog_acquire(scrape.app->catalog);
    scrape_read_scores(&scrape);
    for (size_t i = 0; i < CXD_COUNT(METRICS); i++) {
        scrape.name = METRICS[i].name;
        exposition_family(scrape.out, METRICS[i].name, METRICS[i].type, METRICS[i].help);
        METRICS[i].collect(&scrape);
    }
    catalog_release(scrape.snapshot);
    http_reply(request, 200, EXPOSITION_TYPE);
}

static const struct http_route ROUTES[] = {{HTTP_GET, "/metrics", get_metrics, 0, HTTP_POOLED}};

static enum cxd_err open_worker(void *context, void **ret_worker, struct error *err) {
    const struct app *app = context;
    struct scraper *scraper = calloc(1, sizeof(*scraper));
    if (scraper == NULL)
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
        .pool_threads = SCRAPE_THREADS,
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
    } else if (!config_split_listen(config->metrics_listen, host, sizeof(host), &options.port, NULL)) {
        return error_set(err, ERR_CONFIG, "[metrics] listen: \"%s\" is not ADDRESS:PORT",
                         config->metrics_listen);
    }
    enum cxd_err result = http_server_open(&options, &app->metrics, err);
    if (result == CXD_OK)
        result = http_server_run(app->metrics, err);
    if (result != CXD_OK)
        return result;
    snprintf(line, sizeof(line), "http://%s/metrics", http_server_address(app->metrics));
    return api_write_state_file(app, "metrics", line, err);
}
