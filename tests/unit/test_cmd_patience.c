/* A long start or stop tells the manager to wait on, for so long and no longer. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cmd/patience.h"
#include "cxd/base/clock.h"

#define ASKED "EXTEND_TIMEOUT_USEC=15000000"

static int open_manager(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "cxd-patience-%ld", (long)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)),
        0);
    char name[108];
    snprintf(name, sizeof name, "@%s", address.sun_path + 1);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

/* Whether this comes next, within so many milliseconds; -1: it is waited for. */
static bool receives(int fd, const char *message, int wait_ms) {
    char text[256] = "";
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    if (poll(&waited, 1, wait_ms) != 1)
        return false;
    ssize_t got = recv(fd, text, sizeof text - 1, 0);
    return got == (ssize_t)strlen(message) && memcmp(text, message, (size_t)got) == 0;
}

static void test_asks_until_the_end(void **state) {
    struct notify notify;
    struct patience patience;
    struct error err;
    int manager = open_manager();
    setenv("WATCHDOG_USEC", "100000", 1);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    int64_t begun_ms = clock_monotonic_ms();
    patience_begin(&patience, &notify, true, 60000);
    for (int i = 0; i < 5; i++)
        assert_true(receives(manager, ASKED "\nWATCHDOG=1", -1));
    assert_true(clock_monotonic_ms() - begun_ms >= 240);
    patience_end(&patience);
    while (receives(manager, ASKED "\nWATCHDOG=1", 0))
        continue;
    patience_begin(&patience, &notify, false, 60000); /* a step of some seconds */
    patience_end(&patience);
    assert_false(receives(manager, ASKED, 0)); /* at once, not after the step */
    notify_close(&notify);
    close(manager);
}

static void test_has_a_limit(void **state) {
    struct notify notify;
    struct patience patience;
    struct error err;
    int manager = open_manager(), count = 0;
    setenv("WATCHDOG_USEC", "100000", 1);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    patience_begin(&patience, &notify, true, 300);
    assert_true(receives(manager, ASKED "\nWATCHDOG=1", -1));
    do
        count++;
    while (receives(manager, ASKED "\nWATCHDOG=1", 700));
    assert_in_range(count, 1, 7);
    patience_end(&patience);
    notify_close(&notify);
    close(manager);
}

static void test_without_a_manager(void **state) {
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
