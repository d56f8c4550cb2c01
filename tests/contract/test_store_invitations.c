/* Invitations that are kept: who answers is filled in within the transaction, and what becomes of them. */

#include "fixture.h"

static const int64_t WINDOW_MS = 30 * 60 * 1000;

/* A response that came with the invitation of this number. */
static struct change *make_invited(struct fixture *f, unsigned number, int score, int64_t at_ms) {
    struct change *change = make_response(f, number, score, at_ms);
    change->as.response.value.has_answered_at = false;
    change->as.response.amend_window_ms = WINDOW_MS;
    change->as.response.invited.is_kept = true;
    change->as.response.invited.properties_max = 4;
    return change;
}

static void assert_refused(struct fixture *f, struct change *change, enum cxd_err refusal) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_string_equal(error_slug(change->refusal), error_slug(refusal));
}

static size_t count_kept(struct fixture *f, const char *respondent) {
    struct invitation_record *records;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_invitations(f->reader, respondent, 1000, &f->arena, &records, &count, &err), err);
    return count;
}

/* Under the id of its response alone, and of its survey. */
static bool is_kept(struct fixture *f, int64_t survey, unsigned number, struct invitation_record *ret_record) {
    struct id id = id_of(number);
    struct error err;
    bool found = false;
    assert_ok(store_read_invitation(f->reader, survey, &id, &f->arena, &found, ret_record, &err), err);
    return found;
}

static struct change *make_erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
    change->as.erase.limit = 100;
    return change;
}

static bool lapse(struct fixture *f, int64_t now_ms) {
    struct change *change = make_change(f, CHANGE_LAPSE, now_ms);
    change->as.lapse.before_ms = now_ms;
    change->as.lapse.limit = 100;
    return apply(f, change) == OUTCOME_AMENDED;
}

/* What has lapsed is gone for what comes behind it in the same batch. */
static void test_what_has_lapsed_is_answered_no_more(void **state) {
    struct fixture *f = *state;
    struct error err;
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    struct change *lapsed = make_change(f, CHANGE_LAPSE, NOW_MS + 3 * DAY_MS);
    lapsed->as.lapse.before_ms = NOW_MS + 3 * DAY_MS;
    lapsed->as.lapse.limit = 100;
    struct change *changes[] = {lapsed, make_invited(f, 1, 9, NOW_MS)};
    assert_ok(store_apply(f->store, changes, 2, NULL, &err), err);
    assert_int_equal(lapsed->outcome, OUTCOME_AMENDED);
    assert_int_equal(changes[1]->outcome, OUTCOME_REFUSED);
    assert_int_equal(count_kept(f, "ann"), 0);
}

static void test_is_filled_in(void **state) {
    static const struct property OWN[] = {{"a", "1"}, {"z", "2"}};
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_REPLAYED);
    struct invitation_record kept;
    assert_true(is_kept(f, f->survey, 1, &kept));
    assert_string_equal(kept.respondent, "ann");
    assert_string_equal(kept.properties[0].value, "pro");
    assert_false(is_kept(f, f->survey + 1, 1, &kept));
    assert_false(is_kept(f, f->survey, 2, &kept));
    struct change *change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.value.properties = OWN;
    change->as.response.value.property_count = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_string_equal(change->as.response.invited.says->respondent, "ann");
    assert_null(change->as.response.invited.came->respondent);
    assert_true(read_response(f, 1, &stored));
    assert_string_equal(stored.respondent, "ann");
    assert_int_equal(stored.property_count, 3);
    assert_string_equal(response_property(&stored, "plan"), "pro");
    const struct property plan = {"plan", "pro"};
    const struct filter filter = {
        .survey = f->survey, .properties = &plan, .property_count = 1, .property_rolled = true};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(histogram_count(&hist), 1);
}

/* Whatever is judged by who answers is judged by the invitation. */
static void test_is_judged_by_it(void **state) {
    struct fixture *f = *state;
    make_person(f, 9, "ann");
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    struct change *change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.recontact.survey_ms = DAY_MS;
    assert_refused(f, change, ERR_RECONTACT);
    change->as.response.recontact.survey_ms = 0; /* the same again is taken as it came */
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_invited(f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_invited(f, 1, 8, NOW_MS)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_invited(f, 1, 9, NOW_MS)), OUTCOME_REPLAYED); /* late */
}

static void test_says_otherwise(void **state) {
    static const struct property OTHER[] = {{"plan", "free"}}, MANY[] = {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}};
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    struct change *change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.value.respondent = "bob";
    assert_refused(f, change, ERR_INVALID);
    assert_string_equal(change->as.response.invited.says->respondent, "ann");
    assert_string_equal(change->as.response.value.respondent, "bob");
    change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.value.properties = OTHER;
    change->as.response.value.property_count = 1;
    assert_refused(f, change, ERR_INVALID);
    change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.value.properties = MANY;
    change->as.response.value.property_count = 4;
    assert_refused(f, change, ERR_INVALID);
    change->as.response.invited.properties_max = 5;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    change = make_invited(f, 1, 8, NOW_MS);
    change->as.response.value.respondent = "ann";
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
}

/* When it is not kept any more, what it filled in is known of its response alone. */
static void test_answered_and_gone(void **state) {
    static const struct property OTHER[] = {{"plan", "free"}};
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_invited(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_false(lapse(f, NOW_MS + WINDOW_MS));
    assert_int_equal(count_kept(f, "ann"), 1);
    assert_true(lapse(f, NOW_MS + WINDOW_MS + 1));
    assert_int_equal(count_kept(f, "ann"), 0);
    struct change *change = make_invited(f, 1, 9, NOW_MS + DAY_MS);
    assert_int_equal(apply(f, change), OUTCOME_REPLAYED);
    assert_string_equal(change->as.response.value.respondent, "ann");
    change = make_invited(f, 1, 9, NOW_MS + 3 * DAY_MS);
    change->as.response.unless_stored = ERR_INVITATION_EXPIRED;
    assert_int_equal(apply(f, change), OUTCOME_REPLAYED);
    assert_refused(f, make_invited(f, 1, 8, NOW_MS + DAY_MS), ERR_CONFLICT);
    change = make_invited(f, 1, 9, NOW_MS + DAY_MS);
    change->as.response.value.properties = OTHER;
    change->as.response.value.property_count = 1;
    assert_refused(f, change, ERR_CONFLICT);
    change = make_invited(f, 1, 9, NOW_MS + DAY_MS);
    change->as.response.value.respondent = "bob";
    assert_refused(f, change, ERR_INVALID);
}

static void test_not_kept(void **state) {
    struct fixture *f = *state;
    assert_refused(f, make_invited(f, 1, 9, NOW_MS), ERR_INVITATION_GONE);
    struct change *change = make_invited(f, 1, 9, NOW_MS);
    change->as.response.unless_stored = ERR_INVITATION_EXPIRED;
    assert_refused(f, change, ERR_INVITATION_EXPIRED);
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    assert_true(lapse(f, NOW_MS + 3 * DAY_MS));
    assert_refused(f, make_invited(f, 1, 9, NOW_MS), ERR_INVITATION_GONE);
    change = make_invite(f, 1, "ann");
    change->as.invite.survey = 77;
    assert_int_equal(apply(f, change), OUTCOME_MISSING);
}

static void test_goes_with_the_person(void **state) {
    struct fixture *f = *state;
    for (unsigned number = 1; number <= 3; number++)
        assert_int_equal(apply(f, make_invite(f, number, number == 3 ? "bob" : "ann")), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_invited(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *change = make_erase(f, "ann", false);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(change->as.erase.erased, 1);
    assert_int_equal(change->as.erase.invitations, 1);
    assert_int_equal(count_kept(f, "ann"), 0);
    assert_int_equal(count_kept(f, "bob"), 1);
    assert_refused(f, make_invited(f, 1, 9, NOW_MS), ERR_GONE);
    assert_refused(f, make_invited(f, 2, 9, NOW_MS), ERR_GONE);
    assert_int_equal(apply(f, make_erase(f, "ann", false)), OUTCOME_MISSING);
    assert_int_equal(apply(f, make_invited(f, 3, 9, NOW_MS)), OUTCOME_CREATED);
    change = make_erase(f, "bob", true);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(change->as.erase.invitations, 0); /* it went with the response */
    assert_refused(f, make_invited(f, 3, 9, NOW_MS), ERR_GONE);
}

/* Some at a time, responses first; `limit` is of both. */
static void test_erased_in_steps(void **state) {
    struct fixture *f = *state;
    int64_t erased = 0, invitations = 0;
    make_person(f, 1, "ann");
    for (unsigned number = 10; number < 15; number++)
        assert_int_equal(apply(f, make_invite(f, number, "ann")), OUTCOME_CREATED);
    for (unsigned step = 0; step < 3; step++) {
        struct change *change = make_erase(f, "ann", false);
        change->as.erase.limit = 2;
        assert_int_equal(apply(f, change), OUTCOME_AMENDED);
        assert_int_equal(change->as.erase.erased + change->as.erase.invitations, 2);
        erased += change->as.erase.erased;
        invitations += change->as.erase.invitations;
    }
    assert_int_equal(erased, 1);
    assert_int_equal(invitations, 5);
}

/* What retention takes the person of must not be found again by the invitation. */
static void test_goes_with_retention(void **state) {
    struct fixture *f = *state;
    for (unsigned deletes = 0; deletes < 2; deletes++) {
        assert_int_equal(apply(f, make_invite(f, 1 + deletes, "ann")), OUTCOME_CREATED);
        assert_int_equal(apply(f, make_invited(f, 1 + deletes, 9, NOW_MS)), OUTCOME_CREATED);
        struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
        change->as.retain.survey = f->survey;
        change->as.retain.before_ms = NOW_MS + 1;
        change->as.retain.retention = deletes ? RETENTION_DELETE : RETENTION_ANONYMISE;
        change->as.retain.limit = 10;
        assert_int_equal(apply(f, change), OUTCOME_AMENDED);
        assert_int_equal(count_kept(f, "ann"), 0);
        assert_refused(f, make_invited(f, 1 + deletes, 9, NOW_MS), ERR_GONE);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_setup, engine_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_is_filled_in),        TEST(test_is_judged_by_it), TEST(test_says_otherwise),
        TEST(test_answered_and_gone),   TEST(test_not_kept),        TEST(test_goes_with_the_person),
        TEST(test_goes_with_retention), TEST(test_erased_in_steps), TEST(test_what_has_lapsed_is_answered_no_more),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
