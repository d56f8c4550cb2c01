/* What makes a database itself: made by whoever opens it first, and read. */

#include <stdio.h>
#include <string.h>

#include "cxd/base/token.h"
#include "store/postgresql/writer.h"

_Static_assert((int)AUDIT_SECRET_SIZE == (int)TOKEN_SECRET_SIZE, "the secret of the audit log is another");

static enum cxd_err make(struct postgresql_store *store, struct error *err) {
    uint8_t bytes[3][TOKEN_SECRET_SIZE];
    char history[STORE_HISTORY_SIZE];
    for (size_t i = 0; i < CXD_COUNT(bytes); i++)
        if (!token_secret_make(bytes[i]))
            return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    for (size_t i = 0; i < (sizeof history - 1) / 2; i++)
        snprintf(history + 2 * i, 3, "%02x", bytes[2][i]);
    return POSTGRESQL_RUN(&store->db, QUERY_MAKE_STATE, err, BLOB(bytes[0], sizeof(struct id)), TEXT(history),
                          BLOB(bytes[1], TOKEN_SECRET_SIZE));
}

static enum cxd_err read(struct postgresql_store *store, bool *ret_found, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&store->db, QUERY_SELECT_STATE, &result, err);
    *ret_found = code == CXD_OK && PQntuples(result) == 1;
    if (!*ret_found)
        return code;
    store->identity = postgresql_id(result, 0, 0);
    if (!postgresql_bytes(result, 0, 2, store->audit_secret, sizeof store->audit_secret))
        return error_set(err, ERR_STORAGE, "the secret of the audit log cannot be read");
    return CXD_OK;
}

enum cxd_err postgresql_identity_read(struct postgresql_store *store, struct error *err) {
    bool found = false;
    enum cxd_err code = read(store, &found, err);
    if (code == CXD_OK && !found)
        code = make(store, err);
    return code == CXD_OK && !found ? read(store, &found, err) : code;
}

enum cxd_err postgresql_read_history(struct store_reader *base, char ret_history[STORE_HISTORY_SIZE],
                                     struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    const PGresult *result = NULL;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_STATE, &result, err);
    if (code == CXD_OK)
        postgresql_field(result, 0, 1, ret_history, STORE_HISTORY_SIZE);
    postgresql_reader_leave(reader, began);
    return code;
}
