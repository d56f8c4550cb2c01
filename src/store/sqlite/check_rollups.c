/* The rollups held against a recount of the responses. Responses are read in order of time and summed by quarter hours;
 * as soon as some thousand sums are together they are compared with the stored rows of that stretch and forgotten, so
 * that memory does not grow with the database and nothing is written. Hours and days are then held against the rows
 * below them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/sqlite/check_survey.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/visits.h"

enum { QUARTERS_AT_ONCE = 20000 };

/* A stored row of a quarter hour. */
struct stored {
    bool found;
    int64_t bucket, series;
    struct histogram hist;
};

/* What the store itself says of them. */
static void check_dimensions(struct checker *checker, const struct survey_check *survey) {
    for (size_t i = 0; i < survey->dimension_count; i++) {
        const struct dimension_check *dimension = &survey->dimensions[i];
        if (dimension->state == DIMENSION_CLEARING || sqlite_check_is_stale(survey, dimension->name, INT64_MIN))
            continue;
        if (dimension->miscounts_series) {
            sqlite_check_damage(checker, STORE_ROLLUPS, "%s, %s: the number of its values is not what is stored",
                                survey->slug, dimension->name);
        }
        if (dimension->beyond != dimension->counted && survey->begin == INT64_MIN) {
            sqlite_check_damage(checker, STORE_ROLLUPS,
                                "%s, %s: %lld responses are said to have a value without rollups, there are %lld",
                                survey->slug, dimension->name, (long long)dimension->beyond,
                                (long long)dimension->counted);
        }
    }
}

/* The name of what a series splits by; the value, which somebody may have put a name into, stays unsaid. */
static void dimension_of(struct checker *checker, int64_t series, char *out, size_t size) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    const char *known = series == 0  ? "total"
                        : series < 0 ? checker->deltas.series[-1 - series].dimension
                                     : "a value that is not there";
    snprintf(out, size, "%s", known);
    if (series <= 0)
        return;
    if (SQLITE_FIRST(checker->db, QUERY_CHECK_DIMENSION, &stmt, &row, NULL, INT(series)) == CXD_OK && row)
        snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_reset(stmt);
}

static void damage_at(struct checker *checker, const struct survey_check *survey, int64_t series, enum tier tier,
                      int64_t bucket, const char *what) {
    static const char *const TIERS[] = {
        [TIER_ALL] = "all time", [TIER_DAY] = "day", [TIER_HOUR] = "hour", [TIER_QUARTER_HOUR] = "quarter hour"};
    char dimension[80], at[TIME_TEXT_SIZE] = "";
    int64_t length = tier_length_ms(tier);
    dimension_of(checker, series, dimension, sizeof dimension);
    const struct dimension_check *known = sqlite_check_find_dimension(survey, dimension);
    if (known && known->state == DIMENSION_CLEARING)
        return;
    if (tier != TIER_ALL && bucket >= 0 && bucket < INT64_C(253402300800000) / length)
        time_format(at, bucket * length);
    sqlite_check_damage(checker, STORE_ROLLUPS, "%s, %s, %s%s%s: %s", survey->slug, dimension, TIERS[tier],
                        at[0] ? " " : "", at, what);
}

static enum cxd_err find_series_ids(struct checker *checker, const struct survey_check *survey, struct error *err) {
    for (size_t i = 0; i < checker->deltas.series_count; i++) {
        struct delta_series *series = &checker->deltas.series[i];
        sqlite3_stmt *stmt = NULL;
        bool row = false;
        if (delta_series_is_total(series))
            continue;
        enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_SELECT_SERIES, &stmt, &row, err,
                                         INT(survey->declared.survey), TEXT(series->dimension), TEXT(series->value));
        if (code != CXD_OK)
            return code;
        /* Negative: a place in the array, for a value that the database does not have. */
        series->id = row ? sqlite3_column_int64(stmt, 0) : -1 - (int64_t)i;
        const struct dimension_check *dimension = row ? NULL : sqlite_check_find_dimension(survey, series->dimension);
        series->refused = dimension && dimension->beyond > 0;
        sqlite3_reset(stmt);
    }
    return CXD_OK;
}

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* The total before the segments, then as the query check_quarters: by bucket, and series. */
static int compare_quarters(const void *a, const void *b, void *context) {
    const struct delta_row *x = a, *y = b;
    const struct delta_series *series = context;
    const struct delta_series *xs = &series[x->series], *ys = &series[y->series];
    int order = delta_series_is_total(ys) - delta_series_is_total(xs);
    if (!order)
        order = compare(x->bucket, y->bucket);
    return order ? order : compare(xs->id, ys->id);
}

/* Of invitations there are no rows to count. */
static enum cxd_err next_stored(struct checker *checker, const struct survey_check *survey, sqlite3_stmt *stmt,
                                struct stored *stored, struct error *err) {
    int counted = survey->declared.survey < 0 ? IMPRESSION_INVITED : HISTOGRAM_SIZE;
    do {
        enum cxd_err code = sqlite_db_next(checker->db, stmt, &stored->found, err);
        if (code != CXD_OK || !stored->found)
            return code;
        stored->bucket = sqlite3_column_int64(stmt, 0);
        stored->series = sqlite3_column_int64(stmt, 1);
        stored->hist = (struct histogram){{0}};
        for (int i = 0; i < counted; i++)
            stored->hist.n[i] = sqlite3_column_int64(stmt, 2 + i);
    } while (histogram_is_empty(&stored->hist));
    return CXD_OK;
}

static void damage_between(struct checker *checker, const struct survey_check *survey, int64_t series, int64_t bucket,
                           const struct histogram *stored, const struct histogram *counted) {
    char what[100];
    long long rows = stored ? histogram_count(stored) : 0, responses = counted ? histogram_count(counted) : 0;
    if (rows == responses)
        snprintf(what, sizeof what, "%lld responses with other scores", responses);
    else
        snprintf(what, sizeof what, "the rollup says %lld responses, there are %lld", rows, responses);
    damage_at(checker, survey, series, TIER_QUARTER_HOUR, bucket, what);
}

static void damage_unless_stale(struct checker *checker, const struct survey_check *survey,
                                const struct stored *stored) {
    char dimension[80];
    dimension_of(checker, stored->series, dimension, sizeof dimension);
    if (!sqlite_check_is_stale(survey, dimension, stored->bucket))
        damage_between(checker, survey, stored->series, stored->bucket, &stored->hist, NULL);
}

/* Compares the sums of one half, quarters[at…end), with the stored rows of the buckets [survey->from, to). */
static enum cxd_err compare_half(struct checker *checker, const struct survey_check *survey, bool segmented, int64_t to,
                                 size_t at, size_t end, struct error *err) {
    struct stored stored = {0};
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_CHECK_QUARTERS, &stmt, err, INT(survey->declared.survey),
                                   INT(segmented), INT(survey->from), INT(to));
    if (code == CXD_OK)
        code = next_stored(checker, survey, stmt, &stored, err);
    while (code == CXD_OK && (stored.found || at < end)) {
        const struct delta_row *counted = at < end ? &checker->deltas.quarters[at] : NULL;
        int64_t id = counted ? checker->deltas.series[counted->series].id : 0;
        int order = !counted ? 1 : !stored.found ? -1 : compare(counted->bucket, stored.bucket);
        if (order == 0)
            order = compare(id, stored.series);
        if (order < 0)
            damage_between(checker, survey, id, counted->bucket, NULL, &counted->hist);
        else if (order > 0)
            damage_unless_stale(checker, survey, &stored);
        else if (memcmp(&counted->hist, &stored.hist, sizeof stored.hist) != 0)
            damage_between(checker, survey, id, counted->bucket, &stored.hist, &counted->hist);
        at += order <= 0;
        if (order >= 0)
            code = next_stored(checker, survey, stmt, &stored, err);
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

/* What lies beyond has no rollups: it is counted, and taken out of the sums. */
static void take_beyond(struct checker *checker, struct survey_check *survey) {
    struct deltas *deltas = &checker->deltas;
    size_t kept = 0;
    for (size_t i = 0; i < deltas->quarter_count; i++) {
        const struct delta_series *series = &deltas->series[deltas->quarters[i].series];
        struct dimension_check *dimension =
            series->refused ? sqlite_check_find_dimension(survey, series->dimension) : NULL;
        if (dimension)
            dimension->counted += histogram_count(&deltas->quarters[i].hist);
        else
            deltas->quarters[kept++] = deltas->quarters[i];
    }
    deltas->quarter_count = kept;
}

/* Compares what was summed with the stored rows up to the quarter hour `to`, and forgets it. */
static enum cxd_err compare_stretch(struct checker *checker, struct survey_check *survey, int64_t to,
                                    struct error *err) {
    struct deltas *deltas = &checker->deltas;
    enum cxd_err code = find_series_ids(checker, survey, err);
    size_t totals = 0;
    if (code == CXD_OK)
        take_beyond(checker, survey);
    if (code == CXD_OK && deltas->quarter_count > 0)
        qsort_r(deltas->quarters, deltas->quarter_count, sizeof *deltas->quarters, compare_quarters, deltas->series);
    while (totals < deltas->quarter_count && delta_series_is_total(&deltas->series[deltas->quarters[totals].series]))
        totals++;
    if (code == CXD_OK)
        code = compare_half(checker, survey, false, to, 0, totals, err);
    if (code == CXD_OK)
        code = compare_half(checker, survey, true, to, totals, deltas->quarter_count, err);
    survey->from = to;
    deltas_clear(deltas);
    return code;
}

static enum cxd_err check_response(struct checker *checker, struct survey_check *survey,
                                   const struct response *response, struct error *err) {
    if (response->has_score && (response->score < survey->scale_min || response->score > survey->scale_max)) {
        sqlite_check_damage(checker, STORE_REFERENCES, "%s: a response has the score %d, outside of the scale",
                            survey->slug, response->score);
    }
    if (response->revision == survey->revision)
        return CXD_OK;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_CHECK_REVISION, &stmt, &row, err, INT(survey->declared.survey),
                                     INT(response->revision));
    if (code == CXD_OK && row) {
        survey->revision = response->revision;
    } else if (code == CXD_OK) {
        sqlite_check_damage(checker, STORE_REFERENCES, "%s: a response answers revision %lld, which is not there",
                            survey->slug, (long long)response->revision);
    }
    sqlite3_reset(stmt);
    return code;
}

/* The texts are the statement's, and live until its next row. */
static enum cxd_err read_response(struct checker *checker, const struct survey_check *survey, sqlite3_stmt *stmt,
                                  struct response *ret_response, struct error *err) {
    int standing = sqlite3_column_int(stmt, 2);
    struct response response = {
        .survey = survey->declared.survey,
        .answered_at = sqlite3_column_int64(stmt, 0),
        .score = sqlite3_column_int(stmt, 1),
        .has_score = (standing & STANDING_SCORELESS) == 0,
        .excluded = (standing & STANDING_EXCLUDED) != 0,
        .revision = sqlite3_column_int64(stmt, 3),
        .touchpoint = (const char *)sqlite3_column_text(stmt, 4),
        .channel = (const char *)sqlite3_column_text(stmt, 5),
        .locale = (const char *)sqlite3_column_text(stmt, 6),
        .id = sqlite_row_read_id(stmt, 8),
        .number = sqlite3_column_int64(stmt, 9),
    };
    enum cxd_err code = CXD_OK;
    if (sqlite3_column_bytes(stmt, 8) != (int)sizeof response.id.bytes)
        sqlite_check_damage(checker, STORE_RECORDS, "%s: the id of a response is not as long as one", survey->slug);
    if ((standing & ~(STANDING_EXCLUDED | STANDING_SCORELESS)) != 0 || (!response.has_score && response.score != 0))
        sqlite_check_damage(checker, STORE_RECORDS, "%s: a response counts as %d, with the score %d", survey->slug,
                            standing, response.score);
    if (survey->has_rolled && sqlite3_column_type(stmt, 7) != SQLITE_NULL) {
        arena_reset(&checker->scratch);
        code = sqlite_row_read_properties(checker->db, (const char *)sqlite3_column_text(stmt, 7), &checker->scratch,
                                          &response, err);
        if (code == ERR_STORAGE && sqlite3_errcode(checker->db->handle) == SQLITE_ERROR) {
            sqlite_check_damage(checker, STORE_INTEGRITY, "%s: the properties of a response cannot be read",
                                survey->slug);
            code = CXD_OK;
        }
    }
    *ret_response = response;
    return code;
}

static enum cxd_err count_responses(struct checker *checker, struct survey_check *survey, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t length = tier_length_ms(TIER_QUARTER_HOUR);
    enum query query = checker->report->schema >= NUMBER_SCHEMA      ? QUERY_CHECK_RESPONSES
                       : checker->report->schema >= DIMENSION_SCHEMA ? QUERY_CHECK_OLD_RESPONSES
                                                                     : QUERY_CHECK_OLDEST_RESPONSES;
    enum cxd_err code = SQLITE_ASK(checker->db, query, &stmt, err, INT(survey->declared.survey));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct response response;
        code = read_response(checker, survey, stmt, &response, err);
        if (code == CXD_OK)
            code = check_response(checker, survey, &response, err);
        int64_t bucket = tier_bucket(TIER_QUARTER_HOUR, response.answered_at) / length;
        if (code == CXD_OK && checker->deltas.quarter_count >= QUARTERS_AT_ONCE && bucket > survey->last)
            code = compare_stretch(checker, survey, bucket, err);
        survey->last = bucket;
        checker->report->responses++;
        bool fits = response.score >= 0 && response.score < HISTOGRAM_SIZE;
        if (code == CXD_OK && fits && !deltas_add(&checker->deltas, &survey->declared, &response, 1))
            code = error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? compare_stretch(checker, survey, INT64_MAX, err) : code;
}

/* The tiers that are sums of the one below. */
static const struct {
    enum query query;
    enum tier tier, below;
    int64_t factor; /* rows of it in one; 0: the query needs none of these */
    const char *what;
} SUMS[] = {
    {QUERY_CHECK_SUMS, TIER_HOUR, TIER_QUARTER_HOUR, 4, "not the sum of its quarter hours"},
    {QUERY_CHECK_MISSING, TIER_HOUR, TIER_QUARTER_HOUR, 4, "missing"},
    {QUERY_CHECK_SUMS, TIER_DAY, TIER_HOUR, 24, "not the sum of its hours"},
    {QUERY_CHECK_MISSING, TIER_DAY, TIER_HOUR, 24, "missing"},
    {QUERY_CHECK_WHOLE, TIER_ALL, TIER_DAY, 0, "not the sum of its days"},
};

static enum cxd_err check_sums(struct checker *checker, const struct survey_check *survey, bool segmented, size_t at,
                               struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    bool has_tiers = SUMS[at].factor > 0;
    enum cxd_err code = SQLITE_ASK(checker->db, SUMS[at].query, &stmt, err, INT(survey->declared.survey),
                                   INT(segmented), has_tiers ? INT(SUMS[at].tier) : NONE,
                                   has_tiers ? INT(SUMS[at].below) : NONE, has_tiers ? INT(SUMS[at].factor) : NONE);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        damage_at(checker, survey, sqlite3_column_int64(stmt, 1), SUMS[at].tier, sqlite3_column_int64(stmt, 0),
                  SUMS[at].what);
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err count_visits(struct checker *checker, struct survey_check *survey, int64_t number,
                                 struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t length = tier_length_ms(TIER_QUARTER_HOUR);
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_CHECK_IMPRESSIONS, &stmt, err, INT(number),
                                   INT(survey->begin == INT64_MIN ? INT64_MIN : survey->begin * length));
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct impression visit;
        struct dimension dimensions[DIMENSIONS_MAX];
        arena_reset(&checker->scratch);
        code = sqlite_visit_read(checker->db, stmt, 0, &checker->scratch, &visit, err);
        int64_t bucket = code == CXD_OK ? tier_bucket(TIER_QUARTER_HOUR, visit.at) / length : 0;
        if (code == CXD_OK && checker->deltas.quarter_count >= QUARTERS_AT_ONCE && bucket > survey->last)
            code = compare_stretch(checker, survey, bucket, err);
        if (code != CXD_OK)
            break;
        survey->last = bucket;
        const struct histogram counts = impression_counts(&visit);
        size_t count = impression_dimensions(&visit, &survey->declared, dimensions);
        if (!deltas_add_counts(&checker->deltas, survey->declared.survey, visit.at, dimensions, count, &counts))
            code = error_set(err, ERR_NO_MEMORY, "no memory to check the rollups");
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code == CXD_OK ? compare_stretch(checker, survey, INT64_MAX, err) : code;
}

/* The visits of a survey, of whose responses `like` is. */
static enum cxd_err check_visits(struct checker *checker, const struct survey_check *like, struct error *err) {
    struct survey_check survey = {.declared = like->declared, .begin = INT64_MIN, .from = INT64_MIN, .last = INT64_MIN};
    int64_t number = like->declared.survey;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    memcpy(survey.slug, like->slug, sizeof survey.slug);
    survey.declared.survey = -number;
    enum cxd_err code = SQLITE_FIRST(checker->db, QUERY_SELECT_VISITS_FROM, &stmt, &row, err);
    if (code == CXD_OK && row && sqlite3_column_int64(stmt, 0) > 0)
        survey.begin = survey.from = sqlite3_column_int64(stmt, 0) * DAY_MS / tier_length_ms(TIER_QUARTER_HOUR);
    sqlite3_reset(stmt);
    if (code == CXD_OK)
        code = sqlite_check_load_dimensions(checker, &survey, err);
    if (code == CXD_OK)
        code = sqlite_check_load_shown(checker, number, &survey, err);
    if (code == CXD_OK)
        code = count_visits(checker, &survey, number, err);
    if (code == CXD_OK)
        check_dimensions(checker, &survey);
    for (size_t i = 0; code == CXD_OK && i < 2 * CXD_COUNT(SUMS); i++)
        code = check_sums(checker, &survey, i % 2 != 0, i / 2, err);
    deltas_clear(&checker->deltas);
    return sqlite_check_absorb(checker, code, err);
}

static enum cxd_err check_survey(struct checker *checker, struct survey_check *survey, struct error *err) {
    enum cxd_err code = sqlite_check_load_declared(checker, survey, err);
    if (code == CXD_OK && checker->report->schema >= DIMENSION_SCHEMA)
        code = sqlite_check_load_dimensions(checker, survey, err);
    if (code == CXD_OK)
        code = count_responses(checker, survey, err);
    if (code == CXD_OK)
        check_dimensions(checker, survey);
    for (size_t i = 0; code == CXD_OK && i < 2 * CXD_COUNT(SUMS); i++)
        code = check_sums(checker, survey, i % 2 != 0, i / 2, err);
    deltas_clear(&checker->deltas);
    if (code == CXD_OK && checker->report->schema >= VISIT_SCHEMA)
        code = check_visits(checker, survey, err);
    arena_reset(&checker->arena);
    checker->report->surveys++;
    return sqlite_check_absorb(checker, code, err);
}

enum cxd_err sqlite_check_rollups(struct checker *checker, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = sqlite_db_statement(checker->db, QUERY_CHECK_SURVEYS, &stmt, err);
    while (code == CXD_OK && (code = sqlite_db_next(checker->db, stmt, &row, err)) == CXD_OK && row) {
        struct survey_check survey = {.declared = {.survey = sqlite3_column_int64(stmt, 0)},
                                      .scale_min = sqlite3_column_int(stmt, 2),
                                      .scale_max = sqlite3_column_int(stmt, 3),
                                      .begin = INT64_MIN,
                                      .from = INT64_MIN,
                                      .last = INT64_MIN};
        const char *slug = (const char *)sqlite3_column_text(stmt, 1);
        snprintf(survey.slug, sizeof survey.slug, "%s", slug ? slug : "");
        code = check_survey(checker, &survey, err);
    }
    code = sqlite_check_absorb(checker, code, err);
    sqlite3_reset(stmt);
    return code;
}
