/* Below SQLite, above the system: counts what is read from a database file and its log, so that long reads show
 * progress and end when told to. */

#include "store/sqlite/watch_vfs.h"

#include <pthread.h>

#include "store/sqlite/through.h"

enum { TELL_BYTES = 1024 * 1024, WATCH_SET = 0x63786431 };

struct watched_file {
    struct through_file through;
    struct watch *watch;
};

bool sqlite_watch_advance(struct watch *watch, int64_t bytes) {
    watch->done += bytes;
    if (watch->progress && !watch->cancelled && watch->done - watch->told >= TELL_BYTES) {
        int64_t done = watch->done < watch->total ? watch->done : watch->total;
        watch->told = watch->done;
        watch->cancelled = !watch->progress->tell(watch->progress->context, watch->stage, done, watch->total);
    }
    return !watch->cancelled;
}

static int watched_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
    struct watch *watch = ((struct watched_file *)base)->watch;
    if (watch && !sqlite_watch_advance(watch, count))
        sqlite3_interrupt(watch->handle);
    return sqlite_through_read(base, bytes, count, offset);
}

static int watched_control(sqlite3_file *base, int operation, void *argument) {
    if (operation == WATCH_SET) {
        ((struct watched_file *)base)->watch = argument;
        return SQLITE_OK;
    }
    return sqlite_through_control(base, operation, argument);
}

static const struct through_hooks WATCHED_HOOKS = {.read = watched_read, .control = watched_control};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags) {
    sqlite3_vfs *real = vfs->pAppData;
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        return real->xOpen(real, name, base, flags, ret_flags);
    struct watched_file *file = (struct watched_file *)base;
    *file = (struct watched_file){.watch = NULL};
    return sqlite_through_open(vfs, name, &file->through, sizeof *file, &WATCHED_HOOKS, flags, ret_flags);
}

/* SQLite keeps the pointer for as long as the process lives: this is its registry's, not the program's state. */
static sqlite3_vfs watch_vfs;
static pthread_once_t watch_vfs_once = PTHREAD_ONCE_INIT;

static void register_once(void) {
    sqlite_through_register(&watch_vfs, WATCH_VFS, sizeof(struct watched_file), vfs_open, false);
}

void sqlite_watch_vfs_register(void) {
    pthread_once(&watch_vfs_once, register_once);
}

/* The check of pages allocates and computes between reads; statements that sort read nothing for long. */
static int keep_on(void *context) {
    const struct watch *watch = context;
    return watch->cancelled;
}

enum { STEPS_A_CALL = 100 * 1000 };

void sqlite_watch_set(sqlite3 *handle, struct watch *watch) {
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(handle, "main", WATCH_SET, watch);
    (void)sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    struct through_file *file = sqlite_through_file(log, &WATCHED_HOOKS);
    if (file)
        ((struct watched_file *)file)->watch = watch;
    if (watch)
        watch->handle = handle;
    sqlite3_progress_handler(handle, watch ? STEPS_A_CALL : 0, watch ? keep_on : NULL, watch);
}
