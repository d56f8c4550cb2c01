/* Idempotency-Keys: which headers are one, and the ids that they name, which are for ever. */
#include "../support/unit.h"
#include "cxd/base/arena.h"
#include "cxd/codec/idempotency.h"
#include "cxd/codec/response.h"

static struct error err;

static void check_key(const char *header, const char *expected) {
    char key[IDEMPOTENCY_KEY_SIZE];
    assert_int_equal(idempotency_key_decode(header, key, &err), CXD_OK);
    assert_string_equal(key, expected);
}

static void test_keys(void **state) {
    check_key("order-17", "order-17");
    check_key("\"order-17\"", "order-17");
    check_key(" \torder-17 ", "order-17");
    check_key("a\"b\\", "a\"b\\");
    check_key("\"a\\\"b\\\\\"", "a\"b\\");
    check_key("\"a b\"", "a b");
    check_key(" \" \" ", " ");
    for (char c = ' '; c < 0x7F; c++) {
        char bare[] = {'k', c, 'k', '\0'}, quoted[] = {'"', 'k', '\\', c, 'k', '"', '\0'};
        if (c != '"' && c != '\\')
            memmove(quoted + 2, quoted + 3, 4);
        check_key(quoted, bare);
        if (c != ' ')
            check_key(bare, bare);
    }
}

static void test_what_is_no_key(void **state) {
    static const char *const HEADERS[] = {
        "",         " ",      "\"",       "\"\"",  "a b",   "\"a",      "a\tb",      "\"a\"b",    "\"a\tb\"",
        "\"a\"b\"", "\"\\\"", "\"a\\n\"", "\"a\\", "k\x7f", "\xc3\xa9", "\"k\x01\"", "\"a\";p=1", "\"\xc3\xa9\"",
    };
    char key[IDEMPOTENCY_KEY_SIZE];
    for (size_t i = 0; i < CXD_COUNT(HEADERS); i++)
        if (idempotency_key_decode(HEADERS[i], key, &err) != ERR_BAD_IDEMPOTENCY_KEY)
            fail_msg("%s is taken", HEADERS[i]);
}

static void test_length(void **state) {
    char header[2 * IDEMPOTENCY_KEY_MAX + 4], key[IDEMPOTENCY_KEY_SIZE];
    memset(header, 'k', sizeof header);
    header[IDEMPOTENCY_KEY_MAX] = '\0';
    assert_int_equal(idempotency_key_decode(header, key, &err), CXD_OK);
    assert_int_equal(strlen(key), 512);
    header[IDEMPOTENCY_KEY_MAX] = 'k';
    header[IDEMPOTENCY_KEY_MAX + 1] = '\0';
    assert_int_equal(idempotency_key_decode(header, key, &err), ERR_BAD_IDEMPOTENCY_KEY);
    /* It is the key that is counted, not its escapes. */
    header[0] = '"';
    for (size_t i = 0; i < IDEMPOTENCY_KEY_MAX; i++)
        memcpy(header + 1 + 2 * i, "\\\"", 2);
    strcpy(header + 1 + 2 * (size_t)IDEMPOTENCY_KEY_MAX, "\"");
    assert_int_equal(idempotency_key_decode(header, key, &err), CXD_OK);
    assert_int_equal(strspn(key, "\""), 512);
}

/* python3: uuid.uuid5(uuid.UUID("5b1de207-934c-4f0a-a671-2ec84d903fb5"), "shop\n0\norder-17") and so on. */
static void test_a_response_is_named(void **state) {
    struct id id, other;
    char text[ID_TEXT_SIZE];
    idempotency_name_response("order-17", "shop", &id);
    assert_string_equal(id_format(text, &id), "a1f7a5c5-1656-5578-b284-b7861caa32aa");
    idempotency_name_response("a\"b\\", "shop", &other);
    assert_string_equal(id_format(text, &other), "33ddf29a-2d70-53d8-847b-01ae6db8779d");
    idempotency_name_response("order-17", "shop2", &other);
    assert_true(id_compare(&id, &other) != 0);
}

/* Names a line, which is JSON, to the survey "shop". */
static struct id name_line(struct idempotency_lines *lines, const char *json) {
    struct arena arena;
    struct response response;
    struct id id;
    arena_init(&arena);
    assert_int_equal(response_decode(json, strlen(json), 16, &arena, &response, &err), CXD_OK);
    assert_true(idempotency_name_line(lines, "night", "shop", &response, &id));
    arena_free(&arena);
    return id;
}

/* The id of the only line of a batch. */
static struct id name_alone(const char *json) {
    struct idempotency_lines *lines = idempotency_lines_new();
    assert_non_null(lines);
    struct id id = name_line(lines, json);
    idempotency_lines_free(lines);
    return id;
}

/* python3: d = sha256(b"shop\0score\0" b"9\0" + …).hexdigest()[:32]; uuid5(space, f"shop\n{d} 0\nnight"). */
static void test_a_line_is_named_by_its_content(void **state) {
    static const struct {
        const char *json, *id;
    } LINES[] = {
        {"{\"score\":9}", "b5e37d3c-e8cb-5cbe-bd38-30141b73dced"},
        {"{\"score\":9,\"comment\":\"a\",\"respondent\":\"b\",\"touchpoint\":\"c\",\"channel\":\"d\","
         "\"locale\":\"en\","
         "\"visit\":\"e\",\"properties\":{\"y\":1.5,\"x\":\"2\"},\"answered_at\":\"2026-11-23T09:00:00Z\"}",
         "1c55549c-acb6-531f-8437-f7da5dec0ce3"},
        {"{\"score\":9,\"sequence\":12,\"answered_at\":\"2026-11-23T09:00:00Z\"}",
         "4e080ad8-98b3-55ca-b9e5-541516ed943f"},
    };
    char text[ID_TEXT_SIZE];
    for (size_t i = 0; i < CXD_COUNT(LINES); i++) {
        struct id id = name_alone(LINES[i].json);
        assert_string_equal(id_format(text, &id), LINES[i].id);
    }
}

static void test_how_a_line_is_written_does_not_matter(void **state) {
    static const char *const SAME[] = {
        "{\"score\":9,\"comment\":\"x\",\"properties\":{\"a\":\"7\",\"b\":\"1.5\"},\"answered_at\":\"2026-11-"
        "23T09:00:00Z\"}",
        " { \"properties\" : { \"b\" : 15e-1 , \"a\" : 7.0 } , \"comment\" : \"\\u0078\" , \"score\" : 9 , "
        "\"answered_at\" : \"2026-11-23T10:00:00.000+01:00\" } ",
        "{\"score\":9,\"comment\":\"x\",\"properties\":{\"a\":7,\"b\":\"1.5\"},\"answered_at\":\"2026-11-"
        "23T09:00:00Z\","
        "\"respondent\":null,\"id\":null,\"website\":\"\",\"nonce\":\"n\"}",
    };
    static const char *const OTHER[] = {
        "{\"score\":8}",
        "{\"score\":9}",
        "{\"score\":9,\"comment\":\"\\nx\"}",
        "{\"score\":9,\"comment\":\"x\"}",
        "{\"score\":9,\"respondent\":\"x\"}",
        "{\"score\":9,\"touchpoint\":\"x\"}",
        "{\"score\":9,\"channel\":\"x\"}",
        "{\"score\":9,\"visit\":\"x\"}",
        "{\"score\":9,\"locale\":\"x\"}",
        "{\"score\":9,\"properties\":{\"x\":\"0\"}}",
        "{\"score\":9,\"properties\":{\"\":\"x\"}}",
        "{\"score\":9,\"properties\":{\"x\":\"x\",\"y\":\"0\"}}",
        "{\"score\":9,\"properties\":{\"comment\":\"x\"}}",
        "{\"score\":9,\"answered_at\":\"2026-11-23T09:00:00Z\"}",
        "{\"score\":9,\"answered_at\":\"2026-11-23T09:00:00.001Z\"}",
        "{\"score\":9,\"sequence\":0}",
        "{\"score\":9,\"sequence\":1}",
    };
    struct id ids[1 + CXD_COUNT(OTHER)] = {name_alone(SAME[0])};
    for (size_t i = 1; i < CXD_COUNT(SAME); i++) {
        struct id id = name_alone(SAME[i]);
        assert_memory_equal(&id, &ids[0], sizeof id);
    }
    for (size_t i = 0; i < CXD_COUNT(OTHER); i++) {
        ids[1 + i] = name_alone(OTHER[i]);
        for (size_t k = 0; k <= i; k++)
            assert_memory_not_equal(&ids[1 + i], &ids[k], sizeof *ids);
    }
}

/* Many equal ones too cost no more than as many that differ, and each has an id of its own: the same at every time. */
static void test_equal_lines_are_counted(void **state) {
    enum { LINES = 20000, KINDS = 7 };
    struct id *first = calloc(LINES, sizeof *first), *id = calloc(1, sizeof *id);
    struct response response = {.has_score = true, .score = 1};
    char comment[24];
    response.comment = comment;
    for (int round = 0; round < 2; round++) {
        struct idempotency_lines *lines = idempotency_lines_new();
        assert_non_null(lines);
        for (int i = 0; i < LINES; i++) {
            /* The second time they come in another order, and between others. */
            int number = round == 0 ? i : LINES - 1 - i;
            snprintf(comment, sizeof comment, "%s %d", number % 2 ? "odd" : "kind",
                     number % 2 ? number : number % KINDS);
            assert_true(idempotency_name_line(lines, "k", "shop", &response, id));
            if (round == 0)
                first[i] = *id;
            else if (number % 2)
                assert_memory_equal(id, &first[number], sizeof *id);
            snprintf(comment, sizeof comment, "other %d", i);
            if (round == 1)
                assert_true(idempotency_name_line(lines, "k", "shop", &response, id));
        }
        idempotency_lines_free(lines);
    }
    qsort(first, LINES, sizeof *first, (int (*)(const void *, const void *))id_compare);
    for (int i = 1; i < LINES; i++)
        assert_true(id_compare(&first[i - 1], &first[i]) < 0);
    free(first);
    free(id);
    idempotency_lines_free(NULL);
}

/* Key, survey and response: none of them has the ids of another. */
static void test_lines_of_other_keys_and_surveys(void **state) {
    struct response response = {.has_score = true, .score = 1};
    static const char *const PLACES[][2] = {{"k", "shop"}, {"k2", "shop"}, {"k", "shop2"}, {"0", "shop"}};
    struct id ids[2 * CXD_COUNT(PLACES)];
    struct idempotency_lines *lines = idempotency_lines_new();
    for (size_t i = 0; i < CXD_COUNT(PLACES); i++) {
        assert_true(idempotency_name_line(lines, PLACES[i][0], PLACES[i][1], &response, &ids[2 * i]));
        idempotency_name_response(PLACES[i][0], PLACES[i][1], &ids[2 * i + 1]);
    }
    for (size_t i = 0; i < CXD_COUNT(ids); i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(&ids[i], &ids[k], sizeof *ids);
    idempotency_lines_free(lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_what_is_no_key),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_a_response_is_named),
        cmocka_unit_test(test_a_line_is_named_by_its_content),
        cmocka_unit_test(test_how_a_line_is_written_does_not_matter),
        cmocka_unit_test(test_equal_lines_are_counted),
        cmocka_unit_test(test_lines_of_other_keys_and_surveys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
