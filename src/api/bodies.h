#ifndef CXD_API_BODIES_H
#define CXD_API_BODIES_H

#include "cxd/codec/mime.h"
#include "cxd/http/http.h"

/* What a body may be, by its Content-Type. */

/* The calls, by what they take. */
enum body_use {
    BODY_OF_RESPONSE = 1 << 0,
    BODY_OF_BATCH = 1 << 1,
    BODY_OF_INVITATIONS = 1 << 2,
    BODY_OF_COMMAND = 1 << 3, /* of an admin: a survey, a key, … */
};

enum body_kind { BODY_JSON, BODY_LINES, BODY_CSV, BODY_FIELDS, BODY_PARTS };

struct body {
    enum body_kind kind;
    struct mime_text boundary; /* of parts; empty where the Content-Type has none */
};

/* The kind of the body (ret_body may be NULL); without a Content-Type it is JSON. False, and ERR_MEDIA_TYPE is on its
 * way, where the call does not take it or its charset. */
CXD_NODISCARD bool body_take(struct http_request *request, enum body_use use, struct body *ret_body);

#endif
