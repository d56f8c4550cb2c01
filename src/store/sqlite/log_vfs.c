/* Below SQLite, above the system: a commit writes each of its pages to the write-ahead log by two small system calls.
 * Here they are gathered, and written as one when SQLite flushes the log (synchronous=FULL: once a commit, before any
 * reader is told of it) or reads what was gathered. Every other file, and every other connection, is the system's. */

#include "store/sqlite/log_vfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Below 128 KiB: SQLite's own file layer takes the length of a write modulo that, and calls one of 0 bytes a full disk. */
enum { GATHER_BYTES = 96 * 1024 };

/* SQLite makes room for szOsFile bytes: this, and the system's own file behind it. */
struct log_file {
    sqlite3_file base;
    sqlite3_file *real;
    char *gathered; /* GATHER_BYTES, or NULL when memory was refused: then writes go through */
    sqlite3_int64 offset;
    int length;
};

static int flush(struct log_file *file) {
    if (file->length == 0) {
        return SQLITE_OK;
    }
    int rc = file->real->pMethods->xWrite(file->real, file->gathered, file->length, file->offset);
    file->length = 0; /* after a failure SQLite rolls back, and writes from an earlier place again */
    return rc;
}

static int log_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *file = (struct log_file *)base;
    if (file->length > 0 && (offset != file->offset + file->length || count > GATHER_BYTES - file->length)) {
        int rc = flush(file);
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    if (!file->gathered || count > GATHER_BYTES) {
        return file->real->pMethods->xWrite(file->real, bytes, count, offset);
    }
    if (file->length == 0) {
        file->offset = offset;
    }
    memcpy(file->gathered + file->length, bytes, (size_t)count);
    file->length += count;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? file->real->pMethods->xRead(file->real, bytes, count, offset) : rc;
}

static int log_sync(sqlite3_file *base, int flags) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? file->real->pMethods->xSync(file->real, flags) : rc;
}

static int log_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? file->real->pMethods->xTruncate(file->real, size) : rc;
}

static int log_size(sqlite3_file *base, sqlite3_int64 *ret_size) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? file->real->pMethods->xFileSize(file->real, ret_size) : rc;
}

static int log_close(sqlite3_file *base) {
    struct log_file *file = (struct log_file *)base;
    int flushed = flush(file);
    int rc = file->real->pMethods->xClose(file->real);
    free(file->gathered);
    return rc == SQLITE_OK ? flushed : rc;
}

static int log_control(sqlite3_file *base, int operation, void *argument) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xFileControl(file->real, operation, argument);
}

static int log_sector_size(sqlite3_file *base) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xSectorSize(file->real);
}

static int log_characteristics(sqlite3_file *base) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xDeviceCharacteristics(file->real);
}

static int log_lock(sqlite3_file *base, int level) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xLock(file->real, level);
}

static int log_unlock(sqlite3_file *base, int level) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xUnlock(file->real, level);
}

static int log_reserved(sqlite3_file *base, int *ret_reserved) {
    struct log_file *file = (struct log_file *)base;
    return file->real->pMethods->xCheckReservedLock(file->real, ret_reserved);
}

static const sqlite3_io_methods LOG_METHODS = {
    .iVersion = 1, /* no shared memory and no mapping: those are the database file's */
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    sqlite3_vfs *real = vfs->pAppData;
    if (!(flags & SQLITE_OPEN_WAL)) {
        return real->xOpen(real, name, base, flags, ret_flags);
    }
    struct log_file *file = (struct log_file *)base;
    *file = (struct log_file){.real = (sqlite3_file *)(file + 1)};
    int rc = real->xOpen(real, name, file->real, flags, ret_flags);
    if (rc != SQLITE_OK) {
        return rc; /* without methods SQLite does not close it */
    }
    file->gathered = malloc(GATHER_BYTES);
    file->base.pMethods = &LOG_METHODS;
    return SQLITE_OK;
}

/* SQLite keeps the pointer for as long as the process lives: this is its registry's, not the program's state. */
static sqlite3_vfs log_vfs;
static pthread_once_t log_vfs_once = PTHREAD_ONCE_INIT;

static void register_once(void) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real) {
        return;
    }
    log_vfs = *real; /* what is not a file's is the system's */
    log_vfs.zName = LOG_VFS;
    log_vfs.pNext = NULL;
    log_vfs.pAppData = real;
    log_vfs.szOsFile = (int)sizeof(struct log_file) + real->szOsFile;
    log_vfs.xOpen = vfs_open;
    (void)sqlite3_vfs_register(&log_vfs, 0);
}

void log_vfs_register(void) {
    pthread_once(&log_vfs_once, register_once);
}
