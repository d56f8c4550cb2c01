#ifndef CXD_STORE_SQLITE_DB_H
#define CXD_STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/error.h"
#include "cxd/base/id.h"
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

/* Opens an existing file. The writer's settings that touch the file (WAL) are left to sqlite_db_use_wal. */
CXD_NODISCARD enum cxd_err sqlite_db_open(const char *path, enum db_role role, struct db *ret_db, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_db_use_wal(struct db *db, struct error *err);
/* Before that: a file that has no such log is a copy that was put in place, and goes on otherwise than the one that it
 * was copied from. */
CXD_NODISCARD enum cxd_err sqlite_db_forget_history(struct db *db, struct error *err);
void sqlite_db_close(struct db *db);
/* Where the connection sorts what is too much for its cache, outside of transactions: migrations sort whole tables. */
enum db_sort { DB_SORT_IN_FILES = 1, DB_SORT_IN_MEMORY = 2 };
CXD_NODISCARD enum cxd_err sqlite_db_sort_in(struct db *db, enum db_sort sort, struct error *err);
/* Brings the write-ahead log home and cuts it, without waiting for readers: false where one was in the way. What has
 * been deleted before is then in neither file, and what the connection writes from then on does not bring it back. */
bool sqlite_db_truncate_log(struct db *db);
/* What the connection writes to its file from now on has nothing in the gaps of its pages. `measured` is the connection
 * whose database is the longer one: itself, or the source of a copy. */
CXD_NODISCARD enum cxd_err sqlite_db_clear_gaps(struct db *db, struct db *measured, struct error *err);
/* The same for the pages that are in the file already. */
CXD_NODISCARD enum cxd_err sqlite_db_sweep_gaps(struct db *db, struct error *err);
/* Its close then neither brings the log home nor removes any file. */
void sqlite_db_leave_files(struct db *db);

/* file.c: from now on SQLite opens nothing that is no plain file: no FIFO, and none that has a second name. Called by
 * sqlite_db_open. */
void sqlite_file_judge_opens(void);
/* Until sqlite_file_expect(−1), SQLite opens no other file, in this thread, than the one that is open as `fd`: it goes
 * by a name, under which somebody may have put another. */
void sqlite_file_expect(int fd);
/* ERR_STORAGE, in words, where the database or what SQLite keeps beside it is a link or anything else but a file with
 * one name. */
CXD_NODISCARD enum cxd_err sqlite_file_refuse_odd(const char *path, struct error *err);
/* Whether an errno says that the storage is full. */
bool sqlite_file_is_no_room(int system_errno);

/* db.c: maps SQLite's last error on the connection and sets err; `doing` says what was tried ("cannot store a
 * response"). */
enum cxd_err sqlite_db_error(struct db *db, const char *doing, struct error *err);
/* A question takes too long: ERR_BAD_PARAMETER. */
enum cxd_err sqlite_db_too_much(struct error *err);
/* Runs a text of several statements. */
CXD_NODISCARD enum cxd_err sqlite_db_exec(struct db *db, const char *sql, const char *doing, struct error *err);

/* The first column of the first row, for what is asked once. */
CXD_NODISCARD enum cxd_err sqlite_db_read_number(struct db *db, const char *sql, int64_t *ret_number,
                                                 struct error *err);

/* A value of a statement, bound by reference: what it points to lives until the statement is reset. A text or a blob
 * that is NULL binds NULL. */
struct db_value {
    enum { DB_NONE, DB_INT, DB_TEXT, DB_BLOB, DB_REAL } type;
    int64_t number; /* or how many bytes */
    const void *bytes;
    double real;
};
#define INT(value) ((struct db_value){.type = DB_INT, .number = (int64_t)(value)})
#define TEXT(text) ((struct db_value){.type = DB_TEXT, .bytes = (text)})
#define BLOB(blob, size) ((struct db_value){.type = DB_BLOB, .number = (int64_t)(size), .bytes = (blob)})
#define REAL(value) ((struct db_value){.type = DB_REAL, .real = (value)}) /* NaN is NULL */
#define NONE ((struct db_value){.type = DB_NONE}) /* its place stays as it is, or is not there */
#define ID(id) BLOB((id)->bytes, sizeof(id)->bytes)

/* How a query is asked, its values in the order of ?1, ?2, …: SQLITE_RUN(db, QUERY_REVOKE_KEY, err, ID(id), INT(day)).
 * ASK: the statement is ready to be stepped, by sqlite_db_next. RUN: it gives no rows. HAS: whether there is a row.
 * FIRST: *ret_row says whether there is a row, which the statement stands on: whoever has read it resets it. */
#define SQLITE_ASK(db, query, ret_stmt, err, ...) sqlite_db_ask(db, query, ret_stmt, DB_VALUES(__VA_ARGS__), err)
#define SQLITE_RUN(db, query, err, ...) sqlite_db_ask_and_run(db, query, DB_VALUES(__VA_ARGS__), err)
#define SQLITE_HAS(db, query, ret_row, err, ...) sqlite_db_has(db, query, ret_row, DB_VALUES(__VA_ARGS__), err)
#define SQLITE_FIRST(db, query, ret_stmt, ret_row, err, ...)                                                           \
    sqlite_db_first(db, query, ret_stmt, ret_row, DB_VALUES(__VA_ARGS__), err)

/* The values and their number; the one in front is there where there is no other. */
#define DB_VALUES(...)                                                                                                 \
    &(const struct db_value[]){{0}, __VA_ARGS__}[1],                                                                   \
        sizeof((const struct db_value[]){{0}, __VA_ARGS__}) / sizeof(struct db_value) - 1
CXD_NODISCARD enum cxd_err sqlite_db_ask(struct db *db, enum query query, sqlite3_stmt **ret_stmt,
                                         const struct db_value *values, size_t count, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_db_ask_and_run(struct db *db, enum query query, const struct db_value *values,
                                                 size_t count, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_db_has(struct db *db, enum query query, bool *ret_row, const struct db_value *values,
                                         size_t count, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_db_first(struct db *db, enum query query, sqlite3_stmt **ret_stmt, bool *ret_row,
                                           const struct db_value *values, size_t count, struct error *err);

/* The query's statement, ready to be bound or, without values, stepped: for rows of many columns, and for lists. */
CXD_NODISCARD enum cxd_err sqlite_db_statement(struct db *db, enum query query, sqlite3_stmt **ret_stmt,
                                               struct error *err);
/* Steps: *ret_row says whether there is a row. Past the last row, and after an error, the statement is
 * reset. */
CXD_NODISCARD enum cxd_err sqlite_db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct error *err);
/* Steps a statement that gives no rows (or whose rows do not matter), and resets it. */
CXD_NODISCARD enum cxd_err sqlite_db_run(struct db *db, sqlite3_stmt *stmt, struct error *err);
/* Ends the transaction, if one is open, without its changes, and resets every statement. */
void sqlite_db_rollback(struct db *db);

/* Bind by reference: what is bound must live until the statement is reset. NULL binds NULL. */
void sqlite_db_bind_int(sqlite3_stmt *stmt, int at, int64_t value);
void sqlite_db_bind_text(sqlite3_stmt *stmt, int at, const char *text);
void sqlite_db_bind_blob(sqlite3_stmt *stmt, int at, const void *bytes, size_t size);

/* response.c: see store_read_last_answer. */
CXD_NODISCARD enum cxd_err sqlite_db_last_answer(struct db *db, const char *respondent, int64_t survey, int64_t from,
                                                 int64_t to, int64_t except, int64_t *ret_last, struct error *err);

/* A column of the current row, copied into the arena; NULL for NULL. */
CXD_NODISCARD enum cxd_err sqlite_db_copy_text(sqlite3_stmt *stmt, int column, struct arena *arena,
                                               const char **ret_text, struct error *err);

#endif
