#ifndef CXD_STORE_SQLITE_WORDS_H
#define CXD_STORE_SQLITE_WORDS_H

#include <sqlite3.h>

#include "cxd/domain/search.h"
#include "store/sqlite/db.h"

/* What FTS5 takes for words, asked of FTS5 itself: what is not in the index yet is searched by the same. */

struct word_finder {
    fts5_tokenizer module;
    Fts5Tokenizer *tokenizer; /* NULL: not asked for yet */
};

/* For the connection; nothing where that has been done. */
CXD_NODISCARD enum cxd_err sqlite_words_open(struct word_finder *words, struct db *db, struct error *err);
void sqlite_words_close(struct word_finder *words);
/* Of search_resolve and for texts; the context is the struct word_finder. */
search_find_words sqlite_words_find;
/* How many there are. */
CXD_NODISCARD enum cxd_err sqlite_words_count(struct word_finder *words, const char *text, size_t length,
                                              int64_t *ret_count, struct error *err);
/* Each in turn; the folded word is not kept. */
typedef void sqlite_words_visit(void *context, const char *folded, size_t length);
CXD_NODISCARD enum cxd_err sqlite_words_each(struct word_finder *words, const char *text, size_t length,
                                             sqlite_words_visit *visit, void *context, struct error *err);

/* Gives the connection the function phrase_counts(comment_index): how often each phrase of the MATCH stands in the
 * comment, as a blob of uint32_t. */
CXD_NODISCARD enum cxd_err sqlite_words_count_phrases(struct db *db, struct error *err);

#endif
