#ifndef CXD_BASE_WORDS_H
#define CXD_BASE_WORDS_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* The words of an enumeration as they stand in JSON and SQL, in its order. */
struct words {
    const char *const *list;
    int count;
};

#define WORDS(array)                                                                                                   \
    { (array), (int)CXD_COUNT(array) }

/* The index of a word; −1: it is none of them. */
int words_find(const struct words *words, const char *word);

/* For a complaint: `"nps", "csat" or "ces"`. Returns `out`. */
const char *words_quote(const struct words *words, char *out, size_t size);

/* "name, scopes and expires_at", as many as there is room for, each whole: "name and 2 more". Returns `out`. */
const char *words_list(const struct words *words, char *out, size_t size);

#endif
