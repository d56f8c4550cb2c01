/* Below SQLite, above the system: counts what is read from a database file and its log, so that long reads show progress and end when told to. */

#include "store/sqlite/watch_vfs.h"

#include <pthread.h>

enum { TELL_BYTES = 1024 * 1024, WATCH_SET = 0x63786431 };

/* SQLite makes room for szOsFile bytes: this, and the system's own file behind it. */
struct watched_file {
    sqlite3_file base;
    sqlite3_file *real;
    struct watch *watch;
};

bool watch_advance(struct watch *watch, int64_t bytes) {
    watch->done += bytes;
    if (watch->progress && !watch->cancelled && watch->done - watch->told >= TELL_BYTES) {
        int64_t done = watch->done < watch->total ? watch->done : watch->total;
        watch->told = watch->done;
        watch->cancelled = !watch->progress->tell(watch->progress->context, watch->stage, done, watch->total);
    }
    return !watch->cancelled;
}

static sqlite3_file *real_of(sqlite3_file *base) {
    return ((struct watched_file *)base)->real;
}

static int watched_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    struct watch *watch = ((struct watched_file *)base)->watch;
    if (watch && !watch_advance(watch, count)) {
        sqlite3_interrupt(watch->handle);
    }
    return real_of(base)->pMethods->xRead(real_of(base), bytes, count, offset);
}

static int watched_control(sqlite3_file *base, int operation, void *argument) {
    if (operation == WATCH_SET) {
        ((struct watched_file *)base)->watch = argument;
        return SQLITE_OK;
    }
    return real_of(base)->pMethods->xFileControl(real_of(base), operation, argument);
}

static int watched_close(sqlite3_file *base) {
    return real_of(base)->pMethods->xClose(real_of(base));
}

static int watched_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    return real_of(base)->pMethods->xWrite(real_of(base), bytes, count, offset);
}

static int watched_truncate(sqlite3_file *base, sqlite3_int64 size) {
    return real_of(base)->pMethods->xTruncate(real_of(base), size);
}

static int watched_sync(sqlite3_file *base, int flags) {
    return real_of(base)->pMethods->xSync(real_of(base), flags);
}

static int watched_size(sqlite3_file *base, sqlite3_int64 *ret_size) {
    return real_of(base)->pMethods->xFileSize(real_of(base), ret_size);
}

static int watched_lock(sqlite3_file *base, int level) {
    return real_of(base)->pMethods->xLock(real_of(base), level);
}

static int watched_unlock(sqlite3_file *base, int level) {
    return real_of(base)->pMethods->xUnlock(real_of(base), level);
}

static int watched_reserved(sqlite3_file *base, int *ret_reserved) {
    return real_of(base)->pMethods->xCheckReservedLock(real_of(base), ret_reserved);
}

static int watched_sector_size(sqlite3_file *base) {
    return real_of(base)->pMethods->xSectorSize(real_of(base));
}

static int watched_characteristics(sqlite3_file *base) {
    return real_of(base)->pMethods->xDeviceCharacteristics(real_of(base));
}

static int watched_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_page) {
    return real_of(base)->pMethods->xShmMap(real_of(base), page, size, extend, ret_page);
}

static int watched_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    return real_of(base)->pMethods->xShmLock(real_of(base), offset, count, flags);
}

static void watched_shm_barrier(sqlite3_file *base) {
    real_of(base)->pMethods->xShmBarrier(real_of(base));
}

static int watched_shm_unmap(sqlite3_file *base, int is_deleted) {
    return real_of(base)->pMethods->xShmUnmap(real_of(base), is_deleted);
}

static const sqlite3_io_methods WATCHED_METHODS = {
    .iVersion = 2, /* shared memory, but no mapping: mapped reads would not be seen */
    .xClose = watched_close,
    .xRead = watched_read,
    .xWrite = watched_write,
    .xTruncate = watched_truncate,
    .xSync = watched_sync,
    .xFileSize = watched_size,
    .xLock = watched_lock,
    .xUnlock = watched_unlock,
    .xCheckReservedLock = watched_reserved,
    .xFileControl = watched_control,
    .xSectorSize = watched_sector_size,
    .xDeviceCharacteristics = watched_characteristics,
    .xShmMap = watched_shm_map,
    .xShmLock = watched_shm_lock,
    .xShmBarrier = watched_shm_barrier,
    .xShmUnmap = watched_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    sqlite3_vfs *real = vfs->pAppData;
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) {
        return real->xOpen(real, name, base, flags, ret_flags);
    }
    struct watched_file *file = (struct watched_file *)base;
    *file = (struct watched_file){.real = (sqlite3_file *)(file + 1)};
    int rc = real->xOpen(real, name, file->real, flags, ret_flags);
    if (rc == SQLITE_OK) {
        file->base.pMethods = &WATCHED_METHODS;
    }
    return rc;
}

/* SQLite keeps the pointer for as long as the process lives: this is its registry's, not the program's state. */
static sqlite3_vfs watch_vfs;
static pthread_once_t watch_vfs_once = PTHREAD_ONCE_INIT;

static void register_once(void) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real) {
        return;
    }
    watch_vfs = *real; /* what is not a file's is the system's */
    watch_vfs.zName = WATCH_VFS;
    watch_vfs.pNext = NULL;
    watch_vfs.pAppData = real;
    watch_vfs.szOsFile = (int)sizeof(struct watched_file) + real->szOsFile;
    watch_vfs.xOpen = vfs_open;
    (void)sqlite3_vfs_register(&watch_vfs, 0);
}

void watch_vfs_register(void) {
    pthread_once(&watch_vfs_once, register_once);
}

/* The check of pages allocates and computes between reads; statements that sort read nothing for long. */
static int keep_on(void *context) {
    const struct watch *watch = context;
    return watch->cancelled;
}

enum { STEPS_A_CALL = 100 * 1000 };

void watch_set(sqlite3 *handle, struct watch *watch) {
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(handle, "main", WATCH_SET, watch);
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods == &WATCHED_METHODS) {
        ((struct watched_file *)log)->watch = watch;
    }
    if (watch) {
        watch->handle = handle;
    }
    sqlite3_progress_handler(handle, watch ? STEPS_A_CALL : 0, watch ? keep_on : NULL, watch);
}
