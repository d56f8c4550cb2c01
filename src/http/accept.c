/* Which codings of a reply a client takes. Of these there is one, and one may always send none. */

#include "http/accept.h"

#include <string.h>
#include <strings.h>

/* "q=0", "q=0.000": what is so weighed is not wanted. Anything else that is wrong with it weighs nothing. */
static bool is_ruled_out(const char *parameters, size_t length) {
    for (size_t at = 0; at < length; at++) {
        if (parameters[at] != ';')
            continue;
        at += 1 + strspn(parameters + at + 1, " \t");
        if (at + 2 >= length || (parameters[at] | ' ') != 'q' || parameters[at + 1] != '=')
            continue;
        const char *weight = parameters + at + 2;
        size_t zeros = strspn(weight, "0.");
        return zeros > 0 && weight[0] == '0' &&
               (weight + zeros >= parameters + length || strchr(" \t;,", weight[zeros]));
    }
    return false;
}

static bool is_word(const char *text, size_t length, const char *word) {
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

int accept_find_gzip(const char *list) {
    int named = -1, any = -1;
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ","), word = strcspn(at, ",; \t");
        int wanted = !is_ruled_out(at + word, length - word);
        if (is_word(at, word, "gzip") || is_word(at, word, "x-gzip"))
            named = wanted;
        else if (is_word(at, word, "*"))
            any = wanted;
        at += length;
    }
    return named >= 0 ? named : any;
}

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind CXD_UNUSED, const char *name, const char *value) {
    int *found = cls;
    if (value && strcasecmp(name, "Accept-Encoding") == 0) {
        int said = accept_find_gzip(value);
        *found = said >= 0 ? said : *found;
    }
    return MHD_YES;
}

bool http_accepts_gzip(const struct http_request *request) {
    int found = -1;
    if (!request->connection->gone)
        MHD_get_connection_values(request->connection->mhd, MHD_HEADER_KIND, take_field, &found);
    return found == 1;
}
