#ifndef CXD_TESTS_CONTRACT_NODES_H
#define CXD_TESTS_CONTRACT_NODES_H

/* Several stores over one database of PostgreSQL's, and a connection beside them. */

#include <pthread.h>
#include <stdatomic.h>

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

static inline int run_on_postgresql(const struct CMUnitTest *tests, size_t count) {
    int failed = _cmocka_run_group_tests("postgresql", tests, count, NULL, NULL);
    cluster_stop();
    return failed;
}

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

static inline struct postgresql_store *store_of(const struct fixture *f) {
    return (struct postgresql_store *)f->store;
}

/* Two nodes, each with a reader, and a connection beside them. */
struct nodes {
    struct fixture first, second;
    PGconn *beside;
};

static inline void open_nodes(struct nodes *nodes) {
    struct error err;
    open_fixture(&nodes->first);
    make_shop(&nodes->first);
    open_fixture(&nodes->second);
    nodes->second.survey = nodes->first.survey;
    assert_ok(store_reader_open(nodes->first.store, &nodes->first.reader, &err), err);
    assert_ok(store_reader_open(nodes->second.store, &nodes->second.reader, &err), err);
    nodes->beside = PQconnectdb(url);
}

static inline void close_nodes(struct nodes *nodes) {
    PQfinish(nodes->beside);
    close_fixture(&nodes->first);
    close_fixture(&nodes->second);
}

/* Batches of a node, each of a change, that another thread applies. */
enum { SENT_MAX = 4 };
struct sent {
    struct fixture *f;
    struct change *changes[SENT_MAX];
    size_t count;
    bool is_one; /* they are one batch */
    pthread_t thread;
    struct error err;
    enum cxd_err code;
    atomic_bool is_done;
};

static inline void *apply_sent(void *context) {
    struct sent *sent = context;
    size_t step = sent->is_one ? sent->count : 1;
    for (size_t i = 0; sent->code == CXD_OK && i < sent->count; i += step)
        sent->code = store_apply(sent->f->store, &sent->changes[i], step, NULL, &sent->err);
    atomic_store(&sent->is_done, true);
    return NULL;
}

static inline void send_apart(struct sent *sent) {
    assert_int_equal(pthread_create(&sent->thread, NULL, apply_sent, sent), 0);
}

/* Until so many sessions wait for a lock, or what was sent has gone through. */
static inline void await_waiting(int count, const struct sent *sent) {
    while (!atomic_load(&sent->is_done) &&
           ask_number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                      "AND datname = current_database()") < count)
        ;
}

static inline void join_sent(struct sent *sent) {
    pthread_join(sent->thread, NULL);
    assert_ok(sent->code, sent->err);
}

#endif
