/* Events: what a body says, one or several, as JSON and as a form; what is wrong with it, by pointer. */
#include "../support/unit.h"
#include "cxd/base/arena.h"
#include "cxd/codec/event.h"

static struct arena arena;
static struct error err;

static int set_up(void **state) {
    (void)state;
    arena_init(&arena);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct event_list decode(const char *json, enum cxd_err expected) {
    struct event_list list = {0};
    enum cxd_err code = event_decode(json, strlen(json), 16, &arena, &list, &err);
    if (code != expected)
        fail_msg("%s: %d and not %d", json, code, expected);
    return list;
}

/* Pointers with a blank behind each. */
static void check_wrong(const char *json, const char *pointers) {
    char text[1024] = "";
    (void)decode(json, ERR_INVALID);
    for (size_t i = 0; i < err.member_count; i++) {
        strcat(text, err.members[i].pointer);
        strcat(text, " ");
    }
    if (strcmp(text, pointers) != 0)
        fail_msg("%s: %s", json, text);
}

static void test_one(void **state) {
    struct event_list list = decode("{\"type\":\"started\",\"visit\":\"v\",\"touchpoint\":\"t\",\"channel\":\"c\","
                                    "\"locale\":\"de\",\"at\":\"2026-11-01T12:00:00Z\",\"invitation\":\"i\","
                                    "\"properties\":{\"z\":true,\"a\":1}}",
                                    CXD_OK);
    const struct event *event = &list.events[0];
    assert_int_equal(list.count, 1);
    assert_false(list.is_list);
    assert_int_equal(event->type, EVENT_STARTED);
    assert_string_equal(event->visit, "v");
    assert_string_equal(event->touchpoint, "t");
    assert_string_equal(event->channel, "c");
    assert_string_equal(event->locale, "de");
    assert_string_equal(event->sent.invitation, "i");
    assert_true(event->has_at);
    assert_int_equal(event->at, 1793534400000);
    assert_int_equal(event->property_count, 2);
    assert_string_equal(event->properties[0].key, "a");
    assert_string_equal(event->properties[1].value, "true");
    event =
        decode("{\"type\":\"shown\",\"visit\":\"v\",\"touchpoint\":null,\"at\":null,\"locale\":\" \"}", CXD_OK).events;
    assert_false(event->has_at);
    assert_null(event->touchpoint);
    assert_null(event->locale);
}

static void test_what_is_wrong(void **state) {
    check_wrong("{}", "/type ");
    check_wrong("[]", " ");
    check_wrong("7", " ");
    check_wrong("[7]", "/0 ");
    check_wrong("{\"type\":\"seen\",\"visit\":7,\"at\":\"now\",\"shown\":1}", "/shown /type /visit /at ");
    check_wrong("[{\"type\":\"shown\",\"visit\":\"v\"},{\"visit\":\"v\",\"a/b~\":1},{\"type\":[]}]",
                "/1/a~1b~0 /1/type /2/type ");
    assert_int_equal(decode("{\"type\":\"shown\",\"visit\":\"v\"", ERR_MALFORMED_JSON).count, 0);
    assert_int_equal(decode("{\"type\":\"shown\",\"type\":\"shown\"}", ERR_MALFORMED_JSON).count, 0);
    char nested[128] = "{\"properties\":";
    for (size_t i = 0; i < 20; i++)
        strcat(nested, "[");
    (void)decode(nested, ERR_MALFORMED_JSON);
}

static void test_several(void **state) {
    char json[64 * (EVENTS_MAX + 2)] = "[";
    for (int i = 0; i < EVENTS_MAX; i++)
        snprintf(json + strlen(json), 64, "%s{\"type\":\"shown\",\"visit\":\"v%d\"}", i > 0 ? "," : "", i);
    size_t length = strlen(json);
    strcat(json, "]");
    struct event_list list = decode(json, CXD_OK);
    assert_int_equal(list.count, EVENTS_MAX);
    assert_true(list.is_list);
    assert_string_equal(list.events[EVENTS_MAX - 1].visit, "v19");
    strcpy(json + length, ",{\"type\":\"shown\",\"visit\":\"v\"}]");
    check_wrong(json, " ");
}

static void test_forms(void **state) {
    static const char FIELDS[] = "type=dismissed&visit=v%201&touchpoint=t&property.plan=pro&locale=";
    struct event_list list;
    struct form form;
    assert_int_equal(form_read_fields(FIELDS, strlen(FIELDS), &arena, &form, &err), CXD_OK);
    assert_int_equal(event_decode_form(&form, &arena, &list, &err), CXD_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.events[0].type, EVENT_DISMISSED);
    assert_string_equal(list.events[0].visit, "v 1");
    assert_string_equal(list.events[0].properties[0].value, "pro");
    assert_null(list.events[0].locale);
}

static void test_replies(void **state) {
    const struct event event = {.type = EVENT_SHOWN, .visit = "<v>", .at = 0};
    struct buffer out;
    buffer_init(&out);
    event_encode(&out, &event, "shop");
    event_encode_result(&out, &event, "shop", false);
    assert_string_equal(buffer_terminate(&out),
                        "{\"survey\":\"shop\",\"type\":\"shown\",\"visit\":\"\\u003cv\\u003e\","
                        "\"at\":\"1970-01-01T00:00:00Z\"},"
                        "{\"status\":200,\"outcome\":\"replayed\",\"survey\":\"shop\",\"type\":\"shown\","
                        "\"visit\":\"\\u003cv\\u003e\",\"at\":\"1970-01-01T00:00:00Z\"}");
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forms, set_up, tear_down),
        cmocka_unit_test(test_replies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
