/* What is in no rollup row yet, in memory and in its table. */

#include "store/sqlite/recent.h"
#include "store/answered.h"

#include <stdlib.h>
#include <string.h>

/* Quarters of an hour that a reader adds up of a number; and what the writer keeps of all. */
enum { ROWS_OF_NUMBER = 6, ROWS_MAX = 512, ENTRIES_MAX = 8192, ENTRIES_OF_ROW = 1024 };

static void clear(struct recent *recent) {
    for (size_t i = 0; i < recent->count; i++)
        free(recent->rows[i].entries);
    recent->count = recent->entries = recent->near = 0;
    recent->is_loaded = false;
}

void sqlite_recent_free(struct recent *recent) {
    clear(recent);
    free(recent->rows);
    *recent = (struct recent){0};
}

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_row(const struct recent_row *row, int64_t number, enum tier tier, int64_t bucket) {
    int order = compare(row->number, number);
    if (order == 0)
        order = compare(row->tier, tier);
    return order ? order : compare(row->bucket, bucket);
}

/* The first row that is not before it. */
static size_t find_place(const struct recent *recent, int64_t number, enum tier tier, int64_t bucket) {
    size_t low = 0, high = recent->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_row(&recent->rows[middle], number, tier, bucket) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct recent_row *find_row(struct recent *recent, int64_t number, enum tier tier, int64_t bucket) {
    if (recent->near < recent->count && compare_row(&recent->rows[recent->near], number, tier, bucket) == 0)
        return &recent->rows[recent->near];
    recent->near = find_place(recent, number, tier, bucket);
    bool is_there = recent->near < recent->count && compare_row(&recent->rows[recent->near], number, tier, bucket) == 0;
    return is_there ? &recent->rows[recent->near] : NULL;
}

static size_t find_entry(const struct recent_row *row, int64_t series) {
    size_t low = 0, high = row->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (row->entries[middle].series < series)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The array with room for one more; NULL, and the old one still good, when memory is refused. */
static void *reserve(void *array, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return array;
    size_t larger = *capacity ? 2 * *capacity : 16;
    void *grown = reallocarray(array, larger, size);
    if (grown)
        *capacity = larger;
    return grown;
}

static struct recent_row *make_row(struct recent *recent, int64_t number, enum tier tier, int64_t bucket) {
    struct recent_row *row = find_row(recent, number, tier, bucket);
    if (row)
        return row;
    struct recent_row *rows = reserve(recent->rows, &recent->capacity, recent->count, sizeof *rows);
    if (!rows)
        return NULL;
    recent->rows = rows;
    row = &rows[recent->near];
    memmove(row + 1, row, (recent->count++ - recent->near) * sizeof *row);
    *row = (struct recent_row){.number = number, .tier = tier, .bucket = bucket};
    return row;
}

static struct recent_entry *make_entry(struct recent *recent, struct recent_row *row, int64_t series) {
    size_t at = find_entry(row, series);
    if (at < row->count && row->entries[at].series == series)
        return &row->entries[at];
    struct recent_entry *entries = reserve(row->entries, &row->capacity, row->count, sizeof *entries);
    if (!entries)
        return NULL;
    row->entries = entries;
    memmove(&entries[at + 1], &entries[at], (row->count++ - at) * sizeof *entries);
    entries[at] = (struct recent_entry){.series = series};
    recent->entries++;
    return &entries[at];
}

struct histogram *sqlite_recent_find(struct recent *recent, int64_t number, enum tier tier, int64_t bucket,
                                     int64_t series) {
    struct recent_row *row = find_row(recent, number, tier, bucket);
    size_t at = row ? find_entry(row, series) : 0;
    return row && at < row->count && row->entries[at].series == series ? &row->entries[at].hist : NULL;
}

bool sqlite_recent_add(struct recent *recent, int64_t number, enum tier tier, int64_t bucket, int64_t series,
                       const struct histogram *hist) {
    struct histogram *sum = sqlite_recent_find(recent, number, tier, bucket, series);
    if (sum) {
        histogram_add(sum, hist);
        recent->rows[recent->near].is_dirty = true;
    }
    return sum;
}

bool sqlite_recent_make(struct recent *recent, int64_t number, enum tier tier, int64_t bucket, int64_t series) {
    struct recent_row *row = make_row(recent, number, tier, bucket);
    return row && (row->is_damaged || make_entry(recent, row, series));
}

bool sqlite_recent_is_much(const struct recent *recent, int64_t *ret_number) {
    size_t of_number = 0;
    *ret_number = 0;
    if (recent->entries > ENTRIES_MAX || recent->count > ROWS_MAX)
        return true;
    for (size_t i = 0; i < recent->count; i++) {
        const struct recent_row *row = &recent->rows[i];
        if (i > 0 && row[-1].number != row->number)
            of_number = 0;
        of_number += !row->is_damaged;
        *ret_number = row->number;
        if (of_number > ROWS_OF_NUMBER || row->count > ENTRIES_OF_ROW)
            return true;
    }
    return false;
}

static bool is_of(const struct recent_row *row, int64_t number) {
    return !row->is_damaged && (number == 0 || row->number == number);
}

bool sqlite_recent_has(const struct recent *recent, int64_t number) {
    for (size_t i = 0; i < recent->count; i++)
        if (is_of(&recent->rows[i], number))
            return true;
    return false;
}

void sqlite_recent_drop(struct recent *recent, int64_t number) {
    size_t kept = 0;
    for (size_t i = 0; i < recent->count; i++) {
        if (is_of(&recent->rows[i], number)) {
            recent->entries -= recent->rows[i].count;
            free(recent->rows[i].entries);
        } else {
            recent->rows[kept++] = recent->rows[i];
        }
    }
    recent->count = kept;
    recent->near = 0;
}

bool sqlite_recent_is_known(const struct recent_row *row) {
    if (row->number == 0 || (row->tier != TIER_QUARTER_HOUR && row->tier != TIER_DAY))
        return false;
    int64_t length = tier_length_ms(row->tier);
    return row->bucket > INT64_MIN / length && row->bucket < INT64_MAX / length;
}

static bool is_within(const struct recent_row *row, const struct recent_wanted *wanted) {
    int64_t length = tier_length_ms(row->tier), from = row->bucket * length;
    return from < wanted->to && from + length > wanted->from;
}

/* False when memory is refused. The series ascend. */
static bool read_entries(struct recent *recent, struct recent_row *row, struct pack *pack, int64_t series) {
    while (pack_next(pack) && (series == RECENT_ALL_SERIES || pack->series <= series)) {
        bool is_wanted = series == RECENT_ALL_SERIES || pack->series == series;
        struct recent_entry *entry = is_wanted ? make_entry(recent, row, pack->series) : NULL;
        if (is_wanted && !entry)
            return false;
        pack_take(pack, entry ? &entry->hist : NULL);
    }
    return true;
}

static enum cxd_err read_row(struct recent *recent, const struct recent_wanted *wanted, sqlite3_stmt *stmt,
                             struct error *err) {
    const struct recent_row place = {.number = sqlite3_column_int64(stmt, 0),
                                     .tier = (enum tier)sqlite3_column_int(stmt, 1),
                                     .bucket = sqlite3_column_int64(stmt, 2)};
    bool has_place = sqlite_recent_is_known(&place);
    if (has_place && !is_within(&place, wanted))
        return CXD_OK;
    struct pack pack = pack_begin(sqlite3_column_blob(stmt, 3), (size_t)sqlite3_column_bytes(stmt, 3));
    struct recent_row *row = make_row(recent, place.number, place.tier, place.bucket);
    if (!row || (has_place && !read_entries(recent, row, &pack, wanted->series)))
        return error_set(err, ERR_NO_MEMORY, "no memory for what was counted last");
    row->is_stored = true;
    row->is_damaged = !has_place || pack.is_damaged;
    if (row->is_damaged) {
        recent->entries -= row->count;
        row->count = 0;
    }
    return CXD_OK;
}

enum cxd_err sqlite_recent_load(struct recent *recent, struct db *db, const struct recent_wanted *wanted,
                                struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    clear(recent);
    enum cxd_err code = wanted->number == 0 ? SQLITE_ASK(db, QUERY_LIST_RECENT, &stmt, err)
                                            : SQLITE_ASK(db, QUERY_SELECT_RECENT, &stmt, err, INT(wanted->number));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        code = read_row(recent, wanted, stmt, err);
    sqlite3_reset(stmt);
    recent->is_loaded = code == CXD_OK;
    return code;
}

enum cxd_err sqlite_recent_load_all(struct recent *recent, struct db *db, struct error *err) {
    const struct recent_wanted all = {0, RECENT_ALL_SERIES, INT64_MIN, INT64_MAX};
    return sqlite_recent_load(recent, db, &all, err);
}

enum cxd_err sqlite_recent_read(struct recent *recent, struct db *db, const struct recent_wanted *wanted,
                                struct error *err) {
    enum cxd_err code = sqlite_recent_load(recent, db, wanted, err);
    for (size_t i = 0; code == CXD_OK && i < recent->count; i++)
        if (recent->rows[i].is_damaged)
            code = error_set(err, ERR_STORAGE,
                             "what was counted last of survey %lld cannot be read: stop cxd, and run cxd rebuild",
                             (long long)answered_survey(llabs(recent->rows[i].number)));
    return code;
}

static enum cxd_err write_row(struct recent_row *row, struct db *db, struct buffer *bytes, struct error *err) {
    int64_t last = 0;
    buffer_reset(bytes);
    for (size_t i = 0; i < row->count; i++)
        if (!histogram_is_empty(&row->entries[i].hist))
            pack_append(bytes, &last, row->entries[i].series, &row->entries[i].hist);
    if (bytes->failed)
        return error_set(err, ERR_NO_MEMORY, "no memory for what was counted last");
    enum query query = row->is_stored ? QUERY_UPDATE_RECENT : QUERY_INSERT_RECENT;
    row->is_stored = true;
    row->is_dirty = false;
    return SQLITE_RUN(db, query, err, INT(row->number), INT(row->tier), INT(row->bucket),
                      BLOB(bytes->data ? bytes->data : "", bytes->length));
}

enum cxd_err sqlite_recent_write(struct recent *recent, struct db *db, struct buffer *bytes, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < recent->count; i++)
        if (recent->rows[i].is_dirty)
            code = write_row(&recent->rows[i], db, bytes, err);
    return code;
}

bool sqlite_recent_bucket(const struct recent_row *row, enum tier tier, int64_t *ret_bucket) {
    if (row->is_damaged || tier > row->tier)
        return false;
    *ret_bucket = tier == TIER_ALL ? 0
                  : tier == row->tier
                      ? row->bucket
                      : tier_bucket(tier, row->bucket * tier_length_ms(row->tier)) / tier_length_ms(tier);
    return true;
}
