#ifndef CXD_STORE_POSTGRESQL_WIRE_H
#define CXD_STORE_POSTGRESQL_WIRE_H

#include "store/postgresql/db.h"

/* A value as it goes to the server. */
struct wire_value {
    Oid type;          /* 0: the server's to find out */
    const void *bytes; /* NULL: `own`; with a length of 0 NULL */
    int length;
    unsigned char own[8];
};
/* False without memory for it. */
CXD_NODISCARD bool postgresql_wire_value(const struct db_value *value, struct wire_value *ret);

#endif
