/* What a workbook has in one part and needs in another. Most of it is small and stays in memory; of a large one what
 * comes often has come early, and the rest is asked for in the order that it lies in. */
#include "import/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/source.h"

enum { HEAD_FIRST = 16 * 1024, TAIL_BYTES = 64 * 1024, WINDOW_BYTES = 16 * 1024 };

void spool_init(struct spool *spool, size_t head_size) {
    *spool = (struct spool){.head_size = head_size, .fd = -1};
}

void spool_free(struct spool *spool) {
    if (spool->tail && spool->fd >= 0) /* one that is all zero has none */
        close(spool->fd);
    free(spool->head);
    free(spool->tail);
    free(spool->window);
    *spool = (struct spool){.fd = -1};
}

static size_t tail_length(const struct spool *spool) {
    return (size_t)(spool->length - spool->head_size - spool->filed);
}

/* Puts what fits into the head, and says how much that was. */
static enum cxd_err append_head(struct spool *spool, const char *bytes, size_t length, size_t *ret_taken,
                                struct error *err) {
    size_t used = (size_t)spool->length, room = spool->head_size - used;
    size_t taken = length < room ? length : room, wanted = spool->head_room;
    while (wanted < used + taken)
        wanted = wanted == 0 ? HEAD_FIRST : wanted * 2;
    if (wanted > spool->head_room) {
        char *grown = realloc(spool->head, wanted);
        if (!grown)
            return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
        spool->head = grown;
        spool->head_room = wanted;
    }
    memcpy(spool->head + used, bytes, taken);
    *ret_taken = taken;
    return CXD_OK;
}

static enum cxd_err begin_file(struct spool *spool, struct error *err) {
    spool->tail = malloc(TAIL_BYTES);
    spool->window = malloc(WINDOW_BYTES);
    if (!spool->tail || !spool->window)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    return source_open_nameless(&spool->fd, err);
}

enum cxd_err spool_append(struct spool *spool, const char *bytes, size_t length, struct error *err) {
    while (length > 0) {
        size_t taken = 0;
        if (spool->length < spool->head_size) {
            enum cxd_err code = append_head(spool, bytes, length, &taken, err);
            if (code != CXD_OK)
                return code;
        } else {
            enum cxd_err code = spool->fd < 0 ? begin_file(spool, err) : CXD_OK;
            if (code == CXD_OK && tail_length(spool) == TAIL_BYTES) {
                code = source_append(spool->fd, spool->tail, TAIL_BYTES, err);
                spool->filed += TAIL_BYTES;
            }
            if (code != CXD_OK)
                return code;
            size_t used = tail_length(spool);
            taken = length < TAIL_BYTES - used ? length : TAIL_BYTES - used;
            memcpy(spool->tail + used, bytes, taken);
        }
        spool->length += taken;
        bytes += taken;
        length -= taken;
    }
    return CXD_OK;
}

static enum cxd_err move_window(struct spool *spool, uint64_t at, struct error *err) {
    size_t wanted = spool->filed - at < WINDOW_BYTES ? (size_t)(spool->filed - at) : WINDOW_BYTES;
    ssize_t got;
    do
        got = pread(spool->fd, spool->window, wanted, (off_t)at);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return error_set(err, ERR_SYSTEM, "a temporary file cannot be read: %s", got < 0 ? strerror(errno) : "it ends");
    spool->window_at = at;
    spool->window_length = (size_t)got;
    return CXD_OK;
}

/* The bytes that lie one after the other from a place on. */
static enum cxd_err find(struct spool *spool, uint64_t at, const char **ret_bytes, size_t *ret_length,
                         struct error *err) {
    if (at < spool->head_size) {
        uint64_t end = spool->length < spool->head_size ? spool->length : spool->head_size;
        *ret_bytes = spool->head + at;
        *ret_length = (size_t)(end - at);
        return CXD_OK;
    }
    at -= spool->head_size;
    if (at >= spool->filed) {
        *ret_bytes = spool->tail + (at - spool->filed);
        *ret_length = tail_length(spool) - (size_t)(at - spool->filed);
        return CXD_OK;
    }
    if (at < spool->window_at || at >= spool->window_at + spool->window_length) {
        enum cxd_err code = move_window(spool, at, err);
        if (code != CXD_OK)
            return code;
    }
    *ret_bytes = spool->window + (at - spool->window_at);
    *ret_length = spool->window_length - (size_t)(at - spool->window_at);
    return CXD_OK;
}

enum cxd_err spool_read(struct spool *spool, uint64_t at, char *out, size_t length, struct error *err) {
    while (length > 0) {
        const char *bytes;
        size_t there;
        enum cxd_err code = find(spool, at, &bytes, &there, err);
        if (code != CXD_OK)
            return code;
        size_t taken = length < there ? length : there;
        memcpy(out, bytes, taken);
        out += taken;
        at += taken;
        length -= taken;
    }
    return CXD_OK;
}
