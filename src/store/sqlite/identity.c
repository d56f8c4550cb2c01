/* What makes a database itself: a name that its copies share, and the secret of its audit log. Made at the first open.
 * In the same row: how late it is known to be. */

#include <string.h>
#include <sys/random.h>

#include "store/sqlite/rows.h"
#include "store/sqlite/writer.h"

static enum cxd_err make(struct sqlite_store *store, struct error *err) {
    struct id name;
    uint8_t secret[AUDIT_SECRET_SIZE];
    if (getrandom(&name, sizeof name, 0) != (ssize_t)sizeof name ||
        getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    name.bytes[6] = (uint8_t)(0x40 | (name.bytes[6] & 0x0f)); /* a UUIDv4 */
    name.bytes[8] = (uint8_t)(0x80 | (name.bytes[8] & 0x3f));
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_IDENTITY, err, ID(&name), BLOB(secret, sizeof secret));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_COMMIT, err);
    if (code != CXD_OK)
        sqlite_db_rollback(&store->db);
    explicit_bzero(secret, sizeof secret);
    return code;
}

enum cxd_err sqlite_identity_read(struct db *db, struct identity *ret_identity, bool *ret_found, struct error *err) {
    struct identity identity = {0};
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_IDENTITY, &stmt, &row, err);
    if (code == CXD_OK && row) {
        const void *secret = sqlite3_column_blob(stmt, 1);
        identity.store = sqlite_row_read_id(stmt, 0);
        identity.erasures = sqlite3_column_int64(stmt, 2);
        if (secret && sqlite3_column_bytes(stmt, 1) == (int)sizeof identity.secret)
            memcpy(identity.secret, secret, sizeof identity.secret);
    }
    sqlite3_reset(stmt);
    if (code == CXD_OK) {
        *ret_identity = identity;
        *ret_found = row;
    }
    return code;
}

enum cxd_err sqlite_identity_read_secret(struct db *db, uint8_t ret_secret[AUDIT_SECRET_SIZE], struct error *err) {
    struct identity identity;
    bool found = false;
    enum cxd_err code = sqlite_identity_read(db, &identity, &found, err);
    if (code == CXD_OK)
        memcpy(ret_secret, identity.secret, sizeof identity.secret);
    return code;
}

/* Of a database that is new, of an older schema, or a copy that was put in place. */
static enum cxd_err expect_history(struct db *db, struct error *err) {
    uint8_t history[(STORE_HISTORY_SIZE - 1) / 2];
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_HISTORY, &stmt, &row, err);
    bool is_there = code == CXD_OK && row && sqlite3_column_bytes(stmt, 0) == (int)sizeof history;
    sqlite3_reset(stmt);
    if (code != CXD_OK || is_there)
        return code;
    if (getrandom(history, sizeof history, 0) != (ssize_t)sizeof history)
        return error_set(err, ERR_SYSTEM, "the system gave no random bytes");
    return SQLITE_RUN(db, QUERY_RENEW_HISTORY, err, BLOB(history, sizeof history));
}

enum cxd_err sqlite_identity_load(struct sqlite_store *store, struct error *err) {
    bool found = false;
    enum cxd_err code = sqlite_identity_read(&store->db, &store->identity, &found, err);
    if (code == CXD_OK && !found) {
        code = make(store, err);
        if (code == CXD_OK)
            code = sqlite_identity_read(&store->db, &store->identity, &found, err);
    }
    return code == CXD_OK ? expect_history(&store->db, err) : code;
}

static enum cxd_err write_known(struct sqlite_store *store, struct change *change, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_KNOWN, &stmt, &row, err);
    if (code != CXD_OK)
        return code;
    decide_clock(change, row ? sqlite3_column_int64(stmt, 0) : 0);
    sqlite3_reset(stmt);
    return change->outcome == OUTCOME_AMENDED
               ? SQLITE_RUN(&store->db, QUERY_NOTE_KNOWN, err, INT(change->as.clock.known_ms))
               : CXD_OK;
}

enum cxd_err sqlite_write_clock(struct sqlite_store *store, struct change *change, struct error *err) {
    return write_known(store, change, err);
}

enum cxd_err sqlite_write_resume(struct sqlite_store *store, struct change *change, struct error *err) {
    return write_known(store, change, err);
}
