/* What makes an event valid, and the response rate that is made of what is counted (docs/scoring.md §13). */
#include "cxd/domain/impression.h"

#include <inttypes.h>

#include "domain/adjusted.h"
#include "domain/rules.h"

static const char *const TYPE_NAMES[EVENT_TYPE_COUNT] = {"shown", "dismissed", "started"};
const struct words EVENT_TYPES = WORDS(TYPE_NAMES);

const char *event_type_name(enum event_type type) {
    return TYPE_NAMES[type];
}

const char *impressions_known_name(enum impressions_known known) {
    static const char *const NAMES[] = {NULL, "expired", "undeclared"};
    return NAMES[known];
}

void event_hold_back(struct event *event, int64_t now_ms) {
    if (event->at > now_ms)
        event->at = now_ms;
}

static void check_at(const struct event *event, const struct survey *survey, int64_t clock_skew_ms, int64_t now_ms,
                     int64_t kept_ms, bool backdate_free, struct error *err) {
    int64_t back_ms =
        backdate_free || survey->max_backdate_s * 1000 > kept_ms ? kept_ms : survey->max_backdate_s * 1000;
    if (event->at < 0)
        rules_report(err, "/at", "must not lie before 1970");
    else if (event->at > now_ms + clock_skew_ms)
        rules_report(err, "/at", "must not lie more than %" PRId64 " seconds ahead of the server's clock",
                     clock_skew_ms / 1000);
    else if (event->at < now_ms - back_ms)
        rules_report(err, "/at", "must not lie more than %" PRId64 " seconds back (%s)", back_ms / 1000,
                     back_ms == kept_ms ? "events are kept as long: [storage] keep_events"
                                        : "the survey's max_backdate");
}

enum cxd_err event_validate(const struct event *event, const struct survey *survey,
                            const struct response_limits *limits, int64_t now_ms, int64_t kept_ms, bool backdate_free,
                            struct error *err) {
    const struct response like = {.properties = event->properties, .property_count = event->property_count};
    if (!event->visit)
        rules_report(err, "/visit", "is required");
    rules_check_text(err, "/visit", event->visit, 1, RESPONSE_VISIT_CHARACTERS_MAX, false);
    rules_check_text(err, "/touchpoint", event->touchpoint, 1, RESPONSE_LABEL_CHARACTERS_MAX, false);
    rules_check_text(err, "/channel", event->channel, 1, RESPONSE_LABEL_CHARACTERS_MAX, false);
    if (event->locale && !rules_locale_valid(event->locale))
        rules_report(err, "/locale", "must be a locale such as \"en\" or \"pt-BR\", at most 35 characters");
    response_check_properties(&like, limits, err);
    if (event->has_at)
        check_at(event, survey, limits->clock_skew_ms, now_ms, kept_ms, backdate_free, err);
    return err->code;
}

void response_rate_compute_at(const struct survey *survey, const struct impressions *counts,
                              enum impressions_known known, bool is_suppressed, struct level *level,
                              struct response_rate *ret) {
    int64_t shown = counts->n[IMPRESSION_SHOWN], answered = counts->n[IMPRESSION_ANSWERED];
    struct response_rate rate = {.counts = *counts, .known = known, .confidence = level->confidence};
    rate.has_visits = known == IMPRESSIONS_KNOWN && counts->n[IMPRESSION_REPORTED] > 0;
    rate.has_invitations = known == IMPRESSIONS_KNOWN && counts->n[IMPRESSION_INVITED] > 0;
    rate.suppressed = (rate.has_visits || rate.has_invitations) && is_suppressed;
    if (rate.has_visits && shown < survey->min_n)
        rate.suppressed = true;
    if (rate.has_visits && !rate.suppressed) {
        double low, high;
        score_wilson(answered, shown, level_z(level), &low, &high);
        rate.value = 100 * (double)answered / (double)shown;
        low = 100 * low < rate.value ? 100 * low : rate.value;
        high = 100 * high > rate.value ? 100 * high : rate.value;
        rate.interval = (struct interval){true, low, high};
    }
    *ret = rate;
}

void response_rate_compute(const struct survey *survey, const struct impressions *counts, enum impressions_known known,
                           bool is_suppressed, double confidence, struct response_rate *ret) {
    struct level level = level_of(confidence);
    response_rate_compute_at(survey, counts, known, is_suppressed, &level, ret);
}
