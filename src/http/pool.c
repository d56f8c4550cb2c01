/* Workers for requests that may block, such as reads that scan. The queue is a list through the requests themselves, so it
 * needs no memory and is bounded by the number of connections. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/log.h"
#include "http/internal.h"

struct worker {
    struct pool *pool;
    pthread_t thread;
    bool opened, started;
    void *object; /* what worker_open made */
    struct id_source ids;
    struct heartbeat beat;
    unsigned lane;
};

struct pool {
    struct http_server *server;
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct http_request *first, *last;
    bool stopping, refusing;
    unsigned count;
    struct worker workers[];
};

/* The next request, or NULL to end. */
static struct http_request *pool_take(struct worker *worker, bool *ret_refuse) {
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->stopping) {
        heartbeat_answer(&worker->beat);
        pthread_cond_wait(&pool->change, &pool->lock);
    }
    heartbeat_answer(&worker->beat);
    struct http_request *request = pool->first;
    if (request) {
        pool->first = request->next;
        if (!pool->first)
            pool->last = NULL;
    }
    *ret_refuse = pool->refusing;
    pthread_mutex_unlock(&pool->lock);
    return request;
}

static void *worker_main(void *cls) {
    struct worker *worker = cls;
    void (*turn_done)(void *app) = worker->pool->server->options.turn_done;
    bool refuse;
    struct http_request *request;
    pthread_setname_np(pthread_self(), "cxd-worker");
    while ((request = pool_take(worker, &refuse))) {
        bool handed_over = false;
        struct loop *loop = request->connection->loop;
        request->worker = worker->object;
        request->lane = worker->lane;
        request->ids = &worker->ids;
        request->handed_over = &handed_over;
        if (refuse)
            http_problem_code(request, ERR_DRAINING, "The server is ending; try again");
        else
            request->route->handle(request);
        if (turn_done)
            turn_done(worker->pool->server->options.app);
        if (handed_over) /* may be complete by now, or the next request of its connection: hands off */
            continue;
        loop_ready(loop, request);
        loop_wake(loop);
    }
    return NULL;
}

void pool_submit(struct pool *pool, struct http_request *request) {
    request->next = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->last)
        pool->last->next = request;
    else
        pool->first = request;
    pool->last = request;
    pthread_cond_signal(&pool->change);
    pthread_mutex_unlock(&pool->lock);
}

int64_t pool_ask(struct pool *pool, int64_t now_ms) {
    int64_t worst_ms = 0;
    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++) {
        int64_t stuck_ms = heartbeat_ask(&pool->workers[i].beat, now_ms);
        worst_ms = stuck_ms > worst_ms ? stuck_ms : worst_ms;
    }
    pthread_cond_broadcast(&pool->change);
    pthread_mutex_unlock(&pool->lock);
    return worst_ms;
}

void pool_refuse(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->refusing = true;
    pthread_mutex_unlock(&pool->lock);
}

void pool_stop(struct pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->change);
    pthread_mutex_unlock(&pool->lock);
    const struct http_options *options = &pool->server->options;
    for (unsigned i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->started)
            pthread_join(worker->thread, NULL);
        if (worker->opened && options->worker_close)
            options->worker_close(options->app, worker->object);
    }
    pthread_cond_destroy(&pool->change);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static enum cxd_err worker_start(struct pool *pool, struct worker *worker, struct error *err) {
    const struct http_options *options = &pool->server->options;
    worker->pool = pool;
    id_source_init(&worker->ids);
    if (options->worker_open) {
        enum cxd_err code = options->worker_open(options->app, &worker->object, err);
        if (code)
            return code;
    }
    worker->opened = true;
    if (options->worker_watch)
        options->worker_watch(worker->object, &worker->beat);
    int failed = pthread_create(&worker->thread, NULL, worker_main, worker);
    if (failed)
        return error_set(err, ERR_SYSTEM, "No thread could be started: %s", strerror(failed));
    worker->started = true;
    return CXD_OK;
}

enum cxd_err pool_start(struct http_server *server, unsigned count, struct pool **ret_pool,
                        struct error *err) {
    struct pool *pool = calloc(1, sizeof *pool + count * sizeof pool->workers[0]);
    if (!pool)
        return error_set(err, ERR_NO_MEMORY, "No memory for %u workers", count);
    pool->server = server;
    pool->count = count;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->change, NULL);
    for (unsigned i = 0; i < count; i++) {
        pool->workers[i].lane = server->loop_count + i;
        enum cxd_err code = worker_start(pool, &pool->workers[i], err);
        if (code) {
            pool_stop(pool);
            return code;
        }
    }
    *ret_pool = pool;
    return CXD_OK;
}
