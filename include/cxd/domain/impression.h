#ifndef CXD_DOMAIN_IMPRESSION_H
#define CXD_DOMAIN_IMPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/error.h"
#include "cxd/base/words.h"
#include "cxd/domain/response.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"

/* Surveys as they are shown: what a page reports of them, what is counted of that, and the response rate
 * (docs/scoring.md §13). */

enum event_type { EVENT_SHOWN, EVENT_DISMISSED, EVENT_STARTED, EVENT_TYPE_COUNT };
extern const struct words EVENT_TYPES; /* "shown", … */
const char *event_type_name(enum event_type type);

/* Strings as in struct response. */
struct event {
    int64_t survey; /* survey.number */
    enum event_type type;
    const char *visit; /* as a response's */
    const char *touchpoint;
    const char *channel;
    const char *locale;
    const struct property *properties; /* sorted by key, keys distinct */
    size_t property_count;
    bool has_at; /* given by the client */
    int64_t at;  /* else the time of arrival */
    struct {
        const char *invitation; /* a signed token */
    } sent;
};

/* As response_validate; what lies more than `kept_ms` back is refused, whoever sends it. */
enum cxd_err event_validate(const struct event *event, const struct survey *survey,
                            const struct response_limits *limits, int64_t now_ms, int64_t kept_ms, bool backdate_free,
                            struct error *err);
/* What lies ahead of the clock becomes its time. */
void event_hold_back(struct event *event, int64_t now_ms);

/* What is counted of the visits of a window, and of the invitations that were made in it. */
enum impression_kind {
    IMPRESSION_SHOWN, /* visits: whatever else is known of one, it was shown */
    IMPRESSION_ANSWERED,
    IMPRESSION_DISMISSED,
    IMPRESSION_STARTED,
    IMPRESSION_REPORTED, /* of those shown, the ones that were reported as that */
    IMPRESSION_INVITED,  /* invitations made */
    IMPRESSION_OPENED,
    IMPRESSION_REPLIED, /* invitations answered */
    IMPRESSION_KINDS
};
struct impressions {
    int64_t n[IMPRESSION_KINDS];
};

/* What there is to say of a window. */
enum impressions_known {
    IMPRESSIONS_KNOWN,
    IMPRESSIONS_EXPIRED,   /* it begins where rows are gone, and nothing else serves the filter */
    IMPRESSIONS_UNDECLARED /* a property was not declared yet where it begins, or is not declared */
};
const char *impressions_known_name(enum impressions_known known); /* "expired", …; NULL: known */

/* Shares of the visits that were shown. */
struct response_rate {
    struct impressions counts;
    enum impressions_known known;
    bool has_visits;      /* something was reported as shown: else the visits' figures are null */
    bool has_invitations; /* some were made */
    bool suppressed;      /* fewer were shown, or answered, than min_n */
    double value;         /* 100·answered/shown, where it has visits and is known */
    struct interval interval;
    double confidence;
};
/* `is_suppressed`: the score beside it is. */
void response_rate_compute(const struct survey *survey, const struct impressions *counts, enum impressions_known known,
                           bool is_suppressed, double confidence, struct response_rate *ret);

#endif
