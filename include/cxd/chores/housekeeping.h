#ifndef CXD_CHORES_HOUSEKEEPING_H
#define CXD_CHORES_HOUSEKEEPING_H

#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/catalog/catalog.h"
#include "cxd/chores/nodes.h"
#include "cxd/ingest/ingest.h"

/* What the daemon does by itself, by one thread. Some time after the start and then at every interval, in small changes
 * through the writer: it holds each survey to its retention, forgets marks of erased ids and rows of visits when they
 * are old, and removes keys that ended long ago; old by the trusted time, which it keeps in the store every hour, and
 * whose states it logs (retention_held, clock_behind, clock_agrees). Every second: it looks whether the files are where
 * they were and how much room their disk has left (disk_low, disk_has_room), and renews the catalog by what others
 * wrote. And where there is something of it to do, it lets what was erased leave the files, and fills in or clears away
 * the rollups of properties that a survey has begun or ceased to declare. Every minute it sums up the days that are
 * over, for who splits a window by many values. */

struct housekeeping;

struct housekeeping_options {
    struct ingest *ingest;
    const struct store *store; /* whose disk is looked at */
    struct catalog *catalog;
    struct trust *trust;
    const struct nodes *nodes; /* only one that leads writes, and they renew the catalog */
    int64_t interval_s;
    int64_t delay_s; /* from the start to the first run */
    int64_t keep_marks_s, keep_events_s;
    int64_t min_free; /* bytes: less room is told */
};

CXD_NODISCARD enum cxd_err housekeeping_start(const struct housekeeping_options *options,
                                              struct housekeeping **ret_housekeeping, struct error *err);
/* The next run is at once. Any thread. */
void housekeeping_resume(struct housekeeping *housekeeping);
/* From its next run on. Any thread. */
void housekeeping_keep(struct housekeeping *housekeeping, int64_t keep_marks_s, int64_t keep_events_s);
/* As ingest_stuck_ms, of this thread. While it waits for the writer it is not stuck, the writer may be. */
int64_t housekeeping_stuck_ms(struct housekeeping *housekeeping, int64_t now_monotonic_ms);
/* Ends the thread: before ingest_stop. Takes NULL. */
void housekeeping_stop(struct housekeeping *housekeeping);

#endif
