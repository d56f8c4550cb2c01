#ifndef CXD_QUERY_PAST_H
#define CXD_QUERY_PAST_H

#include "cxd/query/questions.h"

/* Which answers of a window are to which revision. */
struct past {
    int64_t revision;
    struct histogram hist;
    const struct survey *survey; /* as it was; NULL: it cannot be read */
};

/* The definitions of `count` revisions, of the survey itself that of its own. Of the arena. The store's errors. */
CXD_NODISCARD enum cxd_err past_read(struct store_reader *reader, const struct survey *survey, struct past *revisions,
                                     size_t count, struct arena *arena, struct error *err);

#endif
