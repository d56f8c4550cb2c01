#ifndef CXD_INGEST_QUEUE_H
#define CXD_INGEST_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/heartbeat.h"
#include "cxd/ingest/ingest.h"

/* A bounded queue of tickets: many threads put, one takes everything at once. Putting takes no lock and makes no system
 * call; waking the taker is a step of its own, so that one wake serves all that a thread has put. */

struct queue {
    _Atomic(struct ticket *) newest; /* a list, newest first */
    atomic_size_t waiting;           /* changes, not tickets; those of background tickets do not count */
    atomic_size_t parted;            /* the same of tickets that may be parted: nobody waits for all of these */
    size_t capacity;
    atomic_bool sleeping, closed;
    struct heartbeat beat; /* the taker's */
    pthread_mutex_t lock;  /* of the sleep alone */
    pthread_cond_t wake;
};

CXD_NODISCARD bool queue_init(struct queue *queue, size_t capacity);
void queue_destroy(struct queue *queue);
/* False when the ticket's changes do not fit. A ticket larger than the capacity (a batch) fits while the queue is not
 * full. What may be parted must fit beside all that waits, and everything else beside what may not be parted. */
CXD_NODISCARD bool queue_put(struct queue *queue, struct ticket *ticket);
/* Changes that wait. */
size_t queue_waiting(struct queue *queue);
/* Wakes the taker if it sleeps. After a put, by the same thread. */
void queue_wake(struct queue *queue);
/* Waits for tickets and takes all of them, oldest first; NULL when the queue is closed and empty. */
struct ticket *queue_take_all(struct queue *queue);
/* The same of those that are there; NULL: none. */
struct ticket *queue_take_waiting(struct queue *queue);
/* Asks the taker, which answers from its sleep too: heartbeat_ask. */
int64_t queue_ask(struct queue *queue, int64_t now_ms);
void queue_close(struct queue *queue);

#endif
