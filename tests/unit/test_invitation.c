/* Invitations: what makes one good, what it makes of a response, its token and the lists that ask for them. Tokens
 * against Node's crypto are in tests/http/invitations.test.mjs. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/codec/invitation.h"

static const int64_t NOW_MS = INT64_C(1795424400000); /* 2026-11-23T09:00:00Z */
static const struct response_limits LIMITS = {.comment_characters = 100,
                                              .respondent_characters = 8,
                                              .properties = 3,
                                              .property_key_characters = 8,
                                              .property_value_characters = 8};
static const struct property FIXED[] = {{"b", "1"}, {"plan", "pro"}};

static struct arena arena;
static struct error err;

static int set_up(void **state) {
    arena_init(&arena);
    error_clear(&err);
    return 0;
}

static int tear_down(void **state) {
    arena_free(&arena);
    return 0;
}

static struct invitation make(void) {
    return (struct invitation){.id = {{1, 2, 3}},
                               .survey = "shop",
                               .respondent = "Zo\xC3\xAB",
                               .expires_at = NOW_MS + 1,
                               .properties = FIXED,
                               .property_count = 2};
}

static void must_name(const char *pointers) {
    char got[4096] = "";
    for (size_t i = 0; i < err.member_count; i++)
        strcat(strcat(got, err.members[i].pointer), " ");
    assert_string_equal(got, pointers);
}

static void test_validate(void **state) {
    struct invitation invitation = make();
    assert_int_equal(invitation_validate(&invitation, &LIMITS, NOW_MS, "/expires_in", &err), CXD_OK);
    assert_int_equal(invitation_validate(&invitation, &LIMITS, NOW_MS + 1, "/expires_in", &err), ERR_INVALID);
    must_name("/expires_in ");
    static const struct property bad[] = {{"a b", "1"}, {"long", "123456789"}};
    invitation = (struct invitation){.expires_at = TIME_MAX, .properties = bad, .property_count = 2};
    error_clear(&err);
    assert_int_equal(invitation_validate(&invitation, &LIMITS, NOW_MS, "/e", &err), ERR_INVALID);
    must_name("/respondent /properties/a b /properties/long ");
    invitation.respondent = "123456789";
    invitation.property_count = 0;
    error_clear(&err);
    assert_int_equal(invitation_validate(&invitation, &LIMITS, NOW_MS, "/e", &err), ERR_INVALID);
    must_name("/respondent ");
}

static void test_judge(void **state) {
    struct invitation invitation = make();
    assert_int_equal(invitation_judge(&invitation, "shop", NOW_MS, &err), CXD_OK);
    assert_int_equal(invitation_judge(&invitation, "shop", NOW_MS + 1, &err), ERR_INVITATION_EXPIRED);
    assert_int_equal(invitation_judge(&invitation, "sho", NOW_MS, &err), ERR_INVITATION_OTHER_SURVEY);
    assert_int_equal(invitation_judge(&invitation, "sho", NOW_MS + 1, &err), ERR_INVITATION_OTHER_SURVEY);
}

static void test_response_id(void **state) {
    struct invitation a = make(), b = make();
    struct id first, second;
    invitation_response_id(&a, &first);
    b.respondent = "other";
    b.expires_at = 0;
    b.property_count = 0;
    invitation_response_id(&b, &second);
    assert_memory_equal(first.bytes, second.bytes, sizeof first.bytes); /* of survey and id alone */
    assert_int_equal(first.bytes[6] >> 4, 5);
    b.survey = "shop2";
    invitation_response_id(&b, &second);
    assert_memory_not_equal(first.bytes, second.bytes, sizeof first.bytes);
    a.id.bytes[15] = 1;
    invitation_response_id(&a, &second);
    assert_memory_not_equal(first.bytes, second.bytes, sizeof first.bytes);
}

static void test_fill(void **state) {
    static const struct property sent[] = {{"a", "x"}, {"c", "y"}, {"plan", "pro"}, {"z", "w"}};
    struct invitation invitation = make();
    struct response response = {.properties = sent, .property_count = 4};
    const struct response came = response;
    invitation_check(&invitation, &response, 5, &err);
    assert_int_equal(err.code, CXD_OK);
    assert_true(invitation_fill(&invitation, &response, &arena));
    assert_string_equal(response.respondent, invitation.respondent);
    const char *keys[] = {"a", "b", "c", "plan", "z"};
    assert_int_equal(response.property_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(response.properties[i].key, keys[i]);
    assert_string_equal(response_property(&response, "b"), "1");
    invitation_check(&invitation, &response, 5, &err); /* says what it said */
    assert_true(invitation_fill(&invitation, &response, &arena));
    assert_int_equal(err.code, CXD_OK);
    assert_int_equal(response.property_count, 5);
    assert_true(invitation_hide(&invitation, &came, &response, &arena));
    assert_true(response_same_payload(&response, &came));
}

static void test_check_refuses(void **state) {
    static const struct property sent[] = {{"b", "2"}, {"c", "y"}, {"plan", "pro"}, {"z", "w"}};
    struct invitation invitation = make();
    struct response response = {
        .has_id = true, .id = {{9}}, .respondent = "someone", .properties = sent, .property_count = 4};
    error_add_member(&err, "/score", "was bad before");
    invitation_check_id(&invitation, &response, &err);
    invitation_check(&invitation, &response, 4, &err);
    must_name("/score /id /respondent /properties/b ");
    response.respondent = NULL;
    response.property_count = 2; /* with plan 3 */
    response.properties = sent + 1;
    error_clear(&err);
    invitation_check(&invitation, &response, 3, &err);
    must_name("");
    invitation_check(&invitation, &response, 2, &err);
    must_name("/properties ");
}

static const char *sign(const struct invitation *invitation, const struct signing_key *key) {
    struct buffer token;
    buffer_init(&token);
    invitation_sign(&token, invitation, key);
    const char *text = arena_strdup(&arena, buffer_terminate(&token));
    buffer_free(&token);
    return text;
}

static void test_token(void **state) {
    const struct signing_key keys[] = {{.secret = "a"}, {.secret = "b"}, {.secret = "c"}};
    struct invitation invitation = make(), opened;
    for (size_t i = 0; i < 3; i++) {
        const char *token = sign(&invitation, &keys[i]);
        enum cxd_err code = invitation_open(token, keys, 2, &arena, &opened, &err);
        assert_int_equal(code, i < 2 ? CXD_OK : ERR_INVITATION_INVALID);
        if (i == 2)
            continue;
        assert_memory_equal(&opened.id, &invitation.id, sizeof opened.id);
        assert_string_equal(opened.survey, "shop");
        assert_int_equal(opened.expires_at, invitation.expires_at);
        assert_null(opened.respondent); /* nor has the token the properties */
        assert_int_equal(opened.property_count, 0);
    }
    assert_int_equal(invitation_open("", keys, 2, &arena, &opened, &err), ERR_INVITATION_INVALID);
    assert_int_equal(invitation_open(sign(&invitation, keys), keys, 0, &arena, &opened, &err), ERR_INVITATION_INVALID);
}

/* One that a cxd made whose tokens had everything in them. */
static void test_token_of_before(void **state) {
    static const char TOKEN[] =
        "eyJpIjoiMDEwMjAzMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIiwicyI6InNob3AiLCJyIjoiWm_DqyIsImUiOjE3OTU0"
        "MjQ0MDAwMDEsInAiOnsiYiI6IjEiLCJwbGFuIjoicHJvIn19.5GmKgOYqC9HkOJwW_D6zbTVs7Is7trJkXskiWf2D71Q";
    const struct signing_key key = {.secret = "a"};
    struct invitation invitation = make(), opened;
    assert_int_equal(invitation_open(TOKEN, &key, 1, &arena, &opened, &err), CXD_OK);
    assert_memory_equal(&opened.id, &invitation.id, sizeof opened.id);
    assert_string_equal(opened.survey, "shop");
    assert_string_equal(opened.respondent, invitation.respondent);
    assert_int_equal(opened.expires_at, invitation.expires_at);
    assert_int_equal(opened.property_count, 2);
    assert_string_equal(opened.properties[1].key, "plan");
    assert_string_equal(opened.properties[1].value, "pro");
}

/* Reads a list; each item as "line:code:respondent:properties;". */
static const char *read_list(enum invitation_form form, const char *text, int64_t *ret_last_expiry) {
    static char got[4096];
    struct invitation_list list = {.limits = &LIMITS, .item_bytes = 65536, .now_ms = NOW_MS, .expires_at = NOW_MS + 5};
    struct invitation invitation;
    size_t line;
    got[0] = '\0';
    if (invitation_list_open(&list, form, text, strlen(text), 8, &arena, &err) != CXD_OK) {
        snprintf(got, sizeof got, "%s", error_slug(err.code));
    } else {
        while (invitation_list_next(&list, &arena, &line, &invitation, &err)) {
            size_t length = strlen(got);
            snprintf(got + length, sizeof got - length, "%zu:%s:%s:%zu;", line, error_slug(err.code),
                     invitation.respondent ? invitation.respondent : "", invitation.property_count);
            if (ret_last_expiry)
                *ret_last_expiry = invitation.expires_at - NOW_MS;
        }
    }
    invitation_list_close(&list);
    return got;
}

static void test_json_lists(void **state) {
    int64_t expiry;
    assert_string_equal(read_list(INVITATION_OBJECT, "{\"respondent\":\"a\"}", &expiry), "1:ok:a:0;");
    assert_int_equal(expiry, 5);
    (void)read_list(INVITATION_OBJECT, "{\"respondent\":\"a\",\"expires_in\":\"1m\"}", &expiry);
    assert_int_equal(expiry, 60000);
    assert_string_equal(read_list(INVITATION_OBJECT, "[]", NULL), "1:invalid::0;");
    assert_string_equal(read_list(INVITATION_OBJECT, "{", NULL), "malformed_json");
    assert_string_equal(read_list(INVITATION_LINES,
                                  "{\"respondent\":\"a\",\"properties\":{\"p\":1}}\n\n5\n{\n{\"respondent\":\"b\"}",
                                  NULL),
                        "1:ok:a:1;3:invalid::0;4:malformed_json::0;5:ok:b:0;");
    assert_string_equal(read_list(INVITATION_LINES, "[{\"respondent\":\"a\"},{}]", NULL), "1:ok:a:0;2:invalid::0;");
    assert_string_equal(read_list(INVITATION_LINES,
                                  "\xEF\xBB\xBF{\"respondent\":\"a\",\"expires_in\":6e1,\"expires_at\":\"\"}\n"
                                  "{\"respondent\":\"b\",\"properties\":{\"p\":\" \",\"q\":null,\"r\":1e400}}\n"
                                  "{\"respondent\":\"c\",\"properties\":{\"p\":\"\\ud83d\"}}\n",
                                  &expiry),
                        "1:ok:a:0;2:ok:b:1;3:invalid:c:1;");
    assert_string_equal(read_list(INVITATION_LINES, "", NULL), "");
}

static void test_csv_lists(void **state) {
    int64_t expiry;
    assert_string_equal(read_list(INVITATION_CSV, "p,respondent,expires\r\n1,a,1m\r\n", &expiry), "2:ok:a:1;");
    assert_int_equal(expiry, 60000);
    (void)read_list(INVITATION_CSV, "respondent,expires\na,2026-11-23T09:00:01Z", &expiry);
    assert_int_equal(expiry, 1000);
    (void)read_list(INVITATION_CSV, "respondent,expires\na,", &expiry);
    assert_int_equal(expiry, 5);
    assert_string_equal(read_list(INVITATION_CSV,
                                  "respondent,p\n\"a\"\",\",\"x\ny\"\n\nb,\"\"\nc\n\"d\"e,x\nf\",x\ng,x\nh,\"x\n",
                                  NULL),
                        "2:ok:a\",:1;5:ok:b:0;6:malformed_csv::0;7:malformed_csv::0;8:malformed_csv::0;"
                        "9:ok:g:1;10:malformed_csv::0;");
    assert_string_equal(read_list(INVITATION_CSV, "respondent\n\xFF\nb\rc\nd", NULL),
                        "2:malformed_csv::0;3:malformed_csv::0;4:ok:d:0;");
    assert_string_equal(read_list(INVITATION_CSV, "respondent,p,expires\na, ,\t\n", NULL), "2:ok:a:0;");
    assert_string_equal(read_list(INVITATION_CSV, "", NULL), "malformed_csv");
    assert_string_equal(read_list(INVITATION_CSV, "p\n", NULL), "invalid");
    assert_string_equal(read_list(INVITATION_CSV, "respondent,p,p\n", NULL), "invalid");
    assert_string_equal(read_list(INVITATION_CSV, "respondent,\n", NULL), "invalid");
    assert_string_equal(read_list(INVITATION_CSV, "\xEF\xBB\xBFrespondent", NULL), "");
}

static void test_csv_append(void **state) {
    static const char *const cases[][2] = {
        {"", ""},          {"a b", "a b"},  {"a,b", "\"a,b\""}, {"\"", "\"\"\"\""},    {"a\nb", "\"a\nb\""},
        {"=1+1", "'=1+1"}, {"+49", "'+49"}, {"@a", "'@a"},      {"-1,2", "\"'-1,2\""}, {"a=", "a="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out;
        buffer_init(&out);
        csv_append(&out, cases[i][0]);
        assert_string_equal(buffer_terminate(&out), cases[i][1]);
        buffer_free(&out);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_validate),      TEST(test_judge),      TEST(test_response_id),     TEST(test_fill),
        TEST(test_check_refuses), TEST(test_token),      TEST(test_token_of_before), TEST(test_json_lists),
        TEST(test_csv_lists),     TEST(test_csv_append),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
