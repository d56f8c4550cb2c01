#ifndef CXD_BASE_PREFER_H
#define CXD_BASE_PREFER_H

#include <stdbool.h>

/* Whether a Prefer (RFC 7240; NULL: there is none) asks for this of what it may name: "handling", "strict". The first
 * that names it counts; names and values in either case, a value in quotes or not. What is not well-formed is passed
 * over, as what is not known is. */
bool prefer_asks(const char *list, const char *name, const char *value);

#endif
