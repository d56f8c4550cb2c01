#ifndef CXD_DOMAIN_ALERT_H
#define CXD_DOMAIN_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/error.h"
#include "cxd/base/id.h"
#include "cxd/base/words.h"
#include "cxd/domain/compare.h"
#include "cxd/domain/key.h"
#include "cxd/domain/response.h"
#include "cxd/domain/score.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

/* Rules that watch a survey, what an evaluation finds, and what becomes of the state of a rule (docs/scoring.md §12).
 */

enum alert_kind { ALERT_SCORE, ALERT_DROP, ALERT_RATE, ALERT_SILENCE, ALERT_DETRACTOR, ALERT_KIND_COUNT };
/* "score", "drop", … */
extern const struct words ALERT_KINDS;

enum { ALERT_HISTORY_MAX = 10000 }; /* events of a rule that are kept */
enum { ALERT_WINDOW_SIZE = 32, ALERT_RULES_MAX = 200, ALERT_PROPERTIES_MAX = 8, ALERT_NOTE_CHARACTERS_MAX = 200 };
#define ALERT_MIN_N_MAX INT64_C(1000000000)

/* Strings are of the arena that made it. What a kind does not have is as `alert_defaults` leaves it. */
struct alert_rule {
    char name[SLUG_SIZE];
    char survey[SLUG_SIZE]; /* its slug */
    enum alert_kind kind;
    bool is_above; /* of a score: fires above the threshold, else below it */
    double threshold;
    double margin; /* how far beyond the line it resolves; NaN: where the interval has left the line */
    char window[ALERT_WINDOW_SIZE];
    int64_t min_n; /* fewer answers are no data */
    double alpha;
    const char *touchpoint, *channel, *locale;
    const struct property *properties;
    size_t property_count;
};
/* kind and names are set; fills in the rest. */
void alert_defaults(struct alert_rule *rule);
/* Adds what is wrong with the numbers of a rule of this survey. What err has already is not judged again. */
void alert_validate(const struct alert_rule *rule, const struct survey *survey, struct error *err);
/* Whether the response is what a detractor rule on `survey` tells of: it counts, has a comment and an unfavourable
 * score, and matches the filter. */
bool alert_takes(const struct alert_rule *rule, const struct survey *survey, const struct response *response);

/* The rule's window at the end of a reporting day: no answer at or after `end_ms` is in it. False: there is no window
 * of the name. */
CXD_NODISCARD bool alert_window(const char *name, int64_t end_ms, struct window *ret_window);

enum alert_reason {
    ALERT_KNOWN,      /* there are data */
    ALERT_NOT_YET,    /* nothing was evaluated yet */
    ALERT_FEW,        /* fewer answers than the rule wants */
    ALERT_SUPPRESSED, /* fewer than the survey's min_n */
    ALERT_CLOSED,     /* silence: the survey was not open all day */
    ALERT_UNUSUAL,    /* silence: such a day often has no answers, or too few are known */
    ALERT_ARCHIVED,   /* the survey is archived */
    ALERT_NO_SURVEY,  /* there is none */
    ALERT_REASON_COUNT
};
/* "few", …; NULL for ALERT_KNOWN. */
const char *alert_reason_name(enum alert_reason reason);

/* Of the intervals that say of a line that it is left behind: so sure that a value by chance on the good side of a line
 * that lies near it does not end what fires, only for the next day's to begin it again. */
#define ALERT_CONFIDENCE 0.999

/* What an evaluation has found. */
struct alert_finding {
    enum alert_reason reason;
    int64_t n;      /* answers behind it */
    double value;   /* the score, the difference, the rate; of a silence the answers that were expected; NaN: none */
    double p_value; /* of a drop or a silence; else NaN */
    bool is_beyond; /* of the line: it fires */
    bool is_back;   /* so far on the good side that it resolves */
};
/* `score` with intervals of ALERT_CONFIDENCE. */
struct alert_finding alert_find_score(const struct alert_rule *rule, const struct score *score);
struct alert_finding alert_find_rate(const struct alert_rule *rule, const struct score *score);
struct alert_finding alert_find_drop(const struct alert_rule *rule, const struct survey *survey,
                                     const struct comparison *comparison);
/* `counts`: answers of the same weekday of weeks before, those that are known. */
enum { ALERT_WEEKS = 8, ALERT_WEEKS_LEAST = 4 };
struct alert_finding alert_find_silence(const struct alert_rule *rule, int64_t n, const int64_t *counts, size_t count);
struct alert_finding alert_find_nothing(enum alert_reason reason);

enum alert_status { ALERT_NO_DATA, ALERT_OK, ALERT_FIRING, ALERT_ACKNOWLEDGED, ALERT_STATUS_COUNT };
/* "no_data", "ok", "firing", "acknowledged". */
extern const struct words ALERT_STATUSES;

enum alert_event_kind { ALERT_FIRED, ALERT_RESOLVED, ALERT_WAS_ACKNOWLEDGED, ALERT_CHANGED, ALERT_EVENT_KIND_COUNT };
/* "fired", "resolved", "acknowledged", "changed". */
extern const struct words ALERT_EVENT_KINDS;

struct alert_acknowledgement {
    int64_t at; /* 0: there is none */
    char by[ACTOR_SIZE];
    const char *note; /* NULL: none */
};

struct alert_state {
    char name[SLUG_SIZE];
    int64_t revision; /* of the rule that it is the state of */
    int64_t version;  /* rises with everything that is written to it */
    enum alert_status status;
    int64_t since;        /* the status */
    int64_t evaluated_at; /* 0: it was not yet */
    int64_t day_end;      /* of the day that was evaluated last; 0: none yet */
    int64_t through;      /* detractors: no response up to this number is looked at again */
    struct alert_finding finding;
    struct alert_acknowledgement acknowledgement;
};

struct alert_event {
    int64_t number; /* the store's; ascends */
    char name[SLUG_SIZE];
    enum alert_event_kind kind;
    int64_t at;
    int64_t day_end; /* of the day that it is about; 0: about none */
    int64_t n;
    double value, p_value;                        /* NaN: none */
    int64_t response_number;                      /* a detractor; 0: none, or it was deleted since */
    struct id response;                           /* its id */
    struct alert_acknowledgement acknowledgement; /* of one; else at is 0 */
};

/* The state after a finding about the day that ends at `day_end`; true, and the event, if it fired or resolved. A rule
 * that fires stays so until it is found to be back, whatever is not known in between; but of a survey that is archived
 * or gone it resolves. */
bool alert_move(struct alert_state *state, const struct alert_finding *finding, int64_t day_end, int64_t now_ms,
                struct alert_event *ret_event);

#endif
