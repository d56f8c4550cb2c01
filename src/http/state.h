#ifndef CXD_HTTP_STATE_H
#define CXD_HTTP_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include <microhttpd.h>

#include "cxd/base/budget.h"
#include "cxd/http/http.h"
#include "http/crowd.h"
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
 * Everything but the atomics, and a deferred or pooled request, belongs to its loop's thread. These are the structures
 * alone: what a file does stands in the header of its name. */

enum { LONG_OUT_BYTES = 1024 * 1024 };

/* Where a request stands. Only the access handler and reply_send move it. */
enum request_stage {
    STAGE_IDLE,    /* none, or its request line has not arrived */
    STAGE_HEAD,    /* the header block comes next */
    STAGE_BODY,    /* the body is being read (and dropped, if the reply is already known) */
    STAGE_RUNNING, /* deferred or pooled: MHD asks for the reply at every turn, or has suspended the connection */
    STAGE_SENDING  /* the reply has been handed to MHD */
};

struct reply_header {
    const char *name, *value;
    struct reply_header *next;
};

struct request_header {
    const char *name, *value;
};

struct http_request {
    struct connection *connection;
    struct http_settings *settings; /* held from the request line on; before it NULL */
    enum request_stage stage;
    const char *method_name;
    bool is_head;
    bool is_old; /* HTTP/1.0 */
    struct trace trace;
    enum http_method method; /* HTTP_METHOD_COUNT: none of ours */
    const char *raw_target;  /* as it stands in MHD's buffer; for the guard */
    char *target_text;       /* our copy; NULL when memory was refused */
    struct target target;
    struct guard_facts facts;
    struct request_header *headers_kept; /* our copies; NULL: MHD has them */
    size_t headers_count;
    const struct router_path *path; /* NULL: no such path */
    const struct http_route *route; /* NULL: not this method */
    const char *parameters[ROUTER_PARAMETERS_MAX];
    struct http_query_item *query;
    size_t query_count;
    const char *origin;    /* the request's Origin, when it may see the reply; of a preflight, that to come */
    bool other_origin;     /* it has one that may not do what it asks for */
    struct address client; /* by X-Forwarded-For where the peer is trusted */
    bool is_trusted;       /* the peer is */
    bool has_client;       /* false: on a Unix socket, and nothing is forwarded */
    enum http_rate rate;   /* whose state the reply tells */
    bool rated;
    int64_t rate_most; /* a minute */
    struct rate_verdict verdict;
    struct buffer body;
    size_t body_limit, body_dropped;
    bool is_gzip;              /* the body comes so, and is decoded for the handler */
    struct budget_claim claim; /* of batch_memory, and of that for the body */
    uint64_t body_claim;
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
    const char *fixed_out; /* instead of `out`: bytes that are there already; NULL: `out` */
    size_t fixed_length;
    struct reply_header *headers;

    /* Work that happens elsewhere. */
    bool suspended, deferred;
    http_handler *finish;
    void *context;
    struct http_request *next; /* in the pool's queue, then in the loop's ready list */
    void *worker;
    struct heartbeat *beat; /* the worker's */
    unsigned lane;
    bool *handed_over; /* a worker's: set by http_defer, after which the worker lets go of the request */
    struct id_source *ids;
    struct http_stream *stream; /* what the reply's body comes from, piece by piece; NULL: it is `out` */
    struct MHD_Response *(*respond)(struct http_request *request); /* and how MHD gets at that */
    struct http_request *stream_before, *stream_after;             /* in the loop's list */
    char principal[HTTP_PRINCIPAL_SIZE];
};

struct connection {
    struct loop *loop;
    struct door *door;
    struct MHD_Connection *mhd;
    int fd;
    struct address peer;
    bool has_peer;                   /* false: on a Unix socket */
    struct crowd_place *crowd_place; /* where it is counted; NULL: it is not */
    bool used;                       /* a request line has arrived before */
    int64_t opened_ms;               /* monotonic */
    bool cut;                        /* it ends, and no request of it is taken any more */
    int left_bytes;                  /* for a stop: what MHD had not read, and since when no less; 0: not looked at */
    int64_t left_since_ms;
    uint64_t taken_bytes, sent_bytes; /* for a stop, too: what drain.c counts by itself, of all that has moved */
    int waiting_bytes;
    uint64_t moved_bytes; /* at the last step or piece, and when and where that was; 0: not looked at */
    int64_t stalled_since_ms;
    uint64_t streamed_bytes; /* moved when the deadline of its stream was set */
    enum request_stage stalled_stage;
    bool gone; /* closed while its request was deferred, which keeps this alive; mhd and fd mean nothing then */
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
    tally_count accepted, closed, turned_away;
    unsigned fruitless; /* turns in a row in which the listener was ready and nothing could be accepted */
    uint64_t accepted_before, closed_before, turned_away_before;
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
    _Atomic int64_t alarm_at_ms; /* monotonic; 0: none is set */
    int64_t now_ms;              /* monotonic, of this turn */
    int64_t turn_ns;             /* the same, when sockets were looked at */
    unsigned lane;
    struct traffic traffic;
    _Atomic(char *) long_out; /* LONG_OUT_BYTES, for the next long reply; NULL: none are kept, or they are in use */
    struct deadline_list deadlines;      /* every connection that is not suspended */
    unsigned running_requests;           /* in STAGE_RUNNING */
    unsigned waiting;                    /* those of them that are not suspended */
    struct http_request *streams;        /* whose replies are streamed */
    struct http_request *fed, *fed_last; /* those that were handed back, oldest first, until their turn */
    int64_t streams_seen_ms;             /* when it was looked whether their clients are there */
    bool progress;                       /* this turn did more than to ask the waiting */
    unsigned idle_turns;                 /* in a row in which MHD was busy, and nothing came of it */
    bool quiesced, cutting;
    struct id_source ids;
};

/* Written under the pool's lock, read by anyone, also when there is no pool any more. */
struct crew_counts {
    atomic_uint threads, busy, waiting;
};

/* Of the replies that are streamed. */
struct stream_counts {
    atomic_ullong begun, whole, left, failed, bytes;
    atomic_uint open;
    atomic_size_t memory;
};

struct http_server {
    struct http_options options;
    struct router *router;
    struct pool *pool;
    struct crew_counts crews[HTTP_POOL_COUNT];
    struct loop *loops;
    unsigned loop_count;
    unsigned connection_limit; /* of all loops */
    struct crowd *crowd;
    struct budget batches;
    struct stream_counts streams;
    int listen_fd, unix_fd; /* −1: none */
    bool owns_unix_path;    /* the file is ours to remove */
    bool shares_listeners;  /* they go on without us */
    struct tls *tls;        /* NULL: plain */
    char address[80];
    bool check_layout;
    bool takes_chunks; /* set by tests alone, which hold what MHD makes of chunks to an end all the same */
    struct settings_place settings;
    struct rate_addresses tables[HTTP_RATE_COUNT]; /* NULL: never limited so far */
    struct hash_key rate_key;
    _Atomic int64_t rate_shares; /* the limits are divided by so many */
    atomic_ullong refused[HTTP_RATE_COUNT];
    atomic_bool forwarded_logged;
    atomic_bool draining;
    _Atomic int64_t stop_at_ms; /* monotonic; after it connections are cut */
    atomic_uint accepting;      /* loops that have not stopped to accept */
};

#endif
