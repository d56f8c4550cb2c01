/* Files in directories that others can write to. Nothing found out before the open holds after it, so what counts is
 * fstat. */

#include "cxd/base/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool refuse(int code, const char *why, char ret_why[PLAIN_WHY_SIZE]) {
    snprintf(ret_why, PLAIN_WHY_SIZE, "%s", why);
    errno = code;
    return false;
}

static bool judge(const struct stat *file, char ret_why[PLAIN_WHY_SIZE]) {
    if (S_ISLNK(file->st_mode))
        return refuse(ELOOP, "is a symbolic link, and none is followed here", ret_why);
    if (!S_ISREG(file->st_mode))
        return refuse(S_ISDIR(file->st_mode) ? EISDIR : EACCES, "is not a file", ret_why);
    if (file->st_nlink > 1)
        return refuse(EMLINK, "has a second name (a hard link), and so may be another's", ret_why);
    return true;
}

static bool owner_of_directory(const char *path, uid_t *ret_uid) {
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat found;
    int length = !slash          ? snprintf(directory, sizeof directory, ".")
                 : slash == path ? snprintf(directory, sizeof directory, "/")
                                 : snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
    if (length < 0 || (size_t)length >= sizeof directory || stat(directory, &found) != 0)
        return false;
    *ret_uid = found.st_uid;
    return true;
}

static bool judge_owner(const struct stat *file, const char *path, char ret_why[PLAIN_WHY_SIZE]) {
    uid_t directory = 0;
    if (file->st_uid == geteuid() || file->st_uid == 0)
        return true;
    if (owner_of_directory(path, &directory) && file->st_uid == directory)
        return true;
    errno = EACCES;
    snprintf(ret_why, PLAIN_WHY_SIZE, "belongs to uid %lu, who does not own the directory",
             (unsigned long)file->st_uid);
    return false;
}

static int open_judged(const char *path, int flags, mode_t mode, bool is_owned, char ret_why[PLAIN_WHY_SIZE]) {
    struct stat file;
    int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    if (fd < 0) {
        int code = errno;
        if (lstat(path, &file) == 0 && !judge(&file, ret_why))
            return -1;
        (void)refuse(code, strerror(code), ret_why);
        return -1;
    }
    bool good = fstat(fd, &file) == 0 ? judge(&file, ret_why) : refuse(errno, strerror(errno), ret_why);
    if (good && is_owned)
        good = judge_owner(&file, path, ret_why);
    if (good)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int plain_open(const char *path, int flags, mode_t mode, char ret_why[PLAIN_WHY_SIZE]) {
    return open_judged(path, flags, mode, false, ret_why);
}

int plain_open_owned(const char *path, int flags, mode_t mode, char ret_why[PLAIN_WHY_SIZE]) {
    return open_judged(path, flags, mode, true, ret_why);
}

bool plain_is(const char *path, char ret_why[PLAIN_WHY_SIZE]) {
    struct stat file;
    return lstat(path, &file) != 0 || judge(&file, ret_why);
}
