#ifndef CXD_STORE_POSTGRESQL_VISITS_H
#define CXD_STORE_POSTGRESQL_VISITS_H

#include "store/impressions.h"
#include "store/postgresql/db.h"

/* What a batch holds of visits: what its changes name is locked and read, changed in memory, and written at the end.
 * A visit is locked by a row of visit_turn, which nobody else makes until the transaction ends: it can be also where
 * no row of the visit is yet, so that two nodes never begin neighbouring days of one. */

struct visit_held_day {
    struct visit_held_day *next;
    int64_t day;
    bool is_read, is_there, is_changed;
    int64_t stored; /* number of the row of this name and day in the database; 0: there is none */
    struct impression row;
};

struct visit_held {
    int64_t survey;
    uint8_t name[VISIT_NAME_SIZE];
    bool is_locked;
    bool wants_all, has_all; /* days that there are */
    struct visit_held_day *days;
};

/* A row that has lost its name: to be written. */
struct visit_unnamed {
    struct visit_unnamed *next;
    struct impression row;
    bool is_stored;
};

struct visits_held {
    struct visit_held **items; /* by survey and name */
    size_t count, capacity;
    struct visit_unnamed *unnamed;
    bool is_unread; /* something is wanted that was not read */
    int64_t from;   /* the first day whose rows are there; −1: not read yet */
};

/* Begins a batch: what was of the arena of the one before is gone. */
void postgresql_visits_clear(struct visits_held *held);
void postgresql_visits_free(struct visits_held *held);
/* The days around one are wanted; and all from `from` on. NULL without memory. */
struct visit_held *postgresql_visits_want(struct visits_held *held, struct arena *arena, int64_t survey,
                                          const uint8_t name[VISIT_NAME_SIZE], int64_t day);
struct visit_held *postgresql_visits_want_all(struct visits_held *held, struct arena *arena, int64_t survey,
                                              const uint8_t name[VISIT_NAME_SIZE]);
/* Queues the locks and reads of what is wanted; once that has run its results, from the place `at` among the queued,
 * are to be taken, before anything else is wanted. */
CXD_NODISCARD enum cxd_err postgresql_visits_queue(const struct visits_held *held, struct db *db,
                                                   struct db_array *arrays, size_t *ret_at, struct error *err);
CXD_NODISCARD enum cxd_err postgresql_visits_take(struct visits_held *held, struct arena *arena, const struct db *db,
                                                  size_t at, struct error *err);
/* A row of visit_columns, but for its name. *ret_row is set also with an error. */
CXD_NODISCARD enum cxd_err postgresql_visits_row(const PGresult *result, int at, struct arena *arena,
                                                 struct impression *ret_row, struct error *err);
/* The day of a visit, which has been read. NULL: there was none, and without memory. */
struct visit_held_day *postgresql_visits_day(struct visit_held *visit, struct arena *arena, int64_t day);
/* Takes the name of what is there of a day, if it has one. False without memory. */
CXD_NODISCARD bool postgresql_visits_unname(struct visits_held *held, struct arena *arena, struct visit_held_day *day);
/* Queues what has changed; once that has run it is in the database. */
CXD_NODISCARD enum cxd_err postgresql_visits_write(struct visits_held *held, struct db *db, struct db_array *arrays,
                                                   struct buffer *text, struct error *err);

#endif
