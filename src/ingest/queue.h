#ifndef CXD_INGEST_QUEUE_H
#define CXD_INGEST_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/ingest/ingest.h"

/* A bounded queue of tickets: many threads put, one takes everything at once. */

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct ticket *first, *last;
    size_t waiting; /* changes, not tickets */
    size_t capacity;
    bool closed;
};

CXD_NODISCARD bool queue_init(struct queue *queue, size_t capacity);
void queue_destroy(struct queue *queue);
/* False when the ticket's changes do not fit: a ticket that is larger than the capacity fits an empty queue. */
CXD_NODISCARD bool queue_put(struct queue *queue, struct ticket *ticket);
/* Waits for tickets and takes all of them, oldest first; NULL when the queue is closed and empty. */
struct ticket *queue_take_all(struct queue *queue);
void queue_close(struct queue *queue);

#endif
