/* Nodes that write beside each other into one PostgreSQL: in which order what they store is told. */

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "nodes.h"

enum { SEEN_MAX = 16 };

struct seen {
    unsigned ids[SEEN_MAX];
    size_t count;
    int64_t last; /* number */
};

static bool see(void *context, const struct response *response) {
    struct seen *seen = context;
    assert_true(seen->count < SEEN_MAX && response->number > seen->last);
    seen->ids[seen->count++] = response->id.bytes[15];
    seen->last = response->number;
    return true;
}

/* What a reader finds who goes on behind what it has seen. */
static void go_on(struct fixture *f, struct seen *seen) {
    struct error err;
    struct walk walk = {.filter.survey = f->survey,
                        .from = TIME_MIN,
                        .to = TIME_MAX,
                        .received_from = TIME_MIN,
                        .received_to = TIME_MAX,
                        .updated_from = TIME_MIN,
                        .updated_to = TIME_MAX,
                        .excluded = -1,
                        .amended = -1,
                        .after = seen->last};
    assert_ok(store_walk_responses(f->reader, &walk, see, seen, &err), err);
}

static void assert_seen(const struct seen *seen, size_t count, const unsigned *ids) {
    assert_int_equal(seen->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(seen->ids[i], ids[i]);
}

static int64_t last_number(struct fixture *f) {
    struct error err;
    int64_t number = -1;
    assert_ok(store_read_last_number(f->reader, &number, &err), err);
    return number;
}

/* How far the responses have been told that somebody is to be told of. */
static int64_t told_through(struct fixture *f, int64_t after, size_t *ret_count) {
    struct error err;
    struct store_untold untold;
    assert_ok(store_read_untold(f->reader, after, 0x7ff, 100, &f->arena, &untold, &err), err);
    *ret_count = untold.fresh_count;
    return untold.through;
}

static struct change *make_told(struct fixture *f, unsigned number) {
    struct change *change = make_response(f, number, 3, NOW_MS);
    change->as.response.value.comment = "slow";
    return change;
}

/* Each has its slot, and its rows of the rollups. */
static void open_both(struct nodes *nodes) {
    open_nodes(nodes);
    assert_int_equal(apply(&nodes->first, make_told(&nodes->first, 1)), OUTCOME_CREATED);
    assert_int_equal(apply(&nodes->second, make_told(&nodes->second, 2)), OUTCOME_CREATED);
}

/* Responses whose number is of the slot that the node has now. */
static int64_t count_of(const struct fixture *f) {
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM response WHERE (number >> 12) & 1023 = %d", store_of(f)->node.slot);
    return ask_number(sql);
}

/* With the slot of the first one for %d. */
static void run_sql_of(const struct nodes *nodes, const char *format) {
    char sql[512];
    snprintf(sql, sizeof sql, format, store_of(&nodes->first)->node.slot);
    run_sql(sql);
}

/* A batch of the first node that has its number, and comes no further than to its rows of the rollups. */
static void hold(struct nodes *nodes, struct sent *stuck, unsigned number) {
    char sql[128];
    snprintf(sql, sizeof sql, "BEGIN; SELECT FROM rollup WHERE slot = %d FOR UPDATE",
             store_of(&nodes->first)->node.slot);
    run_sql_on(nodes->beside, sql);
    *stuck = (struct sent){.f = &nodes->first, .changes = {make_told(&nodes->first, number)}, .count = 1};
    send_apart(stuck);
    await_waiting(1, stuck);
}

static void let_go(struct nodes *nodes, struct sent *stuck) {
    run_sql_on(nodes->beside, "COMMIT");
    join_sent(stuck);
    assert_int_equal(stuck->changes[0]->outcome, OUTCOME_CREATED);
}

/* Whoever went on behind the second one's would never learn of the first one's, whose number is smaller. */
static void test_what_is_told_is_told_in_the_order_of_the_numbers(void **state) {
    struct nodes nodes;
    struct sent stuck;
    struct seen seen = {.count = 0}, others = {.count = 0};
    size_t count = 0;
    open_both(&nodes);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 2, (const unsigned[]){1, 2});
    int64_t before = last_number(&nodes.second), told = told_through(&nodes.second, 0, &count);
    assert_int_equal(before, seen.last);
    assert_int_equal(told, seen.last);
    assert_int_equal(count, 2);

    hold(&nodes, &stuck, 3);
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 4)), OUTCOME_CREATED);
    assert_int_equal(ask_number("SELECT count(*) FROM response"), 3);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 2, (const unsigned[]){1, 2});
    assert_int_equal(last_number(&nodes.second), before);
    assert_int_equal(told_through(&nodes.second, told, &count), told);
    assert_int_equal(count, 0);

    let_go(&nodes, &stuck);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 4, (const unsigned[]){1, 2, 3, 4});
    go_on(&nodes.first, &others);
    assert_seen(&others, 4, (const unsigned[]){1, 2, 3, 4});
    assert_int_equal(last_number(&nodes.first), seen.last);
    assert_int_equal(told_through(&nodes.first, told, &count), seen.last);
    assert_int_equal(count, 2);
    close_nodes(&nodes);
}

/* A node may be seen to begin later than it began. */
static void test_what_was_told_is_not_taken_back(void **state) {
    struct nodes nodes;
    struct error err;
    open_both(&nodes);
    int64_t last = last_number(&nodes.first);
    run_sql_of(&nodes, "UPDATE node SET above = (SELECT min(number) FROM node) - 1,"
                       " announced_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE slot = %d");
    assert_int_equal(last_number(&nodes.first), last);
    store_reader_close(nodes.first.reader); /* what another server has is not known to be as new */
    assert_ok(store_reader_open(nodes.first.store, &nodes.first.reader, &err), err);
    assert_true(last_number(&nodes.first) < last);
    close_nodes(&nodes);
}

/* Whatever the clock says: that of a server which took over may be an hour behind. */
static void test_numbers_go_on_behind_the_greatest_that_was_given(void **state) {
    struct nodes nodes;
    struct seen seen = {.count = 0};
    open_both(&nodes);
    run_sql_of(&nodes, "UPDATE node SET number = number + (3600000::bigint << 22) WHERE slot = %d");
    run_sql_of(&nodes, "UPDATE response SET number = number + (3600000::bigint << 22)"
                       " WHERE (number >> 12) & 1023 = %d");
    go_on(&nodes.first, &seen);
    assert_seen(&seen, 2, (const unsigned[]){2, 1});
    for (unsigned i = 3; i <= 6; i++)
        assert_int_equal(apply(i % 2 ? &nodes.second : &nodes.first, make_told(&nodes.first, i)), OUTCOME_CREATED);
    go_on(&nodes.first, &seen);
    assert_seen(&seen, 6, (const unsigned[]){2, 1, 3, 4, 5, 6});
    assert_int_equal(count_of(&nodes.second), 3);
    assert_int_equal(count_of(&nodes.first), 3);
    close_nodes(&nodes);
}

/* A node that fell silent in the middle of a batch holds back what comes behind it, as long as its transaction may yet
 * commit: and no longer. */
static void test_who_fell_silent_holds_up_nobody(void **state) {
    struct nodes nodes;
    struct seen seen = {.count = 0};
    open_both(&nodes);
    run_sql_of(&nodes, "UPDATE node SET above = (SELECT max(number) FROM node),"
                       " announced_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE slot = %d");
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 3)), OUTCOME_CREATED);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 2, (const unsigned[]){1, 2});

    int silent = store_of(&nodes.first)->node.slot;
    run_sql_of(&nodes, "UPDATE node SET announced_at = announced_at - 60000 WHERE slot = %d");
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM node WHERE above IS NOT NULL FOR UPDATE");
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 2, (const unsigned[]){1, 2});

    run_sql_on(nodes.beside, "ROLLBACK");
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 3, (const unsigned[]){1, 2, 3});

    /* It was alive, after all: it writes under another slot. */
    assert_int_equal(apply(&nodes.first, make_told(&nodes.first, 4)), OUTCOME_CREATED);
    assert_int_not_equal(store_of(&nodes.first)->node.slot, silent);
    assert_int_equal(count_of(&nodes.first), 1);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 4, (const unsigned[]){1, 2, 3, 4});
    close_nodes(&nodes);
}

/* Nor where all that goes on does so within a state: as live streams and exports do. */
static void test_who_fell_silent_is_shut_out_behind_a_state(void **state) {
    struct nodes nodes;
    struct seen seen = {.count = 0};
    struct error err;
    open_both(&nodes);
    run_sql_of(&nodes, "UPDATE node SET above = (SELECT max(number) FROM node),"
                       " announced_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 60000"
                       " WHERE slot = %d");
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 3)), OUTCOME_CREATED);
    for (size_t expected = 2; expected <= 3; expected++) {
        assert_ok(store_reader_begin(nodes.second.reader, &err), err);
        go_on(&nodes.second, &seen);
        store_reader_end(nodes.second.reader);
        assert_seen(&seen, expected, (const unsigned[]){1, 2, 3});
    }
    close_nodes(&nodes);
}

/* A batch that fails holds back nothing behind it. */
static void test_what_failed_holds_up_nobody(void **state) {
    struct nodes nodes;
    struct seen seen = {.count = 0};
    struct error err;
    open_both(&nodes);
    run_sql("ALTER TABLE response ADD CHECK (id <> '\\x019b0000000070008000000000000003')");
    struct change *refused = make_told(&nodes.first, 3);
    assert_int_equal(store_apply(nodes.first.store, &refused, 1, NULL, &err), ERR_STORAGE);
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 4)), OUTCOME_CREATED);
    go_on(&nodes.second, &seen);
    assert_seen(&seen, 3, (const unsigned[]){1, 2, 4});
    assert_int_equal(ask_number("SELECT count(*) FROM node WHERE above IS NOT NULL"), 0);
    close_nodes(&nodes);
}

/* Of what several nodes have counted, in several slices, while none of the others writes. They find it as if the survey
 * had been changed. */
static void test_a_rebuild_counts_what_all_have_stored(void **state) {
    enum { RESPONSES = 2300, BATCH = 230 };
    struct change *changes[BATCH];
    struct nodes nodes;
    struct error err;
    int64_t counted = 0;
    open_both(&nodes);
    for (unsigned i = 0; i < RESPONSES; i++) {
        struct fixture *f = i / BATCH % 2 ? &nodes.first : &nodes.second;
        struct change *change = make_response(f, 100 + i, (int)(i % 11), NOW_MS + i * HOUR_MS);
        change->as.response.value.touchpoint = i % 3 ? "checkout" : "mail";
        changes[i % BATCH] = change;
        if (i % BATCH == BATCH - 1)
            assert_ok(store_apply(f->store, changes, BATCH, NULL, &err), err);
    }
    char *before = rollups_text(&nodes.first);
    int64_t generation = read_catalog(&nodes.second, SINCE_EVER).generation;
    run_sql("UPDATE rollup SET n4 = n4 + 1; DELETE FROM series; UPDATE dimension SET series = 7;"
            " INSERT INTO beyond SELECT survey, name, 5, 3 FROM dimension");
    assert_int_equal(store_rebuild(nodes.first.store, &counted, &err), ERR_LOCKED);
    assert_non_null(strstr(err.detail, "1 nodes"));
    close_fixture(&nodes.second);
    assert_ok(store_rebuild(nodes.first.store, &counted, &err), err);
    open_fixture(&nodes.second);
    nodes.second.survey = nodes.first.survey;
    assert_ok(store_reader_open(nodes.second.store, &nodes.second.reader, &err), err);
    assert_int_equal(counted, RESPONSES + 2);
    char *after = rollups_text(&nodes.second);
    assert_string_equal(before, after);
    assert_int_equal(ask_number("SELECT sum(series) FROM dimension"), 2);
    assert_int_equal(ask_number("SELECT count(*) FROM series"), 2);
    assert_int_equal(ask_number("SELECT count(*) FROM beyond"), 0);
    assert_int_equal(read_catalog(&nodes.second, generation).survey_count, 1);
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 3)), OUTCOME_CREATED);
    free(before);
    free(after);
    close_nodes(&nodes);
}

/* Numbers are milliseconds apart: what lies between two of them is counted, of one survey, and not further than asked.
 */
static void test_what_lies_between_is_counted(void **state) {
    struct nodes nodes;
    struct error err;
    struct store_untold untold;
    int64_t count = -1;
    open_both(&nodes);
    int64_t first = last_number(&nodes.first);
    for (unsigned i = 3; i <= 12; i++)
        assert_int_equal(apply(i % 2 ? &nodes.second : &nodes.first, make_told(&nodes.first, i)), OUTCOME_CREATED);
    int64_t last = last_number(&nodes.first);
    assert_true(last - first > 10);
    const struct {
        int64_t survey, after, through, most, count;
    } cases[] = {
        {nodes.first.survey, first, last, 100, 10}, {nodes.first.survey, first, last, 10, 10},
        {nodes.first.survey, first, last, 7, 8},    {nodes.first.survey, first, last - 1, 100, 9},
        {nodes.first.survey, 0, last, 100, 12},     {nodes.first.survey, last, last, 100, 0},
        {nodes.first.survey, last, first, 100, 0},  {nodes.first.survey + 1, 0, last, 100, 0},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        assert_ok(store_count_between(nodes.second.reader, cases[i].survey, cases[i].after, cases[i].through,
                                      cases[i].most, &count, &err),
                  err);
        assert_int_equal(count, cases[i].count);
    }
    assert_ok(store_read_untold(nodes.second.reader, first, 0, 100, &nodes.second.arena, &untold, &err), err);
    assert_int_equal(untold.looked, 10);
    close_nodes(&nodes);
}

static struct store_attendance attend(struct fixture *f) {
    struct store_attendance attendance;
    struct error err;
    assert_true(store_is_shared(f->store));
    store_of(f)->attend_ms = 60 * 1000; /* neighbours may be busy */
    assert_ok(store_attend(f->reader, false, &attendance, &err), err);
    return attendance;
}

static void leave(struct fixture *f) {
    struct store_attendance ignored;
    struct error err;
    assert_ok(store_attend(f->reader, true, &ignored, &err), err);
}

/* One leads: until it goes, or says nothing any more. */
static void test_one_node_leads(void **state) {
    struct nodes nodes;
    open_both(&nodes);
    struct store_attendance first = attend(&nodes.first), second = attend(&nodes.second);
    assert_true(first.leads && !second.leads);
    assert_int_equal(first.nodes, 1);
    assert_int_equal(second.nodes, 2);
    assert_int_equal(attend(&nodes.first).nodes, 2);
    assert_true(second.now_ms >= first.now_ms && first.now_ms > NOW_MS);

    leave(&nodes.second); /* who has no lease takes none along */
    second = attend(&nodes.second);
    assert_true(!second.leads && attend(&nodes.first).leads);

    leave(&nodes.first);
    second = attend(&nodes.second);
    assert_true(second.leads);
    assert_int_equal(second.nodes, 1);
    assert_false(attend(&nodes.first).leads);

    /* Not so long as it takes a lease to end, and so long. */
    run_sql("UPDATE lease SET until = until - 2000; UPDATE attendance SET seen_at = seen_at - 2000");
    first = attend(&nodes.first);
    assert_true(!first.leads && first.nodes == 2);
    run_sql("UPDATE lease SET until = until - 8000; UPDATE attendance SET seen_at = seen_at - 8000");
    first = attend(&nodes.first);
    assert_true(first.leads && first.nodes == 1);
    assert_false(attend(&nodes.second).leads);

    run_sql("UPDATE attendance SET seen_at = seen_at - 61000");
    assert_int_equal(attend(&nodes.first).nodes, 1);
    assert_int_equal(ask_number("SELECT count(*) FROM attendance"), 1);
    close_nodes(&nodes);
}

/* Also of what another has begun. */
static void test_who_leads_learns_of_what_is_left(void **state) {
    struct nodes nodes;
    open_both(&nodes);
    struct store_attendance first = attend(&nodes.first);
    assert_true(first.leads && !first.unrolled && !first.undoing);
    run_sql("INSERT INTO dimension (survey, name, series, state, a, b, c, number) VALUES (1, 'x', 0, 2, 0, 0, 0, 0)");
    first = attend(&nodes.first);
    assert_true(first.unrolled && !first.undoing);
    run_sql("UPDATE dimension SET state = 0; INSERT INTO import (number, id, survey, source, fingerprint, state, "
            "created_at, updated_at, created, known, refused, removed, after, last, undone) "
            "VALUES (1, '', 1, '', '', 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)");
    first = attend(&nodes.first);
    assert_true(!first.unrolled && first.undoing);
    assert_false(attend(&nodes.second).undoing);
    close_nodes(&nodes);
}

/* Who writes nothing for a while has its slot all the same. */
static void test_a_node_that_writes_nothing_keeps_its_slot(void **state) {
    struct nodes nodes;
    open_both(&nodes);
    run_sql("UPDATE node SET seen_at = seen_at - 61000");
    attend(&nodes.second);
    assert_int_equal(ask_number("SELECT n.slot - (r.number >> 12 & 1023) FROM node AS n, response AS r"
                                " ORDER BY n.seen_at DESC, r.number DESC LIMIT 1"),
                     0);
    assert_true(ask_number("SELECT max(seen_at) - min(seen_at) FROM node") > 50000);
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM node FOR UPDATE"); /* as a batch does, for which nobody waits */
    attend(&nodes.first);
    run_sql_on(nodes.beside, "ROLLBACK");
    close_nodes(&nodes);
}

/* A batch that redefines nothing tells its node that another's has. */
static void test_a_batch_sees_what_others_have_redefined(void **state) {
    struct nodes nodes;
    open_both(&nodes);
    int64_t seen = store_seen_generation(nodes.second.store);
    assert_int_equal(seen, read_catalog(&nodes.second, SINCE_EVER).generation);
    assert_int_equal(apply(&nodes.first, make_survey(&nodes.first, "hall", "{}", NULL)), OUTCOME_CREATED);
    assert_int_equal(store_seen_generation(nodes.first.store), seen + 1);
    assert_int_equal(store_seen_generation(nodes.second.store), seen);
    assert_int_equal(apply(&nodes.second, make_told(&nodes.second, 3)), OUTCOME_CREATED);
    assert_int_equal(store_seen_generation(nodes.second.store), seen + 1);
    close_nodes(&nodes);
}

/* As a server does that is restarted: no question is lost for it, and no batch. */
static void test_who_was_sent_away_comes_again(void **state) {
    struct nodes nodes;
    open_both(&nodes);
    int64_t last = last_number(&nodes.first);
    ask_number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
               "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    while (ask_number("SELECT count(*) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()") > 0)
        ;
    assert_int_equal(last_number(&nodes.first), last);
    assert_true(attend(&nodes.second).leads);
    assert_int_equal(apply(&nodes.first, make_told(&nodes.first, 3)), OUTCOME_CREATED);
    close_nodes(&nodes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        POSTGRESQL_TEST(test_who_was_sent_away_comes_again),
        POSTGRESQL_TEST(test_what_lies_between_is_counted),
        POSTGRESQL_TEST(test_one_node_leads),
        POSTGRESQL_TEST(test_who_leads_learns_of_what_is_left),
        POSTGRESQL_TEST(test_a_node_that_writes_nothing_keeps_its_slot),
        POSTGRESQL_TEST(test_a_batch_sees_what_others_have_redefined),
        POSTGRESQL_TEST(test_a_rebuild_counts_what_all_have_stored),
        POSTGRESQL_TEST(test_what_is_told_is_told_in_the_order_of_the_numbers),
        POSTGRESQL_TEST(test_what_was_told_is_not_taken_back),
        POSTGRESQL_TEST(test_numbers_go_on_behind_the_greatest_that_was_given),
        POSTGRESQL_TEST(test_who_fell_silent_holds_up_nobody),
        POSTGRESQL_TEST(test_who_fell_silent_is_shut_out_behind_a_state),
        POSTGRESQL_TEST(test_what_failed_holds_up_nobody),
    };
    return run_on_postgresql(tests, CXD_COUNT(tests));
}

#else

#include "built_without.h"

#endif
