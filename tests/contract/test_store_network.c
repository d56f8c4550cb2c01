/* What lies between a node and PostgreSQL fails: no call waits for ever, and what was acknowledged is stored once. */

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "proxy.h"
#include "store/postgresql/reader.h"

enum { SHORT_MS = 1000 };

static int make_network(void **state) {
    make_database(state);
    proxy_start();
    return 0;
}

static int drop_network(void **state) {
    proxy_stop();
    return drop_database(state);
}

#define NETWORK_TEST(name) cmocka_unit_test_setup_teardown(name, make_network, drop_network)

static void open_behind(struct fixture *f) {
    struct error err;
    open_fixture_at(f, proxy.url);
    make_shop(f);
    store_of(f)->batch_ms = store_of(f)->question_ms = SHORT_MS;
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
}

static enum cxd_err try(struct fixture *f, unsigned number, enum store_fate *ret_fate) {
    struct error err;
    struct change *change = make_response(f, number, 9, NOW_MS);
    enum cxd_err code = store_apply(f->store, &change, 1, ret_fate, &err);
    if (code == CXD_OK)
        assert_int_equal(change->outcome, OUTCOME_CREATED);
    return code;
}

/* Every response once, and every sum is theirs. */
static void assert_stored(int64_t count) {
    assert_int_equal(ask_number("SELECT count(*) FROM response"), count);
    assert_int_equal(ask_number("SELECT coalesce(sum(n9), 0) FROM rollup WHERE tier = 0"), count);
}

/* --- Waiting ------------------------------------------------------------------------------------------------------ */

struct asker {
    struct heartbeat beat;
    atomic_bool is_ending;
    int answers;
};

static void *ask_often(void *context) {
    struct asker *asker = context;
    for (int64_t now_ms = 1; !atomic_load(&asker->is_ending); now_ms++) {
        asker->answers += heartbeat_ask(&asker->beat, now_ms) == 0;
        sched_yield();
    }
    return NULL;
}

static void test_a_batch_ends_though_nobody_answers(void **state) {
    static struct asker asker;
    struct fixture f;
    pthread_t thread;
    enum store_fate fate = STORE_FATE_ALL;
    open_behind(&f);
    store_watch(f.store, &asker.beat);
    assert_int_equal(try(&f, 1, &fate), CXD_OK);
    proxy_turn_to(PROXY_STALLS);
    assert_int_equal(pthread_create(&thread, NULL, ask_often, &asker), 0);
    assert_int_equal(try(&f, 2, &fate), ERR_STORAGE);
    atomic_store(&asker.is_ending, true);
    pthread_join(thread, NULL);
    assert_int_equal(fate, STORE_FATE_NOTHING);
    assert_true(asker.answers >= 3); /* it waited, and was no stuck writer */
    proxy_turn_to(PROXY_PASSES);
    assert_int_equal(try(&f, 2, &fate), CXD_OK);
    assert_stored(2);
    close_fixture(&f);
}

static void test_a_store_is_not_opened_though_nobody_answers(void **state) {
    struct db db;
    struct error err;
    proxy_turn_to(PROXY_CUTS);
    assert_int_equal(postgresql_db_open(&db, proxy.url, NULL, &err), ERR_STORAGE);
    proxy_turn_to(PROXY_PASSES);
    assert_ok(postgresql_db_open(&db, proxy.url, NULL, &err), err);
    proxy_turn_to(PROXY_STALLS);
    db.failure = DB_LOST;
    postgresql_db_bound(&db, SHORT_MS);
    assert_int_equal(postgresql_db_revive(&db, &err), ERR_STORAGE);
    postgresql_db_close(&db);
}

static void test_a_question_ends_though_nobody_answers(void **state) {
    struct fixture f;
    struct error err;
    int64_t number = 0;
    open_behind(&f);
    assert_ok(store_read_last_number(f.reader, &number, &err), err);
    proxy_turn_to(PROXY_STALLS);
    assert_int_equal(store_read_last_number(f.reader, &number, &err), ERR_STORAGE);
    assert_int_equal(store_reader_begin(f.reader, &err), ERR_STORAGE);
    proxy_turn_to(PROXY_PASSES);
    assert_ok(store_read_last_number(f.reader, &number, &err), err);
    assert_ok(store_reader_begin(f.reader, &err), err);
    store_reader_end(f.reader);
    close_fixture(&f);
}

static bool goes_on(const void *context) {
    return !atomic_load((const atomic_bool *)context);
}

static bool count(void *context, const struct response *response) {
    (*(int *)context)++;
    return response->score >= 0;
}

static struct walk walk_of(const struct fixture *f) {
    return (struct walk){.filter.survey = f->survey,
                         .from = TIME_MIN,
                         .to = TIME_MAX,
                         .received_from = TIME_MIN,
                         .received_to = TIME_MAX,
                         .updated_from = TIME_MIN,
                         .updated_to = TIME_MAX,
                         .excluded = -1,
                         .amended = -1};
}

static void *end_when_it_waits(void *context) {
    while (ask_number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                      "AND datname = current_database()") == 0)
        ;
    atomic_store((atomic_bool *)context, true);
    return NULL;
}

/* A question that takes the server too long is the question's fault, and costs no connection; a walk goes on as long as
 * its caller likes, and no longer. */
static void test_what_takes_the_server_too_long_is_ended(void **state) {
    struct fixture f;
    struct error err;
    atomic_bool has_left = false;
    pthread_t thread;
    int found = 0;
    open_behind(&f);
    assert_int_equal(try(&f, 1, NULL), CXD_OK);
    int64_t incarnation = ((struct postgresql_reader *)f.reader)->db.incarnation;
    PGconn *beside = PQconnectdb(url);
    run_sql_on(beside, "BEGIN; LOCK TABLE response");
    struct walk walk = walk_of(&f);
    assert_int_equal(store_walk_responses(f.reader, &walk, count, &found, &err), ERR_BAD_PARAMETER);
    assert_int_equal(((struct postgresql_reader *)f.reader)->db.incarnation, incarnation);

    walk.goes_on = goes_on;
    walk.context = &has_left;
    assert_int_equal(pthread_create(&thread, NULL, end_when_it_waits, &has_left), 0);
    assert_ok(store_walk_responses(f.reader, &walk, count, &found, &err), err);
    pthread_join(thread, NULL);
    assert_int_equal(found, 0);

    PQfinish(beside);
    atomic_store(&has_left, false);
    assert_ok(store_walk_responses(f.reader, &walk, count, &found, &err), err);
    assert_int_equal(found, 1);
    close_fixture(&f);
}

static void test_a_slow_network_changes_nothing(void **state) {
    struct fixture f;
    open_behind(&f);
    atomic_store(&proxy.delay_ms, 40);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(try(&f, i, NULL), CXD_OK);
    assert_stored(3);
    assert_int_equal(count_all(&f), 3);
    close_fixture(&f);
}

/* --- A COMMIT without an answer ----------------------------------------------------------------------------------- */

/* A batch, and what becomes of it where the proxy does this at its COMMIT. */
static enum cxd_err lose_commit(struct fixture *f, enum proxy_mode mode, enum store_fate *ret_fate) {
    assert_int_equal(try(f, 1, NULL), CXD_OK);
    int64_t incarnation = store_of(f)->db.incarnation;
    proxy_turn_to(mode);
    enum cxd_err code = try(f, 2, ret_fate);
    assert_int_equal(store_of(f)->db.incarnation > incarnation, mode != PROXY_STAYS_CUT_BEHIND_COMMIT);
    return code;
}

static void test_a_batch_that_is_there_is_acknowledged(void **state) {
    struct fixture f;
    enum store_fate fate = STORE_FATE_UNKNOWN;
    open_behind(&f);
    assert_int_equal(lose_commit(&f, PROXY_CUTS_BEHIND_COMMIT, &fate), CXD_OK);
    assert_int_equal(fate, STORE_FATE_ALL);
    assert_stored(2);
    assert_int_equal(try(&f, 3, NULL), CXD_OK);
    assert_stored(3);
    close_fixture(&f);
}

static void test_a_batch_that_is_not_there_is_tried_again(void **state) {
    struct fixture f;
    enum store_fate fate = STORE_FATE_UNKNOWN;
    open_behind(&f);
    assert_int_equal(lose_commit(&f, PROXY_CUTS_BEFORE_COMMIT, &fate), CXD_OK);
    assert_int_equal(fate, STORE_FATE_ALL);
    assert_stored(2);
    close_fixture(&f);
}

/* Nothing is claimed; who asks again by its id learns it. */
static void test_what_cannot_be_known_is_not_claimed(void **state) {
    struct fixture f;
    enum store_fate fate = STORE_FATE_ALL;
    open_behind(&f);
    assert_int_equal(lose_commit(&f, PROXY_STAYS_CUT_BEHIND_COMMIT, &fate), ERR_STORAGE);
    assert_int_equal(fate, STORE_FATE_UNKNOWN);
    assert_stored(2);
    assert_int_equal(try(&f, 3, &fate), ERR_STORAGE);
    assert_int_equal(fate, STORE_FATE_NOTHING);
    proxy_turn_to(PROXY_PASSES);
    assert_int_equal(apply(&f, make_response(&f, 2, 9, NOW_MS)), OUTCOME_REPLAYED);
    assert_int_equal(try(&f, 3, &fate), CXD_OK);
    assert_stored(3);
    close_fixture(&f);
}

/* Half of a connection: the server has the transaction open, and hears nothing. It ends it by itself, and then it is
 * known that there is nothing. */
static void test_what_the_server_holds_open_is_ended(void **state) {
    struct fixture f;
    enum store_fate fate = STORE_FATE_ALL;
    open_behind(&f);
    store_of(&f)->db.waits.idle_ms = SHORT_MS;
    store_of(&f)->db.failure = DB_LOST; /* so that it is asked for */
    assert_int_equal(lose_commit(&f, PROXY_STALLS_BEFORE_COMMIT, &fate), ERR_STORAGE);
    assert_int_equal(fate, STORE_FATE_NOTHING);
    assert_stored(1);
    assert_int_equal(try(&f, 2, &fate), CXD_OK);
    assert_stored(2);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NETWORK_TEST(test_a_batch_ends_though_nobody_answers),
        NETWORK_TEST(test_a_store_is_not_opened_though_nobody_answers),
        NETWORK_TEST(test_a_question_ends_though_nobody_answers),
        NETWORK_TEST(test_what_takes_the_server_too_long_is_ended),
        NETWORK_TEST(test_a_slow_network_changes_nothing),
        NETWORK_TEST(test_a_batch_that_is_there_is_acknowledged),
        NETWORK_TEST(test_a_batch_that_is_not_there_is_tried_again),
        NETWORK_TEST(test_what_cannot_be_known_is_not_claimed),
        NETWORK_TEST(test_what_the_server_holds_open_is_ended),
    };
    return run_on_postgresql(tests, CXD_COUNT(tests));
}

#else

#include "built_without.h"

#endif
