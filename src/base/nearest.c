/* Which of the known words was meant, where one is mistyped: commands, options, members, surveys. */
#include "cxd/base/nearest.h"

#include <string.h>

enum { WORD_MAX = 64, OPERATIONS_MAX = 4 };

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* How many characters are to be put in, left out, replaced, or exchanged with the next. Case is none of them. */
static size_t distance(const char *a, const char *b, size_t width) {
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            char left = lower(a[i - 1]), right = lower(b[j - 1]);
            row[j] = least(above[j - 1] + (left != right), least(above[j], row[j - 1]) + 1);
            bool is_exchange = i > 1 && j > 1 && left == lower(b[j - 2]) && lower(a[i - 2]) == right;
            if (is_exchange)
                row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][width];
}

/* More than that, and hardly anything of a word is left. */
static size_t tolerance(size_t length) {
    return length < 4 ? 1 : length < 8 ? 2 : OPERATIONS_MAX;
}

void nearest_begin(struct nearest *nearest, const char *word) {
    size_t length = strlen(word);
    *nearest = (struct nearest){.word = length <= WORD_MAX ? word : NULL, .away = tolerance(length) + 1};
}

bool nearest_try(struct nearest *nearest, const char *known) {
    size_t length = strlen(known);
    if (!nearest->word || length > WORD_MAX)
        return false;
    size_t away = distance(nearest->word, known, length);
    if (away >= nearest->away || away >= length)
        return false;
    nearest->away = away;
    return true;
}

const char *nearest_word(const char *word, const char *const *words, size_t count) {
    const char *found = NULL;
    struct nearest nearest;
    nearest_begin(&nearest, word);
    for (size_t i = 0; i < count; i++)
        if (nearest_try(&nearest, words[i]))
            found = words[i];
    return found;
}
