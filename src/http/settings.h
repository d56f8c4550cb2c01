#ifndef CXD_HTTP_SETTINGS_H
#define CXD_HTTP_SETTINGS_H

#include <pthread.h>
#include <stdatomic.h>

#include "cxd/http/http.h"
#include "http/rate.h"

/* What of a server's options a reload replaces, as one thing that never changes: a request holds the one that was
 * current at its request line until its reply has been sent, so it sees nothing of two. */

struct http_settings {
    atomic_uint references;
    int64_t request_timeout_ms, slow_request_ms;
    size_t body_bytes, batch_bytes;
    uint64_t batch_memory;
    unsigned connections_per_address; /* settled */
    struct network_list trusted;
    int64_t rates[HTTP_RATE_COUNT];                /* 0: not limited */
    struct rate_addresses tables[HTTP_RATE_COUNT]; /* the server's; NULL: not limited, or (networks) not by address */
    void *app;
    void (*app_free)(void *app);
};

/* Held once by the caller, who sets tables and, when nothing can fail any more, app_free. */
CXD_NODISCARD enum cxd_err settings_make(const struct http_options *options, struct http_settings **ret_settings,
                                         struct error *err);
struct http_settings *settings_hold(struct http_settings *settings);
/* Takes NULL. */
void settings_release(struct http_settings *settings);

/* Where the current ones are; held. All 0 at first. */
struct settings_place {
    pthread_mutex_t lock;
    _Atomic(struct http_settings *) current; /* replaced under the lock */
};

void settings_place_init(struct settings_place *place);
void settings_place_destroy(struct settings_place *place);
/* The current ones, held for the caller. Any thread. */
struct http_settings *settings_current(struct settings_place *place);
/* Takes them over, and lets go of those before. */
void settings_replace(struct settings_place *place, struct http_settings *settings);
/* Makes *held the current ones; false where they are. */
bool settings_renew(struct settings_place *place, struct http_settings **held);

#endif
