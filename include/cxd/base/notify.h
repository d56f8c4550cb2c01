#ifndef CXD_BASE_NOTIFY_H
#define CXD_BASE_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* The service manager's side channel, as sd_notify(3) documents it for those who do without libsystemd: one datagram a
 * message to the socket that NOTIFY_SOCKET names, each of lines NAME=VALUE. Without such a socket nothing is sent and
 * nothing fails. */

struct notify {
    int fd; /* −1: nobody listens */
    struct sockaddr_un address;
    socklen_t address_length;
    int64_t watchdog_us; /* within which WATCHDOG=1 is awaited, again and again; 0: it is not */
};

/* Reads NOTIFY_SOCKET (a path, or an abstract name with '@' in front), WATCHDOG_USEC and WATCHDOG_PID, and takes them
 * out of the environment, so that no child speaks for this process. Before any thread. ERR_CONFIG: what they hold
 * cannot be used; *ret_notify is then one that sends nothing. The caller closes it in any case. */
CXD_NODISCARD enum cxd_err notify_open(struct notify *ret_notify, struct error *err);
void notify_close(struct notify *notify);

/* Sends `state` ("READY=1", several lines, or "") and, unless `format` is NULL, a line STATUS= (control characters
 * become '?', cut to fit). False if it was not sent: nobody listens, or takes nothing for a second. Any thread. */
bool notify_send(const struct notify *notify, const char *state, const char *format, ...) CXD_PRINTF(3, 4);

#endif
