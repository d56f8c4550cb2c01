/* Behind `cxd export`: bytes to a file that is whole, or not there. */

#include "cmd/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/gzip.h"
#include "cmd/output.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/json.h"
#include "cxd/codec/write.h"

enum { PIECE_BYTES = 256 << 10, MARK_BYTES = 8 << 20, STATE_BYTES_MAX = 64 << 10 };

static enum cxd_err fail(struct error *err, const char *name, const char *what) {
    return error_set(err, ERR_SYSTEM, "%s: %s: %s", name, what, strerror(errno));
}

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_SYSTEM, "out of memory");
}

static bool is_special(const char *path) {
    struct stat found;

    return stat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

/* The state that stands beside the partial file, if it is of the same transfer. */
static enum cxd_err read_state(struct target *target, const char *what, struct error *err) {
    char bytes[STATE_BYTES_MAX];
    struct error parse_error;
    int fd = open(target->state, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length = fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
    const char *was;

    if (fd >= 0)
        close(fd);
    if (length < 0)
        return error_set(err, ERR_SYSTEM, "%s cannot be read (%s), and without it %s is of no use: remove it",
                         target->state, strerror(errno), target->partial);
    if (json_open(bytes, (size_t)length, &target->was, &parse_error) != CXD_OK)
        return error_set(err, ERR_SYSTEM, "%s is damaged: remove it and %s", target->state, target->partial);
    was = json_text(target->was, "export");
    if (!was || strcmp(was, what) != 0)
        return error_set(err, ERR_SYSTEM, "%s is of another export (%s): ask for the same, or remove it",
                         target->partial, was ? was : "?");
    return CXD_OK;
}

static enum cxd_err go_on(struct target *target, struct error *err) {
    double bytes = 0;
    struct stat found;

    if (!json_number(target->was, "bytes", &bytes) || bytes < 0 || fstat(target->fd, &found) != 0 ||
        bytes > (double)found.st_size)
        return error_set(err, ERR_SYSTEM, "%s is shorter than %s says: remove both", target->partial, target->state);
    target->bytes = (int64_t)bytes;
    if (ftruncate(target->fd, (off_t)target->bytes) != 0 || lseek(target->fd, 0, SEEK_END) < 0)
        return fail(err, target->partial, "cannot be gone on with");
    return CXD_OK;
}

static enum cxd_err open_partial(struct target *target, bool resumes, const char *what, struct error *err) {
    enum cxd_err code = CXD_OK;

    if (asprintf(&target->partial, "%s.partial", target->path) < 0)
        target->partial = NULL;
    if (asprintf(&target->state, "%s.partial.json", target->path) < 0)
        target->state = NULL;
    if (!target->partial || !target->state)
        return no_memory(err);
    bool is_there = access(target->partial, F_OK) == 0;
    if (is_there && !resumes)
        return error_set(err, ERR_SYSTEM,
                         "%s is there, of an export that did not end: --resume goes on with it; or remove it",
                         target->partial);
    if (is_there)
        code = read_state(target, what, err);
    if (code != CXD_OK)
        return code;
    target->fd = open(target->partial, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (is_there ? 0 : O_CREAT | O_EXCL), 0600);
    if (target->fd < 0)
        return fail(err, target->partial, "cannot be opened");
    target->is_marked = is_there;
    if (flock(target->fd, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERR_SYSTEM, "%s is written by another export", target->partial);
    return is_there ? go_on(target, err) : CXD_OK;
}

enum cxd_err target_open(struct target *target, const char *path, bool resumes, const char *what, struct error *err) {
    *target = (struct target){.path = path, .fd = -1};
    if (!path) {
        target->fd = STDOUT_FILENO;
        target->is_terminal = isatty(STDOUT_FILENO) == 1;
        return CXD_OK;
    }
    if (gzip_is_name(path) && !(target->gzip = gzip_writer_open()))
        return no_memory(err);
    if (!is_special(path))
        return open_partial(target, resumes, what, err);
    target->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return target->fd < 0 ? fail(err, path, "cannot be opened") : CXD_OK;
}

static enum cxd_err flush(struct target *target, struct error *err) {
    struct buffer *out = &target->out;
    const char *name = target->path ? target->path : "standard output";

    if (out->failed)
        return no_memory(err);
    if (target->is_terminal) {
        if (output_write(out) != EXIT_OK || fflush(stdout) != 0)
            return fail(err, name, "cannot be written");
        out->length = 0;
    }
    for (size_t at = 0; at < out->length;) {
        ssize_t count = write(target->fd, out->data + at, out->length - at);

        if (count < 0 && errno != EINTR)
            return fail(err, target->partial ? target->partial : name, "cannot be written");
        at += count > 0 ? (size_t)count : 0;
    }
    target->bytes += (int64_t)out->length;
    out->length = 0;
    return CXD_OK;
}

enum cxd_err target_write(struct target *target, const char *bytes, size_t length, struct error *err) {
    target->fresh += (int64_t)length;
    if (target->gzip)
        gzip_write(target->gzip, &target->out, bytes, length);
    else
        buffer_append(&target->out, bytes, length);
    return target->out.failed || target->out.length >= PIECE_BYTES ? flush(target, err) : CXD_OK;
}

bool target_wants_mark(const struct target *target) {
    return target->partial && target->fresh >= MARK_BYTES;
}

static bool write_whole(const char *name, const struct buffer *bytes) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write(fd, bytes->data, bytes->length) == (ssize_t)bytes->length;

    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good;
}

/* The state takes its name in one step, and what it speaks of was handed to the system before: however this process
 * ends, the partial file is at least as long as the state says. */
enum cxd_err target_mark(struct target *target, struct buffer *state, struct error *err) {
    char *fresh = NULL;
    enum cxd_err code;

    if (!target->partial)
        return CXD_OK;
    if (target->gzip)
        gzip_end_member(target->gzip, &target->out);
    code = flush(target, err);
    if (code != CXD_OK)
        return code;
    write_int(state, "bytes", target->bytes);
    buffer_append_text(state, "}\n");
    if (state->failed || asprintf(&fresh, "%s.new", target->state) < 0)
        return no_memory(err);
    if (!write_whole(fresh, state) || rename(fresh, target->state) != 0)
        code = fail(err, fresh, "cannot be written");
    free(fresh);
    target->is_marked = true;
    target->fresh = 0;
    return code;
}

enum cxd_err target_finish(struct target *target, struct error *err) {
    enum cxd_err code;

    if (target->gzip)
        gzip_end_member(target->gzip, &target->out);
    code = flush(target, err);
    if (code != CXD_OK || !target->partial)
        return code;
    if (fsync(target->fd) != 0)
        return fail(err, target->partial, "cannot be written");
    if (rename(target->partial, target->path) != 0)
        return fail(err, target->path, "cannot be replaced");
    (void)unlink(target->state);
    free(target->partial);
    target->partial = NULL;
    return CXD_OK;
}

void target_give_up(struct target *target) {
    if (target->partial)
        (void)unlink(target->state);
    target->is_marked = false;
}

void target_close(struct target *target) {
    if (target->partial && target->fd >= 0 && !target->is_marked)
        (void)unlink(target->partial);
    if (target->path && target->fd >= 0)
        close(target->fd);
    gzip_writer_close(target->gzip);
    json_free(target->was);
    buffer_free(&target->out);
    free(target->partial);
    free(target->state);
    *target = (struct target){.fd = -1};
}
