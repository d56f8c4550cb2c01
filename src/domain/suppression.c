/* Which segments are withheld: those with fewer answers than min_n, and so many others that nobody gets at these by
 * subtracting what is shown from the whole. */
#include "domain/suppression.h"

#include <stdlib.h>

/* What is hidden of one part, together. */
struct block {
    int64_t n;
    int rows; /* that have an answer, */
    int few;  /* and of these, that have fewer than min_n */
};

/* A segment that may be hidden, with its answers. */
struct member {
    struct segment *segment;
    int64_t n[SEGMENT_PARTS];
    int64_t order;
};

static void take(struct block *block, const struct member *member, enum segment_part part, int64_t min_n) {
    block->n += member->n[part];
    block->rows += member->n[part] > 0;
    block->few += member->n[part] > 0 && member->n[part] < min_n;
}

/* The whole less what is shown is what is hidden, together: that must not be one segment, nor fewer answers than a
 * window needs. */
static bool is_safe(const struct block *block, int64_t min_n) {
    return block->few == 0 || (block->rows >= 2 && block->n >= min_n);
}

static void hide(struct member *member, bool whole) {
    member->segment->hidden = member->segment->hidden || whole;
    member->segment->comparison_hidden = true;
}

static bool is_hidden(const struct member *member, bool whole) {
    return whole ? member->segment->hidden : member->segment->comparison_hidden;
}

static int compare_members(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->segment > y->segment) - (x->segment < y->segment);
}

/* The smallest that will do. */
static void hide_more(struct member *members, size_t count, enum segment_part part, int64_t min_n) {
    bool whole = part == SEGMENT_WINDOW;
    struct block block = {0};
    for (size_t i = 0; i < count; i++) {
        members[i].order = members[i].n[part];
        if (is_hidden(&members[i], whole))
            take(&block, &members[i], part, min_n);
    }
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0; i < count && !is_safe(&block, min_n); i++) {
        if (members[i].n[part] == 0 || is_hidden(&members[i], whole))
            continue;
        hide(&members[i], whole);
        take(&block, &members[i], part, min_n);
    }
}

static void hide_few(const struct segments_terms *terms, struct member *member) {
    int64_t min_n = terms->survey->min_n;
    if (member->n[SEGMENT_WINDOW] < min_n)
        hide(member, true);
    if (terms->compares && (member->n[SEGMENT_COMPARED] < min_n || member->n[SEGMENT_PREVIOUS] < min_n))
        hide(member, false);
}

bool suppression_apply(const struct segments_terms *terms, struct segments *segments) {
    int64_t min_n = terms->survey->min_n;
    size_t count = 0;
    for (size_t i = 0; i < segments->count; i++)
        segments->rows[i].hidden = segments->rows[i].comparison_hidden = false;
    if (min_n <= 0)
        return true;
    struct member *members = calloc(segments->count + 1, sizeof *members);
    if (!members)
        return false;
    for (size_t i = 0; i <= segments->count; i++) {
        struct member member = {.segment = i < segments->count ? &segments->rows[i] : &segments->beyond};
        int64_t any = 0;
        for (int part = 0; part < SEGMENT_PARTS; part++)
            any += member.n[part] = histogram_count(&member.segment->parts[part]);
        if (any > 0)
            members[count++] = member;
    }
    for (size_t i = 0; i < count; i++)
        hide_few(terms, &members[i]);
    if (count > 0)
        hide_more(members, count, SEGMENT_WINDOW, min_n);
    for (enum segment_part part = SEGMENT_COMPARED; terms->compares && count > 0 && part <= SEGMENT_PREVIOUS; part++)
        hide_more(members, count, part, min_n);
    free(members);
    return true;
}
