/* One cookie. A name that is there twice names nothing: one of them may be what a page of a neighbour has set. */
#include "http/cookie.h"

#include <string.h>

#include "http/state.h"

/* Of a token68 and what Base64 needs besides; ours have no others. */
static bool is_value(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_word && c != '-' && c != '_')
            return false;
    }
    return length > 0;
}

bool cookie_find(const char *header, const char *name, const char **ret_value, size_t *ret_length) {
    size_t name_length = strlen(name), found = 0;
    const char *value = NULL;
    size_t length = 0;
    while (*header) {
        header += strspn(header, " \t;");
        size_t pair = strcspn(header, ";");
        if (pair > name_length && strncmp(header, name, name_length) == 0 && header[name_length] == '=') {
            value = header + name_length + 1;
            length = pair - name_length - 1;
            while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
                length--;
            found++;
        }
        header += pair;
    }
    if (found != 1 || !is_value(value, length))
        return false;
    *ret_value = value;
    *ret_length = length;
    return true;
}

const char *http_session(struct http_request *request) {
    const char *name = request->connection->loop->server->options.session_cookie, *value;
    size_t length;
    if (!name || http_header_count(request, "Cookie") != 1 || http_is_from_other_page(request) ||
        !cookie_find(http_header(request, "Cookie"), name, &value, &length))
        return NULL;
    return arena_strndup(&request->arena, value, length);
}
