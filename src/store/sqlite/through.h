#ifndef CXD_STORE_SQLITE_THROUGH_H
#define CXD_STORE_SQLITE_THROUGH_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* A file system of SQLite's above another one: what one of ours does not do in its own way, it passes on. */

/* What a kind of file does in its own way; NULL: it passes that on. They return codes of SQLite's. */
struct through_hooks {
    int (*read)(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset);
    int (*write)(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset);
    int (*truncate)(sqlite3_file *base, sqlite3_int64 size);
    int (*sync)(sqlite3_file *base, int flags);
    int (*size)(sqlite3_file *base, sqlite3_int64 *ret_size);
    int (*control)(sqlite3_file *base, int operation, void *argument);
    int (*shm_map)(sqlite3_file *base, int page, int size, int extend, void volatile **ret_page);
    int (*close)(sqlite3_file *base);
};

/* The first member of each. SQLite makes room for szOsFile bytes: the file of ours, and the one below behind it. */
struct through_file {
    sqlite3_file base;
    sqlite3_file *real;
    const struct through_hooks *hooks;
};

/* Makes `vfs`, which lives as long as the process, known to SQLite under the name: as the default one is by now, but
 * that `open` opens files of at most `file_bytes`. Without memory it stays unknown. */
void sqlite_through_register(sqlite3_vfs *vfs, const char *name, size_t file_bytes,
                             int (*open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *), bool is_default);

/* For an xOpen: opens the file below behind `file_bytes` of ours, which the caller has filled but for the
 * through_file. */
int sqlite_through_open(sqlite3_vfs *vfs, const char *name, struct through_file *file, size_t file_bytes,
                        const struct through_hooks *hooks, int flags, int *ret_flags);
/* The file as one of these hooks'; NULL where it is not. */
struct through_file *sqlite_through_file(sqlite3_file *base, const struct through_hooks *hooks);

/* For hooks: the file below. */
int sqlite_through_close(sqlite3_file *base);
int sqlite_through_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset);
int sqlite_through_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset);
int sqlite_through_truncate(sqlite3_file *base, sqlite3_int64 size);
int sqlite_through_sync(sqlite3_file *base, int flags);
int sqlite_through_size(sqlite3_file *base, sqlite3_int64 *ret_size);
int sqlite_through_control(sqlite3_file *base, int operation, void *argument);
int sqlite_through_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_page);

#endif
