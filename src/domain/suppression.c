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

/* Those with too few answers in this part, and the smallest others that will do. */
static void hide(struct member *members, size_t count, enum segment_part part, int64_t min_n) {
    struct block block = {0};
    for (size_t i = 0; i < count; i++)
        members[i].n = histogram_count(&members[i].segment->parts[part]);
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0; i < count && (members[i].n < min_n || !is_safe(&block, min_n)); i++) {
        members[i].segment->hidden[part] = true;
        take(&block, &members[i], min_n);
    }
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
    for (enum segment_part part = SEGMENT_WINDOW; count > 0 && part < SEGMENT_PARTS; part++)
        if (part == SEGMENT_WINDOW || terms->compares)
            hide(members, count, part, min_n);
    free(members);
    return true;
}
