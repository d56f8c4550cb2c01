/* Socket activation. cmd/ takes the sockets over at start, before anything else opens files, and hands them to their
 * servers. */

#include "cxd/base/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

void socket_format(int fd, char *text, size_t size) {
    struct sockaddr_storage bound = {0};
    const struct sockaddr_un *local = (const void *)&bound;
    socklen_t length = sizeof bound;
    char host[64], port[8];
    snprintf(text, size, "?");
    if (getsockname(fd, (struct sockaddr *)&bound, &length) != 0)
        return;
    if (bound.ss_family == AF_UNIX)
        snprintf(text, size, "unix:%s%s", local->sun_path[0] ? "" : "@",
                 local->sun_path + (local->sun_path[0] == '\0'));
    else if (getnameinfo((struct sockaddr *)&bound, length, host, sizeof host, port, sizeof port,
                         NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        snprintf(text, size, bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int get_option(int fd, int option) {
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

static bool is_listener(int fd) {
    int domain = get_option(fd, SO_DOMAIN);
    return get_option(fd, SO_TYPE) == SOCK_STREAM && get_option(fd, SO_ACCEPTCONN) == 1 &&
           (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX);
}

static bool keep_to_ourselves(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* The name of the socket at `index` among those with ':' between; "" where there is none. */
static void read_name(const char *names, size_t index, char out[INHERITED_NAME_SIZE]) {
    for (; names && index > 0; index--) {
        names = strchr(names, ':');
        names += !!names;
    }
    snprintf(out, INHERITED_NAME_SIZE, "%.*s", names ? (int)strcspn(names, ":") : 0, names ? names : "");
}

/* A whole number of at most `most`, or −1. */
static long read_count(const char *text, long most) {
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    long count = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && count <= most ? count : -1;
}

static enum cxd_err take_over(struct inherited *inherited, const char *fds, const char *names, struct error *err) {
    long count = read_count(fds, INHERITED_MAX);
    if (count < 0)
        return error_set(err, ERR_CONFIG, "LISTEN_FDS: \"%.40s\" is not a number from 0 to %d", fds, INHERITED_MAX);
    for (long i = 0; i < count; i++) {
        struct inherited_socket *socket = &inherited->sockets[inherited->count++];
        socket->fd = FIRST_FD + (int)i;
        read_name(names, (size_t)i, socket->name);
        if (!is_listener(socket->fd) || !keep_to_ourselves(socket->fd))
            return error_set(err, ERR_CONFIG, "LISTEN_FDS: descriptor %d (\"%s\") is not a listening stream socket",
                             socket->fd, socket->name);
        socket_format(socket->fd, socket->address, sizeof socket->address);
    }
    return CXD_OK;
}

enum cxd_err inherited_open(struct inherited *ret_inherited, struct error *err) {
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    enum cxd_err code = CXD_OK;
    *ret_inherited = (struct inherited){.count = 0};
    if (pid && fds && read_count(pid, INT32_MAX) == (long)getpid())
        code = take_over(ret_inherited, fds, getenv("LISTEN_FDNAMES"), err);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (code)
        inherited_close(ret_inherited);
    return code;
}

int inherited_take(struct inherited *inherited, const char *name) {
    for (size_t i = 0; inherited && i < inherited->count; i++) {
        struct inherited_socket *socket = &inherited->sockets[i];
        if (socket->fd < 0 || (name && strcmp(socket->name, name) != 0))
            continue;
        int fd = socket->fd;
        socket->fd = -1;
        return fd;
    }
    return -1;
}

enum cxd_err inherited_check(const struct inherited *inherited, struct error *err) {
    for (size_t i = 0; i < inherited->count; i++)
        if (inherited->sockets[i].fd >= 0)
            return error_set(err, ERR_CONFIG, "LISTEN_FDS: there is no use for descriptor %d (\"%s\", listening on %s)",
                             inherited->sockets[i].fd, inherited->sockets[i].name, inherited->sockets[i].address);
    return CXD_OK;
}

void inherited_close(struct inherited *inherited) {
    for (size_t i = 0; i < inherited->count; i++)
        if (inherited->sockets[i].fd >= 0)
            close(inherited->sockets[i].fd);
    inherited->count = 0;
}
