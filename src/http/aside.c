/* Between the handler of a request and its reply there may be other threads: a request is set aside on its loop, and
 * handed back by whoever has completed it; loop.c then finishes it. */

#include "http/aside.h"

#include <unistd.h>

/* To suspend a connection and resume it costs three system calls, and to be asked for its reply at every turn next to
 * nothing, if there are few turns. */
enum { AWAITED_MS = 2 };

static void begin_running(struct http_request *request) {
    struct loop *loop = request->connection->loop;
    deadline_disarm(&loop->deadlines, &request->connection->deadline);
    request->stage = STAGE_RUNNING;
    loop->running_requests++;
}

static void suspend(struct http_request *request) {
    MHD_suspend_connection(request->connection->mhd);
    request->suspended = true;
}

void aside_suspend(struct http_request *request) {
    begin_running(request);
    suspend(request);
}

void aside_await(struct http_request *request) {
    begin_running(request);
    request->connection->loop->waiting++;
}

void aside_look(struct http_request *request) {
    struct loop *loop = request->connection->loop;
    bool is_pooled = request->route->flags & HTTP_POOLED_ANY;
    if (!is_pooled || loop->now_ms - request->arrived_ms < AWAITED_MS)
        return;
    loop->waiting--;
    suspend(request);
}

void aside_forget(struct http_request *request) {
    if (request->stage != STAGE_RUNNING || request->suspended)
        return;
    request->connection->loop->waiting--;
    request->suspended = true;
}

void aside_hand_back(struct http_request *request) {
    struct loop *loop = request->connection->loop;
    struct http_request *head = atomic_load_explicit(&loop->ready, memory_order_relaxed);
    do
        request->next = head;
    while (!atomic_compare_exchange_weak(&loop->ready, &head, request));
}

void aside_wake(struct loop *loop) {
    if (!atomic_exchange(&loop->sleeping, false))
        return;
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full, and then the loop wakes as well */
}
