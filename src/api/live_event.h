#ifndef CXD_API_LIVE_EVENT_H
#define CXD_API_LIVE_EVENT_H

#include "api/export_cursor.h"
#include "cxd/base/buffer.h"
#include "cxd/domain/response.h"

/* The events of a live stream, as text/event-stream has them. Pure functions. The id of an event is the place in the
 * order of commits behind which a client goes on, as exports have it: "HISTORY.NUMBER". */

/* What else than a new response is told of. */
enum live_change { LIVE_AMENDED, LIVE_EXCLUDED, LIVE_RESTORED, LIVE_ERASED, LIVE_CHANGE_COUNT };

/* Whether a response is among those that are wanted: its survey, the filter, respondent, flagged, scores and excluded
 * of `wanted` are looked at, and nothing of its times. As store_walk_responses decides it. */
bool live_is_wanted(const struct walk *wanted, const struct response *response);

/* The first event, which says that all behind `number` comes: "ready"; and how soon to ask again after an end. */
void live_append_ready(struct buffer *out, const char *history, int64_t number, int retry_ms);
/* A response, as lists have it. */
void live_append_response(struct buffer *out, const char *history, const struct response *response, const char *slug);
/* So many responses up to `number` were too many to tell. */
void live_append_skipped(struct buffer *out, const char *history, int64_t number, int64_t count);
/* Nothing of what lies before `number` is told, nor how much it is. */
void live_append_reset(struct buffer *out, const char *history, int64_t number);
/* `id` NULL: it is several responses, and not said which. */
void live_append_change(struct buffer *out, enum live_change change, const struct id *id);
/* That nothing is over. */
void live_append_comment(struct buffer *out);
/* The last: it is over, and when to ask again. */
void live_append_end(struct buffer *out, int retry_ms);

#endif
