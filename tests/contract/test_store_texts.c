/* What is answered in words is searched as comments are: over both engines the same is found, each hit says which text
 * it is in, no phrase goes from one text into the next, and what is erased leaves. */

#include "searching.h"

static const struct question_option OPTIONS[] = {{"price", NULL, 0}, {"trust", NULL, 0}};
static const struct question ASKED[] = {
    {.key = "parts", .type = QUESTION_CHOICES, .options = OPTIONS, .option_count = 2, .other = true},
    {.key = "reason", .type = QUESTION_CHOICE, .options = OPTIONS, .option_count = 2, .other = true},
    {.key = "why", .type = QUESTION_TEXT},
    {.key = "why.else", .type = QUESTION_TEXT},
};

/* "asks" so many of them; else none. */
static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    int count = 0;
    (void)arena, (void)err;
    (void)sscanf(record->definition, "asks %d", &count);
    *ret_survey = (struct survey){.opens_at = TIME_MIN,
                                  .closes_at = TIME_MAX,
                                  .metric = METRIC_NPS,
                                  .scale_max = 10,
                                  .favourable = 9,
                                  .unfavourable = 6,
                                  .questions = ASKED,
                                  .question_count = (size_t)count};
    return CXD_OK;
}

static void put(struct fixture *f, const char *definition) {
    struct change *change = make_survey(f, "shop", definition, NULL);
    change->as.survey.scale_max = 10;
    enum outcome outcome = apply(f, change);
    assert_true(outcome == OUTCOME_CREATED || outcome == OUTCOME_AMENDED);
    f->survey = change->as.survey.number;
}

static void make_asking(struct fixture *f) {
    store_judge_by(f->store, read_definition);
    put(f, "asks 4");
}

/* Texts: of `parts` and `reason` the words for other; NULL: it is not answered. */
struct said {
    const char *comment, *parts, *reason, *why;
};

static struct change *make_said(struct fixture *f, unsigned number, int score, const struct said *said) {
    static const char *const VALUES[] = {"other", "price"};
    struct change *change = make_response(f, number, score, NOW_MS + number * 1000);
    struct response *response = &change->as.response.value;
    struct answer *answers = arena_alloc_zero(&f->arena, 3, sizeof *answers);
    size_t count = 0;
    change->now_ms = NOW_MS;
    response->comment = said->comment;
    if (said->parts)
        answers[count++] = (struct answer){
            .key = "parts", .form = ANSWER_LIST, .values = VALUES, .value_count = 2, .other = said->parts};
    if (said->reason)
        answers[count++] =
            (struct answer){.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = said->reason};
    if (said->why)
        answers[count++] = (struct answer){.key = "why", .form = ANSWER_TEXT, .text = said->why};
    response->answers = answers;
    response->answer_count = count;
    return change;
}

static void say(struct fixture *f, unsigned number, int score, const struct said said) {
    assert_int_equal(apply(f, make_said(f, number, score, &said)), OUTCOME_CREATED);
}

static const char *find_in(struct fixture *f, const char *key, const char *text) {
    struct search_query query = parse(f, text);
    struct search search = search_of(f, &query, SEARCH_NEWEST);
    search.texts_of = key;
    return run(f, search);
}

static void make_some(struct fixture *f) {
    say(f, 1, 2, (struct said){.comment = "Slow delivery", .why = "the box was broken"});
    say(f, 2, 9, (struct said){.why = "Fast delivery"});
    say(f, 3, 6, (struct said){.comment = "broken", .reason = "the box", .why = "slow"});
    say(f, 4, 10, (struct said){.parts = "price, as ever", .why = "box the"});
    struct change *closed = make_response(f, 5, 3, NOW_MS + 5000);
    static const struct answer price = {.key = "reason", .form = ANSWER_TEXT, .text = "price"};
    closed->as.response.value.answers = &price;
    closed->as.response.value.answer_count = 1;
    assert_int_equal(apply(f, closed), OUTCOME_CREATED); /* says nothing in words */
}

static void find_some(struct fixture *f) {
    assert_string_equal(find(f, "slow"), "3 1");
    assert_string_equal(find(f, "box"), "4 3 1");
    assert_string_equal(find(f, "price"), "4");
    assert_string_equal(find(f, "slow broken"), "3 1"); /* of which each is said somewhere */
    assert_string_equal(find(f, "\"delivery the\""), "");
    assert_string_equal(find(f, "\"broken the\""), "");
    assert_string_equal(find(f, "\"the box\""), "3 1");
    assert_string_equal(find(f, "delivery -box"), "2");
    assert_string_equal(find(f, "-slow"), "4 2");
    assert_string_equal(find(f, "\uE0CD\uE0CD\uE0CD"), ""); /* what stands between them in the index is nobody's word */
    assert_string_equal(find(f, "\uE0CD*"), "");
    assert_string_equal(find(f, "box -\uE0CD*"), "4 3 1");
    assert_string_equal(find_in(f, "why", "slow"), "3");
    assert_string_equal(find_in(f, "why", "box"), "4 1");
    assert_string_equal(find_in(f, "why", "box -slow"), "4 1"); /* which the comment has */
    assert_string_equal(find_in(f, "why", "-box"), "3 2");
    assert_string_equal(find_in(f, "why", "slow OR fast"), "3 2");
    assert_string_equal(find_in(f, "why", "(slow OR -fast) the"), "4 1");
    assert_string_equal(find_in(f, "why", "slow broken"), "");
    assert_string_equal(find_in(f, "reason", "box"), "3");
    assert_string_equal(find_in(f, "reason", "price"), "");
    assert_string_equal(find_in(f, "parts", "price"), "4");
    assert_string_equal(find_in(f, "why.else", "box"), "");
    assert_string_equal(find_in(f, "wh", "box"), "");
    struct search search = search_of(f, NULL, SEARCH_NEWEST);
    assert_string_equal(run(f, search), "4 3 2 1");
    search.texts_of = "why";
    search.order = SEARCH_LOWEST;
    assert_string_equal(run(f, search), "1 3 2 4");
    search.texts_of = "reason";
    assert_string_equal(run(f, search), "3");
}

static void test_finds_by_words(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    make_some(f);
    find_some(f);
    index_all(f);
    check_file(f);
    find_some(f);
}

/* The text that most of it is in. */
static void assert_hit(struct fixture *f, const char *text, const char *key, const char *said, size_t marks) {
    struct search_query query = parse(f, text);
    struct search search = search_of(f, &query, SEARCH_OLDEST);
    struct search_result result;
    struct error err;
    assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
    assert_true(result.count > 0);
    const struct search_hit *hit = &result.hits[0];
    assert_string_equal(hit->said.text, said);
    assert_string_equal(hit->said.key ? hit->said.key : "", key);
    assert_int_equal(hit->mark_count, marks);
}

static void test_says_where(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    make_some(f);
    for (int i = 0; i < 2; i++) {
        assert_hit(f, "delivery", "", "Slow delivery", 1);
        assert_hit(f, "broken", "why", "the box was broken", 1);
        assert_hit(f, "slow broken box", "why", "the box was broken", 2);
        assert_hit(f, "slow \"box was\"", "", "Slow delivery", 1); /* the first of two */
        assert_hit(f, "\"the box\" broken slow -was", "", "broken", 1);
        assert_hit(f, "ever", "parts", "price, as ever", 1);
        index_all(f);
    }
}

/* What is asked no more is searched yet; and the survey's other revisions ask other things. */
static void test_removed_questions(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    make_some(f);
    put(f, "asks 1");
    find_some(f);
    index_all(f);
    find_some(f);
    struct change *amended = make_response(f, 1, 2, NOW_MS + 1000);
    amended->as.response.value.comment = "Slow delivery";
    assert_int_equal(apply(f, amended), OUTCOME_AMENDED);
    assert_string_equal(find(f, "broken"), "3");
    assert_string_equal(find(f, "slow"), "3 1");
    index_all(f);
    check_file(f);
}

static void test_amended(void **state) {
    static const struct said later = {.comment = "the box was broken", .why = "Slow delivery"};
    struct fixture *f = *state;
    make_asking(f);
    make_some(f);
    index_all(f);
    assert_int_equal(apply(f, make_said(f, 1, 2, &later)), OUTCOME_AMENDED); /* the same words, in another text */
    assert_string_equal(find_in(f, "why", "delivery"), "2 1");
    assert_string_equal(find_in(f, "why", "broken"), "");
    assert_int_equal(apply(f, make_said(f, 2, 9, &(struct said){0})), OUTCOME_AMENDED);
    assert_string_equal(find(f, "delivery"), "1");
    check_file(f);
    index_all(f);
    check_file(f);
}

static void test_rebuild(void **state) {
    struct fixture *f = *state;
    struct error err;
    int64_t responses;
    make_asking(f);
    make_some(f);
    index_all(f);
    store_reader_close(f->reader);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
    find_some(f);
    index_all(f);
    find_some(f);
    check_file(f);
}

/* Whether a person's responses are deleted or lose their words: these are in no file, and nothing finds them. */
static void erase_and_look(struct fixture *f, bool counts) {
    static const char *const WORDS[] = {"unzerstoerbar", "zqxwhy", "zqxparts", "zqxreason"};
    for (unsigned i = 0; i < 300; i++) {
        struct change *change = make_said(f, 100 + i, 5,
                                          &(struct said){.comment = "unzerstoerbar it was",
                                                         .parts = "zqxparts it was",
                                                         .reason = "zqxreason it was",
                                                         .why = "zqxwhy it was"});
        change->as.response.value.respondent = "ada";
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        if (i % 50 == 49)
            index_all(f);
    }
    say(f, 9, 5, (struct said){.why = "hereafter"});
    index_all(f);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ada";
    erase->as.erase.counts = counts;
    erase->as.erase.limit = 1000;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    check_file(f);
    index_all(f);
    assert_int_equal(apply(f, make_change(f, CHANGE_SETTLE, NOW_MS)), OUTCOME_AMENDED);
    check_file(f);
    assert_string_equal(find(f, "was"), "");
    assert_string_equal(find_in(f, "why", "-hereafter"), "");
    assert_string_equal(find(f, "hereafter"), "9");
    for (size_t i = 0; strncmp(f->url, "sqlite:", 7) == 0 && i < CXD_COUNT(WORDS); i++)
        assert_false(files_have(f, WORDS[i]));
}

static void test_erased(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    erase_and_look(f, true);
}

static void test_anonymised(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    erase_and_look(f, false);
}

/* A survey whose questions are others': its words are its own. */
static void test_other_surveys(void **state) {
    struct fixture *f = *state;
    make_asking(f);
    make_some(f);
    int64_t shop = f->survey;
    struct change *other = make_survey(f, "other", "asks 3", NULL);
    apply(f, other);
    f->survey = other->as.survey.number;
    say(f, 1, 3, (struct said){.why = "slow elsewhere"});
    for (int i = 0; i < 2; i++) {
        assert_string_equal(find_in(f, "why", "slow"), "1");
        assert_string_equal(find_in(f, "why", "-slow"), "");
        index_all(f);
    }
    f->survey = shop;
    assert_string_equal(find_in(f, "why", "slow"), "3");
    check_file(f);
}

/* --- Random histories --- */

static const char *random_words(struct fixture *f) {
    static const char *const WORDS[] = {"slow", "fast", "Box", "b\u00f6x", "the", "slower", "a-b", "12"};
    struct buffer out;
    if (next_random(3) == 0)
        return NULL;
    buffer_init(&out);
    for (uint32_t i = 0, count = 1 + next_random(4); i < count; i++)
        buffer_append_format(&out, "%s%s", i ? " " : "", WORDS[next_random(CXD_COUNT(WORDS))]);
    const char *text = arena_strdup(&f->arena, buffer_terminate(&out));
    buffer_free(&out);
    return text;
}

static void change_some(struct fixture *f) {
    for (unsigned i = 0; i < 20; i++) {
        struct said said;
        said.comment = random_words(f);
        said.parts = random_words(f);
        said.reason = random_words(f);
        said.why = random_words(f);
        struct change *change = make_said(f, 1 + next_random(150), (int)next_random(11), &said);
        change->as.response.value.respondent = next_random(6) == 0 ? "ada" : NULL;
        apply(f, change);
    }
    if (next_random(4) == 0) {
        struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
        erase->as.erase.respondent = "ada";
        erase->as.erase.counts = next_random(2);
        erase->as.erase.limit = 1000;
        apply(f, erase);
    }
    if (next_random(2) == 0) {
        struct change *change = make_change(f, CHANGE_INDEX, NOW_MS);
        change->as.index.limit = 1 + next_random(40);
        change->as.index.may_purge = next_random(2);
        apply(f, change);
    }
}

static void search_both(struct fixture *files, struct fixture *memory, const char *text) {
    static const char *const KEYS[] = {NULL, "why", "reason", "parts"};
    struct search_query query;
    struct error err;
    if (search_parse(text, &files->arena, &query, &err) != CXD_OK)
        return; /* too many words */
    for (int order = SEARCH_NEWEST; order <= SEARCH_HIGHEST; order++) {
        struct search search = search_of(files, next_random(8) == 0 && order != SEARCH_BEST ? NULL : &query, order);
        search.texts_of = KEYS[next_random(CXD_COUNT(KEYS))];
        search.listing.limit = 1 + next_random(30);
        search.listing.scores = next_random(3) == 0 ? 1 + next_random(2047) : 0;
        search.looks = order != SEARCH_BEST && next_random(3) == 0 ? 1 + next_random(40) : 0;
        const char *found = run(files, search), *expected = run(memory, search);
        if (strcmp(found, expected) != 0)
            fail_msg("order %d, %s in %s: %s; not %s", order, text, search.texts_of ? search.texts_of : "all", found,
                     expected);
    }
}

static void test_random(void **state) {
    struct fixture files, memory;
    (void)state;
    fixture_open(&files, "sqlite:%s/cxd.db");
    fixture_open(&memory, "memory:");
    make_asking(&files);
    make_asking(&memory);
    for (uint32_t round = 0; round < rounds(60, 12); round++) {
        uint32_t begin = seed = 177 + round;
        change_some(&files);
        seed = begin;
        change_some(&memory);
        for (int i = 0; i < 20; i++)
            search_both(&files, &memory, random_query(&files, 0));
    }
    index_all(&files);
    check_file(&files);
    fixture_close(&files);
    fixture_close(&memory);
}

static const struct CMUnitTest TESTS[] = {
    ENGINE_TEST(test_finds_by_words), ENGINE_TEST(test_says_where),    ENGINE_TEST(test_removed_questions),
    ENGINE_TEST(test_amended),        ENGINE_TEST(test_rebuild),       ENGINE_TEST(test_erased),
    ENGINE_TEST(test_anonymised),     ENGINE_TEST(test_other_surveys),
};

int main(void) {
    static const struct CMUnitTest BOTH[] = {cmocka_unit_test(test_random)};
    return run_over_all_engines(TESTS, CXD_COUNT(TESTS)) +
           cmocka_run_group_tests_name("texts against the oracle", BOTH, NULL, NULL);
}
