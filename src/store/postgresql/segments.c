/* Histograms of windows by the value of a dimension: the rollups of all its values at once, and the ragged edges from
 * the responses, each summed up by value. */

#include <stdlib.h>
#include <string.h>

#include "store/answered.h"
#include "store/postgresql/reader.h"

/* The question while it is answered. */
struct sweep {
    struct postgresql_reader *reader;
    int64_t survey, number; /* the number that the rollups lie under: the survey's, or a question's */
    const char *question;   /* that is counted; NULL: the score */
    const char *dimension;
    enum tier finest;
    bool is_coarse; /* a dimension of answers */
    struct arena *arena;
    size_t spans;                   /* that each has a histogram of */
    struct store_segment *segments; /* by value */
    size_t count;
    enum store_cover cover;
    size_t at; /* of the rows that are read: whose histogram */
};

const char *postgresql_property_key(const char *dimension) {
    size_t length = strlen(DIMENSION_PROPERTY);
    return strncmp(dimension, DIMENSION_PROPERTY, length) == 0 ? dimension + length : NULL;
}

static enum cxd_err read_cover(struct sweep *sweep, struct error *err) {
    const char *key = postgresql_property_key(sweep->dimension);
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&sweep->reader->db, QUERY_SELECT_COVER, &result, err, INT(sweep->number),
                                       TEXT(sweep->dimension), TEXT(key), INT(sweep->survey));
    if (code != CXD_OK)
        return code;
    sweep->cover = postgresql_bool(result, 0, 0) ? STORE_COVER_SOME : STORE_COVER_ALL;
    if (key && sweep->survey > 0 && !postgresql_bool(result, 0, 1))
        sweep->cover = STORE_COVER_NONE;
    return code;
}

static enum cxd_err list_series(struct sweep *sweep, struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code = POSTGRESQL_ASK(&sweep->reader->db, QUERY_LIST_SERIES_OF, &result, err, INT(sweep->number),
                                       TEXT(sweep->dimension));
    if (code != CXD_OK)
        return code;
    size_t count = (size_t)PQntuples(result);
    sweep->segments = arena_alloc_zero(sweep->arena, count + 1, sizeof *sweep->segments);
    struct histogram *hists = arena_alloc_zero(sweep->arena, count * sweep->spans + 1, sizeof *hists);
    if (!sweep->segments || !hists)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        sweep->segments[i].hists = hists + i * sweep->spans;
        code = postgresql_copy(result, (int)i, 0, sweep->arena, &sweep->segments[i].value, err);
    }
    sweep->count = count;
    return code;
}

static int compare_value(const void *value, const void *segment) {
    return strcmp(value, ((const struct store_segment *)segment)->value);
}

/* NULL: it has no series, and lies beyond. */
static struct histogram *find_histogram(const struct sweep *sweep, const char *value) {
    struct store_segment *segment =
        value ? bsearch(value, sweep->segments, sweep->count, sizeof *sweep->segments, compare_value) : NULL;
    return segment ? &segment->hists[sweep->at] : NULL;
}

/* --- Rows of a window ----------------------------------------------------------------------------------------------
 */

static void take(const struct sweep *sweep, const struct piece *piece, const char *value,
                 const struct histogram *hist) {
    struct histogram *into = find_histogram(sweep, value);
    if (into && piece->into != PIECE_NOWHERE)
        histogram_add(into, hist);
    if (into && piece->less >= 0)
        histogram_subtract(into, hist);
}

static enum cxd_err read_rolled(struct sweep *sweep, const struct pieces *pieces, struct error *err) {
    struct piece_arrays arrays;
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_pieces_list(pieces, true, &arrays, err);
    if (code == CXD_OK && arrays.count > 0)
        code = POSTGRESQL_ASK(&sweep->reader->db, QUERY_SUM_SEGMENTS, &result, err, INT(sweep->number),
                              ARRAY(&arrays.tiers), ARRAY(&arrays.from), ARRAY(&arrays.to), TEXT(sweep->dimension));
    for (int row = 0; code == CXD_OK && result && row < PQntuples(result); row++) {
        struct histogram hist;
        postgresql_row_histogram(result, row, 2, &hist);
        size_t run = (size_t)postgresql_int(result, row, 0) - 1;
        take(sweep, &pieces->items[arrays.places[run]], postgresql_text(result, row, 1), &hist);
    }
    postgresql_pieces_free(&arrays);
    return code;
}

static enum cxd_err count_raw(struct sweep *sweep, const struct pieces *pieces, struct piece_arrays *arrays,
                              struct error *err) {
    const PGresult *result = NULL;
    enum cxd_err code =
        POSTGRESQL_ASK(&sweep->reader->db, sweep->survey < 0 ? QUERY_COUNT_SHOWN_SEGMENTS : QUERY_COUNT_SEGMENTS,
                       &result, err, INT(sweep->survey), ARRAY(&arrays->from), ARRAY(&arrays->to),
                       TEXT(sweep->dimension), TEXT(postgresql_property_key(sweep->dimension)), INT(sweep->number),
                       TEXT(sweep->survey < 0 ? NULL : sweep->question));
    for (int row = 0; code == CXD_OK && row < PQntuples(result); row++) {
        size_t run = (size_t)postgresql_int(result, row, 0) - 1;
        int64_t score = postgresql_int(result, row, 2);
        struct histogram hist = {{0}};
        code = postgresql_check_score(score, err);
        if (code != CXD_OK)
            break;
        hist.n[score] = postgresql_int(result, row, 3);
        take(sweep, &pieces->items[arrays->places[run]], postgresql_text(result, row, 1), &hist);
    }
    return code;
}

/* Of a dimension of answers. */
struct sweeping {
    struct sweep *sweep;
    const struct piece *piece;
};

static void count_answer(void *context, const char *value, int score) {
    const struct sweeping *sweeping = context;
    struct histogram hist = {{0}};
    hist.n[score] = 1;
    take(sweeping->sweep, sweeping->piece, value, &hist);
}

static enum cxd_err scan_answers(struct sweep *sweep, const struct pieces *pieces, const struct piece_arrays *arrays,
                                 struct error *err) {
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < arrays->count; i++) {
        const struct piece *piece = &pieces->items[arrays->places[i]];
        struct sweeping sweeping = {sweep, piece};
        code = postgresql_scan_answers(sweep->reader, sweep->survey, sweep->dimension, piece->from, piece->to,
                                       count_answer, &sweeping, err);
    }
    return code;
}

static enum cxd_err read_raw(struct sweep *sweep, const struct pieces *pieces, struct error *err) {
    struct piece_arrays arrays;
    enum cxd_err code = postgresql_pieces_list(pieces, false, &arrays, err);
    if (code == CXD_OK && arrays.count > 0)
        code = sweep->is_coarse ? scan_answers(sweep, pieces, &arrays, err) : count_raw(sweep, pieces, &arrays, err);
    postgresql_pieces_free(&arrays);
    return code;
}

static enum cxd_err read_span(struct sweep *sweep, const struct store_span *span, size_t at, struct error *err) {
    const int64_t bounds[2] = {span->from, span->to};
    struct pieces pieces = {0};
    if (span->from >= span->to)
        return CXD_OK;
    sweep->at = at;
    enum cxd_err code = postgresql_pieces_make(bounds, 2, sweep->finest, &pieces, err);
    if (code == CXD_OK)
        code = read_rolled(sweep, &pieces, err);
    if (code == CXD_OK)
        code = read_raw(sweep, &pieces, err);
    free(pieces.items);
    return code;
}

/* -------------------------------------------------------------------------------------------------------------------
 */

static void keep_answered(struct sweep *sweep) {
    size_t kept = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        bool is_empty = true;
        for (size_t at = 0; at < sweep->spans; at++)
            is_empty = is_empty && histogram_is_empty(&sweep->segments[i].hists[at]);
        if (!is_empty)
            sweep->segments[kept++] = sweep->segments[i];
    }
    sweep->count = kept;
}

/* Where its answers lie: nobody has answered a question that is not there, or is on no scale. */
static enum cxd_err find_number(struct sweep *sweep, bool *ret_found, struct error *err) {
    const PGresult *result = NULL;
    *ret_found = true;
    if (!sweep->question)
        return CXD_OK;
    enum cxd_err code = POSTGRESQL_ASK(&sweep->reader->db, QUERY_FIND_QUESTION, &result, err, INT(sweep->survey),
                                       TEXT(sweep->question));
    *ret_found = code == CXD_OK && PQntuples(result) == 1 && postgresql_int(result, 0, 1) == QUESTION_SCALE;
    if (*ret_found)
        sweep->number = answered_number(sweep->survey, (int)postgresql_int(result, 0, 0));
    sweep->cover = sweep->is_coarse ? STORE_COVER_NONE : STORE_COVER_ALL;
    *ret_found = *ret_found && !sweep->is_coarse;
    return code;
}

enum cxd_err postgresql_sweep_segments(struct postgresql_reader *reader, int64_t survey, const char *question,
                                       const char *dimension, const struct store_span *spans, size_t count,
                                       struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    bool is_coarse = answered_is_coarse(survey, dimension), found = false;
    struct sweep sweep = {.reader = reader,
                          .survey = survey,
                          .number = survey,
                          .question = question,
                          .dimension = dimension,
                          .finest = is_coarse || question ? TIER_DAY : TIER_QUARTER_HOUR,
                          .is_coarse = is_coarse,
                          .arena = arena,
                          .spans = count};
    enum cxd_err code = find_number(&sweep, &found, err);
    if (code == CXD_OK && found)
        code = read_cover(&sweep, err);
    if (code == CXD_OK && found && sweep.cover != STORE_COVER_NONE)
        code = list_series(&sweep, err);
    for (size_t i = 0; code == CXD_OK && i < count && sweep.count > 0; i++)
        code = read_span(&sweep, &spans[i], i, err);
    if (code != CXD_OK)
        return code;
    if (survey > 0)
        keep_answered(&sweep);
    *ret_segments = (struct store_segments){sweep.cover, sweep.segments, sweep.count};
    return CXD_OK;
}

enum cxd_err postgresql_read_segments(struct store_reader *base, int64_t survey, const char *question,
                                      const char *dimension, const struct store_span *spans, size_t count,
                                      struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    bool began = false;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_sweep_segments(reader, survey, question, dimension, spans, count, arena, ret_segments, err);
    postgresql_reader_leave(reader, began);
    return code;
}
