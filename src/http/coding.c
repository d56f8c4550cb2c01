/* Bodies that come compressed. What they decode to may be as long as a body that comes as it is, and is claimed of the
 * memory that batches share before there is any. */

#include "http/coding.h"

#include <string.h>
#include <strings.h>

#include "http/claim.h"
#include "http/inflate.h"
#include "http/reply.h"

struct codings {
    unsigned gzip, others;
};

static bool is_word(const char *text, size_t length, const char *word) {
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* A list, of which elements may be empty. */
static void take_list(struct codings *codings, const char *list) {
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ",");
        size_t word = length;
        while (word > 0 && (at[word - 1] == ' ' || at[word - 1] == '\t'))
            word--;
        if (is_word(at, word, "gzip") || is_word(at, word, "x-gzip"))
            codings->gzip++;
        else if (word > 0 && !is_word(at, word, "identity"))
            codings->others++;
        at += length;
    }
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind CXD_UNUSED, const char *name, const char *value) {
    if (value && strcasecmp(name, "Content-Encoding") == 0)
        take_list(cls, value);
    return MHD_YES;
}

void coding_admit(struct http_request *request) {
    struct codings codings = {0};
    if (request->facts.length == 0 || !http_header(request, "Content-Encoding"))
        return;
    MHD_get_connection_values(request->connection->mhd, MHD_HEADER_KIND, take_header, &codings);
    request->is_gzip = codings.gzip == 1 && codings.others == 0;
    if (request->is_gzip || codings.gzip + codings.others == 0)
        return;
    http_reply_header(request, "Accept-Encoding", "gzip");
    http_problem_code(request, ERR_CODING, "Send the body as it is, or with Content-Encoding: gzip, once");
}

static bool refuse(struct http_request *request, enum inflated result) {
    if (result == INFLATED_TOO_LARGE)
        http_problem_code(request, ERR_TOO_LARGE, "The body may have %zu bytes once it is decoded",
                          request->body_limit);
    else if (result == INFLATED_BAD)
        http_problem_code(request, ERR_MALFORMED_CODING,
                          "The body is no gzip, or is cut short, damaged, or has something behind it");
    else
        reply_no_memory(request);
    return false;
}

/* Puts what it decodes to in place of the body. */
static bool decode(struct http_request *request) {
    struct buffer decoded, *body = &request->body;
    size_t length = 0;
    enum inflated result = inflate_measure(body->data, body->length, request->body_limit, &length);
    if (result != INFLATED)
        return refuse(request, result);
    if (!claim_decoding(request, length))
        return false;
    buffer_init(&decoded);
    if (!buffer_reserve(&decoded, length + 1))
        result = INFLATED_NO_MEMORY;
    else
        result = inflate_decode(body->data, body->length, decoded.data, length);
    if (result != INFLATED) {
        buffer_free(&decoded);
        return refuse(request, result);
    }
    decoded.length = length;
    decoded.data[length] = '\0';
    buffer_free(body);
    *body = decoded;
    claim_decoded(request, length);
    return true;
}

void coding_handle(struct http_request *request) {
    if (!request->is_gzip || decode(request))
        request->route->handle(request);
}
