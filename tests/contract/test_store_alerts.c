/* Alerts, of every engine: states begin with their rules and go with them, what is evaluated is kept once, each
 * response is told of once, what is erased leaves the history. */

#include <math.h>

#include "fixture.h"

static int64_t survey_of(struct fixture *f) {
    return f->survey;
}

static void put_rule(struct fixture *f, const char *name, const char *definition, bool watches) {
    struct change *put = make_change(f, CHANGE_DOCUMENT, NOW_MS), *rule = make_change(f, CHANGE_ALERT_RULE, NOW_MS);
    put->as.document.kind = DOCUMENT_ALERT;
    strcpy(put->as.document.name, name);
    put->as.document.definition = definition;
    strcpy(rule->as.alert_rule.name, name);
    rule->as.alert_rule.watches_responses = watches;
    apply(f, put);
    apply(f, rule);
}

static struct store_alerts read_alerts(struct fixture *f) {
    struct store_alerts alerts;
    struct error err;
    assert_ok(store_read_alerts(f->reader, &f->arena, &alerts, &err), err);
    return alerts;
}

static struct alert_event *read_history(struct fixture *f, const char *name, size_t *ret_count) {
    struct alert_event *events = NULL;
    struct error err;
    assert_ok(store_read_alert_history(f->reader, name, 0, 100, &f->arena, &events, ret_count, &err), err);
    return events;
}

static void test_states_go_with_rules(void **state) {
    struct fixture *f = *state;
    size_t count;
    put_rule(f, "b", "{}", false);
    put_rule(f, "a", "{}", true);
    struct store_alerts alerts = read_alerts(f);
    assert_int_equal(alerts.count, 2);
    assert_string_equal(alerts.states[0].name, "a");
    assert_int_equal(alerts.states[0].status, ALERT_OK);
    assert_int_equal(alerts.states[1].status, ALERT_NO_DATA);
    assert_int_equal(alerts.states[1].finding.reason, ALERT_NOT_YET);
    assert_true(alerts.states[1].through < 0);

    struct change *change = make_change(f, CHANGE_ALERT, NOW_MS);
    change->as.alert.state = alerts.states[1];
    change->as.alert.state.status = ALERT_FIRING;
    change->as.alert.state.finding =
        (struct alert_finding){.reason = ALERT_KNOWN, .n = 7, .value = 1.5, .p_value = NAN};
    change->as.alert.has_event = true;
    change->as.alert.event = (struct alert_event){.name = "b", .at = NOW_MS, .n = 7, .value = 1.5, .p_value = NAN};
    struct change again = *change;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(apply(f, &again), OUTCOME_REPLAYED);
    assert_int_equal(read_alerts(f).states[1].finding.n, 7);
    assert_true(isnan(read_alerts(f).states[1].finding.p_value));
    assert_true(read_history(f, "b", &count)->value == 1.5);
    assert_int_equal(count, 1);

    struct change *seen = make_change(f, CHANGE_ACKNOWLEDGE, NOW_MS);
    strcpy(seen->as.acknowledge.name, "b");
    seen->as.acknowledge.note = "note";
    struct change twice = *seen, *nobody = make_change(f, CHANGE_ACKNOWLEDGE, NOW_MS);
    assert_int_equal(apply(f, seen), OUTCOME_AMENDED);
    twice.as.acknowledge.note = "other";
    assert_int_equal(apply(f, &twice), OUTCOME_REPLAYED);
    assert_string_equal(twice.as.acknowledge.state.acknowledgement.note, "note");
    strcpy(nobody->as.acknowledge.name, "a");
    assert_int_equal(apply(f, nobody), OUTCOME_REFUSED);
    assert_int_equal(nobody->refusal, ERR_NOT_FIRING);
    strcpy(nobody->as.acknowledge.name, "c");
    assert_int_equal(apply(f, nobody), OUTCOME_MISSING);

    put_rule(f, "b", "{\"x\":1}", false);
    assert_int_equal(read_alerts(f).states[1].status, ALERT_NO_DATA);
    assert_int_equal(apply(f, &again), OUTCOME_MISSING);
    assert_int_equal(read_history(f, "b", &count)->kind, ALERT_CHANGED);
    assert_int_equal(count, 3);
    struct change *discard = make_change(f, CHANGE_DISCARD, NOW_MS), *rule = make_change(f, CHANGE_ALERT_RULE, NOW_MS);
    discard->as.discard.kind = DOCUMENT_ALERT;
    strcpy(discard->as.discard.name, "b");
    strcpy(rule->as.alert_rule.name, "b");
    assert_int_equal(apply(f, discard), OUTCOME_AMENDED);
    assert_int_equal(apply(f, rule), OUTCOME_AMENDED);
    assert_int_equal(read_alerts(f).count, 1);
    read_history(f, "b", &count);
    assert_int_equal(count, 0);
}

static struct change *answer(struct fixture *f, unsigned n, int score, const char *comment) {
    struct change *change = make_response(f, n, score, NOW_MS);
    change->as.response.value.survey = survey_of(f);
    change->as.response.value.comment = comment;
    change->as.response.value.respondent = "eve";
    change->as.response.amend_window_ms = 1000;
    return change;
}

static void test_untold_of_some_scores(void **state) {
    struct fixture *f = *state;
    static const int SCORES[] = {2, 5, 9, 5, 2, 5};
    const unsigned wanted = 1U << 2 | 1U << 9;
    struct store_untold untold;
    struct error err;
    int64_t through = 0;
    for (unsigned i = 0; i < CXD_COUNT(SCORES); i++)
        apply(f, answer(f, 100 + i, SCORES[i], "slow"));
    for (size_t i = 0; i < CXD_COUNT(SCORES); i++) {
        if (SCORES[i] == 5)
            continue;
        assert_ok(store_read_untold(f->reader, through, wanted, 1, &f->arena, &untold, &err), err);
        assert_int_equal(untold.fresh_count, 1);
        assert_int_equal(untold.fresh[0].score, SCORES[i]);
        assert_int_equal(untold.through, untold.fresh[0].number);
        assert_true(untold.more);
        through = untold.through;
    }
    assert_ok(store_read_untold(f->reader, through, wanted, 1, &f->arena, &untold, &err), err);
    assert_int_equal(untold.fresh_count, 0);
    int64_t last;
    assert_ok(store_read_last_number(f->reader, &last, &err), err);
    assert_true(last > through);
    assert_int_equal(untold.through, last);
    assert_false(untold.more);
    assert_ok(store_read_untold(f->reader, 0, wanted, 10, &f->arena, &untold, &err), err);
    assert_int_equal(untold.fresh_count, 3);
    assert_int_equal(untold.through, last);
    assert_ok(store_read_untold(f->reader, 0, 0, 10, &f->arena, &untold, &err), err);
    assert_int_equal(untold.fresh_count, 0);
}

static size_t tell(struct fixture *f, int64_t *numbers, size_t *ret_found) {
    struct store_alerts alerts = read_alerts(f);
    struct store_untold untold;
    struct error err;
    struct alert_tale tales[16] = {{{0}, 0, 0, 0, false}};
    size_t count = 0;
    assert_ok(store_read_untold(f->reader, alerts.told_through, ~0U, 10, &f->arena, &untold, &err), err);
    for (size_t i = 0; i < untold.fresh_count + untold.amended_count; i++, count++) {
        const struct response *response =
            i < untold.fresh_count ? &untold.fresh[i] : &untold.amended[i - untold.fresh_count];
        strcpy(tales[count].name, "a");
        tales[count].revision = 1;
        tales[count].response = numbers[count] = response->number;
        tales[count].score = response->score;
    }
    struct change *change = make_change(f, CHANGE_ALERT_TELL, NOW_MS);
    change->as.alert_tell.version = alerts.told_version;
    change->as.alert_tell.through = untold.through;
    change->as.alert_tell.amended_through = untold.amended_through;
    change->as.alert_tell.tales = tales;
    change->as.alert_tell.count = count;
    struct change again = *change;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    size_t told = (size_t)change->as.alert_tell.told;
    assert_int_equal(apply(f, &again), OUTCOME_REPLAYED);
    *ret_found = count;
    return told;
}

static void test_each_is_told_once(void **state) {
    struct fixture *f = *state;
    int64_t numbers[16];
    size_t found, count;
    put_rule(f, "a", "{}", true);
    assert_int_equal(apply(f, answer(f, 1, 2, "one")), OUTCOME_CREATED);
    assert_int_equal(apply(f, answer(f, 2, 2, NULL)), OUTCOME_CREATED);
    assert_int_equal(apply(f, answer(f, 3, 3, "three")), OUTCOME_CREATED);
    assert_int_equal(tell(f, numbers, &found), 2);
    assert_int_equal(found, 2);
    assert_int_equal(tell(f, numbers, &found), 0);
    assert_int_equal(found, 0);
    assert_int_equal(read_alerts(f).states[0].finding.n, 2);
    assert_int_equal(read_alerts(f).states[0].status, ALERT_FIRING);
    /* One gets a comment later, and one another; the second was told. */
    assert_int_equal(apply(f, answer(f, 2, 2, "two")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, answer(f, 3, 4, "three, really")), OUTCOME_AMENDED);
    assert_int_equal(tell(f, numbers, &found), 1);
    assert_int_equal(found, 2);
    struct alert_event *events = read_history(f, "a", &count);
    assert_int_equal(count, 3);
    assert_true(events[0].response_number != 0 && events[0].value == 2);
    /* Who is erased with the counts is in no history. */
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "eve";
    erase->as.erase.counts = true;
    erase->as.erase.limit = 100;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    events = read_history(f, "a", &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_true(events[i].response_number == 0 && isnan(events[i].value));
    /* Without a rule that waits for them nothing is noted. */
    struct change *discard = make_change(f, CHANGE_DISCARD, NOW_MS), *rule = make_change(f, CHANGE_ALERT_RULE, NOW_MS);
    discard->as.discard.kind = DOCUMENT_ALERT;
    strcpy(discard->as.discard.name, "a");
    strcpy(rule->as.alert_rule.name, "a");
    apply(f, discard);
    apply(f, rule);
    assert_int_equal(apply(f, answer(f, 8, 2, NULL)), OUTCOME_CREATED);
    assert_int_equal(apply(f, answer(f, 8, 2, "eight")), OUTCOME_AMENDED);
    assert_int_equal(tell(f, numbers, &found), 0);
    assert_int_equal(found, 1);
}

/* What was looked at without a rule is not passed for it. */
static void test_a_look_without_a_rule_is_refused(void **state) {
    struct fixture *f = *state;
    put_rule(f, "a", "{}", true);
    struct store_alerts before = read_alerts(f);
    struct change *look = make_change(f, CHANGE_ALERT_TELL, NOW_MS);
    look->as.alert_tell.version = before.told_version;
    look->as.alert_tell.through = 5;
    put_rule(f, "b", "{}", true);
    assert_int_equal(apply(f, look), OUTCOME_REPLAYED);
    assert_int_equal(read_alerts(f).told_through, 0);
    look->as.alert_tell.version = read_alerts(f).told_version;
    put_rule(f, "a", "{\"x\":1}", true);
    assert_int_equal(apply(f, look), OUTCOME_REPLAYED);
    /* Of a rule that tells of no responses, and of the same again, nothing can be missed. */
    look->as.alert_tell.version = read_alerts(f).told_version;
    put_rule(f, "c", "{}", false);
    put_rule(f, "a", "{\"x\":1}", true);
    assert_int_equal(apply(f, look), OUTCOME_AMENDED);
    assert_int_equal(read_alerts(f).told_through, 5);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_states_go_with_rules), ENGINE_TEST(test_untold_of_some_scores),
        ENGINE_TEST(test_each_is_told_once), ENGINE_TEST(test_a_look_without_a_rule_is_refused)};
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
