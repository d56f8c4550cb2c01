/* Log records: both forms of a line over hostile values, where the prefix goes, and how much of a flood is written. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/unit.h"
#include "base/log_limit.h"
#include "base/log_line.h"
#include "cxd/base/clock.h"
#include "cxd/base/log.h"
#include "cxd/base/utf8.h"

static struct log_line line;

CXD_PRINTF(2, 3)
static const char *make(enum log_format format, const char *fields, ...) {
    va_list args;
    log_line_begin(&line, format, "<4>", "2026-11-23T12:00:00Z", "warning", "event");
    va_start(args, fields);
    log_line_fields(&line, fields, args);
    va_end(args);
    log_line_end(&line);
    assert_true(line.length <= LOG_LINE_SIZE);
    static char text[LOG_LINE_SIZE + 1];
    memcpy(text, line.text, line.length);
    text[line.length] = '\0';
    assert_int_equal(strlen(text), line.length);
    assert_ptr_equal(strchr(text, '\n'), text + line.length - 1);
    text[line.length - 1] = '\0';
    assert_true(utf8_count(text) != SIZE_MAX);
    assert_false(utf8_has_control(text, false));
    return text;
}

#define TEXT(expected, ...) assert_string_equal(make(LOG_FORMAT_TEXT, __VA_ARGS__), "<4>event" expected)
#define JSON(expected, ...)                                                                                            \
    assert_string_equal(make(LOG_FORMAT_JSON, __VA_ARGS__),                                                            \
                        "{\"time\":\"2026-11-23T12:00:00Z\",\"level\":\"warning\",\"event\":\"event\"" expected)

static void test_forms(void **state) {
    static const struct {
        const char *value, *text, *json;
    } CASES[] = {
        {"plain", "plain", "\"plain\""},
        {"/v1/scores?x", "/v1/scores?x", "\"/v1/scores?x\""},
        {"é€😀", "é€😀", "\"é€😀\""},
        {"", "\"\"", "\"\""},
        {"two words", "\"two words\"", "\"two words\""},
        {"a=b", "\"a=b\"", "\"a=b\""},
        {"say \"hi\"", "\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\""},
        {"back\\slash", "\"back\\\\slash\"", "\"back\\\\slash\""},
        {"a\nb\rc\td", "\"a\\nb\\rc\\td\"", "\"a\\nb\\rc\\td\""},
        {"\x01\x1b\x7f", "\"\\x01\\x1b\\x7f\"", "\"\\u0001\\u001b\\u007f\""},
        {"\xff\xc3", "\"\\xff\\xc3\"", "\"\\ufffd\\ufffd\""},
        {"\xc2\x9b"
         "31m",
         "\"\\xc2\\x9b31m\"", "\"\\u009b31m\""}, /* C1: an eight-bit terminal obeys it */
        {"a\xe2\x80\xa8z", "\"a\\xe2\\x80\\xa8z\"", "\"a\\u2028z\""},
        {"\xed\xa0\x80", "\"\\xed\\xa0\\x80\"", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate is no character */
        {"%s%n", "%s%n", "\"%s%n\""},
        {"0123", "0123", "\"0123\""}, /* text stays text */
        {"17", "17", "\"17\""},
        {"true", "true", "\"true\""},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        char expected[200];
        snprintf(expected, sizeof expected, "<4>event key=%s n=1", CASES[i].text);
        assert_string_equal(make(LOG_FORMAT_TEXT, "key=%s n=%d", CASES[i].value, 1), expected);
        snprintf(expected, sizeof expected,
                 "{\"time\":\"2026-11-23T12:00:00Z\",\"level\":\"warning\",\"event\":\"event\",\"key\":%s,"
                 "\"n\":1}",
                 CASES[i].json);
        assert_string_equal(make(LOG_FORMAT_JSON, "key=%s n=%d", CASES[i].value, 1), expected);
    }
}

static void test_numbers(void **state) {
    JSON(",\"a\":-1,\"b\":4294967295,\"c\":-9223372036854775808,\"d\":18446744073709551615}", "a=%d b=%u c=%lld d=%llu",
         -1, UINT32_MAX, (long long)INT64_MIN, (unsigned long long)UINT64_MAX);
    JSON(",\"a\":5,\"b\":-6,\"c\":7,\"d\":-8,\"e\":9}", "a=%zu b=%zd c=%lu d=%ld e=%" PRIu64, (size_t)5, (ssize_t)-6,
         7UL, -8L, (uint64_t)9);
    JSON(",\"a\":1.250,\"b\":-0.5,\"c\":1e+20}", "a=%.3f b=%g c=%g", 1.25, -0.5, 1e20);
    JSON(",\"a\":\"inf\",\"b\":\"nan\"}", "a=%f b=%g", (double)INFINITY, fabs((double)NAN));
    JSON(",\"a\":\"007\",\"b\":\"ff\",\"c\":\"1:2\",\"d\":\"12\"}", "a=%03d b=%x c=%d:%d d=%d%d", 7, 255, 1, 2, 1, 2);
    JSON(",\"a\":0,\"b\":\"x1\",\"c\":\"two words\",\"d\":\"50%\",\"e\":\"x\"}",
         "a=0 b=x%d c=\"two words\" d=50%% e=%c", 1, 'x');
    TEXT(" a=-1 b=1.250 c=\"two words 3\" d=50%", "a=%d b=%.3f c=\"two words %d\" d=50%%", -1, 1.25, 3);
}

static void test_left_out_and_misused(void **state) {
    const char *none = NULL;
    TEXT(" a=1 c=2", "a=%d b=%s c=%d", 1, none, 2);
    JSON(",\"a\":1,\"c\":2}", "a=%d b=%s c=%d", 1, none, 2);
    JSON("}", "b=%s", none);
    TEXT("", "%s", none);
    TEXT(" detail=\"no key\" n=1", "%s n=%d", "no key", 1);
    JSON(",\"a\":1,\"cut\":true}", "a=%d b=%p c=%d", 1, (void *)&line, 2); /* from there on nothing is known */
    JSON(",\"a\":\"\"}", "a=");
}

/* Reads back what put_string wrote. Returns what stands behind it. */
static const char *unquote(const char *at, char *out) {
    bool is_quoted = *at == '"';
    at += is_quoted;
    while (*at && *at != (is_quoted ? '"' : ' ')) {
        if (*at != '\\') {
            *out++ = *at++;
        } else if (at[1] == 'x') {
            char digits[3] = {at[2], at[3], '\0'};
            *out++ = (char)strtol(digits, NULL, 16);
            at += 4;
        } else {
            *out++ = at[1] == 'n' ? '\n' : at[1] == 'r' ? '\r' : at[1] == 't' ? '\t' : at[1];
            at += 2;
        }
    }
    *out = '\0';
    return at + is_quoted;
}

static unsigned random_below(unsigned bound) {
    static uint64_t seed = 20261123;
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % bound;
}

/* Bytes that hurt, and some that do not; ends within a character now and then. */
static void random_value(char *out, size_t length) {
    static const char *const PIECES[] = {"\"", "\\", "\n",   "\r",       " ",    "=", "é", "€",    "😀",
                                         "a",  "%",  "\xff", "\xe2\x82", "\x01", "}", ",", "\x7f", "\xc2\x85"};
    size_t at = 0;
    while (at < length) {
        const char *piece = PIECES[random_below(CXD_COUNT(PIECES))];
        size_t size = strlen(piece);
        if (at + size > length)
            break;
        memcpy(out + at, piece, size);
        at += size;
    }
    out[at] = '\0';
}

static void check_json(const char *text, const char *value) {
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        fail_msg("%s: %s", error.text, text);
    const char *got = json_string_value(json_object_get(object, "key"));
    if (!json_object_get(object, "cut")) {
        assert_non_null(got);
        if (utf8_count(value) != SIZE_MAX)
            assert_string_equal(got, value);
        assert_int_equal(json_integer_value(json_object_get(object, "after")), 17);
    }
    json_decref(object);
}

static void check_text(const char *text, const char *value) {
    static char read[4 * LOG_LINE_SIZE];
    const char *rest = strstr(text, " key=");
    if (!rest) {
        assert_non_null(strstr(text, " cut=true"));
        return;
    }
    rest = unquote(rest + strlen(" key="), read);
    if (strstr(rest, " cut=true")) {
        assert_memory_equal(read, value, strlen(read)); /* a beginning of it */
    } else {
        assert_string_equal(read, value);
        assert_string_equal(rest, " after=17");
    }
}

static void test_hostile(void **state) {
    static char value[4000];
    unsigned cut = 0;
    for (unsigned i = 0; i < 20000; i++) {
        random_value(value, random_below(i % 4 == 0 ? 3000 : 60));
        check_json(make(LOG_FORMAT_JSON, "key=%s after=%d", value, 17), value);
        check_text(make(LOG_FORMAT_TEXT, "key=%s after=%d", value, 17), value);
        cut += line.is_cut;
    }
    assert_in_range(cut, 2000, 5000);
}

/* Lines that are full at every possible place. */
static void test_full(void **state) {
    static char filler[LOG_LINE_SIZE];
    for (size_t length = 660; length < 1020; length++) {
        memset(filler, 'x', length);
        filler[length] = '\0';
        for (int form = 0; form < 2; form++) {
            const char *text = make((enum log_format)form, "a=%s b=%s key=%s n=%lld c=%s", filler, filler, "€€€\n€€€",
                                    (long long)INT64_MIN, filler);
            assert_true(line.is_cut);
            if (form == LOG_FORMAT_JSON) {
                json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
                if (!object)
                    fail_msg("%zu: %s", length, text);
                assert_true(json_is_true(json_object_get(object, "cut")));
                json_t *number = json_object_get(object, "n");
                assert_true(!number || json_integer_value(number) == INT64_MIN);
                json_decref(object);
            } else {
                assert_non_null(strstr(text, " cut=true"));
            }
        }
    }
}

/* --- log_record ------------------------------------------------------------------------------------------------------
 */

static int pipe_fds[2], saved_stderr;

static void begin_capture(void) {
    assert_int_equal(pipe(pipe_fds), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(dup2(pipe_fds[1], STDERR_FILENO) >= 0);
}

static const char *end_capture(void) {
    static char text[64 * 1024];
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(pipe_fds[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(pipe_fds[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(pipe_fds[0]);
    text[length] = '\0';
    return text;
}

static const char *capture(enum log_level level, const char *value) {
    begin_capture();
    errno = ENOSPC;
    log_record(level, "event", "key=%s", value);
    assert_int_equal(errno, ENOSPC);
    return end_capture();
}

/* JOURNAL_STREAM as the journal sets it for the pipe that stands for it. */
static const char *capture_journal(enum log_level level, bool is_stderr) {
    char stream[64];
    struct stat status;
    begin_capture();
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino + !is_stderr);
    setenv("JOURNAL_STREAM", stream, 1);
    log_record(level, "event", "key=%s", "a\nforged");
    unsetenv("JOURNAL_STREAM");
    return end_capture();
}

static void check_time(const char *text, size_t length, int64_t since) {
    int64_t at;
    assert_true(time_parse(text, length, &at));
    assert_in_range(at, since, clock_now_ms());
}

static void test_heads(void **state) {
    assert_string_equal(capture_journal(LOG_LEVEL_ERROR, true), "<3>event key=\"a\\nforged\"\n");
    assert_string_equal(capture_journal(LOG_LEVEL_WARNING, true), "<4>event key=\"a\\nforged\"\n");
    assert_string_equal(capture_journal(LOG_LEVEL_INFO, true), "<6>event key=\"a\\nforged\"\n");
    log_set_level(LOG_LEVEL_DEBUG);
    assert_string_equal(capture_journal(LOG_LEVEL_DEBUG, true), "<7>event key=\"a\\nforged\"\n");
    log_set_level(LOG_LEVEL_INFO);

    /* Inherited, but stderr leads elsewhere. */
    int64_t before = clock_now_ms();
    const char *text = capture_journal(LOG_LEVEL_INFO, false);
    assert_non_null(strchr(text, ' '));
    assert_string_equal(strchr(text, ' '), " info event key=\"a\\nforged\"\n");
    check_time(text, strcspn(text, " "), before);

    log_set_format(LOG_FORMAT_JSON);
    for (int is_journal = 0; is_journal < 2; is_journal++) {
        before = clock_now_ms();
        json_t *object = json_loads(capture_journal(LOG_LEVEL_WARNING, is_journal), 0, NULL);
        assert_non_null(object);
        const char *time = json_string_value(json_object_get(object, "time"));
        assert_non_null(time);
        check_time(time, strlen(time), before);
        assert_string_equal(json_string_value(json_object_get(object, "level")), "warning");
        assert_string_equal(json_string_value(json_object_get(object, "event")), "event");
        assert_string_equal(json_string_value(json_object_get(object, "key")), "a\nforged");
        assert_int_equal(json_object_size(object), 4);
        json_decref(object);
    }
    log_set_format(LOG_FORMAT_TEXT);
}

static void test_levels(void **state) {
    assert_string_equal(capture(LOG_LEVEL_DEBUG, "v"), "");
    assert_false(log_is_written(LOG_LEVEL_DEBUG));
    log_set_level(LOG_LEVEL_ERROR);
    assert_string_equal(capture(LOG_LEVEL_WARNING, "v"), "");
    assert_string_not_equal(capture(LOG_LEVEL_ERROR, "v"), "");
    log_set_level(LOG_LEVEL_INFO);
}

static unsigned count(const char *text, const char *part) {
    unsigned found = 0;
    for (; (text = strstr(text, part)); text++)
        found++;
    return found;
}

static void test_flood(void **state) {
    begin_capture();
    for (unsigned i = 0; i < 50; i++) {
        log_record(LOG_LEVEL_WARNING, "flood", "i=%u", i);
        log_record(LOG_LEVEL_INFO, "told", "i=%u", i);
    }
    log_record(LOG_LEVEL_ERROR, "other_event", "a=1");
    log_settle(false);
    const char *text = end_capture();
    assert_int_equal(count(text, " flood "), LOG_LIMIT_RECORDS);
    assert_int_equal(count(text, " told "), 50);
    assert_int_equal(count(text, " other_event "), 1);
    assert_int_equal(count(text, "records_left_out"), 0); /* its window has not ended */

    begin_capture();
    log_settle(true);
    log_settle(true);
    text = end_capture();
    assert_int_equal(count(text, "\n"), 1);
    assert_non_null(strstr(text, " records_left_out of=flood count=30\n"));
}

static void test_limit(void **state) {
    struct log_limit limit = {0};
    uint64_t left_out;
    for (int i = 0; i < LOG_LIMIT_RECORDS; i++)
        assert_true(log_limit_admit(&limit, "a", 1000 + i));
    assert_false(log_limit_is_pending(&limit));
    assert_false(log_limit_admit(&limit, "a", 1100));
    assert_false(log_limit_admit(&limit, "a", 1000 + LOG_LIMIT_WINDOW_MS - 1));
    assert_true(log_limit_admit(&limit, "b", 1100));
    assert_true(log_limit_is_pending(&limit));
    assert_null(log_limit_take(&limit, 1000 + LOG_LIMIT_WINDOW_MS - 1, false, &left_out));
    assert_string_equal(log_limit_take(&limit, 1000 + LOG_LIMIT_WINDOW_MS, false, &left_out), "a");
    assert_int_equal(left_out, 2);
    assert_null(log_limit_take(&limit, INT64_MAX, true, &left_out));
    assert_false(log_limit_is_pending(&limit));
    assert_true(log_limit_admit(&limit, "a", 1000 + LOG_LIMIT_WINDOW_MS));

    /* More events than places: the rest share one, and none is written over another's name. */
    static char names[2 * LOG_LIMIT_EVENTS][8];
    struct log_limit many = {0};
    unsigned admitted = 0;
    for (unsigned i = 0; i < 2 * LOG_LIMIT_EVENTS; i++) {
        snprintf(names[i], sizeof names[i], "e%u", i);
        for (int k = 0; k < 2 * LOG_LIMIT_RECORDS; k++)
            admitted += log_limit_admit(&many, names[i], 5);
    }
    assert_int_equal(admitted, LOG_LIMIT_EVENTS * LOG_LIMIT_RECORDS);
    uint64_t all = 0;
    const char *event;
    while ((event = log_limit_take(&many, 5, true, &left_out))) {
        all += left_out;
        assert_int_equal(strcmp(event, "other") == 0, all > (LOG_LIMIT_EVENTS - 1) * LOG_LIMIT_RECORDS);
    }
    assert_int_equal(all, (4 * LOG_LIMIT_EVENTS - LOG_LIMIT_EVENTS) * LOG_LIMIT_RECORDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_numbers), cmocka_unit_test(test_left_out_and_misused),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_full),    cmocka_unit_test(test_heads),
        cmocka_unit_test(test_levels),  cmocka_unit_test(test_flood),   cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
