/* Files of bad rows: what tells them from others, and what stands in them beside the rows. */

#include "cxd/import/mended.h"

#include <ctype.h>
#include <string.h>

const char *const MENDED_NAMES[MENDED_COLUMNS] = {
    [MENDED_LINE] = "cxd.line", [MENDED_REASON] = "cxd.reason", [MENDED_ID] = "cxd.id"};

static const char *const WORDS[MENDED_WORDS] = {
    [MENDED_PRESET] = "cxd.preset", [MENDED_MAP] = "cxd.map", [MENDED_DATES] = "cxd.dates", [MENDED_ZONE] = "cxd.zone"};

enum mended_header mended_judge(const struct table_row *first) {
    size_t found = 0, placed = 0;

    for (size_t i = 0; i < first->count; i++)
        for (size_t column = 0; column < MENDED_COLUMNS; column++) {
            bool is_it = strcmp(first->cells[i].text, MENDED_NAMES[column]) == 0;

            found += is_it;
            placed += is_it && i == column;
        }
    if (found == 0)
        return MENDED_NOT;
    return found == MENDED_COLUMNS && placed == MENDED_COLUMNS && first->count > MENDED_COLUMNS ? MENDED_WHOLE
                                                                                                : MENDED_SPOILT;
}

char mended_delimiter(const char *bytes, size_t length) {
    static const char MARK[] = "\xEF\xBB\xBF";
    const char *name = MENDED_NAMES[MENDED_LINE];
    size_t at = 0, name_length = strlen(name);
    bool is_quoted;

    if (length >= sizeof MARK - 1 && memcmp(bytes, MARK, sizeof MARK - 1) == 0)
        at = sizeof MARK - 1;
    is_quoted = at < length && bytes[at] == '"';
    at += is_quoted;
    if (length < at + name_length + is_quoted + 1 || memcmp(bytes + at, name, name_length) != 0)
        return 0;
    at += name_length;
    if (is_quoted && bytes[at++] != '"')
        return 0;
    return bytes[at] != '\0' && strchr(",;\t|", bytes[at]) ? bytes[at] : 0;
}

const char *mended_word_name(enum mended_word word) {
    return WORDS[word];
}

enum mended_word mended_word_of(const struct table_row *row) {
    for (int word = 0; word < MENDED_WORDS && row->count > MENDED_REASON; word++)
        if (strcmp(row->cells[MENDED_LINE].text, WORDS[word]) == 0)
            return (enum mended_word)word;
    return MENDED_WORDS;
}

void mended_append_mapping(struct buffer *out, const struct mapping *mapping) {
    for (int i = 0; i < TARGETS; i++) {
        buffer_append_format(out, "%s%s=", i > 0 ? "," : "", target_name((enum target)i));
        if (mapping->column[i] != COLUMN_NONE)
            buffer_append_format(out, "#%d", mapping->column[i] + 1);
    }
    for (size_t i = 0; i < mapping->property_count; i++)
        buffer_append_format(out, ",property.%s=#%d", mapping->properties[i].key, mapping->properties[i].column + 1);
    for (size_t i = 0; i < mapping->answer_count; i++)
        buffer_append_format(out, ",answer.%s=#%d", mapping->answers[i].key, mapping->answers[i].column + 1);
}

/* 2024-01-31 or 2024-01-31T13:00:00. */
static bool is_date_of_sheet(const struct table_cell *cell) {
    static const char FORM[] = "0000-00-00T00:00:00";
    size_t length = cell->length;

    if (length != 10 && length != sizeof FORM - 1)
        return false;
    for (size_t i = 0; i < length; i++)
        if (FORM[i] == '0' ? !isdigit((unsigned char)cell->text[i]) : cell->text[i] != FORM[i])
            return false;
    return true;
}

void mended_strip(const struct table_row *row, struct table_cell *cells, struct table_row *ret_row) {
    size_t count = row->count > MENDED_COLUMNS ? row->count - MENDED_COLUMNS : 0;

    for (size_t i = 0; i < count; i++) {
        cells[i] = row->cells[MENDED_COLUMNS + i];
        cells[i].is_date = cells[i].is_date || is_date_of_sheet(&cells[i]);
    }
    *ret_row = *row;
    ret_row->cells = cells;
    ret_row->count = count;
}
