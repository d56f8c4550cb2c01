/* What an operator asks of a store: how much there is, and how much more fits. */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

/* Numbers from here on are those of answers on scales (store/answered.h): what lies beyond of these lies beyond of the
 * survey, and is told there. */
static const int64_t NUMBERS = INT64_C(1) << 32;

/* The columns of a query's one row. */
static enum cxd_err read_numbers(struct db *db, enum query query, int64_t *const *ret_numbers, int count,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, query, &stmt, &row, err);
    for (int i = 0; code == CXD_OK && i < count; i++)
        *ret_numbers[i] = row ? sqlite3_column_int64(stmt, i) : 0;
    if (code == CXD_OK)
        sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_count_rollups(struct store_reader *base, struct store_sums *ret_sums, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_sums sums = {0};
    int64_t *const numbers[] = {&sums.rows, &sums.packs, &sums.pack_bytes};
    bool began;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_numbers(&reader->db, QUERY_COUNT_ROLLUPS, numbers, CXD_COUNT(numbers), err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_sums = sums;
    return code;
}

/* Of surveys, not of their questions or visits. What cannot be read is none of it: cxd starts all the same. */
static enum cxd_err add_recent(struct sqlite_reader *reader, int64_t *responses, struct error *err) {
    const struct recent_wanted totals = {0, 0, INT64_MIN, INT64_MAX};
    enum cxd_err code = sqlite_recent_load(&reader->recent, &reader->db, &totals, err);
    for (size_t i = 0; code == CXD_OK && i < reader->recent.count; i++) {
        const struct recent_row *row = &reader->recent.rows[i];
        const struct histogram *total =
            row->number > 0 && row->number < NUMBERS
                ? sqlite_recent_find(&reader->recent, row->number, row->tier, row->bucket, 0)
                : NULL;
        *responses += total ? histogram_count(total) : 0;
    }
    return code;
}

enum cxd_err sqlite_read_figures(struct store_reader *base, struct store_figures *ret_figures, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_figures figures = {0};
    const struct {
        enum query query;
        int64_t *numbers[IMPORT_STATE_COUNT];
        int count;
    } READS[] = {
        {QUERY_COUNT_COUNTED, {&figures.responses}, 1},
        {QUERY_READ_SCHEMA_NUMBER, {&figures.schema}, 1},
        {QUERY_SUM_OVERFLOWS, {&figures.overflows, &figures.beyond}, 2},
        {QUERY_COUNT_UNROLLED, {&figures.unrolled}, 1},
        {QUERY_COUNT_UNINDEXED, {&figures.unindexed}, 1},
        {QUERY_COUNT_UNPACKED, {&figures.unpacked}, 1},
        {QUERY_SELECT_KNOWN, {&figures.known_at}, 1},
        {QUERY_COUNT_IMPORTS,
         {&figures.imports[IMPORT_OPEN], &figures.imports[IMPORT_DONE], &figures.imports[IMPORT_UNDOING],
          &figures.imports[IMPORT_UNDONE]},
         IMPORT_STATE_COUNT},
    };
    bool began;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(READS); i++)
        code = read_numbers(&reader->db, READS[i].query, READS[i].numbers, READS[i].count, err);
    if (code == CXD_OK)
        code = add_recent(reader, &figures.responses, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_figures = figures;
    return code;
}

enum cxd_err sqlite_read_overflows(struct store_reader *base, size_t limit, struct arena *arena,
                                   struct store_overflow **ret_overflows, size_t *ret_count, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_overflow *overflows = arena_alloc_zero(arena, limit + 1, sizeof *overflows);
    size_t count = 0;
    sqlite3_stmt *stmt = NULL;
    bool began, row = false;
    if (!overflows)
        return error_set(err, ERR_NO_MEMORY, "no memory for the dimensions that overflow");
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&reader->db, QUERY_LIST_OVERFLOWS, &stmt, err, INT(limit), INT(0), INT(NUMBERS));
    while (code == CXD_OK && count < limit && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        struct store_overflow *overflow = &overflows[count++];
        overflow->survey = sqlite3_column_int64(stmt, 0);
        overflow->values = sqlite3_column_int64(stmt, 2);
        overflow->beyond = sqlite3_column_int64(stmt, 3);
        code = sqlite_db_copy_text(stmt, 1, arena, &overflow->dimension, err);
    }
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_overflows = overflows;
        *ret_count = count;
    }
    return code;
}

static enum cxd_err sum_suspects(struct sqlite_reader *reader, int64_t since, size_t most,
                                 struct store_suspects *suspects, struct error *err) {
    int64_t *const numbers[] = {&suspects->responses,  &suspects->recent,     &suspects->reasons[0],
                                &suspects->reasons[1], &suspects->reasons[2], &suspects->reasons[3],
                                &suspects->reasons[4]};
    static_assert(FLAG_COUNT == 5, "the query sums every reason");
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_FIRST(&reader->db, QUERY_SUM_SUSPECTS, &stmt, &row, err, INT(suspects->survey), INT(since), INT(most));
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(numbers); i++)
        *numbers[i] = row ? sqlite3_column_int64(stmt, (int)i) : 0;
    if (code == CXD_OK)
        sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_read_suspects(struct store_reader *base, int64_t after, int64_t since, size_t most, bool *ret_found,
                                  struct store_suspects *ret_suspects, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct store_suspects suspects = {0};
    sqlite3_stmt *stmt = NULL;
    bool began, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&reader->db, QUERY_NEXT_SUSPECTED, &stmt, &row, err, INT(after));
    if (code == CXD_OK) {
        suspects.survey = row ? sqlite3_column_int64(stmt, 0) : 0; /* NULL reads as 0, which is no survey's */
        sqlite3_reset(stmt);
    }
    if (code == CXD_OK && suspects.survey != 0)
        code = sum_suspects(reader, since, most, &suspects, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        *ret_found = suspects.survey != 0;
        *ret_suspects = suspects;
    }
    return code;
}

static int64_t file_bytes(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0)
        return status.st_size;
    return errno == ENOENT ? 0 : -1;
}

bool sqlite_read_disk(const struct store *base, struct store_disk *ret_disk) {
    const struct sqlite_store *store = (const struct sqlite_store *)base;
    struct statvfs system;
    char log[4096];
    int length = snprintf(log, sizeof log, "%s-wal", store->path);
    if (length < 0 || (size_t)length >= sizeof log || statvfs(store->directory, &system) != 0)
        return false;
    struct store_disk disk = {
        .free_bytes = (int64_t)(system.f_bavail * system.f_frsize),
        .database_bytes = file_bytes(store->path),
        .log_bytes = file_bytes(log),
    };
    if (disk.database_bytes < 0 || disk.log_bytes < 0)
        return false;
    *ret_disk = disk;
    return true;
}
