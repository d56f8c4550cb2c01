#ifndef CXD_INGEST_HOUSEKEEPING_H
#define CXD_INGEST_HOUSEKEEPING_H

#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/ingest/catalog.h"
#include "cxd/ingest/ingest.h"

/* What the daemon does by itself: a thread that holds each survey to its retention, at start and then at every interval, in small
 * changes through the writer, and that lets what was erased leave the files. */

struct housekeeping;

CXD_NODISCARD enum cxd_err housekeeping_start(struct ingest *ingest, struct catalog *catalog,
                                              int64_t interval_s, struct housekeeping **ret_housekeeping,
                                              struct error *err);
/* As ingest_stuck_ms, of this thread. While it waits for the writer it is not stuck, the writer may be. */
int64_t housekeeping_stuck_ms(struct housekeeping *housekeeping, int64_t now_monotonic_ms);
/* Ends the thread: before ingest_stop. Takes NULL. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
