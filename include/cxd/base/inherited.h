#ifndef CXD_BASE_INHERITED_H
#define CXD_BASE_INHERITED_H

#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Sockets that the service manager has bound and hands down, as sd_listen_fds(3) documents it: LISTEN_FDS of them from
 * descriptor 3 on, for the process LISTEN_PID, with names in LISTEN_FDNAMES (FileDescriptorName= of the .socket unit).
 * Clients that connect while no daemon runs wait in them. */

enum { INHERITED_MAX = 8, INHERITED_NAME_SIZE = 64, INHERITED_ADDRESS_SIZE = 128 };

struct inherited {
    struct inherited_socket {
        int fd; /* −1: taken */
        char name[INHERITED_NAME_SIZE];
        char address[INHERITED_ADDRESS_SIZE]; /* "127.0.0.1:80", "[::1]:80", "unix:/run/x" */
    } sockets[INHERITED_MAX];
    size_t count;
};

/* Takes the variables out of the environment and the sockets over: none may be inherited further, and accept does not
 * block. Before any thread. ERR_CONFIG for a descriptor that is no listening stream socket of IP or Unix, or for
 * variables that say nothing. Nothing is handed down (or it is for another process): count 0. */
CXD_NODISCARD enum cxd_err inherited_open(struct inherited *ret_inherited, struct error *err);
/* The first socket of that name (NULL: of any), which is the caller's from now on; −1 if there is none (left), and for
 * NULL. */
int inherited_take(struct inherited *inherited, const char *name);
/* ERR_CONFIG if a socket is left that nobody has taken: what was handed down and is not served would leave clients
 * waiting. */
CXD_NODISCARD enum cxd_err inherited_check(const struct inherited *inherited, struct error *err);
/* Closes what is left. */
void inherited_close(struct inherited *inherited);

/* A socket's own address in that form; "?" if it has none. */
void socket_format(int fd, char *text, size_t size);

#endif
