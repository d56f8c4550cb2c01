/* Finding any of many texts in a line. The needles that begin with the same two characters are a chain; at each place of the line
 * only one chain is looked at, and nearly always it is empty. */

#include "cxd/base/needles.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 1 << 16 };

struct needle {
    uint32_t from; /* in `text` */
    uint16_t length;
    uint16_t next; /* of the chain: index + 1 */
};

struct needles {
    char *text; /* all of them, in small letters */
    struct needle *items;
    size_t count, capacity, text_length;
    uint16_t heads[HEADS]; /* by the first two characters: index + 1 */
};

static unsigned char lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t head_of(const char *text) {
    return (size_t)lower(text[0]) << 8 | lower(text[1]);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static enum cxd_err add(struct needles *needles, const char *word, size_t length, size_t line,
                        struct error *err) {
    if (length < NEEDLE_LEAST || length > NEEDLE_MOST)
        return error_set(err, ERR_CONFIG, "line %zu is not %d to %d characters long", line, NEEDLE_LEAST,
                         NEEDLE_MOST);
    if (needles->count == NEEDLES_MAX)
        return error_set(err, ERR_CONFIG, "line %zu: more than %d texts", line, NEEDLES_MAX);
    if (needles->count == needles->capacity) {
        size_t wanted = needles->capacity == 0 ? 256 : 2 * needles->capacity;
        struct needle *grown = reallocarray(needles->items, wanted, sizeof *grown);
        if (!grown)
            return error_set(err, ERR_NO_MEMORY, "no memory for a list");
        needles->items = grown;
        needles->capacity = wanted;
    }
    char *to = needles->text + needles->text_length;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = lower(word[i]);
        if (c < 0x20 || c == 0x7F)
            return error_set(err, ERR_CONFIG, "line %zu holds a control character", line);
        to[i] = (char)c;
    }
    uint16_t *head = &needles->heads[head_of(to)];
    needles->items[needles->count++] =
        (struct needle){.from = (uint32_t)needles->text_length, .length = (uint16_t)length, .next = *head};
    *head = (uint16_t)needles->count;
    needles->text_length += length;
    return CXD_OK;
}

static enum cxd_err read_list(struct needles *needles, const char *list, size_t length, struct error *err) {
    enum cxd_err code = CXD_OK;
    size_t line = 0;
    for (size_t at = 0; code == CXD_OK && at < length;) {
        const char *newline = memchr(list + at, '\n', length - at);
        size_t end = newline ? (size_t)(newline - list) : length;
        size_t from = at, to = end;
        line++;
        at = end + 1;
        while (from < to && is_blank(list[from]))
            from++;
        while (to > from && is_blank(list[to - 1]))
            to--;
        if (from < to && list[from] != '#')
            code = add(needles, list + from, to - from, line, err);
    }
    return code;
}

enum cxd_err needles_make(const char *list, size_t length, struct needles **ret_needles, struct error *err) {
    if (length > UINT32_MAX / 2)
        return error_set(err, ERR_CONFIG, "the list is too long");
    struct needles *needles = calloc(1, sizeof *needles);
    char *text = malloc(length + 1);
    if (!needles || !text) {
        free(needles);
        free(text);
        return error_set(err, ERR_NO_MEMORY, "no memory for a list");
    }
    needles->text = text;
    enum cxd_err code = read_list(needles, list, length, err);
    if (code == CXD_OK)
        *ret_needles = needles;
    else
        needles_free(needles);
    return code;
}

void needles_free(struct needles *needles) {
    if (!needles)
        return;
    free(needles->items);
    free(needles->text);
    free(needles);
}

/* The first two characters are known to be the same. `text` ends with a NUL, which is in no needle. */
static bool begins(const char *text, const char *needle, size_t length) {
    for (size_t i = 2; i < length; i++)
        if (lower(text[i]) != (unsigned char)needle[i])
            return false;
    return true;
}

bool needles_match(const struct needles *needles, const char *text) {
    if (text[0] == '\0')
        return false;
    for (; text[1] != '\0'; text++) {
        for (unsigned at = needles->heads[head_of(text)]; at != 0; at = needles->items[at - 1].next) {
            const struct needle *needle = &needles->items[at - 1];
            if (begins(text, needles->text + needle->from, needle->length))
                return true;
        }
    }
    return false;
}
