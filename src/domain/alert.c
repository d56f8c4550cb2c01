/* What alert rules find in figures, and what follows for their states (docs/scoring.md §12). */
#include "cxd/domain/alert.h"

#include <math.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/domain/distribution.h"
#include "cxd/domain/people.h"
#include "domain/rules.h"

static const char *const KIND_NAMES[] = {"score", "drop", "rate", "silence", "detractor"};
const struct words ALERT_KINDS = WORDS(KIND_NAMES);
_Static_assert(CXD_COUNT(KIND_NAMES) == ALERT_KIND_COUNT, "a name for every kind of rule");

static const char *const STATUS_NAMES[] = {"no_data", "ok", "firing", "acknowledged"};
const struct words ALERT_STATUSES = WORDS(STATUS_NAMES);
_Static_assert(CXD_COUNT(STATUS_NAMES) == ALERT_STATUS_COUNT, "a name for every status");

static const char *const EVENT_NAMES[] = {"fired", "resolved", "acknowledged", "changed"};
const struct words ALERT_EVENT_KINDS = WORDS(EVENT_NAMES);
_Static_assert(CXD_COUNT(EVENT_NAMES) == ALERT_EVENT_KIND_COUNT, "a name for every kind of event");

static const double DROP_ALPHA = 0.05, SILENCE_ALPHA = 0.001;
static const double DROP_IS_OVER = 0.5; /* a p-value from here on shows nothing of a drop */
enum { MIN_N = 30 };

const char *alert_reason_name(enum alert_reason reason) {
    static const char *const NAMES[ALERT_REASON_COUNT] = {
        [ALERT_NOT_YET] = "not_evaluated_yet", [ALERT_FEW] = "few_answers",      [ALERT_SUPPRESSED] = "suppressed",
        [ALERT_CLOSED] = "survey_closed",      [ALERT_UNUSUAL] = "no_usual_day", [ALERT_ARCHIVED] = "survey_archived",
        [ALERT_NO_SURVEY] = "no_survey",
    };
    return NAMES[reason];
}

void alert_defaults(struct alert_rule *rule) {
    bool has_window = rule->kind == ALERT_SCORE || rule->kind == ALERT_RATE || rule->kind == ALERT_DROP;
    rule->is_above = rule->kind == ALERT_RATE;
    rule->threshold = rule->margin = NAN;
    rule->min_n = has_window ? MIN_N : 0;
    rule->alpha = rule->kind == ALERT_DROP ? DROP_ALPHA : rule->kind == ALERT_SILENCE ? SILENCE_ALPHA : NAN;
    memset(rule->window, 0, sizeof rule->window);
    if (has_window)
        memcpy(rule->window, "30d", sizeof "30d");
}

static void range_of(const struct alert_rule *rule, const struct survey *survey, double *ret_least, double *ret_most) {
    bool is_net = survey->method == METHOD_NET_PROMOTER || survey->method == METHOD_NET_EASY;
    bool is_mean = survey->method == METHOD_MEAN;
    *ret_least = rule->kind == ALERT_RATE ? 0 : is_net ? -100 : is_mean ? survey->scale_min : 0;
    *ret_most = rule->kind != ALERT_RATE && is_mean ? survey->scale_max : 100;
}

/* By a property that the survey does not declare figures can be asked for; but a rule with a key that is misspelled
 * would never fire, and nobody would know. */
static void validate_properties(const struct alert_rule *rule, const struct survey *survey, struct error *err) {
    for (size_t i = 0; i < rule->property_count && !rules_reported(err, "/properties"); i++)
        if (survey_property_index(survey, rule->properties[i].key) < 0)
            rules_report(err, "/properties", "has %.64s, which the survey does not declare", rule->properties[i].key);
}

static void validate_line(const struct alert_rule *rule, const struct survey *survey, struct error *err) {
    const char *line = rule->is_above ? "/above" : "/below";
    double least, most;
    if (rules_reported(err, "/kind") || (rule->kind != ALERT_SCORE && rule->kind != ALERT_RATE))
        return;
    range_of(rule, survey, &least, &most);
    if (rules_reported(err, "/above") || rules_reported(err, "/below"))
        return;
    if (!(rule->threshold > least && rule->threshold < most)) {
        rules_report(err, line, "must lie between %g and %g, which is the range of it here", least, most);
        return;
    }
    if (isnan(rule->margin) || rules_reported(err, "/margin"))
        return;
    double back = rule->threshold + (rule->is_above ? -rule->margin : rule->margin);
    if (rule->margin < 0 || back < least || back > most)
        rules_report(err, "/margin", "must be at least 0, and end within %g and %g: else it never resolves", least,
                     most);
}

void alert_validate(const struct alert_rule *rule, const struct survey *survey, struct error *err) {
    if (survey->archived_at != 0)
        rules_report(err, "/survey", "is archived: reopen it first");
    validate_properties(rule, survey, err);
    validate_line(rule, survey, err);
}

static bool matches(const char *wanted, const char *value) {
    return !wanted || (value && strcmp(wanted, value) == 0);
}

bool alert_takes(const struct alert_rule *rule, const struct survey *survey, const struct response *response) {
    bool is_taken = response->survey == survey->number && response_counts(response) && response->flags == 0 &&
                    survey_band(survey, response->score) == BAND_UNFAVOURABLE && response->comment &&
                    response->comment[0] != '\0' && matches(rule->touchpoint, response->touchpoint) &&
                    matches(rule->channel, response->channel) && matches(rule->locale, response->locale);
    for (size_t i = 0; is_taken && i < rule->property_count; i++)
        is_taken = matches(rule->properties[i].value, response_property(response, rule->properties[i].key));
    return is_taken;
}

bool alert_window(const char *name, int64_t end_ms, struct window *ret_window) {
    struct window window;
    if (!window_parse(name, end_ms - 1, &window))
        return false;
    if (window.to > end_ms)
        window.to = end_ms;
    *ret_window = window;
    return true;
}

struct alert_finding alert_find_nothing(enum alert_reason reason) {
    return (struct alert_finding){.reason = reason, .value = NAN, .p_value = NAN};
}

/* NULL data: too few by the rule, or withheld by the survey. */
static enum alert_reason reason_of(const struct alert_rule *rule, int64_t n, bool suppressed) {
    return suppressed ? ALERT_SUPPRESSED : n == 0 || n < rule->min_n ? ALERT_FEW : ALERT_KNOWN;
}

/* Against the line of the rule; `low` and `high` are the interval of the value, and `is_best` whether it cannot be any
 * better: with few answers the interval of that may reach over the line for ever. */
static void hold_against_line(const struct alert_rule *rule, double low, double high, bool is_best,
                              struct alert_finding *finding) {
    double line = rule->threshold, value = finding->value;
    finding->is_beyond = rule->is_above ? value > line : value < line;
    if (!isnan(rule->margin))
        finding->is_back =
            !finding->is_beyond && (rule->is_above ? value <= line - rule->margin : value >= line + rule->margin);
    else
        finding->is_back = !finding->is_beyond && (is_best || (rule->is_above ? high < line : low > line));
}

struct alert_finding alert_find_score(const struct alert_rule *rule, const struct score *score) {
    struct alert_finding finding = alert_find_nothing(reason_of(rule, score->n, score->suppressed));
    finding.n = score->n;
    if (finding.reason != ALERT_KNOWN)
        return finding;
    finding.value = score->value;
    hold_against_line(rule, score->interval.low, score->interval.high, score->favourable == score->n, &finding);
    return finding;
}

struct alert_finding alert_find_rate(const struct alert_rule *rule, const struct score *score) {
    struct alert_finding finding = alert_find_nothing(reason_of(rule, score->n, score->suppressed));
    double low, high;
    finding.n = score->n;
    if (finding.reason != ALERT_KNOWN)
        return finding;
    finding.value = 100 * (double)score->unfavourable / (double)score->n;
    score_wilson(score->unfavourable, score->n, -normal_quantile((1 - ALERT_CONFIDENCE) / 2), &low, &high);
    hold_against_line(rule, 100 * low, 100 * high, score->unfavourable == 0, &finding);
    return finding;
}

/* Where the score is the plain mean of a survey whose low end is the good one, a rise is the worse. */
static bool is_worse(const struct survey *survey, double delta) {
    bool low_is_good = survey->method == METHOD_MEAN && survey->direction == DIRECTION_LOWER;
    return low_is_good ? delta > 0 : delta < 0;
}

struct alert_finding alert_find_drop(const struct alert_rule *rule, const struct survey *survey,
                                     const struct comparison *comparison) {
    int64_t smaller = comparison->own_n < comparison->n ? comparison->own_n : comparison->n;
    bool is_constant = comparison->reason == UNTESTED_CONSTANT; /* nothing differs */
    struct alert_finding finding =
        alert_find_nothing(reason_of(rule, smaller, comparison->reason == UNTESTED_SUPPRESSED));
    finding.n = comparison->own_n;
    if (finding.reason == ALERT_KNOWN && comparison->reason != UNTESTED_NOT && !is_constant)
        finding.reason = ALERT_FEW;
    if (finding.reason != ALERT_KNOWN)
        return finding;
    finding.value = comparison->delta;
    finding.p_value = is_constant ? 1 : comparison->p_value;
    finding.is_beyond = comparison->significant && is_worse(survey, comparison->delta);
    finding.is_back = !is_worse(survey, comparison->delta) || finding.p_value >= DROP_IS_OVER;
    return finding;
}

/* Answers of such a day are taken for Poisson. With Jeffreys' prior for their rate, what m days with a sum of s leave
 * to say of the next is negative binomial, and the probability that it has none is (m/(m+1))^(s+½). Where more than a
 * quarter of such days were empty they do not go by chance alone, and none is a usual one. */
struct alert_finding alert_find_silence(const struct alert_rule *rule, int64_t n, const int64_t *counts, size_t count) {
    double sum = 0, days = (double)count;
    size_t empty = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)counts[i];
        empty += counts[i] == 0;
    }
    struct alert_finding finding = alert_find_nothing(ALERT_KNOWN);
    finding.n = n;
    finding.is_back = n > 0;
    if (count > 0)
        finding.value = sum / days;
    if (count >= ALERT_WEEKS_LEAST) {
        double p_value = pow(days / (days + 1), sum + 0.5);
        finding.p_value = p_value;
        finding.is_beyond = n == 0 && 4 * empty <= count && p_value < rule->alpha;
    }
    if (n == 0 && !finding.is_beyond)
        finding.reason = ALERT_UNUSUAL;
    return finding;
}

static bool is_firing(const struct alert_state *state) {
    return state->status == ALERT_FIRING || state->status == ALERT_ACKNOWLEDGED;
}

bool alert_move(struct alert_state *state, const struct alert_finding *finding, int64_t day_end, int64_t now_ms,
                struct alert_event *ret_event) {
    bool is_over = finding->reason == ALERT_ARCHIVED || finding->reason == ALERT_NO_SURVEY;
    bool was_firing = is_firing(state);
    bool fires = !was_firing && finding->reason == ALERT_KNOWN && finding->is_beyond;
    bool resolves = was_firing && (is_over || (finding->reason == ALERT_KNOWN && finding->is_back));
    enum alert_status status = fires                            ? ALERT_FIRING
                               : was_firing && !resolves        ? state->status
                               : finding->reason == ALERT_KNOWN ? ALERT_OK
                                                                : ALERT_NO_DATA;
    if (status != state->status)
        state->since = now_ms;
    state->status = status;
    state->evaluated_at = now_ms;
    state->day_end = day_end;
    state->finding = *finding;
    if (fires || resolves)
        state->acknowledgement = (struct alert_acknowledgement){0};
    if (!fires && !resolves)
        return false;
    *ret_event = (struct alert_event){.kind = fires ? ALERT_FIRED : ALERT_RESOLVED,
                                      .at = now_ms,
                                      .day_end = day_end,
                                      .n = finding->n,
                                      .value = finding->value,
                                      .p_value = finding->p_value};
    memcpy(ret_event->name, state->name, sizeof ret_event->name);
    return true;
}
