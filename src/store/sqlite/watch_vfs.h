#ifndef CXD_STORE_SQLITE_WATCH_VFS_H
#define CXD_STORE_SQLITE_WATCH_VFS_H

#include <sqlite3.h>

#include "cxd/store/backup.h"

/* The file system of connections that read a whole file: the system's own, but that the bytes read from the database
 * are counted and told of. SQLite checks a file's pages in one step that tells nothing and, alone, cannot be ended. */

#define WATCH_VFS "cxd-watch"

struct watch {
    const struct store_progress *progress; /* NULL: nobody is told */
    enum store_stage stage;
    int64_t done, total, told;
    bool cancelled;
    sqlite3 *handle; /* interrupted when the run is to end */
};

/* Makes WATCH_VFS known to SQLite, once. Without memory it stays unknown, and the open that names it fails. */
void sqlite_watch_vfs_register(void);
/* Watches the reads of a connection to WATCH_VFS that has read something (it knows its log by then); NULL ends it. The
 * watch outlives the connection or its end. */
void sqlite_watch_set(sqlite3 *handle, struct watch *watch);
/* Adds `bytes` done, and tells. False when the run is to end. */
bool sqlite_watch_advance(struct watch *watch, int64_t bytes);

#endif
