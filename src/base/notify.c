/* To the service manager: cmd/ tells it here that the daemon is ready, reloads, lives and stops. */

#include "cxd/base/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "cxd/base/utf8.h"

enum { MESSAGE_SIZE = 1024 };

/* All digits, above 0; else 0. */
static int64_t read_number(const char *text) {
    char *end = NULL;
    if (!text || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? number : 0;
}

static int64_t read_watchdog(void) {
    const char *pid = getenv("WATCHDOG_PID");
    bool is_ours = !pid || read_number(pid) == (int64_t)getpid();
    return is_ours ? read_number(getenv("WATCHDOG_USEC")) : 0;
}

static enum cxd_err read_address(struct notify *notify, const char *name, struct error *err) {
    size_t length = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || name[1] == '\0')
        return error_set(err, ERR_CONFIG, "NOTIFY_SOCKET: \"%.100s\" is no path and no abstract name", name);
    if (length >= sizeof notify->address.sun_path)
        return error_set(err, ERR_CONFIG, "NOTIFY_SOCKET: \"%.100s\" is too long", name);
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, name, length + 1);
    notify->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (name[0] == '@')
        notify->address.sun_path[0] = '\0'; /* and there is no NUL behind an abstract name */
    else
        notify->address_length++;
    return CXD_OK;
}

static enum cxd_err open_socket(struct notify *notify, struct error *err) {
    static const struct timeval patience = {.tv_sec = 1};
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify->fd < 0)
        return error_set(err, ERR_CONFIG, "NOTIFY_SOCKET: no socket: %s", strerror(errno));
    (void)setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return CXD_OK;
}

enum cxd_err notify_open(struct notify *ret_notify, struct error *err) {
    *ret_notify = (struct notify){.fd = -1};
    const char *name = getenv("NOTIFY_SOCKET");
    enum cxd_err code = CXD_OK;
    if (name && *name) {
        code = read_address(ret_notify, name, err);
        if (code == CXD_OK)
            code = open_socket(ret_notify, err);
        if (code == CXD_OK)
            ret_notify->watchdog_us = read_watchdog();
    }
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return code;
}

void notify_close(struct notify *notify) {
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}

bool notify_send(const struct notify *notify, const char *state, const char *format, ...) {
    char message[MESSAGE_SIZE];
    if (notify->fd < 0)
        return false;
    int length =
        snprintf(message, sizeof message, "%s%s%s", state, format && *state ? "\n" : "", format ? "STATUS=" : "");
    if (length < 0 || (size_t)length >= sizeof message)
        return false;
    if (format) {
        char *status = message + length;
        va_list args;
        va_start(args, format);
        vsnprintf(status, sizeof message - (size_t)length, format, args);
        va_end(args);
        utf8_make_plain(status);
    }
    ssize_t sent;
    do
        sent = sendto(notify->fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&notify->address,
                      notify->address_length);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}
