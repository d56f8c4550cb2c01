#ifndef CXD_STORE_TOKENS_H
#define CXD_STORE_TOKENS_H

#include "cxd/base/compiler.h"
#include "cxd/domain/search.h"

/* What is a word, and how words are folded, for engines that have no index which says so: as SQLite's FTS5 has it, so
 * that a search finds the same in every engine. sqlite/tokens.c. */

struct tokenizer;
CXD_NODISCARD enum cxd_err tokenizer_open(struct tokenizer **ret_tokenizer, struct error *err);
/* Takes NULL. */
void tokenizer_close(struct tokenizer *tokenizer);
/* The context is the struct tokenizer, which one thread uses at a time. */
search_find_words tokenizer_find;

#endif
