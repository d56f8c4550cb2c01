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
    assert_ok(store_read_response(f->reader, change->as.response.value.survey, &change->as.response.value.id, &f->arena,
                                  &found, &stored, &err),
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
    assert_ok(store_read_last_answer(f->reader, "ann", 0, NOW_MS + 1, NOW_MS + 10 * DAY_MS, &last, &err), err);
    assert_true(last == TIME_MIN);
    assert_ok(store_read_last_answer(f->reader, "bob", 0, TIME_MIN, TIME_MAX, &last, &err), err);
    assert_true(last == TIME_MIN);
}

/* The days may be those of a touchpoint: of the one that is answered now, after answers at any. */
static void test_recontact_of_touchpoints(void **state) {
    static const struct {
        const char *touchpoint;
        int64_t day, days; /* when, and how many hold at the touchpoint */
        int64_t until;     /* a day; 0: it is taken */
    } STEPS[] = {
        {"checkout", 0, 30, 0},   {"search", 6, 7, 7},     {"search", 7, 7, 0}, {NULL, 8, 2, 9},       {NULL, 9, 2, 0},
        {"checkout", 29, 30, 39}, {"checkout", 39, 30, 0}, {"help", 39, 0, 0},  {"search", 45, 7, 46},
    };
    struct fixture *f = *state;
    for (unsigned i = 0; i < CXD_COUNT(STEPS); i++) {
        struct change *change = make_contact(f, i + 1, "ann", NOW_MS + STEPS[i].day * DAY_MS, STEPS[i].days, 0);
        change->as.response.value.touchpoint = STEPS[i].touchpoint;
        if (STEPS[i].until > 0)
            assert_too_soon(f, change, NOW_MS + STEPS[i].until * DAY_MS);
        else
            assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    /* Within one transaction as well: the second is too soon for its touchpoint, the third is not for its own. */
    struct change *batch[3];
    for (unsigned i = 0; i < CXD_COUNT(batch); i++) {
        batch[i] = make_contact(f, 50 + i, "bob", NOW_MS + i * 2 * DAY_MS, i == 1 ? 3 : 4, 0);
        batch[i]->as.response.value.touchpoint = i == 1 ? "search" : "checkout";
    }
    struct error err;
    assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[1]->outcome, OUTCOME_REFUSED);
    assert_int_equal(batch[1]->as.response.recontact.until, NOW_MS + 3 * DAY_MS);
    assert_int_equal(batch[2]->outcome, OUTCOME_CREATED);
}

static void test_recontact_lets_retries_amends_and_exclusions_pass(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_contact(f, 1, "ann", NOW_MS, 30, 30)), OUTCOME_REPLAYED);
    struct change *amend = make_contact(f, 1, "ann", NOW_MS, 30, 30);
    amend->as.response.value.score = 4;
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    /* Within one batch too: the first is stored, its retry is one, the other is refused. */
    struct change *batch[] = {make_contact(f, 2, "bob", NOW_MS, 30, 0), make_contact(f, 2, "bob", NOW_MS, 30, 0),
                              make_contact(f, 3, "bob", NOW_MS, 30, 0)};
    struct error err;
    assert_ok(store_apply(f->store, batch, 3, NULL, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[1]->outcome, OUTCOME_REPLAYED);
    assert_int_equal(batch[2]->outcome, OUTCOME_REFUSED);
    /* What does not count is no answer. */
    assert_int_equal(apply(f, make_exclude(f, 1, true, "a test")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_contact(f, 4, "ann", NOW_MS, 30, 30)), OUTCOME_CREATED);
    assert_too_soon(f, make_contact(f, 5, "ann", NOW_MS, 30, 30), NOW_MS + 30 * DAY_MS);
}

static void put_contact(struct fixture *f, unsigned number, const char *respondent, int64_t at_ms, int64_t now_ms,
                        enum cxd_err expected, int64_t until) {
    struct change *change = make_contact(f, number, respondent, at_ms, 30, 10);
    struct response before, after;
    bool found = read_response(f, number, &before);
    static int64_t sequence;
    change->as.response.value.has_sequence = true; /* what is answered earlier is sent later */
    change->as.response.value.sequence = ++sequence;
    change->now_ms = change->as.response.value.received_at = now_ms;
    enum outcome outcome = apply(f, change);
    assert_int_equal(change->refusal, expected);
    if (expected == CXD_OK) {
        assert_int_equal(outcome, found ? OUTCOME_AMENDED : OUTCOME_CREATED);
        return;
    }
    assert_int_equal(change->as.response.recontact.until, until);
    assert_int_equal(read_response(f, number, &after), found);
    assert_true(response_same_payload(&before, &after));
}

/* What becomes somebody's answer is held to the rule as a new one is; itself it does not meet. */
static void test_recontact_holds_for_amends(void **state) {
    struct fixture *f = *state;
    int64_t later = NOW_MS + 1000, until = NOW_MS + 30 * DAY_MS;
    put_contact(f, 1, NULL, NOW_MS, NOW_MS, CXD_OK, 0);
    put_contact(f, 2, NULL, NOW_MS, NOW_MS, CXD_OK, 0);
    put_contact(f, 1, "eve", NOW_MS, later, CXD_OK, 0);
    put_contact(f, 2, "eve", NOW_MS, later, ERR_RECONTACT, until);
    put_contact(f, 2, "eve", NOW_MS + 30 * DAY_MS - 1, later, ERR_RECONTACT, until);
    put_contact(f, 2, "eve", NOW_MS + 30 * DAY_MS, later, CXD_OK, 0);
    /* Its time alone. */
    put_contact(f, 2, "eve", NOW_MS + 31 * DAY_MS, later, CXD_OK, 0);
    put_contact(f, 2, "eve", NOW_MS + 29 * DAY_MS, later, ERR_RECONTACT, until);
    put_contact(f, 1, "eve", NOW_MS + DAY_MS, later, CXD_OK, 0);
    put_contact(f, 1, "eve", NOW_MS + 2 * DAY_MS, later, ERR_RECONTACT, NOW_MS + 61 * DAY_MS);
    /* Away and back, with another one in between. */
    put_contact(f, 1, "ann", NOW_MS, later, CXD_OK, 0);
    put_contact(f, 3, "eve", NOW_MS, NOW_MS, CXD_OK, 0);
    put_contact(f, 1, "eve", NOW_MS, later, ERR_RECONTACT, until);
    put_contact(f, 1, "bob", NOW_MS, later, CXD_OK, 0);
    /* What does not count is no answer. */
    assert_int_equal(apply(f, make_exclude(f, 3, true, "a test")), OUTCOME_AMENDED);
    put_contact(f, 1, "eve", NOW_MS, later, CXD_OK, 0);
    /* What an operator includes is not judged, nor what is amended in other members then. */
    assert_int_equal(apply(f, make_exclude(f, 3, false, NULL)), OUTCOME_AMENDED);
    struct change *other = make_contact(f, 3, "eve", NOW_MS, 30, 10);
    other->as.response.value.score = 1;
    assert_int_equal(apply(f, other), OUTCOME_AMENDED);
    struct change *untimed = make_contact(f, 3, "eve", NOW_MS + 1, 30, 10);
    untimed->as.response.value.score = 2;
    untimed->as.response.value.has_answered_at = false;
    assert_int_equal(apply(f, untimed), OUTCOME_AMENDED);
}

static void test_recontact_holds_within_one_transaction(void **state) {
    struct fixture *f = *state;
    put_contact(f, 1, NULL, NOW_MS, NOW_MS, CXD_OK, 0);
    put_contact(f, 2, NULL, NOW_MS, NOW_MS, CXD_OK, 0);
    struct change *batch[] = {make_contact(f, 1, "eve", NOW_MS, 30, 10), make_contact(f, 2, "eve", NOW_MS, 30, 10),
                              make_contact(f, 1, "bob", NOW_MS, 30, 10), make_contact(f, 3, "bob", NOW_MS, 0, 10),
                              make_contact(f, 2, "eve", NOW_MS, 30, 10), make_contact(f, 1, "eve", NOW_MS, 30, 10)};
    static const enum cxd_err REFUSALS[] = {CXD_OK, ERR_RECONTACT, CXD_OK, ERR_RECONTACT, CXD_OK, ERR_RECONTACT};
    struct error err;
    assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
    for (size_t i = 0; i < CXD_COUNT(batch); i++)
        assert_int_equal(batch[i]->refusal, REFUSALS[i]);
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
    assert_ok(store_apply(f->store, batch, 3, NULL, &err), err);
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
    first->as.response.value.has_answered_at = false; /* or the second were older */
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
    struct filter pro = {.survey = f->survey, .properties = PRO, .property_count = 1, .property_rolled = true};
    struct filter free_plan = {.survey = f->survey, .properties = FREE, .property_count = 1, .property_rolled = true};
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

static struct change *make_retain(struct fixture *f, int64_t before_ms, enum retention retention, size_t limit) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = before_ms;
    change->as.retain.retention = retention;
    change->as.retain.limit = limit;
    return change;
}

/* A response with every member, as it was sent first. */
static struct change *make_first(struct fixture *f, unsigned number) {
    static const struct property PROPERTIES[] = {{"city", "Graz"}, {"plan", "pro"}};
    struct change *change = make_response(f, number, 9, NOW_MS);
    struct response *response = &change->as.response.value;
    response->comment = "good";
    response->respondent = "ann";
    response->touchpoint = "checkout";
    response->channel = "web";
    response->locale = "en";
    response->visit = "v";
    response->properties = PROPERTIES;
    response->property_count = 2;
    return change;
}

static void assert_is_retry(struct fixture *f, struct change *change, const struct response *stored) {
    change->now_ms = NOW_MS + 400 * DAY_MS;
    assert_int_equal(apply(f, change), OUTCOME_REPLAYED);
    const struct response *value = &change->as.response.value;
    assert_true(response_same_payload(value, stored) && response_same_payload(stored, value));
    assert_int_equal(value->revision, stored->revision);
    assert_int_equal(value->answered_at, stored->answered_at);
    assert_int_equal(value->received_at, stored->received_at);
    assert_int_equal(value->excluded, stored->excluded);
    assert_int_equal(value->flags, stored->flags);
    struct response now;
    struct error err;
    bool found = false;
    assert_ok(store_read_response(f->reader, value->survey, &value->id, &f->arena, &found, &now, &err), err);
    assert_true(found && response_same_payload(&now, stored));
}

/* The first content, sent again after it was amended, changes nothing, whatever else would be judged. */
static void test_a_late_retry_is_a_retry(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_first(f, 1)), OUTCOME_CREATED);
    for (int score = 3; score < 6; score++) {
        struct change *amend = make_response(f, 1, score, NOW_MS + score);
        amend->as.response.value.respondent = "eve";
        assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
        assert_true(read_response(f, 1, &stored));
        assert_is_retry(f, make_first(f, 1), &stored);
        struct change *untimed = make_first(f, 1);
        untimed->as.response.value.has_answered_at = false;
        untimed->as.response.value.answered_at = NOW_MS + DAY_MS;
        untimed->as.response.value.flags = FLAG_HONEYPOT;
        untimed->as.response.value.excluded = true;
        assert_is_retry(f, untimed, &stored);
        struct change *closed = make_first(f, 1);
        closed->as.response.unless_stored = ERR_SURVEY_CLOSED;
        closed->as.response.is_keyed = true;
        closed->as.response.recontact.survey_ms = closed->as.response.recontact.any_ms = 30 * DAY_MS;
        closed->as.response.amend_window_ms = 0;
        assert_is_retry(f, closed, &stored);
    }
}

/* Each of these says something else than the first content did. */
static void test_what_is_no_late_retry(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_first(f, 1)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 1, 1, NOW_MS)), OUTCOME_AMENDED);
    static const struct property OTHER[] = {{"city", "Graz"}, {"plan", "free"}};
    for (int i = 0; i < 10; i++) {
        struct change *change = make_first(f, 1);
        struct response *response = &change->as.response.value;
        switch (i) {
        case 0:
            response->score = 8;
            break;
        case 1:
            response->comment = NULL;
            break;
        case 2:
            response->respondent = "anna";
            break;
        case 3:
            response->touchpoint = "web";
            break;
        case 4:
            response->channel = "checkout";
            break;
        case 5:
            response->locale = NULL;
            break;
        case 6:
            response->visit = "w";
            break;
        case 7:
            response->properties = OTHER;
            break;
        case 8:
            response->property_count = 1;
            break;
        default:
            response->answered_at++;
            break;
        }
        change->as.response.is_keyed = true;
        assert_int_equal(apply(f, change), OUTCOME_REFUSED);
        assert_int_equal(change->refusal, ERR_KEY_REUSED);
    }
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 1);
    /* In another survey it is another response. */
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    struct change *elsewhere = make_first(f, 1);
    elsewhere->as.response.value.survey = other->as.survey.number;
    assert_int_equal(apply(f, elsewhere), OUTCOME_CREATED);
}

/* It is of what a person said, and goes with that. */
static void test_what_was_said_first_is_forgotten(void **state) {
    struct fixture *f = *state;
    struct response stored;
    for (unsigned i = 1; i < 4; i++) {
        assert_int_equal(apply(f, make_first(f, i)), OUTCOME_CREATED);
        assert_true(read_response(f, i, &stored));
        assert_false(stored.first.is_kept);
        struct change *amend = make_response(f, i, 1, NOW_MS);
        amend->as.response.value.respondent = i == 1 ? "ann" : NULL;
        assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
        assert_true(read_response(f, i, &stored));
        assert_true(stored.first.is_kept);
        assert_int_equal(stored.first.answered_at, NOW_MS);
    }
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_true(read_response(f, 1, &stored));
    assert_false(stored.first.is_kept);
    assert_int_equal(apply(f, make_retain(f, NOW_MS + 1, RETENTION_ANONYMISE, 10)), OUTCOME_AMENDED);
    for (unsigned i = 2; i < 4; i++) {
        assert_true(read_response(f, i, &stored));
        assert_false(stored.first.is_kept);
    }
}

/* What is sent under the id 1, one after the other. `said`: seconds from NOW_MS, NONE: no answered_at. */
enum { NONE = INT32_MAX };
struct sent {
    int sequence, said, score;
    enum outcome outcome; /* REFUSED: ERR_CONFLICT */
    int64_t at_s;         /* when it comes */
};

static struct change *make_sent(struct fixture *f, const struct sent *sent) {
    struct change *change = make_response(f, 1, sent->score, NOW_MS + sent->at_s * 1000);
    struct response *response = &change->as.response.value;
    response->has_sequence = sent->sequence != NONE;
    response->sequence = response->has_sequence ? sent->sequence : 0;
    response->has_answered_at = sent->said != NONE;
    if (response->has_answered_at)
        response->answered_at = NOW_MS + sent->said * 1000;
    response_hold_back(response, change->now_ms);
    return change;
}

/* The order of what is sent under one id: by sequence where both have one and they differ, else by answered_at as it
 * was given where both have one, else as it comes. What was not sent stays, and orders on. */
static void test_an_older_content_changes_nothing(void **state) {
    struct fixture *f = *state;
    enum { PAST = 1801 };
    static const enum outcome C = OUTCOME_CREATED, A = OUTCOME_AMENDED, R = OUTCOME_REPLAYED, X = OUTCOME_REFUSED;
    const struct {
        struct sent sent[5];
        int score; /* stored in the end */
    } CASES[] = {
        /* By sequence, whatever the times say; equal ones by the next rule. */
        {{{2, NONE, 9, C, 0}, {1, NONE, 3, R, 1}, {3, NONE, 8, A, 2}, {2, NONE, 7, R, 3}}, 8},
        {{{2, 10, 9, C, 20}, {1, 15, 3, R, 21}, {3, 5, 4, A, 22}}, 4},
        {{{0, NONE, 9, C, 0}, {1, NONE, 3, A, 1}, {0, NONE, 5, R, 2}}, 3},
        {{{1, NONE, 9, C, 0}, {1, NONE, 3, A, 1}}, 3},
        {{{1, 10, 9, C, 20}, {1, 9, 3, R, 21}, {1, 11, 4, A, 22}}, 4},
        /* One has none: by answered_at, and it stays as the order. */
        {{{5, 10, 9, C, 20}, {NONE, 9, 3, R, 21}, {NONE, 11, 4, A, 22}, {4, 12, 5, R, 23}, {6, 12, 6, A, 24}}, 6},
        {{{NONE, NONE, 9, C, 0}, {0, NONE, 3, A, 1}}, 3},
        /* The first one again is its retry, and the same with another sequence is another content. */
        {{{1, NONE, 3, C, 0}, {2, NONE, 9, A, 1}, {1, NONE, 3, R, 2}, {3, NONE, 3, A, 3}, {2, NONE, 9, R, 4}}, 3},
        {{{1, NONE, 3, C, 0}, {2, NONE, 3, A, 1}, {NONE, NONE, 3, R, 2}, {1, NONE, 3, R, 3}}, 3},
        /* By answered_at; an equal one, and one without, as they come. */
        {{{NONE, 10, 9, C, 20}, {NONE, 9, 3, R, 21}, {NONE, 10, 4, A, 22}, {NONE, 11, 5, A, 23}}, 5},
        {{{NONE, 10, 9, C, 20}, {NONE, NONE, 3, A, 21}, {NONE, 9, 4, R, 22}, {NONE, 11, 5, A, 23}}, 5},
        {{{NONE, NONE, 9, C, 20}, {NONE, 9, 3, A, 21}, {NONE, NONE, 4, A, 22}, {NONE, 8, 5, R, 23}}, 4},
        /* Ahead of the clock: by what was given, not by what became of it. */
        {{{NONE, 3600, 3, C, 0}, {NONE, 3630, 9, A, 30}, {NONE, 3600, 3, R, 60}, {NONE, 3610, 4, R, 90}}, 9},
        {{{NONE, 3630, 9, C, 30}, {NONE, 3600, 3, R, 60}, {NONE, 3600, 3, R, 5000}, {NONE, 3630, 9, R, 5001}}, 9},
        {{{NONE, 3600, 3, C, 0}, {NONE, 40, 4, R, 40}, {NONE, 3600, 3, R, 4000}}, 3},
        /* After the window nothing changes any more: what is older is answered, what is newer is refused. */
        {{{2, NONE, 9, C, 0}, {1, NONE, 3, R, PAST}, {3, NONE, 4, X, PAST}, {3, NONE, 9, X, PAST}}, 9},
        {{{NONE, 10, 9, C, 20}, {NONE, 9, 3, R, PAST + 20}, {NONE, 11, 4, X, PAST + 20}, {NONE, 10, 5, X, PAST + 20}},
         9},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        f->survey = 0;
        char slug[16];
        snprintf(slug, sizeof slug, "order-%zu", i);
        struct change *survey = make_survey(f, slug, "{}", NULL);
        assert_int_equal(apply(f, survey), OUTCOME_CREATED);
        f->survey = survey->as.survey.number;
        struct response stored;
        for (size_t k = 0; k < CXD_COUNT(CASES[i].sent) && CASES[i].sent[k].outcome != OUTCOME_NONE; k++) {
            struct change *change = make_sent(f, &CASES[i].sent[k]);
            if (apply(f, change) != CASES[i].sent[k].outcome)
                fail_msg("case %zu, sent %zu: outcome %d", i, k, change->outcome);
            assert_int_equal(change->refusal, change->outcome == OUTCOME_REFUSED ? ERR_CONFLICT : CXD_OK);
            assert_true(read_response(f, 1, &stored));
            const struct response *value = &change->as.response.value;
            if (change->outcome != OUTCOME_REFUSED)
                assert_true(response_same_payload(value, &stored) && response_same_payload(&stored, value));
            assert_true(stored.answered_at <= change->now_ms);
        }
        assert_int_equal(stored.score, CASES[i].score);
        assert_int_equal(count_all(f), 1);
    }
}

/* What keeps a content out for another reason does so also where it is older, and under a key it is refused. */
static void test_an_older_content_is_refused_as_another(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_sent(f, &(struct sent){2, 10, 9, OUTCOME_CREATED, 20})), OUTCOME_CREATED);
    struct change *closed = make_sent(f, &(struct sent){1, 9, 3, OUTCOME_REFUSED, 21}),
                  *keyed = make_sent(f, &(struct sent){1, 9, 3, OUTCOME_REFUSED, 21});
    closed->as.response.unless_stored = ERR_SURVEY_CLOSED;
    keyed->as.response.is_keyed = true;
    assert_int_equal(apply(f, closed), OUTCOME_REFUSED);
    assert_int_equal(closed->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, keyed), OUTCOME_REFUSED);
    assert_int_equal(keyed->refusal, ERR_KEY_REUSED);
}

static void test_a_used_key_takes_nothing_else(void **state) {
    struct fixture *f = *state;
    struct change *first = make_response(f, 1, 9, NOW_MS);
    first->as.response.is_keyed = true;
    assert_int_equal(apply(f, first), OUTCOME_CREATED);
    struct change *retry = make_response(f, 1, 9, NOW_MS), *reused = make_response(f, 1, 8, NOW_MS),
                  *closed = make_response(f, 1, 8, NOW_MS), *invalid = make_response(f, 1, 8, NOW_MS),
                  *late = make_response(f, 1, 8, NOW_MS + DAY_MS), *fresh = make_response(f, 2, 8, NOW_MS);
    closed->as.response.unless_stored = fresh->as.response.unless_stored = ERR_SURVEY_CLOSED;
    invalid->as.response.unless_stored = ERR_INVALID;
    struct change *batch[] = {retry, reused, closed, invalid, late, fresh};
    static const enum cxd_err REFUSALS[] = {CXD_OK,      ERR_KEY_REUSED, ERR_KEY_REUSED,
                                            ERR_INVALID, ERR_KEY_REUSED, ERR_SURVEY_CLOSED};
    for (size_t i = 0; i < CXD_COUNT(batch); i++)
        batch[i]->as.response.is_keyed = true;
    struct error err;
    assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
    assert_int_equal(retry->outcome, OUTCOME_REPLAYED);
    for (size_t i = 0; i < CXD_COUNT(batch); i++)
        assert_int_equal(batch[i]->refusal, REFUSALS[i]);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 9);
    /* By its id it is amended. */
    assert_int_equal(apply(f, make_response(f, 1, 8, NOW_MS)), OUTCOME_AMENDED);
}

/* Refused for good, and nothing has changed. */
static void assert_gone(struct fixture *f, struct change *change) {
    char *before = rollups_text(f);
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_GONE);
    char *after = rollups_text(f);
    assert_string_equal(after, before);
    free(after);
    free(before);
}

static struct change *in_survey(struct change *change, int64_t survey) {
    change->as.response.value.survey = survey;
    return change;
}

static int64_t make_other(struct fixture *f) {
    struct change *other = make_survey(f, "other", "{}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_int_not_equal(other->as.survey.number, f->survey);
    return other->as.survey.number;
}

static bool read_from(struct fixture *f, int64_t survey, unsigned number, struct response *ret_response) {
    struct error err;
    struct id id = id_of(number);
    bool found = false;
    assert_ok(store_read_response(f->reader, survey, &id, &f->arena, &found, ret_response, &err), err);
    assert_true(!found || ret_response->survey == survey);
    return found;
}

static int64_t count_of(struct fixture *f, int64_t survey) {
    struct filter filter = {.survey = survey};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    return histogram_count(&hist);
}

/* An id is a name within a survey: what becomes of the one response is nothing to the other. */
static void test_an_id_in_two_surveys_is_two_responses(void **state) {
    struct fixture *f = *state;
    int64_t shop = f->survey, other = make_other(f);
    struct response stored;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, in_survey(make_response(f, 1, 3, NOW_MS), other)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, in_survey(make_response(f, 1, 3, NOW_MS), other)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, in_survey(make_response(f, 1, 4, NOW_MS), other)), OUTCOME_AMENDED);
    assert_true(read_from(f, shop, 1, &stored) && stored.score == 9 && !stored.first.is_kept);
    assert_true(read_from(f, other, 1, &stored) && stored.score == 4 && stored.first.is_kept);
    struct change *keyed = in_survey(make_response(f, 1, 5, NOW_MS), other);
    keyed->as.response.is_keyed = true;
    assert_int_equal(apply(f, keyed), OUTCOME_REFUSED);
    assert_int_equal(keyed->refusal, ERR_KEY_REUSED);

    struct change *exclude = make_change(f, CHANGE_EXCLUDE, NOW_MS);
    exclude->as.exclude.id = id_of(1);
    exclude->as.exclude.survey = other;
    exclude->as.exclude.excluded = true;
    assert_int_equal(apply(f, exclude), OUTCOME_AMENDED);
    assert_int_equal(count_of(f, other), 0);
    assert_int_equal(count_of(f, shop), 1);
    struct change *flag = make_change(f, CHANGE_FLAG, NOW_MS);
    flag->as.flag.id = id_of(1);
    flag->as.flag.survey = shop;
    flag->as.flag.flags = FLAG_BURST;
    assert_int_equal(apply(f, flag), OUTCOME_AMENDED);
    assert_true(read_from(f, other, 1, &stored) && stored.flags == 0);
    assert_true(read_from(f, shop, 1, &stored) && stored.flags == FLAG_BURST && stored.excluded);
    struct change *missing = make_change(f, CHANGE_EXCLUDE, NOW_MS);
    *missing = *exclude;
    missing->as.exclude.survey = 99;
    assert_int_equal(apply(f, missing), OUTCOME_MISSING);
    assert_int_equal(apply(f, in_survey(make_response(f, 2, 9, NOW_MS), 99)), OUTCOME_MISSING);
}

static struct store_suspects read_suspects(struct fixture *f, int64_t after, int64_t since, size_t most) {
    struct store_suspects suspects = {0};
    bool found = false;
    struct error err;
    assert_ok(store_read_suspects(f->reader, after, since, most, &found, &suspects, &err), err);
    assert_int_equal(found, suspects.survey != 0);
    return suspects;
}

static void test_suspects_are_counted_by_survey_and_reason(void **state) {
    static const unsigned FLAGS[] = {FLAG_NONCE, FLAG_NONCE | FLAG_BURST, FLAG_HONEYPOT, 0, FLAG_USER_AGENT};
    struct fixture *f = *state;
    int64_t shop = f->survey, other = make_other(f);
    assert_int_equal(read_suspects(f, 0, NOW_MS, 100).survey, 0);
    for (unsigned i = 0; i < CXD_COUNT(FLAGS); i++) {
        assert_int_equal(apply(f, make_response(f, i, 5, NOW_MS + i)), OUTCOME_CREATED);
        struct change *flag = make_flag(f, i, FLAGS[i]);
        if (FLAGS[i])
            assert_int_equal(apply(f, flag), OUTCOME_AMENDED);
    }
    struct change *there = in_survey(make_response(f, 9, 5, NOW_MS), other);
    there->as.response.value.flags = FLAG_TOO_FAST;
    there->as.response.value.excluded = true;
    assert_int_equal(apply(f, there), OUTCOME_CREATED);

    struct store_suspects suspects = read_suspects(f, 0, NOW_MS + 1, 100);
    static const int64_t REASONS[FLAG_COUNT] = {1, 0, 2, 1, 1};
    assert_int_equal(suspects.survey, shop);
    assert_int_equal(suspects.responses, 4);
    assert_int_equal(suspects.recent, 3);
    assert_memory_equal(suspects.reasons, REASONS, sizeof REASONS);
    suspects = read_suspects(f, 0, NOW_MS + 2, 3); /* the newest */
    assert_int_equal(suspects.responses, 3);
    assert_int_equal(suspects.recent, 2);
    assert_int_equal(suspects.reasons[2], 1);
    suspects = read_suspects(f, shop, NOW_MS + 1, 100);
    assert_int_equal(suspects.survey, other);
    assert_int_equal(suspects.responses, 1);
    assert_int_equal(suspects.recent, 0);
    assert_int_equal(suspects.reasons[1], 1);
    assert_int_equal(read_suspects(f, other, NOW_MS, 100).survey, 0);

    assert_int_equal(apply(f, make_exclude(f, 3, true, "a test")), OUTCOME_AMENDED); /* by hand: none of them */
    assert_int_equal(apply(f, make_exclude(f, 1, false, NULL)), OUTCOME_AMENDED);
    suspects = read_suspects(f, 0, NOW_MS, 100);
    assert_int_equal(suspects.responses, 3);
    assert_int_equal(suspects.reasons[4], 0);
}

/* 410 is where it was erased, and nowhere else; of old ones, what was erased of one who answered both is in both. */
static void test_an_id_is_gone_where_it_was_erased(void **state) {
    struct fixture *f = *state;
    int64_t other = make_other(f);
    struct response stored;
    for (unsigned i = 1; i < 3; i++) {
        struct change *here = make_response(f, i, 9, NOW_MS), *there = in_survey(make_response(f, i, 3, NOW_MS), other);
        here->as.response.value.respondent = "ann";
        there->as.response.value.respondent = i == 1 ? "bob" : "ann";
        assert_int_equal(apply(f, here), OUTCOME_CREATED);
        assert_int_equal(apply(f, there), OUTCOME_CREATED);
    }
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(erase->as.erase.erased, 3);
    assert_false(read_response(f, 1, &stored));
    assert_true(read_from(f, other, 1, &stored) && stored.respondent);
    assert_gone(f, make_response(f, 1, 9, NOW_MS));
    assert_gone(f, make_response(f, 2, 9, NOW_MS));
    assert_gone(f, in_survey(make_response(f, 2, 9, NOW_MS), other));
    assert_int_equal(apply(f, in_survey(make_response(f, 1, 4, NOW_MS), other)), OUTCOME_AMENDED);
    struct change *forget = make_change(f, CHANGE_ERASE, NOW_MS);
    forget->as.erase.respondent = "bob";
    forget->as.erase.limit = 10;
    struct change *bob = in_survey(make_response(f, 3, 3, NOW_MS), other);
    bob->as.response.value.respondent = "bob";
    assert_int_equal(apply(f, bob), OUTCOME_CREATED);
    assert_int_equal(apply(f, forget), OUTCOME_AMENDED);
    assert_gone(f, in_survey(make_response(f, 3, 3, NOW_MS), other));
    assert_int_equal(apply(f, make_response(f, 3, 3, NOW_MS)), OUTCOME_CREATED);
    /* Retention marks too. */
    assert_int_equal(apply(f, make_retain(f, NOW_MS + 1, RETENTION_DELETE, 10)), OUTCOME_AMENDED);
    assert_gone(f, make_response(f, 3, 3, NOW_MS));
}

/* A person's responses of one id and time, in two surveys, are two places of one list. */
static void test_pages_go_past_an_id_of_two_surveys(void **state) {
    struct fixture *f = *state;
    const int64_t surveys[] = {f->survey, make_other(f)};
    for (unsigned i = 1; i < 4; i++) {
        for (size_t s = 0; s < 2; s++) {
            struct change *change = in_survey(make_response(f, i, 9, NOW_MS), surveys[s]);
            change->as.response.value.respondent = "ann";
            change->as.response.value.touchpoint = "checkout";
            assert_int_equal(apply(f, change), OUTCOME_CREATED);
        }
    }
    struct listing listing = {.respondent = "ann", .from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 1};
    for (unsigned left = 6; left > 0; left--) {
        struct response *page = NULL;
        size_t count = 0;
        struct error err;
        assert_ok(store_read_responses(f->reader, &listing, &f->arena, &page, &count, &err), err);
        assert_int_equal(count, 1);
        struct id id = id_of((left + 1) / 2);
        assert_memory_equal(&page->id, &id, sizeof id);
        assert_int_equal(page->survey, surveys[(left + 1) % 2]);
        listing.has_after = true;
        listing.after_answered_at = page->answered_at;
        listing.after_id = page->id;
        listing.after_survey = page->survey;
    }
    struct response *page = NULL;
    size_t count = 1;
    struct error err;
    assert_ok(store_read_responses(f->reader, &listing, &f->arena, &page, &count, &err), err);
    assert_int_equal(count, 0);
    /* In one survey an id and a time are one place, whatever survey the cursor says beside them. */
    listing.filter.survey = f->survey;
    listing.after_id = id_of(3);
    listing.limit = 10;
    for (unsigned i = 0; i < 4; i++) {
        listing.after_survey = i < 2 ? 0 : INT64_MAX;
        listing.filter.touchpoint = i % 2 == 0 ? NULL : "checkout"; /* by the index alone, or not */
        assert_ok(store_read_responses(f->reader, &listing, &f->arena, &page, &count, &err), err);
        assert_int_equal(count, 2);
    }
}

/* Numbers ascend with the commits, stay through whatever becomes of a response, and none is given twice: not the newest
 * one's either, nor after a restart. */
static void test_numbers_ascend_and_are_never_given_again(void **state) {
    struct fixture *f = *state;
    bool is_kept = strncmp(f->url, "memory:", 7) != 0;
    struct response stored;
    int64_t last = 0;
    for (unsigned i = 9; i > 0; i--) {
        struct change *change = make_response(f, i, 9, NOW_MS - i);
        change->as.response.value.respondent = i < 3 ? "ann" : NULL;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        assert_true(change->as.response.value.number > last);
        last = change->as.response.value.number;
        assert_true(read_response(f, i, &stored));
        assert_int_equal(stored.number, last);
    }
    struct change *amend = make_response(f, 5, 2, NOW_MS), *again = make_response(f, 5, 2, NOW_MS);
    assert_true(read_response(f, 5, &stored));
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    assert_int_equal(amend->as.response.value.number, stored.number);
    assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
    assert_int_equal(again->as.response.value.number, stored.number);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS), *next = make_response(f, 20, 9, NOW_MS),
                  *after = make_response(f, 21, 9, NOW_MS), *both[] = {erase, next, after};
    erase->as.erase.respondent = "ann"; /* the two newest */
    erase->as.erase.counts = true;
    erase->as.erase.limit = 10;
    struct error err;
    assert_ok(store_apply(f->store, both, CXD_COUNT(both), NULL, &err), err);
    assert_int_equal(erase->as.erase.erased, 2);
    assert_true(next->as.response.value.number > last);
    assert_true(after->as.response.value.number > next->as.response.value.number);
    last = after->as.response.value.number;
    assert_int_equal(apply(f, make_retain(f, NOW_MS + 1, RETENTION_DELETE, 100)), OUTCOME_AMENDED);
    assert_false(read_response(f, 21, &stored));
    if (is_kept)
        fixture_reopen(f);
    struct change *fresh = make_response(f, 22, 9, NOW_MS);
    assert_int_equal(apply(f, fresh), OUTCOME_CREATED);
    assert_true(fresh->as.response.value.number > last);
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

/* Suspicion adds up over amends; a fresh one excludes, one that an operator has lifted before does not come back by
 * itself. */
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

/* Slices of one time: each response once, whatever its score is, and whatever it becomes meanwhile. */
static void test_retention_of_one_time(void **state) {
    struct fixture *f = *state;
    struct change *retain = make_retain(f, NOW_MS, RETENTION_ANONYMISE, 3);
    for (unsigned i = 0; i < 12; i++) {
        struct change *change = make_response(f, i, (int)(i * 7 % 11), NOW_MS - 1);
        change->as.response.value.comment = "call me";
        change->as.response.value.excluded = i % 4 == 0;
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    int64_t touched = 0;
    for (unsigned slice = 0; slice == 0 || retain->as.retain.more; slice++) {
        (void)apply(f, retain);
        touched += retain->as.retain.touched;
        (void)apply(f, make_exclude(f, 11 - slice, slice % 2 == 0, NULL)); /* moves it in the index */
    }
    assert_int_equal(touched, 12);
    for (unsigned i = 0; i < 12; i++) {
        struct response stored;
        assert_true(read_response(f, i, &stored));
        assert_null(stored.comment);
    }
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
    for (unsigned i = 0; i < 5; i++)
        assert_gone(f, make_response(f, i, 9, NOW_MS));
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
    struct filter filter = {.survey = f->survey, .properties = &pro, .property_count = 1, .property_rolled = true};
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

    /* The person does not come back by an amend, within its time or not. */
    struct change *amend = make_response(f, 21, 9, NOW_MS - 1000);
    amend->as.response.value.has_answered_at = false;
    amend->as.response.value.answered_at = NOW_MS;
    amend->as.response.value.comment = "call me again";
    assert_gone(f, amend);
    struct response stored;
    assert_true(read_response(f, 21, &stored));
    assert_null(stored.comment);

    /* What an operator writes of it later may name somebody: it is not kept. */
    assert_int_equal(apply(f, make_exclude(f, 21, true, "Ann called")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_exclude(f, 21, true, "Ann called again")), OUTCOME_REPLAYED);
    assert_true(read_response(f, 21, &stored));
    assert_true(stored.excluded);
    assert_null(stored.excluded_reason);
    assert_int_equal(apply(f, retain), OUTCOME_REPLAYED);

    /* Nor is anybody filled in where nobody was named. */
    assert_int_equal(apply(f, make_response(f, 23, 9, NOW_MS - 500)), OUTCOME_CREATED);
    assert_int_equal(apply(f, retain), OUTCOME_AMENDED);
    assert_int_equal(retain->as.retain.touched, 1);
    assert_gone(f, make_response(f, 23, 9, NOW_MS - 500));
    assert_int_equal(apply(f, retain), OUTCOME_REPLAYED);

    /* "plan" is free data from now on. */
    assert_int_equal(apply(f, make_survey(f, "shop", "{\"name\":\"bare\"}", NULL)), OUTCOME_AMENDED);
    touched = 0;
    do {
        (void)apply(f, retain);
        touched += retain->as.retain.touched;
    } while (retain->as.retain.more);
    assert_int_equal(touched, 10);
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
}

/* Whatever is sent under the id, wherever, however early or late: it is refused, and nothing comes back. */
static void test_an_erased_id_is_never_filled_again(void **state) {
    struct fixture *f = *state;
    struct change *changes[8];
    struct error err;
    for (unsigned i = 0; i < 4; i++)
        make_person(f, i, i % 2 ? "ann" : "bob");
    assert_int_equal(apply(f, make_erase(f, "ann", false)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_erase(f, "bob", true)), OUTCOME_AMENDED);
    for (unsigned i = 0; i < 4; i++) {
        struct change *change = make_response(f, i, 9, NOW_MS);
        assert_gone(f, change);
        change->as.response.value.respondent = "ann"; /* the same again */
        change->as.response.value.comment = "call me";
        assert_gone(f, change);
        change->as.response.unless_stored = ERR_SURVEY_CLOSED; /* closed, or answered long ago */
        assert_gone(f, change);
        change = make_response(f, i, 3, NOW_MS + 400 * DAY_MS);
        change->as.response.amend_window_ms = INT64_MAX;
        change->as.response.recontact.any_ms = DAY_MS;
        change->as.response.value.respondent = "eve";
        assert_gone(f, change);
    }
    assert_int_equal(count_all(f), 2);

    /* In one transaction: stored, erased, sent again, and so are its neighbours. */
    static const struct property PROPERTIES[] = {{"plan", "pro"}};
    for (unsigned i = 0; i < 8; i++) {
        changes[i] = make_response(f, 10 + i % 3, 9, NOW_MS);
        changes[i]->as.response.value.respondent = i % 3 < 2 ? "cy" : "di";
        changes[i]->as.response.value.properties = PROPERTIES;
        changes[i]->as.response.value.property_count = 1;
    }
    changes[3] = make_erase(f, "cy", false);
    changes[4] = make_erase(f, "di", true);
    changes[5] = make_response(f, 10, 9, NOW_MS);
    assert_ok(store_apply(f->store, changes, 8, NULL, &err), err);
    assert_int_equal(changes[3]->as.erase.erased, 2);
    assert_int_equal(changes[4]->as.erase.erased, 1);
    for (unsigned i = 5; i < 8; i++) {
        assert_int_equal(changes[i]->outcome, OUTCOME_REFUSED);
        assert_int_equal(changes[i]->refusal, ERR_GONE);
    }
    assert_int_equal(count_all(f), 4);

    if (strcmp(f->url, "memory:") != 0) {
        fixture_reopen(f);
        for (unsigned i = 0; i < 4; i++)
            assert_gone(f, make_response(f, i, 9, NOW_MS));
    }
}

/* Marks of what was deleted go by their age, some at once; what was only forgotten remembers it by itself. */
static void test_marks_go(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 6; i++)
        make_person(f, i, i < 5 ? "ann" : "bob");
    assert_int_equal(apply(f, make_erase(f, "ann", true)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_erase(f, "bob", false)), OUTCOME_AMENDED);
    struct change *unmark = make_change(f, CHANGE_UNMARK, NOW_MS);
    unmark->as.unmark.limit = 3;
    unmark->as.unmark.before_ms = NOW_MS;
    assert_int_equal(apply(f, unmark), OUTCOME_REPLAYED);
    assert_false(unmark->as.unmark.more);
    unmark->as.unmark.before_ms = NOW_MS + 1;
    assert_int_equal(apply(f, unmark), OUTCOME_AMENDED);
    assert_true(unmark->as.unmark.more);
    assert_int_equal(apply(f, unmark), OUTCOME_AMENDED);
    assert_false(unmark->as.unmark.more);
    assert_int_equal(apply(f, make_response(f, 0, 9, NOW_MS)), OUTCOME_CREATED);
    assert_gone(f, make_response(f, 5, 9, NOW_MS));
}

/* What an operator noted of a person, and segments that are the person's name, are the person's too; scores keep their
 * counts. */
static void test_erased_with_all_that_names(void **state) {
    struct fixture *f = *state;
    static const struct property PROPERTIES[] = {{"plan", "ANN"}};
    struct change *change = make_response(f, 1, 9, NOW_MS);
    change->as.response.value.respondent = "ann";
    change->as.response.value.touchpoint = "Ann";
    change->as.response.value.channel = "annex";
    change->as.response.value.locale = "ann";
    change->as.response.value.properties = PROPERTIES;
    change->as.response.value.property_count = 1;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    make_person(f, 2, "ann");
    assert_int_equal(apply(f, make_exclude(f, 2, true, "Ann called")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_erase(f, "ann", false)), OUTCOME_AMENDED);
    struct response stored;
    change = make_response(f, 4, 9, NOW_MS);
    change->as.response.value.respondent = "eve@x";
    change->as.response.value.touchpoint = " EVE@x\xC2\xA0";
    change->as.response.value.channel = "eve@xy";
    change->as.response.value.excluded = true;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_erase(f, "eve@x", false)), OUTCOME_AMENDED);
    assert_true(read_response(f, 4, &stored));
    assert_null(stored.touchpoint);
    assert_string_equal(stored.channel, "eve@xy");
    assert_true(read_response(f, 1, &stored));
    assert_null(stored.touchpoint);
    assert_string_equal(stored.channel, "annex");
    assert_null(stored.locale);
    assert_int_equal(stored.property_count, 0);
    assert_true(read_response(f, 2, &stored));
    assert_true(stored.excluded);
    assert_null(stored.excluded_reason);
    assert_string_equal(stored.touchpoint, "checkout");
    assert_int_equal(count_all(f), 1);
    char *rollups = rollups_text(f);
    assert_null(strcasestr(rollups, "=ann "));
    assert_non_null(strstr(rollups, "=annex "));
    free(rollups);
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
    const int64_t times[] = {midnight - 1, midnight, midnight + 1, midnight + DAY_MS - 1, midnight + DAY_MS, -1, 0};
    for (unsigned i = 0; i < CXD_COUNT(times); i++)
        assert_int_equal(apply(f, make_response(f, i + 1, (int)i, times[i])), OUTCOME_CREATED);
    const int64_t bounds[] = {TIME_MIN, 0, midnight, midnight + 1, midnight + DAY_MS, TIME_MAX};
    struct histogram hists[5];
    struct error err;
    struct filter filter = {.survey = f->survey};
    assert_ok(store_read_histograms(f->reader, &filter, bounds, 6, hists, &err), err);
    const int expected[][3] = {{5, -1, -1}, {0, 6, -1}, {1, -1, -1}, {2, 3, -1}, {4, -1, -1}};
    for (size_t i = 0; i < 5; i++) {
        int64_t count = 0;
        for (size_t k = 0; k < 3 && expected[i][k] >= 0; k++, count++)
            assert_int_equal(hists[i].n[expected[i][k]], 1);
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
    writing->code = store_apply(writing->f->store, &writing->change, 1, NULL, NULL);
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
        ENGINE_TEST(test_recontact_of_touchpoints),
        ENGINE_TEST(test_recontact_lets_retries_amends_and_exclusions_pass),
        ENGINE_TEST(test_recontact_holds_for_amends),
        ENGINE_TEST(test_recontact_holds_within_one_transaction),
        ENGINE_TEST(test_flags_are_added_and_exclude),
        ENGINE_TEST(test_suspects_are_counted_by_survey_and_reason),
        ENGINE_TEST(test_suspects_are_cleared_by_window_and_limit),
        ENGINE_TEST(test_same_payload_is_replayed_at_any_age),
        ENGINE_TEST(test_replay_within_one_batch),
        ENGINE_TEST(test_amend_replaces_every_member_and_moves_the_scores),
        ENGINE_TEST(test_amend_without_answered_at_keeps_it),
        ENGINE_TEST(test_amend_after_the_window_is_refused),
        ENGINE_TEST(test_a_late_retry_is_a_retry),
        ENGINE_TEST(test_what_is_no_late_retry),
        ENGINE_TEST(test_what_was_said_first_is_forgotten),
        ENGINE_TEST(test_an_older_content_changes_nothing),
        ENGINE_TEST(test_an_older_content_is_refused_as_another),
        ENGINE_TEST(test_a_used_key_takes_nothing_else),
        ENGINE_TEST(test_an_id_in_two_surveys_is_two_responses),
        ENGINE_TEST(test_an_id_is_gone_where_it_was_erased),
        ENGINE_TEST(test_pages_go_past_an_id_of_two_surveys),
        ENGINE_TEST(test_numbers_ascend_and_are_never_given_again),
        ENGINE_TEST(test_closed_survey_answers_replays_only),
        ENGINE_TEST(test_retention_deletes),
        ENGINE_TEST(test_retention_anonymises),
        ENGINE_TEST(test_retention_of_one_time),
        ENGINE_TEST(test_settle),
        ENGINE_TEST(test_flags),
        ENGINE_TEST(test_excluded_counts_nowhere_and_comes_back),
        ENGINE_TEST(test_erase_keeps_counts_or_not),
        ENGINE_TEST(test_an_erased_id_is_never_filled_again),
        ENGINE_TEST(test_marks_go),
        ENGINE_TEST(test_erased_with_all_that_names),
        ENGINE_TEST(test_erased_with_counts_leaves_no_rollups),
        ENGINE_TEST(test_buckets_are_half_open_and_partition),
        ENGINE_TEST(test_reads_between_begin_and_end_see_one_state),
        ENGINE_TEST(test_watch),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
