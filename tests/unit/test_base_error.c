/* Errors: the table, cutting at character boundaries, members and RFC 6901 pointers. */

#include "../support/unit.h"
#include "cxd/base/error.h"
#include "cxd/base/utf8.h"

static void test_table(void **state) {
    assert_int_equal(error_status(CXD_OK), 200);
    assert_string_equal(error_slug(CXD_OK), "ok");
    assert_string_equal(error_title(CXD_OK), "OK");
    assert_int_equal(error_status(ERR_INVALID), 422);
    assert_string_equal(error_slug(ERR_NO_ROUTE), "not_found");
    assert_int_equal(error_status(ERR_STORAGE_FULL), 507);
    assert_int_equal(error_status((enum cxd_err)9999), 500);
    for (int code = 1; code < CXD_ERR_COUNT; code++) {
        assert_in_range(error_status((enum cxd_err)code), 400, 599);
        assert_true(slug_valid(error_slug((enum cxd_err)code)));
        assert_true(strlen(error_title((enum cxd_err)code)) > 5);
    }
}

static void test_set(void **state) {
    struct error err;
    assert_int_equal(error_set(NULL, ERR_SCOPE, "%d", 1), ERR_SCOPE);
    assert_int_equal(error_set(&err, ERR_SCOPE, "needs %s", "read"), ERR_SCOPE);
    assert_int_equal(err.code, ERR_SCOPE);
    assert_string_equal(err.detail, "needs read");
    assert_int_equal(err.member_count, 0);
    error_set(&err, ERR_CONFIG, "line %d: %s", 3, err.detail); /* wraps itself */
    assert_string_equal(err.detail, "line 3: needs read");
    error_clear(&err);
    assert_int_equal(err.code, CXD_OK);
    assert_string_equal(err.detail, "");
}

/* For any length before the cut the detail stays valid UTF-8, and loses less than one character. */
static void test_set_cuts_whole_characters(void **state) {
    static const char *const CHARACTERS[] = {"x", "é", "€", "😀"};
    struct error err;
    for (size_t c = 0; c < CXD_COUNT(CHARACTERS); c++) {
        for (size_t pad = 0; pad < 4; pad++) {
            char text[1200] = "";
            memset(text, 'a', pad);
            text[pad] = '\0';
            while (strlen(text) < 600)
                strcat(text, CHARACTERS[c]);
            error_set(&err, ERR_INVALID, "%s", text);
            assert_true(utf8_count(err.detail) != SIZE_MAX);
            assert_in_range(strlen(err.detail), sizeof err.detail - 4, sizeof err.detail - 1);
            assert_memory_equal(err.detail, text, strlen(err.detail));
        }
    }
}

static void test_members(void **state) {
    struct error err;
    error_clear(&err);
    error_add_member(&err, "/score", "must be %d to %d", 0, 10);
    assert_int_equal(err.code, ERR_INVALID);
    assert_string_equal(err.detail, "1 member is not valid");
    error_add_member(&err, "", "is empty");
    assert_string_equal(err.detail, "2 members are not valid");
    assert_string_equal(err.members[0].pointer, "/score");
    assert_string_equal(err.members[0].detail, "must be 0 to 10");
    assert_string_equal(err.members[1].pointer, "");
    for (int i = 2; i < 100; i++)
        error_add_member(&err, "/x", "y");
    assert_int_equal(err.member_count, 100);
    assert_string_equal(err.detail, "100 members are not valid: the first 64 and 36 more");
    error_add_member(NULL, "/x", "y");

    error_set(&err, ERR_MALFORMED_JSON, "not JSON");
    error_add_member(&err, "/x", "y");
    assert_int_equal(err.code, ERR_MALFORMED_JSON);
    assert_string_equal(err.detail, "not JSON");

    error_clear(&err);
    char pointer[400] = "/";
    while (strlen(pointer) < 300)
        strcat(pointer, "€");
    error_add_member(&err, pointer, "too long");
    assert_true(utf8_count(err.members[0].pointer) != SIZE_MAX);
    assert_in_range(strlen(err.members[0].pointer), 156, 159);
}

static void test_dropped_members(void **state) {
    (void)state;
    struct error err;
    error_clear(&err);
    error_drop_member(&err, "/a");
    assert_int_equal(err.code, CXD_OK);
    error_add_member(&err, "/a", "1");
    error_add_member(&err, "/b", "2");
    error_add_member(&err, "/c", "3");
    error_drop_member(&err, "/x");
    assert_int_equal(err.member_count, 3);
    error_drop_member(&err, "/b");
    assert_string_equal(err.detail, "2 members are not valid");
    assert_string_equal(err.members[0].pointer, "/a");
    assert_string_equal(err.members[1].pointer, "/c");
    error_drop_member(&err, "/a");
    assert_string_equal(err.detail, "1 member is not valid");
    assert_string_equal(err.members[0].detail, "3");
    error_drop_member(&err, "/c");
    assert_int_equal(err.code, CXD_OK);
    assert_string_equal(err.detail, "");
    for (int i = 0; i < ERROR_MEMBERS_MAX; i++)
        error_add_member(&err, i == 7 ? "/seven" : "/x", "y");
    error_add_member(&err, "/behind", "y");
    error_drop_member(&err, "/seven"); /* one of those that are not kept would have to come in its place */
    assert_int_equal(err.member_count, ERROR_MEMBERS_MAX + 1);
    assert_string_equal(err.members[7].pointer, "/seven");
}

static void check_pointer(const char *start, size_t size, const char *token, const char *expected) {
    char pointer[64];
    strcpy(pointer, start);
    error_pointer_append(pointer, size, token);
    assert_string_equal(pointer, expected);
}

static void test_pointer(void **state) {
    check_pointer("", 64, "properties", "/properties");
    check_pointer("/a", 64, "b", "/a/b");
    check_pointer("", 64, "", "/");
    check_pointer("", 64, "a/b", "/a~1b");
    check_pointer("", 64, "m~n", "/m~0n");
    check_pointer("", 64, "~1", "/~01");
    check_pointer("", 64, "/~/", "/~1~0~1");
    check_pointer("", 5, "abcdef", "/abc");
    check_pointer("", 5, "ab/c", "/ab");
    check_pointer("", 6, "ab/c", "/ab~1");
    check_pointer("", 5, "a€", "/a");
    check_pointer("", 6, "a€", "/a€");
    check_pointer("", 6, "é€", "/é");
    check_pointer("abc", 4, "x", "abc");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_set_cuts_whole_characters),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_dropped_members),
        cmocka_unit_test(test_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
