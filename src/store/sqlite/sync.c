/* Durability, apart from the transaction: SQLite appends a commit to the write-ahead log (synchronous=NORMAL, so it does not flush), and the
 * flush is made here, on whichever thread store_sync is called, while the next transaction is being written. Checkpoints are still
 * ordered by SQLite: it flushes the log before it copies from it, and the database before it starts the log anew. The log is no
 * file that SQLite locks, so another descriptor of it is harmless. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/writer.h"

enum cxd_err sync_open(struct sqlite_store *store, struct error *err) {
    char *name = NULL;
    if (asprintf(&name, "%s-wal", store->path) < 0) {
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    store->log_fd = open(name, O_RDONLY | O_CLOEXEC);
    enum cxd_err code = CXD_OK;
    if (store->log_fd < 0) {
        code = error_set(err, ERR_STORAGE, "cannot open %s: %s", name, strerror(errno));
    }
    free(name);
    /* Until here, and for migrations, every commit was flushed by SQLite. */
    return code == CXD_OK
               ? db_exec(&store->db, "PRAGMA synchronous = NORMAL", "cannot set up the connection", err)
               : code;
}

void sync_close(struct sqlite_store *store) {
    if (store->log_fd >= 0) {
        close(store->log_fd);
    }
}

enum cxd_err sqlite_sync(struct store *base, struct error *err) {
    struct sqlite_store *store = (struct sqlite_store *)base;
    if (fdatasync(store->log_fd) == 0) {
        return CXD_OK;
    }
    int failure = errno;
    atomic_store(&store->sync_failed, true);
    return error_set(err, failure == ENOSPC || failure == EDQUOT ? ERR_STORAGE_FULL : ERR_STORAGE,
                     "cannot flush the log: %s", strerror(failure));
}

/* The kernel tells of a failed flush once and then takes the pages for clean: to call it again would prove nothing. A checkpoint
 * writes their content anew, into the database file. */
enum cxd_err sync_recover(struct sqlite_store *store, struct error *err) {
    if (!atomic_load(&store->sync_failed)) {
        return CXD_OK;
    }
    int in_log = 0, copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(store->db.handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
    if (rc != SQLITE_OK) {
        return db_error(&store->db, "cannot bring the log into the database after a failed flush", err);
    }
    if (in_log != copied) {
        return error_set(err, ERR_STORAGE, "the log could not be brought into the database as a whole yet");
    }
    atomic_store(&store->sync_failed, false);
    return CXD_OK;
}
