/* From a query string to a question, by one table of parameters. */
#include <stdlib.h>
#include <string.h>

#include "api/parameters.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"

enum {
    FILTER_VALUE_BYTES_MAX = 2048,
    FILTER_PROPERTIES_MAX = 8,
    FILTER_KEY_CHARACTERS_MAX = 1024,
    LISTING_LIMIT_MAX = 500,
    LISTING_LIMIT = 50
};

/* A question while it is being read. */
struct reading {
    struct trend_question question;
    int64_t now_ms;
    bool has_window, has_from, has_to;
    int64_t after;
    struct listing listing; /* what it has beside the filter and the window */
    struct property properties[FILTER_PROPERTIES_MAX];
};

typedef enum cxd_err read_parameter(struct reading *reading, const char *value, struct error *err);

static enum cxd_err read_window(struct reading *reading, const char *value, struct error *err) {
    reading->has_window = true;
    if (window_parse(value, reading->now_ms, &reading->question.score.window))
        return CXD_OK;
    return error_set(
        err, ERR_BAD_PARAMETER,
        "window: one of today, week, month, quarter, year, all, or a number of days such as 30d");
}

static enum cxd_err read_bound(const char *name, const char *value, int64_t *ret_ms, struct error *err) {
    if (window_parse_bound(value, ret_ms))
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER,
                     "%s: a time such as 2026-10-24T00:00:00Z (write + as %%2B) or a date", name);
}

static enum cxd_err read_from(struct reading *reading, const char *value, struct error *err) {
    reading->has_from = true;
    return read_bound("from", value, &reading->question.score.window.from, err);
}

static enum cxd_err read_to(struct reading *reading, const char *value, struct error *err) {
    reading->has_to = true;
    return read_bound("to", value, &reading->question.score.window.to, err);
}

static enum cxd_err read_filter(const char *name, const char *value, const char **ret_filter,
                                struct error *err) {
    if (value[0] == '\0' || strlen(value) > FILTER_VALUE_BYTES_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "%s: a value to filter by", name);
    *ret_filter = value;
    return CXD_OK;
}

static enum cxd_err read_touchpoint(struct reading *reading, const char *value, struct error *err) {
    return read_filter("touchpoint", value, &reading->question.score.filter.touchpoint, err);
}

static enum cxd_err read_channel(struct reading *reading, const char *value, struct error *err) {
    return read_filter("channel", value, &reading->question.score.filter.channel, err);
}

static enum cxd_err read_locale(struct reading *reading, const char *value, struct error *err) {
    return read_filter("locale", value, &reading->question.score.filter.locale, err);
}

static enum cxd_err read_confidence(struct reading *reading, const char *value, struct error *err) {
    static const struct {
        const char *text;
        double value;
    } LEVELS[] = {{"0.8", 0.80},  {"0.80", 0.80}, {"0.9", 0.90},
                  {"0.90", 0.90}, {"0.95", 0.95}, {"0.99", 0.99}};
    for (size_t i = 0; i < CXD_COUNT(LEVELS); i++)
        if (strcmp(value, LEVELS[i].text) == 0) {
            reading->question.score.confidence = LEVELS[i].value;
            return CXD_OK;
        }
    return error_set(err, ERR_BAD_PARAMETER, "confidence: one of 0.8, 0.9, 0.95, 0.99");
}

static enum cxd_err read_compare(struct reading *reading, const char *value, struct error *err) {
    if (strcmp(value, "previous") == 0)
        reading->question.score.compare = COMPARE_PREVIOUS;
    else if (strcmp(value, "year") == 0)
        reading->question.score.compare = COMPARE_YEAR;
    else if (strcmp(value, "none") != 0)
        return error_set(err, ERR_BAD_PARAMETER, "compare: one of previous, year, none");
    return CXD_OK;
}

static const char *const INTERVAL_NAMES[] = {[CALENDAR_HOUR] = "hour",
                                             [CALENDAR_DAY] = "day",
                                             [CALENDAR_WEEK] = "week",
                                             [CALENDAR_MONTH] = "month",
                                             [CALENDAR_QUARTER] = "quarter"};

const char *parameters_interval_name(enum calendar_unit unit) {
    return INTERVAL_NAMES[unit];
}

static enum cxd_err read_interval(struct reading *reading, const char *value, struct error *err) {
    for (size_t i = 0; i < CXD_COUNT(INTERVAL_NAMES); i++)
        if (strcmp(value, INTERVAL_NAMES[i]) == 0) {
            reading->question.interval = (enum calendar_unit)i;
            return CXD_OK;
        }
    return error_set(err, ERR_BAD_PARAMETER, "interval: one of hour, day, week, month, quarter");
}

static enum cxd_err read_rolling(struct reading *reading, const char *value, struct error *err) {
    struct window window;
    if (window_parse(value, reading->now_ms, &window) && window.kind == WINDOW_DAYS &&
        window.days <= TREND_ROLLING_DAYS_MAX) {
        reading->question.rolling_days = window.days;
        return CXD_OK;
    }
    return error_set(err, ERR_BAD_PARAMETER, "rolling: a number of days such as 30d, at most %dd",
                     TREND_ROLLING_DAYS_MAX);
}

static enum cxd_err read_boolean(const char *name, const char *value, bool *ret, struct error *err) {
    *ret = strcmp(value, "true") == 0;
    if (*ret || strcmp(value, "false") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: true or false", name);
}

static enum cxd_err read_respondent(struct reading *reading, const char *value, struct error *err) {
    return read_filter("respondent", value, &reading->listing.respondent, err);
}

static enum cxd_err read_flagged(struct reading *reading, const char *value, struct error *err) {
    return read_boolean("flagged", value, &reading->listing.flagged, err);
}

static enum cxd_err read_excluded(struct reading *reading, const char *value, struct error *err) {
    bool excluded;
    enum cxd_err result = read_boolean("excluded", value, &excluded, err);
    if (result == CXD_OK)
        reading->listing.excluded = excluded;
    return result;
}

static enum cxd_err read_limit(struct reading *reading, const char *value, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    unsigned long limit = digits > 0 && digits <= 4 && value[digits] == '\0' ? strtoul(value, NULL, 10) : 0;
    if (limit < 1 || limit > LISTING_LIMIT_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "limit: a whole number from 1 to %d", LISTING_LIMIT_MAX);
    reading->listing.limit = limit;
    return CXD_OK;
}

static enum cxd_err read_after(struct reading *reading, const char *value, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > 15 || value[digits] != '\0')
        return error_set(err, ERR_BAD_PARAMETER, "after: the number of a record");
    reading->after = strtoll(value, NULL, 10);
    return CXD_OK;
}

static enum cxd_err read_cursor(struct reading *reading, const char *value, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    const char *id = value + digits + 1;
    if (digits == 0 || digits > 15 || value[digits] != '_' ||
        !id_parse(id, strlen(id), &reading->listing.after_id))
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what the page before gave as next");
    reading->listing.after_answered_at = strtoll(value, NULL, 10);
    reading->listing.has_after = true;
    return CXD_OK;
}

enum { WINDOWED = PARAMETERS_SCORE | PARAMETERS_TREND | PARAMETERS_LISTING };

static const struct {
    const char *name;
    unsigned sets;
    read_parameter *read;
} PARAMETERS[] = {
    {"window", WINDOWED, read_window},
    {"from", WINDOWED, read_from},
    {"to", WINDOWED, read_to},
    {"touchpoint", WINDOWED, read_touchpoint},
    {"channel", WINDOWED, read_channel},
    {"locale", WINDOWED, read_locale},
    {"confidence", PARAMETERS_SCORE | PARAMETERS_TREND, read_confidence},
    {"compare", PARAMETERS_SCORE, read_compare},
    {"interval", PARAMETERS_TREND, read_interval},
    {"rolling", PARAMETERS_TREND, read_rolling},
    {"respondent", PARAMETERS_LISTING, read_respondent},
    {"flagged", PARAMETERS_LISTING, read_flagged},
    {"excluded", PARAMETERS_LISTING, read_excluded},
    {"limit", PARAMETERS_LISTING | PARAMETERS_PAGE | PARAMETERS_AUDIT, read_limit},
    {"cursor", PARAMETERS_LISTING | PARAMETERS_PAGE, read_cursor},
    {"after", PARAMETERS_AUDIT, read_after},
};

static const char PROPERTY_PREFIX[] = "property.";

static enum cxd_err read_property(struct reading *reading, const struct http_query_item *item,
                                  struct error *err) {
    struct filter *filter = &reading->question.score.filter;
    const char *key = item->key + strlen(PROPERTY_PREFIX);
    if (!property_key_valid(key, FILTER_KEY_CHARACTERS_MAX))
        return error_set(err, ERR_BAD_PARAMETER, "%s: a property's key has letters, digits, '_', '.' and '-'",
                         item->key);
    if (filter->property_count == FILTER_PROPERTIES_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "%s: at most %d properties", item->key,
                         FILTER_PROPERTIES_MAX);
    struct property *property = &reading->properties[filter->property_count];
    property->key = key;
    enum cxd_err result = read_filter(item->key, item->value, &property->value, err);
    if (result == CXD_OK)
        filter->property_count++;
    return result;
}

static enum cxd_err read_item(struct reading *reading, unsigned sets, const struct http_query_item *item,
                              struct error *err) {
    for (size_t i = 0; i < CXD_COUNT(PARAMETERS); i++)
        if (strcmp(item->key, PARAMETERS[i].name) == 0 && (PARAMETERS[i].sets & sets) != 0)
            return PARAMETERS[i].read(reading, item->value, err);
    if ((sets & WINDOWED) != 0 && strncmp(item->key, PROPERTY_PREFIX, strlen(PROPERTY_PREFIX)) == 0)
        return read_property(reading, item, err);
    return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s", item->key);
}

/* A window is given by name or by its bounds. */
static enum cxd_err settle_window(struct reading *reading, const char *usual, struct error *err) {
    struct window *window = &reading->question.score.window;
    if (!reading->has_from && !reading->has_to)
        return reading->has_window ? CXD_OK : read_window(reading, usual, err);
    if (reading->has_window)
        return error_set(err, ERR_BAD_PARAMETER, "window: give either window, or from and to");
    window->kind = WINDOW_RANGE;
    if (!reading->has_from)
        window->from = TIME_MIN;
    if (!reading->has_to)
        window->to = TIME_MAX;
    if (window->from >= window->to)
        return error_set(err, ERR_BAD_PARAMETER, "from: must be before to");
    return CXD_OK;
}

static enum cxd_err read_all(struct http_request *request, unsigned sets, const char *usual_window,
                             struct reading **ret_reading, struct error *err) {
    struct reading *reading = arena_alloc_zero(http_arena(request), 1, sizeof(*reading));
    if (reading == NULL)
        return error_set(err, ERR_NO_MEMORY, "no memory for the query");
    reading->now_ms = http_now_ms(request);
    reading->question.score.confidence = 0.95;
    reading->question.interval = CALENDAR_DAY;
    reading->question.score.filter.properties = reading->properties;
    reading->listing.limit = LISTING_LIMIT;
    reading->listing.excluded = -1;

    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; i < count && result == CXD_OK; i++)
        result = read_item(reading, sets, &items[i], err);
    if (result == CXD_OK)
        result = settle_window(reading, usual_window, err);
    *ret_reading = reading;
    return result;
}

enum cxd_err parameters_read(struct http_request *request, unsigned sets, struct trend_question *ret_question,
                             struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, sets, "30d", &reading, err);
    if (result == CXD_OK)
        *ret_question = reading->question;
    return result;
}

enum cxd_err parameters_read_listing(struct http_request *request, unsigned set, struct listing *ret_listing,
                                     struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, set, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    const struct window *window = &reading->question.score.window;
    *ret_listing = reading->listing;
    ret_listing->filter = reading->question.score.filter;
    ret_listing->from = window->from;
    ret_listing->to = window->to;
    return CXD_OK;
}

enum cxd_err parameters_read_audit(struct http_request *request, int64_t *ret_after, size_t *ret_limit,
                                   struct error *err) {
    struct reading *reading;
    enum cxd_err result = read_all(request, PARAMETERS_AUDIT, "all", &reading, err);
    if (result != CXD_OK)
        return result;
    *ret_after = reading->after;
    *ret_limit = reading->listing.limit;
    return CXD_OK;
}

enum cxd_err parameters_read_flag(struct http_request *request, const char *name, bool *ret_value,
                                  struct error *err) {
    size_t count;
    const struct http_query_item *items = http_query(request, &count);
    *ret_value = false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].key, name) != 0)
            return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s", items[i].key);
        enum cxd_err result = read_boolean(name, items[i].value, ret_value, err);
        if (result != CXD_OK)
            return result;
    }
    return CXD_OK;
}
