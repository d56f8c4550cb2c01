/* What server.c listens on: an address and a port; sockets that others have made; and the Unix socket, made at start
 * with the rights that the operator wants, and never taken from a process that listens on it. */

#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cxd/base/inherited.h"
#include "cxd/base/log.h"

enum {
    BACKLOG = 4096,
    RESERVED_FILES = 64,          /* for the store, logs, and what else the process opens */
    CONNECTIONS_MAX = 1024 * 1024 /* where the system sets no limit */
};

static int listen_on(const struct addrinfo *info) {
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int listen_ip(const char *host, uint16_t port, char *address, size_t address_size, struct error *err) {
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(host, service, &hints, &found);
    if (failed) {
        error_set(err, ERR_SYSTEM, "Cannot resolve %s: %s", host, gai_strerror(failed));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *info = found; info && fd < 0; info = info->ai_next)
        fd = listen_on(info);
    if (fd < 0)
        error_set(err, ERR_SYSTEM, "Cannot listen on %s port %s: %s", host, service, strerror(errno));
    else
        socket_format(fd, address, address_size);
    freeaddrinfo(found);
    return fd;
}

unsigned listen_connection_limit(unsigned wanted) {
    struct rlimit files;
    unsigned possible = CONNECTIONS_MAX;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) == 0 || getrlimit(RLIMIT_NOFILE, &files) == 0) {
            if (files.rlim_cur < CONNECTIONS_MAX)
                possible = (unsigned)files.rlim_cur;
        }
    }
    possible = possible > 2 * RESERVED_FILES ? possible - RESERVED_FILES : possible / 2;
    if (wanted > possible)
        log_record(LOG_LEVEL_WARNING, "connections_limited", "wanted=%u possible=%u", wanted, possible);
    return wanted == 0 || wanted > possible ? possible : wanted;
}

enum cxd_err listen_adopt(struct http_server *server, struct error *err) {
    server->shares_listeners = server->options.socket_count > 0;
    for (size_t i = 0; i < server->options.socket_count; i++) {
        int fd = server->options.sockets[i], domain = -1;
        socklen_t length = sizeof domain;
        (void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
        int *place = domain == AF_UNIX ? &server->unix_fd : &server->listen_fd;
        if (*place >= 0) {
            for (; i < server->options.socket_count; i++)
                close(server->options.sockets[i]);
            return error_set(err, ERR_CONFIG, "Of the sockets that were handed down two are of one kind: %s",
                             domain == AF_UNIX ? "Unix" : "IP");
        }
        *place = fd;
    }
    socket_format(server->listen_fd >= 0 ? server->listen_fd : server->unix_fd, server->address,
                  sizeof server->address);
    return CXD_OK;
}

/* True if a process answers at the address. */
static bool is_taken(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true; /* not known: leave it alone */
    int failed = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : errno;
    close(fd);
    return failed != ECONNREFUSED;
}

static bool remove_stale(const struct sockaddr_un *address) {
    struct stat status;
    return lstat(address->sun_path, &status) == 0 && S_ISSOCK(status.st_mode) && !is_taken(address) &&
           unlink(address->sun_path) == 0;
}

/* The socket's mode holds from the first moment on: bind makes the file by the umask, so the narrowest is set first. No
 * other thread runs yet that could make a file meanwhile. */
static int bind_with_mode(int fd, const struct sockaddr_un *address, unsigned mode) {
    mode_t umask_before = umask(0777);
    int result = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int saved = errno;
    umask(umask_before);
    if (result == 0 && (listen(fd, BACKLOG) != 0 || chmod(address->sun_path, mode) != 0)) {
        saved = errno;
        unlink(address->sun_path);
        result = -1;
    }
    errno = saved;
    return result;
}

int listen_unix(const char *path, unsigned mode, struct error *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        error_set(err, ERR_SYSTEM, "Cannot listen on %s: the path of a socket has at most %zu bytes", path,
                  sizeof address.sun_path - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        if (bind_with_mode(fd, &address, mode) == 0)
            return fd;
        if (errno == EADDRINUSE && remove_stale(&address) && bind_with_mode(fd, &address, mode) == 0)
            return fd;
    }
    int saved = errno;
    if (fd >= 0)
        close(fd);
    error_set(err, ERR_SYSTEM, "Cannot listen on %s: %s", path,
              saved == EADDRINUSE ? "it is in use, or no socket" : strerror(saved));
    return -1;
}
