/* What is PostgreSQL's alone: how a database is opened, and who may. */

#include <pthread.h>

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "cluster.h"
#include "cxd/store/url.h"
#include "fixture.h"
#include "store/postgresql/writer.h"

static char url[128];

static int make_database(void **state) {
    cluster_database(url, sizeof url);
    return 0;
}

static int drop_database(void **state) {
    cluster_drop_database();
    return 0;
}

static enum cxd_err open_and_close(const char *at, struct error *err) {
    struct store *store = NULL;
    enum cxd_err code = store_open(at, &store, err);
    if (code == CXD_OK)
        store_close(store);
    return code;
}

static void assert_opens(void) {
    struct error err;
    if (open_and_close(url, &err) != CXD_OK)
        fail_msg("%s", err.detail);
}

/* In the database of the test. */
static void run_sql(const char *sql) {
    struct db db;
    struct error err;
    if (postgresql_db_open(&db, url, &err) != CXD_OK || postgresql_db_exec(&db, sql, &err) != CXD_OK)
        fail_msg("%s: %s", sql, err.detail);
    postgresql_db_close(&db);
}

static void read_history(char history[STORE_HISTORY_SIZE]) {
    struct store *store = NULL;
    struct store_reader *reader = NULL;
    struct error err;
    assert_int_equal(store_open(url, &store, &err), CXD_OK);
    assert_int_equal(store_reader_open(store, &reader, &err), CXD_OK);
    assert_int_equal(store_read_history(reader, history, &err), CXD_OK);
    store_reader_close(reader);
    store_close(store);
}

static void test_what_opens_twice_is_the_same_database(void **state) {
    char first[STORE_HISTORY_SIZE], second[STORE_HISTORY_SIZE];
    read_history(first);
    read_history(second);
    assert_string_equal(first, second);
    assert_int_equal(strlen(first), STORE_HISTORY_SIZE - 1);
}

static void *open_it(void *context) {
    struct error *err = context;
    error_clear(err);
    err->code = open_and_close(url, err);
    return NULL;
}

/* Both are the first. */
static void test_first_starts_at_once_make_one_schema(void **state) {
    enum { STARTS = 6 };
    pthread_t threads[STARTS];
    static struct error errors[STARTS];
    for (size_t i = 0; i < STARTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_it, &errors[i]), 0);
    for (size_t i = 0; i < STARTS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < STARTS; i++)
        if (errors[i].code != CXD_OK)
            fail_msg("start %zu: %s", i, errors[i].detail);
}

static void test_a_newer_schema_is_refused(void **state) {
    struct error err;
    assert_opens();
    run_sql("INSERT INTO cxd_schema (version) VALUES (9999)");
    assert_int_equal(open_and_close(url, &err), ERR_SCHEMA);
}

/* What was acknowledged would be lost. */
static void test_commits_that_do_not_wait_are_refused(void **state) {
    struct error err;
    char asynchronous[192];
    snprintf(asynchronous, sizeof asynchronous, "%s&options=-c%%20synchronous_commit%%3Doff", url);
    assert_int_equal(open_and_close(asynchronous, &err), ERR_CONFIG);
    assert_non_null(strstr(err.detail, "synchronous_commit"));
}

static void test_no_error_tells_the_password(void **state) {
    static const char *const URLS[] = {
        "postgresql://cxd:s3cr3t@/d1?host=/nowhere", "postgresql://cxd:s3cr3t%zz@/d1?host=/nowhere",
        "postgresql://cxd@/d1?host=/nowhere&password=s3cr3t", "postgresql://cxd:s3cr3t@/d1?host=/nowhere&no_such=1"};
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        struct error err;
        char shown[256];
        assert_int_not_equal(open_and_close(URLS[i], &err), CXD_OK);
        assert_null(strstr(err.detail, "s3cr3t"));
        assert_null(strstr(store_url_show(URLS[i], shown, sizeof shown), "s3cr3t"));
    }
}

/* What a store of this URL is asked by hand. */
static int64_t ask_number(const char *sql) {
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    int64_t number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    PQfinish(conn);
    return number;
}

static void open_fixture(struct fixture *f) {
    struct error err;
    *f = (struct fixture){0};
    arena_init(&f->arena);
    assert_ok(store_open(url, &f->store, &err), err);
}

static void close_fixture(struct fixture *f) {
    store_close(f->store);
    arena_free(&f->arena);
}

static int64_t trips_of(const struct fixture *f) {
    return ((const struct postgresql_store *)f->store)->db.trips;
}

/* However many responses it has: what is locked and read, the dimensions, and what is written with the commit. */
static void test_a_batch_is_three_round_trips(void **state) {
    enum { RESPONSES = 500, TRIPS = 3 };
    static struct change *changes[RESPONSES];
    struct fixture f;
    struct error err;
    open_fixture(&f);
    make_shop(&f);
    for (unsigned round = 0; round < 3; round++) {
        int64_t before = trips_of(&f);
        for (unsigned i = 0; i < RESPONSES; i++) {
            changes[i] = make_response(&f, round * RESPONSES + i, (int)(i % 11), NOW_MS);
            changes[i]->as.response.value.touchpoint = i % 2 ? "checkout" : "mail";
        }
        assert_ok(store_apply(f.store, changes, RESPONSES, NULL, &err), err);
        if (round > 0) /* the first one has new values */
            assert_int_equal(trips_of(&f) - before, TRIPS);
    }
    assert_int_equal(ask_number("SELECT count(*) FROM response"), 3 * RESPONSES);
    assert_int_equal(ask_number("SELECT sum(n0+n1+n2+n3+n4+n5+n6+n7+n8+n9+n10) FROM rollup WHERE tier = 0"),
                     2 * 3 * RESPONSES);
    close_fixture(&f);
}

#define POSTGRESQL_TEST(name) cmocka_unit_test_setup_teardown(name, make_database, drop_database)

int main(void) {
    const struct CMUnitTest tests[] = {
        POSTGRESQL_TEST(test_what_opens_twice_is_the_same_database),
        POSTGRESQL_TEST(test_first_starts_at_once_make_one_schema),
        POSTGRESQL_TEST(test_a_newer_schema_is_refused),
        POSTGRESQL_TEST(test_commits_that_do_not_wait_are_refused),
        POSTGRESQL_TEST(test_no_error_tells_the_password),
        POSTGRESQL_TEST(test_a_batch_is_three_round_trips),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cluster_stop();
    return failed;
}

#else

static void test_it_is_built_without(void **state) {
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_it_is_built_without)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
