#ifndef CXD_HTTP_INTERNAL_H
#define CXD_HTTP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <microhttpd.h>

#include "cxd/http/http.h"
#include "http/deadline.h"
#include "http/guard.h"
#include "http/rate.h"
#include "http/router.h"
#include "http/settings.h"
#include "http/target.h"
#include "http/tls.h"
#include "http/trace.h"
#include "http/traffic.h"

/* What the files of this module share: the server, its loops, and a connection with the one request that it is about.
 * Everything but the atomics, and a deferred or pooled request, belongs to its loop's thread. */

/* Where a request stands. Only the access handler and reply_send move it. */
enum request_stage {
    STAGE_IDLE, /* none, or its request line has not arrived */
    STAGE_HEAD, /* the header block comes next */
    STAGE_BODY, /* the body is being read (and dropped, if the reply is already known) */
    STAGE_RUNNING, /* deferred (MHD asks for the reply at every turn) or pooled (MHD has suspended the connection) */
    STAGE_SENDING /* the reply has been handed to MHD */
};

struct reply_header {
    const char *name, *value;
    struct reply_header *next;
};

struct http_request {
    struct connection *connection;
    struct http_settings *settings; /* held from the request line on; before it NULL */
    enum request_stage stage;
    const char *method_name;
    bool is_head;
    struct trace trace;
    enum http_method method; /* HTTP_METHOD_COUNT: none of ours */
    const char *raw_target;  /* as it stands in MHD's buffer; for the guard */
    char *target_text;       /* our copy; NULL when memory was refused */
    struct target target;
    struct guard_facts facts;
    const struct router_path *path; /* NULL: no such path */
    const struct http_route *route; /* NULL: not this method */
    const char *parameters[ROUTER_PARAMETERS_MAX];
    struct http_query_item *query;
    size_t query_count;
    const char *origin;    /* the request's Origin, when it may see the reply */
    struct address client; /* by X-Forwarded-For where the peer is trusted */
    bool is_trusted;       /* the peer is */
    bool has_client;       /* false: on a Unix socket, and nothing is forwarded */
    enum http_rate rate;   /* whose state the reply tells */
    bool rated;
    struct rate_verdict verdict;
    struct buffer body;
    size_t body_limit, body_dropped;
    bool body_too_large;
    int64_t arrived_ms, now_ms; /* when it was complete: monotonic (0: it is not), wall clock */
    int64_t begun_ns;           /* monotonic; 0: not begun, or its end is counted */
    struct arena arena;

    /* The reply, as the handler noted it down. */
    bool replied, failed, tagged, closing;
    bool done;      /* what was asked for: it cannot be refused any more */
    bool unsayable; /* and there is no memory to reply with */
    int status;
    enum cxd_err problem; /* CXD_OK: the reply is none */
    const char *type;
    struct buffer out;
    const char *fixed_out; /* instead of `out`, when there is no memory for any */
    struct reply_header *headers;

    /* Work that happens elsewhere. */
    bool suspended, deferred;
    http_handler *finish;
    void *context;
    struct http_request *next; /* in the pool's queue, then in the loop's ready list */
    void *worker;
    unsigned lane;
    bool *handed_over; /* a worker's: set by http_defer, after which the worker lets go of the request */
    struct id_source *ids;
    char principal[HTTP_PRINCIPAL_SIZE];
};

struct connection {
    struct loop *loop;
    struct door *door;
    struct MHD_Connection *mhd;
    int fd;
    struct address peer;
    bool has_peer;     /* false: on a Unix socket */
    bool used;         /* a request line has arrived before */
    int64_t opened_ms; /* monotonic */
    bool
        gone; /* closed while its request was deferred, which keeps this alive; mhd and fd mean nothing then */
    struct deadline deadline;
    struct http_request request;
};

/* One way in: a listener of the server, and this loop's daemon of the library behind it. */
struct door {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    int mhd_fd, listen_fd;
    bool is_tls, is_local; /* local: a Unix socket, whose peers have no address */
    unsigned connections, limit;
    tally_count accepted, closed;
    unsigned fruitless; /* turns in a row in which the listener was ready and nothing could be accepted */
    uint64_t accepted_before, closed_before;
    bool limit_logged, refused_logged;
};

struct loop {
    struct http_server *server;
    struct http_settings *settings; /* current at this turn; held */
    pthread_t thread;
    bool running;                      /* the thread has been started */
    struct door doors[HTTP_DOORS_MAX]; /* TCP, and perhaps a Unix socket */
    unsigned door_count;
    int wake_fd;
    _Atomic(struct http_request *) ready; /* completed, newest first */
    atomic_bool sleeping;                 /* the wake-up must write to wake_fd */
    struct heartbeat beat;
    int64_t now_ms;  /* monotonic, of this turn */
    int64_t turn_ns; /* the same, when sockets were looked at */
    unsigned lane;
    struct traffic traffic;
    struct deadline_list deadlines; /* every connection that is not suspended */
    unsigned running_requests;      /* in STAGE_RUNNING */
    unsigned waiting;               /* those of them that are not suspended */
    bool progress;                  /* this turn did more than to ask the waiting */
    bool quiesced, cutting;
    struct id_source ids;
};

struct http_server {
    struct http_options options;
    struct router *router;
    struct pool *pool;
    struct loop *loops;
    unsigned loop_count;
    int listen_fd, unix_fd; /* −1: none */
    bool owns_unix_path;    /* the file is ours to remove */
    bool shares_listeners;  /* they go on without us */
    struct tls *tls;        /* NULL: plain */
    char address[80];
    bool check_layout;
    pthread_mutex_t settings_lock;
    _Atomic(struct http_settings *) settings;   /* the current ones; held. Replaced under the lock */
    struct rate_table *tables[HTTP_RATE_COUNT]; /* NULL: never limited so far */
    struct hash_key rate_key;
    atomic_ullong refused[HTTP_RATE_COUNT];
    atomic_bool forwarded_logged;
    atomic_bool draining;
    _Atomic int64_t stop_at_ms; /* monotonic; after it connections are cut */
    atomic_uint accepting;      /* loops that have not stopped to accept */
};

/* server.c */
/* The current settings, held for the caller. */
struct http_settings *server_settings(struct http_server *server);
int server_listen(const char *host, uint16_t port, char *address, size_t address_size, struct error *err);
unsigned server_connection_limit(unsigned wanted);
/* listen.c. Serves the sockets of the options. ERR_CONFIG: one is of a kind that is there already. */
CXD_NODISCARD enum cxd_err server_adopt(struct http_server *server, struct error *err);
/* A socket file that nobody listens on any more is replaced. −1 and err. */
int server_listen_unix(const char *path, unsigned mode, struct error *err);

/* loop.c */
CXD_NODISCARD enum cxd_err loop_open(struct loop *loop, struct http_server *server, unsigned limit,
                                     struct error *err);
CXD_NODISCARD enum cxd_err loop_start(struct loop *loop, struct error *err);
void loop_wake(struct loop *loop);
/* At every turn, and where a request begins: what was sent after a reload sees it. */
void loop_take_settings(struct loop *loop);
/* Returns false where a suspended request forbids to free the loop. */
bool loop_close(struct loop *loop);
/* For the pool: MHD leaves the connection alone. */
void loop_suspend(struct loop *loop, struct http_request *request);
/* For what is deferred: the connection stays with MHD, which costs no system call; but it may close meanwhile. */
void loop_await(struct loop *loop, struct http_request *request);
void loop_ready(struct loop *loop, struct http_request *request);

/* connection.c: MHD's callbacks. */
void connection_free(struct connection *connection);
void connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);
void *connection_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result connection_access(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size,
                                  void **context);
void connection_completed(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_RequestTerminationCode code);

/* request.c */
void request_init(struct http_request *request, struct connection *connection);
void request_begin(struct http_request *request, const char *uri);
void request_reset(struct http_request *request);
void request_free(struct http_request *request);
/* Counts a request that got no reply, unless its end is counted. */
void request_abandon(struct http_request *request);

/* admit.c: all that can be decided from the header block. Notes down a refusal. */
void request_admit(struct http_request *request);

/* reply.c */
CXD_NODISCARD bool reply_send(struct http_request *request);
const char *reply_header_find(const struct http_request *request, const char *name);
/* record.c: the log's records of a request. `bytes` is the length of the reply's body. */
void record_reply(const struct http_request *request, size_t bytes);
/* `is_fault`: ours; otherwise the client has left. */
void record_no_reply(const struct http_request *request, bool is_fault);

/* problem.c */
void problem_no_memory(struct http_request *request);

/* limits.c */
CXD_NODISCARD enum cxd_err limits_open(struct http_server *server, struct error *err);
/* Finds (or makes) the tables that the rates need. */
CXD_NODISCARD enum cxd_err limits_settle(struct http_server *server, struct http_settings *settings,
                                         struct error *err);
void limits_close(struct http_server *server);
void limits_set_peer(struct connection *connection);
/* Whom the request is from. */
void limits_identify(struct http_request *request);
void limits_admit(struct http_request *request);
/* Notes a 429 down if this address has shown too many keys that are none. */
void limits_auth_failed(struct http_request *request);
bool limits_add_headers(const struct http_request *request, struct MHD_Response *response);

/* auth.c */
void auth_admit(struct http_request *request);
/* cors.c */
void cors_admit(struct http_request *request);
void cors_options(struct http_request *request);

/* pool.c */
CXD_NODISCARD enum cxd_err pool_start(struct http_server *server, unsigned count, struct pool **ret_pool,
                                      struct error *err);
void pool_submit(struct pool *pool, struct http_request *request);
/* The worst of the workers': heartbeat_ask. */
int64_t pool_ask(struct pool *pool, int64_t now_ms);
/* From now on queued requests are refused, not run. */
void pool_refuse(struct pool *pool);
void pool_stop(struct pool *pool);

#endif
