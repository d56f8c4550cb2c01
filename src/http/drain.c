/* The end of a server, seen from its connections: who is still getting on with a request or its reply has the whole
 * grace, and who is not must not hold the others up. What has arrived as a whole is answered, whoever sent it. */

#include "http/drain.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "http/connection.h"
#include "http/progress.h"

enum {
    FRESH_MS = 1000, /* so long a stop waits for the first request of a new connection */
    LEFT_MS = 1000,  /* for MHD to take what has arrived */
    STALL_MS = 3000, /* and for the next piece of a request, or of a reply to be read: */
    PIECE_BYTES = 1024
};

/* What the socket still holds: more than 0: bytes; 0: nothing, nor will there be any; less: nothing yet. */
static int unread(const struct connection *connection) {
    char byte;
    ssize_t got = recv(connection->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && errno != EAGAIN && errno != EINTR)
        return 0; /* reset */
    if (got > 0 || !connection->door->is_tls)
        return (int)got;
    /* What has been deciphered and not been asked for yet. */
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info && gnutls_record_check_pending(info->tls_session) > 0 ? 1 : (int)got;
}

/* Who has just connected is about to ask; and unlike one whose connection was idle, cannot know that it has to try
 * again. */
static bool is_fresh(const struct loop *loop, const struct connection *connection) {
    return !connection->used && loop->now_ms - connection->opened_ms < FRESH_MS;
}

/* Whether MHD leaves unread what has arrived: it has no room for it, and never will. */
static bool is_left(const struct loop *loop, struct connection *connection) {
    int bytes = 0;
    (void)ioctl(connection->fd, FIONREAD, &bytes);
    if (connection->left_since_ms == 0 || bytes != connection->left_bytes) {
        connection->left_bytes = bytes;
        connection->left_since_ms = loop->now_ms;
    }
    return loop->now_ms - connection->left_since_ms >= LEFT_MS;
}

/* Whether the client has kept us waiting for a piece for too long. The time runs from the beginning of the stop, and
 * anew with each piece and each step of the request. */
static bool is_stalled(const struct loop *loop, struct connection *connection) {
    uint64_t moved = progress_moved_bytes(connection);
    enum request_stage stage = connection->request.stage;
    if (connection->stalled_since_ms == 0 || connection->stalled_stage != stage ||
        moved - connection->moved_bytes >= PIECE_BYTES) {
        connection->stalled_since_ms = loop->now_ms;
        connection->stalled_stage = stage;
        connection->moved_bytes = moved;
    }
    return loop->now_ms - connection->stalled_since_ms >= STALL_MS;
}

/* Keep-alive connections on which nothing is under way, not even unread; those whose client left in the middle of a
 * request, which MHD does not notice where the end came together with the last bytes; and those on which nothing moves
 * any more. */
static bool is_over(const struct loop *loop, struct connection *connection) {
    enum request_stage stage = connection->request.stage;
    if (stage == STAGE_RUNNING)
        return false;
    if (stage == STAGE_SENDING)
        return is_stalled(loop, connection);
    int bytes = unread(connection);
    if (bytes <= 0)
        connection->left_since_ms = 0; /* it was taken: what comes next may be as long */
    if (bytes > 0)
        return is_left(loop, connection) || is_stalled(loop, connection);
    if (bytes < 0 && (stage != STAGE_IDLE || is_fresh(loop, connection)))
        return is_stalled(loop, connection);
    return true;
}

void drain_cut(struct loop *loop) {
    struct deadline *next;
    for (struct deadline *deadline = loop->deadlines.first; deadline; deadline = next) {
        next = deadline->after;
        struct connection *connection = connection_of(deadline);
        if (!is_over(loop, connection))
            continue;
        deadline_disarm(&loop->deadlines, deadline);
        connection_cut(connection);
    }
}
