/* A reload whose outcome is waited for: the SIGHUP brings a number, and that names the socket where the answer is
 * awaited. It needs no network, no key and no room on a disk, so that it works from within the sandbox of the unit. */

#include "cmd/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd/output.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"

enum {
    ANSWER_SIZE = 1024,
    LOOK_MS = 100,        /* whether the daemon still lives */
    ASK_AGAIN_MS = 10000, /* another's signal that waits already has swallowed ours */
    LIMIT_MS = 60000      /* below the time that systemd has for a reload */
};

static const char DONE = '+', REFUSED = '-'; /* an answer's first character */

/* Of the name space of the network, which the processes of one unit share. */
static socklen_t address_of(uint64_t number, struct sockaddr_un *ret_address) {
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length =
        snprintf(ret_address->sun_path + 1, sizeof ret_address->sun_path - 1, "cxd-reload-%016" PRIx64, number);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* The socket where the answer to `ret_number` comes, with who sent it; −1. */
static int await_at(uint64_t *ret_number) {
    struct sockaddr_un address;
    uint64_t number = 0;
    int on = 1;
    if (getrandom(&number, sizeof number, 0) != sizeof number || number == 0)
        return -1;
    socklen_t length = address_of(number, &address);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
                    bind(fd, (const struct sockaddr *)&address, length) != 0)) {
        close(fd);
        return -1;
    }
    *ret_number = number;
    return fd;
}

/* False where nothing is there of this process. */
static bool receive(int fd, pid_t pid, char ret_answer[ANSWER_SIZE]) {
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec bytes = {ret_answer, ANSWER_SIZE - 1};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
    struct ucred sender = {0};
    ssize_t length = recvmsg(fd, &message, 0);
    const struct cmsghdr *head = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!head || head->cmsg_type != SCM_CREDENTIALS)
        return false;
    memcpy(&sender, CMSG_DATA(head), sizeof sender);
    ret_answer[length] = '\0';
    return sender.pid == pid;
}

static bool signal_daemon(pid_t pid, uint64_t number) {
    const union sigval value = {.sival_ptr = (void *)(uintptr_t)number};
    if (sigqueue(pid, SIGHUP, value) == 0)
        return true;
    complain("no reload of process %ld: %s", (long)pid, strerror(errno));
    return false;
}

/* False after a complaint. */
static bool exchange(int fd, pid_t pid, uint64_t number, char ret_answer[ANSWER_SIZE]) {
    int64_t begun_ms = clock_monotonic_ms(), ask_at_ms = begun_ms;
    for (int64_t now_ms = begun_ms; now_ms - begun_ms < LIMIT_MS; now_ms = clock_monotonic_ms()) {
        struct pollfd answer = {.fd = fd, .events = POLLIN};
        if (now_ms >= ask_at_ms && !signal_daemon(pid, number))
            return false;
        ask_at_ms = now_ms >= ask_at_ms ? now_ms + ASK_AGAIN_MS : ask_at_ms;
        if (poll(&answer, 1, LOOK_MS) > 0 && receive(fd, pid, ret_answer))
            return true;
        if (kill(pid, 0) != 0 && errno == ESRCH) {
            complain("process %ld ended before it answered", (long)pid);
            return false;
        }
    }
    complain("process %ld was told to reload, and does not say whether it did (an older cxd never does): "
             "'cxd status' counts its reloads",
             (long)pid);
    return false;
}

bool reload_parse(const char *text, pid_t *ret_pid) {
    char *end = NULL;
    errno = 0;
    long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : 0;
    *ret_pid = (pid_t)number;
    return number > 1 && errno == 0 && *end == '\0' && *ret_pid == number;
}

int reload_ask(pid_t pid) {
    char answer[ANSWER_SIZE];
    uint64_t number = 0;
    int fd = await_at(&number);
    if (fd < 0) {
        complain("no socket for the answer: %s", strerror(errno));
        return EXIT_REFUSED;
    }
    bool is_answered = exchange(fd, pid, number, answer);
    close(fd);
    if (!is_answered)
        return EXIT_REFUSED;
    if (answer[0] == DONE)
        output_line(stdout, "%s", answer + 1);
    else
        complain("%s", answer + 1);
    return answer[0] == DONE ? EXIT_OK : EXIT_REFUSED;
}

void reload_answer(const siginfo_t *asked, bool is_done, const char *text) {
    struct sockaddr_un address;
    char answer[ANSWER_SIZE];
    uint64_t number = asked->si_code == SI_QUEUE ? (uint64_t)(uintptr_t)asked->si_value.sival_ptr : 0;
    int fd = number != 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
    if (fd < 0)
        return;
    socklen_t length = address_of(number, &address);
    snprintf(answer, sizeof answer, "%c%s", is_done ? DONE : REFUSED, text);
    (void)sendto(fd, answer, strlen(answer), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    close(fd);
}
