/* Which segments are withheld: those with fewer answers than min_n, and so many others that nobody gets at these by
 * subtracting what is shown from the whole. */
#include "domain/suppression.h"

#include <stdlib.h>
#include <string.h>

/* Unset behind every value. */
static int compare_values(const char *a, const char *b) {
    if (!a || !b)
        return (b != NULL) - (a != NULL);
    return strcmp(a, b);
}

int segment_compare_values(const struct segment *a, const struct segment *b) {
    int order = 0;
    for (size_t i = 0; !order && i < SEGMENT_DIMENSIONS_MAX; i++)
        order = compare_values(a->values[i], b->values[i]);
    return order;
}

/* What is hidden of one part, together. */
struct block {
    int64_t n;
    int rows; /* that have an answer, */
    int few;  /* and of these, that have fewer than min_n */
};

/* A segment that may be hidden. */
struct member {
    struct segment *segment;
    int64_t n;
    bool is_beyond;
};

static void take(struct block *block, const struct member *member, int64_t min_n) {
    block->n += member->n;
    block->rows += member->n > 0;
    block->few += member->n > 0 && member->n < min_n;
}

/* The whole less what is shown is what is hidden, together: that must not be one segment, nor fewer answers than a
 * window needs. */
static bool is_safe(const struct block *block, int64_t min_n) {
    return block->few == 0 || (block->rows >= 2 && block->n >= min_n);
}

/* By what they are, and not by where they came from: the same answers have to hide the same segments, whichever
 * question they are asked for by, or the one table tells what the other hides. */
static int compare_members(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    if (x->is_beyond || y->is_beyond)
        return x->is_beyond - y->is_beyond;
    return segment_compare_values(x->segment, y->segment);
}

/* What is known of all answers of a part beside its rows: of rows that overlap more than their sum is. */
struct universe {
    const struct segments_terms *terms;
    enum segment_part part;
    int64_t all, answered; /* those with a value */
};

static bool has_value(const struct member *member) {
    return member->is_beyond || member->segment->values[0] || member->segment->values[1];
}

static bool is_few(int64_t n, int64_t min_n) {
    return n > 0 && n < min_n;
}

/* Those who are not in the row, but in the table, are few. */
static bool is_nearly_all(const struct universe *universe, const struct member *member) {
    int64_t min_n = universe->terms->survey->min_n;
    return universe->terms->overlaps && (is_few(universe->all - member->n, min_n) ||
                                         (has_value(member) && is_few(universe->answered - member->n, min_n)));
}

/* Rows that overlap may not do so in fact: then all less those that are shown is who stands in no other. */
static bool is_apart(const struct universe *universe, const struct member *members, size_t count) {
    int64_t all = universe->all, answered = universe->answered, min_n = universe->terms->survey->min_n;
    for (size_t i = 0; universe->terms->overlaps && i < count; i++) {
        if (members[i].segment->hidden[universe->part])
            continue;
        all -= members[i].n;
        answered -= has_value(&members[i]) ? members[i].n : 0;
    }
    return !universe->terms->overlaps || (!is_few(all, min_n) && !is_few(answered, min_n));
}

/* The smallest of those `with` a value, or of all, until what is hidden of these is safe. */
static void hide_smallest(const struct universe *universe, struct member *members, size_t count, bool with) {
    int64_t min_n = universe->terms->survey->min_n;
    struct block block = {0};
    for (size_t i = 0; i < count; i++)
        if (members[i].segment->hidden[universe->part] && (!with || has_value(&members[i])))
            take(&block, &members[i], min_n);
    for (size_t i = 0; i < count; i++) {
        struct member *member = &members[i];
        bool is_hidden = member->segment->hidden[universe->part] || (with && !has_value(member));
        if (is_hidden)
            continue;
        if (member->n >= min_n && is_safe(&block, min_n) && is_apart(universe, members, count))
            return;
        member->segment->hidden[universe->part] = true;
        take(&block, member, min_n);
    }
}

/* Those with too few answers in this part, and the smallest others that will do. */
static void hide(struct universe *universe, struct member *members, size_t count) {
    enum segment_part part = universe->part;
    for (size_t i = 0; i < count; i++)
        members[i].n = histogram_count(&members[i].segment->parts[part]);
    qsort(members, count, sizeof *members, compare_members);
    universe->answered = universe->all;
    for (size_t i = 0; i < count; i++)
        universe->answered -= has_value(&members[i]) ? 0 : members[i].n;
    for (size_t i = 0; i < count; i++)
        members[i].segment->hidden[part] = is_nearly_all(universe, &members[i]);
    if (universe->terms->answered)
        hide_smallest(universe, members, count, true);
    hide_smallest(universe, members, count, false);
}

static bool is_any(const struct segment *segment) {
    bool any = false;
    for (int part = 0; part < SEGMENT_PARTS; part++)
        any = any || !histogram_is_empty(&segment->parts[part]);
    return any;
}

/* Each part by its own answers alone, so that a window hides the same whether it is asked for by itself or held against
 * another one. */
bool suppression_apply(const struct segments_terms *terms, struct segments *segments) {
    int64_t min_n = terms->survey->min_n;
    size_t count = 0;
    for (size_t i = 0; i < segments->count; i++)
        memset(segments->rows[i].hidden, 0, sizeof segments->rows[i].hidden);
    memset(segments->beyond.hidden, 0, sizeof segments->beyond.hidden);
    if (min_n <= 0)
        return true;
    struct member *members = calloc(segments->count + 1, sizeof *members);
    if (!members)
        return false;
    for (size_t i = 0; i < segments->count; i++)
        members[count++].segment = &segments->rows[i];
    if (is_any(&segments->beyond))
        members[count++] = (struct member){.segment = &segments->beyond, .is_beyond = true};
    for (enum segment_part part = SEGMENT_WINDOW; count > 0 && part < SEGMENT_PARTS; part++) {
        struct universe universe = {.terms = terms, .part = part, .all = segments->n[part]};
        if (part == SEGMENT_WINDOW || terms->compares)
            hide(&universe, members, count);
    }
    free(members);
    return true;
}
