#ifndef CXD_API_LIVE_CLIENT_H
#define CXD_API_LIVE_CLIENT_H

#include "api/live_event.h"
#include "cxd/domain/survey.h"
#include "cxd/http/http.h"

/* Who listens, and what of a survey is brought to them at one go. All of this is the pump's thread's. */

enum {
    LIVE_BUFFER_BYTES = 32 * 1024,            /* of a client: what it takes later is read again from the store */
    LIVE_READY_BYTES = LIVE_BUFFER_BYTES / 2, /* of room, before more is brought */
    LIVE_RETRY_MS = 2000
};

/* Lies in the arena of its request, which lives until the stream is closed. */
struct live_client {
    struct live_client *before, *after;
    struct http_stream *stream;
    char slug[SLUG_SIZE];
    struct walk wanted;        /* of one survey; see live_is_wanted */
    const char *query;         /* that it is of: what is the same text is the same filter */
    const char *last_event_id; /* NULL: from now on */
    char principal[HTTP_PRINCIPAL_SIZE];
    int64_t reloads; /* of the configuration, at that time */
    bool is_greeted;
    bool is_due;        /* in the round that goes on */
    bool is_gone;       /* reads no more */
    int64_t number;     /* all up to here was brought */
    int64_t sent_ms;    /* monotonic, when there was last something */
    int64_t stuffed_ms; /* since when there has been no room; 0: there is */
};

/* Those of one filter in a lane. */
struct live_block {
    const struct live_client *like;
    struct buffer text, marks; /* events, and struct live_mark of each */
    int64_t skipped;           /* that came behind them */
};

/* The responses of a survey behind a place, as they are read once for all who are there. */
struct live_lane {
    const char *history, *slug;
    int64_t survey, after, to;
    bool is_catching; /* ends where a buffer is full; else what is more than `most` is counted */
    bool is_crowded;  /* and more than half a buffer holds */
    size_t most;
    struct live_block *blocks; /* as many as there may be clients */
    size_t block_count;
    struct buffer event;
    size_t bytes;
};

/* The block of the client's filter; a new one where there is none. */
struct live_block *live_lane_block(struct live_lane *lane, const struct live_client *client);
/* Reads what lies behind lane->after, up to `last`, and sets lane->to. ERR_NO_MEMORY, and as the store says. */
CXD_NODISCARD enum cxd_err live_lane_read(struct live_lane *lane, struct store_reader *reader, int64_t last,
                                          struct error *err);
/* Empties the blocks for another lane. */
void live_lane_reset(struct live_lane *lane);
void live_lane_free(struct live_lane *lane);

/* Brings the client what it has room for, and moves its place. Returns how many responses that were; those that were
 * skipped are added to *ret_skipped. */
size_t live_client_bring(struct live_client *client, const struct live_lane *lane, int64_t now_ms,
                         int64_t *ret_skipped);
/* All of `text`, or false: there is no room. */
bool live_client_send(struct live_client *client, const struct buffer *text, int64_t now_ms);
/* Whether there is room for more; since when there has been none is kept. */
bool live_client_is_ready(struct live_client *client, int64_t now_ms);

#endif
