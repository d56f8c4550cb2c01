/* Between the daemon's own evaluation of an alert's rule and the store: the figures of a reporting day that is over. */
#include "cxd/base/clock.h"
#include "cxd/query/query.h"
#include "query/filter.h"

static struct filter filter_of(const struct alert_rule *rule) {
    return (struct filter){.touchpoint = rule->touchpoint,
                           .channel = rule->channel,
                           .locale = rule->locale,
                           .properties = rule->properties,
                           .property_count = rule->property_count};
}

static enum cxd_err find_score(struct store_reader *reader, const struct alert_rule *rule, const struct survey *survey,
                               int64_t day_end, struct alert_finding *ret_finding, struct error *err) {
    bool is_drop = rule->kind == ALERT_DROP;
    struct score_question question = {.survey = survey,
                                      .filter = filter_of(rule),
                                      .compare = is_drop ? COMPARE_PREVIOUS : COMPARE_NONE,
                                      .confidence = ALERT_CONFIDENCE,
                                      .alpha = is_drop ? rule->alpha : 0.05,
                                      .now_ms = day_end,
                                      .without_rate = true};
    struct score_answer answer;
    bool is_whole = window_parse(rule->window, day_end, &question.window) && question.window.to <= day_end;
    /* A comparison cuts a window that is still running by itself, at both sides. */
    bool is_window = is_whole || (is_drop ? window_parse(rule->window, day_end - 1, &question.window)
                                          : alert_window(rule->window, day_end, &question.window));
    if (!is_window)
        return error_set(err, ERR_STORAGE, "the alert %s has a window that is none: %s", rule->name, rule->window);
    enum cxd_err result = query_score(reader, &question, &answer, err);
    if (result == CXD_OK)
        *ret_finding = is_drop                    ? alert_find_drop(rule, survey, &answer.previous)
                       : rule->kind == ALERT_RATE ? alert_find_rate(rule, &answer.score)
                                                  : alert_find_score(rule, &answer.score);
    return result;
}

static enum cxd_err count_day(struct store_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                              int64_t *ret_count, struct error *err) {
    const int64_t bounds[2] = {from, to};
    struct histogram hist;
    enum cxd_err result = store_read_histograms(reader, filter, bounds, 2, &hist, err);
    if (result == CXD_OK)
        *ret_count = histogram_count(&hist);
    return result;
}

static bool was_open(const struct survey *survey, int64_t from, int64_t to) {
    return survey->opens_at <= from && survey->closes_at >= to;
}

/* The day, and the same weekday of the weeks before, as far as the survey was open and had answers by then. */
static enum cxd_err read_silence(struct store_reader *reader, const struct alert_rule *rule,
                                 const struct survey *survey, int64_t day_end, struct alert_finding *ret_finding,
                                 struct error *err) {
    int64_t from = calendar_floor(CALENDAR_DAY, day_end - 1), first = TIME_MAX, last, n = 0;
    int64_t counts[ALERT_WEEKS];
    size_t count = 0;
    bool has_any = false;
    const struct filter own = filter_of(rule), filter = filter_complete(&own, survey);
    if (!was_open(survey, from, day_end)) {
        *ret_finding = alert_find_nothing(ALERT_CLOSED);
        return CXD_OK;
    }
    enum cxd_err result = store_read_extent(reader, survey->number, EXTENT_ANSWERS, &has_any, &first, &last, err);
    if (result == CXD_OK && has_any)
        result = count_day(reader, &filter, from, day_end, &n, err);
    int64_t known_from = has_any ? calendar_floor(CALENDAR_DAY, first) : TIME_MAX;
    for (int week = 1; result == CXD_OK && week <= ALERT_WEEKS; week++) {
        int64_t begin = calendar_add(CALENDAR_DAY, from, -7 * week), end = calendar_add(CALENDAR_DAY, begin, 1);
        if (begin < known_from || !was_open(survey, begin, end))
            continue;
        result = count_day(reader, &filter, begin, end, &counts[count++], err);
    }
    if (result == CXD_OK)
        *ret_finding = alert_find_silence(rule, n, counts, count);
    return result;
}

/* By one state of the database. */
static enum cxd_err find_silence(struct store_reader *reader, const struct alert_rule *rule,
                                 const struct survey *survey, int64_t day_end, struct alert_finding *ret_finding,
                                 struct error *err) {
    enum cxd_err result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_silence(reader, rule, survey, day_end, ret_finding, err);
    store_reader_end(reader);
    return result;
}

enum cxd_err query_alert(struct store_reader *reader, const struct alert_rule *rule, const struct survey *survey,
                         int64_t day_end, struct alert_finding *ret_finding, struct error *err) {
    if (!survey || survey->archived_at != 0) {
        *ret_finding = alert_find_nothing(survey ? ALERT_ARCHIVED : ALERT_NO_SURVEY);
        return CXD_OK;
    }
    if (rule->kind == ALERT_SILENCE)
        return find_silence(reader, rule, survey, day_end, ret_finding, err);
    return find_score(reader, rule, survey, day_end, ret_finding, err);
}
