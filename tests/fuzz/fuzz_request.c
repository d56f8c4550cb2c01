/* The whole way of a request: the application runs in this process over a store in memory, and each input goes through
 * a connection to it, so that libmicrohttpd, guard, router, keys, handlers, decoders, writer and encoders all see it.
 *
 * An input that begins with 'R' is raw bytes. Any other is requests that begin with METHOD SP TARGET LF, then header
 * lines, an empty line and the body, with 0x01 between them; the version, Host, Content-Length and the admin key are
 * put in where they belong, so that mutations get past the gate. In both "$K" in a header is the admin key.
 *
 * Whatever is sent: each reply is a well-formed message of its stated length, never a 5xx but those of the parser; JSON
 * is JSON; a refusal is a problem that says what it is. */
#include "fuzz.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cxd/api/api.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/log.h"
#include "cxd/codec/json.h"
#include "cxd/config/config.h"
#include "cxd/web/web.h"

/* Surveys and answers would pile up: now and then the application starts afresh. */
enum { INPUTS_PER_START = 4000, IDLE_MS = 3, PATIENCE_MS = 20000, REPLY_MAX = 64 << 20 };

static struct error err;
static struct app *app;
static struct web web;
static char key[128];
static struct sockaddr_in address;
static char directory[] = "/tmp/cxd-fuzz-XXXXXX";

static void clean_up(void) {
    char path[sizeof directory + 16];
    app_stop(app);
    app = NULL;
    snprintf(path, sizeof path, "%s/admin.key", directory);
    unlink(path);
    rmdir(directory);
}

static void start(void) {
    static struct config config;
    static bool is_first = true;
    if (is_first) {
        CHECK(mkdtemp(directory) && atexit(clean_up) == 0);
        log_set_level(LOG_LEVEL_ERROR);
        is_first = false;
    }
    app_stop(app);
    CHECK(config_load(NULL, &config, &err) == CXD_OK);
    strcpy(config.listen, "127.0.0.1:0");
    strcpy(config.storage_url, "memory:");
    strcpy(config.state_directory, directory);
    config.http_threads = config.read_threads = 1;
    config.max_connections = 64;
    config.request_timeout_s = 1;
    config.bytes_per_address = 0; /* all inputs come from one address */
    web_open(&web, NULL);
    CHECK(app_start(&config, NULL, true, &web.site, NULL, &app, &err) == CXD_OK);

    char path[sizeof directory + 16];
    snprintf(path, sizeof path, "%s/admin.key", directory);
    FILE *file = fopen(path, "re");
    CHECK(file && fgets(key, sizeof key, file));
    fclose(file);
    key[strcspn(key, "\n")] = '\0';
    const char *colon = strrchr(app_address(app), ':');
    address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

/* --- What is sent ---------------------------------------------------------------------------------------------------
 */

static void append_keyed(struct buffer *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '$' && i + 1 < length && bytes[i + 1] == 'K') {
            buffer_append_text(out, key);
            i++;
        } else {
            buffer_append_char(out, bytes[i]);
        }
    }
}

static bool has_header(const char *head, size_t length, const char *name) {
    return length > 0 && memmem(head, length, name, strlen(name));
}

/* One request of the structured form. */
static void append_request(struct buffer *out, const char *bytes, size_t length, bool is_last) {
    const char *end = bytes + length;
    const char *line = memchr(bytes, '\n', length);
    size_t first = line ? (size_t)(line - bytes) : length;
    const char *headers = line ? line + 1 : end;
    const char *body = end;
    const char *at = headers;
    buffer_append(out, bytes, first);
    buffer_append_text(out, " HTTP/1.1\r\n");
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t count = (size_t)((stop ? stop : end) - at);
        body = stop ? stop + 1 : end;
        if (count == 0)
            break;
        append_keyed(out, at, count);
        buffer_append_text(out, "\r\n");
        at = body;
    }
    size_t head = (size_t)(body - headers);
    if (!has_header(headers, head, "Host:"))
        buffer_append_text(out, "Host: shop.example\r\n");
    if (!has_header(headers, head, "Authorization:"))
        buffer_append_format(out, "Authorization: Bearer %s\r\n", key);
    if (!has_header(headers, head, "Content-Length:") && !has_header(headers, head, "Transfer-Encoding:"))
        buffer_append_format(out, "Content-Length: %zu\r\n", (size_t)(end - body));
    if (is_last)
        buffer_append_text(out, "Connection: close\r\n");
    buffer_append_text(out, "\r\n");
    buffer_append(out, body, (size_t)(end - body));
}

static void append_input(struct buffer *out, const char *bytes, size_t size) {
    if (bytes[0] == 'R') {
        append_keyed(out, bytes + 1, size - 1);
        return;
    }
    const char *end = bytes + size;
    while (bytes < end) {
        const char *stop = memchr(bytes, '\x01', (size_t)(end - bytes));
        if (!stop)
            stop = end;
        append_request(out, bytes, (size_t)(stop - bytes), stop + 1 >= end);
        bytes = stop + 1;
    }
}

/* --- What comes back ------------------------------------------------------------------------------------------------
 */

struct header_text {
    const char *text;
    size_t length;
};

/* The value of a header in the head of a reply. */
static struct header_text find_header(const char *head, const char *end, const char *name) {
    size_t length = strlen(name);
    for (const char *line = head; line < end;) {
        const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
        CHECK(stop);
        if ((size_t)(stop - line) > length && strncasecmp(line, name, length) == 0 && line[length] == ':')
            return (struct header_text){line + length + 2, (size_t)(stop - line) - length - 2};
        line = stop + 2;
    }
    return (struct header_text){NULL, 0};
}

static bool begins_with(struct header_text value, const char *text) {
    return value.text && value.length >= strlen(text) && memcmp(value.text, text, strlen(text)) == 0;
}

static void check_head(const char *head, const char *end) {
    for (const char *c = head; c < end; c++)
        if (*c == '\r')
            CHECK(c[1] == '\n');
        else if (*c == '\n')
            CHECK(c[-1] == '\r');
        else
            CHECK((unsigned char)*c >= 0x20 && *c != 0x7F);
}

static void check_problem(const char *body, size_t length, int status) {
    struct json *document;
    double number;
    CHECK(json_open(body, length, &document, &err) == CXD_OK);
    const char *type = json_text(document, "type");
    CHECK(type && strncmp(type, "/problems/", 10) == 0);
    CHECK(json_number(document, "status", &number) && (int)number == status);
    CHECK(json_text(document, "title") && json_text(document, "detail"));
    CHECK(json_text(document, "detail")[0] != '\0');
    const struct json *errors = json_get(document, "errors");
    CHECK((status == 422 && strcmp(type, "/problems/invalid") == 0) == !!errors);
    for (size_t i = 0; i < json_count(errors); i++)
        CHECK(json_text(json_at(errors, i), "pointer") && json_text(json_at(errors, i), "detail"));
    json_free(document);
}

static void check_json(const char *body, size_t length) {
    struct json *document;
    CHECK(json_open(body, length, &document, &err) == CXD_OK);
    json_free(document);
}

static void check_lines(const char *body, size_t length) {
    while (length > 0) {
        const char *stop = memchr(body, '\n', length);
        CHECK(stop);
        check_json(body, (size_t)(stop - body));
        length -= (size_t)(stop + 1 - body);
        body = stop + 1;
    }
}

/* A page has no markup but ours: an element or the end of one, its attributes in double quotes. */
static void check_page(const char *body, size_t length) {
    static const char BEGIN[] = "<!doctype html>\n<html ";
    static const char NAMES[] =
        " a body button div fieldset form h1 h2 head html input label legend link main meta noscript p script span "
        "style table td textarea title tr ";
    CHECK(length > sizeof BEGIN && memcmp(body, BEGIN, sizeof BEGIN - 1) == 0);
    const char *end = body + length;
    for (const char *at = body + strlen("<!doctype html>\n"); at < end;) {
        if (*at != '<') {
            CHECK(*at != '>' && *at != '"' && *at != '\'');
            at++;
            continue;
        }
        at += at[1] == '/' ? 2 : 1;
        char name[16] = " ";
        size_t count = strspn(at, "abcdefghijklmnopqrstuvwxyz12");
        CHECK(count > 0 && count < sizeof name - 2);
        memcpy(name + 1, at, count);
        strcpy(name + 1 + count, " ");
        CHECK(strstr(NAMES, name));
        bool is_quoted = false;
        for (at += count; at < end && (is_quoted || *at != '>'); at++) {
            CHECK(*at != '<');
            is_quoted ^= *at == '"';
        }
        CHECK(at < end);
        at++;
    }
}

/* Statuses that libmicrohttpd gives by itself, as a page of its own. */
static bool is_parsers(int status) {
    return status == 400 || status == 413 || status == 414 || status == 431 || status == 501 || status == 505;
}

static void check_body(const char *head, const char *end, size_t length, int status) {
    struct header_text type = find_header(head, end, "Content-Type");
    if (begins_with(type, "application/problem+json"))
        check_problem(end, length, status);
    else if (begins_with(type, "application/json"))
        check_json(end, length);
    else if (begins_with(type, "application/x-ndjson"))
        check_lines(end, length);
    else if (begins_with(type, "text/html; charset=utf-8"))
        check_page(end, length);
    else
        CHECK(status < 300 || status == 303 || status == 304 || is_parsers(status));
    CHECK(status < 500 || status == 501 || status == 505);
}

/* Takes one reply off the front; its length, 0 when it is not whole. The body of HEAD's reply is not there, and only
 * the request says so: a reply that is cut short by the end is taken for one. */
static size_t take_reply(const char *bytes, size_t size, bool at_end) {
    const char *end = size > 0 ? memmem(bytes, size, "\r\n\r\n", 4) : NULL;
    if (!end)
        return 0;
    end += 4;
    CHECK(strncmp(bytes, "HTTP/1.1 ", 9) == 0 || strncmp(bytes, "HTTP/1.0 ", 9) == 0);
    int status = atoi(bytes + 9);
    CHECK(status >= 100 && status < 600);
    check_head(bytes, end);
    if (status == 100 || status == 204 || status == 304)
        return (size_t)(end - bytes);
    struct header_text stated = find_header(bytes, end, "Content-Length");
    CHECK(stated.text);
    size_t length = strtoul(stated.text, NULL, 10);
    size_t there = size - (size_t)(end - bytes);
    if (there > 0 && strncmp(end, "HTTP/1.", 7) == 0)
        return (size_t)(end - bytes);
    if (there < length)
        return at_end && there == 0 ? (size_t)(end - bytes) : 0;
    check_body(bytes, end, length, status);
    return (size_t)(end - bytes) + length;
}

static unsigned check_replies(const struct buffer *in) {
    size_t position = 0;
    unsigned count = 0;
    while (position < in->length) {
        size_t taken = take_reply(in->data + position, in->length - position, true);
        CHECK(taken > 0);
        position += taken;
        count++;
    }
    return count;
}

/* Sends all, and reads to the end. When nothing has moved for a while, our half is closed: the input was not a whole
 * request, and the server must then let go; at the latest at its deadline, as libmicrohttpd does not see an end that
 * comes together with bytes. */
static void converse(int fd, const struct buffer *out, struct buffer *in) {
    size_t sent = 0;
    bool is_half_closed = false;
    for (;;) {
        struct pollfd event = {.fd = fd, .events = sent < out->length ? POLLIN | POLLOUT : POLLIN};
        int ready = poll(&event, 1, is_half_closed ? PATIENCE_MS : IDLE_MS);
        if (ready < 0) {
            CHECK(errno == EINTR); /* libFuzzer's alarm */
            continue;
        }
        CHECK(ready > 0 || !is_half_closed); /* the server does not answer */
        if (ready == 0) {
            sent = out->length;
            shutdown(fd, SHUT_WR);
            is_half_closed = true;
            continue;
        }
        if (event.revents & POLLOUT) {
            ssize_t count = send(fd, out->data + sent, out->length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            sent = count > 0 ? sent + (size_t)count : errno == EAGAIN ? sent : out->length;
        }
        if (event.revents & ~POLLOUT) {
            CHECK(buffer_reserve(in, 64 * 1024) && in->length < REPLY_MAX);
            ssize_t count = recv(fd, in->data + in->length, in->capacity - in->length, MSG_DONTWAIT);
            if (count <= 0)
                return;
            in->length += (size_t)count;
        }
    }
}

static int open_connection(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (errno != EINTR) { /* libFuzzer's alarm: it is made all the same, which the first send waits for */
        perror("connect");
        abort();
    }
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned inputs;
    if (size == 0)
        return 0;
    if (!app || ++inputs % INPUTS_PER_START == 0)
        start();
    struct buffer out, in;
    buffer_init(&out);
    buffer_init(&in);
    append_input(&out, (const char *)data, size);
    CHECK(!out.failed);
    int fd = open_connection();
    converse(fd, &out, &in);
    /* No port is left waiting. */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    close(fd);
    check_replies(&in);
    buffer_free(&out);
    buffer_free(&in);
    return 0;
}
