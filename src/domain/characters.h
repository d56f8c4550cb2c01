#ifndef CXD_DOMAIN_CHARACTERS_H
#define CXD_DOMAIN_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What characters are to a word, by Unicode 15 and no library: enough for words, not for typesetting. */

enum character_class {
    CHARACTER_OTHER, /* ends a word, and what neighbours are: punctuation, symbols, line ends */
    CHARACTER_BLANK, /* ends a word */
    CHARACTER_LETTER,
    CHARACTER_DIGIT,
    CHARACTER_SILENT,   /* in a word or before it, and no part of what is compared: accents, vowel points, joiners */
    CHARACTER_UNSPACED, /* of a script that puts no blanks between words: Han, kana, Thai, Lao, Khmer, Burmese */
    CHARACTER_MARK,     /* goes with the unspaced one before it */
    CHARACTER_EMOJI,
    CHARACTER_APOSTROPHE, /* between two letters it is part of the word */
    CHARACTER_HYPHEN      /* the same */
};

enum character_class character_class(uint32_t code);

/* Writes what a letter, digit, mark or unspaced character is compared by: small, without accents, in UTF-8. At most
 * CHARACTER_FOLDED_MAX bytes; returns how many. */
enum { CHARACTER_FOLDED_MAX = 4 };
size_t character_fold(uint32_t code, char out[CHARACTER_FOLDED_MAX]);

/* Letters of scripts whose single letters are no words: Latin, Greek, Cyrillic. */
bool character_is_of_alphabet(uint32_t code);

#endif
