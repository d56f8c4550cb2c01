/* The rows of a table of segments: the histograms of a window by the values of a dimension, or of two, out of one state
 * of the store. Where rollups serve they are read from these: what is unset is then the total less all of them. What
 * they do not tell is scanned. */
#include "query/gather.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "query/filter.h"

static const char PROPERTY[] = "property.";

/* While it is gathered. */
struct gathering {
    struct store_reader *reader;
    const struct segments_question *question;
    const struct score_answer *whole; /* says which windows */
    struct filter filter;
    struct values *values;
    size_t rolled;           /* so many rows are out of rollups, and whole */
    struct segment answered; /* who ticked anything, where rows overlap */
    enum segment_part part;
    bool failed; /* no memory */
};

bool segments_overlap(const struct segments_question *question) {
    bool overlaps = false;
    for (size_t i = 0; i < question->by_count; i++)
        overlaps = overlaps || (question->asked[i] && question->asked[i]->type == QUESTION_CHOICES);
    return overlaps;
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

/* What a response says of a dimension: several values of several choices, else at most one. */
struct said {
    const char *const *list;
    size_t count; /* at least 1: where nothing is said, of a NULL */
    const char *one;
    char number[12];
};

static void say_answer(const struct response *response, const struct question *asked, struct said *said) {
    const struct answer *answer = response_answer(response, asked->key);
    if (!answer)
        return;
    if (answer->form == ANSWER_LIST && answer->value_count > 0) {
        said->list = answer->values;
        said->count = answer->value_count;
    } else if (asked->type == QUESTION_TEXT) {
        said->one = "";
    } else if (answer->form == ANSWER_NUMBER) {
        snprintf(said->number, sizeof said->number, "%d", answer->number);
        said->one = said->number;
    } else {
        said->one = answer->text;
    }
}

static void say(const struct response *response, const struct segments_question *question, size_t dimension,
                struct said *said) {
    const char *by = question->by[dimension];
    said->list = &said->one;
    said->count = 1;
    said->one = NULL;
    if (question->asked[dimension])
        say_answer(response, question->asked[dimension], said);
    else if (strcmp(by, "touchpoint") == 0)
        said->one = response->touchpoint;
    else if (strcmp(by, "channel") == 0)
        said->one = response->channel;
    else if (strcmp(by, "locale") == 0)
        said->one = response->locale;
    else
        said->one = response_property(response, by + strlen(PROPERTY));
}

static unsigned given_for(const struct segments_question *question) {
    unsigned given = 0;
    for (size_t i = 0; i < question->by_count; i++)
        given |= question->asked[i]                           ? GIVE_ANSWERS
                 : strcmp(question->by[i], "touchpoint") == 0 ? GIVE_TOUCHPOINT
                 : strcmp(question->by[i], "channel") == 0    ? GIVE_CHANNEL
                 : strcmp(question->by[i], "locale") == 0     ? GIVE_LOCALE
                                                              : GIVE_PROPERTIES;
    return given;
}

static void count_in(struct gathering *gathering, const struct response *response, const char *const *wanted) {
    const struct window *compared = &gathering->whole->compared_window;
    struct segment *segment = values_find(gathering->values, wanted);
    gathering->failed = gathering->failed || segment == NULL;
    if (!segment)
        return;
    bool is_beyond = segment == &gathering->values->beyond;
    if (!is_beyond && (size_t)(segment - gathering->values->rows) < gathering->rolled)
        return;
    segment->parts[gathering->part].n[response->score]++;
    if (gathering->part == SEGMENT_WINDOW && is_read(gathering, SEGMENT_COMPARED) &&
        response->answered_at >= compared->from && response->answered_at < compared->to)
        segment->parts[SEGMENT_COMPARED].n[response->score]++;
}

static bool count_response(void *context, const struct response *response) {
    struct gathering *gathering = context;
    const struct segments_question *question = gathering->question;
    struct said said[SEGMENT_DIMENSIONS_MAX] = {{0}};
    for (size_t i = 0; i < question->by_count; i++)
        say(response, question, i, &said[i]);
    for (size_t i = 0; i < said[0].count; i++)
        for (size_t j = 0; j < (question->by_count > 1 ? said[1].count : 1); j++) {
            const char *wanted[SEGMENT_DIMENSIONS_MAX] = {said[0].list[i],
                                                          question->by_count > 1 ? said[1].list[j] : NULL};
            count_in(gathering, response, wanted);
        }
    return !gathering->failed;
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

/* Alone, or all of them. */
static size_t parts_read(const struct gathering *gathering) {
    return gathering->whole->has_previous ? SEGMENT_PARTS : 1;
}

static enum cxd_err read_rollups(struct gathering *gathering, struct store_segments *ret_segments, struct error *err) {
    struct store_span spans[SEGMENT_PARTS];
    size_t count = parts_read(gathering);
    for (enum segment_part part = SEGMENT_WINDOW; part < SEGMENT_PARTS; part++) {
        struct window window = window_of(gathering, part);
        spans[part] = (struct store_span){window.from, is_read(gathering, part) ? window.to : window.from};
    }
    return store_read_segments(gathering->reader, gathering->filter.survey, gathering->filter.question,
                               gathering->question->by[0], spans, count, gathering->values->arena, ret_segments, err);
}

/* Of several choices there is a value "" for all who ticked any. */
static enum cxd_err take_rollups(struct gathering *gathering, const struct store_segments *segments,
                                 struct error *err) {
    struct values *values = gathering->values;
    bool overlaps = segments_overlap(gathering->question);
    size_t bytes = parts_read(gathering) * sizeof(struct histogram);
    values->most = segments->count;
    if (!values_reserve(values, segments->count + 1))
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    for (size_t i = 0; i < segments->count; i++) {
        if (overlaps && segments->segments[i].value[0] == '\0') {
            memcpy(gathering->answered.parts, segments->segments[i].hists, bytes);
            continue;
        }
        struct segment *row = values_find(values, &segments->segments[i].value);
        if (!row)
            return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
        memcpy(row->parts, segments->segments[i].hists, bytes);
    }
    gathering->rolled = values->count;
    return CXD_OK;
}

/* What has no value is what all of them leave of the total; where they overlap, what all who have one do. */
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
        histogram_subtract(&unset.parts[part], &gathering->answered.parts[part]);
        for (size_t i = 0; !segments_overlap(gathering->question) && i < gathering->values->count; i++)
            histogram_subtract(&unset.parts[part], &gathering->values->rows[i].parts[part]);
        is_any = is_any || !histogram_is_empty(&unset.parts[part]);
    }
    struct segment *row = is_any ? values_find(gathering->values, UNSET) : NULL;
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
    struct filter conditions = gathering->filter; /* rollups have the answers to a question too */
    conditions.question = NULL;
    if (gathering->question->by_count == 1 && filter_is_empty(&conditions))
        result = read_rollups(gathering, &segments, err);
    if (result == CXD_OK && segments.cover != STORE_COVER_NONE)
        result = take_rollups(gathering, &segments, err);
    if (result != CXD_OK)
        return result;
    return segments.cover == STORE_COVER_ALL ? subtract_rollups(gathering, err) : scan(gathering, err);
}

/* All of the window is held against the other one. */
static void copy_compared(struct values *values) {
    for (size_t i = 0; i < values->count; i++)
        values->rows[i].parts[SEGMENT_COMPARED] = values->rows[i].parts[SEGMENT_WINDOW];
    values->beyond.parts[SEGMENT_COMPARED] = values->beyond.parts[SEGMENT_WINDOW];
}

enum cxd_err gather_rows(struct store_reader *reader, const struct segments_question *question,
                         const struct score_answer *whole, struct values *values, struct error *err) {
    struct gathering gathering = {
        .reader = reader,
        .question = question,
        .whole = whole,
        .filter = filter_complete(&question->score.filter, question->score.survey),
        .values = values,
    };
    enum cxd_err result = gather(&gathering, err);
    if (result == CXD_OK && whole->has_previous && !whole->is_cut)
        copy_compared(values);
    return result;
}
