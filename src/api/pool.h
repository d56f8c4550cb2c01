#ifndef CXD_API_POOL_H
#define CXD_API_POOL_H

#include "cxd/catalog/catalog.h"
#include "cxd/query/query.h"

/* Which surveys a list of names and patterns means: "checkout,shop-*", a '*' for any characters. Archived ones are
 * meant where they are named. They come by slug, each once, in an array of the arena. `list` may be NULL.
 * ERR_BAD_PARAMETER, ERR_NO_SURVEY. */
CXD_NODISCARD enum cxd_err pool_find(const struct snapshot *snapshot, const char *list, struct arena *arena,
                                     struct pool *ret_pool, struct error *err);
/* ERR_NO_SURVEY, with the one that was meant, behind `where` and a colon, unless that is NULL. */
enum cxd_err pool_no_survey(const struct snapshot *snapshot, const char *where, const char *slug, struct error *err);

#endif
