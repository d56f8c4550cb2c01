/* Responses in the order of their commits. Where an index tells of few, their numbers are gathered from it and sorted;
 * where it tells of many, everything behind the place is read, in the order in which it lies. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

enum {
    GATHERED_FIRST = 4096,
    GATHERED_MAX = 1024 * 1024, /* 8 MB; of a database with no more the rest is soon passed over */
    DENSE = 8,                  /* where one of so many rows is wanted, it is found soonest by reading all */
    NEAR = 32 * 1024            /* so many numbers are passed over sooner than an index of the whole survey */
};
/* Places of values in walk_responses. */
enum { AT_AFTER = 10 };

/* Numbers that an index has found. */
struct gathered {
    int64_t *numbers;
    size_t count, capacity;
    bool is_full; /* there are more than are gathered */
};

static enum cxd_err add(struct gathered *gathered, int64_t number, struct error *err) {
    if (gathered->count == gathered->capacity) {
        size_t capacity = gathered->capacity ? 2 * gathered->capacity : GATHERED_FIRST;
        int64_t *larger = reallocarray(gathered->numbers, capacity, sizeof *larger);
        if (!larger)
            return error_set(err, ERR_NO_MEMORY, "no memory to gather responses");
        gathered->numbers = larger;
        gathered->capacity = capacity;
    }
    gathered->numbers[gathered->count++] = number;
    return CXD_OK;
}

static enum cxd_err ask_index(struct sqlite_reader *reader, const struct walk *walk, sqlite3_stmt **ret_stmt,
                              struct error *err) {
    enum query query = walk->respondent ? QUERY_GATHER_OF_RESPONDENT
                       : walk->flagged  ? QUERY_GATHER_FLAGGED
                                        : QUERY_GATHER_NUMBERS;
    return SQLITE_ASK(&reader->db, query, ret_stmt, err, INT(walk->filter.survey), INT(walk->from), INT(walk->to),
                      INT(walk->after),
                      walk->respondent ? TEXT(walk->respondent)
                      : walk->flagged  ? NONE
                                       : INT(walk->scores));
}

static enum cxd_err gather(struct sqlite_reader *reader, const struct walk *walk, struct gathered *gathered,
                           struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = ask_index(reader, walk, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        gathered->is_full = gathered->count == GATHERED_MAX;
        if (gathered->is_full)
            break;
        code = add(gathered, sqlite3_column_int64(stmt, 0), err);
    }
    sqlite3_reset(stmt);
    return code;
}

static int compare_numbers(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum cxd_err ask(struct sqlite_reader *reader, const struct walk *walk, enum query query, int64_t after,
                        int64_t last, sqlite3_stmt **ret_stmt, struct error *err) {
    const struct filter *filter = &walk->filter;
    const char *wanted = NULL;
    enum cxd_err code =
        sqlite_row_write_properties(&reader->text, filter->properties, filter->property_count, &wanted, err);
    if (code != CXD_OK)
        return code;
    bool is_updated = walk->updated_from != TIME_MIN || walk->updated_to != TIME_MAX;
    code = SQLITE_ASK(&reader->db, query, ret_stmt, err, INT(filter->survey), INT(walk->from), INT(walk->to),
                      TEXT(filter->touchpoint), TEXT(filter->channel), TEXT(filter->locale), TEXT(wanted),
                      INT(walk->excluded), TEXT(walk->respondent), INT(after),
                      query == QUERY_WALK_RESPONSES ? INT(last) : NONE, INT(walk->received_from),
                      INT(walk->received_to), is_updated ? INT(walk->updated_from) : TEXT(NULL), INT(walk->scores),
                      INT(walk->updated_to), INT(walk->flagged), INT(walk->amended));
    return code == CXD_OK ? sqlite_bind_answers(reader, filter, *ret_stmt, err) : code;
}

/* One walk, as it goes. */
struct going {
    struct sqlite_reader *reader;
    const struct walk *walk;
    store_response_visit *visit;
    void *context;
    struct arena arena; /* of one row */
    sqlite3_stmt *stmt;
    bool goes_on;
};

static enum cxd_err show_row(struct going *going, struct error *err) {
    struct response response;
    const char *properties = NULL;
    enum cxd_err code = sqlite_row_read_plain(going->stmt, &going->arena, &response, &properties, err);
    if (code == CXD_OK && properties)
        code =
            sqlite_properties_read(&going->reader->db, properties, strlen(properties), &going->arena, &response, err);
    if (code == CXD_OK)
        going->goes_on = going->visit(going->context, &response);
    arena_reset(&going->arena);
    return code;
}

static enum cxd_err show_all(struct going *going, int64_t after, int64_t last, struct error *err) {
    bool row = false;
    enum cxd_err code = ask(going->reader, going->walk, QUERY_WALK_RESPONSES, after, last, &going->stmt, err);
    while (code == CXD_OK && going->goes_on &&
           (code = sqlite_db_next(&going->reader->db, going->stmt, &row, err)) == CXD_OK && row)
        code = show_row(going, err);
    sqlite3_reset(going->stmt);
    return code;
}

static enum cxd_err show_each(struct going *going, const struct gathered *gathered, struct error *err) {
    bool row = false;
    enum cxd_err code = ask(going->reader, going->walk, QUERY_WALK_RESPONSE, 0, 0, &going->stmt, err);
    for (size_t i = 0; code == CXD_OK && going->goes_on && i < gathered->count; i++) {
        sqlite3_reset(going->stmt);
        sqlite_db_bind_int(going->stmt, AT_AFTER, gathered->numbers[i]);
        code = sqlite_db_next(&going->reader->db, going->stmt, &row, err);
        if (code == CXD_OK && row)
            code = show_row(going, err);
    }
    sqlite3_reset(going->stmt);
    return code;
}

static enum cxd_err show_gathered(struct going *going, struct gathered *gathered, struct error *err) {
    size_t count = gathered->count;
    if (count == 0)
        return CXD_OK;
    qsort(gathered->numbers, count, sizeof *gathered->numbers, compare_numbers);
    int64_t first = gathered->numbers[0], last = gathered->numbers[count - 1];
    bool is_dense = (uint64_t)(last - first) / DENSE < count;
    return is_dense ? show_all(going, first - 1, last, err) : show_each(going, gathered, err);
}

static enum cxd_err read_last(struct sqlite_reader *reader, int64_t *ret_number, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&reader->db, QUERY_LAST_RESPONSE, &stmt, &row, err);
    if (code == CXD_OK)
        *ret_number = row ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err show(struct going *going, struct gathered *gathered, struct error *err) {
    const struct walk *walk = going->walk;
    int64_t last = 0;
    enum cxd_err code = read_last(going->reader, &last, err);
    bool is_near = walk->after > 0 && last - walk->after <= NEAR;
    if (code == CXD_OK && !is_near)
        code = gather(going->reader, walk, gathered, err);
    if (code != CXD_OK)
        return code;
    return is_near || gathered->is_full ? show_all(going, walk->after, INT64_MAX, err)
                                        : show_gathered(going, gathered, err);
}

/* The question was ended because the walk did not go on: SQLite knows no other way. */
static enum cxd_err forgive(const struct walk *walk, enum cxd_err code) {
    bool is_ended = code != CXD_OK && walk->goes_on && !walk->goes_on(walk->context);
    return is_ended ? CXD_OK : code;
}

enum cxd_err sqlite_walk_responses(struct store_reader *base, const struct walk *walk, store_response_visit *visit,
                                   void *context, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct going going = {.reader = reader, .walk = walk, .visit = visit, .context = context, .goes_on = true};
    struct gathered gathered = {0};
    bool began = false;
    arena_init(&going.arena);
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    int64_t spent_ns = reader->spent_ns;
    reader->walk = walk->goes_on ? walk : NULL;
    if (code == CXD_OK)
        code = show(&going, &gathered, err);
    reader->walk = NULL;
    sqlite_reader_leave(reader, began);
    if (walk->goes_on)
        reader->spent_ns = spent_ns;
    arena_free(&going.arena);
    free(gathered.numbers);
    return forgive(walk, code);
}

enum cxd_err sqlite_read_last_number(struct store_reader *base, int64_t *ret_number, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_last(reader, ret_number, err);
    sqlite_reader_leave(reader, began);
    return code;
}

enum cxd_err sqlite_read_history(struct store_reader *base, char ret_history[STORE_HISTORY_SIZE], struct error *err) {
    static const char DIGITS[] = "0123456789abcdef";
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    sqlite3_stmt *stmt = NULL;
    bool began = false, row = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&reader->db, QUERY_SELECT_HISTORY, &stmt, &row, err);
    const uint8_t *bytes = code == CXD_OK && row ? sqlite3_column_blob(stmt, 0) : NULL;
    size_t count = (STORE_HISTORY_SIZE - 1) / 2;
    if (code == CXD_OK && (!bytes || (size_t)sqlite3_column_bytes(stmt, 0) != count))
        code = error_set(err, ERR_STORAGE, "the database does not say which history it is of");
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        ret_history[2 * i] = DIGITS[bytes[i] >> 4];
        ret_history[2 * i + 1] = DIGITS[bytes[i] & 0xF];
    }
    if (code == CXD_OK)
        ret_history[2 * count] = '\0';
    sqlite3_reset(stmt);
    sqlite_reader_leave(reader, began);
    return code;
}
