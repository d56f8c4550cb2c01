#ifndef CXD_STORE_POSTGRESQL_HELD_H
#define CXD_STORE_POSTGRESQL_HELD_H

#include "cxd/store/store.h"
#include "store/postgresql/db.h"

/* What a batch holds of the responses that its changes name, with marks and invitations under their ids: locked and
 * read at its beginning, changed in memory, and written at its end, each once. */

struct held_row {
    int64_t survey;
    struct id id;
    bool was_there, is_there, is_changed; /* was: as it is in the database by now */
    bool is_amended;                      /* or counts again: rules of alerts are to look at it */
    struct response value;                /* where it is there */
    bool is_marked, is_fresh_mark;
    int64_t marked_at;
    bool is_invited, was_invited, is_turned; /* an invitation is kept; was in the database; is to be written */
    struct invitation_record invitation;
    enum { OPENED_NOT, OPENED_ONCE, OPENED_UNCOUNTED } opened;
};

struct held {
    struct held_row **rows; /* by survey and id */
    size_t count, capacity;
};

/* Ends the batch: what was of its arena is gone. */
void postgresql_held_clear(struct held *held);
void postgresql_held_free(struct held *held);
/* The row of an id; a new one, of which nothing is there, where it is not held. NULL without memory. */
struct held_row *postgresql_held_row(struct held *held, struct arena *arena, int64_t survey, const struct id *id);
/* NULL: it is not held. */
struct held_row *postgresql_held_find(const struct held *held, int64_t survey, const struct id *id);

/* Fills arrays[0] and [1] with the surveys and ids of all rows. */
void postgresql_held_keys(const struct held *held, struct db_array *arrays);
/* Takes rows of response_columns, of read_marks, and of invitations. */
CXD_NODISCARD enum cxd_err postgresql_held_take(struct held *held, struct arena *arena, const PGresult *responses,
                                                struct error *err);
CXD_NODISCARD enum cxd_err postgresql_held_take_marks(struct held *held, struct arena *arena, const PGresult *marks,
                                                      struct error *err);
CXD_NODISCARD enum cxd_err postgresql_held_take_invitations(struct held *held, struct arena *arena,
                                                            const PGresult *invitations, struct error *err);

/* held_write.c: queues what has changed; once that has run it is in the database. `arrays` has room for 26. */
CXD_NODISCARD enum cxd_err postgresql_held_write(struct held *held, struct db *db, struct db_array *arrays,
                                                 struct buffer *text, struct error *err);

/* answered.c: what people have answered that is not excluded, of the database: for recontact. */
struct answered_row {
    const char *respondent;
    int64_t survey, number, answered_at;
    struct id id;
};
struct answered_list {
    struct answered_row *rows;
    size_t count;
};
CXD_NODISCARD enum cxd_err postgresql_answered_take(struct answered_list *list, struct arena *arena,
                                                    const PGresult *result, struct error *err);
/* The last in [from, to), of these and of what is held. */
int64_t postgresql_answered_last(const struct answered_list *list, const struct held *held, const char *respondent,
                                 int64_t survey, int64_t from, int64_t to, int64_t except);

#endif
