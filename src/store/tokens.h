#ifndef CXD_STORE_TOKENS_H
#define CXD_STORE_TOKENS_H

#include "cxd/base/compiler.h"
#include "cxd/domain/search.h"

/* What is a word, and how words are folded, for engines that have no index which says so: as SQLite's FTS5 has it, so
 * that a search finds the same in every engine. sqlite/tokens.c. */

struct sqlite_tokens;
CXD_NODISCARD enum cxd_err sqlite_tokens_open(struct sqlite_tokens **ret_tokenizer, struct error *err);
/* Takes NULL. */
void sqlite_tokens_close(struct sqlite_tokens *tokens);
/* The context is the struct sqlite_tokens, which one thread uses at a time. */
search_find_words sqlite_tokens_find;

#endif
