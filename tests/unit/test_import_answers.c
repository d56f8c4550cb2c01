/* Answers to further questions in the cells of a row: which column is whose, and what a cell says. */
#include "../support/unit.h"
#include "cxd/import/guess.h"
#include "cxd/import/row.h"

static const struct localized PRICE[] = {{"en", "The price!"}, {"de", "Der Preis"}};
static const struct localized TRUST[] = {{"en", "Trust, mostly"}};
static const struct question_option OPTIONS[] = {{"price", PRICE, 2}, {"trust", TRUST, 1}, {"c-3", NULL, 0}};
static const struct question ASKED[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = OPTIONS, .option_count = 3, .other = true},
    {.key = "parts", .type = QUESTION_CHOICES, .options = OPTIONS, .option_count = 3, .other = true},
    {.key = "strict", .type = QUESTION_CHOICE, .options = OPTIONS, .option_count = 3},
    {.key = "ease", .type = QUESTION_SCALE, .scale = {.min = 1, .max = 7}},
    {.key = "why.not", .type = QUESTION_TEXT},
};
static const struct survey SURVEY = {.questions = ASKED, .question_count = 5, .scale_max = 10};

enum { COLUMNS = 8 };
static const struct heading NAMES[COLUMNS] = {
    {"Score", NULL},        {"answer.reason", NULL},      {"answer.reason.other", NULL},
    {"answer.parts", NULL}, {"answer.parts.other", NULL}, {"answer.strict", NULL},
    {"answer.ease", NULL},  {"answer.why.not", NULL}};
static const struct headings HEADINGS = {NAMES, COLUMNS};

static void bind(const char *map, struct row_plan *plan) {
    struct error err;
    mapping_init(&plan->mapping);
    assert_int_equal(mapping_apply(&plan->mapping, &HEADINGS, map, &err), CXD_OK);
    assert_int_equal(answer_columns_bind(&plan->mapping, &SURVEY, plan->answers, &plan->answer_count, &err), CXD_OK);
}

static void assert_refused(const char *map, const char *detail) {
    struct row_plan plan;
    struct error err;
    mapping_init(&plan.mapping);
    enum cxd_err code = mapping_apply(&plan.mapping, &HEADINGS, map, &err);
    if (code == CXD_OK)
        code = answer_columns_bind(&plan.mapping, &SURVEY, plan.answers, &plan.answer_count, &err);
    assert_int_equal(code, ERR_INVALID);
    assert_string_equal(err.detail, detail);
}

static void test_columns(void **state) {
    struct row_plan plan;
    bind("answer.reason=#2,answer.reason.other=#3,answer.ease=Score", &plan);
    assert_int_equal(plan.answer_count, 2);
    assert_ptr_equal(plan.answers[0].question, &ASKED[3]);
    assert_int_equal(plan.answers[0].column, 0);
    assert_int_equal(plan.answers[0].other, COLUMN_NONE);
    assert_ptr_equal(plan.answers[1].question, &ASKED[0]);
    assert_int_equal(plan.answers[1].column, 1);
    assert_int_equal(plan.answers[1].other, 2);
    assert_string_equal(mapping_of_column(&plan.mapping, 2), "reason.other");
    assert_refused("answer.gone=#2", "the survey asks no question 'gone'");
    assert_refused("answer.strict.other=#2", "the question 'strict' takes nothing in words: it has no \"other\"");
    assert_refused("answer.ease=#2,answer.ease=#3", "--map names two columns for 'ease'");
    assert_refused("answer.=#2", "an answer is named by 1 to 64 of A-Z, a-z, 0-9, '_', '.' and '-', not ''");
    assert_refused("answer.ease=", "--map answer.KEY=COLUMN needs both");
}

/* What an export has is found by its names, but for what is mapped already. */
static void test_guessed(void **state) {
    struct row_plan plan;
    struct error err;
    bind("answer.ease=Score,comment=#8", &plan);
    assert_int_equal(guess_answers(&HEADINGS, &SURVEY, &plan.mapping, &err), CXD_OK);
    assert_int_equal(plan.mapping.answer_count, 6);
    assert_string_equal(mapping_of_column(&plan.mapping, 0), "ease");
    assert_string_equal(mapping_of_column(&plan.mapping, 1), "reason");
    assert_string_equal(mapping_of_column(&plan.mapping, 4), "parts.other");
    assert_string_equal(mapping_of_column(&plan.mapping, 5), "strict");
    assert_null(mapping_of_column(&plan.mapping, 6));
    assert_string_equal(mapping_of_column(&plan.mapping, 7), "comment");
}

/* NDJSON has them in an object. Of one that is mapped the words are found. */
static void test_guessed_of_json(void **state) {
    static const struct heading names[] = {
        {"answers.reason.other", NULL}, {"answers.reason", NULL}, {"answers.why.not", NULL}, {"answers.gone", NULL}};
    static const struct headings headings = {names, CXD_COUNT(names)};
    struct mapping mapping;
    struct error err;
    mapping_init(&mapping);
    assert_int_equal(mapping_add_answer(&mapping, "reason", 1, &err), CXD_OK);
    assert_int_equal(guess_answers(&headings, &SURVEY, &mapping, &err), CXD_OK);
    assert_string_equal(mapping_of_column(&mapping, 0), "reason.other");
    assert_string_equal(mapping_of_column(&mapping, 1), "reason");
    assert_string_equal(mapping_of_column(&mapping, 2), "why.not");
    assert_null(mapping_of_column(&mapping, 3));
}

static void test_cells(void **state) {
    static const struct {
        int column;
        const char *cell, *other;
        const char *json; /* NULL: no answer */
    } CASES[] = {
        {1, "price", "", "\"reason\":\"price\""},
        {1, " der preis ", "", "\"reason\":\"price\""},
        {1, "trust mostly", "", "\"reason\":\"trust\""},
        {1, "other", "a \"word\"", "\"reason\":{\"other\":\"a \\\"word\\\"\"}"},
        {1, "other", "", "\"reason\":\"other\""},
        {1, "", "words", "\"reason\":{\"other\":\"words\"}"},
        {1, "price", "words", "\"reason\":\"price\""},
        {1, "something else", "", "\"reason\":{\"other\":\"something else\"}"},
        {1, "something else", "words", "\"reason\":{\"other\":\"something else; words\"}"},
        {1, "PRICE", "", "\"reason\":\"price\""},
        {1, "Other", "words", "\"reason\":{\"other\":\"words\"}"},
        {1, " ", "", NULL},
        {1, "n/a", "", NULL},
        {3, "c-3; price; other", "x", "\"parts\":[\"c-3\",\"price\",{\"other\":\"x\"}]"},
        {3, "price,trust", "", "\"parts\":[\"price\",\"trust\"]"},
        {3, "Trust, mostly", "", "\"parts\":[\"trust\"]"},
        {3, "Trust, mostly; Der Preis;", "", "\"parts\":[\"trust\",\"price\"]"},
        {3, "price; more", "", "\"parts\":[\"price\",{\"other\":\"more\"}]"},
        {3, "price; more; trust; else", "", "\"parts\":[\"price\",\"trust\",{\"other\":\"more; else\"}]"},
        {3, "more; OTHER; C-3; Price", "x", "\"parts\":[\"c-3\",\"price\",{\"other\":\"more; x\"}]"},
        {3, "Trust, mostly, Der Preis", "", "\"parts\":[\"trust\",\"price\"]"},
        {3, "c-3,trust, MOSTLY,price", "", "\"parts\":[\"c-3\",\"trust\",\"price\"]"},
        {3, "[\"price\",{\"other\":\"a, b; c\"},\"Trust, mostly\"]", "",
         "\"parts\":[\"price\",\"trust\",{\"other\":\"a, b; c\"}]"},
        {3, "[\"other\",1]", "", "\"parts\":[{\"other\":\"1\"}]"},
        {3, "[\"other\"]", "", "\"parts\":[\"other\"]"},
        {3, "[price, trust", "", "\"parts\":[\"trust\",{\"other\":\"[price\"}]"},
        {3, "[{\"a\":1}]", "", "\"parts\":[{\"other\":\"[{\\\"a\\\":1}]\"}]"},
        {3, "price", "x", "\"parts\":[\"price\",{\"other\":\"x\"}]"},
        {3, "", "x", "\"parts\":[{\"other\":\"x\"}]"},
        {3, ";", "", "\"parts\":[]"},
        {3, "'-x", "", "\"parts\":[{\"other\":\"-x\"}]"},
        {5, "TRUST", NULL, "\"strict\":\"trust\""},
        {5, "trust", NULL, "\"strict\":\"trust\""},
        {5, "nothing", NULL, "\"strict\":\"nothing\""},
        {5, "other", NULL, "\"strict\":\"other\""},
        {6, "7 - very", NULL, "\"ease\":7"},
        {6, "9", NULL, "\"ease\":\"9\""},
        {6, "-", NULL, NULL},
        {7, "n/a", NULL, "\"why.not\":\"n/a\""},
        {7, "'=1 ", NULL, "\"why.not\":\"=1\""},
        {7, "  ", NULL, NULL},
    };
    struct row_plan plan;
    struct buffer out, room;
    bind("answer.reason=#2,answer.reason.other=#3,answer.parts=#4,answer.parts.other=#5,answer.strict=#6,"
         "answer.ease=#7,answer.why.not=#8",
         &plan);
    buffer_init(&out);
    buffer_init(&room);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct table_cell cells[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++)
            cells[k] = (struct table_cell){.text = ""};
        cells[CASES[i].column] = (struct table_cell){.text = CASES[i].cell, .length = strlen(CASES[i].cell)};
        if (CASES[i].other)
            cells[CASES[i].column + 1] = (struct table_cell){.text = CASES[i].other, .length = strlen(CASES[i].other)};
        const struct table_row row = {.cells = cells, .count = COLUMNS};
        buffer_reset(&out);
        answer_cells_append(plan.answers, plan.answer_count, &row, true, &room, &out);
        char expected[256] = "";
        if (CASES[i].json)
            snprintf(expected, sizeof expected, ",\"answers\":{%s}", CASES[i].json);
        const char *got = buffer_terminate(&out);
        if (strcmp(got ? got : "nothing", expected) != 0)
            fail_msg("%s: %s", CASES[i].cell, got);
    }
    buffer_free(&out);
    buffer_free(&room);
}

static void test_row(void **state) {
    const struct table_cell cells[] = {{.text = "9", .length = 1}, {.text = "price", .length = 5}};
    const struct table_row row = {.cells = cells, .count = 2};
    struct row_plan plan = {.headings = &HEADINGS, .scale_max = 10};
    struct row_reading with, without;
    struct buffer out;
    struct error err;
    plan.preset = (struct preset_use){NULL, COLUMN_NONE, COLUMN_NONE};
    row_id_space("shop", &plan.space);
    plan.seen = row_seen_make();
    buffer_init(&plan.text);
    buffer_init(&out);
    bind("score=#1", &plan);
    assert_int_equal(row_read(&plan, &row, &out, &without, &err), CXD_OK);
    row_seen_forget(plan.seen);
    buffer_reset(&out);
    bind("score=#1,answer.reason=#2", &plan);
    assert_int_equal(row_read(&plan, &row, &out, &with, &err), CXD_OK);
    assert_non_null(strstr(buffer_terminate(&out), "{\"score\":9,\"answers\":{\"reason\":\"price\"},\"id\":\""));
    assert_memory_equal(&with.id, &without.id, sizeof with.id); /* the same row, whatever is mapped of it */
    row_seen_free(plan.seen);
    buffer_free(&plan.text);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns), cmocka_unit_test(test_guessed), cmocka_unit_test(test_guessed_of_json),
        cmocka_unit_test(test_cells),   cmocka_unit_test(test_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
