/* Whose a database is, and how old; brought up to date by whoever opens it first. */

#include <stdio.h>
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

/* What lies in the database, and who asks. */
struct found {
    int64_t version; /* 0: there is nothing of cxd's */
    bool may_raise;
    char role[64];
};

static enum cxd_err find(struct db *db, struct found *ret_found, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(db, QUERY_HAS_SCHEMA, &result, err);
    *ret_found = (struct found){.version = 0};
    if (code != CXD_OK)
        return code;
    code = check_server(db, result, err);
    if (code != CXD_OK)
        return code;
    ret_found->may_raise = postgresql_bool(result, 0, 3);
    postgresql_field(result, 0, 4, ret_found->role, sizeof ret_found->role);
    if (!postgresql_bool(result, 0, 2))
        return CXD_OK;
    code = POSTGRESQL_ASK(db, QUERY_SELECT_SCHEMA, &result, err);
    if (code == CXD_OK)
        ret_found->version = postgresql_int(result, 0, 0);
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

static enum cxd_err expect_raisable(const struct found *found, struct error *err) {
    int64_t newest = postgresql_schema_newest();
    if (found->may_raise)
        return CXD_OK;
    if (found->version == 0)
        return error_set(err, ERR_SCHEMA,
                         "the database has no schema of cxd's, and the role %s may not make it: 'cxd schema' prints it "
                         "for who may, or 'cxd migrate' makes it",
                         found->role);
    return error_set(
        err, ERR_SCHEMA,
        "the database has schema %lld, of an older cxd, and the role %s may not bring it to %lld: run 'cxd "
        "migrate' as the role that owns the tables",
        (long long)found->version, found->role, (long long)newest);
}

/* From what was found under the lock: another may have raised it meanwhile. */
static enum cxd_err raise_locked(struct db *db, struct error *err) {
    struct found found;
    enum cxd_err code = find(db, &found, err);
    if (code == CXD_OK)
        code = expect_known(found.version, err);
    return code == CXD_OK ? raise_from(db, found.version, err) : code;
}

static enum cxd_err grant(struct db *db, const char *role, struct error *err) {
    struct buffer text;
    buffer_init(&text);
    postgresql_append_grants(&text, role);
    const char *sql = buffer_terminate(&text);
    enum cxd_err code = sql ? postgresql_db_exec(db, sql, err) : error_set(err, ERR_NO_MEMORY, "no memory for grants");
    buffer_free(&text);
    return code;
}

static enum cxd_err raise_once(struct db *db, const char *role, struct error *err) {
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_BEGIN_WRITE, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_WAIT_LONG, err, TEXT("0"));
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_MAKE_SCHEMA, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_LOCK_SCHEMA, err);
    if (code == CXD_OK)
        code = raise_locked(db, err);
    if (code == CXD_OK && role)
        code = grant(db, role, err);
    if (code == CXD_OK)
        code = POSTGRESQL_RUN(db, QUERY_COMMIT, err);
    if (code != CXD_OK)
        postgresql_db_rollback(db);
    return code;
}

/* Two that make the first table at once: one of them is refused, and begins again. */
static enum cxd_err raise(struct db *db, const char *role, struct error *err) {
    enum cxd_err code = CXD_OK;
    db->failure = DB_AGAIN;
    for (int i = 0; i < TRIES_MAX && db->failure == DB_AGAIN; i++) {
        postgresql_db_bound(db, SCHEMA_MS);
        code = raise_once(db, role, err);
    }
    db->until_ns = 0;
    return code;
}

enum cxd_err postgresql_schema_check(struct db *db, struct error *err) {
    struct found found;
    enum cxd_err code = find(db, &found, err);
    if (code != CXD_OK || found.version == postgresql_schema_newest())
        return code;
    return error_set(err, ERR_SCHEMA, "the database has schema %lld by now: this cxd writes %lld",
                     (long long)found.version, (long long)postgresql_schema_newest());
}

enum cxd_err postgresql_schema_raise(struct db *db, struct error *err) {
    struct found found;
    enum cxd_err code = find(db, &found, err);
    if (code == CXD_OK)
        code = expect_known(found.version, err);
    if (code != CXD_OK || found.version == postgresql_schema_newest())
        return code;
    code = expect_raisable(&found, err);
    return code == CXD_OK ? raise(db, NULL, err) : code;
}

enum cxd_err postgresql_schema_expect(struct db *db, struct error *err) {
    struct found found;
    enum cxd_err code = find(db, &found, err);
    if (code == CXD_OK)
        code = expect_known(found.version, err);
    if (code != CXD_OK || found.version == postgresql_schema_newest())
        return code;
    return found.version == 0
               ? error_set(err, ERR_STORAGE, "the database has no schema of cxd's")
               : error_set(err, ERR_SCHEMA,
                           "the database has schema %lld, of an older cxd: start the daemon once, or run "
                           "'cxd migrate'",
                           (long long)found.version);
}

enum cxd_err postgresql_migrate(const char *rest, const char *role, struct store_upgrade *ret_upgrade,
                                struct error *err) {
    struct db db;
    struct found found;
    char *url = NULL;
    if (asprintf(&url, "postgresql:%s", rest) < 0)
        return error_set(err, ERR_NO_MEMORY, "no memory to open the database");
    enum cxd_err code = postgresql_db_open(&db, url, NULL, err);
    if (code == CXD_OK)
        code = find(&db, &found, err);
    if (code == CXD_OK)
        code = expect_known(found.version, err);
    if (code == CXD_OK)
        code = expect_raisable(&found, err);
    if (code == CXD_OK)
        code = raise(&db, role, err);
    if (code == CXD_OK)
        *ret_upgrade = (struct store_upgrade){.from = found.version, .to = postgresql_schema_newest()};
    postgresql_db_close(&db);
    free(url);
    return code;
}
