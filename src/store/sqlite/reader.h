#ifndef CXD_STORE_SQLITE_READER_H
#define CXD_STORE_SQLITE_READER_H

#include "cxd/base/buffer.h"
#include "store/engine.h"
#include "store/sqlite/db.h"

/* A read-only connection: the read half of struct store_engine. */

struct sqlite_reader {
    struct store_reader base;
    struct db db;
    struct buffer text; /* a dimension's name, or wanted properties */
    int calls;          /* of count_steps, since the question began */
};

enum cxd_err sqlite_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err);
void sqlite_reader_close(struct store_reader *reader);
enum cxd_err sqlite_reader_begin(struct store_reader *reader, struct error *err);
void sqlite_reader_end(struct store_reader *reader);

/* Begins unless the caller has: a read of several statements sees one state too. *ret_began says whether
 * to end. */
CXD_NODISCARD enum cxd_err reader_enter(struct sqlite_reader *reader, bool *ret_began, struct error *err);
void reader_leave(struct sqlite_reader *reader, bool began);

/* histograms.c */
enum cxd_err sqlite_read_histograms(struct store_reader *reader, const struct filter *filter,
                                    const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                    struct error *err);
/* The bucket number and the eleven counts of a row of read_total or read_segment. */
void read_rollup_row(sqlite3_stmt *stmt, int64_t *ret_bucket, struct histogram *ret_hist);
/* Binds read_total (series 0) or read_segment for buckets [from, to). */
CXD_NODISCARD enum cxd_err bind_rollup_range(struct db *db, int64_t survey, int64_t series, enum tier tier,
                                             int64_t from, int64_t to, sqlite3_stmt **ret_stmt,
                                             struct error *err);

/* records.c */
enum cxd_err sqlite_read_extent(struct store_reader *reader, int64_t survey, bool *ret_found,
                                int64_t *ret_first, int64_t *ret_last, struct error *err);
enum cxd_err sqlite_read_response(struct store_reader *reader, const struct id *id, struct arena *arena,
                                  bool *ret_found, struct response *ret_response, struct error *err);
enum cxd_err sqlite_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey,
                                     int64_t from, int64_t to, int64_t *ret_last, struct error *err);
enum cxd_err sqlite_read_responses(struct store_reader *reader, const struct listing *listing,
                                   struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                   struct error *err);
enum cxd_err sqlite_read_surveys(struct store_reader *reader, struct arena *arena,
                                 struct survey_record **ret_surveys, size_t *ret_count, struct error *err);
enum cxd_err sqlite_read_signing_keys(struct store_reader *reader,
                                      struct signing_key ret_keys[SIGNING_KEYS_MAX], size_t *ret_count,
                                      struct error *err);
enum cxd_err sqlite_read_keys(struct store_reader *reader, struct arena *arena, struct api_key **ret_keys,
                              size_t *ret_count, struct error *err);
enum cxd_err sqlite_read_audit(struct store_reader *reader, int64_t after, size_t limit, struct arena *arena,
                               struct audit_record **ret_records, size_t *ret_count, struct error *err);
/* figures.c */
enum cxd_err sqlite_count_rollups(struct store_reader *reader, int64_t *ret_rows, struct error *err);
enum cxd_err sqlite_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                 struct error *err);
bool sqlite_read_disk(const struct store *store, struct store_disk *ret_disk);

/* records.c */
enum cxd_err sqlite_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                 struct error *err);

#endif
