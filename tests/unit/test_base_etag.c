/* Entity tags, lists of them, and what they make conditional (RFC 9110 §8.8.3, §13.1). */

#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/base/etag.h"

#define ABC "\"ba7816bf8f01cfea414140de5dae2223\"" /* FIPS 180-4's example: ba7816bf 8f01cfea 414140de 5dae2223 … */

static void test_a_tag_is_half_a_digest(void **state) {
    char tag[ETAG_SIZE], again[ETAG_SIZE];
    struct sha256_run run;
    etag_make("abc", 3, tag);
    assert_string_equal(tag, ABC);
    sha256_begin(&run);
    sha256_add(&run, "ab", 2);
    sha256_add(&run, "c", 1);
    etag_end(&run, again);
    assert_string_equal(again, tag);
}

/* However it is cut, also where more comes than is gathered. */
static void test_parts_are_the_whole(void **state) {
    char text[1200];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 256);
    for (size_t length = 0; length < sizeof text; length += 13) {
        char whole[ETAG_SIZE], parts[ETAG_SIZE];
        etag_make(text, length, whole);
        for (size_t step = 1; step < 700; step = step * 2 + 1) {
            struct sha256_run run;
            sha256_begin(&run);
            for (size_t at = 0; at < length; at += step)
                sha256_add(&run, text + at, step < length - at ? step : length - at);
            etag_end(&run, parts);
            assert_string_equal(parts, whole);
        }
    }
}

static void test_lists(void **state) {
    static const struct {
        const char *list;
        bool is_list, has_weak, has_strong;
    } cases[] = {
        {ABC, true, true, true},
        {"W/" ABC, true, true, false},
        {"\"x\", " ABC, true, true, true},
        {"\"x\"," ABC ",W/\"y\"", true, true, true},
        {"\"a,b\",W/" ABC " , \"y\"", true, true, false},
        {"W/" ABC ", " ABC, true, true, true},
        {", ,\t" ABC " ,, ", true, true, true},
        {"\"\"", true, false, false},
        {"W/\"\"", true, false, false},
        {"\"!#\\~\xc3\xa9\xff\"", true, false, false},
        {"\"W/"
         "x\"",
         true, false, false},
        {"*", true, true, true},
        {" * ", true, true, true},
        {"\"x\"", true, false, false},
        {"\"*\"", true, false, false},
        {"\"ba7816bf8f01cfea414140de5dae222\"", true, false, false},
        {"\"BA7816BF8F01CFEA414140DE5DAE2223\"", true, false, false},
        /* Read as far as they are lists. */
        {ABC " x", false, false, false},
        {"\"x\" " ABC, false, false, false},
        {ABC ", x", false, true, true},
        {"", false, false, false},
        {" , ", false, false, false},
        {"*x", false, false, false},
        {"*, " ABC, false, false, false},
        {ABC ", *", false, true, true},
        {"ba7816bf8f01cfea414140de5dae2223", false, false, false},
        {"\"ba7816bf8f01cfea414140de5dae2223", false, false, false},
        {"ba7816bf8f01cfea414140de5dae2223\"", false, false, false},
        {"'x'", false, false, false},
        {"\"a b\"", false, false, false},
        {"\"a\tb\"", false, false, false},
        {"\"a\x7f\"", false, false, false},
        {"w/" ABC, false, false, false},
        {"W/ " ABC, false, false, false},
        {"W/", false, false, false},
        {"W/*", false, false, false},
        {"\"x\"\"y\"", false, false, false},
        {"\"x\";" ABC, false, false, false},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        if (!etag_list_fault(cases[i].list) != cases[i].is_list)
            fail_msg("%s: %s", cases[i].list, cases[i].is_list ? etag_list_fault(cases[i].list) : "has no fault");
        if (etag_list_has(cases[i].list, ABC, false) != cases[i].has_weak)
            fail_msg("%s, weakly", cases[i].list);
        if (etag_list_has(cases[i].list, ABC, true) != cases[i].has_strong)
            fail_msg("%s, strongly", cases[i].list);
    }
}

static void test_preconditions(void **state) {
    static const char TAGS[][ETAG_SIZE] = {"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                                           "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\""};
    static const char *const A = TAGS[0], *const B = TAGS[1];
    const struct {
        const char *if_match, *if_none_match;
        bool is_there;
        size_t count;
        const char *broken;
    } cases[] = {
        {NULL, NULL, true, 2, NULL},
        {NULL, NULL, false, 0, NULL},
        {A, NULL, true, 1, NULL},
        {B, NULL, true, 2, NULL},
        {B, NULL, true, 1, "If-Match"},
        {"\"x\"", NULL, true, 2, "If-Match"},
        {"W/\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", NULL, true, 2, "If-Match"},
        {A, NULL, false, 0, "If-Match"},
        {A, NULL, true, 0, "If-Match"},
        {"*", NULL, true, 1, NULL},
        {"*", NULL, true, 0, NULL},
        {"*", NULL, false, 0, "If-Match"},
        {NULL, "*", false, 0, NULL},
        {NULL, "*", true, 1, "If-None-Match"},
        {NULL, "*", true, 0, "If-None-Match"},
        {NULL, A, true, 1, "If-None-Match"},
        {NULL, "W/\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"", true, 2, "If-None-Match"},
        {NULL, "\"x\"", true, 2, NULL},
        {NULL, "\"x\"", true, 0, NULL},
        {NULL, A, false, 0, NULL},
        {A, "\"x\"", true, 1, NULL},
        {A, "*", true, 1, "If-None-Match"},
        {"\"x\"", "*", true, 1, "If-Match"},
        {"*", "*", false, 0, "If-Match"},
    };
    for (size_t i = 0; i < CXD_COUNT(cases); i++) {
        struct precondition precondition = {cases[i].if_match, cases[i].if_none_match};
        const char *broken = precondition_broken(&precondition, cases[i].is_there, TAGS, cases[i].count);
        if ((broken == NULL) != (cases[i].broken == NULL) || (broken && strcmp(broken, cases[i].broken) != 0))
            fail_msg("case %zu: %s", i, broken ? broken : "holds");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tag_is_half_a_digest),
        cmocka_unit_test(test_parts_are_the_whole),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_preconditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
