/* Responses: every rule with the member it names, the order of properties, and when two say the same. */
#include "../support/unit.h"
#include "cxd/domain/response.h"

static const int64_t NOW_MS = INT64_C(1761264000000);

static const struct response_limits LIMITS = {.comment_characters = 10,
                                              .respondent_characters = 8,
                                              .properties = 3,
                                              .property_key_characters = 6,
                                              .property_value_characters = 5,
                                              .clock_skew_ms = 60000};

static struct survey make_survey(void) {
    struct survey survey = {.slug = "nps", .metric = METRIC_NPS, .max_backdate_s = 3600};
    survey_set_defaults(&survey, false);
    return survey;
}

static void check_members(const struct response *response, bool backdate_free, const char *expected) {
    struct survey survey = make_survey();
    struct error err;
    error_clear(&err);
    enum cxd_err code = response_validate(response, &survey, &LIMITS, NOW_MS, backdate_free, &err);
    char found[2048] = "";
    for (size_t i = 0; i < err.member_count; i++) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%s", i > 0 ? " " : "", err.members[i].pointer);
    }
    assert_string_equal(found, expected);
    assert_int_equal(code, expected[0] ? ERR_INVALID : CXD_OK);
    assert_int_equal(err.code, code);
}

static void test_score(void **state) {
    for (int score = -2; score <= 12; score++) {
        struct response response = {.has_score = true, .score = score};
        check_members(&response, false, score < 0 || score > 10 ? "/score" : "");
    }
    struct response response = {.has_score = true, .score = 0};
    struct survey survey = make_survey();
    survey.metric = METRIC_CSAT;
    survey_set_defaults(&survey, false);
    struct error err;
    error_clear(&err);
    assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err), ERR_INVALID);
    assert_string_equal(err.members[0].detail, "must be a whole number from 1 to 5");
}

/* Where the survey does not ask for a score there is one, or a comment. */
static void test_scoreless(void **state) {
    static const struct {
        enum score_rule rule;
        bool has_score;
        const char *comment, *detail;
    } CASES[] = {
        {SCORE_REQUIRED, false, "why", "is required"},
        {SCORE_REQUIRED, false, NULL, "is required"},
        {SCORE_OPTIONAL, false, NULL, "is required where there is no comment"},
        {SCORE_OPTIONAL, false, "why", NULL},
        {SCORE_OPTIONAL, true, NULL, NULL},
        {SCORE_OPTIONAL, true, "why", NULL},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct survey survey = make_survey();
        struct response response = {.has_score = CASES[i].has_score, .comment = CASES[i].comment};
        struct error err;
        survey.score_rule = CASES[i].rule;
        error_clear(&err);
        assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err),
                         CASES[i].detail ? ERR_INVALID : CXD_OK);
        assert_int_equal(err.member_count, CASES[i].detail ? 1 : 0);
        if (CASES[i].detail)
            assert_string_equal(err.members[0].detail, CASES[i].detail);
    }
    /* What could not be read is complained of once. */
    struct survey survey = make_survey();
    struct response response = {.has_score = false};
    struct error err;
    survey.score_rule = SCORE_OPTIONAL;
    error_clear(&err);
    error_add_member(&err, "/comment", "must be a string");
    assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 1);
}

/* An archive has what its survey took once, and what lost its comment since; another import is held to the rule. */
static void test_scoreless_of_an_archive(void **state) {
    static const struct {
        enum score_rule rule;
        int64_t import, revision;
        bool is_valid;
    } CASES[] = {{SCORE_REQUIRED, 7, 1, true},  {SCORE_OPTIONAL, 7, 1, true},  {SCORE_REQUIRED, 7, 0, false},
                 {SCORE_OPTIONAL, 7, 0, false}, {SCORE_REQUIRED, 0, 1, false}, {SCORE_OPTIONAL, 0, 1, false}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct survey survey = make_survey();
        struct response response = {.import = CASES[i].import, .revision = CASES[i].revision};
        struct error err;
        survey.score_rule = CASES[i].rule;
        error_clear(&err);
        assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, true, &err),
                         CASES[i].is_valid ? CXD_OK : ERR_INVALID);
        response.has_score = true;
        response.score = 11; /* the scale is the scale */
        error_clear(&err);
        assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, true, &err), ERR_INVALID);
    }
}

/* No score is another content than the score 0, and than every other. */
static void test_scoreless_is_no_zero(void **state) {
    const struct response none = {.comment = "c"}, zero = {.has_score = true, .comment = "c"};
    uint8_t a[RESPONSE_DIGEST_SIZE], b[RESPONSE_DIGEST_SIZE];
    char tag[ETAG_SIZE], other[ETAG_SIZE];
    assert_false(response_same_payload(&none, &zero));
    assert_false(response_same_payload(&zero, &none));
    assert_true(response_same_payload(&none, &none));
    response_digest(&none, "salt", 4, true, a);
    response_digest(&zero, "salt", 4, true, b);
    assert_memory_not_equal(a, b, sizeof a);
    response_tag(&none, tag);
    response_tag(&zero, other);
    assert_string_not_equal(tag, other);
    assert_true(response_counts(&zero));
    assert_false(response_counts(&none));
    const struct response excluded = {.has_score = true, .excluded = true};
    assert_false(response_counts(&excluded));
}

/* Numbers are digits, and what was said stands in one order: "salt", then name and value, each with its NUL. */
static void test_digests_are_of_texts(void **state) {
    static const char SAID[] = "salt"
                               "score\0-3\0sequence\0-9223372036854775808\0comment\0c\0property\0k\0v";
    const struct property property = {"k", "v"};
    const struct response response = {.has_score = true,
                                      .score = -3,
                                      .has_sequence = true,
                                      .sequence = INT64_MIN,
                                      .comment = "c",
                                      .properties = &property,
                                      .property_count = 1};
    uint8_t digest[RESPONSE_DIGEST_SIZE], whole[SHA256_SIZE];
    response_digest(&response, "salt", 4, true, digest);
    sha256(SAID, sizeof SAID, whole);
    assert_memory_equal(digest, whole, sizeof digest);
}

static void test_texts(void **state) {
    char label[66];
    memset(label, 'l', sizeof label);
    label[65] = '\0';
    struct response response = {.has_score = true,
                                .score = 9,
                                .comment = "tab\tlf\ncré",
                                .respondent = "u@x.exam",
                                .touchpoint = label + 1,
                                .channel = "web",
                                .locale = "pt-BR"};
    check_members(&response, false, "");
    response.comment = "01234567890";
    response.respondent = "012345678";
    response.touchpoint = label;
    response.channel = label;
    response.locale = "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s";
    check_members(&response, false, "/comment /respondent /touchpoint /channel /locale");
    response.comment = "bell\a";
    response.respondent = response.touchpoint = response.channel = "a\nb";
    response.locale = "en US";
    check_members(&response, false, "/comment /respondent /touchpoint /channel /locale");
    response.comment = "";
    response.respondent = response.touchpoint = response.channel = response.locale = "";
    check_members(&response, false, "/respondent /touchpoint /channel /locale");
    response.comment = response.respondent = response.touchpoint = response.channel = "\xed\xa0\x80";
    response.locale = NULL;
    check_members(&response, false, "/comment /respondent /touchpoint /channel");
    response.respondent = response.touchpoint = response.channel = NULL;
    response.comment = "\xc2\x85 C1";
    check_members(&response, false, "/comment");
}

static void test_properties(void **state) {
    struct property properties[4] = {{"A.z-_9", "lïné\n"}, {"plan", ""}, {"x", "true"}, {"y", "1"}};
    struct response response = {.has_score = true, .score = 9, .properties = properties, .property_count = 3};
    check_members(&response, false, "");
    properties[0].value = "longer";
    properties[1].value = "\x01";
    check_members(&response, false, "/properties/A.z-_9 /properties/plan");
    properties[0].key = "a/b~c";
    properties[1].key = "";
    properties[2].key = "toolong";
    check_members(&response, false, "/properties/a~1b~0c /properties/ /properties/toolong");
    response.property_count = 4;
    check_members(&response, false, "/properties");
}

static void test_answered_at(void **state) {
    static const struct {
        int64_t answered_at;
        const char *members, *members_free;
    } CASES[] = {
        {NOW_MS, "", ""},
        {NOW_MS + 1, "", ""},
        {NOW_MS + 60000, "", ""},
        {NOW_MS + 60001, "/answered_at", "/answered_at"},
        {NOW_MS - 3600000, "", ""},
        {NOW_MS - 3600001, "/answered_at", ""},
        {0, "/answered_at", ""},
        {-1, "/answered_at", "/answered_at"},
        {INT64_MIN, "/answered_at", "/answered_at"},
        {INT64_MAX, "/answered_at", "/answered_at"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct response response = {
            .has_score = true, .score = 1, .has_answered_at = true, .answered_at = CASES[i].answered_at};
        check_members(&response, false, CASES[i].members);
        check_members(&response, true, CASES[i].members_free);
        response.has_answered_at = false;
        check_members(&response, false, "");
    }
}

/* Exact to the millisecond; what was given is known on, also when it is held back again later. */
static void test_what_lies_ahead_becomes_the_time_of_receipt(void **state) {
    for (int64_t ahead = -2; ahead <= 60000; ahead += ahead < 3 ? 1 : 59997) {
        struct response response = {.has_answered_at = true, .answered_at = NOW_MS + ahead};
        response_hold_back(&response, NOW_MS);
        assert_int_equal(response.answered_at, ahead > 0 ? NOW_MS : NOW_MS + ahead);
        assert_int_equal(response.ahead_ms, ahead > 0 ? ahead : 0);
        assert_int_equal(response_said_at(&response), NOW_MS + ahead);
        response_hold_back(&response, NOW_MS - 5000);
        assert_int_equal(response.answered_at, NOW_MS - 5000);
        assert_int_equal(response_said_at(&response), NOW_MS + ahead);
    }
    struct response untimed = {.answered_at = NOW_MS + 1};
    response_hold_back(&untimed, NOW_MS);
    assert_int_equal(untimed.answered_at, NOW_MS + 1);
}

static void test_sequence(void **state) {
    static const struct {
        int64_t sequence;
        const char *members;
    } CASES[] = {{0, ""},
                 {1, ""},
                 {SEQUENCE_MAX, ""},
                 {SEQUENCE_MAX + 1, "/sequence"},
                 {-1, "/sequence"},
                 {INT64_MAX, "/sequence"},
                 {INT64_MIN, "/sequence"}};
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct response response = {.has_score = true, .score = 1, .has_sequence = true, .sequence = CASES[i].sequence};
        check_members(&response, false, CASES[i].members);
    }
}

/* -1: not sent. */
static struct response said(int sequence, int answered_at, int ahead_ms) {
    return (struct response){.has_score = true,
                             .score = 1,
                             .has_sequence = sequence >= 0,
                             .sequence = sequence >= 0 ? sequence : 0,
                             .has_answered_at = answered_at >= 0,
                             .answered_at = answered_at >= 0 ? answered_at : 5000,
                             .ahead_ms = ahead_ms};
}

static void test_which_is_older(void **state) {
    static const struct {
        int sent[3], stored[3];
        bool older;
    } CASES[] = {
        {{1, -1, 0}, {2, -1, 0}, true},      {{2, -1, 0}, {1, -1, 0}, false}, {{1, -1, 0}, {1, -1, 0}, false},
        {{0, 9, 0}, {1, 5, 0}, true},        {{2, 5, 0}, {1, 9, 0}, false},   {{1, 5, 0}, {1, 9, 0}, true},
        {{1, 9, 0}, {1, 5, 0}, false},       {{1, 5, 0}, {1, -1, 0}, false},  {{-1, 5, 0}, {1, 9, 0}, true},
        {{1, 5, 0}, {-1, 9, 0}, true},       {{1, 9, 0}, {-1, 5, 0}, false},  {{1, -1, 0}, {-1, -1, 0}, false},
        {{-1, 5, 0}, {-1, 9, 0}, true},      {{-1, 9, 0}, {-1, 9, 0}, false}, {{-1, 5, 0}, {-1, -1, 0}, false},
        {{-1, -1, 0}, {-1, 9000, 0}, false}, {{-1, 7, 0}, {-1, 5, 3}, true},  {{-1, 8, 0}, {-1, 5, 3}, false},
        {{-1, 5, 2}, {-1, 5, 3}, true},      {{-1, 5, 3}, {-1, 8, 0}, false}, {{-1, 4, 5}, {-1, 8, 0}, false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct response sent = said(CASES[i].sent[0], CASES[i].sent[1], CASES[i].sent[2]),
                        stored = said(CASES[i].stored[0], CASES[i].stored[1], CASES[i].stored[2]);
        if (response_is_older(&sent, &stored) != CASES[i].older)
            fail_msg("case %zu", i);
    }
}

static void test_reported_once(void **state) {
    struct property properties[] = {{"bad key", "value"}};
    struct response response = {.has_score = true,
                                .score = 99,
                                .comment = "far too long a comment",
                                .properties = properties,
                                .property_count = 1};
    struct survey survey = make_survey();
    struct error err;
    error_clear(&err);
    error_add_member(&err, "/score", "must be a whole number");
    error_add_member(&err, "/properties", "must be an object");
    assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 3);
    assert_string_equal(err.members[2].pointer, "/comment");
    error_clear(&err);
    error_add_member(&err, "", "must be an object");
    assert_int_equal(response_validate(&response, &survey, &LIMITS, NOW_MS, false, &err), ERR_INVALID);
    assert_int_equal(err.member_count, 1);
}

static void test_sort(void **state) {
    const char *duplicate = NULL;
    struct property properties[] = {{"b", "1"}, {"Z", "2"}, {"a.b", "3"}, {"a", "4"}, {"\xc3\xa9", "5"}};
    assert_true(response_sort_properties(properties, 5, &duplicate));
    static const char *const SORTED[] = {"Z", "a", "a.b", "b", "\xc3\xa9"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(properties[i].key, SORTED[i]);
    assert_null(duplicate);
    struct response response = {.properties = properties, .property_count = 5};
    assert_string_equal(response_property(&response, "a.b"), "3");
    assert_null(response_property(&response, "c"));
    properties[4].key = "a";
    assert_false(response_sort_properties(properties, 5, &duplicate));
    assert_string_equal(duplicate, "a");
    assert_true(response_sort_properties(NULL, 0, &duplicate));
}

static void test_same_payload(void **state) {
    struct property properties[] = {{"a", "1"}, {"b", "2"}};
    struct property copies[] = {{"a", "1"}, {"b", "2"}};
    struct response stored = {.has_score = true,
                              .score = 9,
                              .comment = "good",
                              .respondent = "r",
                              .touchpoint = "t",
                              .channel = "c",
                              .locale = "en",
                              .properties = properties,
                              .property_count = 2,
                              .answered_at = 5000,
                              .received_at = 6000,
                              .revision = 3,
                              .excluded = true};
    char comment[] = "good";
    struct response sent = stored;
    sent.comment = comment;
    sent.properties = copies;
    sent.answered_at = 7000; /* the time of arrival: not sent */
    sent.received_at = 7000;
    sent.revision = 4;
    sent.excluded = false;
    assert_true(response_same_payload(&sent, &stored));
    sent.has_answered_at = true;
    assert_false(response_same_payload(&sent, &stored));
    sent.answered_at = 5000;
    assert_true(response_same_payload(&sent, &stored));

    /* As it was given, and as it is stored. */
    stored.ahead_ms = 300;
    assert_true(response_same_payload(&sent, &stored));
    sent.answered_at = 5300;
    assert_true(response_same_payload(&sent, &stored));
    sent.answered_at = 5200;
    sent.ahead_ms = 100;
    assert_true(response_same_payload(&sent, &stored));
    sent.ahead_ms = 99;
    assert_false(response_same_payload(&sent, &stored));
    sent.ahead_ms = 100;
    /* What was not sent matches any; what was is content. */
    stored.has_sequence = true;
    stored.sequence = 2;
    assert_true(response_same_payload(&sent, &stored));
    assert_false(response_same_payload(&stored, &sent));
    sent.has_sequence = true;
    assert_false(response_same_payload(&sent, &stored));
    sent.sequence = 2;
    assert_true(response_same_payload(&sent, &stored));

    struct response other = sent;
    other.score = 8;
    assert_false(response_same_payload(&other, &stored));
    const char **const texts[] = {&other.comment, &other.respondent, &other.touchpoint, &other.channel, &other.locale};
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        other = sent;
        *texts[i] = "else";
        assert_false(response_same_payload(&other, &stored));
        *texts[i] = NULL;
        assert_false(response_same_payload(&other, &stored));
        assert_false(response_same_payload(&stored, &other));
    }
    other = sent;
    other.property_count = 1;
    assert_false(response_same_payload(&other, &stored));
    copies[1].value = "3";
    assert_false(response_same_payload(&sent, &stored));
    copies[1] = (struct property){"c", "2"};
    assert_false(response_same_payload(&sent, &stored));
}

/* Each text by itself: where it differs, on either side, it goes, and nothing else does. */
static void test_withhold(void **state) {
    (void)state;
    const struct property pro = {"plan", "pro"}, free = {"plan", "free"};
    const struct response all = {.id = {{[6] = 0x50}},
                                 .has_score = true,
                                 .score = 9,
                                 .comment = "c",
                                 .respondent = "r",
                                 .touchpoint = "t",
                                 .channel = "h",
                                 .locale = "l",
                                 .visit = "v",
                                 .properties = &pro,
                                 .property_count = 1};
    const size_t texts[] = {offsetof(struct response, comment),    offsetof(struct response, respondent),
                            offsetof(struct response, touchpoint), offsetof(struct response, channel),
                            offsetof(struct response, locale),     offsetof(struct response, visit)};
    struct response shown = all, sent = all;
    sent.score = 3;
    assert_false(response_withhold(&shown, &sent));
    assert_true(response_same_payload(&shown, &all));
    for (size_t i = 0; i < CXD_COUNT(texts); i++) {
        const char *others[] = {NULL, "x", ""};
        for (size_t j = 0; j < CXD_COUNT(others); j++) {
            struct response left = shown = sent = all;
            *(const char **)((char *)&sent + texts[i]) = others[j];
            *(const char **)((char *)&left + texts[i]) = NULL;
            assert_true(response_withhold(&shown, &sent));
            assert_true(response_same_payload(&shown, &left));
            assert_false(response_withhold(&left, &all)); /* there is nothing left to take */
        }
    }
    shown = sent = all;
    sent.properties = &free;
    assert_true(response_withhold(&shown, &sent));
    assert_int_equal(shown.property_count, 0);
    shown = all;
    sent.property_count = 0;
    assert_true(response_withhold(&shown, &sent));
    assert_int_equal(shown.property_count, 0);
    /* Who knows an id that is random has been told it. */
    const struct response nothing = {.has_score = true, .score = 3};
    for (uint8_t version = 1; version <= 8; version++) {
        shown = all;
        shown.id.bytes[6] = (uint8_t)(version << 4);
        assert_int_equal(response_withhold(&shown, &nothing), version == 3 || version == 5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score),
        cmocka_unit_test(test_scoreless),
        cmocka_unit_test(test_scoreless_of_an_archive),
        cmocka_unit_test(test_scoreless_is_no_zero),
        cmocka_unit_test(test_digests_are_of_texts),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_answered_at),
        cmocka_unit_test(test_reported_once),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_same_payload),
        cmocka_unit_test(test_what_lies_ahead_becomes_the_time_of_receipt),
        cmocka_unit_test(test_sequence),
        cmocka_unit_test(test_which_is_older),
        cmocka_unit_test(test_withhold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
