#ifndef CXD_API_VITALS_H
#define CXD_API_VITALS_H

#include "cxd/base/error.h"
#include "cxd/http/http.h"
#include "cxd/store/store.h"

/* Whether this daemon can do its work. What may block (the database, its disk) is looked at by a thread of its own, and
 * only when somebody asks: who asks waits for that, for two seconds at most; who asks soon after is told the same; and
 * while the disk is silent all are told so at once. */

struct app;
struct vitals;

/* Reads by a connection of its own. Between the opening of the HTTP server and http_server_run. */
CXD_NODISCARD enum cxd_err vitals_start(struct app *app, struct vitals **ret_vitals, struct error *err);
/* After http_server_stop, and when nobody calls vitals_wait any more. Takes NULL. */
void vitals_stop(struct vitals *vitals);

/* Calls `finish` when vitals_read has something fresh: at once, or later and then on the request's loop. */
void vitals_ask(struct vitals *vitals, struct http_request *request, http_handler *finish);

/* Answers those who have asked for too long: http_alarm's `alarm`. */
void vitals_alarm(struct vitals *vitals);

/* Waits for something fresh, as long as a request would: for threads that may block. */
void vitals_wait(struct vitals *vitals);

struct vitals_reason {
    const char *check;  /* "disk" */
    const char *reason; /* a word that never changes: "disk_low" */
    const char *detail; /* a sentence for people; names no path and no size */
};

/* A flood of suspects must not hold up the look, by which the daemon is ready: of a survey no more than …_MOST are
 * counted, and once all are …_MANY no more than …_FEW. */
enum {
    VITALS_REASONS_MAX = 16,
    VITALS_OVERFLOWS_MAX = 16,
    VITALS_SUSPECTS_MAX = 16,
    VITALS_SUSPECTS_MOST = 20000,
    VITALS_SUSPECTS_MANY = 100000,
    VITALS_SUSPECTS_FEW = 100
};

/* A dimension of a survey with more values than have rollups; see store_read_overflows. */
struct vitals_overflow {
    int64_t survey;
    char dimension[96];
    int64_t values, beyond;
};

struct vitals_suspects {
    bool is_known;             /* false: the database was not read */
    struct store_suspects all; /* of every survey; .recent of the last day */
    bool is_least;             /* there may be more: of some survey all were counted that may be */
    int64_t surveys;           /* that have some */
    struct store_suspects first[VITALS_SUSPECTS_MAX]; /* those of them that have most, these first */
    size_t count;
};

struct vitals_report {
    const struct vitals_reason *reasons[VITALS_REASONS_MAX]; /* why it is not ready: all of them */
    size_t reason_count;                                     /* 0: it is */
    bool has_figures;                                        /* false: the database was not read */
    struct store_figures figures;
    struct vitals_overflow overflows[VITALS_OVERFLOWS_MAX]; /* the first of figures.overflows */
    size_t overflow_count;
    struct vitals_suspects suspects;
    bool has_disk; /* false: there are no files, or the system does not tell */
    struct store_disk disk;
};

/* Blocks on nothing; any thread. */
void vitals_read(struct vitals *vitals, struct vitals_report *ret_report);

/* The name of the check at `index`, in the order of reports; NULL behind the last. */
const char *vitals_check(size_t index);

/* Appends the member `"reasons":[{"check":…,"reason":…,"detail":…},…]`. */
void vitals_append_reasons(struct buffer *out, const struct vitals_report *report);

#endif
