/* Texts of cells, whether they stand in the sheet or in the part that cells share. */
#include "import/rich.h"

#include <string.h>

void rich_begin(struct rich *rich) {
    rich->length = 0;
    rich->in_text = rich->is_spoken = rich->is_too_long = false;
}

void rich_start(struct rich *rich, const char *name) {
    if (strcmp(name, "rPh") == 0)
        rich->is_spoken = true;
    rich->in_text = !rich->is_spoken && strcmp(name, "t") == 0;
}

void rich_end(struct rich *rich, const char *name) {
    if (strcmp(name, "rPh") == 0)
        rich->is_spoken = false;
    rich->in_text = false;
}

void rich_append(struct rich *rich, const char *text, size_t length) {
    rich->is_too_long |= length > TABLE_CELL_MAX - rich->length;
    if (rich->is_too_long)
        return;
    memcpy(rich->text + rich->length, text, length);
    rich->length += length;
}

void rich_take(struct rich *rich, const char *text, size_t length) {
    if (rich->in_text)
        rich_append(rich, text, length);
}

static int digit_of(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* The ASCII character that "_xHHHH_" at `text` stands for, 0 if it is none. What XML cannot say otherwise is of ASCII
 * alone: line ends, and the escape's own '_'. */
static char escaped(const char *text, size_t left) {
    unsigned code = 0;
    if (left < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_')
        return '\0';
    for (int i = 2; i < 6; i++) {
        if (digit_of(text[i]) < 0)
            return '\0';
        code = code << 4 | (unsigned)digit_of(text[i]);
    }
    return code < 0x80 ? (char)code : '\0';
}

void rich_finish(struct rich *rich) {
    size_t kept = 0;
    for (size_t at = 0; at < rich->length; kept++) {
        char c = escaped(rich->text + at, rich->length - at);
        at += c != '\0' ? 7 : 1;
        rich->text[kept] = c != '\0' ? c : rich->text[at - 1];
    }
    rich->length = kept;
    rich->text[kept] = '\0';
}
