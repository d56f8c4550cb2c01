/* A workbook as a table: its parts are found, the texts and formats that cells share are read, then the rows. */
#include "import/xlsx.h"

#include <stdlib.h>

#include "import/sheet.h"
#include "import/workbook.h"

struct xlsx_reader {
    const struct source *source;
    struct parts *parts;
    struct workbook workbook;
    size_t chosen;
    struct strings strings;
    struct styles styles;
    struct cells cells;
    struct sheet sheet;
};

static enum cxd_err xlsx_rewind(void *reader, struct error *err) {
    struct xlsx_reader *xlsx = reader;
    xlsx->cells.width = 0;
    return sheet_open(&xlsx->sheet, xlsx->parts, xlsx->workbook.parts[xlsx->chosen], err);
}

static enum cxd_err xlsx_next(void *reader, struct table_row *ret, bool *ret_more, struct error *err) {
    struct xlsx_reader *xlsx = reader;
    for (;;) {
        enum cxd_err code = sheet_next(&xlsx->sheet, ret_more, err);
        if (code != CXD_OK || !*ret_more)
            return code;
        if (!cells_are_bad(&xlsx->cells) && cells_are_blank(&xlsx->cells))
            continue;
        cells_give(&xlsx->cells, xlsx->sheet.row, ret);
        return CXD_OK;
    }
}

static void xlsx_add_facts(const void *reader, struct table_facts *facts) {
    const struct xlsx_reader *xlsx = reader;
    uint64_t done, all;
    parts_progress(xlsx->parts, &done, &all);
    facts->encoding = TABLE_UTF8;
    facts->bytes_done = all > 0 ? (uint64_t)((double)done / (double)all * (double)xlsx->source->size) : 0;
    facts->sheet = xlsx->workbook.names[xlsx->chosen];
    facts->sheets = xlsx->workbook.names;
    facts->sheet_count = xlsx->workbook.count;
    facts->formulas_blank = xlsx->sheet.formulas_blank;
}

static void xlsx_close(void *reader) {
    struct xlsx_reader *xlsx = reader;
    sheet_close(&xlsx->sheet);
    strings_free(&xlsx->strings);
    workbook_free(&xlsx->workbook);
    cells_free(&xlsx->cells);
    parts_close(xlsx->parts);
    free(xlsx);
}

/* What cells name by number. A workbook need not have either. */
static enum cxd_err read_shared(struct xlsx_reader *xlsx, struct error *err) {
    const struct workbook *workbook = &xlsx->workbook;
    enum cxd_err code = CXD_OK;
    if (workbook->styles && parts_have(xlsx->parts, workbook->styles))
        code = styles_read(&xlsx->styles, xlsx->parts, workbook->styles, err);
    if (code == CXD_OK && workbook->strings && parts_have(xlsx->parts, workbook->strings))
        code = strings_read(&xlsx->strings, xlsx->parts, workbook->strings, err);
    return code;
}

static enum cxd_err begin(struct xlsx_reader *xlsx, const struct table_options *options, struct error *err) {
    enum cxd_err code = parts_open(xlsx->source, &xlsx->parts, err);
    if (code == CXD_OK)
        code = cells_init(&xlsx->cells, err);
    if (code == CXD_OK)
        code = workbook_read(&xlsx->workbook, xlsx->parts, xlsx->source->name, err);
    if (code == CXD_OK)
        code = workbook_choose(&xlsx->workbook, options->sheet, &xlsx->chosen, err);
    if (code == CXD_OK)
        code = read_shared(xlsx, err);
    if (code != CXD_OK)
        return code;
    xlsx->sheet.strings = &xlsx->strings;
    xlsx->sheet.styles = &xlsx->styles;
    xlsx->sheet.cells = &xlsx->cells;
    xlsx->sheet.is_1904 = xlsx->workbook.is_1904;
    return xlsx_rewind(xlsx, err);
}

static enum cxd_err xlsx_open(struct source *source, const struct table_options *options, void **ret_reader,
                              struct error *err) {
    struct xlsx_reader *xlsx = calloc(1, sizeof *xlsx);
    if (!xlsx)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    xlsx->source = source;
    enum cxd_err code = begin(xlsx, options, err);
    if (code != CXD_OK) {
        xlsx_close(xlsx);
        return code;
    }
    *ret_reader = xlsx;
    return CXD_OK;
}

const struct reader_kind READER_XLSX = {
    .open = xlsx_open,
    .next = xlsx_next,
    .rewind = xlsx_rewind,
    .add_facts = xlsx_add_facts,
    .close = xlsx_close,
};
