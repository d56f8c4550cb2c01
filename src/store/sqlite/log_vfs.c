/* Below SQLite, above the system: a commit writes each of its pages to the write-ahead log by two small system calls.
 * Here they are gathered, and written as one when SQLite flushes the log (synchronous=FULL: once a commit, before any
 * reader is told of it) or reads what was gathered. The database file is that of gaps.c. Every other file, and every
 * other connection, is the system's. */

#include "store/sqlite/log_vfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite/gaps.h"
#include "store/sqlite/through.h"

/* Below 128 KiB: SQLite's own file layer takes the length of a write modulo that, and calls one of 0 bytes a full disk.
 */
enum { GATHER_BYTES = 96 * 1024 };

struct log_file {
    struct through_file through;
    char *gathered; /* GATHER_BYTES, or NULL when memory was refused: then writes go through */
    sqlite3_int64 offset;
    int length;
    struct log_known known;
};

static void note_mark(struct log_mark *mark, const char *bytes, int64_t offset, int length) {
    *mark = (struct log_mark){.offset = offset, .length = length};
    memcpy(mark->bytes, bytes, (size_t)length);
}

/* All that goes to the file. After a failure nobody knows what of it is there. */
static int write_real(struct log_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    int rc = sqlite_through_write(&file->through.base, bytes, count, offset);
    if (rc != SQLITE_OK) {
        file->known = (struct log_known){.bytes = file->known.bytes};
        return rc;
    }
    if (offset + count > file->known.bytes)
        file->known.bytes = offset + count;
    if (offset == 0 && count >= LOG_MARK_BYTES)
        note_mark(&file->known.head, bytes, 0, LOG_MARK_BYTES);
    int length = count < LOG_MARK_BYTES ? count : LOG_MARK_BYTES;
    note_mark(&file->known.tail, (const char *)bytes + count - length, offset + count - length, length);
    return SQLITE_OK;
}

static int flush(struct log_file *file) {
    if (file->length == 0)
        return SQLITE_OK;
    int rc = write_real(file, file->gathered, file->length, file->offset);
    file->length = 0; /* after a failure SQLite rolls back, and writes from an earlier place again */
    return rc;
}

static int log_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *file = (struct log_file *)base;
    if (file->length > 0 && (offset != file->offset + file->length || count > GATHER_BYTES - file->length)) {
        int rc = flush(file);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (!file->gathered || count > GATHER_BYTES)
        return write_real(file, bytes, count, offset);
    if (file->length == 0)
        file->offset = offset;
    memcpy(file->gathered + file->length, bytes, (size_t)count);
    file->length += count;
    return SQLITE_OK;
}

static int log_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? sqlite_through_read(base, bytes, count, offset) : rc;
}

static int log_sync(sqlite3_file *base, int flags) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? sqlite_through_sync(base, flags) : rc;
}

static int log_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    if (rc != SQLITE_OK)
        return rc;
    if (size < file->known.bytes)
        file->known = (struct log_known){.bytes = size};
    return sqlite_through_truncate(base, size);
}

static int log_size(sqlite3_file *base, sqlite3_int64 *ret_size) {
    struct log_file *file = (struct log_file *)base;
    int rc = flush(file);
    return rc == SQLITE_OK ? sqlite_through_size(base, ret_size) : rc;
}

static int log_close(sqlite3_file *base) {
    struct log_file *file = (struct log_file *)base;
    int flushed = flush(file);
    int rc = sqlite_through_close(base);
    free(file->gathered);
    return rc == SQLITE_OK ? flushed : rc;
}

static const struct through_hooks LOG_HOOKS = {
    .read = log_read,
    .write = log_write,
    .truncate = log_truncate,
    .sync = log_sync,
    .size = log_size,
    .close = log_close,
};

/* What an earlier process left in the file. */
static void read_known(struct log_file *file) {
    char head[LOG_MARK_BYTES];
    sqlite3_int64 bytes = 0;
    if (sqlite_through_size(&file->through.base, &bytes) != SQLITE_OK)
        return;
    file->known.bytes = bytes;
    if (bytes >= LOG_MARK_BYTES && sqlite_through_read(&file->through.base, head, LOG_MARK_BYTES, 0) == SQLITE_OK)
        note_mark(&file->known.head, head, 0, LOG_MARK_BYTES);
}

static int log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    struct log_file *file = (struct log_file *)base;
    *file = (struct log_file){.length = 0};
    int rc = sqlite_through_open(vfs, name, &file->through, sizeof *file, &LOG_HOOKS, flags, ret_flags);
    if (rc == SQLITE_OK) {
        file->gathered = malloc(GATHER_BYTES);
        read_known(file);
    }
    return rc;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    sqlite3_vfs *real = vfs->pAppData;
    if (flags & SQLITE_OPEN_WAL)
        return log_open(vfs, name, base, flags, ret_flags);
    if (flags & SQLITE_OPEN_MAIN_DB)
        return sqlite_gaps_open(vfs, name, base, flags, ret_flags);
    return real->xOpen(real, name, base, flags, ret_flags);
}

enum {
    FILE_BYTES = sizeof(struct log_file) > sizeof(struct gap_file) ? sizeof(struct log_file) : sizeof(struct gap_file)
};

/* SQLite keeps the pointer for as long as the process lives: this is its registry's, not the program's state. */
static sqlite3_vfs log_vfs;
static pthread_once_t log_vfs_once = PTHREAD_ONCE_INIT;

static void register_once(void) {
    sqlite_through_register(&log_vfs, LOG_VFS, FILE_BYTES, vfs_open, false);
}

void sqlite_log_vfs_register(void) {
    pthread_once(&log_vfs_once, register_once);
}

const struct log_known *sqlite_log_vfs_known(sqlite3 *handle) {
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    struct through_file *file = sqlite_through_file(log, &LOG_HOOKS);
    return file ? &((struct log_file *)file)->known : NULL;
}
