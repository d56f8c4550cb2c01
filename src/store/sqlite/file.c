/* The database file before SQLite opens it: its directory, its lock, its mode. Once SQLite has it, nothing
 * else in the process may open it: closing another descriptor would drop SQLite's locks. That is why the
 * lock is a file of its own. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/writer.h"

enum cxd_err file_error(struct error *err, const char *doing, const char *path) {
    enum cxd_err code = db_is_no_room(errno) ? ERR_STORAGE_FULL : ERR_STORAGE;
    return error_set(err, code, "cannot %s %s: %s", doing, path, strerror(errno));
}

enum cxd_err file_make_directory(const char *directory, struct error *err) {
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        return file_error(err, "create the directory", directory);
    }
    return CXD_OK;
}

/* The pid is for the message only: the lock is the kernel's, and ends with the process. */
static enum cxd_err locked_error(int fd, const char *path, struct error *err) {
    char pid[16] = "";
    ssize_t length = pread(fd, pid, sizeof pid - 1, 0);
    pid[length > 0 ? length : 0] = '\0';
    pid[strspn(pid, "0123456789")] = '\0';
    return error_set(err, ERR_LOCKED, "%s is in use by process %s", path, pid[0] ? pid : "(unknown)");
}

enum cxd_err file_lock(const char *path, int *ret_fd, struct error *err) {
    char *name = NULL;
    if (asprintf(&name, "%s.lock", path) < 0) {
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    }
    enum cxd_err code = CXD_OK;
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        code = file_error(err, "open", name);
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        code = errno == EWOULDBLOCK ? locked_error(fd, path, err) : file_error(err, "lock", name);
    } else if (ftruncate(fd, 0) != 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
        code = file_error(err, "write", name);
    }
    if (code == CXD_OK) {
        *ret_fd = fd;
    } else if (fd >= 0) {
        close(fd);
    }
    free(name);
    return code;
}

void file_unlock(int fd) {
    if (fd >= 0) {
        /* The file stays: to unlink it would let two processes lock two files of one name. */
        (void)!ftruncate(fd, 0);
        close(fd);
    }
}

enum cxd_err file_flush_directory(const char *directory, struct error *err) {
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cxd_err code =
        fd >= 0 && fsync(fd) == 0 ? CXD_OK : file_error(err, "flush the directory", directory);
    if (fd >= 0) {
        close(fd);
    }
    return code;
}

enum cxd_err file_create(const char *path, const char *directory, struct error *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? CXD_OK : file_error(err, "create", path);
    }
    close(fd);
    return file_flush_directory(directory, err);
}
