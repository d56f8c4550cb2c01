/* Packs held against the rows that they are of: made anew, byte by byte. */
#include <string.h>

#include "cxd/base/clock.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/packs.h"

static void damage(struct checker *checker, int64_t number, enum pack_span span, int64_t bucket, const char *what) {
    char at[TIME_TEXT_SIZE] = "";
    int64_t day = sqlite_pack_day(span, bucket), survey = answered_survey(number < 0 ? -number : number);
    if (day >= 0 && day < INT64_C(253402300800000) / tier_length_ms(TIER_DAY))
        time_format(at, day * tier_length_ms(TIER_DAY));
    sqlite_check_damage(checker, STORE_ROLLUPS, "survey %lld, packed %s%s%s: %s", (long long)survey,
                        span == PACK_DAY ? "day" : "days from", at[0] ? " " : "", at, what);
}

/* *ret_same: the stored packs are those of the rows, and no others. */
static enum cxd_err compare(struct checker *checker, struct packing *packing, enum pack_span span, int64_t bucket,
                            enum pack_state state, bool *ret_same, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false, is_same = true;
    size_t at = state == PACK_PACKED ? 0 : packing->dimension_count;
    enum cxd_err code =
        SQLITE_ASK(checker->db, QUERY_CHECK_PACKS, &stmt, err, INT(packing->number), INT(span), INT(bucket));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        const char *dimension = (const char *)sqlite3_column_text(stmt, 0);
        const void *bytes = sqlite3_column_blob(stmt, 1);
        bool is_written = true;
        for (; is_written && at < packing->dimension_count; at++) {
            is_written = sqlite_packing_write(packing, at);
            if (!is_written || packing->bytes.length > 0)
                break;
        }
        if (!is_written)
            code = error_set(err, ERR_NO_MEMORY, "no memory to check packed rollups");
        is_same = is_same && is_written && at < packing->dimension_count &&
                  strcmp(packing->dimensions[at].name, dimension ? dimension : "") == 0 &&
                  packing->bytes.length == (size_t)sqlite3_column_bytes(stmt, 1) && bytes &&
                  memcmp(packing->bytes.data, bytes, packing->bytes.length) == 0;
        at++;
        if (code != CXD_OK || !is_same)
            break;
    }
    sqlite3_reset(stmt);
    for (; code == CXD_OK && is_same && at < packing->dimension_count; at++)
        is_same = sqlite_packing_write(packing, at) && packing->bytes.length == 0;
    *ret_same = is_same;
    return code;
}

static enum cxd_err check_one(struct checker *checker, struct packing *packing, sqlite3_stmt *stmt, int64_t through,
                              struct error *err) {
    int64_t number = sqlite3_column_int64(stmt, 0), bucket = sqlite3_column_int64(stmt, 2);
    enum pack_span span = (enum pack_span)sqlite3_column_int(stmt, 1);
    enum pack_state state = (enum pack_state)sqlite3_column_int(stmt, 3);
    size_t rows = 0;
    bool is_same = true;
    if (sqlite_pack_day(span, bucket + 1) > through)
        damage(checker, number, span, bucket, "it is said to be over, and may not be");
    enum cxd_err code = sqlite_packing_sum(packing, number, span, bucket, &rows, err);
    if (code == CXD_OK)
        code = compare(checker, packing, span, bucket, state, &is_same, err);
    if (code == CXD_OK && (!is_same || (state != PACK_WAITS && state != sqlite_packing_state(rows))))
        damage(checker, number, span, bucket, "not the sum of its rows");
    return code;
}

static enum cxd_err read_number(struct checker *checker, enum query query, int64_t *ret_number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(checker->db, query, &stmt, &row, err);
    if (code == CXD_OK && row)
        *ret_number = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_check_packs(struct checker *checker, struct error *err) {
    struct packing packing;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t through = 0, apart = 0;
    sqlite_packing_init(&packing, checker->db);
    enum cxd_err code = read_number(checker, QUERY_CHECK_PACKED_THROUGH, &through, err);
    if (code == CXD_OK)
        code = read_number(checker, QUERY_CHECK_PACKS_APART, &apart, err);
    if (apart > 0)
        sqlite_check_damage(checker, STORE_ROLLUPS, "%lld packed sums are of no days that are known", (long long)apart);
    if (code == CXD_OK)
        code = sqlite_db_statement(checker->db, QUERY_CHECK_PACKED, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row)
        code = check_one(checker, &packing, stmt, through, err);
    sqlite3_reset(stmt);
    sqlite_packing_free(&packing);
    return sqlite_check_absorb(checker, code, err);
}
