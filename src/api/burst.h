#ifndef CXD_API_BURST_H
#define CXD_API_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/id.h"

/* Bursts: many different scores from one source (a visit, an invitation) in a short time. What is remembered lies in this process only, in
 * a table of fixed size whose oldest entries give way; a restart forgets it. Safe for any thread. */

struct burst_table;

enum {
    BURST_SCORES = 3,        /* so many different ones … */
    BURST_WINDOW_MS = 60000, /* … within less than this are a burst */
    BURST_REMEMBERED = 16    /* the newest responses of a source; older ones are not flagged later */
};

/* What answers come from. */
enum burst_source { BURST_VISIT, BURST_INVITATION };

/* NULL without memory or randomness. */
struct burst_table *burst_new(void);
void burst_free(struct burst_table *table); /* takes NULL */

/* Notes that a response with this score (0–10) of the survey was stored. If the source's scores are a burst now, its remembered responses
 * of the window, this one among them, are written to ret_ids; returns their number, 0 if there is no burst. `now_ms` is monotonic. */
CXD_NODISCARD size_t burst_note(struct burst_table *table, enum burst_source source, int64_t survey,
                                const char *name, int score, const struct id *id, int64_t now_ms,
                                struct id ret_ids[BURST_REMEMBERED]);

#endif
