/* Histograms of a window, or of every bucket of a trend in one pass: spans of rollup tiers with the ragged
 * edges from the responses, or, where no rollup serves the filter, the responses alone. Both are read in
 * order of time and dealt out to the buckets. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/dimensions.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

/* Walks the buckets along with rows that ascend in time. */
struct dealer {
    const int64_t *bounds;
    size_t count, at;
    struct histogram *hists;
};

static struct histogram *deal(struct dealer *dealer, int64_t time_ms) {
    while (dealer->at + 2 < dealer->count && time_ms >= dealer->bounds[dealer->at + 1]) {
        dealer->at++;
    }
    return &dealer->hists[dealer->at];
}

/* How the filter is answered. */
struct plan {
    bool rolled;
    const char *dimension, *value; /* "" for the total */
    int64_t series;
};

static struct plan plan_filter(const struct filter *filter) {
    const struct {
        const char *dimension, *value;
    } fixed[] = {
        {"touchpoint", filter->touchpoint},
        {"channel", filter->channel},
        {"locale", filter->locale},
    };
    struct plan plan = {.dimension = "", .value = ""};
    size_t conditions = filter->property_count;
    for (size_t i = 0; i < CXD_COUNT(fixed); i++) {
        if (fixed[i].value) {
            plan.dimension = fixed[i].dimension;
            plan.value = fixed[i].value;
            conditions++;
        }
    }
    if (filter->property_count > 0) {
        plan.dimension = NULL; /* named once it is known to be the only one */
        plan.value = filter->properties[0].value;
    }
    plan.rolled = conditions <= 1 && (filter->property_count == 0 || filter->property_rolled);
    return plan;
}

/* The question was made with the definition of a moment ago; what this transaction reads may be newer. */
static enum cxd_err check_rolled(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                 struct error *err) {
    if (!plan->rolled || filter->property_count == 0) {
        return CXD_OK;
    }
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&reader->db, QUERY_IS_ROLLED, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, filter->survey);
        db_bind_text(stmt, 2, filter->properties[0].key);
        code = db_next(&reader->db, stmt, &plan->rolled, err);
        sqlite3_reset(stmt);
    }
    return code;
}

static enum cxd_err find_series(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                bool *ret_found, struct error *err) {
    if (plan->dimension && plan->dimension[0] == '\0') {
        *ret_found = true;
        return CXD_OK;
    }
    if (!plan->dimension) {
        buffer_reset(&reader->text);
        buffer_append_text(&reader->text, DIMENSION_PROPERTY);
        buffer_append_text(&reader->text, filter->properties[0].key);
        plan->dimension = buffer_terminate(&reader->text);
        if (!plan->dimension) {
            return error_set(err, ERR_NO_MEMORY, "no memory to read a segment");
        }
    }
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = db_statement(&reader->db, QUERY_SELECT_SERIES, &stmt, err);
    if (code == CXD_OK) {
        db_bind_int(stmt, 1, filter->survey);
        db_bind_text(stmt, 2, plan->dimension);
        db_bind_text(stmt, 3, plan->value);
        code = db_next(&reader->db, stmt, ret_found, err);
    }
    if (code == CXD_OK && *ret_found) {
        plan->series = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return code;
}

void read_rollup_row(sqlite3_stmt *stmt, int64_t *ret_bucket, struct histogram *ret_hist) {
    *ret_bucket = sqlite3_column_int64(stmt, 0);
    for (int i = 0; i < HISTOGRAM_SIZE; i++) {
        ret_hist->n[i] = sqlite3_column_int64(stmt, 1 + i);
    }
}

enum cxd_err bind_rollup_range(struct db *db, int64_t survey, int64_t series, enum tier tier, int64_t from,
                               int64_t to, sqlite3_stmt **ret_stmt, struct error *err) {
    enum cxd_err code = db_statement(db, series == 0 ? QUERY_READ_TOTAL : QUERY_READ_SEGMENT, ret_stmt, err);
    if (code == CXD_OK) {
        db_bind_int(*ret_stmt, 1, survey);
        db_bind_int(*ret_stmt, 2, tier);
        db_bind_int(*ret_stmt, 3, from);
        db_bind_int(*ret_stmt, 4, to);
        if (series != 0) {
            db_bind_int(*ret_stmt, 5, series);
        }
    }
    return code;
}

/* A time on a boundary of the tier, as a bucket number. */
static int64_t bucket_at(enum tier tier, int64_t time_ms) {
    bool open = tier == TIER_ALL || time_ms == TIME_MIN || time_ms == TIME_MAX;
    return open ? time_ms : time_ms / tier_length_ms(tier);
}

static enum cxd_err read_rolled(struct sqlite_reader *reader, const struct filter *filter,
                                const struct plan *plan, const struct span *span, struct dealer *dealer,
                                struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code =
        bind_rollup_range(&reader->db, filter->survey, plan->series, span->tier,
                          bucket_at(span->tier, span->from), bucket_at(span->tier, span->to), &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        int64_t bucket = 0;
        struct histogram hist;
        read_rollup_row(stmt, &bucket, &hist);
        histogram_add(deal(dealer, bucket * tier_length_ms(span->tier)), &hist);
    }
    return code;
}

/* Any filter, from the responses in [from, to). */
static enum cxd_err bind_scan(struct sqlite_reader *reader, const struct filter *filter, int64_t from,
                              int64_t to, sqlite3_stmt **ret_stmt, struct error *err) {
    bool plain = !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0;
    enum cxd_err code =
        db_statement(&reader->db, plain ? QUERY_SCAN_TOTAL : QUERY_SCAN_FILTERED, ret_stmt, err);
    if (code != CXD_OK) {
        return code;
    }
    db_bind_int(*ret_stmt, 1, filter->survey);
    db_bind_int(*ret_stmt, 2, from);
    db_bind_int(*ret_stmt, 3, to);
    if (plain) {
        return CXD_OK;
    }
    const char *wanted = NULL;
    code = row_write_properties(&reader->text, filter->properties, filter->property_count, &wanted, err);
    db_bind_text(*ret_stmt, 4, filter->touchpoint);
    db_bind_text(*ret_stmt, 5, filter->channel);
    db_bind_text(*ret_stmt, 6, filter->locale);
    db_bind_text(*ret_stmt, 7, wanted);
    return code;
}

static enum cxd_err scan(struct sqlite_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                         struct dealer *dealer, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = bind_scan(reader, filter, from, to, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        int score = sqlite3_column_int(stmt, 1);
        if (score < 0 || score >= HISTOGRAM_SIZE) {
            sqlite3_reset(stmt);
            return error_set(err, ERR_STORAGE, "a stored response has the score %d", score);
        }
        deal(dealer, sqlite3_column_int64(stmt, 0))->n[score]++;
    }
    return code;
}

static enum cxd_err read_spans(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                               struct dealer *dealer, struct error *err) {
    bool found = false;
    enum cxd_err code = find_series(reader, filter, plan, &found, err);
    if (code != CXD_OK || !found) {
        return code; /* a segment that has no counted response */
    }
    struct span *spans = reallocarray(NULL, 9 * (dealer->count - 1), sizeof *spans);
    if (!spans) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    }
    size_t count = window_cover(dealer->bounds, dealer->count, spans);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        code = spans[i].tier == TIER_RAW ? scan(reader, filter, spans[i].from, spans[i].to, dealer, err)
                                         : read_rolled(reader, filter, plan, &spans[i], dealer, err);
    }
    free(spans);
    return code;
}

enum cxd_err sqlite_read_histograms(struct store_reader *base, const struct filter *filter,
                                    const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                    struct error *err) {
    struct sqlite_reader *reader = (struct sqlite_reader *)base;
    if (count < 2) {
        return CXD_OK;
    }
    struct plan plan = plan_filter(filter);
    struct histogram *hists = calloc(count - 1, sizeof *hists);
    if (!hists) {
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    }
    struct dealer dealer = {.bounds = bounds, .count = count, .hists = hists};
    bool began = false;
    enum cxd_err code = reader_enter(reader, &began, err);
    if (code == CXD_OK) {
        code = check_rolled(reader, filter, &plan, err);
    }
    if (code == CXD_OK) {
        code = plan.rolled ? read_spans(reader, filter, &plan, &dealer, err)
                           : scan(reader, filter, bounds[0], bounds[count - 1], &dealer, err);
    }
    reader_leave(reader, began);
    if (code == CXD_OK) {
        memcpy(ret_hists, hists, (count - 1) * sizeof *hists);
    }
    free(hists);
    return code;
}
