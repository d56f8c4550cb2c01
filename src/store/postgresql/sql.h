#ifndef CXD_STORE_POSTGRESQL_SQL_H
#define CXD_STORE_POSTGRESQL_SQL_H

#include <stddef.h>

/* What src/tools/embed.c makes of sql/postgresql/: the migrations NNNN_name.sql in order, and the queries that stand
 * after a line `-- name: begin_write` as QUERY_BEGIN_WRITE. A name missing on either side does not compile. */

struct sql_migration {
    int version;
    const char *name;
    const char *text;
};

extern const struct sql_migration POSTGRESQL_MIGRATIONS[];
extern const size_t POSTGRESQL_MIGRATION_COUNT;

enum query {
    /* transaction.sql */
    QUERY_BEGIN_WRITE,
    QUERY_BEGIN_READ,
    QUERY_COMMIT,
    QUERY_ROLLBACK,
    QUERY_HAS_SCHEMA,
    QUERY_SELECT_SCHEMA,
    QUERY_MAKE_SCHEMA,
    QUERY_LOCK_SCHEMA,
    QUERY_NOTE_SCHEMA,
    QUERY_MAKE_STATE,
    QUERY_SELECT_STATE,
    QUERY_CLAIM_NODE,
    QUERY_RELEASE_NODE,
    QUERY_LOCK_NODE,
    QUERY_NOTE_BATCH,
    QUERY_FIND_BATCH,
    QUERY_COUNT
};

extern const char *const POSTGRESQL_QUERIES[QUERY_COUNT];

#endif
