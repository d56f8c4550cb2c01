/* The daemon's own errands. One change at a time goes to the writer, each small, and between two the thread rests as long as the last one
 * took: others' changes wait for one of them at most. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/ingest/housekeeping.h"

enum {
    RESPONSES_AT_ONCE = 200,
    SETTLE_MS = 2000, /* how long after an erasure its bytes are seen to */
    DAY_MS = 24 * 60 * 60 * 1000
};

struct housekeeping {
    struct ingest *ingest;
    struct catalog *catalog;
    int64_t interval_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool is_ending;
};

/* What one survey asks for: copied, so that no snapshot is held meanwhile. */
struct errand {
    char slug[SLUG_SIZE];
    struct change change;
};

/* Sleeps; true if the end has come. */
static bool rest(struct housekeeping *housekeeping, int64_t ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&housekeeping->lock);
    int woken = 0;
    while (!housekeeping->is_ending && woken == 0)
        woken = pthread_cond_timedwait(&housekeeping->ending, &housekeeping->lock, &until);
    bool ending = housekeeping->is_ending;
    pthread_mutex_unlock(&housekeeping->lock);
    return ending;
}

/* False where the run must end: the store refused, or the daemon stops. */
static bool apply(struct housekeeping *housekeeping, struct change *change) {
    struct error err;
    int64_t begun_ms = clock_monotonic_ms();
    change->now_ms = clock_now_ms();
    enum cxd_err result = ingest_apply(housekeeping->ingest, change, &err);
    if (result != CXD_OK)
        log_record(LOG_LEVEL_WARNING, "housekeeping_refused", "error=%s", error_slug(result));
    return !rest(housekeeping, clock_monotonic_ms() - begun_ms) && result == CXD_OK;
}

static bool retain(struct housekeeping *housekeeping, struct errand *errand) {
    struct change *change = &errand->change;
    int64_t total = 0;
    bool goes_on;
    do {
        goes_on = apply(housekeeping, change);
        total += goes_on ? change->as.retain.touched : 0;
    } while (goes_on && change->as.retain.more);
    if (total > 0)
        log_record(LOG_LEVEL_INFO, "retained", "survey=%s %s=%lld", errand->slug,
                   change->as.retain.retention == RETENTION_DELETE ? "deleted" : "anonymised",
                   (long long)total);
    return goes_on;
}

static size_t list_errands(struct housekeeping *housekeeping, struct errand **ret_errands) {
    const struct snapshot *snapshot = catalog_acquire(housekeeping->catalog);
    struct errand *errands = calloc(snapshot->survey_count + 1, sizeof(*errands));
    int64_t now_ms = clock_now_ms();
    size_t count = 0;
    for (size_t i = 0; errands != NULL && i < snapshot->survey_count; i++) {
        const struct survey *survey = &snapshot->surveys[i];
        if (survey->retention_days == 0)
            continue;
        struct errand *errand = &errands[count++];
        memcpy(errand->slug, survey->slug, sizeof(errand->slug));
        errand->change.kind = CHANGE_RETAIN;
        errand->change.as.retain.survey = survey->number;
        errand->change.as.retain.before_ms = now_ms - survey->retention_days * DAY_MS;
        errand->change.as.retain.retention = survey->retention;
        errand->change.as.retain.limit = RESPONSES_AT_ONCE;
    }
    catalog_release(snapshot);
    *ret_errands = errands;
    return count;
}

static void retain_all(struct housekeeping *housekeeping) {
    struct errand *errands;
    size_t count = list_errands(housekeeping, &errands);
    for (size_t i = 0; i < count; i++)
        if (!retain(housekeeping, &errands[i]))
            break;
    free(errands);
}

static void *housekeeping_main(void *argument) {
    struct housekeeping *housekeeping = argument;
    int64_t next_ms = clock_monotonic_ms();
    do {
        if (clock_monotonic_ms() >= next_ms) {
            retain_all(housekeeping);
            next_ms = clock_monotonic_ms() + housekeeping->interval_ms;
        }
        if (ingest_is_unsettled(housekeeping->ingest)) {
            struct change settle = {.kind = CHANGE_SETTLE};
            (void)apply(housekeeping, &settle);
        }
    } while (
        !rest(housekeeping, housekeeping->interval_ms < SETTLE_MS ? housekeeping->interval_ms : SETTLE_MS));
    return NULL;
}

enum cxd_err housekeeping_start(struct ingest *ingest, struct catalog *catalog, int64_t interval_s,
                                struct housekeeping **ret_housekeeping, struct error *err) {
    struct housekeeping *housekeeping = calloc(1, sizeof(*housekeeping));
    if (housekeeping == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the housekeeping");
    housekeeping->ingest = ingest;
    housekeeping->catalog = catalog;
    housekeeping->interval_ms = interval_s * 1000;
    pthread_mutex_init(&housekeeping->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&housekeeping->ending, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&housekeeping->thread, NULL, housekeeping_main, housekeeping) != 0) {
        pthread_cond_destroy(&housekeeping->ending);
        pthread_mutex_destroy(&housekeeping->lock);
        free(housekeeping);
        return error_set(err, ERR_SYSTEM, "cannot start the housekeeping's thread");
    }
    *ret_housekeeping = housekeeping;
    return CXD_OK;
}

void housekeeping_stop(struct housekeeping *housekeeping) {
    if (housekeeping == NULL)
        return;
    pthread_mutex_lock(&housekeeping->lock);
    housekeeping->is_ending = true;
    pthread_cond_signal(&housekeeping->ending);
    pthread_mutex_unlock(&housekeeping->lock);
    pthread_join(housekeeping->thread, NULL);
    pthread_cond_destroy(&housekeeping->ending);
    pthread_mutex_destroy(&housekeeping->lock);
    free(housekeeping);
}
