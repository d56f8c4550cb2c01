#ifndef CXD_DOMAIN_SEARCH_H
#define CXD_DOMAIN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/error.h"

/* A search of comments: what q= says, whether a text does, and how well. Words of a text are found by whoever has the
 * text (struct search_words): what a word is, and how it is folded, is an engine's. */

enum { SEARCH_CHARACTERS_MAX = 2000, SEARCH_PHRASES_MAX = 16, SEARCH_NODES_MAX = 128, SEARCH_DEPTH_MAX = 16 };
enum { SEARCH_NOTHING = -1 };

/* A word where it stands in a text, and as it is compared. */
struct search_word {
    size_t at, length; /* bytes of the text */
    const char *folded;
    size_t folded_length;
};
struct search_words {
    struct search_word *items;
    size_t count;
};

/* One word, or several that follow each other. */
struct search_phrase {
    const char *text;          /* as it was asked, without quotes and '*'; no '"' is in it */
    bool is_prefix;            /* the last word may go on */
    bool is_wanted;            /* stands under an even number of NOTs: it is marked, and counts for the rank */
    struct search_words words; /* of search_resolve; none: as if it had not been asked */
};

enum search_kind { SEARCH_PHRASE, SEARCH_AND, SEARCH_OR, SEARCH_NOT };
struct search_node {
    enum search_kind kind;
    int left, right; /* of nodes; of a phrase `left` is its number; NOT has only `left` */
};

struct search_query {
    struct search_node nodes[SEARCH_NODES_MAX];
    int root; /* SEARCH_NOTHING: matches nothing */
    size_t node_count, phrase_count;
    struct search_phrase phrases[SEARCH_PHRASES_MAX];
};

/* search_parse.c: reads a query: words (all of them), "a phrase", word*, OR, NOT or -, AND, parentheses; NOT binds
 * closest, OR least. ERR_BAD_PARAMETER with the character, from 1, where it stops making sense. Strings are of the
 * arena. */
CXD_NODISCARD enum cxd_err search_parse(const char *text, struct arena *arena, struct search_query *ret_query,
                                        struct error *err);

/* Finds the words of a text, in order. The array and what is folded are of the arena. */
typedef enum cxd_err search_find_words(void *context, const char *text, size_t length, struct arena *arena,
                                       struct search_words *ret_words, struct error *err);
/* search_match.c: finds the words of each phrase, and leaves out of the query those that have none. */
CXD_NODISCARD enum cxd_err search_resolve(struct search_query *query, search_find_words *find, void *context,
                                          struct arena *arena, struct error *err);

/* search_match.c: how often each phrase stands in a text. Of a query that is resolved, as all that follows. */
void search_count(const struct search_query *query, const struct search_words *words,
                  uint32_t ret_counts[SEARCH_PHRASES_MAX]);
/* search_match.c: whether a text with these counts is meant. */
bool search_holds(const struct search_query *query, const uint32_t counts[SEARCH_PHRASES_MAX]);

/* Where the wanted phrases stand in a text: ascending, apart. NULL when memory is refused. */
struct search_mark {
    size_t at, length; /* bytes */
};
CXD_NODISCARD struct search_mark *search_mark(const struct search_query *query, const struct search_words *words,
                                              struct arena *arena, size_t *ret_count);

/* What a rank is reckoned by: BM25 over the comments of one survey, k1 = 1.2, b = 0.75, the inverse frequency of a
 * phrase ln(1 + (N − n + ½)/(n + ½)), never below 0; N and n may be of a part of the comments. In whole numbers:
 * whoever goes on with a list brings them along, and places hold while comments arrive. */
struct search_weights {
    int64_t average_milli; /* words of a comment */
    int64_t inverse_micro[SEARCH_PHRASES_MAX];
};
struct search_statistics {
    int64_t comments, words;
    int64_t sample;                   /* of the comments: in so many was looked for the phrases */
    int64_t with[SEARCH_PHRASES_MAX]; /* of these have the phrase */
};
void search_weigh(const struct search_query *query, const struct search_statistics *statistics,
                  struct search_weights *ret_weights);
/* In millionths. */
int64_t search_rank(const struct search_query *query, const struct search_weights *weights,
                    const uint32_t counts[SEARCH_PHRASES_MAX], int64_t words);

/* A piece of a text, for a list: pieces follow each other, and are to be shown as they are. */
struct snippet_part {
    const char *text;
    bool is_match;
};
enum { SNIPPET_CHARACTERS = 160 };
/* snippet.c: about so many characters around where most marks are; "…" stands where something is left out. All is of
 * the arena; NULL when memory is refused. */
CXD_NODISCARD struct snippet_part *snippet_make(const char *text, const struct search_mark *marks, size_t count,
                                                struct arena *arena, size_t *ret_count);

#endif
