/* A new file that takes its name when it is whole: written beside it as NAME.partial, flushed, and renamed. */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cxd/base/plain.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

/* Left to everybody else on the file system. */
static const int64_t ROOM_LEFT_BYTES = INT64_C(16) * 1024 * 1024;

static enum cxd_err check_room(const char *directory, int64_t bytes, struct error *err) {
    struct statvfs fs;
    if (statvfs(directory, &fs) != 0)
        return sqlite_file_error(err, "look at", directory);
    int64_t room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    if (room < bytes + ROOM_LEFT_BYTES) {
        return error_set(err, ERR_STORAGE_FULL, "%s has room for %lld MiB, and %lld MiB are needed", directory,
                         (long long)(room >> 20), (long long)((bytes + ROOM_LEFT_BYTES) >> 20));
    }
    return CXD_OK;
}

static enum cxd_err exists_error(const char *name, struct error *err) {
    return error_set(err, ERR_EXISTS, "%s exists, and is not overwritten", name);
}

static bool set_names(struct partial *partial, const char *name) {
    partial->name = strdup(name);
    if (asprintf(&partial->path, "%s.partial", name) < 0)
        partial->path = NULL;
    char *copy = strdup(name);
    partial->directory = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return partial->name && partial->path && partial->directory;
}

bool sqlite_partial_is_current(const struct partial *partial) {
    struct stat held, named;
    return fstat(partial->fd, &held) == 0 && lstat(partial->path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

enum cxd_err sqlite_partial_replaced(const struct partial *partial, struct error *err) {
    return error_set(err, ERR_STORAGE, "%s was replaced while it was written", partial->path);
}

/* What SQLite keeps beside a database. */
static void remove_beside(const struct partial *partial) {
    static const char *const BESIDE[] = {"-journal", "-wal", "-shm"};
    for (size_t i = 0; i < CXD_COUNT(BESIDE); i++) {
        char *path = NULL;
        if (asprintf(&path, "%s%s", partial->path, BESIDE[i]) >= 0) {
            (void)unlink(path);
            free(path);
        }
    }
}

static enum cxd_err busy_error(const struct partial *partial, struct error *err) {
    return error_set(err, ERR_LOCKED, "%s is being written by another process", partial->path);
}

static bool is_held(struct partial *partial) {
    return flock(partial->fd, LOCK_EX | LOCK_NB) == 0 && sqlite_partial_is_current(partial);
}

static void let_go(struct partial *partial) {
    close(partial->fd);
    partial->fd = -1;
}

/* What a killed run of the same user has left, locked. *ret_found is false where there is nothing. Whatever else stands
 * under the name is its owner's, who may have it open. */
static enum cxd_err open_leftover(struct partial *partial, bool *ret_found, struct error *err) {
    char why[PLAIN_WHY_SIZE];
    struct stat file;
    *ret_found = false;
    partial->fd = plain_open(partial->path, O_RDWR, 0, why);
    if (partial->fd < 0) {
        return errno == ENOENT ? CXD_OK
                               : error_set(err, ERR_EXISTS, "%s %s: it is not ours to take over", partial->path, why);
    }
    if (fstat(partial->fd, &file) != 0 || file.st_uid != geteuid()) {
        let_go(partial);
        return error_set(err, ERR_EXISTS, "%s belongs to another user, and is not ours to take over", partial->path);
    }
    if (!is_held(partial)) {
        let_go(partial);
        return busy_error(partial, err);
    }
    *ret_found = true;
    return CXD_OK;
}

/* Always a new file: nobody can have it open. */
static enum cxd_err open_partial(struct partial *partial, struct error *err) {
    bool is_left = false;
    enum cxd_err code = open_leftover(partial, &is_left, err);
    if (code != CXD_OK)
        return code;
    if (is_left) {
        (void)unlink(partial->path);
        let_go(partial);
    }
    partial->fd = open(partial->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (partial->fd < 0)
        return errno == EEXIST ? busy_error(partial, err) : sqlite_file_error(err, "create", partial->path);
    if (!is_held(partial)) {
        let_go(partial); /* not ours to remove */
        return busy_error(partial, err);
    }
    remove_beside(partial);
    return fchmod(partial->fd, 0600) == 0 ? CXD_OK : sqlite_file_error(err, "write", partial->path);
}

enum cxd_err sqlite_partial_create(const char *name, enum partial_kind kind, int64_t bytes, struct partial *ret_partial,
                                   struct error *err) {
    struct partial partial = {.replaces = kind == PARTIAL_REPLACES, .fd = -1};
    struct stat found;
    enum cxd_err code = CXD_OK;
    if (!set_names(&partial, name))
        code = error_set(err, ERR_NO_MEMORY, "no memory for a file's name");
    else if (!partial.replaces && lstat(name, &found) == 0)
        code = exists_error(name, err);
    else if (!partial.replaces && errno != ENOENT)
        code = sqlite_file_error(err, "look at", name);
    else
        code = check_room(partial.directory, bytes, err);
    if (code == CXD_OK)
        code = open_partial(&partial, err);
    if (code != CXD_OK) {
        sqlite_partial_discard(&partial);
        return code;
    }
    *ret_partial = partial;
    return CXD_OK;
}

/* Not every file system can rename without overwriting; a link never overwrites. */
static bool take_name(const struct partial *partial) {
    if (partial->replaces)
        return rename(partial->path, partial->name) == 0;
    if (renameat2(AT_FDCWD, partial->path, AT_FDCWD, partial->name, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    return link(partial->path, partial->name) == 0 && unlink(partial->path) == 0;
}

enum cxd_err sqlite_partial_publish(struct partial *partial, struct error *err) {
    if (fsync(partial->fd) != 0)
        return sqlite_file_error(err, "flush", partial->path);
    if (!sqlite_partial_is_current(partial))
        return sqlite_partial_replaced(partial, err);
    if (!take_name(partial))
        return errno == EEXIST ? exists_error(partial->name, err) : sqlite_file_error(err, "rename", partial->path);
    close(partial->fd);
    partial->fd = -1;
    return sqlite_file_flush_directory(partial->directory, err);
}

void sqlite_partial_discard(struct partial *partial) {
    if (partial->fd >= 0) {
        if (sqlite_partial_is_current(partial)) {
            remove_beside(partial);
            (void)unlink(partial->path);
        }
        close(partial->fd);
    }
    free(partial->path);
    free(partial->name);
    free(partial->directory);
    *partial = (struct partial){.fd = -1};
}

void sqlite_remove_partial(const char *path) {
    struct partial partial = {.fd = -1};
    bool is_left = false;
    if (set_names(&partial, path))
        (void)!open_leftover(&partial, &is_left, NULL);
    sqlite_partial_discard(&partial);
}
