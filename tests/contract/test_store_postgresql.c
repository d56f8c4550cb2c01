/* What is PostgreSQL's alone: how a database is opened, and who may. */

#include <pthread.h>

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "cxd/store/url.h"
#include "nodes.h"

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

static int64_t trips_of(const struct fixture *f) {
    return store_of(f)->db.trips;
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

/* --- Several nodes ------------------------------------------------------------------------------------------------ */

enum { NODES = 3, NODE_BATCHES = 12, NODE_BATCH = 20 };

struct node {
    struct fixture f;
    int64_t survey;
    unsigned index;
    const char *respondent;
    int created, replayed, refused;
    struct error err;
};

/* Every node sends the same, each in another order. */
static void *send_all(void *context) {
    struct node *node = context;
    struct change *changes[NODE_BATCH];
    node->f.survey = node->survey;
    for (unsigned batch = 0; batch < NODE_BATCHES; batch++) {
        for (unsigned i = 0; i < NODE_BATCH; i++) {
            unsigned number = batch * NODE_BATCH + (node->index % 2 ? NODE_BATCH - 1 - i : i);
            static const char *const PLACES[] = {"checkout", "mail", "app", "till"};
            changes[i] = make_response(&node->f, number, (int)(number % 11), NOW_MS + number);
            changes[i]->as.response.value.touchpoint = PLACES[number / 3 % 4];
            changes[i]->as.response.value.respondent = node->respondent;
            changes[i]->as.response.recontact.any_ms = node->respondent ? DAY_MS : 0;
        }
        if (store_apply(node->f.store, changes, NODE_BATCH, NULL, &node->err) != CXD_OK)
            return NULL;
        for (unsigned i = 0; i < NODE_BATCH; i++) {
            node->created += changes[i]->outcome == OUTCOME_CREATED;
            node->replayed += changes[i]->outcome == OUTCOME_REPLAYED;
            node->refused += changes[i]->outcome == OUTCOME_REFUSED && changes[i]->refusal == ERR_RECONTACT;
        }
    }
    node->err.code = CXD_OK;
    return node;
}

static struct node run_nodes(void *send(void *), const char *respondent) {
    static struct node nodes[NODES];
    struct node all = {.created = 0};
    pthread_t threads[NODES];
    for (unsigned i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.index = i, .respondent = respondent};
        open_fixture(&nodes[i].f);
        if (i == 0)
            make_shop(&nodes[i].f);
        nodes[i].survey = nodes[0].f.survey;
    }
    for (unsigned i = 0; i < NODES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send, &nodes[i]), 0);
    for (unsigned i = 0; i < NODES; i++) {
        void *done = NULL;
        pthread_join(threads[i], &done);
        if (!done)
            fail_msg("node %u: %s", i, nodes[i].err.detail);
        all.created += nodes[i].created;
        all.replayed += nodes[i].replayed;
        all.refused += nodes[i].refused;
        close_fixture(&nodes[i].f);
    }
    return all;
}

static void test_what_all_nodes_send_is_stored_once(void **state) {
    enum { RESPONSES = NODE_BATCHES * NODE_BATCH };
    struct node all = run_nodes(send_all, NULL);
    assert_int_equal(all.created, RESPONSES);
    assert_int_equal(all.replayed, (NODES - 1) * RESPONSES);
    assert_int_equal(ask_number("SELECT count(*) FROM response"), RESPONSES);
    assert_int_equal(ask_number("SELECT count(DISTINCT number) FROM response"), RESPONSES);
    assert_int_equal(ask_number("SELECT sum(n0+n1+n2+n3+n4+n5+n6+n7+n8+n9+n10) FROM rollup"), 2 * 4 * RESPONSES);
    /* Each value has one place, whoever brought it first. */
    assert_int_equal(ask_number("SELECT count(*) FROM series"), 4);
    assert_int_equal(ask_number("SELECT sum(series) FROM dimension"), 4);
}

static void test_one_answer_of_a_person_is_stored_on_all_nodes(void **state) {
    struct node all = run_nodes(send_all, "ada@example.com");
    assert_int_equal(all.created, 1);
    assert_int_equal(all.created + all.replayed + all.refused, NODES * NODE_BATCHES * NODE_BATCH);
    assert_int_equal(ask_number("SELECT count(*) FROM response"), 1);
}

/* Of one visit around a midnight, whoever learns of what first: what was answered behind it is of the day that it was
 * shown on. All begin each visit together. */
static pthread_barrier_t together;

static void *send_visits(void *context) {
    struct node *node = context;
    enum { VISIT_BATCHES = 40, MINUTE_MS = 60 * 1000 };
    int64_t midnight = NOW_MS / DAY_MS * DAY_MS;
    bool failed = false;
    for (unsigned batch = 0; batch < VISIT_BATCHES; batch++) {
        char visit[8];
        snprintf(visit, sizeof visit, "v%u", batch);
        struct change *shown = make_change(&node->f, CHANGE_EVENT, NOW_MS);
        shown->as.event.value =
            (struct event){.survey = node->survey, .type = EVENT_SHOWN, .visit = visit, .at = midnight - MINUTE_MS};
        struct change *left = make_change(&node->f, CHANGE_EVENT, NOW_MS);
        left->as.event.value =
            (struct event){.survey = node->survey, .type = EVENT_DISMISSED, .visit = visit, .at = midnight + MINUTE_MS};
        node->f.survey = node->survey;
        struct change *changes[] = {node->index % 2 ? shown : left};
        pthread_barrier_wait(&together);
        failed = failed || store_apply(node->f.store, changes, 1, NULL, &node->err) != CXD_OK;
        node->created += changes[0]->outcome == OUTCOME_CREATED;
    }
    return failed ? NULL : node;
}

static void test_visits_of_all_nodes_are_put_together(void **state) {
    enum { VISITS = 40 };
    (void)state;
    assert_int_equal(pthread_barrier_init(&together, NULL, NODES), 0);
    struct node all = run_nodes(send_visits, NULL);
    pthread_barrier_destroy(&together);
    assert_int_equal(all.created, 2 * VISITS);
    assert_int_equal(ask_number("SELECT count(*) FROM visit"), VISITS);
    assert_int_equal(ask_number("SELECT sum(n0) FROM rollup WHERE survey < 0 AND tier = 0"), VISITS);
    assert_int_equal(ask_number("SELECT sum(n2) FROM rollup WHERE survey < 0 AND tier = 0"), VISITS);
    assert_int_equal(ask_number("SELECT count(*) FROM visit_turn"), 0);
}

static void alter_database(const char *setting) {
    char sql[128];
    const char *name = url + strlen(CLUSTER_URL "///");
    snprintf(sql, sizeof sql, "ALTER DATABASE %.*s %s", (int)strcspn(name, "?"), name, setting);
    cluster_exec_sql(sql);
}

static void end_sessions(void) {
    assert_true(ask_number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                           "WHERE application_name = 'cxd' AND datname = current_database()") >= 1);
}

/* Between two batches: the next one is applied all the same, on another connection. */
static void test_a_connection_that_was_lost_is_made_again(void **state) {
    struct fixture f;
    open_fixture(&f);
    make_shop(&f);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(apply(&f, make_response(&f, i, 9, NOW_MS)), OUTCOME_CREATED);
        end_sessions();
    }
    assert_int_equal(apply(&f, make_response(&f, 0, 9, NOW_MS)), OUTCOME_REPLAYED);
    close_fixture(&f);
}

/* What takes the place of a server is asked what the first one was, each time. */
static void test_a_server_is_asked_again_what_it_is(void **state) {
    static const struct {
        const char *setting, *sql, *says;
        enum cxd_err refusal;
    } TURNS[] = {{"SET synchronous_commit = off", "SELECT", "synchronous_commit", ERR_CONFIG},
                 {"RESET ALL", "INSERT INTO cxd_schema (version) VALUES (9999)", "schema 9999", ERR_SCHEMA}};
    struct fixture f;
    struct error err;
    open_fixture(&f);
    make_shop(&f);
    for (size_t i = 0; i < CXD_COUNT(TURNS); i++) {
        run_sql(TURNS[i].sql);
        alter_database(TURNS[i].setting);
        end_sessions();
        struct change *change = make_response(&f, 1, 9, NOW_MS);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(store_apply(f.store, &change, 1, NULL, &err), TURNS[i].refusal);
            assert_non_null(strstr(err.detail, TURNS[i].says));
        }
    }
    run_sql("DELETE FROM cxd_schema WHERE version = 9999");
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    close_fixture(&f);
}

/* A primary that became a standby, or was forbidden to write, is no server of a node's. */
static void test_what_takes_no_writes_is_lost(void **state) {
    struct fixture f;
    struct error err;
    open_fixture(&f);
    make_shop(&f);
    int64_t incarnation = store_of(&f)->db.incarnation;
    assert_ok(postgresql_db_exec(&store_of(&f)->db, "SET default_transaction_read_only = on", &err), err);
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(store_of(&f)->db.incarnation, incarnation + 1);
    close_fixture(&f);

    alter_database("SET default_transaction_read_only = on");
    assert_int_equal(open_and_close(url, &err), ERR_STORAGE);
    assert_non_null(strstr(err.detail, "read-only"));
}

/* The server ends what has waited for too long in its transaction, and says so to who comes back. */
static void test_who_waited_too_long_begins_anew(void **state) {
    const struct db_waits waits = {.idle_ms = 1};
    struct db db;
    struct error err;
    assert_ok(postgresql_db_open(&db, url, &waits, &err), err);
    assert_ok(POSTGRESQL_RUN(&db, QUERY_BEGIN_WRITE, &err), err);
    while (ask_number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cxd'"
                      " AND datname = current_database()") > 0)
        ;
    assert_int_equal(POSTGRESQL_RUN(&db, QUERY_TAKE_SNAPSHOT, &err), ERR_STORAGE);
    assert_int_equal(db.failure, DB_LOST);
    assert_ok(postgresql_db_revive(&db, &err), err);
    assert_ok(POSTGRESQL_RUN(&db, QUERY_TAKE_SNAPSHOT, &err), err);
    postgresql_db_close(&db);
}

/* A node that was taken for gone, and whose slot another has by now, writes nothing under it. */
static void test_a_slot_that_was_lost_is_not_written_under(void **state) {
    struct fixture f;
    open_fixture(&f);
    make_shop(&f);
    int lost = store_of(&f)->node.slot;
    run_sql("UPDATE node SET incarnation = 'another', number = number + 4096000");
    assert_int_equal(apply(&f, make_response(&f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_not_equal(store_of(&f)->node.slot, lost);
    assert_int_equal(ask_number("SELECT count(*) FROM node"), 2);
    assert_int_equal(ask_number("SELECT (number >> 12) & 1023 FROM response"), store_of(&f)->node.slot);
    assert_int_equal(ask_number("SELECT min(slot) FROM rollup"), store_of(&f)->node.slot);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        POSTGRESQL_TEST(test_what_opens_twice_is_the_same_database),
        POSTGRESQL_TEST(test_first_starts_at_once_make_one_schema),
        POSTGRESQL_TEST(test_a_newer_schema_is_refused),
        POSTGRESQL_TEST(test_commits_that_do_not_wait_are_refused),
        POSTGRESQL_TEST(test_no_error_tells_the_password),
        POSTGRESQL_TEST(test_a_batch_is_three_round_trips),
        POSTGRESQL_TEST(test_what_all_nodes_send_is_stored_once),
        POSTGRESQL_TEST(test_one_answer_of_a_person_is_stored_on_all_nodes),
        POSTGRESQL_TEST(test_visits_of_all_nodes_are_put_together),
        POSTGRESQL_TEST(test_a_connection_that_was_lost_is_made_again),
        POSTGRESQL_TEST(test_a_server_is_asked_again_what_it_is),
        POSTGRESQL_TEST(test_what_takes_no_writes_is_lost),
        POSTGRESQL_TEST(test_who_waited_too_long_begins_anew),
        POSTGRESQL_TEST(test_a_slot_that_was_lost_is_not_written_under),
    };
    return run_on_postgresql(tests, CXD_COUNT(tests));
}

#else

#include "built_without.h"

#endif
