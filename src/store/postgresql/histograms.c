/* Histograms of a window, or of every bucket of a trend, in two questions: what the rollups say, summed up by bucket,
 * and the ragged edges from the responses; or, where no rollup serves the filter, the responses alone. */

#include <stdlib.h>
#include <string.h>

#include "store/answered.h"
#include "store/postgresql/reader.h"

/* How the filter is answered. */
struct plan {
    bool rolled, has_series, is_empty; /* empty: nobody has answered what is counted */
    const char *dimension, *value;     /* NULL: the total */
    struct buffer name;                /* of a dimension that is written */
    int64_t number;                    /* of the survey, or of its question */
    enum tier finest;
};

static bool has_conditions(const struct filter *filter) {
    return filter->touchpoint || filter->channel || filter->locale || filter->property_count > 0 ||
           filter->answer_count > 0 || filter->question;
}

static void name_dimension(struct plan *plan, const char *prefix, const struct property *of) {
    buffer_reset(&plan->name);
    buffer_append_text(&plan->name, prefix);
    buffer_append_text(&plan->name, of->key);
    plan->dimension = buffer_terminate(&plan->name);
    plan->value = of->value;
}

static enum cxd_err plan_filter(const struct filter *filter, struct plan *plan, struct error *err) {
    const struct {
        const char *dimension, *value;
    } fixed[] = {{"touchpoint", filter->touchpoint}, {"channel", filter->channel}, {"locale", filter->locale}};
    size_t conditions = filter->property_count + filter->answer_count;
    for (size_t i = 0; i < CXD_COUNT(fixed); i++) {
        if (fixed[i].value) {
            plan->dimension = fixed[i].dimension;
            plan->value = fixed[i].value;
            conditions++;
        }
    }
    if (filter->property_count > 0)
        name_dimension(plan, DIMENSION_PROPERTY, &filter->properties[0]);
    if (filter->answer_count > 0)
        name_dimension(plan, DIMENSION_ANSWER, &filter->answers[0]);
    if (conditions > 0 && !plan->dimension)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a segment");
    plan->number = filter->survey;
    plan->rolled = conditions <= 1 && (filter->property_count == 0 || filter->property_rolled) &&
                   (filter->answer_count == 0 || !filter->question);
    plan->finest = filter->answer_count > 0 || filter->question ? TIER_DAY : TIER_QUARTER_HOUR;
    return CXD_OK;
}

/* A property may not be rolled any more in the state that is read. A value without a series has no response, or is one
 * of those beyond: then the responses have to be read. Of texts there is one value, which is none of them, and the
 * value
 * "" is nobody's. */
static enum cxd_err look_up(struct postgresql_reader *reader, const struct filter *filter, struct plan *plan,
                            struct error *err) {
    const PGresult *result = NULL;
    const char *question = filter->question           ? filter->question
                           : filter->answer_count > 0 ? filter->answers[0].key
                                                      : NULL;
    bool asks = filter->survey > 0 && (filter->question || (question && plan->rolled));
    enum cxd_err code =
        POSTGRESQL_ASK(&reader->db, QUERY_PLAN_WINDOW, &result, err, INT(filter->survey),
                       TEXT(filter->property_count > 0 ? filter->properties[0].key : NULL), TEXT(question),
                       TEXT(plan->dimension), TEXT(plan->value), BOOL(filter->question != NULL));
    if (code != CXD_OK)
        return code;
    bool found = !PQgetisnull(result, 0, 1);
    enum question_type type = (enum question_type)postgresql_int(result, 0, 2);
    if (filter->survey > 0 && filter->property_count > 0 && !postgresql_bool(result, 0, 0))
        plan->rolled = false;
    if (asks && (!found || (filter->question && type != QUESTION_SCALE)))
        plan->is_empty = true;
    else if (asks && filter->question)
        plan->number = answered_number(filter->survey, (int)postgresql_int(result, 0, 1));
    else if (asks)
        plan->rolled = type != QUESTION_TEXT && plan->value[0] != '\0';
    plan->has_series = !plan->dimension || postgresql_bool(result, 0, 3);
    if (!plan->has_series && postgresql_bool(result, 0, 4))
        plan->rolled = false;
    return CXD_OK;
}

/* --- What is read --------------------------------------------------------------------------------------------------
 */

struct reading {
    struct postgresql_reader *reader;
    const struct filter *filter;
    const struct plan *plan;
    const int64_t *bounds;
    size_t count; /* of bounds */
    struct db_array bounds_array;
    struct pieces pieces;
    struct histogram *hists;
};

void postgresql_row_histogram(const PGresult *result, int row, int column, struct histogram *ret_hist) {
    for (int i = 0; i < HISTOGRAM_SIZE; i++)
        ret_hist->n[i] = postgresql_int(result, row, column + i);
}

enum cxd_err postgresql_check_score(int64_t score, struct error *err) {
    if (score >= 0 && score < HISTOGRAM_SIZE)
        return CXD_OK;
    return error_set(err, ERR_STORAGE, "a stored response has the score %lld", (long long)score);
}

/* A row that says which run, which bucket, and what. */
static void deal(struct reading *reading, const struct piece_arrays *arrays, const PGresult *result, int row,
                 const struct histogram *hist) {
    size_t run = (size_t)postgresql_int(result, row, 0) - 1;
    int64_t bucket = postgresql_int(result, row, 1) - 1, last = (int64_t)reading->count - 2;
    const struct piece *piece = &reading->pieces.items[arrays->places[run]];
    if (piece->into != PIECE_BY_TIME)
        bucket = piece->into;
    else
        bucket = bucket < 0 ? 0 : bucket > last ? last : bucket;
    if (bucket >= 0)
        histogram_add(&reading->hists[bucket], hist);
    if (piece->less >= 0)
        histogram_subtract(&reading->hists[piece->less], hist);
}

static enum cxd_err ask_rolled(struct reading *reading, struct piece_arrays *arrays, const PGresult **ret_result,
                               struct error *err) {
    const struct plan *plan = reading->plan;
    struct db *db = &reading->reader->db;
    if (!plan->dimension)
        return POSTGRESQL_ASK(db, QUERY_SUM_TOTALS, ret_result, err, INT(plan->number), ARRAY(&arrays->tiers),
                              ARRAY(&arrays->from), ARRAY(&arrays->to), ARRAY(&arrays->lengths),
                              ARRAY(&reading->bounds_array));
    return POSTGRESQL_ASK(db, QUERY_SUM_VALUES, ret_result, err, INT(plan->number), ARRAY(&arrays->tiers),
                          ARRAY(&arrays->from), ARRAY(&arrays->to), ARRAY(&arrays->lengths),
                          ARRAY(&reading->bounds_array), TEXT(plan->dimension), TEXT(plan->value));
}

static enum cxd_err read_rolled(struct reading *reading, struct error *err) {
    struct piece_arrays arrays;
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_pieces_list(&reading->pieces, true, &arrays, err);
    if (code == CXD_OK && arrays.count > 0)
        code = ask_rolled(reading, &arrays, &result, err);
    for (int row = 0; code == CXD_OK && result && row < PQntuples(result); row++) {
        struct histogram hist;
        postgresql_row_histogram(result, row, 2, &hist);
        deal(reading, &arrays, result, row, &hist);
    }
    postgresql_pieces_free(&arrays);
    return code;
}

static enum cxd_err ask_raw(struct reading *reading, struct piece_arrays *arrays, const PGresult **ret_result,
                            struct error *err) {
    const struct filter *filter = reading->filter;
    struct db *db = &reading->reader->db;
    struct filter_parts parts;
    if (filter->survey > 0 && !has_conditions(filter))
        return POSTGRESQL_ASK(db, QUERY_COUNT_ALL_RESPONSES, ret_result, err, INT(filter->survey), ARRAY(&arrays->from),
                              ARRAY(&arrays->to), ARRAY(&reading->bounds_array));
    postgresql_filter_make(filter, &parts);
    enum cxd_err code = POSTGRESQL_ASK(db, filter->survey < 0 ? QUERY_COUNT_VISITS : QUERY_COUNT_RESPONSES, ret_result,
                                       err, INT(filter->survey), ARRAY(&arrays->from), ARRAY(&arrays->to),
                                       FILTER(filter, &parts), ARRAY(&reading->bounds_array));
    postgresql_filter_free(&parts);
    return code;
}

static enum cxd_err read_raw(struct reading *reading, struct error *err) {
    struct piece_arrays arrays;
    const PGresult *result = NULL;
    enum cxd_err code = postgresql_pieces_list(&reading->pieces, false, &arrays, err);
    if (code == CXD_OK && arrays.count > 0)
        code = ask_raw(reading, &arrays, &result, err);
    for (int row = 0; code == CXD_OK && result && row < PQntuples(result); row++) {
        int64_t score = postgresql_int(result, row, 2);
        struct histogram hist = {{0}};
        code = postgresql_check_score(score, err);
        if (code != CXD_OK)
            break;
        hist.n[score] = postgresql_int(result, row, 3);
        deal(reading, &arrays, result, row, &hist);
    }
    postgresql_pieces_free(&arrays);
    return code;
}

static enum cxd_err read_pieces(struct reading *reading, struct error *err) {
    const struct plan *plan = reading->plan;
    enum cxd_err code = CXD_OK;
    postgresql_array_ints(&reading->bounds_array);
    for (size_t i = 0; i < reading->count; i++)
        postgresql_array_add_int(&reading->bounds_array, reading->bounds[i]);
    if (plan->rolled) {
        code = postgresql_pieces_make(reading->bounds, reading->count, plan->finest, &reading->pieces, err);
    } else {
        reading->pieces.items = malloc(sizeof *reading->pieces.items);
        if (!reading->pieces.items)
            code = error_set(err, ERR_NO_MEMORY, "no memory to read a window");
        else
            reading->pieces.items[reading->pieces.count++] = (struct piece){
                TIER_RAW, reading->bounds[0], reading->bounds[reading->count - 1], PIECE_BY_TIME, PIECE_NOWHERE};
    }
    if (code == CXD_OK && plan->rolled)
        code = read_rolled(reading, err);
    if (code == CXD_OK)
        code = read_raw(reading, err);
    postgresql_array_free(&reading->bounds_array);
    free(reading->pieces.items);
    return code;
}

enum cxd_err postgresql_read_counts(struct postgresql_reader *reader, const struct filter *filter,
                                    const int64_t *bounds, size_t count, int64_t whole_from,
                                    struct histogram *ret_hists, size_t *ret_unserved, struct error *err) {
    struct plan plan = {0};
    size_t unserved = 0;
    struct histogram *hists = calloc(count - 1, sizeof *hists);
    if (!hists)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a window");
    buffer_init(&plan.name);
    enum cxd_err code = plan_filter(filter, &plan, err);
    plan.has_series = true;
    if (code == CXD_OK && has_conditions(filter))
        code = look_up(reader, filter, &plan, err);
    while (!plan.rolled && unserved < count - 1 && bounds[unserved] < whole_from)
        unserved++;
    struct reading reading = {.reader = reader,
                              .filter = filter,
                              .plan = &plan,
                              .bounds = bounds + unserved,
                              .count = count - unserved,
                              .hists = hists + unserved};
    if (code == CXD_OK && !plan.is_empty && reading.count > 1 && (!plan.rolled || plan.has_series))
        code = read_pieces(&reading, err);
    if (code == CXD_OK) {
        memcpy(ret_hists, hists, (count - 1) * sizeof *hists);
        *ret_unserved = unserved;
    }
    buffer_free(&plan.name);
    free(hists);
    return code;
}

enum cxd_err postgresql_read_histograms(struct store_reader *base, const struct filter *filter, const int64_t *bounds,
                                        size_t count, struct histogram *ret_hists, struct error *err) {
    struct postgresql_reader *reader = (struct postgresql_reader *)base;
    size_t unserved;
    bool began = false;
    if (count < 2)
        return CXD_OK;
    enum cxd_err code = postgresql_reader_enter(reader, &began, err);
    if (code == CXD_OK)
        code = postgresql_read_counts(reader, filter, bounds, count, INT64_MIN, ret_hists, &unserved, err);
    postgresql_reader_leave(reader, began);
    return code;
}
