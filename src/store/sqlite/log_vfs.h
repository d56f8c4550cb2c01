#ifndef CXD_STORE_SQLITE_LOG_VFS_H
#define CXD_STORE_SQLITE_LOG_VFS_H

#include <sqlite3.h>

/* The writer's file system: the system's own, but for the write-ahead log, whose small writes it gathers. */

#define LOG_VFS "cxd-log"

/* Makes LOG_VFS known to SQLite, once. Without memory it stays unknown, and the open that names it fails. */
void log_vfs_register(void);

#endif
