/* API keys to and from JSON, and the read-only view of JSON that the command line has. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/json.h"
#include "cxd/codec/key.h"

enum { DEPTH = 16 };

static const int64_t NOW_MS = INT64_C(1795424400000); /* 2026-11-23T09:00:00Z */

static struct error err;

static void must_decode(const char *text, const char *name, unsigned scopes, int64_t expires_at) {
    struct api_key key = {.created_at = 42};
    if (key_decode(text, strlen(text), DEPTH, NOW_MS, &key, &err) != CXD_OK)
        fail_msg("%s\nis refused: %s (%s %s)", text, err.detail, err.members[0].pointer, err.members[0].detail);
    assert_string_equal(key.name, name);
    assert_int_equal(key.scopes, scopes);
    if (key.expires_at != expires_at)
        fail_msg("%s\nexpires at %lld", text, (long long)key.expires_at);
    assert_int_equal(key.created_at, 42);
}

static void must_refuse(const char *text, enum cxd_err code, const char *pointers) {
    struct api_key key = {.name = "before", .scopes = 42, .expires_at = 42};
    char got[8192] = "";
    enum cxd_err result = key_decode(text, strlen(text), DEPTH, NOW_MS, &key, &err);
    if (result != code || err.code != code)
        fail_msg("%s\ngives code %d, not %d", text, (int)result, (int)code);
    assert_string_equal(key.name, "before");
    assert_int_equal(key.scopes, 42);
    assert_int_equal(key.expires_at, 42);
    for (size_t i = 0; i < err.member_count && i < ERROR_MEMBERS_MAX; i++)
        strcat(strcat(got, err.members[i].pointer), " ");
    if (strcmp(got, pointers) != 0)
        fail_msg("%s\nis refused at %s\nnot           %s", text, got, pointers);
}

static void test_key_decodes(void **state) {
    must_decode("{\"name\":\"dash\",\"scopes\":[\"read\"]}", "dash", SCOPE_READ, TIME_MAX);
    must_decode("{\"name\":\"dash\",\"scopes\":[\"erase\",\"export\",\"write\",\"read\",\"read\"],\"expires_"
                "at\":null}",
                "dash", SCOPE_READ | SCOPE_WRITE | SCOPE_EXPORT | SCOPE_ERASE, TIME_MAX);
    must_decode("{\"name\":\"é\",\"scopes\":[\"admin\"],\"expires_at\":\"2026-11-23T09:00:01Z\"}", "é", SCOPE_ADMIN,
                NOW_MS + 1000);
    must_decode("{\"expires_in\":\"90d\",\"scopes\":[\"admin\"],\"name\":\"x\"}", "x", SCOPE_ADMIN,
                NOW_MS + INT64_C(7776000000));
    must_decode("{\"expires_in\":60,\"scopes\":[\"admin\"],\"name\":\"x\"}", "x", SCOPE_ADMIN, NOW_MS + 60000);
}

static void test_key_refuses(void **state) {
    must_refuse("{}", ERR_INVALID, "/name /scopes ");
    must_refuse("[]", ERR_INVALID, " ");
    must_refuse("{\"name\":\"\",\"scopes\":[]}", ERR_INVALID, "/name /scopes ");
    must_refuse("{\"name\":1,\"scopes\":\"read\"}", ERR_INVALID, "/name /scopes ");
    must_refuse("{\"name\":\"a\\nb\",\"scopes\":[\"read\",\"Read\",1]}", ERR_INVALID, "/name /scopes/1 /scopes/2 ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"expires_at\":\"2026-11-23T09:00:00Z\"}", ERR_INVALID,
                "/expires_at ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"expires_at\":90}", ERR_INVALID, "/expires_at ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"expires_in\":0}", ERR_INVALID, "/expires_in ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"expires_in\":\"long\"}", ERR_INVALID, "/expires_in ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"expires_in\":60,\"expires_at\":\"2027-01-01T00:00:00Z\"}",
                ERR_INVALID, "/expires_in ");
    must_refuse("{\"name\":\"a\",\"scopes\":[\"read\"],\"scope\":1,\"id\":2}", ERR_INVALID, "/scope /id ");
    must_refuse("{\"name\":\"a\"", ERR_MALFORMED_JSON, "");
    char text[400];
    snprintf(text, sizeof text, "{\"name\":\"%0128d\",\"scopes\":[\"read\"]}", 1);
    struct api_key key;
    assert_int_equal(key_decode(text, strlen(text), DEPTH, NOW_MS, &key, &err), CXD_OK);
    snprintf(text, sizeof text, "{\"name\":\"%0129d\",\"scopes\":[\"read\"]}", 1);
    must_refuse(text, ERR_INVALID, "/name ");
}

static void test_key_encodes(void **state) {
    struct api_key key = {.name = "dash \"1\"",
                          .prefix = "cxs_abcd",
                          .scopes = SCOPE_READ | SCOPE_ERASE,
                          .created_at = NOW_MS,
                          .expires_at = TIME_MAX};
    struct buffer out;
    assert_true(id_parse("0190b6e2-7f3c-7a10-8c55-3b1f0c9d2e41", 36, &key.id));
    buffer_init(&out);
    key_encode(&out, &key, "cxs_abcdefg");
    assert_string_equal(buffer_terminate(&out),
                        "{\"id\":\"0190b6e2-7f3c-7a10-8c55-3b1f0c9d2e41\",\"name\":\"dash "
                        "\\\"1\\\"\",\"prefix\":\"cxs_abcd\","
                        "\"scopes\":[\"read\",\"erase\"],\"created_at\":\"2026-11-23T09:00:00Z\",\"expires_at\":null,"
                        "\"last_used\":null,\"revoked_at\":null,\"key\":\"cxs_abcdefg\"}");
    key.scopes = SCOPE_ADMIN;
    key.expires_at = NOW_MS + 1000;
    key.used_day = INT64_C(1795392000000); /* date -ud 2026-11-23 +%s */
    key.revoked_at = NOW_MS + 2000;
    buffer_reset(&out);
    key_encode(&out, &key, NULL);
    assert_string_equal(buffer_terminate(&out), "{\"id\":\"0190b6e2-7f3c-7a10-8c55-3b1f0c9d2e41\",\"name\":\"dash "
                                                "\\\"1\\\"\",\"prefix\":\"cxs_abcd\","
                                                "\"scopes\":[\"admin\"],\"created_at\":\"2026-11-23T09:00:00Z\","
                                                "\"expires_at\":\"2026-11-23T09:00:01Z\",\"last_used\":\"2026-11-23\","
                                                "\"revoked_at\":\"2026-11-23T09:00:02Z\"}");
    buffer_free(&out);
}

static void test_json_view(void **state) {
    const char *text = "{\"b\":{\"c\":{\"d\":1.5}},\"a\":[\"x\",2,null,true],\"t\":true,\"n\":null,\"i\":7,\"\":\"e\"}";
    struct json *document;
    double number = 42;
    assert_int_equal(json_open(text, strlen(text), &document, &err), CXD_OK);
    assert_int_equal(json_count(document), 6);
    assert_string_equal(json_name_at(document, 0), "b");
    assert_string_equal(json_name_at(document, 1), "a");
    assert_null(json_name_at(document, 6));
    assert_true(json_number(document, "b.c.d", &number));
    assert_true(number == 1.5);
    assert_true(json_number(document, "i", &number));
    assert_true(number == 7);
    assert_false(json_number(document, "b.c", &number));
    assert_false(json_number(document, "b.x.d", &number));
    assert_false(json_number(document, "n", &number));
    assert_true(number == 7);
    assert_true(json_is_true(document, "t"));
    assert_false(json_is_true(document, "n"));
    assert_false(json_is_true(document, "i"));
    assert_null(json_get(document, "n"));
    assert_null(json_get(document, "missing"));
    assert_null(json_text(document, "i"));
    const struct json *array = json_get(document, "a");
    assert_int_equal(json_count(array), 4);
    assert_string_equal(json_text(json_at(array, 0), ""), "x");
    assert_null(json_at(array, 2));
    assert_null(json_at(array, 4));
    assert_null(json_at(document, 0));
    assert_true(json_is_true(json_at(array, 3), ""));
    assert_int_equal(json_count(json_at(array, 1)), 0);
    assert_null(json_get(json_get(document, "missing"), "x"));
    json_free(document);
    json_free(NULL);
    assert_int_equal(json_open("{\"a\":}", 6, &document, &err), ERR_MALFORMED_JSON);
    assert_int_equal(json_open("", 0, &document, &err), ERR_MALFORMED_JSON);
}

static void test_too_deep(void **state) {
    static const struct {
        const char *text;
        size_t depth;
        bool too_deep;
    } CASES[] = {
        {"", 0, false},        {"1", 0, false},           {"[]", 0, true},           {"[]", 1, false},
        {"[[]]", 1, true},     {"[{}]", 2, false},        {"[{\"a\":[]}]", 2, true}, {"[][][]", 1, false},
        {"\"[[[\"", 0, false}, {"\"\\\"[[[\"", 0, false}, {"\"\\\\\"[", 0, true},    {"]]]]", 0, false},
        {"]]][[", 1, true},    {"\"", 0, false},          {"\"\\", 0, false},        {"\"[", 0, false},
        {"[\"]\",[", 1, true},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        if (json_too_deep(CASES[i].text, strlen(CASES[i].text), CASES[i].depth) != CASES[i].too_deep)
            fail_msg("%s at depth %zu", CASES[i].text, CASES[i].depth);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_decodes), cmocka_unit_test(test_key_refuses), cmocka_unit_test(test_key_encodes),
        cmocka_unit_test(test_json_view),   cmocka_unit_test(test_too_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
