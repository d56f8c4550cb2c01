/* Several surveys as one: what they must have in common, and by what their score is made. */
#include <stdio.h>
#include <string.h>

#include "cxd/query/query.h"

enum { SCORING_SIZE = 24 };

/* In what two surveys differ, in words; NULL: in nothing that a score is made of. */
static const char *find_difference(const struct survey *a, const struct survey *b, char ret_a[SCORING_SIZE],
                                   char ret_b[SCORING_SIZE]) {
    if (a->metric != b->metric) {
        snprintf(ret_a, SCORING_SIZE, "%s", metric_name(a->metric));
        snprintf(ret_b, SCORING_SIZE, "%s", metric_name(b->metric));
        return "metric";
    }
    if (a->scale_min != b->scale_min || a->scale_max != b->scale_max) {
        snprintf(ret_a, SCORING_SIZE, "%d to %d", a->scale_min, a->scale_max);
        snprintf(ret_b, SCORING_SIZE, "%d to %d", b->scale_min, b->scale_max);
        return "scale";
    }
    if (a->method != b->method) {
        snprintf(ret_a, SCORING_SIZE, "%s", method_name(a->method));
        snprintf(ret_b, SCORING_SIZE, "%s", method_name(b->method));
        return "method";
    }
    if (a->direction != b->direction) {
        snprintf(ret_a, SCORING_SIZE, "%s", direction_name(a->direction));
        snprintf(ret_b, SCORING_SIZE, "%s", direction_name(b->direction));
        return "direction";
    }
    if (a->favourable != b->favourable || a->unfavourable != b->unfavourable) {
        snprintf(ret_a, SCORING_SIZE, "%d and %d", a->favourable, a->unfavourable);
        snprintf(ret_b, SCORING_SIZE, "%d and %d", b->favourable, b->unfavourable);
        return "bands";
    }
    return NULL;
}

enum cxd_err pool_check(const struct pool *pool, struct error *err) {
    char own[SCORING_SIZE], other[SCORING_SIZE];
    const struct survey *first = pool->surveys[0];
    for (size_t i = 1; i < pool->count; i++) {
        const char *difference = find_difference(first, pool->surveys[i], own, other);
        if (difference)
            return error_set(err, ERR_BAD_PARAMETER,
                             "surveys: %s and %s do not add up to one score: the %s of one %s %s, of the other %s",
                             first->slug, pool->surveys[i]->slug, difference,
                             strcmp(difference, "bands") == 0 ? "are" : "is", own, other);
    }
    return CXD_OK;
}

struct survey pool_scoring(const struct pool *pool) {
    struct survey scoring = *pool->surveys[0];
    for (size_t i = 1; i < pool->count; i++)
        if (pool->surveys[i]->min_n > scoring.min_n)
            scoring.min_n = pool->surveys[i]->min_n;
    return scoring;
}
