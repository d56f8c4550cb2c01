#ifndef CXD_CODEC_FLAT_H
#define CXD_CODEC_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"

/* JSON of the plain kind that programs send, a member at a time and without the library: objects of texts, whole
 * numbers, words and lists. It takes nothing that the library refuses or mend.h would mend, and says of all that it
 * takes what the library says (tests/fuzz/fuzz_flat.c holds them together). What it does not take may be good all the
 * same, and is for the library to judge: escapes of control characters, of ASCII by its number and
 * of pairs, control characters as they are, numbers with a fraction,
 * an exponent or more than 18 digits. */

enum flat_kind { FLAT_NULL, FLAT_FALSE, FLAT_TRUE, FLAT_WHOLE, FLAT_TEXT, FLAT_LIST, FLAT_OBJECT };

struct flat_value {
    enum flat_kind kind;
    const char *start; /* as it stands in the bytes: a text between its quotes, a number */
    size_t length;
    size_t shrinks; /* a text: the bytes that it has less once its escapes are read */
    int64_t whole;
};

struct flat {
    const char *at, *end;
    bool begins; /* a bracket was the last that was read */
    bool failed; /* there is something that is not taken; then nothing of it is to be used */
};

/* The document is an object, whose members come next; else it has failed. */
void flat_open(struct flat *flat, const char *bytes, size_t length);
/* The next member of the object; false at its end, and where it failed. Of a value that is a list or an object itself
 * the next calls are about its items or members, up to its end. A name has no escapes. */
CXD_NODISCARD bool flat_member(struct flat *flat, struct flat_value *ret_name, struct flat_value *ret_value);
CXD_NODISCARD bool flat_item(struct flat *flat, struct flat_value *ret_value);
/* Behind the end of the document's object: whether nothing has failed, and nothing else stands there. */
CXD_NODISCARD bool flat_close(struct flat *flat);

/* As read_says_nothing of read.h. */
bool flat_says_nothing(const struct flat_value *value);
/* What a text says; NULL: it is none, or memory is refused. */
char *flat_text(const struct flat_value *value, struct arena *arena);

#endif
