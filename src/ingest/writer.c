/* The one thread that writes. It takes all tickets that wait, applies their changes as one transaction, then completes
 * each ticket: a reply leaves only after the commit that holds it. Of a ticket that may be parted a transaction has a
 * slice, and it is complete after its last one, or after the first that failed. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/ingest/ingest.h"
#include "ingest/pace.h"
#include "ingest/parts.h"
#include "ingest/queue.h"

enum {
    CHANGES_KEPT = 16384,
    EARLY_WAKE = 24,        /* changes worth a flush: the writer begins while the turn that brings them goes on */
    RETRY_FAILURES_MAX = 3, /* tickets in a row that may fail alone before their batch is given up */
    FAILING_MS = 10 * 1000  /* as long as Retry-After says: then the next write may show that it is over */
};

#define UNINDEXED_AT_START (INT64_C(1) << 40) /* not known: looked for */

/* A search reads past responses without a comment too, behind what the index has got to: so many of them are worth as
 * many comments as do not wait. */
enum { PASSED_AT_ONCE = 10 * 1000, PASSED_WORTH = 500 };

struct ingest {
    struct ingest_options options;
    struct queue queue;
    struct parts parts; /* the writer's */
    pthread_t thread;
    struct change **changes; /* the batch being applied: pointers into the tickets */
    size_t changes_capacity;
    _Atomic int place;            /* enum store_place, at the last look, and as it was logged */
    atomic_bool unsettled;        /* something was erased, and its bytes may still lie in the store's files */
    atomic_bool unrolled;         /* rollups may wait to be filled in or cleared away */
    _Atomic int64_t unindexed;    /* comments; see ingest_unindexed */
    int64_t passed;               /* responses without one, since it was last raised for them; the writer's */
    atomic_bool purging;          /* words that were erased may be in their index */
    atomic_bool undoing;          /* imports are to be undone */
    _Atomic int64_t failed_at_ms; /* monotonic; 0: the last write went well */
    _Atomic int failure;          /* its enum cxd_err */
    struct pace pace;
    struct tally commit_changes, commit_ns;
    _Atomic int64_t commit_begun_ns; /* monotonic; 0: none is under way */
    tally_count commit_failures[CXD_ERR_COUNT];
    atomic_uint_fast64_t queue_refusals; /* by many threads, seldom */
};

static bool concerns_catalog(const struct ticket *ticket) {
    for (size_t i = ticket->applied; i < ticket->sliced; i++)
        if (change_traits(ticket->changes[i].kind)->redefines)
            return true;
    return false;
}

static bool reserve(struct ingest *ingest, size_t count) {
    if (count <= ingest->changes_capacity)
        return true;
    struct change **grown = realloc(ingest->changes, count * sizeof *grown);
    if (!grown)
        return false;
    ingest->changes = grown;
    ingest->changes_capacity = count;
    return true;
}

static bool wrote(const struct ingest *ingest, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (ingest->changes[i]->outcome == OUTCOME_CREATED || ingest->changes[i]->outcome == OUTCOME_AMENDED)
            return true;
    return false;
}

enum store_place ingest_look(struct ingest *ingest) {
    struct error why;
    error_clear(&why);
    enum store_place place = store_look(ingest->options.store, &why);
    bool is_told = place == STORE_IN_PLACE || why.code != CXD_OK; /* else the next look tells */
    if (!is_told || atomic_exchange(&ingest->place, (int)place) == (int)place)
        return place;
    if (place == STORE_IN_PLACE)
        log_record(LOG_LEVEL_WARNING, "database_back", "place=%s", store_place_name(place));
    else
        log_record(LOG_LEVEL_ERROR, "database_lost", "place=%s detail=%s", store_place_name(place), why.detail);
    return place;
}

/* Only a write that went well shows that the storage is well again; a replay shows nothing. */
static void note_health(struct ingest *ingest, size_t count, enum cxd_err result) {
    if (result != CXD_OK) {
        atomic_store(&ingest->failure, (int)result);
        atomic_store(&ingest->failed_at_ms, clock_monotonic_ms());
    } else if (atomic_load(&ingest->failed_at_ms) != 0 && wrote(ingest, count)) {
        atomic_store(&ingest->failed_at_ms, 0);
    }
}

static void note_commit(struct ingest *ingest, size_t count, int64_t begun_ns) {
    int64_t now_ns = clock_monotonic_ns(), took_ns = now_ns - begun_ns;
    uint32_t stored = 0;
    tally_note(&ingest->commit_ns, &TALLY_DURATIONS, (uint64_t)took_ns);
    tally_note(&ingest->commit_changes, &TALLY_SIZES, count);
    for (size_t i = 0; i < count; i++)
        stored += ingest->changes[i]->kind == CHANGE_RESPONSE && ingest->changes[i]->outcome == OUTCOME_CREATED;
    if (stored > 0)
        pace_note(&ingest->pace, now_ns / 1000000, stored);
    atomic_store_explicit(&ingest->pace.commit_at_ms, clock_now_ms(), memory_order_relaxed);
    atomic_store_explicit(&ingest->pace.commit_took_ms, took_ns / 1000000, memory_order_relaxed);
    atomic_store_explicit(&ingest->pace.commit_changes, (int64_t)count, memory_order_relaxed);
}

/* Once all has been cleared away, it leaves the files too. */
static void note_roll(struct ingest *ingest, const struct change *change) {
    if (atomic_exchange(&ingest->unrolled, change->as.roll.more) && !change->as.roll.more)
        atomic_store(&ingest->unsettled, true);
}

/* What has left the index leaves the files too. */
static void note_index(struct ingest *ingest, const struct change *change, int64_t before) {
    if (!change->as.index.more && change->as.index.limit > 0)
        atomic_store(&ingest->unindexed, 0);
    else if (change->as.index.more && before < UNINDEXED_AT_START)
        atomic_store(&ingest->unindexed, before > change->as.index.indexed ? before - change->as.index.indexed : 1);
    atomic_store(&ingest->purging, change->as.index.purging);
    if (change->as.index.purged)
        atomic_store(&ingest->unsettled, true);
}

/* What is left to do for the housekeeping. */
static void note_chores(struct ingest *ingest, size_t count) {
    int64_t comments = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *change = ingest->changes[i];
        bool is_erasure = change->outcome == OUTCOME_AMENDED && change_traits(change->kind)->erases;
        if (change->kind == CHANGE_RESPONSE && change->outcome == OUTCOME_CREATED) {
            comments += change->as.response.value.comment != NULL;
            ingest->passed += change->as.response.value.comment == NULL;
        } else if (change->kind == CHANGE_INDEX)
            note_index(ingest, change, atomic_load(&ingest->unindexed));
        if (is_erasure) {
            atomic_store(&ingest->purging, true);
            atomic_store(&ingest->unsettled, true);
        } else if (change->outcome == OUTCOME_AMENDED && change->kind == CHANGE_SETTLE)
            atomic_store(&ingest->unsettled, false);
        else if (change->kind == CHANGE_SURVEY && change->unrolled)
            atomic_store(&ingest->unrolled, true);
        else if (change->kind == CHANGE_ROLL)
            note_roll(ingest, change);
        else if (change->kind == CHANGE_IMPORT_TURN && change->as.import_turn.to == IMPORT_UNDOING)
            atomic_store(&ingest->undoing, true);
        else if (change->kind == CHANGE_UNDO)
            atomic_store(&ingest->undoing, change->as.undo.more);
        if (change->outcome == OUTCOME_AMENDED && ingest->options.amended)
            ingest->options.amended(ingest->options.batch_context, change);
    }
    if (ingest->passed >= PASSED_AT_ONCE) {
        comments += PASSED_WORTH;
        ingest->passed = 0;
    }
    if (comments > 0)
        atomic_fetch_add(&ingest->unindexed, comments);
}

/* A batch of unknown fate is refused and may be stored all the same: sent again it is a replay, which shows nothing of
 * what follows from it. */
static void note_unsure(struct ingest *ingest) {
    atomic_store(&ingest->unsettled, true);
    atomic_store(&ingest->unrolled, true);
    atomic_store(&ingest->unindexed, UNINDEXED_AT_START);
    atomic_store(&ingest->purging, true);
    atomic_store(&ingest->undoing, true);
}

/* The slices of these tickets, into ingest->changes, where there is room for them. */
static void gather(struct ingest *ingest, struct ticket *first, const struct ticket *end) {
    size_t count = 0;
    for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        for (size_t i = ticket->applied; i < ticket->sliced; i++)
            ingest->changes[count++] = &ticket->changes[i];
}

/* The changes that have been gathered. */
static enum cxd_err commit(struct ingest *ingest, size_t count, enum store_fate *ret_fate, struct error *err) {
    int64_t begun_ns = clock_monotonic_ns();
    atomic_store_explicit(&ingest->commit_begun_ns, begun_ns, memory_order_relaxed);
    enum cxd_err result = store_apply(ingest->options.store, ingest->changes, count, ret_fate, err);
    atomic_store_explicit(&ingest->commit_begun_ns, 0, memory_order_relaxed);
    if (result == CXD_OK)
        note_commit(ingest, count, begun_ns);
    else
        tally_add(&ingest->commit_failures[result], 1);
    return result;
}

/* Applies the slices of the tickets from `first` up to, not including, `end` as one transaction, and notes the result
 * in each. */
static enum cxd_err apply_run(struct ingest *ingest, struct ticket *first, const struct ticket *end, bool is_retry,
                              enum store_fate *ret_fate) {
    size_t count = 0;
    heartbeat_answer(&ingest->queue.beat);
    *ret_fate = STORE_FATE_NOTHING;
    for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        count += ticket->sliced - ticket->applied;

    struct error err;
    error_clear(&err);
    enum cxd_err result = CXD_OK;
    if (!reserve(ingest, count)) {
        result = ERR_NO_MEMORY;
    } else {
        gather(ingest, first, end);
        result = commit(ingest, count, ret_fate, &err);
    }
    for (struct ticket *ticket = first; ticket != end; ticket = ticket->next)
        ticket->error = result;
    if (result == CXD_OK)
        note_chores(ingest, count);
    else if (*ret_fate == STORE_FATE_UNKNOWN)
        note_unsure(ingest);
    if (result != CXD_OK && ingest_look(ingest) != STORE_IN_PLACE)
        return result; /* that has been said, once for all batches */
    note_health(ingest, count, result);
    if (result != CXD_OK) {
        log_record(LOG_LEVEL_ERROR, is_retry ? "apply_failed" : "batch_failed", "error=%s changes=%zu detail=%s",
                   error_slug(result), count, err.detail);
    }
    return result;
}

static bool repeats(const struct ticket *ticket) {
    for (size_t i = ticket->applied; i < ticket->sliced; i++)
        if (!change_traits(ticket->changes[i].kind)->repeats)
            return false;
    return true;
}

/* One change that the store cannot take must not sink its neighbours: after a failure each ticket is tried alone,
 * unless it may be stored already and would then be stored twice. A full disk is everyone's, and so is a database that
 * is not there. */
static void apply_each(struct ingest *ingest, struct ticket *first, enum store_fate before) {
    enum store_fate fate;
    int failures = 0;
    for (struct ticket *ticket = first; ticket && failures < RETRY_FAILURES_MAX; ticket = ticket->next)
        if (before == STORE_FATE_NOTHING || repeats(ticket))
            failures = apply_run(ingest, ticket, ticket->next, true, &fate) == CXD_OK ? 0 : failures + 1;
}

/* After a run that redefines surveys or keys, and before anyone is told of it. Also where it is stored already: it may
 * not be in force yet. */
static void renew_catalog(struct ingest *ingest, struct ticket *first) {
    struct error err;
    bool is_concerned = false;
    for (const struct ticket *ticket = first; ticket; ticket = ticket->next)
        is_concerned = is_concerned || (ticket->error == CXD_OK && concerns_catalog(ticket));
    if (!is_concerned)
        return;
    enum cxd_err result = catalog_renew(ingest->options.catalog, &err);
    if (err.code != CXD_OK)
        log_record(LOG_LEVEL_ERROR, "catalog_reload_failed", "error=%s detail=%s", error_slug(err.code), err.detail);
    if (result == CXD_OK)
        return;
    for (struct ticket *ticket = first; ticket; ticket = ticket->next)
        if (ticket->error == CXD_OK && concerns_catalog(ticket) && repeats(ticket))
            ticket->error = ERR_NO_MEMORY; /* stored, but not in force yet: to try again is harmless, as it repeats */
}

/* Ends those that have failed, or of which nothing is left; the others wait for their next turn. */
static void complete(struct ingest *ingest, struct ticket *first) {
    while (first) {
        struct ticket *next = first->next; /* `done` may hand the ticket's memory to someone else */
        if (first->error == CXD_OK)
            first->applied = first->sliced;
        if (first->error == CXD_OK && first->applied < first->count)
            parts_put_back(&ingest->parts, first);
        else
            first->done(first);
        first = next;
    }
}

static void process(struct ingest *ingest, struct ticket *first) {
    enum store_fate fate;
    enum cxd_err result = apply_run(ingest, first, NULL, false, &fate);
    bool is_everyones = result == ERR_STORAGE_FULL || atomic_load(&ingest->place) != STORE_IN_PLACE;
    if (result != CXD_OK && !is_everyones && first->next)
        apply_each(ingest, first, fate);
    renew_catalog(ingest, first);
    complete(ingest, first);
}

/* The tickets of the next transaction; NULL: the queue is closed, and nothing is left. */
static struct ticket *take(struct ingest *ingest) {
    bool is_left = ingest->parts.first != NULL;
    return parts_choose(&ingest->parts, is_left ? queue_take_waiting(&ingest->queue) : queue_take_all(&ingest->queue));
}

/* A disk that hangs in it holds up the next transaction: so it is seen as one that is under way. */
static void tend(struct ingest *ingest) {
    atomic_store_explicit(&ingest->commit_begun_ns, clock_monotonic_ns(), memory_order_relaxed);
    store_tend(ingest->options.store);
    atomic_store_explicit(&ingest->commit_begun_ns, 0, memory_order_relaxed);
}

static void *writer_main(void *argument) {
    struct ingest *ingest = argument;
    struct ticket *tickets;
    pthread_setname_np(pthread_self(), "cxd-writer");
    while ((tickets = take(ingest)) != NULL) {
        if (ingest->changes_capacity > CHANGES_KEPT) { /* of many at once */
            free(ingest->changes);
            ingest->changes = NULL;
            ingest->changes_capacity = 0;
        }
        process(ingest, tickets);
        ingest->options.batch_done(ingest->options.batch_context);
        tend(ingest);
    }
    return NULL;
}

/* As a life before this one may have left it, or an upgrade; so too where it cannot be read. */
static void read_chores(struct ingest *ingest, struct store *store) {
    const struct store_figures unknown = {.unrolled = 1, .imports[IMPORT_UNDOING] = 1};
    struct store_figures figures = unknown;
    struct store_reader *reader;
    struct error err;
    if (store_reader_open(store, &reader, &err) == CXD_OK) {
        if (store_read_figures(reader, &figures, &err) != CXD_OK)
            figures = unknown;
        store_reader_close(reader);
    }
    atomic_init(&ingest->unrolled, figures.unrolled > 0);
    atomic_init(&ingest->undoing, figures.imports[IMPORT_UNDOING] > 0);
}

enum cxd_err ingest_start(const struct ingest_options *options, struct ingest **ret_ingest, struct error *err) {
    struct ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest)
        return error_set(err, ERR_NO_MEMORY, "no memory for the writer");
    ingest->options = *options;
    atomic_init(&ingest->unsettled, true); /* as a life before this one may have left it */
    read_chores(ingest, options->store);
    atomic_init(&ingest->unindexed, UNINDEXED_AT_START);
    atomic_init(&ingest->purging, true);
    if (!queue_init(&ingest->queue, options->queue_length)) {
        free(ingest);
        return error_set(err, ERR_SYSTEM, "cannot make the writer's queue");
    }
    store_watch(options->store, &ingest->queue.beat);
    store_judge_by(options->store, catalog_decode);
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
    ticket->applied = ticket->sliced = 0;
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

enum store_place ingest_place(const struct ingest *ingest) {
    return (enum store_place)atomic_load(&ingest->place);
}

bool ingest_is_unsettled(const struct ingest *ingest) {
    return atomic_load(&ingest->unsettled);
}

bool ingest_is_unrolled(const struct ingest *ingest) {
    return atomic_load(&ingest->unrolled);
}

bool ingest_is_undoing(const struct ingest *ingest) {
    return atomic_load(&ingest->undoing);
}

void ingest_note_left(struct ingest *ingest, bool unrolled, bool undoing) {
    if (unrolled)
        atomic_store(&ingest->unrolled, true);
    if (undoing)
        atomic_store(&ingest->undoing, true);
}

int64_t ingest_unindexed(const struct ingest *ingest) {
    return atomic_load(&ingest->unindexed);
}

bool ingest_is_purging(const struct ingest *ingest) {
    return atomic_load(&ingest->purging);
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
    if (!ingest)
        return;
    queue_close(&ingest->queue);
    pthread_join(ingest->thread, NULL);
    store_watch(ingest->options.store, NULL);
    queue_destroy(&ingest->queue);
    free(ingest->changes);
    free(ingest);
}
