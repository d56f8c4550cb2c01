/* The floor of `make bench`: the least that a program on libmicrohttpd can do for the same request. It reads a POST's
 * body, throws it away, and answers 201 with a small constant JSON body; a GET is answered 200 with that.
 * Nothing is parsed, checked or stored.
 *
 * It drives libmicrohttpd from its own loop (poll of the daemon's epoll descriptor, then MHD_run), which is the fastest
 * way that 0.9.75 offers: with an internal thread, MHD_epoll sleeps its full time-out on ready work as soon as 128
 * connections are ready at once. The reply is made once and shared, connection buffers are small.
 *
 *     floor [THREADS]    one loop and one listening socket (SO_REUSEPORT) a thread; default 1 */

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECTION_BYTES = 4096, BODY_BYTES = 1024, CONNECTIONS = 4096, THREADS_MAX = 8 };

static const char REPLY[] = "{\"id\":\"0193f3b0-5a00-7000-8000-000000000000\",\"survey\":\"bench\",\"score\":9}";

struct post {
    size_t length;
    char body[BODY_BYTES];
};

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_length, void **request) {
    struct post *post = *request;

    (void)url;
    (void)version;
    bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
    if (!post) { /* what is answered at the first call is not kept alive */
        if (!is_get && strcmp(method, MHD_HTTP_METHOD_POST) != 0)
            return MHD_NO;
        post = malloc(sizeof *post);
        if (!post)
            return MHD_NO;
        post->length = 0;
        *request = post;
        return MHD_YES;
    }
    if (*upload_length > 0) {
        if (*upload_length > sizeof post->body - post->length)
            return MHD_NO;
        memcpy(post->body + post->length, upload, *upload_length);
        post->length += *upload_length;
        *upload_length = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, is_get ? MHD_HTTP_OK : MHD_HTTP_CREATED, context);
}

static void completed(void *context, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode why) {
    (void)context;
    (void)connection;
    (void)why;
    free(*request);
    *request = NULL;
}

/* A listening socket on 127.0.0.1 that others may share; *port 0 is replaced by the kernel's choice. −1 on failure. */
static int listen_on(uint16_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t length = sizeof address;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return -1;
    *port = ntohs(address.sin_port);
    return fd;
}

/* Runs until the process is killed. */
static void *serve(void *argument) {
    struct MHD_Daemon *daemon = argument;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd ready = {.fd = info ? info->epoll_fd : -1, .events = POLLIN};

    if (ready.fd < 0)
        return NULL;
    for (;;) {
        MHD_UNSIGNED_LONG_LONG timeout_ms;
        int wait_ms = -1;

        if (MHD_get_timeout(daemon, &timeout_ms) == MHD_YES)
            wait_ms = timeout_ms > 1000 ? 1000 : (int)timeout_ms;
        if (wait_ms != 0 && poll(&ready, 1, wait_ms) < 0 && errno != EINTR)
            return NULL;
        if (MHD_run(daemon) != MHD_YES)
            return NULL;
    }
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    struct MHD_Daemon *daemons[THREADS_MAX];
    struct MHD_Response *reply;
    uint16_t port = 0;

    if (threads < 1 || threads > THREADS_MAX) {
        fprintf(stderr, "usage: floor [THREADS]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    reply = MHD_create_response_from_buffer(sizeof(REPLY) - 1, (void *)(uintptr_t)REPLY, MHD_RESPMEM_PERSISTENT);
    if (!reply || MHD_add_response_header(reply, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json") != MHD_YES)
        return 1;
    for (int i = 0; i < threads; i++) {
        int fd = listen_on(&port);

        if (fd < 0) {
            perror("floor");
            return 1;
        }
        daemons[i] =
            MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, reply, MHD_OPTION_LISTEN_SOCKET, fd,
                             MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT,
                             (unsigned)CONNECTIONS, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
        if (!daemons[i]) {
            fprintf(stderr, "floor: libmicrohttpd does not start\n");
            return 1;
        }
    }
    printf("floor listening on http://127.0.0.1:%u\n", (unsigned)port);
    fflush(stdout);
    for (int i = 1; i < threads; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, serve, daemons[i]) != 0)
            return 1;
    }
    serve(daemons[0]);
    fprintf(stderr, "floor: the loop ended\n");
    return 1;
}
