#ifndef CXD_STORE_SQLITE_ROWS_H
#define CXD_STORE_SQLITE_ROWS_H

#include "cxd/base/buffer.h"
#include "cxd/store/store.h"
#include "store/dimensions.h"
#include "store/sqlite/db.h"

/* Between rows and structs. Reading copies strings into the arena; the statement stays on its row. */

/* As the column forgotten_at has it: the time, negative where its age alone was the reason. Files of schema 5 have both
 * as times; of what was imported, which is asked for it, there is none in them. */
int64_t sqlite_row_forgotten(const struct response *response);
/* A row of select_response or select_every_response. has_id is true. */
CXD_NODISCARD enum cxd_err sqlite_row_read_response(struct db *db, sqlite3_stmt *stmt, struct arena *arena,
                                                    struct response *ret_response, struct error *err);
/* The same without its properties, whose text, as it is stored, is *ret_properties; NULL where there are none. */
CXD_NODISCARD enum cxd_err sqlite_row_read_plain(sqlite3_stmt *stmt, struct arena *arena, struct response *ret_response,
                                                 const char **ret_properties, struct error *err);
/* A column of answers, into `response`; NULL: there are none. */
CXD_NODISCARD enum cxd_err sqlite_row_read_answers(sqlite3_stmt *stmt, int column, struct arena *arena,
                                                   struct response *response, struct error *err);
/* The columns behind that in select_response. */
void sqlite_row_read_first(sqlite3_stmt *stmt, struct first_said *ret_first);
/* What of a response is stored as JSON; NULL: there is none. */
struct response_texts {
    const char *properties, *answers;
};
/* Writes them into `buf`; they live as long as that is not written again. */
CXD_NODISCARD enum cxd_err sqlite_row_write_texts(struct buffer *buf, const struct response *response,
                                                  struct response_texts *ret_texts, struct error *err);
/* Binds ?1…?19 of insert_response, and ?20, the number, of the others. Texts that are NULL are left alone: those that
 * are not are unbound when the statement has run. */
void sqlite_row_bind_response(sqlite3_stmt *stmt, const struct response *response, const struct response_texts *stored,
                              bool has_number);
void sqlite_row_unbind_response(sqlite3_stmt *stmt, const struct response *response,
                                const struct response_texts *stored);

/* Writes properties into `buf` as the JSON text that is stored; NULL in *ret_text if there are none. The
 * text lives as long as the buffer is not written again. */
CXD_NODISCARD enum cxd_err sqlite_row_write_properties(struct buffer *buf, const struct property *properties,
                                                       size_t count, const char **ret_text, struct error *err);

/* A row of select_survey, list_surveys or changed_surveys; its properties are not in it. */
CXD_NODISCARD enum cxd_err sqlite_row_read_survey(sqlite3_stmt *stmt, struct arena *arena,
                                                  struct survey_record *ret_survey, struct error *err);

/* A row of select_key or list_keys. */
void sqlite_row_read_key(sqlite3_stmt *stmt, struct api_key *ret_key);

/* A row of list_sessions. */
void sqlite_row_read_session(sqlite3_stmt *stmt, struct session *ret_session);

/* session.c: all sessions and links, by their hashes. */
CXD_NODISCARD enum cxd_err sqlite_db_list_sessions(struct db *db, struct arena *arena, struct session **ret_sessions,
                                                   size_t *ret_count, struct error *err);

/* catalog.c: the keys that were changed since a generation, in the order of their creation. */
CXD_NODISCARD enum cxd_err sqlite_db_list_keys(struct db *db, int64_t since, struct arena *arena,
                                               struct api_key **ret_keys, size_t *ret_count, struct error *err);

/* audit.c: a row of last_audit, list_audit or list_audit_of. */
void sqlite_row_read_audit(sqlite3_stmt *stmt, struct audit_record *ret_record);

/* properties.c: the members of a JSON object of texts, into `response`. */
CXD_NODISCARD enum cxd_err sqlite_properties_read(struct db *db, const char *json, size_t length, struct arena *arena,
                                                  struct response *response, struct error *err);
/* The same by SQLite alone, for who asks whether it can read them; ten times the work. */
CXD_NODISCARD enum cxd_err sqlite_row_read_properties(struct db *db, const char *json, struct arena *arena,
                                                      struct response *response, struct error *err);

/* rows.c: the columns a, b, c, number of a dimension that is being filled in, from `column` on. */
struct response_place sqlite_row_read_place(sqlite3_stmt *stmt, int column);

/* The id in a column; zero bytes if it is none. */
struct id sqlite_row_read_id(sqlite3_stmt *stmt, int column);

#endif
