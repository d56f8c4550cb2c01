#ifndef CXD_DOMAIN_VOCABULARY_H
#define CXD_DOMAIN_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/hash.h"
#include "cxd/domain/tokens.h"

/* The words and phrases of many texts, with counts, in bounded memory: where a table is full, what was seen least goes,
 * and `lost` says how much of a count that may have been. */

enum { VOCABULARY_WORDS_MAX = 1 << 17, VOCABULARY_PHRASES_MAX = 3 << 16 };

/* How often it was counted in the band and in the rest; `last` is the text that counted it last, and `examples` the
 * user's own. */
struct tally_of_term {
    uint32_t count, rest, last, examples;
};

struct form; /* a way in which a word is written */

struct word {
    const char *folded;
    struct form *forms;
    struct tally_of_term tally;
    uint32_t languages; /* that it is a stop word of, a bit each: such a word stays */
    uint8_t length;
    uint8_t kind; /* enum token_kind */
};

struct phrase {
    uint64_t key; /* its two words' numbers; 0: a free slot */
    struct tally_of_term tally;
};

struct vocabulary {
    struct hash_key key;
    struct arena texts; /* of words and forms */
    struct word *words; /* from 1; their numbers change in vocabulary_make_room alone */
    uint32_t word_count, word_capacity;
    struct slot *slots;     /* of words, twice as many as word_capacity */
    struct phrase *phrases; /* a table with open addresses, of phrase_slots */
    uint32_t phrase_count, phrase_slots;
    int64_t lost;
    void (*forget)(void *context, const struct tally_of_term *tally); /* told of what goes */
    void *context;
};

/* False where memory or randomness is refused; free it in any case. */
CXD_NODISCARD bool vocabulary_init(struct vocabulary *vocabulary);
void vocabulary_free(struct vocabulary *vocabulary);

/* Sees to it that so many further words and phrases can be added. False where memory is refused. */
CXD_NODISCARD bool vocabulary_make_room(struct vocabulary *vocabulary, uint32_t more);

/* What it has of the heap at the most while so many further words and phrases are added; and beside it, while room is
 * made for them: everything is there twice then. */
size_t vocabulary_bytes(const struct vocabulary *vocabulary, uint32_t more);
size_t vocabulary_moving_bytes(const struct vocabulary *vocabulary, uint32_t more);

/* The bytes of a table that doubles from `capacity` until it holds `needed`: the last two of it, while it does. */
static inline size_t vocabulary_grown(size_t capacity, size_t needed, size_t size) {
    size_t grown = capacity;
    while (grown < needed)
        grown *= 2;
    return (grown == capacity ? grown : grown + grown / 2) * size;
}

/* By which a word is found: 64 bits of a keyed hash, and words of the same ones are the same. Among
 * VOCABULARY_WORDS_MAX two that differ agree with a chance of one in two thousand million, and nobody can look for such
 * a pair. What is looked up next is fetched into the cache meanwhile. */
uint64_t vocabulary_hash(const struct vocabulary *vocabulary, const char *folded, size_t length);
/* The number of a word, which is added where it is new; 0 where memory is refused. */
CXD_NODISCARD uint32_t vocabulary_word(struct vocabulary *vocabulary, uint64_t hash, const char *folded, size_t length,
                                       enum token_kind kind);
/* One more is written so. False where memory is refused. */
CXD_NODISCARD bool vocabulary_count_form(struct vocabulary *vocabulary, struct word *word, const char *shown,
                                         size_t length);

/* The phrase of two words, which is added where it is new. NULL where memory is refused. Valid until the next one. */
CXD_NODISCARD struct phrase *vocabulary_phrase(struct vocabulary *vocabulary, uint32_t first, uint32_t second);

/* The same is looked up soon. */
void vocabulary_expect_phrase(const struct vocabulary *vocabulary, uint32_t first, uint32_t second);

/* The words of a phrase. */
static inline uint32_t phrase_first(const struct phrase *phrase) {
    return (uint32_t)(phrase->key >> 32);
}
static inline uint32_t phrase_second(const struct phrase *phrase) {
    return (uint32_t)phrase->key;
}

/* As it is written most often, in the arena; of a phrase both words. NULL where memory is refused. */
CXD_NODISCARD const char *vocabulary_show_word(const struct vocabulary *vocabulary, uint32_t word, struct arena *arena);
CXD_NODISCARD const char *vocabulary_show_phrase(const struct vocabulary *vocabulary, const struct phrase *phrase,
                                                 struct arena *arena);

#endif
