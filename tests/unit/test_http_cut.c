/* A connection that is cut has ended, whatever the library thinks of it: its buffer full, its state odd, over TLS or
 * not, with the client there or gone; and with it its descriptor, its place in the counts and what it cost. */

#include "../support/files.h"
#include "test_http_fixture.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "http/state.h"

enum {
    TIMEOUT_MS = 1000,
    NEVER_MS = 600 * 1000,
    FLOOD = 40 * 1000, /* more than a connection has memory */
    EACH = 2,
    SPIN_TURNS = 20 * 1000
};

#define HOST "Host: x\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

/* What a client sends before it stops. */
static const struct input {
    const char *name, *head;
    size_t head_length;
    const char *piece; /* again and again, to FLOOD bytes; NULL: nothing more */
} INPUTS[] = {
#define INPUT(name, head, piece)                                                                                       \
    { name, head, sizeof head - 1, piece }
    INPUT("a chunk line without an end", "GET /tagged HTTP/1.1\r\n" HOST CHUNKED "\r\nb", ";"),
    INPUT("a chunk size without an end", "POST /echo HTTP/1.1\r\n" HOST CHUNKED "\r\n", "0"),
    INPUT("the same behind a chunk", "POST /echo HTTP/1.1\r\n" HOST CHUNKED "\r\n4\r\nbody\r\nb", ";"),
    INPUT("the same without a key", "POST /private HTTP/1.1\r\n" HOST CHUNKED "\r\nb", ";"),
    INPUT("half a chunk", "POST /echo HTTP/1.1\r\n" HOST CHUNKED "\r\nfffff\r\nhalf", NULL),
    INPUT("a trailer without an end", "POST /echo HTTP/1.1\r\n" HOST CHUNKED "\r\n0\r\nX: ", "a"),
    INPUT("parameters that cannot be hidden from the library", "GET /tagged\0HTTP/1.1\0?", "a&"),
    INPUT("a request line that stops", "GET /tagged", NULL),
    INPUT("a request line without an end", "GET /", "a"),
    INPUT("a header that stops", "GET /tagged HTTP/1.1\r\n" HOST "X: a", NULL),
    INPUT("a header without an end", "GET /tagged HTTP/1.1\r\n" HOST "X: ", "a"),
    INPUT("headers without an end", "GET /tagged HTTP/1.1\r\n" HOST, "a:\r\n"),
    INPUT("a body that stops", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n", "b"),
    INPUT("a body that is refused and stops", "POST /private HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n", "b"),
    INPUT("a body that is asked for",
          "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", NULL),
    INPUT("replies that nobody reads", "", "GET /large HTTP/1.1\r\n" HOST "\r\n"),
    INPUT("nothing", "", NULL),
};

/* And what it does then. */
enum leaving { STAYS, HALF_CLOSES, CLOSES, RESETS, LEAVINGS };

/* How it speaks. The last two end before there is a request. */
enum way { PLAIN, UNIX, TLS, HALF_HANDSHAKE, HALF_RECORD, WAYS };

struct peer {
    int fd;
    gnutls_session_t session; /* NULL: none */
};

struct cut_fixture {
    struct fixture *fixture;
    char directory[64], certificate[96], key[96], unix_path[96];
    gnutls_certificate_credentials_t credentials;
    size_t handshakes;
};

static void write_text(const char *path, gnutls_datum_t text) {
    write_file(path, text.data, text.size);
    gnutls_free(text.data);
}

static void certify(struct cut_fixture *cut) {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t text;
    time_t now = time(NULL);
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_set_version(certificate, 3), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(certificate, "\1", 1), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(certificate, now - 3600), 0);
    assert_int_equal(gnutls_x509_crt_set_expiration_time(certificate, now + 86400), 0);
    assert_int_equal(gnutls_x509_crt_set_dn(certificate, "CN=x", NULL), 0);
    assert_int_equal(gnutls_x509_crt_set_key(certificate, key), 0);
    assert_int_equal(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), 0);
    write_text(cut->key, text);
    assert_int_equal(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text), 0);
    write_text(cut->certificate, text);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

static struct cut_fixture *cut_open(bool is_tls, int64_t timeout_ms) {
    struct cut_fixture *cut = calloc(1, sizeof *cut);
    assert_non_null(cut);
    strcpy(cut->directory, "/tmp/cxd-cut-XXXXXX");
    assert_non_null(mkdtemp(cut->directory));
    snprintf(cut->certificate, sizeof cut->certificate, "%s/tls.pem", cut->directory);
    snprintf(cut->key, sizeof cut->key, "%s/tls.key", cut->directory);
    snprintf(cut->unix_path, sizeof cut->unix_path, "%s/socket", cut->directory);
    cut->fixture = fixture_make(timeout_ms, 1, 0);
    struct http_options *options = &cut->fixture->options;
    options->unix_path = cut->unix_path;
    options->unix_mode = 0600;
    if (is_tls) {
        certify(cut);
        options->tls_certificate = cut->certificate;
        options->tls_key = cut->key;
        assert_int_equal(gnutls_certificate_allocate_credentials(&cut->credentials), 0);
    }
    fixture_bind(cut->fixture);
    cut->fixture->server->takes_chunks = true;
    fixture_run(cut->fixture);
    return cut;
}

static void cut_close(struct cut_fixture *cut, int64_t grace_ms) {
    fixture_close(cut->fixture, grace_ms);
    if (cut->credentials)
        gnutls_certificate_free_credentials(cut->credentials);
    unlink(cut->certificate);
    unlink(cut->key);
    assert_int_equal(rmdir(cut->directory), 0);
    free(cut);
}

static int connect_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static struct peer peer_open(struct cut_fixture *cut, enum way way) {
    struct peer peer = {.fd = -1};
    if (way == UNIX) {
        peer.fd = connect_unix(cut->unix_path);
    } else {
        struct client client = client_open(cut->fixture);
        peer.fd = client.fd;
        free(client.data);
    }
    if (way != TLS && way != HALF_RECORD)
        return peer;
    assert_int_equal(gnutls_init(&peer.session, GNUTLS_CLIENT), 0);
    gnutls_set_default_priority(peer.session);
    gnutls_credentials_set(peer.session, GNUTLS_CRD_CERTIFICATE, cut->credentials);
    gnutls_transport_set_int(peer.session, peer.fd);
    int result;
    while ((result = gnutls_handshake(peer.session)) < 0 && !gnutls_error_is_fatal(result))
        continue;
    cut->handshakes += result == 0; /* on a busy machine the deadline may pass before; that is a state too */
    return peer;
}

/* As much as fits; who does not read is not waited for. */
static void peer_send(struct peer *peer, const char *bytes, size_t length) {
    struct timeval soon = {.tv_usec = 200 * 1000};
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
    while (length > 0) {
        ssize_t sent = peer->session ? gnutls_record_send(peer->session, bytes, length)
                                     : send(peer->fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void peer_speak(struct peer *peer, enum way way, const struct input *input) {
    static char flood[FLOOD];
    size_t length = 0, piece = input->piece ? strlen(input->piece) : 0;
    if (way == HALF_HANDSHAKE) { /* a greeting that says it has 512 bytes */
        send(peer->fd, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11, MSG_NOSIGNAL);
        return;
    }
    if (way == HALF_RECORD) {
        send(peer->fd, "\x17\x03\x03\x40\x00half", 9, MSG_NOSIGNAL);
        return;
    }
    while (piece > 0 && length + piece <= sizeof flood) {
        memcpy(flood + length, input->piece, piece);
        length += piece;
    }
    peer_send(peer, input->head, input->head_length);
    peer_send(peer, flood, length);
    if (memchr(input->head, '\0', input->head_length))
        peer_send(peer, " HTTP/1.1\r\n", 11);
}

static void peer_leave(struct peer *peer, enum leaving leaving) {
    struct linger now = {.l_onoff = 1};
    if (leaving == HALF_CLOSES)
        shutdown(peer->fd, SHUT_WR);
    if (leaving == RESETS)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    if (leaving < CLOSES)
        return;
    close(peer->fd);
    peer->fd = -1;
}

static void peer_close(struct peer *peer) {
    if (peer->session)
        gnutls_deinit(peer->session);
    if (peer->fd >= 0)
        close(peer->fd);
}

static uint64_t open_connections(const struct fixture *fixture) {
    struct http_door doors[HTTP_DOORS_MAX];
    uint64_t count = 0;
    for (size_t i = http_read_doors(fixture->server, doors); i > 0; i--)
        count += doors[i - 1].open;
    return count;
}

static uint64_t in_flight(const struct fixture *fixture) {
    uint64_t unanswered, count;
    http_read_requests(fixture->server, &unanswered, &count);
    return count;
}

static int64_t cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

enum { PEERS_MAX = WAYS * LEAVINGS * EACH * CXD_COUNT(INPUTS) };

/* Of every input and every leaving, EACH. */
static size_t come(struct cut_fixture *cut, const enum way *ways, size_t way_count, struct peer *peers) {
    size_t count = 0;
    for (size_t at = 0; at < way_count * CXD_COUNT(INPUTS) * LEAVINGS * EACH; at++) {
        enum way way = ways[at % way_count];
        const struct input *input = &INPUTS[at / way_count % CXD_COUNT(INPUTS)];
        bool has_input = way != HALF_HANDSHAKE && way != HALF_RECORD;
        if (!has_input && input != INPUTS)
            continue;
        peers[count] = peer_open(cut, way);
        peer_speak(&peers[count], way, input);
        peer_leave(&peers[count], (enum leaving)(at / way_count / CXD_COUNT(INPUTS) % LEAVINGS));
        count++;
    }
    return count;
}

static void expect_nothing_left(struct cut_fixture *cut) {
    while (open_connections(cut->fixture) > 0)
        pause_ms(10);
    assert_int_equal(in_flight(cut->fixture), 0);
    int64_t before = cpu_ms();
    pause_ms(500);
    assert_in_range(cpu_ms() - before, 0, 100);
}

static const enum way PLAIN_WAYS[] = {PLAIN, UNIX}, TLS_WAYS[] = {TLS, UNIX, HALF_HANDSHAKE, HALF_RECORD};

static void check_deadline(bool is_tls, const enum way *ways, size_t way_count) {
    static struct peer peers[PEERS_MAX];
    struct cut_fixture *cut = cut_open(is_tls, TIMEOUT_MS);
    size_t count = come(cut, ways, way_count, peers);
    expect_nothing_left(cut);
    assert_true(!is_tls || cut->handshakes > count / 4);
    for (size_t i = 0; i < count; i++)
        peer_close(&peers[i]);
    struct peer peer = peer_open(cut, ways[0]);
    peer_send(&peer, "GET /tagged HTTP/1.1\r\n" HOST "\r\n", 33);
    char reply[16] = "";
    ssize_t got = peer.session ? gnutls_record_recv(peer.session, reply, 12) : recv(peer.fd, reply, 12, MSG_WAITALL);
    assert_int_equal(got, 12);
    assert_string_equal(reply, "HTTP/1.1 200");
    peer_close(&peer);
    cut_close(cut, 1000);
}

static void test_deadline(void **state) {
    check_deadline(false, PLAIN_WAYS, CXD_COUNT(PLAIN_WAYS));
}

static void test_deadline_tls(void **state) {
    check_deadline(true, TLS_WAYS, CXD_COUNT(TLS_WAYS));
}

/* A connection that MHD cannot read from costs next to nothing before its deadline: after a while a turn of the loop
 * takes a millisecond. From 1.0 on MHD does not try at all. */
static void test_no_spin(void **state) {
    struct cut_fixture *cut = cut_open(false, NEVER_MS);
    bool tries = cut->fixture->server->check_layout;
    const volatile unsigned *idle_turns = &cut->fixture->server->loops[0].idle_turns;
    struct peer peer = peer_open(cut, PLAIN);
    peer_speak(&peer, PLAIN, &INPUTS[0]);
    unsigned turns = 0, before;
    int64_t begun, took = 0;
    do {
        before = *idle_turns;
        begun = clock_monotonic_ms();
        pause_ms(300);
        turns = *idle_turns - before;
        took = clock_monotonic_ms() - begun;
    } while (tries ? before < SPIN_TURNS : turns > took + 100); /* it is stuck, and the loop tries at first */
    assert_in_range(turns, tries ? 1 : 0, took + 100);
    peer_close(&peer);
    cut_close(cut, 0);
}

/* A stop does not wait for those on which nothing can come of what is there; only for a client who may still send. */
static void test_stop(void **state) {
    struct cut_fixture *cut = cut_open(false, NEVER_MS);
    struct peer peers[CXD_COUNT(INPUTS) * (LEAVINGS - CLOSES)];
    size_t count = 0;
    for (size_t i = 0; i < CXD_COUNT(INPUTS); i++)
        for (int leaving = CLOSES; leaving < LEAVINGS; leaving++) {
            peers[count] = peer_open(cut, PLAIN);
            peer_speak(&peers[count], PLAIN, &INPUTS[i]);
            peer_leave(&peers[count], (enum leaving)leaving);
            count++;
        }
    struct peer stays = peer_open(cut, PLAIN);
    peer_speak(&stays, PLAIN, &INPUTS[0]);
    cut_close(cut, 2 * NEVER_MS); /* longer than the patience of who runs the tests */
    for (size_t i = 0; i < count; i++)
        peer_close(&peers[i]);
    peer_close(&stays);
}

/* Nothing that stood behind what a connection was cut for is answered. */
static void test_no_request_behind(void **state) {
    struct fixture *fixture = fixture_open(TIMEOUT_MS, 1, 0);
    atomic_store(&fixture->holds, true);
    struct client client = client_open(fixture), other = client_open(fixture);
    client_text(&client, "POST /private HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe");
    while (in_flight(fixture) == 0)
        pause_ms(1);
    client_text(&other, "GET /hold HTTP/1.1\r\n" HOST "\r\n"); /* the loop stands still past the deadline */
    while (atomic_load(&fixture->held) == 0)
        pause_ms(1);
    client_text(&client, "lloGET /tagged HTTP/1.1\r\n" HOST "\r\n");
    pause_ms(2 * TIMEOUT_MS);
    atomic_store(&fixture->holds, false);
    client_expect(&other, 200, NULL);
    client_close(&other);
    while (client_receive(&client, FOREVER))
        continue;
    assert_null(strstr(client.data, "abc"));
    client_close(&client);
    fixture_close(fixture, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadline),          cmocka_unit_test(test_deadline_tls), cmocka_unit_test(test_no_spin),
        cmocka_unit_test(test_no_request_behind), cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
