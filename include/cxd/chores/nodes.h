#ifndef CXD_CHORES_NODES_H
#define CXD_CHORES_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/catalog/catalog.h"
#include "cxd/chores/trust.h"
#include "cxd/ingest/ingest.h"

/* What this daemon knows of the other nodes of its store, by one thread: twice a second it says that it is there, asks
 * how many are and whether it leads (store_attend), and renews the catalog by what the others wrote. What one node does
 * for all is done by the one that leads. Of a store that is one process's alone there is no such thread: NULL, which
 * leads and is one. */

struct nodes;

struct nodes_options {
    struct store *store;
    struct catalog *catalog;
    struct ingest *ingest;                         /* is told what work others have left */
    struct trust *trust;                           /* goes by the store's clock from then on */
    void (*counted)(void *context, int64_t nodes); /* on the thread, whenever there are more or less of them */
    void *context;
};

/* *ret_nodes is NULL where the store is not shared. */
CXD_NODISCARD enum cxd_err nodes_start(const struct nodes_options *options, struct nodes **ret_nodes,
                                       struct error *err);
/* Any thread. */
bool nodes_lead(const struct nodes *nodes);
/* How many there are, as it last knew; at least 1. Any thread. */
int64_t nodes_count(const struct nodes *nodes);
/* By how much the store's clock is ahead of this machine's, as far as is known. Any thread. */
int64_t nodes_clock_ahead_ms(const struct nodes *nodes);
/* A batch has seen this generation of the catalog (store_seen_generation): it is looked at at once if that is news. Any
 * thread. */
void nodes_saw(struct nodes *nodes, int64_t generation);
/* As housekeeping_stuck_ms. */
int64_t nodes_stuck_ms(struct nodes *nodes, int64_t now_monotonic_ms);
/* Ends the thread, and gives up the lease. */
void nodes_stop(struct nodes *nodes);
/* Stopped before, and not seen by a batch any more: behind the end of the writer, before the catalog is closed. */
void nodes_free(struct nodes *nodes);

#endif
