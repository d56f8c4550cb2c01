#ifndef CXD_STORE_AUDIT_H
#define CXD_STORE_AUDIT_H

#include "cxd/store/store.h"

/* The audit log's records, as pure functions, so that engines cannot disagree. */

enum { AUDIT_SECRET_SIZE = SHA256_SIZE };

/* How a record names a respondent: by the secret, and (as older ones were written) without it. */
struct audit_person {
    char keyed[72], bare[72];
};
void audit_name(const uint8_t secret[AUDIT_SECRET_SIZE], const char *respondent, struct audit_person *ret_person);
/* By the name's form, and as it was sent, by which records from before schema 4 are. False where memory is refused. */
CXD_NODISCARD bool audit_names(const uint8_t secret[AUDIT_SECRET_SIZE], const char *respondent, struct arena *arena,
                               struct audit_person ret_persons[2]);

/* What the log says of a change that has been applied: everything but number and hash. False if it says nothing. */
bool audit_describe(const struct change *change, const uint8_t secret[AUDIT_SECRET_SIZE],
                    struct audit_record *ret_record);

/* Numbers the record and chains it to the one before (NULL: it is the first). The hash is
 * SHA-256(hash before ‖ "NUMBER\nAT\nACTOR\nACT\nTARGET\nDETAIL"), the time as RFC 3339 in UTC. */
void audit_chain(struct audit_record *record, const struct audit_record *before);

#endif
