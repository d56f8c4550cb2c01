/* To whom questions were to be shown: by the score, which the revisions' histograms tell, or by another answer. What
 * rollups do not tell is scanned. */
#include "query/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/domain/band.h"
#include "cxd/domain/judge.h"
#include "cxd/domain/response.h"
#include "query/filter.h"

enum { DIMENSION_SIZE = sizeof "asked." + QUESTION_KEY_CHARACTERS_MAX, REVISIONS_FIRST = 8 };

int64_t shown_by_band(const struct survey *survey, const struct question_show *show, const struct histogram *hist) {
    int64_t shown = 0;
    for (int score = 0; score < HISTOGRAM_SIZE; score++)
        shown += survey_in_bands(survey, show->bands, score) ? hist->n[score] : 0;
    return shown;
}

/* --- Revisions ---------------------------------------------------------------------------------------------------- */

/* While responses are gone through. */
struct scan {
    struct arena *arena;
    struct past *revisions;
    size_t count, capacity;
    size_t last; /* found last: mostly the next one's too */
    bool failed; /* no memory */
    const struct question *asked;
    int64_t shown;
};

static struct past *find(struct scan *scan, int64_t revision) {
    if (scan->last < scan->count && scan->revisions[scan->last].revision == revision)
        return &scan->revisions[scan->last];
    for (size_t i = 0; i < scan->count; i++)
        if (scan->revisions[i].revision == revision) {
            scan->last = i;
            return &scan->revisions[i];
        }
    return NULL;
}

static struct past *add(struct scan *scan, int64_t revision) {
    if (scan->count == scan->capacity) {
        size_t capacity = scan->capacity > 0 ? 2 * scan->capacity : REVISIONS_FIRST;
        struct past *grown = arena_alloc_zero(scan->arena, capacity, sizeof *grown);
        if (!grown)
            return NULL;
        if (scan->count > 0)
            memcpy(grown, scan->revisions, scan->count * sizeof *grown);
        scan->revisions = grown;
        scan->capacity = capacity;
    }
    struct past *past = &scan->revisions[scan->count++];
    past->revision = revision;
    return past;
}

static bool count_revision(void *context, const struct response *response) {
    struct scan *scan = context;
    struct past *past = find(scan, response->revision);
    if (!past)
        past = add(scan, response->revision);
    scan->failed = !past;
    if (past)
        past->hist.n[response->score]++;
    return past != NULL;
}

static int compare_revisions(const void *left, const void *right) {
    const struct past *a = left, *b = right;
    return (a->revision > b->revision) - (a->revision < b->revision);
}

static enum cxd_err visit(struct store_reader *reader, const struct score_question *question,
                          const struct window *window, store_response_visit *each, struct scan *scan,
                          struct error *err) {
    struct filter filter = filter_complete(&question->filter, question->survey);
    enum cxd_err result =
        store_visit_responses(reader, &filter, window->from, window->to, GIVE_ANSWERS, each, scan, err);
    if (result == CXD_OK && scan->failed)
        result = error_set(err, ERR_NO_MEMORY, "no memory for what was answered to questions");
    return result;
}

/* The segments of one dimension of the window, where rollups tell them. */
static enum cxd_err read_rollups(struct store_reader *reader, const struct score_question *question,
                                 const struct window *window, const char *dimension, struct arena *arena,
                                 struct store_segments *ret_segments, struct error *err) {
    const struct store_span span = {window->from, window->to};
    *ret_segments = (struct store_segments){.cover = STORE_COVER_NONE};
    if (!filter_is_empty(&question->filter))
        return CXD_OK;
    return store_read_segments(reader, question->survey->number, NULL, dimension, &span, 1, arena, ret_segments, err);
}

enum cxd_err shown_revisions(struct store_reader *reader, const struct score_question *question,
                             const struct window *window, struct arena *arena, struct past **ret_revisions,
                             size_t *ret_count, struct error *err) {
    struct scan scan = {.arena = arena};
    struct store_segments segments = {.count = 0};
    enum cxd_err result = CXD_OK;
    if (window->from < window->to)
        result = read_rollups(reader, question, window, "revision", arena, &segments, err);
    for (size_t i = 0; result == CXD_OK && i < segments.count; i++) {
        struct past *past = add(&scan, strtoll(segments.segments[i].value, NULL, 10));
        if (!past)
            return error_set(err, ERR_NO_MEMORY, "no memory for what was answered to questions");
        past->hist = segments.segments[i].hists[0];
    }
    if (result == CXD_OK && window->from < window->to && segments.cover == STORE_COVER_NONE)
        result = visit(reader, question, window, count_revision, &scan, err);
    if (result != CXD_OK)
        return result;
    if (scan.count > 0)
        qsort(scan.revisions, scan.count, sizeof *scan.revisions, compare_revisions);
    *ret_revisions = scan.revisions;
    *ret_count = scan.count;
    return CXD_OK;
}

/* --- By another answer -------------------------------------------------------------------------------------------- */

static bool count_shown(void *context, const struct response *response) {
    struct scan *scan = context;
    const struct past *past = find(scan, response->revision);
    const struct question *asks = past && past->survey ? survey_question(past->survey, scan->asked->key) : NULL;
    if (asks && asks->show.key && question_is_shown(past->survey, asks, response))
        scan->shown++;
    return true;
}

enum cxd_err shown_count(struct store_reader *reader, const struct score_question *question,
                         const struct window *window, const struct question *asked, const struct past *revisions,
                         size_t count, struct arena *arena, int64_t *ret_shown, struct error *err) {
    struct past *own = arena_alloc_zero(arena, count + 1, sizeof *own);
    struct scan scan = {.arena = arena, .revisions = own, .count = count, .asked = asked};
    struct store_segments segments = {.count = 0};
    char dimension[DIMENSION_SIZE];
    if (!own)
        return error_set(err, ERR_NO_MEMORY, "no memory for what was answered to questions");
    if (count > 0)
        memcpy(own, revisions, count * sizeof *own);
    snprintf(dimension, sizeof dimension, "asked.%s", asked->key);
    enum cxd_err result = read_rollups(reader, question, window, dimension, arena, &segments, err);
    for (size_t i = 0; result == CXD_OK && i < segments.count; i++)
        scan.shown += histogram_count(&segments.segments[i].hists[0]);
    if (result == CXD_OK && segments.cover == STORE_COVER_NONE)
        result = visit(reader, question, window, count_shown, &scan, err);
    *ret_shown = scan.shown;
    return result;
}
