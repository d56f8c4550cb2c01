/* Responses as CSV, NDJSON and the schema: every column, what is not there, and what a spreadsheet would run. */
#include "../support/unit.h"
#include "cxd/base/arena.h"
#include "cxd/base/formula.h"
#include "cxd/codec/csv.h"
#include "cxd/codec/export.h"
#include "cxd/codec/json.h"

static struct arena arena;
static struct buffer out;
static struct error err;

static const struct survey_property DECLARED[] = {{"plan"}, {"a.b"}};
static const struct survey SURVEY = {
    .slug = "shop",
    .metric = METRIC_NPS,
    .scale_max = 10,
    .favourable = 9,
    .unfavourable = 6,
    .properties = DECLARED,
    .property_count = 2,
};

static int set_up(void **state) {
    arena_init(&arena);
    buffer_init(&out);
    return 0;
}

static int tear_down(void **state) {
    arena_free(&arena);
    buffer_free(&out);
    return 0;
}

static struct response make(void) {
    struct response response = {.number = 7,
                                .revision = 2,
                                .has_score = true,
                                .score = 9,
                                .answered_at = 1793534400000,
                                .received_at = 1793534400001};
    assert_true(id_parse("01890a5d-ac96-774b-bcce-b302099a8057", 36, &response.id));
    return response;
}

static struct response make_full(void) {
    static const struct property properties[] = {{"a.b", "=1"}, {"b", "x\"y"}, {"plan", "pro"}, {"z", "<é"}};
    struct response response = make();
    response.comment = "said \"no\",\nthen é 😀";
    response.touchpoint = "web";
    response.channel = "-5";
    response.locale = "de-AT";
    response.respondent = "+49 151";
    response.visit = "v,1";
    response.properties = properties;
    response.property_count = 4;
    response.has_sequence = true;
    response.sequence = 3;
    response.excluded = true;
    response.excluded_reason = "@test";
    response.updated_at = response.received_at + 1;
    response.import = 5;
    response.flags = FLAG_HONEYPOT | FLAG_BURST;
    return response;
}

#define NAMES                                                                                                          \
    "number,id,survey,revision,answered_at,received_at,updated_at,score,band,comment,touchpoint,channel,locale,"       \
    "respondent,visit,"                                                                                                \
    "sequence,excluded,excluded_reason,flags,import,property.plan,property.a.b,properties,answers\r\n"

static void test_csv(void **state) {
    struct response plain = make(), full = make_full();
    export_csv_header(&out, &SURVEY);
    export_csv_row(&out, &SURVEY, &plain);
    export_csv_row(&out, &SURVEY, &full);
    export_csv_incomplete(&out, &SURVEY, "c.1");
    assert_string_equal(
        buffer_terminate(&out),
        NAMES "7,01890a5d-ac96-774b-bcce-b302099a8057,shop,2,2026-11-01T12:00:00.000Z,2026-11-01T12:00:00.001Z,2026-11-"
              "01T12:00:00.001Z,9,"
              "promoters,,,,,,,,false,,,,,,,\r\n"
              "7,01890a5d-ac96-774b-bcce-b302099a8057,shop,2,2026-11-01T12:00:00.000Z,2026-11-01T12:00:00.001Z,2026-11-"
              "01T12:00:00.002Z,9,"
              "promoters,\"said \"\"no\"\",\nthen é 😀\",web,-5,de-AT,'+49 151,\"v,1\",3,true,'@test,honeypot; burst,5,"
              "pro,'=1,\"{\"\"b\"\":\"\"x\\\"\"y\"\",\"\"z\"\":\"\"\\u003cé\"\"}\",\r\n"
              "incomplete: there are more responses; go on with this cursor: c.1,,,,,,,,,,,,,,,,,,,,,,,\r\n");
}

/* The reader of codec/ finds in each record as many fields as there are names, with what was written. */
static void test_csv_is_read(void **state) {
    struct response full = make_full();
    struct csv csv;
    const char **names, **fields;
    size_t line, name_count, count;
    export_csv_header(&out, &SURVEY);
    export_csv_row(&out, &SURVEY, &full);
    export_csv_incomplete(&out, &SURVEY, "c");
    csv_open(&csv, out.data, out.length);
    assert_true(csv_next(&csv, &arena, &line, &names, &name_count, &err));
    assert_true(csv_next(&csv, &arena, &line, &fields, &count, &err));
    assert_int_equal(count, name_count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], "comment") == 0)
            assert_string_equal(fields[i], full.comment);
    assert_string_equal(fields[count - 2], "{\"b\":\"x\\\"y\",\"z\":\"\\u003cé\"}");
    assert_true(csv_next(&csv, &arena, &line, &fields, &count, &err));
    assert_int_equal(count, name_count);
    assert_false(csv_next(&csv, &arena, &line, &fields, &count, &err));
}

static void test_ndjson(void **state) {
    struct response plain = make(), full = make_full();
    export_ndjson_line(&out, &SURVEY, &plain);
    export_ndjson_line(&out, &SURVEY, &full);
    export_ndjson_incomplete(&out, "c.1");
    assert_string_equal(
        buffer_terminate(&out),
        "{\"number\":7,\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"survey\":\"shop\",\"revision\":2,"
        "\"answered_at\":\"2026-11-01T12:00:00.000Z\",\"received_at\":\"2026-11-01T12:00:00.001Z\",\"updated_at\":"
        "\"2026-11-01T12:00:00.001Z\",\"score\":9,"
        "\"band\":\"promoters\",\"excluded\":false}\n"
        "{\"number\":7,\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"survey\":\"shop\",\"revision\":2,"
        "\"answered_at\":\"2026-11-01T12:00:00.000Z\",\"received_at\":\"2026-11-01T12:00:00.001Z\",\"updated_at\":"
        "\"2026-11-01T12:00:00.002Z\",\"score\":9,"
        "\"band\":\"promoters\",\"comment\":\"said \\\"no\\\",\\nthen é 😀\",\"touchpoint\":\"web\",\"channel\":\"-5\","
        "\"locale\":\"de-AT\",\"respondent\":\"+49 151\",\"visit\":\"v,1\",\"sequence\":3,\"excluded\":true,"
        "\"excluded_reason\":\"@test\",\"flags\":[\"honeypot\",\"burst\"],\"import\":5,\"properties\":{\"a.b\":\"=1\","
        "\"b\":\"x\\\"y\",\"plan\":\"pro\",\"z\":\"\\u003cé\"}}\n"
        "{\"incomplete\":\"incomplete: there are more responses; go on with this cursor\",\"cursor\":\"c.1\"}\n");
}

static const struct question ASKED[] = {
    {.key = "why", .type = QUESTION_TEXT},
    {.key = "reason", .type = QUESTION_CHOICE, .other = true},
    {.key = "parts", .type = QUESTION_CHOICES},
    {.key = "ease", .type = QUESTION_SCALE, .scale = {.min = 1, .max = 7}},
};
static const struct survey ASKING = {.slug = "shop", .scale_max = 10, .questions = ASKED, .question_count = 4};

/* Behind what every survey has. */
static const char *answers_of(const struct answer *answers, size_t count) {
    struct response response = make();
    response.answers = answers;
    response.answer_count = count;
    buffer_reset(&out);
    export_csv_row(&out, &ASKING, &response);
    const char *row = strstr(buffer_terminate(&out), ",false,");
    return row ? row + strlen(",false,,,,,") : "no row";
}

static void test_answers(void **state) {
    static const char *const parts[] = {"-a", "b", "other"}, *const minus[] = {"-5"};
    static const struct answer said[] = {
        {.key = "ease", .form = ANSWER_NUMBER, .number = 6},
        {.key = "gone", .form = ANSWER_LIST, .values = parts, .value_count = 3, .other = "a \"c\""},
        {.key = "parts", .form = ANSWER_LIST, .values = parts, .value_count = 3},
        {.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = "=1, and more"},
        {.key = "why", .form = ANSWER_TEXT, .text = "é\n\"no\""},
    };
    static const struct answer little[] = {
        {.key = "parts", .form = ANSWER_LIST, .values = minus, .value_count = 1},
        {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
        {.key = "why", .form = ANSWER_TEXT}, /* erased */
    };
    static const struct answer words[] = {
        {.key = "parts", .form = ANSWER_LIST, .values = parts + 1, .value_count = 2, .other = "which it had once"}};
    export_csv_header(&out, &ASKING);
    assert_non_null(strstr(buffer_terminate(&out),
                           ",import,properties,answer.why,answer.reason,answer.reason.other,answer.parts,answer.ease,"
                           "answers\r\n"));
    assert_string_equal(answers_of(said, 5), "\"é\n\"\"no\"\"\",other,\"'=1, and more\",'-a; b; other,6,"
                                             "\"{\"\"gone\"\":[\"\"-a\"\",\"\"b\"\",{\"\"other\"\":\"\"a "
                                             "\\\"\"c\\\"\"\"\"}]}\"\r\n");
    assert_string_equal(answers_of(little, 3), ",price,,-5,,\r\n");
    assert_string_equal(answers_of(words, 1),
                        ",,,b; other,,\"{\"\"parts\"\":[\"\"b\"\",{\"\"other\"\":\"\"which it had once\"\"}]}\"\r\n");
    assert_string_equal(answers_of(NULL, 0), ",,,,,\r\n");
}

static void test_answers_ndjson(void **state) {
    static const char *const parts[] = {"a", "other"};
    static const struct answer said[] = {
        {.key = "ease", .form = ANSWER_NUMBER, .number = -6},
        {.key = "parts", .form = ANSWER_LIST, .values = parts, .value_count = 2, .other = "c"},
        {.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = "words"},
        {.key = "some", .form = ANSWER_TEXT, .text = "other"},
        {.key = "why", .form = ANSWER_TEXT},
    };
    struct response response = make();
    response.answers = said;
    response.answer_count = 5;
    export_ndjson_line(&out, &ASKING, &response);
    assert_non_null(strstr(buffer_terminate(&out),
                           "\"excluded\":false,\"answers\":{\"ease\":-6,\"parts\":[\"a\",{\"other\":\"c\"}],"
                           "\"reason\":{\"other\":\"words\"},\"some\":\"other\",\"why\":null}}\n"));
}

/* Every record has as many fields as there are names, in the schema too. */
static void test_answers_fit(void **state) {
    struct response plain = make();
    struct json *schema;
    struct csv csv;
    const char **names, **fields;
    size_t line, name_count, count;
    export_csv_header(&out, &ASKING);
    export_csv_row(&out, &ASKING, &plain);
    export_csv_incomplete(&out, &ASKING, "c");
    csv_open(&csv, out.data, out.length);
    assert_true(csv_next(&csv, &arena, &line, &names, &name_count, &err));
    for (int i = 0; i < 2; i++) {
        assert_true(csv_next(&csv, &arena, &line, &fields, &count, &err));
        assert_int_equal(count, name_count);
    }
    buffer_reset(&out);
    export_schema(&out, &ASKING);
    assert_int_equal(json_open(out.data, out.length, &schema, &err), CXD_OK);
    const struct json *members = json_get(schema, "fields");
    assert_int_equal(json_count(members), name_count);
    for (size_t i = 0; i < name_count; i++)
        assert_string_equal(json_text(json_at(members, i), "name"), names[i]);
    assert_non_null(strstr(out.data, "{\"name\":\"answer.ease\",\"type\":\"integer\",\"description\":\"On the "
                                     "question's scale\",\"constraints\":{\"minimum\":1,\"maximum\":7}}"));
    json_free(schema);
}

/* The fields of the schema are the columns of the file, in its order. */
static void test_schema(void **state) {
    struct buffer names;
    struct json *schema;
    export_schema(&out, &SURVEY);
    assert_int_equal(json_open(out.data, out.length, &schema, &err), CXD_OK);
    buffer_init(&names);
    const struct json *fields = json_get(schema, "fields");
    for (size_t i = 0; i < json_count(fields); i++) {
        buffer_append_text(&names, i > 0 ? "," : "");
        buffer_append_text(&names, json_text(json_at(fields, i), "name"));
        assert_non_null(json_text(json_at(fields, i), "type"));
        assert_non_null(json_text(json_at(fields, i), "description"));
        if (i + 4 < json_count(fields)) /* but the declared ones */
            assert_string_equal(json_text(json_at(fields, i), "name"), export_column_name(i));
    }
    buffer_append_text(&names, "\r\n");
    assert_string_equal(buffer_terminate(&names), NAMES);
    assert_null(export_column_name(json_count(fields) - 2));
    buffer_free(&names);
    json_free(schema);
}

/* Each text: as a cell, where it is another. Taking the apostrophe away gives back every one. */
static void test_formulas(void **state) {
    static const char *const cases[][2] = {
        {"=1+1", "'=1+1"},
        {"+49", "'+49"},
        {"-1+2", "'-1+2"},
        {"-05", "'-05"},
        {"-", "'-"},
        {"-1.", "'-1."},
        {"-1e", "'-1e"},
        {"--1", "'--1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"  =1", "'  =1"},
        {"＝1", "'＝1"},
        {"＋1", "'＋1"},
        {"－1", "'－1"},
        {"＠a", "'＠a"},
        {"'=1", "''=1"},
        {"' =1", "'' =1"},
        {"''-5", "'''-5"},
        {"'-5", "''-5"},
        {" -5", "' -5"},
        {"=\"a\"", "\"'=\"\"a\"\"\""},
        {"-5", NULL},
        {"-0", NULL},
        {"-1.5e-3", NULL},
        {"-1E+3", NULL},
        {"", NULL},
        {"'", NULL},
        {"'tis", NULL},
        {"'5", NULL},
        {"！1", NULL},
        {"a=1", NULL},
        {" ", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i][0];
        size_t line, count;
        const char **fields;
        struct csv csv;
        csv_append(&out, text);
        if (strcmp(buffer_terminate(&out), cases[i][1] ? cases[i][1] : text) != 0)
            fail_msg("%s: %s", text, out.data);
        buffer_append_text(&out, ",x");
        csv_open(&csv, out.data, out.length);
        assert_true(csv_next(&csv, &arena, &line, &fields, &count, &err));
        if (count == 2) /* a bare TAB or CR is not for this reader, and not needed */
            assert_string_equal(fields[0] + formula_has_guard(fields[0], strlen(fields[0])), text);
        else
            fail_msg("%s: %zu fields", text, count);
        buffer_reset(&out);
    }
}

static void test_quote(void **state) {
    static const char *const cases[][2] = {
        {"", "\"\""}, {"a", "\"a\""}, {"\"", "\"\"\"\""}, {"{\"a\":\"\"}", "\"{\"\"a\"\":\"\"\"\"}\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buffer_append_text(&out, "x,");
        buffer_append_text(&out, cases[i][0]);
        csv_quote(&out, 2);
        assert_string_equal(buffer_terminate(&out) + 2, cases[i][1]);
        assert_int_equal(out.length, 2 + strlen(cases[i][1]));
        buffer_reset(&out);
    }
}

/* Rows of a buffer that has its size take no memory: the same run of them, over and over, leaves it where it is. */
static void test_no_growth(void **state) {
    struct response full = make_full();
    for (int i = 0; i < 100; i++)
        export_csv_row(&out, &SURVEY, &full);
    const char *data = out.data;
    size_t length = out.length, capacity = out.capacity;
    buffer_reset(&out);
    for (int i = 0; i < 100; i++)
        export_csv_row(&out, &SURVEY, &full);
    assert_ptr_equal(out.data, data);
    assert_int_equal(out.length, length);
    assert_int_equal(out.capacity, capacity);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_csv),       TEST(test_csv_is_read),    TEST(test_ndjson),
        TEST(test_answers),   TEST(test_answers_ndjson), TEST(test_answers_fit),
        TEST(test_schema),    TEST(test_formulas),       TEST(test_quote),
        TEST(test_no_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
