/* Which codings of a reply a client takes: of these there is one, and one may always send none. And which of two media
 * types it would rather have. */

#include "http/accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/request.h"

/* Where the weight stands behind "q="; NULL: none is said. */
static const char *find_weight(const char *parameters, size_t length) {
    for (size_t at = 0; at < length; at++) {
        if (parameters[at] != ';')
            continue;
        at += 1 + strspn(parameters + at + 1, " \t");
        if (at + 2 < length && (parameters[at] | ' ') == 'q' && parameters[at + 1] == '=')
            return parameters + at + 2;
    }
    return NULL;
}

/* "q=0", "q=0.000": what is so weighed is not wanted. Anything else that is wrong with it weighs nothing. */
static bool is_ruled_out(const char *parameters, size_t length) {
    const char *weight = find_weight(parameters, length);
    size_t zeros = weight ? strspn(weight, "0.") : 0;
    return zeros > 0 && weight[0] == '0' && (weight + zeros >= parameters + length || strchr(" \t;,", weight[zeros]));
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
    request_each_header(request, take_field, &found);
    return found == 1;
}

/* In thousandths: "q=0.25" is 250. Of what is wrong with a weight it is 1000. */
static int weight_of(const char *parameters, size_t length) {
    const char *digits = find_weight(parameters, length);
    if (!digits || *digits != '0')
        return 1000;
    int weight = 0;
    for (int i = 2, unit = 100; digits[1] == '.' && i < 5 && digits[i] >= '0' && digits[i] <= '9'; i++, unit /= 10)
        weight += (digits[i] - '0') * unit;
    return weight;
}

/* How exactly a range means a type: 3 it is the type, 2 it is all of its kind, 1 everything, 0 it does not. */
static int exactness(const char *range, size_t length, const char *type) {
    size_t main = strcspn(type, "/") + 1;
    if (is_word(range, length, type))
        return 3;
    if (length == main + 1 && range[main] == '*' && strncasecmp(range, type, main) == 0)
        return 2;
    return is_word(range, length, "*/*") ? 1 : 0;
}

int accept_weigh(const char *list, const char *type) {
    int weight = 0, best = 0;
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ","), word = strcspn(at, ",; \t");
        int exact = exactness(at, word, type);
        if (exact > best) {
            best = exact;
            weight = weight_of(at + word, length - word);
        }
        at += length;
    }
    return weight;
}

bool http_prefers(struct http_request *request, const char *usual, const char *other) {
    const char *list = NULL;
    struct error err;
    if (http_header_list(request, "Accept", &list, &err) != CXD_OK || !list)
        return false;
    return accept_weigh(list, other) > accept_weigh(list, usual);
}
