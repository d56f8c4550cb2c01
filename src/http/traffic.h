#ifndef CXD_HTTP_TRAFFIC_H
#define CXD_HTTP_TRAFFIC_H

#include "cxd/base/tally.h"
#include "cxd/http/http.h"
#include "http/router.h"

/* What one loop has answered, counted by its thread alone. */

enum { TRAFFIC_METHODS = 8, TRAFFIC_STATUSES = 26 };

/* The counts of one path (or none) and method. */
struct traffic_cell {
    tally_count statuses[TRAFFIC_STATUSES];
    struct tally durations; /* TALLY_DURATIONS */
};

struct traffic {
    tally_count begun, answered, unanswered;
    tally_count handed_over; /* begun, and answered by MHD, whose reply is counted by itself */
    size_t path_count;
    struct traffic_cell *cells; /* TRAFFIC_METHODS for each path, and for none */
};

CXD_NODISCARD bool traffic_init(struct traffic *traffic, const struct router *router);
void traffic_free(struct traffic *traffic);

/* `path` NULL: there is none. */
void traffic_answered(struct traffic *traffic, const struct router_path *path, const char *method, int status,
                      int64_t duration_ns);

/* In traffic.c for its test: the place of a status, the last for one that no reply is known to have. */
size_t traffic_status_index(int status);

#endif
