/* A reader: a connection of its own, and the one state that it sees between begin and end. */

#include <stdlib.h>

#include "store/postgresql/writer.h"

enum cxd_err postgresql_reader_open(struct store *base, struct store_reader **ret_reader, struct error *err) {
    struct postgresql_store *store = (struct postgresql_store *)base;
    struct postgresql_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_set(err, ERR_NO_MEMORY, "no memory to open a reader");
    reader->base.engine = &STORE_POSTGRESQL;
    reader->store = store;
    enum cxd_err code = postgresql_db_open(&reader->db, store->url, err);
    if (code != CXD_OK) {
        free(reader);
        return code;
    }
    *ret_reader = &reader->base;
    return CXD_OK;
}

void postgresql_reader_close(struct store_reader *base) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    postgresql_db_close(&reader->db);
    sqlite_tokens_close(reader->words);
    free(reader);
}

/* BEGIN alone sees no state: the first question does. The header promises that of the begin. */
enum cxd_err postgresql_reader_begin(struct store_reader *base, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    enum cxd_err code = postgresql_db_revive(&reader->db, err);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(&reader->db, QUERY_BEGIN_READ, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(&reader->db, QUERY_TAKE_SNAPSHOT, err);
    reader->has_begun = code == CXD_OK;
    if (code != CXD_OK)
        postgresql_db_rollback(&reader->db);
    return code;
}

void postgresql_reader_end(struct store_reader *base) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    reader->has_begun = false;
    postgresql_db_rollback(&reader->db);
}

enum cxd_err postgresql_reader_enter(struct postgresql_reader *reader, bool *ret_began, struct error *err) {
    *ret_began = !reader->has_begun;
    if (reader->has_begun)
        return CXD_OK;
    enum cxd_err code = postgresql_db_revive(&reader->db, err);
    return code == CXD_OK ? POSTGRESQL_QUEUE(&reader->db, QUERY_BEGIN_READ, err) : code;
}

void postgresql_reader_leave(struct postgresql_reader *reader, bool began) {
    if (began)
        postgresql_db_rollback(&reader->db);
}
