/* Segments: the rows of a window (gather.c), and the visits of each. domain/segments.c makes the table of it. */
#include "cxd/query/query.h"
#include "query/filter.h"
#include "query/gather.h"
#include "query/rate.h"

/* Visits, while they are told. */
struct telling {
    struct values *values;
    bool failed; /* no memory */
};

/* Of visits nobody knows what was answered. */
static bool is_of_visits(const struct segments_question *question) {
    bool is_answered = !filter_is_of_visits(&question->score.filter);
    for (size_t i = 0; i < question->by_count; i++)
        is_answered = is_answered || question->asked[i];
    return !is_answered;
}

/* --- Visits ---------------------------------------------------------------------------------------------------------
 */

/* What was shown, and never answered, has a row too. What nothing is told of is not known, unless all is. */
static bool count_visits(void *context, const char *const *values, const struct impressions *impressions) {
    struct telling *telling = context;
    struct segment *segment = impressions->n[IMPRESSION_SHOWN] > 0
                                  ? values_find_shown(telling->values, values, &telling->failed)
                                  : values_look(telling->values, values);
    for (int kind = 0; segment && kind < IMPRESSION_INVITED; kind++)
        segment->visits.n[kind] += impressions->n[kind];
    if (segment)
        segment->visits_known = IMPRESSIONS_KNOWN;
    return !telling->failed;
}

static void set_known(struct values *values, enum impressions_known known) {
    for (size_t i = 0; i < values->count; i++)
        values->rows[i].visits_known = known;
}

/* Where nothing was shown there is nothing to split. */
static enum cxd_err gather_visits(struct store_reader *reader, const struct segments_question *question,
                                  const struct score_answer *whole, struct values *values, struct error *err) {
    struct telling telling = {.values = values};
    enum impressions_known known = whole->rate.known;
    if (!is_of_visits(question) || (known == IMPRESSIONS_KNOWN && whole->rate.counts.n[IMPRESSION_SHOWN] == 0))
        return CXD_OK;
    set_known(values, known == IMPRESSIONS_KNOWN ? IMPRESSIONS_EXPIRED : known);
    if (known != IMPRESSIONS_KNOWN)
        return CXD_OK;
    const struct filter filter = filter_complete(&question->score.filter, question->score.survey);
    int64_t from;
    enum cxd_err result = rate_read_from(reader, filter.survey, &whole->window, &from, err);
    if (result == CXD_OK)
        result = store_visit_impressions(reader, &filter, question->by, question->by_count, from, whole->window.to,
                                         count_visits, &telling, &known, err);
    if (result == CXD_OK && telling.failed)
        result = error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    if (result == CXD_OK && known != IMPRESSIONS_EXPIRED)
        set_known(values, known);
    return result;
}

/* ---------------------------------------------------------------------------------------------------------------------
 */

static enum cxd_err judge(const struct segments_question *question, const struct values *values,
                          struct segments_answer *answer, struct error *err) {
    const struct score_answer *whole = &answer->whole;
    const struct segments_terms terms = {
        .survey = question->score.survey,
        .confidence = question->score.confidence,
        .alpha = question->score.alpha,
        .use_t = question->score.use_t,
        .compares = whole->has_previous,
        .overlap = whole->has_previous && window_overlaps(&whole->compared_window, &whole->previous_window),
        .limit = question->limit,
        .overlaps = segments_overlap(question),
        .answered = question->by_count == 1 && question->asked[0],
    };
    bool has_visits = is_of_visits(question);
    answer->segments = (struct segments){.visits = has_visits ? whole->rate.counts : (struct impressions){{0}},
                                         .visits_known = has_visits ? whole->rate.known : IMPRESSIONS_KNOWN,
                                         .n = {histogram_count(&whole->hist), whole->previous.own_n, whole->previous.n},
                                         .rows = values->rows,
                                         .count = values->count,
                                         .beyond = values->beyond,
                                         .beyond_values = (int64_t)values->beyond_count,
                                         .beyond_at_least = values->beyond_at_least,
                                         .overall = whole->hist};
    return segments_judge(&terms, &answer->segments)
               ? CXD_OK
               : error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
}

static enum cxd_err read_state(struct store_reader *reader, const struct segments_question *question,
                               struct values *values, struct segments_answer *answer, struct error *err) {
    enum cxd_err result = query_score_within(reader, &question->score, &answer->whole, err);
    if (result == CXD_OK)
        result = gather_rows(reader, question, &answer->whole, values, err);
    return result == CXD_OK ? gather_visits(reader, question, &answer->whole, values, err) : result;
}

enum cxd_err query_segments(struct store_reader *reader, const struct segments_question *question, struct arena *arena,
                            struct segments_answer *ret_answer, struct error *err) {
    struct segments_answer answer;
    struct values values;
    enum cxd_err result = values_init(&values, question->by_count, SEGMENTS_VALUES_MAX, arena, err);
    if (result == CXD_OK)
        result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_state(reader, question, &values, &answer, err);
    store_reader_end(reader);
    if (result == CXD_OK)
        result = judge(question, &values, &answer, err);
    if (result == CXD_OK)
        *ret_answer = answer;
    return result;
}
