/* The target is cut into segments first and decoded after, so that %2F stays inside its segment. Also the query string,
 * for routes and for whoever reads a form. */

#include "http/target.h"

#include <stdint.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/http/http.h"

enum { QUERY_ITEMS_MAX = 64 };

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool percent_decode(char *text, bool plus) {
    char *out = text;
    for (const char *in = text; *in; in++) {
        char c = *in;
        if (c == '%') {
            int high = hex_digit(in[1]);
            int low = high < 0 ? -1 : hex_digit(in[2]);
            if (low < 0 || high + low == 0)
                return false;
            c = (char)(high * 16 + low);
            in += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        *out++ = c;
    }
    *out = '\0';
    return utf8_count(text) != SIZE_MAX;
}

bool target_parse(char *text, struct target *ret_target) {
    if (text[0] != '/')
        return false;
    struct target target = {0};
    char *query = strchr(text, '?');
    if (query) {
        *query = '\0';
        target.query = query + 1;
    }
    char *next = text + 1;
    while (next) {
        char *segment = next;
        char *slash = strchr(segment, '/');
        if (slash)
            *slash = '\0';
        next = slash ? slash + 1 : NULL;
        if (!percent_decode(segment, false))
            return false;
        if (target.count < TARGET_SEGMENTS_MAX)
            target.segments[target.count] = segment;
        target.count++;
    }
    *ret_target = target;
    return true;
}

/* One "key=value", in place. */
static enum cxd_err parse_item(char *text, struct http_query_item *items, size_t count, struct error *err) {
    char *equals = strchr(text, '=');
    char *value = text + strlen(text);
    if (equals) {
        *equals = '\0';
        value = equals + 1;
    }
    if (!percent_decode(text, true) || !percent_decode(value, true))
        return error_set(err, ERR_BAD_PARAMETER, "The query string has a bad escape or is not UTF-8");
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].key, text) == 0)
            return error_set(err, ERR_BAD_PARAMETER, "A parameter is given twice: %s", text);
    items[count] = (struct http_query_item){.key = text, .value = value};
    return CXD_OK;
}

enum cxd_err http_query_parse(const char *text, struct arena *arena, struct http_query_item **ret_items,
                              size_t *ret_count, struct error *err) {
    size_t most = 1;
    for (const char *c = text; *c; c++)
        most += *c == '&';
    if (most > QUERY_ITEMS_MAX)
        most = QUERY_ITEMS_MAX;
    char *copy = arena_strdup(arena, text);
    struct http_query_item *items = arena_alloc_zero(arena, most, sizeof *items);
    if (!copy || !items)
        return error_set(err, ERR_NO_MEMORY, "The query string could not be read");
    size_t count = 0;
    char *next = copy;
    while (next) {
        char *item = next;
        char *ampersand = strchr(item, '&');
        if (ampersand)
            *ampersand = '\0';
        next = ampersand ? ampersand + 1 : NULL;
        if (!*item)
            continue;
        if (count == most)
            return error_set(err, ERR_BAD_PARAMETER, "The query string has more than %d parameters",
                             QUERY_ITEMS_MAX);
        enum cxd_err code = parse_item(item, items, count, err);
        if (code)
            return code;
        count++;
    }
    *ret_items = items;
    *ret_count = count;
    return CXD_OK;
}
