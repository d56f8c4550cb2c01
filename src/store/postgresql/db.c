/* The connection: made, lost, made again; questions queued and run. */

#include "store/postgresql/db.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cxd/base/clock.h"
#include "store/postgresql/wire.h"

enum { VALUES_MAX = 40 };
enum { CALL_MS = 10 * 1000, ROLLBACK_MS = 2 * 1000, BEAT_MS = 200 };

/* --- Errors ------------------------------------------------------------------------------------------------------- */

/* libpq ends its messages with a line break, and begins some with the name of what failed. */
static enum cxd_err lost(struct db *db, struct error *err) {
    const char *message = PQerrorMessage(db->conn);
    db->failure = DB_LOST;
    return error_set(err, ERR_STORAGE, "the connection to PostgreSQL is lost: %.*s", (int)strcspn(message, "\n"),
                     message);
}

enum cxd_err postgresql_db_too_much(struct error *err) {
    return error_set(err, ERR_BAD_PARAMETER,
                     "too many responses would have to be read for this: choose a shorter window, or one filter that "
                     "the survey declares");
}

/* The last two: a table that another is making. */
static bool is_again(const char *state) {
    static const char *const STATES[] = {"40001", "40P01", "23505", "42710", "42P07"};
    for (size_t i = 0; i < CXD_COUNT(STATES); i++)
        if (strcmp(state, STATES[i]) == 0)
            return true;
    return false;
}

/* The server says good-bye: it was told to, goes down, or has waited too long in a transaction (25P03). One that takes
 * no writes any more (25006) is not the one that is looked for: another is the primary by now. */
static bool is_lost(const struct db *db, const char *state) {
    return PQstatus(db->conn) == CONNECTION_BAD || strncmp(state, "57P0", 4) == 0 || strcmp(state, "25P03") == 0 ||
           (db->waits.writes && strcmp(state, "25006") == 0);
}

/* The message alone: what stands beside it may have values of rows. */
static enum cxd_err refused(struct db *db, const PGresult *result, const char *what, struct error *err) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!state)
        return lost(db, err);
    if (is_lost(db, state)) {
        db->failure = DB_LOST;
        return error_set(err, ERR_STORAGE, "the connection to PostgreSQL is lost: %s (%s)", message ? message : "",
                         state);
    }
    db->failure = is_again(state) ? DB_AGAIN : DB_REFUSED;
    if (db->waits.asks && strcmp(state, "57014") == 0) /* by statement_timeout */
        return postgresql_db_too_much(err);
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

/* --- Waiting ------------------------------------------------------------------------------------------------------ */

void postgresql_db_bound(struct db *db, int64_t ms) {
    db->until_ns = clock_monotonic_ns() + ms * 1000 * 1000;
}

int64_t postgresql_db_left_ms(const struct db *db) {
    int64_t left_ns = db->until_ns - clock_monotonic_ns();
    return left_ns > 0 ? left_ns / (1000 * 1000) + 1 : 0;
}

/* The other end learns of it where it can; what is here is taken down when the connection is made anew. */
static enum cxd_err give_up(struct db *db, struct error *err) {
    int socket = PQsocket(db->conn);
    if (socket >= 0)
        shutdown(socket, SHUT_RDWR);
    db->failure = DB_LOST;
    return error_set(err, ERR_STORAGE, "PostgreSQL has not answered in time");
}

/* Until the socket has something, or an error, which libpq finds out. False: it has taken too long. */
static bool await(struct db *db, short events, int64_t until_ns) {
    for (;;) {
        int64_t left_ms = (until_ns - clock_monotonic_ns()) / (1000 * 1000);
        db->has_ended = db->goes_on && !db->goes_on(db->context);
        if (left_ms < 0 || db->has_ended)
            return false;
        struct pollfd waited = {.fd = PQsocket(db->conn), .events = events};
        int found = poll(&waited, 1, left_ms < BEAT_MS ? (int)left_ms + 1 : BEAT_MS);
        heartbeat_answer(db->waits.beat ? *db->waits.beat : NULL);
        if (found > 0 || (found < 0 && errno != EINTR))
            return true;
    }
}

static int64_t until(const struct db *db) {
    return db->until_ns != 0 ? db->until_ns : clock_monotonic_ns() + INT64_C(1000) * 1000 * CALL_MS;
}

/* The next answer without waiting for it blindly; sends what is not sent yet. False: it has taken too long. */
static bool next(struct db *db, PGresult **ret_result) {
    int64_t until_ns = until(db);
    *ret_result = NULL;
    while (PQisBusy(db->conn)) {
        int unsent = PQflush(db->conn);
        if (unsent < 0)
            break;
        if (!await(db, unsent ? POLLIN | POLLOUT : POLLIN, until_ns))
            return false;
        if (PQconsumeInput(db->conn) != 1)
            break;
    }
    *ret_result = PQgetResult(db->conn);
    return true;
}

/* As far as libpq is with a connection that it begins. */
static enum cxd_err connect_by(struct db *db, PostgresPollingStatusType (*step)(PGconn *), struct error *err) {
    int64_t until_ns = until(db);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(db->conn) != CONNECTION_BAD && status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        if (!await(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ns))
            return give_up(db, err);
        status = step(db->conn);
    }
    if (PQstatus(db->conn) == CONNECTION_OK)
        return CXD_OK;
    const char *message = PQerrorMessage(db->conn);
    db->failure = DB_LOST;
    return error_set(err, ERR_STORAGE, "no connection to PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
}

/* --- The connection ----------------------------------------------------------------------------------------------- */

static void clear_results(struct db *db) {
    for (size_t i = 0; i < db->result_count; i++)
        PQclear(db->results[i]);
    db->result_count = 0;
}

/* Where both ends may be gone, the server finds that out as well. */
static enum cxd_err begin_session(struct db *db, struct error *err) {
    memset(db->is_prepared, 0, sizeof db->is_prepared);
    clear_results(db);
    db->queued = 0;
    db->incarnation++;
    db->failure = DB_SOUND;
    if (PQsetnonblocking(db->conn, 1) != 0 || PQenterPipelineMode(db->conn) != 1)
        return error_set(err, ERR_STORAGE, "libpq has no pipeline mode for this connection");
    char statement_ms[24], idle_ms[24];
    snprintf(statement_ms, sizeof statement_ms, "%lld", (long long)db->waits.statement_ms);
    snprintf(idle_ms, sizeof idle_ms, "%lld", (long long)db->waits.idle_ms);
    enum cxd_err code = POSTGRESQL_RUN(db, QUERY_BEGIN_SESSION, err, TEXT(statement_ms), TEXT(idle_ms));
    if (code != CXD_OK || !db->check)
        return code;
    code = db->check(db, err);
    if (code != CXD_OK)
        db->failure = DB_LOST; /* the next one may be fit */
    return code;
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

/* What stands behind dbname goes before what the URL says. tcp_user_timeout: a host that answers nothing leaves time
 * for the next one of the URL. */
static enum cxd_err open_connection(struct db *db, const char *url, const char *password, struct error *err) {
    static const char *const NAMES[] = {"fallback_application_name", "tcp_user_timeout", "dbname", "client_encoding",
                                        "target_session_attrs",      "password",         NULL};
    const char *const values[] = {"cxd", "4000", url, "UTF8", db->waits.writes ? "read-write" : NULL, password, NULL};
    enum cxd_err code = check_url(url, err);
    if (code != CXD_OK)
        return code;
    db->conn = PQconnectStartParams(NAMES, values, 1);
    if (!db->conn)
        return error_set(err, ERR_NO_MEMORY, "no memory for a connection to PostgreSQL");
    PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
    code = connect_by(db, PQconnectPoll, err);
    if (code == CXD_OK)
        code = begin_session(db, err);
    if (code != CXD_OK)
        postgresql_db_close(db);
    return code;
}

static enum cxd_err open_by(struct db *db, const char *url, struct error *err) {
    char *rest = NULL, *password = NULL;
    enum cxd_err code = postgresql_password_take(url, &rest, &password, err);
    if (code == CXD_OK)
        code = open_connection(db, rest, password, err);
    if (password)
        explicit_bzero(password, strlen(password));
    free(password);
    free(rest);
    return code;
}

enum cxd_err postgresql_db_open(struct db *db, const char *url, const struct db_waits *waits, struct error *err) {
    *db = (struct db){.waits = waits ? *waits : (struct db_waits){0}};
    return open_by(db, url, err);
}

enum cxd_err postgresql_db_open_within(struct db *db, const char *url, int64_t ms, struct error *err) {
    *db = (struct db){0};
    postgresql_db_bound(db, ms);
    return open_by(db, url, err);
}

void postgresql_db_close(struct db *db) {
    clear_results(db);
    PQfinish(db->conn);
    db->conn = NULL;
}

/* What a server says that is asked nothing is good-bye, mostly. */
static bool is_left(const struct db *db) {
    struct pollfd waited = {.fd = PQsocket(db->conn), .events = POLLIN};
    return poll(&waited, 1, 0) > 0;
}

enum cxd_err postgresql_db_revive(struct db *db, struct error *err) {
    if (PQstatus(db->conn) == CONNECTION_OK && db->failure != DB_LOST && !is_left(db))
        return CXD_OK;
    if (PQresetStart(db->conn) != 1)
        return lost(db, err);
    enum cxd_err code = connect_by(db, PQresetPoll, err);
    return code == CXD_OK ? begin_session(db, err) : code;
}

/* The first that fails is what is told. */
static enum cxd_err exec(struct db *db, const char *sql, struct error *err) {
    enum cxd_err code = CXD_OK;
    PGresult *result = NULL;
    if (PQsendQuery(db->conn, sql) != 1)
        return lost(db, err);
    for (;;) {
        if (!next(db, &result))
            return give_up(db, err);
        if (!result)
            return code;
        ExecStatusType status = PQresultStatus(result);
        if (code == CXD_OK && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            code = refused(db, result, "a change of the schema", err);
        PQclear(result);
    }
}

enum cxd_err postgresql_db_exec(struct db *db, const char *sql, struct error *err) {
    if (PQexitPipelineMode(db->conn) != 1)
        return lost(db, err);
    enum cxd_err code = exec(db, sql, err);
    if (db->failure != DB_LOST && PQenterPipelineMode(db->conn) != 1 && code == CXD_OK)
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
static enum cxd_err take(struct db *db, PGresult **ret_result, struct error *err) {
    PGresult *end = NULL;
    if (!next(db, ret_result))
        return give_up(db, err);
    if (!*ret_result || PQresultStatus(*ret_result) == PGRES_PIPELINE_SYNC)
        return CXD_OK;
    bool came = next(db, &end);
    PQclear(end);
    return came ? CXD_OK : give_up(db, err);
}

/* Of one that is queued. The first that fails says why; those behind it are not run. */
static void collect(struct db *db, size_t at, enum cxd_err *code, struct error *err) {
    char name[64];
    enum query query = db->queue[at].query;
    for (int step = !db->queue[at].prepares; step < 2 && db->failure != DB_LOST; step++) {
        PGresult *result = NULL;
        enum cxd_err taken = take(db, &result, err);
        ExecStatusType status = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;
        bool is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        if (!is_done && step == 0)
            db->is_prepared[query] = false;
        if (taken != CXD_OK)
            *code = taken;
        else if (!is_done && *code == CXD_OK && status != PGRES_PIPELINE_ABORTED)
            *code = refused(db, result, query_name(query, name, sizeof name), err);
        if (step == 1)
            db->results[db->result_count++] = result;
        else
            PQclear(result);
    }
}

enum cxd_err postgresql_db_run(struct db *db, struct error *err) {
    enum cxd_err code = CXD_OK;
    PGresult *end = NULL;
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
    enum cxd_err taken = take(db, &end, err);
    if (taken != CXD_OK)
        code = taken;
    else if (PQresultStatus(end) != PGRES_PIPELINE_SYNC && code == CXD_OK)
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
    db->goes_on = NULL;
    if (postgresql_db_left_ms(db) < ROLLBACK_MS)
        postgresql_db_bound(db, ROLLBACK_MS);
    if (db->queued > 0 && postgresql_db_run(db, &err) != CXD_OK && db->failure == DB_LOST)
        return;
    PGTransactionStatusType status = PQtransactionStatus(db->conn);
    if (failure != DB_LOST && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) &&
        POSTGRESQL_RUN(db, QUERY_ROLLBACK, &err) != CXD_OK)
        return;
    db->failure = failure;
}
