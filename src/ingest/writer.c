/* The one thread that writes. It takes all tickets that wait, applies their changes as one transaction, then completes each ticket:
 * a reply leaves only after the commit that holds it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/ingest/ingest.h"
#include "ingest/pace.h"
#include "ingest/queue.h"

enum {
    CHANGES_KEPT = 16384,
    EARLY_WAKE = 24, /* changes worth a flush: the writer begins while the turn that brings them goes on */
    RETRY_FAILURES_MAX = 3, /* tickets in a row that may fail alone before their batch is given up */
    FAILING_MS = 10 * 1000  /* as long as Retry-After says: then the next write may show that it is over */
};

struct ingest {
    struct ingest_options options;
    struct queue queue;
    pthread_t thread;
    struct change **changes; /* the batch being applied: pointers into the tickets */
    size_t changes_capacity;
    atomic_bool unsettled;        /* something was erased, and its bytes may still lie in the store's files */
    _Atomic int64_t failed_at_ms; /* monotonic; 0: the last write went well */
    _Atomic int failure;          /* its enum cxd_err */
    struct pace pace;
    bool catalog_is_stale; /* a reload failed: try again after the next batch */
    struct tally commit_changes, commit_ns;
    _Atomic int64_t commit_begun_ns; /* monotonic; 0: none is under way */
    tally_count commit_failures[CXD_ERR_COUNT];
    atomic_uint_fast64_t queue_refusals; /* by many threads, seldom */
};

static bool changes_definitions(const struct ticket *ticket) {
    for (size_t i = 0; i < ticket->count; i++)
        if (ticket->changes[i].kind == CHANGE_SURVEY || ticket->changes[i].kind == CHANGE_ARCHIVE ||
            ticket->changes[i].kind == CHANGE_KEY || ticket->changes[i].kind == CHANGE_REVOKE ||
            ticket->changes[i].kind == CHANGE_KEY_USED || ticket->changes[i].kind == CHANGE_SIGNING_KEY)
            return true;
    return false;
}

/* A response was validated against the survey as it was when it arrived. If the survey has changed since, hold it against the
 * current one: metric and scale cannot have changed once there are responses, so this is rare and cheap. */
static bool admit(struct change *change, const struct snapshot *snapshot) {
    struct response *response = &change->as.response.value;
    const struct survey *survey = snapshot_survey_number(snapshot, response->survey);
    if (survey == NULL) {
        change->refusal = ERR_NO_SURVEY;
    } else if (survey->revision == response->revision && survey_is_open(survey, change->now_ms)) {
        return true;
    } else if (response->score < survey->scale_min || response->score > survey->scale_max) {
        change->refusal = ERR_INVALID;
    } else {
        response->revision = survey->revision;
        if (!survey_is_open(survey, change->now_ms)) /* archiving does not raise the revision */
            change->as.response.unless_stored = ERR_SURVEY_CLOSED;
        return true;
    }
    change->outcome = OUTCOME_REFUSED;
    return false;
}

/* The survey's rule may have been changed while the change was on its way, and what is deleted does not come back. */
static bool admit_retain(struct change *change, const struct snapshot *snapshot) {
    const struct survey *survey = snapshot_survey_number(snapshot, change->as.retain.survey);
    if (survey != NULL && survey->retention == change->as.retain.retention &&
        change->as.retain.before_ms <= survey_retained_from(survey, change->now_ms))
        return true;
    change->outcome = OUTCOME_REFUSED;
    change->refusal = ERR_CONFLICT;
    return false;
}

static bool admit_any(struct change *change, const struct snapshot *snapshot) {
    switch (change->kind) {
    case CHANGE_RESPONSE:
        return admit(change, snapshot);
    case CHANGE_RETAIN:
        return admit_retain(change, snapshot);
    default:
        return true;
    }
}

static bool reserve(struct ingest *ingest, size_t count) {
    if (count <= ingest->changes_capacity)
        return true;
    struct change **grown = realloc(ingest->changes, count * sizeof(*grown));
    if (grown == NULL)
        return false;
    ingest->changes = grown;
    ingest->changes_capacity = count;
    return true;
}

static bool wrote(const struct ticket *ticket) {
    for (size_t i = 0; i < ticket->count; i++)
        if (ticket->changes[i].outcome == OUTCOME_CREATED || ticket->changes[i].outcome == OUTCOME_AMENDED)
            return true;
    return false;
}

/* Only a write that went well shows that the storage is well again; a replay shows nothing. */
static void note_health(struct ingest *ingest, const struct ticket *first, const struct ticket *end,
                        enum cxd_err result) {
    if (result != CXD_OK) {
        atomic_store(&ingest->failure, (int)result);
        atomic_store(&ingest->failed_at_ms, clock_monotonic_ms());
        return;
    }
    if (atomic_load(&ingest->failed_at_ms) == 0)
        return;
    for (const struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        if (wrote(ticket))
            atomic_store(&ingest->failed_at_ms, 0);
}

static void note_commit(struct ingest *ingest, const struct ticket *first, const struct ticket *end,
                        size_t changes, int64_t begun_ns) {
    int64_t now_ns = clock_monotonic_ns(), took_ns = now_ns - begun_ns;
    uint32_t stored = 0;
    tally_note(&ingest->commit_ns, &TALLY_DURATIONS, (uint64_t)took_ns);
    tally_note(&ingest->commit_changes, &TALLY_SIZES, changes);
    for (const struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        for (size_t i = 0; i < ticket->count; i++)
            stored +=
                ticket->changes[i].kind == CHANGE_RESPONSE && ticket->changes[i].outcome == OUTCOME_CREATED;
    if (stored > 0)
        pace_note(&ingest->pace, now_ns / 1000000, stored);
    atomic_store_explicit(&ingest->pace.commit_at_ms, clock_now_ms(), memory_order_relaxed);
    atomic_store_explicit(&ingest->pace.commit_took_ms, took_ns / 1000000, memory_order_relaxed);
    atomic_store_explicit(&ingest->pace.commit_changes, (int64_t)changes, memory_order_relaxed);
}

static void note_erasures(struct ingest *ingest, const struct ticket *first, const struct ticket *end) {
    for (const struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        for (size_t i = 0; i < ticket->count; i++) {
            const struct change *change = &ticket->changes[i];
            bool erases = change->kind == CHANGE_ERASE || change->kind == CHANGE_RETAIN;
            if (change->outcome == OUTCOME_AMENDED && erases)
                atomic_store(&ingest->unsettled, true);
            else if (change->outcome == OUTCOME_AMENDED && change->kind == CHANGE_SETTLE)
                atomic_store(&ingest->unsettled, false);
        }
}

/* The changes that have been gathered of these tickets. */
static enum cxd_err commit(struct ingest *ingest, const struct ticket *first, const struct ticket *end,
                           size_t count, struct error *err) {
    int64_t begun_ns = clock_monotonic_ns();
    atomic_store_explicit(&ingest->commit_begun_ns, begun_ns, memory_order_relaxed);
    enum cxd_err result = store_apply(ingest->options.store, ingest->changes, count, err);
    atomic_store_explicit(&ingest->commit_begun_ns, 0, memory_order_relaxed);
    if (result == CXD_OK)
        note_commit(ingest, first, end, count, begun_ns);
    else
        tally_add(&ingest->commit_failures[result], 1);
    return result;
}

/* Applies the tickets from `first` up to, not including, `end` as one transaction, and notes the result in each. */
static enum cxd_err apply_run(struct ingest *ingest, struct ticket *first, const struct ticket *end,
                              bool is_retry) {
    size_t count = 0;
    heartbeat_answer(&ingest->queue.beat);
    for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        count += ticket->count;

    struct error err;
    error_clear(&err);
    enum cxd_err result = CXD_OK;
    if (!reserve(ingest, count)) {
        result = ERR_NO_MEMORY;
    } else {
        const struct snapshot *snapshot = catalog_acquire(ingest->options.catalog);
        size_t used = 0;
        for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
            for (size_t i = 0; i < ticket->count; i++)
                if (admit_any(&ticket->changes[i], snapshot))
                    ingest->changes[used++] = &ticket->changes[i];
        catalog_release(snapshot);
        if (used > 0)
            result = commit(ingest, first, end, used, &err);
    }
    for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        ticket->error = result;
    note_health(ingest, first, end, result);
    if (result == CXD_OK)
        note_erasures(ingest, first, end);
    if (result != CXD_OK) {
        log_record(LOG_LEVEL_ERROR, is_retry ? "apply_failed" : "batch_failed",
                   "error=%s changes=%zu detail=%s", error_slug(result), count, err.detail);
    }
    return result;
}

/* One change that the store cannot take must not sink its neighbours: after a failure each ticket is tried alone. A full
 * disk is everyone's. */
static void apply_each(struct ingest *ingest, struct ticket *first, const struct ticket *end) {
    int failures = 0;
    for (struct ticket *ticket = first; ticket != end && failures < RETRY_FAILURES_MAX; ticket = ticket->next)
        failures = apply_run(ingest, ticket, ticket->next, true) == CXD_OK ? 0 : failures + 1;
}

/* After a batch that changed surveys or keys, and before anyone is told of it. */
static void reload_catalog(struct ingest *ingest) {
    struct error err;
    ingest->catalog_is_stale = catalog_reload(ingest->options.catalog, &err) != CXD_OK;
    if (ingest->catalog_is_stale) {
        log_record(LOG_LEVEL_ERROR, "catalog_reload_failed", "error=%s detail=%s", error_slug(err.code),
                   err.detail);
    }
}

static void complete(struct ticket *first, const struct ticket *end) {
    while (first != end) {
        struct ticket *next = first->next; /* `done` may hand the ticket's memory to someone else */
        first->done(first);
        first = next;
    }
}

/* Takes the run of tickets that starts at `first`: up to and including the next one that changes definitions, since what follows
 * it has to be held against the new ones. */
static struct ticket *process_run(struct ingest *ingest, struct ticket *first) {
    struct ticket *last = first;
    bool redefined = changes_definitions(last);
    while (!redefined && last->next != NULL) {
        last = last->next;
        redefined = changes_definitions(last);
    }
    struct ticket *end = last->next;

    enum cxd_err result = apply_run(ingest, first, end, false);
    if (result != CXD_OK && result != ERR_STORAGE_FULL && first->next != end)
        apply_each(ingest, first, end);
    if ((redefined && last->error == CXD_OK) || ingest->catalog_is_stale)
        reload_catalog(ingest);
    if (redefined && last->error == CXD_OK && ingest->catalog_is_stale)
        last->error = ERR_NO_MEMORY; /* stored, but not in force yet: to try again is harmless */
    complete(first, end);
    return end;
}

static void *writer_main(void *argument) {
    struct ingest *ingest = argument;
    struct ticket *tickets;
    pthread_setname_np(pthread_self(), "cxd-writer");
    while ((tickets = queue_take_all(&ingest->queue)) != NULL) {
        if (ingest->changes_capacity > CHANGES_KEPT) { /* of one large batch */
            free(ingest->changes);
            ingest->changes = NULL;
            ingest->changes_capacity = 0;
        }
        while (tickets != NULL)
            tickets = process_run(ingest, tickets);
        ingest->options.batch_done(ingest->options.batch_context);
    }
    return NULL;
}

enum cxd_err ingest_start(const struct ingest_options *options, struct ingest **ret_ingest,
                          struct error *err) {
    struct ingest *ingest = calloc(1, sizeof(*ingest));
    if (ingest == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the writer");
    ingest->options = *options;
    atomic_init(&ingest->unsettled, true); /* as a life before this one may have left it */
    if (!queue_init(&ingest->queue, options->queue_length)) {
        free(ingest);
        return error_set(err, ERR_SYSTEM, "cannot make the writer's queue");
    }
    store_watch(options->store, &ingest->queue.beat);
    if (pthread_create(&ingest->thread, NULL, writer_main, ingest) != 0) {
        store_watch(options->store, NULL);
        queue_destroy(&ingest->queue);
        free(ingest);
        return error_set(err, ERR_SYSTEM, "cannot start the writer's thread");
    }
    *ret_ingest = ingest;
    return CXD_OK;
}

enum cxd_err ingest_submit(struct ingest *ingest, struct ticket *ticket) {
    ticket->error = CXD_OK;
    if (!queue_put(&ingest->queue, ticket)) {
        atomic_fetch_add_explicit(&ingest->queue_refusals, 1, memory_order_relaxed);
        return ERR_QUEUE_FULL;
    }
    if (queue_waiting(&ingest->queue) >= EARLY_WAKE)
        queue_wake(&ingest->queue);
    return CXD_OK;
}

void ingest_wake(struct ingest *ingest) {
    queue_wake(&ingest->queue);
}

void ingest_read_figures(struct ingest *ingest, struct ingest_figures *ret_figures) {
    int64_t begun_ns = atomic_load_explicit(&ingest->commit_begun_ns, memory_order_relaxed);
    int64_t running_ns = begun_ns == 0 ? 0 : clock_monotonic_ns() - begun_ns;
    *ret_figures = (struct ingest_figures){
        .commit_running_ns = running_ns > 0 ? running_ns : 0,
        .queue_waiting = queue_waiting(&ingest->queue),
        .queue_capacity = ingest->queue.capacity,
        .queue_refusals = atomic_load_explicit(&ingest->queue_refusals, memory_order_relaxed),
    };
    tally_read(&ingest->commit_changes, &TALLY_SIZES, &ret_figures->commit_changes);
    tally_read(&ingest->commit_ns, &TALLY_DURATIONS, &ret_figures->commit_ns);
    for (size_t i = 0; i < CXD_ERR_COUNT; i++)
        ret_figures->commit_failures[i] = tally_get(&ingest->commit_failures[i]);
}

enum cxd_err ingest_failure(const struct ingest *ingest, int64_t now_monotonic_ms) {
    int64_t failed_at_ms = atomic_load(&ingest->failed_at_ms);
    bool is_failing = failed_at_ms != 0 && now_monotonic_ms - failed_at_ms < FAILING_MS;
    return is_failing ? (enum cxd_err)atomic_load(&ingest->failure) : CXD_OK;
}

void ingest_read_pace(struct ingest *ingest, int64_t now_monotonic_ms, struct ingest_pace *ret_pace) {
    pace_read(&ingest->pace, now_monotonic_ms, ret_pace);
    ret_pace->queue_waiting = queue_waiting(&ingest->queue);
    ret_pace->queue_capacity = ingest->options.queue_length;
}

int64_t ingest_stuck_ms(struct ingest *ingest, int64_t now_monotonic_ms) {
    return queue_ask(&ingest->queue, now_monotonic_ms);
}

bool ingest_is_unsettled(const struct ingest *ingest) {
    return atomic_load(&ingest->unsettled);
}

/* For ingest_apply: a ticket whose `done` wakes the thread that waits for it. */
struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_done;
};

static void waiter_done(struct ticket *ticket) {
    struct waiter *waiter = ticket->context;
    pthread_mutex_lock(&waiter->lock);
    waiter->is_done = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->lock);
}

enum cxd_err ingest_apply(struct ingest *ingest, struct change *change, struct error *err) {
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct ticket ticket = {
        .changes = change, .count = 1, .done = waiter_done, .context = &waiter, .is_background = true};
    enum cxd_err result = ingest_submit(ingest, &ticket);
    if (result == CXD_OK) {
        ingest_wake(ingest);
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.is_done)
            pthread_cond_wait(&waiter.changed, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
        result = ticket.error;
    }
    if (result == CXD_OK && change->outcome == OUTCOME_REFUSED)
        result = change->refusal;
    pthread_cond_destroy(&waiter.changed);
    pthread_mutex_destroy(&waiter.lock);
    return result == CXD_OK ? CXD_OK : error_set(err, result, "%s", error_title(result));
}

void ingest_stop(struct ingest *ingest) {
    if (ingest == NULL)
        return;
    queue_close(&ingest->queue);
    pthread_join(ingest->thread, NULL);
    store_watch(ingest->options.store, NULL);
    queue_destroy(&ingest->queue);
    free(ingest->changes);
    free(ingest);
}
