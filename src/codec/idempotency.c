/* Before the write path: an Idempotency-Key names the response as an id in the body would, so that
 * exactly-once rests on one primary key (edge.md §5). */
#include <stdio.h>
#include <string.h>

#include "cxd/codec/response.h"

enum { KEY_MAX = 255, NAME_SIZE = KEY_MAX + 128 };

static bool is_visible(char c) {
    return c > ' ' && c < 0x7F;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* The key without its quotes and escapes; its length, or 0 if it is none (or too long). */
static size_t unquote(const char *text, size_t length, char out[static KEY_MAX]) {
    bool quoted = text[0] == '"';
    size_t count = 0;
    size_t end = length;
    size_t i = 0;
    if (quoted) {
        if (length < 2 || text[length - 1] != '"')
            return 0;
        i = 1;
        end = length - 1;
    }
    for (; i < end; i++) {
        char c = text[i];
        if (quoted && c == '"')
            return 0;
        if (quoted && c == '\\') {
            if (++i == end || (text[i] != '"' && text[i] != '\\'))
                return 0;
            c = text[i];
        }
        if (!is_visible(c) || count == KEY_MAX)
            return 0;
        out[count++] = c;
    }
    return count;
}

enum cxd_err idempotency_key_decode(const char *header, const char *survey_slug, size_t line,
                                    struct id *ret_id, struct error *err) {
    while (is_blank(*header))
        header++;
    size_t length = strlen(header);
    while (length > 0 && is_blank(header[length - 1]))
        length--;
    char key[KEY_MAX];
    size_t key_length = unquote(header, length, key);
    if (key_length == 0)
        return error_set(err, ERR_BAD_IDEMPOTENCY_KEY,
                         "must be 1 to %d visible ASCII characters, bare or as a quoted string", KEY_MAX);
    /* No slug and no number holds a newline, so different triples give different names. */
    char name[NAME_SIZE];
    int head = snprintf(name, sizeof(name), "%.*s\n%zu\n", SLUG_SIZE, survey_slug, line);
    memcpy(name + head, key, key_length);
    id_from_name(&ID_SPACE_CXD, name, (size_t)head + key_length, ret_id);
    return CXD_OK;
}
