/* Survey definitions: defaults of every metric and scale, every rule with the member it names, and API keys. */
#include "../support/unit.h"
#include "cxd/base/clock.h"
#include "cxd/domain/key.h"
#include "cxd/domain/survey.h"

static struct survey make_survey(enum metric metric) {
    struct survey survey = {.slug = "checkout",
                            .metric = metric,
                            .opens_at = TIME_MIN,
                            .closes_at = TIME_MAX,
                            .amend_window_s = 1800,
                            .max_backdate_s = 604800};
    survey_set_defaults(&survey, false);
    return survey;
}

/* The pointers that validation names, joined by blanks, must be `expected`. */
static void check_members(const struct survey *survey, const char *expected) {
    struct error err;
    error_clear(&err);
    enum cxd_err code = survey_validate(survey, &err);
    char found[2048] = "";
    for (size_t i = 0; i < err.member_count; i++) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%s", i > 0 ? " " : "", err.members[i].pointer);
        assert_true(err.members[i].detail[0] != '\0');
    }
    assert_string_equal(found, expected);
    assert_int_equal(code, expected[0] ? ERR_INVALID : CXD_OK);
    assert_int_equal(err.code, code);
}

static void test_names(void **state) {
    for (int i = 0; i < METRIC_COUNT; i++)
        assert_int_equal(words_find(&SURVEY_METRICS, metric_name((enum metric)i)), i);
    for (int i = 0; i < METHOD_COUNT; i++)
        assert_int_equal(words_find(&SURVEY_METHODS, method_name((enum method)i)), i);
    for (int i = 0; i < DIRECTION_COUNT; i++)
        assert_int_equal(words_find(&SURVEY_DIRECTIONS, direction_name((enum direction)i)), i);
    assert_int_equal(SURVEY_METRICS.count, METRIC_COUNT);
    assert_int_equal(SURVEY_METHODS.count, METHOD_COUNT);
    assert_int_equal(SURVEY_DIRECTIONS.count, DIRECTION_COUNT);
    assert_int_equal(SURVEY_ACCESSES.count, ACCESS_COUNT);
    assert_int_equal(SURVEY_RECONTACTS.count, RECONTACT_COUNT);
    assert_int_equal(SURVEY_RETENTIONS.count, RETENTION_COUNT);
    assert_string_equal(metric_name(METRIC_CSAT), "csat");
    assert_string_equal(method_name(METHOD_NET_EASY), "net_easy");
    assert_string_equal(direction_name(DIRECTION_LOWER), "lower_is_better");
    assert_int_equal(words_find(&SURVEY_METRICS, "NPS"), -1);
}

/* docs/scoring.md §1, line by line. */
static void test_defaults(void **state) {
    static const struct {
        enum metric metric;
        int min, max;
        enum method method;
        enum direction direction;
        int favourable, unfavourable;
    } CASES[] = {
        {METRIC_NPS, 0, 10, METHOD_NET_PROMOTER, DIRECTION_HIGHER, 9, 6},
        {METRIC_CSAT, 0, 1, METHOD_TOP_BOX, DIRECTION_HIGHER, 1, 0},
        {METRIC_CSAT, 1, 3, METHOD_TOP_BOX, DIRECTION_HIGHER, 3, 1},
        {METRIC_CSAT, 1, 5, METHOD_TOP_BOX, DIRECTION_HIGHER, 4, 2},
        {METRIC_CSAT, 1, 7, METHOD_TOP_BOX, DIRECTION_HIGHER, 6, 3},
        {METRIC_CSAT, 1, 10, METHOD_TOP_BOX, DIRECTION_HIGHER, 9, 5},
        {METRIC_CSAT, 1, 7, METHOD_MEAN, DIRECTION_HIGHER, 6, 3},
        {METRIC_CES, 1, 7, METHOD_MEAN, DIRECTION_HIGHER, 5, 3},
        {METRIC_CES, 1, 7, METHOD_TOP_BOX, DIRECTION_HIGHER, 5, 3},
        {METRIC_CES, 1, 7, METHOD_NET_EASY, DIRECTION_HIGHER, 6, 3},
        {METRIC_CES, 1, 5, METHOD_MEAN, DIRECTION_HIGHER, 4, 2},
        {METRIC_CES, 1, 5, METHOD_NET_EASY, DIRECTION_HIGHER, 4, 2},
        {METRIC_CES, 1, 5, METHOD_MEAN, DIRECTION_LOWER, 2, 4},
        {METRIC_CES, 1, 7, METHOD_MEAN, DIRECTION_LOWER, 3, 5},
        {METRIC_CES, 1, 7, METHOD_NET_EASY, DIRECTION_LOWER, 2, 5},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct survey survey = make_survey(CASES[i].metric);
        survey.scale_min = CASES[i].min;
        survey.scale_max = CASES[i].max;
        survey_set_defaults(&survey, true);
        assert_int_equal(survey.scale_min, CASES[i].min);
        survey.method = CASES[i].method;
        survey.direction = CASES[i].direction;
        survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
        assert_int_equal(survey.favourable, CASES[i].favourable);
        assert_int_equal(survey.unfavourable, CASES[i].unfavourable);
        check_members(&survey, "");
    }
    static const struct {
        enum metric metric;
        int min, max;
        enum method method;
    } METRICS[] = {
        {METRIC_NPS, 0, 10, METHOD_NET_PROMOTER}, {METRIC_CSAT, 1, 5, METHOD_TOP_BOX}, {METRIC_CES, 1, 7, METHOD_MEAN}};
    for (size_t i = 0; i < CXD_COUNT(METRICS); i++) {
        struct survey survey = make_survey(METRICS[i].metric);
        assert_int_equal(survey.scale_min, METRICS[i].min);
        assert_int_equal(survey.scale_max, METRICS[i].max);
        assert_int_equal(survey.method, METRICS[i].method);
        assert_int_equal(survey.direction, DIRECTION_HIGHER);
    }
}

static void test_scale(void **state) {
    for (unsigned metric = 0; metric < METRIC_COUNT; metric++) {
        int allowed = 0;
        for (int min = -1; min <= 2; min++) {
            for (int max = 0; max <= 12; max++) {
                struct survey survey = make_survey((enum metric)metric);
                survey.scale_min = min;
                survey.scale_max = max;
                survey_set_defaults(&survey, true);
                struct error err;
                error_clear(&err);
                if (survey_validate(&survey, &err) == CXD_OK)
                    allowed++;
                else
                    check_members(&survey, "/scale");
            }
        }
        /* Of csat each of 0 to 10, 1 to 10 and 2 to 10 that is longer than one step. */
        assert_int_equal(allowed, metric == METRIC_NPS ? 1 : metric == METRIC_CSAT ? 10 + 9 + 8 : 2);
    }
    struct survey survey = make_survey(METRIC_CES);
    survey.scale_min = INT32_MAX;
    survey.scale_max = INT32_MAX;
    survey.direction = DIRECTION_LOWER;
    survey_default_bands(&survey, &survey.favourable, &survey.unfavourable); /* no overflow */
    check_members(&survey, "/scale");
}

/* Where no bands are usual, a definition states them: any that lie apart, in the scale. */
static void test_stated_bands(void **state) {
    static const struct { int min, max; } USUAL[] = {{0, 1}, {1, 3}, {1, 5}, {1, 7}, {1, 10}};
    for (int min = 0; min <= 10; min++) {
        for (int max = min + 1; max <= 10; max++) {
            struct survey survey = make_survey(METRIC_CSAT);
            bool is_usual = false;
            for (size_t i = 0; i < CXD_COUNT(USUAL); i++)
                is_usual = is_usual || (USUAL[i].min == min && USUAL[i].max == max);
            survey.scale_min = min;
            survey.scale_max = max;
            assert_int_equal(survey_default_bands(&survey, &survey.favourable, &survey.unfavourable), is_usual);
            for (int from = min - 1; from <= max + 1; from++) {
                for (int to = min - 1; to <= max + 1; to++) {
                    survey.favourable = from;
                    survey.unfavourable = to;
                    struct error err;
                    error_clear(&err);
                    bool is_taken = survey_validate(&survey, &err) == CXD_OK;
                    assert_int_equal(is_taken, min <= to && to < from && from <= max);
                }
            }
        }
    }
    struct survey survey = make_survey(METRIC_CSAT);
    survey.scale_min = 1;
    survey.scale_max = 11;
    assert_true(survey_default_bands(&survey, &survey.favourable, &survey.unfavourable)); /* the scale is refused */
    check_members(&survey, "/scale");
}

static void test_method_and_direction(void **state) {
    static const unsigned ALLOWED[METRIC_COUNT] = {1U << METHOD_NET_PROMOTER, 1U << METHOD_TOP_BOX | 1U << METHOD_MEAN,
                                                   1U << METHOD_TOP_BOX | 1U << METHOD_MEAN | 1U << METHOD_NET_EASY};
    for (unsigned metric = 0; metric < METRIC_COUNT; metric++) {
        for (unsigned method = 0; method < METHOD_COUNT; method++) {
            struct survey survey = make_survey((enum metric)metric);
            survey.method = (enum method)method;
            check_members(&survey, ALLOWED[metric] & 1U << method ? "" : "/method");
        }
        struct survey survey = make_survey((enum metric)metric);
        survey.direction = DIRECTION_LOWER;
        survey_default_bands(&survey, &survey.favourable, &survey.unfavourable);
        check_members(&survey, metric == METRIC_CES ? "" : "/direction");
    }
}

static void test_bands(void **state) {
    static const struct {
        enum metric metric;
        enum direction direction;
        int favourable, unfavourable;
        const char *members;
    } CASES[] = {
        {METRIC_NPS, DIRECTION_HIGHER, 8, 6, "/bands/satisfied_from"},
        {METRIC_NPS, DIRECTION_HIGHER, 9, 5, "/bands/dissatisfied_to"},
        {METRIC_NPS, DIRECTION_HIGHER, 10, 0, "/bands/satisfied_from /bands/dissatisfied_to"},
        {METRIC_CSAT, DIRECTION_HIGHER, 5, 1, ""},
        {METRIC_CSAT, DIRECTION_HIGHER, 3, 2, ""},
        {METRIC_CSAT, DIRECTION_HIGHER, 3, 3, "/bands/dissatisfied_to"},
        {METRIC_CSAT, DIRECTION_HIGHER, 2, 4, "/bands/dissatisfied_to"},
        {METRIC_CSAT, DIRECTION_HIGHER, 6, 2, "/bands/satisfied_from"},
        {METRIC_CSAT, DIRECTION_HIGHER, 4, 0, "/bands/dissatisfied_to"},
        {METRIC_CSAT, DIRECTION_HIGHER, 0, 9, "/bands/satisfied_from /bands/dissatisfied_to"},
        {METRIC_CES, DIRECTION_LOWER, 1, 7, ""},
        {METRIC_CES, DIRECTION_LOWER, 3, 4, ""},
        {METRIC_CES, DIRECTION_LOWER, 4, 4, "/bands/dissatisfied_to"},
        {METRIC_CES, DIRECTION_LOWER, 5, 3, "/bands/dissatisfied_to"},
        {METRIC_CES, DIRECTION_LOWER, 0, 8, "/bands/satisfied_from /bands/dissatisfied_to"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct survey survey = make_survey(CASES[i].metric);
        survey.direction = CASES[i].direction;
        survey.favourable = CASES[i].favourable;
        survey.unfavourable = CASES[i].unfavourable;
        check_members(&survey, CASES[i].members);
    }
}

static void test_slug_and_name(void **state) {
    struct survey survey = make_survey(METRIC_NPS);
    strcpy(survey.slug, "Checkout");
    check_members(&survey, "/slug");
    strcpy(survey.slug, "");
    check_members(&survey, "/slug");
    strcpy(survey.slug, "7-up_b");
    survey.name = "Checkout — Zürich";
    check_members(&survey, "");
    survey.name = "two\nlines";
    check_members(&survey, "/name");
    survey.name = "bad \xff byte";
    check_members(&survey, "/name");
    char name[402];
    for (size_t i = 0; i < 400; i += 2)
        memcpy(name + i, "é", 2);
    name[400] = '\0';
    survey.name = name; /* 200 characters in 400 bytes */
    check_members(&survey, "");
    strcpy(name + 400, "x");
    check_members(&survey, "/name");
}

static void test_texts(void **state) {
    static char long_text[1002];
    memset(long_text, 'x', 1001);
    struct survey_text texts[] = {
        {.locale = "en",
         .question = "How\nlikely?",
         .low_label = "0",
         .high_label = "10",
         .comment_prompt = "",
         .thanks = "!"},
        {.locale = "pt-BR", .question = "Sim?"},
        {.locale = "zh_Hant", .thanks = NULL},
    };
    struct survey survey = make_survey(METRIC_NPS);
    survey.texts = texts;
    survey.text_count = 3;
    check_members(&survey, "");
    texts[0].thanks = long_text;
    texts[1].low_label = "bell\a";
    texts[1].comment_prompt = "\xc3";
    check_members(&survey, "/texts/en/thanks /texts/pt-BR/low_label /texts/pt-BR/comment_prompt");
    texts[0].locale = "e n";
    texts[1].locale = "x/y~";
    check_members(&survey, "/texts/e n /texts/x~1y~0");
    static const char *const BAD[] = {
        "", "-en", "en-", "en--US", "abcdefghi", "en.US", "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s"};
    survey.text_count = 1;
    texts[0].thanks = NULL;
    for (size_t i = 0; i < CXD_COUNT(BAD); i++) {
        texts[0].locale = BAD[i];
        char pointer[80];
        snprintf(pointer, sizeof pointer, "/texts/%s", BAD[i]);
        check_members(&survey, pointer);
    }
    static struct survey_text many[SURVEY_TEXTS_MAX + 1];
    survey.texts = many;
    survey.text_count = SURVEY_TEXTS_MAX + 1;
    check_members(&survey, "/texts");
}

static void test_properties(void **state) {
    char long_key[66];
    memset(long_key, 'k', 65);
    long_key[65] = '\0';
    struct survey_property properties[17] = {{.key = "plan"}, {.key = "A_z.9-x"}, {.key = long_key + 1}};
    struct survey survey = make_survey(METRIC_NPS);
    survey.properties = properties;
    survey.property_count = 3;
    check_members(&survey, "");
    properties[0].key = "plan b";
    properties[2].key = long_key;
    check_members(&survey, "/properties/0 /properties/2");
    properties[0].key = "";
    properties[2].key = "A_z.9-x";
    check_members(&survey, "/properties/0 /properties/2");
    assert_int_equal(survey_property_index(&survey, "A_z.9-x"), 1);
    assert_int_equal(survey_property_index(&survey, "a_z.9-x"), -1);
    char keys[17][4];
    for (size_t i = 0; i < 17; i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i);
        properties[i].key = keys[i];
    }
    survey.property_count = 16;
    check_members(&survey, "");
    survey.property_count = 17;
    check_members(&survey, "/properties");
}

static void test_origins(void **state) {
    static const struct {
        const char *origin;
        bool valid;
    } CASES[] = {
        {"https://shop.example", true},
        {"http://localhost:3000", true},
        {"https://[::1]:8443", true},
        {"null", true},
        {"capacitor://localhost", true},
        {"https://xn--mnchen-3ya.example", true},
        {"https://a_b.example", true},
        {"https://192.0.2.7:1", true},
        {"http://x:65535", true},
        {"https://x:80", true},
        {"http://x:443", true},
        {"*", false},
        {"", false},
        {"https://", false},
        {"https://Shop.example", false},
        {"HTTPS://shop.example", false},
        {"https://shop.example/", false},
        {"https://shop.example/a", false},
        {"shop.example", false},
        {"//shop.example", false},
        {"https://shop.example:", false},
        {"https://shop.example:0", false},
        {"http://x:65536", false},
        {"http://x:080", false},
        {"http://x:123456", false},
        {"https://*.example", false},
        {"https://u@x", false},
        {"https://x?q", false},
        {"https://[::1", false},
        {"https://[]", false},
        {"https:/x", false},
        {"https://x:443", false},
        {"http://x:80", false},
        {"1http://x", false},
        {"https://x ", false},
        {"https://x:8a", false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct survey survey = make_survey(METRIC_NPS);
        survey.origins = &CASES[i].origin;
        survey.origin_count = 1;
        check_members(&survey, CASES[i].valid ? "" : "/allowed_origins/0");
    }
    struct survey survey = make_survey(METRIC_NPS);
    assert_true(survey_allows_origin(&survey, "https://any.example"));
    const char *const origins[] = {"https://a.example", "https://b.example:8443"};
    survey.origins = origins;
    survey.origin_count = 2;
    assert_true(survey_allows_origin(&survey, "https://b.example:8443"));
    assert_false(survey_allows_origin(&survey, "https://b.example"));
    assert_false(survey_allows_origin(&survey, "https://a.example.evil"));
    assert_false(survey_allows_origin(&survey, "null"));
}

static void test_times_and_ranges(void **state) {
    struct survey survey = make_survey(METRIC_NPS);
    survey.opens_at = 1000;
    survey.closes_at = 2000;
    check_members(&survey, "");
    assert_false(survey_is_open(&survey, 999));
    assert_true(survey_is_open(&survey, 1000));
    assert_true(survey_is_open(&survey, 1999));
    assert_false(survey_is_open(&survey, 2000));
    survey.archived_at = 1;
    assert_false(survey_is_open(&survey, 1500));
    survey.closes_at = 1000;
    check_members(&survey, "/closes_at");
    survey = make_survey(METRIC_NPS);
    assert_true(survey_is_open(&survey, 0));

    survey.amend_window_s = 365 * 86400;
    survey.max_backdate_s = INT64_C(3653) * 86400;
    survey.min_n = 1000000;
    check_members(&survey, "");
    survey.amend_window_s++;
    survey.max_backdate_s++;
    survey.min_n++;
    check_members(&survey, "/amend_window /max_backdate /min_n");
    survey.amend_window_s = survey.max_backdate_s = survey.min_n = -1;
    check_members(&survey, "/amend_window /max_backdate /min_n");
    survey.amend_window_s = survey.max_backdate_s = survey.min_n = 0;
    check_members(&survey, "");
}

/* What the parser said is not said again: of the member, of what is below it, of what is above it. */
static void test_reported_once(void **state) {
    struct survey survey = make_survey(METRIC_CSAT);
    survey.scale_max = 99;
    survey.favourable = 77;
    survey.method = METHOD_NET_PROMOTER;
    survey.min_n = -1;
    struct error err;
    error_clear(&err);
    error_add_member(&err, "/scale/max", "must be a whole number");
    error_add_member(&err, "/min_n", "must be a whole number");
    assert_int_equal(survey_validate(&survey, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 3);
    assert_string_equal(err.members[2].pointer, "/method");

    error_clear(&err);
    error_add_member(&err, "/metric", "is not known");
    error_add_member(&err, "/min", "is not known"); /* no parent of /min_n */
    assert_int_equal(survey_validate(&survey, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 3);
    assert_string_equal(err.members[2].pointer, "/min_n");
}

static void test_keys(void **state) {
    static const char *const NAMES[] = {"read", "write", "export", "erase", "admin"};
    for (int i = 0; i < 5; i++) {
        assert_string_equal(scope_name(i), NAMES[i]);
        assert_int_equal(words_find(&KEY_SCOPES, NAMES[i]), i);
    }
    assert_null(scope_name(5));
    assert_null(scope_name(-1));
    assert_int_equal(words_find(&KEY_SCOPES, "root"), -1);
    assert_int_equal(SCOPE_ADMIN, 1 << words_find(&KEY_SCOPES, "admin"));

    struct api_key key = {.scopes = SCOPE_READ | SCOPE_EXPORT, .expires_at = 100};
    assert_true(api_key_allows(&key, SCOPE_READ));
    assert_true(api_key_allows(&key, SCOPE_EXPORT));
    assert_false(api_key_allows(&key, SCOPE_WRITE));
    assert_false(api_key_allows(&key, SCOPE_ADMIN));
    key.scopes = SCOPE_ADMIN;
    assert_true(api_key_allows(&key, SCOPE_ERASE));
    key.scopes = 0;
    assert_false(api_key_allows(&key, SCOPE_READ));
    assert_true(api_key_is_valid(&key, 99));
    assert_false(api_key_is_valid(&key, 100));
    key.expires_at = TIME_MAX;
    assert_true(api_key_is_valid(&key, 100));
    key.revoked_at = 50;
    assert_false(api_key_is_valid(&key, 100));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_stated_bands),
        cmocka_unit_test(test_method_and_direction),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_slug_and_name),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_times_and_ranges),
        cmocka_unit_test(test_reported_once),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
