/* The piece of a comment that a list shows: around where most of what was asked for stands. */

#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/domain/search.h"

enum { LEAD_CHARACTERS = 40 };
static const char ELLIPSIS[] = "\u2026";

static bool is_inside(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* `count` characters on, or at the end. */
static size_t go_on(const char *text, size_t at, size_t length, size_t count) {
    while (count > 0 && at < length) {
        at++;
        while (at < length && is_inside(text[at]))
            at++;
        count--;
    }
    return at;
}

static size_t go_back(const char *text, size_t at, size_t count) {
    while (count > 0 && at > 0) {
        at--;
        while (at > 0 && is_inside(text[at]))
            at--;
        count--;
    }
    return at;
}

/* So as not to begin within a word, where there is a blank on the way to `end`. */
static size_t behind_blank(const char *text, size_t at, size_t end) {
    for (size_t i = at; at > 0 && i < end; i++)
        if (text[i] == ' ' || text[i] == '\n')
            return i + 1;
    return at;
}

static size_t before_blank(const char *text, size_t at, size_t begin) {
    for (size_t i = at; i > begin; i--)
        if (text[i] == ' ' || text[i] == '\n')
            return i;
    return at;
}

/* The first of the marks from which on most lie within reach. */
static size_t find_densest(const char *text, size_t length, const struct search_mark *marks, size_t count) {
    size_t best = 0, most = 0;
    for (size_t i = 0, end = 0; i < count; i++) {
        size_t reach = go_on(text, marks[i].at, length, SNIPPET_CHARACTERS - LEAD_CHARACTERS);
        while (end < count && marks[end].at + marks[end].length <= reach)
            end++;
        if (end > i && end - i > most) {
            most = end - i;
            best = i;
        }
    }
    return best;
}

struct making {
    struct snippet_part *parts;
    size_t count;
    struct arena *arena;
    bool failed;
};

static void add(struct making *making, const char *text, size_t length, bool is_match) {
    char *copy = length > 0 ? arena_strndup(making->arena, text, length) : NULL;
    making->failed = making->failed || (length > 0 && !copy);
    if (copy)
        making->parts[making->count++] = (struct snippet_part){copy, is_match};
}

struct snippet_part *snippet_make(const char *text, const struct search_mark *marks, size_t count, struct arena *arena,
                                  size_t *ret_count) {
    size_t length = strlen(text), begin = 0, end = length;
    struct making making = {.arena = arena};
    making.parts = arena_alloc(arena, (2 * count + 3) * sizeof *making.parts);
    if (!making.parts)
        return NULL;
    if (go_on(text, 0, length, SNIPPET_CHARACTERS) < length) {
        size_t first = count > 0 ? marks[find_densest(text, length, marks, count)].at : 0;
        begin = behind_blank(text, go_back(text, first, LEAD_CHARACTERS), first);
        end = go_on(text, begin, length, SNIPPET_CHARACTERS);
        if (end == length)
            begin = behind_blank(text, go_back(text, length, SNIPPET_CHARACTERS), first);
        else
            end = before_blank(text, end, first + 1 < end ? first + 1 : end);
    }
    add(&making, ELLIPSIS, begin > 0 ? sizeof ELLIPSIS - 1 : 0, false);
    size_t at = begin;
    for (size_t i = 0; i < count; i++) {
        size_t from = marks[i].at < at ? at : marks[i].at, to = marks[i].at + marks[i].length;
        to = to > end ? end : to;
        if (from >= to)
            continue;
        add(&making, text + at, from - at, false);
        add(&making, text + from, to - from, true);
        at = to;
    }
    add(&making, text + at, end - at, false);
    add(&making, ELLIPSIS, end < length ? sizeof ELLIPSIS - 1 : 0, false);
    *ret_count = making.count;
    return making.failed ? NULL : making.parts;
}
