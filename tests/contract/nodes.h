#ifndef CXD_TESTS_CONTRACT_NODES_H
#define CXD_TESTS_CONTRACT_NODES_H

/* Several stores over one database of PostgreSQL's, and a connection beside them. */

#include "fixture.h"
#include "store/postgresql/writer.h"

static char url[128];

static inline int make_database(void **state) {
    cluster_database(url, sizeof url);
    return 0;
}

static inline int drop_database(void **state) {
    cluster_drop_database(url);
    return 0;
}

#define POSTGRESQL_TEST(name) cmocka_unit_test_setup_teardown(name, make_database, drop_database)

/* In the database of the test. */
static inline void run_sql(const char *sql) {
    struct db db;
    struct error err;
    if (postgresql_db_open(&db, url, NULL, &err) != CXD_OK || postgresql_db_exec(&db, sql, &err) != CXD_OK)
        fail_msg("%s: %s", sql, err.detail);
    postgresql_db_close(&db);
}

static inline void run_sql_on(PGconn *conn, const char *sql) {
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
}

/* What a store of this URL is asked by hand. */
static inline int64_t ask_number(const char *sql) {
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    int64_t number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    return number;
}

static inline void open_fixture_at(struct fixture *f, const char *at) {
    struct error err;
    *f = (struct fixture){0};
    arena_init(&f->arena);
    assert_ok(store_open(at, &f->store, &err), err);
}

static inline void open_fixture(struct fixture *f) {
    open_fixture_at(f, url);
}

static inline void close_fixture(struct fixture *f) {
    store_reader_close(f->reader);
    store_close(f->store);
    arena_free(&f->arena);
}

#endif
