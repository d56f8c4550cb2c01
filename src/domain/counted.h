#ifndef CXD_DOMAIN_COUNTED_H
#define CXD_DOMAIN_COUNTED_H

#include "cxd/domain/terms.h"
#include "domain/vocabulary.h"

/* What terms.c counts, and terms_rank.c reads. */

/* A comment of the band: an example, the better the less it costs. */
struct example {
    struct id id;
    uint32_t cost;
};

/* The best examples of a term, by their numbers. Unused ones are a list. */
struct pick {
    uint32_t at[TERM_EXAMPLES];
};
/* tally_of_term.examples: the number of its only example, or with this bit that of its pick. */
#define PICKED (UINT32_C(1) << 31)
#define NO_EXAMPLE UINT32_MAX

/* A token of the comment. What is looked up is expected some steps before, since most of the time is spent waiting for
 * memory. */
struct seen {
    uint64_t hash;
    const char *shown;
    uint32_t shown_length;
    uint32_t folded;       /* in terms.folded */
    uint32_t word, before; /* before: the word that it makes a phrase with; 0: none */
    uint8_t length;
    uint8_t kind;
    bool follows, is_letter, is_term;
};

struct terms {
    struct vocabulary vocabulary;
    char language[4]; /* "": any */
    struct terms_totals totals;
    int64_t mentions[2]; /* of words, in the rest and in the band; of each, once a comment */
    uint32_t number;     /* of the comment */
    struct example *examples;
    size_t example_count, example_capacity;
    struct pick *picks;
    uint32_t pick_count, pick_capacity, free_pick;
    struct seen seen[TERMS_TOKENS_MAX];
    char folded[TERMS_TOKENS_MAX * 16]; /* the tokens, one behind the other */
};

/* terms_rank.c: what terms_rank takes of the heap. */
size_t ranking_bytes(size_t words, size_t phrases);

#endif
