/* The application's life: everything is opened from the store upwards, and closed from the network downwards. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "api/live.h"
#include "api/settings.h"
#include "api/suspicion.h"
#include "api/vitals.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/base/process.h"
#include "cxd/chores/alerts.h"
#include "cxd/chores/backups.h"
#include "cxd/chores/housekeeping.h"
#include "cxd/chores/nodes.h"

/* With the ten seconds that a request may take which others hold, and the last checkpoint, less than TimeoutStopSec, 30
 * s. */
enum { STOP_GRACE_MS = 15000, METRICS_GRACE_MS = 500, HTTP_THREADS_DEFAULT_MAX = 8 };

static enum cxd_err open_worker(void *context, void **ret_worker, struct error *err) {
    const struct app *app = context;
    struct store_reader *reader;
    enum cxd_err result = store_reader_open(app->store, &reader, err);
    if (result == CXD_OK)
        *ret_worker = reader;
    return result;
}

static void close_worker(void *context, void *worker) {
    (void)context;
    store_reader_close(worker);
}

static void watch_worker(void *worker, struct heartbeat *beat) {
    store_reader_watch(worker, beat);
}

static void batch_done(void *context) {
    struct app *app = context;
    http_wake(app->http);
    alerts_committed(app->alerts);
    live_committed(app->live);
    nodes_saw(app->nodes, store_seen_generation(app->store));
}

static void amended(void *context, const struct change *change) {
    const struct app *app = context;
    live_amended(app->live, change);
}

static void turn_done(void *context) {
    struct app *app = context;
    ingest_wake(app->ingest);
}

static void ring_alarm(void *context) {
    struct app *app = context;
    vitals_alarm(app->vitals);
}

/* The configured directory, the database's, or for a store without one a private directory of this user. */
static enum cxd_err settle_state_directory(struct app *app, struct error *err) {
    const char *directory = store_directory(app->store);
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char *path = app->state_directory;
    size_t size = sizeof app->state_directory;
    int length;
    if (app->config.state_directory[0] != '\0')
        length = snprintf(path, size, "%s", app->config.state_directory);
    else if (directory)
        length = snprintf(path, size, "%s", directory);
    else if (runtime)
        length = snprintf(path, size, "%s/cxd", runtime);
    else
        length = snprintf(path, size, "/tmp/cxd-%lu", (unsigned long)geteuid());
    if (length < 0 || (size_t)length >= size)
        return error_set(err, ERR_CONFIG, "[server] state_directory: the path is too long");

    struct stat status;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERR_SYSTEM, "cannot make the state directory %s: %s", path, strerror(errno));
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(err, ERR_SYSTEM, "the state directory %s is not a directory", path);
    if (!directory && app->config.state_directory[0] == '\0' && status.st_uid != geteuid())
        return error_set(err, ERR_SYSTEM, "the state directory %s belongs to another user", path);
    return CXD_OK;
}

/* Of two daemons in one directory each would take the files of the other for its own. A store in files has a lock. */
static enum cxd_err lock_state_directory(struct app *app, struct error *err) {
    char path[CONFIG_TEXT_SIZE + 16];
    if (store_directory(app->store))
        return CXD_OK;
    snprintf(path, sizeof path, "%s/daemon.lock", app->state_directory);
    app->state_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (app->state_lock < 0)
        return error_set(err, ERR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
    if (flock(app->state_lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERR_LOCKED, "the state directory %s is another daemon's", app->state_directory);
    return CXD_OK;
}

static unsigned http_threads(const struct config *config) {
    if (config->http_threads > 0)
        return (unsigned)config->http_threads;
    long cores = sysconf(_SC_NPROCESSORS_ONLN) / 2;
    return cores < 1 ? 1 : cores > HTTP_THREADS_DEFAULT_MAX ? HTTP_THREADS_DEFAULT_MAX : (unsigned)cores;
}

/* `host` is a buffer that the options point to. */
static enum cxd_err fill_options(struct app *app, const struct config *config, char host[CONFIG_TEXT_SIZE],
                                 struct http_options *ret_options, struct error *err) {
    struct http_options options = {
        .host = host,
        .unix_path = config->unix_socket[0] != '\0' ? config->unix_socket : NULL,
        .unix_mode = (unsigned)strtoul(config->unix_mode, NULL, 8),
        .http_threads = http_threads(config),
        .pool_threads = {[HTTP_POOL_READ] = (unsigned)config->read_threads,
                         [HTTP_POOL_PUBLIC] = (unsigned)config->public_threads,
                         [HTTP_POOL_EXPORT] = (unsigned)config->exports},
        .request_timeout_ms = config->request_timeout_s * 1000,
        .max_connections = (unsigned)config->max_connections,
        .connections_per_address = (unsigned)config->connections_per_address,
        .slow_request_ms = config->slow_request_ms,
        .header_bytes = (size_t)config->header_bytes,
        .body_bytes = (size_t)config->body_bytes,
        .batch_bytes = (size_t)config->batch_bytes,
        .batch_memory = (uint64_t)config->batch_memory,
        .rates = {[HTTP_RATE_ADDRESS] = config->ingest_rate,
                  [HTTP_RATE_SUBJECT] = config->survey_rate,
                  [HTTP_RATE_BYTES] = config->bytes_per_address,
                  [HTTP_RATE_AUTH] = config->auth_rate},
        .routes = app->routes,
        .route_count = app->route_count,
        .rated_parameter = "respondent",
        .app = app,
        .session_cookie = API_SESSION_COOKIE,
        .authorize = api_authorize,
        .recognise = api_recognise,
        .allow_origin = api_allow_origin,
        .explain = app->site ? app->site->explain : NULL,
        .turn_done = turn_done,
        .alarm = ring_alarm,
        .worker_open = open_worker,
        .worker_close = close_worker,
        .worker_watch = watch_worker,
    };
    if (!config_split_listen(config->listen, host, CONFIG_TEXT_SIZE, &options.port, NULL))
        return error_set(err, ERR_CONFIG, "[server] listen: \"%s\" is not ADDRESS:PORT", config->listen);
    if (!network_list_parse(config->trusted_proxies, &options.trusted))
        return error_set(err, ERR_CONFIG, "[server] trusted_proxies: \"%.100s\" is not a list of networks",
                         config->trusted_proxies);
    if (config->tls_certificate[0] != '\0') {
        options.tls_certificate = config->tls_certificate;
        options.tls_key = config->tls_key;
    }
    struct settings *settings;
    enum cxd_err result = api_settings_make(config, &settings, err);
    if (result != CXD_OK)
        return result;
    options.settings = settings;
    options.settings_free = api_settings_free;
    *ret_options = options;
    return CXD_OK;
}

/* One of IP, one Unix; http_server_open tells which is which. */
static enum cxd_err take_sockets(struct inherited *inherited, struct http_options *options, struct error *err) {
    if (!inherited)
        return CXD_OK;
    /* Never the main listener: what is served there is not for those who connect here. */
    if (inherited_take(inherited, "metrics") >= 0)
        return error_set(err, ERR_CONFIG, "LISTEN_FDS: no listener takes the socket named \"metrics\"");
    while (options->socket_count < CXD_COUNT(options->sockets)) {
        int fd = inherited_take(inherited, NULL);
        if (fd < 0)
            break;
        options->sockets[options->socket_count++] = fd;
    }
    return inherited_check(inherited, err);
}

static enum cxd_err open_http(struct app *app, struct inherited *inherited, struct error *err) {
    char host[CONFIG_TEXT_SIZE];
    struct http_options options;
    enum cxd_err result = api_join_routes(app, err);
    if (result == CXD_OK)
        result = fill_options(app, &app->config, host, &options, err);
    if (result != CXD_OK)
        return result;
    app->metrics_fd = inherited_take(inherited, "metrics");
    result = take_sockets(inherited, &options, err);
    if (result == CXD_OK)
        result = http_server_open(&options, &app->http, err);
    if (result != CXD_OK)
        api_settings_free(options.settings);
    return result;
}

/* For the command line: where this daemon answers, and on a second line the public key that it shows there. */
static enum cxd_err write_endpoint(struct app *app, struct error *err) {
    char lines[256];
    if (strncmp(app_address(app), "unix:", 5) == 0)
        return CXD_OK; /* the command line speaks IP */
    const char *pin = http_server_pin(app->http);
    snprintf(lines, sizeof lines, "%s://%s%s%s", app_scheme(app), http_server_address(app->http), pin ? "\n" : "",
             pin ? pin : "");
    enum cxd_err result = api_write_state_file(app->state_directory, "endpoint", lines, err);
    app->has_endpoint = result == CXD_OK;
    return result;
}

/* A full disk is to be read from: who asks without these files has to be told where. */
static void tell_command_line(struct app *app) {
    struct error err;
    if (write_endpoint(app, &err) != CXD_OK)
        log_record(LOG_LEVEL_WARNING, "endpoint_not_written", "detail=%s", err.detail);
}

static enum cxd_err start_backups(struct app *app, struct error *err) {
    const struct config *config = &app->config;
    char path[2 * CONFIG_TEXT_SIZE];
    const struct backups_options options = {.url = config->storage_url,
                                            .ingest = app->ingest,
                                            .trust = &app->trust,
                                            .directory = path,
                                            .every_s = config->backup_every_s,
                                            .keep = config->backup_keep};
    if (config->backup_directory[0] == '/')
        snprintf(path, sizeof path, "%s", config->backup_directory);
    else
        snprintf(path, sizeof path, "%s/%s", app->state_directory, config->backup_directory);
    return config->backup_every_s > 0 ? backups_start(&options, &app->backups, err) : CXD_OK;
}

/* From what was known before this start, before anything is deleted. */
static enum cxd_err reckon(struct app *app, struct error *err) {
    struct store_figures figures = {0};
    struct store_reader *reader;
    enum cxd_err result = store_reader_open(app->store, &reader, err);
    if (result != CXD_OK)
        return result;
    result = store_read_figures(reader, &figures, err);
    store_reader_close(reader);
    if (result == CXD_OK)
        trust_resume(&app->trust, figures.known_at);
    return result;
}

static enum cxd_err start_housekeeping(struct app *app, struct error *err) {
    const struct housekeeping_options options = {
        .ingest = app->ingest,
        .store = app->store,
        .catalog = app->catalog,
        .trust = &app->trust,
        .nodes = app->nodes,
        .interval_s = app->config.retention_every_s,
        .delay_s = app->config.retention_delay_s,
        .keep_marks_s = app->config.keep_marks_s,
        .keep_events_s = app->config.keep_events_s,
        .min_free = app->config.min_free,
    };
    return housekeeping_start(&options, &app->housekeeping, err);
}

static enum cxd_err start_alerts(struct app *app, struct error *err) {
    const struct alerts_options options = {
        .store = app->store, .ingest = app->ingest, .catalog = app->catalog, .trust = &app->trust, .nodes = app->nodes};
    return alerts_start(app->alerts, &options, err);
}

/* What all nodes together let through is what is configured. */
static void share_limits(void *context, int64_t nodes) {
    const struct app *app = context;
    http_share_limits(app->http, nodes);
}

static enum cxd_err start_nodes(struct app *app, struct error *err) {
    const struct nodes_options options = {.store = app->store,
                                          .catalog = app->catalog,
                                          .ingest = app->ingest,
                                          .trust = &app->trust,
                                          .counted = share_limits,
                                          .context = app};
    return nodes_start(&options, &app->nodes, err);
}

static enum cxd_err make_lanes(struct app *app, struct error *err) {
    const struct config *config = &app->config;
    app->lane_count =
        http_threads(config) + (unsigned)(config->read_threads + config->public_threads + config->exports);
    size_t size = app->lane_count * sizeof *app->lanes;
    app->lanes = aligned_alloc(_Alignof(struct lane), size);
    if (!app->lanes)
        return error_set(err, ERR_NO_MEMORY, "no memory for the counts");
    memset(app->lanes, 0, size);
    return CXD_OK;
}

/* Once the store is open. */
static enum cxd_err start_all(struct app *app, struct inherited *inherited, bool starter_surveys, struct error *err) {
    struct store_erasures erasures;
    store_bound_values(app->store, app->config.dimension_values);
    if (store_gave_up_reserve(app->store))
        log_record(LOG_LEVEL_WARNING, "reserve_released", "directory=%s detail=\"the disk is full: reads go on\"",
                   store_directory(app->store));
    enum cxd_err result = settle_state_directory(app, err);
    if (result == CXD_OK)
        result = lock_state_directory(app, err);
    if (result == CXD_OK)
        result = reckon(app, err);
    if (result == CXD_OK)
        result = api_keep_erasures(app, &erasures, err);
    if (result == CXD_OK)
        result = suspicion_open(app, err);
    if (result == CXD_OK)
        result = catalog_open(app->store, &app->catalog, err);
    if (result == CXD_OK)
        result = open_http(app, inherited, err);
    if (result != CXD_OK)
        return result;
    const struct ingest_options options = {
        .store = app->store,
        .catalog = app->catalog,
        .queue_length = (size_t)app->config.queue_length,
        .batch_done = batch_done,
        .amended = amended,
        .batch_context = app,
    };
    result = make_lanes(app, err);
    if (result == CXD_OK)
        result = alerts_make(&app->alerts, err);
    if (result == CXD_OK)
        result = live_start(app, &app->live, err);
    if (result == CXD_OK)
        result = ingest_start(&options, &app->ingest, err);
    if (result == CXD_OK)
        result = start_nodes(app, err);
    if (result == CXD_OK)
        result = api_repeat_erasures(app, &erasures, err);
    if (result == CXD_OK)
        result = api_ensure_admin_key(app, err);
    if (result == CXD_OK) {
        const struct snapshot *snapshot = catalog_acquire(app->catalog);
        api_judge_admin_key(snapshot, app->state_directory, clock_now_ms(), app->admin_key_fault);
        catalog_release(snapshot);
        result = api_ensure_signing_key(app, err);
    }
    if (result == CXD_OK && starter_surveys)
        result = api_ensure_starter_surveys(app, err);
    if (result == CXD_OK)
        result = start_backups(app, err); /* before handlers look at them */
    if (result == CXD_OK)
        result = vitals_start(app, &app->vitals, err);
    if (result == CXD_OK)
        result = http_server_run(app->http, err);
    if (result == CXD_OK)
        result = start_housekeeping(app, err);
    if (result == CXD_OK)
        result = start_alerts(app, err);
    if (result == CXD_OK)
        result = api_metrics_start(app, err);
    if (result == CXD_OK)
        tell_command_line(app);
    return result;
}

enum cxd_err app_check(const struct config *config, struct error *err) {
    struct settings *settings;
    enum cxd_err result = api_settings_make(config, &settings, err);
    if (result != CXD_OK)
        return result;
    api_settings_free(settings);
    return config->tls_certificate[0] == '\0' ? CXD_OK : http_check_tls(config->tls_certificate, config->tls_key, err);
}

enum cxd_err app_start(const struct config *config, struct inherited *inherited, bool starter_surveys,
                       const struct app_site *site, const struct store_telling *telling, struct app **ret_app,
                       struct error *err) {
    struct app *app = calloc(1, sizeof *app);
    if (!app)
        return error_set(err, ERR_NO_MEMORY, "no memory to start");
    app->config = *config;
    app->site = site;
    app->metrics_fd = -1;
    app->state_lock = -1;
    trust_init(&app->trust, RECKONING_UNKNOWN);
    app->started_ns = process_started_ns();
    app->started_at_ms = clock_now_ms();
    app->started_monotonic_ms = clock_monotonic_ms();
    atomic_flag_clear(&app->noting_use);
    turn_init(&app->reading_terms);
    budget_init(&app->questions);
    atomic_store(&app->question_memory, (uint64_t)config->question_memory);
    enum cxd_err result = calendar_set_zone(config->timezone, err);
    if (result == CXD_OK)
        result = store_open_telling(config->storage_url, telling, &app->store, err);
    if (result == CXD_OK)
        result = start_all(app, inherited, starter_surveys, err);
    if (result != CXD_OK) {
        app_stop(app);
        return result;
    }
    *ret_app = app;
    return CXD_OK;
}

const struct store_upgrade *app_upgraded(const struct app *app) {
    return store_upgraded(app->store);
}

const char *app_scheme(const struct app *app) {
    return http_server_is_tls(app->http) ? "https" : "http";
}

enum cxd_err app_reload(struct app *app, const struct config *config, struct error *err) {
    char host[CONFIG_TEXT_SIZE];
    struct http_options options;
    enum cxd_err result = fill_options(app, config, host, &options, err);
    if (result != CXD_OK)
        return result;
    result = http_server_reload(app->http, &options, err);
    if (result != CXD_OK) {
        api_settings_free(options.settings);
        return result;
    }
    housekeeping_keep(app->housekeeping, config->keep_marks_s, config->keep_events_s);
    atomic_store(&app->question_memory, (uint64_t)config->question_memory);
    return write_endpoint(app, err) == CXD_OK ? CXD_OK : ERR_SYSTEM;
}

void app_note_reload(struct app *app, bool is_done) {
    atomic_store(&app->reloads.at_ms, clock_now_ms());
    atomic_fetch_add(is_done ? &app->reloads.done : &app->reloads.refused, 1);
}

int64_t app_stuck_ms(struct app *app, int64_t now_monotonic_ms, const char **ret_part) {
    const struct {
        const char *name;
        int64_t stuck_ms;
    } parts[] = {
        {"writer", ingest_stuck_ms(app->ingest, now_monotonic_ms)},
        {"http", http_loops_stuck_ms(app->http, now_monotonic_ms)},
        {"workers", http_workers_stuck_ms(app->http, now_monotonic_ms)},
        {"housekeeping", housekeeping_stuck_ms(app->housekeeping, now_monotonic_ms)},
        {"nodes", nodes_stuck_ms(app->nodes, now_monotonic_ms)},
        {"alerts", alerts_stuck_ms(app->alerts, now_monotonic_ms)},
        {"live", live_stuck_ms(app->live, now_monotonic_ms)},
    };
    size_t worst = 0;
    for (size_t i = 1; i < CXD_COUNT(parts); i++)
        if (parts[i].stuck_ms > parts[worst].stuck_ms)
            worst = i;
    *ret_part = parts[worst].name;
    return parts[worst].stuck_ms;
}

const char *app_metrics_address(const struct app *app) {
    return app->metrics ? http_server_address(app->metrics) : NULL;
}

const char *app_address(const struct app *app) {
    return http_server_address(app->http);
}

const char *app_admin_key_fault(const struct app *app) {
    return app->admin_key_fault[0] == '\0' ? NULL : app->admin_key_fault;
}

const char *app_state_directory(const struct app *app) {
    return app->state_directory;
}

void app_stop(struct app *app) {
    if (!app)
        return;
    live_drain(app->live);
    http_server_stop(app->http, STOP_GRACE_MS);
    if (app->has_endpoint)
        api_remove_state_file(app, "endpoint");
    http_server_stop(app->metrics, METRICS_GRACE_MS);
    if (app->metrics)
        api_remove_state_file(app, "metrics");
    http_server_close(app->metrics);
    if (app->metrics_fd >= 0) /* the start failed before it was served */
        close(app->metrics_fd);
    vitals_stop(app->vitals);
    backups_stop(app->backups);
    housekeeping_stop(app->housekeeping);
    alerts_stop(app->alerts);
    nodes_stop(app->nodes);
    ingest_stop(app->ingest);
    nodes_free(app->nodes);
    alerts_free(app->alerts);
    live_stop(app->live);
    http_server_close(app->http);
    catalog_close(app->catalog);
    suspicion_close(app);
    store_close(app->store);
    trust_destroy(&app->trust);
    budget_destroy(&app->questions);
    turn_destroy(&app->reading_terms);
    if (app->state_lock >= 0)
        close(app->state_lock);
    free(app->routes);
    free(app->lanes);
    free(app);
}
