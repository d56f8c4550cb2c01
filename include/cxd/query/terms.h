#ifndef CXD_QUERY_TERMS_H
#define CXD_QUERY_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/budget.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/domain/people.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/terms.h"
#include "cxd/domain/window.h"
#include "cxd/store/store.h"

/* What sets the comments of one band apart from the rest (docs/scoring.md §11). */

enum { TERMS_COMMENTS_MAX = 1000000, TERMS_BYTES_MAX = 256 * 1024 * 1024 };

struct terms_question {
    const struct survey *survey;
    struct window window;
    struct filter filter; /* .survey and .property_rolled are filled by query_terms */
    enum band band;
    const struct question *texts_of; /* whose texts alone are meant, also of one that is asked no more; NULL: all that
                                        is said to what the survey asks now */
    const char *language;            /* of terms_open */
    int64_t min_count;               /* the survey's min_n, where that is more */
    size_t limit;
    struct purse purse; /* where it claims what it takes, as that grows */
};

struct terms_answer {
    struct window window;
    bool rounded;      /* its bounds are: the survey has a min_n */
    bool suppressed;   /* fewer comments than min_n: there are no terms */
    int64_t min_count; /* that was kept */
    struct terms_totals totals;
    struct term *terms;
    struct term_example *examples; /* TERM_EXAMPLES of each, as many as the term has */
    size_t count;
};

/* ERR_BAD_PARAMETER for a window with more than TERMS_COMMENTS_MAX comments or TERMS_BYTES_MAX bytes of them, or that
 * takes too long; ERR_QUESTION_MEMORY; else the store's errors. Reads in one state. What is answered is of the arena;
 * terms_bytes beside it are in use meanwhile. */
CXD_NODISCARD enum cxd_err query_terms(struct store_reader *reader, const struct terms_question *question,
                                       struct arena *arena, struct terms_answer *ret_answer, struct error *err);

#endif
