/* The pump of live streams in a whole daemon: clients that stay, come, go on and go, while responses are stored and
 * changed; each is told every response once, in the order of the commits. */

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../support/unit.h"
#include "cxd/api/api.h"
#include "cxd/base/buffer.h"
#include "cxd/base/inherited.h"
#include "cxd/base/log.h"
#include "cxd/config/config.h"

#define LIVE "/v1/surveys/nps/live"

enum { RESPONSES = 200, STAYING = 3, GOING = 4, GOES_AFTER = 20, WAITS_S = 300 };

static uint16_t port;
static atomic_uint fault_count; /* cmocka asserts on the main thread alone */

static void expect(bool is_so, const char *what) {
    if (!is_so && atomic_fetch_add(&fault_count, 1) < 10)
        fprintf(stderr, "not so: %s\n", what);
}

/* HTTP/1.0: a body without chunks, up to the end of the connection. */
static int ask(const char *text) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    const struct timeval most = {.tv_sec = WAITS_S};
    size_t length = strlen(text), sent = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    expect(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "the daemon takes a connection");
    while (sent < length) {
        ssize_t count = send(fd, text + sent, length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            break;
        sent += (size_t)count;
    }
    expect(sent == length, "the daemon takes a request");
    return fd;
}

/* The status of a PUT. */
static int put(int number, int score) {
    char body[64], text[512], reply[1024];
    size_t length = 0;
    snprintf(body, sizeof body, "{\"score\":%d}", score);
    snprintf(text, sizeof text,
             "PUT /v1/surveys/nps/responses/0192f3a0-0000-7000-8000-%012d HTTP/1.0\r\nHost: localhost\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             number, strlen(body), body);
    int fd = ask(text);
    for (ssize_t count = 1; count > 0 && length<sizeof reply - 1; length += count> 0 ? (size_t)count : 0)
        count = recv(fd, reply + length, sizeof reply - 1 - length, 0);
    close(fd);
    reply[length] = '\0';
    return length > 12 ? atoi(reply + 9) : 0;
}

static void *post_all(void *context) {
    for (int i = 0; i < RESPONSES; i++) {
        expect(put(i, i % 11) == 201, "a response is stored");
        expect(put(i, (i + 1) % 11) == 200, "and changed");
    }
    return NULL;
}

/* Who listens, over several connections. */
struct listener {
    pthread_t thread;
    size_t goes_after; /* so many of a connection; 0: stays */
    size_t told, amended, connections;
    long long last;
    char last_id[80];
};

/* A line of the stream; false: it has heard what it wanted. */
static bool hear(struct listener *listener, const char *line, bool *is_response, size_t most) {
    if (strncmp(line, "event: ", 7) == 0) {
        *is_response = strcmp(line, "event: response") == 0;
        listener->amended += strcmp(line, "event: amended") == 0;
        expect(strcmp(line, "event: reset") != 0 && strcmp(line, "event: skipped") != 0, "all is told");
    }
    const char *point = strncmp(line, "id: ", 4) == 0 ? strchr(line, '.') : NULL;
    if (!point)
        return true;
    snprintf(listener->last_id, sizeof listener->last_id, "%s", line + 4);
    if (!*is_response)
        return true;
    long long number = atoll(point + 1);
    expect(number > listener->last, "in the order of the commits, once");
    listener->last = number;
    listener->told++;
    return listener->told < most;
}

static void listen_once(struct listener *listener, size_t most) {
    char text[512], bytes[4096], line[4096];
    size_t length = 0;
    bool goes_on = true, is_response = false;
    snprintf(text, sizeof text, "GET " LIVE " HTTP/1.0\r\nHost: localhost\r\n%s%s%s\r\n",
             *listener->last_id ? "Last-Event-ID: " : "", listener->last_id, *listener->last_id ? "\r\n" : "");
    int fd = ask(text);
    listener->connections++;
    while (goes_on) {
        ssize_t count = recv(fd, bytes, sizeof bytes, 0);
        if (count <= 0)
            break;
        for (ssize_t i = 0; i < count && goes_on; i++) {
            if (bytes[i] != '\n') {
                if (length < sizeof line - 1)
                    line[length++] = bytes[i];
                continue;
            }
            line[length] = '\0';
            length = 0;
            goes_on = hear(listener, line, &is_response, most);
        }
    }
    expect(!goes_on || listener->goes_after == 0, "no stream ends by itself");
    close(fd);
}

static void *listen_all(void *context) {
    struct listener *listener = context;
    while (listener->told < RESPONSES && atomic_load(&fault_count) == 0) {
        size_t most = listener->goes_after > 0 ? listener->told + listener->goes_after : RESPONSES;
        listen_once(listener, most < RESPONSES ? most : RESPONSES);
    }
    return NULL;
}

/* Until the daemon ends. */
static void *listen_to_the_end(void *context) {
    listen_once(context, (size_t)-1);
    return NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    return remove(path);
}

static struct app *start_daemon(const char *directory) {
    struct config config;
    struct inherited inherited = {0};
    struct app *app = NULL;
    struct error err;
    if (config_load(NULL, &config, &err) != CXD_OK)
        fail_msg("%s", err.detail);
    snprintf(config.listen, sizeof config.listen, "127.0.0.1:0");
    snprintf(config.storage_url, sizeof config.storage_url, "sqlite:%s/cxd.db", directory);
    snprintf(config.state_directory, sizeof config.state_directory, "%s", directory);
    config.read = CONFIG_READ_EVERYTHING;
    config.http_threads = 2;
    config.ingest_rate = config.survey_rate = 0;
    config.bytes_per_address = 0;
    config.connections_per_address = 1000;
    if (app_start(&config, &inherited, true, NULL, NULL, &app, &err) != CXD_OK)
        fail_msg("%s", err.detail);
    port = (uint16_t)atoi(strrchr(app_address(app), ':') + 1);
    return app;
}

static void each_is_told_all_once(void **state) {
    char directory[] = "/tmp/cxd-pump-XXXXXX";
    struct listener listeners[STAYING + GOING] = {0}, last = {0};
    pthread_t poster;
    assert_non_null(mkdtemp(directory));
    struct app *app = start_daemon(directory);
    /* Everyone begins with a place, so that what is posted first is told too. */
    for (size_t i = 0; i < STAYING + GOING; i++) {
        struct listener first = {0};
        int fd = ask("GET " LIVE " HTTP/1.0\r\nHost: localhost\r\n\r\n");
        char head[1024] = "";
        for (size_t length = 0; !strstr(head, "{}\n\n") && length < sizeof head - 1;) {
            ssize_t count = recv(fd, head + length, sizeof head - 1 - length, 0);
            assert_true(count > 0);
            head[length += (size_t)count] = '\0';
        }
        close(fd);
        bool is_response = false;
        char *id = strstr(head, "id: ");
        assert_non_null(id);
        id[strcspn(id, "\n")] = '\0';
        assert_true(hear(&first, id, &is_response, 1));
        listeners[i] = first;
        listeners[i].goes_after = i < STAYING ? 0 : GOES_AFTER;
        assert_int_equal(pthread_create(&listeners[i].thread, NULL, listen_all, &listeners[i]), 0);
    }
    assert_int_equal(pthread_create(&last.thread, NULL, listen_to_the_end, &last), 0);
    assert_int_equal(pthread_create(&poster, NULL, post_all, NULL), 0);
    pthread_join(poster, NULL);
    for (size_t i = 0; i < STAYING + GOING; i++) {
        pthread_join(listeners[i].thread, NULL);
        assert_int_equal(listeners[i].told, RESPONSES);
        assert_int_equal(listeners[i].connections, i < STAYING ? 1 : RESPONSES / GOES_AFTER);
    }
    assert_true(listeners[0].amended > 0);
    app_stop(app);
    pthread_join(last.thread, NULL);
    assert_int_equal(atomic_load(&fault_count), 0);
    nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_told_all_once)};
    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
