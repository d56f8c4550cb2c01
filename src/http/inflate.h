#ifndef CXD_HTTP_INFLATE_H
#define CXD_HTTP_INFLATE_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* gzip (RFC 1952): one member, or several behind each other, and nothing else. */

enum inflated {
    INFLATED,
    INFLATED_BAD, /* cut short, damaged, or with something behind it */
    INFLATED_TOO_LARGE,
    INFLATED_NO_MEMORY,
};

/* How many bytes it decodes to, at most `most`: it is not decoded further. Checks the whole. */
CXD_NODISCARD enum inflated inflate_measure(const char *bytes, size_t length, size_t most, size_t *ret_length);
/* Decodes to `out` as many bytes as were measured. */
CXD_NODISCARD enum inflated inflate_decode(const char *bytes, size_t length, char *out, size_t out_length);

#endif
