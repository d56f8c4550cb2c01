#ifndef CXD_CODEC_LEX_H
#define CXD_CODEC_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JSON as a stream of tokens that knows where in the document it is: how deep, in what, and in which member. It takes
 * any bytes, allocates nothing, and looks at each byte once. It holds nothing to the grammar but the ends of strings:
 * whoever reads the tokens, or the library after them, does that. */

enum lex_kind {
    LEX_MARK,   /* one of { } [ ] , : */
    LEX_STRING, /* with its quotes; the last is not there where the text ends first */
    LEX_NUMBER, /* what looks like one */
    LEX_OTHER   /* true, false, null, and whatever is no JSON */
};

struct lex_token {
    enum lex_kind kind;
    const char *start, *end;
    bool is_key;   /* a string that names a member */
    bool is_whole; /* a string that has its end */
    bool is_plain; /* a string that says what its bytes are: printable ASCII without an escape */
};

enum { LEX_DEPTH_MAX = 257, LEX_NAMES = 2 };

struct lexer {
    const char *at, *end;
    size_t depth;                             /* brackets that are open */
    uint64_t objects[LEX_DEPTH_MAX / 64 + 1]; /* a bit a level: an object's. Levels beyond are taken for arrays. */
    bool at_key;                              /* a string that comes now names a member */
    struct lex_token names[LEX_NAMES];        /* of the member that it is in, at depth 1 and 2 */
};

/* White space of JSON. */
bool lex_is_blank(char c);

void lex_begin(struct lexer *lexer, const char *bytes, size_t length);
/* False at the end. A bracket is in the depth that it makes. */
bool lex_next(struct lexer *lexer, struct lex_token *ret_token);
/* Moves behind the value that begins here; to the end where it has none. */
void lex_skip_value(struct lexer *lexer);
/* Whether the brackets around are objects, of which the outermost's member has this name: so it is in a value of, for
 * depth 2, /NAME/…. */
bool lex_in_member(const struct lexer *lexer, const char *name);
/* Whether a string is, with its escapes read, this text of ASCII. */
bool lex_says(const struct lex_token *string, const char *text);
/* The code unit of "\uXXXX" at `text`; false where that is not there. */
bool lex_unit(const char *text, const char *end, uint32_t *ret_unit);

#endif
