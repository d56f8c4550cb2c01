/* What the file systems above the system's own have in common: one table of methods, which asks a file's hooks and
 * passes on what they leave. */

#include "store/sqlite/through.h"

static sqlite3_file *real_of(sqlite3_file *base) {
    return ((struct through_file *)base)->real;
}

static const struct through_hooks *hooks_of(sqlite3_file *base) {
    return ((struct through_file *)base)->hooks;
}

int sqlite_through_close(sqlite3_file *base) {
    return real_of(base)->pMethods->xClose(real_of(base));
}

int sqlite_through_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    return real_of(base)->pMethods->xRead(real_of(base), bytes, count, offset);
}

int sqlite_through_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    return real_of(base)->pMethods->xWrite(real_of(base), bytes, count, offset);
}

int sqlite_through_truncate(sqlite3_file *base, sqlite3_int64 size) {
    return real_of(base)->pMethods->xTruncate(real_of(base), size);
}

int sqlite_through_sync(sqlite3_file *base, int flags) {
    return real_of(base)->pMethods->xSync(real_of(base), flags);
}

int sqlite_through_size(sqlite3_file *base, sqlite3_int64 *ret_size) {
    return real_of(base)->pMethods->xFileSize(real_of(base), ret_size);
}

int sqlite_through_control(sqlite3_file *base, int operation, void *argument) {
    return real_of(base)->pMethods->xFileControl(real_of(base), operation, argument);
}

int sqlite_through_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_page) {
    return real_of(base)->pMethods->xShmMap(real_of(base), page, size, extend, ret_page);
}

static int file_close(sqlite3_file *base) {
    return (hooks_of(base)->close ? hooks_of(base)->close : sqlite_through_close)(base);
}

static int file_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    return (hooks_of(base)->read ? hooks_of(base)->read : sqlite_through_read)(base, bytes, count, offset);
}

static int file_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    return (hooks_of(base)->write ? hooks_of(base)->write : sqlite_through_write)(base, bytes, count, offset);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size) {
    return (hooks_of(base)->truncate ? hooks_of(base)->truncate : sqlite_through_truncate)(base, size);
}

static int file_sync(sqlite3_file *base, int flags) {
    return (hooks_of(base)->sync ? hooks_of(base)->sync : sqlite_through_sync)(base, flags);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret_size) {
    return (hooks_of(base)->size ? hooks_of(base)->size : sqlite_through_size)(base, ret_size);
}

static int file_control(sqlite3_file *base, int operation, void *argument) {
    return (hooks_of(base)->control ? hooks_of(base)->control : sqlite_through_control)(base, operation, argument);
}

static int file_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_page) {
    return (hooks_of(base)->shm_map ? hooks_of(base)->shm_map : sqlite_through_shm_map)(base, page, size, extend,
                                                                                        ret_page);
}

static int file_lock(sqlite3_file *base, int level) {
    return real_of(base)->pMethods->xLock(real_of(base), level);
}

static int file_unlock(sqlite3_file *base, int level) {
    return real_of(base)->pMethods->xUnlock(real_of(base), level);
}

static int file_reserved(sqlite3_file *base, int *ret_reserved) {
    return real_of(base)->pMethods->xCheckReservedLock(real_of(base), ret_reserved);
}

static int file_sector_size(sqlite3_file *base) {
    return real_of(base)->pMethods->xSectorSize(real_of(base));
}

static int file_characteristics(sqlite3_file *base) {
    return real_of(base)->pMethods->xDeviceCharacteristics(real_of(base));
}

static int file_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    return real_of(base)->pMethods->xShmLock(real_of(base), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *base) {
    real_of(base)->pMethods->xShmBarrier(real_of(base));
}

static int file_shm_unmap(sqlite3_file *base, int is_deleted) {
    return real_of(base)->pMethods->xShmUnmap(real_of(base), is_deleted);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2, /* shared memory, but no mapping of the file: SQLite would read and write past us */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

void sqlite_through_register(sqlite3_vfs *vfs, const char *name, size_t file_bytes,
                             int (*open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *), bool is_default) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real)
        return;
    *vfs = *real; /* what is not a file's is the system's */
    vfs->zName = name;
    vfs->pNext = NULL;
    vfs->pAppData = real;
    vfs->szOsFile = (int)file_bytes + real->szOsFile;
    vfs->xOpen = open;
    (void)sqlite3_vfs_register(vfs, is_default);
}

int sqlite_through_open(sqlite3_vfs *vfs, const char *name, struct through_file *file, size_t file_bytes,
                        const struct through_hooks *hooks, int flags, int *ret_flags) {
    sqlite3_vfs *real = vfs->pAppData;
    *file = (struct through_file){.real = (sqlite3_file *)((char *)file + file_bytes), .hooks = hooks};
    int rc = real->xOpen(real, name, file->real, flags, ret_flags);
    if (rc == SQLITE_OK)
        file->base.pMethods = &METHODS; /* without methods SQLite does not close it */
    return rc;
}

struct through_file *sqlite_through_file(sqlite3_file *base, const struct through_hooks *hooks) {
    bool is_one = base && base->pMethods == &METHODS && hooks_of(base) == hooks;
    return is_one ? (struct through_file *)base : NULL;
}
