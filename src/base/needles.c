/* Finding any of many texts in a line. The needles that begin with the same two characters are a chain; at each place
 * of the line only one chain is looked at, and nearly always it is empty. A needle is its head, and behind a `*` its
 * tail. */

#include "cxd/base/needles.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 1 << 16 };

struct needle {
    uint32_t from; /* in `text`: the head, and right behind it the tail */
    uint16_t head, tail;
    uint16_t next; /* of the chain: index + 1 */
    bool is_exception, is_open_left, is_open_right;
};

struct needles {
    char *text; /* all of them, in small letters */
    struct needle *items;
    size_t count, capacity, text_length;
    bool has_exceptions;
    uint16_t heads[HEADS]; /* by the first two characters: index + 1 */
};

static unsigned char lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t head_of(const char *text) {
    return (size_t)lower(text[0]) << 8 | lower(text[1]);
}

static bool is_word(char c) {
    unsigned char small = lower(c);
    return (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9') || small >= 0x80;
}

static bool is_of_name(char c) {
    return is_word(c) || c == '-' || c == '_' || c == '.';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static enum cxd_err refuse_length(size_t line, struct error *err) {
    return error_set(err, ERR_CONFIG, "line %zu: a text is %d to %d characters long, and so is each side of a *", line,
                     NEEDLE_LEAST, NEEDLE_MOST);
}

/* `!`, `*` at either end and the one between become fields; what is left is `word`, with the `*` in it. */
static enum cxd_err take_apart(struct needle *needle, const char **word, size_t *length, size_t line,
                               struct error *err) {
    needle->is_exception = *length > 0 && **word == '!';
    *word += needle->is_exception;
    *length -= needle->is_exception;
    while (*length > 0 && is_blank(**word))
        (*word)++, (*length)--;
    needle->is_open_left = *length > 0 && **word == '*';
    *word += needle->is_open_left;
    *length -= needle->is_open_left;
    needle->is_open_right = *length > 0 && (*word)[*length - 1] == '*';
    *length -= needle->is_open_right;
    if (*length < NEEDLE_LEAST || *length > NEEDLE_MOST)
        return refuse_length(line, err);
    const char *star = memchr(*word, '*', *length);
    needle->head = (uint16_t)(star ? (size_t)(star - *word) : *length);
    needle->tail = (uint16_t)(star ? *length - needle->head - 1 : 0);
    if (needle->head < NEEDLE_LEAST || (star && needle->tail < NEEDLE_LEAST))
        return refuse_length(line, err);
    if (star && memchr(star + 1, '*', needle->tail))
        return error_set(err, ERR_CONFIG, "line %zu has more than one * between characters", line);
    return CXD_OK;
}

static enum cxd_err add(struct needles *needles, const char *word, size_t length, size_t line, struct error *err) {
    struct needle needle = {.from = (uint32_t)needles->text_length};
    enum cxd_err code = take_apart(&needle, &word, &length, line, err);
    if (code != CXD_OK)
        return code;
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
        if (c != '*')
            needles->text[needles->text_length++] = (char)c;
    }
    uint16_t *head = &needles->heads[head_of(to)];
    needle.next = *head;
    needles->items[needles->count++] = needle;
    *head = (uint16_t)needles->count;
    needles->has_exceptions = needles->has_exceptions || needle.is_exception;
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

/* `text` ends with a NUL, which is in no needle. */
static bool begins(const char *text, const char *small, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (lower(text[i]) != (unsigned char)small[i])
            return false;
    return true;
}

static bool is_edge(char inner, char outer) {
    return !is_word(inner) || !is_word(outer);
}

static bool ends_well(const struct needle *needle, const char *end) {
    return needle->is_open_right || is_edge(end[-1], end[0]);
}

/* Whether the needle stands at `at`, in the line that begins at `line`. */
static bool stands_at(const struct needle *needle, const char *small, const char *line, const char *at) {
    if (!begins(at, small, needle->head) || (!needle->is_open_left && at > line && !is_edge(at[0], at[-1])))
        return false;
    const char *behind = at + needle->head;
    if (needle->tail == 0)
        return ends_well(needle, behind);
    for (size_t i = 0;; i++) {
        if (begins(behind + i, small + needle->head, needle->tail) && ends_well(needle, behind + i + needle->tail))
            return true;
        if (i == NEEDLE_STAR_MOST || !is_of_name(behind[i]))
            return false;
    }
}

bool needles_match(const struct needles *needles, const char *line) {
    bool is_found = false;
    if (line[0] == '\0')
        return false;
    for (const char *at = line; at[1] != '\0'; at++) {
        for (unsigned next = needles->heads[head_of(at)]; next != 0; next = needles->items[next - 1].next) {
            const struct needle *needle = &needles->items[next - 1];
            if ((is_found && !needle->is_exception) || !stands_at(needle, needles->text + needle->from, line, at))
                continue;
            if (needle->is_exception)
                return false;
            if (!needles->has_exceptions)
                return true;
            is_found = true;
        }
    }
    return is_found;
}
