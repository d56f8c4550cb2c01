#ifndef CXD_STORE_SQLITE_COMMENTS_H
#define CXD_STORE_SQLITE_COMMENTS_H

#include "store/sqlite/said.h"
#include "store/sqlite/writer.h"

/* The index of comments, for those who write it and read it; see comments.c. */

enum { COMMENT_SCORELESS = -1 };
/* What is indexed of a response. */
struct comment {
    int64_t number, survey;
    int score; /* COMMENT_SCORELESS: it has none */
    int64_t answered_at;
    struct said_text texts[TEXTS_MAX];
    size_t text_count; /* 0: it says nothing, and is in no index */
};

/* The second column of the index: words "SURVEY", "SURVEYsSCORE", where SCORE is x if there is none, and of each text
 * that answers a question "SURVEYqKEY", with the key's bytes in hexadecimal digits. */
enum { FACET_SIZE = 64 + QUESTIONS_MAX * (24 + 2 * QUESTION_KEY_CHARACTERS_MAX) };
/* As a query has it in a column; NULL: there is none. */
int sqlite_comments_score(sqlite3_stmt *stmt, int column);
void sqlite_comments_facet(char out[FACET_SIZE], int64_t survey, int score, const struct said_text *texts,
                           size_t count);

/* Places of comments of [from, to), in the order of time; and of those that lie apart, in none. first > last: there are
 * none. */
void sqlite_comments_range(int64_t from, int64_t to, int64_t *ret_first, int64_t *ret_last);
/* When the comment was answered that lies there; not of one that lies apart. */
int64_t sqlite_comments_time(int64_t place);
/* Whether a comment may lie there. */
bool sqlite_comments_is_place(int64_t place, int64_t answered_at, int64_t number);
void sqlite_comments_range_apart(int64_t *ret_first, int64_t *ret_last);

#endif
