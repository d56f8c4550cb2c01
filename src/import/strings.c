/* sharedStrings.xml: read once before the rows. */
#include "import/strings.h"

#include <string.h>

#include "import/xml.h"

enum { TEXTS_HEAD = 8 << 20, ENDS_HEAD = 4 << 20 };

static void take_start(void *context, const char *name, const char **attributes) {
    struct strings *strings = context;
    (void)attributes;
    if (strings->is_inside) {
        rich_start(&strings->rich, name);
    } else if (strcmp(name, "si") == 0) {
        rich_begin(&strings->rich);
        strings->is_inside = true;
    }
}

static enum cxd_err keep(struct strings *strings) {
    struct rich *rich = &strings->rich;
    rich_finish(rich);
    if (rich->is_too_long) /* and by its length known as such */
        rich->length = TABLE_CELL_MAX + 1;
    if (strings->texts.length + rich->length > STRINGS_BYTES_MAX || strings->ends.length >= STRINGS_BYTES_MAX)
        return error_set(strings->err, ERR_TABLE, "the workbook has more than 2 GiB of text");
    enum cxd_err code = spool_append(&strings->texts, rich->text, rich->length, strings->err);
    uint64_t end = strings->texts.length;
    if (code == CXD_OK)
        code = spool_append(&strings->ends, (const char *)&end, sizeof end, strings->err);
    strings->count++;
    return code;
}

static void take_end(void *context, const char *name) {
    struct strings *strings = context;
    if (!strings->is_inside)
        return;
    if (strcmp(name, "si") != 0) {
        rich_end(&strings->rich, name);
        return;
    }
    strings->is_inside = false;
    if (strings->code == CXD_OK)
        strings->code = keep(strings);
}

static void take_text(void *context, const char *text, size_t length) {
    struct strings *strings = context;
    if (strings->is_inside)
        rich_take(&strings->rich, text, length);
}

static const struct xml_handlers HANDLERS = {take_start, take_end, take_text};

enum cxd_err strings_read(struct strings *strings, struct parts *parts, const char *part, struct error *err) {
    strings->err = err;
    spool_init(&strings->texts, TEXTS_HEAD);
    spool_init(&strings->ends, ENDS_HEAD);
    enum cxd_err code = xml_read(parts, part, &HANDLERS, strings, err);
    strings->err = NULL;
    return code == CXD_OK ? strings->code : code;
}

void strings_free(struct strings *strings) {
    spool_free(&strings->texts);
    spool_free(&strings->ends);
}

enum cxd_err strings_get(struct strings *strings, uint64_t number, struct rich *rich, bool *ret_there,
                         struct error *err) {
    uint64_t ends[2] = {0, 0};
    *ret_there = number < strings->count;
    if (!*ret_there)
        return CXD_OK;
    size_t first = number > 0 ? 0 : 1; /* the first one begins at 0 */
    enum cxd_err code = spool_read(&strings->ends, (number - 1 + first) * sizeof ends[0], (char *)&ends[first],
                                   sizeof ends - first * sizeof ends[0], err);
    if (code != CXD_OK)
        return code;
    rich->length = (size_t)(ends[1] - ends[0]);
    rich->is_too_long = rich->length > TABLE_CELL_MAX;
    if (rich->is_too_long)
        rich->length = 0;
    code = spool_read(&strings->texts, ends[0], rich->text, rich->length, err);
    rich->text[rich->length] = '\0';
    return code;
}
