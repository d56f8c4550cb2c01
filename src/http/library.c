/* What libmicrohttpd does without being asked. It answers by itself what it cannot read (no HTTP, a length that is no
 * number, a header block beyond its memory): such replies are counted and recorded as ours are. And it can be left with
 * a connection that it neither reads nor answers nor gives up. */

#include "http/library.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "http/record.h"

/* How it says so in its log, in which nothing else is of interest: there is no other word of it, from 0.9 to 1.0. */
static const char ANSWERS[] = "Error processing request (HTTP response code is %u";

static void count_answer(struct loop *loop, int status) {
    traffic_answered(&loop->traffic, NULL, "other", status, 0);
    record_library_reply(status);
}

void library_hear(void *cls, const char *format, va_list arguments) {
    if (strncmp(format, ANSWERS, sizeof ANSWERS - 1) != 0)
        return;
    struct door *door = cls;
    int status = (int)va_arg(arguments, unsigned);
    struct loop *loop = door->loop;
    loop->progress = true;
    tally_add(&loop->traffic.begun, 1);
    count_answer(loop, status);
}

bool library_has_replied(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
}

/* The shutdown ends whatever reads or writes, or has its socket in the epoll set, which is nearly all and at once. The
 * rest (a read buffer that is full, a state that nothing comes out of) has no event to come; but MHD looks at a
 * connection with a time-out of its own at every turn, and closes it where that has passed, before it asks what state
 * it is in. A second is the least that can be asked for. */
void library_end(struct MHD_Connection *mhd, int fd) {
    enum { LEAST_S = 1 };
    shutdown(fd, SHUT_RDWR);
    MHD_set_connection_option(mhd, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)LEAST_S);
}

/* As MHD says it of what is a little longer. */
#define TOO_LONG(status, reason)                                                                                       \
    "HTTP/1.1 " status " " reason "\r\nConnection: close\r\nContent-Length: 52\r\n\r\n"                                \
    "<html><body>The request is too long.</body></html>\r\n"
static const char LONG_TARGET[] = TOO_LONG("414", "URI Too Long");
static const char LONG_HEAD[] = TOO_LONG("431", "Request Header Fields Too Large");

size_t library_memory(size_t header_bytes) {
    return header_bytes + LIBRARY_RECORD_BYTES + LIBRARY_REPLY_BYTES;
}

bool library_has_room(struct MHD_Connection *mhd, const struct guard_facts *facts, size_t header_bytes) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t block = info ? info->header_size : 0;
    return block <= header_bytes && block + facts->record_bytes <= header_bytes + LIBRARY_RECORD_BYTES;
}

void library_refuse(struct connection *connection, bool is_target) {
    enum { STATUS_LONG_TARGET = 414, STATUS_LONG_HEAD = 431 };
    const char *text = is_target ? LONG_TARGET : LONG_HEAD;
    size_t length = strlen(text);
    const union MHD_ConnectionInfo *info =
        connection->door->is_tls ? MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;
    /* All earlier replies are with the kernel. Where it has no room for this one the client reads none. */
    if (info)
        (void)!gnutls_record_send(info->tls_session, text, length);
    else
        (void)!send(connection->fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    count_answer(connection->loop, is_target ? STATUS_LONG_TARGET : STATUS_LONG_HEAD);
}

/* 0.9 takes what is behind a NUL in the target for the rest of it. */
static char *find_query(const struct http_server *server, char *text) {
    enum { VERSION = 8 };
    for (;;) {
        char *end = text + strcspn(text, "?");
        if (*end == '?')
            return end;
        bool is_last = strncmp(end + 1, "HTTP/", 5) == 0 && end[1 + VERSION] == '\0';
        if (!server->check_layout || is_last)
            return NULL;
        text = end + 1;
    }
}

/* MHD is about to take the parameters apart, each into a record in the connection's memory; where that is used up, 0.9
 * answers and goes on as if it had not. Nobody asks it for them: a request has its own copy of the target. */
void library_hide_query(const struct http_server *server, const char *uri) {
    char *query = find_query(server, (char *)(uintptr_t)uri);
    if (query)
        query[1] = '\0';
}
