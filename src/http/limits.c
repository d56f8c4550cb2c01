/* How often a client may ask. Whose request it is: the peer, or the one it forwards for where it is a trusted proxy. Three limits
 * stand before any body is read: an address's responses, a survey's from all addresses, and an address's bad keys.
 *
 * A good key always passes: who guesses at 256 random bits finds none, and who shares an address with them must not be locked out. The
 * limit on bad keys bounds what the guessing costs. */

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/log.h"
#include "http/forwarded.h"
#include "http/internal.h"

static const int64_t MS_NS = 1000000;

static const struct {
    size_t places;
    const char *name; /* in RateLimit */
    const char *refusal;
} KINDS[HTTP_RATE_COUNT] = {
    [HTTP_RATE_ADDRESS] = {65536, "address", "This address has sent more than %lld requests a minute"},
    [HTTP_RATE_SUBJECT] = {4096, "survey",
                           "All clients together have sent this survey more than %lld requests a minute"},
    [HTTP_RATE_AUTH] = {65536, "auth", "This address has shown more than %lld bad keys a minute"},
};

enum cxd_err limits_open(struct http_server *server, struct error *err) {
    return hash_key_make(&server->rate_key) ? CXD_OK
                                            : error_set(err, ERR_SYSTEM, "The kernel gives no randomness");
}

enum cxd_err limits_settle(struct http_server *server, struct http_settings *settings, struct error *err) {
    for (int i = 0; i < HTTP_RATE_COUNT; i++) {
        int64_t rate = settings->rates[i];
        if (rate == 0)
            continue;
        if (!server->tables[i])
            server->tables[i] = rate_table_new(KINDS[i].places, &server->rate_key);
        if (!server->tables[i])
            return error_set(err, ERR_NO_MEMORY, "No memory for the limits");
        settings->tables[i] = server->tables[i];
        snprintf(settings->policies[i], sizeof settings->policies[i], "\"%s\";q=%lld;w=%d", KINDS[i].name,
                 (long long)rate, RATE_WINDOW_S);
    }
    return CXD_OK;
}

void limits_close(struct http_server *server) {
    for (int i = 0; i < HTTP_RATE_COUNT; i++)
        rate_table_free(server->tables[i]);
}

const char *http_rate_name(enum http_rate rate) {
    return KINDS[rate].name;
}

uint64_t http_rate_refused(const struct http_server *server, enum http_rate rate) {
    return atomic_load_explicit(&server->refused[rate], memory_order_relaxed);
}

void limits_set_peer(struct connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        connection->peer = (struct address){.bytes = {[10] = 0xFF, [11] = 0xFF}};
        memcpy(connection->peer.bytes + 12, &v4->sin_addr, 4);
        connection->has_peer = true;
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        memcpy(connection->peer.bytes, &v6->sin6_addr, 16);
        connection->has_peer = true;
    }
}

static enum MHD_Result take_forwarded(void *cls, enum MHD_ValueKind kind, const char *name,
                                      size_t name_length, const char *value, size_t value_length) {
    static const char header[] = "X-Forwarded-For";
    (void)kind;
    if (value && name_length == sizeof header - 1 && strncasecmp(name, header, name_length) == 0)
        forwarded_take(cls, value, value_length);
    return MHD_YES;
}

/* Header by header only where the peer is trusted; which costs others nothing. */
void limits_identify(struct http_request *request) {
    const struct connection *connection = request->connection;
    const struct network_list *trusted = &request->settings->trusted;
    request->client = connection->peer;
    request->has_client = connection->has_peer;
    request->is_trusted =
        connection->has_peer ? network_list_has(trusted, &connection->peer) : trusted->has_unix;
    if (!request->is_trusted)
        return;
    struct forwarded forwarded;
    forwarded_begin(&forwarded, trusted);
    MHD_get_connection_values_n(connection->mhd, MHD_HEADER_KIND, take_forwarded, &forwarded);
    if (forwarded.is_known) {
        request->client = forwarded.hop;
        request->has_client = true;
    }
}

/* Once: who has a proxy and does not say so lets all its clients share one bucket. */
static void hint_at_proxy(struct http_request *request) {
    struct http_server *server = request->connection->loop->server;
    bool is_forwarded =
        request->has_client && !request->is_trusted && http_header(request, "X-Forwarded-For");
    if (is_forwarded && !atomic_exchange(&server->forwarded_logged, true))
        log_record(
            LOG_LEVEL_WARNING, "forwarded_ignored",
            "reason=\"a client was limited that sends X-Forwarded-For and is not in trusted_proxies\"");
}

/* Notes down what the table says, and the 429 if it says no. What is refused has no body read that would be too large anyway. */
static void settle(struct http_request *request, enum http_rate rate, struct rate_verdict verdict) {
    struct http_server *server = request->connection->loop->server;
    char seconds[24];
    struct error err;
    request->rate = rate;
    request->verdict = verdict;
    request->rated = true;
    if (verdict.allowed)
        return;
    atomic_fetch_add_explicit(&server->refused[rate], 1, memory_order_relaxed);
    if (rate != HTTP_RATE_SUBJECT)
        hint_at_proxy(request);
    snprintf(seconds, sizeof seconds, "%lld", (long long)verdict.retry_s);
    http_reply_header(request, "Retry-After", seconds);
    char refusal[160];
    snprintf(refusal, sizeof refusal, KINDS[rate].refusal, (long long)request->settings->rates[rate]);
    error_set(&err, ERR_RATE, "%s; try again in %s s", refusal, seconds);
    http_problem(request, &err);
    const struct http_settings *settings = request->settings;
    size_t most = request->route->flags & HTTP_BATCH ? settings->batch_bytes : settings->body_bytes;
    if (request->facts.length > most)
        request->closing = true;
}

static struct rate_verdict take(const struct http_request *request, enum http_rate rate, const void *key,
                                size_t length) {
    const struct http_settings *settings = request->settings;
    return rate_take(settings->tables[rate], settings->rates[rate], key, length,
                     request->connection->loop->now_ms * MS_NS);
}

void limits_admit(struct http_request *request) {
    struct rate_table *const *tables = request->settings->tables;
    bool is_rated = request->route->flags & HTTP_RATED;
    if (!is_rated && !(request->route->flags & HTTP_RATED_QUERY && request->target.query))
        return;
    limits_identify(request);
    if (tables[HTTP_RATE_ADDRESS] && request->has_client) {
        struct address key = rate_address_key(&request->client);
        settle(request, HTTP_RATE_ADDRESS, take(request, HTTP_RATE_ADDRESS, &key, sizeof key));
    }
    const char *subject = request->parameters[0];
    if (!is_rated || !tables[HTTP_RATE_SUBJECT] || !subject || request->replied)
        return;
    struct rate_verdict verdict = take(request, HTTP_RATE_SUBJECT, subject, strlen(subject));
    if (!verdict.allowed) /* else the client is told of its own limit, not of how much others send */
        settle(request, HTTP_RATE_SUBJECT, verdict);
}

void limits_auth_failed(struct http_request *request) {
    if (!request->settings->tables[HTTP_RATE_AUTH])
        return;
    limits_identify(request);
    if (!request->has_client)
        return;
    struct address key = rate_address_key(&request->client);
    struct rate_verdict verdict = take(request, HTTP_RATE_AUTH, &key, sizeof key);
    if (!verdict.allowed)
        settle(request, HTTP_RATE_AUTH, verdict);
}

static char *put_text(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, int64_t number) {
    char digits[20], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    memcpy(at, first, (size_t)(digits + sizeof digits - first));
    return at + (digits + sizeof digits - first);
}

/* Without snprintf: every reply to a response has these, and they are what a limit costs most. */
bool limits_add_headers(const struct http_request *request, struct MHD_Response *response) {
    if (!request->rated)
        return true;
    char state[80], *at = put_text(state, "\"");
    at = put_text(at, KINDS[request->rate].name);
    at = put_text(at, "\";r=");
    at = put_number(at, request->verdict.remaining);
    at = put_text(at, ";t=");
    at = put_number(at, request->verdict.reset_s);
    *at = '\0';
    return MHD_add_response_header(response, "RateLimit-Policy",
                                   request->settings->policies[request->rate]) == MHD_YES &&
           MHD_add_response_header(response, "RateLimit", state) == MHD_YES;
}
