#ifndef CXD_STORE_AUDIT_H
#define CXD_STORE_AUDIT_H

#include "cxd/store/store.h"

/* The audit log's records, as pure functions, so that engines cannot disagree. */

/* What the log says of a change that has been applied: everything but number and hash. False if it says nothing. */
bool audit_describe(const struct change *change, struct audit_record *ret_record);

/* Numbers the record and chains it to the one before (NULL: it is the first). The hash is
 * SHA-256(hash before ‖ "NUMBER\nAT\nACTOR\nACT\nTARGET\nDETAIL"), the time as RFC 3339 in UTC. */
void audit_chain(struct audit_record *record, const struct audit_record *before);

#endif
