/* Segments counted from the responses: those of the values that would have rollups. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const char *value_of(const struct response *response, const char *dimension) {
    if (strcmp(dimension, "touchpoint") == 0)
        return response->touchpoint;
    if (strcmp(dimension, "channel") == 0)
        return response->channel;
    if (strcmp(dimension, "locale") == 0)
        return response->locale;
    return response_property(response, dimension + strlen(DIMENSION_PROPERTY));
}

static bool is_rolled(const struct declared *declared, const char *dimension) {
    if (strncmp(dimension, DIMENSION_PROPERTY, strlen(DIMENSION_PROPERTY)) != 0)
        return true;
    for (size_t i = 0; i < declared->count; i++)
        if (strcmp(declared->properties[i].dimension, dimension) == 0)
            return declared->properties[i].rolled;
    return false;
}

static int compare_segments(const void *a, const void *b) {
    return strcmp(((const struct store_segment *)a)->value, ((const struct store_segment *)b)->value);
}

/* NULL when memory is refused. */
static struct store_segment *find_segment(struct store_segments *segments, const char *value, struct arena *arena) {
    for (size_t i = 0; i < segments->count; i++)
        if (strcmp(segments->segments[i].value, value) == 0)
            return &segments->segments[i];
    struct store_segment *fresh = &segments->segments[segments->count];
    fresh->value = arena_strdup(arena, value);
    fresh->hists = arena_alloc_zero(arena, STORE_SPANS_MAX, sizeof *fresh->hists);
    if (!fresh->value || !fresh->hists)
        return NULL;
    segments->count++;
    return fresh;
}

/* The question while it is answered. */
struct counting {
    const struct memory_store *store;
    int64_t survey, number; /* what is counted lies under the number */
    const char *question, *dimension;
    struct declared declared;
    const struct store_span *spans;
    size_t count;
    struct arena *arena;
    struct store_segments *segments;
    const struct response *response;
};

static bool count_value(struct counting *counting, const char *value, int score) {
    const struct dimension found = {counting->dimension, value};
    if (!value || memory_is_beyond(counting->store, counting->number, &found))
        return true;
    for (size_t i = 0; i < counting->count; i++) {
        const struct store_span *span = &counting->spans[i];
        if (counting->response->answered_at < span->from || counting->response->answered_at >= span->to)
            continue;
        struct store_segment *segment = find_segment(counting->segments, value, counting->arena);
        if (!segment)
            return false;
        segment->hists[i].n[score]++;
    }
    return true;
}

static bool count_answered(void *context, const struct answered *answered) {
    struct counting *counting = context;
    bool done = true;
    for (size_t i = 0; done && answered->number == counting->survey && i < answered->count; i++)
        if (strcmp(answered->dimensions[i].name, counting->dimension) == 0)
            done = count_value(counting, answered->dimensions[i].value, answered->score);
    return done;
}

static bool count_response(struct counting *counting) {
    const struct response *response = counting->response;
    const struct survey *asked;
    int score;
    if (!memory_counted(counting->question, response, &score))
        return true;
    if (!answered_is_coarse(counting->survey, counting->dimension))
        return count_value(counting, value_of(response, counting->dimension), score);
    return memory_asked(counting->store, counting->survey, response->revision, counting->arena, &asked) &&
           answered_walk(response, &counting->declared, asked, count_answered, counting);
}

static bool count_all(struct counting *counting) {
    const struct memory_store *store = counting->store;
    struct store_segments *segments = counting->segments;
    bool is_coarse = answered_is_coarse(counting->survey, counting->dimension);
    counting->number = counting->survey;
    if (!memory_declared(store, counting->survey, counting->arena, &counting->declared))
        return false;
    if (is_coarse ? counting->question != NULL : !is_rolled(&counting->declared, counting->dimension)) {
        bool is_known = is_coarse || !counting->question ||
                        memory_find_question(store, counting->survey, counting->question, &counting->number);
        segments->cover = is_known ? STORE_COVER_NONE : STORE_COVER_ALL;
        return true;
    }
    if (counting->question && !memory_find_question(store, counting->survey, counting->question, &counting->number))
        return true;
    segments->cover =
        memory_is_overflowing(store, counting->number, counting->dimension) ? STORE_COVER_SOME : STORE_COVER_ALL;
    /* Of several choices a response is in as many. */
    segments->segments = arena_alloc_zero(counting->arena, store->responses.count * QUESTION_OPTIONS_MAX + 1000,
                                          sizeof *segments->segments);
    bool done = segments->segments;
    for (size_t i = 0; done && i < store->responses.count; i++) {
        counting->response = store->responses.blocks[i];
        if (counting->response && counting->response->survey == counting->survey)
            done = count_response(counting);
    }
    if (segments->count > 0)
        qsort(segments->segments, segments->count, sizeof *segments->segments, compare_segments);
    return done;
}

enum cxd_err memory_read_segments(struct store_reader *base, int64_t survey, const char *question,
                                  const char *dimension, const struct store_span *spans, size_t count,
                                  struct arena *arena, struct store_segments *ret_segments, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct store_segments segments = {0};
    struct counting counting = {.store = reader->store,
                                .survey = survey,
                                .question = question,
                                .dimension = dimension,
                                .spans = spans,
                                .count = count,
                                .arena = arena,
                                .segments = &segments};
    memory_enter(reader);
    bool done = count_all(&counting);
    memory_leave(reader);
    if (!done)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    *ret_segments = segments;
    return CXD_OK;
}
