#ifndef CXD_SRC_CMD_EVENTS_H
#define CXD_SRC_CMD_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/buffer.h"

/* Server-sent events (text/event-stream), as they arrive in pieces. */

enum { EVENT_NAME_SIZE = 32, EVENT_ID_SIZE = 128, EVENT_BYTES_MAX = 16 << 20, EVENT_RETRY_MS_MAX = 600 * 1000 };

struct event {
    const char *name,
        *data;     /* "message" where the stream gives none; the lines of the data with a line break between */
    size_t length; /* of the data */
};

struct events {
    /* false ends the reading. */
    bool (*take)(void *context, const struct event *event);
    void *context;
    char id[EVENT_ID_SIZE]; /* of the last event that was taken and had one; "" before */
    int64_t retry_ms;       /* how soon to ask again, as the stream said it last; −1: not yet */
    /* Of the event that is under way. */
    struct buffer line, data;
    char name[EVENT_NAME_SIZE], next_id[EVENT_ID_SIZE];
    bool is_after_return, has_data, has_id;
};

void events_init(struct events *events, bool (*take)(void *context, const struct event *event), void *context);
void events_free(struct events *events);
/* Another stream begins: what was under way is nothing. The id and the time stay. */
void events_begin(struct events *events);
/* False: `take` has ended it, memory is refused, or an event is longer than any of a daemon. */
bool events_read(struct events *events, const char *bytes, size_t length);

#endif
