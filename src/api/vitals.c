/* What is behind /readyz and /v1/status: a thread that looks, and an alarm of the loops for those who ask if the look
 * takes too long. The thread is asleep while nobody asks, so that an idle daemon stays idle. */
#include "api/vitals.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "cxd/base/clock.h"
#include "cxd/base/condition.h"
#include "cxd/codec/write.h"

enum {
    FRESH_MS = 500,   /* a check is the answer to all who ask so soon after it */
    SILENT_MS = 2000, /* a check that takes longer waits for the disk */
    STUCK_MS = 5000   /* a thread that has made no step for so long: a slow disk's worst flush is shorter */
};

/* A request that waits; of its arena. */
struct asker {
    struct http_request *request;
    int64_t asked_ms; /* monotonic */
    struct asker *next;
};

/* What the last look has found. */
struct findings {
    int64_t writer_ms, http_ms, workers_ms; /* without a step */
    bool has_figures, has_disk;
    struct store_figures figures;
    struct vitals_overflow overflows[VITALS_OVERFLOWS_MAX];
    size_t overflow_count;
    struct vitals_suspects suspects;
    struct store_disk disk;
};

struct vitals {
    struct app *app;
    struct store_reader *reader;
    pthread_t thread;
    bool is_running;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t change;
    bool is_wanted, is_ending;
    int64_t begun_ms; /* monotonic, when the look that is under way was asked for; 0: none is */
    int64_t ended_ms; /* of the last; 0: there was none */
    int64_t asked_ms; /* when the other threads were asked */
    struct findings findings;
    struct asker *askers;
};

/* --- The verdict ----------------------------------------------------------------------------------------------------
 */

struct evidence {
    const struct findings *findings;
    bool is_draining, is_silent, has_looked;
    enum cxd_err failure;
    enum store_place place;
    int64_t min_free;
};

static bool is_draining(const struct evidence *evidence) {
    return evidence->is_draining;
}

static bool is_writer_stuck(const struct evidence *evidence) {
    return evidence->findings->writer_ms >= STUCK_MS;
}

static bool is_storage_full(const struct evidence *evidence) {
    return evidence->failure == ERR_STORAGE_FULL;
}

static bool is_storage_failing(const struct evidence *evidence) {
    return evidence->failure != CXD_OK && evidence->failure != ERR_STORAGE_FULL;
}

static bool is_http_stuck(const struct evidence *evidence) {
    return evidence->findings->http_ms >= STUCK_MS;
}

static bool are_workers_stuck(const struct evidence *evidence) {
    return evidence->findings->workers_ms >= STUCK_MS;
}

static bool is_missing(const struct evidence *evidence) {
    return evidence->place == STORE_MISSING;
}

static bool is_replaced(const struct evidence *evidence) {
    return evidence->place == STORE_REPLACED;
}

static bool is_overwritten(const struct evidence *evidence) {
    return evidence->place == STORE_OVERWRITTEN;
}

static bool is_inaccessible(const struct evidence *evidence) {
    return evidence->place == STORE_INACCESSIBLE;
}

static bool is_unreachable(const struct evidence *evidence) {
    return evidence->place == STORE_UNREACHABLE;
}

static bool is_unreadable(const struct evidence *evidence) {
    return evidence->has_looked && !evidence->is_silent && !evidence->findings->has_figures;
}

static bool is_silent(const struct evidence *evidence) {
    return evidence->is_silent;
}

static bool is_disk_low(const struct evidence *evidence) {
    return evidence->findings->has_disk && evidence->findings->disk.free_bytes < evidence->min_free;
}

static const struct {
    struct vitals_reason reason;
    bool (*holds)(const struct evidence *evidence);
} REASONS[] = {
    {{"serving", "draining", "The daemon is ending; it answers what has arrived and takes no new connection"},
     is_draining},
    {{"writer", "writer_stuck", "The thread that writes has made no step for seconds"}, is_writer_stuck},
    {{"writer", "storage_full", "The last write failed: the storage is full"}, is_storage_full},
    {{"writer", "storage_failing", "The last write failed; the log says why"}, is_storage_failing},
    {{"http", "http_stuck", "A thread that answers requests has made no step for seconds"}, is_http_stuck},
    {{"workers", "workers_stuck", "A thread that reads for requests has made no step for seconds"}, are_workers_stuck},
    {{"database", "database_missing", "A file of the database is not in its place any more; the log says which"},
     is_missing},
    {{"database", "database_replaced", "Another file stands in the place of one of the database's; the log says which"},
     is_replaced},
    {{"database", "database_overwritten",
      "Somebody else has written into a file of the database, or cut it off; the log says which"},
     is_overwritten},
    {{"database", "database_inaccessible", "A file of the database could not be opened again; the log says which"},
     is_inaccessible},
    {{"database", "database_unreachable", "The database gives no connection; the log says why"}, is_unreachable},
    {{"database", "database_unreadable", "The database cannot be read"}, is_unreadable},
    {{"database", "database_silent", "The database, or its disk, has not answered for seconds"}, is_silent},
    {{"disk", "disk_low", "The disk has less room left than [storage] min_free asks for"}, is_disk_low},
};

static_assert(CXD_COUNT(REASONS) <= VITALS_REASONS_MAX, "a report holds every reason");

const char *vitals_check(size_t index) {
    static const char *const CHECKS[] = {"serving", "writer", "http", "workers", "database", "disk"};
    return index < CXD_COUNT(CHECKS) ? CHECKS[index] : NULL;
}

static bool is_silent_now(const struct vitals *vitals, int64_t now_ms) {
    return vitals->begun_ms != 0 && now_ms - vitals->begun_ms >= SILENT_MS;
}

void vitals_read(struct vitals *vitals, struct vitals_report *ret_report) {
    const struct app *app = vitals->app;
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&vitals->lock);
    struct findings findings = vitals->findings;
    bool silent = is_silent_now(vitals, now_ms);
    bool has_looked = vitals->ended_ms != 0;
    pthread_mutex_unlock(&vitals->lock);
    const struct evidence evidence = {
        .findings = &findings,
        .is_draining = http_server_is_draining(app->http),
        .is_silent = silent,
        .has_looked = has_looked,
        .failure = ingest_failure(app->ingest, now_ms),
        .place = ingest_place(app->ingest),
        .min_free = app->config.min_free,
    };
    struct vitals_report report = {
        .has_figures = !silent && findings.has_figures,
        .figures = findings.figures,
        .overflow_count = findings.overflow_count,
        .suspects = findings.suspects,
        .has_disk = findings.has_disk,
        .disk = findings.disk,
    };
    memcpy(report.overflows, findings.overflows, sizeof report.overflows);
    report.suspects.is_known = report.suspects.is_known && !silent;
    for (size_t i = 0; i < CXD_COUNT(REASONS); i++)
        if (REASONS[i].holds(&evidence))
            report.reasons[report.reason_count++] = &REASONS[i].reason;
    *ret_report = report;
}

void vitals_append_reasons(struct buffer *out, const struct vitals_report *report) {
    write_open(out, "reasons", '[');
    for (size_t i = 0; i < report->reason_count; i++) {
        const struct vitals_reason *reason = report->reasons[i];
        write_open(out, NULL, '{');
        write_text(out, "check", reason->check);
        write_text(out, "reason", reason->reason);
        write_text(out, "detail", reason->detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

/* --- The look -------------------------------------------------------------------------------------------------------
 */

static void release(struct vitals *vitals, struct asker *askers) {
    if (!askers)
        return;
    while (askers) {
        struct asker *next = askers->next; /* the request's memory may be gone after it is complete */
        http_complete(askers->request);
        askers = next;
    }
    http_wake(vitals->app->http);
}

/* The threads come first: what they say must not wait for a disk. */
static void ask_threads(struct vitals *vitals) {
    struct app *app = vitals->app;
    int64_t now_ms = clock_monotonic_ms();
    int64_t writer_ms = ingest_stuck_ms(app->ingest, now_ms);
    int64_t http_ms = http_loops_stuck_ms(app->http, now_ms);
    int64_t workers_ms = http_workers_stuck_ms(app->http, now_ms);
    pthread_mutex_lock(&vitals->lock);
    vitals->asked_ms = now_ms;
    vitals->findings.writer_ms = writer_ms;
    vitals->findings.http_ms = http_ms;
    vitals->findings.workers_ms = workers_ms;
    pthread_mutex_unlock(&vitals->lock);
}

static size_t read_overflows(struct vitals *vitals, struct vitals_overflow *overflows) {
    struct error err;
    struct store_overflow *found;
    struct arena arena;
    size_t count = 0;
    arena_init(&arena);
    if (store_read_overflows(vitals->reader, VITALS_OVERFLOWS_MAX, &arena, &found, &count, &err) != CXD_OK)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        overflows[i].survey = found[i].survey;
        overflows[i].values = found[i].values;
        overflows[i].beyond = found[i].beyond;
        snprintf(overflows[i].dimension, sizeof overflows[i].dimension, "%s", found[i].dimension);
    }
    arena_free(&arena);
    return count;
}

static void add_suspects(struct vitals_suspects *sum, const struct store_suspects *suspects, size_t most) {
    size_t at = sum->count < VITALS_SUSPECTS_MAX ? sum->count++ : VITALS_SUSPECTS_MAX - 1;
    bool is_among = sum->surveys < VITALS_SUSPECTS_MAX || suspects->responses > sum->first[at].responses;
    for (; is_among && at > 0 && sum->first[at - 1].responses < suspects->responses; at--)
        sum->first[at] = sum->first[at - 1];
    if (is_among)
        sum->first[at] = *suspects;
    sum->surveys++;
    sum->is_least = sum->is_least || suspects->responses == (int64_t)most;
    sum->all.responses += suspects->responses;
    sum->all.recent += suspects->recent;
    for (int i = 0; i < FLAG_COUNT; i++)
        sum->all.reasons[i] += suspects->reasons[i];
}

static void read_suspects(struct vitals *vitals, struct vitals_suspects *sum) {
    int64_t since = clock_now_ms() - DAY_MS;
    struct store_suspects suspects = {0};
    struct error err;
    bool more = true;
    while (more) {
        size_t most = sum->all.responses < VITALS_SUSPECTS_MANY ? VITALS_SUSPECTS_MOST : VITALS_SUSPECTS_FEW;
        if (store_read_suspects(vitals->reader, suspects.survey, since, most, &more, &suspects, &err) != CXD_OK)
            return;
        if (more)
            add_suspects(sum, &suspects, most);
    }
    sum->is_known = true;
}

static void look(struct vitals *vitals) {
    struct error err;
    struct vitals_suspects suspects = {0};
    struct store_figures figures;
    struct store_disk disk;
    struct vitals_overflow overflows[VITALS_OVERFLOWS_MAX] = {0};
    size_t overflow_count = 0;
    ask_threads(vitals);
    (void)ingest_look(vitals->app->ingest);
    bool has_disk = store_read_disk(vitals->app->store, &disk);
    bool has_figures = store_read_figures(vitals->reader, &figures, &err) == CXD_OK;
    if (has_figures && figures.overflows > 0)
        overflow_count = read_overflows(vitals, overflows);
    if (has_figures)
        read_suspects(vitals, &suspects);
    pthread_mutex_lock(&vitals->lock);
    vitals->findings.has_disk = has_disk;
    if (has_disk)
        vitals->findings.disk = disk;
    vitals->findings.has_figures = has_figures;
    if (has_figures)
        vitals->findings.figures = figures;
    vitals->findings.suspects = suspects;
    vitals->findings.overflow_count = overflow_count;
    memcpy(vitals->findings.overflows, overflows, sizeof overflows);
    pthread_mutex_unlock(&vitals->lock);
}

/* Looks, and may be held up by what it looks at. */
static void *look_main(void *argument) {
    struct vitals *vitals = argument;
    pthread_setname_np(pthread_self(), "cxd-look");
    pthread_mutex_lock(&vitals->lock);
    for (;;) {
        while (!vitals->is_wanted && !vitals->is_ending)
            pthread_cond_wait(&vitals->change, &vitals->lock);
        if (vitals->is_ending)
            break;
        vitals->is_wanted = false;
        pthread_mutex_unlock(&vitals->lock);
        look(vitals);
        pthread_mutex_lock(&vitals->lock);
        vitals->begun_ms = 0;
        vitals->ended_ms = clock_monotonic_ms();
        pthread_cond_broadcast(&vitals->change);
        struct asker *askers = vitals->askers;
        vitals->askers = NULL;
        pthread_mutex_unlock(&vitals->lock);
        release(vitals, askers);
        pthread_mutex_lock(&vitals->lock);
    }
    pthread_mutex_unlock(&vitals->lock);
    return NULL;
}

/* Until the look is over, or has taken too long. The lock is held. */
static void await_look(struct vitals *vitals) {
    const struct timespec until = condition_deadline(SILENT_MS);
    int woken = 0;
    while (woken == 0 && !vitals->is_ending && vitals->begun_ms != 0)
        woken = pthread_cond_timedwait(&vitals->change, &vitals->lock, &until);
}

void vitals_alarm(struct vitals *vitals) {
    int64_t now_ms = clock_monotonic_ms();
    struct asker *due = NULL;
    pthread_mutex_lock(&vitals->lock);
    for (struct asker **at = &vitals->askers, *asker; (asker = *at);) {
        int64_t waited_ms = now_ms - asker->asked_ms;
        if (waited_ms < SILENT_MS) {
            http_alarm(asker->request, SILENT_MS - waited_ms);
            at = &asker->next;
        } else {
            *at = asker->next;
            asker->next = due;
            due = asker;
        }
    }
    pthread_mutex_unlock(&vitals->lock);
    release(vitals, due);
}

static bool is_fresh(const struct vitals *vitals, int64_t now_ms) {
    return vitals->ended_ms != 0 && now_ms - vitals->ended_ms < FRESH_MS;
}

/* The lock is held. */
static void want(struct vitals *vitals, int64_t now_ms) {
    if (vitals->begun_ms != 0)
        return;
    vitals->begun_ms = now_ms;
    vitals->is_wanted = true;
    pthread_cond_broadcast(&vitals->change);
}

void vitals_wait(struct vitals *vitals) {
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&vitals->lock);
    if (!is_fresh(vitals, now_ms) && !is_silent_now(vitals, now_ms)) {
        want(vitals, now_ms);
        await_look(vitals);
    }
    pthread_mutex_unlock(&vitals->lock);
}

void vitals_ask(struct vitals *vitals, struct http_request *request, http_handler *finish) {
    struct asker *asker = arena_alloc(http_arena(request), sizeof *asker);
    int64_t now_ms = clock_monotonic_ms();
    bool waits = false, asks = false;
    if (!asker) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory to look");
        return;
    }
    pthread_mutex_lock(&vitals->lock);
    if (is_silent_now(vitals, now_ms)) {
        asks = now_ms - vitals->asked_ms >= FRESH_MS; /* the other threads still have something to say */
    } else if (!is_fresh(vitals, now_ms)) {
        waits = true; /* from here on it may be complete at any moment */
        http_defer(request, finish, NULL);
        *asker = (struct asker){.request = request, .asked_ms = now_ms, .next = vitals->askers};
        vitals->askers = asker;
        http_alarm(request, SILENT_MS);
        want(vitals, now_ms);
    }
    pthread_mutex_unlock(&vitals->lock);
    if (asks)
        ask_threads(vitals);
    if (!waits)
        finish(request);
}

enum cxd_err vitals_start(struct app *app, struct vitals **ret_vitals, struct error *err) {
    struct vitals *vitals = calloc(1, sizeof *vitals);
    if (!vitals)
        return error_set(err, ERR_NO_MEMORY, "no memory to watch over the daemon");
    vitals->app = app;
    condition_init(&vitals->change);
    pthread_mutex_init(&vitals->lock, NULL);
    enum cxd_err result = store_reader_open(app->store, &vitals->reader, err);
    vitals->is_running = result == CXD_OK && pthread_create(&vitals->thread, NULL, look_main, vitals) == 0;
    if (result == CXD_OK && !vitals->is_running)
        result = error_set(err, ERR_SYSTEM, "cannot start a thread that watches over the daemon");
    if (result != CXD_OK) {
        vitals_stop(vitals);
        return result;
    }
    *ret_vitals = vitals;
    return CXD_OK;
}

void vitals_stop(struct vitals *vitals) {
    if (!vitals)
        return;
    pthread_mutex_lock(&vitals->lock);
    vitals->is_ending = true;
    pthread_cond_broadcast(&vitals->change);
    pthread_mutex_unlock(&vitals->lock);
    if (vitals->is_running)
        pthread_join(vitals->thread, NULL);
    store_reader_close(vitals->reader);
    pthread_cond_destroy(&vitals->change);
    pthread_mutex_destroy(&vitals->lock);
    free(vitals);
}
