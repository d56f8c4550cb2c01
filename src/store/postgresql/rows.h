#ifndef CXD_STORE_POSTGRESQL_ROWS_H
#define CXD_STORE_POSTGRESQL_ROWS_H

#include "cxd/store/store.h"
#include "store/postgresql/db.h"

/* Rows to structs. What is read is of the arena. */

/* A row of the columns, in this order: survey, id, number, revision, answered_at, received_at, updated_at, score,
 * excluded, flags, forgotten_at, touchpoint, channel, locale, respondent, comment, properties, answers,
 * excluded_reason, visit, sequence, ahead_ms, import; and where there are more, first_at, first_digest, first_revision.
 * has_id is true. */
CXD_NODISCARD enum cxd_err postgresql_row_response(const PGresult *result, int row, struct arena *arena,
                                                   struct response *ret_response, struct error *err);
/* The text of properties as it is stored; NULL: there are none. */
CXD_NODISCARD enum cxd_err postgresql_row_properties(const PGresult *result, int row, int column, struct arena *arena,
                                                     const struct property **ret_properties, size_t *ret_count,
                                                     struct error *err);
/* The column forgotten_at: the time, negative where its age alone was the reason. */
int64_t postgresql_row_forgotten(const struct response *response);

#endif
