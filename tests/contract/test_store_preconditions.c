/* If-Match and If-None-Match, judged by what is stored where the change is applied: of each kind that has them. */

#include "fixture.h"

#define NONE_OF_OURS "\"x\", \"00000000000000000000000000000000\""

static void assert_broken(struct fixture *f, struct change *change, const char *header) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_PRECONDITION);
    assert_string_equal(change->broken, header);
}

static struct change *if_match(struct change *change, const char *list) {
    change->precondition.if_match = list;
    return change;
}

static struct change *if_none_match(struct change *change, const char *list) {
    change->precondition.if_none_match = list;
    return change;
}

static const char *tag_of(struct fixture *f, unsigned number) {
    struct response stored;
    char *tag = arena_alloc(&f->arena, ETAG_SIZE);
    assert_non_null(tag);
    assert_true(read_response(f, number, &stored));
    response_tag(&stored, tag);
    return tag;
}

/* As the reply to a response has it. */
static const char *tag_replied(struct fixture *f, const struct change *change) {
    struct response shown = response_as_answered(&change->as.response.value);
    char *tag = arena_alloc(&f->arena, ETAG_SIZE);
    assert_non_null(tag);
    response_tag(&shown, tag);
    return tag;
}

static const char *survey_tag(struct fixture *f, const char *slug) {
    struct store_catalog catalog = read_catalog(f, SINCE_EVER);
    char *tag = arena_alloc(&f->arena, ETAG_SIZE);
    assert_non_null(tag);
    for (size_t i = 0; i < catalog.survey_count; i++)
        if (strcmp(catalog.surveys[i].slug, slug) == 0)
            survey_record_tag(&catalog.surveys[i], tag);
    return tag;
}

static int64_t count_audit(struct fixture *f) {
    struct audit_record *records;
    size_t count;
    struct error err;
    assert_ok(store_read_audit(f->reader, 0, 1000, NULL, &f->arena, &records, &count, &err), err);
    return (int64_t)count;
}

static void test_a_response_is_made_only_once(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_broken(f, if_match(make_response(f, 1, 9, NOW_MS), "*"), "If-Match");
    assert_broken(f, if_match(make_response(f, 1, 9, NOW_MS), NONE_OF_OURS), "If-Match");
    assert_false(read_response(f, 1, &stored));
    assert_int_equal(apply(f, if_none_match(make_response(f, 1, 9, NOW_MS), "*")), OUTCOME_CREATED);
    assert_int_equal(apply(f, if_none_match(make_response(f, 1, 9, NOW_MS), "*")), OUTCOME_REPLAYED);
    assert_broken(f, if_none_match(make_response(f, 1, 3, NOW_MS), "*"), "If-None-Match");
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 9);
    assert_int_equal(apply(f, if_none_match(make_response(f, 2, 9, NOW_MS), NONE_OF_OURS)), OUTCOME_CREATED);
    assert_int_equal(count_all(f), 2);
}

static void test_a_response_is_amended_as_it_was_seen(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    const char *first = tag_of(f, 1);
    struct change *change = if_match(make_response(f, 1, 3, NOW_MS), first);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    const char *second = tag_of(f, 1);
    assert_string_not_equal(second, first);
    assert_string_equal(tag_replied(f, change), second);
    assert_broken(f, if_match(make_response(f, 1, 4, NOW_MS), first), "If-Match");
    assert_broken(f, if_none_match(make_response(f, 1, 4, NOW_MS), second), "If-None-Match");
    assert_int_equal(apply(f, if_match(make_response(f, 1, 3, NOW_MS), first)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, if_match(make_response(f, 1, 9, NOW_MS), NONE_OF_OURS)), OUTCOME_REPLAYED); /* late */
    assert_string_equal(tag_of(f, 1), second);
    assert_int_equal(apply(f, if_match(make_response(f, 1, 4, NOW_MS), "*")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, if_none_match(make_response(f, 1, 5, NOW_MS), second)), OUTCOME_AMENDED);
}

static void test_two_of_one_batch(void **state) {
    struct fixture *f = *state;
    struct error err;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    const char *tag = tag_of(f, 1);
    struct change *batch[] = {
        if_match(make_response(f, 1, 3, NOW_MS), tag), if_match(make_response(f, 1, 4, NOW_MS), tag),
        if_none_match(make_response(f, 2, 3, NOW_MS), "*"), if_none_match(make_response(f, 2, 4, NOW_MS), "*")};
    assert_ok(store_apply(f->store, batch, 4, NULL, &err), err);
    assert_int_equal(batch[0]->outcome, OUTCOME_AMENDED);
    assert_int_equal(batch[1]->refusal, ERR_PRECONDITION);
    assert_int_equal(batch[2]->outcome, OUTCOME_CREATED);
    assert_int_equal(batch[3]->refusal, ERR_PRECONDITION);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.score, 3);
    assert_true(read_response(f, 2, &stored));
    assert_int_equal(stored.score, 3);
}

/* What a request is refused for by itself comes first, what is stored besides comes after. */
static void test_the_order_of_refusals(void **state) {
    struct fixture *f = *state;
    int64_t late = NOW_MS + HOUR_MS;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    const char *tag = tag_of(f, 1);
    assert_broken(f, if_none_match(make_response(f, 1, 3, late), "*"), "If-None-Match");
    struct change *change = if_match(make_response(f, 1, 3, late), tag);
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_CONFLICT);
    change = if_none_match(make_response(f, 1, 3, NOW_MS), "*");
    change->as.response.unless_stored = ERR_SURVEY_CLOSED;
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_SURVEY_CLOSED);
    change = if_none_match(make_response(f, 1, 3, NOW_MS), "*");
    change->as.response.is_keyed = true;
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_KEY_REUSED);

    make_person(f, 2, "ann");
    change = if_match(make_response(f, 3, 3, NOW_MS), "*");
    change->as.response.value.respondent = "ann";
    change->as.response.recontact.survey_ms = DAY_MS;
    assert_broken(f, change, "If-Match");

    change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = "ann";
    change->as.erase.counts = true;
    change->as.erase.limit = 10;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    change = if_match(make_response(f, 2, 3, NOW_MS), "*");
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, ERR_GONE);
}

/* An exclusion is another state to who sees it, and none to who answered. */
static void test_exclusions(void **state) {
    struct fixture *f = *state;
    struct change *sent = make_response(f, 1, 9, NOW_MS);
    assert_int_equal(apply(f, sent), OUTCOME_CREATED);
    const char *included = tag_of(f, 1);
    assert_string_equal(included, tag_replied(f, sent));
    assert_broken(f, if_match(make_exclude(f, 1, true, "bot"), NONE_OF_OURS), "If-Match");
    assert_broken(f, if_none_match(make_exclude(f, 1, true, "bot"), "*"), "If-None-Match");
    assert_int_equal(count_all(f), 1);
    struct change *change = if_match(make_exclude(f, 1, true, "bot"), included);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    const char *excluded = tag_of(f, 1);
    assert_string_not_equal(excluded, included);
    assert_broken(f, if_match(make_exclude(f, 1, true, "test"), included), "If-Match");
    assert_int_equal(apply(f, if_match(make_exclude(f, 1, true, "bot"), included)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, if_match(make_exclude(f, 1, true, "test"), excluded)), OUTCOME_AMENDED);
    assert_string_not_equal(tag_of(f, 1), excluded);
    assert_int_equal(apply(f, if_match(make_exclude(f, 9, true, "bot"), "*")), OUTCOME_MISSING);

    assert_broken(f, if_match(make_response(f, 1, 3, NOW_MS), excluded), "If-Match");
    assert_int_equal(apply(f, if_match(make_response(f, 1, 3, NOW_MS), included)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, if_match(make_response(f, 1, 4, NOW_MS), tag_of(f, 1))), OUTCOME_AMENDED);
    assert_int_equal(count_all(f), 0);
}

static struct change *make_archive(struct fixture *f, const char *slug) {
    struct change *change = make_change(f, CHANGE_ARCHIVE, NOW_MS);
    strcpy(change->as.archive.slug, slug);
    return change;
}

static void test_surveys(void **state) {
    struct fixture *f = *state;
    assert_broken(f, if_match(make_survey(f, "new", "{}", NULL), "*"), "If-Match");
    assert_int_equal(apply(f, if_none_match(make_survey(f, "new", "{}", NULL), "*")), OUTCOME_CREATED);
    assert_int_equal(apply(f, if_none_match(make_survey(f, "new", "{}", NULL), "*")), OUTCOME_REPLAYED);
    assert_broken(f, if_none_match(make_survey(f, "new", "{\"v\":2}", NULL), "*"), "If-None-Match");
    const char *first = survey_tag(f, "new");
    struct change *change = if_match(make_survey(f, "new", "{\"v\":2}", NULL), first);
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    const char *second = survey_tag(f, "new");
    char own[ETAG_SIZE];
    survey_record_tag(&change->as.survey, own);
    assert_string_equal(own, second);
    assert_broken(f, if_match(make_survey(f, "new", "{\"v\":3}", NULL), first), "If-Match");
    assert_int_equal(apply(f, if_match(make_survey(f, "new", "{\"v\":2}", NULL), first)), OUTCOME_REPLAYED);

    change = if_match(make_survey(f, "new", "{\"v\":4}", NULL), first);
    change->as.survey.scale_max = 7;
    assert_broken(f, change, "If-Match"); /* rather than ERR_SURVEY_FIXED, if it is fixed */

    assert_broken(f, if_match(make_archive(f, "new"), first), "If-Match");
    assert_broken(f, if_none_match(make_archive(f, "new"), "*"), "If-None-Match");
    assert_int_equal(apply(f, if_match(make_archive(f, "new"), second)), OUTCOME_AMENDED);
    assert_string_not_equal(survey_tag(f, "new"), second);
    assert_int_equal(apply(f, if_match(make_archive(f, "new"), second)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, if_match(make_archive(f, "nowhere"), "*")), OUTCOME_MISSING);
    assert_broken(f, if_match(make_survey(f, "new", "{\"v\":5}", NULL), second), "If-Match");
}

/* A, B and A again are three revisions; and a number and a revision given twice are of two definitions. */
static void test_a_survey_s_tag_is_its_own(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_survey(f, "new", "{}", NULL)), OUTCOME_CREATED);
    const char *first = survey_tag(f, "new");
    assert_int_equal(apply(f, make_survey(f, "new", "{\"v\":2}", NULL)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_survey(f, "new", "{}", NULL)), OUTCOME_AMENDED);
    assert_string_not_equal(survey_tag(f, "new"), first);
    struct survey_record record = {.slug = "new", .definition = "{}", .revision = 1, .created_at = 1, .updated_at = 1};
    struct survey_record other = record;
    char tag[ETAG_SIZE], another[ETAG_SIZE];
    other.definition = "{\"v\":2}";
    survey_record_tag(&record, tag);
    survey_record_tag(&other, another);
    assert_string_not_equal(tag, another);
}

/* People, keys and suspects are there or not. */
static void test_what_has_no_tag(void **state) {
    struct fixture *f = *state;
    struct change *kinds[3];
    make_person(f, 1, "ann");
    struct change *flag = make_change(f, CHANGE_FLAG, NOW_MS);
    flag->as.flag.id = id_of(1);
    flag->as.flag.survey = f->survey;
    flag->as.flag.flags = FLAG_BURST;
    assert_int_equal(apply(f, flag), OUTCOME_AMENDED);
    struct change *key = make_change(f, CHANGE_KEY, NOW_MS);
    key->as.key = (struct api_key){.id = id_of(70), .created_at = NOW_MS, .expires_at = TIME_MAX};
    assert_int_equal(apply(f, key), OUTCOME_CREATED);
    int64_t records = count_audit(f);

    kinds[0] = make_change(f, CHANGE_REVOKE, NOW_MS);
    kinds[0]->as.revoke = id_of(70);
    kinds[1] = make_change(f, CHANGE_CLEAR, NOW_MS);
    kinds[1]->as.clear.survey = f->survey;
    strcpy(kinds[1]->as.clear.slug, "shop");
    kinds[1]->as.clear.to = TIME_MAX;
    kinds[1]->as.clear.limit = 10;
    kinds[2] = make_change(f, CHANGE_ERASE, NOW_MS);
    kinds[2]->as.erase.respondent = "ann";
    kinds[2]->as.erase.limit = 10;
    for (size_t i = 0; i < CXD_COUNT(kinds); i++) {
        assert_broken(f, if_match(kinds[i], NONE_OF_OURS), "If-Match");
        assert_broken(f, if_match(kinds[i], tag_of(f, 1)), "If-Match");
        kinds[i]->precondition.if_match = NULL;
        assert_broken(f, if_none_match(kinds[i], "*"), "If-None-Match");
        assert_int_equal(count_audit(f), records);
    }
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.excluded);
    assert_non_null(stored.respondent);
    for (size_t i = 0; i < CXD_COUNT(kinds); i++) {
        kinds[i]->precondition = (struct precondition){.if_match = "*", .if_none_match = NONE_OF_OURS};
        assert_int_equal(apply(f, kinds[i]), OUTCOME_AMENDED);
    }
    assert_int_equal(apply(f, if_match(kinds[0], "*")), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, if_match(kinds[2], "*")), OUTCOME_MISSING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_a_response_is_made_only_once),
        ENGINE_TEST(test_a_response_is_amended_as_it_was_seen),
        ENGINE_TEST(test_two_of_one_batch),
        ENGINE_TEST(test_the_order_of_refusals),
        ENGINE_TEST(test_exclusions),
        ENGINE_TEST(test_surveys),
        ENGINE_TEST(test_a_survey_s_tag_is_its_own),
        ENGINE_TEST(test_what_has_no_tag),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}
