#ifndef CXD_STORE_SQLITE_EXPRESSION_H
#define CXD_STORE_SQLITE_EXPRESSION_H

#include "cxd/base/buffer.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/search.h"

/* A MATCH of FTS5, and which of its phrases is which of the query's. */
struct expression {
    struct buffer text;
    int phrases[64]; /* by FTS5's number: the query's, or −1 */
    size_t count;
};

enum { EXPRESSION_SCORELESS = 1 << (HISTOGRAM_SIZE + 1) }; /* alone */

/* Of the comments of a survey (with these scores, a bit each; 0: all; EXPRESSION_SCORELESS: with none) those that the
 * query means, which is resolved; NULL: all of them. Texts of the query stand in quotes; its operators are ours. */
void sqlite_expression_write(struct expression *out, int64_t survey, unsigned scores, const struct search_query *query);
/* Of the survey's comments those that have this phrase. */
void sqlite_expression_write_phrase(struct expression *out, int64_t survey, const struct search_query *query,
                                    size_t phrase);

#endif
