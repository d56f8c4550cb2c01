/* The names of visits: those of the latest rows in memory, by open addressing, and older ones in a table. */

#include "store/sqlite/visit_names.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024, CAPACITY_MAX = 1 << 20 };
enum { SLICE_FACTOR = 4 };
/* The order's bits: days since the run's first, a part of the visit, and the item. */
enum { ITEM_BITS = 20, DAY_BITS = 16, VISIT_BITS = 64 - ITEM_BITS - DAY_BITS };
_Static_assert(1 << ITEM_BITS == CAPACITY_MAX, "an item without a place in the order");

#define IS_CUT UINT32_MAX

static uint64_t number_of(const uint8_t *visit) {
    uint64_t number;
    memcpy(&number, visit, sizeof number);
    return number;
}

static size_t first_slot(const struct visit_names *names, const uint8_t *visit) {
    return number_of(visit) & (2 * names->capacity - 1);
}

static size_t next_slot(const struct visit_names *names, size_t slot) {
    return (slot + 1) & (2 * names->capacity - 1);
}

static void link_item(struct visit_names *names, size_t item) {
    size_t slot = first_slot(names, names->items[item].visit);
    while (names->slots[slot] != 0)
        slot = next_slot(names, slot);
    names->slots[slot] = (uint32_t)item + 1;
}

static void link_all(struct visit_names *names) {
    memset(names->slots, 0, 2 * names->capacity * sizeof *names->slots);
    for (size_t i = 0; i < names->count; i++)
        link_item(names, i);
}

/* The last that was linked: whatever was linked after it has gone before. */
static void unlink_last(struct visit_names *names) {
    size_t slot = first_slot(names, names->items[names->count - 1].visit);
    while (names->slots[slot] != names->count)
        slot = next_slot(names, slot);
    names->slots[slot] = 0;
    names->count--;
}

static enum cxd_err grow(struct visit_names *names, struct error *err) {
    size_t capacity = names->capacity ? 2 * names->capacity : FIRST_CAPACITY;
    struct visit_name *items = NULL;
    uint32_t *slots = capacity <= CAPACITY_MAX ? calloc(2 * capacity, sizeof *slots) : NULL;
    if (slots)
        items = reallocarray(names->items, capacity, sizeof *items);
    if (!items) {
        free(slots);
        return error_set(err, ERR_NO_MEMORY, "no memory for the names of visits");
    }
    free(names->slots);
    names->items = items;
    names->slots = slots;
    names->capacity = capacity;
    link_all(names);
    return CXD_OK;
}

enum cxd_err sqlite_names_put(struct visit_names *names, const uint8_t *visit, int64_t day, int64_t number,
                              struct error *err) {
    enum cxd_err code = names->count == names->capacity ? grow(names, err) : CXD_OK;
    if (code == CXD_OK && (number <= names->base || number - names->base >= IS_CUT))
        code = error_set(err, ERR_STORAGE, "the rows of visits have numbers that none is given");
    if (code != CXD_OK)
        return code;
    struct visit_name *item = &names->items[names->count++];
    memcpy(item->visit, visit, VISIT_NAME_SIZE);
    item->above = (uint32_t)(number - names->base);
    item->day = (int32_t)day;
    link_item(names, names->count - 1);
    names->last = number > names->last ? number : names->last;
    return CXD_OK;
}

void sqlite_names_free(struct visit_names *names) {
    free(names->items);
    free(names->slots);
    free(names->run.order);
    *names = (struct visit_names){.limit = names->limit, .slice = names->slice};
}

static enum cxd_err read_state(struct visit_names *names, struct db *db, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_NAMED_STATE, &stmt, &row, err);
    if (code == CXD_OK && row) {
        int64_t last = sqlite3_column_int64(stmt, 1);
        names->base = sqlite3_column_int64(stmt, 0);
        names->last = last > names->base ? last : names->base;
        names->table_day = sqlite3_column_type(stmt, 2) == SQLITE_NULL ? INT64_MIN : sqlite3_column_int64(stmt, 2);
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err load(struct visit_names *names, struct db *db, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    if (names->is_loaded)
        return CXD_OK;
    sqlite_names_free(names);
    names->batch.is_cut = true; /* read in the transaction, and true of it alone */
    enum cxd_err code = read_state(names, db, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(db, QUERY_LIST_UNNAMED_VISITS, &stmt, err, INT(names->base));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        if (sqlite3_column_bytes(stmt, 2) == VISIT_NAME_SIZE)
            code = sqlite_names_put(names, sqlite3_column_blob(stmt, 2), sqlite3_column_int64(stmt, 1),
                                    sqlite3_column_int64(stmt, 0), err);
    sqlite3_reset(stmt);
    names->batch.count = names->count;
    names->batch.last = names->last;
    names->is_loaded = code == CXD_OK;
    return code;
}

static bool may_be_in_table(const struct visit_names *names, int64_t day) {
    return day <= names->table_day;
}

static enum cxd_err find_in_table(struct db *db, const uint8_t *visit, int64_t day, int64_t *number,
                                  struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_FIRST(db, QUERY_SELECT_VISIT_NAME, &stmt, &row, err, INT(day), BLOB(visit, VISIT_NAME_SIZE));
    if (code == CXD_OK && row)
        *number = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_names_find(struct visit_names *names, struct db *db, const uint8_t *visit, int64_t day,
                               int64_t from, int64_t ret_numbers[VISIT_DAYS_AROUND], struct error *err) {
    enum cxd_err code = load(names, db, err);
    memset(ret_numbers, 0, VISIT_DAYS_AROUND * sizeof *ret_numbers);
    if (code != CXD_OK)
        return code;
    size_t slot = names->count > 0 ? first_slot(names, visit) : 0;
    while (names->count > 0 && names->slots[slot] != 0) {
        const struct visit_name *item = &names->items[names->slots[slot] - 1];
        int64_t place = item->day - day + 1;
        if (place >= 0 && place < VISIT_DAYS_AROUND && item->day >= from && item->above != IS_CUT &&
            memcmp(item->visit, visit, VISIT_NAME_SIZE) == 0)
            ret_numbers[place] = names->base + item->above;
        slot = next_slot(names, slot);
    }
    for (int64_t place = 0; code == CXD_OK && place < VISIT_DAYS_AROUND; place++) {
        int64_t its_day = day + place - 1;
        if (ret_numbers[place] == 0 && its_day >= from && may_be_in_table(names, its_day))
            code = find_in_table(db, visit, its_day, &ret_numbers[place], err);
    }
    return code;
}

enum cxd_err sqlite_names_next(struct visit_names *names, struct db *db, int64_t *ret_number, struct error *err) {
    enum cxd_err code = load(names, db, err);
    if (code == CXD_OK)
        *ret_number = names->last + 1;
    return code;
}

enum cxd_err sqlite_names_cut(struct visit_names *names, struct db *db, const uint8_t *visit, int64_t day,
                              struct error *err) {
    enum cxd_err code = load(names, db, err);
    size_t slot = names->count > 0 ? first_slot(names, visit) : 0;
    while (code == CXD_OK && names->count > 0 && names->slots[slot] != 0) {
        struct visit_name *item = &names->items[names->slots[slot] - 1];
        if (item->day == day && item->above != IS_CUT && memcmp(item->visit, visit, VISIT_NAME_SIZE) == 0) {
            item->above = IS_CUT;
            names->batch.is_cut = true;
        }
        slot = next_slot(names, slot);
    }
    return code == CXD_OK && may_be_in_table(names, day)
               ? SQLITE_RUN(db, QUERY_DELETE_VISIT_NAME, err, INT(day), BLOB(visit, VISIT_NAME_SIZE))
               : code;
}

/* Where no answers of it count. */
static enum cxd_err unname(struct visit_names *names, struct db *db, const uint8_t *visit, int64_t number, int64_t day,
                           struct error *err) {
    enum cxd_err code = SQLITE_RUN(db, QUERY_UNNAME_VISIT, err, INT(number));
    return code == CXD_OK && sqlite3_changes(db->handle) > 0 ? sqlite_names_cut(names, db, visit, day, err) : code;
}

enum cxd_err sqlite_names_forget(struct visit_names *names, struct db *db, const uint8_t *visit, int64_t from,
                                 struct error *err) {
    enum cxd_err code = load(names, db, err);
    size_t slot = names->count > 0 ? first_slot(names, visit) : 0;
    while (code == CXD_OK && names->count > 0 && names->slots[slot] != 0) {
        const struct visit_name *item = &names->items[names->slots[slot] - 1];
        if (item->above != IS_CUT && item->day >= from && memcmp(item->visit, visit, VISIT_NAME_SIZE) == 0)
            code = unname(names, db, visit, names->base + item->above, item->day, err);
        slot = next_slot(names, slot);
    }
    bool row = true;
    while (code == CXD_OK && row && may_be_in_table(names, from)) {
        sqlite3_stmt *stmt = NULL;
        code = SQLITE_FIRST(db, QUERY_SELECT_VISIT_FROM, &stmt, &row, err, BLOB(visit, VISIT_NAME_SIZE), INT(from));
        int64_t day = code == CXD_OK && row ? sqlite3_column_int64(stmt, 0) : 0,
                number = code == CXD_OK && row ? sqlite3_column_int64(stmt, 1) : 0;
        sqlite3_reset(stmt);
        if (code == CXD_OK && row)
            code = unname(names, db, visit, number, day, err);
        from = day + 1;
    }
    return code;
}

static int compare_places(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Up to the day before the last two: what comes now is of these, and asks the table for nothing. All, where too few lie
 * before the first that would stay: a start reads all from there on. */
static int32_t choose_day(const struct visit_names *names, int32_t *ret_first) {
    int32_t first = INT32_MAX, last = INT32_MIN;
    size_t old = 0;
    for (size_t i = 0; i < names->count; i++) {
        first = names->items[i].day < first ? names->items[i].day : first;
        last = names->items[i].day > last ? names->items[i].day : last;
    }
    while (old < names->count && names->items[old].day < last - 1)
        old++;
    *ret_first = first;
    return old >= names->count / 2 ? last - 2 : last;
}

static uint64_t place_in_order(const struct visit_name *item, int32_t first, size_t at) {
    uint64_t day = (uint64_t)((int64_t)item->day - first), most = (UINT64_C(1) << DAY_BITS) - 1, visit = 0;
    for (int i = 0; i < 8; i++)
        visit = visit << 8 | item->visit[i];
    return (day < most ? day : most) << (VISIT_BITS + ITEM_BITS) | visit >> (64 - VISIT_BITS) << ITEM_BITS | at;
}

static enum cxd_err begin_run(struct visit_names *names, struct error *err) {
    int32_t first = 0, day = choose_day(names, &first);
    uint64_t *order = calloc(names->count, sizeof *order);
    size_t count = 0;
    if (!order)
        return error_set(err, ERR_NO_MEMORY, "no memory to sort the names of visits");
    for (size_t i = 0; i < names->count; i++) {
        if (names->items[i].day > day)
            continue;
        order[count++] = place_in_order(&names->items[i], first, i);
        names->table_day = names->items[i].day > names->table_day ? names->items[i].day : names->table_day;
    }
    qsort(order, count, sizeof *order, compare_places);
    names->run.order = order;
    names->run.count = count;
    names->run.items = names->count;
    names->run.day = day;
    return CXD_OK;
}

static bool stays(const struct visit_names *names, size_t item) {
    return item >= names->run.items || names->items[item].day > names->run.day;
}

/* Every row up to this number has its name in the table. */
static int64_t named_after_run(const struct visit_names *names) {
    for (size_t i = 0; i < names->count; i++)
        if (stays(names, i) && names->items[i].above != IS_CUT)
            return names->base + names->items[i].above - 1;
    return names->last;
}

bool sqlite_names_are_many(const struct visit_names *names) {
    return names->is_loaded && (names->run.order || names->count >= names->limit);
}

enum cxd_err sqlite_names_write(struct visit_names *names, struct db *db, int64_t from, struct error *err) {
    enum cxd_err code = names->run.order ? CXD_OK : begin_run(names, err);
    size_t slice = names->slice + SLICE_FACTOR * (names->count - names->batch.count);
    for (; code == CXD_OK && slice > 0 && names->run.done < names->run.count; slice--) {
        uint64_t place = names->run.order[names->run.done++];
        const struct visit_name *item = &names->items[place & (CAPACITY_MAX - 1)];
        if (item->above != IS_CUT && item->day >= from)
            code = SQLITE_RUN(db, QUERY_INSERT_VISIT_NAME, err, INT(item->day), BLOB(item->visit, VISIT_NAME_SIZE),
                              INT(names->base + item->above));
    }
    names->batch.is_run = code == CXD_OK && names->run.done == names->run.count;
    return names->batch.is_run ? SQLITE_RUN(db, QUERY_NOTE_NAMED, err, INT(named_after_run(names))) : code;
}

static void drop_run(struct visit_names *names) {
    free(names->run.order);
    memset(&names->run, 0, sizeof names->run);
}

static void end_run(struct visit_names *names) {
    int64_t base = named_after_run(names);
    size_t kept = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (!stays(names, i) || names->items[i].above == IS_CUT)
            continue;
        names->items[kept] = names->items[i];
        names->items[kept++].above -= (uint32_t)(base - names->base);
    }
    names->base = base;
    names->count = kept;
    link_all(names);
    drop_run(names);
}

void sqlite_names_end(struct visit_names *names, bool is_committed) {
    if (!is_committed && names->batch.is_cut) {
        sqlite_names_free(names);
    } else if (!is_committed) {
        while (names->count > names->batch.count)
            unlink_last(names);
        names->last = names->batch.last;
        names->run.done = names->batch.done;
        if (names->run.items > names->count) /* begun in this batch */
            drop_run(names);
    } else if (names->batch.is_run) {
        end_run(names);
    }
    names->batch.is_cut = names->batch.is_run = false;
    names->batch.count = names->count;
    names->batch.done = names->run.done;
    names->batch.last = names->last;
}
