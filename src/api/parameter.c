/* The values that parameters of a query string have, and the table of those parameters. */
#include <stdlib.h>
#include <string.h>

#include "api/parameter.h"
#include "api/parameter_filter.h"
#include "cxd/base/nearest.h"
#include "cxd/base/utf8.h"
#include "cxd/query/terms.h"

typedef enum cxd_err read_parameter(struct reading *reading, const char *value, struct error *err);

enum cxd_err parameter_read_window(struct reading *reading, const char *value, struct error *err) {
    reading->has_window = true;
    if (window_parse(value, reading->now_ms, &reading->question.score.window))
        return CXD_OK;
    return error_set(
        err, ERR_BAD_PARAMETER,
        "window: one of today, yesterday, week, last_week, month, last_month, quarter, last_quarter, year, "
        "last_year, all, or a number of days such as 30d");
}

static enum cxd_err read_bound(const char *name, const char *value, int64_t *ret_ms, struct error *err) {
    if (window_parse_bound(value, ret_ms))
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: a time such as 2026-10-24T00:00:00Z (write + as %%2B) or a date",
                     name);
}

static enum cxd_err read_from(struct reading *reading, const char *value, struct error *err) {
    reading->has_from = true;
    return read_bound("from", value, &reading->question.score.window.from, err);
}

static enum cxd_err read_to(struct reading *reading, const char *value, struct error *err) {
    reading->has_to = true;
    return read_bound("to", value, &reading->question.score.window.to, err);
}

/* A number that is one of those that may be asked for. */
struct level {
    const char *text;
    double value;
};

static bool find_level(const struct level *levels, size_t count, const char *text, double *ret_value) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, levels[i].text) == 0) {
            *ret_value = levels[i].value;
            return true;
        }
    return false;
}

static enum cxd_err read_confidence(struct reading *reading, const char *value, struct error *err) {
    static const struct level LEVELS[] = {{"0.8", 0.80},  {"0.80", 0.80}, {"0.9", 0.90},
                                          {"0.90", 0.90}, {"0.95", 0.95}, {"0.99", 0.99}};
    if (find_level(LEVELS, CXD_COUNT(LEVELS), value, &reading->question.score.confidence))
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "confidence: one of 0.8, 0.9, 0.95, 0.99");
}

static enum cxd_err read_alpha(struct reading *reading, const char *value, struct error *err) {
    static const struct level LEVELS[] = {{"0.01", 0.01}, {"0.05", 0.05}, {"0.1", 0.1}, {"0.10", 0.1}};
    if (find_level(LEVELS, CXD_COUNT(LEVELS), value, &reading->question.score.alpha))
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "alpha: one of 0.01, 0.05, 0.1");
}

static enum cxd_err read_score_interval(struct reading *reading, const char *value, struct error *err) {
    reading->question.score.use_t = strcmp(value, "t") == 0;
    if (reading->question.score.use_t || strcmp(value, "default") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "interval: t, the classical one of a mean, or default");
}

static enum cxd_err read_compare(struct reading *reading, const char *value, struct error *err) {
    static const char *const NAMES[] = {[COMPARE_NONE] = "none",
                                        [COMPARE_PREVIOUS] = "previous",
                                        [COMPARE_YEAR] = "year",
                                        [COMPARE_PREVIOUS_WHOLE] = "previous_whole"};
    reading->has_compare = true;
    for (size_t i = 0; i < CXD_COUNT(NAMES); i++)
        if (strcmp(value, NAMES[i]) == 0) {
            reading->question.score.compare = (enum compare)i;
            return CXD_OK;
        }
    return error_set(err, ERR_BAD_PARAMETER, "compare: one of previous, year, previous_whole, none");
}

static enum cxd_err read_interval(struct reading *reading, const char *value, struct error *err) {
    for (int unit = CALENDAR_HOUR; unit <= CALENDAR_QUARTER; unit++)
        if (strcmp(value, calendar_unit_name((enum calendar_unit)unit)) == 0) {
            reading->question.interval = (enum calendar_unit)unit;
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

enum cxd_err parameter_read_boolean(const char *name, const char *value, bool *ret, struct error *err) {
    *ret = strcmp(value, "true") == 0;
    if (*ret || strcmp(value, "false") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: true or false", name);
}

static enum cxd_err read_other_window(struct reading *reading, const char *value, struct error *err) {
    enum cxd_err result = read_compare(reading, value, NULL);
    if (result == CXD_OK && reading->question.score.compare != COMPARE_NONE)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "compare: one of previous, year, previous_whole");
}

static enum cxd_err read_respondents(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_boolean("respondents", value, &reading->question.score.respondents, err);
}

static enum cxd_err read_count(struct reading *reading, const char *value, struct error *err) {
    reading->question.score.latest = strcmp(value, "latest") == 0;
    if (reading->question.score.latest || strcmp(value, "all") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "count: latest, each respondent's latest answer, or all");
}

static enum cxd_err read_errors(struct reading *reading, const char *value, struct error *err) {
    reading->question.score.clustered = strcmp(value, "clustered") == 0;
    if (reading->question.score.clustered || strcmp(value, "default") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER,
                     "errors: clustered, which know of respondents who answer often, or default");
}

static enum cxd_err read_respondent(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_filter("respondent", value, &reading->listing.respondent, err);
}

static enum cxd_err read_flagged(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_boolean("flagged", value, &reading->listing.flagged, err);
}

static enum cxd_err read_excluded(struct reading *reading, const char *value, struct error *err) {
    bool excluded;
    enum cxd_err result = parameter_read_boolean("excluded", value, &excluded, err);
    if (result == CXD_OK)
        reading->listing.excluded = excluded;
    return result;
}

static enum cxd_err read_number(const char *value, int most, size_t *ret_number, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    unsigned long limit = digits > 0 && digits <= 4 && value[digits] == '\0' ? strtoul(value, NULL, 10) : 0;
    if (limit < 1 || limit > (unsigned long)most)
        return error_set(err, ERR_BAD_PARAMETER, "limit: a whole number from 1 to %d", most);
    *ret_number = limit;
    return CXD_OK;
}

static enum cxd_err read_limit(struct reading *reading, const char *value, struct error *err) {
    return read_number(value, LISTING_LIMIT_MAX, &reading->listing.limit, err);
}

static enum cxd_err read_segments_limit(struct reading *reading, const char *value, struct error *err) {
    return read_number(value, SEGMENTS_LIMIT_MAX, &reading->segments_limit, err);
}

static enum cxd_err read_by(struct reading *reading, const char *value, struct error *err) {
    (void)err; /* whoever knows the survey judges it */
    reading->by = value;
    return CXD_OK;
}

static enum cxd_err read_after(struct reading *reading, const char *value, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > 15 || value[digits] != '\0')
        return error_set(err, ERR_BAD_PARAMETER, "after: the number of a record");
    reading->after = strtoll(value, NULL, 10);
    return CXD_OK;
}

static enum cxd_err read_band(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->terms.band = value;
    return CXD_OK;
}

static enum cxd_err read_language(struct reading *reading, const char *value, struct error *err) {
    if (!terms_is_language(value))
        return error_set(err, ERR_BAD_PARAMETER, "language: one such as en or de; a region is part of locale");
    reading->terms.language = value;
    return CXD_OK;
}

static enum cxd_err read_min_count(struct reading *reading, const char *value, struct error *err) {
    size_t digits = strspn(value, "0123456789");
    reading->terms.min_count = digits > 0 && digits <= 7 && value[digits] == '\0' ? strtol(value, NULL, 10) : 0;
    if (reading->terms.min_count < 1 || reading->terms.min_count > TERMS_COMMENTS_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "min_count: a whole number from 1 to %d", TERMS_COMMENTS_MAX);
    return CXD_OK;
}

static enum cxd_err read_q(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->asked.q = value;
    return CXD_OK;
}

static enum cxd_err read_order(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->asked.order = value;
    return CXD_OK;
}

static enum cxd_err read_score(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->asked.score = value;
    return CXD_OK;
}

static enum cxd_err read_search_band(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->asked.band = value;
    return CXD_OK;
}

static enum cxd_err read_received_from(struct reading *reading, const char *value, struct error *err) {
    return read_bound("received_from", value, &reading->walk.received_from, err);
}

static enum cxd_err read_received_to(struct reading *reading, const char *value, struct error *err) {
    return read_bound("received_to", value, &reading->walk.received_to, err);
}

static enum cxd_err read_updated_from(struct reading *reading, const char *value, struct error *err) {
    return read_bound("updated_from", value, &reading->walk.updated_from, err);
}

static enum cxd_err read_updated_to(struct reading *reading, const char *value, struct error *err) {
    return read_bound("updated_to", value, &reading->walk.updated_to, err);
}

static enum cxd_err read_amended(struct reading *reading, const char *value, struct error *err) {
    bool amended;
    enum cxd_err result = parameter_read_boolean("amended", value, &amended, err);
    if (result == CXD_OK)
        reading->walk.amended = amended;
    return result;
}

static enum cxd_err read_export_cursor(struct reading *reading, const char *value, struct error *err) {
    (void)err; /* whoever knows the history judges it */
    reading->asked.cursor = value;
    return CXD_OK;
}

/* What follows the digits; NULL where there are none, or too many. */
static const char *read_digits(const char *text, int64_t *ret_number) {
    size_t digits = strspn(text, "0123456789");
    *ret_number = strtoll(text, NULL, 10);
    return digits > 0 && digits <= 15 ? text + digits : NULL;
}

/* TIME_ID, or TIME_ID_SURVEY. */
static enum cxd_err read_cursor(struct reading *reading, const char *value, struct error *err) {
    struct listing *listing = &reading->listing;
    const char *rest = read_digits(value, &listing->after_answered_at);
    size_t length = rest && *rest == '_' ? strcspn(rest + 1, "_") : 0;
    bool is_read = length > 0 && id_parse(rest + 1, length, &listing->after_id);
    rest = is_read ? rest + 1 + length : "";
    if (is_read && *rest == '_') {
        rest = read_digits(rest + 1, &listing->after_survey);
        is_read = rest && *rest == '\0';
    }
    if (!is_read)
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what the page before gave as next");
    listing->has_after = true;
    return CXD_OK;
}

/* One that has the name of an order in front is not a listing's. */
static enum cxd_err read_search_cursor(struct reading *reading, const char *value, struct error *err) {
    reading->asked.cursor = value;
    return *value >= 'a' && *value <= 'z' ? CXD_OK : read_cursor(reading, value, err);
}

static enum cxd_err read_slug_cursor(struct reading *reading, const char *value, struct error *err) {
    if (!slug_valid(value))
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what the page before gave as next");
    reading->after_slug = value;
    return CXD_OK;
}

static enum cxd_err read_event_cursor(struct reading *reading, const char *value, struct error *err) {
    const char *rest = read_digits(value, &reading->after);
    if (!rest || *rest != '\0' || reading->after < 1)
        return error_set(err, ERR_BAD_PARAMETER, "cursor: what the page before gave as next");
    return CXD_OK;
}

static enum cxd_err read_surveys(struct reading *reading, const char *value, struct error *err) {
    (void)err;
    reading->surveys = value;
    return CXD_OK;
}

/* A plain decimal: "5", "0.25". */
static bool parse_decimal(const char *text, double *ret_number) {
    size_t whole = strspn(text, "0123456789");
    size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    bool is_one = whole > 0 && whole <= 4 && part <= 4 && (text[whole] != '.' || part > 0) &&
                  text[whole + (text[whole] == '.') + part] == '\0';
    if (is_one)
        *ret_number = strtod(text, NULL);
    return is_one;
}

static enum cxd_err read_size(const char *name, const char *value, double *ret_size, struct error *err) {
    if (parse_decimal(value, ret_size) && *ret_size >= 0.001)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: a number of points of the score such as 5 or 2.5, at least 0.001",
                     name);
}

static enum cxd_err read_margin(struct reading *reading, const char *value, struct error *err) {
    return read_size("margin", value, &reading->plan.margin, err);
}

static enum cxd_err read_detect(struct reading *reading, const char *value, struct error *err) {
    return read_size("detect", value, &reading->plan.detect, err);
}

static enum cxd_err read_power(struct reading *reading, const char *value, struct error *err) {
    if (parse_decimal(value, &reading->plan.power) && reading->plan.power >= 0.5 && reading->plan.power <= 0.999)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "power: a number from 0.5 to 0.999, such as 0.8");
}

static enum cxd_err read_assume(struct reading *reading, const char *value, struct error *err) {
    reading->plan.assumes_worst = strcmp(value, "worst") == 0;
    if (reading->plan.assumes_worst || strcmp(value, "answers") == 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "assume: answers, that they spread as those of the window, or worst");
}

static enum cxd_err refuse_weights(struct reading *reading, const char *value, struct error *err) {
    (void)reading;
    (void)value;
    return error_set(
        err, ERR_BAD_PARAMETER,
        "weights: every answer counts once. Weights say how people were drawn, which cxd does not know of "
        "those who chose to answer; and its intervals, tests and plans would be wrong for weighted answers. "
        "Look at the groups by themselves, by a filter");
}

/* One of these words, by its place among them. */
static enum cxd_err read_word(const char *name, const struct words *words, const char *value, int *ret_index,
                              struct error *err) {
    char all[128];
    *ret_index = words_find(words, value);
    if (*ret_index >= 0)
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "%s: %s", name, words_quote(words, all, sizeof all));
}

static enum cxd_err read_picture_size(struct reading *reading, const char *value, struct error *err) {
    int index;
    enum cxd_err result = read_word("size", &PICTURE_SIZES, value, &index, err);
    if (result == CXD_OK)
        reading->look.size = (enum picture_size)index;
    return result;
}

static enum cxd_err read_theme(struct reading *reading, const char *value, struct error *err) {
    int index;
    enum cxd_err result = read_word("theme", &PICTURE_THEMES, value, &index, err);
    if (result == CXD_OK)
        reading->look.theme = (enum picture_theme)index;
    return result;
}

/* Each has its own. */
static enum cxd_err read_stages_touchpoint(struct reading *reading, const char *value, struct error *err) {
    (void)reading;
    (void)value;
    return error_set(err, ERR_BAD_PARAMETER, "touchpoint: each stage of a journey says its own");
}

enum {
    FIGURED = PARAMETERS_SCORE | PARAMETERS_TREND | PARAMETERS_JOURNEY | PARAMETERS_PLAN | PARAMETERS_QUESTIONS,
    WINDOWED = FIGURED | PARAMETERS_LISTING | PARAMETERS_EXPORT | PARAMETERS_MOVEMENT | PARAMETERS_TERMS,
    FILTERED = WINDOWED | PARAMETERS_LIVE,
    OF_SURVEY = FILTERED & ~PARAMETERS_JOURNEY,
    TESTED = (FIGURED & ~PARAMETERS_TREND) | PARAMETERS_MOVEMENT
};

static const struct {
    const char *name;
    unsigned sets;
    read_parameter *read;
} PARAMETERS[] = {
    {"window", WINDOWED, parameter_read_window},
    {"from", WINDOWED, read_from},
    {"to", WINDOWED, read_to},
    {"touchpoint", OF_SURVEY, parameter_read_touchpoint},
    {"touchpoint", PARAMETERS_JOURNEY, read_stages_touchpoint},
    {"channel", FILTERED, parameter_read_channel},
    {"locale", FILTERED, parameter_read_locale},
    {"question", PARAMETERS_QUESTION, parameter_read_question},
    {"question", PARAMETERS_SEARCH | PARAMETERS_TERMS, parameter_read_texts_of},
    {"confidence", FIGURED, read_confidence},
    {"alpha", TESTED, read_alpha},
    {"compare", PARAMETERS_SCORE | PARAMETERS_JOURNEY, read_compare},
    {"compare", PARAMETERS_MOVEMENT, read_other_window},
    {"respondents", PARAMETERS_SCORE, read_respondents},
    {"count", PARAMETERS_SCORE, read_count},
    {"errors", PARAMETERS_SCORE, read_errors},
    {"interval", PARAMETERS_SCORE, read_score_interval},
    {"interval", PARAMETERS_TREND, read_interval},
    {"rolling", PARAMETERS_TREND, read_rolling},
    {"size", PARAMETERS_PICTURE, read_picture_size},
    {"theme", PARAMETERS_PICTURE, read_theme},
    {"respondent", PARAMETERS_LISTING | PARAMETERS_EXPORT | PARAMETERS_LIVE | PARAMETERS_AUDIT, read_respondent},
    {"flagged", PARAMETERS_LISTING | PARAMETERS_EXPORT | PARAMETERS_LIVE, read_flagged},
    {"excluded", PARAMETERS_LISTING | PARAMETERS_EXPORT | PARAMETERS_LIVE, read_excluded},
    {"received_from", PARAMETERS_EXPORT, read_received_from},
    {"received_to", PARAMETERS_EXPORT, read_received_to},
    {"updated_from", PARAMETERS_EXPORT, read_updated_from},
    {"updated_to", PARAMETERS_EXPORT, read_updated_to},
    {"amended", PARAMETERS_EXPORT, read_amended},
    {"cursor", PARAMETERS_EXPORT, read_export_cursor},
    {"q", PARAMETERS_SEARCH, read_q},
    {"order", PARAMETERS_SEARCH, read_order},
    {"score", PARAMETERS_SEARCH | PARAMETERS_EXPORT | PARAMETERS_LIVE, read_score},
    {"band", PARAMETERS_SEARCH | PARAMETERS_EXPORT | PARAMETERS_LIVE, read_search_band},
    {"cursor", PARAMETERS_SEARCH, read_search_cursor},
    {"limit",
     PARAMETERS_LISTING | PARAMETERS_PAGE | PARAMETERS_AUDIT | PARAMETERS_SURVEYS | PARAMETERS_KEYS | PARAMETERS_EVENTS,
     read_limit},
    {"cursor", PARAMETERS_LISTING | PARAMETERS_PAGE | PARAMETERS_KEYS, read_cursor},
    {"cursor", PARAMETERS_SURVEYS, read_slug_cursor},
    {"cursor", PARAMETERS_EVENTS, read_event_cursor},
    {"after", PARAMETERS_AUDIT, read_after},
    {"surveys", PARAMETERS_POOL, read_surveys},
    {"margin", PARAMETERS_PLAN, read_margin},
    {"detect", PARAMETERS_PLAN, read_detect},
    {"power", PARAMETERS_PLAN, read_power},
    {"assume", PARAMETERS_PLAN, read_assume},
    {"weights", FIGURED | PARAMETERS_MOVEMENT, refuse_weights},
    {"weight", FIGURED | PARAMETERS_MOVEMENT, refuse_weights},
    {"by", PARAMETERS_SEGMENTS, read_by},
    {"limit", PARAMETERS_SEGMENTS, read_segments_limit},
    {"band", PARAMETERS_TERMS, read_band},
    {"language", PARAMETERS_TERMS, read_language},
    {"min_count", PARAMETERS_TERMS, read_min_count},
    {"limit", PARAMETERS_TERMS, read_limit},
};

enum cxd_err parameters_refuse(const char *key, const char *const *names, size_t count, struct error *err) {
    const char *meant = nearest_word(key, names, count);
    if (meant)
        return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s; did you mean %s?", key, meant);
    return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s", key);
}

static enum cxd_err refuse_unknown(unsigned sets, const char *key, struct error *err) {
    const char *names[CXD_COUNT(PARAMETERS)];
    size_t count = 0;
    const char *prefix = (sets & FILTERED) != 0 ? parameter_keyed_like(key) : NULL;
    if (prefix)
        return error_set(err, ERR_BAD_PARAMETER, "There is no such parameter here: %s; did you mean %s%s?", key, prefix,
                         strchr(key, '.') + 1);
    for (size_t i = 0; i < CXD_COUNT(PARAMETERS); i++)
        if ((PARAMETERS[i].sets & sets) != 0 && PARAMETERS[i].read != refuse_weights)
            names[count++] = PARAMETERS[i].name;
    return parameters_refuse(key, names, count, err);
}

enum cxd_err parameter_read(struct reading *reading, unsigned sets, const struct http_query_item *item,
                            struct error *err) {
    for (size_t i = 0; i < CXD_COUNT(PARAMETERS); i++)
        if (strcmp(item->key, PARAMETERS[i].name) == 0 && (PARAMETERS[i].sets & sets) != 0)
            return PARAMETERS[i].read(reading, item->value, err);
    if ((sets & FILTERED) != 0 && parameter_is_keyed(item->key))
        return parameter_read_keyed(reading, item, err);
    return refuse_unknown(sets, item->key, err);
}
