#ifndef CXD_DOMAIN_TOKENS_H
#define CXD_DOMAIN_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

/* The words of a text, in any script, by rules without a dictionary (docs/scoring.md §11). What may name a person is
 * none: addresses of e-mail, also where their signs are spelled out, and of pages, "@names", and numbers with
 * TOKEN_DIGITS_MAX digits or more, also where these stand in groups. So is what is longer than TOKEN_FOLDED_MAX bytes.
 */

enum { TOKEN_FOLDED_MAX = 64, TOKEN_DIGITS_MAX = 4 };

enum token_kind {
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_PIECE, /* two characters of a script that puts no blanks between words, or one that stands alone */
    TOKEN_EMOJI
};

struct token {
    enum token_kind kind;
    bool follows;   /* the one before is its neighbour: nothing but blanks between them; of pieces, they overlap */
    bool is_letter; /* by itself no word: one letter of an alphabet, or an article that has lost its vowel (l', qu') */
    const char *shown; /* as it is written, in the text; of an elided word with its apostrophe */
    size_t shown_length;
    size_t length;
    char folded[TOKEN_FOLDED_MAX]; /* as it is compared: small, without accents, in UTF-8, without a NUL */
};

/* A place in a text. */
struct tokens {
    const char *at, *end;
    const char *looked; /* up to here there is no address */
    bool has_addresses; /* there may be some, beside those that begin with www. */
    bool is_near;       /* behind a token, but for blanks */
    bool is_within;     /* the piece before ends with the character at `at` */
};

/* The text stays the caller's; bytes that are no UTF-8 are no part of words. */
void tokens_open(struct tokens *tokens, const char *text, size_t length);
/* False at the end. */
bool tokens_next(struct tokens *tokens, struct token *ret_token);

/* How many bytes the first character of a piece takes: what it shares with the piece that it follows. */
size_t tokens_piece_head(const char *piece, size_t length);

#endif
