#ifndef CXD_IMPORT_FLATTEN_H
#define CXD_IMPORT_FLATTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/codec/json.h"

enum { FLATTEN_NAME_MAX = 512 };

/* Each value of an object and of the objects in it, with the names on the way to it joined by '.'. A text is as it is,
 * a number as JSON writes it, null is the empty text, an array of texts is them joined by ", ", and another array is
 * JSON. `take` returns whether to go on. False: a name is longer than FLATTEN_NAME_MAX, memory was refused
 * (*ret_failed) or `take` has ended it. The bytes given are NUL-terminated. */
bool flatten(const struct json *object, bool (*take)(void *context, const char *name, const char *text, size_t length),
             void *context, bool *ret_failed);

#endif
