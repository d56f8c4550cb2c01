/* The database file before SQLite opens it: its directory, its lock, its mode. Once SQLite has it, nothing
 * else in the process may open it: closing another descriptor would drop SQLite's locks. That is why the
 * lock is a file of its own. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cxd/base/plain.h"
#include "store/sqlite/db.h"
#include "store/sqlite/writer.h"

/* The only file that SQLite may open in this thread; −1: any. */
static _Thread_local int expected_fd = -1;

void sqlite_file_expect(int fd) {
    expected_fd = fd;
}

static bool is_expected(const struct stat *file) {
    struct stat expected;
    return expected_fd < 0 ||
           (fstat(expected_fd, &expected) == 0 && expected.st_dev == file->st_dev && expected.st_ino == file->st_ino);
}

/* In place of SQLite's open(2), for the database and all that lies beside it; SQLite itself asks for O_NOFOLLOW.
 * Directories it opens to flush them, and a device for random bytes. */
static int open_judged(const char *path, int flags, int mode) {
    struct stat file;
    int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC, (mode_t)mode);
    if (fd < 0 || fstat(fd, &file) != 0)
        return fd;
    bool is_read_only = (flags & O_ACCMODE) == O_RDONLY;
    if (S_ISREG(file.st_mode) ? file.st_nlink <= 1 && is_expected(&file)
                              : S_ISDIR(file.st_mode) || (S_ISCHR(file.st_mode) && is_read_only))
        return fd;
    close(fd);
    errno = S_ISREG(file.st_mode) ? EMLINK : EACCES;
    return -1;
}

/* SQLite's registry keeps it for as long as the process lives. */
static void judge_opens_once(void) {
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (system && system->iVersion >= 3 && system->xSetSystemCall)
        (void)system->xSetSystemCall(system, "open", (sqlite3_syscall_ptr)open_judged);
}

void sqlite_file_judge_opens(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, judge_opens_once);
}

bool sqlite_file_is_no_room(int system_errno) {
    return system_errno == ENOSPC || system_errno == EFBIG || system_errno == EDQUOT;
}

enum cxd_err sqlite_file_refuse_odd(const char *path, struct error *err) {
    static const char *const BESIDE[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < CXD_COUNT(BESIDE); i++) {
        char *name = NULL, why[PLAIN_WHY_SIZE];
        if (asprintf(&name, "%s%s", path, BESIDE[i]) < 0)
            return error_set(err, ERR_NO_MEMORY, "no memory for a file's name");
        bool good = plain_is(name, why);
        if (!good)
            error_set(err, ERR_STORAGE, "%s %s", name, why);
        free(name);
        if (!good)
            return ERR_STORAGE;
    }
    return CXD_OK;
}

enum cxd_err sqlite_file_error(struct error *err, const char *doing, const char *path) {
    enum cxd_err code = sqlite_file_is_no_room(errno) ? ERR_STORAGE_FULL : ERR_STORAGE;
    return error_set(err, code, "cannot %s %s: %s", doing, path, strerror(errno));
}

enum cxd_err sqlite_file_make_directory(const char *directory, struct error *err) {
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return sqlite_file_error(err, "create the directory", directory);
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

enum cxd_err sqlite_file_lock(const char *path, int *ret_fd, struct error *err) {
    char *name = NULL;
    if (asprintf(&name, "%s.lock", path) < 0)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the store");
    enum cxd_err code = CXD_OK;
    char why[PLAIN_WHY_SIZE];
    int fd = plain_open_owned(name, O_RDWR | O_CREAT, 0600, why);
    if (fd < 0) {
        code = error_set(err, sqlite_file_is_no_room(errno) ? ERR_STORAGE_FULL : ERR_STORAGE, "cannot lock %s: %s %s",
                         path, name, why);
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        code = errno == EWOULDBLOCK ? locked_error(fd, path, err) : sqlite_file_error(err, "lock", name);
    } else if ((ftruncate(fd, 0) != 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) &&
               !sqlite_file_is_no_room(errno)) { /* a full disk is to be read from */
        code = sqlite_file_error(err, "write", name);
    }
    if (code == CXD_OK)
        *ret_fd = fd;
    else if (fd >= 0)
        close(fd);
    free(name);
    return code;
}

void sqlite_file_unlock(int fd) {
    if (fd >= 0) {
        /* The file stays: to unlink it would let two processes lock two files of one name. */
        (void)!ftruncate(fd, 0);
        close(fd);
    }
}

enum cxd_err sqlite_file_flush_directory(const char *directory, struct error *err) {
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cxd_err code = fd >= 0 && fsync(fd) == 0 ? CXD_OK : sqlite_file_error(err, "flush the directory", directory);
    if (fd >= 0)
        close(fd);
    return code;
}

static const char *user_name(uid_t uid, char out[32]) {
    struct passwd entry, *found = NULL;
    char text[1024];
    if (getpwuid_r(uid, &entry, text, sizeof text, &found) == 0 && found)
        snprintf(out, 32, "%s", found->pw_name);
    else
        snprintf(out, 32, "uid %lu", (unsigned long)uid);
    return out;
}

/* What is of another kind is refused for what it is, and what is not there is made. */
static enum cxd_err expect_access(const char *path, mode_t kind, int needed, struct error *err) {
    char owner[32], own[32];
    struct stat found;
    if (fstatat(AT_FDCWD, path, &found, kind == S_IFDIR ? 0 : AT_SYMLINK_NOFOLLOW) != 0 ||
        (found.st_mode & S_IFMT) != kind || faccessat(AT_FDCWD, path, needed, AT_EACCESS) == 0)
        return CXD_OK;
    int failure = errno; /* looking a name up changes it */
    return error_set(err, ERR_STORAGE, "cannot read and write %s: %s; it is %s's, of mode %04o, and cxd runs as %s",
                     path, strerror(failure), user_name(found.st_uid, owner), (unsigned)found.st_mode & 07777,
                     user_name(geteuid(), own));
}

enum cxd_err sqlite_file_check_access(const char *path, const char *directory, struct error *err) {
    static const char *const NAMES[] = {".lock", "", "-wal", "-shm"};
    enum cxd_err code = expect_access(directory, S_IFDIR, X_OK, err);
    for (size_t i = 0; i < CXD_COUNT(NAMES) && code == CXD_OK; i++) {
        char *name = NULL;
        if (asprintf(&name, "%s%s", path, NAMES[i]) < 0)
            return error_set(err, ERR_NO_MEMORY, "no memory for a file's name");
        if (i == 0 && faccessat(AT_FDCWD, name, F_OK, AT_EACCESS) != 0 && errno == ENOENT)
            code = expect_access(directory, S_IFDIR, W_OK | X_OK, err);
        if (code == CXD_OK)
            code = expect_access(name, S_IFREG, R_OK | W_OK, err);
        free(name);
    }
    return code;
}

enum cxd_err sqlite_file_find(const char *path, struct error *err) {
    struct stat found;
    if (lstat(path, &found) == 0)
        return sqlite_file_refuse_odd(path, err);
    if (errno != ENOENT && errno != ENOTDIR)
        return sqlite_file_error(err, "look at", path);
    return error_set(err, ERR_STORAGE, "there is no database %s: the first start of a daemon makes one", path);
}

enum cxd_err sqlite_file_create(const char *path, const char *directory, struct error *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? sqlite_file_refuse_odd(path, err) : sqlite_file_error(err, "create", path);
    close(fd);
    return sqlite_file_flush_directory(directory, err);
}
