/* What is counted anew of a survey, held against the stored rows: stretch by stretch, as it comes in the order of time;
 * then what is stored of coarser tiers against the rows below them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/answered.h"
#include "store/sqlite/check_survey.h"
#include "store/sqlite/rows.h"

enum { QUARTERS_AT_ONCE = 20000 };

/* A stored row, of a quarter hour or a day; the bucket in quarter hours. */
struct stored {
    bool found;
    int64_t bucket, series;
    struct histogram hist;
};

/* What hangs on what revisions ask, which nobody has told how to read. */
static bool is_unreadable(const struct checker *checker, const char *dimension) {
    return !sqlite_check_reader(checker) && (strcmp(dimension, DIMENSION_REVISION) == 0 ||
                                             strncmp(dimension, DIMENSION_ASKED, strlen(DIMENSION_ASKED)) == 0);
}

void sqlite_check_said(struct checker *checker, const struct survey_check *survey) {
    for (size_t i = 0; i < survey->dimension_count; i++) {
        const struct dimension_check *dimension = &survey->dimensions[i];
        bool is_coarse = answered_is_coarse(survey->declared.survey, dimension->name);
        if (dimension->state == DIMENSION_CLEARING || sqlite_check_is_stale(survey, dimension->name, INT64_MIN) ||
            is_coarse != (survey->finest == TIER_DAY) || is_unreadable(checker, dimension->name))
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

/* In how many quarter hours a bucket of the tier is. */
static int64_t quarters_in(enum tier tier) {
    return tier_length_ms(tier) / tier_length_ms(TIER_QUARTER_HOUR);
}

/* The name of what a series splits by; the value, which somebody may have put a name into, stays unsaid. */
static void dimension_of(struct checker *checker, const struct survey_check *survey, int64_t series, char *out,
                         size_t size) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    const char *known = series == 0  ? "total"
                        : series < 0 ? survey->deltas->series[-1 - series].dimension
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
    dimension_of(checker, survey, series, dimension, sizeof dimension);
    const struct dimension_check *known = sqlite_check_find_dimension(survey, dimension);
    if ((known && known->state == DIMENSION_CLEARING) || is_unreadable(checker, dimension))
        return;
    if (tier != TIER_ALL && bucket >= 0 && bucket < INT64_C(253402300800000) / length)
        time_format(at, bucket * length);
    sqlite_check_damage(checker, STORE_ROLLUPS, "%s, %s, %s%s%s: %s", survey->slug, dimension, TIERS[tier],
                        at[0] ? " " : "", at, what);
}

static enum cxd_err find_series_ids(struct checker *checker, const struct survey_check *survey, struct error *err) {
    for (size_t i = 0; i < survey->deltas->series_count; i++) {
        struct delta_series *series = &survey->deltas->series[i];
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

/* What is in no rollup row yet belongs to this one. */
static void add_recent(struct survey_check *survey, int64_t bucket, int64_t series, struct histogram *hist) {
    const struct histogram *more =
        sqlite_recent_find(&survey->recent, survey->declared.survey, survey->finest, bucket, series);
    if (more)
        histogram_add(hist, more);
}

/* Of invitations there are no rows to count. */
static enum cxd_err next_stored(struct checker *checker, struct survey_check *survey, sqlite3_stmt *stmt,
                                struct stored *stored, struct error *err) {
    int counted = survey->declared.survey < 0 ? IMPRESSION_INVITED : HISTOGRAM_SIZE;
    do {
        enum cxd_err code = sqlite_db_next(checker->db, stmt, &stored->found, err);
        if (code != CXD_OK || !stored->found)
            return code;
        stored->bucket = sqlite3_column_int64(stmt, 0) * quarters_in(survey->finest);
        stored->series = sqlite3_column_int64(stmt, 1);
        stored->hist = (struct histogram){{0}};
        for (int i = 0; i < counted; i++)
            stored->hist.n[i] = sqlite3_column_int64(stmt, 2 + i);
        add_recent(survey, sqlite3_column_int64(stmt, 0), stored->series, &stored->hist);
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
    damage_at(checker, survey, series, survey->finest, bucket / quarters_in(survey->finest), what);
}

static void damage_unless_stale(struct checker *checker, const struct survey_check *survey,
                                const struct stored *stored) {
    char dimension[80];
    dimension_of(checker, survey, stored->series, dimension, sizeof dimension);
    if (!sqlite_check_is_stale(survey, dimension, stored->bucket))
        damage_between(checker, survey, stored->series, stored->bucket, &stored->hist, NULL);
}

/* Compares the sums of one half, quarters[at…end), with the stored rows of the buckets [survey->from, to). Of a survey
 * those of answers are apart. */
static enum cxd_err compare_half(struct checker *checker, struct survey_check *survey, bool segmented, int64_t to,
                                 size_t at, size_t end, struct error *err) {
    struct stored stored = {0};
    sqlite3_stmt *stmt = NULL;
    int64_t length = quarters_in(survey->finest);
    enum cxd_err code = SQLITE_ASK(checker->db, QUERY_CHECK_BUCKETS, &stmt, err, INT(survey->declared.survey),
                                   INT(segmented), INT(survey->from == INT64_MIN ? INT64_MIN : survey->from / length),
                                   INT(to == INT64_MAX ? INT64_MAX : to / length), INT(survey->finest));
    if (code == CXD_OK)
        code = next_stored(checker, survey, stmt, &stored, err);
    while (code == CXD_OK && (stored.found || at < end)) {
        const struct delta_row *counted = at < end ? &survey->deltas->quarters[at] : NULL;
        int64_t id = counted ? survey->deltas->series[counted->series].id : 0;
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
static void take_beyond(struct survey_check *survey) {
    struct deltas *deltas = survey->deltas;
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

/* What of it cannot be read check_recent.c has said. */
static enum cxd_err load_recent(struct checker *checker, struct survey_check *survey, struct error *err) {
    const struct recent_wanted wanted = {survey->declared.survey, RECENT_ALL_SERIES, INT64_MIN, INT64_MAX};
    bool has_any = checker->report->schema >= RECENT_SCHEMA;
    return has_any ? sqlite_recent_load(&survey->recent, checker->db, &wanted, err) : CXD_OK;
}

enum cxd_err sqlite_check_stretch(struct checker *checker, struct survey_check *survey, int64_t to, struct error *err) {
    struct deltas *deltas = survey->deltas;
    enum cxd_err code = find_series_ids(checker, survey, err);
    size_t totals = 0;
    if (code == CXD_OK)
        code = load_recent(checker, survey, err);
    if (code == CXD_OK)
        take_beyond(survey);
    if (code == CXD_OK && deltas->quarter_count > 0)
        qsort_r(deltas->quarters, deltas->quarter_count, sizeof *deltas->quarters, compare_quarters, deltas->series);
    while (totals < deltas->quarter_count && delta_series_is_total(&deltas->series[deltas->quarters[totals].series]))
        totals++;
    if (code == CXD_OK)
        code = compare_half(checker, survey, false, to, 0, totals, err);
    if (code == CXD_OK)
        code = compare_half(checker, survey, true, to, totals, deltas->quarter_count, err);
    survey->from = to;
    sqlite_recent_free(&survey->recent);
    deltas_clear(deltas);
    return code;
}

enum cxd_err sqlite_check_advance(struct checker *checker, struct survey_check *survey, int64_t at, struct error *err) {
    int64_t bucket = tier_bucket(survey->finest, at) / tier_length_ms(TIER_QUARTER_HOUR);
    enum cxd_err code = CXD_OK;
    if (survey->deltas->quarter_count >= QUARTERS_AT_ONCE && bucket > survey->last)
        code = sqlite_check_stretch(checker, survey, bucket, err);
    survey->last = bucket;
    return code;
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

static enum cxd_err check_sum(struct checker *checker, const struct survey_check *survey, bool segmented, size_t at,
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

enum cxd_err sqlite_check_sums(struct checker *checker, const struct survey_check *survey, struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < 2 * CXD_COUNT(SUMS); i++)
        if (SUMS[i / 2].tier < survey->finest)
            code = check_sum(checker, survey, i % 2 != 0, i / 2, err);
    return code;
}
