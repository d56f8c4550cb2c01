/* What is counted of visits, for windows: read as histograms are, of the survey's number with a minus in front. Where
 * rows are gone the rollups stay, and bounds move to the next quarter of an hour. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/impressions.h"
#include "store/sqlite/reader.h"

#define DAY_MS INT64_C(86400000)

static enum cxd_err read_day(struct sqlite_reader *reader, enum query query, int64_t survey, const char *key,
                             int64_t *ret_day, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = key ? SQLITE_FIRST(&reader->db, query, &stmt, &row, err, INT(survey), TEXT(key))
                            : SQLITE_FIRST(&reader->db, query, &stmt, &row, err);
    if (code == CXD_OK)
        *ret_day = row ? sqlite3_column_int64(stmt, 0) : INT64_MAX;
    sqlite3_reset(stmt);
    return code;
}

enum cxd_err sqlite_read_visits_from(struct sqlite_reader *reader, int64_t *ret_day, struct error *err) {
    return read_day(reader, QUERY_SELECT_VISITS_FROM, 0, NULL, ret_day, err);
}

enum cxd_err sqlite_check_shown(struct sqlite_reader *reader, int64_t survey, const char *key, int64_t from,
                                bool *ret_is_declared, struct error *err) {
    int64_t day = 0;
    enum cxd_err code = read_day(reader, QUERY_SELECT_SHOWN_FROM, survey, key, &day, err);
    *ret_is_declared = impression_is_declared(day, from);
    return code;
}

/* How many of the buckets begin where a property of the filter is not counted by yet. */
static enum cxd_err count_undeclared(struct sqlite_reader *reader, const struct filter *filter, const int64_t *bounds,
                                     size_t count, size_t *ret_undeclared, struct error *err) {
    enum cxd_err code = CXD_OK;
    *ret_undeclared = 0;
    for (size_t i = 0; code == CXD_OK && i < filter->property_count; i++) {
        int64_t day = 0;
        code = read_day(reader, QUERY_SELECT_SHOWN_FROM, filter->survey, filter->properties[i].key, &day, err);
        while (code == CXD_OK && *ret_undeclared + 1 < count && !impression_is_declared(day, bounds[*ret_undeclared]))
            ++*ret_undeclared;
    }
    return code;
}

/* Invitations have no rows to count a part of a quarter of an hour by. */
static enum cxd_err read_invitations(struct sqlite_reader *reader, const struct filter *of_visits,
                                     const int64_t *bounds, int64_t *moved, size_t count, struct histogram *hists,
                                     struct error *err) {
    bool is_total =
        !of_visits->touchpoint && !of_visits->channel && !of_visits->locale && of_visits->property_count == 0;
    size_t unserved = 0;
    bool has_any = false, is_moved = false;
    struct histogram *own = NULL;
    enum cxd_err code =
        is_total ? SQLITE_HAS(&reader->db, QUERY_HAS_INVITED, &has_any, err, INT(of_visits->survey)) : CXD_OK;
    for (size_t i = 0; code == CXD_OK && has_any && i < count; i++) {
        is_moved = is_moved || moved[i] != impression_next_quarter(bounds[i]);
        moved[i] = impression_next_quarter(bounds[i]);
    }
    if (code != CXD_OK || !is_moved)
        return code;
    own = calloc(count, sizeof *own);
    code = own ? sqlite_read_counts(reader, of_visits, moved, count, INT64_MIN, own, &unserved, err)
               : error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    for (size_t i = 0; code == CXD_OK && i + 1 < count; i++)
        for (int kind = IMPRESSION_INVITED; kind < IMPRESSION_KINDS; kind++)
            hists[i].n[kind] = own[i].n[kind];
    free(own);
    return code;
}

static enum cxd_err read_moved(struct sqlite_reader *reader, const struct filter *filter, const int64_t *bounds,
                               size_t count, struct impressions *ret_impressions, enum impressions_known *ret_known,
                               struct error *err) {
    int64_t day = 0;
    size_t undeclared = 0, unserved = 0;
    struct filter of_visits = *filter;
    of_visits.survey = -filter->survey;
    of_visits.property_rolled = true;
    int64_t *moved = calloc(count, sizeof *moved);
    struct histogram *hists = calloc(count, sizeof *hists);
    enum cxd_err code = moved && hists ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    if (code == CXD_OK)
        code = count_undeclared(reader, filter, bounds, count, &undeclared, err);
    if (code == CXD_OK)
        code = sqlite_read_visits_from(reader, &day, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        moved[i] = impression_move_bound(bounds[i], day);
    size_t left = count - undeclared; /* bounds */
    if (code == CXD_OK && left > 1)
        code = sqlite_read_counts(reader, &of_visits, moved + undeclared, left, day > 0 ? day * DAY_MS : INT64_MIN,
                                  hists + undeclared, &unserved, err);
    if (code == CXD_OK)
        code = read_invitations(reader, &of_visits, bounds, moved, count, hists, err);
    for (size_t i = 0; code == CXD_OK && i + 1 < count; i++) {
        ret_known[i] = i < undeclared              ? IMPRESSIONS_UNDECLARED
                       : i < undeclared + unserved ? IMPRESSIONS_EXPIRED
                                                   : IMPRESSIONS_KNOWN;
        memcpy(ret_impressions[i].n, hists[i].n, sizeof ret_impressions[i].n);
    }
    free(moved);
    free(hists);
    return code;
}

enum cxd_err sqlite_read_impressions(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                     size_t count, struct impressions *ret_impressions,
                                     enum impressions_known *ret_known, struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    bool began = false;
    if (count < 2)
        return CXD_OK;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_moved(reader, filter, bounds, count, ret_impressions, ret_known, err);
    sqlite_reader_leave(reader, began);
    return code;
}
