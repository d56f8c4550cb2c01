/* What is counted of visits, for windows: read as histograms are, of the survey's number with a minus in front. Where
 * rows are gone the rollups stay, and bounds move to the next quarter of an hour. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/impressions.h"
#include "store/postgresql/reader.h"

#define DAY_MS INT64_C(86400000)

enum cxd_err postgresql_read_visits_from(struct postgresql_reader *reader, int64_t *ret_day, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_VISITS_FROM, &result, err);
    if (code == CXD_OK)
        *ret_day = PQntuples(result) == 1 ? postgresql_int(result, 0, 0) : INT64_MAX;
    return code;
}

static enum cxd_err read_shown_from(struct postgresql_reader *reader, int64_t survey, const char *key, int64_t *ret_day,
                                    struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&reader->db, QUERY_SELECT_SHOWN_FROM, &result, err, INT(survey), TEXT(key));
    if (code == CXD_OK)
        *ret_day = PQntuples(result) == 1 ? postgresql_int(result, 0, 0) : INT64_MAX;
    return code;
}

enum cxd_err postgresql_check_shown(struct postgresql_reader *reader, int64_t survey, const char *key, int64_t from,
                                    bool *ret_is_declared, struct error *err) {
    int64_t day = 0;
    enum cxd_err code = read_shown_from(reader, survey, key, &day, err);
    *ret_is_declared = impression_is_declared(day, from);
    return code;
}

/* How many of the buckets begin where a property of the filter is not counted by yet. */
static enum cxd_err count_undeclared(struct postgresql_reader *reader, const struct filter *filter,
                                     const int64_t *bounds, size_t count, size_t *ret_undeclared, struct error *err) {
    enum cxd_err code = CXD_OK;
    *ret_undeclared = 0;
    for (size_t i = 0; code == CXD_OK && i < filter->property_count; i++) {
        int64_t day = 0;
        code = read_shown_from(reader, filter->survey, filter->properties[i].key, &day, err);
        while (code == CXD_OK && *ret_undeclared + 1 < count && !impression_is_declared(day, bounds[*ret_undeclared]))
            ++*ret_undeclared;
    }
    return code;
}

static enum cxd_err has_invited(struct postgresql_reader *reader, int64_t number, bool *ret_has, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&reader->db, QUERY_HAS_INVITED, &result, err, INT(number));
    *ret_has = code == CXD_OK && postgresql_bool(result, 0, 0);
    return code;
}

/* Invitations have no rows to count a part of a quarter of an hour by. */
static enum cxd_err read_invitations(struct postgresql_reader *reader, const struct filter *of_visits,
                                     const int64_t *bounds, int64_t *moved, size_t count, struct histogram *hists,
                                     struct error *err) {
    bool is_total =
        !of_visits->touchpoint && !of_visits->channel && !of_visits->locale && of_visits->property_count == 0;
    size_t unserved = 0;
    bool has_any = false, is_moved = false;
    enum cxd_err code = is_total ? has_invited(reader, of_visits->survey, &has_any, err) : CXD_OK;
    for (size_t i = 0; code == CXD_OK && has_any && i < count; i++) {
        is_moved = is_moved || moved[i] != impression_next_quarter(bounds[i]);
        moved[i] = impression_next_quarter(bounds[i]);
    }
    if (code != CXD_OK || !is_moved)
        return code;
    struct histogram *own = calloc(count, sizeof *own);
    code = own ? postgresql_read_counts(reader, of_visits, moved, count, INT64_MIN, own, &unserved, err)
               : error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    for (size_t i = 0; code == CXD_OK && i + 1 < count; i++)
        for (int kind = IMPRESSION_INVITED; kind < IMPRESSION_KINDS; kind++)
            hists[i].n[kind] = own[i].n[kind];
    free(own);
    return code;
}

static enum cxd_err read_moved(struct postgresql_reader *reader, const struct filter *filter, const int64_t *bounds,
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
        code = postgresql_read_visits_from(reader, &day, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        moved[i] = impression_move_bound(bounds[i], day);
    size_t left = count - undeclared; /* bounds */
    if (code == CXD_OK && left > 1)
        code = postgresql_read_counts(reader, &of_visits, moved + undeclared, left, day > 0 ? day * DAY_MS : INT64_MIN,
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

enum cxd_err postgresql_read_impressions(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                         size_t count, struct impressions *ret_impressions,
                                         enum impressions_known *ret_known, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    bool began = false;
    if (count < 2)
        return CXD_OK;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = read_moved(reader, filter, bounds, count, ret_impressions, ret_known, err);
    postgresql_reader_leave(reader, began);
    return code;
}
