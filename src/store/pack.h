#ifndef CXD_STORE_PACK_H
#define CXD_STORE_PACK_H

#include "cxd/base/buffer.h"
#include "cxd/domain/histogram.h"

/* Histograms of the values of one dimension, as bytes: by ascending number of the series. Of each series stand, as
 * varints, how much its number is above that of the one before, a bit for each score that has a count, and these
 * counts: a dozen bytes a value and day. */

/* Appends one; `*last`, 0 at first, keeps the number of the one before. */
void pack_append(struct buffer *bytes, int64_t *last, int64_t series, const struct histogram *hist);

/* What is left to read of one. */
struct pack {
    const uint8_t *at, *end;
    int64_t series;   /* that pack_next has come to */
    unsigned present; /* its scores that have a count */
    bool is_damaged;
};
struct pack pack_begin(const void *bytes, size_t size);
/* Comes to the next series; false at the end, and where the bytes are none that pack_append wrote (is_damaged). */
bool pack_next(struct pack *pack);
/* Adds its counts to `into` (NULL: nowhere); once for each pack_next. */
void pack_take(struct pack *pack, struct histogram *into);

#endif
