/* A little room that nobody else can take: a file beside the database, given up by a start on a full disk, so that
 * there is a place for what SQLite needs to read (the index of the log) and for the daemon's small files. It is made
 * again when there is room; or else, at the end, of what that leaves, so that the next start has it. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/sqlite/writer.h"

enum {
    RESERVE_BYTES = 512 * 1024,
    LEAST_BYTES = 32 * 1024, /* SQLite's index */
    STEP_BYTES = 4096,
    ROOM_BYTES = 16 * RESERVE_BYTES /* below that it would be taken from who needs it */
};

static int64_t free_bytes(const char *directory) {
    struct statvfs system;
    return statvfs(directory, &system) == 0 ? (int64_t)(system.f_bavail * system.f_frsize) : INT64_MAX;
}

static bool is_there(const char *name, int64_t least) {
    struct stat found;
    return lstat(name, &found) == 0 && S_ISREG(found.st_mode) && found.st_size >= least;
}

void sqlite_reserve_open(struct sqlite_store *store) {
    char *name = NULL;
    store->reserve = RESERVE_UNKNOWN;
    if (asprintf(&name, "%s.reserve", store->path) < 0)
        return;
    store->base.gave_up_reserve =
        is_there(name, LEAST_BYTES) && free_bytes(store->directory) < RESERVE_BYTES && unlink(name) == 0;
    free(name);
}

/* One that is too short is of a start that was cut off, or of a full disk. What can not be made now is not tried again
 * by this process: it is asked once a second. */
static enum reserve make(const char *name, int64_t bytes) {
    if (is_there(name, bytes))
        return RESERVE_THERE;
    (void)unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int failure = fd >= 0 ? posix_fallocate(fd, 0, bytes) : 0;
    if (fd >= 0)
        close(fd);
    if (failure != 0)
        (void)unlink(name);
    if (fd >= 0 && failure == 0)
        return RESERVE_THERE;
    return sqlite_file_is_no_room(failure) ? RESERVE_UNKNOWN : RESERVE_IMPOSSIBLE;
}

void sqlite_reserve_keep(struct sqlite_store *store) {
    char *name = NULL;
    if (store->reserve != RESERVE_UNKNOWN || free_bytes(store->directory) < ROOM_BYTES ||
        asprintf(&name, "%s.reserve", store->path) < 0)
        return;
    store->reserve = make(name, RESERVE_BYTES);
    free(name);
}

void sqlite_reserve_close(struct sqlite_store *store) {
    char *name = NULL;
    int64_t room = free_bytes(store->directory);
    int64_t bytes = room < RESERVE_BYTES ? room - room % STEP_BYTES : RESERVE_BYTES;
    if (!store->base.gave_up_reserve || store->reserve != RESERVE_UNKNOWN ||
        asprintf(&name, "%s.reserve", store->path) < 0)
        return;
    for (; store->reserve == RESERVE_UNKNOWN && bytes >= LEAST_BYTES; bytes -= STEP_BYTES)
        store->reserve = make(name, bytes);
    free(name);
}
