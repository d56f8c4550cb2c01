#ifndef CXD_STORE_POSTGRESQL_WRITER_H
#define CXD_STORE_POSTGRESQL_WRITER_H

#include "store/audit.h"
#include "store/decide.h"
#include "store/deltas.h"
#include "store/engine.h"
#include "store/postgresql/db.h"

/* The engine's insides. Two halves, in files of their own:
 *
 * - what is written, and what is read beside it by name (connection, schema, apply, catalog, keys, sessions, documents,
 *   audit, imports, alerts): writer.h, with the queries in transaction.sql, write*.sql and catalog.sql;
 * - what is read of responses and rollups (everything with a filter, listings, walks, search, segments, figures):
 *   reader.h, with the queries in read*.sql.
 *
 * An operation that nobody has written yet is NULL in the table of engine.c. */

struct postgresql_store {
    struct store base;
    char *url; /* has a password, perhaps */
    char library[16];
    struct db db;
    struct {
        int slot; /* −1: none was claimed yet */
        uint8_t incarnation[16];
        int64_t batch;  /* the last that was begun */
        int64_t number; /* the last that was given */
    } node;
    struct id identity;
    uint8_t audit_secret[AUDIT_SECRET_SIZE];
};

struct postgresql_reader {
    struct store_reader base;
    struct postgresql_store *store;
    struct db db;
    bool has_begun;
};

/* schema.c: refuses a server, or a database, that is not for cxd, else brings the schema up to date. */
CXD_NODISCARD enum cxd_err postgresql_schema_raise(struct db *db, struct error *err);
int64_t postgresql_schema_newest(void);
/* identity.c: reads what makes the database itself; made by whoever is first. */
CXD_NODISCARD enum cxd_err postgresql_identity_read(struct postgresql_store *store, struct error *err);

/* reader.c: begins unless the caller has: a read of several questions sees one state too. *ret_began says whether to
 * end, by postgresql_reader_leave, also after an error. */
CXD_NODISCARD enum cxd_err postgresql_reader_enter(struct postgresql_reader *reader, bool *ret_began,
                                                   struct error *err);
void postgresql_reader_leave(struct postgresql_reader *reader, bool began);
engine_reader_open postgresql_reader_open;
engine_reader_close postgresql_reader_close;
engine_reader_begin postgresql_reader_begin;
engine_reader_end postgresql_reader_end;
engine_read_history postgresql_read_history;

#endif
