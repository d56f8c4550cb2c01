#ifndef CXD_TESTS_CONTRACT_PROXY_H
#define CXD_TESTS_CONTRACT_PROXY_H

/* What lies between a node and its database: a port of its own that passes on to the cluster's socket, message by
 * message, and that stalls, delays or cuts when it is told. One thread. */

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "nodes.h"

enum proxy_mode {
    PROXY_PASSES,
    PROXY_STALLS, /* nothing goes through, and nobody is told; nor is who comes then */
    PROXY_CUTS,   /* every connection, and who comes then */
    /* Of the next message that brings a COMMIT of a batch. Those who come behind are served, where it is not said. */
    PROXY_CUTS_BEFORE_COMMIT,
    PROXY_CUTS_BEHIND_COMMIT, /* when it is answered */
    PROXY_STAYS_CUT_BEHIND_COMMIT,
    PROXY_STALLS_BEFORE_COMMIT /* this connection alone */
};

enum { PROXY_CONNECTIONS = 16 };

struct proxy_side {
    int fd;
    char *bytes; /* of a client: not passed on yet */
    size_t length, capacity;
};

struct proxy_connection {
    struct proxy_side client, server;
    bool is_started; /* messages have a type */
    bool is_watched; /* its COMMIT has been passed on: it ends with the answer */
    bool is_stalled;
};

static struct proxy {
    int listener, wake[2];
    _Atomic enum proxy_mode mode;
    atomic_int delay_ms, passed;
    atomic_bool is_ending;
    pthread_t thread;
    struct proxy_connection connections[PROXY_CONNECTIONS];
    char url[128];
} proxy;

static inline void proxy_end_connection(struct proxy_connection *connection) {
    if (connection->client.fd > 0)
        close(connection->client.fd);
    if (connection->server.fd > 0)
        close(connection->server.fd);
    free(connection->client.bytes);
    *connection = (struct proxy_connection){0};
}

static inline bool proxy_write(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static inline uint32_t proxy_number(const char *bytes) {
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return ntohl(number);
}

/* Which question a message binds (a Bind has the portal, which is "", and the name of the statement), or −1. */
static inline int proxy_query_of(const char *message, size_t length) {
    int query = -1;
    if (message[0] == 'B' && length > 8 && message[5] == '\0')
        sscanf(message + 6, "q%d", &query);
    return query;
}

static inline bool proxy_is_commit(const char *message, size_t length) {
    return proxy_query_of(message, length) == QUERY_NOTE_BATCH; /* and what is sent with it */
}

/* False: the connection has ended. */
static inline bool proxy_pass_message(struct proxy_connection *connection, const char *message, size_t length) {
    enum proxy_mode mode = atomic_load(&proxy.mode);
    if (mode > PROXY_CUTS && connection->is_started && proxy_is_commit(message, length)) {
        atomic_store(&proxy.mode, mode == PROXY_STAYS_CUT_BEHIND_COMMIT ? PROXY_CUTS : PROXY_PASSES);
        if (mode == PROXY_CUTS_BEFORE_COMMIT)
            return false;
        connection->is_stalled = mode == PROXY_STALLS_BEFORE_COMMIT;
        connection->is_watched = !connection->is_stalled;
    }
    return connection->is_stalled || proxy_write(connection->server.fd, message, length);
}

/* What is whole of it. */
static inline bool proxy_pass_messages(struct proxy_connection *connection) {
    struct proxy_side *client = &connection->client;
    size_t at = 0;
    for (;;) {
        size_t type = connection->is_started ? 1 : 0;
        if (client->length - at < type + 4)
            break;
        size_t length = type + proxy_number(client->bytes + at + type);
        if (client->length - at < length)
            break;
        if (!proxy_pass_message(connection, client->bytes + at, length))
            return false;
        /* Asks for TLS and GSSAPI come before the start. */
        uint32_t code = connection->is_started ? 0 : proxy_number(client->bytes + at + 4);
        connection->is_started = connection->is_started || code >> 16 == 3;
        at += length;
    }
    memmove(client->bytes, client->bytes + at, client->length - at);
    client->length -= at;
    return true;
}

static inline bool proxy_read_client(struct proxy_connection *connection) {
    struct proxy_side *client = &connection->client;
    if (client->capacity - client->length < 65536) {
        client->capacity = client->capacity * 2 + 131072;
        client->bytes = realloc(client->bytes, client->capacity);
    }
    ssize_t got = recv(client->fd, client->bytes + client->length, client->capacity - client->length, 0);
    if (got <= 0)
        return false;
    client->length += (size_t)got;
    return proxy_pass_messages(connection);
}

static inline bool proxy_read_server(struct proxy_connection *connection) {
    static char bytes[65536];
    ssize_t got = recv(connection->server.fd, bytes, sizeof bytes, 0);
    if (got <= 0)
        return false;
    if (connection->is_watched) { /* ends with ReadyForQuery: 'Z', five bytes in all but the type */
        static const char READY[] = {'Z', 0, 0, 0, 5};
        return got < 6 || memcmp(bytes + got - 6, READY, sizeof READY) != 0;
    }
    poll(NULL, 0, atomic_load(&proxy.delay_ms));
    return proxy_write(connection->client.fd, bytes, (size_t)got);
}

static inline int proxy_dial(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.64s/.s.PGSQL.5432", cluster.directory);
    return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static inline void proxy_accept(void) {
    int fd = accept4(proxy.listener, NULL, NULL, SOCK_CLOEXEC), server = -1;
    for (size_t i = 0; fd >= 0 && atomic_load(&proxy.mode) != PROXY_CUTS && i < PROXY_CONNECTIONS; i++) {
        if (proxy.connections[i].client.fd != 0 || (server = proxy_dial()) < 0)
            continue;
        proxy.connections[i] = (struct proxy_connection){.client.fd = fd, .server.fd = server};
        return;
    }
    close(fd);
}

static inline void proxy_turn(struct pollfd *ends) {
    for (size_t i = 0; i < PROXY_CONNECTIONS; i++) {
        struct proxy_connection *connection = &proxy.connections[i];
        if (connection->client.fd == 0 || atomic_load(&proxy.mode) == PROXY_STALLS)
            continue;
        bool is_there = atomic_load(&proxy.mode) != PROXY_CUTS || connection->is_watched;
        if (is_there && ends[2 * i].revents != 0)
            is_there = proxy_read_client(connection);
        if (is_there && ends[2 * i + 1].revents != 0)
            is_there = proxy_read_server(connection);
        if (!is_there)
            proxy_end_connection(connection);
    }
}

static inline void *proxy_main(void *context) {
    struct pollfd ends[2 * PROXY_CONNECTIONS + 2];
    (void)context;
    while (!atomic_load(&proxy.is_ending)) {
        bool stalls = atomic_load(&proxy.mode) == PROXY_STALLS;
        char byte;
        for (size_t i = 0; i < PROXY_CONNECTIONS; i++) {
            const struct proxy_connection *connection = &proxy.connections[i];
            bool is_open = connection->client.fd > 0 && !stalls;
            ends[2 * i] = (struct pollfd){.fd = is_open ? connection->client.fd : -1, .events = POLLIN};
            /* Who stalls hears nothing of the server's end either. */
            ends[2 * i + 1] = (struct pollfd){.fd = is_open && !connection->is_stalled ? connection->server.fd : -1,
                                              .events = POLLIN};
        }
        struct pollfd *own = &ends[2 * PROXY_CONNECTIONS];
        own[0] = (struct pollfd){.fd = stalls ? -1 : proxy.listener, .events = POLLIN};
        own[1] = (struct pollfd){.fd = proxy.wake[0], .events = POLLIN};
        poll(ends, 2 * PROXY_CONNECTIONS + 2, -1);
        if (own[1].revents != 0 && read(proxy.wake[0], &byte, 1) == 1)
            atomic_fetch_add(&proxy.passed, 1);
        proxy_turn(ends);
        if (own[0].revents != 0)
            proxy_accept();
    }
    for (size_t i = 0; i < PROXY_CONNECTIONS; i++)
        proxy_end_connection(&proxy.connections[i]);
    return NULL;
}

/* When it returns it is so. */
static inline void proxy_turn_to(enum proxy_mode mode) {
    int before = atomic_load(&proxy.passed);
    atomic_store(&proxy.mode, mode);
    assert_int_equal(write(proxy.wake[1], "", 1), 1);
    while (atomic_load(&proxy.passed) == before)
        sched_yield();
}

/* To the database of the test; its own URL is proxy.url. */
static inline void proxy_start(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    proxy = (struct proxy){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(proxy.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(proxy.listener, 16), 0);
    assert_int_equal(getsockname(proxy.listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pipe2(proxy.wake, O_CLOEXEC), 0);
    const char *name = url + strlen(CLUSTER_URL "///");
    snprintf(proxy.url, sizeof proxy.url, CLUSTER_URL "//127.0.0.1:%d/%.*s?user=cxd", ntohs(address.sin_port),
             (int)strcspn(name, "?"), name);
    assert_int_equal(pthread_create(&proxy.thread, NULL, proxy_main, NULL), 0);
}

static inline void proxy_stop(void) {
    atomic_store(&proxy.is_ending, true);
    assert_int_equal(write(proxy.wake[1], "", 1), 1);
    pthread_join(proxy.thread, NULL);
    close(proxy.listener);
    close(proxy.wake[0]);
    close(proxy.wake[1]);
}

#endif
