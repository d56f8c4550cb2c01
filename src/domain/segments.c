/* A table of segments: figures of each, the most harmful first, and a remainder of those that are not shown
 * (docs/scoring.md §5). What a min_n withholds is decided before, in suppression.c. */
#include "cxd/domain/segments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "domain/segment_rates.h"
#include "domain/suppression.h"

static const double ROUNDING = 1e-12;

/* What the answers count together: of a net score favourable less unfavourable, of a share the favourable ones, of a
 * mean the sum of the scores. */
static int64_t weight_of(const struct survey *survey, const struct segment *segment) {
    const struct score *score = &segment->score;
    if (survey->method == METHOD_MEAN)
        return histogram_sum(&segment->parts[SEGMENT_WINDOW]);
    return score->favourable - (survey->method == METHOD_TOP_BOX ? 0 : score->unfavourable);
}

/* The impact up to a factor that all segments have in common, in integers: what moves the score by as much is a tie,
 * whatever a division would make of it. Less is more harmful. */
static __int128 harm_of(const struct survey *survey, const struct segments *segments, const struct segment *segment,
                        int64_t overall_weight) {
    __int128 impact =
        (__int128)weight_of(survey, segment) * segments->score.n - (__int128)overall_weight * segment->score.n;
    return survey->method == METHOD_MEAN && survey->direction == DIRECTION_LOWER ? -impact : impact;
}

/* A row's place in the order. */
struct place {
    struct segment *segment;
    bool hidden, has_impact;
    __int128 harm;
    int64_t n;
};

static int compare_places(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    int order = a->hidden - b->hidden;
    if (!order)
        order = b->has_impact - a->has_impact;
    if (!order)
        order = (a->harm > b->harm) - (a->harm < b->harm);
    if (!order)
        order = (a->n < b->n) - (a->n > b->n);
    return order ? order : segment_compare_values(a->segment, b->segment);
}

/* Puts the rows in the order of their places, where they are: there may be thousands, and each is large. */
static void arrange(struct segment *rows, struct place *places, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!places[i].segment)
            continue;
        struct segment first = rows[i];
        size_t at = i;
        for (size_t from = (size_t)(places[at].segment - rows); from != i; from = (size_t)(places[at].segment - rows)) {
            rows[at] = rows[from];
            places[at].segment = NULL;
            at = from;
        }
        rows[at] = first;
        places[at].segment = NULL;
    }
}

/* Of what is hidden the order tells nothing but the values. */
static bool sort(const struct segments_terms *terms, struct segments *segments) {
    struct place *places = calloc(segments->count + 1, sizeof *places);
    const struct segment all = {.score = segments->score, .parts[SEGMENT_WINDOW] = segments->overall};
    int64_t overall_weight = weight_of(terms->survey, &all);
    bool done = places != NULL;
    for (size_t i = 0; done && i < segments->count; i++) {
        struct segment *segment = &segments->rows[i];
        places[i] = (struct place){.segment = segment, .hidden = segment->hidden[SEGMENT_WINDOW]};
        if (segment->hidden[SEGMENT_WINDOW])
            continue;
        places[i].has_impact = segment->has_impact;
        places[i].n = segment->score.n;
        if (segment->has_impact)
            places[i].harm = harm_of(terms->survey, segments, segment, overall_weight);
    }
    if (done && segments->count > 0) {
        qsort(places, segments->count, sizeof *places, compare_places);
        arrange(segments->rows, places, segments->count);
    }
    free(places);
    return done;
}

/* Figures that need the segment and the whole alone. */
static void compute(const struct segments_terms *terms, struct level *level, const struct segments *segments,
                    struct segment *segment) {
    const struct histogram *hist = &segment->parts[SEGMENT_WINDOW];
    score_compute_at(terms->survey, hist, level, &segment->score);
    segment->share = segments->score.n > 0 ? 100 * (double)segment->score.n / (double)segments->score.n : NAN;
    segment->has_impact = segment->score.known && segments->score.known;
    segment->impact = score_impact(&segment->score, &segments->score);
    segment->p_adjusted = NAN;
}

static void compare_with_rest(const struct segments_terms *terms, struct level *level, const struct segments *segments,
                              struct segment *segment) {
    const struct comparison_terms own = {
        .confidence = terms->confidence, .alpha = terms->alpha, .own = &segment->score};
    struct histogram rest = segments->overall;
    histogram_subtract(&rest, &segment->parts[SEGMENT_WINDOW]);
    score_compare_at(terms->survey, &segment->parts[SEGMENT_WINDOW], &rest, &own, level, &segment->rest);
}

static void compare_windows(const struct segments_terms *terms, struct level *level, struct segment *segment) {
    const struct comparison_terms own = {
        .confidence = terms->confidence, .alpha = terms->alpha, .overlap = terms->overlap};
    if (terms->compares)
        score_compare_at(terms->survey, &segment->parts[SEGMENT_COMPARED], &segment->parts[SEGMENT_PREVIOUS], &own,
                         level, &segment->change);
}

/* The family is every value that has a test, whether it will be shown or stand in the remainder. */
static bool adjust(const struct segments_terms *terms, struct segments *segments) {
    double *p = calloc(segments->count + 1, sizeof *p);
    if (!p)
        return false;
    for (size_t i = 0; i < segments->count; i++)
        p[i] = segments->rows[i].hidden[SEGMENT_WINDOW] ? NAN : segments->rows[i].rest.p_value;
    bool done = score_adjust_p(p, segments->count);
    for (size_t i = 0; done && i < segments->count; i++) {
        segments->rows[i].p_adjusted = p[i];
        segments->rows[i].significant = p[i] < terms->alpha - ROUNDING; /* not so of NaN */
    }
    free(p);
    return done;
}

static void add_to_remainder(struct segments *segments, const struct segment *segment) {
    for (int part = 0; part < SEGMENT_PARTS; part++)
        histogram_add(&segments->remainder.parts[part], &segment->parts[part]);
}

static bool is_empty(const struct segment *segment) {
    bool empty = true;
    for (int part = 0; part < SEGMENT_PARTS; part++)
        empty = empty && histogram_is_empty(&segment->parts[part]);
    return empty;
}

/* What is hidden is only ever summed up as a whole: it stands row by row, or all of it in the remainder. */
static size_t count_shown(const struct segments_terms *terms, const struct segments *segments) {
    size_t visible = 0;
    while (visible < segments->count && !segments->rows[visible].hidden[SEGMENT_WINDOW])
        visible++;
    if (visible > terms->limit)
        return terms->limit;
    return segments->count > terms->limit || segments->beyond.hidden[SEGMENT_WINDOW] ? visible : segments->count;
}

static bool is_part_hidden(const struct segment *segment, enum segment_part part) {
    return segment->hidden[part] && !histogram_is_empty(&segment->parts[part]);
}

/* Whether of what is hidden some stands in the remainder, and some does not. */
static bool is_divided(const struct segments *segments, enum segment_part part) {
    bool within = is_part_hidden(&segments->beyond, part), without = false;
    for (size_t i = 0; i < segments->count; i++) {
        bool hidden = is_part_hidden(&segments->rows[i], part);
        within = within || (hidden && i >= segments->shown);
        without = without || (hidden && i < segments->shown);
    }
    return within && without;
}

static bool is_few(const struct survey *survey, const struct histogram *hist) {
    return histogram_count(hist) < survey->min_n;
}

static void sum_remainder(const struct segments_terms *terms, struct level *level, struct segments *segments) {
    struct segment *remainder = &segments->remainder;
    *remainder = (struct segment){.values = {NULL}};
    segments->remainder_values = segments->beyond_values + (int64_t)(segments->count - segments->shown);
    for (size_t i = segments->shown; i < segments->count; i++)
        add_to_remainder(segments, &segments->rows[i]);
    add_to_remainder(segments, &segments->beyond);
    if (terms->overlaps) /* how many they are together is not known: who stands in two of them is one */
        memset(remainder->parts, 0, sizeof remainder->parts);
    segments->has_remainder = segments->shown < segments->count || !is_empty(&segments->beyond);
    for (enum segment_part part = SEGMENT_WINDOW; part < SEGMENT_PARTS; part++)
        remainder->hidden[part] = is_divided(segments, part) || is_few(terms->survey, &remainder->parts[part]);
    compute(terms, level, segments, remainder);
    compare_windows(terms, level, remainder);
}

bool segments_judge(const struct segments_terms *terms, struct segments *segments) {
    struct level level = level_of(terms->confidence);
    score_compute_at(terms->survey, &segments->overall, &level, &segments->score);
    if (!suppression_apply(terms, segments))
        return false;
    for (size_t i = 0; i < segments->count; i++) {
        compute(terms, &level, segments, &segments->rows[i]);
        if (!segments->rows[i].hidden[SEGMENT_WINDOW])
            compare_with_rest(terms, &level, segments, &segments->rows[i]);
    }
    if (!adjust(terms, segments) || !sort(terms, segments))
        return false;
    segments->shown = count_shown(terms, segments);
    for (size_t i = 0; i < segments->shown; i++)
        compare_windows(terms, &level, &segments->rows[i]);
    sum_remainder(terms, &level, segments);
    if (!segment_rates_compute(terms, &level, segments))
        return false;
    for (size_t i = 0; terms->use_t && i < segments->shown; i++)
        score_use_t(terms->survey, &segments->rows[i].parts[SEGMENT_WINDOW], &segments->rows[i].score);
    if (terms->use_t) {
        score_use_t(terms->survey, &segments->overall, &segments->score);
        score_use_t(terms->survey, &segments->remainder.parts[SEGMENT_WINDOW], &segments->remainder.score);
    }
    return true;
}
