#ifndef CXD_CHORES_ALERTS_H
#define CXD_CHORES_ALERTS_H

#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/catalog/catalog.h"
#include "cxd/chores/nodes.h"
#include "cxd/domain/alert.h"
#include "cxd/ingest/ingest.h"

/* The rules of alerts, by one thread (docs/scoring.md §12). What is statistical is evaluated once for each reporting
 * day, a minute after it is over; a rule that is new, or was changed, at once, for the newest day that is over. After a
 * time in which the daemon did not run it is the newest day too, and the log says how many were passed over
 * (alert_days_missed). A day is not evaluated twice, also where the clock is set back over a midnight; while the clock
 * is behind what is known, or more than a week ahead of it (trust.h), nothing is. A rule that tells of single responses
 * is woken by the commits. States and history go through the writer; what has fired or resolved is in the log
 * (alert_fired, alert_resolved) once it is stored. */

struct alerts;

struct alerts_options {
    struct store *store;
    struct ingest *ingest;
    struct catalog *catalog;
    struct trust *trust;
    const struct nodes *nodes; /* only one that leads does anything */
};

/* Made before the writer, which tells of commits, and freed after it; the thread runs from start to stop. */
CXD_NODISCARD enum cxd_err alerts_make(struct alerts **ret_alerts, struct error *err);
CXD_NODISCARD enum cxd_err alerts_start(struct alerts *alerts, const struct alerts_options *options, struct error *err);
/* Takes NULL, and one that was not started. */
void alerts_stop(struct alerts *alerts);
void alerts_free(struct alerts *alerts);

/* Any thread: rules or states were changed by others. */
void alerts_wake(struct alerts *alerts);
/* The writer's thread, after every batch; costs next to nothing while no rule waits for responses. */
void alerts_committed(struct alerts *alerts);

struct alerts_figures {
    int64_t states[ALERT_STATUS_COUNT];     /* rules by status, as they were last seen */
    uint64_t evaluations[ALERT_KIND_COUNT]; /* since the start: rules for a day, or responses looked at */
    uint64_t fired[ALERT_KIND_COUNT];
    uint64_t failures;
    bool is_known; /* states: they have been read */
};
void alerts_read_figures(struct alerts *alerts, struct alerts_figures *ret_figures);
/* As housekeeping_stuck_ms. */
int64_t alerts_stuck_ms(struct alerts *alerts, int64_t now_monotonic_ms);

#endif
