#ifndef CXD_INGEST_PACE_H
#define CXD_INGEST_PACE_H

#include <stdatomic.h>
#include <stdint.h>

#include "cxd/ingest/ingest.h"

/* How fast responses come: a count for each of the last 3,600 seconds. The writer notes, any thread reads. */

enum { PACE_SECONDS = 3600 };

struct pace {
    _Atomic int64_t second; /* the newest that has a count, of the monotonic clock */
    _Atomic uint32_t counts[PACE_SECONDS];
    _Atomic int64_t commit_at_ms, commit_took_ms, commit_changes; /* the last commit; wall clock, 0: none yet */
};

void pace_note(struct pace *pace, int64_t now_monotonic_ms, uint32_t responses);
void pace_read(const struct pace *pace, int64_t now_monotonic_ms, struct ingest_pace *ret_pace);

#endif
