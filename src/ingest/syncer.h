#ifndef CXD_INGEST_SYNCER_H
#define CXD_INGEST_SYNCER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "cxd/base/compiler.h"
#include "cxd/ingest/ingest.h"

/* The second half of the pipeline: makes committed batches durable and completes their tickets, while the
 * writer commits the next batch. It holds one batch at a time. */

struct syncer {
    struct ingest_options options;
    _Atomic int64_t *failed_at_ms; /* the ingest's */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ticket *batch; /* NULL: idle */
    bool is_committed;    /* the batch has something to make durable */
    bool closed;
};

CXD_NODISCARD bool syncer_start(struct syncer *syncer, const struct ingest_options *options,
                                _Atomic int64_t *failed_at_ms);
/* Waits until the batch before is durable, then hands over the next. */
void syncer_hand(struct syncer *syncer, struct ticket *batch, bool is_committed);
/* Completes what it holds, and ends. */
void syncer_stop(struct syncer *syncer);

#endif
