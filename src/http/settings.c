/* One state of the server's options. server.c makes a new one at a reload; each loop holds the current one, and each
 * request on it. */

#include "http/settings.h"

#include <stdlib.h>

enum cxd_err settings_make(const struct http_options *options, struct http_settings **ret_settings, struct error *err) {
    struct http_settings *settings = calloc(1, sizeof *settings);
    if (!settings)
        return error_set(err, ERR_NO_MEMORY, "No memory for the settings");
    atomic_init(&settings->references, 1);
    settings->request_timeout_ms = options->request_timeout_ms;
    settings->slow_request_ms = options->slow_request_ms;
    settings->body_bytes = options->body_bytes;
    settings->batch_bytes = options->batch_bytes;
    settings->batch_memory = options->batch_memory;
    settings->connections_per_address = options->connections_per_address;
    settings->trusted = options->trusted;
    for (int i = 0; i < HTTP_RATE_COUNT; i++)
        settings->rates[i] = options->rates[i];
    settings->app = options->settings;
    *ret_settings = settings;
    return CXD_OK;
}

struct http_settings *settings_hold(struct http_settings *settings) {
    atomic_fetch_add_explicit(&settings->references, 1, memory_order_relaxed);
    return settings;
}

void settings_release(struct http_settings *settings) {
    if (!settings || atomic_fetch_sub_explicit(&settings->references, 1, memory_order_acq_rel) > 1)
        return;
    if (settings->app_free)
        settings->app_free(settings->app);
    free(settings);
}

void settings_place_init(struct settings_place *place) {
    pthread_mutex_init(&place->lock, NULL);
}

void settings_place_destroy(struct settings_place *place) {
    settings_release(atomic_load(&place->current));
    pthread_mutex_destroy(&place->lock);
}

struct http_settings *settings_current(struct settings_place *place) {
    pthread_mutex_lock(&place->lock);
    struct http_settings *settings = settings_hold(atomic_load(&place->current));
    pthread_mutex_unlock(&place->lock);
    return settings;
}

void settings_replace(struct settings_place *place, struct http_settings *settings) {
    pthread_mutex_lock(&place->lock);
    struct http_settings *old = atomic_exchange(&place->current, settings);
    pthread_mutex_unlock(&place->lock);
    settings_release(old);
}

bool settings_renew(struct settings_place *place, struct http_settings **held) {
    if (atomic_load_explicit(&place->current, memory_order_acquire) == *held)
        return false;
    settings_release(*held);
    *held = settings_current(place);
    return true;
}
