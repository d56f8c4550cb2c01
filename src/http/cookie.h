#ifndef CXD_SRC_HTTP_COOKIE_H
#define CXD_SRC_HTTP_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

/* The value of the cookie `name` in a Cookie header (RFC 6265 §4.2), within it. False where it is not there, is there
 * more than once, or has a character that no value has. What else stands there is passed over, whatever it is. */
bool cookie_find(const char *header, const char *name, const char **ret_value, size_t *ret_length);

#endif
