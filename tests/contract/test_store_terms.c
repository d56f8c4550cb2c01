/* What a store that judges holds a change against: its survey, as it is at that place of the batch. */
#include "database.h"
#include "fixture.h"

#define ALWAYS "0 0 0 delete"

/* A definition of these tests: "OPENS CLOSES DAYS RETENTION", hours after NOW_MS (0: no bound) and days. */
static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    int opens = 0, closes = 0, days = 0;
    char retention[16] = "";
    (void)arena;
    *ret_survey = (struct survey){.opens_at = TIME_MIN, .closes_at = TIME_MAX};
    if (strcmp(record->definition, "no memory") == 0)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    if (sscanf(record->definition, "%d %d %d %15s", &opens, &closes, &days, retention) != 4)
        return error_set(err, ERR_STORAGE, "survey %s cannot be read", record->slug);
    if (opens != 0)
        ret_survey->opens_at = NOW_MS + opens * HOUR_MS;
    if (closes != 0)
        ret_survey->closes_at = NOW_MS + closes * HOUR_MS;
    ret_survey->retention_days = days;
    ret_survey->retention = strcmp(retention, "delete") == 0 ? RETENTION_DELETE : RETENTION_ANONYMISE;
    return CXD_OK;
}

static int judging_setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, engine_url);
    store_judge_by(fixture.store, read_definition);
    struct change *put = make_survey(&fixture, "shop", ALWAYS, NULL);
    assert_int_equal(apply(&fixture, put), OUTCOME_CREATED);
    fixture.survey = put->as.survey.number;
    *state = &fixture;
    return 0;
}

/* A survey, "other", for whose definition there is never memory. */
static struct change *put_unread(struct fixture *f) {
    struct change *put = make_survey(f, "other", "no memory", NULL);
    store_judge_by(f->store, NULL);
    assert_int_equal(apply(f, put), OUTCOME_CREATED);
    store_judge_by(f->store, read_definition);
    return put;
}

static struct change *make_archive(struct fixture *f, const char *slug) {
    struct change *change = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(change->as.archive.slug, slug);
    return change;
}

static enum cxd_err apply_two(struct fixture *f, struct change *first, struct change *second) {
    struct change *batch[] = {first, second};
    struct error err;
    return store_apply(f->store, batch, 2, NULL, &err);
}

static void assert_refused(struct fixture *f, struct change *change, enum cxd_err refusal) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, refusal);
}

static void test_a_survey_that_is_not_there(void **state) {
    struct fixture *f = *state;
    struct change *change = make_response(f, 1, 9, NOW_MS);
    change->as.response.value.survey = 99;
    assert_refused(f, change, ERR_NO_SURVEY);
    change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = 99;
    change->as.retain.before_ms = TIME_MIN;
    change->as.retain.limit = 1;
    assert_refused(f, change, ERR_CONFLICT);
}

/* The put stands before the response in the batch: what comes after it is held against the new definition. */
static void test_revision_and_scale_are_those_of_the_moment(void **state) {
    struct fixture *f = *state;
    struct change *put = make_survey(f, "shop", "0 0 1 delete", NULL), *low = make_response(f, 1, 5, NOW_MS);
    struct response stored;
    put->as.survey.scale_max = 5;
    assert_int_equal(apply_two(f, put, low), CXD_OK);
    assert_int_equal(low->outcome, OUTCOME_CREATED);
    assert_int_equal(low->as.response.value.revision, 2);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.revision, 2);
    assert_refused(f, make_response(f, 2, 6, NOW_MS), ERR_INVALID);
    assert_refused(f, make_response(f, 2, -1, NOW_MS), ERR_INVALID);
    /* What was answered before keeps the revision that it answered. */
    put = make_survey(f, "shop", ALWAYS, NULL);
    put->as.survey.scale_max = 5;
    low = make_response(f, 1, 5, NOW_MS);
    assert_int_equal(apply_two(f, put, low), CXD_OK);
    assert_int_equal(low->outcome, OUTCOME_REPLAYED);
    assert_int_equal(low->as.response.value.revision, 2);
}

static void test_only_an_open_survey_takes_answers(void **state) {
    static const struct {
        const char *definition;
        enum cxd_err refusal;
    } CASES[] = {{ALWAYS, CXD_OK},
                 {"-1 1 0 delete", CXD_OK},
                 {"1 2 0 delete", ERR_SURVEY_CLOSED},   /* not open yet */
                 {"-2 -1 0 delete", ERR_SURVEY_CLOSED}, /* not any more */
                 {"-1 1 0 anonymise", CXD_OK}};
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 100, 9, NOW_MS)), OUTCOME_CREATED);
    for (unsigned i = 0; i < CXD_COUNT(CASES); i++) {
        struct change *put = make_survey(f, "shop", CASES[i].definition, NULL);
        struct change *fresh = make_response(f, i, 9, NOW_MS), *again = make_response(f, 100, 9, NOW_MS);
        assert_int_equal(apply_two(f, put, fresh), CXD_OK);
        assert_int_equal(fresh->outcome, CASES[i].refusal == CXD_OK ? OUTCOME_CREATED : OUTCOME_REFUSED);
        assert_int_equal(fresh->refusal, CASES[i].refusal);
        assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
        struct change *amend = make_response(f, 100, 3, NOW_MS);
        amend->as.response.unless_stored = ERR_INVITATION_REQUIRED; /* said of the request: it comes first */
        assert_refused(f, amend, ERR_INVITATION_REQUIRED);
        struct change *reused = make_response(f, 100, 3, NOW_MS);
        reused->as.response.is_keyed = true;
        if (CASES[i].refusal != CXD_OK)
            assert_refused(f, reused, ERR_KEY_REUSED);
    }
}

static void test_the_bounds_of_an_open_survey(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_survey(f, "shop", "1 2 0 delete", NULL)), OUTCOME_AMENDED);
    assert_refused(f, make_response(f, 1, 9, NOW_MS + HOUR_MS - 1), ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS + HOUR_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS + 2 * HOUR_MS - 1)), OUTCOME_CREATED);
    assert_refused(f, make_response(f, 3, 9, NOW_MS + 2 * HOUR_MS), ERR_SURVEY_CLOSED);
}

/* Archiving raises no revision, and holds for what is behind it in the batch all the same. */
static void test_an_archived_survey_is_closed(void **state) {
    struct fixture *f = *state;
    struct change *late = make_response(f, 2, 9, NOW_MS);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply_two(f, make_archive(f, "shop"), late), CXD_OK);
    assert_int_equal(late->outcome, OUTCOME_REFUSED);
    assert_int_equal(late->refusal, ERR_SURVEY_CLOSED);
    assert_refused(f, make_response(f, 1, 3, NOW_MS), ERR_SURVEY_CLOSED); /* an amend */
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
    fixture_reopen(f);
    store_judge_by(f->store, read_definition);
    if (strcmp(engine_url, "memory:") == 0)
        return; /* it has forgotten the survey */
    assert_refused(f, make_response(f, 2, 9, NOW_MS), ERR_SURVEY_CLOSED);
    assert_int_equal(apply_two(f, make_survey(f, "shop", ALWAYS, NULL), late), CXD_OK);
    assert_int_equal(late->refusal, ERR_SURVEY_CLOSED); /* a definition alone reopens nothing */
    struct change *reopened = make_survey(f, "shop", ALWAYS, NULL);
    reopened->as.survey.archival = ARCHIVAL_OPEN;
    assert_int_equal(apply_two(f, reopened, late), CXD_OK);
    assert_int_equal(late->outcome, OUTCOME_CREATED);
    assert_int_equal(late->as.response.value.revision, 1);
}

static struct change *make_retain(struct fixture *f, int days_ago, enum retention retention) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = NOW_MS - days_ago * DAY_MS;
    change->as.retain.retention = retention;
    change->as.retain.limit = 10;
    return change;
}

/* What is deleted does not come back: nothing goes by a rule that the survey has not, or has not any more. */
static void test_retention_is_the_survey_s_of_the_moment(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(apply(f, make_response(f, i, 9, NOW_MS - (int64_t)i * DAY_MS - 1)), OUTCOME_CREATED);
    assert_refused(f, make_retain(f, 1, RETENTION_DELETE), ERR_CONFLICT); /* it keeps everything */
    assert_int_equal(apply(f, make_survey(f, "shop", "0 0 3 delete", NULL)), OUTCOME_AMENDED);
    assert_refused(f, make_retain(f, 2, RETENTION_DELETE), ERR_CONFLICT);
    assert_refused(f, make_retain(f, 3, RETENTION_ANONYMISE), ERR_CONFLICT);
    assert_int_equal(count_all(f), 4);
    struct change *retain = make_retain(f, 3, RETENTION_DELETE);
    assert_int_equal(apply_two(f, make_survey(f, "shop", "0 0 4 delete", NULL), retain), CXD_OK);
    assert_int_equal(retain->outcome, OUTCOME_REFUSED);
    assert_int_equal(retain->refusal, ERR_CONFLICT);
    assert_int_equal(count_all(f), 4);
    assert_int_equal(apply_two(f, make_survey(f, "shop", "0 0 3 delete", NULL), retain), CXD_OK);
    assert_int_equal(retain->outcome, OUTCOME_AMENDED);
    assert_int_equal(retain->as.retain.touched, 1);
    assert_int_equal(count_all(f), 3);
    assert_int_equal(apply(f, make_survey(f, "shop", "0 0 1 anonymise", NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_retain(f, 1, RETENTION_ANONYMISE)), OUTCOME_AMENDED);
    assert_int_equal(count_all(f), 3);
}

/* A batch that is taken back takes back what it was judged by. */
static void test_a_batch_that_fails_leaves_no_terms(void **state) {
    struct fixture *f = *state;
    struct change *put = put_unread(f);
    struct change *fails = make_response(f, 1, 9, NOW_MS), *late = make_response(f, 2, 9, NOW_MS);
    fails->as.response.value.survey = put->as.survey.number;
    struct change *closing = make_survey(f, "shop", "-2 -1 0 delete", NULL);
    struct change *batch[] = {closing, late, fails};
    struct error err;
    assert_int_equal(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), ERR_NO_MEMORY);
    assert_string_equal(err.detail, "no memory for survey other");
    assert_int_equal(apply(f, late), OUTCOME_CREATED); /* each alone, as the writer does */
    assert_int_equal(late->as.response.value.revision, 1);
    assert_int_equal(apply(f, closing), OUTCOME_AMENDED);
    assert_refused(f, make_response(f, 3, 9, NOW_MS), ERR_SURVEY_CLOSED);
}

/* A survey that cannot be read refuses what is sent to it, and nothing else fails by it. */
static void test_an_unreadable_survey_refuses_its_own(void **state) {
    struct fixture *f = *state;
    struct change *put = make_survey(f, "other", "no definition", NULL);
    assert_int_equal(apply(f, put), OUTCOME_CREATED);
    struct change *own = make_response(f, 1, 9, NOW_MS), *neighbour = make_response(f, 2, 9, NOW_MS);
    own->as.response.value.survey = put->as.survey.number;
    assert_int_equal(apply_two(f, own, neighbour), CXD_OK);
    assert_int_equal(own->outcome, OUTCOME_REFUSED);
    assert_int_equal(own->refusal, ERR_STORAGE);
    assert_int_equal(neighbour->outcome, OUTCOME_CREATED);
    struct change *retain = make_retain(f, 1, RETENTION_DELETE);
    retain->as.retain.survey = put->as.survey.number;
    assert_refused(f, retain, ERR_STORAGE);
    assert_int_equal(apply(f, make_survey(f, "other", ALWAYS, NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, own), OUTCOME_CREATED);
}

/* What a change was sent with is what it is judged by when it is applied again: not what it was answered with in a
 * batch that was taken back. */
static void test_a_batch_that_fails_leaves_changes_as_they_came(void **state) {
    struct fixture *f = *state;
    struct response stored;
    struct error err;
    struct change *put = put_unread(f);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    struct change *amend = make_response(f, 1, 3, NOW_MS), *retry = make_response(f, 1, 9, NOW_MS);
    struct change *suspect = make_response(f, 2, 9, NOW_MS), *clean = make_response(f, 2, 3, NOW_MS + 7);
    struct change *fails = make_response(f, 3, 9, NOW_MS);
    suspect->as.response.value.flags = FLAG_HONEYPOT;
    suspect->as.response.value.excluded = true;
    suspect->as.response.value.excluded_reason = "suspected: honeypot";
    clean->as.response.value.has_answered_at = false;
    fails->as.response.value.survey = put->as.survey.number;
    struct change *batch[] = {amend, retry, suspect, clean, fails};
    assert_int_equal(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), ERR_NO_MEMORY);
    assert_int_equal(apply(f, retry), OUTCOME_REPLAYED);
    assert_int_equal(retry->as.response.value.score, 9);
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 9);
    assert_int_equal(apply(f, clean), OUTCOME_CREATED);
    assert_true(read_response(f, 2, &stored));
    assert_int_equal(stored.flags, 0);
    assert_false(stored.excluded);
    assert_null(stored.excluded_reason);
    assert_int_equal(stored.answered_at, NOW_MS + 7);
    assert_int_equal(stored.received_at, NOW_MS + 7);
    assert_false(stored.first.is_kept);
}

/* The terms that an engine keeps from batch to batch are those of a generation of the catalog. */
static void test_what_another_process_has_archived_is_closed(void **state) {
    struct fixture *f = *state;
    char *path = strstr(f->url, f->directory);
    if (!path)
        return; /* it has no files */
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    run_sql_in(path, "BEGIN IMMEDIATE; UPDATE survey SET archived_at = 1000;"
                     "UPDATE identity SET catalog_generation = catalog_generation + 1; COMMIT");
    assert_refused(f, make_response(f, 2, 9, NOW_MS), ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_REPLAYED);
}

int main(void) {
#define JUDGING_TEST(name) cmocka_unit_test_setup_teardown(name, judging_setup, engine_teardown)
    const struct CMUnitTest tests[] = {
        JUDGING_TEST(test_a_survey_that_is_not_there),
        JUDGING_TEST(test_revision_and_scale_are_those_of_the_moment),
        JUDGING_TEST(test_only_an_open_survey_takes_answers),
        JUDGING_TEST(test_the_bounds_of_an_open_survey),
        JUDGING_TEST(test_an_archived_survey_is_closed),
        JUDGING_TEST(test_retention_is_the_survey_s_of_the_moment),
        JUDGING_TEST(test_a_batch_that_fails_leaves_no_terms),
        JUDGING_TEST(test_an_unreadable_survey_refuses_its_own),
        JUDGING_TEST(test_a_batch_that_fails_leaves_changes_as_they_came),
        JUDGING_TEST(test_what_another_process_has_archived_is_closed),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
