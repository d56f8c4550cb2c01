#ifndef CXD_INGEST_INGEST_H
#define CXD_INGEST_INGEST_H

/* src/ingest/: the write side.
 *
 *   queue.c   the bounded queue of tickets
 *   parts.c   what of the tickets that wait goes into the next transaction: of long ones a slice
 *   writer.c  the one thread that writes: a batch, one transaction, then each ticket is done; what it did and does
 *   pace.c    responses stored in the last minute and hour */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/tally.h"
#include "cxd/catalog/catalog.h"
#include "cxd/store/store.h"

/* The write side: a bounded queue and the one thread that writes. Every change of any kind goes through here. The
 * writer takes all that is queued, applies it as one transaction, and only then completes each ticket: what queued
 * during one fsync is the next batch, and there is no timer. Of tickets that may be parted a transaction has a slice,
 * so that whatever queues meanwhile waits for a slice and not for all of them. */

struct ingest;

/* A request's changes: applied in one transaction, all or none, unless it may be parted. The submitter owns it; until
 * `done` is called the writer does. */
struct ticket {
    struct change *changes;
    size_t count;
    /* Called on the writer's thread, after the commit (error CXD_OK: see each change's outcome) or after its failure.
     * Must not block; from here on the ticket is the submitter's again, and may be freed. */
    void (*done)(struct ticket *ticket);
    void *context;
    bool is_background; /* takes no place in the queue: for the few that nobody waits for */
    bool is_partable;   /* applied in slices, in the order of its changes, with others' changes between them */
    enum cxd_err error;
    size_t applied; /* changes, from the first on, that are stored and have their outcome: all of them where error is
                       CXD_OK; of one that may be parted also some where it is not */
    size_t sliced;  /* the writer's: up to this one they are in the transaction that is under way */
    struct ticket *next; /* the queue's */
};

struct ingest_options {
    struct store *store;
    struct catalog *catalog; /* brought up to date after a batch that changed surveys or keys, before `done` */
    size_t queue_length;     /* changes that may wait */
    void (*batch_done)(void *context); /* after each transaction, when every ticket that ended with it is done */
    /* Told, after the commit and before its ticket is done, of each change that has made something that was there
     * otherwise (OUTCOME_AMENDED). Must not block, nor keep the change. May be NULL. */
    void (*amended)(void *context, const struct change *change);
    void *batch_context; /* of both */
};

/* writer.c */

CXD_NODISCARD enum cxd_err ingest_start(const struct ingest_options *options, struct ingest **ret_ingest,
                                        struct error *err);
/* Queues a ticket. The writer may sleep on until ingest_wake: once for many. ERR_QUEUE_FULL (nothing was taken; `done`
 * is not called) when the changes do not fit beside what waits: a ticket larger than the whole queue is taken while the
 * queue is not full, and one that may be parted takes no room from those that may not. */
CXD_NODISCARD enum cxd_err ingest_submit(struct ingest *ingest, struct ticket *ticket);
void ingest_wake(struct ingest *ingest);
/* True if responses were erased, by name or by age, and no CHANGE_SETTLE has gone through since (any thread). */
bool ingest_is_unsettled(const struct ingest *ingest);
/* True if rollups wait to be filled in or cleared away (any thread). */
bool ingest_is_unrolled(const struct ingest *ingest);
/* True if imports are to be undone (any thread). */
bool ingest_is_undoing(const struct ingest *ingest);
/* What another node has left to do of these two. Any thread. */
void ingest_note_left(struct ingest *ingest, bool unrolled, bool undoing);
/* How many comments have been stored since all that there were had been indexed, about, and some more for every ten
 * thousand responses without one; a great number where a life before this one may have left some (any thread). */
int64_t ingest_unindexed(const struct ingest *ingest);
/* True if words that were erased may be in the index of comments (any thread). */
bool ingest_is_purging(const struct ingest *ingest);
/* Submits one change and waits for it: for start-up, housekeeping and the workers of exports, not for other handlers.
 */
CXD_NODISCARD enum cxd_err ingest_apply(struct ingest *ingest, struct change *change, struct error *err);
/* Why the store refused the last write, if that was within the last seconds and it has taken none since; CXD_OK
 * otherwise. Any thread. */
enum cxd_err ingest_failure(const struct ingest *ingest, int64_t now_monotonic_ms);
/* store_look, and a record of the log whenever that has become another (database_lost, database_back). The housekeeping
 * asks every second. Any thread; may wait for the disk. */
enum store_place ingest_look(struct ingest *ingest);
/* As it was when somebody last looked; waits for nothing. */
enum store_place ingest_place(const struct ingest *ingest);
/* What the writer does and did. */
struct ingest_pace {
    int64_t last_minute, last_hour; /* responses stored, of those since the start */
    int64_t commit_at_ms;           /* wall clock, of the last transaction that went well; 0: none yet */
    int64_t commit_took_ms, commit_changes;
    size_t queue_waiting, queue_capacity; /* changes */
};
void ingest_read_pace(struct ingest *ingest, int64_t now_monotonic_ms, struct ingest_pace *ret_pace);
/* Asks the writer to show that it advances, and returns for how long it has left an earlier question unanswered: 0 the
 * first time, and whenever it has answered since. It answers at once while it is idle, and with every change that it
 * writes; so what is returned is at least the time in which it got no further with one change, one commit or one
 * callback, whatever the batch's size. Ask again and again (a question now, the verdict at the next one), seconds
 * apart: each wakes an idle writer. Any thread. */
int64_t ingest_stuck_ms(struct ingest *ingest, int64_t now_monotonic_ms);
/* What the writer has done since its start, and what waits for it. */
struct ingest_figures {
    struct tally_reading commit_changes;     /* TALLY_SIZES: changes of a transaction that was committed */
    struct tally_reading commit_ns;          /* TALLY_DURATIONS: from its begin to the end of its flush */
    uint64_t commit_failures[CXD_ERR_COUNT]; /* transactions that the store refused, by why */
    int64_t commit_running_ns;               /* for how long that under way, or store_tend, has been; 0: none is */
    uint64_t queue_refusals;                 /* tickets that found the queue full */
    uint64_t queue_waiting, queue_capacity;  /* changes; of what may be parted until it takes turns */
};
/* Any thread; nobody waits for it. */
void ingest_read_figures(struct ingest *ingest, struct ingest_figures *ret_figures);
/* Writes what is queued, all slices of it, ends the thread, frees. No submit may come after. Takes NULL. */
void ingest_stop(struct ingest *ingest);

#endif
