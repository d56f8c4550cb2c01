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

#include "store/sqlite/backup.h"
#include "store/sqlite/writer.h"

/* Left to everybody else on the file system. */
static const int64_t ROOM_LEFT_BYTES = INT64_C(16) * 1024 * 1024;

static enum cxd_err check_room(const char *directory, int64_t bytes, struct error *err) {
    struct statvfs fs;
    if (statvfs(directory, &fs) != 0) {
        return file_error(err, "look at", directory);
    }
    int64_t room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    if (room < bytes + ROOM_LEFT_BYTES) {
        return error_set(err, ERR_STORAGE_FULL, "%s has room for %lld MiB, and %lld MiB are needed",
                         directory, (long long)(room >> 20), (long long)((bytes + ROOM_LEFT_BYTES) >> 20));
    }
    return CXD_OK;
}

static enum cxd_err exists_error(const char *name, struct error *err) {
    return error_set(err, ERR_EXISTS, "%s exists, and is not overwritten", name);
}

static bool set_names(struct partial *partial, const char *name) {
    partial->name = strdup(name);
    if (asprintf(&partial->path, "%s.partial", name) < 0) {
        partial->path = NULL;
    }
    char *copy = strdup(name);
    partial->directory = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return partial->name && partial->path && partial->directory;
}

/* Whether the locked file is still the one of that name: another run may have published or removed it in between. */
static bool is_current(const struct partial *partial) {
    struct stat held, named;
    return fstat(partial->fd, &held) == 0 && lstat(partial->path, &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
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

static enum cxd_err open_partial(struct partial *partial, struct error *err) {
    partial->fd = open(partial->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (partial->fd < 0) {
        return file_error(err, "create", partial->path);
    }
    if (flock(partial->fd, LOCK_EX | LOCK_NB) != 0 || !is_current(partial)) {
        close(partial->fd); /* not ours to remove */
        partial->fd = -1;
        return error_set(err, ERR_LOCKED, "%s is being written by another process", partial->path);
    }
    remove_beside(partial);
    if (ftruncate(partial->fd, 0) != 0 || fchmod(partial->fd, 0600) != 0) {
        return file_error(err, "write", partial->path);
    }
    return CXD_OK;
}

enum cxd_err partial_create(const char *name, enum partial_kind kind, int64_t bytes,
                            struct partial *ret_partial, struct error *err) {
    struct partial partial = {.replaces = kind == PARTIAL_REPLACES, .fd = -1};
    struct stat found;
    enum cxd_err code = CXD_OK;
    if (!set_names(&partial, name)) {
        code = error_set(err, ERR_NO_MEMORY, "no memory for a file's name");
    } else if (!partial.replaces && lstat(name, &found) == 0) {
        code = exists_error(name, err);
    } else if (!partial.replaces && errno != ENOENT) {
        code = file_error(err, "look at", name);
    } else {
        code = check_room(partial.directory, bytes, err);
    }
    if (code == CXD_OK) {
        code = open_partial(&partial, err);
    }
    if (code != CXD_OK) {
        partial_discard(&partial);
        return code;
    }
    *ret_partial = partial;
    return CXD_OK;
}

/* Not every file system can rename without overwriting; a link never overwrites. */
static bool take_name(const struct partial *partial) {
    if (partial->replaces) {
        return rename(partial->path, partial->name) == 0;
    }
    if (renameat2(AT_FDCWD, partial->path, AT_FDCWD, partial->name, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    return link(partial->path, partial->name) == 0 && unlink(partial->path) == 0;
}

enum cxd_err partial_publish(struct partial *partial, struct error *err) {
    if (fsync(partial->fd) != 0) {
        return file_error(err, "flush", partial->path);
    }
    if (!take_name(partial)) {
        return errno == EEXIST ? exists_error(partial->name, err) : file_error(err, "rename", partial->path);
    }
    close(partial->fd);
    partial->fd = -1;
    return file_flush_directory(partial->directory, err);
}

void partial_discard(struct partial *partial) {
    if (partial->fd >= 0) {
        remove_beside(partial);
        (void)unlink(partial->path);
        close(partial->fd);
    }
    free(partial->path);
    free(partial->name);
    free(partial->directory);
    *partial = (struct partial){.fd = -1};
}

void store_remove_partial(const char *path) {
    struct partial partial = {.fd = -1};
    if (set_names(&partial, path)) {
        partial.fd = open(partial.path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    }
    if (partial.fd >= 0 && (flock(partial.fd, LOCK_EX | LOCK_NB) != 0 || !is_current(&partial))) {
        close(partial.fd);
        partial.fd = -1;
    }
    partial_discard(&partial);
}
