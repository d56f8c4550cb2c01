#ifndef CXD_API_LIVE_H
#define CXD_API_LIVE_H

#include "api/app.h"
#include "api/live_client.h"

/* Who listens to a survey: a thread (the pump) brings each commit to the streams that are open, at once, and where that
 * is too often at intervals. Nothing is kept for a client but its place and what its buffer holds: what is told is read
 * from the store, so that what was erased is told no more, and a restart forgets nothing. While nobody listens it
 * sleeps, and a commit costs one load. */

struct live;

CXD_NODISCARD enum cxd_err live_start(struct app *app, struct live **ret_live, struct error *err);
/* Writer: after a batch; and of a change that has amended something. Neither waits. */
void live_committed(struct live *live);
void live_amended(struct live *live, const struct change *change);
/* A place for one more; to be given back by live_join or live_leave. ERR_TOO_MANY_LIVE, ERR_DRAINING. Any thread. */
CXD_NODISCARD enum cxd_err live_admit(struct live *live, struct error *err);
void live_leave(struct live *live);
/* From here on the client, and its request, are the pump's. */
void live_join(struct live *live, struct live_client *client);
/* Ends all streams, and takes no more. Takes NULL. */
void live_drain(struct live *live);
/* As ingest_stuck_ms. */
int64_t live_stuck_ms(struct live *live, int64_t now_monotonic_ms);
struct live_figures {
    uint64_t open, limit;
    uint64_t responses; /* that were told, once for each who listens */
    uint64_t skipped;   /* and those that were not */
    uint64_t changes;   /* of responses, as `responses` */
    uint64_t refused;   /* streams beyond the limit */
    uint64_t dropped;   /* streams that were cut because nobody took what was sent */
};
/* Any thread; waits for nothing. */
void live_read_figures(const struct live *live, struct live_figures *ret_figures);
/* After http_server_stop, and before the store is closed. Takes NULL. */
void live_stop(struct live *live);

#endif
