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

/* Of which comments of a survey a MATCH is. */
struct expressed {
    int64_t survey;
    unsigned scores;                  /* a bit each; 0: all; EXPRESSION_SCORELESS: with none */
    const char *texts_of;             /* the key of a question that a text answers; NULL: any */
    const struct search_query *query; /* which is resolved; NULL: every one */
    bool is_wide;                     /* all that the query can mean of one of their texts, and more */
};
/* Texts of the query stand in quotes; its operators are ours. */
void sqlite_expression_write(struct expression *out, const struct expressed *what);
/* Of the survey's comments those that have this phrase. */
void sqlite_expression_write_phrase(struct expression *out, int64_t survey, const struct search_query *query,
                                    size_t phrase);

#endif
