/* "vfs:CONTROL:URL" is the store URL over a file layer of SQLite's that fails when told. It lies below the log's own
 * (src/store/sqlite/log_vfs.c) and above the system's. CONTROL is a file of `struct fault_control` that the test writes
 * while the daemon runs. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/engine.h"
#include "store/sqlite/through.h"

enum fault_class { FAULT_WRITE, FAULT_SYNC, FAULT_OPEN, FAULT_TRUNCATE, FAULT_READ, FAULT_SHM, FAULT_CLASSES };

/* Of 64-bit words, as tests/fault/control.mjs writes them. */
struct fault_control {
    _Atomic int64_t armed;               /* bit 1 << class */
    _Atomic int64_t left;                /* calls of an armed class until one fails: 1 is the next */
    _Atomic int64_t on;                  /* 0: that one fails; 1: and all after it, until disarmed */
    _Atomic int64_t error;               /* errno; −1: the process is killed */
    _Atomic int64_t short_write;         /* 1: half of the bytes are written before it fails */
    _Atomic int64_t injected;            /* faults so far */
    _Atomic int64_t checkpoint_pages;    /* of the next writer's wal_autocheckpoint; 0: its own */
    _Atomic int64_t seen[FAULT_CLASSES]; /* calls so far, failed or not */
    _Atomic int64_t hang;                /* not 0: a fault is no failure, the call waits until this is another */
};

struct fault_file {
    struct through_file through;
    int failed_errno; /* of the last fault, for SQLITE_FCNTL_LAST_ERRNO */
};

static struct fault_control *control;

static bool strikes(enum fault_class class) {
    atomic_fetch_add(&control->seen[class], 1);
    if (!(atomic_load(&control->armed) >> class & 1))
        return false;
    int64_t left = atomic_fetch_sub(&control->left, 1);
    if (left > 1 || (left < 1 && !atomic_load(&control->on)))
        return false;
    atomic_fetch_add(&control->injected, 1);
    if (atomic_load(&control->error) < 0 && !atomic_load(&control->short_write))
        raise(SIGKILL);
    int64_t hang = atomic_load(&control->hang);
    while (hang != 0 && atomic_load(&control->hang) == hang)
        usleep(5000);
    return hang == 0;
}

/* The errno of a fault, kept as SQLite's own layer keeps it. */
static int fail(struct fault_file *file, int rc) {
    file->failed_errno = (int)atomic_load(&control->error);
    errno = file->failed_errno;
    return rc;
}

static int fault_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    struct fault_file *file = (struct fault_file *)base;
    return strikes(FAULT_READ) ? fail(file, SQLITE_IOERR_READ) : sqlite_through_read(base, bytes, count, offset);
}

/* What SQLite's layer makes of an errno: a full disk has a code of its own. */
static int fault_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    struct fault_file *file = (struct fault_file *)base;
    if (!strikes(FAULT_WRITE))
        return sqlite_through_write(base, bytes, count, offset);
    if (atomic_load(&control->short_write)) {
        (void)sqlite_through_write(base, bytes, count / 2, offset);
        if (atomic_load(&control->error) < 0)
            raise(SIGKILL);
    }
    return fail(file, atomic_load(&control->error) == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE);
}

static int fault_truncate(sqlite3_file *base, sqlite3_int64 size) {
    struct fault_file *file = (struct fault_file *)base;
    return strikes(FAULT_TRUNCATE) ? fail(file, SQLITE_IOERR_TRUNCATE) : sqlite_through_truncate(base, size);
}

static int fault_sync(sqlite3_file *base, int flags) {
    struct fault_file *file = (struct fault_file *)base;
    return strikes(FAULT_SYNC) ? fail(file, SQLITE_IOERR_FSYNC) : sqlite_through_sync(base, flags);
}

static int fault_file_control(sqlite3_file *base, int operation, void *argument) {
    struct fault_file *file = (struct fault_file *)base;
    if (operation == SQLITE_FCNTL_LAST_ERRNO && file->failed_errno != 0) {
        *(int *)argument = file->failed_errno;
        return SQLITE_OK;
    }
    /* Set at open, below; the store's own setting comes later. */
    if (operation == SQLITE_FCNTL_PRAGMA && atomic_load(&control->checkpoint_pages) > 0 &&
        strcmp(((char **)argument)[1], "wal_autocheckpoint") == 0) {
        ((char **)argument)[0] = sqlite3_mprintf("%lld", (long long)atomic_load(&control->checkpoint_pages));
        return SQLITE_OK;
    }
    return sqlite_through_control(base, operation, argument);
}

static int fault_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **ret_memory) {
    struct fault_file *file = (struct fault_file *)base;
    return strikes(FAULT_SHM) ? fail(file, SQLITE_IOERR_SHMSIZE)
                              : sqlite_through_shm_map(base, region, size, extend, ret_memory);
}

static const struct through_hooks HOOKS = {
    .read = fault_read,
    .write = fault_write,
    .truncate = fault_truncate,
    .sync = fault_sync,
    .control = fault_file_control,
    .shm_map = fault_shm_map,
};

static int fault_open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    struct fault_file *file = (struct fault_file *)base;
    *file = (struct fault_file){.failed_errno = 0};
    if (strikes(FAULT_OPEN))
        return fail(file, SQLITE_CANTOPEN);
    return sqlite_through_open(vfs, name, &file->through, sizeof *file, &HOOKS, flags, ret_flags);
}

static sqlite3_vfs fault_vfs;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A test does not write the 4 MB that bring the log home: it asks for less. */
static int set_checkpoint(sqlite3 *handle, char **ret_message, const void *routines) {
    (void)ret_message;
    (void)routines;
    int64_t pages = atomic_load(&control->checkpoint_pages);
    return pages > 0 ? sqlite3_wal_autocheckpoint(handle, (int)pages) : SQLITE_OK;
}

/* As the default one, so that the log's layer, and the readers, come to lie above it. */
static void register_once(void) {
    sqlite_through_register(&fault_vfs, "cxd-fault", sizeof(struct fault_file), fault_open_file, true);
    (void)sqlite3_auto_extension((void (*)(void))set_checkpoint);
}

/* The opened store is the inner URL's own: nothing is left to wrap. */
static enum cxd_err fault_open(const char *rest, struct store **ret_store, struct error *err) {
    const char *end = strchr(rest, ':');
    char *path = end ? strndup(rest, (size_t)(end - rest)) : NULL;
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    free(path);
    if (fd < 0)
        return error_set(err, ERR_CONFIG, "use vfs:CONTROL:URL, where CONTROL is a file of faults");
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (control == MAP_FAILED)
        return error_set(err, ERR_CONFIG, "the file of faults cannot be mapped");
    pthread_once(&once, register_once);
    return store_open(end + 1, ret_store, err);
}

const struct store_engine STORE_FAULT_VFS = {.scheme = "vfs", .open = fault_open};
