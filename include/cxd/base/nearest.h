#ifndef CXD_BASE_NEAREST_H
#define CXD_BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* The known word that is so close to `word` that it was meant; NULL: none is. Of several the first of the closest. */
const char *nearest_word(const char *word, const char *const *words, size_t count);

/* The same, of words that come one by one. */
struct nearest {
    const char *word;
    size_t away;
};

void nearest_begin(struct nearest *nearest, const char *word);
/* True if this one is closer than those before. */
bool nearest_try(struct nearest *nearest, const char *known);

#endif
