/* What cxd/store/store.h promises, sentence by sentence, of every engine. */

#include "fixture.h"

#include <pthread.h>

static const char *engine_url;

static int setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, engine_url);
    make_shop(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    fixture_close(*state);
    return 0;
}

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
    replay->as.response.must_exist = amend->as.response.must_exist = fresh->as.response.must_exist = true;
    assert_int_equal(apply(f, replay), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, amend), OUTCOME_REFUSED);
    assert_int_equal(amend->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(apply(f, fresh), OUTCOME_REFUSED);
    assert_int_equal(fresh->refusal, ERR_SURVEY_CLOSED);
    assert_int_equal(count_all(f), 1);
}

static struct change *make_exclude(struct fixture *f, unsigned number, bool excluded, const char *reason) {
    struct change *change = make_change(f, CHANGE_EXCLUDE, NOW_MS);
    change->as.exclude.id = id_of(number);
    change->as.exclude.survey = f->survey;
    change->as.exclude.excluded = excluded;
    change->as.exclude.reason = reason;
    return change;
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

static void make_person(struct fixture *f, unsigned number, const char *respondent) {
    static const struct property PROPERTIES[] = {{"city", "Graz"}, {"plan", "pro"}};
    struct change *change = make_response(f, number, 9, NOW_MS);
    change->as.response.value.respondent = respondent;
    change->as.response.value.comment = "call me";
    change->as.response.value.touchpoint = "checkout";
    change->as.response.value.properties = PROPERTIES;
    change->as.response.value.property_count = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
}

static struct change *make_erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
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

static void test_survey_revisions(void **state) {
    struct fixture *f = *state;
    struct change *same =
        make_survey(f, "shop", "{\"properties\":[\"plan\"]}", (const char *[]){"plan", NULL});
    same->now_ms += 5;
    assert_int_equal(apply(f, same), OUTCOME_REPLAYED);
    assert_int_equal(same->as.survey.revision, 1);
    assert_int_equal(same->as.survey.number, f->survey);
    assert_int_equal(same->as.survey.created_at, NOW_MS);
    assert_int_equal(same->as.survey.updated_at, NOW_MS);
    assert_true(same->as.survey.property_rolled[0]);

    struct change *changed = make_survey(f, "shop", "{\"name\":\"Shop\"}", NULL);
    changed->now_ms += 10;
    changed->as.survey.metric = METRIC_CSAT; /* no responses yet */
    assert_int_equal(apply(f, changed), OUTCOME_AMENDED);
    assert_int_equal(changed->as.survey.revision, 2);
    assert_int_equal(changed->as.survey.created_at, NOW_MS);
    assert_int_equal(changed->as.survey.updated_at, NOW_MS + 10);

    assert_int_equal(apply(f, make_response(f, 1, 4, NOW_MS)), OUTCOME_CREATED);
    struct change *other = make_survey(f, "shop", "{\"metric\":\"nps\"}", NULL);
    assert_int_equal(apply(f, other), OUTCOME_REFUSED);
    assert_int_equal(other->refusal, ERR_SURVEY_FIXED);
    other->as.survey.metric = METRIC_CSAT;
    other->as.survey.scale_max = 5;
    assert_int_equal(apply(f, other), OUTCOME_REFUSED);
    other->as.survey.scale_max = 10;
    assert_int_equal(apply(f, other), OUTCOME_AMENDED);
    assert_int_equal(other->as.survey.revision, 3);
}

static void test_archived_survey_is_live_again_after_a_put(void **state) {
    struct fixture *f = *state;
    struct change *archive = make_change(f, CHANGE_ARCHIVE, NOW_MS + 9);
    strcpy(archive->as.archive.slug, "shop");
    assert_int_equal(apply(f, archive), OUTCOME_AMENDED);
    assert_int_equal(apply(f, archive), OUTCOME_REPLAYED);
    struct survey_record *surveys;
    size_t count;
    struct error err;
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(count, 1);
    assert_int_equal(surveys[0].archived_at, NOW_MS + 9);

    struct change *put =
        make_survey(f, "shop", "{\"properties\":[\"plan\"]}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_int_equal(put->as.survey.revision, 2);
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(surveys[0].archived_at, 0);
    strcpy(archive->as.archive.slug, "none");
    assert_int_equal(apply(f, archive), OUTCOME_MISSING);
}

static void test_surveys_are_listed_by_slug_with_their_properties(void **state) {
    struct fixture *f = *state;
    struct survey_record *surveys;
    size_t count;
    struct error err;
    struct change *app = make_survey(f, "app", "{\"x\":1}", (const char *[]){"tier", "age", NULL});
    app->as.survey.metric = METRIC_CES;
    app->as.survey.scale_min = 1;
    app->as.survey.scale_max = 7;
    assert_int_equal(apply(f, app), OUTCOME_CREATED);
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(surveys[0].slug, "app");
    assert_string_equal(surveys[1].slug, "shop");
    assert_string_equal(surveys[0].definition, "{\"x\":1}");
    assert_int_equal(surveys[0].metric, METRIC_CES);
    assert_int_equal(surveys[0].scale_min, 1);
    assert_int_equal(surveys[0].scale_max, 7);
    assert_int_equal(surveys[0].number, app->as.survey.number);
    assert_int_equal(surveys[0].property_count, 2);
    assert_string_equal(surveys[0].property_keys[0], "tier");
    assert_string_equal(surveys[0].property_keys[1], "age");
    assert_true(surveys[0].property_rolled[1]);
}

static void test_late_declared_property_is_not_rolled_until_rebuild(void **state) {
    struct fixture *f = *state;
    make_person(f, 1, "ann");
    struct change *put = make_survey(f, "shop", "{2}", (const char *[]){"plan", "city", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_true(put->as.survey.property_rolled[0]);
    assert_false(put->as.survey.property_rolled[1]);
    make_person(f, 2, "bob");
    static const struct property GRAZ = {"city", "Graz"};
    struct filter filter = {.survey = f->survey, .properties = &GRAZ, .property_count = 1};
    struct histogram hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[9], 2);

    int64_t responses = 0;
    struct error err;
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_int_equal(responses, 2);
    struct survey_record *surveys;
    size_t count;
    assert_ok(store_read_surveys(f->reader, &f->arena, &surveys, &count, &err), err);
    assert_true(surveys[0].property_rolled[1]);
    filter.property_rolled = true;
    hist = read_window(f, &filter, TIME_MIN, TIME_MAX);
    assert_int_equal(hist.n[9], 2);

    /* No longer declared: its rollups go. Declared again: not rolled. */
    assert_int_equal(apply(f, make_survey(f, "shop", "{3}", NULL)), OUTCOME_AMENDED);
    char *rollups = rollups_text(f);
    assert_null(strstr(rollups, "property."));
    free(rollups);
    put = make_survey(f, "shop", "{4}", (const char *[]){"plan", NULL});
    assert_int_equal(apply(f, put), OUTCOME_AMENDED);
    assert_false(put->as.survey.property_rolled[0]);
}

static void test_keys(void **state) {
    struct fixture *f = *state;
    struct error err;
    struct api_key *keys;
    size_t count;
    for (unsigned i = 0; i < 2; i++) {
        struct change *change = make_change(f, CHANGE_KEY, NOW_MS);
        change->as.key =
            (struct api_key){.id = id_of(10 - i), .name = "ci", .prefix = "cxs_abcd", .scopes = SCOPE_READ};
        change->as.key.created_at = NOW_MS + i;
        change->as.key.expires_at = TIME_MAX;
        memset(change->as.key.hash, (int)(0xf0 + i), sizeof change->as.key.hash);
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
    }
    struct change *revoke = make_change(f, CHANGE_REVOKE, NOW_MS + 7);
    revoke->as.revoke = id_of(9);
    assert_int_equal(apply(f, revoke), OUTCOME_AMENDED);
    assert_int_equal(apply(f, revoke), OUTCOME_REPLAYED);
    struct change *used = make_change(f, CHANGE_KEY_USED, NOW_MS);
    used->as.key_used.id = id_of(10);
    used->as.key_used.day = NOW_MS / DAY_MS * DAY_MS;
    assert_int_equal(apply(f, used), OUTCOME_AMENDED);
    assert_int_equal(apply(f, used), OUTCOME_REPLAYED);
    used->as.key_used.id = revoke->as.revoke = id_of(11);
    assert_int_equal(apply(f, used), OUTCOME_MISSING);
    assert_int_equal(apply(f, revoke), OUTCOME_MISSING);

    assert_ok(store_read_keys(f->reader, &f->arena, &keys, &count, &err), err);
    assert_int_equal(count, 2);
    struct id first = id_of(10);
    assert_int_equal(id_compare(&keys[0].id, &first), 0);
    assert_string_equal(keys[0].name, "ci");
    assert_string_equal(keys[0].prefix, "cxs_abcd");
    assert_int_equal(keys[0].hash[31], 0xf0);
    assert_int_equal(keys[0].scopes, SCOPE_READ);
    assert_int_equal(keys[0].created_at, NOW_MS);
    assert_int_equal(keys[0].expires_at, TIME_MAX);
    assert_int_equal(keys[0].used_day, NOW_MS / DAY_MS * DAY_MS);
    assert_int_equal(keys[0].revoked_at, 0);
    assert_int_equal(keys[1].revoked_at, NOW_MS + 7);
}

static void test_extent_has_excluded_responses_too(void **state) {
    struct fixture *f = *state;
    struct error err;
    bool found = true;
    int64_t first = 0, last = 0;
    assert_ok(store_read_extent(f->reader, f->survey, &found, &first, &last, &err), err);
    assert_false(found);
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS - 5 * DAY_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 3, 9, NOW_MS - DAY_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_exclude(f, 2, true, "test")), OUTCOME_AMENDED);
    assert_ok(store_read_extent(f->reader, f->survey, &found, &first, &last, &err), err);
    assert_true(found);
    assert_int_equal(first, NOW_MS - 5 * DAY_MS);
    assert_int_equal(last, NOW_MS);
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

static void test_directory_and_urls(void **state) {
    struct fixture *f = *state;
    struct store *store = NULL;
    struct error err;
    if (strstr(f->url, "sqlite:")) {
        assert_string_equal(store_directory(f->store), f->directory);
    } else {
        assert_null(store_directory(f->store));
    }
    static const char *const BAD[] = {"postgres:x",
                                      "sqlite",
                                      "sqlite:",
                                      "memory:x",
                                      "",
                                      "/var/lib/cxd.db",
                                      "faulty:odd:1:memory:",
                                      "faulty:full:0:memory:",
                                      "faulty:full:1"};
    for (size_t i = 0; i < CXD_COUNT(BAD); i++) {
        assert_int_equal(store_open(BAD[i], &store, &err), ERR_CONFIG);
        assert_null(store);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        TEST(test_new_response_is_created_and_read_back_whole),
        TEST(test_same_payload_is_replayed_at_any_age),
        TEST(test_replay_within_one_batch),
        TEST(test_amend_replaces_every_member_and_moves_the_scores),
        TEST(test_amend_without_answered_at_keeps_it),
        TEST(test_amend_after_the_window_is_refused),
        TEST(test_id_of_another_survey_is_refused),
        TEST(test_closed_survey_answers_replays_only),
        TEST(test_excluded_counts_nowhere_and_comes_back),
        TEST(test_erase_keeps_counts_or_not),
        TEST(test_erased_with_counts_leaves_no_rollups),
        TEST(test_survey_revisions),
        TEST(test_archived_survey_is_live_again_after_a_put),
        TEST(test_surveys_are_listed_by_slug_with_their_properties),
        TEST(test_late_declared_property_is_not_rolled_until_rebuild),
        TEST(test_keys),
        TEST(test_extent_has_excluded_responses_too),
        TEST(test_buckets_are_half_open_and_partition),
        TEST(test_reads_between_begin_and_end_see_one_state),
        TEST(test_directory_and_urls),
    };
    static const char *const URLS[] = {"memory:", "sqlite:%s/cxd.db", "faulty:full:1000:sqlite:%s/cxd.db"};
    int failed = 0;
    for (size_t i = 0; i < CXD_COUNT(URLS); i++) {
        engine_url = URLS[i];
        failed += cmocka_run_group_tests_name(URLS[i], tests, NULL, NULL);
    }
    return failed;
}
