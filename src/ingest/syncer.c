/* Behind the writer: flush, then tell. Its own thread, so that the time of the flush is the time in which the
 * next batch is committed. */
#include "ingest/syncer.h"

#include "cxd/base/clock.h"
#include "cxd/base/log.h"

/* Nothing of an unflushed batch may be acknowledged. */
static void fail_batch(struct syncer *syncer, struct ticket *batch, const struct error *err) {
    char detail[300];
    for (struct ticket *ticket = batch; ticket != NULL; ticket = ticket->next)
        if (ticket->error == CXD_OK)
            ticket->error = err->code;
    atomic_store(syncer->failed_at_ms, clock_monotonic_ms());
    log_record(LOG_LEVEL_ERROR, "sync_failed", "error=%s detail=%s", error_slug(err->code),
               log_value(detail, sizeof(detail), err->detail));
}

static void complete(struct ticket *batch) {
    while (batch != NULL) {
        struct ticket *next = batch->next; /* `done` may hand the ticket's memory to someone else */
        batch->done(batch);
        batch = next;
    }
}

static struct ticket *wait_for_batch(struct syncer *syncer, bool *ret_is_committed) {
    pthread_mutex_lock(&syncer->lock);
    while (syncer->batch == NULL && !syncer->closed)
        pthread_cond_wait(&syncer->changed, &syncer->lock);
    struct ticket *batch = syncer->batch;
    *ret_is_committed = syncer->is_committed;
    pthread_mutex_unlock(&syncer->lock);
    return batch;
}

static void *syncer_main(void *argument) {
    struct syncer *syncer = argument;
    struct ticket *batch;
    bool is_committed;
    while ((batch = wait_for_batch(syncer, &is_committed)) != NULL) {
        struct error err;
        if (is_committed && store_sync(syncer->options.store, &err) != CXD_OK)
            fail_batch(syncer, batch, &err);
        pthread_mutex_lock(&syncer->lock);
        syncer->batch = NULL;
        pthread_cond_broadcast(&syncer->changed);
        pthread_mutex_unlock(&syncer->lock);
        complete(batch);
        syncer->options.batch_done(syncer->options.batch_context);
    }
    return NULL;
}

bool syncer_start(struct syncer *syncer, const struct ingest_options *options,
                  _Atomic int64_t *failed_at_ms) {
    *syncer = (struct syncer){.options = *options, .failed_at_ms = failed_at_ms};
    if (pthread_mutex_init(&syncer->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&syncer->changed, NULL) == 0) {
        if (pthread_create(&syncer->thread, NULL, syncer_main, syncer) == 0)
            return true;
        pthread_cond_destroy(&syncer->changed);
    }
    pthread_mutex_destroy(&syncer->lock);
    return false;
}

void syncer_hand(struct syncer *syncer, struct ticket *batch, bool is_committed) {
    pthread_mutex_lock(&syncer->lock);
    while (syncer->batch != NULL)
        pthread_cond_wait(&syncer->changed, &syncer->lock);
    syncer->batch = batch;
    syncer->is_committed = is_committed;
    pthread_cond_broadcast(&syncer->changed);
    pthread_mutex_unlock(&syncer->lock);
}

void syncer_stop(struct syncer *syncer) {
    pthread_mutex_lock(&syncer->lock);
    syncer->closed = true;
    pthread_cond_broadcast(&syncer->changed);
    pthread_mutex_unlock(&syncer->lock);
    pthread_join(syncer->thread, NULL);
    pthread_cond_destroy(&syncer->changed);
    pthread_mutex_destroy(&syncer->lock);
}
