/* Media types: one table of which call takes which. */
#include "api/bodies.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum body_kind kind;
    unsigned uses;
} TYPES[] = {
    {"application/json", BODY_JSON, BODY_OF_RESPONSE | BODY_OF_BATCH | BODY_OF_INVITATIONS | BODY_OF_COMMAND},
    {"text/plain", BODY_JSON, BODY_OF_RESPONSE}, /* what a page can send to another origin without a preflight */
    {"application/x-www-form-urlencoded", BODY_FIELDS, BODY_OF_RESPONSE},
    {"multipart/form-data", BODY_PARTS, BODY_OF_RESPONSE},
    {"application/x-ndjson", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"application/ndjson", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"application/jsonl", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"application/x-jsonl", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"application/jsonlines", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"application/x-jsonlines", BODY_LINES, BODY_OF_BATCH | BODY_OF_INVITATIONS},
    {"text/csv", BODY_CSV, BODY_OF_INVITATIONS},
};

/* "application/json, text/plain". */
static void list_types(enum body_use use, char *out, size_t size) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < CXD_COUNT(TYPES); i++)
        if (TYPES[i].uses & use)
            length += (size_t)snprintf(out + length, size - length, "%s%s", length > 0 ? ", " : "", TYPES[i].name);
}

/* RFC 9110 §15.5.16 lets a reply say in Accept what would have been taken; two methods have a header for it. */
static const char *accept_header(enum http_method method) {
    return method == HTTP_POST ? "Accept-Post" : method == HTTP_PATCH ? "Accept-Patch" : "Accept";
}

static bool refuse(struct http_request *request, enum body_use use, const char *why) {
    enum { LIST_SIZE = 200 };
    char list[LIST_SIZE];
    list_types(use, list, sizeof list);
    http_reply_header(request, accept_header(http_request_method(request)), list);
    http_problem_code(request, ERR_MEDIA_TYPE, "%ssend one of these as its Content-Type: %s", why, list);
    return false;
}

bool body_take(struct http_request *request, enum body_use use, struct body *ret_body) {
    const char *header = http_header(request, "Content-Type");
    size_t length;
    struct body body = {.kind = BODY_JSON};
    struct mime_text type, name, value;
    (void)http_body(request, &length);
    /* What a client says of nothing: curl -d '' names a form. */
    bool is_nothing = use == BODY_OF_COMMAND && length == 0;
    if (header && header[0] != '\0' && !is_nothing) {
        struct mime mime = mime_open(header, strlen(header), &type);
        size_t i = 0;
        while (i < CXD_COUNT(TYPES) && !(TYPES[i].uses & use && mime_is(&type, TYPES[i].name)))
            i++;
        if (i == CXD_COUNT(TYPES))
            return refuse(request, use, "");
        body.kind = TYPES[i].kind;
        while (mime_next(&mime, &name, &value))
            if (mime_is(&name, "charset") && !mime_is_utf8(&value))
                return refuse(request, use, "only UTF-8 is read, no other charset; ");
            else if (mime_is(&name, "boundary"))
                body.boundary = value;
    }
    if (ret_body)
        *ret_body = body;
    return true;
}
