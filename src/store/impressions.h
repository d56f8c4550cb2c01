#ifndef CXD_STORE_IMPRESSIONS_H
#define CXD_STORE_IMPRESSIONS_H

#include "cxd/base/secret.h"
#include "cxd/domain/impression.h"
#include "store/decide.h"

/* Visits in which a survey was shown: one row a survey, visit and UTC day, whatever is reported of it, whatever comes
 * first. What is known of a visit's day lies in the row of that day; but where the survey was shown the day before, and
 * not on that day, in the row of the day before: who is asked before midnight may answer after it. */

/* What is known of the row's own day, and (<< SEEN_NEXT) of the day after it. */
enum impression_seen {
    SEEN_SHOWN = 1 << 0, /* reported as that; of the own day only */
    SEEN_DISMISSED = 1 << 1,
    SEEN_STARTED = 1 << 2,
    SEEN_ANSWERED = 1 << 3, /* by somebody who is forgotten: it stays */
    SEEN_NEXT = 3           /* a shift */
};

struct impression {
    int64_t number; /* the engine's; 0: not stored */
    int64_t survey;
    int64_t day;     /* since 1970, UTC: that of `at` */
    int64_t at;      /* when it was shown, as was reported, else when anything else of it was */
    bool is_unnamed; /* whose visit it was is forgotten */
    unsigned seen;
    int64_t answers, next_answers;             /* responses that count, of the own day and of the next */
    const char *touchpoint, *channel, *locale; /* of the report that it was shown, else of what came first */
    const struct property *properties;         /* those that were declared */
    size_t property_count;
};

int64_t impression_day(int64_t time_ms);

/* A visit is known by half of a SHA-256 under the database's secret. */
enum { VISIT_NAME_SIZE = 16 };
void impression_name(const uint8_t secret[SHA256_SIZE], int64_t survey, const char *visit,
                     uint8_t ret_name[VISIT_NAME_SIZE]);

/* The rows of a visit around a day. */
enum visit_day { VISIT_BEFORE, VISIT_OWN, VISIT_AFTER, VISIT_DAYS };
struct visit_rows {
    bool is_there[VISIT_DAYS];
    struct impression rows[VISIT_DAYS];
};

/* What an event, or a response, would make a new row of. `properties` has room for the survey's declared ones. */
struct impression impression_of_event(const struct event *event, const struct declared *declared,
                                      struct property *properties);
struct impression impression_of_response(const struct response *response, const struct declared *declared,
                                         struct property *properties);
/* Whether a response, which has its number, counts as an answer of a visit: none does that was stored before anything
 * was reported of its survey, for of what was shown then nobody told. */
bool impression_is_answer(const struct response *response, const struct declared *declared);

/* CHANGE_EVENT, by the terms of its survey: as decide_admit. */
bool decide_event_admit(struct change *change, const struct survey *terms);
/* CHANGE_EVENT: what becomes of the rows around its day. `counted_from` is the first day whose rows are there. */
void decide_event(struct change *change, const struct impression *fresh, int64_t counted_from, struct visit_rows *rows);
void decide_expired(struct change *change, size_t removed);

/* A response begins to count as an answer, or (impression_leave; `was_answer`: if it did) ceases to. */
void impression_answer(struct visit_rows *rows, const struct impression *fresh);
enum impression_leave {
    LEAVE_EXCLUDED,  /* it does not count any more */
    LEAVE_FORGOTTEN, /* its person is forgotten, and the figures stay */
    LEAVE_ERASED     /* its person goes, and the visit with it */
};
/* `properties` has room for those of a row. */
void impression_leave(struct visit_rows *rows, const struct response *response, bool was_answer,
                      enum impression_leave how, struct property *properties);

/* Which answer of a visit a response takes away with it, and which it brings, from one state (NULL: none) to the next.
 */
void impression_turn(const struct response *before, const struct response *after, const struct declared *declared,
                     bool *ret_leaves, bool *ret_answers);

/* What is counted of a row, by enum impression_kind. */
struct histogram impression_counts(const struct impression *row);
/* Whether two states of a row count in the same place. */
bool impression_same_place(const struct impression *a, const struct impression *b);
/* Whether nothing has to be written. */
bool impression_is_same(const struct impression *a, const struct impression *b);
/* Gives `count` what is to be added where a row counts, from one state (NULL: none) to the next. */
typedef enum cxd_err impression_count(void *context, const struct impression *row, const struct histogram *counts,
                                      struct error *err);
CXD_NODISCARD enum cxd_err impression_recount(const struct impression *before, const struct impression *after,
                                              impression_count *count, void *context, struct error *err);
/* As dimensions_of. */
size_t impression_dimensions(const struct impression *row, const struct declared *declared,
                             struct dimension ret_dimensions[DIMENSIONS_MAX]);

/* Where a property is counted by from `day` on (0: ever; INT64_MAX: never): whether it is from this time on. */
bool impression_is_declared(int64_t day, int64_t from);
/* The first quarter of an hour that begins at the time or after it; bounds that are open stay so. */
int64_t impression_next_quarter(int64_t time_ms);
/* Where a window begins or ends that is bounded there, once the rows of the days before `day` are gone. */
int64_t impression_move_bound(int64_t time_ms, int64_t day);

#endif
