#ifndef CXD_STORE_SQLITE_TALLY_H
#define CXD_STORE_SQLITE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/domain/histogram.h"

/* What responses of a stretch of time count in, by dimension and value. They are kept while one state is read: who asks
 * for one dimension of a stretch mostly asks for the others too. */

struct tally_value {
    const char *text;
    struct histogram hist;
};
struct tally_dimension {
    const char *name;
    struct tally_value *values;
    size_t count, capacity;
    size_t last; /* found last: mostly the next one's too */
};
struct tally {
    int64_t survey, from, to;
    struct tally_dimension *dimensions;
    size_t count, capacity;
    struct tally *next;
};
struct tallies {
    struct arena arena; /* of all that is in them */
    struct tally *first;
};

void sqlite_tallies_init(struct tallies *tallies);
/* Once the state has ended. */
void sqlite_tallies_clear(struct tallies *tallies);
void sqlite_tallies_free(struct tallies *tallies);

/* That of the stretch; NULL: none is kept. */
const struct tally *sqlite_tally_of(const struct tallies *tallies, int64_t survey, int64_t from, int64_t to);
/* One that is not kept yet; NULL without memory. */
struct tally *sqlite_tally_begin(struct tallies *tallies, int64_t survey, int64_t from, int64_t to);
/* False without memory. */
bool sqlite_tally_count(struct tallies *tallies, struct tally *tally, const char *dimension, const char *value,
                        int score);
void sqlite_tally_keep(struct tallies *tallies, struct tally *tally);
/* NULL: nothing was counted in it. */
const struct tally_dimension *sqlite_tally_dimension(const struct tally *tally, const char *dimension);

#endif
