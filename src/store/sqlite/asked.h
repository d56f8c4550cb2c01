#ifndef CXD_STORE_SQLITE_ASKED_H
#define CXD_STORE_SQLITE_ASKED_H

#include "store/dimensions.h"
#include "store/engine.h"
#include "store/sqlite/db.h"

/* What the revisions of surveys ask behind the score, as they have been asked for: a revision never changes. */
struct asked_set {
    struct arena arena;
    struct asked_revision *items; /* by survey and revision */
    size_t count;
};
void sqlite_asked_init(struct asked_set *set);
/* Forgets all: also after a transaction that failed, in which a revision may have been put. */
void sqlite_asked_clear(struct asked_set *set);
void sqlite_asked_free(struct asked_set *set);

/* The survey as the revision has it, of the set until the next call; NULL: there is no such revision, it asks nothing,
 * or it cannot be read (`read` NULL: none can). */
CXD_NODISCARD enum cxd_err sqlite_asked_find(struct db *db, store_read_definition *read, struct asked_set *set,
                                             int64_t survey, int64_t revision, const struct survey **ret_asked,
                                             struct error *err);

/* Adds a row of select_questions, from `column` on, to what a survey has ever asked; texts and array are of the arena.
 */
CXD_NODISCARD enum cxd_err sqlite_question_add(sqlite3_stmt *stmt, int column, struct arena *arena,
                                               struct declared *declared, struct error *err);
/* Adds all of them. */
CXD_NODISCARD enum cxd_err sqlite_questions_read(struct db *db, int64_t survey, struct arena *arena,
                                                 struct declared *declared, struct error *err);

#endif
