/* Searches of comments: over both engines the same is found, in the same order and with the same marks, whatever of it
 * has been indexed, amended, erased or not. */

#include "searching.h"

#ifdef CXD_POSTGRESQL
#include "store/postgresql/writer.h"
#endif

static void comment(struct fixture *f, unsigned number, int score, int64_t at, const char *text) {
    struct change *change = make_response(f, number, score, at);
    change->as.response.value.comment = text;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
}

static void make_some(struct fixture *f) {
    comment(f, 1, 2, NOW_MS + 1000, "Slow delivery, and the box was broken");
    comment(f, 2, 9, NOW_MS + 3000, "Fast delivery!");
    comment(f, 3, 6, NOW_MS + 2000, "Délivery slow. SLOW, slow");
    comment(f, 4, 10, NOW_MS + 5000, "The slowest delivery of all; but friendly");
    assert_int_equal(apply(f, make_response(f, 5, 7, NOW_MS + 6000)), OUTCOME_CREATED);
    comment(f, 6, 0, NOW_MS + 4000, "Ärger mit der Lieferung: \"nie wieder\" e-mail");
}

static void find_some(struct fixture *f) {
    assert_string_equal(find(f, "slow"), "3 1");
    assert_string_equal(find(f, "slow*"), "4 3 1");
    assert_string_equal(find(f, "DELIVERY"), "4 2 3 1");
    assert_string_equal(find(f, "slow delivery"), "3 1");
    assert_string_equal(find(f, "\"slow delivery\""), "1");
    assert_string_equal(find(f, "\"delivery slow\""), "3");
    assert_string_equal(find(f, "fast OR broken"), "2 1");
    assert_string_equal(find(f, "delivery -slow"), "4 2");
    assert_string_equal(find(f, "delivery NOT (slow OR fast)"), "4");
    assert_string_equal(find(f, "-delivery"), "6");
    assert_string_equal(find(f, "fast OR -delivery"), "6 2");
    assert_string_equal(find(f, "arger AND lieferung"), "6");
    assert_string_equal(find(f, "e-mail"), "6");
    assert_string_equal(find(f, "NEAR(slow fast)"), "");
    assert_string_equal(find(f, "facet:1"), "");
    assert_string_equal(find(f, "\u2014 slow"), "3 1");
    assert_string_equal(find(f, "\u2014"), "");
    assert_string_equal(find(f, "{slow} + ^delivery"), "3 1");
    assert_string_equal(find_best(f, "slow", 100), "3 1");
    assert_string_equal(find_best(f, "slow OR fast", 1), "2 3 1");
    assert_string_equal(run(f, search_of(f, NULL, SEARCH_OLDEST)), "1 3 2 6 4");
    assert_string_equal(run(f, search_of(f, NULL, SEARCH_LOWEST)), "6 1 3 2 4");
    assert_string_equal(run(f, search_of(f, NULL, SEARCH_HIGHEST)), "4 2 3 1 6");
}

static void test_finds_by_words(void **state) {
    struct fixture *f = *state;
    make_some(f);
    find_some(f);
    index_all(f);
    find_some(f);
    check_file(f);
}

/* As openapi.yaml says it: case goes in every script, diacritics of Latin letters alone. */
static void find_scripts(struct fixture *f) {
    static const struct {
        const char *query, *found;
    } CASES[] = {{"καλημέρα", "1"},     {"ΚΑΛΗΜΈΡΑ", "1"},   {"καλημερα", ""},   {"καλημ*", "1"},
                 {"ещё", "2"},          {"ЕЩЁ", "2"},        {"еще", ""},        {"creme brulee", "3"},
                 {"CRÈME brûlée", "3"}, {"gesla JAZN", "4"}, {"gęślą jaźń", "4"}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        assert_string_equal(find(f, CASES[i].query), CASES[i].found);
}

static void test_scripts(void **state) {
    struct fixture *f = *state;
    comment(f, 1, 2, NOW_MS + 1000, "Καλημέρα σας");
    comment(f, 2, 9, NOW_MS + 2000, "Приду ещё раз");
    comment(f, 3, 6, NOW_MS + 3000, "Crème brûlée");
    comment(f, 4, 6, NOW_MS + 4000, "Gęślą jaźń");
    find_scripts(f);
    index_all(f);
    find_scripts(f);
    check_file(f);
}

static void test_filters(void **state) {
    struct fixture *f = *state;
    make_some(f);
    for (int i = 0; i < 2; i++) {
        struct search_query query = parse(f, "delivery");
        struct search search = search_of(f, &query, SEARCH_NEWEST);
        search.listing.scores = 0x7f;
        assert_string_equal(run(f, search), "3 1");
        search.listing.scores = 0;
        search.listing.from = NOW_MS + 2000;
        search.listing.to = NOW_MS + 5000;
        assert_string_equal(run(f, search), "2 3");
        search.query = NULL;
        search.order = SEARCH_OLDEST;
        search.listing.limit = 1;
        assert_string_equal(run(f, search), "3 2 6");
        search.listing.scores = 1 << 0 | 1 << 9;
        assert_string_equal(run(f, search), "2 6");
        apply(f, make_exclude(f, 2, true, "test"));
        search.listing.excluded = i == 0 ? 1 : 0;
        assert_string_equal(run(f, search), i == 0 ? "2" : "6");
        index_all(f);
    }
}

static void test_follows_amendments(void **state) {
    struct fixture *f = *state;
    make_some(f);
    index_all(f);
    struct change *change = make_response(f, 1, 3, NOW_MS + 9000);
    change->as.response.value.comment = "all is well";
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_response(f, 3, 6, NOW_MS + 2000)), OUTCOME_AMENDED);
    change = make_response(f, 5, 7, NOW_MS + 6000);
    change->as.response.value.comment = "slow, by now";
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
    assert_string_equal(find(f, "slow"), "5");
    assert_string_equal(find(f, "well"), "1");
    assert_string_equal(run(f, search_of(f, NULL, SEARCH_NEWEST)), "1 5 4 6 2");
    check_file(f);
    index_all(f);
    check_file(f);
    assert_string_equal(run(f, search_of(f, NULL, SEARCH_NEWEST)), "1 5 4 6 2");
}

static void test_other_surveys(void **state) {
    struct fixture *f = *state;
    struct change *other = make_survey(f, "other", "{}", NULL);
    make_some(f);
    apply(f, other);
    int64_t shop = f->survey;
    f->survey = other->as.survey.number;
    comment(f, 1, 2, NOW_MS, "slow elsewhere");
    assert_string_equal(find(f, "slow"), "1");
    index_all(f);
    assert_string_equal(find(f, "slow"), "1");
    assert_string_equal(find(f, "-slow"), "");
    f->survey = shop;
    assert_string_equal(find(f, "slow"), "3 1");
}

/* A list goes on where it stopped while others arrive, also where the best come first. */
static void test_pages_hold(void **state) {
    struct fixture *f = *state;
    struct search_result result;
    struct error err;
    make_some(f);
    index_all(f);
    struct search_query query = parse(f, "slow OR fast OR friendly");
    struct search search = search_of(f, &query, SEARCH_BEST);
    const char *all = run(f, search);
    search.listing.limit = 2;
    assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
    char *told = arena_alloc(&f->arena, 64);
    sprintf(told, "%u %u", result.hits[0].response.id.bytes[15], result.hits[1].response.id.bytes[15]);
    const struct search_hit *last = &result.hits[1];
    search.listing.has_after = search.has_weights = true;
    search.listing.after_answered_at = last->response.answered_at;
    search.listing.after_id = last->response.id;
    search.after_rank = last->rank;
    search.weights = result.weights;
    for (unsigned i = 100; i < 120; i++)
        comment(f, i, 5, NOW_MS + 10000 + i, "fast fast slow slow friendly");
    sprintf(told + strlen(told), " %s", run(f, search));
    assert_string_equal(told, all);
}

/* However little of what the index has is looked at for a page, all pages have everything, and none has it twice. */
static void test_looks_are_bounded(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 60; i++) {
        struct change *change = make_response(f, 100 + i, (int)(i * 7 % 11), NOW_MS + i / 4 * 1000);
        change->as.response.value.comment = i % 3 == 0 ? "slow slow" : "slow and fast";
        change->as.response.value.touchpoint = i % 10 == 0 ? "rare" : "usual";
        apply(f, change);
        if (i == 50)
            index_all(f);
    }
    struct search_query query = parse(f, "slow");
    for (int order = SEARCH_NEWEST; order <= SEARCH_HIGHEST; order++) {
        struct search search = search_of(f, &query, (enum search_order)order);
        search.listing.filter.touchpoint = "rare";
        const char *all = run(f, search);
        assert_int_equal(strlen(all), 6 * 4 - 1);
        for (size_t looks = 1; looks < 30; looks += 3)
            for (search.listing.limit = 1; search.listing.limit < 8; search.listing.limit += 3) {
                search.looks = looks;
                const char *found = run(f, search);
                assert_int_equal(strlen(found), strlen(all));
                for (unsigned i = 100; i < 160; i += 10) /* the best of a part come before those of the next one */
                    assert_non_null(strstr(found, (const char[]){'1', '0' + (char)(i / 10 - 10), '0', '\0'}));
                if (order != SEARCH_BEST)
                    assert_string_equal(found, all);
            }
    }
    struct search search = search_of(f, &query, SEARCH_NEWEST);
    struct search_result result;
    struct error err;
    search.listing.filter.touchpoint = "nowhere";
    search.looks = 10;
    assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
    assert_int_equal(result.count, 0);
    if (strncmp(f->url, "sqlite:", 7) == 0)
        assert_true(result.cut.is_cut && result.cut.answered_at > NOW_MS + 8000);
    search.order = SEARCH_BEST;
    search.listing.filter.touchpoint = NULL;
    assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
    if (strncmp(f->url, "sqlite:", 7) == 0)
        assert_int_equal(result.count, 9 + 11); /* 9 are not indexed; of the others whole times */
}

/* Who has few answers is found by name. */
static void test_of_a_respondent(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 20; i++) {
        struct change *change = make_response(f, 100 + i, 5, NOW_MS + i);
        change->as.response.value.comment = i % 2 ? "slow" : "fast";
        change->as.response.value.respondent = i % 4 ? "ada" : "bob";
        apply(f, change);
    }
    for (int i = 0; i < 2; i++) {
        struct search_query query = parse(f, "fast");
        struct search search = search_of(f, &query, SEARCH_NEWEST);
        search.listing.respondent = "bob";
        search.looks = 1;
        assert_string_equal(run(f, search), "116 112 108 104 100");
        search.listing.respondent = "eve";
        assert_string_equal(run(f, search), "");
        index_all(f);
    }
}

static void test_many_of_one_time(void **state) {
    struct fixture *f = *state;
    struct buffer newest;
    buffer_init(&newest);
    for (unsigned i = 0; i < 80; i++) {
        struct change *change = make_response(f, 1000 + i, 5, i % 2 ? NOW_MS : INT64_C(-8000000000000));
        change->as.response.value.comment = "same time";
        apply(f, change);
    }
    for (unsigned i = 0; i < 80; i++)
        buffer_append_format(&newest, "%s%u", i == 0 ? "" : " ", 1000 + (i < 40 ? 79 - 2 * i : 158 - 2 * i));
    for (int i = 0; i < 2; i++) {
        struct search_query query = parse(f, "\"same time\"");
        struct search search = search_of(f, &query, SEARCH_NEWEST);
        search.listing.limit = 3;
        assert_string_equal(run(f, search), buffer_terminate(&newest));
        index_all(f);
    }
    buffer_free(&newest);
    check_file(f);
}

static void test_marks(void **state) {
    struct fixture *f = *state;
    struct search_result result;
    struct error err;
    make_some(f);
    struct search_query query = parse(f, "\"delivery slow\" slow -fast");
    struct search search = search_of(f, &query, SEARCH_NEWEST);
    assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
    assert_int_equal(result.count, 1);
    const struct search_hit *hit = &result.hits[0];
    assert_int_equal(hit->mark_count, 3);
    assert_int_equal(hit->marks[0].at, 0);
    assert_memory_equal(hit->response.comment + hit->marks[0].at, "D\u00e9livery slow", hit->marks[0].length);
    assert_memory_equal(hit->response.comment + hit->marks[1].at, "SLOW", hit->marks[1].length);
}

static void test_rebuild(void **state) {
    struct fixture *f = *state;
    struct error err;
    int64_t responses;
    make_some(f);
    index_all(f);
    store_reader_close(f->reader);
    assert_ok(store_rebuild(f->store, &responses, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
    find_some(f);
    check_file(f);
    index_all(f);
    find_some(f);
    check_file(f);
}

/* Erased words are in no segment of the index, nor in the log, once it is settled. */
static void test_erased_words_leave(void **state) {
    struct fixture *f = *state;
    char texts[600][64];
    for (unsigned i = 0; i < 600; i++) {
        struct change *change = make_response(f, 2000 + i, 5, NOW_MS + i);
        snprintf(texts[i], sizeof texts[i], "common words %u zqx%uend", i, i);
        change->as.response.value.comment = i % 10 == 0 ? strcat(texts[i], " erasable") : texts[i];
        change->as.response.value.respondent = i % 10 == 0 ? "ada" : NULL;
        apply(f, change);
        if (i % 50 == 49)
            index_all(f);
    }
    comment(f, 1, 5, NOW_MS, "unzerstoerbar");
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ada";
    erase->as.erase.limit = 1000;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_string_equal(find(f, "zqx590end"), "");
    index_all(f);
    check_file(f);
    struct change *settle = make_change(f, CHANGE_SETTLE, NOW_MS);
    assert_int_equal(apply(f, settle), OUTCOME_AMENDED);
    assert_string_equal(find(f, "zqx590end"), "");
    assert_string_equal(find(f, "zqx591end"), "2591");
    if (strncmp(f->url, "sqlite:", 7) != 0)
        return;
    assert_true(files_have(f, "unzerstoerbar"));
    assert_false(
        files_have(f, "erasable")); /* also of what a segment keeps of a word: what differs from the one before */
    for (unsigned i = 0; i < 600; i += 10) {
        char word[32];
        snprintf(word, sizeof word, "zqx%uend", i);
        assert_false(files_have(f, word));
    }
}

/* Also those of a comment that was taken back before its person was erased. */
static void test_words_taken_back_leave(void **state) {
    struct fixture *f = *state;
    for (unsigned i = 0; i < 2; i++) {
        struct change *change = make_response(f, 1, 5, NOW_MS);
        change->as.response.value.comment = i == 0 ? "unzerstoerbar it was" : NULL;
        change->as.response.value.respondent = "ada";
        assert_int_equal(apply(f, change), i == 0 ? OUTCOME_CREATED : OUTCOME_AMENDED);
        index_all(f);
    }
    comment(f, 2, 5, NOW_MS, "hereafter");
    index_all(f);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ada";
    erase->as.erase.limit = 1000;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    index_all(f);
    assert_int_equal(apply(f, make_change(f, CHANGE_SETTLE, NOW_MS)), OUTCOME_AMENDED);
    check_file(f);
    assert_string_equal(find(f, "hereafter"), "2");
    if (strncmp(f->url, "sqlite:", 7) == 0) {
        assert_true(files_have(f, "hereafter"));
        assert_false(files_have(f, "unzerstoerbar"));
    }
}

/* Also where the look for what is to leave shares the transaction with erasures. */
static void test_words_leave_at_once(void **state) {
    static const char *const NAMES[] = {"ada", "bob", "cleo"};
    struct fixture *f = *state;
    struct change *batch[5];
    struct error err;
    for (unsigned i = 0; i < 3; i++) {
        struct change *change = make_response(f, 1 + i, 5, NOW_MS + i);
        change->as.response.value.comment = i < 2 ? "hence it was" : "unzerstoerbar it was";
        change->as.response.value.respondent = NAMES[i];
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        batch[i] = make_change(f, CHANGE_ERASE, NOW_MS);
        batch[i]->as.erase.respondent = NAMES[i];
        batch[i]->as.erase.limit = 1000;
    }
    comment(f, 9, 5, NOW_MS, "hereafter");
    index_all(f);
    for (size_t i = 3; i < 5; i++) {
        batch[i] = make_change(f, CHANGE_INDEX, NOW_MS);
        batch[i]->as.index.limit = 7;
        batch[i]->as.index.may_purge = true;
    }
    assert_ok(store_apply(f->store, batch, 5, NULL, &err), err);
    index_all(f);
    assert_int_equal(apply(f, make_change(f, CHANGE_SETTLE, NOW_MS)), OUTCOME_AMENDED);
    check_file(f);
    assert_string_equal(find(f, "hereafter"), "9");
    if (strncmp(f->url, "sqlite:", 7) == 0)
        assert_false(files_have(f, "unzerstoerbar"));
}

/* Beside busy neighbours that takes longer than a daemon waits for PostgreSQL. */
static void be_patient(struct fixture *f CXD_UNUSED) {
#ifdef CXD_POSTGRESQL
    struct error err;
    if (strncmp(f->url, CLUSTER_URL, strlen(CLUSTER_URL)) != 0)
        return;
    store_reader_close(f->reader);
    ((struct postgresql_store *)f->store)->question_ms = 600 * 1000;
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
#endif
}

/* A page ends with the comment that makes it too long; all pages have everything. */
static void test_long_comments(void **state) {
    struct fixture *f = *state;
    struct search_result result;
    struct error err;
    size_t length = SEARCH_BYTES_MAX / 4 + 2;
    char *text = malloc(length + 1);
    for (size_t i = 0; i < length; i += 2)
        memcpy(text + i, "a ", 2);
    text[length] = '\0';
    for (unsigned i = 1; i <= 10; i++)
        comment(f, i, 5, NOW_MS + i, text);
    be_patient(f);
    struct search_query query = parse(f, "a");
    for (int indexed = 0; indexed < 2; indexed++) {
        struct search search = search_of(f, &query, SEARCH_BEST);
        assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
        assert_true(result.is_full);
        assert_int_equal(result.count, 4);
        assert_string_equal(run(f, search), "10 9 8 7 6 5 4 3 2 1");
        search = search_of(f, NULL, SEARCH_OLDEST);
        search.listing.limit = 4;
        assert_ok(store_search(f->reader, &search, &f->arena, &result, &err), err);
        assert_false(result.is_full);
        assert_string_equal(run(f, search), "1 2 3 4 5 6 7 8 9 10");
        index_all(f);
    }
    free(text);
}

/* Random words, queries and changes: what SQLite finds is what a walk finds. */
static const char *random_text(struct fixture *f, size_t words) {
    static const char *const WORDS[] = {"slow", "fast", "Box", "b\u00f6x", "the", "slower", "a-b", "12", "fa", "OR"};
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < words; i++)
        buffer_append_format(&out, "%s%s", i ? " " : "", WORDS[next_random(CXD_COUNT(WORDS))]);
    const char *text = arena_strdup(&f->arena, buffer_terminate(&out));
    buffer_free(&out);
    return text;
}

static void change_some(struct fixture *f) {
    for (unsigned i = 0; i < 20; i++) {
        struct change *change =
            make_response(f, 3000 + next_random(150), (int)next_random(11), NOW_MS + next_random(60) * 1000);
        change->now_ms = NOW_MS;
        change->as.response.value.comment = next_random(4) ? random_text(f, 1 + next_random(9)) : NULL;
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

static void test_random(void **state) {
    (void)state;
    struct fixture files, memory;
    fixture_open(&files, "sqlite:%s/cxd.db");
    fixture_open(&memory, "memory:");
    make_shop(&files);
    make_shop(&memory);
    for (uint32_t round = 0; round < rounds(60, 12); round++) {
        uint32_t begin = seed = 77 + round;
        change_some(&files);
        seed = begin;
        change_some(&memory);
        for (int i = 0; i < 20; i++) {
            uint32_t at = seed;
            const char *text = random_query(&files, 0);
            seed = at;
            assert_string_equal(random_query(&memory, 0), text);
            struct search_query query;
            struct error err;
            enum cxd_err code = search_parse(text, &files.arena, &query, &err);
            if (code != CXD_OK)
                continue; /* too many words */
            for (int order = SEARCH_NEWEST; order <= SEARCH_HIGHEST; order++) {
                struct search search = search_of(&files, &query, order);
                search.listing.limit = 1 + next_random(30);
                search.listing.scores = next_random(3) == 0 ? 1 + next_random(2047) : 0;
                search.looks = order != SEARCH_BEST && next_random(3) == 0 ? 1 + next_random(10) : 0;
                const char *found = run(&files, search), *expected = run(&memory, search);
                if (strcmp(found, expected) != 0)
                    fail_msg("round %u, order %d, %s: %s; not %s", round, order, text, found, expected);
            }
        }
    }
    index_all(&files);
    check_file(&files);
    fixture_close(&files);
    fixture_close(&memory);
}

static const struct CMUnitTest TESTS[] = {
    ENGINE_TEST(test_finds_by_words),
    ENGINE_TEST(test_scripts),
    ENGINE_TEST(test_filters),
    ENGINE_TEST(test_follows_amendments),
    ENGINE_TEST(test_other_surveys),
    ENGINE_TEST(test_pages_hold),
    ENGINE_TEST(test_many_of_one_time),
    ENGINE_TEST(test_looks_are_bounded),
    ENGINE_TEST(test_of_a_respondent),
    ENGINE_TEST(test_marks),
    ENGINE_TEST(test_rebuild),
    ENGINE_TEST(test_erased_words_leave),
    ENGINE_TEST(test_words_taken_back_leave),
    ENGINE_TEST(test_words_leave_at_once),
    ENGINE_TEST(test_long_comments),
};

int main(void) {
    static const struct CMUnitTest BOTH[] = {cmocka_unit_test(test_random)};
    return run_over_all_engines(TESTS, CXD_COUNT(TESTS)) +
           cmocka_run_group_tests_name("search against the oracle", BOTH, NULL, NULL);
}
