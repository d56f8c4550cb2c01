#ifndef CXD_STORE_SQLITE_ROWS_H
#define CXD_STORE_SQLITE_ROWS_H

#include "cxd/base/buffer.h"
#include "cxd/store/store.h"
#include "store/sqlite/db.h"

/* Between rows and structs. Reading copies strings into the arena; the statement stays on its row. */

/* A row of select_response or select_every_response. has_id and has_answered_at are true. */
CXD_NODISCARD enum cxd_err row_read_response(struct db *db, sqlite3_stmt *stmt, struct arena *arena,
                                             struct response *ret_response, struct error *err);
/* The members of a JSON object of texts, into `response`. */
CXD_NODISCARD enum cxd_err row_read_properties(struct db *db, const char *json, struct arena *arena,
                                               struct response *response, struct error *err);
/* Binds ?1…?14 of insert_response. `properties` is what row_write_properties gave. */
void row_bind_response(sqlite3_stmt *stmt, const struct response *response, const char *properties);

/* Writes properties into `buf` as the JSON text that is stored; NULL in *ret_text if there are none. The
 * text lives as long as the buffer is not written again. */
CXD_NODISCARD enum cxd_err row_write_properties(struct buffer *buf, const struct property *properties,
                                                size_t count, const char **ret_text, struct error *err);

/* A row of select_survey or list_surveys; its properties are not in it. */
CXD_NODISCARD enum cxd_err row_read_survey(sqlite3_stmt *stmt, struct arena *arena,
                                           struct survey_record *ret_survey, struct error *err);

/* A row of select_key or list_keys; binding is for insert_key. */
void row_read_key(sqlite3_stmt *stmt, struct api_key *ret_key);
void row_bind_key(sqlite3_stmt *stmt, const struct api_key *key);

/* A row of last_audit or list_audit. */
void row_read_audit(sqlite3_stmt *stmt, struct audit_record *ret_record);

/* The id in a column; zero bytes if it is none. */
struct id row_read_id(sqlite3_stmt *stmt, int column);

#endif
