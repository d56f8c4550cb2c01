#ifndef CXD_API_BURST_H
#define CXD_API_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/id.h"

/* Bursts: different responses of one visit with many different scores in a short time. A response has the score that it
 * was amended to last, so that who changes their mind is none. What is remembered lies in this process only, in a table
 * of fixed size whose oldest entries give way; a restart forgets it. Safe for any thread. */

struct burst_table;

enum {
    BURST_SCORES = 3,        /* so many different ones … */
    BURST_WINDOW_MS = 60000, /* … within less than this are a burst */
    BURST_REMEMBERED = 16    /* the newest responses of a visit; older ones are not flagged later */
};

/* NULL without memory or randomness. */
struct burst_table *burst_new(void);
void burst_free(struct burst_table *table); /* takes NULL */

/* Notes that a response with this score (0–10) of the survey was stored, or amended to it. If the visit's scores are a
 * burst now, its remembered responses of the window, this one among them, are written to ret_ids; returns their number,
 * 0 if there is no burst. `now_ms` is monotonic. */
CXD_NODISCARD size_t burst_note(struct burst_table *table, int64_t survey, const char *visit, int score,
                                const struct id *id, int64_t now_ms, struct id ret_ids[BURST_REMEMBERED]);

#endif
