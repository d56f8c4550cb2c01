#ifndef CXD_BASE_ID_H
#define CXD_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"

/* UUIDs (RFC 9562). cxd makes version 7 (time-ordered: new rows append to the index) and version 5 (from a name). */

struct id {
    uint8_t bytes[16];
};

enum { ID_TEXT_SIZE = 37 };

/* Makes version 7 ids: `ms` since 1970, then a counter that keeps ids of one source in ascending order, then random
 * bits. One source a thread. */
struct id_source {
    int64_t last_ms;
    uint32_t counter;
    size_t unused; /* bytes left in the pool */
    uint8_t pool[512];
};

void id_source_init(struct id_source *source);
void id_make(struct id_source *source, int64_t now_ms, struct id *ret_id);

/* Version 5: SHA-1 of the namespace and the name. cxd's own namespace is fixed for ever. */
void id_from_name(const struct id *space, const char *name, size_t length, struct id *ret_id);
extern const struct id ID_SPACE_CXD;

/* The hyphenated 36-character form, any case. Any version is taken; the nil and max UUIDs are refused. */
CXD_NODISCARD bool id_parse(const char *text, size_t length, struct id *ret_id);
const char *id_format(char out[ID_TEXT_SIZE], const struct id *id);
/* Of version 3 or 5: made from a name, and known to whoever guesses that. */
bool id_is_of_name(const struct id *id);
int id_compare(const struct id *a, const struct id *b);

#endif
