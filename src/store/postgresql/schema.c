/* Whose a database is, and how old; brought up to date by whoever opens it first. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/writer.h"

enum { SERVER_LEAST = 150000, TRIES_MAX = 5 };

int64_t postgresql_schema_newest(void) {
    return POSTGRESQL_MIGRATIONS[POSTGRESQL_MIGRATION_COUNT - 1].version;
}

static enum cxd_err check_server(const struct db *db, const PGresult *settings, struct error *err) {
    if (PQserverVersion(db->conn) < SERVER_LEAST)
        return error_set(err, ERR_CONFIG, "the server is PostgreSQL %d: cxd needs 15 or newer",
                         PQserverVersion(db->conn) / 10000);
    if (strcmp(postgresql_text(settings, 0, 0), "UTF8") != 0)
        return error_set(err, ERR_CONFIG, "the encoding of the database is %s: cxd needs UTF8",
                         postgresql_text(settings, 0, 0));
    if (strcmp(postgresql_text(settings, 0, 1), "off") == 0)
        return error_set(err, ERR_CONFIG,
                         "synchronous_commit is off: what cxd has acknowledged would be lost with the server");
    return CXD_OK;
}

/* 0: there is nothing of cxd's. */
static enum cxd_err read_version(struct db *db, int64_t *ret_version, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_HAS_SCHEMA, &result, err);
    *ret_version = 0;
    if (code != CXD_OK)
        return code;
    code = check_server(db, result, err);
    if (code != CXD_OK || !postgresql_bool(result, 0, 2))
        return code;
    code = POSTGRESQL_ASK(db, QUERY_SELECT_SCHEMA, &result, err);
    if (code == CXD_OK)
        *ret_version = postgresql_int(result, 0, 0);
    return code;
}

/* In a transaction whose lock others wait for: they find then that it is done. */
static enum cxd_err raise_from(struct db *db, int64_t version, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < POSTGRESQL_MIGRATION_COUNT; i++) {
        const struct sql_migration *migration = &POSTGRESQL_MIGRATIONS[i];
        if (migration->version <= version)
            continue;
        code = postgresql_db_exec(db, migration->text, err);
        if (code == CXD_OK)
            code = POSTGRESQL_RUN(db, QUERY_NOTE_SCHEMA, err, INT(migration->version));
    }
    return code;
}

static enum cxd_err expect_known(int64_t version, struct error *err) {
    int64_t newest = postgresql_schema_newest();
    return version <= newest
               ? CXD_OK
               : error_set(err, ERR_SCHEMA, "the database has schema %lld, of a newer cxd: this one knows %lld",
                           (long long)version, (long long)newest);
}

static enum cxd_err raise_once(struct db *db, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_WAIT_LONG, err, TEXT("0"));
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_MAKE_SCHEMA, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_LOCK_SCHEMA, err);
    if (code == CXD_OK)
        code = read_version(db, &version, err);
    if (code == CXD_OK)
        code = expect_known(version, err); /* another may have raised it meanwhile */
    if (code == CXD_OK)
        code = raise_from(db, version, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_COMMIT, err);
    if (code != CXD_OK)
        postgresql_db_rollback(db);
    return code;
}

enum cxd_err postgresql_schema_raise(struct db *db, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = read_version(db, &version, err);
    if (code == CXD_OK)
        code = expect_known(version, err);
    if (code != CXD_OK || version == postgresql_schema_newest())
        return code;
    /* Two that make the first table at once: one of them is refused, and begins again. */
    db->failure = DB_AGAIN;
    for (int i = 0; i < TRIES_MAX && db->failure == DB_AGAIN; i++) {
        postgresql_db_bound(db, SCHEMA_MS);
        code = raise_once(db, err);
    }
    db->until_ns = 0;
    return code;
}

enum cxd_err postgresql_schema_check(struct db *db, struct error *err) {
    int64_t version = 0;
    enum cxd_err code = read_version(db, &version, err);
    if (code != CXD_OK || version == postgresql_schema_newest())
        return code;
    return error_set(err, ERR_SCHEMA, "the database has schema %lld by now: this cxd writes %lld", (long long)version,
                     (long long)postgresql_schema_newest());
}
