/* Between the HTTP threads, which put tickets, and the writer, which takes all that wait: their number is the size of
 * the next batch. */
#include "ingest/queue.h"

bool queue_init(struct queue *queue, size_t capacity) {
    *queue = (struct queue){.capacity = capacity};
    if (pthread_mutex_init(&queue->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&queue->wake, NULL) != 0) {
        pthread_mutex_destroy(&queue->lock);
        return false;
    }
    return true;
}

void queue_destroy(struct queue *queue) {
    pthread_cond_destroy(&queue->wake);
    pthread_mutex_destroy(&queue->lock);
}

static size_t weight(const struct ticket *ticket) {
    return ticket->is_background ? 0 : ticket->count;
}

static atomic_size_t *counter_of(struct queue *queue, const struct ticket *ticket) {
    return ticket->is_partable ? &queue->parted : &queue->waiting;
}

/* Counts the ticket's changes in, if they fit. */
static bool admit(struct queue *queue, const struct ticket *ticket) {
    atomic_size_t *counter = counter_of(queue, ticket);
    size_t more = weight(ticket), before = atomic_load(counter);
    do {
        size_t others = ticket->is_partable ? before + atomic_load(&queue->waiting) : before;
        bool fits = others < queue->capacity && (more > queue->capacity || more <= queue->capacity - others);
        if (more > 0 && others > 0 && !fits)
            return false;
    } while (!atomic_compare_exchange_weak(counter, &before, before + more));
    return true;
}

bool queue_put(struct queue *queue, struct ticket *ticket) {
    if (!admit(queue, ticket))
        return false;
    struct ticket *head = atomic_load(&queue->newest);
    do
        ticket->next = head;
    while (!atomic_compare_exchange_weak(&queue->newest, &head, ticket));
    return true;
}

size_t queue_waiting(struct queue *queue) {
    return atomic_load_explicit(&queue->waiting, memory_order_relaxed) +
           atomic_load_explicit(&queue->parted, memory_order_relaxed);
}

/* The taker says that it sleeps and then looks once more; whoever puts looks after that whether it sleeps: one of the
 * two sees the other. */
void queue_wake(struct queue *queue) {
    if (!atomic_load(&queue->newest) || !atomic_load(&queue->sleeping) || !atomic_exchange(&queue->sleeping, false))
        return;
    pthread_mutex_lock(&queue->lock);
    pthread_cond_signal(&queue->wake);
    pthread_mutex_unlock(&queue->lock);
}

static void sleep_until_woken(struct queue *queue) {
    atomic_store(&queue->sleeping, true);
    pthread_mutex_lock(&queue->lock);
    while (atomic_load(&queue->sleeping) && !atomic_load(&queue->newest) && !atomic_load(&queue->closed)) {
        heartbeat_answer(&queue->beat);
        pthread_cond_wait(&queue->wake, &queue->lock);
    }
    pthread_mutex_unlock(&queue->lock);
    atomic_store(&queue->sleeping, false);
}

struct ticket *queue_take_waiting(struct queue *queue) {
    struct ticket *newest = atomic_exchange(&queue->newest, NULL), *oldest = NULL;
    size_t taken[2] = {0};
    while (newest) {
        struct ticket *next = newest->next;
        taken[newest->is_partable] += weight(newest);
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    atomic_fetch_sub(&queue->waiting, taken[false]);
    atomic_fetch_sub(&queue->parted, taken[true]);
    return oldest;
}

struct ticket *queue_take_all(struct queue *queue) {
    struct ticket *oldest;
    while ((oldest = queue_take_waiting(queue)) == NULL) {
        if (atomic_load(&queue->closed))
            return NULL;
        sleep_until_woken(queue);
    }
    return oldest;
}

int64_t queue_ask(struct queue *queue, int64_t now_ms) {
    pthread_mutex_lock(&queue->lock);
    int64_t stuck_ms = heartbeat_ask(&queue->beat, now_ms);
    pthread_cond_signal(&queue->wake);
    pthread_mutex_unlock(&queue->lock);
    return stuck_ms;
}

void queue_close(struct queue *queue) {
    atomic_store(&queue->closed, true);
    pthread_mutex_lock(&queue->lock);
    pthread_cond_signal(&queue->wake);
    pthread_mutex_unlock(&queue->lock);
}
