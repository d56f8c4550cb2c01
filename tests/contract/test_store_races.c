/* Nodes that write into one PostgreSQL at the same moment: what one of them goes by is never what it was before the
 * other. Each test has the one wait in the middle of its batch, for a lock that a connection beside them holds. */

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "nodes.h"

/* --- What surveys say --------------------------------------------------------------------------------------------- */

static const struct question_option REASONS[] = {{.value = "price"}, {.value = "speed"}};
static const struct question CHOSEN[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = REASONS, .option_count = CXD_COUNT(REASONS)}};
static const struct question WRITTEN[] = {{.key = "reason", .type = QUESTION_TEXT}};

static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    (void)arena;
    (void)err;
    *ret_survey = (struct survey){.opens_at = TIME_MIN,
                                  .closes_at = TIME_MAX,
                                  .scale_max = 10,
                                  .favourable = 9,
                                  .unfavourable = 6,
                                  .questions = strcmp(record->definition, "written") == 0 ? WRITTEN : CHOSEN,
                                  .question_count = 1};
    return CXD_OK;
}

/* The second node has read what there is to know before the first one answers. */
static void test_a_question_that_was_answered_stays_what_it_is(void **state) {
    static const struct answer PRICE[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "price"}};
    struct nodes nodes;
    open_nodes(&nodes);
    store_judge_by(nodes.first.store, read_definition);
    store_judge_by(nodes.second.store, read_definition);
    struct change *put = make_survey(&nodes.first, "asked", "chosen", NULL);
    assert_int_equal(apply(&nodes.first, put), OUTCOME_CREATED);
    nodes.first.survey = nodes.second.survey = put->as.survey.number;
    assert_int_equal(apply(&nodes.second, make_response(&nodes.second, 1, 9, NOW_MS)), OUTCOME_CREATED);

    struct change *answer = make_response(&nodes.first, 2, 9, NOW_MS);
    answer->as.response.value.answers = PRICE;
    answer->as.response.value.answer_count = 1;
    assert_int_equal(apply(&nodes.first, answer), OUTCOME_CREATED);
    struct change *turn = make_survey(&nodes.second, "asked", "written", NULL);
    assert_int_equal(apply(&nodes.second, turn), OUTCOME_REFUSED);
    assert_string_equal(error_slug(turn->refusal), error_slug(ERR_QUESTION_FIXED));
    assert_int_equal(ask_number("SELECT type FROM question"), QUESTION_CHOICE);
    close_nodes(&nodes);
}

/* --- What is found ------------------------------------------------------------------------------------------------ */

static const struct property LARGE[] = {{"size", "large"}};

static void make_large(struct fixture *f, unsigned number, const char *respondent, int64_t import) {
    struct change *change = make_response(f, number, 9, NOW_MS);
    change->as.response.value.respondent = respondent;
    change->as.response.value.properties = LARGE;
    change->as.response.value.property_count = 1;
    change->as.response.value.import = import;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
}

static struct change *make_roll(struct fixture *f) {
    struct change *change = make_change(f, CHANGE_ROLL, NOW_MS);
    change->as.roll.limit = 100;
    return change;
}

static struct change *make_erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
    change->as.erase.limit = 100;
    return change;
}

static void assert_as_counted_anew(struct nodes *nodes) {
    struct error err;
    int64_t counted = 0;
    char *before = rollups_text(&nodes->first);
    store_close(nodes->second.store);
    nodes->second.store = NULL;
    assert_ok(store_rebuild(nodes->first.store, &counted, &err), err);
    char *after = rollups_text(&nodes->first);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* While what the first one has begun waits behind `lock`, the second declares a property of responses, and counts by it
 * what there is. */
static void declare_meanwhile(struct nodes *nodes, const char *lock, struct change *begun) {
    static const char *const KEYS[] = {"plan", "size", NULL};
    struct sent sent = {.f = &nodes->first, .changes = {begun}, .count = 1};
    struct sent others = {.f = &nodes->second,
                          .changes = {make_survey(&nodes->second, "shop", "{\"properties\":[\"plan\",\"size\"]}", KEYS),
                                      make_roll(&nodes->second), make_roll(&nodes->second)},
                          .count = 3};
    run_sql_on(nodes->beside, lock);
    send_apart(&sent);
    await_waiting(1, &sent);
    send_apart(&others);
    await_waiting(2, &others);
    run_sql_on(nodes->beside, "COMMIT");
    join_sent(&sent);
    join_sent(&others);
    assert_int_equal(others.changes[0]->outcome, OUTCOME_AMENDED);
    assert_int_equal(ask_number("SELECT count(*) FROM dimension WHERE state <> 0"), 0);
}

static void test_a_person_is_erased_by_what_their_surveys_say(void **state) {
    struct nodes nodes;
    for (int counts = 0; counts <= 1; counts++) {
        open_nodes(&nodes);
        make_large(&nodes.first, 1, "ann", 0);
        make_large(&nodes.first, 2, "bob", 0);
        struct change *erase = make_erase(&nodes.first, "ann", counts);
        declare_meanwhile(&nodes, "BEGIN; SELECT FROM response WHERE respondent = 'ann' FOR UPDATE", erase);
        assert_int_equal(erase->as.erase.erased, 1);
        assert_as_counted_anew(&nodes);
        close_nodes(&nodes);
        drop_database(state);
        make_database(state);
    }
}

static void test_an_import_is_undone_by_what_its_survey_says(void **state) {
    struct nodes nodes;
    open_nodes(&nodes);
    struct change *import = make_import(&nodes.first, 1);
    assert_int_equal(apply(&nodes.first, import), OUTCOME_CREATED);
    make_large(&nodes.first, 1, NULL, import->as.import.value.number);
    make_large(&nodes.first, 2, NULL, 0);
    assert_int_equal(apply(&nodes.first, make_turn(&nodes.first, 1, IMPORT_UNDOING)), OUTCOME_AMENDED);
    struct change *undo = make_change(&nodes.first, CHANGE_UNDO, NOW_MS);
    undo->as.undo.limit = 100;
    declare_meanwhile(&nodes, "BEGIN; SELECT FROM import FOR UPDATE", undo);
    assert_int_equal(ask_number("SELECT count(*) FROM response"), 1);
    assert_as_counted_anew(&nodes);
    close_nodes(&nodes);
}

/* --- Respondents, invitations, alerts ----------------------------------------------------------------------------- */

/* Whoever asks for a turn waits; nobody ever finds one. */
static void test_nothing_is_kept_of_whose_turn_it_was(void **state) {
    struct nodes nodes;
    open_nodes(&nodes);
    struct change *change = make_response(&nodes.first, 1, 9, NOW_MS);
    change->as.response.value.respondent = "ann";
    change->as.response.recontact.survey_ms = change->as.response.recontact.any_ms = DAY_MS;
    assert_int_equal(apply(&nodes.first, change), OUTCOME_CREATED);
    assert_int_equal(apply(&nodes.first, make_erase(&nodes.first, "ann", true)), OUTCOME_AMENDED);
    assert_int_equal(ask_number("SELECT count(*) FROM respondent_turn"), 0);
    assert_int_equal(ask_number("SELECT count(*) FROM pg_class WHERE relname LIKE '%_turn' AND relpersistence <> 'u'"),
                     0);
    close_nodes(&nodes);
}

/* The first one has noted that an id is never filled again, and waits with that. */
static void test_an_id_that_is_being_erased_is_not_filled(void **state) {
    struct nodes nodes;
    open_nodes(&nodes);
    assert_int_equal(apply(&nodes.first, make_invite(&nodes.first, 1, "ann")), OUTCOME_CREATED);
    struct sent erased = {.f = &nodes.first, .changes = {make_erase(&nodes.first, "ann", false)}, .count = 1};
    struct sent answered = {.f = &nodes.second, .changes = {make_response(&nodes.second, 1, 9, NOW_MS)}, .count = 1};
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM audit_head FOR UPDATE");
    send_apart(&erased);
    await_waiting(1, &erased);
    send_apart(&answered);
    await_waiting(2, &answered);
    run_sql_on(nodes.beside, "COMMIT");
    join_sent(&erased);
    join_sent(&answered);
    assert_int_equal(erased.changes[0]->as.erase.invitations, 1);
    assert_int_equal(answered.changes[0]->outcome, OUTCOME_REFUSED);
    assert_string_equal(error_slug(answered.changes[0]->refusal), error_slug(ERR_GONE));
    close_nodes(&nodes);
}

static void test_who_is_invited_on_two_nodes_is_invited_once(void **state) {
    struct nodes nodes;
    open_nodes(&nodes);
    struct change *note = make_change(&nodes.first, CHANGE_NOTE, NOW_MS);
    struct sent first = {
        .f = &nodes.first, .changes = {make_invite(&nodes.first, 1, "ann"), note}, .count = 2, .is_one = true};
    struct sent second = {.f = &nodes.second, .changes = {make_invite(&nodes.second, 1, "bob")}, .count = 1};
    assert_int_equal(apply(&nodes.second, make_invite(&nodes.second, 2, "cid")), OUTCOME_CREATED);
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM audit_head FOR UPDATE");
    send_apart(&first);
    await_waiting(1, &first);
    send_apart(&second);
    await_waiting(2, &second);
    run_sql_on(nodes.beside, "COMMIT");
    join_sent(&first);
    join_sent(&second);
    assert_int_equal(first.changes[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(second.changes[0]->outcome, OUTCOME_REPLAYED);
    assert_int_equal(ask_number("SELECT count(*) FROM invitation WHERE respondent = 'bob'"), 0);
    assert_int_equal(ask_number("SELECT sum(n5) FROM rollup WHERE survey < 0 AND tier = 0"), 2);
    close_nodes(&nodes);
}

/* What is told of a response is noted, and waits. */
static void test_what_is_erased_is_in_no_history_of_alerts(void **state) {
    struct nodes nodes;
    struct store_alerts alerts;
    struct error err;
    open_nodes(&nodes);
    struct change *put = make_change(&nodes.first, CHANGE_DOCUMENT, NOW_MS);
    struct change *rule = make_change(&nodes.first, CHANGE_ALERT_RULE, NOW_MS);
    put->as.document.kind = DOCUMENT_ALERT;
    strcpy(put->as.document.name, "a");
    put->as.document.definition = "{}";
    strcpy(rule->as.alert_rule.name, "a");
    rule->as.alert_rule.watches_responses = true;
    apply(&nodes.first, put);
    apply(&nodes.first, rule);
    make_person(&nodes.first, 1, "ann");
    assert_ok(store_read_alerts(nodes.first.reader, &nodes.first.arena, &alerts, &err), err);
    struct alert_tale tale = {.response = ask_number("SELECT number FROM response"), .revision = 1, .score = 9};
    strcpy(tale.name, "a");
    struct change *tell = make_change(&nodes.first, CHANGE_ALERT_TELL, NOW_MS);
    tell->as.alert_tell.version = alerts.told_version;
    tell->as.alert_tell.through = tale.response;
    tell->as.alert_tell.amended_through = tale.response;
    tell->as.alert_tell.tales = &tale;
    tell->as.alert_tell.count = 1;

    run_sql("INSERT INTO alert_amended VALUES (1, 1, 1)");
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM alert_amended FOR UPDATE");
    struct sent told = {.f = &nodes.first, .changes = {tell}, .count = 1};
    struct sent erased = {.f = &nodes.second, .changes = {make_erase(&nodes.second, "ann", true)}, .count = 1};
    send_apart(&told);
    await_waiting(1, &told);
    send_apart(&erased);
    await_waiting(2, &erased);
    run_sql_on(nodes.beside, "COMMIT");
    join_sent(&told);
    join_sent(&erased);
    assert_int_equal(tell->as.alert_tell.told, 1);
    assert_int_equal(erased.changes[0]->as.erase.erased, 1);
    assert_int_equal(ask_number("SELECT count(*) FROM alert_event WHERE kind = 0 AND response IS NULL"), 1);
    assert_int_equal(ask_number("SELECT count(response) FROM alert_event"), 0);
    close_nodes(&nodes);
}

/* --- Who waits for whom ------------------------------------------------------------------------------------------- */

/* That a key was used is noted beside answers: others store theirs meanwhile. */
static void test_who_notes_a_key_holds_up_no_survey(void **state) {
    struct nodes nodes;
    struct error err;
    char sql[96];
    open_nodes(&nodes);
    struct change *key = make_change(&nodes.first, CHANGE_KEY, NOW_MS);
    key->as.key = (struct api_key){.id = id_of(1), .created_at = NOW_MS};
    assert_int_equal(apply(&nodes.first, key), OUTCOME_CREATED);
    struct change *used = make_change(&nodes.first, CHANGE_KEY_USED, NOW_MS);
    used->as.key_used.id = id_of(1);
    used->as.key_used.day = NOW_MS / DAY_MS;
    struct change *changes[] = {make_response(&nodes.first, 1, 9, NOW_MS), used};
    snprintf(sql, sizeof sql, "BEGIN; SELECT FROM survey WHERE number = %lld FOR KEY SHARE",
             (long long)nodes.first.survey);
    run_sql_on(nodes.beside, sql);
    store_of(&nodes.first)->batch_ms = 2000;
    assert_ok(store_apply(nodes.first.store, changes, 2, NULL, &err), err);
    assert_int_equal(changes[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(used->outcome, OUTCOME_AMENDED);
    close_nodes(&nodes);
}

/* An answer of the second node that the first one moves to another hour leaves nothing behind in its own: but the
 * second node is about to count another there. */
static void test_rows_are_not_cleared_that_another_adds_to(void **state) {
    struct nodes nodes;
    open_nodes(&nodes);
    struct change *answers[3];
    for (unsigned i = 0; i < 3; i++) {
        answers[i] = make_response(i == 2 ? &nodes.first : &nodes.second, i == 1 ? 2 : 1, 9, NOW_MS);
        answers[i]->as.response.value.touchpoint = "mail";
    }
    answers[2]->as.response.value.comment = "later";
    answers[2]->as.response.value.answered_at = NOW_MS + 2 * HOUR_MS;
    assert_int_equal(apply(&nodes.second, answers[0]), OUTCOME_CREATED);
    struct sent added = {.f = &nodes.second,
                         .changes = {answers[1], make_change(&nodes.second, CHANGE_NOTE, NOW_MS)},
                         .count = 2,
                         .is_one = true};
    struct sent moved = {.f = &nodes.first, .changes = {answers[2]}, .count = 1};
    run_sql_on(nodes.beside, "BEGIN; SELECT FROM audit_head FOR UPDATE");
    send_apart(&added);
    await_waiting(1, &added);
    send_apart(&moved);
    await_waiting(2, &moved);
    run_sql_on(nodes.beside, "COMMIT");
    join_sent(&added);
    join_sent(&moved);
    assert_int_equal(answers[1]->outcome, OUTCOME_CREATED);
    assert_int_equal(answers[2]->outcome, OUTCOME_AMENDED);
    assert_as_counted_anew(&nodes);
    close_nodes(&nodes);
}

/* Who begins takes a slot that few others ask for; and the next one where somebody has it. */
static void test_each_node_takes_a_slot_of_its_own(void **state) {
    enum { FIRST = 1023 };
    struct nodes nodes;
    open_fixture(&nodes.first);
    open_fixture(&nodes.second);
    const struct fixture *both[] = {&nodes.first, &nodes.second};
    for (size_t i = 0; i < 2; i++) {
        store_of(both[i])->node.incarnation[0] = 0x7f;
        store_of(both[i])->node.incarnation[1] = 0xff;
    }
    make_shop(&nodes.first);
    nodes.second.survey = nodes.first.survey;
    assert_int_equal(apply(&nodes.second, make_response(&nodes.second, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(store_of(&nodes.first)->node.slot, FIRST);
    assert_int_equal(store_of(&nodes.second)->node.slot, 0);
    close_fixture(&nodes.first);
    close_fixture(&nodes.second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        POSTGRESQL_TEST(test_a_question_that_was_answered_stays_what_it_is),
        POSTGRESQL_TEST(test_a_person_is_erased_by_what_their_surveys_say),
        POSTGRESQL_TEST(test_an_import_is_undone_by_what_its_survey_says),
        POSTGRESQL_TEST(test_nothing_is_kept_of_whose_turn_it_was),
        POSTGRESQL_TEST(test_an_id_that_is_being_erased_is_not_filled),
        POSTGRESQL_TEST(test_who_is_invited_on_two_nodes_is_invited_once),
        POSTGRESQL_TEST(test_what_is_erased_is_in_no_history_of_alerts),
        POSTGRESQL_TEST(test_who_notes_a_key_holds_up_no_survey),
        POSTGRESQL_TEST(test_rows_are_not_cleared_that_another_adds_to),
        POSTGRESQL_TEST(test_each_node_takes_a_slot_of_its_own),
    };
    return run_on_postgresql(tests, CXD_COUNT(tests));
}

#else

#include "built_without.h"

#endif
