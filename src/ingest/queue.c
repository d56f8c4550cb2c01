/* Between the HTTP threads, which put tickets, and the writer, which takes all that wait: their number is the size of the
 * next batch. */
#include "ingest/queue.h"

bool queue_init(struct queue *queue, size_t capacity) {
    *queue = (struct queue){.capacity = capacity};
    if (pthread_mutex_init(&queue->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&queue->filled, NULL) != 0) {
        pthread_mutex_destroy(&queue->lock);
        return false;
    }
    return true;
}

void queue_destroy(struct queue *queue) {
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
}

bool queue_put(struct queue *queue, struct ticket *ticket) {
    ticket->next = NULL;
    pthread_mutex_lock(&queue->lock);
    size_t weight = ticket->is_background ? 0 : ticket->count;
    bool fits = queue->waiting == 0 || weight == 0 ||
                (weight <= queue->capacity && queue->waiting <= queue->capacity - weight);
    if (fits) {
        bool was_empty = queue->first == NULL;
        if (was_empty)
            queue->first = ticket;
        else
            queue->last->next = ticket;
        queue->last = ticket;
        queue->waiting += weight;
        if (was_empty)
            pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return fits;
}

struct ticket *queue_take_all(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    while (queue->first == NULL && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    struct ticket *tickets = queue->first;
    queue->first = queue->last = NULL;
    queue->waiting = 0;
    pthread_mutex_unlock(&queue->lock);
    return tickets;
}

void queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}
