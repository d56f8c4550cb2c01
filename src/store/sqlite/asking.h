#ifndef CXD_STORE_SQLITE_ASKING_H
#define CXD_STORE_SQLITE_ASKING_H

#include "store/search.h"
#include "store/sqlite/expression.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/said.h"

/* A search while it is answered, for the files that answer it. */

struct asking {
    struct sqlite_reader *reader;
    const struct search *search;
    struct search_query query; /* resolved */
    bool has_query;
    bool is_exact;  /* what the index finds is to be read, to know whether it is meant */
    bool is_simple; /* FTS5 counts the phrases of a simple one */
    struct search_weights weights;
    struct expression expression;
    const char *wanted; /* properties, as JSON */
    struct said_keys keys;
    int64_t indexed;
    struct found_page page;
    size_t looked;                  /* at matches that the index has */
    int64_t looked_rank, looked_at; /* at the last of them: its rank of a score, its time */
    struct arena *arena, scratch;
};

/* asking.c: the parameters in the order of queries.sql, but for the first, which is the MATCH or the survey. */
CXD_NODISCARD enum cxd_err sqlite_asking_ask(struct asking *asking, enum query query, struct db_value first,
                                             int64_t from, int64_t to, sqlite3_stmt **ret_stmt, struct error *err);
/* asking.c: counts of the texts that are looked at, or of all; of those of the comment in the column and the answers in
 * the next. Without a query just whether there are any: *ret_found. */
enum { COMMENT_COLUMN = 4 }; /* of the queries that read texts one by one */
enum { ASKED_TEXTS, ALL_TEXTS };
CXD_NODISCARD enum cxd_err sqlite_asking_count(struct asking *asking, sqlite3_stmt *stmt, int column, int which,
                                               uint32_t counts[SEARCH_PHRASES_MAX], int64_t *ret_words, bool *ret_found,
                                               struct error *err);
/* asking.c: puts a row on the page, of number, answered_at, id, score. */
void sqlite_asking_put(struct asking *asking, sqlite3_stmt *stmt, const uint32_t *counts, int64_t words);

/* search_index.c: puts on the page what the index has; ends, and cuts the page, where enough was looked at. */
CXD_NODISCARD enum cxd_err sqlite_search_indexed(struct asking *asking, struct error *err);
/* search_weigh.c: sets the weights. */
CXD_NODISCARD enum cxd_err sqlite_search_weigh(struct asking *asking, struct error *err);

#endif
