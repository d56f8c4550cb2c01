#ifndef CXD_STORE_SQLITE_VISITS_H
#define CXD_STORE_SQLITE_VISITS_H

#include "store/impressions.h"
#include "store/sqlite/writer.h"

/* Rows of visits. */

#define DAY_MS INT64_C(86400000)

/* The columns of visit_columns, from `column` on, but for the survey. */
CXD_NODISCARD enum cxd_err sqlite_visit_read(struct db *db, sqlite3_stmt *stmt, int column, struct arena *arena,
                                             struct impression *ret_row, struct error *err);
/* The first day whose rows are there. */
CXD_NODISCARD enum cxd_err sqlite_visits_from(struct sqlite_store *store, int64_t *ret_day, struct error *err);
/* Adds what is counted of a row to the deltas. */
CXD_NODISCARD enum cxd_err sqlite_visit_count(struct sqlite_store *store, const struct impression *row,
                                              struct error *err);
/* A response was stored, changed or left: NULL is none. What has no visit costs nothing. */
CXD_NODISCARD enum cxd_err sqlite_visits_move(struct sqlite_store *store, const struct response *before,
                                              const struct response *after, struct error *err);
/* A response's person is forgotten, or goes. Before the response does. */
CXD_NODISCARD enum cxd_err sqlite_visits_forget(struct sqlite_store *store, const struct response *response,
                                                enum impression_leave how, struct error *err);
CXD_NODISCARD enum cxd_err sqlite_visits_count_invitation(struct sqlite_store *store, int64_t survey,
                                                          int64_t created_at, enum impression_kind kind,
                                                          struct error *err);
/* The invitation to a response is opened, if it is there and was not; and perhaps answered. */
CXD_NODISCARD enum cxd_err sqlite_visits_open_invitation(struct sqlite_store *store, int64_t survey,
                                                         const struct id *response, bool is_answered,
                                                         struct error *err);
/* At the end of a batch: names that are many go to their table. */
CXD_NODISCARD enum cxd_err sqlite_visits_name(struct sqlite_store *store, struct error *err);
/* After the properties of a survey have been put. */
CXD_NODISCARD enum cxd_err sqlite_visits_declare(struct sqlite_store *store, int64_t survey, int64_t now_ms,
                                                 struct error *err);

#endif
