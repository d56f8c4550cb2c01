/* Below all readers: whatever was named becomes a file that can be read twice, first for the dry run. Reads are at a
 * place, so that a descriptor that is shared with others does not move. */
#include "import/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPOOL_BYTES = 64 * 1024 };

static const char *temporary_directory(void) {
    const char *named = getenv("TMPDIR");
    return named && named[0] != '\0' ? named : "/var/tmp";
}

enum cxd_err source_open_nameless(int *ret_fd, struct error *err) {
    char path[4096];
    const char *directory = temporary_directory();
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) { /* not every file system has them */
        int length = snprintf(path, sizeof path, "%s/cxd-XXXXXX", directory);
        if (length > 0 && (size_t)length < sizeof path)
            fd = mkostemp(path, O_CLOEXEC);
        if (fd < 0)
            return error_set(err, ERR_SYSTEM, "no temporary file can be made in %s: %s", directory, strerror(errno));
        (void)unlink(path);
    }
    *ret_fd = fd;
    return CXD_OK;
}

enum cxd_err source_append(int fd, const char *bytes, size_t length, struct error *err) {
    for (ssize_t done; length > 0; bytes += done, length -= (size_t)done) {
        done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            done = 0;
        else if (done <= 0)
            return error_set(err, ERR_SYSTEM, "a temporary file in %s cannot be written (TMPDIR names another): %s",
                             temporary_directory(), strerror(errno));
    }
    return CXD_OK;
}

static enum cxd_err copy_all(struct source *source, int from, int to, struct error *err) {
    char bytes[SPOOL_BYTES];
    for (;;) {
        ssize_t length = read(from, bytes, sizeof bytes);
        if (length == 0)
            return CXD_OK;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return error_set(err, ERR_SYSTEM, "%s cannot be read: %s", source->name, strerror(errno));
        enum cxd_err code = source_append(to, bytes, (size_t)length, err);
        if (code != CXD_OK)
            return code;
        source->size += (uint64_t)length;
    }
}

static enum cxd_err spool(struct source *source, struct error *err) {
    int fd = -1;
    enum cxd_err code = source_open_nameless(&fd, err);
    if (code != CXD_OK)
        return code;
    code = copy_all(source, source->fd, fd, err);
    if (code != CXD_OK) {
        close(fd);
        return code;
    }
    if (source->owns_fd)
        close(source->fd);
    source->fd = fd;
    source->owns_fd = true;
    return CXD_OK;
}

/* Of the descriptor that it has. */
static enum cxd_err judge(struct source *source, struct error *err) {
    struct stat file;
    if (fstat(source->fd, &file) != 0)
        return error_set(err, ERR_SYSTEM, "%s cannot be read: %s", source->name, strerror(errno));
    if (S_ISREG(file.st_mode)) {
        source->size = (uint64_t)file.st_size;
        return CXD_OK;
    }
    if (S_ISDIR(file.st_mode))
        return error_set(err, ERR_SYSTEM, "%s is a directory", source->name);
    if (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode) || isatty(source->fd))
        return spool(source, err);
    return error_set(err, ERR_SYSTEM, "%s is a device", source->name); /* of which many have no end */
}

static enum cxd_err open_named(struct source *source, int fd, bool owns_fd, const char *name, struct error *err) {
    *source = (struct source){.fd = fd, .owns_fd = owns_fd};
    snprintf(source->name, sizeof source->name, "%s", name);
    enum cxd_err code = judge(source, err);
    if (code != CXD_OK)
        source_close(source);
    return code;
}

enum cxd_err source_open_fd(struct source *source, int fd, const char *name, struct error *err) {
    return open_named(source, fd, false, name, err);
}

enum cxd_err source_open(struct source *source, const char *path, struct error *err) {
    if (strcmp(path, "-") == 0)
        return source_open_fd(source, STDIN_FILENO, "stdin", err);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set(err, ERR_SYSTEM, "%s cannot be opened: %s", path, strerror(errno));
    return open_named(source, fd, true, path, err);
}

enum cxd_err source_read_at(const struct source *source, uint64_t at, char *out, size_t size, size_t *ret_length,
                            struct error *err) {
    size_t length = 0;
    while (length < size) {
        ssize_t got = pread(source->fd, out + length, size - length, (off_t)(at + length));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERR_SYSTEM, "%s cannot be read: %s", source->name, strerror(errno));
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *ret_length = length;
    return CXD_OK;
}

enum cxd_err source_read(struct source *source, char *out, size_t size, size_t *ret_length, struct error *err) {
    enum cxd_err code = source_read_at(source, source->at, out, size, ret_length, err);
    if (code == CXD_OK)
        source->at += *ret_length;
    return code;
}

void source_rewind(struct source *source) {
    source->at = 0;
}

void source_close(struct source *source) {
    if (source->owns_fd)
        close(source->fd);
    source->owns_fd = false;
    source->fd = -1;
}
