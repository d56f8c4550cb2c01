/* Workers for requests that may block, such as reads that scan: a crew for each of the pools, with a queue of its own,
 * so that one that is held up holds up no other. A queue is a list through the requests themselves, so it needs no
 * memory, and is bounded by the number of connections and a few that have gone. */

#include "http/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cxd/base/log.h"
#include "http/aside.h"
#include "http/coding.h"

static const struct {
    unsigned flag; /* of the routes that it runs */
    const char *name, *thread_name;
    bool is_long; /* what it runs takes minutes: nothing waits for it */
} CREWS[HTTP_POOL_COUNT] = {
    [HTTP_POOL_READ] = {HTTP_POOLED, "read", "cxd-worker", false},
    [HTTP_POOL_PUBLIC] = {HTTP_POOLED_PUBLIC, "public", "cxd-public", false},
    [HTTP_POOL_EXPORT] = {HTTP_POOLED_EXPORT, "export", "cxd-export", true},
};

/* So many may wait for workers without a connection: what a client leaves behind is not bounded by those that it may
 * have open. */
enum { PROMPT_MOST = 256 };

/* Seconds after which a place may be free among requests that take minutes. */
static const char RETRY_S[] = "10";

struct crew {
    pthread_cond_t change;
    struct http_request *first, *last;
    struct crew_counts *counts;
};

struct worker {
    struct pool *pool;
    enum http_pool crew;
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
    struct crew crews[HTTP_POOL_COUNT];
    bool stopping, refusing;
    unsigned count;
    struct worker workers[];
};

/* The next request, or NULL to end. */
static struct http_request *pool_take(struct worker *worker, bool *ret_refuse) {
    struct pool *pool = worker->pool;
    struct crew *crew = &pool->crews[worker->crew];
    pthread_mutex_lock(&pool->lock);
    while (!crew->first && !pool->stopping) {
        heartbeat_answer(&worker->beat);
        pthread_cond_wait(&crew->change, &pool->lock);
    }
    heartbeat_answer(&worker->beat);
    struct http_request *request = crew->first;
    if (request) {
        crew->first = request->next;
        if (!crew->first)
            crew->last = NULL;
        atomic_fetch_sub(&crew->counts->waiting, 1);
        atomic_fetch_add(&crew->counts->busy, 1);
    }
    *ret_refuse = pool->refusing;
    pthread_mutex_unlock(&pool->lock);
    return request;
}

/* Who runs for minutes gives way to who is answered at once, where there are not processors enough for all. */
static void give_way(void) {
    enum { NICE = 10 };
#ifdef __linux__
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); /* of this thread alone */
#endif
}

static void *worker_main(void *cls) {
    struct worker *worker = cls;
    void (*turn_done)(void *app) = worker->pool->server->options.turn_done;
    bool refuse;
    struct http_request *request;
    struct crew_counts *counts = worker->pool->crews[worker->crew].counts;
    pthread_setname_np(pthread_self(), CREWS[worker->crew].thread_name);
    if (CREWS[worker->crew].is_long)
        give_way();
    while ((request = pool_take(worker, &refuse))) {
        bool handed_over = false;
        struct loop *loop = request->connection->loop;
        request->worker = worker->object;
        request->beat = &worker->beat;
        request->lane = worker->lane;
        request->ids = &worker->ids;
        request->handed_over = &handed_over;
        if (refuse)
            http_problem_code(request, ERR_DRAINING, "The server is ending; try again");
        else
            coding_handle(request);
        if (turn_done)
            turn_done(worker->pool->server->options.app);
        atomic_fetch_sub(&counts->busy, 1);
        if (handed_over) /* may be complete by now, or the next request of its connection: hands off */
            continue;
        aside_hand_back(request);
        aside_wake(loop);
    }
    return NULL;
}

static size_t crew_of(const struct http_request *request) {
    size_t at = 0;
    while (!(request->route->flags & CREWS[at].flag))
        at++;
    return at;
}

bool pool_is_prompt(const struct pool *pool, const struct http_request *request) {
    size_t at = crew_of(request);
    return !CREWS[at].is_long && atomic_load(&pool->crews[at].counts->waiting) < PROMPT_MOST;
}

void pool_submit(struct pool *pool, struct http_request *request) {
    size_t at = crew_of(request);
    struct crew *crew = &pool->crews[at];
    request->next = NULL;
    pthread_mutex_lock(&pool->lock);
    if (CREWS[at].is_long &&
        atomic_load(&crew->counts->busy) + atomic_load(&crew->counts->waiting) >= atomic_load(&crew->counts->threads)) {
        pthread_mutex_unlock(&pool->lock);
        http_reply_header(request, "Retry-After", RETRY_S);
        http_problem_code(request, ERR_TOO_MANY_EXPORTS, "%u are under way already; try again later",
                          atomic_load(&crew->counts->threads));
        aside_hand_back(request);
        return;
    }
    if (crew->last)
        crew->last->next = request;
    else
        crew->first = request;
    crew->last = request;
    atomic_fetch_add(&crew->counts->waiting, 1);
    pthread_cond_signal(&crew->change);
    pthread_mutex_unlock(&pool->lock);
}

void http_read_pools(const struct http_server *server, struct http_pool_state ret_pools[HTTP_POOL_COUNT]) {
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++) {
        const struct crew_counts *counts = &server->crews[i];
        ret_pools[i] = (struct http_pool_state){.name = CREWS[i].name,
                                                .threads = atomic_load(&counts->threads),
                                                .busy = atomic_load(&counts->busy),
                                                .waiting = atomic_load(&counts->waiting)};
    }
}

static void wake_all(struct pool *pool) {
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++)
        pthread_cond_broadcast(&pool->crews[i].change);
}

int64_t pool_ask(struct pool *pool, int64_t now_ms) {
    int64_t worst_ms = 0;
    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++) {
        int64_t stuck_ms = heartbeat_ask(&pool->workers[i].beat, now_ms);
        worst_ms = stuck_ms > worst_ms ? stuck_ms : worst_ms;
    }
    wake_all(pool);
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
    wake_all(pool);
    pthread_mutex_unlock(&pool->lock);
    const struct http_options *options = &pool->server->options;
    for (unsigned i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->started)
            pthread_join(worker->thread, NULL);
        if (worker->opened && options->worker_close)
            options->worker_close(options->app, worker->object);
        worker->started = worker->opened = false;
    }
}

void pool_free(struct pool *pool) {
    if (!pool)
        return;
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++)
        pthread_cond_destroy(&pool->crews[i].change);
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

enum cxd_err pool_start(struct http_server *server, struct pool **ret_pool, struct error *err) {
    const unsigned *threads = server->options.pool_threads;
    unsigned count = 0;
    for (size_t i = 0; i < HTTP_POOL_COUNT; i++)
        count += threads[i];
    struct pool *pool = calloc(1, sizeof *pool + count * sizeof pool->workers[0]);
    if (!pool)
        return error_set(err, ERR_NO_MEMORY, "No memory for %u workers", count);
    pool->server = server;
    pool->count = count;
    pthread_mutex_init(&pool->lock, NULL);
    for (size_t i = 0, at = 0; i < HTTP_POOL_COUNT; i++) {
        pthread_cond_init(&pool->crews[i].change, NULL);
        pool->crews[i].counts = &server->crews[i];
        atomic_store(&server->crews[i].threads, threads[i]);
        for (unsigned j = 0; j < threads[i]; j++)
            pool->workers[at++].crew = (enum http_pool)i;
    }
    for (unsigned i = 0; i < count; i++) {
        pool->workers[i].lane = server->loop_count + i;
        enum cxd_err code = worker_start(pool, &pool->workers[i], err);
        if (code) {
            pool_stop(pool);
            pool_free(pool);
            return code;
        }
    }
    *ret_pool = pool;
    return CXD_OK;
}
