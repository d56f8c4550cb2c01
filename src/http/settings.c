/* One state of the server's options. server.c makes a new one at a reload; each loop holds the current one, and each request on it. */

#include "http/settings.h"

#include <stdlib.h>

enum cxd_err settings_make(const struct http_options *options, struct http_settings **ret_settings,
                           struct error *err) {
    struct http_settings *settings = calloc(1, sizeof *settings);
    if (!settings)
        return error_set(err, ERR_NO_MEMORY, "No memory for the settings");
    atomic_init(&settings->references, 1);
    settings->request_timeout_ms = options->request_timeout_ms;
    settings->slow_request_ms = options->slow_request_ms;
    settings->body_bytes = options->body_bytes;
    settings->batch_bytes = options->batch_bytes;
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
