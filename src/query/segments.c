/* Segments: the histograms of a window by the values of a dimension, or of two, out of one state of the store. Where
 * rollups serve they are read from these: what is unset is then the total less all of them. What they do not tell is
 * scanned. domain/segments.c makes the table of it. */
#include <assert.h>
#include <string.h>

#include "cxd/query/query.h"
#include "query/filter.h"
#include "query/values.h"

static const char PROPERTY[] = "property.";

/* While it is gathered. */
struct gathering {
    struct store_reader *reader;
    const struct segments_question *question;
    const struct score_answer *whole; /* says which windows */
    struct filter filter;
    struct values values;
    size_t rolled; /* so many rows are out of rollups, and whole */
    enum segment_part part;
    bool failed; /* no memory */
};

static bool is_plain(const struct filter *filter) {
    return !filter->touchpoint && !filter->channel && !filter->locale && filter->property_count == 0;
}

static struct window window_of(const struct gathering *gathering, enum segment_part part) {
    const struct score_answer *whole = gathering->whole;
    return part == SEGMENT_WINDOW     ? whole->window
           : part == SEGMENT_COMPARED ? whole->compared_window
                                      : whole->previous_window;
}

/* The parts that have to be read: what is held against the other window may be all of it. */
static bool is_read(const struct gathering *gathering, enum segment_part part) {
    return part == SEGMENT_WINDOW ||
           (gathering->whole->has_previous && (part == SEGMENT_PREVIOUS || gathering->whole->is_cut));
}

static enum cxd_err read_window(const struct gathering *gathering, const struct window *window,
                                struct histogram *ret_hist, struct error *err) {
    const int64_t bounds[2] = {window->from, window->to};
    if (window->from >= window->to) /* cut in its first moment */
        return CXD_OK;
    return store_read_histograms(gathering->reader, &gathering->filter, bounds, 2, ret_hist, err);
}

/* --- By a scan ------------------------------------------------------------------------------------------------------
 */

static const char *value_of(const struct response *response, const char *dimension) {
    if (strcmp(dimension, "touchpoint") == 0)
        return response->touchpoint;
    if (strcmp(dimension, "channel") == 0)
        return response->channel;
    if (strcmp(dimension, "locale") == 0)
        return response->locale;
    return response_property(response, dimension + strlen(PROPERTY));
}

static unsigned given_for(const struct segments_question *question) {
    unsigned given = 0;
    for (size_t i = 0; i < question->by_count; i++)
        given |= strcmp(question->by[i], "touchpoint") == 0 ? GIVE_TOUCHPOINT
                 : strcmp(question->by[i], "channel") == 0  ? GIVE_CHANNEL
                 : strcmp(question->by[i], "locale") == 0   ? GIVE_LOCALE
                                                            : GIVE_PROPERTIES;
    return given;
}

static bool count_response(void *context, const struct response *response) {
    struct gathering *gathering = context;
    const struct window *compared = &gathering->whole->compared_window;
    const char *wanted[SEGMENT_DIMENSIONS_MAX] = {NULL};
    for (size_t i = 0; i < gathering->question->by_count; i++)
        wanted[i] = value_of(response, gathering->question->by[i]);
    struct segment *segment = values_find(&gathering->values, wanted);
    gathering->failed = segment == NULL;
    if (!segment)
        return false;
    bool is_beyond = segment == &gathering->values.beyond;
    if (!is_beyond && (size_t)(segment - gathering->values.rows) < gathering->rolled)
        return true;
    segment->parts[gathering->part].n[response->score]++;
    if (gathering->part == SEGMENT_WINDOW && is_read(gathering, SEGMENT_COMPARED) &&
        response->answered_at >= compared->from && response->answered_at < compared->to)
        segment->parts[SEGMENT_COMPARED].n[response->score]++;
    return true;
}

/* The part of the window that is compared lies in it, and is counted along with it. */
static enum cxd_err scan(struct gathering *gathering, struct error *err) {
    static const enum segment_part PARTS[] = {SEGMENT_WINDOW, SEGMENT_PREVIOUS};
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; result == CXD_OK && i < CXD_COUNT(PARTS); i++) {
        struct window window = window_of(gathering, PARTS[i]);
        gathering->part = PARTS[i];
        if (!is_read(gathering, PARTS[i]) || window.from >= window.to)
            continue;
        result = store_visit_responses(gathering->reader, &gathering->filter, window.from, window.to,
                                       given_for(gathering->question), count_response, gathering, err);
        if (result == CXD_OK && gathering->failed)
            result = error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    }
    return result;
}

/* --- By rollups -----------------------------------------------------------------------------------------------------
 */

static enum cxd_err read_rollups(struct gathering *gathering, struct store_segments *ret_segments, struct error *err) {
    struct store_span spans[SEGMENT_PARTS];
    for (enum segment_part part = SEGMENT_WINDOW; part < SEGMENT_PARTS; part++) {
        struct window window = window_of(gathering, part);
        spans[part] = (struct store_span){window.from, is_read(gathering, part) ? window.to : window.from};
    }
    return store_read_segments(gathering->reader, gathering->filter.survey, gathering->question->by[0], spans,
                               SEGMENT_PARTS, gathering->values.arena, ret_segments, err);
}

static enum cxd_err take_rollups(struct gathering *gathering, const struct store_segments *segments,
                                 struct error *err) {
    struct values *values = &gathering->values;
    values->most = segments->count;
    for (size_t i = 0; i < segments->count; i++) {
        struct segment *row = values_find(values, &segments->segments[i].value);
        if (!row)
            return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
        memcpy(row->parts, segments->segments[i].hists, sizeof row->parts);
    }
    gathering->rolled = values->count;
    return CXD_OK;
}

/* What has no value is what all of them leave of the total. */
static enum cxd_err subtract_rollups(struct gathering *gathering, struct error *err) {
    static const char *const UNSET[SEGMENT_DIMENSIONS_MAX] = {NULL};
    struct segment unset = {.values = {NULL}};
    bool is_any = false;
    unset.parts[SEGMENT_WINDOW] = gathering->whole->hist;
    for (enum segment_part part = SEGMENT_COMPARED; part < SEGMENT_PARTS; part++) {
        struct window window = window_of(gathering, part);
        enum cxd_err result =
            is_read(gathering, part) ? read_window(gathering, &window, &unset.parts[part], err) : CXD_OK;
        if (result != CXD_OK)
            return result;
    }
    for (int part = 0; part < SEGMENT_PARTS; part++) {
        for (size_t i = 0; i < gathering->values.count; i++)
            histogram_subtract(&unset.parts[part], &gathering->values.rows[i].parts[part]);
        is_any = is_any || !histogram_is_empty(&unset.parts[part]);
    }
    struct segment *row = is_any ? values_find(&gathering->values, UNSET) : NULL;
    if (is_any && !row)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    if (row)
        memcpy(row->parts, unset.parts, sizeof row->parts);
    return CXD_OK;
}

static_assert((int)SEGMENT_PARTS == (int)STORE_SPANS_MAX, "a segment's histograms are those of the spans");

static enum cxd_err gather(struct gathering *gathering, struct error *err) {
    struct store_segments segments = {.cover = STORE_COVER_NONE};
    enum cxd_err result = CXD_OK;
    if (gathering->question->by_count == 1 && is_plain(&gathering->filter))
        result = read_rollups(gathering, &segments, err);
    if (result == CXD_OK && segments.cover != STORE_COVER_NONE)
        result = take_rollups(gathering, &segments, err);
    if (result != CXD_OK)
        return result;
    return segments.cover == STORE_COVER_ALL ? subtract_rollups(gathering, err) : scan(gathering, err);
}

/* --- Visits ---------------------------------------------------------------------------------------------------------
 */

/* What was shown, and never answered, has a row too. What nothing is told of is not known, unless all is. */
static bool count_visits(void *context, const char *const *values, const struct impressions *impressions) {
    struct gathering *gathering = context;
    struct segment *segment = impressions->n[IMPRESSION_SHOWN] > 0
                                  ? values_find_shown(&gathering->values, values, &gathering->failed)
                                  : values_look(&gathering->values, values);
    for (int kind = 0; segment && kind < IMPRESSION_INVITED; kind++)
        segment->visits.n[kind] += impressions->n[kind];
    if (segment)
        segment->visits_known = IMPRESSIONS_KNOWN;
    return !gathering->failed;
}

static void set_known(struct values *values, enum impressions_known known) {
    for (size_t i = 0; i < values->count; i++)
        values->rows[i].visits_known = known;
}

/* Where nothing was shown there is nothing to split. */
static enum cxd_err gather_visits(struct gathering *gathering, struct error *err) {
    const struct segments_question *question = gathering->question;
    const struct score_answer *whole = gathering->whole;
    enum impressions_known known = whole->rate.known;
    if (known == IMPRESSIONS_KNOWN && whole->rate.counts.n[IMPRESSION_SHOWN] == 0)
        return CXD_OK;
    set_known(&gathering->values, known == IMPRESSIONS_KNOWN ? IMPRESSIONS_EXPIRED : known);
    if (known != IMPRESSIONS_KNOWN)
        return CXD_OK;
    enum cxd_err result =
        store_visit_impressions(gathering->reader, &gathering->filter, question->by, question->by_count,
                                whole->window.from, whole->window.to, count_visits, gathering, &known, err);
    if (result == CXD_OK && gathering->failed)
        result = error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    if (result == CXD_OK && known != IMPRESSIONS_EXPIRED)
        set_known(&gathering->values, known);
    return result;
}

/* ---------------------------------------------------------------------------------------------------------------------
 */

/* All of the window is held against the other one. */
static void copy_compared(struct values *values) {
    for (size_t i = 0; i < values->count; i++)
        values->rows[i].parts[SEGMENT_COMPARED] = values->rows[i].parts[SEGMENT_WINDOW];
    values->beyond.parts[SEGMENT_COMPARED] = values->beyond.parts[SEGMENT_WINDOW];
}

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
    };
    answer->segments = (struct segments){.visits = whole->rate.counts,
                                         .visits_known = whole->rate.known,
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

static enum cxd_err read_state(struct gathering *gathering, struct segments_answer *answer, struct error *err) {
    const struct segments_question *question = gathering->question;
    enum cxd_err result = query_score_within(gathering->reader, &question->score, &answer->whole, err);
    gathering->whole = &answer->whole;
    if (result == CXD_OK)
        result = gather(gathering, err);
    return result == CXD_OK ? gather_visits(gathering, err) : result;
}

enum cxd_err query_segments(struct store_reader *reader, const struct segments_question *question, struct arena *arena,
                            struct segments_answer *ret_answer, struct error *err) {
    struct gathering gathering = {.reader = reader, .question = question};
    struct segments_answer answer;
    gathering.filter = filter_complete(&question->score.filter, question->score.survey);
    enum cxd_err result = values_init(&gathering.values, question->by_count, SEGMENTS_VALUES_MAX, arena, err);
    if (result == CXD_OK)
        result = store_reader_begin(reader, err);
    if (result != CXD_OK)
        return result;
    result = read_state(&gathering, &answer, err);
    store_reader_end(reader);
    if (result != CXD_OK)
        return result;
    if (answer.whole.has_previous && !answer.whole.is_cut)
        copy_compared(&gathering.values);
    result = judge(question, &gathering.values, &answer, err);
    if (result == CXD_OK)
        *ret_answer = answer;
    return result;
}
