/* Sockets that are handed down: what counts, and what is left of it in the environment. Descriptors from 3 on are made
 * so in a child. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cxd/base/inherited.h"

static int listener(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* Runs `check` in a child that has `count` listeners from 3 on; 0 if it holds. */
static int in_child(int count, int (*check)(void)) {
    int fds[INHERITED_MAX], status;
    for (int i = 0; i < count; i++)
        fds[i] = listener();
    pid_t child = fork();
    if (child == 0) {
        char text[16];
        for (int i = 0; i < count; i++)
            fds[i] = fcntl(fds[i], F_DUPFD, 100);
        for (int i = 0; i < count; i++)
            dup2(fds[i], 3 + i);
        snprintf(text, sizeof text, "%ld", (long)getpid());
        setenv("LISTEN_PID", text, 1);
        snprintf(text, sizeof text, "%d", count);
        setenv("LISTEN_FDS", text, 1);
        _exit(check());
    }
    for (int i = 0; i < count; i++)
        close(fds[i]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

#define HOLD(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return __LINE__ % 250 + 1;                                                                                 \
    } while (0)

static int check_names(void) {
    struct inherited inherited;
    struct error err;
    setenv("LISTEN_FDNAMES", "cxd.socket:metrics:", 1);
    HOLD(inherited_open(&inherited, &err) == CXD_OK);
    HOLD(!getenv("LISTEN_PID") && !getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES"));
    HOLD(inherited.count == 3 && strncmp(inherited.sockets[0].address, "127.0.0.1:", 10) == 0);
    for (int fd = 3; fd < 6; fd++)
        HOLD(fcntl(fd, F_GETFL) & O_NONBLOCK && fcntl(fd, F_GETFD) & FD_CLOEXEC);
    HOLD(inherited_check(&inherited, &err) == ERR_CONFIG && strstr(err.detail, "descriptor 3"));
    HOLD(inherited_take(&inherited, "metrics") == 4 && inherited_take(&inherited, "metrics") == -1);
    HOLD(inherited_take(&inherited, "") == 5);
    HOLD(inherited_take(&inherited, NULL) == 3 && inherited_take(&inherited, NULL) == -1);
    HOLD(inherited_check(&inherited, &err) == CXD_OK);
    inherited_close(&inherited);
    HOLD(fcntl(3, F_GETFD) >= 0); /* what is taken is the taker's */
    return 0;
}

static int check_other_process(void) {
    struct inherited inherited;
    struct error err;
    static const char *const pids[] = {"1", "", "x", "99999999999999999999"};
    for (size_t i = 0; i < CXD_COUNT(pids); i++) {
        setenv("LISTEN_PID", pids[i], 1);
        setenv("LISTEN_FDS", "1", 1);
        HOLD(inherited_open(&inherited, &err) == CXD_OK && inherited.count == 0);
        HOLD(!getenv("LISTEN_FDS") && !getenv("LISTEN_PID"));
    }
    HOLD(!(fcntl(3, F_GETFD) & FD_CLOEXEC)); /* nothing was touched */
    return 0;
}

static int check_bad_counts(void) {
    struct inherited inherited;
    struct error err;
    char pid[16];
    static const char *const counts[] = {"x", "-1", "", "9", "1x", "2147483648"};
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    for (size_t i = 0; i < CXD_COUNT(counts); i++) {
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", counts[i], 1);
        HOLD(inherited_open(&inherited, &err) == ERR_CONFIG && strstr(err.detail, "LISTEN_FDS"));
        HOLD(inherited.count == 0 && !getenv("LISTEN_FDS"));
    }
    return 0;
}

static int check_missing(void) {
    struct inherited inherited;
    struct error err;
    setenv("LISTEN_FDS", "2", 1); /* there is one */
    close(4);
    HOLD(inherited_open(&inherited, &err) == ERR_CONFIG && strstr(err.detail, "descriptor 4"));
    HOLD(fcntl(3, F_GETFD) < 0); /* closed again */
    return 0;
}

static int check_none(void) {
    struct inherited inherited;
    struct error err;
    HOLD(inherited_open(&inherited, &err) == CXD_OK && inherited.count == 0); /* LISTEN_FDS=0 */
    HOLD(inherited_open(&inherited, &err) == CXD_OK && inherited.count == 0);
    HOLD(inherited_take(&inherited, NULL) == -1);
    return 0;
}

static void test_names(void **state) {
    assert_int_equal(in_child(3, check_names), 0);
}

static void test_other_process(void **state) {
    assert_int_equal(in_child(1, check_other_process), 0);
}

static void test_bad(void **state) {
    assert_int_equal(in_child(1, check_bad_counts), 0);
    assert_int_equal(in_child(1, check_missing), 0);
    assert_int_equal(in_child(0, check_none), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_other_process),
        cmocka_unit_test(test_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
