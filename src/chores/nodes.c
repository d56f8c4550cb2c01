/* Who else writes the store. What is known of it is for others a handful of numbers, which anybody may look at. */
#include "cxd/chores/nodes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "chores/errand.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"

enum {
    LOOK_MS = 500,
    AGAIN_MS = 50,    /* where the store did not answer */
    MARGIN_MS = 2000, /* so long before it runs out a lease is none any more: what was begun under it ends */
    SKEW_MS = 5000    /* clocks that differ by less agree */
};

struct nodes {
    struct nodes_options options;
    struct store_reader *reader;
    pthread_t thread;
    struct errand errand;
    _Atomic int64_t count, ahead_ms;
    _Atomic int64_t leads_until_ms; /* monotonic */
    /* The thread's own; what the log has heard. */
    bool has_led, is_failing, is_behind, is_skewed;
};

static void tell_lease(struct nodes *nodes, bool leads) {
    if (leads != nodes->has_led)
        log_record(LOG_LEVEL_INFO, leads ? "lease_taken" : "lease_lost", "nodes=%lld",
                   (long long)atomic_load(&nodes->count));
    nodes->has_led = leads;
}

/* The store's clock and this machine's, which has stood between these two when the store's was asked. */
static void compare_clocks(struct nodes *nodes, int64_t now_ms, int64_t before_ms, int64_t after_ms) {
    int64_t ahead_ms = now_ms - before_ms - (after_ms - before_ms) / 2;
    bool is_skewed = ahead_ms > SKEW_MS || ahead_ms < -SKEW_MS;
    atomic_store(&nodes->ahead_ms, ahead_ms);
    trust_correct(nodes->options.trust, ahead_ms);
    if (is_skewed != nodes->is_skewed)
        log_record(is_skewed ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, is_skewed ? "clock_differs" : "clock_agrees",
                   "database_ahead_ms=%lld", (long long)ahead_ms);
    nodes->is_skewed = is_skewed;
}

static void take(struct nodes *nodes, const struct store_attendance *attendance, int64_t begun_ms) {
    int64_t count = attendance->nodes > 1 ? attendance->nodes : 1;
    if (attendance->leads)
        atomic_store(&nodes->leads_until_ms, begun_ms + STORE_ATTENDED_MS - MARGIN_MS);
    else
        atomic_store(&nodes->leads_until_ms, begun_ms);
    ingest_note_left(nodes->options.ingest, attendance->unrolled, attendance->undoing);
    if (atomic_exchange(&nodes->count, count) != count)
        nodes->options.counted(nodes->options.context, count);
}

static bool attend(struct nodes *nodes) {
    struct store_attendance attendance;
    struct error err;
    int64_t begun_ms = clock_monotonic_ms(), before_ms = clock_now_ms();
    enum cxd_err result = store_attend(nodes->reader, false, &attendance, &err);
    heartbeat_answer(&nodes->errand.beat);
    if (result == CXD_OK) {
        compare_clocks(nodes, attendance.now_ms, before_ms, clock_now_ms());
        take(nodes, &attendance, begun_ms);
    } else if (!nodes->is_failing) {
        log_record(LOG_LEVEL_WARNING, "attendance_failed", "error=%s detail=%s", error_slug(result), err.detail);
    }
    nodes->is_failing = result != CXD_OK;
    tell_lease(nodes, nodes_lead(nodes));
    return !nodes->is_failing;
}

static bool renew(struct nodes *nodes) {
    struct error err;
    bool is_behind = catalog_renew(nodes->options.catalog, &err) != CXD_OK;
    if (err.code != CXD_OK && !(is_behind && nodes->is_behind)) /* once: it is tried again */
        log_record(LOG_LEVEL_ERROR, "catalog_reload_failed", "error=%s detail=%s", error_slug(err.code), err.detail);
    heartbeat_answer(&nodes->errand.beat);
    nodes->is_behind = is_behind;
    return !is_behind;
}

static void *nodes_main(void *argument) {
    struct nodes *nodes = argument;
    pthread_setname_np(pthread_self(), "cxd-nodes");
    bool is_well;
    do /* keys are not taken while the catalog is not renewed: that goes first */
        is_well = renew(nodes) && attend(nodes);
    while (!errand_wait(&nodes->errand, is_well ? LOOK_MS : AGAIN_MS));
    return NULL;
}

enum cxd_err nodes_start(const struct nodes_options *options, struct nodes **ret_nodes, struct error *err) {
    if (!store_is_shared(options->store))
        return CXD_OK;
    struct nodes *nodes = calloc(1, sizeof *nodes);
    if (!nodes)
        return error_set(err, ERR_NO_MEMORY, "no memory to know of other nodes");
    nodes->options = *options;
    atomic_init(&nodes->count, 1);
    enum cxd_err result = store_reader_open(options->store, &nodes->reader, err);
    if (result != CXD_OK) {
        free(nodes);
        return result;
    }
    errand_init(&nodes->errand);
    store_reader_watch(nodes->reader, &nodes->errand.beat);
    if (pthread_create(&nodes->thread, NULL, nodes_main, nodes) != 0) {
        errand_destroy(&nodes->errand);
        store_reader_close(nodes->reader);
        free(nodes);
        return error_set(err, ERR_SYSTEM, "cannot start the thread that knows of other nodes");
    }
    *ret_nodes = nodes;
    return CXD_OK;
}

bool nodes_lead(const struct nodes *nodes) {
    return !nodes || clock_monotonic_ms() < atomic_load(&nodes->leads_until_ms);
}

int64_t nodes_count(const struct nodes *nodes) {
    return nodes ? atomic_load(&nodes->count) : 1;
}

int64_t nodes_clock_ahead_ms(const struct nodes *nodes) {
    return nodes ? atomic_load(&nodes->ahead_ms) : 0;
}

void nodes_saw(struct nodes *nodes, int64_t generation) {
    if (!nodes)
        return;
    const struct snapshot *snapshot = catalog_acquire(nodes->options.catalog);
    bool is_news = generation > snapshot->generation;
    catalog_release(snapshot);
    if (is_news)
        errand_wake(&nodes->errand);
}

int64_t nodes_stuck_ms(struct nodes *nodes, int64_t now_monotonic_ms) {
    return nodes ? errand_ask(&nodes->errand, now_monotonic_ms) : 0;
}

void nodes_stop(struct nodes *nodes) {
    struct store_attendance ignored;
    struct error err;
    if (!nodes)
        return;
    errand_end(&nodes->errand);
    pthread_join(nodes->thread, NULL);
    if (store_attend(nodes->reader, true, &ignored, &err) != CXD_OK) /* others find it out */
        log_record(LOG_LEVEL_INFO, "leave_failed", "detail=%s", err.detail);
}

void nodes_free(struct nodes *nodes) {
    if (!nodes)
        return;
    store_reader_close(nodes->reader);
    errand_destroy(&nodes->errand);
    free(nodes);
}
