/* Rows of tables as responses: which column is which, presets, and ids that stay the same. */
#include "../support/unit.h"
#include "cxd/base/calendar.h"
#include "cxd/base/compiler.h"
#include "cxd/import/guess.h"
#include "cxd/import/header.h"
#include "cxd/import/mended.h"
#include "cxd/import/row.h"

enum { COLUMNS = 16 };

static struct heading columns[COLUMNS];

static struct headings header(const char *const *names) {
    size_t count = 0;
    for (; names[count]; count++)
        columns[count] = (struct heading){names[count], NULL};
    return (struct headings){columns, count};
}

static void finds(const struct headings *headings, const char *text, int column, const char *said) {
    struct error err;
    int found = COLUMN_NONE;
    enum cxd_err code = mapping_find_column(headings, text, strlen(text), &found, &err);
    if (column >= 0) {
        assert_int_equal(code, CXD_OK);
        assert_int_equal(found, column);
        return;
    }
    assert_int_equal(code, ERR_INVALID);
    if (!strstr(err.detail, said))
        fail_msg("%s", err.detail);
}

static void columns_by_name(void **state) {
    static const char *const NAMES[] = {"Score", "Why, in your words?", "Date", "Note", "note", "Note", "#", NULL};
    struct headings headings = header(NAMES);
    finds(&headings, "Score", 0, NULL);
    finds(&headings, " score ", 0, NULL);
    finds(&headings, "why in your words", 1, NULL);
    finds(&headings, "#3", 2, NULL);
    finds(&headings, "#", 6, NULL);
    finds(&headings, "note", 4, NULL);
    finds(&headings, "Note", -1, "the header has the column 'Note' 2 times: say which by its number, as #4 or #6");
    finds(&headings, "NOTE", -1, "3 times");
    finds(&headings, "Scroe", -1, "there is no column 'Scroe'; is 'Score' meant?");
    finds(&headings, "unheard of", -1, "there is no column 'unheard of' in the header");
    finds(&headings, "#0", -1, "there is no column #0: the header has 7");
    finds(&headings, "#8", -1, "the header has 7");
    finds(&headings, "#99999999999999999999", -1, "the header has 7");
    finds(&headings, "", -1, "there is no column ''");
}

static void text_of_map(void **state) {
    static const char *const NAMES[] = {"Score", "Why, in your words?", "Date", "Plan", NULL};
    struct headings headings = header(NAMES);
    struct mapping mapping;
    struct error err;
    mapping_init(&mapping);
    assert_int_equal(mapping_apply(&mapping, &headings,
                                   "score=Score,comment=Why, in your words?,property.plan=#4,answered_at=", &err),
                     CXD_OK);
    assert_int_equal(mapping.column[TARGET_SCORE], 0);
    assert_int_equal(mapping.column[TARGET_COMMENT], 1);
    assert_int_equal(mapping.column[TARGET_ANSWERED_AT], COLUMN_NONE);
    assert_true(mapping.is_set[TARGET_ANSWERED_AT]);
    assert_false(mapping.is_set[TARGET_ID]);
    assert_int_equal(mapping.property_count, 1);
    assert_string_equal(mapping_of_column(&mapping, 3), "plan");
    assert_null(mapping_of_column(&mapping, 2));
    assert_int_equal(mapping_apply(&mapping, &headings, "scoer=Score", &err), ERR_INVALID);
    assert_non_null(strstr(err.detail, "not 'scoer'; is 'score' meant?"));
    assert_int_equal(mapping_apply(&mapping, &headings, "score=#1", &err), CXD_OK);
    assert_int_equal(mapping_apply(&mapping, &headings, "score=#3", &err), ERR_INVALID);
    assert_string_equal(err.detail, "--map names two columns for 'score'");
    assert_int_equal(mapping_apply(&mapping, &headings, "property.plan=#3", &err), ERR_INVALID);
    assert_string_equal(err.detail, "--map names two columns for 'plan'");
    assert_int_equal(mapping_apply(&mapping, &headings, "score", &err), ERR_INVALID);
    assert_int_equal(mapping_apply(&mapping, &headings, "property.=Score", &err), ERR_INVALID);
    assert_int_equal(mapping_apply(&mapping, &headings, "property.a b=Score", &err), ERR_INVALID);
    assert_int_equal(mapping_apply(&mapping, &headings, "property.a=", &err), ERR_INVALID);
    for (int i = 1; i < MAPPING_PROPERTIES_MAX; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        assert_int_equal(mapping_add_property(&mapping, key, 0, &err), CXD_OK);
    }
    assert_int_equal(mapping_add_property(&mapping, "more", 0, &err), ERR_INVALID);
    for (size_t i = 1; i < mapping.property_count; i++)
        assert_true(strcmp(mapping.properties[i - 1].key, mapping.properties[i].key) < 0);
}

/* Ten rows of the same values, but that longer texts have the row's number. */
static void guess(const char *const *names, const char *const *values, struct mapping *mapping, char said[256]) {
    struct headings headings = header(names);
    struct column_facts facts[COLUMNS] = {{0}};
    struct guess_doubts doubts;
    mapping_init(mapping);
    for (size_t i = 0; i < 10 * headings.count; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "%s", values[i % headings.count]);
        if (strchr(text, '~'))
            *strchr(text, '~') = (char)('a' + i / headings.count);
        if (strchr(text, '%')) /* every third row says something else */
            length = snprintf(text, sizeof text, "%s",
                              i / headings.count % 3 == 0 ? "unknown" : values[i % headings.count] + 1);
        struct table_cell cell = {.text = text, .length = (size_t)length};
        column_facts_add(&facts[i % headings.count], &cell, 0, 10);
    }
    buffer_init(&doubts.columns);
    guess_mapping(&headings, facts, mapping, &doubts);
    snprintf(said, 256, "%s", buffer_terminate(&doubts.columns));
    assert_int_equal(doubts.target == TARGETS, doubts.columns.length == 0);
    buffer_free(&doubts.columns);
}

static void guesses(void **state) {
    static const struct {
        const char *names[8], *values[8];
        int score, comment, answered_at, respondent, id;
        const char *said;
    } CASES[] = {
        {{"id", "score", "comment", "answered_at", "email"},
         {"a", "9", "good one", "2026-01-31", "a@x"},
         1,
         2,
         3,
         4,
         0,
         ""},
        {{"Timestamp", "How likely are you to recommend us?", "What can we do better?"},
         {"1/31/2026 10:00", "9", "be quick please"},
         1,
         2,
         0,
         -1,
         -1,
         ""},
        {{"Zeitpunkt", "Wie wahrscheinlich ist es?", "Warum?"},
         {"31.1.2026", "9", "weil es gut war"},
         1,
         2,
         0,
         -1,
         -1,
         ""},
        /* by values alone */
        {{"a", "b", "c"}, {"x", "7", "words that somebody wrote ~"}, 1, 2, -1, -1, -1, ""},
        {{"a", "b"}, {"7", "8"}, -1, -1, -1, -1, -1, "#1 'a', #2 'b'"},
        {{"How likely to recommend A?", "How likely to recommend B?"},
         {"7", "8"},
         -1,
         -1,
         -1,
         -1,
         -1,
         "#1 'How likely to recommend A?', #2 'How likely to recommend B?'"},
        {{"Q1_NPS_GROUP", "Q1", "Q2"}, {"Promoter", "9", "8"}, 1, -1, -1, -1, -1, ""},
        {{"Score", "Warum?"}, {"9", "gut"}, 0, 1, -1, -1, -1, ""},
        {{"name", "town"}, {"Ann", "Bern"}, -1, -1, -1, -1, -1, ""},
        /* A date by its name keeps its role, whatever stands among its values; by its values it must be the only one.
         */
        {{"score", "Datum"}, {"9", "%31.01.2025"}, 0, -1, 1, -1, -1, ""},
        {{"score", "answered_at"}, {"9", "soon"}, 0, -1, 1, -1, -1, ""},
        {{"score", "time"}, {"9", "soon"}, 0, -1, -1, -1, -1, ""},
        {{"score", "begun", "ended"}, {"9", "2026-01-31", "2026-02-01"}, 0, -1, -1, -1, -1, "#2 'begun', #3 'ended'"},
        {{"score", "town"}, {"9", "40210"}, 0, -1, -1, -1, -1, ""},
        /* The first with texts, and not the one with most words now. */
        {{"score", "Q1", "Q2"}, {"9", "four words or ~", "some more words than there ~"}, 0, 1, -1, -1, -1, ""},
        {{"score", "Q1", "Q2"}, {"9", "four words that repeat", "four words that do ~"}, 0, 2, -1, -1, -1, ""},
        {{"score", "Q1_NPS_GROUP", "User Agent"},
         {"9", "one of three groups ~", "one of many browsers ~"},
         0,
         -1,
         -1,
         -1,
         -1,
         ""},
        /* Running numbers are no ids that another file has not. */
        {{"score", "id"}, {"9", "17"}, 0, -1, -1, -1, -1, ""},
        {{"score", "id", "uuid"}, {"9", "17", "118001234501"}, 0, -1, -1, -1, 2, ""},
        /* The same name twice */
        {{"NPS", "nps", "why"}, {"9", "8", "so"}, -1, 2, -1, -1, -1, "#1 'NPS', #2 'nps'"},
        {{"score", "comment", "Comment"}, {"9", "x", "y"}, 0, -1, -1, -1, -1, "#2 'comment', #3 'Comment'"},
        {{"score", "comment", "Comment"}, {"9", "", "y"}, 0, 2, -1, -1, -1, ""},
        {{"score", "date", "Date"}, {"9", "2026-01-31", "2026-01-31"}, 0, -1, -1, -1, -1, "#2 'date', #3 'Date'"},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct mapping mapping;
        char said[256];
        guess(CASES[i].names, CASES[i].values, &mapping, said);
        const int wanted[] = {CASES[i].score, CASES[i].comment, CASES[i].answered_at, CASES[i].respondent, CASES[i].id};
        for (int target = 0; target < 5; target++)
            if (mapping.column[target] != wanted[target])
                fail_msg("case %zu: %s is %d", i, target_name((enum target)target), mapping.column[target]);
        assert_string_equal(said, CASES[i].said);
    }
}

/* The first row, and those behind it. */
static void headers(void **state) {
    static const struct {
        const char *rows[4][4];
        bool is_title, is_answer;
    } CASES[] = {
        {{{"score", "comment"}, {"9", "good"}, {"8", "bad"}}, false, false},
        {{{"9", "good"}, {"8", "bad"}, {"7", "x"}}, false, true},
        {{{"a", "2026-01-31"}, {"b", "2026-02-01"}}, false, true},
        {{{"2026-01-31", "Q"}, {"2026-02-01", "9"}}, false, false},
        {{{"Timestamp", "1", "2"}, {"2026-01-31", "9", "8"}}, false, false},
        {{{"Survey of 2026", "", ""}, {"score", "comment", "date"}, {"9", "x", "y"}}, true, false},
        {{{"", "score"}, {"0", "9"}}, false, false},
        {{{"Survey", " January"}, {"score", "comment"}, {"9", "a"}}, true, false},
        {{{"Score", "Words"}, {"score", "comment"}, {"9", "a"}}, false, false},
        {{{"score", "", ""}, {"9", "good", ""}, {"8", "", ""}}, false, false},
        {{{"Survey of 2026"}, {"score,comment"}, {"9,a"}}, true, false},
        {{{"score"}, {"9"}, {"8"}}, false, false},
        {{{"comment"}, {"good, so far"}, {"bad"}}, false, false},
        {{{"comment"}, {"\"good, so far\""}, {"\"bad, so far\""}}, false, false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const char *names[5] = {CASES[i].rows[0][0], CASES[i].rows[0][1], CASES[i].rows[0][2], CASES[i].rows[0][3]};
        struct headings headings = header(names);
        struct column_facts facts[COLUMNS] = {{0}};
        struct header_look look = {.rows = 0};
        size_t column = 0;
        for (size_t at = 1; at < 4 && CASES[i].rows[at][0]; at++) {
            struct table_cell cells[4] = {{0}};
            struct table_row row = {.cells = cells};
            for (; row.count < 4 && CASES[i].rows[at][row.count]; row.count++) {
                const char *text = CASES[i].rows[at][row.count];
                cells[row.count] = (struct table_cell){.text = text, .length = strlen(text)};
                column_facts_add(&facts[row.count], &cells[row.count], 0, 10);
            }
            header_look_add(&look, &row);
        }
        if (header_is_title(&headings, &look, false) != CASES[i].is_title ||
            header_is_answer(&headings, facts, &column) != CASES[i].is_answer)
            fail_msg("case %zu", i);
    }
}

static void zones_of_headers(void **state) {
    static const struct {
        const char *name, *zone; /* NULL: there is none */
        bool is_said;
    } CASES[] = {
        {"Response Received At (Eastern Time (US & Canada))", "America/New_York", true},
        {"Created At (Berlin)", "Europe/Berlin", true},
        {"Created At (America/New_York)", "America/New_York", true},
        {"Created At (Kuala Lumpur)", "Asia/Kuala_Lumpur", true},
        {"Created At (UTC)", "UTC", true},
        {"Created At (Nowhere)", NULL, true},
        {"Created At", NULL, false},
        {"Created At ()", NULL, false},
        {")(", NULL, false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char zone[64] = "";
        bool is_said;
        bool is_found = header_zone(CASES[i].name, zone, sizeof zone, &is_said);
        if (is_found != (CASES[i].zone != NULL) || is_said != CASES[i].is_said ||
            (is_found && strcmp(zone, CASES[i].zone) != 0))
            fail_msg("%s: %s", CASES[i].name, zone);
    }
}

static void keys_of_properties(void **state) {
    char key[MAPPING_KEY_SIZE];
    assert_true(guess_property_key("  Which plan (now)? ", key));
    assert_string_equal(key, "Which_plan_now");
    assert_true(guess_property_key("a.b-c", key));
    assert_string_equal(key, "a.b-c");
    assert_false(guess_property_key("\xD0\xB8\xD0\xBC\xD1\x8F", key));
    static const char *const NAMES[] = {"Score", "Plan", "property.country", "Other", NULL};
    static const char *const KEYS[] = {"plan", "country", "unknown"};
    struct headings headings = header(NAMES);
    struct mapping mapping;
    struct error err;
    mapping_init(&mapping);
    assert_int_equal(guess_properties(&headings, KEYS, 3, &mapping, &err), CXD_OK);
    assert_string_equal(mapping_of_column(&mapping, 1), "plan");
    assert_string_equal(mapping_of_column(&mapping, 2), "country");
    assert_null(mapping_of_column(&mapping, 3));
}

static void presets(void **state) {
    static const struct {
        const char *names[8];
        const char *preset;
    } CASES[] = {
        {{"StartDate", "EndDate", "RecordedDate", "ResponseId"}, "qualtrics"},
        {{"Respondent ID", "Collector ID", "Start Date", "End Date"}, "surveymonkey"},
        {{"#", "Q", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"}, "typeform"},
        {{"No.", "Response ID", "Timestamp", "Finished", "Survey ID"}, "formbricks"},
        {{"uuid", "timestamp", "properties.$survey_response_abc"}, "posthog"},
        {{"Score", "Comment", "Delighted Browser"}, "delighted"},
        {{"id", "submitdate", "lastpage", "startlanguage"}, "limesurvey"},
        {{"id. Response ID", "submitdate. Date submitted", "lastpage. Last page", "startlanguage. Start language"},
         "limesurvey"},
        {{"Zeitstempel", "Wie wahrscheinlich?"}, "google-forms"},
        {{"Wie wahrscheinlich?", "Zeitstempel"}, NULL},
        {{"number", "id", "survey", "revision", "answered_at"}, "cxd"},
        {{"Score", "Comment"}, NULL},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        struct headings headings = header(CASES[i].names);
        const struct preset *found = preset_recognise(&headings);
        assert_ptr_equal(found, CASES[i].preset ? preset_find(CASES[i].preset) : NULL);
    }
    assert_null(preset_find("hotjar"));
    char zone[64];
    assert_true(preset_zone_of_cell("{\"ImportId\":\"startDate\",\"timeZone\":\"America/Denver\"}", zone, sizeof zone));
    assert_string_equal(zone, "America/Denver");
    assert_false(preset_zone_of_cell("{\"ImportId\":\"Q378486e1-616f-5aad-a697-dcb5c6d9a577\"}", zone, sizeof zone));
    assert_false(preset_zone_of_cell("\"timeZone\":\"America/Denver\"", zone, 8));
}

static struct row_plan make_plan(const struct headings *headings, const char *map) {
    struct row_plan plan = {.headings = headings, .dates = DATE_FORM_ISO, .scale_max = 10};
    struct error err;
    plan.preset = (struct preset_use){NULL, COLUMN_NONE, COLUMN_NONE};
    mapping_init(&plan.mapping);
    assert_int_equal(mapping_apply(&plan.mapping, headings, map, &err), CXD_OK);
    row_id_space("nps", &plan.space);
    plan.seen = row_seen_make();
    assert_non_null(plan.seen);
    buffer_init(&plan.text);
    return plan;
}

static void end_plan(struct row_plan *plan) {
    row_seen_free(plan->seen);
    buffer_free(&plan->text);
}

static enum row_verdict read_row(struct row_plan *plan, const char *const *values, struct buffer *out,
                                 struct row_reading *reading) {
    struct table_cell cells[COLUMNS] = {{0}};
    struct table_row row = {.cells = cells, .line = 2};
    struct error err;
    for (; values[row.count]; row.count++)
        cells[row.count] = (struct table_cell){.text = values[row.count], .length = strlen(values[row.count])};
    buffer_reset(out);
    assert_int_equal(row_read(plan, &row, out, reading, &err), CXD_OK);
    buffer_terminate(out);
    return reading->verdict;
}

/* Ids are fixed for ever: this text and these ids are those of the first version. */
static void a_row(void **state) {
    static const char *const NAMES[] = {"Score", "Why", "Date", "Plan", "Who", NULL};
    static const char *const ROW[] = {"9 - good", " fine \"that\" ", "2026-01-31T10:00:00Z", "pro", "N/A", NULL};
    struct headings headings = header(NAMES);
    struct row_plan plan = make_plan(&headings, "score=#1,comment=#2,answered_at=#3,property.plan=#4,respondent=#5");
    struct row_reading reading;
    struct buffer out;
    buffer_init(&out);
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    assert_string_equal(out.data,
                        "{\"score\":9,\"answered_at\":\"2026-01-31T10:00:00Z\",\"comment\":\"fine \\\"that\\\"\","
                        "\"properties\":{\"plan\":\"pro\"},\"id\":\"378486e1-616f-5aad-a697-dcb5c6d9a577\"}");
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    assert_int_equal(reading.before, 1);
    assert_non_null(strstr(out.data, "\"id\":\"28f65f48-dc8e-5710-960d-447db6f1aceb\"}"));
    row_seen_forget(plan.seen);
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    assert_non_null(strstr(out.data, "\"id\":\"378486e1-616f-5aad-a697-dcb5c6d9a577\"}"));
    buffer_free(&out);
    end_plan(&plan);
}

/* Of the same row read on another clock, with a property or without, by a cell that says its offset or does not. */
static void what_an_id_is_made_of(void **state) {
    static const char *const NAMES[] = {"Score", "Why", "Date", "Plan", NULL};
    static const struct {
        const char *date, *zone, *map;
        enum date_form form;
        const char *answered_at, *id;
    } CASES[] = {
        {"2026-01-31 10:00", "UTC", "score=#1,comment=#2,answered_at=#3", DATE_FORM_ISO, "2026-01-31T10:00:00Z",
         "714dc837-2355-556b-a553-46252c2d50dc"},
        {"2026-01-31 10:00", "Asia/Tokyo", "score=#1,comment=#2,answered_at=#3", DATE_FORM_ISO, "2026-01-31T01:00:00Z",
         "714dc837-2355-556b-a553-46252c2d50dc"},
        {"31.1.2026 10:00", "UTC", "score=#1,comment=#2,answered_at=#3,property.plan=#4", DATE_FORM_EU,
         "2026-01-31T10:00:00Z", "714dc837-2355-556b-a553-46252c2d50dc"},
        {"2026-01-31 10:00Z", "Asia/Tokyo", "score=#1,comment=#2,answered_at=#3", DATE_FORM_ISO, "2026-01-31T10:00:00Z",
         "3eedfa89-7295-5a7b-91f5-165396271a80"},
        {"2026-01-31 11:00+01:00", "UTC", "score=#1,comment=#2,answered_at=#3", DATE_FORM_ISO, "2026-01-31T10:00:00Z",
         "3eedfa89-7295-5a7b-91f5-165396271a80"},
        {"1769853600", "Asia/Tokyo", "score=#1,comment=#2,answered_at=#3", DATE_FORM_UNIX, "2026-01-31T10:00:00Z",
         "3eedfa89-7295-5a7b-91f5-165396271a80"},
        {"", "UTC", "score=#1,comment=#2,answered_at=#3", DATE_FORM_ISO, NULL, "accdebb0-d9bc-5d16-8e15-19d4a3016492"},
        {"2026-01-31 10:00Z", "UTC", "score=#1,comment=#2", DATE_FORM_ISO, NULL,
         "accdebb0-d9bc-5d16-8e15-19d4a3016492"},
    };
    struct headings headings = header(NAMES);
    struct error err;
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        const char *const ROW[] = {"9", "fine", CASES[i].date, "pro", NULL};
        struct row_plan plan = make_plan(&headings, CASES[i].map);
        struct row_reading reading;
        struct buffer out;
        char id[ID_TEXT_SIZE];
        plan.dates = CASES[i].form;
        assert_int_equal(calendar_set_zone(CASES[i].zone, &err), CXD_OK);
        buffer_init(&out);
        assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
        if (strcmp(id_format(id, &reading.id), CASES[i].id) != 0)
            fail_msg("case %zu: %s in %s", i, id, out.data);
        assert_true(CASES[i].answered_at ? strstr(out.data, CASES[i].answered_at) != NULL : !strstr(out.data, "2026"));
        buffer_free(&out);
        end_plan(&plan);
    }
    assert_int_equal(calendar_set_zone("UTC", &err), CXD_OK);
}

static void an_id_of_its_own(void **state) {
    static const char *const NAMES[] = {"Score", "Id", NULL};
    static const char *const UUID[] = {"9", "0197A1B2-0000-7000-8000-000000000001", NULL};
    static const char *const NAMED[] = {"9", "r1", NULL}, *const AGAIN[] = {"3", "r1", NULL},
                             *const NONE[] = {"3", NULL};
    struct headings headings = header(NAMES);
    struct row_plan plan = make_plan(&headings, "score=Score,id=Id");
    struct row_reading reading;
    struct buffer out;
    buffer_init(&out);
    assert_int_equal(read_row(&plan, UUID, &out, &reading), ROW_RESPONSE);
    assert_string_equal(out.data, "{\"score\":9,\"id\":\"0197a1b2-0000-7000-8000-000000000001\"}");
    assert_int_equal(read_row(&plan, NAMED, &out, &reading), ROW_RESPONSE);
    assert_string_equal(out.data, "{\"score\":9,\"id\":\"d7b9d3e9-7d52-58bd-bf69-646c423d5c29\"}");
    assert_int_equal(read_row(&plan, AGAIN, &out, &reading), ROW_BAD);
    assert_string_equal(reading.why, "column 2 (Id), 'r1': a row before has this id");
    assert_int_equal(out.length, 0);
    assert_int_equal(read_row(&plan, NONE, &out, &reading), ROW_BAD);
    assert_non_null(strstr(reading.why, "the row has no id"));
    buffer_free(&out);
    end_plan(&plan);
}

static void rows_that_are_none(void **state) {
    static const char *const NAMES[] = {"Score", "Why", "Date", "Finished", NULL};
    static const char *const BLANK[] = {"", "words", NULL}, *const BAD[] = {"9.5", "words", NULL};
    static const char *const DATE[] = {"9", "", "31 Foo 2026", NULL}, *const SHORT[] = {"9", NULL};
    struct headings headings = header(NAMES);
    struct row_plan plan = make_plan(&headings, "score=Score,comment=Why,answered_at=Date");
    struct row_reading reading;
    struct buffer out;
    buffer_init(&out);
    assert_int_equal(read_row(&plan, BLANK, &out, &reading), ROW_UNANSWERED);
    plan.takes_unscored = true;
    assert_int_equal(read_row(&plan, BLANK, &out, &reading), ROW_RESPONSE);
    assert_non_null(strstr(out.data, "{\"score\":null,\"comment\":\"words\""));
    assert_int_equal(read_row(&plan, BAD, &out, &reading), ROW_BAD);
    assert_non_null(strstr(reading.why, "column 1 (Score), '9.5': is a fraction"));
    assert_int_equal(read_row(&plan, DATE, &out, &reading), ROW_BAD);
    assert_non_null(strstr(reading.why, "column 3 (Date), '31 Foo 2026': says 'Foo'"));
    assert_int_equal(read_row(&plan, SHORT, &out, &reading), ROW_RESPONSE);
    buffer_free(&out);
    end_plan(&plan);
}

static struct table_row row_of(const char *const *values, struct table_cell *cells) {
    struct table_row row = {.cells = cells, .line = 2};
    for (; values[row.count]; row.count++)
        cells[row.count] = (struct table_cell){.text = values[row.count], .length = strlen(values[row.count])};
    return row;
}

static void id_of(struct row_plan *plan, const char *const *values, enum row_verdict verdict, char id[ID_TEXT_SIZE]) {
    struct row_reading reading;
    struct buffer out;
    buffer_init(&out);
    assert_int_equal(read_row(plan, values, &out, &reading), verdict);
    id_format(id, &reading.id);
    buffer_free(&out);
}

/* Fixed for ever, as those of good rows. */
static void ids_of_bad_rows(void **state) {
    static const char *const NAMES[] = {"Score", "Why", NULL};
    static const char *const BAD[] = {"1O", "so", NULL}, *const BLANK[] = {"1O", "so", "", NULL};
    static const char *const OTHER[] = {"1", "Oso", NULL}, *const CUT[] = {"1Oso", NULL}, *const GOOD[] = {"10", NULL};
    struct headings headings = header(NAMES);
    struct row_plan plan = make_plan(&headings, "score=#1,comment=#2");
    struct table_row fault = {.line = 3, .fault = "line 3: no end"};
    struct row_reading reading;
    struct buffer out;
    struct error err;
    char first[ID_TEXT_SIZE], id[ID_TEXT_SIZE];
    buffer_init(&out);
    id_of(&plan, BAD, ROW_BAD, first);
    assert_string_equal(first, "f294ef39-4e6d-565b-8ace-45de4b462a4a");
    id_of(&plan, BLANK, ROW_BAD, id); /* blank cells at the end are none */
    assert_string_equal(id, "2b769ea8-dee7-5bad-9789-994f4f76dccc");
    id_of(&plan, CUT, ROW_BAD, id);
    assert_string_not_equal(id, first);
    id_of(&plan, OTHER, ROW_RESPONSE, id);
    row_seen_forget(plan.seen);
    id_of(&plan, BAD, ROW_BAD, id);
    assert_string_equal(id, first);
    /* Without cells, the fault and the response before are what it is known by. */
    struct id faults[3];
    for (int i = 0; i < 3; i++) {
        row_seen_forget(plan.seen);
        plan.last = (struct id){{0}};
        if (i == 2)
            id_of(&plan, GOOD, ROW_RESPONSE, id);
        assert_int_equal(row_read(&plan, &fault, &out, &reading, &err), CXD_OK);
        assert_int_equal(reading.verdict, ROW_BAD);
        faults[i] = reading.id;
    }
    assert_int_equal(id_compare(&faults[0], &faults[1]), 0);
    assert_int_not_equal(id_compare(&faults[0], &faults[2]), 0);
    end_plan(&plan);
    /* A column of ids decides: then a bad row has none beside it. */
    plan = make_plan(&headings, "score=#1,id=#2");
    id_of(&plan, BAD, ROW_BAD, id);
    assert_string_equal(id, "00000000-0000-0000-0000-000000000000");
    end_plan(&plan);
    buffer_free(&out);
}

static void mended_rows(void **state) {
    static const char *const NAMES[] = {"Score", NULL};
    static const char *const ROW[] = {"10", NULL};
    static const char ID[] = "d7b9d3e9-7d52-58bd-bf69-646c423d5c29";
    struct headings headings = header(NAMES);
    struct row_plan plan = make_plan(&headings, "score=#1");
    struct row_reading reading;
    struct buffer out;
    buffer_init(&out);
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    plan.mended_id = " D7B9D3E9-7D52-58BD-BF69-646C423D5C29 ";
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    assert_int_equal(reading.before, 0);
    assert_non_null(strstr(out.data, ID));
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_BAD);
    assert_string_equal(reading.why, "cxd.id, 'D7B9D3E9-7D52-58BD-BF69-646C423D5C29': a row before has this id");
    assert_int_equal(out.length, 0);
    plan.mended_id = "";
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_BAD);
    assert_string_equal(reading.why, "cxd.id, '': is not the id that was written here");
    end_plan(&plan);
    plan = make_plan(&headings, "score=#1,id=#1");
    plan.mended_id = ID;
    assert_int_equal(read_row(&plan, ROW, &out, &reading), ROW_RESPONSE);
    assert_null(strstr(out.data, ID));
    buffer_free(&out);
    end_plan(&plan);
}

static void files_of_bad_rows(void **state) {
    static const struct {
        const char *names[6];
        enum mended_header header;
    } HEADERS[] = {
        {{"cxd.line", "cxd.reason", "cxd.id", "score"}, MENDED_WHOLE},
        {{"cxd.line", "cxd.reason", "cxd.id"}, MENDED_SPOILT},
        {{"cxd.line", "cxd.reason", "score"}, MENDED_SPOILT},
        {{"score", "cxd.line", "cxd.reason", "cxd.id"}, MENDED_SPOILT},
        {{"cxd.line", "cxd.reason", "cxd.id", "score", "cxd.id"}, MENDED_SPOILT},
        {{"score", "cxd.reason"}, MENDED_SPOILT},
        {{"line", "reason", "id", "score"}, MENDED_NOT},
    };
    struct table_cell cells[COLUMNS], left[COLUMNS];
    for (size_t i = 0; i < CXD_COUNT(HEADERS); i++) {
        struct table_row row = row_of(HEADERS[i].names, cells);
        if (mended_judge(&row) != HEADERS[i].header)
            fail_msg("header %zu", i);
    }
    static const struct {
        const char *text;
        char delimiter;
    } BEGINS[] = {{"cxd.line,cxd.reason", ','},
                  {"\xEF\xBB\xBF"
                   "cxd.line;",
                   ';'},
                  {"\"cxd.line\"\tx", '\t'},
                  {"cxd.line", 0},
                  {"\"cxd.line\"", 0},
                  {"\"cxd.line,\"", 0},
                  {"cxd.lines,", 0},
                  {"score,cxd.line", 0},
                  {"", 0}};
    for (size_t i = 0; i < CXD_COUNT(BEGINS); i++)
        if (mended_delimiter(BEGINS[i].text, strlen(BEGINS[i].text)) != BEGINS[i].delimiter)
            fail_msg("%s", BEGINS[i].text);
    static const char *const ROW[] = {"7", "bad", "ID", "2026-01-31", "2026-01-31T10:00:00", "2026-01-31 10:00", NULL};
    struct table_row row = row_of(ROW, cells), stripped;
    assert_int_equal(mended_word_of(&row), MENDED_WORDS);
    mended_strip(&row, left, &stripped);
    assert_int_equal(stripped.count, 3);
    assert_int_equal(stripped.line, 2);
    assert_string_equal(stripped.cells[0].text, "2026-01-31");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(stripped.cells[i].is_date, i < 2);
    static const char *const WORD[] = {"cxd.map", "score=", NULL}, *const SHORT[] = {"cxd.map", NULL};
    row = row_of(WORD, cells);
    assert_int_equal(mended_word_of(&row), MENDED_MAP);
    row = row_of(SHORT, cells);
    assert_int_equal(mended_word_of(&row), MENDED_WORDS);
    mended_strip(&row, left, &stripped);
    assert_int_equal(stripped.count, 0);
}

static void mapping_as_text(void **state) {
    static const char *const NAMES[] = {"a", "b", "c", "d", NULL};
    struct headings headings = header(NAMES);
    struct mapping mapping, again;
    struct buffer text;
    struct error err;
    buffer_init(&text);
    mapping_init(&mapping);
    mapping_init(&again);
    assert_int_equal(mapping_apply(&mapping, &headings, "score=d,visit=a,property.x.y=c,property.b=b", &err), CXD_OK);
    mended_append_mapping(&text, &mapping);
    assert_int_equal(mapping_apply(&again, &headings, buffer_terminate(&text), &err), CXD_OK);
    assert_memory_equal(again.column, mapping.column, sizeof again.column);
    assert_int_equal(again.property_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(again.properties[i].key, mapping.properties[i].key);
        assert_int_equal(again.properties[i].column, mapping.properties[i].column);
    }
    for (int i = 0; i < TARGETS; i++)
        assert_true(again.is_set[i]); /* nothing is left to be guessed */
    buffer_free(&text);
}

/* Across the growth of the table, and over the counts that a slot has room for. */
static void rows_before(void **state) {
    struct row_seen *seen = row_seen_make();
    struct id space, digest;
    struct error err;
    uint64_t before;
    row_id_space("nps", &space);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 50000; i++) {
            row_id_of_content(&space, (const char *)&i, sizeof i, &digest);
            assert_int_equal(row_seen_add(seen, &digest, &before, &err), CXD_OK);
            assert_int_equal(before, round);
        }
    }
    for (uint64_t i = 2; i < 10000; i++) {
        assert_int_equal(row_seen_add(seen, &digest, &before, &err), CXD_OK);
        assert_int_equal(before, i);
    }
    row_seen_forget(seen);
    assert_int_equal(row_seen_add(seen, &digest, &before, &err), CXD_OK);
    assert_int_equal(before, 0);
    row_seen_free(seen);
    row_seen_free(NULL);
}

static void too_many_rows(void **state) {
    struct row_seen *seen = row_seen_make();
    struct error err;
    struct id digest = {{0}};
    uint64_t before;
    for (uint32_t i = 0; i < ROW_SEEN_MAX; i++) { /* ids that differ at their end alone */
        memcpy(digest.bytes + 12, &i, sizeof i);
        if (row_seen_add(seen, &digest, &before, &err) != CXD_OK || before != 0)
            fail_msg("row %u", i);
    }
    memset(digest.bytes, 0xFF, sizeof digest.bytes);
    assert_int_equal(row_seen_add(seen, &digest, &before, &err), ERR_TABLE);
    assert_non_null(strstr(err.detail, "--map id=COLUMN"));
    row_seen_free(seen);
}

int main(void) {
    struct error err;
    if (calendar_set_zone("UTC", &err) != CXD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_by_name),
        cmocka_unit_test(text_of_map),
        cmocka_unit_test(guesses),
        cmocka_unit_test(keys_of_properties),
        cmocka_unit_test(headers),
        cmocka_unit_test(zones_of_headers),
        cmocka_unit_test(presets),
        cmocka_unit_test(a_row),
        cmocka_unit_test(what_an_id_is_made_of),
        cmocka_unit_test(an_id_of_its_own),
        cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(ids_of_bad_rows),
        cmocka_unit_test(mended_rows),
        cmocka_unit_test(files_of_bad_rows),
        cmocka_unit_test(mapping_as_text),
        cmocka_unit_test(rows_before),
        cmocka_unit_test(too_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
