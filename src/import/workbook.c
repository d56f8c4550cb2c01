/* workbook.xml and the relationships that lead to its parts: the names that they have in most files are a habit of
 * Excel's, and no rule. */
#include "import/workbook.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/buffer.h"
#include "cxd/base/utf8.h"
#include "import/xml.h"

/* Relationships of one part, by id. Bounded: what is beyond is not found. */
enum { LINKS_MAX = 2048 };
struct link {
    const char *id, *type, *part;
};
struct links {
    struct arena *arena;
    const char *base; /* the folder that targets are in, with its '/' */
    struct link list[LINKS_MAX];
    size_t count;
};

/* The part that the target leads to from the folder. */
static const char *resolve(struct arena *arena, const char *base, const char *target) {
    char path[WORKBOOK_PART_SIZE];
    int folder = (int)strlen(base);
    if (*target == '/') {
        folder = 0;
        target++;
    }
    for (; strncmp(target, "../", 3) == 0 || strncmp(target, "./", 2) == 0; target = strchr(target, '/') + 1)
        if (target[1] == '.')
            for (folder = folder > 0 ? folder - 1 : 0; folder > 0 && base[folder - 1] != '/';)
                folder--;
    snprintf(path, sizeof path, "%.*s%s", folder, base, target);
    return arena_strdup(arena, path);
}

/* The last word of a URI of a type: those of Microsoft and of the standard differ in the rest. */
static const char *last_word(const char *type) {
    const char *slash = strrchr(type, '/');
    return slash ? slash + 1 : type;
}

static void take_link(void *context, const char *name, const char **attributes) {
    struct links *links = context;
    const char *id = xml_attribute(attributes, "Id"), *type = xml_attribute(attributes, "Type");
    const char *target = xml_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !id || !type || !target || links->count == LINKS_MAX)
        return;
    links->list[links->count++] = (struct link){.id = arena_strdup(links->arena, id),
                                                .type = arena_strdup(links->arena, last_word(type)),
                                                .part = resolve(links->arena, links->base, target)};
}

static void ignore_end(void *context, const char *name) {
    (void)context;
    (void)name;
}

static const struct xml_handlers LINK_HANDLERS = {take_link, ignore_end, NULL};

static enum cxd_err read_links(struct links *links, struct parts *parts, const char *part, struct error *err) {
    enum cxd_err code = xml_read(parts, part, &LINK_HANDLERS, links, err);
    for (size_t i = 0; i < links->count && code == CXD_OK; i++)
        if (!links->list[i].id || !links->list[i].type || !links->list[i].part)
            code = error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    return code;
}

static const char *find_type(const struct links *links, const char *type) {
    for (size_t i = 0; i < links->count; i++)
        if (strcmp(links->list[i].type, type) == 0)
            return links->list[i].part;
    return NULL;
}

/* What other archives have in them. */
static const struct {
    const char *part, *why;
} OTHERS[] = {
    {"xl/workbook.bin", "is a binary workbook (.xlsb): save it as .xlsx"},
    {"content.xml", "is an OpenDocument file: save it as .xlsx or CSV"},
    {"word/document.xml", "is a text document, and no workbook"},
    {"ppt/presentation.xml", "is a presentation, and no workbook"},
    {"index/document.iwa", "is of Numbers: export it as CSV"},
};

static enum cxd_err refuse_other(const struct parts *parts, const char *file, struct error *err) {
    for (size_t i = 0; i < CXD_COUNT(OTHERS); i++)
        if (parts_have(parts, OTHERS[i].part))
            return error_set(err, ERR_TABLE, "%s %s", file, OTHERS[i].why);
    return error_set(err, ERR_TABLE, "%s is a zip archive and no workbook: unpack it", file);
}

struct book_reading {
    struct workbook *workbook;
    const struct links *links;
    bool is_full;
    bool is_refused; /* memory was */
};

static void add_sheet(struct book_reading *reading, const char *name, const char **attributes) {
    struct workbook *workbook = reading->workbook;
    const char *state = xml_attribute(attributes, "state"), *id = NULL;
    for (const char **at = attributes; *at; at += 2) /* r:id, beside which there may be others of the name */
        if (strchr(at[0], ':') && strcmp(strchr(at[0], ':'), ":id") == 0)
            id = at[1];
    if (workbook->count == WORKBOOK_SHEETS_MAX) {
        reading->is_full = true;
        return;
    }
    const char *copy = arena_strdup(&workbook->arena, name), *part = NULL;
    for (size_t i = 0; id && i < reading->links->count; i++)
        if (strcmp(reading->links->list[i].id, id) == 0 && strcmp(reading->links->list[i].type, "worksheet") == 0)
            part = reading->links->list[i].part;
    reading->is_refused |= !copy;
    workbook->names[workbook->count] = copy;
    workbook->parts[workbook->count] = part;
    workbook->hidden[workbook->count++] = state && strcmp(state, "visible") != 0;
}

static void take_book(void *context, const char *name, const char **attributes) {
    struct book_reading *reading = context;
    const char *sheet = strcmp(name, "sheet") == 0 ? xml_attribute(attributes, "name") : NULL;
    if (strcmp(name, "workbookPr") == 0)
        reading->workbook->is_1904 = xml_is_true(xml_attribute(attributes, "date1904"));
    else if (sheet)
        add_sheet(reading, sheet, attributes);
}

static const struct xml_handlers BOOK_HANDLERS = {take_book, ignore_end, NULL};

/* The name of the part with a part's relationships, and its folder. */
static bool name_links(const char *part, char folder[WORKBOOK_PART_SIZE], char links[WORKBOOK_PART_SIZE]) {
    const char *slash = strrchr(part, '/'), *name = slash ? slash + 1 : part;
    int length = snprintf(folder, WORKBOOK_PART_SIZE, "%.*s", (int)(name - part), part);
    int whole = snprintf(links, WORKBOOK_PART_SIZE, "%.*s_rels/%s.rels", (int)(name - part), part, name);
    return length < WORKBOOK_PART_SIZE && whole < WORKBOOK_PART_SIZE;
}

static enum cxd_err read_book(struct workbook *workbook, struct links *links, struct parts *parts, const char *file,
                              struct error *err) {
    char folder[WORKBOOK_PART_SIZE], name[WORKBOOK_PART_SIZE];
    enum cxd_err code = CXD_OK;
    if (parts_have(parts, "_rels/.rels"))
        code = read_links(links, parts, "_rels/.rels", err);
    if (code != CXD_OK)
        return code;
    const char *book = find_type(links, "officeDocument");
    if (!book || !parts_have(parts, book))
        book = "xl/workbook.xml";
    if (!parts_have(parts, book) || parts_have(parts, "word/document.xml") ||
        strcasecmp(book, "xl/workbook.bin") == 0 || !name_links(book, folder, name))
        return refuse_other(parts, file, err);
    links->count = 0;
    links->base = folder;
    code = read_links(links, parts, name, err);
    struct book_reading reading = {.workbook = workbook, .links = links};
    if (code == CXD_OK)
        code = xml_read(parts, book, &BOOK_HANDLERS, &reading, err);
    if (code == CXD_OK && reading.is_refused)
        code = error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    if (code == CXD_OK && reading.is_full)
        code = error_set(err, ERR_TABLE, "%s has more than %d sheets", file, WORKBOOK_SHEETS_MAX);
    workbook->strings = find_type(links, "sharedStrings");
    workbook->styles = find_type(links, "styles");
    return code;
}

enum cxd_err workbook_read(struct workbook *workbook, struct parts *parts, const char *file, struct error *err) {
    struct links *links = arena_alloc_zero(&workbook->arena, 1, sizeof *links);
    if (!links)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    links->arena = &workbook->arena;
    links->base = "";
    return read_book(workbook, links, parts, file, err);
}

void workbook_free(struct workbook *workbook) {
    arena_free(&workbook->arena);
}

static enum cxd_err refuse_name(const struct workbook *workbook, const char *name, struct error *err) {
    struct buffer list;
    char shown[80];
    buffer_init(&list);
    for (size_t i = 0; i < workbook->count; i++)
        if (workbook->parts[i])
            buffer_append_format(&list, "%s\"%.40s\"", list.length > 0 ? ", " : "", workbook->names[i]);
    snprintf(shown, sizeof shown, "%s", name);
    utf8_make_plain(shown);
    const char *names = buffer_terminate(&list);
    if (names)
        utf8_make_plain(list.data);
    enum cxd_err code =
        error_set(err, ERR_TABLE, "there is no sheet \"%s\"; there is %s", shown, names ? names : "another");
    buffer_free(&list);
    return code;
}

enum cxd_err workbook_choose(const struct workbook *workbook, const char *name, size_t *ret_sheet, struct error *err) {
    size_t found = workbook->count;
    for (size_t i = workbook->count; i-- > 0;) {
        if (!workbook->parts[i])
            continue;
        bool is_it = name ? strcasecmp(workbook->names[i], name) == 0
                          : !workbook->hidden[i] || found == workbook->count || workbook->hidden[found];
        if (is_it)
            found = i;
    }
    if (found == workbook->count)
        return name ? refuse_name(workbook, name, err) : error_set(err, ERR_TABLE, "the workbook has no sheet");
    *ret_sheet = found;
    return CXD_OK;
}
