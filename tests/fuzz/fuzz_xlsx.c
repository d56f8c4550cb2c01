/* Any bytes as a workbook, or as one part of one: a sheet, the texts or formats that cells share, the book, its links.
 * The first byte says which; 'z' takes the rest as bytes to change in a whole one, three for each (where, and to what),
 * and the last two for where it is cut. */
#include "fuzz.h"

#include "../support/tables.h"
#include "../support/zips.h"

static struct error err;

#define SHEET                                                                                                          \
    "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='inlineStr'><is><t>b</t></is></c></row>" \
    "<row r='2'><c r='A2' s='1'><v>45000.5</v></c><c r='B2' t='b'><v>1</v></c></row></sheetData></worksheet>"

static void check_row(const struct table_row *row, size_t width) {
    if (row->fault) {
        CHECK(row->count == 0 && strncmp(row->fault, "line ", 5) == 0 && utf8_count(row->fault) != SIZE_MAX);
        return;
    }
    CHECK(row->count > 0 && row->count <= TABLE_COLUMNS_MAX && (width == 0 || row->count <= width));
    for (size_t i = 0; i < row->count; i++) {
        const struct table_cell *cell = &row->cells[i];
        CHECK(cell->length <= TABLE_CELL_MAX && strlen(cell->text) == cell->length);
        CHECK(utf8_count(cell->text) != SIZE_MAX);
    }
}

static uint64_t read_all(struct table_reader *reader) {
    struct table_facts facts;
    struct table_row row;
    bool more = true;
    size_t width = 0;
    for (;;) {
        enum cxd_err code = table_next(reader, &row, &more, &err);
        if (code != CXD_OK)
            fuzz_check_error(&err, code, ERR_TABLE);
        if (code != CXD_OK || !more)
            break;
        check_row(&row, width);
        width = width == 0 ? row.count : width;
    }
    table_get_facts(reader, &facts);
    CHECK(facts.bytes_done <= facts.bytes_all);
    return facts.rows;
}

static void check_file(const char *bytes, size_t length) {
    const struct table_options options = {.format = TABLE_XLSX};
    struct table_reader *reader;
    int fd = tables_file(bytes, length);
    enum cxd_err code = table_open_fd(fd, "FILE", &options, &reader, &err);
    if (code == CXD_OK) {
        uint64_t rows = read_all(reader);
        if (table_rewind(reader, &err) == CXD_OK)
            CHECK(read_all(reader) == rows);
        table_close(reader);
    } else {
        fuzz_check_error(&err, code, ERR_TABLE);
    }
    close(fd);
}

static void check_changed(const uint8_t *data, size_t size) {
    struct buffer file;
    buffer_init(&file);
    zips_write_book(&file, &(struct zips_book){.sheet = SHEET});
    CHECK(!file.failed);
    for (; size >= 3; data += 3, size -= 3)
        file.data[((size_t)data[0] << 8 | data[1]) % file.length] = (char)data[2];
    size_t cut = size == 2 ? ((size_t)data[0] << 8 | data[1]) % file.length : 0;
    check_file(file.data, file.length - cut);
    buffer_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    if (data[0] == 'z') {
        check_changed(data + 1, size - 1);
        return 0;
    }
    if (data[0] == 'r') {
        check_file((const char *)data + 1, size - 1);
        return 0;
    }
    char *text = fuzz_text(data + 1, size - 1);
    struct buffer file;
    struct zips_book book = {.sheet = SHEET};
    *(data[0] == 't'   ? &book.strings
      : data[0] == 'y' ? &book.styles
      : data[0] == 'w' ? &book.workbook
      : data[0] == 'l' ? &book.links
                       : &book.sheet) = text;
    buffer_init(&file);
    zips_write_book(&file, &book);
    check_file(file.data, file.length);
    buffer_free(&file);
    free(text);
    return 0;
}
