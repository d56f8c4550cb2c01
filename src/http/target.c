/* The target is cut into segments first and decoded after, so that %2F stays inside its segment. Also the query string,
 * whole or by the name of a parameter. */

#include "http/target.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

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

const char *target_authority(const char *text, size_t *ret_length) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < CXD_COUNT(schemes); i++) {
        size_t scheme = strlen(schemes[i]);
        if (strncasecmp(text, schemes[i], scheme) != 0)
            continue;
        *ret_length = strcspn(text + scheme, "/?#");
        return text + scheme;
    }
    return NULL;
}

bool target_parse(char *text, struct target *ret_target) {
    size_t length;
    bool is_asterisk = strcmp(text, "*") == 0;
    struct target target = {.authority = target_authority(text, &length)};
    char *path = target.authority ? text + (target.authority - text) + length : text;
    bool has_path = path[0] == '/';
    if (!is_asterisk && !has_path && !(target.authority && (path[0] == '?' || !path[0])))
        return false;
    target.is_server = is_asterisk || !*path;
    char *query = strchr(path, '?');
    if (query) {
        *query = '\0';
        target.query = query + 1;
    }
    char *next = is_asterisk ? NULL : has_path ? path + 1 : path;
    *path = '\0'; /* ends the authority */
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

/* Cuts the next "key=value" off; NULL: there is none. */
static char *take_item(char **rest) {
    while (*rest) {
        char *item = *rest;
        char *ampersand = strchr(item, '&');
        if (ampersand)
            *ampersand = '\0';
        *rest = ampersand ? ampersand + 1 : NULL;
        if (*item)
            return item;
    }
    return NULL;
}

/* Cuts the value off its key; "" where there is none. */
static char *take_value(char *item) {
    char *equals = strchr(item, '=');
    if (!equals)
        return item + strlen(item);
    *equals = '\0';
    return equals + 1;
}

/* One "key=value", in place. */
static enum cxd_err parse_item(char *text, struct http_query_item *items, size_t count, struct error *err) {
    char *value = take_value(text);
    if (!percent_decode(text, true) || !percent_decode(value, true))
        return error_set(err, ERR_BAD_PARAMETER, "The query string has a bad escape or is not UTF-8");
    for (size_t i = 0; !strchr(text, '.') && i < count; i++)
        if (strcmp(items[i].key, text) == 0)
            return error_set(err, ERR_BAD_PARAMETER, "A parameter is given twice: %s", text);
    items[count] = (struct http_query_item){.key = text, .value = value};
    return CXD_OK;
}

static enum cxd_err too_many(struct error *err) {
    return error_set(err, ERR_BAD_PARAMETER, "The query string has more than %d parameters", QUERY_ITEMS_MAX);
}

enum cxd_err http_query_parse(const char *text, struct arena *arena, struct http_query_item **ret_items,
                              size_t *ret_count, struct error *err) {
    size_t most = 1;
    for (const char *c = text; *c; c++)
        most += *c == '&';
    if (most > 2 * QUERY_ITEMS_MAX) /* of which all but a few may be empty */
        return too_many(err);
    if (most > QUERY_ITEMS_MAX)
        most = QUERY_ITEMS_MAX;
    char *copy = arena_strdup(arena, text);
    struct http_query_item *items = arena_alloc_zero(arena, most, sizeof *items);
    if (!copy || !items)
        return error_set(err, ERR_NO_MEMORY, "The query string could not be read");
    size_t count = 0;
    char *item;
    while ((item = take_item(&copy))) {
        if (count == most)
            return too_many(err);
        enum cxd_err code = parse_item(item, items, count, err);
        if (code)
            return code;
        count++;
    }
    *ret_items = items;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err http_query_find(const char *text, const char *key, struct arena *arena, const char **ret_value,
                             struct error *err) {
    char *copy = arena_strdup(arena, text), *item;
    const char *found = NULL;
    if (!copy)
        return error_set(err, ERR_NO_MEMORY, "The query string could not be read");
    while ((item = take_item(&copy))) {
        char *value = take_value(item);
        if (!percent_decode(item, true) || strcmp(item, key) != 0)
            continue;
        if (found)
            return error_set(err, ERR_BAD_PARAMETER, "A parameter is given twice: %s", key);
        if (!percent_decode(value, true))
            return error_set(err, ERR_BAD_PARAMETER, "%s has a bad escape or is not UTF-8", key);
        found = value;
    }
    *ret_value = found;
    return CXD_OK;
}
