#ifndef CXD_CODEC_SESSION_H
#define CXD_CODEC_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/secret.h"

/* {"key": "cxs_…"} or {"link": "cxl_…"}: one of them. What is no secret by its length is read as "", which none is.
 * Blanks around it are none of it. ERR_MALFORMED_JSON, ERR_INVALID. */
struct sign_in {
    bool is_link;
    char secret[SECRET_TEXT_SIZE];
};
CXD_NODISCARD enum cxd_err sign_in_decode(const char *bytes, size_t length, size_t depth, struct sign_in *ret_sign_in,
                                          struct error *err);

/* {"scopes": ["read"]}, or {}: then *ret_scopes stays as it is. */
CXD_NODISCARD enum cxd_err link_decode(const char *bytes, size_t length, size_t depth, unsigned *ret_scopes,
                                       struct error *err);

#endif
