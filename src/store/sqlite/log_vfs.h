#ifndef CXD_STORE_SQLITE_LOG_VFS_H
#define CXD_STORE_SQLITE_LOG_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* The file system of connections that write: the system's own, but for the write-ahead log, whose small writes it
 * gathers, and the database, see gaps.h. */

#define LOG_VFS "cxd-log"

/* Makes LOG_VFS known to SQLite, once. Without memory it stays unknown, and the open that names it fails. */
void sqlite_log_vfs_register(void);

/* What this process knows to be in the log's file, as long as nobody else writes it. */
enum { LOG_MARK_BYTES = 32 };
struct log_mark {
    int64_t offset;
    int length; /* 0: there is none */
    uint8_t bytes[LOG_MARK_BYTES];
};
struct log_known {
    int64_t bytes;        /* the file is not shorter */
    struct log_mark head; /* the log's header: random numbers are in it */
    struct log_mark tail; /* the end of what was written last */
};
/* What is known of the log of a connection through LOG_VFS, on its thread; NULL where it has none. */
const struct log_known *sqlite_log_vfs_known(sqlite3 *handle);

#endif
