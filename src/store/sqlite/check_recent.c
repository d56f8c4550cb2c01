/* What is in no rollup row yet: whether it can be read, and has its rows, whose counts are compared along with it. */

#include "store/sqlite/check_survey.h"

static void damage(struct checker *checker, const struct recent_row *row, const char *what) {
    sqlite_check_damage(checker, STORE_ROLLUPS, "survey %lld, counted last: %s", (long long)row->number, what);
}

static enum cxd_err check_entry(struct checker *checker, const struct recent_row *row, int64_t series,
                                struct error *err) {
    static const enum tier TIERS[] = {TIER_ALL, TIER_DAY, TIER_HOUR, TIER_QUARTER_HOUR};
    enum cxd_err code = CXD_OK;
    bool has_all = true;
    for (size_t i = 0; code == CXD_OK && has_all && i < CXD_COUNT(TIERS); i++) {
        int64_t bucket = 0;
        if (sqlite_recent_bucket(row, TIERS[i], &bucket))
            code = SQLITE_HAS(checker->db, QUERY_CHECK_ROLLUP_ROW, &has_all, err, INT(row->number), INT(series != 0),
                              INT(TIERS[i]), INT(bucket), INT(series));
    }
    if (code == CXD_OK && !has_all)
        damage(checker, row, "a value has no rollups");
    return code;
}

static bool has_negative_count(const struct histogram *hist) {
    for (size_t i = 0; i < HISTOGRAM_SIZE; i++)
        if (hist->n[i] < 0)
            return true;
    return false;
}

static enum cxd_err check_row(struct checker *checker, const struct recent_row *row, struct pack *pack, int64_t through,
                              struct error *err) {
    enum cxd_err code = CXD_OK;
    int64_t day = 0;
    bool has_negative = false;
    bool is_known = sqlite_recent_is_known(row);
    if (!is_known)
        damage(checker, row, "it is of no tier or time");
    if (is_known && sqlite_recent_bucket(row, TIER_DAY, &day) && day < through)
        damage(checker, row, "it lies in a day that is over");
    while (code == CXD_OK && is_known && pack_next(pack)) {
        struct histogram hist = {{0}};
        pack_take(pack, &hist);
        has_negative = has_negative || has_negative_count(&hist);
        code = check_entry(checker, row, pack->series, err);
    }
    if (has_negative)
        damage(checker, row, "a count is less than none");
    if (pack->is_damaged)
        damage(checker, row, "it cannot be read");
    return code;
}

static enum cxd_err read_through(struct checker *checker, int64_t *ret_through, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_CHECK_PACKED_THROUGH, &stmt, &row, err);
    if (code == CXD_OK)
        *ret_through = row ? sqlite3_column_int64(stmt, 0) : INT64_MIN;
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_check_recent(struct checker *checker, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t through = INT64_MIN;
    enum cxd_err code = read_through(checker, &through, err);
    if (code == CXD_OK)
        code = sqlite_db_statement(checker->db, QUERY_LIST_RECENT, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        const struct recent_row recent = {.number = sqlite3_column_int64(stmt, 0),
                                          .tier = (enum tier)sqlite3_column_int(stmt, 1),
                                          .bucket = sqlite3_column_int64(stmt, 2)};
        struct pack pack = pack_begin(sqlite3_column_blob(stmt, 3), (size_t)sqlite3_column_bytes(stmt, 3));
        code = check_row(checker, &recent, &pack, through, err);
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}
