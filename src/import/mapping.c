/* --map, and the columns that it names. */

#include "cxd/import/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "cxd/base/nearest.h"
#include "cxd/domain/response.h"
#include "cxd/import/text_cell.h"

enum { KEY_SIZE = 256, SHOWN = 100 };

static const char *const NAMES[TARGETS] = {
    [TARGET_SCORE] = "score",           [TARGET_COMMENT] = "comment", [TARGET_ANSWERED_AT] = "answered_at",
    [TARGET_RESPONDENT] = "respondent", [TARGET_ID] = "id",           [TARGET_TOUCHPOINT] = "touchpoint",
    [TARGET_CHANNEL] = "channel",       [TARGET_LOCALE] = "locale",   [TARGET_VISIT] = "visit"};
/* What is named by a key. */
enum { TARGET_PROPERTY = TARGETS, TARGET_ANSWER };
static const struct family {
    const char *prefix, *what, *whats; /* one, and several */
    size_t max;
} FAMILIES[] = {{"property.", "a property", "properties", MAPPING_PROPERTIES_MAX},
                {"answer.", "an answer", "answers", MAPPING_ANSWERS_MAX}};

/* The mapped ones of a family. */
struct members {
    const struct family *family;
    struct mapped_property *items;
    size_t *count;
};

static struct members members_of(struct mapping *mapping, int target) {
    return target == TARGET_PROPERTY ? (struct members){&FAMILIES[0], mapping->properties, &mapping->property_count}
                                     : (struct members){&FAMILIES[1], mapping->answers, &mapping->answer_count};
}

const char *target_name(enum target target) {
    return NAMES[target];
}

void mapping_init(struct mapping *mapping) {
    *mapping = (struct mapping){.property_count = 0};
    for (int i = 0; i < TARGETS; i++)
        mapping->column[i] = COLUMN_NONE;
}

void mapping_yield(struct mapping *mapping) {
    memset(mapping->is_named, 0, sizeof mapping->is_named);
    for (size_t i = 0; i < mapping->property_count; i++)
        mapping->properties[i].is_named = false;
    for (size_t i = 0; i < mapping->answer_count; i++)
        mapping->answers[i].is_named = false;
}

const char *mapping_of_column(const struct mapping *mapping, size_t column) {
    for (int i = 0; i < TARGETS; i++)
        if (mapping->column[i] == (int)column)
            return NAMES[i];
    for (size_t i = 0; i < mapping->property_count; i++)
        if (mapping->properties[i].column == (int)column)
            return mapping->properties[i].key;
    for (size_t i = 0; i < mapping->answer_count; i++)
        if (mapping->answers[i].column == (int)column)
            return mapping->answers[i].key;
    return NULL;
}

static enum cxd_err add_member(const struct members *members, const char *key, size_t column, struct error *err) {
    struct mapped_property *items = members->items;
    size_t at = 0, count = *members->count;

    if (!property_key_valid(key, MAPPING_KEY_SIZE - 1))
        return error_set(err, ERR_INVALID, "%s is named by 1 to %d of A-Z, a-z, 0-9, '_', '.' and '-', not '%.*s'",
                         members->family->what, MAPPING_KEY_SIZE - 1, text_cell_cut(key, strlen(key), SHOWN), key);
    while (at < count && strcmp(items[at].key, key) < 0)
        at++;
    if (at < count && strcmp(items[at].key, key) == 0) {
        items[at].column = (int)column;
        return CXD_OK;
    }
    if (count == members->family->max)
        return error_set(err, ERR_INVALID, "a row may have %zu %s at most", members->family->max,
                         members->family->whats);
    memmove(&items[at + 1], &items[at], (count - at) * sizeof *items);
    strcpy(items[at].key, key);
    items[at].column = (int)column;
    items[at].is_named = false;
    ++*members->count;
    return CXD_OK;
}

enum cxd_err mapping_add_property(struct mapping *mapping, const char *key, size_t column, struct error *err) {
    const struct members members = members_of(mapping, TARGET_PROPERTY);

    return add_member(&members, key, column, err);
}

enum cxd_err mapping_add_answer(struct mapping *mapping, const char *key, size_t column, struct error *err) {
    const struct members members = members_of(mapping, TARGET_ANSWER);

    return add_member(&members, key, column, err);
}

/* --- Columns by name
 * ------------------------------------------------------------------------------------------------*/

static bool has_name(const char *name, const char *text, size_t length) {
    return name && strlen(name) == length && memcmp(name, text, length) == 0;
}

static bool has_key(const char *name, const char *key) {
    char own[KEY_SIZE];

    return name && text_cell_key(own, sizeof own, name, strlen(name)) > 0 && strcmp(own, key) == 0;
}

/* By name, then by label, each first whole and then by what is the same but for marks. */
static size_t count_called(const struct headings *headings, int way, const char *text, size_t length, const char *key,
                           int *ret_column, int *ret_other) {
    size_t found = 0;

    for (size_t i = 0; i < headings->count; i++) {
        const char *name = way < 2 ? headings->columns[i].name : headings->columns[i].label;

        if (way % 2 == 0 ? !has_name(name, text, length) : !has_key(name, key))
            continue;
        if (found == 0)
            *ret_column = (int)i;
        else if (found == 1)
            *ret_other = (int)i;
        found++;
    }
    return found;
}

static enum cxd_err find_numbered(const struct headings *headings, const char *text, size_t length, int *ret_column,
                                  struct error *err) {
    unsigned long number = 0;

    for (size_t i = 1; i < length; i++)
        number = number < TABLE_COLUMNS_MAX ? number * 10 + (unsigned long)(text[i] - '0') : number;
    if (number < 1 || number > headings->count)
        return error_set(err, ERR_INVALID, "there is no column %.*s: the header has %zu",
                         text_cell_cut(text, length, 12), text, headings->count);
    *ret_column = (int)number - 1;
    return CXD_OK;
}

static bool is_numbered(const char *text, size_t length) {
    return length > 1 && text[0] == '#' && strspn(text + 1, "0123456789") >= length - 1;
}

static enum cxd_err say_unknown(const struct headings *headings, const char *text, size_t length, struct error *err) {
    char word[SHOWN + 1];
    struct nearest nearest;
    const char *meant = NULL;
    int cut = text_cell_cut(text, length, SHOWN);

    memcpy(word, text, (size_t)cut);
    word[cut] = '\0';
    nearest_begin(&nearest, word);
    for (size_t i = 0; i < headings->count; i++)
        if (nearest_try(&nearest, headings->columns[i].name))
            meant = headings->columns[i].name;
    if (meant)
        return error_set(err, ERR_INVALID, "there is no column '%s'; is '%.*s' meant?", word,
                         text_cell_cut(meant, strlen(meant), SHOWN), meant);
    return error_set(err, ERR_INVALID, "there is no column '%s' in the header", word);
}

enum cxd_err mapping_find_column(const struct headings *headings, const char *text, size_t length, int *ret_column,
                                 struct error *err) {
    char key[KEY_SIZE];
    int column = COLUMN_NONE, other = COLUMN_NONE;

    text_cell_trim(&text, &length);
    size_t key_length = text_cell_key(key, sizeof key, text, length);
    for (int way = 0; way < 4; way++) {
        if (way % 2 == 1 && (key_length == 0 || is_numbered(text, length)))
            continue;
        size_t found = count_called(headings, way, text, length, key, &column, &other);
        if (found > 1)
            return error_set(err, ERR_INVALID,
                             "the header has the column '%.*s' %zu times: say which by its number, as #%d or #%d",
                             text_cell_cut(text, length, SHOWN), text, found, column + 1, other + 1);
        if (found == 1) {
            *ret_column = column;
            return CXD_OK;
        }
    }
    if (is_numbered(text, length))
        return find_numbered(headings, text, length, ret_column, err);
    return say_unknown(headings, text, length, err);
}

/* --- The text of --map
 * ----------------------------------------------------------------------------------------------*/

/* The target that begins here with '=' behind it: behind TARGETS for what is named by a key, −1 for none. */
static int target_at(const char *text, size_t *ret_length) {
    size_t length = strcspn(text, "=,");

    *ret_length = length;
    if (text[length] != '=')
        return -1;
    for (size_t i = 0; i < CXD_COUNT(FAMILIES); i++)
        if (strncmp(text, FAMILIES[i].prefix, strlen(FAMILIES[i].prefix)) == 0)
            return TARGETS + (int)i;
    for (int i = 0; i < TARGETS; i++)
        if (has_name(NAMES[i], text, length))
            return i;
    return -1;
}

static size_t column_length(const char *text) {
    size_t at = 0, length;

    while (text[at] != '\0' && !(text[at] == ',' && target_at(text + at + 1, &length) >= 0))
        at++;
    return at;
}

static enum cxd_err say_target(const char *text, size_t length, struct error *err) {
    char word[SHOWN + 1];
    int cut = text_cell_cut(text, length, SHOWN);

    memcpy(word, text, (size_t)cut);
    word[cut] = '\0';
    const char *meant = nearest_word(word, NAMES, TARGETS);
    return error_set(err, ERR_INVALID, "--map takes TARGET=COLUMN, the target being %s, not '%s'%s%s%s",
                     "score, comment, answered_at, respondent, id, touchpoint, channel, locale, visit, property.KEY or "
                     "answer.KEY",
                     word, meant ? "; is '" : "", meant ? meant : "", meant ? "' meant?" : "");
}

static struct mapped_property *find_member(const struct members *members, const char *key) {
    for (size_t i = 0; i < *members->count; i++)
        if (strcmp(members->items[i].key, key) == 0)
            return &members->items[i];
    return NULL;
}

static enum cxd_err say_twice(const char *name, size_t length, struct error *err) {
    return error_set(err, ERR_INVALID, "--map names two columns for '%.*s'", text_cell_cut(name, length, SHOWN), name);
}

static enum cxd_err apply_keyed(const struct members *members, const char *name, size_t name_length, int found,
                                struct error *err) {
    char key[KEY_SIZE];
    size_t prefix = strlen(members->family->prefix);

    name += prefix;
    name_length -= prefix;
    if (found == COLUMN_NONE || name_length >= sizeof key)
        return error_set(err, ERR_INVALID, "--map %sKEY=COLUMN needs both", members->family->prefix);
    memcpy(key, name, name_length);
    key[name_length] = '\0';
    struct mapped_property *known = find_member(members, key);
    if (known && known->is_named && known->column != found)
        return say_twice(name, name_length, err);
    enum cxd_err code = add_member(members, key, (size_t)found, err);
    known = find_member(members, key);
    if (known)
        known->is_named = true;
    return code;
}

static enum cxd_err apply_one(struct mapping *mapping, const struct headings *headings, int target, const char *name,
                              size_t name_length, const char *column, size_t length, struct error *err) {
    int found = COLUMN_NONE;
    enum cxd_err code = length > 0 ? mapping_find_column(headings, column, length, &found, err) : CXD_OK;

    if (code != CXD_OK)
        return code;
    if (target >= TARGETS) {
        const struct members members = members_of(mapping, target);

        return apply_keyed(&members, name, name_length, found, err);
    }
    if (mapping->is_named[target] && mapping->column[target] != found)
        return say_twice(name, name_length, err);
    mapping->column[target] = found;
    mapping->is_set[target] = mapping->is_named[target] = true;
    return CXD_OK;
}

enum cxd_err mapping_apply(struct mapping *mapping, const struct headings *headings, const char *text,
                           struct error *err) {
    while (*text != '\0') {
        size_t name_length, length;
        int target = target_at(text, &name_length);

        if (target < 0)
            return say_target(text, name_length, err);
        length = column_length(text + name_length + 1);
        enum cxd_err code =
            apply_one(mapping, headings, target, text, name_length, text + name_length + 1, length, err);
        if (code != CXD_OK)
            return code;
        text += name_length + 1 + length;
        text += *text == ',';
    }
    return CXD_OK;
}
