#ifndef CXD_SRC_DOMAIN_ANSWERS_H
#define CXD_SRC_DOMAIN_ANSWERS_H

#include <stdbool.h>

#include "cxd/base/secret.h"
#include "cxd/domain/response.h"

/* The answers of a response, as its other members see them. */

bool answers_same(const struct response *a, const struct response *b);

/* Adds each to what response_digest is of; of none nothing. */
void answers_digest(struct sha256_run *run, const struct response *response);

#endif
