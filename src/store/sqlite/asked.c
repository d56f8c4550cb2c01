/* What a survey has ever asked, and what a revision asks, out of its definition: whoever counts answers asks again and
 * again for a few of these. */

#include "store/sqlite/asked.h"

#include <stdlib.h>
#include <string.h>

/* Definitions have up to some tens of kilobytes. */
enum { REVISIONS_MAX = 128 };

struct asked_revision {
    int64_t survey, revision;
    const struct survey *asked;
};

void sqlite_asked_init(struct asked_set *set) {
    *set = (struct asked_set){0};
    arena_init(&set->arena);
}

void sqlite_asked_clear(struct asked_set *set) {
    set->count = 0;
    arena_reset(&set->arena);
}

void sqlite_asked_free(struct asked_set *set) {
    arena_free(&set->arena);
    free(set->items);
    sqlite_asked_init(set);
}

/* The first that is not before it. */
static size_t find_place(const struct asked_set *set, int64_t survey, int64_t revision) {
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct asked_revision *item = &set->items[middle];
        if (item->survey < survey || (item->survey == survey && item->revision < revision))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Metric and scale are not held against the survey's: they may have been others before there were answers. */
static enum cxd_err read_definition(store_read_definition *read, const char *definition, struct arena *arena,
                                    const struct survey **ret_asked, struct error *err) {
    const struct survey_record record = {.slug = "revision", .definition = definition};
    struct survey *asked = arena_alloc_zero(arena, 1, sizeof *asked);
    enum cxd_err code =
        asked ? read(&record, arena, asked, err) : error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    if (code == CXD_OK && asked->question_count > 0)
        *ret_asked = asked;
    return code == ERR_STORAGE ? CXD_OK : code;
}

static enum cxd_err read_revision(struct db *db, store_read_definition *read, struct asked_set *set, int64_t survey,
                                  int64_t revision, const struct survey **ret_asked, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    const char *definition = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(db, QUERY_SELECT_REVISION, &stmt, &row, err, INT(survey), INT(revision));
    if (code == CXD_OK && row)
        code = sqlite_db_copy_text(stmt, 0, &set->arena, &definition, err);
    sqlite3_reset(stmt);
    return code == CXD_OK && definition ? read_definition(read, definition, &set->arena, ret_asked, err) : code;
}

static bool reserve(struct asked_set *set) {
    if (set->items)
        return true;
    set->items = calloc(REVISIONS_MAX, sizeof *set->items);
    return set->items;
}

enum cxd_err sqlite_asked_find(struct db *db, store_read_definition *read, struct asked_set *set, int64_t survey,
                               int64_t revision, const struct survey **ret_asked, struct error *err) {
    const struct survey *asked = NULL;
    size_t at = find_place(set, survey, revision);
    *ret_asked = NULL;
    if (!read)
        return CXD_OK;
    if (at < set->count && set->items[at].survey == survey && set->items[at].revision == revision) {
        *ret_asked = set->items[at].asked;
        return CXD_OK;
    }
    if (!reserve(set))
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    if (set->count == REVISIONS_MAX) {
        sqlite_asked_clear(set);
        at = 0;
    }
    enum cxd_err code = read_revision(db, read, set, survey, revision, &asked, err);
    if (code != CXD_OK)
        return code;
    memmove(&set->items[at + 1], &set->items[at], (set->count++ - at) * sizeof *set->items);
    set->items[at] = (struct asked_revision){survey, revision, asked};
    *ret_asked = asked;
    return CXD_OK;
}

enum cxd_err sqlite_question_add(sqlite3_stmt *stmt, int column, struct arena *arena, struct declared *declared,
                                 struct error *err) {
    const char *key = (const char *)sqlite3_column_text(stmt, column);
    size_t count = declared->question_count;
    struct declared_question *questions = declared->questions;
    if ((count & (count - 1)) == 0) { /* a power of two, or none: it is full */
        questions = arena_alloc_zero(arena, 2 * count + 1, sizeof *questions);
        if (questions && count > 0)
            memcpy(questions, declared->questions, count * sizeof *questions);
    }
    if (!key || !questions ||
        !declared_question_make(arena, key, sqlite3_column_int(stmt, column + 1),
                                (enum question_type)sqlite3_column_int(stmt, column + 2), &questions[count]))
        return error_set(err, ERR_NO_MEMORY, "no memory for the questions of a survey");
    const char *metric = (const char *)sqlite3_column_text(stmt, column + 3);
    int word = metric ? words_find(&SURVEY_METRICS, metric) : -1;
    questions[count].scale = (struct question_scale){.metric = word < 0 ? METRIC_NPS : (enum metric)word,
                                                     .min = sqlite3_column_int(stmt, column + 4),
                                                     .max = sqlite3_column_int(stmt, column + 5)};
    questions[count].is_answered = sqlite3_column_int(stmt, column + 6) != 0;
    declared->questions = questions;
    declared->question_count++;
    return CXD_OK;
}

enum cxd_err sqlite_questions_read(struct db *db, int64_t survey, struct arena *arena, struct declared *declared,
                                   struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_ASK(db, QUERY_SELECT_QUESTIONS, &stmt, err, INT(survey));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row)
        code = sqlite_question_add(stmt, 0, arena, declared, err);
    sqlite3_reset(stmt);
    return code;
}
