/* A long start or stop tells the manager to wait on, for so long and no longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/patience.h"
#include "cxd/base/clock.h"

static int open_manager(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_usec = 700 * 1000};
    int length =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "cxd-patience-%ld", (long)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)),
                     0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char name[108];
    snprintf(name, sizeof name, "@%s", address.sun_path + 1);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static bool receives(int fd, const char *message) {
    char text[256] = "";
    ssize_t got = recv(fd, text, sizeof text - 1, 0);
    return got == (ssize_t)strlen(message) && memcmp(text, message, (size_t)got) == 0;
}

static void test_asks_until_the_end(void **state) {
    (void)state;
    struct notify notify;
    struct patience patience;
    struct error err;
    int manager = open_manager();
    setenv("WATCHDOG_USEC", "100000", 1);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    int64_t begun_ms = clock_monotonic_ms();
    patience_begin(&patience, &notify, true, 60000);
    for (int i = 0; i < 5; i++)
        assert_true(receives(manager, "EXTEND_TIMEOUT_USEC=15000000\nWATCHDOG=1"));
    assert_in_range(clock_monotonic_ms() - begun_ms, 240, 3000);
    patience_end(&patience);
    while (receives(manager, "EXTEND_TIMEOUT_USEC=15000000\nWATCHDOG=1")) {
    }
    assert_in_range(clock_monotonic_ms() - begun_ms, 240, 6000); /* at once, not after a step */
    notify_close(&notify);
    close(manager);
}

static void test_has_a_limit(void **state) {
    (void)state;
    struct notify notify;
    struct patience patience;
    struct error err;
    int manager = open_manager(), count = 0;
    setenv("WATCHDOG_USEC", "100000", 1);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    patience_begin(&patience, &notify, true, 300);
    while (receives(manager, "EXTEND_TIMEOUT_USEC=15000000\nWATCHDOG=1"))
        count++;
    assert_in_range(count, 1, 7);
    patience_end(&patience);
    notify_close(&notify);
    close(manager);
}

static void test_without_a_manager(void **state) {
    (void)state;
    struct notify notify = {.fd = -1};
    struct patience patience;
    patience_begin(&patience, &notify, true, 1000);
    assert_false(patience.is_running);
    patience_end(&patience);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asks_until_the_end),
        cmocka_unit_test(test_has_a_limit),
        cmocka_unit_test(test_without_a_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
