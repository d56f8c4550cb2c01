/* What a scan has counted, for those that would be the same scan. There are as many dimensions and values as lists of
 * the survey have, or as it has revisions: all are found one by one. */
#include "store/sqlite/tally.h"

#include <string.h>

enum { FIRST = 8 };

void sqlite_tallies_init(struct tallies *tallies) {
    arena_init(&tallies->arena);
    tallies->first = NULL;
}

void sqlite_tallies_clear(struct tallies *tallies) {
    arena_reset(&tallies->arena);
    tallies->first = NULL;
}

void sqlite_tallies_free(struct tallies *tallies) {
    arena_free(&tallies->arena);
}

const struct tally *sqlite_tally_of(const struct tallies *tallies, int64_t survey, int64_t from, int64_t to) {
    const struct tally *tally = tallies->first;
    while (tally && (tally->survey != survey || tally->from != from || tally->to != to))
        tally = tally->next;
    return tally;
}

struct tally *sqlite_tally_begin(struct tallies *tallies, int64_t survey, int64_t from, int64_t to) {
    struct tally *tally = arena_alloc_zero(&tallies->arena, 1, sizeof *tally);
    if (tally)
        *tally = (struct tally){.survey = survey, .from = from, .to = to};
    return tally;
}

/* Room for one more of `count`; what was there before stays with the arena. NULL without memory. */
static void *reserve(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? 2 * *capacity : FIRST;
    void *grown = arena_alloc_zero(arena, larger, size);
    if (!grown)
        return NULL;
    if (count > 0)
        memcpy(grown, items, count * size);
    *capacity = larger;
    return grown;
}

static struct tally_dimension *find_dimension(const struct tally *tally, const char *name) {
    for (size_t i = 0; i < tally->count; i++)
        if (strcmp(tally->dimensions[i].name, name) == 0)
            return &tally->dimensions[i];
    return NULL;
}

static struct tally_dimension *add_dimension(struct tallies *tallies, struct tally *tally, const char *name) {
    void *items =
        reserve(&tallies->arena, tally->dimensions, tally->count, &tally->capacity, sizeof *tally->dimensions);
    const char *kept = items ? arena_strdup(&tallies->arena, name) : NULL;
    if (!kept)
        return NULL;
    tally->dimensions = items;
    tally->dimensions[tally->count] = (struct tally_dimension){.name = kept};
    return &tally->dimensions[tally->count++];
}

static struct tally_value *find_value(struct tally_dimension *dimension, const char *text) {
    if (dimension->last < dimension->count && strcmp(dimension->values[dimension->last].text, text) == 0)
        return &dimension->values[dimension->last];
    for (size_t i = 0; i < dimension->count; i++)
        if (strcmp(dimension->values[i].text, text) == 0) {
            dimension->last = i;
            return &dimension->values[i];
        }
    return NULL;
}

static struct tally_value *add_value(struct tallies *tallies, struct tally_dimension *dimension, const char *text) {
    void *items =
        reserve(&tallies->arena, dimension->values, dimension->count, &dimension->capacity, sizeof *dimension->values);
    const char *kept = items ? arena_strdup(&tallies->arena, text) : NULL;
    if (!kept)
        return NULL;
    dimension->values = items;
    dimension->values[dimension->count] = (struct tally_value){.text = kept};
    return &dimension->values[dimension->count++];
}

bool sqlite_tally_count(struct tallies *tallies, struct tally *tally, const char *dimension, const char *value,
                        int score) {
    struct tally_dimension *in = find_dimension(tally, dimension);
    if (!in)
        in = add_dimension(tallies, tally, dimension);
    struct tally_value *counted = in ? find_value(in, value) : NULL;
    if (in && !counted)
        counted = add_value(tallies, in, value);
    if (counted)
        counted->hist.n[score]++;
    return counted != NULL;
}

void sqlite_tally_keep(struct tallies *tallies, struct tally *tally) {
    tally->next = tallies->first;
    tallies->first = tally;
}

const struct tally_dimension *sqlite_tally_dimension(const struct tally *tally, const char *dimension) {
    return find_dimension(tally, dimension);
}
