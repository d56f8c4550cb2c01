/* What cxd/store/store.h promises of responses and their counts, sentence by sentence, of every engine. */

#include "fixture.h"

#include <pthread.h>

static void test_new_response_is_created_and_read_back_whole(void **state) {
    struct fixture *f = *state;
    static const struct property PROPERTIES[] = {{"a\"<b>", "\\ \n\t\x01"}, {"plan", "pro"}, {"z", ""}};
    struct change *change = make_response(f, 1, 9, NOW_MS);
    struct response *sent = &change->as.response.value, stored;
    sent->comment = "Sehr gut \xe2\x80\xa8 \xf0\x9f\x99\x82";
    sent->respondent = "c-1";
    sent->touchpoint = "checkout";
    sent->channel = "web";
    sent->locale = "de-AT";
    sent->properties = PROPERTIES;
    sent->property_count = 3;
    sent->revision = 7;
    sent->received_at = NOW_MS + 5;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_true(read_response(f, 1, &stored));
    assert_true(response_same_payload(sent, &stored));
    assert_int_equal(stored.survey, f->survey);
    assert_int_equal(stored.revision, 7);
    assert_int_equal(stored.answered_at, NOW_MS);
    assert_int_equal(stored.received_at, NOW_MS + 5);
    assert_false(stored.excluded);
    assert_null(stored.excluded_reason);
    assert_int_equal(stored.property_count, 3);
    assert_string_equal(stored.properties[0].key, PROPERTIES[0].key);
    assert_string_equal(stored.properties[0].value, PROPERTIES[0].value);
    assert_string_equal(stored.properties[2].value, "");
    assert_false(read_response(f, 2, &stored));
}

static struct change *make_contact(struct fixture *f, unsigned number, const char *respondent, int64_t at_ms,
                                   int64_t survey_days, int64_t any_days) {
    struct change *change = make_response(f, number, 9, at_ms);
    change->as.response.value.respondent = respondent;
    change->as.response.recontact.survey_ms = survey_days * DAY_MS;
    change->as.response.recontact.any_ms = any_days * DAY_MS;
    return change;
}

static void assert_too_soon(struct fixture *f, struct change *change, int64_t until) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_RECONTACT);
    assert_int_equal(change->as.response.recontact.until, until);
    struct response stored;
    struct error err;
    bool found = true;
    assert_ok(store_read_response(f->reader, &change->as.response.value.id, &f->arena, &found, &stored, &err),
              err);
    assert_false(found);
}

static void test_second_answer_within_the_days_is_refused(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 0)), OUTCOME_CREATED);
    assert_too_soon(f, make_contact(f, 2, "ann", NOW_MS, 30, 0), NOW_MS + 30 * DAY_MS);
    assert_too_soon(f, make_contact(f, 2, "ann", NOW_MS + 30 * DAY_MS - 1, 30, 0), NOW_MS + 30 * DAY_MS);
    assert_too_soon(f, make_contact(f, 2, "ann", NOW_MS - 30 * DAY_MS + 1, 30, 0), NOW_MS + 30 * DAY_MS);
    assert_int_equal(apply(f, make_contact(f, 3, "Ann", NOW_MS, 30, 0)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 4, NULL, NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 5, NULL, NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 6, "ann", NOW_MS + 30 * DAY_MS, 30, 0)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 7, "ann", NOW_MS - 30 * DAY_MS, 30, 0)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 8, "ann", NOW_MS, 0, 0)), OUTCOME_CREATED);
    assert_int_equal(count_all(f), 7);
}

static void test_recontact_looks_at_the_survey_or_at_all(void **state) {
    struct fixture *f = *state;
    int64_t shop = f->survey;
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 10)), OUTCOME_CREATED);
    f->survey = other->as.survey.number;
    assert_too_soon(f, make_contact(f, 2, "ann", NOW_MS + DAY_MS, 30, 10), NOW_MS + 10 * DAY_MS);
    assert_int_equal(apply(f, make_contact(f, 2, "ann", NOW_MS + 10 * DAY_MS, 30, 10)), OUTCOME_CREATED);
    f->survey = shop;
    /* Both hold: the later end is told. */
    assert_too_soon(f, make_contact(f, 3, "ann", NOW_MS + 12 * DAY_MS, 30, 10), NOW_MS + 30 * DAY_MS);
    assert_too_soon(f, make_contact(f, 3, "ann", NOW_MS + 12 * DAY_MS, 13, 10), NOW_MS + 20 * DAY_MS);

    struct error err;
    int64_t last;
    assert_ok(store_read_last_answer(f->reader, "ann", 0, TIME_MIN, TIME_MAX, &last, &err), err);
    assert_int_equal(last, NOW_MS + 10 * DAY_MS);
    assert_ok(store_read_last_answer(f->reader, "ann", shop, TIME_MIN, TIME_MAX, &last, &err), err);
    assert_int_equal(last, NOW_MS);
    assert_ok(store_read_last_answer(f->reader, "ann", 0, NOW_MS, NOW_MS + 10 * DAY_MS, &last, &err), err);
    assert_int_equal(last, NOW_MS);
    assert_ok(store_read_last_answer(f->reader, "ann", 0, NOW_MS + 1, NOW_MS + 10 * DAY_MS, &last, &err),
              err);
    assert_true(last == TIME_MIN);
    assert_ok(store_read_last_answer(f->reader, "bob", 0, TIME_MIN, TIME_MAX, &last, &err), err);
    assert_true(last == TIME_MIN);
}

static void test_recontact_lets_retries_amends_and_exclusions_pass(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 30)), OUTCOME_REPLAYED);
    struct change *amend = make_contact(f, 1, "ann", NOW_MS, 30, 30);
    amend->as.response.value.score = 4;
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    /* Within one batch too: the first is stored, its retry is one, the other is refused. */
    struct change *batch[] = {make_contact(f, 2, "bob", NOW_MS, 30, 0),
                              make_contact(f, 2, "bob", NOW_MS, 30, 0),
                              make_contact(f, 3, "bob", NOW_MS, 30, 0)};
    struct error err;
    assert_ok(store_apply(f->store, batch, 3, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[1]->outcome, OUTCOME_REPLAYED);
    assert_int_equal(batch[2]->outcome, OUTCOME_REFUSED);
    /* What does not count is no answer. */
    assert_int_equal(apply(f, make_exclude(f, 1, true, "a test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_contact(f, 4, "ann", NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_too_soon(f, make_contact(f, 5, "ann", NOW_MS, 30, 30), NOW_MS + 30 * DAY_MS);
}

static struct change *make_flag(struct fixture *f, unsigned number, unsigned flags) {
    struct change *change = make_change(f, CHANGE_FLAG, NOW_MS);
    change->as.flag.id = id_of(number);
    change->as.flag.survey = f->survey;
    change->as.flag.flags = flags;
    return change;
}

static void test_flags_are_added_and_exclude(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *flag = make_flag(f, 1, FLAG_BURST);
    assert_int_equal(apply(f, flag), OUTCOME_AMENDED);
    assert_int_equal(flag->as.flag.fresh_flags, FLAG_BURST);
    assert_int_equal(count_all(f), 1);
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.excluded);
    assert_string_equal(stored.excluded_reason, "suspected: burst");
    assert_int_equal(apply(f, make_flag(f, 1, FLAG_BURST)), OUTCOME_REPLAYED);
    flag = make_flag(f, 1, FLAG_BURST | FLAG_NONCE);
    assert_int_equal(apply(f, flag), OUTCOME_AMENDED);
    assert_int_equal(flag->as.flag.fresh_flags, FLAG_NONCE);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.flags, FLAG_BURST | FLAG_NONCE);
    assert_string_equal(stored.excluded_reason, "suspected: burst");
    assert_int_equal(apply(f, make_exclude(f, 2, true, "a test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_flag(f, 2, FLAG_BURST)), OUTCOME_AMENDED);
    assert_true(read_response(f, 2, &stored));
    assert_string_equal(stored.excluded_reason, "a test");
    assert_int_equal(apply(f, make_flag(f, 3, FLAG_BURST)), OUTCOME_MISSING);
    flag = make_flag(f, 1, FLAG_HONEYPOT);
    flag->as.flag.survey++;
    assert_int_equal(apply(f, flag), OUTCOME_MISSING);
    assert_int_equal(count_all(f), 0);
}

static void test_suspects_are_cleared_by_window_and_limit(void **state) {
    struct fixture *f = *state;
    struct response stored;
    for (unsigned i = 0; i < 10; i++) {
        struct change *change = make_response(f, i, (int)i, NOW_MS + i);
        change->as.response.value.flags = i % 2 ? FLAG_NONCE : 0;
        change->as.response.value.excluded = i % 2;
        change->as.response.value.excluded_reason = i % 2 ? "suspected: nonce" : NULL;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    assert_int_equal(apply(f, make_exclude(f, 0, true, "a test")), OUTCOME_AMENDED);
    assert_int_equal(count_all(f), 4);
    struct change *clear = make_change(f, CHANGE_CLEAR, NOW_MS);
    clear->as.clear.survey = f->survey;
    clear->as.clear.from = NOW_MS + 1;
    clear->as.clear.to = NOW_MS + 9;
    clear->as.clear.limit = 3;
    assert_int_equal(apply(f, clear), OUTCOME_AMENDED);
    assert_int_equal(clear->as.clear.cleared, 3);
    assert_int_equal(count_all(f), 7);
    assert_int_equal(apply(f, clear), OUTCOME_AMENDED);
    assert_int_equal(clear->as.clear.cleared, 1);
    assert_int_equal(apply(f, clear), OUTCOME_REPLAYED);
    assert_int_equal(clear->as.clear.cleared, 0);
    assert_true(read_response(f, 7, &stored));
    assert_int_equal(stored.flags, 0);
    assert_false(stored.excluded);
    assert_null(stored.excluded_reason);
    assert_true(read_response(f, 9, &stored));
    assert_int_equal(stored.flags, FLAG_NONCE);
    assert_true(read_response(f, 0, &stored));
    assert_true(stored.excluded);
    clear->as.clear.to = TIME_MAX;
    clear->as.clear.survey++;
    assert_int_equal(apply(f, clear), OUTCOME_REPLAYED);
    assert_int_equal(count_all(f), 8);
}

static void test_same_payload_is_replayed_at_any_age(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *replay = make_response(f, 1, 9, NOW_MS);
    replay->now_ms = NOW_MS + 400 * DAY_MS;
    replay->as.response.value.received_at = replay->now_ms;
    replay->as.response.value.answered_at = replay->now_ms; /* not sent: the time of arrival */
    replay->as.response.value.has_answered_at = false;
    replay->as.response.value.revision = 2;
    assert_int_equal(apply(f, replay), OUTCOME_REPLAYED);
    assert_int_equal(replay->as.response.value.received_at, NOW_MS);
    assert_int_equal(replay->as.response.value.answered_at, NOW_MS);
    assert_int_equal(replay->as.response.value.revision, 1);
    assert_int_equal(count_all(f), 1);
}

static void test_replay_within_one_batch(void **state) {
    struct fixture *f = *state;
    struct change *batch[] = {make_response(f, 1, 9, NOW_MS), make_response(f, 1, 9, NOW_MS),
                              make_response(f, 1, 3, NOW_MS)};
    struct error err;
    assert_ok(store_apply(f->store, batch, 3, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[1]->outcome, OUTCOME_REPLAYED);
    assert_int_equal(batch[2]->outcome, OUTCOME_AMENDED);
    struct filter all = {.survey = f->survey};
    struct histogram hist = read_window(f, &all, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[3], 1);
    assert_int_equal(histogram_count(&hist), 1);
}

static void test_amend_replaces_every_member_and_moves_the_scores(void **state) {
    struct fixture *f = *state;
    static const struct property PRO[] = {{"plan", "pro"}}, FREE[] = {{"plan", "free"}};
    struct change *first = make_response(f, 1, 9, NOW_MS);
    first->as.response.value.comment = "good";
    first->as.response.value.touchpoint = "checkout";
    first->as.response.value.properties = PRO;
    first->as.response.value.property_count = 1;
    assert_int_equal(apply(f, first), OUTCOME_CREATED);

    struct change *second = make_response(f, 1, 2, NOW_MS - 2 * DAY_MS);
    second->now_ms = NOW_MS + 30 * 60 * 1000; /* the last millisecond of the window */
    second->as.response.value.received_at = second->now_ms;
    second->as.response.value.revision = 4;
    second->as.response.value.locale = "en";
    second->as.response.value.properties = FREE;
    second->as.response.value.property_count = 1;
    assert_int_equal(apply(f, second), OUTCOME_AMENDED);
    assert_int_equal(second->as.response.value.received_at, NOW_MS);

    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_true(response_same_payload(&second->as.response.value, &stored));
    assert_null(stored.comment);
    assert_null(stored.touchpoint);
    assert_int_equal(stored.revision, 4);
    assert_int_equal(stored.received_at, NOW_MS);
    assert_int_equal(stored.answered_at, NOW_MS - 2 * DAY_MS);

    struct filter all = {.survey = f->survey}, checkout = {.survey = f->survey, .touchpoint = "checkout"};
    struct filter pro = {
        .survey = f->survey, .properties = PRO, .property_count = 1, .property_rolled = true};
    struct filter free_plan = {
        .survey = f->survey, .properties = FREE, .property_count = 1, .property_rolled = true};
    struct histogram hist = read_window(f, &all, NOW_MS - 3 * DAY_MS, NOW_MS - DAY_MS);
    assert_int_equal(hist.n[2], 1);
    hist = read_window(f, &all, NOW_MS - DAY_MS, TIME_MAX);
    assert_true(histogram_is_empty(&hist));
    hist = read_window(f, &checkout, TIME_MIN, TIME_MAX);
    assert_true(histogram_is_empty(&hist));
    hist = read_window(f, &pro, TIME_MIN, TIME_MAX);
    assert_true(histogram_is_empty(&hist));
    hist = read_window(f, &free_plan, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[2], 1);
}

static void test_amend_without_answered_at_keeps_it(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *change = make_response(f, 1, 8, NOW_MS + 1000);
    change->as.response.value.has_answered_at = false;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(change->as.response.value.answered_at, NOW_MS);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.answered_at, NOW_MS);
    assert_int_equal(stored.score, 8);
}

static void test_amend_after_the_window_is_refused(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *late = make_response(f, 1, 8, NOW_MS + 30 * 60 * 1000 + 1);
    assert_int_equal(apply(f, late), OUTCOME_REFUSED);
    assert_int_equal(late->refusal, ERR_CONFLICT);
    struct change *never = make_response(f, 1, 8, NOW_MS);
    never->as.response.amend_window_ms = 0;
    assert_int_equal(apply(f, never), OUTCOME_REFUSED);
    assert_int_equal(never->refusal, ERR_CONFLICT);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 9);
}

static void test_id_of_another_survey_is_refused(void **state) {
    struct fixture *f = *state;
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_int_not_equal(other->as.survey.number, f->survey);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *change = make_response(f, 1, 9, NOW_MS);
    change->as.response.value.survey = other->as.survey.number;
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_CONFLICT);
    change = make_response(f, 2, 9, NOW_MS);
    change->as.response.value.survey = 99;
    assert_int_equal(apply(f, change), OUTCOME_MISSING);
    assert_int_equal(count_all(f), 1);
}

static void test_closed_survey_answers_replays_only(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *replay = make_response(f, 1, 9, NOW_MS), *amend = make_response(f, 1, 8, NOW_MS),
                  *fresh = make_response(f, 2, 9, NOW_MS);
    replay->as.response.unless_stored = amend->as.response.unless_stored = fresh->as.response.unless_stored =
        ERR_SURVEY_CLOSED;
    assert_int_equal(apply(f, replay), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, amend), OUTCOME_REFUSED);
    assert_int_equal(amend->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, fresh), OUTCOME_REFUSED);
    assert_int_equal(fresh->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(count_all(f), 1);
}

/* Suspicion adds up over amends; a fresh one excludes, one that an operator has lifted before does not come back by itself. */
static struct change *make_retain(struct fixture *f, int64_t before_ms, enum retention retention,
                                  size_t limit) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = before_ms;
    change->as.retain.retention = retention;
    change->as.retain.limit = limit;
    return change;
}

static void put_personal(struct fixture *f, unsigned number, int64_t at_ms) {
    static const struct property PROPERTIES[] = {{"note", "free"}, {"plan", "pro"}};
    struct change *change = make_response(f, number, 9, at_ms);
    change->as.response.value.respondent = "ann";
    change->as.response.value.comment = "call me";
    change->as.response.value.visit = "v";
    change->as.response.value.properties = PROPERTIES;
    change->as.response.value.property_count = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
}

static bool is_anonymous(struct fixture *f, unsigned number) {
    struct response stored;
    assert_true(read_response(f, number, &stored));
    bool anonymous = !stored.respondent;
    assert_int_equal(!stored.comment, anonymous);
    assert_int_equal(!stored.visit, anonymous);
    assert_int_equal(stored.property_count, anonymous ? 1 : 2);
    assert_string_equal(response_property(&stored, "plan"), "pro");
    return anonymous;
}

/* Some at once, the rest later; exactly what was answered before the time. */
static void test_retention_deletes(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 10; i++)
        put_personal(f, i, NOW_MS - 10 + i);
    struct change *retain = make_retain(f, NOW_MS - 5, RETENTION_DELETE, 3);
    assert_int_equal(apply(f, retain), OUTCOME_AMENDED);
    assert_int_equal(retain->as.retain.touched, 3);
    assert_true(retain->as.retain.more);
    assert_int_equal(count_all(f), 7);
    assert_int_equal(apply(f, retain), OUTCOME_AMENDED);
    assert_int_equal(retain->as.retain.touched, 2);
    assert_false(retain->as.retain.more);
    assert_int_equal(apply(f, retain), OUTCOME_REPLAYED);
    assert_int_equal(count_all(f), 5);
    struct response stored;
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(read_response(f, i, &stored), i >= 5);
}

/* Counts stay; what is done is not done again, but what comes later, or is free later, is. */
static void test_retention_anonymises(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 10; i++)
        put_personal(f, i, NOW_MS - 10 + i / 4); /* equal times too */
    struct change *retain = make_retain(f, NOW_MS - 8, RETENTION_ANONYMISE, 3);
    int64_t touched = 0;
    do {
        (void)apply(f, retain);
        assert_true(retain->as.retain.touched <= 3);
        touched += retain->as.retain.touched;
    } while (retain->as.retain.more);
    assert_int_equal(touched, 8);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(is_anonymous(f, i), i < 8);
    assert_int_equal(count_all(f), 10);
    struct property pro = {"plan", "pro"};
    struct filter filter = {
        .survey = f->survey, .properties = &pro, .property_count = 1, .property_rolled = true};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(histogram_count(&hist), 10);
    assert_int_equal(apply(f, retain), OUTCOME_REPLAYED);

    put_personal(f, 20, NOW_MS - 9);
    put_personal(f, 21, NOW_MS - 1000);
    put_personal(f, 22, NOW_MS - 8);
    touched = 0;
    do {
        (void)apply(f, retain);
        touched += retain->as.retain.touched;
    } while (retain->as.retain.more);
    assert_int_equal(touched, 2);
    assert_true(is_anonymous(f, 20) && is_anonymous(f, 21) && !is_anonymous(f, 22));

    /* An amend that does not say when it was answered: the person is there again. */
    struct change *amend = make_response(f, 21, 9, NOW_MS - 1000);
    amend->as.response.value.has_answered_at = false;
    amend->as.response.value.answered_at = NOW_MS;
    amend->as.response.value.comment = "call me again";
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    do {
        (void)apply(f, retain);
    } while (retain->as.retain.more);
    struct response stored;
    assert_true(read_response(f, 21, &stored));
    assert_null(stored.comment);

    /* "plan" is free data from now on. */
    assert_int_equal(apply(f, make_survey(f, "shop", "{\"name\":\"bare\"}", NULL)), OUTCOME_AMENDED);
    touched = 0;
    do {
        (void)apply(f, retain);
        touched += retain->as.retain.touched;
    } while (retain->as.retain.more);
    assert_int_equal(touched, 9);
    assert_true(read_response(f, 0, &stored));
    assert_int_equal(stored.property_count, 0);
    assert_int_equal(count_all(f), 13);
}

static void test_settle(void **state) {
    struct fixture *f = *state;
    put_personal(f, 1, NOW_MS);
    assert_int_equal(apply(f, make_change(f, CHANGE_SETTLE, NOW_MS)), OUTCOME_AMENDED);
    assert_int_equal(count_all(f), 1);
}

static void test_flags(void **state) {
    struct fixture *f = *state;
    struct response stored;
    struct change *first = make_response(f, 1, 9, NOW_MS);
    first->as.response.value.visit = "v-1";
    assert_int_equal(apply(f, first), OUTCOME_CREATED);

    struct change *suspect = make_response(f, 1, 3, NOW_MS + 1);
    suspect->as.response.value.flags = FLAG_BURST;
    suspect->as.response.value.excluded = true;
    suspect->as.response.value.excluded_reason = "suspect";
    assert_int_equal(apply(f, suspect), OUTCOME_AMENDED);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.flags, FLAG_BURST);
    assert_true(stored.excluded);
    assert_string_equal(stored.excluded_reason, "suspect");
    assert_null(stored.visit);

    struct change *clean = make_response(f, 1, 4, NOW_MS + 2);
    assert_int_equal(apply(f, clean), OUTCOME_AMENDED);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.flags, FLAG_BURST);
    assert_true(stored.excluded);

    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_REPLAYED);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.flags, 0);
    assert_false(stored.excluded);
    assert_int_equal(apply(f, make_response(f, 1, 4, NOW_MS + 2)), OUTCOME_REPLAYED);
}

static void test_excluded_counts_nowhere_and_comes_back(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "bot")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, true, "bot")), OUTCOME_REPLAYED);
    assert_int_equal(count_all(f), 0);
    char *rollups = rollups_text(f);
    assert_string_equal(rollups, "");
    free(rollups);
    struct filter filter = {.survey = f->survey}; /* and not from the responses */
    struct histogram hist = read_window(f, &filter, NOW_MS - 1, NOW_MS + 1);
    assert_true(histogram_is_empty(&hist));
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.excluded);
    assert_string_equal(stored.excluded_reason, "bot");

    /* An amend keeps the exclusion, and says so. */
    struct change *amend = make_response(f, 1, 3, NOW_MS);
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    assert_true(amend->as.response.value.excluded);
    assert_string_equal(amend->as.response.value.excluded_reason, "bot");
    assert_int_equal(count_all(f), 0);

    assert_int_equal(apply(f, make_exclude(f, 1, true, "test order")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, "ignored")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_REPLAYED);
    assert_int_equal(count_all(f), 1);
    assert_true(read_response(f, 1, &stored));
    assert_false(stored.excluded);
    assert_null(stored.excluded_reason);

    assert_int_equal(apply(f, make_exclude(f, 2, true, "bot")), OUTCOME_MISSING);
    struct change *elsewhere = make_exclude(f, 1, true, "bot");
    elsewhere->as.exclude.survey++;
    assert_int_equal(apply(f, elsewhere), OUTCOME_MISSING);
}

static struct change *make_erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
    change->as.erase.limit = SIZE_MAX;
    return change;
}

static void test_erase_keeps_counts_or_not(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    make_person(f, 2, "ann");
    make_person(f, 3, "bob");
    char *before = rollups_text(f);

    struct change *erase = make_erase(f, "ann", false);
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(erase->as.erase.erased, 2);
    char *after = rollups_text(f);
    assert_string_equal(after, before);
    free(after);
    free(before);
    struct response stored;
    assert_true(read_response(f, 2, &stored));
    assert_null(stored.comment);
    assert_null(stored.respondent);
    assert_string_equal(stored.touchpoint, "checkout");
    assert_int_equal(stored.property_count, 1);
    assert_string_equal(stored.properties[0].value, "pro");
    assert_int_equal(apply(f, make_erase(f, "ann", false)), OUTCOME_MISSING);

    erase = make_erase(f, "bob", true);
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(erase->as.erase.erased, 1);
    assert_false(read_response(f, 3, &stored));
    assert_int_equal(count_all(f), 2);
    /* An erased id is free again. */
    make_person(f, 3, "bob");
    assert_int_equal(count_all(f), 3);
}

static void test_erased_with_counts_leaves_no_rollups(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    assert_int_equal(apply(f, make_erase(f, "ann", true)), OUTCOME_AMENDED);
    char *rollups = rollups_text(f);
    assert_string_equal(rollups, "");
    free(rollups);
}

static void test_buckets_are_half_open_and_partition(void **state) {
    struct fixture *f = *state;
    int64_t midnight = NOW_MS / DAY_MS * DAY_MS;
    const int64_t times[] = {midnight - 1, midnight, midnight + 1, midnight + DAY_MS - 1, midnight + DAY_MS,
                             -1,           0};
    for (unsigned i = 0; i < CXD_COUNT(times); i++) {
        assert_int_equal(apply(f, make_response(f, i + 1, (int)i, times[i])), OUTCOME_CREATED);
    }
    const int64_t bounds[] = {TIME_MIN, 0, midnight, midnight + 1, midnight + DAY_MS, TIME_MAX};
    struct histogram hists[5];
    struct error err;
    struct filter filter = {.survey = f->survey};
    assert_ok(store_read_histograms(f->reader, &filter, bounds, 6, hists, &err), err);
    const int expected[][3] = {{5, -1, -1}, {0, 6, -1}, {1, -1, -1}, {2, 3, -1}, {4, -1, -1}};
    for (size_t i = 0; i < 5; i++) {
        int64_t count = 0;
        for (size_t k = 0; k < 3 && expected[i][k] >= 0; k++, count++) {
            assert_int_equal(hists[i].n[expected[i][k]], 1);
        }
        assert_int_equal(histogram_count(&hists[i]), count);
    }
}

/* Whoever watches sees each change of a batch; a watch ends. */
static void test_watch(void **state) {
    struct fixture *f = *state;
    struct heartbeat beat = {0};
    store_watch(f->store, &beat);
    assert_int_equal(heartbeat_ask(&beat, 1000), 0);
    assert_int_equal(heartbeat_ask(&beat, 4000), 3000);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(heartbeat_ask(&beat, 9000), 0);
    store_watch(f->store, NULL);
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(heartbeat_ask(&beat, 10000), 1000);
}

struct writing {
    struct fixture *f;
    struct change *change;
    enum cxd_err code;
};

static void *write_beside(void *context) {
    struct writing *writing = context;
    writing->code = store_apply(writing->f->store, &writing->change, 1, NULL);
    return NULL;
}

static void test_reads_between_begin_and_end_see_one_state(void **state) {
    struct fixture *f = *state;
    struct error err;
    pthread_t thread;
    struct writing writing = {f, make_response(f, 1, 9, NOW_MS), CXD_OK};
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_int_equal(pthread_create(&thread, NULL, write_beside, &writing), 0);
    usleep(30000); /* time to write, for an engine whose writer does not wait */
    assert_int_equal(count_all(f), 0);
    store_reader_end(f->reader);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(writing.code, CXD_OK);
    assert_int_equal(count_all(f), 1);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_new_response_is_created_and_read_back_whole),
        ENGINE_TEST(test_second_answer_within_the_days_is_refused),
        ENGINE_TEST(test_recontact_looks_at_the_survey_or_at_all),
        ENGINE_TEST(test_recontact_lets_retries_amends_and_exclusions_pass),
        ENGINE_TEST(test_flags_are_added_and_exclude),
        ENGINE_TEST(test_suspects_are_cleared_by_window_and_limit),
        ENGINE_TEST(test_same_payload_is_replayed_at_any_age),
        ENGINE_TEST(test_replay_within_one_batch),
        ENGINE_TEST(test_amend_replaces_every_member_and_moves_the_scores),
        ENGINE_TEST(test_amend_without_answered_at_keeps_it),
        ENGINE_TEST(test_amend_after_the_window_is_refused),
        ENGINE_TEST(test_id_of_another_survey_is_refused),
        ENGINE_TEST(test_closed_survey_answers_replays_only),
        ENGINE_TEST(test_retention_deletes),
        ENGINE_TEST(test_retention_anonymises),
        ENGINE_TEST(test_settle),
        ENGINE_TEST(test_flags),
        ENGINE_TEST(test_excluded_counts_nowhere_and_comes_back),
        ENGINE_TEST(test_erase_keeps_counts_or_not),
        ENGINE_TEST(test_erased_with_counts_leaves_no_rollups),
        ENGINE_TEST(test_buckets_are_half_open_and_partition),
        ENGINE_TEST(test_reads_between_begin_and_end_see_one_state),
        ENGINE_TEST(test_watch),
    };
    return run_over_engines(tests, CXD_COUNT(tests));
}
