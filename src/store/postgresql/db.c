/* The connection: made, lost, made again; questions queued and run. */

#include "store/postgresql/db.h"

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/wire.h"

enum { VALUES_MAX = 40 };

/* --- Errors ------------------------------------------------------------------------------------------------------- */

/* libpq ends its messages with a line break, and begins some with the name of what failed. */
static enum cxd_err lost(struct db *db, struct error *err) {
    const char *message = PQerrorMessage(db->conn);
    db->failure = DB_LOST;
    return error_set(err, ERR_STORAGE, "the connection to PostgreSQL is lost: %.*s", (int)strcspn(message, "\n"),
                     message);
}

/* The last two: a table that another is making. */
static bool is_again(const char *state) {
    static const char *const STATES[] = {"40001", "40P01", "23505", "42710", "42P07"};
    for (size_t i = 0; i < CXD_COUNT(STATES); i++)
        if (strcmp(state, STATES[i]) == 0)
            return true;
    return false;
}

/* The message alone: what stands beside it may have values of rows. */
static enum cxd_err refused(struct db *db, const PGresult *result, const char *what, struct error *err) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    /* The server says good-bye: it was told to, or goes down. */
    if (!state || PQstatus(db->conn) == CONNECTION_BAD || strncmp(state, "57P0", 4) == 0)
        return lost(db, err);
    db->failure = is_again(state) ? DB_AGAIN : DB_REFUSED;
    bool is_full = strcmp(state, "53100") == 0;
    return error_set(err, is_full ? ERR_STORAGE_FULL : ERR_STORAGE, "PostgreSQL refuses %s: %s (%s)", what,
                     message ? message : "", state);
}

static const char *query_name(enum query query, char *out, size_t size) {
    /* Its first words say enough. */
    const char *text = POSTGRESQL_QUERIES[query];
    size_t length = strcspn(text, "\n");
    snprintf(out, size, "\"%.*s\"", (int)(length < 40 ? length : 40), text);
    return out;
}

/* --- The connection ----------------------------------------------------------------------------------------------- */

static void clear_results(struct db *db) {
    for (size_t i = 0; i < db->result_count; i++)
        PQclear(db->results[i]);
    db->result_count = 0;
}

static enum cxd_err begin_session(struct db *db, struct error *err) {
    memset(db->is_prepared, 0, sizeof db->is_prepared);
    clear_results(db);
    db->queued = 0;
    db->incarnation++;
    db->failure = DB_SOUND;
    if (PQenterPipelineMode(db->conn) != 1)
        return error_set(err, ERR_STORAGE, "libpq has no pipeline mode for this connection");
    return CXD_OK;
}

/* What is wrong with a URL is told by libpq with pieces of it, among them perhaps a password: that is not repeated. */
static enum cxd_err check_url(const char *url, struct error *err) {
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &message);
    PQfreemem(message);
    if (!options)
        return error_set(err, ERR_CONFIG, "the URL of the database is not as libpq takes it");
    PQconninfoFree(options);
    return CXD_OK;
}

static void ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

enum cxd_err postgresql_db_open(struct db *db, const char *url, struct error *err) {
    static const char *const NAMES[] = {"fallback_application_name", "connect_timeout", "client_encoding", "dbname",
                                        NULL};
    const char *const values[] = {"cxd", "10", "UTF8", url, NULL};
    *db = (struct db){0};
    enum cxd_err code = check_url(url, err);
    if (code != CXD_OK)
        return code;
    db->conn = PQconnectdbParams(NAMES, values, 1);
    if (!db->conn)
        return error_set(err, ERR_NO_MEMORY, "no memory for a connection to PostgreSQL");
    PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
    if (PQstatus(db->conn) != CONNECTION_OK) {
        const char *message = PQerrorMessage(db->conn);
        error_set(err, ERR_STORAGE, "no connection to PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
        postgresql_db_close(db);
        return ERR_STORAGE;
    }
    code = begin_session(db, err);
    if (code != CXD_OK)
        postgresql_db_close(db);
    return code;
}

void postgresql_db_close(struct db *db) {
    clear_results(db);
    PQfinish(db->conn);
    db->conn = NULL;
}

enum cxd_err postgresql_db_revive(struct db *db, struct error *err) {
    if (PQstatus(db->conn) == CONNECTION_OK && db->failure != DB_LOST)
        return CXD_OK;
    PQreset(db->conn);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return lost(db, err);
    return begin_session(db, err);
}

enum cxd_err postgresql_db_exec(struct db *db, const char *sql, struct error *err) {
    if (PQexitPipelineMode(db->conn) != 1)
        return lost(db, err);
    PGresult *result = PQexec(db->conn, sql);
    ExecStatusType status = PQresultStatus(result);
    enum cxd_err code = CXD_OK;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        code = refused(db, result, "a change of the schema", err);
    PQclear(result);
    if (PQenterPipelineMode(db->conn) != 1 && code == CXD_OK)
        code = lost(db, err);
    return code;
}

/* --- Questions ---------------------------------------------------------------------------------------------------- */

static const char *statement_name(enum query query, char out[16]) {
    snprintf(out, 16, "q%d", (int)query);
    return out;
}

enum cxd_err postgresql_db_queue(struct db *db, enum query query, const struct db_value *values, size_t count,
                                 struct error *err) {
    struct wire_value wire[VALUES_MAX];
    Oid types[VALUES_MAX];
    const char *bytes[VALUES_MAX];
    int lengths[VALUES_MAX], formats[VALUES_MAX];
    char name[16];
    clear_results(db);
    if (count > VALUES_MAX || db->queued == DB_QUEUE_MAX)
        return error_set(err, ERR_SYSTEM, "too much is asked of PostgreSQL at once");
    for (size_t i = 0; i < count; i++) {
        if (!postgresql_wire_value(&values[i], &wire[i]))
            return error_set(err, ERR_NO_MEMORY, "no memory for a question to PostgreSQL");
        types[i] = wire[i].type;
        bytes[i] = wire[i].bytes ? wire[i].bytes : wire[i].length > 0 ? (const char *)wire[i].own : NULL;
        lengths[i] = wire[i].length;
        formats[i] = 1;
    }
    statement_name(query, name);
    bool prepares = !db->is_prepared[query];
    if (prepares && PQsendPrepare(db->conn, name, POSTGRESQL_QUERIES[query], (int)count, types) != 1)
        return lost(db, err);
    if (PQsendQueryPrepared(db->conn, name, (int)count, bytes, lengths, formats, 1) != 1)
        return lost(db, err);
    db->is_prepared[query] = true;
    db->queue[db->queued].query = query;
    db->queue[db->queued++].prepares = prepares;
    return CXD_OK;
}

/* The next answer, and the NULL behind it. */
static PGresult *take(struct db *db) {
    PGresult *result = PQgetResult(db->conn);
    if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        PQclear(PQgetResult(db->conn));
    return result;
}

/* Of one that is queued. The first that fails says why; those behind it are not run. */
static void collect(struct db *db, size_t at, enum cxd_err *code, struct error *err) {
    char name[64];
    enum query query = db->queue[at].query;
    for (int step = !db->queue[at].prepares; step < 2; step++) {
        PGresult *result = take(db);
        ExecStatusType status = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;
        bool is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        if (!is_done && step == 0)
            db->is_prepared[query] = false;
        if (!is_done && *code == CXD_OK && status != PGRES_PIPELINE_ABORTED)
            *code = refused(db, result, query_name(query, name, sizeof name), err);
        if (step == 1)
            db->results[db->result_count++] = result;
        else
            PQclear(result);
    }
}

enum cxd_err postgresql_db_run(struct db *db, struct error *err) {
    enum cxd_err code = CXD_OK;
    clear_results(db);
    db->failure = DB_SOUND;
    db->trips++;
    if (PQpipelineSync(db->conn) != 1)
        code = lost(db, err);
    for (size_t i = 0; i < db->queued && db->failure != DB_LOST; i++)
        collect(db, i, &code, err);
    db->queued = 0;
    if (db->failure == DB_LOST)
        return code;
    PGresult *end = take(db);
    if (PQresultStatus(end) != PGRES_PIPELINE_SYNC && code == CXD_OK)
        code = lost(db, err);
    PQclear(end);
    return code;
}

enum cxd_err postgresql_db_ask(struct db *db, enum query query, const PGresult **ret_result,
                               const struct db_value *values, size_t count, struct error *err) {
    enum cxd_err code = postgresql_db_queue(db, query, values, count, err);
    if (code == CXD_OK)
        code = postgresql_db_run(db, err);
    if (code == CXD_OK && ret_result)
        *ret_result = db->results[db->result_count - 1];
    return code;
}

const PGresult *postgresql_db_result(const struct db *db, size_t at) {
    return db->results[at];
}

void postgresql_db_rollback(struct db *db) {
    struct error err;
    enum db_failure failure = db->failure;
    if (db->queued > 0 && postgresql_db_run(db, &err) != CXD_OK && db->failure == DB_LOST)
        return;
    PGTransactionStatusType status = PQtransactionStatus(db->conn);
    if (failure != DB_LOST && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) &&
        POSTGRESQL_RUN(db, QUERY_ROLLBACK, &err) != CXD_OK)
        return;
    db->failure = failure;
}
