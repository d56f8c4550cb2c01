#ifndef CXD_STORE_SQLITE_DB_H
#define CXD_STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/error.h"
#include "store/sqlite/sql.h"

/* A connection and its prepared statements. */

struct db {
    sqlite3 *handle;
    sqlite3_stmt *statements[QUERY_COUNT]; /* prepared at first use, kept */
};

enum db_role {
    DB_WRITER,
    DB_READER,
    DB_SOURCE,       /* reads a file as a whole, perhaps one of another process; see source.c */
    DB_SOURCE_ALONE, /* the same, while nobody writes: needs no files beside it, and no right to make any */
    DB_COPY          /* fills a new file, and leaves flushing it to the caller */
};

/* Opens an existing file. The writer's settings that touch the file (WAL) are left to db_use_wal. */
CXD_NODISCARD enum cxd_err db_open(const char *path, enum db_role role, struct db *ret_db, struct error *err);
CXD_NODISCARD enum cxd_err db_use_wal(struct db *db, struct error *err);
void db_close(struct db *db);
/* Brings the write-ahead log home and cuts it, without waiting for readers: false where one was in the way. */
bool db_truncate_log(struct db *db);

/* Maps SQLite's last error on the connection and sets err; `doing` says what was tried ("cannot store a
 * response"). */
enum cxd_err db_error(struct db *db, const char *doing, struct error *err);
/* Whether an errno says that the storage is full. */
bool db_is_no_room(int system_errno);
/* Runs a text of several statements. */
CXD_NODISCARD enum cxd_err db_exec(struct db *db, const char *sql, const char *doing, struct error *err);

/* The first column of the first row, for what is asked once. */
CXD_NODISCARD enum cxd_err db_read_number(struct db *db, const char *sql, int64_t *ret_number,
                                          struct error *err);

/* The query's statement, ready to be bound. */
CXD_NODISCARD enum cxd_err db_statement(struct db *db, enum query query, sqlite3_stmt **ret_stmt,
                                        struct error *err);
/* Steps: *ret_row says whether there is a row. Past the last row, and after an error, the statement is
 * reset. */
CXD_NODISCARD enum cxd_err db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct error *err);
/* Steps a statement that gives no rows (or whose rows do not matter), and resets it. */
CXD_NODISCARD enum cxd_err db_run(struct db *db, sqlite3_stmt *stmt, struct error *err);
/* A query without parameters and rows. */
CXD_NODISCARD enum cxd_err db_run_query(struct db *db, enum query query, struct error *err);
/* Ends the transaction, if one is open, without its changes, and resets every statement. */
void db_rollback(struct db *db);

/* Bind by reference: what is bound must live until the statement is reset. NULL binds NULL. */
void db_bind_int(sqlite3_stmt *stmt, int at, int64_t value);
void db_bind_text(sqlite3_stmt *stmt, int at, const char *text);
void db_bind_blob(sqlite3_stmt *stmt, int at, const void *bytes, size_t size);

/* response.c: see store_read_last_answer. */
CXD_NODISCARD enum cxd_err db_last_answer(struct db *db, const char *respondent, int64_t survey, int64_t from,
                                          int64_t to, int64_t *ret_last, struct error *err);

/* A column of the current row, copied into the arena; NULL for NULL. */
CXD_NODISCARD enum cxd_err db_copy_text(sqlite3_stmt *stmt, int column, struct arena *arena,
                                        const char **ret_text, struct error *err);

#endif
