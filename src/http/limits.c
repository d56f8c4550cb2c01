/* How often a client may ask, and how much it may send. Whose request it is: the peer, or the one it forwards for where
 * it is a trusted proxy. Four limits stand before any body is read: an address's responses, a survey's from all
 * addresses, an address's bad keys, and the bytes of all bodies from an address that come without a good one, also of
 * those that are dropped.
 *
 * A good key always passes, and spends nothing of its address: a shop's server sends for all its customers. Who guesses
 * at 256 random bits finds none, and who shares an address with them must not be locked out. The limit on bad keys
 * bounds what the guessing costs. */

#include "http/limits.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/log.h"
#include "http/forwarded.h"
#include "http/reply.h"
#include "http/request.h"

static const int64_t MS_NS = 1000000;

static const struct {
    size_t places, network_places; /* no networks: not by address */
    const char *who, *what;        /* of a refusal: "This address has sent more than 600 requests a minute" */
} KINDS[HTTP_RATE_COUNT] = {
    [HTTP_RATE_ADDRESS] = {65536, 16384, "This address has sent", "requests"},
    [HTTP_RATE_SUBJECT] = {4096, 0, "All clients together have sent this survey", "requests"},
    [HTTP_RATE_BYTES] = {65536, 16384, "This address has sent", "bytes of bodies"},
    [HTTP_RATE_AUTH] = {65536, 16384, "This address has shown", "bad keys"},
};

enum cxd_err limits_open(struct http_server *server, struct error *err) {
    atomic_init(&server->rate_shares, 1);
    if (!hash_key_make(&server->rate_key))
        return error_set(err, ERR_SYSTEM, "The kernel gives no randomness");
    server->crowd = crowd_new(&server->rate_key);
    return server->crowd ? CXD_OK : error_set(err, ERR_NO_MEMORY, "No memory for the limits");
}

enum cxd_err limits_settle(struct http_server *server, struct http_settings *settings, struct error *err) {
    settings->connections_per_address = crowd_most(settings->connections_per_address, server->connection_limit);
    for (int i = 0; i < HTTP_RATE_COUNT; i++) {
        int64_t rate = settings->rates[i];
        struct rate_addresses *tables = &server->tables[i];
        if (rate == 0)
            continue;
        if (!tables->alone)
            tables->alone = rate_table_new(KINDS[i].places, &server->rate_key);
        if (!tables->networks && KINDS[i].network_places > 0)
            tables->networks = rate_table_new(KINDS[i].network_places, &server->rate_key);
        if (!tables->alone || (!tables->networks && KINDS[i].network_places > 0))
            return error_set(err, ERR_NO_MEMORY, "No memory for the limits");
        settings->tables[i] = *tables;
    }
    return CXD_OK;
}

void limits_close(struct http_server *server) {
    for (int i = 0; i < HTTP_RATE_COUNT; i++) {
        rate_table_free(server->tables[i].alone);
        rate_table_free(server->tables[i].networks);
    }
    crowd_free(server->crowd);
}

void http_share_limits(struct http_server *server, int64_t servers) {
    atomic_store_explicit(&server->rate_shares, servers > 1 ? servers : 1, memory_order_relaxed);
}

/* What of a limit is this server's. */
static int64_t most_of(const struct http_request *request, enum http_rate rate) {
    int64_t shares = atomic_load_explicit(&request->connection->loop->server->rate_shares, memory_order_relaxed);
    int64_t all = request->settings->rates[rate];
    return shares == 1 || all == 0 ? all : all / shares > 0 ? all / shares : 1;
}

uint64_t http_rate_refused(const struct http_server *server, enum http_rate rate) {
    return atomic_load_explicit(&server->refused[rate], memory_order_relaxed);
}

/* False for a peer that has no address. */
static bool take_address(const struct sockaddr *peer, struct address *ret_address) {
    if (peer && peer->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)peer;
        *ret_address = (struct address){.bytes = {[10] = 0xFF, [11] = 0xFF}};
        memcpy(ret_address->bytes + 12, &v4->sin_addr, 4);
        return true;
    }
    if (peer && peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)peer;
        memcpy(ret_address->bytes, &v6->sin6_addr, 16);
        return true;
    }
    return false;
}

void limits_set_peer(struct connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    connection->has_peer = take_address(info ? info->client_addr : NULL, &connection->peer);
}

enum MHD_Result limits_accept(void *cls, const struct sockaddr *peer, socklen_t length) {
    struct door *door = cls;
    struct loop *loop = door->loop;
    struct address address;
    (void)length;
    if (!take_address(peer, &address) || network_list_has(&loop->settings->trusted, &address) ||
        crowd_has_room(loop->server->crowd, &address, loop->settings->connections_per_address))
        return MHD_YES;
    tally_add(&door->turned_away, 1);
    return MHD_NO;
}

bool limits_enter(struct connection *connection) {
    const struct http_settings *settings = connection->loop->settings;
    if (!connection->has_peer || network_list_has(&settings->trusted, &connection->peer))
        return true;
    return crowd_enter(connection->loop->server->crowd, &connection->peer, settings->connections_per_address,
                       &connection->crowd_place);
}

void limits_leave(struct connection *connection) {
    crowd_leave(connection->loop->server->crowd, connection->crowd_place);
    connection->crowd_place = NULL;
}

unsigned http_connections_per_address(struct http_server *server) {
    struct http_settings *settings = settings_current(&server->settings);
    unsigned most = settings->connections_per_address;
    settings_release(settings);
    return most;
}

static enum MHD_Result take_forwarded(void *cls, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0)
        forwarded_take(cls, value, strlen(value));
    return MHD_YES;
}

/* Header by header only where the peer is trusted; which costs others nothing. Who has gone stays who they were. */
void limits_identify(struct http_request *request) {
    const struct connection *connection = request->connection;
    if (!request->headers_kept && connection->gone)
        return;
    const struct network_list *trusted = &request->settings->trusted;
    request->client = connection->peer;
    request->has_client = connection->has_peer;
    request->is_trusted = connection->has_peer ? network_list_has(trusted, &connection->peer) : trusted->has_unix;
    if (!request->is_trusted)
        return;
    struct forwarded forwarded;
    forwarded_begin(&forwarded, trusted);
    request_each_header(request, take_forwarded, &forwarded);
    if (forwarded.is_known) {
        request->client = forwarded.hop;
        request->has_client = true;
    }
}

/* Once: who has a proxy and does not say so lets all its clients share one bucket. */
static void hint_at_proxy(struct http_request *request) {
    struct http_server *server = request->connection->loop->server;
    bool is_forwarded = request->has_client && !request->is_trusted && http_header(request, "X-Forwarded-For");
    if (is_forwarded && !atomic_exchange(&server->forwarded_logged, true))
        log_record(LOG_LEVEL_WARNING, "forwarded_ignored",
                   "reason=\"a client was limited that sends X-Forwarded-For and is not in trusted_proxies\"");
}

static void describe(const struct http_request *request, enum http_rate rate, const struct rate_verdict *verdict,
                     struct error *err) {
    long long most = (long long)most_of(request, rate) * (verdict->is_network ? RATE_NETWORK_SHARE : 1);
    error_set(err, ERR_RATE, "%s more than %lld %s a minute; try again in %lld s",
              verdict->is_network ? "The network of this address has sent" : KINDS[rate].who, most, KINDS[rate].what,
              (long long)verdict->retry_s);
}

/* Notes down what the table says, and the 429 if it says no. */
static void settle(struct http_request *request, enum http_rate rate, struct rate_verdict verdict) {
    struct http_server *server = request->connection->loop->server;
    char seconds[24];
    struct error err;
    request->rate = rate;
    request->rate_most = most_of(request, rate);
    request->verdict = verdict;
    request->rated = true;
    if (verdict.allowed)
        return;
    atomic_fetch_add_explicit(&server->refused[rate], 1, memory_order_relaxed);
    if (rate != HTTP_RATE_SUBJECT)
        hint_at_proxy(request);
    snprintf(seconds, sizeof seconds, "%lld", (long long)verdict.retry_s);
    http_reply_header(request, "Retry-After", seconds);
    describe(request, rate, &verdict, &err);
    http_problem(request, &err);
}

static int64_t now_ns(const struct http_request *request) {
    return request->connection->loop->now_ms * MS_NS;
}

static struct rate_verdict take_of_client(const struct http_request *request, enum http_rate rate, int64_t tokens) {
    const struct http_settings *settings = request->settings;
    return rate_take_address(&settings->tables[rate], most_of(request, rate), &request->client, tokens,
                             now_ns(request));
}

/* What is refused has no body read that would be too large anyway. */
static void close_if_too_large(struct http_request *request) {
    const struct http_settings *settings = request->settings;
    size_t most = request->route->flags & HTTP_BATCH ? settings->batch_bytes : settings->body_bytes;
    if (request->replied && request->facts.length > most)
        request->closing = true;
}

static void admit_subject(struct http_request *request, const char *subject) {
    const struct http_settings *settings = request->settings;
    struct rate_verdict verdict =
        rate_take(settings->tables[HTTP_RATE_SUBJECT].alone, most_of(request, HTTP_RATE_SUBJECT), subject,
                  strlen(subject), 1, now_ns(request));
    if (!verdict.allowed) /* else the client is told of its own limit, not of how much others send */
        settle(request, HTTP_RATE_SUBJECT, verdict);
}

/* Whether it asks by the parameter that is limited; in doubt it does. */
static bool asks_by_name(struct http_request *request) {
    const char *name = request->connection->loop->server->options.rated_parameter, *value;
    struct error err;
    return request->route->flags & HTTP_RATED_QUERY && name && (http_query_named(request, name, &value, &err) || value);
}

void limits_admit(struct http_request *request) {
    const struct rate_addresses *tables = request->settings->tables;
    bool is_rated = request->route->flags & HTTP_RATED;
    if (!is_rated && !asks_by_name(request))
        return;
    limits_identify(request);
    if (tables[HTTP_RATE_ADDRESS].alone && request->has_client && !request->principal[0])
        settle(request, HTTP_RATE_ADDRESS, take_of_client(request, HTTP_RATE_ADDRESS, 1));
    const char *subject = request->parameters[0];
    if (is_rated && tables[HTTP_RATE_SUBJECT].alone && subject && !request->replied)
        admit_subject(request, subject);
    close_if_too_large(request);
}

void limits_auth_failed(struct http_request *request) {
    if (!request->settings->tables[HTTP_RATE_AUTH].alone)
        return;
    limits_identify(request);
    if (!request->has_client)
        return;
    struct rate_verdict verdict = take_of_client(request, HTTP_RATE_AUTH, 1);
    if (!verdict.allowed)
        settle(request, HTTP_RATE_AUTH, verdict);
    close_if_too_large(request);
}

/* Whether bytes of this request count: not those of who has shown a key that is good for the call. */
static bool counts_bytes(const struct http_request *request) {
    return request->settings->tables[HTTP_RATE_BYTES].alone && !request->principal[0] && request->has_client;
}

bool limits_admit_body(struct http_request *request, bool is_read) {
    uint64_t length = request->facts.length;
    if (length == 0 && !request->facts.chunked)
        return false;
    limits_identify(request);
    if (!counts_bytes(request))
        return false;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    uint64_t bytes = (info ? info->header_size : 0) + (is_read ? length : 0);
    int64_t tokens = bytes < HTTP_RATE_MAX ? (int64_t)bytes : HTTP_RATE_MAX;
    struct rate_verdict verdict = take_of_client(request, HTTP_RATE_BYTES, tokens);
    if (verdict.allowed)
        return false;
    reply_forget(request);
    settle(request, HTTP_RATE_BYTES, verdict);
    return true;
}

void limits_charge_dropped(const struct http_request *request, size_t bytes) {
    const struct http_settings *settings = request->settings;
    if (bytes > 0 && counts_bytes(request))
        rate_charge_address(&settings->tables[HTTP_RATE_BYTES], most_of(request, HTTP_RATE_BYTES), &request->client,
                            (int64_t)bytes, now_ns(request));
}
