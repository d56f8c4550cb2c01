#ifndef CXD_HTTP_HTTP_H
#define CXD_HTTP_HTTP_H

/* src/http/: the transport, lowest file first; a file uses those above it in this list.
 *
 *   target.c      the request target and the query string, taken apart and decoded
 *   guard.c       the header block against request smuggling: what two parsers could understand differently is refused
 *   trace.c       X-Request-Id and traceparent
 *   forwarded.c   X-Forwarded-For, from trusted proxies
 *   router.c      the table of routes: method and path to handler
 *   deadline.c    the total deadline of a connection
 *   rate.c        token buckets by key
 *   crowd.c       how many connections an address has open
 *   inflate.c     gzip, bounded
 *   deflate.c     gzip, piece by piece
 *   tls.c         certificate and key, and their renewal
 *   allowance.c   RateLimit and RateLimit-Policy: what a reply tells of limits, a 429 above all
 *   settings.c    what a reload replaces, as one state
 *   traffic.c     counts of requests and connections, for the metrics
 *   progress.c    whether a client gets on
 *   record.c      the log's records of requests
 *   library.c     what libmicrohttpd answers by itself, and how it is made to let go
 *   listen.c      the listening sockets: IP, Unix, handed down
 *   aside.c       requests set aside on their loop, and handed back from other threads
 *   request.c     the request as handlers read it; deferring it
 *   host.c        under which host a request came, and whether it is this machine's own (DNS rebinding)
 *   accept.c      which codings of a reply a client takes, and which of two media types
 *   reply.c       how a reply is noted down and sent; its headers
 *   problem.c     refusals as RFC 9457 problems; Retry-After, WWW-Authenticate, Allow
 *   limits.c      the limits of addresses and surveys, judged: 429, with its Retry-After
 *   own.c         whether a page of this server's own asks, and whether what a browser is told stays private
 *   stream.c      replies that are as long as they turn out to be: between a writer and the loop
 *   claim.c       what batches claim of the shared memory
 *   coding.c      Content-Encoding: bodies that come compressed
 *   cookie.c      one cookie of those that a browser sends
 *   auth.c        the Bearer token, the session's cookie, and the authorize hook
 *   cors.c        pages of other origins, and preflights
 *   admit.c       all checks before a body is read, in their order
 *   pool.c        workers for handlers that block
 *   connection.c  libmicrohttpd's callbacks: a connection, and its requests one after the other
 *   drain.c       the end of a server seen from its connections: whom it does not wait for
 *   loop.c        an event loop; accepting, and the end of a server seen from a loop
 *   server.c      the life of a server: open, run, reload, stop */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/address.h"
#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/heartbeat.h"
#include "cxd/base/id.h"
#include "cxd/base/tally.h"

/* The transport: takes requests off the network, guards them, routes them to handlers and sends what these reply. It
 * knows no survey.
 *
 * Threads. `http_threads` event loops own the connections; a handler runs on its connection's loop and must not block.
 * A route with HTTP_POOLED or HTTP_POOLED_PUBLIC runs on a worker of that pool instead, and may: what strangers ask for
 * without a key has workers of its own, so that it waits for nobody's long reading; and so have exports
 * (HTTP_POOLED_EXPORT), which take minutes, and of which no more are taken than there are workers. A handler ends in
 * exactly one of: http_reply, http_problem, http_defer or http_stream_open.
 *
 * Memory. Everything that a request's accessors return lives until its reply has been sent, and until its stream has
 * been closed. */

struct http_server;
struct http_request;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHOD_COUNT };

typedef void http_handler(struct http_request *request);

enum http_flags {
    HTTP_POOLED = 1 << 0,         /* runs on a worker of HTTP_POOL_READ */
    HTTP_INGEST = 1 << 1,         /* needs a Content-Length (411) */
    HTTP_BATCH = 1 << 2,          /* the body limit is batch_bytes, and all of them share batch_memory */
    HTTP_CORS = 1 << 3,           /* open to other origins, as allow_origin says */
    HTTP_QUERY = 1 << 4,          /* reads its query string, as http_query; without it any parameter is refused */
    HTTP_RATED = 1 << 5,          /* limited by the client's address, and by the first parameter for all clients */
    HTTP_RATED_QUERY = 1 << 6,    /* limited by the client's address where the query string has rated_parameter */
    HTTP_POOLED_PUBLIC = 1 << 7,  /* runs on a worker of HTTP_POOL_PUBLIC */
    HTTP_POOLED_EXPORT = 1 << 11, /* runs on a worker of HTTP_POOL_EXPORT, or is refused (503) where all are busy */
    HTTP_POOLED_ANY = HTTP_POOLED | HTTP_POOLED_PUBLIC | HTTP_POOLED_EXPORT,
    /* A POST, PUT or PATCH that takes no body. Other methods never do, and are refused with one (411). */
    HTTP_BODILESS = 1 << 8,
    /* Needs no key. Who shows one that is good for the scope is no stranger: limits by address are not for them. */
    HTTP_OPEN = 1 << 9,
    HTTP_LOOSE_QUERY = 1 << 10, /* passes over what it does not know in its query string; has http_query_named alone */
    HTTP_PAGE = 1 << 12,        /* for people: `explain` writes its problems */
    HTTP_KEYED = 1 << 13        /* a key is to be shown: no cookie does in its place */
};

/* Whose workers run a route. */
enum http_pool { HTTP_POOL_READ, HTTP_POOL_PUBLIC, HTTP_POOL_EXPORT, HTTP_POOL_COUNT };

/* `pattern` is literal segments and {named} ones: "/v1/surveys/{survey}/responses". `scope` 0 is public; anything else
 * is given to `authorize`, or with HTTP_OPEN to `recognise`. HEAD is answered by GET routes; OPTIONS by the server. */
struct http_route {
    enum http_method method;
    const char *pattern;
    http_handler *handle;
    unsigned scope;
    unsigned flags;
};

/* What is limited. */
enum http_rate {
    HTTP_RATE_ADDRESS, /* requests to HTTP_RATED (and HTTP_RATED_QUERY) routes from one address (IPv6: one /64) */
    HTTP_RATE_SUBJECT, /* requests to HTTP_RATED routes with one first parameter (a survey), from all addresses */
    HTTP_RATE_BYTES,   /* bytes of bodies, with the heads before them, that come from one address without a key that is
                          good for the call */
    HTTP_RATE_AUTH,    /* keys from one address that the authorize hook did not know; after these none is looked at */
    HTTP_RATE_COUNT
};

enum { HTTP_RATE_MAX = 1 << 30 };

/* What a request shows of who asks; either may be NULL. */
struct http_credentials {
    const char *key;     /* the Bearer token */
    const char *session; /* http_session, where there is no Authorization header, and the route heeds it: not one with
                            HTTP_OPEN, HTTP_CORS, HTTP_INGEST or HTTP_KEYED */
};

/* Those marked with a star are taken over by http_server_reload. */
struct http_options {
    const char *host;
    /* Sockets that listen already and are served instead of host and port (and of unix_path): at most one of IP and one
     * Unix. They are the server's from http_server_open on. Others may hold them too: at the end what has not been
     * accepted waits in them. */
    int sockets[2];
    size_t socket_count;
    uint16_t port;                          /* 0: the kernel chooses */
    const char *tls_certificate, *tls_key;  /* * PEM files; NULL: plain HTTP, for the server's whole life */
    const char *unix_path;                  /* a Unix socket beside it, always plain; NULL: none */
    unsigned unix_mode;                     /* of its file */
    unsigned http_threads;                  /* ≥ 1 */
    unsigned pool_threads[HTTP_POOL_COUNT]; /* ≥ 1 where a route runs there */
    int64_t
        request_timeout_ms;   /* * from the first byte of a request to the last of its body, and again for the reply */
    unsigned max_connections; /* over all loops; 0: as RLIMIT_NOFILE allows */
    unsigned
        connections_per_address; /* * (IPv6: one /64), but not of trusted peers; 0: a quarter of all, at least 32 */
    int64_t slow_request_ms; /* * a request that takes this long, from its last byte to the reply, is recorded; 0: none
                                is */
    size_t header_bytes;
    size_t body_bytes, batch_bytes; /* * */
    uint64_t batch_memory; /* * that requests to HTTP_BATCH routes may hold together; one alone may hold more */
    int64_t rates[HTTP_RATE_COUNT]; /* * a minute, which may come all at once; 0: no limit; at most HTTP_RATE_MAX */
    struct network_list trusted;    /* * peers whose X-Forwarded-For is believed; "unix": those on a Unix socket */
    const struct http_route *routes;
    size_t route_count;
    const char *rated_parameter; /* of HTTP_RATED_QUERY; may be NULL where no route is */
    void *app;                   /* handed to the hooks, and by http_app() */
    /* * What else a request shall see one state of: http_settings(). After an open or a reload that went well it is the
     * server's, which frees it once no request sees it any more. */
    void *settings;
    void (*settings_free)(void *settings);
    const char *session_cookie; /* its name; NULL: no cookie is read */
    /* CXD_OK lets the request pass; ERR_BAD_KEY spends of HTTP_RATE_AUTH. */
    enum cxd_err (*authorize)(void *app, struct http_request *request, const struct http_credentials *shown,
                              unsigned scope, struct error *err);
    /* Of an HTTP_OPEN route, asked where the request has a Bearer token, which may be anything: CXD_OK lets it pass, as
     * a stranger's where no principal was set. ERR_BAD_KEY: it looks like one of ours, and is not good. NULL: all pass.
     */
    enum cxd_err (*recognise)(void *app, struct http_request *request, const char *credentials, unsigned scope,
                              struct error *err);
    /* Whether `origin` may use an HTTP_CORS route (path parameters are there). */
    bool (*allow_origin)(void *app, struct http_request *request, const char *origin);
    /* Of an HTTP_PAGE route, or of a browser's GET that leads to no route outside the API (ERR_NO_ROUTE: no path
     * parameters are there): writes to http_out what a person reads of a problem, in place of its JSON object, and
     * returns the media type of that, a string constant; NULL: the object. It may add headers, and tell of another
     * problem, by whose status it is replied then (*code). On the thread that has the request. May be NULL where no
     * route is for people. */
    const char *(*explain)(struct http_request *request, const struct error *err, enum cxd_err *code);
    /* Called on a loop after each turn in which handlers ran, and on a worker after each handler: the place to hand on,
     * at one go, what they collected. */
    void (*turn_done)(void *app);
    /* Called on a loop some time after http_alarm; may be NULL where that is not called. */
    void (*alarm)(void *app);
    /* Makes and frees what http_worker() returns on each worker. */
    enum cxd_err (*worker_open)(void *app, void **ret_worker, struct error *err);
    void (*worker_close)(void *app, void *worker);
    /* Hands the worker's heartbeat to what worker_open made, to be answered within long work. May be NULL. */
    void (*worker_watch)(void *worker, struct heartbeat *beat);
};

/* server.c */

/* Binds and listens; nothing is answered before http_server_run. ERR_SYSTEM when it cannot. `options` is copied; what
 * it points to stays the caller's and must outlive the server. */
CXD_NODISCARD enum cxd_err http_server_open(const struct http_options *options, struct http_server **ret_server,
                                            struct error *err);
/* Starts workers and loops. */
CXD_NODISCARD enum cxd_err http_server_run(struct http_server *server, struct error *err);
/* "127.0.0.1:8080", with the real port; "unix:/run/x" if a Unix socket is all there is. */
const char *http_server_address(const struct http_server *server);
/* Graceful end: takes no new connection, answers every request that has arrived (Connection: close), for at most
 * `grace_ms`, and for nobody who does not get on; then ends all threads. Deferred requests must still be completed by
 * others meanwhile; http_wake stays allowed until http_server_close. Both take NULL, and a server that never ran. */
void http_server_stop(struct http_server *server, int64_t grace_ms);
/* Frees. Nobody else may hold a request or call http_wake any more. */
void http_server_close(struct http_server *server);
bool http_server_is_tls(const struct http_server *server);
/* "sha256//…": the certificate's public key, as RFC 7469 pins it; NULL without TLS. Valid until the next reload. */
const char *http_server_pin(const struct http_server *server);
/* When the certificate that is in force ends, seconds since 1970; 0 without TLS. */
int64_t http_server_certificate_end_s(const struct http_server *server);
/* Takes over those options that may change, all at once: requests whose request line arrives from now on see the new
 * ones, those under way what they saw. Certificate and key are read, also from the paths as before: handshakes that
 * begin from now on use them, connections that are open go on. Limits keep count: a client who had used up half of its
 * tokens has half of them left. On an error nothing has changed, and options->settings is the caller's. ERR_CONFIG,
 * ERR_NO_MEMORY. One thread at a time. */
CXD_NODISCARD enum cxd_err http_server_reload(struct http_server *server, const struct http_options *options,
                                              struct error *err);
/* Asks every event loop (every worker) to show that it advances, and returns for how long the worst of them has left an
 * earlier question unanswered: 0 the first time, and whenever all have answered since. An idle one answers at once, a
 * busy one after the handler that it runs; a worker's also within it, as its reader advances. Ask again and again (a
 * question now, the verdict at the next one), seconds apart: each wakes the idle ones. Any thread, between
 * http_server_run and http_server_close. */
int64_t http_loops_stuck_ms(struct http_server *server, int64_t now_monotonic_ms);
int64_t http_workers_stuck_ms(struct http_server *server, int64_t now_monotonic_ms);
bool http_server_is_draining(const struct http_server *server);
/* Makes every loop take the requests that have been completed. Any thread. */
void http_wake(struct http_server *server);

/* tls.c */

/* Whether the two files fit each other. ERR_CONFIG. */
CXD_NODISCARD enum cxd_err http_check_tls(const char *certificate, const char *key, struct error *err);

/* limits.c */

/* Requests that this limit has refused since the server was opened. */
uint64_t http_rate_refused(const struct http_server *server, enum http_rate rate);
/* From now on each limit is divided by so many (at least 1), and lets at least one through: as many servers answer
 * beside each other. Any thread. */
void http_share_limits(struct http_server *server, int64_t servers);
/* How many connections one address may have at once. */
unsigned http_connections_per_address(struct http_server *server);

/* allowance.c */

/* "address", "survey", "bytes", "auth". */
const char *http_rate_name(enum http_rate rate);

/* traffic.c: what a server has done since it was opened. Any thread may ask at any time, and nobody who serves waits
 * for it; what is counted meanwhile may be there or not. */

struct http_traffic_visitor {
    /* Requests that were answered so. `method` is "other" for none of ours, `route` the pattern or "none" where no path
     * fits, `status` 0 for one that is not foreseen. What the library answers by itself, since it cannot read it, is
     * among them: "other", "none", and in no time. May be NULL, as `durations`. */
    void (*requests)(void *context, const char *method, const char *route, int status, uint64_t count);
    /* Nanoseconds, on the scale TALLY_DURATIONS, from the turn of the loop that found the request to the handing over
     * of its reply. */
    void (*durations)(void *context, const char *method, const char *route, const struct tally_reading *durations);
    void *context;
};
void http_read_traffic(const struct http_server *server, const struct http_traffic_visitor *visitor);
/* Requests that ended without a reply (the client left or was too slow), and those that are under way; what ends in the
 * moment of reading counts as under way. */
void http_read_requests(const struct http_server *server, uint64_t *ret_unanswered, uint64_t *ret_in_flight);
struct http_door {
    const char *name; /* "tcp", "unix" */
    uint64_t accepted, open, limit;
    uint64_t refused; /* closed at once: their address had as many as it may */
};
enum { HTTP_DOORS_MAX = 2 };
size_t http_read_doors(const struct http_server *server, struct http_door ret_doors[HTTP_DOORS_MAX]);
const char *http_library_version(void); /* libmicrohttpd's */
const char *http_tls_version(void);     /* GnuTLS' */

/* claim.c */

/* On an HTTP_BATCH route, before memory is taken: claims `bytes` beside the body for what the handler makes of it,
 * instead of what it claimed before. The server gives it back when the request ends. False: there is no room, and a
 * problem is noted down. Any thread that has the request. */
CXD_NODISCARD bool http_claim_memory(struct http_request *request, uint64_t bytes);
/* What requests to HTTP_BATCH routes hold now and may hold, and how many claims were refused since the start. */
struct http_batch_memory {
    uint64_t held, limit, refused;
};
void http_read_batch_memory(struct http_server *server, struct http_batch_memory *ret_memory);

/* pool.c */

/* The workers of a pool, how many of them run a handler, and the requests that wait for one. */
struct http_pool_state {
    const char *name; /* "read", "public", "export" */
    unsigned threads, busy, waiting;
};
void http_read_pools(const struct http_server *server, struct http_pool_state ret_pools[HTTP_POOL_COUNT]);

/* request.c: what was asked. */

enum { HTTP_PRINCIPAL_SIZE = 32 };
/* Who asks, as the hooks for keys found out: "" is a stranger. Cut to fit. */
void http_set_principal(struct http_request *request, const char *principal);
const char *http_principal(const struct http_request *request);
void *http_app(const struct http_request *request);
void *http_worker(const struct http_request *request); /* on a worker only */
/* The `settings` that were in force when the request line came. */
const void *http_settings(const struct http_request *request);
enum http_method http_request_method(const struct http_request *request);
bool http_request_is_head(const struct http_request *request);
/* The decoded path parameter `{name}`; never NULL for a name of the route's pattern. */
const char *http_path(const struct http_request *request, const char *name);
/* A header's value, or NULL. Valid until the reply; call from the loop or the worker that runs the handler. */
const char *http_header(const struct http_request *request, const char *name);
/* How many times the request has the header. */
size_t http_header_count(const struct http_request *request, const char *name);
/* The header's values as one list, in their order; NULL where it is not given. Lives as long as the request. */
CXD_NODISCARD enum cxd_err http_header_list(struct http_request *request, const char *name, const char **ret_list,
                                            struct error *err);
const char *http_body(const struct http_request *request, size_t *ret_length); /* never NULL */
struct http_query_item {
    const char *key, *value; /* decoded; value "" where there is no '=' */
};
/* The query string as it was sent, without its '?'; NULL where there is none. On any route. */
const char *http_query_text(const struct http_request *request);
/* The items of the query string in order. */
const struct http_query_item *http_query(const struct http_request *request, size_t *ret_count);
/* As http_query_find. */
CXD_NODISCARD enum cxd_err http_query_named(struct http_request *request, const char *key, const char **ret_value,
                                            struct error *err);
/* The name by which the request is found again in logs: the client's X-Request-Id where it is well-formed, else a fresh
 * one. Every reply has it, every problem, and every record about the request. */
const char *http_request_id(const struct http_request *request);
/* Which thread of the server runs the handler: its loops are 0 to http_threads − 1, its workers come behind them, so
 * that what each counts has one writer. */
unsigned http_lane(const struct http_request *request);
struct arena *http_arena(struct http_request *request);
int64_t http_now_ms(const struct http_request *request); /* wall clock when the request was complete */
struct id_source *http_ids(struct http_request *request);

/* Sets the request aside: its connection waits. Call before the work is handed to another thread; that thread then
 * calls http_complete once, after which `finish` runs on the loop, and replies. `context` is for finish:
 * http_deferred(). */
void http_defer(struct http_request *request, http_handler *finish, void *context);
void *http_deferred(const struct http_request *request);
/* From any thread. Completed requests are picked up at the next http_wake (one for many). */
void http_complete(struct http_request *request);
/* `alarm` is called on the request's loop `after_ms` from now, or sooner if one was set before: for who must not wait
 * longer for what was handed on. On the loop, by the handler that sets the request aside, or by `alarm` itself. */
void http_alarm(struct http_request *request, int64_t after_ms);
/* What was asked for is done. If there is no memory to say so, the connection ends without a reply: a refusal would be
 * a lie. */
void http_is_done(struct http_request *request);

/* target.c */

/* Parses a query string (what follows '?'; application/x-www-form-urlencoded: '+' is a blank). ERR_BAD_PARAMETER for a
 * bad escape, a NUL, invalid UTF-8, a key without a '.' that is given twice (of others who reads them judges), or more
 * than 64 items (128 with empty ones). */
CXD_NODISCARD enum cxd_err http_query_parse(const char *text, struct arena *arena, struct http_query_item **ret_items,
                                            size_t *ret_count, struct error *err);
/* The decoded value of one parameter of a query string, NULL where it is not there. What else the string holds is
 * passed over, whatever it is. ERR_BAD_PARAMETER if this one is given twice or cannot be decoded. */
CXD_NODISCARD enum cxd_err http_query_find(const char *text, const char *key, struct arena *arena,
                                           const char **ret_value, struct error *err);

/* host.c */

/* Under which host and port the request came, "HOST" or "HOST:PORT": the authority of a target in absolute form, else
 * the Host; NULL: HTTP/1.0 without either. As http_header. */
const char *http_host(const struct http_request *request);
/* True if http_host is "localhost", a loopback address, or the host of `own_url` (NULL or "": none); its port
 * is any. A stranger's page cannot ask under such a name, whatever its own name resolves to (DNS rebinding). So this is
 * asked before anything that wants a key elsewhere is answered without one. */
bool http_is_for_this_machine(const struct http_request *request, const char *own_url);

/* own.c */

/* Whether the page that asks is of this server: the request has one Origin, and that is the scheme and host of
 * `own_url` (NULL or "": none), or those under which it came by TLS of this server's or on this machine. A browser says
 * it with whatever is no GET, and no page can change it. */
bool http_is_from_own_page(const struct http_request *request, const char *own_url);
/* Whether a browser says that a page of another origin asks, be it of the same site. */
bool http_is_from_other_page(const struct http_request *request);
/* What may become of a secret on its way to the browser that asks. */
enum http_way {
    HTTP_WAY_PRIVATE,   /* TLS of this server's; or it never leaves the machine, for the host is a loopback one; or it
                           came by a trusted proxy under the host of an own_url that is https */
    HTTP_WAY_PLAIN,     /* it came over plain HTTP */
    HTTP_WAY_UNTRUSTED, /* it came over plain HTTP under the host of such a URL, by who is no trusted proxy */
    HTTP_WAY_FORWARDED  /* it came by a trusted proxy, whose X-Forwarded-Proto says: over plain HTTP */
};
enum http_way http_way(struct http_request *request, const char *own_url);

/* cookie.c */

/* The session that a browser shows: the value of options.session_cookie, NULL where it is not sent, or more than once,
 * or by a page of another origin. Lives as long as the request. */
const char *http_session(struct http_request *request);

/* auth.c */

/* Replies 401, or where this address has shown too many bad keys 429. */
void http_refuse_key(struct http_request *request, const char *detail);

/* accept.c */

/* Whether the client takes a reply that is gzip. On the thread that has the request. */
bool http_accepts_gzip(const struct http_request *request);
/* Whether the client would rather have a media type than the usual one (Accept). On the thread that has the request. */
bool http_prefers(struct http_request *request, const char *usual, const char *other);

/* reply.c: what is replied. */

/* Before the reply; `value` is copied. */
void http_reply_header(struct http_request *request, const char *name, const char *value);
/* The reply's body, to be filled before http_reply. */
struct buffer *http_out(struct http_request *request);
/* The same, before anything is written, of a body that may have hundreds of kilobytes: with room for a megabyte, which
 * each loop keeps one of. A reply that grows into new memory pays the system for every page of it. */
struct buffer *http_out_long(struct http_request *request);
/* What is sent in place of http_out, to be said before the reply, of any kind but http_reply_tagged: these bytes, which
 * are not copied, and live as long as the server. A problem has its own body. */
void http_out_fixed(struct http_request *request, const void *bytes, size_t length);
/* Sends http_out with `status`; `type` is a string constant ("application/json"), NULL for no body. A failed buffer
 * becomes ERR_NO_MEMORY. */
void http_reply(struct http_request *request, int status, const char *type);
/* As http_reply with 200, a strong ETag over the body, and 304 without body where If-None-Match has it. */
void http_reply_tagged(struct http_request *request, const char *type);
/* The same with a strong tag of the caller's, which is another whenever the body is. */
void http_reply_with_tag(struct http_request *request, const char *type, const char *tag);

/* stream.c: a reply with status 200 that is as long as it turns out to be. */

struct http_stream;
struct http_stream_form {
    const char *type;     /* a string constant */
    const char *trailers; /* the names of those that come behind the body, as a list; NULL: none */
    size_t buffer_bytes;  /* so much is kept for a client that is slower than the writer; at least 1 */
    bool may_gzip;        /* where the client takes it */
    /* It lasts for hours, and one of many: the kernel is to keep little of it for each client, and who acknowledges
     * nothing for as long as a request may take is cut off, be it that his machine is gone. Its writer serves many at
     * one go: what he does is seen to at the next http_wake, one for all of them. */
    bool is_lasting;
};
/* Begins the reply, after http_reply_header, instead of http_reply: on a worker of HTTP_POOLED_EXPORT, whose handler
 * goes on as the writer, or on a loop, where it hands the stream to another thread. Whoever writes has the request and
 * its memory until http_stream_close or _fail, one of which ends every stream. ERR_NO_MEMORY: nothing has begun. */
CXD_NODISCARD enum cxd_err http_stream_open(struct http_request *request, const struct http_stream_form *form,
                                            struct http_stream **ret_stream, struct error *err);
enum http_written {
    HTTP_WRITTEN,
    HTTP_FULL, /* nothing of it was: there is no room now */
    HTTP_GONE  /* nobody reads any more (or wants a body: HEAD): time to close */
};
/* Waits until there is room for it; never HTTP_FULL. Who reads nothing for as long as a request may take is cut off. */
enum http_written http_stream_write(struct http_stream *stream, const char *bytes, size_t length);
/* All of it or nothing, and never waits: for who writes to many. Not where the form may_gzip. */
enum http_written http_stream_try(struct http_stream *stream, const char *bytes, size_t length);
/* How much http_stream_try would take now; 0 where nobody reads. */
size_t http_stream_room(struct http_stream *stream);
/* What was written is sent now, and not once it is worth the while. What is being compressed stays where it is. */
void http_stream_flush(struct http_stream *stream);
/* Whether the writer should come to an end: nobody reads, or the server stops. Cheap; any thread. */
bool http_stream_is_ending(const struct http_stream *stream);
bool http_stream_is_gone(const struct http_stream *stream);
/* One of those that the form has announced; both are copied. HTTP/1.0 has none: the body has to say it too. */
void http_stream_trailer(struct http_stream *stream, const char *name, const char *value);
/* The end. On a worker it waits until everything is taken, so that there are never more streams than workers. */
void http_stream_close(struct http_stream *stream);
/* The end of one that failed: the connection is cut without the end that a whole reply has. */
void http_stream_fail(struct http_stream *stream);
/* Streams since the server was opened: all that begun, and how they ended: sent to the end, left by their client (or
 * cut off), failed. Those that are open, and the memory that they take. Any thread. */
struct http_streams {
    uint64_t begun, whole, left, failed, open, memory_bytes, sent_bytes;
};
void http_read_streams(const struct http_server *server, struct http_streams *ret_streams);

/* problem.c */

/* An RFC 9457 problem made of err; Retry-After, WWW-Authenticate, Allow as the status wants. */
void http_problem(struct http_request *request, const struct error *err);
void http_problem_code(struct http_request *request, enum cxd_err code, const char *format, ...) CXD_PRINTF(3, 4);
/* The code of the problem that was noted down as the reply; CXD_OK where there is none. */
enum cxd_err http_refusal(const struct http_request *request);
/* As http_problem, with members of the JSON object besides: `"reasons":[…]`. NULL: they could not be made for want of
 * memory. */
void http_problem_more(struct http_request *request, const struct error *err, const char *members);
/* Appends the problem's JSON object (one line, no newline) without sending: for one line of a batch. */
void http_problem_write(struct buffer *out, const struct error *err);

#endif
