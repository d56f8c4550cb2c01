#ifndef CXD_STORE_SQLITE_COMMENTS_H
#define CXD_STORE_SQLITE_COMMENTS_H

#include "store/sqlite/writer.h"

/* The index of comments, for those who write it and read it; see comments.c. */

enum { COMMENT_SCORELESS = -1 };
/* What is indexed of a response. */
struct comment {
    int64_t number, survey;
    int score; /* COMMENT_SCORELESS: it has none */
    int64_t answered_at;
    const char *text; /* NULL: there is none */
};

/* The second column of the index: "SURVEY SURVEYsSCORE", two words; SCORE is x where there is none. */
enum { FACET_SIZE = 64 };
/* As a query has it in a column; NULL: there is none. */
int sqlite_comments_score(sqlite3_stmt *stmt, int column);
void sqlite_comments_facet(char out[FACET_SIZE], int64_t survey, int score);

/* Places of comments of [from, to), in the order of time; and of those that lie apart, in none. first > last: there are
 * none. */
void sqlite_comments_range(int64_t from, int64_t to, int64_t *ret_first, int64_t *ret_last);
/* When the comment was answered that lies there; not of one that lies apart. */
int64_t sqlite_comments_time(int64_t place);
/* Whether a comment may lie there. */
bool sqlite_comments_is_place(int64_t place, int64_t answered_at, int64_t number);
void sqlite_comments_range_apart(int64_t *ret_first, int64_t *ret_last);

#endif
