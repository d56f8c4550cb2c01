#ifndef CXD_TESTS_CONTRACT_DATABASE_H
#define CXD_TESTS_CONTRACT_DATABASE_H

/* A store's file, by SQLite alone. */

#include <sqlite3.h>

#include "../support/unit.h"

static inline sqlite3 *open_database(const char *path) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static inline void run_sql(sqlite3 *db, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

static inline void run_sql_in(const char *path, const char *sql) {
    sqlite3 *db = open_database(path);
    run_sql(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int64_t number_of(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return number;
}

#endif
