/* Histograms of a window, or of every bucket of a trend in one pass: spans of rollup tiers with the ragged
 * edges from the responses, or, where no rollup serves the filter, the responses alone. Both are read in
 * order of time and dealt out to the buckets. Of answers to further questions there are two tiers: all and days. The
 * days of other zones begin and end within those of UTC: of a day that is cut the longest piece is what the others
 * leave of its rollup. */

#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "store/answered.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/rows.h"

/* Walks the buckets along with rows that ascend in time. */
struct dealer {
    const int64_t *bounds;
    size_t count, at;
    struct histogram *hists;
};

static struct histogram *deal(struct dealer *dealer, int64_t time_ms) {
    while (dealer->at + 2 < dealer->count && time_ms >= dealer->bounds[dealer->at + 1])
        dealer->at++;
    return &dealer->hists[dealer->at];
}

/* How the filter is answered. */
struct plan {
    bool rolled, is_empty;         /* empty: nobody has answered what is counted */
    const char *dimension, *value; /* "" for the total */
    int64_t number, series;        /* number: of the survey, or of its question */
    enum tier finest;
};

static struct plan plan_filter(const struct filter *filter) {
    const struct {
        const char *dimension, *value;
    } fixed[] = {
        {"touchpoint", filter->touchpoint},
        {"channel", filter->channel},
        {"locale", filter->locale},
    };
    struct plan plan = {.dimension = "", .value = "", .number = filter->survey};
    size_t conditions = filter->property_count + filter->answer_count;
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
    if (filter->answer_count > 0) {
        plan.dimension = NULL;
        plan.value = filter->answers[0].value;
    }
    plan.rolled = conditions <= 1 && (filter->property_count == 0 || filter->property_rolled) &&
                  (filter->answer_count == 0 || !filter->question);
    plan.finest = filter->answer_count > 0 || filter->question ? TIER_DAY : TIER_QUARTER_HOUR;
    return plan;
}

/* What is counted of the answers to a question lies under its own number; what is told apart by answers, in the
 * dimension of the one. Of texts there is one value, which is none of them, and the value "" is nobody's. */
static enum cxd_err find_question(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                  struct error *err) {
    bool asks = filter->question || (filter->answer_count > 0 && plan->rolled);
    struct declared_question question;
    bool found = false;
    if (!asks || filter->survey < 0)
        return CXD_OK;
    enum cxd_err code =
        sqlite_find_question(&reader->db, filter->survey, filter->question ? filter->question : filter->answers[0].key,
                             &found, &question, err);
    if (code != CXD_OK)
        return code;
    plan->is_empty = !found || (filter->question && question.type != QUESTION_SCALE);
    if (found && filter->question)
        plan->number = answered_number(filter->survey, question.slot);
    else if (found)
        plan->rolled = question.type != QUESTION_TEXT && plan->value[0] != '\0';
    return CXD_OK;
}

/* The question was made with the definition of a moment ago; what this transaction reads may be newer. */
static enum cxd_err check_rolled(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                 struct error *err) {
    if (!plan->rolled || filter->property_count == 0 || filter->survey < 0) /* of visits: impressions.c has looked */
        return CXD_OK;
    return SQLITE_HAS(&reader->db, QUERY_IS_ROLLED, &plan->rolled, err, INT(filter->survey),
                      TEXT(filter->properties[0].key));
}

static enum cxd_err name_dimension(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                   struct error *err) {
    buffer_reset(&reader->text);
    buffer_append_text(&reader->text, filter->answer_count > 0 ? DIMENSION_ANSWER : DIMENSION_PROPERTY);
    buffer_append_text(&reader->text, filter->answer_count > 0 ? filter->answers[0].key : filter->properties[0].key);
    plan->dimension = buffer_terminate(&reader->text);
    return plan->dimension ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read a segment");
}

/* A value without a series has no response, or is one of those beyond: then the responses have to be read. */
static enum cxd_err check_beyond(struct sqlite_reader *reader, struct plan *plan, struct error *err) {
    bool overflows = false;
    enum cxd_err code =
        SQLITE_HAS(&reader->db, QUERY_IS_OVERFLOWING, &overflows, err, INT(plan->number), TEXT(plan->dimension));
    plan->rolled = plan->rolled && !overflows;
    return code;
}

static enum cxd_err find_series(struct sqlite_reader *reader, const struct filter *filter, struct plan *plan,
                                bool *ret_found, struct error *err) {
    enum cxd_err code = CXD_OK;
    *ret_found = plan->dimension && plan->dimension[0] == '\0';
    if (!plan->rolled || *ret_found)
        return CXD_OK;
    if (!plan->dimension)
        code = name_dimension(reader, filter, plan, err);
    sqlite3_stmt *stmt = NULL;
    if (code == CXD_OK)
        code = SQLITE_FIRST(&reader->db, QUERY_SELECT_SERIES, &stmt, ret_found, err, INT(plan->number),
                            TEXT(plan->dimension), TEXT(plan->value));
    if (code == CXD_OK && *ret_found) {
        plan->series = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return code == CXD_OK && !*ret_found ? check_beyond(reader, plan, err) : code;
}

void sqlite_read_rollup_row(sqlite3_stmt *stmt, int64_t *ret_bucket, struct histogram *ret_hist) {
    *ret_bucket = sqlite3_column_int64(stmt, 0);
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        ret_hist->n[i] = sqlite3_column_int64(stmt, 1 + i);
}

enum cxd_err sqlite_bind_rollup_range(struct db *db, int64_t survey, int64_t series, enum tier tier, int64_t from,
                                      int64_t to, sqlite3_stmt **ret_stmt, struct error *err) {
    return SQLITE_ASK(db, series == 0 ? QUERY_READ_TOTAL : QUERY_READ_SEGMENT, ret_stmt, err, INT(survey), INT(tier),
                      INT(from), INT(to), series == 0 ? NONE : INT(series));
}

int64_t sqlite_bucket_at(enum tier tier, int64_t time_ms) {
    bool open = tier == TIER_ALL || time_ms == TIME_MIN || time_ms == TIME_MAX;
    return open ? time_ms : time_ms / tier_length_ms(tier);
}

/* Deals out what is in no rollup row yet; `dealer` as it was before these. */
static void deal_recent(struct sqlite_reader *reader, const struct plan *plan, const struct span *span, int64_t from,
                        int64_t to, const struct dealer *before) {
    for (size_t i = 0; i < reader->recent.count; i++) {
        const struct recent_row *row = &reader->recent.rows[i];
        const struct histogram *hist = NULL;
        struct dealer dealer = *before;
        int64_t bucket = 0;
        if (sqlite_recent_bucket(row, span->tier, &bucket) && bucket >= from && bucket < to)
            hist = sqlite_recent_find(&reader->recent, row->number, row->tier, row->bucket, plan->series);
        if (hist)
            histogram_add(deal(&dealer, bucket * tier_length_ms(span->tier)), hist);
    }
}

static enum cxd_err read_rolled(struct sqlite_reader *reader, const struct plan *plan, const struct span *span,
                                struct dealer *dealer, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    const struct dealer before = *dealer;
    int64_t from = sqlite_bucket_at(span->tier, span->from), to = sqlite_bucket_at(span->tier, span->to);
    enum cxd_err code =
        sqlite_bind_rollup_range(&reader->db, plan->number, plan->series, span->tier, from, to, &stmt, err);
    bool row = false;
    while (code == CXD_OK && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        int64_t bucket = 0;
        struct histogram hist;
        sqlite_read_rollup_row(stmt, &bucket, &hist);
        histogram_add(deal(dealer, bucket * tier_length_ms(span->tier)), &hist);
    }
    if (code == CXD_OK)
        deal_recent(reader, plan, span, from, to, &before);
    return code;
}

/* One of the wanted properties as it stands in the text of those that have it. */
static const char *write_member(struct sqlite_reader *reader, const struct filter *filter) {
    if (filter->property_count == 0)
        return NULL;
    buffer_reset(&reader->member);
    buffer_append_json(&reader->member, filter->properties[0].key);
    buffer_append_char(&reader->member, ':');
    buffer_append_json(&reader->member, filter->properties[0].value);
    return buffer_terminate(&reader->member); /* without memory: NULL, and it is not looked for */
}

enum cxd_err sqlite_write_wanted(struct sqlite_reader *reader, const struct filter *filter, const char **ret_wanted,
                                 const char **ret_member, struct error *err) {
    *ret_member = write_member(reader, filter);
    return sqlite_row_write_properties(&reader->text, filter->properties, filter->property_count, ret_wanted, err);
}

/* Any filter, from the responses in [from, to). */
static enum cxd_err bind_scan(struct sqlite_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                              sqlite3_stmt **ret_stmt, struct error *err) {
    bool plain = filter->survey > 0 && !filter->touchpoint && !filter->channel && !filter->locale &&
                 filter->property_count == 0 && filter->answer_count == 0 && !filter->question;
    if (plain)
        return SQLITE_ASK(&reader->db, QUERY_SCAN_TOTAL, ret_stmt, err, INT(filter->survey), INT(from), INT(to));
    const char *wanted = NULL, *member = NULL;
    enum cxd_err code = sqlite_write_wanted(reader, filter, &wanted, &member, err);
    if (code != CXD_OK)
        return code;
    code = SQLITE_ASK(&reader->db, filter->survey < 0 ? QUERY_SCAN_VISITS : QUERY_SCAN_FILTERED, ret_stmt, err,
                      INT(filter->survey), INT(from), INT(to), TEXT(filter->touchpoint), TEXT(filter->channel),
                      TEXT(filter->locale), TEXT(wanted), TEXT(member));
    return code == CXD_OK ? sqlite_bind_answers(reader, filter, *ret_stmt, err) : code;
}

/* `ret_too`: counted there as well; NULL: nowhere. */
static enum cxd_err scan(struct sqlite_reader *reader, const struct filter *filter, int64_t from, int64_t to,
                         struct dealer *dealer, struct histogram *ret_too, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    enum cxd_err code = from < to ? bind_scan(reader, filter, from, to, &stmt, err) : CXD_OK;
    bool row = false;
    while (code == CXD_OK && stmt && (code = sqlite_db_next(&reader->db, stmt, &row, err)) == CXD_OK && row) {
        int score = sqlite3_column_int(stmt, 1);
        if (score < 0 || score >= HISTOGRAM_SIZE) {
            sqlite3_reset(stmt);
            return error_set(err, ERR_STORAGE, "a stored response has the score %d", score);
        }
        deal(dealer, sqlite3_column_int64(stmt, 0))->n[score]++;
        if (ret_too)
            ret_too->n[score]++;
    }
    return code;
}

/* The longest piece of a day: its rollup less all else of it, of which what lies inside is dealt out as it is read. */
static enum cxd_err read_cut_day(struct sqlite_reader *reader, const struct filter *filter, const struct plan *plan,
                                 const struct cut_day *day, struct dealer *dealer, struct error *err) {
    const struct span whole = {TIER_DAY, day->from, day->to};
    const int64_t outside_bounds[2] = {day->from, day->to};
    struct histogram rest = {{0}}, outside = {{0}};
    struct dealer beside = {.bounds = outside_bounds, .count = 2, .hists = &outside};
    enum cxd_err code = scan(reader, filter, day->from, day->first, &beside, NULL, err);
    if (code == CXD_OK)
        code = scan(reader, filter, day->end, day->to, &beside, NULL, err);
    if (code == CXD_OK)
        code = scan(reader, filter, day->first, day->piece_from, dealer, &rest, err);
    struct histogram *piece = deal(dealer, day->piece_from);
    if (code == CXD_OK)
        code = read_rolled(reader, plan, &whole, dealer, err); /* to the piece: the dealer never goes back */
    if (code == CXD_OK)
        code = scan(reader, filter, day->piece_to, day->end, dealer, &rest, err);
    histogram_subtract(piece, &rest);
    histogram_subtract(piece, &outside);
    return code;
}

/* What is in no tier. Where days are the finest, each of its days is cut by a bound, but at the ends of time. */
static enum cxd_err read_raw(struct sqlite_reader *reader, const struct filter *filter, const struct plan *plan,
                             const struct span *span, struct dealer *dealer, struct error *err) {
    uint64_t days = ((uint64_t)span->to - (uint64_t)span->from) / (uint64_t)tier_length_ms(TIER_DAY);
    enum cxd_err code = CXD_OK;
    if (plan->finest != TIER_DAY || days > dealer->count)
        return scan(reader, filter, span->from, span->to, dealer, NULL, err);
    for (int64_t at = span->from; code == CXD_OK && at < span->to;) {
        struct cut_day day;
        code = window_cut_day(dealer->bounds + dealer->at, dealer->count - dealer->at, at, &day)
                   ? read_cut_day(reader, filter, plan, &day, dealer, err)
                   : scan(reader, filter, day.first, day.end, dealer, NULL, err);
        at = day.end;
    }
    return code;
}

static enum cxd_err read_spans(struct sqlite_reader *reader, const struct filter *filter, const struct plan *plan,
                               struct dealer *dealer, struct error *err) {
    enum cxd_err code = CXD_OK;
    struct span *spans = reallocarray(NULL, 9 * (dealer->count - 1), sizeof *spans);
    if (!spans)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    size_t count = window_cover(dealer->bounds, dealer->count, plan->finest, spans);
    const struct recent_wanted wanted = {plan->number, plan->series, dealer->bounds[0],
                                         dealer->bounds[dealer->count - 1]};
    code = sqlite_recent_read(&reader->recent, &reader->db, &wanted, err);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        code = spans[i].tier == TIER_RAW ? read_raw(reader, filter, plan, &spans[i], dealer, err)
                                         : read_rolled(reader, plan, &spans[i], dealer, err);
    }
    free(spans);
    return code;
}

enum cxd_err sqlite_read_counts(struct sqlite_reader *reader, const struct filter *filter, const int64_t *bounds,
                                size_t count, int64_t whole_from, struct histogram *ret_hists, size_t *ret_unserved,
                                struct error *err) {
    struct plan plan = plan_filter(filter);
    struct histogram *hists = calloc(count - 1, sizeof *hists);
    if (!hists)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    size_t unserved = 0;
    bool began = false, found = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = check_rolled(reader, filter, &plan, err);
    if (code == CXD_OK)
        code = find_question(reader, filter, &plan, err);
    if (code == CXD_OK && !plan.is_empty)
        code = find_series(reader, filter, &plan, &found, err);
    while (!plan.rolled && unserved < count - 1 && bounds[unserved] < whole_from)
        unserved++;
    struct dealer dealer = {.bounds = bounds + unserved, .count = count - unserved, .hists = hists + unserved};
    if (code == CXD_OK && !plan.rolled && !plan.is_empty && dealer.count > 1)
        code = scan(reader, filter, dealer.bounds[0], bounds[count - 1], &dealer, NULL, err);
    else if (code == CXD_OK && plan.rolled && found)
        code = read_spans(reader, filter, &plan, &dealer, err);
    sqlite_reader_leave(reader, began);
    if (code == CXD_OK) {
        memcpy(ret_hists, hists, (count - 1) * sizeof *hists);
        *ret_unserved = unserved;
    }
    free(hists);
    return code;
}

enum cxd_err sqlite_read_histograms(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                    size_t count, struct histogram *ret_hists, struct error *err) {
    size_t unserved;
    if (count < 2)
        return CXD_OK;
    return sqlite_read_counts((struct sqlite_reader *)base, filter, bounds, count, INT64_MIN, ret_hists, &unserved,
                              err);
}
