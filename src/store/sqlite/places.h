#ifndef CXD_STORE_SQLITE_PLACES_H
#define CXD_STORE_SQLITE_PLACES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "cxd/store/store.h"
#include "store/sqlite/db.h"
#include "store/sqlite/log_chain.h"

/* The files of an open database: whether they are still those that were opened, under the names they had, with nobody
 * else's bytes in them. A descriptor goes on working whatever becomes of the name, so without this look all that is
 * written to a file that is gone is acknowledged and lost.
 *
 * Only the one connection that writes changes the files, and whoever uses it holds the lock; a look by another thread
 * that finds it held tells what was seen last: the writer looks by itself, before and after each batch. */

enum place_of { PLACE_LOCK, PLACE_DATABASE, PLACE_LOG, PLACE_INDEX, PLACE_COUNT };

struct places {
    pthread_mutex_t lock;
    struct {
        char *path;
        dev_t device;
        ino_t inode;
    } files[PLACE_COUNT];
    int database_fd, log_fd; /* our own: what is held open keeps its number, so that no other file can have it */
    struct {
        int64_t bytes;
        struct timespec written;
    } database, log;                      /* as we left them */
    uint64_t digest;                      /* of pages here and there in the database's file, as we left it */
    int64_t checkpoint_pages;             /* of the log, that bring it home */
    int64_t home_pages;                   /* that it had when it was last; 0: it was begun again since */
    int64_t due_pages;                    /* that the log is to have when it is brought home next */
    int64_t due_at_ns;                    /* or from then on, if it is still long enough */
    bool is_due;                          /* it has */
    int64_t log_pages;                    /* that the last commit left in the log; 0: not known, or none */
    uint8_t log_header[LOG_HEADER_BYTES]; /* under which it did: SQLite may have begun the log again since */
    bool is_log_broken;                   /* found when it was to be brought home */
    bool is_begun;
    char why[256];     /* where it is not STORE_IN_PLACE */
    _Atomic int state; /* enum store_place; set with the lock held */
};

/* In this order. init; hold: before SQLite opens the file, keeps other daemons from opening it under whatever name,
 * ERR_LOCKED if one has it
 * (`where` names it); begin: all four files are there; end: after the last connection of this process to it is closed.
 */
void sqlite_places_init(struct places *places);
CXD_NODISCARD enum cxd_err sqlite_places_hold(struct places *places, const char *path, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_places_begin(struct places *places, const char *path, int lock_fd, struct db *db,
                                               struct error *err);
void sqlite_places_end(struct places *places);

/* The lock is held. Looks; what has been found overwritten stays so. On leaving STORE_IN_PLACE the log is brought home
 * to the file that it belongs to, wherever that is, so that it is whole by itself and no other file can be taken for
 * the log's. */
enum store_place sqlite_places_look(struct places *places, struct db *db);
/* The same, as an error: before a batch, and after it, when it is durable. */
CXD_NODISCARD enum cxd_err sqlite_places_expect_before(struct places *places, struct db *db, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_places_expect_after(struct places *places, struct db *db, struct error *err);
/* The lock is held. sqlite_db_truncate_log; false also where the files are not ours to write, or not what we wrote is
 * in the log. */
bool sqlite_places_settle(struct places *places, struct db *db);

/* The lock is held, and no transaction is under way. Brings the log home if it has become long enough. */
void sqlite_places_tend(struct places *places, struct db *db);

/* As it was at the last look. Any thread, waits for nothing. */
enum store_place sqlite_places_state(const struct places *places);
/* For readers: ERR_STORAGE where the bytes in the files are not ours. */
CXD_NODISCARD enum cxd_err sqlite_places_expect_readable(const struct places *places, struct error *err);

#endif
