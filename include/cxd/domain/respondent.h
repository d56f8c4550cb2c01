#ifndef CXD_DOMAIN_RESPONDENT_H
#define CXD_DOMAIN_RESPONDENT_H

#include <stdbool.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"

/* Who answers, by the name that the operator has for them. An address of e-mail is spelled in many ways and is one
 * person, so it is brought to one form wherever a name comes in, and what is stored, signed, asked for and erased is
 * compared byte by byte.
 *
 * An address is what has, without the blanks around it (Unicode's White_Space, U+200B, U+FEFF), one '@', something on
 * both sides of it, and no blank within. Its form has no blanks around it, and 'a'–'z' for 'A'–'Z', in front of the '@'
 * too. Any other name is its own form. Schema 4 has made the same of what was stored before (0004_numbers.sql). */

/* The name's form: the name itself, or a text of the arena. NULL where memory is refused. */
CXD_NODISCARD const char *respondent_form(const char *name, struct arena *arena);

/* True if the text says the name, which is in its form: without case (of A–Z) and without the blanks around. */
bool respondent_is(const char *name, const char *text);

#endif
