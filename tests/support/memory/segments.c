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
    segments->count += fresh->value != NULL;
    return fresh->value ? fresh : NULL;
}

static bool count_response(struct store_segments *segments, const struct response *response, const char *value,
                           const struct store_span *spans, size_t count, struct arena *arena) {
    for (size_t i = 0; i < count; i++) {
        if (response->answered_at < spans[i].from || response->answered_at >= spans[i].to)
            continue;
        struct store_segment *segment = find_segment(segments, value, arena);
        if (!segment)
            return false;
        segment->hists[i].n[response->score]++;
    }
    return true;
}

static bool count_all(const struct memory_store *store, int64_t survey, const char *dimension,
                      const struct store_span *spans, size_t count, struct arena *arena,
                      struct store_segments *segments) {
    struct declared declared;
    if (!memory_declared(store, survey, arena, &declared))
        return false;
    if (!is_rolled(&declared, dimension)) {
        segments->cover = STORE_COVER_NONE;
        return true;
    }
    segments->cover = memory_is_overflowing(store, survey, dimension) ? STORE_COVER_SOME : STORE_COVER_ALL;
    segments->segments = arena_alloc_zero(arena, store->responses.count + 1, sizeof *segments->segments);
    bool done = segments->segments;
    for (size_t i = 0; done && i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        const char *value = response ? value_of(response, dimension) : NULL;
        const struct dimension found = {dimension, value};
        if (value && response->survey == survey && response_counts(response) &&
            !memory_is_beyond(store, survey, &found))
            done = count_response(segments, response, value, spans, count, arena);
    }
    if (segments->count > 0)
        qsort(segments->segments, segments->count, sizeof *segments->segments, compare_segments);
    return done;
}

enum cxd_err memory_read_segments(struct store_reader *base, int64_t survey, const char *dimension,
                                  const struct store_span *spans, size_t count, struct arena *arena,
                                  struct store_segments *ret_segments, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct store_segments segments = {0};
    memory_enter(reader);
    bool done = count_all(reader->store, survey, dimension, spans, count, arena, &segments);
    memory_leave(reader);
    if (!done)
        return error_set(err, ERR_NO_MEMORY, "no memory for the segments of a survey");
    *ret_segments = segments;
    return CXD_OK;
}
