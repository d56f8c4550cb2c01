/* The server's life: bind, start the workers and the loops; and at the end drain, join, free. Also the two calls that
 * other threads make on a running server. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "http/aside.h"
#include "http/limits.h"
#include "http/listen.h"
#include "http/loop.h"
#include "http/pool.h"
#include "http/state.h"

static enum cxd_err open_loops(struct http_server *server, struct error *err) {
    unsigned count = server->options.http_threads;
    unsigned limit = server->connection_limit / count;
    server->loops = calloc(count, sizeof *server->loops);
    if (!server->loops)
        return error_set(err, ERR_NO_MEMORY, "No memory for %u event loops", count);
    for (unsigned i = 0; i < count; i++) {
        server->loops[i].wake_fd = -1;
        server->loop_count++;
        enum cxd_err code = loop_open(&server->loops[i], server, limit > 0 ? limit : 1, err);
        if (code)
            return code;
    }
    return CXD_OK;
}

static enum cxd_err start_threads(struct http_server *server, struct error *err) {
    atomic_store(&server->accepting, server->loop_count);
    for (unsigned i = 0; i < server->loop_count; i++) {
        enum cxd_err code = loop_start(&server->loops[i], err);
        if (code)
            return code;
    }
    return CXD_OK;
}

static enum cxd_err make_settings(struct http_server *server, const struct http_options *options,
                                  struct http_settings **ret_settings, struct error *err) {
    struct http_settings *settings;
    enum cxd_err code = settings_make(options, &settings, err);
    if (code)
        return code;
    code = limits_settle(server, settings, err);
    if (code)
        settings_release(settings);
    else
        *ret_settings = settings;
    return code;
}

static enum cxd_err open_listeners(struct http_server *server, struct error *err) {
    const struct http_options *options = &server->options;
    enum cxd_err code = listen_adopt(server, err);
    if (code)
        return code;
    if (!server->shares_listeners)
        server->listen_fd = listen_ip(options->host, options->port, server->address, sizeof server->address, err);
    if (!server->shares_listeners && server->listen_fd < 0)
        return ERR_SYSTEM;
    if (!options->unix_path || server->unix_fd >= 0)
        return CXD_OK;
    server->unix_fd = listen_unix(options->unix_path, options->unix_mode, err);
    server->owns_unix_path = server->unix_fd >= 0;
    return server->unix_fd >= 0 ? CXD_OK : ERR_SYSTEM;
}

enum cxd_err http_server_open(const struct http_options *options, struct http_server **ret_server, struct error *err) {
    assert(options->http_threads > 0 && options->pool_threads[HTTP_POOL_READ] > 0 && options->request_timeout_ms > 0);
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return error_set(err, ERR_NO_MEMORY, "No memory for the server");
    server->options = *options;
    server->listen_fd = server->unix_fd = -1;
    struct http_settings *settings = NULL;
    settings_place_init(&server->settings);
    budget_init(&server->batches);
    /* From 1.0 on libmicrohttpd, where it is strict, refuses by itself what the layout check is for. */
    server->check_layout = strncmp(MHD_get_version(), "0.", 2) == 0;
    enum cxd_err code = CXD_OK;
    if (options->tls_certificate)
        code = tls_open(options->tls_certificate, options->tls_key, &server->tls, err);
    if (code)
        goto out;
    code = open_listeners(server, err);
    if (code)
        goto out;
    server->connection_limit = listen_connection_limit(options->max_connections);
    code = limits_open(server, err);
    if (!code)
        code = make_settings(server, options, &settings, err);
    if (code)
        goto out;
    settings_replace(&server->settings, settings);
    server->router = router_new(options->routes, options->route_count);
    if (!server->router) {
        code = error_set(err, ERR_NO_MEMORY, "No memory for the routes");
        goto out;
    }
    code = open_loops(server, err);
out:
    if (code)
        http_server_close(server);
    else
        *ret_server = server;
    if (!code)
        settings->app_free = options->settings_free;
    return code;
}

enum cxd_err http_server_run(struct http_server *server, struct error *err) {
    enum cxd_err code = pool_start(server, &server->pool, err);
    return code ? code : start_threads(server, err);
}

const char *http_server_address(const struct http_server *server) {
    return server->address;
}

bool http_server_is_tls(const struct http_server *server) {
    return server->tls && server->listen_fd >= 0;
}

const char *http_server_pin(const struct http_server *server) {
    return http_server_is_tls(server) ? tls_pin(server->tls) : NULL;
}

int64_t http_server_certificate_end_s(const struct http_server *server) {
    return server->tls ? tls_end_s(server->tls) : 0;
}

static int64_t longer(int64_t a, int64_t b) {
    return a > b ? a : b;
}

enum cxd_err http_server_reload(struct http_server *server, const struct http_options *options, struct error *err) {
    struct http_settings *fresh, *old = atomic_load(&server->settings.current);
    enum cxd_err code = make_settings(server, options, &fresh, err);
    if (code)
        return code;
    int64_t timeout_ms = longer(fresh->request_timeout_ms, old->request_timeout_ms);
    if (server->tls)
        code = tls_reload(server->tls, options->tls_certificate, options->tls_key, 2 * timeout_ms, err);
    if (code) {
        settings_release(fresh);
        return code;
    }
    fresh->app_free = options->settings_free;
    settings_replace(&server->settings, fresh);
    for (unsigned i = 0; i < server->loop_count; i++)
        aside_wake(&server->loops[i]); /* a shorter time-out holds for those who are connected */
    return CXD_OK;
}

int64_t http_loops_stuck_ms(struct http_server *server, int64_t now_monotonic_ms) {
    int64_t worst_ms = 0;
    for (unsigned i = 0; i < server->loop_count; i++) {
        int64_t stuck_ms = heartbeat_ask(&server->loops[i].beat, now_monotonic_ms);
        worst_ms = stuck_ms > worst_ms ? stuck_ms : worst_ms;
        aside_wake(&server->loops[i]);
    }
    return worst_ms;
}

int64_t http_workers_stuck_ms(struct http_server *server, int64_t now_monotonic_ms) {
    return pool_ask(server->pool, now_monotonic_ms);
}

bool http_server_is_draining(const struct http_server *server) {
    return atomic_load_explicit(&server->draining, memory_order_relaxed);
}

void http_wake(struct http_server *server) {
    for (unsigned i = 0; i < server->loop_count; i++)
        if (atomic_load(&server->loops[i].ready))
            aside_wake(&server->loops[i]);
}

static void join_loops(struct http_server *server) {
    for (unsigned i = 0; i < server->loop_count; i++)
        if (server->loops[i].running)
            pthread_join(server->loops[i].thread, NULL);
}

void http_server_stop(struct http_server *server, int64_t grace_ms) {
    if (!server)
        return;
    atomic_store(&server->stop_at_ms, clock_monotonic_ms() + grace_ms);
    atomic_store(&server->draining, true);
    for (unsigned i = 0; i < server->loop_count; i++) {
        atomic_store(&server->loops[i].sleeping, true);
        aside_wake(&server->loops[i]);
    }
    join_loops(server);
    pool_stop(server->pool);
}

void http_server_close(struct http_server *server) {
    if (!server)
        return;
    bool all_closed = true;
    for (unsigned i = 0; i < server->loop_count; i++)
        all_closed = loop_close(&server->loops[i]) && all_closed;
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    if (server->unix_fd >= 0)
        close(server->unix_fd);
    if (server->owns_unix_path)
        unlink(server->options.unix_path);
    if (!all_closed) {
        /* Someone still holds a request and may complete it: what he would touch is left standing. */
        log_record(LOG_LEVEL_ERROR, "stop_incomplete", "requests_not_completed=1");
        return;
    }
    pool_free(server->pool);
    settings_place_destroy(&server->settings);
    budget_destroy(&server->batches);
    limits_close(server);
    router_free(server->router);
    tls_close(server->tls);
    free(server->loops);
    free(server);
}
