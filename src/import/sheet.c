/* worksheets/sheet1.xml: a row is read, the parser pauses, the row is given away. */
#include "import/sheet.h"

#include <stdlib.h>
#include <string.h>

/* The column of "C5", from 0; TABLE_COLUMNS_MAX where it is none, or beyond. */
static size_t column_of(const char *reference) {
    size_t column = 0;
    for (; *reference >= 'A' && *reference <= 'Z' && column <= TABLE_COLUMNS_MAX; reference++)
        column = column * 26 + (size_t)(*reference - 'A') + 1;
    return column > 0 && column <= TABLE_COLUMNS_MAX ? column - 1 : TABLE_COLUMNS_MAX;
}

static const struct {
    const char *word;
    char type;
} TYPES[] = {{"s", 's'}, {"n", 'n'}, {"str", 'S'}, {"inlineStr", 'i'}, {"b", 'b'}, {"e", 'e'}, {"d", 'd'}};

static char type_of(const char *word) {
    for (size_t i = 0; word && i < CXD_COUNT(TYPES); i++)
        if (strcmp(word, TYPES[i].word) == 0)
            return TYPES[i].type;
    return 'n';
}

static void begin_row(struct sheet *sheet, const char **attributes) {
    const char *number = xml_attribute(attributes, "r");
    uint64_t row = number ? strtoull(number, NULL, 10) : 0;
    sheet->row = row > 0 && row < UINT64_MAX / 2 ? row : sheet->row + 1;
    sheet->in_row = true;
    cells_begin(sheet->cells);
}

static void begin_cell(struct sheet *sheet, const char **attributes) {
    const char *reference = xml_attribute(attributes, "r"), *style = xml_attribute(attributes, "s");
    size_t column = reference ? column_of(reference) : sheet->cells->count;
    sheet->in_cell = true;
    sheet->has_formula = sheet->has_value = false;
    sheet->type = type_of(xml_attribute(attributes, "t"));
    sheet->style = style ? strtoul(style, NULL, 10) : 0;
    rich_begin(&sheet->rich);
    if (column >= TABLE_COLUMNS_MAX)
        cells_set_fault(sheet->cells, sheet->row, "more than %d columns", TABLE_COLUMNS_MAX);
    else if (column < sheet->cells->count)
        cells_set_fault(sheet->cells, sheet->row, "the cells of the row are not in their order");
    while (!cells_are_bad(sheet->cells) && sheet->cells->count < column)
        cells_end(sheet->cells, sheet->row);
}

static void take_start(void *context, const char *name, const char **attributes) {
    struct sheet *sheet = context;
    if (sheet->in_inline)
        rich_start(&sheet->rich, name);
    else if (strcmp(name, "sheetData") == 0)
        sheet->in_data = true;
    else if (!sheet->in_data)
        return;
    else if (!sheet->in_row && strcmp(name, "row") == 0)
        begin_row(sheet, attributes);
    else if (sheet->in_row && !sheet->in_cell && strcmp(name, "c") == 0)
        begin_cell(sheet, attributes);
    else if (sheet->in_cell && strcmp(name, "v") == 0)
        sheet->in_value = sheet->has_value = true;
    else if (sheet->in_cell && strcmp(name, "is") == 0)
        sheet->in_inline = sheet->has_value = true;
    else if (sheet->in_cell && strcmp(name, "f") == 0)
        sheet->has_formula = true;
}

static void take_text(void *context, const char *text, size_t length) {
    struct sheet *sheet = context;
    if (sheet->in_inline)
        rich_take(&sheet->rich, text, length);
    else if (sheet->in_value)
        rich_append(&sheet->rich, text, length);
}

static void read_shared(struct sheet *sheet) {
    char *end;
    bool there = false;
    uint64_t number = strtoull(sheet->rich.text, &end, 10);
    if (*end == '\0' && end != sheet->rich.text && sheet->code == CXD_OK)
        sheet->code = strings_get(sheet->strings, number, &sheet->rich, &there, sheet->err);
    if (!there)
        cells_set_fault(sheet->cells, sheet->row, "the cell names a shared text that is not there");
}

/* A whole number of up to 15 digits is what its text says. */
static bool is_plain(const char *text) {
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 15 && text[digits] == '\0';
}

static bool read_number(struct sheet *sheet) {
    char *end, *text = sheet->rich.text;
    bool is_date;
    enum serial_shown shown = styles_of(sheet->styles, sheet->style);
    if (sheet->rich.length == 0 || (shown == SERIAL_NUMBER && is_plain(text)))
        return false;
    double number = strtod(text, &end);
    if (strspn(text, "0123456789+-.eE") != sheet->rich.length || end != text + sheet->rich.length) {
        cells_set_fault(sheet->cells, sheet->row, "the cell should have a number, and has none");
        return false;
    }
    serial_format(text, number, shown, sheet->is_1904, &is_date);
    sheet->rich.length = strlen(text);
    return is_date;
}

static void read_bool(struct rich *rich) {
    const char *word = xml_is_true(rich->text) ? "TRUE" : "FALSE";
    rich_begin(rich);
    rich_append(rich, word, strlen(word) + 1);
    rich->length--;
}

/* What the cell's value is, of what stands in it. */
static bool read_value(struct sheet *sheet) {
    rich_finish(&sheet->rich);
    switch (sheet->has_value ? sheet->type : 'i') {
    case 's':
        read_shared(sheet);
        return false;
    case 'n':
        return read_number(sheet);
    case 'b':
        read_bool(&sheet->rich);
        return false;
    default:
        return sheet->type == 'd' && sheet->has_value;
    }
}

static void end_cell(struct sheet *sheet) {
    struct cells *cells = sheet->cells;
    sheet->in_cell = false;
    sheet->formulas_blank += sheet->has_formula && !sheet->has_value;
    bool is_date = !sheet->rich.is_too_long && read_value(sheet);
    if (sheet->rich.is_too_long)
        cells_set_fault(cells, sheet->row, "a cell of more than %d KiB", TABLE_CELL_MAX / 1024);
    cells_append(cells, sheet->rich.text, sheet->rich.length, sheet->row);
    cells_end(cells, sheet->row);
    if (is_date && !cells_are_bad(cells))
        cells->cells[cells->count - 1].is_date = true;
}

static void take_end(void *context, const char *name) {
    struct sheet *sheet = context;
    if (sheet->in_inline) {
        sheet->in_inline = strcmp(name, "is") != 0;
        rich_end(&sheet->rich, name);
    } else if (sheet->in_value) {
        sheet->in_value = strcmp(name, "v") != 0;
    } else if (sheet->in_cell && strcmp(name, "c") == 0) {
        end_cell(sheet);
    } else if (sheet->in_row && !sheet->in_cell && strcmp(name, "row") == 0) {
        sheet->in_row = false;
        xml_pause(sheet->xml);
    } else if (!sheet->in_row && strcmp(name, "sheetData") == 0) {
        sheet->in_data = false;
    }
}

static const struct xml_handlers HANDLERS = {take_start, take_end, take_text};

enum cxd_err sheet_open(struct sheet *sheet, struct parts *parts, const char *part, struct error *err) {
    sheet_close(sheet);
    sheet->row = sheet->formulas_blank = 0;
    sheet->in_data = sheet->in_row = sheet->in_cell = sheet->in_value = sheet->in_inline = false;
    sheet->code = CXD_OK;
    return xml_open(parts, part, &HANDLERS, sheet, &sheet->xml, err);
}

void sheet_close(struct sheet *sheet) {
    xml_close(sheet->xml);
    sheet->xml = NULL;
}

enum cxd_err sheet_next(struct sheet *sheet, bool *ret_more, struct error *err) {
    sheet->err = err;
    enum cxd_err code = xml_run(sheet->xml, ret_more, err);
    return code == CXD_OK ? sheet->code : code;
}
