/* What is counted of visits by the values of a dimension, or of two: from the rollups of the one, where there is no
 * filter, else from the rows, as long as they are there. */

#include <string.h>

#include "store/impressions.h"
#include "store/postgresql/reader.h"

#define DAY_MS INT64_C(86400000)

/* The question while it is answered. */
struct telling {
    struct postgresql_reader *reader;
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
        code =
            postgresql_check_shown(telling->reader, filter->survey, filter->properties[i].key, from, &is_declared, err);
    for (size_t i = 0; code == CXD_OK && is_declared && i < telling->by_count; i++)
        if (postgresql_property_key(telling->by[i]))
            code = postgresql_check_shown(telling->reader, filter->survey, postgresql_property_key(telling->by[i]),
                                          from, &is_declared, err);
    telling->known = is_declared ? IMPRESSIONS_KNOWN : IMPRESSIONS_UNDECLARED;
    return code;
}

static enum cxd_err visit_rows(struct telling *telling, struct error *err) {
    const struct filter *filter = telling->filter;
    const char *first = telling->by[0], *second = telling->by_count > 1 ? telling->by[1] : NULL;
    struct filter_parts parts;
    struct cursor cursor = {0};
    bool row = false, goes_on = true;
    postgresql_filter_make(filter, &parts);
    enum cxd_err code =
        CURSOR_OPEN(&cursor, telling->reader, QUERY_VISIT_SHOWN, err, INT(filter->survey), INT(telling->from),
                    INT(telling->to), FILTER(filter, &parts), TEXT(first), TEXT(postgresql_property_key(first)),
                    TEXT(second), TEXT(second ? postgresql_property_key(second) : NULL));
    while (code == CXD_OK && goes_on && (code = postgresql_cursor_next(&cursor, &row, err)) == CXD_OK && row) {
        const struct impression visit = {.seen = (unsigned)postgresql_int(cursor.rows, cursor.row, 0),
                                         .answers = postgresql_int(cursor.rows, cursor.row, 1),
                                         .next_answers = postgresql_int(cursor.rows, cursor.row, 2)};
        const char *const values[STORE_BY_MAX] = {postgresql_text(cursor.rows, cursor.row, 3),
                                                  postgresql_text(cursor.rows, cursor.row, 4)};
        const struct histogram counts = impression_counts(&visit);
        struct impressions impressions;
        memcpy(impressions.n, counts.n, sizeof impressions.n);
        goes_on = telling->visit(telling->context, values, &impressions);
    }
    postgresql_cursor_close(&cursor);
    postgresql_filter_free(&parts);
    return code;
}

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
        code = postgresql_read_counts(telling->reader, &all, bounds, 2, INT64_MIN, &unset, &unserved, err);
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
    enum cxd_err code = postgresql_sweep_segments(telling->reader, -telling->filter->survey, NULL, telling->by[0],
                                                  &span, 1, &arena, &segments, err);
    if (code == CXD_OK)
        code = segments.cover != STORE_COVER_ALL && telling->has_rows ? visit_rows(telling, err)
                                                                      : visit_segments(telling, &segments, err);
    arena_free(&arena);
    return code;
}

static enum cxd_err answer(struct telling *telling, int64_t from, int64_t to, struct error *err) {
    const struct filter *filter = telling->filter;
    bool is_plain = !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0;
    int64_t day = 0;
    enum cxd_err code = check_declared(telling, from, err);
    if (code == CXD_OK && telling->known == IMPRESSIONS_KNOWN)
        code = postgresql_read_visits_from(telling->reader, &day, err);
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

enum cxd_err postgresql_visit_impressions(struct store_reader *base, const struct filter *filter, const char *const *by,
                                          size_t by_count, int64_t from, int64_t to, store_impressions_visit *visit,
                                          void *context, enum impressions_known *ret_known, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    struct telling telling = {
        .reader = reader, .filter = filter, .by = by, .by_count = by_count, .visit = visit, .context = context};
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = answer(&telling, from, to, err);
    postgresql_reader_leave(reader, began);
    if (code == CXD_OK)
        *ret_known = telling.known;
    return code;
}
