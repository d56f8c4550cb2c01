#ifndef CXD_STORE_POSTGRESQL_DB_H
#define CXD_STORE_POSTGRESQL_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/heartbeat.h"
#include "cxd/base/id.h"
#include "store/postgresql/sql.h"

/* A connection to PostgreSQL, always in pipeline mode: questions are queued, and a run sends all of them and takes all
 * answers, which is one round trip. Everything goes and comes in binary. Used by one thread at a time.
 *
 * Nothing waits for ever: neither the server nor what lies between may ever answer, or tell that they will not. Who
 * asks says by when (postgresql_db_bound), else it is 10 s for each wait; what has not come by then is a connection
 * that is lost. Its end is made known by closing it. A request to cancel is never sent: at a COMMIT that waits for a
 * standby it would have the server show what the standby lacks. The server looks every 2 s whether its client is there.
 */

/* Why the last run failed, for who can do something about it. */
enum db_failure {
    DB_SOUND,
    DB_AGAIN, /* gave way to another transaction (40001, 40P01, 23505): the same may go well if it begins again */
    DB_LOST,  /* the connection is gone; what became of a COMMIT nobody knows */
    DB_REFUSED
};

enum { DB_QUEUE_MAX = 48 };

/* How a connection waits. All zero is how it is without. */
struct db_waits {
    int64_t statement_ms;          /* then the server ends a question: ERR_BAD_PARAMETER; 0: never */
    int64_t idle_ms;               /* and a transaction in which nothing is asked; 0: never */
    struct heartbeat *const *beat; /* answered meanwhile */
    bool asks;                     /* questions alone: what the server ends took too long */
    bool writes;                   /* to a primary, or it is as if nobody were there */
};

struct db {
    PGconn *conn;
    struct db_waits waits;
    int64_t until_ns;                     /* of CLOCK_MONOTONIC; 0: CALL_MS for each wait */
    bool (*goes_on)(const void *context); /* asked while it waits; false ends the wait. NULL: nobody is asked */
    const void *context;
    bool has_ended; /* by goes_on */
    /* What is asked of a connection that is made anew, before anything else. NULL: nothing. */
    enum cxd_err (*check)(struct db *db, struct error *err);
    bool is_prepared[QUERY_COUNT];
    struct {
        enum query query;
        bool prepares;
    } queue[DB_QUEUE_MAX];
    size_t queued;
    PGresult *results[DB_QUEUE_MAX]; /* of the last run */
    size_t result_count;
    enum db_failure failure;
    int64_t trips;       /* round trips that were made */
    int64_t incarnation; /* of the connection: rises where it was made anew */
};

/* `url` as libpq takes it. ERR_CONFIG for one that it does not take; ERR_STORAGE. No error has any of the URL. What
 * is given in `waits` is copied. */
CXD_NODISCARD enum cxd_err postgresql_db_open(struct db *db, const char *url, const struct db_waits *waits,
                                              struct error *err);
/* The same without anything in `waits`, which is given up after so long. */
CXD_NODISCARD enum cxd_err postgresql_db_open_within(struct db *db, const char *url, int64_t ms, struct error *err);
/* password.c: the URL as libpq takes it, and the password of the file that passwordfile= names, or NULL. Both to be
 * freed. ERR_CONFIG: it cannot be read. */
CXD_NODISCARD enum cxd_err postgresql_password_take(const char *url, char **ret_url, char **ret_password,
                                                    struct error *err);
/* From now on so long altogether, also for a connection that is made anew. */
void postgresql_db_bound(struct db *db, int64_t ms);
/* What is left of it. */
int64_t postgresql_db_left_ms(const struct db *db);
/* ERR_BAD_PARAMETER: a question that takes too long. */
enum cxd_err postgresql_db_too_much(struct error *err);
/* Of what was never opened too. */
void postgresql_db_close(struct db *db);
/* Makes the connection anew where it is gone, also while nothing was asked: so that a restart of the server costs no
 * question. Between two runs. */
CXD_NODISCARD enum cxd_err postgresql_db_revive(struct db *db, struct error *err);
/* Runs a text of several statements, outside of the pipeline. */
CXD_NODISCARD enum cxd_err postgresql_db_exec(struct db *db, const char *sql, struct error *err);

/* wire.c: an array that goes as one value. Its elements are texts, blobs or numbers, and NULL. */
struct db_array {
    Oid element;
    struct buffer bytes;
    uint32_t count;
};
void postgresql_array_free(struct db_array *array);
void postgresql_array_ints(struct db_array *array);
void postgresql_array_texts(struct db_array *array);
void postgresql_array_blobs(struct db_array *array);
void postgresql_array_reals(struct db_array *array);
/* An array a letter: i of integers, r of reals, b of bytes, t of texts. */
void postgresql_arrays_begin(struct db_array *arrays, const char *types);
void postgresql_array_add_int(struct db_array *array, int64_t value);
void postgresql_array_add_real(struct db_array *array, double value); /* NaN is NULL */
void postgresql_array_add_text(struct db_array *array, const char *text);
void postgresql_array_add_bytes(struct db_array *array, const void *bytes, size_t length);
void postgresql_array_add_null(struct db_array *array);

/* A value of a question, by reference until it is queued. A text or a blob that is NULL is NULL. */
struct db_value {
    enum { DB_NULL, DB_INT, DB_TEXT, DB_BLOB, DB_REAL, DB_BOOL, DB_ARRAY } type;
    int64_t number; /* or how many bytes */
    const void *bytes;
    double real;
    struct db_array *array;
};
#define INT(value) ((struct db_value){.type = DB_INT, .number = (int64_t)(value)})
#define LIMIT(most) INT((uint64_t)(most) > INT64_MAX ? INT64_MAX : (int64_t)(most))
#define BOOL(value) ((struct db_value){.type = DB_BOOL, .number = (value)})
#define TEXT(text) ((struct db_value){.type = DB_TEXT, .bytes = (text)})
#define BLOB(blob, size) ((struct db_value){.type = DB_BLOB, .number = (int64_t)(size), .bytes = (blob)})
#define REAL(value) ((struct db_value){.type = DB_REAL, .real = (value)}) /* NaN is NULL */
#define ARRAY(made) ((struct db_value){.type = DB_ARRAY, .array = (made)})
#define NOTHING ((struct db_value){.type = DB_NULL})
#define ID(id) BLOB((id)->bytes, sizeof(id)->bytes)

/* db.c again. The values in the order of $1, $2, …. QUEUE: its result is that of this place among the queued. ASK: runs
 * all that is queued, and *ret_result is the last one's, the db's until the next is queued. RUN: the same of what gives
 * no rows that matter. */
#define POSTGRESQL_QUEUE(db, query, err, ...) postgresql_db_queue(db, query, DB_VALUES(__VA_ARGS__), err)
#define POSTGRESQL_ASK(db, query, ret_result, err, ...)                                                                \
    postgresql_db_ask(db, query, ret_result, DB_VALUES(__VA_ARGS__), err)
#define POSTGRESQL_RUN(db, query, err, ...) postgresql_db_ask(db, query, NULL, DB_VALUES(__VA_ARGS__), err)
#define DB_VALUES(...)                                                                                                 \
    &(const struct db_value[]){{0}, __VA_ARGS__}[1],                                                                   \
        sizeof((const struct db_value[]){{0}, __VA_ARGS__}) / sizeof(struct db_value) - 1
CXD_NODISCARD enum cxd_err postgresql_db_queue(struct db *db, enum query query, const struct db_value *values,
                                               size_t count, struct error *err);
CXD_NODISCARD enum cxd_err postgresql_db_run(struct db *db, struct error *err);
CXD_NODISCARD enum cxd_err postgresql_db_ask(struct db *db, enum query query, const PGresult **ret_result,
                                             const struct db_value *values, size_t count, struct error *err);
/* Of the last run. */
const PGresult *postgresql_db_result(const struct db *db, size_t at);
/* Ends a transaction that is open, without its changes; forgets what is queued. */
void postgresql_db_rollback(struct db *db);

/* wire.c: a column of a row. NULL reads as 0, false, NULL. Numbers of any width. */
int64_t postgresql_int(const PGresult *result, int row, int column);
bool postgresql_bool(const PGresult *result, int row, int column);
double postgresql_real(const PGresult *result, int row, int column); /* NULL is NaN */
/* Ends with a NUL; the result's. */
const char *postgresql_text(const PGresult *result, int row, int column);
struct id postgresql_id(const PGresult *result, int row, int column);
/* False where it has another size. */
bool postgresql_bytes(const PGresult *result, int row, int column, void *ret_bytes, size_t size);
/* Copied into the arena; NULL for NULL. */
CXD_NODISCARD enum cxd_err postgresql_copy(const PGresult *result, int row, int column, struct arena *arena,
                                           const char **ret_text, struct error *err);
/* Copied into a field, cut to fit. */
void postgresql_field(const PGresult *result, int row, int column, char *field, size_t size);

#endif
