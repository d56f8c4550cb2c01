/* Enumerations between what is written and what is computed with. */
#include "cxd/base/words.h"

#include <stdio.h>
#include <string.h>

int words_find(const struct words *words, const char *word) {
    for (int i = 0; i < words->count; i++)
        if (strcmp(words->list[i], word) == 0)
            return i;
    return -1;
}

const char *words_quote(const struct words *words, char *out, size_t size) {
    size_t length = 0;
    for (int i = 0; i < words->count && length < size; i++)
        length += (size_t)snprintf(out + length, size - length, "%s\"%s\"",
                                   i == 0                 ? ""
                                   : i + 1 < words->count ? ", "
                                                          : " or ",
                                   words->list[i]);
    return out;
}

const char *words_list(const struct words *words, char *out, size_t size) {
    int shown = words->count;
    size_t length;
    do {
        char more[24] = "";
        if (shown < words->count)
            snprintf(more, sizeof more, " and %d more", words->count - shown);
        length = 0;
        for (int i = 0; i < shown; i++) {
            const char *between = i == 0 ? "" : i + 1 == words->count ? " and " : ", ";
            size_t room = length < size ? size - length : 0;
            length += (size_t)snprintf(out + (size - room), room, "%s%s", between, words->list[i]);
        }
        size_t room = length < size ? size - length : 0;
        length += (size_t)snprintf(out + (size - room), room, "%s", more);
    } while (length >= size && --shown > 0);
    return out;
}
