/* Response rates by segment: what was shown less what stands in rows is the remainder's. Where a min_n withholds the
 * rate of one, it withholds so many others that nobody gets at it by subtracting. */
#include "domain/segment_rates.h"

#include <stdlib.h>

#include "domain/suppression.h"

static void subtract(struct impressions *from, const struct impressions *what) {
    for (int kind = 0; kind < IMPRESSION_KINDS; kind++)
        from->n[kind] -= what->n[kind];
}

/* What the first `count` rows leave of all; of invitations there is nothing in a segment. */
static struct impressions leave_of(const struct segments *segments, size_t count) {
    struct impressions left = segments->visits;
    for (size_t i = 0; i < count; i++)
        subtract(&left, &segments->rows[i].visits);
    for (int kind = IMPRESSION_INVITED; kind < IMPRESSION_KINDS; kind++)
        left.n[kind] = 0;
    return left;
}

/* Whether what the first `count` rows leave is known. */
static enum impressions_known known_of(const struct segments *segments, size_t count) {
    enum impressions_known known = segments->visits_known;
    for (size_t i = 0; known == IMPRESSIONS_KNOWN && i < count; i++)
        known = segments->rows[i].visits_known;
    return known;
}

static int64_t shown_of(const struct segment *segment) {
    return segment->visits.n[IMPRESSION_SHOWN];
}

/* A segment whose rate may be withheld. */
struct member {
    struct segment *segment;
    bool is_beyond, is_withheld;
};

static int compare_members(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    int64_t left = shown_of(x->segment), right = shown_of(y->segment);
    if (left != right)
        return left < right ? -1 : 1;
    if (x->is_beyond || y->is_beyond)
        return x->is_beyond - y->is_beyond;
    return segment_compare_values(x->segment, y->segment);
}

/* What is withheld, together: visits, answers, and segments with a visit. */
struct block {
    int64_t shown, answers;
    size_t segments;
};

static bool is_safe(const struct block *block, int64_t min_n) {
    return block->segments == 0 || (block->segments >= 2 && block->shown >= min_n && block->answers >= min_n);
}

static void withhold(struct member *member, struct block *block) {
    member->is_withheld = member->segment->rate_hidden = true;
    block->shown += shown_of(member->segment);
    block->answers += histogram_count(&member->segment->parts[SEGMENT_WINDOW]);
    block->segments++;
}

/* Those that have no rate to show, but visits, are withheld too: the total less all others would tell of them. */
static void withhold_few(struct member *members, size_t count, int64_t min_n) {
    struct block block = {0};
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = members[i].segment;
        bool has_rate = segment->visits.n[IMPRESSION_REPORTED] > 0;
        if (segment->hidden[SEGMENT_WINDOW] || shown_of(segment) < min_n || !has_rate)
            withhold(&members[i], &block);
    }
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0; i < count && !is_safe(&block, min_n); i++)
        if (!members[i].is_withheld)
            withhold(&members[i], &block);
}

static bool suppress(const struct segments_terms *terms, struct segments *segments) {
    size_t count = 0;
    struct member *members = calloc(segments->count + 1, sizeof *members);
    if (!members)
        return false;
    for (size_t i = 0; i < segments->count; i++)
        if (shown_of(&segments->rows[i]) > 0)
            members[count++].segment = &segments->rows[i];
    if (shown_of(&segments->beyond) > 0)
        members[count++] = (struct member){.segment = &segments->beyond, .is_beyond = true};
    if (count > 0)
        withhold_few(members, count, terms->survey->min_n);
    free(members);
    return true;
}

/* Whether of what is withheld some stands in the remainder, and some does not. */
static bool is_divided(const struct segments *segments) {
    bool within = segments->beyond.rate_hidden, without = false;
    for (size_t i = 0; i < segments->count; i++) {
        within = within || (segments->rows[i].rate_hidden && i >= segments->shown);
        without = without || (segments->rows[i].rate_hidden && i < segments->shown);
    }
    return within && without;
}

/* Of what is not known in all of its rows nothing is told where something has to be withheld. */
static void forget_parts(struct segments *segments) {
    enum impressions_known known = known_of(segments, segments->count);
    for (size_t i = 0; known != IMPRESSIONS_KNOWN && i < segments->count; i++)
        segments->rows[i].visits_known = known;
}

static void compute(const struct segments_terms *terms, struct level *level, struct segment *segment) {
    bool is_hidden = segment->hidden[SEGMENT_WINDOW] || segment->rate_hidden;
    response_rate_compute_at(terms->survey, &segment->visits, segment->visits_known, is_hidden, level, &segment->rate);
}

bool segment_rates_compute(const struct segments_terms *terms, struct level *level, struct segments *segments) {
    bool withholds = terms->survey->min_n > 0;
    if (withholds)
        forget_parts(segments);
    segments->beyond.visits = leave_of(segments, segments->count);
    if (withholds && known_of(segments, segments->count) == IMPRESSIONS_KNOWN && !suppress(terms, segments))
        return false;
    for (size_t i = 0; i < segments->shown; i++)
        compute(terms, level, &segments->rows[i]);
    segments->remainder.visits = leave_of(segments, segments->shown);
    segments->remainder.visits_known = known_of(segments, segments->shown);
    segments->remainder.rate_hidden = is_divided(segments);
    compute(terms, level, &segments->remainder);
    return true;
}
