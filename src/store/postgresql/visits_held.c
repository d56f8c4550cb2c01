/* What a batch holds of visits: locked, read, and written. */

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/rows.h"
#include "store/postgresql/visits.h"
#include "store/stored.h"

void postgresql_visits_clear(struct visits_held *held) {
    held->count = 0;
    held->unnamed = NULL;
    held->is_unread = false;
    held->from = -1;
}

void postgresql_visits_free(struct visits_held *held) {
    free(held->items);
    *held = (struct visits_held){0};
}

/* --- What is wanted ----------------------------------------------------------------------------------------------- */

static int compare(const struct visit_held *visit, int64_t survey, const uint8_t *name) {
    int order = (visit->survey > survey) - (visit->survey < survey);
    return order ? order : memcmp(visit->name, name, VISIT_NAME_SIZE);
}

/* The first that is not before it. */
static size_t find_place(const struct visits_held *held, int64_t survey, const uint8_t *name) {
    size_t low = 0, high = held->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(held->items[middle], survey, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reserve(struct visits_held *held) {
    if (held->count < held->capacity)
        return true;
    size_t larger = held->capacity ? 2 * held->capacity : 64;
    struct visit_held **items = reallocarray(held->items, larger, sizeof(struct visit_held *));
    if (!items)
        return false;
    held->items = items;
    held->capacity = larger;
    return true;
}

static struct visit_held *find_or_add(struct visits_held *held, struct arena *arena, int64_t survey,
                                      const uint8_t *name) {
    size_t at = find_place(held, survey, name);
    if (at < held->count && compare(held->items[at], survey, name) == 0)
        return held->items[at];
    struct visit_held *visit = arena_alloc_zero(arena, 1, sizeof *visit);
    if (!visit || !reserve(held))
        return NULL;
    visit->survey = survey;
    memcpy(visit->name, name, VISIT_NAME_SIZE);
    memmove(&held->items[at + 1], &held->items[at], (held->count - at) * sizeof(struct visit_held *));
    held->items[at] = visit;
    held->count++;
    return visit;
}

static struct visit_held_day *find_day(const struct visit_held *visit, int64_t day) {
    struct visit_held_day *found = visit->days;
    while (found && found->day != day)
        found = found->next;
    return found;
}

static struct visit_held_day *find_or_add_day(struct visit_held *visit, struct arena *arena, int64_t day) {
    struct visit_held_day *found = find_day(visit, day);
    if (found)
        return found;
    found = arena_alloc_zero(arena, 1, sizeof *found);
    if (!found)
        return NULL;
    found->day = day;
    found->is_read = visit->has_all;
    found->next = visit->days;
    visit->days = found;
    return found;
}

struct visit_held *postgresql_visits_want(struct visits_held *held, struct arena *arena, int64_t survey,
                                          const uint8_t name[VISIT_NAME_SIZE], int64_t day) {
    struct visit_held *visit = find_or_add(held, arena, survey, name);
    for (int64_t near = day - 1; visit && near <= day + 1; near++) {
        const struct visit_held_day *found = find_or_add_day(visit, arena, near);
        if (!found)
            return NULL;
        held->is_unread |= !found->is_read;
    }
    return visit;
}

struct visit_held *postgresql_visits_want_all(struct visits_held *held, struct arena *arena, int64_t survey,
                                              const uint8_t name[VISIT_NAME_SIZE]) {
    struct visit_held *visit = find_or_add(held, arena, survey, name);
    if (visit && !visit->has_all)
        visit->wants_all = held->is_unread = true;
    return visit;
}

struct visit_held_day *postgresql_visits_day(struct visit_held *visit, struct arena *arena, int64_t day) {
    return find_or_add_day(visit, arena, day);
}

/* --- What is read ------------------------------------------------------------------------------------------------- */

enum { READ_LOCKED, READ_UNLOCKED, READ_DAYS, READ_ALL, READ_FROM };

static void add_name(struct db_array *arrays, const struct visit_held *visit) {
    postgresql_array_add_int(&arrays[0], visit->survey);
    postgresql_array_add_bytes(&arrays[1], visit->name, VISIT_NAME_SIZE);
}

static void begin_names(struct db_array *arrays) {
    postgresql_array_ints(&arrays[0]);
    postgresql_array_blobs(&arrays[1]);
    postgresql_array_ints(&arrays[2]);
}

enum cxd_err postgresql_visits_queue(const struct visits_held *held, struct db *db, struct db_array *arrays,
                                     size_t *ret_at, struct error *err) {
    *ret_at = db->queued;
    begin_names(arrays);
    for (size_t i = 0; i < held->count; i++)
        if (!held->items[i]->is_locked)
            add_name(arrays, held->items[i]);
    enum cxd_err code = POSTGRESQL_QUEUE(db, QUERY_LOCK_VISITS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_UNLOCK_VISITS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    begin_names(arrays);
    for (size_t i = 0; i < held->count; i++)
        for (const struct visit_held_day *day = held->items[i]->days; day; day = day->next) {
            if (day->is_read)
                continue;
            add_name(arrays, held->items[i]);
            postgresql_array_add_int(&arrays[2], day->day);
        }
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_READ_VISITS, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]), ARRAY(&arrays[2]));
    begin_names(arrays);
    for (size_t i = 0; i < held->count; i++)
        if (held->items[i]->wants_all && !held->items[i]->has_all)
            add_name(arrays, held->items[i]);
    if (code == CXD_OK)
        code = POSTGRESQL_QUEUE(db, QUERY_READ_VISITS_OF, err, ARRAY(&arrays[0]), ARRAY(&arrays[1]));
    /* Behind the rows: of days that have gone in between nothing was read, and it says so. */
    return code == CXD_OK ? POSTGRESQL_QUEUE(db, QUERY_SELECT_VISITS_FROM, err) : code;
}

enum cxd_err postgresql_visits_row(const PGresult *result, int at, struct arena *arena, struct impression *ret_row,
                                   struct error *err) {
    struct impression row = {.survey = postgresql_int(result, at, 0),
                             .day = postgresql_int(result, at, 1),
                             .number = postgresql_int(result, at, 3),
                             .at = postgresql_int(result, at, 4),
                             .seen = (unsigned)postgresql_int(result, at, 5),
                             .answers = postgresql_int(result, at, 6),
                             .next_answers = postgresql_int(result, at, 7)};
    enum cxd_err code = postgresql_copy(result, at, 8, arena, &row.touchpoint, err);
    if (code == CXD_OK)
        code = postgresql_copy(result, at, 9, arena, &row.channel, err);
    if (code == CXD_OK)
        code = postgresql_copy(result, at, 10, arena, &row.locale, err);
    if (code == CXD_OK)
        code = postgresql_row_properties(result, at, 11, arena, &row.properties, &row.property_count, err);
    if (row.property_count > SURVEY_PROPERTIES_MAX)
        row.property_count = SURVEY_PROPERTIES_MAX;
    *ret_row = row;
    return code;
}

static enum cxd_err take_row(struct visits_held *held, struct arena *arena, const PGresult *result, int at,
                             struct error *err) {
    uint8_t name[VISIT_NAME_SIZE];
    if (!postgresql_bytes(result, at, 2, name, sizeof name))
        return error_set(err, ERR_STORAGE, "a stored visit cannot be read");
    struct visit_held *visit = find_or_add(held, arena, postgresql_int(result, at, 0), name);
    struct visit_held_day *day = visit ? find_or_add_day(visit, arena, postgresql_int(result, at, 1)) : NULL;
    if (!day)
        return error_set(err, ERR_NO_MEMORY, "no memory for a batch");
    if (day->is_read)
        return CXD_OK;
    enum cxd_err code = postgresql_visits_row(result, at, arena, &day->row, err);
    day->stored = day->row.number;
    day->is_there = day->is_read = true;
    return code;
}

enum cxd_err postgresql_visits_take(struct visits_held *held, struct arena *arena, const struct db *db, size_t at,
                                    struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t part = READ_DAYS; part <= READ_ALL; part++) {
        const PGresult *result = postgresql_db_result(db, at + part);
        for (int i = 0; code == CXD_OK && i < PQntuples(result); i++)
            code = take_row(held, arena, result, i, err);
    }
    held->from = postgresql_int(postgresql_db_result(db, at + READ_FROM), 0, 0);
    for (size_t i = 0; i < held->count; i++) {
        struct visit_held *visit = held->items[i];
        visit->is_locked = true;
        visit->has_all |= visit->wants_all;
        for (struct visit_held_day *day = visit->days; day; day = day->next)
            day->is_read = true;
    }
    held->is_unread = false;
    return code;
}

/* --- What is written ---------------------------------------------------------------------------------------------- */

bool postgresql_visits_unname(struct visits_held *held, struct arena *arena, struct visit_held_day *day) {
    struct visit_unnamed *unnamed = arena_alloc(arena, sizeof *unnamed);
    if (!unnamed)
        return false;
    bool is_stored = day->stored == day->row.number;
    *unnamed = (struct visit_unnamed){held->unnamed, day->row, is_stored};
    held->unnamed = unnamed;
    if (is_stored)
        day->stored = 0;
    day->is_there = false;
    day->is_changed = true;
    return true;
}

enum { VISIT_COLUMNS = 12 };
static const char TYPES[VISIT_COLUMNS + 1] = "iiibiiiitttt";

/* Without a name: NULL. */
static void add_row(struct db_array *arrays, const struct impression *row, const uint8_t *name, struct buffer *text) {
    const int64_t numbers[] = {row->survey, row->number, row->day};
    const int64_t counts[] = {row->at, row->seen, row->answers, row->next_answers};
    for (size_t i = 0; i < CXD_COUNT(numbers); i++)
        postgresql_array_add_int(&arrays[i], numbers[i]);
    postgresql_array_add_bytes(&arrays[3], name, VISIT_NAME_SIZE);
    for (size_t i = 0; i < CXD_COUNT(counts); i++)
        postgresql_array_add_int(&arrays[4 + i], counts[i]);
    postgresql_array_add_text(&arrays[8], row->touchpoint);
    postgresql_array_add_text(&arrays[9], row->channel);
    postgresql_array_add_text(&arrays[10], row->locale);
    buffer_reset(text);
    stored_write_properties(text, row->properties, row->property_count);
    if (text->length > 0)
        postgresql_array_add_bytes(&arrays[11], text->data, text->length);
    else
        postgresql_array_add_null(&arrays[11]);
}

static enum cxd_err queue(struct db *db, enum query query, struct db_array *arrays, size_t count, struct error *err) {
    struct db_value values[VISIT_COLUMNS];
    if (arrays[0].count == 0)
        return CXD_OK;
    for (size_t i = 0; i < count; i++)
        values[i] = ARRAY(&arrays[i]);
    return postgresql_db_queue(db, query, values, count, err);
}

/* Rows that are gone, or have been made anew with another number. */
static enum cxd_err delete_rows(const struct visits_held *held, struct db *db, struct db_array *arrays,
                                struct error *err) {
    postgresql_arrays_begin(arrays, "ii");
    for (size_t i = 0; i < held->count; i++)
        for (const struct visit_held_day *day = held->items[i]->days; day; day = day->next)
            if (day->is_changed && day->stored != 0 && (!day->is_there || day->row.number != day->stored)) {
                postgresql_array_add_int(&arrays[0], held->items[i]->survey);
                postgresql_array_add_int(&arrays[1], day->stored);
            }
    return queue(db, QUERY_DELETE_VISITS, arrays, 2, err);
}

static enum cxd_err write_rows(const struct visits_held *held, struct db *db, bool are_stored, struct db_array *arrays,
                               struct buffer *text, struct error *err) {
    postgresql_arrays_begin(arrays, TYPES);
    for (const struct visit_unnamed *unnamed = held->unnamed; unnamed; unnamed = unnamed->next)
        if (unnamed->is_stored == are_stored)
            add_row(arrays, &unnamed->row, NULL, text);
    for (size_t i = 0; i < held->count; i++)
        for (const struct visit_held_day *day = held->items[i]->days; day; day = day->next)
            if (day->is_changed && day->is_there && (day->row.number == day->stored) == are_stored)
                add_row(arrays, &day->row, held->items[i]->name, text);
    if (text->failed)
        return error_set(err, ERR_NO_MEMORY, "no memory to write a visit");
    return queue(db, are_stored ? QUERY_UPDATE_VISITS : QUERY_INSERT_VISITS, arrays, VISIT_COLUMNS, err);
}

static void settle(struct visits_held *held) {
    held->unnamed = NULL;
    for (size_t i = 0; i < held->count; i++)
        for (struct visit_held_day *day = held->items[i]->days; day; day = day->next) {
            if (day->is_changed)
                day->stored = day->is_there ? day->row.number : 0;
            day->is_changed = false;
        }
}

enum cxd_err postgresql_visits_write(struct visits_held *held, struct db *db, struct db_array *arrays,
                                     struct buffer *text, struct error *err) {
    if (held->count == 0)
        return CXD_OK;
    enum cxd_err code = delete_rows(held, db, arrays, err);
    if (code == CXD_OK)
        code = write_rows(held, db, true, arrays, text, err);
    if (code == CXD_OK)
        code = write_rows(held, db, false, arrays, text, err);
    if (code == CXD_OK)
        settle(held);
    return code;
}
