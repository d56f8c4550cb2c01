/* What is counted of visits by the values of a dimension, or of two: from the rollups of the one, where there is no
 * filter, else from the rows, as long as they are there. */

#include <string.h>

#include "store/dimensions.h"
#include "store/impressions.h"
#include "store/sqlite/reader.h"

#define DAY_MS INT64_C(86400000)

/* The question while it is answered. */
struct telling {
    struct sqlite_reader *reader;
    const struct filter *filter;
    const char *const *by;
    size_t by_count;
    int64_t from, to; /* moved to where rollups can tell them */
    bool has_rows;    /* of all of it */
    store_impressions_visit *visit;
    void *context;
    enum impressions_known known;
};

static enum cxd_err check_declared(struct telling *telling, int64_t from, struct error *err) {
    const struct filter *filter = telling->filter;
    bool is_declared = true;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && is_declared && i < filter->property_count; i++)
        code = sqlite_check_shown(telling->reader, filter->survey, filter->properties[i].key, from, &is_declared, err);
    for (size_t i = 0; code == CXD_OK && is_declared && i < telling->by_count; i++)
        if (sqlite_property_key(telling->by[i]))
            code = sqlite_check_shown(telling->reader, filter->survey, sqlite_property_key(telling->by[i]), from,
                                      &is_declared, err);
    telling->known = is_declared ? IMPRESSIONS_KNOWN : IMPRESSIONS_UNDECLARED;
    return code;
}

/* --- From the rows --------------------------------------------------------------------------------------------------
 */

static enum cxd_err ask_rows(struct telling *telling, struct buffer *paths, sqlite3_stmt **ret_stmt,
                             struct error *err) {
    const struct filter *filter = telling->filter;
    const char *by[STORE_BY_MAX] = {NULL}, *path[STORE_BY_MAX] = {NULL}, *wanted = NULL, *member = NULL;
    for (size_t i = 0; i < telling->by_count; i++) {
        by[i] = telling->by[i];
        path[i] = sqlite_write_path(&paths[i], by[i]);
        if (sqlite_property_key(by[i]) && !path[i])
            return error_set(err, ERR_NO_MEMORY, "no memory to read visits");
    }
    enum cxd_err code = sqlite_write_wanted(telling->reader, filter, &wanted, &member, err);
    if (code != CXD_OK)
        return code;
    return SQLITE_ASK(&telling->reader->db, QUERY_VISIT_SHOWN, ret_stmt, err, INT(filter->survey), INT(telling->from),
                      INT(telling->to), TEXT(filter->touchpoint), TEXT(filter->channel), TEXT(filter->locale),
                      TEXT(wanted), TEXT(member), TEXT(by[0]), TEXT(path[0]), TEXT(by[1]), TEXT(path[1]));
}

static enum cxd_err visit_rows(struct telling *telling, struct error *err) {
    struct buffer paths[STORE_BY_MAX];
    sqlite3_stmt *stmt = NULL;
    bool row = false, goes_on = true;
    for (size_t i = 0; i < STORE_BY_MAX; i++)
        buffer_init(&paths[i]);
    enum cxd_err code = ask_rows(telling, paths, &stmt, err);
    while (code == CXD_OK && goes_on && (code = sqlite_db_next(&telling->reader->db, stmt, &row, err)) == CXD_OK &&
           row) {
        const struct impression visit = {.seen = (unsigned)sqlite3_column_int(stmt, 0),
                                         .answers = sqlite3_column_int64(stmt, 1),
                                         .next_answers = sqlite3_column_int64(stmt, 2)};
        const char *const values[STORE_BY_MAX] = {(const char *)sqlite3_column_text(stmt, 3),
                                                  (const char *)sqlite3_column_text(stmt, 4)};
        const struct histogram counts = impression_counts(&visit);
        struct impressions impressions;
        memcpy(impressions.n, counts.n, sizeof impressions.n);
        goes_on = telling->visit(telling->context, values, &impressions);
    }
    sqlite3_reset(stmt);
    for (size_t i = 0; i < STORE_BY_MAX; i++)
        buffer_free(&paths[i]);
    return code;
}

/* --- From rollups ---------------------------------------------------------------------------------------------------
 */

static bool tell(struct telling *telling, const char *value, const struct histogram *hist) {
    const char *const values[STORE_BY_MAX] = {value, NULL};
    struct impressions impressions = {{0}};
    memcpy(impressions.n, hist->n, IMPRESSION_INVITED * sizeof impressions.n[0]);
    return telling->visit(telling->context, values, &impressions);
}

/* What has no value is what all of them leave of the total, where every value has rollups. */
static enum cxd_err visit_segments(struct telling *telling, const struct store_segments *segments, struct error *err) {
    const struct filter all = {.survey = -telling->filter->survey};
    const int64_t bounds[2] = {telling->from, telling->to};
    size_t unserved = 0;
    bool goes_on = true, is_whole = segments->cover == STORE_COVER_ALL;
    struct histogram unset = {{0}};
    enum cxd_err code = CXD_OK;
    if (is_whole && telling->from < telling->to)
        code = sqlite_read_counts(telling->reader, &all, bounds, 2, INT64_MIN, &unset, &unserved, err);
    for (size_t i = 0; code == CXD_OK && goes_on && i < segments->count; i++) {
        histogram_subtract(&unset, &segments->segments[i].hists[0]);
        goes_on = tell(telling, segments->segments[i].value, &segments->segments[i].hists[0]);
    }
    if (code == CXD_OK && goes_on && is_whole)
        (void)tell(telling, NULL, &unset);
    telling->known = is_whole ? IMPRESSIONS_KNOWN : IMPRESSIONS_EXPIRED;
    return code;
}

/* Values beyond those that have rollups are in the rows alone. */
static enum cxd_err visit_rollups(struct telling *telling, struct error *err) {
    const struct store_span span = {telling->from, telling->to};
    struct store_segments segments = {.cover = STORE_COVER_NONE};
    struct arena arena;
    arena_init(&arena);
    enum cxd_err code = sqlite_sweep_segments(telling->reader, -telling->filter->survey, NULL, telling->by[0], &span, 1,
                                              &arena, &segments, err);
    if (code == CXD_OK)
        code = segments.cover != STORE_COVER_ALL && telling->has_rows ? visit_rows(telling, err)
                                                                      : visit_segments(telling, &segments, err);
    arena_free(&arena);
    return code;
}

/* ---------------------------------------------------------------------------------------------------------------------
 */

static enum cxd_err answer(struct telling *telling, int64_t from, int64_t to, struct error *err) {
    const struct filter *filter = telling->filter;
    bool is_plain = !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0;
    int64_t day = 0;
    enum cxd_err code = check_declared(telling, from, err);
    if (code == CXD_OK && telling->known == IMPRESSIONS_KNOWN)
        code = sqlite_read_visits_from(telling->reader, &day, err);
    if (code != CXD_OK || telling->known != IMPRESSIONS_KNOWN)
        return code;
    telling->from = impression_move_bound(from, day);
    telling->to = impression_move_bound(to, day);
    telling->has_rows = day <= 0 || from >= day * DAY_MS;
    if (is_plain && telling->by_count == 1)
        return visit_rollups(telling, err);
    if (telling->has_rows)
        return visit_rows(telling, err);
    telling->known = IMPRESSIONS_EXPIRED;
    return CXD_OK;
}

enum cxd_err sqlite_visit_impressions(struct store_reader *base, const struct filter *filter, const char *const *by,
                                      size_t by_count, int64_t from, int64_t to, store_impressions_visit *visit,
                                      void *context, enum impressions_known *ret_known, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    struct telling telling = {
        .reader = reader, .filter = filter, .by = by, .by_count = by_count, .visit = visit, .context = context};
    bool began = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = answer(&telling, from, to, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_known = telling.known;
    return code;
}
