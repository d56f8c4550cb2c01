#ifndef CXD_STORE_SCHEMA_H
#define CXD_STORE_SCHEMA_H

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/store/store.h"

/* The schema of a store that lies in a server, for who makes it by another role than the daemon's. A store in a file is
 * made, and brought up to date, by the daemon that opens it. */

/* schema.c: the statements that make the schema, and give `role` what a daemon needs and no more. ERR_CONFIG: no engine
 * that has such was built. */
CXD_NODISCARD enum cxd_err store_write_schema(struct buffer *out, const char *role, struct error *err);
/* The statements that distribute it by the survey, for Citus. */
CXD_NODISCARD enum cxd_err store_write_distribution(struct buffer *out, struct error *err);

/* Makes the schema, or brings it up to date, and gives `role` (NULL: nobody) what it needs. Where both numbers of
 * *ret_upgrade are equal it was up to date. ERR_SCHEMA: of a newer cxd, or not this URL's role's to change. */
CXD_NODISCARD enum cxd_err store_migrate(const char *url, const char *role, struct store_upgrade *ret_upgrade,
                                         struct error *err);

#endif
