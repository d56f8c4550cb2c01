/* Live streams: who is told of which response, the events as bytes, and what the writer notes, by two threads. */

#include <pthread.h>

#include "../support/unit.h"
#include "api/export_cursor.h"
#include "api/live_notes.h"
#include "cxd/base/clock.h"

#define HISTORY "0123456789abcdef0123456789abcdef"

static void assert_text(struct buffer *out, const char *expected) {
    assert_string_equal(buffer_terminate(out), expected);
    buffer_reset(out);
}

static void events_are_as_browsers_read_them(void **state) {
    struct buffer out;
    const struct id id = {.bytes = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16}};
    const struct response response = {
        .number = 42, .id = id, .has_score = true, .score = 9, .comment = "a\r\nb: \"c\""};
    buffer_init(&out);
    live_append_ready(&out, HISTORY, 7, 2000);
    assert_text(&out, "retry: 2000\nevent: ready\nid: " HISTORY ".7\ndata:{}\n\n");
    live_append_response(&out, HISTORY, &response, "shop");
    assert_text(&out,
                "event: response\nid: " HISTORY ".42\ndata:{\"id\":\"01020304-0506-7008-800a-0b0c0d0e0f10\",\"survey\":"
                "\"shop\",\"revision\":0,\"score\":9,\"comment\":\"a\\r\\nb: \\\"c\\\"\",\"answered_at\":"
                "\"1970-01-01T00:00:00Z\",\"received_at\":\"1970-01-01T00:00:00Z\"}\n\n");
    live_append_skipped(&out, HISTORY, 50, 8);
    assert_text(&out, "event: skipped\nid: " HISTORY ".50\ndata:{\"count\":8}\n\n");
    live_append_reset(&out, HISTORY, 0);
    assert_text(&out, "event: reset\nid: " HISTORY ".0\ndata:{}\n\n");
    live_append_change(&out, LIVE_AMENDED, &id);
    assert_text(&out, "event: amended\ndata:{\"id\":\"01020304-0506-7008-800a-0b0c0d0e0f10\"}\n\n");
    live_append_change(&out, LIVE_ERASED, NULL);
    assert_text(&out, "event: erased\ndata:{}\n\n");
    live_append_change(&out, LIVE_EXCLUDED, NULL);
    live_append_change(&out, LIVE_RESTORED, NULL);
    assert_text(&out, "event: excluded\ndata:{}\n\nevent: restored\ndata:{}\n\n");
    live_append_comment(&out);
    live_append_end(&out, 5);
    assert_text(&out, ":\n\nretry: 5\n\n");
    buffer_free(&out);
}

static void every_condition_is_looked_at(void **state) {
    static const struct property pro[] = {{"plan", "pro"}}, free_of[] = {{"plan", "free"}}, none[] = {{"size", "x"}};
    static const struct property price[] = {{"reason", "price"}}, team[] = {{"reason", "team"}}, other[] = {{"x", "y"}};
    static const struct answer answers[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "price"}};
    const struct response told = {.survey = 3,
                                  .has_score = true,
                                  .score = 9,
                                  .touchpoint = "cart",
                                  .channel = "web",
                                  .respondent = "ann",
                                  .flags = 1,
                                  .excluded = true,
                                  .properties = pro,
                                  .property_count = 1,
                                  .answers = answers,
                                  .answer_count = 1};
    const struct walk any = {.filter = {.survey = 3}, .excluded = -1};
    struct walk walk = any;
    assert_true(live_is_wanted(&walk, &told));
#define WITH(members, expected)                                                                                        \
    do {                                                                                                               \
        walk = any;                                                                                                    \
        members;                                                                                                       \
        assert_int_equal(live_is_wanted(&walk, &told), expected);                                                      \
    } while (0)
    WITH(walk.filter.survey = 4, false);
    WITH(walk.filter.touchpoint = "cart", true);
    WITH(walk.filter.touchpoint = "car", false);
    WITH(walk.filter.channel = "web", true);
    WITH(walk.filter.channel = "mail", false);
    WITH(walk.filter.locale = "de", false);
    WITH(walk.respondent = "ann", true);
    WITH(walk.respondent = "bob", false);
    WITH(walk.flagged = true, true);
    WITH(walk.excluded = 1, true);
    WITH(walk.excluded = 0, false);
    WITH(walk.scores = 1U << 9, true);
    WITH(walk.scores = ~(1U << 9), false);
    WITH(walk.filter.properties = pro; walk.filter.property_count = 1, true);
    WITH(walk.filter.properties = free_of; walk.filter.property_count = 1, false);
    WITH(walk.filter.properties = none; walk.filter.property_count = 1, false);
    WITH(walk.filter.answers = price; walk.filter.answer_count = 1, true);
    WITH(walk.filter.answers = team; walk.filter.answer_count = 1, false);
    WITH(walk.filter.answers = other; walk.filter.answer_count = 1, false);
#undef WITH
    const struct response scoreless = {.survey = 3};
    walk = any;
    walk.scores = 1;
    assert_false(live_is_wanted(&walk, &scoreless));
    walk = any;
    walk.flagged = true;
    assert_false(live_is_wanted(&walk, &scoreless));
}

static void what_is_told_of_each_kind(void **state) {
    static const int TOLD[CHANGE_KIND_COUNT] = {
        [CHANGE_RESPONSE] = 1 + LIVE_AMENDED, [CHANGE_EXCLUDE] = 1 + LIVE_RESTORED, [CHANGE_FLAG] = 1 + LIVE_EXCLUDED,
        [CHANGE_CLEAR] = 1 + LIVE_RESTORED,   [CHANGE_ERASE] = 1 + LIVE_ERASED,     [CHANGE_RETAIN] = 1 + LIVE_ERASED,
        [CHANGE_REERASE] = 1 + LIVE_ERASED,   [CHANGE_UNDO] = 1 + LIVE_ERASED,
    };
    struct live_note note;
    for (int kind = 0; kind < CHANGE_KIND_COUNT; kind++) {
        const struct change change = {.kind = (enum change_kind)kind};
        assert_int_equal(live_note_of(&change, &note) ? 1 + (int)note.change : 0, TOLD[kind]);
    }
    struct change change = {.kind = CHANGE_EXCLUDE, .as.exclude = {.survey = 5, .excluded = true}};
    change.as.exclude.id.bytes[0] = 7;
    assert_true(live_note_of(&change, &note));
    assert_true(note.change == LIVE_EXCLUDED && note.survey == 5 && note.has_id && note.id.bytes[0] == 7);
}

enum { MANY = 100 * 1000 };
static atomic_bool is_written;

static void *write_all(void *context) {
    for (int i = 1; i <= MANY; i++)
        live_notes_put(context, &(struct live_note){.change = LIVE_AMENDED, .survey = i, .has_id = true});
    atomic_store(&is_written, true);
    return NULL;
}

/* In their order; and where some were lost one says so, behind those before. */
static void notes_go_from_thread_to_thread(void **state) {
    static struct live_notes notes;
    pthread_t writer;
    struct live_note note;
    int64_t last = 0;
    size_t taken = 0, lost = 0;
    assert_false(live_notes_take(&notes, &note));
    assert_int_equal(pthread_create(&writer, NULL, write_all, &notes), 0);
    for (bool is_over = false; !is_over;) {
        is_over = atomic_load(&is_written);
        while (live_notes_take(&notes, &note)) {
            is_over = false;
            lost += note.survey == 0;
            taken += note.survey != 0;
            assert_true(note.survey == 0 ? note.change == LIVE_ERASED && !note.has_id : note.survey > last);
            last = note.survey == 0 ? last : note.survey;
        }
    }
    pthread_join(writer, NULL);
    assert_int_equal(taken<MANY, lost> 0);
    /* Without a reader it is full, once, and says so behind what it has. */
    write_all(&notes);
    for (int i = 1; i <= LIVE_NOTES; i++)
        assert_true(live_notes_take(&notes, &note) && note.survey == i);
    assert_true(live_notes_take(&notes, &note) && note.survey == 0 && !note.has_id);
    assert_false(live_notes_take(&notes, &note));
}

/* Numbers of several nodes have 19 digits from 2027 on. */
static void every_number_has_a_cursor(void **state) {
    static const int64_t NUMBERS[] = {0, 7, INT64_C(999999999999999999), INT64_C(1000000000000000000), INT64_MAX};
    char text[EXPORT_CURSOR_SIZE];
    struct error err;
    int64_t number = -1;
    for (size_t i = 0; i < CXD_COUNT(NUMBERS); i++) {
        export_cursor_write(text, HISTORY, NUMBERS[i]);
        assert_int_equal(export_cursor_read(text, HISTORY, &number, &err), CXD_OK);
        assert_true(number == NUMBERS[i]);
    }
    assert_int_equal(export_cursor_read(HISTORY ".9223372036854775808", HISTORY, &number, &err), ERR_BAD_PARAMETER);
    assert_int_equal(export_cursor_read(HISTORY ".10000000000000000000", HISTORY, &number, &err), ERR_BAD_PARAMETER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_a_cursor),      cmocka_unit_test(events_are_as_browsers_read_them),
        cmocka_unit_test(every_condition_is_looked_at),   cmocka_unit_test(what_is_told_of_each_kind),
        cmocka_unit_test(notes_go_from_thread_to_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
