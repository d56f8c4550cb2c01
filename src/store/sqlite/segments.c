/* Histograms of windows by the value of a dimension: all its series in one pass over the spans of rollup tiers, and the
 * ragged edges from the responses. */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/answer_segments.h"
#include "store/sqlite/packs.h"

/* The segments of a survey lie together by time, those of all its dimensions. Going through all of them is cheaper than
 * a search for each row of one dimension, unless these are fewer than one in so many. */
enum { ROWS_A_SEARCH = 8 };

/* The question while it is answered. */
struct sweep {
    struct sqlite_reader *reader;
    int64_t survey, number; /* the number that the rollups lie under: the survey's, or a question's */
    const char *question;   /* that is counted; NULL: the score */
    const char *dimension;
    const char *path; /* of a property's value, as JSON paths go; NULL for another dimension */
    enum tier finest;
    struct arena *arena;
    size_t spans;                   /* that each has a histogram of */
    struct store_segment *segments; /* by value */
    struct owners owners;
    size_t count, capacity;
    enum store_cover cover;
    bool is_search; /* deal_segments_of */
    bool is_less;   /* what is scanned is taken away */
    size_t at;      /* of the rows that are read: whose histogram */
};

const char *sqlite_property_key(const char *dimension) {
    size_t length = strlen(DIMENSION_PROPERTY);
    return strncmp(dimension, DIMENSION_PROPERTY, length) == 0 ? dimension + length : NULL;
}

/* How many values have rollups, and whether that is all of them. */
static enum cxd_err read_cover(struct sweep *sweep, struct error *err) {
    struct db *db = &sweep->reader->db;
    const char *key = sqlite_property_key(sweep->dimension);
    sqlite3_stmt *stmt = NULL;
    bool rolled = true, row = false;
    enum cxd_err code = key && sweep->survey > 0
                            ? SQLITE_HAS(db, QUERY_IS_ROLLED, &rolled, err, INT(sweep->survey), TEXT(key))
                            : CXD_OK;
    sweep->cover = rolled ? STORE_COVER_ALL : STORE_COVER_NONE;
    if (code != CXD_OK || !rolled)
        return code;
    code = SQLITE_FIRST(db, QUERY_SELECT_DIMENSION, &stmt, &row, err, INT(sweep->number), TEXT(sweep->dimension));
    if (code != CXD_OK || !row)
        return code;
    sweep->capacity = (size_t)sqlite3_column_int64(stmt, 0);
    if (sqlite3_column_int64(stmt, 1) != 0)
        sweep->cover = STORE_COVER_SOME;
    sqlite3_reset(stmt);
    code = SQLITE_FIRST(db, QUERY_COUNT_SERIES, &stmt, &row, err, INT(sweep->number));
    if (code == CXD_OK) {
        sweep->is_search = (int64_t)sweep->capacity * ROWS_A_SEARCH < sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return code;
}

static enum cxd_err list_series(struct sweep *sweep, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    sweep->segments = arena_alloc_zero(sweep->arena, sweep->capacity + 1, sizeof *sweep->segments);
    sweep->owners.items = arena_alloc_zero(sweep->arena, sweep->capacity + 1, sizeof *sweep->owners.items);
    struct histogram *hists = arena_alloc_zero(sweep->arena, sweep->capacity * sweep->spans + 1, sizeof *hists);
    if (!sweep->segments || !sweep->owners.items || !hists)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    enum cxd_err code =
        SQLITE_ASK(&sweep->reader->db, QUERY_LIST_SEGMENTS, &stmt, err, INT(sweep->number), TEXT(sweep->dimension));
    while (code == CXD_OK && (code = sqlite_db_next(&sweep->reader->db, stmt, &row, err)) == CXD_OK && row) {
        if (sweep->count == sweep->capacity) {
            code = error_set(err, ERR_STORAGE, "%s has more series than its dimension says", sweep->dimension);
            break;
        }
        sweep->owners.items[sweep->count] = (struct owner){sqlite3_column_int64(stmt, 0), sweep->count};
        sweep->segments[sweep->count].hists = hists + sweep->count * sweep->spans;
        code = sqlite_db_copy_text(stmt, 1, sweep->arena, &sweep->segments[sweep->count].value, err);
        sweep->count++;
    }
    sqlite3_reset(stmt);
    sweep->owners.count = sweep->count;
    sqlite_owners_sort(&sweep->owners);
    return code;
}

static struct store_segment *find_segment(struct sweep *sweep, int64_t series) {
    const struct owner *owner = sqlite_owners_find(&sweep->owners, series);
    return owner ? &sweep->segments[owner->at] : NULL;
}

/* deal_rollup of queries.sql: the series and the counts of a row go to whom they are of. */
static void deal_rollup(sqlite3_context *context, int count, sqlite3_value **values) {
    const struct sqlite_reader *reader = sqlite3_user_data(context);
    struct sweep *sweep = reader->sweep;
    struct store_segment *segment = find_segment(sweep, sqlite3_value_int64(values[0]));
    for (int i = 1; segment && i < count; i++)
        segment->hists[sweep->at].n[i - 1] += sqlite3_value_int64(values[i]);
    sqlite3_result_int(context, 0);
}

static enum cxd_err make_dealer(struct sqlite_reader *reader, struct error *err) {
    if (reader->deals)
        return CXD_OK;
    reader->deals =
        sqlite3_create_function(reader->db.handle, "deal_rollup", 1 + HISTOGRAM_SIZE, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                reader, deal_rollup, NULL, NULL) == SQLITE_OK;
    return reader->deals ? CXD_OK : sqlite_db_error(&reader->db, "the database takes no function", err);
}

/* Buckets [from, to) of a tier. */
static enum cxd_err read_rows(struct sweep *sweep, enum tier tier, int64_t from, int64_t to, struct error *err) {
    struct sqlite_reader *reader = sweep->reader;
    sweep->owners.near = 0;
    enum cxd_err code = make_dealer(reader, err);
    if (code != CXD_OK)
        return code;
    reader->sweep = sweep;
    code =
        SQLITE_RUN(&reader->db, sweep->is_search ? QUERY_DEAL_SEGMENTS_OF : QUERY_DEAL_SEGMENTS, err,
                   INT(sweep->number), INT(tier), INT(from), INT(to), sweep->is_search ? TEXT(sweep->dimension) : NONE);
    reader->sweep = NULL;
    return code;
}

static enum cxd_err read_days(void *context, int64_t from, int64_t to, struct error *err) {
    return read_rows(context, TIER_DAY, from, to, err);
}

static void take_pack(void *context, struct pack *pack) {
    struct sweep *sweep = context;
    sweep->owners.near = 0;
    while (pack_next(pack)) {
        struct store_segment *segment = find_segment(sweep, pack->series);
        pack_take(pack, segment ? &segment->hists[sweep->at] : NULL);
    }
}

/* What is in no rollup row yet. */
static void take_recent(struct sweep *sweep, enum tier tier, int64_t from, int64_t to) {
    const struct recent *recent = &sweep->reader->recent;
    for (size_t i = 0; i < recent->count; i++) {
        const struct recent_row *row = &recent->rows[i];
        int64_t bucket = 0;
        bool is_in = sqlite_recent_bucket(row, tier, &bucket) && bucket >= from && bucket < to;
        sweep->owners.near = 0;
        for (size_t k = 0; is_in && k < row->count; k++) {
            struct store_segment *segment = find_segment(sweep, row->entries[k].series);
            if (segment)
                histogram_add(&segment->hists[sweep->at], &row->entries[k].hist);
        }
    }
}

static enum cxd_err read_rolled(struct sweep *sweep, const struct span *span, size_t at, struct error *err) {
    int64_t from = sqlite_bucket_at(span->tier, span->from), to = sqlite_bucket_at(span->tier, span->to);
    const struct unpacking unpacking = {.db = &sweep->reader->db,
                                        .number = sweep->number,
                                        .dimension = sweep->dimension,
                                        .arena = sweep->arena,
                                        .take = take_pack,
                                        .read = read_days,
                                        .context = sweep};
    sweep->at = at;
    enum cxd_err code =
        span->tier == TIER_DAY ? sqlite_unpack(&unpacking, from, to, err) : read_rows(sweep, span->tier, from, to, err);
    if (code == CXD_OK)
        take_recent(sweep, span->tier, from, to);
    return code;
}

static int compare_value(const void *value, const void *segment) {
    return strcmp(value, ((const struct store_segment *)segment)->value);
}

/* A value that has no series lies beyond. */
static struct store_segment *find_value(const struct sweep *sweep, const char *value) {
    return value ? bsearch(value, sweep->segments, sweep->count, sizeof *sweep->segments, compare_value) : NULL;
}

static void count_one(struct sweep *sweep, size_t at, const char *value, int score) {
    struct store_segment *segment = find_value(sweep, value);
    if (segment)
        segment->hists[at].n[score] += sweep->is_less ? -1 : 1;
}

static enum cxd_err scan(struct sweep *sweep, const struct span *span, size_t at, struct error *err) {
    struct db *db = &sweep->reader->db;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    const char *answer = sweep->question ? sqlite_write_answer_member(&sweep->reader->counted, sweep->question) : NULL;
    if (sweep->question && !answer)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    enum cxd_err code = SQLITE_ASK(db, sweep->survey < 0 ? QUERY_SCAN_SHOWN_SEGMENTS : QUERY_SCAN_SEGMENTS, &stmt, err,
                                   INT(sweep->survey), INT(span->from), INT(span->to), TEXT(sweep->dimension),
                                   TEXT(sweep->path), sweep->survey < 0 ? NONE : TEXT(answer));
    while (code == CXD_OK && (code = sqlite_db_next(db, stmt, &row, err)) == CXD_OK && row) {
        int score = sqlite3_column_int(stmt, 0);
        const char *value = (const char *)sqlite3_column_text(stmt, 1);
        if (score < 0 || score >= HISTOGRAM_SIZE) {
            sqlite3_reset(stmt);
            return error_set(err, ERR_STORAGE, "a stored response has the score %d", score);
        }
        count_one(sweep, at, value, score);
    }
    return code;
}

/* Of a dimension of answers. */
struct sweeping {
    struct sweep *sweep;
    size_t at;
};

static void count_answers(void *context, const char *value, const struct histogram *hist) {
    const struct sweeping *sweeping = context;
    struct store_segment *segment = find_value(sweeping->sweep, value);
    if (segment && sweeping->sweep->is_less)
        histogram_subtract(&segment->hists[sweeping->at], hist);
    else if (segment)
        histogram_add(&segment->hists[sweeping->at], hist);
}

static enum cxd_err scan_answers(struct sweep *sweep, const struct span *span, size_t at, struct error *err) {
    struct sweeping sweeping = {sweep, at};
    return sqlite_scan_answers(sweep->reader, sweep->survey, sweep->dimension, span, count_answers, &sweeping, err);
}

static enum cxd_err read_span(struct sweep *sweep, const struct span *span, size_t at, struct error *err) {
    if (span->tier != TIER_RAW)
        return read_rolled(sweep, span, at, err);
    return answered_is_coarse(sweep->survey, sweep->dimension) ? scan_answers(sweep, span, at, err)
                                                               : scan(sweep, span, at, err);
}

/* Of a day that the window cuts: what is in it, or what is not, away from the day's rollups, if that is less. */
static enum cxd_err read_cut_day(struct sweep *sweep, const struct cut_day *day, bool is_less, size_t at,
                                 struct error *err) {
    const struct span whole = {TIER_DAY, day->from, day->to}, inside = {TIER_RAW, day->first, day->end};
    const struct span before = {TIER_RAW, day->from, day->first}, behind = {TIER_RAW, day->end, day->to};
    if (!is_less)
        return read_span(sweep, &inside, at, err);
    enum cxd_err code = read_span(sweep, &whole, at, err);
    sweep->is_less = true;
    if (code == CXD_OK && before.from < before.to)
        code = read_span(sweep, &before, at, err);
    if (code == CXD_OK && behind.from < behind.to)
        code = read_span(sweep, &behind, at, err);
    sweep->is_less = false;
    return code;
}

/* What is in no tier. Where days are the finest, that is a day at most at each end, but at the ends of time. */
static enum cxd_err read_raw(struct sweep *sweep, const int64_t bounds[2], const struct span *span, size_t at,
                             struct error *err) {
    uint64_t days = ((uint64_t)span->to - (uint64_t)span->from) / (uint64_t)tier_length_ms(TIER_DAY);
    enum cxd_err code = CXD_OK;
    if (sweep->finest != TIER_DAY || days > 2)
        return read_span(sweep, span, at, err);
    for (int64_t time = span->from; code == CXD_OK && time < span->to;) {
        struct cut_day day;
        bool is_less = window_cut_day(bounds, 2, time, &day);
        code = read_cut_day(sweep, &day, is_less, at, err);
        time = day.end;
    }
    return code;
}

static enum cxd_err read_spans(struct sweep *sweep, const struct store_span *wanted, size_t at, struct error *err) {
    struct span spans[9];
    const int64_t bounds[2] = {wanted->from, wanted->to};
    size_t count = wanted->from < wanted->to ? window_cover(bounds, 2, sweep->finest, spans) : 0;
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = spans[i].tier == TIER_RAW ? read_raw(sweep, bounds, &spans[i], at, err)
                                         : read_span(sweep, &spans[i], at, err);
    return code;
}

static void keep_answered(struct sweep *sweep, size_t spans) {
    size_t kept = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        bool is_empty = true;
        for (size_t at = 0; at < spans; at++)
            is_empty = is_empty && histogram_is_empty(&sweep->segments[i].hists[at]);
        if (!is_empty)
            sweep->segments[kept++] = sweep->segments[i];
    }
    sweep->count = kept;
}

/* Keys have no character that needs an escape. */
const char *sqlite_write_path(struct buffer *text, const char *dimension) {
    const char *key = sqlite_property_key(dimension);
    if (!key)
        return NULL;
    buffer_reset(text);
    buffer_append_text(text, "$.");
    buffer_append_json(text, key);
    return buffer_terminate(text);
}

static enum cxd_err write_path(struct sweep *sweep, struct error *err) {
    sweep->path = sqlite_write_path(&sweep->reader->text, sweep->dimension);
    return sweep->path || !sqlite_property_key(sweep->dimension)
               ? CXD_OK
               : error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
}

/* Where its answers lie: nobody has answered a question that is not there, or is on no scale. */
static enum cxd_err find_number(struct sweep *sweep, bool *ret_found, struct error *err) {
    struct declared_question question;
    bool is_coarse = answered_is_coarse(sweep->survey, sweep->dimension);
    sweep->number = sweep->survey;
    sweep->finest = is_coarse || sweep->question ? TIER_DAY : TIER_QUARTER_HOUR;
    *ret_found = true;
    if (!sweep->question)
        return CXD_OK;
    enum cxd_err code =
        sqlite_find_question(&sweep->reader->db, sweep->survey, sweep->question, ret_found, &question, err);
    *ret_found = code == CXD_OK && *ret_found && question.type == QUESTION_SCALE;
    if (*ret_found)
        sweep->number = answered_number(sweep->survey, question.slot);
    sweep->cover = is_coarse ? STORE_COVER_NONE : STORE_COVER_ALL;
    *ret_found = *ret_found && !is_coarse;
    return code;
}

enum cxd_err sqlite_sweep_segments(struct sqlite_reader *reader, int64_t survey, const char *question,
                                   const char *dimension, const struct store_span *spans, size_t count,
                                   struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    struct sweep sweep = {.reader = reader,
                          .survey = survey,
                          .question = question,
                          .dimension = dimension,
                          .arena = arena,
                          .spans = count};
    bool began = false, found = false;
    enum cxd_err code = sqlite_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = find_number(&sweep, &found, err);
    const struct recent_wanted wanted = {sweep.number, RECENT_ALL_SERIES, INT64_MIN, INT64_MAX};
    if (code == CXD_OK)
        code = write_path(&sweep, err);
    if (code == CXD_OK && found)
        code = read_cover(&sweep, err);
    if (code == CXD_OK && found && sweep.cover != STORE_COVER_NONE)
        code = list_series(&sweep, err);
    if (code == CXD_OK && sweep.count > 0)
        code = sqlite_recent_read(&reader->recent, &reader->db, &wanted, err);
    for (size_t i = 0; code == CXD_OK && i < count && sweep.count > 0; i++)
        code = read_spans(&sweep, &spans[i], i, err);
    sqlite_reader_leave(reader, began);
    if (code != CXD_OK)
        return code;
    if (survey > 0)
        keep_answered(&sweep, count);
    *ret_segments = (struct store_segments){sweep.cover, sweep.segments, sweep.count};
    return CXD_OK;
}

enum cxd_err sqlite_read_segments(struct store_reader *base, int64_t survey, const char *question,
                                  const char *dimension, const struct store_span *spans, size_t count,
                                  struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    return sqlite_sweep_segments((struct sqlite_reader *)base, survey, question, dimension, spans, count, arena,
                                 ret_segments, err);
}
