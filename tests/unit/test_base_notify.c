/* The notify protocol against real datagram sockets: a path and an abstract name. */
#include <sys/socket.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cxd/base/notify.h"

/* A manager's socket. */
struct manager {
    int fd;
    char name[108]; /* as NOTIFY_SOCKET has it */
    char directory[64];
};

static void manager_open(struct manager *manager, bool is_abstract) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(manager->directory, "/tmp/cxd-notify-XXXXXX");
    assert_non_null(mkdtemp(manager->directory));
    snprintf(manager->name, sizeof manager->name, "%s%s/socket", is_abstract ? "@" : "", manager->directory);
    size_t length = strlen(manager->name);
    memcpy(address.sun_path, manager->name, length);
    if (is_abstract)
        address.sun_path[0] = '\0';
    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(
        bind(manager->fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
        0);
    assert_int_equal(setenv("NOTIFY_SOCKET", manager->name, 1), 0);
}

static void manager_close(struct manager *manager) {
    close(manager->fd);
    unlink(manager->name);
    rmdir(manager->directory);
}

static void expect(struct manager *manager, const char *message) {
    char received[2048];
    ssize_t length = recv(manager->fd, received, sizeof received - 1, 0);
    assert_true(length >= 0);
    received[length] = '\0';
    assert_string_equal(received, message);
    assert_int_equal(strlen(received), length); /* no NUL within, none behind */
}

static void test_messages(void **state) {
    for (int is_abstract = 0; is_abstract < 2; is_abstract++) {
        struct manager manager;
        struct notify notify;
        struct error err;
        manager_open(&manager, is_abstract);
        assert_int_equal(notify_open(&notify, &err), CXD_OK);
        assert_true(notify_send(&notify, "READY=1\nMAINPID=7", "Answering on %s", "127.0.0.1:80"));
        expect(&manager, "READY=1\nMAINPID=7\nSTATUS=Answering on 127.0.0.1:80");
        assert_true(notify_send(&notify, "WATCHDOG=1", NULL));
        expect(&manager, "WATCHDOG=1");
        assert_true(notify_send(&notify, "", "%s", "Draining"));
        expect(&manager, "STATUS=Draining");
        assert_true(notify_send(&notify, "X=1", "%s", "a\nREADY=1\r\x7f")); /* a text is no message */
        expect(&manager, "X=1\nSTATUS=a?READY=1??");
        notify_close(&notify);
        manager_close(&manager);
    }
}

static void test_long_status_is_cut(void **state) {
    struct manager manager;
    struct notify notify;
    struct error err;
    char received[4096], text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    manager_open(&manager, true);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    assert_true(notify_send(&notify, "READY=1", "%s", text));
    ssize_t length = recv(manager.fd, received, sizeof received, 0);
    assert_in_range(length, 900, 1024);
    assert_memory_equal(received, "READY=1\nSTATUS=xxx", 18);
    notify_close(&notify);
    manager_close(&manager);
}

/* Children must not inherit what is meant for this process, nor the socket. */
static void test_environment_is_taken(void **state) {
    struct manager manager;
    struct notify notify;
    struct error err;
    manager_open(&manager, true);
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
    char command[64];
    snprintf(command, sizeof command, "test ! -e /proc/self/fd/%d", notify.fd);
    assert_int_equal(system(command), 0);
    notify_close(&notify);
    manager_close(&manager);
}

static void test_watchdog(void **state) {
    char own[16];
    snprintf(own, sizeof own, "%ld", (long)getpid());
    const struct {
        const char *usec, *pid;
        int64_t watchdog_us;
    } cases[] = {
        {"30000000", NULL, 30000000},
        {"1", own, 1},
        {"30000000", "1", 0},
        {"30000000", "", 0},
        {"30000000", "x", 0},
        {NULL, own, 0},
        {"0", own, 0},
        {"-5", own, 0},
        {"5s", own, 0},
        {"", own, 0},
        {" 7", own, 0},
        {"99999999999999999999", own, 0},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct manager manager;
        struct notify notify;
        struct error err;
        manager_open(&manager, true);
        if (cases[i].usec)
            setenv("WATCHDOG_USEC", cases[i].usec, 1);
        if (cases[i].pid)
            setenv("WATCHDOG_PID", cases[i].pid, 1);
        assert_int_equal(notify_open(&notify, &err), CXD_OK);
        assert_int_equal(notify.watchdog_us, cases[i].watchdog_us);
        notify_close(&notify);
        manager_close(&manager);
    }
}

static void test_nobody_listens(void **state) {
    char endless[200];
    memset(endless, 'a', sizeof endless);
    endless[0] = '/';
    endless[sizeof endless - 1] = '\0';
    const struct {
        const char *name;
        enum cxd_err code;
    } cases[] = {{NULL, CXD_OK},
                 {"", CXD_OK},
                 {"/no/such/socket", CXD_OK},
                 {"relative", ERR_CONFIG},
                 {"vsock:2:1", ERR_CONFIG},
                 {"@", ERR_CONFIG},
                 {"/", ERR_CONFIG},
                 {endless, ERR_CONFIG}};
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct notify notify;
        struct error err;
        if (cases[i].name)
            setenv("NOTIFY_SOCKET", cases[i].name, 1);
        setenv("WATCHDOG_USEC", "1000000", 1);
        assert_int_equal(notify_open(&notify, &err), cases[i].code);
        assert_false(notify_send(&notify, "READY=1", "%s", "x"));
        assert_null(getenv("NOTIFY_SOCKET"));
        assert_null(getenv("WATCHDOG_USEC"));
        notify_close(&notify);
    }
}

/* A manager that does not read holds nobody up for long. */
static void test_full_socket(void **state) {
    struct manager manager;
    struct notify notify;
    struct error err;
    manager_open(&manager, false);
    assert_int_equal(notify_open(&notify, &err), CXD_OK);
    int sent = 0;
    while (notify_send(&notify, "WATCHDOG=1", NULL))
        assert_true(++sent < 1000000);
    assert_true(sent > 0);
    expect(&manager, "WATCHDOG=1");
    assert_true(notify_send(&notify, "WATCHDOG=1", NULL));
    notify_close(&notify);
    manager_close(&manager);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_long_status_is_cut),
        cmocka_unit_test(test_environment_is_taken),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_full_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
