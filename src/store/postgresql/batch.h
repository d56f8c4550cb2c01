#ifndef CXD_STORE_POSTGRESQL_BATCH_H
#define CXD_STORE_POSTGRESQL_BATCH_H

#include "store/postgresql/writer.h"

/* Begins the transaction. *ret_is_ours false: the slot of the node is another's by now, or was never claimed. */
CXD_NODISCARD enum cxd_err postgresql_batch_begin(struct postgresql_store *store, struct change *const *changes,
                                                  size_t count, bool *ret_is_ours, struct error *err);
/* Queues a transaction of its own: QUERY_ANNOUNCE_BATCH or QUERY_SETTLE_BATCH. */
CXD_NODISCARD enum cxd_err postgresql_batch_tell(struct postgresql_store *store, enum query what, struct error *err);
/* Locks a survey unless that is locked: `alone`, so that nobody else stores answers of it meanwhile. Where the catalog
 * has changed since the begin of the batch it begins again. */
CXD_NODISCARD enum cxd_err postgresql_batch_lock_survey(struct postgresql_store *store, int64_t survey, bool alone,
                                                        struct error *err);
/* Queues what has changed of what is held. */
CXD_NODISCARD enum cxd_err postgresql_batch_flush(struct postgresql_store *store, struct error *err);

#endif
