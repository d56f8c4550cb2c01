/* Lines of text as a window: two digits (the zone of the table below, and the unit), a window's name, and
 * the bounds of a range. What is a window has a past of its own length, is cut into buckets that partition
 * it, and is covered by spans that partition it again. */
#include "fuzz.h"

#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/domain/window.h"

enum { BUCKETS_MAX = 2000 };

static const int64_t NOW_MS = INT64_C(1795424400000);
static const int64_t LAST_MS = INT64_C(252000000000000); /* the calendar stops some years before 10000 */

static const char *const ZONES[] = {"UTC",          "Europe/Berlin",       "Asia/Kathmandu", "America/St_Johns",
                                    "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia",   "America/Sao_Paulo",
                                    "Asia/Tehran",  "Pacific/Chatham"};

static struct error err;

static bool is_bounded(const struct window *window) {
    return window->from != TIME_MIN && window->to != TIME_MAX;
}

static void check_past(const struct window *window) {
    struct window before;
    bool found = window_previous(window, &before);
    CHECK(!found || is_bounded(window));
    if (found) {
        CHECK(before.from < before.to && before.to == window->from);
        CHECK(window->kind != WINDOW_RANGE || before.to - before.from == window->to - window->from);
    }
    found = window_year_before(window, &before);
    CHECK(!found || is_bounded(window));
    if (found)
        CHECK(before.from < window->from && before.from <= before.to && before.to < window->to);
}

/* Spans follow each other from the first bound to the last, on whole buckets of their tier; no bucket lies
 * on both sides of a bound. */
static void check_cover(const int64_t *bounds, size_t count, enum tier finest) {
    static struct span spans[9 * BUCKETS_MAX];
    size_t span_count = window_cover(bounds, count, finest, spans);
    size_t at = 0;
    CHECK(span_count >= 1 && span_count <= 9 * (count - 1));
    CHECK(spans[0].from == bounds[0] && spans[span_count - 1].to == bounds[count - 1]);
    for (size_t i = 0; i < span_count; i++) {
        const struct span *span = &spans[i];
        int64_t length = tier_length_ms(span->tier);
        CHECK(span->from < span->to && (span->tier <= finest || span->tier == TIER_RAW));
        CHECK(i == 0 || (spans[i - 1].to == span->from && spans[i - 1].tier != span->tier));
        if (length == 0)
            continue;
        CHECK(span->from == TIME_MIN || tier_bucket(span->tier, span->from) == span->from);
        CHECK(span->to == TIME_MAX || tier_bucket(span->tier, span->to) == span->to);
        while (at < count && bounds[at] < span->from)
            at++;
        for (size_t inside = at; inside < count && bounds[inside] < span->to; inside++)
            CHECK(bounds[inside] == TIME_MIN || tier_bucket(span->tier, bounds[inside]) == bounds[inside]);
    }
}

static void check_covers(const int64_t *bounds, size_t count) {
    check_cover(bounds, count, TIER_QUARTER_HOUR);
    check_cover(bounds, count, TIER_DAY);
}

static void check_window(const struct window *window, enum calendar_unit unit) {
    static int64_t bounds[BUCKETS_MAX + 1];
    size_t count;
    if (window->from >= window->to)
        return;
    check_past(window);
    check_covers((const int64_t[]){window->from, window->to}, 2);
    enum cxd_err code = window_buckets(window, unit, BUCKETS_MAX, bounds, &count, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_BAD_PARAMETER);
        return;
    }
    CHECK(count >= 1 && count <= BUCKETS_MAX && is_bounded(window));
    CHECK(bounds[0] == window->from && bounds[count] == window->to);
    for (size_t i = 0; i < count; i++) {
        CHECK(bounds[i] < bounds[i + 1]);
        if (bounds[i + 1] > LAST_MS)
            continue;
        CHECK(i == 0 || calendar_floor(unit, bounds[i]) == bounds[i]);
        CHECK(calendar_floor(unit, bounds[i]) == calendar_floor(unit, bounds[i + 1] - 1));
    }
    check_covers(bounds, count + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    char *rest = text;
    const char *choice = strsep(&rest, "\n");
    const char *name = rest ? strsep(&rest, "\n") : "";
    const char *from = rest ? strsep(&rest, "\n") : "";
    const char *to = rest ? strsep(&rest, "\n") : "";
    size_t zone = (uint8_t)(choice[0] - '0') % CXD_COUNT(ZONES);
    enum calendar_unit unit = choice[0] != '\0' ? (uint8_t)(choice[1] - '0') % (CALENDAR_YEAR + 1) : CALENDAR_DAY;
    struct window window;
    struct window range = {.kind = WINDOW_RANGE};
    if (calendar_set_zone(ZONES[zone], &err) != CXD_OK)
        abort();
    if (window_parse(name, NOW_MS, &window)) {
        bool is_past = strcmp(name, "yesterday") == 0 || strncmp(name, "last_", 5) == 0;
        CHECK(window.from < window.to && window.from <= NOW_MS && (window.to <= NOW_MS) == is_past);
        CHECK((window.kind == WINDOW_ALL) == !is_bounded(&window));
        check_window(&window, unit);
    }
    if (window_parse_bound(from, &range.from) && window_parse_bound(to, &range.to)) {
        CHECK(range.from > TIME_MIN && range.to < TIME_MAX);
        check_window(&range, unit);
        range.to = TIME_MAX;
        check_window(&range, unit);
    }
    free(text);
    return 0;
}
