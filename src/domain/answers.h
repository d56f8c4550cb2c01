#ifndef CXD_SRC_DOMAIN_ANSWERS_H
#define CXD_SRC_DOMAIN_ANSWERS_H

#include <stdbool.h>

#include "cxd/base/secret.h"
#include "cxd/domain/response.h"

/* The answers of a response, as its other members see them. */

bool answers_same(const struct response *a, const struct response *b);

/* What digests are made of: a text, and a number by its name and its digits, each with its NUL. */
void digest_text(struct sha256_run *run, const char *text);
void digest_number(struct sha256_run *run, const char *name, int64_t value);

/* Adds each to what response_digest is of; of none nothing. */
void answers_digest(struct sha256_run *run, const struct response *response);

#endif
