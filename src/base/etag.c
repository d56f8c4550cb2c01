/* Entity tags: made of what a reply shows, and told apart in the headers by which a client says what it knows. */

#include "cxd/base/etag.h"

#include <string.h>

static const char NO_TAG[] = "an entity tag is in double quotes, with no blanks: \"abc\"";
static const char NO_COMMA[] = "entity tags are parted by commas";

static void write_tag(const uint8_t digest[SHA256_SIZE], char ret_tag[ETAG_SIZE]) {
    hex_write(digest, SHA256_SIZE / 2, ret_tag + 1);
    ret_tag[0] = ret_tag[ETAG_SIZE - 2] = '"';
    ret_tag[ETAG_SIZE - 1] = '\0';
}

void etag_make(const void *body, size_t length, char ret_tag[ETAG_SIZE]) {
    uint8_t digest[SHA256_SIZE];
    sha256(body, length, digest);
    write_tag(digest, ret_tag);
}

void etag_end(struct sha256_run *run, char ret_tag[ETAG_SIZE]) {
    uint8_t digest[SHA256_SIZE];
    sha256_end(run, digest);
    write_tag(digest, ret_tag);
}

static const char *skip(const char *text) {
    return text + strspn(text, " \t,");
}

static bool is_any(const char *list) {
    const char *star = skip(list);
    return *star == '*' && star[1 + strspn(star + 1, " \t")] == '\0';
}

static bool is_tag_char(char c) {
    return c != '"' && c != '\x7f' && ((unsigned char)c > ' ');
}

struct piece {
    const char *text; /* with its quotes */
    size_t length;
    bool is_weak;
};

/* Takes the tag at *at, and moves there on to the next one; or says what is wrong. */
static const char *take(const char **at, struct piece *ret_piece) {
    const char *text = *at;
    bool is_weak = strncmp(text, "W/", 2) == 0;
    text += is_weak ? 2 : 0;
    const char *end = text + 1;
    if (*text != '"')
        return NO_TAG;
    while (is_tag_char(*end))
        end++;
    if (*end != '"')
        return NO_TAG;
    end++;
    *ret_piece = (struct piece){text, (size_t)(end - text), is_weak};
    const char *next = end + strspn(end, " \t");
    if (*next != '\0' && *next != ',')
        return NO_COMMA;
    *at = skip(next);
    return NULL;
}

const char *etag_list_fault(const char *list) {
    const char *at = skip(list), *fault = NULL;
    struct piece piece;
    if (*at == '\0')
        return "it names no entity tag";
    if (is_any(list))
        return NULL;
    if (*at == '*')
        return "\"*\" stands alone";
    while (!fault && *at != '\0')
        fault = take(&at, &piece);
    return fault;
}

bool etag_list_has(const char *list, const char *tag, bool is_strong) {
    const char *at = skip(list);
    size_t length = strlen(tag);
    struct piece piece;
    if (is_any(list))
        return true;
    while (*at != '\0' && !take(&at, &piece))
        if (piece.length == length && memcmp(piece.text, tag, length) == 0 && !(is_strong && piece.is_weak))
            return true;
    return false;
}

static bool names(const char *list, const char (*tags)[ETAG_SIZE], size_t count, bool is_strong) {
    for (size_t i = 0; i < count; i++)
        if (etag_list_has(list, tags[i], is_strong))
            return true;
    return is_any(list);
}

const char *precondition_broken(const struct precondition *precondition, bool is_there, const char (*tags)[ETAG_SIZE],
                                size_t count) {
    if (precondition->if_match && !(is_there && names(precondition->if_match, tags, count, true)))
        return "If-Match";
    if (precondition->if_none_match && is_there && names(precondition->if_none_match, tags, count, false))
        return "If-None-Match";
    return NULL;
}
